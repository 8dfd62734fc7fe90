"""The trained judge of pairs: features -> probability that two figures belong to one series.

Gradient-boosted trees, shipped as arrays in linker.json together with what they were trained on and how they scored; trained
by tests/quality/train_linker.py. Evaluation is a few numpy look-ups, the same on every machine.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.series.pair import FEATURES


@dataclass(frozen=True, slots=True)
class Linker:
    """Trees as padded arrays, one row a tree. A leaf points at itself, so that walking to the full depth is enough."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    start: float  #: log-odds before the first tree
    depth: int
    join: float  #: a figure joins a series when the mean probability against its members is at least this
    beside: NDArray[np.float64]  #: weights, then the constant, for a second figure of the article in the series
    join_again: float  #: it joins when its probability is at least this

    def probability(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """In [0, 1], larger is more likely one series; one for each row of features."""
        if not len(rows):
            return np.zeros(0)
        # All rows walk all trees at once: a loop over the trees takes eight times as long for an article's few pairs.
        each, trees = np.arange(len(rows))[:, None], np.arange(len(self.feature))[None, :]
        node = np.zeros((len(rows), len(self.feature)), dtype=np.int32)
        for _ in range(self.depth):
            below = rows[each, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(below, self.left[trees, node], self.right[trees, node])
        total = self.start + self.value[trees, node].sum(axis=1)
        return _logistic(total)

    def again(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability that a second figure of an article belongs to the series of the first; rows as link.beside gives them."""
        return _logistic(rows @ self.beside[:-1] + self.beside[-1])


def from_data(data: dict[str, Any]) -> Linker:
    """The linker that a trained file holds.

    Raises:
        ValueError: the file was trained on other features than the code computes.
    """
    if tuple(data["features"]) != FEATURES:
        raise ValueError("linker.json was trained on other features; run tests/quality/train_linker.py")
    trees = data["trees"]
    width = max(len(tree["value"]) for tree in trees)

    def padded(key: str, kind: type) -> NDArray[Any]:
        return np.array([tree[key] + [0] * (width - len(tree[key])) for tree in trees], dtype=kind)

    return Linker(
        feature=padded("feature", np.int32),
        threshold=padded("threshold", np.float64),
        left=padded("left", np.int32),
        right=padded("right", np.int32),
        value=padded("value", np.float64),
        start=data["start"],
        depth=data["depth"],
        join=data["join"],
        beside=np.array(data["beside"], dtype=np.float64),
        join_again=data["join_again"],
    )


def _logistic(total: NDArray[np.float64]) -> NDArray[np.float64]:
    chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-total))
    return chances


@cache
def shipped() -> Linker:
    """The linker of this version."""
    return from_data(json.loads(files("extractors.series").joinpath("linker.json").read_text(encoding="utf-8")))
