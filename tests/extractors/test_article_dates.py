"""Dates as feeds and pages write them, and the moment that each means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.article.dates import as_written, moment

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 02 Mar 2026 10:00:00 GMT",
        "Mon, 2 Mar 2026 10:00 GMT",
        "2 Mar 2026 10:00:00 UT",
        "Mon,2 Mar 2026 10:00:00 Z",
        "mon, 02 mar 2026 10:00:00 gmt",
        "Monday, 02-Mar-26 10:00:00 GMT",
        "Mon, 02 Mar 26 10:00:00 GMT",
        "Thu, 02 Mar 2026 10:00:00 GMT",
        "Mon Mar  2 10:00:00 2026",
        "Mon Mar 02 10:00:00 +0000 2026",
        "Mon Mar 2 05:00:00 EST 2026",
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00",
        "2026-03-02 10:00:00 UTC",
        "20260302T100000Z",
        "2026-03-02T11:00:00 +0100",
        "2026-03-02T11:00:00+01",
        "2026-03-02T05:00:00-05:00Z",
        "2026-03-02T05:00:00\u221205:00",
        "2026-03-02T10:00:00:00",
        "2026/03/02 10:00",
        "02.03.2026 10:00",
        "2.3.26 10:00",
        "03/02/2026 10:00 AM GMT",
        "Mon, 02/03/2026 - 10:00",
        "Mon, 02 03 2026 11:00:00 +0100",
        "Monday, March 2, 2026 - 10:00am",
        "March 2nd, 2026, 10 a.m.",
        "Mon, March 2, 2026 at 05:00 AM EST",
        "Mon, 02 Mar 2026 15:30:00 +0530",
        "Mon, 02 Mar 2026 15:30:00 +5:30",
        "Mon, 02 Mar 2026 12:00:00 GMT+2",
        "Mon, 02 Mar 2026 03:00:00 GMT-07:00",
        "Mon, 02 Mar 2026 03:00:00 --0700",
        "Mon Mar 02 2026 11:00:00 GMT+0100 (Central European Standard Time)",
        "Mon, 02 Mar 2026 11:00:00 +0100 CET",
        "Mon, 02 Mar 2026 05:00:00 EST",
        "Mon, 02 Mar 2026 05:00:00 ET",
        "Mon, 02 Mar 2026 11:00:00 CET",
        "Mon, 02 Mar 2026 11:00:00 Europe/Brussels",
        "Mon, 02 Mar 2026 02:00:00 America/Los_Angeles",
        "Mon, 02 Mar 2026 10.00.00 GMT",
        "Mon, 02 Mar 2026 10h00",
        "Mon, 02 Mar 2026 09:59:60 GMT",
        "Mo, 02 Mär 2026 11:00:00 +0100",
        "lun., 02 mars 2026 11:00:00 +0100",
        "Lundi, 2. Mars 2026 - 10:00",
        "lunes, 2 de marzo de 2026 10:00",
        "Пн, 02 мар 2026 13:00:00 +0300",
        "Pon, 02 Mar 2026 10:00:00 GMT",
        "2026年3月2日 10:00",
        "1772445600",
        "1772445600000",
        "Mon, 02 Mar 2026 10:00:00 XYZ",
    ],
)
def test_all_of_these_are_ten_o_clock_of_the_second_of_march(written: str) -> None:
    assert moment(written) == TEN


@pytest.mark.parametrize(
    ("case", "written", "expected"),
    [
        ("afternoon", "Sun, 8 Mar 2026 1:55 PM EST", datetime(2026, 3, 8, 18, 55, tzinfo=UTC)),
        ("noon", "March 8, 2026 12:05 p.m.", datetime(2026, 3, 8, 12, 5, tzinfo=UTC)),
        ("summer by place", "Thu, 2 Jul 2026 08:00:00 ET", datetime(2026, 7, 2, 12, tzinfo=UTC)),
        ("summer by name", "Thu, 2 Jul 2026 08:00:00 EDT", datetime(2026, 7, 2, 12, tzinfo=UTC)),
        ("a day whose name is a month's", "mar., 01 déc. 2026 16:11:02 +0000", datetime(2026, 12, 1, 16, 11, 2, tzinfo=UTC)),
        ("the weekday decides the order", "Sat, 11 04 2026", datetime(2026, 4, 11, tzinfo=UTC)),
        ("so does the size", "Fri, 26/06/2026", datetime(2026, 6, 26, tzinfo=UTC)),
        ("else slashes are American", "03/04/2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("and points are not", "03.04.2026", datetime(2026, 4, 3, tzinfo=UTC)),
        ("the end of a day", "Mon, 02 Mar 2026 24:00:00 GMT", datetime(2026, 3, 3, tzinfo=UTC)),
        ("a day with a zone", "26 Sep 2026 GMT", datetime(2026, 9, 26, tzinfo=UTC)),
        ("a zone that no place has", "2026-05-29 00:00:00+15:00", datetime(2026, 5, 29, tzinfo=UTC)),
        ("a day of no month", "Mon, 30 Feb 2026 10:00:00 GMT", None),
        ("a database's zero", "0000-00-00 00:00:00", None),
        ("nothing but a clock", "12:30", None),
        ("no year", "2 March 10:00", None),
        ("a month of no known language", "Sat, 12 Brumaire 2026 10:00:00 GMT", None),
        ("an unknown month behind the day", "12-Foo-2026", None),
        ("a month without a day", "March 2026", None),
        ("a year alone", "Monday 2026", None),
        ("relative to today", "2 hours ago", None),
        ("a word", "yesterday", None),
        ("a number of another kind", "12345", None),
        ("nothing", " ", None),
    ],
)
def test_and_these_are(case: str, written: str, expected: datetime | None) -> None:
    assert moment(written) == expected, case


def test_a_date_without_a_zone_stays_without_one() -> None:
    assert as_written("Monday, March 2, 2026 - 10:00am") == TEN.replace(tzinfo=None)
    assert as_written("Mon, 02 Mar 2026 02:00:00 PT") == TEN
    assert as_written("Mon, 02 Mar 2026 02:00:00 PT").utcoffset() == timedelta(hours=-8)  # type: ignore[union-attr]


PIECES = "Mon mar. Mär 2 02 2026 26 10:00 24:00 :60 PM am GMT EST +0100 -07 +99:99 Z T / . - , : 年 月 Europe/X (x) 9999999999"


@given(st.lists(st.sampled_from(PIECES.split()) | st.text(max_size=4), max_size=12).map(" ".join) | st.text(max_size=90))
@example("9999-12-31T23:59:59-14:00")
@example("0001-01-01T00:00:00+14:00")
def test_no_text_raises(written: str) -> None:
    found = moment(written)
    assert found is None or found.tzinfo is UTC
