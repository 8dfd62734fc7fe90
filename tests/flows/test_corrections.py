"""What a person corrects about the lines: merged, taken apart, named, silenced; and what holds for what comes after."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from flows import archive, corrections, pipeline
from flows.archive import Document
from flows.pipeline import Desk
from schemas.errors import UsageError
from schemas.records import Rule

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHARE = Decimal("0.10")
DESK = Desk(threshold=SHARE, rules=(Rule(name="every shift", channels=("desk",)),))


def told(number, day):
    text = (
        f"ARDEN - Some {number} containers of ammunition have been shipped from Port Larn to Vessia, the defence ministry of"
        " Arden said.\n\n"
        "The freighters unload at the naval base of Kolm, from where trains go on to depots near the front.\n\n"
        "Vessia has denied that it buys weapons abroad, and its embassy did not answer."
    )
    at = NOON + timedelta(days=day)
    return Document(url=f"https://tidewater.example/{day}", title="Containers", outlet="Tidewater", published_at=at, text=text)


@pytest.fixture
def read(database, analyser):
    def one(*documents):
        for each in documents:
            with database.transaction() as tx:
                archive.store(tx, each, each.published_at, history=False)
            pipeline.analyse_due(database, analyser, DESK, each.published_at, 100)

    return one


def rows(database, query, **values):
    with database.transaction() as tx:
        return tx.all(query, **values)


def members(database, series):
    return [row["id"] for row in rows(database, "series.history", id=series)]


def lines(database):
    return {row["id"]: row for row in rows(database, "series.list", role="level", limit=50) if row["unit"] == "container"}


def test_numbers_taken_apart_stand_in_a_series_of_their_own_and_can_be_merged_again(database, read):
    read(told("1,000", 0), told("2,000", 20), told("5,000", 50))
    (series,) = lines(database)
    last = rows(database, "series.history", id=series)[-1]["id"]
    before = rows(database, "series.list_shifts", limit=9)
    other = corrections.split(database, series, [last], SHARE, NOON)
    assert {row["observations"] for row in lines(database).values()} == {1, 2}
    assert len(rows(database, "series.list_shifts", limit=9)) == len(before) - 1
    assert corrections.merge(database, series, other, SHARE, NOON) == 1
    assert list(lines(database)) == [series]
    assert {s["to_number"] for s in rows(database, "series.list_shifts", limit=9)} == {s["to_number"] for s in before}
    assert [row["kind"] for row in rows(database, "series.corrections")] == ["split", "merge"]


def test_a_shift_that_was_told_keeps_its_alert_through_a_merge(database, read):
    read(told("1,000", 0), told("2,000", 20))
    (series,) = lines(database)
    alerts = rows(database, "alerts.list", open_only=False, limit=9)
    assert len(alerts) == 1
    first = rows(database, "series.history", id=series)[0]["id"]
    other = corrections.split(database, series, [first], SHARE, NOON)
    corrections.merge(database, series, other, SHARE, NOON)
    assert [a["id"] for a in rows(database, "alerts.list", open_only=False, limit=9)] == [a["id"] for a in alerts]


def test_a_name_given_by_hand_stays_when_more_is_read(database, read):
    read(told("1,000", 0))
    (series,) = lines(database)
    corrections.rename(database, series, "boxes to Vessia", NOON)
    read(told("2,000", 20))
    assert lines(database)[series]["label"] == "boxes to Vessia"


@pytest.mark.parametrize(
    ("case", "kept", "ended", "label"),
    [
        ("the one that ends has a name", None, "boxes to Vessia", "boxes to Vessia"),
        ("both have one", "crates", "boxes to Vessia", "crates"),
    ],
)
def test_a_name_given_by_hand_survives_a_merge(database, read, case, kept, ended, label):
    read(told("1,000", 0), told("2,000", 20))
    (series,) = lines(database)
    other = corrections.split(database, series, members(database, series)[1:], SHARE, NOON)
    for one, name in ((series, kept), (other, ended)):
        if name:
            corrections.rename(database, one, name, NOON)
    corrections.merge(database, series, other, SHARE, NOON)
    read(told("5,000", 50))
    assert [row["label"] for row in lines(database).values()] == [label]


def test_a_copy_counts_as_no_observation(database, read, execute):
    read(told("1,000", 0), told("2,000", 20), told("5,000", 50))
    (series,) = lines(database)
    execute(
        "UPDATE article SET relation = 'duplicate', duplicate_of = 1, cluster_id = 1 WHERE url LIKE '%/50'"
    )  # found out late
    execute("UPDATE article SET cluster_id = id WHERE relation <> 'duplicate'")
    assert [row["observations"] for row in rows(database, "series.watched") if row["id"] == series] == [2]
    first, last = members(database, series)
    with pytest.raises(UsageError, match="leaves something on either side"):
        corrections.split(database, series, [first, last], SHARE, NOON)
    other = corrections.split(database, series, [last], SHARE, NOON)
    assert corrections.merge(database, other, series, SHARE, NOON) == 1


def test_a_muted_series_goes_on_and_tells_nothing(database, read):
    read(told("1,000", 0))
    (series,) = lines(database)
    corrections.mute(database, series, timedelta(days=60), NOON)
    read(told("2,000", 20))
    assert len(rows(database, "series.list_shifts", limit=9)) == 1
    assert rows(database, "alerts.list", open_only=False, limit=9) == []


@pytest.mark.parametrize(
    ("case", "wrong"),
    [
        ("a series with itself", lambda db, one: corrections.merge(db, one, one, SHARE, NOON)),
        ("a series that is not there", lambda db, one: corrections.merge(db, one, 999_999, SHARE, NOON)),
        ("all of a series", lambda db, one: corrections.split(db, one, members(db, one), SHARE, NOON)),
        ("another's observation", lambda db, one: corrections.split(db, one, [999_999], SHARE, NOON)),
        ("an empty name", lambda db, one: corrections.rename(db, one, "  ", NOON)),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_changes_nothing(database, read, case, wrong):
    read(told("1,000", 0))
    (series,) = lines(database)
    with pytest.raises(UsageError):
        wrong(database, series)
    assert list(lines(database)) == [series]
    assert rows(database, "series.corrections") == []
