"""The house's own rules: imports go one way, test folders are no packages, pins say nothing of where they came from."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def tracked() -> list[Path]:
    """Files of the project: those that git knows, or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return [ROOT / os.fsdecode(name) for name in done.stdout.split(b"\0") if name and (ROOT / os.fsdecode(name)).is_file()]


def test_imports_go_one_way() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout[-2000:]


def test_test_folders_are_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_pins_name_a_version_each_and_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.!]+(  # .*)?", line)]
    assert wrong == []
    assert "://" not in "\n".join(lines)


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    pinned = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, version = line.split("  #")[0].split("==")
            pinned[canonicalize_name(name)] = version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    wanted = [Requirement(text) for text in texts]
    outside = [str(each) for each in wanted if not each.specifier.contains(pinned.get(canonicalize_name(each.name), "0"))]
    assert outside == []


def test_no_lock_file_records_where_a_package_came_from() -> None:
    names = {"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}
    assert [path for path in tracked() if path.name in names] == []


def test_data_files_are_installed_with_the_packages() -> None:
    taken = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    left_out = [
        str(path)
        for path in (path.relative_to(ROOT) for path in tracked())
        if path.parts[0] in ("flows", "extractors", "schemas")
        and path.suffix != ".py"
        and not any(path.match(pattern) for pattern in taken)
    ]
    assert left_out == []


def test_sql_lives_in_files() -> None:
    statement = re.compile(r"""["'](SELECT|INSERT INTO|UPDATE|DELETE FROM) """)
    found = [path.name for path in (ROOT / "flows").rglob("*.py") if statement.search(path.read_text())]
    assert found == []
