"""The database as a file, back from one, and to another server. PostgreSQL's own programs do it, those that come along.

A backup is one consistent moment, also while the service works; it is written beside its name and renamed when it is
whole. Restoring is one transaction: all of it, or nothing. Passwords go to the programs by their environment, which only
this user can read, never by their command line, which everybody can. Prefect's own database is not part of it: it holds
what runs came to, and is made anew.
"""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from flows import db
from flows.postgres import programs
from schemas.errors import DatabaseNewer, DiskFull, OperationError, UsageError

#: libpq's names of what an address may hold.
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
}
POLL_SECONDS = 0.2

Progress = Callable[[str], None]


def backup(url: str, to: Path, progress: Progress = lambda _: None) -> int:
    """Write the database to a file; its size in bytes.

    Raises:
        UsageError: the file is there, or cannot be written.
        OperationError, DiskFull: the database cannot be read, or the file not be finished.
    """
    if to.exists():
        raise UsageError(f"{to}: is there already", mend="name another file; a backup overwrites none")
    db.connect(url).close()
    new = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        new.touch(mode=0o600)  # texts and channels' names are nobody else's to read
        _run(
            ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={new}"],
            url,
            lambda: progress(f"{new.stat().st_size / 1e6:,.1f} MB"),
        )
        _run(["pg_restore", "--list", str(new)], None)  # it is whole when its list can be read
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(to)
    except OSError as error:
        raise UsageError(f"{to}: {(error.strerror or str(error)).lower()}", mend="name a file that can be written") from error
    finally:
        new.unlink(missing_ok=True)
    return to.stat().st_size


def restore(url: str, source: Path, progress: Progress = lambda _: None) -> dict[str, int]:
    """Fill an empty database from a backup, and bring it to the schema of this figurewatch; rows by table.

    Raises:
        UsageError: the file is no backup, or the database is not empty.
        DatabaseNewer: the backup is a newer figurewatch's; the database is empty as before.
    """
    if not source.is_file():
        raise UsageError(f"{source}: no such file", mend="name one that figurewatch db backup wrote")
    try:
        _run(["pg_restore", "--list", str(source)], None)
    except OperationError as error:
        raise UsageError(f"{source}: no backup: {error.message}", mend="name one that figurewatch db backup wrote") from None
    # What the backup says of its schema, before anything is written.
    said = _run(["pg_restore", "--data-only", "--table=migration", "--file=-", str(source)], None)
    names = re.findall(r"^(\d{4}_\w+)\t", said, re.MULTILINE)
    if not names:
        raise UsageError(f"{source}: no backup of a figurewatch", mend="name one that figurewatch db backup wrote")
    if newer := sorted(set(names) - db.migrations().keys()):
        raise DatabaseNewer(
            f"{source} was written by a newer figurewatch (it has {newer[-1]})",
            mend="upgrade: pip install --upgrade figurewatch",
        )
    _require_empty(url)
    _fill(url, ["pg_restore", *_INTO, str(source)], progress)
    return rows(url)


def move(url: str, to: str, progress: Progress = lambda _: None) -> dict[str, int]:
    """Copy the database to another server's empty one; rows by table, which are the same in both.

    Raises:
        UsageError: both are one, or the target is not empty.
        OperationError: somebody works with the database: what is stored meanwhile would be left behind.
    """
    with db.connect(url) as here, db.connect(to) as there:
        if _identity(here) == _identity(there):
            raise UsageError("this is the database itself", mend="name another server or another database")
        row = db.Transaction(here).one("service.sessions")
        # The session that looks at the target does not count where both are on one server: it is in another database.
        if row is not None and row["sessions"]:
            raise OperationError(
                f"{row['sessions']} sessions work with the database {db.shown(url)}",
                mend="stop the service and all workers; then again",
            )
    _require_empty(to)
    dump = ["pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
    with subprocess.Popen(  # noqa: S603
        _command(dump), env=_environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as dumping:
        try:
            _fill(to, ["pg_restore", *_INTO], progress, stdin=dumping.stdout)
        finally:
            assert dumping.stdout is not None
            dumping.stdout.close()
        said = dumping.stderr.read().decode(errors="replace") if dumping.stderr else ""
    if dumping.returncode:
        raise _failed("pg_dump", said)
    before, after = rows(url), rows(to)
    if before != after:
        differing = sorted(table for table in before.keys() | after.keys() if before.get(table) != after.get(table))
        raise OperationError(f"the copy differs in {', '.join(differing)}", mend="keep to the old one; please report it")
    return after


_INTO = ["--dbname=", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]


def rows(url: str) -> dict[str, int]:
    """The number of rows of each of our tables."""
    with db.translated(url), db.connect(url) as connection:
        return db.row_counts(connection)


def _fill(url: str, command: list[str], progress: Progress, stdin: Any = None) -> None:
    """Restore, then migrate."""
    database = str(conninfo_to_dict(url).get("dbname") or "")
    command = [f"--dbname={database}" if word == "--dbname=" else word for word in command]
    began = time.monotonic()
    _run(command, url, lambda: progress(f"{time.monotonic() - began:,.0f} s"), stdin=stdin)
    db.migrate(url)


def _require_empty(url: str) -> None:
    with db.translated(url), db.connect(url) as connection:
        row = db.Transaction(connection).one("database.tables")
    if row is not None and row["tables"]:
        raise UsageError(
            f"the database {db.shown(url)} is not empty ({row['tables']} tables)",
            mend="name an empty one: createdb NAME; or another folder with --data-dir",
        )


def _identity(connection: db.Connection) -> Any:
    return db.Transaction(connection).one("database.identity")


def _run(command: list[str], url: str | None, look: Callable[[], None] = lambda: None, stdin: Any = None) -> str:
    """Run a program of PostgreSQL to its end; what it says on standard output."""
    running = subprocess.Popen(  # noqa: S603
        _command(command),
        env=_environment(url),
        stdin=stdin or subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        while True:
            try:
                said, wrong = running.communicate(timeout=POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                with contextlib.suppress(OSError):
                    look()
    except BaseException:
        running.kill()
        running.communicate()
        raise
    if running.returncode:
        raise _failed(command[0], wrong)
    return said


def _failed(program: str, said: str) -> OperationError:
    lines = [line.partition("error: ")[2] or line for line in said.splitlines() if "error:" in line] or said.splitlines()
    reason = lines[0].strip() if lines else "it ended without a word"
    if "No space left" in said:
        return DiskFull(f"{program}: no space left", mend="free some, or name a place with more")
    if "unrecognized configuration parameter" in said:
        return OperationError(
            f"{program}: the server there is older than the one of the data", mend="name a server of its version or later"
        )
    if "server version mismatch" in said:
        return OperationError(f"{program}: {reason}", mend="use the pg_dump and pg_restore of that server's version by hand")
    return OperationError(f"{program}: {reason[:300]}", mend="mend that, then again; nothing was changed")


def _command(words: list[str]) -> list[str]:
    return [str(programs() / "bin" / words[0]), *words[1:]]


def _environment(url: str | None) -> dict[str, str]:
    """For a program of PostgreSQL: how it connects, and none of what stood there before."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
    if url is not None:
        known = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        environment |= {_VARIABLES[name]: value for name, value in known.items() if name in _VARIABLES}
    return environment


def address(given: str) -> str:
    """The address, from where it is kept. One with a password is not taken from the command line, which everybody can read."""
    kind, _, rest = given.partition(":")
    if kind == "env":
        if not os.environ.get(rest):
            raise UsageError(f"the variable {rest} is not set", mend=f"set {rest}")
        return os.environ[rest]
    if kind == "file":
        try:
            return Path(rest).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{rest}: {error}", mend="name a readable file") from None
    try:
        parts = conninfo_to_dict(given)
    except Exception:
        raise UsageError("that is no address of a database", mend="postgresql://user@host:5432/database") from None
    if parts.get("password"):
        raise UsageError(
            "every user of this machine can read a password on a command line",
            mend='put the address into a variable: "env:TARGET"',
        )
    return given
