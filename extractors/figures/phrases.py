"""A quantity being read: the slots found so far, and noun phrases as words, with pronouns looked up.

Frame and the sentences before -> "the company's older ships" as "older ships", "they" as what the sentence before spoke of.
Pure. Not here: which noun is meant (things.py, doings.py).
"""

import re
from collections.abc import Sequence

from extractors.figures.as_of import Period
from extractors.figures.frame import Frame, base, is_verb, subject
from extractors.figures.units import SYMBOLS, UNITS, WORDS, dimension
from extractors.figures.verbs import mistaken, speaks
from extractors.figures.wording import EMPTY, GENERIC, PRONOUNS, SOURCES, TITLES, as_words, like_number, modifiers, noun_of
from extractors.text import Sentence, Token

#: "PORT VALE, Oct. 4 (NTA) - "
DATELINE = re.compile(r"^[A-Z][A-Z .'’-]{2,40}\b[^()\n]{0,40}(?:\([\w .&/-]{2,40}\) ?[-–—]+|[–—]) ")


#: The subject that opens a sentence: a name, or "the" and its noun before a common verb.
OPENING = re.compile(
    r"^(?:[A-Z ,]+\([\w ]+\) [-—–] )?(?:(?P<noun>(?:The|A|An) (?:[a-z][\w’'-]* ){0,3}?[a-z][\w’'-]*)"
    r"|(?:The )?(?P<name>[A-Z][\w’'-]+(?: (?:of (?:the )?|the |and )?[A-Z][\w’'-]+){0,4}))"
    r"(?:,| (?:has|have|had|is|are|was|were|will|said|says|\w{3,}(?:ed|s)\b(?! (?:has|have|had|is|are|was|were|will"
    r"|said|say|could|may|would)))\b)"
)


#: Words that open a sentence with a capital and name nobody.
NOBODY = frozenset(
    "nobody everybody everyone anyone someone nothing most many few several all both each none more half one two three four"
    " five six seven eight nine ten eleven twelve dozens hundreds thousands millions".split()
)


def opening_name(text: str) -> str:
    """The name, or the noun, that opens a sentence as its subject; empty where none does."""
    match = OPENING.match(text[:200])
    if match is None:
        return ""
    words = (match["name"] or match["noun"].split(" ", 1)[1]).split()
    if (
        len(words) > 4
        or words[0].lower() in PRONOUNS | NOBODY
        or (len(words) == 1 and words[0].endswith(("ed", "ing")))
        or words[0].lower() in {"in", "on", "at", "after", "but", "and", "there", "as", "when", "if", "for"}
    ):
        return ""
    return " ".join(words)


class Phrases:
    """One quantity being read: the slots as they are found, and the words of noun phrases."""

    def __init__(
        self,
        frame: Frame,
        unit: str,
        rate: str | None,
        previous: Sequence[Sentence],
        title: str,
        direction: str | None,
        found: Sequence[Period],
    ) -> None:
        self.frame = frame
        self.unit = unit
        self.rate = rate
        self.previous = previous
        self.title = title
        self.direction = direction
        self.times = [(p.start, p.end) for p in found]
        dateline = DATELINE.match(frame.sentence.text)
        self.begin = dateline.end() if dateline else 0  #: tokens before it say where the report was filed
        self.counted = self.action = self.agent = self.patient = self.place = self.whole = ""
        self.used: set[int] = set()
        self.counts = dimension(unit) == "count"
        #: the verb of the clause; a unit taken for one ("8 trillion won") is none
        self.verb = next((v for v in frame.verbs if (not frame.holds(v) or self.counts) and not mistaken(v)), None)
        self.elsewhere = False  #: the counted noun is not beside the number but what the verb gives the number to
        self.parts: list[str] = []

    def subject(self, verb: Token) -> Token | None:
        """The subject; where the parse took the dateline for it, the first noun after that."""
        doer = subject(verb)
        if doer is None or doer.idx >= self.begin:
            return doer
        heads = (t for t in self.frame.doc if self.begin <= t.idx < verb.idx and t.pos_ in {"NOUN", "PROPN"})
        return next((t for t in heads if t.dep_ not in {"compound", "amod", "nmod", "pobj", "poss"}), None)

    def phrase(self, noun: Token, *, of: bool = True) -> str:
        """A noun with its modifiers, without article, number and owner; "of" and its noun after it."""
        if noun.pos_ == "PRON" or noun.lower_ in PRONOUNS:
            return self.resolve(noun)
        # of the quantity itself its noun may enter, its unit not
        words = [
            t
            for t in modifiers(noun)
            if not self.frame.holds(t) or (t.pos_ in {"NOUN", "PROPN", "ADJ"} and (self.counts or t.i > self.frame.root.i))
        ]
        words = [t for t in words if not like_number(t) and not self.is_time(t)]
        if any(like_number(c) for c in noun.children) and (noun.text in SYMBOLS or WORDS.get(noun.lower_) in UNITS):
            return ""
        text = as_words(words[-4:])
        if of:
            inner = noun_of(noun)
            if (
                inner is not None
                and inner.i != noun.i
                and (self.counts or not self.frame.holds(inner))
                and inner not in self.frame.path
                and inner.i not in self.used
            ):
                more = as_words([t for t in modifiers(inner)[-3:] if not like_number(t) and not self.is_time(t)])
                if more and inner.pos_ in {"NOUN", "PROPN"} and not any(like_number(c) for c in inner.children):
                    self.used.add(inner.i)
                    if noun.lower_ in {"number", "total"}:
                        return more
                    text = f"{text} of {more}"
        return text

    def who(self, noun: Token) -> str:
        """Somebody or something that acts, as words: of a name with its role the name alone."""
        if noun.pos_ == "PRON" or noun.lower_ in PRONOUNS:
            return self.resolve(noun)
        if noun.pos_ not in {"NOUN", "PROPN"} or self.is_time(noun) or any(like_number(c) for c in noun.children):
            return ""
        if base(noun) in GENERIC or base(noun) in SOURCES:
            return ""
        if noun.pos_ == "PROPN":
            # "handset maker Aokawa", "President Jo Lund": the name alone
            words = modifiers(noun)
            first = max((i for i, t in enumerate(words) if t.pos_ == "NOUN" or t.lower_.rstrip(".") in TITLES), default=-1) + 1
            if 0 < first < len(words):
                return as_words([t for t in words[first:] if not self.is_time(t)])
        return self.phrase(noun, of=False)

    def owner(self, token: Token) -> str:
        """Whose it is, as words."""
        if token.lower_ in {"its", "their", "his", "her"}:
            return self.resolve(token)
        return self.phrase(token, of=False) if token.pos_ in {"NOUN", "PROPN"} else ""

    def resolve(self, pronoun: Token) -> str:
        """What a pronoun stands for: the noun before a relative clause, the subject above, that of the sentence before."""
        word = pronoun.lower_
        if word in {"we", "i", "you", "us", "me", "our", "my", "your", "there", "one", "some", "others"}:
            return ""
        if word in {"which", "who", "whom", "that"}:
            token = pronoun
            for _ in range(6):
                token = token.head
                if token.dep_ in {"relcl", "acl"}:
                    return self.plain_phrase(token.head)
            if word not in {"that", "whom", "which"}:
                return ""
        if word in {"them", "those", "these", "whom", "which"} and pronoun.head.lower_ == "of":
            counted = self.counted_before(pronoun)
            if counted:
                return counted
        if word == "those" and any(c.dep_ in {"acl", "relcl"} for c in pronoun.children):
            asked = next((c for c in pronoun.children if c.dep_ == "acl" and c.tag_ == "VBN"), None)
            return f"people {asked.lower_}" if asked is not None else "people"
        plural = word in {"they", "them", "their", "these", "those", "themselves"}
        for token in self.frame.doc[: pronoun.i]:
            clause = next((t for t in pronoun.ancestors if is_verb(t)), None)
            own = word in {"them", "him"} and token.head == clause  # nobody sells himself
            names = token.dep_ in {"nsubj", "nsubjpass"} and token.pos_ in {"NOUN", "PROPN"} and token.head != pronoun.head
            names = names and not own
            if names and ((token.tag_ in {"NNS", "NNPS"}) == plural or token.pos_ == "PROPN"):
                return self.plain_phrase(token)
        if word in {"them", "those", "these"} and self.previous:
            many = [
                t for t in self.previous[-1].doc if t.tag_ == "NNS" and t.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "attr"}
            ]
            many = [t for t in many if base(t) not in EMPTY and not speaks(t) and WORDS.get(t.lower_) not in UNITS]
            first = next((t for t in many if t.dep_ != "pobj"), many[0] if many else None)
            return self.plain_phrase(first) if first is not None else ""
        for sentence in reversed(self.previous[-2:]):
            name = opening_name(sentence.text)
            if name:
                return name
        return ""

    def counted_before(self, pronoun: Token) -> str:
        """The noun of the number before, in this sentence or the last: what "of them" is a part of."""
        for token in reversed(self.frame.doc[: pronoun.i]):
            if token.tag_ == "NNS" and any(like_number(c) for c in token.children):
                return self.plain_phrase(token)
        if self.previous and any(c.isdigit() for c in self.previous[-1].text):
            for token in reversed(self.previous[-1].doc):
                if token.tag_ == "NNS" and any(like_number(c) for c in token.children):
                    return self.plain_phrase(token)
        return ""

    def plain_phrase(self, noun: Token) -> str:
        """A noun with the words before it."""
        if noun.pos_ not in {"NOUN", "PROPN"}:
            return ""
        return as_words([t for t in modifiers(noun)[-3:] if not like_number(t) and not self.is_time(t)])

    def is_time(self, token: Token) -> bool:
        """Is it part of a date or a period, or of the dateline?"""
        return token.idx < self.begin or any(start <= token.idx < end for start, end in self.times)
