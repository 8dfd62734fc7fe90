"""What a pass works with: settings, database, worker processes. Opened once a process and shared by all its tasks.

Prefect tasks take plain values only (where the settings are), so that they can run in another process or on another
machine; this is how they come to the rest.
"""

import atexit
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event

from flows.alerts import rules_of
from flows.analyser import Analyser
from flows.db import Database, Presence, migrate
from flows.intake import Aside
from flows.log import VARIABLE, configure_child
from flows.pipeline import Desk
from flows.postgres import database_url
from flows.settings import Settings, load


@dataclass(frozen=True, slots=True)
class Context:
    """An opened figurewatch."""

    settings: Settings
    database: Database
    analyser: Analyser
    desk: Desk
    presence: Presence | None = None  #: None: nobody else is to know of this process
    aside: Aside | None = None  #: None: sources are polled and pages fetched in this process
    stop: Event = field(default_factory=Event)  #: set: hand back what is not done


def open_context(settings: Settings) -> Context:
    """Connect, bring the schema up to date, and make the rest ready; closed when the process ends."""
    url = database_url(settings)
    migrate(url)
    presence = Presence(url)
    atexit.register(presence.close)
    database = Database(url, process=presence.process)
    atexit.register(database.close)
    analyser = Analyser(settings.workers)
    atexit.register(analyser.close)
    aside = Aside(database, settings)
    atexit.register(aside.close)
    return Context(settings, database, analyser, Desk(threshold=settings.threshold, rules=rules_of(settings)), presence, aside)


@cache
def context(config: str | None, data_dir: str | None) -> Context:
    """The context of a settings file, opened on first use."""
    if VARIABLE in os.environ:  # a process that a service or a worker started, not the command line
        configure_child()
    return open_context(load(Path(config) if config else None, data_dir=Path(data_dir) if data_dir else None))
