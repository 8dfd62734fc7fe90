"""Looking: a series with its history, and what a shift or a verdict rests on."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractors.message.chart import sparkline
from extractors.message.receipt import Point
from extractors.message.terminal import panel
from extractors.message.wording import clean, written
from extractors.series.link import explain
from extractors.series.mention import from_json
from extractors.text import sentences
from flows import alerts
from flows.alerts import point
from flows.db import Database
from flows.export import plain
from schemas.errors import UsageError
from schemas.outcomes import Bound


def series(database: Database, series_id: int) -> dict[str, Any]:
    """A series and its observations.

    Raises:
        UsageError: when there is none of that number.
    """
    with database.transaction() as tx:
        found = tx.one("series.one", id=series_id)
        history = tx.all("series.history", id=series_id)
    if found is None:
        raise UsageError(f"there is no series {series_id}", mend="figurewatch series list names them")
    return found | {"observations": history}


def show_series(found: dict[str, Any], out: Console) -> None:
    """A series for a person: the line, then every number with its source."""
    points: list[Point] = [point(row) for row in found["observations"] if row["published_at"] is not None]
    out.print(
        Text.assemble(
            (found["label"], "bold"),
            f"  {found['unit']}",
            f" a {found['rate']}" if found["rate"] else "",
            f"  {sparkline(points)}",
        )
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("when", "number", "who", "outlet", "sentence"):
        table.add_column(head, overflow="fold")
    for row in found["observations"]:
        date = "undated" if row["published_at"] is None else f"{row['as_of']:%Y-%m-%d}"
        number = written(row["low"], row["high"], Bound(row["bound"]), row["unit"])
        sentence = clean(row["sentence"], 200) or "(seed: its sentence is not kept)"
        table.add_row(*(Text(cell) for cell in (date, number, row["speaker"] or "", row["outlet"], sentence)))
    out.print(table)


def why_shift(database: Database, shift_id: int, out: Console, as_json: bool) -> None:
    """The receipt of a shift, and why its two numbers are one line.

    Raises:
        UsageError: when there is none of that number.
    """
    with database.transaction() as tx:
        shift = tx.one("series.shift", id=shift_id)
        if shift is None:
            raise UsageError(f"there is no shift {shift_id}", mend="figurewatch shifts list names them")
        receipt = alerts.receipt(tx, shift_id)
        pair = {
            row["id"]: row["mention"] for row in tx.all("series.mentions_of", ids=[shift["before_id"], shift["observation_id"]])
        }
    linked = explain(from_json(pair[shift["before_id"]]), from_json(pair[shift["observation_id"]]))
    if as_json:
        sys.stdout.write(json.dumps(shift | {"linked": linked}, default=plain, ensure_ascii=False, indent=1) + "\n")
        return
    out.print(panel(receipt))
    out.print("Why the two numbers are one line:", style="bold")
    for line in linked:
        out.print(Text(f"  {line}"))


def why_article(database: Database, url: str, out: Console, as_json: bool) -> None:
    """What the verdict on an article rests on, with the aligned sentences side by side.

    Raises:
        UsageError: when no article has that address.
    """
    with database.transaction() as tx:
        found = tx.one("articles.why", url=url)
    if found is None:
        raise UsageError(f"no article has the address {url}", mend="figurewatch export articles names them")
    flat = found["copy_shared"]
    pairs = list(zip(flat[::2], flat[1::2], strict=True))
    if as_json:
        shown = {key: value for key, value in found.items() if key not in ("text", "parent_text", "copy_shared")}
        sys.stdout.write(json.dumps(shown | {"shared": pairs}, default=plain, ensure_ascii=False, indent=1) + "\n")
        return
    out.print(
        Text.assemble((found["title"], "bold"), f"\n{found['url']}\n", (found["relation"], "bold"), f": {found['copy_reason']}")
    )
    if found["parent_url"] is None:
        return
    out.print(Text.assemble("of ", (found["parent_title"] or found["parent_url"], "bold"), f"\n{found['parent_url']}\n"))
    if not found["parent_text"]:
        out.print("Its parent is a seed from a corpus pack: its sentences are not kept.")
        return
    here, there = sentences(found["text"]), sentences(found["parent_text"])
    table = Table(header_style="bold", show_lines=True)
    table.add_column("there", ratio=1)
    table.add_column("here", ratio=1)
    for ours, theirs in pairs:
        if ours < len(here) and theirs < len(there):
            table.add_row(_marked(there[theirs].text, here[ours].text), _marked(here[ours].text, there[theirs].text))
    out.print(table)


def _marked(sentence: str, other: str) -> Text:
    """A sentence with the words that the other lacks in bold."""
    known = set(other.split())
    return Text(" ").join(Text(word, style="" if word in known else "bold red") for word in sentence.split())
