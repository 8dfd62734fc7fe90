"""The parts of an installation as processes of their own, for drills: PostgreSQL, Prefect's server, workers, a service.

Each runs as deploy/compose.yaml would run it, on loopback, and can be killed at any moment. The news that they read are
short stories whose rows do not depend on the order in which they are read.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import yaml
from newsroom import Newsroom, article_page, feed, item, page

from flows import postgres
from flows.receivers import SlackReceiver

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
PASSWORD = "typed by hand"

#: What is counted, where, who says it. No two share a word that matters.
TOPICS = (
    ("containers of ammunition", "have been shipped from Port Larn to Vessia", "the defence ministry of Arden"),
    ("orchards", "were struck by frost in the Osk valley", "the growers' cooperative"),
    ("commuters", "ride the Tarnby metro on a weekday", "the transit authority"),
    ("hospital beds", "stand empty across Lower Quill", "the health board"),
    ("wolves", "roam the Hessal forest", "the wildlife service"),
    ("bicycles", "have been stolen in Marrowick", "the city police"),
    ("cases of measles", "have been confirmed on the island of Pell", "the epidemiology institute"),
    ("lorries", "queue at the border post of Drun", "the customs office"),
    ("solar panels", "cover the roofs of Ostmark", "the grid operator"),
    ("refugees", "shelter in the camp of Yarrow", "the relief agency"),
)
FIRST = 1_200


def stories(copies: int = 1) -> list[tuple[str, str, datetime]]:
    """Title, text and time: each topic thrice, its number moving by half and by half again; each `copies` times."""
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    found = []
    for round_ in range(3):
        for n, (noun, verb, speaker) in enumerate(TOPICS):
            number = round(FIRST * (n + 1) * 1.5**round_)
            text = f"Some {number:,} {noun} {verb}, {speaker} said on Monday.\n\n" + (
                f"The count is the {('first', 'second', 'third')[round_]} of its kind that {speaker} has made public.\n\n"
                f"Nobody outside had been shown how such {noun} are counted, and critics asked for the list itself."
            )
            for copy in range(copies):
                found.append(
                    (
                        f"{noun.capitalize()}: {speaker} counts anew ({copy})",
                        text,
                        began + timedelta(hours=8 * round_, minutes=n),
                    )
                )
    return found


def publish(newsroom: Newsroom, *, copies: int = 1, pause: float = 0.0) -> None:
    """Put the stories at a feed; each page takes `pause` seconds."""
    items = []
    for n, (title, text, at) in enumerate(stories(copies)):
        situation = page(article_page(title, text.split("\n\n")))
        newsroom.put(f"/story/{n}", _slow(situation, pause) if pause else situation)
        items.append(item(f"{newsroom.url}/story/{n}", title, published=at))
    newsroom.put("/feed.xml", feed(items))


def _slow(situation: Any, pause: float) -> Any:
    def answer(asked: Any) -> Any:
        time.sleep(pause)
        return situation(asked)

    return answer


def until(holds: Callable[[], Any], seconds: float = 180, why: Callable[[], str] = lambda: "") -> Any:
    """What `holds` gives once it is true; errors of a server that is away count as not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError, psycopg.Error, http.client.HTTPException):
            if found := holds():
                return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} seconds\n{why()}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Postgres:
    """A server of PostgreSQL on TCP, with a password, run by a user without rights where we are root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._programs = postgres.programs() / "bin"
        self._user: dict[str, Any] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            import pwd

            other = pwd.getpwnam("nobody")
            self._user = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
            os.chown(folder, other.pw_uid, other.pw_gid)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        command = [self._programs / "initdb", "-D", folder / "data", "-U", "figurewatch", "--auth=scram-sha-256", "--no-sync"]
        command += [f"--pwfile={folder}/password", "--encoding=UTF8", "--locale=C"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self._user)
        self.start()
        for name in ("figurewatch", "figurewatch_prefect"):
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(self.url("figurewatch_prefect"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")

    def url(self, name: str = "figurewatch", driver: str = "postgresql") -> str:
        return f"{driver}://figurewatch:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = [
            f"-cport={self.port}",
            "-clisten_addresses=127.0.0.1",
            f"-cunix_socket_directories={self.folder}",
            "-cfsync=off",
        ]
        with (self.folder / "log").open("ab") as log:
            command = [self._programs / "postgres", "-D", self.folder / "data", *options]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True, **self._user)
        until(
            lambda: psycopg.connect(self.url("postgres")).close() is None, 60, lambda: (self.folder / "log").read_text()[-2000:]
        )

    def kill(self) -> None:
        """As when the machine loses its power, without the machine."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """All sessions are ended."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def rows(self, statement: str) -> list[Any]:
        with psycopg.connect(self.url()) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])


class Process:
    """A program of ours, in a group of its own."""

    def __init__(self, command: list[Any], environment: dict[str, str], log: Path, folder: Path) -> None:
        self._how = (command, environment, log, folder)
        self.log = log
        self.start()

    def start(self) -> None:
        command, environment, log, folder = self._how
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FIGUREWATCH_"))}
        packages = os.pathsep.join(path for path in sys.path if path)
        folder.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdout=output, stderr=output, cwd=folder, start_new_session=True,
                env=plain | {"PYTHONPATH": packages, "PYTHONUNBUFFERED": "1"} | environment,
            )  # fmt: skip

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def terminate(self, seconds: float = 60) -> tuple[int, float]:
        """Its exit code, and what it took to end."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(seconds), time.monotonic() - began

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def ours(*words: Any) -> list[Any]:
    return [sys.executable, "-m", "flows", *words]


class Installation:
    """What the compose file describes, by hand: its commands, its variables, with loopback in the place of its network."""

    def __init__(self, folder: Path, settings: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.parts: list[Any] = []
        self.postgres = Postgres(folder / "postgres")
        self.parts.append(self.postgres)
        self.settings = settings

    def environment(self, service: str) -> dict[str, str]:
        """The variables of a service of the compose file, as they are where everything is on loopback."""
        given = {name: str(value) for name, value in COMPOSE["services"][service]["environment"].items()}
        return given | {
            name: value
            for name, value in {
                "FIGUREWATCH_DATABASE_URL": self.postgres.url(),
                "FIGUREWATCH_CONFIG": str(self.settings),
                "FIGUREWATCH_LOG": "json",
                "FIGUREWATCH_SERVE__HOST": "127.0.0.1",
                "PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api",
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": self.postgres.url("figurewatch_prefect", "postgresql+asyncpg"),
                "PREFECT_HOME": str(self.folder / "prefect"),
            }.items()
            if name in given
        }

    def prefect(self) -> Process:
        words = COMPOSE["services"]["prefect"]["entrypoint"]
        words = ["127.0.0.1" if word == "0.0.0.0" else str(self.port) if word == "4200" else word for word in words]
        command = [sys.executable, "-m", *words]
        started = Process(command, self.environment("prefect"), self.folder / "prefect.log", self.folder)
        self.parts.append(started)
        self.wait_for_prefect(started)
        return started

    def wait_for_prefect(self, started: Process) -> None:
        def answers() -> bool:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=5) as answer:
                return bool(answer.status == 200)

        until(answers, 120, lambda: started.said()[-2000:])

    def deploy(self, workers: str = "2") -> None:
        environment = self.environment("deploy") | {"FIGUREWATCH_DATA_DIR": str(self.folder / "deploy")}
        words = [workers if word == "2" else word for word in COMPOSE["services"]["deploy"]["command"]]
        done = Process(ours(*words), environment, self.folder / "deploy.log", self.folder)
        assert done.process.wait(120) == 0, done.said()

    def worker(self, name: str) -> Process:
        environment = self.environment("worker") | {"FIGUREWATCH_DATA_DIR": str(self.folder / name)}
        started = Process(
            ours(*COMPOSE["services"]["worker"]["command"]), environment, self.folder / f"{name}.log", self.folder / name
        )
        self.parts.append(started)
        return started

    def runs(self, **state: Any) -> list[dict[str, Any]]:
        return self.ask("flow_runs/filter", {"flow_runs": {"state": state}})

    def ask(self, what: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """What Prefect's interface answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{what}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return list(json.load(answer))

    def said(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self.folder.glob("**/*.log"))

    def read_all(self, stories_: int, seconds: float = 600) -> None:
        """Wait until every story has its row and nothing waits."""

        def done() -> bool:
            [(waiting,)] = self.postgres.rows(
                "SELECT (SELECT count(*) FROM entry WHERE state = 'due') + (SELECT count(*) FROM page WHERE state = 'due')"
                " + (SELECT count(*) FROM delivery WHERE message_id IS NULL)"
                " + (SELECT count(*) FROM message WHERE state <> 'sent')"
            )
            return self.postgres.count("article") >= stories_ and waiting == 0

        until(done, seconds, self.said)

    def close(self) -> None:
        for part in reversed(self.parts):
            part.close()
        shutil.rmtree(self.folder, ignore_errors=True)


_ARTICLE = "JOIN observation ON observation.id = observation_id JOIN article ON article.id = article_id"
ROWS = {
    "articles": "SELECT url, relation, (SELECT url FROM article parent WHERE parent.id = article.duplicate_of) FROM article",
    "pages": "SELECT final_url, state, outcome FROM page",
    "figures": "SELECT url, span::text, surface, low, high, bound, unit FROM figure JOIN article ON article.id = article_id",
    "claims": "SELECT url, span::text, speaker FROM claim JOIN article ON article.id = article_id",
    "shifts": f"SELECT url, from_number, to_number, kind FROM shift {_ARTICLE} WHERE state = 'told'",
    "alerts": f"SELECT url FROM alert JOIN shift ON shift.id = shift_id {_ARTICLE}",
    "told": f"SELECT url, message.state FROM delivery JOIN message ON message.id = message_id JOIN alert ON alert.id = alert_id"
    f" JOIN shift ON shift.id = shift_id {_ARTICLE}",
}


def rows(url: str, address: str) -> dict[str, list[str]]:
    """All that was concluded, in an order of its own, without numbers of rows and the newsroom's address."""
    with psycopg.connect(url) as connection:
        return {
            name: sorted(str(row).replace(address, "") for row in connection.execute(statement))  # type: ignore[call-overload]
            for name, statement in ROWS.items()
        }


@contextmanager
def installation(folder: Path, *, copies: int = 1, pause: float = 0.0) -> Any:
    """An installation with its newsroom: PostgreSQL runs, the rest is started by whoever uses it."""
    with ExitStack() as stack:
        newsroom = stack.enter_context(Newsroom())
        publish(newsroom, copies=copies, pause=pause)
        desk = stack.enter_context(SlackReceiver())
        folder.mkdir(parents=True)
        settings = folder / "figurewatch.toml"
        settings.write_text(
            f'workers = 1\n[fetch]\nspacing_seconds = 0\nallow_hosts = ["127.0.0.1"]\n[serve]\nport = 0\nevery_seconds = 5\n'
            f'[channels]\ndesk = "{desk.url()}"\n'
            f'[[sources]]\nurl = "{newsroom.url}/feed.xml"\noutlet = "Tidewater"\nevery_minutes = 1\n'
        )
        yield stack.enter_context(closing(Installation(folder, settings))), newsroom, desk
