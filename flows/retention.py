"""Retention: what was kept for as long as the settings say is dropped, in small transactions, while the watch goes on.

    keep_pages_days     bytes of pages; rows stay and say what became of them
    keep_articles_days  articles that hold nothing up, with their figures and what copies are recognised by
    keep_events_days    records of polls and passes, notices that are over, the ledger of hosts

An article holds something up when a shift rests on it, when it gives a series its standing number, when a younger one
repeats it or belongs to its cluster, or when it is a seed. Its address stays known, so it does not come back as news.
What PostgreSQL frees is used again by itself (autovacuum); files do not shrink.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.context import context
from flows.db import Database
from flows.log import log
from flows.settings import Settings

#: Rows of one transaction: it holds the lock under which articles are stored, for a fraction of a second.
BATCH = 200
#: Of batches that dropped something: a first run on an old archive leaves the rest to the next night.
MOST_BATCHES = 2_000


@flow(name="retention", flow_run_name="retention")
async def retention(config: str | None = None, data_dir: str | None = None) -> dict[str, int]:
    """Drop what is due; counts by kind.

    Args:
        config: settings file, as for watch.
        data_dir: overrides the settings.
    """
    opened = context(config, data_dir)
    dropped = await asyncio.to_thread(clean, opened.database, opened.settings, datetime.now(UTC))
    if dropped:
        rows = [{"what": what, "dropped": number} for what, number in dropped.items()]
        await acreate_table_artifact(rows, key="retention", description="What was kept for long enough.")
    log.notice("retention done", **dropped)
    return dict(dropped)


def clean(
    database: Database, settings: Settings, now: datetime, progress: Callable[[str, int], None] | None = None
) -> Counter[str]:
    """The same without Prefect. `progress` hears the kind and the number of each batch."""
    dropped: Counter[str] = Counter()

    def until_none(what: str, query: str, before: datetime) -> None:
        after: dict[str, Any] = {"after": datetime.min.replace(tzinfo=UTC), "after_id": 0}
        batches = 0
        while batches < MOST_BATCHES:
            with database.transaction() as tx:
                if query == "retention.articles":
                    tx.run("articles.lock")
                row = tx.one(query, before=before, limit=BATCH, **after)
            assert row is not None
            dropped[what] += row["dropped"]
            batches += bool(row["dropped"])
            if progress is not None:
                progress(what, row["dropped"])
            if (row["looked"] if "looked" in row else row["dropped"]) < BATCH:
                return
            after = {key: row.get(key, first) for key, first in after.items()}  # what was kept is not looked at again

    if settings.keep_pages_days:
        until_none("page bytes", "retention.bytes", now - timedelta(days=settings.keep_pages_days))
    if settings.keep_articles_days:
        until_none("articles", "retention.articles", now - timedelta(days=settings.keep_articles_days))
    before = now - timedelta(days=settings.keep_events_days)
    for what in ("polls", "passes", "notices", "host days"):
        until_none(what, f"retention.{what.replace(' ', '_')}", before)
    return +dropped
