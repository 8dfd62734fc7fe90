"""The watch as a Prefect flow: one pass over what is due, in batches.

A task is a batch of polls, fetches, pages or deliveries, never one article: a task run costs Prefect about what an
article costs us; `batch` numbers a pass's tasks, for their names. Batches are leased in Postgres, so any number of
workers may run this flow at once, and a crash at any point leaves work that is due again. Importing this module imports
Prefect; prefect_environment() comes first.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from flows import alerts, articles, fetch, notices, pipeline, seeds, sources
from flows.context import Context, context
from flows.gate import LONGEST_WAIT
from flows.http import client_of
from flows.log import log

POLLS_A_TASK = 50
FETCHES_A_TASK = 100
PAGES_A_TASK = 100

#: A pass waits so long for hosts that must not be asked yet, then leaves the rest to the next pass.
LONGEST_PASS = timedelta(minutes=10)


def _now(simulated: datetime | None) -> datetime:
    return simulated or datetime.now(UTC)


@task(name="poll sources", task_run_name="poll sources, batch {batch}", cache_policy=NO_CACHE)
async def poll_batch(config: str | None, data_dir: str | None, simulated: datetime | None, batch: int) -> Counter[str]:  # noqa: ARG001
    """Poll up to POLLS_A_TASK due sources; counts by outcome, empty when none is due."""
    opened, now = context(config, data_dir), _now(simulated)
    counts: Counter[str] = Counter()
    async with client_of(opened.settings.fetch) as client:
        for polled in await sources.poll_all(opened.database, client, opened.settings, now, POLLS_A_TASK):
            counts[f"sources {polled.outcome or 'waiting'}"] += 1
            counts["sources new entries"] += polled.new
    return counts


@task(name="fetch pages", task_run_name="fetch pages, batch {batch}", cache_policy=NO_CACHE)
async def fetch_batch(config: str | None, data_dir: str | None, simulated: datetime | None, batch: int) -> Counter[str]:  # noqa: ARG001
    """Fetch up to FETCHES_A_TASK due pages; counts by outcome, empty when none is due."""
    opened, now = context(config, data_dir), _now(simulated)
    async with client_of(opened.settings.fetch) as client:
        done = await fetch.fetch_all(opened.database, client, opened.settings.fetch, now, FETCHES_A_TASK)
    return Counter(f"fetch {fetched.outcome or 'waiting'}" for fetched in done)


@task(name="read articles", task_run_name="read articles, batch {batch}", cache_policy=NO_CACHE)
async def read_batch(config: str | None, data_dir: str | None, simulated: datetime | None, batch: int) -> Counter[str]:  # noqa: ARG001
    """Analyse and record up to PAGES_A_TASK pages; counts by outcome, empty when none waits."""
    opened = context(config, data_dir)
    return await asyncio.to_thread(
        pipeline.analyse_due, opened.database, opened.analyser, opened.desk, _now(simulated), PAGES_A_TASK
    )


@task(name="deliver alerts", task_run_name="deliver alerts, batch {batch}", cache_policy=NO_CACHE)
async def deliver_batch(config: str | None, data_dir: str | None, simulated: datetime | None, batch: int) -> Counter[str]:  # noqa: ARG001
    """Send due deliveries; counts by the state they ended in."""
    opened = context(config, data_dir)
    sent = await asyncio.to_thread(alerts.deliver, opened.database, opened.settings, _now(simulated))
    await asyncio.to_thread(notices.deliver, opened.database, opened.settings, _now(simulated))
    return Counter({f"alerts {state}": number for state, number in sent.items()})


@flow(name="watch", flow_run_name="watch {simulated}", log_prints=False)
async def watch(config: str | None = None, data_dir: str | None = None, simulated: datetime | None = None) -> dict[str, int]:
    """One pass over everything that is due; counts by stage and outcome.

    Args:
        config: settings file; None: figurewatch.toml in the working directory, when there is one.
        data_dir: overrides the settings.
        simulated: the time that the pass believes it is; for demonstrations and tests.
    """
    opened = context(config, data_dir)
    with opened.database.transaction() as tx:
        sources.keep(tx, opened.settings, _now(simulated))
        articles.expire(tx, _now(simulated), opened.settings.keep_pages_days)
    seeds.keep(opened, _now(simulated))
    where = (config, data_dir, simulated)
    done: Counter[str] = Counter()
    end = datetime.now(UTC) + LONGEST_PASS
    batch = count(1)
    while counts := await poll_batch(*where, next(batch)):
        done += Counter({key: number for key, number in counts.items() if key != "sources waiting"})
        if counts.keys() <= {"sources waiting", "sources new entries"}:
            break
    while True:
        while counts := await fetch_batch(*where, next(batch)):
            done += Counter({key: number for key, number in counts.items() if key != "fetch waiting"})
            if counts.keys() == {"fetch waiting"}:
                break
            done += await read_batch(*where, next(batch))
        while counts := await read_batch(*where, next(batch)):
            done += counts
        done += await deliver_batch(*where, next(batch))
        wait = _wait(opened, end) if simulated is None else None
        if wait is None:
            break
        await asyncio.sleep(wait)
    said = pipeline.summary(done)
    # What came new is worth a line; that feeds were asked and had nothing is not.
    (log.notice if said.keys() - {"sources"} else log.info)("pass done", **said)
    if said and simulated is None:
        table = [{"stage": stage, "came to": words} for stage, words in said.items()]
        await acreate_table_artifact(table, key="pass", description="What this pass came to.")
    return dict(done)


def _wait(opened: Context, end: datetime) -> float | None:
    """Seconds until a host may be asked again for an entry of this pass; None when nothing waits."""
    with opened.database.transaction() as tx:
        row = tx.one("fetch.waiting", until=end, longest=LONGEST_WAIT)
    if row is None or row["first"] is None or datetime.now(UTC) > end:
        return None
    return float(max(0.5, (row["first"] - datetime.now(UTC)).total_seconds()))
