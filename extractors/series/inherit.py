"""What an update takes from the article it repeats: its figures stand in the series of the sentences they were in.

Aligned sentences and the figures on both sides -> which figure here is which figure there. A changed number in a shared
sentence is the news of an update, and this is how it finds its line without being linked anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A figure with the index of its sentence, as far as matching needs it."""

    sentence: int
    unit: str
    role: str
    low: Decimal | None
    high: Decimal | None


def inherited(here: Sequence[Placed], there: Sequence[Placed], shared: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Which figure here continues which figure there.

    Args:
        here, there: figures of the update and of its parent, in order.
        shared: aligned sentences, (index here, index there).
    Returns:
        Index here -> index there. Within a sentence equal numbers meet first, then equal units in order.
    """
    ours, theirs = _by_sentence(here), _by_sentence(there)
    found: dict[int, int] = {}
    for sentence_here, sentence_there in shared:
        free = list(theirs[sentence_there])
        for same in (_same_number, _same_kind):
            for index in ours[sentence_here]:
                match = next((other for other in free if index not in found and same(here[index], there[other])), None)
                if match is not None:
                    found[index] = match
                    free.remove(match)
    return found


def same_value(here: Placed, there: Placed) -> bool:
    """Is it the same number in the same unit?"""
    return (here.low, here.high, here.unit) == (there.low, there.high, there.unit)


def _same_number(here: Placed, there: Placed) -> bool:
    return same_value(here, there) and here.role == there.role


def _same_kind(here: Placed, there: Placed) -> bool:
    return (here.unit, here.role) == (there.unit, there.role)


def _by_sentence(figures: Sequence[Placed]) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for index, figure in enumerate(figures):
        found[figure.sentence].append(index)
    return found
