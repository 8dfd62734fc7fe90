"""An agency or outlet that a text credits is read from it; persons and places are not."""

import pytest

from extractors.article.wire import credit, names_outlet

BODY = "\n\nThe river rose above the quay on Monday, officials in Orven said. It fell again at night.\n\n"

CASES = {
    "an agency in a dateline": ("ORVEN, May 4 (Lantern Press) - The river rose." + BODY, "Lantern Press"),
    "an agency's initials in a dateline": ("ORVEN (LPA) — The river rose." + BODY, "LPA"),
    "a byline of an agency": ("By Lantern Press Agency" + BODY, "Lantern Press Agency"),
    "a person's byline is no credit": ("By Ilse Brandt" + BODY, ""),
    "a note of first publication": (
        "This article first appeared in The Orven Gazette." + BODY,
        "The Orven Gazette",
    ),
    "the sentence after the note is not part of the name": (
        "This article was first published in The Orven Gazette. Readers may write to us." + BODY,
        "The Orven Gazette",
    ),
    "a note of republication at the end": (BODY + "Republished by permission of the Orven Courier.", "Orven Courier"),
    "a month is no outlet": ("This article, first published in January, has been revised." + BODY, ""),
    "a source line": (BODY + "Source: Lantern Press", "Lantern Press"),
    "a copyright line": (BODY + "© 2031 Lantern Press Agency. All rights reserved.", "Lantern Press Agency"),
    "the agency's name alone in the last line": (BODY + "Lantern Newswire", "Lantern Newswire"),
    "brackets in the text are no dateline": ("The port (Orven) is closed and the mill (Tarn) too." + BODY, ""),
    "a text without credit": (BODY, ""),
    "a heading of one word is no agency": ("News" + BODY + "Details", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_credit(case: str) -> None:
    text, expected = CASES[case]
    assert credit(text) == expected


def test_a_credit_names_an_outlet_by_name_part_or_initials() -> None:
    assert names_outlet("LPA", "Lantern Press Agency")
    assert names_outlet("Lantern Press", "Lantern Press Agency")
    assert not names_outlet("LPA", "Orven Gazette")
    assert not names_outlet("", "Orven Gazette")
