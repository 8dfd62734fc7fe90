"""The way out to the network: what is dialled, what is read, what is told."""

import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpcore
import pytest
from newsroom import (
    Answer,
    Newsroom,
    always_not_modified,
    article_page,
    endless,
    feed,
    gzip_bomb,
    gzipped,
    item,
    page,
    redirects_forever,
    redirects_to,
    slow,
    too_many_requests,
    truncated,
    with_validators,
)

from extractors.article.feed import FeedDocument, NotAFeed, read_feed
from flows.http import Client, client_of, decode_html, redact, refusal, retry_after, user_agent
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as opened:
        yield opened


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(allow_hosts=["127.0.0.1"], max_body_bytes=1_000_000, timeout_seconds=5) as opened:
        yield opened


async def test_a_page_arrives_with_its_address_and_headers(newsroom: Newsroom, client: Client) -> None:
    answer = await client.fetch(newsroom.put("/story?id=7", page("<p>12 ships</p>")))
    assert (answer.status, answer.body, answer.final_url) == (200, b"<p>12 ships</p>", newsroom.url + "/story?id=7")
    assert answer.content_type == "text/html; charset=utf-8"
    assert newsroom.requests[0].headers["host"] == newsroom.host


async def test_validators_go_back_as_they_came_and_an_unchanged_page_has_no_body(newsroom: Newsroom, client: Client) -> None:
    url = newsroom.put("/feed", with_validators("<rss/>", "application/rss+xml"))
    first = await client.fetch(url)
    second = await client.fetch(url, etag=first.etag, last_modified=first.last_modified)
    assert (first.status, second.status, second.body) == (200, 304, b"")
    assert newsroom.requests[1].headers["if-modified-since"] == first.last_modified


async def test_a_304_that_nobody_asked_for_is_handed_on(newsroom: Newsroom, client: Client) -> None:
    assert (await client.fetch(newsroom.put("/feed", always_not_modified()))).status == 304


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_says_how_long_to_wait(newsroom: Newsroom, client: Client, status: int) -> None:
    answer = await client.fetch(newsroom.put("/feed", too_many_requests("120", status)))
    assert (answer.status, answer.retry_after, answer.body) == (status, 120.0, b"")


NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90.0),
        ("Mon, 01 Jun 2026 12:02:00 GMT", 120.0),
        ("Mon, 01 Jun 2026 11:00:00 GMT", 0.0),
        ("99999999999", None),
        ("999999999", 31 * 86_400.0),
        ("tomorrow", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_last_address_is_told(newsroom: Newsroom, client: Client, status: int) -> None:
    newsroom.put("/new/place", page("here"))
    newsroom.put("/old", redirects_to("new/place", status))
    answer = await client.fetch(newsroom.url + "/old")
    assert (answer.body, answer.final_url) == (b"here", newsroom.url + "/new/place")


async def failure(client: Client, url: str) -> FetchError:
    with pytest.raises(FetchError) as raised:
        await client.fetch(url)
    return raised.value


async def test_endless_redirects_end(newsroom: Newsroom, client: Client) -> None:
    error = await failure(client, newsroom.put("/round", redirects_forever()))
    assert error.outcome is FetchOutcome.HTTP_ERROR
    assert newsroom.asked("/round") == 11


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2/", "http://[::1]/", "http://10.0.0.1/latest", "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/", "http://0x7f.1/", "http://localhost:1/", "http://[::ffff:127.0.0.1]/", "ftp://127.0.0.1/x",
        "file:///etc/passwd", "http://a\\@127.0.0.1/", "javascript:alert(1)", "gopher://127.0.0.1:70/",
    ],
)  # fmt: skip
async def test_a_redirect_to_where_nobody_may_dial_is_refused(newsroom: Newsroom, client: Client, target: str) -> None:
    error = await failure(client, newsroom.put("/trap", redirects_to(target)))
    assert error.outcome is FetchOutcome.REFUSED


async def test_loopback_is_refused_unless_it_is_allowed_by_name(newsroom: Newsroom) -> None:
    newsroom.put("/", page("secret"))
    async with Client(timeout_seconds=5) as stranger:
        error = await failure(stranger, newsroom.url + "/")
    assert error.outcome is FetchOutcome.REFUSED
    assert "127.0.0.1 is loopback" in error.message
    assert newsroom.requests == []


async def test_a_name_that_resolves_to_a_private_address_is_refused_and_checked_addresses_alone_are_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialled: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        found = {"inside.example": ["10.1.2.3"], "mixed.example": ["192.168.0.9", "93.184.216.34", "93.184.216.35"]}[host]
        return [(2, 1, 6, "", (address, port)) for address in found]

    async def dial(self: object, address: str, *_: object) -> httpcore.AsyncNetworkStream:
        dialled.append(address)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", dial)
    async with Client(timeout_seconds=5) as stranger:
        inside = await failure(stranger, "https://inside.example/")
        mixed = await failure(stranger, "https://mixed.example/")
    assert (inside.outcome, mixed.outcome) == (FetchOutcome.REFUSED, FetchOutcome.UNREACHABLE)
    assert dialled == ["93.184.216.34", "93.184.216.35"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", True), ("8.8.8.8", True), ("2606:2800:220:1:248:1893:25c8:1946", True), ("127.0.0.1", False),
        ("127.9.9.9", False), ("0.0.0.0", False), ("10.1.1.1", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("100.127.255.255", False), ("224.0.0.1", False),
        ("239.1.1.1", False), ("240.0.0.1", False), ("255.255.255.255", False), ("192.0.2.1", False),
        ("198.18.0.1", False), ("192.88.99.1", False), ("::1", False), ("::", False), ("fe80::1%eth0", False),
        ("fc00::1", False), ("fd12::1", False), ("fec0::1", False), ("ff02::1", False), ("::ffff:8.8.8.8", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("64:ff9b:1::1", False), ("2002:a00:1::", False),
        ("2001:0:53aa::1", False), ("::7f00:1", False), ("2001:db8::1", False), ("not an address", False),
    ],
)  # fmt: skip
def test_which_addresses_may_be_dialled(address: str, allowed: bool) -> None:
    assert (refusal(address) == "") is allowed


async def test_a_body_over_the_limit_ends_the_transfer(newsroom: Newsroom, client: Client) -> None:
    assert (await failure(client, newsroom.put("/endless", endless()))).outcome is FetchOutcome.TOO_LARGE
    error = await failure(client, newsroom.put("/bomb", gzip_bomb(300)))
    assert error.outcome is FetchOutcome.TOO_LARGE


async def test_compressed_bodies_are_unpacked(newsroom: Newsroom, client: Client) -> None:
    body = b"<p>The fleet has 212 ships.</p>" * 20_000
    assert (await client.fetch(newsroom.put("/gz", gzipped(body)))).body == body


async def test_an_encoding_that_was_not_asked_for_is_an_error(newsroom: Newsroom, client: Client) -> None:
    error = await failure(client, newsroom.put("/br", page("xyz", content_encoding="br")))
    assert error.outcome is FetchOutcome.UNREACHABLE


async def test_broken_compression_is_an_error(newsroom: Newsroom, client: Client) -> None:
    url = newsroom.put("/gz", lambda asked: Answer(200, b"\x1f\x8bnonsense", {"Content-Encoding": "gzip"}))
    assert (await failure(client, url)).outcome is FetchOutcome.UNREACHABLE


async def test_a_truncated_body_is_an_error(newsroom: Newsroom, client: Client) -> None:
    error = await failure(client, newsroom.put("/cut", truncated(b"<p>half of a story" * 100)))
    assert error.outcome is FetchOutcome.UNREACHABLE


async def test_a_body_that_trickles_meets_the_deadline(newsroom: Newsroom) -> None:
    url = newsroom.put("/slow", slow(b"x" * 1_000, pause=0.05))
    async with Client(allow_hosts=["127.0.0.1"], timeout_seconds=0.4) as client:
        assert (await failure(client, url)).outcome is FetchOutcome.UNREACHABLE


async def test_a_server_that_is_not_there_is_unreachable(client: Client) -> None:
    assert (await failure(client, "http://127.0.0.1:9/")).outcome is FetchOutcome.UNREACHABLE


async def test_credentials_of_a_source_reach_its_origin_and_no_other_place(newsroom: Newsroom, client: Client) -> None:
    with Newsroom() as other:
        other.put("/", page("elsewhere"))
        newsroom.put("/feed", redirects_to("/moved"))
        newsroom.put("/moved", redirects_to(other.url + "/"))
        answer = await client.fetch(newsroom.url.replace("http://", "http://reader:hunter2@") + "/feed")
        assert [("authorization" in asked.headers) for asked in newsroom.requests] == [True, True]
        assert "authorization" not in other.requests[0].headers
    assert "hunter2" not in answer.final_url


async def test_errors_do_not_tell_credentials(newsroom: Newsroom, client: Client) -> None:
    url = newsroom.put("/round?token=hunter2", lambda asked: Answer(302, b"", {"Location": asked.path}))
    error = await failure(client, url.replace("http://", "http://reader:hunter2@"))
    assert "hunter2" not in str(error)
    assert "hunter2" not in redact("https://u:hunter2@feeds.example/x?apikey=hunter2&page=2#hunter2")
    assert redact("https://u:hunter2@feeds.example/x?page=2") == "https://***@feeds.example/x?page=2"


async def test_a_cookie_lasts_for_one_fetch_and_one_host(newsroom: Newsroom, client: Client) -> None:
    with Newsroom() as other:
        other.put("/", page("elsewhere"))
        newsroom.put("/door", redirects_to("/hall", set_cookie="seen=1"))
        newsroom.put("/hall", redirects_to(other.url.replace("127.0.0.1", "localhost") + "/"))
        async with Client(allow_hosts=["127.0.0.1", "localhost"], timeout_seconds=5) as guest:
            await guest.fetch(newsroom.url + "/door")
            await guest.fetch(newsroom.url + "/door")
        assert [asked.headers.get("cookie") for asked in newsroom.requests] == [None, "seen=1", None, "seen=1"]
        assert all("cookie" not in asked.headers for asked in other.requests)


async def test_the_environment_sets_no_proxy(newsroom: Newsroom, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await client.fetch(newsroom.put("/", page("direct")))).body == b"direct"


async def test_the_settings_make_the_client(newsroom: Newsroom) -> None:
    settings = FetchSettings.model_validate({"contact": "desk@example.org", "allow_hosts": ["127.0.0.1"]})
    async with client_of(settings) as client:
        await client.fetch(newsroom.put("/", page("x")))
    assert newsroom.requests[0].headers["user-agent"].endswith("(+desk@example.org)")
    assert "\n" not in user_agent("desk\r\nX-Evil: 1")


async def test_a_web_page_where_a_feed_was_is_told_apart(newsroom: Newsroom, client: Client) -> None:
    answer = await client.fetch(newsroom.put("/feed.xml", page("<!DOCTYPE html><html><body>We have moved</body></html>")))
    document = read_feed(answer.body, content_type=answer.content_type, base_url=answer.final_url)
    assert isinstance(document, NotAFeed)
    assert document.found == "html"


async def test_a_feed_leads_to_its_articles(newsroom: Newsroom, client: Client) -> None:
    story = newsroom.put("/story", page(article_page("200 ships wait", ["The ministry counts 200 ships off the coast. " * 5])))
    answer = await client.fetch(newsroom.put("/feed.xml", feed([item("/story", "200 ships wait", guid="1")])))
    document = read_feed(answer.body, content_type=answer.content_type, base_url=answer.final_url)
    assert isinstance(document, FeedDocument)
    assert [entry.url for entry in document.entries] == [story]
    fetched = await client.fetch(document.entries[0].url)
    assert "200 ships off the coast" in decode_html(fetched.body, fetched.content_type)
