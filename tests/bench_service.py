"""The service under load: sources that publish so many articles a second; lag, losses, CPU and memory over time.

    python tests/bench_service.py [--seconds 600] [--rate 20] [--sources 50] [--hosts 1] [--picture FILE.png] [--json]

--hosts 1 is `figurewatch serve` with its embedded PostgreSQL and its Prefect server; --hosts 2 is four workers on two
simulated hosts (data folders and groups of processes of their own) on one PostgreSQL and one Prefect server, as
deploy/compose.yaml has them. The newsroom is a process of its own; its CPU is not counted, but it is spent on this machine.
Each source has a loopback address of its own, so that each is a host. Texts are sentences of the development storylines, or of
the bundled newsroom, drawn anew for each article with a number of its own. The clock starts when everything runs and nothing
waits. Run it on a machine that does nothing else.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psutil
import psycopg
from bench import Told, articles, page
from machines import Installation, Process, ours, until

SAMPLE_SECONDS = 5
#: Items that a feed lists: what it publishes in several minutes.
LISTED = 150
DRAIN_SECONDS = 600


def text_of(number: int, sentences: list[str]) -> str:
    """The text of an article: nine sentences, and one with a number that no other has."""
    chosen = random.Random(number).sample(sentences, 9)
    own = f"The registry counted {1_000 + number * 7:,} entries under number {number}, the office said on Monday."
    return "\n\n".join(" ".join(chosen[n : n + 3]) for n in (0, 3, 6)) + "\n\n" + own


def publish(sources: int, rate: float, seconds: float) -> None:
    """The newsroom: feeds and pages, an article every so often, until its parent is gone."""
    import asyncio

    sentences = [part for told in articles(400) for part in re.split(r"(?<=[.!?])\s+", told.text) if 40 < len(part) < 300]
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
                f"<item><title>Report number {n} of the day</title><link>{address}/story/{n}</link>"
                f"<pubDate>{format_datetime(datetime.fromtimestamp(began + n / rate, UTC))}</pubDate></item>"
                for n in reversed(own[-LISTED:])
            )
            return (
                "application/rss+xml",
                f"<rss version='2.0'><channel><title>{escape(host)}</title>{items}</channel></rss>".encode(),
            )
        if name == "story":
            at = datetime.fromtimestamp(began + int(number) / rate, UTC)
            told = Told(host, f"Report number {number} of the day", at, text_of(int(number), sentences))
            return "text/html; charset=utf-8", page(told, address + path).encode()
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

    def take(self, seconds: float, **more: float) -> None:
        memory = dict.fromkeys((name for name, _ in KINDS), 0.0)
        for top in self._tops:
            with suppress(psutil.Error):
                for process in [psutil.Process(top), *psutil.Process(top).children(recursive=True)]:
                    with suppress(psutil.Error):
                        said = " ".join(process.cmdline())
                        kind = next(name for name, pattern in KINDS if pattern.search(said))
                        # Shared pages, PostgreSQL's buffers above all, are counted once for each who uses them otherwise.
                        memory[kind] += process.memory_full_info().pss / 1e6
                        times = process.cpu_times()
                        self._kinds[process.pid], self._cpu[process.pid] = kind, times.user + times.system
        row = {"seconds": round(seconds, 1)} | more | {f"{name} MB": round(mb, 1) for name, mb in memory.items()}
        self.rows.append(
            row | {"MB": round(sum(memory.values()), 1)} | {f"{k} CPU": round(v, 2) for k, v in self.cpu().items()}
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
    port = int(until(lambda: newsroom.said().strip(), 60))
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
    done, drained = 0, 0.0
    while time.time() - began < options.seconds + DRAIN_SECONDS:
        time.sleep(SAMPLE_SECONDS)
        now = time.time()
        with suppress(psycopg.Error), psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM page WHERE state = 'done'), (SELECT count(*) FROM page WHERE state = 'due'),"
                " (SELECT count(*) FROM entry WHERE state = 'due')"
            ).fetchone()
            assert row is not None
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
    return {
        "published": all_of_it,
        "recorded": done,
        "lost": all_of_it - done,
        "lag at the end, seconds": at_end["lag"],
        "all recorded after, seconds": round(drained, 1) if drained else "never",
        "articles a second, while they were published": round(at_end["stored"] / at_end["seconds"], 2),
        "CPU, share of a core by kind of process": {
            name: round((at_end[f"{name} CPU"] - samples.rows[0][f"{name} CPU"]) / at_end["seconds"], 3) for name, _ in KINDS
        },
        "CPU ms an article": round(
            sum(whole[f"{name} CPU"] - samples.rows[0][f"{name} CPU"] for name, _ in KINDS) / max(1, done) * 1000, 1
        ),
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
        until(lambda: "stop with Ctrl-C" in service.said(), 180, service.said)
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
    until(lambda: all("stop with Ctrl-C" in worker.said() for worker in workers), 180, installed.said)
    tops = [installed.postgres.process.pid, prefect.process.pid, *(worker.process.pid for worker in workers)]
    return installed.postgres.url(), tops, installed.said


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
