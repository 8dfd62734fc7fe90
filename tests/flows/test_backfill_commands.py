"""The commands of backfill: what is wrong use is said before anything is begun, and the list says what is at work."""

import pytest
from backfills import NOW, context, jsonl
from typer.testing import CliRunner

from flows.backfill import cursor, run
from flows.backfill.shapes import Archive
from flows.cli import app
from schemas.errors import UsageError

WRONG = [
    ("a first day that is none", ("--since", "yesterday-ish"), "--since yesterday-ish: not a date"),
    ("a last day that is none", ("--until", "2024-02-30"), "--until 2024-02-30: not a date"),
    ("a thirteenth month", ("--until", "2024-13"), "--until 2024-13: not a date"),
    ("the last year there is", ("--until", "9999"), "--until 9999: not a date"),
    (
        "the first day after the last",
        ("--since", "2024-03", "--until", "2024-02"),
        "--since 2024-03 lies after --until 2024-02",
    ),
    ("a language in words", ("--language", "english"), "--language english: not a language"),
    ("an address as a host", ("--host", "https://paper.example/news"), "not a name of a host"),
    ("a runner that is none", ("--runner", "spark", "127.0.0.1:1"), "--runner spark: there is no such runner"),
]


@pytest.mark.parametrize(("words", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_wrong_use_is_one_line_that_names_it_and_the_mend(tmp_path, words, said):
    done = CliRunner().invoke(app, ["backfill", "jsonl", str(jsonl(tmp_path / "a.jsonl", [1])), *words])
    assert isinstance(done.exception, UsageError), done.output
    assert said in done.exception.message
    assert done.exception.mend


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "127.0.0.1:port", ""])
def test_a_runner_without_an_address_is_wrong_use(tmp_path, address, monkeypatch):
    monkeypatch.setattr("flows.backfill.runner.find_spec", lambda _: True)
    words = ["backfill", "jsonl", str(jsonl(tmp_path / "a.jsonl", [1])), "--runner", "dask", address]
    found = CliRunner().invoke(app, words).exception
    assert isinstance(found, UsageError)
    assert "not an address" in found.message


def test_the_list_tells_one_that_nobody_is_at_work_on_and_how_it_goes_on(database, database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("FIGUREWATCH_DATABASE_URL", database_url)
    opened = context(database)
    number, _ = run.begin(opened, Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", [1])),)), NOW)
    with cursor.worker(database, number):
        done = CliRunner().invoke(app, ["backfill", "list"])
        assert "running" in done.output, done.output
        assert "resume" not in done.output
    done = CliRunner().invoke(app, ["backfill", "list"])
    assert "interrupted" in done.output
    assert f"backfill resume {number}" in done.output
