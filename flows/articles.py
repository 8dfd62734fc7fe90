"""Articles: pages that wait for analysis, and the row of what each one is.

Page bytes -> Page record for the analysis; analysis and verdict -> article row. One recorded outcome a page.
"""

import zlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from extractors.article.urls import site
from flows.analyser import Failed
from flows.db import Asked, Jsonb, Transaction
from flows.http import decode_html
from schemas.outcomes import ArticleOutcome, FigureOutcome, Relation, SeriesOutcome
from schemas.records import Page, Verdict

if TYPE_CHECKING:  # reading the model takes a second, and looking at what is stored needs none
    from extractors.analysis import Analysis

#: Longer than any batch takes; pages of a worker that died are free again then.
LEASE = timedelta(minutes=15)

#: Tries before a page whose analysis fails is quarantined: the first may have met a worker that somebody killed.
MOST_TRIES = 2

#: Revisions of one address that are kept for any change of the text; later ones only where a figure changed. Pages that
#: embed a clock, a ticker or the latest comments would fill the archive with themselves; no newsroom edits so often.
MOST_REVISIONS = 24

#: Articles of a site by which the place that tells its titles is known, and after how many the counts are halved.
LEAST_AGREED, MOST_COUNTED = 3, 40

#: Pages whose bytes one pass drops: enough for a million a day at a pass a minute, and gone through in a second.
MOST_EXPIRED = 1_000

PLAIN = "text/plain; charset=utf-8"


def lease(tx: Transaction, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Pages that wait for analysis, with their entries, the oldest report first."""
    ids = [row["id"] for row in tx.all("articles.lease_due", now=now, until=now + LEASE, limit=limit)]
    rows = tx.all("articles.pages", ids=ids) if ids else []
    sites = {row["id"]: site(row["final_url"] or row["url"]) for row in rows}
    habits = tx.all("articles.habits", sites=list(set(sites.values())), least=LEAST_AGREED) if rows else []
    best = {habit["site"]: habit["source"] for habit in habits}
    return [row | {"title_habit": best.get(sites[row["id"]], "")} for row in rows]


def page(row: dict[str, Any]) -> Page:
    """A stored page as the analysis takes it."""
    body = zlib.decompress(row["body"])
    plain = row["content_type"] == PLAIN
    return Page(
        url=row["url"],
        final_url=row["final_url"],
        html="" if plain else decode_html(body, row["content_type"]),
        text=body.decode("utf-8") if plain else "",
        title=row["title"],
        outlet=row["outlet"],
        authors=tuple(row["authors"]),
        language=row["language"],
        published_at=row["published_at"],
        proven={"title": row["title_habit"]} if row.get("title_habit") else {},
    )


def as_of(published_at: datetime | None, fetched_at: datetime) -> datetime:
    """The date that an article speaks for: a missing one, or one in the future, is when it was fetched."""
    return fetched_at if published_at is None else min(published_at, fetched_at)


def speaks_for(row: dict[str, Any], analysis: "Analysis", revision: int) -> datetime:
    """The date of what an article says; a revision says it when it was changed, whatever its page still names as its day."""
    return as_of(analysis.article.published_at if revision == 1 else None, row["fetched_at"])


def before(tx: Transaction, row: dict[str, Any], analysis: "Analysis") -> Asked:
    """What is known of a page and its URL before its article is recorded, and the id that the article gets: one row."""
    return tx.ask("articles.before", page_id=row["id"], url=analysis.article.url)


def next_id(tx: Transaction) -> int:
    """The id of an article that has no page."""
    [row] = tx.all("articles.next_id")
    return int(row["id"])


def store(tx: Transaction, row: dict[str, Any], analysis: "Analysis", verdict: Verdict, revision: int, article_id: int) -> None:
    """Keep an article under the id that was reserved for it."""
    tx.run(
        "articles.store",
        id=article_id,
        page_id=row["id"],
        url=analysis.article.url,
        revision=revision,
        fetched_at=row["fetched_at"],
        seed=row.get("seed", False),
        history=row["history"],
        **columns(row, analysis, verdict, revision),
    )
    if revision == 1 and analysis.article.compared:
        compared = analysis.article.compared
        tx.run(
            "articles.learn_habit",
            site=site(analysis.article.url),
            sources=list(compared),
            agrees=list(compared.values()),
            most=MOST_COUNTED,
        )


def columns(row: dict[str, Any], analysis: "Analysis", verdict: Verdict, revision: int) -> dict[str, Any]:
    """What the analysis and the verdict say of an article."""
    article = analysis.article
    copy = verdict.relation is Relation.DUPLICATE
    return {
        "outlet": article.outlet,
        "title": article.title,
        "authors": list(article.authors),
        "language": article.language,
        "credit": article.credit,
        "published_at": article.published_at,
        "as_of": speaks_for(row, analysis, revision),
        "text": article.text,
        "relation": verdict.relation,
        "duplicate_of": verdict.of,
        "copy_layer": verdict.layer,
        "copy_similarity": verdict.similarity,
        "copy_reason": verdict.reason,
        "copy_shared": [index for pair in verdict.shared for index in pair],
        "figures_outcome": FigureOutcome.COPY if copy else analysis.figures_outcome,
        "series_outcome": SeriesOutcome.NOTHING_NEW,
        "analysis_version": analysis.version,
        "sources": Jsonb(dict(article.sources)),
    }


def finish(tx: Transaction, page_id: int, outcome: ArticleOutcome, detail: str = "") -> None:
    """End a page's stage."""
    tx.run("articles.finish_page", id=page_id, outcome=outcome, detail=detail)


def settle(tx: Transaction, page_id: int | None, article_id: int, analysis: "Analysis", series_outcome: SeriesOutcome) -> None:
    """End the stages of an article that is no copy, and of its page, where it has one."""
    tx.run(
        "articles.settle",
        page_id=page_id,
        id=article_id,
        figures_outcome=analysis.figures_outcome,
        series_outcome=series_outcome,
    )


def fail(tx: Transaction, page_id: int, failed: Failed) -> None:
    """A page whose analysis failed is tried again, then quarantined with its bytes; one that takes too long is at once."""
    most_tries = 1 if failed.outcome is ArticleOutcome.TOO_SLOW else MOST_TRIES
    tx.run("articles.fail_page", id=page_id, outcome=failed.outcome, detail=failed.detail, most_tries=most_tries)


def expire(tx: Transaction, now: datetime, keep_days: int) -> int:
    """Drop the bytes of pages that were kept for as long as the settings say; how many. 0 days: for ever."""
    return len(tx.all("articles.expire", before=now - timedelta(days=keep_days), limit=MOST_EXPIRED)) if keep_days else 0


def release(tx: Transaction, page_ids: list[int]) -> None:
    """Give pages back that were leased and not recorded."""
    tx.run("articles.release", ids=page_ids)
