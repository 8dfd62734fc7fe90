"""What does this feed list?

Bytes of RSS, RDF, Atom or JSON Feed -> entries, with the hints that its publisher gives about polling and older pages.
Pure; no bytes raise. Everything before the root element is cut off, a document type with it, so that entities cannot
swell; broken XML is mended by libxml2, whose limits on depth and on single texts stay on. What is no feed is a NotAFeed.
Not here: what is new (flows), canonical addresses (urls.py), reading the articles (body.py).
"""

import html
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lxml import etree

from extractors.article.charset import decode_xml
from extractors.article.dates import moment
from extractors.article.markup import (
    MAX_TITLE_LENGTH,
    NOT_XML,
    element_key,
    element_text,
    parse_html,
    parse_xml,
    plain,
    web_url,
)
from extractors.article.urls import is_web_url
from schemas.records import Entry

#: Entries that one document may list; the rest is cut off. News feeds list 10 to 100; the largest archives 1,000.
MAX_ENTRIES = 2_000
#: A description of this length is the article itself, not its teaser. Teasers of news feeds stay under 600 characters.
FULL_TEXT_LENGTH = 1_500
MAX_AUTHORS = 20

_KINDS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom"}
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_PUBLISHED = ("pubdate", "published", "dc:date", "issued", "dcterms:issued", "created", "dcterms:created", "date")
_UPDATED = ("updated", "modified", "dcterms:modified", "lastbuilddate")
_PERIOD_MINUTES = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}

_MAIL = re.compile(r"[<(]?[^\s@()<>]+@[^\s@()<>]+[>)]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A feed as read: its entries in the publisher's order, and what it says about itself."""

    kind: str  #: "rss", "rdf", "atom", "json"
    title: str = ""
    language: str = ""  #: as declared
    entries: tuple[Entry, ...] = ()
    listed: int = 0  #: items in the document, those without an address and those over the limit included
    ttl_minutes: int | None = None  #: how long the publisher asks to wait between two polls
    self_url: str = ""
    next_url: str = ""  #: following page of a paged feed (RFC 5005)
    archive_url: str = ""  #: older part of an archived feed (RFC 5005, prev-archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAFeed:
    """Something else stood where a feed, or a sitemap, was expected."""

    reason: str  #: one line for a person
    found: Literal["", "html", "feed", "sitemap"] = ""  #: what stood there, where that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a web page announces."""

    url: str
    title: str = ""


def read_feed(body: bytes, *, content_type: str = "", base_url: str = "") -> FeedDocument | NotAFeed:
    """The entries of a feed.

    Args:
        body: as transferred, decompressed.
        content_type: the header, for its charset.
        base_url: where the document was found; relative links are resolved against it and against xml:base.
    Returns:
        at most MAX_ENTRIES entries, each with an absolute http(s) address; dates in UTC as the publisher wrote them,
        also where they lie in the future.
    """
    text = decode_xml(body, content_type)
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        return _json_feed(text, base_url)
    found = parse_xml(text, base_url)
    if isinstance(found, str):
        return NotAFeed(reason=found)
    name = element_key(found).rpartition(":")[2]
    if name in {"html", "head", "body", "div", "script"}:
        return NotAFeed(reason="a web page, not a feed", found="html")
    if name in {"urlset", "sitemapindex"}:
        return NotAFeed(reason="a sitemap, not a feed", found="sitemap")
    if name not in _KINDS:
        return NotAFeed(reason=f"XML that is no feed: its root element is <{name[:40]}>")
    return _xml_feed(found, _KINDS[name], base_url)


def feed_links(page: str, base_url: str) -> tuple[FeedLink, ...]:
    """The feeds that a page names in its head, in order, each once."""
    tree = parse_html(page)
    found: dict[str, FeedLink] = {}
    for link in tree.iter("link") if tree is not None else ():
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if kind in _FEED_TYPES and "alternate" in (link.get("rel") or "").lower().split():
            url = web_url(link.get("href") or "", base_url)
            if url:
                found.setdefault(url, FeedLink(url=url, title=plain(link.get("title") or "")))
    return tuple(found.values())


def _xml_feed(root: "etree._Element", kind: str, base_url: str) -> FeedDocument:
    items: list[etree._Element] = []
    head: dict[str, list[etree._Element]] = {}
    listed = 0
    # Items stand in the channel, beside it (RDF), or, in sloppy feeds, in each other's place: wherever they are, in order.
    channels = [root, *(child for child in root if element_key(child) == "channel")]
    for parent in channels:
        for child in parent:
            key = element_key(child)
            if key in {"item", "entry"}:
                listed += 1
                if len(items) < MAX_ENTRIES:
                    items.append(child)
            elif len(head.setdefault(key, [])) < MAX_AUTHORS:
                head[key].append(child)
    language = _first_text(head, "language", "dc:language") or root.get(_XML_LANG) or ""
    entries = tuple(entry for item in items if (entry := _entry(item, base_url, language)) is not None)
    links = {link.get("rel", "alternate").lower(): link for link in reversed(head.get("link", [])) if link.get("href")}

    def related(rel: str) -> str:
        return web_url(links[rel].get("href", ""), links[rel].base or base_url) if rel in links else ""

    return FeedDocument(
        kind=kind,
        title=plain(_first_text(head, "title")),
        language=language[:35],
        entries=entries,
        listed=listed,
        ttl_minutes=_ttl(head),
        self_url=related("self"),
        next_url=related("next"),
        archive_url=related("prev-archive"),
    )


def _ttl(head: "dict[str, list[etree._Element]]") -> int | None:
    written = _first_text(head, "ttl")
    if written.isascii() and written.isdigit() and len(written) < 8:
        return int(written) or None
    period = _PERIOD_MINUTES.get(_first_text(head, "sy:updateperiod").lower())
    if period is None:
        return None
    times = _first_text(head, "sy:updatefrequency")
    return max(1, period // max(1, int(times))) if times.isascii() and times.isdigit() and len(times) < 8 else period


def _entry(item: "etree._Element", base_url: str, language: str) -> Entry | None:
    fields: dict[str, list[etree._Element]] = {}
    for child in item:
        kept = fields.setdefault(element_key(child), [])
        if len(kept) < MAX_AUTHORS:
            kept.append(child)
    guid = _first_text(fields, "guid", "id", "dc:identifier") or item.get(_RDF_ABOUT, "")
    url = _link(fields, guid, base_url)
    if not url:
        return None
    return Entry(
        url=url,
        title=_title(fields),
        guid=guid[:2_048],
        published_at=_date(fields, _PUBLISHED),
        updated_at=_date(fields, _UPDATED),
        authors=_authors(fields),
        language=(item.get(_XML_LANG) or _first_text(fields, "dc:language", "language") or language)[:35],
        content=_content(fields),
    )


def _link(fields: "dict[str, list[etree._Element]]", guid: str, base_url: str) -> str:
    originals = [*fields.get("feedburner:origlink", []), *fields.get("pheedo:origlink", [])]
    candidates = [(element, element_text(element)) for element in originals]
    links = fields.get("link", [])
    candidates += [(link, element_text(link)) for link in links if not link.get("href")]
    hrefs = [link for link in links if link.get("href") and (link.get("rel") or "alternate").lower() == "alternate"]
    hrefs.sort(key=lambda link: "html" not in (link.get("type") or "html"))
    candidates += [(link, link.get("href", "")) for link in hrefs]
    for element, written in candidates:
        url = web_url(written, element.base or base_url)
        if url:
            return url
    return guid if guid.startswith(("http://", "https://")) and is_web_url(guid) else ""


def _title(fields: "dict[str, list[etree._Element]]") -> str:
    for name in ("title", "dc:title"):
        for element in fields.get(name, []):
            written = element_text(element)
            text = " ".join(written.split())[:MAX_TITLE_LENGTH] if element.get("type") == "text" else plain(written)
            if text:
                return text
    return ""


def _authors(fields: "dict[str, list[etree._Element]]") -> tuple[str, ...]:
    found: dict[str, None] = {}
    for element in [
        *fields.get("author", []),
        *fields.get("dc:creator", []),
        *fields.get("dc:author", []),
        *fields.get("itunes:author", []),
    ]:
        named = [child for child in element if element_key(child) in {"name", "foaf:name"}]
        written = element_text(named[0]) if named else element_text(element)
        name = plain(_MAIL.sub("", written[:400])).strip(' ()"')[:200]
        if name:
            found.setdefault(name)
    return tuple(found)[:MAX_AUTHORS]


def _content(fields: "dict[str, list[etree._Element]]") -> str:
    for name in ("content:encoded", "content", "xhtml:body", "body"):
        for element in fields.get(name, []):
            text = _markup(element)
            if text:
                return text
    for name in ("description", "summary"):
        for element in fields.get(name, []):
            text = _markup(element)
            if len(text) >= FULL_TEXT_LENGTH:
                return text
    return ""


def _markup(element: "etree._Element") -> str:
    """The HTML that an element holds: as escaped text, as elements, or as plain text."""
    if len(element):
        inner = [etree.tostring(child, encoding="unicode", with_tail=True) for child in element]
        return (html.escape(element.text or "", quote=False) + "".join(inner)).strip()
    text = (element.text or "").strip()
    return f"<p>{html.escape(text, quote=False)}</p>" if text and element.get("type") == "text" else text


def _date(fields: "dict[str, list[etree._Element]]", names: tuple[str, ...]) -> datetime | None:
    for name in names:
        for element in fields.get(name, []):
            found = moment(element_text(element))
            if found is not None:
                return found
    return None


def _first_text(fields: "dict[str, list[etree._Element]]", *names: str) -> str:
    return next((text for name in names for element in fields.get(name, []) if (text := element_text(element))), "")


def _json_feed(text: str, base_url: str) -> FeedDocument | NotAFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return NotAFeed(reason="JSON that cannot be read")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return NotAFeed(reason="JSON that is no feed: it has no list of items")
    language = _string(document, "language")[:35]
    entries = [_json_entry(item, base_url, language) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    return FeedDocument(
        kind="json",
        title=plain(_string(document, "title")),
        language=language,
        entries=tuple(entry for entry in entries if entry is not None),
        listed=len(items),
        self_url=web_url(_string(document, "feed_url"), base_url),
        next_url=web_url(_string(document, "next_url"), base_url),
    )


def _json_entry(item: dict[str, Any], base_url: str, language: str) -> Entry | None:
    guid = _string(item, "id")
    url = web_url(_string(item, "url"), base_url) or web_url(_string(item, "external_url"), base_url)
    url = url or (guid if guid.startswith(("http://", "https://")) and is_web_url(guid) else "")
    if not url:
        return None
    written = item.get("authors")
    authors = written if isinstance(written, list) else [item.get("author")]
    names = [plain(_string(author, "name"))[:200] for author in authors[:MAX_AUTHORS] if isinstance(author, dict)]
    text = _string(item, "content_text")
    return Entry(
        url=url,
        title=plain(_string(item, "title")),
        guid=guid[:2_048],
        published_at=moment(_string(item, "date_published")),
        updated_at=moment(_string(item, "date_modified")),
        authors=tuple(dict.fromkeys(name for name in names if name)),
        language=_string(item, "language")[:35] or language,
        content=_string(item, "content_html") or (f"<p>{html.escape(text, quote=False)}</p>" if text else ""),
    )


def _string(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return NOT_XML.sub("", value) if isinstance(value, str) else ""
