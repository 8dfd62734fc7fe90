"""Words of a label: which words of a noun phrase are taken, how they are joined, and what is never one.

Tokens -> text as a person would write it beside a line of a chart: without articles, numbers and owners. Pure.
"""

import re
from collections.abc import Iterable, Sequence

from extractors.figures.units import SYMBOLS, WORDS
from extractors.text import Token

#: So many words in a row are a quotation, not a label.
COPIED = 8


#: Words before a person's name.
TITLES = frozenset(
    "president minister premier chancellor governor mayor king queen pope prince princess general gen colonel col captain capt"
    " mr mrs ms dr sen senator rep secretary ambassador lawmaker prosecutor commissioner spokesman spokeswoman director".split()
)


PREPOSITIONS = frozenset(
    "in on at from to into for with near against across over through between under aboard by off around along inside"
    " outside out per toward towards within without among onto behind".split()
)


#: Objects of prepositions that say when or how, not what.
EMPTY = frozenset(
    "day week month year time hour minute night morning evening afternoon date quarter season weekend moment period end"
    " beginning start addition total fact case statement interview message report notice conference briefing average part"
    " way example comparison far least most present past future monday tuesday wednesday thursday friday saturday sunday"
    " january february april june july august september october november december spring summer autumn winter"
    " today yesterday half behalf hand file foot spot scene rise return line place order effect need search turn all percent"
    " percentage dollar euro pound kilometre kilometer metre meter mile tonne ton account estimate estimation reckoning"
    " opinion telling assessment judgement judgment eye word claim calculation admission standard reference"
    " data pace count tally version practice course"
    " basis".split()
)


PRONOUNS = frozenset(
    "it they he she them him her this that these those which who whom one others some we i you us me itself themselves".split()
)


#: What a number is read from is no doer.
SOURCES = frozenset(
    "data report figure statistic survey study document record estimate analysis source poll census bulletin statement"
    " filing account analyst witness observer".split()
)


GENERIC = frozenset("number total figure toll count amount sum level rate share tally".split())


MODIFIERS = frozenset({"compound", "amod", "nmod"})


NO_MODIFIERS = frozenset(
    "more fewer less other another further additional last first latest new total such several many few same own present"
    " current previous next estimated so-called alone only".split()
)


HYPHENS = frozenset("-‐‑")


NUMBER_WORDS = frozenset(
    "dozen dozens hundred hundreds thousand thousands million millions billion billions tens scores lakh crore".split()
)


def modifiers(noun: Token) -> list[Token]:
    """A noun with the nouns and adjectives before it, in order."""
    found = [noun]
    number = max((c.i for c in noun.children if like_number(c) and c.i < noun.i), default=-1)
    for child in noun.children:
        if (
            number < child.i < noun.i
            and child.dep_ in MODIFIERS
            and child.lower_ not in NO_MODIFIERS
            and child.pos_ in {"NOUN", "PROPN", "ADJ", "VERB", "ADV"}
        ):
            found += [g for g in child.children if g.dep_ in MODIFIERS and g.i < child.i and g.pos_ in {"NOUN", "PROPN", "ADJ"}]
            found.append(child)
    found = sorted(set(found), key=lambda t: t.i)
    return [t for t in found if any(c.isalpha() for c in t.text)]


def noun_of(token: Token, skip_past: int = -1) -> Token | None:
    """The noun after "of" that hangs on a token."""
    for child in token.children:
        if child.lower_ == "of" and child.i > skip_past:
            noun = next((c for c in child.children if c.dep_ == "pobj"), None)
            if noun is not None:
                return noun
    return None


def as_words(words: Sequence[Token]) -> str:
    """Words as a phrase: a hyphen of the text between two of them stays, and a calibre keeps its number ("152-mm")."""
    text = ""
    for i, token in enumerate(words):
        word = cased(token)
        if token.i and i < len(words) - 1 and (token.lower_ in WORDS or token.text in SYMBOLS):
            number = token.nbor(-2) if token.nbor(-1).text in HYPHENS and token.i > 1 else token.nbor(-1)
            if number.text[:1].isdigit():
                word = f"{number.text}-{word}"
        hyphen = i > 0 and token.i - words[i - 1].i == 2 and token.nbor(-1).text in HYPHENS
        text += word if i == 0 else f"-{word}" if hyphen else f" {word}"
    return text


def cased(token: Token) -> str:
    """The word as written; the capital that only opens a sentence is no part of it."""
    if token.lower_ == "persons":
        return "people"
    return token.lower_ if token.i == 0 and token.pos_ != "PROPN" else token.text


def like_number(token: Token) -> bool:
    """Is it a number, or one of its words?"""
    return token.pos_ == "NUM" or token.like_num or token.text[:1].isdigit() or token.lower_ in NUMBER_WORDS


def own_words(label: str, text: str) -> str:
    """The label without any run of words that would be a quotation; no dangling word at its end."""
    words = label.split(" ")
    plain = " ".join(re.findall(r"[\w'’-]+", text.lower()))
    while len(words) >= COPIED and any(
        " ".join(words[i : i + COPIED]).lower() in plain for i in range(len(words) - COPIED + 1)
    ):
        words.pop()
    return " ".join(trimmed(words)).replace(BOUND, " ")


#: Joins a particle to its verb, so that "laid off" is not cut.
BOUND = "\u00a0"


#: No label begins or ends with one of these.
DANGLING = PREPOSITIONS | PRONOUNS | frozenset("of and the a an or per its their his her our that as".split())


def trimmed(words: Iterable[str]) -> list[str]:
    """The words without those that cannot stand at either end."""
    kept = list(words)
    while kept and kept[-1].lower() in DANGLING:
        kept.pop()
    while kept and kept[0].lower() in DANGLING:
        del kept[0]
    return kept
