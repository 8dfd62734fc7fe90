"""A shift to what a channel is sent: receipt, Slack, mail, terminal, chart.

Receipt -> Message: every form that a channel may ask for, made once and pure, so that what is sent can be stored,
shown again and compared.
"""

from dataclasses import dataclass

from extractors.message.chart import png
from extractors.message.mail import html_part, subject, text_part
from extractors.message.receipt import Receipt, lines
from extractors.message.slack import slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One alert in all its forms."""

    subject: str  #: one line of plain text
    text: str  #: the receipt below the subject, plain
    slack: str  #: the same, escaped for Slack
    mail_text: str
    mail_html: str
    chart_png: bytes = b""  #: shown by the HTML as cid:chart.png; empty where there is no chart
    key: str = ""  #: stable for the alert: a second delivery carries the same Message-ID
    thread: str = ""  #: stable for the series: mail programs put its alerts under one another


def message(receipt: Receipt, *, key: str = "", thread: str = "", chart: bool = True) -> Message:
    """The receipt in every form. Without chart nothing is drawn, which saves most of the time (about 0.1 s)."""
    return Message(
        subject=subject(receipt),
        text="\n".join(lines(receipt)),
        slack=slack(receipt),
        mail_text=text_part(receipt),
        mail_html=html_part(receipt, chart=chart),
        chart_png=png(receipt) if chart else b"",
        key=key,
        thread=thread,
    )
