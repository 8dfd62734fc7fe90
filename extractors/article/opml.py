"""Which sources does this OPML file list, and how is such a file written?

Bytes of OPML -> outlines with an address; sources -> OPML 2.0. Pure; no bytes raise. The guards of feed.py hold: the document
type is cut off, entities stay unexpanded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from extractors.article.charset import decode_xml
from extractors.article.markup import NOT_XML, local_name, parse_xml, plain, web_url

#: Sources that one file may list; the largest collections of feed readers hold some thousands.
MAX_OUTLINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One source of an OPML file."""

    url: str
    title: str = ""
    kind: Literal["feed", "sitemap"] = "feed"


def read_opml(body: bytes, *, content_type: str = "", base_url: str = "") -> tuple[Outline, ...] | None:
    """The sources that a file lists, however deep in its folders, each address once; None when it is no OPML."""
    root = parse_xml(decode_xml(body, content_type), base_url)
    if isinstance(root, str) or local_name(root) != "opml":
        return None
    found: dict[str, Outline] = {}
    for element in root.iter():
        if local_name(element) != "outline":
            continue
        written = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        url = web_url(written.get("xmlurl", ""), base_url, credentials=True)
        if url and url not in found and len(found) < MAX_OUTLINES:
            kind: Literal["feed", "sitemap"] = "sitemap" if written.get("type", "").lower() == "sitemap" else "feed"
            title = plain(written.get("title", "")) or plain(written.get("text", ""))
            found[url] = Outline(url=url, title=title, kind=kind)
    return tuple(found.values())


def write_opml(outlines: Iterable[Outline], *, title: str = "Sources") -> bytes:
    """An OPML 2.0 file; what reads it and knows no sitemaps skips those, for their type is not "rss"."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for outline in outlines:
        name = NOT_XML.sub("", outline.title) or outline.url
        kind = "sitemap" if outline.kind == "sitemap" else "rss"
        etree.SubElement(body, "outline", text=name, title=name, type=kind, xmlUrl=outline.url)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
