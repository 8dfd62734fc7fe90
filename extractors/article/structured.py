"""What does a page's structured data say, and which of its nodes is the article of this page?

Tree of a page -> the nodes of all its JSON-LD, also where that is broken in the usual ways (fences of comments and CDATA,
commas before a bracket, control characters, characters escaped as in HTML, several documents in one script); from what stays
unreadable, headline and date by themselves. Of several articles the one that is the page's: lists of other stories carry
structured data, too.
Pure; no script raises, and none is read that is longer than a declaration ever was.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from extractors.article.markup import plain

#: Nodes of JSON-LD that are looked at; pages with recipes and shops reach some hundreds.
MAX_NODES = 2_000
#: Longer scripts are data, not declarations.
MAX_SCRIPT_LENGTH = 500_000
#: Documents in one script: broken templates join two or three.
MAX_DOCUMENTS = 20

ARTICLE_TYPES = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle reviewnewsarticle"
    " askpublicnewsarticle blogposting liveblogposting report socialmediaposting scholarlyarticle techarticle"
    " advertisercontentarticle satiricalarticle".split()
)
#: Where an article's node, and the names that it refers to, may lie in another node.
_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "author", "publisher")

_FENCE = re.compile(
    r"^\s*(?:/\*\s*)?(?:<!--|(?://\s*)?<!\[CDATA\[)(?:\s*\*/)?|(?://\s*|/\*\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*$|;\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BRACKET = re.compile(r"[{\[]")
#: A value up to a quotation mark behind which the JSON goes on: values with quotation marks of their own are what breaks most.
_LOOSE = re.compile(
    r'"(headline|datePublished)"\s{0,5}:\s{0,5}"(.{1,500}?)(?<!\\)"(?=\s{0,40}(?:,\s{0,200}"|[}\]]|,?\s{0,40}$))', re.DOTALL
)
_ADDRESS = re.compile(r"^https?://(?:www\.|m\.)?|[?#].*$|/+$", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"\w+")


def nodes_of(tree: HtmlElement) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The nodes of all JSON-LD in document order, and what can be picked from scripts that are no JSON."""
    nodes: list[dict[str, Any]] = []
    loose: dict[str, str] = {}
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        text = script.text or ""
        if not text or len(text) > MAX_SCRIPT_LENGTH or len(nodes) >= MAX_NODES:
            continue
        values = _documents(text)
        for value in values:
            nodes.extend(_nodes(value, MAX_NODES - len(nodes)))
        if not values:
            for match in _LOOSE.finditer(text):
                loose.setdefault(match[1], _unescaped(match[2]))
    return nodes, loose


def _documents(text: str) -> list[Any]:
    """The values of a script, without what usually spoils it; none where it is no JSON at all."""
    text = _FENCE.sub("", text)
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        pass
    if "&quot;" in text and '"' not in text:
        text = html.unescape(text)
    text = _TRAILING_COMMA.sub("", _CONTROL.sub(" ", text))
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    start = _BRACKET.search(text)
    while start is not None and len(found) < MAX_DOCUMENTS:
        try:
            value, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            break
        found.append(value)
        start = _BRACKET.search(text, end)
    return found


def loaded(text: str) -> Any:
    """The value of a JSON text; the text itself where it is none."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return text


def _unescaped(written: str) -> str:
    try:
        return html.unescape(str(json.loads(f'"{written}"', strict=False)))
    except ValueError:
        return html.unescape(written.replace('\\"', '"').replace("\\/", "/"))


def _nodes(value: Any, limit: int) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting and limit > 0:
        current = waiting.pop()
        if isinstance(current, list):
            waiting.extend(reversed(current[:MAX_NODES]))
        elif isinstance(current, dict):
            limit -= 1
            yield current
            waiting.extend(reversed([current[key] for key in _INNER if key in current]))


def types(node: dict[str, Any]) -> set[str]:
    """What a node calls itself, in lower case, without the vocabulary's address."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rpartition("/")[2].lower() for kind in listed if isinstance(kind, str)}


def text_of(value: Any) -> str:
    """A value as text, the first of several."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or ""
    return value if isinstance(value, str) else ""


def article_node(nodes: list[dict[str, Any]], titles: Iterable[str], addresses: Iterable[str]) -> dict[str, Any]:
    """The node that describes this page's article; empty where none does.

    Args:
        titles: what else the page declares and shows as its title.
        addresses: where the page was found, and what it declares as its address.

    A node that does not say what it is can be one, too. Of several the one with the page's headline or address. A single one
    counts whatever it says, unless both its headline and its address are another page's.
    """
    known = [(_words(title), _letters(title)) for title in titles]
    here = {bare for address in addresses if (bare := _ADDRESS.sub("", address))}
    best: dict[str, Any] = {}
    most = 0.0
    for node in nodes:
        kinds = types(node)
        if not kinds & ARTICLE_TYPES and (kinds or not ("headline" in node or "datePublished" in node)):
            continue
        points = 1.0 * bool(kinds) + _likeness(plain(text_of(node.get("headline"))), known) + _placed(node, here)
        points += 0.25 * ("datePublished" in node) + 0.25 * ("articleBody" in node)
        if points > most:
            best, most = node, points
    return best


def _likeness(headline: str, known: list[tuple[set[str], str]]) -> float:
    """3 for a title of the page, up to 2 for the words of one, below 0 for a headline that has nothing of them."""
    words, letters = _words(headline), _letters(headline)
    if not words or not known:
        return 0.0
    if any(letters == other for _, other in known):
        return 3.0
    shared = max((len(words & others) / min(len(words), len(others)) for others, _ in known if others), default=0.0)
    return 2.0 * shared if shared >= 0.3 else -0.5


def _placed(node: dict[str, Any], here: set[str]) -> float:
    """2 for the page's address, below 0 for that of another page."""
    page = node.get("mainEntityOfPage")
    said = [node.get("url"), node.get("@id"), *(page.get(key) for key in ("@id", "url"))] if isinstance(page, dict) else [
        node.get("url"), node.get("@id"), page,
    ]  # fmt: skip
    written = [_ADDRESS.sub("", one) for one in said if isinstance(one, str) and one.startswith("http")]
    if not written or not here:
        return 0.0
    return 2.0 if here.intersection(written) else -0.75


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))
