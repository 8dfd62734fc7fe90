"""Somewhere to deliver to on this machine: a mail server and a Slack-compatible webhook on loopback.

Real protocols, a free port each, everything kept in memory in order of arrival, for the demo and for tests. Both are
context managers and run in threads of their own.
"""

import asyncio
import json
import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"

# aiosmtpd writes every line of a mail at its finer levels.
logging.getLogger("mail.log").setLevel(logging.WARNING)

#: Bytes of one message that the webhook reads; Slack's own limit is below.
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
    """What the webhook says to one message."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


class SlackReceiver:
    """An incoming webhook that checks and keeps what it is sent, and answers as Slack does."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []  #: messages that were taken
        self.requests: list[tuple[str, bytes]] = []  #: path and body of everything that came
        self.answers: deque[Answer] = deque()  #: for the messages to come, in place of taking them
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def url(self) -> str:
        """The channel address of this webhook; its path is what would be a secret elsewhere."""
        return f"slackhook://{HOST}:{self.port}/services/T0DEMO/B0DEMO/newsroom"

    def receive(self, path: str, body: bytes) -> Answer:
        """Take a message, or refuse it as Slack would."""
        self.requests.append((path, body))
        if self.answers:
            return self.answers.popleft()
        try:
            payload = json.loads(body)
        except ValueError:
            return Answer(status=400, body=b"invalid_payload")
        if not isinstance(payload, dict) or not (payload.get("text") or payload.get("attachments") or payload.get("blocks")):
            return Answer(status=400, body=b"no_text")
        self.payloads.append(payload)
        return Answer()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _parsed(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=default_policy)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _handler(receiver: SlackReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            too_large = not 0 <= length <= MAX_BODY
            answer = Answer(status=413, body=b"") if too_large else receiver.receive(self.path, self.rfile.read(length))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Requests are kept, not printed."""

    return Handler
