"""Pages: the text without the furniture, and what the page says about itself."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom import article_page

from extractors.article.body import article, look
from extractors.article.language import language
from schemas.outcomes import ArticleOutcome
from schemas.records import Article, Page

URL = "https://www.courier.example/world/grain-ships-200"
TITLE = "Ministry counts 200 grain ships off the coast"
BARS = "Grain waits | Pilots train | Bakers ask"
PARAGRAPHS = [
    "The transport ministry said on Monday that 200 ships loaded with grain were waiting off the coast, up from 140 in May.",
    "Harbour pilots have refused to work nights since a tanker ran aground, and the queue has grown by about 15 ships a week.",
    "A spokeswoman for the port authority said the delay cost shippers $2.4 million a day and that pilots were being trained.",
]
REST = [
    "Insurers have asked for convoys, but the navy says it has no more than six boats to spare before the autumn storms begin.",
    "The ministry expects the backlog to be gone by the end of the year if the weather holds and the pilots return to work.",
]


def read(html: str, **known: Any) -> Article:
    found = article(Page(url=known.pop("url", URL), html=html, **known))
    assert isinstance(found, Article), found
    return found


def page(head: str = "", h1: str = TITLE, lead: str = "", paragraphs: list[str] = PARAGRAPHS + REST, lang: str = "en") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>{TITLE} | The Courier</title>{head}</head><body>'
        "<nav><a href='/'>Home</a> <a href='/world'>World</a></nav>"
        f"<main><article><h1>{h1}</h1>{lead}{body}</article></main>"
        "<footer><p>All rights reserved.</p></footer></body></html>"
    )


def test_the_text_is_the_paragraphs_with_blank_lines_between_and_nothing_else() -> None:
    assert read(article_page(TITLE, PARAGRAPHS + REST)).text == "\n\n".join(PARAGRAPHS + REST)


def test_the_text_is_composed_and_free_of_what_nobody_sees() -> None:
    spoiled = (
        unicodedata.normalize("NFD", PARAGRAPHS[0] + " Café.")
        .replace("ministry", "mini\u00adstry")
        .replace("grain", "gr\u200bain")
    )
    found = read(page(paragraphs=[spoiled, *REST]))
    assert found.text.startswith(PARAGRAPHS[0] + " Café.")


def test_a_headline_that_opens_the_text_is_not_told_twice() -> None:
    assert not read(page(lead=f"<p><b>{TITLE}</b></p>")).text.startswith(TITLE)


def test_cells_of_a_table_stay_apart_without_its_frame() -> None:
    table = "<table><tr><th>Port</th><th>Ships</th></tr><tr><td>Northhaven</td><td>1,200</td></tr></table>"
    text = read(page().replace("</article>", table + "</article>")).text
    assert "Northhaven | 1,200" in text
    assert "||" not in text


JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "datePublished": "2020-01-01"},
        {"@type": "Person", "@id": "#ada", "name": "Ada Lind"},
        {
            "@type": ["NewsArticle"],
            "headline": TITLE,
            "datePublished": "2026-06-01T10:30:00+02:00",
            "author": [{"@id": "#ada"}, {"@type": "Person", "name": "Bo Ek and Cia Dahl"}],
            "publisher": {"@type": "Organization", "name": "The Courier"},
        },
    ],
}


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


def test_structured_data_names_authors_date_and_outlet() -> None:
    found = read(page(json_ld(JSON_LD)))
    assert found.title == TITLE
    assert found.authors == ("Ada Lind", "Bo Ek", "Cia Dahl")
    assert found.published_at == datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
    assert found.outlet == "The Courier"
    assert found.language == "en"


WHEN = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("case", "head", "expected"),
    [
        ("OpenGraph", '<meta property="article:published_time" content="2026-06-01T10:30+02:00">', WHEN),
        ("a named meta element", '<meta name="parsely-pub-date" content="2026-06-01T08:30:00Z">', WHEN),
        ("broken structured data", json_ld('{"datePublished": "2026-06-01T08:30:00Z", }'), WHEN),
        ("structured data before OpenGraph", json_ld({"@type": "NewsArticle", "datePublished": "2026-06-01T08:30:00Z"})
         + '<meta property="article:published_time" content="2025-01-01T00:00:00Z">', WHEN),
        ("an hour from another place that names the same day", json_ld({"@type": "NewsArticle", "datePublished": "2026-06-01"})
         + '<meta property="article:published_time" content="2026-06-01T08:30:00Z">', WHEN),
        ("a zone from another place that names the same hour",
         json_ld({"@type": "NewsArticle", "datePublished": "2026-06-01T10:30:00"})
         + '<meta property="article:published_time" content="2026-06-01T10:30:00+02:00">', WHEN),
        ("never the date of a change",
         json_ld({"@type": "NewsArticle", "dateModified": "2026-07-01T08:30:00Z", "datePublished": "2026-06-01T08:30:00Z"})
         + '<meta property="article:modified_time" content="2026-07-01T08:30:00Z">', WHEN),
        ("a date as its readers write it", '<meta name="date" content="2026年6月1日 08:30">', WHEN),
        ("a date with dots begins with its day", '<meta name="date" content="01.06.2026 08:30">', WHEN),
        ("no date", "", None),
    ],
)  # fmt: skip
def test_date_of_publication(case: str, head: str, expected: datetime | None) -> None:
    assert read(page(head)).published_at == expected, case


def test_a_date_keeps_the_zone_in_which_its_publisher_wrote_it() -> None:
    when = read(page('<meta property="article:published_time" content="2026-06-01T00:30:00+02:00">')).published_at
    assert when is not None
    assert (when.isoformat(), when.utcoffset()) == ("2026-06-01T00:30:00+02:00", timedelta(hours=2))


def test_a_day_from_the_list_gets_its_hour_from_the_page() -> None:
    head = '<meta property="article:published_time" content="2026-06-01T08:30:00Z">'
    assert read(page(head), published_at=datetime(2026, 6, 1, tzinfo=UTC)).published_at == WHEN


def test_a_date_in_the_address_is_better_than_none() -> None:
    assert read(page(), url="https://courier.example/2026/06/01/ships").published_at == datetime(2026, 6, 1, tzinfo=UTC)


def test_a_time_element_gives_the_hour_of_that_day() -> None:
    lead = "<time datetime='2026-06-01T09:30:00+02:00'>1 June</time>"
    found = read(page(lead=lead), url="https://courier.example/2026/06/01/ships")
    assert found.published_at == datetime(2026, 6, 1, 7, 30, tzinfo=UTC)


def test_what_the_feed_says_comes_first() -> None:
    when = datetime(2026, 6, 2, 7, tzinfo=UTC)
    found = read(page(json_ld(JSON_LD)), published_at=when, authors=("Dag Holm",), outlet="Courier Online", language="en-GB")
    assert (found.published_at, found.authors, found.outlet, found.language) == (when, ("Dag Holm",), "Courier Online", "en")


SHARED = "Why 200 grain ships wait off the coast"
OG = f'<meta property="og:title" content="{SHARED}">'


def untitled(head: str, title: str, h1: str = TITLE) -> str:
    """A page whose title element says something else than its h1."""
    return page(head, h1=h1).replace(f"<title>{TITLE}", f"<title>{title}")


@pytest.mark.parametrize(
    ("case", "html", "listed", "title"),
    [
        ("the headline as readers see it", page(), "", TITLE),
        ("the site's name goes", page(f'<meta property="og:title" content="{TITLE} - The Courier">', h1=""), "", TITLE),
        ("a joined name goes", page(f'<meta property="og:title" content="{TITLE}">', h1=TITLE + " The Courier"), "", TITLE),
        ("the feed's title, where it is a variant", page(), "Ministry counts 200 ships", "Ministry counts 200 ships"),
        ("the page's, where the list cut it short", page(), "Ministry counts 200…", TITLE),
        ("the site's name goes from a listed title too", page(), "Ministry counts ships | Courier", "Ministry counts ships"),
        ("the page's, where it got a new headline", page(), "Live updates from the harbour", TITLE),
        ("a heading of another matter is no headline", page(h1="Weather today"), "", TITLE),
        ("the h1 that the title element follows, where a title for sharing has other words",
         page('<meta property="og:title" content="You will not believe how many grain ships wait off the coast">'), "", TITLE),
        ("what structured data and og:title agree on, against the h1 and the title element", page(
            json_ld({"@type": "NewsArticle", "headline": "200 grain ships wait off the coast"})
            + '<meta property="og:title" content="200 grain ships wait off the coast">'), "",
         "200 grain ships wait off the coast"),
        ("the h1 that the title element follows, where og:title and its copy have other words: a copy is no second voice",
         page(OG + OG.replace("og:", "twitter:")), "", TITLE),
        ("the h1 that the title element begins with, where og:title has other words",
         untitled(OG, TITLE + ", and what bakers say"), "", TITLE),
        ("the whole headline that the title element and the h1 have, where og:title is its beginning", page(
            '<meta property="og:title" content="Ministry counts 200 grain ships">'), "", TITLE),
        ("og:title, where the h1 is a section's name and the title element begins with it",
         untitled(OG, "World news, 200 ships", h1="World news"), "", SHARED),
        ("og:title, where the title element follows it and the h1 alone has other words", untitled(OG, SHARED), "", SHARED),
        ("og:title, where all three differ: most publishers' pages are right there",
         untitled(OG, "Grain ships wait: 200 of them off the coast"), "", SHARED),
        ("og:title, where structured data and the h1 have each other words, too", untitled(
            json_ld({"@type": "NewsArticle", "headline": "Off the coast wait 200 grain ships"}) + OG,
            "Grain ships wait: 200 of them off the coast"), "", SHARED),
        ("structured data before the h1, where both stand alone", untitled(
            json_ld({"@type": "NewsArticle", "headline": SHARED}), "Grain ships wait: 200 of them off the coast"), "", SHARED),
        ("what structured data says and readers see, against what is made for sharing and search", untitled(
            json_ld({"@type": "NewsArticle", "headline": TITLE}) + OG + OG.replace("og:", "twitter:"), SHARED), "", TITLE),
        ("what og:title says and readers see, against structured data and the title element", untitled(
            json_ld({"@type": "NewsArticle", "headline": SHARED}) + f'<meta property="og:title" content="{TITLE}">', SHARED),
         "", TITLE),
        ("what structured data and the title element say, against og:title alone", untitled(
            json_ld({"@type": "NewsArticle", "headline": "Off the coast wait 200 grain ships"}) + OG,
            "Off the coast wait 200 grain ships"), "", "Off the coast wait 200 grain ships"),
        ("a title for sharing that is all that is declared, without the site's name", untitled(
            OG.replace('">', ' | The Courier">'), "Grain ships wait: 200 of them off the coast"), "", SHARED),
        ("what two declare, where a kicker is joined to the h1", page(json_ld({"@type": "NewsArticle", "headline": TITLE})
         + f'<meta property="og:title" content="{TITLE}">', h1=f"<span>Shipping</span> <span>{TITLE}</span>"), "", TITLE),
        ("the h1, where what is declared has sections behind it", page(
            "".join(f'<meta property="{name}" content="{TITLE} » Local » News">' for name in ("og:title", "dc.title"))
        ), "", TITLE),
        ("the whole of what structured data cut short", page(
            json_ld({"@type": "NewsArticle", "headline": TITLE[:40] + "…"}) + f'<meta property="og:title" content="{TITLE}">'
        ), "", TITLE),
        ("the spelling of most", page(json_ld({"@type": "NewsArticle", "headline": "Pilots’ strike: 200 ships wait"})
         + '<meta property="og:title" content="Pilots’ strike: 200 ships wait">', h1="Pilots' strike: 200 ships wait"), "",
         "Pilots’ strike: 200 ships wait"),
        ("the spelling of og:title and the title element, where the h1 shouts", page(
            f'<meta property="og:title" content="{TITLE}">', h1=TITLE.upper()), "", TITLE),
        ("the spelling that readers see, where structured data has it, too", untitled(
            json_ld({"@type": "NewsArticle", "headline": "Pilots’ strike: 200 ships wait"})
            + """<meta property="og:title" content="Pilots' strike: 200 ships wait">""", "Pilots' strike - 200 ships wait",
            h1="Pilots’ strike: 200 ships wait"), "", "Pilots’ strike: 200 ships wait"),
        ("entities are characters", page('<meta property="og:title" content="Grain &amp;amp; ships">', h1=""), "",
         "Grain & ships"),
        ("bars that readers see stay", page(f'<meta property="og:title" content="{BARS} | Courier">', h1=BARS), "", BARS),
        ("a section behind a bar goes", page(f'<meta property="og:title" content="{TITLE} | Shipping">', h1=""), "", TITLE),
        ("so does one without spaces", page('<meta property="og:title" content="港口有两百艘船等待｜国际">', h1=""), "",
         "港口有两百艘船等待"),
        ("a long piece behind a bar is no section",
         page('<meta property="og:title" content="社説｜港に二百隻の船が待つ">', h1=""), "", "社説｜港に二百隻の船が待つ"),
        ("the site's name behind a colon goes", page('<meta property="og:site_name" content="港新聞">'
         '<meta property="og:title" content="港に二百隻の船が待つ：港新聞">', h1=""), "", "港に二百隻の船が待つ"),
        ("so does a part of it", page('<meta property="og:site_name" content="港新聞オンライン">'
         '<meta property="og:title" content="港に二百隻の船が待つ : 港新聞">', h1=""), "", "港に二百隻の船が待つ"),
        ("sections behind hyphens go where the h1 ends before them",
         page(h1="港口有两百艘船等待").replace(f"{TITLE} | The Courier", "港口有两百艘船等待--国际--港口网"), "",
         "港口有两百艘船等待"),
        ("a headline that names the site before a colon stays", page(
            '<meta property="og:title" content="Courier group: 200 ships wait">', h1=""), "", "Courier group: 200 ships wait"),
        ("a piece that begins like the site's name stays", page('<meta property="og:site_name" content="Time">'
         '<meta property="og:title" content="200 ships off the coast – Time to act">', h1=""), "",
         "200 ships off the coast – Time to act"),
        ("spaces that its publisher set stay", page('<meta property="og:title" content="港に二百隻　船が待つ">', h1=""), "",
         "港に二百隻　船が待つ"),
        ("a soft hyphen goes", page('<meta property="og:title" content="Mi&shy;nistry counts ships">', h1=""), "",
         "Ministry counts ships"),
        ("words of a headline are not torn by what is set in italics",
         page(h1="Crew of the <i>Aurora</i>, 200 strong, waits").replace(f"{TITLE} |", "Crew waits |"), "",
         "Crew of the Aurora, 200 strong, waits"),
        ("the h1, where the title says nothing", page().replace(f"<title>{TITLE} | The Courier", "<title>Story 7"), "", TITLE),
        ("the h1 of a script without spaces", untitled("", "ついに港に二百隻の船が待つ理由とは", h1="港に二百隻の船が待つ理由"),
         "", "港に二百隻の船が待つ理由"),
        ("a bar inside a headline stays", page('<meta property="og:title" content="Live - 200 ships wait">', h1=""), "",
         "Live - 200 ships wait"),
    ],
)  # fmt: skip
def test_title(case: str, html: str, listed: str, title: str) -> None:
    assert read(html, title=listed).title == title, case


OTHERS = json_ld({"@type": "NewsArticle", "headline": SHARED}) + OG.replace("og:", "twitter:")


@pytest.mark.parametrize(
    ("case", "proven", "html", "title"),
    [
        ("the h1 of a site where it was right before, against og:title, its copy and structured data", "h1",
         untitled(OTHERS + OG, "Story 7"), TITLE),
        ("og:title of such a site, against the h1, structured data and the title element", "og:title",
         page(json_ld({"@type": "NewsArticle", "headline": TITLE}) + OG), SHARED),
        ("what every other place says", "h1", untitled(OTHERS + OG, SHARED), SHARED),
        ("what every other place says, if og:title was right before", "og:title", untitled(
            OTHERS + f'<meta property="og:title" content="{TITLE}">', SHARED, h1=SHARED), SHARED),
    ],
)  # fmt: skip
def test_a_place_that_was_right_on_its_site_counts_for_more(case: str, proven: str, html: str, title: str) -> None:
    assert read(html, proven={"title": proven}).title == title, case


@pytest.mark.parametrize(
    ("case", "head", "lead", "authors"),
    [
        ("a meta element", '<meta name="author" content="By Ada Lind and Bo Ek">', "", ("Ada Lind", "Bo Ek")),
        ("a byline", "", '<p class="byline">By <a rel="author" href="/ada">Ada Lind</a></p>', ("Ada Lind",)),
        ("a place after the name", "", '<div class="article-author">Ada Lind | Northhaven</div>', ("Ada Lind",)),
        ("a profile's address is no name", '<meta property="article:author" content="https://social.example/ada">', "", ()),
        ("the outlet is no author", '<meta name="author" content="The Courier">', "", ()),
        ("names with a stroke between them", '<meta name="author" content="Ada Lind/Bo Ek">', "", ("Ada Lind", "Bo Ek")),
        ("a post is no name", '<meta name="author" content="Ada Lind, Senior Political Correspondent">', "", ("Ada Lind",)),
        ("nor is a desk", '<meta name="author" content="Staff reporter">', "", ()),
        ("a mail address is no part of a name", '<meta name="author" content="Ada Lind (ada@courier.example)">', "",
         ("Ada Lind",)),
        ("the company behind the site is no author", json_ld({"@type": "NewsArticle", "author": {"name": "Courier Holding"},
         "publisher": {"name": "Courier Holding"}}), '<p class="byline">By Ada Lind</p>', ("Ada Lind",)),
        ("nor is a desk of the outlet",
         '<meta property="og:site_name" content="The Courier"><meta name="author" content="Courier World">', "", ()),
        ("nor is the outlet by its short name", '<meta property="og:site_name" content="Courier News | Read all about it">'
         '<meta name="author" content="Courier News">', "", ()),
        ("a name that begins like the outlet's stays", '<meta property="og:site_name" content="Time">'
         '<meta name="author" content="Timea Nagy">', "", ("Timea Nagy",)),
        ("an agency is one", '<meta name="author" content="Meridian Press">', "", ("Meridian Press",)),
    ],
)  # fmt: skip
def test_authors(case: str, head: str, lead: str, authors: tuple[str, ...]) -> None:
    assert read(page(head, lead=lead)).authors == authors, case


def test_the_canonical_address_is_followed_where_it_is_plausible() -> None:
    assert read(page('<link rel="canonical" href="/world/ships">')).url == "https://www.courier.example/world/ships"
    assert read(page('<link rel="canonical" href="/">')).url == URL
    assert read(page(), url="https://t.example/1", final_url=URL + "?utm_source=t").url == URL


def test_a_text_that_was_given_is_kept_to_the_letter() -> None:
    text = "  Two\u00adhundred ships\r\n\n waited. e\u0301 \x0b "
    found = article(Page(url="https://courier.example/a?utm_id=1", text=text, title="Ships", outlet="Courier", language="en"))
    assert isinstance(found, Article)
    assert found.text == text
    assert (found.url, found.title, found.outlet, found.language) == ("https://courier.example/a", "Ships", "Courier", "en")


def test_a_text_that_was_given_with_an_address_is_found_under_it_again() -> None:
    given = "https://courier.example/world/ships/amp"
    found = article(Page(url="https://courier.example/world/ships", final_url=given, text="Two hundred ships waited."))
    assert isinstance(found, Article)
    assert found.url == given


LONGER = [
    "Bakers in the capital said that they had flour for eleven weeks and that none of them had raised the price of bread yet.",
    "A union of sailors asked the port to let crews ashore, since some of them had been on board for more than forty days.",
    "Talks between the pilots and the ministry go on this week in a hotel at the harbour, under a mediator from abroad.",
]
CONSENT = (
    "<p>We value your privacy. We and our partners store cookies and process personal data.</p>"
    "<p>You can accept all cookies or set your preferences. Our partners ask for your consent to store cookies.</p>"
)
ROBOTS = (
    "<p>Please enable JavaScript and cookies to continue. Checking your browser before you are let through to the site.</p>"
)
MISSING = "<p>The page you are looking for was not found on this server. Try the search, or start from the home page.</p>"


TEASERS = "".join(f"<h2><a href='/{n}'>Ships wait off the coast for week {n} of the strike</a></h2>" for n in range(12))


def titled(title: str, body: str) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><main><h1>{title.partition(' |')[0]}</h1>{body}</main></body></html>"
    )


@pytest.mark.parametrize(
    ("case", "html", "outcome"),
    [
        ("nothing", "", ArticleOutcome.NO_TEXT),
        ("white space", " \n ", ArticleOutcome.NO_TEXT),
        ("no markup", "%PDF-1.7 binary", ArticleOutcome.NOT_HTML),
        ("JSON", '{"status": "ok"}', ArticleOutcome.NOT_HTML),
        ("an empty page", "<html><body></body></html>", ArticleOutcome.NO_TEXT),
        ("a caption", "<html><body><p>Photo: archive.</p></body></html>", ArticleOutcome.NO_TEXT),
        ("a consent dialogue", f"<html><body><div>{CONSENT}</div></body></html>", ArticleOutcome.CONSENT),
        ("a check for robots", f"<html><body><h1>One moment</h1>{ROBOTS}</body></html>", ArticleOutcome.BLOCKED),
        ("a missing page", f"<html><body><h1>Error 404</h1>{MISSING}</body></html>", ArticleOutcome.GONE),
        ("a missing page that only its title tells", titled("Page not found | The Courier", TEASERS), ArticleOutcome.GONE),
        ("a missing page in another language", titled("Seite nicht gefunden", "<p>Zur Startseite.</p>"), ArticleOutcome.GONE),
        ("a teaser that structured data calls not free",
         page(json_ld({"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": "False"}), paragraphs=PARAGRAPHS[:1]),
         ArticleOutcome.PAYWALL),
        ("a teaser before a call to subscribe",
         page(paragraphs=[*PARAGRAPHS[:1], "Subscribe now to continue reading this story."]), ArticleOutcome.PAYWALL),
        ("a call to subscribe outside of the text",
         page(paragraphs=PARAGRAPHS[:2]).replace("<footer>", "<aside><p>Already a subscriber? Log in.</p></aside><footer>"),
         ArticleOutcome.PAYWALL),
        ("a topic page that says what it is", titled("Grain ships", json_ld({"@type": "CollectionPage"}) + TEASERS),
         ArticleOutcome.LISTING),
        ("a film with its caption", titled(TITLE, json_ld({"@type": "VideoObject", "name": TITLE}) + f"<p>{PARAGRAPHS[0]}</p>"),
         ArticleOutcome.MEDIA),
    ],
)  # fmt: skip
def test_pages_without_an_article(case: str, html: str, outcome: ArticleOutcome) -> None:
    assert article(Page(url=URL, html=html)) is outcome, case


def test_a_home_page_is_a_list_and_no_article() -> None:
    teasers = "".join(
        f"<div><h2><a href='/{n}'>Ships wait off the coast for week {n}</a></h2><p>More on this</p></div>" for n in range(30)
    )
    assert article(Page(url="https://courier.example/", html=f"<html><body>{teasers}</body></html>")) is ArticleOutcome.LISTING


@pytest.mark.parametrize(
    ("case", "html"),
    [
        ("a whole article for subscribers", page(json_ld({"@type": "NewsArticle", "isAccessibleForFree": False}))),
        ("one that asks for a subscription at its end",
         page(paragraphs=[*PARAGRAPHS, *REST, *LONGER, "Subscribe to continue reading our work."])),
        ("one about a missing page", page(h1="Ministry removes page on grain ships, not found since Monday")),
        ("one about a refusal", page(json_ld({"@type": "NewsArticle"}), paragraphs=[
            "The ministry had access denied to 200 inspectors on Monday, and dockers called that a breach of law."])),
        ("a news flash", page(json_ld({"@type": "NewsArticle", "headline": TITLE}), paragraphs=PARAGRAPHS[:1])),
        ("an article with a film", 
         page(json_ld([{"@type": "NewsArticle"}, {"@type": "VideoObject"}]), paragraphs=PARAGRAPHS[:2])),
        ("one with links to others below it", page().replace("</main>", f"<section>{TEASERS}</section></main>")),
    ],
)  # fmt: skip
def test_articles_that_only_look_like_something_else(case: str, html: str) -> None:
    assert isinstance(article(Page(url=URL, html=html)), Article), case


def test_what_stands_before_a_paywall_can_be_looked_at() -> None:
    found, outcome = look(Page(url=URL, html=page(paragraphs=[PARAGRAPHS[0], "Subscribe to continue reading."])))
    assert outcome is ArticleOutcome.PAYWALL
    assert found is not None
    assert (found.title, found.text.split("\n\n")[0]) == (TITLE, PARAGRAPHS[0])


def test_an_article_about_privacy_is_no_consent_dialogue() -> None:
    text = (
        "Regulators fined the network $40 million over cookies that it set without consent, the privacy office said on Monday."
    )
    assert isinstance(article(Page(url=URL, html=page(paragraphs=[text, *PARAGRAPHS]))), Article)


@pytest.mark.parametrize(
    ("case", "text", "declared", "code"),
    [
        ("English", PARAGRAPHS[0], "", "en"),
        ("German", "Der Minister sagte am Montag, dass 200 Schiffe vor der Küste auf Lotsen warten.", "", "de"),
        (
            "Russian that is declared English",
            "Министр сообщил в понедельник, что у берега ждут двести кораблей.",
            "en-US",
            "ru",
        ),
        ("a declaration decides for a short text", "Oil up 5%", "en_GB", "en"),
        ("a short text without one", "Kim Jong Un", "", "und"),
        ("numbers only", "250,000 / 300,000", "", "und"),
        ("nothing", "", "", "und"),
        ("a declaration that is none", "250,000", "x-klingon", "und"),
        ("a written standard by its own name", "", "nb-NO", "no"),
    ],
)
def test_language(case: str, text: str, declared: str, code: str) -> None:
    assert language(text, declared) == code, case


PIECES = st.sampled_from(
    [
        *("<html>", "<p>", "</p>", "<div class='author'>", "<h1>", "<title>", "<meta name='date' content='", "'>", "|", " - "),
        *("<script type='application/ld+json'>", '{"@type":"Article","headline":["', '"author":{"@id":[1]}', "[[", "<!--"),
        *("<link rel=canonical href='http://[", "<table><tr><td>", "&#0;", "\x00", "\ud800", "\u0301", "<![CDATA["),
        *("<time datetime='9999-99-99' pubdate>", PARAGRAPHS[0]),
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(PIECES | st.text(max_size=6), max_size=25).map("".join),
    st.text(max_size=20),
    st.sampled_from([URL, "http://[", "", "x"]),
)
def test_no_page_raises(html: str, known: str, url: str) -> None:
    for given_page in (Page(url=url, html="<p>" + html, title=known, language=known), Page(url=url, text=html, outlet=known)):
        found = article(given_page)
        assert isinstance(found, Article | ArticleOutcome)
        if isinstance(found, Article) and given_page.html:
            assert "\0" not in found.text
            assert found.text == unicodedata.normalize("NFC", found.text)


WHOLE = page(
    json_ld(JSON_LD) + f'<meta property="og:title" content="{TITLE} | The Courier"><link rel="canonical" href="{URL}">',
    lead="<p class='byline'>By Ada Lind</p><time datetime='2026-06-01T10:30:00+02:00'>1 June 2026</time>",
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.1), st.sampled_from(["cut", "twice", "shuffle"]) | st.text(max_size=4)))
)
def test_no_damage_to_a_page_raises(damage: list[tuple[float, float, str]]) -> None:
    html = WHOLE
    for place, share, what in damage[:20]:
        start, end = (int(at * len(html)) for at in (place, min(1, place + share)))
        piece = {"cut": "", "twice": 2 * html[start:end], "shuffle": html[start:end][::-1]}.get(what, what)
        html = html[:start] + piece + html[end:]
    found, outcome = look(Page(url=URL, html=html))
    assert isinstance(outcome, ArticleOutcome)
    assert found is None or (found.published_at is None or found.published_at.tzinfo is not None)


def test_depth_and_length_have_no_end_that_breaks() -> None:
    paragraph = f"<p>{PARAGRAPHS[0]}</p>"
    for html in (
        "<html><body>" + "<div>" * 50_000 + paragraph,
        "<html><body><h1>" + "<span>" * 50_000 + TITLE + "</h1>" + paragraph,
        f'<html><body><div class="{"author date " * 100_000}">{paragraph}</div>',
        f"<html><head><title>{'a | ' * 100_000}</title></head><body>{paragraph}",
        f'<html><script type="application/ld+json">{"[" * 400_000}</script><body>{paragraph}',
        f"<html><body><h1>{TITLE}</h1>" + "<time class='date'>1 foo 2024 1 foo 2024</time>" * 3_000 + paragraph,
    ):
        assert isinstance(look(Page(url=URL, html=html))[1], ArticleOutcome)
