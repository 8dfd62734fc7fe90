"""Corpus packs: written, read whole or not at all, in any order, once or twice; and what is wrong with a file is said."""

import gzip
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from extractors.copies import VERSION as FINGERPRINT_VERSION
from extractors.copies.packing import pack, unpack
from flows import archive, db, doctor, packs, pipeline, seeds
from flows.archive import Document
from flows.context import Context
from flows.pipeline import Desk
from flows.settings import Settings
from schemas.errors import UsageError

NOON = datetime(2031, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
DESK = Desk(threshold=Decimal("0.10"), rules=())

WIRE = (
    "Some 4,300 households have been moved out of the Tarn valley since the dam at Orven cracked, the river board of Lomm said"
    " on Sunday.\n\n"
    "Engineers have lowered the lake by 11 metres through the spillway and inspect the wall from boats by night.\n\n"
    "The board pays each household 650 florins a week, and schools in Kessa have taken in the children of the valley."
)
UPDATE = WIRE.replace("4,300", "5,900")
OTHER = (
    "A ferry with 212 people on board ran onto a sandbank off Dreva on Monday night, the coast guard said.\n\n"
    "All were taken off by 4 lifeboats before the tide turned, said captain Aldo Pirrin, whose boat was the first to arrive."
)
TOLD = {
    "wire": (0, "Lantern Press", WIRE),
    "copy": (2, "Orven Gazette", WIRE + "\n\nSource: Lantern Press"),
    "update": (50, "Lantern Press", UPDATE),
    "other": (60, "Dreva Post", OTHER),
    "late": (90, "Lomm Mirror", UPDATE),
}


@pytest.fixture(scope="module")
def analyses(analyser):
    """The analyses of the documents by name, done once."""
    documents = [
        Document(
            url=f"https://paper.example/{name}", title="", outlet=outlet, published_at=NOON + timedelta(hours=hours), text=text
        )
        for name, (hours, outlet, text) in TOLD.items()
    ]
    return dict(zip(TOLD, analyser.results(archive.page(d) for d in documents), strict=True))


@pytest.fixture(scope="module")
def pack_of(server, analyses, analyser, tmp_path_factory):
    """A pack of some of the documents, made from an archive, where they were stored as they came."""

    def make(*names):
        to = tmp_path_factory.mktemp("packs") / "some.jsonl"
        with db.throwaway(server) as database:
            for name in names:
                store(database, analyses[name])
            assert seeds.pack_archive(database, to, 1) == {"packed": len(names)}
        return to

    return make


@pytest.fixture(scope="module")
def whole(pack_of):
    return pack_of(*TOLD)


def store(database, analysis):
    row = {"id": None, "url": analysis.article.url, "fetched_at": LATER, "history": False, "seed": False}
    with database.transaction() as tx:
        pipeline.record(tx, row, analysis, DESK, LATER)


def opened(database, analyser):
    return Context(Settings.model_validate({}), database, analyser, DESK)


def read(database, analyser, *paths):
    """Read packs and place what they say; counts of the last."""
    for path in paths:
        counts = seeds.read(opened(database, analyser), path, LATER)
        seeds.place(database, DESK, LATER, 100)
    assert seeds.waiting(database) == 0
    return counts


def state(database):
    """What is known, in words that do not depend on ids."""
    with database.transaction() as tx:
        judged = tx._connection.execute(
            "SELECT a.url, a.relation, p.url AS parent, o.url AS origin FROM article a"
            " LEFT JOIN article p ON p.id = a.duplicate_of JOIN article o ON o.id = a.cluster_id ORDER BY a.url"
        ).fetchall()
        observed = tx.all("series.export_observations")
        keys = tx._connection.execute("SELECT count(*) AS n FROM copy_key").fetchone()["n"]
    lines = {}
    for row in observed:
        lines.setdefault(row["series"], set()).add((row["url"], row["low"], row["unit"], row["as_of"]))
    return [tuple(row.values()) for row in judged], sorted(map(sorted, lines.values())), keys


@pytest.fixture(scope="module")
def expected(server, analyses):
    """What the documents come to when they are stored one after the other."""
    with db.throwaway(server) as database:
        for analysis in analyses.values():
            store(database, analysis)
        return state(database)


def test_a_pack_that_is_read_says_what_the_archive_said_that_it_was_made_from(server, whole, analyser, expected):
    with db.throwaway(server) as database:
        counts = read(database, analyser, whole)
        assert state(database) == expected
        assert counts == {"articles stored": 5, "copies original": 2, "copies duplicate": 2, "copies update": 1}


def test_reading_a_pack_twice_changes_nothing(server, whole, analyser, expected):
    with db.throwaway(server) as database:
        assert read(database, analyser, whole, whole) == {"articles unchanged": 5}
        assert state(database) == expected


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_packs_may_be_read_in_any_order(server, pack_of, analyser, expected, order):
    parts = [("wire", "late"), ("update", "other"), ("copy",)]
    with db.throwaway(server) as database:
        read(database, analyser, *(pack_of(*parts[at]) for at in order))
        assert state(database)[:2] == expected[:2]


def test_articles_stored_before_the_pack_is_read_and_after_it_come_to_the_same(server, pack_of, analyses, analyser, expected):
    with db.throwaway(server) as database:
        store(database, analyses["late"])
        read(database, analyser, pack_of("wire", "update"))
        store(database, analyses["copy"])
        store(database, analyses["other"])
        assert state(database)[:2] == expected[:2]


def test_a_seed_is_known_for_copies_before_its_figures_are_placed(database, pack_of, analyses, analyser):
    seeds.read(opened(database, analyser), pack_of("wire"), LATER)
    assert seeds.waiting(database) == 1
    store(database, analyses["copy"])
    assert [row[1] for row in state(database)[0]] == ["duplicate", "original"]


def test_a_pack_that_waits_can_be_packed_again(server, whole, analyser, tmp_path, expected):
    with db.throwaway(server) as database:
        seeds.read(opened(database, analyser), whole, LATER)
        seeds.pack_archive(database, tmp_path / "again.jsonl.gz", 1)
    with db.throwaway(server) as database:
        read(database, analyser, tmp_path / "again.jsonl.gz")
        assert state(database)[0] == expected[0]


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def changed(line, **values):
    return json.dumps(json.loads(line) | values).encode() + b"\n"


BROKEN = {
    "a file that was cut between two documents": (lambda lines: lines[:2], "cut off after 2 documents"),
    "a file that was cut within a document": (lambda lines: [lines[0], lines[1][:200]], "line 2: not a document"),
    "a document that was left out": (lambda lines: lines[1:], "another number of documents than 4"),
    "an empty pack": (lambda lines: [b'{"documents": 0}\n'], None),
    "a document of another version": (
        lambda lines: [changed(lines[0], version="0.9.9"), *lines[1:]],
        "line 1: written by another version of the analysis (0.9.9, here",
    ),
    "a pack as earlier versions wrote it": (
        lambda lines: [b'{"version":"1.2.3","analysis":{"article":{}}}\n'],
        "another version of the analysis (1.2.3, here",
    ),
    "a field that no pack has": (lambda lines: [changed(lines[0], text="x"), *lines[1:]], "line 1: not a document"),
    "a fingerprint that is none": (
        lambda lines: [changed(lines[0], fingerprint="eHg="), *lines[1:]],
        "line 1: not a fingerprint",
    ),
    "what is no JSON": (lambda lines: [b'{"version":"oops\n', *lines[1:]], "line 1: not a document"),
    "bytes that are no text": (lambda lines: [b'{"version":"\xff\xfe"}\n', *lines[1:]], "line 1: not a document"),
}


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("case", BROKEN)
def test_of_a_broken_pack_nothing_is_kept_and_its_fault_is_said(database, whole, analyser, tmp_path, case, zipped):
    make, message = BROKEN[case]
    path = tmp_path / ("broken.jsonl.gz" if zipped else "broken.jsonl")
    body = b"".join(make(lines_of(whole)))
    path.write_bytes(gzip.compress(body) if zipped else body)
    assert packs.is_pack(path)
    if message is None:
        assert seeds.read(opened(database, analyser), path, LATER) == {}
        return
    with pytest.raises(UsageError) as raised:
        seeds.read(opened(database, analyser), path, LATER)
    assert message in str(raised.value)
    assert raised.value.mend
    assert state(database) == ([], [], 0)


def test_a_zipped_pack_that_was_cut_is_told(database, whole, analyser, tmp_path):
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(whole.read_bytes())[:900])
    with pytest.raises(UsageError, match="cannot be read to its end"):
        seeds.read(opened(database, analyser), path, LATER)


def test_figures_of_another_make_are_passed_over_and_the_seed_is_still_known(database, whole, analyser, tmp_path, analyses):
    wrong = json.loads(changed(lines_of(whole)[0], said="eHg="))
    path = tmp_path / "wrong.jsonl"
    path.write_text(json.dumps(wrong) + '\n{"documents": 1}\n')
    seeds.read(opened(database, analyser), path, LATER)
    assert seeds.place(database, DESK, LATER, 5) == {"series unreadable": 1}
    store(database, analyses["copy"])
    assert [row[1] for row in state(database)[0]] == ["duplicate", "original"]


def test_other_files_are_no_packs(tmp_path):
    for name, body in (
        ("a.jsonl", b'{"url": "u", "text": "t"}\n'),
        ("b.jsonl", b""),
        ("c.txt", b'{"version":"1"}'),
        ("d.jsonl.gz", b"x"),
    ):
        (tmp_path / name).write_bytes(body)
        assert not packs.is_pack(tmp_path / name)


def test_a_pack_holds_no_sentence_of_its_documents(whole):
    said = b"".join(lines_of(whole)) + b"".join(json.dumps(packs.figures_of(line.said)).encode() for line in packs.read(whole))
    for text in (WIRE, OTHER):
        words = text.split()
        assert not any(" ".join(words[at : at + 6]).encode() in said for at in range(len(words) - 5))


def test_a_line_of_a_pack_is_the_analysis_without_its_wording(analyses):
    analysis = analyses["wire"]
    again = packs.analysis_of(packs.of_analysis(analysis))
    assert again.fingerprint == analysis.fingerprint
    assert [figure.number for figure in again.figures] == [figure.number for figure in analysis.figures]
    assert [mention.vector for mention in again.mentions] == [mention.vector for mention in analysis.mentions]
    assert again.article == replace(analysis.article, text="", title="", authors=())


def test_doctor_tells_of_fingerprints_of_another_version_and_its_mend_helps(database, database_url, whole, analyser, execute):
    settings = Settings.model_validate({"database_url": database_url})
    read(database, analyser, whole)
    assert doctor._older(settings) == []
    execute("UPDATE fingerprint SET version = 1, sketch = ''")
    execute("DELETE FROM copy_key")
    [check] = doctor._older(settings)
    assert (check.good, "5 articles have one of another version" in check.detail) == (False, True)
    assert "seed add" in check.mend
    counts = seeds.read(opened(database, analyser), whole, LATER)
    assert counts == {"articles unchanged": 5, "copies fingerprints renewed": 5}
    assert doctor._older(settings) == []
    with database.transaction() as tx:
        versions = tx._connection.execute("SELECT DISTINCT version FROM fingerprint").fetchall()
    assert versions == [{"version": FINGERPRINT_VERSION}]


def test_a_fingerprint_that_is_renewed_is_found_by_its_own_keys_alone(database, whole, analyser):
    read(database, analyser, whole)
    of = "SELECT key, article_id FROM copy_key ORDER BY 1, 2"
    with database.transaction() as tx:
        keys = tx._connection.execute(of).fetchall()
        for row in tx._connection.execute("SELECT article_id, sketch FROM fingerprint").fetchall():
            old = replace(unpack(row["sketch"]), version=1, keys=(1, 2, row["article_id"]))
            tx._connection.execute(
                "UPDATE fingerprint SET version = 1, sketch = %s WHERE article_id = %s", [pack(old), row["article_id"]]
            )
        tx._connection.execute("DELETE FROM copy_key")
        tx._connection.execute("INSERT INTO copy_key SELECT n, article_id FROM fingerprint, generate_series(1, 2) n")
    seeds.read(opened(database, analyser), whole, LATER)
    with database.transaction() as tx:
        assert tx._connection.execute(of).fetchall() == keys
