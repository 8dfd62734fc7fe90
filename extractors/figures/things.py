"""The thing itself: which noun does a quantity count, or is a sum, a share or a length that of?

A count -> its noun with its modifiers, also where that stands elsewhere ("the number of soldiers stands at 4,600"); anything
else -> its carrier ("the price of wheat", "share of the dockers"), and the whole of which it is a part. Pure.
"""

from extractors.figures.frame import base, is_verb
from extractors.figures.hangers import Hangers
from extractors.figures.inflection import plural_of
from extractors.figures.verbs import ACTS, EQUAL, LEAVE, MOVES, QUALITY, REPORT, STATES, TRADE, equates, joint, speaks
from extractors.figures.wording import EMPTY, GENERIC, HYPHENS, PREPOSITIONS, PRONOUNS, like_number, modifiers, noun_of
from extractors.text import Token

#: What a number without a carrier is called, by the dimension of its unit.
CALLED = {
    "percent": "share",
    "money": "money",
    "time": "time",
    "length": "distance",
    "area": "area",
    "mass": "weight",
    "temperature": "temperature",
}


#: "12 kilometres long" measures a length.
EXTENT = {
    "long": "length", "wide": "width", "deep": "depth", "high": "height", "tall": "height", "thick": "thickness",
    "old": "age", "across": "width", "heavy": "weight", "away": "distance", "apart": "distance", "down": "depth",
    "below": "depth", "late": "delay", "later": "delay", "north": "distance", "south": "distance", "east": "distance",
    "west": "distance",
}  # fmt: skip


#: "a 12-tonne gate", "a 40-minute delay"
EXTENT_OF = {"mass": "weight", "length": "length", "area": "area", "volume": "volume"}


class Things(Hangers):
    """Finds the noun that a quantity measures."""

    def noun(self) -> str:
        """The noun that is counted, with its modifiers."""
        frame = self.frame
        root = frame.root
        target = root if root.pos_ in {"NOUN", "PROPN"} and not like_number(root) else None
        if target is None and (
            root.dep_ in {"nummod", "amod", "compound", "quantmod"}
            and root.head.pos_ in {"NOUN", "PROPN"}
            and root.head.i >= root.i
        ):
            target = root.head
        if target is not None and frame.holds(target) and target.lower_ in STATES:
            target = None  # "46 dead"
        of = noun_of(target or root, skip_past=frame.first)
        if target is None and of is None and self.verb is not None:
            # "Of those, about 300 were closed"
            front = next((c for c in self.verb.children if c.lower_ == "of" and c.i < frame.first), None)
            of = next((c for c in front.children if c.dep_ == "pobj"), None) if front is not None else None
        while of is not None and like_number(of):  # "hundreds of thousands of shells"
            of = noun_of(of)
        state = next((t for t in frame.doc[frame.first : frame.last + 1] if t.lower_ in STATES), None)
        if target is None and of is None and state is None:
            target = self.counted_elsewhere()
            self.elsewhere = target is not None
            of = None if target is None else noun_of(target)
        if target is None:
            if of is not None:
                self.whole = self.phrase(of)
                self.used.add(of.i)
                verb = self.verb
                kind = (
                    None if verb is None or base(verb) != "be" else next((c for c in verb.children if c.dep_ == "attr"), None)
                )
                if self.whole and kind is not None and kind.tag_ == "NNS" and not frame.holds(kind):
                    self.used.add(kind.i)
                    return f"{self.phrase(kind)} among {self.whole}"
                return self.whole or plural_of(self.unit)
            if state is not None:
                text = joint(state)
                if text != "dead":
                    self.parts.append(text)
                for child in state.children:
                    if child.dep_ in {"prep", "agent"}:
                        self.preposition(child)
            if state is not None and self.unit == "person" and self.parts[:1] != [joint(state)]:
                return "deaths"
            return plural_of(self.unit) if self.unit else "number"
        self.used.add(target.i)
        text = self.phrase(target, of=False)
        if of is not None:
            inner = self.phrase(of)
            self.used.add(of.i)
            if inner:
                if base(target) in {"head", "case", "kind", "type", "piece", "number", "pair", "set", "member"} or not text:
                    text = f"{text} of {inner}".strip()
                else:
                    self.parts.append(f"of {inner}")
                    self.whole = inner
        around = list(target.children)
        if self.elsewhere and target.dep_ == "pobj":
            around += target.head.head.children  # "the number of soldiers in the town"
        for child in around:
            if child.dep_ == "acl" and is_verb(child) and child.i > target.i and not frame.holds(child):
                self.participle(child)
            elif child.dep_ == "prep" and child.lower_ in PREPOSITIONS and (self.elsewhere or child.i >= frame.last - 1):
                self.preposition(child)
            elif child.dep_ == "prep" and child.lower_ == "as":
                self.counted_as(child)
            elif child.dep_ == "relcl" and is_verb(child):
                self.relative(child)
            elif child.dep_ == "amod" and child.i > target.i:
                self.parts.append(child.text)
            elif child.dep_ == "poss":
                owner = self.owner(child)
                if owner:
                    self.parts.append(f"of {owner}")
        return text or plural_of(self.unit)

    def counted_elsewhere(self) -> Token | None:
        """The noun in "the number of soldiers stands at 4,600", "customers numbered 9,000", "put the dead at 12"."""
        verb = self.verb
        if verb is None:
            return None
        name = base(verb)
        noun = None
        if name in MOVES or name in REPORT:
            noun = next((c for c in verb.children if c.dep_ in {"dobj", "nsubjpass"}), None)
        if noun is None and name in EQUAL - ACTS:
            noun = self.subject(verb)
        if noun is None or self.frame.holds(noun) or noun in self.frame.path or noun.pos_ not in {"NOUN", "PROPN"}:
            return None
        if noun.lower_ in GENERIC:
            if noun_of(noun) is None and len(modifiers(noun)) > 1:
                return noun  # "the death toll"
            noun = noun_of(noun)
            return noun if noun is not None and noun.pos_ in {"NOUN", "PROPN"} and not self.frame.holds(noun) else None
        return noun if noun.tag_ == "NNS" else None

    def carrier(self, kind: str) -> str:
        """What a sum, a share or a length is that of."""
        frame, root = self.frame, self.frame.root
        called = CALLED.get(kind, "amount")
        of = noun_of(root, skip_past=frame.first)
        if of is not None and kind in {"percent", "mass", "volume", "area"}:
            self.used.add(of.i)
            self.whole = self.phrase(of)
            if self.whole:
                self.counted = self.whole
                verb = frame.verb
                holder = self.subject(verb) if verb is not None and base(verb) in EQUAL and base(verb) != "be" else None
                if kind == "percent" and holder is not None and not frame.holds(holder) and holder not in frame.path:
                    who = self.who(holder)
                    self.used.add(holder.i)
                    if who:
                        self.parts.append(f"of {who}")
                above = root.head.head if root.dep_ == "pobj" and root.head.lower_ == "of" else None
                if kind == "percent" and above is not None and above.tag_ == "NN" and base(above) not in GENERIC:
                    self.used.add(above.i)
                    return f"{self.phrase(above, of=False)} as share of {self.whole}"
                return f"share of {self.whole}" if kind == "percent" else self.whole
        head = root.head
        extent = EXTENT.get(head.lower_) or next((EXTENT[w] for w in frame.after(1) if w in EXTENT and w != "across"), "")
        if extent and kind in {"length", "mass", "time"}:
            if head.pos_ in {"NOUN", "PROPN"}:
                return f"{extent} of {self.phrase(head)}"
            doer = None if frame.verb is None or base(frame.verb) not in EQUAL else self.subject(frame.verb)
            if doer is not None and not frame.holds(doer) and extent != "distance":
                self.used.add(doer.i)
                who = self.who(doer)
                return f"{extent} of {who}" if who else extent
            return extent
        if (root.dep_ == "pobj" and head.dep_ in {"prep", "agent"}) or head.dep_ == "prep":
            above = head.head
            if above.pos_ in {"NOUN", "PROPN"} and not frame.holds(above) and not self.is_time(above):
                return self.noun_with_owner(above)
        if (
            root.dep_ in {"compound", "nmod", "nummod", "amod", "npadvmod", "poss", "quantmod"}
            and head.pos_ in {"NOUN", "PROPN"}
            and head.i >= root.i
        ):
            thing = self.noun_with_owner(head)
            glued = frame.doc[frame.last - 1].i > frame.first and frame.doc[frame.last - 2].text in HYPHENS
            return f"{EXTENT_OF[kind]} of {thing}" if glued and thing and kind in EXTENT_OF else thing
        if root.dep_ == "appos" and head.pos_ == "NOUN" and not like_number(head):
            return self.noun_with_owner(head)
        if head.lower_ == "worth":
            thing = self.phrase(head.head) if head.head.pos_ in {"NOUN", "PROPN"} else ""
            return f"value of {thing}" if thing else "value"
        verb = self.verb
        if verb is None:
            return called
        name = base(verb)
        goal = next(
            (c for c in verb.children if c.dep_ in {"dobj", "nsubjpass"} and not frame.holds(c) and c not in frame.path), None
        )
        if (
            goal is not None
            and goal.pos_ in {"NOUN", "PROPN"}
            and (name in MOVES or name in REPORT or (name in LEAVE and head.lower_ == "at"))
            and not self.is_time(goal)
        ):
            return self.noun_with_owner(goal)
        if root.dep_ in {"nsubj", "nsubjpass"} and kind != "percent":
            return called
        if (
            kind == "money"
            and goal is not None
            and root.dep_ == "pobj"
            and (head.lower_ == "for" or (head.lower_ == "at" and name in TRADE))
        ):
            if base(goal) in EMPTY:
                goal = self.subject(verb) or goal  # "changed hands at"
            sold = self.phrase(goal) if goal.pos_ in {"NOUN", "PROPN"} and not self.is_time(goal) else ""
            if sold:
                self.used |= {goal.i, *(t.i for t in verb.children if t.dep_ == "nsubj")}
                return f"price of {sold}"
        if kind == "percent" and (whole := self.whole_of_share(verb)):
            return f"share of {whole}"
        through = root.dep_ == "pobj" and head.lower_ in {"at", "to", "by", "from"} and goal is None
        if equates(verb, name) or root.dep_ in {"attr", "acomp"} or through:
            doer = self.subject(verb)
            if doer is not None and not frame.holds(doer) and doer not in frame.path[:-1]:
                self.used.add(doer.i)
                thing = self.noun_with_owner(doer) if doer.lower_ not in PRONOUNS else self.resolve(doer)
                quality = "duration" if name == "take" and kind == "time" else QUALITY.get(name, "")
                if kind == "length" and name in {"lie", "stand", "be"} and any(c.lower_ == "from" for c in verb.children):
                    quality = "distance"
                elif kind == "length" and name in {"be", "stand", "fly", "cruise"} and head.lower_ == "at":
                    quality = "height"
                if quality and thing and base(doer) not in {quality, "distance"}:
                    return f"{quality} of {thing}"
                return thing or quality or called
        return called

    def whole_of_share(self, verb: Token) -> str:
        """What a share without "of" is one of: "Of 84 wells, two thirds were closed", "the dockers, or one in three, left"."""
        first = self.frame.doc[0]
        of = next((c for c in verb.children if c.lower_ == "of" and c.i < verb.i), first if first.lower_ == "of" else None)
        noun = next((c for c in of.children if c.dep_ == "pobj"), None) if of is not None else None
        if noun is None and of is first:
            noun = next((t for t in self.frame.doc[1:6] if t.tag_ == "NNS"), None)
        if noun is None and (self.frame.root.dep_ in {"conj", "appos"} or self.frame.before(1) == ["or"]):
            noun = self.subject(verb)
            if noun is not None and noun.tag_ != "NNS":
                noun = None
        if noun is None or self.frame.holds(noun) or speaks(noun):
            return ""
        self.used.add(noun.i)
        self.whole = self.phrase(noun)
        return self.whole

    def noun_with_owner(self, noun: Token) -> str:
        """What a number is that of, with its owner, and with what hangs on it."""
        self.used.add(noun.i)
        text = self.phrase(noun)
        for child in noun.children:
            if child.dep_ == "poss":
                owner = self.owner(child)
                if owner:
                    text = f"{text} of {owner}"
            elif child.dep_ == "acl" and is_verb(child) and child.i > noun.i:
                self.participle(child)
            elif child.dep_ == "prep" and child.lower_ in PREPOSITIONS:
                self.preposition(child)
        return text
