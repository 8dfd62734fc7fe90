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
    """Trees as arrays, all nodes end to end. A leaf points at itself, so that walking to the full depth is enough."""

    roots: NDArray[np.intp]
    feature: NDArray[np.intp]
    threshold: NDArray[np.float64]
    children: NDArray[np.intp]  #: of node n, the left one at 2 n, the right one at 2 n + 1
    value: NDArray[np.float64]
    start: float  #: log-odds before the first tree
    depth: int

    def probability(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """In [0, 1]; one for each row of features."""
        if not len(rows):
            return np.zeros(0)
        # All rows walk all trees at once: a loop over the trees takes eight times as long for an article's few pairs. The first
        # step asks for the same features of each row, so that nothing is looked up.
        flat = rows.ravel()
        start = (np.arange(len(rows)) * rows.shape[1])[:, None]
        above = rows.take(self.feature[self.roots], axis=1) > self.threshold[self.roots]
        node = self.children.take(2 * self.roots + above)
        for _ in range(self.depth - 1):
            above = flat.take(start + self.feature.take(node)) > self.threshold.take(node)
            node = self.children.take(2 * node + above)
        return _logistic(self.start + self.value.take(node).sum(axis=1))


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
    roots = np.cumsum([0, *(len(tree["value"]) for tree in trees[:-1])])

    def together(key: str, kind: type) -> NDArray[Any]:
        return np.concatenate([np.array(tree[key], dtype=kind) for tree in trees])

    def nodes(key: str) -> NDArray[np.intp]:
        return np.concatenate([np.array(tree[key], dtype=np.intp) + root for tree, root in zip(trees, roots, strict=True)])

    return Forest(
        roots=roots,
        feature=together("feature", np.intp),
        threshold=together("threshold", np.float64),
        children=np.stack([nodes("left"), nodes("right")], axis=1).ravel(),
        value=together("value", np.float64),
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
