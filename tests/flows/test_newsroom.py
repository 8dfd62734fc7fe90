"""The demonstration newsroom publishes by its clock, as a site on the web would."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest
import trafilatura

from extractors.copies import fingerprint, judge
from extractors.text import sentences
from flows.newsroom import Newsroom, Piece, load
from schemas.records import Article, Candidate

BASE = datetime(2025, 3, 3, tzinfo=UTC)
_, PIECES, TOLD = load(BASE)
BY_ID = {piece.id: piece for piece in PIECES}


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(BASE) as server:
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as opened:
        yield opened


def feed_url(newsroom: Newsroom, outlet: str) -> str:
    return next(feed.url for feed in newsroom.feeds() if feed.outlet == outlet)


def text(piece: Piece, version: int = 1) -> str:
    return "\n".join(piece.versions[version - 1].paragraphs)


def test_nothing_is_out_before_its_time(newsroom: Newsroom, client: httpx.Client) -> None:
    newsroom.set_time(BASE)
    assert [len(feedparser.parse(client.get(feed.url).content).entries) for feed in newsroom.feeds()] == [0] * 5
    assert client.get(newsroom.page_url(BY_ID["containers"])).status_code == 404


def test_each_article_is_out_from_its_moment_on(newsroom: Newsroom, client: httpx.Client) -> None:
    for piece in PIECES:
        newsroom.set_time(piece.versions[0].at - timedelta(seconds=1))
        assert client.get(newsroom.page_url(piece)).status_code == 404
        newsroom.set_time(piece.versions[0].at)
        assert client.get(newsroom.page_url(piece)).status_code == 200


def test_feeds_list_what_is_out_with_their_dates_the_latest_first(newsroom: Newsroom, client: httpx.Client) -> None:
    newsroom.set_time(newsroom.moments()[-1])
    listed = 0
    for feed in newsroom.feeds():
        parsed = feedparser.parse(client.get(feed.url).content)
        assert not parsed.bozo
        dates = [tuple(entry.published_parsed) for entry in parsed.entries]
        assert dates == sorted(dates, reverse=True)
        assert all(client.get(entry.link).status_code == 200 for entry in parsed.entries)
        listed += len(parsed.entries)
    assert listed == len(PIECES)


@pytest.mark.parametrize("outlet", ["Harbour Wire", "Seoul Courier"])
def test_a_feed_that_has_not_changed_is_not_sent_again(outlet: str, newsroom: Newsroom, client: httpx.Client) -> None:
    newsroom.set_time(BASE + timedelta(days=1, hours=18))
    url = feed_url(newsroom, outlet)
    first = client.get(url)
    tag, since = {"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(url, headers=tag).status_code == 304
    assert client.get(url, headers=since).status_code == 304
    newsroom.set_time(newsroom.moments()[-1])
    assert client.get(url, headers=tag).status_code == 200
    assert client.get(url, headers=since).status_code == 200
    assert client.get(url, headers=tag | {"If-Modified-Since": "yesterday"}).status_code == 200


def test_a_correction_changes_the_page_and_the_feed_at_the_same_address(newsroom: Newsroom, client: httpx.Client) -> None:
    piece = BY_ID["workers"]
    seen = []
    for version in piece.versions:
        newsroom.set_time(version.at)
        page = client.get(newsroom.page_url(piece))
        entry = next(
            e for e in feedparser.parse(client.get(feed_url(newsroom, "Daily Meridian")).content).entries if "army" in e.title
        )
        seen.append((page.headers["ETag"], entry.updated, entry.published, "Correction:" in page.text))
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] < seen[1][1]
    assert seen[0][2] == seen[1][2]
    assert (seen[0][3], seen[1][3]) == (False, True)


def test_a_front_page_names_its_feed(newsroom: Newsroom, client: httpx.Client) -> None:
    page = client.get(f"{newsroom.url}/harbour-wire/").text
    assert f'type="application/rss+xml" href="{newsroom.url}/harbour-wire/rss.xml"' in page


def test_what_is_not_there_is_not_found(newsroom: Newsroom, client: httpx.Client) -> None:
    for path in ("/", "/nobody/", "/harbour-wire/none", "/harbour-wire/../x", "/harbour-wirex/rss.xml", "/%00"):
        assert client.get(newsroom.url + path).status_code == 404
    assert client.get(newsroom.url + "/robots.txt").status_code == 200


def test_a_page_gives_its_article_and_its_date_and_keeps_the_rest_apart(newsroom: Newsroom, client: httpx.Client) -> None:
    newsroom.set_time(newsroom.moments()[-1])
    for piece in PIECES:
        if piece.id in {"briefing-video", "workers"}:  # hardly any text; a note that belongs to the text
            continue
        html = client.get(newsroom.page_url(piece)).text
        assert trafilatura.extract(html) == text(piece)
        document = trafilatura.extract_metadata(html)
        assert document.date == piece.versions[0].at.date().isoformat()
        assert document.url == newsroom.page_url(piece)


def test_the_update_differs_from_the_wire_story_in_one_number_and_the_day() -> None:
    before, after = text(BY_ID["containers"]).split(), text(BY_ID["containers-update"]).split()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("6,700", "10,000"),
        ("Monday,", "Wednesday,"),
    ]


def test_copies_of_the_wire_story_are_what_they_are_called() -> None:
    wire = text(BY_ID["containers"])
    assert text(BY_ID["containers-gazette"]) == text(BY_ID["containers-late"]) == wire
    assert wire.startswith(text(BY_ID["containers-excerpt"]))
    for piece in PIECES:
        assert (piece.copy_of is None) == (piece.relation in {"original", "independent"})
        assert piece.copy_of is None or BY_ID[piece.copy_of].versions[0].at < piece.versions[0].at


def test_every_copy_is_recognised_for_what_it_is() -> None:
    known: list[Candidate] = []
    for piece in PIECES:
        body = "\n\n".join(piece.versions[0].paragraphs)
        print_ = fingerprint(body, sentences(body), title=piece.title)
        at = piece.versions[0].at
        article = Article(
            url=f"http://newsroom.example/{piece.id}", title=piece.title, text=body, language=piece.language, published_at=at
        )
        verdict = judge(article, print_, [other for other in known if set(other.fingerprint.keys) & set(print_.keys)])
        expected = {"original": "original", "independent": "original", "update": "update"}.get(piece.relation, "duplicate")
        assert (piece.id, verdict.relation) == (piece.id, expected)
        assert verdict.of == (None if piece.copy_of is None else PIECES.index(BY_ID[piece.copy_of]))
        known.append(Candidate(id=len(known), url=article.url, published_at=at, fingerprint=print_))


def test_every_shift_that_should_be_told_stands_in_its_text() -> None:
    for told in TOLD:
        assert f"{told.to_number:,}" in text(BY_ID[told.piece], told.version)
    numbers = {told.from_number for told in TOLD if not told.seeds}
    assert all(any(f"{number:,}" in text(piece) for piece in PIECES) for number in numbers)


def test_texts_are_short_and_complete() -> None:
    for piece in PIECES:
        for version in piece.versions:
            words = len(re.findall(r"\w+", " ".join(version.paragraphs)))
            assert 50 <= words <= 220 or piece.id == "briefing-video"
            assert "{" not in " ".join(version.paragraphs)


def test_two_newsrooms_of_one_date_publish_the_same() -> None:
    assert load(BASE) == load(BASE + timedelta(hours=5))
    moved = load(BASE + timedelta(days=1))[1][0].versions[0]
    assert moved.at == PIECES[0].versions[0].at + timedelta(days=1)
    assert "Tuesday" in moved.paragraphs[0]
