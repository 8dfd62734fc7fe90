"""Does a figure continue a line? What speaks for it and against it, as numbers.

(figures of one article, candidate series, the chance of every pair) -> a row of FEATURES for each figure and series that could
be one. A pair alone cannot say whether a series has a better figure in this article, or the figure a better series; whether
the number goes on from the last; or whether the figure next to it belongs to the line that is always told next to this one.
Pure. Not here: features of a pair (pair.py), what the features weigh (linker.py, learnt).
"""

import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.series.kinds import alike, same_fate
from extractors.series.mention import Mention
from extractors.series.pair import FAR, Prepared, head
from extractors.series.standing import same_speaker

#: A series fits a figure by the mean of so many of its nearest members: the mean of all punishes a line for having moved, the
#: best alone lets one look-alike carry a figure in.
NEAREST = 2
#: Figures of one sentence are told together, those of neighbouring ones nearly, others of an article hardly.
TOGETHER = (1.0, 0.5, 0.2)

FEATURES = (
    "best member",
    "second member",
    "mean of members",
    "worst member",
    "latest member",
    "nearest members",
    "members",
    "articles",
    "best other series for the figure",
    "beyond the best other series",
    "best other figure for the series",
    "beyond the best other figure",
    "series compared with the figure",
    "figures compared with the series",
    "series that fit the figure",
    "value apart from the latest",
    "value above the latest",
    "value apart from the nearest",
    "value within those of the series",
    "spread of the series",
    "wording like the series",
    "label like the series",
    "wording beyond the next series",
    "label beyond the next series",
    "wording beyond the next figure",
    "label beyond the next figure",
    "members with the unit",
    "members with the head noun",
    "kinds alike",
    "fates alike",
    "members with the rate",
    "a member with the speaker",
    "has a speaker",
    "members with a speaker",
    "days since the latest",
    "told next to its neighbour",
    "place in the article",
    "figures of the article",
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Figures of an article against candidate series."""

    rows: NDArray[np.float64]
    where: tuple[NDArray[np.intp], NDArray[np.intp]]  #: figure and series of each row
    fit: NDArray[np.float64]  #: figures x series: mean of the NEAREST best pair chances


def lines(
    own: Sequence[Prepared],
    pool: Sequence[Sequence[Prepared]],
    chance: NDArray[np.float64],
    met: NDArray[np.bool_],
) -> Lines:
    """The rows of every figure with every series that holds a figure it can be compared with.

    Args:
        own: figures of the article.
        pool: members of each series, the latest first.
        chance: figures x all members, series after series: the chance of each pair; 0 where they cannot be one.
        met: which of them were compared.
    """
    if not own or not pool:
        nothing = np.zeros(0, dtype=np.intp)
        return Lines(np.zeros((0, len(FEATURES))), (nothing, nothing), np.zeros((len(own), len(pool))))
    sizes = [len(members) for members in pool]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    shape = (len(own), len(pool))
    top, second, mean, worst, latest, fit = (np.zeros(shape) for _ in range(6))
    comparable = np.zeros(shape, dtype=bool)
    for column, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        block = -np.sort(-chance[:, start : start + size], axis=1)
        top[:, column], worst[:, column] = block[:, 0], block[:, -1]
        second[:, column] = block[:, min(1, size - 1)]
        mean[:, column] = block.mean(axis=1)
        latest[:, column] = chance[:, start]
        fit[:, column] = block[:, :NEAREST].sum(axis=1) / min(NEAREST, size)
        comparable[:, column] = met[:, start : start + size].any(axis=1)
    members = [[each.mention for each in series] for series in pool]
    mine = [each.mention for each in own]
    other_series, other_figure = _rival(fit, comparable, 1, 0.0), _rival(fit, comparable, 0, 0.0)
    near, high, nearest, within, spread = _values(mine, members)
    wording = _centre([[m.vector for m in s] for s in pool], [m.vector for m in own])
    label = _centre([[m.label for m in s] for s in pool], [m.label for m in own])
    odds = {
        name: _odds(x)
        for name, x in (("fit", fit), ("series", other_series), ("figure", other_figure), ("top", top), ("second", second))
    }
    full = [
        odds["top"],
        odds["second"],
        _odds(mean),
        _odds(worst),
        _odds(latest),
        odds["fit"],
        np.broadcast_to(np.array(sizes, dtype=float), shape),
        np.broadcast_to(np.array([float(len({m.article for m in s})) for s in members]), shape),
        odds["series"],
        odds["fit"] - odds["series"],
        odds["figure"],
        odds["fit"] - odds["figure"],
        np.broadcast_to(comparable.sum(axis=1, dtype=float)[:, None], shape),
        np.broadcast_to(comparable.sum(axis=0, dtype=float), shape),
        np.broadcast_to((fit > 0.2).sum(axis=1, dtype=float)[:, None], shape),
        near,
        high,
        nearest,
        within,
        spread,
        wording,
        label,
        wording - _rival(wording, comparable, 1, -1.0),
        label - _rival(label, comparable, 1, -1.0),
        wording - _rival(wording, comparable, 0, -1.0),
        label - _rival(label, comparable, 0, -1.0),
        *_habits(mine, members),
        _days(mine, members),
        _neighbours(mine, members, fit),
        np.broadcast_to(np.array([float(min(10, m.position)) for m in mine])[:, None], shape),
        np.full(shape, float(min(20, len(own)))),
    ]
    figure, series = np.nonzero(comparable)
    where = (figure, series)
    return Lines(np.stack([x[where] for x in full], axis=1) if len(figure) else np.zeros((0, len(FEATURES))), where, fit)


def _odds(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log((chance + 0.005) / (1.005 - chance))
    return found


def _rival(table: NDArray[np.float64], comparable: NDArray[np.bool_], axis: int, none: float) -> NDArray[np.float64]:
    """For each cell the best of the others in its row (axis 1) or column (axis 0)."""
    x = np.where(comparable, table, none)
    if x.shape[axis] < 2:
        return np.full(x.shape, none)
    ordered = np.sort(x, axis=axis)
    best, next_best = np.take(ordered, [-1], axis=axis), np.take(ordered, [-2], axis=axis)
    return np.where(x >= best, next_best, best)


def _values(
    mine: Sequence[Mention], members: Sequence[Sequence[Mention]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Against the latest, its direction, against the nearest; is it within the series' values, and how far do these spread?"""
    logs = _log([m.number for m in mine])[:, None]
    theirs = [_log([m.number for m in s]) for s in members]
    latest = np.array([t[0] for t in theirs])
    high = np.clip(logs - latest, -FAR, FAR)
    nearest = np.stack([np.abs(logs - t).min(axis=1) for t in theirs], axis=1).clip(0, FAR)
    low, top = np.array([t.min() for t in theirs]), np.array([t.max() for t in theirs])
    within = ((logs >= low) & (logs <= top)).astype(float)
    return np.abs(high), high, nearest, within, np.broadcast_to(np.clip(top - low, 0, FAR), high.shape)


def _log(numbers: Sequence[float]) -> NDArray[np.float64]:
    """Logarithms; those of numbers that have none lie far below or above all others."""
    found: NDArray[np.float64] = np.log(np.clip(np.array(numbers, dtype=float), 1e-9, 1e60))
    return found


def _centre(members: Sequence[Sequence[NDArray[np.float32]]], mine: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """How like the middle of each series' embeddings is each figure's?"""
    middle = np.array([np.mean(each, axis=0) for each in members])
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    found: NDArray[np.float64] = np.matmul(np.array(mine), (middle / np.where(length == 0, 1, length)).T).astype(np.float64)
    return found


def _habits(mine: Sequence[Mention], members: Sequence[Sequence[Mention]]) -> list[NDArray[np.float64]]:
    """What the members of a series have in common with the figure: unit, noun, kind, fate, rate, speaker."""
    every = [m for series in members for m in series]
    sizes = np.array([len(series) for series in members])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def share(of: Callable[[Mention], Hashable], same: Callable[[Any, Any], float]) -> NDArray[np.float64]:
        """The mean over the members of each series; each two values are compared once, however many figures hold them."""
        found: NDArray[np.float64] = np.add.reduceat(_compared(mine, every, of, same), starts, axis=1) / sizes
        return found

    voiced = np.array([float(bool(m.speaker)) for m in mine])[:, None]
    speakers = np.maximum.reduceat(_compared(mine, every, lambda m: frozenset(m.speaker), same_speaker), starts, axis=1)
    others = np.add.reduceat(np.array([float(bool(m.speaker)) for m in every]), starts) / sizes
    shape = (len(mine), len(members))
    return [
        share(lambda m: m.unit, operator.eq),
        share(lambda m: head(m.unit), operator.eq),
        share(lambda m: m.kind, alike),
        share(lambda m: m.fates, same_fate),
        share(lambda m: m.rate, operator.eq),
        speakers,
        np.broadcast_to(voiced, shape),
        np.broadcast_to(others, shape),
    ]


def _compared(
    mine: Sequence[Mention],
    every: Sequence[Mention],
    of: Callable[[Mention], Hashable],
    same: Callable[[Any, Any], float],
) -> NDArray[np.float64]:
    ours, theirs = [of(m) for m in mine], [of(m) for m in every]
    rows = {value: k for k, value in enumerate(dict.fromkeys(ours))}
    columns = {value: k for k, value in enumerate(dict.fromkeys(theirs))}
    table = np.array([[float(same(b, a)) for b in columns] for a in rows])
    return table[np.ix_([rows[v] for v in ours], [columns[v] for v in theirs])]


def _days(mine: Sequence[Mention], members: Sequence[Sequence[Mention]]) -> NDArray[np.float64]:
    latest = np.array([s[0].day for s in members])
    own = np.array([m.day for m in mine])[:, None]
    known = (own > 0) & (latest > 0)
    found: NDArray[np.float64] = np.where(known, np.log1p(np.abs(own - latest)), 0.0)
    return found


def _neighbours(mine: Sequence[Mention], members: Sequence[Sequence[Mention]], fit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Does a figure near this one fit a line that is told near this line elsewhere? The best such fit."""
    at: dict[str, list[tuple[int, int]]] = {}
    for c, series in enumerate(members):
        for m in series:
            at.setdefault(m.article, []).append((c, m.line))
    told = np.zeros((len(members), len(members)))
    for places in at.values():
        for k, (a, x) in enumerate(places):
            for b, y in places[:k]:
                if a != b:
                    told[a, b] = told[b, a] = max(told[a, b], TOGETHER[min(2, abs(x - y))])
    near = np.array([[TOGETHER[min(2, abs(a.line - b.line))] for b in mine] for a in mine])
    np.fill_diagonal(near, 0.0)
    found = np.zeros(fit.shape)
    for j, other in zip(*np.nonzero(fit > 0.4), strict=True):
        found = np.maximum(found, fit[j, other] * np.minimum(near[:, j][:, None], told[:, other][None, :]))
    return found
