"""Corpus packs: documents as data, to be given away where their texts cannot.

A pack is a file of JSON lines, one a document: where it is from, what it is to the others (copy, update, original), its
fingerprint, and its figures with what linking compares, compressed. No sentence, headline or claim: of each phrase the
beginning, and words that are kept for linking in the order of the alphabet, so that nothing longer can be read from it.
A last line says how many there are; a file that was cut is noticed, and nothing of it is kept.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from extractors.analysis import VERSION, Analysis
from extractors.copies.packing import keys_of, pack, unpack
from extractors.series import mention as mentions_of
from schemas.errors import UsageError
from schemas.outcomes import FigureOutcome, Relation
from schemas.records import Article, Figure

#: Words of a phrase that a pack keeps: enough for a number, its bound and its unit, too few for a quotation.
LONGEST_PHRASE = 5
#: Bytes that the figures of one document may have: those of the longest articles take a tenth.
MOST_SAID = 32_000_000
#: The quickest: what a pack gains in size is little, and 100,000 documents are to be written within a minute.
LEVEL = 1
ANEW = "write it anew with: figurewatch seed pack"
#: Of a phrase the first words, by field of a figure and of a mention.
_PHRASES = ("surface", "measured", "attribution", "as_of")
_SORTED = ("sentence", "before", "title", "measured")


class Verdict(BaseModel):
    """What a document is to the others of its pack."""

    model_config = ConfigDict(extra="forbid")

    relation: Relation
    parent: str | None = None  #: url of what it repeats
    origin: str  #: url of the first of its cluster
    layer: str = ""
    similarity: float = 0.0
    reason: str = ""
    shared: list[int] = []


class Line(BaseModel):
    """One document of a corpus pack."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", extra="forbid")

    version: str  #: of the analysis
    url: str
    outlet: str = ""
    language: str
    credit: str = ""
    published: datetime | None = None
    outcome: FigureOutcome
    verdict: Verdict | None = None  #: None: not compared with the others yet
    fingerprint: bytes  #: as it is stored
    said: bytes  #: its figures, each with its mention, as compressed JSON

    @property
    def keys(self) -> list[int]:
        """What the document is looked up by."""
        return keys_of(self.fingerprint)


def of_analysis(analysis: Analysis) -> Line:
    """An analysed document as a pack holds it."""
    figures = _FIGURES.dump_python(list(analysis.figures), mode="json")
    rows = [
        figure | {"sentence": sentence, "mention": mentions_of.to_json(mention)}
        for figure, sentence, mention in zip(figures, analysis.figure_sentences, analysis.mentions, strict=True)
    ]
    article = analysis.article
    return Line(
        version=analysis.version,
        url=article.url,
        outlet=article.outlet,
        language=article.language,
        credit=article.credit,
        published=article.published_at,
        outcome=analysis.figures_outcome,
        fingerprint=pack(analysis.fingerprint),
        said=said(rows),
    )


def of_row(row: Mapping[str, Any]) -> Line:
    """A stored article as a pack holds it."""
    kept = row["said"] if row["said"] is not None else said(from_json(row["figures"] or "[]"))
    outcome = FigureOutcome(row["figures_outcome"])
    if outcome is FigureOutcome.COPY and row["relation"] != Relation.DUPLICATE:
        outcome = FigureOutcome.EXTRACTED
    return Line.model_construct(
        version=VERSION,
        url=row["url"],
        outlet=row["outlet"],
        language=row["language"],
        credit=row["credit"],
        published=row["published_at"],
        outcome=outcome,
        verdict=Verdict.model_construct(
            relation=row["relation"],
            parent=row["parent"],
            origin=row["origin"],
            layer=row["copy_layer"],
            similarity=row["copy_similarity"],
            reason=row["copy_reason"],
            shared=row["copy_shared"],
        ),
        fingerprint=row["sketch"],
        said=kept,
    )


def said(figures: Iterable[dict[str, Any]]) -> bytes:
    """Figures, each with its sentence and mention, as a pack holds them: without the wording of their text."""
    rows = []
    for figure in figures:
        for name in _PHRASES:
            if figure[name] is not None:
                figure[name] = _beginning(figure[name])
        figure["slots"] = {name: _beginning(phrase) for name, phrase in figure["slots"].items()}
        mention = figure["mention"]
        for name in _SORTED:
            mention[name] = sorted(mention[name])
        mention["counted"] = mention["counted"][:LONGEST_PHRASE]
        mention["slots"] = [sorted(slot) for slot in mention["slots"]]
        mention["label"] = _beginning(mention["label"])
        rows.append(figure)
    return zlib.compress(to_json(rows), LEVEL)


def figures_of(kept: bytes) -> list[dict[str, Any]]:
    """What said() was given.

    Raises:
        ValueError: when that is something else, or larger than any.
    """
    reader = zlib.decompressobj()
    try:
        raw = reader.decompress(kept, MOST_SAID)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not reader.eof:
        raise ValueError("cut, or larger than the figures of any document")
    rows = from_json(raw)
    if not isinstance(rows, list):
        raise ValueError("no list of figures")
    return rows


def analysis_of(line: Line) -> Analysis:
    """A document of a pack as if it had been analysed.

    Raises:
        ValueError: when its figures are none.
    """
    rows = figures_of(line.said)
    try:
        mentions = tuple(mentions_of.from_json(row.pop("mention")) for row in rows)
        sentences = tuple(int(row.pop("sentence")) for row in rows)
        figures = tuple(_FIGURES.validate_python(rows))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"figures of another make: {error}") from None
    return Analysis(
        article=Article(
            url=line.url,
            title="",
            text="",
            language=line.language,
            outlet=line.outlet,
            published_at=line.published,
            credit=line.credit,
        ),
        fingerprint=unpack(line.fingerprint),
        figures=figures,
        figure_sentences=sentences,
        claims=(),
        mentions=mentions,
        figures_outcome=line.outcome,
        version=line.version,
    )


_FIGURES = TypeAdapter(list[Figure])


def encoded(lines: Iterable[Line]) -> list[bytes]:
    """Lines as they stand in the file."""
    return [line.model_dump_json(warnings=False).encode("utf-8", "replace") + b"\n" for line in lines]


def of_rows(rows: list[dict[str, Any]]) -> list[bytes]:
    """Stored articles as lines; in a process of its own, since it is most of the work."""
    return encoded(map(of_row, rows))


def write(lines: Iterable[bytes], to: Path) -> int:
    """Write a pack; how many documents it holds. A file of that name stays as it is until the new one is whole.

    Raises:
        UsageError: when the file cannot be written.
    """
    part = to.with_name(to.name + ".part")
    count = 0
    try:
        with gzip.open(part, "wb", LEVEL) if to.suffix == ".gz" else part.open("wb") as out:
            for line in lines:
                out.write(line)
                count += 1
            out.write(json.dumps({"documents": count}).encode() + b"\n")
        part.replace(to)
    except OSError as error:
        raise UsageError(f"{to}: {(error.strerror or str(error)).lower()}", mend="name another file") from None
    finally:
        part.unlink(missing_ok=True)
    return count


def is_pack(path: Path) -> bool:
    """Is this file a corpus pack, whole or not? Its first line says so."""
    if not path.is_file() or not path.name.endswith((".jsonl", ".jsonl.gz")):
        return False
    try:
        with _open(path) as file:
            return file.readline(40).replace(b" ", b"").startswith((b'{"version":"', b'{"documents":'))
    except (OSError, EOFError, zlib.error):
        return False


def read(path: Path) -> Iterator[Line]:
    """The documents of a corpus pack.

    Raises:
        UsageError: at a line that is none, or is of another version; at the end of a file that was cut.
    """
    number = 0
    with _readable(path), _open(path) as file:
        for number, raw in enumerate(file, 1):
            if raw.startswith(b'{"documents":'):
                _ended(path, number - 1, raw)
                return
            yield _line(path, number, raw)
    raise UsageError(f"{path}: cut off after {number} documents", mend=f"copy it once more, or {ANEW}")


def _line(path: Path, number: int, raw: bytes) -> Line:
    try:
        line = Line.model_validate_json(raw)
        if line.version == VERSION:
            keys_of(line.fingerprint)
            return line
        version = line.version
    except ValidationError as error:
        version = _version(raw)
        if version in ("", VERSION):
            first = error.errors()[0]
            where = ".".join(str(key) for key in first["loc"])
            problem = f"{where}: {first['msg'].lower()}" if where else first["msg"].lower()
            raise UsageError(f"{path}, line {number}: not a document of a corpus pack: {problem}", mend=ANEW) from None
    except ValueError as error:
        raise UsageError(f"{path}, line {number}: not a fingerprint: {error}", mend=ANEW) from None
    raise UsageError(
        f"{path}, line {number}: written by another version of the analysis ({version}, here {VERSION})", mend=ANEW
    )


def _version(raw: bytes) -> str:
    """The version that a line names; packs of earlier versions looked otherwise."""
    try:
        found = json.loads(raw)
    except ValueError:
        return ""
    return str(found.get("version", "")) if isinstance(found, dict) else ""


def _ended(path: Path, count: int, raw: bytes) -> None:
    try:
        whole = json.loads(raw)["documents"] == count
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise UsageError(f"{path}: its last line speaks of another number of documents than {count}", mend=ANEW)


def _beginning(phrase: str) -> str:
    if phrase.count(" ") < LONGEST_PHRASE and "\n" not in phrase and "\t" not in phrase:
        return phrase
    words = phrase.split(None, LONGEST_PHRASE)
    return phrase if len(words) <= LONGEST_PHRASE else " ".join(words[:LONGEST_PHRASE]) + " …"


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What goes wrong while a file is read, as something its user can mend."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path}: cannot be read to its end: {said.lower()}", mend=f"copy it once more, or {ANEW}") from None
