"""What does a host's robots.txt allow, and how slowly does it want us to go?

Bytes of robots.txt -> rules for one agent. Pure; no bytes raise.
Not here: fetching and keeping robots.txt (flows/robots.py).
"""

import math

from protego import Protego

#: RFC 9309 asks readers to take at least 500 KiB; the rest is not read.
MAX_BYTES = 512 * 1024
#: A longer delay between two requests is a mistake or a ban spelled wrongly; a day's pages would never be read.
MAX_DELAY_SECONDS = 300.0


class RobotsRules:
    """The rules that hold for one agent."""

    def __init__(self, text: str, agent: str) -> None:
        self._agent = agent
        self._rules = Protego.parse(text)

    def allows(self, url: str) -> bool:
        """May this address be fetched? What no rule names may."""
        try:
            return bool(self._rules.can_fetch(url, self._agent))
        except (ValueError, UnicodeError):
            return True

    @property
    def delay_seconds(self) -> float:
        """The host's crawl-delay, or what its request-rate comes to; 0 where it names none."""
        delay = self._rules.crawl_delay(self._agent) or 0.0
        rate = self._rules.request_rate(self._agent)
        if rate is not None and rate.requests:
            delay = max(delay, rate.seconds / rate.requests)
        return min(max(0.0, delay), MAX_DELAY_SECONDS) if math.isfinite(delay) else 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that the host names, as written."""
        return tuple(self._rules.sitemaps)


def robots_text(body: bytes) -> str:
    """The text of a robots.txt, to be kept and read again."""
    return body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "")
