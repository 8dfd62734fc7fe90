"""What holds for the shifts of series in the database whatever the order of arrival: on real rows, with invented histories."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.figures import figures
from extractors.series.mention import mentions
from extractors.text import sentences
from flows import figures as figure_rows
from flows import series
from schemas.outcomes import Relation
from schemas.records import Verdict

START = datetime(2031, 3, 1, 12, tzinfo=UTC)
SHARE = Decimal("0.10")
ARTICLE = """INSERT INTO article (url, title, outlet, text, language, analysis_version, cluster_id, relation, as_of,
                                  published_at, fetched_at, figures_outcome, series_outcome, revision)
             VALUES (%s, '', %s, '', 'en', '', 0, 'original', %s, %s, %s, 'extracted', 'observed', %s) RETURNING id"""
FIGURE = """INSERT INTO figure (article_id, position, sentence, span, sentence_span, surface, low, high, bound, unit, measured,
                                role, attribution, withdrawal, slots)
            VALUES (%s, %s, 0, '[0,1)', '[0,1)', %s, %s, %s, %s, 'person', 'people', 'level', %s, %s, '{}') RETURNING id"""
OBSERVATION = """INSERT INTO observation (series_id, figure_id, article_id, as_of, family, number, wording, mention, sure, cues)
                 VALUES (%s, %s, %s, %s, '', 0, '', '{}', %s, %s)"""

told = st.fixed_dictionaries(
    {
        "series": st.integers(0, 1),
        "day": st.integers(0, 9),
        "value": st.sampled_from([40, 41, 44, 67, 70, 104, 140, 1000, 4000]),
        "bound": st.sampled_from(["exact", "exact", "approx", "at_least", "less_than"]),
        "surface": st.sampled_from(["", "", "thousands"]),
        "speaker": st.sampled_from([None, "the mayor", "the ministry"]),
        "withdraws": st.sampled_from([False, False, False, True]),
        "sure": st.sampled_from([1, 1, 0.4]),
        "cues": st.sampled_from([[], ["moved to", "now"], ["part of"]]),
    }
)


def create(tx, many):
    """Series of people, by their ids."""
    alike = {"labels": "people", "units": "person", "dimensions": "count", "rates": None, "roles": "level"}
    return [row["id"] for row in tx.all("series.create", now=START, **{key: [value] * many for key, value in alike.items()})]


def observe(tx, lines, one, number):
    """An article with one number of a given series."""
    day = START + timedelta(days=one["day"], minutes=number)
    connection = tx._connection
    url = f"https://paper{number % 3}.example/{number}"
    row = (url, f"Paper {number % 3}", day, day, day, 1)
    article = connection.execute(ARTICLE, row).fetchone()["id"]
    connection.execute("UPDATE article SET cluster_id = id WHERE id = %s", (article,))
    low = None if one["bound"] == "less_than" else one["value"]
    high = None if one["bound"] == "at_least" else one["value"]
    values = (article, 0, one["surface"], low, high, one["bound"], one["speaker"], one["withdraws"])
    figure = connection.execute(FIGURE, values).fetchone()["id"]
    connection.execute(OBSERVATION, (lines[one["series"]], figure, article, day, one["sure"], one["cues"]))


def history(database, batches):
    """What stands told after these batches have arrived, by addresses: ids are given by arrival."""
    with database.transaction() as tx:
        tx._connection.execute("TRUNCATE article, series CASCADE")
        lines = create(tx, 2)
    for batch in batches:
        with database.transaction() as tx:
            for number, one in batch:
                observe(tx, lines, one, number)
            series.decide(tx, lines, SHARE, START)
    with database.transaction() as tx:
        return Counter(
            (
                row["url"],
                lines.index(row["series"]),
                row["from"],
                row["to"],
                row["kind"],
                row["origins_before"],
                row["origins_after"],
            )
            for row in tx.all("series.export_shifts")
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(told, min_size=1, max_size=8), st.randoms(use_true_random=False), st.integers(1, 3))
def test_observations_in_any_order_and_any_batches_come_to_the_same_shifts(database, rows, random, size):
    numbered = list(enumerate(rows))
    expected = history(database, [numbered])
    random.shuffle(numbered)
    assert history(database, [numbered[k : k + size] for k in range(0, len(numbered), size)]) == expected


def one(day, value):
    return {
        "series": 0, "day": day, "value": Decimal(value), "bound": "exact", "surface": "", "speaker": None, "withdraws": False,
        "sure": 1, "cues": [],
    }  # fmt: skip


def steps(database, values, threshold):
    with database.transaction() as tx:
        lines = create(tx, 1)
    for number, value in enumerate(values):
        with database.transaction() as tx:
            observe(tx, lines, one(number, value), number)
            series.decide(tx, lines, threshold, START)
    with database.transaction() as tx:
        return [(row["from"], row["to"]) for row in tx.all("series.export_shifts")]


def test_thirty_steps_of_half_a_percent_are_told_when_they_add_up(database):
    values = [Decimal(1000) * Decimal("1.005") ** k for k in range(31)]
    found = steps(database, values, Decimal("0.05"))
    assert [values.index(to) for _, to in found] == [10, 20, 30]
    assert [values.index(start) for start, _ in found] == [0, 10, 20]


def test_flutter_of_a_cent_is_never_told(database):
    assert steps(database, [Decimal("1.40"), Decimal("1.41")] * 15, Decimal("0.05")) == []


def test_a_number_taken_back_is_corrected_and_its_repeat_is_no_news(database):
    with database.transaction() as tx:
        lines = create(tx, 1)
    for number, row in enumerate((one(0, 140), one(1, 96) | {"withdraws": True}, one(2, 96), one(3, 140))):
        with database.transaction() as tx:
            observe(tx, lines, row, number)
            series.decide(tx, lines, SHARE, START)
    with database.transaction() as tx:
        assert [(row["from"], row["to"], row["kind"]) for row in tx.all("series.export_shifts")] == [(140, 96, "correction")]


@pytest.mark.parametrize("away", [0, 1], ids=["to the older series", "to the younger"])
def test_a_shift_goes_along_with_a_figure_that_moves_to_another_series(database, away):
    with database.transaction() as tx:
        lines = create(tx, 2)
    stays = 1 - away
    for number, row in enumerate(
        (one(0, 100) | {"series": away}, one(1, 100) | {"series": stays}, one(2, 150) | {"series": stays})
    ):
        with database.transaction() as tx:
            observe(tx, lines, row, number)
            series.decide(tx, lines, SHARE, START)
    with database.transaction() as tx:
        before = tx.all("series.list_shifts", limit=9)
        moved = tx.all("series.members", id=lines[stays])[1]["id"]
        tx.run("series.split_observations", series_id=lines[stays], other_id=lines[away], observations=[moved])
        new = series.decide(tx, lines, SHARE, START).new
        after = tx.all("series.list_shifts", limit=9)
    assert [(row["id"], row["series_id"]) for row in before] == [(after[0]["id"], lines[stays])]
    assert [row["series_id"] for row in after] == [lines[away]]
    assert new == 0, "nobody is told again"


def test_what_was_beyond_doubt_in_a_line_is_as_sure_as_its_merge_with_another(database):
    with database.transaction() as tx:
        keep, end = lines = create(tx, 2)
        for number, (series_number, sure) in enumerate([(0, 1), (0, 0.9), (1, 1), (1, 0.4)]):
            observe(tx, lines, one(number, 40) | {"series": series_number, "sure": sure}, number)
        series.merge(tx, keep, end, 0.6)
        assert [row["sure"] for row in tx.all("series.observations", series=[keep])] == [1, 0.9, 0.6, 0.4]


def test_lines_of_which_an_article_holds_figures_side_by_side_are_not_merged(database):
    with database.transaction() as tx:
        lines = create(tx, 2)
        for number in (0, 1):
            observe(tx, lines, one(number, 40) | {"series": number}, number)
        assert tx.one("series.side_by_side", one=lines[0], other=lines[1]) is None
        tx._connection.execute("UPDATE observation SET article_id = (SELECT min(article_id) FROM observation)")
        assert tx.one("series.side_by_side", one=lines[0], other=lines[1]) is not None


TEXTS = (
    "ARDEN - Some {a} containers of ammunition have been shipped from Port Larn to Vessia, the ministry of Arden said.\n\n"
    "In Kolm {b} soldiers were killed and {c} wounded, the army of Vessia said.",
    "The army of Vessia put its dead at Kolm at {b} soldiers killed, and {c} wounded.\n\n"
    "Arden shipped {a} containers of ammunition to Vessia through Port Larn, according to the ministry.",
)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)], ids=["in order", "backwards", "mixed"])
def test_articles_in_any_order_come_to_the_same_series(database, order):
    found = {}
    for day in order:
        text = TEXTS[day % 2].format(a=6000 + 700 * day, b=300 + 50 * day, c=1100 + 200 * day)
        parts = sentences(text)
        numbers = figures(text, parts)
        index = {part.start: part.index for part in parts}
        lines = [index[f.sentence_start] for f in numbers]
        url, at = f"https://paper.example/{day}", START + timedelta(days=day)
        with database.transaction() as tx:
            article = tx._connection.execute(ARTICLE, (url, "Paper", at, at, at, 1)).fetchone()["id"]
            tx._connection.execute("UPDATE article SET cluster_id = id WHERE id = %s", (article,))
            stored = figure_rows.store(tx, article, numbers, lines, [])
            said = mentions(numbers, parts, title="", article=url, published_at=at)
            latest = series.read(tx, said, series.look_up(tx, said))
            verdict = Verdict(relation=Relation.ORIGINAL)
            series.place(tx, article, at, numbers, stored, lines, said, latest, verdict, [], SHARE, START)
    with database.transaction() as tx:
        for row in tx.all("series.export_observations"):
            found.setdefault(row["series"], set()).add((row["url"], int(row["low"])))
    groups = {frozenset(value for _, value in members) for members in found.values()}
    assert groups == {
        frozenset({6000, 6700, 7400, 8100}), frozenset({300, 350, 400, 450}), frozenset({1100, 1300, 1500, 1700}),
    }  # fmt: skip
