"""What hangs on a noun or a verb: "shells sent to the front", "homes that were flooded", "in the town of Lund".

Participle, relative clause or preposition -> words of the label, and the slots for place, agent and patient. Pure.
"""

from extractors.figures.frame import base, passive
from extractors.figures.inflection import past
from extractors.figures.phrases import Phrases
from extractors.figures.units import SYMBOLS, UNITS, WORDS
from extractors.figures.verbs import HAVE, REPORT, STATES, joint
from extractors.figures.wording import EMPTY, like_number, noun_of
from extractors.text import Token


class Hangers(Phrases):
    """Reads what hangs on the nouns and verbs of a quantity."""

    def participle(self, verb: Token) -> None:
        """ "shells sent to the front": the participle after a noun, with its preposition."""
        name = base(verb)
        if name in REPORT:
            return
        self.action = self.action or name
        self.parts.append(joint(verb) if verb.tag_ in {"VBN", "VBG", "VBD"} else past(verb, name))
        joined = [c for c in verb.children if c.dep_ == "conj" and c.tag_ == "VBN" and c.i == verb.i + 2]
        for child in [*verb.children, *(g for c in joined for g in c.children)]:
            if child.dep_ in {"prep", "agent"}:
                self.preposition(child)
            elif child.dep_ == "dobj" and child.pos_ in {"NOUN", "PROPN"} and not self.frame.holds(child):
                self.parts[-1] += f" {self.phrase(child)}"

    def counted_as(self, word: Token) -> None:
        """ "gave 1,100 soldiers as killed or injured" """
        state = next((c for c in word.children if c.tag_ == "VBN" or c.lower_ in STATES), None)
        if state is not None:
            self.parts.append(joint(state))

    def relative(self, verb: Token) -> None:
        """ "the homes that were flooded" """
        name = base(verb)
        if name in REPORT or name in HAVE or name == "be":
            return
        if any(c.dep_ == "neg" or c.lower_ in {"nobody", "none"} for c in verb.children):
            return
        if passive(verb) or any(c.dep_ == "dobj" and c.lower_ in {"that", "which", "whom"} for c in verb.children):
            self.parts.append(past(verb, name))
            self.action = self.action or name

    def preposition(self, prep: Token) -> None:
        """A preposition with its noun, where that says where, to whom or by what."""
        if prep.i in self.used or self.is_time(prep):
            return
        noun = next((c for c in prep.children if c.dep_ == "pobj"), None)
        if noun is None and prep.lower_ == "out" and (inside := noun_of(prep)) is not None and not self.is_time(inside):
            if not self.frame.holds(inside) and not any(like_number(c) for c in inside.children):
                self.parts.append(f"out of {self.phrase(inside)}")
            return
        if noun is None or self.frame.holds(noun) or noun in self.frame.path or noun.i in self.used or self.is_time(noun):
            return
        if noun.pos_ not in {"NOUN", "PROPN"} or base(noun) in EMPTY or any(like_number(c) for c in noun.children):
            return
        if WORDS.get(noun.lower_) in UNITS or noun.text in SYMBOLS:
            return
        text = self.phrase(noun)
        if not text:
            return
        self.used |= {prep.i, noun.i}
        word = prep.lower_
        if prep.dep_ == "agent":
            self.agent = self.agent or text
        elif word in {"to", "for", "into"}:
            self.patient = self.patient or text
        elif word in {"in", "at", "near", "on", "across", "around", "off", "along", "aboard", "inside", "outside"}:
            self.place = self.place or text
        self.parts.append(f"{word} {text}")
        for child in noun.children:
            if child.dep_ == "prep" and child.lower_ in {"in", "near"}:
                self.preposition(child)
