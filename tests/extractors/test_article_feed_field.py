"""Feeds and sitemaps as the field sends them: every format, and every way to get one wrong, with what is read all the same."""
# ruff: noqa: E501 - documents in the rows of a table read best whole

import gzip
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from extractors.article.feed import FeedDocument, NotAFeed, read_feed
from extractors.article.opml import read_opml
from extractors.article.sitemap import SitemapDocument, read_sitemap
from flows.robots import allowed
from schemas.records import Entry

BASE = "https://courier.example/feeds/all.xml"
A = "https://courier.example/a"
LINK = f"<link>{A}</link>"
T = f"<title>T</title>{LINK}"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def rss(*items: str, head: str = "", prolog: str = '<?xml version="1.0"?>') -> str:
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'{prolog}<rss version="2.0" {NAMESPACES}><channel><title>Courier</title>{head}{listed}</channel></rss>'


def atom(entry: str, head: str = "", attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Courier</title>{head}<entry>{entry}</entry></feed>'


def read(body: str | bytes, content_type: str = "") -> list[Entry]:
    data = body if isinstance(body, bytes) else body.encode()
    document = read_feed(data, content_type=content_type, base_url=BASE)
    assert isinstance(document, FeedDocument), document
    return list(document.entries)


@pytest.mark.parametrize(
    ("case", "body", "title"),
    [
        (
            "RSS 0.90",
            f'<rdf:RDF {RDF} xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/><item>{T}</item></rdf:RDF>',
            "T",
        ),
        (
            "RSS 0.91 with Netscape's document type",
            '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://x.example/0.91.dtd">'
            f'<rss version="0.91"><channel><item><title>caf&eacute;</title>{LINK}</item></channel></rss>',
            "café",
        ),
        ("RSS 0.92", f'<rss version="0.92"><channel><item>{T}</item></channel></rss>', "T"),
        ("RSS 1.0", f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><channel/><item>{T}</item></rdf:RDF>', "T"),
        (
            "RSS 1.0 with the address in rdf:about alone",
            f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><item rdf:about="{A}"><title>T</title></item></rdf:RDF>',
            "T",
        ),
        ("RSS 2.0", rss(T), "T"),
        (
            "Atom 0.3",
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">A &amp;amp; B</title>'
            f'<link rel="alternate" type="text/html" href="{A}"/></entry></feed>',
            "A & B",
        ),
        (
            "Atom 0.3 in base64",
            f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="base64">VA==</title><link href="{A}"/></entry></feed>',
            "T",
        ),
        ("Atom 1.0", atom(f'<title>T</title><link href="{A}"/>'), "T"),
        ("Atom under a prefix", atom(f'<title>T</title><link href="{A}"/>').replace("<", "<x:").replace("<x:/", "</x:")
         .replace("xmlns=", "xmlns:x="), "T"),
        ("Atom without its namespace", f'<feed><entry><title>T</title><link href="{A}"/></entry></feed>', "T"),
        ("Atom with an RSS link", atom(f"<title>T</title>{LINK}"), "T"),
        ("Atom with XHTML in a title",
         atom(f'<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">5 &lt; <b>6</b></div></title><link href="{A}"/>'), "5 < 6"),
        ("JSON Feed 1.0", f'{{"version": "https://jsonfeed.org/version/1", "items": [{{"id": "{A}", "title": "T"}}]}}', "T"),
        ("JSON Feed 1.1", f'\ufeff{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"url": "{A}", "title": "T"}}]}}', "T"),
        ("a channel without its rss", f"<channel><item>{T}</item></channel>", "T"),
        ("an rss without its channel", f"<rss><item>{T}</item></rss>", "T"),
        ("items behind the channel", f"<rss><channel/><item>{T}</item></rss>", "T"),
        ("tags in capitals", rss(T).replace("item", "ITEM").replace("title", "TITLE").replace("link", "LINK"), "T"),
        ("XML 1.1", rss(T, prolog='<?xml version="1.1"?>'), "T"),
        ("empty lines before the declaration", "\r\n\n  " + rss(T), "T"),
        ("a style sheet before it", rss(T, prolog='<?xml version="1.0"?><?xml-stylesheet href="/x.xsl"?>'), "T"),
        ("a comment with a document type", rss(T, prolog="<!-- <!DOCTYPE rss [ ]> -->"), "T"),
        ("a server's warning before it", "<br />\n<b>Warning</b>: x in <b>/y.php</b><br />\n" + rss(T), "T"),
        ("a script behind it", rss(T) + "<!-- cached --><script>1</script>", "T"),
        ("an item that the next one closes", f"<rss><channel><item>{T}<item><title>no address</title></channel></rss>", "T"),
        ("cut off in the next item", rss(T).split("</channel>")[0] + "<item><title>U</title><link>https://cour", "T"),
        ("a feed within a description", rss(T + "<description><![CDATA[<rss><channel><item/></channel></rss>]]></description>"), "T"),
        ("a gzipped file", gzip.compress(rss(T).encode()), "T"),
        ("UTF-16 with its mark", rss("<title>Té</title>" + LINK).encode("utf-16"), "Té"),
        ("UTF-16 without", rss("<title>Té</title>" + LINK).encode("utf-16-le"), "Té"),
        ("UTF-32", rss("<title>Té</title>" + LINK).encode("utf-32"), "Té"),
        ("Latin-1 that says UTF-8",
         rss("<title>Té</title>" + LINK, prolog='<?xml version="1.0" encoding="utf-8"?>').encode("latin-1"), "Té"),
        ("UTF-8 that says Latin-1",
         rss("<title>Té</title>" + LINK, prolog='<?xml version="1.0" encoding="iso-8859-1"?>').encode(), "Té"),
        ("Windows' quotation marks in Latin-1",
         rss("<title>it’s</title>" + LINK, prolog='<?xml version="1.0" encoding="iso-8859-1"?>').encode("cp1252"), "it’s"),
        ("Windows' characters by number", rss("<title>it&#146;s</title>" + LINK), "it’s"),
        ("a title in CDATA", rss(f"<title><![CDATA[A & B <b>c</b>]]></title>{LINK}"), "A & B c"),
        ("an entity in CDATA", rss(f"<title><![CDATA[R&amp;D]]></title>{LINK}"), "R&D"),
        ("tags in a title", rss(f"<title>T <i>U</i></title>{LINK}"), "T U"),
        ("half of a pair of characters", rss(f"<title>T&#55357;&#56832;</title>{LINK}"), "T"),
        ("media first", rss(f"<media:group><media:title>M</media:title></media:group>{T}"), "T"),
        ("a podcast's title beside it", rss(f"{T}<itunes:title>I</itunes:title>"), "T"),
        ("Dublin Core's title alone", rss(f"<dc:title>D</dc:title>{LINK}"), "D"),
        ("an image with a title and link", rss(f"{T}<image><url>/i.png</url><title>I</title><link>/i</link></image>"), "T"),
        ("no title", rss(LINK), ""),
    ],
)  # fmt: skip
def test_one_entry_is_read(case: str, body: str | bytes, title: str) -> None:
    assert [(entry.url, entry.title) for entry in read(body)] == [(A, title)]


@pytest.mark.parametrize(
    ("case", "item", "url"),
    [
        (
            "an address in CDATA",
            "<link><![CDATA[https://courier.example/a?x=1&y=2]]></link>",
            "https://courier.example/a?x=1&y=2",
        ),
        ("a bare ampersand", "<link>https://courier.example/a?x=1&y=2</link>", "https://courier.example/a?x=1&y=2"),
        ("one escaped twice", "<link>https://courier.example/a?x=1&amp;amp;y=2</link>", "https://courier.example/a?x=1&y=2"),
        ("a space within", "<link>https://courier.example/a b</link>", "https://courier.example/a%20b"),
        ("no scheme", "<link>//courier.example/a</link>", A),
        ("an empty link and a guid", f"<link/><guid>{A}</guid>", A),
        ("a script and a guid", f"<link>javascript:alert(1)</link><guid>{A}</guid>", A),
        ("a guid that says it is no address and is one", f'<guid isPermaLink="false">{A}</guid>', A),
        ("a guid beside a link", f"{LINK}<guid>https://courier.example/?p=5</guid>", A),
        ("Atom's link in RSS", f'<atom:link href="{A}"/>', A),
        ("Atom's self beside a link", f'<atom:link rel="self" href="https://courier.example/self"/>{LINK}', A),
        ("Atom's self and no other", f'<atom:link rel="self" href="{A}"/>', A),
        ("a proxy's address", f"<link>https://proxy.example/~r/1</link><feedburner:origLink>{A}</feedburner:origLink>", A),
        ("where it was taken from", f'{LINK}<source url="https://wire.example/rss">Wire</source>', A),
        ("credentials of somebody's", "<link>https://me:secret@courier.example/a</link>", A),
    ],
)
def test_the_address_of_an_item(case: str, item: str, url: str) -> None:
    assert [entry.url for entry in read(rss(item))] == [url]


@pytest.mark.parametrize(
    ("case", "item"),
    [
        ("an id that is no address", '<title>T</title><guid isPermaLink="false">12</guid>'),
        ("an enclosure alone", '<title>T</title><enclosure url="https://cdn.example/a.mp3" type="audio/mpeg" length="1"/>'),
        ("media alone", '<title>T</title><media:content url="https://cdn.example/v.mp4"/>'),
    ],
)
def test_an_item_without_a_page_is_counted_and_left_out(case: str, item: str) -> None:
    document = read_feed(rss(item).encode(), base_url=BASE)
    assert isinstance(document, FeedDocument)
    assert (document.listed, document.entries) == (1, ())


@pytest.mark.parametrize(
    ("case", "body", "url"),
    [
        (
            "xml:base of feed and entry",
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://courier.example/news/"><entry xml:base="2026/">'
            '<link href="a"/></entry></feed>',
            "https://courier.example/news/2026/a",
        ),
        ("relative to the feed", atom('<link href="../a"/>'), A),
        ("an id where there is no link", atom(f"<id>{A}</id>"), A),
        (
            "the page, not its edits, replies, translations and sounds",
            atom(
                '<link rel="edit" href="/e"/><link rel="replies" href="/r"/><link rel="alternate" hreflang="de" href="/de"/>'
                f'<link rel="enclosure" href="/s.mp3"/><link rel="alternate" type="application/pdf" href="/p"/><link href="{A}"/>'
            ),
            A,
        ),
    ],
)
def test_the_address_of_an_atom_entry(case: str, body: str, url: str) -> None:
    assert [entry.url for entry in read(body)] == [url]


@pytest.mark.parametrize(
    ("case", "body", "published", "updated"),
    [
        ("created and modified", rss(T + "<dcterms:created>2026-03-02T10:00:00Z</dcterms:created>"
         "<dcterms:modified>2026-03-03T10:00:00Z</dcterms:modified>"), TEN, TEN.replace(day=3)),
        ("Atom's dates in RSS", rss(T + "<atom:published>2026-03-02T10:00:00Z</atom:published>"
         "<atom:updated>2026-03-03T10:00:00Z</atom:updated>"), TEN, TEN.replace(day=3)),
        ("RSS's own date before Dublin Core's", rss(T + "<pubDate>Mon, 02 Mar 2026 05:00:00 EST</pubDate>"
         "<dc:date>2026-03-01T00:00:00Z</dc:date>"), TEN, TEN.replace(day=1, hour=0)),
        ("an empty date before a full one", rss(T + "<pubDate/><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>"), TEN, None),
        ("Atom 0.3's issued and modified", '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link href="/a"/>'
         "<issued>2026-03-02T06:00:00-04:00</issued><modified>2026-03-03T10:00:00Z</modified></entry></feed>", TEN, TEN.replace(day=3)),
        ("Atom's updated alone is no date of publication", atom('<link href="/a"/><updated>2026-03-02T10:00:00Z</updated>'), None, TEN),
    ],
)  # fmt: skip
def test_dates_of_an_entry(case: str, body: str, published: datetime | None, updated: datetime | None) -> None:
    (entry,) = read(body)
    assert entry.published_at == published
    assert updated is None or entry.updated_at == updated


def test_an_item_that_does_not_say_when_it_was_changed_has_no_date_of_change() -> None:
    (entry,) = read(rss(T + "<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>"))
    assert (entry.published_at, entry.updated_at) == (TEN, None)


@pytest.mark.parametrize(
    ("case", "body", "authors"),
    [
        ("a mail address with a name", rss(f"{T}<author>ann@courier.example (Ann Lee)</author>"), ("Ann Lee",)),
        ("a link in a name", rss(f'{T}<author><a href="/ann">Ann Lee</a></author>'), ("Ann Lee",)),
        ("Atom's author in RSS", rss(f"{T}<atom:author><atom:name>Ann Lee</atom:name></atom:author>"), ("Ann Lee",)),
        ("a podcast's author", rss(f"{T}<itunes:author>Ann Lee</itunes:author>"), ("Ann Lee",)),
        ("the editor of the channel wrote no item", rss(T, head="<managingEditor>ed@x.example (Ed)</managingEditor>"), ()),
        ("Atom's feed has an author for all", atom('<link href="/a"/>', head="<author><name>Desk</name></author>"), ("Desk",)),
        (
            "its own goes before",
            atom('<link href="/a"/><author><name>Ann</name></author>', head="<author><name>D</name></author>"),
            ("Ann",),
        ),
        (
            "so does that of the feed it was taken from",
            atom(
                '<link href="/a"/><source><author><name>Wire</name></author></source>', head="<author><name>D</name></author>"
            ),
            ("Wire",),
        ),
        ("JSON Feed has authors for all", '{"authors": [{"name": "Desk"}], "items": [{"url": "/a"}]}', ("Desk",)),
        ("JSON Feed 1.0 has one", '{"items": [{"url": "/a", "author": {"name": "Ann"}}]}', ("Ann",)),
        (
            "JSON with nonsense",
            '{"authors": 5, "items": [{"url": "/a", "authors": "x", "title": null, "date_published": 7}]}',
            (),
        ),
    ],
)
def test_authors_of_an_entry(case: str, body: str, authors: tuple[str, ...]) -> None:
    assert read(body)[0].authors == authors


@pytest.mark.parametrize(
    ("case", "item", "content"),
    [
        ("content before description", "<description>d</description><content:encoded>&lt;p&gt;Full&lt;/p&gt;</content:encoded>", "<p>Full</p>"),
        ("in whatever order", "<content:encoded>&lt;p&gt;Full&lt;/p&gt;</content:encoded><description>d</description>", "<p>Full</p>"),
        ("an XHTML body", '<body xmlns="http://www.w3.org/1999/xhtml"><p>Full</p></body>', "<p>Full</p>"),
        ("a teaser is not the article", "<description>teaser</description>", ""),
    ],
)  # fmt: skip
def test_full_content(case: str, item: str, content: str) -> None:
    assert read(rss(T + item))[0].content == content


@pytest.mark.parametrize("language", ["en-GB", " en-GB\n"])
def test_the_language_of_the_channel_is_that_of_its_items(language: str) -> None:
    assert read(rss(T, head=f"<language>{language}</language>"))[0].language == "en-GB"


@pytest.mark.parametrize("items", [(), ("",), ("<x/>",)])
def test_an_empty_feed_is_a_feed(items: tuple[str, ...]) -> None:
    assert read(rss(*items)) == []


@pytest.mark.parametrize(
    ("case", "body"),
    [
        ("a page with a feed in it", "<html><body><rss></rss></body></html>"),
        ("a page that begins in the middle", "<p>Moved</p>"),
        ("another protocol", '<soap:Envelope xmlns:soap="x"><rss/></soap:Envelope>'.replace("<rss/>", "")),
        ("a broken gzip file", b"\x1f\x8bnothing"),
        ("gzip in gzip", gzip.compress(gzip.compress(rss(T).encode()))),
    ],
)
def test_no_feed(case: str, body: str | bytes) -> None:
    assert isinstance(read_feed(body if isinstance(body, bytes) else body.encode(), base_url=BASE), NotAFeed)


SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i" xmlns:xhtml="h"'


@pytest.mark.parametrize(
    ("case", "body", "listed"),
    [
        ("an image's address and title", f"<urlset {SITEMAP}><url><loc>{A}</loc><image:image><image:loc>/i.png</image:loc></image:image></url></urlset>",
         [A]),
        ("translations", f'<urlset {SITEMAP}><url><loc>{A}</loc><xhtml:link rel="alternate" href="/de"/></url></urlset>', [A]),
        ("the first version of the protocol", f'<urlset xmlns="http://www.google.com/schemas/sitemap/0.84"><url><loc>{A}</loc></url></urlset>',
         [A]),
        ("no namespace, CDATA, a comment", f"<urlset><url><loc><![CDATA[{A}?x=1&y=2]]><!-- x --></loc></url></urlset>", [A + "?x=1&y=2"]),
        ("a bare ampersand", f"<urlset><url><loc>{A}?x=1&y=2</loc></url></urlset>", [A + "?x=1&y=2"]),
        ("a text file of Windows", f"\ufeff{A}\r\n{A}2\r\n", [A, A + "2"]),
        ("cut off", f"<urlset><url><loc>{A}</loc></url><url><loc>https://cour", [A]),
        ("nothing yet", f"<urlset {SITEMAP}></urlset>", []),
    ],
)  # fmt: skip
def test_sitemaps(case: str, body: str, listed: list[str]) -> None:
    document = read_sitemap(body.encode(), base_url=BASE)
    assert isinstance(document, SitemapDocument)
    assert [entry.url for entry in document.entries][: len(listed)] == listed


def test_a_gzipped_sitemap_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    rows = [f"<url><loc>https://courier.example/{random.Random(n).random()}</loc></url>" for n in range(2_000)]
    document = read_sitemap(gzip.compress(f"<urlset>{''.join(rows)}</urlset>".encode())[:9_000], base_url=BASE)
    assert isinstance(document, SitemapDocument)
    assert 100 < len(document.entries) < 2_000


WHOLE = [
    rss(T + "<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><author>a@b.example (Ann)</author><guid>1</guid>", T),
    atom(f'<title type="html">T</title><link href="{A}"/><content type="xhtml"><div>x</div></content>', 'xml:base="/x"'),
    f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><channel/><item>{T}</item></rdf:RDF>',
    f'{{"items": [{{"url": "{A}", "authors": [{{"name": "Ann"}}], "content_text": "x"}}]}}',
    f"<urlset {SITEMAP}><url><loc>{A}</loc><lastmod>2026-03-02</lastmod></url></urlset>",
    f'<opml version="2.0"><body><outline text="x"><outline type="rss" xmlUrl="{A}"/></outline></body></opml>',
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=8),
    st.sampled_from(["utf-8", "utf-16", "utf-16-be", "latin-1", "cp037"]),
    st.booleans(),
)
def test_a_good_document_with_damage_raises_nothing_and_lists_web_addresses_only(whole, damage, charset, packed) -> None:
    body = bytearray(whole.encode(charset, "replace"))
    for at, length, put in damage:
        body[at % len(body) : at % len(body) + length] = put or b"<"
    damaged = gzip.compress(bytes(body))[: -3 if len(body) % 2 else None] if packed else bytes(body)
    feed, sitemap = read_feed(damaged, base_url=BASE), read_sitemap(damaged, base_url=BASE)
    for document in (feed, sitemap):
        if not isinstance(document, NotAFeed):
            assert all(entry.url.startswith(("http://", "https://")) for entry in document.entries)
    for outline in read_opml(damaged) or ():
        assert outline.url.startswith(("http://", "https://"))


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300) | st.text(alphabet="User-agent:*\nDisallow:/%Crawl-delay.0$9\x00é", max_size=200).map(str.encode)
)
def test_any_bytes_may_stand_in_robots_txt(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    assert isinstance(allowed(text, "https://courier.example/a?b=%zz"), bool)
    Protego.parse(text).crawl_delay("figurewatch")
