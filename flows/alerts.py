"""Alerts: shifts that match a rule, written to the outbox with the shift, and the relay that delivers them.

An alert and its deliveries are rows of the shift's own transaction, so neither is lost without the other. The relay
takes due deliveries, sends each through its channel and records how it went; a channel that fails holds up no other.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from extractors.message import message
from extractors.message import rules as deciding
from extractors.message.receipt import Point, Receipt, Side
from extractors.message.wording import written
from flows.db import Database, Transaction
from flows.log import log
from flows.settings import Settings
from schemas.errors import DeliveryError, FigurewatchError
from schemas.outcomes import Bound, DeliveryState, ShiftKind
from schemas.records import Rule

#: Longer than a channel's time-out; a relay that died gives its deliveries back then.
LEASE = timedelta(minutes=5)

#: Tries before a delivery is dead: with pauses that double from one minute, the last is about eight hours after the first.
MOST_TRIES = 10
PAUSE = timedelta(minutes=1)


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules as set; without any, every shift of the topic goes to every channel."""
    topic = (settings.topic.words,) if settings.topic.words else ()
    if not settings.rules:
        return (Rule(name="every shift", channels=tuple(settings.channels), words=topic, threshold=settings.threshold),)
    return tuple(
        Rule(
            name=rule.name,
            channels=rule.channels,
            words=(topic if rule.only_topic else ()) + ((rule.words,) if rule.words else ()),
            kinds=rule.kinds,
            threshold=rule.threshold,
            min_origins=rule.min_origins,
        )
        for rule in settings.rules
    )


def raise_due(tx: Transaction, series: Sequence[int], rules: Sequence[Rule], now: datetime, *, deliver: bool) -> int:
    """Raise an alert for every shift of these series that matches a rule and has none; how many."""
    raised = 0
    for row in tx.all("series.untold", series=list(series)) if series else []:
        if row["muted_until"] is not None and row["muted_until"] > now:
            continue
        matched = deciding.matching(
            rules,
            kind=ShiftKind(row["kind"]),
            from_number=row["from_number"],
            to_number=row["to_number"],
            origins=row["origins_after"],
            words=" ".join((row["label"], row["sentence"], row["title"])),
        )
        if not matched:
            continue
        alert = tx.one("alerts.raise", shift_id=row["id"], rules=[rule.name for rule in matched], now=now)
        if alert is None:
            continue
        raised += 1
        for channel in sorted({channel for rule in matched for channel in rule.channels}):
            state = DeliveryState.PENDING if deliver else DeliveryState.RECORDED
            tx.run("alerts.queue", alert_id=alert["id"], channel=channel, state=state, now=now)
    return raised


def deliver(database: Database, settings: Settings, now: datetime, limit: int = 100) -> Counter[str]:
    """Send what is due; counts by the state that each delivery ended in."""
    from flows import channels

    with database.transaction() as tx:
        due = tx.all("alerts.lease_due", now=now, until=now + LEASE, limit=limit)
    done: Counter[str] = Counter()
    for delivery in due:
        with database.transaction() as tx:
            alert = tx.one("alerts.of_delivery", id=delivery["alert_id"])
            assert alert is not None
            told, series = receipt(tx, alert["shift_id"]), alert["series_id"]
        state, detail, due_at = DeliveryState.SENT, "", now
        try:
            address = settings.channel_address(delivery["channel"])
            channels.send(address, message(told, key=f"alert-{delivery['alert_id']}", thread=f"series-{series}"))
        except FigurewatchError as error:
            over = delivery["tries"] >= MOST_TRIES or (isinstance(error, DeliveryError) and error.permanent)
            state, detail = (DeliveryState.DEAD if over else DeliveryState.PENDING), str(error)
            due_at = now + PAUSE * 2 ** (delivery["tries"] - 1)
        with database.transaction() as tx:
            if state is DeliveryState.SENT:
                tx.run("alerts.sent", id=delivery["id"], now=now)
            else:
                tx.run("alerts.not_sent", id=delivery["id"], state=state, due_at=due_at, detail=detail)
        log.info(
            "alert delivery",
            stage="alerts",
            alert=delivery["alert_id"],
            channel=delivery["channel"],
            outcome=state,
            detail=detail,
        )
        done[state] += 1
    return done


def receipt(tx: Transaction, shift_id: int) -> Receipt:
    """All that is needed to believe a shift: both sides with their sentences, and the line's history."""
    shift = tx.one("series.shift", id=shift_id)
    assert shift is not None
    history = tx.all("series.history", id=shift["series_id"])
    rows = {row["id"]: row for row in history}
    return Receipt(
        shift=shift["id"],
        label=shift["label"],
        unit=shift["unit"],
        rate=shift["rate"],
        kind=ShiftKind(shift["kind"]),
        before=_side(rows[shift["before_id"]], shift["origins_before"]),
        after=_side(rows[shift["observation_id"]], shift["origins_after"]),
        from_number=shift["from_number"],
        to_number=shift["to_number"],
        reason=shift["reason"],
        points=tuple(point(row) for row in history if not (row["seed"] and row["published_at"] is None)),
    )


def _side(row: dict[str, Any], origins: int) -> Side:
    return Side(
        number=written(row["low"], row["high"], Bound(row["bound"]), row["unit"]),
        surface=row["surface"],
        sentence=row["sentence"],
        start=row["number_start"],
        end=row["number_end"],
        speaker=row["speaker"] or "",
        outlet=row["outlet"],
        title=row["title"],
        url=row["url"],
        published_at=None if row["seed"] and row["published_at"] is None else row["as_of"],
        origins=origins,
    )


def point(row: dict[str, Any]) -> Point:
    """A row of a series' history as a point of its chart."""
    low, high = row["low"], row["high"]
    number = (low + high) / 2 if low is not None and high is not None else high if low is None else low
    return Point(at=row["as_of"], number=number, low=low, high=high, outlet=row["outlet"])


def send_sample(settings: Settings, channel: str) -> None:
    """Send an alert with invented numbers to a channel.

    Raises:
        SettingsError: there is no such channel.
        DeliveryError: it did not take the message.
    """
    from flows import channels

    address = settings.channel_address(channel)
    before = Side(
        number="6,700",
        surface="6,700 containers",
        sentence="The ministry put the total at 6,700 containers in March.",
        start=30,
        end=46,
        speaker="the ministry",
        outlet="Sample Wire",
        published_at=datetime(2024, 3, 1, 9, tzinfo=UTC),
    )
    after = Side(
        number="10,000",
        surface="10,000 containers",
        sentence="This is a test: 10,000 containers have been shipped, the ministry said.",
        start=16,
        end=33,
        speaker="the ministry",
        outlet="Sample Wire",
        published_at=datetime(2024, 6, 1, 9, tzinfo=UTC),
    )
    sample = Receipt(
        shift=0,
        label="test of this channel: containers shipped",
        unit="container",
        kind=ShiftKind.INCREASE,
        before=before,
        after=after,
        from_number=Decimal(6700),
        to_number=Decimal(10000),
        reason="a sample with invented numbers, sent by: figurewatch alerts test",
    )
    channels.send(address, message(sample, key="sample", thread="sample"))
