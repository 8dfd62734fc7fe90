"""The service: a scheduled run appears and runs, it stops when told to, and comes back after a kill."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.service import _prefect_database

PROGRAM = """
import sys
from pathlib import Path
from rich.console import Console
from flows.service import Served, serve
from flows.settings import load
folder = Path(sys.argv[1])
tick = Served(name="tick", module="tiny_flow", flow="tick", every_seconds=5, parameters={"mark": str(folder / "mark")})
serve(load(data_dir=folder / "data"), [tick], Console())
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
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert first.startswith("Prefect's page:"), first + self.process.stdout.read()
        self.address = first.split()[-1]

    def runs(self, **state: Any) -> list[dict[str, Any]]:
        body = json.dumps({"flow_runs": {"state": state}}).encode()
        request = urllib.request.Request(
            f"{self.address}/api/flow_runs/filter", data=body, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return list(json.load(answer))

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
    with tempfile.TemporaryDirectory(prefix="figurewatch-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def processes(folder: Path) -> list[str]:
    """Command lines of processes that work in this folder or name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (process / "environ").read_bytes(), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in environment + command and command:
            found.append(command.replace(b"\0", b" ").decode())
    return found


@pytest.mark.flow
def test_a_scheduled_run_appears_and_runs_and_the_service_comes_back_after_a_kill(folder: Path) -> None:
    service = Service(folder)
    service.until(lambda: service.runs(type={"any_": ["SCHEDULED"]}))
    service.until((folder / "mark").exists)
    service.until(lambda: service.runs(type={"any_": ["COMPLETED"]}))

    service.process.send_signal(signal.SIGKILL)
    service.process.communicate()
    end = time.monotonic() + 30
    while processes(folder) and time.monotonic() < end:
        time.sleep(0.2)
    assert processes(folder) == []

    (folder / "mark").unlink()
    service = Service(folder)
    service.until((folder / "mark").exists)
    service.process.send_signal(signal.SIGTERM)
    said, _ = service.process.communicate(timeout=120)
    assert (service.process.returncode, said.splitlines()[-1]) == (0, "stopping")
    end = time.monotonic() + 30
    while processes(folder) and time.monotonic() < end:
        time.sleep(0.2)
    assert processes(folder) == []


def test_prefect_has_a_database_of_its_own_beside_ours(server: str, outside: Any) -> None:
    assert _prefect_database(server).startswith("postgresql+asyncpg://postgres@/figurewatch_prefect?host=%2F")
    assert _prefect_database(outside.url) == (
        f"postgresql+asyncpg://desk:quite%3A%20a%2Fsecret%40word@127.0.0.1:{outside.port}/postgres_prefect"
    )
