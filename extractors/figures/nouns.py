"""Counted nouns: what does a number count, and what is that called in the singular?

Number and grammar -> the head of the noun group ("103 new graves" -> grave), wholes ("four of the nine vessels" -> vessel),
people without a noun ("34 injured" -> person). Rules over the tagger's parts of speech, wary of its usual errors.
Not here: units of measure (measures.py), numbers whose noun stands elsewhere (elided.py).
"""

import re

from extractors.figures.numbers import numbers
from extractors.figures.reading import ADJECTIVES, DAY, FINITE, MONTH, NOUNS, PERIODS, Found, View
from extractors.text import Token, lemma

#: Adjectives and participles that stand for people when nothing follows them ("34 injured").
PERSON_WORDS = frozenset(
    "dead injured wounded missing killed hurt detained displaced homeless arrested hospitalised hospitalized infected"
    " sick unemployed"
    " evacuated rescued trapped stranded survivors feared deceased ill jailed imprisoned abducted drowned maimed held"
    " unaccounted".split()
)


PERSON_VERBS = frozenset(
    "kill injure wound hurt die detain arrest hospitalise hospitalize evacuate rescue displace drown perish treat"
    " infect enrol enroll"
    " imprison abduct deport discharge vaccinate employ admit"
    " live reside sleep dwell attend vote marry emigrate flee volunteer enlist graduate retire worship starve receive".split()
)


#: Nouns for people, beside those that end like one (teacher, miner): what a "killed" or an "injured" may leave out.
_HUMANS = frozenset(
    "person man woman child boy girl baby infant toddler teenager adult civilian soldier troop police policeman pupil student"
    " patient resident citizen inhabitant migrant refugee evacuee employee pilgrim tourist guest nurse pilot sailor"
    " marine recruit conscript"
    " militant insurgent terrorist rebel guard agent aide native villager protester demonstrator passenger passer-by crew"
    " suspect driver gunman attacker defendant accused winner captive detainee prisoner hostage inmate victim"
    " casualty survivor fan relative parent mother father son daughter"
    " member".split()
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
    "aircraft sheep fish cattle police personnel staff crew people salmon deer species series spacecraft hovercraft"
    " offspring dead wounded injured"
    " head poultry livestock infantry cavalry artillery helicopter troop faithful homeless unemployed sick elderly yen"
    " yuan baht won".split()
)


#: Plurals that no rule makes, with what they count ("staff" are members of staff).
_IRREGULAR = dict(
    pair.split(" ", 1)
    for pair in (
        "people person, persons person, men man, women woman, children child, schoolchildren schoolchild, "
        "grandchildren grandchild, feet foot, teeth tooth, geese goose, mice mouse, lice louse, oxen ox, lives life, "
        "wives wife, knives knife, loaves loaf, halves half, calves calf, wolves wolf, leaves leaf, shelves shelf, "
        "thieves thief, aircraft aircraft, species species, series series, crises crisis, analyses analysis, bases base, "
        "buses bus, gases gas, viruses virus, campuses campus, bonuses bonus, syllabuses syllabus, staff employee, "
        "dead person, injured person, wounded person, missing person, homeless person, criteria criterion, "
        "phenomena phenomenon, data data, media medium, personnel personnel, police police officer, quizzes quiz, "
        "movies movie, cookies cookie, "
        "sorties sortie, prairies prairie, selfies selfie, collies collie, smoothies smoothie, "
        "budgies budgie, hoodies hoodie, newbies newbie, genies genie, zombies zombie, "
        "rookies rookie, calories calorie, ties tie, pies pie, lies lie, "
        "axes axe, caches cache, headaches headache, shoes shoe, canoes canoe, horses horse, houses house, "
        "warehouses warehouse, causes cause, cases case, nurses nurse, licences licence, purchases purchase, "
        "diseases disease, databases database, increases increase, courses course, doses dose, phases phase, leases lease, "
        "premises premises, exercises exercise, enterprises enterprise, franchises franchise, businesses business, "
        "aches ache, troops troop, souls person, crew crew member"
    ).split(", ")
)


#: Words tagged as nouns that say when or where, never what is counted.
NOT_COUNTED = frozenset(
    "today yesterday tomorrow tonight overnight home abroad here there now then apiece each sells costs goes remain remained"
    " daily weekly monthly yearly hourly nightly annually"
    " others other ones last next past previous this".split()
)


#: Past tenses that the tagger is right about; others before a noun are participles ("600 confirmed deaths").
_NO_PARTICIPLES = frozenset("said told were had was did made got went came took gave".split())


#: Nouns that mean little without what follows.
_OF_IDIOMS = {"member": ("staff",), "prisoner": ("war",), "piece": ("artillery", "luggage", "ammunition")}


_OF_WHOLE = re.compile(
    r"[ ]of[ ](?:(?P<pronoun>them|these|those|which|whom|us)\b(?![ ][a-z]+s\b)|(?:all[ ])?(?:the|its|their|these|those"
    r"|his|her|our|your|some|about|an estimated)[ ])",
    re.IGNORECASE,
)


#: Words of a bound between a number and its noun.
_OR_SO = re.compile(r"[ ]or (?:so|more|less|fewer|thereabouts)(?=[ ][a-z])|-(?:odd|plus)(?=[ ])|\+(?=[ ])")


#: "a 1,200-strong workforce", and what such bodies are made of.
_STRONG = re.compile(r"-strong[ ](?P<body>[A-Za-z]+)")
_BODIES = dict(
    pair.split("=")
    for pair in (
        "workforce=employee staff=employee army=soldier force=soldier brigade=soldier contingent=soldier"
        " battalion=soldier garrison=soldier"
        " fleet=ship crew=sailor parliament=member council=member assembly=member"
    ).split()
)


def counted(view: View, f: Found, offset: int) -> Found:
    """The noun that is counted: the head of the noun group that begins right after this offset."""
    doc, text = view.doc, view.text
    of_counted = False  # the whole has a number of its own: "four of the nine drivers"
    if so := _OR_SO.match(text, offset):
        offset = so.end()  # "50 or so barges"
    whole = _OF_WHOLE.match(text, offset)
    if whole:
        f.partitive = True
        if whole["pronoun"]:
            f.end = whole.end()
            following = view.token_from(whole.end())
            who = following < len(doc) and (doc[following].tag_ == "VBN" or doc[following].lower_ == "who")
            if whole["pronoun"].lower() == "whom" or (whole["pronoun"].lower() == "those" and who):
                f.unit = "person"  # "12 of those arrested"
            return f
        offset = whole.end() - 1
        inner = next(iter(numbers(text[offset : offset + 30])), None)
        if inner and not text[offset : offset + inner.start].strip():
            offset += inner.end
            of_counted = True
    elif text[offset : offset + 2] in ('" ', "” ", "' ", "’ "):
        offset += 1  # a number in quotation marks, and its noun after them
    elif text[offset : offset + 1] not in (" ", "-", "\u00a0", "‐", "‑"):
        return f
    if strong := _STRONG.match(text, offset):
        f.end = strong.end()
        f.unit = _BODIES.get(strong["body"].lower(), "person")
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
        if noun is None and token.lower_ in PERSON_WORDS and not noun_follows(view, index + 1):
            f.unit, f.end, f.noun = "person", token.idx + len(token.text), index
            return f
        if token.lower_ in NOT_COUNTED and not _joined_on(view, index):
            break
        if tag in NOUNS or (token.lower_ in _IRREGULAR and not noun_follows(view, index + 1)):
            if (
                noun is not None
                and doc[noun].tag_ in ("NNS", "NNPS")
                and (tag in ("NNP", "NNPS") or doc[noun].dep_ != "compound")
            ):
                break
            if re.fullmatch(rf"{DAY}|{MONTH}", token.text) and noun is None:
                break
            noun = index
            if hyphened:
                break
            if index + 1 < len(doc) and doc[index + 1].tag_ == "POS":
                if f.partitive and noun_follows(view, index + 2, numbers_too=True):
                    noun, index = None, index + 2  # "nine of the plant's twenty lines"
                    continue
                break
        elif tag == "CD" and noun is None and _no_number(token.text):
            noun = index
        elif tag == "CD" and noun is None:
            # "nine of the plant's twenty lines", "three million 152-millimetre shells"; else the next number counts for itself
            if not f.partitive and token.is_digit and not (index + 1 < len(doc) and doc[index + 1].text in ("-", "mm")):
                break
        elif noun is not None and doc[noun].tag_ == "NNP" and tag in ("JJ", "VBN", "VBG") and noun_follows(view, index + 1):
            pass  # "two Far Eastern ports": a name can be an adjective's part
        elif noun is not None:
            if (
                tag == "CC"
                and index + 1 < len(doc)
                and doc[index + 1].tag_ != "CD"
                and doc[noun].lower_ not in _IRREGULAR
                and doc[noun].tag_ == "NN"
                and f.value > 1
                and doc[noun].lower_ not in _SAME_PLURAL
                and noun_follows(view, index + 1)
            ):
                noun, index = None, index + 1  # "military construction and demining specialists"
                continue
            if tag == "HYPH" and index + 1 < len(doc) and doc[index + 1].tag_ in (*NOUNS, "VBN", "VBG", "JJ"):
                index += 1 if doc[index + 1].tag_ in NOUNS else 2
                continue
            if (
                tag in ("''", "``")
                and index + 1 < len(doc)
                and doc[index + 1].tag_ in NOUNS
                and doc[noun].tag_ not in ("NNS", "NNPS")
            ):
                index += 1
                continue
            break
        elif tag in ADJECTIVES or (
            tag == "RB" and token.text.lower() not in ("not", "only", "also", "still", "already", "away", "now", "later", "ago")
        ):
            pass
        elif tag == "CC" or token.text == ",":
            if not (
                index > first
                and index + 1 < len(doc)
                and doc[index - 1].tag_ in ADJECTIVES
                and doc[index + 1].tag_ != "CD"
                and noun_follows(view, index + 1)
            ):
                break
        elif not (tag == "VBD" and index == first and token.lower_ not in _NO_PARTICIPLES and noun_follows(view, index + 1)):
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
    if head.tag_ == "NN" and f.value > 1 and head.lower_ not in _SAME_PLURAL and head.lower_ not in _IRREGULAR:
        # "2.2 million households heat with gas": several things, then what they do
        noun = next((i for i in range(noun - 1, first - 1, -1) if doc[i].tag_ == "NNS"), noun)
        head = doc[noun]
    if head.tag_ in ("NN", "NNP") and not hyphened and not _single_noun_fits(view, f, noun, first):
        return f
    f.noun = noun
    f.unit_start = doc[first].idx
    f.unit_end = head.idx + len(head.text)
    f.end = f.number_end if of_counted else f.unit_end
    f.unit = "person" if head.tag_ in ("NNPS", "NNP") and re.search(r"(?:ans|ese)$", head.text) else singular(head)
    if (
        f.unit in _OF_IDIOMS
        and (idiom := re.match(r"[ ]of[ ](?P<what>[a-z]+)", text[f.end : f.end + 24]))
        and idiom["what"] in _OF_IDIOMS[f.unit]
    ):
        f.unit = f"{f.unit} of {idiom['what']}"
        f.end += idiom.end()
    return f


def _joined_on(view: View, index: int) -> bool:
    """ "nine other countries", "130 home-made meters": here such a word is part of the noun group."""
    token = view.doc[index]
    if token.lower_ == "home":
        return view.text[token.idx + 4 : token.idx + 5] == "-"
    return (token.lower_ == "other" or token.lower_.endswith("ly")) and noun_follows(view, index + 1)


def noun_follows(view: View, index: int, *, numbers_too: bool = False) -> bool:
    """Does the noun group go on to a noun from here?"""
    for token in view.doc[index : index + 4]:
        if token.tag_ in NOUNS:
            return True
        if token.tag_ not in ADJECTIVES and not (numbers_too and token.tag_ == "CD"):
            return False
    return False


#: What people and things do that are counted, in words that the tagger also takes for nouns; as nouns they have a plural.
_PLAIN_VERBS = frozenset("sleep lie hail work live stay stand sit face need camp queue walk fight wait suffer hold".split())


def _single_noun_fits(view: View, f: Found, noun: int, first: int) -> bool:
    """A singular noun after a number other than one: "40 aircraft", "two dead"; not "143 Tuesday", "at 8 percent growth"."""
    head = view.doc[noun]
    word = head.text.lower()
    if f.value <= 1 or word in _SAME_PLURAL or f.partitive:
        return True
    if head.tag_ == "NNP" and first == noun and not word.endswith("s"):
        return False
    if view.doc[first].tag_ == "VBD" and not word.endswith("s"):
        return False  # "some 9 million reached Lund"
    if head.tag_ == "NN" and first == noun and not _paid_by(view, noun + 1):
        if word in _PLAIN_VERBS and not noun_follows(view, noun + 1):
            return False  # "520 sleep outdoors"
        if noun + 1 < len(view.doc) and view.doc[noun + 1].tag_ in ("DT", "PRP$"):
            return False  # "up to sixty share a latrine"
        if head.dep_ == "ROOT" and noun + 1 < len(view.doc) and not view.doc[noun + 1].is_punct:
            return False  # "2,800 sleep in tents": no other word can be the verb
    return word in _IRREGULAR or word.endswith("s") or noun > first or (head.tag_ == "NN" and not head.is_stop)


def _no_number(word: str) -> bool:
    """Is it a word that the tagger takes for a number because one stands before ("96 talen", a strange currency)?"""
    return len(word) > 2 and word.isalpha() and word.islower() and [number.end for number in numbers(f"2 {word}")] == [1]


def _paid_by(view: View, index: int) -> bool:
    """ "14,200 talen a month": the words of a rate follow, so that even a strange word before them is a unit."""
    words = [token.lower_ for token in view.doc[index : index + 2]]
    return len(words) == 2 and words[0] in ("a", "an", "per") and words[1] in PERIODS


def noun_at(view: View, index: int, limit: int | None = None) -> int | None:
    """The head of the short noun group that begins at this token."""
    noun = None
    for i in range(index, min(index + 5, limit or len(view.doc), len(view.doc))):
        tag = view.doc[i].tag_
        if tag in NOUNS:
            noun = i
        elif tag not in ("JJ", "HYPH", "CD", "VBN", "VBG") or noun is not None:
            break
    return noun


def subject(view: View, f: Found) -> Token | None:
    """The nearest noun before the number that is a subject."""
    index = min(view.token_from(f.number.start), len(view.doc))
    for token in reversed(view.doc[max(0, index - 16) : index]):
        if token.tag_ in ("NN", "NNS") and token.dep_ in ("nsubj", "nsubjpass"):
            return token
    return None


def subject_noun(view: View, f: Found) -> str | None:
    """The plural noun that is the subject of the number's clause ("shipments came to 13.6 million")."""
    index = min(view.token_from(f.number.start), len(view.doc))
    for token in reversed(view.doc[max(0, index - 14) : index]):
        if (token.is_punct and token.text != ":" and token.i < index - 2) or token.lower_ == "that":
            return None  # another clause's subject
        if (
            token.tag_ == "NNS"
            and token.dep_ in ("nsubj", "nsubjpass", "ROOT")
            and token.lower_ not in ("numbers", "figures", "officials")
        ):
            return singular(token)
    return None


#: "number" right before a number, an adverb or a bound between them aside.
_NUMBER = re.compile(r"\bnumber[ ](?:[a-z]+[ ]){0,3}$")


def numbering(view: View, f: Found) -> str | None:
    """What the verb "number" says to be so many ("trucks to the coast number 210 a day"), which the tagger takes for a noun.

    It is a verb where its clause names several things or people and has no other verb.
    """
    match = _NUMBER.search(view.before(f.number.start))
    if match is None:
        return None
    verb = view.token_from(f.number.start - len(match.group()))
    first, last = verb, view.token_from(f.end)
    while first and not (view.doc[first - 1].is_punct or view.doc[first - 1].lower_ == "that"):
        first -= 1
    while last < len(view.doc) and not view.doc[last].is_punct:
        last += 1
    clause = [token for token in view.doc[first:last] if token.i != verb]
    if any(token.tag_ in FINITE for token in clause):
        return None
    before = [token for token in clause if token.i < verb]
    things = [token for token in before if token.tag_ in ("NNS", "NNPS")]
    acting = [token for token in things if token.dep_ != "pobj"] or things
    if view.doc[verb - 1].lower_ in PERSON_WORDS or any(token.lower_ == "those" for token in before):
        return "person"
    return singular(acting[0]) if acting else None


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
        return strip_plural(word)
    if token.tag_ == "NNS":
        return lemma(token)
    return word


def strip_plural(word: str) -> str:
    """The singular of a plural that follows the rules."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "oes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def is_human(unit: str) -> bool:
    """Is this a noun for people?"""
    last = unit.rsplit(" ", 1)[-1]
    return unit in _HUMANS or last in _HUMANS or last.endswith(_HUMAN_ENDINGS)


def of_persons(word: str) -> bool:
    """Is this said of people ("killed", "evacuated", "enrolling")?"""
    if word in PERSON_WORDS or word in PERSON_VERBS:
        return True
    return any(word.endswith(ending) and word[: -len(ending)] in PERSON_VERBS for ending in ("ed", "d", "ing", "s"))
