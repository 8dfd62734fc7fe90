"""Which series does a figure belong to?

(mentions of one article, candidate series with their latest mentions) -> a series for each mention, or None for a new one.
Each figure is compared with the members of each candidate; a series takes the figure with the highest mean probability, each
series one figure of an article, so that injured and killed next to each other do not fall into one line. A second figure of
the article joins only where it is surely the same thing in another's mouth (a conflict). Figures of another role, dimension
or rate of their own never meet. Deterministic: ties fall to the older series.
Pure. Not here: what is kept of a figure (mention.py), how a pair is judged (pair.py, linker.py).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from extractors.series.kinds import alike, same_harm, told_fate
from extractors.series.linker import Linker, shipped
from extractors.series.mention import Mention, from_json, keys, mentions, to_json
from extractors.series.pair import FEATURES, Prepared, Rarity, head, prepare, table
from extractors.series.standing import same_speaker

#: A second figure of an article is considered for a series that it fits at least this well.
LEAST_MEAN = 0.05
#: A figure is measured against so many of the nearest members of a series.
NEAREST = 2
#: A number of this many significant digits met twice is hardly chance.
STRIKING = 3
#: Two figures of different harms stand below this.
NO_HARM = -0.75

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


def comparable(a: Mention, b: Mention) -> bool:
    """Can the two be one series at all? Killed and injured never are; soldiers and containers only on a striking number."""
    if a.role != b.role or a.dimension != b.dimension or same_harm(a.fates, b.fates) < NO_HARM:
        return False
    return alike(a.kind, b.kind) >= 0 or (a.number == b.number and min(a.digits, b.digits) >= STRIKING)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the figures of an article belong, and which series turn out to be one now that they meet in it."""

    series: tuple[int | None, ...]  #: of each mention; None where a new series begins
    merges: tuple[tuple[int, int], ...]  #: (series that stays, series that ends), in the order in which to do them


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
    if not new or not pool:
        return Placement(tuple(chosen), ())
    desk = meeting(new, pool)
    chances = judge.probability(desk.rows)
    mean = desk.means(chances)
    free = [k for k, series in enumerate(chosen) if series is None]
    open_to = [k for k, c in enumerate(pool) if c.series not in chosen]
    gain = mean[np.ix_(free, open_to)]
    rows, columns = linear_sum_assignment(-np.where(gain >= judge.join, gain, 0.0))
    for row, column in zip(rows, columns, strict=True):
        if gain[row, column] >= judge.join:
            chosen[free[row]] = pool[open_to[column]].series
    _join_again(chosen, pool, desk, mean, chances, judge)
    return Placement(tuple(chosen), tuple(_merges(chosen, new, pool, mean, judge)))


def _merges(
    chosen: Sequence[int | None], new: Sequence[Mention], pool: Sequence[Candidate], mean: NDArray[np.float64], judge: Linker
) -> Iterator[tuple[int, int]]:
    """Pairs of series that one figure of the article fits, and that fit each other: what was one line in two pieces."""
    column = {c.series: k for k, c in enumerate(pool)}
    gone: set[int] = set()
    asked = [
        (mean[i, k], pool[column[series]], pool[k], i)
        for i, series in enumerate(chosen)
        if series in column
        for k in range(len(pool))
        if pool[k].series != series and mean[i, k] >= judge.join
    ]
    for _, one, other, i in sorted(asked, key=lambda a: (-a[0], a[1].series, a[2].series)):
        if one.series in gone or other.series in gone or other.series in chosen:
            continue
        ours, theirs = (new[i], *one.mentions), other.mentions
        if {m.article for m in ours} & {m.article for m in theirs}:
            continue
        desk = meeting(ours, [other])
        if float(desk.means(judge.probability(desk.rows)).mean()) >= judge.join:
            keep, end = sorted((one.series, other.series))
            gone.update((keep, end))
            yield keep, end


@dataclass(frozen=True, slots=True)
class Meeting:
    """The figures of an article beside those of the candidates, with the features of every pair that can be one series."""

    owner: tuple[int | None, ...]  #: of each mention its candidate; None for the article's own, which come first
    pairs: tuple[tuple[int, int], ...]  #: the first is the article's own
    rows: NDArray[np.float64]

    def means(self, chances: NDArray[np.float64]) -> NDArray[np.float64]:
        """How well each own mention fits each candidate: the mean of its NEAREST best probabilities.

        The mean of all punishes a line for having moved; the best alone lets one look-alike carry a figure in.
        """
        own = self.owner.count(None)
        sizes = np.bincount(np.array([o for o in self.owner if o is not None]))
        best = np.zeros((own, len(sizes), NEAREST))
        for (i, j), chance in zip(self.pairs, chances, strict=True):
            column = self.owner[j]
            if column is not None and chance > best[i, column, -1]:
                best[i, column, -1] = chance
                best[i, column] = -np.sort(-best[i, column])
        fit: NDArray[np.float64] = best.sum(axis=2) / np.minimum(sizes, NEAREST)
        return fit


def meeting(new: Sequence[Mention], pool: Sequence[Candidate]) -> Meeting:
    """Every mention of the article with every one of the candidates, and with one another."""
    every = [*new, *(m for c in pool for m in c.mentions)]
    owner = (*(None for _ in new), *(k for k, c in enumerate(pool) for _ in c.mentions))
    rarity = Rarity(every)
    ready = [prepare(m, rarity) for m in every]
    pairs = tuple(
        (i, j) for i in range(len(new)) for j in (*range(i), *range(len(new), len(every))) if comparable(every[i], every[j])
    )
    return Meeting(owner, pairs, table(ready, pairs, rarity))


def _join_again(
    chosen: list[int | None],
    pool: Sequence[Candidate],
    desk: Meeting,
    mean: NDArray[np.float64],
    chances: NDArray[np.float64],
    judge: Linker,
) -> None:
    """Place a figure left over beside another of the article where the two are one thing in two mouths."""
    column = {c.series: k for k, c in enumerate(pool)}
    tries = []
    for at, pair in enumerate(desk.pairs):
        for free, placed in (pair, pair[::-1]):
            series = chosen[placed] if desk.owner[pair[1]] is None else None
            if series is not None and chosen[free] is None and mean[free, column[series]] >= LEAST_MEAN:
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
            chosen[free] = pool[c].series
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
    rarity = Rarity(every)
    ready = [prepare(m, rarity) for m in every]
    return group(every, pair_matrix(ready, rarity, judge), judge.join)


def pair_matrix(ready: Sequence[Prepared], rarity: Rarity, judge: Linker) -> NDArray[np.float64]:
    """Probabilities of all pairs; 0 where two cannot meet."""
    size = len(ready)
    pairs = [(i, j) for i in range(size) for j in range(i) if comparable(ready[i].mention, ready[j].mention)]
    matrix = np.zeros((size, size))
    for (i, j), chance in zip(pairs, judge.probability(table(ready, pairs, rarity)), strict=True):
        matrix[i, j] = matrix[j, i] = chance
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
    names = [n for n in a.local if n in b.local]
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
