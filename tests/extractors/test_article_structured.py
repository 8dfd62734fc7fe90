"""Structured data: read although it is broken, and of several articles the page's own."""

import json
from typing import Any

import pytest

from extractors.article.markup import parse_html
from extractors.article.metadata import declared
from extractors.article.structured import article_node, nodes_of

URL = "https://www.courier.example/world/grain-ships-200"
TITLE = "Ministry counts 200 grain ships off the coast"
OWN = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-06-01T10:30:00+02:00"}
OTHER = {
    "@type": "NewsArticle",
    "headline": "Bakers ask for cheaper flour",
    "url": "https://www.courier.example/economy/flour",
    "datePublished": "2026-05-01T08:00:00+02:00",
}


def script(*texts: str) -> str:
    scripts = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    return f"<html><head>{scripts}</head><body><h1>{TITLE}</h1></body></html>"


def node(html: str) -> dict[str, Any]:
    tree = parse_html(html)
    assert tree is not None
    return article_node(nodes_of(tree)[0], [TITLE], [URL])


PLAIN = json.dumps(OWN)


@pytest.mark.parametrize(
    ("case", "texts"),
    [
        ("as it should be", [PLAIN]),
        ("in a graph", [json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, OWN]})]),
        ("in a list", [json.dumps([{"@type": "BreadcrumbList"}, OWN])]),
        ("inside of its page", [json.dumps({"@type": "WebPage", "mainEntity": OWN})]),
        ("in a second script", [json.dumps({"@type": "Organization", "name": "Courier"}), PLAIN]),
        ("behind a script that is no JSON", ["{{ template }}", PLAIN]),
        ("in a comment", [f"<!-- {PLAIN} -->"]),
        ("in CDATA", [f"//<![CDATA[\n{PLAIN}\n//]]>"]),
        ("in CDATA in a comment of scripts", [f"/*<![CDATA[*/{PLAIN}/*]]>*/"]),
        ("with commas before brackets", [PLAIN.replace("}", ",}")]),
        ("with a line break in a text", [PLAIN.replace("grain ships", "grain\nships")]),
        ("with a tab and a stray control character", [PLAIN.replace('"headline"', '\t\x1f"headline"')]),
        ("with a semicolon at the end", [PLAIN + ";"]),
        ("escaped as HTML", [PLAIN.replace('"', "&quot;")]),
        ("two documents in one script", [json.dumps({"@type": "WebSite"}) + "\n" + PLAIN]),
        ("with its type as an address", [PLAIN.replace("NewsArticle", "https://schema.org/NewsArticle")]),
        ("without its type", [PLAIN.replace('"@type": "NewsArticle", ', "")]),
        ("before another page's article", [PLAIN, json.dumps(OTHER)]),
        ("behind another page's article", [json.dumps(OTHER), PLAIN]),
        ("known by its address", [json.dumps(OTHER), json.dumps({**OWN, "headline": TITLE.upper()[:20], "url": URL + "?a=1"})]),
    ],
)
def test_the_article_of_the_page_is_found(case: str, texts: list[str]) -> None:
    assert node(script(*texts)).get("datePublished") == OWN["datePublished"], case


@pytest.mark.parametrize(
    ("case", "texts"),
    [
        ("nothing", []),
        ("another page's article alone", [json.dumps(OTHER)]),
        ("a list of others", [json.dumps({"@type": "ItemList", "itemListElement": [OTHER]})]),
        ("no JSON", ["not at all"]),
        ("JSON of a thousand brackets", ["[" * 100_000]),
        ("numbers where nodes were", ["[1, 2, [null, true]]"]),
    ],
)
def test_no_article_is_made_up(case: str, texts: list[str]) -> None:
    assert node(script(*texts)) == {}, case


def test_headline_and_date_are_picked_from_what_stays_unreadable() -> None:
    tree = parse_html(
        script('{"headline": "Minister: \\"200 ships\\" wait, "says" port", "datePublished": "2026-06-01", "a": }')
    )
    assert tree is not None
    assert nodes_of(tree)[1] == {"headline": 'Minister: "200 ships" wait, "says" port', "datePublished": "2026-06-01"}


@pytest.mark.parametrize(
    ("case", "author", "names"),
    [
        ("a text", "Ada Lind", ("Ada Lind",)),
        ("texts", ["Ada Lind", "Bo Ek"], ("Ada Lind", "Bo Ek")),
        ("a person", {"@type": "Person", "name": "Ada Lind"}, ("Ada Lind",)),
        ("names apart", {"@type": "Person", "givenName": "Ada", "familyName": "Lind"}, ("Ada Lind",)),
        ("a text with a preposition", "By Ada Lind and Bo Ek", ("Ada Lind", "Bo Ek")),
        ("JSON in a text", '{"@type": "Person", "name": "Ada Lind"}', ("Ada Lind",)),
        ("an address", "https://courier.example/ada", ()),
        ("an address for a name", {"name": "https://courier.example/ada", "url": "https://courier.example/ada"}, ()),
        ("several names in one", {"@type": "Person", "name": ["Ada Lind", "Bo Ek"]}, ("Ada Lind", "Bo Ek")),
        ("nothing", None, ()),
        ("a number", 7, ()),
    ],
)
def test_authors_of_structured_data(case: str, author: object, names: tuple[str, ...]) -> None:
    tree = parse_html(script(json.dumps({**OWN, "author": author})))
    assert tree is not None
    assert declared(tree, URL).authors == names, case


def test_each_saying_names_its_place() -> None:
    head = '<meta property="og:title" content="200 ships wait"><meta name="twitter:label1" content="Written by">'
    tree = parse_html(script(PLAIN).replace("</head>", head + '<meta name="twitter:data1" content="Ada Lind"></head>'))
    assert tree is not None
    said = declared(tree, URL)
    assert dict(zip(said.title_sources, said.titles, strict=True)) == {
        "og:title": "200 ships wait",
        "json-ld headline": TITLE,
    }
    assert (said.published_source, said.authors_source) == ("json-ld datePublished", "meta twitter:data1")
