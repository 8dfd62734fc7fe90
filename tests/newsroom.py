"""A publisher on loopback whose every trick is a function: tests put situations at paths, and read what was asked.

    with Newsroom() as newsroom:
        newsroom.put("/feed.xml", feed([item(newsroom.url + "/story", "Title")]))
        newsroom.put("/story", page(article_page("Title", ["First paragraph.", "Second."])))

A situation takes the request and gives the answer. It may remember what was asked before: newsroom.asked(path) counts.
"""

import gzip
import hashlib
import html
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; names of headers are in lower case."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What goes out. Pieces are sent one by one with the pause before each; promised is a Content-Length that may lie."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    promised: int | None = None


Situation = Callable[[Asked], Answer]


class Newsroom:
    """The server. Paths without a situation answer 404; so does robots.txt until somebody puts one."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._situations: dict[str, Situation] = {}
        self._closing = threading.Event()
        newsroom = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10
            wbufsize = 65536  # head and body in one packet: in two, the second waits 40 ms

            def do_GET(self) -> None:
                newsroom._answer(self)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that hangs up on a bomb is what is tested

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def put(self, path: str, situation: Situation) -> str:
        """From now on the path, its query included, answers so; its address."""
        self._situations[path] = situation
        return self.url + path

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = Asked(handler.path, {name.lower(): value for name, value in handler.headers.items()})
        self.requests.append(asked)
        situation = self._situations.get(handler.path, nothing_there())
        answer = situation(asked)
        pieces = [answer.body] if isinstance(answer.body, bytes) else answer.body
        length = (
            answer.promised if answer.promised is not None else len(answer.body) if isinstance(answer.body, bytes) else None
        )
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if length is None:
            handler.send_header("Connection", "close")
        else:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        for piece in pieces:
            if answer.pause and self._closing.wait(answer.pause):
                break
            handler.wfile.write(piece)
            handler.wfile.flush()
        if length is None or answer.promised is not None:
            handler.close_connection = True


# What a server may do.


def nothing_there() -> Situation:
    return lambda asked: Answer(404, b"<h1>Not found</h1>", {"Content-Type": "text/html"})


def page(body: str | bytes, content_type: str = "text/html; charset=utf-8", **headers: str) -> Situation:
    """The plain case: the body, whenever asked."""
    data = body.encode() if isinstance(body, str) else body
    return lambda asked: Answer(
        200, data, {"Content-Type": content_type} | {k.replace("_", "-"): v for k, v in headers.items()}
    )


def with_validators(body: str, content_type: str, last_modified: str = "Mon, 01 Jun 2026 10:00:00 GMT") -> Situation:
    """Honest ETag and Last-Modified: 304 for who has this version."""
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'

    def answer(asked: Asked) -> Answer:
        headers = {"ETag": etag, "Last-Modified": last_modified, "Content-Type": content_type}
        return Answer(304, b"", headers) if asked.headers.get("if-none-match") == etag else Answer(200, body.encode(), headers)

    return answer


def always_not_modified() -> Situation:
    """A false 304: nothing is ever new here."""
    return lambda asked: Answer(304)


def too_many_requests(retry_after: str, status: int = 429) -> Situation:
    return lambda asked: Answer(status, b"slow down", {"Retry-After": retry_after})


def fails(status: int, times: int, then: Situation) -> Situation:
    """An error for the first so many requests, then better."""
    left = [times]

    def answer(asked: Asked) -> Answer:
        if left[0] > 0:
            left[0] -= 1
            return Answer(status, b"")
        return then(asked)

    return answer


def redirects_to(address: str, status: int = 302, **headers: str) -> Situation:
    return lambda asked: Answer(status, b"", {"Location": address} | {k.replace("_", "-"): v for k, v in headers.items()})


def redirects_forever() -> Situation:
    """To itself, again and again."""
    return lambda asked: Answer(302, b"", {"Location": asked.path})


def slow(body: bytes, pause: float) -> Situation:
    """A byte at a time."""
    return lambda asked: Answer(200, [bytes([byte]) for byte in body], {"Content-Type": "text/html"}, pause=pause)


def truncated(body: bytes) -> Situation:
    """Promises more than it sends."""
    return lambda asked: Answer(200, body[: len(body) // 2], {"Content-Type": "text/html"}, promised=len(body))


def gzipped(body: bytes, content_type: str = "text/html; charset=utf-8") -> Situation:
    packed = gzip.compress(body)
    return lambda asked: Answer(200, packed, {"Content-Type": content_type, "Content-Encoding": "gzip"})


def gzip_bomb(megabytes: int) -> Situation:
    """A few kilobytes that unpack to so many megabytes."""
    return gzipped(b"\0" * (megabytes * 1_000_000))


def endless() -> Situation:
    """A body that never ends."""

    def pieces() -> Iterable[bytes]:
        while True:
            yield b"and on and on " * 4_096

    return lambda asked: Answer(200, pieces(), {"Content-Type": "text/html"})


# What it may publish.


def item(link: str, title: str, *, published: datetime | None = None, guid: str = "", content: str = "") -> str:
    """One RSS item."""
    parts = [f"<title>{html.escape(title)}</title>", f"<link>{html.escape(link)}</link>"]
    if guid:
        parts.append(f'<guid isPermaLink="false">{html.escape(guid)}</guid>')
    if published is not None:
        parts.append(f"<pubDate>{format_datetime(published)}</pubDate>")
    if content:
        parts.append(f"<content:encoded>{html.escape(content)}</content:encoded>")
    return f"<item>{''.join(parts)}</item>"


def rss(items: Iterable[str], title: str = "The Loopback Courier") -> str:
    """An RSS document."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{html.escape(title)}</title>{''.join(items)}</channel></rss>"
    )


def feed(items: Iterable[str]) -> Situation:
    return with_validators(rss(items), "application/rss+xml")


def article_page(
    title: str,
    paragraphs: Iterable[str],
    *,
    published: str = "",
    author: str = "",
    canonical: str = "",
    site_name: str = "The Loopback Courier",
) -> str:
    """An article's page with the furniture that surrounds one."""
    head = [f"<title>{html.escape(title)} | {html.escape(site_name)}</title>", '<meta charset="utf-8">']
    head.append(f'<meta property="og:site_name" content="{html.escape(site_name)}">')
    if published:
        head.append(f'<meta property="article:published_time" content="{published}">')
    if author:
        head.append(f'<meta name="author" content="{html.escape(author)}">')
    if canonical:
        head.append(f'<link rel="canonical" href="{html.escape(canonical)}">')
    body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head>{"".join(head)}</head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>'
        f"<main><article><h1>{html.escape(title)}</h1>{body}</article></main>"
        '<aside><h2>Most read</h2><ul><li><a href="/other">Another story entirely</a></li></ul></aside>'
        "<footer><p>All rights reserved. <a href='/terms'>Terms</a></p></footer></body></html>"
    )
