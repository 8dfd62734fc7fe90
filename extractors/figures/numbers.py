"""Written numbers: where does a text say a number, and which?

Text -> every number as written, in order: digits with any separators, words, mixtures ("2.4 million", "300m", "half a
million"), fractions and "one in five" (as percent), vague plurals ("thousands of").
Pure, linear in the length of the text, and any Unicode is fine. Numbers beyond 10^30 are left out: nobody reports them.
Not here: what a number counts, how it is bounded, and whether it is a figure, a date or part of a name (quantities.py).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

#: Larger numbers are serial numbers or noise.
LARGEST = Decimal(10) ** 30

#: An exponent below thirty is not beyond, and is more often part of a key in hexadecimal digits: "4e10".
_BEYOND = re.compile(r"\d[ ]?\^[ ]?\d|(?<![\w.])\d{1,9}(?:\.\d{1,9})?[eE]\+?(?:[3-9]\d|\d{3,4})(?!\w)|\d{46}|\d(?:,\d{3}){11}")


def beyond(text: str) -> bool:
    """Does a text give a number beyond the bounds ("10^400 dollars")? Those are left out."""
    return _BEYOND.search(text) is not None


class Kind(StrEnum):
    """How a number is written."""

    DIGITS = "digits"
    WORDS = "words"
    MIXED = "mixed"  # digits with a word or letter of magnitude
    FRACTION = "fraction"  # a part of a whole; the value is in percent
    VAGUE = "vague"  # "thousands of": the value is the magnitude word's
    YEAR = "year"  # a year in words ("nineteen ninety-eight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One written number; its span is half-open and text[start:end] is what stands there."""

    start: int
    end: int
    value: Decimal
    kind: Kind
    written: Decimal  #: without its magnitude: 2.4 for "2.4 million"
    scale: Decimal = Decimal(1)  #: the magnitude alone
    letter: str = ""  #: a magnitude given by a letter that may be a unit as well ("m" in "300m", else empty)
    per: int = 0  #: the second number of "one in five", else 0


_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen".split()
    )
}
_TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_TENS["fourty"] = 40
_SCALES = {
    "thousand": 10**3,
    "lakh": 10**5,
    "million": 10**6,
    "crore": 10**7,
    "billion": 10**9,
    "trillion": 10**12,
    "quadrillion": 10**15,
}
#: Letters of magnitude right after digits. "m" and "t" are also units; quantities.py decides.
_LETTERS = {
    "k": 10**3,
    "K": 10**3,
    "m": 10**6,
    "M": 10**6,
    "mn": 10**6,
    "mln": 10**6,
    "mio": 10**6,
    "mil": 10**6,
    "mm": 10**6,
    "b": 10**9,
    "B": 10**9,
    "bn": 10**9,
    "Bn": 10**9,
    "BN": 10**9,
    "bln": 10**9,
    "tn": 10**12,
    "trn": 10**12,
    "T": 10**12,
    "cr": 10**7,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
#: These are units at least as often: kept as a letter for the reader of the number to decide.
_DOUBTFUL = frozenset({"k", "K", "m", "M", "b", "B", "T", "mm", "mil"})
_PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "hundredth": 100,
    "halve": 2,
}
_VULGAR = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667", "⅕": "0.2", "⅖": "0.4", "⅗": "0.6", "⅘": "0.8"} | {
    "⅛": "0.125",
    "⅜": "0.375",
    "⅝": "0.625",
    "⅞": "0.875",
}
_VAGUE = {
    "hundreds": 100,
    "thousands": 10**3,
    "lakhs": 10**5,
    "millions": 10**6,
    "crores": 10**7,
    "billions": 10**9,
    "trillions": 10**12,
}
_VAGUE_MANY = {"tens": 10, "dozens": 12, "scores": 20, "hundreds": 100}

#: Repeats are limited, so that a wall of separators costs no more than its length.
_DIGITS = (
    r"\d{1,3}(?:,\d{3}){1,10}(?!\d)(?:\.\d+)?"  # 1,200.5
    r"|\d{1,2}(?:,\d{2}){1,6},\d{3}(?!\d)"  # 1,20,000
    r"|\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3}){1,10}(?![\d])(?:[.,]\d{1,2}(?!\d))?"  # 1 200, 1'200
    r"|\d{1,3}(?:\.\d{3}){2,10}(?!\d)(?:,\d{1,2}(?!\d))?"  # 1.200.000
    r"|\d+\.\d+"
    r"|\d+,\d{1,2}(?![\d,])"  # 3,5
    r"|\d+"
)


def _either(words: Iterable[str]) -> str:
    """A pattern of these words in either case, set out by their first letters: of the rest, the most are then not tried."""
    rests: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        rests.setdefault(word[0], []).append(word[1:])
    return "|".join(f"(?-i:[{first}{first.upper()}])(?:{'|'.join(rest)})" for first, rest in rests.items())


_WORD = _either([*_UNITS, *_TENS, *_SCALES, "hundred", "dozen", "mn", "bn", "mln", "bln", "tn", "trn", "mio", "cr"])
_ATOM = re.compile(
    rf"(?P<digits>(?=\d)(?<!\d)(?:{_DIGITS}))(?P<vulgar>[ \u00a0-]?[{''.join(_VULGAR)}])?"
    r"(?P<letter>(?:thousand|million|billion|trillion|[kKMTBb]|mm|m[nio]o?|mln|mil|m|[bB]n|BN|bln|tn|trn|cr)(?![\w²³/]))?"
    rf"|(?P<lone>[{''.join(_VULGAR)}])"
    rf"|\b(?P<word>{_WORD})\b",
    re.IGNORECASE,
)
_GAP = re.compile(r"(?:[ \u00a0\u202f]|[-‐‑])(?:(?P<and>and)[ \u00a0])?")
_POINT = re.compile(r"[ -]point((?:[ -](?:zero|oh|one|two|three|four|five|six|seven|eight|nine))+)\b", re.IGNORECASE)
_AND_PART = re.compile(
    r"[ -]and[ -](?:(?P<half>a[ -]half)|(?P<quarter>an?[ -]quarter)|(?P<third>a[ -]third)|(?P<three>three[ -]quarters))\b",
    re.IGNORECASE,
)
_AND_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal("0.333"), "three": Decimal("0.75")}
_ARTICLE = re.compile(
    r"\b(?P<vague>several|a few|some few)[ \u00a0]$"
    r"|\b(?P<couple>a[ ]couple(?:[ ]of)?)[ \u00a0]$"
    r"|\b(?P<half>half[ -]an?|(?:an?[ ])?half)[ -]$"
    r"|\b(?P<quarter>(?:a|one)[ ]quarter[ ]of[ ]a)[ ]$"
    r"|\b(?P<three>three[ -]quarters[ ]of[ ]a)[ ]$"
    r"|\b(?P<one>an?)[ \u00a0]$",
    re.IGNORECASE,
)
_VAGUE_WORDS = re.compile(
    rf"\b(?:(?P<many>{_either(_VAGUE_MANY)}) of )?(?P<vague>{_either(_VAGUE)})\b(?=\s+(?:of\b|more\b|[a-z]))", re.IGNORECASE
)
_PART = re.compile(
    r"\b(?P<count>an?|one|two|three|four|five|six|seven|eight|nine)[ \u00a0-]"
    r"(?P<part>half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth)(?P<plural>s)?\b(?![-‐‑])"
    r"|\b(?P<half>half|halves)\b(?![-‐‑])"
    r"|\b(?P<top>[1-9])/(?P<bottom>[2-9]|10)\b(?!/)",
    re.IGNORECASE,
)
_NOT_HALF = re.compile(
    r"\b(?:first|second|last|latter|other|opening|closing|top|bottom|upper|lower|better|southern|northern|eastern|western"
    r"|and an?)[ -]$",
    re.IGNORECASE,
)
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|[1-9]"
_OUT_OF = re.compile(
    rf"(?<![\w.,$€£-])(?P<first>{_SMALL})"
    r"(?P<noun>(?:[ ](?!in\b|of\b|out\b|and\b|to\b|hundred|thousand|million|billion)[a-z]+){0,2}?)"
    r"[ ](?:in|out[ ]of|in[ ]every|of[ ]every)[ ]"
    r"(?P<second>two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|a hundred|a thousand|\d{1,3}(?:,\d{3})?)\b"
    r"(?![ -](?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|hundred|thousand|million|billion|percent|per)\b"
    r"|[.,:%/]?\d|%)",
    re.IGNORECASE,
)
#: "half a million" and "a half dozen" are numbers with a magnitude, "half brother" is none.
_HALF_OF_ANOTHER_WORD = re.compile(
    r"[ -](?:an?[ -])?(?:hundred|thousand|million|billion|trillion|dozen|way\b|past\b|time\b|brother|sister|hearted)"
)
#: "half an hour" and "a half hour" are amounts of their own, not parts of a whole.
_HALF_A_UNIT = re.compile(
    r"[ -](?:an?[ -])?(?=hour|day|week|month|mile|kilomet|met(?:re|er)|centimet|inch|foot|tonne|ton\b|percent|per cent"
    r"|point|degree|cent\b|litre|liter|gallon|barrel|gram|kilo|pound|ounce|acre|hectare|year|century|minute)"
)


def numbers(text: str) -> list[Number]:
    """Every written number in order; spans do not overlap."""
    taken = [*_fractions(text), *_vague(text)]
    taken.sort(key=lambda n: n.start)
    covered = iter(taken)
    following = next(covered, None)
    found: list[Number] = []
    atoms = list(_ATOM.finditer(text))
    i = 0
    while i < len(atoms):
        while following and following.end <= atoms[i].start():
            found.append(following)
            following = next(covered, None)
        if following and atoms[i].end() > following.start:
            i += 1
            continue
        limit = following.start if following else len(text)
        number, i = _sequence(text, atoms, i, limit)
        if number is not None:
            found.append(number)
    while following:
        found.append(following)
        following = next(covered, None)
    return found


def _decimal(digits: str) -> Decimal | None:
    """The value of digits with separators, or None when it is too long to be a number."""
    if len(digits) > 45:
        return None
    plain = re.sub(r"[ \u00a0\u202f\u2009'’]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    else:
        plain = plain.replace(",", "")
    value = Decimal(plain)
    return value if value <= LARGEST else None


def _sequence(text: str, atoms: list[re.Match[str]], i: int, limit: int) -> tuple[Number | None, int]:
    """The number that begins at atom i, and the index of the first atom after it."""
    first = atoms[i]
    start = first.start()
    kind = Kind.WORDS
    total, group, last = Decimal(0), Decimal(0), 0  # finished magnitudes, the part in hand, the last atom's size
    written = None
    if first["digits"] is not None:
        value = _decimal(first["digits"])
        if value is None:
            return None, i + 1
        kind = Kind.DIGITS
        if first["vulgar"]:
            value += Decimal(_VULGAR[first["vulgar"][-1]])
        group, last = value, 1
        found_letter = first["letter"] or ""
        if found_letter == "t":  # tonnes; only a capital stands for trillions
            return _number(start, first.end() - 1, value, Kind.DIGITS, value), i + 1
        if found_letter:
            scale = Decimal(_LETTERS.get(found_letter) or _LETTERS.get(found_letter.lower()) or 1)
            if found_letter in _DOUBTFUL or found_letter.lower() in _DOUBTFUL:
                end = first.end() - len(found_letter)
                return _number(start, end, value, Kind.DIGITS, value, Decimal(1), found_letter), i + 1
            return _number(start, first.end(), value * scale, Kind.MIXED, value, scale), i + 1
    elif first["lone"]:
        value = Decimal(_VULGAR[first["lone"]])
        group, last, kind = value, 1, Kind.DIGITS
    else:
        word = first["word"].lower()
        size = _magnitude(word)
        if size:
            before = _ARTICLE.search(text, max(0, start - 24), start)
            if before is None or (word not in _SCALES and word not in ("hundred", "dozen")):
                return None, i + 1
            start = before.start()
            written = _article_value(before)
            group, last = written * size, size
            if size >= 1000:
                total, group = group, Decimal(0)
            if before["vague"] or before["couple"]:
                kind = Kind.VAGUE
        else:
            group = Decimal(_UNITS.get(word, _TENS.get(word, 0)))
            last = 10 if word in _TENS else 1
    end = first.end()
    i += 1
    biggest = last if last >= 1000 else 1  # the last magnitude; what follows must be smaller
    started_with_digits = first["digits"] is not None or first["lone"] is not None
    while True:
        if not started_with_digits and last == 1 and (point := _POINT.match(text, end, min(limit, end + 80))):
            decimals = "".join(str(_UNITS.get("zero" if w == "oh" else w, 0)) for w in re.findall(r"[a-z]+", point[1].lower()))
            group += Decimal(f"0.{decimals[:12]}")
            end = point.end()
            while i < len(atoms) and atoms[i].start() < end:
                i += 1
        elif part := _AND_PART.match(text, end, min(limit, end + 20)):
            amount = next(_AND_PARTS[name] for name, hit in part.groupdict().items() if hit)
            if group:
                group += amount
            else:
                total += amount * last
            end = part.end()
            while i < len(atoms) and atoms[i].start() < end:
                i += 1
        if i >= len(atoms) or atoms[i].end() > limit or atoms[i]["word"] is None:
            break
        gap = _GAP.fullmatch(text, end, atoms[i].start())
        if gap is None:
            break
        word = atoms[i]["word"].lower()
        size = _magnitude(word)
        joined = gap["and"] is not None
        if size:
            if joined or (size == 100 and not (0 < group < 100 and last < 100)) or (size == 12 and (total or last >= 100)):
                break
            if size in (100, 12):
                group *= size
                written = written if written is not None else group / size
            elif group == 0 and total:
                total *= size  # "a hundred thousand million", "fourteen hundred million"
            else:
                if total and size >= biggest:
                    break
                written = written if written is not None else group
                total, group = total + group * size, Decimal(0)
            biggest = size if size >= 1000 else biggest
            last = size
            kind = Kind.MIXED if started_with_digits else kind
        elif started_with_digits:
            break
        else:
            tens = word in _TENS
            small = Decimal(_TENS[word] if tens else _UNITS[word])
            if (last >= 100 and last != 12) or (last == 10 and not tens and 0 < small < 10 and not joined):
                pass
            elif (group in range(11, 20) or group == 20) and total == 0 and not joined and (tens or small >= 10):
                return _year(start, atoms, i, text, limit, group, small)
            else:
                break
            group += small
            last = 10 if tens else 1
        end = atoms[i].end()
        i += 1
    value = total + group
    if written is None:
        written = value
    scale = Decimal(max(biggest, 1)) if biggest >= 1000 else Decimal(1)
    return _number(start, end, value, kind, written, scale), i


def _year(
    start: int, atoms: list[re.Match[str]], i: int, text: str, limit: int, century: Decimal, rest: Decimal
) -> tuple[Number | None, int]:
    """A year in words: its century is known, its rest begins at atom i."""
    end = atoms[i].end()
    i += 1
    if i < len(atoms) and atoms[i].end() <= limit and atoms[i]["word"] and text[end : atoms[i].start()] in ("-", " "):
        small = _UNITS.get(atoms[i]["word"].lower(), 0)
        if 0 < small < 10 and rest % 10 == 0:
            rest += small
            end = atoms[i].end()
            i += 1
    value = century * 100 + rest
    return _number(start, end, value, Kind.YEAR, value), i


def _number(
    start: int, end: int, value: Decimal, kind: Kind, written: Decimal, scale: Decimal = Decimal(1), letter: str = ""
) -> Number | None:
    if value > LARGEST:
        return None
    return Number(start=start, end=end, value=plain(value), kind=kind, written=written, scale=scale, letter=letter)


def plain(value: Decimal) -> Decimal:
    """Without an exponent where it is whole: 2400000, not 2.4E+6."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < Decimal(10) ** 27 else value


def _magnitude(word: str) -> int:
    if word == "hundred":
        return 100
    if word == "dozen":
        return 12
    return _SCALES.get(word) or (_LETTERS.get(word, 0) if word not in _UNITS else 0)


def _article_value(before: re.Match[str]) -> Decimal:
    if before["half"]:
        return Decimal("0.5")
    if before["quarter"]:
        return Decimal("0.25")
    if before["three"]:
        return Decimal("0.75")
    return Decimal(2) if before["couple"] or before["vague"] else Decimal(1)


def _percent(top: int, bottom: int) -> Decimal:
    """A part of a whole in percent, to three digits as a reader would say it (33.3, 66.7, 12.5)."""
    share = Decimal(100) * top / bottom
    return plain(Decimal(f"{share:.3g}"))


def _fractions(text: str) -> list[Number]:
    """Parts of a whole: "a third", "two-fifths", "half", "one in five", "1/3"."""
    found: list[Number] = []
    for m in _OUT_OF.finditer(text):
        top, bottom = _small(m["first"]), _small(m["second"])
        if m["noun"] and re.match(r"[ ](?!is\b|was\b|has\b|does\b)[a-z]+s\b", text[m.end() : m.end() + 24]):
            continue  # "one man in two attacks": the second number counts something of its own
        if 0 < top < bottom and (
            bottom in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 25, 30, 40, 50, 100, 200, 500) or bottom % 1000 == 0
        ):
            value = _percent(top, bottom)
            found.append(Number(start=m.start(), end=m.end(), value=value, kind=Kind.FRACTION, written=value, per=bottom))
    spans = iter([*found, None])
    nearest = next(spans)
    parts: list[Number] = []
    for m in _PART.finditer(text):
        while nearest and nearest.end <= m.start():
            nearest = next(spans)
        if nearest and nearest.start < m.end():
            continue
        number = _part(text, m)
        if number:
            parts.append(number)
    return [*found, *parts]


def _half_a_unit(start: int, end: int) -> Number:
    half = Decimal("0.5")
    return Number(start=start, end=end, value=half, kind=Kind.WORDS, written=half)


def _part(text: str, m: re.Match[str]) -> Number | None:
    after = text[m.end() : m.end() + 24].lower()
    if m["top"]:
        top, bottom = int(m["top"]), int(m["bottom"])
        if top >= bottom or (m.start() and text[m.start() - 1] in "/-.,0123456789"):
            return None
    elif m["half"]:
        top, bottom = 1, 2
        if _NOT_HALF.search(text, max(0, m.start() - 12), m.start()) or (m.start() and text[m.start() - 1] in "-‐‑"):
            return None
        if _HALF_OF_ANOTHER_WORD.match(after):
            return None
        if (unit := _HALF_A_UNIT.match(after)) and unit[0] not in (" ", "-"):
            return _half_a_unit(m.start(), m.end() + unit.end() - 1)
    else:
        count = m["count"].lower()
        top = 1 if count in ("a", "an") else _UNITS[count]
        bottom = _PARTS[m["part"].lower()]
        if (top > 1) != bool(m["plural"]) or top > bottom:
            return None
        if re.match(r"[ ]of[ ]an?[ ](?:million|billion|trillion|thousand)\b", after):
            return None
        if (m.start() > 4 and text[m.start() - 5 : m.start()].lower() == " and ") and re.search(
            rf"(?:\d|\b(?:{_WORD})) and $", text[max(0, m.start() - 24) : m.start()], re.IGNORECASE
        ):
            return None
        if m["part"].lower() == "half" and count in ("a", "an", "one"):
            if _HALF_OF_ANOTHER_WORD.match(after):
                return None
            if unit := _HALF_A_UNIT.match(after):
                return _half_a_unit(m.start(), m.end() + unit.end() - 1)
        if (
            unit := re.match(r"[ ]of[ ]an?[ ](?=percent|per cent|point|mile|hour|kilomet|tonne|ton\b|degree|century)", after)
        ) or re.match(r"[ -](?:percentage|percent|mile)", after):
            value = Decimal(top) / bottom
            value = Decimal(f"{value:.3g}")
            return Number(
                start=m.start(), end=m.end() + (unit.end() - 1 if unit else 0), value=value, kind=Kind.WORDS, written=value
            )
    value = _percent(top, bottom)
    return Number(start=m.start(), end=m.end(), value=value, kind=Kind.FRACTION, written=value)


def _small(word: str) -> int:
    word = word.lower()
    if word[0].isdigit():
        return int(word.replace(",", ""))
    return {"a hundred": 100, "a thousand": 1000}.get(word) or _UNITS.get(word) or _TENS.get(word, 0)


def _vague(text: str) -> list[Number]:
    found = []
    for m in _VAGUE_WORDS.finditer(text):
        value = Decimal(_VAGUE[m["vague"].lower()] * (_VAGUE_MANY[m["many"].lower()] if m["many"] else 1))
        found.append(Number(start=m.start(), end=m.end(), value=value, kind=Kind.VAGUE, written=value))
    return found
