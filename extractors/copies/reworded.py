"""Is a text another's in other words, and which sentence is which?

Two texts -> the way through the other text that fits best, sentence by sentence and never back -> the share of names
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
from extractors.copies.side import Facts, Side

#: A reworded copy keeps so many of its numbers in their places, which leaves room for a reworded update,
SAME_NUMBERS = 0.7
#: and its facts, numbers and names, with what its sentences mean: the share of facts in their places and the likeness of the
#: sentences add up to 1.21 or more in 79 reworded texts and parts of them. Of 4,445 other pairs of texts on one story or topic
#: three keep so many numbers, with 1.06 at most. Facts alone leave nothing between the two (0.63, 0.62), likeness neither.
FACTS_AND_LIKENESS = 1.15
#: Facts needed to tell a reworded copy from another report: fewer prove nothing.
FEWEST_NUMBERS = 3
#: Two numbers are enough for a text that keeps so many facts in all.
FEWEST_FACTS = 10
#: What a shared number and a shared name add to the likeness of two sentences, when the way is chosen.
NUMBER_BONUS = 0.3
NAME_BONUS = 0.1


@dataclass(frozen=True, slots=True)
class Way:
    """One text beside another, sentence by sentence."""

    there: dict[int, tuple[int, ...]]  #: sentence here -> its counterpart there, and what was merged into it
    kept: Facts  #: of those here, in a counterpart or right beside it
    likeness: float  #: mean likeness in meaning of a sentence and its counterpart, by length, in [0, 1]


def reworded(here: Side, there: Side) -> Way | None:
    """The way through a text that another is in other words; None when it is a report of its own, or tells too little.

    What is asked first takes least: nearly all texts that are looked at are reports of their own.
    """
    if not _enough(here.given) or not there.prose:
        return None
    most = met(here, there)
    if most.numbers < SAME_NUMBERS * here.given.numbers:
        return None
    alike = likenesses(here, there)
    if most.total / here.given.total + float((alike.max(axis=1) * here.share).sum()) < FACTS_AND_LIKENESS:
        return None
    way = follow(here, there, alike)
    if way.kept.numbers < SAME_NUMBERS * here.given.numbers:
        return None
    return way if way.kept.total / here.given.total + way.likeness >= FACTS_AND_LIKENESS else None


def _enough(given: Facts) -> bool:
    return given.numbers >= FEWEST_NUMBERS or (given.numbers == FEWEST_NUMBERS - 1 and given.total >= FEWEST_FACTS)


def met(here: Side, there: Side) -> Facts:
    """The facts here that stand anywhere there: no way keeps more of them."""
    known = there.known
    found: Counter[bool] = Counter()
    for fact, count in here.fact_count.items():
        if fact in known:
            found[isinstance(fact, str)] += count
    return Facts(numbers=found[True], names=found[False])


def likenesses(here: Side, there: Side) -> NDArray[np.float32]:
    """How near each sentence of prose here is in meaning to each there, in [0, 1]; one row for each sentence here."""
    alike: NDArray[np.float32] = np.maximum(here.said @ there.said.T, 0)
    return alike


def follow(here: Side, there: Side, alike: NDArray[np.float32]) -> Way:
    """The way through a text that another fits best; both have prose.

    alike: of likenesses().
    """
    way = _best((alike + _bonus(here.facts, there.facts)) * here.share[:, None])
    taken = set(way)
    found: dict[int, tuple[int, ...]] = {}
    kept: Counter[bool] = Counter()
    for k, at in enumerate(way):
        beside = [j for j in (at - 1, at + 1) if 0 <= j < len(there.prose)]
        near = Counter(fact for j in (at, *beside) for fact in there.facts[j].elements())
        for fact, count in (here.facts[k] & near).items():
            kept[isinstance(fact, str)] += count
        merged = [j for j in beside if j not in taken and (here.facts[k] - there.facts[at]) & there.facts[j]]
        found[here.prose[k]] = tuple(there.prose[j] for j in (at, *merged))
    return Way(
        there=found,
        kept=Facts(numbers=kept[True], names=kept[False]),
        likeness=float((alike[np.arange(len(here.prose)), way] * here.share).sum()),
    )


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
