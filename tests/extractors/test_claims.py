"""Contract of claims and attribute: who says what, by which name, in quotation marks or not; and whose number it is."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.claims import attribute, claims
from extractors.text import sentences
from schemas.outcomes import Bound
from schemas.records import Claim, Figure


def found(text: str, title: str = "") -> list[Claim]:
    return claims(text, sentences(text), title=title)


#: what the sentence shows -> (text, [(speaker, cue, quote)])
STATEMENTS = {
    "a statement before its cue": (
        "Some 340 boats sank in the storm, the harbour office said on Tuesday.",
        [("the harbour office", "said", False)],
    ),
    "a statement behind its cue": (
        "The harbour office said that 340 boats sank in the storm.",
        [("the harbour office", "said", False)],
    ),
    "a direct quotation": (
        '"The tide took everything we had," said Ilse Marrow, who mends nets.',
        [("Ilse Marrow", "said", True)],
    ),
    "curly marks and a title": (
        "“We shall count again,” Prof. Ilse Marrow told reporters.",
        [("Ilse Marrow", "told", True)],
    ),
    "a mixed quotation": (
        "Ilse Marrow called the count “a bad joke”.",
        [("Ilse Marrow", "called", True)],
    ),
    "a role and a name between commas": (
        "The pumps will run for nine days, the company's chief engineer, Oskar Venn, said.",
        [("Oskar Venn", "said", False)],
    ),
    "a capitalised role and a name": (
        "“No home is safe yet,” the Minister of Works, Dame Rhea Toll, said.",
        [("Rhea Toll", "said", True)],
    ),
    "according to, behind": (
        "The ferry carries 900 people a day, according to the Transit Board.",
        [("the Transit Board", "according to", False)],
    ),
    "according to, in front": (
        "According to the Transit Board, the ferry carries 900 people a day.",
        [("the Transit Board", "According to", False)],
    ),
    "in somebody's view": (
        "In the view of the Transit Board, the ferry is worn out.",
        [("the Transit Board", "In the view", False)],
    ),
    "a document reports": (
        "Invoices seen by the Gazette show that the mill bought 80 looms.",
        [("invoices seen by the Gazette", "show", False)],
    ),
    "a survey reports": (
        "A survey by the Growers' League found that one farm in five had sold its cattle.",
        [("a survey by the Growers' League", "found", False)],
    ),
    "a body that keeps count reports": (
        "The Rivers Observatory counts 61 dead in the valley.",
        [("the Rivers Observatory", "counts", False)],
    ),
    "a denial": ("The mill denies any wrongdoing.", [("the mill", "denies", False)]),
    "a verb with its particle": (
        "The finance ministry stands by its forecast.",
        [("the finance ministry", "stands by", False)],
    ),
    "a number put on something": (
        "The treasury puts the cost of the tunnel at $40 million.",
        [("the treasury", "puts at", False)],
    ),
    "two speakers in one sentence": (
        "The police say 300 marched, while the organisers claim that 900 did.",
        [("the police", "say", False), ("the organisers", "claim", False)],
    ),
    "a number with a speaker of its own": (
        "The police say 300 marched, not the 900 claimed by the Tram Union.",
        [("the police", "say", False), ("the Tram Union", "claimed", False)],
    ),
    "a quotation behind a colon": (
        "Oskar Venn shrugged: “Nobody asked me about the pumps in March.”",
        [("Oskar Venn", "shrugged", True)],
    ),
    "in the view of a pronoun's owner": (
        "Ilse Marrow, a lawyer, came late. In her view, the dam is safe.",
        [("Ilse Marrow", "In her view", False)],
    ),
    "a poll": (
        "Some 58 percent of those questioned by the Harrow Institute would pay more.",
        [("the Harrow Institute", "questioned", False)],
    ),
    "an office with of": (
        "Secretary of State Oskar Venn said the talks had failed.",
        [("Oskar Venn", "said", False)],
    ),
    "a title with a hyphen": (
        "League Secretary-General Rhea Toll warned of famine.",
        [("Rhea Toll", "warned", False)],
    ),
    "a kind and a name": (
        "The bridge is shut, state news agency Torva reported.",
        [("state news agency Torva", "reported", False)],
    ),
    "on account of is a cause": ("The price rose to $40 on account of the frost.", []),
    "reportedly names nobody": ("The mill has reportedly bought 80 looms.", []),
    "a passive names nobody": ("The tunnel is expected to cost $40 million.", []),
    "nothing said": ("The mill declined to say how many looms it had bought.", []),
    "nothing said, in the negative": ("The mill did not say how many looms it had bought.", []),
    "found is no report here": ("Walkers found a body on the moor.", []),
    "put is no report here": ("He put on a coat and left.", []),
    "a name in quotation marks is no statement": ("The ship “Morning Star” left at noon.", []),
    "an event in a subordinate clause": ("Shares fell after the lender disclosed losses.", []),
}


@pytest.mark.parametrize(("text", "expected"), STATEMENTS.values(), ids=STATEMENTS.keys())
def test_statement(text: str, expected: list[tuple[str, str, bool]]) -> None:
    assert [(c.speaker, c.cue, c.quote) for c in found(text)] == expected


#: how the speaker is named again -> (text, speakers in order)
NAMED_AGAIN = {
    "by the surname": (
        '"The dam will hold," said Ilse Marrow, an engineer. Marrow said the gates were new.',
        ["Ilse Marrow", "Ilse Marrow"],
    ),
    "by the surname with a title": (
        "Ilse Marrow, a lawyer, studies dams. Ms. Marrow expects two more breaches.",
        ["Ilse Marrow"],
    ),
    "by a surname that the parser takes for a noun": (
        'Mayor Jo Lund visited the dam.\n\n"It holds," Lund said. "We have 300 men there."',
        ["Jo Lund", "Jo Lund"],
    ),
    "by a noun that is also the end of a name": (
        "Rescue Workers of Osk arrived. Some workers rested. Workers said the gates were new.",
        ["workers"],
    ),
    "by a pronoun": (
        '"The dam will hold," said Ilse Marrow, an engineer. She added that the gates were new.',
        ["Ilse Marrow", "Ilse Marrow"],
    ),
    "by a pronoun of the other gender": (
        "Ms. Ilse Marrow said the dam would hold. Mr. Oskar Venn said it would not. She said he was wrong.",
        ["Ilse Marrow", "Oskar Venn", "Ilse Marrow"],
    ),
    "a body by it": (
        "The Transit Board said the ferry was full. It added that a second ship was coming.",
        ["the Transit Board", "the Transit Board"],
    ),
    "a company by its kind": (
        "BRISK, May 2 (Wire) - Lantern Mills has dismissed 400 weavers, the company said on Monday.",
        ["Lantern Mills"],
    ),
    "a minister by the office": (
        "“We shall count again,” said Finance Minister Rhea Toll. The minister added that the books were open.",
        ["Rhea Toll", "Rhea Toll"],
    ),
    "a hyphenated name": (
        "Park Min-jae, a trader, said the port was shut. Park said it would open in June.",
        ["Park Min-jae", "Park Min-jae"],
    ),
    "it, in the midst of what it says": (
        "The Transit Board warned of delays. The ferry, it said, had lost 2 engines.",
        ["the Transit Board", "the Transit Board"],
    ),
    "no name: a month that says when": (
        "In June Dzhural said the gates were new. June Osk said they were old.",
        ["Dzhural", "June Osk"],
    ),
    "a name like a month's": ("The leak was found by June Osk. Osk said the gates were new.", ["June Osk"]),
    "an acronym": (
        "The Rivers Survey Office (RSO) warned of floods. The RSO said dams were full.",
        ["the Rivers Survey Office", "Rivers Survey Office"],
    ),
}


@pytest.mark.parametrize(("text", "speakers"), NAMED_AGAIN.values(), ids=NAMED_AGAIN.keys())
def test_speaker_is_the_fullest_name_given(text: str, speakers: list[str]) -> None:
    assert [c.speaker for c in found(text)] == speakers


def test_one_claim_a_speaker_and_sentence() -> None:
    text = "Ilse Marrow said the dam would hold and added that the gates were new."
    assert len(found(text)) == 1


#: how a quotation runs on -> (text, [(claimed text, speaker)])
RUNS_ON = {
    "over several sentences, its cue behind": (
        '"The dam will hold. Nobody need leave," said Ilse Marrow.',
        [('"The dam will hold. Nobody need leave," said Ilse Marrow.', "Ilse Marrow")],
    ),
    "over several sentences, its cue in front": (
        "Ilse Marrow said: “The dam will hold. Nobody need leave.” It rained.",
        [("Ilse Marrow said: “The dam will hold. Nobody need leave.”", "Ilse Marrow")],
    ),
    "in a second quotation without a cue": (
        '"The dam will hold," said Ilse Marrow. "Nobody need leave."',
        [('"The dam will hold," said Ilse Marrow.', "Ilse Marrow"), ('"Nobody need leave."', "Ilse Marrow")],
    ),
    "but not into the next paragraph": (
        '"The dam will hold," said Ilse Marrow.\n\n"Nobody need leave."',
        [('"The dam will hold," said Ilse Marrow.', "Ilse Marrow")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), RUNS_ON.values(), ids=RUNS_ON.keys())
def test_quotation_runs_on(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(text[c.start : c.end], c.speaker) for c in found(text)] == expected


def test_span_is_the_sentence() -> None:
    text = "It rained.\n\nThe harbour office said that 340 boats sank. It rained again."
    (claim,) = found(text)
    assert text[claim.start : claim.end] == "The harbour office said that 340 boats sank."


#: whose number it is -> (text, {surface: speaker or None})
NUMBERS = {
    "every number of what is said": (
        "Some 340 boats sank and 12 people drowned, the harbour office said.",
        {"340 boats": "the harbour office", "12 people": "the harbour office"},
    ),
    "not what the sentence adds about the speaker": (
        "The dam will hold 40 days, said Ilse Marrow, who owns 12 goats.",
        {"40 days": "Ilse Marrow", "12 goats": None},
    ),
    "not what happened meanwhile": (
        "The lake holds 40 percent of its water, the Rivers Office said on Monday, as the valley waited 84 days for rain.",
        {"40 percent": "the Rivers Office", "84 days": None},
    ),
    "nobody says it": ("The lake holds 40 percent of its water.", {"40 percent": None}),
    "each number to its own speaker": (
        "The police say 300 marched, not the 900 claimed by the Tram Union.",
        {"300": "the police", "900": "the Tram Union"},
    ),
    "not of those who are told to do something": (
        "Wardens told 340 campers to leave.",
        {"340 campers": None},
    ),
    "a number set in with its own source": (
        "Of the bells, 212 according to the sexton's list, fewer than a third still ring.",
        {"212": "the sexton's list", "fewer than a third": None},
    ),
    "the number of somebody's count": (
        "Ilse Marrow put the herd at 700 goats and laughed at the Rivers Office's count of 212.",
        {"700 goats": "Ilse Marrow", "212": "the Rivers Office"},
    ),
    "by somebody's count": (
        "Nearly 900 storks are left, by the count of Ilse Marrow.",
        {"900 storks": "Ilse Marrow"},
    ),
    "on somebody's estimate": (
        "The dam needs 40 lorries of clay, on the Rivers Office's estimate.",
        {"40 lorries": "the Rivers Office"},
    ),
    "a share is nobody who speaks": (
        "The valley has 300 wells, 80 of them confirmed, and 12 springs.",
        {"300 wells": None, "80 of them": None, "12 springs": None},
    ),
    "nor is what was once put at a number": (
        "Stocks of peat, once put at 300 tonnes, are running low.",
        {"300 tonnes": None},
    ),
    "on account of is no view": (
        "The ferry has carried 300 goats less on account of the price of hay.",
        {"300 goats": None},
    ),
    "a number in a quotation": (
        "“We lost 700 sheep,” Ilse Marrow said.",
        {"700 sheep": "Ilse Marrow"},
    ),
}


def figure(text: str, surface: str) -> Figure:
    start = text.index(surface)
    return Figure(
        start=start,
        end=start + len(surface),
        surface=surface,
        sentence_start=0,
        sentence_end=len(text),
        low=Decimal(1),
        high=Decimal(1),
        bound=Bound.EXACT,
        unit="",
        rate=None,
    )


@pytest.mark.parametrize(("text", "expected"), NUMBERS.values(), ids=NUMBERS.keys())
def test_figures_go_to_their_speakers(text: str, expected: dict[str, str | None]) -> None:
    figures = [figure(text, surface) for surface in expected]
    attributed = attribute(figures, found(text), sentences(text))
    assert {f.surface: f.attribution for f in attributed} == expected


#: marks that are nested, mixed or never closed
MARKS = [
    '"',
    "“",
    "”",
    "'",
    "‘",
    "’",
    "„",
    "«",
    "»",
    "‹",
    " ",
    "\n",
    ". ",
    ", ",
    "said ",
    "Ilse Marrow ",
    "according to ",
    "it ",
    "300 ",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(MARKS), max_size=40).map("".join))
def test_no_arrangement_of_marks_breaks_anything(text: str) -> None:
    for claim in found(text):
        assert claim.speaker
        assert 0 <= claim.start < claim.end <= len(text)
        assert all(claim.start <= start < end <= claim.end for start, end in claim.content)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=40))
def test_any_text_is_survived(before: str, after: str) -> None:
    text = f'{before} said Ilse Marrow, "{after} according to {before}'
    parts = sentences(text)
    assert all(claim.speaker.strip() for claim in claims(text, parts, title=after))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        '"' * 50_000,
        "9" * 300_000,
        "A " * 50_000,
        "Aa (" * 30_000,
        "A" * 300_000,
        "Aa Bb " * 30_000,
        "“ ’ " * 30_000,
        "said, " * 20_000,
    ],
)
def test_long_nonsense_is_quick(text: str) -> None:
    assert found(text) == [] or found(text)
