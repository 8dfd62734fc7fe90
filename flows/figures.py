"""Figures and claims: the rows of what an article says."""

from collections.abc import Sequence

from flows.db import Jsonb, Transaction, values_of
from schemas.records import Claim, Figure


def store(tx: Transaction, article_id: int, figures: Sequence[Figure], sentences: Sequence[int]) -> list[int]:
    """Keep the figures; their ids, in order.

    Args:
        sentences: index of each figure's sentence.
    """
    rows = [
        values_of(figure)
        | {"slots": Jsonb(values_of(figure.slots)), "article_id": article_id, "position": position, "sentence": sentence}
        for position, (figure, sentence) in enumerate(zip(figures, sentences, strict=True))
    ]
    return [int(row["id"]) for row in tx.returned("figures.store", rows)]


def store_claims(tx: Transaction, article_id: int, claims: Sequence[Claim]) -> None:
    """Keep the claims."""
    rows = [values_of(claim) | {"article_id": article_id, "position": position} for position, claim in enumerate(claims)]
    if rows:
        tx.many("figures.store_claim", rows)
