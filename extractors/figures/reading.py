"""A sentence under the reader's eye: what a number is known to be so far, and what the text said before it.

The shapes and look-ups that the rules of this folder share. Pure.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from decimal import Decimal

from extractors.figures.numbers import Number
from extractors.text import Sentence


@dataclass(slots=True)
class Found:
    """A number on its way to a quantity: what is known so far, in offsets of the sentence."""

    number: Number
    start: int
    end: int
    value: Decimal
    unit: str = ""
    noun: int | None = None
    rate: str | None = None
    high: Decimal | None = None  #: the end of a range
    between: bool = False
    number_end: int = 0
    elided: bool = False
    plain: bool = False  #: written as a fraction, but an exact number
    partitive: bool = False  #: "97 of them": the unit is that of the whole
    unit_start: int = 0
    unit_end: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A quantity that the text gave before, from which a later number may take its unit."""

    value: Decimal
    unit: str
    rate: str | None
    sentence: int


@dataclass(slots=True)
class Memory:
    """What earlier sentences said, for numbers that leave their unit out."""

    told: list[Told] = field(default_factory=list)


#: How many quantities back an elided unit is looked for: an article's worth, and a bound on the work.
REMEMBERED = 60


MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?"
    r"|Dec(?:ember)?)\b\.?"
)


DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"


TIME_UNITS = frozenset("second minute hour day week fortnight month year decade century".split())


PERIODS = frozenset("second minute hour day night week fortnight month quarter season year decade century".split())


NOUNS = frozenset("NN NNS NNP NNPS".split())


FINITE = frozenset("VBD VBP VBZ MD".split())


ADJECTIVES = frozenset("JJ JJR JJS VBN VBG HYPH AFX POS `` '' CD RBR".split())


class View:
    """A sentence with the look-ups that the rules need."""

    __slots__ = ("doc", "previous", "sentence", "starts", "text")

    def __init__(self, sentence: Sentence, previous: Sentence | None = None) -> None:
        self.previous = previous  #: the sentence before, which is parsed only if a rule asks for its grammar
        self.sentence = sentence
        self.text = sentence.text
        self.doc = sentence.doc
        self.starts = [token.idx for token in self.doc]

    def token_from(self, offset: int) -> int:
        """Index of the first token that begins at or after this offset."""
        return bisect_left(self.starts, offset)

    def before(self, offset: int, width: int = 48) -> str:
        """The text that ends here."""
        return self.text[max(0, offset - width) : offset]

    def after(self, offset: int, width: int = 48) -> str:
        """The text that begins here."""
        return self.text[offset : offset + width]
