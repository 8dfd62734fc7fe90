"""The trained judges: features -> probability that two figures are one series, a figure continues a line, an alarm is right.

Two forests of gradient-boosted trees and a few weights, shipped in linker.json together with what they were trained on and how
they scored; trained by tests/quality/train_linker.py. Evaluation is a few numpy look-ups, the same on every machine.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.series import doubt, line, pair
from extractors.series.doubt import Alarm


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as padded arrays, one row a tree. A leaf points at itself, so that walking to the full depth is enough."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    start: float  #: log-odds before the first tree
    depth: int

    def probability(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """In [0, 1]; one for each row of features."""
        if not len(rows):
            return np.zeros(0)
        # All rows walk all trees at once: a loop over the trees takes eight times as long for an article's few pairs. Trees and
        # their nodes are laid end to end, since a look-up by one index takes half the time of one by two.
        size = self.feature.shape[1]
        base = (np.arange(len(self.feature), dtype=np.int32) * size)[None, :]
        feature, threshold, left, right = (x.ravel() for x in (self.feature, self.threshold, self.left, self.right))
        flat, width = rows.ravel(), rows.shape[1]
        offset = (np.arange(len(rows), dtype=np.int32) * width)[:, None]
        node = np.broadcast_to(base, (len(rows), base.shape[1]))
        for _ in range(self.depth):
            below = flat[offset + feature[node]] <= threshold[node]
            node = base + np.where(below, left[node], right[node])
        return _logistic(self.start + self.value.ravel()[node].sum(axis=1))


@dataclass(frozen=True, slots=True)
class Linker:
    """Both judges, and from which probability on their word counts."""

    pairs: Forest  #: two figures
    lines: Forest  #: a figure and a series
    join: float  #: a figure joins a series
    merge: float  #: two series are one, by the mean over their pairs
    beside: NDArray[np.float64]  #: weights, then the constant, for a second figure of the article in the series
    join_again: float  #: it joins
    alarm: NDArray[np.float64]  #: weights, then the constant, for a number that would be told
    believe: float  #: it is told

    def again(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability that a second figure of an article belongs to the series of the first; rows as link.beside gives them."""
        return _logistic(rows @ self.beside[:-1] + self.beside[-1])

    def believes(self, alarm: Alarm) -> bool:
        """May it be told: its place in the series was not judged, another origin gives it, or all in all it looks right?"""
        if alarm.reading.observation.sure == 1 or alarm.backed:
            return True
        return float(_logistic(np.array(doubt.row(alarm)) @ self.alarm[:-1] + self.alarm[-1])) >= self.believe


def from_data(data: dict[str, Any]) -> Linker:
    """The linker that a trained file holds.

    Raises:
        ValueError: the file was trained on other features than the code computes.
    """
    known = tuple(tuple(data.get(key, ())) for key in ("features", "line_features", "alarm_features"))
    if known != (pair.FEATURES, line.FEATURES, doubt.FEATURES):
        raise ValueError("linker.json was trained on other features; run tests/quality/train_linker.py")
    return Linker(
        pairs=forest(data["pairs"]),
        lines=forest(data["lines"]),
        join=data["join"],
        merge=data["merge"],
        beside=np.array(data["beside"], dtype=np.float64),
        join_again=data["join_again"],
        alarm=np.array(data["alarm"], dtype=np.float64),
        believe=data["believe"],
    )


def forest(data: dict[str, Any]) -> Forest:
    """The forest that plain lists describe."""
    trees = data["trees"]
    width = max(len(tree["value"]) for tree in trees)

    def padded(key: str, kind: type) -> NDArray[Any]:
        return np.array([tree[key] + [0] * (width - len(tree[key])) for tree in trees], dtype=kind)

    return Forest(
        feature=padded("feature", np.int32),
        threshold=padded("threshold", np.float64),
        left=padded("left", np.int32),
        right=padded("right", np.int32),
        value=padded("value", np.float64),
        start=data["start"],
        depth=data["depth"],
    )


def _logistic(total: NDArray[np.float64]) -> NDArray[np.float64]:
    chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-total))
    return chances


@cache
def shipped() -> Linker:
    """The linker of this version."""
    return from_data(json.loads(files("extractors.series").joinpath("linker.json").read_text(encoding="utf-8")))
