"""When a series moves enough to tell somebody: each case is a history and what a reader would have been told."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.series.shifts import detect
from schemas.outcomes import Bound, Role, ShiftKind
from schemas.records import Observation

START = datetime(2031, 3, 1, 12, tzinfo=UTC)
WORDS = {
    "about": Bound.APPROX,
    "over": Bound.MORE_THAN,
    "at least": Bound.AT_LEAST,
    "nearly": Bound.LESS_THAN,
    "up to": Bound.AT_MOST,
}


def seen(day, words, speaker=None, *, unit="person", url=None, origin=None, position=0, role=Role.LEVEL, **more):
    """An observation: seen(3, "about 120", "the mayor") on day 3."""
    bound, _, value = words.rpartition(" ")
    low = high = Decimal(value)
    kind = WORDS.get(bound, Bound.EXACT)
    if kind in (Bound.MORE_THAN, Bound.AT_LEAST):
        high = None
    if kind in (Bound.LESS_THAN, Bound.AT_MOST):
        low = None
    return Observation(
        id=0,
        series=7,
        article=day,
        url=url or f"https://paper.example/{day}",
        outlet="Paper",
        origin=day if origin is None else origin,
        as_of=START + timedelta(days=day),
        position=position,
        low=low,
        high=high,
        bound=kind,
        unit=unit,
        role=role,
        speaker=speaker,
        **more,
    )


def history(*observations):
    return [replace(o, id=k) for k, o in enumerate(observations, 1)]


def told(observations, **options):
    by_id = {o.id: o for o in observations}
    return [
        (by_id[s.observation].url.rpartition("/")[2], str(s.from_number), str(s.to_number), s.kind.value)
        for s in detect(observations, **options).shifts
    ]


CASES = {
    "a first number is no shift": (history(seen(1, "40")), []),
    "a number that grows is told with the one that stood": (
        history(seen(1, "40"), seen(2, "67")),
        [("2", "40", "67", "increase")],
    ),
    "the same number in other words is not": (history(seen(1, "1200"), seen(2, "about 1180"), seen(3, "over 1150")), []),
    "a raised floor is told": (history(seen(1, "at least 84"), seen(2, "143")), [("2", "84", "143", "increase")]),
    "a floor below what stands is a weak statement, not news": (history(seen(1, "13000"), seen(2, "over 10000")), []),
    "a floor far below what stands is news": (
        history(seen(1, "about 200", "the army"), seen(2, "at least 100", "the agency")),
        [("2", "200", "100", "conflict")],
    ),
    "an article older than what stands shifts nothing after it": (
        history(seen(1, "40"), seen(5, "67"), seen(3, "41")),
        [("5", "41", "67", "increase")],
    ),
    "a late repeat of the old number by somebody else is no news": (
        history(seen(1, "40", "the mayor"), seen(2, "67", "the ministry"), seen(3, "40", "a blog")),
        [("2", "40", "67", "increase")],
    ),
    "a speaker who goes back to an old number is": (
        history(seen(1, "40", "the bank"), seen(2, "50", "the bank"), seen(3, "40", "the bank")),
        [("2", "40", "50", "increase"), ("3", "50", "40", "decrease")],
    ),
    "an update that keeps the sentence takes no news from the article that brought it": (
        history(
            seen(1, "40"),
            seen(2, "67", url="https://paper.example/wire", position=3),
            seen(2, "67", url="https://paper.example/update", origin=2, follows=True),
        ),
        [("wire", "40", "67", "increase")],
    ),
    "changes, background and forecasts move nothing": (
        history(
            seen(1, "40"),
            seen(2, "90", role=Role.FORECAST),
            seen(3, "12", role=Role.CHANGE),
            seen(4, "5", role=Role.BACKGROUND),
        ),
        [],
    ),
    "a challenger beside the standing number is a conflict": (
        history(
            seen(1, "67", "the ministry"),
            seen(2, "104", "the monitors"),
            seen(2, "67", "the ministry", position=3),
        ),
        [("2", "67", "104", "conflict")],
    ),
    "after a conflict both stand": (
        history(
            seen(1, "67", "the ministry"),
            seen(2, "104", "the monitors"),
            seen(2, "67", "the ministry", position=3),
            seen(3, "104", "the monitors"),
            seen(4, "67", "the ministry"),
            seen(5, "over 100"),
        ),
        [("2", "67", "104", "conflict")],
    ),
    "after a conflict each speaker moves his own number": (
        history(
            seen(1, "67", "the ministry"),
            seen(2, "104", "the monitors"),
            seen(2, "67", "the ministry", position=3),
            seen(3, "90", "the ministry"),
            seen(4, "140", "the monitors"),
        ),
        [("2", "67", "104", "conflict"), ("3", "67", "90", "increase"), ("4", "104", "140", "increase")],
    ),
    "a publisher's revision is a correction": (
        history(seen(1, "67"), seen(2, "76", url="https://paper.example/1", revises=True)),
        [("1", "67", "76", "correction")],
    ),
    "a text that takes the old number back is a correction": (
        history(seen(1, "140"), seen(2, "96", withdraws=True)),
        [("2", "140", "96", "correction")],
    ),
    "an article gives at most one shift": (
        history(seen(1, "40"), seen(2, "67"), seen(2, "92", position=1)),
        [("2", "40", "67", "increase")],
    ),
    "another unit for the same value is no news": (
        history(seen(1, "28", unit="mile"), seen(2, "about 45", unit="kilometre"), seen(3, "60", unit="kilometre")),
        [("3", "45", "60", "increase")],
    ),
    "another currency is left alone": (history(seen(1, "210", unit="euro"), seen(2, "280", unit="US dollar")), []),
    "a number within the magnitude that stands is no news, and is what the next is told from": (
        history(seen(1, "at least 1000000", vague=True), seen(2, "4000000"), seen(3, "7000000")),
        [("3", "4000000", "7000000", "increase")],
    ),
    "a magnitude that holds the number that stands changes nothing": (
        history(seen(1, "4000000"), seen(2, "at least 1000000", vague=True), seen(3, "4100000")),
        [],
    ),
    "a magnitude below the number that stands takes nothing back": (
        history(seen(1, "13000"), seen(2, "at least 1000", vague=True)),
        [],
    ),
    "a magnitude above it is news": (
        history(seen(1, "200"), seen(2, "at least 10000", vague=True)),
        [("2", "200", "10000", "increase")],
    ),
    "of two articles of one moment the one that gives the number sooner brings it": (
        history(
            seen(1, "40"),
            seen(2, "67", url="https://a.example/later-in-its-text", position=9),
            seen(2, "67", url="https://z.example/leads-with-it"),
        ),
        [("leads-with-it", "40", "67", "increase")],
    ),
    "nouns of one series may differ": (
        history(seen(1, "412", unit="case"), seen(2, "736", unit="infection")),
        [("2", "412", "736", "increase")],
    ),
}


@pytest.mark.parametrize(("observations", "expected"), CASES.values(), ids=CASES)
def test_history_and_what_is_told(observations, expected):
    assert told(observations) == expected


@pytest.mark.parametrize("observations", [o for o, _ in CASES.values()], ids=CASES)
def test_the_order_of_arrival_plays_no_part(observations):
    expected = detect(observations)
    for order in itertools.islice(itertools.permutations(observations), 120):
        assert detect(order) == expected


#: How sure the linker is of a guess.
GUESS = 0.4


def unless_backed(alarm):
    """A judge that believes no guess."""
    return alarm.reading.observation.sure == 1 or alarm.backed


GUESSES = {
    "a guess wakes nobody": (history(seen(1, "40"), seen(2, "90", sure=GUESS)), []),
    "until another origin gives the number, too": (
        history(seen(1, "40"), seen(2, "90", sure=GUESS), seen(3, "about 90")),
        [("2", "40", "90", "increase")],
    ),
    "be that one a guess as well": (
        history(seen(1, "40"), seen(2, "90", sure=GUESS), seen(3, "90", sure=GUESS)),
        [("2", "40", "90", "increase")],
    ),
    "or until its own origin gives it where there is nothing to guess": (
        history(seen(1, "40"), seen(2, "90", sure=GUESS, origin=2), seen(3, "90", origin=2)),
        [("2", "40", "90", "increase")],
    ),
    "a revision of what was a guess is no less of one": (
        history(
            seen(1, "40"),
            seen(2, "90", sure=GUESS, url="https://paper.example/a"),
            seen(3, "60", url="https://paper.example/a", origin=2, revises=True),
        ),
        [],
    ),
    "a second guess of one origin bears nothing out": (
        history(seen(1, "40"), seen(2, "90", sure=GUESS, origin=2), seen(3, "90", sure=GUESS, origin=2)),
        [],
    ),
    "what was given before backs nothing": (
        history(seen(1, "90"), seen(2, "40"), seen(3, "90", "the mayor", sure=GUESS, withdraws=True)),
        [("2", "90", "40", "decrease")],
    ),
    "a guess does not stand: the next number is told from the one that does": (
        history(seen(1, "40"), seen(2, "90", sure=GUESS), seen(3, "60")),
        [("3", "40", "60", "increase")],
    ),
    "nor does it hide the other number of its article, or make it a conflict": (
        history(
            seen(1, "40"),
            seen(2, "90", "the mayor", sure=GUESS),
            seen(2, "60", "the ministry", position=1),
        ),
        [("2", "40", "60", "increase")],
    ),
    "the first number of a series is nobody's guess": (
        history(seen(1, "40", sure=GUESS), seen(2, "90")),
        [("2", "40", "90", "increase")],
    ),
}


@pytest.mark.parametrize(("observations", "expected"), GUESSES.values(), ids=GUESSES)
def test_a_number_that_was_placed_on_a_guess_waits_for_another_origin(observations, expected):
    assert told(observations, believe=unless_backed) == expected
    whole = detect(observations, believe=unless_backed)
    for order in itertools.permutations(observations):
        assert detect(order, believe=unless_backed) == whole


def test_the_reason_says_that_a_second_report_bears_a_guess_out():
    guess = history(seen(1, "40"), seen(2, "90", sure=GUESS), seen(3, "about 90"))
    [shift] = detect(guess, believe=unless_backed).shifts
    assert shift.reason == "a later report gives a new number, and a second report bears it out"
    [sure] = detect(history(seen(1, "40"), seen(2, "90"), seen(3, "about 90")), believe=unless_backed).shifts
    assert sure.reason == "a later report gives a new number"


def test_a_shift_counts_the_independent_origins_of_both_numbers():
    found = detect(
        history(
            seen(1, "40", origin=1),
            seen(2, "about 41", origin=2),
            seen(3, "40", origin=1),
            seen(4, "67", origin=4),
            seen(5, "67", origin=5),
            seen(6, "67", origin=5),
            seen(7, "66", origin=7),
        )
    ).shifts[0]
    assert (found.origins_before, found.origins_after) == (2, 3)


def test_two_values_stand_after_a_conflict_with_the_main_one_first():
    rows = CASES["after a conflict both stand"][0]
    assert [s.number for s in detect(rows).standing] == [Decimal(67), Decimal(100)]


def test_small_steps_are_told_when_they_add_up():
    value, steps = Decimal(1000), [seen(0, "1000")]
    for day in range(1, 31):
        value *= Decimal("1.005")
        steps.append(seen(day, str(value)))
    rows = history(*steps)
    shifts = detect(rows, threshold=Decimal("0.05")).shifts
    last, expected = rows[0].low, []
    for row in rows:
        if abs(row.low - last) >= last * Decimal("0.05"):
            expected.append((last, row.low))
            last = row.low
    assert len(expected) == 3
    assert [(s.from_number, s.to_number) for s in shifts] == expected
    assert {s.kind for s in shifts} == {ShiftKind.INCREASE}


@given(st.lists(st.decimals(min_value=Decimal("0.955"), max_value=Decimal("1.045"), places=4), max_size=40))
def test_flutter_is_never_told(factors):
    rows = history(seen(0, "1000"), *(seen(day, str(1000 * f)) for day, f in enumerate(factors, 1)))
    assert detect(rows, threshold=Decimal("0.05")).shifts == ()


observations = st.builds(
    seen,
    st.integers(0, 6),
    st.builds(lambda w, v: f"{w} {v}".strip(), st.sampled_from(["", *WORDS]), st.integers(0, 400)),
    st.sampled_from([None, "the mayor", "the ministry", "Ministry of Health"]),
    origin=st.integers(0, 3),
    position=st.integers(0, 3),
    role=st.sampled_from([Role.LEVEL, Role.LEVEL, Role.LEVEL, Role.FORECAST]),
    withdraws=st.booleans(),
    unit=st.sampled_from(["person", "resident", "tonne", "short ton"]),
    sure=st.sampled_from([1.0, 1.0, 0.9, 0.4]),
    follows=st.booleans(),
)


@settings(max_examples=200)
@given(st.lists(observations, max_size=12), st.randoms(use_true_random=False))
def test_any_history_gives_the_same_in_any_order_and_at_most_one_shift_an_article(rows, random):
    rows = history(*rows)
    expected = detect(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert detect(shuffled) == expected
    assert detect(rows) == expected
    articles = [next((r.as_of, r.url) for r in rows if r.id == s.observation) for s in expected.shifts]
    assert len(articles) == len(set(articles))
    assert all(s.origins_before >= 1 and s.origins_after >= 1 for s in expected.shifts)
