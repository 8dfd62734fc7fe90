"""Where does a figure hold: the name of a place in its clause.

Frame -> "Ostrel" of "in the town of Ostrel", "Halu district", "Lund" of "Lund's hospitals"; empty where the clause names none.
No list of names: a preposition of place and a capital, a noun for a kind of place, or what only places have. Pure.
Not here: places that are no names ("aboard the ship"), which are read with the verb (hangers.py).
"""

import re
from collections.abc import Callable, Iterator

from extractors.figures.frame import Frame, clause
from extractors.figures.reading import DAY, MONTH
from extractors.text import Token

_WHERE = frozenset("in at near across around off outside inside throughout along within between on".split())
_KINDS = frozenset(
    "province district region city town village county state island islands valley port prefecture municipality suburb borough"
    " canton governorate territory peninsula bay gulf strait delta basin parish commune capital country nation republic"
    " neighbourhood neighborhood settlement hamlet township enclave highlands archipelago".split()
)
#: What a town or a country has and a company or a person has not.
_OWNED = frozenset(
    "hospital school street population resident inhabitant coast capital border airport suburb economy parliament harbour"
    " harbor port outskirts university museum stadium cathedral market river lake mayor".split()
)
#: After these a capital names no place ("in Congress", "at Christmas").
_NO_PLACES = frozenset(
    "congress parliament senate christmas easter ramadan facebook twitter english french spanish court god".split()
)
_TIME = re.compile(rf"{DAY}|{MONTH}|[QH][1-4]|(?:1[89]|20)\d\d")


def named_place(frame: Frame, is_time: Callable[[Token], bool]) -> str:
    """The name of the place where the quantity's clause says that it is; empty where it says none."""
    around = set(frame.path) | set(frame.verbs[:2])
    if frame.verb is not None:
        around |= set(clause(frame.verb))
    found = ((_name(token, is_time), token) for token in frame.doc if token in around and not frame.holds(token))
    names = [(token.head not in frame.path, abs(token.i - frame.root.i), name) for name, token in found if name]
    return min(names)[2] if names else ""


def _name(token: Token, is_time: Callable[[Token], bool]) -> str:
    if token.dep_ == "prep" and token.lower_ in _WHERE and not is_time(token):
        noun = next((child for child in token.children if child.dep_ == "pobj"), None)
        return "" if noun is None or is_time(noun) else _of_noun(noun, token.lower_)
    if token.dep_ == "poss" and token.pos_ == "PROPN" and token.head.lower_.removesuffix("s") in _OWNED:
        return " ".join(part.text for part in _parts(token))
    return ""


def _of_noun(noun: Token, preposition: str) -> str:
    parts = list(_parts(noun))
    name = " ".join(part.text for part in parts)
    if noun.lower_ in _KINDS:
        of = next((child for child in noun.children if child.lower_ == "of"), None)
        inner = next((child for child in of.children if child.dep_ == "pobj"), None) if of is not None else None
        if inner is not None and inner.pos_ == "PROPN":
            return " ".join(part.text for part in _parts(inner))
        return name if any(part.pos_ == "PROPN" for part in parts[:-1]) else ""
    if noun.pos_ != "PROPN" or not noun.text[:1].isupper() or noun.lower_ in _NO_PLACES or _TIME.fullmatch(noun.text):
        return ""
    if preposition in {"on", "between", "within"} or any(child.dep_ == "poss" for child in noun.children):
        return ""
    return name


def _parts(noun: Token) -> Iterator[Token]:
    """The noun with the names and adjectives of a name before it."""
    for child in noun.lefts:
        if child.dep_ in {"compound", "amod", "nmod"} and (child.text[:1].isupper() or child.lower_ in _SIDES):
            yield child
    yield noun


_SIDES = frozenset("northern southern eastern western central north south east west upper lower".split())
