"""When does a feed or a page say that it was published?

A written date -> an aware moment in UTC, or None. Reads ISO 8601, RFC 822, seconds since 1970, and what the field makes of
them: names of months in other languages, clocks with a.m. and p.m., zones by name, by place and misspelt. Never guesses a
missing year, month or day, and nothing is relative to today. Where a moment is wanted, a date without a time zone is taken
as UTC, a day without a time as its midnight. Dates in the future are returned as written: who has a clock decides about them.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import get_month_names
from dateutil import parser

#: Years that a report may bear. Outside lie typing errors and the zero dates of databases.
FIRST_YEAR, LAST_YEAR = 1800, 2200
#: Longer strings are no date.
MAX_LENGTH = 80

#: Languages whose names of months are read: those in which feeds are found to write them, by their use on the web.
LANGUAGES = "en de fr es it pt nl pl ru uk cs sk sl hr ro hu sv da nb fi tr el bg sr ca id".split()

#: Hours east of UTC of the zone names that newsrooms write. IST is taken as India's, BST as Britain's.
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "SAST": 2, "EEST": 3, "MSK": 3, "TRT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "ICT": 7, "WIB": 7, "SGT": 8, "HKT": 8, "PHT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "AST": -4, "EDT": -4,
    "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
#: Names that mean one of two hours, by the season.
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
#: No place on Earth is further from UTC; what is written further off is a mistake, and its clock is taken as UTC's.
_FURTHEST = timedelta(hours=14)

_NEW_YEAR = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  #: midnight, for clocks without it; without a zone
_OTHER_YEAR = _NEW_YEAR.replace(year=2001, month=2, day=2)
_YEAR = re.compile(r"\b\d{4}\b|^\d{8}|^\d{1,2}[./]\d{1,2}[./]\d{2}\b")
_SINCE_1970 = re.compile(r"[1-9]\d{8,9}|[1-9]\d{11,12}", re.ASCII)
#: The form of RFC 822 that the standard library reads as meant; of others it leaves out what it does not know.
_RFC822 = re.compile(
    r"(?:[a-z]+,? *)?\d{1,2} [a-z]{3} \d{2,4} \d{1,2}:\d{2}(?::\d{2})? ?(?:[+-]\d{4}|gmt|utc?|z|[ecmp][sd]t)?",
    re.IGNORECASE | re.ASCII,
)
_ISO_ZONE_TWICE = re.compile(r"([+-]\d{2}:?\d{2})(?:Z|:00)$|(?<=T\d\d:\d\d:\d\d):(?:00$|(?=[+-]))")
_COMMENT = re.compile(r"\([^()]*\)$")
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC?|Z)|(?<=[\d\s]))\s*[+-]?([+-])(\d{1,2}):?(\d{2})?(?::00|Z)?(?:\s+[A-Z]{1,5})?$")
_PLACE = re.compile(r"\b([A-Z][a-z]+(?:/[A-Z][A-Za-z_]+){1,2})$")
_NAME = re.compile(r"(?<![A-Za-z])([A-Z]{1,4})$")
_NUMBERS = re.compile(r"^\D*?\b(\d{1,2})([./ -])(\d{1,2})\2(\d{4}|\d{2})\b(.*)$")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?")
#: As the C library writes it, the year last; with points for colons; with the signs of East Asia.
_YEAR_LAST = re.compile(r"(:\d{2}) ([A-Z]{1,4}|[+-]\d{4}) (\d{4})$")
_POINTS = re.compile(r"(?<=\d{4} )(\d{1,2})[.h](\d{2})(?:\.(\d{2}))?(?=\s|$)")
_EAST_ASIA = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_WORD = re.compile(r"[^\W\d_]+\.?(?:[mM]\.?(?!\w))?")
_HALF = {"am": " am", "pm": " pm"}
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º|°)\b", re.IGNORECASE)
_WEEKDAYS = {name: number for number, name in enumerate("mon tue wed thu fri sat sun".split())}


def moment(text: str) -> datetime | None:
    """The moment that a date names, in UTC."""
    found = as_written(text)
    return None if found is None else found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def as_written(text: str) -> datetime | None:
    """A date with the time zone that is written with it, without one where none is."""
    text = " ".join(text[: MAX_LENGTH + 1].replace("\u2212", "-").split())
    if not text or len(text) > MAX_LENGTH or not any(character.isdigit() for character in text):
        return None
    for read in (_since_1970, _iso, _rfc822, _loose):
        try:
            found = read(text)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        if found is not None:
            if abs(found.utcoffset() or timedelta()) > _FURTHEST:
                found = found.replace(tzinfo=UTC)
            return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None


def _since_1970(text: str) -> datetime | None:
    """Seconds, or thousandths of them."""
    if not _SINCE_1970.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text) / (1 if len(text) <= 10 else 1_000), UTC)


def _iso(text: str) -> datetime | None:
    return datetime.fromisoformat(_ISO_ZONE_TWICE.sub(r"\1", text))


def _rfc822(text: str) -> datetime | None:
    return parsedate_to_datetime(text) if _RFC822.fullmatch(text) else None


def _loose(text: str) -> datetime | None:
    """What people and their programs write: the zone is read first, then the day in its order, then the clock."""
    text = _YEAR_LAST.sub(r"\1 \3 \2", _COMMENT.sub("", text).strip(" ,."))
    rest, zone = _zone(_EAST_ASIA.sub(r"\1-\2-\3", text))
    rest = _POINTS.sub(lambda clock: ":".join(filter(None, clock.groups())), _ORDINAL.sub("", rest))
    if not _YEAR.search(rest) and not re.search(r"\d{1,2}\D+\d{2}\D+\d{1,2}:\d{2}", rest):
        return None
    clock = _CLOCK.search(rest)
    later = timedelta()
    if clock is not None and clock[1] == "24" and clock[2] == "00":  # the end of a day
        rest, later = rest[: clock.start()] + "00:00" + rest[clock.end() :], timedelta(days=1)
    elif clock is not None and clock[3] == "60":  # a leap second
        rest, later = rest[: clock.start(3)] + "59" + rest[clock.end(3) :], timedelta(seconds=1)
    weekday = next((_WEEKDAYS[word] for word in re.findall(r"[a-z]{3}", rest[:3].lower()) if word in _WEEKDAYS), None)
    rest = _words(rest)
    numbers = _NUMBERS.match(rest)
    found = _by_numbers(numbers, weekday) if numbers else _whole(rest)
    if found is None:
        return None
    found += later
    if isinstance(zone, ZoneInfo):
        return found.replace(tzinfo=timezone(zone.utcoffset(found) or timedelta()))
    return found.replace(tzinfo=zone)


def _by_numbers(numbers: re.Match[str], weekday: int | None) -> datetime | None:
    """A date of numbers alone, in the order that its weekday or its size allows; else American with slashes, else day first."""
    one, mark, other, year, rest = numbers.groups()
    at = parser.parse(rest, default=_NEW_YEAR, ignoretz=True) if re.search(r"\d", rest) else _NEW_YEAR
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)
    orders = [(int(one), int(other)), (int(other), int(one))]
    if mark == "/":
        orders.reverse()
    days = []
    for day, month in orders:
        if 1 <= month <= 12 and 1 <= day <= 31:
            days.append(at.replace(year=full, month=month, day=day))
    return next((day for day in days if day.weekday() == weekday), days[0] if days else None)


def _whole(text: str) -> datetime | None:
    """A date of which nothing is missing: the parser fills up from its default, so two of them tell."""
    found, other = (parser.parse(text, default=default, ignoretz=True) for default in (_NEW_YEAR, _OTHER_YEAR))
    return found if found == other else None


def _zone(text: str) -> tuple[str, tzinfo | None]:
    """The text without its zone, and the zone; None where none is written, UTC where its name is not known."""
    offset = _OFFSET.search(text)
    if offset is not None and (offset[0][:1] != "-" or ":" in text[: offset.start()]):  # else part of a day: 02-03-2026
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        east = timedelta(hours=hours, minutes=minutes) * (-1 if offset[1] == "-" else 1)
        return text[: offset.start()].rstrip(" ,"), timezone(east) if abs(east) < timedelta(hours=24) else UTC
    name = _NAME.search(text)
    if name is not None and name[1] not in {"AM", "PM"}:
        before = text[: name.start()].rstrip(" ,")
        if name[1] in _ZONES:
            return before, timezone(timedelta(hours=_ZONES[name[1]]))
        if name[1] in _PLACES:
            return before, _place(_PLACES[name[1]])
    place = _PLACE.search(text)
    if place is not None:
        return text[: place.start()].rstrip(" ,"), _place(place[1])
    return text, None


def _place(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _words(text: str) -> str:
    """The text with its months in English, the halves of the day as such, and no other word."""

    def month(word: str) -> str:
        return _months().get(word, "") or _months().get(word[:3] if len(word) > 3 and word.isascii() else "", "")

    words = [(match.start(), match[0].lower().replace(".", "")) for match in _WORD.finditer(text)]
    months = {start: name for start, word in words if (name := month(word))}
    if len(months) > 1:  # the day of the week is called like a month: "mar., 01 déc."
        del months[min(months)]

    def known(match: re.Match[str]) -> str:
        word = match[0].lower().replace(".", "")
        if word in _HALF:
            return _HALF[word]
        return match[0] if word == "t" else f" {months.get(match.start(), '')} "

    return " ".join(_WORD.sub(known, text).replace(" - ", " ").replace(",", " ").split())


@cache
def _months() -> dict[str, str]:
    """Names of the months, in full and short, as they stand by themselves and in dates; of the first language that has one."""
    found: dict[str, str] = {}
    english = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    found.setdefault(name.lower().replace(".", ""), english[number - 1])
    return found
