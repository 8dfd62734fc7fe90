"""How a sentence tells a number: told as moved, as what stands now, as what stood then, as a part, against an older one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.series.cues import CUES, cues


@pytest.mark.parametrize(
    ("case", "before", "after", "told"),
    [
        ("where it has risen to", "The toll has risen to ", " by Friday.", {"moved to", "moves"}),
        ("what it has passed", "Sales have passed a ", ".", {"moved to"}),
        ("what there is now", "The camp now holds ", " people.", {"now"}),
        ("what there was", "A year ago there were ", ".", {"then", "of a year"}),
        ("a part of a whole", "Of the ", ", nine stayed.", {"part of"}),
        ("what each of them gets", "They pay ", " each.", set()),
        ("nothing to go by", "The mayor counts ", " houses.", set()),
    ],
)
def test_cues(case, before, after, told):
    assert set(cues(before, after, before + "52" + after, followed=False)) == told


def test_a_number_is_set_against_the_one_that_follows():
    sentence = "The toll is 52, up from 19 a day before."
    assert "set against" in cues("The toll is ", ", up from ", sentence, followed=True)
    assert "set against" not in cues("The toll is ", ", up from a valley", sentence, followed=True)
    assert "set against" not in cues("The toll is ", ", up from ", sentence, followed=False)


@given(st.text(), st.text(), st.booleans())
def test_any_text_is_read(before, after, followed):
    assert set(cues(before, after, before + after, followed=followed)) <= set(CUES)
