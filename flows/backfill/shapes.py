"""What passes between the parts of a backfill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flows.backfill.online import Online
from flows.db import Database
from flows.settings import BackfillSettings

#: Types of documents that the analysis reads. Text is PLAIN (articles.py).
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents are wanted; everything that is empty holds for all."""

    since: datetime | None = None
    until: datetime | None = None  #: the first moment that is too late
    words: tuple[str, ...] = ()  #: one of them must stand in headline or text
    languages: tuple[str, ...] = ()  #: ISO 639-1
    hosts: tuple[str, ...] = ()  #: names; subdomains are included


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What a backfill is asked to read."""

    kind: str
    named: tuple[str, ...]  #: files, folders or addresses
    wanted: Wanted = field(default_factory=Wanted)
    most: int | None = None  #: documents to record


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one worker reads at a time."""

    kind: str  #: the module that reads it
    source: str  #: file or address
    payload: Mapping[str, Any] = field(default_factory=dict)  #: plain values for that module
    size: int = 0  #: bytes or addresses in all; 0: not known
    back: bool = False  #: its listing goes back in time: what it gives later is read and recorded first
    again: int = 0  #: how often what it holds was tried in vain; such a unit waits, and its turn comes after all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as an archive holds it, before it is analysed."""

    url: str
    body: bytes
    content_type: str
    fetched_at: datetime | None = None  #: when the archive took it; None: it does not say
    final_url: str = ""
    title: str = ""
    outlet: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    title_habit: str = ""  #: the place that told its site's titles right before


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is no document that is wanted; an outcome that is counted."""

    outcome: str
    example: str = ""  #: which one, and why, for a person; of each unit the first few are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of reading a unit: what stood there, and where to read on."""

    position: str
    passed: int = 0  #: bytes or addresses that are behind us
    found: Document | LeftOut | None = None  #: None: nothing by itself
    units: tuple[Unit, ...] = ()  #: to be read by themselves
    also: tuple[str, ...] = ()  #: further outcomes to count
    size: int = 0  #: of the unit, where it is known only now


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a module of a kind may use besides its unit."""

    online: Online
    database: Database
    settings: BackfillSettings
    wanted: Wanted
    now: datetime  #: when the backfill began
    title_habits: Mapping[str, str] = field(default_factory=dict)  #: site -> the place that told its titles right by then


class Kind(Protocol):
    """A module that reads one kind of unit."""

    #: Its steps wait for a network, and are stored in small groups; the others run ahead of the analysis.
    ONLINE: bool

    def read(self, unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
        """What stands in a unit from a position on, step by step.

        Raises:
            HostBusy, FetchError: it cannot be read now; what was stored stays, and it is read on later.
            OperationError: it cannot be read at all.
        """
