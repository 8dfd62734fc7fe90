"""Reported quantities: which numbers of a text say how much or how many, of what, and how firmly?

Sentences -> quantities: the span with its modifier and its unit or counted noun, low and high, bound, unit, rate.
Left out: dates, years, ages, ordinals, clock times, scores, names with numbers, labels ("page 12"), relative dates,
figures of speech. A number whose unit is left out ("against 2,000") takes it from what stands before.
Pure. The grammar of a sentence is asked for only where it holds a number.
Not here: what a figure measures (measured.py), its role (roles.py).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from schemas.outcomes import Bound
from spacy.tokens import Token

from extractors.figures.numbers import Kind, Number, numbers
from extractors.figures.units import LONGEST_FORM, MONEY, SIGNS, SYMBOLS, UNITS, WORDS
from extractors.text import Sentence, lemma, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One reported quantity. start and end count in the article's text, the other offsets in the sentence's."""

    sentence: Sentence
    start: int
    end: int
    surface: str
    low: Decimal | None
    high: Decimal | None
    bound: Bound
    unit: str
    rate: str | None
    number_start: int  #: the number alone, of a range its first
    number_end: int  #: the end of the number, of a range its last
    noun: int | None  #: index of the counted noun's token in the sentence, where one stands there
    elided: bool  #: the unit stands elsewhere in the text


@dataclass(slots=True)
class _Found:
    """A number on its way to a quantity: what is known so far, in offsets of the sentence."""

    number: Number
    start: int
    end: int
    value: Decimal
    unit: str = ""
    noun: int | None = None
    rate: str | None = None
    high: Decimal | None = None  #: the end of a range
    between: bool = False
    number_end: int = 0
    elided: bool = False
    partitive: bool = False  #: "97 of them": the unit is that of the whole
    unit_start: int = 0
    unit_end: int = 0


@dataclass(slots=True)
class _Memory:
    """What earlier sentences said, for numbers that leave their unit out."""

    by_value: dict[Decimal, tuple[str, str | None]] = field(default_factory=dict)
    last_count: str = ""
    last: str = ""
    last_rate: str | None = None


_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?)\b\.?"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIME_UNITS = frozenset("second minute hour day week fortnight month year decade century".split())
_PERIODS = frozenset("second minute hour day night week fortnight month quarter season year decade century".split())

# ---------------------------------------------------------------------------------------------------------------- bounds

_FILLER = (
    r"(?:(?:an?|the|another|a further|further|an additional|additional|an extra|extra|just|only|its|their|his|her|total of|a total of"
    r"|about|some|around) )*"
)
_BOUNDS = re.compile(
    r"(?:^|(?<=[\s(\"“‘—–-]))(?:"
    r"(?P<at_least>at (?:the very )?least|no (?:fewer|less|lower) than|not (?:fewer|less) than|a minimum of|minimum of|as (?:few|little) as|≥)"
    r"|(?P<at_most>up to|as (?:many|much|long|high|large|far|late|big|deep|tall|wide) as|no (?:more|greater|higher|longer|later) than"
    r"|not (?:more|exceeding|longer) than|not exceeding|at (?:the )?(?:very )?most|a maximum(?: of)?|maximum of|within|up until|≤)"
    r"|(?P<more_than>more than|(?:well |just |slightly |a little |a bit |far |not much )?over|(?:well |just |slightly )?above|in excess of"
    r"|upwards? of|(?:greater|larger|higher|longer|better|bigger|heavier) than|north of|beyond|(?:just |well )?past|exceed(?:s|ed|ing)?"
    r"|surpass(?:es|ed|ing)?|topp(?:ed|ing)|tops|>)"
    r"|(?P<less_than>(?:very |so )?nearly|almost|(?:fewer|less|lower|smaller|shorter) than|(?:well |just |slightly |a little |a bit )?under"
    r"|(?:well |just |slightly )?below|(?:just |a little |a bit )?(?:short|shy) of|not quite|approaching|close on|south of|<)"
    r"|(?P<approx>about|around|roughly|approximately|approx\.?|some|an estimated|estimated|estimated at|circa|ca?\.|(?:somewhere )?in the (?:region"
    r"|order|neighbou?rhood|vicinity) of|close to|near|on average|an average(?: of)?|average of|averaging|barely|reportedly about|more or less|~|≈)"
    rf")[\s]?{_FILLER}$",
    re.IGNORECASE,
)
_AFTER_BOUND = re.compile(
    r"(?:[ ](?P<approx>or so|or thereabouts|approximately|give or take)\b|(?P<odd>[- ]odd\b)"
    r"|[ ](?P<at_least>or (?:more|above|over|higher|greater|better)|and (?:counting|above|over|up)|at (?:the very )?least)\b|(?P<plus>\+|[- ]plus\b)"
    r"|[ ](?P<at_most>or (?:less|fewer|under|below)|at (?:the )?most|at maximum)\b)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:somewhere |anywhere |anything )?(?:between|from|of from|anywhere from)[ ]$", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:r[io]se|risen|rising|rises|gr[eo]wn?|growing|grows|up|down|increas\w+|climb\w*|jump\w*|rais\w+|cut\w*|fall\w*|fell|drop\w*|lower\w*"
    r"|reduc\w+|chang\w+|went|goes?|going|gone|expand\w*|extend\w*|widen\w*|shr[aiu]nk\w*|slid\w*|slip\w*|revis\w+|doubl\w+|tripl\w+|surg\w+"
    r"|swell\w*|swollen|shift\w*|mov\w+|declin\w+|upgrad\w+|downgrad\w+|soar\w*|tumbl\w+|plung\w+|plummet\w*|eas(?:ed|es|ing)|swung|dip\w*"
    r"|improv\w+|worsen\w*|lift\w*|trim\w*|slash\w*|bring\w*|brought|gain\w*|recover\w*|edg(?:ed|es|ing)|shed\w*|advanc\w+|narrow\w*)\b[^.;]{0,60}$",
    re.IGNORECASE,
)

# ----------------------------------------------------------------------------------------------------- what is no figure

_LABEL = re.compile(
    r"\b(?:number|no\.|nos\.|nr\.|#|page|pp\.|p\.|gate|line|phase|version|room|section|sect\.|article|paragraph|para|chapter|track|platform|class"
    r"|grade|category|level|tier|group|zone|season|episode|volume|vol\.|figure|fig\.|table|appendix|annex|part|step|stage|route|highway|interstate"
    r"|flight|unit|block|building|house|apartment|flat|pier|berth|terminal|runway|channel|lane|exit|junction|ward|district|sector|area|type|mark|model"
    r"|round|lot|row|seat|box|lap|hole|rule|resolution|act|clause|bill|order|case|count|form|schedule|item|point|under-|century|size|agenda|top)[ ]$",
    re.IGNORECASE,
)
_LABEL_ALWAYS = frozenset(
    "number no. nos. nr. # page pp. p. room section sect. article paragraph para chapter version appendix annex figure fig. table flight highway"
    " interstate route resolution clause rule gate platform phase channel".split()
)
_CLOCK_AFTER = re.compile(
    r"[ ]?(?:[ap]\.?m\b|o['’]clock|GMT\b|UTC\b|noon\b|h\d\d\b)|:\d\d|[ ]in the (?:morning|afternoon|evening)|[ ]at night\b"
)
_CLOCK_BEFORE = re.compile(r"\d[:.h]$")
_MONTH_BEFORE = re.compile(rf"\b{_MONTH}[ ](?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?[ ]?(?:-|–|—|and|to|or|,|through)[ ]?)?$")
_MONTH_AFTER = re.compile(rf"(?:[ ]?(?:-|–|—|and|to|or|,)[ ]?\d{{1,2}})?[ -](?:of )?{_MONTH}")
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|by|until|till|from|of|before|after|during|through|to|for|late|early|mid|year|years|the|spring|summer|autumn|fall|winter|and|or|than"
    rf"|between|this|that|circa|around|{_MONTH}|{_DAY})[ -]$|[(/–-]$|,[ ]$|['’]$|\d\d?,?[ ]$",
    re.IGNORECASE,
)
_AGE_BEFORE = re.compile(
    r"\b(?:aged?|ages|age of|aged between|aged from|ages of|ages of \w+ and|aged (?:between )?[\w-]+ (?:and|to))[ ]$",
    re.IGNORECASE,
)
_AGE_AFTER = re.compile(r"[ -](?:years?|months?|weeks?|days?)[ -](?:olds?\b|of age\b)|[ ]or older\b", re.IGNORECASE)
_UNDER_AGE = re.compile(
    r"\b(?:child|children|minors?|people|those|boys?|girls?|anyone|kids|youngsters|adults|men|women|everyone|pupils|infants|babies)"
    r"[ ](?:aged )?(?:under|below|over|above)(?: the age of)?[ ]$",
    re.IGNORECASE,
)
_SCORE = re.compile(r"^(?:\d{1,3})[-–:](?:\d{1,3})\b")
_AGO = re.compile(r"[ ](?:ago|hence|from now|to the day)\b", re.IGNORECASE)
_RELATIVE_BEFORE = re.compile(
    r"\b(?:last|past|next|first|previous|preceding|following|coming|recent|early|final|latest|prior|every|these|those|opening|closing|subsequent|same"
    r"|intervening)[ ]$",
    re.IGNORECASE,
)
_THE_PERIOD = re.compile(r"[ ](?:to|ended|ending|through|up to|until|since|before|after|leading|from)\b", re.IGNORECASE)
_THE_TWO = frozenset(
    "side country nation state government leader party ally neighbour neighbor power capital army people president minister man woman"
    " company firm group team rival force city camp bank republic partner brother sister friend pair delegation official general couple".split()
)
_ONE_AS_COUNT = re.compile(
    r"\b(?:at least|only|just|than|exactly|killing|killed|and|kills|injuring|wounding|including|another)[ ]$", re.IGNORECASE
)
_SPEECH = re.compile(
    r"\b(?:one or two|two or three times|a million times|one[- ](?:of|by|another|way|day|thing|side|hand|time|more|man's|third)|in one|no one|any one"
    r"|on all fours|second to none|ten to one|fifty-fifty|50-50|24/7|one-to-one|one-on-one|one-off|two-way|two-fold|9/11|7/7|zero-sum|four-letter"
    r"|first[- ]come|back to square one|six of one|a thousand words|at sixes|day one|one and only|one and all|one such|one-way|one-sided|number one)\b",
    re.IGNORECASE,
)

# ----------------------------------------------------------------------------------------------------------------- units

_SIGN = re.compile(
    r"(?<![A-Za-z])(?P<sign>"
    + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
    + r")[ \u00a0]?(?P<minus>[-−])?$"
)
_SYMBOL = re.compile(
    r"[ \u00a0\u202f]?-?(?P<symbol>"
    + "|".join(re.escape(s) for s in sorted(SYMBOLS, key=len, reverse=True))
    + r")(?![\w²³/$€£])"
)
_SIGN_AFTER = re.compile(
    r"[ \u00a0\u202f]?(?P<sign>" + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + r")(?![\w])"
)
#: Symbols that are also everyday letters: they count right after the digits, or in capitals after a degree.
_TIGHT = frozenset("m t g l h s p C F K W V J c in. min sec ms".split())
_WORDS_AFTER = re.compile(
    r"(?:[ \u00a0\u202f]|[-‐‑])(?P<words>[^\W\d_][\w.'’éóí]*(?:[ -](?!and\b|or\b|to\b|in\b)[^\W\d_][\w.'’]*){0,3})"
)
_RATE_AFTER = re.compile(
    r"(?P<of>[ ]of(?:[ ](?!an?\b|per\b|each\b|every\b|the\b)[\w'’-]+){1,3}?)?(?:[ ](?P<how>an?|per|each|every|for each|for every|to the|by the)[ ]|(?P<slash>/)|(?P<hyphen>-(?:a|per)-))"
    r"(?P<what>(?P<count>(?:\d[\d,.]*|million|thousand|hundred|billion)[ ](?:\w+[ ])?)?[A-Za-z][\w'’-]*)",
)
_RATE_ADVERB = re.compile(
    r"(?P<of>[ ]of(?:[ ][\w'’-]+){1,2}?)?[ ](?P<adverb>daily|weekly|monthly|yearly|annually|hourly|nightly|annual|per annum|a piece|apiece|each)\b",
    re.IGNORECASE,
)
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annually": "year",
    "hourly": "hour",
    "nightly": "night",
    "annual": "year",
    "per annum": "year",
}
_COMPARED = re.compile(r"[ ](?:earlier|ago|before|later|after|previously|prior)\b", re.IGNORECASE)

#: Adjectives and participles that stand for people when nothing follows them ("34 injured").
_PERSON_WORDS = frozenset(
    "dead injured wounded missing killed hurt detained displaced homeless arrested hospitalised hospitalized infected sick unemployed"
    " evacuated rescued trapped stranded survivors feared deceased ill jailed imprisoned abducted drowned maimed held unaccounted".split()
)
_PERSON_VERBS = frozenset(
    "kill injure wound hurt die detain arrest hospitalise hospitalize evacuate rescue displace drown perish treat infect enrol enroll"
    " imprison abduct deport discharge vaccinate employ".split()
)
_PERSON_NOUNS = frozenset("toll death fatality casualty dead wounded injured victim injury".split())
#: Nouns whose plural looks like the singular, or that count as they stand.
_SAME_PLURAL = frozenset(
    "aircraft sheep fish cattle police personnel staff crew people salmon deer species series spacecraft hovercraft offspring dead wounded injured"
    " head poultry livestock infantry cavalry artillery helicopter troop faithful homeless unemployed sick elderly yen yuan baht won".split()
)
_IRREGULAR = {
    "people": "person",
    "persons": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "schoolchildren": "schoolchild",
    "grandchildren": "grandchild",
    "feet": "foot",
    "teeth": "tooth",
    "geese": "goose",
    "mice": "mouse",
    "lice": "louse",
    "oxen": "ox",
    "lives": "life",
    "wives": "wife",
    "knives": "knife",
    "loaves": "loaf",
    "halves": "half",
    "calves": "calf",
    "wolves": "wolf",
    "leaves": "leaf",
    "shelves": "shelf",
    "thieves": "thief",
    "aircraft": "aircraft",
    "species": "species",
    "series": "series",
    "crises": "crisis",
    "analyses": "analysis",
    "bases": "base",
    "buses": "bus",
    "gases": "gas",
    "viruses": "virus",
    "campuses": "campus",
    "bonuses": "bonus",
    "syllabuses": "syllabus",
    "staff": "member of staff",
    "dead": "person",
    "injured": "person",
    "wounded": "person",
    "missing": "person",
    "homeless": "person",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "data": "data",
    "media": "medium",
    "personnel": "personnel",
    "police": "police officer",
    "quizzes": "quiz",
    "movies": "movie",
    "cookies": "cookie",
    "zombies": "zombie",
    "rookies": "rookie",
    "calories": "calorie",
    "ties": "tie",
    "pies": "pie",
    "lies": "lie",
    "axes": "axe",
    "caches": "cache",
    "headaches": "headache",
    "shoes": "shoe",
    "canoes": "canoe",
    "horses": "horse",
    "houses": "house",
    "warehouses": "warehouse",
    "causes": "cause",
    "cases": "case",
    "nurses": "nurse",
    "licences": "licence",
    "purchases": "purchase",
    "diseases": "disease",
    "databases": "database",
    "increases": "increase",
    "courses": "course",
    "doses": "dose",
    "phases": "phase",
    "leases": "lease",
    "premises": "premises",
    "exercises": "exercise",
    "enterprises": "enterprise",
    "franchises": "franchise",
    "businesses": "business",
    "aches": "ache",
    "troops": "troop",
}


def quantities(sentences: Iterable[Sentence]) -> list[Quantity]:
    """Every reported quantity, in order. Sentences without a number are not parsed."""
    written = [(s, found) for s in sentences if (found := numbers(s.text))]
    parse(s for s, _ in written)
    memory = _Memory()
    result: list[Quantity] = []
    for sentence, found in written:
        result.extend(_sentence(sentence, found, memory))
    return result


class _View:
    """A sentence with the look-ups that the rules need."""

    __slots__ = ("doc", "sentence", "starts", "text")

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.text = sentence.text
        self.doc = sentence.doc
        self.starts = [token.idx for token in self.doc]

    def token_from(self, offset: int) -> int:
        """Index of the first token that begins at or after this offset."""
        return bisect_left(self.starts, offset)

    def before(self, offset: int, width: int = 48) -> str:
        return self.text[max(0, offset - width) : offset]

    def after(self, offset: int, width: int = 48) -> str:
        return self.text[offset : offset + width]


def _sentence(sentence: Sentence, written: Sequence[Number], memory: _Memory) -> list[Quantity]:
    view = _View(sentence)
    found: list[_Found] = []
    for number in written:
        if _is_label(view, number):
            continue
        candidate = _measure(view, number)
        if candidate is not None and not _is_no_figure(view, candidate):
            found.append(candidate)
    found = _ranges(view, found)
    _lend_units(view, found)
    for index, candidate in enumerate(found):
        _rate(view, candidate)
        if not candidate.unit:
            _elided(view, found, index, memory)
    kept = []
    for candidate in found:
        if not candidate.unit:
            continue
        quantity = _quantity(view, candidate)
        kept.append(quantity)
        _remember(memory, candidate)
    return kept


def _remember(memory: _Memory, candidate: _Found) -> None:
    memory.by_value.setdefault(candidate.value, (candidate.unit, candidate.rate))
    memory.last, memory.last_rate = candidate.unit, candidate.rate
    if candidate.unit not in UNITS:
        memory.last_count = candidate.unit


# ------------------------------------------------------------------------------------------------------- what is no figure


def _is_label(view: _View, number: Number) -> bool:
    """Is this number part of a name, a date or a label, whatever it might count?"""
    text, start, end = view.text, number.start, number.end
    left, right = view.before(start), view.after(end)
    if number.kind is Kind.YEAR:
        return True
    if number.kind is Kind.DIGITS:
        last = left[-1:]
        if last.isalpha() and not _SIGN.search(left):
            return True
        if (
            last in "-‐‑"
            and left[-2:-1].isalnum()
            and not re.search(r"\b(?:magnitude|\d|[Mm]inus|near|under|over)[-‐‑]$", left)
        ):
            return True
        if (last and last in "/_@=&\\") or last == "#" or (right[:1] in ("/", "_", "@") and not re.match(r"/[a-z]", right)):
            return True
        if re.match(r"(?:st|nd|rd|th)\b", right) or re.match(r"['’]?s\b", right):
            return True
        if re.match(r"[A-Za-z]", right) and not number.letter and not _SYMBOL.match(right) and not _SIGN_AFTER.match(right):
            return True
        if re.match(r"[-–]\d+[-–]\d", right) or (re.search(r"\d[-–]\d*[-–]?$", left) and re.search(r"\d+[-–]\d+[-–]$", left)):
            return True
        if re.search(r"\d[.]$", left) or re.match(r"\.\d", right):
            return True
    if (_CLOCK_AFTER.match(right) and number.value <= 24) or _CLOCK_BEFORE.search(left):
        return True
    whole = number.value == number.value.to_integral_value()
    if whole and number.value <= 31 and (_MONTH_BEFORE.search(left) or _MONTH_AFTER.match(right)):
        return True
    if _AGE_BEFORE.search(left) or _AGE_AFTER.match(right) or _UNDER_AGE.search(left):
        return True
    if (
        number.kind is Kind.DIGITS
        and whole
        and end - start == 4
        and 1000 <= number.value <= 2100
        and _is_year(view, number, left, right)
    ):
        return True
    for match in _SPEECH.finditer(text, max(0, start - 20), min(len(text), end + 20)):
        if match.start() <= start < match.end() or match.start() < end <= match.end():
            return True
    return False


def _is_year(view: _View, number: Number, left: str, right: str) -> bool:
    if _SIGN.search(left) or re.match(r"[ ]?(?:%|percent|per cent|km|kg|people\b|tonnes|dollars|euros)", right):
        return False
    if _BOUNDS.search(left) and not re.search(r"\b(?:around|about|near|before|past|over)[ ]$", left):
        return False
    if re.match(r"[-–/]\d\d", right) or not re.match(r"[ -][A-Za-z]", right):
        return True
    if number.value < 1800 and not re.search(r"\b(?:in|since|of|from|year)[ ]$", left, re.IGNORECASE):
        return False
    if _YEAR_BEFORE.search(left):
        return True
    index = view.token_from(number.end)
    return not (index < len(view.doc) and view.doc[index].tag_ in ("NNS", "JJ", "NN"))


def _is_no_figure(view: _View, f: _Found) -> bool:
    """Once its unit is known: is it a label after all, a relative date, a clock time, a figure of speech?"""
    left, right = view.before(f.start), view.after(f.end)
    number, value = f.number, f.value
    whole = value == value.to_integral_value()
    if f.unit in _TIME_UNITS:
        if _AGO.match(right):
            return True
        if _RELATIVE_BEFORE.search(left):
            return True
        if re.search(r"\bthe $", left) and _THE_PERIOD.match(right):
            return True
    if value == 1 and number.kind is Kind.WORDS and number.scale == 1:
        return not (f.unit in UNITS and f.unit not in _TIME_UNITS) and not (f.noun is not None and _ONE_AS_COUNT.search(left))
    if value == 0:
        return f.unit not in UNITS
    if (
        value == 2
        and f.noun is not None
        and re.search(r"\b(?:the|these|those|both|our|their) $", left, re.IGNORECASE)
        and f.unit in _THE_TWO
    ):
        return True
    label = _LABEL.search(left)
    if label and whole and f.unit not in UNITS:
        word = label.group().strip().lower()
        if word in _LABEL_ALWAYS or f.noun is None:
            return True
    if number.kind is Kind.FRACTION and not number.per:
        return _is_ordinal(view, f, left, right)
    if not f.unit and number.kind is Kind.DIGITS and whole and not f.partitive:
        # "Unit 3", "Flight 418", "the Boeing 737": a capitalised word right before, and nothing to count after.
        index = view.token_from(number.start) - 1
        if index >= 0 and view.doc[index].tag_ in ("NNP", "NNPS") and view.doc[index].text[:1].isupper() and left.endswith(" "):
            return True
        if re.search(r",[ ]$", left) and re.match(r"[,;.)]|[ ]?$", right) and 10 <= value <= 110:
            before = view.token_from(number.start) - 2
            if before >= 0 and view.doc[before].tag_ in ("NNP", "NNPS"):
                return True
        if re.search(r"\($", left) and re.match(r"\)", right) and 10 <= value <= 110:
            return True
        if re.match(r"[-–]\d", right) or re.search(r"\d[-–]$", left):
            return value < 20
    if not f.unit and number.kind is Kind.WORDS and value <= 12:
        if re.search(r"\b(?:at|by|until|till|before|after|past|around|about|from|between|to|and) $", left) and not f.partitive:
            return _is_clock(view, f, left)
    return False


def _is_clock(view: _View, f: _Found, left: str) -> bool:
    """ "comes at eleven", "by four": a preposition, a small number and nothing counted; not "stands at eleven"."""
    if re.search(
        r"\b(?:stand|stood|put|remain\w*|set|peak\w*|estimate\w*|number|toll|total|price\w*|rate|level)s?\b.{0,30}at $", left
    ):
        return False
    return bool(re.search(r"\b(?:at|by|until|till|between) $", left))


def _is_ordinal(view: _View, f: _Found, left: str, right: str) -> bool:
    """ "a third line", "the second half", "a quarter ago": no part of a whole."""
    word = f.number
    text = view.text[word.start : word.end].lower()
    if re.match(
        r"[ ](?:of|to|from|by|as|in|on|at|for|more|less|fewer|over|since|is|are|was|were|had|have|has|and|or|but|than|that|who|which)\b",
        right,
    ):
        return bool(text.startswith("a quarter") and re.match(r"[ ](?:earlier|ago|before|later|since)", right))
    if text.startswith(("half", "halves")) or "-" in text or not re.match(r"an? ", text):
        return bool(re.match(r"-", right))
    if re.match(r"[ ](?:ago|earlier|later|before)\b", right):
        return True
    index = view.token_from(f.end)
    following = view.doc[index] if index < len(view.doc) else None
    return (
        following is not None
        and following.tag_ in ("NN", "NNS", "NNP", "NNPS", "JJ", "CD", "VBG", "JJR", "JJS")
        and right.startswith(" ")
    )


# ------------------------------------------------------------------------------------------------------------------ units


def _measure(view: _View, number: Number) -> _Found | None:
    """The number with the currency before it or the unit or counted noun after it."""
    left, right = view.before(number.start), view.after(number.end, 80)
    f = _Found(number, number.start, number.end, number.value, number_end=number.end)
    if number.letter:
        right = view.after(number.end + len(number.letter), 80)
    sign = _SIGN.search(left)
    if sign:
        f.start = number.start - len(left) + sign.start()
        f.unit = SIGNS[sign["sign"]]
        f.unit_start, f.unit_end = f.start, number.start
        if number.letter:
            f.value *= {"k": 1000, "m": 10**6, "b": 10**9, "t": 10**12}.get(number.letter.lower()[:1], 1)
            f.end = f.number_end = number.end + len(number.letter)
        if named := _named_unit(view, f.end):
            if named[0] in MONEY:
                f.unit, f.end = named[0], named[1]
        if sign["minus"] or re.search(r"(?:^|[\s(])[-−]$", view.before(f.start)):
            f.value = -f.value
        return f
    if number.kind is Kind.FRACTION:
        f.unit = "percent"
        return f
    if number.kind is Kind.DIGITS and re.search(r"(?:^|[\s(])[-−]$", left):
        f.start -= 1
        f.value = -f.value
    elif minus := re.search(r"\bminus[ -]$", left):
        f.start -= len(minus.group())
        f.value = -f.value
    if magnitude := re.search(r"\b[Mm]agnitude(?:[ -]of)?[ -]$", left):
        f.start -= len(magnitude.group())
        f.unit = "magnitude"
        f.unit_start, f.unit_end = f.start, number.start
        return f
    if number.letter:
        return _lettered(view, f)
    if number.kind is Kind.DIGITS or number.kind is Kind.MIXED:
        if symbol := _SYMBOL.match(right):
            tight = symbol.group() == symbol["symbol"]
            hyphen = symbol.group().lstrip().startswith("-")
            if (tight or symbol["symbol"] not in _TIGHT or (hyphen and symbol["symbol"] != "C")) and not (
                symbol["symbol"] in ("in.", "min") and not tight
            ):
                f.unit = SYMBOLS[symbol["symbol"]]
                f.unit_start, f.unit_end = number.end + symbol.start("symbol"), number.end + symbol.end()
                f.end = f.unit_end
                return f
        if money := _SIGN_AFTER.match(right):
            f.unit = SIGNS[money["sign"]]
            f.unit_start, f.unit_end = number.end + money.start("sign"), number.end + money.end()
            f.end = f.unit_end
            return f
    if number.kind is Kind.VAGUE:
        if match := re.match(r"[ ](?:more[ ])?of[ ](?:the[ ]|its[ ]|their[ ]|his[ ])?", right):
            f.end = number.end
            return _counted(view, f, number.end + match.end() - 1)
    if named := _named_unit(view, number.end):
        f.unit, f.end, f.unit_start = named
        f.unit_end = f.end
        index = view.token_from(f.unit_start)
        f.noun = index if index < len(view.doc) else None
        if f.unit == "pound sterling" and _is_mass(view, f):
            f.unit = "pound"
        return f
    return _counted(view, f, number.end)


def _lettered(view: _View, f: _Found) -> _Found:
    """Digits with a letter that is a magnitude or a unit: "300m people", "300m deep", "10k runners", "30C"."""
    number = f.number
    letter = number.letter
    end = number.end + len(letter)
    scale = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}[letter[0].lower()]
    named = _named_unit(view, end)
    metres = letter in ("m", "mm") and not (
        named and (named[0] in MONEY or UNITS[named[0]].dimension in ("mass", "volume", "energy", "area"))
    )
    counted = None
    if metres or letter not in ("m", "mm"):
        counted = _counted(view, _Found(number, f.start, end, f.value, number_end=end), end)
    if (
        letter in ("m", "mm")
        and metres
        and not (letter == "m" and counted and counted.noun is not None and view.doc[counted.noun].tag_ == "NNS")
    ):
        f.unit = "metre" if letter == "m" else "millimetre"
        f.unit_start, f.unit_end, f.end = number.end, end, end
        return f
    f.value *= scale
    f.end = f.number_end = end
    if named:
        f.unit, f.end, f.unit_start = named
        f.unit_end = f.end
        return f
    if counted:
        counted.value, counted.number_end = f.value, end
        return counted
    return f


def _named_unit(view: _View, offset: int) -> tuple[str, int, int] | None:
    """The spelled unit that begins right after this offset: its name, its end, its start."""
    match = _WORDS_AFTER.match(view.text, offset)
    if match is None:
        return None
    words = match["words"]
    start = match.start("words")
    pieces = list(re.finditer(r"[^\s-]+", words))[:LONGEST_FORM]
    for count in range(len(pieces), 0, -1):
        form = words[: pieces[count - 1].end()].rstrip(".,'’")
        name = WORDS.get(form.lower())
        if name is None and "-" in form:
            name = WORDS.get(form.replace("-", " ").lower())
        if name is None and form.endswith(("'s", "’s", "s'", "s’")):
            name = WORDS.get(form[:-2].lower())
        if name is not None:
            return name, start + len(form), start
    # "Halvian crowns", "Canadian dollars" unknown to the table: an adjective of a country and a currency's word.
    if len(pieces) > 1 and pieces[0].group()[:1].isupper():
        form = pieces[1].group().rstrip(".,'’")
        name = WORDS.get(form.lower())
        if name in MONEY and pieces[0].group() not in ("US", "U.S."):
            return name, start + pieces[1].start() + len(form), start + pieces[1].start()
    return None


def _is_mass(view: _View, f: _Found) -> bool:
    """ "500 pounds of explosives", "a 40-pound bag": weight; otherwise a pound is money."""
    right = view.after(f.end, 40)
    if re.match(r"[ ]of[ ](?!debt|investment|funding|aid|support|damage|public|taxpayer|assets|revenue|income|profit)", right):
        return True
    return view.text[f.unit_start - 1 : f.unit_start] == "-" and bool(
        re.match(r"[ ](?:bomb|bag|warhead|baby|weight|sack|fish|man|shell)", right)
    )


_ADJECTIVES = frozenset("JJ JJR JJS VBN VBG HYPH AFX POS `` '' CD RBR".split())
_NOUNS = frozenset("NN NNS NNP NNPS".split())
_OF_WHOLE = re.compile(
    r"[ ]of[ ](?:(?P<pronoun>them|these|those|which|whom|us)\b(?![ ][a-z]+s\b)|(?:all[ ])?(?:the|its|their|these|those|his|her|our|your|some|about|an estimated)[ ])",
    re.IGNORECASE,
)


def _counted(view: _View, f: _Found, offset: int) -> _Found:
    """The noun that is counted: the head of the noun group that begins right after this offset."""
    doc, text = view.doc, view.text
    whole = _OF_WHOLE.match(text, offset)
    if whole:
        f.partitive = True
        if whole["pronoun"]:
            f.end = whole.end()
            if whole["pronoun"].lower() == "whom":
                f.unit = "person"
            return f
        offset = whole.end() - 1
        if inner := next(iter(numbers(text[offset : offset + 30])), None):
            if not text[offset : offset + inner.start].strip():
                offset += inner.end
    elif text[offset : offset + 1] not in (" ", "-", "\u00a0", "‐", "‑"):
        return f
    hyphened = text[offset : offset + 1] in "-‐‑"
    index = view.token_from(offset + (0 if hyphened else 1))
    if hyphened and index < len(doc) and doc[index].text in ("-", "‐", "‑"):
        index += 1
    first = index
    noun: int | None = None
    while index < len(doc) and index - first < 9:
        token = doc[index]
        tag = token.tag_
        if tag in _NOUNS:
            if (
                noun is not None
                and doc[noun].tag_ in ("NNS", "NNPS")
                and (tag in ("NNP", "NNPS") or doc[noun].dep_ != "compound")
            ):
                break
            if re.fullmatch(rf"{_DAY}|{_MONTH}", token.text) and noun is None:
                break
            noun = index
            if hyphened:
                break
            if index + 1 < len(doc) and doc[index + 1].tag_ == "POS":
                break
        elif noun is not None:
            if tag == "HYPH" and index + 1 < len(doc) and doc[index + 1].tag_ in _NOUNS:
                index += 1
                continue
            if (
                tag in ("''", "``")
                and index + 1 < len(doc)
                and doc[index + 1].tag_ in _NOUNS
                and doc[noun].tag_ not in ("NNS", "NNPS")
            ):
                index += 1
                continue
            break
        elif tag in _ADJECTIVES or (
            tag == "RB" and token.text.lower() not in ("not", "only", "also", "still", "already", "away", "now", "later", "ago")
        ):
            if token.text.lower() in _PERSON_WORDS and not _noun_follows(view, index + 1):
                f.unit, f.end, f.noun = "person", token.idx + len(token.text), index
                return f
        elif tag == "CC" or token.text == ",":
            if not (
                index > first and index + 1 < len(doc) and doc[index - 1].tag_ in _ADJECTIVES and _noun_follows(view, index + 1)
            ):
                break
        elif not (tag == "VBD" and _noun_follows(view, index + 1) and index == first and token.dep_ == "amod"):
            break
        index += 1
    if noun is None:
        return f
    head = doc[noun]
    if head.tag_ in ("NN", "NNP") and not hyphened and not _single_noun_fits(view, f, noun, first):
        return f
    f.noun = noun
    f.unit_start = doc[first].idx
    f.end = f.unit_end = head.idx + len(head.text)
    f.unit = singular(head)
    return f


def _noun_follows(view: _View, index: int) -> bool:
    """Does the noun group go on to a noun from here?"""
    for token in view.doc[index : index + 4]:
        if token.tag_ in _NOUNS:
            return True
        if token.tag_ not in _ADJECTIVES:
            return False
    return False


def _single_noun_fits(view: _View, f: _Found, noun: int, first: int) -> bool:
    """A singular noun after a number other than one: "40 aircraft", "two dead"; not "143 Tuesday", "at 8 percent growth"."""
    head = view.doc[noun]
    word = head.text.lower()
    if f.value <= 1 or word in _SAME_PLURAL or f.partitive:
        return True
    if head.tag_ == "NNP" and first == noun and not word.endswith("s"):
        return False
    return word in _IRREGULAR or word.endswith("s") or noun > first or (head.tag_ == "NN" and not head.is_stop)


def singular(token: Token) -> str:
    """A counted noun in the singular, lower-case: people -> person, aircraft -> aircraft, batteries -> battery."""
    word = token.lower_.replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("men") and len(word) > 4 and word not in ("specimen", "regimen", "women", "omen", "acumen", "abdomen"):
        return word[:-3] + "man"
    if word.endswith("children"):
        return word[:-3]
    if token.tag_ in ("NNS",):
        found = lemma(token)
        return found if found != word or not word.endswith("s") else _strip_plural(word)
    if token.tag_ in ("NNP", "NNPS") and word.endswith("s"):
        return _strip_plural(word)
    return word


def _strip_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


# ------------------------------------------------------------------------------------------------------- ranges and lists

_DASH = re.compile(r"[ \u00a0]?[-‐‑–—−][ \u00a0]?")


def _ranges(view: _View, found: list[_Found]) -> list[_Found]:
    """Join what is one range: "between 50 and 60 percent", "3 to 5 million", "300-400", "ten or twelve"."""
    result: list[_Found] = []
    for f in found:
        before = result[-1] if result else None
        if before is not None and before.high is None and _is_range(view, before, f):
            low, high = before.value, f.value
            if before.number.scale == 1 and f.number.scale > 1 and before.value < f.number.scale:
                low = before.value * f.number.scale
            if low < high:
                before.value, before.high = low, high
                before.end, before.number_end = max(before.end, f.end), f.number_end
                if not before.unit or before.unit not in UNITS or f.unit in MONEY:
                    before.unit, before.noun = f.unit or before.unit, f.noun if f.noun is not None else before.noun
                before.unit_start, before.unit_end = f.unit_start, f.unit_end
                before.partitive = before.partitive or f.partitive
                continue
        result.append(f)
    return result


def _is_range(view: _View, a: _Found, b: _Found) -> bool:
    if a.unit and b.unit and a.unit != b.unit and a.noun is None:
        return False
    gap = view.text[a.end : b.start] if a.end <= b.start else ""
    if not gap:
        # The noun of the first reaches over the second ("ten to 12 people"): look between the numbers.
        gap = view.text[a.number_end : b.start] if a.number_end <= b.start else ""
    left = view.before(a.start)
    opener = _BETWEEN.search(left)
    if (
        re.fullmatch(
            r"[ ](?:and|to)[ ](?:about |around |roughly |some |nearly |as much as |as many as |more than |up to )?", gap
        )
        and opener
    ):
        word = opener.group().strip().lower()
        if word.endswith("between"):
            a.between = True
            return True
        if "to" not in gap:
            return False
        if word.endswith("from") and not _CHANGE.search(view.text[: a.start - len(opener.group())][-90:]):
            a.between = True
            return True
        return False
    if re.fullmatch(r"[ ]to[ ]", gap):
        return a.value < b.value or (b.number.scale > 1 and a.number.scale == 1)
    if _DASH.fullmatch(gap):
        return not a.unit or a.unit == b.unit or a.unit in MONEY
    if re.fullmatch(r"[ ]or[ ](?:even |perhaps |maybe )?", gap):
        return not a.unit and a.value < b.value <= 3 * a.value
    return False


def _lend_units(view: _View, found: list[_Found]) -> None:
    """A list shares the unit of its last member: "40, 60 and 80 percent", "three or four shells"."""
    for i in range(len(found) - 2, -1, -1):
        f, following = found[i], found[i + 1]
        if f.unit or f.partitive or not following.unit or f.number.kind is Kind.FRACTION:
            continue
        gap = view.text[f.end : following.start] if f.end <= following.start else "?"
        if re.fullmatch(r",?[ ](?:and|or|to|and then)[ ]|,[ ]|[ ]against[ ]|[-–—]", gap) and (
            following.unit in UNITS or following.elided
        ):
            f.unit, f.elided = following.unit, True


# ------------------------------------------------------------------------------------------------------------------ rates


def _rate(view: _View, f: _Found) -> None:
    """The words of a rate right after: "a day", "per tonne", "for each drone", "annually"."""
    text = view.text
    match = _RATE_AFTER.match(text, f.end)
    if match and not (match["of"] and f.unit in MONEY and not match["how"]):
        what = match["what"]
        count = match["count"] or ""
        word = what[len(count) :].lower()
        index = view.token_from(match.start("what") + len(count))
        token = view.doc[index] if index < len(view.doc) else None
        end = match.end()
        noun = _rate_noun(view, index) if token is not None else None
        strong = bool(match["slash"] or match["hyphen"]) or match["how"] not in ("a", "an", "each", "every", "to the", "by the")
        stem = _strip_plural(word)
        if _COMPARED.match(text, end):
            return
        if stem in _PERIODS or WORDS.get(word) in UNITS or strong or (f.unit in MONEY and match["how"] in ("a", "an")):
            if not strong and stem not in _PERIODS and (token is None or token.tag_ not in _NOUNS):
                return
            named = _named_unit(view, match.start("what") - 1) if not count else None
            if stem in _PERIODS:
                f.rate = stem
            elif named and named[0] not in MONEY:
                f.rate, end = named[0], named[1]
            elif match["slash"] and word in SYMBOLS:
                f.rate = SYMBOLS[word]
            elif noun is not None:
                head = view.doc[noun]
                end = head.idx + len(head.text)
                f.rate = (count + head.lower_) if count else singular(head)
            elif what in SYMBOLS:
                f.rate = SYMBOLS[what]
            else:
                f.rate = count + word
            f.end = end
            return
    adverb = _RATE_ADVERB.match(text, f.end)
    if adverb:
        word = adverb["adverb"].lower()
        if word in _ADVERBS and not (
            word in ("annual", "daily", "weekly", "monthly") and _noun_follows(view, view.token_from(adverb.end()))
        ):
            f.rate = _ADVERBS[word]
            f.end = adverb.end()


def _rate_noun(view: _View, index: int) -> int | None:
    """The head of the short noun group that begins at this token."""
    noun = None
    for i in range(index, min(index + 4, len(view.doc))):
        tag = view.doc[i].tag_
        if tag in _NOUNS:
            noun = i
        elif tag not in ("JJ", "HYPH", "CD", "VBN", "VBG") or noun is not None:
            break
    return noun


# ----------------------------------------------------------------------------------------------------------- elided units


def _elided(view: _View, found: list[_Found], index: int, memory: _Memory) -> None:
    """A number that names no unit takes it from its own clause, from the figure before it, or from the text so far."""
    f = found[index]
    f.elided = True
    previous = [p for p in found[:index] if p.unit]
    f.unit = _from_clause(view, f) or ""
    if f.unit:
        if f.unit == "person" and previous and previous[-1].unit not in UNITS and not f.partitive:
            f.unit = previous[-1].unit
        return
    known = memory.by_value.get(f.value)
    nearest = previous[-1] if previous else None
    if f.partitive:
        counts = [p for p in previous if p.unit not in UNITS]
        f.unit = counts[-1].unit if counts else memory.last_count or "person"
    elif nearest is not None:
        f.unit = nearest.unit
        if not f.rate:
            f.rate = nearest.rate
    elif known:
        f.unit, rate = known
        f.rate = f.rate or rate
    elif noun := _subject_noun(view, f):
        f.unit = noun
    elif memory.last_count or memory.last:
        f.unit = memory.last_count or memory.last
    else:
        f.unit = "person" if f.number.kind is not Kind.VAGUE else ""


def _from_clause(view: _View, f: _Found) -> str | None:
    """The unit that the words around give away: "34 were killed", "the toll stands at 143", "a number of cases of 12"."""
    right = view.after(f.end, 40)
    match = re.match(
        r"(?:[ ](?:others?|more|people|still|also|had|have|has|been|are|were|was|of whom))*[ ](?P<word>\w+)", right
    )
    if match and (match["word"].lower() in _PERSON_WORDS or _strip_verb(match["word"].lower()) in _PERSON_VERBS):
        return "person"
    left = view.before(f.start, 60)
    if re.search(r"\b(?:toll|deaths|fatalities|dead|killed|casualties|injured|wounded)\b[^.;]{0,40}$", left, re.IGNORECASE):
        return "person"
    if match := re.search(
        r"\b(?:number|total|count|tally|amount) of (?P<words>[a-z' -]+?)(?: \w+){0,6} $", view.before(f.start, 90)
    ):
        at = view.token_from(max(0, f.start - len(view.before(f.start, 90)) + match.start("words")))
        noun = _rate_noun(view, at)
        if noun is not None:
            return singular(view.doc[noun])
    return None


def _strip_verb(word: str) -> str:
    for ending in ("ed", "d", "ing", "s"):
        if word.endswith(ending) and word[: -len(ending)] in _PERSON_VERBS:
            return word[: -len(ending)]
    return word


def _subject_noun(view: _View, f: _Found) -> str | None:
    """The plural noun that is the subject of the number's clause ("shipments came to 13.6 million")."""
    index = min(view.token_from(f.number.start), len(view.doc) - 1)
    for token in reversed(view.doc[max(0, index - 14) : index]):
        if token.tag_ in ("NNS",) and token.dep_ in ("nsubj", "nsubjpass", "pobj", "dobj", "ROOT"):
            return singular(token)
    return None


# ------------------------------------------------------------------------------------------------------------ the result


def _quantity(view: _View, f: _Found) -> Quantity:
    start, end = f.start, f.end
    bound = Bound.EXACT
    low: Decimal | None = f.value
    high: Decimal | None = f.value
    if f.high is not None:
        bound, high = Bound.RANGE, f.high
        if f.between and (opener := _BETWEEN.search(view.before(start))):
            start -= len(opener.group())
    else:
        bound, start, end = _bound(view, f)
    if bound in (Bound.AT_LEAST, Bound.MORE_THAN):
        high = None
    elif bound in (Bound.AT_MOST, Bound.LESS_THAN):
        low = None
    text = view.text
    return Quantity(
        sentence=view.sentence,
        start=view.sentence.start + start,
        end=view.sentence.start + end,
        surface=text[start:end],
        low=low,
        high=high,
        bound=bound,
        unit=f.unit,
        rate=f.rate,
        number_start=f.number.start,
        number_end=f.number_end,
        noun=f.noun,
        elided=f.elided,
    )


def _bound(view: _View, f: _Found) -> tuple[Bound, int, int]:
    """The bound that the modifier words say, and the span with them."""
    start, end = f.start, f.end
    left = view.before(start, 64)
    match = _BOUNDS.search(left)
    bound = Bound.EXACT
    if match:
        kind = next(name for name, hit in match.groupdict().items() if hit)
        words = match.group().lower()
        lasting = f.unit in _TIME_UNITS and words.split()[0] in ("over", "within") and f.rate is None
        if (
            lasting
            and words.split()[0] == "over"
            and not re.search(r"\b(?:for|last\w*|took|takes?|of|is|was|after|in)[ ]$", left[: match.start()])
        ):
            kind = ""
        if kind:
            bound = Bound(kind)
            start -= len(left) - match.start()
    for place in (f.number_end, f.end):
        after = _AFTER_BOUND.match(view.text, place)
        if after and bound is Bound.EXACT:
            name = next(name for name, hit in after.groupdict().items() if hit)
            bound = Bound({"odd": "approx", "plus": "at_least"}.get(name, name))
            end = max(end, after.end())
            break
    if bound is Bound.EXACT:
        if f.number.kind is Kind.FRACTION:
            bound = Bound.APPROX
        elif f.number.kind is Kind.VAGUE:
            bound = Bound.AT_LEAST
    return bound, start, end
