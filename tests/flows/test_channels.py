"""A message reaches real receivers on loopback in one piece, and what goes wrong is told without a secret."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.slack import NotifySlack
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from extractors.message import Message
from flows import channels
from flows.receivers import HOST, Answer, MailReceiver, SlackReceiver
from schemas.errors import DeliveryError

MESSAGE = Message(
    subject="Boxes shipped: 6,700 -> over 10,000 (+49%), port authority & sons @all",
    text="NOW: over 10,000 <boxes> @here\nhttps://a.example/@desk?x=1&y=2",
    slack="NOW: over 10,000 &lt;!channel&gt; &amp;lt;!here&amp;gt; &lt;@U1&gt; &lt;https://evil.example|bank&gt;\nhttps://a.example/?x=1&amp;y=2",
    mail_text="NOW: over 10,000 “boxes”\n",
    mail_html='<!DOCTYPE html><html><body><p>over 10,000</p><img src="cid:chart.png"></body></html>',
    chart_png=b"\x89PNG\r\n\x1a\nchart",
    key="alert-12",
    thread="series-3",
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


def test_slack_gets_the_text_as_it_was_escaped_and_no_formatting(webhook: SlackReceiver) -> None:
    channels.send(webhook.url(), MESSAGE)
    (payload,) = webhook.payloads
    assert payload["mrkdwn"] is False
    assert shown(payload)["text"] == MESSAGE.slack
    assert shown(payload)["title"] == "Boxes shipped: 6,700 -&gt; over 10,000 (+49%), port authority &amp; sons @\u2060all"
    assert webhook.requests[0][0] == "/services/T0DEMO/B0DEMO/newsroom"


@pytest.mark.parametrize("options", ["", "?format=markdown", "?format=html&blocks=yes", "?blocks=yes&image=yes"])
def test_no_option_of_an_address_brings_an_article_s_commands_to_life(
    options: str, webhook: SlackReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent by Apprise's own Slack plugin, whose host is fixed, so that it is turned to loopback here."""
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://{HOST}:{webhook.port}/services")
    channels.send(f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/{options}", MESSAGE)
    channels.send(webhook.url() + options, MESSAGE)
    assert len(webhook.payloads) == 2
    for payload in webhook.payloads:
        assert shown(payload)["text"] == MESSAGE.slack
        assert "<" not in json.dumps(payload)
        assert "image" not in json.dumps(payload)


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
        "<chart.png>",
        "inline",
        MESSAGE.chart_png,
    )


def test_a_mail_without_chart_carries_no_picture(mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), Message(subject="s", text="t", slack="t", mail_text="t", mail_html="<p>t</p>"))
    assert [part.get_content_type() for part in mailbox.mails()[0].walk()][1:] == ["text/plain", "text/html"]


def test_a_second_delivery_of_an_alert_has_the_message_id_of_the_first(mailbox: MailReceiver) -> None:
    channels.send(mailbox.url(), MESSAGE)
    channels.send(mailbox.url(), MESSAGE)
    first, second = mailbox.mails()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["References"] != first["Message-ID"]


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
    """A server's certificate that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class GuardedMailReceiver(MailReceiver):
    """A mail server that wants TLS and a password, as those on the internet do."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self.context = context

    def protocol(self) -> SMTP:
        def login(server, session, envelope, mechanism, data):
            return AuthResult(success=data.password == b"hunter2", handled=False)

        return SMTP(
            self, tls_context=self.context, require_starttls=True, authenticator=login, auth_required=True, loop=self._loop
        )

    def url(self, recipient: str = "desk@newsroom.example", password: str = "hunter2") -> str:
        return f"mailtos://user:{password}@{HOST}:{self.port}?from=figurewatch@newsroom.example&to={recipient}&mode=starttls"


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
