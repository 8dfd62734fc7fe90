"""How does a sentence tell its number: as one that moved there, that stands now, that stood then, or as a part of another?

"The toll has risen to 52" goes on with a line that a reader knows; "52 of them" and "52 a year ago" hardly. The words are such
as any story can hold. Pure. Not here: what a cue weighs (line.py, doubt.py; learnt).
"""

import re

#: Of what stands before a number, and after it, so many letters are looked at.
BEFORE, AFTER = 60, 60

_ARTICLE = r" (?:(?:a|an|the|its|their|some|another) )?$"
#: By how the words before the number end; ...
_LEADS = {
    "moved to": re.compile(
        rf"\b(?:to|reach(?:ed|es)?|hit|topp(?:ed|ing)|pass(?:ed|es)|surpass(?:ed|es)?|exceed(?:ed|s)?){_ARTICLE}", re.IGNORECASE
    ),
    "part of": re.compile(r"\b(?:of|among)(?: (?:the|these|those|them|which|whom))? $", re.IGNORECASE),
}
#: ... by what leads from it to the next number; ...
_SET_AGAINST = re.compile(
    r"\b(?:from|against|compared (?:with|to)|instead of|rather than|after|where it (?:was|had been))(?: [\w'’]+){0,3} $",
    re.IGNORECASE,
)
#: ... by words that stand anywhere around it, up to the numbers on either side; ...
_HOLDS = {
    "now": re.compile(r"\b(?:now|so far|already|no longer|latest|meanwhile)\b", re.IGNORECASE),
    "then": re.compile(r"\b(?:had|was|were|until|earlier|ago|previous(?:ly)?|formerly|once|last|before)\b", re.IGNORECASE),
    "of a year": re.compile(r"\b(?:years?|annual(?:ly)?|yearly)\b", re.IGNORECASE),
}
#: ... or anywhere in the sentence.
_MOVES = re.compile(
    r"\b(?:ris(?:e[ns]?|ing)|rose|climb\w*|gr[eo]w\w*|increas\w+|jump\w*|f[ae]ll\w*|drop\w*|revis\w+|rais\w+|lower\w*|cut"
    r"|doubl\w+|tripl\w+|mount\w*|swell\w*|swollen|slip\w*|slid\w*|shr[aiu]nk\w*|declin\w+|dwindl\w+|br(?:ings?|ought)"
    r"|correct\w+|(?:went|gone|go(?:es)?) (?:up|down)|(?:up|down) (?:from|to|by))\b",
    re.IGNORECASE,
)
CUES = (*_LEADS, "set against", *_HOLDS, "moves")
#: For a reader.
_TOLD = {
    "moved to": "moved to",
    "part of": "a part of another",
    "set against": "set against an older one",
    "now": "stands now",
    "then": "stood then",
    "of a year": "of a year",
    "moves": "in motion",
}


def cues(before: str, after: str, sentence: str, *, followed: bool) -> tuple[str, ...]:
    """Which of CUES hold for a number.

    Args:
        before, after: the sentence up to the quantity and from it on, cut at the figures on either side.
        followed: there is a figure after it.
    """
    left, right = before[-BEFORE:], after[:AFTER]
    around = f"{left} | {right}"
    found = [name for name, pattern in _LEADS.items() if pattern.search(left)]
    if followed and len(after) <= AFTER and _SET_AGAINST.search(after):
        found.append("set against")
    found += [name for name, pattern in _HOLDS.items() if pattern.search(around)]
    if _MOVES.search(sentence):
        found.append("moves")
    return tuple(found)


def told_cue(cue: str) -> str:
    """What a cue says of a number: "a part of another"."""
    return _TOLD[cue]
