"""What does this page say, and when, where and by whom?

A page -> its article: the text without the furniture, title, authors, date, language, outlet, the agency it credits; or the
outcome that says why there is none. A text that came without a page is taken as it is: spans count in it.
Pure: the same page gives the same article; no page raises. Costs about 20 ms of CPU a page, nearly all of it trafilatura.
Not here: what the article's numbers and statements are (figures/, claims/), whether it is a copy (copies/).
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extractors.article.dates import LAST_YEAR, moment
from extractors.article.furniture import without_furniture
from extractors.article.language import language
from extractors.article.markup import parse_html, plain
from extractors.article.metadata import Declared, declared
from extractors.article.urls import canonical_url, choose_canonical, site
from extractors.article.wire import credit
from schemas.outcomes import ArticleOutcome
from schemas.records import Article, Page

#: Characters of markup that are read. The largest of 30 news pages looked at had 2.9 million.
MAX_HTML_LENGTH = 5_000_000
#: Tags that are read. Each costs up to 0.1 ms; the fullest of those pages had 4,100.
MAX_TAGS = 80_000
#: Letters that make a text. A news flash of one sentence has 60 and more; what is shorter is a caption or a notice.
MIN_LETTERS = 50
#: A text up to this length can be a consent dialogue or a check for robots in place of the article.
MAX_NOTICE_LENGTH = 2_500
#: Words of two titles that must agree, of the shorter one, for them to be variants of one headline.
VARIANT_SHARE = 0.6

#: Given to htmldate, which would ask the clock: the same page has the same date on every day.
_LAST_DATE = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|meta|title|div|p|article|section|main|span|table|td|ul|ol|li|dl|blockquote|pre|time|h[1-6]|br|a)\b",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WORD = re.compile(r"\w+")
_THE = re.compile(r"^the\s+", re.IGNORECASE)
#: The frame of a table's row, and rows that are nothing else.
_ROW = re.compile(r"^[|\s-]+$|^\|\s*|\s*\|$")
#: Between a headline and the name of its site.
_BAR = re.compile(r"\s+[|·•»«›‹—–-]+\s+|\s*\|\s*|\s+::\s+")
_CONSENT = re.compile(
    r"\b(?:cookies?|consent\w*|privacy|personal data|partners|vendors|legitimate interests?|opt[- ]out|preferences"
    r"|(?:accept|reject) all)\b",
    re.IGNORECASE,
)
_CHECK = re.compile(
    r"(?:enable|turn on|activate|requires?) javascript|verify(?:ing)? (?:that )?you are (?:a )?human|(?:are you|not) a robot"
    r"|unusual (?:traffic|activity)|checking your browser|access (?:to this page has been )?denied|ad ?blocker|captcha"
    r"|page (?:you \w+ \w+ \w+ )?(?:was|is|could) not (?:be )?found|page not found|error 40[34]",
    re.IGNORECASE,
)


def article(page: Page) -> Article | ArticleOutcome:
    """The article of a page.

    Returns:
        text in NFC with a blank line between paragraphs, exactly as given where page.text is; url canonical;
        published_at from the feed or archive, else as the page declares it, else None; language "und" when unsure.
        NOT_HTML where there is no markup, NO_TEXT where markup holds no article: a consent dialogue, a check for robots,
        a list of links, nothing.
    """
    if page.text:
        return _given(page) if page.text.strip() else ArticleOutcome.NO_TEXT
    markup = _bounded(page.html)
    if not _MARKUP.search(markup):
        return ArticleOutcome.NOT_HTML if markup.strip() else ArticleOutcome.NO_TEXT
    tree = parse_html(markup)
    if tree is None:
        return ArticleOutcome.NO_TEXT
    found = page.final_url or page.url
    said = declared(tree)
    outlet = page.outlet or said.site_name or site(found)
    title = _title(page.title, said, outlet, found)
    text = _paragraphs(_main_text(tree, found), title)
    if not _is_article(text, said, found):
        return ArticleOutcome.NO_TEXT
    return Article(
        url=choose_canonical(found, said.canonical),
        title=title,
        text=text,
        language=language(text, page.language or said.language),
        outlet=outlet,
        authors=page.authors or tuple(name for name in said.authors if not _names_site(name, outlet, found)),
        published_at=page.published_at or said.published_at or _dated(tree, found),
        credit=credit(text),
    )


def _bounded(markup: str) -> str:
    """The markup up to what is read of it."""
    markup = markup[:MAX_HTML_LENGTH]
    if markup.count("<") <= MAX_TAGS:
        return markup
    return "<".join(markup.split("<", MAX_TAGS)[:MAX_TAGS])


def _given(page: Page) -> Article:
    return Article(
        url=canonical_url(page.url),
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

    try:
        document = bare_extraction(tree, url=url or None, include_comments=False)
    except Exception:  # strangers' markup in a large library: a page that breaks it has no text
        return ""
    return str(getattr(document, "text", "") or "")


def _paragraphs(text: str, title: str) -> str:
    whole = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    lines = [row for line in whole.splitlines() if (row := _ROW.sub("", " ".join(line.split())))]
    while lines and _letters(lines[0]) == _letters(title):
        lines.pop(0)
    return "\n\n".join(without_furniture(lines))


def _is_article(text: str, said: Declared, url: str) -> bool:
    letters = sum(character.isalpha() for character in text[: 10 * MIN_LETTERS])
    if letters < MIN_LETTERS:
        return False
    if len(text) <= MAX_NOTICE_LENGTH:
        words = len(_WORD.findall(text))
        if len(_CONSENT.findall(text)) * 15 > words or (words < 120 and _CHECK.search(text)):
            return False
    if said.is_article:
        return True
    try:
        home = urlsplit(url).path in {"", "/"} and not urlsplit(url).query and url.startswith("http")
    except ValueError:
        home = False
    return not (home and _is_list(text))


def _is_list(text: str) -> bool:
    """Mostly lines that are no sentences: teasers, menus, tables of links."""
    lines = text.split("\n\n")
    sentences = sum(
        len(line) for line in lines if line.rstrip("\"'”’»)] ").endswith((".", "!", "?", "…", "。", "！", "？", "।", "؟"))
    )
    return len(lines) > 5 and sentences * 2 < len(text)


def _title(listed: str, said: Declared, outlet: str, url: str) -> str:
    """The page's headline; the listed title where the two are variants of one, unless the list cut it short.

    A publisher that has given its article a new headline since it was listed has the page's say.
    """
    names = (outlet, said.site_name)
    listed = _without_site(plain(listed), names, url)
    if listed.endswith(("…", "...")):
        listed = ""
    titles = [stripped for title in said.titles if (stripped := _without_site(title, names, url))]
    headlines = [stripped for h1 in said.headlines if (stripped := _without_site(h1, names, url))]
    seen = max(headlines, key=lambda h1: max((_likeness(h1, title) for title in titles), default=0.0), default="")
    if titles and not any(_variants(seen, title) for title in titles):
        own = titles[0]
    else:  # what readers see, unless it is a declared title with something joined to it
        own = next((title for title in titles if seen.startswith(title)), seen)
    return listed if listed and (not own or _variants(listed, own)) else own


def _without_site(title: str, names: tuple[str, ...], url: str) -> str:
    """A title without the site's name, and without sections behind a bar, at its ends."""
    pieces = _BAR.split(title)
    bars = _BAR.findall(title)
    while len(pieces) > 1:
        if any(_names_site(pieces[-1], name, url) for name in names) or ("|" in bars[-1] and len(pieces[-1].split()) <= 3):
            pieces.pop()
            bars.pop()
        elif any(_names_site(pieces[0], name, url) for name in names):
            pieces.pop(0)
            bars.pop(0)
        else:
            break
    return "".join(piece + bar for piece, bar in zip(pieces, [*bars, ""], strict=True)).strip()


def _names_site(piece: str, name: str, url: str) -> bool:
    """Is this the name of the site, or the site's with a section: "The Courier", "Courier World", "courier.example"?"""
    said, known, domain = _letters(_THE.sub("", piece)), _letters(_THE.sub("", name)), site(url)
    label = _letters(domain.partition(".")[0])
    if not said or said in {known, label, _letters(domain)}:
        return True
    if len(known) > 3 and (said.startswith(known) or (len(said) > 3 and said in known)):
        return True
    return len(label) > 2 and said.startswith(label) and len(piece.split()) <= 3


def _variants(one: str, other: str) -> bool:
    first, second = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    if not first or not second:
        return False
    return len(first & second) >= VARIANT_SHARE * min(len(first), len(second))


def _likeness(one: str, other: str) -> float:
    """Share of common words, in [0, 1]."""
    first, second = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return len(first & second) / (len(first | second) or 1)


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))


def _dated(tree: HtmlElement, url: str) -> datetime | None:
    """A date that the page shows without declaring it: in its address, a time element, beside the headline; with its hour
    where a time element of that day has one.
    """
    from htmldate import find_date

    try:
        written = find_date(tree, url=url or None, original_date=True, extensive_search=False, max_date=_LAST_DATE)
    except Exception:  # as above
        return None
    day = moment(written) if written else None
    if day is None:
        return None
    times = (moment(element.get("datetime") or "") for element in tree.iter("time"))
    return min((time for time in times if time is not None and timedelta() < time - day < timedelta(days=1)), default=day)
