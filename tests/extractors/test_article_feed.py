"""Feeds and sitemaps: what is listed, what hints are given, and what is no feed at all."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.article.feed import MAX_ENTRIES, FeedDocument, NotAFeed, feed_links, read_feed
from extractors.article.sitemap import SitemapDocument, read_sitemap
from schemas.records import Entry

BASE = "https://courier.example/feeds/all.xml"
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def entries(body: str | bytes, content_type: str = "") -> tuple[Entry, ...]:
    document = read_feed(body if isinstance(body, bytes) else body.encode(), content_type=content_type, base_url=BASE)
    assert isinstance(document, FeedDocument)
    return document.entries


def one(item: str, namespaces: str = "") -> Entry:
    (entry,) = entries(f'<rss version="2.0" {namespaces}><channel><item>{item}</item></channel></rss>')
    return entry


LINK = "<link>https://courier.example/a</link>"


@pytest.mark.parametrize(
    ("case", "item", "namespaces", "field", "expected"),
    [
        ("a link is taken as written", LINK, "", "url", "https://courier.example/a"),
        ("a relative link is resolved against the feed", "<link>../a?id=1</link>", "", "url", "https://courier.example/a?id=1"),
        (
            "white space in a link is no part of it",
            "<link>\n https://courier.example/a\n </link>",
            "",
            "url",
            "https://courier.example/a",
        ),
        (
            "a guid that is an address stands in for a link",
            "<guid>https://courier.example/g</guid>",
            "",
            "url",
            "https://courier.example/g",
        ),
        (
            "a proxy's link gives way to the original one",
            "<link>https://proxy.example/1</link><fb:origLink>https://courier.example/o</fb:origLink>",
            'xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"',
            "url",
            "https://courier.example/o",
        ),
        (
            "entities in a title are characters",
            LINK + "<title>Ships &amp;amp; men &#8211; 200</title>",
            "",
            "title",
            "Ships & men – 200",
        ),
        ("HTML's own entities are known without a DTD", LINK + "<title>caf&eacute;&nbsp;3</title>", "", "title", "café 3"),
        ("markup in a title is dropped", LINK + "<title>&lt;b&gt;Up&lt;/b&gt; 5%</title>", "", "title", "Up 5%"),
        (
            "another vocabulary's title is not the title",
            LINK + "<title>T</title><m:title>M</m:title>",
            'xmlns:m="urn:m"',
            "title",
            "T",
        ),
        ("an undeclared prefix does no harm", LINK + "<media:title>M</media:title><title>T</title>", "", "title", "T"),
        ("a guid is kept as it is", LINK + "<guid isPermaLink='false'>tag:1</guid>", "", "guid", "tag:1"),
        (
            "a date with a zone name",
            LINK + "<pubDate>Mon, 01 Jun 2026 08:00:00 EST</pubDate>",
            "",
            "published_at",
            datetime(2026, 6, 1, 13, tzinfo=UTC),
        ),
        (
            "a zone name that RFC 822 does not know",
            LINK + "<pubDate>Mon, 1 Jun 2026 08:00:00 CEST</pubDate>",
            "",
            "published_at",
            datetime(2026, 6, 1, 6, tzinfo=UTC),
        ),
        (
            "an ISO date in Dublin Core",
            LINK + "<dc:date>2026-06-01T08:00:00+09:00</dc:date>",
            DC,
            "published_at",
            datetime(2026, 5, 31, 23, tzinfo=UTC),
        ),
        (
            "a date in the future is handed on as it is",
            LINK + "<pubDate>Mon, 01 Jun 2099 08:00:00 GMT</pubDate>",
            "",
            "published_at",
            datetime(2099, 6, 1, 8, tzinfo=UTC),
        ),
        ("what is no date is none", LINK + "<pubDate>yesterday</pubDate>", "", "published_at", None),
        ("no date is none", LINK, "", "published_at", None),
        ("the year 1 is none", LINK + "<pubDate>0001-01-01T00:00:00Z</pubDate>", "", "published_at", None),
        (
            "an author's address is dropped",
            LINK + "<author>desk@courier.example (Ada Lind)</author>",
            "",
            "authors",
            ("Ada Lind",),
        ),
        (
            "creators",
            LINK + "<dc:creator>Ada Lind</dc:creator><dc:creator>Bo Ek</dc:creator>",
            DC,
            "authors",
            ("Ada Lind", "Bo Ek"),
        ),
        (
            "full content is kept as HTML",
            LINK + "<description>teaser</description><content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded>",
            CONTENT,
            "content",
            "<p>All</p>",
        ),
        ("a teaser is no content", LINK + "<description>teaser</description>", "", "content", ""),
        (
            "a description as long as an article is content",
            LINK + f"<description>{'word ' * 400}</description>",
            "",
            "content",
            ("word " * 400).strip(),
        ),
    ],
)
def test_rss(case: str, item: str, namespaces: str, field: str, expected: object) -> None:
    assert getattr(one(item, namespaces), field) == expected, case


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://courier.example/news/">
<title>Courier</title><link rel="self" href="https://courier.example/atom"/><link rel="next" href="?page=2"/>
<link rel="prev-archive" href="/2025.atom"/>
<entry><title type="html">Ships &amp;lt;200</title><id>tag:1</id><link rel="enclosure" href="https://cdn.example/a.mp3"/>
<link rel="alternate" type="application/json" href="a.json"/><link href="a"/><published>2026-06-01T08:00:00Z</published>
<updated>2026-06-02T08:00:00Z</updated><author><name>Ada Lind</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>All</p></div></content></entry></feed>"""


def test_atom() -> None:
    document = read_feed(ATOM.encode(), base_url=BASE)
    assert isinstance(document, FeedDocument)
    (entry,) = document.entries
    assert (document.kind, document.title, document.language) == ("atom", "Courier", "en")
    assert (document.self_url, document.archive_url) == ("https://courier.example/atom", "https://courier.example/2025.atom")
    assert document.next_url == "https://courier.example/news/?page=2"
    assert entry.url == "https://courier.example/news/a"
    assert (entry.title, entry.guid, entry.authors, entry.language) == ("Ships <200", "tag:1", ("Ada Lind",), "en")
    assert entry.published_at == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert entry.updated_at == datetime(2026, 6, 2, 8, tzinfo=UTC)
    assert "<p>All</p>" in entry.content


def test_rdf_items_stand_beside_their_channel() -> None:
    (entry,) = entries(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>'
        '<item rdf:about="https://courier.example/a"><title>T</title><link>https://courier.example/a</link></item></rdf:RDF>'
    )
    assert (entry.url, entry.guid) == ("https://courier.example/a", "https://courier.example/a")


def test_json_feed() -> None:
    body = """{"version": "https://jsonfeed.org/version/1.1", "title": "C", "next_url": "/2", "items": [7, {"id": "x"},
    {"id": 9, "url": "/a", "title": "T", "content_text": "1 < 2", "date_published": "2026-06-01T08:00:00+02:00",
     "authors": [{"name": "Ada Lind"}, 3]}]}"""
    document = read_feed(body.encode(), base_url=BASE)
    assert isinstance(document, FeedDocument)
    assert (document.listed, document.next_url) == (3, "https://courier.example/2")
    (entry,) = document.entries
    assert (entry.url, entry.title, entry.authors, entry.content) == (
        "https://courier.example/a", "T", ("Ada Lind",), "<p>1 &lt; 2</p>",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "head", "minutes"),
    [
        ("ttl", "<ttl>30</ttl>", 30),
        (
            "a period and its frequency",
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            360,
        ),
        ("nonsense", "<ttl>soon</ttl>", None),
        ("zero", "<ttl>0</ttl>", None),
        ("nothing", "", None),
    ],
)
def test_how_long_a_feed_asks_to_wait(case: str, head: str, minutes: int | None) -> None:
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    document = read_feed(f"<rss {namespace}><channel>{head}</channel></rss>".encode())
    assert isinstance(document, FeedDocument)
    assert document.ttl_minutes == minutes, case


HOURS = "<skipHours><hour>3</hour><hour> 24 </hour><hour>99</hour><hour/></skipHours>"
DAYS = "<SkipDays><day>Sunday</day><day>Someday</day></SkipDays>"
ITEM = "<item><title>T</title><link>https://paper.example/t</link></item>"


@pytest.mark.parametrize(
    ("case", "channel", "expected"),
    [
        ("hours and days", HOURS + DAYS + ITEM, ((0, 3), (6,))),
        (
            "behind the items, however long they are",
            ITEM + f"<item><title>{'long ' * 20_000}</title></item>" + HOURS,
            ((0, 3), ()),
        ),
        ("with white space and attributes", '<skipHours a="b" ><hour\n>7</hour></skipHours>', ((7,), ())),
        ("in a comment", f"<!-- {HOURS} -->" + ITEM, ((), ())),
        ("in a story about feeds", f"<item><description><![CDATA[{HOURS}]]></description></item>", ((), ())),
        ("an hour of something else", "<opening><hour>3</hour></opening>" + DAYS, ((), (6,))),
        ("none", ITEM, ((), ())),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_hours_and_days_in_which_it_asks_not_to_be_polled(case, channel, expected, charset):
    body = f'<?xml version="1.0" encoding="{charset}"?><rss version="2.0"><channel><title>A</title>{channel}</channel></rss>'
    for sent in (body.encode(charset), gzip.compress(body.encode(charset))):
        document = read_feed(sent)
        assert isinstance(document, FeedDocument)
        assert (document.skip_hours, document.skip_days) == expected, case


@pytest.mark.parametrize(
    ("case", "body", "found"),
    [
        ("a web page", b"<!DOCTYPE html><html><body><p>Sorry</p></body></html>", "html"),
        ("a page without a document type", b"<div>moved</div>", "html"),
        ("a sitemap", b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "sitemap"),
        ("other XML", b"<error/>", ""),
        ("text", b"Service unavailable", ""),
        ("nothing", b"", ""),
        ("JSON of another kind", b'{"error": 1}', ""),
        ("half of JSON", b'{"items": [', ""),
        ("deep JSON", b"[" * 100_000, ""),
        ("an image", b"\x89PNG\r\n\x1a\n\x00\x00", ""),
    ],
)
def test_what_is_no_feed_is_said(case: str, body: bytes, found: str) -> None:
    document = read_feed(body, base_url=BASE)
    assert isinstance(document, NotAFeed), case
    assert document.found == found
    assert document.reason


ENTITIES = f'<!ENTITY a "{"a" * 9_000}"><!ENTITY b "{"&a;" * 900}"><!ENTITY f SYSTEM "file:///etc/hostname">'
BOMB = f"<!DOCTYPE r [{ENTITIES}]>"


def test_entities_neither_swell_nor_read_files() -> None:
    (entry,) = entries(f"{BOMB}<rss><channel><item>{LINK}<title>&b;&f;</title></item></channel></rss>")
    assert len(entry.title) < 20


@pytest.mark.parametrize(
    ("case", "body"),
    [
        ("cut off in the middle of an item", f"<rss><channel><item>{LINK}<title>T</title></item><item><lin"),
        ("a bare ampersand", f"<rss><channel><item>{LINK}<title>T</title><x>AT&T</x></item></channel></rss>"),
        ("a reference to no character", f"<rss><channel><item>{LINK}<title>&#55296;T&#0;</title></item></channel></rss>"),
        ("a control character", f"<rss><channel><item>{LINK}<title>\x0bT</title></item></channel></rss>"),
        ("stray text before the root", f"Warning: line 3\n<rss><channel><item>{LINK}<title>T</title></item></channel></rss>"),
        ("a tag that is never closed", f"<rss><channel><item>{LINK}<title>T</title><b></item></channel></rss>"),
        ("a tag of the channel that is never closed", f"<rss><channel><b><item>{LINK}<title>T</title></item></channel></rss>"),
        ("UTF-16", f"<rss><channel><item>{LINK}<title>T</title></item></channel></rss>".encode("utf-16")),
        ("a byte order mark", b"\xef\xbb\xbf" + f"<rss><channel><item>{LINK}<title>T</title></item></channel></rss>".encode()),
    ],
)
def test_broken_feeds_are_mended(case: str, body: str | bytes) -> None:
    assert [(entry.url, entry.title) for entry in entries(body)] == [("https://courier.example/a", "T")], case


def test_the_charset_of_the_document_is_followed() -> None:
    body = (
        f'<?xml version="1.0" encoding="windows-1251"?><rss><channel><item>{LINK}<title>Корабли</title></item></channel></rss>'
    )
    assert entries(body.encode("cp1251"))[0].title == "Корабли"


def test_entries_are_capped_and_counted_and_need_an_address() -> None:
    items = f"<item>{LINK}</item>" * (MAX_ENTRIES + 5)
    long = f"<item><link>https://courier.example/{'a' * 3_000}</link></item>"
    document = read_feed(f"<rss><channel>{long}<item><title>no link</title></item>{items}</channel></rss>".encode())
    assert isinstance(document, FeedDocument)
    assert (document.listed, len(document.entries)) == (MAX_ENTRIES + 7, MAX_ENTRIES - 2)


def test_more_vocabularies_than_any_feed_has_are_refused() -> None:
    names = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(200))
    document = read_feed(f"<rss {names}><channel><item>{LINK}</item></channel></rss>".encode())
    assert isinstance(document, NotAFeed)
    assert "vocabularies" in document.reason


def test_the_start_of_an_endless_feed_is_read() -> None:
    document = read_feed(f"<rss><channel><item>{LINK}<title>T</title></item>{'<a>' * 400_000}".encode())
    assert isinstance(document, FeedDocument)
    assert [entry.title for entry in document.entries] == ["T"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://courier.example/a", "http://", "https://a\\@b.example/", "mailto:a@b.c"]
)
def test_only_web_addresses_are_entries(link: str) -> None:
    assert entries(f"<rss><channel><item><link>{link}</link></item></channel></rss>") == ()


def test_feeds_that_a_page_announces() -> None:
    page = """<html><head><link rel="alternate" type="application/rss+xml" title="All &amp; more" href="/rss">
    <link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" type="text/css" href="/x.css">
    <link rel=ALTERNATE type="application/atom+xml; charset=utf-8" href="https://other.example/atom"></head></html>"""
    assert [(link.url, link.title) for link in feed_links(page, "https://courier.example/world")] == [
        ("https://courier.example/rss", "All & more"),
        ("https://other.example/atom", ""),
    ]


NEWS = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>
https://courier.example/a </loc><lastmod>2026-06-02</lastmod>
<n:news><n:publication><n:name>Courier</n:name><n:language>en</n:language></n:publication>
<n:publication_date>2026-06-01T08:00:00Z</n:publication_date><n:title>Ships &amp; men</n:title></n:news></url>
<url><loc>javascript:x</loc></url></urlset>"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_news_sitemaps(pack: object) -> None:
    document = read_sitemap(pack(NEWS.encode()))  # type: ignore[operator]
    assert document == SitemapDocument(
        entries=(
            Entry(
                url="https://courier.example/a",
                title="Ships & men",
                language="en",
                published_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
                updated_at=datetime(2026, 6, 2, tzinfo=UTC),
            ),
        ),
        listed=2,
    )


def test_sitemap_indexes_and_lists_of_addresses() -> None:
    index = b"<sitemapindex><sitemap><loc>/2025.xml.gz</loc><lastmod>2026-01-01</lastmod></sitemap></sitemapindex>"
    document = read_sitemap(index, base_url=BASE)
    assert isinstance(document, SitemapDocument)
    assert [link.url for link in document.sitemaps] == ["https://courier.example/2025.xml.gz"]
    listed = read_sitemap(b"https://courier.example/a\nhttps://courier.example/b\n")
    assert isinstance(listed, SitemapDocument)
    assert [entry.url for entry in listed.entries] == ["https://courier.example/a", "https://courier.example/b"]


@pytest.mark.parametrize(
    ("case", "body", "found"),
    [
        ("a page", b"<html><body>404</body></html>", "html"),
        ("a feed", b"<rss/>", "feed"),
        ("broken gzip", b"\x1f\x8b\x00\x00", ""),
        ("text", b"no address\nat all", ""),
    ],
)
def test_what_is_no_sitemap_is_said(case: str, body: bytes, found: str) -> None:
    document = read_sitemap(body)
    assert isinstance(document, NotAFeed), case
    assert document.found == found


PIECES = [
    *("<rss>", "<channel>", "<item>", "<entry>", "<link>", "<link href='", "</link>", "<guid>", "http://a.b/", "{", '"items":'),
    *("<![CDATA[", "]]>", "<!DOCTYPE ", "[", "<!--", "-->", "<?xml ", "?>", "&amp;", "&b;", "<urlset>", "<url>", "<loc>", "'"),
    *(">", "xml:base='http://[", "<title type='xhtml'>", "<pubDate>", "2026-02-30", "Mon, 99 Foo 9999 99:99:99 +9999", "\x00"),
    *("&#55296;", "&#x110000;", "&#0"),
]
MARKUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map(
    lambda x: "".join(x).encode("utf-8", "replace")
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | MARKUP, st.text(max_size=30))
def test_no_bytes_raise(body: bytes, content_type: str) -> None:
    assert read_feed(body, content_type=content_type, base_url=BASE) is not None
    assert read_sitemap(body, content_type=content_type) is not None
    assert isinstance(feed_links(body.decode("latin-1"), BASE), tuple)
