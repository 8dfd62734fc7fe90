"""Frozen records in the order of the path: Page, Article, Figure, Claim, Fingerprint, Verdict, Observation, Shift.

A record is what one stage hands to the next. Times are aware, and in UTC where nothing else is said; numbers are exact
Decimals with their magnitude applied; spans are half-open character offsets into the article's text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from schemas.outcomes import Bound, Relation, Role, Severity, ShiftKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed or sitemap, as its publisher listed it."""

    url: str
    title: str = ""
    guid: str = ""  #: the publisher's id of the item, empty where there is none
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    content: str = ""  #: full content as HTML, where the feed carries it


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was fetched, or read from an archive: HTML with what is known from elsewhere; text where there is no HTML."""

    url: str  #: as requested
    final_url: str = ""  #: after redirects; empty when the same
    html: str = ""
    text: str = ""  #: given as is (JSONL archives); spans count in it unchanged
    title: str = ""  #: what the feed or the archive says; the page's own is used where it is empty
    outlet: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    proven: Mapping[str, str] = field(default_factory=dict)  #: field -> the place that had it right on this site before


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A document as extracted from its page."""

    url: str  #: canonical; the identity of an article
    title: str
    text: str  #: NFC, a blank line between paragraphs; as given for JSONL text
    language: str  #: ISO 639-1, "und" when unknown
    outlet: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  #: in the zone that the page writes it in
    credit: str = ""  #: the agency or outlet that the text credits ("(CPA) -", "First published by ...")
    sources: Mapping[str, str] = field(default_factory=dict)  #: field -> the places that it was taken from
    compared: Mapping[str, bool] = field(default_factory=dict)  #: place -> does it tell the title that the list tells?


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What a figure measures, taken apart. Each slot is lower-case words as in the text, empty where unknown."""

    counted: str = ""  #: the head noun phrase that is counted or measured ("container of ammunition")
    action: str = ""  #: lemma of the governing verb ("ship")
    agent: str = ""
    patient: str = ""  #: object or recipient
    place: str = ""
    period: str = ""  #: "last year", "since March", "in the first quarter"
    whole: str = ""  #: the whole of which this is a part ("region's water" for "70 percent of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One reported quantity in a text. Fields and values are those of the gold format."""

    start: int
    end: int
    surface: str  #: text[start:end]
    sentence_start: int
    sentence_end: int
    low: Decimal | None  #: equal to high for one value; None on the open side of a bound
    high: Decimal | None
    bound: Bound
    unit: str  #: counted noun in the singular, or the unit's name ("US dollar", "percent", "tonne")
    rate: str | None  #: "day", "month", ..., or what it is per ("soldier")
    measured: str = ""  #: short noun phrase, the label of the line in a chart
    role: Role = Role.LEVEL
    attribution: str | None = None  #: who says so, as named in the text
    slots: Slots = field(default_factory=Slots)
    as_of: str | None = None  #: the date or period the figure describes, as worded, where it is not the report's own
    as_of_start: date | None = None  #: its first day, counted from the day of publication; None where it cannot be told
    as_of_end: date | None = None  #: its last day
    direction: str | None = None  #: "up" or "down" for a change
    withdrawal: bool = False  #: the text takes this number, or the one that it replaces, back

    @property
    def number(self) -> Decimal:
        """The bound's number, or the middle of a range."""
        if self.low is None:
            assert self.high is not None
            return self.high
        return self.low if self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attributed statement; its span is the sentence, or the sentences that one quotation runs over."""

    start: int
    end: int
    speaker: str  #: fullest name that the document gives, without title
    cue: str  #: the reporting words, as in the text
    quote: bool  #: the content is in quotation marks, in whole or in part
    content: tuple[tuple[int, int], ...] = ()  #: spans of the sentence that are the statement; side clauses left out
    kind: str = ""  #: what speaks: "person", "body", "document", "poll", or "group" (officials, witnesses)
    title: str = ""  #: a person's role as the text gives it ("chief executive"), lower-case but for names
    organisation: str = ""  #: the body that a person speaks for, where the text names it
    hedged: bool = False  #: given as possible or likely only ("may", "believes", "about as many as")
    denied: bool = False  #: the speaker denies it, or says that it is not so


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceSketch:
    """One sentence as data: enough to align it and to compare its numbers, not enough to read it."""

    words: tuple[int, ...]  #: 32-bit hashes of its distinct words that carry a subject, sorted
    numbers: tuple[str, ...]  #: plain normalised numbers, in order ("1200", "2400000"); "~" marks approximate, "(" converted
    names: tuple[int, ...] = ()  #: 32-bit hashes of its names, in order
    years: tuple[int, ...] = ()  #: calendar years, in order
    skeleton: int = 0  #: hash of its words that carry a subject, in order, with the places of its numbers
    length: int = 0  #: words in all
    paragraph: int = 0
    prose: bool = True  #: reads as a sentence of the text; False for menus, adverts, lists of headlines, credits
    meaning: bytes = b""  #: what its words mean together, 32 bytes; empty when it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """An article's text as data, from which copies and excerpts of it are recognised without the text."""

    version: int
    text_hash: bytes  #: SHA-256 of the normalised text
    keys: tuple[int, ...]  #: signed 64-bit look-up keys: sampled shingles, names with numbers; two near texts share some
    sentences: tuple[SentenceSketch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A known article that shares look-up keys with the one in hand."""

    id: int
    url: str
    published_at: datetime | None
    fingerprint: Fingerprint
    revision: int = 1
    outlet: str = ""
    credit: str = ""  #: the agency or outlet that its text credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an article is to the known ones, and what that rests on."""

    relation: Relation
    of: int | None = None  #: the candidate's id
    layer: str = ""  #: "url", "hash", "shingles", "excerpt", "names-and-numbers"
    similarity: float = 0.0  #: in [0, 1], larger is more alike
    reason: str = ""  #: one line for a person
    shared: tuple[tuple[int, int], ...] = ()  #: aligned sentences: (index here, index there)
    later: tuple[int, ...] = ()  #: candidates published later that carry this text: to be judged again, with this one known


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A known article whose verdict, or whose parent's, changed because an older article came in late."""

    id: int
    as_of: datetime
    verdict: Verdict
    changed: bool  #: its own verdict did


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A figure placed in a series. Carries all that shifts are decided from."""

    id: int
    series: int
    article: int
    url: str
    outlet: str
    origin: int  #: the cluster of the article: observations of one cluster are one origin
    as_of: datetime  #: date of publication of the article's origin
    position: int  #: order within the article; the headline's and the lead's come first
    low: Decimal | None
    high: Decimal | None
    bound: Bound
    unit: str
    role: Role
    speaker: str | None
    revises: bool = False  #: the article is a later revision of a URL that gave a number in this series
    withdraws: bool = False  #: the text takes the standing number back
    vague: bool = False  #: a magnitude alone: "thousands", "tens of thousands"
    follows: bool = False  #: another article is the origin of its text
    rate: str | None = None
    cues: tuple[str, ...] = ()  #: how its sentence tells it: as moved there, as what stands now, ...
    sure: float = 1.0  #: how sure the linker was that it belongs to the series, in (0, 1]; 1 where nothing was to be judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A change worth telling: the first observation that gives the new number, and the one that stood before."""

    series: int
    observation: int
    before: int
    from_number: Decimal  #: in the unit of to_number
    to_number: Decimal
    kind: ShiftKind
    origins_before: int = 1  #: independent origins that report the old number
    origins_after: int = 1
    reason: str = ""  #: one line: how it was judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which shifts go to which channels. What is left empty asks for nothing."""

    name: str
    channels: tuple[str, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()  #: of each group one word must stand in the label, the sentence or the headline
    series: tuple[str, ...] = ()  #: numbers, names or patterns of series (extractors/message/rules.py)
    units: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  #: outlets, or hosts of their pages, one of which must report the new number
    places: tuple[str, ...] = ()
    kinds: tuple[ShiftKind, ...] = tuple(ShiftKind)
    threshold: Decimal = Decimal(0)  #: least change as a share of the number before
    least_change: Decimal = Decimal(0)  #: least change in the unit of the series
    min_origins: int | None = None  #: independent origins that must report the new number
    trusted: tuple[str, ...] = ()  #: outlets or hosts that are believed without others
    min_trusted: int = 1  #: so many of them will do in place of min_origins
    again_at: int | None = None  #: independent reports at which a shift that was told is told once more, as confirmed
    cool_down: timedelta = timedelta(0)  #: after a message on a series, further shifts of it wait so long
    severity: Severity = Severity.NORMAL
