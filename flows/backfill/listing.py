"""What archives that list addresses have in common: which are wanted, traps that go on for ever, units of pages to fetch."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from extractors.article.urls import canonical_url
from flows.backfill.online import Response
from flows.backfill.shapes import Document, Tools, Unit, Wanted
from flows.backfill.wanted import OTHER_DATE, OTHER_HOST, in_range, moved, of_hosts
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome
from schemas.records import Entry

#: Addresses of one unit: at the polite rate some four minutes' work.
PAGES_A_UNIT = 50

LOOP = "ended: a listing that repeats itself"
TRAP = "ended: a calendar that goes on for ever"
TO_COME = "left out: an address of a day to come"

#: A listing that has brought nothing new for so many pages in a row repeats itself.
MOST_STALE = 3

_DAY = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])(?:[/-]?(0[1-9]|[12]\d|3[01]))?(?=[/_.-]|$|\D)")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The entries of a listing that are wanted, and why the others are not."""

    wanted: tuple[Entry, ...]
    left_out: tuple[str, ...]


def sort(entries: Iterable[Entry], tools: Tools) -> Sorted:
    """Which entries of a listing may be wanted, as far as the listing and the address tell."""
    found: list[Entry] = []
    left_out: list[str] = []
    for entry in entries:
        outcome = _refusal(entry, tools)
        if outcome:
            left_out.append(outcome)
        else:
            found.append(entry)
    return Sorted(tuple(found), tuple(left_out))


def _refusal(entry: Entry, tools: Tools) -> str:
    wanted, now = tools.wanted, tools.now
    if not of_hosts(entry.url, wanted.hosts):
        return OTHER_HOST
    if to_come(entry.url, now):
        return TO_COME
    published = entry.published_at
    if published is not None and published <= now:  # one that is still to come says nothing
        return "" if in_range(published, wanted) else OTHER_DATE
    return OTHER_DATE if outside(entry.url, entry.updated_at, wanted) else ""


def to_come(url: str, now: datetime) -> bool:
    """Does an address name a day that is still to come, wherever its publisher is?"""
    first, _ = days(url)
    return first is not None and first > now.date() + timedelta(days=2)


def outside(url: str, updated_at: datetime | None, wanted: Wanted) -> bool:
    """Is it certain that what stands at an address lies outside the dates: by the day in it, or the date of its last change?

    A day in an address is the publisher's own: there is a day's grace for its time zone.
    """
    first, last = days(url)
    if wanted.since is not None:
        if updated_at is not None and updated_at < wanted.since:
            return True  # what was last changed before was published before
        if last is not None and last < moved(wanted.since, -timedelta(days=1)).date():
            return True
    return wanted.until is not None and first is not None and first > moved(wanted.until, timedelta(days=1)).date()


def days(url: str) -> tuple[date | None, date | None]:
    """The first and the last day that an address names (/2024/03/05/, /2024-03-05-, /202403/), if it does."""
    found = _DAY.search(url)
    if found is None:
        return None, None
    year, month = int(found[1]), int(found[2])
    try:
        if found[3]:
            one = date(year, month, int(found[3]))
            return one, one
        first = date(year, month, 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except ValueError:
        return None, None


def units(entries: Iterable[Entry], kind: str = "pages", *, back: bool = False, **payload: Any) -> tuple[Unit, ...]:
    """Units that fetch these pages; each address once.

    Args:
        back: the listing goes back in time; its pages are read from the oldest on, for what follows then changes less.
    """
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        rows.setdefault(canonical_url(entry.url), to_row(entry))
    listed = list(rows.values())
    if back:
        listed.reverse()
    return tuple(
        Unit(
            kind=kind,
            source=listed[at]["url"],
            payload={"entries": listed[at : at + PAGES_A_UNIT], **payload},
            size=len(listed[at : at + PAGES_A_UNIT]),
            back=back,
        )
        for at in range(0, len(listed), PAGES_A_UNIT)
    )


def to_row(entry: Entry) -> dict[str, Any]:
    """What of an entry is needed to fetch its page."""
    published = entry.published_at
    row: dict[str, Any] = {
        "url": entry.url,
        "title": entry.title,
        "published": published.isoformat() if published else None,
        "authors": list(entry.authors),
        "language": entry.language,
    }
    return {key: value for key, value in row.items() if value}


def from_row(row: Mapping[str, Any]) -> Entry:
    """The entry again."""
    published = row.get("published")
    return Entry(
        url=row["url"],
        title=row.get("title") or "",
        published_at=datetime.fromisoformat(published) if published else None,
        authors=tuple(row.get("authors", ())),
        language=row.get("language", ""),
    )


def listed_document(entry: Entry, body: bytes, *, content_type: str, fetched_at: datetime, final_url: str = "") -> Document:
    """A page that was fetched because it was listed: what the listing says of it holds where the page says nothing."""
    return Document(
        url=entry.url,
        final_url=final_url,
        body=body,
        content_type=content_type,
        fetched_at=fetched_at,
        title=entry.title,
        published_at=entry.published_at,
        authors=entry.authors,
        language=entry.language,
    )


def must_answer(answer: Response, what: str) -> None:
    """Go on only with an answer that waiting does not change.

    Raises:
        FetchError: the server fails for the moment, or is asked too often.
    """
    if answer.status >= 500 or answer.status == 429:
        raise FetchError(f"{what}: status {answer.status}", outcome=FetchOutcome.HTTP_ERROR)


class Seen:
    """Has a listing begun to repeat itself? Goes with the position, as a list of short hashes of its pages."""

    def __init__(self, pages: Iterable[str]) -> None:
        self.pages = list(pages)
        self._known = set(self.pages)
        self._addresses: set[bytes] = set()
        self._stale = 0

    def repeats(self, addresses: Iterable[str]) -> bool:
        """Note a page by the addresses that it lists; True when it, or several pages before it, bring nothing new."""
        listed = sorted(set(addresses))
        page = hashlib.sha256("\n".join(listed).encode("utf-8", "replace")).hexdigest()[:12]
        if page in self._known:
            return True
        self._known.add(page)
        self.pages.append(page)
        short = {hashlib.sha256(address.encode("utf-8", "replace")).digest()[:8] for address in listed}
        self._stale = 0 if short - self._addresses else self._stale + 1
        self._addresses |= short
        return self._stale >= MOST_STALE


def covered(entries: Iterable[Entry], since: datetime | None) -> bool:
    """Does a page of a listing that goes back in time lie before the dates as a whole?"""
    dates = [when for entry in entries if (when := entry.published_at or entry.updated_at) is not None]
    return since is not None and bool(dates) and max(dates) < since
