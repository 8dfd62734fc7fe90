"""Dates of publication that nobody declares, and those that a change's date stands beside."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from extractors.article.markup import parse_html
from extractors.article.metadata import declared
from extractors.article.published import day_in_address, shown_date, written_day


def day(year: int, month: int, of_month: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, of_month, hour, minute, tzinfo=UTC)


THIRD = day(2024, 5, 3)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Published 3 May 2024 at 10:22", "en", day(2024, 5, 3, 10, 22)),
        ("May 3, 2024 3:04 PM", "en", day(2024, 5, 3, 15, 4)),
        ("May 3, 2024 12:04 a.m.", "en", day(2024, 5, 3, 0, 4)),
        ("Friday, May 3rd, 2024", "en", THIRD),
        ("Am 3. Mai 2024, 10:22 Uhr", "de", day(2024, 5, 3, 10, 22)),
        ("Fr 03.05.24 | 13:47 Uhr", "de", day(2024, 5, 3, 13, 47)),
        ("Publié le 3 mai 2024 à 10h00", "fr", day(2024, 5, 3, 10, 0)),
        ("3 de mayo de 2024 - 08:15", "es", day(2024, 5, 3, 8, 15)),
        ("03/05/2024", "it", THIRD),
        ("3, Mayo, 2024", "es", THIRD),
        ("3 maggio 2024", "it", THIRD),
        ("3 de maio de 2024", "pt", THIRD),
        ("3 mei 2024", "nl", THIRD),
        ("3 maja 2024", "pl", THIRD),
        ("3 мая 2024, 10:22", "ru", day(2024, 5, 3, 10, 22)),
        ("3 травня 2024", "uk", THIRD),
        ("3 Mayıs 2024", "tr", THIRD),
        ("2024年5月3日 10:22", "ja", day(2024, 5, 3, 10, 22)),
        ("입력 2024.05.03 10:22 수정 2024.05.04 08:00", "ko", day(2024, 5, 3, 10, 22)),
        ("2024년 5월 3일", "ko", THIRD),
        ("Veröffentlicht: 03.05.2024 Aktualisiert: 04.05.2024", "de", THIRD),
        ("Aktualisiert: 04.05.2024, veröffentlicht: 03.05.2024", "de", THIRD),
        # Of a change only, of no whole date, or of two readings.
        ("Updated May 3, 2024", "en", None),
        ("Aktualisiert am 3. Mai 2024", "de", None),
        ("Mis à jour le 3 mai 2024", "fr", None),
        ("更新 2024年5月3日", "ja", None),
        ("3/5/2024", "en", None),
        ("3 hours ago", "en", None),
        ("May 2024", "en", None),
        ("31 February 2024", "en", None),
        ("", "", None),
    ],
)
def test_a_date_that_readers_see(text: str, language: str, expected: datetime | None) -> None:
    assert written_day(text, language) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://courier.example/2024/05/03/ships", THIRD),
        ("https://courier.example/2024/WORLD/05/03/ships.html", THIRD),
        ("https://courier.example/2024/world/5/3/ships", THIRD),
        ("https://courier.example/world/2024/may/03/ships", THIRD),
        ("https://courier.example/world/2024-05-03/ships", THIRD),
        ("https://courier.example/20240503-ships", THIRD),
        ("https://courier.example/news/20240503143000", THIRD),
        ("https://courier.example/2024/05/ships", None),
        ("https://courier.example/2024/top/10/ships", None),
        ("https://courier.example/2024/13/40/ships", None),
        ("https://courier.example/article/20249999", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_day_in_an_address(url: str, expected: datetime | None) -> None:
    assert day_in_address(url) == expected


URL = "https://courier.example/ships"


def page(*, head: str = "", behind: str = "") -> str:
    body = f"<h1>200 Schiffe warten</h1>{behind}<p>Ein Satz über Schiffe.</p>"
    return f"<html lang='de'><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("case", "behind", "expected"),
    [
        ("beside the headline", "<div>Von Ada Lind</div><div>3. Mai 2024, 10:22 Uhr</div>", day(2024, 5, 3, 10, 22)),
        ("in an element that is named for it", "<ul><li class='article-date'>3. Mai 2024</li></ul>", THIRD),
        (
            "not in a sentence",
            "<p>Die Wahl vom 3. Mai 2024 war die erste seit acht Jahren, sagten gestern viele von ihnen.</p>",
            None,
        ),
        (
            "not that of a change beside it",
            "<div class='date'>Aktualisiert am 4. Mai 2024</div><div class='date'>Erschienen am 3. Mai 2024</div>",
            THIRD,
        ),
        (
            "in the markup of what counts hours",
            "<time datetime='2024-05-03T10:22:00Z'>vor 3 Stunden</time>",
            day(2024, 5, 3, 10, 22),
        ),
        (
            "not that of a change in markup",
            "<p><time datetime='2024-05-04T08:00Z'>Aktualisiert vor 2 Stunden</time></p>"
            "<p><time datetime='2024-05-03T10:22Z'>vor 3 Stunden</time></p>",
            day(2024, 5, 3, 10, 22),
        ),
        ("nothing", "", None),
    ],
)
def test_a_page_that_declares_no_date(case: str, behind: str, expected: datetime | None) -> None:
    tree = parse_html(page(behind=behind))
    assert tree is not None
    assert shown_date(tree, URL, "de", "200 Schiffe warten")[0] == expected, case


def test_strokes_are_read_in_the_order_of_the_pages_language() -> None:
    head = '<meta name="date" content="03/05/2024 10:22">'
    for language, expected in (("it", day(2024, 5, 3, 10, 22)), ("en", day(2024, 3, 5, 10, 22))):
        tree = parse_html(page(head=head).replace("lang='de'", f"lang='{language}'"))
        assert tree is not None
        assert declared(tree, URL).published_at == expected


def test_structured_data_that_gives_the_date_of_the_change_for_both() -> None:
    node = {"@type": "NewsArticle", "datePublished": "2024-05-04T09:00:00Z", "dateModified": "2024-05-04T09:00:00Z"}
    head = (
        f'<script type="application/ld+json">{json.dumps(node)}</script>'
        '<meta property="article:published_time" content="2024-05-03T12:22:00+02:00">'
    )
    changed = '<meta property="article:modified_time" content="2024-05-04T09:00:00Z">'
    own = datetime(2024, 5, 3, 12, 22, tzinfo=timezone(timedelta(hours=2)))
    for extra, expected in ((changed, own), ("", day(2024, 5, 4, 9, 0))):
        tree = parse_html(page(head=head + extra))
        assert tree is not None
        assert declared(tree, URL).published_at == expected
