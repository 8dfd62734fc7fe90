"""What recognising a copy costs as the archive grows: look-up, storing, size, and fingerprints a second.

    python tests/bench_copies.py [--sizes 10000 100000 1000000] [--picture FILE.svg] [--json]

An embedded PostgreSQL is filled with synthetic articles by COPY: real fingerprints for some thousands of made texts, and for
the rest rows of 28 keys, of which one in ten is drawn from a few hundred that thousands of articles share (stock phrases,
names with round numbers), the others being the article's own. The look-up timed is the program's query, read and unpacked,
over connections as the program makes them, for articles that are not stored: copies of stored ones and strangers by turns.
"""

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np
import psutil
from bench import articles as told_articles
from curve import draw
from numpy.typing import NDArray

from extractors.copies import VERSION, fingerprint
from extractors.copies.packing import pack
from extractors.copies.shingles import mixed
from extractors.text import sentences
from flows import copies, db, postgres
from flows.db import Database
from schemas.outcomes import Relation

KEYS = 28
HOT_SHARE = 0.1
HOT_KEYS = 500
MADE = 300  #: articles with a real fingerprint; the others have theirs by turns
SAMPLES = 400
ROUNDS = 3  #: other programs on the machine are no part of what is measured
GOAL_MS = 10.0
ARTICLE = (
    "INSERT INTO article (id, url, outlet, title, language, as_of, fetched_at, text, relation, cluster_id, figures_outcome,"
    " series_outcome, analysis_version) OVERRIDING SYSTEM VALUE"
)


def keys_of(first: int, last: int) -> NDArray[np.int64]:
    """The keys of the synthetic articles with these ids, a row an article; the same for the same ids in every run."""
    slots = np.arange(first * KEYS, last * KEYS, dtype=np.uint64)
    own = mixed(slots)
    dice = mixed(own ^ np.uint64(1)) / np.float64(2**64)
    stock = mixed((HOT_KEYS * dice**2 / HOT_SHARE**2).astype(np.uint64) + np.uint64(2**60))
    return np.where(dice < HOT_SHARE, stock, own).astype(np.int64).reshape(last - first, KEYS)


def fill(url: str, first: int, last: int) -> float:
    """Store synthetic articles with these ids; seconds."""
    began = time.monotonic()
    keys = keys_of(first, last)
    articles = np.repeat(np.arange(first, last), KEYS)
    pairs = np.unique(np.stack([keys.ravel(), articles], axis=1), axis=0)
    rows = np.empty(len(pairs), dtype=[("n", ">i2"), ("a", ">i4"), ("key", ">i8"), ("b", ">i4"), ("article", ">i8")])
    rows["n"], rows["a"], rows["b"], rows["key"], rows["article"] = 2, 8, 8, pairs[:, 0], pairs[:, 1]
    with db.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"{ARTICLE} SELECT n, 'https://bench.example/' || n, '', '', 'en', at, at, '', 'original', n, '', '', ''"
            " FROM generate_series(%s::bigint, %s) AS n,"
            " LATERAL (SELECT timestamptz '2020-01-01' + n * interval '1 minute' AS at)",
            (first, last - 1),
        )
        cursor.execute(
            "INSERT INTO fingerprint SELECT id, %s, sketch FROM generate_series(%s::bigint, %s) AS id"
            " JOIN made ON made.n = id %% %s",
            (VERSION, first, last - 1, MADE),
        )
        with cursor.copy("COPY copy_key (key, article_id) FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            copy.write(rows.tobytes())
            copy.write(b"\xff\xff")
    with db.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) copy_key, fingerprint, article")
    return time.monotonic() - began


def look_up(database: Database, size: int) -> dict[str, float]:
    """Milliseconds of the candidate look-up: median, p95, worst; of each look-up the best of ROUNDS, far apart in time."""
    dice = random.Random(size)
    samples: list[tuple[list[int], int]] = []
    for sample in range(SAMPLES):
        if sample % 2:
            known = dice.randrange(1, size)
            part = keys_of(known, known + 1)[0, : KEYS // 2].tolist()
            samples.append(([*part, *(dice.getrandbits(63) for _ in range(KEYS // 2))], known))
        else:
            samples.append((keys_of(10**9 + sample, 10**9 + sample + 1)[0].tolist(), 0))
    taken = [math.inf] * SAMPLES
    for _ in range(ROUNDS):
        for at, (wanted, known) in enumerate(samples):
            with database.transaction() as tx:
                began = time.perf_counter()
                found = copies.candidates(tx, wanted)
                taken[at] = min(taken[at], 1000 * (time.perf_counter() - began))
            assert not known or any(row.id == known for row in found), "a stored article was not found"
    taken.sort()
    return {"median ms": statistics.median(taken), "p95 ms": taken[int(0.95 * len(taken))], "worst ms": taken[-1]}


def insert(database: Database, size: int) -> float:
    """Milliseconds to store one fingerprint with its keys, of a hundred that are taken back."""
    told = told_articles(100)
    prints = [fingerprint(one.text, sentences(one.text), title=one.title) for one in told]
    with database.transaction() as tx:
        began = time.perf_counter()
        for n in range(len(prints)):
            tx._connection.execute(
                f"{ARTICLE} VALUES (%s, %s, '', '', 'en', now(), now(), '', 'original', 1, '', '', '')",
                (10**10 + n, f"https://insert.example/{n}"),
            )
        rows = time.perf_counter() - began
        for n, one in enumerate(prints):
            copies.store(tx, 10**10 + n, one, Relation.ORIGINAL)
        spent = time.perf_counter() - began - rows
        tx._connection.rollback()
    return 1000 * spent / len(prints)


def sizes(url: str, articles: int) -> dict[str, float]:
    """Bytes an article."""
    with db.connect(url) as connection:
        row = connection.execute(
            "SELECT pg_total_relation_size('copy_key') AS keys, pg_total_relation_size('fingerprint') AS sketches"
        ).fetchone()
    assert row is not None
    return {"keys, bytes an article": row["keys"] / articles, "fingerprints, bytes an article": row["sketches"] / articles}


def fingerprints_a_second() -> dict[str, float]:
    """Fingerprints a second on one core, sentences told apart included, of news articles as they come."""
    told = told_articles(1000)
    split = [sentences(one.text) for one in told]
    fingerprint(told[0].text, split[0])  # the table of word vectors is read once a process
    began = time.process_time()
    for one, parts in zip(told, split, strict=True):
        fingerprint(one.text, parts, title=one.title)
    alone = time.process_time() - began
    began = time.process_time()
    for one in told:
        sentences(one.text)
    cut = time.process_time() - began
    words = sum(len(one.text.split()) for one in told) / len(told)
    return {
        "words an article": words,
        "fingerprints a second": len(told) / alone,
        "with telling sentences apart": len(told) / (alone + cut),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="articles in the archive")
    parser.add_argument("--picture", type=Path, help="where to draw the curve, as SVG")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    told = told_articles(MADE)
    sketches = [pack(fingerprint(one.text, sentences(one.text), title=one.title)) for one in told]
    curve: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.embedded(Path(folder), durable=False)
        with db.throwaway(server) as database:
            with db.connect(database.url) as connection:
                connection.execute("CREATE TABLE made (n integer PRIMARY KEY, sketch bytea)")
                connection.cursor().executemany(
                    "INSERT INTO made VALUES (%s, %s)", [(n, sketches[n % len(sketches)]) for n in range(MADE)]
                )
            stored = 1
            for size in options.sizes:
                seconds = 0.0
                for first in range(stored, size + 1, 100_000):
                    seconds += fill(database.url, first, min(first + 100_000, size + 1))
                stored = size + 1
                row = {"articles": float(size), "filling, seconds": seconds}
                before = psutil.Process().memory_info().rss
                row |= look_up(database, size)
                row["memory that look-ups take, MB"] = (psutil.Process().memory_info().rss - before) / 2**20
                row |= {"storing ms": insert(database, size)} | sizes(database.url, size)
                curve.append(row)
                if not options.json:
                    print("  ".join(f"{name} {value:,.1f}" for name, value in row.items()), flush=True)
    speed = fingerprints_a_second()
    if options.json:
        print(json.dumps({"archive": curve, "fingerprints": speed}, indent=1))
    else:
        print("  ".join(f"{name} {value:,.0f}" for name, value in speed.items()))
    if options.picture:
        title = "Candidate look-up by size of the archive"
        draw(options.picture, curve, "articles", ("median ms", "p95 ms"), GOAL_MS, title, "tests/bench_copies.py")


if __name__ == "__main__":
    main()
