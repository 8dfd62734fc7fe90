"""When an alert goes out, and with which others: times of a week in January 2026, which begins on Monday the 5th."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.message.plan import (
    Digest,
    Packed,
    Plan,
    Quiet,
    Waiting,
    always_quiet,
    digest,
    events,
    goes_at,
    next_digest,
    pack,
    quiet,
    quiet_until,
)
from schemas.outcomes import Severity

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def at(written: str, month: int = 1) -> datetime:
    """ "mon 07:30" in that week, UTC; or a day of the month."""
    day, clock = written.split()
    number = 5 + "mon tue wed thu fri sat sun".split().index(day) if day.isalpha() else int(day)
    return datetime(2026, month, number, *map(int, clock.split(":")), tzinfo=UTC)


def plan(*windows: str, **more: object) -> Plan:
    return Plan(quiet=tuple(map(quiet, windows)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "windows", "now", "until"),
    [
        ("nothing is quiet", (), "mon 03:00", "mon 03:00"),
        ("a night, before midnight", ("22:00-07:00",), "mon 23:30", "tue 07:00"),
        ("a night, after midnight", ("22:00-07:00",), "tue 03:00", "tue 07:00"),
        ("it begins on the minute", ("22:00-07:00",), "mon 22:00", "tue 07:00"),
        ("it ends on the minute", ("22:00-07:00",), "tue 07:00", "tue 07:00"),
        ("by day", ("22:00-07:00",), "tue 12:00", "tue 12:00"),
        ("two days, into the next", ("sat, sun",), "sat 09:00", "12 00:00"),
        ("days run on into a night", ("sat sun", "22:00-07:00"), "sat 09:00", "12 07:00"),
        ("the night before belongs to the weekend's start", ("sat,sun", "22:00-07:00"), "fri 23:00", "12 07:00"),
        ("only nights of the week", ("mon-fri 20:00-08:00",), "sat 21:00", "sat 21:00"),
        ("the night that Friday begins", ("mon-fri 20:00-08:00",), "sat 07:00", "sat 08:00"),
        ("days across the end of the week", ("sat-mon",), "sun 12:00", "13 00:00"),
        ("until midnight", ("mon 18:00-24:00",), "mon 19:00", "tue 00:00"),
        ("a whole day by its hours", ("wed 00:00-24:00",), "wed 19:00", "thu 00:00"),
        ("a day written out", ("Wednesday",), "wed 19:00", "thu 00:00"),
    ],
)
def test_quiet_hours_last_until_they_are_over(case: str, windows: tuple[str, ...], now: str, until: str) -> None:
    assert quiet_until(plan(*windows), at(now)) == at(until)


@pytest.mark.parametrize(
    ("case", "zone", "now", "until"),
    [
        ("Berlin in winter", BERLIN, "2026-01-05T21:30+00:00", "2026-01-06T06:00+00:00"),
        ("Berlin in summer", BERLIN, "2026-07-06T20:30+00:00", "2026-07-07T05:00+00:00"),
        ("the night that the clock goes forward", BERLIN, "2026-03-28T22:00+00:00", "2026-03-29T05:00+00:00"),
        ("the night that it goes back", BERLIN, "2026-10-24T21:00+00:00", "2026-10-25T06:00+00:00"),
        ("it is evening elsewhere", NEW_YORK, "2026-01-05T22:30+00:00", "2026-01-05T22:30+00:00"),
    ],
)
def test_quiet_hours_are_those_of_the_channel_s_clock(case: str, zone: ZoneInfo, now: str, until: str) -> None:
    found = quiet_until(plan("22:00-07:00", zone=zone), datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(until)


@pytest.mark.parametrize(
    ("case", "zone", "written", "now", "until"),
    [
        ("an end that the clock leaves out", BERLIN, "22:00-02:30", "2026-03-28T23:00+00:00", "2026-03-29T01:30+00:00"),
        ("an end that the clock has twice", BERLIN, "22:00-02:30", "2026-10-24T23:00+00:00", "2026-10-25T00:30+00:00"),
    ],
)
def test_an_hour_that_is_missing_or_there_twice_ends_once(
    case: str, zone: ZoneInfo, written: str, now: str, until: str
) -> None:
    assert quiet_until(plan(written, zone=zone), datetime.fromisoformat(now)) == datetime.fromisoformat(until)


@pytest.mark.parametrize(
    ("case", "written", "after", "at_"),
    [
        ("the next full hour", "hourly", "mon 09:20", "mon 10:00"),
        ("an hour later on the hour", "hourly", "mon 09:00", "mon 10:00"),
        ("today", "daily at 08:00", "mon 07:59", "mon 08:00"),
        ("tomorrow", "daily at 08:00", "mon 08:00", "tue 08:00"),
        ("daily without a time is at eight", "daily", "mon 09:00", "tue 08:00"),
        ("this week", "weekly on fri at 17:30", "mon 09:00", "fri 17:30"),
        ("next week", "weekly on monday at 08:00", "mon 08:00", "12 08:00"),
        ("weekly without a day is on Monday", "weekly", "mon 09:00", "12 08:00"),
    ],
)
def test_a_digest_comes_at_its_time(case: str, written: str, after: str, at_: str) -> None:
    assert next_digest(digest(written), UTC, at(after)) == at(at_)


def test_a_daily_digest_keeps_to_the_wall_clock() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_digest(digest("daily at 08:00"), BERLIN, before) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@given(
    st.sampled_from(["hourly", "daily at 02:30", "weekly on sun at 02:30"]),
    st.sampled_from([UTC, BERLIN, NEW_YORK]),
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_digests_come_in_order_whatever_the_clock_does(written: str, zone: ZoneInfo, moment: datetime) -> None:
    after = moment.replace(tzinfo=UTC)
    first = next_digest(digest(written), zone, after)
    assert after < first <= after + timedelta(days=8)
    assert next_digest(digest(written), zone, first) > first


@pytest.mark.parametrize(
    "written",
    [
        "",
        "22:00",
        "22-7",
        "25:00-07:00",
        "22:00-07:61",
        "someday",
        "mo",
        "xyz 10:00-12:00",
        "22:00-22:00",
        "24:30-25:00",
        "mon-",
        "-",
    ],
)
def test_what_is_no_time_of_the_week_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"no time of the week|no day of the week|ends when it begins|ends at 24:00"):
        quiet(written)


@pytest.mark.parametrize(
    "written", ["yearly", "daily on mon", "hourly at 08:00", "daily at 8", "weekly on moonday", "every day"]
)
def test_what_is_no_digest_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=written.split(maxsplit=1)[0]):
        digest(written)


def test_a_week_without_a_moment_is_noticed() -> None:
    assert always_quiet([quiet("mon-sun")])
    assert always_quiet([quiet("00:00-12:00"), quiet("12:00-24:00")])
    assert not always_quiet([quiet("mon-sat"), quiet("sun 00:00-23:59")])


def waits(id_: int = 1, raised: str = "mon 09:00", **more: object) -> Waiting:
    known = {"severity": Severity.NORMAL, "series": id_, "article": id_, "origin": id_} | more
    return Waiting(id=id_, raised_at=at(raised), **known)  # type: ignore[arg-type]


NIGHT = plan("22:00-07:00")
MORNING = Plan(digest=Digest("daily"))


@pytest.mark.parametrize(
    ("case", "how", "waiting", "last_told", "goes"),
    [
        ("nothing holds it", Plan(), waits(), None, "mon 09:00"),
        ("quiet hours", NIGHT, waits(raised="mon 23:00"), None, "tue 07:00"),
        ("quiet hours hold nothing urgent", NIGHT, waits(raised="mon 23:00", severity=Severity.HIGH), None, "mon 23:00"),
        (
            "unless the channel wants only what is critical",
            replace(NIGHT, urgent=Severity.CRITICAL),
            waits(raised="mon 23:00", severity=Severity.HIGH),
            None,
            "tue 07:00",
        ),
        ("a digest", MORNING, waits(), None, "tue 08:00"),
        ("raised at the very time of the digest", MORNING, waits(raised="mon 08:00"), None, "mon 08:00"),
        ("a digest holds nothing urgent", MORNING, waits(severity=Severity.CRITICAL), None, "mon 09:00"),
        (
            "a digest in quiet hours waits for their end",
            replace(MORNING, quiet=(quiet("06:00-10:00"),)),
            waits(),
            None,
            "tue 10:00",
        ),
        ("others of its event", Plan(gather=timedelta(minutes=10)), waits(), None, "mon 09:10"),
        ("a cool-down", Plan(), waits(cool_down=timedelta(hours=6)), "mon 08:00", "mon 14:00"),
        ("a cool-down that is over", Plan(), waits(cool_down=timedelta(minutes=30)), "mon 08:00", "mon 09:00"),
        ("never told before", Plan(), waits(cool_down=timedelta(hours=6)), None, "mon 09:00"),
        ("a cool-down into the night", NIGHT, waits(cool_down=timedelta(hours=15)), "mon 08:30", "tue 07:00"),
        (
            "a cool-down holds nothing urgent",
            Plan(),
            waits(cool_down=timedelta(hours=6), severity=Severity.HIGH),
            "mon 08:00",
            "mon 09:00",
        ),
    ],
)
def test_an_alert_goes_when_nothing_holds_it(case: str, how: Plan, waiting: Waiting, last_told: str | None, goes: str) -> None:
    assert goes_at(waiting, how, at(last_told) if last_told else None) == at(goes)


def test_what_is_held_is_looked_at_again_when_its_time_has_come() -> None:
    waiting = [waits(1, "mon 23:00"), waits(2, "mon 23:10", severity=Severity.HIGH)]
    packed, held = pack(waiting, NIGHT, {}, at("mon 23:15"))
    assert packed == [Packed((2,), Severity.HIGH)]
    assert held == {1: at("tue 07:00")}
    packed, held = pack(waiting[:1], NIGHT, {}, at("tue 07:00"))
    assert (packed, held) == ([Packed((1,), Severity.NORMAL)], {})


def test_a_digest_is_one_message_of_all_and_what_is_urgent_is_its_own() -> None:
    waiting = [waits(1), waits(2, severity=Severity.HIGH), waits(3, severity=Severity.LOW)]
    packed, _ = pack(waiting, MORNING, {}, at("tue 08:00"))
    assert packed == [Packed((2,), Severity.HIGH), Packed((1, 3), Severity.NORMAL, digest=True)]


@pytest.mark.parametrize(
    ("case", "one", "other", "together"),
    [
        ("nothing in common", {}, {}, False),
        ("one article", {"article": 7}, {"article": 7}, True),
        ("articles that carry one text", {"origin": 7}, {"origin": 7}, True),
        ("one series", {"series": 7}, {"series": 7}, True),
        ("the article of one reports on the other's series", {"also": frozenset({2})}, {}, True),
        ("both report on a third series that did not move", {"also": frozenset({9})}, {"also": frozenset({9})}, False),
    ],
)
def test_shifts_of_one_event_are_one_message(
    case: str, one: dict[str, object], other: dict[str, object], together: bool
) -> None:
    found = events([waits(1, **one), waits(2, **other)])
    assert [len(group) for group in found] == ([2] if together else [1, 1])


def test_events_come_in_the_order_of_their_first_alert_and_keep_all() -> None:
    waiting = [waits(number, series=number % 3) for number in range(1, 10_001)]
    found = events(waiting)
    assert [group[0].id for group in found] == [1, 2, 3]
    assert sum(map(len, found)) == 10_000


def test_hours_are_read_as_they_are_written() -> None:
    assert quiet("Mon - Wed 9:05-24:00") == Quiet(frozenset({0, 1, 2}), time(9, 5), time(0))
