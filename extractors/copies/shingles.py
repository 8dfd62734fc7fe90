"""Which keys find the texts that share wording with this one?

Words -> 32-bit hashes -> hashes of runs of content words (shingles) -> the least of each window of them as look-up keys.
Pure and stable: CRC-32 and a fixed mixing function, no per-process seed; a change of output bumps copies.VERSION.
Which shingles become keys depends on their neighbourhood alone, so that an excerpt picks the same ones out of the part that it
shares, and a run of WINDOW shingles always holds one (winnowing: Schleimer, Wilkerson, Aiken 2003). Measured on 746 single
paragraphs of 146 articles, by keys an article: these find the article of 95 percent with 17 keys, one shingle in six, chosen by
its hash (FracMinHash), 86 percent with 15. Permutation MinHash with LSH bands was left out: bands compare whole texts; with 32
of 4 rows the middle third of an article found it in 30 of 124 cases.
Not here: numbers (values.py), names (names.py), what a shared key means (verdict.py).
"""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: Words that carry no subject. They are left out of shingles and sketches: desks and spinners change them first.
STOP_WORDS = frozenset(
    "a about above according after again all also although am an and any are as at away be because been before being below"
    " between both but by can cannot could did do does done down during each either else even ever every few for from"
    " further get gets got had has have having he her here hers him his how however i if in into is it its itself just last"
    " made make many may me might more most much must my near nearly no nor not now of off on once only onto or other our"
    " out over own per said same say saying says she should since so some still such than that the their theirs them then"
    " there these they this those though through thus to told too toward towards under until up upon us very was we well"
    " were what when where whether which while who whom whose why will with within without would yet you your".split()
)

#: Content words in a shingle, a name of several words counting as one: a run of eight to ten words of text. With four, desks
#: that report one event in their own words already shared some; with six, a light edit could lose nearly all.
SHINGLE = 5
#: Of so many shingles in a row the one with the least hash is a key: about twenty keys for an article of 200 words.
WINDOW = 9
#: Keys of this kind at most. A longer text keeps those with the smallest hashes, and so does an excerpt of it.
MOST_KEYS = 40

_MASK = (1 << 64) - 1
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0x2545F4914F6CDD1D], dtype=np.uint64
)


def word_hash(word: str) -> int:
    """An unsigned 32-bit hash of a word, the same in every process."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def stem(word: str) -> str:
    """A lower-case word without possessive and plural ending; good enough to see that two words are one."""
    word = word.replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value scattered over 64 bits (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def shingle_keys(words: list[int]) -> list[int]:
    """Signed 64-bit keys: the least hash of each WINDOW of the runs of SHINGLE words, the smallest first."""
    if len(words) < SHINGLE:
        return []
    row = np.array(words, dtype=np.uint64)
    runs = sum(row[i : len(row) - SHINGLE + 1 + i] * _MULTIPLIERS[i] for i in range(SHINGLE))
    hashes = mixed(np.asarray(runs, dtype=np.uint64))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes)))
    kept = np.unique(windows.min(axis=1))[:MOST_KEYS]
    # The values kept are small by construction; mixing once more spreads them over the whole range.
    return [int(key) for key in mixed(kept).astype(np.int64)]


def key_of(*parts: int) -> int:
    """A signed 64-bit key of some hashes, in the order given."""
    total = 0
    for part in parts:
        total = (total * 0x9E3779B97F4A7C15 + part + 1) & _MASK
        total = ((total ^ (total >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        total ^= total >> 29
    return total - (1 << 64) if total >> 63 else total
