"""What a number says: the interval of values that a wording leaves open.

(low, high, bound) -> Interval; two figures agree when their intervals meet. A reader takes "1,200", "twelve hundred" and
"about 1,180" for one number and "at least 84" then "143" for two, and so do these intervals. "Thousands" is any four digits.
Pure, exact Decimals. Not here: units (figures/units.py), what stands (standing.py).
"""

import re
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import lru_cache

from schemas.outcomes import Bound

#: About, roughly, some: at least this share either way.
APPROX_SHARE = Decimal("0.05")
#: How far an open bound reaches: "more than 1,000" is said of 1,080, hardly of 1,300.
OPEN_SHARE = Decimal("0.10")
#: Half the width of the last significant digit, a little less so that neighbours (1.2 and 1.3) do not touch.
HALF_DIGIT = Decimal("0.49")

#: A magnitude alone reaches up to the next one: "thousands" is said of 9,900, of 10,000 no more.
VAGUE_REACH = Decimal("9.99")

_VAGUE = re.compile(
    r"\W*(?:many )?(?:(?:tens|dozens|scores|hundreds) of )?(?:tens|dozens|scores|hundreds|thousands|millions|billions)\b", re.I
)

#: Exact enough for any printed number, and nothing that a text can hold overflows it.
CONTEXT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True)
class Interval:
    """Closed, low <= high."""

    low: Decimal
    high: Decimal

    def meets(self, other: "Interval") -> bool:
        """Have the two a value in common?"""
        return self.low <= other.high and other.low <= self.high


@lru_cache(maxsize=10_000)
def vague(surface: str) -> bool:
    """Does a quantity as written name a magnitude and no number: "tens of thousands of people"?"""
    return _VAGUE.match(surface) is not None


@lru_cache(maxsize=10_000)  # a series is decided anew with each report, from all its numbers
def interval(low: Decimal | None, high: Decimal | None, bound: Bound, *, magnitude: bool = False) -> Interval:
    """The values that a figure leaves open. One of low and high may be None (open side), not both.

    Args:
        magnitude: it is vague(), and so says nothing but its magnitude.
    """
    if magnitude and low is not None and low > 0:
        return Interval(low, CONTEXT.multiply(low, VAGUE_REACH))
    if low is not None and high is not None:
        if low != high:
            return _ordered(low, high)
        return _around(low, bound)
    value = high if low is None else low
    assert value is not None
    reach = CONTEXT.multiply(abs(value), OPEN_SHARE)
    if low is None or bound in (Bound.AT_MOST, Bound.LESS_THAN):
        return _ordered(CONTEXT.subtract(value, reach), value)
    return _ordered(value, CONTEXT.add(value, reach))


def meet(a: Interval, b: Interval) -> bool:
    """Do two wordings leave a value that both allow?"""
    return a.meets(b)


def number(low: Decimal | None, high: Decimal | None) -> Decimal:
    """The number as printed: the bound's, or the middle of a range."""
    if low is None:
        assert high is not None
        return high
    if high is None or low == high:
        return low
    return CONTEXT.divide(CONTEXT.add(low, high), Decimal(2))


def _around(value: Decimal, bound: Bound) -> Interval:
    """One value: as wide as its last digit, never wider than "about" would be; "about" is at least 5 percent either way."""
    share = CONTEXT.multiply(abs(value), APPROX_SHARE)
    if bound in (Bound.AT_LEAST, Bound.MORE_THAN):
        return _ordered(value, CONTEXT.add(value, CONTEXT.multiply(abs(value), OPEN_SHARE)))
    if bound in (Bound.AT_MOST, Bound.LESS_THAN):
        return _ordered(CONTEXT.subtract(value, CONTEXT.multiply(abs(value), OPEN_SHARE)), value)
    half = share
    if bound is not Bound.APPROX:
        half = min(share, CONTEXT.multiply(HALF_DIGIT, _last_digit(value)))
    return _ordered(CONTEXT.subtract(value, half), CONTEXT.add(value, half))


def _last_digit(value: Decimal) -> Decimal:
    """The worth of one step in the last significant digit: 100 for 1,200, 0.1 for 2.5."""
    digits = value.normalize(CONTEXT).as_tuple()
    assert isinstance(digits.exponent, int)
    return Decimal((0, (1,), digits.exponent))


def _ordered(a: Decimal, b: Decimal) -> Interval:
    return Interval(a, b) if a <= b else Interval(b, a)
