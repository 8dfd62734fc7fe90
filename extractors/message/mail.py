"""The receipt as a mail: a subject that says it all, a text part, an HTML part.

The HTML is one column of tables with inline styles, which is what mail programs keep; article text is escaped by the
template, only http(s) addresses become links, nothing is loaded from elsewhere: the chart travels with the mail as
cid:chart.png.
"""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from extractors.message.receipt import MAX_REASON, MAX_TITLE, NO_SENTENCE, Receipt, headline, lines
from extractors.message.wording import clean

#: Mail programs cut a subject at 60 to 90 characters; servers refuse lines of more than 998 bytes.
MAX_SUBJECT = 200
CHART_NAME = "chart.png"

_COLOURS = {"increase": "#b42318", "decrease": "#175cd3", "conflict": "#9a5b00", "correction": "#5b3fa8"}


def subject(receipt: Receipt) -> str:
    """The headline as one bounded line."""
    return clean(headline(receipt), MAX_SUBJECT)


def text_part(receipt: Receipt) -> str:
    """The receipt for plain mail programs."""
    return "\n".join([headline(receipt), "", *lines(receipt), ""])


def html_part(receipt: Receipt, *, chart: bool) -> str:
    """The receipt as an HTML document; with chart, it shows the picture that travels with the mail."""
    first, second = receipt.numbers()
    sides = [
        {
            "heading": heading,
            "number": number,
            "pieces": side.pieces(),
            "source": side.source(),
            "origins": side.reported_by(),
            "link": side.link(),
            "title": clean(side.title, MAX_TITLE) or side.link(),
        }
        for heading, number, side in (("Now", second, receipt.after), ("Before", first, receipt.before))
    ]
    return _template().render(
        subject=subject(receipt),
        kind=receipt.kind.value,
        colour=_COLOURS[receipt.kind.value],
        name=receipt.name(),
        first=first,
        second=second,
        arrow="against" if receipt.kind.value == "conflict" else "→",
        change=receipt.change(),
        sides=sides,
        no_sentence=NO_SENTENCE,
        chart=CHART_NAME if chart else "",
        reason=clean(receipt.reason, MAX_REASON),
        shift=receipt.shift,
    )


@cache
def _template() -> Template:
    source = files("extractors.message").joinpath("mail.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(source)
