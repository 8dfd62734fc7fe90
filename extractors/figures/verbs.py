"""What a verb does with a number: gives it to its subject or its object, reports it, moves it, or says what is done.

Verb of a clause -> one of these kinds, as sets of dictionary forms and the few questions that need the grammar. Pure.
"""

from extractors.figures.frame import base, is_verb, passive
from extractors.text import Token

#: Verbs that give a number to their subject: "the toll stands at", "repairs cost".
EQUAL = frozenset(
    "be stand reach total amount come cost exceed equal average number run hit top measure weigh rise fall climb drop grow"
    " jump slip sink decline increase decrease plunge surge shrink go remain stay hover lie last take account represent make"
    " worth become near approach pass surpass close trade swell mount dip ease widen narrow soar tumble slide".split()
)


#: Of these, the ones that somebody does to what is counted ("the institute measured 96").
ACTS = frozenset("measure take make run hit open close top".split())


MOVES = frozenset(
    "raise lift cut lower reduce increase trim bring revise narrow extend boost slash put estimate value set double keep"
    " expand shorten peg cap fix freeze maintain".split()
)


#: With "at", verbs that give the number to their object ("left the rate at 4 percent").
LEAVE = frozenset({"leave", "hold"})


HAVE = frozenset("have own hold possess get need want boast lack".split())


TRADE = frozenset("sell buy offer price trade acquire purchase get have value change rent auction".split())


#: Verbs that only open another.
LIGHT = frozenset("try help seek begin start continue manage want hope plan intend agree have need be".split())


#: Say no more than the state that stands behind the noun ("lost 310 soldiers killed or wounded").
LOSE = frozenset("lose cost leave suffer see have".split())


DIE = frozenset({"die", "perish"})


#: Verbs whose object gets what follows "with".
PROVIDE = frozenset("supply provide equip arm furnish present issue entrust reward serve feed".split())


#: Reporting verbs say nothing of what is measured.
REPORT = frozenset(
    "say report put estimate announce count show list record register give state tell believe reckon think note add claim"
    " find see know quote mention document declare publish verify describe calculate suggest indicate expect forecast"
    " predict project confirm speak talk warn cite call describe refer hear assert allege insist admit acknowledge deny"
    " write conclude reveal assess judge argue explain repeat".split()
)


#: Reporting verbs that tell one count from another ("confirmed", "suspected"): they stay, their subject does not.
STATUS = frozenset("add confirm register record document suspect declare find list".split())


#: What people, houses or things counted without a noun are: "12 dead", "40 missing".
STATES = frozenset(
    "dead killed injured wounded hurt missing homeless displaced detained arrested confirmed suspected infected"
    " hospitalised hospitalized sick ill unaccounted trapped stranded rescued evacuated destroyed damaged closed"
    " open idle".split()
)


#: Those to whom numbers are given, not things.
LISTENERS = frozenset(
    "press reporter journalist medium media agency newspaper parliament lawmaker committee public court hearing meeting".split()
)


#: What a verb says of its subject.
QUALITY = {"cost": "cost", "weigh": "weight", "last": "duration"}


def is_report(verb: Token) -> bool:
    """Does the verb say that a number is given, and nothing of what is done ("put at", "counted", "spoke of")?"""
    return base(verb) in REPORT


def mistaken(verb: Token) -> bool:
    """Is it a name ("Rook 44 percent") or a kind ("for durum wheat") that the parser took for a verb?"""
    if verb.i == 0 or not verb.tag_.startswith("V"):
        return False
    before = verb.nbor(-1)
    return verb.text[:1].isupper() or (
        verb.tag_ in {"VB", "VBP"} and before.tag_ in {"IN", "DT", "JJ"} and before.lower_ != "that"
    )


def equates(verb: Token, name: str) -> bool:
    """Does the verb give the number to its subject? "takes 40 minutes" does, "takes in 40 million" does not."""
    return name in EQUAL and not (name in {"take", "make"} and any(c.dep_ == "prt" for c in verb.children))


def speaks(noun: Token) -> bool:
    """Is it who says so? That is no part of what is measured."""
    return noun.dep_ == "nsubj" and is_verb(noun.head) and base(noun.head) in REPORT


def undergone(verb: Token) -> bool:
    """Is it done to the subject? So also in "cost 3,000 soldiers killed", which the parser takes for a clause."""
    bare = (verb.tag_ == "VBN" or verb.lower_ in STATES) and not any(c.dep_ in {"aux", "dobj"} for c in verb.children)
    return passive(verb) or bare


def joint(verb: Token) -> str:
    """The participle with the one that is joined to it: "killed or wounded" is not "killed"."""
    text = verb.lower_
    link = verb.doc[verb.i + 1] if verb.i + 1 < len(verb.doc) else None
    if link is not None and link.lower_ in {"and", "or"} and verb.i + 2 < len(verb.doc):
        other = verb.doc[verb.i + 2]
        if (other.tag_ == "VBN" or other.lower_ in STATES) and not any(c.dep_ in {"dobj", "nsubj"} for c in other.children):
            return f"{text} {link.lower_} {other.lower_}"
    return text
