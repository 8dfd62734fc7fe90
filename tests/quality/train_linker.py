"""Train the judge of pairs from labelled storylines, and say how good it is on storylines it has not seen.

    python tests/quality/train_linker.py LABELS_DIR [--gold-figures] [--write]

LABELS_DIR holds storylines as JSON and score.py (beside them or one folder up). Every article is met in order with the
candidates it would have had (stories.lessons); pairs of one storyline are never in training and test at once. Prints F1 of
series and shifts for each fold left out; with --write, trains on all of them and writes extractors/series/linker.json.
"""

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import stories
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from extractors.series.link import LEAST_MEAN, beside, meeting
from extractors.series.linker import from_data
from extractors.series.mention import VERSION
from extractors.series.pair import FEATURES

FOLDS = 5
#: Storylines that lend strangers to an article's candidates.
STRANGE = 8
#: Small trees on random halves of the pairs: deeper ones and more of them gained nothing on storylines left out.
TREES = {
    "n_estimators": 300,
    "max_depth": 4,
    "learning_rate": 0.04,
    "subsample": 0.7,
    "min_samples_leaf": 15,
    "max_features": 0.4,
    "random_state": 0,
}
#: Chosen on the folds: lower joins more look-alikes, higher breaks lines that move. Shifts are best between the two.
JOIN, JOIN_AGAIN = 0.45, 0.35


@dataclass
class Lesson:
    """The pairs of a storyline: features, truth, and where each comes from (article, mention, series or mention, kind)."""

    rows: NDArray[np.float64]
    same: NDArray[np.bool_]
    where: list[tuple[int, int, int, bool]]
    articles: list[tuple[list[str | None], list[str | None], list[int]]]  #: gold of mentions, gold and size of candidates


def lesson(story: stories.Story, others: Sequence[stories.Story]) -> Lesson:
    rows: list[NDArray[np.float64]] = []
    same: list[bool] = []
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
            where.append((number, i, j if column is None else column, column is None))
    return Lesson(np.concatenate(rows), np.array(same, dtype=bool), where, articles)


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
    return (sum(chances) / size + max(chances, default=0.0)) / 2


def train(lessons: list[Lesson]) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(**TREES).fit(
        np.concatenate([x.rows for x in lessons]), np.concatenate([x.same for x in lessons])
    )


def data(trees: GradientBoostingClassifier, second: LogisticRegression) -> dict[str, Any]:
    """The trained trees and weights as plain lists."""
    prior = trees.init_.class_prior_[1]
    grown = []
    for estimator in trees.estimators_[:, 0]:
        t = estimator.tree_
        leaf = t.children_left < 0
        own = np.arange(t.node_count)
        grown.append(
            {
                "feature": np.where(leaf, 0, t.feature).tolist(),
                "threshold": [round(float(x), 6) for x in np.where(leaf, 0, t.threshold)],
                "left": np.where(leaf, own, t.children_left).tolist(),
                "right": np.where(leaf, own, t.children_right).tolist(),
                "value": [round(float(v) * trees.learning_rate, 6) for v in np.where(leaf, t.value[:, 0, 0], 0)],
            }
        )
    return {
        "features": list(FEATURES),
        "mentions": VERSION,
        "start": round(float(np.log(prior / (1 - prior))), 6),
        "depth": max(int(e.tree_.max_depth) for e in trees.estimators_[:, 0]),
        "join": JOIN,
        "join_again": JOIN_AGAIN,
        "beside": [round(float(x), 6) for x in (*second.coef_[0], second.intercept_[0])],
        "trees": grown,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--gold-figures", action="store_true", help="learn from the labelled figures instead of extracted ones")
    parser.add_argument("--write", action="store_true", help="train on all storylines and write linker.json")
    parser.add_argument("--misses", action="store_true", help="list the shifts missed and the false ones")
    options = parser.parse_args()
    score = stories.score_module(options.labels)
    every = stories.load(options.labels, None if options.gold_figures else stories.extracted)
    lessons = [lesson(story, [*every[k + 1 :], *every[:k]][:STRANGE]) for k, story in enumerate(every)]
    fold = np.random.RandomState(0).permutation(len(every)) % FOLDS
    forests = [train([x for x, k in zip(lessons, fold, strict=True) if k != f]) for f in range(FOLDS)]
    chances = [forests[k].predict_proba(x.rows)[:, 1] for x, k in zip(lessons, fold, strict=True)]
    seconds = [second_figures(x, c) for x, c in zip(lessons, chances, strict=True)]

    def judge(keep: NDArray[np.bool_]) -> LogisticRegression:
        kept = [s for s, wanted in zip(seconds, keep, strict=True) if wanted]
        return LogisticRegression().fit(np.concatenate([r for r, _ in kept]), np.concatenate([s for _, s in kept]))

    linkers = [from_data(data(forests[f], judge(fold != f))) for f in range(FOLDS)]
    total: Counter[str] = Counter()
    misses: list[str] = []
    for story, k in zip(every, fold, strict=True):
        placed, shifts = stories.run(story, stories.placing(linkers[k]))
        total += stories.tally(story, placed, shifts, score, misses)
    result = stories.summary(total, score)
    if options.misses:
        print("\n".join(misses))
    print(json.dumps(result, indent=1))
    if options.write:
        kept = data(train(lessons), judge(fold >= 0))
        digest = hashlib.sha256()
        for path in sorted(options.labels.glob("*.json")):
            digest.update(path.read_bytes())
        kept["trained_on"] = {
            "storylines": len(every),
            "pairs": int(sum(len(x.same) for x in lessons)),
            "sha256": digest.hexdigest(),
            "figures": "labelled" if options.gold_figures else "extracted",
        }
        kept["cross_validated"] = result
        target = Path(__file__).resolve().parents[2] / "extractors" / "series" / "linker.json"
        target.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"written: {target}")


if __name__ == "__main__":
    main()
