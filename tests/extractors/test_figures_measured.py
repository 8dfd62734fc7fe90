"""What a figure measures: one sentence a row, the quantity, and the label that a chart would bear."""

import pytest

from extractors.figures.frame import frame
from extractors.figures.measured import MOST_WORDS, measured
from extractors.text import sentences
from schemas.records import Slots


def read(text: str, surface: str, unit: str, rate: str | None = None) -> tuple[str, Slots]:
    parts = sentences(text)
    start = text.rindex(surface)
    index = next(i for i, s in enumerate(parts) if s.start <= start < s.end)
    found = frame(parts[index], start, start + len(surface))
    assert found is not None
    label, slots, _ = measured(found, unit=unit, rate=rate, previous=parts[:index])
    return label, slots


LABELS = [
    (
        "a passive",
        "At least 40 people were killed in Maresh, police said.",
        "40 people",
        "person",
        None,
        "people killed in Maresh",
    ),
    (
        "who does what",
        "The army fired 90 missiles at the port.",
        "90 missiles",
        "missile",
        None,
        "missiles fired by army at port",
    ),
    ("an event is no doer", "The earthquake killed 40 people.", "40 people", "person", None, "people killed in earthquake"),
    ("what is had", "The clinic has 60 beds.", "60 beds", "bed", None, "beds of clinic"),
    (
        "a sum is that of its subject",
        "The bridge's cost has reached $40 million.",
        "$40 million",
        "US dollar",
        None,
        "cost of bridge",
    ),
    ("a sum after of", "The club has a debt of £9 million.", "£9 million", "pound sterling", None, "debt of club"),
    ("a share", "About 70 percent of the wheat was lost.", "70 percent of the wheat", "percent", None, "share of wheat lost"),
    ("an extent", "The tunnel is 9 kilometres long.", "9 kilometres", "kilometre", None, "length of tunnel"),
    (
        "a rate",
        "The plant makes 300 engines a month.",
        "300 engines a month",
        "engine",
        "month",
        "engines made by plant per month",
    ),
    (
        "stuff in units of weight",
        "The ship carried 900 tonnes of rice.",
        "900 tonnes of rice",
        "tonne",
        None,
        "rice carried by ship",
    ),
    (
        "who says so stays out",
        "The ministry said 12 villages were flooded.",
        "12 villages",
        "village",
        None,
        "villages flooded",
    ),
    ("a state without a noun", "Police counted 12 dead.", "12", "person", None, "deaths"),
    ("a relative clause", "The board, which employs 90 nurses, met.", "90 nurses", "nurse", None, "nurses employed by board"),
    (
        "a pronoun is looked up",
        "Orvex builds trams. It employs 900 people.",
        "900 people",
        "person",
        None,
        "people employed by Orvex",
    ),
    (
        "a dateline is no doer",
        "PORT VALE, Oct 4 (NTA) - The army seized 90 trucks on Monday.",
        "90 trucks",
        "truck",
        None,
        "trucks seized by army",
    ),
    (
        "the event of the story",
        "A flood hit Maresh. So far 30 people have died.",
        "30 people",
        "person",
        None,
        "people who died in flood",
    ),
    ("the number of", "The number of soldiers in Maresh stands at 4,600.", "4,600", "soldier", None, "soldiers in Maresh"),
    ("what costs", "The new school cost $9 million.", "$9 million", "US dollar", None, "cost of school"),
    ("nothing is named", "By 70 percent to 30 the pilots of Lund have accepted a rise.", "30", "percent", None, ""),
    ("days are not places", "On Monday 30 ships left the port.", "30 ships", "ship", None, "ships leaving port"),
]


@pytest.mark.parametrize(("text", "surface", "unit", "rate", "expected"), [r[1:] for r in LABELS], ids=[r[0] for r in LABELS])
def test_label(text: str, surface: str, unit: str, rate: str | None, expected: str) -> None:
    assert read(text, surface, unit, rate)[0] == expected


def test_a_change_is_labelled_as_one() -> None:
    text = "Shares in Orvex rose 4 percent."
    found = frame(sentences(text)[0], text.index("4"), text.index("4") + len("4 percent"))
    assert found is not None
    assert measured(found, unit="percent", direction="up")[0] == "rise in shares in Orvex"


def test_slots_take_the_label_apart() -> None:
    _, slots = read("Tarvia has sent 90 tanks to Maresh since May.", "90 tanks", "tank")
    assert (slots.counted, slots.action, slots.agent, slots.patient, slots.period) == (
        "tanks",
        "send",
        "tarvia",
        "maresh",
        "since may",
    )


def test_a_label_is_no_quotation() -> None:
    text = (
        "Grey market dealers from northern river towns near old Maresh harbour sold 90 rusty armoured patrol boats"
        " through shell firms in distant free ports off southern Tarvia."
    )
    label, _ = read(text, "90 rusty armoured patrol boats", "boat")
    words = label.lower().split()
    assert 0 < len(words) <= MOST_WORDS
    plain = text.lower()
    assert not any(" ".join(words[i : i + 8]) in plain for i in range(len(words) - 7))


def test_any_text_gives_a_label_or_none() -> None:
    for text in ("5", "٣ 5 ﷽ \u202e 7", "5 " * 2000, "of of of 5 of of 5", "which who 5"):
        for sentence in sentences(text):
            found = frame(sentence, sentence.end - 1, sentence.end)
            if found is not None:
                measured(found, unit="", previous=[sentence])
