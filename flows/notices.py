"""Notices: what the owner should know of sources, sent to the channel that the settings name as the owner's.

A notice is a row of the poll that raised it; without an owner's channel it is only shown (sources check, doctor).
"""

from datetime import datetime, timedelta
from html import escape

from extractors.message import Message
from extractors.message.slack import escaped
from flows.db import Database
from flows.log import log
from flows.settings import Settings
from schemas.errors import DeliveryError, FigurewatchError

#: As for alerts.
LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=5)
MOST_TRIES = 8

#: A notice that nobody was named for when it was raised is not sent long after, when somebody is.
NEWS = timedelta(days=2)


def deliver(database: Database, settings: Settings, now: datetime, limit: int = 50) -> int:
    """Send what the owner has not got; how many went out."""
    if not settings.owner:
        return 0
    from flows import channels

    with database.transaction() as tx:
        due = tx.all("sources.lease_notices", now=now, until=now + LEASE, since=now - NEWS, limit=limit)
    sent = 0
    for notice in due:
        state, detail, due_at = "sent", "", now
        try:
            channels.send(settings.channel_address(settings.owner), message(notice["id"], notice["source_id"], notice["text"]))
            sent += 1
        except FigurewatchError as error:
            over = notice["tries"] >= MOST_TRIES or (isinstance(error, DeliveryError) and error.permanent)
            state, detail, due_at = ("dead" if over else "pending"), str(error), now + PAUSE * notice["tries"]
        with database.transaction() as tx:
            tx.run("sources.notice_ended", id=notice["id"], state=state, due_at=due_at)
        log.info("notice", notice=notice["id"], channel=settings.owner, outcome=state, detail=detail)
    return sent


def message(notice: int, source: int, text: str) -> Message:
    """One line in every form."""
    return Message(
        subject=f"figurewatch: {text}"[:150],
        text=text,
        slack=escaped(text),
        mail_text=text + "\n",
        mail_html=f"<p>{escape(text)}</p>",
        key=f"notice-{notice}",
        thread=f"source-{source}",
    )
