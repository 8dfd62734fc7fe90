"""Do two figures measure the same thing? What speaks for it and against it, as numbers.

(mention, mention, rarity) -> features, in the order of FEATURES. Overlaps are weighted by rarity within the story: in a story
about a mine every sentence has miners, and "rescued" tells the series apart. Symmetric: features(a, b) == features(b, a).
Pure. Not here: what the features weigh (linker.py, learnt), which pairs are asked (link.py).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from extractors.series.kinds import alike, same_fate, same_harm
from extractors.series.mention import Mention, embedding, stem, unpack
from extractors.series.standing import same_speaker

#: Beyond this ratio numbers are simply far apart (e^4 is 55).
FAR = 4.0

FEATURES = (
    "same unit",
    "same head noun",
    "rarity of a shared head noun",
    "rivals with this head noun, lesser",
    "rivals with this head noun, greater",
    "unit alike",
    "same rate",
    "one has a rate",
    "near words, Jaccard",
    "near words, containment",
    "nearest words, Jaccard",
    "near words of one in the other's sentence, lesser",
    "near words of one in the other's sentence, greater",
    "counted words",
    "sentence words, Jaccard",
    "sentence words, containment",
    "words with the sentence before, containment",
    "headline words",
    "headline of one in the sentence of the other",
    "what is measured, Jaccard",
    "what is measured, containment",
    "what is measured, embedded",
    "embedded surroundings",
    "rarest near word missing in the other",
    "names of the article",
    "names in the sentence",
    "names in one sentence only",
    "value apart",
    "value equal",
    "wordings meet",
    "digits of an equal value",
    "others with this value",
    "value among the other's companions",
    "companions shared",
    "same speaker",
    "different speakers",
    "both open their article",
    "place in the article apart",
    "same article",
    "sentences between, in one article",
    "counted words, lesser number",
    "sentence length, lesser",
    "verb",
    "agent",
    "patient",
    "place",
    "period",
    "whole",
    "counted noun",
    "kinds alike",
    "fates alike",
    "harm alike",
    "one has a period",
    "days apart",
    "later one lower",
    "later one higher",
    "alike",
    "alike beyond the next best, lesser",
    "alike beyond the next best, greater",
    "value met elsewhere",
)


#: Places of the features that say how alike the wording is, whatever the values.
_ALIKE = tuple(map(FEATURES.index, ("near words, Jaccard", "nearest words, Jaccard", "counted words", "embedded surroundings")))
_EQUAL = FEATURES.index("value equal")


class Rarity:
    """How much a word, a unit or a value tells in this neighbourhood of mentions."""

    def __init__(self, neighbourhood: Iterable[Mention]) -> None:
        words: Counter[str] = Counter()
        values: Counter[float] = Counter()
        units: Counter[str] = Counter()
        rivals: Counter[tuple[str, str]] = Counter()
        for one in neighbourhood:
            words.update(set(one.sentence) | set(one.measured))
            values[one.number] += 1
            units[head(one.unit)] += 1
            rivals[one.article, head(one.unit)] += 1
        self._mentions = max(2, sum(values.values()))
        self._words = words
        self._values = values
        self._units = units
        self._rivals = rivals
        self._top = math.log(self._mentions + 1)

    def of(self, word: str) -> float:
        """In (0, 1], larger is rarer."""
        return self._rare(self._words[word])

    def of_unit(self, unit: str) -> float:
        """In (0, 1], larger is rarer."""
        return self._rare(self._units[head(unit)])

    def same_value(self, value: float) -> float:
        """Share of the mentions with this value."""
        return self._values[value] / self._mentions

    def rivals(self, article: str, unit: str) -> int:
        """How many figures of the article count this unit."""
        return self._rivals[article, head(unit)]

    def _rare(self, count: int) -> float:
        return max(0.01, math.log((self._mentions + 1) / (count + 0.5)) / self._top)


@lru_cache(maxsize=10_000)
def head(unit: str) -> str:
    """The last word of a unit, without inflection: "artillery shells" -> "shell"."""
    words = unit.split()
    return stem(words[-1]) if words else ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mention with its sets and weights worked out once."""

    mention: Mention
    near: frozenset[str]
    nearest: frozenset[str]
    around: frozenset[str]
    wide: frozenset[str]
    sentence: frozenset[str]
    counted: frozenset[str]
    title: frozenset[str]
    measured: frozenset[str]
    names: frozenset[str]
    local: frozenset[str]
    slots: tuple[frozenset[str], ...]
    speaker: frozenset[str]
    companions: frozenset[float]
    weight: dict[str, float]
    vector: NDArray[np.float32]
    unit: NDArray[np.float32]
    label: NDArray[np.float32]
    sums: dict[frozenset[str], float] = field(default_factory=dict)  #: weights of whole sets, as they are first asked for


def prepare(one: Mention, rarity: Rarity) -> Prepared:
    """Sets, weights and vectors of a mention in its neighbourhood."""
    near = frozenset((*one.near, *one.counted))
    sentence = frozenset(one.sentence)
    wide = sentence | frozenset(one.before)
    words = wide | near | frozenset(one.title) | frozenset(one.measured) | frozenset(w for part in one.slots for w in part)
    return Prepared(
        mention=one,
        near=near,
        nearest=frozenset((*one.near[:4], *one.counted)),
        around=sentence | near,
        wide=wide,
        sentence=sentence,
        counted=frozenset(one.counted),
        title=frozenset(one.title),
        measured=frozenset(one.measured),
        names=frozenset(one.names),
        local=frozenset(one.local),
        slots=tuple(map(frozenset, one.slots)),
        speaker=frozenset(one.speaker),
        companions=frozenset(one.companions),
        weight={w: rarity.of(w) for w in words},
        vector=unpack(one.vector),
        unit=embedding(one.unit.lower()),
        label=embedding(one.label.lower()),
    )


def table(ready: Sequence[Prepared], pairs: Sequence[tuple[int, int]], rarity: Rarity) -> NDArray[np.float64]:
    """A row of FEATURES for each pair of indexes.

    The last features set a pair against its rivals: the other pairs in the table between the same figure and the same article.
    """
    if not pairs:
        return np.zeros((0, len(FEATURES)))
    rows = [features(ready[i], ready[j], rarity) for i, j in pairs]
    closeness = [sum(row[at] for at in _ALIKE) / len(_ALIKE) for row in rows]
    rivals: dict[tuple[int, str], list[tuple[float, int]]] = defaultdict(list)
    equals: dict[tuple[int, str], set[int]] = defaultdict(set)
    for (i, j), row, close in zip(pairs, rows, closeness, strict=True):
        for one, other in ((i, j), (j, i)):
            there = (one, ready[other].mention.article)
            rivals[there].append((close, other))
            if row[_EQUAL]:
                equals[there].add(other)
    for found in rivals.values():
        found.sort(reverse=True)
        del found[2:]
    for (i, j), row, close in zip(pairs, rows, closeness, strict=True):
        beyond, elsewhere = [], 0
        for one, other in ((i, j), (j, i)):
            there = (one, ready[other].mention.article)
            beyond.append(close - next((rival for rival, k in rivals[there] if k != other), 0.0))
            elsewhere += bool(equals[there] - {other})
        row += [close, min(beyond), max(beyond), float(elsewhere)]
    return np.array(rows)


def features(a: Prepared, b: Prepared, rarity: Rarity) -> list[float]:
    """What FEATURES names, in that order, but for the last ones, which need the rivals."""
    x, y = a.mention, b.mention
    shared_near, total_near, least_near = _weigh(a, b, a.near, b.near)
    shared_first, total_first, _ = _weigh(a, b, a.nearest, b.nearest)
    shared, total, least = _weigh(a, b, a.sentence, b.sentence)
    shared_wide, _, least_wide = _weigh(a, b, a.wide, b.wide)
    shared_count, total_count, _ = _weigh(a, b, a.counted, b.counted)
    shared_title, total_title, _ = _weigh(a, b, a.title, b.title)
    shared_label, total_label, least_label = _weigh(a, b, a.measured, b.measured)
    held = sorted((_held(a, b.wide), _held(b, a.wide)))
    missing = max(_missing(a, b.wide), _missing(b, a.wide))
    titled = max(_share(a, a.sentence & b.title, b.title), _share(b, b.sentence & a.title, a.title))
    apart = _apart(x.number, y.number)
    equal = apart < 1e-3
    same_head = head(x.unit) == head(y.unit)
    rivals = sorted((rarity.rivals(x.article, y.unit), rarity.rivals(y.article, x.unit)))
    both_speak = bool(a.speaker and b.speaker)
    same_voice = same_speaker(a.speaker, b.speaker)
    return [
        float(x.unit == y.unit),
        float(same_head),
        rarity.of_unit(x.unit) if same_head else 0.0,
        float(min(5, rivals[0])),
        float(min(5, rivals[1])),
        float(a.unit @ b.unit),
        float(x.rate == y.rate),
        float(bool(x.rate) != bool(y.rate)),
        _ratio(shared_near, total_near),
        _ratio(shared_near, least_near),
        _ratio(shared_first, total_first),
        held[0],
        held[1],
        _ratio(shared_count, total_count),
        _ratio(shared, total),
        _ratio(shared, least),
        _ratio(shared_wide, least_wide),
        _ratio(shared_title, total_title),
        titled,
        _ratio(shared_label, total_label),
        _ratio(shared_label, least_label),
        float(a.label @ b.label),
        float(a.vector @ b.vector),
        missing,
        _ratio(len(a.names & b.names), min(len(a.names), len(b.names))),
        _ratio(len(a.local & b.local), len(a.local | b.local)),
        float(max(len(a.local - b.local), len(b.local - a.local))),
        apart,
        float(equal),
        float(x.low <= y.high and y.low <= x.high),
        float(min(x.digits, y.digits)) if equal else 0.0,
        rarity.same_value(x.number) + rarity.same_value(y.number) if equal else 0.0,
        float(x.number in b.companions or y.number in a.companions),
        float(len(a.companions & b.companions)),
        float(same_voice),
        float(both_speak and not same_voice),
        float(x.position == 0 and y.position == 0),
        float(min(10, abs(x.position - y.position))),
        float(x.article == y.article),
        float(min(20, abs(x.line - y.line))) if x.article == y.article else -1.0,
        float(min(len(x.counted), len(y.counted))),
        float(min(len(x.sentence), len(y.sentence))),
        *(_ratio(len(p & q), min(len(p), len(q))) if p and q else -1.0 for p, q in zip(a.slots[1:], b.slots[1:], strict=True)),
        _ratio(len(a.slots[0] & b.slots[0]), min(len(a.slots[0]), len(b.slots[0]))) if a.slots[0] and b.slots[0] else -1.0,
        alike(x.kind, y.kind),
        same_fate(x.fates, y.fates),
        same_harm(x.fates, y.fates),
        float(bool(a.slots[5]) != bool(b.slots[5])),
        *_moved(x, y, apart),
    ]


def _moved(x: Mention, y: Mention, apart: float) -> tuple[float, float, float]:
    """Days between the two as a logarithm, and how far the later one lies below or above the earlier."""
    if not x.day or not y.day:
        return 0.0, 0.0, 0.0
    days = abs(x.day - y.day)
    first, last = (x, y) if x.day <= y.day else (y, x)
    lower = last.number < first.number and days > 0
    return math.log1p(days), apart if lower else 0.0, apart if last.number > first.number and days > 0 else 0.0


def _weigh(a: Prepared, b: Prepared, left: frozenset[str], right: frozenset[str]) -> tuple[float, float, float]:
    """Weight of the words in both, in either, and in the lighter of the two; sums that no order of a set changes."""
    mine, theirs = _sum(a, left), _sum(b, right)
    shared = left & right
    both = math.fsum([a.weight[w] for w in shared]) if shared else 0.0
    return both, mine + theirs - both, min(mine, theirs)


def _sum(one: Prepared, part: frozenset[str]) -> float:
    """Weight of one of its sets, added up once: a mention is compared with many others."""
    found = one.sums.get(part)
    if found is None:
        found = one.sums[part] = math.fsum([one.weight[w] for w in part])
    return found


def _held(one: Prepared, other: frozenset[str]) -> float:
    """Share of one's near words that the other's sentences hold."""
    return _ratio(math.fsum([one.weight[w] for w in one.near & other]), _sum(one, one.near))


def _share(one: Prepared, part: frozenset[str], whole: frozenset[str]) -> float:
    weight = one.weight
    return _ratio(math.fsum(weight.get(w, 0.5) for w in part), math.fsum(weight.get(w, 0.5) for w in whole))


def _missing(one: Prepared, other: frozenset[str]) -> float:
    return max((one.weight[w] for w in one.nearest - other), default=0.0)


def _apart(x: float, y: float) -> float:
    """Distance of two numbers as the logarithm of their ratio, in [0, FAR]."""
    if x == y:
        return 0.0
    if x <= 0 or y <= 0 or math.isinf(x) or math.isinf(y):
        return FAR
    return min(FAR, abs(math.log(x) - math.log(y)))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
