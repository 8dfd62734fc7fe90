"""What moved to what a channel is sent: receipt, Slack, mail, terminal, chart; and by which rules, and when.

Bulletin -> Message: every form that a channel may ask for, made once and pure, so that what is sent can be compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from extractors.message.chart import png
from extractors.message.mail import chart_name, html_part, subject, text_part
from extractors.message.receipt import MAX_REASON, REPEATED, Bulletin, all_lines
from extractors.message.slack import blocks, escaped, literal, notification, slack
from extractors.message.wording import clean
from schemas.outcomes import Severity

#: Characters of a subject of a service's own message.
_MAX_SUBJECT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told, in all its forms."""

    subject: str  #: one line of plain text
    text: str  #: what stands below the subject, plain
    slack: str  #: the same, escaped for Slack
    slack_subject: str = ""  #: escaped too
    slack_blocks: tuple[Mapping[str, Any], ...] = ()
    mail_text: str
    mail_html: str
    charts: Mapping[str, bytes] = field(default_factory=dict)  #: PNG by the name by which the HTML shows it
    urgent: bool = False
    key: str = ""  #: stable for the message: a second delivery carries the same Message-ID
    earlier: tuple[str, ...] = ()  #: keys of earlier messages of its thread on this channel, the first first
    thread: str = ""  #: where the channel put the first of them, as it said itself


def message(
    told: Bulletin,
    *,
    key: str = "",
    earlier: tuple[str, ...] = (),
    thread: str = "",
    chart: bool = True,
    chart_title: bool = False,
) -> Message:
    """The message in every form. Without chart nothing is drawn, which saves most of the time (about 0.1 s a chart).

    Args:
        chart_title: the charts bear a title, for where they do not stand below their label.
    """
    return Message(
        subject=subject(told),
        text="\n".join(all_lines(told)),
        slack=slack(told),
        slack_subject=notification(told),
        slack_blocks=tuple(blocks(told)),
        mail_text=text_part(told),
        mail_html=html_part(told, chart=chart),
        charts={chart_name(place): png(receipt, title=chart_title) for place, receipt in enumerate(told.receipts)}
        if chart
        else {},
        urgent=told.severity.rank > Severity.NORMAL.rank,
        key=key,
        earlier=earlier,
        thread=thread,
    )


def service_message(
    text: str, *, key: str = "", earlier: tuple[str, ...] = (), thread: str = "", repeat: bool = False, urgent: bool = False
) -> Message:
    """What the service says of itself, in every form: one line, and that it is sent again where it is."""
    line = clean(text, 4 * MAX_REASON)
    told = [line, *([REPEATED] if repeat else [])]
    return Message(
        subject=clean(f"figurewatch: {line}", _MAX_SUBJECT),
        text="\n".join(told),
        slack=escaped("\n".join(told)),
        slack_subject=escaped(clean(f"figurewatch: {line}", _MAX_SUBJECT)),
        slack_blocks=tuple(
            {"type": "section", "text": {"type": "mrkdwn", "text": literal(one, 2000), "verbatim": True}} for one in told
        ),
        mail_text="\n".join([*told, ""]),
        mail_html="".join(f"<p>{escape(one)}</p>" for one in told),
        urgent=urgent,
        key=key,
        earlier=earlier,
        thread=thread,
    )
