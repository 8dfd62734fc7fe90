"""Is an alarm to be believed, or does it rest on a link that is as good as a guess?

A number that moves is one of two things: news, or a figure in a line where it does not belong. What speaks for either, as
numbers: how sure the linker was, how far the number jumps, how many digits it has, who speaks. A logistic judge weighs them
(learnt, in linker.json); an alarm that it doubts wakes nobody until another origin gives the number, too, or a report whose
place is no guess.
Pure. Not here: which figure joins which line (link.py), what a series' observations come to (shifts.py).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from extractors.figures.units import dimension
from extractors.series.cues import CUES
from extractors.series.intervals import CONTEXT
from extractors.series.pair import distance
from extractors.series.standing import Reading, Stand

#: Surer than 99 in 100, and less sure than 1 in 100, the linker never is.
LEAST_CHANCE = 0.01
#: More significant digits than these say no more.
MOST_DIGITS = 3
#: Further down than this in an article all places are one.
MOST_PLACES = 10

FEATURES = (
    "odds of the link",
    "significant digits, lesser",
    "value apart",
    "value above",
    "reports of the series",
    "two speakers",
    "has a rate",
    "a duration",
    "odds of the link before",
    "place in the article",
    *(f"told as: {cue}" for cue in CUES),
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A number that would be told, beside the value that it moves."""

    reading: Reading
    before: Stand
    reports: int  #: of the series, before this one
    backed: bool  #: another origin gives the number as well, before long


Believe = Callable[[Alarm], bool]


def row(alarm: Alarm) -> list[float]:
    """What speaks for the alarm and against it, in the order of FEATURES."""
    one, before = alarm.reading.observation, alarm.before
    return [
        _odds(one.sure),
        float(min(MOST_DIGITS, _digits(alarm.reading), _digits(before.latest))),
        float(distance(np.array(float(alarm.reading.number)), np.array(float(before.latest.number)))),
        float(alarm.reading.number > before.latest.number),
        math.log(alarm.reports),
        float(bool(alarm.reading.speaker and before.speakers) and not before.said_by(alarm.reading.speaker)),
        float(one.rate is not None),
        float(dimension(one.unit) == "time"),
        _odds(before.latest.observation.sure),
        float(min(MOST_PLACES, one.position)),
        *(float(cue in one.cues) for cue in CUES),
    ]


def _odds(chance: float) -> float:
    kept = min(1 - LEAST_CHANCE, max(LEAST_CHANCE, chance))
    return math.log(kept / (1 - kept))


def _digits(reading: Reading) -> int:
    return len(reading.number.normalize(CONTEXT).as_tuple().digits)
