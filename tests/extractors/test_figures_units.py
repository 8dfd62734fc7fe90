"""Units: names, dimensions, and factors that agree with pint."""

from decimal import Decimal

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.figures.units import MONEY, SIGNS, SYMBOLS, UNITS, WORDS, convert, dimension, is_money


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    return pint.UnitRegistry()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("kilometres", "kilometre"), ("kilometers", "kilometre"), ("metric tons", "tonne"), ("square miles", "square mile"),

        ("miles per hour", "mile per hour"), ("per cent", "percent"), ("percentage points", "percentage point"),
        ("swiss francs", "Swiss franc"),
        ("dollars", "US dollar"), ("canadian dollars", "Canadian dollar"), ("roubles", "rouble"),

        ("rubles", "rouble"), ("dirhams", "dirham"), ("crowns", "crown"),
        ("pence", "penny"), ("degrees celsius", "degree Celsius"),
       
        ("feet", "foot"), ("gigawatt hours", "gigawatt-hour"), ("barrels", "barrel"), ("troy ounces", "troy ounce"),
    ],
)  # fmt: skip
def test_a_written_form_has_its_name(written: str, name: str) -> None:
    assert WORDS[written] == name
    assert name in UNITS


def test_symbols_keep_their_case() -> None:
    assert (SYMBOLS["MW"], SYMBOLS["mSv"], SYMBOLS["kWh"], SYMBOLS["m"]) == (
        "megawatt",
        "millisievert",
        "kilowatt-hour",
        "metre",
    )


def test_every_currency_has_its_code_and_its_own_dimension() -> None:
    assert SIGNS["€"] == "euro"
    assert SIGNS["CHF"] == "Swiss franc"
    codes = [name for name in MONEY if dimension(name).removeprefix("money:").isupper()]
    assert len(codes) > 140
    assert dimension("US dollar") == "money:USD"


def test_factors_agree_with_pint(registry: pint.UnitRegistry) -> None:
    bases: dict[str, object] = {}
    for unit in UNITS.values():
        if not unit.pint or unit.dimension == "temperature":
            continue
        one = registry.Quantity(1.0, unit.pint)
        scale = float(unit.factor)
        base = bases.setdefault(unit.dimension, one / scale)
        assert float((one / base).to("").magnitude) == pytest.approx(scale, rel=1e-3), unit.name


@pytest.mark.parametrize(
    ("value", "unit", "to", "result"),
    [
        ("20", "degree Celsius", "degree Fahrenheit", "68"), ("1", "mile", "kilometre", "1.609344"),
        ("5", "tonne", "kilogram", "5000"),
        ("3", "hour", "minute", "180"), ("242", "penny", "pound sterling", "2.42"),
        ("1", "percentage point", "basis point", "100"),
        ("7", "shell", "shell", "7"),
    ],
)  # fmt: skip
def test_converts(value: str, unit: str, to: str, result: str) -> None:
    converted = convert(Decimal(value), unit, to)
    assert converted is not None
    assert float(converted) == pytest.approx(float(result))


@pytest.mark.parametrize(
    ("unit", "to"),
    [("US dollar", "euro"), ("tonne", "kilometre"), ("case", "infection"), ("percent", "percentage point"), ("", "tonne")],
)
def test_does_not_convert_what_is_not_the_same(unit: str, to: str) -> None:
    assert convert(Decimal(1), unit, to) is None


def test_a_noun_is_counted() -> None:
    assert dimension("shell") == "count"


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS))
)
def test_there_and_back(value: Decimal, unit: str, to: str) -> None:
    there = convert(value, unit, to)
    if there is not None:
        back = convert(there, to, unit)
        assert back is not None
        assert float(back) == pytest.approx(float(value), rel=1e-9, abs=1e-6)


def test_the_money_of_an_unknown_country_converts_into_none() -> None:
    assert dimension("Dohari pound") == "money:Dohari pound"
    assert is_money("Dohari pound")
    assert convert(Decimal(1), "Dohari pound", "pound sterling") is None
    assert (dimension("Dohari wagon"), dimension("old pound")) == ("count", "count")
