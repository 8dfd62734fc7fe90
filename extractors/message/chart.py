"""The line of a series as a picture: PNG for mail, SVG for pages, one line of blocks for a terminal.

Points -> values over time, whiskers for what a bound leaves open, a marker an outlet, the shift marked; a logarithmic
scale when the line spans more than two orders. Drawn with matplotlib's objects, without its global state, so that
threads may draw at once. The same points give the same bytes.
Reads on a phone: 1000 by 600 pixels with letters that stay legible at a third of that.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from extractors.message.receipt import MAX_NAME, Point, Receipt
from extractors.message.wording import amount, clean, counted, when

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Told apart also without colour, by the marker; outlets beyond them share the last one.
_MARKERS = "os^DvP"
_COLOURS = ("#175cd3", "#b54708", "#027a48", "#6938ef", "#c11574", "#475467")
_SHIFT = "#b42318"
#: Outlets side by side under the chart, and characters of what is said at the shift: more do not fit.
_COLUMNS, _LONGEST_MARK = 3, 24
#: Observations drawn; of longer series the latest.
MAX_POINTS = 400
#: A line whose largest value is so many times the smallest is drawn on a logarithmic scale.
LOG_FROM = 100
#: A line that keeps above this share of its largest value is drawn without its foot.
_NEAR = 0.85
_BLOCKS = "▁▂▃▄▅▆▇█"
#: Dates and values a chart can hold; others are not drawn.
_LARGEST = Decimal("1e15")


def png(receipt: Receipt, *, title: bool = True) -> bytes:
    """The chart as PNG; without its title where the label stands above it."""
    out = io.BytesIO()
    _figure(receipt, title=title).savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()


def svg(receipt: Receipt) -> str:
    """The chart as an SVG document whose letters are letters."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "figurewatch", "svg.fonttype": "none"}):
        _figure(receipt).savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def sparkline(points: Sequence[Point], width: int = 24) -> str:
    """The values in order as blocks: "▁▁▃▅█". Empty for fewer than two values; the latest when there are many."""
    values = [float(point.number) for point in points if abs(point.number) <= _LARGEST][-width:]
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    if low == high:
        return _BLOCKS[3] * len(values)
    return "".join(_BLOCKS[round((value - low) / (high - low) * (len(_BLOCKS) - 1))] for value in values)


def history(receipt: Receipt) -> str:
    """The chart where there are only letters: "▁▅█ from 1,000 to 10,000, 11 Feb 2025 to 5 Mar 2025"; empty for one value."""
    points = [point for point in receipt.points if _drawable(point)]
    line = sparkline(points)
    if not line:
        return ""
    shown = points[-len(line) :]
    low, high = (amount(end, receipt.unit) for end in _ends([point.number for point in shown]))
    days = [when(point.at).partition(",")[0] for point in (shown[0], shown[-1])]
    spread = f"at {low}" if low == high else f"from {low} to {high}"
    return f"{line} {counted(len(shown), 'value')} {spread}, {days[0]}" + (f" to {days[1]}" if days[0] != days[1] else "")


def _ends(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    return min(values), max(values)


_DPI = 160


def _figure(receipt: Receipt, *, title: bool = True) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.dates import AutoDateLocator, num2date
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

    points = [point for point in receipt.points if _drawable(point)][-MAX_POINTS:]
    figure = Figure(figsize=(6.25, 3.75), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot()
    moments, values = [_utc(point.at) for point in points], [float(point.number) for point in points]
    axes.plot(moments, values, color="#98a2b3", linewidth=1.6, drawstyle="steps-post", zorder=1)
    for place, (outlet, own) in enumerate(_by_outlet(points, receipt.after.outlet).items()):
        style = min(place, len(_MARKERS) - 1)
        heights = [float(point.number) for point in own]
        whiskers = [[float(_reach(point, end)) for point in own] for end in ("low", "high")]
        axes.errorbar(
            [_utc(point.at) for point in own], heights, yerr=whiskers, fmt=_MARKERS[style], color=_COLOURS[style],
            markersize=7, capsize=4, elinewidth=1.6, linestyle="none", label=outlet, zorder=2,
        )  # fmt: skip
    _mark(axes, receipt)
    axes.margins(x=0.08, y=0.18)
    if values and min(values) > 0 and max(values) / min(values) > LOG_FROM:
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
        # A scale that begins at nothing shows a move as large as it is; one of a few percent needs all of the height.
        if values and 0 <= min(values) <= max(values) * _NEAR:
            axes.set_ylim(bottom=0, top=max(values) * 1.2 or 1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _shown(amount(Decimal(f"{value:.6f}"), receipt.unit))))
    if len(set(moments)) == 1:
        axes.set_xlim(moments[0] - timedelta(days=1), moments[0] + timedelta(days=1))
    locator = AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    days = (max(moments) - min(moments)).days if moments else 0
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _day(num2date(value), days)))  # type: ignore[no-untyped-call]
    if title:
        axes.set_title(_shown(receipt.name()), fontsize=15, fontweight="bold", loc="left", wrap=True)
    axes.tick_params(which="both", labelsize=14, length=0)
    axes.grid(axis="y", color="#eaecf0")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if points:
        handles, names = _in_rows(*axes.get_legend_handles_labels())
        figure.legend(
            handles,
            names,
            loc="outside lower left",
            fontsize=13,
            frameon=False,
            ncols=_COLUMNS,
            handletextpad=0.2,
            columnspacing=1.2,
        )
    else:
        axes.text(0.5, 0.5, "no values to draw", transform=axes.transAxes, ha="center", fontsize=12, color="#667085")
    return figure


def _in_rows(handles: list[Any], names: list[str]) -> tuple[list[Any], list[str]]:
    """In the order in which matplotlib, which fills columns, reads row by row."""
    order = [place for column in range(_COLUMNS) for place in range(column, len(names), _COLUMNS)]
    return [handles[place] for place in order], [names[place] for place in order]


def _mark(axes: Any, receipt: Receipt) -> None:
    """A vertical line at the shift, a ring around its number, and what it says."""
    moment = receipt.after.published_at
    if moment is None or not _drawable(Point(at=moment, number=receipt.to_number)):
        return
    at, height = _utc(moment), float(receipt.to_number)
    axes.axvline(at, color=_SHIFT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)
    axes.plot([at], [height], marker="o", ms=15, mfc="none", mec=_SHIFT, mew=2, zorder=3)
    by = f" ({receipt.change()})" if receipt.change() else ""
    said = receipt.numbers()[1] if len(receipt.numbers()[1]) <= _LONGEST_MARK else clean(receipt.after.number, MAX_NAME)
    first = _utc(receipt.points[0].at) if receipt.points else at
    middle = first + (_utc(receipt.points[-1].at) - first) / 2 if receipt.points else at
    left = at >= middle
    axes.annotate(
        _shown(said + by), (at, height), xytext=(-12 if left else 12, 10), textcoords="offset points",
        ha="right" if left else "left", fontsize=15, fontweight="bold", color=_SHIFT, zorder=4,
    )  # fmt: skip


def _by_outlet(points: Sequence[Point], first: str) -> dict[str, list[Point]]:
    """Points by outlet, the one that reports the shift before the others; those beyond the last marker are one group."""
    found: dict[str, list[Point]] = {_outlet(first): []}
    for point in points:
        name = _outlet(point.outlet)
        if name not in found and len(found) >= len(_MARKERS) - 1:
            name = "others"
        found.setdefault(name, []).append(point)
    return {name: own for name, own in found.items() if own}


def _outlet(name: str) -> str:
    return _shown(clean(name, 28) or "unnamed")


def _reach(point: Point, end: str) -> Decimal:
    """How far the whisker goes down or up from the number."""
    limit = point.low if end == "low" else point.high
    if limit is None or abs(limit) > _LARGEST:
        return Decimal(0)
    return max(Decimal(0), point.number - limit if end == "low" else limit - point.number)


def _drawable(point: Point) -> bool:
    return point.number.is_finite() and abs(point.number) <= _LARGEST and 1900 <= point.at.year < 2200


def _day(moment: datetime, days: int) -> str:
    """A date under the axis: with the hour for a line of a day or two, with the year for one of a year or more."""
    if days <= 2:
        return when(moment).replace(f" {moment.year}", "").removesuffix(" UTC")
    words = when(moment).partition(",")[0].split()
    return " ".join(words[1:] if days > 300 else words[:2])


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _shown(text: str) -> str:
    """Text as the chart's font can draw it; a dollar sign is no formula."""
    return "".join(char if ord(char) in _glyphs() else "·" for char in text).replace("$", r"\$")


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
