"""Written numbers: every form of the news is read exactly, and nothing else is."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors.figures.numbers import LARGEST, Kind, numbers

CASES = json.loads((Path(__file__).parents[1] / "cases" / "figures_numbers.json").read_text(encoding="utf-8"))

#: Text that looks like numbers: the rules meet each other there.
PIECES = st.sampled_from(
    [
        *"1 12 300 1,200 3.4 2019 0 , . - – / ' half a an one two twenty hundred thousand million and in of".split(),
        *"third quarter dozen m bn k % $ € ½ point".split(),
        *(" ", " ", "  ", "\u00a0", "\n"),
    ]
)


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_reads(case: dict) -> None:
    assert [n.value for n in numbers(case["text"])] == [Decimal(v) for v in case["values"]]


def test_a_range_keeps_its_magnitude_apart() -> None:
    first, second = numbers("from 3 to 5 million")
    assert (first.scale, second.scale, second.written) == (1, 10**6, 5)


def test_a_fraction_says_that_it_is_one() -> None:
    assert [n.kind for n in numbers("a third of 12, and thousands of others")] == [Kind.FRACTION, Kind.DIGITS, Kind.VAGUE]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=40).map(" ".join), st.lists(PIECES, max_size=40).map("".join))
)
@example("one half dozen")
def test_any_text_gives_ordered_finite_numbers(text: str) -> None:
    end = 0
    for n in numbers(text):
        assert end <= n.start < n.end <= len(text)
        assert n.value.is_finite()
        assert n.value <= LARGEST
        end = n.end


@pytest.mark.parametrize(
    "wall", ["9" * 1_000_000, "1," * 200_000, "1 " * 200_000, "one " * 100_000, "1.2" * 100_000, "half a " * 80_000]
)
def test_a_wall_of_numbers_costs_no_more_than_its_length(wall: str) -> None:
    numbers(wall)
