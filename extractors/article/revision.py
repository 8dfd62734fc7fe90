"""Has the publisher changed the text, or only the page around it?

Two texts of one address -> whether they say the same: white space, clocks and counters that a page carries along ("Updated
5 minutes ago", "14:32", "312 comments") are no edit. Any other word, and any number in a sentence, is one.
Pure and linear. A clock in a sentence is the report's and counts; only lines that are nothing else are left out.
Misses: clocks in other languages than English, unless they are bare times or dates.
"""

import re

#: Lines that hold a clock or a counter and nothing else are this short.
MAX_CLOCK_LENGTH = 120

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_TIME = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?"
_PIECE = "|".join(
    (
        r"(?:(?:first|last|originally)\s+)?(?:updated?|published|posted|modified|edited|created|as of|reading time|read)",
        _TIME,
        r"[ap]\.?m\.?|o['’]clock|utc|gmt|bst|[ecmpw][ds]?t|ist|jst|edt|est|hrs?",
        r"\d{1,2}(?:st|nd|rd|th)?\s+" + _MONTH + r"(?:\s+\d{4})?",
        _MONTH + r"\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?",
        r"\d{4}-\d{2}-\d{2}(?:t[\d:.]+z?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}",
        r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?",
        r"(?:\d+|an?|one|few|less than a)\s*(?:s|m|h|d|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|months?)\s+ago",
        r"just now|today|yesterday",
        r"\d+\s*(?:min(?:ute)?s?|sec(?:ond)?s?)(?:\s+read)?",
        r"[\d.,]+\s*[km]?\s*(?:comments?|views?|shares?|likes?|reads?|reactions?|votes?|people (?:are )?reading)",
        r"at|on|by|and|the",
    )
)
_CLOCK = re.compile(rf"[\W_]*(?:(?:{_PIECE})(?![a-z0-9])[\W_]*)+", re.IGNORECASE)


def same_text(before: str, after: str) -> bool:
    """Do two texts differ in nothing but white space, clocks and counters?"""
    return before == after or _kept(before) == _kept(after)


def _kept(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return " ".join(line for line in lines if line and not (len(line) <= MAX_CLOCK_LENGTH and _CLOCK.fullmatch(line)))
