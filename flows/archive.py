"""Documents that come with what is known of them: JSON lines, and HTML, text and mail files of a folder.

A line or a file -> an entry and its page, kept as bytes like any fetched one. A document that cannot be read is a
counted outcome with its line and reason, and the rest goes on.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from extractors.article.dates import moment
from flows import articles, fetch, sources
from flows.db import Transaction, storable
from flows.http import decode_html
from schemas.errors import UsageError
from schemas.records import Entry, Page

#: Endings of files that a folder is read for.
ENDINGS = {".html": "html", ".htm": "html", ".txt": "text", ".md": "text", ".eml": "mail"}

#: Bytes of a file that are read; longer ones are no article.
MAX_FILE_BYTES = 50_000_000

#: A NUL so early means that a file is no text, as git has it.
BINARY_WITHIN = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of an archive."""

    url: str
    title: str = ""
    outlet: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    text: str = ""
    html: str = ""
    fetched_at: datetime | None = None  #: when somebody put it down; the date of a file


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line or file that holds no document, and why."""

    place: str
    reason: str


def documents(path: Path) -> Iterator[Document | Unreadable]:
    """The documents of a .jsonl file or of a folder, in order.

    Raises:
        UsageError: when the path is not there or cannot be read.
    """
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() in ENDINGS and file.is_file():
                    yield of_file(file)
            return
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield of_line(line, f"{path}, line {number}")
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}", mend="name a readable file or folder") from None


def of_file(file: Path) -> Document | Unreadable:
    """One HTML, text or mail file as a document; its address is the file's, and so is its date where it names none."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_FILE_BYTES + 1)
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError) as error:
        return Unreadable(str(file), (getattr(error, "strerror", None) or str(error)).lower())
    if len(body) > MAX_FILE_BYTES:
        return Unreadable(str(file), "too large")
    if not body.strip():
        return Unreadable(str(file), "empty")
    if b"\0" in body[:BINARY_WITHIN] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Unreadable(str(file), "not text")
    url, kind = file.resolve().as_uri(), ENDINGS.get(file.suffix.lower())
    if kind == "mail":
        return _of_mail(body, url, str(file), written)
    if kind == "html":
        return Document(url=url, html=storable(decode_html(body, "text/html")), fetched_at=written)
    return Document(url=url, text=storable(body.decode("utf-8", "replace").removeprefix("\ufeff")), fetched_at=written)


def _of_mail(body: bytes, url: str, place: str, written: datetime) -> Document | Unreadable:
    """A newsletter or a forwarded article: its subject, sender and date, and the text, or the HTML where there is no text."""
    try:
        mail = message_from_bytes(body, policy=policy.default)
        part = mail.get_body(("html", "plain"))
        content = part.get_content() if part is not None else ""
        subject, sender, date = (str(mail.get(name, "")) for name in ("subject", "from", "date"))
    except Exception as error:  # strangers' headers in a large library, which raises much else than it says
        return Unreadable(place, f"a mail that cannot be read: {error}")
    if part is None or not isinstance(content, str) or not content.strip():
        return Unreadable(place, "a mail without text")
    sent, (name, address) = moment(date), parseaddr(sender)
    return Document(
        url=url,
        title=storable(" ".join(subject.split())),
        outlet=storable(name or address.rpartition("@")[2]),
        published_at=sent,
        fetched_at=written if sent is None else sent,
        text=storable(content) if part.get_content_type() == "text/plain" else "",
        html=storable(content) if part.get_content_type() == "text/html" else "",
    )


def of_line(line: bytes, place: str) -> Document | Unreadable:
    """A line of JSON as a document."""
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Unreadable(place, "not UTF-8 text")
    except RecursionError:
        return Unreadable(place, "not JSON that is a document: nested too deeply")
    except ValueError as error:
        return Unreadable(place, f"not JSON: {error}")
    if not isinstance(value, dict):
        return Unreadable(place, "not a JSON object")
    text, html, url = (_string(value, key) for key in ("text", "html", "url"))
    if not url:
        return Unreadable(place, 'no "url"')
    if not text.strip() and not html.strip():
        return Unreadable(place, 'neither "text" nor "html"')
    published = _string(value, "published")
    try:
        date = aware(published) if published else None
    except ValueError:
        return Unreadable(place, f'"published" is not a date of ISO 8601: {published[:60]}')
    authors = value.get("authors")
    return Document(
        url=url,
        title=_string(value, "title"),
        outlet=_string(value, "outlet"),
        published_at=date,
        authors=tuple(str(author) for author in authors) if isinstance(authors, list) else (),
        language=_string(value, "language"),
        text=text,
        html="" if text.strip() else html,
    )


def _string(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    # Letter for letter, so that offsets count in the text as it was given.
    return storable(found.replace("\0", " ")) if isinstance(found, str) else ""


def aware(written: str) -> datetime:
    """A time of ISO 8601; one without a zone is UTC.

    Raises:
        ValueError: it is none.
    """
    date = datetime.fromisoformat(written)
    try:
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except OverflowError as error:  # the first hours of year 1, the last of 9999
        raise ValueError(str(error)) from None


def store(tx: Transaction, document: Document, now: datetime, *, history: bool) -> int | None:
    """Keep a document as an entry and a page that waits for analysis; the page's id, None when it is there already."""
    entry = Entry(
        url=document.url,
        title=document.title,
        published_at=document.published_at,
        authors=document.authors,
        language=document.language,
        content=document.text or document.html,
    )
    sources.list_entry(tx, entry, source_id=None, outlet=document.outlet, now=now, history=history)
    row = tx.one("fetch.entry", url=sources.key(document.url))
    assert row is not None
    content_type = articles.PLAIN if document.text else "text/html; charset=utf-8"
    body = (document.text or document.html).encode("utf-8", "surrogatepass")
    return fetch.store_page(tx, row["id"], document.url, content_type, body, now)


def page(document: Document) -> Page:
    """A document as the analysis takes it."""
    return Page(
        url=document.url,
        html=document.html,
        text=document.text,
        title=document.title,
        outlet=document.outlet,
        authors=document.authors,
        language=document.language,
        published_at=document.published_at,
    )
