"""Passes as rows: what each came to, what all did so far, and what a killed one leaves behind.

A pass opens with a row and closes it with its counts. Whoever looks after the service reads them: the console of `serve`,
`doctor`, the page of metrics. Counts and seconds by stage are added up batch by batch, whatever process does the work.
"""

import os
import socket
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flows import clock, gate
from flows.db import Database, Jsonb, Row, Transaction
from flows.log import log

STAGES = ("sources", "fetch", "articles", "copies", "figures", "series", "alerts")

#: Where leases stand.
LEASED = ("sources", "entries", "pages", "messages", "notices")

#: Nothing is put off for longer (a day, and the days on which a feed asks not to be polled); what is, a clock did that was
#: wrong for a while, and it would wait for as long as the clock was ahead.
LONGEST_WAIT = timedelta(days=9)
PUT_OFF = ("sources", "entries", "hosts", "messages", "channels")

#: Shifts and notices that one pass sends events of; the rest follow with the next.
MOST_EVENTS = 200


def summary(done: Mapping[str, int]) -> dict[str, str]:
    """What was done, in words, by stage; stages that had nothing to do are left out."""
    parts = {
        stage: [
            f"{count} {key.removeprefix(stage + ' ').replace('_', ' ')}"
            for key, count in sorted(done.items())
            if key.startswith(stage + " ") and count
        ]
        for stage in STAGES
    }
    return {stage: ", ".join(said) for stage, said in parts.items() if said}


def worker_name() -> str:
    """This process, as others know it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def begin(tx: Transaction, process: int | None, now: datetime) -> int:
    """Open a pass; what processes had leased that are gone is free from now on, and so is what a wrong clock put off."""
    free(tx)
    put_off = sum(tx.run(f"service.put_off_{each}", now=now, latest=now + LONGEST_WAIT) for each in PUT_OFF)
    if put_off:
        log.warning("the clock went back: what was put off too far is due now", rows=put_off)
    row = tx.one("service.begin_pass", worker=worker_name(), process=process, now=now)
    assert row is not None
    return int(row["id"])


def end(tx: Transaction, pass_id: int, outcome: str, done: Mapping[str, int], now: datetime, detail: str = "") -> None:
    """Close a pass: done, stopped or failed."""
    tx.run("service.end_pass", id=pass_id, outcome=outcome, done=Jsonb(dict(done)), now=now, detail=detail[:2000])


def free(tx: Transaction, *, mine: int | None = None, only: str = "") -> int:
    """Give back what dead processes had leased, and what `mine` has, or that of one kind only; how much that was."""
    tx.run("service.lock_leases")
    living = [row["process"] for row in tx.all("service.living")]
    freed = {each: tx.run(f"service.free_{each}", living=living, mine=mine) for each in LEASED if only in ("", each)}
    if any(freed.values()):
        log.info("leases given back", **{name: count for name, count in freed.items() if count})
    return sum(freed.values())


def count(database: Database, counts: Mapping[str, int]) -> None:
    """Add a batch's counts, as "stage outcome", and the seconds that its stages took."""
    rows: Counter[tuple[str, str]] = Counter()
    for key, items in counts.items():
        stage, _, outcome = key.partition(" ")
        rows[stage, outcome.replace(" ", "_")] += items
    seconds = clock.taken()
    with database.transaction() as tx:
        if rows:
            counted = [
                {"stage": stage, "outcome": outcome, "items": items} for (stage, outcome), items in rows.items() if items
            ]
            tx.run("service.count", counts=Jsonb(counted))
        if seconds:
            tx.run("service.count_seconds", seconds=Jsonb([{"stage": k, "seconds": v} for k, v in seconds.items()]))


def unread(tx: Transaction, name: str) -> list[Row]:
    """Rows of the query service.new_NAME that were not read yet; from now on they are."""
    mark = tx.one("service.watermark", name=name, first=0)
    assert mark is not None
    rows = tx.all(f"service.new_{name}", after=mark["position"], limit=MOST_EVENTS)
    if rows:
        tx.run("service.set_watermark", name=name, position=rows[-1]["id"])
    return rows


def due(tx: Transaction, now: datetime) -> dict[str, Any]:
    """Whether each stage has something to do."""
    row = tx.one("service.anything_due", now=now, longest=gate.LONGEST_WAIT)
    assert row is not None
    return row
