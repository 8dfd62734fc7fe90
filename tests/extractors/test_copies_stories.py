"""Ten invented stories, written before the code was tried on them: what desks make of a wire text, and what only resembles it.

Each verdict is on the ten wire texts at once, found by the look-up keys as in the database.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from extractors.copies import fingerprint, judge
from extractors.text import sentences
from schemas.outcomes import Relation
from schemas.records import Article, Candidate, Verdict

ORIGINAL, D, U = Relation.ORIGINAL, Relation.DUPLICATE, Relation.UPDATE

PAGE = (
    "Home | World | Business | Sign in\n\nAdvertisement\n\n{}\n\nMost read: 7 gardens to see this summer\n\n"
    "Subscribe to our newsletter and never miss a story.\n\n© 2031 The Orven Gazette. All rights reserved."
)

Story = dict[str, str]


def _plain(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


RAW = tomllib.loads((Path(__file__).parents[1] / "cases" / "copies.toml").read_text("utf-8"))
STORIES: dict[str, Story] = {
    name: {kind: _plain(text) for kind, text in story.items() if kind != "moved"} for name, story in RAW.items()
}
NAMES = list(STORIES)
WIRES = [
    Candidate(
        id=n, url=name, published_at=None, fingerprint=fingerprint(STORIES[name]["wire"], sentences(STORIES[name]["wire"]))
    )
    for n, name in enumerate(NAMES)
]


def verdict(text: str) -> Verdict:
    here = fingerprint(text, sentences(text))
    candidates = [wire for wire in WIRES if set(wire.fingerprint.keys) & set(here.keys)]
    return judge(Article(url="https://desk.example/", title="", text=text, language="en"), here, candidates)


def part(text: str, first: int, last: int | None = None) -> str:
    return "\n\n".join(text.split("\n\n")[first:last])


def half(text: str, *, second: bool = False) -> str:
    count = len(text.split("\n\n"))
    return part(text, count // 2) if second else part(text, 0, (count + 1) // 2)


#: what a desk prints -> what that is, and the stories in which it comes to something else
KINDS: dict[str, tuple[Callable[[Story], str], Relation, dict[str, Relation]]] = {
    "the wire text in a page with menus and adverts": (lambda s: PAGE.format(s["wire"]), D, {}),
    "its middle": (lambda s: part(s["wire"], 1, -1), D, {}),
    "its first two paragraphs": (lambda s: part(s["wire"], 0, 2), D, {}),
    "its last two paragraphs": (lambda s: part(s["wire"], -2), D, {}),
    "one paragraph": (lambda s: part(s["wire"], 1, 2), D, {}),
    "a light edit": (lambda s: s["light"], D, {}),
    "a light edit in a page": (lambda s: PAGE.format(s["light"]), D, {}),
    "a light edit, cut": (lambda s: part(s["light"], 0, 2), D, {}),
    # "as the clock struck twelve", "sixty minutes" for an hour, "four weeks" for a month: in doubt an update
    "every word replaced": (lambda s: s["spun"], D, {"strike": U, "harvest": U, "poll": U}),
    "every word replaced, in a page": (lambda s: PAGE.format(s["spun"]), D, {"strike": U, "harvest": U, "poll": U}),
    "every word replaced, the first half": (lambda s: half(s["spun"]), D, {"strike": U, "harvest": U, "poll": U}),
    # too few numbers are left in two of them
    "every word replaced, the second half": (
        lambda s: half(s["spun"], second=True),
        D,
        {"shipping": ORIGINAL, "outage": ORIGINAL, "poll": U},
    ),
    "another desk's own words": (lambda s: s["own"], ORIGINAL, {}),
    "another desk's own words, in a page": (lambda s: PAGE.format(s["own"]), ORIGINAL, {}),
    # of three numbers all may have moved in an update; five tell that it is another day
    "the same report of another day": (lambda s: s["next"], ORIGINAL, {"outage": U}),
}


@pytest.mark.parametrize("story", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_desks_make_of_a_wire_text(kind: str, story: str) -> None:
    make, expected, other = KINDS[kind]
    found = verdict(make(STORIES[story]))
    assert found.relation is other.get(story, expected), found.reason
    assert found.of == (None if found.relation is ORIGINAL else NAMES.index(story))


@pytest.mark.parametrize("story", NAMES)
def test_a_number_that_moved_in_a_reworded_text_is_an_update(story: str) -> None:
    old, new = RAW[story]["moved"]
    assert STORIES[story]["spun"].count(old) == 1
    found = verdict(STORIES[story]["spun"].replace(old, new))
    assert (found.relation, found.of) == (U, NAMES.index(story)), found.reason


@pytest.mark.parametrize("story", NAMES)
@pytest.mark.parametrize("kind", ["wire", "light"])
def test_a_number_that_moved_in_a_copy_or_a_part_of_it_is_an_update(kind: str, story: str) -> None:
    for paragraph in STORIES[story][kind].split("\n\n"):
        for at, character in enumerate(paragraph):
            if character.isdecimal() and not paragraph[max(0, at - 12) : at].rstrip("0123456789").endswith(
                ("Oct ", " in ", "and ")
            ):
                moved = paragraph[:at] + str((int(character) + 3) % 9 + 1) + paragraph[at + 1 :]
                text = STORIES[story][kind].replace(paragraph, moved)
                assert verdict(text).relation is U, moved


@pytest.mark.parametrize("story", NAMES)
def test_a_round_up_of_known_texts_is_a_copy_and_one_moved_number_in_it_an_update(story: str) -> None:
    wires = [STORIES[NAMES[(NAMES.index(story) + n) % len(NAMES)]]["wire"] for n in range(3)]
    found = verdict("\n\n".join(wires))
    assert (found.relation, found.layer) == (D, "round-up"), found.reason
    briefs = "\n\n".join(part(wire, 0, 1) for wire in wires)
    assert verdict(briefs).relation is D
    old = RAW[story]["moved"][0].split()[0]
    if old in wires[0]:
        moved = verdict("\n\n".join(wires).replace(old, "77"))
        assert moved.relation is U, moved.reason


@pytest.mark.parametrize("story", NAMES)
def test_a_desks_own_story_that_quotes_a_paragraph_of_the_wire_is_no_copy(story: str) -> None:
    quoted = STORIES[story]["own"] + "\n\n" + part(STORIES[story]["wire"], 1, 2)
    assert verdict(quoted).relation is not D
