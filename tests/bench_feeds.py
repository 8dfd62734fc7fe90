"""What polling costs: thousands of feeds of 30 items, 1 percent of them new, with all gates open; a pass with nothing due;
and the memory that the worst of documents take.

    python tests/bench_feeds.py [--feeds N] [--hostile [NAME]] [--json]

Feeds are spread over 250 hosts (names of loopback), served by a process of its own. A first poll lists everything; what
counts is the second, for which 1 percent of the items is new, which is in 26 feeds of 100. Half of the servers know
conditional requests. Memory is the peak of the polling process; PostgreSQL's is its own.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

HOSTS, ITEMS, NEW = 250, 30, 0.01


def serve(feeds: int) -> None:
    """The publishers. Prints its port; a line on standard input makes time go on."""
    import threading

    state = {"round": 0}
    drawn = [
        Random(n).sample(range(ITEMS), k=sum(Random(n * ITEMS + m).random() < NEW for m in range(ITEMS))) for n in range(feeds)
    ]

    def body(number: int, at: int) -> bytes:
        fresh = set(drawn[number]) if at else set()
        items = "".join(
            f"<item><title>Story {m} of feed {number}: the number of containers rose</title>"
            f"<link>http://127.0.{number % HOSTS}.1/story/{number}/{m}{'-new' if m in fresh else ''}</link>"
            f"<guid>{number}-{m}-{m in fresh}</guid><pubDate>Mon, 02 Mar 2026 {m % 24:02}:00:00 GMT</pubDate>"
            f"<description>{'What the ministry said of it, in a sentence or two. ' * 6}</description></item>"
            for m in range(ITEMS)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                path = request.split(b" ", 2)[1].decode()
                if not path.startswith("/feed/"):
                    writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
                    continue
                number = int(path.removeprefix("/feed/"))
                version = state["round"] if drawn[number] else 0
                tag = f'"{number}-{version}"' if number % 2 else ""
                if tag and f"if-none-match: {tag}".encode() in request.lower():
                    writer.write(b"HTTP/1.1 304 Same\r\n\r\n")
                    continue
                text = body(number, version)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(text)}\r\n"
                writer.write((head + (f"ETag: {tag}\r\n" if tag else "") + "\r\n").encode() + text)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "0.0.0.0", 0, backlog=1_000)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    def clock() -> None:
        for line in sys.stdin:
            state["round"] = int(line)
            print("ok", flush=True)
        os._exit(0)

    threading.Thread(target=clock, daemon=True).start()
    asyncio.run(run())


def measure(feeds: int) -> dict[str, float]:
    """Seconds and megabytes."""
    from flows import sources
    from flows.db import Database, migrate
    from flows.http import client_of
    from flows.postgres import embedded
    from flows.settings import Settings

    publisher = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(feeds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert publisher.stdin is not None
    assert publisher.stdout is not None
    port = int(publisher.stdout.readline())
    fetch = {
        "spacing_seconds": 0,
        "robots": False,
        "concurrency": 64,
        "allow_hosts": [f"127.0.{n}.1" for n in range(HOSTS)],
    }
    settings = Settings.model_validate({"fetch": fetch})
    with tempfile.TemporaryDirectory() as folder:
        url = embedded(Path(folder))
        migrate(url)
        with Database(url) as database:
            now = datetime(2026, 3, 3, 12, tzinfo=UTC)
            with database.transaction() as tx:
                for number in range(feeds):
                    address = f"http://127.0.{number % HOSTS}.1:{port}/feed/{number}"
                    sources.add(tx, address, kind="feed", outlet="", every_minutes=15, now=now)

            async def a_pass(at: datetime) -> tuple[float, int, int]:
                began, polled, new = time.monotonic(), 0, 0
                async with client_of(settings.fetch) as client:
                    while done := await sources.poll_all(database, client, settings, at, 250):
                        polled += len(done)
                        new += sum(each.new for each in done)
                return time.monotonic() - began, polled, new

            def nothing_due(at: datetime) -> float:
                began = time.monotonic()
                with database.transaction() as tx:
                    sources.keep(tx, settings, at)
                    assert sources.lease(tx, at, 250) == []
                    tx.all("fetch.lease_due", now=datetime(2020, 1, 1, tzinfo=UTC), until=at, limit=100, per_host=12,
                           longest=timedelta(minutes=1))  # fmt: skip
                return time.monotonic() - began

            first, polled, listed = asyncio.run(a_pass(now))
            assert (polled, listed) == (feeds, feeds * ITEMS), (polled, listed)
            publisher.stdin.write("1\n")
            publisher.stdin.flush()
            publisher.stdout.readline()
            cpu = time.process_time()
            second, polled, new = asyncio.run(a_pass(now + timedelta(hours=1)))
            cpu = time.process_time() - cpu
            assert polled == feeds, polled
            idle = min(nothing_due(now + timedelta(hours=1)) for _ in range(5))
        publisher.stdin.close()
        publisher.wait()
    return {
        "feeds": feeds,
        "first poll, seconds": first,
        "second poll, seconds": second,
        "second poll, CPU seconds of this process": cpu,
        "new entries": new,
        "peak memory, MB": _peak(),
        "a pass with nothing due, ms": 1000 * idle,
        "load of the machine": os.getloadavg()[0],
    }


def documents(limit: int) -> dict[str, tuple[str, bytes, dict[str, str]]]:
    """What strangers may send, by name: how it is read, its bytes, its headers. All of it is as long as the limit allows."""
    import gzip

    item = "<item><link>https://a.example/{}</link><title>\U0001f600 6,700 containers</title></item>"
    row = "<url><loc>https://a.example/{}</loc><lastmod>2026-03-02</lastmod></url>"

    def many(head: str, each: str, tail: str = "", size: int = limit) -> bytes:
        one = each.format(0) if "{}" in each else each
        count = (size - len(head.encode()) - len(tail.encode())) // (len(one.encode()) + 7 * ("{}" in each))
        return (head + "".join(each.replace("{}", str(n)) for n in range(count)) + tail).encode()

    bomb = (
        f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]><rss><channel><item><title>{"&a;" * 20_000}</title></item></channel></rss>'
    )
    page = "<html><body>" + "<p>Some 6,700 containers of shells, <b>officials</b> said on Monday.</p>"
    return {
        "a gzip bomb": ("feed", gzip.compress(bytes(400_000_000)), {"Content-Encoding": "gzip"}),
        "a feed of 110 KB with a document type": ("feed", bomb.encode(), {}),
        "a million items": ("feed", many("<rss><channel>", "<item/>"), {}),
        "items as many as fit": ("feed", many("<rss><channel>", item, "</channel></rss>"), {}),
        "nothing but tags": ("feed", many("<rss><channel>", "<a>"), {}),
        "one title": ("feed", many("<rss><channel><item><title>", "\U0001f600"), {}),
        "attributes": ("feed", many("<rss><channel>", '<item a="1" b="2" c="3" d="4" e="5" f="6"/>'), {}),
        "JSON of empty lists": ("feed", many('{"items": [[]', ",[]", "]}"), {}),
        "JSON of empty objects": ("feed", many('{"items": [{}', ",{}", "]}"), {}),
        "a sitemap as large as may be": ("sitemap", many("<urlset>", row, "</urlset>"), {}),
        "one that is gzipped": ("sitemap", gzip.compress(many("<urlset>", row, "</urlset>", 60_000_000), 1), {}),
        "gzipped tags": ("sitemap", gzip.compress(many("<urlset>", "<a>", "", 60_000_000), 1), {}),
        "gzipped tags in one address": ("sitemap", gzip.compress(many("<urlset><url>", "<a/>", "", 60_000_000), 1), {}),
        "a gzipped feed": ("feed", gzip.compress(many("<rss><channel>", item, "", 60_000_000), 1), {}),
        "a gzipped list of addresses": ("sitemap", gzip.compress(many("", "https://a.example/{}\n", "", 60_000_000), 1), {}),
        "letters of four bytes, gzipped": ("sitemap", gzip.compress(many("<urlset>", "\U0001f600", "", 60_000_000), 1), {}),
        "an OPML file": ("opml", many("<opml><body>", '<outline xmlUrl="https://a.example/{}"/>'), {}),
        "a page of 50 MB": ("page", many(page, "<p>Some 6,700 containers of shells.</p>", "", 50_000_000), {}),
        "a page as large as may be": ("page", many(page, "<p>Some 6,700 containers of shells.</p>"), {}),
        "a page of tags": ("page", many(page, "<div>"), {}),
    }


def hostile(part: str) -> dict[str, float]:
    """Peak memory in MB of a process that fetches and reads each; a page is read as the worker process does, model included.

    Args:
        part: only documents whose name holds it.
    """
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from flows.settings import FetchSettings

    served: dict[str, tuple[bytes, dict[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = served["/"]
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found: dict[str, float] = {}
    for name, (kind, body, headers) in documents(FetchSettings().max_body_bytes).items():
        if part not in name:
            continue
        served["/"] = body, headers
        url = f"http://127.0.0.1:{server.server_port}/"
        done = subprocess.run([sys.executable, __file__, "--read", kind, url], capture_output=True, text=True, check=False)
        said = done.stdout.split()
        found[name] = float(said[0]) if said else float("inf")
        print(f"{name:<44}{found[name]:8,.0f} MB  {' '.join(said[1:])}", flush=True)
    server.shutdown()
    return {"peak memory, MB, of the worst document": max(found.values())}


def read(kind: str, url: str) -> None:
    """Fetch and read one document; prints the peak of this process in MB, its CPU seconds, and what came of it."""
    from extractors.article.opml import read_opml
    from flows.http import Response, client_of, decode_html
    from flows.settings import FetchSettings
    from flows.sources import document_of
    from schemas.errors import FetchError

    if kind == "page":
        from flows.analyser import _warm

        _warm()

    async def go() -> Response:
        async with client_of(FetchSettings(allow_hosts=("127.0.0.1",))) as client:
            return await client.fetch(url)

    try:
        answer = asyncio.run(go())
        if kind == "page":
            from extractors.analysis import analyse
            from schemas.records import Page

            came: object = analyse(Page(url=url, html=decode_html(answer.body, answer.content_type)))
        else:
            came = read_opml(answer.body) if kind == "opml" else document_of(kind, answer)
    except FetchError as error:
        came = error.outcome
    print(f"{_peak():.0f} {time.process_time():.1f} s, {came if isinstance(came, str) else type(came).__name__}")


def _peak() -> float:
    """Of this process, in MB. What getrusage says begins, on Linux, with what the process took that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument(
        "--hostile", nargs="?", const="", help="only the memory that the worst of documents take, or those with such a name"
    )
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    if options.read:
        read(*options.read)
        return
    found = hostile(options.hostile) if options.hostile is not None else measure(options.feeds)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    for what, value in found.items():
        print(f"{what:<44}{value:10,.1f}")


if __name__ == "__main__":
    main()
