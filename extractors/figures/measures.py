"""The unit that stands at a number: currency before it, unit or counted noun after it.

"$3.1bn", "EUR 400", "45km", "minus 9 degrees Celsius", "magnitude 6.7", "300m people" and "300m deep".
Not here: numbers whose unit stands elsewhere (elided.py), rates (rates.py).
"""

import re

from extractors.figures.nouns import counted
from extractors.figures.numbers import Kind, Number
from extractors.figures.reading import Found, Memory, View
from extractors.figures.units import LONGEST_FORM, MONEY, SIGNS, SYMBOLS, UNITS, WORDS, dimension, is_money

SIGN = re.compile(
    r"(?<![A-Za-z])(?P<sign>"
    + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
    + r")[ \u00a0]?(?P<minus>[-−])?$"
)


SYMBOL = re.compile(
    r"[ \u00a0\u202f]?-?(?P<symbol>"
    + "|".join(re.escape(s) for s in sorted(SYMBOLS, key=len, reverse=True))
    + r")(?![\w²³$€£]|/\d)"
)


SIGN_AFTER = re.compile(
    r"[ \u00a0\u202f]?(?P<sign>" + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + r")(?![\w])"
)


#: Symbols that are also everyday letters: they count right after the digits, or in capitals after a degree.
_TIGHT = frozenset("s p K W V J c in. ms".split())


_WORDS_AFTER = re.compile(
    r"(?:[ \u00a0\u202f]|[-‐‑])(?P<words>[^\W\d_][\w.'’éóí]*(?:[ -](?!and\b|or\b|to\b|in\b)[^\W\d_][\w.'’]*){0,3})"
)


#: Symbols of the gas trade that hold a magnitude too.
_MANY = {
    "mcm": (10**6, "cubic metre"),
    "bcm": (10**9, "cubic metre"),
    "bcf": (10**9, "cubic foot"),
    "tcf": (10**12, "cubic foot"),
}
MANY = re.compile(rf"[ \u00a0\u202f]?(?P<symbol>{'|'.join(_MANY)})\b")


#: Thousands set off by a full stop, as in much of Europe; of a measure it is a decimal, of things that are counted it is not.
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def measure(view: View, number: Number, memory: Memory) -> Found:
    """The number with the currency before it or the unit or counted noun after it."""
    left, right = view.before(number.start), view.after(number.end, 80)
    f = Found(number, number.start, number.end, number.value, number_end=number.end)
    if number.letter:
        right = view.after(number.end + len(number.letter), 80)
    sign = SIGN.search(left)
    if sign:
        f.start = number.start - len(left) + sign.start()
        f.unit = SIGNS[sign["sign"]]
        f.unit_start, f.unit_end = f.start, number.start
        if number.letter:
            f.value *= {"k": 1000, "m": 10**6, "b": 10**9, "t": 10**12}.get(number.letter.lower()[:1], 1)
            f.end = f.number_end = number.end + len(number.letter)
        if (named := named_unit(view, f.end)) and is_money(named[0]):
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
        return _lettered(view, f, memory)
    if number.kind is Kind.DIGITS or number.kind is Kind.MIXED:
        if many := MANY.match(right):
            scale, f.unit = _MANY[many["symbol"]]
            f.value *= scale
            f.unit_start, f.unit_end = number.end + many.start("symbol"), number.end + many.end()
            f.end = f.unit_end
            return f
        if symbol := SYMBOL.match(right):
            tight = symbol.group() == symbol["symbol"]
            hyphen = symbol.group().lstrip().startswith("-")
            if (tight or symbol["symbol"] not in _TIGHT or (hyphen and symbol["symbol"] != "C")) and not (
                symbol["symbol"] in ("in.", "min") and not tight
            ):
                f.unit = SYMBOLS[symbol["symbol"]]
                f.unit_start, f.unit_end = number.end + symbol.start("symbol"), number.end + symbol.end()
                f.end = f.unit_end
                return f
        if money := SIGN_AFTER.match(right):
            f.unit = SIGNS[money["sign"]]
            f.unit_start, f.unit_end = number.end + money.start("sign"), number.end + money.end()
            f.end = f.unit_end
            return f
    if number.kind is Kind.VAGUE and (match := re.match(r"[ ](?:more[ ])?of[ ](?:the[ ]|its[ ]|their[ ]|his[ ])?", right)):
        f.end = number.end
        f.partitive = match.group().endswith(("the ", "its ", "their ", "his "))
        if (named := named_unit(view, number.end + match.end() - 1)) is not None:
            f.unit, f.end, f.unit_start = named
            f.unit_end = f.end
            return f
        return counted(view, f, number.end + match.end() - 1)
    if named := named_unit(view, number.end):
        f.unit, f.end, f.unit_start = named
        f.unit_end = f.end
        index = view.token_from(f.unit_start)
        f.noun = index if index < len(view.doc) else None
        if (f.unit == "pound sterling" or (f.unit not in UNITS and f.unit.endswith(" pound"))) and _is_mass(view, f):
            f.unit = "pound"
        f.unit = _told_money(view, f, memory)
        return f
    f = counted(view, f, number.end)
    if f.noun is not None and f.unit not in UNITS and _DOTTED.fullmatch(view.text, number.start, number.end):
        f.value *= 1000  # nobody counts 1.200 tents to a thousandth
    return f


def _lettered(view: View, f: Found, memory: Memory) -> Found:
    """Digits with a letter that is a magnitude or a unit: "300m people", "300m deep", "10k runners", "30C"."""
    number = f.number
    letter = number.letter
    end = number.end + len(letter)
    scale = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}[letter[0].lower()]
    named = named_unit(view, end)
    metres = letter in ("m", "mm") and not (
        named and (is_money(named[0]) or dimension(named[0]) in ("mass", "volume", "energy", "area"))
    )
    if metres and letter == "m" and _is_million(view, f, memory):
        metres = False
    noun = None
    if not named:
        noun = counted(view, Found(number, f.start, end, f.value, number_end=end), end)
    if (
        letter in ("m", "mm")
        and metres
        and not (letter == "m" and noun and noun.noun is not None and view.doc[noun.noun].tag_ == "NNS")
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
    if noun:
        noun.value, noun.number_end = f.value, end
        return noun
    return f


#: Words beside a number that is a length.
_PHYSICAL_AFTER = re.compile(
    r"-|[ ](?:long|deep|high|tall|wide|thick|above|below|away|from|apart|off|down|in (?:diameter|length|height|depth|width))\b",
    re.IGNORECASE,
)
_PHYSICAL_BEFORE = re.compile(
    r"\b(?:rivers?|waters?|sea level|tides?|waves?|floods?|depth|height|length|width|altitude|tower|wall|distance|lake|snow"
    r"|reservoir)\b[^.;]{0,40}$",
    re.IGNORECASE,
)


def _is_million(view: View, f: Found, memory: Memory) -> bool:
    """Is a bare "10.1m" millions? Yes, where the sentence or the text so far counts something in about as many millions."""
    if _PHYSICAL_AFTER.match(view.text, f.number.end + 1) or _PHYSICAL_BEFORE.search(view.before(f.start)):
        return False
    if re.search(r"\bmillion\b", view.text):
        return True
    value = f.value * 10**6
    return any(t.unit not in UNITS and value / 5 < t.value < value * 5 for t in memory.told)


def named_unit(view: View, offset: int) -> tuple[str, int, int] | None:
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
    # "Halvian crowns", "Dohari pounds": an adjective of a country that the table does not know, and a currency's word. Where
    # the word alone means the money of one country, this is another's.
    if len(pieces) > 1 and pieces[0].group()[:1].isupper():
        country, form = pieces[0].group(), pieces[1].group().rstrip(".,'’")
        name = WORDS.get(form.lower())
        if name in MONEY and country not in ("US", "U.S."):
            word = form.lower().removesuffix("s")
            if _DEMONYM.search(country) and name != word and WORDS.get(word) == name:
                name = f"{country} {word}"
            return name, start + pieces[1].start() + len(form), start + pieces[1].start()
    return None


#: How adjectives of countries end; other words in capitals say who pays ("20 million Pentagon dollars").
_DEMONYM = re.compile(r"(?:an|ese|ish|i|ic|ch)$")


def _told_money(view: View, f: Found, memory: Memory) -> str:
    """The money that a bare "pounds" means in a text that has named a country's before ("Dohari pounds")."""
    if f.unit not in MONEY or " " in view.text[f.unit_start : f.end]:
        return f.unit
    named = (t.unit for t in reversed(memory.told) if t.unit not in UNITS and is_money(t.unit))
    return next((unit for unit in named if WORDS[unit.rpartition(" ")[2]] == f.unit), f.unit)


def _is_mass(view: View, f: Found) -> bool:
    """ "500 pounds of explosives", "a 40-pound bag": weight; otherwise a pound is money."""
    right = view.after(f.end, 40)
    if re.match(r"[ ]of[ ](?!debt|investment|funding|aid|support|damage|public|taxpayer|assets|revenue|income|profit)", right):
        return True
    return view.text[f.unit_start - 1 : f.unit_start] == "-" and bool(
        re.match(r"[ ](?:bomb|bag|warhead|baby|weight|sack|fish|man|shell)", right)
    )


def degrees(view: View, f: Found, found: list[Found], memory: Memory) -> None:
    """Plain "degrees" are of the scale named before, else Celsius where the sentence speaks of heat or cold."""
    if f.unit != "degree":
        return
    units = [*(told.unit for told in memory.told), *(other.unit for other in found)]
    scales = [unit for unit in units if unit.startswith("degree ")]
    if scales:
        f.unit = scales[-1]
    elif (
        f.value < 0
        or re.search(r"\b[Ii]t(?:['’]s| is| was| will be| would be| has been) [\w ]{0,20}$", view.before(f.start))
        or re.search(
            r"\b(?:temperatures?|heat\w*|hot\w*|warm\w*|mercury|cold\w*|cool\w*|freez\w*|thermomet\w*|weather)\b",
            view.text,
            re.IGNORECASE,
        )
    ):
        f.unit = "degree Celsius"
