"""Which lines that were found with an article belong to its page?

Lines of a text -> those of the article: without pointers to other stories, calls to subscribe and share, the list of other
stories after the end, and what is there twice; sentences that the markup broke over lines are joined. The numbers of
furniture are not the article's.
Pure, by what English pages say in these places: a line goes for its form as a whole, never for a word in it.
"""

import re

#: A paragraph of this length that comes again, letter for letter, is a teaser or a form. Rows of tables are shorter.
MIN_REPEATED_LENGTH = 25
#: Calls and pointers are short; a paragraph that opens like one is longer.
MAX_CALL_LENGTH = 220
#: Headings of lists are shorter still.
MAX_HEADING_LENGTH = 80


def _any(*phrases: str) -> str:
    return f"(?:{'|'.join(phrases)})"


#: "Read more: A second port closes". Other stories' headlines follow; sentences do not.
_POINTER = re.compile(
    _any(
        r"read(?: more| also| next| the full story)?",
        r"(?:also read|see also|see more|don['’]t miss|in pictures|in video|recommended|opinion|explainer|explained)",
        r"related(?: \w+)?",
        r"more on this(?: \w+)?",
        r"more from [^.:|]{2,40}",
        r"watch(?: live| now| more)?",
        r"listen(?: now| live)?",
    )
    + r"\s*[:|»›]\s*\S.*",
    re.IGNORECASE,
)
_CALL = re.compile(
    _any(
        r"sign up (?:for|to|here|now)\b",
        r"subscribe (?:to|here|now|for)\b",
        r"already a subscriber",
        r"follow (?:us|[\w .]{2,30} on (?:twitter|x|facebook|instagram|google|whatsapp|telegram))\b",
        r"click here (?:to|for)\b",
        r"download (?:the|our) [\w ]{0,30}\bapp\b",
        r"join (?:us|our) [\w ]{0,20}\b(?:whatsapp|telegram|channel|newsletter)\b",
        r"get (?:the|our) [\w' ’]{0,40}\b(?:newsletter|inbox)\b",
        r"support (?:our|independent) journalism",
        r"want (?:more|weekly)\b.{0,80}\bsign up",
        r"write to [\w .'’-]{2,60} at \S+@\S+",
    ),
    re.IGNORECASE,
)
_LABEL = re.compile(
    _any(
        r"advertise?ment|advertising|copy link|save|loading\W*|report an error",
        r"(?:story|article) continues below(?: advertisement)?",
        r"(?:continue reading|read more|load more|(?:view|show) comments)",
        r"share(?: this)?(?: article| story| page| on \w+)?",
        r"print(?: this)?(?: article| page)?",
        r"skip (?:to|past) .{1,60}",
        r"\d+ (?:comments?|shares?)",
    ),
    re.IGNORECASE,
)
#: What stands over the list of other stories, or over the readers' comments.
_AFTER_THE_END = re.compile(
    _any(
        r"more (?:must-reads|stories|news|coverage|headlines|top stories)(?: (?:from|in|on|by|about) .{2,40})?",
        r"more (?:like this|to read|from .{2,40}|in \w+)",
        r"(?:more )?related(?: \w+){0,2}",
        r"most (?:read|popular|viewed|commented|shared)(?: \w+){0,2}",
        r"recommended(?: \w+){0,3}",
        r"you (?:may|might) (?:also )?(?:like|be interested in|want to read)",
        r"(?:what to )?read next|up next|also in (?:the )?news|around the web|top stories",
        r"(?:popular|trending|latest)(?: (?:now|news|stories|headlines|articles))?",
        r"editors?['’]?s? picks?",
        r"comments?(?: \(\d+\))?|leave a (?:comment|reply)|join the (?:conversation|discussion)",
        r"sponsored(?: content)?",
    )
    + r"\s*:?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
#: After these words no line of a text ends on purpose.
_OPEN_END = re.compile(r"(?:,|\b(?:the|a|an|of|in|on|at|to|for|and|or|with|by|from|that|than|as))$")


def without_furniture(lines: list[str]) -> list[str]:
    """The lines of the article, in order."""
    kept: list[str] = []
    seen: set[str] = set()
    for line in lines:
        if line in seen or _is_furniture(line):
            continue
        if len(line) >= MIN_REPEATED_LENGTH:
            seen.add(line)
        kept.append(line)
    return _joined(kept[: _end(kept)])


def _is_furniture(line: str) -> bool:
    if len(line) > MAX_CALL_LENGTH:
        return False
    bare = line.removeprefix("- ")
    return bool(_LABEL.fullmatch(bare) or _CALL.match(bare) or (_POINTER.fullmatch(bare) and not _SENTENCE_END.search(bare)))


def _end(lines: list[str]) -> int:
    """Where the article ends: at the heading of a list of which hardly any line is a sentence."""
    sentences = 0
    for index in range(len(lines) - 1, len(lines) // 3, -1):
        line = lines[index]
        if len(line) <= MAX_HEADING_LENGTH and _AFTER_THE_END.fullmatch(line) and sentences * 2 <= len(lines) - 1 - index:
            return index
        sentences += bool(_SENTENCE_END.search(line))
    return len(lines)


def _joined(lines: list[str]) -> list[str]:
    """A line that breaks off and the one that goes on are one paragraph."""
    paragraphs: list[list[str]] = []
    for line in lines:
        before = paragraphs[-1][-1] if paragraphs else ""
        goes_on = line[0].islower() or _OPEN_END.search(before)
        if (
            before
            and goes_on
            and not (_SENTENCE_END.search(before) or before.endswith(":") or " | " in before or " | " in line)
        ):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [" ".join(pieces) for pieces in paragraphs]
