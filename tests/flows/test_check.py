"""Why is nothing coming? Every cause has its own line."""
# ruff: noqa: E501 - the rows of a table read best whole

from datetime import UTC, datetime, timedelta

import pytest
from newsroom import Newsroom, feed, item, page

from flows import doctor
from flows.check import POLLS, verdict
from flows.settings import Settings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def poll(outcome="fetched", listed=30, new=0):
    return {"outcome": outcome, "listed": listed, "new": new}


def entries(**counts):
    """fetched_done=3: three entries, state done, whose last try ended as fetched."""
    return [
        {"outcome": name.rpartition("_")[0], "state": name.rpartition("_")[2], "entries": count}
        for name, count in counts.items()
    ]


WELL = {
    "state": "active", "last_polled_at": NOON - HOUR, "last_new_at": NOON - HOUR, "due_at": NOON + HOUR, "failures": 0,
    "trust": 1.0, "not_modified": 9, "last_detail": "", "last_outcome": "fetched", "notices": [], "host": {"rests": False}, "polls": [poll(new=3), poll(), poll()],
    "entries": entries(fetched_done=30), "quarantined": [], "pages": [{"outcome": "stored", "pages": 28}],
}  # fmt: skip
RESTS = {"rests": True, "free_at": NOON + 2 * HOUR, "reason": "status 429, 1 in a row"}
ROBOTS = {"detail": "robots.txt does not allow it"}


@pytest.mark.parametrize(
    ("case", "differs", "said"),
    [
        ("nothing is", {}, "well; the last new entry was found 2026-03-02 11:00"),
        ("paused", {"state": "paused"}, "paused by hand: figurewatch sources resume"),
        ("retired", {"state": "retired", "notices": [{"kind": "retired", "text": "is gone for good (410)"}]}, "retired: is gone for good (410)"),
        ("dropped", {"state": "dropped"}, "no longer in the settings: not polled"),
        ("never polled", {"last_polled_at": None}, "not polled yet: the next pass does"),
        ("never polled, for its host rests", {"last_polled_at": None, "host": RESTS}, "not polled yet: its host rests until 2026-03-02 14:00"),
        ("it fails", {"failures": 3, "last_detail": "status 500"},
         "the last 3 polls failed: status 500; it is polled again 2026-03-02 13:00"),
        ("it fails and its host rests", {"failures": 1, "last_detail": "status 429", "host": RESTS},
         "the last poll failed: status 429; its host rests until 2026-03-02 14:00"),
        ("its host rests for another's sake", {"host": RESTS}, "its host rests until 2026-03-02 14:00: status 429, 1 in a row"),
        ("nobody polls", {"due_at": NOON - 5 * HOUR},
         "it is due since 2026-03-02 07:00, and no pass came: is figurewatch serve running?"),
        ("robots.txt", {"entries": entries(refused_quarantined=12, fetched_done=1), "quarantined": [ROBOTS, ROBOTS]},
         "it lists entries, and robots.txt keeps us from 12 of their pages"),
        ("pages cannot be had", {"entries": entries(http_error_quarantined=12), "quarantined": [{"detail": "status 403"}, ROBOTS]},
         "it lists entries, and 12 pages could not be fetched: status 403"),
        ("one page cannot be had", {"entries": entries(http_error_quarantined=1), "quarantined": [{"detail": "status 404"}]},
         "it lists entries, and 1 page could not be fetched: status 404"),
        ("for subscribers", {"pages": [{"outcome": "paywall", "pages": 9}, {"outcome": "listing", "pages": 2}]},
         "its pages are fetched, and of late none was an article: 9 paywall, 2 listing"),
        ("some are for subscribers", {"pages": [{"outcome": "paywall", "pages": 9}, {"outcome": "stored", "pages": 2}]},
         "well; the last new entry was found 2026-03-02 11:00"),
        ("304s only", {"polls": [poll("not_modified", 0)] * POLLS},
         "well, but nothing new since 2026-03-02 11:00: it says that nothing has changed, in 8 or more polls; one such answer in 8 is checked"),
        ("304s, of which one was false", {"polls": [poll("not_modified", 0)] * 4, "trust": 0.5},
         "well, but nothing new since 2026-03-02 11:00: it says that nothing has changed, in 4 polls; one such answer in 2 is checked"),
        ("the same bytes, without a 304", {"polls": [poll("not_modified", 0)] * 4, "not_modified": 0},
         "well, but nothing new since 2026-03-02 11:00: the same document came, in 4 polls"),
        ("the same bytes, for its 304s are not believed", {"polls": [poll("not_modified", 0)] * 4, "trust": 0.25},
         "well, but nothing new since 2026-03-02 11:00: the same document came, in 4 polls"),
        ("all is known", {"polls": [poll()] * 5},
         "well, but nothing new since 2026-03-02 11:00: all that it lists is known already, in 5 polls"),
        ("it is empty", {"polls": [poll(listed=0)] * 5, "last_new_at": None}, "well, but nothing new: it lists nothing, in 5 polls"),
        ("silent", {"polls": [poll()] * 5, "notices": [{"kind": "silent", "over_at": None}]},
         "silent: nothing new since 2026-03-02 11:00, which is longer than usual; all that it lists is known already, in 5 polls"),
        ("it never listed anything", {"entries": [], "pages": [], "polls": [poll(listed=0)]}, "it answers, and lists nothing"),
        ("pages wait", {"entries": entries(waiting_due=3, fetched_done=9)}, "well; 3 pages wait for their turn"),
    ],
)  # fmt: skip
def test_the_verdict(case, differs, said):
    assert verdict(WELL | differs, NOON) == said


@pytest.mark.parametrize(
    ("case", "body", "said"),
    [
        (
            "an index",
            "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/b.xml</loc></sitemap></sitemapindex>",
            "2 sitemaps",
        ),
        ("pages", "<urlset><url><loc>/a</loc></url></urlset>", "1 entry"),
        ("nothing", "<urlset></urlset>", "0 entries"),
    ],
)
async def test_doctor_counts_what_a_sitemap_lists(database_url, case, body, said):
    with Newsroom() as newsroom:
        source = {"url": newsroom.put("/sitemap.xml", page(body, "application/xml")), "kind": "sitemap"}
        named = {"database_url": database_url, "sources": [source]}
        settings = Settings.model_validate(named | {"fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"]}})
        [check] = await doctor._sources(settings)
    assert (check.good, check.detail) == (True, said)


async def test_doctor_asks_sources_when_it_is_our_turn_and_its_requests_stand_in_the_ledger(database, database_url, execute):
    with Newsroom() as newsroom:
        newsroom.put("/feed.xml", feed([item("/a", "A")]))
        named = {"database_url": database_url, "sources": [{"url": newsroom.url + "/feed.xml", "outlet": "Tidewater"}]}
        settings = Settings.model_validate(named | {"fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"]}})
        [good] = await doctor._sources(settings)
        execute("UPDATE host SET free_at = now() + interval '3 hours'")
        [rests] = await doctor._sources(settings)
        with database.transaction() as tx:
            [day] = tx.all("fetch.ledger", host=newsroom.host, limit=1)
    assert (good.good, good.detail, day["requests"]) == (True, "1 entry", 2)
    assert (rests.good, rests.what) == (False, "source Tidewater")
    assert "may not be asked for another 3 hours" in rests.detail
