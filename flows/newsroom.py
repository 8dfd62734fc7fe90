"""A newsroom on loopback: some outlets, their pages and feeds, and a clock that is turned by hand.

Data (bundle/newsroom/newsroom.toml) + the date of the first day + the time of the clock -> a real HTTP server on
127.0.0.1 whose feeds (RSS and Atom) list what is out by then, whose pages carry the boilerplate of real ones, and which
answers conditional requests with 304. Two newsrooms of one date and clock serve the same but for the port.
For the demo and for tests. Every text is invented; bundle/newsroom says so too.
"""

import hashlib
import json
import threading
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

HOST = "127.0.0.1"

#: Items in a feed, as on most real ones.
MAX_ITEMS = 20

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DAYS_KO = "월요일 화요일 수요일 목요일 금요일 토요일 일요일".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A publisher with one feed."""

    id: str
    name: str
    feed: str  #: "rss" or "atom"
    motto: str
    menu: tuple[str, ...]
    advert: str
    footer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A text at one address from a moment on."""

    at: datetime
    paragraphs: tuple[str, ...]
    note: str = ""  #: the publisher's correction, shown above the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article with its publisher's edits, and what a reader would call it."""

    id: str
    outlet: str
    path: str
    title: str
    author: str
    language: str
    relation: str  #: original, verbatim, light-edit, spun, excerpt, update or independent
    copy_of: str | None  #: id of the piece that it repeats
    versions: tuple[Version, ...]

    def at(self, moment: datetime) -> Version | None:
        """The version that stands at a moment; none before the first."""
        return next((version for version in reversed(self.versions) if version.at <= moment), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A shift that a reader should be told of."""

    piece: str
    version: int  #: counted from 1
    what: str
    from_number: int
    to_number: int
    kind: str
    seeds: bool  #: the number before comes from the corpus pack of the topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An outlet's feed, as it is added to the sources."""

    outlet: str  #: name
    url: str


class Newsroom:
    """The server. Nothing is out until the clock is set."""

    def __init__(self, base: datetime) -> None:
        """Base is the date of the first day; its time does not count."""
        self.outlets, self.pieces, self.told = load(base)
        self.now = datetime.min.replace(tzinfo=UTC)
        self.requests: list[tuple[str, int]] = []  #: path and status of each answer
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://{HOST}:{self._server.server_port}"

    def set_time(self, now: datetime) -> None:
        """Turn the clock; what is published by then is out."""
        self.now = now

    def moments(self) -> list[datetime]:
        """When something comes out, in order."""
        return sorted({version.at for piece in self.pieces for version in piece.versions})

    def feeds(self) -> list[Feed]:
        """All feeds."""
        return [Feed(outlet=outlet.name, url=self._feed_url(outlet)) for outlet in self.outlets.values()]

    def page_url(self, piece: Piece) -> str:
        """The address of an article."""
        return f"{self.url}/{piece.outlet}/{piece.path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> tuple[str, str, datetime] | None:
        """Body, content type and last change of what stands at a path now; None for what does not exist yet."""
        path = path.partition("?")[0]
        if path == "/robots.txt":
            return "User-agent: *\nDisallow: /search\n", "text/plain; charset=utf-8", datetime(2020, 1, 1, tzinfo=UTC)
        outlet = self.outlets.get(path.split("/")[1] if path.startswith("/") else "")
        if outlet is None:
            return None
        out = self._out(outlet)
        changed = max((version.at for _, version in out), default=datetime(2020, 1, 1, tzinfo=UTC))
        rest = path.removeprefix(f"/{outlet.id}")
        if rest in {"", "/"}:
            return self._home(outlet, out), "text/html; charset=utf-8", changed
        if rest == f"/{outlet.feed}.xml":
            body = self._rss(outlet, out) if outlet.feed == "rss" else self._atom(outlet, out)
            return body, f"application/{outlet.feed}+xml; charset=utf-8", changed
        for piece, version in out:
            if rest == f"/{piece.path}":
                return self._page(outlet, piece, version, out), "text/html; charset=utf-8", version.at
        return None

    def _out(self, outlet: Outlet) -> list[tuple[Piece, Version]]:
        """What an outlet has published by now, the latest first."""
        standing = [(piece, piece.at(self.now)) for piece in self.pieces if piece.outlet == outlet.id]
        out = [(piece, version) for piece, version in standing if version is not None]
        return sorted(out, key=lambda pair: pair[0].versions[0].at, reverse=True)

    def _feed_url(self, outlet: Outlet) -> str:
        return f"{self.url}/{outlet.id}/{outlet.feed}.xml"

    def _page(self, outlet: Outlet, piece: Piece, version: Version, out: list[tuple[Piece, Version]]) -> str:
        published = piece.versions[0].at
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": piece.title,
            "datePublished": published.isoformat(),
            "dateModified": version.at.isoformat(),
            "author": {"@type": "Person", "name": piece.author},
            "publisher": {"@type": "Organization", "name": outlet.name},
        }
        return _template().render(
            outlet=self._shown(outlet),
            page={
                "url": self.page_url(piece),
                "title": piece.title,
                "author": piece.author,
                "language": piece.language,
                "published": published,
                "modified": version.at,
                "dateline": f"{_DAYS[published.weekday()]}, {published:%Y-%m-%d, %H:%M}",
                "note": version.note,
                "paragraphs": version.paragraphs,
                "related": [(other.title, self.page_url(other)) for other, _ in out if other.id != piece.id][:4],
                # "</" would end the script element; nothing else is special in it.
                "json_ld": Markup(json.dumps(data).replace("</", "<\\/")),  # noqa: S704
            },
        )

    def _shown(self, outlet: Outlet) -> dict[str, object]:
        return {
            "name": outlet.name,
            "motto": outlet.motto,
            "menu": outlet.menu,
            "advert": outlet.advert,
            "footer": outlet.footer,
            "feed": outlet.feed,
            "feed_url": self._feed_url(outlet),
            "home_url": f"{self.url}/{outlet.id}/",
        }

    def _home(self, outlet: Outlet, out: list[tuple[Piece, Version]]) -> str:
        items = "".join(f'<li><a href="{self.page_url(piece)}">{escape(piece.title)}</a></li>' for piece, _ in out)
        link = f'<link rel="alternate" type="application/{outlet.feed}+xml" href="{self._feed_url(outlet)}">'
        head = f'<head><meta charset="utf-8"><title>{escape(outlet.name)}</title>{link}</head>'
        return f'<!DOCTYPE html><html lang="en">{head}<body><h1>{escape(outlet.name)}</h1><ul>{items}</ul></body></html>'

    def _rss(self, outlet: Outlet, out: list[tuple[Piece, Version]]) -> str:
        items = "".join(
            f"<item><title>{escape(piece.title)}</title><link>{self.page_url(piece)}</link>"
            f'<guid isPermaLink="false">{outlet.id}-{piece.id}</guid><dc:creator>{escape(piece.author)}</dc:creator>'
            f"<pubDate>{format_datetime(piece.versions[0].at)}</pubDate>"
            f"<description>{escape(_teaser(version))}</description></item>\n"
            for piece, version in out[:MAX_ITEMS]
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{escape(outlet.name)}</title><link>{self.url}/{outlet.id}/</link>"
            f"<description>{escape(outlet.motto)}</description><language>en</language><ttl>15</ttl>\n{items}</channel></rss>\n"
        )

    def _atom(self, outlet: Outlet, out: list[tuple[Piece, Version]]) -> str:
        changed = max((version.at for _, version in out), default=datetime(2020, 1, 1, tzinfo=UTC))
        entries = "".join(
            f'<entry xml:lang="{piece.language}"><title>{escape(piece.title)}</title>'
            f"<id>tag:{outlet.id}.example,2020:{piece.id}</id>"
            f'<link rel="alternate" type="text/html" href="{self.page_url(piece)}"/>'
            f"<published>{piece.versions[0].at.isoformat()}</published><updated>{version.at.isoformat()}</updated>"
            f"<author><name>{escape(piece.author)}</name></author><summary>{escape(_teaser(version))}</summary></entry>\n"
            for piece, version in out[:MAX_ITEMS]
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f"<title>{escape(outlet.name)}</title><id>tag:{outlet.id}.example,2020:feed</id>"
            f'<link rel="self" href="{self._feed_url(outlet)}"/><updated>{changed.isoformat()}</updated>\n{entries}</feed>\n'
        )


def load(base: datetime) -> tuple[dict[str, Outlet], list[Piece], list[Told]]:
    """The newsroom's data with absolute dates: outlets by id, articles in order of appearance, what should be told."""
    raw = tomllib.loads(files("flows.bundle.newsroom").joinpath("newsroom.toml").read_text(encoding="utf-8"))
    midnight = datetime.combine(base.date(), time(), tzinfo=UTC)
    outlets = {entry["id"]: Outlet(**{**entry, "menu": tuple(entry["menu"])}) for entry in raw["outlets"]}
    articles = {entry["id"]: entry for entry in raw["articles"]}
    pieces = [
        Piece(
            id=entry["id"],
            outlet=entry["outlet"],
            path=entry["path"],
            title=entry["title"],
            author=entry["author"],
            language=entry.get("language", "en"),
            relation=entry["relation"],
            copy_of=entry.get("copy_of"),
            versions=tuple(_version(version, entry, articles, midnight) for version in entry["versions"]),
        )
        for entry in raw["articles"]
    ]
    told = [
        Told(
            piece=entry["article"],
            version=entry["version"],
            what=entry["what"],
            from_number=entry["from"],
            to_number=entry["to"],
            kind=entry["kind"],
            seeds=entry["seeds"],
        )
        for entry in raw["expected"]["shifts"]
    ]
    return outlets, sorted(pieces, key=lambda piece: piece.versions[0].at), told


def _version(entry: dict[str, Any], owner: dict[str, Any], articles: dict[str, dict[str, Any]], midnight: datetime) -> Version:
    """One version; what it repeats is looked up, weekdays are those on which its words first appeared."""
    text = entry.get("text") or articles[entry["text_of"]]["versions"][0]["text"]
    origin = articles[owner["copy_of"]] if "copy_of" in owner and owner["relation"] != "update" else owner
    first = _moment(origin["versions"][0], midnight).weekday()
    text = text.replace("{weekday}", _DAYS[first]).replace("{weekday_ko}", _DAYS_KO[first])
    paragraphs = [paragraph.strip() for paragraph in text.strip().split("\n\n")]
    return Version(at=_moment(entry, midnight), paragraphs=tuple(paragraphs[: entry.get("keep")]), note=entry.get("note", ""))


def _moment(entry: dict[str, Any], midnight: datetime) -> datetime:
    clock = time.fromisoformat(entry["time"])
    return midnight + timedelta(days=entry["day"], hours=clock.hour, minutes=clock.minute)


def _teaser(version: Version) -> str:
    """What a feed says of an article: the start of it."""
    first = version.paragraphs[0]
    return first if len(first) <= 120 else first[:120].rsplit(" ", 1)[0] + " ..."


@cache
def _template() -> Template:
    source = files("flows.bundle.newsroom").joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(source)


def _handler(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # head and body in one packet: in two, the second waits 40 ms for the acknowledgement of the first

        def do_GET(self) -> None:
            found = newsroom.answer(self.path)
            if found is None:
                self._send(404, b"<h1>Not found</h1>", {"Content-Type": "text/html; charset=utf-8"})
                return
            text, content_type, changed = found
            body = text.encode()
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers = {"Content-Type": content_type, "ETag": tag, "Last-Modified": format_datetime(changed, usegmt=True)}
            if self._known(tag, changed):
                self._send(304, b"", headers)
            else:
                self._send(200, body, headers)

        def do_HEAD(self) -> None:
            self.do_GET()

        def _known(self, tag: str, changed: datetime) -> bool:
            """Does the client hold this already? The tag decides where there is one (RFC 9110, 13.2.2)."""
            if "If-None-Match" in self.headers:
                return tag in self.headers["If-None-Match"]
            since = self.headers.get("If-Modified-Since")
            if not since:
                return False
            try:
                return changed.replace(microsecond=0) <= parsedate_to_datetime(since).astimezone(UTC)
            except ValueError:
                return False

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            newsroom.requests.append((self.path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Requests are kept, not printed."""

    return Handler
