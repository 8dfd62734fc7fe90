"""Reported quantities: which numbers of a text say how much or how many, of what, and how firmly?

Sentences -> quantities: the span with its modifier and its unit or counted noun, low and high, bound, unit, rate.
Left out: dates, years, ages, ordinals, clock times, scores, names with numbers, labels ("page 12"), relative dates,
figures of speech. A number whose unit is left out ("against 2,000") takes it from what stands before.
Pure. The grammar of a sentence is asked for only where it holds a number.
Not here: what a figure measures (measured.py), its role (roles.py).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from extractors.figures.bounds import BETWEEN, limits
from extractors.figures.elided import elided
from extractors.figures.measures import degrees, measure
from extractors.figures.not_figures import is_clock, is_label, is_no_figure
from extractors.figures.numbers import Kind, Number, numbers, plain
from extractors.figures.ranges import compounds, lend_units, ranges
from extractors.figures.rates import clause_rate, rate
from extractors.figures.reading import REMEMBERED, Found, Memory, Told, View
from extractors.figures.units import UNITS, WORDS
from extractors.text import Sentence, parse
from schemas.outcomes import Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One reported quantity. start and end count in the article's text."""

    sentence: Sentence
    start: int
    end: int
    surface: str
    low: Decimal | None
    high: Decimal | None
    bound: Bound
    unit: str
    rate: str | None


#: A longer "sentence" is a table or a dump of data: no grammar holds there, and parsing it costs without end.
LONGEST_SENTENCE = 3000


def quantities(sentences: Iterable[Sentence]) -> list[Quantity]:
    """Every reported quantity, in order. Sentences without a number are not parsed."""
    written: list[tuple[Sentence, Sentence | None, tuple[Number, ...]]] = []
    previous: Sentence | None = None
    for sentence in sentences:
        if len(sentence.text) > LONGEST_SENTENCE:
            previous = None
            continue
        if found := _written(sentence.text):
            written.append((sentence, previous, found))
        previous = sentence
    parse(s for s, _, _ in written)
    memory = Memory()
    result: list[Quantity] = []
    for sentence, previous, found in written:
        result.extend(_sentence(View(sentence, previous), found, memory))
    return result


def may_count(sentence: Sentence) -> bool:
    """Does a sentence hold a written number? Only those are parsed."""
    return len(sentence.text) <= LONGEST_SENTENCE and bool(_written(sentence.text))


@lru_cache(maxsize=256)
def _written(text: str) -> tuple[Number, ...]:
    """Every number of a sentence; asked twice, first for what is to be parsed, hence remembered for a while."""
    return tuple(sorted([*numbers(text), *_single_units(text)], key=lambda number: number.start))


def _sentence(view: View, written: Sequence[Number], memory: Memory) -> list[Quantity]:
    found: list[Found] = []
    for number in written:
        if is_label(view, number):
            continue
        candidate = measure(view, number, memory)
        if not is_no_figure(view, candidate):
            found.append(candidate)
    found = compounds(view, ranges(view, found))
    lend_units(view, found)
    found = [f for f in found if f.unit or not is_clock(view, f)]
    for candidate in found:
        if candidate.unit in ("", "degree"):
            degrees(view, candidate, found, memory)
        rate(view, candidate)
    # A number inside the rate of the one before is part of it ("19 per 100,000 inhabitants").
    found = [f for i, f in enumerate(found) if i == 0 or f.start >= found[i - 1].end or found[i - 1].rate is None]
    for index, candidate in enumerate(found):
        if not candidate.unit or candidate.partitive:
            elided(view, found, index, memory)
        if candidate.rate is None:
            clause_rate(view, found, index, memory)
    for candidate in found:
        memory.told.append(Told(candidate.value, candidate.unit, candidate.rate, view.sentence.index))
    del memory.told[:-REMEMBERED]
    return [_quantity(view, f) for f in _apart(found)]


def _apart(found: Iterable[Found]) -> Iterator[Found]:
    """Those with a unit that do not begin within the one before, whose unit reached over the next number.

    "Nine of the plant's twenty lines" are two: a part, and its whole.
    """
    before: Found | None = None
    for f in found:
        if not any(c.isalpha() for c in f.unit):
            continue
        if before is None or f.start >= before.end or before.partitive:
            yield f
            before = f


#: "almost a mile", "more than an hour": an article that counts, since its number is bounded.
_SINGLE = re.compile(
    r"\b(?:nearly|almost|more than|less than|about|at least|roughly|as much as|as long as|just over|just under|well over)"
    r"[ ](?P<one>an?)[ ](?P<unit>[A-Za-z]+)\b(?![ ](?:and|or)[ ]a[ ])"
)


def _single_units(text: str) -> list[Number]:
    return [
        Number(start=m.start("one"), end=m.end("one"), value=Decimal(1), kind=Kind.WORDS, written=Decimal(1))
        for m in _SINGLE.finditer(text)
        if WORDS.get(m["unit"].lower()) in UNITS and m["unit"].lower() not in ("second", "stone", "bar", "point", "minute")
    ]


def _quantity(view: View, f: Found) -> Quantity:
    start, end = f.start, f.end
    bound = Bound.EXACT
    low: Decimal | None = plain(f.value)
    high: Decimal | None = low
    if f.high is not None:
        bound, high = Bound.RANGE, plain(f.high)
        if f.between and (opener := BETWEEN.search(view.before(start))):
            start -= len(opener.group())
    else:
        bound, start, end = limits(view, f)
    if bound in (Bound.AT_LEAST, Bound.MORE_THAN):
        high = None
    elif bound in (Bound.AT_MOST, Bound.LESS_THAN):
        low = None
    text = view.text
    return Quantity(
        sentence=view.sentence,
        start=view.sentence.start + start,
        end=view.sentence.start + end,
        surface=text[start:end],
        low=low,
        high=high,
        bound=bound,
        unit=f.unit,
        rate=f.rate,
    )
