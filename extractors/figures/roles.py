"""What does a figure do in its text: does it say how much there is, by how much it changed, how much there was, or will be?

Frame (grammar) and the sentence's periods -> role, direction of a change, and whether the text takes the number back.
Pure rules over what the grammar hangs together and over the words next to the number; level where nothing speaks against it.
Not here: who says so (claims/), whether a level is news (series/).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from extractors.figures.as_of import MONTH, Period, applying, periods, resolve
from extractors.figures.frame import Frame, auxiliaries, base, clause, is_verb, passive, subject
from extractors.text import Sentence, Token
from schemas.outcomes import Role


@dataclass(frozen=True, slots=True)
class Doing:
    """A figure's role, with what goes with it."""

    role: Role
    direction: str | None = None  #: "up" or "down" for a change
    withdrawal: bool = False  #: the sentence takes a number back: this one, or the one that this one replaces


_UP = frozenset(
    "rise increase climb grow jump gain add surge soar go_up raise lift swell advance edge_up boost leap rally double"
    " triple expand widen strengthen appreciate rebound recover spike escalate accelerate hike".split()
)
_DOWN = frozenset(
    "fall drop decline decrease lose shed slip slide sink plunge plummet tumble shrink dip ease reduce cut lower trim slash"
    " halve go_down weaken depreciate contract narrow retreat dwindle slow crash collapse shorten".split()
)
#: Verbs whose object is a stock of its own ("shed 3,400 jobs", "added 40 beds"), so that only a share of it is a change.
_STOCK = frozenset("add lose shed cut gain raise boost trim slash lift recover".split())
_CHANGE_NOUN = re.compile(
    r"(?P<up>increase|rise|growth|gain|jump|surge|hike|climb|uptick|upturn|advance|leap|addition)"
    r"|(?P<down>decrease|decline|fall|drop|reduction|cut|slump|plunge|loss|slide|dip|contraction|downturn)"
)
#: "12 percent more than in", "6 fewer than", "a third higher", "3 km closer"
_COMPARED = re.compile(
    r"^[ ](?:points? )?(?:(?P<up>more|higher|larger|bigger|longer|wider|up|above|dearer|faster|heavier|better|costlier)"
    r"|(?P<down>fewer|less|lower|smaller|shorter|down|below|cheaper|lighter|closer|nearer|slower|worse))"
    r"(?:[ ](?:(?:the )?(?:year|month|week|quarter)s? (?:before|earlier)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|than|from|on|since|compared|year|against|in|at|to|[a-z]+ than)\b|[ ](?:the )?(?:previous|last)|[ ]?[,.;]|$)"
)
#: "22 billion more than parliament voted": not what it was before, but what somebody wants or allows.
_THAN_WANTED = re.compile(
    r"^(?:[ ]\w+)?[ ]than[ ](?!in\b|on\b|at\b)(?:[\w’']+[ ]){1,3}?(?:(?:had|has|have) (?:been )?)?"
    r"(?:allow|promis|pledg|vot|plann|demand|ask|offer|budget)\w*\b"
)
#: "Nine more died, bringing the toll to 40", "which takes the number of ships to fourteen".
_BRINGS = re.compile(
    r"[^.;:]{0,120}?(?:,| and)[ ](?:which |that )?(?:bring|tak|lift|rais|carri|push)(?:s|es|ing)[ ](?:\w+[ ]){0,2}?"
    r"(?:total|number|toll|tally|count|sum)\b"
)
_UP_DOWN_BEFORE = re.compile(
    r"\b(?:(?P<up>up)|(?P<down>down|off))[ ](?:by[ ])?(?:about |some |around |nearly |almost |more than |over |just "
    r"|roughly |a further |another )*$",
    re.IGNORECASE,
)
_ASIDE = (
    r"(?:about |some |around |nearly |almost |more than |over |just |just under |just over |roughly |only |as (?:many|much) as "
    r"|the |an? |its |their )*"
)
#: "from a peak of", "against the usual".
_QUALIFIED = (
    r"(?:(?:the|an?|its|their)[ ](?:(?:usual|normal|record|present|current|[a-z]+-(?:week|month|year))[ ])?"
    r"(?:(?:peak|high|low|record|average|norm|mean)[ ](?:of[ ])?)?)?"
)
_FROM = re.compile(
    rf"\b(?:(?:up|down|than|after)[ ]{_ASIDE}"
    rf"|(?:up|down)[ ]from[ ](?:an?|the)[ ][a-z-]+[ ]"
    rf"|(?:compared (?:with|to)|(?:as )?(?:against|opposed to)|from|versus|vs\.?)[ ](?:{_ASIDE}|{_QUALIFIED}))$",
    re.IGNORECASE,
)
_NOT = re.compile(
    rf"(?:[,;–—][ ](?:and |but )?not|\band not|\brather than|\bin place of|\binstead of|\bas opposed to|\bnot the"
    rf"|\bnot)[ ](?!only |just |merely )(?:at |by |in |of |to )?{_ASIDE}$",
    re.IGNORECASE,
)
#: "Not 500 metres from the mine" denies nothing, unless another number follows.
_NO_FURTHER = re.compile(r"^[ ](?:from|away|off|later|after|before|ago|earlier)\b(?!.*\bbut\b)")
#: A number as it begins, in digits or words.
_ANY_NUMBER = (
    r"(?:[€£$]?\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]{3,5}teen|(?:twen|thir|for|fif|six|seven"
    r"|eigh|nine)ty|half|hundreds?|thousands?|dozens?|an? (?:hundred|thousand|dozen|million))\b)"
)
_OTHER_TIME = re.compile(
    r"^[^,;.]{0,40}\b(?:ago|earlier|before|until|last|previous(?:ly)?|in (?:the )?(?:spring|summer|autumn|winter)"
    r"|at (?:Christmas|Easter|New Year)|in (?:the )?(?:19|20)\d\d|in an? (?:normal|average"
    r"|typical|ordinary|good|bad) \w+"
    r"|in (?:January|February|March|April|May|June|July|August|September|October|November|December))\b"
)
#: "The tunnel, 17.6 kilometres long, will carry", "will be ready 14 months late": how things are, whatever comes of them.
_EXTENT = re.compile(r"^[ ](?:long|high|wide|deep|tall|thick|across|away|apart|late|later than|behind)\b")
#: A number of the present has been replaced by none.
_NOW = re.compile(r"^[^,;.]{0,20}\b(?:today|now|currently|at present)\b")
#: What follows one of these is said of the number that another one is compared with.
_COMPARES = frozenset("than against compared versus".split())
#: A standing target that a level is held against is a level of its own.
_AGAINST_TARGET = re.compile(
    r"\b(?:against|above|below|over|under) (?:an?|the|its|their) (?:\w+ ){0,3}target of[ ]$", re.IGNORECASE
)
#: The words of a number that no longer stands.
_WITHDRAWN_BY = re.compile(
    r"\b(?:first|originally|initially|earlier|previously|formerly|mistakenly|wrongly|erroneously|incorrectly) (?:said"
    r"|put|reported|estimated|announced"
    r"|given|spoken|stated|told|declared|counted|listed|thought|planned|feared|believed|assumed|called|set|issued|gave"
    r"|published|recorded|approved)\b"
    r"|\bonce (?:said|put|estimated|promised|reckoned|valued|planned|expected)\b"
    r"|\bhad (?:once |always )?(?:spoken of|stood at)\b"
    r"|\b(?:said|put|reported|estimated|announced|given|spoken|stated|declared|counted|listed|thought|planned"
    r"|gave) (?:\w+ )?(?:at first|originally|initially"
    r"|previously|by mistake|in error|wrongly|mistakenly)\b"
    r"|\b(?:earlier|previous|original|initial|preliminary|former|old|withdrawn) (?:\w+ )?(?:estimates?|figures?"
    r"|reports?|tall(?:y|ies)|tolls?|counts?"
    r"|numbers?|forecasts?|statements?|claims?|totals?|assessments?|guidance|targets?|values?|results?|readings?"
    r"|orders?|bids?|offers?|versions?)\b",
    re.IGNORECASE,
)
#: One of these stands in whatever those words are: texts without are not searched, which costs more than all other rules.
_WITHDRAWN_STEMS = (
    "first", "origin", "initial", "earlier", "previous", "former", "mistake", "wrong", "erroneous", "incorrect", "in error",
    "preliminary", "old ", "withdrawn", "once ", "had spoken", "had stood",
)  # fmt: skip
#: Characters of a sentence in which a withdrawal is looked for; no sentence of the news is longer.
_READ = 1000
_NUMBER_WORD = (
    r"(?:figures?|numbers?|tolls?|tall(?:y|ies)|counts?|estimates?|totals?|statements?|announcements?|bulletins?"
    r"|statistics|percentages?"
    r"|assessments?|data|values?|readings?|quantit(?:y|ies))"
)
_WITHDRAWS = re.compile(
    # "corrected its own announcement", "revised the death toll", "the figure published in May is hereby withdrawn"
    rf"\b(?:correct(?:s|ed|ing)?|revis(?:es|ed|ing)|withdr(?:ew|awn|aws|awing)|retract\w*|amend(?:s|ed)?|restat(?:es|ed|ing)) "
    rf"(?:[\w’'-]+ ){{0,5}}?{_NUMBER_WORD}\b"
    rf"|\b{_NUMBER_WORD} (?:[\w.,’'-]+ ){{0,8}}?(?:is|was|has been|are|were|have been) (?:[\w-]+ )?(?:corrected"
    rf"|withdrawn|retracted|revised|wrong"
    r"|in error|mistaken|incorrect|the result of)\b"
    r"|\b(?:withdr(?:ew|awn|aws)|retracted|corrected) (?:the|its|their|that) \w+ (?:that )?(?:it|they|he|she) (?:gave"
    r"|had|published|announced)\b"
    r"|\b(?:correct(?:s|ed|ing)?|withdr(?:ew|awn|aws|awing)|retract\w*) (?:[\w’'-]+ ){0,4}?(?:results?|rates?"
    r"|communiqu[eé]s?|releases?|notices?"
    r"|reports?|lists?|accounts?|articles?|stories|story)\b|\bin error\b"
    r"|\bcorrection\b|\berratum\b|\bclarification\b|\bhereby (?:corrected|withdrawn)\b"
    r"|\bmiscount\w*|\bmiscalculat\w*|\bmisread\b|\bmisstated\b|\bdouble[- ](?:count|entr)\w*|\boverstated\b"
    r"|\bunderstated\b|\bovercount\w*"
    r"|\b(?:count|enter|book|list|record)ed (?:[\w’'-]+ ){0,6}?(?:twice|double|a second time|more than once)\b"
    r"|\b(?:transposed|mistyped|misplaced) (?:digits?|figures?|decimal)|\b(?:typing|clerical|arithmetic|rounding"
    r"|spreadsheet|data[- ]entry) errors?\b"
    r"|\bhad (?:earlier|first|originally|initially|previously|wrongly|mistakenly) (?:said|put|reported|given|announced"
    r"|spoken|stated|told|counted"
    r"|listed|declared)\b"
    r"|\b(?:not|no longer)\b[^.;]{0,60}?\bas (?:it |they |was )?(?:first |earlier |previously |originally |initially "
    r"|wrongly )?(?:reported|stated"
    r"|announced|communicated|declared|given|said)\b"
    # "940 metres and not 780"; the 590 "that the ministry counts" is not taken back but contested
    r"|\d[^.;]{0,80}?(?:,| and|, and) not (?:the )?[€£$]?\d"
    r"(?![\d.,]*(?: \w+){0,3} (?:that|which) (?:\w+ ){1,4}(?:\w+s|agree|have \w+)\b)"
    # "not 41 wagons but 14", "not forty-one, as it had said, but fourteen"
    rf"|\bnot (?!only |just |merely )(?:at |by |in |of |to )?{_ASIDE}{_ANY_NUMBER}[^.;]{{0,80}}?\bbut {_ASIDE}{_ANY_NUMBER}",
    re.IGNORECASE,
)

_WITHDRAWS_STEMS = (
    "correct", "revis", "withdr", "retract", "amend", "restat", "wrong", "error", "mistake", "errat", "clarif", "miscount",
    "miscalculat", "misread", "misstated", "double", "overstated", "understated", "overcount", "twice", "transposed",
    "mistyped", "misplaced", "result of", " had ", "not ", "no longer", "second time", "than once",
)  # fmt: skip

_EXPECT = frozenset(
    "expect plan intend aim hope project forecast predict anticipate target envisage foresee schedule assume budget fear"
    " slate set due".split()
)
#: Of those, the verbs that look ahead also with a plain noun as object ("expects 200 patients", "forecast a deficit of").
_EXPECT_NOUN = frozenset("expect plan project forecast predict anticipate target envisage foresee assume budget".split())
_FUTURE_NOUN = frozenset(
    "target goal forecast projection plan ambition outlook aim expectation guidance prediction objective"
    " proposal prognosis".split()
)
_FUTURE_MODIFIER = frozenset(
    "planned expected projected forecast anticipated targeted proposed intended scheduled future envisaged predicted".split()
)
_AT_ONE_TIME = re.compile(
    r"\bbefore the (?:war|conflict|invasion|pandemic|crisis|coup|revolution|siege|blockade|embargo|panic|occupation"
    r"|sanctions|boom|crash of)\b"
    r"|\bpre-?(?:war|crisis|pandemic|invasion)\b|\b(?:at|during) (?:its|their|the) (?:\w+ )?(?:peak|height)\b"
    r"|\bused to\b|\bonce (?:had|held"
    r"|employed|counted|numbered)\b"
    r"|\buntil (?:then|recently)\b|\b(?:at|in|during|since) the (?:last|previous) (?:\w+ )?(?:elections?|vote|census"
    r"|auction|summit|outbreak|crisis|war)\b|\bat the time\b"
    r"|\b(?:in|during) (?:its|their|his|her|the) (?:(?:best|better|glory|boom) (?:days|years|times)|heyday|prime)\b"
    r"|\b(?:in|during) (?:earlier|former|previous|past) (?:years?|decades?|seasons?|winters?|summers?|wars?|outbreaks?)\b",
    re.IGNORECASE,
)
_AT_ONE_TIME_STEMS = (
    "before the ", "pre-", "prewar", "precrisis", "prepandemic", "preinvasion", "peak", "height", "used to", "once ", "until ",
    " best ", " better ", " glory ", " boom ", "heyday", " prime",
    " the last ", " the previous ", "at the time", "earlier", "former", "previous", "past",
)  # fmt: skip
#: Verbs that take a number back when it is what they act on.
_TAKE_BACK = frozenset("withdraw retract correct rescind discard disown".split())
#: Adjectives that look ahead with "to".
_BOUND_TO = frozenset("due set likely scheduled bound poised slated expected projected".split())
#: What somebody is to get under rules or terms that hold already: "farmers will be paid 6 euros a hen".
_TERMS = frozenset("pay bear compensate remunerate reimburse charge fine award".split())
_TO = re.compile(r"\bto[ ](?:\w+[ ]){0,3}$")
#: Verbs by which a number is made known.
_PUBLISH = frozenset("report give publish state communicate release quote".split())
#: What somebody says he will give is a pledge.
_GIVE = frozenset("provide supply pay lend grant contribute donate".split())
#: Verbs of what is wished for or taken on; with a day to come the number is an aim.
_WISH = frozenset("want promise pledge undertake vow seek order call hope see fear".split())
#: "the target is 95 percent", "against the plan of"
_AIM = re.compile(
    r"\b(?:target|goal|plan|aim)(?:[ ][a-z]+){0,3}?[ ](?:is|was|says|sees|provides for|of)[ ](?:about |at least |up to )?$",
    re.IGNORECASE,
)
#: "... by Christmas", "by the end of the year": near, in the same clause.
_BY_A_DAY = re.compile(
    r"(?:(?! and )[^,;:.\d]){0,40}?\bby (?:the )?(?:next \w+|mid-?\w+|20\d\d\b|Christmas|Easter|New Year"
    r"|end of (?:the|this|next) (?:year|month|week|decade|quarter|season)"
    rf"|(?:early |late )?(?:{MONTH}|(?:spring|summer|autumn|winter)\b))"
)
#: "Has resolved to send 12,000": decided and not done yet. A step of a rate or a price ("has decided to raise it to") counts as
#: done, and what is agreed, voted or pledged is a number of its own.
_DECIDE = frozenset("decide resolve choose opt".split())
#: What may come about by itself; "may" with other verbs permits.
_HAPPENS = frozenset(
    "reach rise fall exceed grow be need cost take die climb lose come top hit go drop become face have double increase"
    " decline shrink affect suffer involve include mean cover bring contain result lead prove turn see cause kill number"
    " represent earn produce last total amount require remain add run flee displace expect".split()
)
#: "will continue to pay", "will go on paying": what is done already.
_GO_ON = frozenset("continue go keep".split())
#: Verbs of how things stand.
_STATES_OF = frozenset("be have cost stand number employ charge hold own earn pay fetch weigh".split())
_SHORT = frozenset("day night morning evening week weekend".split())
#: Days after its end within which the number of a month comes out as news; statistics take three to six weeks.
_COMES_OUT = 40
#: Units of how long something has lasted.
_DURATIONS = frozenset("minute hour day week month year".split())
#: Seasons without a year, of which a past one is meant.
_SEASON = re.compile(r"\bin (?:the )?(?:spring|summer|autumn|winter)\b")
#: What goes on as it is, what is owed or allowed: "will remain at", "will receive", "will continue to pay".
_STANDING = frozenset("remain continue stay keep receive get owe entitle earn draw".split())


def role(
    frame: Frame,
    *,
    unit: str = "",
    published_at: datetime | date | None = None,
    found: Sequence[Period] | None = None,
    beside: Sequence[Sentence] = (),
) -> Doing:
    """The role of a quantity.

    Args:
        frame: the quantity in its sentence.
        unit: the quantity's unit.
        published_at: when the article appeared; without it only worded periods ("last year") tell an older time.
        found: the sentence's periods, where they are known already.
        beside: the sentences next to it, which may be the ones that take a number back.
    """
    day = published_at.date() if isinstance(published_at, datetime) else published_at
    text = frame.sentence.text
    if found is None:
        found = periods(text)
    before, after = _around(frame)
    held = applying(frame, found)
    taken_back = withdraws([frame.sentence, *beside])
    denial = _NOT.search(before)
    further = denial is not None and denial.group()[:3].lower() == "not" and _NO_FURTHER.match(after)
    denied = denial is not None and not further and not _upheld(frame)
    if denied or _old_number(frame, before, after):
        return Doing(Role.BACKGROUND, withdrawal=taken_back or denied)
    replaced = _FROM.search(before) is not None or _AGAINST_TARGET.search(before) is not None
    if not replaced and _EXTENT.match(after) is None and _ahead(frame, held, day, before):
        return Doing(Role.FORECAST)
    older = (
        any(p.backward(day) for p in held) or _at_one_time(frame) or (unit not in _DURATIONS and _was_then(frame, held, day))
    )
    if older or re.search(r"\bused to \w+[^.,;]*$", before) or (held and _pluperfect(frame, held)):
        return Doing(Role.BACKGROUND, withdrawal=taken_back)
    daily = any(p.kind == "weekday" for p in held)  # "64 cases on Tuesday, bringing the total to 300" is that day's number
    direction = "up" if not daily and _brings(frame) else _change(frame, unit, before, after)
    if direction is not None:
        return Doing(Role.CHANGE, direction=direction, withdrawal=taken_back)
    return Doing(Role.LEVEL, withdrawal=taken_back)


def _upheld(frame: Frame) -> bool:
    """ "not the 590 that the ministry counts": somebody else stands by the number."""
    for token in frame.path[:-1]:
        for child in token.children:
            if child.dep_ == "relcl" and child.i > frame.first:
                names = {t.lower_ for t in auxiliaries(child)}
                return (child.tag_ in {"VBZ", "VBP"} and not names) or bool(names & {"has", "have"})
    return False


def withdraws(sentences: Sequence[Sentence]) -> bool:
    """Do these sentences take a number back that was given before ("corrected", "had first said", "counted twice")?"""
    return any(_takes_back(s.text[:_READ]) for s in sentences)


@lru_cache(maxsize=64)
def _takes_back(text: str) -> bool:
    """Asked for every figure of a sentence and of its neighbours, hence remembered for a while."""
    return _holds(text, _WITHDRAWS_STEMS) and _WITHDRAWS.search(text) is not None


def _holds(text: str, stems: Sequence[str]) -> bool:
    return any(map(text.lower().__contains__, stems))


def _around(frame: Frame) -> tuple[str, str]:
    text, doc = frame.sentence.text, frame.doc
    start = doc[frame.first].idx
    end = doc[frame.last - 1].idx + len(doc[frame.last - 1])
    return text[max(0, start - 120) : start], text[end : end + 120]


def _old_number(frame: Frame, before: str, after: str) -> bool:
    """Is it the number that another one replaced or is compared with ("up from 44", "to 8 from 12", "first spoken of 10")?"""
    match = _FROM.search(before)
    if match and not _NOW.match(after):
        word = match.group().split()[0].lower()
        if word in {"up", "down", "from"} and _moves(frame, before, after):
            return True
        if word in {"against", "compared", "versus", "vs", "vs.", "as", "than", "after"}:
            return bool(_OTHER_TIME.match(after)) or re.search(r"\b(?:norm of|average of|the usual)[ ]$", before) is not None
    verb = frame.verb
    if verb is not None and base(verb) in _TAKE_BACK:
        hangs = {t.dep_ for t in frame.path[:-1]}
        if hangs & {"dobj", "nsubjpass"} and not re.search(r"\bto[ ](?:\w+[ ]){0,3}$", before[-30:]):
            return True
    if _published_once(frame):
        return True
    if not _holds(frame.sentence.text, _WITHDRAWN_STEMS):
        return False
    if verb is not None and verb.dep_ == "ccomp":
        above = _WITHDRAWN_BY.search(" ".join(t.text for t in sorted(clause(verb.head), key=lambda t: t.i)))
        if above is not None and verb.head.text in above.group():
            return True
    return _WITHDRAWN_BY.search(_clause_text(frame)) is not None


def _published_once(frame: Frame) -> bool:
    """ "The 2,000 deaths that it reported in May included": a number that was given, of which something is told."""
    for token in frame.path:
        above = token.head
        if token.dep_ in {"nsubj", "nsubjpass"} and is_verb(above):
            told = above.tag_ == "VBD" or any(t.lower_ in {"was", "were"} for t in auxiliaries(above))
            given = [c for t in frame.path[:-1] for c in t.children if c.dep_ in {"acl", "relcl"} and base(c) in _PUBLISH]
            return told and any(
                c.i > frame.first and (c.tag_ == "VBN" or (c.tag_ == "VBD" and base(c) != "give")) for c in given
            )
    return False


def _moves(frame: Frame, before: str, after: str) -> bool:
    """Does a "from N" belong to a movement that has happened, not to a place, a source or a plan?"""
    if re.search(r"\b(?:up|down) from[ ]", before[-40:]):
        return True
    if re.search(r"\bto[ ](?:[\w.,€£$%-]+[ ]){1,5},?[ ]?from[ ]", before) or re.search(r",[ ]from[ ]", before[-30:]):
        return True
    if frame.verb is not None and (_future(frame.verb) or any(t.dep_ == "neg" for t in frame.verb.children)):
        return False  # "is not to move from 5 percent", "has not moved"
    if re.match(rf"^[^.;]{{0,50}}?\bto[ ](?:\w+ ){{0,3}}?{_ANY_NUMBER}", after):
        return True
    near = {base(v) for v in frame.verbs[:2]}
    return bool(near & (_UP | _DOWN | {"go", "bring", "revise", "change", "move"}))


def _at_one_time(frame: Frame) -> bool:
    if not _holds(frame.sentence.text, _AT_ONE_TIME_STEMS):
        return False
    return _AT_ONE_TIME.search(_clause_text(frame)) is not None


def _was_then(frame: Frame, held: Sequence[Period], day: date | None) -> bool:
    """Is it what something named had then ("In February it was 300,000", "which cost 11 in spring", "had been 6 million")?"""
    verb = frame.verb
    if verb is None or base(verb) not in _STATES_OF:
        return False
    doer = subject(verb)
    names = {t.lower_ for t in auxiliaries(verb)}
    if "had" in names:
        return base(verb) == "be" and frame.root.dep_ == "attr" and doer is not None and _is_named(doer)
    if verb.tag_ != "VBD" or names or doer is None or not _is_named(doer):
        return False
    return any(_bygone(p, day) for p in held) or _SEASON.search(_clause_text(frame)) is not None


def _is_named(doer: Token) -> bool:
    """Does the subject stand for something that has been named?"""
    return doer.lower_ in {"it", "they", "that", "which"} or any(
        c.dep_ == "relcl" and not any(g.dep_.startswith("nsubj") for g in c.children) for c in doer.children
    )


def _bygone(period: Period, day: date | None) -> bool:
    """Is it an earlier month or week, as named?"""
    if period.kind == "month" and period.year is None and period.prep == "in" and day is not None:
        span = resolve(period.text, day)
        return span is not None and (day - span[1]).days > _COMES_OUT
    return period.kind == "relative" and period.which == "last" and period.what in {"week", "month"}


def _clause_text(frame: Frame) -> str:
    if frame.verb is None:
        return frame.sentence.text
    own = sorted(clause(frame.verb), key=lambda t: t.i)
    end = next((t.i for t in own if t.i >= frame.last and _compares(t)), len(frame.doc))
    return " ".join(t.text for t in own if t.i < end)


def _compares(token: Token) -> bool:
    """Does what is said of another number begin here ("9 more than", "26, not")?"""
    return token.lower_ in _COMPARES or (token.lower_ == "not" and token.i > 0 and token.nbor(-1).lower_ in {",", "and"})


def _ahead(frame: Frame, held: Sequence[Period], day: date | None, before: str) -> bool:
    """Does it speak of what is to come?"""
    for token in frame.path:
        if token.pos_ == "NOUN" and token.lower_ in _FUTURE_NOUN and not frame.holds(token):
            return True
        if _planned(token):
            return True
    if any(p.forward(day) for p in held) and not _told(frame, held):
        return True
    if _AIM.search(before):
        return True
    if _known_thing(frame):
        return False
    if _by_then(frame, day):
        return True
    below: Token = frame.root
    for depth, verb in enumerate(frame.verbs[:4]):
        if depth and _apart(below, verb):
            break
        name = base(verb)
        doer = subject(verb)
        if depth == 0 and doer is not None and not _is_subject(frame, verb) and _planned(doer):
            return True
        meant = verb.dep_ == "xcomp" and is_verb(verb.head) and base(verb.head) in _EXPECT  # "aims to get 70 percent"
        if (name in _STANDING and not meant and not _supposed(verb)) or (name in _TERMS and passive(verb)):
            return False
        if depth == 0 and _pledged(frame, verb, held, before):
            return False
        if _future(verb):
            return True
        if depth == 0:
            if name in _EXPECT_NOUN and (passive(verb) or not _is_subject(frame, verb)):
                return True
            if name == "hope" and any(t.lower_ == "for" for t in frame.path):
                return True
        elif name in _EXPECT and below.dep_ in {"xcomp", "ccomp"}:
            return True
        below = verb
    return False


def _told(frame: Frame, held: Sequence[Period]) -> bool:
    """Has it happened all the same ("The following day 12 people drowned", "gas for next day rose")?"""
    verb = frame.verb
    if verb is None or base(verb) in _EXPECT or any(p.kind != "relative" or p.what not in _SHORT for p in held):
        return False
    helpers = {t.lower_ for t in auxiliaries(verb)}
    return (verb.tag_ == "VBD" and not helpers) or bool(helpers & {"was", "were", "had"})


def _by_then(frame: Frame, day: date | None) -> bool:
    """ "wants 38,000 done by May", "promises two million by the end of the year": it is to be so on a day that is to come."""
    verb = frame.verb
    if verb is None or day is None:
        return False
    text, end = frame.sentence.text, frame.doc[frame.last - 1].idx
    match = _BY_A_DAY.match(text, end + len(frame.doc[frame.last - 1]))
    if match is None:
        return False
    wish = any(base(v) in _WISH for v in frame.verbs[:2])
    now = verb.tag_ in {"VB", "VBZ", "VBP"} and not any(t.lower_ in {"had", "have", "has"} for t in auxiliaries(verb))
    return wish or now


def _pledged(frame: Frame, verb: Token, held: Sequence[Period], before: str) -> bool:
    """Is it pledged, decided with its day, or the number of those who do it ("will lend", "from Tuesday", "by 40 firms")?"""
    if not any(t.lower_ in {"will", "'ll", "’ll", "shall"} for t in auxiliaries(verb)):
        return False
    starts = {"from", "as of", "on"} if base(verb) in _UP | _DOWN and _TO.search(before) else {"from", "as of"}
    if any(p.prep in starts and p.kind in {"weekday", "day"} for p in held):
        return True
    doing = any(t.dep_ == "agent" for t in frame.path) and base(verb) not in _UP | _DOWN and frame.root.tag_ == "NNS"
    return doing or (base(verb) in _GIVE and not passive(verb) and not any(p.prep in {"from", "by"} for p in held))


def _planned(noun: Token) -> bool:
    return any(c.lower_ in _FUTURE_MODIFIER and c.i < noun.i for c in noun.children)


def _known_thing(frame: Frame) -> bool:
    """Is the quantity that of something which is there already ("its 240 branches will open", "at the present pace of 900")?"""
    return any(
        c.dep_ == "poss" or (c.dep_ == "det" and c.lower_ in {"the", "these", "those"})
        for token in frame.path[:-1]
        if token == frame.root or token.pos_ == "NOUN"
        for c in token.children
    )


def _apart(below: Token, verb: Token) -> bool:
    """Does the clause below stand for itself, so that the verb above says nothing about its time?"""
    top = below
    while top.head not in {verb, top}:
        if (top.dep_ == "relcl" and not _part(top)) or (top.dep_ == "acl" and top.tag_ == "VBN"):
            return True  # "the lender, which owes 4 billion, will close"
        top = top.head
    return top.dep_ in {"conj", "parataxis", "relcl", "advcl", "acl", "csubj", "csubjpass"} or (
        top.dep_ == "ccomp" and base(verb) not in _EXPECT
    )


def _part(clause: Token) -> bool:
    """ "will cost 4 billion, of which 300 million falls to the towns": a share of what is to come"""
    return clause.tag_ in {"VBZ", "VBP"} and any(
        t.lower_ in {"which", "whom"} and t.head.lower_ == "of" for t in clause.subtree
    )


def _supposed(verb: Token) -> bool:
    """ "could earn", "might remain": not owed, only possible"""
    return any(t.lower_ in {"could", "might", "may"} for t in auxiliaries(verb))


def _future(verb: Token) -> bool:
    helpers = auxiliaries(verb)
    names = {t.lower_ for t in helpers}
    if _until(verb):
        return True
    if names & {"will", "'ll", "’ll", "shall", "might", "wo"}:
        return True
    if names & {"may", "could"}:
        # what may happen, not what one may do, could do at the time or has room for
        seen = passive(verb) and base(verb) in {"see", "have"}
        return base(verb) in _HAPPENS and not seen and "have" not in names and not any(t.dep_ == "neg" for t in helpers)
    if "would" in names and verb.dep_ in {"relcl", "advcl", "conj"}:
        # "may ship 700 tonnes, which would cover a third": supposed of what is to come
        above = next((t for t in verb.ancestors if is_verb(t)), None)
        return above is not None and _future(above)
    if base(verb) == "be":
        for child in verb.children:
            if (
                child.dep_ == "xcomp"
                and base(child) not in {"say", "use", "have"}
                and any(t.lower_ == "to" for t in child.children)
            ):
                return True
            if child.dep_ in {"acomp", "oprd"} and child.lower_ in {"due", "scheduled", "expected", "planned"}:
                return True
    if "to" in names:
        head = verb.head
        if verb.dep_ == "conj" and is_verb(head):
            return _future(head)
        if head.lower_ in _BOUND_TO and verb.dep_ in {"xcomp", "acl", "advcl", "ccomp"}:
            return True
        if verb.dep_ == "acl" and base(head) in _FUTURE_NOUN:
            return True
        if is_verb(head) and verb.dep_ in {"xcomp", "ccomp"}:
            meant = base(head) in _EXPECT or (_decided(head) and base(verb) not in _UP | _DOWN)
            return base(head) == "be" or meant or (base(head) not in _GO_ON and _future(head))
    return False


def _decided(verb: Token) -> bool:
    """ "has resolved to", "have decided to": the decision is made and is news, its outcome is to come"""
    return base(verb) in _DECIDE and any(t.lower_ in {"has", "have", "'ve", "’ve"} for t in auxiliaries(verb))


def _until(verb: Token) -> bool:
    """ "would continue until 2,000 prisoners have changed sides": the clause says when something to come will end"""
    if verb.dep_ != "advcl" or not any(t.dep_ == "mark" and t.lower_ == "until" for t in verb.children):
        return False
    present = verb.tag_ in {"VBZ", "VBP"} or any(t.tag_ in {"VBZ", "VBP"} for t in auxiliaries(verb))
    return present and bool({t.lower_ for t in auxiliaries(verb.head)} & {"will", "would", "shall", "'ll", "’ll"})


def _pluperfect(frame: Frame, held: Sequence[Period]) -> bool:
    """ "In June the rate had been" """
    verb = frame.verb
    return (
        verb is not None
        and any(t.lower_ == "had" for t in auxiliaries(verb))
        and any(
            p.kind in {"month", "part", "relative"} and p.which != "this" and p.prep in {"in", "at", "during", ""} for p in held
        )
    )


def _is_subject(frame: Frame, verb: Token) -> bool:
    doer = subject(verb)
    return doer is not None and (frame.holds(doer) or doer in frame.path)


def _brings(frame: Frame) -> bool:
    """Does a clause behind say what total it leads to?"""
    if frame.verb is None or frame.verb.dep_ == "advcl":
        return False
    last = frame.doc[frame.last - 1]
    return _BRINGS.match(frame.sentence.text, last.idx + len(last)) is not None


def _change(frame: Frame, unit: str, before: str, after: str) -> str | None:
    """The direction of a change; None where it is none."""
    share = unit in {"percent", "percentage point", "basis point"}
    surface = frame.doc[frame.last - 1].lower_
    if _THAN_WANTED.match(after):
        return None
    if surface in {"more", "fewer", "less"} and re.match(r"^[ ]than\b", after):
        return "up" if surface == "more" else "down"
    compared = _COMPARED.match(after)
    if compared and (share or re.search(r"\bthan\b|^[ ](?:closer|nearer|further)\b", after[:30])):
        return "up" if compared.group("up") else "down"
    moved = _UP_DOWN_BEFORE.search(before)
    if moved and (share or re.search(r"(?:^|[,(–—]|\b(?:is|are|was|were|be|been))[ ]?$", before[: moved.start()])):
        set_off = re.search(r"[,(–—][ ]?$", before[: moved.start()]) is not None
        part_of_verb = not set_off and frame.verb is not None and base(frame.verb) in {"make", "take", "put", "pick", "give"}
        if not part_of_verb:
            return "up" if moved.group("up") else "down"
    noun = _change_noun(frame, share)
    if noun is not None:
        return noun
    verb = frame.verb
    if verb is None:
        return None
    name = base(verb)
    if name == "go":
        name = next((f"go_{t.lower_}" for t in verb.children if t.lower_ in {"up", "down"}), name)
    direction = "up" if name in _UP else "down" if name in _DOWN else None
    if direction is None:
        return None
    if re.search(r"\bby[ ](?:\w+[ ]){0,3}$", before[-30:]):
        return direction
    if re.match(r"^[ ]of\b", after) or re.search(r"\bto[ ](?:\w+[ ]){0,3}$", before[-30:]):
        return None
    if name in _STOCK and not share:
        return None
    if frame.root.head == verb and frame.root.dep_ in {"npadvmod", "dobj", "advmod", "obj", "oprd", "attr", "dep"}:
        return direction if share or frame.root.dep_ != "dobj" else None
    return None


def _change_noun(frame: Frame, share: bool) -> str | None:
    """ "an increase of 500 million", "a 12 percent rise"; a loss or a cut of so much money may be a stock of its own."""
    for token in frame.path[1:4]:
        if token.pos_ not in {"NOUN", "ADP"} or token.lower_ == "to":  # "With that, the sum recovered rises to 76 million"
            break
        if token.pos_ == "NOUN":
            match = _CHANGE_NOUN.fullmatch(base(token))
            if match is None or (not share and base(token) in {"loss", "gain", "cut", "addition", "advance"}):
                return None
            return "up" if match.group("up") else "down"
    return None
