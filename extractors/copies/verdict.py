"""What is an article to the known ones: their copy, their update, or an original?

Fingerprint, candidates -> sentences aligned -> numbers compared -> one verdict.
Two ways to carry a known text: most of its sentences stand there word for word or nearly (wording), or each of them has its
counterpart in order, with the same names and numbers, while the words differ (spun). Two desks that tell one event share
names and numbers too, but not sentence by sentence: their texts cover each other by a tenth, a spun copy by two fifths.
Then the numbers decide. All known: duplicate. One differs, or a sentence of the article proper brings a new one: update.
Promise: a changed number in a copied sentence is never a duplicate. In doubt an update is said, which costs a second look
at the figures; a lost number cannot be mended.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Figure, Fingerprint, SentenceSketch, Verdict

from extractors.copies.align import Pair, align, similarity
from extractors.copies.values import Number, same_value

#: Sentences less alike than this are not counterparts. Half of what the weakest reworded sentences showed.
ALIKE = 0.3
#: The share of a sentence's own words, by weight, from which on its wording counts as copied.
COPIED = 0.6
#: A text carries another's wording when this share of its words stands in copied sentences. Excerpts under much
#: boilerplate showed 0.8 and more, independent reports 0.15 at most.
CARRIES = 0.5
#: A reworded copy: so much of it, by weight, stands in its counterparts (0.40 and more; independent reports 0.20 at most),
REWORDED = 0.3
#: so much of it has a counterpart at all (0.74 and more; 0.41 at most),
REWORDED_SENTENCES = 0.6
#: and so many of its numbers are the other's, in the same order of sentences.
SAME_NUMBERS = 0.8
SAME_ORDER = 0.8
#: Numbers needed to tell a reworded copy from another report: fewer prove nothing.
FEWEST_NUMBERS = 3
#: Words of a text, below which sharing them proves nothing.
FEWEST_WORDS = 12
#: Clocks of publishers differ: a text that credits its origin may be stamped a little earlier than that.
CLOCK_DIFFERENCE = timedelta(hours=12)
#: A paragraph of so many words of prose is part of the article, whatever it is about.
PARAGRAPH_WORDS = 25


@dataclass(frozen=True, slots=True)
class Comparison:
    """One article against one candidate."""

    layer: str
    cover: float  #: share of the article that stands in the candidate
    differences: tuple[str, ...]  #: numbers that the candidate does not give, with what they replace
    shared: tuple[tuple[int, int], ...]


def judge(article: Article, fingerprint: Fingerprint, figures: Sequence[Figure], candidates: Sequence[Candidate]) -> Verdict:  # noqa: ARG001
    """The verdict on an article, given the known articles that share look-up keys with it.

    Args:
        figures: of the article; only named in the reason.
        candidates: known articles, in any order. Those published later than the article are not its parents.
    """
    found: list[tuple[Candidate, Comparison]] = []
    later: list[int] = []
    for candidate in candidates:
        if candidate.fingerprint.version != fingerprint.version:
            continue
        if _precedes(article, candidate):
            if compare(candidate.fingerprint, fingerprint) is not None:
                later.append(candidate.id)
            continue
        comparison = compare(fingerprint, candidate.fingerprint)
        if comparison is not None:
            found.append((candidate, comparison))
    if not found:
        return Verdict(relation=Relation.ORIGINAL, reason="no known text", later=tuple(later))
    candidate, comparison = min(found, key=_preference)
    alike = similarity(fingerprint, candidate.fingerprint)
    share = f"{comparison.cover:.0%} of it stands in {candidate.url}"
    if comparison.differences:
        listed = ", ".join(comparison.differences[:5])
        relation, reason = Relation.UPDATE, f"{share}; new numbers: {listed}"
    else:
        relation, reason = Relation.DUPLICATE, f"{share}; no number differs"
    return Verdict(
        relation=relation,
        of=candidate.id,
        layer="url" if candidate.url == article.url else comparison.layer,
        similarity=alike,
        reason=reason,
        shared=comparison.shared,
        later=tuple(later),
    )


def compare(here: Fingerprint, there: Fingerprint) -> Comparison | None:
    """Does a text carry another, and which of its numbers are new? None when it does not carry it."""
    if here.text_hash == there.text_hash:
        return Comparison("hash", 1.0, (), tuple((i, i) for i in range(len(here.sentences))))
    pairs = align(here.sentences, there.sentences, ALIKE)
    total = sum(s.length for s in here.sentences if s.prose)
    if total < FEWEST_WORDS:
        return None
    prose = [p for p in pairs if here.sentences[p.here].prose]
    copied = sum(here.sentences[p.here].length for p in prose if p.words >= COPIED) / total
    if copied >= CARRIES:
        back = {j for p in prose for j in p.there}
        whole = sum(there.sentences[j].length for j in back) >= 0.75 * sum(s.length for s in there.sentences if s.prose)
        layer, cover = ("shingles" if whole else "excerpt"), copied
    else:
        cover = _reworded(here, there, prose, total)
        if not cover:
            return None
        layer = "names-and-numbers"
    shared = tuple((p.here, p.there[0]) for p in pairs)
    return Comparison(layer, cover, tuple(_differences(here.sentences, there.sentences, pairs)), shared)


def _reworded(here: Fingerprint, there: Fingerprint, pairs: list[Pair], total: int) -> float:
    """How much of a text is another's in other words; 0 when it is a report of its own."""
    sentences = here.sentences
    cover = sum(sentences[p.here].length * p.cover for p in pairs) / total
    aligned = sum(sentences[p.here].length for p in pairs) / total
    if cover < REWORDED or aligned < REWORDED_SENTENCES:
        return 0.0
    own = Counter(Number(n).value for s in sentences if s.prose for n in s.numbers)
    known = Counter(Number(n).value for s in there.sentences for n in s.numbers)
    count = own.total()
    if count < FEWEST_NUMBERS or (own & known).total() < SAME_NUMBERS * count:
        return 0.0
    return cover if _in_order([p.there[0] for p in pairs]) >= SAME_ORDER else 0.0


def _in_order(places: list[int]) -> float:
    """The share of a sequence that its longest non-decreasing part makes up, in [0, 1]."""
    tails: list[int] = []
    for place in places:
        at = bisect_right(tails, place)
        tails[at : at + 1] = [place]
    return len(tails) / len(places) if places else 0.0


def _differences(here: Sequence[SentenceSketch], there: Sequence[SentenceSketch], pairs: list[Pair]) -> list[str]:
    """The numbers of the article proper that its counterpart does not give, for people to read ("41 -> 67")."""
    found: list[str] = []
    everywhere = [n for s in there for n in s.numbers]
    of = {p.here: p for p in pairs}
    spare = _surplus(here, everywhere)
    for i, sketch in enumerate(here):
        pair = of.get(i)
        if pair is None:
            if sketch.numbers and _belongs(i, here, of, there):
                found.extend(f"+{n}" for n in _missing(sketch.numbers, everywhere))
            continue
        if not sketch.prose and pair.words < COPIED:
            continue
        theirs = [there[j] for j in pair.there]
        if any(sketch.skeleton == other.skeleton and len(sketch.numbers) == len(other.numbers) for other in theirs):
            other = next(o for o in theirs if o.skeleton == sketch.skeleton and len(sketch.numbers) == len(o.numbers))
            changed = [f"{b} -> {a}" for a, b in zip(sketch.numbers, other.numbers, strict=True) if not same_value(a, b)]
            changed += [f"{b} -> {a}" for a, b in zip(sketch.years, other.years, strict=False) if i and a != b]
            found.extend(changed)
            continue
        known = [n for other in theirs for n in other.numbers]
        missing = _missing(sketch.numbers, known)
        if missing and pair.words < 1.0:
            near = {k for j in pair.there for k in range(j - 2, j + 3) if 0 <= k < len(there)}
            around = [n for k in near for n in there[k].numbers if spare[n] > 0]
            missing = _missing(missing, around)
        gone = _missing(known, sketch.numbers)
        found.extend(f"{gone[0]} -> {n}" if gone else f"+{n}" for n in missing)
    return found


def _surplus(here: Sequence[SentenceSketch], everywhere: list[str]) -> Counter[str]:
    """How often the other text gives a number more than this one does."""
    spare = Counter(everywhere)
    spare.subtract(Counter(n for s in here for n in s.numbers))
    for s in here:
        for n in s.numbers:
            spare[n] += 1 if spare[n] == 0 else 0
    return spare


def _missing(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """The numbers that are not among the known ones, each known one used once."""
    left = list(known)
    missing = []
    for number in wanted:
        same = next((k for k in left if same_value(number, k)), None)
        if same is not None:
            left.remove(same)
        elif not Number(number).converted:
            missing.append(number)
    return missing


def _belongs(i: int, here: Sequence[SentenceSketch], of: dict[int, Pair], there: Sequence[SentenceSketch]) -> bool:
    """Is a sentence without counterpart part of the article proper, not of what the page puts around it?"""
    sketch = here[i]
    if not sketch.prose:  # an item of a list stands between two others
        return all(k in of and of[k].words >= COPIED and not here[k].prose for k in (i - 1, i + 1))
    paragraph = [k for k, s in enumerate(here) if s.paragraph == sketch.paragraph]
    if (
        min(of) < i < max(of)
        or any(k in of for k in paragraph)
        or sum(here[k].length for k in paragraph if here[k].prose) >= PARAGRAPH_WORDS
    ):
        return True
    known = {w for s in there for w in s.words}
    return len(known.intersection(sketch.words)) >= 2


def _preference(found: tuple[Candidate, Comparison]) -> tuple[bool, float, float, int]:
    """Duplicates first, then the best coverage, then the earliest."""
    candidate, comparison = found
    stamp = candidate.published_at.timestamp() if candidate.published_at else 0.0
    return bool(comparison.differences), -round(comparison.cover, 1), stamp, candidate.id


def _precedes(article: Article, candidate: Candidate) -> bool:
    """Is the article the earlier one? What credits the other is the later one when both are of one half-day."""
    if article.published_at is None or candidate.published_at is None:
        return False
    ahead = candidate.published_at - article.published_at
    if abs(ahead) <= CLOCK_DIFFERENCE:
        if _credits(candidate.credit, article.outlet) and not _credits(article.credit, candidate.outlet):
            return True
        if (article.credit and not candidate.credit) or _credits(article.credit, candidate.outlet):
            return False
    return ahead > timedelta(0)


def _credits(credit: str, outlet: str) -> bool:
    """Does a credit name an outlet?"""
    a, b = credit.lower().strip(), outlet.lower().strip()
    return bool(a and b) and (a in b or b in a)
