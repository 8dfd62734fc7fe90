"""The kinds of archives, and the module of each."""

from collections.abc import Iterator
from importlib import import_module
from typing import cast

from flows.backfill.shapes import Archive, Kind, Unit
from flows.settings import BackfillSettings

#: What a command may name; its module plans the first units.
ARCHIVES = ("jsonl", "folder", "warc", "feed", "sitemap", "wordpress", "wayback")

#: What units may be; most archives are one of these themselves.
KINDS = (*ARCHIVES, "paths", "pages", "captures")


def of(kind: str) -> Kind:
    """The module that reads units of a kind; imported when the first one is read."""
    assert kind in KINDS, kind
    return cast(Kind, import_module(f"flows.backfill.{kind}"))


def plan(archive: Archive, settings: BackfillSettings) -> list[Unit]:
    """The units that a backfill begins with.

    Raises:
        UsageError: what is named is not there, or is not understood.
    """
    planned: Iterator[Unit] = import_module(f"flows.backfill.{archive.kind}").plan(archive, settings)
    return list(planned)
