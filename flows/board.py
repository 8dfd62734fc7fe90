"""The console of a service: what the last pass came to, and what is next.

A pass that brought something is a line. What stands below on a terminal is a line that changes: the last pass, the next,
what waits. Elsewhere (a journal, a container's log) quiet passes are one line an hour.
"""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

from flows import db, passes
from flows.http import redact
from schemas.errors import FigurewatchError

LOOK_SECONDS = 2.0
QUIET = timedelta(hours=1)
MOST_PASSES = 20
NOTHING = "nothing is polled: figurewatch sources add ADDRESS"


class Board(AbstractContextManager["Board"]):
    """Shows passes from now on."""

    def __init__(self, url: str, out: Console) -> None:
        self._url, self._out = url, out
        self._since = datetime.now(UTC)
        self._next_look = self._since
        self._spoken_at: datetime | None = None
        self._quiet = 0
        self._status: Status | None = None
        self._last = "the first pass is about to begin"

    def __enter__(self) -> "Board":
        if self._out.is_terminal:
            self._status = self._out.status(self._last)
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._status is not None:
            self._status.stop()

    def look(self, now: datetime) -> None:
        """Say what has ended since the last look."""
        if now < self._next_look:
            return
        self._next_look = now + timedelta(seconds=LOOK_SECONDS)
        try:
            with db.translated(self._url), db.connect(self._url) as connection:
                tx = db.Transaction(connection)
                ended = tx.all("service.passes", since=self._since, limit=MOST_PASSES)
                source = tx.one("service.next_source")
                queues = {row["queue"]: row["depth"] for row in tx.all("service.queues", now=now)}
        except FigurewatchError:
            return  # who looks after the database says so
        for row in ended:
            self._since = row["ended_at"]
            self._say(row, now, NOTHING if source is None else "nothing was due")
        if self._status is not None:
            self._status.update(Text(f"{self._last}; {self._next(source, queues, now)}"))

    def _say(self, row: db.Row, now: datetime, otherwise: str) -> None:
        took = (row["ended_at"] - row["began_at"]).total_seconds()
        said = passes.summary(row["done"])
        at = f"{row['ended_at'].astimezone():%H:%M:%S}"
        words = "; ".join(f"{stage} {what}" for stage, what in said.items()) or otherwise
        self._last = f"{at} last pass {took:.1f} s"
        if row["outcome"] == "failed":
            reason = row["detail"].splitlines()[0] if row["detail"] else "no reason"
            self._print(Text(f"{at} pass failed after {took:.1f} s: {reason}", style="red"), now)
        elif said.keys() - {"sources"} or "new entries" in said.get("sources", "") or self._spoken_at is None:
            self._print(Text(f"{at} pass in {took:.1f} s: {words}"), now)
        else:
            self._quiet += 1
            if self._status is None and self._spoken_at is not None and now - self._spoken_at > QUIET:
                self._print(Text(f"{at} {self._quiet} passes brought nothing new"), now)

    def _print(self, line: Text, now: datetime) -> None:
        self._out.print(line, soft_wrap=True)
        self._spoken_at, self._quiet = now, 0

    def _next(self, source: dict[str, Any] | None, queues: dict[str, int], now: datetime) -> str:
        waiting = [f"{queues[stage]} {what}" for stage, what in _WAITING.items() if queues.get(stage)]
        if source is None:
            return NOTHING
        name = source["outlet"] or redact(source["url"])
        due = "now" if source["due_at"] <= now else f"at {source['due_at'].astimezone():%H:%M:%S}"
        return f"next {name} {due}" + (f"; waiting: {', '.join(waiting)}" if waiting else "")


_WAITING = {
    "fetch": "pages to fetch",
    "fetch later": "to fetch later",
    "articles": "to read",
    "alerts": "to deliver",
    "fetch quarantined": "pages given up",
    "articles quarantined": "articles given up",
}
