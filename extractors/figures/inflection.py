"""English words in another form: participles of verbs, plurals of nouns.

A dictionary form, or a token that has the form already -> the form. Rules and the irregular words of the news; pure.
"""

import re

from extractors.figures.verbs import STATES, joint
from extractors.text import Token

IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "be:been become:become begin:begun break:broken bring:brought build:built burn:burnt buy:bought catch:caught"
        " choose:chosen come:come cost:cost"
        " cut:cut deal:dealt do:done draw:drawn drive:driven eat:eaten fall:fallen feed:fed feel:felt fight:fought"
        " find:found flee:fled fly:flown"
        " forget:forgotten freeze:frozen get:got give:given go:gone grow:grown hang:hanged have:had hear:heard"
        " hide:hidden hit:hit hold:held hurt:hurt"
        " keep:kept know:known lay:laid lead:led leave:left lend:lent let:let lose:lost make:made mean:meant meet:met"
        " pay:paid put:put read:read"
        " ride:ridden rise:risen run:run say:said see:seen seek:sought sell:sold send:sent set:set shed:shed"
        " shoot:shot show:shown shut:shut sink:sunk"
        " sleep:slept speak:spoken spend:spent split:split spread:spread stand:stood steal:stolen stick:stuck"
        " strike:struck sweep:swept swim:swum"
        " take:taken teach:taught tear:torn tell:told think:thought throw:thrown wear:worn win:won withdraw:withdrawn"
        " write:written overthrow:overthrown"
        " undergo:undergone forgo:forgone bear:borne bid:bid bind:bound breed:bred fit:fitted quit:quit slit:slit"
        " foresee:foreseen mislead:misled"
        " ship:shipped drop:dropped stop:stopped plan:planned trap:trapped strip:stripped tap:tapped rob:robbed"
        " ban:banned commit:committed admit:admitted"
        " transfer:transferred refer:referred permit:permitted submit:submitted equip:equipped swap:swapped"
        " scrap:scrapped grab:grabbed dig:dug shrink:shrunk spin:spun swear:sworn wind:wound stride:stridden awake:awoken"
        " shine:shone sew:sewn sow:sown saw:sawn mow:mown hew:hewn leap:leapt spill:spilt spell:spelt weep:wept creep:crept"
        " light:lit slide:slid string:strung swing:swung stink:stunk sting:stung cling:clung fling:flung grind:ground"
    ).split()
)


#: Short verbs that double their last letter ("bin", "binned").
DOUBLES = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")


def past(verb: Token, name: str) -> str:
    """The past participle."""
    if verb.tag_ == "VBN" or verb.lower_ in STATES:
        return joint(verb)
    if name in IRREGULAR:
        return IRREGULAR[name]
    if verb.tag_ == "VBD" and verb.lower_.endswith("ed"):
        return verb.lower_
    if name.endswith("e"):
        return f"{name}d"
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ied"
    if DOUBLES.match(name):
        return f"{name}{name[-1]}ed"
    return f"{name}ed"


def ing(name: str) -> str:
    """The present participle."""
    if name.endswith("ie"):
        return f"{name[:-2]}ying"
    if re.search(r"[^eoy]e$", name):
        return f"{name[:-1]}ing"
    past = IRREGULAR.get(name, "")
    if past.endswith("ed") and len(past) == len(name) + 3:
        return f"{past[:-2]}ing"
    if DOUBLES.match(name) or name in {"begin", "quit"}:
        return f"{name}{name[-1]}ing"
    return f"{name}ing"


def plural_of(unit: str) -> str:
    """The plural of a counted noun."""
    if not unit:
        return ""
    *rest, last = unit.split()
    irregular = {
        "person": "people",
        "child": "children",
        "man": "men",
        "woman": "women",
        "foot": "feet",
        "aircraft": "aircraft",
        "cattle": "cattle",
    }
    if last in irregular:
        last = irregular[last]
    elif last.endswith("man") and last not in {"human", "german", "roman", "ottoman", "talisman"}:
        last = f"{last[:-3]}men"
    elif re.search(r"(?:s|x|ch|sh)$", last):
        last += "es"
    elif re.search(r"[^aeiou]y$", last):
        last = f"{last[:-1]}ies"
    else:
        last += "s"
    return " ".join([*rest, last])
