"""Reading: a unit's documents, analysed in worker processes, and staged together with the position that they were read to.

steps -> groups -> those wanted and new -> analysis -> one transaction a group: staged rows, outcomes, position

A group is cut by what stands in it, never by time, so that whoever reads a unit, and wherever it was taken up again, cuts the
same groups: recording goes group by group, and comes to the same rows.
"""

import hashlib
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from extractors.article.urls import site
from flows import articles, sources
from flows.analyser import Failed, Result
from flows.backfill import cursor, kinds, wanted
from flows.backfill.cursor import Place, Stopped, Worker
from flows.backfill.online import HostBusy
from flows.backfill.packing import pack
from flows.backfill.shapes import Document, LeftOut, Step, Tools, Unit, Wanted
from flows.db import Database, Jsonb, Transaction
from flows.gate import host_of
from flows.log import log
from schemas.errors import FetchError, FigurewatchError, OperationError
from schemas.outcomes import ArticleOutcome, FetchOutcome
from schemas.records import Article, Page

#: Steps of a group, and bytes after which it is cut. Larger groups cost fewer transactions, and hold more in memory: some nine
#: groups are under way for two worker processes.
STEPS = 25
BYTES = 2_000_000
#: Steps of a group where each waits for a polite pause: so many requests are made again when a process is killed.
ONLINE_STEPS = 4

#: How a fetch ended that waiting makes no better: a name that nobody knows, an address that is not dialled.
NO_BETTER = frozenset({FetchOutcome.NAME_UNKNOWN, FetchOutcome.REFUSED, FetchOutcome.TOO_LARGE})

#: Of what cannot be read, so many are named for each unit: who has more of them has one cause.
MOST_EXAMPLES = 10

#: A unit whose server fails is read on after so long, longer each time.
PAUSE = timedelta(minutes=5)

LOOK_SECONDS = 0.2
RENEW_SECONDS = 60.0

#: Batches of one unit between two looks whether there is room for more.
ROOM_BATCHES = 8

#: Units of what was tried in vain come after all others.
LAST = 2_147_483_647
AGAIN = timedelta(minutes=20)

KNOWN = "known already"
AWAITED = "left to the watch, which fetches it by itself"
FUTURE = "dated in the future, and taken for the day that it was fetched"


@dataclass(frozen=True, slots=True)
class Group:
    """What one worker process is given at a time."""

    documents: tuple[Document, ...]
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of one document in a worker process."""

    outcome: str = ""  #: why it is left out; empty when it is to be recorded
    result: bytes = b""
    body: bytes = b""  #: packed
    detail: str = ""


def analyse_group(group: Group) -> list[Read]:
    """Analyse the documents of a group; runs in a worker process."""
    from extractors.analysis import analyse, analyse_all
    from extractors.article.body import article

    pages = [_page(document) for document in group.documents]
    try:
        # What is left out by then is not read any further.
        articles_of = [article(page) for page in pages]
        early = [_refused(found, document, group.wanted) for found, document in zip(articles_of, group.documents, strict=True)]
        results: list[Result] = [ArticleOutcome.NO_TEXT] * len(pages)
        kept = [index for index, outcome in enumerate(early) if not outcome]
        for index, result in zip(kept, analyse_all([articles_of[index] for index in kept]), strict=True):
            results[index] = result
    except Exception:  # one of them, whichever it is: then each by itself
        early = [""] * len(pages)
        results = [_alone(analyse, page) for page in pages]
    return [_read(*each, group.wanted) for each in zip(group.documents, early, results, strict=True)]


def _page(document: Document) -> Page:
    from extractors.article.charset import decode_html

    plain = document.content_type == articles.PLAIN
    return Page(
        url=document.url,
        final_url=document.final_url or document.url,
        html="" if plain else decode_html(document.body, document.content_type),
        text=document.body.decode("utf-8", "replace") if plain else "",
        title=document.title,
        outlet=document.outlet,
        authors=document.authors,
        language=document.language,
        published_at=document.published_at,
        proven={"title": document.title_habit} if document.title_habit else {},
    )


def _alone(analyse: Callable[[Page], Result], page: Page) -> Result:
    try:
        return analyse(page)
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _refused(found: Article | ArticleOutcome, document: Document, wished: Wanted) -> str:
    """Why an article is left out, before its sentences are read."""
    assert document.fetched_at is not None
    if isinstance(found, ArticleOutcome):
        # What is no article cannot be told to be wanted; it would only fill the archive.
        narrowed = wished.words or wished.since or wished.until or wished.languages
        return f"articles {found}" if narrowed else ""
    return wanted.refused(found.title, found.text, found.language, found.published_at, document.fetched_at, wished)


def _read(document: Document, early: str, result: Result, wished: Wanted) -> Read:
    if not early and not isinstance(result, (Failed, ArticleOutcome)):
        early = _refused(result.article, document, wished)
    if early:
        return Read(outcome=early)
    if not isinstance(result, (Failed, ArticleOutcome)):
        said = result.article
        if said.published_at is not None and said.published_at.tzinfo is not None:
            # A zone that goes through bytes: an offset, not a rule.
            zone = timezone(said.published_at.utcoffset() or timedelta())
            result = replace(result, article=replace(said, published_at=said.published_at.astimezone(zone)))
    return Read(result=pack(result), body=zlib.compress(document.body, 6))


class Inline:
    """The analysis in this process, for workers that are one of a cluster's already and may have no children."""

    def results(self, groups: Iterator[Group]) -> Iterator[list[Read]]:
        """The analysis of each group, in order."""
        return (analyse_group(group) for group in groups)

    def close(self) -> None:
        """Nothing to end."""


def read_unit(
    database: Database, analyser: Any, by: Worker, row: cursor.Row, tools: Tools, check: Callable[[], object] = bool
) -> None:
    """Read a leased unit to its end, or as far as it can be read now.

    Args:
        check: raises when what is read will not be recorded any more.
    Raises:
        Stopped: the backfill was paused, the unit is somebody else's now, or others have to be read before.
    """
    place = Place.of(row)
    unit = Unit(kind=row["kind"], source=row["source"], payload=row["payload"], size=row["size"])
    module = kinds.of(unit.kind)
    now = datetime.now(UTC)
    try:
        steps = _guarded(unit.source, module.read(unit, place.position, tools))
        groups = _groups(steps, ONLINE_STEPS if module.ONLINE else STEPS)
        for group, read in _analyse(database, analyser, groups, tools, ahead=not module.ONLINE):
            _stage(database, place, by, group, read)
            check()
            if place.batches % ROOM_BATCHES == 0:
                _await_room(database, place, by, check)
        with database.transaction() as tx:
            passed = max(place.passed, place.size)
            cursor.advance(tx, place, by, position=place.position, passed=passed, staged=False, state="done")
    except HostBusy as busy:
        cursor.put_back(database, row, by, now + busy.wait, f"{host_of(row['source']) or 'the host'} is busy", free=True)
    except FetchError as error:
        log.info("backfill unit waits", source=row["source"], outcome=error.outcome, detail=error.message)
        tries = row["tries"] if place.position == row["position"] else 1
        due_at = datetime.now(UTC) + PAUSE * tries
        over = tries >= cursor.MOST_TRIES or error.outcome in NO_BETTER
        cursor.put_back(database, row, by, due_at, error.message, free=False, over=over)
    except (OperationError, OSError) as error:
        if cursor.of_database(error):
            raise  # it is away, or its disk full: nothing is wrong with the unit
        detail = error.message if isinstance(error, OperationError) else f"{row['source']}: {error.strerror or error}"
        with database.transaction() as tx:
            cursor.advance(
                tx, place, by, position=place.position, passed=place.passed, staged=False, state="failed", detail=detail
            )


def _await_room(database: Database, place: Place, by: Worker, check: Callable[[], object]) -> None:
    """Wait while too much waits to be recorded; where nobody reads what has to be read before, this worker has to.

    Raises:
        Stopped: it has to, or nothing is to be read any more.
    """
    renewed = time.monotonic()
    while True:
        check()
        with database.transaction() as tx:
            row = tx.one("backfill.room", id=place.row["backfill_id"], unit=place.row["id"], most=cursor.MOST_WAITING)
            if row is None or row["state"] != "running":
                raise Stopped
            if row["room"]:
                return
            if not row["moves"]:
                raise Stopped
            if time.monotonic() - renewed > RENEW_SECONDS:
                cursor.advance(tx, place, by, position=place.position, passed=place.passed, staged=False)
                renewed = time.monotonic()
        time.sleep(LOOK_SECONDS)


def _guarded(source: str, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps of a unit; a fault of ours on strangers' bytes is this unit's end, and not that of all."""
    try:
        yield from steps
    except (FigurewatchError, HostBusy, OSError):
        raise
    except Exception as error:
        if cursor.of_database(error):
            raise
        log.warning("a unit of a backfill meets a fault", source=source, detail=f"{type(error).__name__}: {error}")
        raise OperationError(f"{source}: a fault of figurewatch: {type(error).__name__}: {error}") from error


def _groups(steps: Iterator[Step], most: int) -> Iterator[list[Step]]:
    group: list[Step] = []
    size = 0
    try:
        for step in steps:
            group.append(step)
            size += len(step.found.body) if isinstance(step.found, Document) else 0
            if len(group) == most or size > BYTES or step.units:
                yield group
                group, size = [], 0
    except (FigurewatchError, HostBusy, OSError):
        if group:
            yield group  # what was read before is stored
        raise
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class _Ready:
    """A group on its way: for each step its outcome so far; and what goes to the analysis, with its hash."""

    steps: list[Step]
    outcomes: list[str]
    documents: list[Document]
    hashes: list[bytes]


def _analyse(
    database: Database, analyser: Any, groups: Iterator[list[Step]], tools: Tools, *, ahead: bool
) -> Iterator[tuple[_Ready, list[Read]]]:
    """Each group with what the analysis made of it, in order; several groups ahead where reading is quick."""
    waiting: list[_Ready] = []
    broken: list[Exception] = []

    def ready() -> Iterator[Group]:
        try:
            for steps in groups:
                waiting.append(_sifted(database, steps, tools))
                yield Group(tuple(waiting[-1].documents), tools.wanted)
        except (FigurewatchError, HostBusy, OSError) as error:
            broken.append(error)  # when what was read before is stored

    if ahead:
        for read in analyser.results(ready()):
            group = waiting.pop(0)
            yield group, _each(analyser, group, read, tools)
        if broken:
            raise broken[0]
        return
    for wished in ready():
        group = waiting.pop()
        read = next(iter(analyser.results(iter([wished])))) if wished.documents else []
        yield group, _each(analyser, group, read, tools)
    if broken:
        raise broken[0]


def _each(analyser: Any, group: _Ready, read: Any, tools: Tools) -> list[Read]:
    """The results of a group; when its worker died, each document alone, to find which one it was."""
    if not isinstance(read, Failed):
        return list(read)
    found = []
    for document in group.documents:
        one = next(iter(analyser.results(iter([Group((document,), tools.wanted)]))))
        found.append(Read(result=pack(one), body=zlib.compress(document.body, 6)) if isinstance(one, Failed) else one[0])
    return found


def _sifted(database: Database, steps: list[Step], tools: Tools) -> _Ready:
    """What of a group goes to the analysis: what is wanted as far as can be told, and not known yet."""
    outcomes = [step.found.outcome if isinstance(step.found, LeftOut) else "" for step in steps]
    kept: list[tuple[int, Document, bytes]] = []
    for index, step in enumerate(steps):
        if isinstance(step.found, Document):
            document = _completed(step.found, tools)
            outcomes[index] = wanted.refusal(document, tools.wanted)
            if not outcomes[index]:
                kept.append((index, document, hashlib.sha256(document.body).digest()))
    if kept:
        with database.transaction() as tx:
            rows = tx.all(
                "backfill.known",
                urls=[sources.key(document.url) for _, document, _ in kept],
                hashes=[sha256 for _, _, sha256 in kept],
            )
        for row in rows:
            if row["known"] or row["awaited"]:
                outcomes[kept[row["number"] - 1][0]] = KNOWN if row["known"] else AWAITED
    kept = [each for each in kept if not outcomes[each[0]]]
    return _Ready(steps, outcomes, [document for _, document, _ in kept], [sha256 for _, _, sha256 in kept])


def _completed(document: Document, tools: Tools) -> Document:
    """With what is known of its site, and the date that the archive took it.

    A date that is missing, or still to come, is the backfill's own.
    """
    fetched_at = tools.now if document.fetched_at is None else min(document.fetched_at, tools.now)
    habit = tools.title_habits.get(site(document.final_url or document.url), "") if tools.title_habits else ""
    return replace(document, fetched_at=fetched_at, title_habit=habit)


def _stage(database: Database, place: Place, by: Worker, group: _Ready, read: Sequence[Read]) -> None:
    """Store what a group came to, and move the position on, in one transaction."""
    counts = place.counts + Counter(outcome for outcome in group.outcomes if outcome)
    units: list[tuple[Sequence[int], Unit]] = []
    children = place.children
    for step in group.steps:
        counts.update(step.also)
        if isinstance(step.found, LeftOut) and step.found.example and len(place.examples) < MOST_EXAMPLES:
            place.examples.append(step.found.example[:300])
        for unit in step.units:
            units.append((_turn(place.row["place"], children, unit), unit))
            children += 1
    rows: list[dict[str, Any]] = []
    for document, sha256, one in zip(group.documents, group.hashes, read, strict=True):
        assert document.fetched_at is not None
        if one.outcome:
            counts[one.outcome] += 1
            continue
        if document.published_at is not None and document.published_at > document.fetched_at + timedelta(days=1):
            counts[FUTURE] += 1
        rows.append(_row(place, len(rows), document, sha256, one))
    last = group.steps[-1]
    size = max([place.size, *(step.size for step in group.steps)])
    ahead = replace(place, counts=counts, children=children, size=size)

    def store() -> None:
        with database.transaction() as tx:
            # First, for whoever holds the lease no more may find the same rows there, stored by who has it now.
            cursor.advance(tx, ahead, by, position=last.position, passed=last.passed, staged=bool(rows))
            if rows:
                tx.many("backfill.stage", rows)
            now = datetime.now(UTC)
            for where, unit in _once(tx, place, units):
                cursor.add_units(tx, place.row["backfill_id"], [(where, unit)], now + AGAIN * unit.again)

    cursor.once_more(store)
    place.counts, place.children, place.size = counts, children, size
    place.moved(last.position, last.passed, staged=bool(rows))


def _once(tx: Transaction, place: Place, units: Sequence[tuple[Sequence[int], Unit]]) -> Iterator[tuple[Sequence[int], Unit]]:
    """Units with their places, of pages without those that a listing gave before."""
    listing = [not unit.again and (unit.kind == "pages" or bool(unit.payload.get("listed"))) for _, unit in units]
    keys = [
        {sources.key(row["url"]): row for row in unit.payload["entries"]} if lists else {}
        for (_, unit), lists in zip(units, listing, strict=True)
    ]
    new = cursor.not_listed_before(tx, place.row["backfill_id"], [key for each in keys for key in each])
    for (where, unit), lists, entries in zip(units, listing, keys, strict=True):
        # Each address once, also where two units of these list it.
        left = [row for key, row in entries.items() if key in new]
        new -= entries.keys()
        if not lists:
            yield where, unit
        elif left:
            yield where, replace(unit, payload={**unit.payload, "entries": left}, size=len(left))


def _turn(parent: Sequence[int], number: int, unit: Unit) -> list[int]:
    if not unit.again:
        return [*parent, LAST - 1 - number if unit.back else number]
    return [LAST, unit.again, *(part for part in parent if part != LAST), number]


def _row(place: Place, position: int, document: Document, sha256: bytes, read: Read) -> dict[str, Any]:
    url = sources.key(document.url)
    entry = {
        "url": url,
        "link": document.url,
        "host": host_of(document.url),
        "title": document.title,
        "outlet": document.outlet,
        "authors": list(document.authors),
        "language": document.language,
        "published_at": document.published_at,
    }
    return {
        "unit_id": place.row["id"],
        "batch": place.batches,
        "position": position,
        "entry": Jsonb(entry),
        "final_url": document.final_url or document.url,
        "content_type": document.content_type,
        "fetched_at": document.fetched_at,
        "body": read.body,
        "body_sha256": sha256,
        "result": read.result,
    }


__all__ = ["Inline", "Stopped", "analyse_group", "read_unit"]
