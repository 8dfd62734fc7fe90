"""A text with its figures and claims marked, as an HTML page."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.analysis import read
from extractors.message.marked import page
from extractors.text import sentences
from schemas.records import Article

TEXT = (
    "At least 46 people were killed in the valley, the interior ministry said, up from 31.\n\n"
    '"We have lost 9,000 sheep," said Jo Lund, head of the herders\' league. <script>alert("x")</script> & more'
)


class Parsed(HTMLParser):
    """Tags, attributes and the text of the body."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.paragraphs: list[str] = []
        self._open: list[str] = []
        self._skip = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in {"meta", "link"}:
            return
        self._open.append(tag)
        if tag == "p" and self._open[-2:] == ["section", "p"]:
            self.paragraphs.append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "section" in self._open and "aside" not in self._open and "sup" not in self._open and "p" in self._open:
            self.paragraphs[-1] += data


def rendered(text: str, **named: object) -> str:
    figures, claims = read(text, sentences(text), published_at=datetime(2026, 3, 12, tzinfo=UTC))
    article = Article(url="https://paper.example/a", title="A <b>toll</b>", text=text, language="en", outlet="Paper")
    return page(article, figures, claims)


def test_the_text_stands_there_unchanged():
    assert Parsed(rendered(TEXT)).paragraphs == TEXT.split("\n\n")


def test_nothing_of_the_text_becomes_markup():
    tags = [tag for tag, _ in Parsed(rendered(TEXT)).tags]
    assert "script" not in tags
    assert tags.count("b") == rendered(TEXT).count("<b>")
    assert "A &lt;b&gt;toll&lt;/b&gt;" in rendered(TEXT)


def test_the_policy_allows_the_page_its_own_style_and_nothing_else():
    html = rendered(TEXT)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = next(a["content"] for tag, a in Parsed(html).tags if tag == "meta" and a.get("http-equiv"))
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not any("style" in attributes for _, attributes in Parsed(html).tags)


def test_each_figure_has_number_unit_bound_role_label_and_speaker():
    html = rendered(TEXT)
    marks = [a for tag, a in Parsed(html).tags if tag == "mark" and a.get("id")]
    assert marks[0]["title"] == "at least 46 people | level | people killed in valley | said by the interior ministry"
    assert [mark["class"] for mark in marks] == ["level said", "background said", "level said"]


def test_a_speaker_stands_with_role_and_body():
    assert "<b>Jo Lund</b>, head of herders&#39; league" in rendered(TEXT)


def test_a_statement_without_a_verb_has_no_empty_quotation_beside_its_speaker():
    questions = {"How many gates work?": "We have 14 gates.", "And boats?": "I sold 3 boats.", "Why?": "I had to."}
    html = rendered("\n\n".join(["Ilse Marrow meets us.", *(f'{asked} "{told}"' for asked, told in questions.items())]))
    assert "<b>Ilse Marrow</b>" in html
    assert "<q></q>" not in html
    assert "Ilse Marrow:" not in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "text:", "", 'https://a.example/" onclick=x'])
def test_only_addresses_of_the_web_become_links(url):
    html = page(Article(url=url, title="", text="No number.", language="en"), (), ())
    assert not any(tag == "a" for tag, _ in Parsed(html).tags)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_page(text):
    assert rendered(f"{text} Police said 12 people died.").startswith("<!DOCTYPE html>")


def test_the_dark_colours_are_for_screens_and_paper_is_white():
    html = page(Article(url="u", title="T", text="Text.", language="en"), (), ())
    assert "@media screen and (prefers-color-scheme:dark)" in html
    assert "@media (prefers-color-scheme" not in html
    assert re.search(r"@media print\{body\{[^}]*background:#fff;color:#000\}", html)
