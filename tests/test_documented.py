"""The README is true: its table of settings is the code's, and every stage and command stands in it."""

import documented
import typer

from flows.cli import app
from flows.pipeline import STAGES


def readme():
    return documented.README.read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_codes():
    text = readme()
    assert documented.with_part(text, "settings", documented.settings_table()) == text, "run: python tests/documented.py"


def test_every_stage_stands_in_the_path():
    assert " -> ".join(STAGES) in readme()


def test_every_command_is_named():
    groups = [group.name for group in app.registered_groups]
    names = [command.name or command.callback.__name__ for command in app.registered_commands] + groups
    assert isinstance(app, typer.Typer)
    assert [name for name in names if name not in readme()] == []
