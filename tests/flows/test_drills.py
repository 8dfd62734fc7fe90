"""Drills: whatever is killed, restarted, cut off or full in the middle of a pass, the rows in the end are the same.

The first two do the whole path: PostgreSQL, Prefect's server on it, a work pool and two workers, each a process of its own as
deploy/compose.yaml has them; and the same deployed by Prefect's own command. The rest kill one of these meanwhile, and
compare with the rows of a run that nobody disturbed.
"""

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from machines import ROOT, TOPICS, Installation, Process, installation, ours, rows, stories, until

ALL = len(stories())
#: Each topic moves twice.
MOVES = 2 * len(TOPICS)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="figurewatch-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name) / "installation"


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, list[str]]:
    """The rows of a run in peace, by one worker."""
    with tempfile.TemporaryDirectory(prefix="figurewatch-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        with installation(Path(name) / "installation") as (installed, newsroom, _):
            installed.prefect()
            installed.deploy()
            installed.worker("a")
            installed.read_all(ALL)
            return rows(installed.postgres.url(), newsroom.url)


@pytest.mark.drill
def test_two_workers_of_a_pool_do_the_whole_path(folder: Path) -> None:
    with installation(folder) as (installed, newsroom, desk):
        installed.prefect()
        installed.deploy()
        workers = [installed.worker(name) for name in "ab"]
        installed.read_all(ALL)
        found = rows(installed.postgres.url(), newsroom.url)
        assert [len(found[name]) for name in ("articles", "shifts")] == [ALL, MOVES]
        all_told(found)
        assert len(desk.payloads) == messages(installed)
        assert until(lambda: installed.runs(name={"any_": ["Completed"]}))
        # One line an item and stage, as JSON; no secret in it, nor in what any process was started with.
        said = "".join(worker.said() for worker in workers)
        for stage in ("sources", "fetch", "articles", "copies", "figures", "series", "alerts"):
            assert f'"stage": "{stage}"' in said
        commands = b"\n".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path))
        for place in (said.encode(), commands):
            assert b"typed%20by%20hand" not in place
            assert b"typed by hand" not in place
            assert b"T0DEMO" not in place
        ended = [worker.terminate() for worker in workers]
        assert [code for code, _ in ended] == [0, 0]
        assert max(seconds for _, seconds in ended) < 30  # ten, on a machine that has nothing else to do


REPORT = """
name: a report with every number that moved
trigger: {type: event, posture: Reactive, expect: [figurewatch.shift], for_each: [prefect.resource.id], threshold: 1, within: 0}
actions: [{type: run-deployment, source: selected, deployment_id: %s}]
"""


@pytest.mark.drill
def test_prefects_own_command_deploys_and_an_automation_acts_on_a_shift(folder: Path) -> None:
    """The commands at the top of deploy/prefect.yaml, and one more automation, which runs the report when a number moves."""
    text = (ROOT / "deploy" / "prefect.yaml").read_text()
    commands = re.findall(r"^# +(prefect .+)$", text, re.MULTILINE)
    assert len(commands) == 3
    with installation(folder) as (installed, newsroom, _):
        installed.prefect()
        environment = {"PREFECT_API_URL": f"http://127.0.0.1:{installed.port}/api", "PREFECT_HOME": str(folder / "cli")}

        def ran(command: str) -> str:
            done = Process([sys.executable, "-m", *command.split()], environment, folder / "cli.log", ROOT)
            assert done.process.wait(180) == 0, done.said()
            return done.said()

        for command in commands:
            ran(command)
        found = installed.ask("deployments/filter", {})
        assert sorted(each["name"] for each in found) == ["report", "retention", "watch"]
        [report] = [each["id"] for each in found if each["name"] == "report"]
        (folder / "report.yaml").write_text(REPORT % report)
        ran(f"prefect automation create --from-file {folder}/report.yaml")
        for name in "ab":
            installed.worker(name)
        installed.read_all(ALL)
        stored = rows(installed.postgres.url(), newsroom.url)
        assert len(stored["shifts"]) == MOVES
        all_told(stored)
        # Nobody else asks for it before six in the morning.
        until(
            lambda: any(
                run["deployment_id"] == report and run["created_by"]["type"] == "AUTOMATION"
                for run in installed.runs(name={"any_": ["Completed"]})
            ),
            why=installed.said,
        )


def messages(installed: Installation) -> int:
    """Messages that were sent; each tells of one shift or of several."""
    return int(installed.postgres.rows("SELECT count(*) FROM message WHERE state = 'sent'")[0][0])


def _readable(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def compare(found: dict[str, list[str]], undisturbed: dict[str, list[str]]) -> None:
    """All that was concluded is the same, and every alert went out."""
    for name in ("articles", "pages", "figures", "claims", "shifts"):
        assert found[name] == undisturbed[name]
    all_told(found)


def all_told(found: dict[str, list[str]]) -> None:
    """The latest moves were told, and every alert went out.

    Which of two moves of one line are told depends on what was read first. Two workers share the pages out, and one that was
    killed gives back what it had to be read last: a move that is the past already when it is found wakes nobody.
    """
    latest = {f"('/story/{n}',)" for n in range(2 * len(TOPICS), ALL)}
    assert latest <= set(found["alerts"])
    assert found["told"] == sorted(alert.replace(",)", ", 'sent')") for alert in found["alerts"])


def kill_a_worker(installed: Installation, parts: dict[str, Process]) -> None:
    parts["a"].kill()


def kill_prefect(installed: Installation, parts: dict[str, Process]) -> None:
    parts["prefect"].close()
    time.sleep(5)
    parts["prefect"].start()
    installed.wait_for_prefect(parts["prefect"])


def kill_postgres(installed: Installation, parts: dict[str, Process]) -> None:
    installed.postgres.kill()
    time.sleep(2)
    installed.postgres.start()


def restart_postgres_twice(installed: Installation, parts: dict[str, Process]) -> None:
    for _ in range(2):
        installed.postgres.stop()
        time.sleep(1)
        installed.postgres.start()
        time.sleep(4)


def kill_the_run_itself(installed: Installation, parts: dict[str, Process]) -> None:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (path / "cmdline").read_bytes(), (path / "environ").read_bytes()
        except OSError:
            continue
        if b"prefect.engine" in command and os.fsencode(installed.folder) in environment:
            os.kill(int(path.name), signal.SIGKILL)


def stop_a_worker(installed: Installation, parts: dict[str, Process]) -> None:
    parts["a"].terminate()


@pytest.mark.drill
@pytest.mark.parametrize(
    "happens",
    [kill_a_worker, stop_a_worker, kill_the_run_itself, kill_prefect, kill_postgres, restart_postgres_twice],
    ids=lambda happens: happens.__name__,
)
@pytest.mark.parametrize("after", [3, 17])
def test_the_rows_are_those_of_an_undisturbed_run(
    happens: Callable[[Installation, dict[str, Process]], None], after: int, undisturbed: dict[str, list[str]], folder: Path
) -> None:
    with installation(folder, pause=0.05) as (installed, newsroom, desk):
        parts = {"prefect": installed.prefect()}
        installed.deploy()
        parts |= {name: installed.worker(name) for name in "ab"}
        until(lambda: installed.postgres.count("article") >= after, 400, installed.said)
        happens(installed, parts)
        installed.read_all(ALL)
        compare(rows(installed.postgres.url(), newsroom.url), undisturbed)
        # Each was told once; one whose sending was cut off may come a second time, and says that it may.
        assert 0 <= len(desk.payloads) - messages(installed) <= 1


@pytest.mark.drill
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_a_service_that_is_ended_in_the_middle_comes_back_with_the_same_rows(
    number: signal.Signals, undisturbed: dict[str, list[str]], folder: Path
) -> None:
    with installation(folder, pause=0.05) as (installed, newsroom, desk), ExitStack() as stack:
        environment = {"FIGUREWATCH_DATABASE_URL": installed.postgres.url()}
        command = ours("serve", "--config", installed.settings, "--data-dir", folder / "serve")
        service = Process(command, environment, folder / "serve.log", folder / "serve")
        stack.callback(service.close)
        until(lambda: installed.postgres.count("article") >= 5, 400, service.said)
        began = time.monotonic()
        service.process.send_signal(number)
        code = service.process.wait(60)
        if number is signal.SIGTERM:
            assert code == 0, service.said()
            assert time.monotonic() - began < 30
        service.start()
        installed.read_all(ALL)
        compare(rows(installed.postgres.url(), newsroom.url), undisturbed)
        assert 0 <= len(desk.payloads) - messages(installed) <= 1
        second: Any = Process(command, environment, folder / "second.log", folder / "serve")
        assert second.process.wait(60) == 1
        assert "another service works with the database" in second.said()
