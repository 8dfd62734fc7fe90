"""Backfill: the same rows whoever read, however often it was killed; filters; pause, limit; nobody is woken."""

import gzip
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backfills import NOW, context, jsonl, page, read_in, record, report, rows, warc

from flows import db, pipeline
from flows.backfill import cursor, reading, run
from flows.backfill import jsonl as jsonl_module
from flows.backfill import report as reports
from flows.backfill.reading import Inline
from flows.backfill.shapes import Archive
from flows.db import Database
from schemas.errors import OperationError, UsageError

ROOT = Path(__file__).resolve().parents[2]

#: A run in a process of its own, with small groups: ARGS are the database, how it is called, and what is read.
WORK = """
import sys
from flows.backfill import reading, run
reading.STEPS = 4
sys.path.insert(0, "tests")
from backfills import context, Archive, NOW
from flows.db import Database
url, kind, *named = sys.argv[1:]
opened = context(Database(url))
number, _ = run.begin(opened, Archive(kind=kind, named=tuple(named)), NOW)
print("begun", flush=True)
print(run.run(opened, number, lambda _: None, analysing=reading.Inline()), flush=True)
"""


@pytest.fixture
def worker(python):
    """Starts such a run."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return lambda url, kind, *named: python.start(["-c", WORK, url, kind, *map(str, named)], cwd=ROOT, env=environment)


def count(url, query):
    with db.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return next(iter(row.values()))


def until(url, query, least):
    end = time.monotonic() + 60
    while count(url, query) < least:
        assert time.monotonic() < end, f"{query} stays below {least}"
        time.sleep(0.01)


@pytest.fixture
def other(server, template):
    """A second database, to compare with."""
    name = f"other_{os.getpid()}"
    yield db.create_database(server, name, template=template)
    db.drop_database(server, name)


@pytest.fixture
def opened(database):
    return context(database)


@pytest.fixture
def in_small_groups(monkeypatch):
    monkeypatch.setattr("flows.backfill.reading.STEPS", 4)


def test_killed_at_any_moment_and_started_again_it_comes_to_the_same_rows(
    tmp_path, database_url, other, worker, in_small_groups
):
    files = [warc(tmp_path / "a.warc.gz", range(14)), warc(tmp_path / "b.warc", range(8, 24), gzipped=False)]
    with Database(other) as undisturbed:
        read_in(context(undisturbed), "warc", *files)
    read = "SELECT coalesce(sum(batches), 0) FROM backfill_unit"
    recorded = "SELECT coalesce(sum(recorded), 0) FROM backfill_unit"
    for query, least in ((read, 1), (recorded, 2), (read, 4)):
        one = worker(database_url, "warc", *files)
        until(database_url, query, least)
        one.kill()
        one.wait()
    last = worker(database_url, "warc", *files)
    assert last.wait().stdout.split() == ["begun", "done"]
    assert rows(database_url) == rows(other)
    assert count(database_url, "SELECT count(*) FROM backfill") == 1
    # Reports 8 to 13 stand in both files; no record was counted twice.
    with Database(database_url) as done, done.transaction() as tx:
        counts = cursor.counts(tx, 1)
    assert counts["articles stored"] == 24
    assert counts["known already"] == 6


def test_several_workers_share_a_backfill_and_come_to_the_rows_of_one(tmp_path, database_url, other, worker, in_small_groups):
    files = [jsonl(tmp_path / f"{n}.jsonl", range(6 * n, 6 * n + 8)) for n in range(4)]
    with Database(other) as alone:
        read_in(context(alone), "jsonl", *files)
    both = [worker(database_url, "jsonl", *files) for _ in range(2)]
    assert [one.wait().stdout.split() for one in both] == [["begun", "done"]] * 2
    assert rows(database_url) == rows(other)


def test_a_second_run_of_the_same_command_finds_everything_known(opened, tmp_path):
    path = jsonl(tmp_path / "a.jsonl", range(6))
    first, second = read_in(opened, "jsonl", path), read_in(opened, "jsonl", path)
    assert second != first
    with opened.database.transaction() as tx:
        assert cursor.counts(tx, second) == {"known already": 6}


WANTED = [
    ("all of them", {}, 30),
    ("from a day on", {"since": datetime(2024, 1, 22, tzinfo=UTC)}, 10),
    ("up to a day", {"until": datetime(2024, 1, 7, tzinfo=UTC)}, 5),
    ("of a host", {"hosts": ("vellin.example",)}, 6),
    ("that hold a word", {"words": ("grain",)}, 10),
    ("that hold one of two words", {"words": ("grain", "Dunholm")}, 14),
    ("in a language", {"languages": ("de",)}, 0),
    ("only so many, in their order", {"most": 7}, 7),
]


@pytest.mark.parametrize(("wanted", "expected"), [case[1:] for case in WANTED], ids=[case[0] for case in WANTED])
def test_those_documents_are_recorded_that_are_wanted(opened, tmp_path, wanted, expected):
    read_in(opened, "warc", warc(tmp_path / "a.warc.gz", range(30)), **wanted)
    found = rows(opened.database.url)["articles"]
    assert len(found) == expected
    if "most" in wanted:
        assert {row[0] for row in found} == {report(n)["url"] for n in range(7)}
        assert count(opened.database.url, "SELECT count(*) FROM entry") == 7


def test_history_takes_its_place_corrects_what_stands_and_wakes_nobody_not_even_later(opened, tmp_path, analyser):
    from flows import archive

    live = [report(n) for n in (15, 30)]  # homes without power in Ostermark, of which the backfill brings the first
    with opened.database.transaction() as tx:
        for told in live[:1]:
            [document] = _documents(told, tmp_path)
            archive.store(tx, document, datetime(2024, 1, 18, tzinfo=UTC), history=False)
    pipeline.analyse_due(opened.database, analyser, opened.desk, datetime(2024, 1, 18, tzinfo=UTC), 10)
    read_in(opened, "jsonl", jsonl(tmp_path / "a.jsonl", range(15)))
    found = rows(opened.database.url)
    assert any(row[0] == live[0]["url"] and row[-1] for row in found["shifts"]), "the live report's number is a shift now"
    assert found["alerts"] == []
    with opened.database.transaction() as tx:
        [document] = _documents(live[1], tmp_path)
        archive.store(tx, document, datetime(2024, 2, 2, tzinfo=UTC), history=False)
    pipeline.analyse_due(opened.database, analyser, opened.desk, datetime(2024, 2, 2, tzinfo=UTC), 10)
    told = rows(opened.database.url)
    assert len(told["alerts"]) == len([row for row in told["shifts"] if not row[-1]]) > 0


def _documents(told, folder):
    from flows import archive

    path = folder / "one.jsonl"
    path.write_text(json.dumps(told))
    return list(archive.documents(path))


def test_what_the_watch_is_about_to_fetch_is_left_to_it(opened, tmp_path):
    from flows import sources
    from schemas.records import Entry

    with opened.database.transaction() as tx:
        sources.list_entry(tx, Entry(url=report(3)["url"]), source_id=None, outlet="", now=NOW)
    number = read_in(opened, "jsonl", jsonl(tmp_path / "a.jsonl", range(5)))
    with opened.database.transaction() as tx:
        counts = cursor.counts(tx, number)
    assert counts["articles stored"] == 4
    assert counts["left to the watch, which fetches it by itself"] == 1


def test_a_document_that_meets_a_fault_of_ours_is_kept_as_failed_and_the_rest_recorded(opened, tmp_path, monkeypatch):
    bad = report(2)["url"]
    record = pipeline.record

    def faulty(tx, row, result, *rest):
        if row["url"].endswith("report-2") and hasattr(result, "article"):
            raise ZeroDivisionError("of ours")
        return record(tx, row, result, *rest)

    monkeypatch.setattr("flows.pipeline.record", faulty)
    number = read_in(opened, "jsonl", jsonl(tmp_path / "a.jsonl", range(5)))
    with opened.database.transaction() as tx:
        counts = cursor.counts(tx, number)
    assert (counts["articles stored"], counts["articles failed"]) == (4, 1)
    assert bad not in {row[0] for row in rows(opened.database.url)["articles"]}


def test_paused_it_stops_at_the_next_group_and_resumed_it_goes_on(opened, tmp_path, in_small_groups):
    number, _ = run.begin(opened, Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", range(24))),)), NOW)
    states = []
    running = threading.Thread(target=lambda: states.append(run.run(opened, number, lambda _: None, analysing=Inline())))
    running.start()
    until(opened.database.url, "SELECT coalesce(sum(batches), 0) FROM backfill_unit", 1)
    with opened.database.transaction() as tx:
        assert cursor.set_state(tx, number, "paused", None, of=("running",))
    running.join(30)
    assert states == ["paused"]
    stored = len(rows(opened.database.url)["articles"])
    assert 0 < stored < 24
    with opened.database.transaction() as tx:
        run.resume(tx, number)
    assert run.run(opened, number, lambda _: None, analysing=Inline()) == "done"
    assert len(rows(opened.database.url)["articles"]) == 24


def test_what_is_over_cannot_be_resumed(opened, tmp_path):
    number = read_in(opened, "jsonl", jsonl(tmp_path / "a.jsonl", range(2)))
    with opened.database.transaction() as tx, pytest.raises(UsageError, match="is done"):
        run.resume(tx, number)
    with opened.database.transaction() as tx, pytest.raises(UsageError, match="no backfill 99"):
        run.resume(tx, 99)


def test_one_that_is_begun_twice_at_once_is_one(opened, tmp_path):
    archive = Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", range(2))),))
    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda _: run.begin(opened, archive, NOW), range(8)))
    assert len({number for number, _ in begun}) == 1
    assert [new for _, new in begun].count(True) == 1


def test_one_that_was_begun_anew_meanwhile_is_not_resumed_beside_it(opened, tmp_path):
    missing = jsonl(tmp_path / "a.jsonl", range(2))
    archive = Archive(kind="jsonl", named=(str(missing),))
    first, _ = run.begin(opened, archive, NOW)
    missing.unlink()
    assert run.run(opened, first, lambda _: None, analysing=Inline()) == "done"
    jsonl(missing, range(2))
    second, new = run.begin(opened, archive, NOW)
    assert new
    with opened.database.transaction() as tx, pytest.raises(UsageError, match=f"begun anew, as backfill {second}") as found:
        run.resume(tx, first)
    assert f"resume {second}" in found.value.mend
    assert run.run(opened, second, lambda _: None, analysing=Inline()) == "done"
    with opened.database.transaction() as tx:
        run.resume(tx, first)
    assert run.run(opened, first, lambda _: None, analysing=Inline()) == "done"
    assert reports.of(opened.database, first).troubles == ()


def test_a_worker_that_lost_its_lease_stores_nothing_and_goes_on(opened, tmp_path, monkeypatch, in_small_groups):
    number, _ = run.begin(opened, Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", range(12))),)), NOW)
    analyse_group, slept = reading.analyse_group, []

    def sleeps(group):
        if not slept:  # long enough that another worker reads the unit meanwhile
            slept.append(True)
            assert run.run(context(opened.database), number, lambda _: None, analysing=Inline()) == "done"
        return analyse_group(group)

    monkeypatch.setattr("flows.backfill.cursor.LEASE", timedelta(0))
    monkeypatch.setattr("flows.backfill.reading.analyse_group", sleeps)
    assert run.run(opened, number, lambda _: None, analysing=Inline()) == "done"
    assert len(rows(opened.database.url)["articles"]) == 12


def within(seconds, work):
    """What a function returns or raises, which must not wait for ever."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(work).result(seconds)
    finally:
        pool.shutdown(wait=False)


def test_where_nothing_is_recorded_any_more_reading_ends_too(opened, tmp_path, monkeypatch, in_small_groups):
    def broken(*_):
        raise OperationError("the disk is full")

    monkeypatch.setattr("flows.backfill.recording.record_ready", broken)
    monkeypatch.setattr("flows.backfill.cursor.MOST_WAITING", 1)
    number, _ = run.begin(opened, Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", range(60))),)), NOW)
    with pytest.raises(OperationError, match="disk is full"):
        within(60, lambda: run.run(opened, number, lambda _: None, analysing=Inline()))


def test_a_unit_far_ahead_gives_way_to_the_one_that_must_be_read_before(opened, tmp_path, monkeypatch, in_small_groups):
    monkeypatch.setattr("flows.backfill.cursor.MOST_WAITING", 2)
    monkeypatch.setattr("flows.backfill.reading.ROOM_BATCHES", 1)
    files = [jsonl(tmp_path / "a.jsonl", range(6)), jsonl(tmp_path / "b.jsonl", range(6, 30))]
    number, _ = run.begin(opened, Archive(kind="jsonl", named=tuple(map(str, files))), NOW)
    with opened.database.transaction() as tx:  # its server had failed
        tx._connection.execute("UPDATE backfill_unit SET due_at = clock_timestamp() + interval '3 s' WHERE place = '{0}'")
    assert within(60, lambda: run.run(opened, number, lambda _: None, analysing=Inline())) == "done"
    assert len(rows(opened.database.url)["articles"]) == 30


def test_a_fault_of_ours_in_reading_fails_the_unit_and_the_others_are_read(opened, tmp_path, monkeypatch):
    files = [jsonl(tmp_path / "a.jsonl", range(3)), jsonl(tmp_path / "b.jsonl", range(3, 6))]
    found = jsonl_module._found

    def faulty(line, place):
        if place.startswith("a.jsonl, line 3"):
            raise ZeroDivisionError("of ours")
        return found(line, place)

    monkeypatch.setattr("flows.backfill.jsonl._found", faulty)
    number = read_in(opened, "jsonl", *files)
    [trouble] = reports.of(opened.database, number).troubles
    assert "a fault of figurewatch: ZeroDivisionError: of ours" in trouble["detail"]
    assert len(rows(opened.database.url)["articles"]) == 5


def test_the_lease_of_a_worker_that_was_killed_is_free_at_once(opened, tmp_path):
    number, _ = run.begin(opened, Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", range(2))),)), NOW)
    with cursor.worker(opened.database, number) as gone:
        assert cursor.lease(opened.database, number, gone) is not None
        with cursor.worker(opened.database, number) as other:
            assert cursor.lease(opened.database, number, other) is None
    with cursor.worker(opened.database, number) as other:
        assert cursor.lease(opened.database, number, other) is not None


def test_a_unit_that_ends_its_workers_again_and_again_is_left_as_failed(opened, tmp_path):
    number, _ = run.begin(opened, Archive(kind="jsonl", named=(str(jsonl(tmp_path / "a.jsonl", range(2))),)), NOW)
    for _ in range(cursor.MOST_TRIES):
        with cursor.worker(opened.database, number) as killed:
            assert cursor.lease(opened.database, number, killed) is not None
    with cursor.worker(opened.database, number) as by:
        assert cursor.lease(opened.database, number, by) is None
    [trouble] = reports.of(opened.database, number).troubles
    assert "workers ended while they read it" in trouble["detail"]


def test_where_a_page_tells_two_titles_that_one_counts_which_was_right_on_its_site_before(opened, tmp_path, execute):
    told = report(1)
    html = page(told | {"title": "The title of the window"}).replace("<h1>The title of the window</h1>", "")
    html = html.replace("</head>", '<meta property="og:title" content="Wording for a network of friends"></head>')
    kept = [{"url": f"https://{name}.example/a", "html": html, "published": told["published"]} for name in ("learnt", "new")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in kept))
    execute("INSERT INTO title_habit (site, source, agreed, differed) VALUES ('learnt.example', 'title element', 9, 0)")
    read_in(opened, "jsonl", tmp_path / "a.jsonl")
    titles = {row[0]: row[2] for row in rows(opened.database.url)["articles"]}
    assert titles == {
        "https://learnt.example/a": "The title of the window",
        "https://new.example/a": "Wording for a network of friends",
    }


def counts(opened, number):
    with opened.database.transaction() as tx:
        return dict(cursor.counts(tx, number))


def test_of_a_packed_file_that_is_cut_off_or_damaged_is_read_what_stands_before(opened, tmp_path):
    whole = gzip.compress(jsonl(tmp_path / "a.jsonl", range(40)).read_bytes())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "damaged.jsonl.gz").write_bytes(whole[: len(whole) - 200] + b"\0" * 100 + whole[-100:])
    found = counts(opened, read_in(opened, "jsonl", tmp_path / "cut.jsonl.gz", tmp_path / "damaged.jsonl.gz"))
    assert found["unreadable: a gzipped file that ends too early or is damaged"] == 2
    assert 0 < found["articles stored"] < 40
    assert found["known already"] > 0


def test_a_page_that_two_files_or_one_file_twice_hold_is_recorded_once(opened, tmp_path):
    told = [warc(tmp_path / name, range(3)) for name in ("a.warc.gz", "b.warc.gz")]
    told[0].write_bytes(told[0].read_bytes() * 2)
    found = counts(opened, read_in(opened, "warc", *told))
    assert (found["articles stored"], found["known already"]) == (3, 6)


def test_clocks_that_go_ahead_are_counted_and_nothing_stands_in_the_future(opened, tmp_path):
    told = report(1)
    ahead = told | {"published": "2031-05-01T08:00:00+00:00"}
    (tmp_path / "a.jsonl").write_text(json.dumps(ahead))
    written = record(report(2)["url"], page(report(2)), taken=datetime(2032, 1, 1, tzinfo=UTC))
    (tmp_path / "b.warc").write_bytes(written)
    found = counts(opened, read_in(opened, "jsonl", tmp_path / "a.jsonl"))
    assert found["dated in the future, and taken for the day that it was fetched"] == found["articles stored"] == 1
    assert counts(opened, read_in(opened, "warc", tmp_path / "b.warc"))["articles stored"] == 1
    assert {row[5] for row in rows(opened.database.url)["articles"]} == {NOW, datetime.fromisoformat(report(2)["published"])}


def test_a_folder_gives_pages_texts_and_mails_with_the_dates_that_they_name(opened, tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "a.html").write_text(page(report(1)))
    (folder / "b.txt").write_text(report(2)["text"])
    os.utime(folder / "b.txt", (1_710_000_000, 1_710_000_000))
    told = report(3)
    (folder / "c.eml").write_text(
        f"From: Karsund Post <news@karsund.example>\nSubject: {told['title']}\nDate: Fri, 05 Jan 2024 09:30:00 +0100\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{told['text']}\n"
    )
    (folder / "d.eml").write_text("Subject: nothing\n\n")
    (folder / "e.txt").write_bytes(b"\x7fELF\x00\x01")
    number = read_in(opened, "folder", folder)
    found = {row[0].rpartition("/")[2]: row for row in rows(opened.database.url)["articles"]}
    assert found["a.html"][5] == datetime.fromisoformat(report(1)["published"])
    assert found["b.txt"][5] == datetime.fromtimestamp(1_710_000_000, UTC)
    assert found["c.eml"][2:6] == (told["title"], "Karsund Post", "en", datetime(2024, 1, 5, 8, 30, tzinfo=UTC))
    with opened.database.transaction() as tx:
        counts = cursor.counts(tx, number)
    assert counts["unreadable: a mail without text"] == counts["unreadable: not text"] == 1


def test_the_report_names_new_lines_past_shifts_and_draws_the_main_ones(opened, tmp_path, capsys):
    from rich.console import Console

    number = read_in(opened, "jsonl", jsonl(tmp_path / "a.jsonl", range(45)))
    found = reports.of(opened.database, number)
    with opened.database.transaction() as tx:
        levels = tx._connection.execute("SELECT count(*) AS n FROM series WHERE role = 'level'").fetchone()
    assert found.new_series == levels["n"] > 1, "in an empty store every line is new"
    stands = [shift for shift in rows(opened.database.url)["shifts"] if "told" in shift]
    assert found.past_shifts == len(stands) > 0
    reports.show(found, Console(width=110))
    said = capsys.readouterr().out
    assert "nobody is alerted" in said
    assert "┤" in said
    assert "2024-0" in said
