"""What an article costs: CPU by stage of the pure part, then the whole path with HTTP, PostgreSQL and Prefect.

    python tests/bench.py [--articles N] [--json]

Articles are those of the development storylines (tests/quality/gold); each is rendered as a page with the furniture of a
news site. The whole path is `figurewatch run` in this process: a newsroom on loopback, an embedded PostgreSQL, Prefect's own
server in memory. CPU is that of this process, its workers and the PostgreSQL server; the newsroom's own share is measured
apart and taken off.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
STORIES = ROOT / "tests" / "quality" / "gold" / "development"

FURNITURE = "".join(f'<li><a href="/section/{n}">Section {n} of the site</a></li>' for n in range(60))
RELATED = "".join(
    f'<div class="card"><a href="/r/{n}"><h3>Another headline, number {n}</h3></a><p>Its teaser.</p></div>' for n in range(20)
)


@dataclass(frozen=True)
class Told:
    """An article to be served."""

    outlet: str
    title: str
    published: datetime
    text: str


def articles(most: int) -> list[Told]:
    """Articles to read, story by story."""
    stories = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(STORIES.glob("*.json")))
    found = (
        Told(one["outlet"], one["title"], datetime.fromisoformat(one["published"]), one["text"])
        for story in stories
        for one in story["articles"]
    )
    return list(islice(found, most))


def page(told: Told, url: str) -> str:
    """An article as a page, with the furniture of a news site (about 20 KB)."""
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in told.text.split("\n\n"))
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": told.title,
        "datePublished": told.published.isoformat(),
    }
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(told.title)} | {told.outlet}</title>'
        f'<link rel="canonical" href="{url}"><script type="application/ld+json">{json.dumps(data)}</script></head><body>'
        f"<header><nav><ul>{FURNITURE}</ul></nav></header><main><article><h1>{escape(told.title)}</h1>"
        f'<p class="byline">{told.published:%d %B %Y}</p>{paragraphs}</article><aside>{RELATED}</aside></main>'
        f"<footer><p>{escape(told.outlet)}. All rights reserved.</p></footer></body></html>"
    )


class Server:
    """Feeds and pages on loopback: a feed for each outlet."""

    def __init__(self, told: list[Told]) -> None:
        self.cpu = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                began = time.thread_time()
                body = server.bodies.get(self.path)
                self.send_response(200 if body else 404)
                self.send_header(
                    "Content-Type", "application/rss+xml" if self.path.endswith(".xml") else "text/html; charset=utf-8"
                )
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")
                server.cpu += time.thread_time() - began

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.bodies: dict[str, bytes] = {}
        feeds: dict[str, list[str]] = defaultdict(list)
        for n, one in enumerate(told):
            path = f"/story/{n}"
            self.bodies[path] = page(one, self.url + path).encode()
            feeds[f"/feed/{n // 40}.xml"].append(
                f"<item><title>{escape(one.title)}</title><link>{self.url}{path}</link><pubDate>{format_datetime(one.published)}</pubDate></item>"
            )
        for path, items in feeds.items():
            self.bodies[path] = f"<rss version='2.0'><channel><title>Bench</title>{''.join(items)}</channel></rss>".encode()
        self.feeds = [self.url + path for path in feeds]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Read:
    """What was read of all articles, to say what a sentence costs."""

    words: int = 0
    sentences: int = 0
    parsed: int = 0


def pure(told: list[Told]) -> tuple[dict[str, float], Read]:
    """CPU milliseconds an article of each part of the analysis, in this process; and how much was read."""
    from extractors.article.body import article
    from extractors.claims import attribute, claims, may_claim
    from extractors.copies import fingerprint
    from extractors.figures import figures, may_count
    from extractors.series.mention import mentions
    from extractors.text import parse, sentences
    from schemas.records import Page

    spent: dict[str, float] = defaultdict(float)

    def timed(part: str, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        began = time.process_time()
        result = call(*given, **named)
        spent[part] += time.process_time() - began
        return result

    pages = [
        Page(url=f"https://bench.example/{n}", html=page(one, f"https://bench.example/{n}"), published_at=one.published)
        for n, one in enumerate(told)
    ]
    for warm in (True, False):
        spent.clear()
        total = Read()
        for one in pages[: 5 if warm else None]:
            read = timed("article (trafilatura and dates)", article, one)
            parts = timed("sentences", sentences, read.text)
            needed = [part for part in parts if may_count(part) or may_claim(part)]
            timed(PARSING, parse, needed)
            total.words += len(read.text.split())
            total.sentences += len(parts)
            total.parsed += len(needed)
            said = timed("claims", claims, read.text, parts, title=read.title)
            found = timed("figures", figures, read.text, parts, title=read.title, published_at=read.published_at)
            found = timed("claims", attribute, found, said, parts)
            timed("fingerprint", fingerprint, read.text, parts, title=read.title)
            timed("what linking compares", mentions, found, parts, title=read.title, article=read.url)
    return {part: 1000 * seconds / len(pages) for part, seconds in spent.items()}, total


#: The part that figures and claims share: sentences with a number or a cue are parsed once, together.
PARSING = "parsing for figures and claims"
#: What the best public tool for quantities needs for a sentence, in milliseconds: CQE (Almasian et al., EMNLP 2023), on a
#: machine of this class.
CQE = 18.0


def extraction(parts: dict[str, float], total: Read, articles: int) -> list[str]:
    """What figures and claims cost, in the measures of their targets."""
    both = parts[PARSING] + parts["claims"] + parts["figures"]
    each, page_share = both * articles / total.sentences, both / parts["article (trafilatura and dates)"]
    return [
        f"figures and claims: {both * articles * 500 / total.words:.1f} ms for 500 words"
        f" ({parts[PARSING] / both:.0%} of it parsing)",
        f"                    {each:.2f} ms a sentence, {CQE / each:.0f} times as fast as CQE ({CQE:.0f} ms)",
        f"                    {page_share:.1f} times as much as finding the article in its page (trafilatura)",
        f"                    {100 * total.parsed / total.sentences:.0f} percent of the sentences are parsed",
    ]


def postgres_cpu(data_dir: Path) -> float:
    """CPU seconds of the server and of all its processes, ended ones included."""
    pid = int(next((data_dir / "postgres").rglob("postmaster.pid")).read_text().split()[0])
    server = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:4]) for process in [server, *server.children(recursive=True)])


def own_cpu() -> float:
    """CPU seconds of this process and of its children, living ones included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return used.ru_utime + used.ru_stime + ended.ru_utime + ended.ru_stime + sum(t.user + t.system for t in living)


def whole(told: list[Told]) -> dict[str, float]:
    """The whole path: seconds, articles a second, CPU milliseconds an article; start-up measured apart."""
    import asyncio

    from flows.service import prefect_environment
    from flows.settings import load
    from schemas.records import Page

    with tempfile.TemporaryDirectory() as folder:
        server = Server(told)
        config = Path(folder) / "figurewatch.toml"
        sources = "".join(f'[[sources]]\nurl = "{feed}"\n' for feed in server.feeds)
        config.write_text(
            f'data_dir = "{folder}/data"\n[fetch]\nspacing_seconds = 0\nallow_hosts = ["127.0.0.1"]\n{sources}',
            encoding="utf-8",
        )
        began = time.monotonic()
        prefect_environment(load(config))
        from flows.context import context
        from flows.watch import watch

        opened = context(str(config), None)
        # The workers start and read their models: start-up, which a service pays once in a thousand pages.
        warm = [
            Page(url=f"https://warm.example/{n}", html=page(told[n % len(told)], ""))
            for n in range(8 * opened.settings.workers)
        ]
        assert list(opened.analyser.results(warm))

        async def passes() -> tuple[float, dict[str, int], float, float]:
            # A pass with nothing due: starts Prefect's server, and what it costs is start-up.
            from flows import sources as stage

            with opened.database.transaction() as tx:
                stage.keep(tx, opened.settings, datetime(2000, 1, 1, tzinfo=UTC))
            await watch(str(config), None, datetime(1999, 1, 1, tzinfo=UTC))
            cpu, clock = own_cpu() + postgres_cpu(Path(folder) / "data"), time.monotonic()
            done = await watch(str(config), None, None)
            return cpu, done, clock, own_cpu() + postgres_cpu(Path(folder) / "data")

        before, done, clock, after = asyncio.run(passes())
        seconds = time.monotonic() - clock
        server.close()
        read = done.get("articles stored", 0)
        return {
            "articles": read,
            "seconds": seconds,
            "articles a second": read / seconds,
            "CPU ms an article": 1000 * (after - before - server.cpu) / max(1, read),
            "start-up seconds": clock - began,
        }


def main() -> None:
    from flows.log import configure

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1000, help="at most so many")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    configure()
    told = articles(options.articles)
    parts, total = pure(told)
    path = whole(told)
    if options.json:
        print(json.dumps({"pure": parts, "whole": path}, indent=1))
        return
    words = sum(len(one.text.split()) for one in told) / len(told)
    print(f"{len(told)} articles of {words:.0f} words, as pages of {len(page(told[0], 'x')) / 1000:.0f} KB\n")
    print("CPU milliseconds an article, by part of the analysis")
    for part, cost in parts.items():
        print(f"  {part:<34}{cost:7.1f}")
    print(f"  {'all of it':<34}{sum(parts.values()):7.1f}\n")
    print("\n".join(extraction(parts, total, len(told))) + "\n")
    print("The whole path: HTTP, analysis in worker processes, PostgreSQL, Prefect; every process's CPU is counted")
    for part, cost in path.items():
        print(f"  {part:<34}{cost:7.1f}")


if __name__ == "__main__":
    main()
