"""Who is said to say what: the attributions of one sentence.

Sentence with its grammar -> (holder of the statement, cue, the parts of the sentence that are the statement).
Found are cue verbs with a subject, before or behind the statement; "according to"; "in her view". A verb counts where it
has the evidence that cues_en.tsv asks of it, so that "found a body" and "put on a coat" are no reports.
Not here: who the holder is by name (speakers.py); statements that name nobody ("reportedly", "it is thought").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from extractors.claims.cues import COUNTERS, DOCUMENTS, RAISING, VIEW_NOUNS, Cue, cues

Span = tuple[int, int]
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
_CLAUSES = frozenset({"ccomp", "pcomp"})
_FRAME = frozenset({",", "“", "”", '"', "'", "’", "‘", "—", "–", "-", "."})


@dataclass(frozen=True, slots=True)
class Attribution:
    """One reported statement. Spans are offsets in the sentence."""

    holder: Token  #: head of the noun phrase of the speaker
    cue: str
    at: int  #: offset of the cue
    content: tuple[Span, ...]


def attributions(doc_tokens: list[Token], quoted: list[Span]) -> list[Attribution]:
    """All attributions of a sentence, in order; a cue inside quotation marks is the quoted person's affair."""
    found: list[Attribution] = []
    for token in doc_tokens:
        if any(start <= token.idx < end for start, end in quoted):
            continue
        one = _according(token) or _view(token) or _verb(token, quoted)
        if one is not None:
            found.append(one)
    return _exclusive(found)


def _verb(verb: Token, quoted: list[Span]) -> Attribution | None:
    cue = cues().get(verb.lower_)
    if cue is None or not verb.tag_.startswith("VB"):
        return None
    holder = _holder(verb)
    if holder is None or not _positive(verb):
        return None
    if not _evidence(verb, cue, holder, quoted):
        return None
    return Attribution(holder, _cue_text(verb, cue), verb.idx, _content(verb, holder))


def _holder(verb: Token) -> Token | None:
    """Head of the subject's noun phrase, taken over from the governing verb where the cue has none of its own."""
    for _ in range(4):
        kinds = {child.dep_: child for child in verb.children}
        if "agent" in kinds:
            return next((child for child in kinds["agent"].children if child.dep_ == "pobj"), None)
        subject = kinds.get("nsubj")
        if subject is not None:
            if subject.lower_ in {"who", "which", "that"} and verb.dep_ == "relcl":
                return verb.head
            return subject
        if "nsubjpass" in kinds or "auxpass" in kinds:
            return None
        if verb.dep_ == "acl" and verb.tag_ == "VBG":
            return verb.head
        inherits = verb.dep_ == "conj" or (verb.dep_ in {"advcl", "xcomp", "dep"} and verb.tag_ in {"VBG", "VB"})
        if not inherits or verb.head == verb or verb.head.pos_ not in {"VERB", "AUX"}:
            return None
        if verb.dep_ == "xcomp" and verb.tag_ == "VB" and verb.head.lower_ not in RAISING:
            return None
        verb = verb.head
    return None


def _positive(verb: Token) -> bool:
    """Something is said: not "did not say", "declined to say"."""
    return not any(child.dep_ == "neg" for child in verb.children) or verb.lower_ in {"believe", "think", "expect"}


def _evidence(verb: Token, cue: Cue, holder: Token, quoted: list[Span]) -> bool:
    children = list(verb.children)
    needs = cue.evidence
    following = {child.lower_ for child in children if child.i > verb.i and child.dep_ in {"prep", "prt", "advmod"}}
    if cue.particles & following:
        return True
    if "any" in needs:
        return True
    has_quote = bool(quoted)
    if has_quote and needs & {"quoted", "clause", "any"}:
        return True
    deps = {child.dep_ for child in children}
    if "clause" in needs and (
        any(child.dep_ in _CLAUSES and child.pos_ in {"VERB", "AUX"} for child in children) or _framed(verb, holder)
    ):
        return True
    objects = [child for child in children if child.dep_ in {"dobj", "attr", "oprd"} and child.i > verb.i]
    if "object" in needs and objects:
        return True
    has_number = any(
        token.like_num or token.pos_ == "NUM"
        for child in children
        if child != holder and child.i > verb.i
        for token in child.subtree
    )
    if "number" in needs and objects and has_number:
        return True
    if "to" in needs and ("xcomp" in deps or "ccomp" in deps):
        return True
    if "plan" in needs and "xcomp" in deps and has_number:
        return True
    if "document" in needs and (objects or deps & _CLAUSES) and holder.lower_ in DOCUMENTS:
        return True
    return (
        "body" in needs
        and has_number
        and bool(objects)
        and (holder.pos_ == "PROPN" or holder.lower_ in COUNTERS or holder.lower_.removesuffix("s") in COUNTERS)
    )


def _framed(verb: Token, holder: Token) -> bool:
    """Is the clause of this verb set off from the statement: ", she notes," or behind it?"""
    doc = verb.doc
    first = min(holder.left_edge.i, verb.i)
    before = doc[first - 1].text if first > 0 else ""
    return verb.dep_ in {"parataxis", "ROOT", "ccomp"} and before in _FRAME and first > 1


def _cue_text(verb: Token, cue: Cue) -> str:
    for child in verb.children:
        if child.i > verb.i and child.lower_ in cue.particles:
            return f"{verb.text} {child.text}"
    return verb.text


def _according(token: Token) -> Attribution | None:
    if token.lower_ != "according" or token.i + 1 >= len(token.doc) or token.nbor().lower_ != "to":
        return None
    to = token.nbor()
    holder = next((child for child in to.children if child.dep_ == "pobj"), None)
    if holder is None:
        holder = next(
            (
                t
                for t in token.doc[to.i + 1 : to.i + 12]
                if t.pos_ in {"NOUN", "PROPN", "PRON"} and t.dep_ not in {"compound", "poss"}
            ),
            None,
        )
    if holder is None:
        return None
    return Attribution(holder, f"{token.text} to", token.idx, _around(token, holder))


def _view(token: Token) -> Attribution | None:
    """ "in the view of X", "in X's view", "by X's count"."""
    if token.lower_ not in VIEW_NOUNS or token.dep_ != "pobj" or token.head.lower_ not in {"in", "by", "on"}:
        return None
    preposition = token.head
    owner = next((child for child in token.children if child.dep_ == "poss"), None)
    if owner is None:
        of = next((child for child in token.children if child.dep_ == "prep" and child.lower_ == "of"), None)
        owner = next((child for child in of.children if child.dep_ == "pobj"), None) if of is not None else None
        if owner is None or token.lower_ not in {
            "view",
            "opinion",
            "reckoning",
            "estimate",
            "judgment",
            "judgement",
            "assessment",
        }:
            return None
    if owner.pos_ == "PRON" and owner.lower_ in {"my", "our", "your"}:
        return None
    return Attribution(owner, token.sent.doc[preposition.i : token.i + 1].text, preposition.idx, _around(preposition, owner))


def _content(verb: Token, holder: Token) -> tuple[Span, ...]:
    """What is said: all that hangs on the cue but its subject; and the clause that it is set into."""
    own = set(verb.subtree)
    left_out = set(holder.subtree) if holder in own else set()
    for child in verb.children:
        if child.dep_ == "conj" and any(grand.dep_ in _SUBJECTS for grand in child.children):
            left_out |= set(child.subtree)
    kept = own - left_out
    if verb.dep_ == "parataxis" or not any(child.dep_ in {"ccomp", "xcomp", "dobj", "prep", "oprd"} for child in verb.children):
        kept |= set(verb.doc) - own
    return _spans(kept)


def _around(marker: Token, holder: Token) -> tuple[Span, ...]:
    """The clause that a phrase such as "according to X" belongs to."""
    clause = marker.head
    while clause.pos_ not in {"VERB", "AUX"} and clause.head != clause:
        clause = clause.head
    return _spans(set(clause.subtree) - set(holder.subtree))


def _spans(tokens: set[Token]) -> tuple[Span, ...]:
    spans: list[list[int]] = []
    previous = -2
    for token in sorted(tokens, key=lambda t: t.i):
        if token.i == previous + 1:
            spans[-1][1] = token.idx + len(token)
        else:
            spans.append([token.idx, token.idx + len(token)])
        previous = token.i
    return tuple((start, end) for start, end in spans)


def _exclusive(found: list[Attribution]) -> list[Attribution]:
    return found


def tokens(sentence_doc: object) -> Iterator[Token]:
    """Tokens of a parsed sentence."""
    yield from sentence_doc  # type: ignore[attr-defined]
