"""Which names does a sentence hold, and which names and numbers together find a reworded copy?

Sentence -> the words in it that are names, by their capitals (no model: this runs on every article).
A spinner replaces nearly every word and keeps names and numbers, so a pair of a name and a number from one sentence, or of
two numbers, is a look-up key. A name alone is none: half the articles on a topic share it.
Misses: names in scripts without capitals, names that open a sentence and appear nowhere else.
"""

from collections.abc import Sequence
from itertools import pairwise

from extractors.copies.shingles import key_of, word_hash

#: Pairs of names and numbers kept as keys, those with the smallest hashes, so that a copy keeps the same ones.
MOST_KEYS = 24
#: Numbers and names looked at in one sentence: a table that lost its markup is one endless sentence.
MOST_IN_SENTENCE = 12

_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september"
    " october november december jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


def is_name(word: str, *, opens: bool, after: str) -> bool:
    """Is this capitalised word a name? One that opens a sentence needs a second capital, in it or after it."""
    if word.lower() in _CALENDAR:
        return False
    return not opens or after[1:].isupper() or (len(word) > 1 and word.isupper())


def significant(number: str) -> int:
    """How many significant digits a plain number has: 2 for "1200" and for "0.25"."""
    return len(number.replace(".", "").strip("-0"))


def pair_keys(sentences: Sequence[tuple[Sequence[str], Sequence[int]]]) -> list[int]:
    """Signed 64-bit keys from the numbers and names of the sentences, in no telling order.

    A number is specific with two significant digits or more and three places ("1,240", "6.4" but not "12"). It makes a
    key with each name and longer number of its sentence, and with the specific numbers of the next. A round or a small number,
    which half the reports of a war share with the name of the country, does so only with two names at once.
    """
    keys: set[int] = set()
    before: list[int] = []
    for numbers, names in sentences:
        specific: list[int] = []
        rounded: list[int] = []
        small: list[int] = []
        for number in numbers[:MOST_IN_SENTENCE]:
            group = small if len(number) < 3 else specific if significant(number) >= 2 else rounded
            group.append(word_hash(number))
        named = list(dict.fromkeys(names))[:MOST_IN_SENTENCE]
        precise = {word_hash(number) for number in numbers if significant(number) >= 3}
        for i, one in enumerate(specific):
            partners = [*specific[i + 1 :], *rounded, *named, *before, *(small if one in precise else [])]
            keys.update(key_of(*sorted((one, other))) for other in partners)
        for one in (*rounded, *small):
            keys.update(key_of(one, *sorted(pair)) for pair in pairwise(named))
        before = specific
    return sorted(keys, key=abs)[:MOST_KEYS]
