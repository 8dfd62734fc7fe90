"""The log: one line an event, whatever is in it, and no secret."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import log as logs
from flows.log import log
from flows.settings import load


@pytest.fixture
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure(verbose=True, as_json=getattr(request, "param", False), stream=stream)
    yield stream
    logs.configure()


def test_an_event_is_a_sentence_and_its_keys(written: io.StringIO) -> None:
    log.info("article judged", article_id=7, outcome="update", detail="")
    assert written.getvalue().split(" ", 2)[2] == "info    article judged article_id=7 outcome=update\n"


CASES = [
    ("a line break in a title", {"title": "one\ntwo"}, 'title="one\\ntwo"'),
    ("what looks like a key", {"title": "x outcome=stored"}, 'title="x outcome=stored"'),
    ("a password in an address", {"url": "https://desk:secret1@host/feed"}, "url=https://***@host/feed"),
    ("a webhook", {"url": "https://hooks.slack.com/services/T0/B0/secret2"}, "url=https://hooks.slack.com/***"),
    ("a secret that was named", {"detail": "refused: open-sesame"}, 'detail="refused: ***"'),
]


@pytest.mark.parametrize(("keys", "shown"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_value_stays_one_value_and_no_secret_is_told(
    keys: dict[str, str], shown: str, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_secrets", set())
    logs.hide("open-sesame")
    log.warning("something", **keys)
    assert written.getvalue().endswith(f"something {shown}\n")
    assert written.getvalue().count("\n") == 1


@pytest.mark.parametrize("written", [True], indirect=True)
def test_as_json_every_line_is_an_object(written: io.StringIO) -> None:
    log.info("page fetched", url="http://a:b@c/\n", bytes=3)
    line = json.loads(written.getvalue())
    assert (line["event"], line["level"], line["url"], line["bytes"]) == ("page fetched", "info", "http://***@c/\n", 3)


def test_without_verbose_only_warnings_are_written() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    log.info("not this")
    log.warning("this")
    logs.configure()
    assert "not this" not in stream.getvalue()
    assert stream.getvalue().endswith("this\n")


def test_secrets_of_the_settings_are_hidden_as_soon_as_they_are_read(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(logs, "_secrets", set())
    monkeypatch.setenv("DESK_MAIL", "mailto://desk:in-a-variable@mail.example")
    (tmp_path / "figurewatch.toml").write_text(
        'database_url = "postgresql://desk:half%20secret@db.example/watch"\n'
        '[channels]\nslack = "slack://tokenA/tokenB/tokenC"\nmail = "env:DESK_MAIL"\n'
    )
    settings = load(tmp_path / "figurewatch.toml")
    settings.channel_address("mail")
    log.warning(
        "refused",
        a="half secret",
        b="half%20secret",
        c="slack://tokenA/tokenB/tokenC",
        d="mailto://desk:in-a-variable@mail.example",
    )
    said = written.getvalue()
    assert not [part for part in ("secret", "tokenA", "in-a-variable") if part in said], said


LEVELS = [
    ("nothing is said of it", None, ["warning"]),
    ("a service shows its passes", "notice", ["notice", "warning"]),
    ("every item is wanted", "info", ["info", "notice", "warning"]),
]


@pytest.mark.parametrize(("value", "shown"), [case[1:] for case in LEVELS], ids=[case[0] for case in LEVELS])
def test_the_processes_of_a_service_write_what_its_variable_says(
    value: str | None, shown: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(logs.VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(logs.VARIABLE, value)
    logs.configure_child()
    log.info("page fetched")
    log.notice("pass done")
    log.warning("something")
    logging.getLogger("figurewatch").handlers.clear()  # it holds the stream of this test
    assert [line.split()[2] for line in capsys.readouterr().err.splitlines()] == shown
