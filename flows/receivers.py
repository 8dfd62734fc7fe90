"""Somewhere to deliver to on this machine: a mail server and a Slack-compatible server on loopback.

Real protocols, a free port each, everything kept in memory in order of arrival, for the demo and for tests. Both are
context managers and run in threads of their own.
"""

import asyncio
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"

# aiosmtpd writes every line of a mail at its finer levels.
logging.getLogger("mail.log").setLevel(logging.WARNING)

#: Bytes of one message that the Slack server reads; Slack's own limit is below.
MAX_BODY = 1_000_000


class MailReceiver:
    """An SMTP server that keeps what it is sent."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []  #: messages as they came over the wire
        self.envelopes: list[tuple[str, tuple[str, ...]]] = []  #: sender and recipients of each
        self.answers: deque[str] = deque()  #: SMTP answers for the messages to come, in place of taking them
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail receiver", daemon=True)

    def url(self, recipient: str = "desk@newsroom.example") -> str:
        """The Apprise address of this server."""
        return f"mailto://{HOST}:{self.port}?from=figurewatch@newsroom.example&to={recipient}"

    def mails(self) -> list[EmailMessage]:
        """What was received, parsed."""
        return [_parsed(raw) for raw in self.raw]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """What aiosmtpd calls for a message."""
        if self.answers:
            return self.answers.popleft()
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.envelopes.append((envelope.mail_from or "", tuple(envelope.rcpt_tos)))
        return "250 OK"

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def protocol(self) -> SMTP:
        """What speaks on one connection."""
        return SMTP(self, hostname="newsroom.example", loop=self._loop)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self.protocol, HOST, 0)

    async def _stop(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()


@dataclass
class Answer:
    """What the Slack server says to one message."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    taken: bool = False  #: the message is taken all the same, as by a server that fails after it has posted
    after_seconds: float = 0  #: waits so long before it answers
    cut: bool = False  #: closes the connection in place of an answer


class SlackReceiver:
    """An incoming webhook, and Slack's API for a bot, that check and keep what they are sent and answer as Slack does."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []  #: messages that were taken
        self.requests: list[tuple[str, bytes]] = []  #: path and body of everything that came
        self.headers: list[dict[str, str]] = []  #: of the same, in the same order
        self.files: list[bytes] = []  #: uploaded
        self.answers: deque[Answer] = deque()  #: for the messages to come, in place of taking them
        self._stamps = count(1)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def url(self) -> str:
        """The channel address of this webhook; its path is what would be a secret elsewhere."""
        return f"slackhook://{HOST}:{self.port}/services/T0DEMO/B0DEMO/newsroom"

    def bot_url(self, channel: str = "desk") -> str:
        """The channel address of a bot here."""
        return f"slackhook://xoxb-1-demo@{HOST}:{self.port}/{channel}"

    def receive(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Take a message, or refuse it as Slack would."""
        with self._lock:
            self.requests.append((path, body))
            self.headers.append(dict(headers))
            if path.startswith("/api/files.") or path.startswith("/api/upload"):
                return self._file(path, body)
            scripted = self.answers.popleft() if self.answers else None
            if scripted is not None and not scripted.taken:
                return scripted
            bot = path.startswith("/api/")
            answer = self._take(body, bot=bot)
        return scripted or answer

    def _take(self, body: bytes, *, bot: bool) -> Answer:
        try:
            payload = json.loads(body)
        except ValueError:
            return _refusal("invalid_payload", bot=bot)
        if not isinstance(payload, dict) or not (payload.get("text") or payload.get("attachments") or payload.get("blocks")):
            return _refusal("no_text", bot=bot)
        if block_errors(payload):
            return _refusal("invalid_blocks", bot=bot)
        if bot and not payload.get("channel"):
            return _refusal("channel_not_found", bot=bot)
        if payload.get("thread_ts") and payload["thread_ts"] not in {known.get("ts") for known in self.payloads}:
            return _refusal("thread_not_found", bot=bot)
        if not bot:
            self.payloads.append(payload)
            return Answer()
        stamp = f"1700000000.{next(self._stamps):06}"
        self.payloads.append(payload | {"ts": stamp})
        return Answer(body=json.dumps({"ok": True, "channel": "C0DEMO", "ts": stamp}).encode())

    def _file(self, path: str, body: bytes) -> Answer:
        if path.startswith("/api/files.getUploadURLExternal"):
            found = {"ok": True, "file_id": f"F{len(self.files)}", "upload_url": f"http://{HOST}:{self.port}/api/upload"}
            return Answer(body=json.dumps(found).encode())
        if path.startswith("/api/upload"):
            self.files.append(body)
            return Answer(body=f"OK - {len(body)}".encode())
        return Answer(body=json.dumps({"ok": True, "files": json.loads(body)["files"]}).encode())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


#: Characters that Slack allows in a text, by the kind of block that holds it.
_TEXT_LIMITS = {"header": 150, "section": 3000, "context": 3000}
MOST_BLOCKS, MOST_ELEMENTS, LONGEST_TEXT = 50, 10, 40_000


def block_errors(payload: dict[str, Any]) -> list[str]:
    """What Slack would not take of a message, by its documented limits; empty when all is well."""
    found = []
    if len(str(payload.get("text") or "")) > LONGEST_TEXT:
        found.append("text: more than 40,000 characters")
    blocks = payload.get("blocks") or []
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS:
        return [*found, "blocks: no list, or more than 50"]
    for place, block in enumerate(blocks):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "divider":
            continue
        if kind not in _TEXT_LIMITS:
            found.append(f"blocks[{place}]: type {kind} is not known here")
            continue
        texts = block.get("elements", []) if kind == "context" else [block.get("text")]
        if not 1 <= len(texts) <= MOST_ELEMENTS:
            found.append(f"blocks[{place}]: {len(texts)} elements, from 1 to 10 are allowed")
        for text in texts:
            found += [f"blocks[{place}]: {error}" for error in _text_errors(text, kind)]
    return found


def _text_errors(text: Any, kind: str) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ("mrkdwn", "plain_text"):
        yield "no text object"
        return
    if kind == "header" and text["type"] != "plain_text":
        yield "a header is plain_text"
    allowed = {"mrkdwn": {"type", "text", "verbatim"}, "plain_text": {"type", "text", "emoji"}}[text["type"]]
    if extra := text.keys() - allowed:
        yield f"{sorted(extra)} do not belong to {text['type']}"
    if not 1 <= len(str(text.get("text") or "")) <= _TEXT_LIMITS[kind]:
        yield f"{len(str(text.get('text') or ''))} characters, from 1 to {_TEXT_LIMITS[kind]} are allowed"


def shown(payload: dict[str, Any]) -> str:
    """A message as lines of text, to be kept in a file."""
    lines = []
    for block in payload.get("blocks") or []:
        texts = block.get("elements", []) if block["type"] == "context" else [block.get("text") or {"text": "-" * 20}]
        lines.append("\n".join(str(text["text"]) for text in texts))
    for part in payload.get("attachments") or []:
        lines += [str(part.get("title", "")), str(part.get("text", ""))]
    return "\n\n".join(lines) or str(payload.get("text", ""))


def _refusal(error: str, *, bot: bool) -> Answer:
    """The API answers 200 and says what is wrong in its JSON; a webhook answers 400 with the word alone."""
    return Answer(body=json.dumps({"ok": False, "error": error}).encode()) if bot else Answer(status=400, body=error.encode())


def _parsed(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=default_policy)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _handler(receiver: SlackReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            too_large = not 0 <= length <= MAX_BODY
            answer = (
                Answer(status=413, body=b"")
                if too_large
                else receiver.receive(self.path, self.rfile.read(length), dict(self.headers.items()))
            )
            if answer.after_seconds:
                time.sleep(answer.after_seconds)
            if answer.cut:
                self.close_connection = True
                return
            with suppress(OSError):  # who asked has given up meanwhile
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Requests are kept, not printed."""

    return Handler
