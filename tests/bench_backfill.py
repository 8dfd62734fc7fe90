"""Backfill's speed and memory on a generated WARC file, against trafilatura alone on the same pages:

    python tests/bench_backfill.py [--pages 10000] [--words 400] [--topic WORD] [--json]

Pages are invented: articles of some hundred words with numbers and speakers, in the furniture of a news site (menus, teasers,
scripts, 60 KB). trafilatura alone is trafilatura.extract with metadata, in as many processes as the machine has cores, of pages
that are in memory already. The backfill is all of it: reading the file, analysis, PostgreSQL, linking. CPU is of all processes,
the server's included; memory is what this process and its workers held at once, at the most and along the way. What leases
cost is the CPU of this process for taking units and moving positions, of all CPU: the time that these calls take by the clock
is mostly waiting for other threads' turns.
"""

import argparse
import gzip
import json
import os
import random
import resource
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from backfills import record

#: Reports of one story.
REPORTS = 5

THINGS = (
    "homes workers tonnes containers soldiers patients vehicles barrels passengers bridges schools shells vessels"
    " cows tickets jobs voters doctors trains flights farms acres pupils nurses drones mines turbines panels"
    " visitors shops hotels beds doses tests arrests protesters refugees tents generators pumps wells trucks engines"
    " wagons permits loans claims fines"
).split()
DONE = (
    "damaged moved counted lost delivered repaired sold closed inspected shipped treated destroyed built planted"
    " rented insured seized released recalled cancelled booked trained hired shelved"
).split()
VERBS = (
    "walked looked waited spoke turned argued listened worked slept returned wondered agreed settled paused"
    " lingered gathered rested hesitated laughed wrote travelled stood arrived drifted"
).split()
WORDS = (
    "river harbour market council winter bridge garden station valley morning meeting window letter forest village"
    " quarry orchard theatre library lighthouse kitchen workshop tramway museum chapel island mill canal pasture"
    " terrace courtyard avenue archive studio ferry depot stable cellar gallery bakery tavern parish harvest"
    " rehearsal journal recipe lantern anchor compass quilt"
).split()
ADJECTIVES = (
    "old quiet northern narrow public broken early heavy modest distant careful ordinary pale stubborn crowded"
    " polite damp gilded forgotten crooked patient wooden bright hollow"
).split()
SYLLABLES = "ar be cor da el fen gar hol is jar kel lun mar nov or pel quin ras sor tam ur vel wes yor zan".split()


def name(chance: random.Random) -> str:
    """A name of a place or a person that no other story is likely to have."""
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.randrange(2, 4))).title()


@dataclass(frozen=True)
class Story:
    """What the reports of one story have in common: places, people, things that are counted."""

    towns: tuple[str, ...]
    people: tuple[str, ...]
    things: tuple[str, ...]

    @classmethod
    def of(cls, number: int) -> "Story":
        chance = random.Random(f"story {number}")
        return cls(
            tuple(name(chance) for _ in range(4)),
            tuple(f"{name(chance)} {name(chance)}" for _ in range(5)),
            tuple(chance.sample(THINGS, 5)),
        )


def sentence(chance: random.Random, story: Story) -> str:
    """One sentence: a third hold a number, a quarter a speaker, as in news."""
    kind, town, who = chance.random(), chance.choice(story.towns), chance.choice(story.people)
    thing, done, place = chance.choice(story.things), chance.choice(DONE), chance.choice(WORDS)
    if kind < 0.2:
        since = chance.choice(("Monday", "March", "last year"))
        return f"Some {chance.randrange(200, 90000):,} {thing} were {done} in {town} since {since}."
    if kind < 0.35:
        return f'"We have {done} {chance.randrange(3, 900)} {thing} near the {place}," {who}, a spokesman for {town}, said.'
    if kind < 0.45:
        return f"The {chance.choice(ADJECTIVES)} {place} of {town} would stay closed, {who} told reporters."
    parts = [
        f"the {chance.choice(ADJECTIVES)} {chance.choice(WORDS)} {chance.choice(VERBS)} beside the {place}"
        for place in chance.sample(WORDS, 2)
    ]
    text = f"{parts[0]}, and {parts[1]}."
    return text[0].upper() + text[1:]


def page(number: int, words: int, furniture: str) -> str:
    """An article as a page."""
    chance, story = random.Random(number), Story.of(number // REPORTS)
    paragraphs: list[str] = []
    count = 0
    while count < words:
        paragraphs.append(" ".join(sentence(chance, story) for _ in range(chance.randrange(1, 4))))
        count += len(paragraphs[-1].split())
    town, thing = chance.choice(story.towns), chance.choice(story.things)
    title = f"{town} counts its {thing} after day {number}"
    when = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "datePublished": when.isoformat()}
    body = "".join(f"<p>{part}</p>" for part in paragraphs)
    teasers = "".join(
        f'<div class="card"><a href="/r/{n}"><img src="/i/{n}.jpg" alt=""><h3>{name(chance)} and its '
        f"{chance.choice(WORDS)}</h3></a>"
        f"<p>What the {chance.choice(ADJECTIVES)} {chance.choice(WORDS)} means.</p></div>"
        for n in range(40)
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<script type="application/ld+json">{json.dumps(data)}</script>{furniture}<main><article><h1>{title}</h1>'
        f'<p class="byline">By {name(chance)} {name(chance)}, {when:%d %B %Y}</p>{body}</article>'
        f"<aside>{teasers}</aside></main><footer><ul>{'<li><a href=/legal>Legal</a></li>' * 30}</ul></footer></body></html>"
    )


def furniture() -> str:
    """What every page of the site carries: styles, scripts, menus."""
    chance = random.Random(0)
    rules = "".join(f".c{n}{{margin:{n % 20}px;color:#{chance.randrange(1 << 24):06x}}}" for n in range(600))
    script = "".join(f"window.q{n}=function(a){{return a+{n}}};" for n in range(400))
    menu = "".join(
        f'<li class="c{n}"><a href="/section/{n}" data-track="nav-{n}"><span>Section {n} of the site</span></a></li>'
        for n in range(120)
    )
    return f"<style>{rules}</style><script>{script}</script></head><body><header><nav><ul>{menu}</ul></nav></header>"


def write(path: Path, pages: int, words: int) -> None:
    """The WARC file, a gzip member a record."""
    same = furniture()
    with path.open("wb") as file:
        for number in range(pages):
            taken = datetime(2024, 1, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
            html = page(number, words, same)
            file.write(gzip.compress(record(f"https://post-{number % 50}.example/story/{number}", html, taken=taken), 6))


def alone(bodies: list[str]) -> int:
    """What trafilatura makes of pages, in a process of its own."""
    import trafilatura

    return sum(bool(trafilatura.extract(body, with_metadata=True, output_format="json")) for body in bodies)


def trafilatura_alone(path: Path, most: int, workers: int) -> dict[str, float]:
    """Pages a second of trafilatura by itself, of the first pages of the file."""
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        bodies = []
        for each in ArchiveIterator(file):
            bodies.append(each.content_stream().read().decode())
            if len(bodies) == most:
                break
    with ProcessPoolExecutor(workers, get_context("forkserver")) as pool:
        list(pool.map(alone, [bodies[:4]] * workers * 2))  # imports
        cpu, began = children_cpu(), time.monotonic()
        read = sum(pool.map(alone, [bodies[at : at + 10] for at in range(0, len(bodies), 10)]))
        seconds = time.monotonic() - began
        cpu = children_cpu() - cpu
    return {"pages": read, "pages a second": len(bodies) / seconds, "CPU ms a page": 1000 * cpu / len(bodies)}


def children_cpu() -> float:
    """CPU seconds of this process and of those below it."""
    used, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    living = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return used.ru_utime + used.ru_stime + ended.ru_utime + ended.ru_stime + sum(each.user + each.system for each in living)


class Memory:
    """What this process and its workers hold, looked at by and by."""

    def __init__(self) -> None:
        self.held: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        here = psutil.Process()
        while not self._over.wait(0.5):
            held = 0
            for process in [here, *here.children(recursive=True)]:
                try:
                    if process.name() != "postgres":
                        held += process.memory_full_info().uss
                except psutil.Error:
                    continue
            self.held.append(held / 1e6)

    def close(self) -> dict[str, float]:
        """MB at the most, and the most of each third of the time: flat where these are alike."""
        self._over.set()
        self._thread.join()
        third = -(-len(self.held) // 3)
        parts = {name: max(self.held[at * third :][:third], default=0.0) for at, name in enumerate(("first", "second", "last"))}
        return {"memory, MB": max(self.held), **{f"  in the {name} third": most for name, most in parts.items()}}


def whole(path: Path, folder: Path, topic: str) -> dict[str, float]:
    """The backfill of the file into an empty database."""
    from bench import postgres_cpu

    from flows.backfill import recording, run
    from flows.backfill.reading import Group
    from flows.backfill.shapes import Archive, Document, Wanted
    from flows.context import open_context
    from flows.db import Database
    from flows.settings import Settings

    opened = open_context(Settings(data_dir=folder))
    analysing = run.analyser(opened.settings.workers)
    warm = Document(
        url="https://warm.example/",
        body=page(0, 300, furniture()).encode(),
        content_type="text/html",
        fetched_at=datetime.now(UTC),
    )
    list(analysing.results([Group((warm,) * 3, Wanted())] * 4 * opened.settings.workers))
    memory = Memory()
    spent: dict[str, float] = {}

    def timed(owner: object, name: str) -> None:
        call = getattr(owner, name)

        def wrapped(*given: object, **named: object) -> object:
            began = time.thread_time()
            try:
                return call(*given, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.thread_time() - began

        setattr(owner, name, wrapped)

    from flows.backfill import cursor

    timed(cursor, "lease")
    timed(cursor, "advance")
    timed(recording, "_record_next")
    words = (topic,) if topic else ()
    number, _ = run.begin(opened, Archive(kind="warc", named=(str(path),), wanted=Wanted(words=words)), datetime.now(UTC))
    cpu, database, began = children_cpu(), postgres_cpu(folder), time.monotonic()
    told = []
    state = run.run(opened, number, told.append, analysing=analysing)
    seconds = time.monotonic() - began
    cpu, database = children_cpu() - cpu, postgres_cpu(folder) - database
    analysing.close()
    assert state == "done"
    with opened.database.transaction() as tx:
        counts = cursor.counts(tx, number)
    read = sum(count for key, count in counts.items() if key.startswith(("articles ", "left out")))
    assert isinstance(opened.database, Database)
    return {
        "pages": read,
        "articles": counts["articles stored"],
        "seconds": seconds,
        "pages a second": read / seconds,
        "CPU ms a page": 1000 * (cpu + database) / read,
        "of these PostgreSQL": 1000 * database / read,
        "of these recording": 1000 * spent.get("_record_next", 0.0) / read,
        "leases and positions, percent of the CPU": 100 * (spent["lease"] + spent["advance"]) / (cpu + database),
        **memory.close(),
        **{f"outcome: {outcome}": float(count) for outcome, count in sorted(counts.items())},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=400, help="of an article")
    parser.add_argument("--alone", type=int, default=1_000, help="pages for trafilatura alone")
    parser.add_argument("--topic", default="", help="only pages that hold this word")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from flows.log import configure

    configure()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.warc.gz"
        write(path, options.pages, options.words)
        size = path.stat().st_size / 1e6
        other = trafilatura_alone(path, min(options.alone, options.pages), os.cpu_count() or 1)
        ours = whole(path, Path(folder) / "data", options.topic)
    ours["of trafilatura alone"] = ours["pages a second"] / other["pages a second"]
    if options.json:
        print(json.dumps({"trafilatura": other, "backfill": ours}, indent=1))
        return
    html = page(0, options.words, furniture())
    print(f"{options.pages:,} pages of {len(html) / 1000:.0f} KB, articles of {options.words} words, a file of {size:.0f} MB\n")
    for name, found in (("trafilatura alone", other), ("backfill", ours)):
        print(name)
        for part, value in found.items():
            print(f"  {part:<44}{value:10.2f}")


if __name__ == "__main__":
    main()
