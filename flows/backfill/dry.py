"""What would a backfill fetch? Its listings are read, and nothing else: how many pages, requests, and how long politely.

Listings are asked for as they would be, at the polite rate; nothing is stored. Files on this machine are looked through for
what is wanted, up to the analysis.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from rich.console import Console
from rich.text import Text

from extractors.article.urls import is_web_url
from flows import sources
from flows.backfill import kinds, warc
from flows.backfill.online import Online
from flows.backfill.run import length
from flows.backfill.shapes import Archive, Document, LeftOut, Step, Tools, Unit
from flows.backfill.wanted import refusal
from flows.context import Context
from flows.gate import host_of

#: Files on the network whose size is asked for; the others are taken to be like them.
SAMPLED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a backfill would do."""

    documents: int  #: that may be wanted: read from files, or fetched
    files: int
    megabytes: float  #: of files
    requests: int  #: still to be made
    asked: int  #: requests that this look took
    seconds: float  #: at the polite rate, for the host that is asked most
    hosts: dict[str, int]  #: requests by host
    left_out: dict[str, int]  #: by outcome
    more: bool  #: feeds as archived list pages that are known only when they are read


def run(opened: Context, archive: Archive, now: datetime, say: Callable[[str], None]) -> Estimate:
    """Look at what a backfill would read.

    Raises:
        UsageError, OperationError: what is named is not there, or is not understood.
    """
    hosts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    documents = files = size = 0
    more = False
    listed: set[str] = set()
    spacing: dict[str, timedelta] = {}
    remote: list[str] = []
    with Online(opened.database, opened.settings) as online:
        tools = Tools(
            online=online, database=opened.database, settings=opened.settings.backfill, wanted=archive.wanted, now=now
        )
        waiting = deque(kinds.plan(archive, opened.settings.backfill))
        while waiting and (archive.most is None or documents < archive.most):
            unit = waiting.popleft()
            say(f"{documents:,} documents, {files:,} files, {online.requests:,} requests made")
            if unit.kind in {"pages", "captures"}:
                urls = _urls(unit, listed)
                documents += len(urls)
                for url in urls:
                    asked = opened.settings.backfill.wayback_url if unit.kind == "captures" else url
                    hosts[host_of(asked)] += 1
                    if host_of(asked) not in spacing:
                        spacing[host_of(asked)] = online.spacing(asked)
                more = more or (unit.kind == "captures" and not unit.payload.get("listed"))
            elif unit.kind == "warc" and is_web_url(unit.source):
                files += 1
                remote.append(unit.source)
            elif unit.kind in {"warc", "jsonl", "folder"}:
                files += 1
                size += unit.size if unit.kind != "folder" else 0
                documents += _look(kinds.of(unit.kind).read(unit, "", tools), tools, left_out)
            elif unit.kind == "wordpress":
                posts, further = _posts(unit, tools)
                documents += posts
                hosts[host_of(unit.source)] += max(0, -(-posts // 100) - 1)
                spacing[host_of(unit.source)] = online.spacing(unit.source)
                waiting += further
            else:
                for step in kinds.of(unit.kind).read(unit, "", tools):
                    waiting += step.units
                    left_out.update(step.also)
                    if isinstance(step.found, LeftOut):
                        left_out[step.found.outcome] += 1
        for url, pieces, length_ in _remote(remote, online):
            size += length_
            hosts[host_of(url)] += pieces
            if host_of(url) not in spacing:
                spacing[host_of(url)] = online.spacing(url)
        if archive.most is not None:
            documents = min(documents, archive.most)
        return Estimate(
            documents=documents,
            files=files,
            megabytes=round(size / 1e6, 1),
            requests=sum(hosts.values()),
            asked=online.requests,
            seconds=max((count * spacing[host].total_seconds() for host, count in hosts.items()), default=0.0),
            hosts=dict(hosts.most_common()),
            left_out=dict(sorted(left_out.items())),
            more=more,
        )


def show(found: Estimate, out: Console) -> None:
    """The estimate for a person."""
    if found.files:
        out.print(Text(f"{found.files:>9,}  files, {found.megabytes:,.0f} MB"))
    if found.documents or not found.files:
        out.print(Text(f"{found.documents:>9,}  documents that may be wanted"))
    for outcome, count in found.left_out.items():
        out.print(Text(f"{count:>9,}  {outcome}"))
    if found.requests:
        out.print(Text(f"{found.requests:>9,}  requests, {length(timedelta(seconds=found.seconds))} at the polite rate"))
        for host, count in islice(found.hosts.items(), 10):
            out.print(Text(f"{count:>9,}    of {host}"))
    if found.more:
        out.print("Feeds among them list further pages, which are known only when they are read.")
    said = f"This look took {found.asked:,} requests." if found.asked else "Nothing was asked of any server."
    out.print(f"{said} Nothing is stored. Without --dry-run it begins.")


def _urls(unit: Unit, listed: set[str]) -> list[str]:
    found = []
    for row in unit.payload["entries"]:
        key = sources.key(row["url"]) + row.get("taken", "")
        if key not in listed:
            listed.add(key)
            found.append(row["url"])
    return found


def _look(steps: Iterator[Step], tools: Tools, left_out: Counter[str]) -> int:
    """Documents of a file that may be wanted."""
    wanted = 0
    for step in steps:
        outcome = step.found.outcome if isinstance(step.found, LeftOut) else ""
        if isinstance(step.found, Document):
            outcome = refusal(step.found, tools.wanted)
            wanted += not outcome
        if outcome:
            left_out[outcome] += 1
    return wanted


def _posts(unit: Unit, tools: Tools) -> tuple[int, list[Unit]]:
    """How many posts a site has, from its first page; what is read in its place, where its API is off."""
    further: list[Unit] = []
    for step in kinds.of(unit.kind).read(unit, "", tools):
        further += [each for each in step.units if each.kind == "feed"]
        if step.size:
            return step.size, further
    return 0, further


def _remote(urls: list[str], online: Online) -> Iterator[tuple[str, int, int]]:
    """Pieces and bytes of files on the network, from the first few of them."""
    known: list[int] = []
    for url in urls:
        if len(known) < SAMPLED:
            answer = online.ask(url, span=(0, 1), max_bytes=1, cut=True, accept="*/*")
            said = answer.headers.get("content-range", "").rpartition("/")[2]
            known.append(int(said) if said.isascii() and said.isdigit() else warc.PIECE_BYTES)
        size = known[-1] if len(known) < SAMPLED else sum(known) // len(known)
        yield url, -(-size // warc.PIECE_BYTES), size
