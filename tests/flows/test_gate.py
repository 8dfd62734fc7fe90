"""The gate: eight workers on one PostgreSQL, hosts that refuse, redirects to other hosts, and a worker that is killed."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from newsroom import Answer, Newsroom, article_page, feed, item, page, redirects_to, too_many_requests

from flows import fetch, sources
from flows.db import Database
from flows.gate import Gate, HostBusy, host_of
from flows.http import Client, Response, client_of
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPEN = FetchSettings(spacing_seconds=0, allow_hosts=("127.0.0.1", "localhost"), timeout_seconds=5)


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        yield opened


@pytest.mark.parametrize(
    ("case", "url", "host"),
    [
        ("the name", "https://Paper.example/a", "paper.example"),
        ("www. is the same machine", "https://www.paper.example/a", "paper.example"),
        ("another port is another host", "http://paper.example:8080/", "paper.example:8080"),
        ("the usual port is none", "https://paper.example:443/", "paper.example"),
        ("http and https are one", "http://paper.example:80/", "paper.example"),
        ("another subdomain is another host", "https://feeds.paper.example/", "feeds.paper.example"),
        ("no credentials", "https://me:secret@paper.example/", "paper.example"),
        ("IPv6", "http://[2001:db8::1]:81/", "[2001:db8::1]:81"),
        ("no address", "mailto:x", ""),
    ],
)
def test_whose_gate(case, url, host):
    assert host_of(url) == host


def test_eight_workers_keep_the_spacing_of_every_host_and_its_share_of_flights(database_url):
    """Starts as PostgreSQL granted them, and as they were made; flights as they overlap."""
    spacing, workers, each = 0.04, 8, 5
    settings = FetchSettings(spacing_seconds=spacing, concurrency=16)
    granted, made = defaultdict(list), defaultdict(list)
    flying, most = defaultdict(int), defaultdict(int)
    lock = threading.Lock()

    class Recording(Gate):
        def _reserve(self, host, between, longest):
            took = super()._reserve(host, between, longest)
            if took["id"] is not None:
                with lock:
                    granted[host].append(took["start"].timestamp())
            return took

    class Site(Client):
        async def fetch(self, url, **how):
            host = host_of(url)
            with lock:
                made[host].append(time.time())
                flying[host] += 1
                most[host] = max(most[host], flying[host])
            await asyncio.sleep(0.1)
            with lock:
                flying[host] -= 1
            return Response(status=200, final_url=url, headers={})

    def work():
        async def go():
            gate = Recording(database, Site(), settings)
            urls = [f"https://h{n}.example/{m}" for m in range(each) for n in range(3)]
            await asyncio.gather(*(gate.fetch(url, longest=timedelta(minutes=5)) for url in urls))

        with Database(database_url) as database:
            asyncio.run(go())

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {host: len(starts) for host, starts in made.items()} == {f"h{n}.example": workers * each for n in range(3)}
    for host, starts in granted.items():
        starts.sort()
        gaps = [after - before for before, after in pairwise(starts)]
        assert min(gaps) >= spacing - 1e-6
        assert all(start >= turn - 1e-3 for turn, start in zip(starts, sorted(made[host]), strict=True))
        assert most[host] <= settings.concurrency // 4
    with Database(database_url) as database, database.transaction() as tx:
        [day] = tx.all("fetch.ledger", host="h0.example", limit=9)
    assert day["requests"] == workers * each


async def test_what_one_worker_is_told_holds_for_all(database, newsroom):
    url = newsroom.put("/busy", too_many_requests("600"))
    async with client_of(OPEN) as client:
        assert (await Gate(database, client, OPEN).fetch(url)).status == 429
        with pytest.raises(HostBusy) as busy:
            await Gate(database, client, OPEN).fetch(newsroom.url + "/other")
    assert timedelta(minutes=9) < busy.value.wait <= timedelta(minutes=10)
    assert newsroom.asked("/other") == 0


async def test_refusals_in_a_row_lengthen_the_hosts_rest_and_an_answer_ends_the_row(database, newsroom, execute):
    url = newsroom.put("/no", lambda asked: Answer(403))
    newsroom.put("/yes", page("x"))
    rests, rows = [], []
    async with client_of(OPEN) as client:
        gate = Gate(database, client, OPEN)
        for _ in range(4):
            await gate.fetch(url)
            with database.transaction() as tx:
                host = tx.one("fetch.host", host=newsroom.host)
            rests.append(host["rests"])
            rows.append(host["in_a_row"])
            execute("UPDATE host SET free_at = '-infinity'")
        await gate.fetch(newsroom.url + "/yes")
    with database.transaction() as tx:
        host = tx.one("fetch.host", host=newsroom.host)
        [day] = tx.all("fetch.ledger", host=newsroom.host, limit=1)
    assert (rests, rows) == ([False, False, True, True], [1, 2, 3, 4])
    assert (host["in_a_row"], host["reason"]) == (0, "")
    assert (day["requests"], day["refused"], day["failed"], day["bytes"]) == (5, 4, 0, 1)


async def test_a_host_that_does_not_answer_is_entered_as_failed(database):
    settings = OPEN.model_copy(update={"timeout_seconds": 1.0})
    async with client_of(settings) as client:
        with pytest.raises(FetchError):
            await Gate(database, client, settings).fetch("http://127.0.0.1:9/")
    with database.transaction() as tx:
        [day] = tx.all("fetch.ledger", host="127.0.0.1:9", limit=1)
        assert tx.one("fetch.host", host="127.0.0.1:9")["in_a_row"] == 1
    assert (day["requests"], day["failed"]) == (1, 1)


async def test_a_redirect_to_another_host_waits_for_its_turn_there_and_is_asked_of_robots_txt(database, newsroom):
    there = newsroom.url.replace("127.0.0.1", "localhost")
    newsroom.put("/a", redirects_to(f"{there}/b", 301))
    newsroom.put("/b", page("here"))
    asked = []

    async def spacing(url):
        asked.append(url)
        return timedelta(0)

    async with client_of(OPEN) as client:
        answer = await Gate(database, client, OPEN).fetch(newsroom.url + "/a", spacing=spacing)
    assert (answer.body, answer.final_url, answer.moved_to) == (b"here", f"{there}/b", f"{there}/b")
    assert asked == [newsroom.url + "/a", f"{there}/b"]
    with database.transaction() as tx:
        assert [tx.all("fetch.ledger", host=host_of(url), limit=1)[0]["requests"] for url in asked] == [1, 1]


async def test_a_circle_of_hosts_ends(database, newsroom):
    there = newsroom.url.replace("127.0.0.1", "localhost")

    def around(asked):
        return Answer(302, b"", {"Location": (newsroom.url if asked.headers["host"].startswith("localhost") else there) + "/a"})

    newsroom.put("/a", around)
    async with client_of(OPEN) as client:
        with pytest.raises(FetchError) as raised:
            await Gate(database, client, OPEN).fetch(newsroom.url + "/a")
    assert raised.value.outcome is FetchOutcome.HTTP_ERROR
    assert newsroom.asked("/a") == 5


async def test_passing_redirects_do_not_count_as_moved(database, newsroom):
    there = newsroom.url.replace("127.0.0.1", "localhost")
    newsroom.put("/a", redirects_to("/b", 301))
    newsroom.put("/b", redirects_to(f"{there}/c", 302))
    newsroom.put("/c", redirects_to("/d", 301))
    newsroom.put("/d", page("x"))
    async with client_of(OPEN) as client:
        answer = await Gate(database, client, OPEN).fetch(newsroom.url + "/a")
    assert (answer.moved_to, answer.final_url) == (newsroom.url + "/b", f"{there}/d")


KILLED = """
import asyncio, sys
from datetime import UTC, datetime
from flows import fetch
from flows.db import Database
from flows.http import client_of
from flows.settings import FetchSettings

async def main():
    settings = FetchSettings(spacing_seconds=0, allow_hosts=("127.0.0.1",), concurrency=64)
    with Database(sys.argv[1]) as database:
        async with client_of(settings) as client:
            await fetch.fetch_all(database, client, settings, datetime(2026, 3, 2, 12, tzinfo=UTC), 100)

asyncio.run(main())
"""


def test_a_worker_killed_while_it_fetches_leaves_the_same_rows_as_one_that_was_not(database, database_url, newsroom, execute):
    names = [f"s{n}" for n in range(10)]
    settings = FetchSettings(spacing_seconds=0, allow_hosts=("127.0.0.1",), concurrency=64)
    half = threading.Event()

    def story(name, number):
        def answer(asked):
            if number >= 5 and not half.is_set():
                half.wait(30)  # the second half hangs until the worker is dead
            return Answer(200, article_page(name, ["Its text."]).encode(), {"Content-Type": "text/html"})

        return answer

    for number, name in enumerate(names):
        newsroom.put(f"/{name}", story(name, number))

    def listed():
        with database.transaction() as tx:
            entries = [Entry(url=f"{newsroom.url}/{name}", title=name) for name in names]
            sources.list_entries(tx, entries, source_id=None, outlet="", now=NOON)

    def finish(now):
        async def go():
            async with client_of(settings) as client:
                while await fetch.fetch_all(database, client, settings, now, 100):
                    pass

        asyncio.run(go())

    def rows():
        with database.transaction() as tx:
            found = tx._connection.execute(
                "SELECT url, entry.state, entry.outcome, final_url, body_sha256"
                " FROM entry LEFT JOIN page ON entry_id = entry.id ORDER BY url"
            )
            return [tuple(row.values()) for row in found]

    listed()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen([sys.executable, "-c", KILLED, database_url], env=environment)
    end = time.monotonic() + 60
    while len([1 for row in rows() if row[1] == "done"]) < 5 and time.monotonic() < end:
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    half.set()
    assert [row[1] for row in rows()].count("done") == 5
    finish(NOON)
    assert [row[1] for row in rows()].count("done") == 5  # what the dead one had taken is not free yet
    finish(NOON + fetch.LEASE)
    killed = rows()
    execute("TRUNCATE entry, page CASCADE")
    listed()
    finish(NOON)
    assert killed == rows()
    assert len(killed) == 10


async def test_polls_pass_the_gate_too(database, newsroom):
    from flows.settings import Settings

    newsroom.put("/feed.xml", feed([item("/a", "A")]))
    settings = Settings.model_validate({"sources": [{"url": newsroom.url + "/feed.xml"}], "fetch": OPEN.model_dump()})
    with database.transaction() as tx:
        sources.keep(tx, settings, NOON)
    async with client_of(OPEN) as client:
        await sources.poll_all(database, client, settings, NOON, 10)
    with database.transaction() as tx:
        [day] = tx.all("fetch.ledger", host=newsroom.host, limit=1)
    assert day["requests"] == 2  # robots.txt, for its crawl-delay, and the feed
