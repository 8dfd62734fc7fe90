"""What does a page say about itself: title, authors, date, language, site, address?

Tree of a page -> its declarations: schema.org in JSON-LD and in attributes, OpenGraph and the other meta elements, headline,
time elements; each with the name of the place that says it.
Pure; nothing is guessed from the running text, and no page raises.
Not here: which of several sayings is right (headline.py, published.py, body.py), the text.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from extractors.article.markup import element_text, headline_text, plain
from extractors.article.published import declared_date
from extractors.article.structured import article_node, loaded, nodes_of, text_of, types

MAX_AUTHORS = 20

_AUTHOR_KEYS = (
    "author article:author og:author og:article:author parsely-author sailthru.author cxenseparse:author dc.creator"
    " dcterms.creator citation_author byl authors"
).split()
#: What each counts for: headline.SOURCE_VOTES. Of titles that count the same, the earlier one stands.
_TITLE_KEYS = (
    "og:title twitter:title headline dc.title dcterms.title parsely-title sailthru.title cxenseparse:title title".split()
)
_SITE_KEYS = "og:site_name application-name dc.publisher publisher".split()
#: Found by their attributes, of which there are few, in a third of the time that a look at each element takes.
_MARKED_HEADLINES = etree.XPath(
    "descendant::*/@*"
    "[.='headline' and (name()='itemprop' or name()='property') or .='schema:headline' and name()='property']/.."
)
_MAYBE_BYLINES = etree.XPath(
    "descendant-or-self::*[@class or @rel or @itemprop]"
    "[self::a or self::span or self::p or self::div or self::address or self::li or self::em or self::strong or self::cite]"
)
_LANGUAGE_KEYS = "og:locale content-language language dc.language".split()
#: Elements within a headline that part no words.
_WITHIN_WORDS = frozenset("a abbr b cite em font i mark q s small strong sub sup u wbr".split())

_BYLINE_CLASS = re.compile(r"(?i)(?:^|[\s_-])(?:byline|author|autor|auteur)s?(?:[-_]{1,2}(?:name|link|names|list))?(?:$|\s)")
_WRITTEN_BY = re.compile(
    r"(?i)written by|verfasst von|geschrieben von|[ée]crit par|escrito por|scritto da|geschreven door|skrevet av"
)
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
    r"|staff|admin(?:istrator)?|newsroom|(?:news|web|online|digital) (?:desk|team)|editorial (?:team|board|staff)"
    r"|(?:la |the )?(?:redaktion|redacci[óo]n|r[ée]daction|redazione|redação|redactie|redakcja|redaktionen|редакция|редакція)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A page's sayings about itself, the most trusted first. Empty where it says nothing."""

    titles: tuple[str, ...] = ()  #: one a place that declares it, so that some are there twice; the site's name may be part
    title_sources: tuple[str, ...] = ()  #: the place of each title
    headlines: tuple[str, ...] = ()  #: the h1 elements
    authors: tuple[str, ...] = ()
    authors_source: str = ""
    published_at: datetime | None = None  #: in the time zone that is written with it
    published_source: str = ""
    language: str = ""
    site_name: str = ""
    publisher: str = ""  #: as structured data names it; often the company behind the site
    canonical: str = ""  #: may be relative
    is_article: bool = False
    has_node: bool = False  #: structured data describes an article; "og:type" alone says so of sections too
    kinds: frozenset[str] = frozenset()  #: what structured data and "og:type" call the page and its parts, in lower case
    is_free: bool = True  #: False: the publisher says that the text is for subscribers
    words: int = 0  #: of the whole text, as structured data counts them; 0 where it does not


def declared(tree: HtmlElement, url: str = "") -> Declared:
    """Everything that the page declares, in one pass over its head and its structured data.

    Args:
        url: where the page was found; structured data of other pages' articles is told by it.
    """
    meta = _meta(tree)
    headlines = tuple(dict.fromkeys(text for h1 in tree.iter("h1") if (text := headline_text(_visible(h1)))))[:5]
    canonical = _canonical(tree, meta)
    title = tree.find(".//title")
    titles = [(key, headline_text(values[0])) for key in _TITLE_KEYS if (values := meta.get(key))]
    titles += [("microdata headline", text) for text in _microdata_headlines(tree) if text not in headlines]
    titles.append(("title element", headline_text(element_text(title)) if title is not None else ""))
    nodes, loose = nodes_of(tree)
    node = article_node(nodes, [*headlines, *(text for _, text in titles)], [url, canonical, *meta.get("og:url", ())])
    titles.insert(1, ("json-ld headline", headline_text(text_of(node.get("headline")) or loose.get("headline", ""))))
    named = {str(other["@id"]): other for other in nodes if isinstance(other.get("@id"), str) and other.get("name")}
    publisher = _names(node.get("publisher"), named) if node else ()
    published_at, published_source = declared_date(node, nodes, loose, meta, tree)
    authors, authors_source = _authors(node, named, meta)
    return Declared(
        titles=tuple(text for _, text in titles if text),
        title_sources=tuple(source for source, text in titles if text),
        headlines=headlines,
        authors=authors,
        authors_source=authors_source,
        published_at=published_at,
        published_source=published_source,
        language=_language(node, meta, tree),
        site_name=plain(
            next((value for key in _SITE_KEYS for value in meta.get(key, ())), "") or (publisher[0] if publisher else "")
        ),
        publisher=plain(publisher[0]) if publisher else "",
        canonical=canonical,
        is_article=bool(node) or "article" in (meta.get("og:type") or [""])[0].lower(),
        has_node=bool(node),
        kinds=frozenset().union(*map(types, nodes)) | {kind.lower() for kind in meta.get("og:type", ())},
        is_free=not any(str(one.get("isAccessibleForFree")).lower() == "false" for one in (nodes if not node else [node])),
        words=_counted(node),
    )


def _counted(node: dict[str, Any]) -> int:
    """How many words an article's node says that it has; its own text is counted where it holds the whole."""
    written = str(node.get("wordCount", "")).strip()[:7]
    return int(written) if written.isascii() and written.isdigit() else len(text_of(node.get("articleBody")).split())


def _microdata_headlines(tree: HtmlElement) -> list[str]:
    """The headline that is marked as one in the page's body; none where lists of other stories have theirs marked, too."""
    marked = [element for element in _MARKED_HEADLINES(tree) if element.tag != "meta"]
    texts = list(dict.fromkeys(text for element in marked[:5] if (text := headline_text(_visible(element)))))
    return texts if len(texts) == 1 else []


def _authors(node: dict[str, Any], named: dict[str, dict[str, Any]], meta: dict[str, list[str]]) -> tuple[tuple[str, ...], str]:
    for key in ("author", "creator"):
        names = _clean_names(_names(node.get(key), named))
        if names:
            return names, f"json-ld {key}"
    for key in _AUTHOR_KEYS:
        names = _clean_names(meta.get(key, []))
        if names:
            return names, f"meta {key}"
    for label, value in (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")):
        if _WRITTEN_BY.match((meta.get(label) or [""])[0]):
            names = _clean_names(meta.get(value, []))
            if names:
                return names, f"meta {value}"
    return (), ""


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


def _language(node: dict[str, Any], meta: dict[str, list[str]], tree: HtmlElement) -> str:
    root = tree.getroottree().getroot()
    said = [root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""]
    said += [value for key in _LANGUAGE_KEYS for value in meta.get(key, ())]
    said.append(text_of(node.get("inLanguage")))
    return next((tag.strip() for tag in said if tag.strip()), "")[:35]


def _canonical(tree: HtmlElement, meta: dict[str, list[str]]) -> str:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href")).strip()
    return (meta.get("og:url") or [""])[0]


def _names(value: Any, named: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """The names of people or organisations: strings, nodes, references to nodes, and lists of them."""
    found: list[str] = []
    for written in (value if isinstance(value, list) else [value])[:MAX_AUTHORS]:
        # Templates escape their own JSON.
        one = loaded(written) if isinstance(written, str) and written.lstrip().startswith("{") else written
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            name = one.get("name") or named.get(str(one.get("@id")), {}).get("name") or _joined_name(one)
            found.extend(part for part in (name if isinstance(name, list) else [name])[:MAX_AUTHORS] if isinstance(part, str))
    return tuple(found)


def _joined_name(node: dict[str, Any]) -> str:
    return " ".join(part for key in ("givenName", "additionalName", "familyName") if (part := text_of(node.get(key))))


def byline(tree: HtmlElement) -> tuple[str, ...]:
    """Names from the markup of a byline, the first that holds any."""
    for element in _MAYBE_BYLINES(tree):
        rel, role = (element.get("rel") or "").lower(), (element.get("itemprop") or "").lower()
        if "author" in rel.split() or "author" in role.split() or _BYLINE_CLASS.search((element.get("class") or "")[:200]):
            inner = element.find(".//*[@itemprop='name']")
            names = _clean_names([_visible(inner if inner is not None else element)[:300]])
            if names and len(names) <= 6:
                return names
    return ()


def _visible(element: "etree._Element") -> str:
    """The text of an element: what lies in boxes of its own is parted, words within a line are not torn."""
    pieces: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        gap = "" if inner is element or inner.tag in _WITHIN_WORDS else " "
        if event == "start":
            pieces += [gap, "" if inner.tag in {"script", "style"} else inner.text or ""]
        elif inner is not element:
            pieces += [gap, inner.tail or ""]
    return "".join(pieces)


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
