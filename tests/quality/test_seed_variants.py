"""From the shipped pack alone, each seed and what is made of it is recognised: cut, wrapped in a page, reworded in part."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.copies import fingerprint, judge
from extractors.copies.packing import unpack
from extractors.text import sentences
from flows import packs
from flows.seeds import BUNDLED
from schemas.outcomes import Relation
from schemas.records import Article, Candidate

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts of the seed corpus (../shared/seeds) are not here")

PAGE = (
    "Home | World | Business | Sign in\n\nAdvertisement\n\n{text}\n\nMost read: 7 gardens to see this summer\n\n"
    "Subscribe to our newsletter and never miss a story.\n\n© 2031 The Orven Gazette. All rights reserved."
)
#: Words that a desk or a spinner puts for others; names and numbers stay.
OTHERS = {
    "significant": "considerable", "potentially": "possibly", "support": "backing", "relationship": "tie", "alliance": "pact",
    "military": "armed", "including": "such as", "however": "yet", "financial": "monetary", "economic": "commercial",
    "long-term": "lasting", "also": "too", "ties": "links", "provide": "give", "provides": "gives", "weapons": "arms",
    "strategic": "long-range", "which": "that", "key": "main", "suggests": "holds", "significantly": "much",
}  # fmt: skip


def cut(text: str) -> str:
    parts = [part for part in re.split(r"\n+", text) if len(part.split()) > 12]
    return "\n\n".join(parts[: max(2, len(parts) // 2)])


def reworded(text: str) -> str:
    return re.sub(r"[\w-]+", lambda word: OTHERS.get(word.group(), word.group()), text)


def paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n+", text) if len(part.split()) > 12]


def third(number: int) -> Callable[[str], str]:
    def make(text: str) -> str:
        parts = paragraphs(text)
        size = max(1, len(parts) // 3)
        return "\n\n".join(parts[number * size : (number + 1) * size])

    return make


def without_every_third(text: str) -> str:
    return "\n\n".join(part for n, part in enumerate(paragraphs(text)) if n % 3)


def turned(text: str) -> str:
    """The sentences of each paragraph the other way round."""
    return "\n\n".join(" ".join(re.split(r"(?<=[.!?])\s+", part)[::-1]) for part in paragraphs(text))


VARIANTS: dict[str, Callable[[str], str]] = {
    "its first third": third(0),
    "its middle third": third(1),
    "its last third": third(2),
    "without every third paragraph": without_every_third,
    "the sentences of each paragraph turned round": turned,
    "its middle third, words replaced, with a page around it": lambda text: PAGE.format(text=reworded(third(1)(text))),
    "as it is": lambda text: text,
    "its first half": cut,
    "with a page around it": lambda text: PAGE.format(text=text),
    "with some words replaced": reworded,
    "its first half, words replaced, with a page around it": lambda text: PAGE.format(text=reworded(cut(text))),
}


@pytest.fixture(scope="module")
def known() -> dict[str, Candidate]:
    return {
        line.url: Candidate(id=n, url=line.url, published_at=line.published, fingerprint=unpack(line.fingerprint))
        for n, line in enumerate(packs.read(Path(str(BUNDLED / "north-korea-russia.jsonl"))))
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_seed_is_recognised_from_the_pack(known: dict[str, Candidate], variant: str) -> None:
    found = {}
    for path in sorted(SEEDS.glob("*.txt")):
        text = VARIANTS[variant](path.read_text(encoding="utf-8"))
        sketch = fingerprint(text, sentences(text))
        article = Article(
            url="https://paper.example/x", title="", text=text, language="en", published_at=datetime(2031, 1, 1, tzinfo=UTC)
        )
        candidates = [one for one in known.values() if set(one.fingerprint.keys) & set(sketch.keys)]
        verdict = judge(article, sketch, candidates)
        of = next((one.url for one in known.values() if one.id == verdict.of), None)
        found[path.name] = (of, verdict.relation)
    assert found == {name.removeprefix("seed:"): (name, Relation.DUPLICATE) for name in known}
