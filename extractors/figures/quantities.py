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


@dataclass(frozen=True, slots=True)
class _Told:
    """A quantity that the text gave before, from which a later number may take its unit."""

    value: Decimal
    unit: str
    rate: str | None
    sentence: int


@dataclass(slots=True)
class _Memory:
    """What earlier sentences said, for numbers that leave their unit out."""

    told: list[_Told] = field(default_factory=list)


#: How many quantities back an elided unit is looked for: an article's worth, and a bound on the work.
_REMEMBERED = 60

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
    r"(?P<of>[ ]of(?:[ ](?!an?\b|per\b|each\b|every\b|the\b|and\b|or\b|to\b|in\b|for\b|from\b)[\w'’-]+){1,3}?|['’][ ]\w+)?(?:[ ](?P<how>an?|per|each|every|to each|to every|for each|for every|for a single)[ ]|(?P<slash>/)|(?P<hyphen>-(?:a|per)-))"
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
_COMPARED = re.compile(r"[ ](?:earlier|ago|before|previously|prior)\b", re.IGNORECASE)

#: Adjectives and participles that stand for people when nothing follows them ("34 injured").
_PERSON_WORDS = frozenset(
    "dead injured wounded missing killed hurt detained displaced homeless arrested hospitalised hospitalized infected sick unemployed"
    " evacuated rescued trapped stranded survivors feared deceased ill jailed imprisoned abducted drowned maimed held unaccounted".split()
)
_PERSON_VERBS = frozenset(
    "kill injure wound hurt die detain arrest hospitalise hospitalize evacuate rescue displace drown perish treat infect enrol enroll"
    " imprison abduct deport discharge vaccinate employ".split()
)
#: Nouns for people, beside those that end like one (teacher, miner): what a "killed" or an "injured" may leave out.
_HUMANS = frozenset(
    "person man woman child boy girl baby infant toddler teenager adult civilian soldier troop police policeman pupil student"
    " patient resident citizen inhabitant migrant refugee evacuee employee pilgrim tourist guest nurse pilot sailor marine recruit conscript"
    " militant insurgent terrorist rebel guard agent aide native villager protester demonstrator passenger passer-by crew"
    " captive detainee prisoner hostage inmate victim casualty survivor fan relative parent mother father son daughter member".split()
)
_HUMAN_ENDINGS = (
    "man",
    "woman",
    "worker",
    "officer",
    "fighter",
    "member",
    "miner",
    "driver",
    "rider",
    "farmer",
    "ist",
    "ician",
    "person",
    "holder",
    "goer",
)
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
    found = _compounds(view, _ranges(view, found))
    _lend_units(view, found)
    found = [f for f in found if f.unit or not _is_clock(view, f)]
    for candidate in found:
        if candidate.unit in ("", "degree"):
            _degrees(view, candidate, found, memory)
        _rate(view, candidate)
    # A number inside the rate of the one before is part of it ("19 per 100,000 inhabitants").
    found = [f for i, f in enumerate(found) if i == 0 or f.start >= found[i - 1].end or found[i - 1].rate is None]
    for index, candidate in enumerate(found):
        if not candidate.unit or candidate.partitive:
            _elided(view, found, index, memory)
        if candidate.rate is None:
            _clause_rate(view, found, index)
    for candidate in found:
        memory.told.append(_Told(candidate.value, candidate.unit, candidate.rate, sentence.index))
    del memory.told[:-_REMEMBERED]
    return [_quantity(view, f) for f in found if f.unit]


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
        word = label.group().strip()
        if word.lower() in _LABEL_ALWAYS or f.noun is None or word[0].isupper():
            return True
    if value == 2 and f.noun is None and not f.unit and re.search(r"\b(?:the|these|those) $", left, re.IGNORECASE):
        return True
    if number.kind is Kind.FRACTION and not number.per:
        return _is_ordinal(view, f, left, right)
    if not f.unit and number.kind is Kind.DIGITS and whole and not f.partitive:
        # "Unit 3", "Flight 418", "the Boeing 737": a capitalised word right before, and nothing to count after.
        index = view.token_from(number.start) - 1
        if index >= 0 and view.doc[index].tag_ in ("NNP", "NNPS") and view.doc[index].text[:1].isupper() and left.endswith(" "):
            return not _in_table(left, right)
        if re.search(r",[ ]$", left) and re.match(r"[,;.)]|[ ]?$", right) and 10 <= value <= 110:
            before = view.token_from(number.start) - 2
            if before >= 0 and view.doc[before].tag_ in ("NNP", "NNPS"):
                return True
        if re.search(r"\($", left) and re.match(r"\)", right) and 10 <= value <= 110:
            return True
        if re.match(r"[-–]\d", right) or re.search(r"\d[-–]$", left):
            return value < 20
    return False


def _in_table(left: str, right: str) -> bool:
    """ "Ansk 216, Hallin 150 and Lund 70": names with their numbers, at least two in a row."""
    return bool(
        re.match(r"(?:,|;| and|, and)[ ](?:and )?(?:[A-Z][\w'’-]+[ ]){1,3}\d", right)
        or re.search(r"(?:[A-Z][\w'’-]+)[ ]\d[\d,.]*(?:,|;| and|, and)[ ](?:and )?(?:[A-Z][\w'’-]+[ ]){1,3}$", left)
    )


def _is_clock(view: _View, f: _Found) -> bool:
    """ "comes at eleven", "by four": a preposition, a small number and nothing counted; not "stands at eleven"."""
    if f.partitive or f.number.kind is not Kind.WORDS or f.value > 12:
        return False
    left = view.before(f.start)
    if not re.search(r"\b(?:at|by|until|till|between|before|after) $", left):
        return False
    return not re.search(
        r"\b(?:stand|stood|put|remain|set|peak|estimat|number|toll|total|price|rate|level|stable|steady|count|rose|risen|fell|fallen|up|down"
        r"|increas|decreas|reduc|cut|rise|fall|win|won|lost|led|lead|outnumber)\w*\b.{0,30}(?:at|by) $",
        left,
        re.IGNORECASE,
    )


def _is_ordinal(view: _View, f: _Found, left: str, right: str) -> bool:
    """ "a third line", "the second half", "a quarter ago": no part of a whole."""
    word = f.number
    text = view.text[word.start : word.end].lower()
    if re.match(r"an? ", text) and (match := _BOUNDS.search(left)) and not match["at_most"]:
        return False
    if text.startswith("a quarter") and re.match(r"[ ](?:earlier|ago|before|later)\b", right):
        return True
    if re.match(r"a (?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)$", text) and re.match(
        r"[ ](?:is|was|has|will)\b", right
    ):
        return True
    if re.match(
        r"[ ](?:of|to|from|by|as|in|on|at|for|more|less|fewer|over|since|is|are|was|were|had|have|has|and|or|but|than|that|who|which)\b",
        right,
    ):
        return False
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


#: Words tagged as nouns that say when or where, never what is counted.
_NOT_COUNTED = frozenset(
    "today yesterday tomorrow tonight overnight home abroad here there now then apiece each sells costs goes others other".split()
)
#: Nouns that mean little without what follows.
_OF_IDIOMS = {"member": ("staff",), "prisoner": ("war",), "piece": ("artillery", "luggage", "ammunition")}
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
        if noun is None and token.lower_ in _PERSON_WORDS and not _noun_follows(view, index + 1):
            f.unit, f.end, f.noun = "person", token.idx + len(token.text), index
            return f
        if token.lower_ in _NOT_COUNTED:
            break
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
                if f.partitive and _noun_follows(view, index + 2, numbers_too=True):
                    noun, index = None, index + 2  # "nine of the plant's twenty lines"
                    continue
                break
        elif f.partitive and tag == "CD" and noun is None:
            pass
        elif noun is not None:
            if tag == "HYPH" and index + 1 < len(doc) and doc[index + 1].tag_ in (*_NOUNS, "VBN", "VBG", "JJ"):
                index += 1 if doc[index + 1].tag_ in _NOUNS else 2
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
            pass
        elif tag == "CC" or token.text == ",":
            if not (
                index > first and index + 1 < len(doc) and doc[index - 1].tag_ in _ADJECTIVES and _noun_follows(view, index + 1)
            ):
                break
        elif not (tag == "VBD" and _noun_follows(view, index + 1) and index == first and token.dep_ == "amod"):
            break
        index += 1
    if noun is None:
        if f.partitive and index > first and doc[index - 1].tag_ in ("JJ", "VBN", "JJS", "JJR"):
            f.unit, f.end, f.noun = (
                "person",
                doc[index - 1].idx + len(doc[index - 1].text),
                index - 1,
            )  # "six of the worst burned"
        return f
    head = doc[noun]
    if head.tag_ in ("NN", "NNP") and not hyphened and not _single_noun_fits(view, f, noun, first):
        return f
    f.noun = noun
    f.unit_start = doc[first].idx
    f.end = f.unit_end = head.idx + len(head.text)
    f.unit = singular(head)
    if (
        f.unit in _OF_IDIOMS
        and (idiom := re.match(r"[ ]of[ ](?P<what>[a-z]+)", text[f.end : f.end + 24]))
        and idiom["what"] in _OF_IDIOMS[f.unit]
    ):
        f.unit = f"{f.unit} of {idiom['what']}"
        f.end += idiom.end()
    return f


def _noun_follows(view: _View, index: int, *, numbers_too: bool = False) -> bool:
    """Does the noun group go on to a noun from here?"""
    for token in view.doc[index : index + 4]:
        if token.tag_ in _NOUNS:
            return True
        if token.tag_ not in _ADJECTIVES and not (numbers_too and token.tag_ == "CD"):
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
    if token.tag_ in ("NNS", "NNPS", "NNP") and word.endswith("s"):
        return _strip_plural(word)
    if token.tag_ == "NNS":
        return lemma(token)
    return word


def _strip_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "oes", "zzes")):
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
            if before.number.scale == 1 and not before.number.letter and f.number.scale > 1 and before.value < f.number.scale:
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
    if a.unit and b.unit and a.unit != b.unit and (a.noun is None or a.unit in UNITS or b.unit in UNITS):
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


def _compounds(view: _View, found: list[_Found]) -> list[_Found]:
    """One quantity in two units: "two years and seven months", "5 feet 10 inches" become one, in the smaller unit."""
    result: list[_Found] = []
    for f in found:
        before = result[-1] if result else None
        if (
            before is not None
            and before.high is None
            and f.high is None
            and before.unit in _COMPOUND
            and f.unit == _COMPOUND[before.unit][0]
            and f.value < _COMPOUND[before.unit][1]
            and view.text[before.end : f.start] in (" and ", " ", ", ")
        ):
            before.value = before.value * _COMPOUND[before.unit][1] + f.value
            before.unit, before.end, before.number_end, before.unit_end, before.noun = (
                f.unit,
                f.end,
                f.number_end,
                f.unit_end,
                f.noun,
            )
            continue
        result.append(f)
    return result


#: The larger unit, the smaller one, and how many make it.
_COMPOUND = {"year": ("month", 12), "hour": ("minute", 60), "minute": ("second", 60), "day": ("hour", 24), "foot": ("inch", 12)}


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
    """The words of a rate right after: "a day", "per tonne", "for each drone", "annually", "a head per day"."""
    _rate_words(view, f)
    if f.rate is not None and f.rate not in _PERIODS:
        # "litres per person a day": the period is what makes two numbers comparable.
        inner, end = f.rate, f.end
        f.rate = None
        _rate_words(view, f)
        if f.rate not in _PERIODS:
            f.rate, f.end = inner, end


def _rate_words(view: _View, f: _Found) -> None:
    text = view.text
    match = _RATE_AFTER.match(text, f.end)
    if match and not _COMPARED.match(text, match.end()):
        count = match["count"] or ""
        at = match.start("what") + len(count)
        word = match["what"][len(count) :]
        index = view.token_from(at)
        token = view.doc[index] if index < len(view.doc) else None
        stem = _strip_plural(word.lower())
        strong = bool(match["slash"] or match["hyphen"]) or match["how"] in ("per", "for each", "for every", "for a single")
        named = _named_unit(view, at - 1) if not count else None
        symbol = SYMBOLS.get(word)
        noun = _rate_noun(view, index)
        fits = token is not None and token.tag_ in (*_NOUNS, "JJ", "VBN")
        if stem in _PERIODS and (strong or fits):
            f.rate, f.end = stem, match.end()
        elif match["of"] and not strong:
            pass
        elif named and named[0] not in MONEY and named[0] != "percent" and (strong or match["how"] != "the"):
            f.rate, f.end = named[0], named[1]
        elif symbol and strong:
            f.rate, f.end = symbol, match.end()
        elif noun is not None and (
            strong or (f.unit in MONEY and fits and match["how"] in ("a", "an", "each", "every", "to each", "to every"))
        ):
            head = view.doc[noun]
            f.rate = count + head.lower_ if count else singular(head)
            f.end = head.idx + len(head.text)
            if years := re.match(r"[ ]of[ ](?:service|work|sentence)\b", text[f.end : f.end + 14]):
                f.rate += years.group()
                f.end += years.end()
        elif match["how"] == "per" or (word.lower() == "head" and match["how"] in ("a", "an")):
            f.rate, f.end = count + word.lower(), match.end()
        if f.rate is not None:
            return
    adverb = _RATE_ADVERB.match(text, f.end)
    if adverb and (word := adverb["adverb"].lower()) in _ADVERBS and not _noun_follows(view, view.token_from(adverb.end())):
        f.rate = _ADVERBS[word]
        f.end = adverb.end()


_EACH_AFTER = re.compile(r"[ ](?:each|apiece|a piece|per head)\b", re.IGNORECASE)
#: "Each round costs", "every bereaved family will receive": what the number is for one of.
_EACH_SUBJECT = re.compile(r"\b(?:each|every)(?: one of the)?[ ]((?:[\w'’-]+[ ]){1,8})$", re.IGNORECASE)
_PRICE_SUBJECT = re.compile(
    r"\b(?:an?|one)[ ](?P<what>(?:(?!(?:that|which|who|and|but|whose|puts?)\b)\w[\w'’-]*[ ]){1,6}?)(?:that |which )?"
    r"(?:now |itself |typically |currently |still |already |would |will |could |can |used to )*"
    r"(?P<verb>costs?|sells? for|sold for|goes for|went for|retails? (?:at|for)|fetch(?:es|ed)?|(?:is|was) priced at|sells? at|changes hands (?:at|for))"
    r"(?:[ ](?:the[ ])?[\w'’-]+){0,4}?[ ]$",
    re.IGNORECASE,
)
_PRICE_OF = re.compile(
    r"\b(?:price|cost|toll|fee|fare|rent|tariff) (?:of|for|on) (?:an?|one|each|every) (?P<what>[\w'’ -]+?)"
    r" (?:is|was|has|had|have|rose|fell|went|stood|now|will|would|could|at|from|climbed|dropped|jumped|hit|reached|came)\b[^.;]{0,50}$",
    re.IGNORECASE,
)
_SHARE_PRICE = re.compile(
    r"\b(?:shares?|stocks?)\b(?![^.;]*\b(?:per|each|for every)\b)[^.;]*\b(?:to|at|from|of|for)[ ](?:[a-z]+[ ])?$", re.IGNORECASE
)
_CLOSE_PRICE = re.compile(r"\b(?:close|closing price|share price|opening price)[ ](?:of|at)[ ]$", re.IGNORECASE)
_SHARE_VERB = re.compile(
    r"\b(?:close|closed|closing|trad\w+|quoted|fell|rose|fallen|risen|down|up|drop\w*|climb\w*|jump\w*|plung\w*|slid\w*|slump\w*|tumbl\w*|gain\w*"
    r"|opened|changing hands|changed hands|priced|sank|had for|surged|soared|halted at)\b",
    re.IGNORECASE,
)
_FOR_ONE = re.compile(r"[ ]for an?[ ]", re.IGNORECASE)
_PAYS = re.compile(r"\b(?:pa(?:y|ys|id|ying)|charg\w+|costs?|asks?|asking|offer\w*|spend\w*|spent|price)\b", re.IGNORECASE)
#: What goes on saying the same of another time or place, so that a rate goes with it ("$31,000 a day, against $12,500").
_COMPARES = re.compile(
    r"(?:[,;]? (?:up|down) from|[,;]? (?:and|but|or|from|to|against|versus|compared (?:with|to)|rather than|instead of|not|than|and not|as against|of which)"
    r"|, (?:and|but))(?: (?:the|about|around|some|only|just|nearly|almost|over|more than|roughly|a|another|a further))?[ ]?$",
    re.IGNORECASE,
)


def _clause_rate(view: _View, found: list[_Found], index: int) -> None:
    """A rate that the clause gives elsewhere: "each round costs $1,800", "down from €74", "$300,000 apiece"."""
    f = found[index]
    if f.unit not in MONEY and (f.unit not in UNITS or f.unit == "percent"):
        return
    text = view.text
    clause_start = max(text.rfind(mark, 0, f.start) for mark in (";", ": ", " whereas ", " while ", ", but ", ", and "))
    clause = text[max(0, clause_start + 1, f.start - 110) : f.start]
    if before := _BOUNDS.search(clause):
        clause = clause[: before.start()]
    if before := _BETWEEN.search(clause):
        clause = clause[: before.start()]
    offset = f.start - len(text[max(0, clause_start + 1, f.start - 110) : f.start])
    for pattern, group in ((_EACH_SUBJECT, 1), (_PRICE_SUBJECT, "what"), (_PRICE_OF, "what")):
        match = pattern.search(clause)
        if match and (pattern is _EACH_SUBJECT or f.unit in MONEY):
            at = offset + match.start(group)
            named = _named_unit(view, at - 1)
            limit = view.token_from(offset + match.start("verb")) if pattern is _PRICE_SUBJECT else len(view.doc)
            noun = _rate_noun(view, view.token_from(at), limit)
            if named and named[0] not in MONEY:
                f.rate = named[0]
                return
            if noun is not None:
                f.rate = _unit_of(view.doc[noun])
                return
    if f.unit not in MONEY:
        return
    if _EACH_AFTER.match(text, f.end):
        counts = [p for p in found[:index] if p.unit not in UNITS]
        noun = _subject(view, f)
        f.rate = singular(noun) if noun is not None else counts[-1].unit if counts else None
        return
    if f.number.scale < 1000 and f.value < 100_000:
        paid = _FOR_ONE.match(text, f.end)
        if paid and _PAYS.search(clause) and (noun := _rate_noun(view, view.token_from(paid.end()))) is not None:
            f.rate = _unit_of(view.doc[noun])
            return
        if _CLOSE_PRICE.search(clause) or (_SHARE_PRICE.search(clause) and _SHARE_VERB.search(clause)):
            f.rate = "share"
            return
    if index and found[index - 1].rate and found[index - 1].unit == f.unit:
        gap = text[found[index - 1].end : f.start]
        if _COMPARES.search(gap) and len(gap) < 60:
            f.rate = found[index - 1].rate


def _unit_of(token: Token) -> str:
    word = singular(token)
    return WORDS.get(word, word) if WORDS.get(word) not in MONEY else word


def _subject(view: _View, f: _Found) -> Token | None:
    """The nearest noun before the number that is a subject."""
    index = min(view.token_from(f.number.start), len(view.doc))
    for token in reversed(view.doc[max(0, index - 16) : index]):
        if token.tag_ in ("NN", "NNS") and token.dep_ in ("nsubj", "nsubjpass"):
            return token
    return None


def _rate_noun(view: _View, index: int, limit: int | None = None) -> int | None:
    """The head of the short noun group that begins at this token."""
    noun = None
    for i in range(index, min(index + 5, limit or len(view.doc), len(view.doc))):
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
    if predicate := _predicate(view, f):
        f.unit, f.elided = predicate, not f.unit
        return
    if f.unit:
        return
    f.elided = True
    previous = [p for p in found[:index] if p.unit]
    told = [t for t in memory.told if t.unit]
    counts = [p.unit for p in previous if p.unit not in UNITS] or [t.unit for t in told if t.unit not in UNITS][-1:]
    if clause := _from_clause(view, f):
        # "17 miners were trapped and 4 killed": a noun for people that stands there already is the better one.
        people = [p.unit for p in previous if _is_human(p.unit)]
        f.unit = people[-1] if clause == "person" and people else clause
        return
    if f.partitive:
        f.unit = counts[-1] if counts else "person"
        return
    if previous:
        gap = view.text[previous[-1].end : f.start] if previous[-1].end <= f.start else ""
        if _COMPARES.search(_without_bound(gap)) and not (previous[-1].unit == "percent" and f.value > 100):
            f.unit = previous[-1].unit
            f.rate = f.rate or previous[-1].rate
            return
    if collective := _collective(view, f):
        f.unit = collective
        return
    here = view.sentence.index
    best: tuple[Decimal, str, str | None] | None = None
    for known in [*(_Told(p.value, p.unit, p.rate, here) for p in previous), *told]:
        cost = _strangeness(f, known, here)
        if best is None or cost <= best[0]:
            best = (cost, known.unit, known.rate)
    noun = _subject_noun(view, f)
    if noun and (best is None or best[0] > _SUBJECT_COST):
        f.unit = noun
    elif best is not None:
        f.unit = best[1]
        f.rate = f.rate or (best[2] if best[0] < 1 else None)
    elif f.number.kind is not Kind.VAGUE:
        f.unit = "person"


#: From what strangeness on the clause's own subject is the better guess; the scale is decades of difference in value.
_SUBJECT_COST = Decimal("1.0")


def _strangeness(f: _Found, known: _Told, here: int) -> Decimal:
    """How unlikely it is that a bare number is of the kind of an earlier one: far in value, far back, of another nature."""
    a, b = abs(f.value), abs(known.value)
    cost = abs(Decimal(a.adjusted() - b.adjusted())) if a and b else Decimal(3)
    if a and b:
        cost = abs((a / b).log10()) if cost < 12 else cost
    if f.value == known.value:
        cost -= 1
    cost += Decimal(min(here - known.sentence, 20)) / 8
    if known.unit in UNITS:
        cost += (
            Decimal("1.5") if known.unit == "percent" or known.unit in MONEY or known.unit in _TIME_UNITS else Decimal("0.7")
        )
        if f.value != f.value.to_integral_value():
            cost -= 2
    elif f.value != f.value.to_integral_value():
        cost += 3
    return cost


def _without_bound(gap: str) -> str:
    """The words between two numbers without the modifier of the second."""
    match = _BOUNDS.search(gap)
    return gap[: match.start()] if match and match.start() else gap


_PREDICATE = re.compile(
    r"(?:[ ]of[ ](?:them|whom|those|these|which))?[ ](?:are|were|was|being|as)[ ](?:also |all |still |former |the |mostly |registered )*(?=[a-z])|(?<=of them)[ ](?=[a-z])|(?<=of whom)[ ](?=[a-z])"
)


def _predicate(view: _View, f: _Found) -> str | None:
    """What a part is said to be: "six of the dead were children", "seven of them women", "260 are apprentices"."""
    match = _PREDICATE.match(view.text, f.end)
    if match is None:
        return None
    noun = _rate_noun(view, view.token_from(match.end()))
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
    "crew": "crew member",
    "strength": "soldier",
    "shift": "worker",
}


def _collective(view: _View, f: _Found) -> str | None:
    """ "a workforce of 4,600", "the population is 12,000", "by a vote of 88 to 61"."""
    words = re.findall(r"[a-z]+", view.before(f.start, 40).lower())[-6:]
    return next((_COLLECTIVES[word] for word in reversed(words) if word in _COLLECTIVES), None)


def _from_clause(view: _View, f: _Found) -> str | None:
    """The unit that the words around give away: "34 were killed", "the toll stands at 143", "the number of cases, 12"."""
    right = view.after(f.end, 40)
    match = re.match(
        r"(?:[ ](?:others?|more|people|still|also|had|have|has|been|are|were|was|of whom))*[ ](?P<word>\w+)", right
    )
    if match and (match["word"].lower() in _PERSON_WORDS or _strip_verb(match["word"].lower()) in _PERSON_VERBS):
        return "person"
    left = view.before(f.start, 90)
    if re.search(
        r"\b(?:toll|deaths|fatalities|dead|killed|killing|casualties|injured|wounded)\b[^.;]{0,40}$", left[-60:], re.IGNORECASE
    ):
        return "person"
    if match := re.search(r"\b(?:number|total|count|tally) of (?P<words>(?!\d)[^,.;]+)", left):
        noun = _rate_noun(view, view.token_from(max(0, f.start - len(left)) + match.start("words")))
        if noun is not None and view.doc[noun].tag_ in ("NNS", "NNPS"):
            return singular(view.doc[noun])
    return None


def _degrees(view: _View, f: _Found, found: list[_Found], memory: _Memory) -> None:
    """Plain "degrees" are of the scale named before, else Celsius where the sentence speaks of heat or cold."""
    if f.unit != "degree":
        return
    scales = [x.unit for x in (*memory.told, *found) if x.unit.startswith("degree ")]
    if scales:
        f.unit = scales[-1]
    elif re.search(
        r"\b(?:temperatures?|heat\w*|hot\w*|warm\w*|mercury|cold\w*|cool\w*|freez\w*|thermomet\w*|weather)\b",
        view.text,
        re.IGNORECASE,
    ):
        f.unit = "degree Celsius"


def _is_human(unit: str) -> bool:
    last = unit.rsplit(" ", 1)[-1]
    return unit in _HUMANS or last in _HUMANS or last.endswith(_HUMAN_ENDINGS)


def _strip_verb(word: str) -> str:
    for ending in ("ed", "d", "ing", "s"):
        if word.endswith(ending) and word[: -len(ending)] in _PERSON_VERBS:
            return word[: -len(ending)]
    return word


def _subject_noun(view: _View, f: _Found) -> str | None:
    """The plural noun that is the subject of the number's clause ("shipments came to 13.6 million")."""
    index = min(view.token_from(f.number.start), len(view.doc))
    for token in reversed(view.doc[max(0, index - 14) : index]):
        if (
            token.tag_ == "NNS"
            and token.dep_ in ("nsubj", "nsubjpass", "ROOT")
            and token.lower_ not in ("numbers", "figures", "officials")
        ):
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
        if words.startswith("up to") and re.search(
            r"\b(?:go|goes|gone|going|went|come|comes|came|move[sd]?|brought|bring|push\w*|rose|inched|crept|ticked)[ ](?:back )?$",
            left[: match.start()],
        ):
            return bound, start, end
        if re.search(r"\bthe $", match.group()) and kind in ("more_than", "less_than"):
            return bound, start, end  # "more than the 300 planned" compares; it does not bound the 300
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
