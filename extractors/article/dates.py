"""When does a feed or a page say that it was published?

A written date -> an aware moment in UTC, or None. Reads ISO 8601, RFC 822 and their common misspellings; never guesses a
missing year, and nothing is relative to today. Where a moment is wanted, a date without a time zone is taken as UTC, a day
without a time as its midnight. Dates in the future are returned as written: who has a clock decides about them.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from dateutil import parser, tz

#: Years that a report may bear. Outside lie typing errors and the zero dates of databases.
FIRST_YEAR, LAST_YEAR = 1800, 2200
#: Longer strings are no date.
MAX_LENGTH = 80

#: Hours east of UTC of the zone names that newsrooms write and RFC 822 does not know. IST is taken as India's.
_ZONES = {
    "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "TRT": 3,
    "GST": 4, "PKT": 5, "IST": 5.5, "ICT": 7, "WIB": 7, "SGT": 8, "HKT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6,
    "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
_OFFSETS = {name: tz.tzoffset(name, int(hours * 3600)) for name, hours in _ZONES.items()}
_NEW_YEAR = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  #: what a date does not name; its zone least of all
_NAMED_ZONE = re.compile(r"\b([A-Z]{3,4})$")
_YEAR = re.compile(r"\b\d{4}\b|^\d{8}")


def moment(text: str) -> datetime | None:
    """The moment that a date names, in UTC."""
    found = as_written(text)
    return None if found is None else found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def as_written(text: str) -> datetime | None:
    """A date with the time zone that is written with it, without one where none is."""
    text = " ".join(text[: MAX_LENGTH + 1].split())
    if not text or len(text) > MAX_LENGTH or not any(character.isdigit() for character in text):
        return None
    for read in (_iso, _rfc822, _loose):
        found = read(text)
        if found is not None:
            return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    zone = _NAMED_ZONE.search(text)
    if zone is not None and zone[1] in _ZONES:
        minutes = int(_ZONES[zone[1]] * 60)
        text = f"{text[: zone.start()]}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _loose(text: str) -> datetime | None:
    if not _YEAR.search(text):
        return None
    try:
        found: datetime = parser.parse(text, default=_NEW_YEAR, tzinfos=_OFFSETS)
    except (ValueError, TypeError, OverflowError, AttributeError):
        return None
    return found
