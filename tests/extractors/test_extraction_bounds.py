"""Whatever a text holds, figures and claims come back in bounded work: right spans, finite numbers, no exception."""

import re
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors import analysis, text
from extractors.analysis import MOST_SENTENCES, analyse, read
from extractors.claims import speakers
from extractors.figures.numbers import beyond, numbers
from extractors.figures.quantities import LONGEST_SENTENCE
from extractors.text import sentences
from schemas.outcomes import FigureOutcome
from schemas.records import Claim, Figure, Page

#: Words that the rules look for, to be thrown together with anything.
WORDS = st.sampled_from(
    (
        "said \"“”'‘’ (—) 1,200 2.4 million 300m bn $ € £ ₹ % percent between and 50–60 one in five half a of them May 2024"
        " last year according to the ministry, Mr. Jo Lund killed up from 10^400 per day 三 ١٢ １２ ½ 1/2 \u200b \u202e \u0301"
        " \ud800 \n\n . ; : km/h"
    ).split(" ")
)
ANY = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=40).map(" ".join)


def holds(given_text: str, figures: list[Figure], claims: list[Claim]) -> None:
    for figure in figures:
        assert given_text[figure.start : figure.end] == figure.surface
        assert figure.sentence_start <= figure.start < figure.end <= figure.sentence_end
        ends = [end for end in (figure.low, figure.high) if end is not None]
        assert ends
        assert all(end.is_finite() and abs(end) <= 10**31 for end in ends)
        assert (figure.as_of_start is None) == (figure.as_of_end is None)
    for claim in claims:
        assert 0 <= claim.start < claim.end <= len(given_text)
        assert claim.speaker
        assert all(claim.start <= start < end <= claim.end for start, end in claim.content)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_any_text_gives_figures_in_bounds(given_text):
    holds(given_text, *read(given_text, sentences(given_text)))


HOSTILE = {
    "a megabyte of digits": "1" * 1_000_000,
    "a megabyte of digits and commas": "1," * 500_000,
    "10,000 numbers in one sentence": " ".join(f"{n} tonnes," for n in range(10_000)),
    "quotations in quotations": "“" * 20_000 + "he said" + "”" * 20_000,
    "quotation marks alone": '"a" ' * 20_000,
    "a wall of apostrophes": "A'" * 40_000,
    "a wall of capitals": "A " * 20_000,
    "brackets that never close": "Ab (" * 20_000,
}


@pytest.mark.parametrize("given_text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_sentence_that_is_none_is_not_parsed(given_text):
    with patch.object(text, "pipeline", side_effect=AssertionError("parsed")):
        parts = sentences(given_text)
        long = [part for part in parts if len(part.text) > LONGEST_SENTENCE]
        assert long
        figures, claims = read(given_text, long)
    assert (figures, claims) == ([], [])


def test_no_more_sentences_are_read_than_an_article_has():
    given_text = "\n".join(f"The port shipped {n} tonnes." for n in range(10, MOST_SENTENCES + 510))
    read_so_far: list[int] = []
    with (
        patch.object(analysis, "parse", side_effect=lambda parts: read_so_far.append(len(list(parts)))),
        patch.object(analysis, "figures", return_value=[]),
        patch.object(analysis, "claims", return_value=[]),
    ):
        read(given_text, sentences(given_text))
    assert read_so_far == [MOST_SENTENCES]


@pytest.mark.parametrize("pattern", [speakers._NAME, speakers._ACRONYM], ids=["names", "acronyms"])
def test_names_are_looked_for_in_bounded_words(pattern: re.Pattern[str]):
    """Work is counted as the longest run that a match may take: a wall of apostrophes is no name of its whole length."""
    assert all(m.end() - m.start() < 1000 for m in pattern.finditer("A'" * 5000 + " B (C)"))
    assert "[\\w'’-]*" not in pattern.pattern


BEYOND = {
    "a power": "The loss is 10^400 dollars.",
    "a power in words": "The loss is 10 to the power of 400 dollars.",
    "an exponent": "The loss is 1e400 dollars.",
    "four hundred digits": f"The loss is {'9' * 400} dollars.",
}


@pytest.mark.parametrize("given_text", BEYOND.values(), ids=BEYOND.keys())
def test_a_number_beyond_all_bounds_is_no_figure(given_text):
    assert read(given_text, sentences(given_text))[0] == []


def test_a_refused_number_is_recorded_in_the_outcome():
    page = Page(url="https://paper.example/a", text="The loss is 10^400 dollars. The firm has 90 lorries.", language="en")
    found = analyse(page)
    assert isinstance(found, analysis.Analysis)
    assert found.figures_outcome is FigureOutcome.IN_PART
    assert [figure.surface for figure in found.figures] == ["90 lorries"]


def test_numbers_of_the_news_are_within_bounds():
    assert not beyond("It owes 300,000,000,000,000 yen, 2.5e6 of it short-term, under section 4^.")
    assert not any(beyond(f"The key is {key}, of 3 bytes.") for key in ("4e10", "a4e99", "4e99b", "9f4e99c"))
    assert beyond("It holds 1.5e400 atoms.")
    assert all(number.value.is_finite() for number in numbers("999 trillion trillion trillion and 5 quadrillion"))
