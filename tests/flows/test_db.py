"""Named queries in transactions, migrations, copies of databases; what goes wrong is said in one line with its mend.

All of it on the embedded server and on one of the machine, over TCP with a password.
"""

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest

from flows import db
from flows.db import Database, Jsonb
from schemas.errors import DatabaseNewer, DatabaseUnavailable, DiskFull, FigurewatchError, OperationError, SettingsError
from schemas.queries import QUERIES

SAMPLES: dict[str, LiteralString] = {
    "sample.create": "CREATE TABLE sample (id integer PRIMARY KEY, word text, seen timestamptz, amount numeric, details jsonb)",
    "sample.add": "INSERT INTO sample (id, word) VALUES (%(id)s, %(word)s)",
    "sample.words": "SELECT word FROM sample WHERE word LIKE 'w%%' OR word = ANY (%(also)s) ORDER BY id",
    "sample.find": "SELECT * FROM sample WHERE id = %(id)s",
    "sample.echo": "SELECT %(text)s AS text, %(many)s::text[] AS many, %(details)s::jsonb AS details",
    "sample.pid": "SELECT pg_backend_pid() AS pid",
    "sample.end": "SELECT pg_terminate_backend(%(pid)s, 5000)",
    "sample.types": "SELECT %(seen)s::timestamptz AS seen, %(amount)s::numeric AS amount",
}


@pytest.fixture(autouse=True)
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in SAMPLES.items():
        monkeypatch.setitem(QUERIES, name, text)


@pytest.fixture(params=["embedded", "outside"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("server") if request.param == "embedded" else request.getfixturevalue("outside").url)


@pytest.fixture
def opened(url: str) -> Iterator[Database]:
    with db.throwaway(url) as database:
        with database.transaction() as tx:
            tx.run("sample.create")
        yield database


def test_rows_are_dicts_and_counts_are_told(opened: Database) -> None:
    with opened.transaction() as tx:
        assert tx.run("sample.add", id=1, word="one") == 1
        tx.many("sample.add", [{"id": 2, "word": "wide"}, {"id": 3, "word": "world"}])
        assert tx.one("sample.find", id=9) is None
        assert (tx.one("sample.find", id=2) or {})["word"] == "wide"
        assert tx.all("sample.words", also=["one"]) == [{"word": "one"}, {"word": "wide"}, {"word": "world"}]
        assert [row["word"] for row in tx.each("sample.words", also=[])] == ["wide", "world"]


def test_a_transaction_is_all_or_nothing(opened: Database) -> None:
    with pytest.raises(RuntimeError), opened.transaction() as tx:  # noqa: PT012  the point is what came before
        tx.run("sample.add", id=1, word="one")
        raise RuntimeError
    with opened.transaction() as tx:
        assert tx.one("sample.find", id=1) is None


def test_what_is_asked_for_is_read_later_in_any_order_and_what_was_written_before_is_seen(opened: Database) -> None:
    with opened.in_a_row() as following, following.transaction() as tx:
        tx.run("sample.add", id=1, word="one")
        first = tx.ask("sample.find", id=1)
        tx.run("sample.add", id=2, word="two")
        second = tx.ask("sample.words", also=["one", "two"])
        with tx.together():  # no turn of its own
            third = tx.ask("sample.find", id=3)
        assert [row["word"] for row in second.all()] == ["one", "two"]
        assert ((first.one() or {})["word"], third.one()) == ("one", None)


def test_of_transactions_in_a_row_each_is_all_or_nothing(opened: Database) -> None:
    with opened.in_a_row() as following:
        with following.transaction() as tx:
            tx.run("sample.add", id=1, word="one")
        with opened.transaction() as other:  # it is over for everybody
            assert other.one("sample.find", id=1)
        with pytest.raises(RuntimeError), following.transaction() as tx:  # noqa: PT012  the point is what came before
            tx.run("sample.add", id=2, word="two")
            raise RuntimeError
        with pytest.raises(psycopg.errors.UniqueViolation), following.transaction() as tx:  # noqa: PT012
            tx.run("sample.add", id=3, word="three")
            tx.run("sample.add", id=1, word="again")  # nobody waits for it: the end of the transaction does
        with following.transaction() as tx:
            tx.run("sample.add", id=4, word="four")
    with opened.transaction() as tx:
        assert [bool(tx.one("sample.find", id=each)) for each in (1, 2, 3, 4)] == [True, False, False, True]


def test_a_connection_that_is_lost_between_transactions_in_a_row_is_told(opened: Database) -> None:
    with pytest.raises(DatabaseUnavailable), opened.in_a_row() as following:  # noqa: PT012
        with following.transaction() as tx:
            mine = tx.one("sample.pid")
        with opened.transaction() as other:
            other.one("sample.end", pid=(mine or {})["pid"])
        with following.transaction() as tx:
            tx.one("sample.find", id=1)
    with opened.transaction() as tx:
        assert tx.one("sample.find", id=1) is None


@pytest.mark.parametrize(
    ("given", "stored"), [("a\0b", "ab"), ("\ud800 lone", "? lone"), ("\0", ""), ("plain é 数 🙂", "plain é 数 🙂")], ids=repr
)
def test_text_loses_only_what_the_database_cannot_hold(given: str, stored: str, opened: Database) -> None:
    with opened.transaction() as tx:
        row = tx.one("sample.echo", text=given, many=[given], details=Jsonb({given: [given, 1]}))
    assert row == {"text": stored, "many": [stored], "details": {stored: [stored, 1]}}


def test_times_are_aware_utc_and_decimals_exact(opened: Database) -> None:
    values: dict[str, Any] = {"seen": datetime(2024, 3, 31, 23, 59, tzinfo=UTC), "amount": Decimal("1E+9")}
    with opened.transaction() as tx:
        row = tx.one("sample.types", **values)
    assert row == values
    assert str(row["seen"]) == "2024-03-31 23:59:00+00:00"


def test_json_holds_dates_and_decimals_as_text(opened: Database) -> None:
    with opened.transaction() as tx:
        row = tx.one("sample.echo", text="", many=[], details=Jsonb({"as_of": date(2024, 1, 2), "low": Decimal("2.50")}))
    assert row is not None
    assert row["details"] == {"as_of": "2024-01-02", "low": "2.50"}


def test_migrating_again_does_nothing(url: str) -> None:
    with db.throwaway(url) as database:
        assert db.migrate(database.url) == []


def test_processes_that_migrate_at_once_do_it_once(url: str) -> None:
    fresh = db.create_database(url, "migrated_at_once")
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda: done.append(db.migrate(fresh))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.drop_database(url, "migrated_at_once")
    assert sorted(name for names in done for name in names) == list(db.migrations())


def test_a_migration_that_fails_leaves_nothing_of_itself(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = db.migrations()
    monkeypatch.setattr(db, "migrations", lambda: known | {"9999_broken": "CREATE TABLE half (id int); SELECT 1 / 0;"})
    fresh = db.create_database(url, "migrated_half")
    with pytest.raises(psycopg.errors.DivisionByZero):
        db.migrate(fresh)
    with db.connect(fresh) as connection:
        assert connection.execute("SELECT to_regclass('half') AS half").fetchone() == {"half": None}
        applied = connection.execute("SELECT name FROM migration ORDER BY name").fetchall()
    db.drop_database(url, "migrated_half")
    assert [row["name"] for row in applied] == list(known)


def test_a_database_of_a_newer_figurewatch_is_refused_with_the_mend(opened: Database) -> None:
    with opened.transaction() as tx:
        tx.run("database.record_migration", name="0999_later")
    with pytest.raises(DatabaseNewer, match="0999_later") as raised:
        db.migrate(opened.url)
    assert "upgrade" in raised.value.mend


def test_the_template_is_made_once_and_anew_when_it_was_left_half_made(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = db.template(url)
    migrated: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(db, "migrate", migrated.append)
        assert db.template(url) == name
        assert migrated == []
        with db.connect(url, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(psycopg.sql.Identifier(name)))
        assert db.template(url) == name
        assert len(migrated) == 1
    db.drop_database(url, name)
    db.template(url)  # for the tests that follow


def _use_throwaway(url: str) -> str:
    with db.throwaway(url) as database, database.transaction() as tx:
        return str((tx.one("database.migrations") or {})["name"])


def test_processes_take_throw_away_databases_at_once(url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_use_throwaway, [url] * 3) == [next(iter(db.migrations()))] * 3


def test_a_throw_away_database_that_was_left_behind_is_dropped_by_the_next_and_one_in_use_is_not(url: str) -> None:
    left = f"{db.THROW_AWAY_PREFIX}1_left"
    db.create_database(url, left)
    with db.throwaway(url) as first, db.throwaway(url) as second:
        with db.connect(url) as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'figurewatch_throw%'").fetchall()
        names = {psycopg.conninfo.conninfo_to_dict(each.url)["dbname"] for each in (first, second)}
    assert {row["datname"] for row in rows} == names


def test_the_pool_outlives_a_restart_of_its_connections(opened: Database) -> None:
    with opened.transaction() as tx:
        tx.run("sample.add", id=1, word="one")
    with db.connect(opened.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with opened.transaction() as tx:
        assert tx.one("sample.find", id=1) is not None


UNREACHABLE = [
    ("nobody listens", "postgresql://desk:hidden@127.0.0.1:1/news", DatabaseUnavailable, "news on 127.0.0.1:1"),
    ("no such socket", "postgresql://desk:hidden@/news?host=/nowhere", DatabaseUnavailable, "news on /nowhere"),
    ("not an address", "postgresql://desk:hidden@[::1", SettingsError, "database_url"),
    ("a word", "hidden", SettingsError, "database_url"),
]


@pytest.mark.parametrize(("url", "error", "named"), [case[1:] for case in UNREACHABLE], ids=[case[0] for case in UNREACHABLE])
def test_a_database_that_is_not_there_is_named_without_its_password(
    url: str, error: type[FigurewatchError], named: str
) -> None:
    with pytest.raises(error) as raised:
        Database(url)
    assert named in raised.value.message
    assert "\n" not in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert raised.value.mend


def test_a_wrong_password_and_a_missing_database_are_told_apart(outside: Any) -> None:
    with pytest.raises(DatabaseUnavailable, match="refuses the log-in"):
        db.connect(f"postgresql://desk:wrong@127.0.0.1:{outside.port}/postgres")
    with pytest.raises(DatabaseUnavailable, match=r"nosuch on 127\.0\.0\.1:.* does not exist"):
        db.connect(db.with_database(outside.url, "nosuch"))


def test_a_full_disk_a_deadlock_and_a_lost_connection_are_told_apart(opened: Database) -> None:
    def raised(error: psycopg.Error) -> FigurewatchError:
        with pytest.raises(FigurewatchError) as found, opened.transaction():
            raise error
        return found.value

    assert type(raised(psycopg.errors.DiskFull("could not extend file"))) is DiskFull
    assert type(raised(psycopg.errors.DeadlockDetected("deadlock detected"))) is OperationError
    assert type(raised(psycopg.errors.AdminShutdown("terminating connection"))) is DatabaseUnavailable
    assert type(raised(psycopg.OperationalError("server closed the connection unexpectedly"))) is DatabaseUnavailable


def test_a_fault_of_the_program_is_not_dressed_up(opened: Database) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), opened.transaction() as tx:
        tx.many("sample.add", [{"id": 1, "word": ""}, {"id": 1, "word": ""}])
    with pytest.raises(KeyError), opened.transaction() as tx:
        tx.run("sample.nosuch")


def test_a_schema_of_another_version_is_no_fault_of_what_is_stored(opened: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, statement in (("table", "SELECT * FROM none_such"), ("column", "SELECT none_such FROM sample")):
        monkeypatch.setitem(QUERIES, f"sample.no_{name}", statement)
        with pytest.raises(OperationError, match="is not of this figurewatch's schema"), opened.transaction() as tx:
            tx.all(f"sample.no_{name}")
