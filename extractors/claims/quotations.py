"""Which parts of a text stand in quotation marks.

Text -> spans between double, curly, low, angle and single marks. One pass, linear.
Promises: any text, however its marks are nested or left open, gives ordered spans that do not overlap. A mark left open
reaches to the end of its paragraph; so does each paragraph of a long quotation that opens with a mark and closes only in
the last. Spans leave the marks out.
Not here: who is quoted (attribution.py).
"""

import re
from dataclasses import dataclass

#: Opening marks and what closes each. German and English closing marks both follow a low one.
_PAIRS = {"“": '”"', "„": "“”", "«": "»", "»": "«", '"': '"', "‘": "’", "'": "'", "‹": "›"}
#: Marks that can open or close; single ones only where a word begins or ends, since apostrophes look the same.
_MARK = re.compile(r"""[“”„«»"]|(?<![\w.,])['‘‹](?=\w)|(?<=[\w.,!?…])['’›](?!\w)|\n""")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of text between quotation marks."""

    start: int  #: of the first character after the opening mark
    end: int  #: of the closing mark, or of the paragraph where it is left open
    closed: bool


def quotations(text: str) -> list[Quotation]:
    """All quoted stretches in order; an inner quotation is part of the outer."""
    found: list[Quotation] = []
    opened: tuple[int, str] | None = None
    for mark in _MARK.finditer(text):
        sign, at = mark.group(), mark.start()
        if sign == "\n":
            if opened is not None and opened[1] not in {"'", "’", "›"}:
                found.append(Quotation(opened[0], at, closed=False))
            opened = None
        elif opened is None:
            if sign in _PAIRS and not (sign == '"' and _closes_only(text, at)):
                opened = (mark.end(), _PAIRS[sign])
        elif sign in opened[1]:
            if at > opened[0]:
                found.append(Quotation(opened[0], at, closed=True))
            opened = None
        elif sign in "“„" and opened[1] in {"'", "’"}:
            opened = (mark.end(), _PAIRS[sign])  # what looked like an opening single mark was an apostrophe
    if opened is not None and opened[1] not in {"'", "’", "›"} and opened[0] < len(text):
        found.append(Quotation(opened[0], len(text), closed=False))
    return found


def _closes_only(text: str, at: int) -> bool:
    """A straight mark behind a word and before a space closes something that was never opened (or means inches)."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return bool(before.strip()) and before not in "([-–—/" and not after.strip()
