"""The seed corpus: documents that are known before the watch begins.

Texts, HTML, folders and JSON lines are analysed like any article. A corpus pack (packs.py) holds the analysis alone, so that
it can be given away where the texts cannot, and is read in bulk: its documents are known for copies at once, and their
figures are placed in series after that, the oldest first, by whoever has the time; observations may come in any order.
Seeds are never news: they wake nobody, and what repeats one is a copy.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from multiprocessing import get_context
from pathlib import Path

from extractors.analysis import VERSION, Analysis
from extractors.copies import VERSION as FINGERPRINT_VERSION
from extractors.copies.packing import keys_of
from flows import archive, articles, copies, packs, pipeline, series
from flows.analyser import Analyser, with_parent
from flows.archive import Document, Unreadable
from flows.context import Context
from flows.db import Database, Row, Transaction
from flows.log import log
from schemas.errors import UsageError
from schemas.outcomes import ArticleOutcome, Relation, SeriesOutcome

#: Stands for the date of a document that has none: before everything else, so that it never shifts what is dated.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)

#: Corpus packs that come with figurewatch, by name.
BUNDLED = files("flows") / "bundle" / "corpus"


#: Documents of packs whose figures one pass of the watch places: half a minute.
PLACED_AT_ONCE = 1_000
#: Articles that are in memory at once while a pack is written.
ROWS_AT_ONCE = 500


def _nothing(_: int) -> None:
    """Progress that nobody watches."""


def keep(opened: Context, now: datetime) -> Counter[str]:
    """Make sure that the packs of the settings are known, and place some of the figures that wait for it."""
    done: Counter[str] = Counter()
    for name in opened.settings.seeds:
        with opened.database.transaction() as tx:
            known = tx.one("articles.pack_known", name=name)
        if known is None:
            done += add(opened, name, now)
            with opened.database.transaction() as tx:
                tx.run("articles.keep_pack", name=name, now=now)
    return done + place(opened.database, opened.desk, now, PLACED_AT_ONCE)


def add(opened: Context, name: str, now: datetime, *, published_at: datetime | None = None) -> Counter[str]:
    """Read documents or a pack into the corpus; counts by outcome.

    Args:
        name: a pack that comes with figurewatch, or a path.
        published_at: date of documents that name none.
    Raises:
        UsageError: when there is no such pack or path, or a line of a pack is not one.
    """
    bundled = BUNDLED / f"{name}.jsonl"
    if bundled.is_file():
        with as_file(bundled) as path:
            return read(opened, path, now)
    path = Path(name)
    if packs.is_pack(path):
        return read(opened, path, now)
    counts: Counter[str] = Counter()
    documents = _documents(path, published_at, counts)
    return counts + _record(opened, _analysed(opened.analyser, documents, counts), now)


def read(opened: Context, path: Path, now: datetime) -> Counter[str]:
    """Read a corpus pack, whole or not at all; counts by outcome. Its figures wait to be placed.

    Raises:
        UsageError: when it is no pack, was cut, or is of another version.
    """
    counts: Counter[str] = Counter()
    total = 0

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal total
        for line in packs.read(path):
            total += 1
            yield _row(line)

    with opened.database.transaction() as tx:
        tx.run("articles.lock")
        tx.copy("seeds.read", rows())
        tx.many("copies.find_no_more", _no_more(tx.all("seeds.to_renew")))
        renewed = tx.one("seeds.renew")
        counts["copies fingerprints renewed"] = 0 if renewed is None else renewed["documents"]
        counts[f"articles {ArticleOutcome.UNCHANGED}"] += tx.run("seeds.drop_known")
        tx.run("seeds.set_apart")
        tx.run("seeds.become_articles")
        for row in tx.all("seeds.counted"):
            counts[f"copies {row['relation']}"] += row["documents"]
        tx.run("seeds.become_fingerprints")
        tx.run("seeds.become_keys")
        tx.run("seeds.wait")
        tx.run("seeds.drop_read")
        for row in tx.all("seeds.alone"):
            counts.update(_judge_alone(tx, row, opened.desk, now))
    counts[f"articles {ArticleOutcome.STORED}"] = total - counts[f"articles {ArticleOutcome.UNCHANGED}"]
    return +counts


def _no_more(rows: Iterable[Row]) -> Iterator[Row]:
    """The keys that these documents are no more found by."""
    for row in rows:
        with suppress(ValueError):  # of a fingerprint that cannot be read nobody knows them
            yield {"article_id": row["article_id"], "keys": keys_of(row["sketch"])}


def _row(line: packs.Line) -> tuple[object, ...]:
    """A line of a pack as a row of seed_document."""
    verdict = line.verdict
    return (
        line.url,
        verdict.origin if verdict else line.url,
        verdict.parent if verdict else None,
        line.outlet,
        line.language,
        line.credit,
        line.published,
        line.published or UNDATED,
        verdict.relation if verdict else None,
        verdict.layer if verdict else "",
        verdict.similarity if verdict else 0.0,
        verdict.reason if verdict else "",
        verdict.shared if verdict else [],
        line.outcome,
        line.version,
        FINGERPRINT_VERSION,
        line.fingerprint,
        line.keys,
        line.said,
    )


def _judge_alone(tx: Transaction, row: Row, desk: pipeline.Desk, now: datetime) -> list[str]:
    """What a document is to the known articles; those that it turns into something else follow."""
    analysis = packs.analysis_of(_line(row))
    page = {"id": None, "fetched_at": row["as_of"], "history": True, "seed": True}
    found = copies.look_up(tx, analysis.fingerprint)
    verdict = copies.verdict(tx, analysis.article, analysis.fingerprint, row["as_of"], found)
    article_id = articles.next_id(tx)
    articles.store(tx, page, analysis, verdict, 1, article_id)
    as_of = articles.speaks_for(page, analysis, 1)
    copies.store(tx, article_id, analysis.fingerprint, verdict.relation)
    if verdict.relation is Relation.DUPLICATE:
        tx.run("seeds.drop", id=row["id"])
        return [f"copies {verdict.relation}"]
    again = copies.judge_again(tx, article_id, as_of, verdict)
    series.place(tx, article_id, as_of, (), None, (), (), None, verdict, again, desk.threshold, now)
    tx.run("seeds.keep_waiting", id=row["id"], article_id=article_id)
    return [f"copies {verdict.relation}"]


def place(
    database: Database, desk: pipeline.Desk, now: datetime, limit: int, *, progress: Callable[[int], None] = _nothing
) -> Counter[str]:
    """Place the figures of documents that wait for it, the oldest first, each in its own transaction; counts by outcome."""
    desk = replace(desk, deliver=False)
    counts: Counter[str] = Counter()
    for _ in range(limit):
        with database.transaction() as tx:
            tx.run("articles.lock")
            row = tx.one("seeds.waiting", limit=1)
            if row is None:
                break
            counts[_place_one(tx, row, desk, now)] += 1
        progress(1)
    return counts


def _place_one(tx: Transaction, row: Row, desk: pipeline.Desk, now: datetime) -> str:
    tx.run("seeds.drop", id=row["id"])
    verdict = copies.stored(row)
    if verdict.relation is Relation.DUPLICATE:
        return f"series {SeriesOutcome.NOTHING_NEW}"
    try:
        analysis = packs.analysis_of(_line(row))
    except ValueError as error:
        log.warning("figures of a seed not read", url=row["url"], outcome="failed", detail=str(error)[:200])
        return "series unreadable"
    again = copies.repeated_by(tx, row["id"])  # what was placed before what it repeats
    latest = series.read(tx, analysis.mentions, series.look_up(tx, analysis.mentions))
    placed, _ = pipeline.place(tx, row["id"], row["as_of"], analysis, latest, verdict, again, desk, now)
    articles.settle(tx, None, row["id"], analysis, placed.outcome)
    return f"series {placed.outcome}"


def waiting(database: Database) -> int:
    """How many documents wait for their figures to be placed."""
    with database.transaction() as tx:
        row = tx.one("seeds.how_many_wait")
    return 0 if row is None else int(row["documents"])


def _line(row: Row) -> packs.Line:
    return packs.Line(
        version=row["analysis_version"],
        url=row["url"],
        outlet=row["outlet"],
        language=row["language"],
        credit=row["credit"],
        published=row["published_at"],
        outcome=row["figures_outcome"],
        fingerprint=row["sketch"],
        said=row["said"],
    )


def pack(
    analyser: Analyser,
    paths: Iterable[Path],
    to: Path,
    *,
    published_at: datetime | None = None,
    dates: Mapping[str, datetime] | None = None,
) -> Counter[str]:
    """Write the documents of these paths as a corpus pack; counts by outcome. Nothing is stored.

    What they are to each other is found when the pack is read.

    Args:
        dates: of documents that name none, by the file's name.
    Raises:
        UsageError: when a path cannot be read, or the pack cannot be written.
    """
    counts: Counter[str] = Counter()
    analyses = (
        analysis for path in paths for analysis in _analysed(analyser, _documents(path, published_at, counts, dates), counts)
    )
    counts["packed"] = packs.write((line for one in analyses for line in packs.encoded([packs.of_analysis(one)])), to)
    return counts


def pack_archive(database: Database, to: Path, workers: int) -> Counter[str]:
    """Write the articles of a database as a corpus pack, with what they are to each other; counts by outcome.

    Raises:
        UsageError: when the pack cannot be written.
    """
    counts: Counter[str] = Counter()
    with database.transaction() as tx, ProcessPoolExecutor(workers, get_context("forkserver"), initializer=with_parent) as pool:
        counts["packed"] = packs.write(_in_parallel(pool, workers, _stored(tx)), to)
        row = tx.one("seeds.other_versions", version=VERSION)
        counts["of another version (figurewatch reprocess)"] = 0 if row is None else row["articles"]
    return +counts


def _stored(tx: Transaction) -> Iterator[list[Row]]:
    """The articles that a pack may hold, some at a time."""
    after = 0
    while rows := tx.all("seeds.to_pack", after=after, version=VERSION, limit=ROWS_AT_ONCE):
        after = rows[-1]["id"]
        yield rows


def _in_parallel(pool: Executor, workers: int, rows: Iterable[list[Row]]) -> Iterator[bytes]:
    """Their lines, in order; no more are read ahead than the workers need."""
    ahead: deque[Future[list[bytes]]] = deque()
    for some in rows:
        ahead.append(pool.submit(packs.of_rows, some))
        if len(ahead) > 2 * workers:
            yield from ahead.popleft().result()
    while ahead:
        yield from ahead.popleft().result()


def dates_of(path: Path) -> dict[str, datetime]:
    """Dates by file name, from lines of a name, a tab and YYYY-MM-DD; what follows another tab is a remark.

    Raises:
        UsageError: when the file cannot be read, or a line is none of these.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", mend="name a file of lines: file name, tab, YYYY-MM-DD") from None
    found = {}
    for number, line in enumerate(lines, 1):
        name, _, rest = line.partition("\t")
        try:
            found[name] = datetime.fromisoformat(rest.partition("\t")[0].strip()).replace(tzinfo=UTC)
        except ValueError:
            raise UsageError(f"{path}, line {number}: not a file name, a tab and YYYY-MM-DD", mend="write it so") from None
    return found


def _documents(
    path: Path, published_at: datetime | None, counts: Counter[str], dates: Mapping[str, datetime] | None = None
) -> Iterator[Document]:
    if path.is_file() and path.suffix.lower() in archive.ENDINGS:
        found: Iterable[Document | Unreadable] = [archive.of_file(path)]
    else:
        found = archive.documents(path)
    for document in found:
        if isinstance(document, Unreadable):
            counts[f"unreadable ({document.place}: {document.reason})"] += 1
        else:
            known = (dates or {}).get(document.url.rpartition("/")[2], published_at)
            yield replace(document, url=_seed_url(document.url), published_at=document.published_at or known)


def _seed_url(url: str) -> str:
    """A seed from a file is known by the file's name: paths of one machine mean nothing on another."""
    return f"seed:{url.rpartition('/')[2]}" if url.startswith("file:") else url


def _analysed(analyser: Analyser, documents: Iterable[Document], counts: Counter[str]) -> Iterator[Analysis]:
    pages = (archive.page(document) for document in documents)
    for result in analyser.results(pages):
        if isinstance(result, Analysis):
            yield result
        else:
            counts[f"no article ({getattr(result, 'detail', result)})"] += 1


def _record(opened: Context, analyses: Iterable[Analysis], now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    desk = replace(opened.desk, deliver=False)
    for analysis in analyses:
        with opened.database.transaction() as tx:
            counts.update(_record_one(tx, analysis, desk, now))
    return counts


def _record_one(tx: Transaction, analysis: Analysis, desk: pipeline.Desk, now: datetime) -> list[str]:
    date = analysis.article.published_at or UNDATED
    row = {"id": None, "url": analysis.article.url, "fetched_at": date, "history": True, "seed": True}
    return pipeline.record(tx, row, analysis, desk, now)
