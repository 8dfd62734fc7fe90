"""What a number counts and what became of it: nouns that are one thing, harms that never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.series.kinds import alike, fates, kind, same_harm


@pytest.mark.parametrize(
    ("case", "one", "other", "expected"),
    [
        ("soldiers and troops are one thing", "soldiers", "North Korean troops", 1.0),
        ("shells and rounds are one thing", "artillery shells", "rounds", 1.0),
        ("people may be soldiers", "people", "servicemen", 0.5),
        ("workers are hardly soldiers", "labourers", "soldiers", -0.5),
        ("containers are not soldiers", "shipping containers", "soldiers", -1.0),
        ("missiles are not containers", "ballistic missiles", "containers", -1.0),
        ("a noun that no table holds says nothing", "widgets", "soldiers", 0.0),
        ("pieces of artillery are guns", "pieces of artillery", "howitzers", 1.0),
        ("a container of shells is a container", "containers of shells", "boxes", 1.0),
    ],
)
def test_kinds(case, one, other, expected):
    assert alike(kind(one), kind(other)) == expected


@pytest.mark.parametrize(
    ("case", "surface", "before", "after", "first"),
    [
        ("the verb behind the number", "31 people", "Floods have ", " were killed in the valley", "killed"),
        ("the verb before it", "31 people", "The flood killed ", ".", "killed"),
        ("the noun itself", "600 deaths", "They count ", " so far", "killed"),
        ("killed and wounded together are casualties", "3,000 soldiers", "Over ", " have been killed or wounded", "lost"),
        ("lives lost are deaths", "40", "The town ", " lost their lives in the blast", "killed"),
        ("a side clause has fates of its own", "12 boats", "There are ", "; four were seized", None),
        ("shipped is sent", "900 crates", "Port Larn has shipped ", " since May", "sent"),
        ("what would fit is no delivery", "2 million shells", "The crates could hold ", ".", "held-inside"),
    ],
)
def test_fates(case, surface, before, after, first):
    found = fates(surface, before, after)
    assert (found[0] if found else None) == first


@pytest.mark.parametrize("one", ["killed", "hurt", "lost", "missing"])
@pytest.mark.parametrize("other", ["killed", "hurt", "lost", "missing"])
def test_killed_wounded_casualties_and_missing_are_never_one(one, other):
    assert (same_harm((one,), (other,)) == 1.0) == (one == other)
    assert (same_harm((one,), (other,)) == -1.0) == (one != other)


@given(st.text(), st.text(), st.text())
def test_any_text_is_read(surface, before, after):
    assert isinstance(kind(surface), str)
    assert isinstance(fates(surface, before, after), tuple)
