"""Which rules a shift matches: a row says what the rule asks for and what the shift is."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.message.rules import Moved, matching, pattern, severity
from schemas.outcomes import Severity, ShiftKind
from schemas.records import Rule

SHIFT = Moved(
    series=12,
    label="containers of ammunition shipped to Vessia",
    unit="container",
    kind=ShiftKind.INCREASE,
    from_number=Decimal(6700),
    to_number=Decimal(10000),
    origins=1,
    words="containers of ammunition shipped to Vessia. The freighters left Port Larn in June. Count rises",
    place="Port Larn",
    reporters=(("Harbour Wire", "https://www.harbourwire.example/a"),),
)


def rule(**asks: object) -> Rule:
    return Rule(name="a rule", channels=("desk",), **asks)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "asks", "differs", "matches"),
    [
        ("a rule that asks for nothing", {}, {}, True),
        ("one of the words begins a word", {"words": (("ammunit",),)}, {}, True),
        ("none of the words is there", {"words": (("oil", "gas"),)}, {}, False),
        ("of each group of words one", {"words": (("vessia",), ("june", "july"))}, {}, True),
        ("one group has none", {"words": (("vessia",), ("oil",))}, {}, False),
        ("the series by its number", {"series": ("12",)}, {}, True),
        ("another series' number, though it stands in the label", {"series": ("13",)}, {"label": "13 ships"}, False),
        ("the series by words of its label", {"series": ("ammunition shipped",)}, {}, True),
        ("part of a word is no word", {"series": ("tainers of",)}, {}, False),
        ("a star stands for anything", {"series": ("containers * to vessia",)}, {}, True),
        ("with a star it is the whole label", {"series": ("ammunition*",)}, {}, False),
        ("a regular expression", {"series": (r"/^containers? of \w+ shipped/",)}, {}, True),
        ("a regular expression that does not match", {"series": ("/shipped$/",)}, {}, False),
        ("one of several series", {"series": ("tanks", "containers")}, {}, True),
        ("the unit", {"units": ("container",)}, {}, True),
        ("the unit in the plural and in capitals", {"units": ("Containers",)}, {}, True),
        ("another unit", {"units": ("tonne", "shell")}, {}, False),
        ("the outlet by its name", {"sources": ("harbour wire",)}, {}, True),
        ("the outlet by its host", {"sources": ("harbourwire.example",)}, {}, True),
        ("a host that only ends alike", {"sources": ("wire.example",)}, {}, False),
        ("another outlet", {"sources": ("Seoul Courier",)}, {}, False),
        ("a place that the sentence names", {"places": ("Port Larn",)}, {"place": ""}, True),
        ("a place that only the figure's place names", {"places": ("Kolm",)}, {"place": "the base of Kolm"}, True),
        ("another place", {"places": ("Osk",)}, {}, False),
        ("one of the kinds", {"kinds": (ShiftKind.INCREASE, ShiftKind.CONFLICT)}, {}, True),
        ("another kind", {"kinds": (ShiftKind.CORRECTION,)}, {}, False),
        ("just the share", {"threshold": Decimal("0.49")}, {}, True),
        ("less than the share", {"threshold": Decimal("0.5")}, {}, False),
        ("a fall counts like a rise", {"threshold": Decimal("0.3")}, {"to_number": Decimal(4000)}, True),
        ("from nothing any share is reached", {"threshold": Decimal(5)}, {"from_number": Decimal(0)}, True),
        ("just the amount", {"least_change": Decimal(3300)}, {}, True),
        ("less than the amount", {"least_change": Decimal(3301)}, {}, False),
        ("enough origins", {"min_origins": 2}, {"origins": 2}, True),
        ("too few origins", {"min_origins": 2}, {}, False),
        ("a trusted outlet alone", {"trusted": ("Harbour Wire",)}, {}, True),
        ("only others than the trusted ones", {"trusted": ("Seoul Courier",)}, {"origins": 5}, False),
        ("a trusted outlet in place of two origins", {"min_origins": 2, "trusted": ("Harbour Wire",)}, {}, True),
        ("two origins in place of a trusted outlet", {"min_origins": 2, "trusted": ("Seoul Courier",)}, {"origins": 2}, True),
        ("one of two trusted outlets", {"trusted": ("Harbour Wire", "Seoul Courier"), "min_trusted": 2}, {}, False),
        ("one trusted outlet named twice is one", {"trusted": ("Harbour Wire",) * 2, "min_trusted": 2}, {}, False),
    ],
)
def test_a_rule_matches_when_all_that_it_asks_for_holds(
    case: str, asks: dict[str, object], differs: dict[str, object], matches: bool
) -> None:
    assert bool(matching([rule(**asks)], replace(SHIFT, **differs))) is matches  # type: ignore[arg-type]


def test_all_rules_that_match_are_named_in_order_and_the_gravest_counts() -> None:
    rules = [
        rule(severity=Severity.LOW, cool_down=timedelta(hours=1)),
        rule(words=(("oil",),), severity=Severity.CRITICAL),
        rule(severity=Severity.HIGH),
    ]
    found = matching(rules, SHIFT)
    assert found == [rules[0], rules[2]]
    assert severity(found) is Severity.HIGH
    assert severity([]) is Severity.NORMAL


@pytest.mark.parametrize("written", ["", "  ", "*", "**", "/", "//", "/(/", "/[a/", "/*/"])
def test_what_names_no_series_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"names no series|no regular expression"):
        pattern(written)


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_name_is_a_pattern_or_refused(name: str, label: str) -> None:
    try:
        found = pattern(name)
    except ValueError:
        return
    if not name.strip().startswith("/"):
        found.search(label)
