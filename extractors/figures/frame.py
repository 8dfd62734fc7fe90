"""A quantity in its sentence: its noun, its clause and the verbs above it, by which roles.py and measured.py read it.

Sentence and span -> Frame. Pure; the sentence's parse is all it asks for. The small parser errs, so that nothing here
decides anything by itself: it only says what hangs where.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from extractors.text import Doc, Sentence, Token, lemma

#: Edges that open a clause of its own below a verb.
_CLAUSES = frozenset({"ccomp", "advcl", "relcl", "acl", "parataxis", "csubj", "csubjpass"})
#: Characters of the longest sentence that is read. The news has none longer; lists and tables have, and no grammar. It
#: also bounds the work for a text that is one endless sentence.
_LONGEST = 2500
#: No sentence of the news nests deeper; a guard against long chains in text that is no prose.
_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a quantity hangs in the tree of its sentence."""

    sentence: Sentence
    doc: Doc
    first: int  #: index of the first token of the quantity
    last: int  #: index after its last token
    root: Token  #: the token of the quantity from which the rest of it hangs
    path: tuple[Token, ...]  #: from the root up to its verb, both included; without a verb, up to the top
    verbs: tuple[Token, ...]  #: the verbs above, nearest first

    @property
    def verb(self) -> Token | None:
        """The verb of the quantity's clause."""
        return self.verbs[0] if self.verbs else None

    def holds(self, token: Token) -> bool:
        """Is the token a part of the quantity?"""
        return self.first <= token.i < self.last

    def before(self, count: int) -> list[str]:
        """The words that stand before the quantity, nearest last, lower-case."""
        return [t.lower_ for t in self.doc[max(0, self.first - count) : self.first]]

    def after(self, count: int) -> list[str]:
        """The words that stand after the quantity, lower-case."""
        return [t.lower_ for t in self.doc[self.last : self.last + count]]


def frame(sentence: Sentence, start: int, end: int) -> Frame | None:
    """The frame of the quantity at text[start:end] of the article; None where no token stands there or no prose."""
    if len(sentence.text) > _LONGEST:
        return None
    doc = sentence.doc
    low, high = start - sentence.start, end - sentence.start
    inside = [t for t in doc if t.idx < high and t.idx + len(t) > low and not t.is_space]
    if not inside:
        return None
    if [t.lower_ for t in inside[1:3]] == ["average", "of"]:
        inside = inside[3:] or inside  # "an average of 46 drones": what hangs on the rest is that of the drones
    first, last = inside[0].i, inside[-1].i + 1
    tops = [t for t in inside if not first <= t.head.i < last or t.head == t]
    root = max(tops, key=_weight) if tops else inside[0]
    path, verbs = [root], []
    for token in _up(root):
        if is_verb(token):
            verbs.append(token)
        if len(verbs) < 1 or (len(verbs) == 1 and verbs[0] == token):
            path.append(token)
    if is_verb(root):
        verbs.insert(0, root)
    return Frame(sentence, doc, first, last, root, tuple(path), tuple(verbs))


def is_verb(token: Token) -> bool:
    """Is it the verb of a clause (auxiliaries are not, a copula is)?"""
    return token.pos_ in {"VERB", "AUX"} and token.dep_ not in {"aux", "auxpass", "amod", "case", "prep", "compound"}


_AUXILIARY_FORMS = {
    form: name
    for name, forms in {
        "be": "am is are was were been being 's ’s 're ’re",
        "have": "has had having 've ’ve",
        "do": "does did done doing",
    }.items()
    for form in forms.split()
}


def base(token: Token) -> str:
    """The dictionary form, also of auxiliaries ("were" -> "be")."""
    return _AUXILIARY_FORMS.get(token.lower_) or lemma(token)


def clause(verb: Token) -> list[Token]:
    """The tokens of a verb's own clause: all below it but the clauses that hang in it."""
    found, open_ = [verb], list(verb.children)
    while open_:
        token = open_.pop()
        if token.dep_ in _CLAUSES or (token.dep_ == "conj" and is_verb(token)):
            continue
        found.append(token)
        open_.extend(token.children)
    return found


def auxiliaries(verb: Token) -> list[Token]:
    """Modals, "have", "be" and "to" that stand with a verb; a verb joined by "and" shares those of the first."""
    found = [t for t in verb.children if t.dep_ in {"aux", "auxpass", "neg"}]
    if not any(t.dep_ in {"aux", "auxpass"} for t in found) and verb.dep_ == "conj" and is_verb(verb.head):
        shares = verb.tag_ in {"VB", "VBN", "VBG"} and not any(t.dep_.startswith("nsubj") for t in verb.children)
        if shares:
            found += [t for t in verb.head.children if t.dep_ in {"aux", "auxpass", "neg"}]
    return found


def subject(verb: Token) -> Token | None:
    """The subject of a verb, its own or the one that it takes over from the verb above it."""
    token = verb
    for _ in range(6):
        for child in token.children:
            if child.dep_ in {"nsubj", "nsubjpass", "csubj", "expl"}:
                return child
        if token.dep_ in {"conj", "xcomp", "advcl"} and is_verb(token.head):
            token = token.head
        elif token.dep_ in {"relcl", "acl"}:
            return token.head
        else:
            return None
    return None


def passive(verb: Token) -> bool:
    """Is it a passive, finite ("were sold") or a bare participle after its noun ("shells sold to")?"""
    if any(t.dep_ in {"auxpass", "nsubjpass"} for t in verb.children):
        return True
    return verb.dep_ == "acl" and verb.tag_ == "VBN"


def _up(token: Token) -> Iterator[Token]:
    for _ in range(_DEPTH):
        if token.head == token:
            return
        token = token.head
        yield token


def _weight(token: Token) -> tuple[bool, bool, int]:
    return (token.pos_ in {"NOUN", "PROPN", "SYM"}, token.pos_ == "NUM", -token.i)
