"""Text -> figures: every reported quantity, what it measures, and what it does in the text.

numbers.py finds written numbers, units.py names and converts units, quantities.py tells figures from other numbers,
measured.py says what a figure measures, roles.py whether it is a level, a change, background or a forecast.
Pure: the same text gives the same figures. Not here: who says so (claims/).
"""

from collections.abc import Sequence
from datetime import datetime

from extractors.figures.as_of import Period, periods, resolve
from extractors.figures.frame import frame
from extractors.figures.measured import measured
from extractors.figures.quantities import may_count, quantities
from extractors.figures.roles import Doing, role
from extractors.figures.things import CALLED
from extractors.figures.units import dimension
from extractors.figures.verbs import is_report
from extractors.text import Sentence
from schemas.outcomes import Role
from schemas.records import Figure, Slots

__all__ = ["figures", "may_count"]

#: How many sentences back a pronoun or a time is looked for: about two paragraphs of news.
LOOK_BACK = 8


def figures(text: str, sentences: Sequence[Sentence], *, title: str = "", published_at: datetime | None = None) -> list[Figure]:
    """Reported figures in order of appearance; their attribution is still open.

    Args:
        text: the article's text, which the sentences were split from.
        sentences: all sentences of the text, in order. Those with a number are parsed here, in one batch.
        title: the headline.
        published_at: when the article appeared, for telling older periods from the report's own.
    """
    found: list[Figure] = []
    told: dict[tuple[str, str | None], str] = {}  #: unit and rate -> the label that says most so far
    held: dict[int, list[Period]] = {}
    for q in quantities(sentences):
        sentence = q.sentence
        at = frame(sentence, q.start, q.end)
        doing, label, slots, worded = Doing(Role.LEVEL), "", Slots(), None
        if at is not None:
            if sentence.index not in held:
                held[sentence.index] = periods(sentence.text)
            times = held[sentence.index]
            earlier = sentences[max(0, sentence.index - LOOK_BACK) : sentence.index]
            beside = [*earlier[-1:], *sentences[sentence.index + 1 : sentence.index + 2]]
            doing = role(at, unit=q.unit, published_at=published_at, found=times, beside=beside)
            label, slots, worded = measured(
                at, unit=q.unit, rate=q.rate, previous=earlier, title=title, direction=doing.direction, found=times
            )
        if dimension(q.unit) == "count" and q.unit != "person" and at is not None:
            # "spoke of 6,700 containers" says nothing more of what is counted: the text has said it before.
            if len(label.split()) == 1 and at.verb is not None and is_report(at.verb):
                label = told.get((q.unit, q.rate), label)
            elif len(label.split()) > 2:
                told[q.unit, q.rate] = label
        if label in CALLED.values() and found and found[-1].sentence_start == sentence.start and found[-1].unit == q.unit:
            label = found[-1].measured  # "2.4 million tonnes, up from 1.9 million"
        days = resolve(worded, published_at) if worded else None
        found.append(
            Figure(
                start=q.start,
                end=q.end,
                surface=text[q.start : q.end],
                sentence_start=sentence.start,
                sentence_end=sentence.end,
                low=q.low,
                high=q.high,
                bound=q.bound,
                unit=q.unit,
                rate=q.rate,
                measured=label,
                role=doing.role,
                slots=slots,
                as_of=worded,
                as_of_start=days[0] if days else None,
                as_of_end=days[1] if days else None,
                direction=doing.direction,
                withdrawal=doing.withdrawal,
            )
        )
    return found
