"""The command line: thin. Every command reads its arguments, calls a flow or a stage, and says what came of it.

Exit codes: 0 done, 1 failed, 2 wrong use; what a user can get wrong is one line on standard error, without traceback.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from flows.cli_extract import extract_app
from schemas.errors import OperationError, UsageError

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
seed_app = typer.Typer(no_args_is_help=True, help="The seed corpus: documents that are known before the watch begins.")
shifts_app = typer.Typer(no_args_is_help=True, help="Changes worth telling.")
for name, group in (
    ("extract", extract_app),
    ("seed", seed_app),
    ("shifts", shifts_app),
):
    app.add_typer(group, name=name)

#: Lines about documents that could not be read; who has more of them has one cause.
MOST_LEFT_OUT = 10

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file; default: figurewatch.toml here.", show_default=False)
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of all data; overrides the settings.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]


class Format(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class What(StrEnum):
    """What can be exported."""

    ARTICLES = "articles"
    FIGURES = "figures"
    CLAIMS = "claims"
    SERIES = "series"
    OBSERVATIONS = "observations"
    SHIFTS = "shifts"
    ALERTS = "alerts"


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        out.print(f"figurewatch {version('figurewatch')}")
        raise typer.Exit


@app.callback()
def _main(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")] = False,
    log: Annotated[bool, typer.Option("--log", help="One line an item and stage on standard error.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="The same as JSON lines.")] = False,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Watches the news and tells you when a reported number moves."""
    from flows.log import configure
    from flows.settings import CONFIG, PREFIX

    # Before or after the command: what stands after it wins, as it does over variables.
    if config is not None:
        os.environ[CONFIG] = str(config.absolute())
    if data_dir is not None:
        os.environ[f"{PREFIX}DATA_DIR"] = str(data_dir.absolute())
    configure(verbose=log or log_json, as_json=log_json)


@app.command()
def demo(
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the demo's files; default: a new one under the temporary folder.")
    ] = None,
) -> None:
    """The whole path offline in under a minute: a bundled newsroom, real flows, alerts with their receipts.

    Example: figurewatch demo
    """
    from flows.demo import run

    run(to, out)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="Where to write the settings.")] = Path("figurewatch.toml"),
) -> None:
    """Write a commented figurewatch.toml for the seed topic.

    Example: figurewatch init
    """
    from importlib.resources import files

    sample = (files("flows") / "bundle" / "figurewatch.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(sample)
    except FileExistsError:
        raise UsageError(f"{path}: is there already", mend="name another file: figurewatch init OTHER.toml") from None
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}", mend="name a file that can be written") from None
    out.print(f"{path} written. Next: name a channel in it, then: figurewatch doctor, and: figurewatch run")


@app.command()
def run(config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """One pass over what is due, then stop: poll, fetch, read, link, alert. Says what it did, a line a stage.

    Example: figurewatch run
    """
    from flows.service import run_once

    with _spinner("polling, fetching, reading", quiet=as_json):
        done = run_once(config, data_dir)
    if as_json:
        _print_json(done)
    else:
        show_pass(done, out)


@app.command()
def serve(config: Config = None, data_dir: DataDir = None) -> None:
    """The scheduled service: a Prefect server with its page, and a pass every minute, until it is stopped.

    With PREFECT_API_URL it uses that server: it makes the deployments there and works for them.

    Example: figurewatch serve
    """
    from flows.service import serve_watch

    serve_watch(config, data_dir, out)


@app.command()
def worker(config: Config = None, data_dir: DataDir = None) -> None:
    """Do passes that a Prefect server elsewhere hands out, until it is stopped: a machine more.

    Example: PREFECT_API_URL=http://server:4200/api figurewatch worker
    """
    from flows.service import work

    work(config, data_dir, out)


@app.command()
def deploy(
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Passes at once: one for each worker.")] = 1,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Make the work pool, the deployments and the automations on a Prefect server; again changes nothing.

    Example: PREFECT_API_URL=http://server:4200/api figurewatch deploy --workers 2
    """

    from flows.service import deployments, prefect_environment, register

    if "PREFECT_API_URL" not in os.environ:
        raise UsageError(
            "there is no Prefect server: PREFECT_API_URL is not set", mend="on one machine all of it is: figurewatch serve"
        )
    settings = _settings(config, data_dir)
    prefect_environment(settings)
    served = deployments(settings, workers)
    with _spinner("deploying", quiet=False):
        register(settings, served)
    out.print(f"deployed to the work pool {settings.serve.work_pool}: {', '.join(each.name for each in served)}", markup=False)


@app.command()
def health(
    url: Annotated[str, typer.Option("--url", help="Address of the page; default: that of the settings.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Ask a running service whether it is ready; exit code 0 when it is. For health checks of containers.

    Example: figurewatch health
    """
    import http.client
    from urllib.parse import urlsplit

    if not url:
        from flows.health import reachable
        from flows.service import told_page

        settings = _settings(config, data_dir)
        url = reachable(settings.serve, told_page(settings))
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        wrong = json.load(answer)["wrong"]
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        raise OperationError(f"{url} does not answer: {error}", mend="is it running? figurewatch serve") from None
    finally:
        connection.close()
    for part, reason in wrong.items():
        out.print(f"{part}: {reason}", markup=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    out.print("ready")


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="JSON-lines files, each a history of its own.", show_default=False)],
    export: Annotated[
        Path | None, typer.Option("--export", help="Write DIR/STEM/{articles,figures,claims,series,shifts,alerts}.jsonl.")
    ] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """What would I have been told? Each file on a throw-away database, the clock set to each article's time.

    A line: {"url", "title", "published", "outlet", "text" or "html"}. Alerts are recorded, not sent.

    Example: figurewatch replay history.jsonl --export out
    """
    from flows import replay as replaying
    from flows.alerts import rules_of
    from flows.analyser import analysing
    from flows.pipeline import Desk
    from flows.postgres import database_url
    from flows.settings import load

    settings = load(config, data_dir=data_dir)
    if export is not None and len({file.stem for file in files}) < len(files):
        raise UsageError("two of the files have one name, and each has a folder by its name", mend="replay them one by one")
    total = sum(len(replaying.load(file)[0]) for file in files)
    url = database_url(settings)
    desk = Desk(threshold=settings.threshold, rules=rules_of(settings), deliver=False)
    results = []
    with analysing(settings.workers) as analyser, _progress("replaying", total, quiet=as_json) as advance:
        for file in files:
            replayed = replaying.replay(file, url, analyser, desk, export_to=export, progress=advance, settings=settings)
            results.append(replayed)
    _left_out([f"{bad.place}: {bad.reason}" for result in results for bad in result.unreadable])
    if as_json:
        _print_json(
            [
                {"name": r.name, "articles": r.articles, "unreadable": len(r.unreadable), "shifts": list(r.told)}
                | {"messages": [asdict(message) for message in r.messages]}
                for r in results
            ]
        )
    else:
        for result in results:
            counted = f": {_count(result.articles, 'article')}, {_count(len(result.told), 'shift')}"
            out.print(Text.assemble((result.name, "bold"), counted))
            for row in result.told:
                moved = f"{row['label']}: {_number(row['from'])} -> {_number(row['to'])}"
                out.print(Text(f"  {_day(row['as_of'])}  {row['kind']:<10} {moved}  {row['url']}"), soft_wrap=True)
            if result.messages:
                out.print(f"  {_count(len(result.messages), 'message')} would have gone out:", style="bold", markup=False)
            for message in result.messages:
                about = f"{message.subject}  [{', '.join(message.rules)}]"
                out.print(Text(f"  {_day(message.at)}  {message.channel:<10} {about}"), soft_wrap=True)
        if export is not None:
            out.print(f"written to {export}", markup=False)
    if any(result.unreadable for result in results) and not any(result.articles for result in results):
        raise typer.Exit(1)


@app.command()
def reprocess(
    since: Annotated[str | None, typer.Option("--since", help="Only articles from this day on, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only articles before this day, YYYY-MM-DD.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Only the article at this address.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what this version of the analysis has read already.")] = False,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read stored pages again under this version: articles stay, their figures, series and shifts are built anew.

    Nothing is sent: alerts keep to the numbers that they told of, and new ones are recorded. Stopped, it goes on where it was.

    Example: figurewatch reprocess --since 2026-01-01
    """
    from flows import reprocess as again_from_bytes

    opened, now = _open(config, data_dir), datetime.now(UTC)
    span = again_from_bytes.Span(since=_date(since), until=_date(until), url=url)
    total = again_from_bytes.due(opened.database, span, again=again)
    with _progress("reading again", total, quiet=as_json) as advance:
        counts = again_from_bytes.reprocess(opened.database, opened.analyser, opened.desk, span, now, progress=advance)
    _counts(counts, as_json)


@seed_app.command("add")
def seed_add(
    names: Annotated[
        list[str], typer.Argument(help='Files, folders or packs; "north-korea-russia" comes along.', show_default=False)
    ],
    published: Annotated[str | None, typer.Option("--published", help="Date of documents that name none, YYYY-MM-DD.")] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read documents into the corpus: text, HTML, a folder, JSON lines, or a corpus pack.

    Example: figurewatch seed add north-korea-russia
    """
    from flows import seeds

    opened, date = _open(config, data_dir), _date(published)
    counts: Counter[str] = Counter()
    with _spinner("reading", quiet=as_json):
        for name in names:
            counts += seeds.add(opened, name, datetime.now(UTC), published_at=date)
    wait = seeds.waiting(opened.database)
    most = min(wait, seeds.PLACED_AT_ONCE)
    with _progress("placing figures", most, quiet=as_json) as advance:
        counts += seeds.place(opened.database, opened.desk, datetime.now(UTC), most, progress=advance)
    if wait > most:
        counts["documents whose figures the next passes place"] = wait - most
    _counts(counts, as_json)


@seed_app.command("list")
def seed_list(config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """The documents of the seed corpus.

    Example: figurewatch seed list
    """
    rows = _rows(config, data_dir, "articles.seeds")
    _table(
        rows,
        as_json,
        "no seeds yet: figurewatch seed add north-korea-russia",
        url="document",
        published_at="published",
        relation="is",
        figures="figures",
        has_text="text kept",
    )


@seed_app.command("pack")
def seed_pack(
    to: Annotated[Path, typer.Option("--to", help="The pack to write: .jsonl or .jsonl.gz.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders: text, HTML, JSON lines.", show_default=False)
    ] = None,
    of_archive: Annotated[
        bool, typer.Option("--archive", help="The articles of the database, which are analysed already, in place of files.")
    ] = False,
    published: Annotated[str | None, typer.Option("--published", help="Date of documents that name none, YYYY-MM-DD.")] = None,
    dates: Annotated[
        Path | None, typer.Option("--dates", help="Dates of such documents: lines of a file name, a tab and YYYY-MM-DD.")
    ] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write documents as a corpus pack: fingerprints and figures as data, and none of their sentences.

    Example: figurewatch seed pack articles/ --to my.jsonl.gz
    """
    from flows import seeds
    from flows.analyser import analysing

    if not to.name.endswith((".jsonl", ".jsonl.gz")):
        raise UsageError(f"{to}: a corpus pack ends in .jsonl or .jsonl.gz", mend=f"name it {to}.jsonl")
    if bool(paths) == of_archive:
        raise UsageError("a pack is made of files or of the archive", mend="name files or folders, or say --archive")
    if of_archive:
        opened = _open(config, data_dir)
        with _spinner("packing", quiet=as_json):
            counts = seeds.pack_archive(opened.database, to, opened.settings.workers)
    else:
        with _spinner("packing", quiet=as_json), analysing(_settings(config, data_dir).workers) as analyser:
            by_name = seeds.dates_of(dates) if dates else None
            counts = seeds.pack(analyser, paths or [], to, published_at=_date(published), dates=by_name)
    _counts(counts, as_json)


@shifts_app.command("list")
def shifts_list(limit: Limit = 40, config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """The shifts, the latest first.

    Example: figurewatch shifts list
    """
    rows = _rows(config, data_dir, "series.list_shifts", limit=limit)
    _table(
        rows if as_json else _moved(rows), as_json, "no shifts yet",
        id="id", as_of="when", kind="kind", label="measured", moved="from, to", unit="unit", origins_after="origins",
        outlet="outlet",
    )  # fmt: skip


def _moved(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with both numbers of a shift in one cell: a column for each leaves no room for what was measured."""
    return [row | {"moved": f"{_cell(row['from_number'])} → {_cell(row['to_number'])}"} for row in rows]


@app.command()
def why(
    what: Annotated[str, typer.Argument(help="A shift's number, or an article's address.", show_default=False)],
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """What a shift or the verdict on an article rests on.

    Example: figurewatch why 3
    """
    from flows import look

    opened = _open(config, data_dir)
    if what.isdecimal():
        look.why_shift(opened.database, int(what), out, as_json)
    else:
        look.why_article(opened.database, what, out, as_json)


@app.command()
def export(
    what: Annotated[What, typer.Argument(help="Which rows.", show_default=False)],
    form: Annotated[Format, typer.Option("--format", help="How they are written.")] = Format.JSONL,
    to: Annotated[Path | None, typer.Option("--to", help="File to write; default: standard output.")] = None,
    seeds: Annotated[bool, typer.Option("--seeds", help="Also the seed corpus (articles, figures, claims).")] = False,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Data out, as JSON lines, CSV or Parquet.

    Example: figurewatch export shifts --format csv --to shifts.csv
    """
    from flows import export as exporting

    opened = _open(config, data_dir)
    with opened.database.transaction() as tx:
        count = exporting.write(tx, what, to, form, seeds=seeds)
    if to is not None:
        out.print(f"{_count(count, 'row')} written to {to}", markup=False)


@app.command()
def doctor(config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Settings, database, model, sources and channels, each with its verdict and the mend.

    Example: figurewatch doctor
    """
    from flows.doctor import examine

    found = examine(config, data_dir)
    if as_json:
        _print_json([{"what": check.what, "good": check.good, "detail": check.detail, "mend": check.mend} for check in found])
    else:
        width = max((len(check.what) for check in found), default=0) + 2
        for check in found:
            out.print(
                Text.assemble(
                    ("ok    " if check.good else "FAILS ", "green" if check.good else "bold red"),
                    (f"{check.what:<{width}}", "bold"),
                    check.detail,
                ),
                soft_wrap=True,
            )
            if check.mend:
                out.print(Text(f"{'':{width + 6}}mend: {check.mend}", style="yellow"), soft_wrap=True)
    if not all(check.good for check in found):
        raise typer.Exit(1)


def show_pass(done: dict[str, int], console: Console) -> None:
    """What a pass did, a line a stage."""
    from flows.pipeline import STAGES, summary

    said = summary(done)
    for stage in STAGES:
        console.print(Text.assemble((f"{stage:<9}", "bold"), said.get(stage, "nothing due")))


def _open(config: Path | None, data_dir: Path | None) -> Any:
    from flows.context import open_context

    return open_context(_settings(config, data_dir))


def _settings(config: Path | None, data_dir: Path | None) -> Any:
    from flows.settings import load

    return load(config, data_dir=data_dir)


def _rows(config: Path | None, data_dir: Path | None, query: str, **parameters: Any) -> list[dict[str, Any]]:
    opened = _open(config, data_dir)
    with opened.database.transaction() as tx:
        found: list[dict[str, Any]] = tx.all(query, **parameters)
    return found


def _date(written: str | None) -> datetime | None:
    if written is None:
        return None
    from flows.archive import aware

    try:
        return aware(written)
    except ValueError:
        raise UsageError(f"not a date: {written}", mend="write it as YYYY-MM-DD") from None


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    from flows.export import plain

    return plain(value)


def _counts(counts: Counter[str], as_json: bool) -> None:
    """What became of documents; those that none could be read of are named on standard error.

    Raises:
        Exit: 1 when not one could be read.
    """
    bad = [key for key in counts if key.startswith(("unreadable (", "no article ("))]
    _left_out([key.partition(" (")[2].removesuffix(")") for key in bad])
    summed: Counter[str] = Counter()
    for key, count in counts.items():
        summed[key.partition(" (")[0] if key in bad else key] += count
    if as_json:
        _print_json(dict(summed))
    else:
        for key, count in sorted(summed.items()):
            out.print(Text(f"{count:>7}  {key.replace('_', ' ')}"))
        if not summed:
            out.print("nothing new")
    if bad and summed.keys() <= {"unreadable", "no article"}:
        raise typer.Exit(1)


def _left_out(reasons: Sequence[str]) -> None:
    for reason in reasons[:MOST_LEFT_OUT]:
        err.print(f"left out: {reason}", style="yellow", markup=False, soft_wrap=True)
    if len(reasons) > MOST_LEFT_OUT:
        err.print(f"left out: {len(reasons) - MOST_LEFT_OUT:,} more", style="yellow", markup=False)


def _table(rows: Sequence[dict[str, Any]], as_json: bool, empty: str, **columns: str) -> None:
    """Rows as a table; a key's column head is its value. A column without a head is left out where it holds nothing."""
    if as_json:
        _print_json(rows)
        return
    if not rows:
        out.print(empty, markup=False)
        return
    cells = {key: [_cell(row[key]) for row in rows] for key in columns}
    shown = [key for key in columns if columns[key] or any(cells[key])]
    table = Table(box=None, pad_edge=False, header_style="bold")
    room = out.width - 2 * (len(shown) - 1)
    for key, width in zip(shown, _widths([[columns[key], *cells[key]] for key in shown], room), strict=True):
        table.add_column(columns[key], overflow="fold", width=width)
    for row in zip(*(cells[key] for key in shown), strict=True):
        table.add_row(*map(Text, row))
    out.print(table)


def _widths(columns: list[list[str]], room: int) -> list[int]:
    """Widths of columns that come to no more than the room. Words are broken only where all others fit, the longest first;
    what is left goes to the column that takes the most lines."""
    full = [max(map(len, cells)) for cells in columns]
    widths = [max((len(word) for cell in cells for word in cell.split()), default=1) for cells in columns]
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    for _ in range(room - sum(widths)):
        lines, most = max((ceil(wanted / width), n) for n, (wanted, width) in enumerate(zip(full, widths, strict=True)))
        if lines == 1:
            break
        widths[most] += 1
    return widths


def _cell(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, datetime):
        return _day(value)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value) if isinstance(value, str | int) else _number(value)


def _day(value: Any) -> str:
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


def _number(value: Any) -> str:
    from extractors.message.wording import number

    return number(value)


def _count(count: int, noun: str, plural: str = "") -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


@contextmanager
def _progress(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error, for people; nothing where a program reads. Call it with what is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


@contextmanager
def _spinner(what: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A sign of life on standard error. Call it with what is going on."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda now: bar.update(task, description=now)


from flows.cli_sources import sources_app  # noqa: E402 - it uses what stands above

app.add_typer(sources_app, name="sources")

from flows.cli_backfill import backfill_app  # noqa: E402 - it uses what stands above

app.add_typer(backfill_app, name="backfill")

from flows.cli_series import series_app  # noqa: E402 - it uses what stands above

app.add_typer(series_app, name="series")

from flows.cli_alerts import alerts_app  # noqa: E402 - it uses what stands above

app.add_typer(alerts_app, name="alerts")

from flows.cli_db import db_app  # noqa: E402 - it uses what stands above

app.add_typer(db_app, name="db")
