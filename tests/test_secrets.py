"""The watch over secrets that conftest.py keeps on every test works: what writes one fails."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LEAKS = {
    "on standard output": 'print("hunter" + "2")',
    "in a log": 'import logging; logging.getLogger("any").warning("xoxb" + "SECRET")',
    "in a program's output": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(\"s3cret\" + \"Path\")'], capture_output=True)"
    ),
    "in a log file": '(tmp_path / "server.log").write_text("xoxb-1" + "-demo")',
    "in a log file of its home": 'import pathlib; (pathlib.Path.home() / "server.log").write_text("xoxb-1" + "-demo")',
}


@pytest.mark.parametrize(
    ("case", "processes"),
    # Of a process that only runs the tests for another, that one learns what is found after the last of them.
    [*((case, 0) for case in [*LEAKS, "nowhere"]), ("in a log file of its home", 1), ("nowhere", 1)],
)
def test_a_test_that_writes_a_secret_fails_the_run(case: str, processes: int, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it(tmp_path):\n    {LEAKS.get(case, 'print(1)')}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "-p", "no:randomly", "-p", "conftest"]
    # Not by the run that is watched here: what it prints names the secret.
    with subprocess.Popen(
        [*command, f"-n{processes}", str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT / "tests"
    ) as run:
        assert (run.wait(120) == 0) is (case == "nowhere")
