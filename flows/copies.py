"""Copies: the verdict on an article against everything known, seeds included, by indexed look-up.

What an article is depends on those published before it, not on those stored before it. So when an older one comes in
late, what was concluded on later ones is judged again, in the order of publication, until nothing changes.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from extractors.copies import VERSION, judge
from extractors.copies.packing import look_up_keys, pack, unpack
from extractors.copies.verdict import CLOCK_DIFFERENCE
from flows.db import Asked, Transaction, integers
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Fingerprint, Rejudged, Verdict

#: Candidates that are compared in full. True parents share the most keys; the rest is noise from common names.
MOST_CANDIDATES = 25
#: Articles looked at for one key, the latest stored. One that more have tells little, and the others find what it would.
MOST_OF_A_KEY = 100
#: Times that one article is judged again for one that came in. Each other article can change it once; credits that go in a
#: circle could go on.
MOST_AGAIN = 3


def look_up(tx: Transaction, fingerprint: Fingerprint, *, article_id: int = 0) -> Asked:
    """Known articles that share look-up keys, duplicates left out, those that share most first; for verdict()."""
    return tx.ask(
        "copies.candidates",
        keys=_keys(fingerprint),
        article_id=article_id,
        version=VERSION,
        most_of_a_key=MOST_OF_A_KEY,
        limit=MOST_CANDIDATES,
    )


def verdict(
    tx: Transaction, article: Article, fingerprint: Fingerprint, as_of: datetime, found: Asked, *, revision: int = 1
) -> Verdict:
    """What an article is to the known ones that look_up() found; the revision before is always compared."""
    known = [_candidate(row) for row in found.all()]
    if revision > 1:
        before = tx.one("copies.revision", url=article.url, revision=revision, version=VERSION)
        if before is not None and all(candidate.id != before["id"] for candidate in known):
            known.append(_candidate(before))
    return judge(replace(article, published_at=as_of), fingerprint, known, revision=revision)


def store(tx: Transaction, article_id: int, fingerprint: Fingerprint, relation: Relation) -> None:
    """Keep what later copies of the article are recognised by; a duplicate is not looked up, its parent is."""
    found_by = integers(()) if relation is Relation.DUPLICATE else _keys(fingerprint)
    tx.run("copies.store", article_id=article_id, version=fingerprint.version, sketch=pack(fingerprint), keys=found_by)


def forget(tx: Transaction, article_id: int) -> None:
    """Undo store(), so that the article can be stored anew."""
    row = tx.one("copies.one", id=article_id)
    if row is not None:
        tx.run("copies.find_no_more", article_id=article_id, keys=_keys(unpack(row["sketch"])))
        tx.run("copies.forget", article_id=article_id)


def judge_again(
    tx: Transaction, article_id: int, as_of: datetime, found: Verdict, copies: Iterable[int] = ()
) -> list[Rejudged]:
    """Judge those again that an article which was just stored may be the origin of.

    Args:
        copies: what repeats it, where it was known before.

    Returns:
        Those that changed and all that repeats them, in order of publication; their clusters are up to date.
    """
    changed: set[int] = set()
    times: Counter[int] = Counter()
    waiting: list[tuple[datetime, str, int]] = []

    def add(ids: Iterable[int], since: datetime) -> None:
        touched = list(ids)
        if not touched:
            return
        copied = tx.all("copies.duplicates_of", ids=touched, since=since - CLOCK_DIFFERENCE)
        for one in {*touched, *(row["id"] for row in copied)} - {article_id}:
            row = tx.one("copies.one", id=one)
            if row is not None and (row["as_of"], row["url"], one) not in waiting:
                heapq.heappush(waiting, (row["as_of"], row["url"], one))

    add([*copies, *(found.later if found.relation is not Relation.DUPLICATE else ())], as_of)
    while waiting:
        _, _, one = heapq.heappop(waiting)
        times[one] += 1
        row = tx.one("copies.one", id=one)
        if row is None or times[one] > MOST_AGAIN:
            continue
        fingerprint, was = unpack(row["sketch"]), Relation(row["relation"])
        if fingerprint.version != VERSION:
            continue
        article = Article(url=row["url"], title="", text="", language="", outlet=row["outlet"], credit=row["credit"])
        near = look_up(tx, fingerprint, article_id=one)
        now = verdict(tx, article, fingerprint, row["as_of"], near, revision=row["revision"])
        if (now.relation, now.of) == (was, row["duplicate_of"]):
            continue
        tx.run(
            "copies.judged",
            id=one,
            relation=now.relation,
            of=now.of,
            layer=now.layer,
            similarity=now.similarity,
            reason=now.reason,
            shared=[index for pair in now.shared for index in pair],
        )
        changed.add(one)
        if now.relation is not was and Relation.DUPLICATE in (now.relation, was):
            if now.relation is Relation.DUPLICATE:
                tx.run("copies.find_no_more", article_id=one, keys=_keys(fingerprint))
            else:
                tx.run("copies.find_by", article_id=one, keys=_keys(fingerprint))
            # what it was the parent of, or can be now
            add(copies_of(tx, one), row["as_of"])
            add(now.later, row["as_of"])
    return _followers(tx, changed)


def _followers(tx: Transaction, changed: Set[int]) -> list[Rejudged]:
    """Bring the clusters of these articles up to date; they and all that repeats them, in their order."""
    found = {(row["as_of"], row["url"], row["id"]) for one in changed for row in tx.all("copies.gather", id=one)}
    rows = [row for _, _, one in sorted(found) if (row := tx.one("copies.one", id=one)) is not None]
    return [Rejudged(id=row["id"], as_of=row["as_of"], verdict=stored(row), changed=row["id"] in changed) for row in rows]


def repeated_by(tx: Transaction, article_id: int) -> list[Rejudged]:
    """What repeats a known article, and what repeats that, in order of publication."""
    if not copies_of(tx, article_id):
        return []
    return [each for each in _followers(tx, {article_id}) if each.id != article_id]


def copies_of(tx: Transaction, article_id: int) -> list[int]:
    """What repeats a known article."""
    return [row["id"] for row in tx.all("copies.children", id=article_id)]


def stored(row: Mapping[str, Any]) -> Verdict:
    """The verdict that an article's row holds, as far as the series need it."""
    flat = row["copy_shared"]
    return Verdict(
        relation=Relation(row["relation"]), of=row["duplicate_of"], shared=tuple(zip(flat[::2], flat[1::2], strict=True))
    )


def _keys(fingerprint: Fingerprint) -> str:
    return integers(look_up_keys(fingerprint.keys, fingerprint.text_hash))


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        id=row["id"],
        url=row["url"],
        revision=row["revision"],
        published_at=row["as_of"],
        fingerprint=unpack(row["sketch"]),
        outlet=row["outlet"],
        credit=row["credit"],
    )
