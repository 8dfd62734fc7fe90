"""When is a source asked again? Tables of cases, and what holds for all: bounds, order, and an end to every wait."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.article import schedule
from extractors.article.schedule import Hints

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

waits = st.timedeltas(min_value=MINUTE, max_value=DAY)
times = st.integers(min_value=0, max_value=2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ids = st.integers(min_value=1, max_value=2**60)


@pytest.mark.parametrize(
    ("case", "listed", "new", "minutes"),
    [
        ("a poll that brings nothing rests the source a little", 30, 0, 25),
        ("some new entries are what polling is for", 30, 3, 20),
        ("a third new: entries may have fallen out meanwhile", 30, 10, 10),
        ("all new", 30, 30, 10),
        ("an empty feed", 0, 0, 25),
    ],
)
def test_the_interval_follows_what_polls_bring(case, listed, new, minutes):
    assert schedule.interval(20 * MINUTE, every=15 * MINUTE, listed=listed, new=new) == minutes * MINUTE


@given(current=st.timedeltas(timedelta(), 10 * DAY), every=waits, listed=st.integers(0, 5_000), new=st.integers(0, 5_000))
def test_the_interval_stays_within_its_bounds(current, every, listed, new):
    shortest, longest = schedule.bounds(every)
    assert shortest <= every <= longest <= schedule.LONGEST
    assert shortest <= schedule.interval(current, every=every, listed=listed, new=new) <= longest


@given(current=waits, every=waits, listed=st.integers(1, 2_000), fewer=st.integers(0, 2_000), more=st.integers(0, 2_000))
def test_more_that_is_new_never_makes_the_interval_longer(current, every, listed, fewer, more):
    fewer, more = sorted((fewer, more))
    assert schedule.interval(current, every=every, listed=listed, new=more) <= schedule.interval(
        current, every=every, listed=listed, new=fewer
    )


@given(now=times, wait=waits, source=ids, trouble=st.floats(0, 1e9))
def test_the_next_poll_is_never_sooner_than_the_wait_and_never_later_than_a_day_and_its_jitter(now, wait, source, trouble):
    at = schedule.due(now, wait, source=source, trouble=trouble)
    assert now + wait <= at <= now + schedule.LONGEST * (1 + schedule.JITTER) + schedule.SLOT
    assert (at - datetime.min.replace(tzinfo=UTC)) % schedule.SLOT == timedelta()


@given(now=times, wait=waits, longer=waits, source=ids, trouble=st.floats(0, 100), worse=st.floats(0, 100))
def test_a_longer_wait_and_more_trouble_never_make_it_sooner(now, wait, longer, source, trouble, worse):
    wait, longer, trouble, worse = *sorted((wait, longer)), *sorted((trouble, worse))
    assert schedule.due(now, wait, source=source, trouble=trouble) <= schedule.due(now, longer, source=source, trouble=worse)


def test_back_off_is_linear_in_the_weight_of_failures():
    waits = [schedule.due(NOW, 15 * MINUTE, source=0, trouble=trouble) - NOW for trouble in (0, 1, 2, 3)]
    steps = [round((after - before) / MINUTE) for before, after in pairwise(waits)]
    assert all(15 <= step <= 18 for step in steps)


@pytest.mark.parametrize(
    ("case", "status", "known", "answered", "weight"),
    [
        ("a page where a feed was", None, True, True, 1.0),
        ("forbidden", 403, True, True, 1.0),
        ("not found: feeds do come back", 404, True, True, 0.5),
        ("too many requests", 429, True, True, 0.5),
        ("the server is broken", 500, True, True, 0.5),
        ("no answer", None, True, False, 0.5),
        ("no name", None, False, False, 0.25),
    ],
)
def test_failures_have_weights(case, status, known, answered, weight):
    assert schedule.weight(status, name_unknown=not known, answered=answered) == weight


@pytest.mark.parametrize(
    ("case", "hints", "least", "most"),
    [
        ("nothing is said", Hints(), 15, 18),
        ("a ttl of an hour", Hints(ttl=HOUR), 60, 69),
        ("a ttl of a week is not believed whole", Hints(ttl=7 * DAY), 720, 811),
        ("a max-age shorter than the interval", Hints(max_age=5 * MINUTE), 15, 18),
        ("a cache of a day is a server's default", Hints(max_age=DAY), 60, 69),
        ("Retry-After", Hints(retry_after=3 * HOUR), 180, 181),
        ("Retry-After of a month", Hints(retry_after=30 * DAY), 1440, 1441),
        ("the hour is skipped", Hints(skip_hours=(12, 13)), 120, 120),
        ("the day is skipped", Hints(skip_days=(0,)), 720, 720),
        ("every hour is skipped, which nobody can mean", Hints(skip_hours=range(24)), 15, 18),
    ],
)
def test_what_the_feed_says_counts(case, hints, least, most):
    assert least * MINUTE <= schedule.due(NOW, 15 * MINUTE, source=7, hints=hints) - NOW <= most * MINUTE


@given(source=ids)
def test_jitter_is_a_sources_own_for_ever(source):
    assert 0 <= schedule.share(source) < 1
    assert schedule.share(source) == schedule.share(source)


def test_jitter_spreads_sources():
    minutes = {schedule.due(NOW, 4 * HOUR, source=source) for source in range(1_000)}
    assert len(minutes) > 25


@given(now=times, source=ids)
def test_what_is_due_every_minute_is_not_polled_every_other(now, source):
    assert schedule.due(now, MINUTE, source=source) - now < 1.25 * MINUTE


def test_sources_that_were_polled_together_are_spread_over_their_interval_after_ten_polls():
    at = dict.fromkeys(range(50), NOW)
    for _ in range(10):
        at = {source: schedule.due(before, MINUTE, source=source) for source, before in at.items()}
    assert max(Counter(at.values()).values()) <= 15
    assert max(at.values()) - min(at.values()) >= MINUTE


@given(now=times, wait=waits, source=ids)
def test_after_a_poll_out_of_turn_the_next_comes_within_the_wait_and_not_at_once(now, wait, source):
    at = schedule.due(now, wait, source=source, out_of_turn=True)
    assert now + wait / 4 <= at <= now + wait + schedule.JITTER * wait + schedule.SLOT


def test_sources_that_are_new_together_are_spread_over_their_interval_from_the_second_poll_on():
    at = [schedule.due(NOW, MINUTE, source=source, out_of_turn=True) for source in range(50)]
    assert max(Counter(at).values()) <= 5
    quarters = Counter((each - NOW) // (MINUTE / 4) for each in at)
    assert all(quarters[quarter] >= 8 for quarter in (1, 2, 3))


def test_a_source_in_trouble_is_not_asked_sooner_for_being_late():
    late = schedule.due(NOW, 15 * MINUTE, source=7, trouble=1.0, out_of_turn=True)
    assert late == schedule.due(NOW, 15 * MINUTE, source=7, trouble=1.0)


def test_two_false_304s_end_the_trust_and_true_ones_bring_it_back_before():
    once = schedule.trusted(1.0, false=True)
    assert schedule.conditionally(once)
    assert not schedule.conditionally(schedule.trusted(once, false=True))
    assert schedule.trusted(schedule.trusted(0.95, false=False), false=False) == 1.0


def test_a_fixed_share_of_304s_is_checked_and_more_where_one_was_false():
    checked = [n for n in range(64) if schedule.to_be_checked(5, n, 1.0)]
    assert len(checked) == 8
    assert len([n for n in range(64) if schedule.to_be_checked(5, n, 0.5)]) == 32


@pytest.mark.parametrize(
    ("case", "target", "seen", "since", "remembered"),
    [
        ("none", "", "", None, ("", None, False)),
        ("seen for the first time", "b", "", None, ("b", NOW, False)),
        ("holds since yesterday", "b", "b", NOW - DAY, ("b", NOW - DAY, False)),
        ("has held for three days", "b", "b", NOW - 3 * DAY, ("b", NOW - 3 * DAY, True)),
        ("leads elsewhere now", "c", "b", NOW - 3 * DAY, ("c", NOW, False)),
        ("is gone again", "", "b", NOW - 3 * DAY, ("", None, False)),
    ],
)
def test_a_permanent_redirect_is_believed_once_it_held(case, target, seen, since, remembered):
    assert schedule.moved(target, seen=seen, since=since, now=NOW) == remembered


@pytest.mark.parametrize(
    ("case", "quiet", "usual", "gaps", "silent"),
    [
        ("a daily source after a day", DAY, DAY, 20, False),
        ("after a weekend and more", 5 * DAY, DAY, 20, True),
        ("a weekly source after five days", 5 * DAY, 7 * DAY, 20, False),
        ("an hourly source after a night", 12 * HOUR, HOUR, 20, False),
        ("its rhythm is not known yet", 30 * DAY, HOUR, 4, False),
    ],
)
def test_silence_is_measured_by_the_sources_own_rhythm(case, quiet, usual, gaps, silent):
    assert schedule.silent(NOW, last_new=NOW - quiet, usual=usual, gaps=gaps) is silent


@pytest.mark.parametrize(
    ("case", "status", "in_a_row", "retry_after", "minutes"),
    [
        ("one page is forbidden", 403, 1, None, 0),
        ("a cluster of 403s", 403, 4, None, 10),
        ("a first 429", 429, 1, None, 5),
        ("a third 503", 503, 3, None, 15),
        ("a Retry-After", 429, 1, HOUR, 60),
        ("a Retry-After of seconds, again and again", 429, 10, timedelta(seconds=1), 40),
        ("no answer once", None, 1, None, 0),
        ("no answer, again and again", None, 5, None, 15),
        ("for ever", 429, 10**9, None, 1440),
    ],
)
def test_a_host_that_refuses_rests(case, status, in_a_row, retry_after, minutes):
    assert schedule.rest(status, in_a_row, retry_after) == minutes * MINUTE
