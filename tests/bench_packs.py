"""What a corpus pack costs: seconds to write and to read one of many documents, and to place their figures after that.

    python tests/bench_packs.py [--documents 100000] [--json]

An embedded PostgreSQL gets some articles by the real path, and multiplies their rows: each article with an address, a
fingerprint, figures and observations of its own. These are packed, and the pack is read into an empty database.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psutil
from bench import articles as told_articles

from flows import archive, db, pipeline, postgres, seeds
from flows.analyser import Analyser
from flows.archive import Document
from flows.context import Context
from flows.pipeline import Desk
from flows.settings import Settings

MADE = 60  #: articles that are really analysed
PLACED = 200
#: The rows of the articles that were made, by turns.
MULTIPLY = (
    """
    WITH one AS (
        SELECT row_number() OVER (ORDER BY article.id) - 1 AS n, count(*) OVER () AS many, article.*,
               fingerprint.version, fingerprint.sketch
        FROM article JOIN fingerprint ON fingerprint.article_id = article.id WHERE relation <> 'duplicate'
    ), stored AS (
        INSERT INTO article (url, outlet, title, language, credit, published_at, as_of, fetched_at, text, relation, cluster_id,
                             figures_outcome, series_outcome, analysis_version)
        SELECT 'https://many.example/' || i, outlet, title, language, credit, published_at + i * interval '1 second',
               as_of + i * interval '1 second', fetched_at, text, 'original', one.id, figures_outcome, series_outcome,
               analysis_version
        FROM generate_series(1, %(count)s) AS i JOIN one ON one.n = mod(i, many)
        RETURNING id, cluster_id
    )
    INSERT INTO fingerprint SELECT stored.id, one.version, one.sketch FROM stored JOIN one ON one.id = stored.cluster_id
    """,
    """
    WITH stored AS (
        INSERT INTO figure (article_id, position, sentence, span, sentence_span, surface, low, high, bound, unit, rate,
                            measured, role, direction, attribution, as_of, as_of_start, as_of_end, withdrawal, slots)
        SELECT copy.id, position, sentence, span, sentence_span, surface, low, high, bound, unit, rate,
               measured, role, direction, attribution, figure.as_of, as_of_start, as_of_end, withdrawal, slots
        FROM article copy JOIN figure ON figure.article_id = copy.cluster_id WHERE copy.url LIKE 'https://many.example/%%'
        RETURNING id, article_id, position
    )
    INSERT INTO observation (series_id, figure_id, article_id, as_of, family, number, wording, mention)
    SELECT known.series_id, stored.id, stored.article_id, known.as_of, known.family, known.number, known.wording, known.mention
    FROM stored JOIN article copy ON copy.id = stored.article_id
    JOIN figure ON figure.article_id = copy.cluster_id AND figure.position = stored.position
    JOIN observation known ON known.figure_id = figure.id
    """,
    "UPDATE article SET cluster_id = id WHERE url LIKE 'https://many.example/%%'",
)


def measure(server: str, count: int) -> dict[str, float]:
    """Seconds, bytes and counts."""
    analyser, now = Analyser(2), datetime.now(UTC)
    desk = Desk(threshold=Decimal("0.10"), rules=(), deliver=False)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "bench.jsonl"
        with db.throwaway(server) as database:
            with database.transaction() as tx:
                for n, one in enumerate(told_articles(MADE)):
                    document = Document(
                        url=f"https://made.example/{n}",
                        title=one.title,
                        outlet=one.outlet,
                        published_at=one.published,
                        text=one.text,
                    )
                    archive.store(tx, document, now, history=True)
            while pipeline.analyse_due(database, analyser, desk, now, 100):
                pass
            with db.connect(database.url) as connection:
                for step in MULTIPLY:
                    connection.execute(step, {"count": count} if "%(count)s" in step else {})
            with db.connect(database.url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE) article, fingerprint, figure, observation")
                row = connection.execute("SELECT count(*) AS figures FROM figure").fetchone()
                assert row is not None
            began = time.monotonic()
            documents = seeds.pack_archive(database, to, 2)["packed"]
            found |= {"documents": documents, "figures": row["figures"], "written, seconds": time.monotonic() - began}
        found["bytes a document"] = to.stat().st_size / documents
        with db.throwaway(server) as database:
            opened = Context(Settings.model_validate({}), database, analyser, desk)
            before = psutil.Process().memory_info().rss
            began = time.monotonic()
            read = seeds.read(opened, to, now)
            found |= {"read, seconds": time.monotonic() - began, "stored": read["articles stored"]}
            found["memory that reading takes, MB"] = (psutil.Process().memory_info().rss - before) / 2**20
            began = time.monotonic()
            seeds.place(database, desk, now, PLACED)
            found["placing, ms a document"] = 1000 * (time.monotonic() - began) / PLACED
    analyser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logging.getLogger("figurewatch").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(postgres.embedded(Path(folder), durable=False), options.documents)
    print(json.dumps(found, indent=1) if options.json else "\n".join(f"{name}: {value:,.1f}" for name, value in found.items()))


if __name__ == "__main__":
    main()
