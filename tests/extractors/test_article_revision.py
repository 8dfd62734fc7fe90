"""Revisions: what a publisher's edit is, and what only the page's clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.article.revision import same_text

TEXT = "Some 200 ships wait off the coast.\n\nThe strike began at 10:30 on Monday."


@pytest.mark.parametrize(
    ("case", "before", "after", "same"),
    [
        ("the same letters", TEXT, TEXT, True),
        ("white space", TEXT, TEXT.replace("\n\n", " \n").replace("200 ships", "200\u00a0 ships"), True),
        ("a clock that moved on", f"Updated 5 minutes ago\n\n{TEXT}", f"Updated 2 hours ago\n\n{TEXT}", True),
        (
            "a date and hour",
            f"Last updated: 3 March 2026, 14:32 GMT\n\n{TEXT}",
            f"Last updated: March 4, 9.05 am\n\n{TEXT}",
            True,
        ),
        ("a clock that was not there before", TEXT, f"{TEXT}\n\n14:32", True),
        ("counters", f"{TEXT}\n\n312 comments · 1.2k shares", f"{TEXT}\n\n340 comments · 1.3k shares", True),
        ("the time that a text takes", f"4 min read\n\n{TEXT}", f"5 min read\n\n{TEXT}", True),
        ("a number of the report", TEXT, TEXT.replace("200", "310"), False),
        ("an hour of the report", TEXT, TEXT.replace("10:30", "11:30"), False),
        ("a word", TEXT, TEXT.replace("wait", "waited"), False),
        ("a paragraph more", TEXT, f"{TEXT}\n\nPilots went back to work.", False),
        ("a counter that is a report", "The film had 3 million views.", "The film had 4 million views.", False),
        ("a row of a table", f"{TEXT}\n\nNorth | 200", f"{TEXT}\n\nNorth | 210", False),
        ("a bare number", f"{TEXT}\n\n200", f"{TEXT}\n\n210", False),
    ],
)
def test_same_text(case: str, before: str, after: str, same: bool) -> None:
    assert same_text(before, after) is same, case
    assert same_text(after, before) is same, case


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_compared_and_is_the_same_as_itself(one: str, other: str) -> None:
    assert same_text(one, one)
    assert same_text(one, other) == same_text(other, one)


def test_a_long_line_of_clocks_costs_no_time() -> None:
    assert not same_text("5 min " * 19 + "x", "5 min " * 19 + "y")
