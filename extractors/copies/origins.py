"""Who is an independent origin of a number?

Articles of some clusters that report one series -> the origin of each cluster. A cluster is one origin; and clusters whose
articles credit, or give as the speaker, an agency that reports the number itself, or that another credits too, are that
agency's one origin: forty desks that quote the wire are the wire.
Not here: which articles form a cluster (verdict.py), what a text credits (article/wire.py).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from extractors.article.wire import names_outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one number of a series comes from, as far as its article says."""

    cluster: int
    outlet: str
    credit: str  #: the agency or outlet that the text credits
    speaker: str  #: who gives the number; an agency where the text says "according to" it


def origins(sources: Iterable[Source]) -> dict[int, int]:
    """The origin of each cluster, named by the smallest cluster that belongs to it; in whatever order they come."""
    rows = sorted(set(sources), key=lambda s: (s.cluster, s.outlet, s.credit, s.speaker))
    root = {row.cluster: row.cluster for row in rows}

    def find(cluster: int) -> int:
        while root[cluster] != cluster:
            cluster = root[cluster]
        return cluster

    def join(one: int, other: int) -> None:
        low, high = sorted((find(one), find(other)))
        root[high] = low

    by_outlet: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.outlet:
            by_outlet[row.outlet].add(row.cluster)
    named = {name: {outlet for outlet in by_outlet if names_outlet(name, outlet)} for name in {row.speaker for row in rows}}
    credited: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.credit and not names_outlet(row.credit, row.outlet):
            credited[row.credit].add(row.cluster)
        if named[row.speaker] - {row.outlet}:
            credited[row.speaker].add(row.cluster)
    names = sorted(credited)
    for at, name in enumerate(names):
        same = set(credited[name])
        for outlet, clusters in by_outlet.items():
            if names_outlet(name, outlet):
                same |= clusters
        for other in names[at + 1 :]:
            if names_outlet(name, other) or names_outlet(other, name):
                same |= credited[other]
        first, *rest = sorted(same)
        for cluster in rest:
            join(first, cluster)
    return {cluster: find(cluster) for cluster in root}
