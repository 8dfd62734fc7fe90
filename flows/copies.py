"""Copies: the verdict on an article against everything known, seeds included, by indexed look-up.

What an article is depends on those published before it, not on those stored before it. So when an older one comes in
late, what was concluded on later ones is judged again, in the order of publication, until nothing changes.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from extractors.copies import VERSION, judge
from extractors.copies.packing import pack, unpack
from extractors.copies.verdict import CLOCK_DIFFERENCE
from flows.db import Transaction
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Fingerprint, Verdict

#: Candidates that are compared in full. True parents share the most keys; the rest is noise from common names.
MOST_CANDIDATES = 25
#: Articles looked at for one key, the latest stored. One that more have tells little, and the others find what it would.
MOST_OF_A_KEY = 100
#: Times that one article is judged again for one that came in. Each other article can change it once; credits that go in a
#: circle could go on.
MOST_AGAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """An article that was judged again and turned out to be something else, or another's."""

    id: int
    was: Relation
    verdict: Verdict


def candidates(tx: Transaction, keys: Sequence[int], *, article_id: int = 0) -> list[Candidate]:
    """Known articles that share look-up keys, duplicates left out, those that share most first."""
    rows = tx.all(
        "copies.candidates",
        keys=list(keys),
        article_id=article_id,
        version=VERSION,
        most_of_a_key=MOST_OF_A_KEY,
        limit=MOST_CANDIDATES,
    )
    return [_candidate(row) for row in rows]


def verdict(
    tx: Transaction, article: Article, fingerprint: Fingerprint, as_of: datetime, *, revision: int = 1, article_id: int = 0
) -> Verdict:
    """What an article is to the known ones; the revision before is always compared."""
    known = candidates(tx, _keys(fingerprint), article_id=article_id)
    if revision > 1:
        before = tx.one("copies.revision", url=article.url, revision=revision, version=VERSION)
        if before is not None and all(candidate.id != before["id"] for candidate in known):
            known.append(_candidate(before))
    return judge(replace(article, published_at=as_of), fingerprint, known, revision=revision)


def store(tx: Transaction, article_id: int, fingerprint: Fingerprint, relation: Relation) -> None:
    """Keep what later copies of the article are recognised by; a duplicate is not looked up, its parent is."""
    tx.run("copies.store", article_id=article_id, version=fingerprint.version, sketch=pack(fingerprint))
    if relation is not Relation.DUPLICATE:
        tx.run("copies.find_by", article_id=article_id, keys=_keys(fingerprint))


def judge_again(tx: Transaction, article_id: int, as_of: datetime, found: Verdict) -> list[Again]:
    """Judge those again that an article which was just stored may be the origin of; what changed, in order of publication."""
    if found.relation is Relation.DUPLICATE or not found.later:
        return []
    changed: dict[int, Again] = {}
    times: Counter[int] = Counter()
    waiting: list[tuple[datetime, str, int]] = []

    def add(ids: Iterable[int], since: datetime) -> None:
        touched = list(ids)
        copied = tx.all("copies.duplicates_of", ids=touched, since=since - CLOCK_DIFFERENCE)
        for one in {*touched, *(row["id"] for row in copied)} - {article_id}:
            row = tx.one("copies.one", id=one)
            if row is not None and (row["as_of"], row["url"], one) not in waiting:
                heapq.heappush(waiting, (row["as_of"], row["url"], one))

    add(found.later, as_of)
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
        now = verdict(tx, article, fingerprint, row["as_of"], revision=row["revision"], article_id=one)
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
        changed[one] = Again(id=one, was=changed[one].was if one in changed else was, verdict=now)
        if now.relation is not was and Relation.DUPLICATE in (now.relation, was):
            if now.relation is Relation.DUPLICATE:
                tx.run("copies.find_no_more", article_id=one, keys=_keys(fingerprint))
            else:
                tx.run("copies.find_by", article_id=one, keys=_keys(fingerprint))
            # what it was the parent of, or can be now
            add((row["id"] for row in tx.all("copies.children", id=one)), row["as_of"])
            add(now.later, row["as_of"])
    return list(changed.values())


def gather(tx: Transaction, changed: Iterable[Again]) -> list[int]:
    """Bring the clusters of articles that were judged again up to date; these and all that repeat them, in their order."""
    found = {(row["as_of"], row["url"], row["id"]) for each in changed for row in tx.all("copies.gather", id=each.id)}
    return [article_id for _, _, article_id in sorted(found)]


def pairs(flat: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Aligned sentences as they are stored, (index here, index there)."""
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def _keys(fingerprint: Fingerprint) -> list[int]:
    """The look-up keys of a text, with one for the text as a whole: short ones have no others."""
    return [*fingerprint.keys, int.from_bytes(fingerprint.text_hash[:8], "big", signed=True)]


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
