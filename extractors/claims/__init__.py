"""Text to attributed statements, and each figure to its speaker.

Sentences that hold a cue -> parsed -> attributions -> speakers by their fullest names -> claims; answers of an interview ->
claims; figures within what is claimed -> attributed.
Promises: one claim a speaker and sentence, in order, and one for a quotation of several sentences; any text gives no
exception; a figure that nobody vouches for stays without a speaker.
Misses: statements whose speaker is named only outside the article; irony.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from extractors.claims.attribution import attributions
from extractors.claims.cues import VIEW_NOUNS, cues
from extractors.claims.interviews import answers
from extractors.claims.manner import Part, Parts, denied, hedged, unsure
from extractors.claims.quotations import Quotation, quotations
from extractors.claims.speakers import cast, note_subject, speaker
from extractors.text import Sentence, parse
from schemas.records import Claim, Figure

__all__ = ["attribute", "claims", "may_claim"]

_WORD = re.compile(r"[^\W\d_]+")
_QUOTE = re.compile("[\"“”„«»‘]|(?<!\\w)'")
#: Sentences longer than this are no sentences (tables, code); they are not parsed.
MAX_SENTENCE_CHARS = 2000


def claims(text: str, sentences: Sequence[Sentence], *, title: str = "") -> list[Claim]:
    """Attributed statements in order.

    Args:
        text: the article's body.
        sentences: extractors.text.sentences(text).
        title: the headline; names in it count as named.
    Returns:
        A claim's span is its sentence, or the sentences of one quotation; `content` is the part of it that is the statement.
    """
    wanted = [s for s in sentences if may_claim(s)]
    parse(wanted)
    quotes = quotations(text)
    known = cast(f"{text}\n\n{title}")
    parts = Parts()
    found: list[Claim] = []
    at = 0
    for sentence in wanted:
        while at < len(quotes) and quotes[at].end < sentence.start:
            at += 1
        quoted = []
        for quote in islice(quotes, at, None):
            if quote.start >= sentence.end:
                break
            quoted.append((max(quote.start - sentence.start, 0), min(quote.end, sentence.end) - sentence.start))
        earlier = sentences[sentence.index - 1] if sentence.index else None
        said: dict[str, Claim] = {}
        for one in attributions(sentence.doc, quoted):
            name = speaker(one.holder, known, sentence, earlier, one.at)
            if name is None:
                continue
            content = tuple((sentence.start + start, sentence.start + end) for start, end in one.content)
            kind, part = parts.learn(one, name, known)
            claim = Claim(
                start=sentence.start,
                end=sentence.end,
                speaker=name,
                cue=one.cue,
                quote=bool(quoted),
                content=content,
                kind=kind,
                title=part.title,
                organisation=part.organisation,
                hedged=hedged(one, sentence.text, sentence.doc),
                denied=denied(one, sentence.doc),
            )
            known_claim = said.get(name.lower())
            said[name.lower()] = claim if known_claim is None else replace(known_claim, content=known_claim.content + content)
        found.extend(said.values())
        note_subject(sentence, known)
    answered: set[int] = set()
    by_rule = {(claim.start, claim.speaker) for claim in found}
    for answer in answers(text, sentences, quotes, found, title, known):
        answered.update(sentence.index for sentence in answer.sentences)
        if (answer.sentences[0].start, answer.speaker) in by_rule:
            continue
        part = parts.roles.get(answer.speaker, Part())
        found.append(
            Claim(
                start=answer.sentences[0].start,
                end=answer.sentences[-1].end,
                speaker=answer.speaker,
                cue=answer.cue,
                quote=answer.quote,
                content=answer.content,
                kind="person",
                title=part.title,
                organisation=part.organisation,
                hedged=any(unsure(text[start:end]) for start, end in answer.content),
            )
        )
    return _with_continuations(found, sentences, quotes, answered)


def _with_continuations(
    found: list[Claim], sentences: Sequence[Sentence], quotes: list[Quotation], answered: set[int]
) -> list[Claim]:
    """Claims with the rest of what they quote, and quotations that have their cue in the sentence before.

    Quoted throughout and without a cue, a sentence belongs to the claim that the same quotation is part of, before or behind
    it; else, where the sentence before it in the paragraph is quoted too, it is a claim of that one's speaker. What answers a
    question is claimed already.
    """
    said = {claim.start: i for i, claim in enumerate(found)}
    whole: dict[int, Quotation] = {}
    at = 0
    for sentence in sentences:
        while at < len(quotes) and quotes[at].end <= sentence.start:
            at += 1
        if sentence.index in answered:
            continue
        if at < len(quotes) and quotes[at].start <= sentence.start + 1 and quotes[at].end >= sentence.end - 2:
            whole[sentence.index] = quotes[at]
    result = list(found)
    for step in (-1, 1):
        for index in sorted(whole, reverse=step > 0):
            sentence, other = sentences[index], index + step
            if sentence.start in said or not 0 <= other < len(sentences) or sentences[other].start not in said:
                continue
            at = said[sentences[other].start]
            claim = result[at]
            content = (*claim.content, (sentence.start, sentence.end))
            if whole[index].start < sentences[other].end and whole[index].end > sentences[other].start:
                start, end = min(claim.start, sentence.start), max(claim.end, sentence.end)
                result[at] = replace(claim, start=start, end=end, content=content)
                said[sentence.start] = at
            elif step < 0 and claim.quote and sentences[other].paragraph == sentence.paragraph:
                said[sentence.start] = len(result)
                result.append(replace(claim, start=sentence.start, end=sentence.end, content=content[-1:]))
    return sorted(result, key=lambda claim: claim.start)


def attribute(figures: Sequence[Figure], claims: Sequence[Claim], sentences: Sequence[Sentence]) -> list[Figure]:
    """The figures in their order, each with the speaker whose statement it is part of, if any."""
    starts = [sentence.start for sentence in sentences]
    by_sentence: dict[int, list[Claim]] = {}
    for claim in claims:
        for start in starts[bisect_left(starts, claim.start) : bisect_left(starts, claim.end)]:
            by_sentence.setdefault(start, []).append(claim)
    result = []
    for figure in figures:
        around = [
            claim
            for claim in by_sentence.get(figure.sentence_start, [])
            if any(start < figure.end and figure.start < end for start, end in claim.content)
        ]
        # A number with its own speaker stands within what another one says: the narrower statement is its own.
        who = min(around, key=lambda claim: sum(end - start for start, end in claim.content)).speaker if around else None
        result.append(replace(figure, attribution=who))
    return result


def may_claim(sentence: Sentence) -> bool:
    """Does a sentence hold a cue or a quotation mark? Only those are parsed."""
    if len(sentence.text) > MAX_SENTENCE_CHARS:
        return False
    words = map(str.lower, _WORD.findall(sentence.text))
    return not _cue_words().isdisjoint(words) or _QUOTE.search(sentence.text) is not None


@cache
def _cue_words() -> frozenset[str]:
    """The words without one of which nothing is reported, but by a quotation."""
    return frozenset({"according", *cues(), *VIEW_NOUNS})
