"""Who answers in an interview: one person is introduced, then questions and answers follow without a reporting verb.

Text with its quotations, names and the claims found so far -> answers, each with its speaker.
Two layouts are read: lines with labels ("Q:" and "A:", "Gazette:" and "Marrow:", initials); and a question with a quotation of
whole sentences behind it, in the same paragraph or as the next one.
Promises: linear time; nobody answers in a text that is no interview by every one of the signs below, and only one person in
quotations or lines that bear no name. What an answer reports of others keeps their claims, which are narrower.
Misses: answers that are neither quoted nor labelled; two people who answer without labels; an interviewee without a name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from extractors.claims.quotations import Quotation
from extractors.claims.speakers import Cast, introduced, untitled
from extractors.text import Sentence, parse
from schemas.records import Claim

#: A label at the start of a paragraph. Letters may have a stop or a dash behind them, names only a colon.
_LABEL = re.compile(
    r"(?:(Q|A|Question|Answer|QUESTION|ANSWER)(?:[:.]|[ \u00a0]?[–—-])|([^\W\d_][\w.'’ -]{0,40}):)[ \u00a0]+(?=\S)"
)
_ANSWER = frozenset({"a", "answer"})
_QUESTION = frozenset({"q", "question"})
#: "Ilse Marrow: 'We count again'" as a headline.
_SPEAKS = re.compile("([^:\n]{1,60}):[ \u00a0]{0,2}[\"'“‘„«‹]")
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm][ey]|[Oo]ur|[Uu]s)\b")
_ASKS_FOR_ITSELF = re.compile(r"\b(?:I|[Mm]y)\b")
_MARKS = "\"“„«'‘‹"
_TO_SOMEBODY = re.compile(r"\b[Yy](?:ou|ours?)\b")
#: Behind a sentence with one of these a quotation is somebody's whom that sentence names, not the answer to a prompt.
_REPLIES = re.compile(r"\b(?:said|told|wrote|replie[ds]|answer(?:ed|s)|respond(?:ed|s)|add(?:ed|s)|commented|posted|writes)\b")
#: "The mayor says nine": a number that an answer passes on is not the interviewee's own.
_OTHERS = re.compile(
    r"\b(?:says|tells|claims|writes|reckons)\b|\b(?:they|people|[a-z]{2,40}s) (?:say|tell|claim|write)\b"
    r"|(?<!\bI )(?<!\b[Ww]e )(?<!\b[Yy]ou )\btold\b",
    re.IGNORECASE,
)
#: The fewest turns of an interview, and questions among them: features ask themselves one or two, and answer by a quotation.
_TURNS, _QUESTIONS = 3, 2
#: The fewest answers that say "I" or "we": an explainer in questions and answers says neither.
_PERSONAL = 2
#: An interviewer's prompt is no longer than this. The longest seen have two hundred characters.
_PROMPT = 300
#: An introduction has no more sentences than this: a longer beginning is a report.
_INTRODUCTION = 12
#: A sentence of more characters is none (a table, a list).
_LONG = 2000

Paragraph = list[Sentence]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the interviewee says in one breath: a quotation, or a sentence of a line with a label.

    Sentences that pass on what others say are part of it, but not of its content.
    """

    speaker: str
    cue: str  #: the label; empty where there is none
    quote: bool
    sentences: tuple[Sentence, ...]
    content: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Turn:
    """A quotation of whole sentences, with the sentence that prompts it, which for the next part of an answer is none."""

    sentences: tuple[Sentence, ...]
    prompt: Sentence | None

    @property
    def exchange(self) -> tuple[Sentence, ...]:
        """The quotation with its prompt."""
        return self.sentences if self.prompt is None else (self.prompt, *self.sentences)

    @property
    def question(self) -> bool:
        return self.prompt is not None and self.prompt.text.endswith("?")


def answers(
    text: str, sentences: Sequence[Sentence], quotes: Sequence[Quotation], found: Sequence[Claim], title: str, known: Cast
) -> list[Answer]:
    """The answers of an interview in order; none where the text is no interview.

    Args:
        text: the article's body.
        sentences: its sentences.
        quotes: its quotations.
        found: claims by reporting verbs.
        title: the headline, which may name the interviewee.
        known: names of text and headline.
    """
    paragraphs = [list(group) for _, group in groupby(sentences, key=lambda sentence: sentence.paragraph)]
    return _labelled(text, paragraphs, title, known) or _quoted(paragraphs, quotes, found, title, known)


def _labelled(text: str, paragraphs: Sequence[Paragraph], title: str, known: Cast) -> list[Answer]:
    """Answers in paragraphs that bear labels; a paragraph without one goes on with the turn that it is amidst."""
    labels: dict[int, re.Match[str]] = {}
    for i, paragraph in enumerate(paragraphs):
        label = _LABEL.match(text, paragraph[0].start)
        if label is not None:
            labels[i] = label
    turns = Counter(_who(label) for label in labels.values())
    asked = Counter(_who(label) for i, label in labels.items() if paragraphs[i][-1].text.rstrip("\"”»’'").endswith("?"))
    questions = asked.total()
    if len(turns) < 2 or len(labels) < _TURNS or questions < _QUESTIONS:
        return []
    first, last = min(labels), max(labels)
    said = defaultdict(list)
    for i, label in labels.items():
        said[_who(label)].append(text[label.end() : paragraphs[i][-1].end])
    head = [sentence for paragraph in paragraphs[:first] for sentence in paragraph]
    answering = {who: told for who, told in said.items() if _answers(who, len(told), asked[who], questions - asked[who])}
    speakers = _bearers(answering, said, title, head, known)
    result = []
    now: re.Match[str] | None = None
    for i in range(first, last + 1):
        now = labels.get(i, now)
        if now is None or _who(now) not in speakers:
            continue
        quoted = text[now.end()] in _MARKS
        for sentence in paragraphs[i]:
            start = max(sentence.start, now.end())
            if start >= sentence.end or _OTHERS.search(text, start, sentence.end):
                continue
            if i not in labels and (quoted or sentence.text[0] in "([" or sentence.text[-1].isalnum()):
                continue
            cue = text[now.start() : now.end()].rstrip(" \u00a0:.–—-")
            result.append(Answer(speakers[_who(now)], cue, quoted, (sentence,), ((start, sentence.end),)))
    return result


def _answers(who: str, turns: int, asked: int, asked_by_others: int) -> bool:
    """Does whoever bears this label answer: less than half of the turns are questions, and others ask some?"""
    return who not in _QUESTION and asked * 2 < turns and asked_by_others >= _QUESTIONS


def _bearers(
    answering: dict[str, list[str]], said: dict[str, list[str]], title: str, head: Sequence[Sentence], known: Cast
) -> dict[str, str]:
    """The persons behind the labels of those who answer; what is said in the name of nobody ("the rate is ...") has none."""
    names = _names("\n".join([title, *(sentence.text[:_LONG] for sentence in head[:_INTRODUCTION])]), known)
    explains = any(_ASKS_FOR_ITSELF.search(line) for who in _QUESTION for line in said.get(who, ()))
    result = {}
    for who, told in answering.items():
        personal = sum(_FIRST_PERSON.search(answer) is not None for answer in told)
        if who not in _ANSWER:
            name = _bearer(who, names) if personal else None
        else:
            name = _interviewee(title, head, known) if personal >= _PERSONAL and not explains else None
        if name is not None:
            result[who] = name
    return result


def _who(label: re.Match[str]) -> str:
    return (label.group(1) or label.group(2)).lower().strip()


def _names(head: str, known: Cast) -> dict[str, str]:
    """The persons that a headline and an introduction name: full name, surname and initials, lower-case -> full name.

    What two of them share is nobody's.
    """
    words = set(re.findall(r"[^\W\d_][\w'’-]*", head))
    full = dict.fromkeys(
        name for word in words for name in known.persons.get(word, ()) if name.split()[-1] == word and name in head
    )
    keys: dict[str, set[str]] = defaultdict(set)
    for name in full:
        parts = re.split(r"[ -]", name)
        for key in (name, parts[-1], name.split()[-1], "".join(part[0] for part in parts if part)):
            keys[key.lower()].add(name)
    return {key: min(names) for key, names in keys.items() if len(names) == 1}


def _bearer(label: str, names: dict[str, str]) -> str | None:
    """The person whose label this is: a name with or without a title, or initials."""
    return names.get(" ".join(untitled(label.split()))) or names.get(label.replace(".", "").replace(" ", ""))


def _quoted(
    paragraphs: Sequence[Paragraph], quotes: Sequence[Quotation], found: Sequence[Claim], title: str, known: Cast
) -> list[Answer]:
    """Answers in quotation marks behind questions and other prompts."""
    turns = _turns(paragraphs, quotes)
    asked = [turn for turn in turns if turn.question]
    personal = sum(any(_FIRST_PERSON.search(s.text) for s in turn.sentences) for turn in turns)
    if len(turns) < _TURNS or len(asked) < _QUESTIONS or personal < _PERSONAL:
        return []
    first, last = turns[0].sentences[0], turns[-1].sentences[-1]
    parts = {sentence.paragraph for turn in turns for sentence in turn.exchange}
    begin = min(parts)
    if len(parts) * 2 < last.paragraph - begin + 1:
        return []  # a report, with an exchange here and there
    head = [sentence for paragraph in paragraphs if paragraph[0].paragraph < begin for sentence in paragraph]
    name = _interviewee(title, head, known)
    own = {sentence.start for turn in turns for sentence in turn.exchange}
    others = (claim for claim in found if claim.quote and first.start < claim.start < last.end and claim.start not in own)
    if name is None or any(claim.speaker != name for claim in others):
        return []
    result = []
    for turn in turns:
        content = tuple((s.start, s.end) for s in turn.sentences if not _OTHERS.search(s.text))
        if content:
            result.append(Answer(name, "", True, turn.sentences, content))
    return result


def _turns(paragraphs: Sequence[Paragraph], quotes: Sequence[Quotation]) -> list[_Turn]:
    """Quotations of whole sentences that a question, a prompt or an open quotation stands before."""
    found: list[_Turn] = []
    before: Paragraph = []  # the paragraph before, where nothing in it is quoted
    open_ = False  # does the answer go on in this paragraph?
    at = 0
    for paragraph in paragraphs:
        begin = at
        while at < len(quotes) and quotes[at].start < paragraph[-1].end:
            at += 1
        inside = quotes[begin:at]
        first = inside[0] if inside else None
        going_on, open_ = open_, False
        if first is not None:
            lead = [s for s in paragraph if s.end <= first.start]
            whole = tuple(s for s in paragraph if first.start <= s.start + 1 and s.end - 2 <= first.end)
            prompt = lead[-1] if lead else before[-1] if before else None
            if whole and whole[0].start in {first.start - 1, first.start} and first.end <= whole[-1].end:
                if going_on and not lead:
                    found.append(_Turn(whole, None))
                    open_ = not first.closed
                elif prompt is not None and _prompts(lead or before, prompt, ends=whole[-1] is paragraph[-1]):
                    found.append(_Turn(whole, prompt))
                    open_ = not first.closed
        before = paragraph if first is None else []
    return found


def _prompts(said: Paragraph, last: Sentence, *, ends: bool) -> bool:
    """Are these sentences an interviewer's? Those that ask nothing prompt only an answer that ends its paragraph."""
    if said[-1].end - said[0].start > _PROMPT:
        return False
    if last.text.endswith("?"):
        return True
    return ends and last.text.endswith(".") and (not _REPLIES.search(last.text) or bool(_TO_SOMEBODY.search(last.text)))


def _interviewee(title: str, head: Sequence[Sentence], known: Cast) -> str | None:
    """Who is interviewed: the person whose words are the headline, else the only one that the introduction is about."""
    speaks = _SPEAKS.match(title)
    if speaks is not None:
        words = untitled(speaks.group(1).split())
        names = [name for name in known.persons.get(words[-1], ()) if name.split()[-1] == words[-1]] if words else []
        if len(names) == 1 and (len(words) == 1 or " ".join(words) == names[0]):
            return names[0]
    if len(head) > _INTRODUCTION or any(len(sentence.text) > _LONG for sentence in head):
        return None
    parse(head)
    about = list(dict.fromkeys(name for sentence in head for name in introduced(sentence, known)))
    sure = [name for name in about if name in known.certain]
    chosen = about if len(about) == 1 else sure
    return chosen[0] if len(chosen) == 1 else None
