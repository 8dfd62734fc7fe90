"""Is it alive, is it ready, how far behind is it, and what does a shift rest on? The pages of the service.

    /healthz   200 while this process and its children live; restart it otherwise
    /readyz    200 while the database and Prefect answer and passes end; 503 says which does not
    /metrics   Prometheus: lag of each source, outcomes and seconds by stage, depth of each queue, deliveries
    /why/12    the evidence of a shift, as its alert shows it: what messages link to when the settings have a why_url

Everything is read from the database, so it counts what all workers did, on any machine, and any process may show it.
There is no log-in, and nothing in it but what the news said; it is bound to loopback unless the settings say otherwise.
"""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from extractors.message.mail import page
from flows import alerts, db
from flows.http import redact
from flows.log import log
from flows.settings import ServeSettings
from schemas.errors import FigurewatchError, OperationError, UsageError

#: Looking costs some queries: who asks more often gets the last answer.
FRESH_SECONDS = 1.0

#: Passes end within ten minutes; with some to spare for a machine that is busy.
LONGEST_SILENCE = timedelta(minutes=15)

ANSWER_SECONDS = 5

#: What the metrics show.
SHOWN = (
    "service.lags", "service.queues", "service.counted", "service.counted_seconds", "service.messages", "service.channels",
    "service.last_pass", "service.size", "service.under_way",
)  # fmt: skip

TEXT = "text/plain; charset=utf-8"
#: What a browser must not do with a page that quotes strangers: nothing is loaded, run, framed or guessed.
GUARDS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

Alive = Callable[[], str]  #: Empty, or what is wrong.


class Monitor:
    """Looks at a service through its database.

    Args:
        url: of the database.
        prefect: address of Prefect's interface; empty: none is looked at.
        alive: what the process that answers says of itself.
        started: passes are awaited from then on.
    """

    def __init__(self, url: str, *, prefect: str = "", alive: Alive = lambda: "", started: datetime | None = None) -> None:
        self._url, self._prefect, self._alive = url, prefect, alive
        self._started = started or datetime.now(UTC)
        self._lock = threading.Lock()
        self._last: tuple[float, bytes] = (0.0, b"")
        self._registry = CollectorRegistry()
        self._registry.register(_Collector(self))

    def healthy(self) -> dict[str, str]:
        """What is wrong with this process, by part; empty when nothing is."""
        wrong = self._alive()
        return {"process": wrong} if wrong else {}

    def unready(self, now: datetime) -> dict[str, str]:
        """What is wrong, by part; empty when nothing is."""
        found = self.healthy()
        try:
            with db.translated(self._url), db.connect(self._url) as connection:
                tx = db.Transaction(connection)
                missing = db.migrations().keys() - {row["name"] for row in tx.all("database.migrations")}
                last = tx.one("service.last_pass")
            if missing:
                found["database"] = f"{len(missing)} migrations are missing"
            since = max(self._started, last["ended_at"]) if last else self._started
            if now - since > LONGEST_SILENCE:
                found["passes"] = f"none ended since {since:%Y-%m-%d %H:%M} UTC"
            elif last and last["outcome"] == "failed":
                found["passes"] = (
                    f"the last one failed: {last['detail'].splitlines()[0][:200] if last['detail'] else 'no reason'}"
                )
        except FigurewatchError as error:
            found["database"] = error.message
        if self._prefect and (wrong := prefect_wrong(self._prefect)):
            found["prefect"] = wrong
        return found

    def metrics(self) -> bytes:
        """All metrics as text; at most one look a second."""
        with self._lock:
            at, text = self._last
            if time.monotonic() - at > FRESH_SECONDS or not text:
                text = generate_latest(self._registry)
                self._last = (time.monotonic(), text)
            return text

    def why(self, shift: int) -> str:
        """The page of a shift; empty when there is none of that number.

        Raises:
            FigurewatchError: the database does not answer.
        """
        with db.translated(self._url), db.connect(self._url) as connection:
            tx = db.Transaction(connection)
            receipt = alerts.receipt(tx, shift) if tx.one("series.shift", id=shift) is not None else None
        return page(receipt) if receipt is not None else ""

    def read(self, now: datetime) -> dict[str, Any]:
        """The rows that the metrics show; of a database that does not answer, none."""
        try:
            with db.translated(self._url), db.connect(self._url) as connection:
                tx = db.Transaction(connection)
                return {
                    query.removeprefix("service."): tx.all(query, **({"now": now} if query == "service.queues" else {}))
                    for query in SHOWN
                }
        except FigurewatchError as error:
            log.warning("no metrics", detail=error.message)
            return {}


class _Collector(Collector):
    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def describe(self) -> Iterable[Metric]:
        return []  # registering looks at nothing

    def collect(self) -> Iterator[Metric]:
        now = datetime.now(UTC)
        rows = self._monitor.read(now)
        up = GaugeMetricFamily("figurewatch_up", "1 while the database answers.")
        up.add_metric([], 1 if rows else 0)
        yield up
        if not rows:
            return
        yield from _of_sources(rows["lags"], now)
        yield from _of_queues(rows["queues"], now)
        outcomes = CounterMetricFamily("figurewatch_outcomes", "Items by stage and outcome.", labels=["stage", "outcome"])
        for row in rows["counted"]:
            outcomes.add_metric([row["stage"], row["outcome"]], row["items"])
        seconds = CounterMetricFamily("figurewatch_stage_seconds", "Seconds by stage, of all workers.", labels=["stage"])
        for row in rows["counted_seconds"]:
            seconds.add_metric([row["stage"]], row["seconds"])
        messages = GaugeMetricFamily("figurewatch_messages", "Messages by channel and state.", labels=["channel", "state"])
        for row in rows["messages"]:
            messages.add_metric([row["channel"], row["state"]], row["messages"])
        failures = GaugeMetricFamily("figurewatch_channel_failures", "Tries that failed, in a row.", labels=["channel"])
        for row in rows["channels"]:
            failures.add_metric([row["name"]], row["failures"])
        size = GaugeMetricFamily("figurewatch_database_bytes", "Size of the database.")
        size.add_metric([], rows["size"][0]["bytes"])
        under_way = GaugeMetricFamily("figurewatch_passes_under_way", "Passes that workers are doing now.")
        under_way.add_metric([], rows["under_way"][0]["passes"])
        yield from (outcomes, seconds, messages, failures, size, under_way)
        for last in rows["last_pass"]:
            age = GaugeMetricFamily("figurewatch_last_pass_age_seconds", "Since the last pass ended.")
            age.add_metric([], (now - last["ended_at"]).total_seconds())
            took = GaugeMetricFamily("figurewatch_last_pass_seconds", "What the last pass took.")
            took.add_metric([], (last["ended_at"] - last["began_at"]).total_seconds())
            good = GaugeMetricFamily("figurewatch_last_pass_good", "1 unless the last pass failed.")
            good.add_metric([], 0 if last["outcome"] == "failed" else 1)
            yield from (age, took, good)


def _of_sources(rows: list[db.Row], now: datetime) -> Iterator[Metric]:
    labels = ["source", "outlet"]
    lag = GaugeMetricFamily(
        "figurewatch_source_lag_seconds",
        "Since its poll is due, or since the oldest of its entries or pages waits.",
        labels=labels,
    )
    waiting = GaugeMetricFamily("figurewatch_source_waiting", "Its entries and pages that wait.", labels=labels)
    failures = GaugeMetricFamily("figurewatch_source_failures", "Polls that failed, in a row.", labels=labels)
    silent = GaugeMetricFamily("figurewatch_source_new_age_seconds", "Since it brought something new.", labels=labels)
    for row in rows:
        of = [redact(row["url"]), row["outlet"]]
        since = min([row["due_at"]] + ([row["since"]] if row["since"] else []))
        lag.add_metric(of, max(0.0, (now - since).total_seconds()))
        waiting.add_metric(of, row["depth"])
        failures.add_metric(of, row["failures"])
        if row["last_new_at"]:
            silent.add_metric(of, (now - row["last_new_at"]).total_seconds())
    yield from (lag, waiting, failures, silent)


def _of_queues(rows: list[db.Row], now: datetime) -> Iterator[Metric]:
    depth = GaugeMetricFamily("figurewatch_queue_depth", "Items that wait, by stage.", labels=["queue"])
    age = GaugeMetricFamily("figurewatch_queue_age_seconds", "How long the oldest of them waits.", labels=["queue"])
    quarantined = GaugeMetricFamily("figurewatch_quarantined", "Items that were given up, by stage.", labels=["stage"])
    for row in rows:
        stage, _, what = row["queue"].partition(" ")
        if what == "quarantined":
            quarantined.add_metric([stage], row["depth"])
            continue
        depth.add_metric([row["queue"].replace(" ", "_")], row["depth"])
        if not what:
            age.add_metric([stage], max(0.0, (now - row["oldest"]).total_seconds()) if row["oldest"] else 0.0)
    yield from (depth, age, quarantined)


def reachable(settings: ServeSettings, told: Path) -> str:
    """Where the page is to be asked on this machine.

    Args:
        told: file in which a running service says where it answers: another port than its usual one, when that was taken.
    Raises:
        UsageError: the settings want no page.
    """
    with suppress(OSError):
        return told.read_text(encoding="utf-8").strip()
    if not settings.port:
        raise UsageError("there is no page to ask: port is 0 under [serve]", mend="set a port, and start the service again")
    return address(settings.host, settings.port)


def address(host: str, port: int) -> str:
    """The page's address for who is on this machine: one that is bound to all of them answers on loopback."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def prefect_wrong(url: str) -> str:
    """What is wrong with Prefect's server; empty when it answers."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", parts.path.rstrip("/") + "/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"does not answer: {error or type(error).__name__}"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"answers {status}"


class _Server(ThreadingHTTPServer):
    """One of either family: "::" takes requests of both."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            with suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Not HTTPServer's own, which looks up the name of the address, and waits where nobody answers.
        TCPServer.server_bind(self)


class Page:
    """The page, in a thread, until it is closed.

    Raises:
        OperationError: the address is taken.
    """

    def __init__(self, monitor: Monitor, host: str, port: int) -> None:
        pages = self
        self._monitor = monitor

        class Handler(BaseHTTPRequestHandler):
            timeout = ANSWER_SECONDS

            def do_GET(self) -> None:
                pages._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        try:
            self._server = _Server((host, port), Handler)
        except OSError as error:
            raise OperationError(
                f"port {port} of {host} cannot be had: {(error.strerror or str(error)).lower()}",
                mend="set another host or port under [serve]; port 0 for none",
            ) from error
        self.address = address(host, int(self._server.server_address[1]))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        kind, status = "application/json", 200
        if path == "/metrics":
            kind, body = CONTENT_TYPE_LATEST, self._monitor.metrics()
        elif path in ("/healthz", "/readyz"):
            wrong = self._monitor.healthy() if path == "/healthz" else self._monitor.unready(datetime.now(UTC))
            status = 503 if wrong else 200
            body = json.dumps({"ok": not wrong, "wrong": wrong}).encode() + b"\n"
        elif shift := re.fullmatch(r"/why/(\d{1,18})", path):
            kind, status, body = self._why(int(shift[1]))
        else:
            kind, status, body = TEXT, 404, b"here are /healthz, /readyz, /metrics and /why/NUMBER\n"
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in GUARDS.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _why(self, shift: int) -> tuple[str, int, bytes]:
        try:
            html = self._monitor.why(shift)
        except FigurewatchError as error:
            return TEXT, 503, f"{error.message}\n".encode()
        if not html:
            return TEXT, 404, f"there is no shift {shift}\n".encode()
        return "text/html; charset=utf-8", 200, html.encode()
