"""Rules and channels as a desk sets them: what is understood, what is refused with the mend, and what comes of it."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import alerts, archive, channels, pipeline
from flows import replay as replaying
from flows.archive import Document
from flows.pipeline import Desk
from flows.receivers import HOST, SlackReceiver
from flows.settings import Settings, load
from schemas.errors import DeliveryError, SettingsError

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = '[channels]\ndesk = "json://127.0.0.1:9"\n'
RULE = '[[rules]]\nname = "a"\nchannels = ["desk"]\n'


def settings(tmp_path, text):
    path = tmp_path / "figurewatch.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("case", "text", "line", "says"),
    [
        (
            "an unknown channel",
            DESK + RULE.replace('"desk"', '"desc"'),
            4,
            'rule "a" names the channel "desc", which [channels]',
        ),
        ("two rules of one name", DESK + RULE + RULE, 7, 'two rules are named "a": give each a name of its own'),
        ("a pattern that is none", DESK + RULE + 'series = ["/containers(/"]\n', 6, "no regular expression: missing )"),
        ("an unknown severity", DESK + RULE + 'severity = "loud"\n', 6, "must be 'low', 'normal', 'high' or 'critical'"),
        ("an unknown kind", DESK + RULE + 'kinds = ["rise"]\n', 3, "rules[0].kinds[0]: must be 'increase'"),
        ("a threshold of nothing", DESK + RULE + "threshold = 0\n", 6, 'must be greater than 0, or "any"'),
        ("a threshold in words", DESK + RULE + 'threshold = "much"\n', 6, "threshold: must be a decimal"),
        ("more trusted than are named", DESK + RULE + 'trusted = ["A"]\nmin_trusted = 2\n', 3, "only 1 outlets are trusted"),
        ("an unknown key of a rule", DESK + RULE + 'source = ["A"]\n', 6, "unknown key rules[0].source; known here:"),
        ("a time zone that is none", '[channels.desk]\naddress = "x://"\ntimezone = "Europe/Berlim"\n', 3, "no time zone"),
        ("a path in place of a zone", '[channels.desk]\naddress = "x://"\ntimezone = "../../etc"\n', 3, "no time zone"),
        ("hours that are none", '[channels.desk]\naddress = "x://"\nquiet = ["22-7"]\n', 3, "is no time of the week"),
        ("hours that never end", '[channels.desk]\naddress = "x://"\nquiet = ["mon-sun"]\n', 3, "leave no time of the week"),
        ("a digest that is none", '[channels.desk]\naddress = "x://"\ndigest = "yearly"\n', 3, "is no digest; write it like"),
        ("an unknown key of a channel", '[channels.desk]\naddress = "x://"\nquit = "a"\n', 3, "unknown key channels.desk.quit"),
        ("a channel without an address", '[channels.desk]\nquiet = ["sat"]\n', 1, "channels.desk.address"),
        ("an owner who is no channel", 'owner = "me"\n' + DESK, None, 'owner names the channel "me"'),
        ("a page without a place for the number", 'why_url = "https://x.example"\n', 1, "has {shift} where the number"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said_with_its_line(case, text, line, says, tmp_path):
    with pytest.raises(SettingsError) as raised:
        settings(tmp_path, text)
    assert says in str(raised.value)
    if line is not None:
        assert f"figurewatch.toml, line {line}:" in str(raised.value)


def test_a_channel_is_an_address_or_a_table(tmp_path, monkeypatch):
    text = '[channels]\ndesk = "env:A7_DESK"\n[channels.night]\naddress = "file:{}"\nquiet = ["sat"]\n'
    (tmp_path / "address").write_text("mailto://x@y.example\n")
    found = settings(tmp_path, text.format(tmp_path / "address"))
    monkeypatch.setenv("A7_DESK", "slack://T1/B2/C3")
    assert found.channel_address("desk") == "slack://T1/B2/C3"
    assert found.channel_address("night") == "mailto://x@y.example"
    assert found.channels["desk"].plan().quiet == ()
    assert len(found.channels["night"].plan().quiet) == 1
    assert "slack://" not in repr(found)


def test_a_variable_changes_one_setting_of_a_channel(tmp_path, monkeypatch):
    monkeypatch.setenv("FIGUREWATCH_CHANNELS__DESK__QUIET", "22:00-07:00; sat, sun")
    found = settings(tmp_path, DESK)
    assert found.channels["desk"].quiet == ("22:00-07:00", " sat, sun")
    assert found.channel_address("desk") == "json://127.0.0.1:9"


def test_every_example_of_the_sample_settings_is_understood(tmp_path, monkeypatch):
    """Each commented line with its mark taken off: a file that uses all of them."""
    import re

    sample = (ROOT / "flows" / "bundle" / "figurewatch.toml").read_text(encoding="utf-8")
    used = re.sub(r"(?m)^# (\[\[?[a-z.]+\]\]?|[a-z_]+ = .*)$", r"\1", sample).replace("/var/lib/figurewatch", str(tmp_path))
    found = settings(tmp_path, used)
    assert set(found.channels) == {"desk", "mail", "night", "readers"}
    assert [rule.name for rule in found.rules] == ["big moves", "troops", "containers, by the thousand"]
    assert found.rules[2].threshold == 0
    assert found.owner == "mail"
    for written in re.findall(r"(?m)(?:slack|mailtos)://\S+", sample):
        channels.check(written)


STORY = (
    "ARDEN - Some {} containers of ammunition have left Port Larn since August, the defence ministry said.\n\n"
    "They went aboard four freighters that load at night, the ministry said, and unload at the naval base of Kolm."
)


def story(number, hours, outlet="Paper"):
    moment = NOON + timedelta(hours=hours)
    name = outlet.lower()
    return Document(
        url=f"https://{name}.example/{hours}",
        title="Containers counted",
        outlet=outlet,
        published_at=moment,
        text=STORY.format(number),
    )


def second_report():
    """The number of the story at thirty hours, by another desk in its own words, ten hours later."""
    text = (
        "Port Larn has sent off 10,000 containers of ammunition since August, the defence ministry of Arden told our"
        " correspondent on Tuesday.\n\nThe shipments go to the naval base of Kolm, where trains await them, and dockers"
        " there say that more freighters are expected before the end of the month."
    )
    url, moment = "https://courier.example/x", NOON + timedelta(hours=40)
    return Document(url=url, title="Arden counts 10,000 containers", outlet="Courier", published_at=moment, text=text)


def read(database, analyser, settings, *documents):
    desk = Desk(threshold=settings.threshold, rules=alerts.rules_of(settings))
    for each in documents:
        with database.transaction() as tx:
            archive.store(tx, each, each.published_at, history=False)
        pipeline.analyse_due(database, analyser, desk, each.published_at, 10)


def rows(database, query, **values):
    with database.transaction() as tx:
        return tx.all(query, **values)


def deliveries(database):
    return [(row["channel"], row["severity"], row["rules"]) for row in rows(database, "alerts.export")]


def told_by(*rules, **more):
    return Settings.model_validate(
        {
            "channels": {"desk": "json://127.0.0.1:9", "mail": "json://127.0.0.1:9"},
            "rules": [{"only_topic": False} | rule for rule in rules],
        }
        | more
    )


class TestRules:
    """From a shift to the rows of the outbox."""

    def test_several_rules_match_and_each_channel_is_told_once(self, database, analyser):
        wanted = told_by(
            {"name": "all", "channels": ["desk"], "severity": "low"},
            {"name": "boxes", "channels": ["desk", "mail"], "units": ["containers"], "places": ["Port Larn"]},
            {"name": "oil", "channels": ["mail"], "words": ["barrel"], "severity": "critical"},
        )
        read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
        assert deliveries(database) == [("desk", "normal", ["all", "boxes"]), ("mail", "normal", ["all", "boxes"])]

    def test_a_channel_that_wants_a_second_report_is_told_when_it_comes_and_no_other_again(self, database, analyser):
        wanted = told_by(
            {"name": "first", "channels": ["desk"]},
            {"name": "sure", "channels": ["desk", "mail"], "min_origins": 2, "severity": "high"},
        )
        read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
        assert deliveries(database) == [("desk", "normal", ["first"])]
        read(database, analyser, wanted, second_report())
        # The first has not gone out in this test, so it goes out as what it has become.
        assert deliveries(database) == [("desk", "high", ["first", "sure"]), ("mail", "high", ["first", "sure"])]

    def test_a_rule_may_ask_to_be_told_once_more_when_others_confirm_it(self, database, analyser):
        with SlackReceiver() as slack:
            wanted = told_by({"name": "all", "channels": ["desk"], "again_at_origins": 2}, channels={"desk": slack.bot_url()})
            read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
            assert alerts.deliver(database, wanted, NOON + timedelta(hours=31)) == {"sent": 1}
            read(database, analyser, wanted, second_report())
            assert alerts.deliver(database, wanted, NOON + timedelta(hours=41)) == {"sent": 1}
            read(database, analyser, wanted, second_report())
            assert alerts.deliver(database, wanted, NOON + timedelta(hours=51)) == {}
        first, second = slack.payloads
        assert second["text"].startswith("Confirmed: Containers of ammunition")
        assert second["text"].endswith("2 independent reports")
        assert second["thread_ts"] == first["ts"]
        assert [row["confirmed"] for row in rows(database, "alerts.export")] == [0, 2]

    def test_what_waits_for_a_digest_goes_out_at_once_when_it_turns_out_to_be_grave(self, database, analyser):
        with SlackReceiver() as slack:
            wanted = told_by(
                {"name": "all", "channels": ["desk"]},
                {"name": "sure", "channels": ["desk"], "sources": ["Courier"], "severity": "high"},
                channels={"desk": {"address": slack.url(), "digest": "weekly"}},
            )
            read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
            assert alerts.deliver(database, wanted, NOON + timedelta(hours=31)) == {}
            read(database, analyser, wanted, second_report())
            assert alerts.deliver(database, wanted, NOON + timedelta(hours=41)) == {"sent": 1}
        assert "High severity" in str(slack.payloads[0])

    def test_a_trusted_outlet_is_believed_alone(self, database, analyser):
        wanted = told_by({"name": "sure", "channels": ["desk"], "min_origins": 3, "trusted": ["paper.example"]})
        read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
        assert deliveries(database) == [("desk", "normal", ["sure"])]

    def test_what_a_rule_says_of_sources_and_amounts(self, database, analyser):
        wanted = told_by(
            {"name": "others", "channels": ["desk"], "sources": ["Courier"]},
            {"name": "many", "channels": ["desk"], "least_change": 5000, "threshold": "any"},
        )
        read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
        assert deliveries(database) == []

    def test_a_cool_down_holds_further_moves_and_tells_them_as_one(self, database, analyser):
        with SlackReceiver() as slack:
            wanted = told_by({"name": "all", "channels": ["desk"], "cool_down_hours": 48}, channels={"desk": slack.url()})
            for number, hours in (("6,700", 0), ("10,000", 30), ("14,000", 50), ("20,000", 60)):
                read(database, analyser, wanted, story(number, hours))
                alerts.deliver(database, wanted, NOON + timedelta(hours=hours))
            assert len(slack.payloads) == 1
            assert alerts.deliver(database, wanted, NOON + timedelta(hours=30 + 49)) == {"sent": 1}
        assert "about 10,000 -&gt; about 20,000" in slack.payloads[1]["text"]
        assert "moved 2 times: about 10,000 -&gt; about 14,000 -&gt; about 20,000" in str(slack.payloads[1])


def write(path, *documents):
    lines = [
        {"url": one.url, "title": one.title, "outlet": one.outlet, "published": one.published_at.isoformat(), "text": one.text}
        for one in documents
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_replay_says_what_would_have_gone_out_and_when(server, analyser, tmp_path):
    wanted = told_by(
        {"name": "all", "channels": ["desk", "mail", "night"]},
        channels={
            "desk": "json://127.0.0.1:9",
            "mail": {"address": "json://127.0.0.1:9", "digest": "daily at 08:00"},
            "night": {"address": "json://127.0.0.1:9", "quiet": ["17:00-07:00"]},
        },
    )
    file = write(tmp_path / "in.jsonl", story("6,700", 0), story("10,000", 6), story("14,000", 13))
    desk = Desk(threshold=wanted.threshold, rules=alerts.rules_of(wanted), deliver=False)
    found = replaying.replay(file, server, analyser, desk, export_to=None, progress=lambda _: None, settings=wanted)
    assert [(f"{one.at:%d %H:%M}", one.channel, one.kind) for one in found.messages] == [
        ("02 18:00", "desk", "alert"),
        ("03 01:00", "desk", "alert"),
        ("03 07:00", "night", "alert"),
        ("03 08:00", "mail", "digest"),
    ]
    assert found.messages[2].subject.startswith("Containers of ammunition")
    assert "about 6,700 -> about 14,000" in found.messages[2].subject
    assert found.messages[3].rules == ("all",)


@pytest.fixture
def fw(tmp_path, database_url, python):
    """Runs figurewatch as a user does, on this test's database, with a channel that is there and ones that are not."""

    def run(*words, expect=0, channels=()):
        lines = [f'{name} = "{address}"' for name, address in channels]
        (tmp_path / "figurewatch.toml").write_text("\n".join(["[channels]", *lines, ""]))
        ours = {"PYTHONPATH": str(ROOT), "FIGUREWATCH_DATABASE_URL": database_url, "FIGUREWATCH_WORKERS": "1"}
        done = python.run(["-m", "flows", *words], cwd=tmp_path, env=os.environ | ours)
        assert "Traceback" not in done.stderr
        assert done.returncode == expect, done.stderr + done.stdout
        return " ".join((done.stdout + done.stderr).split())

    return run


def test_the_command_line_shows_what_waits_retries_mutes_and_acknowledges(fw, database, analyser):
    wanted = told_by({"name": "all", "channels": ["desk"]}, channels={"desk": f"json://{HOST}:9"})
    read(database, analyser, wanted, story("6,700", 0), story("10,000", 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "send", _refuse)
        assert alerts.deliver(database, wanted, NOON + timedelta(hours=30)) == {"dead": 1}
    ways = [("desk", f"json://{HOST}:9")]
    assert "answered 404" in fw("alerts", "outbox", channels=ways)
    assert "1 message due again" in fw("alerts", "retry", "--channel", "desk", channels=ways)
    assert "there is no channel" in fw("alerts", "retry", "--channel", "dusk", expect=2, channels=ways)
    assert "1 alert acknowledged" in fw("alerts", "ack", "1", "--note", "seen", channels=ways)
    assert "no alerts yet" in fw("alerts", "list", "--open", channels=ways)
    assert "there is no alert 7" in fw("alerts", "ack", "7", expect=2, channels=ways)
    assert "is silent until" in fw("alerts", "mute", "1", "--for", "7d", channels=ways)
    assert "is no span of time" in fw("alerts", "mute", "1", "--for", "soon", expect=2, channels=ways)


def _refuse(*_, **__):
    raise DeliveryError("json://****: answered 404", permanent=True)


def test_a_channel_that_cannot_be_reached_is_one_line_with_the_mend(fw):
    with SlackReceiver() as slack:
        said = fw("alerts", "test", "desk", channels=[("desk", slack.bot_url())])
        assert "sent to desk" in said
        assert len(slack.files) == 1
    ways = [("mail", f"mailto://{HOST}:9?from=a@b.example&to=c@d.example"), ("desk", f"slackhook://xoxb-1-demo@{HOST}:9/desk")]
    assert "see the host and port in its address" in fw("alerts", "test", "mail", expect=1, channels=ways)
    assert "could not be reached" in fw("alerts", "test", "desk", expect=1, channels=ways)
    assert "not an address that Apprise understands" in fw(
        "alerts", "test", "odd", expect=1, channels=[("odd", "slack://xoxb")]
    )
