"""A backfill on a cluster: its units as tasks of Prefect's task runner for Dask or Ray.

Every task opens the settings and the database where it runs, leases its unit there and analyses it in its own process, for the
cluster's workers are the parallelism. The data folder, or database_url, must lead to the same database on every machine, and
files to be read must be there under the same names. Importing this module imports Prefect; prefect_environment() comes first.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.backfill.run import Progress, finished, progress
from flows.context import Context
from schemas.errors import OperationError, UsageError

RUNNERS = ("dask", "ray")

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
        UsageError: there is no such runner, or its extra is not installed.
        OperationError: the cluster cannot be reached, or a task failed.
    """
    task_runner = _task_runner(*runner)
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    config, data_dir = (None if each is None else str(each.resolve()) for each in where)

    @task(name="read a unit", task_run_name="read {source}", cache_policy=NO_CACHE)
    def unit(source: str, number: int) -> None:  # noqa: ARG001 - names the task's run
        read_unit(config, data_dir, str(opened.settings.data_dir), backfill_id, number)

    @flow(name="backfill", flow_run_name=f"backfill {backfill_id}", task_runner=task_runner, log_prints=False)
    async def backfill() -> None:
        while True:
            with opened.database.transaction() as tx:
                due = tx.all("backfill.due_units", id=backfill_id)
                tell(progress(tx, backfill_id))
            futures = [unit.submit(row["source"], row["id"]) for row in due]
            for future in futures:
                await asyncio.to_thread(future.result)
            if finished(opened, backfill_id):
                return
            if not due:
                await asyncio.sleep(LOOK_SECONDS)

    try:
        asyncio.run(backfill())
    except (OSError, TimeoutError, ConnectionError) as error:
        raise OperationError(
            f"the cluster at {runner[1]} cannot be reached: {error}", mend="start it, or check its address"
        ) from error
    with opened.database.transaction() as tx:
        return progress(tx, backfill_id).state


def read_unit(config: str | None, data_dir: str | None, folder: str, backfill_id: int, number: int) -> None:
    """Read one unit; runs on a worker of the cluster."""
    from flows.backfill.reading import Inline
    from flows.backfill.run import run as run_here
    from flows.context import context

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    opened = context(config, data_dir or folder)
    run_here(opened, backfill_id, lambda _: None, analysing=Inline(), only=number)


def _task_runner(kind: str, address: str) -> Any:
    if kind not in RUNNERS:
        raise UsageError(f"there is no runner {kind}", mend="name dask or ray, and the cluster's address")
    try:
        if kind == "dask":
            from prefect_dask import DaskTaskRunner

            return DaskTaskRunner(address=address)
        from prefect_ray import RayTaskRunner

        return RayTaskRunner(address=address)
    except ImportError as error:
        raise UsageError(
            f"the runner {kind} is not installed: {error}", mend=f"install it: pip install 'figurewatch[{kind}]'"
        ) from None
