"""Backup, restore, move, retention and roles, on the embedded server and on one of the machine."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from flows import archive, backup, db, pipeline, postgres, retention
from flows.alerts import rules_of
from flows.archive import Document
from flows.db import Database
from flows.pipeline import Desk
from flows.settings import Settings
from schemas.errors import DatabaseNewer, OperationError, UsageError

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = (
    "ARDEN, March 2 (Tidewater) - Some {number} containers of ammunition have been shipped from Port Larn to Vessia since"
    " August, the defence ministry of Arden said on Monday.\n\n"
    "The ministry said the cargo left the port aboard four freighters that sail under the Vessian flag.\n\n"
    "The freighters unload at the naval base of Kolm, from where trains take the containers to depots near the front."
)


def read(database: Database, analyser: Any, *numbers: str, day: int = 0) -> None:
    """Articles that report these numbers, a day apart, the oldest first."""
    settings = Settings()
    desk = Desk(threshold=settings.threshold, rules=rules_of(settings), deliver=False)
    for n, number in enumerate(numbers):
        at = NOON + timedelta(days=day + n)
        each = Document(
            url=f"https://paper.example/{day + n}", title="Containers shipped to Vessia", outlet="Paper", published_at=at,
            text=TEXT.format(number=number),
        )  # fmt: skip
        with database.transaction() as tx:
            archive.store(tx, each, at, history=False)
        pipeline.analyse_due(database, analyser, desk, at, 10)


@pytest.fixture(params=["embedded", "outside"])
def empty(request: pytest.FixtureRequest, server: str) -> Iterator[str]:
    """An empty database, here or on a server with a password."""
    url = server if request.param == "embedded" else request.getfixturevalue("outside").url
    name = f"empty_{os.getpid()}"
    db.drop_database(url, name)
    yield db.create_database(url, name)
    db.drop_database(url, name)


def version(url: str) -> int:
    return int(db.server_version(url).partition(".")[0])


class TestBackup:
    def test_what_is_restored_is_what_was_there(
        self, database: Database, database_url: str, analyser: Any, empty: str, tmp_path: Path
    ) -> None:
        read(database, analyser, "6,700", "10,000")
        before = backup.rows(database_url)
        assert (before["article"], before["shift"]) == (2, 1)
        file = tmp_path / "all of it.backup"
        assert backup.backup(database_url, file) == file.stat().st_size
        assert file.stat().st_mode & 0o777 == 0o600
        if version(empty) < version(database_url):
            with pytest.raises(OperationError, match="the server there is older"):
                backup.restore(empty, file)
            return
        assert backup.restore(empty, file) == before
        with Database(empty) as other:
            read(other, analyser, "13,000", day=5)  # numbers of rows go on where they were
        assert backup.rows(empty)["shift"] == 2
        assert [path.name for path in tmp_path.iterdir()] == [file.name]

    def test_a_backup_overwrites_nothing(self, database_url: str, tmp_path: Path) -> None:
        (tmp_path / "old").write_text("precious")
        with pytest.raises(UsageError, match="is there already"):
            backup.backup(database_url, tmp_path / "old")
        with pytest.raises(UsageError, match="no such file"):
            backup.backup(database_url, tmp_path / "none" / "new")
        assert (tmp_path / "old").read_text() == "precious"

    def test_what_is_no_backup_is_said_before_anything_is_touched(self, empty: str, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("no backup at all")
        with pytest.raises(UsageError, match="no backup"):
            backup.restore(empty, tmp_path / "text")
        with pytest.raises(UsageError, match="no such file"):
            backup.restore(empty, tmp_path / "none")

    def test_a_database_with_anything_in_it_is_not_restored_over(self, database_url: str, tmp_path: Path) -> None:
        backup.backup(database_url, tmp_path / "all.backup")
        with pytest.raises(UsageError, match="is not empty"):
            backup.restore(database_url, tmp_path / "all.backup")

    def test_a_newer_figurewatchs_backup_is_refused(self, database_url: str, server: str, tmp_path: Path, execute) -> None:
        execute("INSERT INTO migration (name) VALUES ('9999_later')")
        backup.backup(database_url, tmp_path / "newer.backup")
        other = db.create_database(server, "for_a_newer")
        with pytest.raises(DatabaseNewer, match="9999_later"):
            backup.restore(other, tmp_path / "newer.backup")
        db.drop_database(server, "for_a_newer")

    def test_a_backup_that_is_cut_off_leaves_the_database_empty(self, database_url: str, server: str, tmp_path: Path) -> None:
        whole = tmp_path / "whole.backup"
        backup.backup(database_url, whole)
        (tmp_path / "half.backup").write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
        other = db.create_database(server, "for_a_half")
        with pytest.raises((UsageError, OperationError)):
            backup.restore(other, tmp_path / "half.backup")
        with db.connect(other) as connection:
            assert db.Transaction(connection).one("database.tables") == {"tables": 0}
        db.drop_database(server, "for_a_half")


class TestMove:
    def test_everything_comes_over_and_is_compared(
        self, database: Database, database_url: str, analyser: Any, empty: str
    ) -> None:
        read(database, analyser, "6,700", "10,000")
        before = backup.rows(database_url)
        database.close()
        if version(empty) < version(database_url):
            with pytest.raises(OperationError, match="the server there is older"):
                backup.move(database_url, empty)
            return
        assert backup.move(database_url, empty) == before
        assert db.migrate(empty) == []

    def test_a_database_that_somebody_works_with_stays(self, database: Database, database_url: str, server: str) -> None:
        other = db.create_database(server, "for_a_busy_one")
        with pytest.raises(OperationError, match="sessions work with the database"):
            backup.move(database_url, other)
        db.drop_database(server, "for_a_busy_one")

    def test_a_database_is_not_moved_onto_itself(self, database_url: str) -> None:
        with pytest.raises(UsageError, match="this is the database itself"):
            backup.move(database_url, database_url)

    def test_a_password_on_the_command_line_is_refused_and_one_in_a_variable_taken(self, monkeypatch, tmp_path: Path) -> None:
        address = "postgresql://desk:secret@db.example/figurewatch"
        with pytest.raises(UsageError, match="every user of this machine"):
            backup.address(address)
        monkeypatch.setenv("TARGET", address)
        (tmp_path / "target").write_text(address + "\n")
        assert backup.address("env:TARGET") == backup.address(f"file:{tmp_path}/target") == address
        assert backup.address("postgresql://desk@db.example/x") == "postgresql://desk@db.example/x"

    def test_no_program_is_told_a_password_by_its_command_line(self, outside: Any, monkeypatch, tmp_path: Path) -> None:
        seen: list[list[str]] = []
        real = subprocess.Popen

        def watched(command, **how):
            seen.append([str(word) for word in command])
            return real(command, **how)

        monkeypatch.setattr(subprocess, "Popen", watched)
        if version(outside.url) <= 18:
            url = db.create_database(outside.url, "of_a_secret", exist_ok=True)
            db.migrate(url)
            backup.backup(url, tmp_path / "x")
            db.drop_database(outside.url, "of_a_secret")
        assert seen
        assert outside.password not in str(seen)


class TestRetention:
    SETTINGS = Settings(keep_articles_days=30, keep_pages_days=10, keep_events_days=5)

    def test_what_holds_something_up_stays(self, database: Database, analyser: Any) -> None:
        # Two that repeat the first number, then a shift; then the number that stands.
        read(database, analyser, "6,700", "6,700", "6,710", "10,000", "10,010", "10,020")
        with database.transaction() as tx:
            before = tx.all("series.export_shifts")
        dropped = retention.clean(database, self.SETTINGS, NOON + timedelta(days=90))
        assert dropped["articles"] >= 1
        with database.transaction() as tx:
            assert tx.all("series.export_shifts") == before
            left = tx.all("articles.export", seeds=True)
        assert len(left) == 6 - dropped["articles"]
        # What comes later is told against the number that stood.
        read(database, analyser, "13,000", day=91)
        with database.transaction() as tx:
            after = tx.all("series.export_shifts")
        assert after[:-1] == before
        assert (f"{after[-1]['from']:,}" in left[-1]["text"], after[-1]["to"]) == (True, 13000)

    def test_what_was_dropped_is_not_news_again(self, database: Database, analyser: Any) -> None:
        read(database, analyser, "6,700", "6,700", "6,700")
        retention.clean(database, self.SETTINGS, NOON + timedelta(days=90))
        with database.transaction() as tx:
            assert len(tx.all("fetch.known", urls=[f"https://paper.example/{n}" for n in range(3)])) == 3

    def test_young_things_stay(self, database: Database, analyser: Any) -> None:
        read(database, analyser, "6,700", "6,700")
        assert retention.clean(database, self.SETTINGS, NOON + timedelta(days=4)) == {}

    def test_what_stays_hides_nothing_that_may_go(self, database: Database, execute, monkeypatch) -> None:
        """Five of one moment are looked at two at a time; the first four are each repeated by a young one."""
        execute(
            "INSERT INTO article (url, outlet, title, language, as_of, fetched_at, text, relation, cluster_id, duplicate_of,"
            " figures_outcome, series_outcome, analysis_version)"
            " SELECT 'https://paper.example/' || n, 'Paper', '', 'en', at, at, '',"
            " CASE WHEN n > 5 THEN 'duplicate' ELSE 'original' END,"
            " n, CASE WHEN n > 5 THEN n - 5 END, 'read', 'nothing_new', '1' FROM generate_series(1, 9) n,"
            " LATERAL (SELECT now() - CASE WHEN n > 5 THEN interval '1 day' ELSE interval '90 days' END AS at)"
        )
        monkeypatch.setattr(retention, "BATCH", 2)
        assert retention.clean(database, self.SETTINGS, datetime.now(UTC)) == {"articles": 1}
        with database.transaction() as tx:
            left = {row["url"] for row in tx.all("articles.export", seeds=True)}
        assert left == {f"https://paper.example/{n}" for n in range(1, 10) if n != 5}

    def test_bytes_go_and_their_rows_stay(self, database: Database, analyser: Any) -> None:
        read(database, analyser, "6,700")
        dropped = retention.clean(database, Settings(keep_pages_days=10), NOON + timedelta(days=11))
        assert dropped == {"page bytes": 1}
        with database.transaction() as tx:
            assert len(tx.all("articles.export", seeds=False)) == 1

    def test_many_go_in_small_transactions(self, database: Database, execute, monkeypatch) -> None:
        execute(
            "INSERT INTO pass (worker, began_at, ended_at, outcome)"
            " SELECT 'w', now() - interval '90 days', now(), 'done' FROM generate_series(1, 450)"
        )
        heard: list[tuple[str, int]] = []
        dropped = retention.clean(database, self.SETTINGS, datetime.now(UTC), lambda what, number: heard.append((what, number)))
        assert dropped == {"passes": 450}
        assert [number for what, number in heard if what == "passes"] == [200, 200, 50]


@pytest.fixture(scope="module")
def roles(outside: Any) -> Iterator[dict[str, str]]:
    """Addresses by role, after the script was run; twice, since it may be."""
    admin = conninfo_to_dict(outside.url)
    environment = os.environ | {"PGPASSWORD": outside.password}
    command = [
        postgres.programs() / "bin" / "psql",
        "--host=127.0.0.1",
        f"--port={outside.port}",
        "--username=desk",
        "--dbname=postgres",
    ]
    for _ in range(2):
        done = subprocess.run(
            [*command, "--set=ON_ERROR_STOP=1", "--quiet", f"--file={ROOT}/deploy/roles.sql"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    names = ("figurewatch_owner", "figurewatch", "figurewatch_reader", "prefect")
    with psycopg.connect(outside.url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"ALTER ROLE {name} PASSWORD 'typed'")
    addresses = {
        name: make_conninfo(
            host="127.0.0.1", port=admin["port"], user=name, password="typed",
            dbname="figurewatch_prefect" if name == "prefect" else "figurewatch",
        )
        for name in names
    }  # fmt: skip
    assert db.migrate(addresses["figurewatch_owner"]) == list(db.migrations())
    yield addresses
    for name in ("figurewatch", "figurewatch_prefect"):
        db.drop_database(outside.url, name)


class TestRoles:
    def test_the_owner_migrates_and_workers_work_without_any_right_on_tables(
        self, roles: dict[str, str], analyser: Any
    ) -> None:
        assert db.migrate(roles["figurewatch"]) == []
        presence = db.Presence(roles["figurewatch"])
        with Database(roles["figurewatch"], process=presence.process) as database:
            read(database, analyser, "6,700", "10,000")
            assert retention.clean(database, Settings(keep_articles_days=1), NOON + timedelta(days=900))
        presence.close()
        with psycopg.connect(roles["figurewatch"], autocommit=True) as connection:
            for statement in ("CREATE TABLE mine ()", "DROP TABLE article", "CREATE DATABASE mine", "CREATE ROLE mine"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)

    def test_a_reader_reads(self, roles: dict[str, str]) -> None:
        with psycopg.connect(roles["figurewatch_reader"], autocommit=True) as connection:
            connection.execute("SELECT count(*) FROM article")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM article")

    def test_nobody_else_comes_in(self, roles: dict[str, str]) -> None:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(db.with_database(roles["prefect"], "figurewatch"))
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(db.with_database(roles["figurewatch"], "figurewatch_prefect"))
