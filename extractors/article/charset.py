"""Which characters do these bytes stand for?

Byte order mark, then UTF-8 where the bytes are just that, then what the header says, then what the document says, then a
guess. Servers name the wrong charset often; bytes with accents that read as UTF-8 are UTF-8, whoever says otherwise.
Pure; no bytes raise. Only the charsets of the web are followed, never Python's other codecs.
"""

import codecs
import re
import zlib

from charset_normalizer import from_bytes

#: How far into a document its own declaration is looked for: browsers look at 1,024 bytes, some news pages need more.
HEAD_BYTES = 4_096
#: How much of a body without any declaration is looked at for the guess, which costs about 1 ms a kilobyte.
GUESS_BYTES = 16_384

#: Bytes that a file which is gzipped by itself may unpack to: the limit of the protocol of sitemaps.
MAX_UNPACKED_BYTES = 50_000_000

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:+-]{1,40})", re.IGNORECASE)
_KNOWN = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|us-ascii|ascii|(iso|l?latin)-?_?\d[\d-]*|(windows|cp)-?(125\d|874|93[26]|949|950|866)|x-cp125\d"
    r"|koi8-?[ru]|gb2312|gbk|gb18030|big5(-?hkscs)?|euc-?(jp|kr|cn|tw)|shift[-_]?jis|sjis|x-sjis|iso-2022-jp|ks_c_5601-1987"
    r"|tis-?620|macintosh|mac-?(roman|cyrillic)"
)
_FOREIGN = re.compile(rb"[\x80-\xff]")
#: Labels whose web meaning is a wider charset, as browsers read them.
_WIDER = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030",
    "euc-cn": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "big5": "big5hkscs", "macintosh": "mac-roman", "euc-tw": "big5hkscs",
}  # fmt: skip


def unpacked(body: bytes) -> bytes | None:
    """A document out of the gzip file that it was sent as, the start of a large or broken one; None where nothing comes out.

    What is no gzip file is returned as it is. One layer is undone and no more.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpack = zlib.decompressobj(wbits=31)
    try:
        return unpack.decompress(body, MAX_UNPACKED_BYTES)
    except zlib.error:
        return None


def decode_html(body: bytes, content_type: str = "") -> str:
    """The text of a page. NUL and lone surrogates never come out of it."""
    return _decoded(body, content_type, _META)


def decode_xml(body: bytes, content_type: str = "") -> str:
    """The text of a feed or sitemap, without its byte order mark."""
    return _decoded(body, content_type, _DECLARATION)


def _decoded(body: bytes, content_type: str, declaration: re.Pattern[bytes]) -> str:
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(name, "replace"))
    header, declared = _HEADER.search(content_type), declaration.search(body[:HEAD_BYTES])
    labels = [header[1] if header else "", declared[1].decode("ascii") if declared else ""]
    names = [name for name in map(_codec, labels) if name] or _utf16(body)
    shifting = body.isascii() and any(name.startswith("iso2022") for name in names)  # all its bytes are ASCII
    if not shifting and not (b"\0" in body[:HEAD_BYTES] and any(name.startswith("utf-16") for name in names)):
        try:
            return _clean(codecs.utf_8_decode(body, "strict", False)[0])  # a character cut off at the end is left out
        except UnicodeDecodeError:
            names = [name for name in names if name != "utf-8"]
    for name in names:
        try:
            return _clean(body.decode(name))
        except UnicodeDecodeError:
            continue
    # Nothing fits to the last byte: a page with a few alien bytes still reads best as what it says it is.
    return _clean(body.decode(names[0] if names else _guess(body), "replace"))


def _codec(label: str) -> str:
    """The codec of a charset label, empty where the label is unknown."""
    label = label.strip().lower()
    if not _KNOWN.fullmatch(label):
        return ""
    try:
        return codecs.lookup(_WIDER.get(label, label.removeprefix("x-"))).name
    except LookupError:
        return ""


def _utf16(body: bytes) -> list[str]:
    """UTF-16 without a mark shows as NUL in every second byte of markup."""
    head = body[:64]
    if head[1::2].count(0) > len(head) // 3:
        return ["utf-16-le"]
    return ["utf-16-be"] if head[::2].count(0) > len(head) // 3 else []


def _guess(body: bytes) -> str:
    """From the first bytes that are not ASCII: UTF-8 with some damage, or what the statistics say, or what browsers assume."""
    beginning = next((match.start() for match in _FOREIGN.finditer(body)), 0)
    sample = body[max(0, beginning - 200) :][:GUESS_BYTES]
    text = sample.decode("utf-8", "replace")
    if text.count("\ufffd") * 2 < sum(character > "\x7f" for character in text):
        return "utf-8"
    best = from_bytes(sample).best()
    return (_codec(best.encoding.replace("_", "-")) if best is not None else "") or "cp1252"


def _clean(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\0", "")
