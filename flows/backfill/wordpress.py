"""WordPress sites: posts from the REST API, a hundred a request with their whole text; where it is off, from paged feeds.

The position is the page to ask for next. Posts are asked for in the order of their numbers, so that what is published meanwhile
comes last and shifts no page; by their dates those of one moment would have no order, and stand on two pages or on none.
"""

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

from extractors.article.dates import moment
from extractors.article.markup import plain, web_url
from flows.backfill.feed import web_address
from flows.backfill.listing import LOOP, Seen, must_answer, sort, units
from flows.backfill.online import Response
from flows.backfill.shapes import Archive, Document, LeftOut, Step, Tools, Unit, Wanted
from flows.backfill.wanted import moved
from flows.settings import BackfillSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

ONLINE = True

#: Posts of a page: what the API gives at most; fewer where a hundred posts are larger than a page may be.
SIZES = (100, 20, 5)
#: Bytes of one answer.
MAX_BYTES = 20_000_000
#: Where the API stands; the second works without rewritten addresses.
PLACES = ("wp-json/wp/v2/posts?", "?rest_route=/wp/v2/posts&")
#: What is asked for of a post.
FIELDS = "id,link,date,date_gmt,title,content,status"
#: The site compares its own time with what is asked for, without the first and the last moment: more is asked for, and those
#: outside the dates are left out here.
ZONES = timedelta(days=1)
#: A post whose text is shorter gives the beginning only, or nothing; its page is fetched.
SHORT = 200

FALLS_BACK = "mended: its API is switched off, its feeds are read"


def plan(asked: Archive, _: BackfillSettings) -> Iterator[Unit]:
    """A unit for each site.

    Raises:
        UsageError: when one is no address.
    """
    for name in asked.named:
        url = web_address(name)
        yield Unit(kind="wordpress", source=url if url.endswith("/") else url + "/")


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The posts of a site, from a page on."""
    at: dict[str, Any] = json.loads(position) if position else {"place": 0, "size": SIZES[0], "page": 1, "seen": []}
    seen = Seen(at["seen"])
    while at["page"]:
        try:
            answer = tools.online.ask(address(unit.source, at, tools.wanted), max_bytes=MAX_BYTES, accept="application/json")
        except FetchError as error:
            smaller = [size for size in SIZES if size < at["size"]]
            if error.outcome is not FetchOutcome.TOO_LARGE or not smaller or at["page"] > 1:
                raise
            at |= {"size": smaller[0]}
            continue
        posts = _posts(answer, unit.source)
        if posts is None:
            if at["page"] > 1:  # the page after the last is an error to it
                return
            if at["place"] + 1 < len(PLACES):
                at |= {"place": at["place"] + 1}
                continue
            yield Step(
                position=json.dumps(at | {"page": 0}),
                units=(Unit(kind="feed", source=urljoin(unit.source, "feed/")),),
                also=(FALLS_BACK,),
            )
            return
        if not posts:
            return
        if seen.repeats(str(post.get("id")) for post in posts):
            yield Step(position=json.dumps(at | {"page": 0}), found=LeftOut(LOOP))
            return
        yield from _page(unit, at, posts, answer, tools, seen)
        at = {**at, "page": _next(at, answer), "seen": list(seen.pages), "from": 0}


def address(site: str, at: dict[str, Any], wanted: Wanted) -> str:
    """Of a page of the API."""
    asked: dict[str, Any] = {"per_page": at["size"], "page": at["page"], "orderby": "id", "order": "asc", "_fields": FIELDS}
    if wanted.since is not None:
        asked["after"] = f"{moved(wanted.since, -ZONES):%Y-%m-%dT%H:%M:%S}"
    if wanted.until is not None:
        asked["before"] = f"{moved(wanted.until, ZONES):%Y-%m-%dT%H:%M:%S}"
    return urljoin(site, PLACES[at["place"]] + urlencode(asked))


def _posts(answer: Response, site: str) -> list[dict[str, Any]] | None:
    """The posts of an answer; None where the API is not there, or the page is none."""
    must_answer(answer, site)
    if answer.status != 200:
        return None
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return [post for post in found if isinstance(post, dict)] if isinstance(found, list) else None


def _page(
    unit: Unit, at: dict[str, Any], posts: list[dict[str, Any]], answer: Response, tools: Tools, seen: Seen
) -> Iterator[Step]:
    """The posts of a page, but for those that were read before; then what has to be fetched of it."""
    total = _number(answer, "x-wp-total")
    before = (at["page"] - 1) * at["size"]
    short: list[Entry] = []
    left_out: list[str] = []
    for number, post in enumerate(posts, 1):
        entry = _entry(post, unit.source)
        if entry is None:
            continue
        sorted_ = sort([entry], tools)
        left_out += sorted_.left_out
        text = _rendered(post, "content")
        if sorted_.wanted and len(plain(text)) < SHORT:
            short.append(entry)
        elif sorted_.wanted and number > at.get("from", 0):
            here = json.dumps(at | {"from": number})
            yield Step(position=here, passed=before + number, size=total, found=_document(entry, text))
    after = json.dumps({**at, "page": _next(at, answer), "seen": seen.pages, "from": 0})
    yield Step(position=after, passed=before + len(posts), size=total, units=units(short), also=tuple(left_out))


def _next(at: dict[str, Any], answer: Response) -> int:
    pages = _number(answer, "x-wp-totalpages")
    return 0 if pages and at["page"] >= pages else int(at["page"]) + 1


def _number(answer: Response, header: str) -> int:
    written = answer.headers.get(header, "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _rendered(post: dict[str, Any], key: str) -> str:
    value = post.get(key)
    text = value.get("rendered") if isinstance(value, dict) else value
    return text if isinstance(text, str) else ""


def _entry(post: dict[str, Any], site: str) -> Entry | None:
    url = web_url(str(post.get("link") or ""), site)
    if not url or post.get("status", "publish") != "publish":
        return None
    # Where the site names no time of the world, its own will do: some hours are better than no date.
    dates = (moment(written) for key in ("date_gmt", "date") if isinstance(written := post.get(key), str))
    return Entry(url=url, title=plain(_rendered(post, "title")), published_at=next(filter(None, dates), None))


def _document(entry: Entry, text: str) -> Document:
    """A post as a page: its text within the least of HTML."""
    title = html.escape(entry.title)
    body = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )
    return Document(
        url=entry.url,
        body=body.encode("utf-8", "replace"),
        content_type="text/html; charset=utf-8",
        fetched_at=datetime.now(UTC),
        title=entry.title,
        published_at=entry.published_at,
    )
