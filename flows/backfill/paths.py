"""Lists of WARC files, as Common Crawl publishes them: a unit a list; each file that the dates allow becomes a unit."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from extractors.article.urls import is_web_url
from flows.backfill import warc
from flows.backfill.shapes import LeftOut, Step, Tools, Unit
from schemas.errors import FetchError, OperationError
from schemas.outcomes import FetchOutcome

ONLINE = True

NO_LIST = "not fetched: a list of files that is not there"


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The files of a list."""
    if position:
        return
    body = _body(unit.source, tools)
    if body is None:
        yield Step(position="end", found=LeftOut(NO_LIST))
        return
    root = unit.payload.get("root") or (unit.source if is_web_url(unit.source) else str(Path(unit.source).parent) + "/")
    listed = warc.paths(_text(body, unit.source), root)
    files = warc.in_dates(listed, tools.wanted)
    yield Step(
        position="end",
        units=tuple(Unit(kind="warc", source=path) for path in files),
        also=("left out: a file outside the dates",) * (len(listed) - len(files)),
    )


def _body(source: str, tools: Tools) -> bytes | None:
    if not is_web_url(source):
        with Path(source).open("rb") as file:
            return file.read(warc.MAX_LIST_BYTES)
    answer = tools.online.ask(source, max_bytes=warc.MAX_LIST_BYTES, accept="*/*")
    if answer.status in {403, 404, 410}:  # Amazon's store says 403 for what is not there
        return None
    if answer.status != 200:
        raise FetchError(f"{source}: status {answer.status}", outcome=FetchOutcome.HTTP_ERROR)
    return answer.body


def _text(body: bytes, source: str) -> str:
    if body.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(wbits=31)
        try:
            body = unpack.decompress(body, warc.MAX_LIST_BYTES)
        except zlib.error as error:
            raise OperationError(f"{source}: a gzipped list that cannot be unpacked: {error}") from None
        if not unpack.eof:  # files would be passed over without a word
            raise OperationError(f"{source}: a gzipped list that ends too early", mend="fetch it again, then resume")
    return body.decode("utf-8", "replace")
