"""Units of the news: what are they called, what do they measure, and how do they convert?

Written form ("km/h", "per cent", "US$", "short tons") -> the unit's name ("kilometre per hour", "percent", "US dollar",
"short ton"); name -> dimension; value in one unit -> value in another of the same dimension.
A name that is no unit is a counted noun, of dimension "count". Currencies do not convert into each other.
Factors are a static table, so that nothing is built at the start; a test checks them against pint.
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


#: dimension | name | factor to the base | pint's name | written forms; those after "=" are symbols, case-sensitive.
#: Forms are given in the singular; plurals are formed by rule, irregular ones are listed.
_TABLE = """
mass | kilogram | 1 | kilogram | kilogram, kilogramme, kilo = kg, kgs, Kg, KG
mass | gram | 0.001 | gram | gram, gramme = g, gm, gr
mass | milligram | 0.000001 | milligram | milligram, milligramme = mg
mass | microgram | 0.000000001 | microgram | microgram, microgramme = µg, μg, mcg
mass | tonne | 1000 | metric_ton | tonne, metric ton, metric tonne, ton = t, MT, mt
mass | kilotonne | 1000000 | kilometric_ton | kilotonne, kiloton = kt, kT
mass | megatonne | 1000000000 | megametric_ton | megatonne, megaton, million tonne = Mt
mass | gigatonne | 1000000000000 | gigametric_ton | gigatonne, gigaton = Gt
mass | short ton | 907.18474 | short_ton | short ton, US ton
mass | long ton | 1016.0469088 | long_ton | long ton, imperial ton
mass | quintal | 100 | quintal | quintal
mass | pound | 0.45359237 | pound | = lb, lbs, lb., lbs.
mass | ounce | 0.028349523125 | ounce | ounce = oz, oz.
mass | troy ounce | 0.0311034768 | troy_ounce | troy ounce, fine ounce
mass | stone | 6.35029318 | stone |
mass | carat | 0.0002 | carat | carat = ct
length | metre | 1 | meter | metre, meter = m
length | kilometre | 1000 | kilometer | kilometre, kilometer = km, kms, Km, KM
length | centimetre | 0.01 | centimeter | centimetre, centimeter = cm, cms
length | millimetre | 0.001 | millimeter | millimetre, millimeter = mm
length | micrometre | 0.000001 | micrometer | micrometre, micrometer, micron = µm, μm
length | nanometre | 0.000000001 | nanometer | nanometre, nanometer = nm
length | mile | 1609.344 | mile | mile = mi
length | nautical mile | 1852 | nautical_mile | nautical mile, sea mile = nmi, NM
length | yard | 0.9144 | yard | yard = yd, yds
length | foot | 0.3048 | foot | foot, feet = ft, ft.
length | inch | 0.0254 | inch | inch, inches = in., ins
length | light year | 9460730472580800 | light_year | light year, light-year
area | square metre | 1 | meter ** 2 | square metre, square meter, sq metre, sq meter = m², m2, sqm, sq m, sq. m
area | square kilometre | 1000000 | kilometer ** 2 | square kilometre, square kilometer, sq kilometre = km², km2, sq km, sqkm, sq. km
area | square centimetre | 0.0001 | centimeter ** 2 | square centimetre, square centimeter = cm², cm2
area | square mile | 2589988.110336 | mile ** 2 | square mile, sq mile = sq mi, sq. mi, mi²
area | square foot | 0.09290304 | foot ** 2 | square foot, square feet, sq foot, sq feet = sq ft, sq. ft, sq. ft., ft², sqft
area | square yard | 0.83612736 | yard ** 2 | square yard
area | hectare | 10000 | hectare | hectare = ha
area | acre | 4046.8564224 | acre ** 1 | acre = ac
volume | litre | 0.001 | liter | litre, liter = l, L
volume | millilitre | 0.000001 | milliliter | millilitre, milliliter = ml, mL
volume | hectolitre | 0.1 | hectoliter | hectolitre, hectoliter = hl
volume | megalitre | 1000 | megaliter | megalitre, megaliter = ML
volume | gigalitre | 1000000 | gigaliter | gigalitre, gigaliter = GL
volume | cubic metre | 1 | meter ** 3 | cubic metre, cubic meter, cu metre = m³, m3, cu m, cbm
volume | cubic kilometre | 1000000000 | kilometer ** 3 | cubic kilometre, cubic kilometer = km³, km3
volume | cubic foot | 0.028316846592 | foot ** 3 | cubic foot, cubic feet = cu ft, ft³
volume | cubic yard | 0.764554857984 | yard ** 3 | cubic yard
volume | cubic centimetre | 0.000001 | centimeter ** 3 | cubic centimetre, cubic centimeter = cc, cm³
volume | barrel | 0.158987294928 | oil_barrel | barrel = bbl, bbls
volume | gallon | 0.003785411784 | gallon | gallon, US gallon = gal
volume | imperial gallon | 0.00454609 | imperial_gallon | imperial gallon, UK gallon
volume | pint | 0.000568261250 | imperial_pint | pint
volume | bushel | 0.03523907016688 | bushel | bushel = bu
volume | acre-foot | 1233.48183754752 | acre_foot ** 1 | acre foot, acre feet, acre-foot, acre-feet
time | second | 1 | second | second = s, sec, secs
time | millisecond | 0.001 | millisecond | millisecond = ms
time | minute | 60 | minute | minute = min, mins
time | hour | 3600 | hour | hour = h, hr, hrs
time | day | 86400 | day | day
time | week | 604800 | week | week
time | fortnight | 1209600 | fortnight | fortnight
time | month | 2629800 | month | month
time | year | 31557600 | year | year = yr, yrs
time | decade | 315576000 | decade | decade
time | century | 3155760000 | century | century, centuries
speed | metre per second | 1 | meter / second | metre per second, meter per second, metre a second, meter a second = m/s, mps
speed | kilometre per hour | 0.2777777777777777777777777778 | kilometer / hour | kilometre per hour, kilometer per hour, kilometre an hour, kilometer an hour, km per hour, km an hour, kilometres-per-hour = km/h, kph, kmh, kmph, km/hr
speed | mile per hour | 0.44704 | mile / hour | mile per hour, mile an hour, miles-per-hour = mph, MPH
speed | knot | 0.5144444444444444444444444444 | knot | knot = kt., kts, kn
speed | foot per second | 0.3048 | foot / second | foot per second, feet per second
temperature | degree Celsius | 1 | degree_Celsius | degree Celsius, degree centigrade, degree C, Celsius = °C, C, ℃, ºC, ° C
temperature | degree Fahrenheit | 0.5555555555555555555555555556 | degree_Fahrenheit | degree Fahrenheit, degree F, Fahrenheit = °F, F, ℉, ºF, ° F
temperature | kelvin | 1 | kelvin | kelvin
power | watt | 1 | watt | watt = W
power | kilowatt | 1000 | kilowatt | kilowatt = kW, KW
power | megawatt | 1000000 | megawatt | megawatt = MW, MWe, MWp, MWth
power | gigawatt | 1000000000 | gigawatt | gigawatt = GW, GWe, GWp
power | terawatt | 1000000000000 | terawatt | terawatt = TW
power | horsepower | 745.69987158227022 | horsepower | horsepower = hp, bhp
energy | joule | 1 | joule | joule = J
energy | megajoule | 1000000 | megajoule | megajoule = MJ
energy | gigajoule | 1000000000 | gigajoule | gigajoule = GJ
energy | kilowatt-hour | 3600000 | kilowatt_hour | kilowatt hour, kilowatt-hour = kWh, KWh, KWH, kwh
energy | megawatt-hour | 3600000000 | megawatt_hour | megawatt hour, megawatt-hour = MWh, MWH, Mwh
energy | gigawatt-hour | 3600000000000 | gigawatt_hour | gigawatt hour, gigawatt-hour = GWh, GWH
energy | terawatt-hour | 3600000000000000 | terawatt_hour | terawatt hour, terawatt-hour = TWh, TWH
energy | calorie | 4.184 | calorie | calorie = cal
energy | kilocalorie | 4184 | kilocalorie | kilocalorie = kcal
energy | British thermal unit | 1055.056 | Btu | British thermal unit, million British thermal unit = Btu, BTU
data | byte | 1 | byte | byte
data | kilobyte | 1000 | kilobyte | kilobyte = KB, kB
data | megabyte | 1000000 | megabyte | megabyte = MB
data | gigabyte | 1000000000 | gigabyte | gigabyte = GB
data | terabyte | 1000000000000 | terabyte | terabyte = TB
data | petabyte | 1000000000000000 | petabyte | petabyte = PB
data rate | megabit per second | 1 | megabit / second | megabit per second, megabit a second = Mbps, Mbit/s, Mb/s
data rate | gigabit per second | 1000 | gigabit / second | gigabit per second, gigabit a second = Gbps, Gbit/s, Gb/s
frequency | hertz | 1 | hertz | hertz = Hz
frequency | kilohertz | 1000 | kilohertz | kilohertz = kHz
frequency | megahertz | 1000000 | megahertz | megahertz = MHz
frequency | gigahertz | 1000000000 | gigahertz | gigahertz = GHz
pressure | pascal | 1 | pascal | pascal = Pa
pressure | hectopascal | 100 | hectopascal | hectopascal = hPa
pressure | millibar | 100 | millibar | millibar = mb, mbar
pressure | bar | 100000 | bar |
voltage | volt | 1 | volt | volt = V
voltage | kilovolt | 1000 | kilovolt | kilovolt = kV
radiation dose | sievert | 1 | sievert | sievert = Sv
radiation dose | millisievert | 0.001 | millisievert | millisievert = mSv
radiation dose | microsievert | 0.000001 | microsievert | microsievert = µSv, μSv, uSv
radiation dose | rem | 0.01 | rem | rem
absorbed dose | gray | 1 | gray |  = Gy
radioactivity | becquerel | 1 | becquerel | becquerel = Bq
radioactivity | kilobecquerel | 1000 | kilobecquerel | kilobecquerel = kBq
radioactivity | terabecquerel | 1000000000000 | terabecquerel | terabecquerel = TBq
radioactivity | curie | 37000000000 | curie | curie = Ci
sound | decibel | 1 | | decibel = dB, dBA
magnitude | magnitude | 1 | | magnitude
percent | percent | 1 | | percent, per cent, percentage, per-cent, pct, pct., percents = %, pc, p.c., ％, ٪
percent | permille | 0.1 | | per mille, per mil, permille = ‰
percentage points | percentage point | 1 | | percentage point, percent point, percentage-point = pp, ppt, ppts
percentage points | basis point | 0.01 | | basis point = bp, bps
"""

#: Money that is a part of a currency: name, currency, factor, forms.
_SMALL_MONEY = """
penny | GBP | 0.01 | penny, pence, pennies = p
cent | USD | 0.01 | cent = ¢
euro cent | EUR | 0.01 | euro cent, eurocent
kopeck | RUB | 0.01 | kopeck, kopek
paisa | INR | 0.01 | paisa, paise
"""

#: Signs before or after a number. Longer ones win; "$" alone is the US dollar in English news.
_SIGNS = {
    "US$": "USD", "U.S.$": "USD", "USD$": "USD", "$": "USD", "＄": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "Mex$": "MXN", "MX$": "MXN", "J$": "JMD", "TT$": "TTD",
    "€": "EUR", "£": "GBP", "GB£": "GBP", "E£": "EGP", "¥": "JPY", "￥": "JPY", "CN¥": "CNY", "₽": "RUB", "₴": "UAH", "₹": "INR",
    "₩": "KRW", "₺": "TRY", "₪": "ILS", "₫": "VND", "₦": "NGN", "฿": "THB", "₱": "PHP", "₲": "PYG", "₡": "CRC", "₵": "GHS",
    "₸": "KZT", "₮": "MNT", "₭": "LAK", "₼": "AZN", "₾": "GEL", "Rs": "INR", "Rs.": "INR", "Sfr": "CHF", "SFr": "CHF", "Fr.": "CHF",
    "RMB": "CNY", "NIS": "ILS", "RM": "MYR", "Rp": "IDR", "KSh": "KES", "Ksh": "KES", "Ksh.": "KES", "zł": "PLN", "Kč": "CZK",
    "Ft": "HUF", "GH₵": "GHS", "P$": "PHP", "kr": "SEK", "Dh": "AED", "Dhs": "AED", "Tk": "BDT", "N$": "NAD", "Z$": "ZWL",
}  # fmt: skip


def _singular_forms(form: str) -> tuple[str, ...]:
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

    def forms(name: str, written: str) -> None:
        spelled, _, short = written.partition("=")
        for form in filter(None, (f.strip() for f in spelled.split(","))):
            for each in _singular_forms(form):
                words.setdefault(each.lower(), name)
        for form in filter(None, (f.strip() for f in short.split(","))):
            symbols.setdefault(form, name)

    for line in _TABLE.strip().splitlines():
        dimension, name, factor, pint, written = (part.strip() for part in line.split("|"))
        offset = Decimal("273.15") if name == "degree Celsius" else Decimal(0)
        if name == "degree Fahrenheit":
            offset = Decimal("255.3722222222222222222222222")
        units[name] = Unit(name, dimension, Decimal(factor), offset, pint)
        forms(name, written)
    codes: dict[str, str] = {}
    last_words: dict[str, list[str]] = {}
    rows = files("extractors.figures").joinpath("currencies.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for row in rows:
        code, name, also = row.split("\t")
        codes[code] = name
        units[name] = Unit(name, f"money:{code}", Decimal(1))
        for form in [name, *filter(None, also.split("|"))]:
            for each in _singular_forms(form):
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
        for each in _singular_forms(word):
            words.setdefault(each.lower(), name)
    for word in ("crown", "krone", "krona", "kroner", "rial", "mark", "guilder", "sol"):
        name = {"kroner": "krone"}.get(word, word)
        units.setdefault(name, Unit(name, f"money:{name}", Decimal(1)))
        for each in _singular_forms(word):
            words.setdefault(each, name)
    for line in _SMALL_MONEY.strip().splitlines():
        name, code, factor, written = (part.strip() for part in line.split("|"))
        units[name] = Unit(name, f"money:{code}", Decimal(factor))
        forms(name, written)
    # "pound" by itself is money or mass: quantities.py looks around; the word alone stands for money.
    for form in ("pound", "pounds"):
        words[form] = "pound sterling"
    signs = {sign: codes[code] for sign, code in _SIGNS.items()} | dict(codes.items())
    money = frozenset(name for name, unit in units.items() if unit.dimension.startswith("money:"))
    return units, words, symbols, signs, money


#: name -> unit; WORDS: lower-case written form -> name; SYMBOLS: case-sensitive form -> name; SIGNS: currency sign or code -> name.
UNITS, WORDS, SYMBOLS, SIGNS, MONEY = _build()

#: The most words that a written form has.
LONGEST_FORM = max(len(form.split()) for form in WORDS)


def dimension(unit: str) -> str:
    """What a unit measures: "mass", "length", "money:USD", "percent", ...; "count" for a counted noun."""
    found = UNITS.get(unit) or UNITS.get(WORDS.get(unit.lower(), ""))
    return found.dimension if found else "count"


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
