"""Whose turn is it at a host? The one gate that feeds, pages, robots.txt and backfill pass, shared by all workers.

A request takes its turn in PostgreSQL: starts at one host lie its spacing apart, whoever makes them; a host that refuses
or does not answer rests, for everybody; no host gets more than a quarter of what all workers have in flight, or one flight
where that is less. Every request is entered in the host's ledger. A redirect to another host waits for its turn there, like
any request. A fetch costs two transactions: the turn, and what came of it.
Not here: the request itself (http.py), what robots.txt asks for (robots.py).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from extractors.article import schedule
from extractors.article.urls import is_web_url
from flows.db import Database
from flows.http import Client, Response, redact, without_credentials
from flows.log import log
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

#: Nobody waits in a flight for a host that is free later than this; what wanted to ask is due again then.
LONGEST_WAIT = timedelta(seconds=60)

#: Sources, or entries, of one host in a batch: what fits, at the default spacing, into that time.
PER_HOST = 12

#: A worker that died gives its batch back after this time: a batch takes less.
LEASE = timedelta(minutes=15)

#: Hosts that one fetch may be led through; redirects within a host are counted by the client.
MOST_HOSTS = 5

#: Seconds until another look, when a host has its share of flights and other workers' must end first.
FULL_SECONDS = 0.25

#: A turn that comes so soon is waited for with its room in memory held.
SOON_SECONDS = 0.05

#: Failures that say something of the host, not of the document.
_NO_ANSWER = frozenset({FetchOutcome.UNREACHABLE, FetchOutcome.NAME_UNKNOWN})

Spacing = Callable[[str], Awaitable[timedelta]]


class HostBusy(Exception):
    """The host may not be asked for so long; nothing was sent."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        self.said = spelled(wait)
        super().__init__(f"free in {self.said}")


class Gate:
    """A client that waits for its turn. One for a batch; batches of any number of workers agree through the database."""

    def __init__(self, database: Database, client: Client, settings: FetchSettings) -> None:
        self._database, self._client, self._settings = database, client, settings
        self._queues: dict[str, _Queue] = {}
        #: As many answers are in memory at once as requests may be under way.
        self._room = asyncio.Semaphore(settings.concurrency)
        #: For whoever reads a large one: its tree takes several times its bytes, so they are read one at a time.
        self.alone = asyncio.Lock()

    async def spacing(self, url: str) -> timedelta:  # noqa: ARG002 - what robots.txt adds depends on the address
        """Between two starts, as set."""
        return timedelta(seconds=self._settings.spacing_seconds)

    async def fetch(
        self, url: str, *, spacing: Spacing | None = None, longest: timedelta = LONGEST_WAIT, **how: Any
    ) -> Response:
        """The server's answer when it is our turn: visit() for an answer that is small, or soon forgotten."""
        async with self.visit(url, spacing=spacing, longest=longest, **how) as answer:
            return answer

    @asynccontextmanager
    async def visit(
        self, url: str, *, spacing: Spacing | None = None, longest: timedelta = LONGEST_WAIT, **how: Any
    ) -> AsyncIterator[Response]:
        """The server's answer, as from Client.fetch, when it is our turn; it has its room in memory within the context.

        Args:
            spacing: between two starts at an address's host; asked again wherever a redirect leads. May refuse.
            longest: to wait, in all.
        Raises:
            HostBusy: the host rests, or has a queue, for longer than that.
            FetchError: as Client.fetch does.
        """
        spacing = spacing or self.spacing
        end = asyncio.get_running_loop().time() + longest.total_seconds()
        address, moved_to, for_good = url, "", True
        for _ in range(MOST_HOSTS):
            between = await spacing(address)
            flight = await self._turn(host_of(address), between, end)
            try:
                answer = await self._ask(address, flight, how)
                moved_to = answer.moved_to if for_good and answer.moved_to else moved_to
                if not answer.leads_to:
                    yield replace(answer, moved_to=moved_to)
                    return
            finally:
                self._room.release()
            for_good = for_good and answer.moved_to == answer.leads_to
            address = without_credentials(urljoin(answer.final_url, answer.leads_to))
        raise FetchError(f"{redact(url)} is led through more than {MOST_HOSTS} hosts", outcome=FetchOutcome.HTTP_ERROR)

    async def _turn(self, host: str, between: timedelta, end: float) -> int:
        """Returns when a request may start, with the number of its flight and room for its answer.

        Of one worker's requests to a host one asks for its turn at a time; the others stand behind it.
        """
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(host, _Queue())
        async with queue.first:
            while True:
                await self._room.acquire()
                kept = False
                try:
                    queue.landed.clear()
                    left = max(0.0, end - loop.time())
                    took = await asyncio.to_thread(self._reserve, host, between, timedelta(seconds=left))
                    wait = max(0.0, took["wait_seconds"])
                    if took["id"] is not None and wait <= SOON_SECONDS:
                        await self._until(wait, took["id"])
                        kept = True
                        return int(took["id"])
                finally:
                    if not kept:
                        self._room.release()
                if took["id"] is not None:
                    await self._until(wait, took["id"])
                    if not self._room.locked():
                        await self._room.acquire()
                        return int(took["id"])
                    # There is no room now; to start later could be close to the next one's start.
                    await asyncio.to_thread(self._give_back, took["id"])
                elif wait >= left:
                    raise HostBusy(timedelta(seconds=max(wait, FULL_SECONDS)))
                else:  # the host has its share of flights
                    with suppress(TimeoutError):
                        await asyncio.wait_for(queue.landed.wait(), FULL_SECONDS)

    async def _until(self, wait: float, flight: int) -> None:
        try:
            await asyncio.sleep(wait)
        except BaseException:  # cancelled: the turn is somebody else's
            await asyncio.to_thread(self._give_back, flight)
            raise

    def _reserve(self, host: str, between: timedelta, longest: timedelta) -> dict[str, Any]:
        with self._database.transaction() as tx:
            tx.run("fetch.lock_host", host=host)
            took = tx.one(
                "fetch.take_turn",
                host=host,
                spacing=between,
                longest=longest,
                flight=timedelta(seconds=self._settings.timeout_seconds + 5),
            )
        assert took is not None
        return took

    def _give_back(self, flight: int) -> None:
        with self._database.transaction() as tx:
            tx.run("fetch.end_flight", id=flight)

    async def _ask(self, url: str, flight: int, how: dict[str, Any]) -> Response:
        size = 0
        status: int | None = None
        answered: bool | None = None  # nobody knows of a request that is cancelled
        retry_after: float | None = None
        host = host_of(url)
        try:
            answer = await self._client.fetch(url, stay=True, **how)
            status, size, answered, retry_after = answer.status, len(answer.body), True, answer.retry_after
        except FetchError as error:
            answered = error.outcome not in _NO_ANSWER
            raise
        finally:
            await asyncio.to_thread(self._settle, host, flight, status, answered, size, retry_after)
            self._queues[host].landed.set()
        return answer

    def _settle(
        self, host: str, flight: int, status: int | None, answered: bool | None, size: int, retry_after: float | None
    ) -> None:
        refused = status in schedule.REFUSALS
        asks = timedelta(seconds=retry_after) if retry_after is not None and (status or 0) >= 400 else None
        with self._database.transaction() as tx:
            row = tx.one(
                "fetch.settle",
                id=flight,
                host=host,
                good=answered is True and not refused,
                refused=int(refused),
                failed=int(answered is False),
                bytes=size,
            )
            in_a_row = 0 if row is None else int(row["in_a_row"])
            pause = schedule.rest(status, in_a_row, asks) if in_a_row or asks else timedelta()
            if pause:
                said = "no answer" if status is None else f"status {status}"
                tx.run("fetch.hold_host", host=host, pause=pause, reason=f"{said}, {in_a_row} in a row")
                log.info("host rests", host=host, seconds=pause.total_seconds(), reason=said)


class _Queue:
    """The requests of one worker that want to start at one host."""

    def __init__(self) -> None:
        self.first = asyncio.Lock()  #: held by the one whose turn is next
        self.landed = asyncio.Event()  #: a flight of this worker to the host has ended


def spelled(time: timedelta) -> str:
    """A time in words for a person."""
    hours = time.total_seconds() / 3600
    if hours >= 2:
        return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
    minutes = round(hours * 60)
    return f"{minutes} minutes" if minutes >= 2 else f"{max(1, round(hours * 3600))} seconds"


def host_of(url: str) -> str:
    """Whose gate an address passes: name, and port where it is not the usual one. "www." is the same machine."""
    if not is_web_url(url):
        return ""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".").removeprefix("www.")
    usual = parts.port in {None, 443 if parts.scheme.lower() == "https" else 80}
    name = f"[{name}]" if ":" in name else name
    return name if usual else f"{name}:{parts.port}"
