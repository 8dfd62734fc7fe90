"""The short way of parsing gives what spaCy's own gives."""

import pytest

from extractors.parser import lemma, parsed, pipeline

TEXTS = [
    "The port handled 6,700 containers in March, up from 5,200, the harbour master said.",
    "“We didn't expect it,” she told reporters; there were 40 of them, weren't there?",
    "Rates rose.",
    "  ",
    "Das ist kein englischer Satz – 12 % mehr.",
    "x" * 300,
    "1 2 3 4 5 6 7 8 9",
    "Of those, half had been sold to U.S. buyers for $3.5m (€3.2m) by Oct. 4.",
    "e\u0301te\u0301 \u200b \u202eabc\u202c 👩‍👩‍👧 12\u00a0000",
]


def by_itself(text):
    """The tokens as spaCy's own pipeline gives them."""
    language = pipeline()
    return language.get_pipe("attribute_ruler")(language(text))


@pytest.mark.parametrize("text", TEXTS)
def test_a_tree_is_that_of_the_library(text):
    (doc,) = parsed([text])
    wanted = by_itself(text)
    assert [(t.text, t.idx, t.tag_, t.dep_, t.pos_, t.head.i, t.whitespace_) for t in doc] == [
        (t.text, t.idx, t.tag_, t.dep_, t.pos_, t.head.i, t.whitespace_) for t in wanted
    ]
    for ours, theirs in zip(doc, wanted, strict=True):
        assert [t.i for t in ours.children] == [t.i for t in theirs.children]
        assert [t.i for t in ours.ancestors] == [t.i for t in theirs.ancestors]
        assert (ours.left_edge.i, ours.right_edge.i) == (theirs.left_edge.i, theirs.right_edge.i)
        assert (ours.like_num, ours.is_punct, ours.is_stop, ours.is_title) == (
            theirs.like_num,
            theirs.is_punct,
            theirs.is_stop,
            theirs.is_title,
        )


def test_a_sentence_is_parsed_alike_alone_and_with_others():
    alone = [next(parsed([text])) for text in TEXTS]
    together = list(parsed(TEXTS))
    assert [[(t.text, t.tag_, t.dep_, t.head.i) for t in doc] for doc in alone] == [
        [(t.text, t.tag_, t.dep_, t.head.i) for t in doc] for doc in together
    ]


def test_half_a_character_is_replaced_by_a_whole_one_of_its_length():
    (doc,) = parsed(["12 \ud800 people"])
    assert (doc.text, [t.idx for t in doc]) == ("12 \ufffd people", [0, 3, 5])


def test_a_phrase_is_the_text_between_two_tokens():
    (doc,) = parsed(["The port handled 6,700 containers."])
    assert doc.phrase(1, 3) == "port handled"
    assert doc.phrase(3, 3) == ""
    assert [t.text for t in doc.between(5, 11)] == ["port", "handled"]


@pytest.mark.parametrize(
    ("sentence", "word", "wanted"),
    [
        ("Two ships were sunk.", "sunk", "sink"),
        ("Two ships were sunk.", "ships", "ship"),
        ("He left.", "left", "leave"),
        ("It lies to the left.", "left", "left"),
        ("The WHO Says no.", "Says", "say"),
    ],
)
def test_a_lemma_is_that_of_the_word_in_its_sentence(sentence, word, wanted):
    (doc,) = parsed([sentence])
    assert lemma(next(t for t in doc if t.text == word)) == wanted
