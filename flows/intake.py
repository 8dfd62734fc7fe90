"""Intake: sources polled and pages fetched, in batches; where articles are read meanwhile, in a process of its own.

Recording is a conversation with PostgreSQL that wants its turn at once, some eight times an article; polling and fetching
parse feeds and unpack answers, and would keep the interpreter from it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Any

from flows import clock, fetch, sources
from flows.analyser import forks, with_parent
from flows.db import Database
from flows.http import client_of
from flows.log import for_child, in_child
from flows.settings import Settings

POLLS_A_BATCH = 50
FETCHES_A_BATCH = 100

Work = Callable[[Database, Settings, datetime], Awaitable[Counter[str]]]


async def poll_due(database: Database, settings: Settings, now: datetime) -> Counter[str]:
    """Poll up to POLLS_A_BATCH due sources; counts by outcome, empty when none is due."""
    counts: Counter[str] = Counter()
    with clock.stage("sources"):
        async with client_of(settings.fetch) as client:
            for polled in await sources.poll_all(database, client, settings, now, POLLS_A_BATCH):
                counts[f"sources {polled.outcome or 'waiting'}"] += 1
                counts["sources new entries"] += polled.new
    return counts


async def fetch_due(database: Database, settings: Settings, now: datetime) -> Counter[str]:
    """Fetch up to FETCHES_A_BATCH due pages; counts by outcome, empty when none is due."""
    with clock.stage("fetch"):
        async with client_of(settings.fetch) as client:
            done = await fetch.fetch_all(database, client, settings.fetch, now, FETCHES_A_BATCH)
    return Counter(f"fetch {fetched.outcome or 'waiting'}" for fetched in done)


class Aside:
    """A process for poll_due and fetch_due. It starts with the first batch and ends with close(), or with this one.

    What it leases bears the number of this process, and is given back with its leases.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._opened = (database.url, database.process, settings)
        self._pool: ProcessPoolExecutor | None = None

    async def __call__(self, work: Work, now: datetime) -> Counter[str]:
        """The counts of a batch, whose seconds count to this process.

        Raises:
            BrokenProcessPool: the process was ended.
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, forks(), initializer=_start, initargs=(*self._opened, *for_child()))
        try:
            counts, seconds = await asyncio.wrap_future(self._pool.submit(_batch, work, now))
        except BaseException:
            self.close()  # a batch that nobody waits for any more ends at once
            raise
        for stage, taken in seconds.items():
            clock.add(stage, taken)
        return counts

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


_here: dict[str, Any] = {}  # what the process works with


def _start(url: str, process: int | None, settings: Settings, wanted: str, secrets: frozenset[str]) -> None:
    with_parent()
    in_child(wanted, secrets)
    _here.update(database=Database(url, process=process), settings=settings)


def _batch(work: Work, now: datetime) -> tuple[Counter[str], dict[str, float]]:
    counts = asyncio.run(_counts(work, now))
    return counts, clock.taken()


async def _counts(work: Work, now: datetime) -> Counter[str]:
    return await work(_here["database"], _here["settings"], now)
