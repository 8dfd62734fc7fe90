"""What the tests of backfill share: invented reports, archives that hold them, and the rows that came of them."""

import base64
import gzip
import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows import db
from flows.alerts import rules_of
from flows.backfill import run
from flows.backfill.reading import Inline
from flows.backfill.shapes import Archive, Wanted
from flows.context import Context
from flows.db import Database
from flows.pipeline import Desk
from flows.settings import Settings

FIRST = datetime(2024, 1, 2, 8, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

PLACES = ["Ostermark", "Vellin", "Karsund", "Port Amery", "Dunholm"]
THINGS = [
    ("homes without power", "The grid operator said {n:,} homes in {place} were without power on {day}."),
    ("people in shelters", "Shelters in {place} held {n:,} people on {day}, the mayor said."),
    ("tonnes of grain", "Some {n:,} tonnes of grain left the harbour of {place} on {day}, the port authority said."),
]


def report(number: int) -> dict[str, str]:
    """The report of a number: every place and thing has a line that moves by and by."""
    place, (thing, sentence) = PLACES[number % 5], THINGS[number // 5 % 3]
    when = FIRST + timedelta(days=number)
    value = 1_000 * (number % 15 + 2) + 400 * (number // 15) * (number % 4 + 1)
    day = f"{when:%A}"
    text = (
        f"{sentence.format(n=value, place=place, day=day)}\n\n"
        f"Report {number} from {place} is about {thing}. Officials in {place} gave the count to reporters after a meeting.\n\n"
        f"Crews kept working through the night in {place}, and a further count of {thing} is expected by the end of the week."
    )
    return {
        "url": f"https://{place.lower().replace(' ', '-')}.example/{when:%Y/%m/%d}/report-{number}",
        "title": f"{place}: {thing}, report {number}",
        "published": when.isoformat(),
        "outlet": f"The {place} Post",
        "text": text,
    }


def page(told: dict[str, str]) -> str:
    """A report as a page of a news site."""
    paragraphs = "".join(f"<p>{part}</p>" for part in told["text"].split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{told["title"]}</title>'
        f'<meta property="article:published_time" content="{told["published"]}"></head>'
        f'<body><nav><a href="/">Home</a></nav><article><h1>{told["title"]}</h1>{paragraphs}</article>'
        f"<footer>All rights reserved.</footer></body></html>"
    )


def jsonl(path: Path, numbers: Iterable[int]) -> Path:
    """A file of reports."""
    path.write_text("".join(json.dumps(report(number)) + "\n" for number in numbers), encoding="utf-8")
    return path


def record(
    url: str,
    body: bytes | str,
    *,
    taken: datetime = FIRST,
    kind: str = "response",
    headers: str = "Content-Type: text/html; charset=utf-8",
    status: str = "200 OK",
    warc: str = "",
    version: str = "1.0",
    digest: str | None = None,
) -> bytes:
    """One record of a WARC file, written by hand, so that any of it can be wrong."""
    payload = body.encode() if isinstance(body, str) else body
    http = f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() if kind in {"response", "revisit"} else b""
    digest = digest or "sha1:" + base64.b32encode(hashlib.sha1(payload).digest()).decode()
    content_type = "application/http; msgtype=response" if http else headers.removeprefix("Content-Type: ")
    head = (
        f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: {taken:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Payload-Digest: {digest}\r\nContent-Type: {content_type}\r\n"
        f"{warc}Content-Length: {len(http) + len(payload)}\r\n\r\n"
    )
    return head.encode() + http + payload + b"\r\n\r\n"


def warc(path: Path, numbers: Iterable[int], *, gzipped: bool = True, version: str = "1.0") -> Path:
    """A WARC file of reports as pages."""
    with path.open("wb") as file:
        for number in numbers:
            told = report(number)
            taken = datetime.fromisoformat(told["published"]) + timedelta(hours=1)
            written = record(told["url"], page(told), taken=taken, version=version)
            file.write(gzip.compress(written, 1) if gzipped else written)
    return path


def context(database: Database, **settings: Any) -> Context:
    """What a run works with, on a test's database."""
    made = Settings.model_validate(
        {
            "workers": 1,
            "fetch": {"spacing_seconds": 0, "allow_hosts": ["127.0.0.1"]},
            "channels": {"desk": "json://127.0.0.1:9/"},
        }
        | settings
    )
    return Context(made, database, Inline(), Desk(threshold=made.threshold, rules=rules_of(made)))  # type: ignore[arg-type]


def read_in(opened: Context, kind: str, *named: object, most: int | None = None, **wanted: Any) -> int:
    """Begin a backfill and run it to its end; its number."""
    archive = Archive(kind=kind, named=tuple(str(each) for each in named), wanted=Wanted(**wanted), most=most)
    number, _ = run.begin(opened, archive, NOW)
    run.run(opened, number, lambda _: None, analysing=Inline())
    return number


ROWS = {
    "articles": """
        SELECT article.url, article.revision, article.title, article.outlet, article.language, article.as_of,
               article.fetched_at, article.text, article.history, article.relation, parent.url AS parent, origin.url AS origin,
               article.copy_layer, article.figures_outcome, article.series_outcome, page.final_url, page.body_sha256,
               page.outcome, page.state
        FROM article LEFT JOIN article parent ON parent.id = article.duplicate_of
        JOIN article origin ON origin.id = article.cluster_id JOIN page ON page.id = article.page_id ORDER BY 1, 2""",
    "pages": """
        SELECT entry.url, entry.title, entry.published_at, entry.state AS entry_state, body_sha256, page.state, page.outcome,
               fetched_at
        FROM page JOIN entry ON entry.id = page.entry_id ORDER BY 1, 5""",
    "figures": """
        SELECT article.url, position, span, surface, low, high, bound, unit, rate, measured, role, attribution
        FROM figure JOIN article ON article.id = figure.article_id ORDER BY 1, 2""",
    "claims": """
        SELECT article.url, position, span, speaker, cue
        FROM claim JOIN article ON article.id = claim.article_id ORDER BY 1, 2""",
    "observations": """
        SELECT article.url, figure.position, observation.as_of, series.label, series.unit,
               (SELECT string_agg(a.url || f.position, ' ' ORDER BY a.url, f.position) FROM observation o
                JOIN figure f ON f.id = o.figure_id JOIN article a ON a.id = o.article_id
                WHERE o.series_id = series.id) AS line
        FROM observation JOIN figure ON figure.id = observation.figure_id JOIN article ON article.id = observation.article_id
        JOIN series ON series.id = observation.series_id ORDER BY 1, 2""",
    "shifts": """
        SELECT article.url, figure.position, from_number, to_number, kind, origins_before, origins_after, state,
               EXISTS (SELECT FROM backfill_shift WHERE shift_id = shift.id) AS quiet
        FROM shift JOIN observation ON observation.id = shift.observation_id JOIN figure ON figure.id = observation.figure_id
        JOIN article ON article.id = observation.article_id ORDER BY 1, 2""",
    "alerts": "SELECT id FROM alert",
    "staged": "SELECT unit_id FROM backfill_record",
}


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that a backfill can leave behind, without the numbers that the database gives."""
    with db.connect(url) as connection:
        return {name: [tuple(row.values()) for row in connection.execute(query)] for name, query in ROWS.items()}  # type: ignore[arg-type]
