"""One of two texts that are compared, and what comparing it needs.

Each thing is made when it is first asked for, and once: an article is held against many known texts, and most of these are told
to be others by the first look.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from extractors.copies.meaning import vectors
from extractors.copies.values import bare
from schemas.records import Fingerprint, SentenceSketch

#: Sentences of prose that are compared as reworded ones. An article has some dozens; what follows in a longer one is not
#: reworded alone.
MOST_SENTENCES = 300


@dataclass(frozen=True, slots=True)
class Facts:
    """How many a text gives of what a spinner keeps."""

    numbers: int
    names: int  #: words of names

    @property
    def total(self) -> int:
        """Of both."""
        return self.numbers + self.names


class Side:
    """A text as it is compared."""

    def __init__(self, sketches: Sequence[SentenceSketch], text_hash: bytes = b"") -> None:
        self.sketches = sketches
        self.text_hash = text_hash  #: empty for what is no text of its own, such as several texts in a row

    @classmethod
    def of(cls, text: Fingerprint) -> Self:
        """A whole text."""
        return cls(text.sentences, text.text_hash)

    @cached_property
    def words(self) -> int:
        """How many are in its prose."""
        return sum(sketch.length for sketch in self.sketches if sketch.prose)

    @cached_property
    def items(self) -> list[set[object]]:
        """What each sentence is aligned by: its words and its numbers."""
        return [{*sketch.words, *bare(sketch.numbers)} for sketch in self.sketches]

    @cached_property
    def item_count(self) -> Counter[object]:
        """In how many sentences each of these stands."""
        return Counter(chain.from_iterable(self.items))

    @cached_property
    def word_count(self) -> Counter[int]:
        """In how many sentences each word stands."""
        return Counter(chain.from_iterable(sketch.words for sketch in self.sketches))

    @cached_property
    def prose(self) -> list[int]:
        """The sentences that may be reworded."""
        return [i for i, sketch in enumerate(self.sketches) if sketch.prose][:MOST_SENTENCES]

    @cached_property
    def told(self) -> list[SentenceSketch]:
        """The same, as data."""
        return [self.sketches[i] for i in self.prose]

    @cached_property
    def facts(self) -> list[Counter[str | int]]:
        """What a spinner keeps of each of these: numbers by value (text), and names (hashes)."""
        return [Counter(chain[str | int](bare(sketch.numbers), sketch.names)) for sketch in self.told]

    @cached_property
    def fact_count(self) -> Counter[str | int]:
        """How often each of them stands in these sentences."""
        return Counter(chain.from_iterable(one.elements() for one in self.facts))

    @cached_property
    def given(self) -> Facts:
        """How many of them there are."""
        return Facts(sum(len(sketch.numbers) for sketch in self.told), sum(len(sketch.names) for sketch in self.told))

    @cached_property
    def known(self) -> frozenset[str | int]:
        """All of them, once each."""
        numbers = bare(tuple(chain.from_iterable(sketch.numbers for sketch in self.told)))
        return frozenset(chain(numbers, chain.from_iterable(sketch.names for sketch in self.told)))

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """How much of these sentences each is, by length; they add up to 1."""
        share = np.array([sketch.length for sketch in self.told], dtype=np.float64)
        share /= share.sum()
        return share

    @cached_property
    def said(self) -> NDArray[np.float32]:
        """What each of them means: unit vectors, one a row."""
        return vectors([sketch.meaning for sketch in self.told])
