"""A measured time over the size of what is stored, as a picture for the README."""

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
COLOURS = ("#7aa6d6", "#1f5fa8")


def draw(
    to: Path, rows: Sequence[Mapping[str, float]], over: str, times: Sequence[str], goal: float, title: str, by: str
) -> None:
    """Write an SVG.

    Args:
        rows: one a size.
        over: their key of the size; it names the axis.
        times: their keys of milliseconds, each a line.
        goal: milliseconds.
        by: the command that measured.
    """
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "", "font.family": "sans-serif", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        axes = figure.subplots()
        sizes = [row[over] for row in rows]
        for name, colour in zip(times, COLOURS, strict=False):
            axes.plot(sizes, [row[name] for row in rows], "o-", color=colour, label=name)
        axes.axhline(goal, color="#b42318", linestyle="--", linewidth=1, label=f"goal: {goal:g} ms")
        axes.set_xscale("log")
        axes.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
        axes.minorticks_off()
        axes.set_xlabel(over)
        axes.set_ylabel("milliseconds")
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", color="#e5e5e5")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(title, loc="left", fontsize=11)
        made = f"python {by}, {datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}"
        figure.legend(loc="outside lower center", ncols=3, frameon=False, title=made, title_fontsize=7)
        figure.savefig(to, format="svg", metadata={"Date": None})
