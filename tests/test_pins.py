"""The pins: whatever a fresh machine installs is named in constraints.txt, by name and version and by nothing else."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def needed(requirements: list[str], seen: dict[str, set[str]]) -> set[str]:
    """Names of all that these requirements bring along here, extras included."""
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        extras = {canonicalize_name(extra) for extra in requirement.extras} | {""}
        new = extras - seen.setdefault(name, set())
        seen[name] |= new
        try:
            wanted = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        for extra in new:
            needed(
                [line for line in wanted if (marker := Requirement(line).marker) is None or _holds(marker, extra)]
                if new
                else [],
                seen,
            )
    return set(seen)


def _holds(marker, extra):
    # Extras are named with dashes or underscores, as it pleased their authors.
    return any(marker.evaluate({"extra": name}) for name in {extra, extra.replace("-", "_")})


def test_everything_that_is_needed_is_pinned_with_the_extras_that_an_old_pip_does_not_find():
    pinned = {canonicalize_name(line.partition("==")[0]) for line in PINS}
    assert needed(PROJECT["dependencies"], {}) - pinned - {"setuptools"} == set()  # of every environment, as pip is


def test_what_an_old_pip_does_not_find_is_named_by_the_project_itself():
    assert any(line.startswith("lxml_html_clean") for line in PROJECT["dependencies"])


def test_pins_name_a_version_and_no_place():
    assert [line for line in PINS if not re.fullmatch(r"[\w.-]+==[\w.!+]+(?: *[;#].*)?", line)] == []
