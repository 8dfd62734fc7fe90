"""Several numbers that say one thing: ranges, compound durations, lists with one unit.

"between 50 and 60 percent", "3 to 5 million", "10 or 12"; "two years and seven months"; "40, 60 and 80 percent".
"""

import re
from decimal import Decimal

from extractors.figures.bounds import BETWEEN
from extractors.figures.numbers import Kind
from extractors.figures.reading import Found, View
from extractors.figures.units import UNITS, WORDS, is_money

_CHANGE = re.compile(
    r"\b(?:r[io]se|risen|rising|rises|gr[eo]wn?|growing|grows|up|down|increas\w+|climb\w*|jump\w*|rais\w+|cut\w*"
    r"|fall\w*|fell|drop\w*|lower\w*"
    r"|reduc\w+|chang\w+|went|go|goes|going|gone|expand\w*|extend\w*|widen\w*|shr[aiu]nk\w*|slid\w*|slip\w*|revis\w+"
    r"|doubl\w+|tripl\w+|surg\w+"
    r"|swell\w*|swollen|shift\w*|mov\w+|declin\w+|upgrad\w+|downgrad\w+|soar\w*|tumbl\w+|plung\w+|plummet\w*|eas(?:ed"
    r"|es|ing)|swung|dip\w*"
    r"|improv\w+|worsen\w*|lift\w*|trim\w*|slash\w*|bring\w*|brought|gain\w*|recover\w*|edg(?:ed|es|ing)|shed\w*"
    r"|advanc\w+|narrow\w*)\b[^.;]{0,60}$",
    re.IGNORECASE,
)


_DASH = re.compile(r"[ \u00a0]?[-‐‑–—−][ \u00a0]?")


#: The larger unit, the smaller one, and how many make it.
_COMPOUND = {"year": ("month", 12), "hour": ("minute", 60), "minute": ("second", 60), "day": ("hour", 24), "foot": ("inch", 12)}


def ranges(view: View, found: list[Found]) -> list[Found]:
    """Join what is one range: "between 50 and 60 percent", "3 to 5 million", "300-400", "ten or twelve"."""
    result: list[Found] = []
    for f in found:
        before = result[-1] if result else None
        if before is not None and before.high is None and _is_range(view, before, f):
            low, high = before.value, f.value
            if shared := _shared_scale(view, before, f):
                low = before.value * shared
            if low < high:
                before.value, before.high = low, high
                before.end, before.number_end = max(before.end, f.end), f.number_end
                if not before.unit or before.unit not in UNITS or is_money(f.unit):
                    before.unit, before.noun = f.unit or before.unit, f.noun if f.noun is not None else before.noun
                before.unit_start, before.unit_end = f.unit_start, f.unit_end
                before.partitive = before.partitive or f.partitive
                continue
        result.append(f)
    return result


def _shared_scale(view: View, a: Found, b: Found) -> Decimal:
    """The magnitude of the second number that the first one leaves out ("3 to 5 million", "two or three hundred"), else 0."""
    scale = b.number.scale
    if scale == 1 and b.number.kind is Kind.WORDS and view.text[b.start : b.number_end].lower().endswith(" hundred"):
        scale = Decimal(100)
    return scale if scale > 1 and a.number.scale == 1 and not a.number.letter and a.value < scale else Decimal(0)


def _is_range(view: View, a: Found, b: Found) -> bool:
    if a.unit and b.unit and a.unit != b.unit and (a.noun is None or a.unit in UNITS or b.unit in UNITS):
        return False
    gap = view.text[a.end : b.start] if a.end <= b.start else ""
    if not gap:
        # The noun of the first reaches over the second ("ten to 12 people"): look between the numbers.
        gap = view.text[a.number_end : b.start] if a.number_end <= b.start else ""
    left = view.before(a.start)
    opener = BETWEEN.search(left)
    if (
        re.fullmatch(
            r"[ ](?:and|to)[ ](?:about |around |roughly |some |nearly |as much as |as many as |more than |up to )?", gap
        )
        and opener
    ):
        word = opener.group().strip().lower()
        if word.endswith("between"):
            a.between = True
            return True
        if "to" not in gap:
            return False
        if word.endswith("from") and not _CHANGE.search(view.before(a.start - len(opener.group()), 90)):
            a.between = True
            return True
        return False
    if re.fullmatch(r"[ ]to[ ]", gap):
        step = (
            b.value > 3 * a.value
            and b.number.scale == a.number.scale
            and (_CHANGE.search(view.before(a.start, 30)) or view.before(a.start).endswith("by "))
        )
        # "fell $1.15 to $82.30": a step and where it led
        return not step and (a.value < b.value or (b.number.scale > 1 and a.number.scale == 1))
    if _DASH.fullmatch(gap):
        return not a.unit or a.unit == b.unit or is_money(a.unit)
    if re.fullmatch(r"[ ]or[ ](?:even |perhaps |maybe )?", gap):
        low = a.value * (_shared_scale(view, a, b) or 1)
        return not a.unit and low < b.value <= 3 * low
    return False


def compounds(view: View, found: list[Found]) -> list[Found]:
    """One quantity in two units: "two years and seven months", "5 feet 10 inches" become one, in the smaller unit."""
    result: list[Found] = []
    for f in found:
        before = result[-1] if result else None
        if f.number.kind is Kind.FRACTION and view.text[f.start : f.end].lower() == "a half":
            # "a year and a half", "two tonnes and a half"
            match = re.search(r"(?P<one>\b(?:an?|one)[ ])?(?P<unit>\w+) and $", view.before(f.start, 24))
            unit = WORDS.get(match["unit"].lower()) if match else None
            if before is not None and unit == before.unit and view.text[before.end : f.start] == " and ":
                before.value += Decimal("0.5")
                before.end = before.number_end = f.end
                continue
            if match and unit and match["one"]:
                f.start -= len(match.group())
                f.unit, f.value = unit, Decimal("1.5")
                f.plain = True
        if (
            before is not None
            and before.high is None
            and f.high is None
            and before.unit in _COMPOUND
            and f.unit == _COMPOUND[before.unit][0]
            and f.value < _COMPOUND[before.unit][1]
            and view.text[before.end : f.start] in (" and ", " ", ", ")
        ):
            before.value = before.value * _COMPOUND[before.unit][1] + f.value
            before.unit, before.end, before.number_end, before.unit_end, before.noun = (
                f.unit,
                f.end,
                f.number_end,
                f.unit_end,
                f.noun,
            )
            continue
        result.append(f)
    return result


def lend_units(view: View, found: list[Found]) -> None:
    """A list shares the unit of its last member: "40, 60 and 80 percent", "three or four shells"."""
    for i in range(len(found) - 2, -1, -1):
        f, following = found[i], found[i + 1]
        if f.unit or f.partitive or not following.unit or f.number.kind is Kind.FRACTION:
            continue
        gap = view.text[f.end : following.start] if f.end <= following.start else "?"
        if following.unit != "percent" and re.fullmatch(r"[ ](?:out )?of[ ](?:the |its |their |some |about )?", gap):
            f.unit, f.elided = following.unit, True  # "shot down 36 of 45 drones"
        elif re.fullmatch(r",?[ ]but[ ]", gap) and re.search(r"\bnot[ ](?:\w+[ ])?$", view.before(f.start), re.IGNORECASE):
            f.unit, f.elided = following.unit, True  # "not 41 but 14 wagons"
        if re.fullmatch(r",?[ ](?:and|or|to|and then)[ ]|,[ ]|[ ]against[ ]|[-–—]", gap) and (
            following.unit in UNITS or following.elided
        ):
            f.unit, f.elided = following.unit, True
