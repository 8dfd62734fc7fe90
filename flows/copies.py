"""Copies: the verdict on an article against everything known, seeds included, by indexed look-up."""

from collections.abc import Sequence
from typing import Any

from extractors.copies import judge
from extractors.copies.packing import pack, unpack
from flows.db import Transaction
from schemas.records import Article, Candidate, Figure, Fingerprint, Verdict

#: Candidates that are compared in full. True parents share the most keys; the rest is noise from common names.
MOST_CANDIDATES = 25


def verdict(
    tx: Transaction, article: Article, fingerprint: Fingerprint, figures: Sequence[Figure], previous: int | None
) -> Verdict:
    """What the article is to the known ones; `previous` is the id of the revision before, which is always compared."""
    rows = tx.all("copies.candidates", text_hash=fingerprint.text_hash, keys=list(fingerprint.keys), limit=MOST_CANDIDATES)
    if previous is not None and all(row["id"] != previous for row in rows):
        rows += tx.all("copies.one", id=previous)
    return judge(article, fingerprint, figures, [_candidate(row) for row in rows])


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        id=row["id"],
        url=row["url"],
        published_at=row["published_at"],
        fingerprint=unpack(row["sketch"]),
        figures=(),
        outlet=row["outlet"],
        credit=row["credit"],
    )


def store(tx: Transaction, article_id: int, fingerprint: Fingerprint) -> None:
    """Keep what later copies of the article are recognised by."""
    tx.run(
        "copies.store",
        article_id=article_id,
        version=fingerprint.version,
        text_hash=fingerprint.text_hash,
        keys=list(fingerprint.keys),
        sketch=pack(fingerprint),
    )
