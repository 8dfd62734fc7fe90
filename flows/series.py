"""Series: each figure placed in the series it belongs to, and the shifts that follow.

Figures of an article -> those that continue the parent's, then the rest by linking -> observations -> series that turn out
to be one joined -> shifts of every series touched, decided anew from all its observations and compared with those told before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from extractors.copies.origins import Source, origins
from extractors.series import link
from extractors.series.inherit import Placed, inherited, same_value
from extractors.series.intervals import vague
from extractors.series.link import Candidate
from extractors.series.mention import Mention, family, from_json, keys, to_json
from extractors.series.shifts import detect
from flows.db import Asked, Jsonb, Row, Transaction, integers
from schemas.outcomes import Bound, Relation, Role, SeriesOutcome
from schemas.records import Figure, Observation, Rejudged, Shift, Verdict

#: Articles of the story that are looked at, and mentions that are read of a series like one of the figures: the latest say best
#: how it is put now. Of articles that share one name or one number alone, fewer: in a large store nearly all
#: are strangers. (Three instead of five lose a point of F1 on stories left out, all of them gain none.)
MOST_ARTICLES = 30
MOST_STRANGERS = 5
MOST_MENTIONS = 6
#: What linking compares of a figure, by the figure's id: nothing changes it.
MENTIONS = "series.mentions_of_figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an article did to the series."""

    outcome: SeriesOutcome
    series: tuple[int, ...] = ()  #: those it touched
    shifted: tuple[int, ...] = ()  #: of these, those that have shifts


def look_up(tx: Transaction, mentions: Sequence[Mention]) -> Asked | None:
    """The figures of known articles that share look-up keys with these; for read()."""
    if not mentions:
        return None
    wanted = keys(mentions)
    return tx.ask(
        "series.near",
        keys=integers(wanted),
        weights=integers(wanted.values()),
        families=sorted({family(mention) for mention in mentions}),
        most_articles=MOST_ARTICLES,
        most_strangers=MOST_STRANGERS,
    )


def read(tx: Transaction, mentions: Sequence[Mention], near: Asked | None) -> Asked | None:
    """The latest figures of the series that are worth comparing with these; for place().

    Asked for before the article is written, so that the server writes while we compare.

    Args:
        near: what look_up() found.
    """
    found = [link.Seen(**row) for row in near.all()] if near else []
    worth = [series for seen in found for series in link.shortlist(mentions, seen)]
    return _latest(tx, worth) if worth else None


def _latest(tx: Transaction, series: Sequence[int]) -> Asked:
    return tx.ask("series.latest", series=list(series), most_mentions=MOST_MENTIONS)


def place(
    tx: Transaction,
    article_id: int,
    as_of: datetime,
    figures: Sequence[Figure],
    stored: Asked | None,
    sentences: Sequence[int],
    mentions: Sequence[Mention],
    latest: Asked | None,
    verdict: Verdict,
    again: Sequence[Rejudged],
    threshold: Decimal | None,
    now: datetime,
) -> Result:
    """Observe every figure and decide the shifts of the series touched.

    Args:
        stored: what figures.store() gave.
        latest: what read() asked for.
        threshold: None: whoever records many articles calls settle() once for all series that they touched.
        again: articles that turned out, by this one, to be something else than was thought, and what repeats them.
    """
    if not figures and not again:
        return Result(outcome=SeriesOutcome.NOTHING_NEW)
    here = [
        Placed(sentence=sentence, unit=figure.unit, role=figure.role, low=figure.low, high=figure.high)
        for figure, sentence in zip(figures, sentences, strict=True)
    ]
    parent = _figures_of(tx, verdict.of)
    chosen, dates = _continued(here, parent, verdict.shared)
    for each in again:  # an origin that came in late: the lines are there already
        if each.verdict.of == article_id:
            theirs, _ = _continued(here, _figures_of(tx, each.id), [(there, mine) for mine, there in each.verdict.shared])
            chosen |= {i: s for i, s in theirs.items() if i not in chosen and s not in chosen.values()}
    candidates, labels = _candidates(tx, latest, continued=set(chosen.values()))
    found = link.place(mentions, candidates, fixed=chosen)
    new = [index for index, series in enumerate(found.series) if series is None]
    chosen = {index: series for index, series in enumerate(found.series) if series is not None}
    # What a series is called already, and nothing, change no label.
    other_words = {series for index, series in chosen.items() if figures[index].measured not in ("", labels[series])}
    begun = _create(tx, [(figures[index], mentions[index]) for index in new], now)
    chosen |= dict(zip(new, begun, strict=True))
    with tx.together():
        _observe(tx, article_id, as_of, dates, chosen, found.sure, stored.ids() if stored else [], mentions)
        for keep, end, sure in _allowed(tx, found.merges):
            merge(tx, keep, end, sure)
            chosen = {index: keep if series == end else series for index, series in chosen.items()}
            other_words = (other_words | {keep}) - {end}
        moved = _follow(tx, again)
        if threshold is None:
            outcome = SeriesOutcome.OBSERVED if figures else SeriesOutcome.NOTHING_NEW
            return Result(outcome=outcome, series=tuple(sorted(moved | set(chosen.values()))))
        if other_words:
            tx.run("series.relabel", series=sorted(other_words))
        levels = {chosen[index] for index in range(len(figures)) if figures[index].role is Role.LEVEL}
        decided = decide(tx, sorted(moved | levels.difference(begun)), threshold, now)  # a first number is no shift
    outcome = SeriesOutcome.SHIFTED if decided.new else SeriesOutcome.OBSERVED
    return Result(
        outcome=outcome if figures else SeriesOutcome.NOTHING_NEW,
        series=tuple(sorted(moved | levels)),
        shifted=decided.series,
    )


def _observe(
    tx: Transaction,
    article_id: int,
    as_of: datetime,
    dates: Mapping[int, datetime],
    chosen: Mapping[int, int],
    sure: Sequence[float],
    figure_ids: Sequence[int],
    mentions: Sequence[Mention],
) -> None:
    """Every figure in its series."""
    tx.run(
        "series.observe",
        article_id=article_id,
        as_of=as_of,
        keys=integers(sorted(keys(mentions))),
        series=[chosen[index] for index in range(len(mentions))],
        figures=list(figure_ids),
        dates=[dates.get(index, as_of) for index in range(len(mentions))],
        families=[family(mention) for mention in mentions],
        sure=list(sure),
        mentions=Jsonb([to_json(mention) for mention in mentions]),
    )
    tx.keep(MENTIONS, dict(zip(figure_ids, mentions, strict=True)))


def settle(tx: Transaction, touched: Iterable[int], threshold: Decimal, now: datetime) -> None:
    """Labels and shifts of series that place() left unsettled."""
    series = sorted(set(touched))
    if not series:
        return
    tx.run("series.relabel", series=series)
    decide(tx, [row["id"] for row in tx.all("series.levels", series=series)], threshold, now)


def _follow(tx: Transaction, again: Sequence[Rejudged]) -> set[int]:
    """Bring the observations of articles that were judged again, and of all that repeats them, up to date; series touched.

    Those of an article that turned out a copy stay as rows, for a shift told before may rest on them, and count no more.
    """
    touched: set[int] = set()
    for each in again:
        rows = tx.all("figures.of_article", article_id=each.id)
        touched |= {row["series_id"] for row in rows if row["series_id"] is not None}
        if each.verdict.relation is Relation.DUPLICATE:
            continue
        if not rows:
            tx.run("articles.analyse_again", id=each.id)
            continue
        parent = _figures_of(tx, each.verdict.of)
        chosen, dates = _continued([_placed(row) for row in rows], parent, each.verdict.shared)
        for index, row in enumerate(rows):
            series, date = chosen.get(index, row["series_id"]), dates.get(index, each.as_of)
            if series is not None and (series, date) != (row["series_id"], row["as_of"]):
                tx.run("series.move_observation", figure_id=row["id"], series_id=series, as_of=date)
                touched.add(series)
    return touched


def _placed(row: Mapping[str, Any]) -> Placed:
    return Placed(sentence=row["sentence"], unit=row["unit"], role=row["role"], low=row["low"], high=row["high"])


def _figures_of(tx: Transaction, article_id: int | None) -> Asked | None:
    """The figures of an article, where there is one, with their series; for _continued()."""
    return None if article_id is None else tx.ask("figures.of_article", article_id=article_id)


def _continued(
    here: Sequence[Placed], parent: Asked | None, shared: Iterable[tuple[int, int]]
) -> tuple[dict[int, int], dict[int, datetime]]:
    """Series of the figures that continue the parent's, and the parent's date for those that only repeat it."""
    if parent is None:
        return {}, {}
    known = parent.all()
    there = [_placed(row) for row in known]
    chosen: dict[int, int] = {}
    dates: dict[int, datetime] = {}
    for index, other in inherited(here, there, shared).items():
        if known[other]["series_id"] is None:
            continue
        chosen[index] = known[other]["series_id"]
        if same_value(here[index], there[other]):
            dates[index] = known[other]["as_of"]
    return chosen, dates


def _candidates(tx: Transaction, latest: Asked | None, continued: Set[int]) -> tuple[list[Candidate], dict[int, str]]:
    """Series that may take a figure, those that are continued among them, and what they are called."""
    rows = latest.all() if latest else []
    if unread := continued - {row["series_id"] for row in rows}:
        rows += _latest(tx, sorted(unread)).all()
    members: defaultdict[int, list[Mention]] = defaultdict(list)
    known = tx.kept(MENTIONS, [row["figure_id"] for row in rows], make=lambda row: from_json(row["mention"]))
    for row, mention in zip(rows, known, strict=True):
        members[row["series_id"]].append(mention)
    candidates = [Candidate(series=series, mentions=tuple(found)) for series, found in members.items()]
    return candidates, {row["series_id"]: row["label"] for row in rows}


def _allowed(tx: Transaction, merges: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Without those that a person has taken apart, and those that an article holds side by side: two lines they are."""
    merges = [pair for pair in merges if tx.one("series.side_by_side", one=pair[0], other=pair[1]) is None]
    if not merges:
        return []
    apart = {
        frozenset((row["series_id"], row["other_id"]))
        for row in tx.all("series.apart", series=sorted({series for pair in merges for series in pair[:2]}))
    }
    return [pair for pair in merges if frozenset(pair[:2]) not in apart]


def merge(tx: Transaction, keep: int, end: int, sure: float = 1.0) -> None:
    """Two series become one: observations, shifts and corrections move over, with the alerts that hang on them.

    Args:
        sure: how sure it is that they are one, in (0, 1].
    """
    tx.run("series.move_observations", keep=keep, end=end, sure=sure)
    for step in ("move_shifts", "move_corrections", "inherit_mute"):
        tx.run(f"series.{step}", keep=keep, end=end)
    tx.run("series.remove", id=end)


def _create(tx: Transaction, firsts: Sequence[tuple[Figure, Mention]], now: datetime) -> list[int]:
    """A series for each of these figures; their ids, in order."""
    if not firsts:
        return []
    rows = tx.all(
        "series.create",
        labels=[figure.measured or figure.unit for figure, _ in firsts],
        units=[figure.unit for figure, _ in firsts],
        dimensions=[mention.dimension for _, mention in firsts],
        rates=[figure.rate for figure, _ in firsts],
        roles=[figure.role for figure, _ in firsts],
        now=now,
    )
    return sorted(row["id"] for row in rows)


@dataclass(frozen=True, slots=True)
class Decided:
    """What there is of shifts in some series."""

    new: int = 0  #: how many nobody has heard of
    series: tuple[int, ...] = ()  #: those that have any


def decide(tx: Transaction, series: Sequence[int], threshold: Decimal, now: datetime) -> Decided:
    """Bring the shifts of these series up to date."""
    if not series:
        return Decided()
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    told: defaultdict[int, list[Row]] = defaultdict(list)
    with tx.together():
        observed, known = tx.ask("series.observations", series=list(series)), tx.ask("series.shifts", series=list(series))
    for row in observed.all():
        rows[row["series"]].append(row)
    for row in known.all():
        told[row.pop("home")].append(row)
    observations = {one: _observations(rows[one]) for one in series}
    found = {one: detect(observations[one], threshold=threshold).shifts for one in series}
    settled = [_settle(tx, found[one], told[one], threshold) for one in series]
    gone = [row["id"] for each in settled for row in each.gone]
    if gone:
        tx.run("series.withdraw_shifts", ids=gone)
    write = [_row(shift) | {"now": now} for each in settled for shift in each.write]
    if write:
        tx.many("series.keep_shift", write)
    return Decided(sum(each.new for each in settled), tuple(one for one in series if found[one]))


def _observations(rows: Sequence[Row]) -> list[Observation]:
    """The observations of a series, each with its independent origin."""
    origin_of = origins(
        Source(cluster=row["origin"], outlet=row["outlet"], credit=row["credit"], speaker=row["speaker"] or "") for row in rows
    )
    found = []
    for row in rows:
        del row["credit"]
        shaped = {"origin": origin_of[row["origin"]], "role": Role(row["role"]), "bound": Bound(row["bound"])}
        shaped["cues"] = tuple(row["cues"])
        found.append(Observation(vague=vague(row.pop("surface")), **row | shaped))
    return found


@dataclass(frozen=True, slots=True)
class _Settled:
    """What becomes of the shifts of one series."""

    new: int  #: how many nobody has heard of
    write: tuple[Shift, ...]  #: those that are new or known otherwise
    gone: tuple[Row, ...]  #: rows of those that hold no more


def _row(shift: Shift) -> Row:
    """A shift as its row keeps it."""
    return {
        "series_id": shift.series,
        "observation_id": shift.observation,
        "before_id": shift.before,
        "from_number": shift.from_number,
        "to_number": shift.to_number,
        "kind": shift.kind,
        "origins_before": shift.origins_before,
        "origins_after": shift.origins_after,
        "reason": shift.reason,
    }


def _free(tx: Transaction, observation: int) -> bool:
    """May a shift move to an observation? Not where one stands that was told of there and withdrawn: that one holds again."""
    tx.run("series.forget_withdrawn", observation_id=observation)
    return tx.one("series.shift_at", observation_id=observation) is None


def _settle(tx: Transaction, shifts: Sequence[Shift], told: Sequence[Row], threshold: Decimal) -> _Settled:
    """Compare the shifts that follow now with those told, each once: one whose first report moved to an earlier article
    stays itself."""
    current = {shift.observation for shift in shifts}
    gone = [row for row in told if row["observation_id"] not in current]
    known = {row["observation_id"]: row for row in told}
    new, write = 0, []
    for shift in shifts:
        before = known.get(shift.observation)
        if before is None:
            moved = next(
                (row for row in gone if abs(row["to_number"] - shift.to_number) <= threshold * abs(shift.to_number)), None
            )
            if moved is not None and _free(tx, shift.observation):
                gone.remove(moved)
                tx.run("series.move_shift", id=moved["id"], observation_id=shift.observation)
            else:
                new += 1
        if before is None or before != _row(shift) | {"id": before["id"]}:
            write.append(shift)
    return _Settled(new, tuple(write), tuple(gone))
