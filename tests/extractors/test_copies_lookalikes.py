"""Texts that resemble each other and are no copies: the same place, the same company, the same template."""

import tomllib
from pathlib import Path

import pytest

from extractors.copies import fingerprint, judge
from extractors.text import sentences
from schemas.outcomes import Relation
from schemas.records import Article, Candidate


def relation(text: str, known: str) -> Relation:
    candidate = Candidate(id=1, url="u", published_at=None, fingerprint=fingerprint(known, sentences(known)))
    article = Article(url="v", title="", text=text, language="en")
    return judge(article, fingerprint(text, sentences(text)), [candidate]).relation


TEXTS = {
    name: "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
    for name, text in tomllib.loads((Path(__file__).parents[1] / "cases" / "lookalikes.toml").read_text("utf-8")).items()
}
TEXTS |= {"nothing": "", "a_few_words": "Berrano, Tuesday."}

CASES = {
    "two earthquakes in one town": ("quake_again", "quake", {Relation.ORIGINAL}),
    "two quarterly reports of one company": ("quarter_after", "quarter", {Relation.ORIGINAL}),
    "the same market report on the next day": ("market_next_day", "market", {Relation.ORIGINAL}),
    "two desks with one press release": ("release_by_another_desk", "release", {Relation.ORIGINAL}),
    "two stories that share a paragraph of background": ("own_story_b", "own_story_a", {Relation.ORIGINAL}),
    "two matches of the same teams": ("match_return", "match", {Relation.ORIGINAL}),
    "the same bulletin a week later": ("bulletin_next_week", "bulletin", {Relation.ORIGINAL}),
    "the counts of two districts in one wording": ("other_district_count", "district_count", {Relation.ORIGINAL}),
    "the weather of two days in one wording": ("forecast_next_day", "forecast", {Relation.ORIGINAL}),
    "two matches of a day in one wording": ("result_elsewhere", "result", {Relation.ORIGINAL}),
    "obituaries of two musicians in one wording are never duplicates": (
        "obituary_of_another",
        "obituary",
        {Relation.ORIGINAL, Relation.UPDATE},
    ),
    "the sentences of two drivers in one wording are never duplicates": (
        "sentence_of_another",
        "sentence",
        {Relation.ORIGINAL, Relation.UPDATE},
    ),
    "two desks on one collapse": ("collapse_by_another_desk", "collapse", {Relation.ORIGINAL}),
    "two trials over one fraud": ("trial_of_another", "trial", {Relation.ORIGINAL}),
    "two storms on one coast": ("storm_of_the_year_before", "storm", {Relation.ORIGINAL}),
    "no text": ("nothing", "quake", {Relation.ORIGINAL}),
    "a few words": ("a_few_words", "quake", {Relation.ORIGINAL}),
}


@pytest.mark.parametrize("case", CASES)
def test_lookalikes(case: str) -> None:
    one, other, allowed = CASES[case]
    assert relation(TEXTS[one], TEXTS[other]) in allowed
    assert relation(TEXTS[other], TEXTS[one]) in allowed
