"""Storylines with labels, for training and for measuring series and shifts without a database.

A storyline's articles come with their gold figures placed in the text, or with extracted figures matched to them by the rule
of the score; run() sends them through linking and detection article by article, and tally() counts as the score counts.
"""

import importlib.util
import itertools
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from extractors.claims import attribute, claims
from extractors.copies import fingerprint, judge
from extractors.figures import figures
from extractors.series import link
from extractors.series.doubt import Believe
from extractors.series.inherit import Placed, inherited
from extractors.series.intervals import vague
from extractors.series.link import Candidate, Placement, keys, mentions
from extractors.series.linker import Linker
from extractors.series.mention import Mention, root, stem
from extractors.series.pair import head
from extractors.series.shifts import detect
from extractors.text import Sentence, sentences
from flows.series import MOST_ARTICLES, MOST_MENTIONS
from flows.series import MOST_STRANGERS as MOST_WEAK
from schemas.outcomes import Bound, Role
from schemas.records import Article, Figure, Observation
from schemas.records import Candidate as CopyCandidate

COPIES = {"verbatim", "excerpt", "light-edit", "spun"}


@dataclass
class Told:
    """An article of a storyline with its figures, and for each the gold series it belongs to, where one does."""

    id: str
    url: str
    title: str
    outlet: str
    published: datetime
    text: str
    copy: bool
    sentences: list[Sentence]
    figures: list[Figure]
    gold: list[str | None]
    mentions: list[Mention] = field(default_factory=list)
    continues: dict[int, tuple[str, int]] = field(default_factory=dict)  #: figures of an update: (url, position) in its parent


@dataclass
class Story:
    id: str
    articles: list[Told]
    shifts: list[dict[str, Any]]
    label: dict[str, Any]

    @property
    def partial(self) -> bool:
        """Only some lines are labelled: a figure without a label may belong to any other."""
        return bool(self.label.get("partial"))


Extract = Callable[[dict[str, Any], list[Sentence]], list[Figure]]


def score_module(folder: Path) -> ModuleType:
    """score.py beside the labels, so that there is one definition of right."""
    path = next((p for p in (folder / "score.py", folder.parent / "score.py") if p.exists()), None)
    if path is None:
        sys.exit(f"{folder}: no score.py there or one folder up; copy the one of tests/quality/gold")
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


def load(folder: Path, extract: Extract | None = None, score: ModuleType | None = None) -> list[Story]:
    """All storylines of a folder; extracted figures where an extractor is given, else the gold ones."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        sys.exit(f"{folder}: no storylines there; tests/quality/gold has folders of them")
    score = score or score_module(folder)
    return [_story(json.loads(p.read_text(encoding="utf-8")), score, extract) for p in paths]


def reports(folder: Path, extract: Extract | None = None) -> Story:
    """One long topic as articles.jsonl with expected.json, of which only the main lines are labelled."""
    score = score_module(folder.parent)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    articles = score.rows(folder / "articles.jsonl")
    id_of = {a["url"]: str(k) for k, a in enumerate(articles)}
    copies = {url: (id_of[parent], relation) for url, parent, relation in expected["copies"]}
    for a in articles:
        parent, relation = copies.get(a["url"], (None, "original"))
        a |= {"id": id_of[a["url"]], "copy_of": parent, "relation": relation, "figures": [], "claims": []}
    by_url = {a["url"]: a for a in articles}
    for series in expected["series"]:
        for o in series["observations"]:
            told = {
                "sentence": o["surface"],
                "unit": series["unit"],
                "rate": series["rate"],
                "series": series["id"],
                "role": "level",
            }
            by_url[o["url"]]["figures"].append(told | o)
    for a in articles:
        a["figures"].sort(key=lambda f: a["text"].find(f["surface"]))
    shifts = [s | {"article": id_of[s["url"]]} for s in expected["shifts"]]
    tolerated = [t | {"article": id_of[t["url"]]} for t in expected["tolerated"]]
    return _story(
        {"id": folder.name, "articles": articles, "shifts": shifts, "tolerated": tolerated, "partial": True}, score, extract
    )


def _story(label: dict[str, Any], score: ModuleType, extract: Extract | None) -> Story:
    articles = []
    for a in label["articles"]:
        score.place(a)
        split = sentences(a["text"])
        copy = a["relation"] in COPIES
        gold: list[str | None]
        if copy:
            figures, gold = [], []
        elif extract is None:
            figures = [_gold_figure(f, a["text"], split) for f in a["figures"]]
            gold = [f["series"] for f in a["figures"]]
        else:
            figures = extract(a, split)
            gold = match(a["figures"], figures, score)
        told = Told(
            a["id"],
            a["url"],
            a["title"],
            a["outlet"],
            datetime.fromisoformat(a["published"]),
            a["text"],
            copy,
            split,
            figures,
            gold,
        )
        told.mentions = mentions(
            figures, split, title=a["title"], article=a["url"], outlet=a["outlet"], published_at=told.published
        )
        articles.append(told)
        parent = next((x for x in articles if x.id == a["copy_of"]), None)
        if a["relation"] == "update" and parent is not None and not parent.copy:
            told.continues = {here: (parent.url, there) for here, there in _continued(told, parent).items()}
    return Story(label["id"], articles, label["shifts"], label)


def _continued(told: Told, parent: Told) -> dict[int, int]:
    """Figures in the sentences that an update shares with its parent, as the service finds them."""
    sketches = [fingerprint(x.text, x.sentences, title=x.title) for x in (told, parent)]
    page = Article(url=told.url, title=told.title, text=told.text, language="en", published_at=told.published)
    known = CopyCandidate(id=1, url=parent.url, published_at=parent.published, fingerprint=sketches[1])
    verdict = judge(page, sketches[0], [known])
    return inherited(_placed(told), _placed(parent), verdict.shared)


def _placed(told: Told) -> list[Placed]:
    return [
        Placed(sentence=m.line, unit=f.unit, role=f.role, low=f.low, high=f.high)
        for f, m in zip(told.figures, told.mentions, strict=True)
    ]


def extracted(article: dict[str, Any], split: list[Sentence]) -> list[Figure]:
    """Figures as the service extracts them, with who says so."""
    found = figures(article["text"], split, title=article["title"], published_at=datetime.fromisoformat(article["published"]))
    return attribute(found, claims(article["text"], split, title=article["title"]), split)


def match(gold: list[dict[str, Any]], figures: Sequence[Figure], score: ModuleType) -> list[str | None]:
    """The gold series of each extracted figure, by the rule of the score."""
    rows = [row(f) for f in figures]
    free = list(range(len(rows)))
    found: list[str | None] = [None] * len(rows)
    for g in gold:
        hits = [k for k in free if score.overlap(g, rows[k]) and score.same_numbers(g, rows[k])]
        if hits:
            best = max(
                hits,
                key=lambda k: (
                    score.same_unit(g["unit"], rows[k]["unit"]),
                    min(g["end"], rows[k]["end"]) - max(g["start"], rows[k]["start"]),
                ),
            )
            free.remove(best)
            found[best] = g["series"]
    return found


def row(f: Figure) -> dict[str, Any]:
    """A figure as a line of figures.jsonl."""
    return {
        "start": f.start,
        "end": f.end,
        "surface": f.surface,
        "low": None if f.low is None else float(f.low),
        "high": None if f.high is None else float(f.high),
        "bound": f.bound.value,
        "unit": f.unit,
        "rate": f.rate,
        "measured": f.measured,
        "role": f.role.value,
        "attribution": f.attribution,
    }


def _gold_figure(f: dict[str, Any], text: str, split: list[Sentence]) -> Figure:
    at = text.find(f["sentence"])
    here = next((s for s in split if s.start <= f["start"] < s.end), None)
    return Figure(
        start=f["start"],
        end=f["end"],
        surface=f["surface"],
        sentence_start=here.start if here else at,
        sentence_end=here.end if here else at + len(f["sentence"]),
        low=None if f["low"] is None else Decimal(str(f["low"])),
        high=None if f["high"] is None else Decimal(str(f["high"])),
        bound=Bound(f["bound"]),
        unit=f["unit"],
        rate=f["rate"],
        role=Role(f["role"]),
        attribution=f["attribution"],
    )


class Store:
    """The series so far, found by look-up keys as the service finds them in its database: articles that share most keys, and
    of their series those most like the figures, each with its latest mentions."""

    def __init__(self) -> None:
        self.members: dict[int, list[Mention]] = {}
        self.told: dict[str, list[Mention]] = defaultdict(list)
        self.series: dict[tuple[str, int], int] = {}
        self.index: dict[int, list[str]] = defaultdict(list)
        self.count = 0

    def candidates(
        self, new: Sequence[Mention], fixed: Iterable[int] = (), without: Collection[str] = frozenset()
    ) -> list[Candidate]:
        shared: Counter[str] = Counter()
        for key, weight in keys(new).items():
            for article in [found for found in self.index.get(key, []) if found not in without][-MOST_ARTICLES:]:
                shared[article] += weight
        order = {article: k for k, article in enumerate(self.told)}
        best = sorted(shared, key=lambda a: (-shared[a], -order[a]))
        weak = [article for article in best if shared[article] == 1][MOST_WEAK:]
        best = [article for article in best if article not in weak][:MOST_ARTICLES]
        near = [(self.series[m.article, m.position], m, shared[a]) for a in best for m in self.told[a]]
        worth = link.shortlist(new, link.seen(near)) if new and near else []
        found = [*fixed, *(s for s in worth if s not in fixed)]
        return [Candidate(s, tuple(self.members[s][: -MOST_MENTIONS - 1 : -1])) for s in found]

    def add(self, series: int | None, mention: Mention) -> int:
        self.count += series is None
        into = self.count if series is None else series
        self.members.setdefault(into, []).append(mention)
        self.series[mention.article, mention.position] = into
        self.told[mention.article].append(mention)
        return into

    def read(self, mentions: Sequence[Mention]) -> None:
        """The article is over: it can be found from now on."""
        for key in keys(mentions):
            self.index[key].append(mentions[0].article)

    def merge(self, keep: int, end: int) -> bool:
        """Two series become one; or not, where an article holds figures of both."""
        if {m.article for m in self.members[keep]} & {m.article for m in self.members[end]}:
            return False
        order = {article: k for k, article in enumerate(self.told)}
        self.members[keep] = sorted(self.members[keep] + self.members.pop(end), key=lambda m: order[m.article])
        self.series |= {(m.article, m.position): keep for m in self.members[keep]}
        return True


Assign = Callable[[Sequence[Mention], Sequence[Candidate], dict[int, int]], Placement]


#: Strangers among the candidates of an article.
MOST_STRANGERS = 12


def strangers(others: Sequence[Story], new: Sequence[Mention]) -> list[Candidate]:
    """Figures of other storylines with the value of one of the article's and another noun, in the article's own dress.

    A long-running topic holds 10,000 containers and 10,000 soldiers under the same names; a single storyline seldom does.
    """
    nouns: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for m in new:
        nouns[m.dimension, m.role, f"{m.number:.1e}"].add(head(m.unit))
    found = []
    for story in others:
        for article in story.articles:
            for one, gold in zip(article.mentions, article.gold, strict=True):
                alike = nouns.get((one.dimension, one.role, f"{one.number:.1e}"))
                if gold and alike and one.dimension == "count" and head(one.unit) not in alike:
                    found.append(replace(one, names=new[0].names, title=new[0].title, local=()))
    return [Candidate(-k, (m,)) for k, m in enumerate(found[:MOST_STRANGERS], 1)]


#: Series of other stories are told from the story's own by numbers from here down.
OTHERS = -1_000


#: Of the names of a story its twin keeps so many: the agency that counts both, the capital, the currency.
KEPT_BY_TWIN = 0.25
#: Of its lines so many have the same numbers by chance.
EQUAL_IN_TWIN = 0.25
#: In so many of its articles the story that it is like is mentioned.
MENTIONED_BY_TWIN = 0.3


def twin(story: Story, names: Sequence[str], seed: int) -> Story:
    """The same story of other places, people and numbers, in the same days, as a service that watches much news has them.

    A story by itself teaches that what is worded alike is one line. Only figures are made, as linking sees them: names are
    exchanged wherever they stand, and the numbers of most lines multiplied.

    Args:
        names: of other stories, from which the new ones are drawn.
    """
    chance = random.Random(seed)
    own = Counter(name for article in story.articles for m in article.mentions[:1] for name in m.names)
    main = {m.names[0] for article in story.articles for m in article.mentions[:1] if m.names}
    known = dict.fromkeys(map(root, own))  # a country and its people go together
    gone = [name for name in known if name in map(root, main) or chance.random() > KEPT_BY_TWIN]
    into = dict(zip(gone, chance.sample([n for n in names if root(n) not in known], len(gone)), strict=True))
    other = {name: into[root(name)] for name in own if root(name) in into}
    words = other | {stem(name): stem(new) for name, new in other.items()}
    factors: dict[str | None, float] = {}

    def renamed(some: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(words.get(word, word) for word in some)

    def told(m: Mention, gold: str | None, mentioned: str) -> Mention:
        factor = factors.setdefault(gold, 1.0 if chance.random() < EQUAL_IN_TWIN else chance.uniform(0.2, 4.0))

        def other_number(x: float) -> float:
            return x if factor == 1 or not x else float(f"{x * factor:.{max(1, min(4, m.digits)) - 1}e}")

        return replace(
            m,
            article=f"twin of {m.article}",
            number=other_number(m.number),
            low=other_number(m.low),
            high=other_number(m.high),
            label=" ".join(other.get(word.lower(), word) for word in m.label.split()),
            names=(*renamed(m.names)[:11], *((mentioned,) if mentioned else ())),
            **{f: renamed(getattr(m, f)) for f in ("near", "sentence", "before", "title", "measured", "local", "speaker")},
            slots=tuple(map(renamed, m.slots)),
            companions=tuple(x * chance.uniform(0.2, 4.0) for x in m.companions),
        )

    articles = []
    for article in story.articles:
        mentioned = chance.choice(sorted(main)) if main and chance.random() < MENTIONED_BY_TWIN else ""
        twins = [told(m, gold, mentioned) for m, gold in zip(article.mentions, article.gold, strict=True)]
        articles.append(replace(article, url=f"twin of {article.url}", mentions=twins))
    return replace(story, id=f"twin of {story.id}", articles=articles)


def twins(every: Sequence[Story]) -> list[Story]:
    """A twin of each."""
    names = {story.id: {n for a in story.articles for m in a.mentions[:1] for n in m.names} for story in every}
    found = []
    for seed, story in enumerate(every):
        others = sorted(set().union(*(some for other, some in names.items() if other != story.id)) - names[story.id])
        found.append(twin(story, others, seed))
    return found


def everything(every: Sequence[Story]) -> Store:
    """A store that holds all stories, each linked right, as one that has run for long does."""
    store = Store()
    of: dict[tuple[str, str], int] = {}
    for article, story in sorted(((a, s.id) for s in every for a in s.articles if not a.copy), key=lambda x: x[0].published):
        for one, gold in zip(article.mentions, article.gold, strict=True):
            into = store.add(of.get((story, gold)) if gold else None, one)
            if gold:
                of[story, gold] = into
        store.read(article.mentions)
    return store


def lessons(
    story: Story, others: Sequence[Story] = (), world: Store | None = None
) -> Iterator[tuple[Sequence[Mention], Sequence[str | None], list[Candidate], dict[int, str]]]:
    """Each article with the candidates that it would meet if all before it had been linked right, and their gold series.

    Args:
        world: holds other stories, of which there are candidates, too.
    """
    store = Store()
    own = {article.url for article in story.articles}
    name: dict[int, str] = {}
    of: dict[str, int] = {}
    for article in sorted(story.articles, key=lambda a: a.published):
        if article.copy:
            continue
        known = [*store.candidates(article.mentions), *strangers(others, article.mentions)]
        if world is not None:
            found = world.candidates(article.mentions, without=own)
            known += [Candidate(OTHERS - each.series, each.mentions) for each in found]
        yield article.mentions, article.gold, known, name
        for one, gold in zip(article.mentions, article.gold, strict=True):
            known = of.get(gold) if gold else None
            into = store.add(known, one)
            if gold:
                of[gold], name[into] = into, gold
        store.read(article.mentions)


def placing(linker: Linker) -> Assign:
    return lambda new, candidates, fixed: link.place(new, candidates, fixed=fixed, linker=linker)


@dataclass
class Run:
    """A storyline that went through linking: where each figure came, {(url, position): series}, and what each series holds."""

    placed: dict[tuple[str, int], int]
    observations: dict[int, list[Observation]]
    kept: list[tuple[Told, Figure]]  #: of each observation, by its id less one

    def shifts(self, believe: Believe | None = None) -> list[dict[str, Any]]:
        """As lines of shifts.jsonl."""
        found = []
        for series, some in self.observations.items():
            for shift in detect(some, believe=believe).shifts:
                article, figure = self.kept[shift.observation - 1]
                found.append(
                    {
                        "url": article.url,
                        "series": series,
                        "observation": shift.observation,
                        "from": float(shift.from_number),
                        "to": float(shift.to_number),
                        "kind": shift.kind.value,
                        "surface": figure.surface,
                        "reason": shift.reason,
                    }
                )
        return found


def run(story: Story, place: Assign, withdraws: Callable[[Told, Figure], bool] | None = None) -> Run:
    """Article by article, as the service does."""
    store = Store()
    observations: dict[int, list[Observation]] = defaultdict(list)
    placed: dict[tuple[str, int], int] = {}
    kept: list[tuple[Told, Figure]] = []
    for number, article in enumerate(sorted(story.articles, key=lambda a: a.published)):
        if article.copy:
            continue
        fixed = {here: placed[there] for here, there in article.continues.items()}
        found = place(article.mentions, store.candidates(article.mentions, sorted(set(fixed.values()))), fixed)
        here = zip(article.figures, article.mentions, found.series, found.sure, strict=True)
        for position, (figure, one, series, sure) in enumerate(here):
            into = store.add(series, one)
            placed[article.url, position] = into
            kept.append((article, figure))
            observations[into].append(
                Observation(
                    id=len(kept),
                    series=into,
                    article=number,
                    url=article.url,
                    outlet=article.outlet,
                    origin=number,
                    as_of=article.published,
                    position=position,
                    low=figure.low,
                    high=figure.high,
                    bound=figure.bound,
                    unit=figure.unit,
                    role=figure.role,
                    speaker=figure.attribution,
                    vague=vague(figure.surface),
                    withdraws=bool(withdraws and withdraws(article, figure)),
                    follows=bool(article.continues),
                    rate=figure.rate,
                    cues=one.cues,
                    sure=sure,
                )
            )
        store.read(article.mentions)
        for keep, end, sure in found.merges:
            if not store.merge(keep, end):
                continue
            observations[keep] += [replace(o, sure=sure) if o.sure == 1 else o for o in observations.pop(end)]
            placed = {where: keep if series == end else series for where, series in placed.items()}
    return Run(placed, observations, kept)


def one_by_one(articles: Iterable[Told], linker: Linker) -> dict[tuple[str, int], int]:
    """The series of each figure of articles that come in this order into one store, {(url, position): series}."""
    store, placed = Store(), {}
    for article in articles:
        found = link.place(article.mentions, store.candidates(article.mentions), linker=linker)
        for m, series in zip(article.mentions, found.series, strict=True):
            placed[article.url, m.position] = store.add(series, m)
        if article.mentions:
            store.read(article.mentions)
        for keep, end, _ in found.merges:
            if store.merge(keep, end):
                placed = {where: keep if series == end else series for where, series in placed.items()}
    return placed


def in_order(every: Iterable[Story]) -> list[Told]:
    """The articles of stories that share a store, without copies."""
    return sorted((a for story in every for a in story.articles if not a.copy), key=lambda a: a.published)


def apart(every: Sequence[Story], placed: dict[tuple[str, int], int]) -> dict[str, int]:
    """Of stories that share a store: pairs of labelled level figures of different articles that are rightly in one series, that
    are in one, that should be, and that are across stories."""
    rows = [
        (article.url, (story.id, gold), story.id, placed[article.url, m.position])
        for story in every
        for article in story.articles
        for m, gold in zip(article.mentions, article.gold, strict=True)
        if gold and not article.copy and m.role == "level"
    ]
    right = found = gold = across = 0
    for (url, line, story, series), (other_url, other_line, other_story, other_series) in itertools.combinations(rows, 2):
        if url != other_url:
            gold += line == other_line
            found += series == other_series
            right += line == other_line and series == other_series
            across += story != other_story and series == other_series
    return {"right": right, "found": found, "gold": gold, "across": across}


def tally(
    story: Story,
    placed: dict[tuple[str, int], int],
    shifts: Iterable[dict[str, Any]],
    score: ModuleType,
    misses: list[str] | None = None,
) -> Counter[str]:
    """Counts of pairs and shifts, by the definitions of the score."""
    total: Counter[str] = Counter()
    roles = {(a["url"], f["series"]): f["role"] for a in story.label["articles"] for f in a["figures"]}
    matched = [
        (a.url, gold, placed.get((a.url, k)))
        for a in story.articles
        for k, gold in enumerate(a.gold)
        if gold is not None and roles[a.url, gold] == "level"
    ]
    for (u1, g1, s1), (u2, g2, s2) in itertools.combinations(matched, 2):
        if u1 != u2:
            total["pairs"] += g1 == g2
            total["found_pairs"] += s1 is not None and s1 == s2
            total["right_pairs"] += g1 == g2 and s1 is not None and s1 == s2
    found, left = matched_shifts(story, shifts, score)
    total["shifts"] += len(story.shifts)
    for s, hits in found:
        if hits:
            total["right_shifts"] += 1
            total["right_kind"] += any(x["kind"] == s["kind"] for x in hits)
            total["right_from"] += any(s["from"] is None or score.close(x["from"], s["from"], 0.06) for x in hits)
        elif misses is not None:
            misses.append(f"missed {story.id}/{s['article']} {s['series']}: {s['from']} -> {s['to']} ({s['kind']})")
    left = [x for x in left if _false(story, x, score)]
    total["found_shifts"] += total["right_shifts"] + len(left)
    if misses is not None:
        misses.extend(f"false  {story.id} {x['url']} {x['from']} -> {x['to']} ({x['kind']}) {x['surface']!r}" for x in left)
    return total


Shift = dict[str, Any]


def matched_shifts(
    story: Story, shifts: Iterable[Shift], score: ModuleType
) -> tuple[list[tuple[Shift, list[Shift]]], list[Shift]]:
    """Each labelled shift with the told ones that could be it, of which the first is; and those that are none."""
    url_of = {a["id"]: a["url"] for a in story.label["articles"]}
    left = list(shifts)
    found = []
    for s in story.shifts:
        hits = [x for x in left if x["url"] == url_of[s["article"]] and score.close(x["to"], s["to"], 0.011)]
        if hits:
            left.remove(hits[0])
        found.append((s, hits))
    return found, left


def graded(story: Story, shifts: Iterable[Shift], score: ModuleType) -> Iterator[tuple[Shift, bool]]:
    """Each shift that counts: is it right?"""
    found, left = matched_shifts(story, shifts, score)
    yield from ((hits[0], True) for _, hits in found if hits)
    yield from ((x, False) for x in left if _false(story, x, score))


def _false(story: Story, shift: dict[str, Any], score: ModuleType) -> bool:
    """Is it an alarm that counts: not one of those that are neither right nor wrong, and of a labelled number?"""
    here = next(a for a in story.label["articles"] if a["url"] == shift["url"])
    tolerated = (t["to"] for t in story.label.get("tolerated", ()) if t["article"] == here["id"])
    if any(score.close(shift["to"], to, 0.011) for to in tolerated):
        return False
    labelled = (x for f in here["figures"] for x in (f["low"], f["high"]) if x is not None)
    return not story.partial or any(score.close(shift["to"], x, 0.011) for x in labelled)


def summary(total: Counter[str], score: ModuleType) -> dict[str, Any]:
    return {
        "series": score.prf(total["right_pairs"], total["found_pairs"], total["pairs"]),
        "shifts": score.prf(total["right_shifts"], total["found_shifts"], total["shifts"])
        | {"right_kind": total["right_kind"], "right_from": total["right_from"]},
    }


__all__ = ["Counter", "Story", "Told", "graded", "load", "match", "replace", "run", "summary", "tally"]
