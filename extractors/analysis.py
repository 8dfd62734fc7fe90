"""One page, analysed once, in one call: article, figures, claims, fingerprint and what linking compares.

Page -> Analysis, or the outcome that says why there is none. Pure and picklable: it runs in worker processes.
A change of what it finds raises VERSION, so that what is stored can be told to be of an older one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.article.body import article as article_of
from extractors.claims import attribute, claims, may_claim
from extractors.copies import VERSION as FINGERPRINT_VERSION
from extractors.copies import fingerprint
from extractors.figures import figures, may_count
from extractors.figures.numbers import beyond
from extractors.series.mention import VERSION as MENTION_VERSION
from extractors.series.mention import Mention, mentions
from extractors.text import Sentence, parse, sentences
from schemas.outcomes import ArticleOutcome, FigureOutcome
from schemas.records import Article, Claim, Figure, Fingerprint, Page

VERSION = f"5.{FINGERPRINT_VERSION}.{MENTION_VERSION}"

#: Languages whose figures and claims are extracted. "und" is tried: short English texts are often not told.
LANGUAGES = frozenset({"en", "und"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything that one page says, before it is compared with anything known."""

    article: Article
    fingerprint: Fingerprint
    figures: tuple[Figure, ...]
    figure_sentences: tuple[int, ...]  #: index of each figure's sentence
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]  #: one a figure
    figures_outcome: FigureOutcome
    version: str = VERSION


#: Sentences of a text that are read. The longest articles have some hundreds; more is a book, a table or an attack, and each
#: costs about a millisecond.
MOST_SENTENCES = 2000


def read(
    text: str, parts: Sequence[Sentence], *, title: str = "", published_at: datetime | None = None
) -> tuple[list[Figure], list[Claim]]:
    """A text's figures, each with its speaker, and its claims; all sentences that either needs are parsed in one batch.

    The work is bounded: sentences after the first MOST_SENTENCES are not read.
    """
    parts = parts[:MOST_SENTENCES]
    parse(part for part in parts if may_count(part) or may_claim(part))
    said = claims(text, parts, title=title)
    found = figures(text, parts, title=title, published_at=published_at)
    return attribute(found, said, parts), said


def warm() -> None:
    """Read the models and tables, which takes seconds: else the first page that needs one waits for it."""
    analyse(Page(url="", html=f"<p>{'About 300 people had to leave the town on Monday, its mayor told reporters. ' * 5}</p>"))


def analyse(page: Page) -> Analysis | ArticleOutcome:
    """What a page says; or what stands on it in place of an article."""
    article = article_of(page)
    return article if isinstance(article, ArticleOutcome) else _analysis(article, sentences(article.text))


def analyse_all(articles: Sequence[Article | ArticleOutcome]) -> list[Analysis | ArticleOutcome]:
    """The same for many articles: the sentences of all are parsed in one batch, which takes less."""
    parts = [() if isinstance(article, ArticleOutcome) else sentences(article.text) for article in articles]
    parse(
        part
        for article, found in zip(articles, parts, strict=True)
        if not isinstance(article, ArticleOutcome) and article.language in LANGUAGES
        for part in found[:MOST_SENTENCES]
        if may_count(part) or may_claim(part)
    )
    return [
        article if isinstance(article, ArticleOutcome) else _analysis(article, found)
        for article, found in zip(articles, parts, strict=True)
    ]


def extracted(article: Article, parts: Sequence[Sentence]) -> tuple[list[Figure], list[Claim], FigureOutcome]:
    """An article's figures and claims, and what became of them; parts are its sentences."""
    if article.language not in LANGUAGES:
        return [], [], FigureOutcome.OTHER_LANGUAGE
    found, said = read(article.text, parts, title=article.title, published_at=article.published_at)
    whole = len(parts) <= MOST_SENTENCES and not beyond(article.text)
    outcome = FigureOutcome.IN_PART if not whole else FigureOutcome.EXTRACTED if found else FigureOutcome.NONE_FOUND
    return found, said, outcome


def _analysis(article: Article, parts: Sequence[Sentence]) -> Analysis:
    found, said, outcome = extracted(article, parts)
    index = {part.start: part.index for part in parts}
    return Analysis(
        article=article,
        fingerprint=fingerprint(article.text, parts, title=article.title),
        figures=tuple(found),
        figure_sentences=tuple(index[figure.sentence_start] for figure in found),
        claims=tuple(said),
        mentions=tuple(
            mentions(
                found,
                parts,
                title=article.title,
                article=article.url,
                outlet=article.outlet,
                published_at=article.published_at,
            )
        ),
        figures_outcome=outcome,
    )
