"""The gate: eight workers on one PostgreSQL, hosts that refuse, and redirects to other hosts."""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from newsroom import Answer, Newsroom, feed, item, page, redirects_to, slow, too_many_requests

from flows import sources
from flows.db import Database
from flows.gate import Gate, HostBusy, host_of
from flows.http import client_of
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

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


SIMULATED = """
import asyncio, json, os, sys, time
from datetime import timedelta
from flows.db import Database
from flows.gate import Gate, host_of
from flows.http import Client, Response
from flows.settings import FetchSettings

granted, made = [], []

class Recording(Gate):
    def _reserve(self, host, between, longest):
        took = super()._reserve(host, between, longest)
        if took["id"] is not None:
            granted.append((host, took["start"].timestamp()))
        return took

class Site(Client):
    async def fetch(self, url, **how):
        began = time.time()
        await asyncio.sleep(0.1)
        made.append((host_of(url), began, time.time()))
        return Response(status=200, final_url=url, headers={})

async def main(spacing, urls):
    gate = Recording(database, Site(), FetchSettings(spacing_seconds=spacing, concurrency=6))
    await asyncio.gather(*(gate.fetch(url, longest=timedelta(minutes=5)) for url in urls))

order = json.loads(sys.argv[2])
told = []
for _ in range(order["workers"]):
    read, write = os.pipe()
    if os.fork() == 0:
        with Database(sys.argv[1]) as database:
            asyncio.run(main(order["spacing"], order["urls"]))
        with os.fdopen(write, "w") as pipe:
            json.dump({"granted": granted, "made": made}, pipe)
        os._exit(0)
    os.close(write)
    told.append(read)
print(json.dumps([json.load(os.fdopen(read)) for read in told]))
"""


def test_eight_worker_processes_keep_the_spacing_of_every_host_and_none_has_more_than_a_quarter_of_all_flights(database_url):
    """Starts as PostgreSQL granted them, and as they were made; flights of all processes as they overlap."""
    spacing, workers, small = 0.03, 8, 8
    urls = [f"https://small{n}.example/{m}" for m in range(3) for n in range(small)]
    urls += [f"https://large.example/{m}" for m in range(6)]
    order = json.dumps({"workers": workers, "spacing": spacing, "urls": urls})
    done = subprocess.run(
        [sys.executable, "-c", SIMULATED, database_url, order],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    granted, made = defaultdict(list), defaultdict(list)
    for each in told:
        for host, start in each["granted"]:
            granted[host].append(start)
        for host, began, ended in each["made"]:
            made[host].append((began, ended))
    assert {host: len(flights) for host, flights in made.items()} == {
        f"small{n}.example": workers * 3 for n in range(small)
    } | {"large.example": workers * 6}
    for host, starts in granted.items():
        starts.sort()
        assert min(after - before for before, after in pairwise(starts)) >= spacing - 1e-6
        assert len(starts) >= len(made[host])
    for host, flights in made.items():  # no request leaves before a turn of its own
        turns = iter(granted[host])
        for began, _ in sorted(flights):
            assert next(turns) <= began + 1e-3
    flights = [(host, began, ended) for host, each in made.items() for began, ended in each]
    shares = []
    for host, began, _ in flights:
        # PostgreSQL hears of an end a moment later: what ended just now may count for all, and not for the host.
        own = sum(other == host and start <= began < end for other, start, end in flights)
        under_way = sum(start <= began + 0.02 and began < end + 0.2 for _, start, end in flights)
        assert own <= max(1, under_way / 4), (host, own, under_way)
        shares.append(own)
    assert max(shares) > 1  # the rule was put to the test
    with Database(database_url) as database, database.transaction() as tx:
        [day] = tx.all("fetch.ledger", host="large.example", limit=9)
    assert day["requests"] == workers * 6


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


async def test_a_request_that_is_cancelled_says_nothing_of_its_host(database, newsroom, execute):
    url = newsroom.put("/no", lambda asked: Answer(403))
    newsroom.put("/slow", slow(b"x" * 1_000, 0.1))
    async with client_of(OPEN) as client:
        gate = Gate(database, client, OPEN)
        await gate.fetch(url)
        asked = asyncio.create_task(gate.fetch(newsroom.url + "/slow"))
        while not newsroom.asked("/slow"):
            await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    with database.transaction() as tx:
        assert tx.one("fetch.host", host=newsroom.host)["in_a_row"] == 1
        [day] = tx.all("fetch.ledger", host=newsroom.host, limit=1)
    assert (day["requests"], day["refused"], day["failed"]) == (2, 1, 0)


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
