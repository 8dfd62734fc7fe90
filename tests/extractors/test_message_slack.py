"""What Slack is sent: blocks within its limits, that say it all, and in which nothing of an article is obeyed."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.message import message, service_message
from extractors.message.receipt import MOST_IN_FULL, MOST_LINES, Bulletin, Point, Receipt, Side, bulletin, joined
from extractors.message.slack import blocks, literal, notification
from flows.receivers import block_errors, shown
from schemas.outcomes import Severity, ShiftKind

MORNING = datetime(2025, 3, 3, 7, 30, tzinfo=UTC)


def side(number: str, sentence: str, surface: str, **more: object) -> Side:
    start = sentence.index(surface)
    known = {"speaker": "the port authority", "outlet": "Harbour Wire", "title": "Count rises", "published_at": MORNING}
    known |= {"number": number, "surface": surface, "sentence": sentence, "start": start, "end": start + len(surface)}
    return Side(**known | {"url": "https://wire.example/a?b=1&c=2"} | more)  # type: ignore[arg-type]


def receipt(shift: int = 12, to: int = 10_000, **more: object) -> Receipt:
    known = {
        "shift": shift,
        "label": "containers shipped to Vessia",
        "unit": "container",
        "kind": ShiftKind.INCREASE,
        "before": side("6,700", "They had loaded 6,700 containers since August.", "6,700 containers", origins=2),
        "after": side(">10,000", "Now “more than 10,000 containers” have been loaded.", "more than 10,000 containers"),
        "from_number": Decimal(6700),
        "to_number": Decimal(to),
        "reason": "the same speaker gives a new number",
        "points": (Point(at=MORNING - timedelta(days=9), number=Decimal(6700)), Point(at=MORNING, number=Decimal(to))),
    }
    return Receipt(**known | more)  # type: ignore[arg-type]


def text(told: Bulletin) -> str:
    return shown({"blocks": blocks(told)})


def test_the_blocks_of_one_shift_say_it_all() -> None:
    assert text(bulletin([receipt()])).split("\n") == [
        "Containers shipped to Vessia",
        "",
        "▲ Up: *6,700 → over 10,000*  (+49%)",
        "▁█ 2 values from 6,700 to 10,000, 22 Feb 2025 to 3 Mar 2025",
        "",
        "*Now: over 10,000* · 1 independent report",
        "&gt; “Now “\u200b*more than 10,000 containers*\u200b” have been loaded.”",
        "the port authority · Harbour Wire · 3 Mar 2025, 07:30 UTC",
        "<https://wire.example/a?b=1&amp;c=2|Count rises>",
        "",
        "*Before: 6,700* · 2 independent reports",
        "&gt; “They had loaded *6,700 containers* since August.”",
        "the port authority · Harbour Wire · 3 Mar 2025, 07:30 UTC",
        "<https://wire.example/a?b=1&amp;c=2|Count rises>",
        "",
        "How it was judged: the same speaker gives a new number",
        "All of the evidence: `figurewatch why 12`",
    ]


def test_a_page_of_its_own_is_linked_where_there_is_one() -> None:
    told = bulletin([receipt()], why_url="https://desk.example/shift/{shift}")
    assert "All of the evidence: <https://desk.example/shift/12|shift 12>" in text(told)


def test_a_conflict_puts_the_two_numbers_against_each_other() -> None:
    whole = text(bulletin([receipt(kind=ShiftKind.CONFLICT)]))
    for part in ("≠ In conflict: *6,700 against over 10,000*", "*This report: over 10,000*", "*Earlier report: 6,700*"):
        assert part in whole
    assert "Before" not in whole


def test_what_is_urgent_and_what_is_sent_again_say_so_first() -> None:
    told = bulletin([receipt()], severity=Severity.CRITICAL, repeat=True)
    first, _, third, *_ = blocks(told)
    assert "Sent again" in first["elements"][0]["text"]
    assert third["elements"][0]["text"] == "*Critical severity*"
    made = message(told, chart=False)
    for form in (made.text, made.mail_text, made.mail_html, made.slack):
        assert "Critical severity" in form
        assert "Sent again" in form


@pytest.mark.parametrize("count", [2, MOST_IN_FULL, MOST_IN_FULL + 1, MOST_IN_FULL + MOST_LINES, 5_000])
@pytest.mark.parametrize("digest", [False, True])
def test_many_shifts_are_one_message_with_the_largest_moves_in_full(count: int, digest: bool) -> None:
    told = bulletin([receipt(number, 7_000 + number) for number in range(count)], digest=digest)
    made = blocks(told)
    assert block_errors({"blocks": made}) == []
    whole = text(told)
    for number in range(max(0, count - MOST_IN_FULL), count):
        assert f"`figurewatch why {number}`" in whole
    assert f"{count:,} numbers moved" in whole.replace(f"{count} numbers", f"{count:,} numbers")
    if count > MOST_IN_FULL + MOST_LINES:
        assert f"and {count - MOST_IN_FULL - MOST_LINES:,} more: figurewatch shifts list" in whole
    assert notification(told).endswith(f"and {count - 1:,} more")


def test_moves_of_one_series_are_told_as_one_with_the_steps_between() -> None:
    first = receipt(1, 8_000, after=side("8,000", "Now 8,000 containers.", "8,000 containers"))
    last = receipt(2, 10_000, before=first.after, from_number=Decimal(8_000))
    whole = text(bulletin([joined([first, last])]))
    assert "*6,700 → over 10,000*  (+49%)" in whole
    assert "moved 2 times: 6,700 -&gt; 8,000 -&gt; over 10,000; at last: the same speaker gives a new number" in whole


HOSTILE = {
    "a mention of everyone": "<!channel>",
    "a mention of a person": "<@U1>",
    "a mention with a label": "<!here|here>",
    "a channel": "<#C1|general> #general",
    "a disguised link": "<https://evil.example|https://bank.example>",
    "a mention that is escaped already": "&lt;!here&gt; &amp;lt;!here&amp;gt;",
    "a bare mention": "@here and @channel @everyone",
    "formatting": "*bold* _italic_ ~gone~ `code` ```block``` :smile: > quote",
    "a bar that would end a link's label": "a|b>c",
    "lines": "a\r\nb\u2028> c\x0b• d",
    "direction marks": "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "a lone surrogate": "a\ud800b",
    "nothing but ampersands": "&" * 5_000,
    "a hundred thousand characters": "A<&" * 34_000,
    "nothing": "",
}


def everywhere(hostile: str) -> Receipt:
    sentence = f"{hostile} 10,000 containers {hostile}"
    start = len(hostile) + 1
    both = Side(
        number=hostile, surface="10,000 containers", sentence=sentence, start=start, end=start + 17, speaker=hostile,
        outlet=hostile, published_at=MORNING, url=f"https://x.example/{hostile}", title=hostile,
    )  # fmt: skip
    point = Point(at=MORNING, number=Decimal(1), outlet=hostile)
    known = {"label": hostile, "unit": hostile, "rate": hostile, "reason": hostile, "points": (point, point)}
    return receipt(before=both, after=replace(both, url="https://x.example/story"), **known)


#: What we ourselves write in angle brackets: an article's link, its label without any of < > and bar.
OURS = re.compile(r"<https://x\.example/(?:story)?\|[^<>|]+>")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("count", [1, 60])
def test_no_text_of_an_article_is_a_command_in_any_block(count: int, hostile: str) -> None:
    told = bulletin([replace(everywhere(hostile), shift=number) for number in range(count)])
    made = message(told, chart=False)
    payload = {"text": made.slack_subject, "blocks": [dict(block) for block in made.slack_blocks]}
    assert block_errors(payload) == []
    whole = json.dumps(payload, ensure_ascii=False).encode("utf-8", "strict").decode()
    whole = OURS.sub("", shown(payload) + made.slack_subject)
    assert not set("<>") & set(whole)
    assert not re.search(r"&(?!amp;|lt;|gt;)", whole)
    assert "@here" not in whole
    assert "@channel" not in whole
    assert not re.search(r":[\w+-]+:", whole.replace("7:30", ""))
    assert all(text["verbatim"] for text in _texts(payload) if text["type"] == "mrkdwn")
    for line in whole.split("\n"):
        assert line.count("*") % 2 == 0
        assert line.count("*") <= 4
    assert all(char in "\n\u2060\u200b" or char.isprintable() for char in whole)


def _texts(payload: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for block in payload["blocks"]:
        found += block.get("elements", [block["text"]] if "text" in block else [])  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("written", "shown_"),
    [
        ("a * b", "a ∗ b"),
        ("*bold*", "∗bold∗"),
        ("_it_ snake_case", "ˍitˍ snake_case"),
        ("~x~ `y`", "∼x∼ ˋyˋ"),
        (":smile: 12:30", ":\u2060smile: 12:30"),
        ("AT&T <b>", "AT&amp;T &lt;b&gt;"),
        ("&amp;", "&amp;amp;"),
        ("me@paper.example @desk", "me@paper.example @\u2060desk"),
    ],
)
def test_what_would_format_is_shown_as_it_is(written: str, shown_: str) -> None:
    assert literal(written, 100) == shown_


@given(st.text(max_size=400), st.integers(min_value=10, max_value=300))
def test_any_text_is_bounded_and_no_entity_is_cut(written: str, limit: int) -> None:
    found = literal(written, limit)
    assert len(found) <= limit + 20
    assert not re.search(r"&(?!amp;|lt;|gt;)", found)
    assert not set("<>*~`") & set(found)


def test_a_message_of_the_service_is_one_plain_line_everywhere() -> None:
    made = service_message("the channel <!channel> & *desk* failed\r\nBcc: all@victim.example", repeat=True)
    payload = {"text": made.slack_subject, "blocks": [dict(block) for block in made.slack_blocks]}
    assert block_errors(payload) == []
    assert "<" not in shown(payload)
    assert "<!channel>" not in made.mail_html
    assert "\n" not in made.subject
    assert "Sent again" in made.mail_text
