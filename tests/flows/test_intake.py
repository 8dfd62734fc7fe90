"""Intake in a process of its own: what it leaves is what this process would leave, also where nobody waits for it any more."""

import asyncio
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from datetime import UTC, datetime

import pytest
from newsroom import Newsroom, article_page, feed, item, page, slow

from flows import articles, clock, passes, sources
from flows.db import Database, Presence
from flows.intake import Aside, fetch_due, poll_due
from flows.settings import Settings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        opened.put("/feed.xml", feed([item(opened.url + f"/{n}", f"Story {n}") for n in range(3)]))
        for n in range(2):  # the third is not there
            opened.put(f"/{n}", page(article_page(f"Story {n}", [f"The port counted {n + 20} ships on Monday."])))
        yield opened


def settings_of(newsroom: Newsroom) -> Settings:
    return Settings.model_validate(
        {
            "sources": [{"url": newsroom.url + "/feed.xml", "outlet": "Tidewater"}],
            "fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"], "timeout_seconds": 20},
        }
    )


async def request(newsroom: Newsroom, path: str) -> None:
    """Wait until it has been asked for the path."""
    while not newsroom.asked(path):
        await asyncio.sleep(0.02)


def test_it_leaves_what_this_process_would(database: Database, newsroom: Newsroom) -> None:
    settings = settings_of(newsroom)
    with database.transaction() as tx:
        sources.keep(tx, settings, NOON)
    clock.taken()
    with closing(Aside(database, settings)) as aside:

        async def go():
            return [await aside(work, NOON) for work in (poll_due, fetch_due, fetch_due)]

        polled, fetched, nothing = asyncio.run(go())
    assert polled == {"sources fetched": 1, "sources new entries": 3}
    assert fetched == {"fetch fetched": 2, "fetch http_error": 1}
    assert nothing == {}
    assert clock.taken().keys() == {"sources", "fetch"}, "its seconds count here"
    with database.transaction() as tx:
        pages = [articles.page(row).html for row in articles.lease(tx, NOON, 10)]
    assert ["20 ships" in html or "21 ships" in html for html in pages] == [True, True]


def test_where_the_process_is_killed_the_next_batch_has_another(database: Database, newsroom: Newsroom) -> None:
    settings = settings_of(newsroom)
    with database.transaction() as tx:
        sources.keep(tx, settings, NOON)
    newsroom.put("/feed.xml", slow(b"a byte a minute", 60))
    with closing(Aside(database, settings)) as aside:

        async def killed():
            under_way = asyncio.create_task(aside(poll_due, NOON))
            await request(newsroom, "/feed.xml")
            [process] = aside._pool._processes.values()
            process.kill()
            await under_way

        with pytest.raises(BrokenProcessPool):
            asyncio.run(killed())
        assert asyncio.run(aside(fetch_due, NOON)) == {}


def test_a_batch_that_nobody_waits_for_ends_and_what_it_leased_is_this_process_s_to_give_back(
    database_url: str, newsroom: Newsroom
) -> None:
    settings = settings_of(newsroom)
    with closing(Presence(database_url)) as presence, Database(database_url, process=presence.process) as database:
        with database.transaction() as tx:
            sources.keep(tx, settings, NOON)
        asyncio.run(poll_due(database, settings, NOON))
        newsroom.put("/0", slow(b"a byte a minute", 60))
        with closing(Aside(database, settings)) as aside:

            async def go():
                under_way = asyncio.create_task(aside(fetch_due, NOON))
                await request(newsroom, "/0")
                under_way.cancel()
                await asyncio.gather(under_way, return_exceptions=True)

            asyncio.run(go())
        with database.transaction() as tx:
            assert passes.free(tx, mine=presence.process, only="entries") >= 1
            due = passes.due(tx, NOON)
    assert due["fetch"]
