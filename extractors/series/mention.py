"""What is kept of a figure so that it can be linked later without its article.

(figures, sentences, title) of one article -> mentions: unit and dimension, rate, role, the number, the words around it by
distance, those of its sentence, of the one before and of the headline, what it measures, the names of the article, and an
embedding of the nearest words. A mention is small (about a kilobyte), goes to JSON and back unchanged, and says all that
pairs are judged by. keys() are the look-up words under which an index finds the articles that tell of the same.
Pure. Not here: judging pairs (pair.py), placing figures in series (link.py).
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.figures.reading import DAY, MONTH
from extractors.figures.units import UNITS, convert, dimension
from extractors.series.cues import cues
from extractors.series.intervals import interval, number
from extractors.series.kinds import fates, kind
from extractors.series.standing import speaker_words
from extractors.text import Sentence
from extractors.words import SIZE, pieces
from schemas.records import Figure

VERSION = 7

#: Content words this near to the number, on either side, say best what it counts; more bring the neighbours' words in.
NEAR_WORDS = 5
#: A sentence of a news text has 20 words or so; the rest of a very long one says nothing about the number.
MOST_WORDS = 60
#: Names are counted over the article; those that come most often are what the story is about.
MOST_NAMES = 12
#: Dimensions of the static embedding: all of them. With a quarter, soldier is little nearer to troop than to container.
VECTOR_SIZE = SIZE
#: An article is looked up by its main names alone, in pairs, with what is counted and with the numbers: so many of them each.
#: Of articles on one story 97 in 100 share a key. (With a quarter fewer names it is 95.)
KEY_NAMES, KEY_PAIRED, KEY_COUNTED, KEY_NUMBERS = 8, 5, 4, 3
#: A headline that has longer words in lower case than "with" and "over" writes only names with a capital.
LONGEST_LINK = 4
#: The roots of names are cut to so many letters when they are looked up.
KEY_LETTERS = 6
#: Letters that a root has left at least.
SHORTEST_ROOT = 4
#: How much a shared key says that two articles are on one story.
KEY_WEIGHTS = {"name": 1, "names": 2, "counted": 2, "number": 3, "number alone": 1}

#: A number of this many significant digits is looked up.
STRIKING = 2

#: One unit a dimension, so that values compare: that with factor 1.
_BASES = {unit.dimension: unit.name for unit in reversed(UNITS.values()) if unit.factor == 1 and not unit.offset}

_WORD = re.compile(r"[^\W\d_]+(?:['’.][^\W\d_]+)*|\d[\d.,]*")
_NAME = re.compile(r"\b[A-ZÀ-ÞЀ-Я][^\W\d_]+(?:['’-][^\W\d_]+)*")

_LOWER = re.compile(r"\b[a-zß-ÿа-я]+\b")

#: Words that any sentence can hold.
_LINKS = frozenset(
    "a an the and or but nor so yet of in on at to from by for with without within into onto over under up down out off"
    " than then as is are was were be been being am do does did done has have had having will would can could may might"
    " must shall should it its he she they them his her their theirs we us our you your i me my this that these those"
    " which who whom whose what when where why how there here not no none any some all both each every either neither"
    " more most less least fewer few many much about around roughly nearly almost approximately some only just also too"
    " very still already now again once if while after before since until during because although though between among"
    " against per one ones other others another such same own like even including mr mrs ms dr".split()
)
#: Those, and reporting verbs: they say nothing about what is measured.
_COMMON = _LINKS | frozenset(
    "said say says told tell according added adding reported report reports estimated estimates".split()
)
#: Number words are the value, not what is counted.
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions"
    " billion billions trillion dozen dozens half quarter third thirds fifth fifths tenth tenths score m bn tn".split()
)
#: Days and months date a sentence, not a series.
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december jan feb mar apr jun jul aug sept sep oct nov dec".split()
)
_NO_NAMES = _CALENDAR | _COMMON
_NO_HEADLINE_NAMES = _NO_NAMES | _NUMBER_WORDS  # "Two killed in Harlan"
#: A time up to which, or from which on, something is counted is no span of its own.
_UNTIL = re.compile(r"(?:by|until|till|up to|since|as of|from|before|after|at|towards)\b", re.IGNORECASE)
_SPANS = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for name, words in (
        ("day", rf"today|yesterday|tonight|overnight|24 hours|days?|{DAY}"),
        ("week", "weeks?"),
        ("month", rf"months?|{MONTH}"),
        ("year", r"years?|(?:19|20)\d\d"),
    )
}
#: What the name of a country ends in, or that of its people, the longer before the shorter.
_PEOPLES = ("ians", "ian", "ans", "ese", "ish", "an", "ia", "is", "a", "e", "i", "o", "u", "y", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A figure as linking sees it. Words are stems, in the order of the text."""

    article: str  #: the article's identity: no two of its figures are one observation
    position: int  #: order within the article
    line: int  #: index of its sentence
    role: str
    unit: str
    dimension: str
    rate: str
    number: float  #: in the base unit of its dimension
    low: float  #: the values that the wording leaves open
    high: float
    digits: int  #: significant digits: 16,400 met twice says more than 3 met twice
    near: tuple[str, ...]  #: nearest first
    counted: tuple[str, ...]  #: words of the surface besides the number
    sentence: tuple[str, ...]
    before: tuple[str, ...]  #: the sentence before, where it is of the same paragraph
    title: tuple[str, ...]
    measured: tuple[str, ...]
    slots: tuple[tuple[str, ...], ...]  #: counted, action, agent, patient, place, period, whole
    names: tuple[str, ...]  #: the article's, most frequent first
    local: tuple[str, ...]  #: names in the sentence
    speaker: tuple[str, ...]
    companions: tuple[float, ...]  #: the other numbers of the sentence
    kind: str  #: of the thing counted, empty where unknown
    fates: tuple[str, ...]  #: what became of it, the surest first
    day: float  #: publication of the article in days since 1970; 0 where unknown
    label: str  #: what it measures, for a reader
    vector: str  #: embedding of the nearest words and the label, 8 bits a dimension, base64
    cues: tuple[str, ...] = ()  #: how its sentence tells it (cues.CUES); mentions before version 7 do not say
    span: str = ""  #: the day, week, month or year of which it is the sum, told as a rate or not; they do not say that, either


_FIELDS = tuple(each.name for each in fields(Mention))


def mentions(
    figures: Sequence[Figure],
    sentences: Sequence[Sentence],
    *,
    title: str,
    article: str,
    outlet: str = "",
    published_at: datetime | None = None,
) -> list[Mention]:
    """One mention a figure, in order."""
    day = 0.0 if published_at is None else published_at.timestamp() / 86400
    by_start = {s.start: s for s in sentences}
    told = [s for s in (by_start.get(start) for start in dict.fromkeys(f.sentence_start for f in figures)) if s is not None]
    names = _names(sentences, title, told, outlet)
    known = frozenset(names)
    title_words = _distinct(title)
    found = []
    for position, figure in enumerate(figures):
        sentence = by_start.get(figure.sentence_start) or _holding(sentences, figure.start)
        text = sentence.text if sentence else figure.surface
        offset = figure.start - sentence.start if sentence else 0
        previous = ""
        if sentence and sentence.index > 0 and sentences[sentence.index - 1].paragraph == sentence.paragraph:
            previous = sentences[sentence.index - 1].text
        others = [o for k, o in enumerate(figures) if k != position and o.sentence_start == figure.sentence_start]
        found.append(
            _mention(
                figure,
                text,
                offset,
                previous,
                others,
                position,
                sentence.index if sentence else 0,
                title_words,
                names,
                known,
                article,
                day,
            )
        )
    return found


def keys(found: Sequence[Mention]) -> dict[int, int]:
    """Signed 64-bit look-up keys of an article by its mentions, and the weight of each.

    Articles on one story share several, strangers hardly one. No key needs the wording of a figure, which is another in every
    article; which of the story's figures belong together is judged, not looked up.
    """
    if not found:
        return {}
    names = list(dict.fromkeys(name[:KEY_LETTERS] for name in roots(found[0].names)))
    asked: dict[str, str] = {f"n|{name}": "name" for name in names[:KEY_NAMES]}
    paired = names[:KEY_PAIRED]
    asked |= {f"p|{min(a, b)}|{max(a, b)}": "names" for k, a in enumerate(paired) for b in paired[:k]}
    for one in found:
        words = one.unit.split()
        what = stem(words[-1]) if one.dimension == "count" and words else one.dimension
        asked |= {f"c|{name}|{what}": "counted" for name in names[:KEY_COUNTED]}
        if one.digits >= STRIKING:
            asked |= {f"v|{name}|{one.number:.1e}": "number" for name in names[:KEY_NUMBERS]}
            asked[f"w|{what}|{one.number:.1e}"] = "number alone"
    return {_hash(key): KEY_WEIGHTS[kind] for key, kind in asked.items()}


def family(mention: Mention) -> str:
    """Figures of two families are never one series: dimension and role."""
    return f"{mention.dimension} {mention.role}"


def to_json(mention: Mention) -> dict[str, Any]:
    """Plain lists, numbers and strings."""
    return {"version": VERSION} | {name: getattr(mention, name) for name in _FIELDS}


def from_json(kept: dict[str, Any]) -> Mention:
    """The mention that to_json wrote."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items() if key != "version"}
    return Mention(**values | {"slots": tuple(map(tuple, kept["slots"]))})


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A word without its inflection, lower-case: enough that "shipped", "ships" and "shipping" meet. No dictionary."""
    w = word.lower().replace("’", "'")
    w = w.removesuffix("'s").removesuffix("'").replace(".", "")
    if len(w) <= 3:
        return w
    for ending, rest in (("sses", "ss"), ("ies", "y"), ("ss", "ss"), ("us", "us"), ("s", "")):
        if w.endswith(ending):
            w = w[: len(w) - len(ending)] + rest
            break
    for ending in ("ing", "ed"):
        base = w[: -len(ending)]
        if w.endswith(ending) and len(base) >= 3 and any(c in "aeiouy" for c in base):
            w = base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return w.removesuffix("e") if len(w) > 3 else w


@lru_cache(maxsize=100_000)
def root(name: str) -> str:
    """A name without what makes a people or a language of a country: Korea and Korean, Ukraine and Ukrainians meet."""
    while True:
        ending = next((e for e in _PEOPLES if name.endswith(e) and len(name) - len(e) >= SHORTEST_ROOT), "")
        if not ending:
            return name
        name = name.removesuffix(ending)


@lru_cache(maxsize=1_000)
def roots(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of each, in order, each once; asked again for all figures of an article, hence remembered for a while."""
    return tuple(dict.fromkeys(map(root, names)))


def stems(text: str) -> list[str]:
    """Stems of the content words, in order; numbers, dates and the words of any sentence are left out."""
    return list(filter(None, map(_content, _WORD.findall(text))))


@lru_cache(maxsize=5_000)
def embedding(phrase: str) -> NDArray[np.float32]:
    """Unit-length static embedding of a phrase; zeros for an empty one."""
    total = np.zeros(VECTOR_SIZE, dtype=np.float32)
    for word in phrase[:400].split():
        total += _meaning(word)
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else total


@lru_cache(maxsize=20_000)
def _meaning(word: str) -> NDArray[np.float32]:
    """What the pieces of a word mean, added up."""
    found: NDArray[np.float32] = pieces(word).sum(axis=0)
    return found


def wording(mention: Mention) -> bytes:
    """The embedding as an index keeps it."""
    return base64.b64decode(mention.vector)


def unpack(wordings: Sequence[bytes]) -> NDArray[np.float32]:
    """The embeddings that an index keeps, unit length, one a row."""
    raw = np.frombuffer(b"".join(wordings), dtype=np.int8).reshape(len(wordings), -1).astype(np.float32)
    length = np.linalg.norm(raw, axis=1, keepdims=True)
    raw /= np.where(length == 0, 1, length)
    return raw


def _mention(
    figure: Figure,
    text: str,
    offset: int,
    previous: str,
    others: Sequence[Figure],
    position: int,
    line: int,
    title: tuple[str, ...],
    names: tuple[str, ...],
    known: frozenset[str],
    article: str,
    day: float,
) -> Mention:
    said = interval(figure.low, figure.high, figure.bound)
    base = _BASES.get(dimension(figure.unit), "")
    value = number(figure.low, figure.high)
    end = offset + len(figure.surface)
    counted = tuple(dict.fromkeys((*stems(figure.surface), *stems(figure.unit))))
    near = _near(text, offset, end)
    inner = _inner(text)
    following = [o.start - figure.start + offset for o in others if o.start >= figure.end]
    left = max((o.end - figure.start + offset for o in others if o.end <= figure.start), default=0)
    right = min(following, default=len(text))
    slots = figure.slots
    parts = (slots.counted, slots.action, slots.agent, slots.patient, slots.place, slots.period, slots.whole)
    words = " ".join(
        w for w in _WORD.findall(text[max(0, offset - 60) : end + 60]) if w.lower() not in _NUMBER_WORDS and not w[0].isdigit()
    )
    told = cues(text[left:offset], text[end:right], text, followed=bool(following))
    return Mention(
        article=article,
        position=position,
        line=line,
        role=figure.role.value,
        unit=figure.unit,
        dimension=dimension(figure.unit),
        rate=figure.rate or "",
        number=_float(value, figure.unit, base),
        low=_float(said.low, figure.unit, base),
        high=_float(said.high, figure.unit, base),
        digits=len(value.normalize().as_tuple().digits),
        near=near,
        counted=counted,
        sentence=_distinct(text),
        before=_distinct(previous),
        title=title,
        measured=_distinct(figure.measured),
        slots=tuple(_distinct(part)[:12] for part in parts),
        names=names,
        local=tuple(dict.fromkeys(n for n in map(_name, _NAME.findall(text)) if n in known or n in inner))[:MOST_NAMES],
        speaker=tuple(sorted(speaker_words(figure.attribution))),
        companions=tuple(_float(number(o.low, o.high), o.unit, o.unit) for o in others[:8]),
        kind=_kind(figure),
        fates=fates(figure.surface, text[left:offset], text[end:right], figure.measured),
        cues=told,
        span="" if "moved to" in told else span(figure.rate or "", slots.period),
        day=day,
        label=figure.measured or " ".join(w for w in figure.surface.split() if not w[0].isdigit()),
        vector=_pack(embedding(f"{figure.unit} {figure.measured} {words}")),
    )


def span(rate: str, period: str) -> str:
    """What a number is the sum of: a day, a week, a month or a year; empty where it says none.

    Args:
        rate: per what it is told.
        period: the words for its time, with their preposition: "in March" is a month's, "by March" all until then.
    """
    if rate or _UNTIL.match(period):
        return rate if rate in _SPANS else ""
    return next((name for name, pattern in _SPANS.items() if pattern.search(period)), "")


def _kind(figure: Figure) -> str:
    """By the noun as counted here, the unit's own name where that says nothing."""
    if dimension(figure.unit) != "count":
        return ""
    return kind(figure.slots.counted) or kind(figure.unit)


def _near(text: str, start: int, end: int) -> tuple[str, ...]:
    """Stems of the content words around the number, nearest first."""
    left = _first(reversed(_WORD.findall(text[:start])))
    right = _first(m.group() for m in _WORD.finditer(text, end))
    found: dict[str, None] = {}
    for k in range(NEAR_WORDS):
        for side in (right, left):
            if k < len(side):
                found.setdefault(side[k])
    return tuple(found)


def _first(words: Iterable[str]) -> list[str]:
    """The stems of the first content words."""
    return list(islice(filter(None, map(_content, words)), NEAR_WORDS))


def _names(sentences: Sequence[Sentence], title: str, told: Sequence[Sentence], outlet: str) -> tuple[str, ...]:
    """Capitalised words, most frequent first; ties as in the text, then as in the headline.

    The word that opens a sentence is one where it is a name elsewhere, or by the grammar of a sentence that holds a figure,
    which is parsed already. A short report may have what it is about in the headline alone, or at the head of its sentences;
    the notice of a ministry has its country in the letterhead.
    """
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(_inner(sentence.text))
    opened = {sentence.start: _opening(sentence.text) for sentence in sentences}
    proper = {opened[s.start] for s in told if _opens_with_name(s)}
    no_names = {opened[s.start] for s in told} - proper
    headline = _headline(title, counts.keys() | (set(opened.values()) - no_names), sentences)
    counts.update(w for w in opened.values() if w in counts or w in proper or w in headline)
    counts.update(w for w in headline if w not in counts)
    counts.update(w for w in map(_name, _NAME.findall(outlet.rpartition(" of ")[2])) if " of " in outlet and w not in counts)
    titled = set(map(_name, _NAME.findall(title)))
    ranked = sorted(counts, key=lambda n: (-(counts[n] + (n in titled)), len(n) < 4))
    return tuple(ranked[:MOST_NAMES])


def _headline(title: str, in_text: Set[str], sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The names of a headline, in order: capitalised words that the text never has in lower case.

    Where any word would have a capital, at the head or where all have one, the text must have it as a name, too.
    """
    found = [m for m in _NAME.finditer(title) if m.group().lower() not in _NO_HEADLINE_NAMES]
    if not found:
        return ()
    common = {word for sentence in sentences for word in _LOWER.findall(sentence.text)}
    written_so = not any(len(word) > LONGEST_LINK and word not in _LINKS for word in _LOWER.findall(title))
    names = []
    for m in found:
        name = _name(m.group())
        shouted = m.group().isupper() and len(name) > LONGEST_LINK
        opens = not title[: m.start()].strip() or title[: m.start()].rstrip()[-1] in ".:!?"
        any_word = written_so or shouted or (opens and not _NAME.match(title, m.end() + 1))  # "Harbour Park costs more"
        if name not in common and (name in in_text or not any_word):
            names.append(name)
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=256)
def _inner(text: str) -> tuple[str, ...]:
    """Names that do not open their sentence; asked again for each of its figures, hence remembered for a while."""
    return tuple(_name(m.group()) for m in _NAME.finditer(text) if m.start() > 1 and m.group().lower() not in _NO_NAMES)


def _opening(text: str) -> str:
    """The capitalised word that opens a sentence, empty where none does or any sentence can open so."""
    found = _NAME.search(text)
    if found is None or found.start() > 1 or found.group().lower() in _NO_NAMES:
        return ""
    return _name(found.group())


def _opens_with_name(sentence: Sentence) -> bool:
    """Is the first word a proper noun?"""
    if not _opening(sentence.text):
        return False
    first = next((token for token in sentence.doc if token.text[:1].isalpha()), None)
    return first is not None and first.tag_ in ("NNP", "NNPS")


def _name(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s")


@lru_cache(maxsize=100_000)
def _content(word: str) -> str:
    """The stem of a content word; empty for any other."""
    w = word.lower()
    other = w[0].isdigit() or len(w) <= 1 or w in _COMMON or w in _NUMBER_WORDS or w in _CALENDAR
    return "" if other else stem(word)


@lru_cache(maxsize=256)
def _distinct(text: str) -> tuple[str, ...]:
    """Its stems, each once; asked again for each figure of a sentence and of its neighbour, hence remembered for a while."""
    return tuple(dict.fromkeys(stems(text)))[:MOST_WORDS]


def _holding(sentences: Sequence[Sentence], start: int) -> Sentence | None:
    return next((s for s in sentences if s.start <= start < s.end), None)


def _float(value: Decimal, unit: str, base: str) -> float:
    converted = convert(value, unit, base) if base and base != unit else value
    try:
        return float(value if converted is None else converted)
    except OverflowError:
        return float("inf")


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _pack(vector: NDArray[np.float32]) -> str:
    return base64.b64encode(np.clip(np.rint(vector * 254), -127, 127).astype(np.int8).tobytes()).decode("ascii")
