"""What a Prefect server is told of us: work pool, deployments, automations. Run as a program, with a request on stdin.

It imports Prefect, which takes a second and a hundred megabytes, so it is a process of its own that ends. Everything is
looked up first and then made or changed: saying it twice changes nothing. The same deployments as a file, for Prefect's
own command: deploy/prefect.yaml.
"""

import asyncio
import json
import shlex
import sys
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from typing import Any

from prefect.automations import Automation
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowRunFilter
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.events.actions import ChangeFlowRunState, DoNothing
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

#: A run that fell silent is over: three heartbeats.
SILENT = timedelta(seconds=120)
DESCRIPTION = "figurewatch: passes over the news. Start workers with: figurewatch worker"


async def register(what: dict[str, Any]) -> None:
    """Make all of it."""
    async with get_client() as client:
        if what["reconcile"]:
            await _reconcile(client, [each["name"] for each in what["served"]], stale=what["reconcile"] == "all")
        with suppress(ObjectAlreadyExists):
            await client.create_work_pool(WorkPoolCreate(name=what["pool"], type="process", description=DESCRIPTION))
    for each in what["served"]:
        await _deploy(each, what["pool"], what["folder"])
    await _automate()


async def _deploy(served: dict[str, Any], pool: str, folder: str | None) -> None:
    module, _, name = served["entrypoint"].rpartition(".")
    # Started as it is: Prefect would start a process more, to look for a workspace.
    job: dict[str, Any] = {"command": f"{shlex.quote(sys.executable) if folder else 'python'} -m prefect.engine"}
    job["env"] = {"PREFECT_LOGGING_LEVEL": "INFO"}  # for the run's own page
    if folder:
        job["working_dir"] = folder
    deployment = await getattr(import_module(module), name).ato_deployment(
        served["name"],
        interval=served["every_seconds"],
        cron=served["cron"] or None,
        parameters=served["parameters"],
        description=served["description"],
        tags=list(served["tags"]),
        work_pool_name=pool,
        job_variables=job,
        entrypoint_type=EntrypointType.MODULE_PATH,
        # A pass that is still under way does what the next would do.
        concurrency_limit=ConcurrencyLimitConfig(
            limit=served["at_once"], collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
    )
    await deployment.aapply(work_pool_name=pool)


def automations() -> list[Automation]:
    """What Prefect itself does. The first is needed: a run whose process was killed is called crashed, so that its place is
    free. The others do nothing by themselves; give them an action of yours, a message for example, on Prefect's page."""
    run = {"match": {"prefect.resource.id": ["prefect.flow-run.*"]}, "for_each": {"prefect.resource.id"}, "threshold": 1}
    tag = {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.figurewatch"}
    ended = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled")}
    return [
        Automation(
            name="figurewatch: a run that fell silent has crashed",
            description="Its process was killed: the heartbeat stopped.",
            trigger=EventTrigger(
                **run,
                match_related=tag,
                after={"prefect.flow-run.heartbeat"},
                expect={"prefect.flow-run.heartbeat"} | ended,
                posture=Posture.Proactive,
                within=SILENT,
            ),
            actions=[ChangeFlowRunState(state=StateType.CRASHED, message="its process fell silent")],
        ),
        Automation(
            name="figurewatch: no pass for half an hour",
            description="Nothing is read: no worker runs, or every pass fails.",
            trigger=EventTrigger(
                expect={"figurewatch.pass"}, posture=Posture.Proactive, threshold=1, within=timedelta(minutes=30)
            ),
            actions=[DoNothing()],
        ),
        Automation(
            name="figurewatch: a source fails or falls silent",
            description="Its owner is told as well, where the settings name one.",
            trigger=EventTrigger(
                expect={"figurewatch.source.failing", "figurewatch.source.silent"},
                for_each={"prefect.resource.id"},
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(0),
            ),
            actions=[DoNothing()],
        ),
        Automation(
            name="figurewatch: a number moved",
            description="One event a shift: series, kind, from, to, address of the report.",
            trigger=EventTrigger(
                expect={"figurewatch.shift"},
                for_each={"prefect.resource.id"},
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(0),
            ),
            actions=[DoNothing()],
        ),
    ]


async def _automate() -> None:
    async with get_client() as client:
        for each in automations():
            if not await client.read_automations_by_name(each.name):
                await each.acreate()


async def _reconcile(client: PrefectClient, names: list[str], *, stale: bool) -> None:
    """End what a killed worker left running, which would hold its place for a minute, and drop what was missed.

    Holds for one service on a Prefect server: runs of these names are ours.
    """
    ours = DeploymentFilter(name=DeploymentFilterName(any_=names))
    under_way = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}})
    missed = FlowRunFilter.model_validate({"state": {"name": {"any_": ["Late"]}}})
    for run in await client.read_flow_runs(flow_run_filter=under_way, deployment_filter=ours) if stale else ():
        await client.set_flow_run_state(run.id, Crashed(message="the service was stopped meanwhile"), force=True)
    while late := await client.read_flow_runs(flow_run_filter=missed, deployment_filter=ours):
        for run in late:
            await client.delete_flow_run(run.id)


if __name__ == "__main__":
    asyncio.run(register(json.load(sys.stdin)))
