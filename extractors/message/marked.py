"""A text with its figures and claims marked: what did the program read in this article?

Article, figures, claims -> one HTML page: each paragraph with its figures coloured by role and what somebody says
underlined, and beside it a list with number, unit, role, label, speaker and date of each. Escaped by the template; the
content security policy allows its own style sheet and nothing else, only an http(s) address becomes a link, and nothing is
loaded. Pure; any text gives a page.
Not here: extraction, and files (flows/extract.py).
"""

import base64
import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise

from jinja2 import Environment, StrictUndefined, Template

from extractors.message.wording import CURRENCY_SIGNS, clean, plural, safe_url, written
from schemas.records import Article, Claim, Figure

#: Characters of a label, a name or a cue in the margin.
_LONGEST = 160
_PARAGRAPH = re.compile(r"[^\n]+")
#: Text that no document may hold; it is shown as a replacement character.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Note:
    """A figure in the margin."""

    index: int
    number: str
    unit: str
    role: str
    doing: str
    label: str
    notes: str
    tip: str


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim in the margin."""

    letter: str
    speaker: str
    part: str
    cue: str
    notes: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text in which the same figure and the same claims hold."""

    text: str
    figure: _Note | None
    claims: str  #: who says it, for the tooltip
    first: bool  #: begins its figure
    last: bool  #: ends its figure
    ends: tuple[str, ...]  #: letters of the claims that end here


@dataclass(frozen=True, slots=True)
class _Row:
    """A paragraph with its notes."""

    pieces: tuple[_Piece, ...]
    figures: tuple[_Note, ...]
    claims: tuple[_Said, ...]


def page(article: Article, figures: Sequence[Figure], claims: Sequence[Claim]) -> str:
    """The article as an HTML page with its figures and claims marked.

    Args:
        figures, claims: of article.text, in order.
    """
    style = _style()
    published = article.published_at.date() if article.published_at else None
    byline = [clean(article.outlet, _LONGEST), published.isoformat() if published else ""]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(
        title=clean(article.title, 300) or "Untitled text",
        byline=" · ".join(part for part in byline if part),
        link=safe_url(article.url),
        counts=f"{_count(len(figures), 'figure')} and {_count(len(claims), 'claim')}",
        rows=_rows(article.text, figures, claims),
        style=style,
        style_hash=f"sha256-{digest}",
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rows(text: str, figures: Sequence[Figure], claims: Sequence[Claim]) -> list[_Row]:
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(text) if match.group().strip()]
    starts = [start for start, _ in paragraphs]
    notes = [_note(figure, index) for index, figure in enumerate(figures, 1)]
    said = [_said(claim, _letter(index)) for index, claim in enumerate(claims)]
    figures_in: list[list[int]] = [[] for _ in paragraphs]
    claims_in: list[list[int]] = [[] for _ in paragraphs]
    ends_in: list[list[int]] = [[] for _ in paragraphs]
    for i, figure in enumerate(figures):
        if (at := bisect_right(starts, figure.start) - 1) >= 0:
            figures_in[at].append(i)
    for i, claim in enumerate(claims):
        first, last = bisect_right(starts, claim.start) - 1, bisect_right(starts, max(claim.start, claim.end - 1)) - 1
        for at in range(max(first, 0), last + 1):
            claims_in[at].append(i)
        if last >= 0:
            ends_in[last].append(i)
    return [
        _Row(
            tuple(_pieces(text, span, [(figures[i], notes[i]) for i in mine], [(claims[i], said[i]) for i in spoken])),
            tuple(notes[i] for i in mine),
            tuple(said[i] for i in ended),
        )
        for span, mine, spoken, ended in zip(paragraphs, figures_in, claims_in, ends_in, strict=True)
    ]


def _pieces(
    text: str, span: tuple[int, int], figures: Sequence[tuple[Figure, _Note]], claims: Sequence[tuple[Claim, _Said]]
) -> list[_Piece]:
    """The paragraph cut wherever a figure or a statement begins or ends."""
    begin, end = span
    statements = [
        (max(s, begin), min(e, end), said) for claim, said in claims for s, e in claim.content if s < end and e > begin
    ]
    cuts = {begin, end}
    for figure, _ in figures:
        cuts |= {figure.start, min(figure.end, end)}
    for start, stop, _ in statements:
        cuts |= {start, stop}
    closing: dict[int, list[str]] = {}
    for claim, said in claims:
        if begin < claim.end <= end:
            cuts.add(claim.end)
            closing.setdefault(claim.end, []).append(said.letter)
    edges = sorted(cuts)
    # Both lists are in order, so that each is walked once.
    waiting = sorted(statements, key=lambda s: s[0])
    open_: list[tuple[int, int, _Said]] = []
    pieces, at, next_ = [], 0, 0
    for left, right in pairwise(edges):
        while at < len(figures) and figures[at][0].end <= left:
            at += 1
        while next_ < len(waiting) and waiting[next_][0] <= left:
            open_.append(waiting[next_])
            next_ += 1
        open_ = [one for one in open_ if one[1] > left]
        found = figures[at] if at < len(figures) and figures[at][0].start <= left else None
        names = dict.fromkeys(f"{said.speaker}: {said.cue}".removesuffix(": ") for _, _, said in open_)
        pieces.append(
            _Piece(
                _UNPRINTABLE.sub("\ufffd", text[left:right]),
                found[1] if found else None,
                "; ".join(names),
                found is not None and left == found[0].start,
                found is not None and right >= min(found[0].end, end),
                tuple(closing.get(right, ())),
            )
        )
    return pieces


def _note(figure: Figure, index: int) -> _Note:
    number = written(figure.low, figure.high, figure.bound, figure.unit)
    signed = figure.unit in CURRENCY_SIGNS or figure.unit == "percent"
    unit = "" if signed else figure.unit if number == "1" else plural(figure.unit)
    if figure.rate:
        unit = f"{unit} per {figure.rate}".strip()
    doing = f"{figure.role} {figure.direction}" if figure.direction else str(figure.role)
    place = clean(figure.slots.place, _LONGEST)
    notes = [
        f"said by {clean(figure.attribution, _LONGEST)}" if figure.attribution else "",
        _days(figure.as_of or "", figure.as_of_start, figure.as_of_end),
        f"place: {place}" if place and place.lower() not in figure.measured.lower() else "",
        "taken back in the text" if figure.withdrawal else "",
    ]
    label = clean(figure.measured, _LONGEST) or plural(figure.unit)
    shown = " · ".join(part for part in notes if part)
    tip = " | ".join(part for part in (f"{number} {unit}".strip(), doing, label, shown) if part)
    return _Note(index, number, clean(unit, _LONGEST), str(figure.role), doing, label, shown, tip)


def _said(claim: Claim, letter: str) -> _Said:
    part = " of ".join(clean(p, _LONGEST) for p in (claim.title, claim.organisation) if p)
    notes = ["quoted" if claim.quote else "", "hedged" if claim.hedged else "", "denied" if claim.denied else ""]
    if claim.kind in {"document", "poll"}:
        notes.insert(0, claim.kind)
    return _Said(
        letter, clean(claim.speaker, _LONGEST), part, clean(claim.cue, _LONGEST), ", ".join(note for note in notes if note)
    )


def _days(worded: str, first: date | None, last: date | None) -> str:
    """ "in the first quarter (1 Jan to 31 Mar 2026)" """
    if not worded:
        return ""
    if first is None or last is None:
        return clean(worded, _LONGEST)
    days = first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
    return f"{clean(worded, _LONGEST)} ({days})"


def _letter(index: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(97 + rest) + letters
    return letters


@cache
def _style() -> str:
    return files("extractors.message").joinpath("marked.css").read_text(encoding="utf-8").strip()


@cache
def _template() -> Template:
    source = files("extractors.message").joinpath("marked.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(source)
