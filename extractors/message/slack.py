"""The receipt as text that Slack shows and never obeys.

Receipt -> one text in which & < > are escaped exactly once, so that <!channel>, <@U1> and <url|label> from an article
are read as letters. Sent with format=text and body_format=text (flows/channels.py): any other pair undoes the escaping
or makes mentions of its own. An at sign that opens a word is kept from being a mention in Slack-compatible servers,
which look for plain @all and @here.
"""

import re

from extractors.message.receipt import Receipt, lines
from extractors.message.wording import safe_url

#: An invisible joint between the at sign and the name: the text reads the same and mentions nobody.
_JOINT = "\u2060"
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def without_mentions(text: str) -> str:
    """Text in which no at sign opens a name; a line that is an address stays as it is."""
    return "\n".join(line if safe_url(line) else _MENTION.sub(f"@{_JOINT}", line) for line in text.split("\n"))


def escaped(text: str) -> str:
    """Text in which nothing is a command: & < > escaped once, mentions cut."""
    return without_mentions(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack(receipt: Receipt) -> str:
    """The receipt under its headline; addresses stand bare, Slack links them by itself."""
    return escaped("\n".join(lines(receipt)))
