"""Doctor: everything that must be right before a watch, each with its verdict and the mend."""

import asyncio
import os
import platform
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from extractors.article.feed import NotAFeed
from extractors.article.sitemap import SitemapDocument
from flows import channels, db, reprocess
from flows.gate import Gate, HostBusy
from flows.health import LONGEST_SILENCE, prefect_wrong
from flows.http import client_of, redact
from flows.postgres import database_url
from flows.robots import Robots
from flows.settings import FILE_NAME, Settings, SourceSettings, load
from flows.sources import document_of
from schemas.errors import FetchError, FigurewatchError

#: Bytes that an empty database and a week of pages need; with less the next pass may fail.
LEAST_FREE = 1_000_000_000
#: Pages that were given up and are named with the reason; all of a source: sources check.
GIVEN_UP = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    good: bool
    detail: str
    mend: str = ""


def examine(config: Path | None, data_dir: Path | None) -> list[Check]:
    """All checks, in the order in which things build on each other."""
    try:
        settings = load(config, data_dir=data_dir)
    except FigurewatchError as error:
        return [Check("settings", False, error.message, error.mend)]
    file = config or Path(FILE_NAME)
    where = str(file) if file.exists() else f"defaults, there is no {FILE_NAME} here"
    counted = f"{len(settings.sources)} sources, {len(settings.channels)} channels, {len(settings.rules)} rules"
    found = [_versions(), Check("settings", True, f"{where}: {counted}")]
    database = _database(settings)
    found += [_folder(settings), database, _model(), _prefect()]
    if database.good:
        found += asyncio.run(_sources(settings))
        found += _older(settings)
        found += _service(settings)
    elif settings.sources:  # whose turn it is at a host stands in the database
        found.append(Check("sources", False, "not asked: that needs the database", database.mend))
    standing = _standing(settings) if database.good else []
    found += standing
    found += [_channel(settings, name) for name in settings.channels]
    if database.good:
        found += _deliveries(settings)
    if not settings.sources and not standing:
        found.append(Check("sources", False, "nothing is polled", "figurewatch sources add ADDRESS"))
    if not settings.channels:
        found.append(Check("channels", False, "nobody is told", 'name one under [channels], as in desk = "mailto://..."'))
    if settings.sources and not settings.fetch.contact:
        found.append(
            Check("contact", False, "publishers cannot reach you", "set contact under [fetch]: a mail address or a page")
        )
    return found


def _versions() -> Check:
    return Check("figurewatch", True, f"{version('figurewatch')} on Python {platform.python_version()}, {platform.platform()}")


def _folder(settings: Settings) -> Check:
    """Where data lies and how much still fits there."""
    what, folder = "data folder", settings.data_dir.absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Check(what, False, f"{there}: {(error.strerror or str(error)).lower()}", "name another folder with --data-dir")
    said = f"{folder}, {free / 1e9:,.1f} GB free"
    if not os.access(there, os.W_OK):
        return Check(what, False, f"{said}, cannot be written", "name another folder with --data-dir")
    if free < LEAST_FREE:
        return Check(what, False, said, "free some: the database stops when the disk is full")
    return Check(what, True, said)


def _database(settings: Settings) -> Check:
    what = "database"
    try:
        url = database_url(settings)
        db.migrate(url)
    except FigurewatchError as error:
        return Check(what, False, error.message, error.mend)
    kind = "embedded" if settings.database_url is None else "outside"
    return Check(what, True, f"PostgreSQL {db.server_version(url)}, {kind}")


def _older(settings: Settings) -> list[Check]:
    """Articles of another version: by whose fingerprints no copy is found, or whose figures others may not meet."""
    from extractors.copies import VERSION

    with db.Database(database_url(settings)) as database:
        with database.transaction() as tx:
            row = tx.one("copies.other_versions", version=VERSION)
        if row is not None and row["articles"]:
            said = f"{row['articles']:,} articles have one of another version: no copy of them is recognised"
            mend = "figurewatch reprocess; seeds that came as a pack: figurewatch seed add"
            return [Check("fingerprints", False, said, mend)]
        waiting = reprocess.due(database, reprocess.Span())
    if not waiting:
        return []
    said = f"articles read by another version: {waiting:,}; what goes on from them may begin series anew"
    return [Check("analysis", True, f"{said}; figurewatch reprocess reads them again")]


def _service(settings: Settings) -> list[Check]:
    """What the last pass came to, what was given up, and the Prefect server where one is named."""
    found = []
    now = datetime.now(UTC)
    with db.Database(database_url(settings)) as database, database.transaction() as tx:
        last, served = tx.one("service.last_pass"), tx.one("service.who_is_alone")
        last_given_up = tx.all("articles.quarantined", limit=GIVEN_UP)
        given_up = {
            row["queue"]: row["depth"] for row in tx.all("service.queues", now=now) if row["queue"].endswith(" quarantined")
        }
    if last is None:
        found.append(Check("passes", True, "none yet: figurewatch run does one, figurewatch serve goes on"))
    else:
        ago = now - last["ended_at"]
        said = f"the last one ended {int(ago.total_seconds() // 60)} minutes ago, {last['outcome']}"
        if last["outcome"] == "failed":
            reason = (last["detail"].splitlines() or ["no reason"])[0][:200]
            found.append(Check("passes", False, f"{said}: {reason}", "mend that; the next pass goes on where it stopped"))
        elif served is not None and ago > LONGEST_SILENCE:
            mend = f"see {settings.data_dir.absolute()}/prefect/worker.log, then stop {served['who']} and start it again"
            found.append(Check("passes", False, said, mend))
        else:
            found.append(Check("passes", True, said))
    if given_up["articles quarantined"]:
        said = f"{given_up['articles quarantined']:,} pages could not be read twice; their bytes are kept"
        found.append(Check("quarantine", False, said, "after an upgrade: figurewatch reprocess; please report what it says"))
        found += [
            Check("given up", False, f"{redact(row['item'])}: {(row['detail'].splitlines() or [row['outcome']])[0][:200]}")
            for row in last_given_up
            if row["stage"] == "articles"
        ]
    if given_up["fetch quarantined"]:
        said = f"{given_up['fetch quarantined']:,} pages are gone or were refused; they hold nothing up"
        found.append(Check("quarantine of fetch", True, said))
    if address := os.environ.get("PREFECT_API_URL"):
        wrong = prefect_wrong(address)
        mend = "start it, or take PREFECT_API_URL away: figurewatch serve has one of its own"
        found.append(
            Check("prefect server", not wrong, f"{redact(address)}{' ' if wrong else ''}{wrong}", mend if wrong else "")
        )
    return found


def _model() -> Check:
    from extractors.text import pipeline

    meta: dict[str, Any] = pipeline().meta
    return Check("language model", True, f"{meta['lang']}_{meta['name']} {meta['version']}")


def _prefect() -> Check:
    return Check(
        "prefect", True, f"{version('prefect')} with fastapi {version('fastapi')} and sqlalchemy {version('sqlalchemy')}"
    )


async def _sources(settings: Settings) -> list[Check]:
    """Each source of the settings, asked when it is our turn at its host, as a poll would."""
    with db.Database(database_url(settings)) as database:
        async with client_of(settings.fetch) as client:
            gate = Gate(database, client, settings.fetch)
            robots = Robots(database, gate, settings.fetch, datetime.now(UTC))
            return list(await asyncio.gather(*(_source(gate, robots, source) for source in settings.sources)))


def _standing(settings: Settings) -> list[Check]:
    """Sources that were added by hand, and what their owner should know of any."""
    with db.Database(database_url(settings)) as database, database.transaction() as tx:
        added = sum(row["origin"] == "added" and row["state"] == "active" for row in tx.all("sources.all"))
        troubles = tx.all("sources.standing")
    found = [Check("sources added", True, f"{added} by hand")] if added else []
    return found + [
        Check(f"source {row['outlet'] or redact(row['url'])}", False, row["text"], f"figurewatch sources check {row['id']}")
        for row in troubles
    ]


async def _source(gate: Gate, robots: Robots, source: SourceSettings) -> Check:
    what = f"source {source.outlet or redact(source.url)}"
    try:
        answer = await gate.fetch(source.url, spacing=robots.feed_spacing)
    except HostBusy as busy:
        said = f"{redact(source.url)}: its host may not be asked for another {busy.said}"
        return Check(what, False, said, "figurewatch sources check says why; it is polled again by itself")
    except FetchError as error:
        return Check(what, False, error.message, error.mend or "see whether the address opens in a browser")
    if answer.status != 200:
        return Check(what, False, f"{redact(source.url)}: status {answer.status}", "see whether the address opens in a browser")
    document = document_of(source.kind, answer)
    if isinstance(document, NotAFeed):
        return Check(
            what, False, f"{redact(source.url)}: {document.reason}", "name the feed's own address; a site's page links it"
        )
    if isinstance(document, SitemapDocument) and document.sitemaps:
        count, one, more = len(document.sitemaps), "sitemap", "sitemaps"
    else:
        count, one, more = len(document.entries), "entry", "entries"
    return Check(what, True, f"{count:,} {one if count == 1 else more}")


def _channel(settings: Settings, name: str) -> Check:
    what = f"channel {name}"
    try:
        address = settings.channel_address(name)
        channels.check(address)
    except FigurewatchError as error:
        return Check(what, False, error.message, error.mend)
    wants = settings.channels[name]
    hours = [f"quiet {', '.join(wants.quiet)}"] if wants.quiet else []
    hours += [f"digest {wants.digest}"] if wants.digest else []
    hours += [wants.timezone] if hours else []
    said = "; ".join([channels.masked(address), *hours])
    return Check(what, True, f"{said}; try it with: figurewatch alerts test {name}")


def _deliveries(settings: Settings) -> list[Check]:
    """Channels that did not take their last message, and messages that were given up."""
    with db.Database(database_url(settings)) as database, database.transaction() as tx:
        rows = [row for row in tx.all("outbox.known_channels") if row["name"] in settings.channels]
    return [
        Check(
            f"channel {row['name']}",
            False,
            f"{row['detail'] or 'works again'}; messages waiting: {row['waiting']}, given up: {row['dead']}",
            f"figurewatch alerts test {row['name']}" + ("; then figurewatch alerts retry" if row["dead"] else ""),
        )
        for row in rows
        if row["failures"] or row["dead"]
    ]
