"""Analysis in worker processes: recycled, because lxml keeps memory; and one bad page costs one page.

Pages in -> analyses out, in order. A page whose analysis raises, takes too long or kills its worker comes back as Failed, and
the rest of the batch goes on.
"""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import parent_process, set_forkserver_preload
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

from schemas.outcomes import ArticleOutcome
from schemas.records import Page

#: Pages that a worker is given at a time: their sentences are parsed together, and pages travel together. Parsing gains little
#: from more.
PAGES_TOGETHER = 8

#: Pages that one worker analyses before it is replaced: lxml and trafilatura grow by about 0.1 MB a page, and a new
#: worker learns its words anew, which is about 2 ms a page at 1,000.
PAGES_A_WORKER = 1000

#: By so much a worker lets other processes go first. Recording is one conversation with PostgreSQL; where workers keep all
#: cores busy, each turn of it waits for a core, and the analysis is ahead anyway. (At 20 articles a second, and twenty turns
#: each, tests/bench_service.py was 60 s behind after 150 s without it, and 45 s with it. Other values were not tried.)
NICE = 10

#: CPU seconds that one page may take. News pages take hundredths of one, the longest book that is read some seconds.
MOST_SECONDS = 30
#: How much more of it, where code that heeds no signal is at work, before its worker is ended.
GRACE = 4 / 3


@dataclass(frozen=True, slots=True)
class Failed:
    """A page that could not be analysed, and why."""

    detail: str
    outcome: ArticleOutcome = ArticleOutcome.FAILED


TOO_SLOW = Failed(f"the analysis of this page takes more than {MOST_SECONDS} seconds of CPU", ArticleOutcome.TOO_SLOW)

Result = Any  # Analysis | ArticleOutcome | Failed; the analysis is imported in the workers only


class TookTooLongError(BaseException):
    """The time of a page is up. No Exception: libraries that take strangers' markup catch those, and go on."""


def _analyse(page: Page) -> Result:
    from extractors.analysis import analyse

    return analyse(page)


def _analyse_all(pages: Sequence[Page]) -> list[Result]:
    from extractors.analysis import analyse_all
    from extractors.article.body import article

    return list(analyse_all([article(page) for page in pages]))


def _work(
    one: Callable[[Any], Result], together: Callable[[Sequence[Any]], list[Result]] | None, seconds: float, items: list[Any]
) -> list[Result]:
    """The result of each item; runs in a worker. Where one of several fails, whichever it is, each is tried by itself."""
    if together is not None and len(items) > 1:
        with suppress(Exception, TookTooLongError), _at_most(seconds):
            return together(items)
    return [_by_itself(one, seconds, item) for item in items]


def _by_itself(work: Callable[[Any], Result], seconds: float, item: Any) -> Result:
    try:
        with _at_most(seconds):
            return work(item)
    except TookTooLongError:
        return TOO_SLOW
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLongError once this has taken so many seconds of CPU; where that is not heeded, the process is ended.

    An exception can be lost, in a destructor or in a function that C code calls; so it is raised each second from then on.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    ends = int(used.ru_utime + used.ru_stime + seconds * GRACE) + 1
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (ends if hard == resource.RLIM_INFINITY else min(ends, hard), hard))
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _time_is_up(*_: Any) -> None:
    raise TookTooLongError


def with_parent() -> None:
    """Live as long as who started us, who may be killed without a word to us; and end only with them."""
    for number in (signal.SIGINT, signal.SIGTERM):  # these reach the whole group; who started us ends us
        signal.signal(number, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def _start(warm: Callable[[], None] | None) -> None:
    """What a worker does before its first item."""
    from flows.log import configure_child

    with_parent()
    os.nice(NICE)
    configure_child()  # libraries speak here, too, and what they say is nothing to act on
    signal.signal(signal.SIGPROF, _time_is_up)
    if warm is not None:
        warm()


def _warm() -> None:
    from extractors import analysis

    analysis.warm()


class _Forked(ForkServerProcess):
    """Begins without the module that this process was started with, which it would read again otherwise: in a pass that is
    Prefect, one and a half seconds and 70 MB for each."""

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802
        ours = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return ForkServerProcess._Popen(process_obj)
        finally:
            sys.modules["__main__"] = ours


class _Forks(ForkServerContext):
    Process = _Forked


def forks(*, read_model: bool = True) -> _Forks:
    """Where processes that work beside this one come from: a server of forks. This one has threads (Prefect, psycopg), and a
    fork of those may hang; the server has none.

    Args:
        read_model: all have the model read, once; the first call decides. Not on macOS, where what its linear algebra began
            does not outlive a fork.
    """
    if read_model and sys.platform == "linux":
        set_forkserver_preload(["flows.preload"])
    return _Forks()


class Analyser:
    """Worker processes for analysis. They start with the first page and end with close().

    Args:
        work: what is done with a page, or with whatever else results() is given; a function of a module.
        warm: what a worker does before its first page.
        seconds: CPU seconds that one page may take.
        each: so many of what results() is given are a worker's life's work.
    """

    def __init__(
        self,
        workers: int,
        work: Callable[[Any], Result] = _analyse,
        warm: Callable[[], None] | None = _warm,
        *,
        seconds: float = MOST_SECONDS,
        each: int = PAGES_A_WORKER,
    ) -> None:
        self._workers = workers
        self._together = PAGES_TOGETHER if work is _analyse else 1
        self._work = partial(_work, work, _analyse_all if work is _analyse else None, seconds)
        self._warm = warm
        self._most = each * workers
        self._given = 0  #: to the pool of now
        self._pool: ProcessPoolExecutor | None = None
        self._lone: ProcessPoolExecutor | None = None

    def results(self, pages: Iterable[Any]) -> Iterator[Result]:
        """The analysis of each page, in order, a few pages ahead of the reader."""
        waiting = iter(pages)
        ahead: list[tuple[list[Any], Future[list[Result]]]] = []
        while some := list(islice(waiting, self._together)):
            ahead.append((some, self._submit(some)))
            if len(ahead) > (2 if self._together > 1 else 4) * self._workers:
                yield from self._results(*ahead.pop(0))
        for each in ahead:
            yield from self._results(*each)

    def close(self) -> None:
        """End the workers."""
        for pool in (self._pool, self._lone):
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        self._pool = self._lone = None

    def _submit(self, pages: list[Any]) -> "Future[list[Result]]":
        # Workers are replaced all at once, and not by max_tasks_per_child: with that a pool may take a worker that just ended
        # for one that waits for work, start none in its place, and wait for ever (python/cpython#115634). The old end before
        # the new start, for both at once would take twice the memory.
        if self._pool is not None and self._given >= self._most:
            self._pool.shutdown()
            self._pool = None
        for _ in range(2):
            if self._pool is None:
                self._pool = self._started(self._workers)
                self._given = 0
            try:
                future = self._pool.submit(self._work, pages)
            except BrokenProcessPool:
                self._pool = None
            else:
                self._given += len(pages)
                return future
        raise RuntimeError("the worker processes end as soon as they start")

    def _started(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            workers, forks(read_model=self._warm is not None), initializer=_start, initargs=(self._warm,)
        )

    def _results(self, pages: list[Any], future: "Future[list[Result]]") -> list[Result]:
        try:
            results = future.result()
        except BrokenProcessPool:
            # Some page killed a worker, and all pages in flight fail with it. Each is tried by itself to find which.
            return [self._alone(page) for page in pages]
        if self._lone is not None:  # all that were in flight have been tried
            self._lone.shutdown(wait=False)
            self._lone = None
        return results

    def _alone(self, page: Any) -> Result:
        self._pool = None
        if self._lone is None:
            self._lone = self._started(1)
        try:
            future = self._lone.submit(self._work, [page])
            [process] = self._lone._processes.values()
            return future.result()[0]
        except BrokenProcessPool:
            self._lone = None
            process.join()
            return TOO_SLOW if process.exitcode == -signal.SIGXCPU else Failed("the worker process died on this page")


@contextmanager
def analysing(workers: int) -> Iterator[Analyser]:
    """An analyser for one piece of work."""
    analyser = Analyser(workers)
    try:
        yield analyser
    finally:
        analyser.close()
