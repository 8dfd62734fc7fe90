"""The demonstration's newsroom, moment by moment through the real path: what each piece is, and what a reader is told.

Sources, fetches, analysis and Postgres are real; Prefect is left out, which test_service.py has. What should be told
stands with the texts, in flows/bundle/newsroom/newsroom.toml.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from flows import alerts, db, fetch, pipeline, seeds, sources
from flows.context import Context
from flows.db import Database
from flows.demo import FIRST_DAY, SETTINGS
from flows.http import client_of
from flows.newsroom import Newsroom, load
from flows.pipeline import Desk
from flows.settings import Settings

OUTLETS, PIECES, TOLD = load(FIRST_DAY)

#: How the pieces of the newsroom are called by the watch.
RELATIONS = {
    "original": "original",
    "independent": "original",
    "verbatim": "duplicate",
    "light-edit": "duplicate",
    "excerpt": "duplicate",
    "spun": "duplicate",
    "update": "update",
}


@dataclass(frozen=True)
class Watched:
    """Six days of the newsroom, as the watch has them."""

    relations: dict[tuple[str, int], str]  #: of each version of each piece
    duplicate_of: dict[str, str]  #: piece -> piece
    shifts: list[dict[str, Any]]
    passes: dict[datetime, Counter]


@pytest.fixture(scope="module")
def watched(server, template, analyser):
    """One run for all tests here: it takes some seconds."""
    import tomllib

    url = db.create_database(server, "test_demo", template=template)
    try:
        with Database(url) as database, Newsroom(FIRST_DAY) as newsroom:
            raw = tomllib.loads(SETTINGS.format(folder="/nowhere", slack="json://127.0.0.1", mail="json://127.0.0.1"))
            raw["sources"] = [{"outlet": feed.outlet, "url": feed.url, "every_minutes": 1} for feed in newsroom.feeds()]
            settings = Settings.model_validate(raw)
            desk = Desk(threshold=settings.threshold, rules=alerts.rules_of(settings), deliver=False)
            opened = Context(settings, database, analyser, desk)
            passes = {}
            for moment in newsroom.moments():
                newsroom.set_time(moment)
                with database.transaction() as tx:
                    sources.keep(tx, settings, moment)
                seeds.keep(opened, moment)
                asyncio.run(_poll_and_fetch(database, settings, moment))
                passes[moment] = pipeline.analyse_due(database, analyser, desk, moment, 100)
            pieces = {newsroom.page_url(piece): piece for piece in newsroom.pieces}
            with database.transaction() as tx:
                articles = tx.all("articles.export", seeds=False)
                shifts = tx.all("series.export_shifts")
        yield Watched(
            relations={(pieces[row["url"]].id, row["revision"]): row["relation"] for row in articles},
            duplicate_of={
                pieces[row["url"]].id: pieces[row["duplicate_of"]].id for row in articles if row["duplicate_of"] in pieces
            },
            shifts=[row | {"piece": pieces[row["url"]].id} for row in shifts],
            passes=passes,
        )
    finally:
        db.drop_database(server, "test_demo")


async def _poll_and_fetch(database, settings, moment):
    async with client_of(settings.fetch) as client:
        polled = await sources.poll_all(database, client, settings, moment, 50)
        assert {one.outcome for one in polled} <= {"fetched", "not_modified"}
        done = await fetch.fetch_all(database, client, settings.fetch, moment, 100)
    assert [one.outcome for one in done] == ["fetched"] * len(done)


def seen(watched):
    return {(row["piece"], int(row["from"]), int(row["to"]), row["kind"]) for row in watched.shifts}


def test_every_piece_and_every_edit_of_one_is_stored_once(watched):
    assert set(watched.relations) == {(piece.id, number) for piece in PIECES for number in range(1, len(piece.versions) + 1)}


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: f"{piece.id} is {piece.relation}")
def test_each_piece_is_what_a_reader_would_call_it(watched, piece):
    assert watched.relations[piece.id, 1] == RELATIONS[piece.relation]


@pytest.mark.parametrize(
    "piece",
    [piece for piece in PIECES if piece.copy_of and RELATIONS[piece.relation] == "duplicate"],
    ids=lambda piece: f"{piece.id} of {piece.copy_of}",
)
def test_a_copy_names_a_text_of_the_same_cluster(watched, piece):
    origin = {one.id: one.copy_of or one.id for one in PIECES}
    assert origin[watched.duplicate_of[piece.id]] == origin[piece.id]


@pytest.mark.parametrize(
    "told", [pytest.param(one, id=f"{one.what}: {one.from_number} to {one.to_number}, {one.kind}") for one in TOLD]
)
def test_what_a_reader_should_be_told_is_told(watched, told):
    assert (told.piece, told.from_number, told.to_number, told.kind) in seen(watched)


def test_nothing_else_is_told(watched):
    expected = {(one.piece, one.from_number, one.to_number, one.kind) for one in TOLD}
    assert seen(watched) - expected == set()


def test_a_copy_tells_nothing_however_late_it_comes(watched):
    copies = {piece.id for piece in PIECES if RELATIONS[piece.relation] == "duplicate"}
    assert copies & {row["piece"] for row in watched.shifts} == set()


def test_nothing_is_told_twice(watched):
    assert [pair for pair, count in Counter((row["piece"], row["to"]) for row in watched.shifts).items() if count > 1] == []


def test_a_receipt_is_headed_by_what_its_number_counts(watched):
    heads = {row["piece"]: row["label"].lower() for row in watched.shifts}
    assert "munitions" in heads["containers-update"]
    assert "oil" in heads["oil-more"]
    assert "wounded" in heads["wounded"]


def test_the_first_day_is_not_in_the_future():
    assert datetime.now(UTC) > FIRST_DAY
