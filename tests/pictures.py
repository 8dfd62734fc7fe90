"""The pictures of messages in README.md: python tests/pictures.py makes them, with chromium, from invented news.

The mail is what the mail's HTML part is. Slack's look is drawn here from the blocks that Slack is sent: close enough to see
what stands where, and no more.
"""

import base64
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extractors.message import Message, message
from extractors.message.receipt import Point, Receipt, Side, bulletin
from flows.receivers import block_errors
from schemas.outcomes import ShiftKind

PICTURES = ROOT / "deploy" / "pictures"
DAY = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)


def side(number: str, surface: str, sentence: str, days: int, outlet: str, speaker: str, title: str, reports: int = 1) -> Side:
    """One side of an invented shift."""
    start = sentence.index(surface)
    return Side(
        number=number, surface=surface, sentence=sentence, start=start, end=start + len(surface), speaker=speaker,
        outlet=outlet, published_at=DAY - timedelta(days=days), url="https://paper.example/story", title=title, origins=reports,
    )  # fmt: skip


def line(*values: tuple[int, str, str]) -> tuple[Point, ...]:
    """Points of an invented series: days before, number with its ends, outlet."""
    found = []
    for days, written, outlet in values:
        number, *ends = map(Decimal, written.split())
        low, high = ends or (number, number)
        found.append(Point(at=DAY - timedelta(days=days), number=number, low=low, high=high, outlet=outlet))
    return tuple(found)


CONTAINERS = Receipt(
    shift=12,
    label="containers of ammunition shipped to Vessia",
    unit="container",
    kind=ShiftKind.INCREASE,
    before=side(
        "about 6,700", "about 6,700 containers",
        "Vessia has been sent about 6,700 containers of ammunition since August, the ministry told a closed session.",
        20, "Seoul Courier", "the defence ministry of Arden", "Lawmakers are shown pictures of the freighters", 2,
    ),
    after=side(
        ">10,000", "more than 10,000 containers",
        "In its first full count of a trade that both capitals deny, the ministry said that more than 10,000 containers of"
        " ammunition had left Port Larn.",
        0, "Harbour Wire", "the defence ministry of Arden", "Arden now counts more than 10,000 containers", 1,
    ),
    from_number=Decimal(6700),
    to_number=Decimal(10000),
    reason="the same speaker gives a new number",
    points=line(
        (190, "1000 1000 1100", "Old Paper"), (130, "2000 1900 2100", "Harbour Wire"), (96, "5000", "Harbour Wire"),
        (40, "6700 6365 7035", "Seoul Courier"), (20, "6700 6365 7035", "Old Paper"), (0, "10000 10000 11000", "Harbour Wire"),
    ),
)  # fmt: skip
TANKERS = Receipt(
    shift=13,
    label="tankers at anchor off Kolm",
    unit="tanker",
    kind=ShiftKind.DECREASE,
    before=side(
        "62", "62 tankers", "Pilots counted 62 tankers off Kolm in January.", 30, "Old Paper", "pilots", "A crowded bay"
    ),
    after=side(
        "45",
        "45 tankers",
        "Only 45 tankers lay off Kolm on Monday.",
        0,
        "Harbour Wire",
        "the port authority",
        "The bay empties",
    ),
    from_number=Decimal(62),
    to_number=Decimal(45),
    reason="a later report gives a new number",
    points=line((90, "60", "Old Paper"), (60, "58 55 61", "Seoul Courier"), (30, "62", "Old Paper"), (0, "45", "Harbour Wire")),
)


def mail_page(made: Message) -> str:
    """The HTML part with its pictures in it."""
    page = made.mail_html
    for name, png in made.charts.items():
        page = page.replace(f"cid:{name}", f"data:image/png;base64,{base64.b64encode(png).decode()}")
    return page


def slack_page(made: Message) -> str:
    """The blocks as Slack shows them, near enough; below them the chart that a bot adds."""
    assert block_errors({"blocks": [dict(block) for block in made.slack_blocks]}) == []
    rows = "".join(_block(dict(block)) for block in made.slack_blocks)
    pictures = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}" style="{_PICTURE}">' for png in made.charts.values()
    )
    return f"""<!DOCTYPE html><meta charset="utf-8"><body style="{_BODY}"><div style="display:flex;gap:10px">
    <div style="{_FACE}">f</div><div style="min-width:0"><b>figurewatch</b> <span style="{_APP}">APP</span>
    <span style="color:#616061;font-size:12px">7:31</span>{rows}{pictures}</div></div></body>"""


_BODY = "margin:0;padding:16px;background:#fff;color:#1d1c1d;font:15px/22px Lato,Helvetica,Arial,sans-serif"
_FACE = "flex:none;width:36px;height:36px;border-radius:6px;background:#175cd3;color:#fff;text-align:center;line-height:36px"
_APP = "font-size:10px;background:#ddd;border-radius:2px;padding:1px 3px"
_PICTURE = "width:100%;max-width:420px;border:1px solid #ddd;border-radius:8px;margin-top:8px"
_CODE = "color:#c01343;background:#f6f6f6;border:1px solid #ddd;padding:0 3px"


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "divider":
        return '<hr style="border:0;border-top:1px solid #ddd;margin:12px 0">'
    if block["type"] == "header":
        return f'<div style="font-size:18px;font-weight:900;margin:6px 0">{block["text"]["text"]}</div>'
    if block["type"] == "context":
        said = "<br>".join(_mrkdwn(text["text"]) for text in block["elements"])
        return f'<div style="font-size:13px;line-height:18px;color:#616061;margin:6px 0">{said}</div>'
    return f'<div style="margin:6px 0">{_mrkdwn(block["text"]["text"])}</div>'


def _mrkdwn(text: str) -> str:
    found = []
    for row in text.split("\n"):
        quoted = row.startswith("&gt; ")
        shown = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r'<a style="color:#1264a3" href="\1">\2</a>', row.removeprefix("&gt; "))
        shown = re.sub(r"\*([^*]+)\*", r"<b>\1</b>", shown)
        shown = re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', shown)
        style = "border-left:4px solid #ddd;padding-left:10px;margin:2px 0"
        found.append(f'<div style="{style}">{shown}</div>' if quoted else f"<div>{shown}</div>")
    return "".join(found)


def shoot(page: str, to: Path, width: int) -> None:
    """A page as PNG, by headless Chromium, without the empty rows below it."""
    from PIL import Image, ImageChops

    with tempfile.TemporaryDirectory() as folder:
        file, whole = Path(folder) / "page.html", Path(folder) / "page.png"
        file.write_text(page, encoding="utf-8")
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
        subprocess.run(
            ["chromium", *options, f"--window-size={width},4000", f"--screenshot={whole}", file.as_uri()],
            check=True,
            capture_output=True,
            timeout=60,
        )
        with Image.open(whole) as opened:
            picture = opened.convert("RGB")
    empty = Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))  # type: ignore[arg-type]
    drawn = ImageChops.difference(picture, empty).getbbox()
    end = min(picture.height, drawn[3] + 24) if drawn is not None else picture.height
    picture.crop((0, 0, picture.width, end)).quantize(160).save(to, optimize=True)


def samples() -> dict[str, tuple[str, int]]:
    """Page and width of each picture, by its name."""
    one, two = bulletin([CONTAINERS]), bulletin([CONTAINERS, TANKERS], digest=True)
    return {
        "message-mail": (mail_page(message(one)), 390),
        "message-slack": (slack_page(message(one, chart_title=True)), 640),
        "digest-mail": (mail_page(message(two)), 640),
    }


if __name__ == "__main__":
    for name, (page, width) in samples().items():
        shoot(page, PICTURES / f"{name}.png", width)
        print(f"deploy/pictures/{name}.png")
