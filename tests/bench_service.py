"""The service under load: sources that publish so many articles a second; lag, losses, CPU and memory over time.

    python tests/bench_service.py [--minutes 10] [--rate 20] [--sources 50] [--hosts 0] [--picture FILE.svg] [--json]

--hosts 0 is `figurewatch serve` with its embedded PostgreSQL and its Prefect server; --hosts 2 is four workers on two
simulated hosts (data folders and groups of processes of their own) on one PostgreSQL and one Prefect server, as
deploy/compose.yaml has them. The newsroom is a process of its own; its CPU is not counted, but it is spent on this machine.
Each source has a loopback address of its own, so that each is a host. Texts are sentences of the development storylines, or of
the bundled newsroom, drawn anew for each article with a number of its own. Run it on a machine that does nothing else.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
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


def publish(sources: int, rate: float, minutes: float) -> None:
    """The newsroom: feeds and pages, an article every so often, until its parent is gone."""
    import asyncio

    sentences = [part for told in articles(400) for part in re.split(r"(?<=[.!?])\s+", told.text) if 40 < len(part) < 300]
    began = time.time()

    def published(at: float) -> int:
        return min(int(max(0.0, at - began) * rate), int(minutes * 60 * rate))

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


class Samples:
    """What the processes of an installation use, over time."""

    def __init__(self, parts: dict[str, int]) -> None:
        self._parts = parts
        self.rows: list[dict[str, float]] = []
        self._cpu: dict[int, float] = {}

    def take(self, seconds: float, **more: float) -> None:
        row = {"seconds": round(seconds, 1)} | more
        for name, pid in self._parts.items():
            rss = 0.0
            with suppress(psutil.Error):
                top = psutil.Process(pid)
                for process in [top, *top.children(recursive=True)]:
                    with suppress(psutil.Error):
                        # Shared pages, PostgreSQL's buffers above all, are counted once for each who uses them otherwise.
                        rss += process.memory_full_info().pss
                        times = process.cpu_times()
                        self._cpu[process.pid] = times.user + times.system
            row[f"{name} MB"] = round(rss / 1e6, 1)
        row["MB"] = round(sum(value for key, value in row.items() if key.endswith(" MB")), 1)
        self.rows.append(row)

    def cpu(self) -> float:
        return sum(self._cpu.values())


SETTINGS = """
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
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--hosts", type=int, default=0)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--publish", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        publish(options.sources, options.rate, options.minutes)
        return
    with tempfile.TemporaryDirectory(prefix="figurewatch-bench-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        Path(name).chmod(0o755)
        result = measure(Path(name), options, stack)
    samples = result.pop("samples")
    if options.picture:
        draw(samples, options.picture)
    print(json.dumps(result | ({"samples": samples} if options.json else {}), indent=1))


def measure(folder: Path, options: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    url, parts = start(folder, options, stack)
    # The newsroom begins when everything else runs.
    words = [f"--minutes={options.minutes}", f"--rate={options.rate}", f"--sources={options.sources}", "--publish"]
    newsroom = Process([sys.executable, __file__, *words], {}, folder / "newsroom.log", folder)
    stack.callback(newsroom.close)
    port = int(until(lambda: newsroom.said().strip(), 60))
    addresses = [f"127.0.1.{n + 1}" for n in range(options.sources)]
    (folder / "figurewatch.toml").write_text(
        SETTINGS.format(
            hosts=", ".join(f'"{address}"' for address in addresses),
            sources="\n".join(
                f'[[sources]]\nurl = "http://{address}:{port}/feed.xml"\nevery_minutes = 1' for address in addresses
            ),
        )
    )
    samples = Samples(parts)
    began, all_of_it = time.time(), int(options.minutes * 60 * options.rate)
    lag_at_end, drained = -1.0, -1.0
    while time.time() - began < options.minutes * 60 + DRAIN_SECONDS:
        time.sleep(SAMPLE_SECONDS)
        now = time.time()
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM page WHERE state = 'done'), (SELECT count(*) FROM page WHERE state = 'due'),"
                " (SELECT count(*) FROM entry WHERE state = 'due')"
            ).fetchone()
        assert row is not None
        done, to_read, to_fetch = row
        due = min(all_of_it, (now - began) * options.rate)
        # An article is late by as long as its publishing lies back: articles are published at one rate.
        lag = max(0.0, (due - done) / options.rate)
        samples.take(now - began, done=done, to_read=to_read, to_fetch=to_fetch, lag=round(lag, 1))
        print(json.dumps(samples.rows[-1]), file=sys.stderr, flush=True)
        if lag_at_end < 0 and now - began >= options.minutes * 60:
            lag_at_end = lag
        if done >= all_of_it:
            drained = now - began
            break
    with psycopg.connect(url) as connection:
        outcomes = connection.execute("SELECT outcome, count(*) FROM page GROUP BY outcome").fetchall()
    return {
        "published": all_of_it,
        "recorded": done,
        "lost": all_of_it - done,
        "lag at the end, seconds": round(lag_at_end, 1),
        "all recorded after, seconds": round(drained, 1),
        "articles a second": round(done / (drained if drained > 0 else time.time() - began), 1),
        "CPU ms an article": round(samples.cpu() / max(1, done) * 1000, 1),
        "outcomes": dict(outcomes),
        "MB in the first minute and at the end": [round(first_minute(samples.rows)), round(samples.rows[-1]["MB"])],
        "samples": samples.rows,
    }


def first_minute(rows: list[dict[str, float]]) -> float:
    """The most memory of the first two minutes, when all processes have begun."""
    return max(row["MB"] for row in rows if row["seconds"] <= 120)


def start(folder: Path, options: argparse.Namespace, stack: ExitStack) -> tuple[str, dict[str, int]]:
    """Everything but the newsroom; the address of the database, and the processes to look at."""
    settings = folder / "figurewatch.toml"
    settings.write_text(SETTINGS.format(hosts="", sources=""))
    if not options.hosts:
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
        return url, {"service": service.process.pid, "postgres": keeper}
    installed = stack.enter_context(closing(Installation(folder / "installation", settings)))
    installed.settings = settings
    prefect = installed.prefect()
    installed.deploy("4")
    workers = {f"host {n // 2 + 1} worker {n % 2 + 1}": installed.worker(f"host{n // 2 + 1}-{n % 2 + 1}") for n in range(4)}
    return installed.postgres.url(), {
        "postgres": installed.postgres.process.pid,
        "prefect": prefect.process.pid,
    } | {name: worker.process.pid for name, worker in workers.items()}


def draw(samples: list[dict[str, float]], to: Path) -> None:
    """Memory by part and lag over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    at = [row["seconds"] / 60 for row in samples]
    names = [key.removesuffix(" MB") for key in samples[0] if key.endswith(" MB")]
    above.stackplot(at, [[row[f"{name} MB"] for row in samples] for name in names], labels=names)
    above.set_ylabel("memory, MB")
    above.legend(loc="lower right", fontsize="small")
    below.plot(at, [row["lag"] for row in samples], color="#b42318")
    below.set_ylabel("lag, seconds")
    below.set_xlabel("minutes")
    figure.savefig(to, metadata={"Date": None})


if __name__ == "__main__":
    main()
