"""What kind of thing does a number count, and what became of it?

A counted noun -> its kind ("soldier", "troops" and "personnel" are one kind; "people" may be any of the human ones).
The words around a number -> fates ("killed", "sent", "pledged"): those that follow it first, up to the next number.
The tables hold nouns and verbs of the news at large; a word that is not in them has no kind and no fate, and says nothing.
Pure. Not here: how much agreement weighs (linker.py, learnt).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

#: Nouns that news texts use for one another. A noun that stands for a fate ("deaths") counts people.
NOUNS = {
    "people": "person people individual human man men woman women citizen national resident inhabitant civilian male female"
    " member other soul victim life death fatality casualty injury dead wounded injured killed missing loss national"
    " compatriot foreigner north-korean",
    "soldier": "soldier troop trooper serviceman servicemen servicewoman servicepeople personnel fighter"
    " combatant mercenary conscript"
    " recruit"
    " infantryman infantrymen marine paratrooper reservist commando force army gunman gunmen militant insurgent"
    " rebel warrior special-force"
    " contingent",
    "worker": "worker labourer laborer employee staff staffer workman workmen builder job post position"
    " workforce docker miner"
    " engineer apprentice",
    "medic": "doctor nurse medic physician paramedic",
    "child": "child children kid pupil student schoolchild schoolchildren baby infant toddler minor youngster teenager",
    "patient": "patient case infection sick inpatient admission hospitalisation hospitalization",
    "captive": "prisoner captive hostage detainee inmate arrest detention pow",
    "refugee": "refugee evacuee displaced migrant asylum-seeker homeless",
    "voter": "voter vote ballot elector",
    "customer": "customer subscriber client user buyer consumer depositor",
    "passenger": "passenger traveller traveler commuter",
    "officer": "officer policeman policemen police constable agent",
    "family": "household family families",
    "container": "container box boxes boxcar crate pallet consignment cargo",
    "shell": "shell round munition projectile ammunition",
    "missile": "missile rocket interceptor",
    "bomb": "bomb mine grenade warhead",
    "gun": "gun howitzer artillery cannon launcher mortar",
    "tank": "tank armour",
    "drone": "drone uav shahed quadcopter",
    "aircraft": "aircraft plane jet airliner airframe warplane fighter-jet helicopter",
    "flight": "flight departure sailing service trip voyage",
    "ship": "ship vessel boat tanker freighter ferry cargo-ship warship merchantman trawler",
    "vehicle": "vehicle car truck lorry van bus coach automobile",
    "train": "train wagon railcar flatcar locomotive carriage",
    "home": "home house building dwelling property flat apartment residence",
    "school": "school classroom college kindergarten",
    "hospital": "hospital clinic ward",
    "bed": "bed cot",
    "shop": "shop store outlet branch retailer supermarket",
    "company": "company firm business enterprise plant factory mill workshop",
    "village": "village town hamlet settlement community district municipality",
    "animal": "bird hen chicken cow cattle sheep pig turkey poultry livestock animal head pullet duck",
    "farm": "farm holding flock herd",
    "document": "page document file email message",
    "device": "phone handset device smartphone tablet computer laptop battery",
    "dose": "dose shot jab vaccine vaccination",
    "complaint": "complaint claim report incident",
    "fire": "fire blaze wildfire hotspot",
    "shelter": "tent shelter",
    "quake": "aftershock quake tremor",
    "egg": "egg",
}
#: Kinds of which people are the general word.
HUMAN = frozenset("people soldier worker medic child patient captive refugee voter customer passenger officer family".split())
#: Other general words, and what they may stand for.
GENERAL = {
    "aircraft": frozenset({"drone", "flight"}),
    "container": frozenset({"train", "vehicle"}),
    "shell": frozenset({"missile", "bomb"}),
    "hospital": frozenset({"bed"}),
    "company": frozenset({"shop", "farm"}),
    "home": frozenset({"shelter"}),
    "school": frozenset({"company"}),
    "vehicle": frozenset({"tank", "train"}),
}
#: Nouns that say in which form something comes, not what it is: the noun before them counts ("artillery pieces").
_FORMS = frozenset("piece unit system item lot set batch number total kind type thousand hundred million dozen".split())

#: What becomes of the things counted. Nothing counted under one of these is counted under another.
FATES = {
    "killed": "kill killed killing killings dead death deaths die died dies dying fatality"
    " fatalities perish perished slain lives toll",
    "hurt": "wound wounded wounding injure injured injuring injury injuries hurt hospitalised hospitalized maimed",
    "lost": "casualty casualties losses lost",
    "missing": "missing unaccounted vanished disappeared",
    "held": "captured capture arrested arrest arrests detained detention imprisoned jailed custody hostage prisoner prisoners",
    "freed": "freed released release freeing",
    "rescued": "rescued rescue saved pulled",
    "displaced": "displaced evacuated evacuate evacuation fled flee homeless evacuees",
    "sheltered": "sheltering sheltered sleeping housed",
    "sick": "infected infections infection cases fell ill sick diagnosed contracted",
    "recovered": "recovered discharged cured",
    "sent": "sent send sends sending ship shipped ships shipping shipment shipments deliver delivered"
    " delivering delivery deliveries supplied"
    " supply supplies supplying transferred transfer dispatched dispatch transported exported handed moved travelled traveled"
    " crossed provided provide gave given went gone left cross moving",
    "deployed": "deployed deploy deployment stationed serving fighting positioned massed present",
    "received": "received receive receiving arrived arrive arrivals got obtained",
    "pledged": "pledged pledge pledges promised promise committed offered offer offers",
    "made": "produced produce produces producing production manufactured manufacture output turned",
    "held-inside": "hold contain capacity fit filled fill equivalent room space accommodate fits",
    "fired": "fired fire firing launched launch launches shot",
    "destroyed": "destroyed destroy destruction levelled leveled razed flattened gutted burned burnt",
    "damaged": "damaged damage",
    "downed": "intercepted downed intercept",
    "trained": "training trained train",
    "hired": "hired hire recruited recruit hiring enlisted",
    "sacked": "cut cuts redundancies redundant dismissed lay laid-off laid sack sacked layoffs shed",
    "striking": "strike striking strikers walkout walked",
    "protesting": "protest protested protesters marched rallied demonstrators demonstrated",
    "planned": "plan plans planned target",
    "demanded": "demand demands demanded demanding ask asked asking want wanted seek sought",
    "needed": "need needed needs shortage short lack",
    "stolen": "stolen stole steal theft",
    "seized": "seized seize confiscated impounded",
    "vaccinated": "vaccinated inoculated vaccine",
    "tested": "tested tests test",
    "closed": "closed closure shut",
    "cancelled": "cancelled canceled grounded scrapped",
    "culled": "culled cull slaughtered",
    "recalled": "recalled recall recalls",
    "returned": "returned return repatriated handed-back",
    "registered": "registered enrolled enrolment",
    "voted": "voted votes turnout",
    "employed": "employs employ employed employing workforce",
    "stranded": "stranded trapped stuck",
    "sold": "sold sell sales sale selling bought purchased",
}
#: Fates whose name alone would not be read as meant.
_TOLD = {
    "lost": "killed or wounded",
    "hurt": "wounded",
    "held": "captured",
    "held-inside": "what would fit",
    "made": "produced",
}
#: Words after the number, and before it, that are looked at.
AFTER, BEFORE = 9, 9

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_STOP = re.compile(r"[;()]|\s[–—-]\s|\b(?:while|whereas|which|but)\b", re.IGNORECASE)
_LIVES = re.compile(r"\b(?:lost|losing) (?:\w+ ){0,2}(?:lives|life)\b", re.IGNORECASE)
_JOINED = re.compile(r"\b(?:and|or)\b|[,/&]")


def _table(groups: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in groups.items():
        for word in words.split():
            found.setdefault(word, name)
    return found


_KIND_OF, _FATE_OF = _table(NOUNS), _table(FATES)
_FATE_NOUNS = frozenset("killed hurt lost missing".split())


@lru_cache(maxsize=20_000)
def kind(noun: str) -> str:
    """The kind of a counted noun: "artillery shells" -> "shell", "North Korean troops" -> "soldier"; empty where unknown."""
    words = [w.lower() for w in _WORD.findall(noun)]
    if " of " in noun:  # "pieces of artillery", "container of ammunition"
        before, _, after = noun.lower().partition(" of ")
        first = kind(before)
        if first or not before.split() or _one(before.split()[-1]) not in _FORMS:
            return first
        words = _WORD.findall(after)
    while words and _one(words[-1]) in _FORMS:
        words.pop()
    if not words:
        return ""
    for word in (words[-1], _one(words[-1])):
        if word in _KIND_OF:
            return _KIND_OF[word]
        if word in _FATE_OF and _FATE_OF[word] in _FATE_NOUNS:
            return "people"
    return ""


def fates(surface: str, before: str, after: str, label: str = "") -> tuple[str, ...]:
    """What became of the things counted, the surest first.

    Args:
        surface: the quantity as written.
        before, after: the sentence up to and from it, cut at the figures on either side.
        label: what it measures by its grammar, for what stands further off.
    """
    after = _STOP.split(after, maxsplit=1)[0]
    pieces = [*_STOP.split(before)]
    before = pieces[-1] if pieces else ""
    found = [*_found(_WORD.findall(surface)), *_found(_WORD.findall(after)[:AFTER])]
    found += [f for f in _found(_WORD.findall(before)[: -BEFORE - 1 : -1]) if f not in found]
    found = list(dict.fromkeys([*found, *_found(_WORD.findall(label))]))
    if "lost" in found and _LIVES.search(surface + after):
        found.remove("lost")
    if {"killed", "hurt"} <= set(found[:3]) and _both(f"{surface} {after}"):
        found = ["lost", *(f for f in found if f not in ("killed", "hurt", "lost"))]
    return tuple(found[:4])


#: What becomes of people in harm's way: these are never one number.
HARM = frozenset("killed hurt lost missing held".split())


@lru_cache(maxsize=20_000)
def same_harm(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """1 where both say the same harm first, -1 where both say another, -0.5 where one alone speaks of harm, else 0."""
    one, other = (next((f for f in x[:1] if f in HARM), "") for x in (a, b))
    if not one and not other:
        return 0.0
    if not one or not other:
        return -0.5
    return 1.0 if one == other else -1.0


def _both(text: str) -> bool:
    """Is "killed" joined with "wounded" here, with no number between them?"""
    at = {name: m.start() for m in reversed(list(_WORD.finditer(text))) for name in _found([m.group()])}
    if "killed" not in at or "hurt" not in at:
        return False
    low, high = sorted((at["killed"], at["hurt"]))
    return high - low < 40 and bool(_JOINED.search(text, low, high))


def _found(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_FATE_OF[w.lower()] for w in words if w.lower() in _FATE_OF))


def _one(word: str) -> str:
    """The singular of a noun, roughly."""
    w = word.lower()
    for ending, rest in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ss", "ss"), ("s", "")):
        if w.endswith(ending) and len(w) > 3:
            return w[: len(w) - len(ending)] + rest
    return w


@lru_cache(maxsize=20_000)
def alike(a: str, b: str) -> float:
    """-1 for two different kinds, -0.5 where both are human, 0 where one is unknown, 0.5 for a general word, 1 for the same."""
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    if (a in HUMAN and b in HUMAN) or a in GENERAL.get(b, ()) or b in GENERAL.get(a, ()):
        return 0.5 if "people" in (a, b) or a not in HUMAN else -0.5
    return -1.0


@lru_cache(maxsize=20_000)
def same_fate(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """1 where the surest agree, 0.5 where they share one, 0 where one has none, -1 where the two have nothing in common."""
    if not a or not b:
        return 0.0
    if a[0] == b[0]:
        return 1.0
    return 0.5 if set(a) & set(b) else -1.0


def told_fate(fate: str) -> str:
    """A fate as a reader understands it."""
    return _TOLD.get(fate, fate)
