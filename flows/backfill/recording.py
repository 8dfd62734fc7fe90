"""Recording: what was read becomes articles, figures and observations, in an order that nobody's speed decides.

Units in the order of their places, of each its batches in the order of reading; a batch is one transaction, and one worker at
a time records. Shifts are decided once a batch for all series it touched. They are kept as found by history: nobody is woken
for them, now or later.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from extractors.analysis import VERSION, analyse
from flows import articles, pipeline, series
from flows.analyser import Failed, Result
from flows.backfill import cursor
from flows.backfill.packing import unpack
from flows.backfill.reading import AWAITED, KNOWN, Group, analyse_group
from flows.backfill.shapes import Document, Wanted
from flows.db import Database, Jsonb, Transaction
from flows.log import log
from flows.pipeline import Desk
from schemas.errors import FigurewatchError, OperationError

#: What is counted of documents that were recorded; --limit is about these.
RECORDED = "articles stored"


def record_ready(database: Database, desk: Desk, backfill_id: int, over: Callable[[], bool] = bool) -> int:
    """Record the batches whose turn has come, unless another worker does; how many.

    Args:
        over: says that no further batch is wanted.
    """
    done = 0
    while not over() and _record_next(database, desk, backfill_id):
        done += 1
    return done


def _record_next(database: Database, desk: Desk, backfill_id: int) -> bool:
    def record(*, carefully: bool) -> bool:
        with database.transaction() as tx:
            return _record(tx, desk, backfill_id, carefully=carefully)

    try:
        return cursor.once_more(partial(record, carefully=False))
    except FigurewatchError:
        raise
    except Exception as error:
        log.warning("a batch of a backfill is recorded one by one", backfill=backfill_id, detail=str(error))
    return cursor.once_more(partial(record, carefully=True))


def _record(tx: Transaction, desk: Desk, backfill_id: int, *, carefully: bool) -> bool:
    """Record the batch whose turn it is; False when there is none, or another worker records.

    Args:
        carefully: each document by itself, so that one which meets a fault of ours is kept as failed and the rest recorded.
    """
    locked = tx.one("backfill.lock_recording", id=backfill_id)
    if locked is None or not locked["locked"]:
        return False
    head = tx.one("backfill.head", id=backfill_id)
    if head is None or head["recorded"] >= head["batches"]:
        return False
    backfill = tx.one("backfill.one", id=backfill_id)
    assert backfill is not None
    if backfill["state"] not in {"running", "paused"}:
        return False
    counts: Counter[str] = Counter(backfill["counts"])
    left = None if backfill["most"] is None else max(0, backfill["most"] - counts[RECORDED])
    now = datetime.now(UTC)
    where = {"unit_id": head["id"], "batch": head["recorded"]}
    rows = tx.all("backfill.batch", **where)
    tx.run("articles.lock")
    pages = _pages(tx, backfill_id, where, len(rows), counts, rows)
    unsettled: set[int] = set()
    with tx.together():
        for row in rows:
            if row["position"] not in pages:
                continue
            if left is not None and left <= 0:
                tx.run("backfill.drop_page", id=pages[row["position"]])
                continue
            page = {"id": pages[row["position"]], "url": row["entry"]["url"], "fetched_at": row["fetched_at"], "history": True}
            outcomes = _one(tx, page, _result(tx, row, where), desk, now, unsettled, carefully=carefully)
            counts.update(outcomes)
            left = left if left is None else left - outcomes.count(RECORDED)
        counts.update(_again(tx, desk, backfill_id, now, unsettled))
        series.settle(tx, unsettled, desk.threshold, now)
        if unsettled:
            tx.run("backfill.quiet", id=backfill_id, series=sorted(unsettled), now=now)
        tx.run("backfill.count", id=backfill_id, counts=Jsonb(counts))
        tx.run("backfill.recorded", **where)
        if left is not None and left <= 0:
            cursor.end_units(tx, backfill_id)
    return True


def _one(
    tx: Transaction, page: dict[str, Any], result: Result, desk: Desk, now: datetime, unsettled: set[int], *, carefully: bool
) -> list[str]:
    if not carefully:
        return pipeline.record(tx, page, result, desk, now, unsettled)
    try:
        with tx.savepoint():
            return pipeline.record(tx, page, result, desk, now, unsettled)
    except FigurewatchError:
        raise
    except Exception as error:
        return pipeline.record(tx, page, Failed(f"{type(error).__name__}: {error}"), desk, now, unsettled)


def _pages(
    tx: Transaction, backfill_id: int, where: Mapping[str, Any], most: int, counts: Counter[str], rows: Sequence[dict[str, Any]]
) -> dict[int, int]:
    """The pages of a batch by position; those that came in meanwhile are counted and left out."""
    tx.run("backfill.keep_entries", **where, most=most)
    pages = {row["position"]: row["id"] for row in tx.all("backfill.keep_pages", **where, id=backfill_id, most=most)}
    missing = [row["position"] for row in rows if row["position"] not in pages]
    for row in tx.all("backfill.missing_pages", **where, positions=missing) if missing else []:
        counts[AWAITED if row["awaited"] else KNOWN] += 1
    return pages


def _result(tx: Transaction, row: dict[str, Any], where: Mapping[str, Any]) -> Result:
    """The analysis that was made when the document was read; anew where another version of figurewatch made it."""
    try:
        result = unpack(row["result"])
        if getattr(result, "version", VERSION) == VERSION:
            return result
    except OperationError as error:
        log.info("an analysis is made anew", url=row["entry"]["url"], detail=error.message)
    [body] = [each["body"] for each in tx.all("backfill.bodies", **where) if each["position"] == row["position"]]
    entry = row["entry"]
    published = entry["published_at"]
    document = Document(
        url=entry["link"],
        final_url=row["final_url"],
        body=zlib.decompress(body),
        content_type=row["content_type"],
        fetched_at=row["fetched_at"],
        title=entry["title"],
        outlet=entry["outlet"],
        published_at=datetime.fromisoformat(published) if published else None,
        authors=tuple(entry["authors"]),
        language=entry["language"],
    )
    [read] = analyse_group(Group((document,), Wanted()))
    return unpack(read.result)


def _again(tx: Transaction, desk: Desk, backfill_id: int, now: datetime, unsettled: set[int]) -> Counter[str]:
    """Read those pages again at once whose articles turned out to be no copies, so that nothing waits for the watch."""
    done: Counter[str] = Counter()
    while ids := [row["id"] for row in tx.all("backfill.again", id=backfill_id)]:
        for row in tx.all("articles.pages", ids=ids):
            done.update(pipeline.record(tx, row, analyse(articles.page(row)), desk, now, unsettled))
    return done
