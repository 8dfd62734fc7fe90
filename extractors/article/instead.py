"""Does an article stand here, or something in its place?

A page's text and sayings -> STORED for an article, else what it is: a consent dialogue, a check for robots, a notice that
there is nothing, the first lines before a paywall, a list of articles, pictures or a film with a caption.
Pure. Form comes first: how long the text is, what structured data says, what the page is built of. Then the fixed phrases of
notices (notices.py), never an article's subject: in quotation marks, or in a text longer than a notice, a phrase is news.
A page that declares itself an article is one, unless its text is short and says otherwise.
"""

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extractors.article.markup import plain
from extractors.article.metadata import Declared
from extractors.article.notices import (
    CHECK,
    CHECK_MARKS,
    CHECK_TITLE,
    CONSENT,
    CONSENT_CORE,
    MISSING,
    MISSING_TITLE,
    REFUSAL,
    SUBSCRIBE,
    WALL_NAME,
    lowered,
)
from schemas.outcomes import ArticleOutcome

#: Letters that make a text. A news flash of one sentence has 60 and more; what is shorter is a caption or a notice.
MIN_LETTERS = 50
#: A text up to this length can be a consent dialogue or a check for robots in place of the article.
MAX_NOTICE_LENGTH = 2_500
#: A notice of few words is one whatever its page calls itself; with more, the page must not describe an article.
FEW_WORDS, SOME_WORDS = 30, 120
#: What stands before a paywall is one to three paragraphs. Short news for all stands on such sites too, so that a text
#: without a call to subscribe of its own must be shorter to be taken for a teaser.
MAX_CALLED_TEASER_LENGTH, MAX_TEASER_LENGTH = 900, 450
#: A text for subscribers of which so small a part is there, by the count of words that its page names, is a teaser.
TEASER_SHARE = 0.4
#: A call is a line of its own.
MAX_CALL_LENGTH = 200
#: Captions of films and galleries.
MAX_CAPTION_LENGTH = 600
#: A list's text holds the words of its links in at least this share of its lines, and in so many.
LINKED_SHARE, MIN_LINKED = 0.3, 4

_WORD = re.compile(r"\w+")
_UNPARTED = re.compile("[^\x00-\u2e7f]")
_QUOTED = re.compile(r"[\"“„«‘‚「『‹][^\"”“»’」』›\n]{3,200}[\"”“»’」』›]")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")
_LISTS = frozenset({"collectionpage", "searchresultspage", "profilepage", "itemlist"})
_MEDIA = frozenset(
    {"videoobject", "imagegallery", "mediagallery", "audioobject", "podcastepisode", "radioepisode", "tvepisode"}
)
_LIST_PATH = re.compile(
    r"/(?:tags?|topics?|category|categories|authors?|search|archives?|section|thema|themen|schlagwort|kategorie|rubrik|autor(?:en)?"
    r"|suche|sujets?|dossiers?|rubriques?|auteurs?|recherche|temas?|etiquetas?|categorias?|seccion(?:es)?|autor(?:es)?|buscar|busca"
    r"|argomenti|categoria|autori|cerca|ricerca|onderwerp(?:en)?|zoeken|emne|etikett|sok|tematy?|kategoria|szukaj|tema|rubrika"
    r"|etiket|yazar)(?:/[^/]+){0,3}/?",
    re.IGNORECASE,
)
_MEDIA_PATH = re.compile(
    r"/(?:videos?|watch|galler(?:y|ies)|photos?|pictures?|in-pictures|slideshows?|podcasts?|audio|av|bildstrecken?|fotostrecken?"
    r"|diaporamas?|galerias?|fotogaler[ií]as?|fotos?)(?:/|$)",
    re.IGNORECASE,
)


def instead(text: str, said: Declared, tree: HtmlElement, url: str) -> ArticleOutcome:
    """STORED where the text is an article's, else what stands there."""
    words = _size(text)
    short = len(text) <= MAX_NOTICE_LENGTH
    names = [*said.headlines[:2], *said.titles[:2]]
    # Readers see more than was found of a text: most notices have none.
    seen = text if words >= SOME_WORDS or not short else _QUOTED.sub(" ", _seen(tree) if words < FEW_WORDS else text)
    if short and (
        any(MISSING_TITLE.fullmatch(name[:120]) for name in names) or (words < SOME_WORDS and MISSING.search(_bare(text)))
    ):
        return ArticleOutcome.GONE
    if _checks(words, seen, said, tree, names):
        return ArticleOutcome.BLOCKED
    if short and CONSENT_CORE.search(lowered(text)) and len(CONSENT.findall(text)) * (8 if said.has_node else 15) > words:
        return ArticleOutcome.CONSENT
    if _lists(text, said, tree, url):
        return ArticleOutcome.LISTING
    if _shows(text, said, url):
        return ArticleOutcome.MEDIA
    if sum(map(str.isalpha, text[: 10 * MIN_LETTERS])) < MIN_LETTERS:
        return ArticleOutcome.PAYWALL if not said.is_free and said.has_node and text else ArticleOutcome.NO_TEXT
    return ArticleOutcome.PAYWALL if _teases(text, words, said, tree) else ArticleOutcome.STORED


def _size(text: str) -> int:
    """How many words a text has, about: letters count where words are not parted."""
    start = text[: 4 * MAX_NOTICE_LENGTH]
    return max(len(_WORD.findall(start)), len(_UNPARTED.findall(start)) // 2)


def _bare(text: str) -> str:
    """A short text without what it quotes."""
    return _QUOTED.sub(" ", text[:MAX_NOTICE_LENGTH])


def _seen(tree: HtmlElement) -> str:
    """The first words of a page, its menus included."""
    pieces = (
        piece
        for element in tree.iter()
        if isinstance(element.tag, str) and element.tag not in {"script", "style", "head", "title"}
        for piece in (element.text or "",)
        if piece.strip()
    )
    return "\n".join(islice(pieces, 60))[:MAX_NOTICE_LENGTH]


def _checks(words: int, seen: str, said: Declared, tree: HtmlElement, names: list[str]) -> bool:
    """Is this a check for robots, or a refusal?"""
    if words >= SOME_WORDS or (said.has_node and words >= FEW_WORDS):
        return False
    if CHECK.search(seen) and not (said.is_article and words >= FEW_WORDS):
        return True
    if said.is_article:
        return False
    if REFUSAL.search(seen) or any(CHECK_TITLE.fullmatch(name[:80]) for name in names):
        return True
    marks = (
        element.get("src") or element.get("action") or element.get("id") or ""
        for element in tree.iter("script", "form", "iframe", "div")
    )
    return words < FEW_WORDS and any(CHECK_MARKS.search(mark[:300]) for mark in islice(marks, 200))


def _teases(text: str, words: int, said: Declared, tree: HtmlElement) -> bool:
    """Are these the first lines of a text that others may read on?"""
    if len(text) <= MAX_CALLED_TEASER_LENGTH and any(_calls(line) for line in text.split("\n\n")):
        return True
    if not said.is_free and said.words and words < TEASER_SHARE * said.words:
        return True
    cut = not said.is_free or text.rstrip().endswith(("…", "..."))
    if len(text) > MAX_TEASER_LENGTH:
        return not said.is_free and len(text) <= MAX_CALLED_TEASER_LENGTH and _asks(tree, walls=cut)
    return not said.is_free or _asks(tree, walls=cut)


def _calls(line: str) -> bool:
    """Does a line call upon its reader to subscribe? What it quotes does not."""
    return len(line) <= MAX_CALL_LENGTH and SUBSCRIBE.search(lowered(_QUOTED.sub(" ", line))) is not None


def _lists(text: str, said: Declared, tree: HtmlElement, url: str) -> bool:
    if said.has_node:
        return False
    if said.kinds & _LISTS:
        return True
    if said.is_article:
        return False
    home, section = _place(url)
    if home or (section and _mostly_headlines(text)):
        return True
    links = {plain(link.text_content()) for link in tree.iter("a")}
    lines = text.split("\n\n")
    linked = sum(len(line) >= 20 and line.removeprefix("- ") in links for line in lines)
    return said.published_at is None and linked >= MIN_LINKED and linked >= LINKED_SHARE * len(lines)


def _shows(text: str, said: Declared, url: str) -> bool:
    if said.has_node or len(text) > MAX_CAPTION_LENGTH:
        return False
    film = any(kind in _MEDIA or kind.startswith(("video", "music")) for kind in said.kinds)
    return film or (not said.is_article and _MEDIA_PATH.search(_path(url)) is not None)


def _asks(tree: HtmlElement, *, walls: bool) -> bool:
    """Does the page ask for a subscription, outside of what was found of its text?

    Args:
        walls: whether the name of a box says so, too: sites have it on every page, so that the text must be cut short.
    """
    for element in tree.iter("p", "h2", "h3", "h4", "div", "span", "strong", "button", "section", "aside"):
        # Only paragraphs with all that they enclose: they cannot lie in one another.
        said = element.text_content() if element.tag == "p" else element.text or ""
        if len(said) > MIN_LETTERS // 4 and SUBSCRIBE.search(lowered(_bare(said[:MAX_CALLED_TEASER_LENGTH]))):
            return True
        if walls and element.tag in {"div", "section", "aside"} and WALL_NAME.search((element.get("class") or "")[:200]):
            return True
    return False


def _mostly_headlines(text: str) -> bool:
    """Mostly lines that are no sentences: teasers, menus, tables of links."""
    lines = text.split("\n\n")
    sentences = sum(len(line) for line in lines if line.rstrip("\"'”’»)] ").endswith(_SENTENCE_ENDS))
    return len(lines) > 5 and sentences * 2 < len(text)


def _place(url: str) -> tuple[bool, bool]:
    """Is this the address of a home page, of a section or topic?"""
    path = _path(url)
    return url.startswith("http") and path in {"", "/"} and "?" not in url, _LIST_PATH.fullmatch(path) is not None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
