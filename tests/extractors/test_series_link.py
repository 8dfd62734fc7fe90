"""Which series a figure joins: an invented story told by several papers, and what each number should meet."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.claims import attribute, claims
from extractors.figures import figures
from extractors.series.link import Candidate, assign, cluster, explain, from_json, keys, mentions, place, to_json
from extractors.series.linker import from_data, shipped
from extractors.series.mention import stem
from extractors.text import sentences

FIRST = (
    "Floods kill 31 in Marovia",
    "Floods in the Tessin valley of Marovia have killed 31 people and injured 212, the Marovian interior ministry said on"
    " Monday.\n\nSome 4,800 residents of Tessin were sleeping in schools, and 17 bridges had been washed away.",
)
SECOND = (
    "Marovia flood toll climbs",
    "The death toll of the floods in the Tessin valley has reached 52 people, the Marovian interior ministry said.\n\n"
    "In the whole of Marovia 340 people were injured. About 9,000 residents of Tessin are now sleeping in schools.",
)
OTHER = (
    "Kestrel Motors recalls 64,000 vans",
    "Kestrel Motors is recalling 64,000 vans in Velland because of faulty brakes, the company said.\n\n"
    "It knows of 31 crashes in which 12 people were injured.",
)


def read(story, url):
    title, text = story
    parts = sentences(text)
    found = attribute(figures(text, parts, title=title), claims(text, parts, title=title), parts)
    return mentions(found, parts, title=title, article=url)


@pytest.fixture(scope="module")
def first():
    return read(FIRST, "https://a.example/1")


@pytest.fixture(scope="module")
def second():
    return read(SECOND, "https://b.example/1")


def by_number(found, number):
    return next(m for m in found if m.number == number)


def test_killed_meets_killed_and_injured_meets_injured(first, second):
    pool = [Candidate(k, (m,)) for k, m in enumerate(first, 1)]
    chosen = dict(zip((m.number for m in second), assign(second, pool), strict=True))
    series = {m.number: k for k, m in enumerate(first, 1)}
    assert chosen[52.0] == series[31.0]
    assert chosen[9000.0] == series[4800.0]


def test_stories_of_one_event_share_keys_and_strangers_do_not(first, second):
    here, there = ({k for m in found for k in keys(m)} for found in (first, second))
    stranger = {k for m in read(OTHER, "https://c.example/1") for k in keys(m)}
    assert here & there
    assert not here & stranger
    assert all(-(2**63) <= k < 2**63 for k in here)


def test_the_order_of_candidates_plays_no_part(first, second):
    pool = [Candidate(k, (m,)) for k, m in enumerate(first, 1)]
    expected = assign(second, pool)
    for seed in range(5):
        mixed = list(pool)
        random.Random(seed).shuffle(mixed)
        assert assign(second, mixed) == expected


def test_no_candidates_and_no_mentions_are_no_trouble(first):
    assert assign([], [Candidate(1, tuple(first))]) == []
    assert assign(first, []) == [None] * len(first)
    assert assign(first, [Candidate(1, ())]) == [None] * len(first)
    assert place(first, [], fixed={0: 4}).series[0] == 4


def test_figures_of_other_roles_never_join(first):
    level = by_number(first, 31.0)
    forecast = from_json(to_json(level) | {"role": "forecast", "article": "https://d.example/1"})
    assert assign([forecast], [Candidate(1, (level,))]) == [None]


def test_two_series_that_one_figure_fits_become_one(first):
    killed = by_number(first, 31.0)
    again = from_json(to_json(killed) | {"article": "https://d.example/1"})
    new = from_json(to_json(killed) | {"article": "https://e.example/1"})
    found = place([new], [Candidate(3, (killed,)), Candidate(5, (again,))])
    assert found.series[0] in (3, 5)
    assert found.merges == ((3, 5),)


def test_a_mention_is_the_same_after_json(first):
    for one in first:
        assert from_json(json.loads(json.dumps(to_json(one)))) == one
        assert len(json.dumps(to_json(one))) < 4000


def test_the_reference_groups_what_assignment_joins(first, second):
    groups = cluster([*first, *second])
    at = {(m.article, m.number): g for m, g in zip([*first, *second], groups, strict=True)}
    assert at["https://a.example/1", 31.0] == at["https://b.example/1", 52.0]
    assert at["https://a.example/1", 31.0] != at["https://a.example/1", 212.0]


def test_an_explanation_names_what_agrees_and_what_does_not(first, second):
    lines = explain(by_number(first, 31.0), by_number(second, 52.0))
    assert lines
    assert all(isinstance(line, str) and line for line in lines)


def test_a_linker_trained_on_other_features_is_refused():
    with pytest.raises(ValueError, match="other features"):
        from_data({"features": ["something else"]})


def test_the_shipped_linker_says_what_it_learnt_from_and_how_it_scored():
    from importlib.resources import files

    kept = json.loads(files("extractors.series").joinpath("linker.json").read_text(encoding="utf-8"))
    assert kept["trained_on"]["storylines"] >= 40
    assert kept["cross_validated"]["storylines, by folds"]["series"]["f1"] >= 0.8
    assert shipped().depth >= 1


@pytest.mark.parametrize(
    ("forms"),
    [
        ("ship", "ships", "shipped", "shipping"),
        ("city", "cities"),
        ("injure", "injured", "injures"),
        ("miner", "miners", "miner's"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms):
    assert len({stem(form) for form in forms}) == 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gives_mentions_and_keys(text, title):
    parts = sentences(text)
    for one in mentions(figures(text, parts, title=title), parts, title=title, article="u"):
        assert keys(one)
        assert from_json(json.loads(json.dumps(to_json(one)))) == one
