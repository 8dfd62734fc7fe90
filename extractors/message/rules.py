"""Which rules does a shift match? Pure: the shift, its words and the rules decide."""

import re
from collections.abc import Iterable
from decimal import Decimal

from schemas.outcomes import ShiftKind
from schemas.records import Rule


def matching(
    rules: Iterable[Rule], *, kind: ShiftKind, from_number: Decimal, to_number: Decimal, origins: int, words: str
) -> list[Rule]:
    """The rules that a shift matches, in the order given.

    Args:
        origins: independent origins that report the new number.
        words: label, sentence and headline, in which the words of a rule are looked for.
    """
    moved = abs(to_number - from_number) / abs(from_number) if from_number else None
    return [
        rule
        for rule in rules
        if kind in rule.kinds
        and (moved is None or moved >= rule.threshold)
        and origins >= rule.min_origins
        and all(mentions(words, group) for group in rule.words)
    ]


def mentions(text: str, words: Iterable[str]) -> bool:
    """Does one of the words stand in the text, as a whole word or the start of a longer form ("shell" in "shells")?"""
    return any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in words)
