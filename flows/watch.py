"""The watch as a Prefect flow: one pass over what is due, in batches.

A task is a batch of polls, fetches, pages or deliveries, never one article: a task run costs Prefect about what an
article costs us. So it is looked up first whether there is something to do. `batch` numbers a pass's tasks, for their
names. Pages are read while others are fetched, and what they raise is told while others are read. Batches are leased in
Postgres, so any number of workers may run this flow at once, and a crash at any point leaves work that is due again. Told
to stop (SIGTERM), a pass ends the page at work and hands back the rest. Importing this module imports Prefect;
prefect_environment() comes first.
"""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.runtime import deployment, flow_run, task_run

from flows import alerts, articles, clock, intake, notices, passes, pipeline, seeds, sources
from flows.context import Context, context
from flows.gate import LONGEST_WAIT
from flows.http import redact
from flows.log import log
from schemas.errors import DatabaseUnavailable, FigurewatchError

#: A minute's reading of a busy machine: at the end of each task the analysis waits for what is still recorded. Told to stop, it
#: ends with the page at work.
PAGES_A_TASK = 1_200

#: A pass goes on for so long while there is more to do, then leaves the rest to the next, which follows at once: processes
#: stay young. A start costs about five seconds of CPU, and on a busy machine ten or twenty in which nothing is read. So one
#: that is run on schedule does not end either when a source is due before the next would begin.
LONGEST_PASS = timedelta(minutes=10)

#: Between two looks for sources that are due, for pages to read while others are fetched, and for what is to be told: seldom
#: more than one task of a kind in two seconds.
LOOK_SECONDS = 2.0
#: The same while pages wait to be read, after something was polled or fetched, or told: what comes sooner only waits longer,
#: and sources that fall due one by one would each cost two tasks.
BUSY_SECONDS = 5.0

#: Threads take turns this often. Recording waits for PostgreSQL some eight times an article; each time it would wait for a
#: turn as well, five milliseconds by default, where other threads work, as the fetching does that began before the reading.
SWITCH_SECONDS = 0.0005

#: A database that is started again is back within that.
RETRIES = (2, 10, 30)


def _now(simulated: datetime | None) -> datetime:
    return simulated or datetime.now(UTC)


def _is_away(_task: Any, _run: Any, state: Any) -> bool:
    """Whether trying again may help: the database was away. All else is recorded by the stages themselves."""
    return isinstance(state.data, DatabaseUnavailable)


def _again(opened: Context, leased: str) -> None:
    """What a try of this batch had leased that the database then cut off is given back; no other batch has such rows now."""
    if (task_run.run_count or 1) > 1 and opened.presence is not None:
        opened.presence.renew()
        with opened.database.transaction() as tx:
            passes.free(tx, mine=opened.database.process, only=leased)


def _named(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "task_run_name": name + ", batch {batch}",
        "cache_policy": NO_CACHE,
        "retries": len(RETRIES),
        "retry_delay_seconds": list(RETRIES),
        "retry_condition_fn": _is_away,
    }


async def _take_in(
    work: intake.Work, config: str | None, data_dir: str | None, simulated: datetime | None, aside: bool
) -> Counter[str]:
    opened, now = context(config, data_dir), _now(simulated)
    if aside and opened.aside is not None:
        counts = await opened.aside(work, now)
    else:
        counts = await work(opened.database, opened.settings, now)
    await asyncio.to_thread(passes.count, opened.database, counts)
    return counts


@task(**_named("poll sources"))
async def poll_batch(
    config: str | None,
    data_dir: str | None,
    simulated: datetime | None,
    batch: int,  # noqa: ARG001
    aside: bool = False,
) -> Counter[str]:
    """Poll some due sources, in a process of their own where articles are read meanwhile."""
    _again(context(config, data_dir), "sources")
    return await _take_in(intake.poll_due, config, data_dir, simulated, aside)


@task(**_named("fetch pages"))
async def fetch_batch(
    config: str | None,
    data_dir: str | None,
    simulated: datetime | None,
    batch: int,  # noqa: ARG001
    aside: bool = False,
) -> Counter[str]:
    """Fetch some due pages, in a process of their own where articles are read meanwhile."""
    _again(context(config, data_dir), "entries")
    return await _take_in(intake.fetch_due, config, data_dir, simulated, aside)


@task(**_named("read articles"))
async def read_batch(config: str | None, data_dir: str | None, simulated: datetime | None, batch: int) -> Counter[str]:  # noqa: ARG001
    """Analyse and record up to PAGES_A_TASK pages; counts by outcome, empty when none waits."""
    opened = context(config, data_dir)
    _again(opened, "pages")
    counts = await asyncio.to_thread(
        pipeline.analyse_due, opened.database, opened.analyser, opened.desk, _now(simulated), PAGES_A_TASK, opened.stop
    )
    await asyncio.to_thread(passes.count, opened.database, counts)
    return counts


@task(**_named("deliver alerts"))
async def deliver_batch(config: str | None, data_dir: str | None, simulated: datetime | None, batch: int) -> Counter[str]:  # noqa: ARG001
    """Send due deliveries; counts by the state they ended in."""
    opened = context(config, data_dir)
    _again(opened, "messages")
    with clock.stage("alerts"):
        sent = await asyncio.to_thread(alerts.deliver, opened.database, opened.settings, _now(simulated))
        await asyncio.to_thread(notices.deliver, opened.database, opened.settings, _now(simulated))
    counts = Counter({f"alerts {state}": number for state, number in sent.items()})
    await asyncio.to_thread(passes.count, opened.database, counts)
    return counts


def _name() -> str:
    """A pass is called after its moment."""
    simulated = flow_run.parameters.get("simulated")
    at = datetime.fromisoformat(simulated) if isinstance(simulated, str) else simulated or datetime.now(UTC)
    return f"watch, {at:%Y-%m-%d %H:%M} UTC"


@flow(name="watch", flow_run_name=_name, log_prints=False)
async def watch(config: str | None = None, data_dir: str | None = None, simulated: datetime | None = None) -> dict[str, int]:
    """One pass over everything that is due; counts by stage and outcome.

    Args:
        config: settings file; None: figurewatch.toml in the working directory, when there is one.
        data_dir: overrides the settings.
        simulated: the time that the pass believes it is; for demonstrations and tests.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    opened = context(config, data_dir)
    if opened.presence is not None:
        opened.presence.renew()
    with opened.database.transaction() as tx:
        pass_id = passes.begin(tx, opened.database.process, datetime.now(UTC))
    this = _Pass(opened, (config, data_dir, simulated))
    outcome, detail = "failed", ""
    opened.stop.clear()
    try:
        with _told_to_stop(this):
            await this.work()
        outcome = "stopped" if this.stop.is_set() else "done"
    except BaseException as error:
        detail = f"{type(error).__name__}: {error}"
        raise
    finally:
        with suppress(FigurewatchError), opened.database.transaction() as tx:
            passes.end(tx, pass_id, outcome, this.done, datetime.now(UTC), detail)
            passes.free(tx, mine=opened.database.process)
    await _tell_prefect(opened, this.done, simulated)
    if deployment.id and outcome == "done" and this.leaves_work:
        await _follow()
    return dict(this.done)


class _Pass:
    """One pass under way."""

    def __init__(self, opened: Context, where: tuple[str | None, str | None, datetime | None]) -> None:
        self.opened, self.where, self.simulated = opened, where, where[2]
        self.done: Counter[str] = Counter()
        self.stop = asyncio.Event()
        self._batch = count(1)
        self._end = datetime.now(UTC) + LONGEST_PASS
        self._progress: Any = None
        self._idle = asyncio.Event()  #: no page waits to be read
        self._idle.set()
        #: Seconds until the next pass, where there is one.
        self._every = float(opened.settings.serve.every_seconds) if deployment.id else 0.0
        self._read_out = asyncio.Event()  #: nothing more is raised

    async def work(self) -> None:
        """All that is due, until nothing is, or the time is up, or it is told to stop."""
        now = _now(self.simulated)
        with self.opened.database.transaction() as tx:
            sources.keep(tx, self.opened.settings, now)
            articles.expire(tx, now, self.opened.settings.keep_pages_days)
        seeds.keep(self.opened, now)
        if self.simulated is not None:  # one after the other, so that a demonstration goes alike each time
            await self._intake()
            await self._read(None)
            await self._deliver()
            return
        intake, telling = asyncio.create_task(self._intake()), asyncio.create_task(self._tell())
        try:
            await self._read(intake)
            if self.stop.is_set():
                intake.cancel()
            with suppress(asyncio.CancelledError):
                await intake
            self._read_out.set()
            await telling
        finally:
            intake.cancel()
            telling.cancel()

    @property
    def _reading(self) -> bool:
        return not self._idle.is_set()

    async def _intake(self) -> None:
        """Poll and fetch, until no host may be asked for anything within the time of a pass, and nothing is read any more."""
        while not self._over():
            came, fetched = Counter[str](), Counter[str]()
            due = await self._due()
            if due["sources"]:
                came += await poll_batch(*self.where, next(self._batch), self._reading)
            if due["fetch"] or came["sources new entries"]:
                fetched = await fetch_batch(*self.where, next(self._batch), self._reading)
            came += fetched
            came = Counter({key: number for key, number in came.items() if not key.endswith(" waiting")})
            self.done += came
            if came.keys() - {"sources new entries"}:
                if fetched.total() < intake.FETCHES_A_BATCH:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._idle.wait(), BUSY_SECONDS)
                continue
            if self.simulated is not None:
                return
            wait = _wait(self.opened, self._end, self._every)
            if self._reading or due["articles"]:  # meanwhile something may fall due
                wait = min(wait or LOOK_SECONDS, LOOK_SECONDS)
            if wait is None:
                return
            await asyncio.sleep(wait)

    async def _read(self, intake: "asyncio.Task[None] | None") -> None:
        """Read what was fetched, until nothing waits and nothing more comes."""
        while not self._over():
            if (await self._due())["articles"]:
                self._idle.clear()
                counts = await read_batch(*self.where, next(self._batch))
                self.done += counts
                if counts:
                    await self._show_progress()
                    continue
            self._idle.set()
            if intake is None or intake.done():
                return
            stopped = asyncio.create_task(self.stop.wait())
            await asyncio.wait({intake, stopped}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()

    async def _tell(self) -> None:
        """Deliver what was raised, while others are read: a channel may be slow. Now and then, too, for the owner's notices."""
        told = time.monotonic()
        while not self._read_out.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._read_out.wait(), BUSY_SECONDS if self._reading else LOOK_SECONDS)
            long_ago = bool(self._every) and time.monotonic() - told >= self._every
            if long_ago or self._read_out.is_set() or (await self._due())["alerts"]:
                await self._deliver()
                told = time.monotonic()

    async def _deliver(self) -> None:
        if (await self._due())["alerts"] or self.opened.settings.owner:
            self.done += await deliver_batch(*self.where, next(self._batch))

    async def _due(self) -> dict[str, Any]:
        """Whether each stage has something to do; a database that is started again is waited for."""
        for pause in (*RETRIES, 0):
            try:
                with self.opened.database.transaction() as tx:
                    return passes.due(tx, _now(self.simulated))
            except DatabaseUnavailable:
                if not pause:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError

    def end_soon(self) -> None:
        """Begin nothing more, and hand back what is not done."""
        self.stop.set()
        self.opened.stop.set()

    @property
    def leaves_work(self) -> bool:
        """Whether it ends for its time, and there is something to do, or will be before the schedule's next pass."""
        now = datetime.now(UTC)
        next_pass = now + timedelta(seconds=self._every)
        return next_pass > self._end and (now > self._end or _wait(self.opened, next_pass, self._every) is not None)

    def _over(self) -> bool:
        return self.stop.is_set() or (self.simulated is None and datetime.now(UTC) > self._end)

    async def _show_progress(self) -> None:
        """How much of what waits is read, on Prefect's page; only where there is more than a batch."""
        with self.opened.database.transaction() as tx:
            waiting = next(
                (row["depth"] for row in tx.all("service.queues", now=_now(self.simulated)) if row["queue"] == "articles"), 0
            )
        read = sum(number for key, number in self.done.items() if key.startswith("articles "))
        if self._progress is None and waiting <= PAGES_A_TASK:
            return
        percent = 100.0 * read / max(1, read + waiting)
        if self._progress is None:
            self._progress = await acreate_progress_artifact(
                percent, key="pass-progress", description="Pages read of those that wait."
            )
        else:
            await aupdate_progress_artifact(self._progress, percent)


@contextmanager
def _told_to_stop(this: "_Pass") -> Iterator[None]:
    """Take SIGTERM as the wish to end soon, while this runs. Prefect's own way would cut the flow off."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)
    try:
        loop.add_signal_handler(signal.SIGTERM, this.end_soon)
    except (ValueError, RuntimeError, NotImplementedError):  # no main thread of a process of its own
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


async def _follow() -> None:
    """Have the next pass begin as soon as this one has ended: by the schedule, what there is to do might wait a minute."""
    with suppress(Exception):  # a Prefect server that is away: there is the schedule
        async with get_client() as client:
            await client.create_flow_run_from_deployment(UUID(deployment.id))


async def _tell_prefect(opened: Context, done: Counter[str], simulated: datetime | None) -> None:
    """What came of the pass: a line in the log, a table on Prefect's page, events that automations can act on."""
    said = pipeline.summary(done)
    log.info("pass done", **said)
    if simulated is not None:
        return
    if said:
        table = [{"stage": stage, "came to": words} for stage, words in said.items()]
        await acreate_table_artifact(table, key="pass", description="What this pass came to.")
    with opened.database.transaction() as tx:
        shifts, told = passes.unread(tx, "shifts"), passes.unread(tx, "notices")
    for row in shifts:
        emit_event(
            "figurewatch.shift",
            resource={
                "prefect.resource.id": f"figurewatch.series.{row['series_id']}",
                "prefect.resource.name": row["label"],
                "figurewatch.kind": row["kind"],
                "figurewatch.unit": row["unit"],
            },
            payload={
                "shift": row["id"],
                "alert": row["alert_id"],
                "from": str(row["from_number"]),
                "to": str(row["to_number"]),
                "origins": row["origins_after"],
                "outlet": row["outlet"],
                "url": row["url"],
            },
        )
    for row in told:
        emit_event(
            f"figurewatch.source.{row['kind']}",
            resource={
                "prefect.resource.id": f"figurewatch.source.{row['source_id']}",
                "prefect.resource.name": row["outlet"] or redact(row["url"]),
            },
            payload={"notice": row["id"], "text": row["text"]},
        )
    emit_event(
        "figurewatch.pass",
        resource={"prefect.resource.id": f"figurewatch.worker.{passes.worker_name()}", "prefect.resource.name": "watch"},
        payload={"done": dict(done)},
    )


def _wait(opened: Context, end: datetime, every: float) -> float | None:
    """Seconds until a host may be asked again for an entry of this pass, or a source is due that the next pass, after `every`
    seconds, would come too late for; None when nothing is worth waiting for."""
    now = datetime.now(UTC)
    if now > end:
        return None
    with opened.database.transaction() as tx:
        entry = tx.one("fetch.waiting", until=end, longest=LONGEST_WAIT)
        source = tx.one("service.next_poll", now=now) if every else None
    moments = [entry["first"]] if entry is not None and entry["first"] is not None else []
    if source is not None and source["first"] is not None and source["first"] < min(end, now + timedelta(seconds=every)):
        moments.append(source["first"])
    return max(LOOK_SECONDS, (min(moments) - now).total_seconds()) if moments else None
