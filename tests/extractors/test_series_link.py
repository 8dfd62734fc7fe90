"""Which series a figure joins: an invented story told by several papers, and what each number should meet."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.claims import attribute, claims
from extractors.figures import figures
from extractors.series.link import (
    MOST_SERIES,
    Candidate,
    assign,
    cluster,
    comparable,
    explain,
    from_json,
    keys,
    mentions,
    place,
    seen,
    shortlist,
    to_json,
)
from extractors.series.linker import from_data, shipped
from extractors.series.mention import family, root, span, stem
from extractors.series.pair import Neighbourhood
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
    here, there = keys(first), keys(second)
    stranger = keys(read(OTHER, "https://c.example/1"))
    assert sum(weight for key, weight in here.items() if key in there) >= 3
    assert not here.keys() & stranger.keys()
    assert all(-(2**63) <= k < 2**63 for k in here)
    assert keys([]) == {}


@pytest.mark.parametrize(
    ("title", "text", "outlet", "expected"),
    [
        pytest.param("", "Harlan leaves 270 shops and 9,100 employees. Cards go on.", "", {"harlan"}, id="by grammar"),
        pytest.param("Ninety shops of Harlan close", "The chain closes 90 shops.", "", {"harlan"}, id="in the headline"),
        pytest.param("Wadi Senn: report 19", "The camp has 71,400 residents.", "", {"wadi", "senn"}, id="at the head of it"),
        pytest.param("Harlan closes ninety shops", "Harlan said so. It closes 90 shops.", "", {"harlan"}, id="at both heads"),
        pytest.param("Floods kill ninety", "Floods have killed 90 people.", "", set(), id="no name: by grammar"),
        pytest.param("Measles cases rise", "There were 340 cases of measles.", "", set(), id="no name: lower case in the text"),
        pytest.param("Ninety Shops Close", "The chain closes 90 stores.", "", set(), id="no names: all words are capitalised"),
        pytest.param("DISASTER at the port", "It cost 90 lives.", "", set(), id="no name: shouted"),
        pytest.param("", "Some 340 are ill.", "Ministry of Health of Oruma", {"oruma"}, id="in the letterhead"),
        pytest.param("", "Some 340 are ill.", "Oruma Times", set(), id="a paper writes of other countries, too"),
    ],
)
def test_the_names_of_a_report(title: str, text: str, outlet: str, expected: set[str]):
    parts = sentences(text)
    found = mentions(figures(text, parts), parts, title=title, article="https://a.example/3", outlet=outlet)
    assert set(found[0].names) == expected


PEOPLES = [
    pair.split()
    for pair in ("korea korean", "ukraine ukrainians", "russia russian", "kolvenia kolvenian", "iraq iraqi", "china chinese")
]


@pytest.mark.parametrize(("one", "other"), PEOPLES)
def test_a_country_and_its_people_are_one_name(one: str, other: str):
    assert root(one) == root(other)


@pytest.mark.parametrize(
    ("rate", "period", "expected"),
    [
        pytest.param("month", "", "month", id="a rate"),
        pytest.param("", "in march", "month", id="told of a month"),
        pytest.param("", "on monday", "day", id="told of a day"),
        pytest.param("", "this year", "year", id="told of a year so far"),
        pytest.param("", "by march", "", id="all until then"),
        pytest.param("soldier", "in march", "", id="per something else"),
        pytest.param("", "", "", id="no time"),
    ],
)
def test_what_a_number_is_the_sum_of(rate: str, period: str, expected: str):
    assert span(rate, period) == expected


def test_names_that_begin_alike_stay_apart():
    assert len({root(name) for name in ("maria", "martin", "marina", "korea", "kosovo", "iran", "iraq")}) == 7


def test_a_country_is_found_by_its_people():
    told = ("It was the Dalmeran army that lost 340 men, a minister said.", "The capital of Dalmera counts 340 dead, he said.")
    texts = [(text, sentences(text)) for text in told]
    first, second = (keys(mentions(figures(t, p), p, title="", article=t)) for t, p in texts)
    assert first.keys() & second.keys()


def test_the_series_most_like_a_figure_are_read_in_full(first, second):
    near = [(k, m, 16) for k, m in enumerate(first, 1)]
    assert shortlist(second, seen(near)) == [k for k, m in enumerate(first, 1) if any(family(m) == family(s) for s in second)]
    killed, before = by_number(second, 52.0), by_number(first, 31.0)
    crowd = [(100 + k, replace(before, number=before.number * 50), 16) for k in range(2 * MOST_SERIES)]
    found = shortlist([killed], seen([*crowd, *near]))
    assert 1 + first.index(before) in found
    assert len(found) == MOST_SERIES


def test_a_line_of_the_story_is_read_before_those_of_strangers_that_look_more_like_it(first, second):
    killed, before = by_number(second, 52.0), by_number(first, 31.0)
    strangers = [(k, replace(before, number=50.0), 1) for k in range(MOST_SERIES)]
    assert 100 not in shortlist([killed], seen([*strangers, (100, before, 1)]))
    assert 100 in shortlist([killed], seen([*strangers, (100, before, 8)]))


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


def test_a_part_and_its_whole_are_two_lines_where_one_sentence_tells_both():
    text = "Some 10,000 soldiers are in Orvia, and about 8,000 of these are at the front."
    parts = sentences(text)
    whole, part = mentions(figures(text, parts), parts, title="", article="https://a.example/1")
    assert not comparable(Neighbourhood([whole, part]))[0, 1]
    assert comparable(Neighbourhood([whole, replace(part, article="https://b.example/1")]))[0, 1]


def test_two_series_that_one_figure_fits_become_one(first):
    killed = by_number(first, 31.0)
    again = from_json(to_json(killed) | {"article": "https://d.example/1"})
    new = from_json(to_json(killed) | {"article": "https://e.example/1"})
    found = place([new], [Candidate(3, (killed,)), Candidate(5, (again,))])
    assert found.series[0] in (3, 5)
    assert [merge[:2] for merge in found.merges] == [(3, 5)]
    assert all(0 < sure <= 1 for *_, sure in found.merges)


def test_a_figure_that_was_judged_is_less_than_sure_and_others_are_sure(first, second):
    known = [Candidate(k, (m,)) for k, m in enumerate(first, 1)]
    found = place(second, known, fixed={0: 99})
    assert found.sure[0] == 1
    for series, sure in list(zip(found.series, found.sure, strict=True))[1:]:
        assert (sure == 1) == (series is None)
        assert 0 < sure <= 1


def test_a_mention_is_the_same_after_json(first):
    for one in first:
        assert from_json(json.loads(json.dumps(to_json(one)))) == one
        assert len(json.dumps(to_json(one))) < 4000


def test_the_reference_groups_what_assignment_joins(first, second):
    groups = cluster([*first, *second])
    at = {(m.article, m.number): g for m, g in zip([*first, *second], groups, strict=True)}
    assert at["https://a.example/1", 4800.0] == at["https://b.example/1", 9000.0]
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
    assert kept["cross_validated"]["storylines, left out"]["series"]["f1"] >= 0.84
    assert shipped().pairs.depth >= 1
    assert shipped().lines.depth >= 1


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
    found = mentions(figures(text, parts, title=title), parts, title=title, article="u")
    assert bool(keys(found)) <= bool(found)
    for one in found:
        assert from_json(json.loads(json.dumps(to_json(one)))) == one
