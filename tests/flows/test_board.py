"""The console of a service: a line for a pass that brought something, and what is next."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from flows import passes, sources
from flows.board import LOOK_SECONDS, QUIET, Board
from flows.db import Database
from flows.settings import Settings

SETTINGS = Settings.model_validate({"sources": [{"url": "https://desk:hunter2@paper.example/feed.xml", "outlet": "Paper"}]})


@pytest.fixture
def said(database: Database, database_url: str) -> Callable[..., list[str]]:
    """Ends a pass and gives the lines that stand on the console by then, without their times."""
    text = StringIO()
    board = Board(database_url, Console(file=text, width=200))
    now = datetime.now(UTC)

    def ended(outcome: str = "done", detail: str = "", seconds: float = LOOK_SECONDS, **done: int) -> list[str]:
        nonlocal now
        began, now = now, now + timedelta(seconds=seconds)
        with database.transaction() as tx:
            counts = {key.replace("_", " ", 1): number for key, number in done.items()}
            passes.end(tx, passes.begin(tx, None, began), outcome, counts, now, detail)
        board.look(now)
        return [line.partition(" ")[2] for line in text.getvalue().splitlines()]

    return ended


def test_without_a_source_it_says_what_is_missing(said) -> None:
    assert said() == ["pass in 2.0 s: nothing is polled: figurewatch sources add ADDRESS"]


def test_a_pass_that_brought_something_is_a_line_and_one_that_did_not_is_none(database: Database, said) -> None:
    with database.transaction() as tx:
        sources.keep(tx, SETTINGS, datetime.now(UTC))
    first = "pass in 2.0 s: sources 1 fetched, 2 new entries; articles 2 stored"
    assert said(sources_fetched=1, sources_new_entries=2, articles_stored=2) == [first]
    assert said(sources_not_modified=1) == [first]
    assert said(seconds=QUIET.total_seconds()) == [first, "2 passes brought nothing new"]


def test_a_pass_that_failed_is_told_with_its_reason(said) -> None:
    assert said("failed", "DiskFull: no space left\nand a traceback") == ["pass failed after 2.0 s: DiskFull: no space left"]
