"""Running the flows: once, on schedule as a service, or as a worker of a Prefect server elsewhere.

    serve  -> a Prefect server (child) -> deployments -> a worker (child) -> a process for each run of a flow
    worker -> a worker (child) -> a process for each run        on machines that help, with PREFECT_API_URL
    deploy -> deployments                                       on a Prefect server of one's own

The server keeps its state in a database of its own on our PostgreSQL server. Children are started again when they end.
They are on a leash: when this process dies, whatever kills it, they end too. Prefect reads its environment on import, so
nothing here imports it: what needs it runs in a child (flows/deployments.py). Prefect's own way of stopping on SIGTERM
can hang (3.8): this process does the stopping, and the run under way is told by itself.
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
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console

from flows import db, passes
from flows.board import Board
from flows.health import Monitor, Page, prefect_wrong
from flows.http import redact
from flows.log import VARIABLE, for_children, log
from flows.postgres import database_url, release
from flows.settings import CONFIG, PREFIX, Settings, load
from schemas.errors import FigurewatchError, OperationError, UsageError

START_SECONDS = 180
#: A run that is under way may end its batch for so long; then it is cut off, and what it had leased is free again.
GRACE_SECONDS = 8.0
KILL_SECONDS = 5.0
#: A child that ends by itself is started again after so long, twice as long each time; one that ends so often within an
#: hour will not do better: whoever looks after the service must hear of it.
AGAIN_SECONDS = 1.0
MOST_STARTS = 6
#: Nothing is done by us for so long only when the machine slept, or its clock was set.
ASLEEP_SECONDS = 30.0
#: What a child says is kept in a file of at most this size, and the one before.
LOG_BYTES = 5_000_000

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
    "PREFECT_WORKER_QUERY_SECONDS": "5",
    "PREFECT_WORKER_HEARTBEAT_SECONDS": "30",
    # A run that was killed holds its place no longer than this; and it is seen, by an automation, when it falls silent.
    "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "60",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    # Prefect keeps flow runs for ever by default.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}

#: The beginning of a line of our log, among the lines of a child.
_OURS = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:info|notice|warning|error) |{"time": ')


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A flow on a schedule: every so many seconds, or by cron in UTC."""

    name: str
    entrypoint: str  #: module and function, with dots
    every_seconds: float | None = None
    cron: str = ""
    description: str = ""
    tags: tuple[str, ...] = ("figurewatch",)
    parameters: dict[str, Any] = field(default_factory=dict)
    at_once: int = 1  #: runs; one more is cancelled, since the next does what it would have done


def deployments(settings: Settings, workers: int = 1) -> list[Served]:
    """What runs when. `workers`: passes at once, one for each worker; leases keep them apart."""
    return [
        Served(
            name="watch",
            entrypoint="flows.watch.watch",
            every_seconds=settings.serve.every_seconds,
            description="One pass over what is due: poll, fetch, read, link, alert.",
            tags=("figurewatch", "watch"),
            at_once=workers,
        ),
        Served(
            name="report",
            entrypoint="flows.report.report",
            cron="0 6 * * *",
            description="The shifts of the last day with their charts, as an artifact.",
            tags=("figurewatch", "report"),
            parameters={"days": 1},
        ),
        Served(
            name="retention",
            entrypoint="flows.retention.retention",
            cron="17 3 * * *",
            description="Drops what was kept for as long as the settings say.",
            tags=("figurewatch", "retention"),
        ),
    ]


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Set Prefect's variables, where the user has not; to be called before Prefect is imported. Returns all of them.

    Raises:
        DatabaseUnavailable and the like: Prefect would say the same in five hundred lines.
    """
    wanted = QUIET | {"PREFECT_HOME": str(settings.data_dir.absolute() / "prefect")}
    wanted |= {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.keep_events_days * 24 * 60 * 60),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.keep_events_days}D",
    }
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

    return asyncio.run(watch(str(config.absolute()) if config else None, str(data_dir.absolute()) if data_dir else None))


def serve_watch(config: Path | None, data_dir: Path | None, out: Console) -> None:
    """The service: the watch, again and again, until SIGTERM or SIGINT."""
    settings = _for_runs(config, data_dir)
    serve(settings, deployments(settings), out)


def serve(settings: Settings, served: Sequence[Served], out: Console) -> None:
    """Run flows on schedule until SIGTERM or SIGINT; a second signal does not wait for the run that is under way.

    Raises:
        OperationError: another service has this database; or a child ends again and again.
    """
    stop = _Stop()
    children: list[_Child] = []
    page = alone = None
    own_server = "PREFECT_API_URL" not in os.environ
    try:
        url = database_url(settings)
        db.migrate(url)
        prefect_environment(settings)
        if own_server:
            alone = _alone(url)
            port = _free_port(settings.serve.prefect_port)
            os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
            children.append(_Child("server", _logs(settings), str(port)))
            out.print(f"starting: PostgreSQL {db.server_version(url)} runs, Prefect's server is next (some ten seconds)")
            _wait_healthy(port, children[0], stop)
        if not stop.count:
            register(settings, served, "all" if own_server else "")
            children.append(_Child("worker", _logs(settings), settings.serve.work_pool, "3"))
            page = _page(settings, url, children)
            _say_where(settings, own_server, page, out)
            again = partial(register, settings, served) if own_server else None
            _look_after(settings, url, children, stop, Board(url, out), again)
        out.print("stopping")
    finally:
        _stop_all(settings, children, stop, page)
        if own_server:
            os.environ.pop("PREFECT_API_URL", None)
        if alone is not None:
            alone.close()
        if settings.database_url is None:
            release(settings.data_dir)


def work(config: Path | None, data_dir: Path | None, out: Console) -> None:
    """A worker of the Prefect server that PREFECT_API_URL names, until SIGTERM or SIGINT.

    Raises:
        UsageError: no server is named.
    """
    if "PREFECT_API_URL" not in os.environ:
        raise UsageError(
            "a worker needs a Prefect server: PREFECT_API_URL is not set",
            mend="PREFECT_API_URL=http://server:4200/api figurewatch worker; on one machine: figurewatch serve",
        )
    settings = _for_runs(config, data_dir)
    stop = _Stop()
    children: list[_Child] = []
    page = None
    try:
        url = database_url(settings)
        db.migrate(url)
        prefect_environment(settings)
        # One at a time: what is more goes to the other workers.
        children.append(_Child("worker", _logs(settings), settings.serve.work_pool, "1"))
        page = _page(settings, url, children)
        _say_where(settings, False, page, out)
        _look_after(settings, url, children, stop, Board(url, out))
        out.print("stopping")
    finally:
        _stop_all(settings, children, stop, page)
        if settings.database_url is None:
            release(settings.data_dir)


def register(settings: Settings, served: Sequence[Served], reconcile: str = "") -> None:
    """Make the work pool, the deployments and the automations on the Prefect server; again changes nothing.

    Args:
        reconcile: where all runs there are ours. "missed": drop those that were to begin while nobody could; "all": and end
            those that a killed worker left.
    Raises:
        OperationError: the server does not answer or does not take them.
    """
    what = {
        "pool": settings.serve.work_pool,
        "served": [asdict(each) for each in served],
        "reconcile": reconcile,
        "folder": str(Path.cwd()) if reconcile else None,
    }
    command = [sys.executable, "-m", "flows.deployments"]
    done = subprocess.run(command, input=json.dumps(what), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise OperationError(f"Prefect does not take the deployments: {words[:300]}", mend="check PREFECT_API_URL; then again")


def _for_runs(config: Path | None, data_dir: Path | None) -> Settings:
    """The settings, and their places as variables, so that the processes of runs find the same ones."""
    settings = load(config, data_dir=data_dir)
    named = config or Path(os.environ.get(CONFIG) or "figurewatch.toml")
    if named.exists():
        os.environ[CONFIG] = str(named.absolute())
    os.environ[f"{PREFIX}DATA_DIR"] = str(settings.data_dir.absolute())
    os.environ.setdefault(VARIABLE, for_children())
    return settings


def _logs(settings: Settings) -> Path:
    folder = settings.data_dir.absolute() / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _alone(url: str) -> psycopg.Connection[Any]:
    """The session that says: this database has its service. It ends with this process."""
    session = db.connect(url, autocommit=True, name=f"figurewatch serve {passes.worker_name()}")
    tx = db.Transaction(session)
    first = tx.one("service.alone")
    if first is not None and first["alone"]:
        return session
    row = tx.one("service.who_is_alone")
    session.close()
    who = f" ({row['who'].removeprefix('figurewatch serve ')}, since {row['since']:%Y-%m-%d %H:%M} UTC)" if row else ""
    raise OperationError(
        f"another service works with the database {db.shown(url)}{who}",
        mend="stop it; or help it from here: PREFECT_API_URL=http://ITS-MACHINE:4200/api figurewatch worker",
    )


def _page(settings: Settings, url: str, children: "Sequence[_Child]") -> Page | None:
    """The page of health and metrics; where its usual port is taken, on another."""
    if not settings.serve.port:
        return None

    def alive() -> str:
        return ", ".join(f"{child.name} is being started again" for child in children if child.process.poll() is not None)

    monitor = Monitor(url, prefect=os.environ["PREFECT_API_URL"], alive=alive)
    try:
        page = Page(monitor, settings.serve.host, settings.serve.port)
    except OperationError:
        if "port" in settings.serve.model_fields_set:
            raise
        page = Page(monitor, settings.serve.host, 0)
    with contextlib.suppress(OSError):  # the disk may be full
        told_page(settings).write_text(page.address, encoding="utf-8")
    return page


def told_page(settings: Settings) -> Path:
    """The file in which a running service, or a worker, says where its page of health is."""
    return settings.data_dir.absolute() / "prefect" / "page"


def _say_where(settings: Settings, own_server: bool, page: Page | None, out: Console) -> None:
    address = os.environ["PREFECT_API_URL"].removesuffix("/api")
    wrong = "" if own_server else prefect_wrong(os.environ["PREFECT_API_URL"])
    out.print(f"Prefect's page: {address}" if own_server else f"Prefect's server: {redact(address)}", soft_wrap=True)
    if wrong:
        out.print(f"it {wrong}; it is asked again until it does", markup=False, soft_wrap=True)
    if page is not None:
        out.print(f"health and metrics: {page.address}/readyz, {page.address}/metrics", soft_wrap=True)
    out.print(
        f"data: {settings.data_dir.absolute()}; a pass every {settings.serve.every_seconds} s; stop with Ctrl-C", soft_wrap=True
    )


def _look_after(
    settings: Settings,
    url: str,
    children: "Sequence[_Child]",
    stop: "_Stop",
    board: Board,
    again: Callable[[str], None] | None = None,
) -> None:
    """Keep everything running, and show what it does, until it is told to stop.

    Args:
        again: tells Prefect, where it is ours, that what it thinks to be under way is not, and that what was missed is not
            to be made up for: after a worker was killed, and after the machine slept.
    """
    seen = time.time()
    with board:
        while not stop.wait(0.5):
            slept, seen = time.time() - seen > ASLEEP_SECONDS, time.time()
            if not _database_runs(settings, url):
                continue
            ended = [child.name for child in children if child.keep()]
            if again is not None and (slept or "worker" in ended):
                with contextlib.suppress(OperationError):  # the server is being started again as well
                    again("all" if "worker" in ended else "missed")
            board.look(datetime.now(UTC))


_looked = 0.0


def _database_runs(settings: Settings, url: str) -> bool:
    """Whether the database answers; an embedded one that does not is started again."""
    global _looked  # noqa: PLW0603 - one service a process
    if time.monotonic() - _looked < 2:
        return True
    try:
        db.connect(url).close()
    except FigurewatchError as error:
        log.warning("the database does not answer", detail=error.message)
        if settings.database_url is None:
            with contextlib.suppress(FigurewatchError):
                database_url(settings)
        return False
    _looked = time.monotonic()
    return True


def _stop_all(settings: Settings, children: "Sequence[_Child]", stop: "_Stop", page: Page | None) -> None:
    for child in reversed(children):
        child.stop(stop)
    if page is not None:
        page.close()
        told_page(settings).unlink(missing_ok=True)
    stop.restore()


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
    """A process of ours, in a group of its own, that ends when we do, and is started again when it ends by itself."""

    def __init__(self, name: str, logs: Path, *words: str) -> None:
        self.name, self.log, self._words = name, logs / f"{name}.log", words
        self._starts: list[float] = []
        self._again_at = 0.0
        self._start()

    def _start(self) -> None:
        self._starts = [at for at in self._starts if time.monotonic() - at < 3600] + [time.monotonic()]
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "flows.service", self.name, *self._words],
            stdin=subprocess.PIPE,  # the leash: it sees the end of this when we are gone
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, lines: IO[bytes]) -> None:
        """Keep what it says; repeat on standard error what our own log wrote, what Prefect says stays in the file."""
        for line in lines:
            with contextlib.suppress(OSError):  # the disk may be full
                if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
                    self.log.replace(self.log.with_suffix(".log.before"))
                with self.log.open("ab") as file:
                    file.write(line)
            words = line.decode("utf-8", "replace").rstrip("\n")
            if _OURS.match(words):
                print(words, file=sys.stderr, flush=True)  # noqa: T201

    def keep(self) -> bool:
        """Start it again, after a while, when it has ended; whether that is seen now.

        Raises:
            OperationError: it ends again and again.
        """
        code = self.process.poll()
        if code is None:
            return False
        if not self._again_at:
            self._end()
            if len(self._starts) >= MOST_STARTS:
                raise OperationError(f"Prefect's {self.name} ended with {code}, again and again", mend=f"see {self.log}")
            pause = AGAIN_SECONDS * 2 ** (len(self._starts) - 1)
            log.warning("a part of the service ended and is started again", part=self.name, status=code, seconds=pause)
            self._again_at = time.monotonic() + pause
            return True
        if time.monotonic() >= self._again_at:
            self._again_at = 0.0
            self._start()
        return False

    def check(self) -> None:
        """Raise when it has ended."""
        code = self.process.poll()
        if code is not None:
            self._reader.join(1)
            raise OperationError(f"Prefect's {self.name} ended with {code}", mend=f"see {self.log}, then start again")

    def stop(self, stop: _Stop) -> None:
        """Ask it to end, then make it. A worker goes when its runs have ended, so that they may say so."""
        told = stop.count
        runs = _children_of(self.process.pid) if self.name == "worker" else []
        end = time.monotonic() + (GRACE_SECONDS if runs else KILL_SECONDS)
        for pid in runs:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        if self.name != "worker":
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGINT)
        while time.monotonic() < end and stop.count == told:
            if not (any(map(_lives, runs)) if self.name == "worker" else self.process.poll() is None):
                break
            time.sleep(0.05)
        if any(map(_lives, runs)):
            log.warning("a run under way is cut off; what it had taken is free again for the next")
        self._end()

    def _end(self) -> None:
        """End it with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(2)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()


def _children_of(parent: int) -> list[int]:
    """The processes that a process started itself."""
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)  # noqa: S607
    pairs = [line.split() for line in done.stdout.splitlines()]
    return [int(pair[0]) for pair in pairs if len(pair) == 2 and pair[1] == str(parent)]


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and whose parent was not told yet does not."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return not Path("/proc/self/stat").exists()


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


def _free_port(usual: int) -> int:
    """Prefect's usual port, or another when it is taken."""
    for port in (usual, 0):
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
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
    from prefect.cli import app

    if words[0] == "server":
        sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", words[1]]
    else:
        # Deployments for many machines say "python": here it is the one that figurewatch is installed in, activated or not.
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        name = f"figurewatch {passes.worker_name()}"
        sys.argv = ["prefect", "worker", "start", "--pool", words[1], "--type", "process", "--limit", words[2], "--name", name]
    app()


def _end_with_parent(leash: IO[str]) -> None:
    leash.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _main(sys.argv[1:])
