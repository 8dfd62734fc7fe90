"""Train the judges of pairs, lines and alarms from labelled stories, and say how good it is on stories it has not seen.

    python tests/quality/train_linker.py LABELS_DIR [--dense DIR] [--long DIR] [--reports DIR] [--twins DIR] [--unseen DIR]
                                         [--write]

LABELS_DIR holds storylines as JSON and score.py (beside them or one folder up). In the same form --dense holds stories in which
most lines move in most articles, and --long topics of a year or two; that of --reports is one topic as articles.jsonl with
expected.json, of which only the main lines are labelled. Every article is met in order with the candidates it would have had
(stories.lessons); a story is never in training and test at once. Prints F1 of series and shifts for the stories left out, five
folds of them; with --write, trains on all of them and writes extractors/series/linker.json.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import stories
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from extractors.series import doubt, line
from extractors.series.doubt import Alarm
from extractors.series.link import LEAST_MEAN, Meeting, beside, comparable, meeting
from extractors.series.linker import Linker, forest, from_data
from extractors.series.pair import FEATURES

FOLDS = 5
#: Storylines that lend strangers to an article's candidates.
STRANGE = 8
#: Small trees, a part of the features at each split: deeper ones and more of them gained nothing on stories left out.
PAIRS: dict[str, Any] = {
    "max_iter": 160,
    "max_leaf_nodes": 12,
    "max_depth": 5,
    "learning_rate": 0.06,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "max_features": 0.4,
    "early_stopping": False,
}
#: Forests of several seeds are averaged: with one alone the score of a set of stories hangs on the seed by two points.
LINES = PAIRS | {"max_iter": 120, "max_leaf_nodes": 10, "max_depth": 4, "learning_rate": 0.05, "max_features": 0.3}
#: Chosen on the folds: lower joins more look-alikes than the judge of alarms tells apart, higher breaks lines that move.
JOIN, MERGE, JOIN_AGAIN = 0.25, 0.3, 0.35
#: An alarm on a judged link that nothing bears out is told from this chance on. Chosen on the folds: from .5 to .76 the
#: precision of storylines goes from .81 to .87 and their recall from .79 to .71, that of long topics from .67 to .50; the aim
#: is a precision of .85. A shift told wrongly is worse than one that waits for a second report.
BELIEVE = 0.68


@dataclass
class Meet:
    """An article of a story beside the candidates it would have had, and the labels."""

    gold: list[str | None]  #: of its figures
    known: list[str | None]  #: of the candidates
    real: list[bool]  #: whether the candidate is a series of this or another story, and no stranger made up
    desk: Meeting
    at: int  #: where its pairs begin among those of the story


@dataclass
class Lesson:
    """The pairs of a story: features and truth, and the meetings they come from."""

    rows: NDArray[np.float64]
    same: NDArray[np.bool_]
    known: NDArray[np.bool_]  #: False for pairs with a figure that nobody labelled
    meets: list[Meet]
    partial: bool


def lesson(story: stories.Story, others: Sequence[stories.Story], worlds: Sequence[stories.Store]) -> Lesson:
    """What the articles of a story teach in each of the worlds: a store of other stories, and one with a twin of each, too."""
    rows: list[NDArray[np.float64]] = []
    same: list[bool] = []
    labelled: list[bool] = []
    meets = []
    for new, gold, candidates, names in chain.from_iterable(stories.lessons(story, others, world) for world in worlds):
        pool = sorted((c for c in candidates if c.mentions), key=lambda c: c.series)
        known = [names.get(c.series) for c in pool]
        desk = meeting(new, pool)
        meets.append(Meet(list(gold), known, [c.series > 0 or c.series <= stories.OTHERS for c in pool], desk, len(same)))
        rows.append(desk.rows)
        for i, j in desk.pairs.tolist():
            column = desk.column(j)
            series = gold[j] if column is None else known[column]
            same.append(gold[i] is not None and gold[i] == series)
            labelled.append(not story.partial or (gold[i] is not None and series is not None))
    return Lesson(np.concatenate(rows), np.array(same, dtype=bool), np.array(labelled, dtype=bool), meets, story.partial)


def compared(lessons: Sequence[Lesson]) -> float:
    """Of the figures that may join their series among the candidates, the share that is compared with it (link.MOST_SERIES)."""
    right = found = 0
    for meet in (meet for one in lessons for meet in one.meets):
        met = {(i, meet.desk.column(j)) for i, j in meet.desk.pairs.tolist() if j >= meet.desk.own}
        can = comparable(meet.desk.near)
        for i, gold in enumerate(meet.gold):
            columns = [k for k, known in enumerate(meet.known) if known == gold and can[i, meet.desk.members(k)].any()]
            if gold is not None and columns:
                right += 1
                found += any((i, column) in met for column in columns)
    return round(found / right, 4)


Examples = tuple[NDArray[np.float64], NDArray[np.bool_]]


def further(one: Lesson, chance: NDArray[np.float64]) -> tuple[Examples, Examples]:
    """By the chances of the pairs: examples of a figure and a series, and of a second figure of an article in a series."""
    rows, same, means, pairs, again = [np.zeros((0, len(line.FEATURES)))], [], [], [], []
    for meet in one.meets:
        own = chance[meet.at : meet.at + len(meet.desk.pairs)]
        asked = meet.desk.lines(own)
        for row, i, c in zip(asked.rows, *asked.where, strict=True):
            gold, known = meet.gold[i], meet.known[c]
            if meet.real[c] and not (one.partial and gold is None and known is None):
                rows.append(row[None, :])
                same.append(gold is not None and gold == known)
        for k, (i, j) in enumerate(meet.desk.pairs.tolist()):
            for first, second in ((i, j), (j, i)) if j < meet.desk.own else ():
                series, other = meet.gold[first], meet.gold[second]
                if series is None or series not in meet.known or (other in meet.known and other != series):
                    continue
                column = meet.known.index(series)
                if asked.fit[first, column] >= JOIN and asked.fit[second, column] >= LEAST_MEAN:
                    means.append(asked.fit[second, column])
                    pairs.append(meet.at + k)
                    again.append(other == series)
    seconds = beside(np.array(means), chance[pairs], one.rows[pairs]) if pairs else np.zeros((0, 5))
    return (np.concatenate(rows), np.array(same, dtype=bool)), (seconds, np.array(again, dtype=bool))


def grow(examples: Sequence[Examples], shape: dict[str, Any], seeds: Sequence[int]) -> dict[str, Any]:
    """A forest as plain lists; those of several random seeds are averaged."""
    rows, same = (np.concatenate([e[k] for e in examples]) for k in (0, 1))
    forest = [HistGradientBoostingClassifier(**shape, random_state=seed).fit(rows, same) for seed in seeds]
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
    start = round(float(np.mean([trees._baseline_prediction.ravel()[0] for trees in forest])), 6)
    return {"start": start, "depth": depth, "trees": grown}


def pair_forest(lessons: Sequence[Lesson]) -> dict[str, Any]:
    return grow([(x.rows[x.known], x.same[x.known]) for x in lessons], PAIRS, (0, 1, 2))


def data(pairs: dict[str, Any], found: Sequence[tuple[Examples, Examples]]) -> dict[str, Any]:
    """The trained judges as linker.json keeps them."""
    second = LogisticRegression().fit(*(np.concatenate([s[k] for _, s in found]) for k in (0, 1)))
    return {
        "features": list(FEATURES),
        "line_features": list(line.FEATURES),
        "join": JOIN,
        "merge": MERGE,
        "join_again": JOIN_AGAIN,
        "alarm_features": list(doubt.FEATURES),
        "alarm": [0.0] * (len(doubt.FEATURES) + 1),
        "believe": BELIEVE,
        "beside": [round(float(x), 6) for x in (*second.coef_[0], second.intercept_[0])],
        "pairs": pairs,
        "lines": grow([lines for lines, _ in found], LINES, (0, 1, 2, 3)),
    }


@dataclass
class Study:
    """What was learnt and how it does on what it has not seen."""

    result: dict[str, Any]
    linker: dict[str, Any]
    left_out: list[Linker]  #: of each fold, the judges that have not seen it
    pairs: int
    misses: list[str]


def alarms(story: stories.Story, told: stories.Run, score: ModuleType) -> Examples:
    """Of the alarms that rest on a judged link: what speaks for them, and whether they were right."""
    seen: dict[int, Alarm] = {}

    def note(alarm: Alarm) -> bool:
        seen[alarm.reading.observation.id] = alarm
        return True

    graded = [(seen[x["observation"]], right) for x, right in stories.graded(story, told.shifts(note), score)]
    doubted = [(doubt.row(alarm), right) for alarm, right in graded if alarm.reading.observation.sure < 1]
    rows = np.array([row for row, _ in doubted]).reshape(-1, len(doubt.FEATURES))
    return rows, np.array([right for _, right in doubted], dtype=bool)


def alarm_judge(examples: Sequence[Examples]) -> list[float]:
    """Weights of doubt.FEATURES, then the constant."""
    rows, right = (np.concatenate([e[k] for e in examples]) for k in (0, 1))
    middle, width = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=0.3).fit((rows - middle) / width, right)
    weights = fitted.coef_[0] / width
    return [round(float(x), 6) for x in (*weights, fitted.intercept_[0] - weights @ middle)]


def study(
    short: Sequence[stories.Story], dense: Sequence[stories.Story], long: Sequence[stories.Story], score: ModuleType
) -> Study:
    """Stories by folds, each in one: what judges a story has not seen it. Then everything together.

    The judge of lines learns from what the judge of pairs says of stories that it has not seen, as it will be in use.
    """
    told = [*short, *dense]
    every = [*told, *long]
    alike = stories.twins(every)
    worlds = [stories.everything(every), stories.everything([*every, *alike])]
    lessons = [lesson(story, [*told[k + 1 :], *told[:k]][:STRANGE], worlds) for k, story in enumerate(every)]
    fold = [*(np.random.RandomState(0).permutation(len(told)) % FOLDS), *(k % FOLDS for k in range(len(long)))]

    def without(f: int, of: Sequence[Any]) -> list[Any]:
        return [x for x, k in zip(of, fold, strict=True) if k != f]

    pairs = [pair_forest(without(f, lessons)) for f in range(FOLDS)]
    found = [further(x, forest(pairs[k]).probability(x.rows)) for x, k in zip(lessons, fold, strict=True)]
    parts = [data(pairs[f], without(f, found)) for f in range(FOLDS)]
    runs = [stories.run(story, stories.placing(from_data(parts[f]))) for story, f in zip(every, fold, strict=True)]
    heard = [alarms(story, one, score) for story, one in zip(every, runs, strict=True)]
    left_out = [from_data(parts[f] | {"alarm": alarm_judge(without(f, heard))}) for f in range(FOLDS)]
    whole = data(pair_forest(lessons), found) | {"alarm": alarm_judge(heard)}

    def judged(at: int) -> Counter[str]:
        shifts = runs[at].shifts(left_out[fold[at]].believes)
        return stories.tally(every[at], runs[at].placed, shifts, score, misses)

    misses: list[str] = []
    result: dict[str, Any] = {"right series compared": compared(lessons)}
    for name, first, past in (("storylines", 0, len(short)), ("dense stories", len(short), len(told))):
        total: Counter[str] = Counter()
        for at in range(first, past):
            total += judged(at)
        result[f"{name}, left out"] = stories.summary(total, score)
    topics: Counter[str] = Counter()
    for at, story in enumerate(long, len(told)):
        one = judged(at)
        result[f"{story.id}, left out"] = stories.summary(one, score)
        if not story.partial:
            topics += one
    for name, own in (("stories that share a store", []), ("the same with a twin of each", alike[: len(told)])):
        sums: Counter[str] = Counter()
        for f in range(FOLDS):
            # of all folds those of the long topics come last
            shared = [story for some in (told, own) for story, k in zip(some, fold, strict=False) if k == f]
            sums.update(stories.apart(shared, stories.one_by_one(stories.in_order(shared), left_out[f])))
        result[f"{name}, left out"] = shares(sums, score)
    if topics:
        result["long topics, left out"] = stories.summary(topics, score)
    return Study(result, whole, left_out, int(sum(x.known.sum() for x in lessons)), misses)


def shares(pairs: Counter[str], score: ModuleType) -> dict[str, Any]:
    """The score of series where stories share a store."""
    return score.prf(pairs["right"], pairs["found"], pairs["gold"]) | {"across stories": pairs["across"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--dense", type=Path, help="folder of stories whose lines mostly move in every article")
    parser.add_argument("--long", type=Path, help="folder of long topics")
    parser.add_argument("--reports", type=Path, help="folder of one topic of which only the main lines are labelled")
    parser.add_argument("--twins", type=Path, help="folder of stories to judge by, alike in pairs; they share a store")
    parser.add_argument("--unseen", type=Path, help="folder of stories to judge by, each with a store of its own")
    parser.add_argument("--gold-figures", action="store_true", help="learn from the labelled figures instead of extracted ones")
    parser.add_argument("--write", action="store_true", help="train on all storylines and write linker.json")
    parser.add_argument("--misses", action="store_true", help="list the shifts missed and the false ones")
    options = parser.parse_args()
    score = stories.score_module(options.labels)
    extract = None if options.gold_figures else stories.extracted
    short = stories.load(options.labels, extract)
    dense = stories.load(options.dense, extract, score) if options.dense else []
    long = stories.load(options.long, extract, score) if options.long else []
    if options.reports:
        long.append(stories.reports(options.reports, stories.extracted))
    found = study(short, dense, long, score)
    if options.twins:
        twins = stories.load(options.twins, extract, score)
        placed = stories.one_by_one(stories.in_order(twins), from_data(found.linker))
        found.result["twins that share a store"] = shares(Counter(stories.apart(twins, placed)), score)
    if options.unseen:
        judge, total = from_data(found.linker), Counter[str]()
        for story in stories.load(options.unseen, extract, score):
            told = stories.run(story, stories.placing(judge))
            total += stories.tally(story, told.placed, told.shifts(judge.believes), score)
        found.result["unseen stories"] = stories.summary(total, score)
    if options.misses:
        print("\n".join(found.misses))
    print(json.dumps(found.result, indent=1))
    if options.write:
        digest = hashlib.sha256()
        folders = [f for f in (options.labels, options.dense, options.long, options.reports) if f]
        for path in sorted(p for f in folders for p in f.glob("*.json*")):
            digest.update(path.read_bytes())
        kept = found.linker
        kept["trained_on"] = {
            "storylines": len(short),
            "dense_stories": len(dense),
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
