"""Whose text is this, by its own word?

Text -> the agency or outlet that it credits, or "" where it names none: a dateline with an agency in brackets
("ORVEN, May 4 (Lantern Press) - "), a byline ("By Lantern Press"), a source line ("Source: Lantern Press"), a note of
republication ("This article first appeared in The Orven Gazette").
Pure, by patterns, no list of agencies: any capitalised name in such a place counts. A person's byline is no credit.
Misses: credits in pictures and in markup that was stripped; credits worded in other languages than English.
"""

import re
from functools import lru_cache

#: Credits stand at the edges of a text: so many characters are looked at.
_HEAD, _TAIL = 600, 800
_WORD = r"[A-Z0-9](?:[\w&’'/-]|\.(?=\w))*"
#: A name of one to six words that starts with a capital; "of", "and" and the like may stand inside.
_NAME = (
    r"(?:the[ ]+)?(?P<name>(?:The[ ]+)?(?=[A-Z])"
    rf"{_WORD}(?:[ ]+(?:(?:of|and|the|de|der|la|el|&)[ ]+)?{_WORD}){{0,5}})"
)
_CALENDAR = frozenset(
    "January February March April May June July August September October November December Monday Tuesday Wednesday Thursday"
    " Friday Saturday Sunday".split()
)
#: Words by which a name is that of an agency or outlet, not of a person.
_BODY = re.compile(
    r"\b(?:agency|press|news\w*|times|post|herald|tribune|gazette|courier|journal|chronicle|observer|sentinel|mail|globe|mirror"
    r"|star|standard|telegraph|guardian|independent|ledger|monitor|review|echo|media|radio|television|tv|broadcast\w*|service"
    r"|associated|network|bureau|daily|weekly|magazine|online|today)\b|wire",
    re.I,
)
_ACRONYM = re.compile(r"[A-Z]{2,6}(?:/[A-Z&]{2,6})?")
_DATELINE = re.compile(r"^[^\n(]{2,80}\((?P<name>[A-Z][\w&’' ./-]{1,40})\)\s*(?:[-–—]+|:)", re.M)
_BYLINE = re.compile(rf"(?:^|[|•]\s*)By\s+(?:our\s+)?{_NAME}\s*$", re.M)
_REPUBLISHED = re.compile(
    r"(?:(?:[Ff]irst|[Oo]riginally|[Pp]reviously)\s+(?:appeared|ran|(?:was\s+)?published)|[Aa]ppeared\s+first"
    r"|[Rr]e(?:published|produced|printed)|[Aa]dapted|[Bb]y\s+(?:arrangement|permission)|[Ww]ith\s+(?:the\s+)?permission"
    r"|[Aa]n?\s+(?:article|extract|report|story)\s+(?:that|which)\s+appeared"
    r"|[Ff]rom\s+our\s+(?:news\s+)?(?:partners?|sister\s+(?:title|paper|site)))"
    rf"(?:\s+(?:in|by|on|from|of|with|at)|,)\s+{_NAME}"
)
_SOURCE = re.compile(rf"(?:^|[|•]\s*)(?:Source|Agency|Credit|Via|From)\s*:?\s+{_NAME}\s*(?:[.:|]|$)", re.M)
_RIGHTS = re.compile(rf"(?:©|\([cC]\)|[Cc]opyright)\s*(?:(?:19|20)\d\d,?\s*)?(?:[Bb]y\s+)?{_NAME}")
_SIGNED = re.compile(rf"^\s*\(?{_NAME}\)?\s*$", re.M)


def credit(text: str) -> str:
    """The name of the agency or outlet that a text credits, as written there, or ""."""
    head, tail = text[:_HEAD], text[-_TAIL:]
    for pattern, part in ((_DATELINE, head), (_REPUBLISHED, head), (_REPUBLISHED, tail)):
        found = pattern.search(part)
        if found and found["name"].split()[0] not in _CALENDAR:
            return _clean(found["name"])
    for pattern, part in ((_BYLINE, head), (_SOURCE, head), (_SOURCE, tail), (_RIGHTS, tail), (_SIGNED, tail)):
        for found in pattern.finditer(part):
            name = _clean(found["name"])
            if (_BODY.search(name) and not _BODY.fullmatch(name)) or _ACRONYM.fullmatch(name):
                return name
    return ""


@lru_cache(maxsize=100_000)
def names_outlet(credited: str, outlet: str) -> bool:
    """Does a credit name an outlet: by its name, a part of it or its initials ("CPA", "Continental Press Agency")?"""
    a, b = _words(credited), _words(outlet)
    if not a or not b:
        return False
    initials = "".join(word[0] for word in re.findall(r"\w+", outlet) if word[0].isupper()).lower()
    return (
        f" {a} " in f" {b} "
        or f" {b} " in f" {a} "
        or a.replace(" ", "") == b.replace(" ", "")
        or (len(a) >= 2 and a == initials)
    )


@lru_cache(maxsize=10_000)
def _words(name: str) -> str:
    """A name in lower-case words without its article; of a host the part that names it."""
    words = " ".join(re.findall(r"\w+", re.sub(r"^www\.|\.[a-z]{2,7}$", "", name.lower().strip())))
    return words.removeprefix("the ")


def _clean(name: str) -> str:
    return " ".join(name.split()).rstrip(".,;:/-")
