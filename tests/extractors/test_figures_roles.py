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
        "a level that a noun's likeness rises to",
        "With that, the sum recovered rises to $76 million.",
        "$76 million",
        "US dollar",
        "level",
        None,
    ),
    ("a level that has not moved", "Containment has not moved from 5 percent.", "5 percent", "percent", "level", None),
    (
        "what had come this year, by now",
        "By Tuesday 17,900 people had landed on the islands this year.",
        "17,900 people",
        "person",
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
    ("decided and still to come", "The city has resolved to send 80 nurses.", "80 nurses", "nurse", "forecast", None),
    ("a step decided", "The bank has decided to cut its rate to 3 percent.", "3 percent", "percent", "level", None),
    ("agreed", "The union has agreed to accept 5 percent.", "5 percent", "percent", "level", None),
    ("the end of what will go on", "Work will go on until 40 pits have been filled.", "40 pits", "pit", "forecast", None),
    ("the end of what went on", "Work went on until 40 pits had been filled.", "40 pits", "pit", "level", None),
    ("in better times", "In its best days the yard employed 700 people.", "700 people", "person", "background", None),
    ("due to follow", "Another 500 are due to follow next week.", "500", "person", "forecast", None),
    ("is to be", "A hall with 700 seats is to open in spring.", "700 seats", "seat", "forecast", None),
    ("a planned thing", "The planned output is 5,000 tonnes.", "5,000 tonnes", "tonne", "forecast", None),
    ("by a year to come", "Capacity is put at 40 gigawatts by 2031.", "40 gigawatts", "gigawatt", "forecast", None),
    ("room for so much", "The new hangar could hold 40 gliders.", "40 gliders", "glider", "level", None),
    ("what could be done at the time", "Divers could raise 12 cannon from the wreck.", "12 cannon", "cannon", "level", None),
    ("how late it is", "The ring road will open seven months late.", "seven months", "month", "level", None),
    ("how large it is", "The mast will be 90 metres high.", "90 metres", "metre", "level", None),
    ("a side clause", "The museum, which owns 600 clocks, will move to Lund.", "600 clocks", "clock", "level", None),
    (
        "a share of those to come",
        "The prize will be split among the guides, nine of whom were hurt.",
        "nine",
        "guide",
        "level",
        None,
    ),
    (
        "a share of what is to come",
        "The pier will cost $9m, of which $2m falls to the town.",
        "$2m",
        "US dollar",
        "forecast",
        None,
    ),
    ("what goes on", "The mill will continue to pay them 70 percent.", "70 percent", "percent", "level", None),
    ("a pledge", "The guild will provide 400 lamps.", "400 lamps", "lamp", "level", None),
    ("decided with its day", "Tram fares will rise to 3 euros from Monday.", "3 euros", "euro", "level", None),
    ("cut on a day", "Bread will be cut to 200 grams a head on Friday.", "200 grams a head", "gram", "level", None),
    (
        "a published number, told of",
        "The 90 nests reported in May included 12 old ones.",
        "90 nests",
        "nest",
        "background",
        None,
    ),
    ("those who do it", "The fair will be guarded by 30 stewards.", "30 stewards", "steward", "level", None),
    ("up from, of what is to come", "The club will field 14 riders, up from nine.", "nine", "rider", "background", None),
    ("to so much from so much", "Hours will be cut to 30 a week from 38 on Sunday.", "38", "hour", "background", None),
    ("from a peak", "Queues have shrunk to 40 minutes from a peak of 95 in June.", "95", "minute", "background", None),
    ("against a usual number", "The lake froze on 12 days, against an average of 31.", "31", "day", "background", None),
    ("against another time", "A ticket costs 18 crowns, against 15 until June.", "15", "crown", "background", None),
    (
        "the time of a comparison is not its own",
        "Sales in May came to 900 harps, a fifth below the year before.",
        "900 harps",
        "harp",
        "level",
        None,
    ),
    (
        "nor that of what stands beside",
        "The zoo had 40 lions at the end of May, the keeper said, against 60 a year before, and debts of $12 million.",
        "$12 million",
        "US dollar",
        "level",
        None,
    ),
    (
        "the report before is not its own",
        "Known nests stand at 310, 25 more than in the previous report.",
        "310",
        "nest",
        "level",
        None,
    ),
    (
        "more than in a report",
        "Known nests stand at 310, 25 more than in the previous report.",
        "25 more",
        "nest",
        "change",
        "up",
    ),
    ("once put at", "The herd, once put at 800 deer, is shrinking.", "800 deer", "deer", "background", None),
    ("had stood at", "The score, which had stood at 14, rose to 20.", "14", "point", "background", None),
    ("what it was in an earlier month", "In May it was 7,200.", "7,200", "visitor", "background", None),
    ("the month whose number is just out", "In September it was 7,200.", "7,200", "visitor", "level", None),
    ("that cost so much in a season", "A berth that cost 50 euros in spring costs 80.", "50 euros", "euro", "background", None),
    (
        "a number that somebody stands by",
        "The cave is 900 metres deep, not the 700 metres that the guide claims.",
        "700 metres",
        "metre",
        "level",
        None,
    ),
    ("it brings the total to", "Nine boats joined the race, bringing the total to 60.", "Nine boats", "boat", "change", "up"),
    ("more than allowed", "The quarry cut 900 blocks, 40 more than the council allows.", "40 more", "block", "level", None),
    (
        "before what is to come",
        "The keeper said 40 acres of reed lay dry, six weeks before nesting.",
        "40 acres",
        "acre",
        "level",
        None,
    ),
    ("above a day", "Cocoa closed at $8,000, 4 percent above Friday.", "4 percent", "percent", "change", "up"),
    ("wanted by a day", "The abbot wants 60 pews repaired by Christmas.", "60 pews", "pew", "forecast", None),
    ("a target", "Half of the trains were on time; the target is 90 percent.", "90 percent", "percent", "forecast", None),
    ("the following day, told", "The following day 19 climbers were found.", "19 climbers", "climber", "level", None),
    ("the year of a thing", "The 2031 bond yields 6 percent.", "6 percent", "percent", "level", None),
    ("until a year to come", "The lease of 12 acres runs until 2031.", "12 acres", "acre", "level", None),
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
    ("a second time", "The pass had booked lorries from the valley a second time.", True),
    ("not this but that", "It turned out that not 31 but 44 pupils were on the trip.", True),
    ("a number contested", "We count 95 wolves in the park, not the 59 that the ranger counts.", False),
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


@pytest.mark.parametrize(
    ("published", "expected"), [(datetime(2025, 2, 3, tzinfo=UTC), "level"), (datetime(2025, 9, 3, tzinfo=UTC), "background")]
)
def test_last_year_is_news_until_spring(published: datetime, expected: str) -> None:
    sentence = sentences("The vineyard sold 9,000 bottles last year.")[0]
    found = frame(sentence, 18, 31)
    assert found is not None
    assert role(found, unit="bottle", published_at=published).role == expected


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
