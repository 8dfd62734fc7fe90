"""Do two figures measure the same thing? What speaks for it and against it, as numbers.

(figures that are compared with one another, pairs of them) -> a row of FEATURES a pair. Overlaps are weighted by rarity within
the story: in a story about a mine every sentence has miners, and "rescued" tells the series apart. Symmetric: the row of (a, b)
is that of (b, a). Sets of words are rows of matrices over the words of all figures, so that one product compares them all.
Pure. Not here: what the features weigh (linker.py, learnt), which pairs are asked (link.py).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from itertools import chain, count, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.series.kinds import alike, same_fate, same_harm
from extractors.series.mention import Mention, embedding, family, roots, stem, unpack, wording
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
    "same span",
    "spans differ",
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
    "names of the article by rank",
    "names of the article by rarity",
    "main name in the other article, lesser",
    "main name in the other article, greater",
    "main name in the other's sentence, lesser",
    "main name in the other's sentence, greater",
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


#: Features that say how alike the wording is, whatever the values.
_ALIKE = ("near words, Jaccard", "nearest words, Jaccard", "counted words", "embedded surroundings")
#: Digits behind the point: less than any threshold of a forest, more than the order of a sum can move.
DIGITS = 6
#: Places of some sets of words among those of a figure.
NEAR, NEAREST, SENTENCE, WIDE, TITLE = 0, 1, 3, 4, 5
#: Parts of a figure's sentence that are compared as sets: counted, action, agent, patient, place, period, whole.
_SLOTS = 7

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]
Indexes = NDArray[np.intp]


@lru_cache(maxsize=10_000)
def head(unit: str) -> str:
    """The last word of a unit, without inflection: "artillery shells" -> "shell"."""
    words = unit.split()
    return stem(words[-1]) if words else ""


def _compared(values: Sequence[Hashable], same: Callable[[Any, Any], float]) -> Floats:
    """same(a, b) of each with each; two values are compared once, however many figures hold them."""
    _, code = _codes(values)
    different = list(dict.fromkeys(values))
    table = np.array([list(map(same, repeat(a), different)) for a in different], dtype=np.float64)
    return table[code[:, None], code]


def _embedded(phrases: Sequence[str]) -> NDArray[np.float32]:
    """The embedding of each, one a row; likewise."""
    _, code = _codes(phrases)
    return np.array(list(map(embedding, dict.fromkeys(phrases))))[code]


class Neighbourhood:
    """Figures that are compared with one another, and how much a word, a unit or a value tells among them."""

    def __init__(self, every: Sequence[Mention]) -> None:
        self.mentions = tuple(every)
        size = len(every)
        self.vector = unpack([wording(m) for m in every])
        self.label = _embedded([m.label.lower() for m in every])
        _, self.unit = _codes([m.unit for m in every])
        self._unit = _embedded([m.unit.lower() for m in every])
        heads, self.head = _codes([head(m.unit) for m in every])
        articles, self.article = _codes([m.article for m in every])
        numbers, self.value = _codes([m.number for m in every])
        _, self.rate = _codes([m.rate for m in every])
        _, self.span = _codes([m.span for m in every])
        self.spanned = np.array([bool(m.span) for m in every])
        _, self.family = _codes([family(m) for m in every])
        self.number = np.array([m.number for m in every])
        self.digits = np.array([m.digits for m in every])
        self.line = np.array([m.line for m in every])
        self.day = np.array([m.day for m in every])
        self.rated = np.array([bool(m.rate) for m in every])
        self.voiced = np.array([bool(m.speaker) for m in every])
        #: Every figure with every other.
        self.kinds = _compared([m.kind for m in every], alike)
        self.fates = _compared([m.fates for m in every], same_fate)
        self.harms = _compared([m.fates[:1] for m in every], same_harm)
        self.voices = _compared([frozenset(m.speaker) for m in every], same_speaker)
        self._articles = articles
        self._rivals = np.zeros((articles, heads))  #: figures of an article that count a unit
        np.add.at(self._rivals, (self.article, self.head), 1.0)

        parts: list[tuple[str, ...]] = []
        words: Callable[[Mention], tuple[str, ...]]
        for words in (
            lambda m: m.near,
            lambda m: m.near[:4],
            lambda m: m.counted,
            lambda m: m.sentence,
            lambda m: m.before,
            lambda m: m.title,
            lambda m: m.measured,
        ):
            parts.extend(words(m) for m in every)
        #: The words of each figure: near, nearest, counted, of the sentence, with the one before, of the headline, measured.
        self._words = _sets(parts, 7, size)
        near, nearest, counted, sentence, wide, _, measured = self._words
        near |= counted
        nearest |= counted
        wide |= sentence
        top = np.log(max(2, size) + 1)
        told = (sentence | measured).sum(axis=0)
        #: In (0, 1] for words of the sentences, larger is rarer.
        self._weight: Floats = np.maximum(0.01, np.log((max(2, size) + 1) / (told + 0.5)) / top)
        units = np.bincount(self.head, minlength=heads)
        self._rare_unit: Floats = np.maximum(0.01, np.log((max(2, size) + 1) / (units + 0.5)) / top)
        self._share: Floats = np.bincount(self.value, minlength=numbers) / max(2, size)

        names = [roots(m.names) for m in every] + [roots(m.local) for m in every]
        for k in range(_SLOTS):
            names += [m.slots[k] for m in every]
        #: Names of the article, names in the sentence, parts of the sentence.
        self._called = _sets(names, 2 + _SLOTS, size)
        self.main, self.told, self.by_rank, self.by_rarity = self._named()
        #: The number of each figure, and those of its companions.
        self._met = _sets([*([m.number] for m in every), *(m.companions for m in every)], 2, size)

    def _named(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats, Floats]:
        """Of each figure and every other: does the other's article hold the main name of this one's, and its sentence; how like
        each other are the names of the two articles, by how often they come there, and by that and by how few have them.

        Stories of one kind share nouns, and numbers by chance; what they are about tells them apart.
        """
        code = _numbering()  # the numbers of _sets, which begins with the names
        numbered = {
            told: np.array([code[name] for name in roots(told)], dtype=np.intp)
            for told in dict.fromkeys(m.names for m in self.mentions)
        }
        names = [numbered[m.names] for m in self.mentions]
        main = np.array([some[0] if len(some) else -1 for some in names])
        held, told = ((x[:, main] & (main >= 0)).T for x in self._called[:2])
        _, first = np.unique(self.article, return_index=True)  # all figures of an article have its names
        of_articles = self._called[0, first]
        rank = np.zeros(of_articles.shape)
        for row, at in enumerate(first):
            rank[row, names[at]] = 1 / (1.0 + np.arange(len(names[at])))
        rarity = np.log((len(first) + 1) / (of_articles.sum(axis=0) + 0.5))
        pairs = np.ix_(self.article, self.article)
        return held, told, _cosine(rank)[pairs], _cosine(rank * rarity)[pairs]

    def table(self, pairs: Indexes) -> Floats:
        """A row of FEATURES for each pair of indexes, of which pairs holds two a row.

        The last features set a pair against its rivals: the other pairs asked between the same figure and the same article.
        """
        if not len(pairs):
            return np.zeros((0, len(FEATURES)))
        found = _Pairs(self, pairs).features()
        rows: Floats = np.round(np.stack([found[name] for name in FEATURES], axis=1), DIGITS)
        return rows


class _Pairs:
    """Some pairs of a neighbourhood; first and second are the places of their figures."""

    def __init__(self, near: Neighbourhood, pairs: Indexes) -> None:
        self._near = near
        self._i, self._j = pairs[:, 0], pairs[:, 1]
        #: The figures that come first in a pair, those that come second, and where the pairs have them.
        self._firsts, self._at_i = np.unique(self._i, return_inverse=True)
        self._seconds, self._at_j = np.unique(self._j, return_inverse=True)

    def features(self) -> Columns:
        """What FEATURES names."""
        found = self._words() | self._things() | self._values() | self._places()
        return found | self._rivals(found)

    def _words(self) -> Columns:
        n = self._near
        near, nearest, counted, sentence, wide, title, measured = self._weigh(n._words)
        sides = n._words[[NEAR, WIDE, SENTENCE, TITLE]], n._words[[WIDE, NEAR, TITLE, SENTENCE]]
        one, other, titled, back = self._both(*sides, n._weight)
        one, other = _ratio(one, near.one), _ratio(other, near.other)
        titled, back = _ratio(titled, title.other), _ratio(back, title.one)
        return {
            "near words, Jaccard": near.jaccard,
            "near words, containment": near.containment,
            "nearest words, Jaccard": nearest.jaccard,
            "near words of one in the other's sentence, lesser": np.minimum(one, other),
            "near words of one in the other's sentence, greater": np.maximum(one, other),
            "counted words": counted.jaccard,
            "sentence words, Jaccard": sentence.jaccard,
            "sentence words, containment": sentence.containment,
            "words with the sentence before, containment": wide.containment,
            "headline words": title.jaccard,
            "headline of one in the sentence of the other": np.maximum(titled, back),
            "what is measured, Jaccard": measured.jaccard,
            "what is measured, containment": measured.containment,
            "rarest near word missing in the other": self._missing(n._words[NEAREST], n._words[WIDE]),
            "counted words, lesser number": self._least([len(m.counted) for m in n.mentions]),
            "sentence length, lesser": self._least([len(m.sentence) for m in n.mentions]),
        }

    def _things(self) -> Columns:
        n, i, j = self._near, self._i, self._j
        same_head = n.head[i] == n.head[j]
        rivals = n._rivals[n.article[i], n.head[j]], n._rivals[n.article[j], n.head[i]]
        names, local, *slots = self._count(n._called)
        apart = [local.one - local.both, local.other - local.both]
        mains = n.main[i, j], n.main[j, i]
        told = n.told[i, j], n.told[j, i]
        same_voice = n.voices[i, j]
        both_spanned = n.spanned[i] & n.spanned[j]
        return {
            "same unit": n.unit[i] == n.unit[j],
            "same head noun": same_head,
            "rarity of a shared head noun": np.where(same_head, n._rare_unit[n.head[i]], 0.0),
            "rivals with this head noun, lesser": np.minimum(5, np.minimum(*rivals)),
            "rivals with this head noun, greater": np.minimum(5, np.maximum(*rivals)),
            "unit alike": self._dot(n._unit),
            "same rate": n.rate[i] == n.rate[j],
            "one has a rate": n.rated[i] != n.rated[j],
            "same span": both_spanned & (n.span[i] == n.span[j]),
            "spans differ": np.where(both_spanned, n.span[i] != n.span[j], 0.5 * (n.spanned[i] != n.spanned[j])),
            "what is measured, embedded": self._dot(n.label),
            "embedded surroundings": self._dot(n.vector),
            "names of the article": names.containment,
            "names of the article by rank": n.by_rank[i, j],
            "names of the article by rarity": n.by_rarity[i, j],
            "main name in the other article, lesser": np.minimum(*mains),
            "main name in the other article, greater": np.maximum(*mains),
            "main name in the other's sentence, lesser": np.minimum(*told),
            "main name in the other's sentence, greater": np.maximum(*told),
            "names in the sentence": _ratio(local.both, local.one + local.other - local.both),
            "names in one sentence only": np.maximum(*apart),
            "same speaker": same_voice,
            "different speakers": n.voiced[i] & n.voiced[j] & (same_voice == 0),
            "counted noun": slots[0].known,
            "verb": slots[1].known,
            "agent": slots[2].known,
            "patient": slots[3].known,
            "place": slots[4].known,
            "period": slots[5].known,
            "whole": slots[6].known,
            "kinds alike": n.kinds[i, j],
            "fates alike": n.fates[i, j],
            "harm alike": n.harms[i, j],
            "one has a period": (slots[5].one > 0) != (slots[5].other > 0),
        }

    def _values(self) -> Columns:
        n, i, j = self._near, self._i, self._j
        numbers, days = n.number, n.day
        low, high = np.array([m.low for m in n.mentions]), np.array([m.high for m in n.mentions])
        apart = distance(numbers[i], numbers[j])
        equal = apart < 1e-3
        digits = np.minimum(n.digits[i], n.digits[j])
        *among, companions = self._both(n._met[[0, 1, 1]], n._met[[1, 0, 1]])
        dated = (days[i] > 0) & (days[j] > 0)
        between = np.where(dated, np.abs(days[i] - days[j]), 0.0)
        rise = np.where(days[i] <= days[j], numbers[j] > numbers[i], numbers[i] > numbers[j])
        moved = np.where(between > 0, apart, 0.0)
        return {
            "value apart": apart,
            "value equal": equal,
            "wordings meet": (low[i] <= high[j]) & (low[j] <= high[i]),
            "digits of an equal value": np.where(equal, digits, 0.0),
            "others with this value": np.where(equal, n._share[n.value[i]] + n._share[n.value[j]], 0.0),
            "value among the other's companions": (among[0] + among[1]) > 0,
            "companions shared": companions,
            "days apart": np.log1p(between),
            "later one lower": np.where(rise, 0.0, moved),
            "later one higher": np.where(rise, moved, 0.0),
        }

    def _places(self) -> Columns:
        n, i, j = self._near, self._i, self._j
        position = np.array([m.position for m in n.mentions])
        same = n.article[i] == n.article[j]
        return {
            "both open their article": (position[i] == 0) & (position[j] == 0),
            "place in the article apart": np.minimum(10, np.abs(position[i] - position[j])),
            "same article": same,
            "sentences between, in one article": np.where(same, np.minimum(20, np.abs(n.line[i] - n.line[j])), -1.0),
        }

    def _rivals(self, found: Columns) -> Columns:
        n, i, j = self._near, self._i, self._j
        close: Floats = np.round(sum(found[name] for name in _ALIKE) / len(_ALIKE), DIGITS)
        size = len(n.mentions)
        likeness, equals = np.full((size, size), -np.inf), np.zeros((size, size))
        likeness[i, j] = likeness[j, i] = close
        equals[i, j] = equals[j, i] = found["value equal"]
        # Of each figure and each article: the best pair, and the next, which is the best's rival; two alike are each other's.
        order = np.argsort(n.article, kind="stable")
        starts = np.flatnonzero(np.diff(n.article[order], prepend=-1))
        sorted_ = likeness[:, order]
        best = np.maximum.reduceat(sorted_, starts, axis=1)
        is_best = sorted_ == best[:, n.article[order]]
        several = np.add.reduceat(is_best, starts, axis=1) > 1
        following = np.maximum.reduceat(np.where(is_best, -np.inf, sorted_), starts, axis=1)
        beyond = []
        for one, other in ((i, j), (j, i)):
            there = n.article[other]
            top, shared = best[one, there], several[one, there]
            rival = np.where((close < top) | shared, top, following[one, there])
            beyond.append(close - np.where(np.isinf(rival), 0.0, rival))
        with_value = equals @ (n.article[:, None] == np.arange(n._articles)).astype(np.float64)
        elsewhere = [with_value[one, n.article[other]] - equals[one, other] > 0 for one, other in ((i, j), (j, i))]
        return {
            "alike": close,
            "alike beyond the next best, lesser": np.minimum(*beyond),
            "alike beyond the next best, greater": np.maximum(*beyond),
            "value met elsewhere": np.add(*elsewhere, dtype=np.float64),
        }

    def _weigh(self, parts: NDArray[np.bool_]) -> "list[_Overlap]":
        """Of each kind of set, the weight of the words in both, in one and in the other."""
        weight = self._near._weight
        ours, theirs = parts[:, self._firsts] @ weight, parts[:, self._seconds] @ weight
        both = self._both(parts, parts, weight)
        return list(map(_Overlap, both, ours[:, self._at_i], theirs[:, self._at_j]))

    def _count(self, parts: NDArray[np.bool_]) -> "list[_Overlap]":
        """The same by number."""
        sizes: Floats = parts.sum(axis=2, dtype=np.float64)
        return list(map(_Overlap, self._both(parts, parts), sizes[:, self._i], sizes[:, self._j]))

    def _both(self, left: NDArray[np.bool_], right: NDArray[np.bool_], weight: Floats | None = None) -> Floats:
        """kinds x pairs: the weight, or the number, of words in the first's left set and in the second's right one.

        Args:
            left, right: kinds x figures x words.
        """
        ours = left[:, self._firsts]
        words = np.flatnonzero(ours.any(axis=(0, 1)))
        known = ours[:, :, words] * (1.0 if weight is None else weight[words])
        others = right[:, self._seconds][:, :, words].astype(np.float64)
        found: Floats = (known @ others.transpose(0, 2, 1))[:, self._at_i, self._at_j]
        return found

    def _missing(self, part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> Floats:
        """The weight of the rarest word of either's part that the other's whole lacks."""
        sides = (self._firsts, self._at_i), (self._seconds, self._at_j)
        found = []
        for (rows, at), (others, other_at) in (sides, sides[::-1]):
            words = np.flatnonzero(part[rows].any(axis=0))
            lacking = part[np.ix_(rows, words)][at] & ~whole[np.ix_(others, words)][other_at]
            found.append((lacking * self._near._weight[words]).max(axis=1, initial=0.0))
        either: Floats = np.maximum(*found)
        return either

    def _dot(self, vectors: NDArray[np.float32]) -> Floats:
        table = (vectors[self._firsts] @ vectors[self._seconds].T).astype(np.float64)
        found: Floats = table[self._at_i, self._at_j]
        return found

    def _least(self, sizes: Sequence[int]) -> Floats:
        array = np.array(sizes, dtype=np.float64)
        return np.minimum(array[self._i], array[self._j])


class _Overlap:
    """What two sets share."""

    def __init__(self, both: Floats, one: Floats, other: Floats) -> None:
        self.both, self.one, self.other = both, one, other

    @property
    def jaccard(self) -> Floats:
        """Share of what is in either."""
        return _ratio(self.both, self.one + self.other - self.both)

    @property
    def containment(self) -> Floats:
        """Share of the lighter of the two."""
        return _ratio(self.both, np.minimum(self.one, self.other))

    @property
    def known(self) -> Floats:
        """The same, -1 where one of them is empty."""
        return np.where((self.one > 0) & (self.other > 0), self.containment, -1.0)


def distance(x: Floats, y: Floats) -> Floats:
    """Distance of numbers as the logarithm of their ratio, in [0, FAR]."""
    usable = (x > 0) & (y > 0) & np.isfinite(x) & np.isfinite(y)
    logs = np.log(np.where(usable, x, 1.0)) - np.log(np.where(usable, y, 1.0))
    return np.where(x == y, 0.0, np.where(usable, np.minimum(FAR, np.abs(logs)), FAR))


def _cosine(rows: Floats) -> Floats:
    """Of each row with each."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(length == 0, 1, length)
    found: Floats = unit @ unit.T
    return found


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 1e-9)


def _numbering() -> defaultdict[Hashable, int]:
    """Gives what is looked up in it the next number from 0, and the same one from then on; there are thousands of words."""
    return defaultdict(count().__next__)


def _codes(values: Sequence[Hashable]) -> tuple[int, Indexes]:
    """How many different values there are, and a number from 0 for each, in order of appearance."""
    code = _numbering()
    found = list(map(code.__getitem__, values))
    return len(code), np.array(found, dtype=np.intp)


def _sets(parts: Sequence[Sequence[Hashable]], kinds: int, size: int) -> NDArray[np.bool_]:
    """kinds x size x words: does the set hold the word? Parts come kind by kind."""
    code = _numbering()
    words = list(map(code.__getitem__, chain.from_iterable(parts)))
    table = np.zeros((kinds * size, max(1, len(code))), dtype=bool)
    table[np.repeat(np.arange(kinds * size), list(map(len, parts))), words] = True
    return table.reshape(kinds, size, -1)
