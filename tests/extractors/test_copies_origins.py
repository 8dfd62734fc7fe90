"""Which clusters are one origin of a number: those that quote one agency."""

from itertools import permutations

import pytest

from extractors.copies.origins import Source, origins


def source(cluster: int, outlet: str, credit: str = "", speaker: str = "") -> Source:
    return Source(cluster=cluster, outlet=outlet, credit=credit, speaker=speaker)


WIRE = source(1, "Lantern Press")
CASES = {
    "two desks of their own": ([source(1, "Orven Gazette"), source(2, "Tarn Herald")], 2),
    "a desk that credits the agency which reports the number": ([WIRE, source(2, "Orven Gazette", "Lantern Press")], 1),
    "a desk that names the agency as the speaker": ([WIRE, source(2, "Orven Gazette", speaker="Lantern Press")], 1),
    "two desks that credit an agency which is not read itself": (
        [source(1, "Orven Gazette", "Lantern Press"), source(2, "Tarn Herald", "Lantern Press")],
        1,
    ),
    "an agency by its initials": ([WIRE, source(2, "Orven Gazette", "LP")], 1),
    "two desks that credit two agencies": (
        [source(1, "Orven Gazette", "Lantern Press"), source(2, "Tarn Herald", "Halyard News")],
        2,
    ),
    "a credit of its own is no other origin": ([source(1, "Lantern Press", "Lantern Press"), source(2, "Tarn Herald")], 2),
    "a speaker that is no outlet joins nobody": (
        [source(1, "Orven Gazette", speaker="the ministry"), source(2, "Tarn Herald", speaker="the ministry")],
        2,
    ),
    "a part of a word names nobody": ([source(1, "Apple Daily"), source(2, "Tarn Herald", "AP")], 2),
    "nothing": ([], 0),
}


@pytest.mark.parametrize("case", CASES)
def test_origins(case: str) -> None:
    rows, expected = CASES[case]
    for order in permutations(rows):
        assert len(set(origins(order).values())) == expected
        assert origins(order) == origins(rows)
