"""The log: one line an event, whatever is in it, and no secret."""

import io
import json
from collections.abc import Iterator

import pytest

from flows import log as logs
from flows.log import log


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
