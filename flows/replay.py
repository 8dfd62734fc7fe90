"""Replay: what would I have been told? Each file on a throw-away database, the clock set to each article's time.

JSON lines -> the same stages as live, in order of publication -> shifts and alerts, recorded and not sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows import alerts, archive, articles, export, pipeline
from flows.analyser import Analyser, Failed
from flows.archive import Document, Unreadable
from flows.db import Database, throwaway
from flows.settings import Settings
from schemas.errors import UsageError

#: What is exported for a replayed file.
EXPORTED = ("articles", "figures", "claims", "series", "shifts", "alerts")

#: Pages recorded between two signs of progress.
BATCH = 16

#: Stands for a missing date: before everything, so that an undated article never shifts what is dated.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What one file came to."""

    name: str
    articles: int
    unreadable: tuple[Unreadable, ...]  #: lines that hold no document, and documents that could not be analysed
    told: tuple[dict[str, Any], ...]  #: shifts, in order
    messages: tuple[alerts.Rehearsed, ...] = ()  #: what would have gone out, and when; only where channels are set


def replay(
    path: Path,
    url: str,
    analyser: Analyser,
    desk: pipeline.Desk,
    *,
    export_to: Path | None,
    progress: Callable[[int], None],
    settings: Settings | None = None,
) -> Replayed:
    """Replay one file; with `export_to`, write export_to/STEM/*.jsonl.

    Args:
        settings: whose channels' quiet hours and digests decide when messages would have gone out.

    Raises:
        UsageError: when the file is not there or cannot be read.
    """
    read, unreadable = load(path)
    with throwaway(url) as database:
        rows = [row for document in read for row in store(database, document)]
        results = analyser.results(articles.page(row) for row in rows)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            for row in batch:
                result = next(results)
                if isinstance(result, Failed):
                    unreadable.append(Unreadable(row["url"], f"the analysis failed: {result.detail}"))
                done = pipeline.record_all(database, [row], [result], desk, row["fetched_at"])
                if done["articles failed"] and not isinstance(result, Failed):
                    unreadable.append(Unreadable(row["url"], "recording it failed, see above"))
            progress(len(batch))
        messages = alerts.rehearse(database, settings) if settings is not None and settings.channels else []
        with database.transaction() as tx:
            told = tx.all("series.export_shifts")
            if export_to is not None:
                folder = export_to / path.stem
                for what in EXPORTED:
                    export.write(tx, what, folder / f"{what}.jsonl", "jsonl")
    return Replayed(
        name=path.stem, articles=len(rows), unreadable=tuple(unreadable), told=tuple(told), messages=tuple(messages)
    )


def load(path: Path) -> tuple[list[Document], list[Unreadable]]:
    """The documents of a file in order of publication, and the lines that hold none."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder", mend="name a .jsonl file")
    read: list[Document] = []
    unreadable: list[Unreadable] = []
    for found in archive.documents(path):
        if isinstance(found, Document):
            read.append(found)
        else:
            unreadable.append(found)
    read.sort(key=lambda document: document.published_at or UNDATED)
    return read, unreadable


def store(database: Database, document: Document) -> list[dict[str, Any]]:
    """A document as a page that was fetched when it was published."""
    with database.transaction() as tx:
        page = archive.store(tx, document, document.published_at or UNDATED, history=False)
        return tx.all("articles.pages", ids=[page]) if page is not None else []
