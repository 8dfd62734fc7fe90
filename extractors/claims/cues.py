"""Which words report what somebody says, and what each needs to do so.

cues_en.tsv -> Cue by word form ("denied" -> deny), with nouns and titles as word lists beside it.
The verbs are data, so that a second language is a second file. Regular forms are made here, irregular ones are listed.
Not here: whether a cue in a sentence is one (attribution.py).
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: Nouns of things that speak for those who made them: with one of these as subject, "show", "list" and "give" report.
DOCUMENTS = frozenset(
    "account accounts analysis analyses answer appraisal article assessment audit ballot bill book briefing bulletin calculation"
    " census certificate chart circular communique communiqué contract copy correspondence count data database declaration dispatch"
    " document documentation dossier draft email entry estimate evidence examination file filing finding footage forecast graph"
    " guidance image imagery index inquiry inspection inventory investigation invoice journal ledger letter list log logbook map"
    " measurement memo memorandum message minutes model modelling modeling note notice notification notes outlook paper paperwork"
    " payslip petition photo photograph picture plan poll posting posts preprint press programme projection prospectus publication"
    " ranking reading record register registry release reply report research result return review roll roster scan schedule score"
    " sheet simulation snapshot spreadsheet statement statistic study submission summary survey table tally telemetry text tracker"
    " transcript trial tweet update verdict video website photographs pictures figures data sensor monitor gauge camera".split()
)

#: Nouns of those who keep count: with one of these, or with a name, as subject, "counts 104 dead" reports.
COUNTERS = frozenset(
    "administration agency analyst army association authority board body bureau business centre center charity chamber coalition"
    " command commission committee company consortium consultancy coroner council department desk doctor economist employer expert"
    " federation firm forecaster foundation government group hospital house insurer institute investigator laboratory lab medic"
    " military minister ministry mission monitor network observatory observer office official operator organisation organization"
    " party police prosecutor regulator researcher scientist secretariat service side society team tracker union unit university"
    " utility watchdog".split()
)

#: Words before a name that say what somebody is. Stripped: a speaker is named without title and role.
TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame lord lady baroness baron count countess prince princess king queen emperor"
    " rev reverend father sister brother bishop archbishop cardinal pope rabbi imam sheikh pastor dean rector"
    " gen general lt lieutenant col colonel maj major capt captain sgt sergeant cmdr commander adm admiral commodore brig brigadier"
    " marshal corporal cpl private pvt ensign commissioner superintendent supt inspector insp detective det constable chief sheriff"
    " president vice-president premier chancellor minister secretary undersecretary deputy governor gov mayor deputy-mayor senator sen"
    " representative rep congressman congresswoman mp mep councillor councilor alderman ambassador envoy consul speaker chairman"
    " chairwoman chairperson chair judge justice magistrate prosecutor attorney advocate counsel"
    " director manager head officer executive ceo cfo coo founder co-founder owner partner boss spokesman spokeswoman spokesperson"
    " coach skipper captain-general engineer doctor nurse surgeon matron coroner analyst economist scientist researcher geologist"
    " hydrologist biologist meteorologist epidemiologist historian archaeologist physicist chemist astronomer ecologist lawyer"
    " chaplain vicar harbourmaster ombudsman auditor farmer fisherman teacher schoolteacher headteacher headmaster headmistress principal warden ranger foreman coordinator"
    " co-ordinator organiser organizer campaigner activist treasurer trustee registrar bishop-elect comrade citizen".split()
)

#: Words that may stand between the words of a title ("minister of state for energy" has none of them before a name).
TITLE_PARTS = frozenset(
    "vice deputy foreign prime interior defence defense finance health energy transport education environment agriculture justice"
    " trade labour labor home state attorney press assistant associate acting interim former senior junior chief first second"
    " managing executive general police fire district regional national federal city county union lead principal emeritus".split()
)

#: What is said and can be taken up or thrown out: "dismissed the claims", but not "dismissed 40 employees".
MATTERS = frozenset(
    "accusation allegation account assertion assessment assumption calculation case charge claim comment complaint comparison"
    " conclusion count criticism demand description diagnosis estimate explanation fear figure finding forecast idea interpretation"
    " judgment judgement notion number position prediction projection promise reading report request result rumour rumor statement"
    " suggestion tally theory toll total version view warning".split()
)

#: Whoever is named so speaks for nobody in particular: no claim.
NOBODIES = frozenset(
    "one anyone anybody everyone everybody nobody somebody someone none neither nothing you i we there what".split()
)

#: Nouns by which a text comes back to a body that it has named ("the company said").
BODY_NOUNS = frozenset(
    "agency association authority bank board body bureau business carrier charity commission committee company council department"
    " firm foundation fund group insurer institute lender maker manufacturer ministry office operator organisation organization"
    " party producer regulator retailer service supplier team union university utility".split()
)

#: Of these, the ones that mean whatever firm or office the text is about.
COMPANY_NOUNS = frozenset(
    "agency business carrier company firm group insurer lender maker manufacturer operator producer retailer service supplier".split()
)

#: Conjunctions of a clause that tells what happened, not who says so ("after the bank disclosed losses").
BACKGROUND = frozenset("after when since once until till because before if whether than unless".split())

#: Views as nouns: "in her view", "by the ministry's reckoning", "the charity's estimate".
VIEW_NOUNS = frozenset(
    "view opinion estimate estimation reckoning judgment judgement assessment account telling words word count calculation tally"
    " figures figure eyes mind analysis calculations estimates numbers records books book wording reading".split()
)

#: Verbs before "to say" that leave it a statement ("went on to say"). After others ("declined to say") nothing is said.
RAISING = frozenset(
    "go went goes going gone continue continues continued continuing seem seems seemed appear appears appeared".split()
)


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
