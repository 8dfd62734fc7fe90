"""Why is nothing coming from this source? All that is known of it, and a verdict in one line."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractors.article import schedule
from flows.db import Database
from flows.gate import host_of
from flows.http import redact
from flows.robots import allowed, root_of
from schemas.errors import UsageError
from schemas.outcomes import ArticleOutcome, FetchOutcome

#: Due for so long, nobody polls.
OVERDUE = timedelta(hours=1)

#: So many polls in a row that bring nothing say why nothing comes; fewer are no news.
FRUITLESS = 4

#: Pages of so long are counted by what they were.
RECENT = timedelta(days=14)

#: Pages that were articles.
_GOOD = frozenset({ArticleOutcome.STORED, ArticleOutcome.UNCHANGED})

#: What is shown of each list.
POLLS, DAYS, NOTICES, QUARANTINED = 8, 7, 5, 5


def source(database: Database, source_id: int, now: datetime) -> dict[str, Any]:
    """A source with its polls, entries, notices, host and robots.txt, and the verdict.

    Raises:
        UsageError: when there is none of that number.
    """
    with database.transaction() as tx:
        row = tx.one("sources.one", id=source_id)
        if row is None:
            raise UsageError(f"there is no source {source_id}", mend="figurewatch sources list names them")
        host = row["host"]
        robots = tx.one("fetch.robots", root=root_of(row["address"]))
        says = robots and {"fetched_at": robots["fetched_at"], "allows": allowed(robots["body"], row["address"])}
        found = {
            "id": row["id"],
            "outlet": row["outlet"],
            "url": redact(row["url"]),
            "address": redact(row["address"]),
            "kind": row["kind"],
            "from": row["origin"],
            "state": row["state"],
            "due_at": row["due_at"],
            "interval_minutes": round(row["interval_seconds"] / 60, 1),
            "failures": row["failures"],
            "trust": round(row["trust"], 2),
            "not_modified": row["not_modified"],
            "moving_to": redact(row["moved_to"]) if row["moved_to"] else "",
            "last_polled_at": row["last_polled_at"],
            "last_outcome": row["last_outcome"],
            "last_detail": row["last_detail"],
            "last_new_at": row["last_new_at"],
            "polls": tx.all("sources.polls", id=source_id, limit=POLLS),
            "entries": tx.all("fetch.of_source", id=source_id),
            "pages": tx.all("fetch.pages_of_source", id=source_id, since=now - RECENT),
            "quarantined": tx.all("fetch.quarantined_of_source", id=source_id, limit=QUARANTINED),
            "notices": tx.all("sources.notices", source_id=source_id, limit=NOTICES),
            "host": tx.one("fetch.host", host=host) or {"host": host_of(row["address"]), "rests": False},
            "ledger": tx.all("fetch.ledger", host=host, limit=DAYS),
            "robots": says,
        }
    return {"verdict": verdict(found, now)} | found


def verdict(found: dict[str, Any], now: datetime) -> str:
    """What is the matter, or that nothing is. The first cause that explains it is named."""
    state, host, last = found["state"], found["host"], found["last_new_at"]
    rests = f"its host rests until {host['free_at']:%Y-%m-%d %H:%M}" if host["rests"] else ""
    if state == "paused":
        return "paused by hand: figurewatch sources resume"
    if state == "retired":
        return "retired: " + next((row["text"] for row in found["notices"] if row["kind"] == "retired"), "gone")
    if state == "dropped":
        return "no longer in the settings: not polled"
    if found["last_polled_at"] is None:
        return "not polled yet: " + (rests or "the next pass does")
    if found["failures"]:
        polls = f"last {found['failures']} polls" if found["failures"] > 1 else "last poll"
        after = f"; {rests}" if rests else f"; it is polled again {found['due_at']:%Y-%m-%d %H:%M}"
        return f"the {polls} failed: {found['last_detail'] or found['last_outcome']}{after}"
    if rests and host["reason"]:
        return f"{rests}: {host['reason']}"
    if found["due_at"] < now - OVERDUE:
        return f"it is due since {found['due_at']:%Y-%m-%d %H:%M}, and no pass came: is figurewatch serve running?"
    if (why := _pages(found)) or (why := _silent(found)):
        return why
    if not found["entries"]:
        return "it answers, and lists nothing"
    waiting = sum(row["entries"] for row in found["entries"] if row["state"] == "due")
    if waiting:
        return f"well; {waiting} {'page waits for its' if waiting == 1 else 'pages wait for their'} turn" + (
            f": {rests}" if rests else ""
        )
    return "well" if last is None else f"well; the last new entry was found {last:%Y-%m-%d %H:%M}"


def _pages(found: dict[str, Any]) -> str:
    """Why the pages that a source lists come to no articles; empty when some do."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in found["entries"]:
        counts[row["outcome"], row["state"]] += row["entries"]
    given_up = sum(count for (_, ended), count in counts.items() if ended == "quarantined")
    fetched = sum(count for (outcome, _), count in counts.items() if outcome == "fetched")
    if given_up and given_up >= fetched:
        details = [row["detail"] for row in found["quarantined"]]
        if all("robots.txt" in detail for detail in details):
            return f"it lists entries, and robots.txt keeps us from {given_up} of their pages"
        return f"it lists entries, and {given_up} {'page' if given_up == 1 else 'pages'} could not be fetched: {details[0]}"
    good = sum(row["pages"] for row in found["pages"] if row["outcome"] in _GOOD)
    others = [row for row in found["pages"] if row["outcome"] not in _GOOD]
    if others and not good:
        said = ", ".join(f"{row['pages']} {row['outcome'].replace('_', ' ')}" for row in others[:3])
        return f"its pages are fetched, and of late none was an article: {said}"
    return ""


def _silent(found: dict[str, Any]) -> str:
    """Why its polls bring nothing new; empty when they do, or when that is usual."""
    last = found["last_new_at"]
    standing = any(row["kind"] == "silent" and row["over_at"] is None for row in found["notices"])
    fruitless = list(takewhile(lambda poll: not poll["new"], found["polls"]))
    if not standing and len(fruitless) < FRUITLESS:
        return ""
    since = f" since {last:%Y-%m-%d %H:%M}" if last else ""
    head = f"silent: nothing new{since}, which is longer than usual; " if standing else f"well, but nothing new{since}: "
    if all(poll["outcome"] == FetchOutcome.NOT_MODIFIED for poll in fruitless):
        if not found["not_modified"] or not schedule.conditionally(found["trust"]):
            return f"{head}the same document came, in {_or_more(fruitless)} polls"
        checked = schedule.CHECKED if found["trust"] >= 1 else schedule.CHECKED_CLOSELY
        return (
            f"{head}it says that nothing has changed, in {_or_more(fruitless)} polls; one such answer in {checked} is checked"
        )
    if all(poll["listed"] == 0 for poll in fruitless if poll["outcome"] == FetchOutcome.FETCHED):
        return f"{head}it lists nothing, in {_or_more(fruitless)} polls"
    return f"{head}all that it lists is known already, in {_or_more(fruitless)} polls"


def _or_more(polls: list[dict[str, Any]]) -> str:
    return f"{len(polls)} or more" if len(polls) == POLLS else str(len(polls))


def show_source(found: dict[str, Any], out: Console) -> None:
    """All of it for a person."""
    out.print(Text.assemble((found["outlet"], "bold"), f"  {found['url']}"))
    out.print(Text(found["verdict"], style="green" if found["verdict"].startswith("well") else "yellow"))
    lines = [
        ("polled at", found["address"] if found["address"] != found["url"] else ""),
        ("moves to", found["moving_to"]),
        ("next poll", _next(found) if found["state"] == "active" else ""),
        ("its 304s", "" if found["trust"] >= 1 else _trust(found["trust"])),
        ("robots.txt", _robots(found["robots"])),
        ("host", _host(found["host"])),
    ]
    for head, text in lines:
        if text:
            out.print(Text.assemble((f"{head:<12}", "dim"), text))
    _rows(out, "polls", found["polls"], "polled_at", "outcome", "listed", "new", "detail")
    _rows(out, "entries", found["entries"], "outcome", "state", "entries")
    _rows(out, f"pages of {RECENT.days} days", found["pages"], "outcome", "pages")
    _rows(out, "given up", found["quarantined"], "seen_at", "outcome", "detail", "link")
    _rows(out, "notices", found["notices"], "raised_at", "kind", "text")
    _rows(out, "requests to the host", found["ledger"], "day", "requests", "refused", "failed", "bytes")


def _next(found: dict[str, Any]) -> str:
    return f"{found['due_at']:%Y-%m-%d %H:%M}, every {found['interval_minutes']:g} minutes as it publishes now"


def _trust(trust: float) -> str:
    if schedule.conditionally(trust):
        return "one was false: they are checked more often"
    return "false ones came: it is asked for the whole document each time"


def _robots(robots: dict[str, Any] | None) -> str:
    if robots is None:
        return "not read yet"
    said = "allows this address" if robots["allows"] else "keeps crawlers from this address; feeds are polled all the same"
    return f"{said} (read {robots['fetched_at']:%Y-%m-%d %H:%M})"


def _host(host: dict[str, Any]) -> str:
    rests = f", rests until {host['free_at']:%Y-%m-%d %H:%M} ({host['reason']})" if host["rests"] and host["reason"] else ""
    return f"{host['host']}{rests}"


def _rows(out: Console, head: str, rows: list[dict[str, Any]], *columns: str) -> None:
    if not rows:
        return
    out.print(Text(f"\n{head}", style="bold"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        cells = (row[column] for column in columns)
        table.add_row(*(Text(f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else str(cell)) for cell in cells))
    out.print(table)
