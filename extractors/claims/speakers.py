"""Who speaks: from the words before or behind a cue to the fullest name that the document gives.

Noun phrase -> name without title and role -> its fullest form in the text; pronouns and "the company" -> whoever spoke
or was named last.
Promises: a speaker is never empty; a body, a document or a group keeps the words that tell it from others
("invoices reviewed by the weekly"), a person keeps the name alone.
Not here: people named only in other documents.
"""

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from extractors.claims.cues import BODY_NOUNS, COMPANY_NOUNS, COUNTERS, DOCUMENTS, NAME_WORDS, NOBODIES, TITLE_PARTS, TITLES
from extractors.figures.reading import DAY, MONTH
from extractors.text import Doc, Sentence, Token, stop_words

#: Words are bounded, so that a wall of apostrophes costs no more than its length.
_CAPITAL = r"[^\W\d_a-zß-öø-ÿа-я][\w'’-]{0,40}"
_PARTICLE = r"(?:de|del|della|da|dos|di|du|van|von|der|den|la|le|al|el|bin|ibn|ben)"
#: Two or more capitalised words; particles and initials may stand between ("Anna van der Meer", "Jo B. Lund").
_NAME = re.compile(rf"\b{_CAPITAL}\.?(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]){{0,2}}{_CAPITAL}\.?){{1,6}}")
_ACRONYM = re.compile(rf"\b({_CAPITAL}(?:[ \u00a0][\w'’-]{{1,40}}){{1,8}}?)[ \u00a0]\(([A-Z][A-Za-z]{{1,9}})\)")
_WORDS = re.compile(r"[^\W\d_][\w’'-]*")
#: "PORT HALDEN, March 12 (Agency) - ", "SEOUL — ".
_DATELINE = re.compile(r"[^\W\d_a-z]{2,}[^\n]{0,80}?(?:\)[ \u00a0]?[—–-]{1,2}|[ \u00a0][—–-]{1,2})[ \u00a0]")
#: What stands behind a person's name and hardly behind another's: an age, "who", a role.
_PERSON_FOLLOWS = re.compile(
    r",[ \u00a0](?:\d\d?\b|who\b|(?:a|an|the|its|their|his|her)[ \u00a0](?:[\w-]+[ \u00a0]){0,3}?([a-z-]+)\b)"
)
_HE = frozenset(
    "mr sir lord brother father king prince count baron congressman chairman spokesman headmaster fisherman".split()
)
_SHE = frozenset(
    "mrs ms miss lady dame sister mother queen princess countess baroness congresswoman chairwoman spokeswoman".split()
)
_PLURAL = frozenset({"they", "we", "both"})
_POSSESSIVE = {"his": "he", "her": "she", "its": "it", "their": "they"}
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
#: Pronouns that are speakers by themselves.
_SOME = frozenset("some many others those most several few another".split())
#: Prepositions whose phrase is part of a speaker's name or tells it from others ("a draft for 2026", "data from the port").
_KEPT = frozenset({"of", "from", "for", "by", "on"})
_PARTICLES = frozenset("de del della da dos di du van von der den la le al el bin ibn ben".split())
#: What those do who introduce somebody: "We met Jo Lund", "our reporter spoke to Jo Lund".
_MEETING = frozenset("ask asked caught interviewed meet meets met spoke talked visit visited".split())
#: A phrase of more tokens than this names nobody; it is cut behind its head.
_LONGEST = 12
#: A capitalised name that holds one of these is a body's or a place's, not a person's.
_BODY_WORDS = BODY_NOUNS | NAME_WORDS


_DATE = re.compile(rf"{DAY}|{MONTH}")
#: What stands before a month or a day that says when; "by" and "from" lead to persons as well ("a study by June Osk").
_WHEN = frozenset("in on since until till during last next this early late mid".split())


@dataclass(slots=True)
class Cast:
    """The names of one document and who spoke so far."""

    persons: dict[str, list[str]] = field(default_factory=dict)  #: surname or first name -> full names, in order
    mentions: list[tuple[int, str]] = field(default_factory=list)  #: offset and full name of those known to be persons
    loose: list[tuple[int, str]] = field(default_factory=list)  #: the same for names that have a person's shape only
    counts: Counter[str] = field(default_factory=Counter)  #: how often each word stands in the text, as written
    certain: set[str] = field(default_factory=set)  #: names that a title, an age or a role shows to be persons'
    gender: dict[str, str] = field(default_factory=dict)  #: full name -> "he" or "she"
    roles: dict[str, list[str]] = field(default_factory=dict)  #: "minister" -> who was named with it
    acronyms: dict[str, str] = field(default_factory=dict)
    person: str | None = None  #: who spoke last
    person_end: int = -1  #: where the sentence ends in which that was
    body: str | None = None  #: who "it" is
    body_start: int = -1  #: where the sentence begins in which that was
    subjects: list[str] = field(default_factory=list)  #: names of bodies that did something, the latest first
    bodies: list[str] = field(default_factory=list)  #: bodies that spoke so far
    group: str | None = None  #: who "they" are
    named: dict[str, str] = field(default_factory=dict)  #: head noun -> the fullest phrase so far ("ministry")


def cast(text: str) -> Cast:
    """The full names, titles and acronyms that a text gives."""
    known = Cast()
    for match in _NAME.finditer(text):
        words = _until_stop(match.group().split())
        ahead = text[max(0, match.start() - 12) : match.start()].split()[-1:]
        while words and words[0].lower().rstrip(".,") in stop_words():
            ahead, words = words[:1], words[1:]
        if words and _DATE.fullmatch(words[0]) and ahead and ahead[0].lower() in _WHEN:
            words = words[1:]  # "In June Dzhural said"
        bare = untitled(words)
        titles = [word.lower().rstrip(".") for word in words[: len(words) - len(bare)]]
        start = match.end() - len(" ".join(bare))
        before = re.search(r"([\w-]+)\.?[ \u00a0]$", text[max(0, start - 24) : start])
        lower_title = before is not None and before.group(1).lower() in TITLES
        if lower_title and before is not None:
            titles.append(before.group(1).lower())
        name = clean(" ".join(bare))
        if not name or any(word.lower() in _BODY_WORDS for word in bare):
            continue
        follows = _PERSON_FOLLOWS.match(text, match.end())
        role = follows.group(1) if follows else None
        evident = bool(titles) or (follows is not None and (role is None or role in TITLES))
        if len(bare) == 1:
            if not titles:
                continue
            name = _full(name, known)
        else:
            for part in {name.split()[0], name.split()[-1]}:
                _add(known.persons, part, name)
        if evident:
            known.certain.add(name)
            for word in [*titles, *([role] if role in TITLES else [])]:
                _add(known.roles, word, name)
                if word in _HE or word in _SHE:
                    known.gender.setdefault(name, "he" if word in _HE else "she")
    for match in _ACRONYM.finditer(text):
        parts, letters = match.group(1).split(), match.group(2)
        start_word = next((i for i, word in enumerate(parts) if word[0].upper() == letters[0]), None)
        initials = sum(word[0].isupper() for word in parts[start_word or 0 :])
        if start_word is not None and initials >= 2:
            known.acronyms.setdefault(letters, " ".join(parts[start_word:]))
    known.counts.update(_WORDS.findall(text))
    surnames = {name.split()[-1]: name for name in known.certain}
    known.mentions = [(m.start(), surnames[m.group()]) for m in re.finditer(_CAPITAL, text) if m.group() in surnames]
    firsts = {names[0].split()[-1]: names[0] for names in known.persons.values()}
    known.loose = [(m.start(), firsts[m.group()]) for m in _WORDS.finditer(text) if m.group() in firsts]
    return known


def _add(names: dict[str, list[str]], key: str, name: str) -> None:
    listed = names.setdefault(key, [])
    if name not in listed:
        listed.append(name)


def _until_stop(words: list[str]) -> list[str]:
    """The words up to one that ends a sentence; titles and initials keep their full stops."""
    for i, word in enumerate(words[:-1]):
        if word.endswith(".") and len(word) > 2 and word.lower().rstrip(".") not in TITLES:
            return words[: i + 1]
    return words


def note_subject(sentence: Sentence, known: Cast) -> None:
    """Keep in mind the body that a sentence is about, for a later "the company"."""
    name = _subject(sentence.doc, len(sentence.doc), known)
    if name is not None and name != name.lower() and name not in known.certain and name not in known.subjects:
        known.subjects.insert(0, name)


def speaker(head: Token, known: Cast, sentence: Sentence, earlier: Sentence | None, cue_at: int = -1) -> str | None:
    """The name of the speaker whose noun phrase has this head; None where nobody in particular can be told.

    Args:
        head: the head of the phrase, a token of the sentence's grammar.
        known: the document's names and earlier speakers; brought up to date.
        sentence: where the head stands.
        earlier: the sentence before, in which "it" and "they" may be named.
        cue_at: offset of the cue, at which a phrase before it ends whatever the parser says.
    """
    word = head.lower_
    if word in _RELATIVE or word in NOBODIES or any(c.lower_ in {"no", "neither", "every", "any"} for c in head.lefts):
        return None
    if head.pos_ == "PRON" or word in {"he", "she", "it", "they", *_POSSESSIVE}:
        return _pronoun(head, known, sentence, earlier)
    named = apposition(head)
    at = named if named is not None else head
    name = person(at) or surname(at, known)
    if name is not None:
        full = _full(name, known)
        known.person, known.person_end = full, sentence.end
        if named is not None:
            _add(known.roles, word, full)
        if full not in known.certain and named is not None:
            _heard(full, known, sentence)
        return full
    definite = head.left_edge.lower_ in {"the", "this"} and head.i - head.left_edge.i == 1
    definite = definite or bool(
        re.search(r"^the [\w-]+-(?:based|listed|owned|run) \w+$", head.doc.phrase(head.left_edge.i, head.i + 1), re.I)
    )
    holders = known.roles.get(word, [])
    if named is None and holders and definite:
        return _spoke(known.person if known.person in holders else holders[0], known, sentence)
    phrase = _phrase(at, cue_at)
    if not phrase or phrase.lower() in {"the", "a", "an"}:
        return None
    phrase = known.acronyms.get(phrase.removeprefix("the "), phrase)
    for letters, full in known.acronyms.items():
        if letters in phrase.split():
            phrase = phrase.replace(letters, full, 1)
    if definite and word in BODY_NOUNS | COMPANY_NOUNS and named is None:
        return _again(word, phrase, known, head, sentence)
    if word not in known.named or len(phrase) > len(known.named[word]):
        known.named[word] = phrase
    elif word in known.named and set(phrase.lower().split()) <= set(known.named[word].lower().split()):
        phrase = known.named[word]
    _remember(phrase, head, known, sentence)
    return phrase


def _remember(phrase: str, head: Token, known: Cast, sentence: Sentence) -> None:
    if head.tag_ == "NNS":
        known.group = phrase
    elif head.lower_ not in DOCUMENTS | TITLES and (head.pos_ == "PROPN" or head.lower_ in _BODY_WORDS | COUNTERS):
        _heard(phrase, known, sentence)


def _heard(body: str, known: Cast, sentence: Sentence) -> None:
    known.body, known.body_start = body, sentence.start
    known.bodies.append(body)


def _again(word: str, phrase: str, known: Cast, head: Token, sentence: Sentence) -> str:
    """ "the company", "the ministry": the body named with that noun; for a company, the subject or the body heard last."""
    if word in known.named and len(known.named[word].split()) > 2:
        full: str | None = known.named[word]
    elif word in COMPANY_NOUNS:
        nearest = _subject(head.doc, head.i, known)
        full = nearest if nearest is not None and nearest != nearest.lower() else None  # "the union" is no company
        full = full or next(
            (
                body
                for body in [*reversed(known.bodies), *sorted(known.subjects, key=lambda name: -known.counts[name.split()[0]])]
                if not set(body.lower().split()) & (BODY_NOUNS - COMPANY_NOUNS)
            ),
            None,
        )
    else:
        full = None
    _heard(full or phrase, known, sentence)
    return full or phrase


def _spoke(name: str, known: Cast, sentence: Sentence) -> str:
    known.person, known.person_end = name, sentence.end
    return name


def _subject(doc: Doc, before: int, known: Cast) -> str | None:
    """The name of the body that is the subject of the nearest clause before this token, behind a dateline if there is one."""
    dateline = _DATELINE.match(doc.text)
    begin = dateline.end() if dateline is not None else 0
    for token in reversed(doc[:before]):
        if token.idx < begin or token.dep_ not in {"nsubj", "nsubjpass"} or token.tag_ not in {"NN", "NNP", "NNPS"}:
            continue
        if token.head.i > before:
            continue  # of "the North, it said, had shipped", the North is not who said it
        name = person(token) or surname(token, known)
        if name is not None and _full(name, known) in known.certain:
            continue
        first = token.i == 0 or token.idx == begin or doc[token.i - 1].is_punct
        if first and token.pos_ == "PROPN" and (known.counts[token.text] < 2 or known.counts[token.lower_] > 0):
            continue  # "Hackers", with a capital at the start of a sentence only
        alone = token.tag_ == "NNPS" and not any(child.dep_ == "compound" for child in token.children)
        if (token.pos_ == "PROPN" and not alone) or (token.lower_ in _BODY_WORDS and token.lower_ not in COMPANY_NOUNS):
            return _phrase(token) or None
    return None


def _subject_person(sentence: Sentence, known: Cast) -> str | None:
    """The person who is the subject of a sentence."""
    for token in sentence.doc:
        if token.dep_ == "nsubj" and token.pos_ == "PROPN":
            name = person(token) or surname(token, known)
            if name is not None:
                return _full(name, known)
    return None


def introduced(sentence: Sentence, known: Cast) -> list[str]:
    """The persons whom a sentence is about: subjects of what it mainly says, and those who are met ("We met Jo Lund")."""
    names = []
    for token in sentence.doc:
        role = token
        while role.dep_ == "conj" and role.head.i < role.i:
            role = role.head
        verb = role.head.head if role.dep_ == "pobj" and role.head.lower_ in {"to", "with"} else role.head
        if role.dep_ in {"dobj", "pobj"}:
            # Whom "she" talks to is who asks.
            about = verb.lower_ in _MEETING and not any(child.lower_ in {"he", "she"} for child in verb.children)
        else:
            about = role.dep_ in {"nsubj", "nsubjpass"} and verb.dep_ in {"ROOT", "conj"}
        if not about:
            continue
        at = apposition(token) or token
        name = person(at) or surname(at, known)
        if name is not None:
            names.append(_full(name, known))
    return names


def _pronoun(head: Token, known: Cast, sentence: Sentence, earlier: Sentence | None) -> str | None:
    word = _POSSESSIVE.get(head.lower_, head.lower_)
    if word in {"he", "she"}:
        upto = bisect_left(known.mentions, (sentence.start, ""))
        near = [(at, name) for at, name in known.mentions[max(0, upto - 40) : upto] if known.gender.get(name, word) == word]
        name = known.person if known.person is not None and known.gender.get(known.person, word) == word else None
        if earlier is not None and earlier.end > known.person_end:
            subject = _subject_person(earlier, known)
            if subject is not None and known.gender.get(subject, word) == word:
                name = subject
            elif near and near[-1][0] > known.person_end:
                name = near[-1][1]
        if name is None and not near:
            upto = bisect_left(known.loose, (sentence.start, ""))
            near = known.loose[max(0, upto - 1) : upto]
        if name is None:
            if not near:
                return None
            name = near[-1][1]
        known.gender.setdefault(name, word)
        return _spoke(name, known, sentence)
    if word == "it":
        body = _subject(head.doc, head.i, known)
        if body is None and earlier is not None and (known.body is None or earlier.start > known.body_start):
            body = _subject(earlier.doc, len(earlier.doc), known)
        if body is not None and body not in known.certain:
            _heard(body, known, sentence)
        return known.body
    if word in _PLURAL:
        if known.group is None and earlier is not None:
            plural = next((t for t in earlier.doc if t.dep_ == "nsubj" and t.tag_ in {"NNS", "NNPS"}), None)
            known.group = _phrase(plural) if plural is not None else None
        return known.group
    return _phrase(head) if word in _SOME else None


def apposition(head: Token) -> Token | None:
    """The name behind a role or kind: "its spokesman, Brig. Kasim Thule"; "the service, known as the DVR"."""
    if head.pos_ == "PROPN" and head.lower_ not in TITLES | TITLE_PARTS:
        return None
    for child in head.rights:
        if child.dep_ == "appos" and child.pos_ == "PROPN":
            return child
        if child.dep_ in {"acl", "amod", "relcl"} and child.lower_ in {"known", "called"}:
            return next((t for t in child.subtree if t.pos_ == "PROPN" and t.dep_ in {"pobj", "oprd", "dobj"}), None)
    return _behind_comma(head)


def _behind_comma(head: Token) -> Token | None:
    """The name between commas behind a role, where the parser did not see the apposition."""
    doc = head.doc
    if head.lower_ not in TITLES:
        return None
    comma = next((t.i for t in doc[head.i + 1 : head.i + 8] if t.text == ","), None)
    if comma is None or any(t.pos_ in {"VERB", "AUX"} for t in doc[head.i : comma]):
        return None
    name = None
    for token in doc[comma + 1 : comma + 7]:
        if token.text[:1].isupper() or token.text == "." or token.lower_ in _PARTICLES:
            name = token
        else:
            return name if name is not None and token.text in {",", "."} else None
    return None


def person(head: Token) -> str | None:
    """The person's name that this token is part of, without title; None where it is no person's name by its shape."""
    if head.pos_ not in {"PROPN", "NOUN"} or not (head.text[:1].isupper() or _hyphen(head.doc, head.i - 1)):
        return None
    doc = head.doc
    first = last = head.i
    while (
        last + 2 < len(doc) and doc[last].lower_ in TITLES and (doc[last + 1].text == "." or doc[last + 1].text[:1].isupper())
    ):
        last += 2 if doc[last + 1].text == "." else 1
    while last + 1 < len(doc) and (
        (
            doc[last + 1].text[:1].isupper()
            and doc[last + 1].pos_ == "PROPN"
            and (doc[last].lower_.rstrip(".") in TITLES | TITLE_PARTS or doc[last + 1].head.i in {first, head.i})
            and doc[last + 1].dep_ != "appos"
        )
        or _hyphen(doc, last + 1)
        or _hyphen(doc, last)
    ):
        last += 1
    while first > 0:
        before = doc[first - 1]
        plain = before.lower_.rstrip(".")
        capital = before.text[:1].isupper() and before.pos_ in {"PROPN", "NOUN", "ADJ"} and plain not in stop_words()
        capital = capital and not _dates(doc, first - 1)
        particle = plain in _PARTICLES and first > 1 and doc[first - 2].text[:1].isupper()
        if capital or particle or plain in TITLES or _hyphen(doc, first - 1) or _hyphen(doc, first):
            first -= 1
        else:
            break
    words = doc.phrase(first, last + 1).split()
    office = first > 1 and doc[first - 1].lower_ == "of" and doc[first - 2].lower_ in TITLES and len(words) > 2
    bare = untitled(words[1:] if office else words)  # "Secretary of State Jo Lund"
    titled = len(bare) < len(words)
    determined = first > 0 and doc[first - 1].pos_ == "DET"
    if not bare or (determined and not titled) or not bare[-1][:1].isupper():
        return None
    if any(word.lower() in _BODY_WORDS for word in bare) or (len(bare) == 1 and not titled) or len(bare) > 4:
        return None
    if len(bare) == 1 and bare[0].lower() in TITLES | TITLE_PARTS:
        return None
    return clean(" ".join(bare))


def _dates(doc: Doc, i: int) -> bool:
    """Is this a month or a day that says when, and no name ("In June Dzhural said")?"""
    return i > 0 and _DATE.fullmatch(doc[i].text) is not None and doc[i - 1].lower_ in _WHEN


def _hyphen(doc: Doc, i: int) -> bool:
    """Is this a hyphen within a name ("Kim Byeong-yeon")?"""
    return 0 < i < len(doc) - 1 and doc[i].text == "-" and not doc[i].whitespace_ and not doc[i - 1].whitespace_


def untitled(words: list[str]) -> list[str]:
    """Words of a name from behind its last title on ("Deputy Foreign Minister Lenka Orsova" -> Lenka Orsova)."""
    for i in range(len(words) - 2, -1, -1):
        plain = words[i].lower().rstrip(".")
        if plain in TITLES or plain.partition("-")[0] in TITLES:  # "Secretary-General"
            return words[i + 1 :]
    return words


def _full(name: str, known: Cast) -> str:
    """The full name of the document to which a surname or a first name belongs, the one named first if there are several."""
    words = name.split()
    if len(words) >= 2:
        return name
    names = known.persons.get(words[0], [])
    return next((full for full in names if full.split()[-1] == words[0]), names[0] if names else name)


def surname(head: Token, known: Cast) -> str | None:
    """The full name of a person whose surname stands alone ("Askew said")."""
    if head.text not in known.persons or any(c.dep_ in {"det", "compound"} for c in head.children):
        return None
    if head.pos_ != "PROPN" and (head.pos_ not in {"NOUN", "ADJ"} or known.counts[head.lower_]):
        return None  # the parser takes "Lund said" for a noun; "Police" is one where the text has "police", too
    return _full(head.text, known)


def _phrase(head: Token, cue_at: int = -1) -> str:
    """A body, a group or a document: its noun phrase without clauses, asides and places."""
    doc = head.doc
    start = head.i
    for child in head.lefts:
        if child.dep_ in {"det", "amod", "compound", "poss", "nummod", "nmod", "predet", "advmod", "quantmod", "punct", "case"}:
            start = min(start, child.left_edge.i)
    for i in range(head.i - 1, start - 1, -1):
        spaced = doc[i].is_punct and (doc[i].whitespace_ or (i > 0 and doc[i - 1].whitespace_))
        if spaced and doc[i].text not in {"."} and doc[i].tag_ not in {"POS"}:
            start = i + 1
            break
    while start < head.i and (
        doc[start].is_punct
        or doc[start].pos_ in {"ADV", "CCONJ", "SCONJ", "ADP"}
        or doc[start].dep_ == "predet"
        or _dates(doc, start)
    ):
        start += 1
    end = head.i + 1
    for child in head.rights:
        if child.i != end:
            break
        if (child.dep_ == "prep" and child.lower_ in _KEPT) or (child.dep_ == "acl" and child.tag_ in {"VBN", "VBD"}):
            reach = _reach(child, cue_at)
            if reach - start > _LONGEST:
                break
            end = reach
        elif child.dep_ in {"appos", "flat", "nummod"} and child.pos_ == "PROPN":
            end = child.right_edge.i + 1
        else:
            break
    while head.pos_ == "NOUN" and end < len(doc) and doc[end].pos_ == "PROPN" and doc[end].idx < cue_at:
        end += 1  # "state news agency Xinhua"
    words = clean(doc.phrase(start, end))
    opening = doc[start]
    first_word = start == 0 or doc[start - 1].is_punct
    if words and first_word and opening.pos_ != "PROPN" and not words.split()[0][1:].isupper() and not _gentile(opening):
        words = words[0].lower() + words[1:]
    return words


def _gentile(token: Token) -> bool:
    """An adjective that keeps its capital ("Norwegian officials"), by its ending."""
    return token.pos_ == "ADJ" and token.lower_.endswith(("an", "ese", "ish", "aqi", "eli", "western", "eastern"))


def _reach(token: Token, cue_at: int) -> int:
    """Where the phrase that a token heads ends, cut at the first comma, bracket or clause."""
    for inner in token.doc[token.i : token.right_edge.i + 1]:
        if inner.idx == cue_at:
            return inner.i
        if (
            (inner.is_punct and inner.text not in {"-", "."} and inner.tag_ != "POS")
            or inner.dep_ == "relcl"
            or inner.lower_ in _RELATIVE
        ):
            return inner.i
    return token.right_edge.i + 1


def clean(name: str) -> str:
    """One line, without marks and possessive endings around."""
    name = " ".join(name.split()).strip(" ,;:.\"“”'‘’()[]–—-")
    if re.search(r"\b[A-Z]\.[A-Z]$", name):
        name += "."  # "the U.N."
    return re.sub(r"['’]s$", "", name)
