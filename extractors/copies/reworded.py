"""Is a text another's in other words, and which sentence is which?

Two fingerprints -> the way through the other text that fits best, sentence by sentence and never back -> the share of names
and numbers that stand where they should, and how near the sentences are in meaning.
A spinner replaces nearly every word; names and numbers stay, in their order, and so does what each sentence says. Two desks
that tell one event share names and numbers too, but not sentence by sentence.
Bounded: of each text the first MOST_SENTENCES are compared, in matrices.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.copies.align import COMMON
from extractors.copies.meaning import vectors
from extractors.copies.values import Number
from schemas.records import SentenceSketch

#: Sentences of prose that are compared. An article has some dozens; what follows in a longer one is not reworded alone.
MOST_SENTENCES = 300
#: What a shared number and a shared name add to the likeness of two sentences, when the way is chosen.
NUMBER_BONUS = 0.3
NAME_BONUS = 0.1


@dataclass(frozen=True, slots=True)
class Facts:
    """How many a text gives of what a spinner keeps."""

    numbers: int
    names: int  #: words of names

    @property
    def total(self) -> int:
        """Of both."""
        return self.numbers + self.names


@dataclass(frozen=True, slots=True)
class Way:
    """One text beside another, sentence by sentence."""

    there: dict[int, tuple[int, ...]]  #: sentence here -> its counterpart there, and what was merged into it
    given: Facts  #: here
    kept: Facts  #: of those, in a counterpart or right beside it
    likeness: float  #: mean likeness in meaning of a sentence and its counterpart, by length, in [0, 1]


def facts_given(text: Sequence[SentenceSketch]) -> Facts:
    """What follow() looks for."""
    prose = _prose(text)
    return Facts(sum(len(sketch.numbers) for sketch in prose), sum(len(sketch.names) for sketch in prose))


def numbers_met(here: Sequence[SentenceSketch], there: Sequence[SentenceSketch]) -> int:
    """Numbers here that stand anywhere there: follow() takes much longer, and keeps no more of them."""
    known = {Number(number).value for sketch in _prose(there) for number in sketch.numbers}
    return sum(Number(number).value in known for sketch in _prose(here) for number in sketch.numbers)


def follow(here: Sequence[SentenceSketch], there: Sequence[SentenceSketch]) -> Way | None:
    """The way through a text that another fits best; None when one of them has no prose."""
    ours = [i for i, sketch in enumerate(here) if sketch.prose][:MOST_SENTENCES]
    theirs = [j for j, sketch in enumerate(there) if sketch.prose][:MOST_SENTENCES]
    if not ours or not theirs:
        return None
    alike = np.maximum(vectors([here[i].meaning for i in ours]) @ vectors([there[j].meaning for j in theirs]).T, 0)
    our_facts, their_facts = [[facts(texts[i]) for i in rows] for texts, rows in ((here, ours), (there, theirs))]
    share = np.array([here[i].length for i in ours], dtype=np.float64)
    share /= share.sum()
    way = _best((alike + _bonus(our_facts, their_facts)) * share[:, None])
    taken = set(way)
    found: dict[int, tuple[int, ...]] = {}
    kept: Counter[bool] = Counter()
    for k, at in enumerate(way):
        beside = [j for j in (at - 1, at + 1) if 0 <= j < len(theirs)]
        near = Counter(fact for j in (at, *beside) for fact in their_facts[j].elements())
        both = our_facts[k] & near
        for fact, count in both.items():
            kept[isinstance(fact, str)] += count
        merged = [j for j in beside if j not in taken and (our_facts[k] - their_facts[at]) & their_facts[j]]
        found[ours[k]] = tuple(theirs[j] for j in (at, *merged))
    return Way(
        there=found,
        given=facts_given(here),
        kept=Facts(numbers=kept[True], names=kept[False]),
        likeness=float((alike[np.arange(len(ours)), way] * share).sum()),
    )


def _prose(text: Sequence[SentenceSketch]) -> list[SentenceSketch]:
    return [sketch for sketch in text if sketch.prose][:MOST_SENTENCES]


def facts(sketch: SentenceSketch) -> Counter[str | int]:
    """What a spinner keeps of a sentence: numbers by value (text), and names (hashes)."""
    found: Counter[str | int] = Counter(Number(number).value for number in sketch.numbers)
    found.update(sketch.names)
    return found


def _bonus(ours: Sequence[Counter[str | int]], theirs: Sequence[Counter[str | int]]) -> NDArray[np.float64]:
    """What shared facts add; what stands in very many sentences adds nothing."""
    places: defaultdict[str | int, list[int]] = defaultdict(list)
    for j, one in enumerate(theirs):
        for fact in one:
            places[fact].append(j)
    number, name = (np.zeros((len(ours), len(theirs))) for _ in range(2))
    for i, one in enumerate(ours):
        for fact in one:
            if len(places.get(fact, ())) <= COMMON:
                (number if isinstance(fact, str) else name)[i, places.get(fact, [])] = 1
    return NUMBER_BONUS * number + NAME_BONUS * name


def _best(scores: NDArray[np.float64]) -> list[int]:
    """For each row a column, never one before the last row's, so that their scores add up to the most."""
    total = np.zeros(scores.shape[1])
    back: list[NDArray[np.intp]] = []
    for row in scores:
        so_far = np.maximum.accumulate(total)
        back.append(np.maximum.accumulate(np.where(total >= so_far, np.arange(len(total)), 0)))  # where it was reached
        total = so_far + row
    at = int(total.argmax())
    way = [at]
    for reached in back[:0:-1]:
        at = int(reached[at])
        way.append(at)
    return way[::-1]
