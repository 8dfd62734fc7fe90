"""Text to a fingerprint, and fingerprints to a verdict: copy, update or original.

Article text -> fingerprint(): data that finds and recognises its copies without the text -> look-up of candidates that
share a key (flows) -> judge(): what the article is to them.
Promises: no shift is lost to deduplication (a changed number in a copied sentence is always an update), every copy is
recognised (verbatim, excerpt, light edit, spun). The same input gives the same verdict in every process.
Not here: canonical URLs and revisions of one URL (article/urls.py, flows), credits in the text (article/wire.py).
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from extractors.copies import names, shingles, values
from extractors.copies.align import similarity
from extractors.copies.verdict import judge
from extractors.text import Sentence
from schemas.records import Figure, Fingerprint, SentenceSketch

__all__ = ["VERSION", "fingerprint", "judge", "similarity"]

#: Of the stored fingerprint. Those of another version are never compared: raise it when any output changes, and refresh.
VERSION = 1

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
#: Words by which a page speaks about itself instead of the news.
_PROMOTION = re.compile(
    r"\b(?:advertisement|advertising|sponsored|subscri(?:be|ption|bers?)|newsletter|sign(?:ed)? up|log ?in"
    r"|read (?:more|next|the full|also)|see also|most (?:read|popular)|more (?:from|stories|on this)|continue reading"
    r"|related (?:articles?|stories|coverage)|follow us|share this|click here|download (?:the|our) app"
    r"|all rights reserved|copyright|republi(?:sh|cation)|cookies?|terms (?:apply|of use)|privacy policy"
    r"|our (?:partners?|readers?|newsletters?|website)|(?:first|originally) (?:appeared|published))\b|©|\(c\) (?:19|20)\d\d",
    re.I,
)
_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*$")


def fingerprint(
    text: str,
    figures: Sequence[Figure],  # noqa: ARG001
    sentences: Sequence[Sentence],
    *,
    title: str = "",
) -> Fingerprint:
    """What a text is recognised by, as data.

    Args:
        text: article body.
        figures: its figures; those that values.py cannot read add their numbers. May be empty.
        sentences: of extractors.text.sentences(text).
        title: the headline; a sentence that only repeats it counts as boilerplate.
    Returns:
        keys: at most 64, signed 64-bit, distinct. Two texts that share wording, or names with numbers, share some.
    """
    headline = _normalised(title)
    sketches = []
    content: list[int] = []
    for sentence in sentences:
        sketch, row = _sketch(sentence, headline)
        sketches.append(sketch)
        if sketch.prose:
            content.extend(row)
    if not content:  # a text without one whole sentence: whatever there is
        content = [word for sentence in sentences for word in _sketch(sentence, headline)[1]]
    keys = [
        *shingles.shingle_keys(content),
        *names.pair_keys([(tuple(n.lstrip(values.MARKS) for n in s.numbers), s.names) for s in sketches if s.prose]),
    ]
    return Fingerprint(
        version=VERSION,
        text_hash=sha256(_normalised(text).encode("utf-8", "surrogatepass")).digest(),
        keys=tuple(dict.fromkeys(keys)),
        sentences=tuple(sketches),
    )


def _normalised(text: str) -> str:
    """Case, white space and punctuation apart, the same text."""
    return " ".join(re.findall(r"[\w%$€£¥]+(?:[.,]\d+)*", text.lower()))


def _sketch(sentence: Sentence, headline: str) -> tuple[SentenceSketch, list[int]]:
    """A sentence as data, and its content words with a mark for each number, in order."""
    text = sentence.text
    numbers, years, spans = values.values(text)
    row: list[int] = []
    found: list[int] = []
    named: list[int] = []
    length = 0
    opens = True
    words = list(_WORD.finditer(text))
    taken = iter([*spans, (len(text) + 1, len(text) + 1)])
    start, end = next(taken)
    for at, match in enumerate(words):
        length += 1
        while match.start() >= end:
            row.append(0)
            start, end = next(taken)
        if match.start() >= start:
            continue
        word = match.group()
        lower = word.lower()
        if lower not in shingles.STOP_WORDS and len(lower) > 1:
            hashed = shingles.word_hash(shingles.stem(lower))
            row.append(hashed)
            found.append(hashed)
            following = words[at + 1].group() if at + 1 < len(words) else ""
            if names.is_name(word, opens, following[:1].isupper()):
                named.append(hashed)
        opens = False
    sketch = SentenceSketch(
        words=tuple(sorted(set(found))),
        numbers=tuple(numbers),
        names=tuple(named),
        years=tuple(years),
        skeleton=shingles.key_of(*row),
        length=length + len(numbers),
        paragraph=sentence.paragraph,
        prose=_is_prose(text, length, headline),
    )
    return sketch, row


def _is_prose(text: str, length: int, headline: str) -> bool:
    """Does this read as a sentence of the article, not as a menu, an advert or a list of headlines?"""
    if length < 4 or "|" in text or _ENDS.search(text) is None or _PROMOTION.search(text):
        return False
    return not headline or _normalised(text) != headline
