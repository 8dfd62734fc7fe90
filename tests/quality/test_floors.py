"""Measured quality may only rise: the scores on labelled stories, against the floors in floors.json.

A floor is raised by hand, with the commit that earns it, and never lowered.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))
STORIES = {
    "gold": HERE / "gold" / "storylines",
    "development": HERE / "gold" / "development",
}
CASES = [(name, kind, key) for name, floors in FLOORS.items() for kind in ("at_least", "at_most") for key in floors[kind]]


def scorer():
    spec = importlib.util.spec_from_file_location("score", HERE / "gold" / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """The scores of a folder of stories, replayed once by the command line."""
    known = {}

    def score(name):
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            files = []
            for path in sorted(STORIES[name].glob("*.json")):
                story = json.loads(path.read_text(encoding="utf-8"))
                files.append(folder / f"{story['id']}.jsonl")
                keys = ("url", "title", "published", "outlet", "text")
                lines = (json.dumps({key: article[key] for key in keys}) for article in story["articles"])
                files[-1].write_text("\n".join(lines), encoding="utf-8")
            command = [sys.executable, "-m", "flows", "replay", *map(str, files), "--export", str(folder / "out")]
            ours = {"FIGUREWATCH_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | ours)
            assert done.returncode == 0, done.stderr
            known[name] = scorer().score(STORIES[name], folder / "out")
        return known[name]

    return score


@pytest.mark.parametrize(("name", "kind", "key"), CASES, ids=str)
def test_no_score_falls_below_its_floor(scores, name, kind, key):
    value = scores(name)
    for part in key.split("."):
        value = value[part]
    if kind == "at_least":
        assert value >= FLOORS[name][kind][key]
    else:
        assert value <= FLOORS[name][kind][key]
