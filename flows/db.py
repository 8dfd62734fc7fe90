"""The one way to the database: a pool, transactions that run named queries, migrations, throw-away databases.

    database = Database(url)
    with database.transaction() as tx:
        row = tx.one("sources.get", id=7)

Queries are those of schemas/queries; rows are dicts. Everything is synchronous: flows call it in threads. Errors of
psycopg end here: the database away, its disk full and the like become schemas.errors with the mend; what remains is a
fault of ours and passes as it is. Text loses what PostgreSQL cannot hold (NUL, lone surrogates) here and nowhere else.
"""

import json
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from cachetools import LRUCache
from psycopg import sql
from psycopg.adapt import Buffer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb as _Jsonb
from psycopg.types.string import StrDumperUnknown
from psycopg_pool import ConnectionPool, PoolTimeout

from schemas.errors import DatabaseNewer, DatabaseUnavailable, DiskFull, OperationError, SettingsError
from schemas.queries import QUERIES

Row = dict[str, Any]
Connection = psycopg.Connection[Row]

CONNECT_SECONDS = 10
#: More at once than a process has threads that write; PostgreSQL's own default is 100 for everybody.
MOST_CONNECTIONS = 10
APPLICATION = "figurewatch"
#: Rows that a process keeps, of those that nothing changes: what the figures of some thousands of articles are compared by, in
#: 150 MB at the most. What is not kept is read again, which costs the article a turn of the database.
MOST_KEPT = 30_000
#: A change of a table that is in use waits for so long, so often.
LOCK_SECONDS = 5
LOCK_TRIES = 12
#: A machine that vanished without a word is missed after a minute; the server's own default is two hours.
KEEP_ALIVE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
TEMPLATE_PREFIX = "figurewatch_template_"
THROW_AWAY_PREFIX = "figurewatch_throwaway_"


class Database:
    """A pool of connections to one database. Safe for threads; to be made anew in each process.

    Args:
        process: number under which this process is present (Presence): its leases bear it.
    """

    def __init__(self, url: str, *, process: int | None = None) -> None:
        self.url = url
        self.process = process
        connect(url).close()  # says at once what is wrong; the pool would try for minutes
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs=_options(process),
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=CONNECT_SECONDS,
            check=ConnectionPool.check_connection,  # a server that was restarted costs no transaction
            configure=_configure,
            open=True,
        )
        self._kept = _Kept()

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """All of it, or nothing."""
        with translated(self.url), self._pool.connection() as connection:
            yield Transaction(connection, self._kept)

    @contextmanager
    def in_a_row(self) -> Iterator["InARow"]:
        """One connection for many transactions: the pool would look before each whether it still stands, which costs a turn."""
        with translated(self.url), self._pool.connection() as connection:
            yield InARow(self.url, connection, self._kept)

    def close(self) -> None:
        """End the connections."""
        self._pool.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class InARow:
    """Transactions that follow each other on one connection."""

    _url: str
    _connection: Connection
    _kept: "_Kept"

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """All of it, or nothing; all of it together(), its end included: psycopg's transaction() would wait for that twice."""
        with translated(self._url):
            try:
                with self._connection.pipeline():
                    yield Transaction(self._connection, self._kept)
                    self._connection.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):  # a connection that is lost has nothing to undo
                    self._connection.rollback()
                raise


class Presence:
    """Shows all others that this process lives: a session that holds a lock under a number of the process's own.

    What a process leases bears its number. A process that is killed loses its session, and what it held is free for the
    next pass of anybody; a machine that vanishes is missed after a minute. Needs sessions: no pooler in transaction mode.
    """

    def __init__(self, url: str) -> None:
        self.process = secrets.randbelow(2**31 - 1) + 1
        self._url = url
        self._connection: Connection | None = None
        self.renew()

    def renew(self) -> None:
        """Hold the lock again after the server was restarted."""
        with translated(self._url):
            if self._connection is not None:
                try:
                    Transaction(self._connection).one("database.answers")
                except psycopg.Error:
                    self._connection.close()
                else:
                    return
            self._connection = _connect(self._url, True)
            Transaction(self._connection).one("service.present", process=self.process)

    def close(self) -> None:
        """End the session."""
        if self._connection is not None:
            self._connection.close()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was made of rows that nothing changes, the latest used, by query and id. Ids come from sequences, which give none
    twice, so what a transaction that was undone put here is asked for by nobody."""

    found: LRUCache[tuple[str, int], Any] = field(default_factory=lambda: LRUCache(MOST_KEPT))
    lock: threading.Lock = field(default_factory=threading.Lock)


class Transaction:
    """Named queries in one transaction."""

    def __init__(self, connection: Connection, kept: _Kept | None = None) -> None:
        self._connection = connection
        self._kept = kept or _Kept()

    def one(self, query: str, /, **values: Any) -> Row | None:
        """The first row, or None."""
        return self.ask(query, **values).one()

    def all(self, query: str, /, **values: Any) -> list[Row]:
        """All rows."""
        return self.ask(query, **values).all()

    def ask(self, query: str, /, **values: Any) -> "Asked":
        """Rows that are waited for when they are read: within together(), what is asked meanwhile comes along."""
        return Asked(self._connection.execute(QUERIES[query], values))

    def kept(self, query: str, ids: Sequence[int], make: Callable[[Row], Any]) -> list[Any]:
        """What `make` makes of each of these rows, in order; read once a process, so they must be rows that nothing changes.

        Args:
            query: gives the rows of `ids`, each with its id.
            make: always the same for a query.

        Raises:
            KeyError: a row is not there.
        """
        with self._kept.lock:
            found = {one: self._kept.found[query, one] for one in ids if (query, one) in self._kept.found}
        missing = [one for one in ids if one not in found]
        if missing:
            made = {row["id"]: make(row) for row in self.all(query, ids=missing)}
            self.keep(query, made)
            found |= made
        return [found[one] for one in ids]

    def keep(self, query: str, made: Mapping[int, Any]) -> None:
        """What kept() is to find of rows that this transaction writes, without reading them; by id."""
        with self._kept.lock:
            self._kept.found.update({(query, one): each for one, each in made.items()})

    def each(self, query: str, /, **values: Any) -> Iterator[Row]:
        """Rows one by one, for results that are larger than memory; the transaction stays open meanwhile."""
        with self._connection.cursor(name=f"each_{secrets.token_hex(4)}") as cursor:
            yield from cursor.execute(QUERIES[query], values)

    def run(self, query: str, /, **values: Any) -> int:
        """Number of rows changed."""
        return self._connection.execute(QUERIES[query], values).rowcount

    def many(self, query: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same for each of many rows, sent together."""
        with self._connection.cursor() as cursor:
            cursor.executemany(QUERIES[query], rows)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done in it is undone alone when it raises."""
        with self._connection.transaction():
            yield

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements whose rows nobody reads go along with the next whose rows are read; run() tells no number then.

        A turn that is waited for costs more than the statement, where the server is far or the machine busy.
        """
        if self._connection.pgconn.pipeline_status:  # psycopg would wait here for all that was asked, and at the end again
            yield
            return
        with self._connection.pipeline():
            yield

    def copy(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Very many rows at once, by a COPY."""
        with self._connection.cursor() as cursor, cursor.copy(QUERIES[query]) as copy:
            for row in rows:
                copy.write_row(row)

    def returned(self, query: str, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
        """The same for each of many rows, sent together; the row that each gives back, in order."""
        if not rows:
            return []
        found: list[Row] = []
        with self._connection.cursor() as cursor:
            cursor.executemany(QUERIES[query], rows, returning=True)
            while True:
                found += cursor.fetchall()
                if not cursor.nextset():
                    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows that were asked for; each reads them once."""

    _cursor: psycopg.Cursor[Row]

    def one(self) -> Row | None:
        """The first row, or None."""
        return self._cursor.fetchone()

    def all(self) -> list[Row]:
        """All rows."""
        return self._cursor.fetchall()

    def ids(self) -> list[int]:
        """The ids of all rows, rising."""
        return sorted(int(row["id"]) for row in self.all())


class Jsonb(_Jsonb):
    """A value for a jsonb column. Decimals and dates become strings."""

    def __init__(self, value: Any) -> None:
        super().__init__(value, dumps=_dumps)


def connect(url: str, *, autocommit: bool = False, name: str = APPLICATION) -> Connection:
    """One connection by itself, for what a pool is not for; `name` is what others see of it."""
    with translated(url):
        return _connect(url, autocommit, name)


def migrate(url: str) -> list[str]:
    """Bring the database to the schema of this figurewatch; the names of the migrations that were applied now.

    Safe while others work: one process migrates, the rest wait for it; a change of a table waits a few seconds for its
    turn, not longer, since whoever wants the table after it waits behind it, and then tries again. A role that may only
    read and write rows passes when there is nothing to do.

    Raises:
        DatabaseNewer: it has migrations that this figurewatch does not know.
        OperationError: others did not let go of a table.
    """
    applied = []
    with translated(url), connect(url) as connection:
        tx = Transaction(connection)
        if _applied(connection, url) == migrations().keys():
            return []
        with connection.transaction():
            tx.run("database.lock_migrations")
            tx.run("database.migrations_table")
        for name, text in migrations().items():
            for tries_left in reversed(range(LOCK_TRIES)):
                try:
                    with connection.transaction():
                        tx.run("database.lock_migrations")
                        tx.run("database.wait_for_tables", most=f"{LOCK_SECONDS}s")
                        if name not in _applied(connection, url):
                            connection.execute(text)
                            tx.run("database.record_migration", name=name)
                            applied.append(name)
                    break
                except psycopg.errors.LockNotAvailable as error:
                    if not tries_left:
                        raise OperationError(
                            f"the database {shown(url)} is too busy to be changed ({name})",
                            mend="stop the services and workers, then: figurewatch db migrate",
                        ) from error
    return applied


def _applied(connection: Connection, url: str) -> set[str]:
    """Names of the migrations that the database has.

    Raises:
        DatabaseNewer: it has migrations that this figurewatch does not know.
    """
    tx = Transaction(connection)
    with connection.transaction():
        there = tx.one("database.has_migrations")
        assert there is not None
        known = {row["name"] for row in tx.all("database.migrations")} if there["has"] else set()
    if newer := sorted(known - migrations().keys()):
        raise DatabaseNewer(
            f"the database {shown(url)} was made by a newer figurewatch (it has {newer[-1]})",
            mend="upgrade: pip install --upgrade figurewatch",
        )
    return known


def migrations() -> dict[str, LiteralString]:
    """Name and SQL of every migration, in order."""
    found = [file for file in files("schemas").joinpath("migrations").iterdir() if file.name.endswith(".sql")]
    # Literal in effect: files of the program.
    return {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8") for file in sorted(found, key=lambda file: file.name)
    }


def create_database(url: str, name: str, *, template: str = "", exist_ok: bool = False) -> str:
    """A database on the server of `url`, as a copy of a template if one is named; its address."""
    with _maintenance(url) as connection:
        if not (exist_ok and _exists(connection, name)):
            _create(connection, name, template)
    return with_database(url, name)


def drop_database(url: str, name: str) -> None:
    """Drop a database of the server of `url`, whoever is still connected; nothing happens when there is none."""
    with _maintenance(url) as connection:
        _drop(connection, name)


def template(url: str) -> str:
    """Name of a database on the server of `url` that is migrated and empty, to be copied; made when there is none."""
    digest = sha256("\0".join(text for pair in migrations().items() for text in pair).encode()).hexdigest()[:12]
    name = TEMPLATE_PREFIX + digest
    with _maintenance(url) as connection:
        known = Transaction(connection).all("database.databases", prefix=name)
        if not known or not known[0]["is_template"]:
            _drop(connection, name)  # one that was never finished
            _create(connection, name, "")
            migrate(with_database(url, name))
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
    return name


@contextmanager
def throwaway(url: str) -> Iterator[Database]:
    """An empty, migrated database that is dropped at the end; what killed processes left is dropped now."""
    source = template(url)
    name = f"{THROW_AWAY_PREFIX}{os.getpid()}_{secrets.token_hex(4)}"
    with translated(url):
        keeping = _connect(with_database(url, "postgres"), True)
    with keeping:
        keeper = Transaction(keeping)
        keeper.run("database.keep_database", name=name)
        with _maintenance(url) as connection:
            for row in Transaction(connection).all("database.databases", prefix=THROW_AWAY_PREFIX):
                if Transaction(connection).all("database.keep_database", name=row["name"])[0]["kept"]:
                    _drop(connection, row["name"])
            _create(connection, name, source)
        try:
            with Database(with_database(url, name)) as database:
                yield database
        finally:
            drop_database(url, name)


def with_database(url: str, name: str) -> str:
    """The same server and user, another database."""
    return make_conninfo(url, dbname=name)


def server_version(url: str) -> str:
    """The server's version, as in 18.6."""
    with connect(url) as connection:
        return connection.info.parameter_status("server_version") or "unknown"


def row_counts(connection: Connection) -> dict[str, int]:
    """The number of rows of each table; counted, not estimated."""
    counts = {}
    for row in Transaction(connection).all("database.table_names"):
        counted = connection.execute(
            sql.SQL("(SELECT count(*) AS rows FROM {})").format(sql.Identifier(row["name"]))
        ).fetchone()
        assert counted is not None
        counts[row["name"]] = int(counted["rows"])
    return counts


def shown(url: str) -> str:
    """The address for people: without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "(database_url)"
    host = parts.get("host") or parts.get("hostaddr") or "this machine"
    port = f":{parts['port']}" if "port" in parts else ""
    return f"{parts.get('dbname') or parts.get('user') or ''} on {host}{port}"


def values_of(record: Any) -> dict[str, Any]:
    """The fields of a frozen record by name, as they are: dataclasses.asdict copies each to its depth, which takes longer."""
    return {name: getattr(record, name) for name in record.__slots__}


def integers(values: Iterable[int]) -> str:
    """A value for an array of integers: psycopg looks at each by itself, which takes long for the keys of an article."""
    return "{" + ",".join(map(str, values)) + "}"


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL goes, a lone surrogate becomes a question mark."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Errors of psycopg become ours, where they are not faults of the program."""
    try:
        yield
    except psycopg.Error as error:
        ours = _ours(error, url)
        if ours is None:
            raise
        raise ours from error


def _ours(error: psycopg.Error, url: str) -> OperationError | SettingsError | None:
    state, place = error.sqlstate or "", shown(url)
    said = _first_line(error)
    if state == "53100" or "No space left on device" in str(error):
        return DiskFull(f"no space left for the database {place}", mend="free some; nothing that was stored is lost")
    if state.startswith("40"):
        return OperationError(f"the database {place} ended the transaction: {said}", mend="try again")
    if state in ("42P01", "42703"):  # a table or a column that is not there: no page's fault, and none is to be given up for it
        return OperationError(
            f"the database {place} is not of this figurewatch's schema: {said}",
            mend="stop all services and workers, give them one version, then: figurewatch db migrate",
        )
    if state == "42501":
        return OperationError(
            f"the database {place} does not allow it: {said}", mend="give the role of database_url that right"
        )
    if state == "3D000":
        return DatabaseUnavailable(f"the database {place} does not exist", mend="create it, or set another database_url")
    if state.startswith("28") or "authentication failed" in said or "no password supplied" in said:
        return DatabaseUnavailable(
            f"the database {place} refuses the log-in: {said}", mend="check user and password in database_url"
        )
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)):
        return DatabaseUnavailable(
            f"the database {place} does not answer: {said}", mend="start it, or check database_url; then try again"
        )
    if isinstance(error, psycopg.ProgrammingError) and not state and place == "(database_url)":
        return SettingsError("database_url is not understood", mend="write it as postgresql://user@host:5432/database")
    return None


def _first_line(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removeprefix("connection failed: ") if lines else type(error).__name__


def _options(process: int | None = None, name: str = APPLICATION) -> dict[str, Any]:
    return {
        "row_factory": dict_row,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": name,
        "client_encoding": "utf8",
        "options": f"-c timezone=UTC {KEEP_ALIVE}" + (f" -c figurewatch.process={process}" if process else ""),
    }


def _connect(url: str, autocommit: bool, name: str = APPLICATION) -> Connection:
    connection: Connection = psycopg.connect(url, autocommit=autocommit, **_options(name=name))
    _configure(connection)
    return connection


class _Text(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        try:
            return super().dump(obj if "\0" not in obj else storable(obj))
        except UnicodeEncodeError:
            return super().dump(storable(obj))


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.adapters.register_dumper(str, _Text)


def _storable_in(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable_in(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_storable_in(each) for each in value]
    return value


def _dumps(value: Any) -> str:
    written = _written(value)
    # Hardly any value holds what cannot be stored, and looking at each text of each takes as long as writing all of them.
    if "\\u0000" not in written:
        try:
            written.encode()
        except UnicodeEncodeError:
            pass
        else:
            return written
    return _written(_storable_in(value))


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_as_json)


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@contextmanager
def _maintenance(url: str) -> Iterator[Connection]:
    """A session that alone makes, copies and drops databases of this server."""
    with translated(url), _connect(with_database(url, "postgres"), True) as connection:
        Transaction(connection).run("database.lock_databases")
        yield connection  # the lock ends with the session


def _exists(connection: Connection, name: str) -> bool:
    return any(row["name"] == name for row in Transaction(connection).all("database.databases", prefix=name))


def _create(connection: Connection, name: str, template: str) -> None:
    source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), source))


def _drop(connection: Connection, name: str) -> None:
    if any(
        row["is_template"] and row["name"] == name for row in Transaction(connection).all("database.databases", prefix=name)
    ):
        connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
