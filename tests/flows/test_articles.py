"""What a site's pages have taught: the place that told its listed titles counts for more when the list tells none."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from rich.console import Console

from flows import archive, look, pipeline
from flows.archive import Document
from flows.pipeline import Desk

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = Desk(threshold=Decimal("0.10"), rules=())
#: (headline, the wording for sharing, a sentence).
STORIES = (
    (
        "Grain ships wait off the coast",
        "Why so many ships wait off our coast",
        "Some {n} ships with grain wait off the coast of Arden.",
    ),
    (
        "Bakers ask for cheaper flour",
        "What bakers want from the ministry now",
        "The bakers of Arden asked for {n} tonnes of flour.",
    ),
    (
        "Pilots refuse to work nights",
        "The pilots who will not work at night",
        "Harbour pilots refused {n} night shifts since autumn.",
    ),
    (
        "Insurers ask for convoys",
        "How insurers came to ask for convoys",
        "Insurers want {n} boats to guide the freighters out.",
    ),
)


def document(number, *, listed):
    headline, shared, sentence = STORIES[number]
    sentences = [sentence.format(n=40 + 7 * number), "The ministry said so on Monday, and that it would tell more in a week."]
    body = "".join(f"<p>{one} {headline} was what it told reporters.</p>" for one in sentences)
    at = NOON + timedelta(days=number)
    return Document(
        url=f"https://tidewater.example/{headline.lower().replace(' ', '-')}",
        title=shared if listed else "",
        published_at=at,
        html=f"<html lang='en'><head><title>{headline}</title><meta property='og:title' content='{shared}'></head>"
        f"<body><article><h1>{headline}</h1>{body}</article></body></html>",
    )


def read(database, analyser, *documents):
    for each in documents:
        with database.transaction() as tx:
            archive.store(tx, each, each.published_at, history=False)
        pipeline.analyse_due(database, analyser, DESK, each.published_at, 100)
    with database.transaction() as tx:
        return [row["title"] for row in tx.all("articles.export", seeds=True)]


def test_the_headline_that_readers_see_stands_where_nothing_was_learnt(database, analyser):
    assert read(database, analyser, document(3, listed=False)) == [STORIES[3][0]]


def test_the_place_that_told_the_listed_titles_tells_the_next(database, analyser):
    taught = [document(number, listed=True) for number in range(3)]
    assert read(database, analyser, *taught, document(3, listed=False)) == [story[1] for story in STORIES]


def test_why_names_the_places_that_an_article_is_from(database, analyser):
    known = document(3, listed=False)
    read(database, analyser, known)
    out = io.StringIO()
    look.why_article(database, known.url, Console(file=out, width=100), as_json=False)
    assert "title: from title element, h1" in out.getvalue()
