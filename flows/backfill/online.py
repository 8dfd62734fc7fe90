"""The way of a backfill to the network: the one gate of everything, at a lower priority than live polling.

Live requests take their turns ahead, up to a minute; a backfill asks only when nobody stands in the queue of the host, so
that it never makes a live poll wait for more than the one request that is under way.
"""

import asyncio
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from flows.db import Database
from flows.gate import Gate, HostBusy, host_of
from flows.http import Client, Response, client_of
from flows.robots import Robots
from flows.settings import Settings

#: A worker waits so long for a host; then it puts its unit back and reads another.
PATIENCE = timedelta(seconds=60)

#: Between two looks whether a host is free.
LOOK_SECONDS = 0.25

#: A client and what robots.txt says are made anew after so long: a backfill may run for weeks.
FRESH = timedelta(hours=6)

T = TypeVar("T")

__all__ = ["HostBusy", "Online", "Response"]


class Online:
    """Asks servers, one request at a time. A context manager; nothing is opened before the first request."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings.fetch
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: Client | None = None
        self._since = datetime.min.replace(tzinfo=UTC)
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._thread is not None:
            self._run(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def ask(self, url: str, *, crawling: bool = False, **how: Any) -> Response:
        """A server's answer, when its host is free.

        Args:
            crawling: robots.txt must allow the address; otherwise it was named by hand, or by what was, and only the pause
                that robots.txt asks for is kept.
            how: as Client.fetch.
        Raises:
            HostBusy: the host rests, or is busy with live polls, for longer than PATIENCE.
            FetchError: as Client.fetch does.
        """
        return self._run(self._ask(url, crawling, how))

    def spacing(self, url: str) -> timedelta:
        """Between two requests at an address's host, by the settings and its robots.txt."""
        return self._run(self._spacing(url))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="backfill online", daemon=True)
            self._thread.start()
        asked = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return asked.result()
        except BaseException:  # stopped by hand: nobody waits for the answer any more
            asked.cancel()
            raise

    async def _ask(self, url: str, crawling: bool, how: dict[str, Any]) -> Response:
        await self._open()
        await self._until_free(url)
        self.requests += 1
        return await self._gate.fetch(
            url, spacing=self._robots.page_spacing if crawling else self._robots.feed_spacing, longest=PATIENCE, **how
        )

    async def _spacing(self, url: str) -> timedelta:
        await self._open()
        return await self._robots.feed_spacing(url)

    async def _until_free(self, url: str) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while True:
            wait = await asyncio.to_thread(self._wait, url)
            if wait <= 0:
                return
            left = end - asyncio.get_running_loop().time()
            if wait > left:
                raise HostBusy(timedelta(seconds=wait))
            await asyncio.sleep(max(LOOK_SECONDS, min(wait, left)))

    def _wait(self, url: str) -> float:
        """Seconds until nobody stands in the host's queue."""
        with self._database.transaction() as tx:
            row = tx.one("fetch.host", host=host_of(url))
        return 0.0 if row is None else float((row["free_at"] - datetime.now(UTC)).total_seconds())

    async def _open(self) -> None:
        now = datetime.now(UTC)
        if self._client is not None and now - self._since < FRESH:
            return
        await self._close()
        self._client = await client_of(self._settings).__aenter__()
        self._gate = Gate(self._database, self._client, self._settings)
        self._robots = Robots(self._database, self._gate, self._settings, now)
        self._since = now

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.__aexit__(None, None, None)
            self._client = None
