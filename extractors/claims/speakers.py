"""Who speaks: from the words before or behind a cue to the fullest name that the document gives.

Noun phrase -> name without title and role -> its fullest form in the text; pronouns -> whoever spoke or was named last.
Promises: a speaker is never empty; a body, a document or a group keeps the words that tell it from others
("invoices reviewed by the weekly"), a person keeps the name alone.
Not here: people named in other documents; gender of names.
"""

import re
from dataclasses import dataclass, field

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Token

from extractors.claims.cues import DOCUMENTS, TITLE_PARTS, TITLES

_CAPITAL = r"[^\W\d_a-zß-öø-ÿа-я][\w'’-]*"
#: Two or more capitalised words; particles and initials may stand between ("Anna van der Meer", "Jo B. Lund").
_NAME = re.compile(
    rf"\b{_CAPITAL}\.?(?:[ \u00a0](?:(?:de|del|della|da|dos|di|du|van|von|der|den|la|le|al|bin|ibn|ben|of|the|for|and)[ \u00a0]){{0,2}}{_CAPITAL}\.?)+"
)
_ACRONYM = re.compile(rf"({_CAPITAL}(?:[ \u00a0][\w'’-]+){{1,8}}?)[ \u00a0]\(([A-Z][A-Za-z]{{1,9}})\)")
_HE_SHE = frozenset({"he", "she"})
_PLURAL = frozenset({"they", "we", "both"})
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
#: Prepositions whose phrase is part of a speaker's name or tells it from others ("a draft for 2026", "data from the port").
_KEPT = frozenset({"of", "from", "for", "by", "on"})
_LOWER_PARTICLES = frozenset("de del della da dos di du van von der den la le al el bin ibn ben".split())
#: A phrase longer than this names nobody; it is cut to its head and what stands before it.
_LONGEST = 9


@dataclass(slots=True)
class Cast:
    """The names of one document and who spoke so far."""

    full: dict[str, list[str]] = field(default_factory=dict)  #: last word -> full names, in order of appearance
    acronyms: dict[str, str] = field(default_factory=dict)
    person: str | None = None  #: who "he" or "she" is
    body: str | None = None  #: who "it" is
    group: str | None = None  #: who "they" are
    named: dict[str, str] = field(default_factory=dict)  #: head noun -> the fullest phrase so far ("ministry")


def cast(text: str, title: str = "") -> Cast:
    """The full names and acronyms that a text gives."""
    found = Cast()
    for match in _NAME.finditer(text):
        words = _untitled(match.group().split())
        while words and words[0].lower() in STOP_WORDS:
            words = words[1:]
        if len(words) < 2:
            continue
        name = _clean(" ".join(words))
        names = found.full.setdefault(name.split()[-1], [])
        if name not in names:
            names.append(name)
    for match in _ACRONYM.finditer(text):
        words, letters = match.group(1).split(), match.group(2)
        initials = [word[0] for word in words if word[0].isupper()]
        if len(initials) >= 2 and letters[0] in initials:
            start = next(i for i, word in enumerate(words) if word[0] == letters[0])
            found.acronyms.setdefault(letters, " ".join(words[start:]))
    return found


def speaker(head: Token, known: Cast) -> str | None:
    """The name of the speaker whose noun phrase has this head; None where nobody can be told."""
    if head.lower_ in _RELATIVE:
        return None
    if head.pos_ == "PRON":
        return _pronoun(head, known)
    apposed = _apposed_person(head)
    name = _person(apposed) if apposed is not None else _person(head)
    if name is not None:
        full = _fullest(name, known)
        known.person = full
        return full
    phrase = _phrase(head)
    if not phrase:
        return None
    phrase = known.acronyms.get(phrase, phrase)
    noun = head.lower_
    plural = head.tag_ in {"NNS", "NNPS"}
    if noun in known.named and phrase.lower().split()[0] in {"the", "its", "their", noun}:
        known_words, words = set(known.named[noun].lower().split()), set(phrase.lower().split())
        if words - {"the", "its", "their"} <= known_words:
            phrase = known.named[noun]
    known.named[noun] = phrase
    if plural:
        known.group = phrase
    elif noun not in DOCUMENTS:
        known.body = phrase
        known.group = known.group or phrase
    return phrase


def _pronoun(head: Token, known: Cast) -> str | None:
    word = head.lower_
    if word in _HE_SHE:
        return known.person
    if word == "it":
        return known.body
    if word in _PLURAL:
        return known.group
    if word in {"some", "many", "others", "those", "most", "several", "few", "one", "another"}:
        return _phrase(head)
    return None


def _apposed_person(head: Token) -> Token | None:
    """The name behind a role: "its spokesman, Brig. Kasim Thule", unless the head is a name itself."""
    if head.pos_ == "PROPN" and _person(head) is not None:
        return None
    for child in head.children:
        if child.dep_ == "appos" and child.pos_ == "PROPN" and child.i > head.i and _person(child) is not None:
            return child
    return None


def _person(head: Token) -> str | None:
    """The person's name that ends in this token, without title; None where it is no person's name by its shape."""
    if head.pos_ != "PROPN" or not head.text[:1].isupper():
        return None
    doc, i = head.doc, head.i
    last = i
    while (
        last + 1 < len(doc)
        and doc[last + 1].pos_ == "PROPN"
        and doc[last + 1].head.i in {i, last}
        and doc[last + 1].dep_ in {"flat", "compound"}
    ):
        last += 1
    first = i
    while first > 0:
        before = doc[first - 1]
        if before.text[:1].isupper() and before.pos_ in {"PROPN", "NOUN", "ADJ"} and not before.is_punct:
            first -= 1
        elif before.lower_ in _LOWER_PARTICLES and first > 1 and doc[first - 2].text[:1].isupper():
            first -= 1
        elif before.lower_.rstrip(".") in TITLES and before.pos_ in {"NOUN", "PROPN"}:
            first -= 1
        else:
            break
    words = [token.text for token in doc[first : last + 1]]
    bare = _untitled(words)
    titled = len(bare) < len(words)
    possessive = first > 0 and doc[first - 1].tag_ == "POS"
    determined = first > 0 and doc[first - 1].pos_ == "DET"
    if not bare or (determined and not titled):
        return None
    if titled or possessive or len(bare) in {2, 3}:
        if any(word.lower() in _BODY_WORDS for word in bare):
            return None
        if len(bare) == 1 and not titled:
            return None
        return _clean(" ".join(bare))
    return None


#: A capitalised name that holds one of these is a body's, not a person's.
_BODY_WORDS = frozenset(
    "agency association authority bank board bureau center centre chamber church club co college commission committee company"
    " corp corporation council court department division federation force forces foundation front fund group guard hospital house"
    " inc institute intelligence international laboratory labs league limited line ltd ministry monitor mission museum navy network"
    " office organisation organization parliament partners party plc police port post press project radio railways red research"
    " safety school security senate service services society state states station survey systems team times treasury trust union"
    " united university watch water works".split()
)


def _untitled(words: list[str]) -> list[str]:
    """Words of a name from behind its last title on."""
    start = 0
    for i, word in enumerate(words[:-1]):
        plain = word.lower().rstrip(".")
        if plain in TITLES:
            start = i + 1
        elif plain not in TITLE_PARTS:
            if any(later.lower().rstrip(".") in TITLES for later in words[i + 1 : -1]) and i + 3 >= len(words):
                continue
            if not any(later.lower().rstrip(".") in TITLES for later in words[i + 1 : -1]):
                break
    return words[start:]


def _fullest(name: str, known: Cast) -> str:
    """The longest name of the document that ends in the same words, the one named first if there are several."""
    words = name.split()
    if len(words) >= 2:
        return name
    candidates = known.full.get(words[-1], [])
    if candidates:
        persons = [c for c in candidates if len(c.split()) <= 4 and not {w.lower() for w in c.split()} & _BODY_WORDS]
        if persons:
            return persons[0]
    return name


def _phrase(head: Token) -> str:
    """A body, a group or a document: its noun phrase without clauses, asides and places."""
    doc = head.doc
    left = head
    for child in head.lefts:
        if child.dep_ in {
            "det",
            "amod",
            "compound",
            "poss",
            "nummod",
            "nmod",
            "predet",
            "advmod",
            "quantmod",
            "neg",
            "punct",
            "case",
        }:
            left = child.left_edge if child.left_edge.i < left.i else left
    start = left.i
    while start < head.i and (
        doc[start].is_punct or doc[start].pos_ in {"ADV", "CCONJ", "SCONJ", "ADP"} or doc[start].dep_ == "predet"
    ):
        start += 1
    end = head.i + 1
    for child in head.rights:
        if child.i != end:
            break
        if child.dep_ == "prep" and child.lower_ in _KEPT or child.dep_ == "acl" and child.tag_ == "VBN":
            reach = _without_clauses(child, start)
            if reach - start > _LONGEST:
                break
            end = reach
        elif child.dep_ in {"appos", "flat", "nummod"} and child.pos_ == "PROPN":
            end = child.right_edge.i + 1
        else:
            break
    span = doc[start:end]
    words = _clean(span.text)
    if span[0].pos_ not in {"PROPN"} and len(words) > 1 and not words[:2].isupper():
        words = words[0].lower() + words[1:]
    return words


def _without_clauses(token: Token, start: int) -> int:
    """Where the phrase that a token heads ends, cut at the first comma, bracket or clause."""
    for inner in token.doc[token.i : token.right_edge.i + 1]:
        if (
            inner.is_punct
            and inner.text in {",", "(", ";", ":", "–", "—", '"', "“"}
            or inner.dep_ == "relcl"
            or inner.lower_ in _RELATIVE
        ):
            return inner.i
    return token.right_edge.i + 1


def _clean(name: str) -> str:
    """One line, without marks and possessive endings around."""
    name = " ".join(name.split()).strip(" ,;:.\"“”'‘’()[]–—-")
    return re.sub(r"['’]s$", "", name)
