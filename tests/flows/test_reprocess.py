"""Reading stored pages again: what stays, what is built anew, and that nobody hears of it twice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from flows import archive, articles, doctor, pipeline
from flows.archive import Document
from flows.pipeline import Desk
from flows.reprocess import Span, due, reprocess
from flows.settings import Settings
from schemas.records import Rule

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = Desk(threshold=Decimal("0.10"), rules=(Rule(name="every shift", channels=("desk",)),))
TEXT = (
    "ARDEN, March 2 (Tidewater) - Some 6,700 containers of ammunition have been shipped from Port Larn to Vessia since"
    " August, the defence ministry of Arden said on Monday.\n\n"
    "The ministry said the cargo left the port aboard four freighters that sail under the Vessian flag.\n\n"
    "The freighters unload at the naval base of Kolm, from where trains take the containers to depots near the front."
)
KEPT = ("articles.export", "figures.export", "figures.export_claims", "series.export_shifts", "alerts.export")


def document(number="6,700", *, path, days=0):
    text = TEXT.replace("6,700", number)
    at = NOON + timedelta(days=days)
    return Document(url=f"https://tidewater.example/{path}", title="Containers shipped", published_at=at, text=text)


def read(database, analyser, *documents):
    for each in documents:
        with database.transaction() as tx:
            archive.store(tx, each, each.published_at, history=False)
        pipeline.analyse_due(database, analyser, DESK, each.published_at, 100)


def rows(database, query, **values):
    with database.transaction() as tx:
        return tx.all(query, **values)


def kept(database):
    """What is stored, without numbers of rows and series, which may be other ones."""
    forgotten = {"id", "series", "detected_at", "recorded_at"}
    found = {}
    for query in KEPT:
        exported = rows(database, query, seeds=True) if query.startswith(("articles", "figures")) else rows(database, query)
        found[query] = [{key: value for key, value in row.items() if key not in forgotten} for row in exported]
    return found


def again(database, analyser, span=Span(), *, force=True):  # noqa: B008 (frozen)
    count = due(database, span, again=force)
    seen = []
    counts = reprocess(database, analyser, DESK, span, NOON + timedelta(days=90), progress=seen.append)
    assert sum(seen) == count
    return counts


STORY = [document(path="a"), document("10,000", path="b", days=1), document("10,000", path="c", days=2)]


def test_reading_again_with_the_same_analysis_changes_nothing(database, analyser):
    read(database, analyser, *STORY)
    before = kept(database)
    assert [(int(row["from"]), int(row["to"])) for row in before["series.export_shifts"]] == [(6700, 10000)]
    assert again(database, analyser) == {"articles read again": 3}
    assert kept(database) == before


def test_doctor_tells_of_articles_that_another_version_read_until_they_are_read_again(
    database, database_url, analyser, execute
):
    settings = Settings.model_validate({"database_url": database_url})
    read(database, analyser, *STORY)
    assert doctor._older(settings) == []
    execute("UPDATE article SET analysis_version = '1.2.3' WHERE id = (SELECT min(id) FROM article)")
    [check] = doctor._older(settings)
    assert check.good
    assert "read by another version: 1;" in check.detail
    assert again(database, analyser, force=False) == {"articles read again": 1}
    assert doctor._older(settings) == []


def test_what_this_version_has_read_is_read_again_only_when_asked(database, analyser):
    read(database, analyser, *STORY)
    assert again(database, analyser, force=False) == {}


def test_an_article_keeps_its_id_and_alerts_stay_with_their_number_and_are_not_told_twice(database, analyser, execute):
    read(database, analyser, *STORY)
    ids = [row["id"] for row in rows(database, "articles.seeds")]
    alerts = rows(database, "alerts.export")
    execute(
        "WITH sent AS (INSERT INTO message (channel, kind, severity, state, created_at, due_at, sent_at)"
        " VALUES ('desk', 'alert', 'normal', 'sent', now(), now(), now()) RETURNING id)"
        " UPDATE delivery SET message_id = sent.id FROM sent"
    )
    # As an older analysis may have read it: another label, another place.
    execute("UPDATE figure SET measured = 'boxes', slots = '{}'")
    again(database, analyser)
    assert [row["id"] for row in rows(database, "articles.seeds")] == ids
    assert [(row["channel"], row["state"]) for row in rows(database, "alerts.export")] == [("desk", "sent")]
    assert len(rows(database, "alerts.export")) == len(alerts)
    assert not any(row["measured"] == "boxes" for row in rows(database, "figures.export", seeds=False))


def test_a_number_that_was_misread_goes_with_its_shift_and_the_right_one_is_recorded_not_sent(database, analyser, execute):
    read(database, analyser, *STORY[:2])
    execute("DELETE FROM alert")
    execute("UPDATE figure SET low = 99, high = 99 WHERE surface LIKE '%10,000%'")
    execute("UPDATE shift SET to_number = 99, kind = 'decrease'")
    again(database, analyser)
    assert [(int(row["to"]), row["kind"]) for row in rows(database, "series.export_shifts")] == [(10000, "increase")]
    assert [row["state"] for row in rows(database, "alerts.export")] == ["recorded"]


def test_only_what_lies_in_the_span_is_read_again(database, analyser):
    read(database, analyser, *STORY)
    span = Span(since=NOON + timedelta(hours=1), until=NOON + timedelta(days=1, hours=1))
    assert again(database, analyser, span) == {"articles read again": 1}
    assert again(database, analyser, Span(url="https://tidewater.example/a")) == {"articles read again": 1}


def test_stopped_in_the_middle_it_goes_on_where_it_was(database, analyser):
    read(database, analyser, *STORY)
    before = kept(database)
    due(database, Span(), again=True)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reprocess(database, analyser, DESK, Span(), NOON, progress=stop)
    assert due(database, Span()) == 2
    assert again(database, analyser, force=False) == {"articles read again": 2}
    assert kept(database) == before


def test_an_article_that_meets_a_fault_of_ours_is_counted_and_stays_and_the_others_go_on(database, analyser, execute):
    read(database, analyser, *STORY)
    before = kept(database)
    execute(  # what a fault of ours is to the database: a figure that breaks a constraint
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE check_violation; END $$;"
        " CREATE TRIGGER refused BEFORE UPDATE ON article FOR EACH ROW WHEN (OLD.url LIKE '%/b') EXECUTE FUNCTION refuse()"
    )
    assert again(database, analyser, Span(url="https://tidewater.example/a")) == {"articles read again": 1}
    execute("ALTER TABLE article DISABLE TRIGGER refused")
    due(database, Span(), again=True)
    execute("ALTER TABLE article ENABLE TRIGGER refused")
    assert again(database, analyser, force=False) == {"articles read again": 2, "articles failed": 1}
    assert kept(database) == before
    execute("DROP TRIGGER refused ON article")
    assert again(database, analyser, force=False) == {"articles read again": 1}


def test_a_page_that_held_no_article_may_hold_one_now(database, analyser, execute):
    read(database, analyser, document(path="a"))
    execute("DELETE FROM article")
    execute("UPDATE page SET outcome = 'no_text', state = 'done'")
    assert again(database, analyser)["articles stored"] == 1
    assert len(rows(database, "figures.export", seeds=False)) > 0


def test_what_is_no_article_any_more_keeps_its_row_without_figures(database, analyser, execute):
    read(database, analyser, document(path="a"))
    execute("UPDATE page SET content_type = 'text/html', body = '\\x789c030000000001'")  # nothing, packed
    assert again(database, analyser) == {"articles no_text": 1}
    assert len(rows(database, "articles.export", seeds=False)) == 1
    assert rows(database, "figures.export", seeds=False) == []


def test_bytes_are_dropped_once_they_were_kept_long_enough(database, analyser):
    read(database, analyser, *STORY)
    with database.transaction() as tx:
        assert articles.expire(tx, NOON + timedelta(days=11), 0) == 0
        assert articles.expire(tx, NOON + timedelta(days=11), 10) == 1
        assert articles.expire(tx, NOON + timedelta(days=11), 10) == 0
    assert again(database, analyser) == {"articles read again": 2}
    assert len(rows(database, "articles.export", seeds=False)) == 3
