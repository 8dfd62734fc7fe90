"""Which series does a figure belong to?

(mentions of one article, candidate series with their latest mentions) -> a series for each mention, or None for a new one.
Each figure is compared with the members of the candidates most like it, pair by pair; then each figure with each series, in
view of all the others; and figures and series are matched one to one for the best sum, so that injured and killed next to each
other do not fall into one line. A second figure of the article joins only where it is surely the same thing in another's mouth
(a conflict). Figures of another role or dimension never meet. Deterministic: ties fall to the older series.
Pure. Not here: what is kept of a figure (mention.py), how pairs and lines are judged (pair.py, line.py, linker.py).
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from extractors.series.kinds import alike, told_fate
from extractors.series.line import NEAREST, Lines, lines
from extractors.series.linker import Linker, shipped
from extractors.series.mention import Mention, family, from_json, keys, mentions, root, roots, to_json, unpack, wording
from extractors.series.pair import FEATURES, Neighbourhood, distance, head
from extractors.series.standing import same_speaker

#: A second figure of an article is considered for a series that it fits at least this well.
LEAST_MEAN = 0.05
#: A figure is judged against so many series, those most like it at a glance. Below the least likeness none is compared: of
#: the right ones 3 in 1,000 lie there, of the others more than half. Together they keep 97 of 100 right ones ("right series
#: compared" of tests/quality/train_linker.py, where stories share a store). With five series in place of eight the storylines
#: left out score the same, and the real reports twelve points of F1 less.
MOST_SERIES, LEAST_LIKE = 8, -0.25
#: Series that all figures of an article are compared with. In a large store an article of many numbers finds hundreds that look
#: a little like its own. Which are worth it is told by the glance and by how much the articles share: a figure is worth more by
#: so much for each doubling of the weight of the keys that the two articles share, and below the least of both it is not read.
#: The three were chosen together, on all labelled stories in one store: by the glance alone, 32 series compare 971 of 1,000
#: right ones ("right series compared" again), and these 24 at most 980.
MOST_IN_ALL = 24
WEIGHT_SHARED = 0.1
LEAST_WORTH = 0.1
#: What a number says at a glance beside the cosine of the surroundings, by logistic regression on the same stories: an equal
#: one by each of its first three digits, another one by the logarithm of the ratio.
WEIGHT_MET, WEIGHT_APART = 0.16, 0.2
#: A number of this many significant digits met twice is hardly chance.
STRIKING = 3
#: Two figures of different harms stand below this.
NO_HARM = -0.75
#: Place among the slots of a mention of what the figure is said to be a part of.
WHOLE = 6

__all__ = [
    "Candidate",
    "Mention",
    "Placement",
    "assign",
    "cluster",
    "explain",
    "from_json",
    "keys",
    "mentions",
    "place",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series that might take a figure: its id and some of its mentions, the latest first."""

    series: int
    mentions: tuple[Mention, ...]


def comparable(near: Neighbourhood) -> NDArray[np.bool_]:
    """Which figures can be one series? Killed and injured never are; soldiers and containers only on a striking number."""
    striking = (near.value[:, None] == near.value) & (np.minimum(near.digits[:, None], near.digits) >= STRIKING)
    kin = (near.family[:, None] == near.family) & (near.harms >= NO_HARM)
    found: NDArray[np.bool_] = kin & ((near.kinds >= 0) | striking) & ~_part_and_whole(near)
    return found


def _part_and_whole(near: Neighbourhood) -> NDArray[np.bool_]:
    """Is one said to be a part of the other in their sentence ("10,000 are in the country, 8,000 of these at the front")?"""
    together = (near.article[:, None] == near.article) & (near.line[:, None] == near.line)
    part = np.array([bool(m.slots[WHOLE]) for m in near.mentions])
    lesser = near.number[:, None] <= near.number
    of_it = part[:, None] & ~part & lesser
    found: NDArray[np.bool_] = together & (of_it | of_it.T)
    return found


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the figures of an article belong, and which series turn out to be one now that they meet in it."""

    series: tuple[int | None, ...]  #: of each mention; None where a new series begins
    merges: tuple[tuple[int, int, float], ...]  #: (series that stays, that ends, how surely), in the order in which to do them
    sure: tuple[float, ...]  #: of each mention, how surely it continues its series, in (0, 1]; 1 where nothing was judged


def assign(new: Sequence[Mention], candidates: Sequence[Candidate], linker: Linker | None = None) -> list[int | None]:
    """A series for each mention of one article; None where a new series begins."""
    return list(place(new, candidates, linker=linker).series)


def place(
    new: Sequence[Mention],
    candidates: Sequence[Candidate],
    *,
    fixed: Mapping[int, int] | None = None,
    linker: Linker | None = None,
) -> Placement:
    """Series for the mentions of one article.

    Args:
        new: all mentions of the article.
        candidates: series that share look-up keys with them, and those that fixed names.
        fixed: index in new -> series, for figures that are placed already: those an update takes over from its parent.
    """
    judge = linker or shipped()
    pool = sorted((c for c in candidates if c.mentions), key=lambda c: c.series)
    chosen: list[int | None] = [None if fixed is None else fixed.get(k) for k in range(len(new))]
    sure = [1.0] * len(new)
    if not new or not pool:
        return Placement(tuple(chosen), (), tuple(sure))
    desk = meeting(new, pool)
    chances = judge.pairs.probability(desk.rows)
    asked = desk.lines(chances)
    judged = np.zeros(asked.fit.shape)
    judged[asked.where] = judge.lines.probability(asked.rows)
    free = [k for k, series in enumerate(chosen) if series is None]
    open_to = [k for k, c in enumerate(pool) if c.series not in chosen]
    gain = judged[np.ix_(free, open_to)]
    rows, columns = linear_sum_assignment(-np.where(gain >= judge.join, gain, 0.0))
    for row, column in zip(rows, columns, strict=True):
        if gain[row, column] >= judge.join:
            chosen[free[row]] = pool[open_to[column]].series
            sure[free[row]] = float(gain[row, column])
    _join_again(chosen, sure, pool, desk, asked.fit, chances, judge)
    return Placement(tuple(chosen), tuple(_merges(chosen, pool, desk, asked.fit, judge)), tuple(sure))


def _merges(
    chosen: Sequence[int | None], pool: Sequence[Candidate], desk: "Meeting", fit: NDArray[np.float64], judge: Linker
) -> Iterator[tuple[int, int, float]]:
    """Pairs of series that one figure of the article fits, and that fit each other: what was one line in two pieces."""
    column = {c.series: k for k, c in enumerate(pool)}
    gone: set[int] = set()
    tries = [
        (fit[i, k], column[series], k, i)
        for i, series in enumerate(chosen)
        if series in column
        for k in range(len(pool))
        if pool[k].series != series and fit[i, k] >= judge.merge
    ]
    tries.sort(key=lambda t: (-t[0], pool[t[1]].series, pool[t[2]].series))
    sides = [([i, *desk.members(one)], desk.members(other)) for _, one, other, i in tries]
    fits = desk.fit(sides, judge)
    for (_, one, other, _), (ours, theirs), found in zip(tries, sides, fits, strict=True):
        keep, end = sorted((pool[one].series, pool[other].series))
        if keep in gone or end in gone or pool[other].series in chosen or found < judge.merge:
            continue
        if not np.isin(desk.near.article[ours], desk.near.article[theirs]).any():
            gone.update((keep, end))
            yield keep, end, found


@dataclass(frozen=True, slots=True)
class Meeting:
    """The figures of an article beside those of the candidates, with the features of every pair that can be one series."""

    own: int  #: how many of the figures are the article's own; they come first
    starts: tuple[int, ...]  #: where the members of each candidate begin among the others
    near: Neighbourhood  #: all figures
    can: NDArray[np.bool_]  #: which of them can be one series
    pairs: NDArray[np.intp]  #: two figures a row, the first is the article's own
    rows: NDArray[np.float64]

    def column(self, member: int) -> int | None:
        """The candidate that holds this figure; None for the article's own."""
        return None if member < self.own else bisect_right(self.starts, member - self.own) - 1

    def members(self, candidate: int) -> range:
        """The figures of a candidate, by their places among all."""
        ends = (*self.starts[1:], len(self.near.mentions) - self.own)
        return range(self.own + self.starts[candidate], self.own + ends[candidate])

    def fit(self, sides: Sequence[tuple[Sequence[int], Sequence[int]]], judge: Linker) -> list[float]:
        """How well figures fit a series, the mean over them; for each of several."""
        if not sides:
            return []
        asked = np.zeros_like(self.can)
        for ours, theirs in sides:
            asked[np.ix_(ours, theirs)] = self.can[np.ix_(ours, theirs)]
        asked &= ~(asked.T & np.tri(len(asked), dtype=bool))  # each pair once
        chances = np.zeros(asked.shape)
        chances[asked] = judge.pairs.probability(self.near.table(np.argwhere(asked)))
        chances += chances.T
        return [float(-np.sort(-chances[np.ix_(*side)], axis=1)[:, :NEAREST].mean()) for side in sides]

    def lines(self, chances: NDArray[np.float64]) -> Lines:
        """Every own figure against every candidate, given the chance of each pair."""
        table = np.zeros((self.own, len(self.near.mentions) - self.own))
        met = np.zeros(table.shape, dtype=bool)
        theirs = self.pairs[:, 1] >= self.own
        i, j = self.pairs[theirs].T
        table[i, j - self.own], met[i, j - self.own] = chances[theirs], True
        return lines(self.near, self.own, self.starts, table, met)


def meeting(new: Sequence[Mention], pool: Sequence[Candidate]) -> Meeting:
    """Every mention of the article with those of the candidates most like it, and with one another."""
    every = [*new, *(m for c in pool for m in c.mentions)]
    near = Neighbourhood(every)
    own = len(new)
    starts = tuple(itertools.accumulate((len(c.mentions) for c in pool[:-1]), initial=0)) if pool else ()
    can = comparable(near)
    asked = np.tril(can[:own, :own], -1)
    if pool:
        like = glance(near.vector[:own], near.vector[own:], near.number[:own], near.number[own:], near.digits[:own])
        close = nearest(np.where(can[:own, own:], like, -np.inf), starts, LEAST_LIKE)
        asked = np.hstack([asked, can[:own, own:] & np.repeat(close, np.diff([*starts, len(every) - own]), axis=1)])
    pairs = np.argwhere(asked)
    return Meeting(own, starts, near, can, pairs, near.table(pairs))


def nearest(like: NDArray[np.float64], starts: Sequence[int], least: float) -> NDArray[np.bool_]:
    """Of each row the groups of columns, beginning at starts, with the highest value, at least `least`; ties fall to the
    earlier."""
    best = np.maximum.reduceat(like, list(starts), axis=1)
    rank = np.argsort(np.argsort(-best, axis=1, kind="stable"), axis=1, kind="stable")
    close: NDArray[np.bool_] = (rank < MOST_SERIES) & (best >= least)
    return close


def glance(
    ours: NDArray[np.float32],
    theirs: NDArray[np.float32],
    numbers: NDArray[np.float64],
    their_numbers: NDArray[np.float64],
    digits: NDArray[np.int64],
) -> NDArray[np.float64]:
    """How alike figures look before they are compared: their surroundings, how near the numbers are, a long number met twice.

    Args:
        ours, theirs: embeddings of the figures of an article, and of those that it is compared with.
        numbers, their_numbers: their numbers.
        digits: significant digits of the article's own.
    """
    apart = distance(numbers[:, None], their_numbers[None, :])
    met = (apart == 0) * np.minimum(3, digits)[:, None]
    found: NDArray[np.float64] = np.round(ours @ theirs.T + WEIGHT_MET * met - WEIGHT_APART * apart, 5)
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """What an index says of figures before they are read in full, a column each; of one figure and more."""

    series: Sequence[int]
    families: Sequence[str]
    numbers: Sequence[float]
    wordings: Sequence[bytes]
    shared: Sequence[int]  #: weight of the look-up keys that the figure's article has in common with the one that asks


def seen(found: Sequence[tuple[int, Mention, int]]) -> Seen:
    """Figures as an index finds them: (series, figure, weight of the keys in common)."""
    series, figures, shared = zip(*found, strict=True)
    return Seen(series, [family(m) for m in figures], [m.number for m in figures], [wording(m) for m in figures], shared)


def shortlist(new: Sequence[Mention], near: Seen) -> list[int]:
    """The series worth reading in full, the older first: of each figure the MOST_SERIES that look most like it at a glance, in
    articles that are most likely on its story; of all of these at most MOST_IN_ALL."""
    order = np.argsort(near.series, kind="stable")
    owner = np.array(near.series)[order]
    starts = np.flatnonzero(np.diff(owner, prepend=owner[0] - 1))
    ours, theirs = unpack([wording(m) for m in new]), unpack(near.wordings)
    numbers, their_numbers = np.array([m.number for m in new]), np.array(near.numbers)
    like = glance(ours, theirs, numbers, their_numbers, np.array([m.digits for m in new]))
    like = np.round(like + WEIGHT_SHARED * np.log2(near.shared), 5)
    can = np.array([family(m) for m in new])[:, None] == np.array(near.families)
    like = np.where(can, like, -np.inf)[:, order]
    close = nearest(like, list(starts), LEAST_WORTH)
    best = np.where(close, np.maximum.reduceat(like, list(starts), axis=1), -np.inf).max(axis=0)
    kept = [k for k in np.argsort(-best, kind="stable")[:MOST_IN_ALL] if np.isfinite(best[k])]
    return sorted(int(s) for s in owner[starts][kept])


def _join_again(
    chosen: list[int | None],
    sure: list[float],
    pool: Sequence[Candidate],
    desk: Meeting,
    mean: NDArray[np.float64],
    chances: NDArray[np.float64],
    judge: Linker,
) -> None:
    """Place a figure left over beside another of the article where the two are one thing in two mouths."""
    column = {c.series: k for k, c in enumerate(pool)}
    tries = []
    for at in np.flatnonzero(desk.pairs[:, 1] < desk.own).tolist():
        one, other = desk.pairs[at].tolist()
        for free, placed in ((one, other), (other, one)):
            series = chosen[placed]
            if series in column and chosen[free] is None and mean[free, column[series]] >= LEAST_MEAN:
                tries.append((at, free, column[series]))
    if not tries:
        return
    where = [at for at, _, _ in tries]
    again = judge.again(beside(np.array([mean[free, c] for _, free, c in tries]), chances[where], desk.rows[where]))
    done: set[int] = set()
    for chance, free, c in sorted(
        ((chance, i, c) for chance, (_, i, c) in zip(again, tries, strict=True)), key=lambda t: (-t[0], t[1:])
    ):
        if chance >= judge.join_again and chosen[free] is None and c not in done:
            chosen[free], sure[free] = pool[c].series, float(chance)
            done.add(c)


def beside(mean: NDArray[np.float64], chance: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a second figure of an article in a series is judged by: its fit to the series and to the first, who speaks."""

    def odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log((p + 0.01) / (1.01 - p))

    apart = np.clip(rows[:, FEATURES.index("sentences between, in one article")], 0, 5)
    voices = [rows[:, FEATURES.index(name)] for name in ("different speakers", "same speaker")]
    return np.column_stack([odds(mean), odds(chance), *voices, apart])


def cluster(every: Sequence[Mention], linker: Linker | None = None) -> list[int]:
    """The reference: all mentions of a neighbourhood grouped at once, average linkage, one figure an article and group."""
    judge = linker or shipped()
    return group(every, pair_matrix(Neighbourhood(every), judge), judge.merge)


def pair_matrix(near: Neighbourhood, judge: Linker) -> NDArray[np.float64]:
    """Probabilities of all pairs; 0 where two cannot meet."""
    pairs = np.argwhere(np.tril(comparable(near), -1))
    matrix = np.zeros((len(near.mentions), len(near.mentions)))
    i, j = pairs.T
    matrix[i, j] = matrix[j, i] = judge.pairs.probability(near.table(pairs))
    return matrix


def group(every: Sequence[Mention], matrix: NDArray[np.float64], join: float) -> list[int]:
    """Agglomerative clustering by mean probability; the closest two groups join first, the earlier on a tie."""
    groups = {k: [k] for k in range(len(every))}
    sums = matrix.copy()
    articles = {k: {m.article} for k, m in enumerate(every)}
    while True:
        best, pair = join, None
        alive = sorted(groups)
        for x, i in enumerate(alive):
            for j in alive[x + 1 :]:
                mean = sums[i, j] / (len(groups[i]) * len(groups[j]))
                if mean >= best and (pair is None or mean > best) and not articles[i] & articles[j]:
                    best, pair = mean, (i, j)
        if pair is None:
            break
        i, j = pair
        groups[i] += groups.pop(j)
        articles[i] |= articles.pop(j)
        sums[i] += sums[j]
        sums[:, i] += sums[:, j]
    found = [0] * len(every)
    for name, members in groups.items():
        for k in members:
            found[k] = name
    return found


def explain(a: Mention, b: Mention) -> list[str]:
    """What agrees and what does not, in sentences for people, the telling things first."""
    said = [_counts(a, b)]
    if a.fates and b.fates:
        one, other = told_fate(a.fates[0]), told_fate(b.fates[0])
        shared = [told_fate(f) for f in a.fates if f in b.fates]
        said.append(f"both are told of as {shared[0]}" if shared else f"one is told of as {one}, the other as {other}")
    elif a.fates or b.fates:
        said.append(f"one is told of as {told_fate((a.fates or b.fates)[0])}, the other says nothing of that")
    if a.rate != b.rate:
        said.append(f"one is {_per(a)}, the other {_per(b)}")
    elif a.rate:
        said.append(f"both are {_per(a)}")
    words = [w for w in a.near if w in b.near or w in b.counted]
    if words:
        said.append(f"words near both numbers: {', '.join(words[:5])}")
    names = [n for n in a.local if root(n) in roots(b.local)]
    if names:
        said.append(f"names in both sentences: {', '.join(n.capitalize() for n in names[:5])}")
    elif a.local and b.local:
        said.append("the two sentences share no name")
    if a.speaker and b.speaker:
        said.append("one speaker says both" if same_speaker(frozenset(a.speaker), frozenset(b.speaker)) else "two speakers")
    said.append(_values(a, b))
    if a.day and b.day:
        days = round(abs(a.day - b.day))
        said.append("reported on one day" if not days else f"reported {days} day{'s' * (days != 1)} apart")
    return said


def _counts(a: Mention, b: Mention) -> str:
    if a.unit == b.unit:
        return f"both count: {a.unit}"
    if alike(a.kind, b.kind) == 1 or head(a.unit) == head(b.unit):
        return f"one counts {a.unit}, the other {b.unit}: words for one thing"
    if a.dimension != "count" and a.dimension == b.dimension:
        return f"one is in {a.unit}, the other in {b.unit}, which convert"
    if alike(a.kind, b.kind) < 0:
        return f"one counts {a.unit}, the other {b.unit}: two things"
    return f"one counts {a.unit}, the other {b.unit}"


def _per(one: Mention) -> str:
    return f"per {one.rate}" if one.rate else "in all"


def _values(a: Mention, b: Mention) -> str:
    if a.number == b.number:
        return "the numbers are equal"
    if not a.number or math.isinf(a.number) or math.isinf(b.number):
        return "the numbers differ"
    return f"the numbers differ by {abs(b.number - a.number) / abs(a.number):.0%}".replace("%", " percent")
