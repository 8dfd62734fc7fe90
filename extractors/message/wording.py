"""How numbers, changes, times and strangers' text are written for people.

Decimal, bound, unit -> ">10,000", "$2.4 million", "11,000 to 12,000"; any text -> one clean, bounded line.
Pure, and total: any Unicode, any Decimal and any length give a short line without control characters, which no
terminal, mail header or chat takes for a command.
Not here: the escaping that one channel needs (slack.py, mail.html).
"""

import re
from datetime import UTC, datetime
from decimal import Decimal, DecimalException

from schemas.outcomes import Bound

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_SCALES = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))

#: By the names of figures/units.py. Written before the number; every other unit is a noun after it.
CURRENCY_SIGNS = {
    "US dollar": "$",
    "Australian dollar": "A$",
    "Canadian dollar": "C$",
    "Hong Kong dollar": "HK$",
    "New Zealand dollar": "NZ$",
    "euro": "€",
    "pound sterling": "£",
    "yen": "¥",
    "South Korean won": "₩",
    "Indian rupee": "₹",
}

_BOUND_WORDS = {
    Bound.EXACT: "",
    Bound.APPROX: "about ",
    Bound.AT_LEAST: "at least ",
    Bound.MORE_THAN: ">",
    Bound.AT_MOST: "up to ",
    Bound.LESS_THAN: "<",
}

#: Digits before or after the point beyond which a number is written with an exponent: no news number has so many.
MAX_DIGITS = 24

#: From this factor on, "4.2 times" says more than "+320%".
FACTOR_FROM = Decimal(3)

#: Control characters, line and paragraph separators, lone surrogates, and white space of any kind: one space each run.
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
#: Marks that turn the direction of the text around them, join or hide it: a title must not reorder the line it stands in.
_INVISIBLE = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")

MAX_URL = 2000
_LINK = re.compile(r"https?://[^\s\"'<>\\^`{|}\x00-\x20\x7f-\x9f\u061c\u200b-\u206f\ud800-\udfff]+", re.IGNORECASE)

_IRREGULAR = dict(
    pair.split(":") for pair in "person:people man:men woman:women child:children serviceman:servicemen foot:feet".split()
)
#: Written alike for one and for many.
_UNCOUNTED = frozenset(
    "percent aircraft spacecraft personnel staff police cattle sheep deer series species crew hertz yuan baht rand".split()
)


def clean(text: str, limit: int) -> str:
    """One line of at most limit characters, without control characters and direction marks; cut with an ellipsis."""
    line = _BLANK.sub(" ", _INVISIBLE.sub("", text[: 4 * limit + 1000])).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip(" ,;:–-") + "…"


def safe_url(url: str) -> str:
    """The address when it is a plain http(s) one, else nothing: no other scheme and no blank becomes a link."""
    return url if len(url) <= MAX_URL and _LINK.fullmatch(url) else ""


def number(value: Decimal) -> str:
    """Plain digits in groups, or with million, billion, trillion where two decimals hold it exactly."""
    if not value.is_finite() or value.is_zero():
        return "0" if value.is_zero() else "?"
    if abs(value.adjusted()) > MAX_DIGITS:
        return f"{value:.2E}"
    for scale, word in _SCALES:
        if abs(value) >= scale:
            short = value / scale
            if short == round(short, 2):
                return f"{_plain(short)} {word}"
    return _plain(value)


def amount(value: Decimal, unit: str) -> str:
    """A number with the sign of its currency or of percent; nouns are left to the label."""
    if unit in CURRENCY_SIGNS:
        return f"{'-' if value < 0 else ''}{CURRENCY_SIGNS[unit]}{number(abs(value))}"
    return f"{number(value)}%" if unit == "percent" else number(value)


def written(low: Decimal | None, high: Decimal | None, bound: Bound, unit: str = "") -> str:
    """A figure's number as people write it: "about 6,700", ">10,000", "$300 million to $600 million"."""
    value = high if low is None else low
    if value is None or not all(end is None or end.is_finite() for end in (low, high)):
        return "?"
    if bound is Bound.RANGE:
        if low is None or high is None:
            return f"{'up to' if low is None else 'from'} {amount(value, unit)}"
        first = number(low) if unit == "percent" else amount(low, unit)
        return amount(low, unit) if low == high else f"{first} to {amount(high, unit)}"
    return _BOUND_WORDS[bound] + amount(value, unit)


def change(before: Decimal, after: Decimal, unit: str = "") -> str:
    """By how much: "+49%", "-8.5%", "4.2 times"; percentages differ in points. Empty where nothing can be said."""
    if not (before.is_finite() and after.is_finite()):
        return ""
    try:
        if unit == "percent":
            points = after - before
            return f"{'+' if points > 0 else ''}{number(round(points, 1))} points" if points else ""
        if before.is_zero() or before == after or (before < 0) != (after < 0):
            return ""
        ratio = after / before
        if ratio >= FACTOR_FROM:
            return f"{number(round(ratio, 1 if ratio < 10 else 0))} times"
        percent = (ratio - 1) * 100
        percent = round(percent, 0 if abs(percent) >= 10 else 1)
    except DecimalException:
        return ""
    return f"{'+' if percent > 0 else ''}{number(percent)}%" if percent else ""


def plural(unit: str) -> str:
    """The unit's name for many by the rules of English: its last word changes, or the one before "per" or a scale's name."""
    measure, per, rest = unit.partition(" per ")
    if per:
        return plural(measure) + per + rest
    if unit.startswith("degree "):
        return unit.replace("degree", "degrees", 1)
    head, _, last = unit.rpartition(" ")
    if last in _UNCOUNTED or not last:
        return unit
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif re.search(r"(?:s|x|z|ch|sh)$", last):
        last += "es"
    elif re.search(r"[^aeiou]y$", last):
        last = last[:-1] + "ies"
    else:
        last += "s"
    return f"{head} {last}".strip()


def when(moment: datetime | None) -> str:
    """A time as it stands in a message: "24 Nov 2024, 14:05 UTC"."""
    if moment is None:
        return "date unknown"
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M} UTC"


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 independent origin", "3 independent origins"."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def _plain(value: Decimal) -> str:
    digits = f"{value:,f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
