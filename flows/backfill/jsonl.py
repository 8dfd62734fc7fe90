"""JSON lines: a unit a file, the position is the byte at which the next line starts, and the lines before it.

Gzipped files are unpacked on the way, and their position counts unpacked bytes.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from flows import archive
from flows.articles import PLAIN
from flows.backfill.shapes import Archive, Document, LeftOut, Step, Tools, Unit
from flows.settings import BackfillSettings
from schemas.errors import UsageError

ONLINE = False

#: Longer lines are no article.
MAX_LINE_BYTES = 20_000_000

TOO_LONG = "left out: a line that is too long"
CUT = "unreadable: a gzipped file that ends too early or is damaged"


def plan(asked: Archive, _: BackfillSettings) -> Iterator[Unit]:
    """A unit for each file.

    Raises:
        UsageError: when one is not there or cannot be read.
    """
    for name in asked.named:
        path = Path(name)
        if path.is_dir():
            raise UsageError(f"{path}: is a folder", mend="name its files: figurewatch backfill jsonl FOLDER/*.jsonl")
        yield Unit(kind="jsonl", source=str(path.resolve()), size=size_of(path))


def size_of(path: Path) -> int:
    """Bytes of a file that can be read.

    Raises:
        UsageError: it cannot.
    """
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}", mend="name a readable file or folder") from None


def read(unit: Unit, position: str, _: Tools) -> Iterator[Step]:
    """The documents of a file, from a position on."""
    at, number = (int(part) for part in (position or "0 0").split())
    path = Path(unit.source)
    with _open(path) as lines:
        try:
            lines.seek(at)
            while line := lines.readline(MAX_LINE_BYTES):
                at, number = at + len(line), number + 1
                place = f"{path.name}, line {number}"
                found: Document | LeftOut | None = None
                if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                    at += _skip(lines)
                    found = LeftOut(TOO_LONG, f"{place}: too long")
                elif line.strip():
                    found = _found(line, place)
                yield Step(found=found, position=f"{at} {number}", passed=at)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield Step(found=LeftOut(CUT, f"{path.name}, after line {number}: {error}"), position=f"{at} {number}", passed=at)


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


def _skip(lines: IO[bytes]) -> int:
    skipped = 0
    while piece := lines.readline(MAX_LINE_BYTES):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _found(line: bytes, place: str) -> Document | LeftOut:
    found = archive.of_line(line, place)
    if isinstance(found, archive.Unreadable):
        return LeftOut(f"unreadable: {found.reason.partition(':')[0]}", f"{place}: {found.reason}")
    return of_archive(found)


def of_archive(found: archive.Document) -> Document:
    """A document of flows/archive.py, as bytes."""
    return Document(
        url=found.url,
        body=(found.text or found.html).encode("utf-8", "surrogatepass"),
        content_type=PLAIN if found.text else "text/html; charset=utf-8",
        fetched_at=found.fetched_at,
        title=found.title,
        outlet=found.outlet,
        published_at=found.published_at,
        authors=found.authors,
        language=found.language,
    )
