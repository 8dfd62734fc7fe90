"""The one way out to people: a message to a channel, through Apprise.

Channel address + Message -> where the channel put it, or DeliveryError: temporary, permanent, or unsure whether it arrived.
One try: the outbox retries. Any Apprise address is a channel. Slack gets Block Kit, by a webhook or a bot's token, with which
the messages of one series make a thread; `?blocks=no` in its address brings text that is escaped once, with format=text on
both sides, for servers that know no blocks. Mail gets its own text and HTML parts, the charts inline, and a Message-ID that
a second delivery repeats; every other service gets plain text. Slack-compatible servers elsewhere have the address
slackhook://host:port/path for a webhook and slackhook://TOKEN@host:port/channel for a bot; slackhooks:// with TLS.
No address, token or password is in any error or log: Apprise's own messages name them, so they stay here and only their
meaning goes on. What Apprise does not tell, an answer's Retry-After and whether a request had gone out when the connection
broke, is read off the requests that it makes.
"""

import hashlib
import json
import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr, make_msgid, parsedate_to_datetime
from functools import cache
from typing import Any

import apprise
import requests
from apprise.attachment.memory import AttachMemory
from apprise.manager_plugins import NotificationManager
from apprise.plugins.email.base import NotifyEmail, PGPMode
from apprise.plugins.email.common import SecureMailMode
from apprise.plugins.slack import CHANNEL_RE, NotifySlack, SlackMode
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as TLSError

from extractors.message import Message
from extractors.message.slack import without_mentions
from extractors.message.wording import clean
from schemas.errors import DeliveryError

#: Seconds to wait for a connection, and for each answer. Slack answers within one; mail servers that scan take several.
TIMEOUT_SECONDS = 20.0

#: Answers that a later try will not change: a wrong or withdrawn address, a payload that is not understood.
_PERMANENT_STATUS = frozenset({400, 401, 403, 404, 405, 410, 413, 415})

#: What Slack says by name: for good, with the mend; for this thread only; and of blocks that it does not take.
_SLACK_MENDS = {
    "invalid_auth": "the token is wrong or was withdrawn: put the app's Bot User OAuth Token in its place",
    "not_authed": "the token is missing: put the app's Bot User OAuth Token in its place",
    "account_inactive": "the token was withdrawn: install the app again and put its new token in place",
    "token_revoked": "the token was withdrawn: install the app again and put its new token in place",
    "token_expired": "the token is no longer valid: put a new one in its place",
    "missing_scope": "give the app the scope chat:write and install it again",
    "channel_not_found": "see that the channel exists and its name is written as in Slack; of a private one, invite the app",
    "not_in_channel": "invite the app into the channel: /invite @its-name",
    "is_archived": "name a channel that is not archived",
    "channel_is_archived": "name a channel that is not archived",
    "restricted_action": "an administrator of the workspace does not let the app post there",
    "no_service": "the webhook was removed: make a new one and put its address in place",
    "no_active_hooks": "the webhook was switched off: make a new one and put its address in place",
    "invalid_token": "the webhook's address is not complete, or was withdrawn",
    "no_text": "",
    "invalid_payload": "",
    "invalid_blocks": "",
    "msg_too_long": "",
}
_NO_THREAD = frozenset({"thread_not_found", "invalid_thread_ts", "message_not_found", "cannot_reply_to_message"})
_NO_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_attachments"})

#: Longest pause that a channel may ask for, in seconds; a wrong clock must not silence it for a year.
LONGEST_WAIT = 6 * 3600.0

_REACH = "see whether its host can be reached from this machine"

#: What is a host for certain, and may be shown.
_HOST = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d{1,5})?", re.ASCII)

_MESSAGE_ID_HOST = "figurewatch.invalid"
#: Earlier mails of a thread that a mail names, beside the first.
_MOST_REFERENCES = 10


def send(channel_url: str, message: Message, *, timeout_seconds: float = TIMEOUT_SECONDS) -> str:
    """Deliver a message, once; where the channel put it, if it says so: what `Message.thread` takes.

    Raises:
        DeliveryError: with permanent set when a later try cannot do better, unsure when it may have arrived all the same;
            never with a secret in it.
    """
    channel = _channel(channel_url)
    channel.socket_connect_timeout = channel.socket_read_timeout = timeout_seconds
    channel.retry, channel.optional = 0, False
    channel.overflow_mode = apprise.OverflowMode.TRUNCATE  # a service for short messages gets the headline and the new number
    channel.notify_format = body_format = apprise.NotifyFormat.TEXT
    title, body = without_mentions(message.subject), without_mentions(message.text)
    if isinstance(channel, _Mail):
        channel.alert = message
        channel.notify_format = body_format = apprise.NotifyFormat.HTML
        title, body = message.subject, message.mail_html
    elif isinstance(channel, _Slack):
        channel.alert = message
        channel.include_image = False
        body = message.slack
    elif message.key and isinstance(getattr(channel, "headers", None), dict):
        # Webhooks of any kind (json://, xml://, form://): whoever receives them can tell a repeat by it.
        channel.headers.setdefault("Idempotency-Key", message.key)
    carrier = apprise.Apprise(asset=_ASSET)
    carrier.add(channel)
    with _EARS.listening() as heard:
        delivered = carrier.notify(body=body, title=title, body_format=body_format)
    failure = getattr(channel, "failure", None)
    if isinstance(failure, DeliveryError):
        raise failure
    if not delivered:
        raise _failure(masked(channel_url), heard)
    return channel.place() if isinstance(channel, _Slack) else ""


def attach(channel_url: str, message: Message, place: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> bool:
    """Add the charts below a message that has arrived, where the channel takes files; whether it did.

    A chart that does not arrive is no reason to send the message again.
    """
    channel = _channel(channel_url)
    if not isinstance(channel, _Slack) or channel.mode is not SlackMode.BOT or not place or not message.charts:
        return False
    channel.socket_connect_timeout = channel.socket_read_timeout = timeout_seconds
    channel.alert = message
    with _EARS.listening():
        return channel.upload(place)


def charts(channel_url: str) -> str:
    """How the channel shows charts, if it is worth drawing them: "inline", "apart" from the text, or not at all: ""."""
    channel = _channel(channel_url)
    if isinstance(channel, _Mail):
        return "inline"
    return "apart" if isinstance(channel, _Slack) and channel.mode is SlackMode.BOT else ""


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


class _Slack(NotifySlack):
    """Apprise's Slack addresses and requests; what is posted, and where in a thread, is ours.

    Apprise 1.13 makes one text of a message, can reply in a thread only where the address names it, and does not give back
    where a message was put.
    """

    request_rate_per_sec = 0  # the outbox waits as Slack asks
    alert: Message
    failure: DeliveryError | None = None

    def __init__(self, *args: Any, use_blocks: bool | None = None, **kwargs: Any) -> None:
        kwargs["use_blocks"] = True if use_blocks is None else use_blocks
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._places: dict[str, tuple[str, str]] = {}  # by target: Slack's id of the channel, and of the message

    def send(self, body: str, title: str = "", *args: Any, **kwargs: Any) -> bool:
        if self.mode in (SlackMode.WORKFLOW, SlackMode.WORKFLOW_TRIGGER):
            return bool(super().send(body, title, *args, **kwargs))  # type: ignore[no-untyped-call]
        parents = _places(self.alert.thread)
        for number, target in enumerate(self.channels):
            try:
                self._post(target, body, parents.get(str(target), ("", ""))[1])
            except DeliveryError as error:
                # When others have it already, another try would give it to them twice.
                self.failure = DeliveryError(error.message, permanent=True, mend=error.mend) if number else error
                return False
        return True

    def place(self) -> str:
        """Where each target has it, as text; empty where the answer does not say."""
        return json.dumps(self._places, separators=(",", ":")) if self._places else ""

    def upload(self, place: str) -> bool:
        """Put the charts into the thread of a message."""
        for target, (room, stamp) in _places(place).items():
            files = []
            for name, png in self.alert.charts.items():
                asked = {"filename": name, "length": len(png)}
                given = self._ask(self.api_url.format("files.getUploadURLExternal"), {}, http_method="get", params=asked)
                url = str(given.get("upload_url", "")) if isinstance(given, dict) else ""
                # The request carries the token: it goes to Slack and to nobody whom an answer names.
                if not given or not url.startswith(("https://files.slack.com/", self.api_url.format(""))):
                    return False
                self._ask(url, {}, attach=AttachMemory(png, name=name, mimetype="image/png"))  # type: ignore[no-untyped-call]
                files.append({"id": str(given.get("file_id", "")), "title": self.alert.subject[:200]})
            parent = _places(self.alert.thread).get(target, ("", ""))[1] or stamp
            asked = {"files": files, "channel_id": room, "thread_ts": parent}
            if not self._ask(self.api_url.format("files.completeUploadExternal"), asked):
                return False
        return True

    def _post(self, target: str | None, body: str, parent: str) -> None:
        payload = self._payload(body, blocks=self.use_blocks)
        if self.user:
            payload["username"] = self.user
        if target is not None:
            payload["channel"], stamp = self._target(target)
            if self.alert.key:  # kept with the message, and given back by Slack's API
                payload["metadata"] = {"event_type": "figurewatch_message", "event_payload": {"key": self.alert.key}}
            if stamp:
                parent = stamp
        if parent:
            # The thread keeps a series together; the channel shows it all the same, for a new number is news.
            payload |= {"thread_ts": parent, "reply_broadcast": True}
        error = self._try(payload)
        if parent and error in _NO_THREAD:  # its first message was deleted
            payload = {key: value for key, value in payload.items() if key not in ("thread_ts", "reply_broadcast")}
            error = self._try(payload)
        if error in _NO_BLOCKS and self.use_blocks:  # what matters is that it is read
            del payload["blocks"]
            error = self._try(payload | self._payload(body, blocks=False))
        if error is not None:
            raise _failure(self._name(), _EARS.heard())
        answer = _EARS.heard().json()
        if target is not None and answer.get("ts"):
            self._places[target] = (str(answer.get("channel", "")), str(answer["ts"]))

    def _try(self, payload: dict[str, Any]) -> str | None:
        """Post once; None when it was taken, else Slack's name for what is wrong, empty where it gives none."""
        heard = _EARS.heard()
        heard.forget()
        if self._ask(self._address(), payload) is not False:
            return None
        return heard.named()

    def _ask(self, url: str, payload: dict[str, Any], **options: Any) -> Any:
        """Apprise's request: the answer's JSON, or False."""
        return self._send(url, payload, **options)  # type: ignore[no-untyped-call]

    def _payload(self, body: str, *, blocks: bool) -> dict[str, Any]:
        common = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        if blocks and self.alert.slack_blocks:
            return common | {"text": self.alert.slack_subject, "blocks": [dict(block) for block in self.alert.slack_blocks]}
        subject = self.alert.slack_subject
        return common | {"text": "", "attachments": [{"title": subject, "fallback": subject, "text": body}]}

    def _address(self) -> str:
        if self.mode is SlackMode.BOT:
            return str(self.api_url.format("chat.postMessage"))
        base = self.webhook_gov_url if self.mode is SlackMode.WEBHOOK_GOV else self.webhook_url
        return f"{base}/{self.token_a}/{self.token_b}/{self.token_c}"

    def _target(self, written: str) -> tuple[str, str]:
        """A channel, person or id as Slack takes it, and the thread that the address names."""
        if "@" in written[1:]:
            found = self.lookup_userid(written)  # type: ignore[no-untyped-call]
            if not found:
                raise _failure(self._name(), _EARS.heard())
            return str(found), ""
        parts = CHANNEL_RE.match(written)
        if parts is None:
            raise DeliveryError(f"{self._name()}: a target in its address is no name of a channel", permanent=True)
        name = parts["channel"]
        name = name[1:] if name[0] == "+" else name if name[0] in "@#" else f"#{name}"
        return name, parts["thread_ts"] or ""

    def _name(self) -> str:
        return "Slack"


class _SlackHook(_Slack):  # type: ignore[no-untyped-call]
    """Slack's payload to another server: slackhook://host:port/path, or slackhook://TOKEN@host:port/channel."""

    service_name: Any = "Slack-compatible server"
    protocol: Any = "slackhook"
    secure_protocol: Any = "slackhooks"
    templates: Any = ("{schema}://{host}:{port}/{path}", "{schema}://{access_token}@{host}:{port}/{targets}")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.api_url = f"{self._server()}/api/{{}}"

    @staticmethod
    def parse_url(url: str) -> Any:  # type: ignore[override]
        results = apprise.NotifyBase.parse_url(url)
        if not results:
            return results
        if results["qsd"].get("blocks"):
            results["use_blocks"] = results["qsd"]["blocks"].lower() not in ("no", "false", "0")
        if str(results.get("user") or "").startswith("xox"):
            targets = [part for part in results["fullpath"].split("/") if part]
            results.update(access_token=results["user"], user=None, targets=targets)
        else:
            # Slack's own addresses consist of three tokens; here the path stands for all of them.
            results.update(token_a="A", token_b="B", token_c="C")  # noqa: S106
        return results

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return f"{self.schema}://{self.host}/****"

    def _address(self) -> str:
        return super()._address() if self.mode is SlackMode.BOT else f"{self._server()}{self.fullpath.rstrip('/')}"

    def _server(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}{f':{self.port}' if self.port else ''}"

    def _name(self) -> str:
        return masked(f"{self.schema}://{self.host}{f':{self.port}' if self.port else ''}/")


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
        handing = _Handing()
        try:
            refused = self._deliver(self._mail(), handing)
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPAuthenticationError as error:
            # 4yz is a server that cannot check the password now.
            self.failure = DeliveryError(
                f"{place}: login refused ({error.smtp_code})",
                permanent=error.smtp_code >= 500,
                mend="see the user and password in its address; special characters are written as %40 and the like",
            )
            return False
        except smtplib.SMTPResponseException as error:
            self.failure = DeliveryError(f"{place}: refused ({error.smtp_code})", permanent=error.smtp_code >= 500)
            return False
        except smtplib.SMTPNotSupportedError:
            self.failure = DeliveryError(
                f"{place}: the server offers no TLS or no login", permanent=True, mend="see mode= and the port in its address"
            )
            return False
        except ssl.SSLError:
            self.failure = DeliveryError(f"{place}: no TLS connection could be made, or its certificate is not valid")
            return False
        except (OSError, smtplib.SMTPException) as error:
            self.failure = DeliveryError(
                f"{place}: the connection was cut while the mail was handed over"
                if handing.begun
                else f"{place}: no connection, or it was cut ({type(error).__name__})",
                unsure=handing.begun,
                mend="" if handing.begun else "see the host and port in its address",
            )
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
        if alert.earlier:
            mail["In-Reply-To"] = _message_id(alert.earlier[-1])
            named = (alert.earlier[0], *alert.earlier[1:][-_MOST_REFERENCES:])
            mail["References"] = " ".join(_message_id(key) for key in named)
        if alert.urgent:
            mail["Importance"] = "high"
        for name, value in self.headers.items():
            if name.lower() not in {key.lower() for key in mail} and re.fullmatch(r"[\w-]+", name):
                mail[name] = clean(value, 500)
        mail.set_content(alert.mail_text, cte="quoted-printable")
        mail.add_alternative(alert.mail_html, subtype="html", cte="quoted-printable")
        if alert.charts:
            _, html = mail.iter_parts()
            assert isinstance(html, EmailMessage)
            for name, png in alert.charts.items():
                html.add_related(png, "image", "png", cid=f"<{name}>", filename=name, disposition="inline")
        for part in mail.walk():
            if part is not mail:
                del part["MIME-Version"]  # belongs to the whole, Python writes it in every part
        return mail

    def _deliver(self, mail: EmailMessage, handing: "_Handing") -> dict[str, tuple[int, bytes]]:
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
        try:
            if self.secure_mode == SecureMailMode.STARTTLS:
                server.starttls(context=context)
            if self.user and self.password:
                server.login(self.user, self.password)
            server.data = handing.watched(server.data)  # type: ignore[method-assign]
            refused = server.send_message(mail, str(self.from_addr[1]), self._recipients())
            with suppress(OSError, smtplib.SMTPException):  # it has the mail: how it says goodbye changes nothing
                server.quit()
            return refused
        finally:
            server.close()


class _Handing:
    """Whether a mail's text had begun to go over when the connection broke."""

    begun = False

    def watched(self, data: Any) -> Any:
        """smtplib's command that hands the text over, watched."""

        def hand(text: Any) -> Any:
            self.begun = True
            answer = data(text)
            self.begun = False
            return answer

        return hand


@dataclass
class _Heard:
    """What was heard of a request: Apprise's warnings, the answer, or how the connection broke."""

    texts: list[str] = field(default_factory=list)
    answer: requests.Response | None = None
    broke: Exception | None = None

    def forget(self) -> None:
        """Listen to the next request."""
        self.texts.clear()
        self.answer = self.broke = None

    def json(self) -> dict[str, Any]:
        """The answer as JSON; empty where it is none."""
        with suppress(ValueError, RecursionError):
            found = json.loads(self.answer.content) if self.answer is not None else None
            if isinstance(found, dict):
                return found
        return {}

    def named(self) -> str:
        """What a Slack server calls it, in its JSON or as the whole answer; empty where it does not."""
        if self.answer is None:
            return ""
        said = str(self.json().get("error") or self.answer.content[:60].decode("ascii", "replace").strip())
        return said if re.fullmatch(r"[a-z_]{2,50}", said) else ""


class _Ears(logging.Filter):
    """Keeps what Apprise says from every log, and tells it to the thread that sends: it may name secrets."""

    def __init__(self) -> None:
        super().__init__()
        self._mine = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        heard = getattr(self._mine, "heard", None)
        if heard is not None and record.levelno >= logging.WARNING:
            heard.texts.append(record.getMessage())
        return False

    def heard(self) -> _Heard:
        """What this thread has heard."""
        found = getattr(self._mine, "heard", None)
        return found if isinstance(found, _Heard) else _Heard()

    @contextmanager
    def listening(self) -> Iterator[_Heard]:
        """What this thread's requests come to, as it comes."""
        heard = self._mine.heard = _Heard()
        try:
            yield heard
        finally:
            self._mine.heard = None


def _overhear() -> None:
    """Let whoever listens in this thread know of each answer and each broken connection of `requests`."""
    plain = requests.Session.send

    def overheard(self: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        heard = _EARS.heard()
        try:
            heard.answer = plain(self, request, **kwargs)
        except requests.RequestException as error:
            heard.broke = error
            raise
        return heard.answer

    requests.Session.send = overheard  # type: ignore[method-assign]


def _never_left(error: Exception) -> bool:
    """Did the connection break before anything was said, so that nothing can have arrived?"""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | ValueError):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | TLSError)


def _failure(name: str, heard: _Heard) -> DeliveryError:
    """What an answer, a broken connection or Apprise's warnings mean, in words that hold no secret."""
    if heard.broke is not None:
        if _never_left(heard.broke):
            return DeliveryError(f"{name}: could not be reached, or did not answer in time", mend=_REACH)
        return DeliveryError(f"{name}: the connection broke before it answered", unsure=True)
    named = heard.named()
    text = "\n".join(heard.texts)
    warned = re.findall(r"error=(\d{3})\b", text)
    status = heard.answer.status_code if heard.answer is not None else int(warned[-1]) if warned else 0
    headers = heard.answer.headers if heard.answer is not None else {}
    said = f"{status} ({named})" if named and status != 200 else named or str(status)
    if status in (429, 503) or named in ("ratelimited", "rate_limited"):
        return DeliveryError(f"{name}: answered {said}", wait_seconds=_wait(headers))
    if named in _SLACK_MENDS:
        return DeliveryError(f"{name}: answered {said}", permanent=True, mend=_SLACK_MENDS[named])
    if status and status != 200:
        permanent = status in _PERMANENT_STATUS
        return DeliveryError(f"{name}: answered {said}", permanent=permanent, mend="see its address" if permanent else "")
    if "onnection error" in text or "onnection Error" in text:
        return DeliveryError(f"{name}: could not be reached, or did not answer in time", mend=_REACH)
    return DeliveryError(f"{name}: did not take the message" + (f" ({named})" if named else ""))


def _wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, as a number or a date."""
    written = headers.get("Retry-After", "").strip()
    seconds: float | None = None
    if re.fullmatch(r"\d{1,9}(\.\d{1,3})?", written):
        seconds = float(written)
    else:
        with suppress(ValueError, TypeError, OverflowError):
            seconds = (parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds()
    return None if seconds is None else min(max(seconds, 1.0), LONGEST_WAIT)


def _places(written: str) -> dict[str, tuple[str, str]]:
    """Where Slack put a message, by target: its id of the channel, and of the message."""
    with suppress(ValueError):
        found = json.loads(written) if written else {}
        if isinstance(found, dict):
            return {
                target: (str(place[0]), str(place[1]))
                for target, place in found.items()
                if isinstance(place, list) and len(place) == 2
            }
    return {}


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
    """Our plugins join Apprise's, or stand in for them."""
    plugins: Any = NotificationManager()  # type: ignore[no-untyped-call]
    plugins.add(_SlackHook)
    plugins.add(_Slack, force=True)
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
_overhear()
# At its finest level it writes the path of every address.
logging.getLogger("urllib3").setLevel(logging.INFO)
