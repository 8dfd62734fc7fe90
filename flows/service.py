"""Running the flows: once, or on schedule as a service.

    serve -> a Prefect server (child) -> a runner (child) -> a process for each run of a flow

The server keeps its state in a database of its own on our PostgreSQL server. Both children are started on a leash: when
this process dies, whatever kills it, they end too. Prefect reads its environment on import, so nothing here imports it
before the environment is set. Prefect's own way of stopping on SIGTERM can hang (3.8): this process does the stopping.
"""

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict
from rich.console import Console

from flows import db
from flows.log import VARIABLE, for_children, log
from flows.postgres import database_url, release
from flows.settings import Settings, load
from schemas.errors import OperationError

#: How often the watch looks for what is due; sources have intervals of their own.
WATCH_EVERY = timedelta(minutes=1)
START_SECONDS = 180
#: A run that is under way may end by itself for so long; then it is interrupted, and what it had leased is due again.
GRACE_SECONDS = 60.0
KILL_SECONDS = 10.0
PORT = 4200

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    # What the in-process server says when it ends is a traceback about events that were not written yet.
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",  # 20 by default, too few on a busy machine
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",  # below 1 it spins
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_RUNNER_POLL_FREQUENCY": "5",
}


#: The beginning of a line of our log, among the lines of a child.
_OURS = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:info|notice|warning|error) |{"time": ')


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A flow on a schedule."""

    name: str
    module: str
    flow: str
    every_seconds: float
    parameters: dict[str, Any]


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Set Prefect's variables, where the user has not; to be called before Prefect is imported. Returns all of them.

    Raises:
        DatabaseUnavailable and the like: Prefect would say the same in five hundred lines.
    """
    wanted = QUIET | {"PREFECT_HOME": str(settings.data_dir.absolute() / "prefect")}
    if "PREFECT_API_URL" not in os.environ:
        wanted["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = _prefect_database(database_url(settings))
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    return {name: os.environ[name] for name in wanted}


def run_once(config: Path | None, data_dir: Path | None) -> dict[str, int]:
    """One pass of the watch, under a Prefect of its own; counts by stage and outcome."""
    # A flow that fails says so by its exception; Prefect need not add the traceback.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    prefect_environment(load(config, data_dir=data_dir))
    from flows.watch import watch

    return asyncio.run(watch(*_where(config, data_dir)))


def serve_watch(config: Path | None, data_dir: Path | None, out: Console) -> None:
    """The service: the watch, again and again, until SIGTERM or SIGINT."""
    settings = load(config, data_dir=data_dir)
    opened, folder = _where(config, data_dir)
    parameters = {"config": opened, "data_dir": folder}
    every = WATCH_EVERY.total_seconds()
    serve(settings, [Served(name="watch", module="flows.watch", flow="watch", every_seconds=every, parameters=parameters)], out)


def serve(settings: Settings, served: Sequence[Served], out: Console) -> None:
    """Run flows on schedule until SIGTERM or SIGINT; a second signal does not wait for the run that is under way.

    Raises:
        OperationError: when a child ends by itself; whoever looks after the service starts it again.
    """
    prefect_environment(settings)
    os.environ.setdefault(VARIABLE, for_children())
    stop = _Stop()
    children: list[_Child] = []
    logs = settings.data_dir.absolute() / "prefect"
    logs.mkdir(parents=True, exist_ok=True)
    try:
        if "PREFECT_API_URL" not in os.environ:
            port = _free_port()
            children.append(_Child("server", logs, "server", str(port)))
            os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
            out.print(f"Prefect's page: http://127.0.0.1:{port}")
            _wait_healthy(port, children[0], stop)
        children.append(_Child("runner", logs, "runner", json.dumps([asdict(each) for each in served])))
        out.print(f"serving {', '.join(each.name for each in served)}; stop with Ctrl-C")
        while not stop.wait(0.5):
            for child in children:
                child.echo()
                child.check()
        out.print("stopping")
    finally:
        for child in reversed(children):
            child.stop(stop)
        stop.restore()
        if children and children[0].name == "server":
            del os.environ["PREFECT_API_URL"]
        if settings.database_url is None:
            release(settings.data_dir)


class _Stop:
    """SIGTERM and SIGINT, counted."""

    def __init__(self) -> None:
        self.count = 0
        self._event = threading.Event()
        self._before = {number: signal.signal(number, self._told) for number in (signal.SIGTERM, signal.SIGINT)}

    def _told(self, *_: object) -> None:
        self.count += 1
        self._event.set()

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds)

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


class _Child:
    """A process of ours, in a group of its own, that ends when we do."""

    def __init__(self, name: str, logs: Path, *words: str) -> None:
        self.name, self.log = name, logs / f"{name}.log"
        self._echoed = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "flows.service", *words],
                stdin=subprocess.PIPE,  # the leash: it sees the end of this when we are gone
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def echo(self) -> None:
        """Repeat on standard error what our own log wrote meanwhile; what Prefect says stays in the file."""
        with self.log.open("rb") as lines:
            lines.seek(self._echoed)
            new = lines.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._echoed += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            if _OURS.match(line):
                print(line, file=sys.stderr, flush=True)  # noqa: T201

    def check(self) -> None:
        """Raise when it has ended."""
        code = self.process.poll()
        if code is not None:
            raise OperationError(f"Prefect's {self.name} ended with {code}", mend=f"see {self.log}, then start again")

    def stop(self, stop: _Stop) -> None:
        """Ask it to end, then make it."""
        told = stop.count
        end = time.monotonic() + (GRACE_SECONDS if self.name == "runner" else KILL_SECONDS)
        self._signal(signal.SIGINT)
        while self.process.poll() is None and time.monotonic() < end and stop.count == told:
            time.sleep(0.1)
        if self.process.poll() is None and self.name == "runner":
            log.warning("a run under way is interrupted; what it had taken is due again later")
        with contextlib.suppress(ProcessLookupError):  # the whole group: with the runner its runs
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.echo()
        assert self.process.stdin is not None
        self.process.stdin.close()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)


def _prefect_database(url: str) -> str:
    """Address, in SQLAlchemy's form, of the database beside ours that Prefect has for itself."""
    ours = conninfo_to_dict(url)
    theirs = db.create_database(url, f"{ours.get('dbname') or 'figurewatch'}_prefect", exist_ok=True)
    parts = {name: str(value) for name, value in conninfo_to_dict(theirs).items() if value is not None}
    user = quote(parts.get("user", "postgres"), safe="")
    password = f":{quote(parts['password'], safe='')}" if "password" in parts else ""
    options = {"ssl": parts["sslmode"]} if "sslmode" in parts else {}
    host = parts.get("host") or parts.get("hostaddr") or "/var/run/postgresql"
    if host.startswith("/"):
        options["host"], place = host, ""
        if "port" in parts:
            options["port"] = parts["port"]
    else:
        place = f"[{host}]" if ":" in host else host
        place += f":{parts['port']}" if "port" in parts else ""
    query = f"?{urlencode(options)}" if options else ""
    return f"postgresql+asyncpg://{user}{password}@{place}/{quote(parts['dbname'], safe='')}{query}"


def _where(config: Path | None, data_dir: Path | None) -> tuple[str | None, str | None]:
    """The same as plain values that hold in any working directory."""
    return (str(config.absolute()) if config else None), (str(data_dir.absolute()) if data_dir else None)


def _free_port() -> int:
    """Prefect's usual port, or another when it is taken."""
    for port in (PORT, 0):
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return int(tried.getsockname()[1])
    raise OperationError("no port is free on 127.0.0.1")


def _wait_healthy(port: int, server: _Child, stop: _Stop) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        server.check()
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", "/api/health")
                if connection.getresponse().status == http.client.OK:
                    return
            finally:
                connection.close()
        if stop.wait(0.2):
            return
    raise OperationError(f"Prefect's server was not ready after {START_SECONDS} seconds", mend=f"see {server.log}")


def _main(words: list[str]) -> None:
    """What the children run."""
    threading.Thread(target=_end_with_parent, args=(sys.stdin,), daemon=True).start()
    if words[0] == "server":
        from prefect.cli import app

        sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", words[1]]
        app()
    else:
        _run_served([Served(**each) for each in json.loads(words[1])])


def _end_with_parent(leash: IO[str]) -> None:
    leash.read()
    os.killpg(0, signal.SIGKILL)


def _run_served(served: Sequence[Served]) -> None:
    from prefect import serve as prefect_serve
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    asyncio.run(_reconcile([each.name for each in served]))
    deployments = [
        getattr(import_module(each.module), each.flow).to_deployment(
            each.name,
            interval=each.every_seconds,
            parameters=each.parameters,
            entrypoint_type=EntrypointType.MODULE_PATH,
            # A pass that is still under way does what the next would do.
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )
        for each in served
    ]
    prefect_serve(*deployments, pause_on_shutdown=False, print_starting_message=False)


async def _reconcile(names: list[str]) -> None:
    """End what a killed service left running, which would hold its place for minutes, and drop what was missed.

    Holds for one service on a Prefect server: runs of these names are ours.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowRunFilter
    from prefect.states import Crashed

    deployments = DeploymentFilter(name=DeploymentFilterName(any_=names))
    stale = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}})
    missed = FlowRunFilter.model_validate({"state": {"name": {"any_": ["Late"]}}})
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=stale, deployment_filter=deployments):
            await client.set_flow_run_state(run.id, Crashed(message="the service was stopped meanwhile"), force=True)
        while late := await client.read_flow_runs(flow_run_filter=missed, deployment_filter=deployments):
            for run in late:
                await client.delete_flow_run(run.id)


if __name__ == "__main__":
    _main(sys.argv[1:])
