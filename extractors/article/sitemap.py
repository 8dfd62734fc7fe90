"""Which pages does this sitemap list?

Bytes of a sitemap, a news sitemap, a sitemap index or a list of addresses, plain or gzipped -> entries and further sitemaps.
Pure; no bytes raise. The same guards as for feeds hold, and a gzipped document is unpacked only up to a limit.
Not here: fetching the sitemaps of an index, robots.txt (flows).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractors.article.charset import decode_xml, unpacked
from extractors.article.dates import moment
from extractors.article.feed import NotAFeed
from extractors.article.markup import element_text, local_name, parse_xml, plain, web_url
from schemas.records import Entry

if TYPE_CHECKING:
    from lxml import etree

#: Addresses that one sitemap may list: the protocol's own limit.
MAX_ENTRIES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapLink:
    """A further sitemap that an index lists."""

    url: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapDocument:
    """A sitemap as read: pages, or further sitemaps, in the publisher's order."""

    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[SitemapLink, ...] = ()
    listed: int = 0  #: in the document, those over the limit and those without an address included


def read_sitemap(body: bytes, *, content_type: str = "", base_url: str = "") -> SitemapDocument | NotAFeed:
    """The pages of a sitemap: published_at from the news extension, updated_at from lastmod, dates in UTC as written.

    Args:
        body: as transferred; a gzipped file is unpacked here.
        base_url: where the document was found; relative addresses, which the protocol forbids, are resolved against it.
    """
    plainly = unpacked(body)
    if plainly is None:
        return NotAFeed(reason="a gzipped file that cannot be unpacked")
    text = decode_xml(plainly, content_type)
    root = parse_xml(text, base_url)
    if isinstance(root, str):
        return _text_sitemap(text) or NotAFeed(reason=root)
    name = local_name(root)
    if name == "html":
        return NotAFeed(reason="a web page, not a sitemap", found="html")
    if name in {"rss", "feed", "rdf", "channel"}:
        return NotAFeed(reason="a feed, not a sitemap", found="feed")
    if name not in {"urlset", "sitemapindex"}:
        return NotAFeed(reason=f"XML that is no sitemap: its root element is <{name[:40]}>")
    entries: list[Entry] = []
    sitemaps: list[SitemapLink] = []
    listed = 0
    for child in root:
        kind = local_name(child)
        if kind not in {"url", "sitemap"}:
            continue
        listed += 1
        if listed > MAX_ENTRIES:
            continue
        fields = _fields(child)
        url = web_url(fields.get("loc", ""), base_url)
        if url and kind == "sitemap":
            sitemaps.append(SitemapLink(url=url, updated_at=moment(fields.get("lastmod", ""))))
        elif url:
            entries.append(
                Entry(
                    url=url,
                    title=plain(fields.get("news:title", "")),
                    published_at=moment(fields.get("news:publication_date", "")),
                    updated_at=moment(fields.get("lastmod", "")),
                    language=fields.get("news:language", "")[:35],
                )
            )
    return SitemapDocument(entries=tuple(entries), sitemaps=tuple(sitemaps), listed=listed)


def _fields(element: "etree._Element") -> dict[str, str]:
    """The texts of an entry; those of the news extension under "news:", whatever prefix the document gives it."""
    found: dict[str, str] = {}
    for child in element:
        key = local_name(child)
        if key == "news":
            for part in child.iter():
                found.setdefault(f"news:{local_name(part)}", element_text(part))
        elif key in {"loc", "lastmod"}:
            found.setdefault(key, element_text(child))
    return found


def _text_sitemap(text: str) -> SitemapDocument | None:
    """One address a line, and nothing else."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    urls = [web_url(line, "") for line in lines[:MAX_ENTRIES]]
    if not urls or not all(urls):
        return None
    return SitemapDocument(entries=tuple(Entry(url=url) for url in urls), listed=len(lines))
