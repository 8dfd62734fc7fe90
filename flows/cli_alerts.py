"""The command group `alerts`: what was told and to whom, what waits, and what a person does about it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.cli import Config, DataDir, Json, Limit, _count, _moved, _open, _print_json, _rows, _settings, _table, out
from flows.cli_series import series_mute

alerts_app: typer.Typer = typer.Typer(no_args_is_help=True, help="What was told, and to whom.")

Channel = Annotated[str, typer.Argument(help="Name of a channel in the settings.", show_default=False)]


@alerts_app.command("list")
def alerts_list(
    limit: Limit = 40,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that nobody has seen to: alerts ack.")] = False,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """The alerts, the latest first, with how their deliveries went.

    Example: figurewatch alerts list --open
    """
    rows = _rows(config, data_dir, "alerts.list", open_only=open_only, limit=limit)
    _table(
        rows if as_json else _moved(rows), as_json, "no alerts yet",
        id="id", created_at="when", label="measured", moved="from, to", kind="kind", rules="rules", deliveries="sent to",
        acknowledged_at="seen to", shift_id="why",
    )  # fmt: skip


@alerts_app.command("outbox")
def alerts_outbox(limit: Limit = 40, config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Messages that have not arrived: those that wait for another try, and those that were given up, with the reason.

    Example: figurewatch alerts outbox
    """
    rows = _rows(config, data_dir, "outbox.waiting", limit=limit)
    _table(
        rows, as_json, "nothing waits",
        id="message", channel="channel", kind="kind", state="state", tries="tries", due_at="next try", alerts="alerts",
        detail="why",
    )  # fmt: skip


@alerts_app.command("test")
def alerts_test(channel: Channel, config: Config = None, data_dir: DataDir = None) -> None:
    """Send a sample alert to a channel, at once and whatever the hour.

    Example: figurewatch alerts test desk
    """
    from flows import alerts

    alerts.send_sample(_settings(config, data_dir), channel)
    out.print(f"sent to {channel}", markup=False)


@alerts_app.command("retry")
def alerts_retry(
    channel: Annotated[str | None, typer.Option("--channel", help="Only those of this channel.", show_default=False)] = None,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Make messages due again that were given up; the next pass sends them.

    Example: figurewatch alerts retry --channel desk
    """
    opened = _open(config, data_dir)
    if channel is not None:
        opened.settings.channel_address(channel)
    with opened.database.transaction() as tx:
        due = tx.all("outbox.retry", now=datetime.now(UTC), channel=channel)
    out.print(f"{_count(len(due), 'message')} due again")


@alerts_app.command("mute")
def alerts_mute(
    series: Annotated[int, typer.Argument(help="Number of a series in series list.", show_default=False)],
    span: Annotated[str, typer.Option("--for", help="How long: 12h, 7d, 2w; 0h ends the silence.")] = "7d",
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Tell nothing of a series for some time, not even what waits; its history goes on.

    Example: figurewatch alerts mute 12 --for 7d
    """
    series_mute(series, span, config, data_dir)


@alerts_app.command("ack")
def alerts_ack(
    alerts: Annotated[list[int], typer.Argument(help="Numbers of alerts in alerts list.", show_default=False)],
    note: Annotated[str, typer.Option("--note", help="What was done about it, for alerts list --json.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Somebody has seen to these alerts: what has not gone out of them is dropped, on every channel.

    Example: figurewatch alerts ack 14 15 --note "in tomorrow's paper"
    """
    from flows import alerts as stage

    done = stage.acknowledge(_open(config, data_dir).database, alerts, note, datetime.now(UTC))
    if as_json:
        _print_json({"acknowledged": done})
    else:
        known = len(set(alerts)) - done
        out.print(f"{_count(done, 'alert')} acknowledged" + (f", {known} had been before" if known else ""))
