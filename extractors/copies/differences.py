"""Which numbers of a text are news beside those of a text that it carries?

Two texts, their aligned sentences -> the numbers that the first gives and the second does not ("41 -> 67", "+14").
Numbers are compared by value in aligned sentences, all of them, not only those that figures/ recognises.
Sentences without counterpart count when they belong to the article proper; what a page puts around it does not.
Not here: days of a month, weekdays and times with a colon (values.py leaves them out).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from extractors.copies.align import COPIED, Pair
from extractors.copies.values import Number, left_out, rounds, same_value
from schemas.records import SentenceSketch

#: A paragraph of so many words of prose is part of the article, whatever it is about: a digest of several stories.
PARAGRAPH_WORDS = 25
#: Words that a line which is no sentence must have to be known again once its wording changed.
FEWEST_WORDS = 3
#: The share of a text's prose from which on sentences of its own make it more than a copy, even without a number in them.
ADDED = 0.3
#: Known numbers that a rounded one is compared with: a table as one sentence must not take for ever.
MOST_ROUNDED = 100
#: What an editor puts for "both", "a pair", "a couple" or takes for them: no news where it replaces no number.
PAIR = "2"
#: How far from its counterpart a number may stand that an editor moved.
NEAR = 2


def differences(
    here: Sequence[SentenceSketch], there: Sequence[SentenceSketch], pairs: Sequence[Pair], *, reworded: bool
) -> list[str]:
    """What is new in a text, as people read it: its numbers, and prose of its own where it makes up a good part.

    reworded: the text is the other's in other words.
    """
    of = {pair.here: pair for pair in pairs}
    everywhere = [number for sketch in there for number in sketch.numbers]
    lost = Counter(Number(n).value for n in everywhere)
    lost.subtract(Number(n).value for sketch in here for n in sketch.numbers)
    spare = _spare(here, everywhere)
    free = [number for number in everywhere if spare[Number(number).value] > 0]
    proper = _proper(here, there, of, reworded=reworded)
    found: list[str] = []
    for i, sketch in enumerate(here):
        pair = of.get(i)
        if pair is None:
            if i in proper and sketch.numbers:
                found.extend(f"+{Number(n).value}" for n in _missing(sketch.numbers, free))
            continue
        theirs = [there[j] for j in pair.there]
        twin = next((o for o in theirs if o.skeleton == sketch.skeleton and len(o.numbers) == len(sketch.numbers)), None)
        if twin is not None:  # word for word: each number against the one in its place
            found.extend(_change(b, a) for a, b in zip(sketch.numbers, twin.numbers, strict=True) if not same_value(a, b))
            found.extend(_other_years(sketch.years, twin.years))
            continue
        if not sketch.prose and (pair.words < COPIED or len(sketch.words) < FEWEST_WORDS):
            continue
        known = [number for other in theirs for number in other.numbers]
        missing = _missing(sketch.numbers, known)
        gone = _missing(known, sketch.numbers)
        if missing and not any(lost[Number(n).value] > 0 for n in gone):  # nothing was replaced: moved, perhaps
            near = {k for j in pair.there for k in range(j - NEAR, j + NEAR + 1) if 0 <= k < len(there) and k not in pair.there}
            missing = _missing(missing, [n for k in near for n in there[k].numbers if spare[Number(n).value] > 0])
        if missing == [PAIR] and not gone:
            missing = []
        found.extend(_change(old, new) for old, new in zip(gone, missing, strict=False))
        found.extend(f"+{Number(n).value}" for n in missing[len(gone) :])
        found.extend(_other_years(sketch.years, [year for other in theirs for year in other.years]))
    added = sum(here[i].length for i in proper if here[i].prose)
    if not reworded and added >= ADDED * sum(sketch.length for sketch in here if sketch.prose):
        found.append(f"+{added} words")
    return found


def _change(before: str, after: str) -> str:
    """A replaced number, for people."""
    return f"{Number(before).value} -> {Number(after).value}"


def _spare(here: Sequence[SentenceSketch], everywhere: Sequence[str]) -> Counter[str]:
    """How often the other text gives a value more than this one: only a number that is left over there can have moved here."""
    ours = Counter(Number(n).value for sketch in here for n in sketch.numbers)
    spare = Counter(Number(n).value for n in everywhere)
    for value in spare:
        # the one in hand is among ours
        spare[value] -= max(ours[value] - 1, 0)
    return spare


def _missing(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """The numbers that are not among the known ones, each known one used once.

    A number in brackets that repeats the one before it in another unit is no news where the other text has none.
    """
    left = Counter(Number(k).value for k in known)
    exact = [Number(k).value for k in known[:MOST_ROUNDED] if not Number(k).approximate]
    converts = any(Number(k).converted for k in known)
    missing = []
    for token in wanted:
        number = Number(token)
        value = number.value
        if left[value] <= 0:
            value = next((k for k in exact if left[k] > 0 and _means(number, k)), value)
        if left[value] > 0:
            left[value] -= 1
        elif converts or not number.converted:
            missing.append(token)
    return missing


def _means(number: Number, known: str) -> bool:
    return (number.approximate and rounds(known, number.value)) or left_out(known, number.value)


def _other_years(here: Sequence[int], there: Sequence[int]) -> list[str]:
    """Years that replace others. A year that is only added or left out tells nothing new."""
    gone = [year for year in there if year not in here]
    return [f"{old} -> {new}" for new, old in zip((y for y in here if y not in there), gone, strict=False)]


def _proper(
    here: Sequence[SentenceSketch], there: Sequence[SentenceSketch], of: Mapping[int, Pair], *, reworded: bool
) -> set[int]:
    """The sentences without counterpart that are part of the article proper."""
    alone = [i for i in range(len(here)) if i not in of]
    if not alone or not of:
        return set(alone)
    first, last = min(of), max(of)
    reached = {j for pair in of.values() for j in pair.there}
    # numbers of a reworded text's parent that nothing answers to, before and after those that are answered
    open_before = any(there[j].numbers for j in range(min(reached)))
    open_after = any(there[j].numbers for j in range(max(reached) + 1, len(there)))
    shared = {here[i].paragraph for i in of}
    words = Counter[int]()
    for sketch in here:
        words[sketch.paragraph] += sketch.length if sketch.prose else 0
    # what follows "Sign up now." in its paragraph is of the same kind
    opened = {sketch.paragraph: sketch.prose for sketch in reversed(here)}
    names = {name for sketch in there for name in sketch.names}
    subject = {word for sketch in there for word in sketch.words}
    proper = set()
    for i in alone:
        sketch = here[i]
        if sketch.paragraph not in shared and sketch.prose and not opened[sketch.paragraph]:
            continue
        if not sketch.prose:  # an item of a list stands between two others that were copied
            belongs = all(k in of and of[k].words >= COPIED and not here[k].prose for k in (i - 1, i + 1))
        else:
            belongs = (
                first < i < last
                or (reworded and (open_before if i < first else open_after))
                or sketch.paragraph in shared
                or words[sketch.paragraph] >= PARAGRAPH_WORDS
                or bool(names.intersection(sketch.names))
                or len(subject.intersection(sketch.words)) >= 2
            )
        if belongs:
            proper.add(i)
    return proper
