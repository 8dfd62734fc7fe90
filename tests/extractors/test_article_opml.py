"""OPML in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.article.opml import Outline, read_opml, write_opml

FILE = b"""<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY lol "lol">]>
<opml version="1.1"><head><title>Mine</title></head><body>
 <outline text="Papers"><outline text="World"><outline type="rss" text="The Courier &amp; Co" xmlUrl="https://courier.example/feed"/></outline></outline>
 <outline title="Tide" xmlurl="http://tide.example/rss" htmlUrl="http://tide.example/"/>
 <outline text="again" xmlUrl="https://courier.example/feed"/>
 <outline text="no address"/><outline text="a script" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def test_sources_are_found_in_folders_however_deep_each_once_and_only_web_addresses():
    assert read_opml(FILE) == (
        Outline(url="https://courier.example/feed", title="The Courier & Co"),
        Outline(url="http://tide.example/rss", title="Tide"),
    )


@pytest.mark.parametrize("body", [b"", b"<rss/>", b"<html><body>opml</body></html>", b"\xff\xfe\x00", b"{}"])
def test_what_is_no_opml(body):
    assert read_opml(body) is None


urls = st.builds("https://{}.example/{}".format, st.text("abc", min_size=1), st.text("abc&=?/", max_size=9))


@given(
    st.lists(st.builds(Outline, url=urls, title=st.text("aé<&\"'\n", min_size=1), kind=st.sampled_from(["feed", "sitemap"])))
)
def test_what_is_written_is_read_again(outlines):
    read = read_opml(write_opml(outlines))
    assert read is not None
    assert {(each.url, each.kind) for each in read} <= {(each.url, each.kind) for each in outlines}
    assert {each.url for each in read} == {each.url for each in outlines}


@given(st.binary(max_size=300))
def test_no_bytes_raise(body):
    read_opml(body)
    read_opml(b"<opml><body><outline xmlUrl='" + body + b"'/>")


@given(st.text(max_size=50))
def test_any_title_can_be_written(title):
    assert write_opml([Outline(url="https://a.example/", title=title)])
