"""What a figure does in its text: one sentence a row, the quantity, its unit, the role and the direction that a reader sees."""

from datetime import UTC, datetime

import pytest

from extractors.figures.frame import frame
from extractors.figures.roles import Doing, role, withdraws
from extractors.text import sentences

PUBLISHED = datetime(2025, 10, 15, tzinfo=UTC)


def doing(text: str, surface: str, unit: str = "") -> Doing:
    sentence = sentences(text)[0]
    start = text.index(surface)
    found = frame(sentence, start, start + len(surface))
    assert found is not None
    return role(found, unit=unit, published_at=PUBLISHED)


ROLES = [
    ("what is there", "The hospital has 60 beds.", "60 beds", "bed", "level", None),
    ("what has been done so far", "Crews have cleared 40 km of road since Monday.", "40 km", "kilometre", "level", None),
    (
        "a level that something rose to",
        "Unemployment rose to 7.2 percent in the region.",
        "7.2 percent",
        "percent",
        "level",
        None,
    ),
    (
        "the present side of a comparison",
        "Turnover was 40 million euros, up from 31 million.",
        "40 million euros",
        "euro",
        "level",
        None,
    ),
    ("what goes on as it is", "The garrison will remain at 900 soldiers.", "900 soldiers", "soldier", "level", None),
    ("what is owed under rules", "Growers will be paid $12 for each tree.", "$12", "US dollar", "level", None),
    ("what is allowed", "Each visitor may carry two bags on board.", "two bags", "bag", "level", None),
    ("a thing there is already", "The company's 300 shops will open on Friday.", "300 shops", "shop", "level", None),
    ("a rise by verb", "Shares in the brewer rose 4 percent.", "4 percent", "percent", "change", "up"),
    ("a fall with by", "Exports fell by a quarter.", "a quarter", "percent", "change", "down"),
    ("a rise as a noun", "That is an increase of 12 percent.", "12 percent", "percent", "change", "up"),
    (
        "a comparison with an older period",
        "The port handled 9 percent fewer boxes than a year earlier.",
        "9 percent",
        "percent",
        "change",
        "down",
    ),
    ("up so much", "Sales were up 3 percent.", "3 percent", "percent", "change", "up"),
    ("a count given as a difference", "That is 56 more than on Sunday.", "56 more", "person", "change", "up"),
    ("an older year", "In 2014 the flood killed 31 people.", "31 people", "person", "background", None),
    ("last year", "Last year the mine produced 9,000 tonnes.", "9,000 tonnes", "tonne", "background", None),
    ("the number before", "The toll climbed to 88 from 71.", "71", "person", "background", None),
    (
        "the number before, with its time",
        "Rents jumped to 900 euros, from 640 euros a year earlier.",
        "640 euros",
        "euro",
        "background",
        None,
    ),
    ("a number denied", "The ferry carried 212 passengers, not 250 as first reported.", "250", "passenger", "background", None),
    ("a number first given", "Officials had earlier said 40 people were missing.", "40 people", "person", "background", None),
    (
        "before the war",
        "The town had 30,000 inhabitants before the war.",
        "30,000 inhabitants",
        "inhabitant",
        "background",
        None,
    ),
    ("used to", "The yard used to build 12 ships a year.", "12 ships a year", "ship", "background", None),
    (
        "a year in a clause with when",
        "When the plant opened in 1998 it employed 4,000 people.",
        "4,000 people",
        "person",
        "background",
        None,
    ),
    ("since a year is no older period", "The dam has lost 14 metres since 2019.", "14 metres", "metre", "level", None),
    ("will", "The operator will close 20 stations.", "20 stations", "station", "forecast", None),
    ("may reach", "The toll may reach 300.", "300", "person", "forecast", None),
    ("could rise to", "Prices could rise to $90 a barrel.", "$90 a barrel", "US dollar", "forecast", None),
    ("expected to", "The work is expected to take six months.", "six months", "month", "forecast", None),
    ("expects a number", "The bank expects growth of 2 percent.", "2 percent", "percent", "forecast", None),
    ("plans to", "The city plans to hire 80 teachers.", "80 teachers", "teacher", "forecast", None),
    ("due to follow", "Another 500 are due to follow next week.", "500", "person", "forecast", None),
    ("is to be", "A hall with 700 seats is to open in spring.", "700 seats", "seat", "forecast", None),
    ("a planned thing", "The planned output is 5,000 tonnes.", "5,000 tonnes", "tonne", "forecast", None),
    ("by a year to come", "Capacity is put at 40 gigawatts by 2031.", "40 gigawatts", "gigawatt", "forecast", None),
]


@pytest.mark.parametrize(
    ("text", "surface", "unit", "expected", "direction"), [r[1:] for r in ROLES], ids=[r[0] for r in ROLES]
)
def test_role(text: str, surface: str, unit: str, expected: str, direction: str | None) -> None:
    found = doing(text, surface, unit)
    assert (found.role, found.direction) == (expected, direction)


WITHDRAWALS = [
    ("a corrected figure", "The ministry corrected its figure to 212.", True),
    ("a toll revised", "Officials revised the toll after bodies were counted twice.", True),
    ("not as first reported", "There were 14 wagons, not 41 as first reported.", True),
    ("had earlier put", "Police had earlier put the number at 90.", True),
    ("one number and not another", "The shaft is 940 metres deep and not 780 metres.", True),
    ("counted twice", "The depot had counted returned goods twice.", True),
    ("an agreement revised", "They pay 300 dollars under an agreement revised on Monday.", False),
    ("savers withdrew money", "Savers withdrew 3 billion euros in two days.", False),
    ("a plain rise", "The toll rose to 90.", False),
    ("an army withdrew", "The brigade withdrew to the river.", False),
    ("a course corrected", "The pilot corrected the course in time.", False),
]


@pytest.mark.parametrize(("text", "expected"), [r[1:] for r in WITHDRAWALS], ids=[r[0] for r in WITHDRAWALS])
def test_withdrawal(text: str, expected: bool) -> None:
    assert withdraws(sentences(text)) is expected


def test_any_text_gives_a_role() -> None:
    for text in ("5", "٣ 5 ﷽ \u202e 7", "5 " * 2000, "from 5 from 5 not 5 to 5", "\u0000 5"):
        for sentence in sentences(text):
            found = frame(sentence, sentence.end - 1, sentence.end)
            if found is not None:
                role(found, unit="x", published_at=None)
                role(found, unit="x", published_at=datetime.min.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("case", "text", "expected"),
    [
        ("but", "Not 41 wagons but 14 were lost.", [("41 wagons", "background", True), ("14", "level", True)]),
        (
            "in words",
            "Not forty-one wagons were lost, but fourteen.",
            [("forty-one wagons", "background", True), ("fourteen", "level", True)],
        ),
        (
            "further down",
            "It said that not 41 wagons but 14 were lost.",
            [("41 wagons", "background", True), ("14", "level", True)],
        ),
        ("by itself", "Not 41 wagons were lost, the line said.", [("41 wagons", "background", True)]),
        (
            "not only",
            "Not only 41 wagons but 14 engines were lost.",
            [("41 wagons", "level", False), ("14 engines", "level", False)],
        ),
        ("not just", "It lost not just 41 wagons.", [("41 wagons", "level", False)]),
        ("not far", "Not 500 metres from the mine a shell was found.", [("500 metres", "level", False)]),
        (
            "not so far",
            "It lies not 500 metres from the mine but 200.",
            [("500 metres", "background", True), ("200", "level", True)],
        ),
    ],
)
def test_a_number_that_is_denied_is_none_that_stands(case: str, text: str, expected: list[tuple[str, str, bool]]) -> None:
    found = [(surface, doing(text, surface)) for surface, *_ in expected]
    assert [(surface, done.role, done.withdrawal) for surface, done in found] == expected, case
