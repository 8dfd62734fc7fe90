"""How is it said: what speaks, in which role and for whom, and does the speaker vouch for it?

Attribution with its name -> kind of speaker, title, organisation; statement -> hedged, denied.
A role is read where the text gives it, before the name ("Pentagon spokesman Jo Lund"), behind it ("Jo Lund, head of the
port authority,") or as the phrase that the name is set to ("its spokesman, Jo Lund,"), and goes with the name from then on.
Pure. Not here: the name itself (speakers.py), whether the statement is true.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from extractors.claims.attribution import Attribution
from extractors.claims.cues import DENYING_CUES, DOCUMENTS, HEDGES, HEDGING_CUES, POLLS, TITLE_PARTS, TITLES, cues
from extractors.claims.speakers import Cast, apposition, clean
from extractors.text import Doc, Token

#: Words of a role or of an organisation; a longer phrase is a misreading.
_MOST_WORDS = 8
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Part:
    """In which role, and for which body, a person speaks."""

    title: str = ""
    organisation: str = ""


@dataclass(slots=True)
class Parts:
    """Kinds and roles of a document's speakers as far as it has been read, by name."""

    kinds: dict[str, str] = field(default_factory=dict)
    roles: dict[str, Part] = field(default_factory=dict)

    def learn(self, one: Attribution, name: str, known: Cast) -> tuple[str, Part]:
        """Kind and role of the speaker of one statement."""
        holder = one.holder
        part = _part(holder, name)
        kind = _kind(holder, one, name, known, part)
        if not kind or holder.pos_ == "PRON":
            kind = self.kinds.get(name, kind)
        if kind:
            self.kinds[name] = kind
        if kind != "person":
            return kind, Part()
        before = self.roles.get(name, Part())
        merged = Part(before.title or part.title, before.organisation or part.organisation)
        self.roles[name] = merged
        return kind, merged


def hedged(one: Attribution, text: str, doc: Doc) -> bool:
    """Is the statement given as possible or likely only? text is the sentence's."""
    if _lemma(one, doc) in HEDGING_CUES:
        return True
    return any(unsure(text[start:end]) for start, end in one.content)


def unsure(statement: str) -> bool:
    """Does a statement itself say that it may not be so?"""
    return any(word in HEDGES for word in _WORD.findall(statement) if word.islower())


def denied(one: Attribution, doc: Doc) -> bool:
    """Does the speaker say that it is not so?"""
    verb = _verb(one, doc)
    return _lemma(one, doc) in DENYING_CUES or any(child.dep_ == "neg" for child in verb.children)


def _verb(one: Attribution, doc: Doc) -> Token:
    return doc[min(bisect_left(doc, one.at, key=lambda token: token.idx), len(doc) - 1)]


def _lemma(one: Attribution, doc: Doc) -> str:
    cue = cues().get(_verb(one, doc).lower_)
    return "" if cue is None else cue.lemma


def _kind(holder: Token, one: Attribution, name: str, known: Cast, part: Part) -> str:
    """Person, body, document, poll or group; empty where the text leaves it open."""
    word = holder.lower_
    single = word.removesuffix("s")
    if word in POLLS or single in POLLS or one.cue.lower() in {"polled", "surveyed", "questioned", "asked"}:
        return "poll"
    if name in known.certain or known.gender.get(name):
        return "person"
    words = name.split()
    common = (holder.pos_ != "PROPN" and holder.text.islower()) or name.islower()
    if common and apposition(holder) is None:
        if word in DOCUMENTS or single in DOCUMENTS:
            return "document"
        if word in TITLES:
            return "person"
        if word in {"they", "we", "some", "others", "many"} or (holder.tag_ == "NNS" and word != "police"):
            return "group"
    if words[0].lower() in {"the", "its", "their", "a", "an"} or name.islower():
        return "body"
    if name not in {full for names in known.persons.values() for full in names}:
        return "body"
    if part.title:
        return "person"
    # A person comes back by the last name, a firm by the first.
    first, last = known.counts[words[0]], known.counts[words[-1]]
    return "" if first == last else "person" if last > first else "body"


def _part(holder: Token, name: str) -> Part:
    if apposition(holder) is not None and holder.pos_ == "NOUN":
        return _of_noun(holder)
    if holder.dep_ == "appos" and holder.head.pos_ == "NOUN" and holder.head.lower_ in TITLES:
        return _of_noun(holder.head)
    start = holder.left_edge.i
    if holder.pos_ == "PROPN" and start > 1 and holder.nbor(start - holder.i - 1).text == ",":
        before = holder.nbor(start - holder.i - 2)  # "its spokesman, Jo Lund, said", where the parser saw no apposition
        if before.lower_ in TITLES and before.text.islower():
            return _of_noun(before)
    behind = next((child for child in holder.rights if child.dep_ == "appos" and child.pos_ == "NOUN"), None)
    if behind is not None:
        return _of_noun(behind)
    if holder.pos_ == "NOUN" and holder.lower_ in TITLES:
        return _of_noun(holder)
    return _before(holder, name)


def _before(holder: Token, name: str) -> Part:
    """The role before a name: "Pentagon spokesman Jo Lund", "Deputy Finance Minister Jo Lund"."""
    first = holder.left_edge.i
    phrase = holder.doc.phrase(first, holder.i + 1)
    at = phrase.find(name.split(maxsplit=1)[0])
    words = [word.strip(",") for word in phrase[: max(at, 0)].split()]
    begin = len(words)
    while begin > 0 and words[begin - 1].lower().rstrip(".") in TITLES | TITLE_PARTS:
        begin -= 1
    if begin == len(words) or len(words) > _MOST_WORDS:
        return Part()
    owner = next((i for i, word in enumerate(words[:begin]) if word.endswith(("'s", "’s"))), None)
    if owner is not None:
        return Part(_plain(" ".join(words[owner + 1 :])), _body(" ".join(words[: owner + 1])))
    return Part(_plain(" ".join(words[begin:])), _body(" ".join(words[:begin])))


def _of_noun(noun: Token) -> Part:
    """The role that a noun with its modifiers tells, and of which body: "the ministry's spokesman", "head of the port"."""
    title = [noun.text]
    organisation = ""
    for child in reversed(list(noun.lefts)):
        if child.dep_ == "poss" or (
            child.dep_ in {"compound", "amod", "nmod"} and child.pos_ == "PROPN" and child.lower_ not in TITLES | TITLE_PARTS
        ):
            organisation = child.doc.phrase(child.left_edge.i, child.i + 1)
        elif child.dep_ in {"compound", "amod", "nmod"} and child.i == noun.i - len(title):
            title.insert(0, child.text)
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ in {"of", "at", "for", "with", "in"}:
            body = next((c for c in child.children if c.dep_ == "pobj"), None)
            if body is None or body.right_edge.i - body.left_edge.i >= _MOST_WORDS:
                continue
            text = _with_name(body)
            bare = body.pos_ == "NOUN" and not any(c.dep_ in {"det", "poss"} for c in body.children)
            if child.lower_ in {"of", "in"} and bare and not organisation:
                title += [child.text, text]  # "head of marine"
                inner = next((c for c in body.children if c.lower_ in {"at", "of", "for"}), None)
                body = next((c for c in inner.children if c.dep_ == "pobj"), None) if inner is not None else None
                text = _with_name(body) if body is not None else ""
            organisation = organisation or text
    return Part(_plain(" ".join(title)), _body(organisation))


def _with_name(body: Token) -> str:
    """A body's noun phrase with the rest of its name ("the School of Public Health", "Load & Margin")."""
    end = body.i + 1
    for token in body.doc[body.i + 1 : body.right_edge.i + 1]:
        if token.pos_ == "PROPN":
            end = token.i + 1
        elif token.lower_ not in {"&", "of", "and", "for", "the", "-"}:
            break
    return body.doc.phrase(body.left_edge.i, end)


def _plain(title: str) -> str:
    words = clean(title).split()
    small = [word if word.isupper() else word.lower() for word in words]
    return " ".join(small) if len(words) <= _MOST_WORDS else ""


def _body(text: str) -> str:
    words = clean(text).split()
    if words and words[0].lower() in {"the", "a", "an", "its", "their", "his", "her"}:
        words = words[1:]
    return " ".join(words) if len(words) <= _MOST_WORDS else ""
