"""Text to a fingerprint, and fingerprints to a verdict: copy, update or original.

Article text -> fingerprint(): data that finds and recognises its copies without the text -> look-up of candidates that
share a key (flows) -> judge(): what the article is to them.
Promises: no shift is lost to deduplication (a changed number in a copied sentence is always an update), every copy is
recognised (verbatim, excerpt, light edit, spun). The same input gives the same verdict in every process.
Not here: canonical URLs and revisions of one URL (article/urls.py, flows), credits in the text (article/wire.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from extractors.copies import names, shingles, values
from extractors.copies.align import similarity
from extractors.copies.meaning import meanings
from extractors.copies.sketch import normalised, sketch
from extractors.copies.verdict import judge
from extractors.text import Sentence
from schemas.records import Fingerprint

__all__ = ["VERSION", "fingerprint", "judge", "similarity"]

#: Of the stored fingerprint. Those of another version are never compared: raise it when any output changes, and refresh.
VERSION = 3
#: A text with less of its words in whole sentences has none: a list, or lines that were broken at a width. All of it counts.
WHOLE_SENTENCES = 0.3


def fingerprint(text: str, sentences: Sequence[Sentence], *, title: str = "") -> Fingerprint:
    """What a text is recognised by, as data.

    Args:
        text: article body.
        sentences: of extractors.text.sentences(text).
        title: the headline; a sentence that only repeats it counts as boilerplate.
    Returns:
        keys: at most 64, signed 64-bit, distinct. Two texts that share wording, or names with numbers, share some.
    """
    headline = normalised(title)
    rows = [sketch(sentence, headline) for sentence in sentences]
    of_article = [s.prose for s, _, _ in rows]
    if sum(s.length for s, _, _ in rows if s.prose) < WHOLE_SENTENCES * sum(s.length for s, _, _ in rows):
        of_article = [True] * len(rows)
    told = meanings([words for _, _, words in rows])
    sketches = [replace(s, prose=prose, meaning=said) for (s, _, _), prose, said in zip(rows, of_article, told, strict=True)]
    chosen = [(s, content) for s, (_, content, _) in zip(sketches, rows, strict=True) if s.prose]
    keys = [
        *shingles.shingle_keys([word for _, content in chosen for word in content]),
        *names.pair_keys([(values.bare(s.numbers), s.names) for s, _ in chosen]),
    ]
    return Fingerprint(
        version=VERSION,
        text_hash=sha256((normalised(text) or text).encode("utf-8", "surrogatepass")).digest(),
        keys=tuple(dict.fromkeys(keys)),
        sentences=tuple(sketches),
    )
