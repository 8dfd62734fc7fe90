"""What can be polled at this address?

Address of a site, a feed, a sitemap or an OPML file, or the path of one -> candidates with their last items, the likeliest
first. A feed that the page names goes before one at a usual place, sitemaps of robots.txt come last. Every request passes the
host's gate, and there are few of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from extractors.article.charset import decode_html
from extractors.article.feed import FeedDocument, feed_links
from extractors.article.opml import Outline, read_opml
from extractors.article.sitemap import SitemapDocument
from extractors.article.urls import is_web_url
from flows.gate import Gate, HostBusy
from flows.http import Response, redact
from flows.robots import Robots, root_of
from flows.sources import document_of
from schemas.errors import FetchError, UsageError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

#: Feeds that the page names, and of sitemaps, that are looked into: sites name one for each section.
MOST_NAMED, MOST_SITEMAPS = 6, 3

#: Where feeds stand when the page names none: WordPress, static site generators, older systems.
USUAL = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap.xml")

_MENDS = {
    401: "if you have a password for it: https://name:password@...",
    403: "it refuses programs; ask its publisher, or name another address",
    410: "it is gone for good; name another address",
    429: "it asks to wait; try again later",
    503: "it is out of order for the moment; try again later",
}

#: Items of a candidate that are shown.
LAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that can be polled."""

    url: str
    kind: str  #: "feed" or "sitemap"
    title: str
    how: str  #: where it was found, for a person
    listed: int = 0
    last: tuple[Entry, ...] = ()  #: the newest entries


async def discover(gate: Gate, robots: Robots, address: str, say: Callable[[str], None]) -> list[Found]:
    """The sources at an address; empty when there are none.

    Raises:
        UsageError: the address is none, or the file cannot be read.
        FetchError: nothing answers there.
    """
    if "://" not in address and address and Path(address).is_file():
        return of_file(Path(address))
    look = _Look(gate, robots, say)
    answer = await look.start(address)
    outlines = read_opml(answer.body, content_type=answer.content_type, base_url=answer.final_url)
    if outlines is not None:
        return _listed(outlines, address)
    found = look.read(answer, "the address itself")
    if found is not None:
        return [found]
    page = decode_html(answer.body, answer.content_type)
    for link in feed_links(page, answer.final_url)[:MOST_NAMED]:
        await look.at(link.url, "named by the page")
    if not look.found:
        for place in USUAL:
            if await look.at(urljoin(answer.final_url, place), "a usual place"):
                break
    for url in (await look.sitemaps(answer.final_url))[:MOST_SITEMAPS]:
        await look.at(url, "named by robots.txt")
    if not look.found:
        for place in USUAL_SITEMAPS:
            if await look.at(urljoin(answer.final_url, place), "a usual place"):
                break
    return sorted(look.found, key=lambda each: (each.kind != "feed", "comment" in (each.url + each.title).lower()))


class _Look:
    """Looks at one address after the other."""

    def __init__(self, gate: Gate, robots: Robots, say: Callable[[str], None]) -> None:
        self._gate, self._robots, self._say = gate, robots, say
        self._seen: set[str] = set()
        self.found: list[Found] = []

    async def start(self, address: str) -> Response:
        """The answer at an address as a person writes it."""
        written = address.strip()
        urls = [written] if "://" in written else [f"https://{written}", f"http://{written}"]
        if not all(is_web_url(url) for url in urls):
            if written.startswith((".", "/", "~")) or written.lower().endswith((".opml", ".xml")):
                raise UsageError(f"{written}: no such file", mend="name a readable file, or an address with https://")
            raise UsageError(f'"{written}" is not an address', mend="name a site, a feed, a sitemap, or an OPML file")
        failure: FetchError | None = None
        for url in urls:
            self._say(redact(url))
            try:
                answer = await self._gate.fetch(url, spacing=self._robots.feed_spacing)
            except HostBusy as busy:
                if failure is not None:
                    break  # it rests because of what has just failed
                raise UsageError(
                    f"{redact(url)}: its host may not be asked for another {busy.said}",
                    mend="it refused or did not answer before; try again then",
                ) from None
            except FetchError as error:
                failure = error
                if error.outcome is FetchOutcome.NAME_UNKNOWN:
                    break
                continue
            if answer.status == 200:
                return answer
            mend = _MENDS.get(answer.status, "see whether the address opens in a browser")
            raise UsageError(f"{redact(url)}: status {answer.status}", mend=mend)
        assert failure is not None
        raise failure

    async def at(self, url: str, how: str) -> bool:
        """Whether something new can be polled at an address."""
        if url in self._seen:
            return False
        self._seen.add(url)
        self._say(redact(url))
        try:
            answer = await self._gate.fetch(url, spacing=self._robots.feed_spacing)
        except (HostBusy, FetchError):
            return False
        found = self.read(answer, how, url) if answer.status == 200 else None
        if found is None or any(found.url == other.url for other in self.found):
            return False
        self.found.append(found)
        return True

    def read(self, answer: Response, how: str, url: str = "") -> Found | None:
        """What was answered, when it can be polled."""
        for kind in ("feed", "sitemap"):
            document = document_of(kind, answer)
            if isinstance(document, FeedDocument):
                entries, title = document.entries, document.title
            elif isinstance(document, SitemapDocument) and (document.sitemaps or document.listed):
                entries, title = document.entries, ""
            else:
                continue
            dated = [entry for entry in entries if entry.published_at or entry.updated_at]
            newest = sorted(dated, key=lambda each: str(each.published_at or each.updated_at), reverse=True) or list(entries)
            listed = document.listed if isinstance(document, FeedDocument) else len(entries) or len(document.sitemaps)
            address = answer.moved_to or url or answer.final_url
            host = urlsplit(answer.final_url).hostname or ""
            return Found(url=address, kind=kind, title=title or host, how=how, listed=listed, last=tuple(newest[:LAST]))
        return None

    async def sitemaps(self, url: str) -> list[str]:
        """Those that robots.txt names; news sitemaps first."""
        self._say(f"{redact(root_of(url))}/robots.txt")
        try:
            named = await self._robots.sitemaps(url)
        except (HostBusy, FetchError):
            return []
        web = [urljoin(url, each) for each in named if is_web_url(urljoin(url, each))]
        return sorted(dict.fromkeys(web), key=lambda each: "news" not in each.lower())


def of_file(path: Path) -> list[Found]:
    """The sources that an OPML file of this machine lists.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        outlines = read_opml(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}", mend="name a readable file") from None
    if outlines is None:
        raise UsageError(f"{path}: no OPML file", mend="feed readers write one when they export their feeds")
    return _listed(outlines, str(path))


def _listed(outlines: tuple[Outline, ...], where: str) -> list[Found]:
    return [
        Found(url=each.url, kind=each.kind, title=each.title or urlsplit(each.url).hostname or "", how=f"listed in {where}")
        for each in outlines
    ]
