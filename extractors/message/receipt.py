"""What must a person be shown to believe a shift?

The number that stood and the new one, each with its sentence, speaker, outlet, time and independent origins, and the
line of the series. Every channel writes the same receipt in its own form; nothing here knows a channel.
Not here: what a shift is (series/), how numbers are worded (wording.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, DecimalException

from extractors.message.wording import change, clean, counted, plural, safe_url, when
from schemas.outcomes import Severity, ShiftKind

#: Characters shown of a sentence on each side of its number; longer ones are cut there.
CONTEXT = 280
#: Characters of the fields that come from an article. A subject line of a mail stays below 250 in all.
MAX_LABEL, MAX_NAME, MAX_TITLE, MAX_NUMBER, MAX_REASON = 100, 60, 160, 60, 300

#: Of a message on many shifts: told in full, with a chart; then in a line each. Slack takes fifty blocks a message, and a
#: receipt is five of them; a mail of eight charts is half a megabyte.
MOST_IN_FULL, MOST_LINES = 8, 30
#: Numbers in between that are named, where several shifts of a series are told as one.
MOST_STEPS = 8

#: Said above a message that may be there already.
REPEATED = "Sent again: this channel did not confirm the first try, so you may have this message already."

#: Said in place of a sentence where there is none: a seed document is known by its figures only.
NO_SENTENCE = "From a background document of which only the numbers are kept: there is no sentence to show."


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two numbers, and who reports it."""

    number: str  #: with its bound, as people write it: ">10,000", "about 6,700" (wording.written)
    surface: str = ""  #: the words of the text
    sentence: str = ""  #: empty for a seed document
    start: int = 0  #: span of the surface in the sentence
    end: int = 0
    speaker: str = ""  #: who says so in the text; empty when the text says it itself
    outlet: str = ""
    published_at: datetime | None = None
    url: str = ""
    title: str = ""
    origins: int = 1  #: independent origins that report this number

    def pieces(self) -> tuple[str, str, str]:
        """The sentence before, in and after the number, each one clean line; all empty without a sentence."""
        start, end = max(0, self.start), min(len(self.sentence), self.end)
        if start >= end:
            return clean(self.sentence, 2 * CONTEXT), "", ""
        before, after = self.sentence[max(0, start - 2 * CONTEXT) : start], self.sentence[end : end + 2 * CONTEXT]
        lead, tail = clean(before, 2 * CONTEXT), clean(after, CONTEXT)
        if len(lead) > CONTEXT or start > 2 * CONTEXT:
            lead = "…" + lead[-CONTEXT:].lstrip()
        gap = " " if before[-1:].isspace() else ""
        space = " " if after[:1].isspace() else ""
        return lead + gap if lead else "", clean(self.sentence[start:end], 3 * MAX_NUMBER), space + tail if tail else ""

    def source(self) -> str:
        """Who, where and when, in one line."""
        names = [clean(self.speaker, MAX_NAME), clean(self.outlet, MAX_NAME)]
        return " · ".join([*(name for name in names if name), when(self.published_at)])

    def reported_by(self) -> str:
        """How many report it without having it from each other."""
        return counted(self.origins, "independent report")

    def link(self) -> str:
        """The article's address when it may be shown as a link."""
        return safe_url(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One observation in the chart of a series."""

    at: datetime
    number: Decimal
    low: Decimal | None = None  #: ends of what the wording allows; the same as the number, or None, for an exact one
    high: Decimal | None = None
    outlet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A shift with its evidence."""

    shift: int  #: its id, for `figurewatch why`
    label: str  #: what the series measures
    unit: str
    rate: str | None = None
    kind: ShiftKind
    before: Side
    after: Side
    from_number: Decimal  #: in the unit of to_number
    to_number: Decimal
    reason: str = ""  #: how it was judged, in one line
    points: tuple[Point, ...] = ()  #: the series in order of time, the shift's own observation included
    confirmed: int = 0  #: told before; now so many independent reports give the number
    steps: tuple[str, ...] = ()  #: numbers in between, where several shifts of a series are told as one

    def change(self) -> str:
        """By how much, or empty."""
        return change(self.from_number, self.to_number, self.unit)

    def name(self) -> str:
        """The label for people, with a capital; the unit when there is no label."""
        label = clean(self.label, MAX_LABEL) or plural(clean(self.unit, MAX_LABEL)) or "Unnamed number"
        return label[0].upper() + label[1:]

    def numbers(self) -> tuple[str, str]:
        """Both numbers as they stand in a line of text; a unit that the label does not name follows the second."""
        first, second = (_in_words(side.number) for side in (self.before, self.after))
        unit, rate = clean(self.unit, MAX_NUMBER), clean(self.rate or "", MAX_NUMBER)
        if unit and not re.search(r"[%$€£¥₩₹]", second) and not _names(self.label, unit):
            second = f"{second} {plural(unit)}"
        return first, f"{second} a {rate}" if rate and rate.lower() not in self.label.lower() else second

    def sides(self) -> tuple[tuple[str, str, Side], tuple[str, str, Side]]:
        """Heading, number and evidence of either side, the new one first; of a conflict neither is the past."""
        new, old = ("This report", "Earlier report") if self.kind is ShiftKind.CONFLICT else ("Now", "Before")
        first, second = self.numbers()
        return (new, second, self.after), (old, first, self.before)

    def judged(self) -> str:
        """How it was judged, with the numbers in between."""
        reason = clean(self.reason, MAX_REASON)
        if self.confirmed:
            reason = f"told before, now confirmed by {counted(self.confirmed, 'independent report')}; {reason}".rstrip("; ")
        if not self.steps:
            return reason
        told = clean(" -> ".join(self.steps[:MOST_STEPS]), MAX_REASON)
        return f"moved {len(self.steps) - 1} times: {told}" + (f"; at last: {reason}" if reason else "")

    def size(self) -> Decimal:
        """How large the move is, to put the largest first: its factor, up or down alike."""
        try:
            ratio = abs(self.to_number / self.from_number)
            return max(ratio, 1 / ratio)
        except DecimalException:
            return Decimal("Infinity")  # from nothing, to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What one message tells: one shift, several of one event, or all that a digest has gathered."""

    receipts: tuple[Receipt, ...]  #: told in full; the first is what the message is about
    others: tuple[Receipt, ...] = ()  #: told in a line each
    more: int = 0  #: not told, only counted
    digest: bool = False
    severity: Severity = Severity.NORMAL
    repeat: bool = False  #: may have arrived before
    why_url: str = ""  #: address of a page on a shift, with {shift} for its number

    def count(self) -> int:
        """Numbers that moved."""
        return len(self.receipts) + len(self.others) + self.more

    def intro(self) -> str:
        """What the numbers have in common; empty for a single one."""
        if self.digest:
            since = "since the last digest"
            return f"{counted(self.count(), 'number')} moved {since}" + (
                "; the largest moves first." if self.count() > 1 else "."
            )
        if self.count() == 1:
            return ""
        one = len({receipt.after.url for receipt in self.receipts + self.others}) == 1 and not self.more
        return f"{self.count()} numbers moved in {'one article' if one else 'reports of one event'}."

    def grave(self) -> str:
        """That it matters more than others; empty when it does not."""
        return f"{self.severity.value.capitalize()} severity" if self.severity.rank > Severity.NORMAL.rank else ""

    def rest(self) -> str:
        """What is only counted, in words."""
        return f"and {self.more:,} more: figurewatch shifts list" if self.more else ""

    def why(self, receipt: Receipt) -> str:
        """The page that shows all of the evidence; empty without one."""
        return safe_url(self.why_url.replace("{shift}", str(receipt.shift))) if self.why_url else ""


def bulletin(
    receipts: Sequence[Receipt],
    *,
    more: int = 0,
    digest: bool = False,
    severity: Severity = Severity.NORMAL,
    repeat: bool = False,
    why_url: str = "",
) -> Bulletin:
    """Receipts, of which the largest moves are told in full, then so many in a line each.

    Args:
        more: numbers that moved less than all of these, and are only counted.
    """
    ordered = sorted(receipts, key=Receipt.size, reverse=True)
    told = MOST_IN_FULL + MOST_LINES
    return Bulletin(
        receipts=tuple(ordered[:MOST_IN_FULL]),
        others=tuple(ordered[MOST_IN_FULL:told]),
        more=more + max(0, len(ordered) - told),
        digest=digest,
        severity=severity,
        repeat=repeat,
        why_url=why_url,
    )


def joined(receipts: Sequence[Receipt]) -> Receipt:
    """Shifts of one series, in order, as one: from the number that stood before the first to that of the last."""
    first, last = receipts[0], receipts[-1]
    if len(receipts) == 1:
        return last
    return replace(
        last,
        before=first.before,
        from_number=first.from_number,
        steps=tuple(_in_words(side.number) for side in (first.before, *(receipt.after for receipt in receipts))),
    )


def headline(receipt: Receipt) -> str:
    """All of it in one line: "Containers shipped to Russia: 6,700 -> 10,000 (+49%), US State Department"."""
    first, second = receipt.numbers()
    name = receipt.name()
    by = f" ({receipt.change()})" if receipt.change() else ""
    who = clean(receipt.after.speaker, MAX_NAME) or clean(receipt.after.outlet, MAX_NAME)
    said = f", {who}" if who else ""
    if receipt.confirmed:
        name, said = f"Confirmed: {name}", f", {counted(receipt.confirmed, 'independent report')}"
    match receipt.kind:
        case ShiftKind.CONFLICT:
            return f"{name}, in conflict: {first} against {second}{by}{said}"
        case ShiftKind.CORRECTION:
            return f"{name}, corrected: {first} -> {second}{by}{said}"
        case _:
            return f"{name}: {first} -> {second}{by}{said}"


def title(told: Bulletin) -> str:
    """The subject: the headline of what moved most, and how many more."""
    first = headline(told.receipts[0])
    others = told.count() - 1
    if told.digest:
        return f"Digest, {counted(told.count(), 'number')}: {first}" + (f"; and {others:,} more" if others else "")
    return f"{first}; and {others:,} more" if others else first


def lines(receipt: Receipt, mark: tuple[str, str] = ("*", "*"), *, why: str = "") -> list[str]:
    """The receipt as lines of plain text under its headline; the number stands between the marks in its sentence.

    Args:
        why: address of a page with all of the evidence; without one the command is named.
    """
    found: list[str] = []
    for heading, number, side in receipt.sides():
        found += [f"{heading.upper()}: {number}, {side.reported_by()}"]
        before, surface, after = side.pieces()
        if side.sentence:
            found += [f"“{before}{mark[0]}{surface}{mark[1]}{after}”" if surface else f"“{before}”"]
        else:
            found += [NO_SENTENCE]
        found += [f"{side.source()}"]
        if side.title:
            found += [clean(side.title, MAX_TITLE)]
        if side.link():
            found += [side.link()]
        found += [""]
    if receipt.judged():
        found += [f"HOW IT WAS JUDGED: {receipt.judged()}"]
    return [*found, f"All of the evidence: {why or f'figurewatch why {receipt.shift}'}"]


def all_lines(told: Bulletin) -> list[str]:
    """Everything that a message tells, as plain text below its subject."""
    found = [REPEATED, ""] if told.repeat else []
    if told.grave():
        found += [told.grave(), ""]
    if told.intro():
        found += [told.intro(), ""]
    for place, receipt in enumerate(told.receipts):
        if told.count() > 1:
            found += [headline(receipt), ""] if place == 0 else ["", "- " * 20, "", headline(receipt), ""]
        found += lines(receipt, why=told.why(receipt))
    if told.others:
        found += ["", "- " * 20, "", "ALSO:"]
        found += [f"{headline(receipt)} ({told.why(receipt) or f'figurewatch why {receipt.shift}'})" for receipt in told.others]
    return [*found, told.rest()] if told.more else found


def _in_words(number: str) -> str:
    """A bound as a word: next to an arrow, a sign is misread."""
    text = clean(number, MAX_NUMBER)
    for sign, word in ((">", "over "), ("<", "under ")):
        if text.startswith(sign):
            return word + text[1:]
    return text


def _names(label: str, unit: str) -> bool:
    """Does the label hold the unit, in the singular or the plural?"""
    words = set(re.findall(r"\w+", label[:1000].lower()))
    last = unit.lower().rpartition(" ")[2]
    return last in words or plural(last) in words
