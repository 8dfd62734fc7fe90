"""One article has many addresses, and a template may give all its articles one: each article is stored once, and none twice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from newsroom import article_page

from flows import archive, pipeline
from flows.archive import Document
from flows.pipeline import Desk

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = Desk(threshold=Decimal("0.10"), rules=())
HOST = "https://www.tidewater.example"
SHIPS = (
    "Grain ships wait",
    [
        "Some 340 ships with grain wait off the coast of Arden, the harbour office said on Monday.",
        "It is the longest queue since the lighthouse was built, and the pilots go out to it by night.",
    ],
)
PILOTS = (
    "Pilots strike over nights",
    [
        "Harbour pilots of Larn refused 210 night shifts this winter, their union told the board of the port.",
        "The board has offered them a boat of their own, which the union calls a good beginning.",
    ],
)


def stored(database, analyser, *pages):
    """The addresses of the articles that come of these pages, each an address, a story and what it declares; in order."""
    for number, (path, (title, paragraphs), canonical) in enumerate(pages):
        url = path if path.startswith("https://") else HOST + path
        html = article_page(title, paragraphs, canonical=canonical)
        with database.transaction() as tx:
            archive.store(tx, Document(url=url, html=html, published_at=NOON + timedelta(hours=number)), NOON, history=False)
        pipeline.analyse_due(database, analyser, DESK, NOON + timedelta(hours=number), 10)
    with database.transaction() as tx:
        return [(row["url"].removeprefix(HOST), row["relation"]) for row in tx.all("articles.export", seeds=False)]


@pytest.mark.parametrize(
    "lie",
    [
        "https://wire.example/grain-ships-wait",
        f"{HOST}/",
        "/",
        f"{HOST}/index.html",
        f"{HOST}/world",
        "/sport",
        "/world/?page=1",
        "http://[",
    ],
)
def test_an_address_that_a_template_gives_to_all_its_articles_makes_none_the_revision_of_another(database, analyser, lie):
    pages = [("/world/grain-ships-wait", SHIPS, lie), ("/world/pilots-strike-over-nights", PILOTS, lie)]
    assert stored(database, analyser, *pages) == [
        ("/world/grain-ships-wait", "original"),
        ("/world/pilots-strike-over-nights", "original"),
    ]


@pytest.mark.parametrize(
    ("case", "view", "declared"),
    [
        ("AMP behind", "/world/grain-ships-wait/amp", ""),
        ("AMP as a parameter", "/world/grain-ships-wait?outputType=amp", ""),
        (
            "AMP from a cache",
            "https://www-tidewater-example.cdn.ampproject.org/c/s/www.tidewater.example/world/grain-ships-wait",
            "",
        ),
        ("AMP in front", "/amp/world/grain-ships-wait", "/world/grain-ships-wait"),
        ("AMP with an ending", "/world/grain-ships-wait.amp.html", "/world/grain-ships-wait"),
        ("AMP on a host", "https://amp.tidewater.example/world/grain-ships-wait", f"{HOST}/world/grain-ships-wait"),
        ("print as a parameter", "/world/grain-ships-wait?print=1", ""),
        ("print behind", "/world/grain-ships-wait/print", ""),
        ("print in front", "/print/world/grain-ships-wait", "/world/grain-ships-wait"),
        ("a mobile host", "https://m.tidewater.example/world/grain-ships-wait", f"{HOST}/world/grain-ships-wait"),
        ("a reader's way", "/world/grain-ships-wait?utm_source=rss&fbclid=x#top", ""),
    ],
)
@pytest.mark.parametrize("first", ["the page", "the view"])
def test_another_view_of_a_page_is_no_other_article(database, analyser, case, view, declared, first):
    pages = [("/world/grain-ships-wait", SHIPS, ""), (view, SHIPS, declared)]
    found = stored(database, analyser, *(pages if first == "the page" else reversed(pages)))
    assert found == [("/world/grain-ships-wait", "original")], case
