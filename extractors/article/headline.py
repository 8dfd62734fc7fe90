"""What is this page's headline, letter for letter?

What a page declares and shows, and what the feed said -> one title, without the site's name and sections at its ends.
Declared titles are made for search and for sharing; the headline is what most of them and the page's own h1 agree on.
Pure; no title raises.
"""

import re
from collections import Counter, defaultdict

from extractors.article.markup import plain
from extractors.article.metadata import Declared
from extractors.article.urls import site

#: Words of two titles that must agree, of the shorter one, for them to be variants of one headline.
VARIANT_SHARE = 0.6
#: What the h1 counts for, where a declared title has one vote: of two wordings that differ, readers see this one.
HEADLINE_VOTES = 1.5

#: Shorter titles were not cut short, they end with dots.
MIN_CUT_LENGTH = 40

_WORD = re.compile(r"\w+")
_THE = re.compile(r"^the\s+", re.IGNORECASE)
#: Between a headline and the name of its site.
_BAR = re.compile(r"\s+[|·•»«›‹—–-]+\s+|\s*\|\s*|\s+::\s+")


def headline(listed: str, said: Declared, outlet: str, url: str) -> str:
    """The page's headline; the listed title where the two are variants of one, unless the list cut it short.

    A publisher that has given its article a new headline since it was listed has the page's say.
    """
    names = (outlet, said.site_name, said.publisher)
    listed = _without_site(plain(listed), names, url)
    if listed.endswith(("…", "...")):
        listed = ""
    own = _own(said, names, url)
    return listed if listed and (not own or _variants(listed, own)) else own


def _own(said: Declared, names: tuple[str, ...], url: str) -> str:
    titles = [stripped for title in said.titles if (stripped := _without_site(title, names, url))]
    shown = [stripped for h1 in said.headlines if (stripped := _without_site(h1, names, url))]
    seen = max(shown, key=lambda h1: max((_likeness(h1, title) for title in titles), default=0.0), default="")
    if not titles:
        return seen
    # A declared title that was cut short (structured data has a limit of 110 letters) is the whole one's wording, and one
    # that is another, or the h1, with sections behind a bar is that one's.
    titles = [_whole(title, [seen, *titles]) for title in titles]
    known = sorted({seen, *titles} - {""}, key=len)
    titles = [next(one for one in known if title == one or _extends(title, one)) for title in titles]
    votes: defaultdict[str, float] = defaultdict(float)
    for title in titles:
        votes[letters(title)] += 1
    # An h1 that only is a declared title with something joined to it (a kicker, the site) is no wording of its own.
    joined = letters(seen) not in votes and any(seen.startswith(title) or seen.endswith(title) for title in titles)
    if seen and not joined and any(_variants(seen, title) for title in titles):
        votes[letters(seen)] += HEADLINE_VOTES
        titles.append(seen)
    most = max(votes.values())
    best = next(title for title in [seen, *titles] if votes.get(letters(title)) == most)
    return _spelling([title for title in titles if letters(title) == letters(best)], seen)


def _whole(title: str, others: list[str]) -> str:
    start = title.rstrip("….").rstrip()
    if start == title or len(start) < MIN_CUT_LENGTH:
        return title
    return next((other for other in others if other.startswith(start) and len(other) > len(title)), title)


def _extends(title: str, other: str) -> bool:
    return title.startswith(other) and _BAR.match(title, len(other)) is not None


def _spelling(same: list[str], seen: str) -> str:
    """Of titles with the same letters the most common spelling; the page's own where none is."""
    counts = Counter(same)
    return max(counts, key=lambda title: counts[title] + (0.5 if title == seen else 0.0))


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
    said, known, domain = letters(_THE.sub("", piece)), letters(_THE.sub("", name)), site(url)
    label = letters(domain.partition(".")[0])
    if not said or said in {known, label, letters(domain)}:
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


def letters(text: str) -> str:
    """A text's letters and digits, in lower case."""
    return "".join(_WORD.findall(text.lower()))
