"""Copies in the database: the order of arrival plays no part, late origins, agencies, two workers at one moment.

Real Postgres and the real analysis, done once; what is stored is one transaction an article, as in the service.
"""

import io
import multiprocessing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from extractors.figures.numbers import numbers
from flows import archive, articles, copies, db, look, pipeline
from flows.archive import Document
from flows.db import Database
from flows.pipeline import Desk
from schemas.records import Rule

NOON = datetime(2031, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
DESK = Desk(threshold=Decimal("0.10"), rules=(Rule(name="every shift", channels=("desk",)),))

WIRE = (
    "Some 4,300 households have been moved out of the Tarn valley since the dam at Orven cracked, the river board of Lomm said"
    " on Sunday.\n\n"
    "Engineers have lowered the lake by 11 metres through the spillway and inspect the wall from boats by night.\n\n"
    '"We will not fill it again before the autumn," the head of the board, Ilse Brandt, told reporters in Lomm.\n\n'
    "The board pays each household 650 florins a week, and schools in Kessa have taken in the children of the valley."
)
UPDATE = WIRE.replace("4,300", "5,900").replace("on Sunday", "on Tuesday")
SECOND_UPDATE = UPDATE.replace("5,900", "7,400").replace("on Tuesday", "on Friday")
BRIEF = "\n\n".join(WIRE.split("\n\n")[:2])
EXCERPT = "\n\n".join(UPDATE.split("\n\n")[:3])
OWN = (
    "Tents stand in rows behind the town hall of Kessa. Brother and sister Merle and Jon Hallin came here with a handcart"
    " and the family's goat.\n\n"
    "The river board of Lomm says that 4,300 households have been moved out of the Tarn valley. Most of them do not know when"
    " they will see their gardens again.\n\n"
    "A baker gives away what he does not sell. At the school gate a list says who is missing a cat."
)
#: (path, outlet, hours after noon, text, what it is, of which), in order of publication.
STORY = (
    ("brief", "Lantern Press", 0, BRIEF, "original", None),
    ("wire", "Lantern Press", 1, WIRE, "update", "brief"),
    ("again", "Orven Gazette", 3, BRIEF, "duplicate", "brief"),
    ("copy", "Orven Gazette", 3, WIRE + "\n\nSource: Lantern Press", "duplicate", "wire"),
    ("own", "Kessa Courier", 6, OWN, "original", None),
    ("update", "Lantern Press", 48, UPDATE, "update", "wire"),
    ("part", "Tarn Herald", 60, EXCERPT, "duplicate", "update"),
    ("second", "Lantern Press", 120, SECOND_UPDATE, "update", "wire"),
    ("late", "Lomm Mirror", 140, WIRE, "duplicate", "wire"),
)
NAMES = [each[0] for each in STORY]


def document(path, outlet, hours, text):
    return Document(
        url=f"https://{outlet.lower().replace(' ', '')}.example/{path}",
        title="Households leave the Tarn valley",
        outlet=outlet,
        published_at=NOON + timedelta(hours=hours),
        text=text,
    )


@pytest.fixture(scope="module")
def story(analyser):
    """The analyses of the story's articles by name, done once."""
    documents = [document(*each[:4]) for each in STORY]
    return dict(zip(NAMES, analyser.results(archive.page(d) for d in documents), strict=True))


def store(database, story, order):
    """Let the articles come in one after the other, with what has to be read again because of each."""
    for name in order:
        with database.transaction() as tx:
            archive.store(tx, document(*STORY[NAMES.index(name)][:4]), LATER, history=False)
        while record_due(database, story):
            pass


def record_due(database, story):
    with database.transaction() as tx:
        due = articles.lease(tx, LATER, 10)
    for row in due:
        with database.transaction() as tx:
            pipeline.record(tx, row, story[name_of(row["url"])], DESK, LATER)
    return len(due)


def name_of(url):
    return url.rpartition("/")[2]


def state(database):
    """What was concluded, in words that do not depend on ids."""
    with database.transaction() as tx:
        judged = tx._connection.execute(
            "SELECT a.url, a.relation, p.url AS parent, o.url AS origin FROM article a"
            " LEFT JOIN article p ON p.id = a.duplicate_of JOIN article o ON o.id = a.cluster_id ORDER BY a.url"
        ).fetchall()
        observed = tx.all("series.export_observations")
        shifts = tx.all("series.export_shifts")
    lines = {}
    for row in observed:
        lines.setdefault(row["series"], set()).add((name_of(row["url"]), row["low"], row["unit"], row["as_of"]))
    return (
        sorted(tuple(value and value.rpartition("/")[2] for value in row.values()) for row in judged),
        sorted(map(sorted, lines.values())),
        sorted(
            (name_of(s["url"]), s["from"], s["to"], s["kind"], s["origins_before"], s["origins_after"], s["as_of"])
            for s in shifts
        ),
    )


@pytest.fixture(scope="module")
def expected(server, story):
    """What the story comes to when its articles come in as they were published."""
    with db.throwaway(server) as database:
        store(database, story, NAMES)
        return state(database)


def test_each_article_is_what_it_is_to_those_before_it(expected):
    found = {url: (relation, parent) for url, relation, parent, _ in expected[0]}
    assert found == {name: (relation, parent) for name, *_, relation, parent in STORY}


def test_the_number_moves_twice_and_copies_move_nothing(expected):
    moves = [(url, int(old), int(new), kind) for url, old, new, kind, *_ in expected[2]]
    assert moves == [("second", 5900, 7400, "increase"), ("update", 4300, 5900, "increase")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(order=NAMES[::-1])
@given(order=st.permutations(NAMES))
def test_the_order_of_arrival_changes_nothing(server, story, expected, order):
    with db.throwaway(server) as database:
        store(database, story, order)
        assert state(database) == expected


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_one_changed_digit_in_a_part_or_an_edited_text_is_an_update_and_its_number_is_stored(server, analyser, story, data):
    first = data.draw(st.integers(0, 2))
    part = "\n\n".join(WIRE.split("\n\n")[first : data.draw(st.integers(first + 2, 4))])
    edited = part.replace("have been", "were") if data.draw(st.booleans()) else part
    at = data.draw(st.sampled_from([i for i, character in enumerate(edited) if character.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "123456789" if digit != edited[at]]))
    text = edited[:at] + digit + edited[at + 1 :]
    [number] = [number.value for number in numbers(text) if number.start <= at < number.end]
    with db.throwaway(server) as database:
        store(database, story, ["wire"])
        with database.transaction() as tx:
            archive.store(tx, document("changed", "Tarn Herald", 60, text), LATER, history=False)
        pipeline.analyse_due(database, analyser, DESK, LATER, 10)
        judged, observed, _ = state(database)
        with database.transaction() as tx:
            stored = [row["low"] for row in tx.all("figures.export", seeds=False) if row["url"].endswith("/changed")]
    assert ("changed", "update", "wire", "wire") in judged
    assert number in stored
    assert any(("changed", number) == seen[:2] for line in observed for seen in line)


def _work(database_url, row, analysis, together):
    with Database(database_url) as own:
        together.wait(60)
        with own.transaction() as tx:
            pipeline.record(tx, row, analysis, DESK, LATER)


@pytest.mark.parametrize("turn", range(2))
def test_two_workers_that_store_the_halves_of_a_pair_at_one_moment_end_with_one_cluster(database_url, story, turn):
    """Processes of their own, as two machines would be; both transactions begin at once."""
    with Database(database_url) as opened:
        with opened.transaction() as tx:
            for name in ("wire", "copy"):
                archive.store(tx, document(*STORY[NAMES.index(name)][:4]), LATER, history=False)
            due = articles.lease(tx, LATER, 10)
        spawn = multiprocessing.get_context("spawn")
        together = spawn.Barrier(2)
        workers = [
            spawn.Process(target=_work, args=(database_url, row, story[name_of(row["url"])], together))
            for row in due[:: 1 - 2 * (turn % 2)]
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(90)
        assert [worker.exitcode for worker in workers] == [0, 0]
        assert state(opened)[0] == [("copy", "duplicate", "wire", "wire"), ("wire", "original", None, "wire")]


@pytest.mark.parametrize(
    ("case", "credit", "origins"),
    [
        ("desks that name no agency are origins of their own", "", 2),
        ("desks that credit an agency which reports the number are that agency", "\n\nSource: Lantern Press", 1),
    ],
)
def test_desks_that_quote_one_agency_count_once(database, analyser, case, credit, origins):
    quoting = OWN.replace("4,300", "5,900") + credit
    told = [
        document("wire", "Lantern Press", 0, WIRE),
        document("update", "Lantern Press", 48, UPDATE),
        document("own", "Kessa Courier", 50, quoting),
    ]
    for each in told:
        with database.transaction() as tx:
            archive.store(tx, each, LATER, history=False)
    pipeline.analyse_due(database, analyser, DESK, LATER, 10)
    [shift] = [shift for shift in state(database)[2] if shift[2] == 5900]
    assert shift[5] == origins


class TestWhy:
    """What a verdict rests on, as it is shown."""

    def shown(self, database, url, width=80):
        out = Console(width=width, record=True, file=io.StringIO())
        look.why_article(database, url, out, as_json=False)
        return out.export_text()

    def test_changed_numbers_are_marked_in_sentences_side_by_side_at_80_columns(self, database, story):
        store(database, story, ["wire", "update"])
        text = self.shown(database, "https://lanternpress.example/update")
        for part in (
            "[4,300]",
            "[5,900]",
            "new numbers: 4300 -> 5900",
            "found by its wording",
            "cluster of 2 articles",
            "similarity",
        ):
            assert part in " ".join(text.split())
        assert "[650]" not in text
        assert max(map(len, text.splitlines())) <= 80

    def test_what_is_only_on_one_side_is_listed(self, database, story):
        store(database, story, ["brief", "wire"])
        text = self.shown(database, "https://lanternpress.example/wire")
        assert "Only here:" in text
        assert "Only there:" not in text
        assert "The board pays each household [650] florins a week" in " ".join(text.split())

    def test_a_parent_without_text_is_told_by_its_numbers(self, database, story, execute):
        store(database, story, ["wire", "update"])
        execute("UPDATE article SET text = '' WHERE url LIKE '%/wire'")
        text = self.shown(database, "https://lanternpress.example/update")
        assert "its sentences are not kept" in text
        assert "[4300]" in text
        assert "[5,900]" in text

    def test_an_original_says_that_nothing_else_carries_its_text(self, database, story):
        store(database, story, ["own"])
        assert "nothing else carries its text" in self.shown(database, "https://kessacourier.example/own")


def test_what_another_version_knows_takes_no_place_among_the_candidates(database, story, execute):
    store(database, story, ["wire"])
    execute(
        "INSERT INTO article (url, outlet, title, language, as_of, fetched_at, text, relation, cluster_id, figures_outcome,"
        " series_outcome, analysis_version) SELECT url || n, outlet, title, language, as_of, fetched_at, text, relation,"
        " cluster_id, figures_outcome, series_outcome, analysis_version FROM article, generate_series(1, 60) n"
    )
    execute("INSERT INTO copy_key SELECT key, article.id FROM copy_key, article WHERE article.id > 1")
    execute("DELETE FROM copy_key WHERE article_id = 1 AND key = (SELECT min(key) FROM copy_key)")  # the others share one more
    execute("INSERT INTO fingerprint SELECT article.id, 1, sketch FROM fingerprint, article WHERE article.id > 1")
    with database.transaction() as tx:
        found = copies.look_up(tx, story["wire"].fingerprint).all()
    assert [row["id"] for row in found] == [1]
