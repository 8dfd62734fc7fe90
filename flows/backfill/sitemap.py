"""Sitemaps and their indexes: a unit a sitemap, read at once; the sitemaps of an index become units, and so do pages.

A sitemap of an index is read when its date of change, or the month in its address, allows what is wanted. Indexes within
indexes are followed a few levels down, and none that speaks of days to come: that is how calendars go on for ever.
"""

from collections.abc import Iterator

from extractors.article.feed import NotAFeed
from extractors.article.sitemap import SitemapLink, read_sitemap
from flows.backfill.feed import web_address
from flows.backfill.listing import LOOP, TRAP, must_answer, outside, sort, to_come, units
from flows.backfill.shapes import Archive, LeftOut, Step, Tools, Unit
from flows.settings import BackfillSettings
from schemas.errors import OperationError

ONLINE = True

#: Levels of indexes within indexes. The protocol allows one.
DEEPEST = 4
#: Sitemaps of one index: the protocol's own limit is 50,000; a newsroom with one a day needs 10,000 for 27 years.
MOST_PARTS = 20_000
#: Bytes of a sitemap, unpacked: the protocol's own limit.
MAX_BYTES = 50_000_000

NO_SITEMAP = "not fetched: a sitemap that is not there, or is none"
OUTSIDE = "left out: a sitemap outside the dates"


def plan(asked: Archive, _: BackfillSettings) -> Iterator[Unit]:
    """A unit for each sitemap.

    Raises:
        UsageError: when one is no address.
    """
    for name in asked.named:
        yield Unit(kind="sitemap", source=web_address(name))


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The pages and sitemaps that a sitemap lists."""
    if position:
        return
    depth = int(unit.payload.get("depth", 0))
    above = tuple(unit.payload.get("above", ()))
    answer = tools.online.ask(unit.source, max_bytes=MAX_BYTES)
    must_answer(answer, unit.source)
    document = (
        read_sitemap(answer.body, content_type=answer.content_type, base_url=answer.final_url)
        if answer.status == 200
        else NotAFeed(reason=f"status {answer.status}")
    )
    if isinstance(document, NotAFeed):
        if not depth:
            raise OperationError(f"{unit.source}: {document.reason}", mend="name the address of a sitemap")
        yield Step(position="end", found=LeftOut(NO_SITEMAP))
        return
    further: list[Unit] = []
    also: list[str] = []
    # Where each was listed before: an index that lists itself, or one above it, goes in circles.
    line = (*above, unit.source)
    for link in document.sitemaps[:MOST_PARTS]:
        outcome = _refusal(link, tools)
        if link.url in line:
            outcome = LOOP
        elif depth + 1 >= DEEPEST:
            outcome = TRAP
        if outcome:
            also.append(outcome)
        else:
            further.append(Unit(kind="sitemap", source=link.url, payload={"depth": depth + 1, "above": list(line)}))
    if len(document.sitemaps) > MOST_PARTS:
        also.append(TRAP)
    sorted_ = sort(document.entries, tools)
    yield Step(position="end", units=(*_once(further), *units(sorted_.wanted)), also=(*also, *sorted_.left_out))


def _refusal(link: SitemapLink, tools: Tools) -> str:
    """Why a sitemap of an index is not read."""
    url = _spelled(link.url)
    if to_come(url, tools.now):
        return TRAP
    return OUTSIDE if outside(url, link.updated_at, tools.wanted) else ""


def _spelled(url: str) -> str:
    """The address so that a month stands between slashes: sitemap-2024-03.xml, ?month=202403, ?yyyy=2024&mm=03."""
    for mark in ("sitemap", "-", "_", "=", "&mm", "&month", "?"):
        url = url.replace(mark, "/")
    while "//" in url:
        url = url.replace("//", "/")
    return url


def _once(found: list[Unit]) -> list[Unit]:
    return list({unit.source: unit for unit in found}.values())
