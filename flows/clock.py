"""What each stage costs: seconds, added up in this process and handed over at the end of a batch.

    with clock.stage("copies"):
        ...
    clock.taken()    # {"copies": 0.02}, and counting starts anew

Seconds are those of a clock on the wall, summed over threads; those of the analysis are its worker's.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_seconds: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count what happens inside to a stage."""
    began = time.perf_counter()
    try:
        yield
    finally:
        add(name, time.perf_counter() - began)


def add(name: str, seconds: float) -> None:
    """Count seconds to a stage."""
    with _lock:
        _seconds[name] = _seconds.get(name, 0.0) + seconds


def taken() -> dict[str, float]:
    """Seconds by stage since the last call."""
    with _lock:
        found = dict(_seconds)
        _seconds.clear()
    return found
