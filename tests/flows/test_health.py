"""The page of health and metrics, and what a killed process leaves behind: leases that are free again, a pass that ended."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from forks import Forks

from flows import archive, articles, clock, db, notices, outbox, passes, sources
from flows.archive import Document
from flows.db import Database, Presence
from flows.health import LONGEST_SILENCE, Monitor, Page
from flows.service import told_page
from flows.settings import Settings
from schemas.errors import OperationError

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {
        "sources": [
            {"url": "https://user:secret@paper.example/feed.xml", "outlet": 'The "Paper"\nof\\Arden', "every_minutes": 10}
        ]
    }
)


def ask(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


@pytest.fixture
def monitor(database_url: str) -> Monitor:
    return Monitor(database_url)


@pytest.fixture
def page(monitor: Monitor) -> Iterator[str]:
    with closing(Page(monitor, "127.0.0.1", 0)) as opened:
        yield opened.address


def value(text: str, line: str) -> float:
    [found] = [each.rpartition(" ")[2] for each in text.splitlines() if each.rpartition(" ")[0] == line]
    return float(found)


class TestPage:
    def test_a_service_that_waits_for_its_first_pass_is_ready(self, page: str) -> None:
        assert ask(page + "/healthz") == (200, '{"ok": true, "wrong": {}}\n')
        assert ask(page + "/readyz") == (200, '{"ok": true, "wrong": {}}\n')

    def test_elsewhere_there_is_nothing(self, page: str) -> None:
        assert ask(page + "/api")[0] == 404

    def test_a_database_that_is_away_is_said(self) -> None:
        monitor = Monitor("postgresql://desk:hidden@127.0.0.1:9/figurewatch")
        wrong = monitor.unready(NOON)
        assert list(wrong) == ["database"]
        assert "does not answer" in wrong["database"]
        assert "hidden" not in str(wrong)
        assert b"\nfigurewatch_up 0.0\n" in monitor.metrics()

    def test_a_prefect_server_that_is_away_is_said(self, database_url: str) -> None:
        assert list(Monitor(database_url, prefect="http://127.0.0.1:9/api").unready(datetime.now(UTC))) == ["prefect"]

    def test_a_schema_that_is_older_is_said(self, database_url: str, monitor: Monitor, execute) -> None:
        execute("DELETE FROM migration WHERE name = '0013_service'")
        assert monitor.unready(datetime.now(UTC)) == {"database": "1 migrations are missing"}

    def test_silence_and_failure_of_passes_are_said(self, database: Database, database_url: str) -> None:
        monitor = Monitor(database_url, started=NOON)
        assert monitor.unready(NOON + LONGEST_SILENCE) == {}
        assert list(monitor.unready(NOON + LONGEST_SILENCE + timedelta(seconds=1))) == ["passes"]
        with database.transaction() as tx:
            passes.end(tx, passes.begin(tx, None, NOON), "failed", {}, NOON + timedelta(minutes=1), "DiskFull: no space\nleft")
        assert monitor.unready(NOON + timedelta(minutes=2)) == {"passes": "the last one failed: DiskFull: no space"}

    def test_a_part_that_has_ended_makes_the_process_unhealthy(self, database_url: str) -> None:
        monitor = Monitor(database_url, alive=lambda: "worker is being started again")
        with closing(Page(monitor, "127.0.0.1", 0)) as page:
            assert ask(page.address + "/healthz")[0] == 503
            assert json.loads(ask(page.address + "/readyz")[1])["wrong"] == {"process": "worker is being started again"}

    def test_a_port_that_is_taken_is_said_with_the_mend(self, page: str, monitor: Monitor) -> None:
        with pytest.raises(OperationError, match=r"port \d+ of 127.0.0.1 cannot be had.*set another host or port"):
            Page(monitor, "127.0.0.1", int(page.rpartition(":")[2]))

    @pytest.mark.parametrize(
        ("host", "asked"),
        [("::1", ["[::1]"]), ("::", ["[::1]", "127.0.0.1"]), ("0.0.0.0", ["127.0.0.1"]), ("localhost", ["localhost"])],
    )
    def test_it_answers_on_either_family(self, monitor: Monitor, host: str, asked: list[str]) -> None:
        with closing(Page(monitor, host, 0)) as page:
            assert page.address.rpartition(":")[0] == f"http://{asked[0]}"
            for address in asked:
                assert ask(f"http://{address}:{page.address.rpartition(':')[2]}/healthz")[0] == 200

    def test_a_host_that_is_not_of_this_machine_is_said_with_the_mend(self, monitor: Monitor) -> None:
        with pytest.raises(OperationError, match=r"port 0 of paper.invalid cannot be had.*set another host"):
            Page(monitor, "paper.invalid", 0)

    def test_many_who_ask_at_once_get_an_answer(self, page: str) -> None:
        answers: list[int] = []
        asking = [threading.Thread(target=lambda: answers.append(ask(page + "/metrics")[0])) for _ in range(20)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert answers == [200] * 20


class TestMetrics:
    def test_lag_of_a_source_counts_from_its_poll_and_from_its_oldest_entry(self, database: Database, monitor: Monitor) -> None:
        now = datetime.now(UTC)
        with database.transaction() as tx:
            sources.keep(tx, SETTINGS, now - timedelta(seconds=100))
        text = monitor.metrics().decode()
        line = (
            'figurewatch_source_lag_seconds{outlet="The \\"Paper\\"\\nof\\\\Arden",source="https://***@paper.example/feed.xml"}'
        )
        assert 100 <= value(text, line) < 130
        assert "secret" not in text

    def test_counts_and_seconds_add_up_over_batches(self, database: Database, monitor: Monitor) -> None:
        clock.taken()
        for _ in range(2):
            clock.add("copies", 1.5)
            passes.count(database, {"articles stored": 2, "copies judged again update": 1, "alerts sent": 0})
        text = monitor.metrics().decode()
        assert value(text, 'figurewatch_outcomes_total{outcome="stored",stage="articles"}') == 4
        assert value(text, 'figurewatch_outcomes_total{outcome="judged_again_update",stage="copies"}') == 2
        assert value(text, 'figurewatch_stage_seconds_total{stage="copies"}') == 3
        assert 'outcome="sent"' not in text

    def test_queues_and_quarantine_are_told_apart(self, database: Database, monitor: Monitor, execute) -> None:
        with database.transaction() as tx:
            for n in range(3):
                archive.store(tx, document(n), NOON, history=False)
        execute("UPDATE page SET state = 'quarantined' WHERE id = (SELECT min(id) FROM page)")
        text = monitor.metrics().decode()
        assert value(text, 'figurewatch_queue_depth{queue="articles"}') == 2
        assert value(text, 'figurewatch_quarantined{stage="articles"}') == 1
        assert value(text, 'figurewatch_queue_depth{queue="fetch"}') == 0


class TestCommand:
    """figurewatch health."""

    @pytest.fixture
    def said(self, python: Forks) -> Callable[..., tuple[int, str]]:
        def run(*words: object) -> tuple[int, str]:
            done = python.run(["-m", "flows", "health", *map(str, words)], env=os.environ | {"PYTHONPATH": str(ROOT)})
            return done.returncode, done.stdout + done.stderr

        return run

    def test_it_asks_where_the_settings_say(self, said, page: str, tmp_path: Path) -> None:
        (tmp_path / "f.toml").write_text(f"[serve]\nport = {page.rpartition(':')[2]}\n")
        assert said("--config", tmp_path / "f.toml", "--data-dir", tmp_path / "my data") == (0, "ready\n")

    def test_it_asks_where_a_service_says_that_it_answers_when_its_port_was_taken(
        self, said, page: str, tmp_path: Path
    ) -> None:
        settings = Settings(data_dir=tmp_path / "my data")
        told_page(settings).parent.mkdir(parents=True)
        told_page(settings).write_text(page)
        assert said("--data-dir", settings.data_dir) == (0, "ready\n")

    def test_no_page_and_no_answer_are_told_apart(self, said, tmp_path: Path) -> None:
        (tmp_path / "f.toml").write_text("[serve]\nport = 0\n")
        code, told = said("--config", tmp_path / "f.toml", "--data-dir", tmp_path)
        assert (code, "port is 0 under [serve]" in told) == (2, True)
        code, told = said("--url", "http://[::1]:9")
        assert (code, "http://[::1]:9 does not answer" in told) == (1, True)


def document(n: int) -> Document:
    return Document(url=f"https://paper.example/{n}", title="A title", outlet="Paper", published_at=NOON, text=f"Text {n}.")


HOLD = """
import sys
from datetime import UTC, datetime
from flows import articles
from flows.db import Database, Presence
presence = Presence(sys.argv[1])
database = Database(sys.argv[1], process=presence.process)
with database.transaction() as tx:
    print(len(articles.lease(tx, datetime.fromisoformat(sys.argv[2]), 2)), flush=True)
sys.stdin.read()
"""


class TestLeases:
    def test_what_a_killed_process_had_leased_is_free_for_the_next_pass_and_what_a_living_one_has_is_not(
        self, database: Database, database_url: str
    ) -> None:
        with database.transaction() as tx:
            for n in range(5):
                archive.store(tx, document(n), NOON, history=False)
        command = [sys.executable, "-c", HOLD, database_url, NOON.isoformat()]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        holders = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=environment) for _ in range(2)]
        try:
            assert [holder.stdout.readline() for holder in holders if holder.stdout] == ["2\n", "2\n"]
            with database.transaction() as tx:
                assert passes.free(tx) == 0
                assert len(articles.lease(tx, NOON, 10)) == 1
            holders[0].send_signal(signal.SIGKILL)
            holders[0].wait()
            end = datetime.now(UTC) + timedelta(seconds=10)
            freed = 0
            while not freed and datetime.now(UTC) < end:
                with database.transaction() as tx:
                    freed = passes.free(tx)
            assert freed == 2
        finally:
            for holder in holders:
                holder.kill()
                holder.communicate()

    def test_a_process_hands_back_what_it_has(self, database: Database, database_url: str) -> None:
        with database.transaction() as tx:
            archive.store(tx, document(1), NOON, history=False)
        presence = Presence(database_url)
        with closing(presence), Database(database_url, process=presence.process) as own:
            with own.transaction() as tx:
                assert len(articles.lease(tx, NOON, 10)) == 1
            with own.transaction() as tx:
                assert len(articles.lease(tx, NOON, 10)) == 0
                assert passes.free(tx, mine=own.process) == 1
                assert len(articles.lease(tx, NOON, 10)) == 1

    def test_a_process_that_does_not_say_who_it_is_keeps_its_leases_until_they_lapse(self, database: Database) -> None:
        with database.transaction() as tx:
            archive.store(tx, document(1), NOON, history=False)
            assert len(articles.lease(tx, NOON, 10)) == 1
        with database.transaction() as tx:
            assert passes.free(tx) == 0
            assert len(articles.lease(tx, NOON + articles.LEASE - timedelta(seconds=1), 10)) == 0
            assert len(articles.lease(tx, NOON + articles.LEASE, 10)) == 1

    @pytest.mark.parametrize("stage", [sources, articles, outbox, notices], ids=lambda stage: stage.__name__)
    def test_leases_lapse_whoever_has_them(self, stage) -> None:
        assert timedelta(0) < stage.LEASE <= timedelta(minutes=15)

    def test_presence_comes_back_after_the_server_cut_it_off(self, database: Database, database_url: str, execute) -> None:
        presence = Presence(database_url)
        with closing(presence), database.transaction() as tx:
            assert [row["process"] for row in tx.all("service.living")] == [presence.process]
            execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7362")
            end = datetime.now(UTC) + timedelta(seconds=10)
            while tx.all("service.living") and datetime.now(UTC) < end:
                pass
            assert tx.all("service.living") == []
            presence.renew()
            assert [row["process"] for row in tx.all("service.living")] == [presence.process]


def test_events_are_read_once(database: Database) -> None:
    with database.transaction() as tx:
        sources.keep(tx, SETTINGS, NOON)
        [source] = tx.all("sources.all")
        tx.run("sources.notify", id=source["id"], kind="failing", text="paper does not answer", now=NOON)
    for expected in (["failing"], []):
        with database.transaction() as tx:
            assert [row["kind"] for row in passes.unread(tx, "notices")] == expected


def test_a_second_service_is_told_who_is_first(database_url: str) -> None:
    from flows.service import _alone

    told = pytest.raises(OperationError, match=f"another service works .*:{os.getpid()}, since .*figurewatch worker")
    with closing(_alone(database_url)), told:
        _alone(database_url)
    _alone(database_url).close()


def test_the_database_is_looked_at_with_rights_to_read_only(database_url: str) -> None:
    assert db.migrate(database_url) == []


class TestDoctor:
    """What it says of the service."""

    @pytest.fixture
    def said(self, database_url: str):
        from flows.doctor import _service

        opened = Settings.model_validate({"database_url": database_url})
        return lambda: {check.what: (check.good, check.detail, check.mend) for check in _service(opened)}

    def test_before_the_first_pass_nothing_is_wrong(self, said) -> None:
        assert said() == {"passes": (True, "none yet: figurewatch run does one, figurewatch serve goes on", "")}

    def test_a_pass_that_failed_is_told_with_its_reason(self, database: Database, said) -> None:
        now = datetime.now(UTC)
        with database.transaction() as tx:
            passes.end(tx, passes.begin(tx, None, now), "failed", {}, now, "DiskFull: no space left\nmore")
        good, detail, mend = said()["passes"]
        assert (good, detail.rpartition("failed: ")[2], bool(mend)) == (False, "DiskFull: no space left", True)

    def test_pages_that_cannot_be_read_and_a_prefect_server_that_is_away_have_their_mend(
        self, database: Database, said, execute, monkeypatch
    ) -> None:
        with database.transaction() as tx:
            archive.store(tx, document(1), NOON, history=False)
        execute("UPDATE page SET state = 'quarantined', detail = E'ValueError: no such thing\\nmore'")
        monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
        found = said()
        assert found["quarantine"][1:] == (
            "1 pages could not be read twice; their bytes are kept",
            "after an upgrade: figurewatch reprocess; please report what it says",
        )
        assert found["given up"] == (False, "https://paper.example/1: ValueError: no such thing", "")
        assert (found["prefect server"][0], "does not answer" in found["prefect server"][1]) == (False, True)
