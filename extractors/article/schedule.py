"""When is a source asked again, and what is to be made of how it answered?

How a poll ended + what is known of the source -> next interval, next due time, back-off, trust in 304s, whether it moved,
whether it is silent; for a host: how long it rests. Pure and deterministic: jitter comes from the source's id, the
time is handed in. Every wait is bounded, and no source's is endless: feeds do come back.
Not here: doing any of it (flows/sources.py, flows/gate.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

#: Nobody waits longer for anything: a source in trouble, one that publishes once a week, a Retry-After of a month.
LONGEST = timedelta(hours=24)

#: The interval moves between a third of what is set and sixteen times that (5 minutes to 4 hours for the default of
#: 15), so that a setting of the owner's keeps its meaning. Media Cloud's bounds, the widest in the field, are 10 minutes
#: and 24 hours.
FASTER, SLOWER = 1 / 3, 16.0
#: Faster than this nobody polls unless the owner asks for it.
SHORTEST = timedelta(minutes=5)

#: A poll that finds this share of the document new comes late: items may have fallen out of it meanwhile.
MUCH_NEW = 1 / 3
#: Steps of the interval: halved when a poll comes late, a quarter longer when it brings nothing. Quick to hurry, slow
#: to rest: a late number costs more than a request.
HURRY, REST = 0.5, 1.25

#: What a feed says about polling is believed up to here: a ttl is the publisher's word, a max-age mostly a server's default.
LONGEST_TTL = timedelta(hours=12)
LONGEST_MAX_AGE = timedelta(hours=1)

#: Due times lie on multiples of this, so that a pass finds together what is due at nearly the same time. A wait grows by up to
#: a slot, and slots as long as a wait's jitter would keep sources together: of a minute, the shortest wait, that is 8 s.
SLOT = timedelta(seconds=1)
#: Up to this share of the wait is added by the source's id, so that sources which were polled together drift apart.
JITTER = 1 / 8
#: Sources that are polled together because they are new, or because nobody polled for longer than their wait, would come
#: together again for some ten polls, and what they bring with them. So they come back one by one, over their whole wait: by the
#: source's id, after this share of it at the soonest, which for the shortest wait, of a minute, is 15 s.
SPREAD_FROM = 1 / 4

#: Weights of failures (Media Cloud's): what will hardly get better by itself; what mostly does; a name server's hiccup.
HARD, SOFT, NAME = 1.0, 0.5, 0.25
_SOFT_STATUS = frozenset({404, 408, 425, 429})

#: One 304 in so many is checked by asking again without conditions; every second one once it was found to be false.
CHECKED, CHECKED_CLOSELY = 8, 2
#: A false 304 takes half of the trust, a true one gives a tenth back; under a half there are no more conditions:
#: that is after the second false one, since between the check and the 304 something may really have come.
TRUSTED = 0.5

#: A permanent redirect that held for so long is believed: misconfigured servers send some for hours.
MOVED_AFTER = timedelta(days=3)

#: Failures in a row until the owner hears of it. With the back-off that is after about two hours at 15 minutes.
FAILURES_TOLD = 5

#: Silent: nothing new for twice the longest usual gap, and for two days at least: weekends are no news. Gaps known before
#: that is judged at all; a longest gap counts a tenth less with every further one, so that summers are forgotten.
SILENT_GAPS, SILENT_LEAST, KNOWN_GAPS, FORGOTTEN = 2.0, timedelta(days=2), 5, 0.9

#: Requests that a host may leave unanswered or refuse with 403 in a row before it rests: one page may be the reason.
BORNE = 2
#: Each further one, and each 429 or 503, adds so much to the host's rest.
REST_STEP = timedelta(minutes=5)
REFUSALS = frozenset({403, 429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What feed and server say about polling; None or empty where they say nothing."""

    ttl: timedelta | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    skip_hours: Collection[int] = ()  #: 0 to 23, UTC
    skip_days: Collection[int] = ()  #: 0 is Monday, UTC


def bounds(every: timedelta) -> tuple[timedelta, timedelta]:
    """The shortest and the longest interval of a source whose owner set this one."""
    return min(every, max(every * FASTER, SHORTEST)), max(every, min(every * SLOWER, LONGEST))


def interval(current: timedelta, *, every: timedelta, listed: int, new: int) -> timedelta:
    """The interval after a poll that went well: shorter when much was new, longer when nothing was."""
    shortest, longest = bounds(every)
    if new and new >= listed * MUCH_NEW:
        current *= HURRY
    elif not new:
        current *= REST
    return min(max(current, shortest), longest)


def due(
    now: datetime,
    wait: timedelta,
    *,
    source: int,
    trouble: float = 0.0,
    hints: Hints | None = None,
    out_of_turn: bool = False,
) -> datetime:
    """When a source is polled next.

    Args:
        wait: the interval as it stands.
        trouble: sum of the weights of failures in a row; each whole one adds an interval, up to LONGEST.
        out_of_turn: others came with this poll, as out_of_turn() says; the next may come before the wait is over.
    """
    hints = hints or Hints()
    if out_of_turn and not trouble:
        wait *= SPREAD_FROM + (1 - SPREAD_FROM) * share(source)
    wait = min(wait * (1 + min(max(0.0, trouble), 1e4)), max(wait, LONGEST))
    if hints.ttl is not None:
        wait = max(wait, min(hints.ttl, LONGEST_TTL))
    if hints.max_age is not None:
        wait = max(wait, min(hints.max_age, LONGEST_MAX_AGE))
    at = now + wait * (1 + JITTER * share(source))
    if hints.retry_after is not None:
        at = max(at, now + min(hints.retry_after, LONGEST))
    return _not_skipped(_slot(at), hints)


def out_of_turn(now: datetime, wait: timedelta, *, due_at: datetime, first: bool) -> bool:
    """Did others come with this poll: is it the first that brings anything, or later than by a whole wait?"""
    return first or now - due_at > wait


def share(source: int) -> float:
    """A number in [0, 1) that is a source's own for ever."""
    return int.from_bytes(blake2b(str(source).encode(), digest_size=4).digest()) / 2**32


def weight(status: int | None, *, name_unknown: bool = False, answered: bool = True) -> float:
    """How heavy a failure is.

    Args:
        status: of the answer; None when there was none, or when it could not be read.
        name_unknown: the name had no address.
        answered: False when no answer came.
    """
    if name_unknown:
        return NAME
    if not answered or (status is not None and (status >= 500 or status in _SOFT_STATUS)):
        return SOFT
    return HARD


def conditionally(trust: float) -> bool:
    """Whether to ask "has it changed?" or for the document itself."""
    return trust >= TRUSTED


def to_be_checked(source: int, not_modified: int, trust: float) -> bool:
    """Whether this 304, after so many, is checked: a fixed share, at other times for other sources."""
    return (source + not_modified) % (CHECKED if trust >= 1 else CHECKED_CLOSELY) == 0


def trusted(trust: float, *, false: bool) -> float:
    """The trust after a 304 was checked."""
    return trust / 2 if false else min(1.0, trust + 0.1)


def moved(target: str, *, seen: str, since: datetime | None, now: datetime) -> tuple[str, datetime | None, bool]:
    """What to remember of a permanent redirect, and whether it has held for long enough to be followed for good.

    Args:
        target: where it led this time; empty when it did not lead anywhere for good.
        seen, since: what was remembered.
    """
    if not target:
        return "", None, False
    if target != seen or since is None:
        return target, now, False
    return seen, since, now - since >= MOVED_AFTER


def usual_gap(usual: timedelta | None, gap: timedelta) -> timedelta:
    """The longest gap of late, after one more."""
    return gap if usual is None else max(gap, usual * FORGOTTEN)


def silent(now: datetime, *, last_new: datetime | None, usual: timedelta | None, gaps: int) -> bool:
    """Whether a source has been quiet for longer than it ever is."""
    if last_new is None or usual is None or gaps < KNOWN_GAPS:
        return False
    return now - last_new > max(usual * SILENT_GAPS, SILENT_LEAST)


def rest(status: int | None, in_a_row: int, retry_after: timedelta | None) -> timedelta:
    """How long nobody asks a host after it refused a request or left it without an answer.

    Args:
        status: of the answer; None when none came.
        in_a_row: such requests at the host, this one included.
        retry_after: as the host asks; it is given that, and more when it refuses again and again.
    """
    asked = min(retry_after, LONGEST) if retry_after is not None else timedelta()
    ours = 0 if status in {429, 503} else BORNE
    if retry_after is not None:
        ours = BORNE  # it has said what it wants
    return max(asked, min(REST_STEP * max(0, in_a_row - ours), LONGEST))


def _slot(at: datetime) -> datetime:
    """The first slot not before a time."""
    start = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return start + SLOT * ceil((at - start) / SLOT)


def _not_skipped(at: datetime, hints: Hints) -> datetime:
    """The first hour from a time on that the feed does not ask to be left alone in; that time where it skips all."""
    hour = at
    for _ in range(7 * 24):
        if hour.hour not in hints.skip_hours and hour.weekday() not in hints.skip_days:
            return hour
        hour = hour.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at
