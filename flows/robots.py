"""May this address be fetched, and how often? What robots.txt says, remembered per host for a day, for all workers."""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from flows.db import Database
from flows.http import AGENT, Client
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

#: RFC 9309: a stored robots.txt should not be used for more than a day.
KEPT = timedelta(hours=24)

#: RFC 9309: at least this much of the file is read; more is cut off.
MAX_BYTES = 500 * 1024

#: A crawl-delay beyond this is treated as this: some files say a day and mean "go away", which Disallow says better.
LONGEST_DELAY_SECONDS = 60.0


class Robots:
    """robots.txt of the hosts of one batch."""

    def __init__(self, database: Database, client: Client, settings: FetchSettings) -> None:
        self._database, self._client, self._settings = database, client, settings
        self._known: dict[str, asyncio.Task[Protego | None]] = {}

    async def allow(self, url: str, now: datetime) -> bool:
        """Whether robots.txt lets us fetch this address; True where robots.txt is not followed.

        Raises:
            FetchError: when the host does not say.
        """
        rules = await self._rules(url, now)
        return rules is None or bool(rules.can_fetch(url, AGENT))

    async def spacing(self, url: str, now: datetime) -> timedelta:
        """Between two starts at the address's host: ours, or the host's crawl-delay if that is longer."""
        rules = await self._rules(url, now)
        asked = 0.0 if rules is None else float(rules.crawl_delay(AGENT) or 0)
        return timedelta(seconds=max(self._settings.spacing_seconds, min(asked, LONGEST_DELAY_SECONDS)))

    async def _rules(self, url: str, now: datetime) -> Protego | None:
        if not self._settings.robots:
            return None
        root = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if root not in self._known:
            self._known[root] = asyncio.create_task(self._load(root, now))
        return await self._known[root]

    async def _load(self, root: str, now: datetime) -> Protego:
        text = await asyncio.to_thread(self._stored, root, now)
        if text is None:
            text = await self._fetch(root)
            await asyncio.to_thread(self._keep, root, text, now)
        return Protego.parse(text)

    async def _fetch(self, root: str) -> str:
        """The file's text, empty where there is none. RFC 9309: without an answer nothing is allowed, so that raises."""
        answer = await self._client.fetch(f"{root}/robots.txt", max_bytes=MAX_BYTES)
        if answer.status >= 500 or answer.status == 429:
            raise FetchError(f"robots.txt: status {answer.status}", outcome=FetchOutcome.HTTP_ERROR)
        return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""

    def _stored(self, root: str, now: datetime) -> str | None:
        with self._database.transaction() as tx:
            row = tx.one("fetch.robots", host=root)
        if row is None or row["robots"] is None or row["robots_fetched_at"] < now - KEPT:
            return None
        return str(row["robots"])

    def _keep(self, root: str, text: str, now: datetime) -> None:
        with self._database.transaction() as tx:
            tx.run("fetch.keep_robots", host=root, robots=text, now=now)
