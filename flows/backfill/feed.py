"""Feeds and their older pages: a unit a feed, the position the address of its next page with what is known of those before.

Older pages are found as the feed names them (RFC 5005: next, prev-archive; Atom rel=next), or, where it names none, by asking
for ?paged=2 and ?page=2, as most newsrooms' software has them. Listing ends where there is no further page, where the dates are
covered, or where pages begin to repeat themselves. What is listed becomes units of pages.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from extractors.article.feed import FeedDocument, NotAFeed, read_feed
from extractors.article.urls import is_web_url
from flows.backfill.listing import LOOP, Seen, covered, must_answer, sort, units
from flows.backfill.shapes import Archive, LeftOut, Step, Tools, Unit
from flows.settings import BackfillSettings
from schemas.errors import OperationError, UsageError

ONLINE = True

#: Pages of one feed; at ten entries a page the archive of a large newsroom, some twenty years.
MOST_PAGES = 20_000
TOO_MANY = "ended: more pages than any newsroom has"

#: How software counts the pages of its feeds, where the feed does not say.
PATTERNS = ("paged", "page")


def plan(asked: Archive, _: BackfillSettings) -> Iterator[Unit]:
    """A unit for each feed.

    Raises:
        UsageError: when one is no address.
    """
    for name in asked.named:
        yield Unit(kind="feed", source=web_address(name))


def web_address(name: str) -> str:
    """An address as typed, with its scheme.

    Raises:
        UsageError: it is none.
    """
    url = name if "://" in name else f"https://{name}"
    if not is_web_url(url):
        raise UsageError(f"{name}: not an address", mend="write it as https://paper.example/feed.xml")
    return url


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The pages of a feed, from a position on: units of what each lists."""
    at: dict[str, Any] = json.loads(position) if position else {"url": unit.source, "by": "", "page": 1, "seen": []}
    seen = Seen(at["seen"])
    while at["url"]:
        document = _ask(at["url"], tools, first=at["page"] == 1)
        if document is None or not document.entries:
            at = _other_pattern(at, unit.source)
            yield Step(position=_written(at, seen))
            continue
        if seen.repeats(entry.url for entry in document.entries):
            # The first page again is what sites answer that know no such parameter: then another is tried, or that was all.
            tried = at["by"] and at["page"] == 2
            at = _other_pattern(at, unit.source) if tried else at | {"url": ""}
            yield Step(position=_written(at, seen), found=None if tried else LeftOut(LOOP))
            continue
        sorted_ = sort(document.entries, tools)
        at = _next(at, document, unit.source)
        ended: tuple[str, ...] = ()
        if covered(document.entries, tools.wanted.since):
            at |= {"url": ""}
        elif at["url"] and at["page"] > MOST_PAGES:
            at, ended = at | {"url": ""}, (TOO_MANY,)
        yield Step(position=_written(at, seen), units=units(sorted_.wanted, back=True), also=sorted_.left_out + ended)


def _ask(url: str, tools: Tools, *, first: bool) -> FeedDocument | None:
    """A page of the feed; None where there is none."""
    answer = tools.online.ask(url)
    if answer.status != 200:
        must_answer(answer, url)
        if first:
            raise OperationError(f"{url}: status {answer.status}", mend="name the address of a feed")
        return None
    document = read_feed(answer.body, content_type=answer.content_type, base_url=answer.final_url)
    if isinstance(document, NotAFeed):
        if first:
            raise OperationError(f"{url}: no feed: {document.reason}", mend="name the address of a feed")
        return None
    return document


def _next(at: dict[str, Any], document: FeedDocument, source: str) -> dict[str, Any]:
    """Where the page after this one stands."""
    named = document.next_url or document.archive_url
    if named and not at["by"]:
        return at | {"url": named, "page": at["page"] + 1}
    if at["page"] == 1:
        return _other_pattern(at, source)
    return at | {"url": numbered(source, at["by"], at["page"] + 1) if at["by"] else "", "page": at["page"] + 1}


def _other_pattern(at: dict[str, Any], source: str) -> dict[str, Any]:
    """The second page by the next way of counting; the end, where all were tried or pages were found already."""
    if at["page"] > 2 or (at["page"] == 2 and not at["by"]):
        return at | {"url": ""}
    tried = PATTERNS.index(at["by"]) + 1 if at["by"] else 0
    if tried == len(PATTERNS):
        return at | {"url": ""}
    return at | {"url": numbered(source, PATTERNS[tried], 2), "by": PATTERNS[tried], "page": 2}


def numbered(url: str, name: str, page: int) -> str:
    """The address of a page by a parameter."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, str(page))])))


def _written(at: dict[str, Any], seen: Seen) -> str:
    return json.dumps(at | {"seen": seen.pages})
