"""kill -9 in the middle of a pass, at every kind of moment: afterwards the same rows as without it.

A worker polls feeds and fetches their pages, and kills itself in its n-th transaction, before or after it is committed;
another one goes on when the leases of the dead one have run out.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from newsroom import Newsroom, article_page, feed, item, page, redirects_to

ROOT = Path(__file__).resolve().parents[2]

DRILL = """
import asyncio, json, os, signal, sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from flows import db, fetch, gate, sources
from flows.db import Database
from flows.http import client_of
from flows.settings import Settings

url, order = sys.argv[1], json.loads(sys.argv[2])
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
settings = Settings.model_validate({
    "sources": [{"url": each, "outlet": "Tidewater", "every_minutes": 1440} for each in order["feeds"]],
    "fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"], "timeout_seconds": 10},
})

def run(now, kill=None, before=True):
    # One pass: polls, then pages, until nothing is due. Returns how many transactions that took.
    count = 0

    class Mortal(Database):
        @contextmanager
        def transaction(self):
            nonlocal count
            count += 1
            mine = count
            with super().transaction() as tx:
                yield tx
                if mine == kill and before:
                    os.kill(os.getpid(), signal.SIGKILL)
            if mine == kill:
                os.kill(os.getpid(), signal.SIGKILL)

    async def go():
        with Mortal(url) as database:
            async with client_of(settings.fetch) as client:
                while await sources.poll_all(database, client, settings, now, 4):
                    pass
                while await fetch.fetch_all(database, client, settings.fetch, now, 5):
                    pass

    asyncio.run(go())
    return count

def execute(statement):
    with db.connect(url, autocommit=True) as connection:
        found = connection.execute(statement)
        return [list(row.values()) for row in found] if found.description else []

def start():
    execute("TRUNCATE source, entry, page, poll, notice, host, host_day, flight, robots CASCADE")
    with Database(url) as database, database.transaction() as tx:
        sources.keep(tx, settings, NOON)

def rows():
    return {
        "sources": execute("SELECT url, state, last_outcome, failures, encode(body_sha256, 'hex') FROM source ORDER BY url"),
        "polls": execute("SELECT url, outcome, listed FROM poll JOIN source ON source.id = source_id ORDER BY url, poll.id"),
        "new": execute("SELECT sum(new)::integer FROM poll"),  # which paper is the first to list the shared story may differ
        "entries": execute("SELECT url, title, outlet, state, outcome, relisted FROM entry ORDER BY url"),
        "pages": execute(
            "SELECT url, final_url, encode(body_sha256, 'hex') FROM page JOIN entry ON entry.id = entry_id ORDER BY url"
        ),
    }

start()
total = run(NOON)
found = [{"moment": "never", "status": 0, "rows": rows()}]
for share in order["shares"]:
    for before in (True, False):
        start()
        moment = max(1, round(total * share))
        child = os.fork()
        if child == 0:
            run(NOON, moment, before)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        # As if the time had passed: its flights count no more, and its leases are over.
        execute("UPDATE flight SET until = clock_timestamp()")
        half = execute("SELECT count(*) FROM entry WHERE state = 'done'")[0][0]
        run(NOON + gate.LEASE)
        found.append({"moment": f"{moment} of {total}, {before}", "status": status, "rows": rows(), "done": half})
print(json.dumps(found))
"""


@pytest.fixture
def papers():
    """Six papers, each with a feed of three stories; one story moved, and all list a story of the first."""
    with ExitStack() as stack:
        opened = [stack.enter_context(Newsroom()) for _ in range(6)]
        for paper in opened:
            for n in range(3):
                paper.put(f"/s{n}", page(article_page(f"Story {n}", [f"Story {n} of a paper."])))
            listed = [item(f"{paper.url}/s{n}", f"Story {n}") for n in range(3)]
            paper.put("/feed.xml", feed([*listed, item(opened[0].url + "/s0", "Story 0")]))
        opened[1].put("/s1", redirects_to("/s2"))
        yield opened


def test_whenever_a_worker_is_killed_the_next_one_ends_with_the_same_rows(database_url, papers):
    order = {"feeds": [f"{paper.url}/feed.xml" for paper in papers], "shares": [0, 0.25, 0.5, 0.8]}
    done = subprocess.run(
        [sys.executable, "-c", DRILL, database_url, json.dumps(order)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    whole, *killed = json.loads(done.stdout)
    assert len(whole["rows"]["entries"]) == 18
    assert {entry[3] for entry in whole["rows"]["entries"]} == {"done"}
    assert len(killed) == 8
    for each in killed:
        assert each["status"] == 9, each["moment"]
        for kind, wanted in whole["rows"].items():
            found = each["rows"][kind]
            odd = [row for row in [*wanted, *found] if wanted.count(row) != found.count(row)]
            assert not odd, (each["moment"], kind)
    assert {0} < {each["done"] for each in killed} - {18}  # some died before the first page was kept, some in between
