"""Charsets: servers and pages name the wrong one, and the text comes out right all the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.article.charset import decode_html, decode_xml

RUSSIAN = "Министерство сообщило, что из порта вышли двести кораблей с зерном на борту. "
FRENCH = "Le ministère a annoncé que deux cents navires ont quitté le port à l’aube. "
META = '<meta charset="{}">'


@pytest.mark.parametrize(
    ("case", "body", "content_type", "expected"),
    [
        ("UTF-8 as declared", FRENCH.encode(), "text/html; charset=utf-8", FRENCH),
        ("UTF-8 that the header calls Latin-1", FRENCH.encode(), "text/html; charset=iso-8859-1", FRENCH),
        ("UTF-8 without any declaration", FRENCH.encode(), "text/html", FRENCH),
        ("Windows-1252 that the header calls Latin-1", FRENCH.encode("cp1252"), "text/html; charset=ISO-8859-1", FRENCH),
        ("Windows-1252 that the header calls UTF-8", FRENCH.encode("cp1252"), "text/html; charset=utf-8", FRENCH),
        ("the header's charset", RUSSIAN.encode("koi8-r"), 'text/html; charset="KOI8-R"', RUSSIAN),
        ("Cyrillic without any declaration", (RUSSIAN * 5).encode("cp1251"), "", RUSSIAN * 5),
        ("Shift JIS by its web name", "船が二百隻".encode("cp932"), "text/html; charset=Shift_JIS", "船が二百隻"),
        ("a charset of seven bits", "船が二百隻".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "船が二百隻"),
        ("a byte order mark wins over the header", b"\xef\xbb\xbf" + FRENCH.encode(), "text/html; charset=koi8-r", FRENCH),
        ("UTF-16 with its mark", FRENCH.encode("utf-16"), "", FRENCH),
        ("UTF-16 without a mark", FRENCH.encode("utf-16-le"), "", FRENCH),
        ("an unknown charset", FRENCH.encode(), "text/html; charset=klingon", FRENCH),
        ("a codec of Python's that is no charset", FRENCH.encode(), "text/html; charset=unicode_escape", FRENCH),
        ("a character cut off at the end", "deux cents été".encode()[:-1], "", "deux cents ét"),
        ("NUL is dropped", b"two\0 hundred", "", "two hundred"),
        ("nothing", b"", "", ""),
    ],
)
def test_decode_html(case: str, body: bytes, content_type: str, expected: str) -> None:
    assert decode_html(body, content_type) == expected, case


def test_a_page_may_declare_its_charset_itself() -> None:
    body = META.format("windows-1251") + RUSSIAN
    assert decode_html(body.encode("cp1251")) == body
    xml = f'<?xml version="1.0" encoding="windows-1251"?><t>{RUSSIAN}</t>'
    assert decode_xml(xml.encode("cp1251")) == xml


def test_a_few_alien_bytes_do_not_spoil_the_rest() -> None:
    assert decode_html(FRENCH.encode() * 20 + b"\xff").startswith(FRENCH)


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.text(max_size=40) | st.sampled_from(["charset=utf-7", "charset=zip", "charset=utf-16", "charset=big5"]),
)
def test_no_bytes_raise(body: bytes, content_type: str) -> None:
    for text in (decode_html(body, content_type), decode_xml(body, content_type)):
        assert "\0" not in text
        assert not any("\ud800" <= character <= "\udfff" for character in text)
