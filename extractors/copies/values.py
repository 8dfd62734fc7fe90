"""Which numbers does a sentence give, whatever way they are written?

Sentence -> numbers as plain decimal text ("1,200", "twelve hundred" and "1.2 thousand" are all "1200"), years, and the
rest of the sentence. Fast and shallow: it serves to compare sentences, not to understand them (figures/ does that).
Days of a month, ordinals and times of day with a colon are no numbers here: an editor moves them with the dateline.
A fraction is its percentage ("a quarter" is "25").
"""

import re
from decimal import Decimal

_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen".split()
    )
}
_TENS = {word: 10 * (2 + place) for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
_SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "bln": 10**9, "tn": 10**12, "lakh": 10**5, "crore": 10**7,
}  # fmt: skip
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATE = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!,\d)|\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH})"
    r"(?:,?\s+(?:19|20)\d\d\b)?"
)
_CLOCK = r"\b\d{1,2}:\d\d(?::\d\d)?\b"
_DIGITS = r"(?:\d{1,3}(?:[,\u00a0\u202f' ]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SMALL = "|".join(sorted([*_ONES, *_TENS], key=len, reverse=True))
_SCALE_WORDS = "hundred|thousand|million|billion|trillion|dozen|lakh|crore"
_SPOKEN = rf"\b(?:{_SMALL}|an?(?=[\s-]+(?:{_SCALE_WORDS})\b))(?:(?:[\s-]+and[\s-]+|[\s-]+)(?:{_SMALL}|{_SCALE_WORDS}))*\b"
_FRACTION = (
    r"\b(?:(?P<over>one|two|three|four|five|seven|nine|an?)[\s-]+(?P<part>third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)s?\b"
    r"(?=\s+(?:of|more|less|fewer|higher|lower)\b|\s*[,.;:)]|\s*$)|(?P<half>half)\b)"
)
_ORDINAL = r"\b\d+(?:st|nd|rd|th)\b"
#: What makes a look at a sentence worth while.
HINT = re.compile(rf"\d|\b(?:{_SMALL}|{_SCALE_WORDS}|half|third|quarter|fifth|tenth|sixth|eighth)", re.I)
_TOKEN = re.compile(
    rf"(?P<date>{_DATE})|(?P<clock>{_CLOCK})|(?P<ordinal>{_ORDINAL})|(?P<fraction>{_FRACTION})"
    rf"|(?P<digits>(?<![\w.]){_DIGITS}|(?<=[A-Za-z$€£¥]){_DIGITS})"
    r"(?:(?P<gap>[\s-]?)(?P<scale>hundred|thousand|million|billion|trillion|dozen|lakh|crore|bn|bln|tn|mn|mln|m|k)\b)?"
    rf"|(?P<spoken>{_SPOKEN})|(?P<dozen>\bdozen\b)",
    re.I,
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


#: "~" before a number that the text gives as approximate, "(" before one that repeats the number before it in another unit.
MARKS = "~("
_APPROXIMATE = re.compile(
    r"\b(?:about|around|roughly|some|approximately|nearly|almost|close to|an estimated|estimated at|more than|over|above"
    r"|at least|under|fewer than|less than|up to|as many as|in excess of|no fewer than|no less than)\s+(?:[A-Z]{0,3}[$€£¥])?$",
    re.I,
)
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


def same_value(here: str, there: str) -> bool:
    """Do two numbers of sketches say the same? "about 3,500" may stand for 3,520, but 3,500 for 3,520 is a change."""
    a, b = Number(here), Number(there)
    if a.value == b.value:
        return True
    return a.approximate and not b.approximate and _rounds(b.value, a.value)


def _rounds(exact: str, rough: str) -> bool:
    """Is one number the other with fewer significant digits, two at least?"""
    digits = len(rough.replace(".", "").strip("0"))
    value = Decimal(exact)
    if value == 0 or digits >= len(exact.replace(".", "").strip("0")):
        return False
    step = Decimal(1).scaleb(value.adjusted() - max(digits, 2) + 1)
    return (value / step).quantize(Decimal(1)) * step == Decimal(rough)


def plain(value: Decimal) -> str:
    """The shortest plain way to write a number: "1200", "0.5"."""
    text = format(value.normalize(), "f")
    return text[:30]


def values(sentence: str) -> tuple[list[str], list[int], list[tuple[int, int]]]:
    """Numbers in order as plain decimal text, years in order, and the spans of all that was read as a number or a date."""
    numbers: list[str] = []
    years: list[int] = []
    spans: list[tuple[int, int]] = []
    if HINT.search(sentence) is None:
        return numbers, years, spans
    for found in _TOKEN.finditer(sentence):
        spans.append(found.span())
        mark = _mark(sentence, found, bool(numbers))
        if found["date"] or found["clock"] or found["ordinal"]:
            continue
        if found["fraction"]:
            over = _ONES.get((found["over"] or "one").lower(), 1)
            part = _PARTS[(found["part"] or "half").lower()]
            numbers.append(mark + plain((Decimal(over) * 100 / part).quantize(Decimal("0.1"))))
        elif found["digits"]:
            digits = re.sub(r"[^\d.]", "", found["digits"])
            scale = (found["scale"] or "").lower()
            if not scale and _YEAR.fullmatch(found["digits"]) and not _counts(sentence, found.start(), found.end()):
                years.append(int(digits))
                continue
            numbers.append(mark + plain(Decimal(digits[:40]) * _SCALES.get(scale, 1)))
        elif found["dozen"]:
            numbers.append(mark + "12")
        else:
            value = _spoken(found["spoken"].lower())
            if value <= 1:  # "one of them", "zero": a pronoun more often than a count, and nothing to compare
                continue
            numbers.append(mark + plain(Decimal(value)))
    return numbers, years, spans


def _mark(sentence: str, found: re.Match[str], follows: bool) -> str:
    """What stands before a number: nothing, "~" or "("."""
    before = sentence[max(0, found.start() - 30) : found.start()]
    if follows and _CONVERTED.search(before) and _BRACKET_ENDS.match(sentence, found.end()):
        return "("
    return "~" if _APPROXIMATE.search(before) else ""


def _counts(sentence: str, start: int, end: int) -> bool:
    """Does a number that could be a year count something (a currency sign before it, a unit after it)?"""
    return (sentence[max(0, start - 1) : start] in "$€£¥#" and start > 0) or sentence[end : end + 1] == "%"


def _spoken(words: str) -> int:
    """The value of a number in words: "two hundred and sixty" is 260, "twelve hundred" 1200."""
    total = current = 0
    for word in re.split(r"[\s-]+", words):
        if word in ("a", "an"):
            current += 1
        elif word in _ONES:
            current += _ONES[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word in ("hundred", "dozen"):
            current = max(current, 1) * _SCALES[word]
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current
