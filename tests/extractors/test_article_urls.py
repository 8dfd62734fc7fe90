"""Canonical addresses: what names a document stays, what names the way to it goes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.article.urls import canonical_url, choose_canonical, is_web_url, site


@pytest.mark.parametrize(
    ("case", "raw", "canonical"),
    [
        ("nothing to do", "https://courier.example/world/ships-200", "https://courier.example/world/ships-200"),
        ("the host is lower-case, the path is not", "HTTPS://Courier.Example/World", "https://courier.example/World"),
        ("a missing path is the root", "https://courier.example", "https://courier.example/"),
        ("a default port goes", "https://courier.example:443/a", "https://courier.example/a"),
        ("another port stays", "http://courier.example:8080/a", "http://courier.example:8080/a"),
        ("a fragment goes", "https://courier.example/a#comments", "https://courier.example/a"),
        ("a fragment that is the address stays", "https://courier.example/#!/a", "https://courier.example/#!/a"),
        ("tracking goes", "https://courier.example/a?utm_source=x&fbclid=1&at_medium=RSS", "https://courier.example/a"),
        (
            "what names the article stays, in its order",
            "https://courier.example/?p=7&UTM_x=1&id=a",
            "https://courier.example/?p=7&id=a",
        ),
        ("the slash at the end stays", "https://courier.example/a/", "https://courier.example/a/"),
        ("www stays", "https://www.courier.example/a", "https://www.courier.example/a"),
        ("white space goes", "  https://courier.example/a\n", "https://courier.example/a"),
        ("a line break inside goes", "https://courier.example/a\nb", "https://courier.example/ab"),
        ("credentials go", "https://me:secret@courier.example/a", "https://courier.example/a"),
        ("dots are walked", "https://courier.example/a/../b/./c", "https://courier.example/b/c"),
        ("escapes have one form", "https://courier.example/%7ea%c3%a9", "https://courier.example/~a%C3%A9"),
        ("letters beyond ASCII are escaped", "https://courier.example/é", "https://courier.example/%C3%A9"),
        ("an escaped slash is no slash", "https://courier.example/a%2Fb", "https://courier.example/a%2Fb"),
        ("an international host is written in ASCII", "https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("a dot after the host goes", "https://courier.example./a", "https://courier.example/a"),
        ("the AMP twin", "https://courier.example/a/amp/", "https://courier.example/a/"),
        ("the AMP twin by parameter", "https://courier.example/a?amp=1&outputType=amp", "https://courier.example/a"),
        ("a word that ends in amp is no twin", "https://courier.example/lamp", "https://courier.example/lamp"),
        ("a section called amp is no twin", "https://courier.example/amp", "https://courier.example/amp"),
        ("the print view", "https://courier.example/ships-200/print/", "https://courier.example/ships-200/"),
        ("the print view by parameter", "https://courier.example/a?print=1&id=7", "https://courier.example/a?id=7"),
        ("the print view by its mode", "https://courier.example/a?view=print", "https://courier.example/a"),
        ("a section called print is no view", "https://courier.example/print", "https://courier.example/print"),
        ("nor is a topic", "https://courier.example/media/print", "https://courier.example/media/print"),
        ("another view stays", "https://courier.example/a?view=gallery", "https://courier.example/a?view=gallery"),
        ("an AMP cache", "https://courier-example.cdn.ampproject.org/c/s/courier.example/a", "https://courier.example/a"),
        ("a search engine's AMP viewer", "https://www.google.com/amp/s/courier.example/a/amp", "https://courier.example/a"),
        ("what is no address is left alone", "urn:story:7", "urn:story:7"),
        (
            "an address that readers take differently is left alone",
            "http://a.example\\@b.example/",
            "http://a.example\\@b.example/",
        ),
        ("nothing", "", ""),
    ],
)
def test_canonical_url(case: str, raw: str, canonical: str) -> None:
    assert canonical_url(raw) == canonical, case
    assert canonical_url(canonical) == canonical


FOUND = "https://www.courier.example/world/2026/ships?utm_source=x"


@pytest.mark.parametrize(
    ("case", "final", "declared", "chosen"),
    [
        (
            "a declared address of the same site is followed",
            FOUND,
            "https://courier.example/world/ships",
            "https://courier.example/world/ships",
        ),
        (
            "also from the mobile twin",
            "https://m.courier.example/7",
            "https://www.courier.example/ships",
            "https://www.courier.example/ships",
        ),
        ("a relative one is resolved", FOUND, "/ships", "https://www.courier.example/ships"),
        ("its tracking goes too", FOUND, "/ships?utm_id=1#top", "https://www.courier.example/ships"),
        ("without one, the address itself", FOUND, "", "https://www.courier.example/world/2026/ships"),
        ("another site's is not followed", FOUND, "https://wire.example/ships", "https://www.courier.example/world/2026/ships"),
        (
            "the home page is not this article",
            FOUND,
            "https://www.courier.example/",
            "https://www.courier.example/world/2026/ships",
        ),
        ("nor is the section", FOUND, "https://www.courier.example/world/", "https://www.courier.example/world/2026/ships"),
        ("nor another section", FOUND, "/sport", "https://www.courier.example/world/2026/ships"),
        ("of an article in no section", "https://a.example/grain-ships-wait", "/news/", "https://a.example/grain-ships-wait"),
        ("the home page by its name", FOUND, "/index.html", "https://www.courier.example/world/2026/ships"),
        ("of a site in two languages", FOUND, "/en/", "https://www.courier.example/world/2026/ships"),
        ("a name in place of a section and a date", FOUND, "/grain-ships-wait", "https://www.courier.example/grain-ships-wait"),
        ("AMP in front", "https://courier.example/amp/world/ships", "/world/ships", "https://courier.example/world/ships"),
        ("an AMP host", "https://amp.courier.example/ships", "https://courier.example/ships", "https://courier.example/ships"),
        ("print in front", "https://courier.example/print/ships-7", "/world/ships-7", "https://courier.example/world/ships-7"),
        ("page 2 belongs to its article", "https://courier.example/ships/2", "/ships", "https://courier.example/ships"),
        (
            "the AMP page belongs to its article",
            "https://courier.example/ships/amp.html",
            "/ships",
            "https://courier.example/ships",
        ),
        (
            "a lost article number is not followed",
            "https://courier.example/view?id=7",
            "/view",
            "https://courier.example/view?id=7",
        ),
        ("a number that became a name is", "https://courier.example/?p=7", "/ships", "https://courier.example/ships"),
        (
            "another story's address is not followed",
            "https://courier.example/world/grain-ships-wait",
            "/world/pilots-strike-over",
            "https://courier.example/world/grain-ships-wait",
        ),
        (
            "a new headline with the old number is",
            "https://courier.example/grain-ships-wait-1234567",
            "/pilots-strike-over-1234567",
            "https://courier.example/pilots-strike-over-1234567",
        ),
        (
            "a new headline with words of the old is",
            "https://courier.example/grain-ships-wait",
            "/more-ships-than-ever",
            "https://courier.example/more-ships-than-ever",
        ),
        ("what is no address is not followed", FOUND, "javascript:void(0)", "https://www.courier.example/world/2026/ships"),
        ("nor what cannot be read", FOUND, "http://[", "https://www.courier.example/world/2026/ships"),
        ("two tenants of one suffix are two sites", "https://a.co.uk/x", "https://b.co.uk/x", "https://a.co.uk/x"),
    ],
)
def test_choose_canonical(case: str, final: str, declared: str, chosen: str) -> None:
    assert choose_canonical(final, declared) == chosen, case


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://news.courier.co.uk/a", "courier.co.uk"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("urn:x", ""),
    ],
)
def test_site(url: str, name: str) -> None:
    assert site(url) == name


URLS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(
        ["http://", "https://", "HTTP://", "//", "", "https://www.google.com/amp/s/", "https://x.cdn.ampproject.org/c/"]
    ),
    st.sampled_from(["a.example", "A.example:80", "ü.example", "[::1]", "[", "u@a.example", "a.example.", "1.2.3.4:99999", ""]),
    st.lists(
        st.sampled_from(["/", "amp", "..", ".", "%2f", "%", "é", " ", "//", "a", "\\", "%7E", "%e9", ";"]), max_size=8
    ).map("".join),
    st.lists(st.sampled_from(["?", "&", "utm_a=1", "id=2", "#", "!", "amp", "=", "+", "%26", "é"]), max_size=8).map("".join),
)


@given(URLS | st.text(max_size=60))
@example("http://a.example/amp/amp")
def test_canonical_url_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert isinstance(is_web_url(url), bool)
    assert isinstance(choose_canonical("https://a.example/x", url), str)
