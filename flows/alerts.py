"""Alerts: shifts that match a rule, written to the outbox with the shift; packed into messages when their time has come.

An alert and its deliveries are rows of the shift's own transaction, so neither is lost without the other. Quiet hours,
digests and cool-downs hold deliveries back, never the evaluation; what is due together and of one event is one message.
Not here: sending (outbox.py, channels.py), what holds a delivery back (extractors/message/plan.py), what a message says.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from extractors.figures.units import convert
from extractors.message import Message, message
from extractors.message import plan as planning
from extractors.message import rules as deciding
from extractors.message.receipt import MOST_IN_FULL, MOST_LINES, MOST_STEPS, Bulletin, Point, Receipt, Side, bulletin, joined
from extractors.message.wording import written
from extractors.series.intervals import interval
from flows import outbox
from flows.db import Database, Transaction
from flows.log import log
from flows.settings import ChannelSettings, Settings
from schemas.errors import UsageError
from schemas.outcomes import Bound, DeliveryState, Severity, ShiftKind
from schemas.records import Rule

#: Messages sent to one channel in one pass: more than any day brings, and a pass that meets a full outbox still ends.
MOST_A_PASS = 500
#: Deliveries looked at in one transaction.
MOST_PACKED = 20_000


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
            series=rule.series,
            units=rule.units,
            sources=rule.sources,
            places=rule.places,
            kinds=rule.kinds,
            threshold=rule.threshold,
            least_change=rule.least_change,
            min_origins=rule.min_origins,
            trusted=rule.trusted,
            min_trusted=rule.min_trusted,
            again_at=rule.again_at_origins,
            cool_down=timedelta(hours=rule.cool_down_hours),
            severity=rule.severity,
        )
        for rule in settings.rules
    )


def raise_due(tx: Transaction, series: Sequence[int], rules: Sequence[Rule], now: datetime, *, deliver: bool) -> int:
    """Raise an alert for every shift of these series that matches a rule and has none; how many.

    A shift that has one goes to further channels when, with more origins, it comes to match a rule that names them; where it
    still waits and the rule is graver, it waits by that severity from then on.
    """
    raised = 0
    for row in tx.all("alerts.candidates", series=list(series)) if series else []:
        if row["acknowledged_at"] is not None or (row["muted_until"] is not None and row["muted_until"] > now):
            continue
        matched = deciding.matching(rules, _moved(tx, row, rules))
        if not matched:
            continue
        names, told, alert_id = [rule.name for rule in matched], set(row["channels"]), row["alert_id"]
        if alert_id is None:
            alert = tx.one("alerts.raise", shift_id=row["id"], rules=names, now=now)
            if alert is None:
                continue
            alert_id = alert["id"]
            raised += 1
        elif further := [name for name in names if name not in row["rules"]]:
            tx.run("alerts.raise_further", id=alert_id, rules=further)
        for channel in sorted({channel for rule in matched for channel in rule.channels}):
            mine = [rule for rule in matched if channel in rule.channels]
            severity = deciding.severity(mine)
            confirmed = 0
            if channel in told:
                tx.run("alerts.escalate", alert_id=alert_id, channel=channel, severity=severity, now=now)
                enough = any(rule.again_at is not None and row["origins_after"] >= rule.again_at for rule in mine)
                if not enough or channel in row["not_again"]:
                    continue
                confirmed = row["origins_after"]
            tx.run(
                "alerts.queue",
                alert_id=alert_id,
                channel=channel,
                severity=severity,
                cool_down=min(rule.cool_down for rule in mine),
                state=DeliveryState.PENDING if deliver else DeliveryState.RECORDED,
                now=now,
                confirmed=confirmed,
            )
    return raised


def _moved(tx: Transaction, row: dict[str, Any], rules: Sequence[Rule]) -> deciding.Moved:
    """A shift as rules look at it; who reports its number is read only where a rule asks."""
    reporters: tuple[tuple[str, str], ...] = ((row["outlet"], row["url"]),)
    if any(rule.sources or rule.trusted for rule in rules):
        others = tx.all("alerts.reporters", series=row["series_id"], since=row["as_of"], observation=row["observation_id"])
        reporters += tuple((other["outlet"], other["url"]) for other in others if _agrees(other, row))
    return deciding.Moved(
        series=row["series_id"],
        label=row["label"],
        unit=row["unit"],
        kind=ShiftKind(row["kind"]),
        from_number=row["from_number"],
        to_number=row["to_number"],
        origins=row["origins_after"],
        words=" ".join((row["label"], row["sentence"], row["title"])),
        place=row["place"] or "",
        reporters=reporters,
    )


def _agrees(other: dict[str, Any], row: dict[str, Any]) -> bool:
    """Does another report give the same number, in whatever unit?"""
    ends = [None if end is None else convert(end, other["unit"], row["figure_unit"]) for end in (other["low"], other["high"])]
    if ends[0] is None and ends[1] is None:
        return False
    there, here = interval(ends[0], ends[1], Bound(other["bound"])), interval(row["low"], row["high"], Bound(row["bound"]))
    return there.meets(here)


def deliver(
    database: Database,
    settings: Settings,
    now: datetime,
    limit: int = MOST_A_PASS,
    *,
    step: Callable[[str], None] = lambda _: None,
) -> Counter[str]:
    """Pack what is due and send it; counts of messages by the state that each ended in."""
    with database.transaction() as tx:
        names = [row["channel"] for row in tx.all("alerts.channels_to_pack", state=DeliveryState.PENDING, now=now)]
    for name in names:
        with database.transaction() as tx:
            pack(tx, name, _plan(settings, name), now)
        step("packed")

    def make(row: dict[str, Any], repeat: bool) -> Message | None:
        from flows import channels

        with database.transaction() as tx:
            return _message(tx, settings, row, repeat, now, charts=channels.charts(settings.channel_address(row["channel"])))

    return outbox.relay(database, settings, now, kinds=("alert", "digest"), make=make, limit=limit, step=step)


def pack(tx: Transaction, channel: str, plan: planning.Plan, now: datetime, *, recorded: bool = False) -> int:
    """Put the deliveries of a channel whose time has come into messages; how many messages.

    Args:
        recorded: in a replay: nothing is sent.
    """
    state = DeliveryState.RECORDED if recorded else DeliveryState.PENDING
    tx.run("alerts.lock_channel", channel=channel)
    rows = tx.all("alerts.waiting", channel=channel, state=state, now=now, limit=MOST_PACKED)
    kept = []
    for row in rows:
        if reason := _dropped(row, now):
            tx.run("alerts.drop", ids=[row["id"]], detail=reason)
        else:
            kept.append(row)
    waiting = [
        planning.Waiting(
            id=row["id"],
            raised_at=row["created_at"],
            severity=Severity(row["severity"]),
            series=row["series_id"],
            article=row["article_id"],
            origin=row["cluster_id"],
            also=frozenset(row["also"]),
            cool_down=row["cool_down"],
        )
        for row in kept
    ]
    asked = sorted({each.series for each in waiting if each.cool_down})
    told = (
        {row["series_id"]: row["told_at"] for row in tx.all("alerts.last_told", channel=channel, series=asked)} if asked else {}
    )
    packed, held = planning.pack(waiting, plan, told, now)
    tx.many("alerts.hold", [{"id": id_, "until": until} for id_, until in held.items()])
    common = {"channel": channel, "state": state, "text": "", "about": "", "now": now}
    kinds = {True: "digest", False: "alert"}
    rows = tx.returned("outbox.write", [common | {"kind": kinds[group.digest], "severity": group.severity} for group in packed])
    pairs = zip(rows, packed, strict=True)
    tx.many("alerts.put_in", [{"message_id": row["id"], "ids": list(group.ids)} for row, group in pairs])
    return len(packed)


def _dropped(row: dict[str, Any], now: datetime) -> str:
    """Why a delivery that waited is not told any more; empty when it is."""
    if row["shift_state"] != "told":
        return "withdrawn: what came later shows that it was none"
    if row["acknowledged_at"] is not None:
        return "acknowledged"
    if row["muted_until"] is not None and row["muted_until"] > now:
        return "its series is muted"
    return ""


def _plan(settings: Settings, channel: str) -> planning.Plan:
    """How a channel wants to be told; one that the settings no longer have, at once, so that the trouble is seen."""
    return settings.channels.get(channel, ChannelSettings(address="")).plan()


def told_by(
    tx: Transaction,
    message_id: int,
    now: datetime,
    *,
    digest: bool,
    severity: Severity,
    repeat: bool = False,
    why_url: str = "",
) -> tuple[Bulletin, int] | None:
    """What a message tells and the series it is about; None when none of it holds any more."""
    rows = [row for row in tx.all("alerts.contents", id=message_id) if not _dropped(row, now)]
    by_series: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_series.setdefault(row["series_id"], []).append(row)
    if not by_series:
        return None
    # The largest moves are told; the evidence of the others is not even read.
    ordered = sorted(by_series.values(), key=lambda found: _size(found[0]["from_number"], found[-1]["to_number"]), reverse=True)
    chosen = ordered[: MOST_IN_FULL + MOST_LINES]
    receipts = [
        replace(joined([receipt(tx, row["id"]) for row in _ends(found)]), confirmed=found[-1]["confirmed"]) for found in chosen
    ]
    told = bulletin(receipts, more=len(ordered) - len(chosen), digest=digest, severity=severity, repeat=repeat, why_url=why_url)
    series = {receipt.shift: found[-1]["series_id"] for receipt, found in zip(receipts, chosen, strict=True)}
    return told, series[told.receipts[0].shift]


def _ends(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first shift of a series and its last ones: more steps than those are not named."""
    return found if len(found) <= MOST_STEPS else [found[0], *found[-MOST_STEPS + 1 :]]


def _size(before: Decimal, after: Decimal) -> Decimal:
    return max(abs(after / before), abs(before / after)) if before and after else Decimal("Infinity")


def _message(
    tx: Transaction, settings: Settings, row: dict[str, Any], repeat: bool, now: datetime, *, charts: str
) -> Message | None:
    """A leased message as it is sent: with what it tells, and the thread that it belongs to."""
    digest = row["kind"] == "digest"
    severity = Severity(row["severity"])
    for each in tx.all("alerts.contents", id=row["id"]):
        if reason := _dropped(each, now):  # while it waited for another try; what was not told begins no cool-down
            tx.run("alerts.drop", ids=[each["delivery"]], detail=reason)
    found = told_by(tx, row["id"], now, digest=digest, severity=severity, repeat=repeat, why_url=settings.why_url)
    if found is None:
        return None
    told, series = found
    ours = tx.one("outbox.installation")
    assert ours is not None
    # A digest is about no series in particular, and begins no thread.
    earlier = [] if digest else tx.all("alerts.earlier", channel=row["channel"], series=series, id=row["id"])
    return message(
        told,
        key=f"{ours['id']}-{row['id']}",
        earlier=tuple(f"{ours['id']}-{one['id']}" for one in earlier),
        thread=next((one["place"] for one in earlier if one["place"]), ""),
        chart=charts != "",
        chart_title=charts == "apart",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """A message that a replay would have sent."""

    at: datetime
    channel: str
    kind: str
    severity: str
    subject: str
    rules: tuple[str, ...]


def rehearse(database: Database, settings: Settings) -> list[Rehearsed]:
    """What a replay would have sent, and when: quiet hours, digests and cool-downs by the clock of the articles."""
    while True:
        with database.transaction() as tx:
            moment = tx.one("alerts.next_recorded")
            if moment is None or moment["at"] is None:
                break
            for row in tx.all("alerts.channels_to_pack", state=DeliveryState.RECORDED, now=moment["at"]):
                pack(tx, row["channel"], _plan(settings, row["channel"]), moment["at"], recorded=True)
    found = []
    with database.transaction() as tx:
        for row in tx.all("alerts.recorded"):
            told = told_by(tx, row["id"], row["at"], digest=row["kind"] == "digest", severity=Severity(row["severity"]))
            if told is not None:
                subject = message(told[0], chart=False).subject
                found.append(
                    Rehearsed(
                        at=row["at"],
                        channel=row["channel"],
                        kind=row["kind"],
                        severity=row["severity"],
                        subject=subject,
                        rules=tuple(row["rules"]),
                    )
                )
    return found


def acknowledge(database: Database, alerts: Sequence[int], note: str, now: datetime) -> int:
    """Somebody has seen to these alerts: what has not gone out of them is dropped; how many were open.

    Raises:
        UsageError: one of them is not there.
    """
    with database.transaction() as tx:
        known = {row["id"] for row in tx.all("alerts.known", ids=list(alerts))}
        if strangers := sorted(set(alerts) - known):
            raise UsageError(f"there is no alert {strangers[0]}", mend="figurewatch alerts list names them")
        done = tx.all("alerts.acknowledge", ids=list(alerts), note=note, now=now)
    log.info("alerts acknowledged", alerts=len(done))
    return len(done)


def receipt(tx: Transaction, shift_id: int) -> Receipt:
    """All that is needed to believe a shift: both sides with their sentences, and the line's history."""
    shift = tx.one("series.shift", id=shift_id)
    assert shift is not None
    history = tx.all("series.history", id=shift["series_id"])
    rows = {row["id"]: row for row in tx.all("alerts.sides", ids=[shift["before_id"], shift["observation_id"]])}
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


def sample(*, repeat: bool = False) -> Bulletin:
    """An alert with invented numbers, as a channel would get it."""
    days = [datetime(2024, month, 1, 9, tzinfo=UTC) for month in (1, 2, 3, 6)]
    before = Side(
        number="6,700",
        surface="6,700 containers",
        sentence="The ministry put the total at 6,700 containers in March.",
        start=30,
        end=46,
        speaker="the ministry",
        outlet="Sample Wire",
        published_at=days[2],
    )
    after = Side(
        number="10,000",
        surface="10,000 containers",
        sentence="This is a test: 10,000 containers have been shipped, the ministry said.",
        start=16,
        end=33,
        speaker="the ministry",
        outlet="Sample Wire",
        published_at=days[3],
    )
    told = Receipt(
        shift=0,
        label="test of this channel: containers shipped",
        unit="container",
        kind=ShiftKind.INCREASE,
        before=before,
        after=after,
        from_number=Decimal(6700),
        to_number=Decimal(10000),
        reason="a sample with invented numbers, sent by: figurewatch alerts test",
        points=tuple(
            Point(at=day, number=Decimal(number), outlet="Sample Wire")
            for day, number in zip(days, (5000, 5600, 6700, 10000), strict=True)
        ),
    )
    return replace(bulletin([told]), repeat=repeat)


def send_sample(settings: Settings, channel: str) -> None:
    """Send an alert with invented numbers to a channel.

    Raises:
        SettingsError: there is no such channel.
        DeliveryError: it did not take the message.
    """
    from flows import channels

    address = settings.channel_address(channel)
    shown = channels.charts(address)
    made = message(sample(), chart=shown != "", chart_title=shown == "apart")
    channels.attach(address, made, channels.send(address, made))
