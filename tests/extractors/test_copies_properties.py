"""What holds for every text: similarity is symmetric, layout does not matter, one changed digit is always seen."""

import string
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors.copies import fingerprint, judge, similarity
from extractors.copies.align import COPIED, align, may_be_copied
from extractors.copies.packing import pack, unpack
from extractors.copies.reworded import follow, likenesses, met
from extractors.copies.side import Side
from extractors.copies.values import LONGEST, read
from extractors.text import sentences
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Fingerprint, Verdict

#: Enough to meet what breaks a rule, in a second or two.
some = settings(max_examples=30, deadline=None)

NOUNS = "bridge harbour village dam ferry orchard quarry barracks clinic tunnel vineyard mill depot market school".split()
VERBS = "flooded repaired searched emptied insured evacuated sold inspected closed reopened mapped surveyed".split()
NAMES = "Orven Tarn Brandt Hallin Merle Serrin Conti Voltis Norvex Lomm Reve Kessa Dorn Ilvar".split()


@st.composite
def reports(draw: st.DrawFn) -> str:
    """A text of some paragraphs, each sentence with a name, a number and words of its own."""
    lines = []
    for decimal in draw(st.lists(st.integers(11, 99).map(lambda n: n / 10), min_size=5, max_size=8, unique=True)):
        noun, other = draw(st.permutations(NOUNS))[:2]
        verb = draw(st.sampled_from(VERBS))
        name, place = draw(st.permutations(NAMES))[:2]
        number = draw(st.one_of(st.integers(2, 40), st.integers(101, 9999).map(lambda n: f"{n:,}")))
        lines.append(
            f"Crews from {place} {verb} {number} parts of the {noun} near the {other}, {name} said after {decimal} days."
        )
    at = draw(st.integers(2, 4))
    return " ".join(lines[:at]) + "\n\n" + " ".join(lines[at:])


def of(text: str) -> Fingerprint:
    return fingerprint(text, sentences(text))


def verdict(text: str, known: str) -> Verdict:
    candidate = Candidate(id=1, url="u", published_at=None, fingerprint=of(known))
    return judge(Article(url="v", title="", text=text, language="en"), of(text), [candidate])


def with_another_digit(text: str, data: st.DataObject) -> str:
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c in string.digits]))
    digit = data.draw(st.sampled_from([d for d in "123456789" if d != text[at]]))
    return text[:at] + digit + text[at + 1 :]


@some
@given(reports(), reports())
def test_similarity_is_symmetric_and_between_zero_and_one(one: str, other: str) -> None:
    a, b = of(one), of(other)
    assert similarity(a, b) == similarity(b, a)
    assert 0.0 <= similarity(a, b) <= 1.0
    assert similarity(a, a) == 1.0


@some
@given(reports(), st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2009"]), st.sampled_from(["\n\n", "\n \n", "\n\n\n"]))
def test_white_space_changes_nothing(text: str, gap: str, blank: str) -> None:
    spaced = blank.join(part.replace(" ", gap) for part in text.split("\n\n"))
    assert verdict(spaced, text).relation is Relation.DUPLICATE
    assert of(spaced).keys == of(text).keys


@some
@given(reports(), st.integers(1, 99))
@example(
    " ".join(f"Crews from Tarn flooded 2 parts of the bridge, Orven said after {n} days." for n in (1.1, 1.2, 1.3, "2.0", 1.4)),
    1,
)
def test_a_menu_and_headlines_around_a_text_change_nothing(text: str, number: int) -> None:
    page = f"Home | News | {number} offers\n\nAdvertisement\n\n{text}\n\nMost read: {number} ways to sleep\n\n© 2031 Kessa"
    assert verdict(page, text).relation is Relation.DUPLICATE
    assert of(page).keys == of(text).keys


@some
@given(reports(), st.data())
def test_one_changed_digit_is_always_an_update(text: str, data: st.DataObject) -> None:
    found = verdict(with_another_digit(text, data), text)
    assert found.relation is Relation.UPDATE, found.reason
    assert found.of == 1


@some
@given(reports(), st.data())
def test_one_changed_digit_in_a_part_of_a_text_is_an_update(text: str, data: st.DataObject) -> None:
    part = text.split("\n\n")[data.draw(st.integers(0, 1))]
    found = verdict(with_another_digit(part, data), text)
    assert (found.relation, found.of) == (Relation.UPDATE, 1), found.reason


#: What a desk does to a text that it takes over.
EDITS = (
    ("Crews from", "Teams from"),
    ("said after", "told reporters after"),
    ("near the", "close to the"),
    (" parts of", " separate parts of"),
    ("\n\n", "\n\nThis report was updated.\n\n"),
)


@some
@given(reports(), st.lists(st.sampled_from(EDITS), min_size=1, max_size=2, unique=True), st.data())
def test_one_changed_digit_in_a_text_that_a_desk_has_edited_is_an_update(
    text: str, edits: list[tuple[str, str]], data: st.DataObject
) -> None:
    edited = text
    for old, new in edits:
        edited = edited.replace(old, new)
    assert verdict(edited, text).relation is Relation.DUPLICATE
    found = verdict(with_another_digit(edited, data), text)
    assert (found.relation, found.of) == (Relation.UPDATE, 1), found.reason


@some
@given(reports())
def test_a_part_of_a_text_is_a_duplicate_and_the_whole_after_its_part_an_update(text: str) -> None:
    part = text.split("\n\n")[1]
    assert verdict(part, text).relation is Relation.DUPLICATE
    assert verdict(text, part).relation is not Relation.DUPLICATE


@some
@given(reports())
def test_what_was_published_earlier_is_no_copy_of_what_came_later(text: str) -> None:
    now = datetime(2031, 5, 4, tzinfo=UTC)
    candidate = Candidate(id=7, url="u", published_at=now, fingerprint=of(text))
    earlier = Article(url="v", title="", text=text, language="en", published_at=now - timedelta(days=1))
    found = judge(earlier, of(text), [candidate])
    assert (found.relation, found.later) == (Relation.ORIGINAL, (7,))


@some
@given(st.text(), st.text())
def test_any_text_has_a_fingerprint_and_a_verdict(one: str, other: str) -> None:
    found = of(one)
    assert len(found.keys) == len(set(found.keys)) <= 64
    assert all(-(2**63) <= key < 2**63 for key in found.keys)
    assert unpack(pack(found)) == found
    verdict(one, other)
    assert verdict(one, one).relation is Relation.DUPLICATE


@some
@given(st.text(alphabet="0123456789,.  -dozenmillionkbn$€(half)", max_size=60))
def test_any_run_of_digits_and_number_words_is_read(text: str) -> None:
    for start, character in enumerate(text):
        if character.isdecimal():
            reading = read(text, start, follows=True)
            assert reading is not None
            assert start < reading.end <= len(text)
            assert len(reading.number) <= LONGEST + 40


@some
@given(reports())
def test_no_more_is_copied_than_may_be(known: str) -> None:
    there = Side.of(of(known))
    words = known.split(". ", maxsplit=1)[0].split()
    for at, word in enumerate(words):  # from nearly all of it to nothing
        words[at] = f"w{word[::-1]}"
        here = Side.of(of(f"{' '.join(words)}. {known}" if at % 2 else " ".join(words) + "."))
        prose = [pair for pair in align(here, there, 0.0) if here.sketches[pair.here].prose]
        copied = sum(here.sketches[pair.here].length for pair in prose if pair.words >= COPIED)
        assert may_be_copied(here, there) >= copied / here.words


@some
@given(reports(), reports())
def test_a_way_through_a_text_keeps_no_more_than_stands_there(one: str, known: str) -> None:
    here, there = (Side.of(of(text)) for text in (f"{known}\n\n{one}\n\n{known}", known))
    alike = likenesses(here, there)
    way, most = follow(here, there, alike), met(here, there)
    assert 0 < way.kept.numbers <= most.numbers <= here.given.numbers
    assert 0 < way.kept.names <= most.names <= here.given.names
    assert way.likeness <= (alike.max(axis=1) * here.share).sum()
