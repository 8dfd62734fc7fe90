"""What does this page say, and when, where and by whom?

A page -> its article: the text without the furniture, title, authors, date, language, outlet, the agency it credits; or the
outcome that says why there is none. A text that came without a page is taken as it is: spans count in it.
Pure: the same page gives the same article; no page raises. Most of what it costs is trafilatura (tests/bench.py).
Not here: what the article's numbers and statements are (figures/, claims/), whether it is a copy (copies/).
"""

import re
import unicodedata
from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from lxml.html import HtmlElement

from extractors.article.furniture import without_furniture
from extractors.article.headline import headline, letters
from extractors.article.instead import instead
from extractors.article.language import language
from extractors.article.markup import parse_html, plain
from extractors.article.metadata import Declared, byline, declared
from extractors.article.published import shown_date
from extractors.article.urls import canonical_url, choose_canonical, site
from extractors.article.wire import credit
from schemas.outcomes import ArticleOutcome
from schemas.records import Article, Page

#: Characters of markup that are read. The largest of 30 news pages looked at had 2.9 million.
MAX_HTML_LENGTH = 5_000_000
#: Tags that are read. Each costs up to 0.1 ms; the fullest of those pages had 4,100.
MAX_TAGS = 80_000

_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|meta|title|div|p|article|section|main|span|table|td|ul|ol|li|dl|blockquote|pre|time|h[1-6]|br|a)\b",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WORD = re.compile(r"\w+")
#: The frame of a table's row, and rows that are nothing else.
_ROW = re.compile(r"^[|\s-]+$|^\|\s*|\s*\|$")


def article(page: Page) -> Article | ArticleOutcome:
    """The article of a page; where the page holds none, what stands in its place."""
    found, outcome = look(page)
    return found if found is not None and outcome is ArticleOutcome.STORED else outcome


def look(page: Page) -> tuple[Article | None, ArticleOutcome]:
    """What a page says, also where that is no whole article, and whether it is one (STORED).

    Returns:
        text in NFC with a blank line between paragraphs, exactly as given where page.text is, like its url; url canonical;
        published_at from the feed or archive, else as the page declares it, in the time zone written there, else None;
        language "und" when unsure. None with NOT_HTML where there is no markup, and with NO_TEXT where there is nothing.
    """
    if page.text:
        return (_given(page), ArticleOutcome.STORED) if page.text.strip() else (None, ArticleOutcome.NO_TEXT)
    markup = _bounded(page.html)
    if not _MARKUP.search(markup):
        return None, ArticleOutcome.NOT_HTML if markup.strip() else ArticleOutcome.NO_TEXT
    tree = parse_html(markup)
    if tree is None:
        return None, ArticleOutcome.NO_TEXT
    found = page.final_url or page.url
    said = declared(tree, found)
    outlet = page.outlet or said.site_name or said.publisher or site(found)
    title, title_sources, told = headline(page.title, said, outlet, found, page.proven.get("title", ""))
    text = _paragraphs(_main_text(tree, found), title)
    tongue = language(text, page.language or said.language)
    authors, authors_source = _written_by(page, said, tree, outlet, found)
    published_at, published_source = _published(page, said, tree, tongue, title)
    sources = {"title": ", ".join(title_sources), "authors": authors_source, "published_at": published_source}
    read = Article(
        url=choose_canonical(found, said.canonical),
        title=title,
        text=text,
        language=tongue,
        outlet=outlet,
        authors=authors,
        published_at=published_at,
        credit=credit(text),
        sources={field: source for field, source in sources.items() if source},
        compared=_compared(page.title, told),
    )
    return read, instead(text, said, tree, found)


def _written_by(page: Page, said: Declared, tree: HtmlElement, outlet: str, url: str) -> tuple[tuple[str, ...], str]:
    if page.authors:
        return page.authors, "list"
    names = _people(said.authors, said, outlet, url)
    if names:
        return names, said.authors_source
    names = _people(byline(tree), said, outlet, url)
    return names, "byline" if names else ""


def _published(page: Page, said: Declared, tree: HtmlElement, tongue: str, title: str) -> tuple[datetime | None, str]:
    """The date that was listed; the page's own where the list has none, or names the day only."""
    listed, declared_at = page.published_at, said.published_at
    if listed is None:
        return (
            (declared_at, said.published_source)
            if declared_at is not None
            else shown_date(tree, page.final_url or page.url, tongue, title)
        )
    day_only = not (listed.hour or listed.minute or listed.second)
    if declared_at is not None and day_only and abs(declared_at - listed) < timedelta(days=1):
        return declared_at, said.published_source
    return listed, "list"


def _compared(listed: str, told: Sequence[tuple[str, str]]) -> dict[str, bool]:
    """Which places of the page say what its list says; empty where that tells none from another."""
    wanted = letters(plain(listed))
    if not wanted:
        return {}
    agrees: dict[str, bool] = {}
    for source, title in told:
        agrees[source] = agrees.get(source, False) or letters(title) == wanted
    return agrees if len(set(agrees.values())) > 1 else {}


def _people(names: tuple[str, ...], said: Declared, outlet: str, url: str) -> tuple[str, ...]:
    """Authors without the site, its desks, and the company behind it."""
    own = [words for name in (outlet, said.site_name, said.publisher) if (words := _name_words(name))]
    label = site(url).partition(".")[0]
    kept = []
    for name in names:
        words = _name_words(name)
        site_itself = "".join(words) in {label, letters(site(url))} or (
            len(words) <= 3 and len(label) > 2 and words[:1] == [label]
        )
        if words and not site_itself and not any(words[: len(known)] == known[: len(words)] for known in own):
            kept.append(name)
    return tuple(kept)


def _name_words(name: str) -> list[str]:
    words = _WORD.findall(name.lower())
    return words[1:] if words[:1] == ["the"] else words


def _bounded(markup: str) -> str:
    """The markup up to what is read of it."""
    markup = markup[:MAX_HTML_LENGTH]
    if markup.count("<") <= MAX_TAGS:
        return markup
    return "<".join(markup.split("<", MAX_TAGS)[:MAX_TAGS])


def _given(page: Page) -> Article:
    return Article(
        url=page.final_url or canonical_url(page.url),  # whose text it is knows it by the address that came with it
        title=plain(page.title),
        text=page.text,
        language=language(page.text, page.language),
        outlet=page.outlet or site(page.url),
        authors=page.authors,
        published_at=page.published_at,
        credit=credit(page.text),
    )


def _main_text(tree: HtmlElement, url: str) -> str:
    """The text that trafilatura finds, a line a paragraph."""
    from trafilatura import bare_extraction

    options = copy(_options())
    options.url = url or None
    try:
        document = bare_extraction(tree, options=options)
    except Exception:  # strangers' markup in a large library: a page that breaks it has no text
        return ""
    return str(getattr(document, "text", "") or "")


@cache
def _options() -> Any:
    """trafilatura's own, without comments; made once, since it reads its settings from a file."""
    from trafilatura.settings import Extractor

    return Extractor(output_format="python", comments=False)


def _paragraphs(text: str, title: str) -> str:
    whole = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    lines = [row for line in whole.splitlines() if (row := _ROW.sub("", " ".join(line.split())))]
    while lines and letters(lines[0]) == letters(title):
        lines.pop(0)
    return "\n\n".join(without_furniture(lines))
