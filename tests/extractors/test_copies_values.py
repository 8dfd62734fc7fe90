"""Numbers are compared by value, whatever way they are written."""

import pytest

from extractors.copies import fingerprint
from extractors.copies.values import left_out, same_value
from extractors.text import sentences

#: sentence -> its numbers as kept
NUMBERS = {
    "The flood hit 1,200 homes and 1.2 thousand barns and twelve hundred sheds.": ("1200", "1200", "1200"),
    "It cost $2.4bn, or 2.4 billion dollars.": ("2400000000", "2400000000"),
    "Two hundred and sixty pupils and 260 parents came.": ("260", "260"),
    "Between 50 and 60 percent, between fifty and sixty percent.": ("50", "60", "50", "60"),
    "From 4 to 6 million, between four and six million, 4-6 million.": ("4000000", "6000000") * 3,
    "They killed 41 and 2 million fled.": ("41", "2000000"),
    "A dozen dead, three dozen hurt, half a million homeless.": ("12", "36", "500000"),
    "One and a half million litres.": ("1500000",),
    "A third of them, two-thirds of us, half the town, one in four men.": ("33.3", "66.7", "50", "25"),
    "A third ship sank on its second day.": (),
    "On May 4, on 4 May 2031 and at 14:30 it rained.": (),
    "In 1998 it was worse.": (),
    "It is 300m wide and cost €300m.": ("300", "300000000"),
    "It fell to -9 degrees, to minus 9 degrees.": ("-9", "-9"),
    "About 1,200 came, nearly 80 left.": ("~1200", "~80"),
    "It weighs 17 kg (37 lb).": ("17", "(37"),
    "One of them said that no one came.": (),
}


@pytest.mark.parametrize("sentence", NUMBERS)
def test_numbers_of_a_sentence(sentence: str) -> None:
    assert fingerprint(sentence, sentences(sentence)).sentences[0].numbers == NUMBERS[sentence]


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("1200", "1200", True),
        ("~1200", "1200", True),
        ("~3500", "3520", True),  # "about 3,500" for 3,520
        ("3500", "3520", False),
        ("~3500", "~3520", False),  # both are rough: one was changed
        ("~3600", "3520", False),
        ("~4000", "3520", False),  # one digit is too rough to be the same news
        ("1201", "1200", False),
    ],
)
def test_same_value(here: str, there: str, same: bool) -> None:
    assert same_value(here, there) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("24.4", "24400000", True),  # "24.4, after 22.1 million"
        ("24.4", "24400000000", True),
        ("24.4", "24400", False),
        ("24.4", "24500000", False),
        ("2", "2000000", False),  # "two of them", "2 million"
        ("0", "0", False),
    ],
)
def test_a_magnitude_that_is_left_out(one: str, other: str, same: bool) -> None:
    assert left_out(one, other) is same
    assert left_out(other, one) is same
