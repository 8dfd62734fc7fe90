"""Does a figure continue a line? What speaks for it and against it, as numbers.

(figures of one article, candidate series, the chance of every pair) -> a row of FEATURES for each figure and series that could
be one. A pair alone cannot say whether a series has a better figure in this article, or the figure a better series; whether
the number goes on from the last; or whether the figure next to it belongs to the line that is always told next to this one.
Pure. Not here: features of a pair (pair.py), what the features weigh (linker.py, learnt).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.series.cues import CUES
from extractors.series.pair import DIGITS, FAR, Neighbourhood

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
    "members with the span",
    "a member with the speaker",
    "has a speaker",
    "members with a speaker",
    "days since the latest",
    "articles that hold the main name",
    "main names that the article holds",
    "names like those of the articles",
    "names like those of the nearest article",
    "names beyond the nearest article of all",
    "names on average beyond the nearest article of all",
    "told next to its neighbour",
    "place in the article",
    "figures of the article",
    *(f"told as: {cue}" for cue in CUES),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Figures of an article against candidate series."""

    rows: NDArray[np.float64]
    where: tuple[NDArray[np.intp], NDArray[np.intp]]  #: figure and series of each row
    fit: NDArray[np.float64]  #: figures x series: mean of the NEAREST best pair chances


def lines(near: Neighbourhood, own: int, starts: Sequence[int], chance: NDArray[np.float64], met: NDArray[np.bool_]) -> Lines:
    """The rows of every figure with every series that holds a figure it can be compared with.

    Args:
        near: the figures of the article, then the members of the series, series after series, of each the latest first.
        own: how many are the article's.
        starts: where each series begins among the members.
        chance: figures x members: the chance of each pair; 0 where they cannot be one.
        met: which of them were compared.
    """
    if not own or not len(starts):
        nothing = np.zeros(0, dtype=np.intp)
        return Lines(np.zeros((0, len(FEATURES))), (nothing, nothing), np.zeros((own, len(starts))))
    pool = _Pool(len(near.mentions) - own, np.array(starts))
    shape = (own, len(starts))
    ranked = pool.ranked(chance)
    top, second = ranked[:, :, 0], np.where(pool.sizes > 1, ranked[:, :, min(1, ranked.shape[2] - 1)], ranked[:, :, 0])
    fit = np.where(pool.sizes > 1, (top + second) / NEAREST, top)
    worst = np.minimum.reduceat(chance, pool.starts, axis=1)
    comparable = np.logical_or.reduceat(met, pool.starts, axis=1)
    other_series, other_figure = _rival(fit, comparable, 1, 0.0), _rival(fit, comparable, 0, 0.0)
    value, high, nearest, within, spread = _values(near, own, pool)
    wording, label = (_centre(x[:own], x[own:], pool) for x in (near.vector, near.label))
    best, this, series, figure = _odds(top), _odds(fit), _odds(other_series), _odds(other_figure)
    articles = [float(len(set(some))) for some in np.split(near.article[own:], pool.starts[1:])]
    full = [
        best,
        _odds(second),
        _odds(pool.mean(chance)),
        _odds(worst),
        _odds(chance[:, pool.starts]),
        this,
        np.broadcast_to(pool.sizes.astype(float), shape),
        np.broadcast_to(np.array(articles), shape),
        series,
        this - series,
        figure,
        this - figure,
        np.broadcast_to(comparable.sum(axis=1, dtype=float)[:, None], shape),
        np.broadcast_to(comparable.sum(axis=0, dtype=float), shape),
        np.broadcast_to((fit > 0.2).sum(axis=1, dtype=float)[:, None], shape),
        value,
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
        *_habits(near, own, pool),
        _days(near, own, pool),
        *_stories(near, own, pool),
        _neighbours(near, own, pool, fit),
        np.broadcast_to(np.array([float(min(10, m.position)) for m in near.mentions[:own]])[:, None], shape),
        np.full(shape, float(min(20, own))),
        *(np.broadcast_to(np.array([float(cue in m.cues) for m in near.mentions[:own]])[:, None], shape) for cue in CUES),
    ]
    figure_at, series_at = np.nonzero(comparable)
    where = (figure_at, series_at)
    rows = np.stack([x[where] for x in full], axis=1) if len(figure_at) else np.zeros((0, len(FEATURES)))
    return Lines(np.round(rows, DIGITS), where, fit)


class _Pool:
    """Which members are one series: those from each start to the next."""

    def __init__(self, members: int, starts: NDArray[np.intp]) -> None:
        self.starts = starts
        self.sizes = np.diff([*starts, members])
        self.of = np.repeat(np.arange(len(starts)), self.sizes)  #: the series of each member

    def mean(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each row, over the members of each series."""
        found: NDArray[np.float64] = np.add.reduceat(table, self.starts, axis=1) / self.sizes
        return found

    def ranked(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """rows x series x members, the highest first; -1 beyond the last member."""
        found = np.full((len(table), len(self.starts), int(self.sizes.max())), -1.0)
        found[:, self.of, np.arange(len(self.of)) - self.starts[self.of]] = table
        return -np.sort(-found, axis=2)


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
    near: Neighbourhood, own: int, pool: _Pool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Against the latest, its direction, against the nearest; is it within the series' values, and how far do these spread?"""
    every = _log(near.number)
    logs, theirs = every[:own, None], every[own:]
    high = np.clip(logs - theirs[pool.starts], -FAR, FAR)
    nearest = np.minimum.reduceat(np.abs(logs - theirs), pool.starts, axis=1).clip(0, FAR)
    low, top = np.minimum.reduceat(theirs, pool.starts), np.maximum.reduceat(theirs, pool.starts)
    within = ((logs >= low) & (logs <= top)).astype(float)
    return np.abs(high), high, nearest, within, np.broadcast_to(np.clip(top - low, 0, FAR), high.shape)


def _log(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms; those of numbers that have none lie far below or above all others."""
    found: NDArray[np.float64] = np.log(np.clip(numbers, 1e-9, 1e60))
    return found


def _centre(mine: NDArray[np.float32], members: NDArray[np.float32], pool: _Pool) -> NDArray[np.float64]:
    """How like the middle of each series' embeddings is each figure's?"""
    middle = np.add.reduceat(members, pool.starts, axis=0) / pool.sizes[:, None]
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    found: NDArray[np.float64] = mine.astype(np.float64) @ (middle / np.where(length == 0, 1, length)).T
    return found


def _habits(near: Neighbourhood, own: int, pool: _Pool) -> list[NDArray[np.float64]]:
    """What the members of a series have in common with the figure: unit, noun, kind, fate, rate, span, speaker."""
    equal = [
        pool.mean((codes[:own, None] == codes[own:]).astype(float)) for codes in (near.unit, near.head, near.rate, near.span)
    ]
    kinds, fates = (pool.mean(table[:own, own:]) for table in (near.kinds, near.fates))
    speakers = np.maximum.reduceat(near.voices[:own, own:], pool.starts, axis=1)
    voiced, others = near.voiced[:own, None].astype(float), pool.mean(near.voiced[None, own:].astype(float))
    shared = [np.broadcast_to(x, speakers.shape) for x in (voiced, others)]
    return [*equal[:2], kinds, fates, *equal[2:], speakers, *shared]


def _stories(near: Neighbourhood, own: int, pool: _Pool) -> list[NDArray[np.float64]]:
    """Is the article on what the members' articles are on? By main names and by all names."""
    held, holds = near.main[:own, own:].astype(float), near.main[own:, :own].T.astype(float)
    names = near.by_rarity[:own, own:]
    nearest = np.maximum.reduceat(names, pool.starts, axis=1)
    best = nearest.max(axis=1, keepdims=True)
    return [pool.mean(held), pool.mean(holds), pool.mean(names), nearest, nearest - best, pool.mean(names) - best]


def _days(near: Neighbourhood, own: int, pool: _Pool) -> NDArray[np.float64]:
    latest, mine = near.day[own:][pool.starts], near.day[:own, None]
    known = (mine > 0) & (latest > 0)
    found: NDArray[np.float64] = np.where(known, np.log1p(np.abs(mine - latest)), 0.0)
    return found


def _neighbours(near: Neighbourhood, own: int, pool: _Pool, fit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Does a figure near this one fit a line that is told near this line elsewhere? The best such fit."""
    found = np.zeros(fit.shape)
    close = _together(near.line[:own])
    np.fill_diagonal(close, 0.0)
    same = near.article[own:, None] == near.article[own:]
    members = np.where(same & (pool.of[:, None] != pool.of), _together(near.line[own:]), 0.0)
    told = np.maximum.reduceat(np.maximum.reduceat(members, pool.starts, axis=0), pool.starts, axis=1)
    for j, other in zip(*np.nonzero(fit > 0.4), strict=True):
        found = np.maximum(found, fit[j, other] * np.minimum(close[:, j][:, None], told[:, other]))
    return found


def _together(line: NDArray[np.int64]) -> NDArray[np.float64]:
    """How near to one another are figures of these sentences of an article?"""
    found: NDArray[np.float64] = np.array(TOGETHER)[np.minimum(2, np.abs(line[:, None] - line))]
    return found
