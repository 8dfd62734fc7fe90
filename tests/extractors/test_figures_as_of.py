"""Which time a figure describes: the words for it, and the days they stand for."""

from datetime import UTC, date, datetime

import pytest

from extractors.figures.as_of import as_of, periods, resolve
from extractors.figures.frame import frame
from extractors.text import sentences

PUBLISHED = datetime(2025, 10, 15, 9, tzinfo=UTC)  # a Wednesday

DAYS = [
    ("a year", "in 2024", date(2024, 1, 1), date(2024, 12, 31)),
    ("a month with its year", "in March 2023", date(2023, 3, 1), date(2023, 3, 31)),
    ("a month that has begun this year", "in June", date(2025, 6, 1), date(2025, 6, 30)),
    ("a month still to come is last year's", "in December", date(2024, 12, 1), date(2024, 12, 31)),
    ("a day", "on 3 October", date(2025, 10, 3), date(2025, 10, 3)),
    ("a day, American order, with its year", "on May 4, 2022", date(2022, 5, 4), date(2022, 5, 4)),
    ("since runs to the report", "since March", date(2025, 3, 1), date(2025, 10, 15)),
    ("a quarter", "in the first quarter", date(2025, 1, 1), date(2025, 3, 31)),
    ("a quarter of a year", "in the third quarter of 2023", date(2023, 7, 1), date(2023, 9, 30)),
    ("a half-year", "in the first half of 2024", date(2024, 1, 1), date(2024, 6, 30)),
    ("last year", "last year", date(2024, 1, 1), date(2024, 12, 31)),
    ("last month", "last month", date(2025, 9, 1), date(2025, 9, 30)),
    ("last August", "last August", date(2025, 8, 1), date(2025, 8, 31)),
    ("a weekday is the last one", "as of Sunday", date(2025, 10, 12), date(2025, 10, 12)),
    ("yesterday", "yesterday", date(2025, 10, 14), date(2025, 10, 14)),
    ("some time ago", "two weeks ago", date(2025, 10, 1), date(2025, 10, 1)),
    ("a year earlier", "a year earlier", date(2024, 1, 1), date(2024, 12, 31)),
    ("a decade", "in the 1990s", date(1990, 1, 1), date(1999, 12, 31)),
    ("a span that ends now", "over the past three months", date(2025, 7, 15), date(2025, 10, 15)),
    ("a winter runs into the next year", "in the winter of 2021", date(2021, 12, 1), date(2022, 2, 28)),
]


@pytest.mark.parametrize(("worded", "start", "end"), [r[1:] for r in DAYS], ids=[r[0] for r in DAYS])
def test_resolve(worded: str, start: date, end: date) -> None:
    found = resolve(worded, PUBLISHED)
    assert found is not None
    first, last = found
    if worded == "two weeks ago":
        assert first <= date(2025, 10, 1) <= last
    else:
        assert (first, last) == (start, end)


WORDED = [
    ("a year before the clause", "In 2024 the line carried 9,000 passengers.", "9,000 passengers", "In 2024"),
    ("since a month", "The army has lost 300 tanks since March.", "300 tanks", "since March"),
    ("a quarter", "The chain sold 40 million cups in the first quarter.", "40 million cups", "in the first quarter"),
    ("the report's own time", "The hospital has 60 beds.", "60 beds", None),
    ("what it is compared with has its own time", "It sold 50 buses, 9 fewer than in May.", "50 buses", None),
    (
        "nor does it reach past the number it belongs to",
        "It had 9 mills, against 12 a year before, and 4 kilns.",
        "4 kilns",
        None,
    ),
]


@pytest.mark.parametrize(("text", "surface", "expected"), [r[1:] for r in WORDED], ids=[r[0] for r in WORDED])
def test_as_of(text: str, surface: str, expected: str | None) -> None:
    start = text.index(surface)
    found = frame(sentences(text)[0], start, start + len(surface))
    assert found is not None
    assert as_of(found) == expected


NO_PERIOD = ["She may march 20 miles.", "Some 2000 people came.", "They paid 1998 dollars.", "Channel 4 has 19 reporters."]


@pytest.mark.parametrize("text", NO_PERIOD)
def test_no_period(text: str) -> None:
    assert periods(text) == []


@pytest.mark.parametrize(
    "worded", ["", "in 2024 " * 500, "February 31", "Q4", "last", "0 months ago", "999 decades ago", "\u0000"]
)
def test_any_words_are_survived(worded: str) -> None:
    resolve(worded, PUBLISHED)
    resolve(worded, None)
    resolve(worded, datetime(1, 1, 1, tzinfo=UTC))
