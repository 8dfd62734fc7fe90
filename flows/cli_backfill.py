"""The command group `backfill`: history from archives, and the backfills that are under way."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from flows.cli import Config, DataDir, Json, Limit, _open, _print_json, _table, err, out
from schemas.errors import UsageError

backfill_app: typer.Typer = typer.Typer(
    no_args_is_help=True, help="History from an archive: it takes its place in every series and wakes nobody."
)

#: What could not be read is named one by one up to this.
MOST_TOLD = 10
_BAD = ("unreadable", "damaged")

Since = Annotated[
    str | None, typer.Option("--since", help="First day: YYYY, YYYY-MM or YYYY-MM-DD; or a time.", show_default=False)
]
Until = Annotated[str | None, typer.Option("--until", help="Last day, written the same way.", show_default=False)]
Topic = Annotated[
    list[str] | None,
    typer.Option("--topic", "-t", help="Only documents that hold this word; may be given several times.", show_default=False),
]
OnTopic = Annotated[bool, typer.Option("--on-topic", help="Only documents that hold a word of the settings' topic.")]
Language = Annotated[
    list[str] | None, typer.Option("--language", help="Only documents in this language, as en.", show_default=False)
]
Host = Annotated[
    list[str] | None, typer.Option("--host", help="Only documents of this host and its subdomains.", show_default=False)
]
Most = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many articles.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be fetched, and how long it would take.")]
Runner = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--runner",
        help="Read the units on a cluster: dask ADDRESS, or ray ADDRESS.",
        metavar="KIND ADDRESS",
        show_default=False,
    ),
]
_Where = tuple[Path | None, Path | None]
Which = Annotated[int, typer.Argument(help="Its number in backfill list.", show_default=False)]


def _command(kind: str, help_of_named: str, text: str) -> None:
    """A command for one kind of archive: they differ in what they name, and in nothing else."""

    def command(
        named: Annotated[list[str], typer.Argument(help=help_of_named, show_default=False)],
        since: Since = None,
        until: Until = None,
        topic: Topic = None,
        on_topic: OnTopic = False,
        language: Language = None,
        host: Host = None,
        limit: Most = None,
        dry_run: DryRun = False,
        runner: Runner = None,
        config: Config = None,
        data_dir: DataDir = None,
        as_json: Json = False,
    ) -> None:
        from flows.backfill.shapes import Archive, Wanted

        first, after = _first(since, "--since") if since else None, _after(until) if until else None
        if first and after and first >= after:
            raise UsageError(f"--since {since} lies after --until {until}", mend="name the first day, then the last")
        languages, hosts = tuple(map(_language, language or ())), tuple(map(_host, host or ()))
        _check(runner)
        opened = _open(config, data_dir)
        words = [*(topic or ()), *(opened.settings.topic.words if on_topic else ())]
        if on_topic and not opened.settings.topic.words:
            raise UsageError("the settings name no words of a topic", mend="add them under [topic], or give --topic")
        wanted = Wanted(since=first, until=after, words=tuple(words), languages=languages, hosts=hosts)
        archive = Archive(kind=kind, named=tuple(named), wanted=wanted, most=limit)
        if dry_run:
            _dry_run(opened, archive, as_json)
            return
        _begin(opened, archive, (config, data_dir), runner, as_json)

    command.__doc__ = text
    backfill_app.command(kind)(command)


_command(
    "jsonl",
    "JSON-lines files, plain or gzipped.",
    """Documents from JSON lines: {"url", "title", "published", "outlet", "text" or "html"}.

    Example: figurewatch backfill jsonl archive.jsonl
    """,
)
_command(
    "folder",
    "Folders of HTML, text and mail files, or such files.",
    """Documents from the files of a folder: .html, .htm, .txt, .md and .eml.

    Example: figurewatch backfill folder saved-pages/
    """,
)
_command(
    "warc",
    "WARC files, folders of them, their addresses, lists of paths, or cc-news.",
    """Pages from WARC files, which archives and crawlers write; cc-news names those of Common Crawl's news, by month.

    Example: figurewatch backfill warc cc-news --since 2024-03 --until 2024-05 --topic drought --language en
    """,
)
_command(
    "feed",
    "Address of a feed.",
    """Everything that a feed lists, with its older pages: RFC 5005, ?paged=2, ?page=2.

    Example: figurewatch backfill feed https://paper.example/feed.xml --since 2024-01
    """,
)
_command(
    "sitemap",
    "Address of a sitemap or of an index of sitemaps.",
    """The pages that a sitemap lists, with the sitemaps of an index.

    Example: figurewatch backfill sitemap https://paper.example/sitemap.xml --since 2024-01 --until 2024-06
    """,
)
_command(
    "wordpress",
    "Address of a site that runs on WordPress.",
    """The posts of a WordPress site, from its REST API; from its paged feeds where it has switched that off.

    Example: figurewatch backfill wordpress https://paper.example --since 2023
    """,
)
_command(
    "wayback",
    "Addresses as archived: of a feed, of an article, or of many (paper.example/news/*).",
    """What the Wayback Machine holds: articles under an address, or what a feed listed over time.

    Example: figurewatch backfill wayback "paper.example/news/*" --since 2022-02 --until 2022-06
    """,
)


@backfill_app.command("list")
def backfill_list(limit: Limit = 40, config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """The backfills, the latest first, with how far each is.

    Example: figurewatch backfill list
    """
    with _open(config, data_dir).database.transaction() as tx:
        rows = tx.all("backfill.list", limit=limit)
    for row in rows:
        row["articles"] = int(row["counts"].get("articles stored", 0))
        row["read"] = f"{row['part_read']:.0%}"
        row["what"] = ", ".join(row["named"])
        row["now"] = "interrupted" if row["state"] == "running" and not row["at_work"] else row["state"]
    _table(
        rows, as_json, "no backfill yet: figurewatch backfill --help names the archives",
        id="id", kind="kind", what="of", now="state", read="read", units="units", units_failed="failed", articles="articles",
        started_at="began",
    )  # fmt: skip
    for row in rows:
        if row["now"] == "interrupted" and not as_json:
            out.print(f"Nobody is at work on {row['id']}. It goes on with: figurewatch backfill resume {row['id']}")


@backfill_app.command("show")
def backfill_show(which: Which, config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """What a backfill came to so far: outcomes, new series, shifts found in the past.

    Example: figurewatch backfill show 3
    """
    _report(_open(config, data_dir), which, as_json)


@backfill_app.command("pause")
def backfill_pause(which: Which, config: Config = None, data_dir: DataDir = None) -> None:
    """Stop a backfill for now, wherever it runs; what was read stays, and is recorded.

    Example: figurewatch backfill pause 3
    """
    _set(_open(config, data_dir), which, "paused", of=("running",))
    out.print(f"paused. It goes on with: figurewatch backfill resume {which}")


@backfill_app.command("resume")
def backfill_resume(
    which: Which, runner: Runner = None, config: Config = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Go on with a backfill, and try once more what failed. Beside one that runs, share its work.

    Example: figurewatch backfill resume 3
    """
    from flows.backfill import run

    _check(runner)
    opened = _open(config, data_dir)
    with opened.database.transaction() as tx:
        run.resume(tx, which)
    _run(opened, which, (config, data_dir), runner, as_json)


@backfill_app.command("cancel")
def backfill_cancel(which: Which, config: Config = None, data_dir: DataDir = None) -> None:
    """End a backfill for good; what was recorded stays.

    Example: figurewatch backfill cancel 3
    """
    _set(_open(config, data_dir), which, "cancelled", of=("running", "paused"))
    out.print("cancelled; what was recorded stays")


def _check(runner: tuple[str, str] | None) -> None:
    if runner is not None:
        from flows.backfill.runner import check

        check(*runner)


def _set(opened: Any, which: int, state: str, *, of: Sequence[str]) -> None:
    from flows.backfill import cursor

    with opened.database.transaction() as tx:
        row = cursor.get(tx, which)
        now = datetime.now(UTC) if state == "cancelled" else None
        if not cursor.set_state(tx, which, state, now, of=of):
            raise UsageError(f"backfill {which} is {row['state']}", mend="figurewatch backfill list names those that run")
        if state == "cancelled":
            cursor.end_units(tx, which)


def _begin(
    opened: Any, archive: Any, where: tuple[Path | None, Path | None], runner: tuple[str, str] | None, as_json: bool
) -> None:
    from flows.backfill import run

    number, new = run.begin(opened, archive, datetime.now(UTC))
    if not new:
        err.print(f"goes on with backfill {number}, which the same command began")
    _run(opened, number, where, runner, as_json)


def _run(opened: Any, number: int, where: _Where, runner: tuple[str, str] | None, as_json: bool) -> None:
    from flows.backfill import run

    try:
        with _telling(quiet=as_json) as tell:
            if runner is not None:
                from flows.backfill import runner as on_cluster
                from flows.service import prefect_environment

                prefect_environment(opened.settings)
                state = on_cluster.run(opened, number, where, runner, tell)
            else:
                state = run.run(opened, number, tell)
    except KeyboardInterrupt:
        err.print(f"stopped; what was read stays. It goes on with: figurewatch backfill resume {number}")
        raise typer.Exit(1) from None
    if state == "paused":
        err.print(f"paused. It goes on with: figurewatch backfill resume {number}")
    failed = _report(opened, number, as_json)
    if failed:
        raise typer.Exit(1)


def _report(opened: Any, number: int, as_json: bool) -> bool:
    """What a backfill came to; True when a unit, or all that was there, could not be read."""
    from flows.backfill import report

    found = report.of(opened.database, number)
    if as_json:
        _print_json(asdict(found))
    else:
        report.show(found, out)
    bad = sum(count for outcome, count in found.counts.items() if outcome.startswith(_BAD))
    for example in found.examples[:MOST_TOLD]:
        err.print(f"left out: {example}", style="yellow", markup=False, soft_wrap=True)
    if bad > len(found.examples[:MOST_TOLD]):
        err.print(f"left out: {bad - len(found.examples[:MOST_TOLD]):,} more", style="yellow", markup=False)
    for trouble in found.troubles[:MOST_TOLD]:
        source, detail = trouble["source"], trouble["detail"]
        said = detail if detail.startswith(source) else f"{source}: {detail}"
        err.print(f"not read: {said}", style="yellow", markup=False, soft_wrap=True)
    if len(found.troubles) > MOST_TOLD:
        err.print(f"not read: {len(found.troubles) - MOST_TOLD:,} more", style="yellow", markup=False)
    if found.troubles:
        err.print(f"they are tried once more with: figurewatch backfill resume {number}", markup=False)
    return bool(found.troubles) or (bad > 0 and bad == sum(found.counts.values()))


def _dry_run(opened: Any, archive: Any, as_json: bool) -> None:
    from flows.backfill import dry
    from flows.cli import _spinner

    with _spinner("looking", quiet=as_json) as say:
        found = dry.run(opened, archive, datetime.now(UTC), say)
    if as_json:
        _print_json(asdict(found))
    else:
        dry.show(found, out)


@contextmanager
def _telling(*, quiet: bool) -> Iterator[Callable[[Any], None]]:
    """Progress on standard error: a bar for people, nothing where a program reads."""
    from flows.backfill.run import Pace

    pace = Pace()
    columns = (BarColumn(bar_width=24), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task("begins", total=1.0)

        def tell(found: Any) -> None:
            bar.update(task, completed=found.part_read, description=pace.said(datetime.now(UTC), found))

        yield tell


_YEAR = re.compile(r"(\d{4})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def _first(written: str, option: str) -> datetime:
    """The first moment of a year, month or day; a time as it is."""
    from flows.archive import aware

    try:
        if _YEAR.fullmatch(written):
            return datetime(int(written), 1, 1, tzinfo=UTC)
        if month := _MONTH.fullmatch(written):
            return datetime(int(month[1]), int(month[2]), 1, tzinfo=UTC)
        return aware(written)
    except ValueError:
        raise _no_date(written, option) from None


def _after(written: str) -> datetime:
    """The first moment after a year, month or day."""
    first = _first(written, "--until")
    try:
        if _YEAR.fullmatch(written):
            return first.replace(year=first.year + 1)
        if _MONTH.fullmatch(written):
            return (first + timedelta(days=31)).replace(day=1)
        return first + timedelta(days=1) if len(written) <= len("2024-01-31") else first
    except (ValueError, OverflowError):
        raise _no_date(written, "--until") from None


def _no_date(written: str, option: str) -> UsageError:
    return UsageError(f"{option} {written}: not a date", mend="write it as YYYY, YYYY-MM or YYYY-MM-DD")


def _language(written: str) -> str:
    code = written.lower().partition("-")[0]
    if not re.fullmatch("[a-z]{2}", code):
        raise UsageError(f"--language {written}: not a language", mend="write its two letters, as en")
    return code


def _host(written: str) -> str:
    name = written.lower().partition("://")[2] or written.lower()
    name = name.rstrip("/").removeprefix("www.")
    if not re.fullmatch(r"[^\s/:@]+", name):
        raise UsageError(f"--host {written}: not a name of a host", mend="write it as paper.example")
    return name
