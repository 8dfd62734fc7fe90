"""The service: a scheduled run appears and runs, it stops when told to, comes back after a kill, and lives with its parts.

Real Prefect servers, workers and processes, in a folder whose name has spaces; a flow that only leaves a mark takes the place
of the watch. What the service survives with real work under way is in test_drills.py.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import sources
from flows.analyser import Analyser
from flows.db import Database
from flows.pipeline import Desk
from flows.service import _prefect_database
from flows.settings import Settings

PROGRAM = """
import sys
from pathlib import Path
from rich.console import Console
from flows.service import Served, serve
from flows.settings import Settings
from schemas.errors import FigurewatchError
folder = Path(sys.argv[1])
tick = Served(name="tick", entrypoint="tiny_flow.tick", every_seconds=5, parameters={"mark": str(folder / "mark")})
settings = Settings.model_validate({"data_dir": folder / "data"})
try:
    serve(settings, [tick], Console())
except FigurewatchError as error:
    sys.exit(f"{error.message} | {error.mend}")
"""


class Service:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        packages = os.pathsep.join(path for path in sys.path if path)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
            "PYTHONPATH": packages
        }
        command = [sys.executable, "-u", "-c", PROGRAM, str(folder)]
        self.process = subprocess.Popen(command, stdout=-1, stderr=subprocess.STDOUT, text=True, env=environment, cwd=folder)
        self.address = self._said("Prefect's page: ")
        self.page = self._said("health and metrics: ").partition("/readyz")[0]

    def _said(self, beginning: str) -> str:
        said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said += line
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        raise AssertionError(said)

    def runs(self, **state: Any) -> list[dict[str, Any]]:
        body = json.dumps({"flow_runs": {"state": state}}).encode()
        request = urllib.request.Request(
            f"{self.address}/api/flow_runs/filter", data=body, headers={"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return list(json.load(answer))
        except urllib.error.HTTPError as error:  # while Prefect starts; its socket is open until it is collected
            error.close()
            raise

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.page + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted((self.folder / "data" / "prefect").glob("*.log")))

    def until(self, holds: Callable[[], object], seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if holds():
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.logs()
            time.sleep(0.3)
        raise AssertionError(self.logs()[-3000:])


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="figurewatch of a desk-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def processes(folder: Path) -> dict[int, str]:
    """Command lines of processes that work in this folder or name it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (process / "environ").read_bytes(), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in environment + command and command:
            found[int(process.name)] = command.replace(b"\0", b" ").decode()
    return found


def gone(folder: Path) -> bool:
    end = time.monotonic() + 30
    while processes(folder) and time.monotonic() < end:
        time.sleep(0.2)
    return not processes(folder)


def stopped(service: Service) -> None:
    """It ends within its time when it is told to, and nothing of it is left."""
    began = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    said, _ = service.process.communicate(timeout=120)
    assert (service.process.returncode, said.splitlines()[-1]) == (0, "stopping")
    assert time.monotonic() - began < 60  # 10 seconds, on a machine that has nothing else to do
    assert gone(service.folder), processes(service.folder)


@pytest.mark.flow
def test_a_scheduled_run_appears_and_runs_and_the_service_stops_when_told_to(folder: Path) -> None:
    service = Service(folder)
    service.until(lambda: service.runs(type={"any_": ["SCHEDULED"]}))
    service.until((folder / "mark").exists)
    assert service.ask("/healthz") == (200, '{"ok": true, "wrong": {}}\n')
    assert service.ask("/readyz")[0] == 200
    assert "\nfigurewatch_up 1.0\n" in service.ask("/metrics")[1]
    service.until(lambda: service.runs(type={"any_": ["COMPLETED"]}))
    stopped(service)


@pytest.mark.drill
def test_the_service_is_alone_and_comes_back_after_a_kill(folder: Path) -> None:
    service = Service(folder)
    service.until((folder / "mark").exists)

    # Nobody else may work with its database, and says so in a line.
    second = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
        env={name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert second.returncode == 1
    assert second.stderr.startswith("another service works with the database figurewatch on ")
    assert f":{service.process.pid}, since " in second.stderr

    # Its worker is killed: it is started again, and so are runs.
    [worker] = [pid for pid, command in processes(folder).items() if "flows.service worker" in command]
    os.kill(worker, signal.SIGKILL)
    (folder / "mark").unlink(missing_ok=True)
    service.until((folder / "mark").exists)

    service.process.send_signal(signal.SIGKILL)
    service.process.communicate()
    assert gone(folder), processes(folder)

    (folder / "mark").unlink(missing_ok=True)
    service = Service(folder)
    service.until((folder / "mark").exists)
    stopped(service)


def test_prefect_has_a_database_of_its_own_beside_ours(server: str, outside: Any) -> None:
    assert _prefect_database(server).startswith("postgresql+asyncpg://postgres@/figurewatch_prefect?host=%2F")
    assert _prefect_database(outside.url) == (
        f"postgresql+asyncpg://desk:quite%3A%20a%2Fsecret%40word@127.0.0.1:{outside.port}/postgres_prefect"
    )


@pytest.mark.parametrize(
    ("due", "every", "ends", "waits"),
    [
        pytest.param(30, 60, 300, True, id="a source is due before the next pass would begin"),
        pytest.param(90, 60, 300, False, id="the next pass is there in time"),
        pytest.param(30, 0, 300, False, id="there is no next pass: figurewatch run"),
        pytest.param(30, 60, 20, False, id="this one may not go on for so long"),
        pytest.param(-30, 60, 300, False, id="it is due and was not polled: its host rests"),
    ],
)
def test_a_pass_waits_for_what_the_next_would_come_too_late_for(
    database: Database, due: int, every: float, ends: int, waits: bool
) -> None:
    from flows.context import Context
    from flows.watch import _wait

    now = datetime.now(UTC)
    settings = Settings.model_validate({"sources": [{"url": "https://paper.example/feed.xml"}]})
    with database.transaction() as tx:
        sources.keep(tx, settings, now + timedelta(seconds=due))
    opened = Context(settings, database, Analyser(1), Desk(threshold=settings.threshold, rules=()))
    found = _wait(opened, now + timedelta(seconds=ends), every)
    assert (due - 20 < found <= due) if waits else found is None


@pytest.mark.flow
@pytest.mark.filterwarnings("ignore")  # Prefect's client leaves its sockets to the garbage collector
@pytest.mark.parametrize(
    ("most", "due", "follow"),
    [
        pytest.param(0, 0, 1, id="its time is up: the next goes on"),
        pytest.param(20, 30, 1, id="it may not wait for what the schedule's next would come too late for"),
        pytest.param(20, 90, 0, id="the schedule's next is there in time"),
        pytest.param(300, 90, 0, id="there is no more to do"),
    ],
)
def test_a_pass_that_ends_for_its_time_is_followed_at_once(
    most: int, due: int, follow: int, prefect_server: None, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    from flows import watch
    from flows.context import Context

    settings = Settings.model_validate({"sources": [{"url": "https://paper.example/feed.xml"}]})
    with database.transaction() as tx:
        sources.keep(tx, settings, datetime.now(UTC) + timedelta(seconds=due))
    opened = Context(settings, database, Analyser(1), Desk(threshold=settings.threshold, rules=()))
    monkeypatch.setattr(watch, "context", lambda *_: opened)
    monkeypatch.setattr(watch, "LONGEST_PASS", timedelta(seconds=most))

    async def runs_after_a_pass() -> list[Any]:
        deployment = await (await watch.watch.ato_deployment(f"{most} {due}")).aapply()
        monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(deployment))
        await watch.watch()
        async with get_client() as client:
            waiting = {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
            return await client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(waiting))

    assert len(asyncio.run(runs_after_a_pass())) == follow


def test_pages_are_read_while_a_channel_takes_its_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import watch
    from flows.context import Context

    batches = ["first", "second", "third"]

    async def read(*_: Any) -> Counter[str]:
        await asyncio.sleep(0.1)
        batches.pop()
        return Counter({"articles stored": 1, "alerts raised": 1})

    async def deliver(*_: Any) -> Counter[str]:
        while batches:  # the channel takes longer than all reading does
            await asyncio.sleep(0.01)
        return Counter({"alerts sent": 1})

    async def due(_: Any) -> dict[str, bool]:
        return {"sources": False, "fetch": False, "articles": bool(batches), "alerts": True}

    settings = Settings.model_validate({})
    for name, fake in (("read_batch", read), ("deliver_batch", deliver)):
        monkeypatch.setattr(watch, name, fake)
    for name in ("LOOK_SECONDS", "BUSY_SECONDS"):
        monkeypatch.setattr(watch, name, 0.01)
    monkeypatch.setattr(watch._Pass, "_due", due)
    opened = Context(settings, database, Analyser(1), Desk(threshold=settings.threshold, rules=()))

    async def work() -> Counter[str]:
        this = watch._Pass(opened, (None, None, None))
        await asyncio.wait_for(this.work(), 60)
        return this.done

    done = asyncio.run(work())
    assert done["articles stored"] == 3
    assert done["alerts sent"] > 1, "what was raised meanwhile is told, too"


def test_what_falls_due_bit_by_bit_is_polled_and_told_together_while_pages_wait_and_at_once_when_none_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import watch
    from flows.context import Context

    seen: list[str] = []

    async def poll(*_: Any) -> Counter[str]:
        await asyncio.sleep(0)
        seen.append("poll")
        return Counter({"sources fetched": 1})

    async def read(*_: Any) -> Counter[str]:
        seen.append("reading")
        await asyncio.sleep(0.5)
        seen.append("read")
        return Counter({"articles stored": 1})

    async def due(_: Any) -> dict[str, bool]:
        last = seen[-1:] == ["poll"] and "read" in seen
        return {"sources": not last, "fetch": False, "articles": "reading" not in seen, "alerts": True}

    async def deliver(*_: Any) -> Counter[str]:
        await asyncio.sleep(0)
        seen.append("tell")
        return Counter({"alerts sent": 1})

    for name, fake in (("poll_batch", poll), ("read_batch", read), ("deliver_batch", deliver)):
        monkeypatch.setattr(watch, name, fake)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watch, "BUSY_SECONDS", 3_600.0)
    monkeypatch.setattr(watch._Pass, "_due", due)
    settings = Settings.model_validate({})
    opened = Context(settings, database, Analyser(1), Desk(threshold=settings.threshold, rules=()))

    async def work() -> None:
        await asyncio.wait_for(watch._Pass(opened, (None, None, None)).work(), 60)

    asyncio.run(work())
    began, ended = seen.index("reading"), seen.index("read")
    for what in ("poll", "tell"):
        assert seen[began:ended].count(what) <= 1, "what falls due meanwhile waits for the next look"
        assert what in seen[ended:], "which comes as soon as nothing waits to be read"
