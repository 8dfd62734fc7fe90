"""The outbox: messages that wait, each sent through its channel until it has arrived, and then no more.

lease -> make -> mark that a try begins -> send -> record how it ended, each step committed before the next. A process that
dies before the mark, or after the record, leaves nothing open. Between the two nobody can know whether the message arrived:
it is sent again once, and says so; when that try has no end either it is put by, for a person to decide. The same holds for
a connection that breaks before the answer.
Every channel is served by itself: one that fails or asks for a pause is left alone for a while, and holds up no other. Any
number of relays may run at once.
Not here: which alerts make a message, and what it says (alerts.py, notices.py).
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from extractors.message import Message
from extractors.message.plan import is_urgent, quiet_until
from flows import channels
from flows.db import Database
from flows.log import log
from flows.settings import Settings
from schemas.errors import DeliveryError, FigurewatchError
from schemas.outcomes import DeliveryState, Severity

#: Longer than any try: connecting, each answer and a mail server that scans take 20 seconds each at most.
LEASE = timedelta(minutes=5)

#: A relay goes on with a channel for so long; the rest is for the next pass, which must not wait for a slow channel.
LONGEST_RELAY = timedelta(minutes=2)

#: Tries before a message is dead. With pauses that double from one minute to four hours, the last is about eight hours after
#: the first: as long as a night's outage, and a channel that is down for a day is found dead, not silent.
MOST_TRIES = 10
PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
#: So long a channel is left alone after a failure that is not its message's fault; doubled each time up to the longest.
HOLD, LONGEST_HOLD = timedelta(seconds=30), timedelta(minutes=15)
#: What broke off is often over in a few minutes; sooner a repeat breaks off as well.
PAUSE_WHEN_UNSURE = timedelta(minutes=5)
#: Pauses are longer or shorter by up to this share, so that what failed together is not tried together.
JITTER = 0.2

#: Channels served at once; each holds a connection to the database for moments only.
MOST_AT_ONCE = 6

NO_ANSWER_TWICE = "two tries ended without an answer, so it has most likely arrived; figurewatch alerts retry sends it again"

#: A leased message, and whether it may have arrived before -> what is sent; None: nothing of it holds any more.
Make = Callable[[dict[str, Any], bool], Message | None]


def relay(
    database: Database,
    settings: Settings,
    now: datetime,
    *,
    kinds: Sequence[str],
    make: Make,
    limit: int,
    step: Callable[[str], None] = lambda _: None,
) -> Counter[str]:
    """Send the messages of these kinds that are due, up to `limit` a channel; counts by the state that each ended in.

    Args:
        step: called after each step with its name; tests kill the process there.
    """
    began = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    with database.transaction() as tx:
        names = [row["channel"] for row in tx.all("outbox.channels", kinds=list(kinds), now=now)]

    def serve(name: str) -> Counter[str]:
        done: Counter[str] = Counter()
        for _ in range(limit):
            moment = clock()
            if moment - now > LONGEST_RELAY:
                break
            with database.transaction() as tx:
                row = tx.one("outbox.lease", channel=name, kinds=list(kinds), now=moment, until=moment + LEASE)
            if row is None:
                break
            step("leased")
            done[_try(database, settings, row, make, clock, step)] += 1
        return done

    if len(names) < 2:
        return sum((serve(name) for name in names), Counter())
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(names)), thread_name_prefix="channel") as pool:
        return sum(pool.map(serve, names), Counter())


def _try(
    database: Database,
    settings: Settings,
    row: dict[str, Any],
    make: Make,
    clock: Callable[[], datetime],
    step: Callable[[str], None],
) -> str:
    """One message, once; the state it ended in."""
    name, place, state = row["channel"], "", DeliveryState.SENT
    if row["unsure"] and row["repeated"]:
        return _ended(database, row, DeliveryState.DEAD, clock(), detail=NO_ANSWER_TWICE)
    tries = row["tries"]
    try:
        address = settings.channel_address(name)
        plan = settings.channels[name].plan()
        moment = clock()
        if not is_urgent(Severity(row["severity"]), plan) and (until := quiet_until(plan, moment)) > moment:
            return _ended(database, row, DeliveryState.PENDING, until, detail="quiet hours")
        message = make(row, row["unsure"])
        if message is None:
            return _ended(database, row, DeliveryState.DROPPED, clock(), detail="nothing of it holds any more")
        step("made")
        with database.transaction() as tx:
            begun = tx.one("outbox.sending", id=row["id"], leased_until=row["leased_until"], repeat=row["unsure"])
        if begun is None:
            return DeliveryState.SENDING  # another relay has it
        tries = begun["tries"]
        step("begun")
        place = channels.send(address, message)
        step("arrived")
    except FigurewatchError as error:
        return _failed(database, row, error, tries, clock())
    except Exception as error:  # a fault of ours in one message must not stop the others
        log.error("message failed", message=row["id"], channel=name, detail=f"{type(error).__name__}: {error}")
        return _failed(database, row, DeliveryError(f"a fault of figurewatch's own: {type(error).__name__}"), tries, clock())
    _ended(database, row, state, clock(), place=place)
    step("recorded")
    if place and message.charts and not channels.attach(address, message, place):
        log.info("charts not taken", message=row["id"], channel=name)
    return state


def _failed(database: Database, row: dict[str, Any], error: FigurewatchError, tries: int, now: datetime) -> str:
    """Record a try that failed, and leave the channel alone where the fault is its own."""
    begun = tries > row["tries"]
    unsure, permanent, wait = False, False, None
    if isinstance(error, DeliveryError):
        unsure, permanent, wait = error.unsure, error.permanent, error.wait_seconds
    # A try that ended in a refusal had its answer: only one without any counts as the repeat that there may be.
    again_unsure = unsure and row["unsure"]
    over = permanent or again_unsure or (tries + (not begun) >= MOST_TRIES and wait is None)
    pause = PAUSE_WHEN_UNSURE if unsure else min(LONGEST_PAUSE, PAUSE * 2 ** min(20, max(0, tries - 1)))
    pause = timedelta(seconds=wait) if wait is not None else pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    with database.transaction() as tx:
        known = tx.one("outbox.channel", name=row["channel"])
        failures = known["failures"] if known is not None else 0
        hold = timedelta(seconds=wait) if wait is not None else min(LONGEST_HOLD, HOLD * 2 ** min(10, failures))
        detail = f"{error}; {NO_ANSWER_TWICE}" if again_unsure else str(error)
        tx.run(
            "outbox.channel_failed",
            name=row["channel"],
            hold_until=None if permanent else now + hold,
            now=now,
            detail=str(error),
        )
    return _ended(
        database,
        row,
        DeliveryState.DEAD if over else DeliveryState.PENDING,
        now + pause,
        detail=detail,
        unsure=unsure,
        not_arrived=not unsure,
        # A pause that the channel asks for is no failure of the message; one that was not begun counts as a try all the same.
        tries=-1 if begun and wait is not None else 0 if begun or wait is not None else 1,
    )


def _ended(
    database: Database,
    row: dict[str, Any],
    state: DeliveryState,
    moment: datetime,
    *,
    place: str = "",
    detail: str = "",
    unsure: bool = False,
    not_arrived: bool = False,
    tries: int = 0,
) -> str:
    sent_at = moment if state is DeliveryState.SENT else None
    with database.transaction() as tx:
        tx.run(
            "outbox.ended",
            id=row["id"],
            leased_until=row["leased_until"],
            state=state,
            due_at=moment,
            sent_at=sent_at,
            place=place,
            detail=detail,
            unsure=unsure,
            not_arrived=not_arrived,
            tries=tries,
        )
        if state is DeliveryState.SENT:
            tx.run("outbox.channel_works", name=row["channel"])
    log.info(
        "message", stage="alerts", message=row["id"], channel=row["channel"], kind=row["kind"], outcome=state, detail=detail
    )
    return state
