"""What is this page's headline, letter for letter?

What a page declares and shows, and what the feed said -> one title, without the site's name and sections at its ends.
Declared titles are made for search and for sharing; the headline is what most of them and the page's own h1 agree on, and where
no two do, what people found right on most sites.
Where one place has proven right on a site, by what the site's own feed said, it counts for more there.
Pure; no title raises.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from extractors.article.markup import plain
from extractors.article.metadata import Declared
from extractors.article.urls import site

#: Words of two titles that must agree, of the shorter one, for them to be variants of one headline.
VARIANT_SHARE = 0.6
#: What each place that tells a title counts for. The parsers of the library fundus are rules by which people read publishers'
#: pages, one a publisher: the most have "og:title" read, nearly as many the headline of structured data, few a title that is
#: made for search (the title element, or the meta element of that name), hardly any what is shown. So where all of them
#: differ, "og:title" stands, then structured data. The h1 is close behind: the others mostly say the same, but it is the one
#: that nobody writes for machines. Two that are written apart from each other outvote one and its copies: "twitter:title" is
#: most often that of "og:title", the title element that with the site's name; both only decide between others.
SOURCE_VOTES = {
    "og:title": 1.0,
    "json-ld headline": 0.95,
    "microdata headline": 0.95,
    "headline": 0.95,
    "h1": 0.9,
    "title element": 0.4,
    "title": 0.4,
    "twitter:title": 0.25,
}
_FOR_SEARCH = {"title element", "title"}
#: And any other place: elements for archives and for counting readers.
OTHER_VOTES = 0.5

#: Words of a headline; a title with fewer ("News", "Story 7") is none where the page shows one.
LEAST_TERMS = 4

#: Shorter titles were not cut short, they end with dots.
MIN_CUT_LENGTH = 40

#: What a place counts for that was right on this site before, where lists and pages could be compared: more than an h1 and
#: two others that agree, unless these are "og:title" and structured data; less than all the others together.
PROVEN_VOTES = 2.4
#: Longest piece behind a bar that is taken for a section's name. Where those parsers cut an "og:title", some cut all that
#: stands behind a bar, others the site's name.
MAX_SECTION_LENGTH, MAX_SECTION_WORDS = 30, 3

_WORD = re.compile(r"\w+")
_THE = re.compile(r"^the\s+", re.IGNORECASE)
#: Between a headline and the name of its site. A colon and a bare hyphen stand within headlines, too: they part what is the
#: site's name to the letter, and no more.
_BAR = re.compile(
    r"\s+[|·•»«›‹—–-]+\s+|\s*[|｜│¦]+\s*|\s+::\s+|\s*[:：]\s+|\s*：\s*|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af）」』])[-_—–]+(?=\S)"
)
_COLON = re.compile("[:：]")
_STRICT = re.compile(r"\s*[:：]\s*|[-_—–]+")


class Headline(NamedTuple):
    """A title, and the places that say just that."""

    title: str
    sources: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()  #: all places of the page that tell its title, and what each says


def headline(listed: str, said: Declared, outlet: str, url: str, proven: str = "") -> Headline:
    """The page's headline; the listed title where the page tells it, too, or the two are variants of one, unless the list cut
    it short.

    A publisher that has given its article a new headline since it was listed has the page's say.

    Args:
        proven: the place that declared the right title on this site before, as said.title_sources names it; or "".
    """
    names = (outlet, said.site_name, said.publisher)
    listed = _without_site(plain(listed), names, url)
    if listed.endswith(("…", "...")):
        listed = ""
    told = _told(said, outlet, url)
    own = _own(told, proven)
    still_told = any(letters(other) == letters(listed) for _, other in told)
    title = listed if listed and (not own or still_told or _variants(listed, own)) else own
    same = [source for source, other in told if letters(other) == letters(title)]
    return Headline(title, tuple(dict.fromkeys((["list"] if title and title == listed else []) + same)), told)


def _told(said: Declared, outlet: str, url: str) -> tuple[tuple[str, str], ...]:
    """Each place of a page that tells its title, and the title without the site's name; the h1 last."""
    names = (outlet, said.site_name, said.publisher)
    told = [*zip(said.title_sources, said.titles, strict=True), *(("h1", h1) for h1 in said.headlines)]
    # What readers see has no section behind it: a bar there is the headline's own.
    return tuple(
        (source, stripped) for source, title in told if (stripped := _without_site(title, names, url, shown=said.headlines))
    )


def _own(told: Sequence[tuple[str, str]], proven: str) -> str:
    sources = [source for source, _ in told if source != "h1"]
    titles = [title for source, title in told if source != "h1"]
    shown = [title for source, title in told if source == "h1"]
    seen = max(shown, key=lambda h1: max((_likeness(h1, title) for title in titles), default=0.0), default="")
    if not titles:
        return seen
    # A declared title that was cut short (structured data has a limit of 110 letters) is the whole one's wording, and one
    # that is another, or the h1, with sections behind a bar is that one's.
    titles = [_whole(title, [seen, *titles]) for title in titles]
    known = sorted({seen, *titles} - {""}, key=len)
    titles = [next(one for one in known if title == one or _extends(title, one)) for title in titles]
    written = [seen, *(title for source, title in zip(sources, titles, strict=True) if source not in _FOR_SEARCH)]
    titles = [_begun(title, written) if source in _FOR_SEARCH else title for source, title in zip(sources, titles, strict=True)]
    votes: defaultdict[str, float] = defaultdict(float)
    spellings: defaultdict[str, float] = defaultdict(float)
    # An h1 that only is a declared title with something joined to it (a kicker, the site) is no wording of its own.
    joined = letters(seen) not in map(letters, titles) and any(
        seen.startswith(title) or seen.endswith(title) for title in titles
    )
    if seen and not joined and any(_variants(seen, title) for title in titles):
        sources.append("h1")
        titles.append(seen)
    for source, title in zip(sources, titles, strict=True):
        weight = PROVEN_VOTES if source == proven else SOURCE_VOTES.get(source, OTHER_VOTES)
        votes[letters(title)] += weight
        spellings[title] += weight
    nothing = set(sources) <= _FOR_SEARCH and all(len(_terms(title)) < LEAST_TERMS for title in titles)
    if nothing and len(_terms(seen)) >= LEAST_TERMS:
        return seen
    # Of titles with the same letters the spelling with the most votes; of equals the first.
    return max(titles, key=lambda title: (votes[letters(title)], spellings[title]))


def _whole(title: str, others: list[str]) -> str:
    start = title.rstrip("….").rstrip()
    if start == title or len(start) < MIN_CUT_LENGTH:
        return title
    return next((other for other in others if other.startswith(start) and len(other) > len(title)), title)


def _extends(title: str, other: str) -> bool:
    bar = _BAR.match(title, len(other)) if title.startswith(other) else None
    return bar is not None and not _COLON.search(bar[0])


def _begun(title: str, others: list[str]) -> str:
    """The longest whole headline that this one for search begins with; its own where there is none."""
    begins = [one for one in others if title.startswith(one) and not title[len(one) : len(one) + 1].isalnum()]
    return max((one for one in begins if len(_terms(one)) >= LEAST_TERMS), key=len, default=title)


def _without_site(title: str, names: tuple[str, ...], url: str, *, shown: tuple[str, ...] = ()) -> str:
    """A title without the site's name, and without sections behind a bar, at its ends."""
    if title.isalnum():
        return title
    pieces = _BAR.split(title)
    bars = _BAR.findall(title)
    while len(pieces) > 1:
        if _goes(pieces[-1], bars[-1], names, url) or (_joined(pieces, bars) not in shown and _is_section(pieces, bars)):
            pieces.pop()
            bars.pop()
        elif _goes(pieces[0], bars[0], names, url):
            pieces.pop(0)
            bars.pop(0)
        else:
            break
    return _joined(pieces, bars)


def _joined(pieces: list[str], bars: list[str]) -> str:
    return "".join(piece + bar for piece, bar in zip(pieces, [*bars, ""], strict=True)).strip()


def _goes(piece: str, bar: str, names: tuple[str, ...], url: str) -> bool:
    return any(_names_site(piece, name, url, to_the_letter=_STRICT.fullmatch(bar) is not None) for name in names)


def _is_section(pieces: list[str], bars: list[str]) -> bool:
    """Behind a bar, and shorter than what stands before it."""
    piece = pieces[-1]
    short = len(piece.split()) <= MAX_SECTION_WORDS and len(piece) <= MAX_SECTION_LENGTH
    return short and any(bar in bars[-1] for bar in "|｜│") and 2 * len(piece) < sum(map(len, pieces[:-1]))


def _names_site(piece: str, name: str, url: str, *, to_the_letter: bool = False) -> bool:
    """Is this the name of the site, or the site's with a section: "The Courier", "Courier World", "courier.example"?"""
    domain = site(url)
    known, label = letters(_THE.sub("", name)), letters(domain.partition(".")[0])
    words = _WORD.findall(_THE.sub("", piece))
    said = "".join(words).lower()
    if not said:
        return not to_the_letter
    if said in {known, label, letters(domain)}:
        return True
    if to_the_letter:
        # Scripts without spaces set no colon before a part of their headline that is the beginning of the site's name.
        return bool(known) and min(said[0], known[0]) > "\u2e7f" and (known.startswith(said) or said.startswith(known))
    if len(said) > 3 and (known.startswith(said) or known.endswith(said)):
        return True
    # "Time to act" is no section of Time: the words of a name are written large.
    named = len(words) <= 1 or all(not word[0].islower() for word in words)
    own = [one for one, least in ((known, 3), (label, 2)) if len(one) > least]
    return named and len(words) <= MAX_SECTION_WORDS + 1 and any(said.startswith(one) for one in own)


def _variants(one: str, other: str) -> bool:
    first, second = _terms(one), _terms(other)
    if not first or not second:
        return False
    return len(first & second) >= VARIANT_SHARE * min(len(first), len(second))


def _likeness(one: str, other: str) -> float:
    """Share of common words, in [0, 1]."""
    first, second = _terms(one), _terms(other)
    return len(first & second) / (len(first | second) or 1)


def _terms(text: str) -> set[str]:
    """The words of a title; pairs of characters where a script does not part its words."""
    terms: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if len(word) > 2 and word[0] > "\u0e00" and not word.isascii():
            terms.update(word[at : at + 2] for at in range(len(word) - 1))
        else:
            terms.add(word)
    return terms


def letters(text: str) -> str:
    """A text's letters and digits, in lower case."""
    return "".join(_WORD.findall(text.lower()))
