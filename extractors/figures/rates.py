"""Per what is a number given: a day, a tonne, each family?

First the words right after the number ("10,000 shells a day"), then the clause ("each round costs $1,800").
"""

import re

from extractors.figures.bounds import BETWEEN, bound_before
from extractors.figures.measures import named_unit
from extractors.figures.nouns import noun_at, noun_follows, singular, strip_plural, subject
from extractors.figures.reading import NOUNS, PERIODS, TIME_UNITS, Found, Memory, View
from extractors.figures.units import SYMBOLS, UNITS, WORDS, is_money
from extractors.text import Token

_RATE_AFTER = re.compile(
    r"(?P<of>[ ]of(?:[ ](?!an?\b|per\b|each\b|every\b|the\b|and\b|or\b|to\b|in\b|for\b|from\b)[\w'’-]+){1,3}?"
    r"|['’][ ]\w+)?(?:[ ](?P<how>an?|per|each|every|to the|to each|to every|for each|for every|for a single)[ ]"
    r"|(?P<slash>/)|(?P<hyphen>-(?:a|per)-))"
    r"(?P<what>(?P<count>(?:\d[\d,.]*|million|thousand|hundred|billion)[ ](?:\w+[ ])?)?[A-Za-z][\w'’-]*)",
)


_RATE_ADVERB = re.compile(
    r"(?P<of>[ ]of(?:[ ][\w'’-]+){1,2}?)?[ ](?P<adverb>daily|weekly|monthly|yearly|annually|hourly|nightly|annual"
    r"|per annum|a piece|apiece|each)\b",
    re.IGNORECASE,
)


#: "the daily ration", "a monthly wage": the period of the number that follows.
_REGULAR = re.compile(
    r"\b(?P<often>daily|weekly|monthly|hourly|yearly|annual)[ ](?:[a-z]+[ ])?(?:rations?|payments?|outputs?|wages?"
    r"|salar(?:y|ies)|pay|rents?|allowances?"
    r"|production|quotas?|bills?|fees?|limits?|consumption|intake|capacity|charges?|flow|sales volume"
    r"|exports?|imports?|filings|readings)\b"
    r"(?:[ ](?!from\b|by\b|and\b|after\b)[\w'’]+){0,9}[ ]$",
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


def rate(view: View, f: Found) -> None:
    """The words of a rate right after: "a day", "per tonne", "for each drone", "annually", "a head per day"."""
    if f.unit in ("bpd", "b/d"):
        f.unit, f.rate = "barrel", "day"
        return
    _rate_words(view, f)
    if f.rate is not None and f.rate not in PERIODS:
        # "litres per person a day": the period is what makes two numbers comparable.
        inner, end = f.rate, f.end
        f.rate = None
        _rate_words(view, f)
        if f.rate not in PERIODS:
            f.rate, f.end = inner, end
            if both := _AND_PERIOD.match(view.text, end):
                f.rate, f.end = both["period"], both.end()
    if f.rate is None and (often := _BETWEEN.search(view.text, f.number_end, f.end)):
        f.rate = _ADVERBS[often[1].lower()]
    if f.rate is None and f.unit != "percent" and f.unit not in TIME_UNITS:
        every = _EVERY_AFTER.match(view.text, f.end) or _EVERY_BEFORE.search(view.before(f.start, 90))
        f.rate = every["period"].lower() if every else None


#: "16 litres per head and day"
_AND_PERIOD = re.compile(r" and (?P<period>hour|day|night|week|month|year)\b")
#: "85 daily sailings"
_BETWEEN = re.compile(r"[ ](daily|weekly|monthly|nightly|hourly)[ ]", re.IGNORECASE)
#: "1,600 people come over every day", "Every week, some 40 lorries": the period of the whole clause.
_EVERY_AFTER = re.compile(
    r"(?:[ ](?!(?:and|but|that|which|who|while|when|because|since|as)\b)[A-Za-z][\w'’-]*){1,8}?"
    r"[ ](?:each|every)[ ](?P<period>hour|day|night|week|month|year)\b(?![ ](?:of|since|that|for|from|until|before|after)\b)"
)
_EVERY_BEFORE = re.compile(
    r"(?:^|[;:.][ ])(?:(?:Each|Every)[ ](?P<period>hour|day|night|week|month|year)),?[ ](?:[a-z'’-]+[ ]){0,6}$"
)


def _rate_words(view: View, f: Found) -> None:
    text = view.text
    if is_money(f.unit) and (dozen := re.match(r"[ ](?:for )?a dozen\b(?![ ]or\b)", text[f.end : f.end + 20])):
        f.rate = "dozen"
        f.end += dozen.end()
        return
    match = _RATE_AFTER.match(text, f.end)
    if match and not _COMPARED.match(text, match.end()):
        count = match["count"] or ""
        at = match.start("what") + len(count)
        word = match["what"][len(count) :]
        index = view.token_from(at)
        token = view.doc[index] if index < len(view.doc) else None
        stem = strip_plural(word.lower())
        strong = bool(match["slash"] or match["hyphen"]) or match["how"] in ("per", "for each", "for every", "for a single")
        named = named_unit(view, at - 1) if not count else None
        symbol = SYMBOLS.get(word)
        noun = noun_at(view, index)
        fits = token is not None and token.tag_ in (*NOUNS, "JJ", "VBN")
        if match["slash"] and word in _SLASHED:
            f.rate, f.end = _SLASHED[word], match.end()
        elif named and is_money(named[0]) and named[0] != f.unit and _exchanges(match) and f.number.scale == 1:
            f.rate, f.end = named[0], named[1]
        elif stem in PERIODS and (strong or fits) and match["how"] != "to the":
            f.rate, f.end = stem, match.end()
        elif match["of"] and not strong:
            pass
        elif (
            named
            and not is_money(named[0])
            and named[0] != "percent"
            and (match["how"] != "to the" or named[0] not in TIME_UNITS)
        ):
            f.rate, f.end = named[0], named[1]
        elif symbol and strong:
            f.rate, f.end = symbol, match.end()
        elif noun is not None and (
            strong or (is_money(f.unit) and fits and match["how"] in ("a", "an", "each", "every", "to each", "to every"))
        ):
            head = view.doc[noun]
            f.rate = count + head.lower_ if count else singular(head)
            f.end = head.idx + len(head.text)
            if years := re.match(r"[ ]of[ ](?:service|work|sentence)\b", text[f.end : f.end + 14]):
                f.rate += years.group()
                f.end += years.end()
        elif match["how"] == "per" or (word.lower() == "head" and match["how"] in ("a", "an")):
            f.rate, f.end = count + word.lower(), match.end()
        if f.rate == "head":
            f.rate = "person"
        if f.rate is not None:
            return
    adverb = _RATE_ADVERB.match(text, f.end)
    if adverb and (word := adverb["adverb"].lower()) in _ADVERBS and not noun_follows(view, view.token_from(adverb.end())):
        f.rate = _ADVERBS[word]
        f.end = adverb.end()


#: Letters of a period after a slash ("24 mcm/d").
_SLASHED = {"d": "day", "h": "hour", "hr": "hour", "min": "minute", "s": "second", "yr": "year", "y": "year"}


def _exchanges(match: re.Match[str]) -> bool:
    """ "48.2 to the euro", "60 per dollar": the words of an exchange rate."""
    return match["how"] in ("to the", "per") and not match["of"]


_EACH_AFTER = re.compile(r"[ ](?:each|apiece|a piece|per head)\b", re.IGNORECASE)


#: "Each round costs", "every bereaved family will receive": what the number is for one of.
_EACH_SUBJECT = re.compile(r"\b(?:each|every)(?: one of the)?[ ]((?:[\w'’-]+[ ]){1,8})$", re.IGNORECASE)


_PRICE_SUBJECT = re.compile(
    r"\b(?:an?|one)[ ](?P<what>(?:(?!(?:that|which|who|and|but|whose|puts?)\b)\w[\w'’-]*[ ]){1,6}?)(?:that |which )?"
    r"(?:now |itself |typically |currently |still |already |would |will |could |can |used to )*"
    r"(?P<verb>costs?|sells? for|sold for|goes for|went for|retails? (?:at|for)|fetch(?:es|ed)?|(?:is|was) priced at"
    r"|sells? at|changes hands (?:at|for)"
    r"|(?:receives|gets|is (?:paid|granted|given)|(?:will|would|is to) (?:receive|get|be (?:paid|granted|given))))"
    r"(?:[ ](?:the[ ])?[\w'’-]+){0,4}?[ ]$",
    re.IGNORECASE,
)


_PRICE_OF = re.compile(
    r"\b(?:price|cost|toll|fee|fare|rent|tariff) (?:of|for|on) (?:an?|one|each|every) (?P<what>[\w'’ -]+?)"
    r" (?:is|was|has|had|have|rose|fell|went|stood|now|will|would|could|at|from|climbed|dropped|jumped|hit|reached"
    r"|came)\b[^.;]{0,50}$",
    re.IGNORECASE,
)


_SHARE_PRICE = re.compile(
    r"\b(?:shares?|stocks?)\b(?![^.;]*\b(?:per|each|for every)\b)[^.;]*\b(?:to|at|from|of|for)[ ](?:[a-z]+[ ])?$", re.IGNORECASE
)


_CLOSE_PRICE = re.compile(r"\b(?:close|closing price|share price|opening price)[ ](?:of|at)[ ]$", re.IGNORECASE)


_SHARE_VERB = re.compile(
    r"\b(?:close|closed|closing|trad\w+|quoted|fell|rose|fallen|risen|down|up|drop\w*|climb\w*|jump\w*|plung\w*|slid\w*"
    r"|slump\w*|tumbl\w*|gain\w*"
    r"|opened|changing hands|changed hands|priced|sank|had for|surged|soared|halted at)\b",
    re.IGNORECASE,
)


_FOR_ONE = re.compile(r"[ ]for an?[ ]", re.IGNORECASE)


_PAYS = re.compile(r"\b(?:pa(?:y|ys|id|ying)|charg\w+|costs?|asks?|asking|offer\w*|spend\w*|spent|price)\b", re.IGNORECASE)


#: What goes on saying the same of another time or place, so that a rate goes with it ("$31,000 a day, against $12,500").
COMPARES = re.compile(
    r"(?:[,;]? (?:up|down) from|[,;]? (?:and|but|or|from|to|against|versus|compared (?:with|to)|rather than|instead of"
    r"|not|than|and not|as against|of which)"
    r"|, (?:and|but))(?: (?:the|about|around|some|only|just|nearly|almost|over|more than|roughly|a|another|a further))?[ ]?$",
    re.IGNORECASE,
)


def clause_rate(view: View, found: list[Found], index: int, memory: Memory) -> None:
    """A rate that the clause gives elsewhere: "each round costs $1,800", "down from €74", "$300,000 apiece"."""
    f = found[index]
    if f.unit == "percent":
        return
    if regular := _REGULAR.search(view.before(f.start, 90)):
        f.rate = _ADVERBS[regular["often"].lower()]
        return
    if f.unit not in UNITS:
        return
    text = view.text
    clause_start = max(text.rfind(mark, 0, f.start) for mark in (";", ": ", " whereas ", " while ", ", but ", ", and "))
    clause = text[max(0, clause_start + 1, f.start - 110) : f.start]
    if before := bound_before(clause):
        clause = clause[: before.start()]
    if before := BETWEEN.search(clause):
        clause = clause[: before.start()]
    offset = f.start - len(text[max(0, clause_start + 1, f.start - 110) : f.start])
    for pattern, group in ((_EACH_SUBJECT, 1), (_PRICE_SUBJECT, "what"), (_PRICE_OF, "what")):
        match = pattern.search(clause)
        if match and (pattern is _EACH_SUBJECT or is_money(f.unit)):
            at = offset + match.start(group)
            named = named_unit(view, at - 1)
            limit = view.token_from(offset + match.start("verb")) if pattern is _PRICE_SUBJECT else len(view.doc)
            noun = noun_at(view, view.token_from(at), limit)
            if named and not is_money(named[0]):
                f.rate = named[0]
                return
            if noun is not None:
                f.rate = _unit_of(view.doc[noun])
                return
    if not is_money(f.unit):
        _carried(view, found, index)
        return
    if _EACH_AFTER.match(text, f.end):
        counts = [p for p in found[:index] if p.unit not in UNITS]
        owner = subject(view, f)
        f.rate = counts[-1].unit if counts else singular(owner) if owner is not None else None
        return
    if f.number.scale < 1000 and f.value < 100_000:
        paid = _FOR_ONE.match(text, f.end)
        if paid and _PAYS.search(clause) and (noun := noun_at(view, view.token_from(paid.end()))) is not None:
            f.rate = _unit_of(view.doc[noun])
            return
        if _CLOSE_PRICE.search(clause) or (_SHARE_PRICE.search(clause) and _SHARE_VERB.search(clause)):
            f.rate = "share"
            return
    if not _carried(view, found, index) and f.number.scale < 1000:
        _known_price(view, f, memory)


def _carried(view: View, found: list[Found], index: int) -> bool:
    """Is it set against a number of the same unit whose rate it shares ("5.6 tonnes a hectare, against 4.9 tonnes")?"""
    f, before = found[index], found[index - 1]
    if not index or not before.rate or before.unit != f.unit:
        return False
    gap = view.text[before.end : f.start]
    near = len(gap) < 25 and f.value < 20 * before.value and re.match(r"(?:,| and)", gap)
    if not (COMPARES.search(gap) and len(gap) < 60) and not (near and is_money(f.unit)):
        return False
    f.rate = before.rate
    return True


def _known_price(view: View, f: Found, memory: Memory) -> None:
    """A price that the text gave per something before, with about this number ("$221 a tonne" ... "expects $260")."""
    for told in reversed(memory.told):
        if view.sentence.index - told.sentence > _PRICE_BACK:
            return
        if (
            told.unit == f.unit
            and told.rate
            and told.rate not in PERIODS
            and told.value
            and 1 / _ALIKE < f.value / told.value < _ALIKE
        ):
            f.rate = told.rate
            return


#: How many sentences back a price is looked for, and how many times larger or smaller it may be.
_PRICE_BACK = 8
_ALIKE = 2


def _unit_of(token: Token) -> str:
    word = singular(token)
    return WORDS.get(word, word) if not is_money(WORDS.get(word, "")) else word
