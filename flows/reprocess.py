"""Reprocess: stored pages read again, under the version of the analysis that runs now.

Bytes of a page -> its analysis -> the article's row brought up to date, its figures, claims, observations and the shifts
of every series touched built anew, one article a transaction, in the order of their dates. Articles keep id, address and
revision; what was told of a number stays told of it. Alerts are recorded, never sent. Stopped at any point it goes on where
it was, for each article bears the version that it was read by. One that cannot be read is counted, and stays as it was.
Not here: what a stage does (the stages' own modules, called in the order of pipeline.py).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows import alerts, articles, copies, figures, pipeline, series
from flows.analyser import Analyser, Failed, Result
from flows.db import Database, Transaction
from flows.log import log
from schemas.errors import FigurewatchError
from schemas.outcomes import ArticleOutcome, Relation, SeriesOutcome
from schemas.records import Verdict

if TYPE_CHECKING:  # reading the model takes a second, and looking at what is stored needs none
    from extractors.analysis import Analysis

#: Articles between two looks at what is due: their pages are in memory at once, up to 10 MB each before they are packed.
BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which articles are read again."""

    since: datetime | None = None
    until: datetime | None = None
    url: str | None = None

    def values(self) -> dict[str, Any]:
        """As the queries take it."""
        return {"since": self.since, "until": self.until, "url": self.url}


def due(database: Database, span: Span, *, again: bool = False) -> int:
    """How many articles are to be read again; `again`: also those that this version has read."""
    version = _version()
    with database.transaction() as tx:
        if again:
            tx.run("reprocess.again", version=version, **span.values())
        row = tx.one("reprocess.count", version=version, **span.values())
    assert row is not None
    return int(row["articles"])


def reprocess(
    database: Database,
    analyser: Analyser,
    desk: pipeline.Desk,
    span: Span,
    now: datetime,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Counter[str]:
    """Read all that is due again, then the pages that held no article; counts by outcome."""
    desk = replace(desk, deliver=False)
    done: Counter[str] = Counter()
    for batch in _articles(database, span):
        with database.transaction() as tx:
            pages = {row["id"]: row for row in tx.all("articles.pages", ids=[one["page_id"] for one in batch])}
        rows = [(one["id"], pages[one["page_id"]]) for one in batch if one["page_id"] in pages]
        for (article_id, row), result in zip(rows, analyser.results(articles.page(row) for _, row in rows), strict=True):
            try:
                with database.transaction() as tx:
                    done[_again(tx, article_id, row, result, desk, now)] += 1
            except FigurewatchError:
                raise  # the database is away or full: nothing is wrong with the article
            except Exception as error:  # a fault of ours in one article must not stop the others; it stays as it was
                log.warning(
                    "article not read again", url=row["url"], outcome="failed", detail=f"{type(error).__name__}: {error}"
                )
                done["articles failed"] += 1
            progress(1)
    for ids in _pages(database, span):
        with database.transaction() as tx:
            waiting = tx.all("articles.pages", ids=ids)
        done += pipeline.record_all(database, waiting, analyser.results(map(articles.page, waiting)), desk, now)
    return done


def _articles(database: Database, span: Span) -> Iterator[list[dict[str, Any]]]:
    after, after_id, version = None, 0, _version()
    while True:
        with database.transaction() as tx:
            rows = tx.all("reprocess.batch", version=version, after=after, after_id=after_id, limit=BATCH, **span.values())
        if not rows:
            return
        after, after_id = rows[-1]["as_of"], rows[-1]["id"]
        yield rows


def _pages(database: Database, span: Span) -> Iterator[list[int]]:
    after = 0
    while True:
        with database.transaction() as tx:
            ids = [row["id"] for row in tx.all("reprocess.without_article", after_id=after, limit=BATCH, **span.values())]
        if not ids:
            return
        after = ids[-1]
        yield ids


def _again(tx: Transaction, article_id: int, row: dict[str, Any], result: Result, desk: pipeline.Desk, now: datetime) -> str:
    """One article anew, in the order of the path; how it ended."""
    if isinstance(result, Failed):
        log.warning("page not analysed", url=row["url"], outcome=result.outcome, detail=result.detail)
        return f"articles {result.outcome}"
    tx.run("articles.lock")
    known = tx.one("reprocess.article", id=article_id)
    if known is None or known["analysis_version"] == _version():
        return "articles read meanwhile"
    before = tx.all("reprocess.placed", id=article_id)
    parked = _park(tx, article_id, now)
    if isinstance(result, ArticleOutcome):
        tx.run("reprocess.emptied", id=article_id, version=_version())
        articles.finish(tx, row["id"], result)
        touched: tuple[int, ...] = ()
        outcome = f"articles {result}"
    else:
        touched = _rebuild(tx, known, row, result, desk, now, parked)
        outcome = "articles read again"
    old = {one["series_id"] for one in before}
    series.decide(tx, sorted(old - set(touched)), desk.threshold, now)
    _hand_over(tx, article_id, before, parked)
    alerts.raise_due(tx, sorted(old | set(touched)), desk.rules, now, deliver=False)
    log.info("article read again", url=known["url"], outcome=outcome)
    return outcome


def _park(tx: Transaction, article_id: int, now: datetime) -> int:
    """Take the old figures out of every series without losing what hangs on them; the series that they are parked in."""
    row = tx.one("reprocess.park", now=now)
    assert row is not None
    tx.run("reprocess.park_figures", id=article_id)
    tx.run("reprocess.park_observations", id=article_id, series_id=row["id"])
    tx.run("reprocess.forget_claims", id=article_id)
    copies.forget(tx, article_id)
    return int(row["id"])


def _rebuild(
    tx: Transaction,
    known: dict[str, Any],
    row: dict[str, Any],
    analysis: "Analysis",
    desk: pipeline.Desk,
    now: datetime,
    parked: int,
) -> tuple[int, ...]:
    """The stages from copies to series; the series touched."""
    when = articles.speaks_for(row, analysis, known["revision"])
    found = copies.look_up(tx, analysis.fingerprint, article_id=known["id"])
    verdict = copies.verdict(tx, analysis.article, analysis.fingerprint, when, found, revision=known["revision"])
    if verdict.of is not None:
        parent = tx.one("reprocess.article", id=verdict.of)
        if parent is not None and parent["cluster_id"] == known["id"]:  # what repeats this article is not its parent
            verdict = Verdict(relation=Relation.ORIGINAL, reason=verdict.reason)
    values = articles.columns(row, analysis, verdict, known["revision"])
    tx.run("reprocess.revise", id=known["id"], **values)
    copies.store(tx, known["id"], analysis.fingerprint, verdict.relation)
    again = copies.judge_again(tx, known["id"], when, verdict, copies.copies_of(tx, known["id"]))
    copy = verdict.relation is Relation.DUPLICATE
    stored = latest = None
    if not copy:
        latest = series.read(tx, analysis.mentions, series.look_up(tx, analysis.mentions))
        stored = figures.store(tx, known["id"], analysis.figures, analysis.figure_sentences, analysis.claims)
    placed = series.place(
        tx,
        known["id"],
        values["as_of"],
        () if copy else analysis.figures,
        stored,
        () if copy else analysis.figure_sentences,
        () if copy else analysis.mentions,
        latest,
        verdict,
        again,
        desk.threshold,
        now,
    )
    if copy:
        articles.finish(tx, row["id"], ArticleOutcome.STORED)
    else:
        shifted = tx.one("reprocess.shifted", id=known["id"], parked=parked)
        outcome = SeriesOutcome.SHIFTED if shifted is not None and shifted["any"] else placed.outcome
        articles.settle(tx, row["id"], known["id"], analysis, outcome)
    return placed.series


def _hand_over(tx: Transaction, article_id: int, before: list[dict[str, Any]], parked: int) -> None:
    """What was told of an old figure passes to the new one with the same number; then the old ones go."""
    old_ids = [one["id"] for one in before]
    new = [one for one in tx.all("reprocess.placed", id=article_id) if one["id"] not in set(old_ids)]
    for one in before:
        same = next((other for other in new if _number(other) == _number(one)), None)
        if same is not None:
            new.remove(same)
            tx.run("reprocess.keep_alert", old=one["id"], new=same["id"])
    if old_ids:
        tx.run("reprocess.let_go", ids=old_ids)
    tx.run("reprocess.forget_figures", id=article_id)
    tx.run("reprocess.forget_series", id=parked)


def _number(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["low"], row["high"], row["unit"]


def _version() -> str:
    from extractors.analysis import VERSION

    return VERSION
