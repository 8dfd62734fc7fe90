"""Archives on the network: feeds with older pages, sitemaps, WordPress, the Wayback Machine; all served on loopback."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from backfills import NOW, context, page, read_in, report, rows
from newsroom import Answer, Newsroom, item, redirects_to, rss
from newsroom import page as html

from flows.backfill import cursor, dry, run
from flows.backfill.listing import days
from flows.backfill.reading import Inline
from flows.backfill.shapes import Archive, Wanted

FEED = "application/rss+xml"


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        yield opened


@pytest.fixture
def opened(database, newsroom, monkeypatch):
    monkeypatch.setattr("flows.backfill.reading.AGAIN", timedelta(0))
    return context(database, backfill={"wayback_url": newsroom.url + "/archive"})


def publish(newsroom, numbers):
    """Reports as pages of the newsroom; their paths."""
    paths = []
    for number in numbers:
        path = urlsplit(report(number)["url"]).path
        newsroom.put(path, html(page(report(number))))
        paths.append(path)
    return paths


def listed(newsroom, numbers, extra=""):
    """A feed of reports."""
    items = [
        item(
            newsroom.url + urlsplit(report(n)["url"]).path,
            report(n)["title"],
            published=datetime.fromisoformat(report(n)["published"]),
        )
        for n in numbers
    ]
    return html(
        rss(items)
        .replace("</channel>", extra + "</channel>")
        .replace("<rss ", '<rss xmlns:atom="http://www.w3.org/2005/Atom" '),
        FEED,
    )


def atom(rel, url):
    return f'<atom:link rel="{rel}" href="{url}"/>'


def counts(opened, number):
    with opened.database.transaction() as tx:
        return dict(cursor.counts(tx, number))


def stored(opened):
    return {int(row[0].rpartition("-")[2]) for row in rows(opened.database.url)["articles"]}


class TestFeeds:
    """feed URL."""

    def test_pages_that_the_feed_links_are_followed(self, opened, newsroom):
        publish(newsroom, range(9))
        newsroom.put("/feed", listed(newsroom, [8, 7, 6], atom("next", newsroom.url + "/feed/2")))
        newsroom.put("/feed/2", listed(newsroom, [5, 4, 3], atom("next", newsroom.url + "/feed/3")))
        newsroom.put("/feed/3", listed(newsroom, [2, 1, 0]))
        read_in(opened, "feed", newsroom.url + "/feed")
        assert stored(opened) == set(range(9))

    def test_an_archived_feed_is_followed_into_its_past(self, opened, newsroom):
        publish(newsroom, range(6))
        newsroom.put("/feed", listed(newsroom, [5, 4], atom("prev-archive", newsroom.url + "/2024-01")))
        newsroom.put("/2024-01", listed(newsroom, [3, 2], atom("prev-archive", newsroom.url + "/2023-12")))
        newsroom.put("/2023-12", listed(newsroom, [1, 0]))
        read_in(opened, "feed", newsroom.url + "/feed")
        assert stored(opened) == set(range(6))

    @pytest.mark.parametrize("name", ["paged", "page"])
    def test_pages_that_no_link_names_are_tried(self, opened, newsroom, name):
        publish(newsroom, range(6))
        newsroom.put("/feed?cat=1", listed(newsroom, [5, 4]))
        newsroom.put("/feed?cat=1&paged=2", listed(newsroom, [5, 4]))  # knows no such parameter, unless it is put anew
        newsroom.put(f"/feed?cat=1&{name}=2", listed(newsroom, [3, 2]))
        newsroom.put(f"/feed?cat=1&{name}=3", listed(newsroom, [1, 0]))
        number = read_in(opened, "feed", newsroom.url + "/feed?cat=1")
        assert stored(opened) == set(range(6))
        assert not any("repeats" in outcome for outcome in counts(opened, number))

    def test_a_feed_whose_pages_begin_to_repeat_themselves_ends(self, opened, newsroom):
        publish(newsroom, range(4))
        newsroom.put("/feed", listed(newsroom, [3, 2]))
        newsroom.put("/feed?paged=2", listed(newsroom, [1, 0]))
        newsroom.put("/feed?paged=3", listed(newsroom, [3, 2]))
        number = read_in(opened, "feed", newsroom.url + "/feed")
        assert stored(opened) == set(range(4))
        assert counts(opened, number)["ended: a listing that repeats itself"] == 1
        assert newsroom.asked("/feed?paged=4") == 0

    def test_it_ends_where_the_dates_are_covered_and_fetches_nothing_older(self, opened, newsroom):
        paths = publish(newsroom, range(8))
        newsroom.put("/feed", listed(newsroom, [7, 6]))
        for number, pair in enumerate(([5, 4], [3, 2], [1, 0]), 2):
            newsroom.put(f"/feed?paged={number}", listed(newsroom, pair))
        read_in(opened, "feed", newsroom.url + "/feed", since=datetime.fromisoformat(report(5)["published"]))
        assert stored(opened) == {5, 6, 7}
        assert newsroom.asked("/feed?paged=4") == 0
        assert newsroom.asked(paths[3]) == 0

    def test_what_is_here_already_is_not_asked_for_again(self, opened, newsroom):
        paths = publish(newsroom, range(3))
        newsroom.put("/feed", listed(newsroom, range(3)))
        read_in(opened, "feed", newsroom.url + "/feed")
        number = read_in(opened, "feed", newsroom.url + "/feed")
        assert counts(opened, number) == {"known already": 3}
        assert [newsroom.asked(path) for path in paths] == [1, 1, 1]

    def test_a_page_that_fails_is_tried_again_after_the_others_and_then_left(self, opened, newsroom):
        paths = publish(newsroom, range(3))
        newsroom.put(paths[0], lambda asked: Answer(500))
        newsroom.put(paths[1], lambda asked: Answer(410))
        newsroom.put("/feed", listed(newsroom, range(3)))
        number = read_in(opened, "feed", newsroom.url + "/feed")
        found = counts(opened, number)
        assert found["not fetched: status 500"] == found["not fetched: status 410"] == found["articles stored"] == 1
        assert [newsroom.asked(path) for path in paths] == [3, 1, 1]

    def test_what_is_no_feed_is_a_unit_that_failed_with_its_reason(self, opened, newsroom):
        newsroom.put("/feed", html("<html><p>Welcome.</p></html>"))
        number = read_in(opened, "feed", newsroom.url + "/feed")
        with opened.database.transaction() as tx:
            [trouble] = tx.all("backfill.troubles", id=number)
        assert "a web page, not a feed" in trouble["detail"]


def urlset(entries):
    parts = "".join(f"<url><loc>{loc}</loc><lastmod>{date}</lastmod></url>" for loc, date in entries)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</urlset>'


def index(entries):
    parts = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>" for loc, date in entries
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'


class TestSitemaps:
    """sitemap URL."""

    def test_the_sitemaps_of_the_months_in_question_are_read_packed_or_not(self, opened, newsroom):
        months = {"2023-12": [], "2024-01": range(4), "2024-02": range(30, 33)}
        for month, numbers in months.items():
            paths = publish(newsroom, numbers)
            body = urlset(
                (newsroom.url + path, report(n)["published"]) for path, n in zip(paths, numbers, strict=True)
            ).encode()
            newsroom.put(f"/sitemap-{month}.xml.gz", html(gzip.compress(body), "application/gzip"))
        newsroom.put(
            "/sitemap.xml", html(index((f"{newsroom.url}/sitemap-{month}.xml.gz", "") for month in months), "text/xml")
        )
        dates = {"since": datetime(2024, 1, 3, tzinfo=UTC), "until": datetime(2024, 1, 5, tzinfo=UTC)}
        number = read_in(opened, "sitemap", newsroom.url + "/sitemap.xml", **dates)
        assert stored(opened) == {1, 2}
        assert newsroom.asked("/sitemap-2023-12.xml.gz") == newsroom.asked("/sitemap-2024-02.xml.gz") == 0
        assert counts(opened, number)["left out: a sitemap outside the dates"] == 2
        assert newsroom.asked(urlsplit(report(0)["url"]).path) == 0

    def test_an_index_that_lists_itself_and_a_calendar_without_end_are_counted(self, opened, newsroom):
        publish(newsroom, [0])
        here = newsroom.url + "/sitemap.xml"
        later = [(f"{newsroom.url}/sitemap-{year}-01.xml", "") for year in range(2030, 2040)]
        newsroom.put("/sitemap.xml", html(index([(here, ""), (newsroom.url + "/a.xml", ""), *later]), "text/xml"))
        newsroom.put("/a.xml", html(index([(here, ""), (newsroom.url + "/b.xml", "")]), "text/xml"))
        future = [(f"{newsroom.url}/events/2031/{month:02}/01/day", "2031-01-01") for month in range(1, 13)]
        newsroom.put("/b.xml", html(urlset([*future, (newsroom.url + publish(newsroom, [0])[0], "2024-01-02")]), "text/xml"))
        number = read_in(opened, "sitemap", here)
        found = counts(opened, number)
        assert found["ended: a listing that repeats itself"] == 2
        assert found["ended: a calendar that goes on for ever"] == 10
        assert found["left out: an address of a day to come"] == 12
        assert stored(opened) == {0}

    def test_indexes_within_indexes_end_at_some_depth(self, opened, newsroom):
        for depth in range(8):
            newsroom.put(f"/{depth}.xml", html(index([(f"{newsroom.url}/{depth + 1}.xml", "")]), "text/xml"))
        number = read_in(opened, "sitemap", newsroom.url + "/0.xml")
        assert counts(opened, number)["ended: a calendar that goes on for ever"] == 1
        assert newsroom.asked("/5.xml") == 0


class Blog:
    """A WordPress site: its REST API over the reports."""

    def __init__(self, newsroom, numbers, *, place="/wp-json/wp/v2/posts"):
        self.newsroom, self.numbers, self.place = newsroom, list(numbers), place
        self.asked = []

    def serve(self, *, size=100):
        """Answer every page that may be asked for."""
        newsroom = self.newsroom

        def situation(asked):
            query = parse_qs(urlsplit(asked.path).query)
            self.asked.append(query)
            per_page, number = min(size, int(query["per_page"][0])), int(query["page"][0])
            chosen = [n for n in self.numbers if _within(report(n)["published"], query)]
            pages = -(-len(chosen) // per_page)
            if number > max(1, pages):
                return Answer(400, b'{"code":"rest_post_invalid_page_number"}', {"Content-Type": "application/json"})
            body = json.dumps([self.post(n) for n in chosen[(number - 1) * per_page : number * per_page]]).encode()
            return Answer(
                200, body, {"Content-Type": "application/json", "X-WP-Total": str(len(chosen)), "X-WP-TotalPages": str(pages)}
            )

        newsroom.default = situation
        return self

    def post(self, number):
        told = report(number)
        text = "".join(f"<p>{part}</p>" for part in told["text"].split("\n\n"))
        return {
            "id": number,
            "link": self.newsroom.url + urlsplit(told["url"]).path,
            "date_gmt": told["published"][:19],
            "title": {"rendered": told["title"].replace("&", "&#038;")},
            "content": {"rendered": text, "protected": False},
            "status": "publish",
        }


#: The blog's own time: it is compared with what is asked for, and the first and the last moment are left out.
ITS_ZONE = timedelta(hours=-9)


def _within(published, query):
    after, before = query.get("after", [""])[0], query.get("before", ["9"])[0]
    return after < f"{datetime.fromisoformat(published) + ITS_ZONE:%Y-%m-%dT%H:%M:%S}" < before


@pytest.fixture
def blog(newsroom):
    """A newsroom that asks the blog for paths that nothing else stands at."""

    class Falling(dict):
        def get(self, path, default=None):
            if path in self:
                return self[path]
            if "wp/v2/posts" in path and getattr(newsroom, "default", None) and "wp-json" in path:
                return newsroom.default
            return default

    newsroom._situations = Falling(newsroom._situations)
    return lambda numbers, **how: Blog(newsroom, numbers).serve(**how)


class TestWordPress:
    """wordpress URL."""

    def test_posts_come_from_the_api_with_text_and_date_and_no_page_is_fetched(self, opened, newsroom, blog):
        site = blog(range(12), size=5)
        read_in(opened, "wordpress", newsroom.url)
        assert stored(opened) == set(range(12))
        found = {row[0]: row for row in rows(opened.database.url)["articles"]}
        [row] = [row for url, row in found.items() if url.endswith("report-3")]
        assert row[2] == report(3)["title"]
        assert row[5] == datetime.fromisoformat(report(3)["published"])
        assert len(site.asked) == 3
        assert all("/wp-json/" in request.path or request.path == "/robots.txt" for request in newsroom.requests)

    def test_only_the_dates_in_question_are_asked_for(self, opened, newsroom, blog):
        blog(range(12))
        read_in(
            opened, "wordpress", newsroom.url, since=datetime(2024, 1, 5, tzinfo=UTC), until=datetime(2024, 1, 8, tzinfo=UTC)
        )
        assert stored(opened) == {3, 4, 5}

    def test_the_first_moment_is_among_the_dates_and_the_last_is_not_whatever_the_time_of_the_site(
        self, opened, newsroom, blog
    ):
        blog(range(12))
        first, last = (datetime.fromisoformat(report(number)["published"]) for number in (3, 6))
        read_in(opened, "wordpress", newsroom.url, since=first, until=last)
        assert stored(opened) == {3, 4, 5}

    def test_posts_of_one_moment_stand_on_one_page(self, opened, newsroom, blog):
        site = blog(range(4))
        read_in(opened, "wordpress", newsroom.url)
        assert {(*query["orderby"], *query["order"]) for query in site.asked} == {("id", "asc")}

    def test_a_post_without_a_time_of_the_world_has_its_sites(self, opened, newsroom, blog):
        site = blog([3])
        whole = site.post
        site.post = lambda n: whole(n) | {"date_gmt": None, "date": whole(n)["date_gmt"]}
        read_in(opened, "wordpress", newsroom.url)
        [row] = rows(opened.database.url)["articles"]
        assert row[5] == datetime.fromisoformat(report(3)["published"])

    def test_a_post_that_gives_its_beginning_only_is_fetched(self, opened, newsroom, blog):
        site = blog([0, 1])
        whole = site.post
        site.post = lambda n: (
            whole(n) | {"content": {"rendered": "<p>More on our page.</p>" if n else whole(n)["content"]["rendered"]}}
        )
        publish(newsroom, [1])
        read_in(opened, "wordpress", newsroom.url)
        assert stored(opened) == {0, 1}

    def test_where_the_api_is_off_its_paged_feeds_are_read(self, opened, newsroom):
        publish(newsroom, range(4))
        newsroom.put("/feed/", listed(newsroom, [3, 2]))
        newsroom.put("/feed/?paged=2", listed(newsroom, [1, 0]))
        number = read_in(opened, "wordpress", newsroom.url)
        assert stored(opened) == set(range(4))
        assert counts(opened, number)["mended: its API is switched off, its feeds are read"] == 1

    def test_an_api_that_gives_the_first_page_for_ever_ends(self, opened, newsroom, blog):
        site = blog(range(3))

        def again(asked):
            return Answer(200, json.dumps([site.post(n) for n in range(3)]).encode(), {"X-WP-TotalPages": "900000"})

        newsroom.default = again
        number = read_in(opened, "wordpress", newsroom.url)
        assert stored(opened) == set(range(3))
        assert counts(opened, number)["ended: a listing that repeats itself"] == 1


class Machine:
    """A server of the Wayback Machine's protocol: an index of captures with resume keys, and captures by time (id_)."""

    def __init__(self, newsroom):
        self.newsroom, self.captures, self.part = newsroom, [], 1_000_000
        situations = newsroom._situations
        machine = self

        class Falling(dict):
            def get(self, path, default=None):
                if path in self:
                    return self[path]
                if path.startswith("/archive/cdx/search/cdx"):
                    return machine.index
                return machine.capture if path.startswith("/archive/web/") else default

        newsroom._situations = Falling(situations)

    def keep(self, url, stamp, body, mime="text/html"):
        self.captures.append((url, stamp, body.encode() if isinstance(body, str) else body, mime))

    def index(self, asked):
        query = parse_qs(urlsplit(asked.path).query)
        prefix = query.get("matchType") == ["prefix"]
        found, seen = [], set()
        for url, stamp, body, mime in sorted(self.captures):
            bare = url.split("://")[1]
            want = query["url"][0].split("://")[-1]
            key = bare if query["collapse"] == ["urlkey"] else (bare, body)
            if not (bare.startswith(want) if prefix else bare == want) or key in seen:
                continue
            if not query.get("from", ["0"])[0] <= stamp < query.get("to", ["9"])[0]:
                continue
            seen.add(key)
            found.append([stamp, url, mime, "200", "DIGEST"])
        given = query.get("resumeKey", ["0"])[0]
        start = int(given) if given.isdigit() else 0
        limit = min(self.part, int(query["limit"][0]))
        lines = [query["fl"][0].split(","), *found[start : start + limit]] if found[start:] else []
        if start + limit < len(found):
            lines += [[], [str(start + limit)]]
        return Answer(200, json.dumps(lines).encode(), {"Content-Type": "application/json"})

    def capture(self, asked):
        stamp, _, url = asked.path.removeprefix("/archive/web/").partition("id_/")
        known = [(abs(int(at) - int(stamp)), at, body, mime) for original, at, body, mime in self.captures if original == url]
        if not known:
            return Answer(404)
        _, at, body, mime = min(known)
        if at != stamp:
            return redirects_to(f"/archive/web/{at}id_/{url}")(asked)
        taken = datetime.strptime(at, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return Answer(200, body, {"Content-Type": mime, "Memento-Datetime": f"{taken:%a, %d %b %Y %H:%M:%S GMT}"})


@pytest.fixture
def machine(newsroom):
    return Machine(newsroom)


def stamp(number, hours=1):
    return f"{datetime.fromisoformat(report(number)['published']) + timedelta(hours=hours):%Y%m%d%H%M%S}"


class TestWayback:
    """wayback URL."""

    def test_of_every_page_under_an_address_the_first_capture_is_read(self, opened, machine):
        machine.part = 4
        for number in range(0, 30, 3):
            told = report(number)
            url = "https://paper.example/news" + urlsplit(told["url"]).path
            machine.keep(url, stamp(number), page(told))
            machine.keep(url, stamp(number, 900), page(told).replace("<p>", "<p>Later words. ", 1))
        read_in(opened, "wayback", "paper.example/news/*")
        assert stored(opened) == set(range(0, 30, 3))
        found = rows(opened.database.url)["articles"]
        assert {row[6] for row in found} == {
            datetime.fromisoformat(report(n)["published"]) + timedelta(hours=1) for n in range(0, 30, 3)
        }
        assert all(row[1] == 1 for row in found)

    def test_what_a_feed_listed_over_time_is_read_as_it_was_archived_then(self, opened, machine, newsroom):
        for number in range(6):
            told = report(number)
            machine.keep(told["url"], stamp(number, 5), page(told))
        for first in (0, 2, 4):
            items = [item(report(n)["url"], report(n)["title"]) for n in range(first, min(first + 3, 6))]
            machine.keep("https://paper.example/feed", stamp(first + 1), rss(items), "application/rss+xml")
        items = [item("https://paper.example/never", "Never archived")]
        machine.keep("https://paper.example/feed", stamp(9), rss(items), "application/rss+xml")
        number = read_in(opened, "wayback", "https://paper.example/feed")
        assert stored(opened) == set(range(6))
        assert counts(opened, number)["not fetched: never archived"] == 1
        asked = [request.path for request in newsroom.requests if "/web/" in request.path and "report-2" in request.path]
        assert len([path for path in asked if stamp(2, 5) in path]) == 1, "an article that two captures list is fetched once"

    def test_what_a_feed_said_of_a_page_holds_though_the_page_came_late_and_says_nothing(self, opened, machine, newsroom):
        told = report(2)
        bare = page(told).replace("article:published_time", "x").replace(f"<title>{told['title']}</title>", "")
        bare = bare.replace(f"<h1>{told['title']}</h1>", "")
        machine.keep(told["url"], stamp(2, 400), bare)
        published = datetime.fromisoformat(told["published"])
        items = [item(told["url"], told["title"], published=published)]
        machine.keep("https://paper.example/feed", stamp(2, 500), rss(items), "application/rss+xml")
        whole, failures = machine.capture, []

        def fails_once(asked):
            if "report-2" in asked.path and not failures:
                failures.append(asked.path)
                return Answer(500)
            return whole(asked)

        machine.capture = fails_once
        read_in(opened, "wayback", "https://paper.example/feed")
        assert failures
        [row] = rows(opened.database.url)["articles"]
        assert (row[2], row[5]) == (told["title"].removeprefix("Karsund: "), published)  # the place is the site's name, too

    def test_the_captures_of_one_article_are_its_revisions(self, opened, machine):
        told = report(4)
        machine.keep(told["url"], stamp(4), page(told))
        machine.keep(told["url"], stamp(4, 30), page(told).replace("6,000", "7,500"))
        read_in(opened, "wayback", told["url"])
        assert [row[1] for row in rows(opened.database.url)["articles"]] == [1, 2]

    def test_only_captures_of_the_dates_are_asked_for(self, opened, machine):
        for number in range(8):
            machine.keep(
                "https://paper.example/" + str(number) + urlsplit(report(number)["url"]).path,
                stamp(number),
                page(report(number)),
            )
        read_in(
            opened, "wayback", "paper.example/*", since=datetime(2024, 1, 4, tzinfo=UTC), until=datetime(2024, 1, 7, tzinfo=UTC)
        )
        assert stored(opened) == {2, 3, 4}

    def test_an_index_whose_parts_go_on_for_ever_ends(self, opened, machine, newsroom):
        machine.keep(report(1)["url"], stamp(1), page(report(1)))
        whole = machine.index

        def endless(asked):
            lines = json.loads(whole(asked).body)
            return Answer(200, json.dumps([*lines, [], ["the same again"]]).encode(), {"Content-Type": "application/json"})

        machine.index = endless
        number = read_in(opened, "wayback", report(1)["url"])
        assert stored(opened) == {1}
        assert counts(opened, number)["ended: a listing that repeats itself"] == 1
        assert len([request for request in newsroom.requests if "/cdx/" in request.path]) == 2

    def test_an_index_that_answers_in_no_known_form_is_told(self, opened, newsroom):
        newsroom._situations = type("All", (dict,), {"get": lambda self, path, default=None: html("<html>Sorry</html>")})()
        number = read_in(opened, "wayback", "paper.example/*")
        with opened.database.transaction() as tx:
            [trouble] = tx.all("backfill.troubles", id=number)
        assert "answers with what is no JSON" in trouble["detail"]


class TestDryRuns:
    """--dry-run."""

    def test_it_says_how_many_requests_and_how_long_and_stores_nothing(self, database, newsroom, monkeypatch):
        publish(newsroom, range(6))
        newsroom.put("/feed", listed(newsroom, [5, 4, 3]))
        newsroom.put("/feed?paged=2", listed(newsroom, [2, 1, 0]))
        monkeypatch.setattr("flows.backfill.online.Online.spacing", lambda *_: timedelta(seconds=7))
        opened = context(database)
        found = dry.run(opened, Archive(kind="feed", named=(newsroom.url + "/feed",)), NOW, lambda _: None)
        assert (found.documents, found.requests, found.seconds) == (6, 6, 42.0)
        assert found.hosts == {newsroom.host: 6}
        assert rows(database.url)["pages"] == []

    def test_of_files_it_says_what_may_be_wanted(self, database, tmp_path):
        from backfills import warc

        archive = Archive(kind="warc", named=(str(warc(tmp_path / "a.warc.gz", range(10))),), wanted=Wanted(words=("grain",)))
        found = dry.run(context(database), archive, NOW, lambda _: None)
        assert (found.documents, found.files, found.requests) == (0, 1, 0)
        assert found.left_out == {"left out: off the topic": 10}

    def test_of_a_blog_it_asks_for_one_page(self, opened, newsroom, blog):
        site = blog(range(30), size=10)
        found = dry.run(opened, Archive(kind="wordpress", named=(newsroom.url,)), NOW, lambda _: None)
        assert found.documents == 30
        assert len(site.asked) == 1


DAYS = [
    ("a day in folders", "https://a.example/2024/03/05/x", "2024-03-05", "2024-03-05"),
    ("a day before a headline", "https://a.example/news/2024-03-05-rail", "2024-03-05", "2024-03-05"),
    ("a month", "https://a.example/2024/02/x", "2024-02-01", "2024-02-29"),
    ("a number that is none", "https://a.example/story/20261545", None, None),
    ("no day of the calendar", "https://a.example/2024/02/31/x", None, None),
]


@pytest.mark.parametrize(("url", "first", "last"), [case[1:] for case in DAYS], ids=[case[0] for case in DAYS])
def test_the_days_that_an_address_names(url, first, last):
    assert tuple(str(day) if day else None for day in days(url)) == (first, last)


def test_a_host_that_is_busy_puts_the_unit_back_and_live_polling_goes_first(opened, newsroom, monkeypatch):
    monkeypatch.setattr("flows.backfill.online.PATIENCE", timedelta(seconds=0.1))
    publish(newsroom, [0])
    newsroom.put("/feed", listed(newsroom, [0]))
    with opened.database.transaction() as tx:
        tx.run("fetch.hold_host", host=newsroom.host, pause=timedelta(seconds=2), reason="a live poll")
    number, _ = run.begin(opened, Archive(kind="feed", named=(newsroom.url + "/feed",)), NOW)
    told = []
    assert run.run(opened, number, told.append, analysing=Inline()) == "done"
    assert any(newsroom.host in each.waits_for for each in told)
    assert stored(opened) == {0}
