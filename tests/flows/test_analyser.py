"""Worker processes: what one page may take, and what a page costs the pages beside it."""

import itertools
import os
import resource
from contextlib import closing, suppress
from datetime import UTC, datetime
from threading import Event

import pytest

from flows import archive, articles, pipeline
from flows.analyser import TOO_SLOW, Analyser, Failed, _work
from flows.archive import Document
from schemas.outcomes import ArticleOutcome
from schemas.records import Page

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = pipeline.Desk(threshold=pipeline.Decimal("0.1"), rules=())
TEXT = "The port authority counted {} ships off the coast on Monday, its head told reporters."


def read(page: Page) -> object:
    """In the place of the analysis: some pages are endless, one way or another; of the others, who read them."""
    if "loops" in page.text:
        while True:
            with suppress(Exception):  # as libraries do that expect anything of a page
                sum(itertools.repeat(1, 1_000_000))
    if "endless" in page.text:
        sum(itertools.repeat(1))  # never comes back to where a signal is heeded
    return os.getpid() if "who" in page.text else ArticleOutcome.MEDIA


def pages(*texts):
    return [Page(url=f"https://p.example/{n}", text=text) for n, text in enumerate(texts)]


def wait(database, *texts):
    """Pages of these texts wait for analysis."""
    with database.transaction() as tx:
        for n, text in enumerate(texts):
            document = Document(url=f"https://p.example/{n}", title="T", outlet="P", published_at=NOON, text=text)
            archive.store(tx, document, NOON, history=False)


def test_a_page_that_takes_too_long_is_given_up_and_its_worker_goes_on():
    # What ends the worker counts the machine's ticks, of which a busy host loses some: a third of a second lies between.
    with closing(Analyser(1, read, None, seconds=1.0)) as reader:
        assert list(reader.results(pages("who", "loops", "who")))[1] == TOO_SLOW
        before, _, after = reader.results(pages("who", "loops", "who"))
    assert before == after


def test_where_no_signal_is_heeded_the_worker_is_replaced():
    with closing(Analyser(1, read, None, seconds=0.3)) as reader:
        before, found, after = reader.results(pages("who", "endless", "who"))
    assert found == TOO_SLOW
    assert isinstance(after, int)
    assert before != after


def test_a_page_that_takes_too_long_is_quarantined_at_once_and_says_why(database):
    wait(database, "A short film.", "This loops.")
    with closing(Analyser(1, read, None, seconds=0.3)) as reader:
        done = pipeline.analyse_due(database, reader, DESK, NOON, 10)
        assert done == {"articles media": 1, "articles too_slow": 1}
        assert pipeline.analyse_due(database, reader, DESK, NOON, 10) == {}
    with database.transaction() as tx:
        [kept] = tx.all("articles.quarantined", limit=9)
        assert articles.lease(tx, NOON, 10) == []
    assert (kept["outcome"], kept["detail"]) == ("too_slow", "the analysis of this page takes more than 30 seconds of CPU")


def test_told_to_stop_the_page_at_work_is_the_last_and_the_rest_is_due_at_once(database, monkeypatch):
    stop = Event()
    wait(database, *(TEXT.format(n + 20) for n in range(30)))
    finish = articles.finish
    monkeypatch.setattr(articles, "finish", lambda *given: (finish(*given), stop.set()))
    with closing(Analyser(1, read, None)) as reader:
        assert pipeline.analyse_due(database, reader, DESK, NOON, 100, stop) == {"articles media": 1}
    with database.transaction() as tx:
        assert len(articles.lease(tx, NOON, 100)) == 29


def test_pages_are_leased_as_the_analysis_gets_to_them(database, monkeypatch):
    wait(database, *(TEXT.format(n + 20) for n in range(30)))
    leased = []
    lease = articles.lease
    monkeypatch.setattr(pipeline, "PAGES_A_LEASE", 7)
    monkeypatch.setattr(articles, "lease", lambda tx, now, limit: leased.append(limit) or lease(tx, now, limit))
    with closing(Analyser(1, read, None)) as reader:
        assert pipeline.analyse_due(database, reader, DESK, NOON, 18) == {"articles media": 18}
        assert leased == [7, 7, 4]
        assert pipeline.analyse_due(database, reader, DESK, NOON, 100) == {"articles media": 12}
        assert leased == [7, 7, 4, 7, 7], "a lease that is not full is the last"


def together(items):
    if "bad" in items:
        raise ValueError("bad")
    return [f"{item}, {len(items)} together" for item in items]


def alone(item):
    if item == "bad":
        raise ValueError("it is bad")
    return f"{item}, alone"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["a", "b"], ["a, 2 together", "b, 2 together"]),
        (["a"], ["a, alone"]),
        (["a", "bad"], ["a, alone", Failed("ValueError: it is bad")]),
    ],
)
def test_pages_are_read_together_and_one_that_fails_costs_the_others_nothing(items, expected):
    allowed = resource.getrlimit(resource.RLIMIT_CPU)
    assert _work(alone, together, 30, items) == expected
    assert resource.getrlimit(resource.RLIMIT_CPU) == allowed, "what a page may take is not what its process may take"


def test_pages_that_are_read_together_come_to_what_each_comes_to_by_itself(analyser):
    from extractors.analysis import analyse

    given = [*pages(*(TEXT.format(n) for n in range(300, 310))), Page(url="https://p.example/none", html="<p></p>")]
    assert list(analyser.results(given)) == [analyse(page) for page in given]
