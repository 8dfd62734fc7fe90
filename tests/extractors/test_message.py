"""What a person is shown: wording of numbers, the headline, the receipt in every form, the chart."""

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from extractors.message import mail
from extractors.message import message as whole_message
from extractors.message.chart import png, sparkline, svg
from extractors.message.receipt import NO_SENTENCE, Point, Receipt, Side, bulletin, headline, lines
from extractors.message.terminal import panel, plain
from extractors.message.wording import change, clean, number, plural, safe_url, when, written
from schemas.outcomes import Bound, ShiftKind

MORNING = datetime(2025, 3, 3, 7, 30, tzinfo=UTC)
OLD_SENTENCE = "The port authority said that 6,700 containers had been loaded since August."
NEW_SENTENCE = "By its latest count more than 10,000 containers have been loaded, the authority said."


def side(number: str, surface: str, sentence: str, **more: object) -> Side:
    start = sentence.index(surface)
    return Side(number=number, surface=surface, sentence=sentence, start=start, end=start + len(surface), **more)  # type: ignore[arg-type]


RECEIPT = Receipt(
    shift=12,
    label="containers shipped to Russia",
    unit="container",
    kind=ShiftKind.INCREASE,
    before=side(
        "6,700",
        "6,700 containers",
        OLD_SENTENCE,
        speaker="the port authority",
        outlet="Harbour Wire",
        published_at=MORNING,
        url="https://harbourwire.example/old",
        title="Port counts its boxes",
        origins=2,
    ),
    after=side(
        ">10,000",
        "more than 10,000 containers",
        NEW_SENTENCE,
        speaker="US State Department",
        outlet="Seoul Courier",
        published_at=MORNING + timedelta(days=2),
        url="https://seoulcourier.example/new?a=1&b=2",
        title="Count rises",
    ),
    from_number=Decimal(6700),
    to_number=Decimal(10000),
    reason="the ranges do not meet and the number moved by 49 percent",
    points=(
        Point(at=MORNING - timedelta(days=20), number=Decimal(1000), low=Decimal(1000), high=Decimal(1100), outlet="Old Paper"),
        Point(at=MORNING, number=Decimal(6700), outlet="Harbour Wire"),
        Point(
            at=MORNING + timedelta(days=2),
            number=Decimal(10000),
            low=Decimal(10000),
            high=Decimal(11000),
            outlet="Seoul Courier",
        ),
    ),
)
SEED = Side(number=">1,000", outlet="corpus pack", published_at=None)


def message(receipt, **more):
    return whole_message(bulletin([receipt]), **more)


def subject(receipt):
    return mail.subject(bulletin([receipt]))


def text_part(receipt):
    return mail.text_part(bulletin([receipt]))


def html_part(receipt, *, chart):
    return mail.html_part(bulletin([receipt]), chart=chart)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("6700", "6,700"),
        ("0", "0"),
        ("-12.50", "-12.5"),
        ("0.25", "0.25"),
        ("999999", "999,999"),
        ("1000000", "1 million"),
        ("2400000", "2.4 million"),
        ("2400001", "2,400,001"),
        ("310000000", "310 million"),
        ("11000000000", "11 billion"),
        ("1e400", "1.00E+400"),
        ("NaN", "?"),
    ],
)
def test_numbers_are_written_exactly_and_shortly(value: str, expected: str) -> None:
    assert number(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("low", "high", "bound", "unit", "expected"),
    [
        (6700, 6700, Bound.EXACT, "container", "6,700"),
        (6700, 6700, Bound.APPROX, "container", "about 6,700"),
        (10000, None, Bound.MORE_THAN, "container", ">10,000"),
        (84, None, Bound.AT_LEAST, "person", "at least 84"),
        (None, 700, Bound.AT_MOST, "tonne", "up to 700"),
        (None, 4000, Bound.LESS_THAN, "mile", "<4,000"),
        (11000, 12000, Bound.RANGE, "troop", "11,000 to 12,000"),
        (300000000, 600000000, Bound.RANGE, "US dollar", "$300 million to $600 million"),
        (50, 60, Bound.RANGE, "percent", "50 to 60%"),
        (2000, 2000, Bound.APPROX, "US dollar", "about $2,000"),
        (5000000, 5000000, Bound.EXACT, "pound sterling", "£5 million"),
        (-3, -3, Bound.EXACT, "euro", "-€3"),
        (None, None, Bound.EXACT, "", "?"),
    ],
)
def test_a_figure_is_written_with_its_bound(low: int | None, high: int | None, bound: Bound, unit: str, expected: str) -> None:
    ends = [None if end is None else Decimal(end) for end in (low, high)]
    assert written(ends[0], ends[1], bound, unit) == expected


@pytest.mark.parametrize(
    ("before", "after", "unit", "expected"),
    [
        ("6700", "10000", "container", "+49%"),
        ("10000", "7500", "container", "-25%"),
        ("100", "109.46", "container", "+9.5%"),
        ("1000", "6700", "container", "6.7 times"),
        ("100", "100000", "container", "1,000 times"),
        ("50", "54.5", "percent", "+4.5 points"),
        ("54", "50", "percent", "-4 points"),
        ("0", "10", "container", ""),
        ("10", "10", "container", ""),
        ("-5", "10", "degree", ""),
        ("1e-999999", "1e999999", "container", ""),
    ],
)
def test_a_change_is_a_percentage_a_factor_or_points(before: str, after: str, unit: str, expected: str) -> None:
    assert change(Decimal(before), Decimal(after), unit) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("container", "containers"),
        ("person", "people"),
        ("artillery shell", "artillery shells"),
        ("army", "armies"),
        ("day", "days"),
        ("box", "boxes"),
        ("aircraft", "aircraft"),
        ("serviceman", "servicemen"),
        ("yuan", "yuan"),
        ("degree Celsius", "degrees Celsius"),
        ("kilometre per hour", "kilometres per hour"),
        ("percentage point", "percentage points"),
        ("", ""),
    ],
)
def test_units_have_plurals(unit: str, expected: str) -> None:
    assert plural(unit) == expected


def test_times_are_shown_in_utc() -> None:
    assert when(datetime.fromisoformat("2025-03-03T09:05:00+09:00")) == "3 Mar 2025, 00:05 UTC"
    assert when(None) == "date unknown"


@pytest.mark.parametrize(
    ("change_of", "expected"),
    [
        ({}, "Containers shipped to Russia: 6,700 -> over 10,000 (+49%), US State Department"),
        (
            {"kind": ShiftKind.CONFLICT},
            "Containers shipped to Russia, in conflict: 6,700 against over 10,000 (+49%), US State Department",
        ),
        (
            {"kind": ShiftKind.CORRECTION},
            "Containers shipped to Russia, corrected: 6,700 -> over 10,000 (+49%), US State Department",
        ),
        (
            {"label": "freight shipped to Russia"},
            "Freight shipped to Russia: 6,700 -> over 10,000 containers (+49%), US State Department",
        ),
        ({"label": ""}, "Containers: 6,700 -> over 10,000 containers (+49%), US State Department"),
        (
            {"unit": "shell", "rate": "day", "label": "shells fired"},
            "Shells fired: 6,700 -> over 10,000 a day (+49%), US State Department",
        ),
        (
            {"unit": "US dollar", "label": "debt written off", "after": Side(number="$10,000", outlet="Seoul Courier")},
            "Debt written off: 6,700 -> $10,000 (+49%), Seoul Courier",
        ),
    ],
)
def test_the_headline_says_it_all(change_of: dict[str, object], expected: str) -> None:
    assert headline(replace(RECEIPT, **change_of)) == expected  # type: ignore[arg-type]


def test_the_receipt_in_plain_text_has_both_sides_with_their_evidence() -> None:
    assert lines(RECEIPT) == [
        "NOW: over 10,000, 1 independent report",
        "“By its latest count *more than 10,000 containers* have been loaded, the authority said.”",
        "US State Department · Seoul Courier · 5 Mar 2025, 07:30 UTC",
        "Count rises",
        "https://seoulcourier.example/new?a=1&b=2",
        "",
        "BEFORE: 6,700, 2 independent reports",
        "“The port authority said that *6,700 containers* had been loaded since August.”",
        "the port authority · Harbour Wire · 3 Mar 2025, 07:30 UTC",
        "Port counts its boxes",
        "https://harbourwire.example/old",
        "",
        "HOW IT WAS JUDGED: the ranges do not meet and the number moved by 49 percent",
        "All of the evidence: figurewatch why 12",
    ]


def test_a_seed_document_is_said_to_have_no_sentence_in_every_form() -> None:
    seeded = replace(RECEIPT, before=SEED)
    made = message(seeded, chart=False)
    for form in (made.text, made.slack, made.mail_text, made.mail_html, drawn(seeded)):
        assert NO_SENTENCE in " ".join(form.replace("│", " ").split())
        assert "““" not in form
        assert "“”" not in form


def test_a_long_sentence_is_cut_around_its_number() -> None:
    long = "very " * 2000 + "many, 6,700 containers, " + "and more " * 2000
    before, surface, after = side("6,700", "6,700 containers", long).pieces()
    assert surface == "6,700 containers"
    assert before.startswith("…")
    assert after.endswith("…")
    assert len(before + surface + after) < 700


@pytest.mark.parametrize("span", [(-5, 3), (0, 10**9), (50, 20), (10**9, 10**9 + 5), (0, 0)])
def test_a_wrong_span_shows_the_sentence_and_raises_nothing(span: tuple[int, int]) -> None:
    shown = "".join(replace(RECEIPT.before, start=span[0], end=span[1]).pieces())
    assert "containers had been loaded" in shown


def test_the_html_part_marks_the_number_and_links_the_articles() -> None:
    html = html_part(RECEIPT, chart=True)
    assert ">more than 10,000 containers</b> have been loaded" in html
    assert 'href="https://seoulcourier.example/new?a=1&amp;b=2"' in html
    assert 'src="cid:chart-1.png"' in html
    assert "cid:" not in html_part(RECEIPT, chart=False)


def test_the_html_part_loads_nothing_and_holds_no_script_and_no_style_sheet() -> None:
    html = html_part(RECEIPT, chart=True)
    assert all(tag not in html for tag in ("<script", "<link", "<style", "<iframe", 'src="http'))


def test_the_text_part_starts_with_the_headline() -> None:
    assert text_part(RECEIPT).startswith(subject(RECEIPT) + "\n\nNOW: over 10,000")


def drawn(receipt: Receipt, width: int = 100) -> str:
    console = Console(width=width, record=True, force_terminal=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        console.print(panel(receipt))
        return console.export_text()


def test_the_terminal_shows_the_receipt_and_the_line_of_the_series() -> None:
    shown = drawn(RECEIPT)
    for part in (
        "INCREASE",
        "6,700 → over 10,000",
        "+49%",
        "▁▅█",
        "more than 10,000 containers",
        "US State Department",
        "figurewatch why 12",
    ):
        assert part in shown
    assert plain(RECEIPT)[:2] == [headline(RECEIPT), "▁▅█"]


def test_the_sparkline_keeps_order_and_proportion() -> None:
    def points(*numbers: int) -> list[Point]:
        return [Point(at=MORNING + timedelta(days=day), number=Decimal(value)) for day, value in enumerate(numbers)]

    assert sparkline(points(0, 7, 14)) == "▁▅█"
    assert sparkline(points(5, 5, 5)) == "▄▄▄"
    assert sparkline(points(5)) == ""
    assert len(sparkline(points(*range(100)))) == 24


def test_the_chart_is_a_png_of_the_stated_size_and_the_same_each_time() -> None:
    first = png(RECEIPT)
    assert struct.unpack(">II", first[16:24]) == (1000, 600)
    assert png(RECEIPT) == first


def test_the_svg_chart_names_outlets_and_the_shift() -> None:
    document = svg(RECEIPT)
    assert svg(RECEIPT) == document
    words = " ".join("".join(element.itertext()) for element in ElementTree.fromstring(document).iter())
    for part in ("Containers shipped to Russia", "Harbour Wire", "Seoul Courier", "over 10,000 (+49%)"):
        assert part in words


def _point(day: int, value: str, outlet: str = "A", **ends: Decimal) -> Point:
    return Point(at=MORNING + timedelta(days=day), number=Decimal(value), outlet=outlet, **ends)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("case", "points"),
    [
        ("no points at all", ()),
        ("one point", (_point(0, "5"),)),
        ("two points at one moment", (_point(0, "5"), _point(0, "7"))),
        ("more than two orders: a logarithmic scale", (_point(0, "5"), _point(1, "70000"))),
        ("zero and negative", (_point(0, "0"), _point(1, "-7"))),
        ("numbers that no chart holds", (_point(0, "1e300"), _point(1, "NaN"), _point(2, "5"))),
        ("whiskers that point the wrong way", (_point(0, "5", low=Decimal(9), high=Decimal(1)),)),
        ("more outlets than markers", tuple(_point(day, str(day + 1), f"Outlet {day}") for day in range(12))),
        ("dollars that look like a formula", (_point(0, "5", "$a_b$ ^ {"), _point(1, "6", "$"))),
        ("letters that the font lacks", (_point(0, "5", "서울신문"), _point(1, "6", "العربية"))),
        ("dates out of reach", (Point(at=datetime.min.replace(tzinfo=UTC), number=Decimal(1)), _point(1, "6"))),
        ("a thousand points", tuple(_point(day, str(day % 7)) for day in range(1000))),
    ],
)
def test_any_series_can_be_drawn(case: str, points: tuple[Point, ...]) -> None:
    assert png(replace(RECEIPT, points=points, unit="US dollar")).startswith(b"\x89PNG")


def test_an_address_with_an_at_sign_stays_whole_in_slack() -> None:
    address = "https://blog.example/@desk/post?a=1&b=2"
    made = message(replace(RECEIPT, after=replace(RECEIPT.after, url=address)), chart=False)
    assert address.replace("&", "&amp;") in made.slack.split("\n")


# What comes from an article is text and stays text.

HOSTILE = {
    "a mention of everyone": "<!channel>",
    "a mention of a person": "<@U1>",
    "a disguised link": "<https://evil.example|https://bank.example>",
    "a mention that is escaped already": "&lt;!here&gt;",
    "a bare mention": "@here and @channel",
    "HTML": "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "an attribute broken out of": '"><a href="javascript:alert(1)">x</a>',
    "a template": "{{ 7*7 }}{% raw %}",
    "a mail header": "x\r\nBcc: all@victim.example\r\n\r\nbody",
    "line and paragraph separators": "a\u2028b\u2029c\x85d\x0be",
    "direction marks": "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "terminal commands": "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "markup of rich": "[bold red]x[/bold red][link=https://evil.example]y[/link]",
    "a lone surrogate": "a\ud800b",
    "a hundred thousand characters": "A<" * 50_000,
    "nothing": "",
}


def everywhere(text: str) -> Receipt:
    """A receipt with the text in every field that comes from an article."""
    sentence = f"{text} 10,000 containers {text}"
    start = len(text) + 1
    sides = {
        name: Side(
            number=number, surface="10,000 containers", sentence=sentence, start=start, end=start + 17, speaker=text,
            outlet=text, published_at=MORNING, url=f"https://x.example/{text}", title=text,
        )
        for name, number in (("before", "6,700"), ("after", "10,000"))
    }  # fmt: skip
    point = Point(at=MORNING, number=Decimal(1), outlet=text)
    return replace(RECEIPT, label=text, unit=text, rate=text, reason=text, points=(point,), **sides)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_of_an_article_is_a_command_anywhere(text: str) -> None:
    receipt = everywhere(text)
    made = message(receipt)

    assert not set("<>") & set(made.slack)
    assert "&lt;!here&gt;" not in made.slack.replace("&amp;", "")  # escaped once more, not passed on as escaped
    assert "@here" not in made.slack
    assert "@channel" not in made.slack

    assert len(made.subject) <= 250
    assert all(char.isprintable() for char in made.subject)

    clean_tags, tags = _Tags(), _Tags()
    clean_tags.feed(html_part(RECEIPT, chart=True))
    tags.feed(made.mail_html)
    assert tags.tags <= clean_tags.tags
    assert tags.attributes <= clean_tags.attributes
    assert all(link.startswith(("https://x.example/", "cid:chart-1.png")) for link in tags.links)
    assert "49" not in made.mail_html.replace("+49%", "")

    for form in (made.text, made.slack, made.mail_text, made.mail_html, drawn(receipt), "\n".join(plain(receipt))):
        assert all(char in "\n\u2060" or char.isprintable() for char in form)  # U+2060 is what keeps mentions apart
        assert len(form) < 30_000
        form.encode()


@given(st.text(max_size=300))
def test_any_text_becomes_one_clean_bounded_line(text: str) -> None:
    line = clean(text, 50)
    assert len(line) <= 50
    assert clean(line, 50) == line
    assert "\n" not in line
    line.encode()


@given(st.decimals(), st.decimals(), st.sampled_from(Bound), st.sampled_from(["", "percent", "US dollar", "shell"]))
def test_any_decimals_can_be_written(low: Decimal, high: Decimal, bound: Bound, unit: str) -> None:
    assert 0 < len(written(low, high, bound, unit)) < 200
    assert len(change(low, high, unit)) < 100


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/b?c=d&e=f#g", True),
        ("http://127.0.0.1:8000/x", True),
        ("HTTPS://A.example/", True),
        ("https://пример.example/путь", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://a.example/", False),
        ("https://a.example/ b", False),
        ("https://a.example/\nx", False),
        ('https://a.example/"x', False),
        ("https://a.example/\u202egpj", False),
        ("https://" + "a" * 3000, False),
        ("", False),
    ],
)
def test_only_plain_http_addresses_are_links(url: str, kept: bool) -> None:
    assert safe_url(url) == (url if kept else "")
