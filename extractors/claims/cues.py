"""Which words report what somebody says, and what each needs to do so.

cues_en.tsv -> Cue by word form ("denied" -> deny); words_en.toml -> lists of nouns and titles.
Both are data, so that a second language is a second pair of files. Regular forms are made here, irregular ones are listed.
Not here: whether a cue in a sentence is one (attribution.py).
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


def _words(key: str) -> frozenset[str]:
    return frozenset(_LISTS[key].split())


_LISTS: dict[str, str] = tomllib.loads(files(__package__).joinpath("words_en.toml").read_text(encoding="utf-8"))

#: Nouns of things that speak for those who made them: with one of these as subject, "show", "list" and "give" report.
DOCUMENTS = _words("documents")

#: Nouns of those who keep count: with one of these, or with a name, as subject, "counts 104 dead" reports.
COUNTERS = _words("counters")

#: Words before a name that say what somebody is. Stripped: a speaker is named without title and role.
TITLES = _words("titles")

#: Words that may stand between the words of a title ("minister of state for energy" has none of them before a name).
TITLE_PARTS = _words("title_parts")

#: What is said and can be taken up or thrown out: "dismissed the claims", but not "dismissed 40 employees".
MATTERS = _words("matters")

#: Whoever is named so speaks for nobody in particular: no claim.
NOBODIES = _words("nobodies")

#: Nouns by which a text comes back to a body that it has named ("the company said").
BODY_NOUNS = _words("body_nouns")

#: Of these, the ones that mean whatever firm or office the text is about.
COMPANY_NOUNS = _words("company_nouns")

#: Conjunctions of a clause that tells what happened, not who says so ("after the bank disclosed losses").
BACKGROUND = _words("background")

#: Views as nouns: "in her view", "by the ministry's reckoning", "the charity's estimate".
VIEW_NOUNS = _words("view_nouns")

#: Verbs before "to say" that leave it a statement ("went on to say"). After others ("declined to say") nothing is said.
RAISING = _words("raising")


#: Capitalised in names of bodies and places; a name that holds one is no person's.
NAME_WORDS = _words("name_words")

#: Reporting verbs of those who do not vouch for what they say; words that leave a statement open.
HEDGING_CUES = _words("hedging_cues")
HEDGES = _words("hedges")

#: Reporting verbs of those who say that it is not so.
DENYING_CUES = _words("denying_cues")

#: Nouns of those who asked many, and of what they asked.
POLLS = _words("polls")


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting verb and what makes its use a report. The kinds of evidence are explained in cues_en.tsv."""

    lemma: str
    evidence: frozenset[str]
    particles: frozenset[str]  #: of "after:X"


@cache
def cues() -> dict[str, Cue]:
    """Every form of every reporting verb, lower-case, with its cue."""
    table: dict[str, Cue] = {}
    for line in files(__package__).joinpath("cues_en.tsv").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        lemma, needs, *irregular = line.split("\t")
        kinds = needs.split()
        cue = Cue(
            lemma,
            frozenset(kind for kind in kinds if ":" not in kind),
            frozenset(kind.partition(":")[2] for kind in kinds if ":" in kind),
        )
        for form in _forms(lemma, irregular[0].split() if irregular else []):
            table.setdefault(form, cue)
    return table


def _forms(lemma: str, irregular: list[str]) -> set[str]:
    """The present, past and -ing forms of a verb."""
    stem = lemma[:-1] if lemma.endswith("e") and not lemma.endswith("ee") else lemma
    final_y = len(lemma) > 2 and lemma.endswith("y") and lemma[-2] not in "aeiou"
    third = lemma[:-1] + "ies" if final_y else lemma + ("es" if lemma.endswith(("s", "x", "ch", "sh", "z")) else "s")
    double = {stem + stem[-1] + ending for ending in ("ed", "ing")} if _doubles(lemma) else set()
    past = set(irregular) or {lemma[:-1] + "ied" if final_y else stem + "ed"}
    return {lemma, third, stem + "ing", *past, *double}


def _doubles(lemma: str) -> bool:
    """May the last consonant be doubled ("admitted", "labelled", "putting")? Forms that nobody writes do no harm."""
    return len(lemma) > 2 and lemma[-1] in "bdglmnprt" and lemma[-2] in "aeiou" and lemma[-3] not in "aeiou"
