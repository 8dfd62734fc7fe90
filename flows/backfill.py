"""Backfill: history from an archive. It takes its place in every series, by date, and wakes nobody.

Documents are stored in batches, each with its pages, before they are read: what was stored stays, and a run that was
stopped goes on where it was when it is started again, because what is there already is not stored twice.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from extractors.article.feed import NotAFeed, read_feed
from flows import archive, fetch, pipeline, sources
from flows.archive import Unreadable
from flows.context import Context
from flows.gate import Gate, HostBusy
from flows.http import client_of
from schemas.errors import OperationError, UsageError

#: Documents stored in one transaction, and pages read in one batch.
BATCH = 100


def documents(opened: Context, path: Path, now: datetime, say: Callable[[str], None]) -> Counter[str]:
    """Read in the documents of a file or folder; counts by outcome.

    Raises:
        UsageError: when the path is not there or cannot be read.
    """
    counts: Counter[str] = Counter()
    batch: list[archive.Document] = []
    for found in archive.documents(path):
        if isinstance(found, Unreadable):
            counts[f"unreadable ({found.place}: {found.reason})"] += 1
            continue
        batch.append(found)
        if len(batch) == BATCH:
            counts += _store(opened, batch, now)
            batch = []
            say(f"{counts['documents stored']:,} documents stored")
    counts += _store(opened, batch, now)
    return counts + read(opened, now, say)


def _store(opened: Context, batch: list[archive.Document], now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    with opened.database.transaction() as tx:
        for document in batch:
            page = archive.store(tx, document, now, history=True)
            counts["documents known already" if page is None else "documents stored"] += 1
    return counts


def read(opened: Context, now: datetime, say: Callable[[str], None]) -> Counter[str]:
    """Analyse and record every page that waits, the oldest report first."""
    counts: Counter[str] = Counter()
    while done := pipeline.analyse_due(opened.database, opened.analyser, opened.desk, now, BATCH):
        counts += done
        say(f"{sum(count for key, count in counts.items() if key.startswith('articles')):,} articles read")
    return counts


def feed(opened: Context, url: str, most_pages: int, say: Callable[[str], None]) -> Counter[str]:
    """Read in what a feed and its older pages list; counts by outcome.

    Raises:
        UsageError: when the address is no feed.
        FetchError: when it cannot be fetched.
    """
    counts = asyncio.run(_feed(opened, url, most_pages, say))
    return counts + read(opened, datetime.now(UTC), say)


async def _feed(opened: Context, url: str, most_pages: int, say: Callable[[str], None]) -> Counter[str]:
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    following: str | None = url
    async with client_of(opened.settings.fetch) as client:
        gate = Gate(opened.database, client, opened.settings.fetch)
        while following is not None and following not in seen and len(seen) < most_pages:
            seen.add(following)
            following = await _page(opened, gate, following, counts)
            say(f"{len(seen)} pages of the feed, {counts['entries new']:,} entries")
        while True:
            now = datetime.now(UTC)
            done = await fetch.fetch_all(opened.database, client, opened.settings.fetch, now, BATCH)
            if not done:
                return counts
            counts.update(f"fetch {fetched.outcome or 'waiting'}" for fetched in done)
            say(f"{counts['fetch fetched']:,} pages fetched")


async def _page(opened: Context, gate: Gate, url: str, counts: Counter[str]) -> str | None:
    """List the entries of one page of a feed; the address of the next older page."""
    try:
        answer = await gate.fetch(url)
    except HostBusy as busy:
        mend = "start it again later: it goes on where it was"
        raise OperationError(f"{url}: the host may not be asked for another {busy.wait}", mend=mend) from None
    if answer.status != 200:
        raise UsageError(f"{url}: status {answer.status}", mend="name the address of a feed")
    document = read_feed(answer.body, content_type=answer.content_type, base_url=answer.final_url)
    if isinstance(document, NotAFeed):
        raise UsageError(f"{url}: no feed: {document.reason}", mend="name the address of a feed")
    now = datetime.now(UTC)
    with opened.database.transaction() as tx:
        for entry in document.entries:
            new = sources.list_entry(tx, entry, source_id=None, outlet="", now=now, history=True)
            counts["entries new" if new else "entries known already"] += 1
    return document.next_url or document.archive_url or None
