"""Captures of the Wayback Machine: a unit some fifty of them, the position how many are behind us.

Each is fetched as it was archived (id_: without the bar and the changed links of the archive). A capture of a feed gives the
pages that it listed, which are asked for as they were archived nearest to that time (Memento); any other is a document, of the
time at which it was taken.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from extractors.article.feed import FeedDocument, read_feed
from flows import sources
from flows.backfill.listing import from_row, listed_document, sort, units
from flows.backfill.online import Response
from flows.backfill.pages import FINAL, failed
from flows.backfill.reading import KNOWN
from flows.backfill.shapes import LeftOut, Step, Tools, Unit
from flows.backfill.wayback import moment_of
from schemas.errors import FetchError
from schemas.records import Entry

ONLINE = True

NEVER = "not fetched: never archived"

_STAMP = re.compile(r"/(\d{14})(?:id_)?/")
_FEED = re.compile(rb"<(?:\?xml|rss|feed|rdf:RDF)\b", re.IGNORECASE)
_FEED_TYPE = re.compile(r"(?:rss|atom|rdf|/xml)", re.IGNORECASE)


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The captures of a unit, from a position on."""
    rows = unit.payload["entries"]
    start = int(position or 0)
    listed = bool(unit.payload.get("listed"))
    known: set[str] = set()
    if listed:
        with tools.database.transaction() as tx:
            keys = [sources.key(row["url"]) for row in rows[start:]]
            known = {row["url"] for row in tx.all("backfill.listed", urls=keys)}
    for number, row in enumerate(rows[start:], start + 1):
        if sources.key(row["url"]) in known:
            yield Step(position=str(number), passed=number, found=LeftOut(KNOWN))
            continue
        try:
            answer = tools.online.ask(address(row, tools), accept="*/*")
        except FetchError as error:
            final = error.outcome in FINAL
            yield failed(unit, from_row(row), number, error.outcome.replace("_", " "), final=final)
            continue
        if answer.status in {404, 403, 410}:
            outcome = NEVER if answer.status == 404 else "not fetched: not given out"
            yield Step(position=str(number), passed=number, found=LeftOut(outcome))
        elif answer.status != 200:
            final = 400 <= answer.status < 500 and answer.status != 429
            yield failed(unit, from_row(row), number, f"status {answer.status}", final=final)
        else:
            yield _step(row, number, answer, tools)


def address(row: dict[str, Any], tools: Tools) -> str:
    """Of a capture, or of the one nearest to a time."""
    return f"{tools.settings.wayback_url.rstrip('/')}/web/{row['taken']}id_/{row['url']}"


def taken_at(row: dict[str, Any], answer: Response) -> datetime:
    """When the capture was taken that came: as the archive says, or as stands in the address that it led to."""
    try:
        said = parsedate_to_datetime(answer.headers.get("memento-datetime", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        said = None
    if said is not None and said.tzinfo is not None:
        return said
    led_to = _STAMP.search(answer.final_url)
    found = moment_of(led_to[1] if led_to else row["taken"]) or moment_of(row["taken"])
    assert found is not None
    return found


def _step(row: dict[str, Any], number: int, answer: Response, tools: Tools) -> Step:
    taken = taken_at(row, answer)
    content_type = answer.content_type or answer.headers.get("x-archive-orig-content-type", "") or "text/html"
    if _FEED_TYPE.search(content_type) or (_FEED.match(answer.body.lstrip()[:16]) and b"<html" not in answer.body[:1_000]):
        document = read_feed(answer.body, content_type=content_type, base_url=row["url"])
        if isinstance(document, FeedDocument):
            sorted_ = sort(document.entries, tools)
            return Step(
                position=str(number),
                passed=number,
                units=_listed(sorted_.wanted, taken),
                also=sorted_.left_out,
            )
    found = listed_document(from_row(row), answer.body, content_type=content_type, fetched_at=taken)
    return Step(position=str(number), passed=number, found=found)


def _listed(entries: tuple[Entry, ...], taken: datetime) -> tuple[Unit, ...]:
    """What a feed listed, to be fetched as it was archived then."""
    found = []
    for unit in units(entries, "captures", listed=True):
        rows = [row | {"taken": f"{taken:%Y%m%d%H%M%S}"} for row in unit.payload["entries"]]
        found.append(Unit(kind="captures", source=unit.source, payload={**unit.payload, "entries": rows}, size=unit.size))
    return tuple(found)
