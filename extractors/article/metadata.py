"""What does a page say about itself: title, authors, date, language, site, address?

Tree of a page -> its declarations: schema.org in JSON-LD, OpenGraph and the other meta elements, headline, time elements.
Pure; nothing is guessed from the running text, and no page raises.
Not here: which of several sayings is right (body.py), the text.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from extractors.article.dates import as_written
from extractors.article.markup import element_text, plain

#: Nodes of JSON-LD that are looked at; pages with recipes and shops reach some hundreds.
MAX_NODES = 2_000
#: Longer scripts are data, not declarations.
MAX_SCRIPT_LENGTH = 500_000
MAX_AUTHORS = 20
#: Dates that are looked at; live pages have hundreds of them.
MAX_DATES = 40

_ARTICLE_TYPES = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle reviewnewsarticle"
    " askpublicnewsarticle blogposting liveblogposting report socialmediaposting scholarlyarticle techarticle"
    " advertisercontentarticle satiricalarticle".split()
)
_DATE_KEYS = (
    "article:published_time og:published_time og:article:published_time datepublished date pubdate publishdate publish-date"
    " publish_date published_time published-date article:published article.published date.issued dc.date dc.date.issued"
    " dc.date.created dcterms.date dcterms.created dcterms.issued parsely-pub-date sailthru.date bt:pubdate ptime"
    " cxenseparse:recs:publishtime rnews:datepublished article_date_original originalpublicationdate"
    " citation_publication_date og:pubdate pub_date created"
).split()
_AUTHOR_KEYS = (
    "author article:author og:author og:article:author parsely-author sailthru.author dc.creator dcterms.creator"
    " citation_author byl authors"
).split()
_TITLE_KEYS = "og:title twitter:title headline dc.title dcterms.title parsely-title sailthru.title title".split()
_SITE_KEYS = "og:site_name application-name dc.publisher publisher".split()
_LANGUAGE_KEYS = "og:locale content-language language dc.language".split()

_LOOSE_VALUE = re.compile(r'"(headline|datePublished)"\s{0,5}:\s{0,5}"((?:[^"\\]|\\.){1,500})"')
_SCRIPT_FENCE = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*$|;\s*$")
_BYLINE_CLASS = re.compile(r"(?i)(?:^|[\s_-])(?:byline|author|autor|auteur)s?(?:[-_]{1,2}(?:name|link|names|list))?(?:$|\s)")
_BY = re.compile(
    r"(?i)^\s*(?:(?:story|words|report(?:ed|ing)?|written|posted|published|text)\s+)?(?:by|von|par|por|door|di|av|af)[:\s]+"
)
_PLACE = re.compile(r"\s[|/·•–—]\s.*", re.DOTALL)
_BETWEEN = re.compile(r"\s*(?:[,;\n&]|(?<=\w)/(?=\w)|\b(?:and|und|et|och|og)\b|\s(?:y|e|en|i|и)\s)\s*")
_MAIL = re.compile(r"\(?[\w.+-]{1,64}@[\w.-]{1,255}\)?")
#: What people do, where it stands after their names, and what stands for a name where none is given.
_POST = re.compile(
    r"(?i)(?:.{0,60}\b)?(?:reporters?|correspondents?|editors?|writers?|journalists?|columnists?|producers?|contributors?"
    r"|bureau chief|editor-in-chief|redakteur(?:in)?|journaliste)\b(?:\s+(?:at|for|in|of|on)\b.{0,60})?"
    r"|staff|admin(?:istrator)?|newsroom|(?:news|web|online|digital) (?:desk|team)|editorial (?:team|board|staff)|redaktion"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A page's sayings about itself, the most trusted first. Empty where it says nothing."""

    titles: tuple[str, ...] = ()  #: one a place that declares it, so that some are there twice; the site's name may be part
    headlines: tuple[str, ...] = ()  #: the h1 elements
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  #: in the time zone that is written with it
    language: str = ""
    site_name: str = ""
    publisher: str = ""  #: as structured data names it; often the company behind the site
    canonical: str = ""  #: may be relative
    is_article: bool = False
    has_node: bool = False  #: structured data describes an article; "og:type" alone says so of sections too
    kinds: frozenset[str] = frozenset()  #: what structured data and "og:type" call the page and its parts, in lower case
    is_free: bool = True  #: False: the publisher says that the text is for subscribers


def declared(tree: HtmlElement) -> Declared:
    """Everything that the page declares, in one pass over its head and its structured data."""
    meta = _meta(tree)
    headlines = tuple(dict.fromkeys(text for h1 in tree.iter("h1") if (text := plain(_visible(h1)))))[:5]
    nodes, loose = _structured(tree)
    node = _article_node(nodes, headlines)
    named = {str(other["@id"]): other for other in nodes if isinstance(other.get("@id"), str) and other.get("name")}
    publisher = _names(node.get("publisher"), named) if node else ()
    title = tree.find(".//title")
    titles = [plain(value) for key in _TITLE_KEYS for value in meta.get(key, ())]
    titles.insert(1, plain(_text(node.get("headline")) or loose.get("headline", "")))
    titles.append(plain(element_text(title)) if title is not None else "")
    authors = _clean_names(_names(node.get("author"), named) or _names(node.get("creator"), named)) if node else ()
    return Declared(
        titles=tuple(text for text in titles if text),
        headlines=headlines,
        authors=authors or _clean_names([value for key in _AUTHOR_KEYS for value in meta.get(key, ())]),
        published_at=_published(node, nodes, loose, meta, tree),
        language=_language(node, meta, tree),
        site_name=plain(
            next((value for key in _SITE_KEYS for value in meta.get(key, ())), "") or (publisher[0] if publisher else "")
        ),
        publisher=plain(publisher[0]) if publisher else "",
        canonical=_canonical(tree, meta),
        is_article=bool(node) or "article" in (meta.get("og:type") or [""])[0].lower(),
        has_node=bool(node),
        kinds=frozenset().union(*map(_types, nodes)) | {kind.lower() for kind in meta.get("og:type", ())},
        is_free=not any(str(one.get("isAccessibleForFree")).lower() == "false" for one in (nodes if not node else [node])),
    )


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        if content:
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                key = (element.get(attribute) or "").strip().lower()
                if key:
                    values = found.setdefault(key, [])
                    if len(values) < MAX_AUTHORS:
                        values.append(content[:2_000])
    return found


def _structured(tree: HtmlElement) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The nodes of all JSON-LD, and what can be picked from scripts that are no JSON."""
    nodes: list[dict[str, Any]] = []
    loose: dict[str, str] = {}
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        text = script.text or ""
        if not text or len(text) > MAX_SCRIPT_LENGTH:
            continue
        try:
            value = json.loads(_SCRIPT_FENCE.sub("", text), strict=False)
        except (ValueError, RecursionError):
            for match in _LOOSE_VALUE.finditer(text):
                loose.setdefault(match[1], html.unescape(match[2].replace('\\"', '"').replace("\\/", "/")))
            continue
        nodes.extend(_nodes(value, MAX_NODES - len(nodes)))
    return nodes, loose


def _nodes(value: Any, limit: int) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting and limit > 0:
        current = waiting.pop()
        if isinstance(current, list):
            waiting.extend(reversed(current[:MAX_NODES]))
        elif isinstance(current, dict):
            limit -= 1
            yield current
            waiting.extend(
                reversed([current[key] for key in ("@graph", "mainEntity", "author", "publisher") if key in current])
            )


def _types(node: dict[str, Any]) -> set[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rpartition("/")[2].lower() for kind in listed if isinstance(kind, str)}


def _article_node(nodes: list[dict[str, Any]], headlines: tuple[str, ...]) -> dict[str, Any]:
    """The node that describes this page's article: of several, the one with the page's headline."""
    articles = [node for node in nodes if _types(node) & _ARTICLE_TYPES]
    for node in articles:
        if plain(_text(node.get("headline"))) in headlines:
            return node
    return articles[0] if articles else {}


def _published(
    node: dict[str, Any], nodes: list[dict[str, Any]], loose: dict[str, str], meta: dict[str, list[str]], tree: HtmlElement
) -> datetime | None:
    """The date of publication, never that of a change; where it lacks its hour or zone, those of another saying of that day."""
    said = [_text(node.get("datePublished")), loose.get("datePublished", "")]
    said += [value for key in _DATE_KEYS for value in meta.get(key, ())]
    said += [_text(other.get("datePublished")) for other in nodes if _types(other) & {"webpage", "videoobject"}]
    said += [_text(node.get("dateCreated")), _text(node.get("uploadDate"))]
    for element in tree.iter("time", "span", "abbr"):
        if "datepublished" in (element.get("itemprop") or "").lower() or (
            element.tag == "time" and element.get("pubdate") is not None
        ):
            said += [element.get("datetime") or element.get("content") or element.get("title") or "", element_text(element)]
    dates = [found for written in said[:MAX_DATES] if written and (found := as_written(written)) is not None]
    if not dates:
        return None
    first = dates[0]
    if not (first.hour or first.minute or first.second):
        first = next((other for other in dates if other.date() == first.date() and (other.hour or other.minute)), first)
    if first.tzinfo is None:
        wall = first.replace(second=0, microsecond=0)
        first = next(
            (one for one in dates if one.tzinfo and one.replace(second=0, microsecond=0, tzinfo=None) == wall),
            first.replace(tzinfo=UTC),
        )
    return first


def _language(node: dict[str, Any], meta: dict[str, list[str]], tree: HtmlElement) -> str:
    root = tree.getroottree().getroot()
    said = [root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""]
    said += [value for key in _LANGUAGE_KEYS for value in meta.get(key, ())]
    said.append(_text(node.get("inLanguage")))
    return next((tag.strip() for tag in said if tag.strip()), "")[:35]


def _canonical(tree: HtmlElement, meta: dict[str, list[str]]) -> str:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href")).strip()
    return (meta.get("og:url") or [""])[0]


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or ""
    return value if isinstance(value, str) else ""


def _names(value: Any, named: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """The names of people or organisations: strings, nodes, references to nodes, and lists of them."""
    found: list[str] = []
    for one in (value if isinstance(value, list) else [value])[:MAX_AUTHORS]:
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            name = one.get("name") or named.get(str(one.get("@id")), {}).get("name")
            found.extend(part for part in (name if isinstance(name, list) else [name])[:MAX_AUTHORS] if isinstance(part, str))
    return tuple(found)


def byline(tree: HtmlElement) -> tuple[str, ...]:
    """Names from the markup of a byline, the first that holds any."""
    for element in tree.iter("a", "span", "p", "div", "address", "li", "em", "strong", "cite"):
        rel, role = (element.get("rel") or "").lower(), (element.get("itemprop") or "").lower()
        if "author" in rel.split() or "author" in role.split() or _BYLINE_CLASS.search((element.get("class") or "")[:200]):
            inner = element.find(".//*[@itemprop='name']")
            names = _clean_names([_visible(inner if inner is not None else element)[:300]])
            if names and len(names) <= 6:
                return names
    return ()


def _visible(element: "etree._Element") -> str:
    return " ".join(map(str, element.itertext("*"))) if element.find(".//script") is None else ""


def _clean_names(written: "list[str] | tuple[str, ...]") -> tuple[str, ...]:
    """People's names from bylines: without "By", addresses, handles and what is no name."""
    found: dict[str, None] = {}
    for raw in written[:MAX_AUTHORS]:
        line = _BY.sub("", _MAIL.sub("", plain(raw)[:400]))
        if line.lower().startswith(("http://", "https://", "www.")) or _bare_host(line):
            continue
        for piece in _BETWEEN.split(_PLACE.sub("", line)):
            name = piece.strip(" .,-–—:()\"'")
            fits = 2 < len(name) <= 60 and len(name.split()) <= 6
            if fits and not any(c.isdigit() for c in name) and "@" not in name and not _POST.fullmatch(name):
                found.setdefault(name)
    return tuple(found)[:MAX_AUTHORS]


def _bare_host(line: str) -> str:
    """The host, where a line is a bare address ("example.org/people/7")."""
    if " " in line or "/" not in line:
        return ""
    try:
        return urlsplit("//" + line).hostname or ""
    except ValueError:
        return ""
