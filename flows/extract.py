"""The pure part by itself: a page's article, a text's figures and claims, as plain values for JSON."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice, tee
from pathlib import Path
from typing import Any

from extractors.article.body import article as article_of
from extractors.article.body import look
from extractors.article.charset import decode_html
from flows.analyser import Analyser, Failed
from flows.export import plain
from schemas.errors import UsageError
from schemas.outcomes import ArticleOutcome
from schemas.records import Article, Page

#: Lines that are read here: starting workers takes as long as some dozens of pages.
FEW = 48

#: What a page or text without anything comes to.
NO_ARTICLE: dict[str, Any] = {
    "title": "",
    "authors": [],
    "published": None,
    "language": "und",
    "sources": {},
    "text": "",
    "outcome": ArticleOutcome.FAILED,
}
NO_FIGURES: dict[str, Any] = {"figures": [], "claims": [], "language": "und", "outcome": ArticleOutcome.FAILED}

_LONE = re.compile("[\ud800-\udfff]")


def lines(file: Path | None) -> Iterator[str]:
    """The lines of a file, or of standard input.

    Raises:
        UsageError: when the file cannot be read.
    """
    if file is None:
        yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
        return
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as opened:
            yield from opened
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}", mend="name a readable file") from None


def page(file: Path | None) -> str:
    """The markup of a file, or of standard input, in whatever charset it says or shows.

    Raises:
        UsageError: when the file cannot be read.
    """
    try:
        body = sys.stdin.buffer.read() if file is None else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}", mend="name a readable file") from None
    return decode_html(body)


def text(file: Path | None) -> str:
    """The text of a file, or of standard input."""
    return "".join(lines(file))


def many(rows: Iterable[str], of_line: Callable[[str], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row out a line in, in order; with many lines in worker processes, so that a bad page costs one page."""
    waiting = iter(rows)
    first = list(islice(waiting, FEW))
    if len(first) < FEW:
        yield from map(of_line, first)
        return
    workers = os.cpu_count() or 1
    analyser = Analyser(workers, of_line, None) if of_line is article_of_line else Analyser(workers, of_line)
    try:
        lines_again, to_do = tee(chain(first, waiting))
        for line, row in zip(lines_again, analyser.results(to_do), strict=True):
            yield _failed(line, of_line, row.detail) if isinstance(row, Failed) else row
    finally:
        analyser.close()


def article(html: str, url: str) -> dict[str, Any]:
    """The article of a page; its text is empty where the page holds none, as "outcome" says."""
    found, outcome = look(Page(url=url, html=html))
    if found is None:
        return {"url": url} | NO_ARTICLE | {"outcome": outcome}
    row = _article(found) | {"outcome": outcome}
    return row if outcome in (ArticleOutcome.STORED, ArticleOutcome.PAYWALL) else row | {"text": ""}


def figures(text: str, *, title: str = "", published: datetime | None = None) -> dict[str, Any]:
    """The figures and claims of a text, and what became of it; spans count in it as given, dates from its publication."""
    from extractors.analysis import extracted
    from extractors.text import sentences

    found = article_of(_text(text, title, published))
    if isinstance(found, ArticleOutcome):
        return NO_FIGURES | {"outcome": found}
    numbers, said, outcome = extracted(found, sentences(found.text))
    return {
        "figures": [_figure(figure) for figure in numbers],
        "claims": [_record(claim) for claim in said],
        "language": found.language,
        "outcome": outcome,
    }


def marked_figures(text: str, *, title: str = "", published: datetime | None = None) -> str:
    """A text as an HTML page with its figures and claims marked."""
    return _marked(_text(text, title, published))


def marked_article(html: str, url: str) -> str:
    """A page's article as an HTML page with its figures and claims marked."""
    return _marked(Page(url=url, html=html))


def _text(text: str, title: str, published: datetime | None) -> Page:
    return Page(url="text:", text=_LONE.sub("?", text), title=title, published_at=published, language="en")


def _marked(page: Page) -> str:
    from extractors.analysis import Analysis, analyse
    from extractors.message.marked import page as marked

    found = analyse(page)
    if isinstance(found, Analysis):
        return marked(found.article, found.figures, found.claims)
    return marked(Article(url=page.url, title=f"Nothing to read here: {found.value}", text="", language="und"), (), ())


def article_of_line(line: str) -> dict[str, Any]:
    """One line {"id", "url", "html"} -> {"id", "url", "title", "authors", "published", "language", "text"}, and "error"."""
    value = _line(line)
    if "error" in value:
        return {"id": value["id"], "url": ""} | NO_ARTICLE | value
    html, url = (found if isinstance(found := value.get(key), str) else "" for key in ("html", "url"))
    return {"id": value.get("id")} | article(html, url)


def figures_of_line(line: str) -> dict[str, Any]:
    """One line {"id", "text"}, perhaps with "title" and "published" -> {"id", "figures", "claims"}, and "error"."""
    value = _line(line)
    if "error" in value:
        return {"id": value["id"]} | NO_FIGURES | value
    keys = ("text", "title", "published")
    text, title, published = (found if isinstance(found := value.get(key), str) else "" for key in keys)
    return {"id": value.get("id")} | figures(text, title=title, published=moment(published))


def moment(value: str) -> datetime | None:
    """A day or a time in ISO 8601; None where it is none."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def as_json(row: dict[str, Any]) -> str:
    """A row as one line of JSON, in UTF-8 whatever it holds."""
    line = json.dumps(row, ensure_ascii=False)
    return json.dumps(row) if _LONE.search(line) else line


def _failed(line: str, of_line: Callable[[str], dict[str, Any]], detail: str) -> dict[str, Any]:
    """The row of a line that could not be read, with all the keys of one that was."""
    empty = {"url": ""} | NO_ARTICLE if of_line is article_of_line else NO_FIGURES
    return {"id": _line(line).get("id")} | empty | {"error": detail}


def _line(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:  # its own line number is that within this line
        return {"id": None, "error": f"not JSON: {error.msg}, column {error.colno}"}
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(value, dict):
        return {"id": None, "error": "not a JSON object"}
    value.pop("error", None)  # ours to say
    return value


def _article(found: Article) -> dict[str, Any]:
    return {
        "url": found.url,
        "title": found.title,
        "authors": list(found.authors),
        "published": plain(found.published_at),
        "language": found.language,
        "sources": dict(found.sources),
        "text": found.text,
    }


def _figure(figure: Any) -> dict[str, Any]:
    return _record(figure) | {"slots": {key: value for key, value in _record(figure.slots).items() if value}}


def _record(record: Any) -> dict[str, Any]:
    return {name: plain(getattr(record, name)) for name in record.__slots__}
