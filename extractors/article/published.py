"""When was this page's article published, and who says so?

What a page declares, its address and what it shows -> the moment in the time zone that is written with it, and the name of the
place that says it. Never the date of a change: what stands behind "updated", in whatever language, is none of publication,
and where structured data gives the date of the change for both, the meta element that tells them apart is right.
Pure; nothing is relative to today; no page raises. Dates that only readers see are looked for where nothing is declared.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from extractors.article.dates import FIRST_YEAR, LAST_YEAR, as_written, moment
from extractors.article.language import declared_language
from extractors.article.markup import element_text
from extractors.article.structured import text_of, types

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

#: Dates that are looked at; live pages have hundreds of them.
MAX_DATES = 40
#: Elements behind the headline, and elements that are named for a date, that are looked at for one.
MAX_BEHIND, MAX_NAMED = 60, 30
#: Elements behind the headline among which those are that are named for a date.
MAX_AFTER = 600
_NAMED_TAGS = ("time", "span", "div", "p", "li", "td", "em", "small", "b", "strong")
#: Elements with more in them are boxes of other things.
MAX_CHILDREN = 6
#: Longer texts are sentences. A date of publication stands by itself, at most beside a name and a reading time: behind the
#: headline so many words may stand with it.
MAX_SHOWN_LENGTH, MAX_WORDS_BESIDE = 120, 10

#: Names of meta elements, those that say what they mean first; structured data is read before them. So it is in the parsers
#: that headline.SOURCE_VOTES follows: most read the date of publication from structured data, others from a meta element
#: (article:published_time as a rule, and all others that they name are here), few from what is shown.
DATE_KEYS = (
    "article:published_time og:published_time og:article:published_time datepublished date pubdate publishdate publish-date"
    " publish_date published_time published-date article:published article.published date.issued dc.date dc.date.issued"
    " dc.date.created dcterms.date dcterms.created dcterms.issued parsely-pub-date sailthru.date bt:pubdate ptime"
    " cxenseparse:recs:publishtime cxenseparse:publishtime rnews:datepublished article_date_original originalpublicationdate"
    " citation_publication_date og:pubdate pub_date publication_date publicationdate"
    " publish_time publishtime pubtime published_at publishedat article.created created"
    " article:published:time date.available swiftype:published_at"
).split()
_CHANGE_KEYS = ("article:modified_time", "og:updated_time", "datemodified", "last-modified")

#: Given to htmldate, which would ask the clock: the same page has the same date on every day.
_LAST_DATE = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)

_YEAR_SEGMENT = re.compile(r"(?:19|20)\d\d")
_DAY_SEGMENT = re.compile(r"(?:19|20)\d\d[-_.]?(?:0\d|1[0-2])[-_.]?(?:[0-2]\d|3[01])(?=\D|$|\d{4}(?:\d\d)?(?!\d))")
_MONTH_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {form: str(number) for number, name in enumerate(_MONTH_NAMES, 1) for form in (name, name[:3])}
_NAMED_FOR_DATE = re.compile(
    r"(?i)(?:^|[\s_-]|(?<=[a-z])(?=[A-Z]))(?:date(?:time|line)?|time(?:stamp)?|pub(?:lished|lication|date)?|posted|datum|fecha|data"
    r"|dato|tid|zeit)(?:$|[\s_-]|(?=[A-Z]))"
)
#: "Updated", "last changed" in the languages of the news.
_CHANGED = re.compile(
    r"(?i)updat|modif|edited|chang|aktualis|ge[äa]nder|stand:|mis(?:e)? [àa] jour|actualiz|actualis|aggiornat|modificat"
    r"|bijgewerkt|gewijzigd|atualiz|alterad|обновл|оновл|изменен|zaktualizow|aktualiz|uppdater|oppdater|opdater|endret|ændret"
    r"|ändrad|päivitet|güncel|frissít|módosít|ενημέρ|更新|修改|수정|업데이트|تحديث|עודכן|अपडेट|diperbarui|cập nhật"
)
_PUBLISHED = re.compile(
    r"(?i)publi|posted|created|erschienen|veröffentlicht|erstellt|опубл|wydan|dodano|datum|公開|掲載|発行|配信|发布|입력|등록|게시"
)
#: Words in other languages by which a date is one; the parser of dates knows their months.
_WORDED = re.compile(
    r"(?:\b\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?,?\s{1,3}(?:de\s|of\s|d['’])?[^\W\d_]{3,14}\.?,?\s{1,3}(?:de\s|del\s)?(?:19|20)\d\d\b"
    r"|\b[^\W\d_]{3,14}\.?\s{1,3}\d{1,2}(?:st|nd|rd|th)?\.?,?\s{1,3}(?:19|20)\d\d\b)"
)
_CJK = re.compile(r"((?:19|20)\d\d)\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_ISO = re.compile(r"\b((?:19|20)\d\d)[-./](\d{1,2})[-./](\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d|\d\d)\b")
_STROKES = re.compile(r"\s*\d{1,2}/\d{1,2}/\d{4}\b")
_CLOCK = re.compile(r"\b(\d{1,2})[:.h時시]\s?([0-5]\d)(?::([0-5]\d))?\b(?![./-]\d)(?:\s?([ap])\.?m\b)?", re.IGNORECASE)

_WORD = re.compile(r"[^\W\d_]{2,}")

Found = tuple[datetime | None, str]


def declared_date(
    node: dict[str, Any], nodes: list[dict[str, Any]], loose: dict[str, str], meta: dict[str, list[str]], tree: HtmlElement
) -> Found:
    """The date of publication as declared; where it lacks its hour or zone, those of another saying of that day."""
    said = [
        ("json-ld datePublished", text_of(node.get("datePublished"))),
        ("json-ld datePublished", loose.get("datePublished", "")),
    ]
    said += [(f"meta {key}", value) for key in DATE_KEYS for value in meta.get(key, ())]
    said += [
        ("json-ld page datePublished", text_of(other.get("datePublished")))
        for other in nodes
        if types(other) & {"webpage", "videoobject"}
    ]
    said += [(f"json-ld {key}", text_of(node.get(key))) for key in ("dateCreated", "uploadDate")]
    for element in tree.iter("time", "span", "abbr"):
        if "datepublished" in (element.get("itemprop") or "").lower() or (
            element.tag == "time" and element.get("pubdate") is not None
        ):
            written = (element.get("datetime") or element.get("content") or element.get("title") or "", element_text(element))
            said += [(f"{element.tag} element", one) for one in written]
    language = tree.getroottree().getroot().get("lang") or ""
    dates = [
        (found, source) for source, written in said[:MAX_DATES] if written and (found := _read(written, language)) is not None
    ]
    if not dates:
        return None, ""
    first, source = _not_the_change(dates, node, meta)
    if not (first.hour or first.minute or first.second):
        first = next((other for other, _ in dates if other.date() == first.date() and (other.hour or other.minute)), first)
    if first.tzinfo is None:
        wall = first.replace(second=0, microsecond=0)
        first = next(
            (one for one, _ in dates if one.tzinfo and one.replace(second=0, microsecond=0, tzinfo=None) == wall),
            first.replace(tzinfo=UTC),
        )
    return first, source


def _read(written: str, language: str) -> datetime | None:
    """A declared date; what is written for readers is in the order of their language."""
    if _STROKES.match(written) and declared_language(language) not in {"en", ""}:
        return written_day(written[:MAX_SHOWN_LENGTH], language)
    return as_written(written)


def _not_the_change(
    dates: list[tuple[datetime, str]], node: dict[str, Any], meta: dict[str, list[str]]
) -> tuple[datetime, str]:
    """The first of the dates; the next where it is that of a change, and another place gives both."""
    first, source = dates[0]
    changed = as_written(text_of(node.get("dateModified")))
    if not source.startswith("json-ld") or changed is None or not _same(changed, first):
        return dates[0]
    changes = [found for key in _CHANGE_KEYS for value in meta.get(key, ()) if (found := as_written(value)) is not None]
    if not any(_same(changed, other) for other in changes):
        return dates[0]
    earlier = [one for one in dates if one[1] == "meta article:published_time" and _aware(one[0]) < _aware(first)]
    return earlier[0] if earlier else dates[0]


def _same(one: datetime, other: datetime) -> bool:
    return abs(_aware(one) - _aware(other)) < timedelta(minutes=1)


def _aware(date: datetime) -> datetime:
    return date.replace(tzinfo=date.tzinfo or UTC)


def shown_date(tree: HtmlElement, url: str, language: str, title: str) -> Found:
    """A date that the page has without declaring it: in its address, beside the headline, in a time element; with its hour
    where a time element of that day has one. Dates before the headline are the last that count: many a page wears a clock.
    """
    day, source = day_in_address(url), "address"
    h1 = _headline(tree, title)
    following = h1.xpath(f"following::*[position() <= {MAX_AFTER}]") if day is None and h1 is not None else []
    if day is None:
        day, source = _told(_behind(following), language), "text beside the headline"
    if day is None:
        day, source = _told(_named(following), language), "text beside the headline"
    if day is None:
        day, source = _found_by_library(tree, url), "htmldate"
    if day is None:
        day, source = _told(_named(tree.iter(*_NAMED_TAGS)), language), "text named as a date"
    if day is None:
        return None, ""
    if day.hour or day.minute:
        return day, source
    times = (as_written(element.get("datetime") or "") for element in tree.iter("time"))
    zoned = (time.replace(tzinfo=time.tzinfo or UTC) for time in times if time is not None)
    return min((time for time in zoned if timedelta() < time - day < timedelta(days=1)), default=day), source


def _found_by_library(tree: HtmlElement, url: str) -> datetime | None:
    from htmldate import find_date

    try:
        written = find_date(tree, url=url or None, original_date=True, extensive_search=False, max_date=_LAST_DATE)
    except Exception:  # strangers' markup in a large library: a page that breaks it has no date
        return None
    return moment(written) if written else None


def day_in_address(url: str) -> datetime | None:
    """The day that an address holds: "/2026/06/01/", "/2026/world/6/1/", "/2026/jun/01/", "/20260601-"."""
    try:
        segments = [segment for segment in unquote(urlsplit(url).path).split("/") if segment]
    except ValueError:
        return None
    for index, segment in enumerate(segments):
        whole = _DAY_SEGMENT.match(segment)
        if whole is not None:
            digits = re.sub(r"\D", "", whole[0])
            return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        if _YEAR_SEGMENT.fullmatch(segment):
            rest = [_MONTHS.get(one.lower(), one) for one in segments[index + 1 : index + 5]]
            while len(rest) > 2 and not rest[0].isdigit():
                rest.pop(0)
            if len(rest) > 1 and all(re.fullmatch(r"[0-3]?\d", one, re.ASCII) for one in rest[:2]):
                return _day(int(segment), int(rest[0]), int(rest[1]))
    return None


def _headline(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The h1 with the words of the title; the first where none has them."""
    shown = [(element, text) for element in tree.iter("h1") if (text := element_text(element))]
    wanted = set(_WORD.findall(title.lower()))
    best = max(shown, key=lambda one: len(wanted & set(_WORD.findall(one[1].lower()))), default=None)
    return best[0] if best is not None else None


def _told(candidates: Iterable[tuple[str, str]], language: str) -> datetime | None:
    """The first date of publication in markup or text; before all one that is called so."""
    found: datetime | None = None
    for written, text in candidates:
        at = as_written(written) if written and not _CHANGED.search(text) else None
        day = at.replace(tzinfo=at.tzinfo or UTC) if at is not None else written_day(text, language)
        if day is not None and _PUBLISHED.search(text):
            return day
        found = found or day
    return found


def _behind(following: list[HtmlElement]) -> Iterator[tuple[str, str]]:
    for element in following[:MAX_BEHIND]:
        yield from (one for one in _short(element) if len(_WORD.findall(one[1])) <= MAX_WORDS_BESIDE)


def _named(elements: Iterable[HtmlElement]) -> Iterator[tuple[str, str]]:
    """Short texts of elements that are named for a date."""
    named = 0
    for element in elements:
        if element.tag not in _NAMED_TAGS:
            continue
        name = " ".join(element.get(key) or "" for key in ("class", "id", "itemprop"))[:200]
        if name.strip() and _NAMED_FOR_DATE.search(name):
            yield from _short(element)
            named += 1
            if named >= MAX_NAMED:
                return


def _short(element: HtmlElement) -> Iterator[tuple[str, str]]:
    if element.tag in {"script", "style", "noscript", "a", "h2", "h3", "nav", "ul", "ol"} or len(element) > MAX_CHILDREN:
        return
    text = " ".join(element_text(element).split())
    written = (element.get("datetime") or "") if element.tag == "time" else ""
    if written or (len(text) <= MAX_SHOWN_LENGTH and any(character.isdigit() for character in text)):
        yield written, text[:MAX_SHOWN_LENGTH]


def written_day(text: str, language: str) -> datetime | None:
    """The date of publication in a line of a page ("Published 3 May 2024 at 10:22", "Am 3. Mai 2024"); None where it holds
    none, or only that of a change.
    """
    for date, start, end in _written_days(text, language):
        before = text[:start]
        changed, published = list(_CHANGED.finditer(before)), list(_PUBLISHED.finditer(before))
        if changed and not (published and published[-1].start() > changed[-1].start()):
            continue
        clock = _CLOCK.search(text, end, end + 25)
        if clock is None or int(clock[1]) > 23:
            return date
        hour = int(clock[1]) % 12 + 12 * (clock[4].lower() == "p") if clock[4] else int(clock[1])
        return date.replace(hour=hour % 24, minute=int(clock[2]), second=int(clock[3] or 0))
    return None


def _written_days(text: str, language: str) -> Iterable[tuple[datetime, int, int]]:
    found: list[tuple[datetime, int, int]] = []
    for pattern in (_CJK, _ISO):
        for match in pattern.finditer(text):
            day = _day(*(int(part) for part in match.groups()))
            if day is not None:
                found.append((day, *match.span()))
    for match in _DOTTED.finditer(text):
        one, other, year = (int(part) for part in match.groups())
        year += 2000 if year < 100 else 0
        if one <= 12 and other <= 12 and one != other and declared_language(language) in {"en", ""}:
            continue  # 3/5 is the 3rd of May in London and the 5th of March in New York
        first, second = (other, one) if other <= 12 else (one, other)
        day = _day(year, first, second)
        if day is not None:
            found.append((day, *match.span()))
    for match in _WORDED.finditer(text):
        day = _worded(match[0], declared_language(language))
        if day is not None:
            found.append((day, *match.span()))
    return sorted(found, key=lambda one: one[1])


def _worded(text: str, language: str) -> datetime | None:
    """The day of a date with a month in words: most are known by sight, the rest by the library, which takes 3 ms."""
    text = text.replace(",", " ")
    found = as_written(text)
    if found is None:
        parser = _parser(language)
        try:
            found = parser.get_date_data(text).date_obj if parser is not None else None
        except Exception:  # strangers' words in a large library
            return None
    return _day(found.year, found.month, found.day) if found is not None else None


@cache
def _parser(language: str) -> "DateDataParser | None":
    """A parser of whole dates only: nothing that it reads is relative to today."""
    from dateparser.date import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "STRICT_PARSING": True}
    try:
        return DateDataParser(languages=sorted({language or "en", "en"}), settings=settings)
    except ValueError:  # a language that it does not know
        return DateDataParser(languages=["en"], settings=settings)


def _day(year: int, month: int, day: int) -> datetime | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
