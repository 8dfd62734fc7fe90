"""What is done to what is counted, by whom, and to whom: the verb of the quantity's clause as words of a label.

"the strike killed 12 people" -> "killed in strike"; reporting verbs and those that only give a number say nothing. Pure.
"""

from extractors.figures.frame import base, is_verb, passive
from extractors.figures.inflection import ing, past
from extractors.figures.things import Things
from extractors.figures.verbs import (
    DIE,
    HAVE,
    LEAVE,
    LIGHT,
    LISTENERS,
    LOSE,
    MOVES,
    PROVIDE,
    REPORT,
    STATES,
    STATUS,
    equates,
    speaks,
    undergone,
)
from extractors.figures.wording import BOUND, EMPTY, GENERIC, PREPOSITIONS, like_number, noun_of
from extractors.text import Token


def happens(noun: Token | None) -> bool:
    """Is the subject an event rather than somebody who acts ("a strike killed" is "killed in the strike")?"""
    return noun is not None and noun.pos_ == "NOUN" and base(noun) in EVENTS


EVENTS = frozenset(
    "strike attack earthquake quake flood storm hurricane cyclone typhoon tornado fire wildfire blaze crash collision"
    " accident explosion blast bombing shelling raid outbreak epidemic pandemic war battle fighting clash riot protest"
    " landslide avalanche eruption collapse drought famine heatwave tsunami tremor derailment shooting stampede sinking"
    " disaster ambush siege offensive".split()
)


class Doings(Things):
    """Reads the verb of a quantity's clause."""

    def doing(self) -> None:
        """The verb of the clause as a participle, who does it, and where."""
        frame = self.frame
        verb = self.verb
        if verb is None or self.elsewhere:
            return
        inside = [
            t
            for t in frame.path[1:-1]
            if t.pos_ in {"NOUN", "PROPN"}
            and t.i not in self.used
            and base(t) not in GENERIC | EMPTY
            and not like_number(t)
            and not any(like_number(c) for c in t.children)
            and not speaks(t)
        ]
        if inside:
            # it belongs to another thing ("a ferry with 90 people"), of which the verb speaks
            holder = self.who(inside[0])
            if holder:
                self.agent = holder
                self.parts.append(f"of {holder}")
            return
        name = base(verb)
        doer = self.subject(verb)
        verb, name = self.meant(verb, name)
        below = frame.path[-2] if len(frame.path) > 1 else frame.root
        edge = below.dep_
        counts = self.counts
        status = counts and name in STATUS and edge in {"dobj", "nsubjpass"}
        to = [g for c in verb.children if c.lower_ == "to" for g in c.children] + [
            c for c in verb.children if c.dep_ == "dative"
        ]
        given = name == "give" and any(base(t) not in LISTENERS for t in to)
        told = name in LOSE and any(word in STATES for part in self.parts for word in part.split())
        silent = (
            told
            or (name in REPORT and not status and not given)
            or (not counts and (name in MOVES or equates(verb, name) or (name in LEAVE and below.lower_ == "at")))
        )
        if doer is not None and (doer.i in self.used or frame.holds(doer) or doer == below):
            doer = None
        who = "" if doer is None or (speaks(doer) and not given) else self.who(doer)
        if not silent:
            self.action = name
        if name in {"be", "remain", "stay"}:
            self.action = ""
            for child in verb.children:
                if (
                    (self.counts or self.unit == "percent")
                    and child.dep_ in {"acomp", "oprd"}
                    and child != below
                    and child.pos_ in {"ADJ", "VERB"}
                    and not frame.holds(child)
                ):
                    self.parts.append(child.text)
                    for inner in child.children:
                        if inner.dep_ == "prep":
                            self.preposition(inner)
            if who and edge == "attr" and doer is not None and doer.lower_ != "there":
                self.parts.append(f"of {who}")
                self.agent = who
        elif name in HAVE and edge not in {"nsubj", "csubj"}:
            if who:
                self.agent = who
                self.parts.append(f"in {who}" if name == "hold" and counts else f"of {who}")
        elif silent:
            if (
                who
                and name not in MOVES
                and edge not in {"nsubj", "nsubjpass"}
                and doer is not None
                and doer.i not in self.used
            ):
                self.agent = who
        elif (
            edge == "nsubjpass"
            or (below.lower_ == "of" and below.i < verb.i and doer is None and passive(verb))
            or (edge in {"nsubj"} and undergone(verb))
        ):
            particle = next((c.text for c in verb.children if c.dep_ == "prt"), "")
            self.parts.append(f"{past(verb, name)}{particle and BOUND + particle}")
            by = next((c for c in verb.children if c.dep_ == "agent"), None)
            actor = next((c for c in by.children if c.dep_ == "pobj"), None) if by is not None else None
            if actor is not None:
                self.agent = self.who(actor)
                if self.agent:
                    self.parts.append(f"by {self.agent}")
        elif edge in {"nsubj", "csubj"}:
            goal = next((c for c in verb.children if c.dep_ in {"dobj", "acomp", "attr", "prt"}), None)
            target = (
                self.phrase(goal)
                if goal is not None and goal.pos_ in {"NOUN", "PROPN"}
                else goal.text
                if goal is not None and goal.dep_ == "prt"
                else ""
            )
            self.patient = target if goal is not None and goal.dep_ != "prt" else ""
            doing = "with" if name == "have" and target else "who died" if name in DIE else ing(name)
            self.parts.append(f"{doing} {target}".strip())
            cause = noun_of(verb) if name in DIE else None
            if cause is not None:
                self.parts.append(f"of {self.phrase(cause)}")
        elif edge in {"dobj", "obj", "dative", "attr", "oprd", "dep", "npadvmod"}:
            particle = next((c.text for c in verb.children if c.dep_ == "prt"), "")
            self.parts.append(f"{past(verb, name)}{particle and BOUND + particle}")
            if who and not status:
                self.agent = who
                link = "in" if happens(doer) else "to" if passive(verb) else "by"
                self.parts.append(f"{link} {who}")
        else:
            goal = next((c for c in verb.children if c.dep_ in {"dobj", "nsubjpass"} and c != below), None)
            if goal is not None and goal.pos_ in {"NOUN", "PROPN"} and goal.i not in self.used:
                self.patient = self.phrase(goal)
                self.parts.append(self.used_for(verb, name, below))
            elif who:
                self.agent = who
                self.parts.append(f"of {who}")
        for child in verb.children:
            if counts and child.dep_ == "prep" and child.lower_ == "as":
                self.counted_as(child)
            if name in REPORT and child.lower_ == "by":
                continue  # who says so
            if (child.dep_ == "prep" and child.lower_ in PREPOSITIONS and child not in frame.path and child != below) or (
                child.dep_ == "dative" and child.pos_ == "ADP"
            ):
                self.preposition(child)
            elif child.dep_ == "dative" and child.pos_ in {"NOUN", "PROPN"} and not frame.holds(child):
                text = self.phrase(child)
                self.patient = self.patient or text
                self.parts.append(f"to {text}")

    def meant(self, verb: Token, name: str) -> tuple[Token, str]:
        """The verb that says what is done: "were found to be closed", "are trying to save", "are said to have been sold"."""
        if name not in REPORT | LIGHT:
            return verb, name
        below = next((c for c in verb.children if c.dep_ == "xcomp" and is_verb(c) and not self.frame.holds(c)), None)
        if below is None or below in self.frame.path or (name in REPORT and not passive(verb)):
            return verb, name
        return below, base(below)

    def used_for(self, verb: Token, name: str, below: Token) -> str:
        """What is done with the quantity to something else: "supplied Russia with shells", "held talks in 12 towns"."""
        if below.lower_ == "with":
            return f"{past(verb, name)} to {self.patient}" if name in PROVIDE else f"{ing(name)} {self.patient}"
        if below.lower_ in {"of", "out"}:
            return ""
        if not self.patient or self.patient.split()[-1:] == self.counted.split()[-1:]:
            return ""
        if not self.counts:
            return f"{past(verb, name)} by {self.patient}" if passive(verb) and not self.whole else ""
        doer = self.subject(verb)
        who = self.who(doer) if doer is not None and not passive(verb) and not speaks(doer) else ""
        return f"with {self.patient} {past(verb, name)}" + (f" by {who}" if who else "")
