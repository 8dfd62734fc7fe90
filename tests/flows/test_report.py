"""The report on Prefect's page: every shift with its receipt, and nothing of what strangers wrote becomes mark-up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from extractors.message.receipt import Point, Receipt, Side
from flows.report import MOST_CHARTS, markdown
from schemas.outcomes import ShiftKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEFORE = Side(
    number="6,700",
    surface="6,700 containers",
    sentence="Some 6,700 containers were shipped.",
    start=5,
    end=21,
    speaker="the ministry",
    outlet="Tidewater",
    title="Containers",
    url="https://tidewater.example/a",
    published_at=NOON,
    origins=1,
)
AFTER = replace(
    BEFORE,
    number="10,000",
    sentence="Now 10,000 containers were shipped.",
    start=4,
    url="https://tidewater.example/b_(c)",
    origins=2,
)
SHIFT = Receipt(
    shift=7,
    label="containers shipped",
    unit="container",
    kind=ShiftKind.INCREASE,
    before=BEFORE,
    after=AFTER,
    from_number=Decimal(6700),
    to_number=Decimal(10000),
    reason="the same speaker gives a new number",
    points=tuple(
        Point(at=NOON + timedelta(days=n), number=Decimal(n * 1000), low=None, high=None, outlet="Tidewater")
        for n in (6, 7, 10)
    ),
)


def test_nothing_is_said_in_a_sentence() -> None:
    assert markdown([], 1) == "No number moved in the last day.\n"
    assert markdown([], 7) == "No number moved in the last 7 days.\n"


def test_a_shift_has_its_row_both_sentences_their_sources_and_its_chart() -> None:
    text = markdown([SHIFT], 1)
    assert text.startswith("# 1 shift in the last day\n")
    assert "| containers shipped | 6,700 | 10,000 | increase |" in text
    assert "[Tidewater](https://tidewater.example/b_%28c%29)" in text
    assert "now: “Now 10,000 containers were shipped.” (the ministry, " in text
    assert "`figurewatch why 7`" in text
    assert "](data:image/png;base64,iVBOR" in text


def test_what_strangers_wrote_is_text() -> None:
    evil = replace(
        AFTER,
        sentence="<script>alert(1)</script> ![x](http://e.example/x.png) | a | *b*",
        speaker="[click](javascript:alert(1))",
        url="javascript:alert(1)",
        outlet="# Paper\n# Two",
    )
    text = markdown([replace(SHIFT, label="a | b\n## c", after=evil)], 1)
    for live in ("<script", "![x](", "[click](", "](javascript", "\n# Two", "\n## c"):
        assert live not in text
    [row] = [line for line in text.splitlines() if line.startswith("| a ")]
    assert len(row.replace("\\|", "").split("|")) == 8


def test_of_many_shifts_the_first_have_charts() -> None:
    text = markdown([SHIFT] * (MOST_CHARTS + 5), 1)
    assert text.count("data:image/png") == MOST_CHARTS
    assert text.count("| containers shipped |") == MOST_CHARTS + 5
