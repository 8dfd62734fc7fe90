"""What a word means, as numbers: the static vectors of the WordLlama package, read once a process.

A word -> one row for each of the pieces into which the package parts it. A phrase has the rows of its words: no piece spans two
of them. Pure and stable: another version of the package is another VERSION of what is made of the rows.
Not here: what a sentence is about (copies/meaning.py), how a figure is put (series/mention.py).
"""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Numbers in a row. The table is trained so that the first of them work by themselves.
SIZE = 256
#: Letters of a word that are looked at: longer ones are no words.
_LONGEST = 40


def pieces(word: str) -> NDArray[np.float32]:
    """Rows of SIZE numbers, one for each piece of the word; none for what holds nothing."""
    tokenizer, table = _table()
    found: NDArray[np.float32] = table[tokenizer.encode(word[:_LONGEST], add_special_tokens=False).ids]
    return found


@cache
def _table() -> tuple[Any, NDArray[np.float32]]:
    from wordllama import WordLlama

    whole = WordLlama.load(cache_dir=str(files("wordllama")), disable_download=True)
    return whole.tokenizer, whole.embedding
