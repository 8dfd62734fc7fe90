"""What is an article to the known ones: their copy, their update, or an original?

Fingerprint, candidates -> sentences aligned -> numbers compared -> one verdict.
Two ways to carry a known text: most of its sentences stand there word for word or nearly (wording), or each of them has its
counterpart in order, with the same names and numbers, while the words differ (spun). Two desks that tell one event share
names and numbers too, but not sentence by sentence: their texts cover each other by a tenth, a spun copy by two fifths.
Sentence embeddings (WordLlama) tell them apart no better, so they are left out (measured on 23 spun copies, 480 other pairs).
Then the numbers decide. All known: duplicate. One differs, or a sentence of the article proper brings a new one: update.
Promise: a changed number in a copied sentence is never a duplicate. In doubt an update is said, which costs a second look
at the figures; a lost number cannot be mended.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from extractors.article.wire import names_outlet
from extractors.copies.align import COPIED, Pair, align, similarity
from extractors.copies.differences import differences
from extractors.copies.values import Number
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Fingerprint, Verdict

#: Sentences less alike than this are not counterparts. Low on purpose: how many of them, and in what order, decides.
ALIKE = 0.3
#: A text carries another's wording when this share of its words stands in copied sentences. Excerpts under much
#: boilerplate showed 0.8 and more, independent reports 0.15 at most.
CARRIES = 0.5
#: A reworded copy: the share of it that stands in its counterparts, by weight, times the share of its numbers that the other
#: text gives. Copies showed 0.35 and more, independent reports 0.25 at most.
REWORDED = 0.3
#: So much of it has a counterpart at all (copies 0.66 and more),
REWORDED_SENTENCES = 0.6
#: so many of its numbers are the other's, which leaves room for a reworded update,
SAME_NUMBERS = 0.75
#: and so many of its sentences stand in the other's order (copies 0.9 and more; half of it when paragraphs were shuffled).
SAME_ORDER = 0.5
#: Numbers needed to tell a reworded copy from another report: fewer prove nothing.
FEWEST_NUMBERS = 3
REWORDED_LAYER = "names-and-numbers"
#: Words of a text, below which sharing them proves nothing.
FEWEST_WORDS = 12
#: Clocks of publishers differ: a text that credits its origin may be stamped a little earlier than that.
CLOCK_DIFFERENCE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One article against one candidate."""

    layer: str
    cover: float  #: share of the article that stands in the candidate
    differences: tuple[str, ...]  #: numbers that the candidate does not give, with what they replace
    shared: tuple[tuple[int, int], ...]


def judge(article: Article, fingerprint: Fingerprint, candidates: Sequence[Candidate], *, revision: int = 1) -> Verdict:
    """The verdict on an article, given the known articles that share look-up keys with it.

    Args:
        candidates: known articles, in any order. Those published later than the article are not its parents; where they
            carry its text, the verdict names them as `later`.
        revision: of the article's URL; the publisher's edits follow each other in that order, whatever their dates say.
    """
    found: list[tuple[Candidate, Comparison]] = []
    later: list[int] = []
    for candidate in candidates:
        if candidate.fingerprint.version != fingerprint.version:
            continue
        if _precedes(article, revision, candidate):
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
        layer = REWORDED_LAYER
    shared = tuple((p.here, p.there[0]) for p in pairs)
    new = differences(here.sentences, there.sentences, pairs, reworded=layer == REWORDED_LAYER)
    return Comparison(layer, cover, tuple(new), shared)


def _reworded(here: Fingerprint, there: Fingerprint, pairs: list[Pair], total: int) -> float:
    """How much of a text is another's in other words; 0 when it is a report of its own."""
    sentences = here.sentences
    cover = sum(sentences[p.here].length * p.cover for p in pairs) / total
    aligned = sum(sentences[p.here].length for p in pairs) / total
    if aligned < REWORDED_SENTENCES:
        return 0.0
    own = Counter(Number(n).value for s in sentences if s.prose for n in s.numbers)
    known = Counter(Number(n).value for s in there.sentences for n in s.numbers)
    count = own.total()
    kept = (own & known).total() / count if count >= FEWEST_NUMBERS else 0.0
    if kept < SAME_NUMBERS or cover * kept < REWORDED:
        return 0.0
    return cover if _in_order([p.there[0] for p in pairs]) >= SAME_ORDER else 0.0


def _in_order(places: list[int]) -> float:
    """The share of a sequence that its longest non-decreasing part makes up, in [0, 1]."""
    tails: list[int] = []
    for place in places:
        at = bisect_right(tails, place)
        tails[at : at + 1] = [place]
    return len(tails) / len(places) if places else 0.0


def _preference(found: tuple[Candidate, Comparison]) -> tuple[int, float, float, int]:
    """Duplicates first, then the fewest new numbers (the version that was updated), the best coverage, the earliest."""
    candidate, comparison = found
    stamp = candidate.published_at.timestamp() if candidate.published_at else 0.0
    return len(comparison.differences), -round(comparison.cover, 1), stamp, candidate.id


def _precedes(article: Article, revision: int, candidate: Candidate) -> bool:
    """Is the article the earlier one? When both are of one half-day, the one that credits the other is the later."""
    if article.url == candidate.url and revision != candidate.revision:
        return revision < candidate.revision
    if article.published_at is None or candidate.published_at is None:
        return False
    ahead = candidate.published_at - article.published_at
    if abs(ahead) <= CLOCK_DIFFERENCE and not names_outlet(article.outlet, candidate.outlet):
        credited, credits = names_outlet(candidate.credit, article.outlet), names_outlet(article.credit, candidate.outlet)
        if credited != credits:
            return credited
    if not ahead:  # one of them has to be the first, and the same whichever is stored first
        return article.url < candidate.url
    return ahead > timedelta(0)
