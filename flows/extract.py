"""The pure part by itself: a page's article, a text's figures and claims, as plain values for JSON."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractors.analysis import Analysis, analyse
from extractors.article.body import article as article_of
from flows.export import plain
from schemas.errors import UsageError
from schemas.outcomes import ArticleOutcome
from schemas.records import Article, Page


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


def article(html: str, url: str) -> dict[str, Any]:
    """The article of a page; its text is empty where the page holds none."""
    found = article_of(Page(url=url, html=html))
    if isinstance(found, ArticleOutcome):
        return {"url": url, "title": "", "authors": [], "published": None, "language": "und", "text": "", "outcome": found}
    return _article(found)


def figures(text: str, *, title: str = "", published: datetime | None = None) -> dict[str, Any]:
    """The figures and claims of a text; spans count in it as it was given, dates from the day of publication."""
    found = analyse(_text(text, title, published))
    if not isinstance(found, Analysis):
        return {"figures": [], "claims": []}
    return {"figures": [_figure(figure) for figure in found.figures], "claims": [_record(claim) for claim in found.claims]}


def marked_figures(text: str, *, title: str = "", published: datetime | None = None) -> str:
    """A text as an HTML page with its figures and claims marked."""
    return _marked(_text(text, title, published))


def marked_article(html: str, url: str) -> str:
    """A page's article as an HTML page with its figures and claims marked."""
    return _marked(Page(url=url, html=html))


def _text(text: str, title: str, published: datetime | None) -> Page:
    return Page(url="text:", text=text, title=title, published_at=published, language="en")


def _marked(page: Page) -> str:
    from extractors.message.marked import page as marked

    found = analyse(page)
    if isinstance(found, Analysis):
        return marked(found.article, found.figures, found.claims)
    return marked(Article(url=page.url, title=f"Nothing to read here: {found.value}", text="", language="und"), (), ())


def article_of_line(line: str) -> dict[str, Any]:
    """One line {"id", "url", "html"} -> {"id", "title", "authors", "published", "language", "text"}; or "error"."""
    value = _line(line)
    if "error" in value:
        return value
    return {"id": value.get("id")} | article(str(value.get("html") or ""), str(value.get("url") or ""))


def figures_of_line(line: str) -> dict[str, Any]:
    """One line {"id", "text"}, perhaps with "title" and "published" -> {"id", "figures", "claims"}; or "error"."""
    value = _line(line)
    if "error" in value:
        return value
    published = moment(str(value.get("published") or ""))
    return {"id": value.get("id")} | figures(
        str(value.get("text") or ""), title=str(value.get("title") or ""), published=published
    )


def moment(value: str) -> datetime | None:
    """A day or a time in ISO 8601; None where it is none."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _line(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    return value if isinstance(value, dict) else {"id": None, "error": "not a JSON object"}


def _article(found: Article) -> dict[str, Any]:
    return {
        "url": found.url,
        "title": found.title,
        "authors": list(found.authors),
        "published": plain(found.published_at),
        "language": found.language,
        "text": found.text,
    }


def _figure(figure: Any) -> dict[str, Any]:
    return _record(figure) | {"slots": {key: value for key, value in _record(figure.slots).items() if value}}


def _record(record: Any) -> dict[str, Any]:
    return {name: plain(getattr(record, name)) for name in record.__slots__}
