"""May this address be fetched, and how often? What robots.txt says, remembered per host for a day, for all workers."""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from flows.db import Database
from flows.gate import Gate
from flows.http import AGENT
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

#: RFC 9309: a stored robots.txt should not be used for more than a day, unless the host does not answer.
KEPT = timedelta(hours=24)

#: RFC 9309: at least this much of the file is read; more is cut off.
MAX_BYTES = 500 * 1024

#: A crawl-delay beyond this is treated as this: some files say a day and mean "go away", which Disallow says better.
LONGEST_DELAY_SECONDS = 60.0


class Robots:
    """robots.txt of the hosts of one batch."""

    def __init__(self, database: Database, gate: Gate, settings: FetchSettings, now: datetime) -> None:
        self._database, self._gate, self._settings, self._now = database, gate, settings, now
        self._known: dict[str, asyncio.Task[Protego | None]] = {}

    async def page_spacing(self, url: str) -> timedelta:
        """Between two starts at the address's host, for a page.

        Raises:
            FetchError: when robots.txt does not allow the page, or the host does not say.
            HostBusy: when robots.txt would have to be fetched and cannot be now.
        """
        rules = await self._rules(url)
        if rules is not None and not rules.can_fetch(url, AGENT):
            raise FetchError("robots.txt does not allow it", outcome=FetchOutcome.REFUSED)
        return self._spacing(rules)

    async def feed_spacing(self, url: str) -> timedelta:
        """The same for a feed or sitemap that its owner named: it is asked whatever robots.txt keeps crawlers from.

        Many sites disallow their feeds' addresses, which they publish for readers, to keep search engines away from them.
        """
        try:
            return self._spacing(await self._rules(url))
        except FetchError:
            return self._spacing(None)

    async def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that the host of an address names, in its order.

        Raises:
            FetchError, HostBusy: as above.
        """
        rules = await self._rules(url, always=True)
        return [] if rules is None else [str(each) for each in rules.sitemaps]

    def _spacing(self, rules: Protego | None) -> timedelta:
        asked = 0.0 if rules is None else float(rules.crawl_delay(AGENT) or 0)
        return timedelta(seconds=max(self._settings.spacing_seconds, min(asked, LONGEST_DELAY_SECONDS)))

    async def _rules(self, url: str, *, always: bool = False) -> Protego | None:
        if not (self._settings.robots or always):
            return None
        root = root_of(url)
        if root not in self._known:
            self._known[root] = asyncio.create_task(self._load(root))
        return await self._known[root]

    async def _load(self, root: str) -> Protego:
        stored = await asyncio.to_thread(self._stored, root)
        if stored is not None and stored[1]:
            return Protego.parse(stored[0])
        try:
            text = await self._fetch(root)
        except FetchError:
            if stored is None:
                raise
            return Protego.parse(stored[0])
        await asyncio.to_thread(self._keep, root, text)
        return Protego.parse(text)

    async def _fetch(self, root: str) -> str:
        """The file's text, empty where there is none. RFC 9309: without an answer nothing is allowed, so that raises."""
        answer = await self._gate.fetch(f"{root}/robots.txt", max_bytes=MAX_BYTES, cut=True)
        if answer.status >= 500 or answer.status == 429:
            raise FetchError(f"robots.txt: status {answer.status}", outcome=FetchOutcome.HTTP_ERROR)
        return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""

    def _stored(self, root: str) -> tuple[str, bool] | None:
        """The file as it was, and whether it still holds."""
        with self._database.transaction() as tx:
            row = tx.one("fetch.robots", root=root)
        return None if row is None else (str(row["body"]), row["fetched_at"] >= self._now - KEPT)

    def _keep(self, root: str, text: str) -> None:
        with self._database.transaction() as tx:
            tx.run("fetch.keep_robots", root=root, body=text, now=self._now)


def allowed(body: str, url: str) -> bool:
    """Whether a robots.txt that was kept lets us fetch an address."""
    return bool(Protego.parse(body).can_fetch(url, AGENT))


def root_of(url: str) -> str:
    """What robots.txt is kept by: no part of it is a reader's own."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
