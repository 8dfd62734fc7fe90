"""A relay in a process of its own that kills itself at a step: python outbox_relay.py DATABASE CHANNELS NOW STEP NUMBER."""

import json
import os
import signal
import sys
from collections import Counter
from datetime import datetime

from flows import alerts
from flows.db import Database
from flows.settings import Settings


def main(url: str, channels: str, now: str, step: str, number: str) -> None:
    """Relay, and be killed when the step is reached for the so-manieth time."""
    reached: Counter[str] = Counter()

    def die(name: str) -> None:
        reached[name] += 1
        if name == step and reached[name] == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings.model_validate({"channels": json.loads(channels)})
    with Database(url) as database:
        done = alerts.deliver(database, settings, datetime.fromisoformat(now), limit=100_000, step=die)
    print(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
