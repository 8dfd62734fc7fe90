"""Archives: what a line or a file holds, and why one holds nothing."""

import json
from datetime import UTC, datetime

import pytest

from flows.archive import Document, Unreadable, documents

LINE = {"url": "https://paper.example/a", "text": "Some 6,700 containers."}

LINES = [
    ("a date before the first in UTC", json.dumps(LINE | {"published": "0001-01-01T00:00:00+14:00"}), "not a date"),
    ("a date after the last in UTC", json.dumps(LINE | {"published": "9999-12-31T23:59:59-14:00"}), "not a date"),
    ("a date in words", json.dumps(LINE | {"published": "yesterday"}), "not a date"),
    ("no JSON", "{", "not JSON"),
    ("bytes of a program", b"\x7fELF\x00\xff\xfe", "not UTF-8 text"),
    ("brackets without end", "[" * 100_000, "nested too deeply"),
    ("a list", "[1]", "not a JSON object"),
    ("no address", json.dumps({"text": "x"}), 'no "url"'),
    ("no words", json.dumps(LINE | {"text": " "}), "neither"),
]


@pytest.mark.parametrize(("line", "reason"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_a_line_that_is_no_document_says_why(tmp_path, line, reason):
    path = tmp_path / "in.jsonl"
    path.write_bytes(line if isinstance(line, bytes) else line.encode())
    [found] = documents(path)
    assert isinstance(found, Unreadable)
    assert found.place.endswith("line 1")
    assert reason in found.reason


def test_letters_that_no_database_holds_are_replaced_one_by_one_so_that_offsets_stay(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(LINE | {"text": "\ud800 Some \0 6,700 containers."}))
    [found] = documents(path)
    assert isinstance(found, Document)
    assert found.text == "? Some   6,700 containers."


def test_a_time_without_a_zone_is_utc(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(LINE | {"published": "2026-03-02T12:00:00"}))
    [found] = documents(path)
    assert found.published_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


FILES = [
    ("a.html", "<p>ü</p>".encode(), "html"),
    ("b.html", '<meta charset="windows-1252"><p>ü</p>'.encode("cp1252"), "html"),
    ("c.txt", "ü".encode(), "text"),
    ("d.txt", b"\x7fELF\x00\x01", "not text"),
    ("e.txt", b" \n", "empty"),
]


@pytest.mark.parametrize(("name", "content", "expected"), FILES, ids=[case[0] for case in FILES])
def test_files_are_read_in_the_charset_that_they_name_and_programs_are_not(tmp_path, name, content, expected):
    (tmp_path / name).write_bytes(content)
    [found] = documents(tmp_path)
    if isinstance(found, Unreadable):
        assert found.reason == expected
    else:
        assert "ü" in getattr(found, expected)
