"""What is a sentence about, in a form that survives other words?

Content words -> their static vectors (WordLlama, cut to 64 of its 256 dimensions), summed -> four bits a dimension, 32 bytes.
The second look at reworded copies: "26 vessels had queued" is near to "26 ships waiting". Holds too little to be read.
Pure and stable: the table of vectors comes with the wordllama package; another one bumps copies.VERSION.
Not here: names and numbers, which a reworded copy keeps (reworded.py compares them first).
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from extractors.words import pieces

#: The table is trained so that its first dimensions work by themselves: a quarter of the 256 tells reworded texts from others
#: nearly as well as all, in a quarter of the room.
DIMENSIONS = 64
#: Four bits hold a sign and this size.
_LARGEST = 7
#: Whole numbers between a zero and a one of a word's vector.
_STEPS = 4096
#: Words whose vector is kept at hand, about 8 MB: texts repeat theirs.
_AT_HAND = 30_000
#: Sentences that are read at once, and words of a sentence that count: so that a text of any size takes no more memory.
_AT_ONCE = 100
_MOST_WORDS = 200


def meanings(sentences: Sequence[Collection[str]]) -> list[bytes]:
    """The sum of what the words of each sentence mean; empty when there are none."""
    return [one for at in range(0, len(sentences), _AT_ONCE) for one in _meanings(sentences[at : at + _AT_ONCE])]


def _meanings(sentences: Sequence[Collection[str]]) -> list[bytes]:
    told = [words if len(words) <= _MOST_WORDS else sorted(words)[:_MOST_WORDS] for words in sentences if words]
    if not told:
        return [b""] * len(sentences)
    rows = _KNOWN.rows([word for words in told for word in words])
    first = np.cumsum([0, *(len(words) for words in told[:-1])])
    total = np.add.reduceat(rows, first, axis=0)
    scaled = np.rint(total * (_LARGEST / np.maximum(np.abs(total).max(axis=1, keepdims=True), 1))).astype(np.int8) + 8
    packed = iter((scaled[:, ::2] * 16 + scaled[:, 1::2]).astype(np.uint8))
    return [next(packed).tobytes() if words else b"" for words in sentences]


def vectors(meanings: Sequence[bytes]) -> NDArray[np.float32]:
    """Unit vectors, one a row; zeros for what is empty. Their products are likenesses in [-1, 1], larger is more alike."""
    packed = np.frombuffer(b"".join(one or bytes(DIMENSIONS // 2) for one in meanings), dtype=np.uint8)
    rows = np.empty((len(meanings), DIMENSIONS), dtype=np.float32)
    rows[:, ::2] = (packed >> 4).reshape(len(meanings), -1)
    rows[:, 1::2] = (packed & 15).reshape(len(meanings), -1)
    rows -= 8
    rows[[not one for one in meanings]] = 0
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows


class _Known:
    """The vectors of words met so far, up to a number: reading one anew costs fifty times as much, and gives the same."""

    def __init__(self) -> None:
        self._row: dict[str, int] = {}
        self._vectors = np.empty((_AT_HAND, DIMENSIONS), dtype=np.int32)

    def rows(self, words: Sequence[str]) -> NDArray[np.int32]:
        """The vector of each word, as whole numbers, so that a sum does not hang on the order."""
        new = {word for word in words if word not in self._row}
        if len(self._row) + len(new) > _AT_HAND:
            self._row, new = {}, set(words)
        for word in new:
            self._vectors[len(self._row)] = _vector(word)
            self._row[word] = len(self._row)
        return self._vectors[[self._row[word] for word in words]]


_KNOWN = _Known()


def _vector(word: str) -> NDArray[np.int32]:
    """The mean of what the pieces of a word mean."""
    rows = pieces(word)
    if not len(rows):
        return np.zeros(DIMENSIONS, dtype=np.int32)
    found: NDArray[np.int32] = np.rint(rows[:, :DIMENSIONS].mean(axis=0) * _STEPS).astype(np.int32)
    return found
