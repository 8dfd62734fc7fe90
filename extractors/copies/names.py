"""Which names does a sentence hold, and which names and numbers together find a reworded copy?

Sentence -> the words in it that are names, by their capitals (no model: this runs on every article).
A spinner replaces nearly every word and keeps names and numbers, so a pair of a name and a number from one sentence, or of
two numbers, is a look-up key. A name alone is none: half the articles on a topic share it.
Misses: names in scripts without capitals, names that open a sentence and appear nowhere else.
"""

from extractors.copies.shingles import key_of, word_hash

#: Pairs of names and numbers kept as keys, those with the smallest hashes, so that a copy keeps the same ones.
MOST_KEYS = 24
#: Pairs looked at in one sentence: a table that lost its markup is one endless sentence.
MOST_PAIRS = 60

_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september"
    " october november december jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


def is_name(word: str, *, opens: bool, after: str) -> bool:
    """Is this capitalised word a name? One that opens a sentence needs a second capital, in it or after it."""
    if word.lower() in _CALENDAR:
        return False
    return not opens or after[1:].isupper() or (len(word) > 1 and word.isupper())


def telling(number: str) -> bool:
    """Is a number rare enough to help to find an article: three digits or more, or a decimal fraction?"""
    digits = number.replace(".", "").strip("0")
    return len(digits) >= 3 or (len(digits) == 2 and ("." in number or len(number) >= 3)) or len(number) >= 4


def pair_keys(sentences: list[tuple[tuple[str, ...], tuple[int, ...]]]) -> list[int]:
    """Signed 64-bit keys from the numbers and names of each sentence, the smallest first."""
    keys: set[int] = set()
    for numbers, names in sentences:
        rare = [word_hash(n) for n in numbers if telling(n)]
        plain = [word_hash(n) for n in numbers if len(n) > 1 and not telling(n)]
        pairs = 0
        for i, number in enumerate(rare):
            for other in [*rare[i + 1 :], *plain, *names]:
                keys.add(key_of(*sorted((number, other))))
                pairs += 1
                if pairs > MOST_PAIRS:
                    break
    return sorted(keys, key=abs)[:MOST_KEYS]
