"""Which value of a series stands, and who reports it.

Observations of one series, in any order -> reports: one an article, in as-of order, each with its level numbers in the order
of the text. A standing value is the number last established, with the number a reader was last told, from which drift is
counted, and the independent origins that report it. After a conflict two values stand side by side.
Pure. Not here: when a report moves a standing value (shifts.py), what a wording leaves open (intervals.py).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from extractors.figures.units import dimension
from extractors.series.intervals import CONTEXT, Interval, interval, number
from schemas.outcomes import Role
from schemas.records import Observation

#: "Halden" is not "auditors brought in by Halden's insurers": a fuller form of a name has at most this many words more.
MOST_EXTRA = 3

#: (value, unit, to) -> the value in the other unit, or None where no conversion is known.
Convert = Callable[[Decimal, str, str], Decimal | None]

_NAME = re.compile(r"[^\W_]+")
#: Words of a speaker's name that tell nobody from anybody else.
_EMPTY = frozenset("the a an of for in on and s mr ms mrs dr".split())


@dataclass(frozen=True, slots=True)
class Reading:
    """An observation with its number and interval in the unit of its series."""

    observation: Observation
    number: Decimal
    interval: Interval
    speaker: frozenset[str]  #: words of the speaker's name, empty where nobody is named


@dataclass(frozen=True, slots=True)
class Report:
    """What one article says of one series."""

    readings: tuple[Reading, ...]  #: in the order of the text

    @property
    def first(self) -> Observation:
        """The observation that the article leads with."""
        return self.readings[0].observation


@dataclass(slots=True)
class Stand:
    """A value that stands."""

    told: Reading  #: what a reader was last told; drift is counted from here
    latest: Reading  #: the latest report of it
    origins: set[int] = field(default_factory=set)  #: clusters that report it
    speakers: list[frozenset[str]] = field(default_factory=list)  #: who says so
    numbers: set[Decimal] = field(default_factory=set)  #: the numbers in which it was reported

    def add(self, reading: Reading) -> None:
        """Another report of this value. A number makes a magnitude definite; a magnitude does not renew a number."""
        if reading.observation.vague <= self.latest.observation.vague:
            self.latest = reading
        if self.told.observation.vague and not reading.observation.vague:
            self.told = reading
        self.support(reading)

    def support(self, reading: Reading) -> None:
        """A report that counts for this value and does not renew it."""
        self.origins.add(reading.observation.origin)
        self.numbers.add(reading.number)
        if reading.speaker and reading.speaker not in self.speakers:
            self.speakers.append(reading.speaker)

    def said_by(self, speaker: frozenset[str]) -> bool:
        """Is the speaker one of those who gave this value?"""
        return any(same_speaker(speaker, known) for known in self.speakers)


def stand(reading: Reading) -> Stand:
    """A value that a report establishes."""
    found = Stand(told=reading, latest=reading)
    found.support(reading)
    return found


def same_speaker(a: frozenset[str], b: frozenset[str]) -> bool:
    """Is one name the other's, or a shorter form of it ("the ministry", "the Ministry of Defence")?"""
    return bool(a and b) and (a <= b or b <= a) and abs(len(a) - len(b)) <= MOST_EXTRA


@lru_cache(maxsize=10_000)
def speaker_words(name: str | None) -> frozenset[str]:
    """The words of a name that tell speakers apart, lower-case."""
    return frozenset(_NAME.findall((name or "").lower())) - _EMPTY


def reports(observations: Iterable[Observation], convert: Convert) -> list[Report]:
    """The level numbers of a series, one report an article and date, oldest first. The order of arrival plays no part.

    Everything is brought into the unit of the oldest observation. Counted nouns of one series may differ ("case", "infection")
    and keep their numbers; what cannot be compared (another currency) is left out.
    """
    levels = sorted((o for o in observations if o.role is Role.LEVEL), key=_order)
    if not levels:
        return []
    unit = levels[0].unit
    found: list[list[Reading]] = []
    for one in levels:
        reading = _reading(one, unit, convert)
        if reading is None:
            continue
        if found and _article(found[-1][0].observation) == _article(one):
            found[-1].append(reading)
        else:
            found.append([reading])
    return [Report(tuple(readings)) for readings in sorted(found, key=_lead)]


def in_unit(value: Decimal, unit: str, to: str, convert: Convert) -> Decimal | None:
    """The value in the other unit; as it is for counted nouns; None where the two cannot be compared."""
    if unit == to:
        return value
    converted = convert(value, unit, to)
    if converted is None and dimension(unit) == dimension(to) == "count":
        return value
    return converted


def differ(a: Decimal, b: Decimal, threshold: Decimal) -> bool:
    """Is b away from a by the threshold, as a share of a, or more?"""
    return CONTEXT.abs(CONTEXT.subtract(b, a)) >= CONTEXT.multiply(threshold, CONTEXT.abs(a)) and a != b


def _reading(one: Observation, unit: str, convert: Convert) -> Reading | None:
    said = interval(one.low, one.high, one.bound, magnitude=one.vague)
    values = [in_unit(v, one.unit, unit, convert) for v in (number(one.low, one.high), said.low, said.high)]
    if None in values:
        return None
    middle, low, high = (v for v in values if v is not None)
    return Reading(observation=one, number=middle, interval=Interval(low, high), speaker=speaker_words(one.speaker))


def _article(one: Observation) -> tuple[object, str]:
    return (one.as_of, one.url)


def _lead(readings: list[Reading]) -> tuple[Any, ...]:
    """Of articles of one moment, the origin of a text brings the news, not what repeats its sentences; then the one that gives
    the number sooner: the other mentions it."""
    first = readings[0].observation
    return (first.as_of, first.follows, first.position, first.url)


def _order(one: Observation) -> tuple[Any, ...]:
    """As-of order; then keys that do not depend on arrival. Ids come last, for observations alike in all else."""
    limits = (str(one.low), str(one.high), one.bound, one.unit)
    return (one.as_of, one.url, one.position, limits, one.speaker or "", one.origin, one.id)
