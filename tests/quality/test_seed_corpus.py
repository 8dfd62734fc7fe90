"""The shipped corpus pack: it recognises its documents, and holds none of their sentences."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from extractors.analysis import VERSION
from flows import packs
from flows.seeds import BUNDLED

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
RUN = 8

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts of the seed corpus (../shared/seeds) are not here")


def words(text):
    return re.findall(r"\w+", text.lower())


def runs(text):
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def test_no_run_of_eight_words_of_the_seed_texts_is_anywhere_in_the_repository():
    theirs = set().union(*(runs(path.read_text(encoding="utf-8")) for path in SEEDS.glob("*.txt")))
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    assert len(theirs) > 1000
    assert [
        name
        for name in names
        if name and (ROOT / name).is_file() and runs((ROOT / name).read_text(encoding="utf-8", errors="replace")) & theirs
    ] == []


def test_the_pack_holds_a_line_for_each_document_with_figures_and_without_text():
    lines = list(packs.read(Path(str(BUNDLED / "north-korea-russia.jsonl"))))
    assert len(lines) == len(list(SEEDS.glob("*.txt")))
    assert {line.version for line in lines} == {VERSION}, "write it anew: figurewatch seed pack"
    rows = [packs.figures_of(line.said) for line in lines]
    assert all(rows)
    theirs = set().union(*(runs(path.read_text(encoding="utf-8")) for path in SEEDS.glob("*.txt")))
    assert [figure["surface"] for figures in rows for figure in figures if runs(json.dumps(figure)) & theirs] == []
