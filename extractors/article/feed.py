"""What does this feed list?

Bytes of RSS, RDF, Atom or JSON Feed -> entries, with the hints that its publisher gives about polling and older pages.
feedparser reads the XML: 30 items cost it 10 ms, where a reader of our own on lxml took 2, and it mends what that one
lost (of 2,000 items behind one open tag, none). JSON Feed, which it does not know, is read here.
Pure; no bytes raise. Everything before the root element is cut off, a document type with it, so that entities cannot
swell (feedparser alone: 110 KB to 2.9 GB and 23 s), and what is handed on is bounded: the worst document found takes 5 s.
What is no feed is a NotAFeed.
Not here: what is new (flows), canonical addresses (urls.py), reading the articles (body.py).
"""

import html
import io
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

import feedparser

from extractors.article.charset import decode_xml, unpacked
from extractors.article.dates import moment
from extractors.article.markup import NOT_XML, local_name, mended, parse_html, parse_xml, plain, root_name, root_start, web_url
from schemas.records import Entry

#: Entries that one document may list; the rest is cut off. News feeds list 10 to 100; the largest archives 1,000.
MAX_ENTRIES = 2_000
#: Characters, and tags, of a feed that are read; entries further down, the oldest as a rule, are cut off. The fullest
#: feeds with whole articles stay under half of either. feedparser takes up to 1 s a million characters, 3 s a million tags.
MAX_FEED_LENGTH = 5_000_000
MAX_FEED_TAGS = 300_000
#: Prefixes of vocabularies that a feed may declare; feeds have up to 20. feedparser goes through all of them at every tag.
MAX_PREFIXES = 100
#: Attributes of one element; feeds have up to 30. feedparser takes time by their square: 10 s for 40,000.
MAX_ATTRIBUTES = 1_000
#: A description of this length is the article itself, not its teaser. Teasers of news feeds stay under 600 characters.
FULL_TEXT_LENGTH = 1_500
MAX_AUTHORS = 20
#: Characters in which the root element is looked for behind what a broken server says before it.
MAX_JUNK = 10_000

_KINDS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom"}
_PAGE = {"html", "head", "body"}
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_PERIOD_MINUTES = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}

_DAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())

_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)(?=[\s>])")
_ITEM = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_SKIPS = re.compile(r"<(?:[\w.-]{1,40}:)?skip(?:Hours|Days)(?=[\s>])", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_PREFIX = re.compile(r"\bxmlns:([^\s=]{1,100})", re.IGNORECASE)
_MAIL = re.compile(r"[<(]?[^\s@()<>]+@[^\s@()<>]+[>)]?")

#: For the dictionaries of feedparser, whose own get() raises inside where a key is absent, and gives one date for another.
_get = dict.get


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A feed as read: its entries in the publisher's order, and what it says about itself."""

    kind: str  #: "rss", "rdf", "atom", "json"
    title: str = ""
    language: str = ""  #: as declared
    entries: tuple[Entry, ...] = ()
    listed: int = 0  #: items in the document, those without an address and those over the limit included
    ttl_minutes: int | None = None  #: how long the publisher asks to wait between two polls
    skip_hours: tuple[int, ...] = ()  #: in which RSS asks not to be polled, 0 to 23, UTC
    skip_days: tuple[int, ...] = ()  #: likewise; 0 is Monday
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
    plainly = unpacked(body)
    if plainly is None:
        return NotAFeed(reason="a gzipped file that cannot be unpacked")
    text = decode_xml(plainly, content_type)
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        return _json_feed(text, base_url)
    at = root_start(text)
    if at is None:
        return NotAFeed(reason="neither XML nor JSON" if text.strip() else "empty")
    name = root_name(text, at)
    if name not in _KINDS and name not in _PAGE and (behind := _ROOT.search(text, at, at + MAX_JUNK)) is not None:
        at = behind.start()  # a server's warnings stand before it
        name = root_name(text, at)
    if name in _PAGE or name in {"div", "script", "br", "p", "b", "font"}:
        return NotAFeed(reason="a web page, not a feed", found="html")
    if name in {"urlset", "sitemapindex"}:
        return NotAFeed(reason="a sitemap, not a feed", found="sitemap")
    if name not in _KINDS:
        return NotAFeed(reason=f"XML that is no feed: its root element is <{name[:40]}>")
    return _xml_feed(text[at : at + MAX_FEED_LENGTH], _KINDS[name], base_url)


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


def _xml_feed(text: str, kind: str, base_url: str) -> FeedDocument | NotAFeed:
    if text.count("<") > MAX_FEED_TAGS:
        text = "<".join(text.split("<", MAX_FEED_TAGS)[:MAX_FEED_TAGS])
    if len(set(_PREFIX.findall(text))) > MAX_PREFIXES:
        return NotAFeed(reason=f"a feed that declares more than {MAX_PREFIXES} vocabularies")
    if any(tag.count("=") > MAX_ATTRIBUTES and _attributes(tag) > MAX_ATTRIBUTES for tag in text.split("<")):
        return NotAFeed(reason=f"a feed with more than {MAX_ATTRIBUTES:,} attributes in one element")
    items = [item.start() for item in _ITEM.finditer(text)]
    if len(items) > MAX_ENTRIES:
        text = text[: items[MAX_ENTRIES]]
    # A stream, for a string could be taken as an address or a file's name. What is escaped in it stays as it is: its HTML
    # is read with lxml later and never shown, and cleaning it here would take three times as long as all the rest.
    try:
        found = feedparser.parse(
            io.BytesIO(mended(text).encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": base_url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # strangers' markup in a large library: a feed that breaks it cannot be read
        return NotAFeed(reason="XML that cannot be read")
    head, listed = found.feed, found.entries
    language = _string(head, "language")
    # In Atom an entry without an author has its feed's; an editor of an RSS channel wrote none of its items.
    authors = _authors(head) if kind == "atom" else ()
    found_entries = (_entry(item, kind, base_url, language, authors) for item in listed[:MAX_ENTRIES])
    entries = tuple(entry for entry in found_entries if entry is not None)
    links = {_get(link, "rel", "alternate").lower(): link for link in reversed(_get(head, "links", []))}

    hours, days = _skips(text) if _SKIPS.search(text) else ((), ())

    def related(rel: str) -> str:
        return web_url(_get(links[rel], "href", ""), base_url) if rel in links else ""

    return FeedDocument(
        kind=kind,
        title=plain(_string(head, "title")),
        language=language[:35],
        entries=entries,
        listed=len(listed) + max(0, len(items) - MAX_ENTRIES),
        ttl_minutes=_ttl(head),
        skip_hours=hours,
        skip_days=days,
        self_url=related("self"),
        next_url=related("next"),
        archive_url=related("prev-archive"),
    )


def _attributes(tag: str) -> int:
    """How many attributes stand in a tag, given with the text behind it."""
    return _QUOTED.sub("", tag).partition(">")[0].count("=")


def _ttl(head: dict[str, Any]) -> int | None:
    written = _string(head, "ttl").strip()
    if written.isascii() and written.isdigit() and len(written) < 8:
        return int(written) or None
    period = _PERIOD_MINUTES.get(_string(head, "sy_updateperiod").strip().lower())
    if period is None:
        return None
    times = _string(head, "sy_updatefrequency").strip()
    return max(1, period // max(1, int(times))) if times.isascii() and times.isdigit() and len(times) < 8 else period


def _skips(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Hours and days not to poll in. Few feeds name any, and of several elements of a name feedparser keeps the last."""
    root = parse_xml(text)
    if isinstance(root, str):
        return (), ()
    hours, days = set(), set()
    for element in root.iter():
        within = element.getparent()
        name, of = local_name(element), "" if within is None else local_name(within)
        written = (element.text or "").strip().lower()
        if (name, of) == ("hour", "skiphours") and re.fullmatch(r"[01]?[0-9]|2[0-4]", written):
            hours.add(int(written) % 24)
        elif (name, of) == ("day", "skipdays") and written in _DAYS:
            days.add(_DAYS.index(written))
    return tuple(sorted(hours)), tuple(sorted(days))


def _entry(item: dict[str, Any], kind: str, base_url: str, language: str, authors: tuple[str, ...]) -> Entry | None:
    guid = _string(item, "id")
    url = _link(item, guid, base_url)
    if not url:
        return None
    said = _get(item, "title_detail") or {}
    updated = moment(_string(item, "updated"))
    published = moment(_string(item, "published")) or moment(_string(item, "created"))
    return Entry(
        url=url,
        title=plain(_string(item, "title")),
        guid=guid[:2_048],
        # feedparser files the one date of Dublin Core, which is when an item of RSS appeared, under "updated".
        published_at=published if published is not None or kind == "atom" else updated,
        updated_at=updated,
        authors=_authors(item) or _authors(_get(item, "source") or {}) or authors,
        language=(_string(item, "language") or _string(said, "language") or language)[:35],
        content=_content(item),
    )


def _link(item: dict[str, Any], guid: str, base_url: str) -> str:
    links = _get(item, "links", [])
    hrefs = [link for link in links if _get(link, "rel", "alternate").lower() == "alternate"]
    hrefs.sort(key=lambda link: ("html" not in (_get(link, "type") or "html"), "hreflang" in link))
    written = [_string(item, "feedburner_origlink"), _string(item, "pheedo_origlink")]
    written += [_get(link, "href", "") for link in hrefs] + [_string(item, "link")]
    if guid.startswith(("http://", "https://")):
        written.append(guid)
    written += [_get(link, "href", "") for link in links if _get(link, "rel", "").lower() in {"self", "via"}]
    return next((url for one in written if (url := web_url(one, base_url))), "")


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    said = [_string(author, "name") for author in _get(item, "authors", [])[:MAX_AUTHORS] if author]
    if len(said) == 1:  # as written: feedparser takes an address with a long last part for part of the name
        said = [_string(item, "author") or said[0]]
    found: dict[str, None] = {}
    for written in said:
        name = plain(_MAIL.sub("", written[:400])).strip(' ()"')[:200]
        if name:
            found.setdefault(name)
    return tuple(found)


def _content(item: dict[str, Any]) -> str:
    for part in _get(item, "content", []):
        if text := _markup(part):
            return text
    text = _markup(_get(item, "summary_detail") or {})
    return text if len(text) >= FULL_TEXT_LENGTH else ""


def _markup(part: dict[str, Any]) -> str:
    """The HTML of a content, also where it is plain text."""
    text = _string(part, "value").strip()
    return f"<p>{html.escape(text, quote=False)}</p>" if text and _get(part, "type") == "text/plain" else text


def _json_feed(text: str, base_url: str) -> FeedDocument | NotAFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return NotAFeed(reason="JSON that cannot be read")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return NotAFeed(reason="JSON that is no feed: it has no list of items")
    language = _string(document, "language")[:35]
    authors = _json_authors(document)
    entries = [_json_entry(item, base_url, language, authors) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    return FeedDocument(
        kind="json",
        title=plain(_string(document, "title")),
        language=language,
        entries=tuple(entry for entry in entries if entry is not None),
        listed=len(items),
        self_url=web_url(_string(document, "feed_url"), base_url),
        next_url=web_url(_string(document, "next_url"), base_url),
    )


def _json_authors(record: dict[str, Any]) -> tuple[str, ...]:
    written = record.get("authors")
    authors = written if isinstance(written, list) else [record.get("author")]
    names = [plain(_string(author, "name"))[:200] for author in authors[:MAX_AUTHORS] if isinstance(author, dict)]
    return tuple(dict.fromkeys(name for name in names if name))


def _json_entry(item: dict[str, Any], base_url: str, language: str, authors: tuple[str, ...]) -> Entry | None:
    guid = _string(item, "id")
    written = [_string(item, "url"), _string(item, "external_url"), guid if guid.startswith(("http://", "https://")) else ""]
    url = next((url for one in written if (url := web_url(one, base_url))), "")
    if not url:
        return None
    text = _string(item, "content_text")
    return Entry(
        url=url,
        title=plain(_string(item, "title")),
        guid=guid[:2_048],
        published_at=moment(_string(item, "date_published")),
        updated_at=moment(_string(item, "date_modified")),
        authors=_json_authors(item) or authors,
        language=_string(item, "language")[:35] or language,
        content=_string(item, "content_html") or (f"<p>{html.escape(text, quote=False)}</p>" if text else ""),
    )


def _string(record: dict[str, Any], key: str) -> str:
    value = _get(record, key)
    return NOT_XML.sub("", value) if isinstance(value, str) else ""
