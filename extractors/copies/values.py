"""Which numbers does a sentence give, whatever way they are written?

Sentence -> numbers as plain decimal text ("1,200", "twelve hundred" and "1.2 thousand" are all "1200"), and years.
Fast and shallow, on every sentence of every article: it serves to compare sentences, not to understand them (figures/
does that, with a parser, where it is needed). A fraction is its percentage ("a quarter", "one in four": "25").
Days of a month, ordinals and times of day with a colon are no numbers here: an editor moves them with the dateline.
Neither are "one" and "zero", pronouns more often than counts, and numbers of more than thirty digits.
"""

import re
from decimal import Decimal
from typing import NamedTuple

_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen".split()
    )
}
_TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "bln": 10**9, "tn": 10**12, "lakh": 10**5, "crore": 10**7,
}  # fmt: skip
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_MONTHS = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept"
    " oct nov dec".split()
)
#: The words, lower-case, at which something to read can begin; digits do as well.
STARTERS = frozenset([*_ONES, *_TENS, *_PARTS, *_MONTHS, "dozen", "hundred", "thousand", "million", "billion", "trillion"])

_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_YEAR_AFTER = r"(?:,?\s+(?:19|20)\d\d\b)?"
_MONTH_DAY = re.compile(rf"{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!,\d){_YEAR_AFTER}", re.I)
_DAY_MONTH = re.compile(rf"\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}{_YEAR_AFTER}", re.I)
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?\b")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\b", re.I)
_DIGITS = re.compile(r"(?:\d{1,3}(?:[,\u00a0\u202f' ]\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_SCALE_WORDS = "hundred|thousand|million|billion|trillion|dozen|lakh|crore"
_SCALE = re.compile(rf"[\s-]?(?P<word>{_SCALE_WORDS}|bn|bln|tn|mn|mln)\b|(?P<letter>[mMkK])\b")
#: After "300m": metres, not millions.
_METRES = re.compile(r"\s(?:wide|long|high|deep|tall|thick|away|above|below|from|off|apart|sprint|race|tower|stretch)\b")
_SMALL = "|".join(sorted([*_ONES, *_TENS], key=len, reverse=True))
#: "two hundred and sixty" is one number, "fifty and sixty" are two.
_SPOKEN = re.compile(
    rf"(?:{_SMALL}|{_SCALE_WORDS})\b"
    rf"(?:(?:[\s-]+|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+)(?:{_SMALL}|{_SCALE_WORDS})\b){{0,12}}",
    re.I,
)
_HALF = re.compile(rf"half(?:[\s-]+an?[\s-]+(?P<of>{_SCALE_WORDS})\b)?", re.I)
#: "one and a half million" is not read as 1 and 50.
_AND_A_HALF = re.compile(rf"\s+and\s+a\s+half(?:\s+(?P<of>{_SCALE_WORDS})\b)?", re.I)
#: "4 to 6 million", "between four and six million": the first number is in millions as well.
_RANGE = re.compile(
    rf"(?:\s+(?:to|or|and)\s+|\s*[-–]\s*)[$€£¥]?(?:\d[\d.]*|{_SMALL})[\s-]?(?P<of>million|billion|trillion|thousand|bn|mn|tn)\b",
    re.I,
)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:[A-Z]{0,3}[$€£¥])?$", re.I)
_PART = "third|quarter|fifth|sixth|seventh|eighth|ninth|tenth"
#: "a third of", "two-thirds", not "a third ship".
_FRACTION = re.compile(
    rf"(?:(?P<over>{_SMALL})[\s-]+)?(?P<part>{_PART})s?\b(?=\s+(?:of|more|less|fewer|higher|lower)\b|\s*[,.;:)]|\s*$)", re.I
)
_ONE_IN = re.compile(rf"(?P<some>{_SMALL})\s+(?:in|out\s+of)\s+(?:every\s+)?(?P<all>{_SMALL})\b", re.I)
_AN = re.compile(r"\ban?\s$", re.I)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


#: "~" before a number that the text gives as approximate, "(" before one that repeats the number before it in another unit.
MARKS = "~("
#: Digits of a number at most: longer ones are serial numbers or noise.
LONGEST = 30
_APPROXIMATE = re.compile(
    r"\b(?:about|around|roughly|some|approximately|nearly|almost|close to|an estimated|estimated at|more than|over|above"
    r"|well over|in excess of)\s+(?:[A-Z]{0,3}[$€£¥])?$",
    re.I,
)
#: "-9 degrees", "minus 9 degrees"; not the dash of "11-12" or of "(Lantern) - 9 people".
_NEGATIVE = re.compile(r"(?:(?:^|[\s(])[-−]|\bminus\s)[$€£¥]?$", re.I)
#: "17 kg (37 lb)", "€48 million ($52 million)": a number and at most two words in brackets, right after a number.
_CONVERTED = re.compile(r"\((?:about |roughly |some |around )?(?:[A-Z]{0,3}[$€£¥])?$", re.I)
_BRACKET_ENDS = re.compile(r"[\s-]?(?:[\w°%./²³]+\s?){0,3}\)")


class Number:
    """A number of a sentence sketch, taken apart again."""

    __slots__ = ("approximate", "converted", "value")

    def __init__(self, token: str) -> None:
        self.value = token.lstrip(MARKS)
        self.approximate = "~" in token
        self.converted = "(" in token


def bare(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers of a sketch without their marks."""
    return tuple(number.lstrip(MARKS) for number in numbers)


def same_value(here: str, there: str) -> bool:
    """Do two numbers of sketches say the same? "about 3,500" may stand for 3,520, but 3,500 for 3,520 is a change."""
    a, b = Number(here), Number(there)
    if a.value == b.value:
        return True
    return a.approximate and not b.approximate and rounds(b.value, a.value)


def left_out(one: str, other: str) -> bool:
    """Is one plain number the other without its million or billion ("24.4, after 22.1 million")? Three digits tell it."""
    short, long = sorted((one, other), key=len)
    if len(short.replace(".", "").strip("0")) < 3 or not long.endswith("000"):
        return False
    times = Decimal(long) / Decimal(short) if Decimal(short) else Decimal(0)
    return times in (10**6, 10**9)


def rounds(exact: str, rough: str) -> bool:
    """Is one number the other with fewer significant digits, two at least?"""
    digits = len(rough.replace(".", "").strip("0"))
    value = Decimal(exact)
    if value == 0 or digits >= len(exact.replace(".", "").strip("0")):
        return False
    step = Decimal(1).scaleb(value.adjusted() - max(digits, 2) + 1)
    return (value / step).quantize(Decimal(1)) * step == Decimal(rough)


def plain(value: Decimal) -> str:
    """The shortest plain way to write a number: "1200", "0.5"."""
    return format(value.normalize(), "f")


class Reading(NamedTuple):
    """What stands at a place of a sentence: a number, a year, or something that is to be passed over; and where it ends."""

    end: int
    number: str = ""
    year: int = 0


def read(sentence: str, start: int, *, follows: bool) -> Reading | None:
    """What begins at a digit or at one of the STARTERS; None where that is an ordinary word.

    follows: another number stands before it in the sentence.
    """
    if sentence[start].isdecimal():
        return _digits(sentence, start, follows)
    date = _MONTH_DAY.match(sentence, start)
    if date:
        return Reading(date.end())
    share = _ONE_IN.match(sentence, start)
    if share:
        some, everyone = _spoken(share["some"].lower()), _spoken(share["all"].lower())
        if 0 < some < everyone:
            return Reading(share.end(), _percent(some, everyone))
    fraction = _FRACTION.match(sentence, start)
    if fraction and (fraction["over"] or _AN.search(sentence, max(0, start - 3), start)):
        over = _spoken((fraction["over"] or "one").lower())
        return Reading(
            fraction.end(), _marked(sentence, start, fraction.end(), follows, _percent(over, _PARTS[fraction["part"].lower()]))
        )
    half = _HALF.match(sentence, start)
    if half:
        number = plain(Decimal(_SCALES[half["of"].lower()]) / 2) if half["of"] else "50"
        return Reading(half.end(), _marked(sentence, start, half.end(), follows, number))
    spoken = _SPOKEN.match(sentence, start)
    if spoken is None:
        return None
    value = _spoken(spoken.group().lower())
    return _read(sentence, start, spoken.end(), follows, Decimal(value), spoken=True)


def _read(sentence: str, start: int, end: int, follows: bool, value: Decimal, *, spoken: bool = False) -> Reading:
    """A number without a magnitude of its own, with the one that what follows lends to it."""
    half = _AND_A_HALF.match(sentence, end) if spoken else None
    shared = _RANGE.match(sentence, end) if value < 1000 else None
    if half:
        value, end = (value + Decimal("0.5")) * _SCALES.get((half["of"] or "").lower(), 1), half.end()
    elif shared and (" and " not in shared.group() or _BETWEEN.search(sentence[max(0, start - 14) : start])):
        value *= _SCALES[shared["of"].lower()]
    if spoken and value <= 1:
        return Reading(end)
    return Reading(end, _marked(sentence, start, end, follows, plain(value)))


def _digits(sentence: str, start: int, follows: bool) -> Reading:
    """A number, a date, a time or an ordinal that begins with a digit."""
    for passed in (_DAY_MONTH, _CLOCK, _ORDINAL):
        found = passed.match(sentence, start)
        if found:
            return Reading(found.end())
    digits = _DIGITS.match(sentence, start)
    assert digits is not None
    end = digits.end()
    value = re.sub(r"[^\d.]", "", digits.group())
    if len(value) > LONGEST:
        return Reading(end)
    before = sentence[max(0, start - 1) : start]
    money = before != "" and before in "$€£¥"
    scale = _SCALE.match(sentence, end)
    if scale is not None and scale["letter"] and scale["letter"] in "mM" and not money and _METRES.match(sentence, scale.end()):
        scale = None
    if scale is None:
        if _YEAR.fullmatch(digits.group()) and not money and sentence[end : end + 1] != "%":
            return Reading(end, year=int(value))
        return _read(sentence, start, end, follows, Decimal(value))
    times = _SCALES[(scale["word"] or scale["letter"]).lower()]
    return Reading(scale.end(), _marked(sentence, start, scale.end(), follows, plain(Decimal(value) * times)))


def _percent(some: int, everyone: int) -> str:
    return plain((Decimal(100) * some / everyone).quantize(Decimal("0.1")))


def _marked(sentence: str, start: int, end: int, follows: bool, number: str) -> str:
    """A number with what stands before it: nothing, "~" or "("."""
    before = sentence[max(0, start - 30) : start]
    if _NEGATIVE.search(before):
        return "-" + number
    if follows and _CONVERTED.search(before) and _BRACKET_ENDS.match(sentence, end):
        return "(" + number
    return "~" + number if _APPROXIMATE.search(before) else number


def _spoken(words: str) -> int:
    """The value of a number in words: "two hundred and sixty" is 260, "twelve hundred" 1200."""
    total = current = 0
    for word in re.split(r"[\s-]+", words):
        if word in _ONES:
            current += _ONES[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word in ("hundred", "dozen"):
            current = max(current, 1) * _SCALES[word]
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current
