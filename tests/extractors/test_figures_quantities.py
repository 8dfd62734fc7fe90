"""Reported quantities: span, value, bound, unit and rate; and what is no figure."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.figures import figures
from extractors.figures.quantities import LONGEST_SENTENCE, Quantity, quantities
from extractors.text import sentences

CASES = json.loads((Path(__file__).parents[1] / "cases" / "figures_quantities.json").read_text(encoding="utf-8"))

PIECES = st.sampled_from(
    [
        *"1 12 300 1,200 3.4 2019 0 , . ; - – / ( ) half a an one two twenty hundred million and in of".split(),
        *"to from between per day each third dozen m bn km % $ € £ EUR -9 about over nearly people killed".split(),
        *"were them the which at".split(),
        *"least May shares fell price costs degrees G7 ago under".split(),
        *("\n", ". The", "¾", "“", "\u00a0"),
    ]
)


def row(q: Quantity) -> dict:
    said = {"surface": q.surface, "bound": q.bound.value, "unit": q.unit, "low": q.low, "high": q.high}
    return said | ({"rate": q.rate} if q.rate else {})


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_reads(case: dict) -> None:
    expected = [q | {end: None if q[end] is None else Decimal(q[end]) for end in ("low", "high")} for q in case["quantities"]]
    assert [row(q) for q in quantities(sentences(case["text"]))] == expected


@pytest.mark.parametrize(
    ("case", "text", "units"),
    [
        ("a country that no table knows", "The pitch cost 300 Dohari pounds.", ["Dohari pound"]),
        ("and what its money is called after that", "It cost 300 Dohari pounds. Guards cost 40 pounds.", ["Dohari pound"] * 2),
        ("two of them are two", "It cost 300 Vessian dollars or 40 Dohari dollars.", ["Vessian dollar", "Dohari dollar"]),
        ("a known one", "It cost 300 Egyptian pounds and 20 British pounds.", ["Egyptian pound", "pound sterling"]),
        ("none", "It cost 300 pounds, or 40 dollars.", ["pound sterling", "US dollar"]),
        ("who pays is no country", "It cost 20 million Pentagon dollars.", ["US dollar"]),
        ("weight", "He lifted 300 Dohari pounds of wheat.", ["pound"]),
        ("money that no country has alone", "It cost 300 Norvindian crowns.", ["crown"]),
        ("a fleet at sea", "The navy said its fleet of 34 had sailed.", ["ship"]),
        ("a fleet in the air", "Norvind Air has cancelled 40 flights. Its fleet of 62 is grounded.", ["flight", "aircraft"]),
        ("a fleet of what was counted", "The firm runs 90 buses. The fleet was down to 34.", ["bus", "bus"]),
        (
            "a fleet of who knows what",
            "The company carries 3,000 people a day. The fleet is down to 34.",
            ["person", "vehicle"],
        ),
        ("what people do is no noun", "The city counts 5,200 homeless people, of whom 1,100 sleep rough.", ["person"] * 2),
        ("nor what water does", "It holds 90 cubic metres, of which 40 lie too low.", ["cubic metre"] * 2),
        ("a count, not its number", "By the city's latest count 4,300 of them have no home.", ["person"]),
        ("a share of the air", "The monitor read 20 parts per million at midnight.", ["part per million"]),
        ("the unit of a number set right", "Not 41 but 14 wagons left the rails.", ["wagon", "wagon"]),
    ],
)
def test_units(case: str, text: str, units: list[str]) -> None:
    assert [q.unit for q in quantities(sentences(text))] == units, case


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map(" ".join), st.lists(PIECES, max_size=30).map("".join))
)
def test_any_text_gives_figures_that_stand_in_it(text: str) -> None:
    last = 0
    for f in figures(text, sentences(text)):
        assert text[f.start : f.end] == f.surface
        assert f.sentence_start <= f.start < f.end <= f.sentence_end
        assert f.unit
        values = [v for v in (f.low, f.high) if v is not None]
        assert values
        assert all(v.is_finite() for v in values)
        assert f.start >= last
        last = f.start


def test_sentences_without_a_number_are_not_parsed() -> None:
    plain, counted = sentences("Nothing was said. It weighed 40 tonnes.")
    quantities([plain, counted])
    assert plain._doc is None
    assert counted._doc is not None


def test_a_dump_of_data_holds_no_figures() -> None:
    text = "Row 12 tonnes, " * (LONGEST_SENTENCE // 10)
    assert quantities(sentences(text)) == []
