"""Sources: what each situation at a publisher's comes to, in polls, entries, notices and the next due time."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from newsroom import (
    Answer,
    Newsroom,
    always_not_modified,
    article_page,
    fails,
    feed,
    item,
    page,
    redirects_to,
    rss,
    too_many_requests,
)

from extractors.article import schedule
from flows import fetch, gate, notices, sources
from flows.http import client_of
from flows.settings import FetchSettings, Settings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN = FetchSettings(spacing_seconds=0, allow_hosts=("127.0.0.1", "localhost"), timeout_seconds=5)


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        yield opened


class Desk:
    """Polls what the settings name, at any time."""

    def __init__(self, database, newsroom, execute):
        self.database, self.newsroom, self.execute = database, newsroom, execute
        self.now = NOON

    def poll(self, path="/feed.xml", *, kind="feed", after=HOUR, every=15, slept=timedelta(), **settings):
        """One poll, whether it is due or not, so long after it was due, and however its host rests; how it ended."""
        named = [{"url": self.newsroom.url + path, "outlet": "Tidewater", "kind": kind, "every_minutes": every}]
        settings = Settings.model_validate({"sources": named, "fetch": OPEN.model_dump()} | settings)
        self.now += after
        self.execute("UPDATE host SET free_at = '-infinity'")

        async def go():
            with self.database.transaction() as tx:
                sources.keep(tx, settings, self.now)
            self.execute(f"UPDATE source SET due_at = '{(self.now - slept).isoformat()}'")
            async with client_of(OPEN) as client:
                return await sources.poll_all(self.database, client, settings, self.now, 10)

        polled = asyncio.run(go())
        return polled[0] if polled else None

    def fetch(self, limit=100):
        async def go():
            async with client_of(OPEN) as client:
                return await fetch.fetch_all(self.database, client, OPEN, self.now, limit)

        return asyncio.run(go())

    def rows(self, query, **values):
        with self.database.transaction() as tx:
            return tx.all(query, **values)

    @property
    def source(self):
        [row] = self.rows("sources.all")
        return self.rows("sources.one", id=row["id"])[0]

    def notices(self):
        return [row["kind"] for row in reversed(self.rows("sources.notices", source_id=None, limit=100))]

    def waiting(self):
        return self.rows("fetch.lease_due", now=self.now, until=self.now, limit=1000, per_host=1000, longest=DAY)


@pytest.fixture
def desk(database, newsroom, execute):
    return Desk(database, newsroom, execute)


def items(newsroom, *names, **more):
    return [item(f"{newsroom.url}/{name}", f"Story {name}", **more) for name in names]


def plain(body, **headers):
    return page(body, "application/rss+xml", **headers)


class TestWhatIsNew:
    """An entry is known by its address; what changes around it is no news."""

    def test_new_entries_of_a_feed_are_new_once(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a", "b")))
        assert desk.poll().new == 2
        newsroom.put("/feed.xml", feed(items(newsroom, "c", "a", "b")))
        assert desk.poll().new == 1
        assert desk.poll().new == 0

    def test_a_feed_that_changes_all_its_ids_brings_nothing(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a", "b", guid="1")))
        desk.poll()
        newsroom.put("/feed.xml", feed(items(newsroom, "a", "b", guid="other")))
        assert desk.poll().new == 0

    def test_a_feed_that_stamps_its_items_anew_brings_nothing(self, desk, newsroom):
        for hour in range(3):
            newsroom.put("/feed.xml", feed(items(newsroom, "a", "b", published=NOON + hour * HOUR)))
            new = desk.poll().new
        assert new == 0

    def test_tracking_parameters_make_no_new_entry(self, desk, newsroom):
        newsroom.put("/feed.xml", feed([item(f"{newsroom.url}/a?utm_source=rss1", "A")]))
        desk.poll()
        newsroom.put("/feed.xml", feed([item(f"{newsroom.url}/a?utm_source=rss2&fbclid=x", "A")]))
        assert desk.poll().new == 0

    def test_another_title_is_a_change(self, desk, newsroom):
        newsroom.put("/feed.xml", feed([item(f"{newsroom.url}/a", "6,700 containers")]))
        desk.poll()
        newsroom.put("/feed.xml", feed([item(f"{newsroom.url}/a", "10,000 containers")]))
        assert desk.poll().new == 1

    def test_content_that_embeds_a_clock_is_fetched_again_24_times_and_no_more(self, desk, newsroom):
        changes = 0
        for minute in range(30):
            newsroom.put("/feed.xml", feed([item(f"{newsroom.url}/a", "A", content=f"It is {minute} past.")]))
            changes += desk.poll().new
        assert changes == 1 + sources.MOST_RELISTED

    def test_a_new_template_over_all_entries_is_no_news_but_a_new_headline_in_it_is(self, desk, newsroom):
        names = [f"s{n}" for n in range(20)]
        newsroom.put("/feed.xml", feed(items(newsroom, *names, content="text")))
        desk.poll()
        desk.fetch()
        changed = items(newsroom, *names, content="text and an advert")
        changed[3] = item(f"{newsroom.url}/s3", "The number was wrong", content="text and an advert")
        newsroom.put("/feed.xml", feed(changed))
        assert desk.poll().new == 1
        assert desk.poll().new == 0

    def test_the_same_address_twice_in_a_document_is_one_entry(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a", "a", "a")))
        assert (desk.poll().new, len(desk.waiting())) == (1, 1)


class TestConditions:
    """304s are believed as far as they deserve it."""

    def test_false_304s_are_found_out_and_end_the_conditions(self, desk, newsroom):
        stories = ["a"]

        def lying(asked):
            if "if-none-match" in asked.headers:
                return Answer(304)
            headers = {"ETag": '"always"', "Content-Type": "application/rss+xml"}
            return Answer(200, rss(items(newsroom, *stories)).encode(), headers)

        newsroom.put("/feed.xml", lying)
        desk.poll()
        found = 1
        for n in range(40):
            stories.insert(0, f"s{n}")
            found += desk.poll().new
        assert desk.source["trust"] < 0.5
        assert found == 41  # late, some of them, but none is lost

    def test_true_304s_are_believed_and_checked_now_and_then(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        outcomes = [desk.poll().outcome for _ in range(17)]
        assert set(outcomes[1:]) == {"not_modified"}
        assert desk.source["trust"] == 1
        assert newsroom.asked("/feed.xml") == 17 + 2

    def test_an_answer_of_304_that_nobody_asked_for_is_a_failure(self, desk, newsroom):
        newsroom.put("/feed.xml", always_not_modified())
        assert (desk.poll().outcome, desk.source["failures"]) == ("http_error", 1)

    def test_the_same_bytes_without_validators_are_not_read_again(self, desk, newsroom):
        newsroom.put("/feed.xml", plain(rss(items(newsroom, "a"))))
        desk.poll()
        assert desk.poll().outcome == "not_modified"

    def test_an_error_page_does_not_take_the_validators_place(self, desk, newsroom):
        good = feed(items(newsroom, "a"))
        newsroom.put("/feed.xml", good)
        desk.poll()
        etag = desk.source["etag"]
        newsroom.put("/feed.xml", page("<html>sorry</html>", ETag='"sorry"'))
        desk.poll()
        assert desk.source["etag"] == etag


class TestWhenNext:
    """Adaptive, hinted, and slower in trouble; never dropped."""

    def minutes(self, desk):
        return (desk.source["due_at"] - desk.now) / timedelta(minutes=1)

    def test_a_source_that_brings_nothing_is_polled_less_often_and_one_that_brings_much_more_often(self, desk, newsroom):
        newsroom.put("/feed.xml", plain(rss(items(newsroom, "a"))))
        for _ in range(30):
            desk.poll()
        assert 240 <= self.minutes(desk) <= 271
        for n in range(12):
            newsroom.put("/feed.xml", plain(rss(items(newsroom, f"n{n}"))))
            desk.poll()
        assert 5 <= self.minutes(desk) <= 7

    @pytest.mark.parametrize(
        ("case", "body", "headers", "least"),
        [
            ("ttl", "<ttl>90</ttl>", {}, 90),
            ("max-age", "", {"Cache-Control": "public, max-age=2700"}, 45),
        ],
    )
    def test_the_feeds_own_hints(self, desk, newsroom, case, body, headers, least):
        newsroom.put("/feed.xml", plain(rss(items(newsroom, "a")).replace("<channel>", "<channel>" + body), **headers))
        desk.poll()
        assert least <= self.minutes(desk) <= least * 1.125 + 1
        desk.poll()
        assert self.minutes(desk) >= least

    def test_hours_that_the_feed_asks_to_skip_are_skipped(self, desk, newsroom):
        body = rss(items(newsroom, "a")).replace("<channel>", "<channel><skipHours><hour>13</hour></skipHours>")
        newsroom.put("/feed.xml", plain(body))
        desk.poll()
        assert self.minutes(desk) == 60

    def test_retry_after_holds_for_the_source_and_its_host(self, desk, newsroom):
        newsroom.put("/feed.xml", too_many_requests("7200"))
        polled = desk.poll()
        assert (polled.outcome, polled.detail) == ("http_error", "status 429")
        assert 120 <= self.minutes(desk) <= 121
        assert desk.rows("fetch.host", host=newsroom.host)[0]["rests"]

    def test_failures_slow_it_down_to_once_a_day_and_it_is_never_dropped(self, desk, newsroom):
        newsroom.put("/feed.xml", lambda asked: Answer(500))
        waits = []
        for _ in range(12):
            assert desk.poll(every=240).outcome == "http_error"
            waits.append(self.minutes(desk))
        assert waits == sorted(waits)
        assert 360 <= waits[0] <= 406
        assert 1440 <= waits[-1] <= 1621
        assert desk.source["state"] == "active"

    def test_after_the_first_poll_and_after_a_sleep_the_next_comes_early_so_that_sources_do_not_stay_together(
        self, desk, newsroom
    ):
        newsroom.put("/feed.xml", plain(rss(items(newsroom, "a"))))
        desk.poll()
        own = schedule.share(desk.source["id"])
        early = (0.25 + 0.75 * own) * (1 + own / 8)
        assert self.minutes(desk) == pytest.approx(15 * early, abs=1 / 60)
        newsroom.put("/feed.xml", plain(rss(items(newsroom, "a", "b", "c", "d"))))
        desk.poll()
        assert self.minutes(desk) >= 7.5
        desk.poll(slept=HOUR)
        assert self.minutes(desk) == pytest.approx(desk.source["interval_seconds"] / 60 * early, abs=1 / 60)

    def test_a_source_whose_host_is_busy_waits_without_an_outcome(self, desk, newsroom, execute):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        desk.poll()
        execute("UPDATE host SET free_at = now() + interval '50 seconds'")

        async def go():
            settings = Settings.model_validate({"fetch": OPEN.model_dump() | {"spacing_seconds": 30}})
            async with client_of(OPEN) as client:
                gate = sources.Gate(desk.database, client, settings.fetch)
                robots = sources.Robots(desk.database, gate, settings.fetch, desk.now)
                gate.visit = impatient(gate.visit)
                return await sources.poll(desk.database, gate, robots, desk.source, desk.now)

        def impatient(visit):
            return lambda url, **how: visit(url, **how | {"longest": timedelta(seconds=1)})

        assert asyncio.run(go()).outcome is None
        assert len(desk.rows("sources.polls", id=desk.source["id"], limit=10)) == 1
        assert desk.source["failures"] == 0

    @pytest.mark.parametrize(("days", "kept"), [(30, 2), (45, 3), (9, 1)])
    def test_polls_are_kept_for_as_long_as_the_settings_say(self, desk, newsroom, days, kept):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        for _ in range(3):
            desk.poll(after=20 * DAY, keep_events_days=days)
        assert len(desk.rows("sources.polls", id=desk.source["id"], limit=10)) == kept


class TestMovedAndGone:
    """Addresses that change for good."""

    @pytest.mark.parametrize("status", [301, 308])
    def test_a_permanent_redirect_is_followed_for_good_once_it_held_for_days(self, desk, newsroom, status):
        newsroom.put("/new.xml", feed(items(newsroom, "a")))
        newsroom.put("/feed.xml", redirects_to("/new.xml", status))
        desk.poll()
        assert desk.source["address"].endswith("/feed.xml")
        desk.poll(after=4 * DAY)
        assert desk.source["address"].endswith("/new.xml")
        assert desk.source["url"].endswith("/feed.xml")
        asked = newsroom.asked("/feed.xml")
        desk.poll()
        assert newsroom.asked("/feed.xml") == asked
        assert desk.notices() == ["moved"]

    @pytest.mark.parametrize(("case", "status", "target"), [("a passing one", 302, "/new.xml"), ("to no feed", 301, "/home")])
    def test_other_redirects_are_not(self, desk, newsroom, case, status, target):
        newsroom.put("/new.xml", feed(items(newsroom, "a")))
        newsroom.put("/home", page("<html><body>Welcome</body></html>"))
        newsroom.put("/feed.xml", redirects_to(target, status))
        for _ in range(4):
            desk.poll(after=2 * DAY)
        assert desk.source["address"].endswith("/feed.xml")

    def test_gone_is_retired_with_a_notice_until_somebody_resumes_it(self, desk, newsroom):
        newsroom.put("/feed.xml", lambda asked: Answer(410))
        desk.poll()
        assert (desk.source["state"], desk.notices()) == ("retired", ["retired"])
        assert desk.poll() is None
        with desk.database.transaction() as tx:
            tx.run("sources.set_state", id=desk.source["id"], state="active", now=desk.now)
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        assert desk.poll().new == 1


class TestNotices:
    """The owner hears of a trouble once, and once when it is over."""

    def test_failing_is_told_after_five_in_a_row_and_recovery_once(self, desk, newsroom):
        newsroom.put("/feed.xml", fails(503, 9, feed(items(newsroom, "a"))))
        told = []
        for _ in range(12):
            desk.poll()
            told.append(len(desk.notices()))
        assert told == [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]
        assert desk.notices() == ["failing", "recovered"]

    def test_silence_beyond_the_usual_gap_is_told_once(self, desk, newsroom):
        for n in range(8):
            newsroom.put("/feed.xml", plain(rss(items(newsroom, f"n{n}"))))
            desk.poll(after=DAY)
        for _ in range(5):
            desk.poll(after=DAY)
        assert desk.notices() == ["silent"]
        newsroom.put("/feed.xml", plain(rss(items(newsroom, "again"))))
        desk.poll()
        assert desk.notices() == ["silent", "recovered"]

    def test_the_owners_channel_gets_them_once(self, desk, newsroom):
        from flows.receivers import SlackReceiver

        newsroom.put("/feed.xml", lambda asked: Answer(410))
        desk.poll()
        with SlackReceiver() as slack:
            settings = Settings.model_validate({"channels": {"ops": slack.url()}, "owner": "ops"})
            assert notices.deliver(desk.database, settings, desk.now) == 1
            assert notices.deliver(desk.database, settings, desk.now) == 0
        assert "gone for good" in str(slack.payloads)

    def test_without_an_owner_nothing_is_sent_and_old_notices_are_not_sent_later(self, desk, newsroom):
        newsroom.put("/feed.xml", lambda asked: Answer(410))
        desk.poll()
        assert notices.deliver(desk.database, Settings(), desk.now) == 0
        settings = Settings.model_validate({"channels": {"ops": "json://127.0.0.1:9"}, "owner": "ops"})
        assert notices.deliver(desk.database, settings, desk.now + 3 * DAY) == 0


class TestSitemaps:
    """Sitemaps and their indexes."""

    def urlset(self, newsroom, *names, date=""):
        dated = f"<lastmod>{date}</lastmod>" if date else ""
        urls = "".join(f"<url><loc>{newsroom.url}/{name}</loc>{dated}</url>" for name in names)
        return page(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>', "application/xml")

    def index(self, newsroom, *parts):
        maps = "".join(f"<sitemap><loc>{newsroom.url}{path}</loc><lastmod>{date}</lastmod></sitemap>" for path, date in parts)
        return page(
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>', "application/xml"
        )

    def test_an_index_is_followed_the_newest_first_and_only_what_changed_is_read_again(self, desk, newsroom):
        newsroom.put("/old.xml", self.urlset(newsroom, "o1"))
        newsroom.put("/new.xml", self.urlset(newsroom, "n1", "n2"))
        newsroom.put("/index.xml", self.index(newsroom, ("/old.xml", "2019-01-01"), ("/new.xml", "2026-03-02")))
        assert desk.poll("/index.xml", kind="sitemap").new == 2
        desk.poll("/index.xml", kind="sitemap")
        assert (newsroom.asked("/old.xml"), newsroom.asked("/new.xml")) == (0, 1)
        newsroom.put("/new.xml", self.urlset(newsroom, "n3", "n1", "n2"))
        newsroom.put("/index.xml", self.index(newsroom, ("/old.xml", "2019-01-01"), ("/new.xml", "2026-03-03")))
        assert desk.poll("/index.xml", kind="sitemap").new == 1

    def test_indexes_in_indexes_and_in_circles_end(self, desk, newsroom):
        newsroom.put("/index.xml", self.index(newsroom, ("/a.xml", "2026-03-02")))
        newsroom.put("/a.xml", self.index(newsroom, ("/b.xml", "2026-03-02"), ("/a.xml", "2026-03-02")))
        newsroom.put("/b.xml", self.urlset(newsroom, "deep"))
        assert desk.poll("/index.xml", kind="sitemap").new == 1
        assert newsroom.asked("/a.xml") == 1

    def test_one_poll_reads_a_few_sitemaps_and_the_next_goes_on(self, desk, newsroom):
        parts = [(f"/p{n}.xml", f"2026-03-02T0{n % 10}:00:00Z") for n in range(10)]
        for n, (path, _) in enumerate(parts):
            newsroom.put(path, self.urlset(newsroom, f"s{n}", date="2026-03-02"))
        newsroom.put("/index.xml", self.index(newsroom, *parts))
        assert desk.poll("/index.xml", kind="sitemap").new == sources.MOST_PARTS
        assert desk.poll("/index.xml", kind="sitemap").new == 10 - sources.MOST_PARTS

    def test_of_a_large_sitemap_the_newest_are_news_and_the_rest_is_what_stood_there_before(self, desk, newsroom):
        newsroom.put("/sitemap.xml", self.urlset(newsroom, *(f"s{n}" for n in range(1_500))))
        polled = desk.poll("/sitemap.xml", kind="sitemap")
        assert (polled.listed, polled.new) == (1_500, sources.MOST_FIRST)
        assert desk.poll("/sitemap.xml", kind="sitemap").new == 0

    def test_a_part_that_is_broken_hides_no_other(self, desk, newsroom):
        newsroom.put("/good.xml", self.urlset(newsroom, "g"))
        newsroom.put("/index.xml", self.index(newsroom, ("/bad.xml", "2026-03-02"), ("/good.xml", "2026-03-01")))
        polled = desk.poll("/index.xml", kind="sitemap")
        assert (polled.outcome, polled.new) == ("fetched", 1)
        assert "bad.xml status 404" in polled.detail.replace(":", "")


class TestSettingsAndHand:
    """Sources of the settings follow the settings; those added by hand stay."""

    def states(self, desk):
        return {row["url"].rpartition("/")[2]: row["state"] for row in desk.rows("sources.all")}

    def keep(self, desk, *paths):
        settings = Settings.model_validate({"sources": [{"url": desk.newsroom.url + path} for path in paths]})
        with desk.database.transaction() as tx:
            sources.keep(tx, settings, NOON)

    def test_what_the_settings_no_longer_name_is_dropped_and_what_was_added_is_not(self, desk):
        self.keep(desk, "/a", "/b")
        with desk.database.transaction() as tx:
            assert sources.add(tx, desk.newsroom.url + "/c", kind="feed", outlet="C", every_minutes=15, now=NOON)
        self.keep(desk, "/a")
        assert self.states(desk) == {"a": "active", "b": "dropped", "c": "active"}
        self.keep(desk, "/a", "/b")
        assert self.states(desk) == {"a": "active", "b": "active", "c": "active"}

    def test_a_pause_by_hand_outlasts_the_settings(self, desk):
        self.keep(desk, "/a")
        with desk.database.transaction() as tx:
            tx.run("sources.set_state", id=desk.source["id"], state="paused", now=NOON)
        self.keep(desk, "/a")
        assert self.states(desk) == {"a": "paused"}


class TestPages:
    """Pages are fetched politely and none is lost."""

    def test_a_host_that_refuses_for_the_moment_uses_up_no_tries(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        newsroom.put("/a", fails(429, 10, page(article_page("A", ["Text of the story."]))))
        desk.poll()
        outcomes = self.every_so_often(desk, 11, 2 * HOUR)
        assert outcomes == ["http_error"] * 10 + ["fetched"]

    @pytest.mark.parametrize("status", [503, 500])
    def test_an_entry_that_waited_for_long_is_not_given_up_at_its_first_failure(self, desk, newsroom, status):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        newsroom.put("/a", fails(status, 1, page(article_page("A", ["Text of the story."]))))
        desk.poll()
        outcomes = self.every_so_often(desk, 3, 30 * DAY)  # nobody ran for a month, and for another
        assert outcomes == ["http_error", "fetched"]

    def test_a_host_that_refuses_for_ever_is_given_up_after_a_week_of_tries(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        newsroom.put("/a", lambda asked: Answer(503))
        desk.poll()
        hours = 0
        while not desk.rows("fetch.quarantined_of_source", id=desk.source["id"], limit=1):
            self.every_so_often(desk, 1, 2 * HOUR)
            hours += 2
            assert hours < 30 * 24
        assert 7 * 24 <= hours <= 10 * 24

    def every_so_often(self, desk, times, pause):
        outcomes = []
        for _ in range(times):
            desk.now += pause
            desk.execute("UPDATE host SET free_at = '-infinity'")
            outcomes += [fetched.outcome for fetched in desk.fetch()]
        return outcomes

    def test_a_resting_host_holds_up_no_other(self, desk, newsroom, execute):
        other = newsroom.url.replace("127.0.0.1", "localhost")
        newsroom.put("/feed.xml", feed([*items(newsroom, *(f"s{n}" for n in range(30))), item(f"{other}/b", "B")]))
        desk.poll()
        execute("UPDATE host SET free_at = now() + interval '1 hour', reason = 'status 429'")
        due = desk.rows("fetch.lease_due", now=desk.now, until=desk.now, limit=9, per_host=9, longest=timedelta(0))
        assert [row["link"] for row in due] == [f"{other}/b"]

    def test_of_one_host_a_batch_takes_a_few(self, desk, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, *(f"s{n}" for n in range(40)))))
        desk.poll()
        assert len(desk.fetch()) == gate.PER_HOST

    def test_a_long_robots_txt_is_read_as_far_as_the_rules_ask(self, desk, newsroom):
        newsroom.put("/robots.txt", lambda asked: Answer(body=b"User-agent: *\nDisallow: /a\n" + b"# padding\n" * 90_000))
        newsroom.put("/feed.xml", feed(items(newsroom, "a", "b")))
        newsroom.put("/b", page(article_page("B", ["Text."])))
        desk.poll()
        assert sorted(fetched.outcome for fetched in desk.fetch()) == ["fetched", "refused"]


class TestCommands:
    """What a person does with sources."""

    @pytest.fixture
    def fw(self, database_url, tmp_path, monkeypatch):
        from typer.testing import CliRunner

        from flows.cli import app

        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FIGUREWATCH_DATABASE_URL", database_url)
        monkeypatch.setenv("FIGUREWATCH_FETCH__ALLOW_HOSTS", "127.0.0.1")
        (tmp_path / "figurewatch.toml").write_text('[fetch]\nspacing_seconds = 0\nallow_hosts = ["127.0.0.1"]\n')
        monkeypatch.delenv("FIGUREWATCH_FETCH__ALLOW_HOSTS")

        def run(*words, given="", expect=0):
            done = CliRunner().invoke(app, ["sources", *words], input=given)
            if expect == 0 and done.exception is not None:
                raise done.exception
            return done.output if expect == 0 else f"{done.output}{done.exception}"

        return run

    SITE = '<html><head><link rel="alternate" type="application/rss+xml" href="{}"></head><body>News</body></html>'

    def test_a_site_is_added_by_its_address_with_what_its_page_names(self, fw, newsroom):
        newsroom.put("/", page(self.SITE.format("/all.xml")))
        newsroom.put("/all.xml", feed(items(newsroom, "a", published=NOON)))
        said = fw("add", newsroom.url + "/", given="1\n")
        for part in ("The Loopback Courier", "named by the page", "Story a", "2026-03-02 12:00", "added"):
            assert part in said
        [row] = json.loads(fw("list", "--json"))
        assert (row["url"], row["origin"], row["state"]) == (newsroom.url + "/all.xml", "added", "active")

    @pytest.mark.parametrize(
        ("case", "path", "robots", "kind"),
        [
            ("at a usual place", "/feed/", "", "feed"),
            ("a sitemap that robots.txt names", "/news.xml", "Sitemap: {}/news.xml", "sitemap"),
            ("a sitemap at its usual place", "/sitemap.xml", "", "sitemap"),
        ],
    )
    def test_other_ways_to_find_one(self, fw, newsroom, case, path, robots, kind):
        newsroom.put("/", page("<html><body>News</body></html>"))
        newsroom.put("/robots.txt", lambda asked: Answer(body=robots.format(newsroom.url).encode()))
        urlset = f"<urlset><url><loc>{newsroom.url}/a</loc></url></urlset>"
        newsroom.put(path, feed(items(newsroom, "a")) if kind == "feed" else page(urlset, "application/xml"))
        fw("add", newsroom.url, "--yes")
        [row] = json.loads(fw("list", "--json"))
        assert (row["url"], row["kind"]) == (newsroom.url + path, kind)

    def test_where_there_is_nothing_one_line_says_so(self, fw, newsroom):
        newsroom.put("/", page("<html><body>News</body></html>"))
        assert "no feed and no sitemap found" in fw("add", newsroom.url, "--yes", expect=2)
        assert "status 404" in fw("add", newsroom.url + "/nothing", "--yes", expect=2)
        assert "not an address" in fw("add", "ftp://x.example", "--yes", expect=2)

    def test_opml_goes_out_and_comes_in(self, fw, newsroom, tmp_path):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        fw("add", newsroom.url + "/feed.xml", "--yes", "--outlet", "Tide & Co")
        fw("export", "out.opml")
        fw("remove", "1", "--yes")
        assert json.loads(fw("list", "--json")) == []
        assert "1 source added" in fw("import", "out.opml")
        assert "0 sources added, 1 known already" in fw("import", "out.opml")
        [row] = json.loads(fw("list", "--json"))
        assert (row["url"], row["outlet"]) == (newsroom.url + "/feed.xml", "Tide & Co")
        fw("remove", "Tide", "--yes")
        assert "added" in fw("add", "out.opml", "--yes")

    def test_pause_resume_and_what_fits_no_source(self, fw, newsroom):
        newsroom.put("/feed.xml", feed(items(newsroom, "a")))
        fw("add", newsroom.url + "/feed.xml", "--yes")
        assert "paused" in fw("pause", "1")
        assert "paused by hand" in fw("check")
        assert "active" in fw("resume", newsroom.url + "/feed.xml")
        assert "no such source" in fw("pause", "nothing", expect=2)

    def test_check_says_why_nothing_comes(self, fw, desk, newsroom):
        newsroom.put("/feed.xml", lambda asked: Answer(503, headers={"Retry-After": "600"}))
        desk.poll()
        (checked,) = json.loads(fw("check", "1", "--json"))
        desk.execute("UPDATE source SET origin = 'added', state = 'active'")
        said = fw("check", "1")
        for part in ("the last poll failed: status 503", "requests to the host", "rests until", "http_error"):
            assert part in said, said
        assert checked["ledger"][0]["refused"] == 1

    def test_a_password_in_an_address_is_shown_nowhere(self, fw, newsroom, desk, caplog):
        newsroom.put("/feed.xml", lambda asked: Answer(503))
        with desk.database.transaction() as tx:
            url = newsroom.url.replace("//", "//me:hunter2@") + "/feed.xml"
            sources.add(tx, url, kind="feed", outlet="Tidewater", every_minutes=15, now=NOON)
        for _ in range(6):
            desk.poll("/other.xml")
        said = fw("list") + fw("list", "--json") + fw("check") + fw("check", "1") + fw("check", "1", "--json") + fw("export")
        said += str(desk.rows("sources.notices", source_id=None, limit=9)) + caplog.text
        assert "failed 5 times" in said
        assert "hunter2" not in said

    def test_a_source_of_the_settings_is_not_removed_by_hand(self, fw, newsroom, tmp_path):
        with (tmp_path / "figurewatch.toml").open("a") as file:
            file.write(f'[[sources]]\nurl = "{newsroom.url}/feed.xml"\n')
        assert "stands in the settings" in fw("remove", "1", "--yes", expect=2)
