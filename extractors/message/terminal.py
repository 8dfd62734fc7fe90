"""The receipt in a terminal: as a panel with the number highlighted in its sentence, or as plain lines.

Article text reaches rich as text, never as markup, and without control characters: no title writes to the screen.
"""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from extractors.message.chart import sparkline
from extractors.message.receipt import MAX_TITLE, NO_SENTENCE, Receipt, Side, headline, lines
from extractors.message.wording import clean

_COLOURS = {"increase": "red", "decrease": "blue", "conflict": "yellow", "correction": "magenta"}


def plain(receipt: Receipt) -> list[str]:
    """The headline and the receipt as lines, for a pipe or a log."""
    line = sparkline(receipt.points)
    return [headline(receipt), *([line] if line else []), "", *lines(receipt, mark=("[", "]"))]


def panel(receipt: Receipt) -> RenderableType:
    """The receipt framed, in colours."""
    colour = _COLOURS[receipt.kind.value]
    first, second = receipt.numbers()
    numbers = Text.assemble(
        (first, "dim"), " against " if receipt.kind.value == "conflict" else " → ", (second, f"bold {colour}"),
        (f"  {receipt.change()}" if receipt.change() else "", "bold"),
        (f"   {sparkline(receipt.points)}", colour),
    )  # fmt: skip
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    (new, _, after), (old, _, before) = receipt.sides()
    table.add_row(new.lower(), _side(after, f"bold {colour}"))
    table.add_row(old.lower(), _side(before, "bold"))
    if receipt.judged():
        table.add_row("why", Text(receipt.judged()))
    title = Text.assemble((receipt.kind.value.upper(), f"bold {colour}"), "  ", (receipt.name(), "bold"))
    foot = Text(f"figurewatch why {receipt.shift}", style="dim")
    whole = Group(numbers, "", table)
    return Panel(whole, title=title, title_align="left", subtitle=foot, subtitle_align="right", border_style=colour)


def _side(side: Side, style: str) -> Text:
    before, surface, after = side.pieces()
    said = Text(NO_SENTENCE, style="italic")
    if side.sentence:
        said = Text.assemble("“", before, (surface, f"{style} reverse"), after, "”")
    said.append(f"\n{side.source()} · {side.reported_by()}", style="dim")
    if side.title:
        said.append(f"\n{clean(side.title, MAX_TITLE)}", style="dim")
    if side.link():
        said.append(f"\n{side.link()}", style="dim underline")
    return said.append("\n")
