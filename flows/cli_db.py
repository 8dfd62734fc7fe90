"""The commands `figurewatch db ...`: backup, restore, move, migrate, clean."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import Config, DataDir, Json, _counts, _print_json, _settings, _spinner, out

db_app = typer.Typer(no_args_is_help=True, help="The database: to a file and back, to another server, its schema, its size.")


@db_app.command("backup")
def db_backup(
    to: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Write the database to a file: one consistent moment, also while the service works.

    Example: figurewatch db backup figurewatch-2026-03-02.backup
    """
    from flows import backup
    from flows.postgres import database_url

    with _spinner("writing", quiet=False) as say:
        size = backup.backup(database_url(_settings(config, data_dir)), to, say)
    out.print(f"{to} written, {size / 1e6:,.1f} MB", markup=False, soft_wrap=True)


@db_app.command("restore")
def db_restore(
    source: Annotated[Path, typer.Argument(help="A file that db backup wrote.", show_default=False)],
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Fill an empty database from a backup: all of it, or nothing. An older backup is brought to this version.

    Example: figurewatch db restore figurewatch-2026-03-02.backup --data-dir /srv/new
    """
    from flows import backup
    from flows.postgres import database_url

    with _spinner("restoring", quiet=as_json) as say:
        rows = backup.restore(database_url(_settings(config, data_dir)), source, say)
    _moved(rows, as_json, "restored")


@db_app.command("move")
def db_move(
    to: Annotated[
        str,
        typer.Argument(
            help='Address of an empty database; one with a password as "env:NAME" or "file:/path".', show_default=False
        ),
    ],
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Copy everything to another server's database, compare, and say how to go on there. Stop the service first.

    Example: TARGET=postgresql://figurewatch:secret@db.example/figurewatch figurewatch db move env:TARGET
    """
    from flows import backup
    from flows.postgres import database_url

    target = backup.address(to)
    with _spinner("moving", quiet=as_json) as say:
        rows = backup.move(database_url(_settings(config, data_dir)), target, say)
    _moved(rows, as_json, "moved")
    if not as_json:
        out.print(
            "Next: set database_url (or FIGUREWATCH_DATABASE_URL) to that address, then: figurewatch doctor", soft_wrap=True
        )
        out.print("The old database is as it was; drop it when all is well.")


@db_app.command("migrate")
def db_migrate(config: Config = None, data_dir: DataDir = None) -> None:
    """Bring the database to this version's schema. Services do so when they start, where their role has the right.

    Example: figurewatch db migrate
    """
    from flows import db
    from flows.postgres import database_url

    applied = db.migrate(database_url(_settings(config, data_dir)))
    out.print(f"applied: {', '.join(applied)}" if applied else "nothing to do", markup=False, soft_wrap=True)


@db_app.command("clean")
def db_clean(config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Drop what was kept for as long as the settings say; the service does so every night.

    Example: figurewatch db clean
    """
    from flows.db import Database, migrate
    from flows.postgres import database_url
    from flows.retention import clean

    settings = _settings(config, data_dir)
    url = database_url(settings)
    migrate(url)
    with _spinner("dropping", quiet=as_json) as say, Database(url) as database:
        dropped = clean(database, settings, datetime.now(UTC), lambda what, number: say(f"{number} {what}"))
    _counts(dropped, as_json)


def _moved(rows: dict[str, int], as_json: bool, done: str) -> None:
    if as_json:
        _print_json(rows)
        return
    shown = {
        name: rows.get(name, 0) for name in ("source", "entry", "page", "article", "figure", "observation", "shift", "alert")
    }
    out.print(f"{done}: " + ", ".join(f"{number:,} {name}" for name, number in shown.items()), soft_wrap=True)
