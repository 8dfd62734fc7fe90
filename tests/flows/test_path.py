"""The path, from a feed to the outbox: what each situation comes to in the rows.

Real Postgres, real HTTP on loopback, the real analysis; Prefect only where it is what is tested (test_service.py).
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from newsroom import Answer, Newsroom, article_page, feed, item, page

from flows import alerts, archive, articles, db, fetch, outbox, pipeline, series, sources
from flows.analyser import Failed
from flows.archive import Document
from flows.db import Database
from flows.http import client_of
from flows.pipeline import Desk
from flows.settings import FetchSettings, Settings
from schemas.errors import DiskFull
from schemas.records import Rule

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPEN = FetchSettings(spacing_seconds=0, allow_hosts=("127.0.0.1",), timeout_seconds=5)
ANY_REST = timedelta(days=10_000)  #: hosts rest by the real clock, which is no part of these tests
DESK = Desk(threshold=Decimal("0.10"), rules=(Rule(name="every shift", channels=("desk",)),))

FIRST = (
    "ARDEN, March 2 (Tidewater) - Some 6,700 containers of ammunition have been shipped from Port Larn to Vessia since"
    " August, the defence ministry of Arden said on Monday.\n\n"
    "The ministry said the cargo left the port aboard four freighters that sail under the Vessian flag.\n\n"
    '"They load at night and switch their transponders off," the spokeswoman, Ines Halloran, told reporters in Arden.\n\n'
    "The freighters unload at the naval base of Kolm, from where trains take the containers to depots near the front.\n\n"
    "Vessia has denied that it buys weapons abroad, and its embassy in Arden did not answer questions."
)
SECOND = FIRST.replace("6,700", "10,000")
UNRELATED = (
    "The harvest of early apples in the Osk valley began on Tuesday under a clear sky, a week later than in other years.\n\n"
    "Growers said that the frost of April had spared most of the orchards and that the fruit was sweet.\n\n"
    "The cooperative of the valley will open its presses at the end of the week, and visitors are welcome to watch."
)


def document(text, *, path, at=NOON, outlet="Tidewater", title="Containers of ammunition shipped to Vessia"):
    return Document(url=f"https://{outlet.lower()}.example/{path}", title=title, outlet=outlet, published_at=at, text=text)


def read(database, analyser, *documents, desk=DESK, history=False):
    """Store documents as if they had just been fetched, and run the rest of the path; counts by outcome."""
    done = Counter()
    for each in documents:
        now = each.published_at or NOON
        with database.transaction() as tx:
            archive.store(tx, each, now, history=history)
        done += pipeline.analyse_due(database, analyser, desk, now, 100)
    return done


def rows(database, query, **values):
    with database.transaction() as tx:
        return tx.all(query, **values)


def shifts(database):
    return [(int(row["from"]), int(row["to"]), row["kind"]) for row in rows(database, "series.export_shifts")]


def told(database):
    return len(rows(database, "alerts.list", open_only=False, limit=100))


def poll(database, newsroom, path="/feed.xml", now=NOON):
    """One poll of a source at a path, then fetches of all that is due; how the poll ended."""
    settings = Settings.model_validate(
        {"sources": [{"url": newsroom.url + path, "outlet": "Tidewater"}], "fetch": OPEN.model_dump()}
    )

    async def go():
        with database.transaction() as tx:
            sources.keep(tx, settings, now)
        async with client_of(OPEN) as client:
            polled = await sources.poll_all(database, client, settings, now, 10)
            await fetch.fetch_all(database, client, OPEN, now, 100)
        return polled

    return asyncio.run(go())


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        yield opened


class TestSources:
    """Polling: what a source lists, and what it does not."""

    def test_entries_of_a_feed_are_fetched_and_kept_as_bytes(self, database, newsroom):
        newsroom.put("/feed.xml", feed([item(newsroom.url + "/story", "Containers")]))
        newsroom.put("/story", page(article_page("Containers", FIRST.split("\n\n"))))
        [polled] = poll(database, newsroom)
        assert (polled.outcome, polled.listed, polled.new) == ("fetched", 1, 1)
        with database.transaction() as tx:
            [stored] = articles.lease(tx, NOON, 10)
        assert "6,700 containers" in articles.page(stored).html

    def test_polling_again_changes_nothing(self, database, newsroom):
        newsroom.put("/feed.xml", feed([item(newsroom.url + "/story", "Containers")]))
        newsroom.put("/story", page(article_page("Containers", FIRST.split("\n\n"))))
        poll(database, newsroom)
        [again] = poll(database, newsroom, now=NOON + timedelta(hours=1))
        assert (again.outcome, again.new) == ("not_modified", 0)
        assert newsroom.asked("/story") == 1

    def test_html_where_a_feed_was_is_an_outcome_and_the_source_is_asked_less_often(self, database, newsroom):
        newsroom.put("/feed.xml", page("<html><body><h1>We have moved</h1></body></html>"))
        [polled] = poll(database, newsroom)
        assert polled.outcome == "not_a_feed"
        assert "page" in polled.detail.lower()
        [source] = rows(database, "sources.all")
        assert NOON + timedelta(minutes=30) <= source["due_at"] <= NOON + timedelta(minutes=35)

    def test_an_unreachable_source_stays_a_source(self, database, newsroom):
        newsroom.put("/feed.xml", lambda asked: Answer(status=500))
        [polled] = poll(database, newsroom)
        assert (polled.outcome, polled.detail) == ("http_error", "status 500")
        assert [source["state"] for source in rows(database, "sources.all")] == ["active"]

    def test_what_robots_txt_disallows_is_quarantined_and_never_asked_for(self, database, newsroom):
        newsroom.put("/robots.txt", lambda asked: Answer(body=b"User-agent: *\nDisallow: /private\n"))
        newsroom.put("/feed.xml", feed([item(newsroom.url + "/private/story", "Containers")]))
        poll(database, newsroom)
        [kept] = rows(database, "articles.quarantined", limit=9)
        assert (kept["stage"], kept["outcome"], kept["detail"]) == ("fetch", "refused", "robots.txt does not allow it")
        assert newsroom.asked("/private/story") == 0

    def test_a_page_that_is_gone_is_quarantined(self, database, newsroom):
        newsroom.put("/feed.xml", feed([item(newsroom.url + "/gone", "A")]))
        poll(database, newsroom)
        assert [row["item"] for row in rows(database, "articles.quarantined", limit=9)] == [newsroom.url + "/gone"]

    def test_a_page_that_a_busy_host_refuses_is_due_when_the_host_says(self, database, newsroom):
        newsroom.put("/feed.xml", feed([item(newsroom.url + "/busy", "B")]))
        newsroom.put("/busy", lambda asked: Answer(status=503, headers={"Retry-After": "3600"}))
        poll(database, newsroom)
        assert rows(database, "articles.quarantined", limit=9) == []
        assert rows(database, "fetch.waiting", longest=ANY_REST, until=NOON + timedelta(minutes=59)) == [{"first": None}]
        assert rows(database, "fetch.waiting", longest=ANY_REST, until=NOON + timedelta(minutes=61)) == [
            {"first": NOON + timedelta(hours=1)}
        ]


class TestArticles:
    """Every page ends in one outcome."""

    @pytest.mark.parametrize(
        ("case", "html", "outcome"),
        [
            ("a page with hardly any text", "<html><body><p>Log in to read on.</p></body></html>", "no_text"),
            ("an empty page", "<html></html>", "no_text"),
        ],
    )
    def test_pages_without_an_article(self, database, analyser, case, html, outcome):
        done = read(database, analyser, Document(url="https://tidewater.example/x", published_at=NOON, html=html))
        assert done == {f"articles {outcome}": 1}
        assert rows(database, "articles.export", seeds=True) == []

    def test_a_clock_on_the_page_is_no_revision(self, database, analyser):
        first, second = (f"Updated {minutes} minutes ago\n\n{FIRST}" for minutes in (5, 25))
        read(database, analyser, document(first, path="a"))
        assert read(database, analyser, document(second, path="a", at=NOON + timedelta(minutes=20))) == {
            "articles unchanged": 1
        }
        assert [row["revision"] for row in rows(database, "articles.export", seeds=False)] == [1]

    def test_a_page_that_changes_all_the_time_has_revisions_only_for_figures(self, database, analyser, monkeypatch):
        monkeypatch.setattr(articles, "MOST_REVISIONS", 2)
        ticker = [
            f"{FIRST}\n\nThe ticker of the day is brought to you by the harbour of {name}." for name in ("Osk", "Kolm", "Larn")
        ]
        for hours, text in enumerate([*ticker, ticker[0].replace("6,700", "10,000")]):
            read(database, analyser, document(text, path="a", at=NOON + timedelta(hours=hours)))
        assert [row["revision"] for row in rows(database, "articles.export", seeds=False)] == [1, 2, 3]
        assert shifts(database) == [(6700, 10000, "correction")]

    def test_another_language_is_stored_and_its_figures_are_left_out(self, database, analyser):
        korean = "국방부는 월요일 8월 이후 탄약 컨테이너 6,700개가 라른 항구에서 출하되었다고 밝혔다. " * 6
        done = read(database, analyser, document(korean, path="ko", title="탄약 컨테이너"))
        assert done["articles stored"] == 1
        [stored] = rows(database, "articles.export", seeds=False)
        assert (stored["language"], stored["figures_outcome"]) == ("ko", "other_language")
        assert rows(database, "figures.export", seeds=False) == []

    def test_a_date_in_the_future_counts_as_the_time_of_fetching(self, database, analyser):
        early = document(FIRST, path="a", at=NOON + timedelta(days=400))
        with database.transaction() as tx:
            archive.store(tx, early, NOON, history=False)
        pipeline.analyse_due(database, analyser, DESK, NOON, 100)
        [stored] = rows(database, "articles.export", seeds=False)
        assert stored["as_of"] == NOON
        assert stored["published_at"] == NOON + timedelta(days=400)

    def test_an_observation_keeps_how_its_sentence_tells_its_number(self, database, analyser):
        moved = "The number of containers shipped from Port Larn has now risen to 9,000, the defence ministry of Arden said."
        read(database, analyser, document(f"{moved}\n\n{UNRELATED}", path="a"))
        with database.transaction() as tx:
            kept = [row["cues"] for row in tx._connection.execute("SELECT cues FROM observation ORDER BY id")]
        assert kept[0] == ["moved to", "now", "moves"]

    def test_reading_again_changes_nothing(self, database, analyser):
        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
        before = {
            name: rows(database, name) for name in ("series.export_observations", "series.export_shifts", "alerts.export")
        }
        again = read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
        assert again == {}
        assert before == {name: rows(database, name) for name in before}

    def test_a_page_that_breaks_its_analysis_is_tried_again_then_quarantined_and_the_batch_goes_on(self, database, analyser):
        with database.transaction() as tx:
            archive.store(tx, document(FIRST, path="poison"), NOON, history=False)
            archive.store(tx, document(UNRELATED, path="good"), NOON, history=False)
            batch = articles.lease(tx, NOON, 10)
        results = [
            Failed("the worker process died on this page")
            if "poison" in row["url"]
            else next(analyser.results([articles.page(row)]))
            for row in batch
        ]
        assert pipeline.record_all(database, batch, results, DESK, NOON)["articles stored"] == 1
        with database.transaction() as tx:
            [left] = articles.lease(tx, NOON, 10)
        pipeline.record_all(database, [left], [Failed("again")], DESK, NOON)
        [kept] = rows(database, "articles.quarantined", limit=9)
        assert (kept["stage"], kept["outcome"], kept["detail"]) == ("articles", "failed", "again")

    def test_a_page_that_breaks_the_linking_is_an_outcome_of_that_page_alone(self, database, analyser, monkeypatch):
        place = series.link.place

        def broken(mentions, candidates, *, fixed):
            if any("containers" in mention.label for mention in mentions):
                raise ValueError("vectors of two lengths")
            return place(mentions, candidates, fixed=fixed)

        monkeypatch.setattr(series.link, "place", broken)
        done = read(database, analyser, document(FIRST, path="bad"), document(UNRELATED, path="good", title="Apples"))
        assert (done["articles failed"], done["articles stored"]) == (2, 1)  # it is tried again, and then no more
        assert len(rows(database, "articles.export", seeds=False)) == 1

    def test_a_full_disk_stops_the_pass_and_loses_nothing(self, database, analyser, execute):
        execute(
            "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
        execute("CREATE TRIGGER no_space BEFORE INSERT ON figure FOR EACH ROW EXECUTE FUNCTION no_space()")
        with pytest.raises(DiskFull, match="no space left"):
            read(database, analyser, document(FIRST, path="a"))
        assert rows(database, "articles.export", seeds=False) == []
        execute("DROP TRIGGER no_space ON figure")
        assert pipeline.analyse_due(database, analyser, DESK, NOON, 10)["articles stored"] == 1


class TestCopiesAndShifts:
    """No shift is lost to a copy, and none comes from one."""

    def test_one_changed_number_in_a_wire_story_is_an_update_and_a_shift(self, database, analyser):
        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
        assert [row["relation"] for row in rows(database, "articles.export", seeds=False)] == ["original", "update"]
        assert shifts(database) == [(6700, 10000, "increase")]
        assert told(database) == 1

    def test_copies_tell_nothing_however_many_and_however_late(self, database, analyser):
        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
        copies = [document(FIRST, path=f"c{n}", outlet=f"Paper{n}", at=NOON + timedelta(days=2, hours=n)) for n in range(5)]
        done = read(database, analyser, *copies)
        assert done["copies duplicate"] == 5
        assert shifts(database) == [(6700, 10000, "increase")]
        assert told(database) == 1

    def test_the_publishers_own_edit_is_a_correction(self, database, analyser):
        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="a", at=NOON + timedelta(hours=5)))
        assert [row["revision"] for row in rows(database, "articles.export", seeds=False)] == [1, 2]
        assert shifts(database) == [(6700, 10000, "correction")]

    def test_history_takes_its_place_and_wakes_nobody(self, database, analyser):
        read(
            database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)), history=True
        )
        assert shifts(database) == [(6700, 10000, "increase")]
        assert told(database) == 0


class TestAlerts:
    """The outbox: each alert to each channel once."""

    SETTINGS = Settings.model_validate({"channels": {"desk": "json://127.0.0.1:9"}})

    def deliveries(self, database):
        return [(row["channel"], row["state"]) for row in rows(database, "alerts.export")]

    def test_an_alert_is_delivered_once_with_its_receipt(self, database, analyser):
        from flows.receivers import SlackReceiver

        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
        with SlackReceiver() as slack:
            settings = Settings.model_validate({"channels": {"desk": slack.url()}})
            later = NOON + timedelta(days=2)
            assert alerts.deliver(database, settings, later) == {"sent": 1}
            assert alerts.deliver(database, settings, later) == {}
        [payload] = slack.payloads
        for part in ("6,700", "10,000", "defence ministry of Arden", "Tidewater"):
            assert part in str(payload)

    def test_what_is_sent_rests_on_nothing_that_the_server_could_still_lose(self, database_url, analyser, execute):
        # Recording does not wait for the disk, and what follows does; the tests' own server waits for nothing otherwise.
        name = db.conninfo_to_dict(database_url)["dbname"]
        execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO on')
        on_disk = []
        with db.connect(database_url, autocommit=True) as beside, Database(database_url) as database:
            read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
            recorded = beside.execute("SELECT pg_current_wal_insert_lsn() AS at").fetchone()["at"]

            def look(step):
                if step == "leased":
                    row = beside.execute("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn AS is_there", [recorded]).fetchone()
                    on_disk.append(row["is_there"])

            alerts.deliver(database, self.SETTINGS, NOON + timedelta(days=2), step=look)
        assert on_disk == [True]

    def test_a_dead_channel_is_tried_ever_more_rarely_and_then_no_more(self, database, analyser):
        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)))
        now, tries = NOON + timedelta(days=1), 0
        while self.deliveries(database) == [("desk", "pending")]:
            tries += sum(alerts.deliver(database, self.SETTINGS, now).values())
            now += timedelta(hours=12)
        assert self.deliveries(database) == [("desk", "dead")]
        assert tries == outbox.MOST_TRIES
        [retried] = rows(database, "outbox.retry", now=now, channel=None)
        assert retried["id"]

    def test_only_shifts_that_match_a_rule_are_told(self, database, analyser):
        picky = Desk(threshold=Decimal("0.10"), rules=(Rule(name="oil", channels=("desk",), words=(("barrel",),)),))
        read(database, analyser, document(FIRST, path="a"), document(SECOND, path="b", at=NOON + timedelta(days=1)), desk=picky)
        assert len(shifts(database)) == 1
        assert told(database) == 0
