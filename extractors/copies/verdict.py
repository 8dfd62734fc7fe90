"""What is an article to the known ones: their copy, their update, or an original?

Fingerprint, candidates -> sentences aligned -> numbers compared -> one verdict.
Two ways to carry a known text: most of its sentences stand there word for word or nearly (wording), or each of them has its
counterpart in order, with the same names and numbers, while the words differ (spun). Two desks that tell one event share
names and numbers too, but not sentence by sentence (reworded.py).
Then the numbers decide. All known: duplicate. One differs, or a sentence of the article proper brings a new one: update.
Promise: a changed number in a copied sentence is never a duplicate. In doubt an update is said, which costs a second look
at the figures; a lost number cannot be mended.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from extractors.article.wire import names_outlet
from extractors.copies.align import COPIED, Pair, align, may_be_copied, similarity
from extractors.copies.differences import differences
from extractors.copies.reworded import Way, reworded
from extractors.copies.side import Side
from extractors.copies.values import Number
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Fingerprint, SentenceSketch, Verdict

#: Sentences less alike than this are not counterparts. Low on purpose: how many of them, and in what order, decides.
ALIKE = 0.3
#: A text carries another's wording when this share of its words stands in copied sentences. Excerpts under much
#: boilerplate showed 0.8 and more, independent reports 0.15 at most.
CARRIES = 0.5
REWORDED_LAYER = "names-and-numbers"
#: A share of a text that is worth joining with others': a paragraph or two.
PART = 0.1
#: So much of a text stands in some known ones together: a round-up of them. A desk's own story that quotes two of them has more
#: of its own.
ROUND_UP = 0.8
ROUND_UP_LAYER = "round-up"
#: An update keeps a third of the numbers and more (36 percent at least, in 58); the market report of the next day, in the
#: wording of the day before, a seventh.
KEPT_BY_UPDATE = 0.25
#: Fewer numbers than that do not show a template: all of a short one's can have moved.
FEWEST_OF_TEMPLATE = 5
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
    template: bool = False  #: the same sentences with other numbers throughout


def judge(article: Article, fingerprint: Fingerprint, candidates: Sequence[Candidate], *, revision: int = 1) -> Verdict:
    """The verdict on an article, given the known articles that share look-up keys with it.

    Args:
        candidates: known articles, in any order. Those published later than the article are not its parents; where they
            carry its text, the verdict names them as `later`.
        revision: of the article's URL; the publisher's edits follow each other in that order, whatever their dates say.
    """
    found: list[tuple[Candidate, Comparison]] = []
    parts: list[tuple[float, Candidate]] = []
    later: list[int] = []
    here = Side.of(fingerprint)
    for candidate in candidates:
        if candidate.fingerprint.version != fingerprint.version:
            continue
        there = Side.of(candidate.fingerprint)
        if _precedes(article, fingerprint, revision, candidate):
            comparison, part = _compared(there, here)
            if comparison is not None or part >= PART:
                later.append(candidate.id)
            continue
        comparison, part = _compared(here, there)
        if comparison is not None and (not comparison.template or candidate.url == article.url):
            found.append((candidate, comparison))
        elif comparison is None and part >= PART:
            parts.append((part, candidate))
    together = _round_up(here, parts) if not found else None
    if together is not None:
        found.append(together)
    if not found:
        return Verdict(relation=Relation.ORIGINAL, reason="no known text", later=tuple(later))
    candidate, comparison = min(found, key=_preference)
    alike = similarity(fingerprint, candidate.fingerprint)
    share = f"{comparison.cover:.0%} of it stands in {candidate.url}"
    if together is not None:
        share = f"{comparison.cover:.0%} of it stands in {len(parts)} known articles, most in {candidate.url}"
    elif comparison.layer == REWORDED_LAYER:
        share = f"reworded, sentence by sentence, from {candidate.url}"
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


def _compared(here: Side, there: Side) -> tuple[Comparison | None, float]:
    """Does a text carry another, and which of its numbers are new? None when it does not carry it.

    Returns:
        That, and the share of the text that is the other's, word for word or nearly; 0 where it is surely less than PART.
    """
    if here.text_hash and here.text_hash == there.text_hash:
        return Comparison("hash", 1.0, (), tuple((i, i) for i in range(len(here.sketches)))), 1.0
    if here.words < FEWEST_WORDS:
        return None, 0.0
    # nearly all known texts that share a key do so by chance: what tells most of them takes least, and comes first
    pairs = align(here, there, ALIKE) if may_be_copied(here, there) >= PART else []
    prose = [p for p in pairs if here.sketches[p.here].prose]
    copied = sum(here.sketches[p.here].length for p in prose if p.words >= COPIED) / here.words
    if copied >= CARRIES:
        back = {j for p in prose for j in p.there}
        whole = sum(there.sketches[j].length for j in back) >= 0.75 * there.words
        layer, cover = ("shingles" if whole else "excerpt"), copied
    else:
        way = reworded(here, there)
        if way is None:
            return None, copied
        layer, cover = REWORDED_LAYER, way.likeness
        pairs = _joined(pairs or align(here, there, ALIKE), way)
    shared = tuple((p.here, p.there[0]) for p in pairs)
    new = tuple(differences(here.sketches, there.sketches, pairs, reworded=layer == REWORDED_LAYER))
    return Comparison(layer, cover, new, shared, _template(here, there, new)), copied


def _template(here: Side, there: Side, new: Sequence[str]) -> bool:
    """Is it the same report of another day, place or person? Then hardly one of its numbers is the other's."""
    own = Counter(Number(n).value for s in here.sketches if s.prose for n in s.numbers)
    known = Counter(Number(n).value for s in there.sketches for n in s.numbers)
    count = own.total()
    # numbers that were rounded are no others: differences() knows
    return count >= FEWEST_OF_TEMPLATE and (own & known).total() < KEPT_BY_UPDATE * count and len(new) > count / 2


def _round_up(here: Side, parts: Sequence[tuple[float, Candidate]]) -> tuple[Candidate, Comparison] | None:
    """Several known texts on one page: the one that most of it is from, and how it compares with all of them together."""
    if sum(part for part, _ in parts) < ROUND_UP:
        return None
    order = sorted(parts, key=lambda part: (-part[0], part[1].url, part[1].id))
    sentences: list[SentenceSketch] = []
    for _, candidate in order:
        first = sentences[-1].paragraph + 1 if sentences else 0
        sentences.extend(replace(s, paragraph=first + s.paragraph) for s in candidate.fingerprint.sentences)
    comparison, copied = _compared(here, Side(sentences))
    if comparison is None or copied < ROUND_UP or comparison.template:
        return None
    most = order[0][1]
    shared = tuple((i, j) for i, j in comparison.shared if j < len(most.fingerprint.sentences))
    return most, replace(comparison, layer=ROUND_UP_LAYER, shared=shared)


def _joined(pairs: Sequence[Pair], way: Way) -> list[Pair]:
    """The counterparts of sentences of prose by their way, of others and of copied ones by their wording."""
    worded = {pair.here: pair for pair in pairs}
    found = dict(worded)
    for here, there in way.there.items():
        pair = worded.get(here)
        if pair is None:
            found[here] = Pair(here, there, 0.0, 0.0)
        elif pair.words < COPIED:
            found[here] = replace(pair, there=tuple(dict.fromkeys((*there, *pair.there))))
    return [found[here] for here in sorted(found)]


def _preference(found: tuple[Candidate, Comparison]) -> tuple[int, float, float, int]:
    """Duplicates first, then the fewest new numbers (the version that was updated), the best coverage, the earliest."""
    candidate, comparison = found
    stamp = candidate.published_at.timestamp() if candidate.published_at else 0.0
    return len(comparison.differences), -round(comparison.cover, 1), stamp, candidate.id


def _precedes(article: Article, fingerprint: Fingerprint, revision: int, candidate: Candidate) -> bool:
    """Is the article the earlier one? When both are of one half-day, the one that credits the other is the later. When both are
    of one moment, as where only the day is known, the one that gives more numbers is: reports grow."""
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
        return (_numbers(fingerprint), article.url) < (_numbers(candidate.fingerprint), candidate.url)
    return ahead > timedelta(0)


def _numbers(text: Fingerprint) -> int:
    return sum(len(sentence.numbers) for sentence in text.sentences)
