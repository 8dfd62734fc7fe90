"""When does a series move enough to tell somebody?

detect(observations of one series) -> the values that stand and the shifts on the way there.

A report is news when no value that stands allows for it, in its wording and by the threshold counted from what a reader was
last told: so that drift is told once it adds up, and flutter never is. What may be news only because its figure was linked on
a guess (doubt.py) moves nothing until a later report bears it out. An article gives at most one shift. Kinds: increase and
decrease replace what stood; a conflict (another speaker's incompatible number for the same time) lets both stand; a
correction withdraws the old number.
Pure: a function of the set of observations, in whatever order they come. Not here: which figures form a series (link.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extractors.figures.units import convert as units_convert
from extractors.series.doubt import Alarm, Believe
from extractors.series.intervals import CONTEXT, number
from extractors.series.linker import shipped
from extractors.series.standing import Convert, Reading, Report, Stand, differ, in_unit, reports, same_speaker, stand
from schemas.outcomes import Bound, ShiftKind
from schemas.records import Observation, Shift

#: The least change, as a share of the number last told, that is worth telling.
THRESHOLD = Decimal("0.10")
#: A floor below what stands ("more than 10,000" while 13,000 stand) is a weak statement, not news, down to this share of it;
#: likewise a ceiling above it, up to its inverse.
WEAK_SHARE = Decimal("0.66")
#: Values that stood before are kept so that a late repeat of one is known for what it is; this many are enough.
MOST_PAST = 8
#: A doubtful number is backed by one of so many reports that follow; what comes later is no news of it any more.
MOST_LATER = 20

_FLOORS = (Bound.AT_LEAST, Bound.MORE_THAN)
_CEILINGS = (Bound.AT_MOST, Bound.LESS_THAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A value that stands, for a reader."""

    observation: int  #: the latest that reports it
    number: Decimal
    unit: str
    origins: int  #: independent origins that report it


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a series' observations come to."""

    standing: tuple[Standing, ...]  #: the main value first; more than one after a conflict
    shifts: tuple[Shift, ...]  #: in as-of order


def detect(
    observations: Iterable[Observation],
    *,
    threshold: Decimal = THRESHOLD,
    convert: Convert | None = None,
    believe: Believe | None = None,
) -> Detection:
    """Standing values and shifts of one series.

    Args:
        observations: all of the series, in any order; as_of is the date of publication of the article's origin, so that a
            late copy sits in the past. Roles other than level are left aside.
        threshold: least change as a share of the number last told, above 0.
        convert: (value, unit, to) -> value or None; the project's units unless given.
        believe: may this be told? The judge of this version unless given.
    """
    turn = convert or units_convert
    trusted = believe or shipped().believes
    stands: list[Stand] = []
    past: list[Stand] = []
    guesses: dict[str, float] = {}
    found: list[tuple[Shift, Stand, Stand]] = []
    every = reports(observations, turn)
    for seen, report in enumerate(every):
        unheard = [_as_sure(r, guesses) for r in report.readings if not _settle(r, stands, past, threshold)]
        fresh, borne_out = unheard, frozenset[int]()
        if stands and unheard:
            alarms = [Alarm(r, _before(r, stands)[0], seen, backed=False) for r in unheard]
            doubted = [alarm for alarm in alarms if not trusted(alarm)]
            later = every[seen + 1 : seen + 1 + MOST_LATER]
            borne_out = frozenset(a.reading.observation.id for a in doubted if _borne_out(a, later, threshold, trusted))
            held = {a.reading.observation.id for a in doubted} - borne_out
            fresh = [r for r in unheard if r.observation.id not in held]
            guesses |= {r.observation.url: r.observation.sure for r in unheard if r.observation.id in held}
        if not fresh:
            continue
        new = stand(fresh[0])
        if stands:
            old, same = _before(fresh[0], stands)
            kind = _kind(fresh[0], old, report, unheard)
            backed = fresh[0].observation.id in borne_out
            found.append((_shift(fresh[0], old, kind, threshold, turn, backed=backed), old, new))
            if kind is ShiftKind.CONFLICT:
                stands.append(new)
            else:
                gone = [old] if same else stands
                past = [*gone, *past][:MOST_PAST]
                stands = [new, *(s for s in stands if s not in gone)]
        else:
            stands.append(new)
        for other in fresh[1:]:
            if not _settle(other, stands, past, threshold):
                stands.append(stand(other))
    return Detection(
        standing=tuple(_standing(s) for s in stands),
        shifts=tuple(
            replace(shift, origins_before=len(old.origins), origins_after=len(new.origins)) for shift, old, new in found
        ),
    )


def _settle(reading: Reading, stands: list[Stand], past: list[Stand], threshold: Decimal) -> bool:
    """Does a value that stands, or one that a stale report repeats, account for this number? If so it is counted there."""
    for known in stands:
        if _agrees(reading, known, threshold):
            known.add(reading)
            return True
    if reading.observation.vague and any(reading.number < known.told.number for known in stands):
        return True  # "thousands" takes nothing back from 13,000
    if reading.observation.withdraws or reading.observation.revises or any(s.said_by(reading.speaker) for s in stands):
        return False
    for known in stands:
        if _weak(reading, known.latest):
            known.support(reading)
            return True
    for known in past:
        if reading.number in known.numbers:
            known.support(reading)
            return True
    return False


def _as_sure(reading: Reading, guesses: Mapping[str, float]) -> Reading:
    """What a publisher makes of a number that was not believed is as much of a guess as that was."""
    one = reading.observation
    guess = guesses.get(one.url, 1.0)
    return reading if guess >= one.sure else replace(reading, observation=replace(one, sure=guess))


def _borne_out(alarm: Alarm, later: Sequence[Report], threshold: Decimal, believe: Believe) -> bool:
    """May an alarm that is not believed by itself be told, since another origin gives its number or a surer report does?"""
    again = [r for report in later for r in report.readings if _same_number(alarm.reading, r, threshold)]
    backed = any(r.observation.origin != alarm.reading.observation.origin for r in again)
    return (backed and believe(replace(alarm, backed=True))) or any(believe(replace(alarm, reading=r)) for r in again)


def _same_number(one: Reading, other: Reading, threshold: Decimal) -> bool:
    return other.interval.meets(one.interval) or not differ(one.number, other.number, threshold)


def _agrees(reading: Reading, known: Stand, threshold: Decimal) -> bool:
    """Is this the number a reader was told already, by its wording or within the threshold?"""
    return _same_number(known.told, reading, threshold)


def _weak(reading: Reading, standing: Reading) -> bool:
    """Is this a floor below what stands, or a ceiling above it, that takes nothing back?"""
    low, high = sorted((reading.number, standing.number))
    if low <= 0 or CONTEXT.multiply(high, WEAK_SHARE) > low:
        return False
    bound = reading.observation.bound
    return bound in _FLOORS if reading.number < standing.number else bound in _CEILINGS


def _before(reading: Reading, stands: list[Stand]) -> tuple[Stand, bool]:
    """The value that this one moves: the speaker's own, else the latest reported. Is it the speaker's own?"""
    for known in stands:
        if known.said_by(reading.speaker):
            return known, True
    return max(stands, key=lambda s: s.latest.observation.as_of), False


def _kind(reading: Reading, old: Stand, report: Report, fresh: list[Reading]) -> ShiftKind:
    """A correction takes the old number back; a conflict sets another speaker's beside it; else the number moved."""
    one = reading.observation
    if one.withdraws or one.revises:
        return ShiftKind.CORRECTION
    restated = [r for r in report.readings if r not in fresh]
    if any(r.speaker != reading.speaker and not same_speaker(r.speaker, reading.speaker) for r in restated):
        return ShiftKind.CONFLICT
    lower = reading.number < old.told.number
    if lower and reading.speaker and old.speakers and not old.said_by(reading.speaker):
        return ShiftKind.CONFLICT
    return ShiftKind.DECREASE if lower else ShiftKind.INCREASE


def _shift(reading: Reading, old: Stand, kind: ShiftKind, threshold: Decimal, convert: Convert, *, backed: bool) -> Shift:
    """The shift's entry. A jump starts from the number that stood; a drift from the one last told."""
    drift = not differ(old.latest.number, reading.number, threshold)
    before = (old.told if drift else old.latest).observation
    now = reading.observation
    from_number = in_unit(number(before.low, before.high), before.unit, now.unit, convert)
    assert from_number is not None  # both are in the series' unit already
    return Shift(
        series=now.series,
        observation=now.id,
        before=before.id,
        from_number=from_number,
        to_number=number(now.low, now.high),
        kind=kind,
        reason=_reason(kind, old, reading, drift) + (", and a second report bears it out" if backed else ""),
    )


def _reason(kind: ShiftKind, old: Stand, reading: Reading, drift: bool) -> str:
    if kind is ShiftKind.CORRECTION:
        return "the publisher revised its article" if reading.observation.revises else "the text takes the old number back"
    if kind is ShiftKind.CONFLICT:
        return "another speaker gives a number that does not go with the one that stands"
    if drift:
        return "small steps have added up since the number last told"
    if old.said_by(reading.speaker):
        return "the same speaker gives a new number"
    return "a later report gives a new number"


def _standing(known: Stand) -> Standing:
    one = known.latest.observation
    return Standing(observation=one.id, number=number(one.low, one.high), unit=one.unit, origins=len(known.origins))
