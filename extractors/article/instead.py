"""Does an article stand here, or something in its place?

A page's text and sayings -> STORED for an article, else what it is: a consent dialogue, a check for robots, a notice that
there is nothing, the first lines before a paywall, a list of articles, pictures or a film with a caption.
Pure. A page that declares itself an article is one, unless its text is short and says otherwise; the rules look at form and
at fixed phrases (English; the notice of a missing page in eight languages), never at an article's subject.
"""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extractors.article.markup import plain
from extractors.article.metadata import Declared
from schemas.outcomes import ArticleOutcome

#: Letters that make a text. A news flash of one sentence has 60 and more; what is shorter is a caption or a notice.
MIN_LETTERS = 50
#: A text up to this length can be a consent dialogue or a check for robots in place of the article.
MAX_NOTICE_LENGTH = 2_500
#: What stands before a paywall is one to three paragraphs. Short news for all stands on such sites too, so that a text
#: without a call to subscribe of its own must be shorter to be taken for a teaser.
MAX_CALLED_TEASER_LENGTH, MAX_TEASER_LENGTH = 900, 450
#: Captions of films and galleries.
MAX_CAPTION_LENGTH = 600
#: A list's text holds the words of its links in at least this share of its lines, and in so many.
LINKED_SHARE, MIN_LINKED = 0.3, 4

_WORD = re.compile(r"\w+")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")
_CONSENT = re.compile(
    r"\b(?:cookies?|consent\w*|privacy|personal data|partners|vendors|legitimate interests?|opt[- ]out|preferences"
    r"|(?:accept|reject) all)\b",
    re.IGNORECASE,
)
_CHECK = re.compile(
    r"(?:enable|turn on|activate) javascript|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|you are not a robot"
    r"|unusual (?:traffic|activity) from|checking your browser|(?:disable|turn off) (?:your )?ad ?blocker",
    re.IGNORECASE,
)
#: Words that news uses too: they tell only where the page does not call itself an article.
_REFUSAL = re.compile(
    r"access (?:to this page has been )?denied|captcha|ad ?blocker|requires? javascript|(?:403|request) (?:forbidden|blocked)",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"page (?:you \w+ \w+ \w+ )?(?:was|is|could) not (?:be )?found|page not found|error 40[34]"
    r"|(?:no longer|not) available at this",
    re.IGNORECASE,
)
_MISSING_TITLE = re.compile(
    r"(?=.*(?:40[34]|410|not found|error|fehler))"
    r"(?:\W*(?:oops|sorry|error|fehler|erreur))*\W*(?:40[34]|410)?\W*(?:error|not found|gone)?\W*"
    r"|.{0,12}\b(?:page|article|story|content|link)\b.{0,30}"
    r"(?:not (?:be )?found|no longer (?:available|exists?|here)|(?:does not|doesn['’]t) exist|(?:is|are)n['’]t here"
    r"|has been removed)\W*"
    r"|.{0,12}(?:seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|página não encontrada"
    r"|pagina non trovata|pagina niet gevonden|страница не найдена|sidan hittades inte)\W*",
    re.IGNORECASE,
)
_SUBSCRIBE = re.compile(
    r"(?:subscribe|sign (?:in|up)|log ?in|register|become a (?:member|subscriber)|start your (?:free )?trial)[^.!?\n]{0,60}"
    r"(?:to (?:continue|keep|finish) reading|to read (?:the (?:full|rest|whole)|this|more|on)|for (?:full|unlimited) access)"
    r"|to (?:continue|keep) reading[^.!?\n]{0,60}(?:subscribe|sign|log|register|subscription)"
    r"|(?:this|the full) (?:article|story|content) is (?:for|only for|available (?:only )?to|reserved for|exclusive to)"
    r" (?:\w+ ){0,3}(?:subscribers|members)|already (?:a|have a) (?:subscriber|subscription|member)"
    r"|you(?:['’]ve| have) (?:reached|read) (?:your|all)[^.!?\n]{0,40}(?:limit|free articles)",
    re.IGNORECASE,
)
_LISTS = frozenset({"collectionpage", "searchresultspage", "profilepage", "itemlist"})
_MEDIA = frozenset(
    {"videoobject", "imagegallery", "mediagallery", "audioobject", "podcastepisode", "radioepisode", "tvepisode"}
)
_LIST_PATH = re.compile(
    r"/(?:tags?|topics?|category|categories|authors?|search|archives?|section)(?:/[^/]+){0,3}/?", re.IGNORECASE
)
_MEDIA_PATH = re.compile(
    r"/(?:videos?|watch|galler(?:y|ies)|photos?|pictures?|in-pictures|slideshows?|podcasts?|audio|av|bildstrecken?)(?:/|$)",
    re.IGNORECASE,
)


def instead(text: str, said: Declared, tree: HtmlElement, url: str) -> ArticleOutcome:
    """STORED where the text is an article's, else what stands there."""
    words = len(_WORD.findall(text[: 4 * MAX_NOTICE_LENGTH]))
    short = len(text) <= MAX_NOTICE_LENGTH
    names = [*said.headlines[:2], *said.titles[:2]]
    if short and (any(_MISSING_TITLE.fullmatch(name[:120]) for name in names) or (words < 120 and _MISSING.search(text))):
        return ArticleOutcome.GONE
    if short and len(_CONSENT.findall(text)) * 15 > words:
        return ArticleOutcome.CONSENT
    if words < 120 and (_CHECK.search(text) or (not said.is_article and _REFUSAL.search(text))):
        return ArticleOutcome.BLOCKED
    if _lists(text, said, tree, url):
        return ArticleOutcome.LISTING
    if _shows(text, said, url):
        return ArticleOutcome.MEDIA
    if sum(character.isalpha() for character in text[: 10 * MIN_LETTERS]) < MIN_LETTERS:
        return ArticleOutcome.NO_TEXT
    if len(text) <= MAX_CALLED_TEASER_LENGTH and _SUBSCRIBE.search(text):
        return ArticleOutcome.PAYWALL
    if len(text) <= MAX_TEASER_LENGTH and (not said.is_free or _asks(tree)):
        return ArticleOutcome.PAYWALL
    return ArticleOutcome.STORED


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


def _asks(tree: HtmlElement) -> bool:
    """Does the page ask for a subscription, outside of what was found of its text?"""
    for element in tree.iter("p", "h2", "h3", "h4", "div", "span", "strong", "button"):
        # Only paragraphs with all that they enclose: they cannot lie in one another.
        said = element.text_content() if element.tag == "p" else element.text or ""
        if len(said) > MIN_LETTERS // 3 and _SUBSCRIBE.search(said[:MAX_CALLED_TEASER_LENGTH]):
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
