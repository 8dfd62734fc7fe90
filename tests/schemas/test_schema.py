"""Migrations and schema.sql say the same; every named query is one that the database understands."""

import re
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from flows import db, postgres
from schemas.queries import QUERIES

ROOT = Path(__file__).resolve().parents[2]


def dump(url: str) -> str:
    command = [postgres.programs() / "bin" / "pg_dump", "--schema-only", "--exclude-table=migration", "--dbname", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return "\n".join(line for line in done.stdout.splitlines() if not re.match(r"\\(un)?restrict|--|\s*$", line))


def test_migrations_build_the_database_of_schema_sql(server: str, database_url: str) -> None:
    url = db.create_database(server, "of_schema_sql")
    with db.connect(url, autocommit=True) as connection:
        connection.execute(files("schemas").joinpath("schema.sql").read_text())
    assert dump(url) == dump(database_url)
    db.drop_database(server, "of_schema_sql")


def test_migrations_are_numbered_in_order_and_named_after_a_stage() -> None:
    names = list(db.migrations())
    numbers = [int(name[:4]) for name in names]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r"\d{4}_[a-z]+(_\w+)?", name) for name in names)


def test_every_query_is_asked() -> None:
    """By its name, or by one that is put together: that may be any which fits."""
    code = "\n".join(path.read_text() for path in (ROOT / "flows").rglob("*.py"))
    asked = set(re.findall(r'"(\w+\.\w+)"', code))
    made = [re.sub(r"\\{.*?\\}", r"\\w+", re.escape(name)) for name in re.findall(r'f"([a-z]+\.\w*\{[^"]+\}\w*)"', code)]
    assert [name for name in QUERIES if name not in asked and not any(re.fullmatch(each, name) for each in made)] == []


@pytest.fixture(scope="module")
def connection(server: str, template: str) -> Iterator[psycopg.Connection]:
    url = db.create_database(server, "of_queries", template=template)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
    db.drop_database(server, "of_queries")


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_the_database_understands_the_query(name: str, connection: psycopg.Connection) -> None:
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        return "%" if found[0] == "%%" else f"${numbers.setdefault(found[1], len(numbers) + 1)}"

    text = re.sub(r"%%|%\((\w+)\)s", numbered, QUERIES[name])
    assert "%(" not in text
    said = connection.pgconn.prepare(b"", text.encode()).error_message.decode()
    # A parameter whose type nothing says gets the one of the value that is passed.
    assert not said or "could not determine data type of parameter" in said, said
