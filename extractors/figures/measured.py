"""What does a figure measure: the words that a person would write beside its line in a chart?

Frame (grammar) -> the thing counted or measured with its modifiers, what is done to it, by whom, where; the same taken
apart in slots. Pronouns are looked up in the sentences before, ellipses ("of those") in the numbers before.
Pure. Who says so never enters: the label is built from the quantity's own clause. Never a run of eight words of the text.
Not here: the role (roles.py), how labels are compared (series/).
"""

import re
from collections.abc import Sequence

from extractors.figures.as_of import Period, as_of, periods
from extractors.figures.doings import EVENTS, Doings
from extractors.figures.frame import Frame
from extractors.figures.places import named_place
from extractors.figures.things import CALLED
from extractors.figures.units import dimension
from extractors.figures.wording import PREPOSITIONS, own_words
from extractors.text import Sentence
from schemas.records import Slots

#: Words of a label: what fits beside a line of a chart.
MOST_WORDS = 10


#: Adjectives of countries and peoples, by their ending.
_GENTILE = re.compile(r"(?<!ivil)(?<!destr)ian$|(?<!Chin)ese$|Chinese$")


_CAPITAL = re.compile(r"\b[A-Z]")
_EVENT = re.compile(rf"\b(?:{'|'.join(sorted(EVENTS))})\b", re.IGNORECASE)


#: What makes a count one of an event's.
_HARM = re.compile(
    r"\b(?:killed|dead|dying|died|deaths?|injured|wounded|hurt|missing|displaced|homeless|destroyed|damaged|evacuated"
    r"|rescued|hospitalised|hospitalized)\b"
)


def measured(
    frame: Frame,
    *,
    unit: str = "",
    rate: str | None = None,
    previous: Sequence[Sentence] = (),
    title: str = "",
    direction: str | None = None,
    found: Sequence[Period] | None = None,
) -> tuple[str, Slots, str | None]:
    """What a quantity measures.

    Args:
        frame: the quantity in its sentence.
        unit, rate: as found with the quantity; the noun where the sentence leaves it out.
        previous: the sentences before, in order: what pronouns stand for.
        title: the headline, for the same.
        direction: "up" or "down" where the quantity is a change.
        found: the sentence's periods, where they are known already.
    Returns:
        A label of at most MOST_WORDS words; the slots; the date or period described, as worded (as_of.as_of).
    """
    if found is None:
        found = periods(frame.sentence.text)
    reading = _Reading(frame, unit, rate, previous, title, direction, found)
    label = reading.label()
    when = as_of(frame, found)
    place = reading.place if _CAPITAL.search(reading.place) else named_place(frame, reading.is_time) or reading.place
    slots = Slots(
        counted=reading.counted.lower(),
        action=reading.action,
        agent=reading.agent.lower(),
        patient=reading.patient.lower(),
        place=place.lower(),
        period=(when or "").lower(),
        whole=reading.whole.lower(),
    )
    return label, slots, when


class _Reading(Doings):
    """The label of a quantity, from the slots."""

    def label(self) -> str:
        """Read the quantity; the words of its label, most telling first, as many as fit."""
        kind = dimension(self.unit)
        if self.counts:
            head = self.noun()
        else:
            head = self.carrier(kind.split(":")[0])
            if self.direction and head not in CALLED.values():
                head = f"{'rise' if self.direction == 'up' else 'fall'} in {head}"
        self.counted = self.counted or head
        self.doing()
        chosen: list[str] = []
        for part in [head, *self.parts]:
            fresh = part.split()
            said = {w for p in chosen for w in p.split()}
            if not fresh or all(w in said or w in PREPOSITIONS or w == "of" for w in fresh):
                continue
            if sum(len(p.split()) for p in chosen) + len(fresh) > MOST_WORDS:
                break
            chosen.append(part)
        event = self._event(chosen)
        if event and sum(len(p.split()) for p in chosen) + 2 <= MOST_WORDS:
            chosen.append(f"in {event}")
        per = f"per {self.rate}" if self.rate and self.rate not in {w.lower() for p in chosen for w in p.split()} else ""
        if per and sum(len(p.split()) for p in chosen) + 2 <= MOST_WORDS:
            chosen.append(per)
        return own_words(self._with_capital(" ".join(chosen)), self.frame.sentence.text)

    def _with_capital(self, label: str) -> str:
        """The label, with the capital of a name that opens the sentence and stands inside another one before."""
        first = self.frame.doc[0]
        if first.pos_ == "PROPN" or first.lower_ not in label.split() or not first.is_title:
            return label
        if not _GENTILE.search(first.text) and not self._is_name(first.text):
            return label
        return " ".join(first.text if word == first.lower_ else word for word in label.split(" "))

    def _is_name(self, word: str) -> bool:
        """Does a word that opens a sentence stand with its capital inside another one before?"""
        inside = re.compile(rf"[a-z,] {re.escape(word)}\b")
        return any(inside.search(s.text) for s in self.previous)

    def _event(self, chosen: Sequence[str]) -> str:
        """The event that people were killed or houses lost in, where the label names none: that of the story."""
        said = " ".join(chosen)
        if not _HARM.search(said) or _EVENT.search(said):
            return ""
        for text in (
            self.frame.sentence.text,
            *(s.text for s in reversed(self.previous[-3:])),
            self.title,
            *(s.text for s in self.previous[:2]),
        ):
            match = _EVENT.search(text)
            if match:
                return match.group().lower()
        return ""
