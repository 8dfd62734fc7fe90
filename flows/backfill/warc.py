"""WARC files, versions 1.0 and 1.1: a unit a file, the position is the byte at which the next record starts.

Read with warcio, record by record, in flat memory: of no record more is read than a page may hold. Files on this machine, in
a folder, or behind an address that gives pieces (Range); lists of paths as Common Crawl has them; and "cc-news", which names
the lists of every month of the dates. What is damaged is counted, and reading goes on at the next record that can be found.
"""

import base64
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urljoin, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataException, ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from extractors.article.urls import is_web_url
from flows.articles import PLAIN
from flows.backfill.jsonl import size_of
from flows.backfill.online import Online, Response
from flows.backfill.shapes import HTML_TYPES, Archive, Document, LeftOut, Step, Tools, Unit, Wanted
from flows.backfill.wanted import OTHER_DATE, OTHER_HOST, OTHER_TYPE, moved, of_hosts, too_early_or_late
from flows.settings import BackfillSettings
from schemas.errors import FetchError, OperationError, UsageError
from schemas.outcomes import FetchOutcome

ONLINE = False

CC_NEWS = "cc-news"

#: Bytes of one record that are read, packed and unpacked: no page of a newspaper has a tenth of that.
MAX_RECORD_BYTES = 10_000_000
#: A line of a record's head.
MAX_LINE_BYTES = 64 * 1024
#: Bytes unpacked at once: a bomb of one to a thousand stays under 64 MB.
BLOCK_BYTES = 64 * 1024
#: Bytes of a file on the network that one request brings. 128 requests for a file of CC-NEWS: at the polite rate they take
#: longer than the bytes.
PIECE_BYTES = 8 * 1024 * 1024
#: Bytes of a list of paths: CC-NEWS lists 500 files a month.
MAX_LIST_BYTES = 50_000_000
#: A file of CC-NEWS holds about an hour, and in the years of few files a part of a day.
LONGEST_FILE = timedelta(days=1)
#: Bytes that are searched for the next record after a damaged one, at once.
SEARCH_BYTES = 1024 * 1024

NO_ANSWER = "left out: the server had answered with no page"
REVISIT = "left out: a repeated page without its content"
NO_ADDRESS = "left out: a record without an address"
TOO_LARGE = "left out: a record larger than any page"
WRONG_DIGEST = "damaged: its digest is another"
CUT = "damaged: ends within a record"
BROKEN = "damaged: bytes that are no record"
CHUNKS = "mended: sent as chunks that are none"
ENCODED = "damaged: packed in a way that cannot be undone"
NOT_WARC = "unreadable: no WARC file"

_LIST = re.compile(r"\.paths(?:\.gz)?$")
_WARC = re.compile(r"\.warc(?:\.gz)?$")
_STAMP = re.compile(r"CC-NEWS-(\d{14})-")
_GZIP = b"\x1f\x8b\x08"


class _Damaged(Exception):
    """Bytes that cannot be unpacked."""


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio has no types
    """warcio's reader, but for lines without end and for damage, which it would take for the end of the file."""

    packed = False
    decompressor: Any

    def readline(self, length: int | None = None) -> bytes:
        """A line, or as much of it as a head may hold."""
        return cast(bytes, super().readline(min(length or MAX_LINE_BYTES, MAX_LINE_BYTES)))

    def _decompress(self, data: bytes) -> bytes:
        if not self.decompressor or not data:
            return data
        try:
            unpacked = cast(bytes, self.decompressor.decompress(data))
            self.packed = True
            return unpacked
        except zlib.error as error:
            if self.packed:
                raise _Damaged(str(error)) from error
            self.decompressor = None
            return data


class _Records(ArchiveIterator):  # type: ignore[misc]
    """warcio's iterator without its own parsing of HTTP, and silent."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, no_record_parse=True, block_size=BLOCK_BYTES)
        self.reader = _Reader(self.fh, block_size=BLOCK_BYTES)

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        empty = 0
        while line := self.reader.readline():
            if line.strip():
                return line, empty
            empty += len(line)
        return None, empty


def plan(asked: Archive, settings: BackfillSettings) -> Iterator[Unit]:
    """A unit for each file, and one for each list of files.

    Raises:
        UsageError: when one is not there, or "cc-news" is asked for without dates.
    """
    for name in asked.named:
        if name.lower() == CC_NEWS:
            yield from _months(asked.wanted, settings)
        elif is_web_url(name):
            path = urlsplit(name).path
            yield Unit(kind="paths" if _LIST.search(path) else "warc", source=name)
        else:
            yield from _local(Path(name))


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The documents of a file, from a position on."""
    wanted = tools.wanted
    with _open(unit.source, tools.online) as (stream, size):
        if not position and not _looks_like_warc(stream):
            yield Step(found=LeftOut(NOT_WARC, f"{unit.source}: no WARC file"), position="end", passed=size, size=size)
            return
        if position == "end":
            return
        base, _, within = position.removeprefix("z").partition("+")
        if not within:
            try:
                yield from _from(stream, int(base or 0), size, wanted, "", unit.source)
                return
            except _PackedTogether as found:
                base = str(found.at)
        # Several records are packed as one: nothing can be looked up in them, so they are unpacked up to the position.
        stream.seek(int(base))
        with gzip.GzipFile(fileobj=stream) as unpacked:
            yield from _from(cast(IO[bytes], unpacked), int(within or 0), size, wanted, f"z{base}+", unit.source)


class _PackedTogether(Exception):
    def __init__(self, at: int) -> None:
        self.at = at  #: where the gzip member begins that holds several records


def _from(stream: IO[bytes], at: int, size: int, wanted: Wanted, mark: str, name: str) -> Iterator[Step]:
    """Records from a byte on; after damage, from the next record that is found."""

    def step(found: Document | LeftOut | None, at: int, also: tuple[str, ...] = ()) -> Step:
        if isinstance(found, LeftOut) and found.outcome.startswith("damaged"):
            found = LeftOut(found.outcome, f"{name}, before byte {at}: {found.outcome.removeprefix('damaged: ')}")
        return Step(found=found, position=f"{mark}{at}", passed=min(at, size) if not mark else 0, size=size, also=also)

    while True:
        try:
            stream.seek(at)
            records = _Records(stream)
            for record in records:
                got = _read(record, wanted)
                records.read_to_end()
                if not mark and records.next_line is not None and records.reader.decompressor is not None:
                    raise _PackedTogether(at)
                if record.raw_stream.limit > 0:
                    got = _Got(found=LeftOut(CUT))
                at = records.offset
                yield step(got.found, at, got.also)
            return
        except (ArchiveLoadFailed, _Damaged, EOFError, zlib.error, gzip.BadGzipFile, ValueError, AttributeError, IndexError):
            pass  # strangers' bytes in a library that expects well-formed ones
        if mark:
            yield step(LeftOut(CUT), at)
            return
        at = _next_record(stream, at + 1)
        yield step(LeftOut(BROKEN if at < size else CUT), at)
        if at >= size:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    found: Document | LeftOut | None = None
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class _Http:
    """An HTTP message as it was recorded."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    start: int = 0  #: of the body


def _read(record: Any, wanted: Wanted) -> _Got:
    """What one record holds."""
    head = record.rec_headers
    kind = record.rec_type
    if kind == "revisit":
        return _Got(found=LeftOut(REVISIT))
    if kind not in {"response", "resource", "conversion"}:
        return _Got()
    url = (head.get_header("WARC-Target-URI") or "").strip("<> ")
    if not is_web_url(url):
        return _Got() if url.startswith(("dns:", "metadata:", "urn:")) else _Got(found=LeftOut(NO_ADDRESS))
    taken = _moment(head.get_header("WARC-Date"))
    if not of_hosts(url, wanted.hosts):
        return _Got(found=LeftOut(OTHER_HOST))
    if too_early_or_late(None, taken, wanted):
        return _Got(found=LeftOut(OTHER_DATE))
    said_type = (head.get_header("Content-Type") or "").strip()
    if kind != "response" and _bare(said_type) not in HTML_TYPES | {"text/plain"}:
        return _Got(found=LeftOut(OTHER_TYPE))
    raw = record.raw_stream.read(MAX_RECORD_BYTES + 1)
    http = _http(raw) if kind == "response" else _Http(headers={"content-type": said_type})
    if http is None:
        return _Got(found=LeftOut(NO_ANSWER))
    if http.status != 200:
        return _Got(found=LeftOut(NO_ANSWER))
    content_type = http.headers.get("content-type", "")
    if _bare(content_type) not in HTML_TYPES and not (kind != "response" and _bare(content_type) == "text/plain"):
        return _Got(found=LeftOut(OTHER_TYPE))
    if len(raw) > MAX_RECORD_BYTES:
        return _Got(found=LeftOut(TOO_LARGE))
    payload = raw[http.start :]
    if not _digest_is_right(head.get_header("WARC-Payload-Digest"), payload) or not _digest_is_right(
        head.get_header("WARC-Block-Digest"), raw
    ):
        return _Got(found=LeftOut(WRONG_DIGEST))
    body, also = _decoded(payload, http.headers)
    if body is None:
        return _Got(found=LeftOut(also))
    document = Document(
        url=url,
        body=body,
        content_type=PLAIN if _bare(content_type) == "text/plain" else content_type,
        fetched_at=taken,
    )
    return _Got(found=document, also=(also,) if also else ())


def _http(raw: bytes) -> _Http | None:
    stream = io.BytesIO(raw[: 4 * MAX_LINE_BYTES])
    try:
        parsed = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0"], verify=False).parse(stream)
        status = int(parsed.statusline.split(None, 1)[0])
    except (StatusAndHeadersParserException, EOFError, ValueError, IndexError):
        return None
    headers = {name.lower(): value for name, value in reversed(parsed.headers)}
    return _Http(status=status, headers=headers, start=stream.tell())


def _decoded(payload: bytes, headers: dict[str, str]) -> tuple[bytes | None, str]:
    """The page as the server meant it, and what had to be mended; None where it cannot be, with the outcome."""
    mended = ""
    if headers.get("transfer-encoding", "").strip().lower() == "chunked":
        try:
            payload = _all_of(ChunkedDataReader(io.BytesIO(payload), raise_exceptions=True, decomp_type=None))
        except (ChunkedDataException, AssertionError):
            mended = CHUNKS  # as it stands: archives keep the header of what they have put together already
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return payload, mended
    if encoding in {"gzip", "x-gzip", "deflate"}:
        if encoding != "deflate" and not payload.startswith(_GZIP):
            return payload, mended  # unpacked by the crawler, which left the header
        body = _inflated(payload, -15 if encoding == "deflate" and payload[:1] and (payload[0] & 0x0F) != 8 else 47)
        if body is None:
            return None, ENCODED
        return (None, TOO_LARGE) if len(body) > MAX_RECORD_BYTES else (body, mended)
    if payload[:512].lstrip()[:1] == b"<":
        return payload, mended
    return None, ENCODED


def _inflated(payload: bytes, wbits: int) -> bytes | None:
    inflate = zlib.decompressobj(wbits=wbits)
    try:
        return inflate.decompress(payload, MAX_RECORD_BYTES + 1)
    except zlib.error:
        return None


def _all_of(stream: BufferedReader) -> bytes:
    return cast(bytes, stream.read(MAX_RECORD_BYTES + 1))


def _digest_is_right(said: str | None, content: bytes) -> bool:
    """Does a digest that a record names fit its bytes? One that is not understood says nothing."""
    name, _, value = (said or "").partition(":")
    name, value = name.strip().lower().replace("-", ""), value.strip()
    if not value or name not in {"sha1", "sha256", "sha512", "md5"}:
        return True
    digest = hashlib.new(name, content, usedforsecurity=False).digest()
    if value.upper().rstrip("=") == base64.b32encode(digest).decode("ascii").rstrip("="):
        return True
    return value.lower() == digest.hex()


def _moment(written: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((written or "").strip())
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _looks_like_warc(stream: IO[bytes]) -> bool:
    stream.seek(0)
    head = stream.read(BLOCK_BYTES)
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 64)
        except zlib.error:
            return True  # a damaged one
    return not head or head.lstrip().startswith(b"WARC/")


def _next_record(stream: IO[bytes], at: int) -> int:
    """Where the next record starts, or the end of the file: a gzip member's head, or the first line of a plain record."""
    stream.seek(at)
    kept = b""
    while piece := stream.read(SEARCH_BYTES):
        piece = kept + piece
        for found in re.finditer(rb"\x1f\x8b\x08[\x00-\x1f]|WARC/[01]\.\d+\r?\n", piece):
            start = at + found.start()
            if found[0].startswith(b"WARC") or _opens_record(piece[found.start() :]):
                return start
        at += max(0, len(piece) - 16)
        kept = piece[-16:] if len(piece) > 16 else piece
        if len(piece) <= 16:
            at += len(piece)
            break
    return stream.seek(0, io.SEEK_END)


def _opens_record(packed: bytes) -> bool:
    """Do these bytes unpack to the beginning of a record?"""
    try:
        head = zlib.decompressobj(wbits=31).decompress(packed[:512], 5)
    except zlib.error:
        return False
    return b"WARC/".startswith(head)


# Where files are.


@contextmanager
def _open(source: str, online: Online) -> Iterator[tuple[IO[bytes], int]]:
    if is_web_url(source):
        remote = _Remote(source, online)
        yield cast(IO[bytes], remote), remote.size
        return
    size = size_of(Path(source))
    with Path(source).open("rb") as stream:
        yield stream, size


class _Remote(io.RawIOBase):
    """A file behind an address, read in pieces."""

    def __init__(self, url: str, online: Online) -> None:
        self._url, self._online = url, online
        self._at, self._start, self._piece = 0, 0, b""
        self.size = self._fetch(0)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Anywhere; nothing is fetched for it."""
        self._at = offset + (self.size if whence == io.SEEK_END else self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes: what the piece at hand holds."""
        if self._at >= self.size:
            return b""
        if not self._start <= self._at < self._start + len(self._piece):
            self._fetch(self._at)
        here = self._at - self._start
        found = self._piece[here : None if size < 0 else here + size]
        self._at += len(found)
        return found

    def _fetch(self, start: int) -> int:
        answer: Response = self._online.ask(
            self._url, span=(start, start + PIECE_BYTES), max_bytes=PIECE_BYTES, cut=True, accept="*/*"
        )
        said = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("content-range", "").strip())
        if answer.status == 200 and start == 0 and len(answer.body) < PIECE_BYTES:
            self._start, self._piece = 0, answer.body
            return len(answer.body)
        if answer.status == 200:
            raise OperationError(f"{self._url}: the server gives no pieces of it", mend="download it, and name the file")
        if answer.status != 206 or said is None or int(said[1]) != start or not answer.body:
            raise FetchError(f"{self._url}: status {answer.status}", outcome=FetchOutcome.HTTP_ERROR)
        self._start, self._piece = start, answer.body
        return int(said[2])


def _local(path: Path) -> Iterator[Unit]:
    if path.is_dir():
        files = sorted((file for file in path.rglob("*.warc*") if _WARC.search(file.name) and file.is_file()), key=str)
        if not files:
            raise UsageError(f"{path}: holds no .warc or .warc.gz file", mend="name a folder that does")
        for file in files:
            yield Unit(kind="warc", source=str(file.resolve()), size=size_of(file))
        return
    size = size_of(path)
    if _LIST.search(path.name):
        yield Unit(kind="paths", source=str(path.resolve()))
        return
    yield Unit(kind="warc", source=str(path.resolve()), size=size)


def months(since: datetime, until: datetime) -> list[tuple[int, int]]:
    """Every month that a range touches, whatever the day it begins on."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return [(month // 12, month % 12 + 1) for month in range(first, last + 1)]


def _months(wanted: Wanted, settings: BackfillSettings) -> Iterator[Unit]:
    if wanted.since is None or wanted.until is None:
        raise UsageError("cc-news needs dates: it holds some 30 files a day", mend="add --since 2024-01-01 --until 2024-01-31")
    root = settings.commoncrawl_url.rstrip("/") + "/"
    for year, month in months(moved(wanted.since, -LONGEST_FILE), moved(wanted.until, -timedelta(seconds=1))):
        yield Unit(kind="paths", source=f"{root}crawl-data/CC-NEWS/{year}/{month:02}/warc.paths.gz", payload={"root": root})


def in_dates(files: Sequence[str], wanted: Wanted) -> list[str]:
    """Those files of a list of CC-NEWS that may hold pages fetched within the dates; and all whose names say nothing.

    A name says when the file's first page was fetched. It ends where the next begins; the last of a month in the month after.
    """
    begun = {path: when for path in files if (when := _begun(path)) is not None}
    starts = sorted(set(begun.values()))
    ends = dict(zip(starts, [*starts[1:], *(moved(when, LONGEST_FILE) for when in starts[-1:])], strict=True))

    def may_hold(path: str) -> bool:
        if path not in begun:
            return True
        first, end = begun[path], ends[begun[path]]
        return (wanted.since is None or end >= wanted.since) and (wanted.until is None or first < wanted.until)

    return [path for path in files if may_hold(path)]


def _begun(path: str) -> datetime | None:
    found = _STAMP.search(path)
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def paths(text: str, root: str) -> list[str]:
    """The files that a list names, as addresses or paths."""
    return [urljoin(root, line.strip()) for line in text.splitlines() if _WARC.search(line.strip())]
