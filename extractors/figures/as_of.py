"""Which time does a figure describe?

Text -> dates and periods as worded ("in the first quarter", "since March", "last August", "as of Sunday") -> the one
that holds for a quantity -> first and last day, counted from the day of publication. Pure.
Not here: times of day, and what a period means for the figure's role (roles.py).
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from extractors.figures.frame import Frame, is_verb
from extractors.text import Token

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_COUNTS = {word: n for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}
_COUNTS |= {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 4, "decade": 10}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "final": 4}

#: A month by name.
MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?"
    r"|Nov(?:ember|\.)?|Dec(?:ember|\.)?)(?![\w])"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[89]|20)\d\d(?![\d,.]*\d)(?!s?[ ]?(?:%|percent))"
_UNIT = r"(?:day|night|week|fortnight|month|quarter|season|year|decade|century|weekend|morning|evening)"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|few|several|a few|a couple of)"
_PREP = (
    r"(?:as of|as at|up to|up until|in|on|since|by|until|till|during|throughout|over|for|from|at|before|after|between|of"
    r"|within|to)"
)
_PERIOD = re.compile(
    rf"(?<!\w)(?:(?<!-)(?P<prep>(?i:{_PREP}))[ ](?:about |around )?)?"
    r"(?P<body>"
    rf"(?:[Tt]he )?(?P<edge>(?i:early|late|mid|beginning of|start of|middle of|end of|close of|turn of))?[ -]?(?:the )?"
    r"(?:"
    rf"(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?:[ ]of)?[ ](?P<month1>{MONTH})(?:,?[ ](?P<year1>{_YEAR}))?"
    rf"|(?P<month2>{MONTH})[ ](?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d%])(?:,?[ ](?P<year2>{_YEAR}))?"
    rf"|(?P<month3>{MONTH})(?:,?[ ](?:of )?(?P<year3>{_YEAR}))"
    rf"|(?P<part>first|second|third|fourth|final|1st|2nd|3rd|4th)[ -](?P<span>quarter|half)"
    rf"(?:[ ]of[ ](?:(?P<year4>{_YEAR})|(?P<rel4>this|last|the) (?:year|month)|(?P<month4>{MONTH})))?"
    rf"|(?P<quarter>[QH][1-4])(?:[ ](?P<year5>{_YEAR}))?"
    rf"|(?P<season>spring|summer|autumn|winter)(?:[ ](?:of )?(?P<year6>{_YEAR}))"
    rf"|(?P<which>(?i:last|this|next|previous|past|present|current|coming|following|same|preceding|that))[ ]"
    rf"(?:(?P<howmany>{_NUMBER})[ ])?(?:financial |fiscal |calendar |school |academic )?(?P<what>{_UNIT}s?|spring|summer"
    rf"|autumn|fall|winter|{MONTH}|{_DAY})"
    rf"|(?P<count>(?i:{_NUMBER}))[ ](?P<what2>{_UNIT}s?)[ ](?P<ago>ago|earlier|before|previously)"
    rf"|(?P<unit3>year|month|week|day|night)[ ](?:before|earlier)"
    rf"|(?P<weekday>{_DAY})(?:[ ](?P<daypart>night|morning|evening|afternoon))?"
    r"|(?P<adverb>(?i:yesterday|today|tonight|overnight|tomorrow))"
    rf"|(?P<decade>(?:1[89]|20)\d0s)"
    rf"|(?P<year7>{_YEAR})"
    rf"|(?P<month8>{MONTH})"
    rf"|(?P<unit9>year|month|week|season|quarter)"
    r"))(?!\w)",
)
#: One of these words, or a year, stands in every date and period: without any there is nothing to look for. For a text in lower
#: case, which is looked through in a third of the time.
_HINT = re.compile(
    rf"\b(?:(?:{MONTH.lower()}|{_DAY.lower()}|[qh][1-4]\b|spring\b|summer\b|autumn\b|winter\b|fall\b|half\b"
    rf"|yesterday\b|today\b|tonight\b|overnight\b|tomorrow\b)|{_UNIT}s?\b|(?:1[89]|20)\d\d)"
)
#: A month without a day or a year is one only after one of these; "may" and "march" are words too.
_BARE = re.compile(
    r"\b(?:in|since|by|until|till|from|of|during|last|this|next|before|after|to|early|late|mid|for|between|through|and)[ -]$",
    re.I,
)


#: "six weeks before harvest" is no time by itself, "six weeks before" and "six weeks before in Lund" are.
_BEFORE_WHAT = re.compile(r"[ ](?!(?:and|but|or|in|to|at|on|with|from|for|of|by|that|when|as|was|were|had)\b)[a-z]")
_BEFORE_YEARS = frozenset("in since by until till during from of before after for to throughout".split())
#: Words between a quantity and a period that give the period to something else.
_COMPARISON = re.compile(
    r"\b(?:than|from|against|compared|versus|above|below|since|before|after|not)\b(?!$)"
    r"|\b(?:than|from|against|above|below|since)[ ]?$",
    re.IGNORECASE,
)
#: "against 210 million a year before": the time of the number that stands behind.
_COMPARED_WITH = re.compile(r"\b(?:than|from|against|compared (?:with|to)|versus)[ ](?:[a-z]+[ ]){0,3}[€£$]?\d[^,;:]{0,40}$")


#: Days before the report that still are its own time where the year is another: in January the autumn is no old story.
_OWN_TIME = 100
#: Characters between a quantity and a period that may still belong together without the grammar saying so.
_NEAR = 60
#: A mark, a number or a word that opens another clause.
_ENDS_A_PHRASE = re.compile(
    r"[,;:()\d–—]|\b(?:and|or|but|that|which|who|whose|when|while|where|because|than|from|against|said|says|after|before)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A date or a period as worded, with offsets in its sentence."""

    start: int
    end: int
    text: str
    prep: str  #: lower-case, empty without
    kind: str  #: "year", "month", "day", "part", "season", "relative", "ago", "weekday", "decade", "unit"
    which: str  #: "last", "this", "next", "previous", ... of a relative one
    what: str  #: the unit or the name that a relative one refers to
    year: int | None

    def backward(self, published: date | None) -> bool:
        """Does it lie in an older period than the report's own? Days and weeks before the report are its own time."""
        if self.prep == "since":
            return False
        if self.kind == "relative":
            long = self.what in {"year", "decade", "century", "season", "spring", "summer", "autumn", "fall", "winter"}
            if self.which == "last" and self.what == "year" and self.prep == "" and published is not None:
                return published.timetuple().tm_yday > _OWN_TIME
            if self.which == "last":
                return (long or self.what[:3] in _MONTHS) and self.prep not in {"over", "for", "since", "from"}
            return self.which in {"previous", "preceding"}
        if self.prep in {"until", "till", "up until"} and (
            self.which == "last" or (self.year and published and self.year < published.year)
        ):
            return True
        if self.kind == "ago":
            return self.prep != "from"  # "fell 2 percent from a month earlier" is a change until now
        if self.kind == "decade":
            return True
        if published is None or self.prep in {"by", "from", "until"}:
            return self.kind == "year" and published is None and self.prep in {"in", "of", "during"}
        if self.year is None:
            return False
        span = resolve(self.text, published)
        if self.year == published.year or span is None:
            return False
        return (published - span[1]).days > _OWN_TIME

    def forward(self, published: date | None) -> bool:
        """Does it lie after the report?"""
        if self.which in {"next", "coming", "following"}:
            return True
        if self.prep in {"until", "till"} or (self.kind == "year" and not self.prep):
            return False  # "will pay 36 until 2028", "the 2031 bond"
        if published is None or self.kind in {"relative", "ago", "weekday", "unit"}:
            return False
        return self.year is not None and self.year > published.year


def periods(text: str) -> list[Period]:
    """All dates and periods in a sentence's text, in order."""
    found: list[Period] = []
    if not _HINT.search(text.lower()):
        return found
    for match in _PERIOD.finditer(text):
        group = match.groupdict()
        kind = _kind(group)
        if kind == "unit" and not (group["edge"] and group["prep"]):
            continue
        if (
            kind == "month"
            and group["month8"]
            and not _BARE.search(text[max(0, match.start("body") - 12) : match.start("month8")])
        ):
            continue
        if kind == "year" and group["year7"] and not _year_like(text, match.start("year7"), match.end("year7"), group):
            continue
        if group["ago"] == "before" and _BEFORE_WHAT.match(text, match.end()):
            continue
        year = next((int(group[f"year{n}"]) for n in range(1, 8) if group[f"year{n}"]), None)
        what = (
            group["what"]
            or group["what2"]
            or group["unit3"]
            or group["span"]
            or group["weekday"]
            or group["adverb"]
            or group["unit9"]
            or ""
        )
        what = what.lower()
        if what.endswith("s") and what[:-1] in {
            "day",
            "night",
            "week",
            "fortnight",
            "month",
            "quarter",
            "season",
            "year",
            "decade",
        }:
            what = what[:-1]
        which = (group["which"] or ("last" if group["rel4"] == "last" else "") or "").lower()
        prep = (group["prep"] or "").lower()
        if not prep and found and found[-1].end >= match.start() - 1:
            prep = found[-1].prep  # "since August last year" is one time
        found.append(Period(match.start(), match.end(), match.group(), prep, kind, which, what, year))
    return found


def applying(frame: Frame, found: Sequence[Period]) -> list[Period]:
    """Those of the sentence's periods that hold for the quantity: they hang on it, on its clause, or its clause on them."""
    if not found:
        return []
    verb = frame.verb
    placed = []
    for period in found:
        tokens = frame.doc.between(period.start, period.end)
        if tokens and not any(frame.holds(t) for t in tokens) and not _of_another(frame, period):
            placed.append((period, tokens))
    path = {t.i for t in frame.path}
    holds = [period for period, tokens in placed if any(t.i in path for t in tokens) or _hangs(tokens, path, frame)]
    if holds or verb is None:
        return holds
    around = {t.i for t in _verbs_that_lend(verb)}
    if verb.dep_ in {"relcl", "acl"}:
        around.add(verb.head.i)
    return [
        period
        for period, tokens in placed
        if any(t.i in around for t in tokens) or _hangs(tokens, around, frame) or _beside(frame, period)
    ]


def _beside(frame: Frame, period: Period) -> bool:
    """Does nothing but words stand between the quantity and the period? Then the parse may well have erred."""
    text, doc = frame.sentence.text, frame.doc
    begin, end = doc[frame.first].idx, doc[frame.last - 1].idx + len(doc[frame.last - 1])
    between = text[end : period.start] if period.start >= end else text[period.end : begin]
    return len(between) < _NEAR and _ENDS_A_PHRASE.search(between) is None


def _verbs_that_lend(verb: Token) -> list[Token]:
    """Verbs whose time a clause without a time of its own shares: "when ..." below it, the first one joined by "and"."""
    found = [c for c in verb.children if c.dep_ == "advcl" and any(m.lower_ in {"when", "while", "as"} for m in c.children)]
    found += [c for c in verb.children if c.dep_ == "xcomp"]
    if verb.dep_ == "conj" and is_verb(verb.head) and verb.tag_ == verb.head.tag_:
        found.append(verb.head)
        if verb.head.dep_ in {"relcl", "acl"}:
            found.append(verb.head.head)
    follows = verb.tag_ == "VBG" or any(m.lower_ in {"when", "while"} for m in verb.children)
    if verb.dep_ == "advcl" and is_verb(verb.head) and follows:
        found.append(verb.head)
    return found


def _of_another(frame: Frame, period: Period) -> bool:
    """Is it the time of what the quantity is compared with ("9 fewer than a year earlier", "131, from 74 in May")?"""
    end = frame.doc[frame.last - 1].idx + len(frame.doc[frame.last - 1])
    if period.end <= frame.doc[frame.first].idx and _COMPARED_WITH.search(frame.sentence.text, 0, period.start):
        return True
    return period.start >= end and _COMPARISON.search(frame.sentence.text, end, period.start + 1) is not None


def as_of(frame: Frame, found: Sequence[Period] | None = None) -> str | None:
    """The date or period that the figure describes, as worded; None where it is the report's own time."""
    if found is None:
        found = periods(frame.sentence.text)
    held = [p for p in applying(frame, found) if p.kind != "weekday" or p.prep in {"as of", "by", "on", "since", ""}]
    if not held:
        return None
    middle = frame.root.idx
    best = min(held, key=lambda p: (p.kind in {"weekday"}, min(abs(p.start - middle), abs(p.end - middle))))
    return best.text.strip(" ,")


def resolve(worded: str, published_at: datetime | date | None) -> tuple[date, date] | None:
    """First and last day of a date or period as worded, seen from the day of publication; None where it cannot be told.

    A weekday is the last one not after publication, a bare month the last one that had begun by then, "since" runs to the
    day of publication.
    """
    match = next((m for m in _PERIOD.finditer(worded)), None)
    if match is None:
        return None
    group = match.groupdict()
    today = published_at.date() if isinstance(published_at, datetime) else published_at
    try:
        span = _span(group, today)
    except (ValueError, OverflowError):
        return None
    if span is None:
        return None
    span = _edge(span, (group["edge"] or "").lower())
    if (group["prep"] or "").lower() == "since" and today is not None:
        return (span[0], max(span[0], today))
    return span


def _kind(group: dict[str, str | None]) -> str:
    if group["day1"] or group["day2"]:
        return "day"
    if group["month3"] or group["month8"]:
        return "month"
    if group["part"] or group["quarter"]:
        return "part"
    for key, kind in (("season", "season"), ("which", "relative"), ("count", "ago"), ("unit3", "ago"), ("weekday", "weekday")):
        if group[key]:
            return kind
    if group["adverb"]:
        return "weekday"
    if group["decade"]:
        return "decade"
    return "year" if group["year7"] else "unit"


def _year_like(text: str, start: int, end: int, group: dict[str, str | None]) -> bool:
    """Is this bare number of four digits a year? It follows a preposition of time or stands between commas or brackets."""
    prep = (group["prep"] or "").lower()
    if prep in _BEFORE_YEARS or group["edge"]:
        return not re.match(r"[ ][a-z]+s\b", text[end:]) or prep in {"in", "since"}
    return bool(re.search(r"(?:[(,]|\b(?:and|the|or|its|their|this|an?))[ ]?$", text[:start][-6:], re.IGNORECASE)) and bool(
        re.match(r"[),;.]|$|[ ](?:[a-z]+)\b", text[end:])
    )


def _hangs(tokens: Sequence[Token], path: set[int], frame: Frame) -> bool:
    """Does the period hang on one of the tokens of a path before it hangs on another number's noun or verb?"""
    inside = {t.i for t in tokens}
    token = next((t for t in tokens if t.head.i not in inside or t.head == t), tokens[0])
    for _ in range(20):
        if token.i in path or frame.holds(token):
            return True
        if (token.i not in inside and _counts(token, inside, frame)) or is_verb(token) or token.head == token:
            return False
        token = token.head
    return False


def _counts(token: Token, inside: set[int], frame: Frame) -> bool:
    """Is it the noun of another number?"""
    if token.pos_ == "NUM" and not frame.holds(token):
        return True
    return any(c.pos_ == "NUM" and c.i not in inside and not frame.holds(c) for c in token.children)


def _span(group: dict[str, str | None], today: date | None) -> tuple[date, date] | None:
    year = next((int(str(group[f"year{n}"])) for n in range(1, 8) if group[f"year{n}"]), None)
    month_name = next((str(group[f"month{n}"]) for n in (1, 2, 3, 4, 8) if group[f"month{n}"]), None)
    if month_name is not None:
        month = _MONTHS.index(month_name[:3].lower()) + 1
        day = group["day1"] or group["day2"]
        if year is None:
            if today is None:
                return None
            begin = date(today.year, month, min(int(day), monthrange(today.year, month)[1]) if day else 1)
            year = today.year if begin <= today else today.year - 1
            if (group["prep"] or "").lower() in {"by", "until", "from"} and begin > today:
                year = today.year
        if day:
            return (date(year, month, int(day)),) * 2
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if group["decade"]:
        start = int(str(group["decade"])[:4])
        return date(start, 1, 1), date(start + 9, 12, 31)
    if group["season"] and year is not None:
        return _season(str(group["season"]), year)
    if group["quarter"] or (group["part"] and group["span"] in {"quarter", "half"}):
        return _part(group, year, today)
    if group["year7"] and year is not None:
        return date(year, 1, 1), date(year, 12, 31)
    return None if today is None else _relative(group, today)


def _part(group: dict[str, str | None], year: int | None, today: date | None) -> tuple[date, date] | None:
    if group["quarter"]:
        number, months = int(str(group["quarter"])[1]), 3 if str(group["quarter"])[0] == "Q" else 6
    else:
        number, months = _ORDINALS[str(group["part"])], 3 if group["span"] == "quarter" else 6
        if group["part"] == "final" and months == 6:
            number = 2
    if number * months > 12:
        return None
    if year is None:
        if today is None:
            return None
        year = (
            today.year - 1 if group["rel4"] == "last" or date(today.year, (number - 1) * months + 1, 1) > today else today.year
        )
    end = number * months
    return date(year, end - months + 1, 1), date(year, end, monthrange(year, end)[1])


def _season(name: str, year: int) -> tuple[date, date]:
    month = _SEASONS[name.lower()]
    end_year, end_month = (year + 1, 2) if month == 12 else (year, month + 2)
    return date(year, month, 1), date(end_year, end_month, monthrange(end_year, end_month)[1])


def _relative(group: dict[str, str | None], today: date) -> tuple[date, date] | None:
    if group["adverb"]:
        shift = {"yesterday": -1, "overnight": 0, "tomorrow": 1}.get(str(group["adverb"]), 0)
        return (today + timedelta(days=shift),) * 2
    if group["weekday"]:
        return (_last_weekday(str(group["weekday"]), today),) * 2
    if group["count"] or group["unit3"]:
        count = _number(group["count"] or "a")
        unit = (group["what2"] or group["unit3"] or "").lower().removesuffix("s")
        return _unit(unit, _back(today, unit, count))
    what, which = (group["what"] or "").lower(), (group["which"] or "").lower()
    if not what:
        unit9 = group["unit9"]
        return _unit(unit9, today) if unit9 else None
    if what in _DAYS:
        return (_last_weekday(what, today),) * 2
    if what[:3] in _MONTHS and what not in {"month", "months"}:
        month = _MONTHS.index(what[:3]) + 1
        year = (
            today.year - (month >= today.month) if which == "last" else today.year + (month < today.month and which == "next")
        )
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if what in _SEASONS:
        span = _season(what, today.year)
        return _season(what, today.year - 1) if which in {"last", "previous"} and span[1] >= today else span
    unit = what.removesuffix("s")
    if group["howmany"] or (which == "past" and what):
        count = _number(group["howmany"] or "one")
        return (_back(today, unit, count), today) if which in {"last", "past", "previous", "preceding"} else None
    if which in {"last", "previous", "preceding"}:
        return _unit(unit, _back(today, unit, 1))
    return _unit(unit, today) if which in {"this", "present", "current"} else None


def _number(word: str) -> int:
    last = word.lower().removeprefix("a ").removesuffix(" of")
    return int(last) if last.isdecimal() else _COUNTS.get(last, 1)


def _last_weekday(name: str, today: date) -> date:
    return today - timedelta(days=(today.weekday() - _DAYS.index(name.lower())) % 7)


def _back(today: date, unit: str, count: int) -> date:
    if unit in {"month", "quarter"}:
        months = today.year * 12 + today.month - 1 - count * (3 if unit == "quarter" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    if unit in {"year", "decade", "century", "season"}:
        year = today.year - count * {"decade": 10, "century": 100}.get(unit, 1)
        return date(year, today.month, min(today.day, monthrange(year, today.month)[1]))
    return today - timedelta(days=count * {"week": 7, "fortnight": 14, "weekend": 7}.get(unit, 1))


def _unit(unit: str, day: date) -> tuple[date, date] | None:
    """The calendar unit that a day lies in."""
    if unit in {"year", "season"}:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if unit == "month":
        return date(day.year, day.month, 1), date(day.year, day.month, monthrange(day.year, day.month)[1])
    if unit == "quarter":
        month = (day.month - 1) // 3 * 3 + 1
        return date(day.year, month, 1), date(day.year, month + 2, monthrange(day.year, month + 2)[1])
    if unit in {"week", "weekend"}:
        begin = day - timedelta(days=day.weekday())
        return begin, begin + timedelta(days=6)
    if unit == "decade":
        return date(day.year // 10 * 10, 1, 1), date(day.year // 10 * 10 + 9, 12, 31)
    if unit == "century":
        return date(day.year // 100 * 100, 1, 1), date(day.year // 100 * 100 + 99, 12, 31)
    return day, day


def _edge(span: tuple[date, date], edge: str) -> tuple[date, date]:
    """The beginning, middle or end of a period: a third of it, or its last day."""
    if edge in {"end of", "close of"}:
        return span[1], span[1]
    if not edge:
        return span
    third = (span[1] - span[0]) / 3
    if edge in {"early", "beginning of", "start of", "turn of"}:
        return span[0], span[0] + third
    if edge == "late":
        return span[1] - third, span[1]
    return span[0] + third, span[1] - third
