"""Pages to fetch, as some archive listed them: a unit some fifty addresses, the position how many are behind us.

What is here already, or what the watch is about to fetch, is not asked for. What fails for the moment becomes a unit of its
own, to be tried later, after all others.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from flows import fetch, sources
from flows.backfill.listing import from_row, listed_document
from flows.backfill.reading import KNOWN
from flows.backfill.shapes import LeftOut, Step, Tools, Unit
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

ONLINE = True

#: Tries of one page in all.
MOST_TRIES = 3

#: How a fetch ended that will not end better.
FINAL = {FetchOutcome.REFUSED, FetchOutcome.TOO_LARGE}


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The pages of a unit, from a position on."""
    entries = [from_row(row) for row in unit.payload["entries"]]
    start = int(position or 0)
    with tools.database.transaction() as tx:
        rows = tx.all("backfill.listed", urls=[sources.key(entry.url) for entry in entries[start:]])
    known = {row["url"] for row in rows}
    for number, entry in enumerate(entries[start:], start + 1):
        if sources.key(entry.url) in known:
            yield Step(position=str(number), passed=number, found=LeftOut(KNOWN))
            continue
        try:
            answer = tools.online.ask(entry.url, crawling=True)
        except FetchError as error:
            yield failed(unit, entry, number, error.outcome.replace("_", " "), final=error.outcome in FINAL)
            continue
        if answer.status != 200:
            yield failed(unit, entry, number, f"status {answer.status}", final=answer.status in fetch.FINAL_STATUS)
        else:
            document = listed_document(
                entry,
                answer.body,
                content_type=answer.content_type or "text/html",
                fetched_at=datetime.now(UTC),
                final_url=answer.final_url,
            )
            yield Step(position=str(number), passed=number, found=document)


def failed(unit: Unit, entry: Entry, number: int, why: str, *, final: bool) -> Step:
    """A page that could not be fetched: tried once more later, or left."""
    again = int(unit.payload.get("again", 0)) + 1
    if final or again >= MOST_TRIES:
        return Step(position=str(number), passed=number, found=LeftOut(f"not fetched: {why}"))
    payload = {**unit.payload, "entries": [unit.payload["entries"][number - 1]], "again": again}
    later = Unit(kind=unit.kind, source=entry.url, payload=payload, size=1, again=again)
    return Step(position=str(number), passed=number, units=(later,))
