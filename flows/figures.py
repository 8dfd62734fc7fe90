"""Figures and claims: the rows of what an article says."""

from collections.abc import Sequence

from flows.db import Asked, Jsonb, Transaction, values_of
from schemas.records import Claim, Figure


def store(tx: Transaction, article_id: int, figures: Sequence[Figure], sentences: Sequence[int]) -> Asked | None:
    """Keep the figures; their ids rise in order, and are there once they are needed. None where there are no figures.

    Args:
        sentences: index of each figure's sentence.
    """
    rows = [
        values_of(figure) | {"slots": values_of(figure.slots), "position": position, "sentence": sentence}
        for position, (figure, sentence) in enumerate(zip(figures, sentences, strict=True))
    ]
    return tx.ask("figures.store", article_id=article_id, figures=Jsonb(rows)) if rows else None


def store_claims(tx: Transaction, article_id: int, claims: Sequence[Claim]) -> None:
    """Keep the claims."""
    rows = [values_of(claim) | {"position": position} for position, claim in enumerate(claims)]
    if rows:
        tx.run("figures.store_claims", article_id=article_id, claims=Jsonb(rows))
