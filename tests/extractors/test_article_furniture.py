"""Lines of the page that are none of the article's."""

import pytest

from extractors.article.furniture import without_furniture

STORY = [
    "The port counted 200 ships on Monday.",
    "Pilots want 15 percent more pay before they return.",
    "Talks go on, a union official said.",
]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Second harbour closes after 40 years",
        "READ ALSO | Grain price up 12 percent",
        "Related story: Tanker runs aground",
        "Watch: 300 boats leave at dawn",
        "Sign up for our daily newsletter and never miss a story.",
        "Follow us on Telegram for the latest.",
        "Click here to read the report in full.",
        "Advertisement",
        "Story continues below advertisement",
        "Share this article",
        "214 comments",
        "- Read more: In figures",
    ],
)
def test_a_line_of_the_page_goes(line: str) -> None:
    assert without_furniture([STORY[0], line, *STORY[1:]]) == STORY


@pytest.mark.parametrize(
    "line",
    [
        "Read more than 200 books a year, the minister told pupils.",
        "Watch officers counted 300 boats before dawn.",
        "Opinion: 62 percent of those asked want the pilots back, the poll found.",
        "Follow-up talks are planned for Friday.",
        "Share prices fell 5 percent.",
        "What the pilots want",
        "Northhaven | 1,200",
        "- 40 tugs",
    ],
)
def test_a_line_of_the_article_stays(line: str) -> None:
    assert line in without_furniture([STORY[0], line, *STORY[1:]])


def test_a_list_of_other_stories_ends_the_article() -> None:
    others = [
        "More stories from The Courier",
        "Ferry fares to rise 8 percent",
        "Is this the end of the pier?",
        "Ten new tugs ordered",
    ]
    assert without_furniture(STORY + others) == STORY
    assert without_furniture([*STORY, "Comments (3)", "ann: shame", "bo: agreed"]) == STORY


def test_a_heading_with_sentences_under_it_stays() -> None:
    lines = [*STORY, "Related measures", "The navy will send six boats.", "Insurers raised their rates by a third."]
    assert without_furniture(lines) == lines


def test_what_is_there_twice_is_kept_once_but_for_rows_of_tables() -> None:
    assert without_furniture([*STORY, STORY[1]]) == STORY
    assert without_furniture(["North | 0", "South | 0", "North | 0"]) == ["North | 0", "South | 0", "North | 0"]


def test_a_sentence_that_is_broken_over_lines_is_joined() -> None:
    assert without_furniture(
        ["The port counted", "200 ships,", "most of them with", "grain, on the", "Monday of the storm.", "More came."]
    ) == [
        "The port counted",
        "200 ships, most of them with grain, on the Monday of the storm.",
        "More came.",
    ]


def test_nothing_is_nothing() -> None:
    assert without_furniture([]) == []
