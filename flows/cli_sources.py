"""The command group `sources`: what is polled, found, looked into, paused and exchanged."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from flows.cli import (
    Config,
    DataDir,
    Json,
    _count,
    _day,
    _open,
    _print_json,
    _spinner,
    _table,
    out,
)
from schemas.errors import UsageError

if TYPE_CHECKING:
    from flows.discover import Found

sources_app: typer.Typer = typer.Typer(no_args_is_help=True, help="What is polled.")

Which = Annotated[str, typer.Argument(help="Its number in sources list, its address, or a part of it.", show_default=False)]
Every = Annotated[int, typer.Option("--every-minutes", min=1, max=1440, help="Minutes between two polls, to begin with.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: take the likeliest, or all of an OPML file.")]


@sources_app.command("add")
def sources_add(
    addresses: Annotated[list[str], typer.Argument(help="A site, a feed, a sitemap, or an OPML file.", show_default=False)],
    yes: Yes = False,
    every: Annotated[bool, typer.Option("--all", help="Take everything that is found.")] = False,
    outlet: Annotated[str, typer.Option("--outlet", help="Name of the outlet, as alerts show it.")] = "",
    every_minutes: Every = 15,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find what can be polled at an address, show it with its last items, and poll what you choose.

    Example: figurewatch sources add paper.example
    """
    opened = _open(config, data_dir)
    added: list[dict[str, Any]] = []
    for address in addresses:
        with _spinner("looking", quiet=as_json) as say:
            found = _discover(opened, address, say)
        if not found:
            raise UsageError(
                f"{address}: no feed and no sitemap found", mend="name the feed's own address, if the site has one"
            )
        listed = found[0].how.startswith("listed in")
        if not as_json:
            _show_found(found, briefly=listed)
        chosen = found if every or (yes and listed) else found[:1] if yes or as_json else _choose(found)
        added += _add(opened, chosen, outlet, every_minutes)
    if as_json:
        _print_json(added)
        return
    for row in added:
        out.print(Text(f"{'added' if row['new'] else 'known already, polled again'}: {row['outlet']}  {row['url']}"))
    if added:
        out.print("polled with the next pass: figurewatch run")


def _discover(opened: Any, address: str, say: Any) -> "list[Found]":
    from flows.discover import discover
    from flows.gate import Gate
    from flows.http import client_of
    from flows.robots import Robots

    async def go() -> "list[Found]":
        async with client_of(opened.settings.fetch) as client:
            gate = Gate(opened.database, client, opened.settings.fetch)
            robots = Robots(opened.database, gate, opened.settings.fetch, datetime.now(UTC))
            return await discover(gate, robots, address, say)

    return asyncio.run(go())


def _show_found(found: "list[Found]", *, briefly: bool) -> None:
    for number, each in enumerate(found, 1):
        out.print(Text.assemble((f"{number:>3}  ", "bold"), (each.title, "bold"), f"  {each.kind}, {each.how}"))
        out.print(Text(f"     {each.url}"))
        if briefly:
            continue
        out.print(Text(f"     {_count(each.listed, 'entry', 'entries')}" + (", the last:" if each.last else ""), style="dim"))
        for entry in each.last:
            date = entry.published_at or entry.updated_at
            out.print(Text(f"       {_day(date) if date else '(no date)':<17} {entry.title or entry.url}"))


def _choose(found: "list[Found]") -> "list[Found]":
    """Those that a person names by their numbers."""
    written = typer.prompt('Which? Numbers, "all", or "none"', default="1")
    words = written.replace(",", " ").split()
    if words == ["all"]:
        return found
    if words == ["none"]:
        return []
    if not all(word.isdecimal() and 1 <= int(word) <= len(found) for word in words):
        raise UsageError(f"{written}: not a choice", mend=f"numbers from 1 to {len(found)}, all, or none")
    return [found[int(word) - 1] for word in words]


def _add(opened: Any, chosen: "list[Found]", outlet: str, every_minutes: int) -> list[dict[str, Any]]:
    from flows import sources

    rows = []
    with opened.database.transaction() as tx:
        for each in chosen:
            name = outlet or each.title
            new = sources.add(tx, each.url, kind=each.kind, outlet=name, every_minutes=every_minutes, now=datetime.now(UTC))
            rows.append({"url": each.url, "kind": each.kind, "outlet": name, "new": new})
    return rows


@sources_app.command("list")
def sources_list(config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """What is polled, where it comes from, and how the last poll went.

    Example: figurewatch sources list
    """
    from flows.http import redact

    rows = [row | {"url": redact(row["url"]), "address": redact(row["address"])} for row in _sources(_open(config, data_dir))]
    _table(
        rows, as_json, "no sources yet: figurewatch sources add ADDRESS",
        id="id", outlet="outlet", url="address", state="state", last_polled_at="last poll", last_outcome="outcome",
        last_detail="", due_at="next",
    )  # fmt: skip


@sources_app.command("check")
def sources_check(
    which: Annotated[str | None, typer.Argument(help="As for pause; default: a line for each.", show_default=False)] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Why is nothing coming? The last polls, the next one, the host's ledger, entries that were given up, robots.txt.

    Example: figurewatch sources check paper.example
    """
    from flows import check

    opened = _open(config, data_dir)
    rows = _sources(opened)
    chosen = _matching(rows, which) if which else rows
    checked = [check.source(opened.database, row["id"], datetime.now(UTC)) for row in chosen]
    if as_json:
        _print_json(checked)
    elif which:
        for each in checked:
            check.show_source(each, out)
    else:
        _table(
            checked, False, "no sources yet: figurewatch sources add ADDRESS",
            id="id", outlet="outlet", state="state", verdict="verdict", due_at="next",
        )  # fmt: skip


@sources_app.command("pause")
def sources_pause(which: Which, config: Config = None, data_dir: DataDir = None) -> None:
    """Stop polling a source; what it brought stays.

    Example: figurewatch sources pause 3
    """
    _set_state(which, "paused", config, data_dir)


@sources_app.command("resume")
def sources_resume(which: Which, config: Config = None, data_dir: DataDir = None) -> None:
    """Poll a source again that was paused, or that was retired because its server said that it is gone.

    Example: figurewatch sources resume 3
    """
    _set_state(which, "active", config, data_dir)


def _set_state(which: str, state: str, config: Path | None, data_dir: Path | None) -> None:
    opened = _open(config, data_dir)
    for row in _matching(_sources(opened), which):
        with opened.database.transaction() as tx:
            tx.run("sources.set_state", id=row["id"], state=state, now=datetime.now(UTC))
        out.print(Text(f"{state}: {row['outlet']}  {row['url']}"))


@sources_app.command("remove")
def sources_remove(which: Which, yes: Yes = False, config: Config = None, data_dir: DataDir = None) -> None:
    """Forget a source that was added by hand. Its articles and numbers stay.

    Example: figurewatch sources remove 3
    """
    opened = _open(config, data_dir)
    for row in _matching(_sources(opened), which):
        if row["origin"] == "settings" and row["state"] != "dropped":
            raise UsageError(f"{row['url']} stands in the settings", mend="take it out there, or pause it: sources pause")
        if not yes and not typer.confirm(f"Forget {row['outlet']} ({row['url']})?"):
            continue
        with opened.database.transaction() as tx:
            tx.run("sources.remove", id=row["id"])
        out.print(Text(f"removed: {row['outlet']}  {row['url']}"))


@sources_app.command("import")
def sources_import(
    file: Annotated[Path, typer.Argument(help="An OPML file.", show_default=False)],
    every_minutes: Every = 15,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Poll everything that an OPML file lists, as feed readers write one.

    Example: figurewatch sources import feeds.opml
    """
    from flows.discover import of_file

    outlines = of_file(file)
    rows = _add(_open(config, data_dir), outlines, "", every_minutes)
    new = sum(row["new"] for row in rows)
    if as_json:
        _print_json(rows)
    else:
        out.print(f"{_count(new, 'source')} added, {len(rows) - new} known already")


@sources_app.command("export")
def sources_export(
    file: Annotated[Path | None, typer.Argument(help="File to write; default: standard output.")] = None,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Write the sources as an OPML file. Addresses are written without passwords.

    Example: figurewatch sources export feeds.opml
    """
    from extractors.article.opml import Outline, write_opml
    from flows.http import without_credentials

    rows = [row for row in _sources(_open(config, data_dir)) if row["state"] in {"active", "paused"}]
    written = write_opml(
        (Outline(url=without_credentials(row["address"]), title=row["outlet"], kind=row["kind"]) for row in rows),
        title="Sources of figurewatch",
    )
    if file is None:
        typer.echo(written.decode(), nl=False)
        return
    try:
        file.write_bytes(written)
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}", mend="name a file that can be written") from None
    out.print(f"{_count(len(rows), 'source')} written to {file}", markup=False)


def _sources(opened: Any) -> list[dict[str, Any]]:
    """All sources, those of the settings as they are now."""
    from flows import sources

    with opened.database.transaction() as tx:
        sources.keep(tx, opened.settings, datetime.now(UTC))
        rows: list[dict[str, Any]] = tx.all("sources.all")
    return rows


def _matching(rows: list[dict[str, Any]], which: str) -> list[dict[str, Any]]:
    """The source that is meant: by its number, its address, or a part of either name that fits no other."""
    exact = [row for row in rows if which in {str(row["id"]), row["url"], row["address"]}]
    part = [row for row in rows if which.lower() in f"{row['outlet']} {row['url']} {row['address']}".lower()]
    found = exact or part
    if not found:
        raise UsageError(f"{which}: no such source", mend="see figurewatch sources list")
    if len(found) > 1:
        raise UsageError(f"{which}: fits {len(found)} sources", mend="name one by its number in figurewatch sources list")
    return found
