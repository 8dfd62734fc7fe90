"""The grammar of a sentence in plain objects: its words with their classes, and what hangs on what.

Names and meanings are those of spaCy's Doc and Token, as far as the rules of claims/ and figures/ need them. Plain, because
those rules look at each word dozens of times, and there every look costs a tenth of what it does in the parser's own arrays.
Pure data; who parses is parser.py.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Word(NamedTuple):
    """What is known of a word without its sentence."""

    text: str
    lower: str
    like_num: bool
    is_digit: bool
    is_punct: bool
    is_space: bool
    is_stop: bool


class Doc(list["Token"]):
    """The tokens of a sentence, in order, with its text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def phrase(self, first: int, end: int) -> str:
        """The text of the tokens from the first up to the end, which is not included."""
        return self.text[self[first].idx : self[end - 1].idx + len(self[end - 1].text)] if first < end else ""

    def between(self, start: int, end: int) -> list["Token"]:
        """The tokens that any of these characters belong to."""
        return [token for token in self if token.idx < end and token.idx + len(token.text) > start]


class Token:
    """A word, a number or a mark, in its place in the tree."""

    __slots__ = (
        "children", "dep_", "doc", "form", "head", "i", "idx", "is_digit", "is_punct", "is_space", "is_stop", "like_num",
        "lower_", "morph", "pos_", "tag_", "text", "whitespace_",
    )  # fmt: skip

    def __init__(self, doc: Doc, word: "Word", i: int, idx: int, whitespace: str) -> None:
        self.doc = doc
        self.text, self.lower_, self.like_num, self.is_digit, self.is_punct, self.is_space, self.is_stop = word
        self.i = i  #: its place among the tokens
        self.idx = idx  #: its offset in the sentence
        self.whitespace_ = whitespace
        self.head = self  #: what it hangs on; itself at the top
        self.children: list[Token] = []  #: what hangs on it, in the order of the text
        self.tag_ = self.dep_ = self.pos_ = ""
        self.form = self.morph = 0  #: word class and inflection, as the lemmatizer wants them

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        return self.text

    @property
    def is_title(self) -> bool:
        """Is each word of it written with a capital?"""
        return self.text.istitle()

    @property
    def lefts(self) -> list["Token"]:
        """What hangs on it and stands before it."""
        return [child for child in self.children if child.i < self.i]

    @property
    def rights(self) -> list["Token"]:
        """What hangs on it and stands behind it."""
        return [child for child in self.children if child.i > self.i]

    @property
    def ancestors(self) -> Iterator["Token"]:
        """What it hangs on, and what that hangs on, up to the top."""
        token = self
        while token.head is not token:
            token = token.head
            yield token

    @property
    def subtree(self) -> list["Token"]:
        """Itself and all that hangs below it, in the order of the text."""
        found = [self]
        for token in found:
            found.extend(token.children)
        found.sort(key=_place)
        return found

    @property
    def left_edge(self) -> "Token":
        """The first token of what it stands for with all that hangs on it."""
        return self.subtree[0]

    @property
    def right_edge(self) -> "Token":
        """The last token of what it stands for with all that hangs on it."""
        return self.subtree[-1]

    def nbor(self, steps: int = 1) -> "Token":
        """The token so many places on.

        Raises:
            IndexError: when there is none.
        """
        at = self.i + steps
        if at < 0:
            raise IndexError(at)
        return self.doc[at]


def _place(token: Token) -> int:
    return token.i
