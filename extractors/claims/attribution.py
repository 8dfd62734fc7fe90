"""Who is said to say what: the attributions of one sentence.

Sentence with its grammar -> (holder of the statement, cue, the parts of the sentence that are the statement).
Found are cue verbs with a subject, before or behind the statement; "according to"; "in her view"; whatever verb
introduces a quotation with a colon. A verb counts where it has the evidence that cues_en.tsv asks of it, so that "found
a body" and "put on a coat" are no reports. Where the parser stumbles (a verb taken for a noun, a name behind a comma),
the order of the words decides: ", the ministry estimates." is a frame, whatever its tags.
Not here: who the holder is by name (speakers.py); statements that name nobody ("reportedly", "it is thought").
"""

from dataclasses import dataclass
from functools import cache

from extractors.claims.cues import BACKGROUND, COUNTERS, DOCUMENTS, MATTERS, RAISING, TITLES, VIEW_NOUNS, Cue, cues
from extractors.text import Doc, Token

Span = tuple[int, int]

_OBJECTS = frozenset({"dobj", "attr", "oprd", "dative"})
_NOUNS = frozenset({"NOUN", "PROPN"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_QUOTES = frozenset({"“", "”", '"', "'", "’", "‘", "„", "«", "»", "''", "``"})
_BREAKS = frozenset({",", "—", "–", "-", ";", ":", "--", *_QUOTES})
_ENDS = frozenset({",", ".", ";", ":", "!", "?", "—", "–", *_QUOTES})
#: What can follow a cue that is set behind its statement: time, place, occasion, addressee.
_TAIL = frozenset(
    "on in at by during after before as while when late early last this yesterday today earlier later adding"
    " monday tuesday wednesday thursday friday saturday sunday privately reporters journalists us me".split()
)
#: "The 300 that it promised" tells what was promised, not how much there is.
_PROMISES = frozenset({"offer", "pledge", "promise", "threaten", "vow"})
#: Of these, somebody can be the owner by "of" or by a pronoun: "in the eyes of experts", "in his opinion".
_VIEWS_OF = frozenset(
    "account assessment count estimate estimation eyes judgement judgment opinion reckoning tally telling view words".split()
)
#: Of people, in an opinion poll.
_ASKED = frozenset({"asked", "canvassed", "interviewed", "polled", "questioned", "surveyed"})
#: Before a bare past form, these make it a participle.
_NEVER_BEFORE_PAST = frozenset({"once", "already", "previously"})
#: In one of these, numbers are found.
_SURVEYS = frozenset({"census", "poll", "study", "survey"})
#: A frame longer than this is no frame but a clause that the rules misread.
_FRAME_TOKENS = 20
#: A quotation of fewer words than this behind a colon is a name or a title.
_QUOTED_WORDS = 4


@dataclass(frozen=True, slots=True)
class Attribution:
    """One reported statement. Spans are offsets in the sentence."""

    holder: Token  #: head of the noun phrase of the speaker
    cue: str
    at: int  #: offset of the cue
    content: tuple[Span, ...]


def attributions(doc: Doc, quoted: list[Span]) -> list[Attribution]:
    """All attributions of a sentence, in order; a cue inside quotation marks is the quoted person's affair."""
    found: list[Attribution] = []
    reports: set[int] = set()
    opening = _opening_words()
    for token in doc:
        if token.lower_ not in opening or any(start <= token.idx < end for start, end in quoted):
            continue
        one = _according(token) or _view(token) or _own_count(token) or _polled(token)
        if one is None:
            one = _verb(token, quoted)
            if one is not None:
                reports.add(token.i)
        if one is not None:
            found.append(one)
    # of "economists polled by X expect", the economists speak
    found = [one for one in found if one.cue not in _ASKED or not any(_asked(one, other, doc) for other in found)]
    verbs = {one.at for one in found}
    outer = [one for one in found if not _nested(one, doc, reports)] if verbs else []
    return outer or _colon(doc, quoted)


def _asked(one: Attribution, other: Attribution, doc: Doc) -> bool:
    """Was who makes the other statement asked by the holder of this one?"""
    return any(token.idx == one.at and token.head is other.holder for token in doc)


@cache
def _opening_words() -> frozenset[str]:
    """The words that an attribution can be found at."""
    return frozenset({"according", *cues(), *VIEW_NOUNS, *_ASKED, *_SURVEYS})


def _verb(verb: Token, quoted: list[Span]) -> Attribution | None:
    cue = cues().get(verb.lower_)
    if cue is None or not _positive(verb):
        return None
    framing = _frame(verb, cue, bool(quoted))
    if framing is not None and "any" not in cue.evidence and _bare(verb) and _share(framing):
        return None  # "6,480 of them confirmed, "
    if framing is not None:
        return Attribution(framing, _cue_text(verb, cue), verb.idx, _content(verb, framing, quoted, around=True))
    if (verb.tag_ == "VBN" and verb.dep_ in {"acl", "amod", "appos", "advcl"}) or verb.dep_ == "relcl":
        counted = _counted(verb, cue)
        if counted is not None:
            return counted
        active = any(child.dep_ == "dobj" for child in verb.children) and verb.head.dep_ == "ROOT"
        if verb.tag_ == "VBN" and verb.dep_ != "relcl" and not active:
            return None
    holder = _holder(verb) if verb.tag_.startswith("VB") else _mistagged(verb)
    if holder is None or _background(verb) or not _evidence(verb, cue, holder, quoted):
        return None
    if _bare(verb) and (_share(holder) or (holder.i < verb.i and verb.nbor(-1).lower_ in _NEVER_BEFORE_PAST)):
        return None  # "part of it already announced", "stocks, once put at 300"
    return Attribution(holder, _cue_text(verb, cue), verb.idx, _content(verb, holder, quoted, around=False))


def _bare(verb: Token) -> bool:
    """May it be a participle: no auxiliary, and what it acts on does not follow?"""
    return verb.tag_ in {"VBN", "VBD"} and not any(c.dep_ in {"aux", "dobj", "ccomp"} for c in verb.children)


def _counted(verb: Token, cue: Cue) -> Attribution | None:
    """A number with its own speaker: "the 1.4 million claimed by the union", "the 620 that the ministry counted"."""
    noun = verb.head
    if not cue.evidence & {"any", "clause", "object", "number", "body"} or cue.lemma in _PROMISES:
        return None
    if not (noun.like_num or noun.pos_ == "NUM" or any(child.dep_ in {"nummod", "quantmod"} for child in noun.children)):
        return None
    children = {child.dep_: child for child in verb.children}
    if verb.tag_ == "VBN" and "agent" in children:
        holder = next((child for child in children["agent"].children if child.dep_ == "pobj"), None)
    else:
        holder = children.get("nsubj") if verb.dep_ == "relcl" and verb.tag_ != "VBG" else None
    if holder is None or holder.tag_ in {"WDT", "WP"} or holder.lower_ == "that" or _share(holder):
        return None
    return Attribution(holder, verb.text, verb.idx, _spans(set(noun.subtree) - set(verb.subtree)))


def _frame(verb: Token, cue: Cue, in_quotes: bool) -> Token | None:
    """The holder where words alone show a frame: "..., the ministry estimates.", "..., its head, Jo Lund, said"."""
    if not cue.evidence & {"any", "clause", "framed"} and not (in_quotes and "quoted" in cue.evidence):
        return None
    doc, i = verb.doc, verb.i
    if i < 3:
        return None
    after = doc[i + 1] if i + 1 < len(doc) else None
    if "addressed" in cue.evidence and after is not None:
        j = i + 1
        while (
            j < min(len(doc), i + 8)
            and doc[j].pos_ in {"DET", "ADJ", "NOUN", "PROPN", "NUM"} | {"PART"}
            and doc[j].lower_ != "to"
        ):
            j += 1
        after = doc[j] if j < len(doc) else None
    ended = after is None or after.text in _ENDS or after.lower_ in _TAIL
    if doc[i - 1].text == ",":
        name = _apposed(doc, i - 1)
        if name is not None and (ended or verb.tag_ in {"VBD", "VBZ", "VBP"}):
            return name
    auxiliary = i
    while auxiliary > 1 and (doc[auxiliary - 1].lower_ in {"has", "have", "had"} or doc[auxiliary - 1].pos_ == "ADV"):
        auxiliary -= 1
    if not ended or (auxiliary == i and verb.tag_ in {"VBN", "VBG"}):
        return _inverted(verb)
    begin = auxiliary
    while begin > 0 and auxiliary - begin <= _FRAME_TOKENS and not _breaks(doc[begin - 1]):
        begin -= 1
    if not 0 < auxiliary - begin <= _FRAME_TOKENS or begin < 2:
        return None
    parenthetical = after is not None and after.text == "," and doc[begin - 1].text == ","
    if begin < 5 and not parenthetical and not any(t.pos_ in {"VERB", "AUX"} for t in doc[:begin]):
        return None
    phrase = doc[begin:auxiliary]
    if phrase[0].pos_ in {"CCONJ", "SCONJ", "ADP", "ADV", "VERB", "AUX", "PUNCT"} or phrase[0].tag_ in {
        "WP",
        "WDT",
        "WRB",
        "VBG",
    }:
        return None
    clause = any(t.tag_ in _FINITE for t in phrase)
    if (clause and not any(t.tag_ in {"WP", "WDT"} or t.lower_ == "that" for t in phrase[1:])) or phrase[-1].tag_ in {
        "TO",
        "IN",
    }:
        return None
    if any(t.tag_ in {"TO", "VB"} for t in phrase):
        return None
    if verb.tag_ == "NNS" and not clause and phrase[-1].pos_ not in _NOUNS | {"PRON"}:
        return None  # "international rules" is no frame, "the ministry rules" is
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    if subject is not None and begin <= subject.i < auxiliary:
        return subject
    return _first_noun(list(phrase))


def _breaks(token: Token) -> bool:
    """Does a clause end here? A hyphen within a word ends nothing."""
    if token.text in {"-", "–"}:
        return bool(token.whitespace_)
    return token.text in _BREAKS


def _first_noun(phrase: list[Token]) -> Token | None:
    """The head of the first noun phrase; a pronoun by itself."""
    last: Token | None = None
    for token in phrase:
        if token.pos_ == "PRON" and token.tag_ != "PRP$" and last is None:
            return token
        if token.tag_ == "POS":
            last = None
        elif token.pos_ in _NOUNS:
            last = token
        elif last is not None and token.tag_ not in {"HYPH", "CD"} and token.text != "." and token.pos_ != "ADJ":
            break
    if last is None and phrase and phrase[-1].pos_ == "ADJ":
        return phrase[-1]  # "the military", "the opposition": a noun that the tagger did not know
    return last


def _apposed(doc: Doc, comma: int) -> Token | None:
    """The name between two commas behind a role: "its managing director, Karin Lund, "."""
    i = comma - 1
    while i > 0 and comma - i <= 7 and doc[i].text != ",":
        plain = doc[i].lower_.rstrip(".")
        if not (
            doc[i].text[:1].isupper() or plain in TITLES or plain in {"", "the", "de", "van", "von", "der", "al", "bin", "-"}
        ):
            return None
        i -= 1
    if i < 1 or doc[i].text != "," or comma - i > 7 or comma - i < 2:
        return None
    before = doc[i - 1]
    role = before
    for _ in range(8):
        if role.pos_ == "NOUN" or role.lower_ in TITLES or role.i == 0 or _breaks(role):
            break
        role = doc[role.i - 1]
    named = doc[comma - 1]
    lower_role = role.pos_ == "NOUN" or role.lower_ in TITLES
    if not lower_role or named.pos_ not in _NOUNS or before.pos_ == "NUM":
        return None
    return named


def _inverted(verb: Token) -> Token | None:
    """ "..., warned the union": the subject behind the verb, where the parser finds none before it."""
    doc, i = verb.doc, verb.i
    if not _breaks(doc[i - 1]) or verb.tag_ not in {"VBD", "VBZ", "VBP", "VBN", "NNS"}:
        return None
    if i + 1 >= len(doc) or verb.lower_ in {"told", "tells", "tell"}:
        return None
    left = [child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"} and child.i < i]
    if any(child.pos_ in {"NOUN", "PROPN", "PRON"} and not _numeric(child) for child in left):
        return None
    follow = doc[i + 1]
    if follow.pos_ not in {"DET", "PROPN", "NOUN", "ADJ", "PRON"} or follow.lower_ in {
        "that",
        "it",
        "this",
        "them",
        "him",
        "what",
    }:
        return None
    subject = next((child for child in verb.children if child.dep_ == "nsubj" and child.i > i), None)
    head = subject or _first_noun(list(doc[i + 1 : i + 9]))
    if head is None:
        return None
    behind = doc[head.i + 1] if head.i + 1 < len(doc) else None
    if subject is None and behind is not None and behind.text not in _ENDS and behind.lower_ not in _TAIL:
        return None
    return head


def _share(token: Token) -> bool:
    """ "6,480 of them", "part of it" """
    of = next((child for child in token.children if child.lower_ == "of"), None)
    return (
        (token.like_num or token.pos_ in {"NUM", "NOUN"})
        and of is not None
        and any(c.lower_ in {"it", "them"} for c in of.children)
    )


def _numeric(token: Token) -> bool:
    return token.like_num or any(child.dep_ == "nummod" for child in token.children)


def _mistagged(verb: Token) -> Token | None:
    """The noun before a cue that the tagger took for a noun ("the ministry maintains it has", "the office sticks to 67")."""
    doc = verb.doc
    following = doc[verb.i + 1 : verb.i + 2]
    if (
        verb.tag_ not in {"NNS", "NN", "NNP"}
        or verb.i == 0
        or not (verb.lower_.endswith("s") or [t.lower_ for t in following] == ["that"])
    ):
        return None
    if any(t.tag_ in _FINITE for t in doc[: verb.i]):
        return None
    cue = cues()[verb.lower_]
    opens = any(
        t.lower_ in {"that", "it", "he", "she", "they", "its", "the", "a"} or t.like_num or t.lower_ in cue.particles
        for t in following
    )
    head = _first_noun(list(doc[: verb.i]))
    if not opens or head is None:
        return None
    return head


def _holder(verb: Token) -> Token | None:
    """Head of the subject's noun phrase, taken over from the governing verb where the cue has none of its own."""
    for _ in range(4):
        kinds = {child.dep_: child for child in verb.children}
        if "agent" in kinds:
            return next((child for child in kinds["agent"].children if child.dep_ == "pobj"), None)
        subject = kinds.get("nsubj")
        if subject is not None:
            if subject.lower_ in {"who", "which", "that"} and verb.dep_ == "relcl":
                loose = subject.lower_ == "which" and not (verb.head.pos_ == "PROPN" or _is(verb.head, DOCUMENTS | COUNTERS))
                return None if loose else _issuer(verb.head)
            return _role_behind(subject)
        if "csubj" in kinds and verb.i > 0 and verb.doc[verb.i - 1].pos_ == "PROPN":
            return verb.doc[verb.i - 1]  # a name that the parser took for a clause ("WHO chief Jo Lund said")
        if "nsubjpass" in kinds or "auxpass" in kinds:
            return None
        if verb.dep_ == "acl" and verb.tag_ == "VBN" and verb.head.dep_ == "ROOT" and "dobj" in kinds:
            return verb.head  # a past tense that the tagger took for a participle
        if verb.dep_ == "acl" and verb.tag_ == "VBG":
            set_off = verb.i > 0 and verb.doc[verb.i - 1].text == "," and verb.head.lower_ not in DOCUMENTS
            return _issuer(verb.head) if not set_off else _main_subject(verb.head)
        inherits = verb.dep_ == "conj" or (verb.dep_ in {"advcl", "xcomp", "dep"} and verb.tag_ in {"VBG", "VB"})
        if not inherits or verb.head == verb or verb.head.pos_ not in {"VERB", "AUX"}:
            return None
        if verb.dep_ == "xcomp" and verb.tag_ == "VB" and verb.head.lower_ not in RAISING:
            return None
        inner = verb.dep_ == "conj" and verb.head.dep_ == "ccomp" and verb.head.head.lower_ in cues()
        verb = verb.head.head if inner else verb.head  # "said the dam would hold and added": who said adds
    return None


def _role_behind(head: Token) -> Token:
    """Of "Ilse Marrow, an engineer, said" the name, where the parser took the role for the subject."""
    doc = head.doc
    first = next((i for i in range(head.i - 1, max(1, head.i - 6), -1) if doc[i].lower_ in {"a", "an", "the"}), 0)
    if head.pos_ != "NOUN" or first < 2 or doc[first - 1].text != ",":
        return head
    ended = any(token.text == "," for token in doc[head.i + 1 : head.right_edge.i + 2])
    return doc[first - 2] if ended and doc[first - 2].pos_ == "PROPN" else head


def _main_subject(token: Token) -> Token | None:
    """The subject of the clause that a token belongs to."""
    while token.head != token:
        token = token.head
        if token.pos_ in {"VERB", "AUX"}:
            subject = next((child for child in token.children if child.dep_ == "nsubj"), None)
            if subject is not None and subject.pos_ in _NOUNS | {"PRON"}:
                return subject
    return None


def _issuer(noun: Token) -> Token:
    """Of "the institute released a report saying" the institute; else the noun itself."""
    if noun.lower_ not in DOCUMENTS or not any(child.lower_ in {"a", "an"} for child in noun.children):
        return noun
    governor = (
        noun.head if noun.dep_ == "dobj" else noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "in" else None
    )
    if governor is None:
        return noun
    return next((child for child in governor.children if child.dep_ == "nsubj"), noun)


def _positive(verb: Token) -> bool:
    """Something is said: not "did not say"; "does not expect" is a statement."""
    return not any(child.dep_ == "neg" for child in verb.children) or verb.lower_ in {"believe", "think", "expect"}


def _background(verb: Token) -> bool:
    """Is this the clause of an event ("after the bank disclosed losses") or of a free relative ("what he had been saying")?"""
    clause = verb
    if clause.dep_ == "xcomp":
        clause = clause.head
    if clause.dep_ not in {"advcl", "pcomp", "ccomp", "relcl"}:
        return False
    for child in clause.children:
        if child.i < clause.i and child.dep_ in {"mark", "advmod"} and child.lower_ in BACKGROUND:
            return True
        if child.lower_ == "what" and child.i < clause.i:
            return True
    return clause.dep_ == "pcomp" or (
        clause.dep_ == "advcl" and clause.head.i > 0 and clause.doc[clause.left_edge.i - 1].lower_ in BACKGROUND
    )


def _finite(clause: Token) -> bool:
    return clause.tag_ in _FINITE or any(child.tag_ in _FINITE or child.lower_ == "that" for child in clause.children)


def _evidence(verb: Token, cue: Cue, holder: Token, quoted: list[Span]) -> bool:
    children = list(verb.children)
    doc = verb.doc
    needs = cue.evidence
    if any(c.dep_ == "prt" and c.i == verb.i + 1 and c.lower_ not in cue.particles and c.lower_ != "back" for c in children):
        return False  # "wrote off", "put up"
    if any(child.lower_ in {"itself", "himself", "herself", "themselves"} for child in children):
        return False
    if _particle(verb, cue) is not None:
        return True
    if "any" in needs:
        return True
    if quoted and needs & {"quoted", "clause"} and not any(start <= holder.idx < end for start, end in quoted):
        return True
    deps = {child.dep_ for child in children}
    objects = [child for child in children if child.dep_ in _OBJECTS and child.i > verb.i]
    number = any(
        t.like_num or t.pos_ == "NUM" for child in children if child.i > verb.i and child != holder for t in child.subtree
    )
    mistagged = not verb.tag_.startswith("VB")
    if "clause" in needs:
        if any(child.dep_ in {"ccomp", "pcomp", "relcl" if mistagged else "ccomp"} and _finite(child) for child in children):
            return True
        if (not objects or "addressed" in needs) and _set_off(verb, holder):
            return True
        if verb.i + 1 < len(doc) and doc[verb.i + 1].lower_ == "that" and doc[verb.i + 1].tag_ == "IN":
            return True
    document = _is(holder, DOCUMENTS)
    if mistagged:
        return "document" in needs and document
    if "object" in needs and (objects or _denied(verb, needs)):
        return True
    if "oprd" in needs and (deps & {"oprd", "ccomp"} or len(objects) > 1):
        return True
    if "matter" in needs and any(_is(child, MATTERS | DOCUMENTS) for child in objects):
        return True
    if "number" in needs and objects and number:
        return True
    if "to" in needs and deps & {"xcomp", "ccomp"}:
        return True
    if "document" in needs and document and (objects or deps & {"ccomp"}):
        return True
    counts = holder.pos_ == "PROPN" or _is(holder, COUNTERS)
    return "body" in needs and number and bool(objects) and counts


def _denied(verb: Token, needs: frozenset[str]) -> bool:
    """ "..., which the ministry denied": the object is the clause before."""
    which = next((child for child in verb.children if child.tag_ == "WDT" and child.lower_ == "which"), None)
    return which is not None and "clause" in needs and which.i > 0 and verb.doc[which.i - 1].text == ","


def _is(token: Token, words: frozenset[str]) -> bool:
    return token.lower_ in words or token.lower_.removesuffix("s") in words


def _set_off(verb: Token, holder: Token) -> bool:
    """Is the clause of this verb set off from the statement: ", she notes," or behind it?"""
    doc = verb.doc
    first = min(holder.left_edge.i, verb.i)
    if first < 2 or not _breaks(doc[first - 1]) or verb.tag_ in {"VBG", "VB"}:
        return False
    return any(t.pos_ in {"VERB", "AUX"} for t in doc[:first]) or first > 3


def _particle(verb: Token, cue: Cue) -> Token | None:
    """The word that makes the verb a cue ("stands by"), close behind it; "puts ... at" may take a long object between."""
    if not cue.particles:
        return None
    doc = verb.doc
    for token in doc[verb.i + 1 : verb.i + 3]:
        if token.lower_ in cue.particles:
            return token
        if token.pos_ not in {"ADV", "ADP"}:
            break
    for token in doc[verb.i + 1 : verb.i + 25]:
        numbers = doc[token.i + 1 : token.i + 6] if token.lower_ == "at" else doc[verb.i + 1 : token.i]
        if token.lower_ in cue.particles & {"at", "as"} and any(t.like_num or t.pos_ == "NUM" for t in numbers):
            return token
    return next((child for child in verb.children if child.i > verb.i and child.lower_ in cue.particles), None)


def _cue_text(verb: Token, cue: Cue) -> str:
    particle = _particle(verb, cue)
    return verb.text if particle is None else f"{verb.text} {particle.text}"


def _according(token: Token) -> Attribution | None:
    if token.lower_ != "according" or token.i + 1 >= len(token.doc) or token.nbor().lower_ != "to":
        return None
    to = token.nbor()
    apposed = next((c for c in to.children if c.dep_ == "pobj"), None)
    holder = apposed or _first_noun(list(token.doc[to.i + 1 : to.i + 12]))
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
        if owner is None or token.lower_ not in _VIEWS_OF or preposition.lower_ == "on":
            return None  # "on account of the price"
    own = owner.lower_ in {"his", "her", "its", "their"} and preposition.lower_ in {"in", "on"}
    if owner.lower_ in {"my", "our", "your", "whose"} or (own and token.lower_ not in _VIEWS_OF):
        return None
    if token.lower_ in {"book", "books", "records"}:
        if preposition.lower_ != "by":
            return None
        owner = token
    return Attribution(owner, token.doc.phrase(preposition.i, token.i + 1), preposition.idx, _around(preposition, owner))


def _own_count(token: Token) -> Attribution | None:
    """ "scoffed at the ministry's count of 212": the number alone."""
    owner = next((child for child in token.children if child.dep_ == "poss"), None)
    of = next((child for child in token.children if child.dep_ == "prep" and child.lower_ == "of"), None)
    if token.lower_ not in VIEW_NOUNS or owner is None or owner.pos_ not in _NOUNS or of is None:
        return None
    number = next((c for c in of.children if c.dep_ == "pobj" and (c.like_num or c.pos_ == "NUM" or _numeric(c))), None)
    return None if number is None else Attribution(owner, token.text, token.idx, _spans(set(number.subtree)))


def _polled(token: Token) -> Attribution | None:
    """ "58 percent of those questioned by X", "in a survey by X": whoever asked reports."""
    if token.lower_ in _ASKED and token.tag_ in {"VBN", "VBD"} and token.dep_ == "acl":
        by = next((child for child in token.children if child.dep_ in {"agent", "prep"} and child.lower_ == "by"), None)
    elif token.lower_ in _SURVEYS and token.dep_ == "pobj" and token.head.lower_ == "in":
        by = next(
            (child for child in token.children if child.dep_ in {"agent", "prep"} and child.lower_ in {"by", "for"}), None
        )
    else:
        return None
    holder = next((child for child in by.children if child.dep_ == "pobj"), None) if by is not None else None
    if holder is None or not any(t.like_num or t.pos_ == "NUM" for t in token.doc):
        return None
    return Attribution(holder, token.text, token.idx, _around(token, holder))


def _nested(one: Attribution, doc: Doc, reports: set[int]) -> bool:
    """Is this report part of what another one reports ("the ministry said that doctors confirmed 40 cases")?"""
    token = next(t for t in doc if t.idx == one.at)
    if token.i not in reports:
        return False
    if token.dep_ in {"acl", "relcl"}:
        return False  # a number with its own speaker
    for _ in range(len(doc)):
        if token.head == token:
            return False
        if token.dep_ in {"ccomp", "xcomp"} and token.head.i in reports:
            between = doc[min(token.i, token.head.i) : max(token.i, token.head.i)]
            return not any(t.text == ";" for t in between)
        if token.dep_ not in {"ccomp", "xcomp", "conj"} or (token.dep_ == "conj" and token.i in reports):
            return False
        token = token.head
    return False


def _colon(doc: Doc, quoted: list[Span]) -> list[Attribution]:
    """A quotation behind a colon: the subject of whatever verb stands before it speaks."""
    for start, end in quoted:
        opening = next((t for t in doc if t.idx >= start), None)
        if opening is None or opening.i < 3 or len(doc.text[start:end].split()) < _QUOTED_WORDS:
            continue
        if doc[opening.i - 1].text != ":" and doc[opening.i - 2].text != ":":
            continue
        for verb in doc[: opening.i - 1]:
            if verb.tag_ in {"VBD", "VBZ", "VBP"}:
                holder = next((child for child in verb.children if child.dep_ == "nsubj"), None) or _first_noun(
                    list(doc[: verb.i])
                )
                if holder is not None:
                    return [Attribution(holder, verb.text, verb.idx, ((start, end),))]
    return []


def _content(verb: Token, holder: Token, quoted: list[Span], *, around: bool) -> tuple[Span, ...]:
    """What is said: all that hangs on the cue but its subject and side clauses; and the clause that it is set into."""
    doc = verb.doc
    own = set(verb.subtree)
    if _is(holder, DOCUMENTS):
        left_out: set[Token] = set()  # "a survey of 340 shops found": the number is the survey's
    elif around:
        begin = min(holder.i, verb.i)
        while begin > 0 and not _breaks(doc[begin - 1]):
            begin -= 1
        phrase = {holder, *(t for t in holder.subtree if t.i > verb.i and t.i <= holder.i)}
        left_out = set(doc[begin : verb.i]) if holder.i < verb.i else phrase
    else:
        left_out = set(holder.subtree) if verb not in set(holder.subtree) else {holder}
    for child in verb.children:
        other_clause = child.dep_ == "conj" and any(grand.dep_ in {"nsubj", "nsubjpass"} for grand in child.children)
        if (other_clause and child.lower_ in cues()) or (child.i > verb.i and child.dep_ == "advcl" and _aside(child)):
            left_out |= set(child.subtree)
    kept = own
    if around or verb.dep_ == "parataxis":
        kept = set(doc)
    if "addressed" in cues()[verb.lower_].evidence and any(c.dep_ == "xcomp" for c in verb.children):
        for child in verb.children:
            if child.i > verb.i and child.dep_ in {"dobj", "dative"}:
                left_out |= set(child.subtree)  # "told 3,400 residents to leave"
    left_out = left_out | {verb}
    spoken = {t for t in doc if any(start <= t.idx < end for start, end in quoted)}
    return _spans({token for token in kept - left_out if not _side(token, verb)} | spoken)


def _aside(clause: Token) -> bool:
    """A clause behind a comma and "as", "while", "when": what happened meanwhile."""
    first = clause.left_edge
    return first.lower_ in {"as", "when", "after", "before"} and first.i > 0 and clause.doc[first.i - 1].text == ","


def _side(token: Token, cue: Token) -> bool:
    """Within a relative clause behind a comma ("the reservoirs, which supply 2 million people, ")?"""
    for _ in range(12):
        if token == cue:
            return False
        if token.dep_ == "relcl":
            first = token.left_edge
            return first.lower_ in {"which", "who", "whose", "where"} and first.i > 0 and token.doc[first.i - 1].text == ","
        if token.head == token:
            return False
        token = token.head
    return False


def _around(marker: Token, holder: Token) -> tuple[Span, ...]:
    """The clause that a phrase such as "according to X" belongs to: from one semicolon to the next."""
    doc = marker.doc
    first, last = marker.i, marker.i
    while first > 0 and doc[first - 1].text != ";":
        first -= 1
    while last + 1 < len(doc) and doc[last + 1].text != ";":
        last += 1
    phrase = set(holder.subtree)
    inset = _inset(marker, holder)
    if inset is not None:
        first, last = inset
    return _spans({token for token in doc[first : last + 1] if token not in phrase and not _side(token, marker)})


def _inset(marker: Token, holder: Token) -> tuple[int, int] | None:
    """ "The dead, 1,780 according to a note, have been": between the commas, where a number and little else stands."""
    doc = marker.doc
    begin = marker.i
    while begin > 0 and marker.i - begin < 6 and doc[begin - 1].text not in {",", "(", "—", "–"}:
        begin -= 1
    end = next((t.i for t in doc[holder.i + 1 : holder.i + 12] if t.text in {",", ")", "—", "–", ".", ";"}), None)
    if begin in {0, marker.i} or doc[begin - 1].text not in {",", "(", "—", "–"} or end is None or doc[end].text in ".;":
        return None
    numbers = any(t.like_num or t.pos_ == "NUM" for t in doc[begin : marker.i])
    plain = not any(t.pos_ in {"VERB", "AUX"} for t in doc[begin : marker.i])
    return (begin, marker.i - 1) if numbers and plain else None


def _spans(tokens: set[Token]) -> tuple[Span, ...]:
    spans: list[list[int]] = []
    previous = -2
    for token in sorted(tokens, key=lambda t: t.i):
        if token.i == previous + 1:
            spans[-1][1] = token.idx + len(token)
        else:
            spans.append([token.idx, token.idx + len(token)])
        previous = token.i
    text = next(iter(tokens)).doc.text if tokens else ""
    return tuple((start, end) for start, end in spans if any(c.isalnum() for c in text[start:end]))
