"""How long do linking and detection take for an article, and does it grow with the number of series in the store?

    python tests/bench_series.py [--series 1000 10000 100000] [--articles 60] [--picture FILE.svg]

Fills a throw-away database with synthetic series (an invented noun, place and fate each, three observations), then places
articles of known series, and prints a line for each size: median and 95th percentile of series.place in milliseconds.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from curve import draw

from extractors.figures import figures
from extractors.series.mention import Mention, family, keys, mentions, to_json, wording
from extractors.text import sentences
from flows import db, postgres, series
from flows import figures as figure_rows
from flows.db import Database, Jsonb
from schemas.outcomes import Relation
from schemas.records import Figure, Verdict

#: For an article with 100,000 series in the store, flat in their number.
GOAL_MS = 5
START = datetime(2026, 1, 1, tzinfo=UTC)
NOUNS = "containers soldiers shells workers houses cases ships schools patients votes drones tonnes".split()
VERBS = "shipped killed delivered wounded destroyed pledged trained rescued".split()


def word(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3)).capitalize()


def told(rng: random.Random, places: list[str], step: int) -> tuple[str, str]:
    """A headline and a text of six numbers about one story."""
    here, there, body = places
    lines = [
        f"In {here}, some {rng.randint(2, 90) * (10 + step):,} {NOUNS[k % 12]} have been {VERBS[k % 8]} in {there}, the"
        f" {body} ministry said."
        for k in rng.sample(range(24), 6)
    ]
    return f"{here}: new numbers from {there}", "\n\n".join(lines)


def read(title: str, text: str, url: str, day: datetime) -> tuple[list[Figure], list[Mention], list[int]]:
    parts = sentences(text)
    found = figures(text, parts, title=title, published_at=day)
    index = {part.start: part.index for part in parts}
    lines = [index[f.sentence_start] for f in found]
    return found, mentions(found, parts, title=title, article=url, published_at=day), lines


ARTICLE = """INSERT INTO article (url, title, outlet, text, language, analysis_version, cluster_id, relation, as_of,
                                  published_at, fetched_at, figures_outcome, series_outcome)
             VALUES (%s, %s, 'Bench', %s, 'en', '', 0, 'original', %s, %s, %s, 'extracted', 'observed') RETURNING id"""


def fill(database: Database, upto: int, have: int, rng: random.Random) -> None:
    """Stories of six series in three articles: a few mentions under names of their own, and one name that all articles hold."""
    with db.connect(database.url, autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # figures and articles of the filling are never read
        places = [word(rng) for _ in range(3)]
        title, text = told(rng, places, 1)
        _, some, _ = read(title, text, "https://bench.example/fill", START)
        base = have * 3 + 10_000_000
        with cursor.copy("COPY series (label, unit, dimension, role, created_at) FROM STDIN") as copy:
            for _ in range(have, upto):
                copy.write_row(("synthetic", "person", "count", "level", START))
        cursor.execute("SELECT max(id) FROM series")
        last = cursor.fetchone()["max"]  # type: ignore[index]
        shown = [base + 3 * story + n for story in range((upto - have) // 6 + 1) for n in range(3)]
        with cursor.copy(
            "COPY observation (series_id, figure_id, article_id, as_of, family, number, wording, mention) FROM STDIN"
        ) as copy:
            found: dict[int, list[Mention]] = defaultdict(list)
            for k in range(upto - have):
                story = k // 6
                if k % 6 == 0:
                    names = ("everywhere", *(word(rng).lower() for _ in range(4)))
                one = replace(some[k % len(some)], names=names, local=names[:2], number=float(rng.randint(10, 99_999)))
                for n in range(3):
                    article = shown[3 * story + n]
                    found[article].append(one)
                    row = (
                        last - k,
                        base + 3 * k + n,
                        article,
                        START + timedelta(days=n),
                        family(one),
                        one.number,
                        wording(one),
                    )
                    copy.write_row((*row, Jsonb(to_json(one))))
        with cursor.copy("COPY article_key (key, as_of, article_id) FROM STDIN") as copy:
            for article, told_there in found.items():
                for key in keys(told_there):
                    copy.write_row((key, START + timedelta(days=article % 3), article))
        connection.commit()
        cursor.execute("ANALYZE observation")
        cursor.execute("ANALYZE article_key")
        connection.commit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--picture", type=Path, help="where to draw the curve, as SVG")
    options = parser.parse_args()
    curve: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        url = postgres.embedded(Path(folder))
        with db.throwaway(url) as database:
            have, rng = 0, random.Random(0)
            for size in options.series:
                fill(database, size, have, rng)
                have = size
                spent = []
                for story in range(options.articles // 4):
                    places = [word(rng) for _ in range(3)]
                    for step in range(4):
                        day = START + timedelta(days=30 + step)
                        title, text = told(rng, places, step)
                        address = f"https://bench.example/{size}/{story}/{step}"
                        found, said, lines = read(title, text, address, day)
                        with database.transaction() as tx:
                            connection = tx._connection
                            article = connection.execute(ARTICLE, (address, title, text, day, day, day)).fetchone()["id"]  # type: ignore[index]
                            connection.execute("UPDATE article SET cluster_id = id WHERE id = %s", (article,))
                            stored = figure_rows.store(tx, article, found, lines, [])
                            tx.run("articles.in_turn")  # as pipeline.record does
                            begin = time.perf_counter()
                            verdict = Verdict(relation=Relation.ORIGINAL)
                            latest = series.read(tx, said, series.look_up(tx, said))
                            series.place(
                                tx, article, day, found, stored, lines, said, latest, verdict, [], Decimal("0.10"), day
                            )
                            spent.append((time.perf_counter() - begin) * 1000)
                spent.sort()
                row = {"median": statistics.median(spent), "95th percentile": spent[int(len(spent) * 0.95)]}
                print(f"{size:>9,} series  " + "  ".join(f"{name} {ms:7.1f} ms" for name, ms in row.items()), flush=True)
                curve.append({"series": float(size)} | row)
    if options.picture:
        title = "Linking and detection of an article by series in the store"
        draw(options.picture, curve, "series", ("median", "95th percentile"), GOAL_MS, title, "tests/bench_series.py")


if __name__ == "__main__":
    main()
