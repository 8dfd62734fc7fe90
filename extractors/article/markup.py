"""What do strangers' feeds, sitemaps and pages say in their markup?

The guards and small readers that feed.py, sitemap.py and body.py share. XML is parsed without its document type, so that no
entity can swell; broken XML is mended by libxml2, whose limits on depth and on the length of single texts stay on.
Pure; no text raises.
"""

import html
import re
from html.entities import html5
from itertools import islice
from urllib.parse import urljoin, urlsplit, urlunsplit

from lxml import etree
from lxml import html as lxml_html

from extractors.article.urls import is_web_url

MAX_TITLE_LENGTH = 1_000
#: Tags, opening and closing, of an XML document whose tree is built; what stands behind them is cut off. A full sitemap with
#: pictures has a million; the tree of so many takes up to 300 MB.
MAX_TAGS = 1_000_000

_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_REFERENCE = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31};)|#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?)")
#: What XML 1.0 does not allow in a document.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: White space of markup, however much of it, is one space.
_SPACES = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
#: What nobody sees in one line: where a word may be broken, a byte order mark, what no document may hold.
_UNSEEN = re.compile("[\xad\ufeff\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
#: One class for all elements. lxml's own look-up asks Python for the class of each element, each time that it is met, so that
#: forms have theirs.
_ELEMENTS = etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement)


def parse_html(page: str) -> lxml_html.HtmlElement | None:
    """The tree of a page that was decoded before, whatever charset it claims; None where there is no element in it."""
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_ELEMENTS)
    text = NOT_XML.sub("", page)
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return tree if isinstance(tree, lxml_html.HtmlElement) else None


def parse_xml(text: str, base_url: str = "") -> "etree._Element | str":
    """The root of a document without its document type; a reason where there is none. Entities stay unexpanded."""
    at = root_start(text)
    if at is None:
        return "empty" if not text.strip() else "neither XML nor JSON"
    text = _escaped(mended(_cut(text[at:])))
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=base_url or None)
    except (etree.XMLSyntaxError, ValueError):
        return "XML that cannot be read"
    return "XML that cannot be read" if root is None else root


def mended(text: str) -> str:
    """XML without the characters that it may not hold, HTML's named characters as themselves."""
    return NOT_XML.sub("", _REFERENCE.sub(_character, text))


def _cut(text: str) -> str:
    if text.count("<") <= MAX_TAGS:
        return text
    return text[: next(islice((tag.start() for tag in re.finditer("<", text)), MAX_TAGS, None))]


def _escaped(text: str) -> str:
    """XML in which an ampersand that begins no reference is one; in a CDATA section each stands for itself."""
    pieces: list[str] = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        pieces += [_AMPERSAND.sub("&amp;", text[at:start]), text[start:end]]
        at = end
    return "".join([*pieces, _AMPERSAND.sub("&amp;", text[at:])])


def root_name(text: str, at: int) -> str:
    """The name of the root element that starts there, in lower case, without its prefix."""
    found = _ROOT.match(text, at)
    return found[1].rpartition(":")[2].lower() if found else ""


def root_start(text: str) -> int | None:
    """Where the root element starts: behind declarations, comments, the document type, and stray text before them."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith("<!", at):
            close, subset = text.find(">", at), text.find("[", at)
            end = close if subset < 0 or 0 <= close < subset else text.find("]", subset)
        elif _ROOT.match(text, at):
            return at
        else:
            end = at
        if end < 0:
            return None
        at = end + 1
    return None


def plain(markup: str) -> str:
    """A name or a listed title without markup, in one line, words parted by single spaces."""
    return " ".join(headline_text(markup).split())


def headline_text(markup: str) -> str:
    """A page's title without markup, in one line. No-break and ideographic spaces stay: publishers set them on purpose."""
    text = markup[: 4 * MAX_TITLE_LENGTH]
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = html.unescape(_TAG.sub("", text))
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()[:MAX_TITLE_LENGTH]


def local_name(element: "etree._Element") -> str:
    """Lower-case name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def web_url(written: str, base_url: str, *, credentials: bool = False) -> str:
    """An absolute http(s) address, empty where it is none or too long.

    White space around it and line breaks in it are no part of it; a space within is escaped. Credentials are those of whoever
    wrote it, and are left out unless they are asked for.
    """
    written = "".join(written.split()) if "\n" in written.strip() else "%20".join(written.split())
    if not written:
        return ""
    try:
        url = urljoin(base_url, written)
    except ValueError:
        return ""
    if not is_web_url(url):
        return ""
    parts = urlsplit(url)
    if "@" not in parts.netloc or credentials:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def element_text(element: "etree._Element") -> str:
    """All text in an element, its children's included, without outer white space."""
    return "".join(map(str, element.itertext())).strip() if len(element) else (element.text or "").strip()


def _character(match: re.Match[str]) -> str:
    """HTML's named characters as themselves; references to no character of XML, which libxml2 lets pass, as nothing."""
    name, hexadecimal, decimal = match.groups()
    if name:
        return match[0] if name[:-1] in _XML_ENTITIES else html5.get(name, match[0])
    digits = (hexadecimal or decimal).lstrip("0")
    code = int(digits or "0", 16 if hexadecimal else 10) if len(digits) <= 7 else 0x110000
    return match[0] if 0 < code < 0x110000 and not NOT_XML.match(chr(code)) else ""
