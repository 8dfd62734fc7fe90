"""Figures and claims in sentences from all corners of the news (tests/cases/figures_wide.toml, claims_wide.toml)."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from extractors.analysis import read
from extractors.text import sentences

CASES = Path(__file__).parents[1] / "cases"
PUBLISHED = datetime(2026, 6, 10, tzinfo=UTC)


def cases(name):
    """The cases of a file; one that fails is known to."""
    for case in tomllib.loads((CASES / name).read_text(encoding="utf-8"))["case"]:
        known = pytest.mark.xfail(strict=True, reason=case["fails"]) if "fails" in case else ()
        yield pytest.param(case, id=case["text"][:50], marks=known)


def figure(row):
    """A row of the table as values."""
    surface, low, high, bound, unit, rate, role = (part.strip() for part in row.split("|"))
    return surface, Decimal(low) if low else None, Decimal(high) if high else None, bound, unit, rate or None, role


@pytest.mark.parametrize("case", cases("figures_wide.toml"))
def test_figures(case):
    text = case["text"]
    found, _ = read(text, sentences(text), published_at=PUBLISHED)
    rows = [(f.surface, f.low, f.high, f.bound.value, f.unit, f.rate, f.role.value) for f in found]
    assert rows == [figure(row) for row in case["figures"]]


@pytest.mark.parametrize("case", cases("claims_wide.toml"))
def test_claims(case):
    text = case["text"]
    _, found = read(text, sentences(text))
    assert [f"{claim.speaker} | {claim.cue}" for claim in found] == case["claims"]
