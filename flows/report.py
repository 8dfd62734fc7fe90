"""The report: the shifts of the last days with their charts, as an artifact on Prefect's page.

A table of all, then each of the first with its receipt: both sentences, who said them, and the line's history as a chart.
Charts are part of the text (data addresses), so the page needs nothing from elsewhere.
"""

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact

from extractors.message import chart
from extractors.message.receipt import Receipt, Side
from flows import alerts
from flows.context import context
from flows.db import Database
from flows.log import log

#: Charts of one report, at some 40 KB each; the table names all shifts.
MOST_CHARTS = 12
MOST_SHIFTS = 500

_ESCAPED = str.maketrans(
    {mark: "\\" + mark for mark in "\\`*_{}[]()#+!|~$"} | {"\n": " ", "\r": " ", "<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


@flow(name="report", flow_run_name="report, {days} days")
async def report(days: int = 1, config: str | None = None, data_dir: str | None = None) -> int:
    """Write the report as the artifact "shifts"; how many shifts it tells of.

    Args:
        days: that it looks back.
        config: settings file, as for watch.
        data_dir: overrides the settings.
    """
    opened = context(config, data_dir)
    told = await asyncio.to_thread(receipts, opened.database, datetime.now(UTC) - timedelta(days=days))
    text = await asyncio.to_thread(markdown, told, days)
    await acreate_markdown_artifact(text, key="shifts", description=f"Shifts of the last {days} days.")
    log.notice("report written", shifts=len(told))
    return len(told)


def receipts(database: Database, since: datetime) -> list[Receipt]:
    """The shifts found since then, the latest first."""
    with database.transaction() as tx:
        return [alerts.receipt(tx, row["id"]) for row in tx.all("service.shifts_since", since=since, limit=MOST_SHIFTS)]


def markdown(told: list[Receipt], days: int) -> str:
    """The report as text. What strangers wrote cannot become mark-up, nor an address other than http(s)."""
    span = "day" if days == 1 else f"{days} days"
    if not told:
        return f"No number moved in the last {span}.\n"
    lines = [f"# {len(told)} {'shift' if len(told) == 1 else 'shifts'} in the last {span}", ""]
    lines += ["| measured | from | to | kind | line | outlet |", "| --- | --- | --- | --- | --- | --- |"]
    for each in told:
        cells = (each.label, each.before.number, each.after.number, each.kind, chart.sparkline(each.points), each.after.outlet)
        lines.append("| " + " | ".join(_plain(str(cell)) for cell in cells) + " |")
    for each in told[:MOST_CHARTS]:
        lines += ["", f"## {_plain(each.label)}", "", f"now: {_said(each.after)}", "", f"before: {_said(each.before)}", ""]
        lines += [f"why: {_plain(each.reason)}. All of it: `figurewatch why {each.shift}`", ""]
        lines.append(f"![The line's history](data:image/png;base64,{b64encode(chart.png(each)).decode('ascii')})")
    return "\n".join(lines) + "\n"


def _said(side: Side) -> str:
    when = f", {side.published_at:%Y-%m-%d %H:%M} UTC" if side.published_at else ""
    outlet = _plain(side.outlet)
    if side.url.startswith(("http://", "https://")):
        outlet = f"[{outlet or 'source'}]({side.url.translate({ord(mark): f'%{ord(mark):02X}' for mark in ' ()<>'})})"
    who = f"{_plain(side.speaker)}, " if side.speaker else ""
    return f"“{_plain(side.sentence)}” ({who}{outlet}{when}, {side.origins} independent)"


def _plain(text: str) -> str:
    return text.translate(_ESCAPED)
