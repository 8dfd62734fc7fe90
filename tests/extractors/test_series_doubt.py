"""What speaks for an alarm, and which the shipped judge believes."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from extractors.series.doubt import FEATURES, Alarm, row
from extractors.series.intervals import interval
from extractors.series.linker import shipped
from extractors.series.standing import Reading, speaker_words, stand
from schemas.outcomes import Bound, Role
from schemas.records import Observation

GUESS = 0.4


def reading(number, speaker=None, *, sure=1.0, cues=()):
    one = Observation(
        id=1,
        series=7,
        article=1,
        url="https://paper.example/1",
        outlet="Paper",
        origin=1,
        as_of=datetime(2031, 3, 1, tzinfo=UTC),
        position=0,
        low=Decimal(number),
        high=Decimal(number),
        bound=Bound.EXACT,
        unit="person",
        role=Role.LEVEL,
        speaker=speaker,
        cues=cues,
        sure=sure,
    )
    return Reading(one, Decimal(number), interval(one.low, one.high, one.bound), speaker_words(speaker))


def alarm(before, now):
    return Alarm(now, stand(before), 3, backed=False)


def weighed(one):
    return dict(zip(FEATURES, row(one), strict=True))


def test_what_speaks_for_an_alarm_has_a_number_each():
    found = weighed(alarm(reading("40", "the mayor"), reading("400", "the army", sure=0.5)))
    assert found["odds of the link"] == 0
    assert found["significant digits, lesser"] == 1
    assert found["value apart"] == pytest.approx(2.302585)
    assert (found["value above"], found["two speakers"]) == (1, 1)


@pytest.mark.parametrize("number", ["0", "1e-300", "1e300", "-5"])
def test_numbers_without_a_ratio_are_far_apart(number):
    assert weighed(alarm(reading("40"), reading(number, sure=GUESS)))["value apart"] == 4


def test_the_shipped_judge_doubts_a_wild_guess_that_nobody_backs_and_believes_a_sure_step():
    judge = shipped()
    guess = alarm(reading("40"), reading("3", sure=GUESS))
    assert not judge.believes(guess)
    assert judge.believes(replace(guess, backed=True))
    assert judge.believes(alarm(reading("40"), reading("3")))
    assert judge.believes(alarm(reading("1140", "the mayor"), reading("1360", "the mayor", sure=0.95)))


def test_the_shipped_judge_believes_a_number_told_as_moved_sooner_than_a_part_of_another():
    def told(*cues):
        return weight @ np.array(row(alarm(reading("40"), reading("60", sure=GUESS, cues=cues))))

    weight = shipped().alarm[:-1]
    assert told("moved to", "now") > told() > told("part of", "of a year")
