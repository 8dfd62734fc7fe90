"""Notices: what the owner should know of the service itself, sent to the channel that the settings name as the owner's.

Sources that fail, move or fall silent, channels that do not take messages, polls that all fail, a disk that fills up: one
message when it begins, one when it is over. A notice of a source is a row of the poll that raised it; the others are looked
for here, once a pass. All go through the outbox. Without an owner's channel they are only shown (sources check, doctor).
"""

import shutil
from datetime import datetime, timedelta
from typing import Any

from extractors.message import Message, service_message
from flows import outbox
from flows.db import Database, Transaction
from flows.settings import Settings
from schemas.outcomes import DeliveryState, Severity

#: A notice that nobody was named for when it was raised is not sent long after, when somebody is.
NEWS = timedelta(days=2)
#: Notices sent in one pass.
MOST_A_PASS = 50
LEASE = timedelta(minutes=5)

#: Failures of a channel in a row at which its owner is told: the first may be a hiccup, the third is four minutes later.
CHANNEL_FAILURES = 3
#: Time in which some poll should succeed, and polls that must have been made in it: a network that is gone, not one bad feed.
FETCHING, LEAST_POLLS = timedelta(hours=3), 5
#: Bytes free on the disk of the data folder below which the owner is told, and above which it is over.
LEAST_FREE, FREE_AGAIN = 1_000_000_000, 1_500_000_000


def deliver(database: Database, settings: Settings, now: datetime, limit: int = MOST_A_PASS) -> int:
    """Look for trouble, and send what the owner has not got; how many messages went out."""
    if not settings.owner:
        return 0
    with database.transaction() as tx:
        look(tx, settings, now)
        for notice in tx.all("sources.lease_notices", now=now, until=now + LEASE, since=now - NEWS, limit=limit):
            _write(tx, settings, notice["text"], f"source {notice['source_id']}", Severity.NORMAL, now)
            tx.run("sources.notice_ended", id=notice["id"], state="sent", due_at=now)  # it is in the outbox now

    def make(row: dict[str, Any], repeat: bool) -> Message:
        with database.transaction() as tx:
            ours = tx.one("outbox.installation")
            earlier = tx.all("outbox.earlier_about", channel=row["channel"], about=row["about"], id=row["id"])
        assert ours is not None
        return service_message(
            row["text"],
            key=f"{ours['id']}-{row['id']}",
            earlier=tuple(f"{ours['id']}-{one['id']}" for one in earlier),
            thread=next((one["place"] for one in earlier if one["place"]), ""),
            repeat=repeat,
            urgent=Severity(row["severity"]).rank > Severity.NORMAL.rank,
        )

    return outbox.relay(database, settings, now, kinds=("service",), make=make, limit=limit)[DeliveryState.SENT]


def look(tx: Transaction, settings: Settings, now: datetime) -> None:
    """Raise what troubles the service now, and end what no longer does."""
    for channel in tx.all("outbox.known_channels"):
        about = f"channel {channel['name']}"
        if channel["name"] not in settings.channels:
            tx.run("alerts.trouble_over", about=about, now=now)
            continue
        if channel["failures"] >= CHANNEL_FAILURES or (channel["failures"] and channel["dead"]):
            dead = f"; {_counted(channel['dead'])} given up: mend it, then figurewatch alerts retry" if channel["dead"] else ""
            text = f"the channel {channel['name']} does not take messages: {channel['detail']}"
            text += f"; {_counted(channel['waiting'])} waiting"
            _begin(tx, settings, about, text + dead, Severity.HIGH, now)
        elif not channel["failures"]:
            _end(tx, settings, about, f"the channel {channel['name']} takes messages again", now)
    polls = tx.one("alerts.last_polls", since=now - FETCHING)
    if polls is not None and polls["polls"] >= LEAST_POLLS and not polls["good"]:
        text = f"nothing could be fetched since {polls['first']:%Y-%m-%d %H:%M} UTC: all of {polls['polls']} polls failed"
        _begin(tx, settings, "fetching", f"{text}; see whether this machine has a network", Severity.HIGH, now)
    elif polls is not None and polls["good"]:
        _end(tx, settings, "fetching", "sources can be fetched again", now)
    free = _free(settings)
    if free is not None and free < LEAST_FREE:
        text = f"the disk of {settings.data_dir} is nearly full: {free / 1e9:.1f} GB free; the watch stops when nothing is left"
        _begin(tx, settings, "disk", text, Severity.CRITICAL, now)
    elif free is not None and free > FREE_AGAIN:
        _end(tx, settings, "disk", f"the disk of {settings.data_dir} has room again: {free / 1e9:.1f} GB free", now)


def _begin(tx: Transaction, settings: Settings, about: str, text: str, severity: Severity, now: datetime) -> None:
    if tx.one("alerts.trouble", about=about, text=text, now=now) is not None:
        _write(tx, settings, text, about, severity, now)


def _end(tx: Transaction, settings: Settings, about: str, text: str, now: datetime) -> None:
    over = tx.one("alerts.trouble_over", about=about, now=now)
    if over is not None:
        _write(tx, settings, f"{text}; the trouble lasted {_long(now - over['raised_at'])}", about, Severity.NORMAL, now)


def _write(tx: Transaction, settings: Settings, text: str, about: str, severity: Severity, now: datetime) -> None:
    values = {"kind": "service", "severity": severity, "state": DeliveryState.PENDING, "text": text, "about": about, "now": now}
    tx.run("outbox.write", channel=settings.owner, **values)


def _free(settings: Settings) -> int | None:
    """Bytes free where the data lies; None where there is no such folder here."""
    try:
        return shutil.disk_usage(settings.data_dir).free
    except OSError:
        return None


def _counted(count: int) -> str:
    return f"{count:,} {'message' if count == 1 else 'messages'}"


def _long(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
