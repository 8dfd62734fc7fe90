"""Sentences and their grammar, shared by everything that reads a text.

Text -> sentences (rules, no model) -> tokens, tags and dependencies for those that ask for it (parser.py).
Pure: the same text gives the same sentences. A sentence is parsed at most once, when somebody first asks, and all
sentences known to be needed can be parsed in one batch, which is faster.
Not here: names and numbers (copies/, figures/numbers.py).
"""

import re
from collections.abc import Iterable

from extractors.parser import lemma, parsed, pipeline, stop_words
from extractors.tree import Doc, Token

__all__ = ["Doc", "Sentence", "Token", "lemma", "parse", "pipeline", "sentences", "stop_words"]

#: A full stop after these ends no sentence. Lower-case, without the stop.
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen col lt maj capt sgt cmdr adm sen rep gov pres rev hon st mt jr sr no nos vs etc inc ltd co corp"
    " jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri sat sun u.s u.k u.n e.g i.e a.m p.m approx est"
    " fig vol pp dept univ ave blvd messrs spc pvt cpl brig supt insp det asst".split()
)

_PARAGRAPH = re.compile(r"[^\n]+")
#: An end mark, closing quotes and brackets, white space, then what can open a sentence.
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[A-Z0-9À-ÞЀ-Я$€£¥#—–-])")


class Sentence:
    """A sentence of a text: its span, its place, and its grammar when asked for."""

    __slots__ = ("_doc", "end", "index", "paragraph", "start", "text")

    def __init__(self, text: str, start: int, paragraph: int, index: int) -> None:
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.paragraph = paragraph
        self.index = index
        self._doc: Doc | None = None

    @property
    def doc(self) -> Doc:
        """Tokens, tags and dependencies; token.idx counts in this sentence."""
        if self._doc is None:
            self._doc = next(parsed([self.text]))
        return self._doc

    def __repr__(self) -> str:
        return f"Sentence({self.start}, {self.text!r})"


def sentences(text: str) -> list[Sentence]:
    """All sentences in order. A line break always ends one; spans strip the white space around."""
    found: list[Sentence] = []
    for number, block in enumerate(_PARAGRAPH.finditer(text)):
        begin, stop = block.span()
        ends = [m.end() for m in _END.finditer(text, begin, stop) if not _abbreviated(text, begin, m)]
        for end in [*ends, stop]:
            piece = text[begin:end]
            stripped = piece.strip()
            if stripped:
                found.append(Sentence(stripped, begin + piece.index(stripped[0]), number, len(found)))
            begin = end
    return found


def parse(wanted: Iterable[Sentence]) -> None:
    """Parse these sentences in batches; those parsed already are left as they are."""
    missing = [s for s in wanted if s._doc is None]
    for sentence, doc in zip(missing, parsed([s.text for s in missing]), strict=True):
        sentence._doc = doc


def _abbreviated(text: str, begin: int, end: re.Match[str]) -> bool:
    """Is this full stop part of an abbreviation or of an initial ("Gen. Mark A. Tove")?"""
    if not end.group().startswith(".") or len(end.group()) > 1:
        return False
    word = re.search(r"[\w.'-]+$", text[max(begin, end.start() - 20) : end.start()])
    if word is None:
        return False
    last = word.group().lower()
    return (
        last in ABBREVIATIONS
        or (len(last) == 1 and last.isalpha() and last != "i")
        or bool(re.fullmatch(r"(?:[a-z]\.)+[a-z]", last))
    )
