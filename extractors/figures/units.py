"""Units of the news: what are they called, what do they measure, and how do they convert?

Written form ("km/h", "per cent", "US$", "short tons") -> the unit's name ("kilometre per hour", "percent", "US dollar",
"short ton"); name -> dimension; value in one unit -> value in another of the same dimension.
A name that is no unit is a counted noun, of dimension "count". Currencies do not convert into each other.
Tables: units.tsv (dimension, name, factor to the dimension's base unit, pint's name for it, spelled forms in the singular,
case-sensitive symbols) and currencies.tsv (ISO 4217 code, name, other forms). A test checks the factors against pint, which
itself would cost too much at the start.
Not here: nouns that mean the same (case and infection, soldier and troop), which the series stage judges.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure. value in the dimension's base unit = value * factor + offset."""

    name: str
    dimension: str
    factor: Decimal
    offset: Decimal = Decimal(0)
    pint: str = ""  #: pint's name for it, empty where pint has none


#: Money that is a part of a currency: name | currency | factor | spelled forms | symbols.
_SMALL_MONEY = """
penny | GBP | 0.01 | penny, pence, pennies | p
cent | USD | 0.01 | cent | ¢
euro cent | EUR | 0.01 | euro cent, eurocent |
kopeck | RUB | 0.01 | kopeck, kopek |
paisa | INR | 0.01 | paisa, paise |
"""

#: Signs before or after a number. Longer ones win; "$" alone is the US dollar in English news.
_SIGNS = {
    "US$": "USD", "U.S.$": "USD", "USD$": "USD", "$": "USD", "＄": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "Mex$": "MXN", "MX$": "MXN", "J$": "JMD", "TT$": "TTD",
    "€": "EUR", "£": "GBP", "GB£": "GBP", "E£": "EGP", "¥": "JPY", "￥": "JPY", "CN¥": "CNY", "₽": "RUB", "₴": "UAH",
    "₹": "INR",
    "₩": "KRW", "₺": "TRY", "₪": "ILS", "₫": "VND", "₦": "NGN", "฿": "THB", "₱": "PHP", "₲": "PYG", "₡": "CRC", "₵": "GHS",
    "₸": "KZT", "₮": "MNT", "₭": "LAK", "₼": "AZN", "₾": "GEL", "Rs": "INR", "Rs.": "INR", "Sfr": "CHF",
    "SFr": "CHF", "Fr.": "CHF",
    "RMB": "CNY", "NIS": "ILS", "RM": "MYR", "Rp": "IDR", "KSh": "KES", "Ksh": "KES", "Ksh.": "KES", "zł": "PLN", "Kč": "CZK",
    "Ft": "HUF", "GH₵": "GHS", "P$": "PHP", "kr": "SEK", "CFA": "XOF", "FCFA": "XOF",
    "F CFA": "XOF", "SR": "SAR", "QR": "QAR", "BD": "BHD", "KD": "KWD", "TSh": "TZS", "USh": "UGX", "Br": "ETB", "L$": "LRD",
    "B$": "BSD", "Bs": "BOB", "S/": "PEN", "₨": "PKR", "Dh": "AED", "Dhs": "AED", "Tk": "BDT", "N$": "NAD", "Z$": "ZWL",
}  # fmt: skip


def _rows(name: str) -> list[str]:
    """The lines of a table of this folder without its heading."""
    return files("extractors.figures").joinpath(name).read_text(encoding="utf-8").splitlines()[1:]


def _with_plural(form: str) -> tuple[str, ...]:
    """The form, and its plural by rule ("square metre" -> "square metres", "metre per second" -> "metres per second")."""
    head, sep, rest = form.partition(" per ") if " per " in form else form.partition(" a ") if " a " in form else (form, "", "")
    if not sep and " an " in form:
        head, sep, rest = form.partition(" an ")
    if head.startswith("degree "):
        return form, form.replace("degree ", "degrees ", 1)
    if head.endswith(("feet", "inches", "hertz", "horsepower", "s", "centigrade", "yen", "yuan", "won", "baht", "rand", "%")):
        return (form,)
    ending = "ies" if re.search(r"[^aeiou]y$", head) else "es" if head.endswith(("ch", "x")) else "s"
    plural = head[:-1] + ending if ending == "ies" else head + ending
    return form, plural + sep + rest


def _build() -> tuple[dict[str, Unit], dict[str, str], dict[str, str], dict[str, str], frozenset[str]]:
    units: dict[str, Unit] = {}
    words: dict[str, str] = {}
    symbols: dict[str, str] = {}

    def forms(name: str, spelled: str, short: str = "") -> None:
        for form in filter(None, (f.strip() for f in spelled.split(","))):
            for each in _with_plural(form):
                words.setdefault(each.lower(), name)
        for form in filter(None, (f.strip() for f in short.split(","))):
            symbols.setdefault(form, name)

    for line in _rows("units.tsv"):
        dimension, name, factor, pint, spelled, short = line.split("\t")
        offset = Decimal("273.15") if name == "degree Celsius" else Decimal(0)
        if name == "degree Fahrenheit":
            offset = Decimal("255.3722222222222222222222222")
        units[name] = Unit(name, dimension, Decimal(factor), offset, pint)
        forms(name, spelled, short)
    codes: dict[str, str] = {}
    last_words: dict[str, list[str]] = {}
    for row in _rows("currencies.tsv"):
        code, name, also = row.split("	")
        codes[code] = name
        units[name] = Unit(name, f"money:{code}", Decimal(1))
        for form in [name, *filter(None, also.split("|"))]:
            for each in _with_plural(form):
                words.setdefault(each.lower(), name)
        last_words.setdefault(name.split()[-1], []).append(name)
    # One currency of that name in the world, or a name that says no country ("dirham"): then the word itself is the unit.
    # A few last words are everyday English too and count only with their country.
    for word, names in last_words.items():
        if word in ("real", "sol", "mark", "sterling", "dram", "som"):
            continue
        name = names[0] if len(names) == 1 else word
        if name == word and word not in units:
            units[word] = Unit(word, f"money:{word}", Decimal(1))
        for each in _with_plural(word):
            words.setdefault(each.lower(), name)
    for word in ("crown", "krone", "krona", "kroner", "rial", "mark", "guilder", "sol"):
        name = {"kroner": "krone"}.get(word, word)
        units.setdefault(name, Unit(name, f"money:{name}", Decimal(1)))
        for each in _with_plural(word):
            words.setdefault(each, name)
    for line in _SMALL_MONEY.strip().splitlines():
        name, code, factor, spelled, short = (part.strip() for part in line.split("|"))
        units[name] = Unit(name, f"money:{code}", Decimal(factor))
        forms(name, spelled, short)
    # "pound" by itself is money or mass: quantities.py looks around; the word alone stands for money.
    for form in ("pound", "pounds"):
        words[form] = "pound sterling"
    signs = {sign: codes[code] for sign, code in _SIGNS.items()} | dict(codes.items())
    money = frozenset(name for name, unit in units.items() if unit.dimension.startswith("money:"))
    return units, words, symbols, signs, money


#: UNITS: name -> unit. WORDS: lower-case written form -> name. SYMBOLS: case-sensitive form -> name.
#: SIGNS: currency sign or code -> name. MONEY: the names that are money.
UNITS, WORDS, SYMBOLS, SIGNS, MONEY = _build()

#: The most words that a written form has.
LONGEST_FORM = max(len(form.split()) for form in WORDS)


def dimension(unit: str) -> str:
    """What a unit measures: "mass", "length", "money:USD", "percent", ...; "count" for a counted noun.

    The money of a country that the table does not know ("Dohari pound") is a dimension of its own.
    """
    found = UNITS.get(unit) or UNITS.get(WORDS.get(unit.lower(), ""))
    if found is not None:
        return found.dimension
    country, _, money = unit.rpartition(" ")
    return f"money:{unit}" if country[:1].isupper() and WORDS.get(money) in MONEY else "count"


def is_money(unit: str) -> bool:
    """Is it a currency, or a part of one?"""
    return unit in MONEY or dimension(unit).startswith("money:")


def convert(value: Decimal, unit: str, to: str) -> Decimal | None:
    """The value in another unit of the same dimension, or None where there is no way."""
    if unit == to:
        return value
    source, target = (
        UNITS.get(unit) or UNITS.get(WORDS.get(unit.lower(), "")),
        UNITS.get(to) or UNITS.get(WORDS.get(to.lower(), "")),
    )
    if source is None or target is None or source.dimension != target.dimension:
        return None
    return (value * source.factor + source.offset - target.offset) / target.factor
