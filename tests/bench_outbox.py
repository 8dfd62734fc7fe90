"""Ten thousand alerts, two relays at once, both killed again and again: python tests/bench_outbox.py [ALERTS].

Every round starts two relays on one outbox, lets them send to a Slack-compatible server on loopback for a while and kills
them with SIGKILL wherever they are. The clock of the rounds is simulated, so that leases lapse between them. Prints how often
each alert arrived and how often it was said to be a repeat.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "flows")]

from test_outbox import STORED

from extractors.message.receipt import REPEATED
from flows import db, outbox, postgres
from flows.receivers import SlackReceiver

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main(count: int) -> None:
    """Run rounds until nothing waits, then count."""
    with tempfile.TemporaryDirectory() as folder, SlackReceiver() as slack:
        url = postgres.embedded(Path(folder), durable=False)
        url = db.create_database(url, "bench_outbox", template=db.template(url))
        with db.connect(url, autocommit=True) as connection:
            values = {"first": 1, "last": count, "now": NOON, "channels": ["desk"], "severity": "normal"}
            connection.execute(STORED, values)
        began, rounds, killed, now = time.monotonic(), 0, 0, NOON
        command = [sys.executable, str(ROOT / "tests" / "flows" / "outbox_relay.py"), url, json.dumps({"desk": slack.url()})]
        while True:
            rounds += 1
            relays = [
                subprocess.Popen(
                    [*command, now.isoformat(), "", "0"], stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)}
                )
                for _ in range(2)
            ]
            arrived = len(slack.payloads)
            while len(slack.payloads) == arrived and any(relay.poll() is None for relay in relays):
                time.sleep(0.01)  # they start up
            time.sleep(random.uniform(1, 15))
            for relay in relays:
                if relay.poll() is None:
                    relay.send_signal(signal.SIGKILL)
                    killed += 1
                relay.wait()
            now += outbox.LEASE + timedelta(minutes=1)
            with db.Database(url) as database, database.transaction() as tx:
                waiting = len(tx.all("outbox.waiting", limit=count)) + len(
                    tx.all("alerts.channels_to_pack", state="pending", now=now)
                )
            print(f"round {rounds}: {len(slack.payloads):,} arrived, {waiting:,} wait", file=sys.stderr)
            if not waiting:
                break
        times = Counter(payload["text"].split(":")[0] for payload in slack.payloads)
        repeats = Counter(payload["text"].split(":")[0] for payload in slack.payloads if REPEATED in str(payload["blocks"]))
        print(f"{count:,} alerts, {rounds} rounds, {killed} relays killed, {time.monotonic() - began:.0f} s")
        print(f"arrived: {len(times):,}; missing: {count - len(times)}")
        undeclared = sum(max(0, seen - 1 - repeats[name]) for name, seen in times.items())
        print(f"declared repeats: {sum(repeats.values())}, most of one alert: {max(repeats.values(), default=0)}")
        print(f"repeats that were not declared: {undeclared}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
