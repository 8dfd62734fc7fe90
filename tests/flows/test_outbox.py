"""The outbox: every alert arrives, what may be a repeat says so and is one at most, and no channel holds up another.

Real Postgres, real receivers on loopback; relays that are killed are processes of their own.
"""

import http.client
import json
import os
import re
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractors.message.receipt import REPEATED
from flows import alerts, corrections, notices, outbox
from flows.health import Monitor, Page
from flows.receivers import HOST, Answer, MailReceiver, SlackReceiver
from flows.settings import Settings
from schemas.errors import UsageError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROOT = Path(__file__).resolve().parents[2]
DEAD = f"json://{HOST}:9/x"

#: One article and one series a shift, each of a number's own: what the path would have stored of so many stories.
STORED = """
WITH numbered AS (SELECT generate_series(%(first)s::int, %(last)s::int) AS n),
made AS (
    INSERT INTO article (url, outlet, title, language, published_at, as_of, fetched_at, text, relation, cluster_id, figures_outcome,
                         series_outcome, analysis_version)
    SELECT 'https://paper.example/' || n, 'Paper', 'Boxes of kind ' || n, 'en', moment, moment, moment,
           'They counted 100 boxes. Now 150 boxes are counted.', 'original', 1000000 + n, 'extracted', 'observed', 'test'
    FROM numbered, (SELECT %(now)s::timestamptz AS moment) t RETURNING id, url
),
lines AS (
    INSERT INTO series (label, unit, dimension, role, created_at)
    SELECT 'boxes of kind ' || n, 'box', 'count', 'level', %(now)s FROM numbered RETURNING id, label
),
figures AS (
    INSERT INTO figure (article_id, position, sentence, span, sentence_span, surface, low, high, bound, unit, measured, role, slots)
    SELECT made.id, p, p, CASE p WHEN 0 THEN '[13,22)' ELSE '[28,37)' END::int4range, CASE p WHEN 0 THEN '[0,23)' ELSE '[24,50)' END::int4range,
           CASE p WHEN 0 THEN '100 boxes' ELSE '150 boxes' END, 100 + 50 * p, 100 + 50 * p, 'exact', 'box', 'boxes', 'level', '{}'
    FROM made, generate_series(0, 1) p RETURNING id, article_id, position
),
seen AS (
    INSERT INTO observation (series_id, figure_id, article_id, as_of, family, number, wording, mention)
    SELECT lines.id, figures.id, made.id, %(now)s::timestamptz - (1 - position) * interval '1 day', 'count level', 100 + 50 * position, '', '{}'
    FROM figures JOIN made ON made.id = figures.article_id JOIN lines ON lines.label = 'boxes of kind ' || split_part(made.url, '/', 4)
    RETURNING id, series_id, as_of
),
moved AS (
    INSERT INTO shift (series_id, observation_id, before_id, from_number, to_number, kind, origins_before, origins_after, reason, detected_at)
    SELECT new.series_id, new.id, old.id, 100, 150, 'increase', 1, 1, 'the number moved', %(now)s
    FROM seen new JOIN seen old ON old.series_id = new.series_id AND old.as_of < new.as_of
    RETURNING id, series_id
),
raised AS (
    INSERT INTO alert (shift_id, rules, created_at) SELECT id, '{every}', %(now)s FROM moved RETURNING id, shift_id
)
INSERT INTO delivery (alert_id, channel, severity, state, due_at)
SELECT raised.id, channel, %(severity)s, 'pending', %(now)s FROM raised, unnest(%(channels)s::text[]) channel
"""  # noqa: E501


@pytest.fixture
def story(database_url):
    """Stores shifts with alerts that wait for these channels."""
    from flows import db

    stored = 0

    def store(count=1, *, channels=("desk",), now=NOON, severity="normal"):
        nonlocal stored
        values = {"first": stored + 1, "last": stored + count, "now": now, "channels": list(channels), "severity": severity}
        with db.connect(database_url, autocommit=True) as connection:
            connection.execute(STORED, values)
        stored += count

    return store


@pytest.fixture
def slack():
    with SlackReceiver() as receiver:
        yield receiver


def settings_of(**channels):
    return Settings.model_validate({"channels": channels})


def rows(database, query, **values):
    with database.transaction() as tx:
        return tx.all(query, **values)


def states(database):
    return Counter(row["state"] for row in rows(database, "alerts.export"))


def names(payloads):
    """Which series each message is about, and whether it says that it is sent again."""
    return [(payload["text"].split(":")[0], REPEATED in json.dumps(payload, ensure_ascii=False)) for payload in payloads]


#: Steps of a relay that sends three messages; killed there, has the message in hand arrived?
STEPS = {"packed": False, "leased": False, "made": False, "begun": False, "arrived": True, "recorded": True}
UNSURE = {"begun", "arrived"}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("step", STEPS)
def test_a_relay_killed_at_any_step_loses_nothing_and_repeats_at_most_what_it_had_in_hand(
    step, number, database, database_url, story, slack, python
):
    story(3)
    number = 1 if step == "packed" else number
    channels = json.dumps({"desk": slack.url()})
    command = [str(Path(__file__).with_name("outbox_relay.py")), database_url, channels, NOON.isoformat(), step, str(number)]
    killed = python.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert killed.returncode == -9, killed.stderr
    before = len(slack.payloads)
    assert before == (0 if step == "packed" else number - (not STEPS[step]))
    later = NOON + outbox.LEASE + MINUTE
    alerts.deliver(database, settings_of(desk=slack.url()), later)
    assert states(database) == {"sent": 3}
    told = names(slack.payloads)
    assert {name for name, _ in told} == {f"Boxes of kind {n}" for n in (1, 2, 3)}
    repeats = [name for name, repeated in told if repeated]
    assert len(repeats) == (step in UNSURE)
    assert len(told) == 3 + (step == "arrived")
    assert alerts.deliver(database, settings_of(desk=slack.url()), later + DAY) == {}


def test_until_the_lease_of_a_killed_relay_is_over_nobody_sends_its_message_again(database, story, slack):
    story(1)

    class Killed(BaseException):
        pass

    def die(step):
        if step == "arrived":
            raise Killed

    with pytest.raises(Killed):
        alerts.deliver(database, settings_of(desk=slack.url()), NOON, step=die)
    assert alerts.deliver(database, settings_of(desk=slack.url()), NOON + MINUTE) == {}
    assert alerts.deliver(database, settings_of(desk=slack.url()), NOON + outbox.LEASE + MINUTE) == {"sent": 1}
    assert names(slack.payloads) == [("Boxes of kind 1", False), ("Boxes of kind 1", True)]


def test_a_repeat_that_has_no_answer_either_is_put_by_until_somebody_decides(database, story, slack):
    story(1)
    slack.answers.extend([Answer(taken=True, cut=True)] * 2)
    desk = settings_of(desk=slack.url())
    assert alerts.deliver(database, desk, NOON) == {"pending": 1}
    assert alerts.deliver(database, desk, NOON + HOUR) == {"dead": 1}
    assert alerts.deliver(database, desk, NOON + DAY) == {}
    assert names(slack.payloads) == [("Boxes of kind 1", False), ("Boxes of kind 1", True)]
    [waiting] = rows(database, "outbox.waiting", limit=9)
    assert outbox.NO_ANSWER_TWICE in waiting["detail"]
    assert len(rows(database, "outbox.retry", now=NOON + DAY, channel="desk")) == 1
    assert alerts.deliver(database, desk, NOON + DAY) == {"sent": 1}
    assert names(slack.payloads)[-1] == ("Boxes of kind 1", True)


def test_a_refused_repeat_is_tried_again_and_says_so_each_time(database, story, slack):
    story(1)
    slack.answers.extend([Answer(cut=True), Answer(status=500), Answer(status=500)])
    desk = settings_of(desk=slack.url())
    assert [dict(alerts.deliver(database, desk, NOON + hours * HOUR)) for hours in range(4)] == [
        {"pending": 1}, {"pending": 1}, {"pending": 1}, {"sent": 1},
    ]  # fmt: skip
    assert names(slack.payloads) == [("Boxes of kind 1", True)]


def test_two_relays_at_once_send_each_message_once(database, story, slack):
    from concurrent.futures import ThreadPoolExecutor

    story(60)
    desk = settings_of(desk=slack.url())
    with ThreadPoolExecutor(2) as pool:
        done = sum(pool.map(lambda _: alerts.deliver(database, desk, NOON), range(2)), Counter())
    assert done == {"sent": 60}
    assert Counter(names(slack.payloads)) == {(f"Boxes of kind {n}", False): 1 for n in range(1, 61)}


def test_a_dead_channel_holds_up_no_other_and_is_tried_once_a_pass(database, story, slack):
    story(5, channels=("dead", "desk"))
    both = settings_of(dead=DEAD, desk=slack.url())
    assert alerts.deliver(database, both, NOON) == {"sent": 5, "pending": 1}
    assert len(slack.payloads) == 5
    assert [row["tries"] for row in rows(database, "outbox.waiting", limit=9)] == [1, 0, 0, 0, 0]


def test_a_pause_that_slack_asks_for_holds_for_all_of_the_channel_and_is_no_failed_try(database, story, slack):
    story(3)
    slack.answers.append(Answer(status=429, headers={"Retry-After": "120"}))
    desk = settings_of(desk=slack.url())
    assert alerts.deliver(database, desk, NOON) == {"pending": 1}
    assert alerts.deliver(database, desk, NOON + MINUTE) == {}
    assert len(slack.requests) == 1
    assert alerts.deliver(database, desk, NOON + 3 * MINUTE) == {"sent": 3}
    assert [repeated for _, repeated in names(slack.payloads)] == [False] * 3


def test_a_full_outbox_empties_in_order_and_each_message_once(database, story, slack):
    story(10_000, channels=("digest",))
    story(300, channels=("desk",))
    both = settings_of(desk=slack.url(), digest={"address": slack.url(), "digest": "hourly"})
    later = NOON + HOUR
    assert alerts.deliver(database, both, later) == {"sent": 301}
    subjects = [payload["text"] for payload in slack.payloads if not payload["text"].startswith("Digest")]
    assert Counter(subject.split(":")[0] for subject in subjects) == {f"Boxes of kind {n}": 1 for n in range(10_001, 10_301)}
    [digest] = [payload for payload in slack.payloads if payload["text"].startswith("Digest")]
    assert "10,000 numbers moved since the last digest" in str(digest["blocks"])
    assert "and 9,962 more" in str(digest["blocks"])
    assert states(database) == {"sent": 10_300}


class TestHeldBack:
    """Quiet hours, digests and cool-downs hold the delivery; the alert is there from the start."""

    def test_quiet_hours_hold_what_is_due_then_and_let_through_what_is_urgent(self, database, story, slack):
        story(1)
        story(1, severity="high")
        night = settings_of(desk={"address": slack.url(), "quiet": ["11:00-13:00"]})
        assert alerts.deliver(database, night, NOON) == {"sent": 1}
        assert names(slack.payloads) == [("Boxes of kind 2", False)]
        [first, _] = rows(database, "alerts.list", open_only=True, limit=9)[::-1]
        assert first["deliveries"] == ["desk held until 2026-03-02 13:00"]
        assert alerts.deliver(database, night, NOON + HOUR) == {"sent": 1}

    def test_another_try_that_falls_into_quiet_hours_waits_too(self, database, story, slack):
        story(1)
        slack.answers.append(Answer(status=500))
        night = settings_of(desk={"address": slack.url(), "quiet": ["12:01-18:00"]})
        assert alerts.deliver(database, night, NOON) == {"pending": 1}
        alerts.deliver(database, night, NOON + HOUR)
        assert len(slack.requests) == 1
        assert alerts.deliver(database, night, NOON + 6 * HOUR) == {"sent": 1}

    def test_a_digest_is_one_message_with_the_largest_moves_first(self, database, story, execute, slack):
        story(3)
        execute("UPDATE shift SET to_number = 900 WHERE id = 2")
        daily = settings_of(desk={"address": slack.url(), "digest": "daily at 08:00", "timezone": "Europe/Berlin"})
        assert alerts.deliver(database, daily, NOON) == {}
        assert alerts.deliver(database, daily, datetime(2026, 3, 3, 7, tzinfo=UTC)) == {"sent": 1}
        [payload] = slack.payloads
        assert payload["text"].startswith("Digest, 3 numbers: Boxes of kind 2:")

    def test_a_digest_of_mail_has_a_chart_of_each(self, database, story):
        story(3)
        with MailReceiver() as mailbox:
            daily = settings_of(desk={"address": mailbox.url(), "digest": "hourly"})
            assert alerts.deliver(database, daily, NOON + HOUR) == {"sent": 1}
        [mail] = mailbox.mails()
        assert [part["Content-ID"] for part in mail.walk() if part.get_content_type() == "image/png"] == [
            f"<chart-{n}.png>" for n in (1, 2, 3)
        ]

    def test_what_is_no_longer_true_muted_or_seen_to_is_not_told(self, database, story, execute, slack):
        story(4)
        execute("UPDATE shift SET state = 'withdrawn' WHERE id = 1")
        [second] = rows(database, "series.shifts", series=[2])
        corrections.mute(database, second["series_id"], 7 * DAY, NOON)
        assert alerts.acknowledge(database, [3], "known", NOON) == 1
        assert alerts.deliver(database, settings_of(desk=slack.url()), NOON) == {"sent": 1}
        assert names(slack.payloads) == [("Boxes of kind 4", False)]
        assert states(database) == {"dropped": 3, "sent": 1}

    def test_what_is_withdrawn_between_two_tries_is_not_told_either(self, database, story, execute, slack):
        story(1)
        slack.answers.append(Answer(status=500))
        alerts.deliver(database, settings_of(desk=slack.url()), NOON)
        execute("UPDATE shift SET state = 'withdrawn'")
        assert alerts.deliver(database, settings_of(desk=slack.url()), NOON + DAY) == {"dropped": 1}
        assert slack.payloads == []

    def test_what_is_muted_between_two_tries_is_not_told_and_begins_no_cool_down(self, database, story, execute, slack):
        story(3)
        execute("UPDATE delivery SET cool_down = '3 days'")
        execute("UPDATE observation SET article_id = 1 WHERE article_id IN (1, 2)")  # two of them are one message
        slack.answers.extend([Answer(status=500)] * 2)
        desk = settings_of(desk=slack.url())
        assert alerts.deliver(database, desk, NOON) == {"pending": 1}
        assert alerts.deliver(database, desk, NOON + HOUR) == {"pending": 1}
        series = [row["series_id"] for row in rows(database, "alerts.list", open_only=True, limit=9)]
        for muted in series[:2]:
            corrections.mute(database, muted, DAY, NOON + HOUR)
        assert alerts.deliver(database, desk, NOON + 2 * HOUR) == {"dropped": 1, "sent": 1}
        assert [name for name, _ in names(slack.payloads)] == ["Boxes of kind 1"]
        assert states(database) == {"sent": 1, "dropped": 2}
        assert {row["deliveries"][0] for row in rows(database, "alerts.list", open_only=True, limit=9)} == {
            "desk sent",
            "desk dropped",
        }
        told = rows(database, "alerts.last_told", channel="desk", series=series)
        assert [row["series_id"] for row in told] == series[2:]

    def test_acknowledging_what_is_not_there_says_so(self, database):
        with pytest.raises(UsageError, match="no alert 7"):
            alerts.acknowledge(database, [7], "", NOON)


class TestOneMessage:
    """Shifts of one article, and of one series, are one message."""

    def test_shifts_of_one_article(self, database, story, execute, slack):
        story(3)
        execute("UPDATE observation SET article_id = 1")
        execute("UPDATE figure SET position = 1000 + id, article_id = 1")
        assert alerts.deliver(database, settings_of(desk=slack.url()), NOON) == {"sent": 1}
        [payload] = slack.payloads
        assert payload["text"].endswith("and 2 more")
        assert "3 numbers moved in one article." in str(payload["blocks"])

    def test_a_line_of_moves_of_one_series_is_told_from_its_first_to_its_last(self, database, story, execute, slack):
        story(3)
        execute("UPDATE observation SET series_id = 1, as_of = as_of + id * interval '1 minute'")
        execute("UPDATE shift SET series_id = 1, from_number = 100 + 50 * (id - 1), to_number = 150 + 50 * (id - 1)")
        execute("UPDATE figure SET low = 100 + 25 * id, high = 100 + 25 * id")
        assert alerts.deliver(database, settings_of(desk=slack.url()), NOON) == {"sent": 1}
        [payload] = slack.payloads
        assert "moved 3 times" in str(payload["blocks"])

    def test_messages_of_a_series_are_a_thread(self, database, story, execute, slack):
        story(2)
        execute("UPDATE delivery SET due_at = due_at + interval '1 hour' WHERE id = 2")
        execute("UPDATE observation SET series_id = 1")
        execute("UPDATE shift SET series_id = 1")
        with MailReceiver() as mailbox:
            execute(
                "INSERT INTO delivery (alert_id, channel, severity, state, due_at)"
                " SELECT alert_id, 'mail', severity, state, due_at FROM delivery"
            )
            both = settings_of(desk=slack.bot_url(), mail=mailbox.url())
            assert alerts.deliver(database, both, NOON) == {"sent": 2}
            assert alerts.deliver(database, both, NOON + HOUR) == {"sent": 2}
        first, second = slack.payloads
        assert second["thread_ts"] == first["ts"]
        assert len(slack.files) == 2
        one, two = mailbox.mails()
        assert two["In-Reply-To"] == one["Message-ID"]
        assert one["In-Reply-To"] is None

    def test_message_ids_of_two_installations_differ(self, database, story, execute):
        story(2)
        with MailReceiver() as mailbox:
            mail = settings_of(desk=mailbox.url())
            assert alerts.deliver(database, mail, NOON, limit=1) == {"sent": 1}
            execute("UPDATE installation SET id = gen_random_uuid()")
            execute("UPDATE message SET state = 'pending' WHERE state = 'sent'")
            alerts.deliver(database, mail, NOON, limit=1)
        assert len({mail["Message-ID"] for mail in mailbox.mails()}) == 2


class TestOwner:
    """Trouble of the service itself: one message when it begins, one when it is over."""

    def settings(self, slack, tmp_path, **more):
        channels = {"ops": slack.url(), "desk": DEAD} | more
        return Settings.model_validate({"channels": channels, "owner": "ops", "data_dir": str(tmp_path)})

    def test_a_channel_that_fails_is_told_once_and_so_is_its_recovery(self, database, story, slack, tmp_path):
        story(1)
        broken = self.settings(slack, tmp_path)
        for hour in range(8):
            alerts.deliver(database, broken, NOON + hour * HOUR)
            notices.deliver(database, broken, NOON + hour * HOUR)
        [told] = slack.payloads
        assert "the channel desk does not take messages" in told["text"]
        with SlackReceiver() as mended:
            works = self.settings(slack, tmp_path, desk=mended.url())
            for hour in range(20, 25):
                alerts.deliver(database, works, NOON + hour * HOUR)
                notices.deliver(database, works, NOON + hour * HOUR)
            assert len(mended.payloads) == 1
        assert "takes messages again" in slack.payloads[1]["text"]
        assert len(slack.payloads) == 2

    def test_a_message_that_is_given_up_is_told_at_once(self, database, story, slack, tmp_path):
        story(1)
        with SlackReceiver() as gone:
            gone.answers.append(Answer(status=404, body=b"no_service"))
            settings = self.settings(slack, tmp_path, desk=gone.url())
            assert alerts.deliver(database, settings, NOON) == {"dead": 1}
            assert notices.deliver(database, settings, NOON) == 1
        [told] = slack.payloads
        assert "no_service" in str(told)
        assert "1 message given up: mend it, then figurewatch alerts retry" in str(told)

    def test_nothing_fetched_for_hours_is_told_once_and_so_is_its_end(self, database, execute, slack, tmp_path):
        settings = self.settings(slack, tmp_path)
        poll = (
            "INSERT INTO poll (source_id, polled_at, outcome) SELECT source.id, '2026-03-02T{:02}:00Z', '{}'"
            " FROM source, generate_series(1, 5)"
        )
        execute(
            "INSERT INTO source (url, address, host, every_seconds, interval_seconds, due_at)"
            " VALUES ('http://a.example', 'http://a.example', 'a.example', 60, 60, now())"
        )
        execute(poll.format(10, "unreachable"))
        for minute in range(3):
            notices.deliver(database, settings, NOON + minute * MINUTE)
        execute(poll.format(12, "fetched"))
        for hour in range(1, 3):
            notices.deliver(database, settings, NOON + hour * HOUR)
        first, second = (payload["text"] for payload in slack.payloads)
        assert "nothing could be fetched since 2026-03-02 10:00 UTC" in first
        assert "sources can be fetched again" in second

    def test_a_disk_that_fills_up_goes_through_quiet_hours(self, database, slack, tmp_path, monkeypatch):
        import shutil

        settings = Settings.model_validate(
            {
                "channels": {"ops": {"address": slack.url(), "quiet": ["mon 00:00-23:00"]}},
                "owner": "ops",
                "data_dir": str(tmp_path),
            }
        )
        usage = shutil.disk_usage(tmp_path)
        for free in (900_000_000, 800_000_000, 1_200_000_000, 5_000_000_000):
            monkeypatch.setattr(notices.shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
            notices.deliver(database, settings, NOON)
        assert ["nearly full: 0.9 GB free" in payload["text"] for payload in slack.payloads] == [True]
        notices.deliver(database, settings, NOON + 12 * HOUR)
        assert "has room again: 5.0 GB free" in slack.payloads[1]["text"]


class TestEvidencePage:
    """What a message links to: the page of a shift, by the service."""

    @pytest.fixture
    def page(self, database_url):
        with closing(Page(Monitor(database_url), HOST, 0)) as opened:
            yield opened.address

    def ask(self, address):
        with closing(http.client.HTTPConnection(address.removeprefix("http://").partition("/")[0], timeout=20)) as connection:
            connection.request("GET", "/" + address.removeprefix("http://").partition("/")[2])
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def test_a_link_in_a_message_leads_to_the_evidence(self, page, database, story, execute, slack):
        story(1)
        execute("UPDATE article SET title = '<script>alert(1)</script>'")
        settings = Settings.model_validate({"channels": {"desk": slack.url()}, "why_url": page + "/why/{shift}"})
        assert alerts.deliver(database, settings, NOON) == {"sent": 1}
        [link] = re.findall(r"<(http[^|]+)\|shift 1>", str(slack.payloads[0]))
        status, headers, shown = self.ask(link)
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "150 boxes" in shown
        assert "data:image/png;base64," in shown
        assert "<script" not in shown

    @pytest.mark.parametrize(
        "path", ["/why/99", "/why/0", "/why/999999999999999999", "/why/1x", "/why/-1", "/why/", "/why/1/2"]
    )
    def test_what_is_no_shift_is_not_there(self, page, path):
        assert self.ask(page + path)[0] == 404
