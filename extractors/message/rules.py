"""Which rules does a shift match, and how much does it matter?

Shift + rules -> the rules it matches; several may, and each channel they name gets it once. Pure: the shift, its words, who
reports it and the rules decide.
Not here: when it goes out (plan.py).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from extractors.message.wording import plural
from schemas.outcomes import Severity, ShiftKind
from schemas.records import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A shift, as far as rules look at it."""

    series: int
    label: str = ""
    unit: str = ""
    kind: ShiftKind
    from_number: Decimal  #: in the unit of to_number
    to_number: Decimal
    origins: int = 1  #: independent origins that report the new number
    words: str = ""  #: label, sentence and headline, in which words and places are looked for
    place: str = ""  #: where the figure was, as far as its sentence says
    reporters: tuple[tuple[str, str], ...] = ()  #: outlet and address of each article that reports the new number


def matching(rules: Iterable[Rule], moved: Moved) -> list[Rule]:
    """The rules that a shift matches, in the order given."""
    return [rule for rule in rules if _matches(rule, moved)]


def severity(rules: Iterable[Rule]) -> Severity:
    """The highest of these rules."""
    return max((rule.severity for rule in rules), key=lambda severity: severity.rank, default=Severity.NORMAL)


def mentions(text: str, words: Iterable[str]) -> bool:
    """Does one of the words stand in the text, as a whole word or the start of a longer form ("shell" in "shells")?"""
    return any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in words)


def pattern(written: str) -> re.Pattern[str]:
    """What a name of a series in a rule looks for in labels, whatever their case.

    "containers shipped" stands in the label in whole words; "containers*" is the label, the star for anything;
    "/^containers? (of|with)/" is a regular expression.

    Raises:
        ValueError: it is empty, or no regular expression.
    """
    text = written.strip()
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        try:
            return re.compile(text[1:-1], re.IGNORECASE)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f'"{text}" is no regular expression: {error}') from None
    if not text.strip("*/ "):
        raise ValueError(f'"{written}" names no series')
    if "*" in text:
        return re.compile(rf"\A{'.*'.join(map(re.escape, text.split('*')))}\Z", re.IGNORECASE | re.DOTALL)
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)


def reported_by(names: Sequence[str], reporters: Iterable[tuple[str, str]]) -> int:
    """How many of these outlets, named as alerts show them or by the host of their pages, are among the reporters."""
    found = list(reporters)
    return sum(any(_is(name, outlet, url) for outlet, url in found) for name in dict.fromkeys(names))


def _matches(rule: Rule, moved: Moved) -> bool:
    change = abs(moved.to_number - moved.from_number)
    share = change / abs(moved.from_number) if moved.from_number else None
    return (
        moved.kind in rule.kinds
        and (share is None or share >= rule.threshold)
        and change >= rule.least_change
        and all(mentions(moved.words, group) for group in rule.words)
        and (not rule.series or any(_names(one, moved) for one in rule.series))
        and (not rule.units or any(_same_unit(one, moved.unit) for one in rule.units))
        and (not rule.places or mentions(f"{moved.place} {moved.words}", rule.places))
        and (not rule.sources or reported_by(rule.sources, moved.reporters) > 0)
        and _believed(rule, moved)
    )


def _believed(rule: Rule, moved: Moved) -> bool:
    """Enough independent origins, or enough of those that are trusted; a rule that asks for neither believes the first."""
    if rule.min_origins is None and not rule.trusted:
        return True
    if rule.min_origins is not None and moved.origins >= rule.min_origins:
        return True
    return bool(rule.trusted) and reported_by(rule.trusted, moved.reporters) >= rule.min_trusted


def _names(one: str, moved: Moved) -> bool:
    if one.strip().isdecimal():
        return int(one) == moved.series
    return pattern(one).search(moved.label[:1000]) is not None


def _same_unit(one: str, unit: str) -> bool:
    return one.strip().lower() in {unit.lower(), plural(unit).lower()}


def _is(name: str, outlet: str, url: str) -> bool:
    wanted = name.strip().lower()
    if wanted == outlet.strip().lower():
        return True
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return "." in wanted and (host == wanted or host.endswith(f".{wanted}"))
