"""What does a figure measure: the words that a person would write beside its line in a chart?

Frame (grammar) -> the thing counted or measured with its modifiers, what is done to it, by whom, where; the same taken
apart in slots. Pronouns are looked up in the sentences before, ellipses ("of those") in the numbers before.
Pure. Who says so never enters: the label is built from the quantity's own clause. Never a run of eight words of the text.
Not here: the role (roles.py), how labels are compared (series/).
"""

import re
from collections.abc import Iterable, Sequence

from extractors.figures.as_of import Period, as_of, periods
from extractors.figures.frame import Frame, base, is_verb, passive, subject
from extractors.figures.units import SYMBOLS, UNITS, WORDS, dimension
from extractors.text import Sentence, Token
from schemas.records import Slots

#: Words of a label: what fits beside a line of a chart.
MOST_WORDS = 10
#: So many words in a row are a quotation, not a label.
_COPIED = 8

#: What a number without a carrier is called, by the dimension of its unit.
_CALLED = {
    "percent": "share",
    "money": "money",
    "time": "time",
    "length": "distance",
    "area": "area",
    "mass": "weight",
    "temperature": "temperature",
}
#: Verbs that give a number to their subject: "the toll stands at", "repairs cost".
_EQUAL = frozenset(
    "be stand reach total amount come cost exceed equal average number run hit top measure weigh rise fall climb drop grow"
    " jump slip sink decline increase decrease plunge surge shrink go remain stay hover lie last take account represent make"
    " worth become near approach pass surpass close trade swell mount dip ease widen narrow soar tumble slide".split()
)
#: Of these, the ones that somebody does to what is counted ("the institute measured 96").
_ACTS = frozenset("measure take make run hit open close top".split())
_MOVES = frozenset(
    "raise lift cut lower reduce increase trim bring revise narrow extend boost slash put estimate value set double keep"
    " expand shorten peg cap fix freeze maintain".split()
)
#: With "at", verbs that give the number to their object ("left the rate at 4 percent").
_LEAVE = frozenset({"leave", "hold"})
_HAVE = frozenset("have own hold possess get need want boast lack".split())
#: Words before a person's name.
_TITLES = frozenset(
    "president minister premier chancellor governor mayor king queen pope prince princess general gen colonel col captain capt"
    " mr mrs ms dr sen senator rep secretary ambassador lawmaker prosecutor commissioner spokesman spokeswoman director".split()
)
#: Those to whom numbers are given, not things.
_LISTENERS = frozenset(
    "press reporter journalist medium media agency newspaper parliament lawmaker committee public court hearing meeting".split()
)
_TRADE = frozenset("sell buy offer price trade acquire purchase get have value change rent auction".split())
#: Verbs that only open another.
_LIGHT = frozenset("try help seek begin start continue manage want hope plan intend agree have need be".split())
#: Say no more than the state that stands behind the noun ("lost 310 soldiers killed or wounded").
_LOSE = frozenset("lose cost leave suffer see have".split())
_DIE = frozenset({"die", "perish"})
#: Verbs whose object gets what follows "with".
_PROVIDE = frozenset("supply provide equip arm furnish present issue entrust reward serve feed".split())
#: Reporting verbs say nothing of what is measured.
_REPORT = frozenset(
    "say report put estimate announce count show list record register give state tell believe reckon think note add claim"
    " find see know quote mention document declare publish verify describe calculate suggest indicate expect forecast"
    " predict project confirm speak talk warn cite call describe refer hear assert allege insist admit acknowledge deny"
    " write conclude reveal assess judge argue explain repeat".split()
)
_PREPOSITIONS = frozenset(
    "in on at from to into for with near against across over through between under aboard by off around along inside"
    " outside out per toward towards within without among onto behind".split()
)
#: Objects of prepositions that say when or how, not what.
_EMPTY = frozenset(
    "day week month year time hour minute night morning evening afternoon date quarter season weekend moment period end"
    " beginning start addition total fact case statement interview message report notice conference briefing average part"
    " way example comparison far least most present past future monday tuesday wednesday thursday friday saturday sunday"
    " january february april june july august september october november december spring summer autumn winter"
    " today yesterday half behalf hand file foot spot scene rise return line place order effect need search turn all percent"
    " percentage dollar euro pound kilometre kilometer metre meter mile tonne ton account estimate estimation reckoning"
    " opinion telling assessment judgement judgment eye word claim calculation admission standard reference"
    " data pace count tally version practice course"
    " basis".split()
)
_PRONOUNS = frozenset(
    "it they he she them him her this that these those which who whom one others some we i you us me itself themselves".split()
)
#: What a number is read from is no doer.
_SOURCES = frozenset(
    "data report figure statistic survey study document record estimate analysis source poll census bulletin statement"
    " filing account analyst witness observer".split()
)
_GENERIC = frozenset("number total figure toll count amount sum level rate share tally".split())
_MODIFIERS = frozenset({"compound", "amod", "nmod"})
_NO_MODIFIERS = frozenset(
    "more fewer less other another further additional last first latest new total such several many few same own present"
    " current previous next estimated so-called alone only".split()
)

#: What people, houses or things counted without a noun are: "12 dead", "40 missing".
_STATES = frozenset(
    "dead killed injured wounded hurt missing homeless displaced detained arrested confirmed suspected infected"
    " hospitalised hospitalized sick ill unaccounted trapped stranded rescued evacuated destroyed damaged closed"
    " open idle".split()
)
#: Reporting verbs that tell one count from another ("confirmed", "suspected"): they stay, their subject does not.
_STATUS = frozenset("add confirm register record document suspect declare find list".split())
#: "12 kilometres long" measures a length.
_EXTENT = {
    "long": "length", "wide": "width", "deep": "depth", "high": "height", "tall": "height", "thick": "thickness",
    "old": "age", "across": "width", "heavy": "weight", "away": "distance", "apart": "distance", "down": "depth",
    "below": "depth", "late": "delay", "later": "delay", "north": "distance", "south": "distance", "east": "distance",
    "west": "distance",
}  # fmt: skip

#: "a 12-tonne gate", "a 40-minute delay"
_EXTENT_OF = {"mass": "weight", "length": "length", "area": "area", "volume": "volume"}

#: What a verb says of its subject.
_QUALITY = {"cost": "cost", "weigh": "weight", "last": "duration"}

_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "be:been become:become begin:begun break:broken bring:brought build:built burn:burnt buy:bought catch:caught"
        " choose:chosen come:come cost:cost"
        " cut:cut deal:dealt do:done draw:drawn drive:driven eat:eaten fall:fallen feed:fed feel:felt fight:fought"
        " find:found flee:fled fly:flown"
        " forget:forgotten freeze:frozen get:got give:given go:gone grow:grown hang:hanged have:had hear:heard"
        " hide:hidden hit:hit hold:held hurt:hurt"
        " keep:kept know:known lay:laid lead:led leave:left lend:lent let:let lose:lost make:made mean:meant meet:met"
        " pay:paid put:put read:read"
        " ride:ridden rise:risen run:run say:said see:seen seek:sought sell:sold send:sent set:set shed:shed"
        " shoot:shot show:shown shut:shut sink:sunk"
        " sleep:slept speak:spoken spend:spent split:split spread:spread stand:stood steal:stolen stick:stuck"
        " strike:struck sweep:swept swim:swum"
        " take:taken teach:taught tear:torn tell:told think:thought throw:thrown wear:worn win:won withdraw:withdrawn"
        " write:written overthrow:overthrown"
        " undergo:undergone forgo:forgone bear:borne bid:bid bind:bound breed:bred fit:fitted quit:quit slit:slit"
        " foresee:foreseen mislead:misled"
        " ship:shipped drop:dropped stop:stopped plan:planned trap:trapped strip:stripped tap:tapped rob:robbed"
        " ban:banned commit:committed admit:admitted"
        " transfer:transferred refer:referred permit:permitted submit:submitted equip:equipped swap:swapped"
        " scrap:scrapped grab:grabbed"
    ).split()
)


def measured(
    frame: Frame,
    *,
    unit: str = "",
    rate: str | None = None,
    previous: Sequence[Sentence] = (),
    title: str = "",
    direction: str | None = None,
    found: Sequence[Period] | None = None,
) -> tuple[str, Slots, str | None]:
    """What a quantity measures.

    Args:
        frame: the quantity in its sentence.
        unit, rate: as found with the quantity; the noun where the sentence leaves it out.
        previous: the sentences before, in order: what pronouns stand for.
        title: the headline, for the same.
        direction: "up" or "down" where the quantity is a change.
        found: the sentence's periods, where they are known already.
    Returns:
        A label of at most MOST_WORDS words; the slots; the date or period described, as worded (as_of.as_of).
    """
    if found is None:
        found = periods(frame.sentence.text)
    reading = _Reading(frame, unit, rate, previous, title, direction, found)
    label = reading.label()
    when = as_of(frame, found)
    slots = Slots(
        counted=reading.counted.lower(),
        action=reading.action,
        agent=reading.agent.lower(),
        patient=reading.patient.lower(),
        place=reading.place.lower(),
        period=(when or "").lower(),
        whole=reading.whole.lower(),
    )
    return label, slots, when


def is_report(verb: Token) -> bool:
    """Does the verb say that a number is given, and nothing of what is done ("put at", "counted", "spoke of")?"""
    return base(verb) in _REPORT


class _Reading:
    """One quantity being read: the slots as they are found, then the label from them."""

    def __init__(
        self,
        frame: Frame,
        unit: str,
        rate: str | None,
        previous: Sequence[Sentence],
        title: str,
        direction: str | None,
        found: Sequence[Period],
    ) -> None:
        self.frame = frame
        self.unit = unit
        self.rate = rate
        self.previous = previous
        self.title = title
        self.direction = direction
        self.times = [(p.start, p.end) for p in found]
        dateline = _DATELINE.match(frame.sentence.text)
        self.begin = dateline.end() if dateline else 0  #: tokens before it say where the report was filed
        self.counted = self.action = self.agent = self.patient = self.place = self.whole = ""
        self.used: set[int] = set()
        self.counts = dimension(unit) == "count"
        #: the verb of the clause; a unit taken for one ("8 trillion won") is none
        self.verb = next((v for v in frame.verbs if (not frame.holds(v) or self.counts) and not _mistaken(v)), None)
        self.elsewhere = False  #: the counted noun is not beside the number but what the verb gives the number to
        self.parts: list[str] = []

    def label(self) -> str:
        """Read the quantity; the words of its label, most telling first, as many as fit."""
        kind = dimension(self.unit)
        if self.counts:
            head = self._noun()
        else:
            head = self._carrier(kind.split(":")[0])
            if self.direction and head not in _CALLED.values():
                head = f"{'rise' if self.direction == 'up' else 'fall'} in {head}"
        self.counted = self.counted or head
        self._doing()
        chosen: list[str] = []
        for part in [head, *self.parts]:
            fresh = part.split()
            said = {w for p in chosen for w in p.split()}
            if not fresh or all(w in said or w in _PREPOSITIONS or w == "of" for w in fresh):
                continue
            if sum(len(p.split()) for p in chosen) + len(fresh) > MOST_WORDS:
                break
            chosen.append(part)
        event = self._event(chosen)
        if event and sum(len(p.split()) for p in chosen) + 2 <= MOST_WORDS:
            chosen.append(f"in {event}")
        per = f"per {self.rate}" if self.rate and self.rate not in {w.lower() for p in chosen for w in p.split()} else ""
        if per and sum(len(p.split()) for p in chosen) + 2 <= MOST_WORDS:
            chosen.append(per)
        return _own_words(self._with_capital(" ".join(chosen)), self.frame.sentence.text)

    def _with_capital(self, label: str) -> str:
        """The label, with the capital of a name that opens the sentence and stands inside another one before."""
        first = self.frame.doc[0]
        if first.pos_ == "PROPN" or first.lower_ not in label.split() or not first.is_title:
            return label
        if not _GENTILE.search(first.text) and not self._is_name(first.text):
            return label
        return " ".join(first.text if word == first.lower_ else word for word in label.split(" "))

    def _is_name(self, word: str) -> bool:
        """Does a word that opens a sentence stand with its capital inside another one before?"""
        inside = re.compile(rf"[a-z,] {re.escape(word)}\b")
        return any(inside.search(s.text) for s in self.previous)

    def _event(self, chosen: Sequence[str]) -> str:
        """The event that people were killed or houses lost in, where the label names none: that of the story."""
        said = " ".join(chosen)
        if not _HARM.search(said) or _EVENT.search(said):
            return ""
        for text in (
            self.frame.sentence.text,
            *(s.text for s in reversed(self.previous[-3:])),
            self.title,
            *(s.text for s in self.previous[:2]),
        ):
            match = _EVENT.search(text)
            if match:
                return match.group().lower()
        return ""

    # ------------------------------------------------------------------------------------------------- the thing itself

    def _noun(self) -> str:
        """The noun that is counted, with its modifiers."""
        frame = self.frame
        root = frame.root
        target = root if root.pos_ in {"NOUN", "PROPN"} and not _like_number(root) else None
        if target is None and (
            root.dep_ in {"nummod", "amod", "compound", "quantmod"}
            and root.head.pos_ in {"NOUN", "PROPN"}
            and root.head.i >= root.i
        ):
            target = root.head
        if target is not None and frame.holds(target) and target.lower_ in _STATES:
            target = None  # "46 dead"
        of = _of(target or root, skip_past=frame.first)
        if target is None and of is None and self.verb is not None:
            # "Of those, about 300 were closed"
            front = next((c for c in self.verb.children if c.lower_ == "of" and c.i < frame.first), None)
            of = next((c for c in front.children if c.dep_ == "pobj"), None) if front is not None else None
        while of is not None and _like_number(of):  # "hundreds of thousands of shells"
            of = _of(of)
        state = next((t for t in frame.doc[frame.first : frame.last + 1] if t.lower_ in _STATES), None)
        if target is None and of is None and state is None:
            target = self._counted_elsewhere()
            self.elsewhere = target is not None
            of = None if target is None else _of(target)
        if target is None:
            if of is not None:
                self.whole = self._phrase(of)
                self.used.add(of.i)
                verb = self.verb
                kind = (
                    None if verb is None or base(verb) != "be" else next((c for c in verb.children if c.dep_ == "attr"), None)
                )
                if self.whole and kind is not None and kind.tag_ == "NNS" and not frame.holds(kind):
                    self.used.add(kind.i)
                    return f"{self._phrase(kind)} among {self.whole}"
                return self.whole or _plural(self.unit)
            if state is not None:
                text = _joint(state)
                if text != "dead":
                    self.parts.append(text)
                for child in state.children:
                    if child.dep_ in {"prep", "agent"}:
                        self._preposition(child)
            if state is not None and self.unit == "person" and self.parts[:1] != [_joint(state)]:
                return "deaths"
            return _plural(self.unit) if self.unit else "number"
        self.used.add(target.i)
        text = self._phrase(target, of=False)
        if of is not None:
            inner = self._phrase(of)
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
                self._participle(child)
            elif child.dep_ == "prep" and child.lower_ in _PREPOSITIONS and (self.elsewhere or child.i >= frame.last - 1):
                self._preposition(child)
            elif child.dep_ == "prep" and child.lower_ == "as":
                self._counted_as(child)
            elif child.dep_ == "relcl" and is_verb(child):
                self._relative(child)
            elif child.dep_ == "amod" and child.i > target.i:
                self.parts.append(child.text)
            elif child.dep_ == "poss":
                owner = self._owner(child)
                if owner:
                    self.parts.append(f"of {owner}")
        return text or _plural(self.unit)

    def _counted_elsewhere(self) -> Token | None:
        """The noun in "the number of soldiers stands at 4,600", "customers numbered 9,000", "put the dead at 12"."""
        verb = self.verb
        if verb is None:
            return None
        name = base(verb)
        noun = None
        if name in _MOVES or name in _REPORT:
            noun = next((c for c in verb.children if c.dep_ in {"dobj", "nsubjpass"}), None)
        if noun is None and name in _EQUAL - _ACTS:
            noun = self._subject(verb)
        if noun is None or self.frame.holds(noun) or noun in self.frame.path or noun.pos_ not in {"NOUN", "PROPN"}:
            return None
        if noun.lower_ in _GENERIC:
            if _of(noun) is None and len(_modifiers(noun)) > 1:
                return noun  # "the death toll"
            noun = _of(noun)
            return noun if noun is not None and noun.pos_ in {"NOUN", "PROPN"} and not self.frame.holds(noun) else None
        return noun if noun.tag_ == "NNS" else None

    def _carrier(self, kind: str) -> str:
        """What a sum, a share or a length is that of."""
        frame, root = self.frame, self.frame.root
        called = _CALLED.get(kind, "amount")
        of = _of(root, skip_past=frame.first)
        if of is not None and kind in {"percent", "mass", "volume", "area"}:
            self.used.add(of.i)
            self.whole = self._phrase(of)
            if self.whole:
                self.counted = self.whole
                verb = frame.verb
                holder = self._subject(verb) if verb is not None and base(verb) in _EQUAL and base(verb) != "be" else None
                if kind == "percent" and holder is not None and not frame.holds(holder) and holder not in frame.path:
                    who = self._who(holder)
                    self.used.add(holder.i)
                    if who:
                        self.parts.append(f"of {who}")
                above = root.head.head if root.dep_ == "pobj" and root.head.lower_ == "of" else None
                if kind == "percent" and above is not None and above.tag_ == "NN" and base(above) not in _GENERIC:
                    self.used.add(above.i)
                    return f"{self._phrase(above, of=False)} as share of {self.whole}"
                return f"share of {self.whole}" if kind == "percent" else self.whole
        head = root.head
        extent = _EXTENT.get(head.lower_) or next((_EXTENT[w] for w in frame.after(1) if w in _EXTENT and w != "across"), "")
        if extent and kind in {"length", "mass", "time"}:
            if head.pos_ in {"NOUN", "PROPN"}:
                return f"{extent} of {self._phrase(head)}"
            doer = None if frame.verb is None or base(frame.verb) not in _EQUAL else self._subject(frame.verb)
            if doer is not None and not frame.holds(doer) and extent != "distance":
                self.used.add(doer.i)
                who = self._who(doer)
                return f"{extent} of {who}" if who else extent
            return extent
        if (root.dep_ == "pobj" and head.dep_ in {"prep", "agent"}) or head.dep_ == "prep":
            above = head.head
            if above.pos_ in {"NOUN", "PROPN"} and not frame.holds(above) and not self._is_time(above):
                return self._noun_with_owner(above)
        if (
            root.dep_ in {"compound", "nmod", "nummod", "amod", "npadvmod", "poss", "quantmod"}
            and head.pos_ in {"NOUN", "PROPN"}
            and head.i >= root.i
        ):
            thing = self._noun_with_owner(head)
            glued = frame.doc[frame.last - 1].i > frame.first and frame.doc[frame.last - 2].text in _HYPHENS
            return f"{_EXTENT_OF[kind]} of {thing}" if glued and thing and kind in _EXTENT_OF else thing
        if root.dep_ == "appos" and head.pos_ == "NOUN" and not _like_number(head):
            return self._noun_with_owner(head)
        if head.lower_ == "worth":
            thing = self._phrase(head.head) if head.head.pos_ in {"NOUN", "PROPN"} else ""
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
            and (name in _MOVES or name in _REPORT or (name in _LEAVE and head.lower_ == "at"))
            and not self._is_time(goal)
        ):
            return self._noun_with_owner(goal)
        if root.dep_ in {"nsubj", "nsubjpass"} and kind != "percent":
            return called
        if (
            kind == "money"
            and goal is not None
            and root.dep_ == "pobj"
            and (head.lower_ == "for" or (head.lower_ == "at" and name in _TRADE))
        ):
            if base(goal) in _EMPTY:
                goal = self._subject(verb) or goal  # "changed hands at"
            sold = self._phrase(goal) if goal.pos_ in {"NOUN", "PROPN"} and not self._is_time(goal) else ""
            if sold:
                self.used |= {goal.i, *(t.i for t in verb.children if t.dep_ == "nsubj")}
                return f"price of {sold}"
        if kind == "percent" and (whole := self._whole_of_share(verb)):
            return f"share of {whole}"
        through = root.dep_ == "pobj" and head.lower_ in {"at", "to", "by", "from"} and goal is None
        if _equates(verb, name) or root.dep_ in {"attr", "acomp"} or through:
            doer = self._subject(verb)
            if doer is not None and not frame.holds(doer) and doer not in frame.path[:-1]:
                self.used.add(doer.i)
                thing = self._noun_with_owner(doer) if doer.lower_ not in _PRONOUNS else self._resolve(doer)
                quality = _QUALITY.get(name, "")
                if kind == "length" and name in {"lie", "stand", "be"} and any(c.lower_ == "from" for c in verb.children):
                    quality = "distance"
                elif kind == "length" and name in {"be", "stand", "fly", "cruise"} and head.lower_ == "at":
                    quality = "height"
                if quality and thing and base(doer) != quality:
                    return f"{quality} of {thing}"
                return thing or quality or called
        return called

    def _whole_of_share(self, verb: Token) -> str:
        """What a share without "of" is one of: "Of 84 wells, two thirds were closed", "the dockers, or one in three, left"."""
        first = self.frame.doc[0]
        of = next((c for c in verb.children if c.lower_ == "of" and c.i < verb.i), first if first.lower_ == "of" else None)
        noun = next((c for c in of.children if c.dep_ == "pobj"), None) if of is not None else None
        if noun is None and of is first:
            noun = next((t for t in self.frame.doc[1:6] if t.tag_ == "NNS"), None)
        if noun is None and (self.frame.root.dep_ in {"conj", "appos"} or self.frame.before(1) == ["or"]):
            noun = self._subject(verb)
            if noun is not None and noun.tag_ != "NNS":
                noun = None
        if noun is None or self.frame.holds(noun) or _speaks(noun):
            return ""
        self.used.add(noun.i)
        self.whole = self._phrase(noun)
        return self.whole

    def _noun_with_owner(self, noun: Token) -> str:
        self.used.add(noun.i)
        text = self._phrase(noun)
        for child in noun.children:
            if child.dep_ == "poss":
                owner = self._owner(child)
                if owner:
                    text = f"{text} of {owner}"
            elif child.dep_ == "acl" and is_verb(child) and child.i > noun.i:
                self._participle(child)
            elif child.dep_ == "prep" and child.lower_ in _PREPOSITIONS:
                self._preposition(child)
        return text

    # ------------------------------------------------------------------------------------------------- what is done

    def _doing(self) -> None:
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
            and base(t) not in _GENERIC | _EMPTY
            and not _like_number(t)
            and not any(_like_number(c) for c in t.children)
            and not _speaks(t)
        ]
        if inside:
            # it belongs to another thing ("a ferry with 90 people"), of which the verb speaks
            holder = self._who(inside[0])
            if holder:
                self.agent = holder
                self.parts.append(f"of {holder}")
            return
        name = base(verb)
        doer = self._subject(verb)
        verb, name = self._meant(verb, name)
        below = frame.path[-2] if len(frame.path) > 1 else frame.root
        edge = below.dep_
        counts = self.counts
        status = counts and name in _STATUS and edge in {"dobj", "nsubjpass"}
        to = [g for c in verb.children if c.lower_ == "to" for g in c.children] + [
            c for c in verb.children if c.dep_ == "dative"
        ]
        given = name == "give" and any(base(t) not in _LISTENERS for t in to)
        told = name in _LOSE and any(word in _STATES for part in self.parts for word in part.split())
        silent = (
            told
            or (name in _REPORT and not status and not given)
            or (not counts and (name in _MOVES or _equates(verb, name) or (name in _LEAVE and below.lower_ == "at")))
        )
        if doer is not None and (doer.i in self.used or frame.holds(doer) or doer == below):
            doer = None
        who = "" if doer is None or (_speaks(doer) and not given) else self._who(doer)
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
                            self._preposition(inner)
            if who and edge == "attr" and doer is not None and doer.lower_ != "there":
                self.parts.append(f"of {who}")
                self.agent = who
        elif name in _HAVE and edge not in {"nsubj", "csubj"}:
            if who:
                self.agent = who
                self.parts.append(f"in {who}" if name == "hold" and counts else f"of {who}")
        elif silent:
            if (
                who
                and name not in _MOVES
                and edge not in {"nsubj", "nsubjpass"}
                and doer is not None
                and doer.i not in self.used
            ):
                self.agent = who
        elif (
            edge == "nsubjpass"
            or (below.lower_ == "of" and below.i < verb.i and doer is None and passive(verb))
            or (edge in {"nsubj"} and _undergone(verb))
        ):
            particle = next((c.text for c in verb.children if c.dep_ == "prt"), "")
            self.parts.append(f"{_past(verb, name)}{particle and _BOUND + particle}")
            by = next((c for c in verb.children if c.dep_ == "agent"), None)
            actor = next((c for c in by.children if c.dep_ == "pobj"), None) if by is not None else None
            if actor is not None:
                self.agent = self._who(actor)
                if self.agent:
                    self.parts.append(f"by {self.agent}")
        elif edge in {"nsubj", "csubj"}:
            goal = next((c for c in verb.children if c.dep_ in {"dobj", "acomp", "attr", "prt"}), None)
            target = (
                self._phrase(goal)
                if goal is not None and goal.pos_ in {"NOUN", "PROPN"}
                else goal.text
                if goal is not None and goal.dep_ == "prt"
                else ""
            )
            self.patient = target if goal is not None and goal.dep_ != "prt" else ""
            doing = "with" if name == "have" and target else "who died" if name in _DIE else _ing(name)
            self.parts.append(f"{doing} {target}".strip())
            cause = _of(verb) if name in _DIE else None
            if cause is not None:
                self.parts.append(f"of {self._phrase(cause)}")
        elif edge in {"dobj", "obj", "dative", "attr", "oprd", "dep", "npadvmod"}:
            particle = next((c.text for c in verb.children if c.dep_ == "prt"), "")
            self.parts.append(f"{_past(verb, name)}{particle and _BOUND + particle}")
            if who and not status:
                self.agent = who
                link = "in" if _happens(doer) else "to" if passive(verb) else "by"
                self.parts.append(f"{link} {who}")
        else:
            goal = next((c for c in verb.children if c.dep_ in {"dobj", "nsubjpass"} and c != below), None)
            if goal is not None and goal.pos_ in {"NOUN", "PROPN"} and goal.i not in self.used:
                self.patient = self._phrase(goal)
                self.parts.append(self._used_for(verb, name, below))
            elif who:
                self.agent = who
                self.parts.append(f"of {who}")
        for child in verb.children:
            if counts and child.dep_ == "prep" and child.lower_ == "as":
                self._counted_as(child)
            if name in _REPORT and child.lower_ == "by":
                continue  # who says so
            if (child.dep_ == "prep" and child.lower_ in _PREPOSITIONS and child not in frame.path and child != below) or (
                child.dep_ == "dative" and child.pos_ == "ADP"
            ):
                self._preposition(child)
            elif child.dep_ == "dative" and child.pos_ in {"NOUN", "PROPN"} and not frame.holds(child):
                text = self._phrase(child)
                self.patient = self.patient or text
                self.parts.append(f"to {text}")

    def _meant(self, verb: Token, name: str) -> tuple[Token, str]:
        """The verb that says what is done: "were found to be closed", "are trying to save", "are said to have been sold"."""
        if name not in _REPORT | _LIGHT:
            return verb, name
        below = next((c for c in verb.children if c.dep_ == "xcomp" and is_verb(c) and not self.frame.holds(c)), None)
        if below is None or below in self.frame.path or (name in _REPORT and not passive(verb)):
            return verb, name
        return below, base(below)

    def _used_for(self, verb: Token, name: str, below: Token) -> str:
        """What is done with the quantity to something else: "supplied Russia with shells", "held talks in 12 towns"."""
        if below.lower_ == "with":
            return f"{_past(verb, name)} to {self.patient}" if name in _PROVIDE else f"{_ing(name)} {self.patient}"
        if below.lower_ in {"of", "out"}:
            return ""
        if not self.patient or self.patient.split()[-1] == self.counted.split()[-1]:
            return ""
        if not self.counts:
            return f"{_past(verb, name)} by {self.patient}" if passive(verb) and not self.whole else ""
        doer = self._subject(verb)
        who = self._who(doer) if doer is not None and not passive(verb) and not _speaks(doer) else ""
        return f"with {self.patient} {_past(verb, name)}" + (f" by {who}" if who else "")

    def _subject(self, verb: Token) -> Token | None:
        """The subject; where the parse took the dateline for it, the first noun after that."""
        doer = subject(verb)
        if doer is None or doer.idx >= self.begin:
            return doer
        heads = (t for t in self.frame.doc if self.begin <= t.idx < verb.idx and t.pos_ in {"NOUN", "PROPN"})
        return next((t for t in heads if t.dep_ not in {"compound", "amod", "nmod", "pobj", "poss"}), None)

    def _participle(self, verb: Token) -> None:
        """ "shells sent to the front": the participle after a noun, with its preposition."""
        name = base(verb)
        if name in _REPORT:
            return
        self.action = self.action or name
        self.parts.append(_joint(verb) if verb.tag_ in {"VBN", "VBG", "VBD"} else _past(verb, name))
        joined = [c for c in verb.children if c.dep_ == "conj" and c.tag_ == "VBN" and c.i == verb.i + 2]
        for child in [*verb.children, *(g for c in joined for g in c.children)]:
            if child.dep_ in {"prep", "agent"}:
                self._preposition(child)
            elif child.dep_ == "dobj" and child.pos_ in {"NOUN", "PROPN"} and not self.frame.holds(child):
                self.parts[-1] += f" {self._phrase(child)}"

    def _counted_as(self, word: Token) -> None:
        """ "gave 1,100 soldiers as killed or injured" """
        state = next((c for c in word.children if c.tag_ == "VBN" or c.lower_ in _STATES), None)
        if state is not None:
            self.parts.append(_joint(state))

    def _relative(self, verb: Token) -> None:
        """ "the homes that were flooded" """
        name = base(verb)
        if name in _REPORT or name in _HAVE or name == "be":
            return
        if any(c.dep_ == "neg" or c.lower_ in {"nobody", "none"} for c in verb.children):
            return
        if passive(verb) or any(c.dep_ == "dobj" and c.lower_ in {"that", "which", "whom"} for c in verb.children):
            self.parts.append(_past(verb, name))
            self.action = self.action or name

    def _preposition(self, prep: Token) -> None:
        """A preposition with its noun, where that says where, to whom or by what."""
        if prep.i in self.used or self._is_time(prep):
            return
        noun = next((c for c in prep.children if c.dep_ == "pobj"), None)
        if noun is None and prep.lower_ == "out" and (inside := _of(prep)) is not None and not self._is_time(inside):
            if not self.frame.holds(inside) and not any(_like_number(c) for c in inside.children):
                self.parts.append(f"out of {self._phrase(inside)}")
            return
        if noun is None or self.frame.holds(noun) or noun in self.frame.path or noun.i in self.used or self._is_time(noun):
            return
        if noun.pos_ not in {"NOUN", "PROPN"} or base(noun) in _EMPTY or any(_like_number(c) for c in noun.children):
            return
        if WORDS.get(noun.lower_) in UNITS or noun.text in SYMBOLS:
            return
        text = self._phrase(noun)
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
                self._preposition(child)

    # ------------------------------------------------------------------------------------------------- words

    def _phrase(self, noun: Token, *, of: bool = True) -> str:
        """A noun with its modifiers, without article, number and owner; "of" and its noun after it."""
        if noun.pos_ == "PRON" or noun.lower_ in _PRONOUNS:
            return self._resolve(noun)
        # of the quantity itself its noun may enter, its unit not
        words = [
            t
            for t in _modifiers(noun)
            if not self.frame.holds(t) or (t.pos_ in {"NOUN", "PROPN", "ADJ"} and (self.counts or t.i > self.frame.root.i))
        ]
        words = [t for t in words if not _like_number(t) and not self._is_time(t)]
        if any(_like_number(c) for c in noun.children) and (noun.text in SYMBOLS or WORDS.get(noun.lower_) in UNITS):
            return ""
        text = _joined(words[-4:])
        if of:
            inner = _of(noun)
            if (
                inner is not None
                and inner.i != noun.i
                and (self.counts or not self.frame.holds(inner))
                and inner not in self.frame.path
                and inner.i not in self.used
            ):
                more = _joined([t for t in _modifiers(inner)[-3:] if not _like_number(t) and not self._is_time(t)])
                if more and inner.pos_ in {"NOUN", "PROPN"} and not any(_like_number(c) for c in inner.children):
                    self.used.add(inner.i)
                    if noun.lower_ in {"number", "total"}:
                        return more
                    text = f"{text} of {more}"
        return text

    def _who(self, noun: Token) -> str:
        if noun.pos_ == "PRON" or noun.lower_ in _PRONOUNS:
            return self._resolve(noun)
        if noun.pos_ not in {"NOUN", "PROPN"} or self._is_time(noun) or any(_like_number(c) for c in noun.children):
            return ""
        if base(noun) in _GENERIC or base(noun) in _SOURCES:
            return ""
        if noun.pos_ == "PROPN":
            # "handset maker Aokawa", "President Jo Lund": the name alone
            words = _modifiers(noun)
            first = max((i for i, t in enumerate(words) if t.pos_ == "NOUN" or t.lower_.rstrip(".") in _TITLES), default=-1) + 1
            if 0 < first < len(words):
                return _joined([t for t in words[first:] if not self._is_time(t)])
        return self._phrase(noun, of=False)

    def _owner(self, token: Token) -> str:
        if token.lower_ in {"its", "their", "his", "her"}:
            return self._resolve(token)
        return self._phrase(token, of=False) if token.pos_ in {"NOUN", "PROPN"} else ""

    def _resolve(self, pronoun: Token) -> str:
        """What a pronoun stands for: the noun before a relative clause, the subject above, that of the sentence before."""
        word = pronoun.lower_
        if word in {"we", "i", "you", "us", "me", "our", "my", "your", "there", "one", "some", "others"}:
            return ""
        if word in {"which", "who", "whom", "that"}:
            token = pronoun
            for _ in range(6):
                token = token.head
                if token.dep_ in {"relcl", "acl"}:
                    return self._plain(token.head)
            if word not in {"that", "whom", "which"}:
                return ""
        if word in {"them", "those", "these", "whom", "which"} and pronoun.head.lower_ == "of":
            counted = self._counted_before(pronoun)
            if counted:
                return counted
        if word == "those" and any(c.dep_ in {"acl", "relcl"} for c in pronoun.children):
            asked = next((c for c in pronoun.children if c.dep_ == "acl" and c.tag_ == "VBN"), None)
            return f"people {asked.lower_}" if asked is not None else "people"
        plural = word in {"they", "them", "their", "these", "those", "themselves"}
        for token in self.frame.doc[: pronoun.i]:
            clause = next((t for t in pronoun.ancestors if is_verb(t)), None)
            own = word in {"them", "him"} and token.head == clause  # nobody sells himself
            names = token.dep_ in {"nsubj", "nsubjpass"} and token.pos_ in {"NOUN", "PROPN"} and token.head != pronoun.head
            names = names and not own
            if names and ((token.tag_ in {"NNS", "NNPS"}) == plural or token.pos_ == "PROPN"):
                return self._plain(token)
        if word in {"them", "those", "these"} and self.previous:
            many = [
                t for t in self.previous[-1].doc if t.tag_ == "NNS" and t.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "attr"}
            ]
            many = [t for t in many if base(t) not in _EMPTY and not _speaks(t) and WORDS.get(t.lower_) not in UNITS]
            first = next((t for t in many if t.dep_ != "pobj"), many[0] if many else None)
            return self._plain(first) if first is not None else ""
        for sentence in reversed(self.previous[-2:]):
            name = _opening(sentence.text)
            if name:
                return name
        return ""

    def _counted_before(self, pronoun: Token) -> str:
        """The noun of the number before, in this sentence or the last: what "of them" is a part of."""
        for token in reversed(self.frame.doc[: pronoun.i]):
            if token.tag_ == "NNS" and any(_like_number(c) for c in token.children):
                return self._plain(token)
        if self.previous and any(c.isdigit() for c in self.previous[-1].text):
            for token in reversed(self.previous[-1].doc):
                if token.tag_ == "NNS" and any(_like_number(c) for c in token.children):
                    return self._plain(token)
        return ""

    def _plain(self, noun: Token) -> str:
        if noun.pos_ not in {"NOUN", "PROPN"}:
            return ""
        return _joined([t for t in _modifiers(noun)[-3:] if not _like_number(t) and not self._is_time(t)])

    def _is_time(self, token: Token) -> bool:
        return token.idx < self.begin or any(start <= token.idx < end for start, end in self.times)


#: Adjectives of countries and peoples, by their ending.
_GENTILE = re.compile(r"(?<!ivil)(?<!destr)ian$|(?<!Chin)ese$|Chinese$")
#: "PORT VALE, Oct. 4 (NTA) - "
_DATELINE = re.compile(r"^[A-Z][A-Z .'’-]{2,40}\b[^()\n]{0,40}(?:\([\w .&/-]{2,40}\) ?[-–—]+|[–—]) ")


#: The subject that opens a sentence: a name, or "the" and its noun before a common verb.
_OPENING = re.compile(
    r"^(?:[A-Z ,]+\([\w ]+\) [-—–] )?(?:(?P<noun>(?:The|A|An) (?:[a-z][\w’'-]* ){0,3}?[a-z][\w’'-]*)"
    r"|(?:The )?(?P<name>[A-Z][\w’'-]+(?: (?:of (?:the )?|the |and )?[A-Z][\w’'-]+){0,4}))"
    r"(?:,| (?:has|have|had|is|are|was|were|will|said|says|\w{3,}(?:ed|s)\b(?! (?:has|have|had|is|are|was|were|will"
    r"|said|say|could|may|would)))\b)"
)


#: Words that open a sentence with a capital and name nobody.
_NOBODY = frozenset(
    "nobody everybody everyone anyone someone nothing most many few several all both each none more half one two three four"
    " five six seven eight nine ten eleven twelve dozens hundreds thousands millions".split()
)


def _opening(text: str) -> str:
    match = _OPENING.match(text[:200])
    if match is None:
        return ""
    words = (match["name"] or match["noun"].split(" ", 1)[1]).split()
    if (
        len(words) > 4
        or words[0].lower() in _PRONOUNS | _NOBODY
        or (len(words) == 1 and words[0].endswith(("ed", "ing")))
        or words[0].lower() in {"in", "on", "at", "after", "but", "and", "there", "as", "when", "if", "for"}
    ):
        return ""
    return " ".join(words)


def _modifiers(noun: Token) -> list[Token]:
    """A noun with the nouns and adjectives before it, in order."""
    found = [noun]
    number = max((c.i for c in noun.children if _like_number(c) and c.i < noun.i), default=-1)
    for child in noun.children:
        if (
            number < child.i < noun.i
            and child.dep_ in _MODIFIERS
            and child.lower_ not in _NO_MODIFIERS
            and child.pos_ in {"NOUN", "PROPN", "ADJ", "VERB", "ADV"}
        ):
            found += [
                g for g in child.children if g.dep_ in _MODIFIERS and g.i < child.i and g.pos_ in {"NOUN", "PROPN", "ADJ"}
            ]
            found.append(child)
    found = sorted(set(found), key=lambda t: t.i)
    return [t for t in found if any(c.isalpha() for c in t.text)]


def _of(token: Token, skip_past: int = -1) -> Token | None:
    """The noun after "of" that hangs on a token."""
    for child in token.children:
        if child.lower_ == "of" and child.i > skip_past:
            noun = next((c for c in child.children if c.dep_ == "pobj"), None)
            if noun is not None:
                return noun
    return None


def _joined(words: Sequence[Token]) -> str:
    """Words as a phrase: a hyphen of the text between two of them stays, and a calibre keeps its number ("152-mm")."""
    text = ""
    for i, token in enumerate(words):
        word = _cased(token)
        if token.i and i < len(words) - 1 and (token.lower_ in WORDS or token.text in SYMBOLS):
            number = token.nbor(-2) if token.nbor(-1).text in _HYPHENS and token.i > 1 else token.nbor(-1)
            if number.text[:1].isdigit():
                word = f"{number.text}-{word}"
        hyphen = i > 0 and token.i - words[i - 1].i == 2 and token.nbor(-1).text in _HYPHENS
        text += word if i == 0 else f"-{word}" if hyphen else f" {word}"
    return text


_HYPHENS = frozenset("-‐‑")


def _cased(token: Token) -> str:
    """The word as written; the capital that only opens a sentence is no part of it."""
    if token.lower_ == "persons":
        return "people"
    return token.lower_ if token.i == 0 and token.pos_ != "PROPN" else token.text


_NUMBER_WORDS = frozenset(
    "dozen dozens hundred hundreds thousand thousands million millions billion billions tens scores lakh crore".split()
)


def _like_number(token: Token) -> bool:
    return token.pos_ == "NUM" or token.like_num or token.text[:1].isdigit() or token.lower_ in _NUMBER_WORDS


def _happens(noun: Token | None) -> bool:
    """Is the subject an event rather than somebody who acts ("a strike killed" is "killed in the strike")?"""
    return noun is not None and noun.pos_ == "NOUN" and base(noun) in _EVENTS


_EVENTS = frozenset(
    "strike attack earthquake quake flood storm hurricane cyclone typhoon tornado fire wildfire blaze crash collision"
    " accident explosion blast bombing shelling raid outbreak epidemic pandemic war battle fighting clash riot protest"
    " landslide avalanche eruption collapse drought famine heatwave tsunami tremor derailment shooting stampede sinking"
    " disaster ambush siege offensive".split()
)


_EVENT = re.compile(rf"\b(?:{'|'.join(sorted(_EVENTS))})\b", re.IGNORECASE)
#: What makes a count one of an event's.
_HARM = re.compile(
    r"\b(?:killed|dead|dying|died|deaths?|injured|wounded|hurt|missing|displaced|homeless|destroyed|damaged|evacuated"
    r"|rescued|hospitalised|hospitalized)\b"
)


#: Short verbs that double their last letter ("bin", "binned").
_DOUBLES = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")


def _past(verb: Token, name: str) -> str:
    """The past participle."""
    if verb.tag_ == "VBN" or verb.lower_ in _STATES:
        return _joint(verb)
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if verb.tag_ == "VBD" and verb.lower_.endswith("ed"):
        return verb.lower_
    if name.endswith("e"):
        return f"{name}d"
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ied"
    if _DOUBLES.match(name):
        return f"{name}{name[-1]}ed"
    return f"{name}ed"


def _mistaken(verb: Token) -> bool:
    """Is it a name ("Rook 44 percent") or a kind ("for durum wheat") that the parser took for a verb?"""
    if verb.i == 0 or not verb.tag_.startswith("V"):
        return False
    before = verb.nbor(-1)
    return verb.text[:1].isupper() or (
        verb.tag_ in {"VB", "VBP"} and before.tag_ in {"IN", "DT", "JJ"} and before.lower_ != "that"
    )


def _equates(verb: Token, name: str) -> bool:
    """Does the verb give the number to its subject? "takes 40 minutes" does, "takes in 40 million" does not."""
    return name in _EQUAL and not (name in {"take", "make"} and any(c.dep_ == "prt" for c in verb.children))


def _speaks(noun: Token) -> bool:
    """Is it who says so? That is no part of what is measured."""
    return noun.dep_ == "nsubj" and is_verb(noun.head) and base(noun.head) in _REPORT


def _undergone(verb: Token) -> bool:
    """Is it done to the subject? So also in "cost 3,000 soldiers killed", which the parser takes for a clause."""
    bare = (verb.tag_ == "VBN" or verb.lower_ in _STATES) and not any(c.dep_ in {"aux", "dobj"} for c in verb.children)
    return passive(verb) or bare


def _joint(verb: Token) -> str:
    """The participle with the one that is joined to it: "killed or wounded" is not "killed"."""
    text = verb.lower_
    link = verb.doc[verb.i + 1] if verb.i + 1 < len(verb.doc) else None
    if link is not None and link.lower_ in {"and", "or"} and verb.i + 2 < len(verb.doc):
        other = verb.doc[verb.i + 2]
        if (other.tag_ == "VBN" or other.lower_ in _STATES) and not any(c.dep_ in {"dobj", "nsubj"} for c in other.children):
            return f"{text} {link.lower_} {other.lower_}"
    return text


def _ing(name: str) -> str:
    """The present participle."""
    if name.endswith("ie"):
        return f"{name[:-2]}ying"
    if re.search(r"[^eoy]e$", name):
        return f"{name[:-1]}ing"
    past = _IRREGULAR.get(name, "")
    if past.endswith("ed") and len(past) == len(name) + 3:
        return f"{past[:-2]}ing"
    if _DOUBLES.match(name) or name in {"begin", "quit"}:
        return f"{name}{name[-1]}ing"
    return f"{name}ing"


def _plural(unit: str) -> str:
    """The plural of a counted noun."""
    if not unit:
        return ""
    *rest, last = unit.split()
    irregular = {
        "person": "people",
        "child": "children",
        "man": "men",
        "woman": "women",
        "foot": "feet",
        "aircraft": "aircraft",
        "cattle": "cattle",
    }
    if last in irregular:
        last = irregular[last]
    elif last.endswith("man") and last not in {"human", "german", "roman", "ottoman", "talisman"}:
        last = f"{last[:-3]}men"
    elif re.search(r"(?:s|x|ch|sh)$", last):
        last += "es"
    elif re.search(r"[^aeiou]y$", last):
        last = f"{last[:-1]}ies"
    else:
        last += "s"
    return " ".join([*rest, last])


def _own_words(label: str, text: str) -> str:
    """The label without any run of words that would be a quotation; no dangling word at its end."""
    words = label.split(" ")
    plain = " ".join(re.findall(r"[\w'’-]+", text.lower()))
    while len(words) >= _COPIED and any(
        " ".join(words[i : i + _COPIED]).lower() in plain for i in range(len(words) - _COPIED + 1)
    ):
        words.pop()
    return " ".join(_trimmed(words)).replace(_BOUND, " ")


#: Joins a particle to its verb, so that "laid off" is not cut.
_BOUND = "\u00a0"
#: No label begins or ends with one of these.
_DANGLING = _PREPOSITIONS | _PRONOUNS | frozenset("of and the a an or per its their his her our that as".split())


def _trimmed(words: Iterable[str]) -> list[str]:
    kept = list(words)
    while kept and kept[-1].lower() in _DANGLING:
        kept.pop()
    while kept and kept[0].lower() in _DANGLING:
        del kept[0]
    return kept
