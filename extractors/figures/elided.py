"""Numbers that leave their unit out: "against 2,000", "the toll stands at 143", "seven of them".

The unit comes from the clause, from the number before that it is compared with, from a noun for a body of people,
or from the earlier figure that it resembles most: near in the text, near in value, of the same nature.
"""

import math
import re
from collections.abc import Sequence

from extractors.figures.bounds import without_bound
from extractors.figures.carried import gapped, heading, standing
from extractors.figures.nouns import PERSON_WORDS, is_human, noun_at, numbering, of_persons, singular, subject, subject_noun
from extractors.figures.numbers import Kind
from extractors.figures.rates import COMPARES
from extractors.figures.reading import PERIODS, TIME_UNITS, Found, Memory, Told, View
from extractors.figures.units import UNITS, is_money
from extractors.text import Token

#: A verb or noun of money right before a number in thousands or more.
_SPENDING = re.compile(
    r"\b(?:spen[dt]\w*|pa(?:y|id|ys|ying)|costs?|costing|worth|pric\w+|invest\w*|borrow\w*|earn\w*|ow(?:e|ed|es|ing)"
    r"|revenues?|profits?|loss(?:es)?|budget\w*"
    r"|debts?|sales|income|turnover|deficit|surplus|loans?|grants?|credits?|funds?|fees?|fines?|bail|ransom|prizes?"
    r"|penalt(?:y|ies)|damages|claims|savings|spending|payments?|payouts?"
    r"|compensation|donat\w+|lend\w*|lent|subsid\w+|lose|losing|lost)\b[^.;,]{0,25}$",
    re.IGNORECASE,
)


#: "the bunk costs him 95", "rents went up to 7,500": money, be it as little as it may.
_PRICED = re.compile(
    r"\b(?:costs?|costing|charg(?:es?|ed|ing)|fetch(?:es|ed)?|s(?:ells?|old) for|priced at)"
    r"(?: (?:him|her|it|us|me|them|you|only|just))* $"
    r"|\b(?:rents?|fees?|fares?|wages?|salar(?:y|ies)|pensions?|debts?|prices?|costs|bills?|budget|tax(?:es)?|grants?|fines?)"
    r"(?: (?!for\b)[\w'’-]+){0,4} (?:to|at|of|is|was|from) $",
    re.IGNORECASE,
)


#: Nouns for people who are counted where they live: what is left out of their number is "people".
_POPULATION = frozenset("inhabitant resident citizen compatriot islander villager townspeople local".split())

#: "a city of 720,000", "a hall that seats 900": the noun or verb before a number says what it counts.
_TELLING = (
    (
        re.compile(
            r"\b(?:cit(?:y|ies)|towns?|villages?|countr(?:y|ies)|nations?|islands?|provinces?|districts?|crowds?|country"
            r"|suburbs?|ports?|resorts?|communit(?:y|ies)) of $",
            re.IGNORECASE,
        ),
        "person",
    ),
    (
        re.compile(r"\b(?:assembly|parliament|senate|chamber|council|congress|house|legislature|board) of $", re.IGNORECASE),
        "seat",
    ),
    (re.compile(r"\b(?:seat|seats|seating|capacity (?:of|is|was|will be|to)|capacity for) $", re.IGNORECASE), "seat"),
    (re.compile(r"\b(?:forces|troops|ranks)\b[^.;,]{0,25}[: ]$", re.IGNORECASE), "soldier"),
)

#: "Of the schools, only two": the whole stands first.
_FRONTED = re.compile(
    r"(?:^|[;:] )(?:But |And |Yet )?Of (?:the|all|its|their|those|these|his|her) (?P<words>[^,.;]{3,60}), ", re.IGNORECASE
)
#: "the ships, four in number", "an entire tier of villages, 380 at the last look"
_APPOSED = re.compile(r"\b(?P<word>\w+), $")
#: "How many people live here? Some sixty-two thousand."
_ASKED = re.compile(r"\bhow many (?P<words>(?:\w+ ){0,2}\w+)", re.IGNORECASE)
#: A number set against a limit, or at the other end of a movement, is of the kind of the one before.
_AGAINST = re.compile(
    r"\b(?:above|below|over|under|short of|beyond|exceeds?|than) (?:the|its|a|an) [\w ]{0,40}"
    r"(?:limit|target|ceiling|threshold|norm|maximum|minimum|average|quota|goal|level) of $"
    r"|\b(?:(?:go|goes|going|gone|went|rise|rises|rising|rose|risen|fall|falls|falling|fell|fallen|climb\w*|drop\w*"
    r"|raised|cut|lifted|lowered|increased|reduced) (?:up |down |back )?to|up to|down to|against) $",
    re.IGNORECASE,
)

#: "voted by 29 to 22 to pay"
_VOTE = re.compile(
    r"\b(?:vot\w+|approv\w+|reject\w+|passed|carried|defeated|adopted)\b[^.;,]{0,30}\bby (?:(?:\d{1,3}|[a-z-]+) to )?$",
    re.IGNORECASE,
)
_VOTE_AFTER = re.compile(r" (?:votes )?to (?:\d|[a-z])")
#: "killed two children and wounded nine others"
_OTHERS = re.compile(r"[ ]others\b")
#: "the 400 who had to leave"
_WHO = re.compile(r"[ ]who\b")
#: "infections have fallen to fewer than twenty": what moves is what is counted.
_MOVED = re.compile(
    r"\b(?:r[io]sen?|fell|fallen|climbed|dropped|grew|grown|slowed|dwindled|declined|doubled|increased|decreased|swollen|swelled)"
    r" (?:again |back |further )?to $"
    r"|\b(?:up|down)(?: again| sharply| further)?,? to $"
)
#: "the losses come to 40"
_ADDS_UP = re.compile(r"\b(?:number|numbered|total|totall?ed|c[ao]me to|amount(?:s|ed)? to|add(?:s|ed)? up to)[ ]$")
#: "a drive will last 13"; and how many sentences back the unit of time is looked for.
_LASTS = re.compile(r"\b(?:last(?:s|ed)?|take[sn]?|took) $")
_TIME_BACK = 1
#: No nation but two has as many people: it is money.
_MORE_THAN_PEOPLE = 4 * 10**8
#: From what strangeness on the clause's own subject is the better guess; the scale is decades of difference in value.
_SUBJECT_COST = 1.0


def elided(view: View, found: list[Found], index: int, memory: Memory) -> None:
    """A number that names no unit takes it from its own clause, from the figure before it, or from the text so far."""
    f = found[index]
    if predicate := _predicate(view, f):
        f.unit, f.elided = predicate, not f.unit
        return
    if f.unit:
        return
    f.elided = True
    left = view.before(f.start, 120)
    previous = [p for p in found[:index] if p.unit]
    told = [t for t in memory.told if t.unit and t.unit not in _NO_THINGS]
    if collective := numbering(view, f) or _collective(view, f, told):
        f.unit = collective
        return
    money = [p.unit for p in previous if is_money(p.unit)] or [t.unit for t in told if is_money(t.unit)][-1:]
    if (
        f.rate
        and is_money(f.rate)
        and (currency := _exchanged(view, f, [*told, *(Told(p.value, p.unit, p.rate, 0) for p in previous)]))
    ):
        f.unit = currency
        return
    spent = f.number.scale >= 1000 and _SPENDING.search(view.before(f.start, 60))
    if money and (spent or _PRICED.search(without_bound(left))):
        f.unit = money[-1]
        return
    if (
        previous
        and _AGAINST.search(without_bound(view.before(f.start, 80)))
        and not (previous[-1].unit == "percent" and f.value > 100)
    ):
        f.unit = previous[-1].unit
        f.rate = f.rate or previous[-1].rate
        return
    if f.value < 10 and f.value != f.value.to_integral_value() and "magnitude" in left.lower():
        f.unit = "magnitude"
        return
    if telling := _telling(view, f):
        f.unit = telling
        return
    if whole := _of_which(view, f, previous):
        f.unit = whole
        return
    if carried := heading(view, f, told) or gapped(view, f, previous):
        f.unit, f.rate = carried[0], f.rate or carried[1]
        return
    if _VOTE.search(left) and (left.endswith(" to ") or _VOTE_AFTER.match(view.text, f.end)):
        f.unit = "vote"
        return
    if others := _OTHERS.match(view.text, f.end):
        counts = [p.unit for p in previous if p.unit not in UNITS]
        f.unit = "person" if not counts or is_human(counts[-1]) else counts[-1]
        f.end = others.end()
        return
    if noun := _count_of(view, f):
        f.unit = noun
        return
    if carried := standing(view, f, previous, told):
        f.unit, f.rate = carried[0], f.rate or carried[1]
        return
    if _PRONOUN_FRONT.search(view.before(f.start, 80)):
        f.unit = _whole(view, f, previous, told) or "person"
        return
    if clause := _from_clause(view, f) or (_WHO.match(view.text, f.end) and "person"):
        # "17 miners were trapped and 4 killed": a noun for people that stands there already is the better one.
        near = [t.unit for t in told if view.sentence.index - t.sentence <= _PEOPLE_BACK]
        people = [unit for unit in [*near, *(p.unit for p in previous)] if is_human(unit) and unit != "person"]
        f.unit = people[-1] if clause == "person" and people else clause
        return
    if _LASTS.search(without_bound(left)):
        times = [t.unit for t in told if t.unit in TIME_UNITS and view.sentence.index - t.sentence <= _TIME_BACK]
        times += [p.unit for p in previous if p.unit in TIME_UNITS]
        if times:
            f.unit = times[-1]
            return
    if noun := _put_at(view, f):
        f.unit = noun
        return
    if f.partitive:
        f.unit = _whole(view, f, previous, told) or "person"
        return
    if previous:
        gap = view.text[previous[-1].end : f.start] if previous[-1].end <= f.start else ""
        if COMPARES.search(without_bound(gap)) and not (previous[-1].unit == "percent" and f.value > 100):
            f.unit = previous[-1].unit
            f.rate = f.rate or previous[-1].rate
            return
    here = view.sentence.index
    best: tuple[float, str, str | None, bool] | None = None
    for known in [*(Told(p.value, p.unit, p.rate, here) for p in previous), *told]:
        cost = _strangeness(f, known, here)
        if best is None or cost <= best[0]:
            best = (cost, known.unit, known.rate, known.value == f.value)
    noun = subject_noun(view, f)
    if noun and _ADDS_UP.search(without_bound(view.before(f.start))):
        f.unit = noun
        return
    moved = best is not None and best[1] not in UNITS and not previous and _MOVED.search(without_bound(left))
    if noun and (best is None or best[0] > _SUBJECT_COST or moved):
        f.unit = noun
    elif best is not None:
        f.unit = best[1]
        same_kind = bool(previous) and previous[-1].unit == best[1] and previous[-1].rate == best[2]
        f.rate = f.rate or (best[2] if best[3] or (best[0] < 0.5 and same_kind) else None)
    elif f.number.kind is not Kind.VAGUE:
        f.unit = "person"
    if f.unit in _POPULATION:
        f.unit = "person"
    if f.unit == "person" and f.value >= _MORE_THAN_PEOPLE and money:
        f.unit = money[-1]


def _exchanged(view: View, f: Found, told: Sequence[Told]) -> str | None:
    """What so many of are paid for another currency ("the talen fell to 48.2 to the euro"): the subject, or what was before."""
    currency = subject(view, f)
    if currency is not None and currency.tag_ == "NN" and currency.lower_ not in ("currency", "rate", "unit", "price"):
        return singular(currency)
    before = [t.unit for t in told if t.rate and is_money(t.rate)] or [
        t.unit for t in told if is_money(t.unit) and t.unit != f.rate
    ]
    return before[-1] if before else None


def _telling(view: View, f: Found) -> str | None:
    """The unit that stands before the number: "a city of 720,000", "Of the schools, two", "the ships, four in number"."""
    left = without_bound(view.before(f.start, 90))
    for pattern, unit in _TELLING:
        if pattern.search(left):
            return unit
    if match := _FRONTED.search(left):
        noun = noun_at(view, view.token_from(max(0, f.start - len(view.before(f.start, 90))) + match.start("words")))
        if noun is not None and view.doc[noun].tag_ in ("NNS", "NNPS"):
            return singular(view.doc[noun])
    if match := _APPOSED.search(left):
        closed = re.match(r" in (?:number|all|total)\b|[^.;]{0,40},", view.text[f.end :])
        index = view.token_from(max(0, f.start - len(view.before(f.start, 90))) + match.start("word"))
        if closed and index < len(view.doc) and view.doc[index].tag_ == "NNS":
            word = singular(view.doc[index])
            return word if word not in UNITS else None
    if view.previous is not None and view.previous.text.rstrip().endswith("?") and (asked := _ASKED.search(view.previous.text)):
        for token in view.previous.doc:
            if token.idx >= asked.start("words") and token.tag_ == "NNS":
                return singular(token)
    return None


#: Counted now and then ("three numbers"), but never what another number counts.
_NO_THINGS = frozenset({"number", "figure"})
#: Sentences back in which the people may be named that a bare "34 were killed" counts.
_PEOPLE_BACK = 1
#: "Of those, about 300 are closed"
_PRONOUN_FRONT = re.compile(r"(?:^|[.;,—–-][ ]|[\"“])[Oo]f (?:those|these|them|whom|which),? (?:[a-z]+ ){0,3}$")


def _put_at(view: View, f: Found) -> str | None:
    """What is "put at 13.6 million": the plural noun that the verb before "at" acts on."""
    index = view.token_from(f.start)
    at = next((t for t in reversed(view.doc[max(0, index - 4) : index]) if t.lower_ == "at"), None)
    if at is None or at.head.pos_ != "VERB":
        return None
    noun = next((c for c in at.head.children if c.dep_ in ("dobj", "nsubjpass") and c.tag_ == "NNS" and c.i < at.i), None)
    return singular(noun) if noun is not None and singular(noun) not in UNITS and noun.lower_ not in _ABOUT_NUMBERS else None


def _count_of(view: View, f: Found) -> str | None:
    """What "the count of smoke deaths to 31" counts: the plural noun after "of" at a word for a number."""
    index = min(view.token_from(f.start), len(view.doc))
    for token in reversed(view.doc[max(0, index - 14) : index]):
        if token.lower_ in _COUNTS and token.dep_ in ("nsubj", "nsubjpass", "dobj"):
            thing = view.doc[token.i - 1] if token.i else token
            if thing.tag_ == "NN" and thing.dep_ == "compound" and thing.head == token and thing.lower_ not in _KINDS_OF_COUNT:
                return thing.lower_  # "the ferry total"
            of = next((c for c in token.children if c.lower_ == "of"), None)
            noun = next((c for c in of.children if c.dep_ == "pobj" and c.tag_ == "NNS"), None) if of is not None else None
            same = noun is not None and noun.i < index and singular(noun) not in UNITS
            return singular(noun) if noun is not None and same and noun.lower_ not in _ABOUT_NUMBERS else None
    return None


#: Words for a number whose "of" names what is counted.
_COUNTS = frozenset("number count total toll tally queue list line backlog roll pool crowd convoy herd flock".split())

#: Nouns before a word for a number that say how or when it was counted.
_KINDS_OF_COUNT = frozenset(
    "death casualty fatality head body hand paper recount running record target sum grand year season day night week month"
    " morning evening city state nation world government police army union industry company ministry agency".split()
)

_ABOUT_NUMBERS = frozenset(
    "dozens hundreds thousands millions scores"
    " numbers figures losses damages profits sales revenues earnings costs prices losses rates odds shares".split()
)


#: "empty plots, of which the capital has 14,000"
_OF_WHICH = re.compile(r",? (?:of|out of) (?P<pronoun>which|whom)(?: [\w'’-]+){0,5} $")


def _of_which(view: View, f: Found, previous: list[Found]) -> str | None:
    """What "which" and "whom" are: the plural that stands right before, else what the figure before counts."""
    left = view.before(f.start, 90)
    match = _OF_WHICH.search(without_bound(left))
    if match is None:
        return None
    people = [p.unit for p in previous if is_human(p.unit)] if match["pronoun"] == "whom" else []
    before = view.token_from(f.start - len(left) + match.start()) - 1
    noun = singular(view.doc[before]) if before >= 0 and view.doc[before].tag_ == "NNS" else None
    if noun and noun not in UNITS and (is_human(noun) or not people):
        return noun
    if match["pronoun"] == "whom":
        return people[-1] if people else "person"
    return previous[-1].unit if previous and previous[-1].unit != "percent" else None


def _whole(view: View, f: Found, previous: list[Found], told: list[Told]) -> str | None:
    """What "them" and "these" are, of which a part is counted: the things counted or named last."""
    if counts := [p.unit for p in previous if p.unit not in UNITS]:
        return counts[-1]
    index = min(view.token_from(f.start), len(view.doc))
    if noun := _plural(view.doc[:index]):
        return noun
    counted = [t for t in told if t.unit not in UNITS]
    if counted and (view.previous is None or counted[-1].sentence >= view.previous.index):
        return counted[-1].unit
    if view.previous is not None and (noun := _plural(view.previous.doc)):
        return noun
    return counted[-1].unit if counted else None


def _plural(tokens: Sequence[Token]) -> str | None:
    """The last plural noun that is a subject or an object, else the last plural noun."""
    nouns = [t for t in tokens if t.tag_ == "NNS" and singular(t) not in UNITS and t.lower_ not in _ABOUT_NUMBERS]
    acting = [t for t in nouns if t.dep_ in ("nsubj", "nsubjpass", "dobj")]
    return singular((acting or nouns)[-1]) if nouns else None


#: From here on the same number again is hardly by chance.
_TELLS_APART = 13
#: Sentences back in which a sum of money makes bare millions money too.
_SUM_BACK = 3


def _strangeness(f: Found, known: Told, here: int) -> float:
    """How unlikely it is that a bare number is of the kind of an earlier one: far in value, far back, of another nature."""
    a, b = abs(float(f.value)), abs(float(known.value))
    cost = abs(math.log10(a / b)) if a and b else 3.0
    if f.value == known.value:
        cost -= 1
    cost += min(here - known.sentence, 20) / 8 - (0.4 if here == known.sentence else 0)
    whole = f.value == f.value.to_integral_value()
    if f.value == known.value >= _TELLS_APART and known.unit != "percent":
        return cost
    if known.unit in UNITS:
        if known.unit == "percent" and f.rate in PERIODS:
            cost += 3
        if f.number.scale >= 10**6 and is_money(known.unit) and here - known.sentence <= _SUM_BACK:
            return cost
        cost += 1.5 if known.unit == "percent" or is_money(known.unit) or known.unit in TIME_UNITS else 0.7
        if not whole:
            cost -= 2
    elif not whole:
        cost += 3
    return cost


_PREDICATE = re.compile(
    r"(?:[ ]of[ ](?:them|whom|those|these|which))?[ ](?:are|were|was|being|as)[ ](?:also |all |still |former |the "
    r"|mostly |registered )*(?=[a-z])|(?<=of them)[ ](?=[a-z])|(?<=of whom)[ ](?=[a-z])"
)


def _predicate(view: View, f: Found) -> str | None:
    """What a part is said to be: "six of the dead were children", "seven of them women", "260 are apprentices"."""
    match = _PREDICATE.match(view.text, f.end)
    if match is None:
        return None
    noun = noun_at(view, view.token_from(match.end()))
    if noun is None or view.doc[noun].tag_ != "NNS":
        return None
    word = singular(view.doc[noun])
    return (
        word
        if word not in UNITS
        and view.doc[noun].dep_ in ("attr", "appos", "pobj", "conj", "nsubj", "dobj", "dep", "ROOT", "npadvmod")
        else None
    )


#: Nouns for a body of people or things, and what it is counted in.
_COLLECTIVES = {
    "workforce": "employee",
    "payroll": "employee",
    "headcount": "employee",
    "staff": "employee",
    "army": "soldier",
    "garrison": "soldier",
    "contingent": "soldier",
    "brigade": "soldier",
    "battalion": "soldier",
    "regiment": "soldier",
    "population": "person",
    "electorate": "voter",
    "turnout": "voter",
    "audience": "person",
    "crowd": "person",
    "attendance": "person",
    "membership": "member",
    "readership": "reader",
    "toll": "person",
    "congregation": "person",
    "vote": "vote",
    "index": "point",
    "nasdaq": "point",
    "ftse": "point",
    "nikkei": "point",
    "dax": "point",
    "points": "point",
    "voted": "vote",
    "majority": "vote",
    "crew": "crew member",
    "strength": "soldier",
    "shift": "worker",
    "flotilla": "ship",
    "fleet": "vehicle",
}
#: What a fleet is of: what was counted before, what the sentence or the one before it speaks of, or just vehicles.
_OF_FLEETS = frozenset(
    "ship vessel tanker freighter trawler ferry boat aircraft plane jet airliner helicopter bus coach lorry truck van car taxi"
    " tram train locomotive wagon".split()
)
_FLEETS = (
    (
        re.compile(
            r"\b(?:(?:ship|vessel|tanker|freighter|trawler|frigate|boat)s?|ferr(?:y|ies)|nav(?:y|ies)|naval|shipping|harbours?)\b",
            re.IGNORECASE,
        ),
        "ship",
    ),
    (re.compile(r"\b(?:airlines?|airways|aircraft|(?:plane|jet|flight|pilot)s?|[A-Z]\w+ Air|Air [A-Z]\w+)\b"), "aircraft"),
)


_POINTS_OUT = re.compile(r"\bpoints (?:out|to|at)\b")


def _collective(view: View, f: Found, told: Sequence[Told]) -> str | None:
    """ "a workforce of 4,600", "the population is 12,000", "by a vote of 88 to 61"."""
    index = min(view.token_from(f.start), len(view.doc))
    for token in reversed(view.doc[max(0, index - 7) : index]):
        word = token.lower_
        if word in _COLLECTIVES and not _POINTS_OUT.match(view.text, token.idx):
            # "Of those who could vote, 1,640 came": it says nothing of what is counted.
            apart = word in _OF_VOTES and view.text[token.idx + len(word) : f.start].startswith(",")
            if apart:
                return None
            return _of_fleet(view, told) if word == "fleet" else _COLLECTIVES[word]
        if token.tag_ == "PRP" or (token.dep_ == "nsubj" and token.i < index - 1):
            return None  # "after the vote it expects 76 billion"
        if token.tag_ in ("NNS", "CD") and singular(token) not in {*TIME_UNITS, "number"}:
            return None  # "a toll of 195 crowns would repay it in 43"
    return None


def _of_fleet(view: View, told: Sequence[Told]) -> str:
    if counted := [t.unit for t in told if t.unit in _OF_FLEETS]:
        return counted[0]  # what the text began with: later ones are parts of it
    near = [part.text for part in (view.sentence, view.previous) if part is not None]
    return next((of for pattern, of in _FLEETS for text in near if pattern.search(text)), _COLLECTIVES["fleet"])


#: Of the collectives, those that are also said of who votes and of the larger part.
_OF_VOTES = frozenset({"vote", "voted", "majority"})


def _from_clause(view: View, f: Found) -> str | None:
    """The unit that the words around give away: "34 were killed", "the toll stands at 143", "the number of cases, 12"."""
    right = view.after(f.end, 40)
    match = re.match(
        r"(?:[ ](?:others?|more|people|still|also|had|have|has|been|are|were|was|of whom|\w+ly))*[ ](?P<word>\w+)", right
    )
    if match and of_persons(match["word"].lower()):
        said = view.doc[view.token_from(f.end + match.start("word"))]
        if said.tag_ != "JJ" or said.lower_ in PERSON_WORDS:  # not "31 live ones"
            return "person"
    named = re.match(r"[ ](?:the|its|their) (?:total |overall |official )?(?:number|tally|count|total) of ", right)
    if named and (noun := noun_at(view, view.token_from(f.end + named.end()))) is not None:
        return singular(view.doc[noun])  # "brings to 3,520 the number of captives freed"
    left = view.before(f.start, 90)
    if re.search(
        r"\b(?:toll|deaths|fatalities|dead|killed|killing|casualties|injured|wounded)\b[^.;]{0,40}$", left[-60:], re.IGNORECASE
    ):
        return "person"
    if match := re.search(r"\b(?:number|total|count|tally) of (?P<words>(?!\d)[^,.;]+)", left):
        noun = noun_at(view, view.token_from(max(0, f.start - len(left)) + match.start("words")))
        if noun is not None and view.doc[noun].tag_ in ("NNS", "NNPS"):
            return singular(view.doc[noun])
    return None
