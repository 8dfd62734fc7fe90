"""The pure part by itself, many at once: a row out for every line in, in order, whatever the line holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from newsroom import article_page

from flows import extract

ROOT = Path(__file__).resolve().parents[2]
TEXT = [
    f"The port authority counted {n} ships off the coast on Monday, and {n + 5} on the day after that." for n in range(200, 205)
]
ARTICLE = {"id", "url", "title", "authors", "published", "language", "text", "outcome", "sources"}


def line(number):
    return json.dumps({"id": number, "url": f"https://paper.example/{number}", "html": article_page(f"Ships {number}", TEXT)})


@pytest.mark.parametrize(
    ("case", "given", "error"),
    [
        ("no JSON", "{", "not JSON"),
        ("nothing", "\n", "not JSON"),
        ("deep JSON", "[" * 100_000, "not JSON"),
        ("no object", "[1]", "not a JSON object"),
    ],
)
def test_a_line_that_cannot_be_read_has_all_keys_and_says_why(case, given, error):
    row = extract.article_of_line(given)
    assert set(row) == ARTICLE | {"error"}, case
    assert row["error"].startswith(error)
    assert set(extract.figures_of_line(given)) == {"id", "figures", "claims", "language", "outcome", "error"}


@pytest.mark.parametrize(
    ("text", "language", "outcome", "figures"),
    [
        ("The quarry employs 340 masons.", "en", "extracted", 1),
        ("Nothing was said about it in the village.", "en", "none_found", 0),
        (
            "Die Regierung meldete am Montag mehr als 2.000 Verletzte nach dem schweren Erdbeben im Norden des Landes.",
            "de",
            "other_language",
            0,
        ),
        ("It costs 10^400 dollars and weighs 40 tonnes.", "en", "in_part", 1),
    ],
)
def test_a_text_says_its_language_and_what_became_of_it(text, language, outcome, figures):
    row = extract.figures(text)
    assert (row["language"], row["outcome"], len(row["figures"])) == (language, outcome, figures)


def test_no_model_is_read_for_a_text_with_nothing_to_parse():
    program = (
        "import sys; from flows import extract; extract.figures('Nothing was heard of it in the village.');"
        " print(*sorted({'spacy', 'wordllama'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("case", "given"),
    [
        ("no page", {"id": 1}),
        ("a page that is none", {"id": 1, "html": "{}"}),
        ("values of other kinds", {"id": 1, "url": ["x"], "html": 7}),
        ("an error of its own", {"id": 1, "html": "<p></p>", "error": "x"}),
    ],
)
def test_a_page_without_an_article_has_all_keys(case, given):
    row = extract.article_of_line(json.dumps(given))
    assert (set(row), row["id"], row["text"]) == (ARTICLE, 1, ""), case


def test_many_lines_come_out_in_order_whoever_reads_them():
    given = [line(number) if number % 7 else "no json" for number in range(2 * extract.FEW)]
    rows = list(extract.many(given, extract.article_of_line))
    assert rows == [extract.article_of_line(one) for one in given]
    assert [row["id"] for row in rows if "error" not in row] == [n for n in range(2 * extract.FEW) if n % 7]


def test_what_comes_in_before_the_last_line_is_known_comes_out():
    def endless():
        yield from (line(number) for number in range(extract.FEW * 4))
        pytest.fail("read to the end before anything came out")

    first = next(extract.many(endless(), extract.article_of_line))
    assert first["title"] == "Ships 0"


def test_half_a_character_in_an_id_is_still_utf8():
    row = extract.as_json({"id": "\ud800", "text": "ü"})
    assert json.loads(row.encode()) == {"id": "\ud800", "text": "ü"}
    assert extract.as_json({"text": "ü"}) == '{"text": "ü"}'


def test_the_teaser_before_a_paywall_comes_out_as_such():
    html = article_page("Ships counted", [TEXT[0], "Subscribe now to continue reading this story."])
    row = extract.article(html, "https://paper.example/x")
    assert (row["outcome"], row["title"]) == ("paywall", "Ships counted")
    assert row["text"].startswith(TEXT[0])
