"""A message reaches real receivers on loopback in one piece, and what goes wrong is told without a secret."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.slack import NotifySlack
from guarded import GuardedMailReceiver, self_signed

from extractors.message import Message
from flows import channels
from flows.receivers import HOST, Answer, MailReceiver, SlackReceiver
from schemas.errors import DeliveryError

MESSAGE = Message(
    subject="Boxes shipped: 6,700 -> over 10,000 (+49%), port authority & sons @all",
    text="NOW: over 10,000 <boxes> @here\nhttps://a.example/@desk?x=1&y=2",
    slack="NOW: over 10,000 &lt;!channel&gt; &amp;lt;!here&amp;gt; &lt;@U1&gt; &lt;https://evil.example|bank&gt;\nhttps://a.example/?x=1&amp;y=2",
    mail_text="NOW: over 10,000 “boxes”\n",
    slack_subject="Boxes shipped: 6,700 -&gt; over 10,000 (+49%), port authority &amp; sons @\u2060all",
    slack_blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "*6,700 → over 10,000*", "verbatim": True}},),
    mail_html='<!DOCTYPE html><html><body><p>over 10,000</p><img src="cid:chart-1.png"></body></html>',
    charts={"chart-1.png": b"\x89PNG\r\n\x1a\nchart"},
    key="alert-12",
    earlier=("alert-3", "alert-9"),
)


@pytest.fixture
def mailbox() -> Iterator[MailReceiver]:
    with MailReceiver() as receiver:
        yield receiver


@pytest.fixture
def webhook() -> Iterator[SlackReceiver]:
    with SlackReceiver() as receiver:
        yield receiver


def shown(payload: dict[str, object]) -> dict[str, str]:
    attachments = payload["attachments"]
    assert isinstance(attachments, list)
    return dict(attachments[0])


def test_slack_gets_blocks_and_a_line_for_the_phone(webhook: SlackReceiver) -> None:
    channels.send(webhook.url(), MESSAGE)
    (payload,) = webhook.payloads
    assert payload["blocks"] == [dict(block) for block in MESSAGE.slack_blocks]
    assert payload["text"] == MESSAGE.slack_subject
    assert (payload["mrkdwn"], payload["unfurl_links"], payload["unfurl_media"]) == (False, False, False)
    assert webhook.requests[0][0] == "/services/T0DEMO/B0DEMO/newsroom"


@pytest.mark.parametrize("options", ["", "?format=markdown", "?format=html&blocks=yes", "?blocks=yes&image=yes", "?blocks=no"])
def test_no_option_of_an_address_brings_an_article_s_commands_to_life(
    options: str, webhook: SlackReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack's own addresses have a fixed host, so that it is turned to loopback here."""
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://{HOST}:{webhook.port}/services")
    channels.send(f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/{options}", MESSAGE)
    channels.send(webhook.url() + options, MESSAGE)
    assert len(webhook.payloads) == 2
    for payload in webhook.payloads:
        if "blocks" in payload:
            assert payload["text"] == MESSAGE.slack_subject
        else:
            assert shown(payload)["text"] == MESSAGE.slack
            assert shown(payload)["title"] == MESSAGE.slack_subject
        assert "<" not in json.dumps(payload)
        assert "image" not in json.dumps(payload)


def test_blocks_that_slack_does_not_take_are_sent_as_text_at_once(webhook: SlackReceiver) -> None:
    channels.send(webhook.url(), replace(MESSAGE, slack_blocks=({"type": "carousel"},)))
    (payload,) = webhook.payloads
    assert shown(payload)["text"] == MESSAGE.slack


class TestABot:
    """With a bot's token, messages of a series are a thread, and charts come along."""

    def test_a_reply_is_in_the_thread_of_the_first_and_shown_in_the_channel(self, webhook: SlackReceiver) -> None:
        place = channels.send(webhook.bot_url(), MESSAGE)
        channels.send(webhook.bot_url(), replace(MESSAGE, thread=place))
        first, second = webhook.payloads
        assert (first["channel"], "thread_ts" in first) == ("#desk", False)
        assert (second["thread_ts"], second["reply_broadcast"]) == (first["ts"], True)
        assert [headers["Authorization"] for headers in webhook.headers] == ["Bearer xoxb-1-demo"] * 2
        assert first["metadata"]["event_payload"] == {"key": MESSAGE.key}

    def test_a_thread_that_was_deleted_is_begun_anew(self, webhook: SlackReceiver) -> None:
        channels.send(webhook.bot_url(), replace(MESSAGE, thread='{"desk":["C0DEMO","1600000000.1"]}'))
        (payload,) = webhook.payloads
        assert "thread_ts" not in payload

    @pytest.mark.parametrize("thread", ["", "nonsense", "[]", '{"desk":5}', '{"other":["C1","1.2"]}'])
    def test_a_place_that_is_not_of_this_channel_is_no_thread(self, thread: str, webhook: SlackReceiver) -> None:
        channels.send(webhook.bot_url(), replace(MESSAGE, thread=thread))
        assert "thread_ts" not in webhook.payloads[0]

    def test_charts_are_put_into_the_thread(self, webhook: SlackReceiver) -> None:
        place = channels.send(webhook.bot_url(), MESSAGE)
        assert channels.attach(webhook.bot_url(), MESSAGE, place)
        assert b"\x89PNG\r\n\x1a\nchart" in webhook.files[0]
        done = json.loads(webhook.requests[-1][1])
        assert (done["channel_id"], done["thread_ts"]) == ("C0DEMO", webhook.payloads[0]["ts"])

    def test_the_token_is_sent_to_nobody_whom_an_answer_names(
        self, webhook: SlackReceiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = {"ok": True, "file_id": "F1", "upload_url": "https://evil.example/up"}
        monkeypatch.setattr(webhook, "_file", lambda path, body: Answer(body=json.dumps(elsewhere).encode()))
        place = channels.send(webhook.bot_url(), MESSAGE)
        assert not channels.attach(webhook.bot_url(), MESSAGE, place)
        assert len(webhook.requests) == 2

    @pytest.mark.parametrize(
        ("error", "says"),
        [
            ("invalid_auth", "the token is wrong or was withdrawn"),
            ("not_in_channel", "/invite"),
            ("channel_not_found", "see that the channel exists"),
            ("missing_scope", "chat:write"),
        ],
    )
    def test_what_slack_refuses_for_good_comes_with_the_mend(self, error: str, says: str, webhook: SlackReceiver) -> None:
        webhook.answers.append(Answer(body=json.dumps({"ok": False, "error": error}).encode()))
        with pytest.raises(DeliveryError, match=error) as raised:
            channels.send(webhook.bot_url(), MESSAGE)
        assert raised.value.permanent
        assert says in raised.value.mend

    def test_when_one_of_two_channels_has_it_the_message_is_not_sent_again(self, webhook: SlackReceiver) -> None:
        webhook.answers.extend([Answer(body=b'{"ok":true,"channel":"C1","ts":"1.1"}'), Answer(status=500)])
        with pytest.raises(DeliveryError) as raised:
            channels.send(webhook.bot_url("desk/night"), MESSAGE)
        assert raised.value.permanent


@pytest.mark.parametrize("bot", [False, True])
@pytest.mark.parametrize(("written", "seconds"), [("7", 7.0), ("0", 1.0), ("99999999", channels.LONGEST_WAIT), ("soon", None)])
def test_a_pause_that_is_asked_for_is_passed_on(bot: bool, written: str, seconds: float | None, webhook: SlackReceiver) -> None:
    webhook.answers.append(Answer(status=429, body=b"rate_limited", headers={"Retry-After": written}))
    with pytest.raises(DeliveryError) as raised:
        channels.send(webhook.bot_url() if bot else webhook.url(), MESSAGE)
    assert (raised.value.wait_seconds, raised.value.permanent, raised.value.unsure) == (seconds, False, False)


@pytest.mark.parametrize("kind", ["webhook", "bot", "json"])
@pytest.mark.parametrize(
    ("case", "answer", "unsure"),
    [
        ("cut off after it was accepted", Answer(taken=True, cut=True), True),
        ("so slow that nobody waits", Answer(taken=True, after_seconds=1.0), True),
        ("a refusal is an answer", Answer(status=500), False),
    ],
)
def test_a_connection_that_breaks_leaves_it_open_whether_the_message_arrived(
    kind: str, case: str, answer: Answer, unsure: bool, webhook: SlackReceiver
) -> None:
    webhook.answers.append(answer)
    address = {"webhook": webhook.url(), "bot": webhook.bot_url(), "json": f"json://{HOST}:{webhook.port}/x"}[kind]
    with pytest.raises(DeliveryError) as raised:
        channels.send(address, MESSAGE, timeout_seconds=0.3)
    assert (raised.value.unsure, raised.value.permanent) == (unsure, False)


@pytest.mark.parametrize("scheme", ["slackhook", "json", "mailto"])
def test_a_server_that_is_not_there_cannot_have_it(scheme: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        channels.send(f"{scheme}://{HOST}:9/x?from=a@b.example&to=c@d.example", MESSAGE)
    assert not raised.value.unsure


def test_mail_has_a_text_part_an_html_part_and_the_chart_inline(mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), MESSAGE)
    (mail,) = mailbox.mails()
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"] == "figurewatch <figurewatch@newsroom.example>"
    assert mail["To"] == "desk@newsroom.example"
    assert mailbox.envelopes == [("figurewatch@newsroom.example", ("desk@newsroom.example",))]
    parts = [part for part in mail.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    text, html, chart = parts
    assert text.get_content().splitlines() == MESSAGE.mail_text.splitlines()
    assert html.get_content().strip() == MESSAGE.mail_html
    assert (chart["Content-ID"], chart.get_content_disposition(), chart.get_content()) == (
        "<chart-1.png>",
        "inline",
        MESSAGE.charts["chart-1.png"],
    )


def test_a_mail_without_chart_carries_no_picture(mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), Message(subject="s", text="t", slack="t", mail_text="t", mail_html="<p>t</p>"))
    assert [part.get_content_type() for part in mailbox.mails()[0].walk()][1:] == ["text/plain", "text/html"]


def test_a_second_delivery_of_an_alert_has_the_message_id_of_the_first(mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), MESSAGE)
    channels.send(mailbox.url(), MESSAGE)
    first, second = mailbox.mails()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["In-Reply-To"] not in (None, first["Message-ID"])
    assert len(first["References"].split()) == 2
    assert first["References"].endswith(first["In-Reply-To"])


def test_a_reply_names_the_message_that_it_replies_to(mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), replace(MESSAGE, key="one", earlier=()))
    channels.send(mailbox.url(), replace(MESSAGE, key="two", earlier=("one",)))
    first, second = mailbox.mails()
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert first["List-Id"] == second["List-Id"]


def test_everybody_named_in_the_address_gets_the_mail(mailbox: MailReceiver) -> None:
    to = "desk@newsroom.example&cc=boss@newsroom.example&bcc=archive@newsroom.example"
    channels.send(mailbox.url(to), MESSAGE)
    assert sorted(mailbox.envelopes[0][1]) == ["archive@newsroom.example", "boss@newsroom.example", "desk@newsroom.example"]
    assert "archive" not in mailbox.raw[0].decode()


@pytest.mark.parametrize(
    "subject",
    [
        "x\r\nBcc: all@victim.example\r\n\r\nhello",
        "Zahl: 6.700 → über 10.000, außer Ukraine 서울",
        "x" * 100_000,
        "\x00\x1b[2J\u2028",
        "a\ud800b",
    ],
)
def test_any_subject_stays_one_header(subject: str, mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), Message(subject=subject, text="t", slack="t", mail_text="t", mail_html="<p>t</p>"))
    (mail,) = mailbox.mails()
    assert mail["Bcc"] is None
    assert mailbox.envelopes[0][1] == ("desk@newsroom.example",)
    assert len(mail["Subject"]) <= 250
    assert mail.get_body(("plain",)).get_content().strip() == "t"  # type: ignore[union-attr]


def test_another_service_gets_plain_text_that_mentions_nobody(webhook: SlackReceiver) -> None:
    webhook.answers.append(Answer())
    channels.send(f"json://{HOST}:{webhook.port}/hook", MESSAGE)
    body = json.loads(webhook.requests[0][1])
    assert body["title"] == MESSAGE.subject.replace("@all", "@\u2060all")
    assert body["message"] == MESSAGE.text.replace("@here", "@\u2060here")
    assert webhook.headers[0]["Idempotency-Key"] == MESSAGE.key


def test_a_service_for_short_messages_gets_the_beginning(webhook: SlackReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyJSON, "body_maxlen", 120)
    webhook.answers.append(Answer())
    channels.send(
        f"json://{HOST}:{webhook.port}/hook", replace(MESSAGE, subject="Boxes: 1 -> 2", text="NOW: 2\n" + "more " * 100)
    )
    assert len(webhook.requests) == 1
    assert json.loads(webhook.requests[0][1])["message"].startswith("NOW: 2")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (403, True), (404, True), (410, True), (302, False), (429, False), (500, False), (503, False)],
)
def test_a_webhook_s_refusal_says_whether_to_try_again(status: int, permanent: bool, webhook: SlackReceiver) -> None:
    webhook.answers.append(Answer(status=status, body=b"no", headers={"Location": "http://127.0.0.1:9/"}))
    with pytest.raises(DeliveryError, match=f"answered {status}") as raised:
        channels.send(webhook.url(), MESSAGE)
    assert raised.value.permanent is permanent
    assert len(webhook.requests) == 1, "a redirect is not followed with the message"


@pytest.mark.parametrize(("answer", "permanent"), [("451 try later", False), ("552 mailbox full", True), ("550 no", True)])
def test_a_mail_server_s_refusal_says_whether_to_try_again(answer: str, permanent: bool, mailbox: MailReceiver) -> None:
    mailbox.answers.append(answer)
    with pytest.raises(DeliveryError, match=answer[:3]) as raised:
        channels.send(mailbox.url(), MESSAGE)
    assert raised.value.permanent is permanent


@pytest.mark.parametrize("letter", ["a", "ü"])
def test_a_subject_of_any_length_arrives_as_it_was(letter: str, mailbox: MailReceiver) -> None:
    subjects = [f"Boxes: 6,700 -> 10,000 {letter * length}" for length in (1, 40, 45, 50, 55, 60, 90, 200)]
    for subject in subjects:
        channels.send(mailbox.url(), Message(subject=subject, text="t", slack="t", mail_text="t", mail_html="<p>t</p>"))
    assert [mail["Subject"] for mail in mailbox.mails()] == subjects


class RudeMailReceiver(MailReceiver):
    """Takes the mail and is gone before it says so, or before goodbye."""

    def __init__(self, *, says_ok: bool) -> None:
        super().__init__()
        self.says_ok = says_ok

    def protocol(self) -> SMTP:
        receiver = self

        class Rude(SMTP):
            async def smtp_QUIT(self, arg):  # noqa: N802
                self.transport.abort()

        return Rude(receiver, hostname="newsroom.example", loop=self._loop)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if not self.says_ok:
            server.transport.abort()
        return answer


def test_a_mail_server_that_is_gone_after_it_took_the_mail_leaves_it_open() -> None:
    with RudeMailReceiver(says_ok=False) as mailbox, pytest.raises(DeliveryError, match="handed over") as raised:
        channels.send(mailbox.url(), MESSAGE)
    assert raised.value.unsure
    assert len(mailbox.raw) == 1


def test_a_mail_server_that_says_no_goodbye_has_the_mail() -> None:
    with RudeMailReceiver(says_ok=True) as mailbox:
        channels.send(mailbox.url(), MESSAGE)
    assert len(mailbox.raw) == 1


class PickyMailReceiver(MailReceiver):
    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("gone"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.mark.parametrize(
    ("to", "delivered", "says"),
    [("gone@newsroom.example", 0, "1 of 1"), ("desk@newsroom.example&cc=gone@newsroom.example", 1, "1 of 2")],
)
def test_a_recipient_that_is_refused_is_told_and_the_others_do_not_get_it_twice(to: str, delivered: int, says: str) -> None:
    with PickyMailReceiver() as mailbox, pytest.raises(DeliveryError, match=says) as raised:
        channels.send(mailbox.url(to), MESSAGE)
    assert len(mailbox.raw) == delivered
    assert raised.value.permanent


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return self_signed(tmp_path_factory.mktemp("certificate"))


def test_mail_goes_out_with_tls_and_a_password(certificate: ssl.SSLContext) -> None:
    with GuardedMailReceiver(certificate) as mailbox:
        channels.send(mailbox.url() + "&verify=no", MESSAGE)
    assert mailbox.mails()[0]["Subject"] == MESSAGE.subject


def test_a_wrong_password_is_a_permanent_error_and_a_false_certificate_stops_the_login(certificate: ssl.SSLContext) -> None:
    with GuardedMailReceiver(certificate) as mailbox:
        with pytest.raises(DeliveryError, match="login refused") as wrong:
            channels.send(mailbox.url(password="guess") + "&verify=no", MESSAGE)
        with pytest.raises(DeliveryError, match="certificate is not valid") as false:
            channels.send(mailbox.url(), MESSAGE)
    assert mailbox.raw == []
    assert (wrong.value.permanent, false.value.permanent) == (True, False)


def test_without_tls_no_password_is_sent(mailbox: MailReceiver) -> None:
    address = mailbox.url().replace("mailto://", "mailtos://user:hunter2@") + "&mode=starttls"
    with pytest.raises(DeliveryError, match="offers no TLS") as raised:
        channels.send(address, MESSAGE)
    assert raised.value.permanent
    assert mailbox.raw == []


@pytest.mark.parametrize("scheme", ["slackhook", "mailto", "json"])
def test_a_server_that_never_answers_is_given_up(scheme: str) -> None:
    with socket.create_server((HOST, 0)) as silent:
        address = f"{scheme}://{HOST}:{silent.getsockname()[1]}/x?from=a@b.example&to=c@d.example"
        with pytest.raises(DeliveryError) as raised:
            channels.send(address, MESSAGE, timeout_seconds=0.2)
    assert not raised.value.permanent


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "foo://bar", "slack://short", "mailto://", f"mailto://{HOST}", "slackhook://", "://", "slack://\x00"],
)
def test_an_address_that_nobody_understands_is_a_permanent_error(address: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        channels.check(address)
    assert raised.value.permanent


def test_the_address_that_slack_shows_for_a_webhook_is_understood() -> None:
    address = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
    channels.check(address)
    assert channels.charts(address) == ""
    assert channels.masked(address) == "https://****"


SECRETS = ("hunter2", "s3cretPath", "TIiajkdnlazkcOXrIdevi7", "xoxbSECRET")


@pytest.mark.parametrize(
    "address",
    [
        "mailto://user:hunter2@127.0.0.1:9?from=a@b.example&to=c@d.example",
        "slackhook://127.0.0.1:9/s3cretPath/x",
        "slackhook://user:hunter2@127.0.0.1:9/s3cretPath",
        "json://user:hunter2@127.0.0.1:9/s3cretPath?token=xoxbSECRET",
        "slack://T1/B/TIiajkdnlazkcOXrIdevi7-no",
        "slack://xoxbSECRET",
        "hunter2",
    ],
)
def test_no_error_and_no_log_holds_a_secret(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(DeliveryError) as raised:
        channels.send(address, MESSAGE, timeout_seconds=1)
    told = f"{raised.value} {raised.value!r} {raised.value.__cause__!r} {channels.masked(address)} {caplog.text}"
    assert not any(secret in told for secret in SECRETS)


def test_a_delivery_that_works_logs_no_secret_either(webhook: SlackReceiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channels.send(webhook.url(), MESSAGE)
    assert "B0DEMO" not in caplog.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("slack://T1/B2/C3", "slack://****"),
        ("mailtos://user:pw@smtp.example:587?to=a@b.example", "mailtos://smtp.example:587/****"),
        ("mailto://user:p@ss/w@smtp.example", "mailto://****"),
        ("mailto://user:12?34@smtp.example", "mailto://****"),
        ("mailto://localhost:2525?from=a@b.example", "mailto://localhost:2525/****"),
        ("slackhook://127.0.0.1:80/a/b", "slackhook://127.0.0.1:80/****"),
        ("tgram://123:token/chat", "tgram://****"),
        ("not an address", "****"),
    ],
)
def test_an_address_is_shown_masked(address: str, expected: str) -> None:
    assert channels.masked(address) == expected


def test_failures_of_two_threads_are_not_mixed_up(webhook: SlackReceiver) -> None:
    def reason(address: str) -> str:
        with pytest.raises(DeliveryError) as raised:
            channels.send(address, MESSAGE)
        return raised.value.message

    webhook.answers.extend(Answer(status=503) for _ in range(10))
    dead = "slackhook://127.0.0.1:9/x"
    with ThreadPoolExecutor(4) as pool:
        reasons = list(pool.map(reason, [webhook.url(), dead] * 10))
    assert all("answered 503" in said for said in reasons[0::2])
    assert all("could not be reached" in said for said in reasons[1::2])
