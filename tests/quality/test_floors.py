"""Measured quality may only rise: the scores on the development storylines, against the floors in floors.json.

The storylines lie beside a checkout (../shared/eval) and are not part of this repository; without them this is skipped.
A floor is raised by hand, with the commit that earns it, and never lowered.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EVAL = ROOT.parent / "shared" / "eval"
FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(not EVAL.is_dir(), reason="the development storylines (../shared/eval) are not here")


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """What evaluate.py says of this checkout."""
    data = tmp_path_factory.mktemp("eval")
    command = [sys.executable, str(EVAL / "evaluate.py"), "--json", "--command", f"{sys.executable} -m flows"]
    ours = {"FIGUREWATCH_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | ours)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", list(FLOORS["at_least"]))
def test_no_score_falls_below_its_floor(scores, name):
    value = scores
    for key in name.split("."):
        value = value[key]
    assert value >= FLOORS["at_least"][name]


@pytest.mark.parametrize("name", list(FLOORS["at_most"]))
def test_no_count_of_mistakes_rises_above_its_ceiling(scores, name):
    value = scores
    for key in name.split("."):
        value = value[key]
    assert value <= FLOORS["at_most"][name]
