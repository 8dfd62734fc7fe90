"""WARC files: what a record gives, and every way in which strangers' files are broken."""

import gzip
import zlib
from collections import Counter
from datetime import UTC, datetime

import pytest
from backfills import FIRST, NOW, page, record, report, warc
from newsroom import Answer, Newsroom

from flows.backfill import paths
from flows.backfill import warc as module
from flows.backfill.online import Online
from flows.backfill.shapes import Archive, Document, LeftOut, Tools, Unit, Wanted
from flows.settings import BackfillSettings, Settings
from schemas.errors import OperationError, UsageError

URL = "https://paper.example/story"
PAGE = page(report(1)).encode()


def tools(online=None, **wanted):
    return Tools(online=online, database=None, settings=BackfillSettings(), wanted=Wanted(**wanted), now=NOW)


def steps(path, position="", **wanted):
    return list(module.read(Unit(kind="warc", source=str(path)), position, tools(**wanted)))


def outcomes(path, **wanted):
    """What stands in a file: documents and outcomes, counted."""
    found = Counter()
    for step in steps(path, **wanted):
        if step.found is not None:
            found["documents" if isinstance(step.found, Document) else step.found.outcome] += 1
        found.update(step.also)
    return dict(found)


def packed(*records):
    return b"".join(gzip.compress(each, 1) for each in records)


def chunked(body):
    pieces = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in [*pieces, b""])


HTML = "Content-Type: text/html"
GOOD = record(URL, PAGE)
OTHER = record(URL + "-2", PAGE)
HUGE = record(URL, b"<html>" + b"x" * 20_000_000)

FILES = [
    ("records packed one by one", packed(GOOD, OTHER), {"documents": 2}),
    ("plain records", GOOD + OTHER, {"documents": 2}),
    ("version 1.1", record(URL, PAGE, version="1.1"), {"documents": 1}),
    ("a file packed as a whole", gzip.compress(GOOD + OTHER + record(URL + "-3", PAGE)), {"documents": 3}),
    ("an empty file", b"", {}),
    ("no WARC file", b"PK\x03\x04 a zip archive", {"unreadable: no WARC file": 1}),
    ("a file that ends within a packed record", packed(GOOD, OTHER)[:-200],
     {"documents": 1, "damaged: ends within a record": 1}),
    ("a file that ends within a plain record", (GOOD + OTHER)[:-300], {"documents": 1, "damaged: ends within a record": 1}),
    ("a file that ends within a record's head", GOOD + OTHER[:60], {"documents": 1, "damaged: ends within a record": 1}),
    (
        "damage in the middle, after which reading goes on",
        packed(GOOD) + packed(OTHER)[:100] + b"\xff" * 100 + packed(OTHER)[200:] + packed(record(URL + "-3", PAGE)),
        {"documents": 2, "damaged: bytes that are no record": 1},
    ),
    ("bytes of something else between records", GOOD + b"rubbish\n" * 40 + OTHER,
     {"documents": 2, "damaged: bytes that are no record": 1}),
    ("a wrong digest", packed(record(URL, PAGE, digest="sha1:" + "A" * 32), OTHER),
     {"documents": 1, "damaged: its digest is another": 1}),
    ("a digest in hexadecimal", record(URL, b"<p>a</p>", digest="sha1:b4ed65a90ecfc8b8e6a1d1b3ee0e2a9ab1b2f7d9"),
     {"damaged: its digest is another": 1}),
    ("a digest of an unknown kind", record(URL, PAGE, digest="xxh3:abc"), {"documents": 1}),
    ("a record far larger than any page", packed(HUGE, GOOD), {"documents": 1, "left out: a record larger than any page": 1}),
    ("a bomb", record(URL, gzip.compress(b"\0" * 50_000_000), headers=HTML + "\r\nContent-Encoding: gzip"),
     {"left out: a record larger than any page": 1}),
    ("a page sent in chunks", record(URL, chunked(PAGE), headers=HTML + "\r\nTransfer-Encoding: chunked"), {"documents": 1}),
    (
        "a page said to be in chunks that is none",
        record(URL, PAGE, headers=HTML + "\r\nTransfer-Encoding: chunked"),
        {"documents": 1, "mended: sent as chunks that are none": 1},
    ),
    ("a packed page", record(URL, gzip.compress(PAGE), headers=HTML + "\r\nContent-Encoding: gzip"), {"documents": 1}),
    ("a page unpacked by its crawler", record(URL, PAGE, headers=HTML + "\r\nContent-Encoding: gzip"), {"documents": 1}),
    ("a bare deflate", record(URL, zlib.compress(PAGE)[2:-4], headers=HTML + "\r\nContent-Encoding: deflate"),
     {"documents": 1}),
    (
        "a page packed in a way that is not known",
        record(URL, b"\x0b\x02\x80 brotli", headers=HTML + "\r\nContent-Encoding: br"),
        {"damaged: packed in a way that cannot be undone": 1},
    ),
    ("a picture", record(URL, b"GIF89a", headers="Content-Type: image/gif"), {"left out: neither HTML nor text": 1}),
    ("a redirect", record(URL, b"", status="301 Moved"), {"left out: the server had answered with no page": 1}),
    ("an answer that is no HTTP", record(URL, b"\x00\x01", status="\r\n\r\nnonsense"),
     {"left out: the server had answered with no page": 1}),
    ("a repeated page", record(URL, b"", kind="revisit"), {"left out: a repeated page without its content": 1}),
    ("a request", record(URL, b"GET / HTTP/1.1\r\n\r\n", kind="request"), {}),
    ("a file's head", record("urn:x", b"software: x", kind="warcinfo"), {}),
    ("a text put together by a crawler", record(URL, b"Plain words.", kind="conversion", headers="Content-Type: text/plain"),
     {"documents": 1}),
    ("a resource", record(URL, PAGE, kind="resource", headers="Content-Type: text/html"), {"documents": 1}),
    ("a length that is none", GOOD.replace(b"Content-Length: ", b"Content-Length: x") + OTHER,
     {"documents": 1, "left out: the server had answered with no page": 1, "damaged: bytes that are no record": 1}),
    ("an address that is none", record("paper.example", PAGE), {"left out: a record without an address": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_what_stands_in_a_file_is_a_document_or_a_counted_outcome(tmp_path, content, expected):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)
    assert outcomes(path) == expected


def test_a_record_gives_the_page_and_the_time_at_which_it_was_taken(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(packed(record(f"<{URL}>", chunked(PAGE), headers=HTML + "; charset=utf-8\r\nTransfer-Encoding: chunked")))
    [step] = steps(path)
    assert step.found == Document(url=URL, body=PAGE, content_type="text/html; charset=utf-8", fetched_at=FIRST)


@pytest.mark.parametrize("gzipped", [True, False], ids=["packed", "plain"])
def test_from_every_position_the_rest_is_read_and_nothing_twice(tmp_path, gzipped):
    path = warc(tmp_path / "a.warc.gz", range(6), gzipped=gzipped)
    whole = steps(path)
    assert [step.found.url for step in whole] == [report(n)["url"] for n in range(6)]
    for number, step in enumerate(whole, 1):
        assert [each.found.url for each in steps(path, step.position)] == [report(n)["url"] for n in range(number, 6)]
    assert whole[-1].passed == whole[-1].size == path.stat().st_size


def test_from_every_position_of_a_file_packed_as_a_whole_too(tmp_path):
    path = tmp_path / "a.warc.gz"
    one, rest = (
        warc(tmp_path / name, numbers, gzipped=False).read_bytes() for name, numbers in (("b", [0]), ("c", range(1, 4)))
    )
    path.write_bytes(gzip.compress(one) + gzip.compress(rest))
    whole = steps(path)
    assert [step.found.url for step in whole] == [report(n)["url"] for n in range(4)]
    for number, step in enumerate(whole, 1):
        assert [each.found.url for each in steps(path, step.position)] == [report(n)["url"] for n in range(number, 4)]


@pytest.mark.parametrize("size", [1, 40, 300, 1_000, 2_500])
def test_wherever_a_file_is_cut_off_reading_ends(tmp_path, size):
    for gzipped in (True, False):
        path = warc(tmp_path / "a.warc.gz", range(3), gzipped=gzipped)
        path.write_bytes(path.read_bytes()[:-size])
        assert sum(outcomes(path).values()) <= 4


def test_what_is_not_wanted_is_left_out_before_its_page_is_unpacked(tmp_path):
    path = warc(tmp_path / "a.warc.gz", range(4))
    assert outcomes(path, hosts=("vellin.example",)) == {"documents": 1, "left out: of another host": 3}
    assert outcomes(path, since=datetime(2024, 1, 4, tzinfo=UTC)) == {"documents": 2, "left out: outside the dates": 2}


MONTHS = [
    ("within one month", "2024-02-03", "2024-02-05", [(2024, 2)]),
    ("from the end of a month to the beginning of the next", "2024-01-20", "2024-02-10", [(2024, 1), (2024, 2)]),
    ("from a 31st over months that have none", "2024-01-31", "2024-04-15", [(2024, 1), (2024, 2), (2024, 3), (2024, 4)]),
    ("over the turn of a year", "2023-11-30", "2024-01-01", [(2023, 11), (2023, 12), (2024, 1)]),
]


@pytest.mark.parametrize(("since", "until", "expected"), [case[1:] for case in MONTHS], ids=[case[0] for case in MONTHS])
def test_every_month_of_a_range_is_listed(since, until, expected):
    dates = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, until))
    assert module.months(*dates) == expected


PLANNED = [
    ("a month, and the one before, whose last file reaches into it", "2024-01-01", "2024-02-01", ["2023/12", "2024/01"]),
    ("days in the middle of a month", "2024-01-02", "2024-02-01", ["2024/01"]),
    ("every month between", "2024-01-31", "2024-03-02", ["2024/01", "2024/02", "2024/03"]),
]


@pytest.mark.parametrize(("since", "until", "expected"), [case[1:] for case in PLANNED], ids=[case[0] for case in PLANNED])
def test_of_cc_news_the_lists_of_these_months_are_read(since, until, expected):
    first, after = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, until))
    units = module.plan(Archive(kind="warc", named=("cc-news",), wanted=Wanted(since=first, until=after)), BackfillSettings())
    root = "https://data.commoncrawl.org/crawl-data/CC-NEWS"
    assert [unit.source for unit in units] == [f"{root}/{month}/warc.paths.gz" for month in expected]


def cc_news(*stamps):
    return [f"crawl-data/CC-NEWS/CC-NEWS-{stamp}-00001.warc.gz" for stamp in stamps]


FILES_OF_DATES = [
    ("one that began the evening before", ["20240131233000", "20240201003000"], ["20240131233000", "20240201003000"]),
    ("not one that ended before", ["20240131213000", "20240131233000", "20240201003000"], ["20240131233000", "20240201003000"]),
    ("the last of its list, which may reach into the next month", ["20240130120000", "20240131120000"], ["20240131120000"]),
    ("not one that begins after", ["20240202120000", "20240203000000"], ["20240202120000"]),
]


@pytest.mark.parametrize(
    ("listed", "expected"), [case[1:] for case in FILES_OF_DATES], ids=[case[0] for case in FILES_OF_DATES]
)
def test_those_files_are_read_that_may_hold_pages_of_the_dates(listed, expected):
    wanted = Wanted(since=datetime(2024, 2, 1, tzinfo=UTC), until=datetime(2024, 2, 3, tzinfo=UTC))
    unnamed = ["crawl-data/other.warc.gz"]
    assert module.in_dates(cc_news(*listed) + unnamed, wanted) == cc_news(*expected) + unnamed


def test_cc_news_without_dates_is_refused():
    with pytest.raises(UsageError, match="needs dates"):
        list(module.plan(Archive(kind="warc", named=("CC-NEWS",)), BackfillSettings()))


def test_a_folder_without_warc_files_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no"):
        list(module.plan(Archive(kind="warc", named=(str(tmp_path),)), BackfillSettings()))


class TestOnTheNetwork:
    """Files and lists behind addresses."""

    @pytest.fixture
    def online(self, database):
        settings = Settings.model_validate(
            {"fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"], "timeout_seconds": 5}}
        )
        with Online(database, settings) as opened:
            yield opened

    @pytest.fixture
    def newsroom(self):
        with Newsroom() as opened:
            yield opened

    def test_a_file_is_read_in_pieces(self, newsroom, online, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "PIECE_BYTES", 700)
        data = warc(tmp_path / "a.warc.gz", range(5)).read_bytes()
        url = newsroom.put("/a.warc.gz", in_pieces(data))
        found = list(module.read(Unit(kind="warc", source=url), "", tools(online)))
        assert [step.found.url for step in found] == [report(n)["url"] for n in range(5)]
        assert newsroom.asked("/a.warc.gz") >= len(data) // 700
        again = list(module.read(Unit(kind="warc", source=url), found[2].position, tools(online)))
        assert [step.found.url for step in again] == [report(n)["url"] for n in range(3, 5)]

    def test_a_small_file_of_a_server_that_gives_no_pieces_is_read_whole(self, newsroom, online, tmp_path):
        data = warc(tmp_path / "a.warc.gz", range(2)).read_bytes()
        url = newsroom.put("/a.warc.gz", lambda asked: Answer(200, data))
        assert len(list(module.read(Unit(kind="warc", source=url), "", tools(online)))) == 2

    def test_the_files_of_a_list_that_the_dates_allow_become_units(self, newsroom, online):
        listed = [f"crawl-data/CC-NEWS/2024/02/CC-NEWS-202402{day:02}120000-00001.warc.gz" for day in range(1, 6)]
        url = newsroom.put("/lists/warc.paths.gz", lambda asked: Answer(200, gzip.compress("\n".join(listed).encode())))
        wanted = {"since": datetime(2024, 2, 2, tzinfo=UTC), "until": datetime(2024, 2, 4, tzinfo=UTC)}
        unit = Unit(kind="paths", source=url, payload={"root": newsroom.url + "/"})
        [step] = paths.read(unit, "", tools(online, **wanted))
        assert [each.source for each in step.units] == [f"{newsroom.url}/{name}" for name in listed[:3]]
        assert Counter(step.also) == {"left out: a file outside the dates": 2}

    def test_a_list_that_ends_too_early_is_no_list(self, newsroom, online):
        whole = gzip.compress(b"CC-NEWS-20240201000000-00001.warc.gz\n" * 200)
        url = newsroom.put("/warc.paths.gz", lambda asked: Answer(200, whole[:-20]))
        with pytest.raises(OperationError, match="ends too early"):
            list(paths.read(Unit(kind="paths", source=url), "", tools(online)))

    def test_a_month_that_has_no_list_is_counted(self, newsroom, online):
        [step] = paths.read(Unit(kind="paths", source=newsroom.url + "/none.paths"), "", tools(online))
        assert step.found == LeftOut("not fetched: a list of files that is not there")


def in_pieces(data):
    """A server that honours Range."""

    def answer(asked):
        first, last = asked.headers["range"].removeprefix("bytes=").split("-")
        piece = data[int(first) : int(last) + 1]
        return Answer(206, piece, {"Content-Range": f"bytes {first}-{int(first) + len(piece) - 1}/{len(data)}"})

    return answer


def test_a_record_of_half_a_gigabyte_is_passed_over_in_flat_memory(tmp_path):
    import tracemalloc

    path = tmp_path / "a.warc.gz"
    head = (
        GOOD[: GOOD.index(b"Content-Length")]
        + b"Content-Length: 500000000\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    )
    with path.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as out:
        out.write(head)
        for _ in range(499):
            out.write(b" " * 1_000_000)
        out.write(b" " * (1_000_000 - (len(head) - head.index(b"HTTP"))) + b"\r\n\r\n")
    with path.open("ab") as file:
        file.write(packed(OTHER))
    tracemalloc.start()
    assert outcomes(path) == {"left out: a record larger than any page": 1, "documents": 1}
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_a_line_without_end_is_no_head(tmp_path):
    path = tmp_path / "a.warc"
    path.write_bytes(b"WARC/1.0\r\nX: " + b"y" * 3_000_000)
    assert sum(outcomes(path).values()) >= 1
