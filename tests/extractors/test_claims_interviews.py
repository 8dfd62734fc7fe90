"""Contract of interviews: an answer is the interviewee's though no verb says so; what is no interview stays as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.analysis import read
from extractors.claims import claims
from extractors.claims.interviews import answers
from extractors.claims.quotations import quotations
from extractors.claims.speakers import cast
from extractors.text import sentences
from schemas.records import Claim


def found(text: str, title: str = "") -> list[Claim]:
    return claims(text, sentences(text), title=title)


def numbers(text: str, title: str = "") -> dict[str, str | None]:
    figures, _ = read(text, sentences(text), title=title)
    return {figure.surface: figure.attribution for figure in figures}


def lines(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


#: what the interview looks like -> (title, text, {surface: speaker or None})
INTERVIEWS = {
    "questions and quotations in one paragraph": (
        "The woman who mends the dams",
        lines(
            "Ilse Marrow meets us at the gate, in boots.",
            'How many gates work? "We have 14 of them. I closed 3 myself."',
            'And the old one? "It leaks 40 litres a day."',
            'Who pays? "I wish I knew."',
        ),
        {"14 of them": "Ilse Marrow", "40 litres a day": "Ilse Marrow"},
    ),
    "the answer as the next paragraph": (
        "The woman who mends the dams",
        lines(
            "Ilse Marrow meets us at the gate, in boots.",
            "How many gates work?",
            "“We have 14 of them.”",
            "And the crew?",
            "“There are 60 divers. I had asked for 90 divers.”",
            "Who pays?",
            "“I wish I knew.”",
        ),
        {"14 of them": "Ilse Marrow", "60 divers": "Ilse Marrow", "90 divers": "Ilse Marrow"},
    ),
    "prompts that ask nothing, with numbers of their own": (
        "The woman who mends the dams",
        lines(
            "We met Ilse Marrow at the gate.",
            "How many gates work?",
            "“We have 14 of them.”",
            "Some 200 divers have left you.",
            "“I counted 160 divers.”",
            "You had 9 boats. What became of them?",
            "“They sank.”",
        ),
        {"14 of them": "Ilse Marrow", "Some 200 divers": None, "160 divers": "Ilse Marrow", "9 boats": None},
    ),
    "British marks": (
        "",
        lines(
            "Bishop Alan Croft waits at the west door.",
            "How much lead has gone? ‘Eleven tonnes since Easter. I have stopped counting.’",
            "Is it insured? ‘Up to £40,000, which buys us a tarpaulin.’",
            "You could lock the gates. ‘We do. They bring ladders of nine metres.’",
        ),
        {"Eleven tonnes": "Alan Croft", "Up to £40,000": "Alan Croft", "nine metres": "Alan Croft"},
    ),
    "angle marks": (
        "",
        lines(
            "Nadia Ferrec runs the hospital of Port-Sel.",
            "How many beds are left?",
            "« We have 12 beds. »",
            "And nurses?",
            "« Forty nurses have left us. »",
            "What do you need?",
            "« I need two million francs. »",
        ),
        {"12 beds": "Nadia Ferrec", "Forty nurses": "Nadia Ferrec", "two million francs": "Nadia Ferrec"},
    ),
    "an answer of two paragraphs": (
        "",
        lines(
            "Oskar Venn, who runs the pumps, sat down with the Echo.",
            "How deep is it?",
            "“We measured 14 metres on Monday.",
            "“I had expected 9 metres.”",
            "And the pumps?",
            "“All run.”",
            "Who pays?",
            "“I wish I knew.”",
        ),
        {"14 metres": "Oskar Venn", "9 metres": "Oskar Venn"},
    ),
    "Q and A": (
        "Sheriff Dana Holt on the flood",
        lines(
            "Sheriff Dana Holt has led the rescue. She spoke with the Ledger on Friday.",
            "Q: How many people were saved?",
            "A: We pulled 212 people out of the water. Three people are still missing.",
            "Q: You were late.",
            "A: By 40 minutes. I will not hide it.",
            "Q: And the cost?",
            "A: I'd say $4 million.",
        ),
        {
            "212 people": "Dana Holt",
            "Three people": "Dana Holt",
            "40 minutes": "Dana Holt",
            "$4 million": "Dana Holt",
        },
    ),
    "Q and A with stops, an answer of two paragraphs": (
        "",
        lines(
            "Sheriff Dana Holt has led the rescue.",
            "Q. How many people were saved?",
            "A. We pulled 212 people out of the water.",
            "We saved 40 horses, too.",
            "Q. And the cost?",
            "A. I do not know.",
        ),
        {"212 people": "Dana Holt", "40 horses": "Dana Holt"},
    ),
    "the outlet's label and a surname": (
        "",
        lines(
            "DLF talked to Lena Brandt, an economist at the Tarn School.",
            "DLF: How bad is it?",
            "Brandt: I think we will lose 2 million jobs.",
            "DLF: That sounds dramatic.",
            "Brandt: Exports are down 14 percent.",
            "DLF: What should be done?",
            "Brandt: We need 30 billion euros.",
        ),
        {"2 million jobs": "Lena Brandt", "14 percent": "Lena Brandt", "30 billion euros": "Lena Brandt"},
    ),
    "initials": (
        "",
        lines(
            "Om Prakash Rao, chairman of the Deccan Railway, answers our readers.",
            "TH: Why were the trains cancelled?",
            "OPR: We had no crews. I have asked for 3,000 drivers.",
            "TH: When will they come?",
            "OPR: About 1,200 drivers by March.",
        ),
        {"3,000 drivers": "Om Prakash Rao", "About 1,200 drivers": "Om Prakash Rao"},
    ),
    "two who answer by their labels": (
        "Two mayors, one bridge",
        lines(
            "Ilse Marrow and Oskar Venn came together for the first time.",
            "Echo: What does it cost?",
            "Marrow: We think 40 million crowns.",
            "Venn: I think 60 million crowns.",
            "Echo: When does it open?",
            "Marrow: In three years.",
            "Venn: Not before.",
        ),
        {"40 million crowns": "Ilse Marrow", "60 million crowns": "Oskar Venn"},
    ),
    "a headline that names whose words it quotes": (
        "Mayor Toll: 'I count in ferries'",
        lines(
            "Ilse Marrow brings the coffee. Rhea Toll has been mayor since May.",
            "How many came?",
            "“We had 130 guests. I fed them.”",
            "And on Friday?",
            "“I saw 90 guests.”",
            "Is there room?",
            "“For 20 more people.”",
        ),
        {"130 guests": "Rhea Toll", "90 guests": "Rhea Toll", "20 more people": "Rhea Toll"},
    ),
    "what others say within an answer, and behind the last one": (
        "",
        lines(
            "Lena Brandt has studied the levy since May.",
            "Q: How many paid?",
            "A: The ministry says 900,000 households. We found 700,000 households.",
            "Q: And who did not?",
            "A: I cannot tell.",
            "Q: Will it last?",
            "A: I doubt it.",
            "The committee confirmed that 47 towns had joined. Rain fell on 12 days.",
        ),
        {
            "900,000 households": "the ministry",
            "700,000 households": "Lena Brandt",
            "47 towns": "the committee",
            "12 days": None,
        },
    ),
    "a number that an answer passes on": (
        "",
        lines(
            "Ilse Marrow meets us at the gate, in boots.",
            'How many gates work? "The clerk told me 14 gates. I count 11 gates."',
            'And the old one? "I closed it."',
            'Who pays? "I wish I knew."',
        ),
        {"14 gates": None, "11 gates": "Ilse Marrow"},
    ),
}


@pytest.mark.parametrize(("title", "text", "expected"), INTERVIEWS.values(), ids=INTERVIEWS.keys())
def test_answers_are_the_interviewees(title: str, text: str, expected: dict[str, str | None]) -> None:
    told = numbers(text, title)
    assert {surface: told.get(surface, "not found") for surface in expected} == expected


#: Questions and answers, of whomever.
LOOMS = (
    "How many looms run?",
    '"We have 80 looms."',
    "And weavers?",
    '"I pay 40 weavers."',
    "What now?",
    '"I wait for 2 million crowns."',
)

#: why it is no interview -> (title, text): nobody but whom a verb names has said a number
OTHERS = {
    "a feature with a few quotations": (
        "Village on the edge",
        lines(
            "Ilse Marrow runs the shop in the village.",
            "Why stay?",
            "“I have 12 goats.”",
            "The road closed in May, and 40 families left. Snow lay for 9 weeks.",
            "The school went next. We walk its 30 rooms with the caretaker.",
            "“We have 3 pupils.”",
            "There is a bus on 2 days of the week.",
        ),
    ),
    "questions to people in the street": (
        "What voters think",
        lines(
            "Mayor Ilse Marrow will stand again. We asked on Dock Street.",
            "Is the rent too high?",
            '"I pay 900 crowns."',
            "Is the bus late?",
            '"We wait 40 minutes."',
            "Will you vote?",
            '"I have done it 9 times, never for her," says Jo Lund, a welder.',
        ),
    ),
    "two people who answer without labels": (
        "Two mayors, one bridge",
        lines(
            "Ilse Marrow and Oskar Venn came together for the first time.",
            "What does it cost?",
            '"We think 40 million crowns."',
            "When does it open?",
            '"I say 3 years."',
            "Who pays?",
            '"The state, 80 percent."',
        ),
    ),
    "a reporter and somebody met": (
        "",
        lines("Our reporter Tess Hale met Ilse Marrow at the mill.", *LOOMS),
    ),
    "questions and answers that explain": (
        "What the levy means",
        lines(
            "Finance Minister Rhea Toll presented a levy on Monday.",
            "Q: How high is it?",
            "A: It is 3 percent of income.",
            "Q: Do I have to pay?",
            "A: Those who earn 20,000 crowns do. We have a table.",
            "Q: When does it start?",
            "A: In May. We show 12 bands in our table.",
        ),
    ),
    "an explainer without labels or marks": (
        "The siege in figures",
        lines(
            "Gen. Ruben Ask commands the siege.",
            "How many are inside?",
            "We counted 9,000 people.",
            "How many shells fall?",
            "Some 300 shells a day.",
            "Who counts?",
            "Nobody. We found 12 graves.",
        ),
    ),
    "nobody is introduced": (
        "A talk at the mill",
        lines(*LOOMS),
    ),
    "a table of results": ("", lines("Jo Lund won.", "Lund: 40 points", "Venn: 30 points", "Marrow: 20 points")),
}


@pytest.mark.parametrize(("title", "text"), OTHERS.values(), ids=OTHERS.keys())
def test_what_is_no_interview_has_no_answers(title: str, text: str) -> None:
    assert {who for who in numbers(text, title).values() if who} <= {"Jo Lund"}


def test_a_quotation_is_one_claim() -> None:
    text = lines(
        "Ilse Marrow, a diver, meets us at the gate.",
        'How many gates work? "We have 14 of them. I closed three."',
        "Who pays?",
        '"I may never know."',
        'And then? "I shall retire."',
    )
    assert [(text[c.start : c.end], c.speaker, c.cue, c.quote, c.kind, c.hedged) for c in found(text)] == [
        ('"We have 14 of them. I closed three."', "Ilse Marrow", "", True, "person", False),
        ('"I may never know."', "Ilse Marrow", "", True, "person", True),
        ('"I shall retire."', "Ilse Marrow", "", True, "person", False),
    ]


def test_a_labelled_sentence_is_a_claim_each_and_its_label_no_part_of_the_statement() -> None:
    text = lines(
        "Ilse Marrow meets us at the gate.",
        "Q: Who pays?",
        "A: I do. We are poor.",
        "Q: Why?",
        "A: We love the dam.",
    )
    assert [(text[c.content[0][0] : c.content[0][1]], c.speaker, c.cue) for c in found(text)] == [
        ("I do.", "Ilse Marrow", "A"),
        ("We are poor.", "Ilse Marrow", "A"),
        ("We love the dam.", "Ilse Marrow", "A"),
    ]


PIECES = [
    "Q: ",
    "A: ",
    "Marrow: ",
    "Ilse Marrow ",
    "How? ",
    '"We have 14." ',
    "“I",
    "”",
    "\n",
    "\n\n",
    " says ",
    "‘",
    "’",
    ". ",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.sampled_from(["", "Marrow: 'I'", ": '"]))
def test_no_arrangement_breaks_anything(text: str, title: str) -> None:
    for claim in found(text, title):
        assert claim.speaker
        assert 0 <= claim.start < claim.end <= len(text)
        assert all(claim.start <= start < end <= claim.end for start, end in claim.content)


@pytest.mark.parametrize(
    "piece",
    ['Why? "I."\n', "Q: Why?\nA: I do.\n", "Why?\n“We do.\n", "Aa{i} Bb{i}: I?\n", "Cc{i}: I.\nDd{i}: Why?\n", '"I." "I."\n'],
)
def test_a_wall_of_questions_costs_no_more_than_its_length(piece: str) -> None:
    text = "Ilse Marrow waits.\n" + "".join(piece.replace("{i}", str(i)) for i in range(20_000))
    answers(text, sentences(text), quotations(text), [], "", cast(text))
