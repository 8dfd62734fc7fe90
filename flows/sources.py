"""Sources: what is polled, when, and what each poll lists.

Due sources -> conditional fetch -> entries that are new or were changed. One recorded outcome a poll.
Not here: reading a feed (extractors/article/feed.py), fetching the pages (fetch.py).
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from extractors.article.feed import FeedDocument, NotAFeed, read_feed
from extractors.article.sitemap import SitemapDocument, read_sitemap
from extractors.article.urls import canonical_url
from flows.db import Database, Transaction
from flows.http import Client, Response
from flows.log import log
from flows.settings import Settings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

#: A worker that died gives its sources back after this time: a batch of polls takes far less.
LEASE = timedelta(minutes=10)

#: A failing source is polled ever more rarely, never less than once a day: feeds do come back.
LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """How one poll ended."""

    source: str
    outcome: FetchOutcome
    detail: str = ""
    listed: int = 0
    new: int = 0


def keep(tx: Transaction, settings: Settings, now: datetime) -> None:
    """Make the stored sources those of the settings."""
    for source in settings.sources:
        tx.run(
            "sources.keep",
            url=source.url,
            outlet=source.outlet or (urlsplit(source.url).hostname or ""),
            kind=source.kind,
            every_seconds=source.every_minutes * 60,
            now=now,
        )
    tx.run("sources.pause_others", urls=[source.url for source in settings.sources])


def lease(tx: Transaction, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Due sources that nobody polls."""
    return tx.all("sources.lease_due", now=now, until=now + LEASE, limit=limit)


async def poll(database: Database, client: Client, source: dict[str, Any], now: datetime) -> Polled:
    """Fetch a source and store what it lists. Never raises for what a server does."""
    fetched: Response | None = None
    entries: tuple[Entry, ...] = ()
    try:
        fetched = await client.fetch(source["url"], etag=source["etag"], last_modified=source["last_modified"])
        outcome, detail, entries = _read(source, fetched)
    except FetchError as error:
        outcome, detail = error.outcome, error.message
    return await asyncio.to_thread(_store, database, source, fetched, outcome, detail, entries, now)


def _read(source: dict[str, Any], fetched: Response) -> tuple[FetchOutcome, str, tuple[Entry, ...]]:
    if fetched.status == 304 or hashlib.sha256(fetched.body).digest() == source["body_sha256"]:
        return FetchOutcome.NOT_MODIFIED, "", ()
    if fetched.status != 200:
        return FetchOutcome.HTTP_ERROR, f"status {fetched.status}", ()
    document = document_of(source["kind"], fetched)
    if isinstance(document, NotAFeed):
        return FetchOutcome.NOT_A_FEED, document.reason, ()
    return FetchOutcome.FETCHED, "", document.entries


def document_of(kind: str, fetched: Response) -> FeedDocument | SitemapDocument | NotAFeed:
    """What a source lists, by its kind."""
    read: Callable[..., FeedDocument | SitemapDocument | NotAFeed] = read_sitemap if kind == "sitemap" else read_feed
    return read(fetched.body, content_type=fetched.content_type, base_url=fetched.final_url)


def _store(
    database: Database,
    source: dict[str, Any],
    fetched: Response | None,
    outcome: FetchOutcome,
    detail: str,
    entries: tuple[Entry, ...],
    now: datetime,
) -> Polled:
    good = outcome in (FetchOutcome.FETCHED, FetchOutcome.NOT_MODIFIED)
    failures = 0 if good else source["failures"] + 1
    wait = min(timedelta(seconds=source["every_seconds"]) * (1 + failures), LONGEST_WAIT)
    if fetched is not None and fetched.retry_after is not None:
        wait = max(wait, min(timedelta(seconds=fetched.retry_after), LONGEST_WAIT))
    read = fetched is not None and outcome is FetchOutcome.FETCHED
    with database.transaction() as tx:
        new = sum(list_entry(tx, entry, source_id=source["id"], outlet=source["outlet"], now=now) for entry in entries)
        tx.run(
            "sources.polled",
            id=source["id"],
            due_at=now + wait,
            # Validators are kept from the document that was read: those of an error would hide the next good one.
            etag=fetched.etag if fetched is not None and read else source["etag"],
            last_modified=fetched.last_modified if fetched is not None and read else source["last_modified"],
            body_sha256=hashlib.sha256(fetched.body).digest() if fetched is not None and read else source["body_sha256"],
            failures=failures,
            now=now,
            outcome=outcome,
            detail=detail,
        )
        tx.run("sources.record_poll", id=source["id"], now=now, outcome=outcome, detail=detail, listed=len(entries), new=new)
    log.info("source polled", source=source["url"], outcome=outcome, detail=detail, listed=len(entries), new=new)
    return Polled(source=source["url"], outcome=outcome, detail=detail, listed=len(entries), new=new)


def list_entry(
    tx: Transaction, entry: Entry, *, source_id: int | None, outlet: str, now: datetime, history: bool = False
) -> bool:
    """Store a listed entry; True when it is new or its publisher changed it."""
    told = (entry.title, entry.published_at, entry.updated_at, hashlib.sha256(entry.content.encode()).hexdigest())
    row = tx.one(
        "fetch.list_entry",
        source_id=source_id,
        url=key(entry.url),
        link=entry.url,
        title=entry.title,
        outlet=outlet,
        authors=list(entry.authors),
        language=entry.language,
        published_at=entry.published_at,
        listed_sha256=hashlib.sha256(repr(told).encode()).digest(),
        history=history,
        now=now,
    )
    return row is not None


def key(url: str) -> str:
    """What an entry is known by: the canonical form of its link, or the link itself where it is no web address."""
    return canonical_url(url) if url.startswith(("http://", "https://")) else url
