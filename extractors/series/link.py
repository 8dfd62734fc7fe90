"""Which series does a figure belong to?

(mentions of one article, candidate series with their latest mentions) -> a series for each mention, or None for a new one.
Each figure is compared with the members of each candidate; a series takes the figure with the highest mean probability, each
series one figure of an article, so that injured and killed next to each other do not fall into one line. A second figure of
the article joins only where it is surely the same thing in another's mouth (a conflict). Figures of another role, dimension
or rate of their own never meet. Deterministic: ties fall to the older series.
Pure. Not here: what is kept of a figure (mention.py), how a pair is judged (pair.py, linker.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from extractors.series.linker import Linker, shipped
from extractors.series.mention import Mention, from_json, keys, mentions, to_json
from extractors.series.pair import FEATURES, Prepared, Rarity, features, prepare

#: A second figure of an article is considered for a series that it fits at least this well.
LEAST_MEAN = 0.05

__all__ = ["Candidate", "Mention", "assign", "cluster", "explain", "from_json", "keys", "mentions", "to_json"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series that might take a figure: its id and some of its mentions, the latest first."""

    series: int
    mentions: tuple[Mention, ...]


def comparable(a: Mention, b: Mention) -> bool:
    """Can the two be one series at all?"""
    return a.role == b.role and a.dimension == b.dimension


def assign(new: Sequence[Mention], candidates: Sequence[Candidate], linker: Linker | None = None) -> list[int | None]:
    """A series for each mention of one article; None where a new series begins."""
    judge = linker or shipped()
    pool = sorted((c for c in candidates if c.mentions), key=lambda c: c.series)
    chosen: list[int | None] = [None] * len(new)
    if not new or not pool:
        return chosen
    rarity = Rarity((*new, *(m for c in pool for m in c.mentions)))
    mine = [prepare(m, rarity) for m in new]
    theirs = [[prepare(m, rarity) for m in c.mentions] for c in pool]
    mean = _means(mine, theirs, rarity, judge)
    rows, columns = linear_sum_assignment(-np.where(mean >= judge.join, mean, 0.0))
    for row, column in zip(rows, columns, strict=True):
        if mean[row, column] >= judge.join:
            chosen[row] = pool[column].series
    _join_again(chosen, mine, pool, mean, rarity, judge)
    return chosen


def _join_again(
    chosen: list[int | None],
    mine: list[Prepared],
    pool: Sequence[Candidate],
    mean: NDArray[np.float64],
    rarity: Rarity,
    judge: Linker,
) -> None:
    """Place a figure left over beside another of the article where the two are one thing in two mouths."""
    column = {c.series: k for k, c in enumerate(pool)}
    free = [k for k, series in enumerate(chosen) if series is None]
    taken = [(k, column[series]) for k, series in enumerate(chosen) if series is not None]
    tries = [(i, j, c) for i in free for j, c in taken if mean[i, c] >= LEAST_MEAN and comparable(mine[i].mention, mine[j].mention)]
    if not tries:
        return
    rows = np.array([features(mine[i], mine[j], rarity) for i, j, _ in tries])
    chances = judge.again(beside(np.array([mean[i, c] for i, _, c in tries]), judge.probability(rows), rows))
    done: set[int] = set()
    for chance, i, c in sorted(((chance, i, c) for chance, (i, _, c) in zip(chances, tries, strict=True)), key=lambda t: (-t[0], t[1:])):
        if chance >= judge.join_again and i not in done and c not in done:
            chosen[i] = pool[c].series
            done.update((i, c))


def beside(mean: NDArray[np.float64], chance: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the second figure of an article in a series is judged by: its fit to the series, to the first figure, who speaks, how near."""

    def odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log((p + 0.01) / (1.01 - p))

    apart = np.clip(rows[:, FEATURES.index("sentences between, in one article")], 0, 5)
    voices = [rows[:, FEATURES.index(name)] for name in ("different speakers", "same speaker")]
    return np.column_stack([odds(mean), odds(chance), *voices, apart])


def _means(mine: list[Prepared], theirs: list[list[Prepared]], rarity: Rarity, judge: Linker) -> NDArray[np.float64]:
    """Mean probability of each mention against each series; 0 where they cannot meet."""
    where: list[tuple[int, int]] = []
    rows: list[list[float]] = []
    counts = np.zeros((len(mine), len(theirs)))
    for i, one in enumerate(mine):
        for j, members in enumerate(theirs):
            for other in members:
                counts[i, j] += 1
                if comparable(one.mention, other.mention):
                    where.append((i, j))
                    rows.append(features(one, other, rarity))
    total = np.zeros_like(counts)
    if rows:
        chances = judge.probability(np.array(rows))
        np.add.at(total, tuple(np.array(where).T), chances)
    return total / counts


def cluster(every: Sequence[Mention], linker: Linker | None = None) -> list[int]:
    """The reference: all mentions of a neighbourhood grouped at once, average linkage, one figure an article and group."""
    judge = linker or shipped()
    rarity = Rarity(every)
    ready = [prepare(m, rarity) for m in every]
    return group(every, pair_matrix(ready, rarity, judge), judge.join)


def pair_matrix(ready: list[Prepared], rarity: Rarity, judge: Linker) -> NDArray[np.float64]:
    """Probabilities of all pairs; 0 where two cannot meet."""
    size = len(ready)
    where = [(i, j) for i in range(size) for j in range(i) if comparable(ready[i].mention, ready[j].mention)]
    matrix = np.zeros((size, size))
    if where:
        chances = judge.probability(np.array([features(ready[i], ready[j], rarity) for i, j in where]))
        at = np.array(where)
        matrix[at[:, 0], at[:, 1]] = matrix[at[:, 1], at[:, 0]] = chances
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


def explain(a: Mention, b: Mention, neighbourhood: Iterable[Mention] = ()) -> list[str]:
    """What agreed and what did not, in words, the telling things first."""
    rarity = Rarity((a, b, *neighbourhood))
    row = features(prepare(a, rarity), prepare(b, rarity), rarity)
    return [f"{name}: {value:.2f}" for name, value in zip(FEATURES, row, strict=True)]
