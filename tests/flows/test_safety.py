"""Strangers' input: the table of threats, and that each ends in a recorded outcome, on a real database and real connections.

One class a row. What a reader of the design looks for here and finds elsewhere: messages to Slack and by mail
(extractors/test_message*.py), the spacing of hosts (test_gate.py), feeds without sense (extractors/test_article_feed*.py).
"""
# ruff: noqa: E501 - the rows of a table of threats read best whole

import asyncio
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpcore
import pytest
from newsroom import (
    Answer,
    Newsroom,
    endless,
    feed,
    gzip_bomb,
    item,
    page,
    redirects_forever,
    redirects_to,
    slow,
    truncated,
)

from extractors.article.feed import MAX_ENTRIES, FeedDocument, NotAFeed, read_feed
from extractors.article.opml import read_opml
from extractors.article.sitemap import read_sitemap
from flows import fetch, sources
from flows.http import MAX_PARTS, client_of, redact, refusal, with_credentials_of
from flows.settings import FetchSettings, Settings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = FetchSettings(spacing_seconds=0, allow_hosts=("127.0.0.1",), timeout_seconds=3, max_body_bytes=1_000_000)


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        yield opened


@contextmanager
def raw(*pieces, pause=0.0):
    """A server on a bare socket that answers whatever comes with these bytes; its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65_536)
                    for piece in pieces:
                        connection.sendall(piece)
                        time.sleep(pause)
                except OSError:
                    pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()


async def ended(url, settings=HERE, **how):
    """The outcome of a fetch that fails."""
    async with client_of(settings) as client:
        with pytest.raises(FetchError) as raised:
            await client.fetch(url, **how)
    return raised.value.outcome


@pytest.fixture
def resolve(monkeypatch):
    """Names with addresses of our choice; what is dialled is noted and answered by nobody."""
    names, dialled = {}, []

    def getaddrinfo(host, port, **_):
        if host not in names:
            raise socket.gaierror("unknown")
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, port)) for each in names[host]]

    async def dial(self, address, *_):
        dialled.append(address)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", dial)
    return names, dialled


INSIDE = [
    "127.0.0.1", "127.255.0.7", "10.0.0.1", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.251",
    "255.255.255.255", "198.18.0.1", "192.0.0.8", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::",
]  # fmt: skip


class TestServerSideRequestForgery:
    """http(s) only; the address dialled is the one that was checked, on every redirect."""

    @pytest.mark.parametrize("address", INSIDE)
    async def test_a_name_at_an_inside_address_is_not_dialled(self, resolve, address):
        names, dialled = resolve
        names["trap.example"] = [address]
        assert refusal(address)
        assert await ended("https://trap.example/") is FetchOutcome.REFUSED
        assert dialled == []

    async def test_of_mixed_addresses_only_the_public_ones_are_dialled(self, resolve):
        names, dialled = resolve
        names["mixed.example"] = ["127.0.0.1", "93.184.216.34", "::ffff:10.0.0.1", "2606:2800:220:1::1"]
        assert await ended("https://mixed.example/") is FetchOutcome.UNREACHABLE
        assert dialled == ["93.184.216.34", "2606:2800:220:1::1"]

    async def test_a_name_that_changes_its_address_between_check_and_dial_gains_nothing(self, resolve, monkeypatch):
        names, dialled = resolve
        names["rebind.example"] = ["93.184.216.34"]
        asked = []
        first = socket.getaddrinfo

        def rebinding(host, port, **how):
            found = first(host, port, **how)
            asked.append(host)
            names["rebind.example"] = ["127.0.0.1"]
            return found

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        assert await ended("https://rebind.example/") is FetchOutcome.UNREACHABLE
        assert (asked, dialled) == (["rebind.example"], ["93.184.216.34"])

    @pytest.mark.parametrize(
        "host",
        [
            "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "[::1]", "[::]",
            "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "127.0.0.1.", "①②⑦.⓪.⓪.①",
            "127。0。0。1",
        ],
    )  # fmt: skip
    async def test_no_way_of_writing_an_inside_address_is_dialled(self, host):
        assert await ended(f"http://{host}:1/", FetchSettings(timeout_seconds=3)) in {
            FetchOutcome.REFUSED,
            FetchOutcome.NAME_UNKNOWN,
        }

    @pytest.mark.parametrize(
        "target",
        [
            "http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://10.0.0.1/", "//localhost/", "http://0/",
            "http://127.0.0.2/", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/", "data:text/html,x",
            "http://good.example\\@127.0.0.1/", "http://", "http://127.0.0.1:99999/",
        ],
    )  # fmt: skip
    async def test_nor_is_one_that_a_redirect_leads_to(self, newsroom, target):
        assert await ended(newsroom.put("/trap", redirects_to(target))) in {FetchOutcome.REFUSED, FetchOutcome.HTTP_ERROR}

    async def test_what_is_allowed_by_name_is_allowed_under_that_name_only(self, newsroom):
        url = newsroom.put("/", page("inside"))
        assert await ended(url.replace("127.0.0.1", "localhost")) is FetchOutcome.REFUSED
        async with client_of(HERE) as client:
            assert (await client.fetch(url)).body == b"inside"

    @pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY", "SSL_CERT_FILE"])
    async def test_the_environment_has_no_say(self, newsroom, monkeypatch, variable):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
        async with client_of(HERE) as client:
            assert (await client.fetch(newsroom.put("/", page("direct")))).body == b"direct"

    async def test_a_netrc_file_has_none_either(self, newsroom, monkeypatch, tmp_path):
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        async with client_of(HERE) as client:
            await client.fetch(newsroom.put("/", page("x")))
        assert "authorization" not in newsroom.requests[0].headers

    async def test_look_ups_that_hang_hold_up_neither_others_nor_the_rest_of_the_program(self, newsroom, monkeypatch):
        genuine, waiting = socket.getaddrinfo, threading.Event()

        def getaddrinfo(host, *more, **how):
            if host.endswith(".example"):
                waiting.wait(20)
            return genuine(host, *more, **how)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        url = newsroom.put("/", page("here"))
        async with client_of(HERE) as client:
            hanging = [asyncio.create_task(client.fetch(f"http://n{n}.example/")) for n in range(10)]
            await asyncio.sleep(0.1)
            assert (await client.fetch(url)).body == b"here"
            assert await asyncio.to_thread(lambda: 1) == 1
            waiting.set()
            await asyncio.gather(*hanging, return_exceptions=True)


def bomb_of_parts(parts):
    return gzip.compress(b"") * parts


class TestBombs:
    """Decoded bytes are counted while they arrive, and everything has an end."""

    @pytest.mark.parametrize(
        ("case", "situation"),
        [
            ("gzip", gzip_bomb(50)),
            ("deflate", lambda asked: Answer(200, zlib.compress(bytes(50_000_000)), {"Content-Encoding": "deflate"})),
            ("an endless body", endless()),
            ("a promise of too much", lambda asked: Answer(200, b"x" * 1_200_000)),
            ("parts without end", lambda asked: Answer(200, bomb_of_parts(MAX_PARTS + 1), {"Content-Encoding": "gzip"})),
            (
                "packed bytes that never become any",
                lambda asked: Answer(200, gzip.compress(b"") + bytes(2_000_000), {"Content-Encoding": "gzip"}),
            ),
        ],
    )
    async def test_the_limit_ends_the_transfer(self, newsroom, case, situation):
        assert await ended(newsroom.put("/bomb", situation)) is FetchOutcome.TOO_LARGE

    async def test_a_bomb_is_never_in_memory(self, newsroom):
        url = newsroom.put("/bomb", gzip_bomb(100))
        tracemalloc.start()
        await ended(url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000_000

    @pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "x" * 500])
    async def test_encodings_that_were_not_asked_for_are_not_undone(self, newsroom, encoding):
        url = newsroom.put("/", lambda asked: Answer(200, gzip.compress(b"x"), {"Content-Encoding": encoding}))
        assert await ended(url) is FetchOutcome.UNREACHABLE
        assert newsroom.requests[0].headers["accept-encoding"] == "gzip, deflate"

    @pytest.mark.parametrize(
        ("case", "document"),
        [
            ("a billion laughs", '<!DOCTYPE r [<!ENTITY a "lol">' + "".join(
                f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]>{}".replace("{}", "<rss><channel>"
                "<item><title>&j;</title><link>https://a.example/</link></item></channel></rss>")),
            ("one long entity, often", f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]><rss><channel><item><title>{"&a;" * 20_000}</title>'
             "<link>https://a.example/</link></item></channel></rss>"),
            ("a file", '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title>'
             "<link>https://a.example/</link></item></channel></rss>"),
            ("a parameter entity", '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">%a;]><rss><channel/></rss>'),
            ("deep nesting", "<rss><channel><item>" + "<a>" * 60_000),
            ("a million items", "<rss><channel>" + "<item><link>https://a.example/</link></item>" * 50_000),
            ("a million attributes", "<rss " + " ".join(f'a{n}="1"' for n in range(20_000)) + "><channel/></rss>"),
            ("many vocabularies", "<rss " + " ".join(f'xmlns:n{n}="u:{n}"' for n in range(20_000)) + "><channel/></rss>"),
            ("one long line", "<rss><channel><item><title>" + "a" * 200_000),
            ("a long address", f"<rss><channel><item><link>https://a.example/{'a' * 300_000}</link></item></channel></rss>"),
            ("open comments", "<!--" * 60_000), ("open sections", "<rss><![CDATA[" * 50_000), ("nothing but <", "<" * 300_000),
            ("ampersands", "<rss><channel><title>" + "&" * 300_000), ("numbers", "<rss><channel><title>&#" + "9" * 300_000),
            ("deep JSON", '{"items":' + "[" * 200_000), ("long numbers in JSON", '{"items": [' + "9" * 300_000 + "]}"),
            ("a document type without end", "<!DOCTYPE " + "[" * 200_000), ("quotes", "<rss a='" + "'" * 200_000),
        ],
    )  # fmt: skip
    def test_no_document_swells_or_takes_its_time(self, case, document):
        began = time.process_time()
        for read in (read_feed, read_sitemap, read_opml):
            found = read(document.encode())
            if isinstance(found, FeedDocument):
                assert len(found.entries) <= MAX_ENTRIES
                assert all(len(entry.title) <= 1_000 and len(entry.url) <= 2_048 for entry in found.entries)
                assert not any("root:" in entry.title for entry in found.entries)
        assert time.process_time() - began < 60  # a guard against quadratic time, which would take hours

    @pytest.mark.parametrize("read", [read_feed, read_sitemap])
    def test_gzip_in_gzip_is_unpacked_once(self, read):
        assert isinstance(read(gzip.compress(gzip.compress(bytes(20_000_000)))), NotAFeed)


class TestBadServers:
    """Whatever a server does, the fetch ends in time and is told apart."""

    @pytest.mark.parametrize(
        ("case", "pieces", "outcome"),
        [
            ("no HTTP", [b"SSH-2.0-OpenSSH_9\r\n"], FetchOutcome.UNREACHABLE),
            ("nothing", [], FetchOutcome.UNREACHABLE),
            ("an endless header", [b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000], FetchOutcome.UNREACHABLE),
            ("headers without end", [b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200_000], FetchOutcome.UNREACHABLE),
            ("an impossible length", [b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx"], FetchOutcome.UNREACHABLE),
            ("two lengths", [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"], FetchOutcome.UNREACHABLE),
            ("broken chunks", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"], FetchOutcome.UNREACHABLE),
            ("chunks that stop", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"], FetchOutcome.UNREACHABLE),
            ("a body that stops", [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"], FetchOutcome.UNREACHABLE),
        ],
    )
    async def test_what_is_no_answer(self, case, pieces, outcome):
        with raw(*pieces) as url:
            assert await ended(url) is outcome

    @pytest.mark.parametrize(
        ("case", "pieces"),
        [
            ("a header that trickles", [b"HTTP/1.1 200 OK\r\n"] + [b"X"] * 100),
            ("a body that trickles", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"] + [b"x"] * 100),
            ("chunks that trickle", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"] + [b"1\r\nx\r\n"] * 100),
            ("early hints without end", [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 100),
        ],
    )
    async def test_a_trickle_meets_the_deadline(self, case, pieces):
        with raw(*pieces, pause=0.05) as url:
            began = time.monotonic()
            assert await ended(url, HERE.model_copy(update={"timeout_seconds": 0.5})) is FetchOutcome.UNREACHABLE
        assert time.monotonic() - began < 4

    async def test_redirects_end(self, newsroom):
        assert await ended(newsroom.put("/round", redirects_forever())) is FetchOutcome.HTTP_ERROR
        newsroom.put("/longer", lambda asked: Answer(302, b"", {"Location": "/longer?" + "a" * 3_000}))
        assert await ended(newsroom.url + "/longer") is FetchOutcome.REFUSED

    @pytest.mark.parametrize("tag", ['"caf\xe9"', '"' + "a" * 5_000 + '"', '"a\tb"'])
    async def test_a_validator_that_cannot_be_sent_back_is_forgotten(self, newsroom, tag):
        url = newsroom.put("/feed", lambda asked: Answer(200, b"x", {"ETag": tag, "Last-Modified": "x" * 2_000}))
        async with client_of(HERE) as client:
            answer = await client.fetch(url)
            assert (answer.etag, answer.last_modified) == ("", "")
            assert (await client.fetch(url, etag=answer.etag)).status == 200


class TestHygiene:
    """What belongs to one site goes to no other, and nothing of one fetch into the next."""

    async def test_credentials_go_to_their_origin_only(self, newsroom):
        with Newsroom() as other:
            other.put("/", page("x"))
            newsroom.put("/a", redirects_to("/b"))
            newsroom.put("/b", redirects_to(other.url + "/"))
            async with client_of(HERE) as client:
                answer = await client.fetch(newsroom.url.replace("//", "//me:hunter2@") + "/a")
            assert ["authorization" in each.headers for each in newsroom.requests + other.requests] == [True, True, False]
            assert "hunter2" not in answer.final_url

    async def test_credentials_that_a_redirect_brings_are_not_sent(self, newsroom):
        newsroom.put("/b", page("x"))
        newsroom.put("/a", redirects_to(newsroom.url.replace("//", "//me:hunter2@") + "/b", 301))
        async with client_of(HERE) as client:
            answer = await client.fetch(newsroom.url + "/a")
        assert all("authorization" not in each.headers for each in newsroom.requests)
        assert answer.moved_to == newsroom.url + "/b"

    async def test_cookies_last_for_one_fetch(self, newsroom):
        newsroom.put("/a", redirects_to("/b", set_cookie="seen=1"))
        newsroom.put("/b", page("x"))
        async with client_of(HERE) as client:
            for _ in range(2):
                await client.fetch(newsroom.url + "/a")
        assert [each.headers.get("cookie") for each in newsroom.requests] == [None, "seen=1", None, "seen=1"]

    async def test_a_request_tells_who_asks_and_nothing_more(self, newsroom):
        async with client_of(HERE.model_copy(update={"contact": "desk@paper.example"})) as client:
            await client.fetch(newsroom.put("/", page("x")))
        [asked] = newsroom.requests
        assert set(asked.headers) == {"host", "user-agent", "accept", "accept-encoding"}
        assert "desk@paper.example" in asked.headers["user-agent"]

    @pytest.mark.parametrize(
        ("case", "known", "url", "kept"),
        [
            ("another path", "https://me:x@a.example/1", "https://a.example/2", "https://me:x@a.example/2"),
            ("a safer way", "http://me:x@a.example/1", "https://a.example/2", "https://me:x@a.example/2"),
            ("a less safe way", "https://me:x@a.example/1", "http://a.example/2", "http://a.example/2"),
            ("another host", "https://me:x@a.example/1", "https://b.example/2", "https://b.example/2"),
            ("another port", "https://me:x@a.example/1", "https://a.example:8443/2", "https://a.example:8443/2"),
            ("none to keep", "https://a.example/1", "https://a.example/2", "https://a.example/2"),
        ],
    )
    def test_a_source_that_moves_keeps_its_credentials_where_they_are_safe(self, case, known, url, kept):
        assert with_credentials_of(known, url) == kept


SECRET = "hunter2"


class TestSecrets:
    """No password and no token of a feed stands in a log, an error, an outcome or an export."""

    @pytest.mark.parametrize(
        "url",
        [
            f"https://me:{SECRET}@a.example/feed", f"https://{SECRET}@a.example/feed", f"https://a.example/feed?token={SECRET}",
            f"https://a.example/feed?page=2&api_key={SECRET}#x", f"https://a.example/feed?user=me&pwd={SECRET}",
            f"https://a.example/feed#{SECRET}", f"https://a.example/feed?X-Amz-Signature={SECRET}",
            f"https://a.example/feed?u={SECRET}{'0a1b2c3d' * 3}", "https://a.example/?x=123e4567-e89b-12d3-a456-426614174000",
        ],
    )  # fmt: skip
    def test_addresses_are_shown_without(self, url):
        assert SECRET not in redact(url)
        assert "123e4567" not in redact(url)
        assert redact(url).startswith("https://")

    @pytest.mark.parametrize(
        "url", ["https://a.example/f?page=2&id=2026-03-02", "https://a.example/?title=some-6700-containers-of-shells"]
    )
    def test_what_is_no_secret_is_shown(self, url):
        assert redact(url) == url

    @pytest.mark.parametrize(
        ("case", "situation"),
        [
            ("refused", lambda asked: Answer(403)), ("broken", lambda asked: Answer(500)), ("gone", lambda asked: Answer(410)),
            ("a circle", lambda asked: Answer(302, b"", {"Location": asked.path})), ("no feed", page("<html><body>x</body></html>")),
            ("a bomb", gzip_bomb(20)), ("cut off", truncated(b"x" * 1_000)), ("unknown packing", page("x", content_encoding="br")),
            ("inside", redirects_to(f"http://me:{SECRET}@10.0.0.1/?token={SECRET}")), ("nothing", slow(b"x" * 99, 0.2)),
            ("elsewhere", redirects_to(f"http://me:{SECRET}@127.0.0.1:9/?token={SECRET}", 301)), ("a good one", feed([item("/a", "A")])),
        ],
    )  # fmt: skip
    def test_however_a_poll_ends_the_database_and_the_log_keep_the_secret(
        self, case, situation, newsroom, database, execute, capfd, caplog
    ):
        caplog.set_level("DEBUG")
        newsroom.put(f"/feed.xml?token={SECRET}", situation)
        url = newsroom.url.replace("//", f"//me:{SECRET}@") + f"/feed.xml?token={SECRET}"
        fast = HERE.model_copy(update={"timeout_seconds": 0.5})
        settings = Settings.model_validate({"sources": [{"url": url}], "fetch": fast.model_dump()})

        async def go(now):
            with database.transaction() as tx:
                sources.keep(tx, settings, now)
            async with client_of(settings.fetch) as client:
                polled = await sources.poll_all(database, client, settings, now, 10)
                return polled, await fetch.fetch_all(database, client, settings.fetch, now, 10)

        said = ""
        for day in range(6):
            execute("UPDATE host SET free_at = '2020-01-01'; UPDATE flight SET until = '2020-01-01'")
            said += str(asyncio.run(go(NOON + timedelta(days=4 * day))))
        with database.transaction() as tx:
            rows = [
                [{key: value for key, value in row.items() if key not in {"url", "address"}} for row in tx.all("sources.all")],
                tx.all("sources.polls", id=1, limit=99), tx.all("sources.notices", source_id=None, limit=99),
                tx._connection.execute("SELECT * FROM entry").fetchall(), tx._connection.execute("SELECT * FROM page").fetchall(),
                tx._connection.execute("SELECT * FROM host").fetchall(), tx._connection.execute("SELECT * FROM robots").fetchall(),
            ]  # fmt: skip
        assert len(rows[1]) >= 1, case
        seen = capfd.readouterr()
        for text in (said, str(rows), caplog.text, seen.out, seen.err):
            assert SECRET not in text
