"""Fetch: the page of every due entry, kept as bytes.

Due entries -> robots.txt and the host's gate -> page. One recorded outcome an
entry: fetched, due again later, or quarantined with its reason.
Not here: whose turn it is (gate.py), what may be dialled and how much is read (http.py).
"""

import asyncio
import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from extractors.article import schedule
from flows.db import Database, Transaction
from flows.gate import LEASE, LONGEST_WAIT, PER_HOST, Gate, HostBusy
from flows.http import Client, redact
from flows.log import log
from flows.robots import Robots
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

#: Tries before an entry is quarantined; with the pauses below, each longer by the first, the last is about five hours after
#: the first.
MOST_TRIES = 6
PAUSE, LONGEST_PAUSE = timedelta(minutes=20), timedelta(hours=2)

#: An entry that its host refuses for the moment (429, 503) does not use up its tries; but not for ever: with the same pauses
#: the last of so many refusals is a week after the first, and two weeks where the host refuses everything and rests longer.
#: They are counted, for time alone cannot tell: an entry also grows old in the queue, and while nobody runs.
MOST_REFUSALS = 90

#: Answers that will not get better: the page is gone, or is not for us.
FINAL_STATUS = frozenset({400, 401, 402, 404, 405, 406, 410, 414, 451})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How the fetch of one entry ended."""

    url: str
    outcome: FetchOutcome | None  #: None: the host is busy, the entry waits
    detail: str = ""


async def fetch_all(database: Database, client: Client, settings: FetchSettings, now: datetime, limit: int) -> list[Fetched]:
    """Take up to `limit` due entries and fetch them, all at once as far as their hosts allow."""
    with database.transaction() as tx:
        due = tx.all("fetch.lease_due", now=now, until=now + LEASE, limit=limit, per_host=PER_HOST, longest=LONGEST_WAIT)
    gate = Gate(database, client, settings)
    robots = Robots(database, gate, settings, now)
    return list(await asyncio.gather(*(fetch(database, gate, robots, entry, now) for entry in due)))


async def fetch(database: Database, gate: Gate, robots: Robots, entry: dict[str, Any], now: datetime) -> Fetched:
    """Fetch one entry's page and store it. Never raises for what a server does."""
    pause, refused = timedelta(seconds=0), False
    try:
        async with gate.visit(entry["link"], spacing=robots.page_spacing) as answer:
            if answer.status == 200:
                return await asyncio.to_thread(_store, database, entry, answer, now)
        outcome, detail = FetchOutcome.HTTP_ERROR, f"status {answer.status}"
        final = answer.status in FINAL_STATUS
        refused = answer.status in {429, 503}
        if answer.retry_after is not None:
            pause = min(timedelta(seconds=answer.retry_after), schedule.LONGEST)
    except HostBusy as busy:
        return await asyncio.to_thread(_postpone, database, entry, now + busy.wait)
    except FetchError as error:
        outcome, detail = error.outcome, error.message
        final = outcome in (FetchOutcome.REFUSED, FetchOutcome.TOO_LARGE)
    return await asyncio.to_thread(_fail, database, entry, outcome, detail, final, refused, now, pause)


def _store(database: Database, entry: dict[str, Any], answer: Any, now: datetime) -> Fetched:
    with database.transaction() as tx:
        store_page(tx, entry["id"], answer.final_url, answer.content_type, answer.body, now)
    log.info("page fetched", stage="fetch", url=redact(entry["url"]), outcome=FetchOutcome.FETCHED)
    return Fetched(url=entry["url"], outcome=FetchOutcome.FETCHED)


def store_page(tx: Transaction, entry_id: int, final_url: str, content_type: str, body: bytes, now: datetime) -> int | None:
    """Keep a page's bytes and end its entry; None when the same bytes are there already."""
    row = tx.one(
        "fetch.store_page",
        entry_id=entry_id,
        final_url=final_url,
        content_type=content_type,
        now=now,
        body=zlib.compress(body, 6),
        body_sha256=hashlib.sha256(body).digest(),
    )
    tx.run("fetch.fetched", id=entry_id, outcome=FetchOutcome.FETCHED, detail="")
    return None if row is None else int(row["id"])


def _fail(
    database: Database,
    entry: dict[str, Any],
    outcome: FetchOutcome,
    detail: str,
    final: bool,
    refused: bool,
    now: datetime,
    pause: timedelta,
) -> Fetched:
    tries, refusals = entry["tries"] + (not refused), entry["refusals"] + refused
    over = final or tries >= MOST_TRIES or refusals >= MOST_REFUSALS
    with database.transaction() as tx:
        tx.run(
            "fetch.failed",
            id=entry["id"],
            state="quarantined" if over else "due",
            outcome=outcome,
            detail=detail,
            tries=tries,
            refusals=refusals,
            due_at=now + max(min(PAUSE * (tries + refusals), LONGEST_PAUSE), pause),
        )
    log.info("page not fetched", stage="fetch", url=redact(entry["url"]), outcome=outcome, detail=detail, quarantined=over)
    return Fetched(url=entry["url"], outcome=outcome, detail=detail)


def _postpone(database: Database, entry: dict[str, Any], due_at: datetime) -> Fetched:
    with database.transaction() as tx:
        tx.run("fetch.postponed", id=entry["id"], due_at=due_at)
    return Fetched(url=entry["url"], outcome=None)
