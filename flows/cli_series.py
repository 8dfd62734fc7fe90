"""The command group `series`: the lines that are watched, and what a person corrects about them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from flows.cli import Config, DataDir, Json, Limit, _count, _day, _open, _print_json, _rows, _table, out
from schemas.errors import UsageError

series_app: typer.Typer = typer.Typer(no_args_is_help=True, help="The lines that are watched.")

Which = Annotated[int, typer.Argument(help="Its number in series list.", show_default=False)]

_SPAN = re.compile(r"(\d{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


@series_app.command("list")
def series_list(
    limit: Limit = 40,
    every_role: Annotated[bool, typer.Option("--all", help="Also changes, background and forecasts.")] = False,
    watched: Annotated[
        bool,
        typer.Option("--watched", help="Those of the topic that two articles report, with their history as a small chart."),
    ] = False,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """The series, those seen most often first.

    Example: figurewatch series list --watched
    """
    if watched:
        rows = _watched(_open(config, data_dir), limit)
        _table(
            rows, as_json, "no series of the topic is reported by two articles yet",
            id="id", label="measured", latest="latest", chart="history", observations="seen", origins="origins",
            shifts="shifts", last_seen="last",
        )  # fmt: skip
        return
    rows = _rows(config, data_dir, "series.list", limit=limit, role=None if every_role else "level")
    _table(
        rows, as_json, "no series yet: figurewatch run, or figurewatch backfill",
        id="id", label="measured", unit="unit", rate="per", role="role", observations="seen",
        origins="origins", shifts="shifts", last_seen="last",
    )  # fmt: skip


def _watched(opened: Any, limit: int) -> list[dict[str, Any]]:
    """Series whose label or headlines hold a word of the topic; all of them where the settings name no topic."""
    from extractors.message.chart import sparkline
    from extractors.message.receipt import Point
    from extractors.message.rules import mentions

    words = opened.settings.topic.words
    with opened.database.transaction() as tx:
        rows = tx.all("series.watched")
    return [
        {key: value for key, value in row.items() if key not in ("titles", "surfaces")}
        | {"latest": row["surfaces"][-1], "chart": sparkline([Point(at=row["last_seen"], number=n) for n in row["numbers"]])}
        for row in rows
        if not words or mentions(f"{row['label']} {row['titles']}", words)
    ][:limit]


@series_app.command("show")
def series_show(
    series: Annotated[int, typer.Argument(help="Its number in series list.", show_default=False)],
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """One series: every number, who said it, where and when.

    Example: figurewatch series show 12
    """
    from flows import look

    opened = _open(config, data_dir)
    found = look.series(opened.database, series)
    if as_json:
        _print_json(found)
    else:
        look.show_series(found, out)


@series_app.command("merge")
def series_merge(
    keep: Annotated[int, typer.Argument(help="The series that stays.", show_default=False)],
    end: Annotated[int, typer.Argument(help="The one that becomes part of it.", show_default=False)],
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Two series are one line: the second becomes part of the first, with its shifts and alerts.

    Example: figurewatch series merge 12 40
    """
    from flows import corrections

    opened = _open(config, data_dir)
    moved = corrections.merge(opened.database, keep, end, opened.settings.threshold, datetime.now(UTC))
    out.print(f"{_count(moved, 'number')} moved from series {end} to series {keep}")


@series_app.command("split")
def series_split(
    series: Which,
    observations: Annotated[
        list[int], typer.Argument(help="Numbers of its observations, from series show --json.", show_default=False)
    ],
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Some numbers of a series are another line: they get a series of their own, and the two are not merged again.

    Example: figurewatch series split 12 301 302
    """
    from flows import corrections

    opened = _open(config, data_dir)
    other = corrections.split(opened.database, series, observations, opened.settings.threshold, datetime.now(UTC))
    out.print(f"{_count(len(set(observations)), 'number')} moved from series {series} to the new series {other}")


@series_app.command("rename")
def series_rename(
    series: Which,
    label: Annotated[str, typer.Argument(help="What it measures.", show_default=False)],
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Give a series a name of your own.

    Example: figurewatch series rename 12 "containers shipped to Vessia"
    """
    from flows import corrections

    opened = _open(config, data_dir)
    corrections.rename(opened.database, series, label, datetime.now(UTC))
    out.print(f"series {series} is called {label.strip()!r}", markup=False)


@series_app.command("mute")
def series_mute(
    series: Which,
    span: Annotated[str, typer.Option("--for", help="How long: 12h, 7d, 2w; 0h ends the silence.")] = "7d",
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Tell no shift of a series for some time; its history goes on.

    Example: figurewatch series mute 12 --for 7d
    """
    from flows import corrections

    found = _SPAN.fullmatch(span.strip().lower())
    if found is None:
        raise UsageError(f"--for {span}: is no span of time", mend="write 12h, 7d or 2w")
    opened = _open(config, data_dir)
    hours = int(found[1]) * _HOURS[found[2]]
    until = corrections.mute(opened.database, series, timedelta(hours=hours), datetime.now(UTC))
    out.print(f"series {series} is silent until {_day(until)}" if hours else f"series {series} is told again")
