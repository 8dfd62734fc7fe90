"""Text -> figures: every reported quantity, what it measures, and what it does in the text.

numbers.py finds written numbers, units.py names and converts units, quantities.py tells figures from other numbers,
measured.py says what a figure measures, roles.py whether it is a level, a change, background or a forecast.
Pure: the same text gives the same figures. Not here: who says so (claims/).
"""

from collections.abc import Sequence
from datetime import datetime

from extractors.figures.quantities import quantities
from extractors.text import Sentence
from schemas.outcomes import Role
from schemas.records import Figure


def figures(text: str, sentences: Sequence[Sentence], *, title: str = "", published_at: datetime | None = None) -> list[Figure]:
    """Reported figures in order of appearance; their attribution is still open.

    Args:
        text: the article's text, which the sentences were split from.
        sentences: all sentences of the text, in order. Those with a number are parsed here, in one batch.
        title: the headline.
        published_at: when the article appeared, for telling older periods from the report's own.
    """
    found = []
    for q in quantities(sentences):
        found.append(
            Figure(
                start=q.start,
                end=q.end,
                surface=text[q.start : q.end],
                sentence_start=q.sentence.start,
                sentence_end=q.sentence.end,
                low=q.low,
                high=q.high,
                bound=q.bound,
                unit=q.unit,
                rate=q.rate,
                role=Role.LEVEL,
            )
        )
    return found
