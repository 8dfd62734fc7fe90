"""What a number says: which wordings are one number to a reader, and which are two."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.series.intervals import interval, meet, number, vague
from schemas.outcomes import Bound

E, A, AL, MT, AM, LT, R = (
    Bound.EXACT,
    Bound.APPROX,
    Bound.AT_LEAST,
    Bound.MORE_THAN,
    Bound.AT_MOST,
    Bound.LESS_THAN,
    Bound.RANGE,
)


def said(wording):
    low, high, bound = wording
    return interval(None if low is None else Decimal(low), None if high is None else Decimal(high), bound)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        pytest.param(("1200", "1200", E), ("1180", "1180", A), True, id="1,200 and about 1,180 are one number"),
        pytest.param(("1200", "1200", E), ("1340", "1340", E), False, id="1,200 and 1,340 are two"),
        pytest.param(("1000", None, MT), ("1050", "1050", E), True, id="more than 1,000 allows 1,050"),
        pytest.param(("84", None, AL), ("143", "143", E), False, id="a raised floor is another number"),
        pytest.param((None, "1800", LT), ("1800", "1800", E), True, id="nearly 1,800 allows 1,800"),
        pytest.param((None, "700", AM), ("640", "640", E), True, id="up to 700 allows 640"),
        pytest.param((None, "700", AM), ("500", "500", E), False, id="up to 700 is not said of 500"),
        pytest.param(("50", "60", R), ("55", "55", E), True, id="a range holds what lies between its ends"),
        pytest.param(("1.2", "1.2", E), ("1.3", "1.3", E), False, id="neighbours in the last digit stay apart"),
        pytest.param(("2.4", "2.4", E), ("2.38", "2.38", E), True, id="2.4 is the rounded 2.38"),
        pytest.param(("3", "3", E), ("4", "4", E), False, id="three and four are two numbers"),
        pytest.param(("20", "20", E), ("24", "24", E), False, id="a round number is no vaguer than about"),
    ],
)
def test_wordings_agree_or_do_not(one, other, agree):
    assert meet(said(one), said(other)) is agree
    assert meet(said(other), said(one)) is agree


@pytest.mark.parametrize(
    ("surface", "is_one"),
    [
        ("thousands of people", True),
        ("Tens of thousands of homes", True),
        ("many millions of shells", True),
        ("dozens of", True),
        ("four million shells", False),
        ("several thousand soldiers", False),
        ("hundred thousand rounds", False),
        ("", False),
    ],
)
def test_a_magnitude_is_told_from_a_number(surface, is_one):
    assert vague(surface) is is_one


def test_thousands_may_be_any_four_digits():
    said = interval(Decimal(1000), None, AL, magnitude=True)
    assert [meet(said, interval(Decimal(n), Decimal(n), E)) for n in (900, 1000, 9900, 10001)] == [False, True, True, False]


decimals = st.decimals(min_value=Decimal("-1e30"), max_value=Decimal("1e30"), allow_nan=False, allow_infinity=False)


@given(decimals, st.sampled_from(list(Bound)))
def test_a_number_lies_in_its_own_interval(value, bound):
    found = interval(value, value, bound)
    assert found.low <= value <= found.high


@given(decimals, decimals)
def test_the_number_of_a_range_is_its_middle(a, b):
    low, high = sorted((a, b))
    assert low <= number(low, high) <= high or abs(number(low, high) - low) <= abs(low) * Decimal("1e-20")


def test_a_number_of_a_million_digits_is_no_trouble():
    huge = Decimal("7" * 1_000_000)
    assert meet(interval(huge, huge, E), interval(huge, huge, A))
