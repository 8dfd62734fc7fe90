"""The path, and the one place that states its order.

sources -> fetch -> articles -> copies -> figures -> series -> alerts

Up to the page's bytes, stages run by themselves (sources.py, fetch.py). From the bytes on, an article is analysed once,
in a worker process, and recorded in one transaction that runs the rest of the stages in order. Plain functions: Prefect
runs batches of them (watch.py), replay and backfill call them directly.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from threading import Event
from typing import TYPE_CHECKING, Any

from extractors.article.revision import same_text
from flows import alerts, articles, clock, copies, figures, series
from flows.analyser import Analyser, Failed, Result
from flows.db import Asked, Database, Transaction
from flows.log import log
from flows.passes import STAGES, summary
from schemas.errors import FigurewatchError
from schemas.outcomes import ArticleOutcome, FigureOutcome, Relation, SeriesOutcome
from schemas.records import Page, Rejudged, Rule, Verdict

__all__ = ["STAGES", "Desk", "analyse_due", "record", "record_all", "summary"]

#: Pages are leased so many at a time: the analysis is a few dozen ahead of what is recorded, and bytes of pages are large.
PAGES_A_LEASE = 50

if TYPE_CHECKING:  # reading the model takes a second, and looking at what is stored needs none
    from extractors.analysis import Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What decides which shifts are told: the threshold of a shift, the rules, and whether deliveries go out."""

    threshold: Decimal
    rules: tuple[Rule, ...]
    deliver: bool = True  #: False: alerts are recorded, not sent


def analyse_due(
    database: Database, analyser: Analyser, desk: Desk, now: datetime, limit: int, stop: Event | None = None
) -> Counter[str]:
    """Analyse and record up to `limit` pages that wait; counts by outcome, empty when none waits.

    Pages are leased as the analysis gets to them, so that it works on while what it did is recorded.

    Args:
        stop: once it is set, the page at work is the last.
    """
    leased: list[int] = []
    ahead: deque[dict[str, Any]] = deque()

    def stopped() -> bool:
        return stop is not None and stop.is_set()

    def pages() -> Iterator[Page]:
        while len(leased) < limit and not stopped():
            asked = min(PAGES_A_LEASE, limit - len(leased))
            with database.transaction() as tx:
                rows = articles.lease(tx, now, asked)
            leased.extend(row["id"] for row in rows)
            ahead.extend(rows)
            yield from map(articles.page, rows)
            if len(rows) < asked:
                return

    def in_turn() -> Iterator[dict[str, Any]]:
        while ahead and not stopped():
            yield ahead.popleft()

    try:
        return record_all(database, in_turn(), analyser.results(pages()), desk, now)
    except BaseException:
        ahead.extend({"id": page} for page in leased)  # the one at work, too
        raise
    finally:
        # The database away or full, or a stop: what was not recorded is due again at once, not when the lease lapses.
        if ahead:
            with suppress(FigurewatchError), database.transaction() as tx:
                articles.release(tx, [row["id"] for row in ahead])


def record_all(
    database: Database, rows: Iterable[dict[str, Any]], results: Iterable[Result], desk: Desk, now: datetime
) -> Counter[str]:
    """Record analysed pages one by one, each in a transaction of its own, until either ends; a row is taken after its result.

    A page that meets a fault of ours is an outcome of that page: it must not be what every pass stops at from now on.
    """
    done: Counter[str] = Counter()
    with database.in_a_row() as following:
        for result, row in zip(_timed(results), rows, strict=False):
            try:
                with following.transaction() as tx:
                    outcome = record(tx, row, result, desk, now)
            except FigurewatchError:
                raise  # the database is away or full: nothing is wrong with the page
            except Exception as error:
                with following.transaction() as tx:
                    outcome = record(tx, row, Failed(f"{type(error).__name__}: {error}"), desk, now)
            done.update(outcome)
    return done


def _timed(results: Iterable[Result]) -> Iterator[Result]:
    """The same; waiting for the analysis counts to the articles."""
    waiting = iter(results)
    while True:
        with clock.stage("articles"):
            try:
                result = next(waiting)
            except StopIteration:
                return
        yield result


def record(
    tx: Transaction, row: dict[str, Any], result: Result, desk: Desk, now: datetime, unsettled: set[int] | None = None
) -> list[str]:
    """Everything that follows from one page, in the order of the path; its outcomes as "stage outcome".

    Args:
        unsettled: for history, of which many articles are recorded together and none is told: the series that the article
            touched are added here, and whoever called settles them (series.settle) before the transaction ends.
    """
    if isinstance(result, Failed):
        articles.fail(tx, row["id"], result)
        log.warning("page not analysed", stage="articles", url=row["url"], outcome=result.outcome, detail=result.detail)
        return [f"articles {result.outcome}"]
    if isinstance(result, ArticleOutcome):
        articles.finish(tx, row["id"], result)
        log.info("page holds no article", stage="articles", url=row["url"], outcome=result)
        return [f"articles {result}"]
    analysis: Analysis = result
    tx.run("articles.in_turn")
    asked = articles.before(tx, row, analysis)
    known, near = copies.look_up(tx, analysis.fingerprint), series.look_up(tx, analysis.mentions)
    [before] = asked.all()
    if not before["waits"]:
        return []  # another worker was given it meanwhile, since a restart of the database made us look dead, and was faster
    if before["awaited_id"] is not None:
        latest = series.read(tx, analysis.mentions, near)
        return _catch_up(tx, row, before, analysis, latest, desk, now, unsettled)
    if before["text"] is not None and same_text(before["text"], analysis.article.text):
        articles.finish(tx, row["id"], ArticleOutcome.UNCHANGED)
        return [f"articles {ArticleOutcome.UNCHANGED}"]
    revision = (before["revision"] or 0) + 1
    when = articles.speaks_for(row, analysis, revision)
    with clock.stage("copies"):
        verdict = copies.verdict(tx, analysis.article, analysis.fingerprint, when, known, revision=revision)
    if revision > articles.MOST_REVISIONS and verdict.relation is Relation.DUPLICATE:
        articles.finish(tx, row["id"], ArticleOutcome.UNCHANGED, "no figure differs, and the page has changed too often before")
        return [f"articles {ArticleOutcome.UNCHANGED}"]
    with clock.stage("series"):
        latest = None if verdict.relation is Relation.DUPLICATE else series.read(tx, analysis.mentions, near)
    with clock.stage("articles"):
        article_id = before["id"]
        articles.store(tx, row, analysis, verdict, revision, article_id)
    with clock.stage("copies"):
        copies.store(tx, article_id, analysis.fingerprint, verdict.relation)
    outcomes = [f"articles {ArticleOutcome.STORED}", f"copies {verdict.relation}"]
    placed = series.Result(outcome=SeriesOutcome.NOTHING_NEW)
    raised = 0
    if verdict.relation is Relation.DUPLICATE:
        articles.finish(tx, row["id"], ArticleOutcome.STORED)
    else:
        with clock.stage("copies"):
            again = copies.judge_again(tx, article_id, when, verdict)
        outcomes += [f"copies judged again {each.verdict.relation}" for each in again if each.changed]
        placed, raised = place(tx, article_id, when, analysis, latest, verdict, again, desk, now, unsettled)
        articles.settle(tx, row["id"], article_id, analysis, placed.outcome)
    said = FigureOutcome.COPY if verdict.relation is Relation.DUPLICATE else analysis.figures_outcome
    outcomes += [f"figures {said}", f"series {placed.outcome}"] + ["alerts raised"] * raised
    url = analysis.article.url
    log.info("article stored", stage="articles", url=url, outcome=ArticleOutcome.STORED, revision=revision)
    log.info("article judged", stage="copies", url=url, outcome=verdict.relation, layer=verdict.layer)
    log.info("figures read", stage="figures", url=url, outcome=said, figures=len(analysis.figures))
    log.info("figures placed", stage="series", url=url, outcome=placed.outcome, alerts=raised or None)
    return outcomes


def _catch_up(
    tx: Transaction,
    row: dict[str, Any],
    awaited: dict[str, Any],
    analysis: "Analysis",
    latest: Asked | None,
    desk: Desk,
    now: datetime,
    unsettled: set[int] | None,
) -> list[str]:
    """The figures of an article that was a copy until it was judged again; copies have none."""
    verdict = copies.stored(awaited)
    article_id = awaited["awaited_id"]
    placed, raised = place(tx, article_id, awaited["as_of"], analysis, latest, verdict, (), desk, now, unsettled)
    articles.settle(tx, row["id"], article_id, analysis, placed.outcome)
    return [f"figures {analysis.figures_outcome}", f"series {placed.outcome}"] + ["alerts raised"] * raised


def place(
    tx: Transaction,
    article_id: int,
    as_of: datetime,
    analysis: "Analysis",
    latest: Asked | None,
    verdict: Verdict,
    again: Sequence[Rejudged],
    desk: Desk,
    now: datetime,
    unsettled: set[int] | None = None,
) -> tuple[series.Result, int]:
    """What an article says, in its series, with what follows for those that were judged again; and the alerts raised.

    Args:
        latest: what series.read() asked for.
    """
    with clock.stage("figures"):
        stored = figures.store(tx, article_id, analysis.figures, analysis.figure_sentences, analysis.claims)
    with clock.stage("series"):
        placed = series.place(
            tx,
            article_id,
            as_of,
            analysis.figures,
            stored,
            analysis.figure_sentences,
            analysis.mentions,
            latest,
            verdict,
            again,
            desk.threshold if unsettled is None else None,
            now,
        )
    if unsettled is not None:
        unsettled.update(placed.series)
        return placed, 0
    return placed, alerts.raise_due(tx, placed.shifted, desk.rules, now, deliver=desk.deliver)
