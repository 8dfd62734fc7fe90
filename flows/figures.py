"""Figures and claims: the rows of what an article says."""

from collections.abc import Sequence

from flows.db import Asked, Jsonb, Transaction, values_of
from schemas.records import Claim, Figure


def store(
    tx: Transaction, article_id: int, figures: Sequence[Figure], sentences: Sequence[int], claims: Sequence[Claim]
) -> Asked | None:
    """Keep the figures and the claims of an article. None where it has neither.

    Args:
        sentences: index of each figure's sentence.

    Returns:
        The ids of the figures, which rise in their order, for when they are needed.
    """
    said = [
        values_of(figure) | {"slots": values_of(figure.slots), "position": position, "sentence": sentence}
        for position, (figure, sentence) in enumerate(zip(figures, sentences, strict=True))
    ]
    claimed = [values_of(claim) | {"position": position} for position, claim in enumerate(claims)]
    if not said and not claimed:
        return None
    return tx.ask("figures.store", article_id=article_id, figures=Jsonb(said), claims=Jsonb(claimed))
