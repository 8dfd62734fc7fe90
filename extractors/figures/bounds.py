"""How firm is a number: exact, about, at least, more than, at most, less than?

The words right before and after the number -> bound, and the span with those words.
"""

import re

from extractors.figures.numbers import Kind
from extractors.figures.reading import TIME_UNITS, Found, View
from schemas.outcomes import Bound

_FILLER = (
    r"(?:(?:an?|the|another|a further|further|an additional|additional|an extra|extra|just|only|its|their|his|her"
    r"|total of|a total of"
    r"|about|some|around|roughly|approximately|an estimated|perhaps|nearly) )*"
)


_BOUND = re.compile(
    r"(?<![^\s(\"“‘—–-])(?:"
    r"(?P<at_least>at (?:the very )?least|no (?:fewer|less|lower) than|not (?:fewer|less) than|a minimum of|minimum of"
    r"|as (?:few|little) as|≥)"
    r"|(?P<at_most>up to|as (?:many|much|long|high|large|far|late|big|deep|tall|wide) as|no (?:more|greater|higher"
    r"|longer|later) than"
    r"|not (?:more|exceeding|longer) than|not exceeding|at (?:the )?(?:very )?most|a maximum(?: of)?|maximum of|up until|≤)"
    r"|(?P<more_than>more than|(?:well |just |slightly |a little |a bit |far |not much )?over|(?:well |just "
    r"|slightly )?above|in excess of"
    r"|upwards? of|(?:greater|larger|higher|longer|better|bigger|heavier) than|north of|(?:just|well) past|exceed|exceeds"
    r"|exceeded|exceeding|surpass|surpasses|surpassed|surpassing|topped|topping|tops|>)"
    r"|(?P<less_than>(?:very |so )?nearly|almost|(?:fewer|less|lower|smaller|shorter) than|(?:well |just |slightly "
    r"|a little |a bit )?under"
    r"|(?:well |just |slightly )?below|(?:just |a little |a bit )(?:short|shy) of|shy of|not quite|approaching|close on"
    r"|south of|<)"
    r"|(?P<approx>an average of|about|around|roughly|approximately|approx\.?|some|perhaps|(?:an|the|its|their) estimated"
    r"|circa|ca?\.|(?:somewhere )?in the (?:region"
    r"|order|neighbou?rhood|vicinity) of|close to|near|barely|reportedly about|more or less|~|≈)"
    rf")[\s]?{_FILLER}$",
    re.IGNORECASE,
)


#: The words of its pattern, which stand there in full: a text that ends in any other ends in no bound. Most do. Words of the
#: filler may have lost the space before them ("overthe ").
_BOUND_WORDS = frozenset(re.findall("[a-z]+", _BOUND.pattern))
_FILLER_WORDS = tuple(set(re.findall("[a-z]+", _FILLER)))
_LAST_WORD = re.compile(r"[^\W\d_]+(?=\s?$)")
#: More characters than the longest of them has, with the space behind it.
_LONGEST_WORD = 16


def bound_before(text: str, at: int = 0) -> re.Match[str] | None:
    """The words of a bound that end a text, with what may stand between them and a number: "more than the "."""
    last = _LAST_WORD.search(text, max(at, len(text) - _LONGEST_WORD))
    if last is not None and (word := last.group().lower()) not in _BOUND_WORDS and not word.endswith(_FILLER_WORDS):
        return None
    return _BOUND.search(text, at)


_AFTER_BOUND = re.compile(
    r"(?:[ ](?P<approx>or so|or thereabouts|approximately|give or take)\b|(?P<odd>[- ]odd\b)"
    r"|[ ](?P<at_least>or (?:more|above|over|higher|greater|better)|and (?:counting|above|over|up|more)(?![ ][\d$€£])"
    r"|at (?:the very )?least)\b|(?P<plus>\+|[- ]plus\b(?![ ](?:an?|the|\d|[$€£])\b))"
    r"|[ ](?P<at_most>or (?:less|fewer|under|below)|at (?:the )?most|at maximum)\b)",
    re.IGNORECASE,
)


BETWEEN = re.compile(r"\b(?:somewhere |anywhere |anything )?(?:between|from|of from|anywhere from)[ ]$", re.IGNORECASE)


#: Behind a preposition that could be a bound too.
_NEARLY = re.compile(r"(?<=[ ])(?:nearly|almost)[ ]")


def without_bound(gap: str) -> str:
    """The words between two numbers without the modifier of the second."""
    match = bound_before(gap)
    return gap[: match.start()] if match and match.start() else gap


#: Verbs that go on with "up to" and do not bound what follows.
_UP = re.compile(
    r"\b(?:go|goes|gone|going|went|come|comes|came|adds?|added|move[sd]?|brought|bring|push\w*|rose|inched|crept|ticked)"
    r"[ ](?:back )?$"
)


def _joins(view: View, offset: int) -> bool:
    """ "handed over 62", "is split over 47 cousins": here "over" goes with the verb before it."""
    index = view.token_from(offset)
    over = view.doc[index] if index < len(view.doc) else None
    if over is None:
        return False
    shared = over.dep_ == "prep" and any(child.dep_ == "auxpass" for child in over.head.children)
    return shared or (index > 0 and view.doc[index - 1].lower_.startswith("hand"))


def limits(view: View, f: Found) -> tuple[Bound, int, int]:
    """The bound that the modifier words say, and the span with them."""
    start, end = f.start, f.end
    left = view.before(start, 64)
    match = bound_before(left)
    bound = Bound.EXACT
    if match and match.group().lower().startswith("up to") and _UP.search(left[: match.start()]):
        match = bound_before(left, match.start() + len("up to "))  # "adds up to roughly 140"
    if match:
        kind = next(name for name, hit in match.groupdict().items() if hit)
        words = match.group().lower()
        if re.search(r"\bthe $", match.group()) and kind in ("more_than", "less_than"):
            return bound, start, end  # "more than the 300 planned" compares; it does not bound the 300
        if words.startswith("over ") and _joins(view, start - len(left) + match.start()):
            return bound, start, end
        if kind == "more_than" and re.search(r"\b(?:not|n't|never|cannot|nor)\b(?:[ ]\w+){0,3}[ ]$", left[: match.start()]):
            return bound, start, end  # a limit ("may not exceed 40") is stated exactly
        begin = match.start()
        if kind == "approx" and (nearer := _NEARLY.search(words)):
            kind, begin = "less_than", begin + nearer.start()  # "lines around nearly two thirds of it"
        lasting = f.unit in TIME_UNITS and words.split()[0] in ("over", "within") and f.rate is None
        if (
            lasting
            and words.split()[0] == "over"
            and not re.search(r"\b(?:for|last\w*|took|takes?|of|is|was|after|in)[ ]$", left[: match.start()])
        ):
            kind = ""
        if kind:
            bound = Bound(kind)
            start -= len(left) - begin
    for place in (f.number_end, f.end):
        after = _AFTER_BOUND.match(view.text, place)
        if after and bound is Bound.EXACT:
            name = next(name for name, hit in after.groupdict().items() if hit)
            bound = Bound({"odd": "approx", "plus": "at_least"}.get(name, name))
            end = max(end, after.end())
            break
    if bound is Bound.EXACT:
        if f.number.kind is Kind.FRACTION and not f.plain:
            bound = Bound.APPROX
        elif f.number.kind is Kind.VAGUE:
            bound = Bound.AT_LEAST
    return bound, start, end
