"""Copies are recognised, and no changed number is lost among them."""

import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.copies import fingerprint, judge
from extractors.text import sentences
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Verdict


def _joined(text: str) -> str:
    return "\n\n".join(" ".join(block.split()) for block in text.split("\n\n"))


WIRE = _joined("""ORVEN, May 4 (Lantern Press) - At least 1,240 homes were flooded when the Tarn burst its banks above Orven on
Sunday, the civil guard said, and 87 people were brought to safety by boat.

The river reached 6.4 metres at the old mill, according to Ilse Brandt, who heads the regional water board. It
had stood at 2.1 metres on Friday.

Power failed in four villages, and about 3,500 customers of the grid company Voltis were still waiting on
Monday.

"We heard the water before we saw it," said Pavel Orsic, a beekeeper, who lost 60 hives.

The province has set aside 12 million crowns for emergency repairs, governor Maren Hald told reporters.""")

SPUN = _joined("""No fewer than 1,240 dwellings got inundated once the Tarn overflowed above Orven on Sunday, stated the civil
guard, while boats carried 87 persons out of danger.

Six point four? No: 6.4 metres was the height attained by the stream at the ancient mill, as per Ilse Brandt,
chief of the water authority of the region. On Friday it was merely 2.1 metres.

Electricity went off in 4 hamlets, with roughly three thousand five hundred clients of grid firm Voltis yet
waiting on Monday.

"We heard the water before we saw it," stated Pavel Orsic, who keeps bees and saw 60 hives vanish.

12 million crowns have been reserved by the province for urgent mending works, governor Maren Hald informed
journalists.""")

OTHER_DESK = _joined("""Families in Orven spent a second night in a sports hall after the worst flood there in a generation.
Maren Hald, the governor, walked through the mud of the market square on Monday and promised help.

"Nobody told us to leave," said Greta Lomm, a teacher. The civil guard puts the flooded homes at 1,240 and
says its boats took 87 people off roofs. Schools stay shut until Thursday.

Hydrologists had warned for years that the Tarn has too little room. A plan for three basins, worth 95 million
crowns, has lain in a drawer since 2016.""")


def verdict(text: str, *known: str) -> Verdict:
    candidates = [
        Candidate(id=n, url=f"https://known.example/{n}", published_at=None, fingerprint=fingerprint(t, sentences(t)))
        for n, t in enumerate(known)
    ]
    article = Article(url="https://new.example/", title="", text=text, language="en")
    return judge(article, fingerprint(text, sentences(text)), candidates)


CASES = {
    "lines broken at a width change nothing": ("\n".join(textwrap.wrap(WIRE, 60)), Relation.DUPLICATE),
    "one digit changed in broken lines is an update": (
        "\n".join(textwrap.wrap(WIRE, 60)).replace("87 people", "97 people"),
        Relation.UPDATE,
    ),
    "a minus sign is part of a number": (WIRE.replace("2.1 metres", "-2.1 metres"), Relation.UPDATE),
    "a rounded number with a word that says so is the same": (
        WIRE.replace("At least 1,240", "About 1,200"),
        Relation.DUPLICATE,
    ),
    "a rounded number without one is another": (WIRE.replace("At least 1,240 homes", "Homes, 1,200,"), Relation.UPDATE),
    "a conversion in brackets is no new number": (
        WIRE.replace("6.4 metres", "6.4 metres (21 feet)"),
        Relation.DUPLICATE,
    ),
    "a paragraph of another story, with its numbers, is more than a copy": (
        WIRE
        + "\n\nIn other news, the Brelle opera sold 4,200 seats within 15 minutes for a gala in which the tenor Ugo Lanz sings"
        " for the last time after 31 years on its stage.",
        Relation.UPDATE,
    ),
    "the same text is a duplicate": (WIRE, Relation.DUPLICATE),
    "other white space changes nothing": (
        "  " + WIRE.replace(" said", "\u00a0 said").replace("\n\n", "\n \n\n"),
        Relation.DUPLICATE,
    ),
    "a menu, an advert and headlines around it, with numbers of their own, change nothing": (
        "Home | World | 24 offers\n\nAdvertisement\n\n" + WIRE + "\n\nMost read: 15 lakes to swim in | Why 7 is lucky",
        Relation.DUPLICATE,
    ),
    "another dateline and weekday change nothing": (
        WIRE.replace("ORVEN, May 4 (Lantern Press) - ", "").replace("on Sunday", "on May 3").replace("Monday", "Tuesday"),
        Relation.DUPLICATE,
    ),
    "a cut text is a duplicate": ("\n\n".join(WIRE.split("\n\n")[1:4]), Relation.DUPLICATE),
    "a light edit is a duplicate": (
        WIRE.replace("were flooded when", "went under water as").replace(
            "according to Ilse Brandt, who heads the", "said Ilse Brandt of the"
        ),
        Relation.DUPLICATE,
    ),
    "numbers in other words are the same numbers": (
        WIRE.replace("12 million", "12,000,000").replace("3,500", "3.5 thousand").replace("four villages", "4 villages"),
        Relation.DUPLICATE,
    ),
    "every word replaced, names and numbers kept: a duplicate": (SPUN, Relation.DUPLICATE),
    "one digit changed in a text otherwise the same is an update": (WIRE.replace("1,240", "1,340"), Relation.UPDATE),
    "one digit changed in a cut text is an update": (
        "\n\n".join(WIRE.split("\n\n")[1:4]).replace("2.1", "2.4"),
        Relation.UPDATE,
    ),
    "a small number in words changed is an update": (WIRE.replace("four villages", "five villages"), Relation.UPDATE),
    "one number changed in a spun text is an update": (SPUN.replace("87 persons", "93 persons"), Relation.UPDATE),
    "two numbers that change places are an update": (
        WIRE.replace("6.4", "X").replace("2.1", "6.4").replace("X", "2.1"),
        Relation.UPDATE,
    ),
    "a sentence with a new number is an update": (
        WIRE.replace("who lost 60 hives.", "who lost 60 hives. Two bridges and 14 barns were swept away overnight."),
        Relation.UPDATE,
    ),
    "another desk on the same event, with the same numbers and names, is an original": (OTHER_DESK, Relation.ORIGINAL),
}


@pytest.mark.parametrize("case", CASES)
def test_verdicts(case: str) -> None:
    text, expected = CASES[case]
    found = verdict(text, WIRE)
    assert found.relation is expected, found.reason


def test_a_copy_shares_a_key_with_its_origin() -> None:
    keys = set(fingerprint(WIRE, sentences(WIRE)).keys)
    for text, _ in CASES.values():
        if text != OTHER_DESK:
            assert keys & set(fingerprint(text, sentences(text)).keys)


NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
DIRECTIONS = {
    "what came later is the copy": (Relation.DUPLICATE, 3, {}, {}),
    "what came earlier is no copy of what came later": (Relation.ORIGINAL, -3, {}, {}),
    "an hour early by its clock, but it credits the other": (
        Relation.DUPLICATE,
        -1,
        {"outlet": "Orven Gazette", "credit": "LP"},
        {"outlet": "Lantern Press", "credit": "LP"},
    ),
    "an hour late by its clock, but the other credits it": (
        Relation.ORIGINAL,
        1,
        {"outlet": "Lantern Press", "credit": "LP"},
        {"outlet": "Orven Gazette", "credit": "Lantern Press"},
    ),
    "a credit does not turn days around": (
        Relation.ORIGINAL,
        -72,
        {"outlet": "Orven Gazette", "credit": "LP"},
        {"outlet": "Lantern Press", "credit": "LP"},
    ),
}


@pytest.mark.parametrize("case", DIRECTIONS)
def test_direction(case: str) -> None:
    expected, hours, here, there = DIRECTIONS[case]
    print_of = fingerprint(WIRE, sentences(WIRE))
    candidate = Candidate(id=1, url="u", published_at=NOON, fingerprint=print_of, **there)
    published = NOON + timedelta(hours=hours)
    article = Article(url="v", title="", text=WIRE, language="en", published_at=published, **here)
    found = judge(article, print_of, [candidate])
    assert found.relation is expected
    assert found.later == ((1,) if expected is Relation.ORIGINAL else ())


@pytest.mark.parametrize("addresses", [("a", "b"), ("b", "a")])
def test_of_two_texts_of_one_day_the_one_with_more_numbers_is_the_later(addresses: tuple[str, str]) -> None:
    """Only the day of many pages is known, and reports grow: the longer is an update, and its further numbers are read."""
    grown = WIRE + "\n\nIn 2016, 310 homes had been flooded there."
    url, other = addresses
    texts = {WIRE: url, grown: other}

    def judged(text: str, known: str) -> Verdict:
        candidate = Candidate(id=1, url=texts[known], published_at=NOON, fingerprint=fingerprint(known, sentences(known)))
        article = Article(url=texts[text], title="", text=text, language="en", published_at=NOON)
        return judge(article, fingerprint(text, sentences(text)), [candidate])

    assert judged(grown, WIRE).relation is Relation.UPDATE
    assert (judged(WIRE, grown).relation, judged(WIRE, grown).later) == (Relation.ORIGINAL, (1,))


def test_the_parent_is_the_version_that_a_text_repeats_or_else_changes_least() -> None:
    second = WIRE.replace("1,240", "1,390").replace("87 people", "96 people")
    third = second.replace("3,500", "2,900")
    assert verdict(second, WIRE, second).of == 1
    assert verdict(third, WIRE, second).of == 1
    assert verdict(third, WIRE, second).relation is Relation.UPDATE
    assert verdict("\n\n".join(WIRE.split("\n\n")[3:]), WIRE, second).of == 0  # both fit: the earlier


def test_fingerprints_of_another_version_are_not_compared() -> None:
    old = replace(fingerprint(WIRE, sentences(WIRE)), version=0)
    candidate = Candidate(id=1, url="u", published_at=None, fingerprint=old)
    article = Article(url="v", title="", text=WIRE, language="en")
    assert judge(article, fingerprint(WIRE, sentences(WIRE)), [candidate]).relation is Relation.ORIGINAL


def test_lines_of_one_make_are_each_compared_with_their_own() -> None:
    places = {"north": 40, "south": 70, "east": 96, "west": 120, "hill": 31, "port": 55}
    lines = [f"On Monday it held {n} tents and {n // 3} stoves." for n in places.values()]
    text = WIRE + "\n\n" + " ".join(lines)
    assert verdict("Advertisement\n\n" + text, text).relation is Relation.DUPLICATE
    assert verdict(text.replace("96 tents", "98 tents"), text).relation is Relation.UPDATE
    assert verdict(text.replace("96 tents", "55 tents"), text).relation is Relation.UPDATE
