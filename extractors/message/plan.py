"""When does an alert go out on a channel, and with which others?

Waiting alerts + the channel's plan + now -> the messages that go out now, and until when the rest waits. What is urgent
goes at once; the rest waits for the end of quiet hours, for the next digest, for a cool-down. Shifts of one event are one
message. Pure: the time is given, and what has been decided of a shift before is not asked again, so holding an alert back
never changes whether there is one.
Not here: which shifts are alerts (rules.py), what a message says (receipt.py and the forms).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from schemas.outcomes import Severity

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY_DAY = frozenset(range(7))
_MIDNIGHT = time(0)

_TIME = r"([01]?\d|2[0-4]):([0-5]\d)"
_WINDOW = re.compile(rf"(?:(?P<days>[a-z][a-z, -]*?)\s*)?(?:(?P<start>{_TIME})\s*-\s*(?P<end>{_TIME}))?")
_DIGEST = re.compile(rf"(?P<every>hourly|daily|weekly)(?:\s+on\s+(?P<day>[a-z]+))?(?:\s+at\s+(?P<time>{_TIME}))?")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of some days in which a channel is left alone; an end before the start is on the next day."""

    days: frozenset[int]  #: days on which it starts, 0 is Monday
    start: time
    end: time  #: midnight: the end of the day


@dataclass(frozen=True, slots=True)
class Digest:
    """When a channel gets what has gathered, in one message."""

    every: str  #: "hourly", "daily" or "weekly"
    at: time = time(8)
    day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a channel wants to be told."""

    zone: tzinfo = UTC
    quiet: tuple[Quiet, ...] = ()
    digest: Digest | None = None
    urgent: Severity = Severity.HIGH  #: from this on neither quiet hours nor a digest hold anything back
    gather: timedelta = timedelta(0)  #: an alert waits so long for others of its event


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An alert that has not gone out on a channel."""

    id: int
    raised_at: datetime
    severity: Severity
    series: int
    article: int
    origin: int  #: the cluster of its article
    also: frozenset[int] = field(default=frozenset())  #: all series that its article reports on
    cool_down: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Packed:
    """Alerts that make one message."""

    ids: tuple[int, ...]
    severity: Severity  #: the highest of them
    digest: bool = False


def quiet(written: str) -> Quiet:
    """Quiet hours as people write them: "22:00-07:00", "sat, sun", "mon-fri 18:00-08:30".

    Raises:
        ValueError: it is none of these.
    """
    found = _WINDOW.fullmatch(written.strip().lower())
    if found is None or not (found["days"] or found["start"]):
        raise ValueError(
            f'"{written}" is no time of the week; write it like "22:00-07:00", "sat, sun" or "mon-fri 18:00-08:00"'
        )
    days = _days(found["days"], written) if found["days"] else _EVERY_DAY
    if found["start"] is None:
        return Quiet(days, _MIDNIGHT, _MIDNIGHT)
    start, end = _time(found["start"], written), _time(found["end"], written)
    if start == end and start != _MIDNIGHT:
        raise ValueError(f'"{written}" ends when it begins; a whole day is written 00:00-24:00')
    return Quiet(days, start, end)


def digest(written: str) -> Digest:
    """A digest as people write it: "hourly", "daily at 08:00", "weekly on monday at 08:00".

    Raises:
        ValueError: it is none of these.
    """
    found = _DIGEST.fullmatch(written.strip().lower())
    example = 'write it like "hourly", "daily at 08:00" or "weekly on monday at 08:00"'
    if found is None:
        raise ValueError(f'"{written}" is no digest; {example}')
    every = found["every"]
    if (every == "hourly" and (found["day"] or found["time"])) or (every == "daily" and found["day"]):
        raise ValueError(f'"{written}" says more than {every} can hold; {example}')
    day = _day(found["day"], written) if found["day"] else 0
    at = _time(found["time"], written) if found["time"] else time(8)
    return Digest(every, at, day)


def always_quiet(windows: Sequence[Quiet]) -> bool:
    """Do these windows leave no moment of a week?"""
    plan, start = Plan(quiet=tuple(windows)), datetime(2024, 1, 1, tzinfo=UTC)
    return quiet_until(plan, start) - start >= timedelta(days=7)


def quiet_until(plan: Plan, now: datetime) -> datetime:
    """When the quiet hours that hold now are over; now itself when none hold."""
    moment = now
    while moment - now < timedelta(days=8):
        end = max((_end(window, plan.zone, moment) for window in plan.quiet), default=moment)
        if end <= moment:
            break
        moment = end
    return moment


def next_digest(digest: Digest, zone: tzinfo, after: datetime) -> datetime:
    """The first time of the digest after a moment."""
    local = after.astimezone(zone)
    if digest.every == "hourly":
        # Counted in UTC, so that the hour that the clock repeats or leaves out is one like any other.
        return after.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for days in range(9):
        day = local.date() + timedelta(days=days)
        if digest.every == "daily" or day.weekday() == digest.day:
            slot = _moment(day, digest.at, zone)
            if slot > after:
                return slot
    raise AssertionError("a week has each of its days")


def goes_at(waiting: Waiting, plan: Plan, last_told: datetime | None) -> datetime:
    """The moment from which an alert may go out.

    Args:
        last_told: when the channel was last told of this series.
    """
    if is_urgent(waiting.severity, plan):
        return waiting.raised_at
    moment = waiting.raised_at + plan.gather
    if last_told is not None and waiting.cool_down:
        moment = max(moment, last_told + waiting.cool_down)
    if plan.digest is not None:
        # A moment before, so that what is raised at the very time of the digest, or cooled down by then, is in it.
        moment = next_digest(plan.digest, plan.zone, moment - timedelta(microseconds=1))
    return quiet_until(plan, moment)


def is_urgent(severity: Severity, plan: Plan) -> bool:
    """Does it go out whatever the hour?"""
    return severity.rank >= plan.urgent.rank


def pack(
    waiting: Sequence[Waiting], plan: Plan, last_told: Mapping[int, datetime], now: datetime
) -> tuple[list[Packed], dict[int, datetime]]:
    """The messages that go out now, and for every alert that stays the moment until which it does."""
    times = {each.id: goes_at(each, plan, last_told.get(each.series)) for each in waiting}
    due = [each for each in waiting if times[each.id] <= now]
    held = {id_: moment for id_, moment in times.items() if moment > now}
    gathered = [each for each in due if plan.digest is not None and not is_urgent(each.severity, plan)]
    at_once = [each for each in due if plan.digest is None or is_urgent(each.severity, plan)]
    packed = [_packed(event) for event in events(at_once)]
    if gathered:
        packed.append(_packed(gathered, digest=True))
    return packed, held


def events(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
    """The alerts by event, in the order of their first.

    Two are of one event when they come from one article or from articles that carry one text, when they are of one series,
    or when the article of one also reports on the series of the other.
    """
    parent = list(range(len(waiting)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[tuple[str, int], int] = {}
    # Shared keys rather than pairs: ten thousand alerts that wait are grouped in one walk. First what each is about ...
    for index, each in enumerate(waiting):
        for key in (("article", each.article), ("origin", each.origin), ("series", each.series)):
            other = first.setdefault(key, index)
            parent[root(index)] = root(other)
    # ... then what its article reports besides, joined only with alerts on just that.
    for index, each in enumerate(waiting):
        for series in each.also:
            other = first.get(("series", series), index)
            parent[root(index)] = root(other)
    groups: dict[int, list[Waiting]] = {}
    for index, each in enumerate(waiting):
        groups.setdefault(root(index), []).append(each)
    return sorted(groups.values(), key=lambda group: group[0].id)


def _packed(group: Sequence[Waiting], *, digest: bool = False) -> Packed:
    highest = max((each.severity for each in group), key=lambda severity: severity.rank)
    return Packed(tuple(each.id for each in group), highest, digest)


def _end(window: Quiet, zone: tzinfo, moment: datetime) -> datetime:
    """When the window that holds at this moment is over; the moment itself when it does not hold."""
    today = moment.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        if day.weekday() not in window.days:
            continue
        last = day if window.end > window.start else day + timedelta(days=1)
        start, end = _moment(day, window.start, zone), _moment(last, window.end, zone)
        if start <= moment < end:
            return end
    return moment


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    """A time of the wall clock; of an hour that the clock leaves out, the one after it."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _time(written: str, whole: str) -> time:
    hour, minute = map(int, written.split(":"))
    if hour == 24:
        if minute:
            raise ValueError(f'"{whole}": a day ends at 24:00')
        return _MIDNIGHT
    return time(hour, minute)


def _days(written: str, whole: str) -> frozenset[int]:
    found: set[int] = set()
    for part in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", written.strip())):
        first, dash, last = part.partition("-")
        start = _day(first, whole)
        end = _day(last, whole) if dash else start
        found |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return frozenset(found)


def _day(written: str, whole: str) -> int:
    for number, name in enumerate(_DAYS):
        if len(written) >= 3 and (name == written or name[:3] == written or name[:4] == written):
            return number
    raise ValueError(f'"{whole}": "{written}" is no day of the week; write mon, tue, wed, thu, fri, sat or sun')
