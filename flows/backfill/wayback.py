"""The Wayback Machine: what an index of captures (CDX) lists under an address becomes units of captures to fetch.

"paper.example/news/*" asks for everything under an address, and of each page for its first capture: that is what was said
then. One address by itself gives all its captures that differ: of an article its revisions, of a feed what it listed over time.
The index is read in parts (resumeKey); the position is where the next part begins. Any server of the same protocol will do.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flows.backfill.listing import LOOP, PAGES_A_UNIT, TO_COME, must_answer, outside, to_come
from flows.backfill.online import Response
from flows.backfill.shapes import Archive, Step, Tools, Unit
from flows.backfill.wanted import OTHER_DATE, OTHER_HOST, of_hosts
from flows.settings import BackfillSettings
from schemas.errors import OperationError, UsageError

ONLINE = True

#: Captures of one part of the index: some 300 KB.
PART = 3_000
MAX_BYTES = 20_000_000
FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
#: Types of captures that articles and feeds have; what says nothing of its type ("warc/revisit") repeats an earlier one.
TYPES = "text/html|application/xhtml.xml|application/(rss|atom|rdf|feed).*|application/xml|text/xml"


def plan(asked: Archive, _: BackfillSettings) -> Iterator[Unit]:
    """A unit for each address.

    Raises:
        UsageError: when one is no address.
    """
    for name in asked.named:
        if not name.strip() or any(character.isspace() for character in name) or "." not in name:
            raise UsageError(
                f"{name}: not an address", mend='write it as "paper.example/news/*", or https://paper.example/feed'
            )
        yield Unit(kind="wayback", source=name)


def read(unit: Unit, position: str, tools: Tools) -> Iterator[Step]:
    """The captures that the index lists, from a part on."""
    at: dict[str, Any] = json.loads(position) if position else {"key": "", "parts": []}
    while at["key"] is not None:
        answer = tools.online.ask(address(unit.source, at["key"], tools), max_bytes=MAX_BYTES, accept="application/json")
        rows, key = _part(answer, unit.source)
        ended: tuple[str, ...] = ()
        if key is not None and (key in at["parts"] or not rows):
            key, ended = None, (LOOP,)
        captures, left_out = _sorted(rows, tools)
        at = {"key": key, "parts": [*at["parts"], *([] if key is None else [key])]}
        yield Step(position=json.dumps(at), units=_units(captures), also=(*left_out, *ended))


def address(source: str, key: str, tools: Tools) -> str:
    """Of a part of the index."""
    many = source.endswith("*")
    asked = [
        ("url", source.removesuffix("*")),
        ("output", "json"),
        ("fl", ",".join(FIELDS)),
        ("filter", "statuscode:200"),
        ("filter", f"mimetype:{TYPES}"),
        ("collapse", "urlkey" if many else "digest"),
        ("limit", str(PART)),
        ("showResumeKey", "true"),
    ]
    if many:
        asked.append(("matchType", "prefix"))
    if tools.wanted.since is not None:
        asked.append(("from", f"{tools.wanted.since:%Y%m%d%H%M%S}"))
    if tools.wanted.until is not None:
        asked.append(("to", f"{tools.wanted.until:%Y%m%d%H%M%S}"))
    if key:
        asked.append(("resumeKey", key))
    return f"{tools.settings.wayback_url.rstrip('/')}/cdx/search/cdx?{urlencode(asked)}"


def _part(answer: Response, source: str) -> tuple[list[dict[str, str]], str | None]:
    """The rows of a part, and the key of the next; None after the last."""
    must_answer(answer, "the index of captures")
    if answer.status != 200:
        raise OperationError(f"{source}: the index of captures answers with status {answer.status}", mend="check the address")
    try:
        lines = json.loads(answer.body or b"[]")
    except (ValueError, RecursionError):
        raise OperationError(
            "the index of captures answers with what is no JSON", mend="check [backfill] wayback_url"
        ) from None
    if not isinstance(lines, list) or not all(isinstance(line, list) for line in lines):
        raise OperationError("the index of captures answers in no known form", mend="check [backfill] wayback_url")
    key = None
    if len(lines) >= 2 and not lines[-2] and len(lines[-1]) == 1:
        key, lines = str(lines[-1][0]), lines[:-2]
    heads = lines[0] if lines else []
    return [dict(zip(map(str, heads), map(str, line), strict=False)) for line in lines[1:] if len(line) == len(heads)], key


def _sorted(rows: list[dict[str, str]], tools: Tools) -> tuple[list[dict[str, Any]], list[str]]:
    """Captures to fetch, and why the others are left out."""
    captures: list[dict[str, Any]] = []
    left_out: list[str] = []
    for row in rows:
        url, taken = row.get("original", ""), moment_of(row.get("timestamp", ""))
        if taken is None or not url:
            left_out.append("unreadable: a line of the index of captures")
        elif not of_hosts(url, tools.wanted.hosts):
            left_out.append(OTHER_HOST)
        elif taken > tools.now or to_come(url, tools.now):
            left_out.append(TO_COME)
        elif outside(url, None, tools.wanted):
            left_out.append(OTHER_DATE)
        else:
            captures.append({"url": url, "taken": row["timestamp"]})
    return captures, left_out


def _units(captures: list[dict[str, Any]]) -> tuple[Unit, ...]:
    return tuple(
        Unit(
            kind="captures",
            source=captures[at]["url"],
            payload={"entries": captures[at : at + PAGES_A_UNIT]},
            size=len(captures[at : at + PAGES_A_UNIT]),
        )
        for at in range(0, len(captures), PAGES_A_UNIT)
    )


def moment_of(stamp: str) -> datetime | None:
    """A time of the archive, as 20240305123000; a shorter one is its beginning."""
    if not (stamp.isascii() and stamp.isdigit() and 4 <= len(stamp) <= 14):
        return None
    try:
        return datetime.strptime((stamp + "00000101000000"[len(stamp) :])[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
