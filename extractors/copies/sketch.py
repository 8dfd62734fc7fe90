"""What of a sentence is kept as data: its words, numbers and names as hashes and values, and whether it is the article's.

Sentence -> SentenceSketch and its content words in order. One pass over its words.
Not here: reading a number (values.py), recognising a name (names.py).
"""

import re

from extractors.copies import names, shingles, values
from extractors.text import Sentence
from schemas.records import SentenceSketch

_ATOM = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*|\d")
_PIECE = re.compile(r"(?:(?<!\S)[-−](?=\d))?[\w%$€£¥]+(?:[.,]\d+)*")
#: Stands for a number in a row of content words, so that an update shares the shingles of what it updates.
_NUMBER = 0
_ENDS = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
#: Fewer words are a heading or a button.
_FEWEST_WORDS = 4
#: A page that speaks about itself: imperatives and labels that open a line, and phrases that news does not use.
_PROMOTION = re.compile(
    r"^\W*(?:advertis|sponsored|related|read (?:more|next|also|the full)|see also|most (?:read|popular)|subscribe|sign up"
    r"|log ?in|more (?:from|on|stories)|follow|share|click|download|continue reading|don[’']t miss|watch|listen|photos?|source"
    r"|copyright|comments?|(?:additional )?reporting by|editing by|with files from|(?:have|got) (?:a story|news))\b"
    r"|\b(?:subscribe (?:to|for|now|today)|sign up (?:to|for)|click here|follow us|(?:quality|our) journalism"
    r"|our (?:newsletters?|app|website|partners|sister|newsroom|newsdesk|reporters|journalists)"
    r"|(?:call|contact|e-?mail|tell|join|support|write to) (?:us|our|the (?:newsdesk|newsroom|editor))"
    r"|all rights reserved|terms (?:apply|of use)|privacy policy|cookie (?:settings|policy)|with(?:out)? permission"
    r"|(?:by|with) (?:kind )?permission|(?:first|originally) (?:appeared|published)|was first published)\b"
    r"|©|\(c\) (?:19|20)\d\d",
    re.I,
)
#: One of these is in everything that _PROMOTION matches: a cheap first look.
_PROMOTES = frozenset(
    "advertisement advertisements advertising advertise sponsored related read see most more subscribe sign log login follow"
    " share click download continue don't don’t watch listen photo photos source copyright comment comments our rights terms"
    " privacy cookie permission first originally c us journalism newsdesk newsroom editor editing reporting files story news"
    " e-mail email call contact".split()
)


def normalised(text: str) -> str:
    """The text without case, white space and punctuation."""
    return " ".join(_PIECE.findall(text.lower()))


def sketch(sentence: Sentence, headline: str) -> tuple[SentenceSketch, list[int], set[str]]:
    """A sentence as data, but for its meaning; the hashes of its content words in order, _NUMBER for each number; those words.

    headline: normalised; a sentence that only repeats it is no part of the article.
    """
    text = sentence.text
    numbers: list[str] = []
    years: list[int] = []
    row: list[int] = []
    named: list[int] = []
    words: set[int] = set()
    stems: set[str] = set()
    length = end = 0
    name_end = -1
    promotes = "©" in text
    for atom in _ATOM.finditer(text):
        start = atom.start()
        if start < end:
            continue
        word = atom.group()
        lower = word.lower()
        if word[0].isdecimal() or lower in values.STARTERS:
            reading = values.read(text, start, follows=bool(numbers))
            if reading is not None:
                end = reading.end
                row.append(_NUMBER)
                if reading.number:
                    numbers.append(reading.number)
                elif reading.year:
                    years.append(reading.year)
                continue
        length += 1
        promotes = promotes or lower in _PROMOTES
        if lower in shingles.STOP_WORDS or len(lower) == 1:
            continue
        stem = shingles.stem(lower)
        hashed = shingles.word_hash(stem)
        stems.add(stem)
        words.add(hashed)
        if word[0].isupper() and names.is_name(word, opens=length == 1, after=text[atom.end() : atom.end() + 2]):
            named.append(hashed)
            if start == name_end + 1:  # a name of several words is one in the row: stock phrases are mostly names
                name_end = atom.end()
                continue
            name_end = atom.end()
        row.append(hashed)
    prose = (
        length + len(numbers) >= _FEWEST_WORDS
        and "|" not in text
        and _ENDS.search(text[-6:]) is not None
        and not (promotes and _PROMOTION.search(text))
        and not (headline and len(headline) >= len(text) // 2 and normalised(text) == headline)
    )
    return (
        SentenceSketch(
            words=tuple(sorted(words)),
            numbers=tuple(numbers),
            names=tuple(named),
            years=tuple(years),
            skeleton=shingles.key_of(*row),
            length=length + len(numbers),
            paragraph=sentence.paragraph,
            prose=prose,
        ),
        row,
        stems,
    )
