"""The seed corpus: documents that are known before the watch begins.

Texts, HTML, folders and JSON lines are analysed like any article. A corpus pack holds the analysis alone: fingerprints,
figures and what linking compares, as JSON lines, and not the texts; so it can be given away where the texts cannot.
Seeds are never news: they wake nobody, and what repeats one is a copy.
"""

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from extractors.analysis import VERSION, Analysis
from flows import archive, pipeline
from flows.analyser import Analyser
from flows.archive import Document, Unreadable
from flows.context import Context
from flows.db import Transaction
from schemas.errors import UsageError
from schemas.records import Slots

#: Stands for the date of a document that has none: before everything else, so that it never shifts what is dated.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)

#: Words of a phrase that a pack keeps: enough for a number, its bound and its unit, too few for a quotation.
LONGEST_PHRASE = 5

#: Corpus packs that come with figurewatch, by name.
BUNDLED = files("flows") / "bundle" / "corpus"


class Packed(BaseModel):
    """One line of a corpus pack."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", extra="forbid")

    version: str
    analysis: Analysis


def keep(opened: Context, now: datetime) -> Counter[str]:
    """Make sure that the packs of the settings are known; nothing happens for those that are."""
    done: Counter[str] = Counter()
    for name in opened.settings.seeds:
        with opened.database.transaction() as tx:
            known = tx.one("articles.pack_known", name=name)
        if known is None:
            done += add(opened, name, now)
            with opened.database.transaction() as tx:
                tx.run("articles.keep_pack", name=name, now=now)
    return done


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
            return _record(opened, packed(path), now)
    path = Path(name)
    if is_pack(path):
        return _record(opened, packed(path), now)
    counts: Counter[str] = Counter()
    documents = _documents(path, published_at, counts)
    return counts + _record(opened, _analysed(opened.analyser, documents, counts), now)


def pack(
    analyser: Analyser,
    paths: Iterable[Path],
    to: Path,
    *,
    published_at: datetime | None = None,
    dates: Mapping[str, datetime] | None = None,
) -> Counter[str]:
    """Write the documents of these paths as a corpus pack; counts by outcome. Nothing is stored.

    Args:
        dates: of documents that name none, by the file's name.
    Raises:
        UsageError: when a path cannot be read, or the pack cannot be written.
    """
    counts: Counter[str] = Counter()
    part = to.with_name(to.name + ".part")
    try:
        with gzip.open(part, "wt", encoding="utf-8") if to.suffix == ".gz" else part.open("w", encoding="utf-8") as out:
            for path in paths:
                for analysis in _analysed(analyser, _documents(path, published_at, counts, dates), counts):
                    out.write(Packed(version=VERSION, analysis=_bare(analysis)).model_dump_json() + "\n")
                    counts["packed"] += 1
        part.replace(to)
    except OSError as error:
        raise UsageError(f"{to}: {(error.strerror or str(error)).lower()}", mend="name another file") from None
    return counts


def _bare(analysis: Analysis) -> Analysis:
    """The analysis without the wording of its text: no sentence, headline or claim; of each phrase the beginning, and words
    that are kept for linking in the order of the alphabet. So nothing longer than a phrase can be read from it."""
    figures = tuple(
        replace(
            figure,
            surface=_beginning(figure.surface),
            measured=_beginning(figure.measured),
            attribution=None if figure.attribution is None else _beginning(figure.attribution),
            as_of=None if figure.as_of is None else _beginning(figure.as_of),
            slots=Slots(**{name: _beginning(phrase) for name, phrase in asdict(figure.slots).items()}),
        )
        for figure in analysis.figures
    )
    mentions = tuple(
        replace(
            mention,
            counted=mention.counted[:LONGEST_PHRASE],
            sentence=tuple(sorted(mention.sentence)),
            before=tuple(sorted(mention.before)),
            title=tuple(sorted(mention.title)),
            measured=tuple(sorted(mention.measured)),
            slots=tuple(tuple(sorted(slot)) for slot in mention.slots),
            label=_beginning(mention.label),
        )
        for mention in analysis.mentions
    )
    article = replace(analysis.article, text="", title="", authors=())
    return replace(analysis, article=article, figures=figures, mentions=mentions, claims=())


def _beginning(phrase: str) -> str:
    words = phrase.split()
    return phrase if len(words) <= LONGEST_PHRASE else " ".join(words[:LONGEST_PHRASE]) + " …"


def is_pack(path: Path) -> bool:
    """Is this file a corpus pack? Its first line says so."""
    if not path.is_file() or not path.name.endswith((".jsonl", ".jsonl.gz")):
        return False
    with _open(path) as lines:
        return '"analysis":' in next(iter(lines), "")[:60]


def _open(path: Path) -> Any:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def packed(path: Path) -> Iterator[Analysis]:
    """The documents of a corpus pack.

    Raises:
        UsageError: at a line that is none, or is of another version.
    """
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                packed = Packed.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(key) for key in first["loc"])
                raise UsageError(
                    f"{path}, line {number}: not a document of a corpus pack: {where}: {first['msg'].lower()}",
                    mend="write it anew with: figurewatch seed pack",
                ) from None
            if packed.version != VERSION:
                raise UsageError(
                    f"{path}, line {number}: written by another version of the analysis ({packed.version}, here {VERSION})",
                    mend="write it anew with: figurewatch seed pack",
                )
            yield packed.analysis


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
