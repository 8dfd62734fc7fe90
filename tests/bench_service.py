"""The service under load: sources that publish so many articles a second; lag, losses, CPU and memory over time.

    python tests/bench_service.py [--seconds 600] [--rate 20] [--sources 50] [--hosts 1] [--picture FILE.png] [--json]

--hosts 1 is `figurewatch serve` with its embedded PostgreSQL and its Prefect server; --hosts 2 is four workers on two
simulated hosts (data folders and groups of processes of their own) on one PostgreSQL and one Prefect server, as
deploy/compose.yaml has them. The newsroom is a process of its own; its CPU is not counted, but it is spent on this machine.
Each source has a loopback address of its own, so that each is a host. Texts are those of the development storylines, told of
another world each time (Stories). The clock starts when everything runs and nothing waits. Run it on a machine that does
nothing else.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psutil
import psycopg
from bench import Told, articles, page
from machines import Installation, Process, ours, until

SAMPLE_SECONDS = 5
#: Memory is looked at with one sample in so many: the system then asks of each page of each process who else has it.
MEMORY_EVERY = 6
#: Items that a feed lists: what it publishes in several minutes.
LISTED = 150
#: When nothing was recorded for so long, what is left will not be.
STUCK_SECONDS = 300


#: Words that stay: those that hold sentences together, and the days. Of the words by how often they come.
STAYING = 250
CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september"
    " october november december".split()
)
SWAPPED = frozenset(("NN", "NNS", "NNP", "NNPS", "JJ", "VB", "VBD", "VBG", "VBN", "VBZ", "RB"))


class Stories:
    """News without an end: the development storylines again and again, each time in another world.

    There names, nouns, verbs and numbers are others. So stories go on, are repeated and updated as they are, and no world
    knows of another: texts that share sentences with all others would be a load that news is not.
    """

    def __init__(self) -> None:
        from extractors.parser import pipeline

        self.told = sorted(articles(10_000), key=lambda told: told.published)
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        with pipeline().select_pipes(enable=["tok2vec", "tagger"]):
            for doc in pipeline().pipe(told.text for told in self.told):
                for token in doc:
                    seen[token.text.lower()][token.tag_] += 1
        often = sorted(seen, key=lambda word: -seen[word].total())
        self._groups: dict[str, list[str]] = defaultdict(list)
        for word in often[STAYING:]:
            [(tag, _)] = seen[word].most_common(1)
            if tag in SWAPPED and word.isalpha() and word not in CALENDAR:
                self._groups[tag].append(word)
        self._worlds: dict[int, tuple[dict[str, str], float]] = {}
        self._written: dict[int, tuple[str, str]] = {}

    def article(self, number: int) -> tuple[str, str]:
        """Title and text; written once, for feeds list their items again and again on the machine that is measured."""
        if number not in self._written:
            self._written[number] = self._write(number)
        return self._written[number]

    def _write(self, number: int) -> tuple[str, str]:
        world, which = divmod(number, len(self.told))
        if world not in self._worlds:
            chance = random.Random(world)
            words = {
                word: other
                for group in self._groups.values()
                for word, other in zip(group, chance.sample(group, len(group)), strict=True)
            }
            self._worlds[world] = (words, chance.uniform(1.1, 9.0))
        words, factor = self._worlds[world]

        def swapped(found: re.Match[str]) -> str:
            word = found[0]
            if word[0].isdigit():
                number = float(word.replace(",", ""))
                if number <= 31 or (1900 <= number <= 2100 and "," not in word):  # days and years
                    return word
                return f"{number * factor:,.0f}" if "," in word or "." not in word else f"{number * factor:.1f}"
            other = words.get(word.lower(), word)
            return other.capitalize() if word[0].isupper() else other

        told = self.told[which]
        pattern = r"[A-Za-z]+|\d[\d,]*(?:\.\d+)?"
        return re.sub(pattern, swapped, told.title), re.sub(pattern, swapped, told.text)


def publish(sources: int, rate: float, seconds: float) -> None:
    """The newsroom: feeds and pages, an article every so often, until its parent is gone."""
    import asyncio

    stories = Stories()
    began = time.time()

    def published(at: float) -> int:
        return min(int(max(0.0, at - began) * rate), int(seconds * rate))

    def body_of(path: str, host: str, port: str) -> tuple[str, bytes]:
        name, _, number = path.strip("/").partition("/")
        address = f"http://{host}:{port}"
        if name == "began":
            return "application/json", json.dumps({"began": began, "published": published(time.time())}).encode()
        if name == "feed.xml":
            own = range((int(host.rpartition(".")[2]) - 1) % sources, published(time.time()), sources)
            items = "".join(
                f"<item><title>{escape(stories.article(n)[0])}</title><link>{address}/story/{n}</link>"
                f"<pubDate>{format_datetime(datetime.fromtimestamp(began + n / rate, UTC))}</pubDate></item>"
                for n in reversed(own[-LISTED:])
            )
            return (
                "application/rss+xml",
                f"<rss version='2.0'><channel><title>{escape(host)}</title>{items}</channel></rss>".encode(),
            )
        if name == "story":
            at = datetime.fromtimestamp(began + int(number) / rate, UTC)
            title, text = stories.article(int(number))
            return "text/html; charset=utf-8", page(Told(host, title, at, text), address + path).encode()
        return "", b""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                headers = {}
                while (header := (await reader.readline()).strip()) != b"":
                    headers[header.partition(b":")[0].lower()] = header.partition(b":")[2].strip().decode()
                host, _, port = headers.get(b"host", "127.0.0.1:0").partition(":")
                kind, body = body_of(line.split()[1].decode(), host, port)
                status = "200 OK" if kind else "404 Not Found"
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
                )
                await writer.drain()
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(talk, "0.0.0.0", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(go())


#: What a process is, by its command line; the first that fits.
KINDS = (
    ("PostgreSQL for Prefect", re.compile(r"^postgres: .*figurewatch_prefect ")),
    ("PostgreSQL", re.compile(r"^postgres: |bin/postgres |keeper\.py")),
    ("Prefect's server", re.compile(r"flows\.service server|prefect server start|prefect\.server")),
    ("Prefect's workers", re.compile(r"flows\.service worker|prefect worker start")),
    ("passes", re.compile(r"prefect\.engine")),
    ("analysis", re.compile(r"multiprocessing\.(forkserver|spawn|resource_tracker)")),
    ("figurewatch itself", re.compile("")),
)


#: Turns of an empty loop by which the machine's own speed is told: some milliseconds a sample.
TURNS = 100_000


def turned() -> float:
    """Milliseconds of CPU that TURNS take now, while everything else runs: on shared machines this differs by two and more."""
    began = time.process_time()
    for _ in range(TURNS):
        pass
    return (time.process_time() - began) * 1000


class Samples:
    """What the processes of an installation use, over time, by what they are.

    Args:
        tops: processes that are looked at with all that they started.
    """

    def __init__(self, tops: list[int]) -> None:
        self._tops = tops
        self.rows: list[dict[str, float]] = []
        self._kinds: dict[int, str] = {}
        self._cpu: dict[int, float] = {}
        self._memory: dict[str, float] = {}  #: as it was last looked at

    def take(self, seconds: float, **more: float) -> None:
        look = len(self.rows) % MEMORY_EVERY == 0
        if look:
            self._memory = dict.fromkeys((name for name, _ in KINDS), 0.0)
        for top in self._tops:
            with suppress(psutil.Error):
                for process in [psutil.Process(top), *psutil.Process(top).children(recursive=True)]:
                    with suppress(psutil.Error):
                        said = " ".join(process.cmdline())
                        kind = next(name for name, pattern in KINDS if pattern.search(said))
                        if look:
                            # Shared pages, PostgreSQL's buffers above all, would be counted once for each who uses them.
                            self._memory[kind] += process.memory_full_info().pss / 1e6
                        times = process.cpu_times()
                        self._kinds[process.pid], self._cpu[process.pid] = kind, times.user + times.system
        row = {"seconds": round(seconds, 1), "loop ms": round(turned(), 2)} | more
        row |= {f"{name} MB": round(mb, 1) for name, mb in self._memory.items()}
        self.rows.append(
            row | {"MB": round(sum(self._memory.values()), 1)} | {f"{k} CPU": round(v, 2) for k, v in self.cpu().items()}
        )

    def cpu(self) -> dict[str, float]:
        """CPU seconds by kind, until now; what a process used after its last sample is not seen."""
        return {name: sum(self._cpu[pid] for pid, kind in self._kinds.items() if kind == name) for name, _ in KINDS}


#: Processes that analyse, of each pass: as many as the machine has cores by default; one of each of four workers.
WORKERS = {1: 2, 2: 1}

SETTINGS = """
workers = {workers}
[fetch]
spacing_seconds = 0
robots = false
allow_hosts = [{hosts}]
[serve]
port = 0
every_seconds = 20
{sources}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="for which articles are published")
    parser.add_argument("--rate", type=float, default=20, help="articles a second, of all sources")
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--hosts", type=int, choices=[1, 2], default=1)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", action="store_true", help="all samples as well")
    parser.add_argument("--publish", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        publish(options.sources, options.rate, options.seconds)
        return
    with tempfile.TemporaryDirectory(prefix="figurewatch-bench-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        Path(name).chmod(0o755)
        result = measure(Path(name), options, stack)
    samples = result.pop("samples")
    if options.picture:
        draw(
            samples, options.picture, f"{options.rate:g} articles a second for {options.seconds:g} s, {options.sources} sources"
        )
    print(json.dumps(result | ({"samples": samples} if options.json else {}), indent=1))


def measure(folder: Path, options: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    url, tops, said = start(folder, options, stack)
    # The newsroom begins when everything else runs.
    words = [f"--seconds={options.seconds}", f"--rate={options.rate}", f"--sources={options.sources}", "--publish"]
    newsroom = Process([sys.executable, __file__, *words], {}, folder / "newsroom.log", folder)
    stack.callback(newsroom.close)
    port = int(until(lambda: newsroom.said().strip(), 300, newsroom.said))
    addresses = [f"127.0.1.{n + 1}" for n in range(options.sources)]
    new = folder / "new.toml"
    new.write_text(
        SETTINGS.format(
            workers=WORKERS[options.hosts],
            hosts=", ".join(f'"{address}"' for address in addresses),
            sources="\n".join(
                f'[[sources]]\nurl = "http://{address}:{port}/feed.xml"\nevery_minutes = 1' for address in addresses
            ),
        )
    )
    new.replace(folder / "figurewatch.toml")  # the next pass finds it whole
    samples = Samples(tops)
    began, all_of_it = time.time(), int(options.seconds * options.rate)
    samples.take(0.0, stored=0, to_read=0, to_fetch=0, lag=0.0)
    at_end: dict[str, float] = {}
    done = to_read = to_fetch = 0
    drained, moved = 0.0, began
    while time.time() - max(moved, began + options.seconds) < STUCK_SECONDS:
        time.sleep(SAMPLE_SECONDS)
        now = time.time()
        with suppress(psycopg.Error), psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM page WHERE state = 'done'), (SELECT count(*) FROM page WHERE state = 'due'),"
                " (SELECT count(*) FROM entry WHERE state = 'due')"
            ).fetchone()
            assert row is not None
            moved = now if row[0] > done else moved
            done, to_read, to_fetch = row
            # An article is late by as long as its publishing lies back: articles are published at one rate.
            lag = max(0.0, (min(all_of_it, (now - began) * options.rate) - done) / options.rate)
            samples.take(now - began, stored=done, to_read=to_read, to_fetch=to_fetch, lag=round(lag, 1))
            print(json.dumps(samples.rows[-1]), file=sys.stderr, flush=True)
        if not at_end and now - began >= options.seconds:
            at_end = samples.rows[-1]
        if done >= all_of_it and at_end:
            drained = now - began
            break
    else:
        print(said(), file=sys.stderr)
    with psycopg.connect(url) as connection:
        outcomes = connection.execute("SELECT outcome, count(*) FROM page GROUP BY outcome").fetchall()
    whole = samples.rows[-1]
    used = {name: whole[f"{name} CPU"] - samples.rows[0][f"{name} CPU"] for name, _ in KINDS}
    return {
        "published": all_of_it,
        "recorded": done,
        "lost": all_of_it - done - to_read - to_fetch,
        "still waiting": to_read + to_fetch,
        "lag at the end, seconds": at_end["lag"],
        "all recorded after, seconds": round(drained, 1) if drained else "never",
        "articles a second, while they were published": round(at_end["stored"] / at_end["seconds"], 2),
        "CPU ms an article, by kind of process": {name: round(cpu / max(1, done) * 1000, 1) for name, cpu in used.items()},
        "CPU ms an article": round(sum(used.values()) / max(1, done) * 1000, 1),
        "cores used": round(sum(used.values()) / whole["seconds"], 2),
        f"ms that {TURNS:,} turns of a loop took: least, median, most": [
            pick(row["loop ms"] for row in samples.rows) for pick in (min, median, max)
        ],
        "outcomes": dict(outcomes),
        "MB, most in the first and in the second half": [
            round(max(row["MB"] for row in half))
            for half in (samples.rows[: len(samples.rows) // 2], samples.rows[len(samples.rows) // 2 :])
        ],
        "samples": samples.rows,
    }


def start(folder: Path, options: argparse.Namespace, stack: ExitStack) -> tuple[str, list[int], Callable[[], str]]:
    """Everything but the newsroom; the address of the database, the processes to look at, and what they said."""
    settings = folder / "figurewatch.toml"
    settings.write_text(SETTINGS.format(workers=WORKERS[options.hosts], hosts="", sources=""))
    if options.hosts == 1:
        service = Process(ours("serve", "-c", settings, "--data-dir", folder / "data"), {}, folder / "serve.log", folder)
        stack.callback(service.close)
        until(lambda: "stop with Ctrl-C" in service.said(), 300, service.said)
        until(lambda: online(re.findall(r"Prefect's page: (\S+)", service.said())[0]) == 1, 300, service.said)
        from flows.postgres import embedded

        url = embedded(folder / "data")
        keeper = next(
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if str(folder) in " ".join(process.info["cmdline"] or ()) and "keeper.py" in " ".join(process.info["cmdline"] or ())
        )
        return url, [service.process.pid, keeper], service.said
    installed = stack.enter_context(closing(Installation(folder / "installation", settings)))
    prefect = installed.prefect()
    installed.deploy("4")
    workers = [installed.worker(f"host{host}-{n}") for host in (1, 2) for n in (1, 2)]
    until(lambda: online(f"http://127.0.0.1:{installed.port}") == len(workers), 300, installed.said)
    tops = [installed.postgres.process.pid, prefect.process.pid, *(worker.process.pid for worker in workers)]
    return installed.postgres.url(), tops, installed.said


def online(prefect: str) -> int:
    """Workers that a Prefect server knows of."""
    asked = urllib.request.Request(
        f"{prefect}/api/work_pools/figurewatch/workers/filter", b"{}", {"content-type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return sum(worker["status"] == "ONLINE" for worker in json.load(answer))


def draw(samples: list[dict[str, float]], to: Path, title: str) -> None:
    """Memory and CPU by kind of process, and lag, over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 8), layout="constrained")
    memory, cpu, late = figure.subplots(3, 1, sharex=True)
    at = [row["seconds"] / 60 for row in samples]
    names = [name for name, _ in KINDS]
    memory.stackplot(at, [[row[f"{name} MB"] for row in samples] for name in names], labels=names)
    memory.set_ylabel("memory, MB")
    memory.set_title(title)
    cpu.stackplot(
        at[1:],
        [
            [(b[f"{name} CPU"] - a[f"{name} CPU"]) / (b["seconds"] - a["seconds"]) for a, b in pairwise(samples)]
            for name in names
        ],
    )
    cpu.set_ylabel("CPU, cores")
    late.plot(at, [row["lag"] for row in samples], color="#b42318")
    late.set_ylabel("lag, seconds")
    late.set_xlabel("minutes")
    late.set_ylim(bottom=0)
    figure.legend(*memory.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize="small")
    figure.savefig(to, metadata={"Date": None} if to.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
