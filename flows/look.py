"""Looking: a series with its history, and what a shift or a verdict rests on."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractors.copies.packing import unpack
from extractors.copies.values import MARKS
from extractors.copies.values import plain as plain_number
from extractors.copies.verdict import REWORDED_LAYER, ROUND_UP_LAYER
from extractors.figures.numbers import numbers
from extractors.message.chart import sparkline
from extractors.message.receipt import Point
from extractors.message.terminal import panel
from extractors.message.wording import clean, written
from extractors.series.cues import told_cue
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
        rows = {row["id"]: row for row in tx.all("series.mentions_of", ids=[shift["before_id"], shift["observation_id"]])}
    before, now = rows[shift["before_id"]], rows[shift["observation_id"]]
    new = from_json(now["mention"])
    linked = explain(from_json(before["mention"]), new)
    if new.cues:
        linked.append(f"its sentence says of the new number: {', '.join(map(told_cue, new.cues))}")
    if now["sure"] < 1:
        linked.append(f"all in all it was {100 * now['sure']:.0f} percent sure that the new number belongs to the series")
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
        shown = {
            key: value for key, value in found.items() if key not in ("text", "parent_text", "parent_sketch", "copy_shared")
        }
        sys.stdout.write(json.dumps(shown | {"shared": pairs}, default=plain, ensure_ascii=False, indent=1) + "\n")
        return
    for line in _verdict(found):
        out.print(line)
    if found["parent_url"] is None:
        return
    here = [_Sentence(clean(part.text, LONGEST_SHOWN), numbers_in(part.text)) for part in sentences(found["text"])]
    if found["parent_text"]:
        there = [_Sentence(clean(part.text, LONGEST_SHOWN), numbers_in(part.text)) for part in sentences(found["parent_text"])]
    else:
        out.print("\nThere is a seed from a corpus pack: its sentences are not kept, its numbers are.")
        there = [
            _Sentence("(not kept)" + "".join(f" {number}" for number in kept), kept) for kept in _kept(found["parent_sketch"])
        ]
    table = Table(header_style="bold", show_lines=True, expand=True)
    table.add_column("there", ratio=1, overflow="fold")
    table.add_column("here", ratio=1, overflow="fold")
    # a reworded sentence may be two of the other text: there a number is on one side only when it stands nowhere in the other
    anywhere = found["copy_layer"] == REWORDED_LAYER
    all_here, all_there = (_Sentence("", frozenset().union(*(part.numbers for part in text))) for text in (here, there))
    for ours, theirs in pairs:
        if ours < len(here) and theirs < len(there):
            table.add_row(
                _marked(there[theirs], all_here if anywhere else here[ours]),
                _marked(here[ours], all_there if anywhere else there[theirs]),
            )
    out.print(table)
    out.print(Text.assemble("A number in ", ("[brackets]", CHANGED), " is on one side only."))
    none = _Sentence("", frozenset())
    only_here = "Only here, or in the other known articles" if found["copy_layer"] == ROUND_UP_LAYER else "Only here"
    _alone(
        out,
        only_here,
        all_there if anywhere else none,
        [here[i] for i in range(len(here)) if i not in {ours for ours, _ in pairs}],
    )
    if found["parent_text"]:
        _alone(
            out,
            "Only there",
            all_here if anywhere else none,
            [there[i] for i in range(len(there)) if i not in {theirs for _, theirs in pairs}],
        )


#: Pronouns more often than counts: verdicts pass them over as well.
NO_NUMBERS = ("one", "zero")
#: How a number that differs looks where there is colour; the brackets around it survive a pipe.
CHANGED = "bold red"
#: Characters shown of one sentence: a table that lost its markup is one endless sentence.
LONGEST_SHOWN = 600


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as it is shown, and its numbers by value."""

    text: str
    numbers: frozenset[str]


def numbers_in(text: str) -> frozenset[str]:
    """The values of a text's numbers, as they are written in a corpus pack."""
    return frozenset(plain_number(number.value) for number in numbers(text))


def _kept(sketch: bytes | None) -> list[frozenset[str]]:
    """The numbers of each sentence of a text that is known by its fingerprint alone."""
    if sketch is None:
        return []
    return [frozenset(number.lstrip(MARKS) for number in sentence.numbers) for sentence in unpack(sketch).sentences]


def _verdict(found: dict[str, Any]) -> Iterator[Text]:
    """What an article is, of which, and by what; its cluster and that cluster's origin."""
    yield Text.assemble((clean(found["title"], 200) or "(no headline)", "bold"), f"\n{found['url']}")
    for field, place in sorted(found["sources"].items()):
        yield Text(f"{field.replace('_', ' ')}: from {place}")
    yield Text.assemble((found["relation"], "bold"), f": {found['copy_reason']}")
    if found["parent_url"] is not None:
        yield Text.assemble(
            "of ", (clean(found["parent_title"] or "", 200) or "(no headline kept)", "bold"), f"\n{found['parent_url']}"
        )
        yield Text(
            f"found by {LAYERS.get(found['copy_layer'], found['copy_layer'])}, similarity {found['copy_similarity']:.2f}"
        )
    if found["cluster_size"] == 1:
        yield Text("nothing else carries its text")
        return
    first = "this article" if found["origin_url"] == found["url"] else found["origin_url"]
    day = "undated" if found["origin_as_of"].year == 1970 else f"{found['origin_as_of']:%Y-%m-%d %H:%M}"
    outlet = f", {found['origin_outlet']}" if found["origin_outlet"] else ""
    yield Text(f"cluster of {found['cluster_size']} articles, one origin: {first} ({day}{outlet})")


#: What a layer compared, for a reader.
LAYERS = {
    "url": "its address: a revision",
    "hash": "the whole text",
    "shingles": "its wording",
    "excerpt": "its wording: a part",
    REWORDED_LAYER: "names and numbers in order: reworded",
    ROUND_UP_LAYER: "its wording: several known texts on one page",
}


def _alone(out: Console, head: str, other: _Sentence, alone: list[_Sentence]) -> None:
    if alone:
        out.print(Text(f"\n{head}:", style="bold"))
        for sentence in alone:
            out.print(Padding(Text.assemble("- ", _marked(sentence, other)), (0, 0, 0, 2)))


def _marked(sentence: _Sentence, other: _Sentence) -> Text:
    """A sentence with the numbers that the other lacks in brackets and in colour."""
    marked, end = Text(), 0
    for number in numbers(sentence.text):
        if (
            plain_number(number.value) not in other.numbers
            and sentence.text[number.start : number.end].lower() not in NO_NUMBERS
        ):
            marked.append(sentence.text[end : number.start])
            marked.append(f"[{sentence.text[number.start : number.end]}]", style=CHANGED)
            end = number.end
    marked.append(sentence.text[end:])
    return marked
