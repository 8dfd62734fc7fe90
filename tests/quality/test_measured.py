"""What a figure measures, judged by people: sixty texts beside the label that a person would write (measured.toml)."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from extractors.figures import figures
from extractors.figures.measured import MOST_WORDS
from extractors.text import sentences

PAIRS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("measured.toml").read_text(encoding="utf-8"))["pair"]
DANGLING = re.compile(r"^(?:of|in|by|to|the|and|its|with|from|for)\b|\b(?:of|in|by|to|the|and|its|with|from|for)$")


def label(pair: dict[str, Any]) -> str:
    text = f"{pair['before']} {pair['text']}" if "before" in pair else pair["text"]
    start = text.rindex(pair["surface"])
    found = figures(text, sentences(text))
    return next(f.measured for f in found if f.start < start + len(pair["surface"]) and f.end > start)


def test_there_are_fifty_pairs_and_more():
    assert len({pair["kind"] for pair in PAIRS}) == len(PAIRS) >= 50


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["kind"] for pair in PAIRS])
def test_label(pair):
    found = label(pair)
    assert found == pair["label"]
    assert len(found.split()) <= MOST_WORDS
    assert not DANGLING.search(found)
