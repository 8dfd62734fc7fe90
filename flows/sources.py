"""Sources: what is polled, when, and what each poll lists.

Due sources -> the host's gate -> conditional fetch -> entries that are new or were changed. One recorded outcome a poll; what a
source's owner should know becomes a notice.
Not here: when it is due again and how far it is trusted (extractors/article/schedule.py), reading a feed
(extractors/article/feed.py), fetching the pages (fetch.py), telling the owner (notices.py).
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from extractors.article import schedule
from extractors.article.feed import FeedDocument, NotAFeed, read_feed
from extractors.article.sitemap import SitemapDocument, SitemapLink, read_sitemap
from extractors.article.urls import canonical_url, is_web_url
from flows.db import Database, Jsonb, Transaction
from flows.gate import LEASE, LONGEST_WAIT, PER_HOST, Gate, HostBusy, host_of, spelled
from flows.http import Client, Response, redact, with_credentials_of
from flows.log import log
from flows.robots import Robots
from flows.settings import Settings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

#: Times that a change of its listing makes an entry due again. Pages and feeds that embed a clock change at every look;
#: no publisher edits one article so often. The number is lemon24/reader's, from the field.
MOST_RELISTED = 24

#: When so many known entries, and this share of them, change at once, the feed has changed and not its articles: then
#: only those with another title are fetched again.
ALL_AT_ONCE, NEARLY_ALL = 10, 0.8

#: Bytes from which on a document is read by itself.
LARGE = 1_000_000

#: Sitemaps of an index that one poll reads, and how deep indexes may lie in each other.
MOST_PARTS, DEEPEST = 8, 3

#: A sitemap's page count where it is read for the first time: the newest so many are news, the rest is what stood there
#: before. A news sitemap holds no more than a thousand. Of the further parts of an index only what is this young is news.
MOST_FIRST, YOUNG = 1_000, timedelta(days=7)

_MAX_AGE = re.compile(r"(?i)(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """How one poll ended."""

    source: str
    outcome: FetchOutcome | None  #: None: the host is busy, the source waits
    detail: str = ""
    listed: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One answer of a publisher, as read."""

    answer: Response  #: without its body
    sha256: bytes | None = None  #: of its body
    document: FeedDocument | SitemapDocument | NotAFeed | None = None  #: None: the body is known, or there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a poll brought, before any of it is stored."""

    outcome: FetchOutcome
    detail: str = ""
    asked: Asked | None = None
    entries: tuple[Entry, ...] = ()
    known: tuple[Entry, ...] = ()  #: stood there before the watch began
    parts: tuple[SitemapLink, ...] = ()  #: sitemaps of an index that were read
    said_unchanged: bool = False  #: a 304 came
    checked: bool = False  #: and was checked: the rest is what came without conditions


def keep(tx: Transaction, settings: Settings, now: datetime) -> None:
    """Make the stored sources that come from the settings those of the settings; the others stay."""
    rows = [
        {
            "url": source.url,
            "host": host_of(source.url),
            "outlet": source.outlet or (urlsplit(source.url).hostname or ""),
            "kind": source.kind,
            "every_seconds": source.every_minutes * 60,
        }
        for source in {each.url: each for each in settings.sources}.values()
    ]
    tx.run("sources.keep", sources=Jsonb(rows), now=now)
    tx.run("sources.drop_others", urls=[source.url for source in settings.sources])


def add(tx: Transaction, url: str, *, kind: str, outlet: str, every_minutes: int, now: datetime) -> bool:
    """A source that is added by hand; False when it was known already, which resumes it."""
    row = tx.one(
        "sources.add",
        url=url,
        host=host_of(url),
        outlet=outlet or (urlsplit(url).hostname or ""),
        kind=kind,
        every_seconds=every_minutes * 60,
        now=now,
    )
    assert row is not None
    return bool(row["new"])


def lease(tx: Transaction, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Due sources that nobody polls."""
    return tx.all("sources.lease_due", now=now, until=now + LEASE, limit=limit, per_host=PER_HOST, longest=LONGEST_WAIT)


async def poll_all(database: Database, client: Client, settings: Settings, now: datetime, limit: int) -> list[Polled]:
    """Poll up to `limit` due sources, all at once as far as their hosts allow."""
    with database.transaction() as tx:
        due = lease(tx, now, limit)
    gate = Gate(database, client, settings.fetch)
    robots = Robots(database, gate, settings.fetch, now)
    polled = list(await asyncio.gather(*(poll(database, gate, robots, source, now) for source in due)))
    if due:
        await asyncio.to_thread(_forget, database, due, now - timedelta(days=settings.keep_events_days))
    return polled


def _forget(database: Database, polled: list[dict[str, Any]], before: datetime) -> None:
    """Where no service cleans up at night, each batch drops the old records of its own sources."""
    ids, hosts = [source["id"] for source in polled], [source["host"] for source in polled]
    with database.transaction() as tx:
        tx.run("sources.forget", ids=ids, hosts=hosts, before=before)


async def poll(database: Database, gate: Gate, robots: Robots, source: dict[str, Any], now: datetime) -> Polled:
    """Fetch a source and store what it lists. Never raises for what a server does."""
    try:
        reading = await _read(database, gate, robots, source, now)
    except HostBusy as busy:
        return await asyncio.to_thread(_postpone, database, source, now + busy.wait)
    except FetchError as error:
        reading = Reading(outcome=error.outcome, detail=error.message)
    return await asyncio.to_thread(_store, database, source, reading, now)


async def _read(database: Database, gate: Gate, robots: Robots, source: dict[str, Any], now: datetime) -> Reading:
    async def ask(address: str, etag: str = "", last_modified: str = "", sha256: bytes | None = None) -> Asked:
        return await _ask(gate, robots, source["kind"], address, etag, last_modified, sha256)

    parts = await asyncio.to_thread(_parts, database, source) if source["kind"] == "sitemap" else {}
    # The sitemaps of an index change while it stays the same, where it gives no dates: it is always read.
    sha256 = None if parts else source["body_sha256"]
    said_unchanged = checked = False
    if not parts and schedule.conditionally(source["trust"]) and (source["etag"] or source["last_modified"]):
        asked = await ask(source["address"], source["etag"], source["last_modified"], sha256)
        said_unchanged = asked.answer.status == 304
        if said_unchanged:
            unchanged = Reading(outcome=FetchOutcome.NOT_MODIFIED, asked=asked, said_unchanged=True)
            if not schedule.to_be_checked(source["id"], source["not_modified"], source["trust"]):
                return unchanged
            try:
                asked = await ask(source["address"], sha256=sha256)
            except (HostBusy, FetchError):
                return unchanged
            if asked.answer.status != 200:
                return unchanged
            checked = True
    else:
        asked = await ask(source["address"], sha256=sha256)
    if asked.answer.status != 200:
        return Reading(outcome=FetchOutcome.HTTP_ERROR, detail=f"status {asked.answer.status}", asked=asked)
    come = Reading(outcome=FetchOutcome.FETCHED, asked=asked, said_unchanged=said_unchanged, checked=checked)
    if asked.document is None:
        return replace(come, outcome=FetchOutcome.NOT_MODIFIED)
    if isinstance(asked.document, NotAFeed):
        return replace(come, outcome=FetchOutcome.NOT_A_FEED, detail=asked.document.reason)
    if isinstance(asked.document, FeedDocument):
        return replace(come, entries=asked.document.entries)
    return await _sitemap(ask, come, asked.document, parts, source["body_sha256"] is None, now)


async def _ask(
    gate: Gate, robots: Robots, kind: str, address: str, etag: str, last_modified: str, sha256: bytes | None
) -> Asked:
    """An answer, read while it has its room in memory; of its body the hash remains, and of entries' contents theirs."""
    async with gate.visit(address, spacing=robots.feed_spacing, etag=etag, last_modified=last_modified) as answer:
        if answer.status != 200:
            return Asked(answer=answer)
        found = hashlib.sha256(answer.body).digest()
        asked = Asked(answer=replace(answer, body=b""), sha256=found)
        if found == sha256:
            return asked
        async with gate.alone if len(answer.body) > LARGE else nullcontext():
            document = await asyncio.to_thread(_light, kind, answer)
        return replace(asked, document=document)


def _light(kind: str, answer: Response) -> FeedDocument | SitemapDocument | NotAFeed:
    document = document_of(kind, answer)
    if isinstance(document, FeedDocument):
        entries = (replace(each, content=_content_hash(each.content)) if each.content else each for each in document.entries)
        return replace(document, entries=tuple(entries))
    return document


def document_of(kind: str, fetched: Response) -> FeedDocument | SitemapDocument | NotAFeed:
    """What a source lists, by its kind."""
    read: Callable[..., FeedDocument | SitemapDocument | NotAFeed] = read_sitemap if kind == "sitemap" else read_feed
    return read(fetched.body, content_type=fetched.content_type, base_url=fetched.final_url)


async def _sitemap(
    ask: Callable[[str], Awaitable[Asked]],
    come: Reading,
    document: SitemapDocument,
    parts: dict[str, dict[str, Any]],
    first: bool,
    now: datetime,
) -> Reading:
    """The pages of a sitemap and, of an index, those of the sitemaps that changed: the newest first, a few a poll."""
    entries, known = _first(document.entries) if first else (document.entries, ())
    read: list[SitemapLink] = []
    depth = dict.fromkeys((link.url for link in document.sitemaps), 1)
    waiting = list(document.sitemaps)
    problems = ""
    while waiting and len(read) < MOST_PARTS:
        link = following(waiting, parts, now, any_age=first and not read)
        if link is None:
            break
        waiting.remove(link)
        try:
            asked = await ask(link.url)
        except HostBusy:
            break  # the rest is read next time
        except FetchError as error:
            problems = error.message
            read.append(link)
            continue
        read.append(link)
        part = asked.document
        if not isinstance(part, SitemapDocument):
            problems = f"{redact(link.url)}: " + ("no sitemap" if part else f"status {asked.answer.status}")
            continue
        if depth[link.url] < DEEPEST:
            further = [each for each in part.sitemaps if each.url not in depth]
            depth |= {each.url: depth[link.url] + 1 for each in further}
            waiting += further
        if link.url in parts:
            entries += part.entries
        elif first and len(read) == 1:
            young, old = _first(part.entries)
            entries, known = entries + young, known + old
        else:
            young = tuple(each for each in part.entries if (_date(each) or link.updated_at or now) >= now - YOUNG)
            known += tuple(set(part.entries) - set(young))
            entries += young
    return replace(come, entries=entries, known=known, parts=tuple(read), detail=problems)


def following(
    links: Sequence[SitemapLink], parts: dict[str, dict[str, Any]], now: datetime, *, any_age: bool
) -> SitemapLink | None:
    """The sitemap of an index to read next: new or changed, the newest first; then undated ones, the longest unread first.

    An old one that was never read is history, which backfill reads in.

    Args:
        any_age: the newest is read however old it is.
    """

    def changed(link: SitemapLink) -> bool:
        part = parts.get(link.url)
        if part is None:
            return any_age or link.updated_at is None or link.updated_at >= now - YOUNG
        return link.updated_at is None or part["updated_at"] is None or link.updated_at > part["updated_at"]

    long_ago = datetime.min.replace(tzinfo=UTC)

    def order(link: SitemapLink) -> tuple[datetime, float, bool]:
        unread = parts[link.url]["read_at"].timestamp() if link.url in parts else 0.0
        return link.updated_at or long_ago, -unread, "news" in link.url.lower()

    return max(filter(changed, links), key=order, default=None)


def _date(entry: Entry) -> datetime | None:
    return entry.updated_at or entry.published_at


def _first(entries: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """What of a sitemap is news when it is read for the first time, and what is not."""
    if len(entries) <= MOST_FIRST:
        return entries, ()
    long_ago = datetime.min.replace(tzinfo=UTC)
    newest = sorted(entries, key=lambda entry: _date(entry) or long_ago, reverse=True)
    return tuple(newest[:MOST_FIRST]), tuple(newest[MOST_FIRST:])


def _parts(database: Database, source: dict[str, Any]) -> dict[str, dict[str, Any]]:
    with database.transaction() as tx:
        return {row["url"]: row for row in tx.all("sources.parts", id=source["id"])}


def _postpone(database: Database, source: dict[str, Any], due_at: datetime) -> Polled:
    with database.transaction() as tx:
        tx.run("sources.postponed", id=source["id"], due_at=due_at)
    return Polled(source=redact(source["url"]), outcome=None)


def _store(database: Database, source: dict[str, Any], reading: Reading, now: datetime) -> Polled:
    with database.transaction() as tx:
        new = list_entries(tx, reading.entries, source_id=source["id"], outlet=source["outlet"], now=now)
        if reading.known:
            list_entries(tx, reading.known, source_id=source["id"], outlet=source["outlet"], now=now, known=True)
        for part in reading.parts:
            tx.run("sources.record_part", id=source["id"], url=part.url, updated_at=part.updated_at, now=now)
        listed = len(reading.entries) + len(reading.known)
        state = _learnt(source, reading, listed, new, now)
        _tell(tx, source, reading, state, new, now)
        tx.run("sources.polled", id=source["id"], now=now, outcome=reading.outcome, detail=reading.detail, **state)
        tx.run(
            "sources.record_poll",
            id=source["id"],
            now=now,
            outcome=reading.outcome,
            detail=reading.detail,
            listed=listed,
            new=new,
        )
    log.info(
        "source polled",
        stage="sources",
        source=redact(source["url"]),
        outcome=reading.outcome,
        detail=reading.detail,
        listed=listed,
        new=new,
    )
    return Polled(source=redact(source["url"]), outcome=reading.outcome, detail=reading.detail, listed=listed, new=new)


_LEARNT = (
    "address host state interval_seconds due_at ttl_seconds skip_hours skip_days etag last_modified body_sha256 not_modified"
    " trust failures trouble moved_to moved_since last_new_at usual_gap gaps"
).split()


def _learnt(source: dict[str, Any], reading: Reading, listed: int, new: int, now: datetime) -> dict[str, Any]:
    """The source's columns after a poll."""
    learnt = {name: source[name] for name in _LEARNT}
    answer = reading.asked.answer if reading.asked is not None else None
    good = reading.outcome in (FetchOutcome.FETCHED, FetchOutcome.NOT_MODIFIED)
    every = timedelta(seconds=source["every_seconds"])
    wait = timedelta(seconds=source["interval_seconds"])
    if good:
        learnt |= {"failures": 0, "trouble": 0.0}
        if source["last_new_at"] is not None:  # the first poll finds everything new, which says nothing
            wait = schedule.interval(wait, every=every, listed=listed, new=new)
            learnt["interval_seconds"] = wait.total_seconds()
    else:
        heavy = schedule.weight(
            answer.status if answer is not None and reading.outcome is FetchOutcome.HTTP_ERROR else None,
            name_unknown=reading.outcome is FetchOutcome.NAME_UNKNOWN,
            answered=reading.outcome is not FetchOutcome.UNREACHABLE,
        )
        learnt |= {"failures": source["failures"] + 1, "trouble": min(source["trouble"] + heavy, 1e6)}
        wait = max(wait, every)
        if answer is not None and answer.status == 410:
            learnt["state"] = "retired"
    if new:
        if source["last_new_at"] is not None:
            learnt["usual_gap"] = schedule.usual_gap(source["usual_gap"], now - source["last_new_at"])
            learnt["gaps"] = source["gaps"] + 1
        learnt["last_new_at"] = now
    if reading.said_unchanged:
        learnt["not_modified"] = source["not_modified"] + 1
    if reading.checked:
        learnt["trust"] = schedule.trusted(source["trust"], false=new > 0)
    if reading.outcome is FetchOutcome.FETCHED and reading.asked is not None and answer is not None:
        # Validators are kept from the document that was read: those of an error would hide the next good one.
        learnt |= {"etag": answer.etag, "last_modified": answer.last_modified, "body_sha256": reading.asked.sha256}
        document = reading.asked.document
        if isinstance(document, FeedDocument):
            ttl = document.ttl_minutes
            learnt["ttl_seconds"] = None if ttl is None else min(ttl * 60, 31 * 86_400)
            learnt |= {"skip_hours": list(document.skip_hours), "skip_days": list(document.skip_days)}
    if good and answer is not None:
        to, since, for_good = schedule.moved(answer.moved_to, seen=source["moved_to"], since=source["moved_since"], now=now)
        learnt |= {"moved_to": to, "moved_since": since}
        if for_good and is_web_url(to):
            to = with_credentials_of(source["address"], to)
            learnt |= {"address": to, "host": host_of(to), "moved_to": "", "moved_since": None}
    learnt["due_at"] = schedule.due(
        now,
        wait,
        source=source["id"],
        trouble=learnt["trouble"],
        hints=_hints(learnt, answer if good else None, answer),
        out_of_turn=schedule.out_of_turn(now, wait, due_at=source["due_at"], first=new > 0 and source["last_new_at"] is None),
    )
    return learnt


def _hints(learnt: dict[str, Any], good: Response | None, answer: Response | None) -> schedule.Hints:
    aged = _MAX_AGE.search(good.headers.get("cache-control", "")) if good is not None else None
    retry_after = answer.retry_after if answer is not None and answer.status >= 400 else None
    return schedule.Hints(
        ttl=timedelta(seconds=learnt["ttl_seconds"]) if learnt["ttl_seconds"] else None,
        max_age=timedelta(seconds=int(aged[1])) if aged else None,
        retry_after=None if retry_after is None else timedelta(seconds=retry_after),
        skip_hours=learnt["skip_hours"],
        skip_days=learnt["skip_days"],
    )


def _tell(tx: Transaction, source: dict[str, Any], reading: Reading, learnt: dict[str, Any], new: int, now: datetime) -> None:
    """Raise and end notices. A trouble is told once, when it begins, and once more when it is over."""
    name = f"{source['outlet']}: {redact(source['url'])}"

    def notify(kind: str, text: str) -> None:
        tx.run("sources.notify", id=source["id"], kind=kind, text=f"{name} {text}"[:1_000], now=now)

    def over(kind: str) -> timedelta | None:
        row = tx.one("sources.over", id=source["id"], kind=kind, now=now)
        return None if row is None else now - row["raised_at"]

    if learnt["state"] == "retired":
        over("failing")
        notify("retired", "is gone for good (410) and is polled no more, until you say: figurewatch sources resume")
        return
    if learnt["failures"] == 0 and source["failures"] and (since := over("failing")) is not None:
        notify("recovered", f"works again; it had failed for {spelled(since)}")
    if learnt["failures"] >= schedule.FAILURES_TOLD:
        why = reading.detail or reading.outcome
        notify("failing", f"failed {learnt['failures']} times in a row, at last: {why}; it is still polled, less often")
    last, usual = learnt["last_new_at"], learnt["usual_gap"]
    if new and source["gaps"] and (since := over("silent")) is not None:
        notify("recovered", f"lists something new again, {spelled(since)} after it was found silent")
    elif not new and schedule.silent(now, last_new=last, usual=usual, gaps=learnt["gaps"]):
        notify("silent", f"has listed nothing new for {spelled(now - last)}; {spelled(usual)} is the longest that is usual")
    if learnt["address"] != source["address"]:
        other = tx.one("sources.at_address", address=learnt["address"], id=source["id"])
        if other is None:
            notify("moved", f"has moved and is polled at {redact(learnt['address'])} from now on")
        else:
            learnt["state"] = "retired"
            notify("retired", f"has moved to {redact(learnt['address'])}, which is a source already, and is polled no more")


def list_entry(
    tx: Transaction, entry: Entry, *, source_id: int | None, outlet: str, now: datetime, history: bool = False
) -> bool:
    """Store a listed entry; True when it is new or its publisher changed it."""
    return list_entries(tx, [entry], source_id=source_id, outlet=outlet, now=now, history=history) > 0


def list_entries(
    tx: Transaction,
    entries: Sequence[Entry],
    *,
    source_id: int | None,
    outlet: str,
    now: datetime,
    history: bool = False,
    known: bool = False,
) -> int:
    """Store what a document lists; how many entries are new, or were changed by their publisher.

    An entry is known by the canonical form of its address, whatever id the feed gives it, and changed when its title, its
    date of change or its content is another; a new date of publication alone is a feed that stamps its items anew.

    Args:
        known: new ones are kept in mind and not fetched.
    """
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        url = key(entry.url)
        if url not in rows:
            rows[url] = _row(entry, url, known)
    seen = {row["url"]: row for row in tx.all("fetch.known", urls=list(rows))} if rows else {}
    mine = [row for row in seen.values() if row["source_id"] == source_id]
    changed = {row["url"]: row for row in mine if row["listed_sha256"].hex() != rows[row["url"]]["listed_sha256"]}
    if len(mine) >= ALL_AT_ONCE and len(changed) >= len(mine) * NEARLY_ALL:
        renamed = {url: row for url, row in changed.items() if row["title"] != rows[url]["title"]}
        renamed = renamed if len(renamed) < len(mine) * NEARLY_ALL else {}
        tx.run("fetch.relist", entries=Jsonb([rows[url] for url in changed.keys() - renamed.keys()]))
        changed = renamed
    due = [row for url, row in rows.items() if url not in seen]
    due += [rows[url] | {"known": False} for url, row in changed.items() if row["relisted"] < MOST_RELISTED and not known]
    if not due:
        return 0
    stored = tx.all("fetch.list_entries", source_id=source_id, outlet=outlet, history=history, now=now, entries=Jsonb(due))
    return sum(row["state"] == "due" for row in stored)


def _row(entry: Entry, url: str, known: bool) -> dict[str, Any]:
    updated = entry.updated_at if entry.updated_at != entry.published_at else None
    told = (entry.title, updated, _content_hash(entry.content))
    return {
        "url": url,
        "link": entry.url,
        "host": host_of(entry.url),
        "title": entry.title,
        "authors": list(entry.authors),
        "language": entry.language,
        "published_at": entry.published_at,
        "listed_sha256": hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest(),
        "known": known,
    }


def _content_hash(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def key(url: str) -> str:
    """What an entry is known by: the canonical form of its link, or the link itself where it is no web address."""
    return canonical_url(url) if url.startswith(("http://", "https://")) else url
