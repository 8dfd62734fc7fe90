"""Units that go on: a number in a table-like line, after a verb that is left out, or said of "it" or "the norm".

"Injured: 815.", "a car pays 230 crowns and a lorry 690", "The norm is fifty.", "In August it was 8,200."
Each rule answers with the unit and, where it goes on as well, the rate; or with None.
"""

import re
from collections.abc import Sequence

from extractors.figures.bounds import without_bound
from extractors.figures.nouns import of_persons, singular
from extractors.figures.reading import FINITE, Found, Told, View
from extractors.figures.units import UNITS, WORDS
from extractors.text import Token

Carried = tuple[str, str | None]

#: The heading of a line, up to the colon and the number.
_HEADING = re.compile(r"(?:^|[;.] )(?P<words>[^:;.]{2,90}): $")
#: "Quantities by month, in barrels."
_IN_UNITS = re.compile(r"\bin (?P<words>\w+(?: \w+)?)[.:]?$")


def heading(view: View, f: Found, told: Sequence[Told]) -> Carried | None:
    """In a table-like line: the noun of its heading, or the unit of the line before ("Deaths: 9. Investigated: 6.")."""
    left = view.before(f.start, 120)
    match = _HEADING.search(without_bound(left))
    if match is None:
        return None
    first = view.token_from(f.start - len(left) + match.start("words"))
    words = view.doc[first : view.token_from(f.start)]
    if not words or any(_finite(t) for t in words):
        return None
    if noun := _acting(words):
        return noun, None
    if of_persons(words[0].lower_):
        return "person", None
    if view.previous is None:
        return None
    lines = [t for t in told if t.sentence == view.previous.index]
    if lines:
        return (lines[-1].unit, lines[-1].rate) if _HEADING.search(view.previous.text.rstrip("0123456789,. ") + " ") else None
    if any(_finite(t) for t in view.previous.doc):
        return None
    named = _IN_UNITS.search(view.previous.text)
    if named and (unit := WORDS.get(named["words"].lower())) in UNITS:
        return unit, None
    noun = _acting(view.previous.doc)
    return (noun, None) if noun else None


def _finite(token: Token) -> bool:
    """Is it a verb that makes a sentence? A past tense without a helper may be a participle ("Houses destroyed: 9")."""
    return token.tag_ in FINITE and (token.tag_ != "VBD" or not token.lower_.endswith(("ed", "found")))


def _acting(words: Sequence[Token]) -> str | None:
    """The first plural noun that hangs on no preposition, in the singular."""
    return next(
        (singular(t) for t in words if t.tag_ in ("NNS", "NNPS") and t.dep_ != "pobj" and singular(t) not in UNITS), None
    )


#: What opens a clause that shares the verb of the one before.
_JOINED = re.compile(r"(?:[,;]|[,;]? and|[,;]? but)(?: [\w'’-]+){0,7} $")
#: "for a car and", before "690 for a lorry"
_FOR = re.compile(r" (?P<preposition>for|in|at|on|by|from|to)(?: [\w'’-]+){1,4}(?:,|,? and|,? but) ")


def gapped(view: View, f: Found, previous: Sequence[Found]) -> Carried | None:
    """Where the verb is left out: the unit of the figure before ("it pays 230 crowns and a lorry 690"), or the new noun's."""
    if not previous or previous[-1].end > f.start or previous[-1].unit == "percent":
        return None
    last = previous[-1]
    gap = without_bound(view.text[last.end : f.start])
    if not _JOINED.fullmatch(gap) and not _alike(gap, view.after(f.end)):
        return None
    first, here = view.token_from(last.end), view.token_from(f.start)
    between, after = view.doc[first:here], view.token_from(f.end)
    if any(t.tag_[:1] == "V" or t.tag_ in ("MD", "WDT", "WP") for t in between):
        return None
    if after < len(view.doc) and view.doc[after].tag_[:1] in ("V", "M"):
        return None  # it is what the next verb says something of
    things = [t for t in between if t.tag_ == "NNS"]
    if last.unit not in UNITS and last.elided and things:
        return singular(things[0]), last.rate
    return last.unit, last.rate


def _alike(gap: str, right: str) -> bool:
    """ "230 crowns for a car and 690 for a lorry": what follows both numbers opens alike."""
    match = _FOR.fullmatch(gap)
    return match is not None and right.startswith(f" {match['preposition']} ")


#: Words for a value itself, which its unit never is.
_VALUES = frozenset(
    "it that this which norm standard limit target ceiling floor maximum minimum average mean record figure number total"
    " count level value estimate forecast quota threshold rate price fee toll fare rent".split()
)
#: "is fifty", "now stands at 83", "used to be six"
_STANDS = re.compile(
    r"\b(?P<subject>\w+)(?: (?:of|for|in|on)(?: \w+){1,4}?)?"
    r"(?: (?:has|had|will|would|may|might|could|should|can|used to|now|then|still|only|once|already|also|today|at present))*"
    r" (?:is|was|were|be|been|stands?|stood|remains?|reach(?:ed|es)|became|averaged)"
    r"(?: (?:now|then|still|only|once|already|put|set|nearer|closer|down|up|back))*(?: (?:at|to))? $",
    re.IGNORECASE,
)


def standing(view: View, f: Found, previous: Sequence[Found], told: Sequence[Told]) -> Carried | None:
    """What "it" or "the norm" is said to be: of the kind of the figures right before, the nearest in value among them."""
    match = _STANDS.search(without_bound(view.before(f.start, 90)))
    if match is None or match["subject"].lower() not in _VALUES:
        return None
    here = view.sentence.index
    near = [Told(p.value, p.unit, p.rate, here) for p in previous] or [t for t in told if t.sentence >= here - 1]
    if not near:
        return None
    best = min(reversed(near), key=lambda t: _distance(f, t))
    return best.unit, None if match["subject"].lower() in _SUMS else best.rate


#: Values that add up what a rate spreads.
_SUMS = frozenset({"total", "number", "count"})


def _distance(f: Found, known: Told) -> float:
    """Decades between two values; a figure with decimals counts nothing."""
    if not f.value or not known.value:
        return 3.0
    whole = f.value == f.value.to_integral_value() or known.unit in UNITS
    return abs(float((f.value / known.value).copy_abs().log10())) + (0 if whole else 3)
