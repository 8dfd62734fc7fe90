"""A message as Slack shows it, and in which Slack obeys nothing that an article says.

Bulletin -> Block Kit blocks, and one plain text for servers that know no blocks. In both & < > of article text are escaped
exactly once, so that <!channel>, <@U1> and <url|label> are read as letters. In blocks, text that is formatted (mrkdwn) is
sent verbatim, so that Slack looks for no mentions, channels or addresses in it; signs that would format it are changed for
ones that look alike; the only links are those that are made here, from plain http(s) addresses.
Limits: https://docs.slack.dev/reference/block-kit - kept by construction and checked by flows/receivers.py.
"""

import re
from typing import Any

from extractors.message.chart import history
from extractors.message.receipt import (
    MAX_TITLE,
    NO_SENTENCE,
    REPEATED,
    Bulletin,
    Receipt,
    Side,
    all_lines,
    headline,
    title,
)
from extractors.message.wording import clean, safe_url

#: An invisible joint between the at sign and the name: the text reads the same and mentions nobody.
_JOINT = "\u2060"
_BLANK = "\u200b"
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
#: What would format mrkdwn, and what looks like it. Slack has no way to escape them.
_FORMATTING = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_ITALIC = re.compile(r"(?<!\w)_|_(?!\w)")

#: Characters of a header, of a text in a section or context, and blocks of a message, as Slack allows them.
MAX_HEADER, MAX_SECTION, MAX_BLOCKS = 150, 3000, 50
#: Escaped characters of the text beside the number; with it a side of the receipt stays below what a section may hold.
_MOST_BESIDE, _MOST_NUMBER, _MOST_LINE = 800, 300, 500

_ARROWS = {"increase": "▲", "decrease": "▼", "conflict": "≠", "correction": "✎"}
_WORDS = {"increase": "Up", "decrease": "Down", "conflict": "In conflict", "correction": "Corrected"}


def without_mentions(text: str) -> str:
    """Text in which no at sign opens a name; a line that is an address stays as it is."""
    return "\n".join(line if safe_url(line) else _MENTION.sub(f"@{_JOINT}", line) for line in text.split("\n"))


def escaped(text: str) -> str:
    """Text in which nothing is a command: & < > escaped once, mentions cut."""
    return without_mentions(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str, limit: int) -> str:
    """Text that mrkdwn shows as it is, in at most so many escaped characters."""
    plain = _ITALIC.sub("ˍ", _EMOJI.sub(f":{_JOINT}", clean(text, limit)).translate(_FORMATTING))
    whole = escaped(plain)
    if len(whole) <= limit:
        return whole
    # An entity is never cut: what is left out is left out before it is escaped.
    found, length = [], 0
    for char in plain:
        piece = escaped(char)
        length += len(piece)
        if length >= limit:
            break
        found.append(piece)
    return _MENTION.sub(f"@{_JOINT}", "".join(found)) + "…"


def slack(told: Bulletin) -> str:
    """All of it as one text, for a server without blocks; addresses stand bare, it links them by itself."""
    return escaped("\n".join(all_lines(told)))


def blocks(told: Bulletin) -> list[dict[str, Any]]:
    """The message in Block Kit."""
    single = told.count() == 1 and not told.digest
    found: list[dict[str, Any]] = []
    if told.repeat:
        found.append(_context(REPEATED))
    found.append(_header(told.receipts[0].name() if single else told.intro()))
    if told.grave():
        found.append(_context(f"*{told.grave()}*"))
    for place, receipt in enumerate(told.receipts):
        if place:
            found.append({"type": "divider"})
        found += _receipt(receipt, told, named=not single)
    if told.others:
        found.append({"type": "divider"})
        found += _list(told)
    if told.more:
        found.append(_context(literal(told.rest(), _MOST_LINE)))
    return found[:MAX_BLOCKS]


def notification(told: Bulletin) -> str:
    """What a phone shows of it, and a screen reader reads first."""
    return literal(title(told), _MOST_LINE)


def _receipt(receipt: Receipt, told: Bulletin, *, named: bool) -> list[dict[str, Any]]:
    first, second = (literal(number, _MOST_NUMBER) for number in receipt.numbers())
    kind = receipt.kind.value
    between = "against" if kind == "conflict" else "→"
    change = f"  ({literal(receipt.change(), _MOST_NUMBER)})" if receipt.change() else ""
    top = [f"*{literal(receipt.name(), _MOST_LINE)}*"] if named else []
    top.append(f"{_ARROWS[kind]} {_WORDS[kind]}: *{first} {between} {second}*{change}")
    if line := history(receipt):
        top.append(literal(line, _MOST_LINE))
    foot = []
    if receipt.judged():
        foot.append(f"How it was judged: {literal(receipt.judged(), _MOST_BESIDE)}")
    why = told.why(receipt)
    foot.append(f"All of the evidence: {_link(why, f'shift {receipt.shift}') if why else f'`figurewatch why {receipt.shift}`'}")
    sides = [_side(heading, literal(number, _MOST_NUMBER), side) for heading, number, side in receipt.sides()]
    return [_section("\n".join(top)), *sides, _context(*foot)]


def _side(heading: str, number: str, side: Side) -> dict[str, Any]:
    """One of the two numbers: its sentence as a quotation, the number bold in it, and who says so."""
    before, surface, after = side.pieces()
    if surface:
        beside = [literal(part, _MOST_BESIDE) for part in (before, after)]
        gap, space = (" " if before[-1:].isspace() else ""), (" " if after[:1].isspace() else "")
        # Slack takes a star for bold only beside a blank: an invisible one stands in where there is none.
        marked = f"{beside[0]}{gap or _BLANK}*{literal(surface, _MOST_NUMBER)}*{space or _BLANK}{beside[1]}"
        said = f"&gt; “{marked}”"
    else:
        said = f"&gt; “{literal(before, _MOST_BESIDE)}”" if before else f"_{NO_SENTENCE}_"
    link = _link(side.link(), clean(side.title, MAX_TITLE) or "the article") if side.link() else ""
    source = literal(side.source(), _MOST_LINE)
    found = [f"*{heading}: {number}* · {side.reported_by()}", said, source, *([link] if link else [])]
    return _section("\n".join(found))


def _list(told: Bulletin) -> list[dict[str, Any]]:
    """Those told in a line each, in as few sections as hold them."""
    found, text = [], "*Also:*"
    for receipt in told.others:
        line = "\n• " + literal(headline(receipt), _MOST_LINE)
        link = told.why(receipt) or receipt.after.link()
        line += f" · {_link(link, 'evidence' if told.why(receipt) else 'article')}" if link else ""
        if len(text) + len(line) > MAX_SECTION:
            found.append(_section(text))
            text = line.lstrip("\n")
        else:
            text += line
    return [*found, _section(text)]


def _link(url: str, label: str) -> str:
    address = url.replace("&", "&amp;").replace("|", "%7C")
    return f"<{address}|{literal(label, MAX_TITLE).replace('|', '¦')}>"


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": literal(text, MAX_HEADER), "emoji": False}}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(*texts: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts]}
