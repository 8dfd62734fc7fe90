"""Which sentence of one text is which of another?

Two texts -> for each sentence of the first its counterparts in the second, and how much of it they cover, in [0, 1].
Words are weighted by their rarity in the two texts, so that a shared "Qalat" says more than a shared "officials".
A sentence may have several counterparts (merged by an editor) and be one of several of its counterpart's (cut in two).
Linear in the length of the texts: a word that stands in very many sentences finds no counterpart.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import fsum, log

from extractors.copies.side import Side
from schemas.records import Fingerprint

#: A word in more sentences than this brings none of them together; the weights of the others decide.
COMMON = 12
#: Counterparts looked at for one sentence.
MOST_TRIED = 12
#: A sentence that is so much like one other, of the longer of the two, has no further counterparts.
WHOLE = 0.7
#: Sentences that an editor may have merged into one.
MOST_MERGED = 3
#: A number weighs as much as this many words of the same rarity: it is what a reworded sentence keeps.
NUMBER_WEIGHT = 2.0
#: The share of a sentence's own words, by weight, from which on its wording counts as copied.
COPIED = 0.6


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its counterparts, best first."""

    here: int
    there: tuple[int, ...]
    cover: float  #: how much of the sentence stands in its counterparts, by weight
    words: float  #: the same for words alone


def similarity(a: Fingerprint, b: Fingerprint) -> float:
    """How alike two texts are, in [0, 1], 1 for the same text: words and numbers in common, by weight. Symmetric."""
    if a.text_hash == b.text_hash:
        return 1.0
    ours, theirs = (Side([sketch for sketch in text.sentences if sketch.prose]) for text in (a, b))
    weight = Weights(ours, theirs)
    one, other = set(ours.item_count), set(theirs.item_count)
    whole = weight(one | other)
    return weight(one & other) / whole if whole else 0.0


class Weights:
    """How telling a word or number is in two texts: the rarer, the more."""

    def __init__(self, one: Side, other: Side) -> None:
        count = one.item_count + other.item_count
        rarity = _rarity(one, other, max(count.values(), default=0))
        self._of = {
            item: rarity[n] * (NUMBER_WEIGHT if isinstance(item, str) and len(item) > 1 else 1.0) for item, n in count.items()
        }

    def __call__(self, group: set[object]) -> float:
        """The summed weight of some items."""
        return fsum(self._of[item] for item in group)  # exact, so that the order of a set does not matter


def _rarity(one: Side, other: Side, most: int) -> list[float]:
    """What stands in so many sentences of two texts tells so much."""
    total = len(one.sketches) + len(other.sketches) + 1
    return [0.0, *(log(1 + total / n) for n in range(1, most + 1))]


def may_be_copied(here: Side, there: Side) -> float:
    """The share of the words of prose whose sentences may be copied: the words of others stand nowhere there, or too few do.

    A first look, many times as fast as align(), which finds no more.
    """
    ours, theirs = here.word_count, there.word_count
    most = max(ours.values(), default=0) + max(theirs.values(), default=0)
    rarity = _rarity(here, there, most)
    of = {word: rarity[n + theirs.get(word, 0)] for word, n in ours.items()}
    length = 0
    for sketch in here.sketches:
        if sketch.prose and sketch.words:
            own = fsum([of[word] for word in sketch.words])
            if fsum([of[word] for word in sketch.words if word in theirs]) / own >= COPIED:
                length += sketch.length
    return length / here.words if length else 0.0


def align(here: Side, there: Side, least: float) -> list[Pair]:
    """The sentences of here that are at least so much like sentences of there, in order."""
    weight = Weights(here, there)
    ours, theirs = here.items, there.items
    where: dict[object, list[int]] = defaultdict(list)
    worded: list[set[object]] = [set(s.words) for s in there.sketches]
    their_weight, their_words = [weight(group) for group in theirs], [weight(group) for group in worded]
    for j, group in enumerate(theirs):
        for item in group:
            if len(where[item]) <= COMMON:
                where[item].append(j)
    pairs: list[Pair] = []
    for i, group in enumerate(ours):
        own = weight(group)
        if not own:
            continue
        votes: Counter[int] = Counter()
        for item in group:
            places = where.get(item, ())
            if len(places) <= COMMON:
                votes.update(places)
        words: set[object] = set(here.sketches[i].words)
        own_words = weight(words)
        scored: list[tuple[float, float, int]] = []
        # every choice is made in a fixed order: that of a set differs from process to process
        for j, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:MOST_TRIED]:
            if here.sketches[i].skeleton == there.sketches[j].skeleton:
                scored.append((1.0, 1.0, j))
                continue
            # by words alone, so that changed numbers do not hide a sentence; by both, so that kept ones show a reworded one
            whole = _likeness(own, their_weight[j], weight(group & theirs[j]))
            bare = _likeness(own_words, their_words[j], weight(words & worded[j]))
            scored.append((*(max(whole, bare) if sum(bare) >= 1.0 else whole), j))
        best = [s for s in scored if (s[0] + s[1]) / 2 >= least or (s[0] >= 2 * least and len(theirs[s[2]]) >= 3)]
        if not best:
            continue
        # of sentences worded alike, the one with the same numbers, then the one in the same place
        best.sort(
            key=lambda s: (
                -(s[0] + s[1]),
                here.sketches[i].numbers != there.sketches[s[2]].numbers,
                -len(group & theirs[s[2]]),
                abs(s[2] - i),
                s[2],
            )
        )
        chosen = tuple(j for _, _, j in best[: 1 if best[0][1] >= WHOLE else MOST_MERGED])
        union: set[object] = set().union(*(theirs[j] for j in chosen))
        pairs.append(Pair(i, chosen, weight(group & union) / own, weight(words & union) / own_words if words else 0.0))
    return pairs


def _likeness(one: float, other: float, shared: float) -> tuple[float, float]:
    """What two groups share, of the lighter and of the heavier one; each by its weight."""
    return (shared / min(one, other), shared / max(one, other)) if shared else (0.0, 0.0)
