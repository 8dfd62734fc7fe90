"""Train the judge of pairs from labelled stories, and say how good it is on stories it has not seen.

    python tests/quality/train_linker.py LABELS_DIR [--long DIR] [--reports DIR] [--write]

LABELS_DIR holds storylines as JSON and score.py (beside them or one folder up); DIR of --long holds long topics in the same
form; that of --reports one topic as articles.jsonl with expected.json, of which only the main lines are labelled. Every
article is met in order with the candidates it would have had (stories.lessons); pairs of one story are never in training
and test at once. Prints F1 of series and shifts for storylines by folds, and for each long topic left out and taken in;
with --write, trains on all of them and writes extractors/series/linker.json.
"""

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import stories
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from extractors.series.link import LEAST_MEAN, NEAREST, beside, meeting
from extractors.series.linker import Linker, from_data
from extractors.series.mention import VERSION
from extractors.series.pair import FEATURES

FOLDS = 5
#: Storylines that lend strangers to an article's candidates.
STRANGE = 8
#: Small trees, a part of the features at each split: deeper ones and more of them gained nothing on stories left out.
TREES: dict[str, Any] = {
    "max_iter": 160,
    "max_leaf_nodes": 12,
    "max_depth": 5,
    "learning_rate": 0.06,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "max_features": 0.4,
    "early_stopping": False,
}
#: Forests of two random seeds are averaged: one alone differs from the next by a point of F1. A second one that sees no values,
#: averaged with the first, cost four points of series F1 on storylines.
SEEDS = (0, 1)
#: Chosen on the folds: lower joins more look-alikes, higher breaks lines that move. Shifts are best between the two.
JOIN, JOIN_AGAIN = 0.45, 0.35


@dataclass
class Lesson:
    """The pairs of a story: features, truth, and where each comes from (article, mention, series or mention, kind)."""

    rows: NDArray[np.float64]
    same: NDArray[np.bool_]
    known: NDArray[np.bool_]  #: False for pairs with a figure that nobody labelled
    where: list[tuple[int, int, int, bool]]
    articles: list[tuple[list[str | None], list[str | None], list[int]]]  #: gold of mentions, gold and size of candidates


Forest = list[HistGradientBoostingClassifier]


def lesson(story: stories.Story, others: Sequence[stories.Story]) -> Lesson:
    rows: list[NDArray[np.float64]] = []
    same: list[bool] = []
    labelled: list[bool] = []
    where: list[tuple[int, int, int, bool]] = []
    articles = []
    for number, (new, gold, candidates, names) in enumerate(stories.lessons(story, others)):
        known = [names.get(c.series) for c in candidates]
        articles.append((list(gold), known, [len(c.mentions) for c in candidates]))
        desk = meeting(new, candidates)
        rows.append(desk.rows)
        for i, j in desk.pairs:
            column = desk.owner[j]
            series = gold[j] if column is None else known[column]
            same.append(gold[i] is not None and gold[i] == series)
            labelled.append(not story.partial or (gold[i] is not None and series is not None))
            where.append((number, i, j if column is None else column, column is None))
    return Lesson(np.concatenate(rows), np.array(same, dtype=bool), np.array(labelled, dtype=bool), where, articles)


def second_figures(one: Lesson, chance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Examples for a second figure of an article in a series: beside one that fits, and new itself."""
    met: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    within: dict[tuple[int, int, int], int] = {}
    for k, (number, i, j, inner) in enumerate(one.where):
        if inner:
            within[number, i, j] = within[number, j, i] = k
        else:
            met[number, i, j].append(chance[k])
    means, pairs, same = [], [], []
    for number, (gold, known, sizes) in enumerate(one.articles):
        for first, series in enumerate(gold):
            if series is None or series not in known:
                continue
            column = known.index(series)
            if fit(met[number, first, column], sizes[column]) < JOIN:
                continue
            for second, own in enumerate(gold):
                mean = fit(met[number, second, column], sizes[column])
                if (number, first, second) not in within or (own in known and own != series) or mean < LEAST_MEAN:
                    continue
                means.append(mean)
                pairs.append(within[number, first, second])
                same.append(own == series)
    return beside(np.array(means), chance[pairs], one.rows[pairs]), np.array(same, dtype=bool)


def fit(chances: list[float], size: int) -> float:
    """As Meeting.means has it."""
    return sum(sorted(chances)[-NEAREST:]) / min(size, NEAREST)


def train(lessons: Sequence[Lesson]) -> Forest:
    rows = np.concatenate([x.rows[x.known] for x in lessons])
    same = np.concatenate([x.same[x.known] for x in lessons])
    return [HistGradientBoostingClassifier(**TREES, random_state=seed).fit(rows, same) for seed in SEEDS]


def probability(forest: Forest, one: Lesson) -> NDArray[np.float64]:
    odds = np.mean([trees.decision_function(one.rows) for trees in forest], axis=0)
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return chances


def train_second(seconds: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> LogisticRegression:
    return LogisticRegression().fit(np.concatenate([r for r, _ in seconds]), np.concatenate([s for _, s in seconds]))


def data(forest: Forest, second: LogisticRegression) -> dict[str, Any]:
    """The trained trees and weights as plain lists."""
    grown = []
    depth = 0
    for trees in forest:
        for (tree,) in trees._predictors:
            nodes = tree.nodes
            leaf = nodes["is_leaf"].astype(bool)
            own = np.arange(len(nodes))
            depth = max(depth, int(nodes["depth"].max()))
            grown.append(
                {
                    "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
                    "threshold": [round(float(x), 6) for x in np.where(leaf, 0, nodes["num_threshold"])],
                    "left": np.where(leaf, own, nodes["left"]).tolist(),
                    "right": np.where(leaf, own, nodes["right"]).tolist(),
                    "value": [round(float(v) / len(forest), 6) for v in np.where(leaf, nodes["value"], 0)],
                }
            )
    return {
        "features": list(FEATURES),
        "mentions": VERSION,
        "start": round(float(np.mean([trees._baseline_prediction.ravel()[0] for trees in forest])), 6),
        "depth": depth,
        "join": JOIN,
        "join_again": JOIN_AGAIN,
        "beside": [round(float(x), 6) for x in (*second.coef_[0], second.intercept_[0])],
        "trees": grown,
    }


@dataclass
class Study:
    """What was learnt and how it does on what it has not seen."""

    result: dict[str, Any]
    linker: dict[str, Any]
    pairs: int
    misses: list[str]


def judged(story: stories.Story, linker: Linker, score: ModuleType, misses: list[str]) -> Counter[str]:
    placed, shifts = stories.run(story, stories.placing(linker))
    return stories.tally(story, placed, shifts, score, misses)


def study(short: Sequence[stories.Story], long: Sequence[stories.Story], score: ModuleType) -> Study:
    """Storylines by folds, each long topic left out and taken in, then everything together."""
    every = [*short, *long]
    lessons = [lesson(story, [*short[k + 1 :], *short[:k]][:STRANGE]) for k, story in enumerate(every)]
    fold = [*(np.random.RandomState(0).permutation(len(short)) % FOLDS), *(FOLDS + k for k in range(len(long)))]
    forests = {f: train([x for x, k in zip(lessons, fold, strict=True) if k != f]) for f in sorted(set(fold))}
    seconds = [second_figures(x, probability(forests[k], x)) for x, k in zip(lessons, fold, strict=True)]
    left_out = {
        f: from_data(data(forests[f], train_second([s for s, k in zip(seconds, fold, strict=True) if k != f]))) for f in forests
    }
    whole = data(train(lessons), train_second(seconds))
    misses: list[str] = []
    total: Counter[str] = Counter()
    for story, f in zip(short, fold[: len(short)], strict=True):
        total += judged(story, left_out[f], score, misses)
    result = {"storylines, by folds": stories.summary(total, score)}
    for k, story in enumerate(long):
        result[f"{story.id}, left out"] = stories.summary(judged(story, left_out[FOLDS + k], score, misses), score)
        result[f"{story.id}, taken in"] = stories.summary(judged(story, from_data(whole), score, []), score)
    return Study(result, whole, int(sum(x.known.sum() for x in lessons)), misses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--long", type=Path, help="folder of long topics")
    parser.add_argument("--reports", type=Path, help="folder of one topic of which only the main lines are labelled")
    parser.add_argument("--gold-figures", action="store_true", help="learn from the labelled figures instead of extracted ones")
    parser.add_argument("--write", action="store_true", help="train on all storylines and write linker.json")
    parser.add_argument("--misses", action="store_true", help="list the shifts missed and the false ones")
    options = parser.parse_args()
    score = stories.score_module(options.labels)
    extract = None if options.gold_figures else stories.extracted
    short = stories.load(options.labels, extract)
    long = stories.load(options.long, extract, score) if options.long else []
    if options.reports:
        long.append(stories.reports(options.reports, stories.extracted))
    found = study(short, long, score)
    if options.misses:
        print("\n".join(found.misses))
    print(json.dumps(found.result, indent=1))
    if options.write:
        digest = hashlib.sha256()
        folders = [f for f in (options.labels, options.long, options.reports) if f]
        for path in sorted(p for f in folders for p in f.glob("*.json*")):
            digest.update(path.read_bytes())
        kept = found.linker
        kept["trained_on"] = {
            "storylines": len(short),
            "long_topics": len(long),
            "pairs": found.pairs,
            "sha256": digest.hexdigest(),
            "figures": "labelled" if options.gold_figures else "extracted",
        }
        kept["cross_validated"] = found.result
        target = Path(__file__).resolve().parents[2] / "extractors" / "series" / "linker.json"
        target.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"written: {target}")


if __name__ == "__main__":
    main()
