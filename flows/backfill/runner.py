"""A backfill on a cluster: its units as tasks of Prefect's task runner for Dask or Ray.

Every task opens the settings and the database where it runs, leases its unit there and analyses it in its own process, for the
cluster's workers are the parallelism. The data folder, or database_url, must lead to the same database on every machine, and
files to be read must be there under the same names; workers on other machines need PREFECT_API_URL to report to. Running
imports Prefect; prefect_environment() comes first.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flows.backfill import cursor
from flows.backfill.run import Progress, finished, progress
from flows.context import Context
from schemas.errors import OperationError, UsageError

RUNNERS = ("dask", "ray")

_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[\w.-]+|\[[0-9a-f:.]+\]):\d{1,5}")

#: Between two looks for units that were found, or are due, meanwhile.
LOOK_SECONDS = 2.0


def run(
    opened: Context,
    backfill_id: int,
    where: tuple[Path | None, Path | None],
    runner: tuple[str, str],
    tell: Callable[[Progress], None],
) -> str:
    """Work on a backfill with the workers of a cluster; the state that it is in then.

    Raises:
        UsageError: as check() does.
        OperationError: the cluster cannot be reached, or a task failed.
    """
    check(*runner)
    task_runner = _task_runner(*runner)
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    config, data_dir = (None if each is None else str(each.resolve()) for each in where)
    folder = data_dir or str(opened.settings.data_dir.resolve())

    @task(name="read a unit", task_run_name="read {source}", cache_policy=NO_CACHE)
    def unit(source: str, number: int) -> None:  # noqa: ARG001 - names the task's run
        read_unit(config, folder, backfill_id, number)

    # Ray takes the flow along to its workers: it holds plain values only.
    @flow(name="backfill", flow_run_name=f"backfill {backfill_id}", task_runner=task_runner, log_prints=False)
    async def backfill(units: list[tuple[str, int]]) -> None:
        futures = [unit.submit(source, number) for source, number in units]
        for future in futures:
            await asyncio.to_thread(future.result)

    with cursor.worker(opened.database, backfill_id):
        return _run(opened, backfill_id, backfill, runner[1], tell)


def _run(opened: Context, backfill_id: int, backfill: Any, address: str, tell: Callable[[Progress], None]) -> str:
    while True:
        with opened.database.transaction() as tx:
            due = [
                (str(row["source"]), int(row["id"]))
                for row in tx.all("backfill.due_units", id=backfill_id, most=cursor.MOST_WAITING)
            ]
            tell(progress(tx, backfill_id))
        try:
            if due:
                asyncio.run(backfill(due))
        except (OSError, TimeoutError, RuntimeError) as error:  # Prefect says with the last that its own server does not start
            mend = f"start it, or check its address; then: figurewatch backfill resume {backfill_id}"
            raise OperationError(f"the cluster at {address} cannot be used: {error}", mend=mend) from error
        if finished(opened, backfill_id):
            break
        if not due:
            time.sleep(LOOK_SECONDS)
    with opened.database.transaction() as tx:
        return progress(tx, backfill_id).state


def read_unit(config: str | None, data_dir: str, backfill_id: int, number: int) -> None:
    """Read one unit; runs on a worker of the cluster."""
    from flows.backfill.reading import Inline
    from flows.backfill.run import run as run_here
    from flows.context import context

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    opened = context(config, data_dir)
    run_here(opened, backfill_id, lambda _: None, analysing=Inline(), only=number)


def check(kind: str, address: str) -> None:
    """Say what is wrong with a runner before anything is begun.

    Raises:
        UsageError: there is no such runner, its extra is not installed, or its address is none.
    """
    if kind not in RUNNERS:
        raise UsageError(f"--runner {kind}: there is no such runner", mend="name dask or ray, and the cluster's address")
    if find_spec(f"prefect_{kind}") is None:
        raise UsageError(f"--runner {kind}: not installed", mend=f"install it: pip install 'figurewatch[{kind}]'")
    if not _ADDRESS.fullmatch(address):
        raise UsageError(f"--runner {kind} {address}: not an address", mend="write it as 127.0.0.1:8786, with its port")


def _task_runner(kind: str, address: str) -> Any:
    if kind == "dask":
        from prefect_dask import DaskTaskRunner

        return DaskTaskRunner(address=address)
    from prefect_ray import RayTaskRunner

    return RayTaskRunner(address=address)
