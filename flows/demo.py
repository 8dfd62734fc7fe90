"""The demonstration: the whole path offline, in under a minute.

A newsroom on loopback is read over six simulated days by the real flows, into an embedded PostgreSQL; what is told goes
through Apprise to a mail server and a Slack-compatible webhook on loopback, and is shown here with its receipt. All of
it stays in one folder, to be looked at afterwards.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from extractors.message.terminal import panel
from flows.newsroom import Newsroom
from flows.receivers import MailReceiver, SlackReceiver, shown
from flows.service import prefect_environment
from flows.settings import load
from schemas.errors import OperationError, UsageError

#: The first day of the newsroom's six: after everything that the topic's seed corpus tells of.
FIRST_DAY = datetime(2025, 9, 1, tzinfo=UTC)

SETTINGS = """\
# Settings of the demonstration. The newsroom at these addresses is gone; the data is still here.
data_dir = "{folder}/data"
seeds = ["north-korea-russia"]

[topic]
name = "What North Korea gives Russia, and what it gets"
words = ["North Korea", "DPRK", "Pyongyang", "Kim Jong Un"]

[fetch]
contact = "demo@newsroom.example"
spacing_seconds = 0
allow_hosts = ["127.0.0.1"]

[channels]
desk = "{slack}"
mail = "{mail}"
"""

SOURCE = """
[[sources]]
outlet = "{outlet}"
url = "{url}"
every_minutes = 1
"""


def run(to: Path | None, out: Console) -> None:
    """Show figurewatch at work.

    Args:
        to: folder for everything; None: a new one.
    Raises:
        UsageError: when the folder is there and not empty, or cannot be made.
    """
    began = time.monotonic()
    folder = _folder(to)
    with ExitStack() as open_:
        newsroom = open_.enter_context(Newsroom(FIRST_DAY))
        mail = open_.enter_context(MailReceiver())
        slack = open_.enter_context(SlackReceiver())
        config = folder / "figurewatch.toml"
        sources = "".join(SOURCE.format(outlet=feed.outlet, url=feed.url) for feed in newsroom.feeds())
        config.write_text(SETTINGS.format(folder=folder, slack=slack.url(), mail=mail.url()) + sources, encoding="utf-8")
        out.print(f"A newsroom of {len(newsroom.outlets)} outlets is open at {newsroom.url}; six days of its news follow.")
        out.print("Starting PostgreSQL and Prefect, and reading the seed corpus ...", style="dim")
        prefect_environment(load(config))
        asyncio.run(_watch(newsroom, config, out))
        _keep_messages(folder, mail, slack)
        if not mail.raw or not slack.payloads:
            raise OperationError(
                f"the demonstration told nothing: {len(mail.raw)} mails, {len(slack.payloads)} Slack messages",
                mend=f"see what is said above, and: {_command()} doctor --config {config}",
            )
        out.print(_summary(folder, config, mail, slack, time.monotonic() - began), soft_wrap=True)


async def _watch(newsroom: Newsroom, config: Path, out: Console) -> None:
    """A pass at every moment at which something comes out; what is told is shown."""
    from flows import alerts
    from flows.context import context
    from flows.watch import watch

    shown: set[int] = set()
    for moment in newsroom.moments():
        newsroom.set_time(moment)
        done = await watch(str(config), None, moment)
        read = {key.removeprefix("copies "): count for key, count in done.items() if key.startswith("copies ")}
        said = ", ".join(f"{count} {relation}" for relation, count in sorted(read.items())) or "nothing that is an article"
        out.print(Text.assemble((f"{moment:%a %d %b %H:%M}  ", "bold cyan"), f"{done.get('fetch fetched', 0)} fetched: {said}"))
        with context(str(config), None).database.transaction() as tx:
            for row in reversed(tx.all("alerts.list", open_only=False, limit=1000)):
                if row["id"] not in shown:
                    shown.add(row["id"])
                    out.print(panel(alerts.receipt(tx, row["shift_id"])))


def _folder(to: Path | None) -> Path:
    if to is None:
        return Path(tempfile.mkdtemp(prefix="figurewatch-demo-"))
    try:
        to.mkdir(parents=True, exist_ok=True)
        if any(to.iterdir()):
            raise UsageError(f"{to}: is not empty", mend="name a new folder with --to")
    except OSError as error:
        raise UsageError(f"{to}: {(error.strerror or str(error)).lower()}", mend="name a folder that can be made") from None
    return to.resolve()


def _keep_messages(folder: Path, mail: MailReceiver, slack: SlackReceiver) -> None:
    """What was delivered, as files that a mail program and a person can open."""
    box = folder / "delivered"
    box.mkdir()
    for number, (raw, parsed) in enumerate(zip(mail.raw, mail.mails(), strict=True), 1):
        (box / f"mail-{number}.eml").write_bytes(raw)
        for part in parsed.walk():
            if part.get_content_type() == "image/png":
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                (box / f"mail-{number}-chart.png").write_bytes(content)
    (box / "slack.txt").write_text("\n\n----\n\n".join(map(shown, slack.payloads)) + "\n", encoding="utf-8")


def _command() -> str:
    """How this program is called from here, to be typed as it is shown."""
    called = Path(sys.argv[0])
    if called.name != "figurewatch":
        return "figurewatch"
    found = shutil.which("figurewatch")
    return "figurewatch" if found is not None and Path(found).resolve() == called.resolve() else os.path.relpath(called)


def _summary(folder: Path, config: Path, mail: MailReceiver, slack: SlackReceiver, seconds: float) -> Text:
    command = _command()
    return Text.assemble(
        (f"\nDone in {seconds:.0f} s. ", "bold"),
        f"{len(mail.raw)} mails and {len(slack.payloads)} Slack messages were delivered on loopback.\n",
        f"Settings, data and messages: {folder}\n\n",
        ("Look around:\n", "bold"),
        f"  {command} series list --config {config}\n",
        f"  {command} shifts list --config {config}\n",
        f"  {command} why 1 --config {config}\n",
        f"  {folder}/delivered/mail-1.eml opens in a mail program, slack.txt beside it in an editor\n\n",
        ("Watch real news:\n", "bold"),
        f"  {command} init      writes a commented figurewatch.toml with real feeds on this topic\n",
        f"  {command} doctor    says what is missing\n",
        f"  {command} run       one pass; {command} serve goes on\n",
    )
