"""The README is true: its table of settings is the code's, and every stage and command stands in it."""

import documented
import typer

from flows.cli import app
from flows.pipeline import STAGES
from flows.settings import load


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


def test_the_example_of_variables_names_every_setting():
    text = documented.EXAMPLE.read_text(encoding="utf-8")
    assert documented.with_variables(text) == text, "run: python tests/documented.py"


def test_the_variables_of_the_example_are_understood_and_say_the_defaults(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    plain = load(data_dir=tmp_path)
    for name, (default, _) in documented.variables().items():
        if default:
            monkeypatch.setenv(name, default)
    assert load(data_dir=tmp_path) == plain


def test_lists_are_variables_with_commas(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIGUREWATCH_FETCH__ALLOW_HOSTS", "a.example,b.example")
    monkeypatch.setenv("FIGUREWATCH_TOPIC__WORDS", "Kim")
    monkeypatch.setenv("FIGUREWATCH_SEEDS", "")
    found = load(data_dir=tmp_path)
    assert (found.fetch.allow_hosts, found.topic.words, found.seeds) == (("a.example", "b.example"), ("Kim",), ())
