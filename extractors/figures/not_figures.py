"""Numbers that report nothing: dates, years, ages, clock times, ordinals, labels, names, figures of speech.

Two looks: is_label() needs the number alone; is_no_figure() and is_clock() need to know what it counts.
"""

import re

from extractors.figures.bounds import bound_before
from extractors.figures.measures import MANY, SIGN, SIGN_AFTER, SYMBOL
from extractors.figures.nouns import NOT_COUNTED, is_human, numbering, singular
from extractors.figures.numbers import Kind, Number
from extractors.figures.reading import DAY, FINITE, MONTH, TIME_UNITS, Found, View
from extractors.figures.units import UNITS
from extractors.text import Token

_LABEL = re.compile(
    r"\b(?:number|no\.|nos\.|nr\.|#|page|pp\.|p\.|gate|line|phase|version|room|section|sect\.|article|paragraph|para"
    r"|chapter|track|platform|class"
    r"|grade|category|level|tier|group|zone|season|episode|volume|vol\.|figure|fig\.|table|appendix|annex|part|step"
    r"|stage|route|highway|interstate"
    r"|flight|unit|block|building|house|apartment|flat|pier|berth|terminal|runway|channel|lane|exit|junction|ward"
    r"|district|sector|area|type|mark|model"
    r"|round|lot|row|seat|box|lap|hole|rule|resolution|act|clause|bill|order|case|count|form|schedule|item|point|under-"
    r"|century|size|agenda|top)[ ]$",
    re.IGNORECASE,
)


#: More characters than the longest of them has, with the space behind it and what stands before it.
_LONGEST_LABEL = 16


_LABEL_ALWAYS = frozenset(
    "number no. nos. nr. # page pp. p. room section sect. article paragraph para chapter version appendix annex figure"
    " fig. table flight highway"
    " interstate route resolution clause rule gate platform phase channel".split()
)


_CLOCK_AFTER = re.compile(
    r"[ ]?(?:[ap]\.?m\b|o['’]clock|GMT\b|UTC\b|noon\b|h\d\d\b)|:\d\d|[ ]in the (?:morning|afternoon|evening)|[ ]at night\b"
)


_CLOCK_BEFORE = re.compile(r"\d[:.h]$")


#: "ten past nine", "at 11.52 on Thursday"
_PAST = re.compile(r"\b(?:half|quarter|five|ten|twenty(?:-five)?|minutes?) past[ ]$", re.IGNORECASE)
_CLOCK_DOTTED = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d")


_MONTH_BEFORE = re.compile(rf"\b{MONTH}[ ](?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?[ ]?(?:-|–|—|and|to|or|,|through)[ ]?)?$")


_MONTH_AFTER = re.compile(rf"(?:[ ]?(?:-|–|—|and|to|or|,)[ ]?\d{{1,2}})?[ -](?:of )?{MONTH}")


_YEAR_BEFORE = re.compile(
    r"\b(?:its|his|her|their|our|in|since|by|until|till|from|of|before|after|during|through|to|for|late|early|mid|year|years|the|spring"
    r"|summer|autumn|fall|winter|and|or|than"
    rf"|between|this|that|circa|around|{MONTH}|{DAY})[ -]$|[(/–-]$|,[ ]$|['’]$|\d\d?,?[ ]$",
    re.IGNORECASE,
)


_AGE_BEFORE = re.compile(
    r"\b(?:aged?|ages|age of|aged between|aged from|ages of|ages of \w+ and|aged (?:between )?[\w-]+ (?:and|to))[ ]$",
    re.IGNORECASE,
)


_AGE_AFTER = re.compile(
    r"(?:[ ](?:and|to|or)[ ]\d[\d.,]*|[-–]\d[\d.,]*)?(?:[ ](?:million|billion))?[ -]"
    r"(?:years?|months?|weeks?|days?)[ -](?:olds?\b|of age\b)|[ ]or older\b",
    re.IGNORECASE,
)


_UNDER_AGE = re.compile(
    r"\b(?:child|children|minors?|people|those|boys?|girls?|anyone|kids|youngsters|adults|men|women|everyone|pupils"
    r"|infants|babies)"
    r"[ ](?:aged )?(?:under|below|over|above)(?: the age of)?[ ]$",
    re.IGNORECASE,
)


_AGO = re.compile(r"[ ](?:ago|hence|from now|to the day)\b", re.IGNORECASE)


_RELATIVE_BEFORE = re.compile(
    r"\b(?:last|past|next|first|previous|preceding|following|coming|recent|early|final|latest|prior|every|these|those"
    r"|opening|closing|subsequent|same"
    r"|intervening)[ ]$",
    re.IGNORECASE,
)


_THE_PERIOD = re.compile(r"[ ](?:to|ended|ending|through|up to|until|since|before|after|leading|from)\b", re.IGNORECASE)


_THE_TWO = frozenset(
    "side country nation state government leader party ally neighbour neighbor power capital army people president"
    " minister man woman"
    " company firm group team rival force city camp bank republic partner brother sister friend pair delegation"
    " official general couple".split()
)


_ONE_AS_COUNT = re.compile(
    r"\b(?:at least|only|just|than|exactly|killing|killed|and|kills|injuring|wounding|including|another)[ ]$", re.IGNORECASE
)


_SPEECH = re.compile(
    r"\b(?:one or two|two or three times|a million times|one[- ](?:of|by|another|way|day|thing|side|hand|time|more"
    r"|man's|third)|no one|any one"
    r"|on all fours|second to none|ten to one|fifty-fifty|50-50|24/7|one-to-one|one-on-one|one-off|two-way|two-fold"
    r"|9/11|7/7|zero-sum|four-letter"
    r"|first[- ]come|back to square one|six of one|a thousand words|at sixes|day one|one and only|one and all|one such"
    r"|one-way|one-sided|number one)\b",
    re.IGNORECASE,
)


#: A calibre names a kind of weapon: "152mm shells", "launchers of 240 mm".
_CALIBRE_AFTER = re.compile(
    r"(?:[ -](?:and|or|to)[ ]\d+[ -]?(?:mm|millimet(?:re|er)s?))?[ -](?:[a-z-]+[ ]){0,2}?(?:shells?|rounds?"
    r"|guns?|howitzers?|artillery"
    r"|mortars?|cannons?|rockets?|launchers?|ammunition|munitions|rifles?|pistols?|projectiles?|calib(?:re|er)s?|kinds?|films?|lens(?:es)?"
    r"|bullets?|machine)\b",
    re.IGNORECASE,
)
_CALIBRE_LIST = re.compile(
    r"[ ](?:and|or)[ ]\d+[ -]?(?:mm|millimet(?:re|er)s?)\b(?:[ ]|-)(?:[a-z]+[ ])?(?:shells?|rounds?|guns?|calib(?:re|er)s?)\b"
)
_CALIBRE_BEFORE = re.compile(
    r"\b(?:shells|rounds|guns|howitzers|mortars|cannons|rockets|launchers|ammunition|rifles|calib(?:re|er)) of $", re.IGNORECASE
)


_STREETS = frozenset("street road avenue lane drive boulevard square close court crescent terrace".split())
#: Names that go on with a number ("the S&P 500", "Boeing 737").
_NAMED = re.compile(
    r"\b(?:S&P|FTSE|CAC|Nikkei|DAX|Stoxx|IBEX|ASX|CSI|Fortune|Russell|Forbes|Boeing|Airbus|Apollo|Soyuz|iPhone|Galaxy|Windows|Formula|Fox|Studio"
    r"|Article|Psalm|Mark|World War|Euro|Agenda)[ ]$"
)


#: "10 to the power of 400"
_POWER_AFTER = re.compile(r"[ ](?:to the power of|raised to)\b")
_POWER_BEFORE = re.compile(r"\bto the power of[ ]$")


def is_label(view: View, number: Number) -> bool:
    """Is this number part of a name, a date or a label, whatever it might count?"""
    text, start, end = view.text, number.start, number.end
    left, right = view.before(start), view.after(end)
    if number.kind is Kind.YEAR:
        return True
    if number.kind is Kind.DIGITS:
        if _is_score(view, number):
            return True
        last = left[-1:]
        if last.isalpha() and not SIGN.search(left):
            return True
        if (
            last in "-‐‑"
            and left[-2:-1].isalpha()
            and not re.search(r"\b(?:magnitude|\d|[Mm]inus|near|under|over)[-‐‑]$", left)
        ):
            return True
        if last == "^" or right[:1] == "^" or _POWER_AFTER.match(right) or _POWER_BEFORE.search(left):
            return True  # a power is no number that a text reports
        if (last and last in "/_@=&\\") or last == "#" or (right[:1] in ("/", "_", "@") and not re.match(r"/[a-z]", right)):
            return True
        if re.match(r"(?:st|nd|rd|th)\b", right) or re.match(r"['’]?s\b", right):
            return True
        if re.match(r"[A-Za-z]", right) and not number.letter and not any(p.match(right) for p in (SYMBOL, SIGN_AFTER, MANY)):
            return True
        if re.match(r"[-–]\d+[-–]\d", right) or (re.search(r"\d[-–]\d*[-–]?$", left) and re.search(r"\d+[-–]\d+[-–]$", left)):
            return True
        if re.search(r"\d[.]$", left) or re.match(r"\.\d", right):
            return True
        if _NAMED.search(left):
            return True
        if re.match(r"0\d", text[start:end]) or re.search(r"(?<!:)\b0\d+[ -]$", left):
            return True  # telephone numbers
    if re.search(r"\bper $", left) or _CALIBRE_LIST.match(right):
        return True
    if not left.strip("( ") and re.match(r"[.)]?$|[)]|:", right):
        return True  # "2.", "2) The dam", "Two: the dam" count the points of a list
    if left.endswith("-of-") or re.match(r"[- ]year (?:bonds?|notes?|yields?|treasur|gilts?|mortgage|paper|debt)", right):
        return True  # "mother-of-two"; ten-year bonds are a kind of bond
    if (_CLOCK_AFTER.match(right) and number.value <= 24) or _CLOCK_BEFORE.search(left) or _PAST.search(left):
        return True
    if _CLOCK_DOTTED.fullmatch(text, start, end) and left.lower().endswith("at ") and _CLOCK_DAY.match(right):
        return True
    whole = number.value == number.value.to_integral_value()
    if whole and number.value <= 31 and (_in_date(number, left, right) or _MONTH_AFTER.match(right)):
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


#: "In May 29 ships left", "On 19 May 12 patients": the month is complete, and what follows it counts.
_MONTH_DONE = re.compile(
    rf"(?:\b(?:in|during|by|since|until|till)[ ]|\b\d{{1,2}}(?:st|nd|rd|th)?[ ]){MONTH}[ ]$", re.IGNORECASE
)


def _in_date(number: Number, left: str, right: str) -> bool:
    """Is it the day after a month ("March 6")? Days are not written in words, and "in March" says no day."""
    if number.kind is Kind.WORDS or not _MONTH_BEFORE.search(left):
        return False
    return not (_MONTH_DONE.search(left) and re.match(r"[ ][a-z]", right))


def _is_score(view: View, number: Number) -> bool:
    """ "won 3-1", "a 2-0 lead", "6-4, 7-6": two small numbers with a dash that measure nothing and are no vote."""
    at = max(0, number.start - 4)
    for match in _PAIR.finditer(view.text, at, number.end + 5):
        if not match.start() <= number.start < match.end():
            continue
        if _SCORE_WORD.match(view.text, match.end()):
            return True
        first, second = int(match[1]), int(match[2])
        measures = _MEASURES.match(view.text, match.end())
        voted = _VOTED.search(view.before(match.start(), 60))
        return not measures and not voted and (first >= second or second < 20)
    return False


#: Two numbers of up to three digits with a dash.
_PAIR = re.compile(r"(?<![\d,.$€£-])(\d{1,3})[-–](\d{1,3})(?![\d,.]\d|[-–]\d|\d)")
_SCORE_WORD = re.compile(
    r"[ ](?:wins?|victor(?:y|ies)|defeats?|loss(?:es)?|leads?|draws?|thrashing|triumph|aggregate|scoreline|home win|away|record"
    r"|half-time|halftime)\b"
)
#: A unit or a noun follows, so that the pair is a range of something.
_MEASURES = re.compile(r"[ -]?(?:[%°]|(?!(?:and|or|on|in|at|to|by|for|over|with|as|against|after)\b)[a-z])")
_VOTED = re.compile(r"\b(?:vot|pass|approv|reject|senate|house|court|rul)\w*", re.IGNORECASE)


def _is_year(view: View, number: Number, left: str, right: str) -> bool:
    if SIGN.search(left) or re.match(r"[ ]?(?:%|percent|per cent|km|kg|people\b|tonnes|dollars|euros)", right):
        return False
    if bound_before(left) and not re.search(r"\b(?:around|about|near|before|past|over)[ ]$", left):
        return False
    if re.match(r"[-–/]\d\d", right) or not re.match(r"[ -][A-Za-z]", right):
        return True
    if number.value < 1800 and not re.search(r"\b(?:in|since|of|from|year)[ ]$", left, re.IGNORECASE):
        return False
    if _YEAR_BEFORE.search(left):
        return True
    index = view.token_from(number.end)
    return not (index < len(view.doc) and view.doc[index].tag_ in ("NNS", "JJ", "NN"))


def is_no_figure(view: View, f: Found) -> bool:
    """Once its unit is known: is it a label after all, a relative date, a clock time, a figure of speech?"""
    left, right = view.before(f.start), view.after(f.end)
    number, value = f.number, f.value
    whole = value == value.to_integral_value()
    if f.unit in TIME_UNITS:
        if _AGO.match(right):
            return True
        if _RELATIVE_BEFORE.search(left):
            return True
        if re.search(r"\bthe $", left) and _THE_PERIOD.match(right):
            return True
    if value == 1 and number.kind is Kind.WORDS and number.scale == 1:
        if re.search(r"\b(?:votes?|to|six|five|seven|four|three) to $", left):
            return False  # "by four votes to one"
        if f.unit in TIME_UNITS and bound_before(left):
            return False
        return not (f.unit in UNITS and f.unit not in TIME_UNITS) and not (f.noun is not None and _ONE_AS_COUNT.search(left))
    if value == 0:
        return f.unit not in UNITS
    if (
        value == 2
        and f.noun is not None
        and re.search(r"\b(?:the|these|those|both|our|their) $", left, re.IGNORECASE)
        and f.unit in _THE_TWO
    ):
        return True
    if f.noun is not None and f.unit in _STREETS and view.doc[f.noun].text[:1].isupper():
        return True
    label = _LABEL.search(view.before(f.start, _LONGEST_LABEL))
    if label and whole and f.unit not in UNITS and not _no_label(view, f, label.group()):
        word = label.group().strip()
        if word.lower() in _LABEL_ALWAYS or f.noun is None or word[0].isupper():
            return True
    if f.unit == "millimetre" and value >= 4 and (_CALIBRE_AFTER.match(right) or _CALIBRE_BEFORE.search(left)):
        return True
    if f.unit == "time" and re.match(
        r"[ ](?:as|more|less|fewer|higher|lower|bigger|larger|smaller|the|its|over|faster|greater|that)\b", right
    ):
        return True  # "ten times as much" compares
    if value == 2 and f.noun is None and not f.unit and re.search(r"\b(?:the|these|those) $", left, re.IGNORECASE):
        return True
    if not f.unit and _is_age(view, f, left):
        return True
    if number.kind is Kind.FRACTION and not number.per:
        return _is_ordinal(view, f, left, right)
    if not f.unit and whole and not f.partitive and _follows_its_noun(view, f):
        return True
    if not f.unit and number.kind is Kind.DIGITS and whole and not f.partitive:
        # "Unit 3", "Flight 418", "the Boeing 737": a capitalised word right before, and nothing to count after.
        index = view.token_from(number.start) - 1
        if index >= 0 and view.doc[index].tag_ in ("NNP", "NNPS") and view.doc[index].text[:1].isupper() and left.endswith(" "):
            return not _in_table(left, right)
        if re.search(r",[ ]$", left) and re.match(r"[,;.)]|[ ]?$", right) and 10 <= value <= 110:
            before = view.token_from(number.start) - 2
            if before >= 0 and _has_an_age(view.doc[before]):
                return True
        if re.search(r"\($", left) and re.match(r"\)", right) and 10 <= value <= 110:
            return True
    return False


def _follows_its_noun(view: View, f: Found) -> bool:
    """ "hung on span 1140", "in cavern seven", "Valve 17 had been": one thing without an article, told by its number."""
    index, after = view.token_from(f.start) - 1, view.token_from(f.end)
    if index < 0 or after >= len(view.doc) or view.text[view.doc[index].idx + len(view.doc[index].text) : f.start] != " ":
        return False
    noun, verb = view.doc[index], view.doc[after].tag_ in (*FINITE, "VBN")
    if index == 0:
        return noun.tag_ in ("NN", "VB") and verb and noun.lower_ not in _HAS_A_NUMBER
    bare = noun.tag_ == "NN" and view.doc[index - 1].tag_ == "IN" and noun.lower_ not in _HAS_A_NUMBER | NOT_COUNTED
    return bare and not verb  # but "by train 400 came"


def _has_an_age(noun: Token) -> bool:
    """ "The striker, 27, will": a name or one thing between the commas' two sides; not "the toll, 27, is"."""
    if noun.tag_ in ("NNP", "NNPS") or is_human(noun.lower_):
        return True
    return noun.tag_ == "NN" and noun.dep_ in ("nsubj", "nsubjpass") and noun.lower_ not in _HAS_A_NUMBER


#: What a number set off by commas tells the size of.
_HAS_A_NUMBER = frozenset(
    "number toll count total figure tally average record score result sum share rate level price dead majority minimum maximum"
    " workforce staff crew fleet capacity temperature reading value index age length height weight".split()
)


def _no_label(view: View, f: Found, label: str) -> bool:
    """ "Invalid ballots number 62,100": a verb. "By our count 870 were lost": a noun with its article, and then a clause."""
    index = view.token_from(f.start - len(label))
    if not label.strip().islower() or index >= len(view.doc):
        return False
    word, own = view.doc[index], index - 1
    while own > 0 and view.doc[own].tag_[:2] == "JJ":
        own -= 1  # "by the latest count"
    before = view.doc[own] if own >= 0 else None
    if word.tag_[:2] == "VB" or (before is not None and before.tag_ == "NNS") or numbering(view, f) is not None:
        return True
    after = view.token_from(f.end)
    verb = view.doc[after].tag_ if after < len(view.doc) else ""
    return (
        before is not None
        and before.tag_ in ("DT", "PRP$", "POS")
        and (verb in FINITE or "," in view.text[f.start : f.number_end])
    )


def _is_age(view: View, f: Found, left: str) -> bool:
    """ "two thirds are under 18", "voters over 65": an age without the word."""
    match = re.search(r"\b(under|over|below|above)[ ]$", left)
    if match is None or not 5 <= f.value <= 100:
        return False
    index = view.token_from(f.start - len(match.group())) - 1
    if index < 0:
        return False
    before = view.doc[index]
    if before.tag_ == "NNS":
        return is_human(singular(before)) or singular(before) in ("voter", "player", "driver", "worker")
    return match[1] in ("under", "below") and before.lower_ in ("are", "were") and f.value <= 30


def _in_table(left: str, right: str) -> bool:
    """ "Ansk 216, Hallin 150 and Lund 70": names with their numbers, at least two in a row."""
    return bool(
        re.match(r"(?:,|;| and|, and)[ ](?:and )?(?:[A-Z][\w'’-]+[ ]){1,3}\d", right)
        or re.search(r"(?:[A-Z][\w'’-]+)[ ]\d[\d,.]*(?:,|;| and|, and)[ ](?:and )?(?:[A-Z][\w'’-]+[ ]){1,3}$", left)
    )


_CLOCK_DAY = re.compile(rf"[ ](?:on {DAY}|tonight|tomorrow|this (?:morning|evening|afternoon)|local time)\b")


def is_clock(view: View, f: Found) -> bool:
    """ "comes at eleven", "by four": a preposition, a small number and nothing counted; not "stands at eleven"."""
    if f.partitive or f.value > 12:
        return False
    left = view.before(f.start)
    if f.number.kind is not Kind.WORDS:
        return bool(re.search(r"\b(?:at|by|until) $", left) and _CLOCK_DAY.match(view.after(f.end)))
    if not re.search(r"\b(?:at|by|until|till|between|before|after) $", left, re.IGNORECASE):
        return False
    return not re.search(
        r"\b(?:stand|stood|put|remain|set|peak|estimat|number|toll|total|price|rate|level|stable|steady|unchanged|held"
        r"|hold|still|count|rose|risen|fell|fallen|up|down"
        r"|increas|decreas|reduc|cut|rise|fall|win|won|lost|led|lead|outnumber)\w*\b.{0,30}(?:at|by) $",
        left,
        re.IGNORECASE,
    )


def _is_ordinal(view: View, f: Found, left: str, right: str) -> bool:
    """ "a third line", "the second half", "a quarter ago": no part of a whole."""
    word = f.number
    text = view.text[word.start : word.end].lower()
    if re.match(r"an? ", text) and (match := bound_before(left)) and not match["at_most"]:
        return False
    if text.startswith("a quarter") and re.match(r"[ ](?:earlier|ago|before|later)\b", right):
        return True
    if text.startswith("half") and re.match(r"[ ]as\b", right):
        return True
    if re.match(r"a (?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)$", text) and re.match(
        r"[ ](?:is|was|has|will)\b", right
    ):
        return True
    if re.match(
        r"[ ](?:of|to|from|by|as|in|on|at|for|more|less|fewer|over|since|is|are|was|were|had|have|has|and|or|but|than"
        r"|that|who|which)\b",
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
