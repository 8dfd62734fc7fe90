"""Is this document wanted? Asked of what the archive says and of raw bytes, before anything is parsed, and then of the article.

The first look never refuses what the second would take: it goes by what cannot be wrong (host, type, dates that are known,
a language that is declared, words that stand nowhere in the bytes).
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from extractors.article.markup import plain
from extractors.message.rules import mentions
from flows.articles import PLAIN, as_of
from flows.backfill.shapes import HTML_TYPES, Document, Wanted

#: Bytes in which a page declares its language, if it does.
HEAD_BYTES = 4_096

OTHER_HOST = "left out: of another host"
OTHER_TYPE = "left out: neither HTML nor text"
OTHER_LANGUAGE = "left out: in another language"
OTHER_DATE = "left out: outside the dates"
OFF_TOPIC = "left out: off the topic"

_LANG = re.compile(rb"""<html\b[^>]{0,500}?\blang\s*=\s*["']?\s*([a-zA-Z]{2})\b""", re.IGNORECASE)
_SPACE = rb"(?:\s|&nbsp;|&#160;)+"
_ESCAPED = re.compile(r"[&'\"<>]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def refusal(document: Document, wanted: Wanted) -> str:
    """Why a document is left out before it is parsed; empty when it may be wanted."""
    if not of_hosts(document.url, wanted.hosts):
        return OTHER_HOST
    if document.content_type != PLAIN and document.content_type.partition(";")[0].strip().lower() not in HTML_TYPES:
        return OTHER_TYPE
    if too_early_or_late(document.published_at, document.fetched_at, wanted):
        return OTHER_DATE
    if wanted.languages:
        found = _LANG.search(document.body[:HEAD_BYTES])
        said = document.language or (found[1].decode("ascii") if found else "")
        if said and said[:2].lower() not in wanted.languages:
            return OTHER_LANGUAGE
    pattern = _in_bytes(wanted.words)
    if pattern is not None and not document.body.startswith(_WIDE) and not pattern.search(document.body):
        # The headline may come from the archive and stand nowhere in the page.
        return "" if mentions(plain(document.title), wanted.words) else OFF_TOPIC
    return ""


def refused(title: str, text: str, language: str, published_at: datetime | None, fetched_at: datetime, wanted: Wanted) -> str:
    """Why an article is left out; empty when it is wanted."""
    if wanted.languages and language not in wanted.languages and language != "und":
        return OTHER_LANGUAGE
    if not in_range(as_of(published_at, fetched_at), wanted):
        return OTHER_DATE
    if wanted.words and not mentions(f"{title}\n{text}", wanted.words):
        return OFF_TOPIC
    return ""


def of_hosts(url: str, hosts: tuple[str, ...]) -> bool:
    """Is an address one of these hosts', or of a subdomain?"""
    if not hosts:
        return True
    try:
        name = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(name == host or name.endswith("." + host) for host in hosts)


def in_range(when: datetime, wanted: Wanted) -> bool:
    """Does a moment lie within the dates?"""
    return (wanted.since is None or when >= wanted.since) and (wanted.until is None or when < wanted.until)


def moved(when: datetime, by: timedelta) -> datetime:
    """A moment earlier or later; within the first or the last year there is, where it would lie beyond."""
    try:
        return when + by
    except OverflowError:
        return datetime(9999 if by > timedelta() else 1, 1, 1, tzinfo=UTC)


def too_early_or_late(published_at: datetime | None, fetched_at: datetime | None, wanted: Wanted) -> bool:
    """Is it certain that a document lies outside the dates? What was fetched before the first was published before it."""
    if wanted.since is not None and fetched_at is not None and fetched_at < wanted.since:
        return True
    if published_at is None:
        return False
    return not in_range(published_at if fetched_at is None else as_of(published_at, fetched_at), wanted)


@lru_cache(16)
def _in_bytes(words: tuple[str, ...]) -> "re.Pattern[bytes] | None":
    """One pattern for all words; none where one holds letters that pages write in different ways."""
    if not words or not all(word.strip() and word.isascii() and not _ESCAPED.search(word) for word in words):
        return None
    parts = [_SPACE.join(re.escape(part.encode("ascii")) for part in word.split()) for word in words]
    return re.compile(rb"\b(?:" + rb"|".join(parts) + rb")", re.IGNORECASE)
