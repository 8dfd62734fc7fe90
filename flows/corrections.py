"""Corrections: a person says which numbers are one line, what it is called, and when it may be silent.

merge, split, rename and mute -> rows of `correction`, observations moved, shifts decided anew. What the machine learns of it
is what it needs: series merged by hand compare as one from then on, and series taken apart are never merged again by itself.
Not here: what the machine decides (series.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from flows.db import Database, Transaction
from flows.series import decide
from flows.series import merge as join
from schemas.errors import UsageError


def merge(database: Database, keep: int, end: int, threshold: Decimal, now: datetime) -> int:
    """Move all of `end` into `keep`; how many observations moved.

    Raises:
        UsageError: one is not there, the two are the same, or their numbers can never be compared.
    """
    if keep == end:
        raise UsageError(f"series {keep} cannot be merged with itself", mend="name two series")
    with database.transaction() as tx:
        one, other = _known(tx, keep), _known(tx, end)
        if (one["dimension"], one["role"]) != (other["dimension"], other["role"]):
            raise UsageError(
                f"series {keep} counts {one['unit']} ({one['role']}) and series {end} {other['unit']} ({other['role']})",
                mend="only lines in units that convert, and of one role, can be one",
            )
        moved = [int(row["id"]) for row in tx.all("series.members", id=end)]
        join(tx, keep, end)
        _keep(tx, "merge", keep, end, moved, None, now)
        decide(tx, [keep], threshold, now)
    return len(moved)


def split(database: Database, series: int, observations: Sequence[int], threshold: Decimal, now: datetime) -> int:
    """Move these observations into a series of their own; its number.

    Raises:
        UsageError: one of them is not in the series, or they are all there is.
    """
    with database.transaction() as tx:
        _known(tx, series)
        members = {int(row["id"]) for row in tx.all("series.members", id=series)}
        strangers = sorted(set(observations) - members)
        if strangers:
            raise UsageError(
                f"series {series} holds no observation {strangers[0]}", mend=f"figurewatch series show {series} lists them"
            )
        if not observations or set(observations) == members:
            raise UsageError("a split leaves something on either side", mend="name some of the observations, not all")
        made = tx.one("series.copy", id=series, now=now)
        assert made is not None
        other = int(made["id"])
        for step in ("split_observations", "split_shifts"):
            tx.run(f"series.{step}", series_id=series, other_id=other, observations=sorted(set(observations)))
        _keep(tx, "split", series, other, sorted(set(observations)), None, now)
        tx.run("series.relabel", series=[series, other])
        decide(tx, [series, other], threshold, now)
    return other


def rename(database: Database, series: int, label: str, now: datetime) -> None:
    """Call a series so, whatever its figures are called from now on.

    Raises:
        UsageError: it is not there, or the name is empty.
    """
    if not label.strip():
        raise UsageError("a series needs a name", mend='figurewatch series rename 12 "containers shipped"')
    with database.transaction() as tx:
        _known(tx, series)
        tx.run("series.rename", id=series, label=label.strip())
        _keep(tx, "rename", series, None, [], label.strip(), now)


def mute(database: Database, series: int, span: timedelta, now: datetime) -> datetime:
    """Tell no shift of the series until then. A span of nothing ends the silence.

    Raises:
        UsageError: it is not there.
    """
    until = now + span
    with database.transaction() as tx:
        _known(tx, series)
        tx.run("series.mute", id=series, until=until)
    return until


def _known(tx: Transaction, series: int) -> dict[str, object]:
    found = tx.one("series.one", id=series)
    if found is None:
        raise UsageError(f"there is no series {series}", mend="figurewatch series list names them")
    return found


def _keep(
    tx: Transaction, kind: str, series: int, other: int | None, observations: Sequence[int], label: str | None, now: datetime
) -> None:
    values = {"kind": kind, "series_id": series, "other_id": other, "observations": list(observations), "label": label}
    tx.run("series.correct", **values, now=now)
