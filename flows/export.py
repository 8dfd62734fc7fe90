"""Export: what is stored, as rows for other programs: JSON lines, CSV or Parquet."""

import csv
import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from schemas.errors import DiskFull, UsageError

if TYPE_CHECKING:  # "extract" writes rows too, and needs no database
    from flows.db import Transaction

#: What can be exported, and the query that gives its rows.
TABLES = {
    "articles": "articles.export",
    "figures": "figures.export",
    "claims": "figures.export_claims",
    "series": "series.export",
    "observations": "series.export_observations",
    "shifts": "series.export_shifts",
    "alerts": "alerts.export",
}
WITH_SEEDS = {"articles", "figures", "claims"}


def rows(tx: "Transaction", what: str, *, seeds: bool = False) -> list[dict[str, Any]]:
    """The rows of one table, in the order in which they came."""
    return tx.all(TABLES[what], **({"seeds": seeds} if what in WITH_SEEDS else {}))


def write(tx: "Transaction", what: str, path: Path | None, form: str, *, seeds: bool = False) -> int:
    """Write one table to a file, or to standard output when there is none; how many rows.

    Raises:
        UsageError: the folder cannot be written, or Parquet is not installed.
        DiskFull: nothing half-written is left.
    """
    found = [{key: plain(value) for key, value in row.items()} for row in rows(tx, what, seeds=seeds)]
    if path is None:
        if form == "parquet":
            raise UsageError("parquet is binary", mend="name a file with --to")
        (_jsonl if form == "jsonl" else _csv)(found, sys.stdout)
        return len(found)
    if path.is_dir():
        raise UsageError(f"{path}: is a folder", mend="name a file with --to")
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == "parquet":
            _parquet(found, part)
        else:
            with part.open("w", encoding="utf-8", newline="" if form == "csv" else None) as out:
                (_jsonl if form == "jsonl" else _csv)(found, out)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        full = error.errno == 28  # ENOSPC
        kind = DiskFull if full else UsageError
        raise kind(f"{path}: {(error.strerror or str(error)).lower()}", mend="name another file with --to") from None
    return len(found)


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers as numbers, times in ISO 8601."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _jsonl(found: Iterable[dict[str, Any]], out: IO[str]) -> None:
    for row in found:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _csv(found: list[dict[str, Any]], out: IO[str]) -> None:
    if found:
        writer = csv.DictWriter(out, fieldnames=list(found[0]))
        writer.writeheader()
        writer.writerows(
            {key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in row.items()} for row in found
        )


def _parquet(found: list[dict[str, Any]], path: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError("parquet needs pyarrow", mend="pip install pyarrow") from None
    lines = [{key: json.dumps(value) if isinstance(value, dict) else value for key, value in row.items()} for row in found]
    pq.write_table(pa.Table.from_pylist(lines), path)
