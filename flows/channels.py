"""The one way out to people: a message to a channel, through Apprise.

Channel address + Message -> delivered, or DeliveryError, temporary or permanent. One try: the outbox retries.
Any Apprise address is a channel. Slack gets text that is escaped once, with format=text on both sides; mail gets its
own text and HTML parts, the chart inline and a Message-ID that a second delivery repeats; every other service gets plain
text. Slack-compatible servers elsewhere (Mattermost, a sink for tests) have the address slackhook://host:port/path,
or slackhooks:// for TLS.
No address, token or password is in any error or log: Apprise's own messages name them, so they stay here and only their
meaning goes on.
"""

import hashlib
import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr, make_msgid
from functools import cache
from typing import Any

import apprise
from apprise.manager_plugins import NotificationManager
from apprise.plugins.email.base import NotifyEmail, PGPMode
from apprise.plugins.email.common import SecureMailMode
from apprise.plugins.slack import NotifySlack

from extractors.message import Message
from extractors.message.mail import CHART_NAME
from extractors.message.slack import without_mentions
from extractors.message.wording import clean
from schemas.errors import DeliveryError

#: Seconds to wait for a connection, and for each answer. Slack answers within one; mail servers that scan take several.
TIMEOUT_SECONDS = 20.0

#: Answers that a later try will not change: a wrong or withdrawn address, a payload that is not understood.
_PERMANENT_STATUS = frozenset({400, 401, 403, 404, 405, 410, 413, 415})

#: What is a host for certain, and may be shown.
_HOST = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d{1,5})?", re.ASCII)

_MESSAGE_ID_HOST = "figurewatch.invalid"


def send(channel_url: str, message: Message, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Deliver a message, once.

    Raises:
        DeliveryError: with permanent set when a later try cannot do better; never with a secret in it.
    """
    channel = _channel(channel_url)
    channel.socket_connect_timeout = channel.socket_read_timeout = timeout_seconds
    channel.retry, channel.optional = 0, False
    channel.overflow_mode = apprise.OverflowMode.TRUNCATE  # a service for short messages gets the headline and the new number
    if isinstance(channel, _Mail):
        channel.alert = message
        title, body, body_format = message.subject, message.mail_html, apprise.NotifyFormat.HTML
    else:
        channel.notify_format = body_format = apprise.NotifyFormat.TEXT
        title, body = without_mentions(message.subject), without_mentions(message.text)
    if isinstance(channel, NotifySlack):
        channel.use_blocks = channel.include_image = False
        body = message.slack
    carrier = apprise.Apprise(asset=_ASSET)
    carrier.add(channel)
    with _EARS.listening() as said:
        delivered = carrier.notify(body=body, title=title, body_format=body_format)
    if isinstance(channel, _Mail) and channel.failure is not None:
        raise channel.failure
    if not delivered:
        raise _failure(masked(channel_url), said)


def check(channel_url: str) -> None:
    """Is this an address that a message can be sent to? Nothing is sent.

    Raises:
        DeliveryError: permanent, when Apprise does not understand it.
    """
    _channel(channel_url)


def masked(channel_url: str) -> str:
    """An address that may be shown: the service, and the host where the host is no secret."""
    schema, colon, rest = channel_url.strip().partition("://")
    if not colon or not re.fullmatch(r"[A-Za-z0-9]{1,32}", schema):
        return "****"
    schema = schema.lower()
    # A password may hold a slash or a question mark that nobody quoted: then what looks like the host is a part of it.
    host = re.fullmatch(r"(?:[^@]*@)?([^@/]+)(?:/[^@]*)?", rest.partition("?")[0])
    if schema in {"mailto", "mailtos", "slackhook", "slackhooks"} and host and _HOST.fullmatch(host[1]):
        return f"{schema}://{host[1]}/****"
    return f"{schema}://****"


class _SlackHook(NotifySlack):
    """Slack's payload to an incoming webhook at any address: slackhook://host:port/path."""

    service_name = "Slack-compatible webhook"
    protocol = "slackhook"  # type: ignore[assignment]
    secure_protocol = "slackhooks"
    templates = ("{schema}://{host}:{port}/{path}",)  # type: ignore[assignment]

    @staticmethod
    def parse_url(url: str) -> Any:  # type: ignore[override]
        results = apprise.NotifyBase.parse_url(url)
        if results:
            # Slack's own addresses consist of three tokens; here the path stands for all of them.
            results.update(token_a="A", token_b="B", token_c="C")  # noqa: S106
        return results

    def _send(self, url: str, payload: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        port = f":{self.port}" if self.port else ""
        address = f"{'https' if self.secure else 'http'}://{self.host}{port}{self.fullpath.rstrip('/')}"
        return super()._send(address, payload, *args, **kwargs)  # type: ignore[no-untyped-call]

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return f"{self.schema}://{self.host}/****"


class _Mail(NotifyEmail):  # type: ignore[no-untyped-call]
    """Apprise's mail address, servers, logins and TLS; parts, headers and what went wrong are ours.

    Apprise makes the text part out of the HTML, gives every try a new Message-ID and tells a full mailbox from a wrong
    password by a log line only.
    """

    alert: Message
    failure: DeliveryError | None = None

    def send(self, body: str, title: str = "", *args: Any, **kwargs: Any) -> bool:
        if self.pgp_mode != PGPMode.NONE:
            return bool(super().send(body, title, *args, **kwargs))  # type: ignore[no-untyped-call]
        place = f"mail by {self.smtp_host}" if _HOST.fullmatch(self.smtp_host or "") else "mail"
        try:
            refused = self._deliver(self._mail())
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPAuthenticationError as error:
            # 4yz is a server that cannot check the password now.
            self.failure = DeliveryError(f"{place}: login refused ({error.smtp_code})", permanent=error.smtp_code >= 500)
            return False
        except smtplib.SMTPResponseException as error:
            self.failure = DeliveryError(f"{place}: refused ({error.smtp_code})", permanent=error.smtp_code >= 500)
            return False
        except smtplib.SMTPNotSupportedError:
            self.failure = DeliveryError(f"{place}: the server offers no TLS or no login", permanent=True)
            return False
        except ssl.SSLError:
            self.failure = DeliveryError(f"{place}: no TLS connection could be made, or its certificate is not valid")
            return False
        except (OSError, smtplib.SMTPException) as error:
            self.failure = DeliveryError(f"{place}: no connection, or it was cut ({type(error).__name__})")
            return False
        if refused:
            codes = ", ".join(sorted({str(code) for code, _ in refused.values()}))
            self.failure = DeliveryError(
                f"{place}: {len(refused)} of {len(self._recipients())} recipients refused ({codes})",
                # When others have it already, another try would give it to them twice.
                permanent=len(refused) < len(self._recipients()) or all(code >= 500 for code, _ in refused.values()),
            )
        return not refused

    def _recipients(self) -> list[str]:
        return list(dict.fromkeys([*(address for _, address in self.targets), *self.cc, *self.bcc]))

    def _mail(self) -> EmailMessage:
        """The message with its parts: text, or HTML with the chart that it shows."""
        alert = self.alert
        head = {
            "Subject": clean(alert.subject, 250),
            "From": formataddr((str(self.from_addr[0] or "figurewatch"), str(self.from_addr[1]))),
            "To": ", ".join(formataddr((str(name or ""), str(address))) for name, address in self.targets),
        }
        # Python folds a subject of 70 to 78 letters behind an empty first line, so that it is read with a blank in front.
        # It is not folded, then, unless letters of it must be encoded: no line that holds such may be longer than 78.
        policy = SMTP_POLICY.clone(max_line_length=998 if all(value.isascii() for value in head.values()) else 78)
        mail = EmailMessage(policy=policy)
        for name, value in head.items():
            mail[name] = value
        if self.cc:
            mail["Cc"] = ", ".join(sorted(self.cc))
        if self.reply_to:
            mail["Reply-To"] = ", ".join(sorted(self.reply_to))
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["List-Id"] = f"figurewatch alerts <alerts.{_MESSAGE_ID_HOST}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Message-ID"] = _message_id(alert.key) if alert.key else make_msgid(domain=_MESSAGE_ID_HOST)
        if alert.thread:
            mail["References"] = _message_id(alert.thread)
        for name, value in self.headers.items():
            if name.lower() not in {key.lower() for key in mail} and re.fullmatch(r"[\w-]+", name):
                mail[name] = clean(value, 500)
        mail.set_content(alert.mail_text, cte="quoted-printable")
        mail.add_alternative(alert.mail_html, subtype="html", cte="quoted-printable")
        if alert.chart_png:
            _, html = mail.iter_parts()
            assert isinstance(html, EmailMessage)
            cid = f"<{CHART_NAME}>"
            html.add_related(alert.chart_png, "image", "png", cid=cid, filename=CHART_NAME, disposition="inline")
        for part in mail.walk():
            if part is not mail:
                del part["MIME-Version"]  # belongs to the whole, Python writes it in every part
        return mail

    def _deliver(self, mail: EmailMessage) -> dict[str, tuple[int, bytes]]:
        """Hand it to the server in one transaction; the recipients that it refused."""
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        wait = self.socket_connect_timeout
        server: smtplib.SMTP
        if self.secure_mode == SecureMailMode.SSL:
            server = smtplib.SMTP_SSL(str(self.smtp_host), int(self.port or 0), timeout=wait, context=context)
        else:
            server = smtplib.SMTP(str(self.smtp_host), int(self.port or 0), timeout=wait)
        with server:
            if self.secure_mode == SecureMailMode.STARTTLS:
                server.starttls(context=context)
            if self.user and self.password:
                server.login(self.user, self.password)
            return server.send_message(mail, str(self.from_addr[1]), self._recipients())


class _Ears(logging.Filter):
    """Keeps what Apprise says from every log, and tells it to the thread that sends: it may name secrets."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        heard = getattr(self._heard, "texts", None)
        if heard is not None and record.levelno >= logging.WARNING:
            heard.append(record.getMessage())
        return False

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """The warnings of this thread, as they come."""
        texts: list[str] = []
        self._heard.texts = texts
        try:
            yield texts
        finally:
            self._heard.texts = None


def _failure(name: str, said: list[str]) -> DeliveryError:
    """What Apprise's warnings mean, in words that hold no secret."""
    text = "\n".join(said)
    status = [int(code) for code in re.findall(r"error=(\d{3})\b", text)]
    if status and status[-1] != 200:
        return DeliveryError(f"{name}: answered {status[-1]}", permanent=status[-1] in _PERMANENT_STATUS)
    if "onnection error" in text or "onnection Error" in text:
        return DeliveryError(f"{name}: could not be reached, or did not answer in time")
    return DeliveryError(f"{name}: did not take the message")


def _channel(channel_url: str) -> Any:
    """Apprise's plugin for an address."""
    _register()
    plugin = apprise.Apprise.instantiate(channel_url.strip(), asset=_ASSET)
    if plugin is None:
        raise DeliveryError(
            f"{masked(channel_url)}: not an address that Apprise understands", permanent=True, mend="see appriseit.com/services"
        )
    return plugin


@cache
def _register() -> None:
    """Our two plugins join Apprise's."""
    plugins: Any = NotificationManager()  # type: ignore[no-untyped-call]
    plugins.add(_SlackHook)
    plugins.add(_Mail, force=True)


def _message_id(key: str) -> str:
    return f"<{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}@{_MESSAGE_ID_HOST}>"


_ASSET = apprise.AppriseAsset(
    app_id="figurewatch",
    app_desc="figurewatch",
    app_url="",
    http_redirects=False,  # an address holds its secret: it goes to the host that was named and to no other
    storage_mode=apprise.PersistentStoreMode.MEMORY,
)

_EARS = _Ears()
logging.getLogger("apprise").addFilter(_EARS)
# At its finest level it writes the path of every address.
logging.getLogger("urllib3").setLevel(logging.INFO)
