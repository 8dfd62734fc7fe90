"""What a service meets and lives through without anybody being killed: poison, a network that is gone, a clock that jumps.

Each ends with the rows of a run in which nothing happened. Plain functions and simulated time: no Prefect (test_drills.py).
"""

import asyncio
import asyncio.selector_events
import operator
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing import active_children
from pathlib import Path

import pytest
from machines import ROWS, publish, rows, stories
from newsroom import Newsroom

from flows import archive, articles, db, fetch, passes, pipeline, postgres, sources
from flows.analyser import Analyser
from flows.archive import Document
from flows.db import Database
from flows.http import client_of
from flows.pipeline import Desk
from flows.settings import Settings
from schemas.errors import DiskFull
from schemas.outcomes import ArticleOutcome
from schemas.records import Page, Rule

NOON = datetime.now(UTC).replace(microsecond=0)
DESK = Desk(threshold=Decimal("0.10"), rules=(Rule(name="every shift", channels=("desk",)),))
POISON = "the page that kills its reader"


def settings(newsroom: Newsroom) -> Settings:
    return Settings.model_validate(
        {
            "sources": [{"url": f"{newsroom.url}/feed.xml", "outlet": "Tidewater", "every_minutes": 1}],
            "fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"], "timeout_seconds": 2},
        }
    )


def one_pass(database: Database, analyser: Analyser, newsroom: Newsroom, now: datetime) -> Counter[str]:
    """Poll, fetch and read what is due at that time."""
    set_to = settings(newsroom)

    async def intake() -> None:
        async with client_of(set_to.fetch) as client:
            await sources.poll_all(database, client, set_to, now, 10)
            while await fetch.fetch_all(database, client, set_to.fetch, now, 100):
                pass

    with database.transaction() as tx:
        pass_id = passes.begin(tx, None, now)
        sources.keep(tx, set_to, now)
    asyncio.run(intake())
    done: Counter[str] = Counter()
    while counts := pipeline.analyse_due(database, analyser, DESK, now, 100):
        done += counts
    with database.transaction() as tx:
        passes.end(tx, pass_id, "done", done, now)
    return done


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as opened:
        publish(opened)
        yield opened


CONCLUDED = [name for name in ROWS if name not in ("told", "pages")]


@pytest.fixture(scope="module")
def undisturbed(server: str, template: str, analyser: Analyser) -> Iterator[dict[str, list[str]]]:
    url = db.create_database(server, f"undisturbed_{os.getpid()}", template=template)
    with Newsroom() as opened:
        publish(opened)
        with Database(url) as database:
            one_pass(database, analyser, opened, NOON)
        found = rows(url, opened.url)
    assert len(found["articles"]) == len(stories())
    yield found
    db.drop_database(server, f"undisturbed_{os.getpid()}")


def concluded(url: str, newsroom: Newsroom) -> dict[str, list[str]]:
    found = rows(url, newsroom.url)
    return {name: found[name] for name in CONCLUDED}


def free_hosts(execute) -> None:
    """Hosts rest by the real clock after failures; here time is simulated."""
    execute("UPDATE host SET free_at = now(), in_a_row = 0")


class TestNetwork:
    def test_an_hour_without_a_network_loses_nothing(
        self, database: Database, database_url: str, analyser: Analyser, newsroom: Newsroom, undisturbed, execute, monkeypatch
    ) -> None:
        real = socket.socket.connect
        gone = {"is": True}

        def connect(self: socket.socket, address: object) -> None:
            if gone["is"] and isinstance(address, tuple):
                raise OSError(101, "Network is unreachable")
            return real(self, address)

        async def connected(self: object, sock: socket.socket, address: object) -> None:
            if gone["is"]:
                raise OSError(101, "Network is unreachable")
            return await sock_connect(self, sock, address)

        sock_connect = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
        monkeypatch.setattr(socket.socket, "connect", connect)
        monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connected)
        for minute in range(0, 60, 10):
            one_pass(database, analyser, newsroom, NOON + timedelta(minutes=minute))
            free_hosts(execute)
        with database.transaction() as tx:
            [source] = tx.all("sources.all")
        assert (source["state"], source["failures"] > 0, source["last_outcome"]) == ("active", True, "unreachable")
        assert newsroom.requests == []
        gone["is"] = False
        for minute in range(60, 600, 60):
            one_pass(database, analyser, newsroom, NOON + timedelta(minutes=minute))
            free_hosts(execute)
        assert concluded(database_url, newsroom) == {name: undisturbed[name] for name in CONCLUDED}


class TestClock:
    @pytest.mark.parametrize(
        "jump", [timedelta(days=400), timedelta(days=-400), timedelta(hours=3), timedelta(hours=-3)], ids=str
    )
    def test_a_clock_that_jumps_and_is_set_right_loses_nothing(
        self,
        jump: timedelta,
        database: Database,
        database_url: str,
        analyser: Analyser,
        newsroom: Newsroom,
        undisturbed,
        execute,
    ) -> None:
        set_to = settings(newsroom)
        with database.transaction() as tx:
            sources.keep(tx, set_to, NOON + jump)

        async def poll(now: datetime) -> None:
            async with client_of(set_to.fetch) as client:
                await sources.poll_all(database, client, set_to, now, 10)
                await fetch.fetch_all(database, client, set_to.fetch, now, 7)

        asyncio.run(poll(NOON + jump))
        execute("UPDATE entry SET due_at = due_at + interval '5 minutes' WHERE state = 'due'")
        for hour in range(0, 12, 2):
            one_pass(database, analyser, newsroom, NOON + timedelta(hours=hour))
        found = concluded(database_url, newsroom)
        # A clock that was behind dates pages before their reports, which then speak for that time; nothing is lost.
        assert {row.partition("', ")[0] for row in found["articles"]} == {
            row.partition("', ")[0] for row in undisturbed["articles"]
        }
        if jump > timedelta(0):
            assert found == {name: undisturbed[name] for name in CONCLUDED}


def poisoned(page_: Page) -> ArticleOutcome:
    """In the place of the analysis: it dies on one page, as lxml does, and finds nothing in the others, at once."""
    if POISON in page_.text:
        os.kill(os.getpid(), signal.SIGSEGV)
    return ArticleOutcome.MEDIA


class TestPoison:
    def test_a_page_that_kills_its_worker_is_quarantined_after_two_tries_and_the_batch_goes_on(
        self, database: Database
    ) -> None:
        texts = [text for _, text, _ in stories()[:6]]
        texts.insert(3, texts[0] + "\n\n" + POISON)
        for n, text in enumerate(texts):
            with database.transaction() as tx:
                archive.store(
                    tx,
                    Document(url=f"https://p.example/{n}", title="T", outlet="P", published_at=NOON, text=text),
                    NOON,
                    history=False,
                )
        with closing(Analyser(1, poisoned, None)) as reader:
            assert pipeline.analyse_due(database, reader, DESK, NOON, 100)["articles media"] == 6
            with database.transaction() as tx:
                assert tx.all("articles.quarantined", limit=9) == []
            assert pipeline.analyse_due(database, reader, DESK, NOON, 100) == {"articles failed": 1}
            assert pipeline.analyse_due(database, reader, DESK, NOON, 100) == {}
        with database.transaction() as tx:
            [kept] = tx.all("articles.quarantined", limit=9)
        assert (kept["stage"], kept["outcome"], kept["detail"]) == (
            "articles",
            "failed",
            "the worker process died on this page",
        )

    def test_workers_are_replaced_however_much_work_there_is(self) -> None:
        lived: set[int | None] = set()
        with closing(Analyser(2, operator.neg, None, each=3)) as reader:
            for many in range(
                2, 20, 2
            ):  # a pool of Python's own that replaces its workers one by one waits for ever at some of these
                for number, result in enumerate(reader.results(range(many))):
                    assert result == -number
                    lived |= {process.pid for process in active_children()}
        assert len(lived) > 20

    def test_workers_end_when_who_started_them_was_killed(self, tmp_path: Path) -> None:
        (tmp_path / "pids.py").write_text("import os\n\n\ndef pid(_):\n    return os.getpid()\n")
        program = (
            "import os, signal\n"
            "from flows.analyser import Analyser\n"
            "from pids import pid\n"
            "print(*set(Analyser(2, pid, None).results(range(8))), flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        (tmp_path / "starts.py").write_text(program)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        done = subprocess.run(
            [sys.executable, tmp_path / "starts.py"], capture_output=True, text=True, check=False, env=environment, timeout=60
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        workers = [int(word) for word in done.stdout.split()]
        assert workers
        end = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < end:
            time.sleep(0.1)
        assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


class TestDisk:
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a small file system")
    def test_a_disk_that_fills_up_in_the_middle_ends_the_pass_and_loses_nothing(
        self, tmp_path: Path, analyser: Analyser, newsroom: Newsroom, undisturbed
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "none", disk], check=False).returncode:
            pytest.skip("this machine makes no file systems")
        try:
            url = postgres.embedded(disk, durable=False)
            db.migrate(url)
            with Database(url) as database:
                set_to = settings(newsroom)
                with database.transaction() as tx:
                    sources.keep(tx, set_to, NOON)

                async def intake() -> None:
                    async with client_of(set_to.fetch) as client:
                        await sources.poll_all(database, client, set_to, NOON, 10)
                        while await fetch.fetch_all(database, client, set_to.fetch, NOON, 100):
                            pass

                asyncio.run(intake())
                assert sum(pipeline.analyse_due(database, analyser, DESK, NOON, 5).values())
                ballast = disk / "ballast"
                with suppress(OSError), ballast.open("wb") as file:
                    while file.write(b"\0" * 1_000_000):
                        pass
                full = False
                for _ in range(20):
                    try:
                        if not pipeline.analyse_due(database, analyser, DESK, NOON, 100):
                            break
                    except DiskFull:
                        full = True
                        break
                ballast.unlink()
                while pipeline.analyse_due(database, analyser, DESK, NOON, 100):
                    pass
                assert full
            assert concluded(url, newsroom) == {name: undisturbed[name] for name in CONCLUDED}
        finally:
            postgres.release(disk)
            subprocess.run(["umount", "-l", disk], check=False)


def test_a_page_that_two_workers_have_is_recorded_once(database: Database, analyser: Analyser) -> None:
    """After a restart of the database a living worker's leases look like a dead one's."""
    _, text, _ = stories()[0]
    with database.transaction() as tx:
        archive.store(
            tx, Document(url="https://p.example/1", title="T", outlet="P", published_at=NOON, text=text), NOON, history=False
        )
        [page_] = articles.lease(tx, NOON, 1)
    [result] = analyser.results([articles.page(page_)])
    for expected in ("stored", None):
        with database.transaction() as tx:
            outcomes = pipeline.record(tx, page_, result, DESK, NOON)
        assert outcomes[:1] == ([f"articles {expected}"] if expected else [])
    with database.transaction() as tx:
        assert len(tx.all("articles.export", seeds=True)) == 1
