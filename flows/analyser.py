"""Analysis in worker processes: recycled, because lxml keeps memory; and one bad page costs one page.

Pages in -> analyses out, in order. A page whose analysis raises or kills its worker comes back as Failed, and the rest
of the batch goes on.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any

from schemas.records import Page

#: Pages that one worker analyses before it is replaced: lxml and trafilatura grow by about 0.1 MB a page, and a new
#: worker costs about 2 s of CPU, which is 2 ms a page at 1,000.
PAGES_A_WORKER = 1000


@dataclass(frozen=True, slots=True)
class Failed:
    """A page that could not be analysed, and why."""

    detail: str


Result = Any  # Analysis | ArticleOutcome | Failed; the analysis is imported in the workers only


def _analyse(page: Page) -> Result:
    from extractors.analysis import analyse

    try:
        return analyse(page)
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _with_parent() -> None:
    """Live as long as who started us, who may be killed without a word to us; and end only with them."""
    for number in (signal.SIGINT, signal.SIGTERM):  # these reach the whole group; who started us ends us
        signal.signal(number, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def _warm() -> None:
    _with_parent()
    import extractors.analysis
    from extractors.text import pipeline
    from flows.log import configure_child

    configure_child()  # libraries speak here, too, and what they say is nothing to act on

    assert extractors.analysis.VERSION
    pipeline()


class Analyser:
    """Worker processes for analysis. They start with the first page and end with close().

    Args:
        work: what is done with a page, or with whatever else results() is given; a function of a module.
        warm: what a worker does before its first page.
    """

    def __init__(self, workers: int, work: Callable[[Any], Result] = _analyse, warm: Callable[[], None] | None = _warm) -> None:
        self._workers = workers
        self._work = work
        self._warm = warm
        self._pool: ProcessPoolExecutor | None = None
        self._lone: ProcessPoolExecutor | None = None

    def results(self, pages: Iterable[Any]) -> Iterator[Result]:
        """The analysis of each page, in order, a few pages ahead of the reader."""
        ahead: list[tuple[Any, Future[Result]]] = []
        for page in pages:
            ahead.append((page, self._submit(page)))
            if len(ahead) > 4 * self._workers:
                yield self._result(*ahead.pop(0))
        for waiting in ahead:
            yield self._result(*waiting)

    def close(self) -> None:
        """End the workers."""
        for pool in (self._pool, self._lone):
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        self._pool = self._lone = None

    def _processes(self, workers: int, max_tasks_per_child: int | None = None) -> ProcessPoolExecutor:
        # forkserver: the parent has threads (Prefect, psycopg), and a fork of those may hang.
        server = get_context("forkserver")
        # Not on macOS, where what its linear algebra began does not outlive a fork.
        if self._warm is _warm and sys.platform == "linux":
            server.set_forkserver_preload(["flows.warmed"])
        return ProcessPoolExecutor(workers, server, initializer=self._warm, max_tasks_per_child=max_tasks_per_child)

    def _submit(self, page: Any) -> "Future[Result]":
        for _ in range(2):
            if self._pool is None:
                self._pool = self._processes(self._workers, max_tasks_per_child=PAGES_A_WORKER)
            try:
                return self._pool.submit(self._work, page)
            except BrokenProcessPool:
                self._pool = None
        raise RuntimeError("the worker processes end as soon as they start")

    def _result(self, page: Any, future: "Future[Result]") -> Result:
        try:
            result = future.result()
        except BrokenProcessPool:
            # Some page killed a worker, and all pages in flight fail with it. Each is tried by itself to find which.
            return self._alone(page)
        if self._lone is not None:  # all that were in flight have been tried
            self._lone.shutdown(wait=False)
            self._lone = None
        return result

    def _alone(self, page: Any) -> Result:
        self._pool = None
        if self._lone is None:
            self._lone = self._processes(1)
        try:
            return self._lone.submit(self._work, page).result()
        except BrokenProcessPool:
            self._lone = None
            return Failed("the worker process died on this page")


@contextmanager
def analysing(workers: int) -> Iterator[Analyser]:
    """An analyser for one piece of work."""
    analyser = Analyser(workers)
    try:
        yield analyser
    finally:
        analyser.close()
