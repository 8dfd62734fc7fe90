"""A run: this process reads units and records what was read, until the backfill is done, paused or cancelled.

One thread reads and keeps the worker processes busy, another records. Any number of runs on one backfill, on any number of
machines, share its units.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flows.analyser import PAGES_A_WORKER, Analyser
from flows.backfill import cursor, kinds, reading, recording
from flows.backfill.cursor import Stopped, Worker
from flows.backfill.online import Online
from flows.backfill.shapes import Archive, Tools
from flows.context import Context
from flows.db import Database, Transaction
from schemas.errors import FigurewatchError, UsageError

#: Between two looks whether there is something to do.
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a backfill is."""

    state: str
    units: int
    units_read: int
    units_failed: int
    part_read: float  #: in [0, 1], of the units known so far
    waiting: int  #: batches that are read and not recorded
    recorded: int  #: documents
    waits_for: str  #: what keeps a unit from being read now; empty when nothing does
    next_due: datetime | None
    reading: int  #: units that workers read now


def begin(opened: Context, archive: Archive, now: datetime) -> tuple[int, bool]:
    """A backfill, ready to be run: its number, and whether it is new; the same command goes on with the one that is open.

    Raises:
        UsageError: what is named is not there, or is not understood.
    """
    units = kinds.plan(archive, opened.settings.backfill)
    with opened.database.transaction() as tx:
        number, new = cursor.begin(tx, archive, units, now)
        if not new:
            cursor.set_state(tx, number, "running", None, of=("paused",))
            tx.run("backfill.retry", id=number)
    return number, new


def resume(tx: Transaction, backfill_id: int) -> None:
    """Let a backfill go on, and try what failed once more.

    Raises:
        UsageError: there is none of that number, or it is over.
    """
    row = cursor.get(tx, backfill_id)
    if row["state"] not in {"running", "paused"}:
        failed = cursor.set_state(tx, backfill_id, "running", None, of=("done",)) if _failed(tx, backfill_id) else False
        if not failed:
            raise UsageError(f"backfill {backfill_id} is {row['state']}", mend="start a new one: figurewatch backfill --help")
    cursor.set_state(tx, backfill_id, "running", None, of=("paused",))
    tx.run("backfill.retry", id=backfill_id)


def _failed(tx: Transaction, backfill_id: int) -> bool:
    return bool(tx.all("backfill.troubles", id=backfill_id))


def analyser(workers: int) -> Analyser:
    """Worker processes for a run."""
    return Analyser(workers, reading.analyse_group, each=PAGES_A_WORKER // reading.STEPS)


def run(
    opened: Context,
    backfill_id: int,
    tell: Callable[[Progress], None],
    *,
    analysing: Any = None,
    only: int | None = None,
) -> str:
    """Work on a backfill until it is over; the state that it is in then.

    Args:
        tell: called every second or so.
        analysing: what analyses; None: worker processes, as many as the settings say.
        only: read this unit alone, and wait for no other.
    """
    with opened.database.transaction() as tx:
        row = cursor.get(tx, backfill_id)
    own = analyser(opened.settings.workers) if analysing is None else None
    try:
        with (
            cursor.worker(opened.database, backfill_id) as by,
            Online(opened.database, opened.settings) as online,
            _recorder(opened, backfill_id) as recorder,
        ):
            tools = Tools(
                online=online,
                database=opened.database,
                settings=opened.settings.backfill,
                wanted=cursor.wanted_of(row),
                now=row["started_at"],
                title_habits=row["wanted"].get("title_habits", {}),
            )
            with _telling(opened.database, backfill_id, tell):
                _read(opened, backfill_id, by, tools, own or analysing, recorder, only)
            recorder.finish()
        finished(opened, backfill_id)
        with opened.database.transaction() as tx:
            return str(cursor.get(tx, backfill_id)["state"])
    finally:
        if own is not None:
            own.close()


def _read(
    opened: Context, backfill_id: int, by: Worker, tools: Tools, analysing: Any, recorder: "_Recorder", only: int | None
) -> None:
    while True:
        recorder.check()
        row = cursor.lease(opened.database, backfill_id, by, only)
        if row is not None:
            try:
                reading.read_unit(opened.database, analysing, by, row, tools, recorder.check)
            except Stopped:
                cursor.put_back(opened.database, row, by, row["due_at"], free=True)
            except BaseException:
                with suppress(FigurewatchError):  # the database is away: the lease ends with this process
                    cursor.put_back(opened.database, row, by, row["due_at"], free=True)
                raise
            recorder.wake()
            if only is not None:
                return
            continue
        with opened.database.transaction() as tx:
            found = progress(tx, backfill_id)
        if only is not None or found.state != "running" or (found.units_read == found.units and not found.waiting):
            return
        recorder.wake()
        threading.Event().wait(LOOK_SECONDS)


def progress(tx: Transaction, backfill_id: int) -> Progress:
    """How far a backfill is."""
    row = tx.one("backfill.progress", id=backfill_id)
    backfill = cursor.get(tx, backfill_id)
    assert row is not None
    return Progress(
        state=backfill["state"],
        units=row["units"],
        units_read=row["units_read"],
        units_failed=row["units_failed"],
        part_read=row["parts_read"] / max(1, row["units"]),
        waiting=row["batches"] - row["batches_recorded"],
        recorded=int(backfill["counts"].get(recording.RECORDED, 0)),
        waits_for=row["waits_for"] or "",
        next_due=row["next_due"],
        reading=row["reading"],
    )


def finished(opened: Context, backfill_id: int) -> bool:
    """Record what is ready; is the backfill over then, or paused?"""
    recording.record_ready(opened.database, opened.desk, backfill_id)
    with opened.database.transaction() as tx:
        _end(tx, backfill_id)
        return progress(tx, backfill_id).state != "running"


def _end(tx: Transaction, backfill_id: int) -> None:
    """A backfill whose units are all read and recorded is done."""
    found = progress(tx, backfill_id)
    if found.state == "running" and found.units_read == found.units and not found.waiting:
        cursor.set_state(tx, backfill_id, "done", datetime.now(UTC), of=("running",))


class _Recorder:
    """Records in a thread of its own, beside the reading."""

    def __init__(self, opened: Context, backfill_id: int) -> None:
        self._opened, self._backfill_id = opened, backfill_id
        self._wake, self._over = threading.Event(), threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="backfill recorder", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There may be something to record."""
        self._wake.set()

    def check(self) -> None:
        """Raise here what was raised there."""
        if self._failed is not None:
            raise self._failed

    def finish(self) -> None:
        """End after the batch at hand, and raise here what was raised there."""
        self.stop()
        self.check()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._over.set()
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                done = recording.record_ready(self._opened.database, self._opened.desk, self._backfill_id, self._over.is_set)
                if not done:
                    self._wake.wait(LOOK_SECONDS)
                    self._wake.clear()
        except BaseException as error:
            self._failed = error


@contextmanager
def _recorder(opened: Context, backfill_id: int) -> Iterator[_Recorder]:
    recorder = _Recorder(opened, backfill_id)
    try:
        yield recorder
    finally:
        recorder.stop()


@contextmanager
def _telling(database: Database, backfill_id: int, tell: Callable[[Progress], None]) -> Iterator[None]:
    over = threading.Event()

    def work() -> None:
        while not over.wait(1.0):
            # When the database is away, who works says so.
            with suppress(FigurewatchError), database.transaction() as tx:
                tell(progress(tx, backfill_id))

    thread = threading.Thread(target=work, name="backfill progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Pace:
    """Rate and time left, from how a backfill got on."""

    def __init__(self) -> None:
        self._first: tuple[datetime, Progress] | None = None

    def said(self, now: datetime, found: Progress) -> str:
        """One line for a person."""
        if self._first is None:
            self._first = (now, found)
        began, first = self._first
        seconds = (now - began).total_seconds()
        parts = [f"{found.units_read:,} of {found.units:,} units read", f"{found.recorded:,} articles recorded"]
        if seconds >= 2 and found.recorded > first.recorded:
            parts.append(f"{(found.recorded - first.recorded) / seconds:.1f} a second")
        if seconds >= 5 and 1 > found.part_read > first.part_read:
            left = seconds * (1 - found.part_read) / (found.part_read - first.part_read)
            parts.append(f"{length(timedelta(seconds=left))} left")
        if found.waits_for and not found.reading:
            parts.append(f"waits: {found.waits_for}")
        return ", ".join(parts)


def length(time: timedelta) -> str:
    """A length of time in words."""
    seconds = time.total_seconds()
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3_600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"
