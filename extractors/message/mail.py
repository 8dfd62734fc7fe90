"""A message as a mail: a subject that says it all, a text part, an HTML part, a chart for each receipt.

The HTML is one column of tables with inline styles, which is what mail programs keep; article text is escaped by the
template, only http(s) addresses become links, nothing is loaded from elsewhere: the charts travel with the mail as
cid:chart-1.png and so on.
"""

from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from extractors.message.chart import png
from extractors.message.receipt import (
    MAX_TITLE,
    NO_SENTENCE,
    REPEATED,
    Bulletin,
    Receipt,
    all_lines,
    bulletin,
    headline,
    title,
)
from extractors.message.wording import clean

#: Mail programs cut a subject at 60 to 90 characters; servers refuse lines of more than 998 bytes.
MAX_SUBJECT = 200
#: What mail programs show of a mail beside its subject.
MAX_PREVIEW = 140

_COLOURS = {"increase": "#b42318", "decrease": "#175cd3", "conflict": "#9a5b00", "correction": "#5b3fa8"}
_WORDS = {"increase": "Up", "decrease": "Down", "conflict": "In conflict", "correction": "Corrected"}


def subject(told: Bulletin) -> str:
    """The title as one bounded line; the numbers of what moved most are never cut off by what follows them."""
    line = clean(title(told), MAX_SUBJECT)
    return clean(f"Sent again: {line}", MAX_SUBJECT) if told.repeat else line


def text_part(told: Bulletin) -> str:
    """The message for plain mail programs."""
    return "\n".join([title(told), "", *all_lines(told), ""])


def chart_name(place: int) -> str:
    """The name of the chart of a receipt, counted from 0, by which the HTML shows it."""
    return f"chart-{place + 1}.png"


def html_part(told: Bulletin, *, chart: bool) -> str:
    """The message as an HTML document; with chart, it shows the pictures that travel with the mail."""
    first = told.receipts[0]
    return _template().render(
        subject=subject(told),
        preview=clean(" ".join("".join(first.after.pieces()).split()) or first.after.source(), MAX_PREVIEW),
        repeated=REPEATED if told.repeat else "",
        grave=told.grave(),
        intro=told.intro(),
        cards=[_card(receipt, told, chart_name(place) if chart else "") for place, receipt in enumerate(told.receipts)],
        others=[
            {"line": headline(other), "link": told.why(other) or other.after.link(), "shift": other.shift}
            for other in told.others
        ],
        rest=told.rest(),
        no_sentence=NO_SENTENCE,
    )


def page(receipt: Receipt) -> str:
    """The same as a page by itself, its chart in it: the evidence of one shift."""
    html = html_part(bulletin([receipt]), chart=True)
    return html.replace(f"cid:{chart_name(0)}", f"data:image/png;base64,{b64encode(png(receipt, title=False)).decode()}")


def _card(receipt: Receipt, told: Bulletin, chart: str) -> dict[str, Any]:
    first, second = receipt.numbers()
    sides = [
        {
            "heading": heading,
            "number": number,
            "pieces": side.pieces(),
            "source": side.source(),
            "reports": side.reported_by(),
            "link": side.link(),
            "title": clean(side.title, MAX_TITLE) or side.link(),
        }
        for heading, number, side in receipt.sides()
    ]
    kind = receipt.kind.value
    return {
        "kind": _WORDS[kind],
        "colour": _COLOURS[kind],
        "name": receipt.name(),
        "first": first,
        "second": second,
        "arrow": "against" if kind == "conflict" else "→",
        "change": receipt.change(),
        "sides": sides,
        "chart": chart,
        "judged": receipt.judged(),
        "shift": receipt.shift,
        "why": told.why(receipt),
    }


@cache
def _template() -> Template:
    source = files("extractors.message").joinpath("mail.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(source)
