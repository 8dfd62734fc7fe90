"""What did a backfill come to? Outcomes, the lines that are new, the shifts found in the past, the main lines as a chart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractors.message.wording import number
from flows.backfill import cursor
from flows.db import Database

#: Rows of each part that are shown; `series list` and `shifts list` have them all.
MOST_ROWS = 10
MOST_EXAMPLES = 100
#: Lines that are drawn, and the size of a drawing.
MOST_LINES = 3
WIDTH, HEIGHT = 64, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a backfill came to so far."""

    id: int
    kind: str
    named: tuple[str, ...]
    state: str
    counts: dict[str, int]  #: by outcome, of reading and of recording
    new_series: int
    longer_series: int
    past_shifts: int
    series: tuple[dict[str, Any], ...]  #: the largest new ones
    shifts: tuple[dict[str, Any], ...]  #: those of most origins
    lines: tuple[dict[str, Any], ...]  #: the lines that it says most about, with their points
    troubles: tuple[dict[str, Any], ...]  #: units that could not be read, and why
    examples: tuple[str, ...]  #: lines, files and records that could not be read, and why: the first few of each unit


def of(database: Database, backfill_id: int) -> Report:
    """The report of a backfill, also while it runs.

    Raises:
        UsageError: there is none of that number.
    """
    with database.transaction() as tx:
        row = cursor.get(tx, backfill_id)

        def count(query: str, key: str) -> int:
            found = tx.one(query, id=backfill_id)
            return int(found[key]) if found is not None else 0

        lines = tx.all("backfill.main_lines", id=backfill_id, limit=MOST_LINES)
        for line in lines:
            history = tx.all("series.history", id=line["id"])
            line["points"] = [
                (each["as_of"], each["low"] if each["low"] is not None else each["high"])
                for each in history
                if each["published_at"] is not None
            ]
        return Report(
            id=backfill_id,
            kind=row["kind"],
            named=tuple(row["named"]),
            state=row["state"],
            counts=dict(sorted(cursor.counts(tx, backfill_id).items())),
            new_series=count("backfill.new_series_count", "series"),
            longer_series=count("backfill.longer_series", "series"),
            past_shifts=count("backfill.past_shifts_count", "shifts"),
            series=tuple(tx.all("backfill.new_series", id=backfill_id, limit=MOST_ROWS)),
            shifts=tuple(tx.all("backfill.past_shifts", id=backfill_id, limit=MOST_ROWS)),
            lines=tuple(lines),
            troubles=tuple(tx.all("backfill.troubles", id=backfill_id)),
            examples=tuple(row["example"] for row in tx.all("backfill.examples", id=backfill_id, limit=MOST_EXAMPLES)),
        )


def show(report: Report, out: Console) -> None:
    """The report for a person."""
    out.print(Text(f"Backfill {report.id} ({report.kind}): {report.state}", style="bold"))
    for words, count in _in_words(report.counts):
        out.print(Text(f"{count:>9,}  {words}"))
    if not report.counts:
        out.print("  nothing could be read" if report.troubles else "  nothing was there")
    out.print(
        Text(
            f"\nSeries: {report.new_series:,} new, {report.longer_series:,} known ones got more history. "
            f"Shifts found in the past: {report.past_shifts:,} (nobody is alerted)."
        )
    )
    if report.series:
        table = _table("new series", "unit", "seen", "origins", "from", "to")
        for row in report.series:
            days = (f"{row[key]:%Y-%m-%d}" for key in ("first_seen", "last_seen"))
            table.add_row(*map(Text, (row["label"], row["unit"], f"{row['observations']}", f"{row['origins']}", *days)))
        out.print(table)
    if report.shifts:
        table = _table("shift", "when", "from", "to", "unit", "series", "outlet")
        for row in report.shifts:
            values = (str(row["id"]), f"{row['as_of']:%Y-%m-%d}", number(row["from_number"]), number(row["to_number"]))
            table.add_row(*map(Text, (*values, row["unit"], row["label"], row["outlet"])))
        out.print(table)
    for line in report.lines:
        if drawn := chart(line["points"]):
            out.print(Text(f"\n{line['label']} ({line['unit']}{' a ' + line['rate'] if line['rate'] else ''})", style="bold"))
            for text in drawn:
                out.print(Text(text))


def chart(points: Sequence[tuple[datetime, Decimal]], width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    """Values over time as lines of text: an axis of values, a mark where something was said, the first and the last day."""
    if len({when for when, _ in points}) < 2:
        return []
    first, last = min(when for when, _ in points), max(when for when, _ in points)
    low, high = min(value for _, value in points), max(value for _, value in points)
    grid = [[" "] * width for _ in range(height)]
    for when, value in points:
        column = round((when - first) / (last - first) * (width - 1))
        row = height // 2 if high == low else round(float((value - low) / (high - low)) * (height - 1))
        mark = grid[height - 1 - row][column]
        grid[height - 1 - row][column] = "●" if mark != " " else "•"
    heads = {0: number(high), height - 1: number(low)} if high != low else {height - 1 - height // 2: number(high)}
    margin = max(len(head) for head in heads.values())
    lines = [f"{heads.get(index, ''):>{margin}} ┤{''.join(row).rstrip()}" for index, row in enumerate(grid)]
    days = f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"
    return [*lines, f"{'':>{margin}} └{'─' * width}", f"{'':>{margin}}  {days[0]}{days[1]:>{width - len(days[0])}}"]


#: The order in which outcomes are told: what came of documents, then what was left out, then what was wrong.
_ORDER = (
    "articles",
    "copies",
    "figures",
    "series",
    "known",
    "left to",
    "left out",
    "dated",
    "mended",
    "not fetched",
    "damaged",
    "unreadable",
)


def _in_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for key, count in counts.items():
        found[key.replace("_", " ")] += count

    def order(item: tuple[str, int]) -> tuple[int, str]:
        place = next((index for index, head in enumerate(_ORDER) if item[0].startswith(head)), len(_ORDER))
        return place, item[0]

    return sorted(found.items(), key=order)


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
