"""What all tests share: a scrubbed environment, a throw-away PostgreSQL, a migrated database copied for each test."""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forks import Forks

# Before anything of ours or of Prefect is imported: no home, no proxies, no settings of whoever runs the tests.
HOME = Path(tempfile.mkdtemp(prefix="figurewatch-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

#: Where servers of tests keep their data: in memory, where the machine has a folder for that with room for some of them. A
#: database is made and dropped in a quarter of the time there, and hundreds of tests have one of their own.
PLACE = Path("/dev/shm")
ROOM = 4 << 30
if not (os.access(PLACE, os.W_OK) and shutil.disk_usage(PLACE).free > ROOM):
    PLACE = Path(tempfile.gettempdir())
for _left in PLACE.glob("figurewatch-servers-*"):
    if time.time() - _left.stat().st_mtime > 24 * 3600:  # by a run that was killed
        shutil.rmtree(_left, ignore_errors=True)
SERVERS = Path(tempfile.mkdtemp(prefix="figurewatch-servers-", dir=PLACE))
atexit.register(shutil.rmtree, SERVERS, ignore_errors=True)

for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith(("FIGUREWATCH_", "PREFECT_", "PG", "XDG_")):
        del os.environ[name]
os.environ |= {"HOME": str(HOME), "NO_PROXY": "*", "TZ": "UTC", "COLUMNS": "120", "NO_COLOR": "1"}

from flows import db, postgres
from flows.db import Database
from flows.service import QUIET

os.environ |= QUIET | {"PREFECT_HOME": str(HOME / "prefect")}

_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise AssertionError(f"a test connects to {address}: tests stay on this machine")
    _connect(self, address)


socket.socket.connect = _loopback_only  # type: ignore[method-assign]


#: What tests plant as passwords, tokens and paths of webhooks; nothing that any test's program writes may hold one.
PLANTED = (
    "hunter2", "s3cretPath", "TIiajkdnlazkcOXrIdevi7", "xoxbSECRET", "xoxb-1-demo", "B0DEMO/newsroom", "geheim",
    "quite: a/secret@word",
)  # fmt: skip


def leaked(written: Any) -> list[str]:
    """The planted secrets in what was written."""
    text = written.decode("utf-8", "replace") if isinstance(written, bytes) else str(written or "")
    return [secret for secret in PLANTED if secret in text]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """A test that wrote a secret, to a stream or to any log, has failed."""
    report = yield
    found = leaked("\n".join(text for _, text in report.sections))
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = f"secrets were written: {', '.join(found)}"
    return report


_run = subprocess.run


def _run_watched(*args: Any, **options: Any) -> Any:
    done = _run(*args, **options)
    _told_nothing(done.stdout, done.stderr)
    return done


def _told_nothing(*written: Any) -> None:
    found = [secret for each in written for secret in leaked(each)]
    assert not found, f"a program wrote secrets: {', '.join(found)}"


subprocess.run = _run_watched  # type: ignore[assignment]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Neither do the log files that were left: those of servers and children of the service."""
    folders = [
        HOME,
        SERVERS,
        *([session.config._tmp_path_factory.getbasetemp()] if hasattr(session.config, "_tmp_path_factory") else []),
    ]
    logs = [path for folder in folders for pattern in ("*.log", "log") for path in folder.rglob(pattern) if path.is_file()]
    found = {f"{path}: {secret}" for path in logs for secret in leaked(path.read_bytes())} | _seen_by_workers
    if hasattr(session.config, "workeroutput"):  # a process of several that share the tests: the one that counts them tells
        session.config.workeroutput["secrets"] = sorted(found)
    elif found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("secrets in log files:", *sorted(found), sep="\n  ")


_seen_by_workers: set[str] = set()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of several has ended, and told what it found in its log files."""
    _seen_by_workers.update(getattr(node, "workeroutput", {}).get("secrets", ()))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of an embedded server for this run of the tests."""
    yield postgres.embedded(SERVERS / "server", durable=False)
    postgres.release(SERVERS / "server")


@pytest.fixture(scope="session")
def python() -> Iterator[Forks]:
    """Runs Python's programs, each a process of its own, that need not read their libraries."""
    with Forks(_told_nothing) as forks:
        yield forks


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """Name of a migrated, empty database on it."""
    return db.template(server)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A Prefect server for this run of the tests; for tests marked `flow`."""
    from prefect import results
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120), pytest.MonkeyPatch.context() as patch:
        # It asks the server of each flow, by a client that it never closes: a warning in whichever test the collector runs in.
        patch.setattr(results, "_read_server_default_result_storage_block_id", lambda: None)
        yield


@pytest.fixture
def database_url(server: str, template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a migrated, empty database of this test's own."""
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid)):x}"
    yield db.create_database(server, name, template=template)
    db.drop_database(server, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database of this test's own."""
    with Database(database_url) as opened:
        yield opened


@dataclass(frozen=True)
class Outside:
    """A PostgreSQL server that is none of ours: the machine's programs where it has some, TCP, a password."""

    url: str
    port: int
    password: str


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """A server of the machine on a free port of loopback, started by hand."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    programs = found[-1].parent if found else postgres.programs() / "bin"
    folder = Path(tempfile.mkdtemp(prefix="figurewatch-outside-", dir=PLACE))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        import pwd

        other = pwd.getpwnam("nobody")
        user = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
        os.chown(folder, other.pw_uid, other.pw_gid)
    password = "quite: a/secret@word"
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    initdb = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "desk",
        "--auth=scram-sha-256",
        f"--pwfile={folder}/password",
        "--encoding=UTF8",
    ]
    try:
        done = subprocess.run(
            [*initdb, "--locale=C", "--no-sync"], capture_output=True, text=True, check=False, cwd="/", **user
        )
    except PermissionError as error:
        pytest.skip(f"no other user may run {programs}: {error}")
    assert done.returncode == 0, done.stderr
    options = [f"-cport={port}", "-clisten_addresses=127.0.0.1", "-cfsync=off", f"-cunix_socket_directories={folder}"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([programs / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd="/", **user)
    try:
        while "ready to accept connections" not in (folder / "log").read_text():
            assert running.poll() is None, (folder / "log").read_text()
        from urllib.parse import quote

        yield Outside(f"postgresql://desk:{quote(password, safe='')}@127.0.0.1:{port}/postgres", port, password)
    finally:
        running.send_signal(2)
        running.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
