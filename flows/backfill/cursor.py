"""The backfills in the database: one cursor for every kind of archive.

A unit of work is leased with SKIP LOCKED by one worker at a time. Its position moves in the transaction that stores what was
read there, and only for whoever holds the lease, so that nothing is stored twice and nothing is passed over. A lease ends
with its worker: each keeps a connection open that holds an advisory lock, and when the process is killed that lock is gone
with it; a worker that hangs loses its lease after LEASE.
"""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg

from flows.articles import LEAST_AGREED
from flows.backfill.shapes import Archive, Unit, Wanted
from flows.db import Database, Jsonb, Transaction, connect
from schemas.errors import OperationError, UsageError

#: Longer than any step of reading takes; renewed with every step that is stored.
LEASE = timedelta(minutes=15)

#: Leases of a unit that came to nothing, after which it is left as failed: what is read there ends its workers.
MOST_TRIES = 4

#: Batches that may wait to be recorded: a unit far ahead would fill the database with what waits for its turn.
MOST_WAITING = 400

#: Times that a transaction is tried in all which the database ends for the sake of another's.
CLASHES = 5

Row = dict[str, Any]
T = TypeVar("T")


class Stopped(Exception):
    """The backfill was paused or cancelled, or the lease went to another worker; what was stored is stored."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who leases: the number of an advisory lock that lives as long as the worker does."""

    number: int


@dataclass(slots=True)
class Place:
    """Where a worker is in its unit; starts as the row says and moves with every advance."""

    row: Row
    position: str = ""
    passed: int = 0
    size: int = 0
    batches: int = 0
    children: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, row: Row) -> "Place":
        """As the row says."""
        counts: Counter[str] = Counter(row["counts"])
        fixed = (row["position"], row["passed"], row["size"], row["batches"], row["children"])
        return cls(row, *fixed, counts, list(row["examples"]))

    def moved(self, position: str, passed: int, *, staged: bool) -> None:
        """What advance() stored is committed."""
        self.position, self.passed = position, passed
        self.batches += int(staged)


def of_database(error: BaseException) -> bool:
    """Does an error speak of the database, and not of what is read?"""
    return isinstance(error, psycopg.Error) or isinstance(error.__cause__, psycopg.Error)


def once_more(work: Callable[[], T]) -> T:
    """What a transaction gives, which is made again when the database ended it because it got in another's way.

    Raises:
        OperationError: that happened too often.
    """
    for left in reversed(range(CLASHES)):
        try:
            return work()
        except OperationError as error:
            state = error.__cause__.sqlstate or "" if isinstance(error.__cause__, psycopg.Error) else ""
            if not left or not state.startswith("40"):
                raise
    raise AssertionError


@contextmanager
def worker(database: Database, backfill_id: int) -> Iterator[Worker]:
    """A worker on a backfill, for as long as the context lasts or the process lives."""
    with connect(database.url, autocommit=True) as connection:
        keeper = Transaction(connection)
        keeper.one("backfill.at_work", id=backfill_id)
        while True:
            number = secrets.randbelow(2**31 - 1) + 1
            row = keeper.one("backfill.keep_worker", worker=number)
            if row is not None and row["kept"]:
                break
        yield Worker(number)


def begin(tx: Transaction, archive: Archive, units: Sequence[Unit], now: datetime) -> tuple[int, bool]:
    """A backfill with its first units: its number, and whether it is new; the same command goes on with the open one."""
    digest = _digest(archive)
    tx.one("backfill.one_at_a_time")
    # What was learnt of the sites by now: what is learnt meanwhile would hang on who read what when.
    habits = {row["site"]: row["source"] for row in tx.all("backfill.title_habits", least=LEAST_AGREED)}
    wanted = Jsonb(_plain(archive.wanted) | {"title_habits": habits})
    values = {"kind": archive.kind, "named": list(archive.named), "wanted": wanted, "most": archive.most}
    while True:
        row = tx.one("backfill.begin", **values, digest=digest, now=now)
        if row is not None:
            add_units(tx, int(row["id"]), [((number,), unit) for number, unit in enumerate(units)], now)
            return int(row["id"]), True
        row = tx.one("backfill.open", digest=digest)
        if row is not None:  # else it came to its end between the two
            return int(row["id"]), False


def opened(tx: Transaction, archive: Archive) -> int | None:
    """The number of the open backfill that the same command began."""
    row = tx.one("backfill.open", digest=_digest(archive))
    return None if row is None else int(row["id"])


def add_units(tx: Transaction, backfill_id: int, units: Sequence[tuple[Sequence[int], Unit]], due_at: datetime) -> None:
    """Units at their places; one whose place is taken is there already."""
    if units:
        tx.many(
            "backfill.add_units",
            [
                {
                    "backfill_id": backfill_id,
                    "place": list(place),
                    "kind": unit.kind,
                    "source": unit.source,
                    "payload": Jsonb(dict(unit.payload)),
                    "size": unit.size,
                    "due_at": due_at,
                }
                for place, unit in units
            ],
        )


def not_listed_before(tx: Transaction, backfill_id: int, urls: Sequence[str]) -> set[str]:
    """Those of these addresses that no listing of this backfill gave before; from now on they count as listed."""
    keys = {hashlib.sha256(url.encode("utf-8", "replace")).digest()[:16]: url for url in urls}
    rows = tx.all("backfill.list_once", backfill_id=backfill_id, keys=sorted(keys)) if keys else []
    return {keys[bytes(row["key"])] for row in rows}


def lease(database: Database, backfill_id: int, by: Worker, unit: int | None = None) -> Row | None:
    """The next unit that nobody reads; a certain one, where one is named. None when there is none now.

    One that came to nothing too often is left as failed.
    """
    while True:
        with database.transaction() as tx:
            row = tx.one(
                "backfill.lease", **{"for": LEASE}, backfill_id=backfill_id, worker=by.number, unit=unit, most=MOST_WAITING
            )
            if row is None or row["tries"] <= MOST_TRIES:
                return row
            detail = f"{MOST_TRIES} workers ended while they read it at {row['position'] or 'its start'}"
            tx.run(
                "backfill.put_back", id=row["id"], worker=by.number, due_at=row["due_at"], detail=detail, free=0, state="failed"
            )


def advance(
    tx: Transaction, place: Place, by: Worker, *, position: str, passed: int, staged: bool, state: str = "due", detail: str = ""
) -> None:
    """Move a unit's position on; in the transaction that stores what was read there, and before that is stored.

    The place itself is moved by moved(), when that is committed.

    Raises:
        Stopped: the lease is no longer ours, or the backfill does not run; the transaction must not be committed.
    """
    changed = tx.run(
        "backfill.advance",
        **{"for": LEASE},
        id=place.row["id"],
        was=place.position,
        position=position,
        passed=passed,
        size=place.size,
        counts=Jsonb(place.counts),
        examples=place.examples,
        batches=int(staged),
        children=place.children,
        state=state,
        detail=detail[:2_000],
        worker=by.number,
    )
    if not changed:
        raise Stopped


def end_units(tx: Transaction, backfill_id: int) -> None:
    """Nothing more of a backfill is read or recorded."""
    tx.run("backfill.end_units", id=backfill_id)
    tx.run("backfill.drop_staged", id=backfill_id)


def put_back(
    database: Database, row: Row, by: Worker, due_at: datetime, detail: str = "", *, free: bool, over: bool = False
) -> None:
    """Give a unit back that is read no further now.

    Args:
        free: the lease does not count as one that came to nothing.
        over: it is left as failed.
    """
    with database.transaction() as tx:
        tx.run(
            "backfill.put_back",
            id=row["id"],
            worker=by.number,
            due_at=due_at,
            detail=detail[:2_000],
            free=int(free),
            state="failed" if over else "due",
        )


def get(tx: Transaction, backfill_id: int) -> Row:
    """A backfill's row.

    Raises:
        UsageError: there is none of that number.
    """
    row = tx.one("backfill.one", id=backfill_id)
    if row is None:
        raise UsageError(f"there is no backfill {backfill_id}", mend="figurewatch backfill list names them")
    return row


def set_state(tx: Transaction, backfill_id: int, state: str, now: datetime | None, *, of: Sequence[str]) -> bool:
    """Pause, resume, cancel or end; False when it was in no state for that.

    Raises:
        UsageError: it is over, and the same command began another since, which is not.
    """
    if "done" in of:
        tx.one("backfill.one_at_a_time")
        twin = tx.one("backfill.twin", id=backfill_id)
        if twin is not None:
            raise UsageError(
                f"backfill {backfill_id} was begun anew, as backfill {twin['id']}",
                mend=f"go on with that: figurewatch backfill resume {twin['id']}",
            )
    return tx.run("backfill.set_state", id=backfill_id, state=state, ended_at=now, of=list(of)) > 0


def wanted_of(row: Mapping[str, Any]) -> Wanted:
    """Which documents a backfill wants, from its row."""
    found = row["wanted"]
    return Wanted(
        since=datetime.fromisoformat(found["since"]) if found["since"] else None,
        until=datetime.fromisoformat(found["until"]) if found["until"] else None,
        words=tuple(found["words"]),
        languages=tuple(found["languages"]),
        hosts=tuple(found["hosts"]),
    )


def counts(tx: Transaction, backfill_id: int) -> Counter[str]:
    """What a backfill came to so far, by outcome: reading and recording."""
    found = Counter({row["outcome"]: int(row["count"]) for row in tx.all("backfill.unit_counts", id=backfill_id)})
    found.update({key: int(count) for key, count in get(tx, backfill_id)["counts"].items()})
    return found


def _plain(wanted: Wanted) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(wanted).items()}


def _digest(archive: Archive) -> bytes:
    told = [archive.kind, archive.named, _plain(archive.wanted), archive.most]
    try:
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "surrogatepass")).digest()
    except ValueError as error:
        raise OperationError(f"that cannot be kept: {error}") from error
