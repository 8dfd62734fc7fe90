"""A folder of HTML, text and mail files: a unit a folder, the position is the last file that was read.

Files are read in the order of their names, so one that is added between two runs is read when it comes after the position.
"""

from collections.abc import Iterator
from pathlib import Path

from flows import archive
from flows.backfill.jsonl import of_archive
from flows.backfill.shapes import Archive, Document, LeftOut, Step, Tools, Unit
from flows.settings import BackfillSettings
from schemas.errors import UsageError

ONLINE = False


def plan(asked: Archive, _: BackfillSettings) -> Iterator[Unit]:
    """A unit for each folder; a file by itself is one, too.

    Raises:
        UsageError: when one is not there.
    """
    for name in asked.named:
        path = Path(name)
        if not path.exists():
            raise UsageError(f"{path}: no such file or directory", mend="name a readable file or folder")
        yield Unit(kind="folder", source=str(path.resolve()), size=len(_files(path)))


def read(unit: Unit, position: str, _: Tools) -> Iterator[Step]:
    """The documents of a folder, from a position on."""
    files = _files(Path(unit.source))
    for number, file in enumerate(files, 1):
        name = str(file)
        if position and name <= position:
            continue
        found = archive.of_file(file)
        step: Document | LeftOut
        if isinstance(found, archive.Unreadable):
            step = LeftOut(f"unreadable: {found.reason.partition(':')[0]}", f"{found.place}: {found.reason}")
        else:
            step = of_archive(found)
        yield Step(found=step, position=name, passed=number, size=len(files))


def _files(path: Path) -> list[Path]:
    """In the order that positions are compared in."""
    if path.is_file():
        return [path]
    return sorted((file for file in path.rglob("*") if file.suffix.lower() in archive.ENDINGS and file.is_file()), key=str)
