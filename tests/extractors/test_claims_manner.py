"""How it is said: kind of the speaker, role and organisation, hedged, denied."""

from datetime import UTC, date, datetime

import pytest

from extractors.claims import claims
from extractors.figures import figures
from extractors.text import sentences
from schemas.records import Claim


def told(text: str) -> Claim:
    return claims(text, sentences(text))[-1]


WHO = [
    ("a title before the name", "Finance Minister Luc Sarte said taxes would rise.", "person", "finance minister", ""),
    ("body and title before the name", "Pentagon spokesman Jo Lund said 40 ships had left.", "person", "spokesman", "Pentagon"),
    ("the owner's role", "Blue Well's coordinator, Saskia Tolm, said 40 wells were dry.", "person", "coordinator", "Blue Well"),
    (
        "a role behind the name",
        "Oona Terk, an economist at the Tarn School, said prices rose.",
        "person",
        "economist",
        "Tarn School",
    ),
    (
        "a role told once goes with the name",
        "Oona Terk, an economist at the Tarn School, was asked. Terk said prices rose. Terk said wages fell.",
        "person",
        "",
        "",
    ),
    ("a ministry", "The interior ministry said 40 people were held.", "body", "", ""),
    ("a document", "A report by the auditors shows that 40 lorries are missing.", "document", "", ""),
    ("a poll", "A poll by Civis found that 58 percent wanted a vote.", "poll", "", ""),
    ("several people", "Witnesses said 40 shots were fired.", "group", "", ""),
]


@pytest.mark.parametrize(("text", "kind", "title", "organisation"), [row[1:] for row in WHO], ids=[row[0] for row in WHO])
def test_who_speaks(text, kind, title, organisation):
    claim = told(text)
    assert (claim.kind, claim.title, claim.organisation) == (kind, title, organisation)


MANNER = [
    ("a plain statement", "The ministry said that 40 ships had left.", False, False),
    ("a belief", "The ministry believes that 40 ships have left.", True, False),
    ("possible", "The ministry said that 40 ships may have left.", True, False),
    ("likely", "Forty ships have probably left, the ministry said.", True, False),
    ("a denial", "The ministry denied that 40 ships had left.", False, True),
    ("a rejected figure", "The ministry disputes the figure of 40 ships.", False, True),
]


@pytest.mark.parametrize(("text", "hedged", "denied"), [row[1:] for row in MANNER], ids=[row[0] for row in MANNER])
def test_how_it_is_said(text, hedged, denied):
    claim = told(text)
    assert (claim.hedged, claim.denied) == (hedged, denied)


def test_a_quotation_over_several_sentences_is_one_claim():
    text = '"We counted 90 boats. Of those, 12 had sunk. Nobody was hurt," said Jo Lund, head of the port.'
    [claim] = claims(text, sentences(text))
    assert (claim.start, claim.end, claim.speaker) == (0, len(text), "Jo Lund")


DATES = [
    ("a quarter", "In the first quarter of this year the port shipped 90 tonnes.", date(2026, 1, 1), date(2026, 3, 31)),
    ("last year", "Last year the port shipped 90 tonnes.", date(2025, 1, 1), date(2025, 12, 31)),
    ("since a month", "Since January the port has shipped 90 tonnes.", date(2026, 1, 1), date(2026, 5, 20)),
    ("a month of another year", "In August 2024 the port shipped 90 tonnes.", date(2024, 8, 1), date(2024, 8, 31)),
    ("a month that has not begun this year", "In October the port shipped 90 tonnes.", date(2025, 10, 1), date(2025, 10, 31)),
    ("the report's own time", "The port shipped 90 tonnes.", None, None),
]


@pytest.mark.parametrize(("text", "first", "last"), [row[1:] for row in DATES], ids=[row[0] for row in DATES])
def test_dates_count_from_the_day_of_publication(text, first, last):
    [figure] = figures(text, sentences(text), published_at=datetime(2026, 5, 20, tzinfo=UTC))
    assert (figure.as_of_start, figure.as_of_end) == (first, last)
