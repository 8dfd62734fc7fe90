"""Which address is an article's identity?

Any address -> its canonical form: what names the document stays, what names the reader's way to it goes. The page's own
rel=canonical is followed only where it is plausible.
Pure and idempotent; no address is ever looked up. The canonical form is for knowing an article again; what is requested is
the address as listed. Kept as they are, because sites differ by them: http and https, "www.", upper-case letters in paths, the
order of parameters, the slash at the end.
Not here: whether an address may be dialled (flows/http.py).
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

import idna
from courlan import extract_domain

#: Longer addresses are refused as entries. Servers commonly stop at 2,048 or 8,192; no news address comes near.
MAX_URL_LENGTH = 2_048

#: Parameters that tell where a reader came from, never which document it is. Names with a second, meaningful use on some
#: site ("id", "cid", "s", "from", "mod") stay.
TRACKING = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh mibextid sfnsn"
    " wickedid irclickid mc_cid mc_eid mkt_tok _hsenc _hsmi _ga _gl _openstat __twitter_impression ref ref_src ref_url"
    " referrer referer source src_ref cmp cmpid cmpid2 icid ncid ocid s_cid intcmp int_source smid smtyp emc partner rss"
    " xtor ftag taid echobox sr_share srnd sref traffic_source soc_src soc_trk guccounter leadsource share shared spm amp"
    " oc dicbo".split()
)
TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "oly_", "vero_", "itm_", "at_", "ns_", "wt.", "wt_", "guce_", "fb_")

#: Parameters that do name the document, on sites that do it so.
NAMING = frozenset(
    "id p aid nid sid article articleid article_id story storyid story_id newsid news_id docid doc item itemid no seq idx"
    " key".split()
)

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "/%:@!$&'()*+,;=-._~?"
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_AMP_PATH = re.compile(r"(?<=[^/])/amp(?=/?$)")
#: The print view of an article: behind a path that ends like one, with a number or words joined by hyphens.
_PRINT_PATH = re.compile(r"(/[^/]*[\d-][^/]*)/print(?=/?$)", re.IGNORECASE)
_PRINT_QUERY = re.compile(
    r"(?:print(?:able|view|er)?|printer_?friendly)(?:=(?:1|true|yes|y|)?)?|(?:view|mode|output|format)=print", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
_SLUG_WORD, _SLUG_NUMBER = re.compile(r"[a-z]{4,}"), re.compile(r"\d{5,}")
_AMP_CACHE = re.compile(r"https?://[^/]+\.cdn\.ampproject\.org/[a-z]/(s/)?(.+)", re.DOTALL)
_AMP_VIEWER = re.compile(r"https?://(?:www\.)?google\.[a-z.]{2,6}/amp/(s/)?(.+)", re.DOTALL)
#: What may follow an article's own path: its AMP form, a page of it, a mobile or print form.
_VARIANT = re.compile(r"(?:amp|amp\.html|m|mobile|print|index\.html?|page|\d{1,3})", re.IGNORECASE)


def is_web_url(url: str) -> bool:
    """Is it an absolute http(s) address with a host, of bearable length, that every reader of addresses takes alike?"""
    return len(url) <= MAX_URL_LENGTH and _CONTROL.search(url) is None and _split(url) is not None


def canonical_url(raw: str) -> str:
    """The identity of the document at an address. What is no web address is returned as it is, without outer white space."""
    url = raw.strip()
    for _ in range(4):  # an AMP cache's address holds another address; each step only shortens or settles
        parts = _split(_CONTROL.sub("", url)) if len(url) <= 4 * MAX_URL_LENGTH else None
        if parts is None:
            return url
        normal = _normal(parts)
        inner = _AMP_CACHE.match(normal) or _AMP_VIEWER.match(normal)
        if inner is not None:
            normal = f"http{'s' if inner[1] else ''}://{inner[2]}"
        if normal == url:
            return url
        url = normal
    return url


def choose_canonical(final_url: str, declared: str) -> str:
    """The canonical address of a page: what it declares where that is plausible, else where it was found.

    Implausible is another site, the home page, a section, an address that lost the parameter by which the site tells its
    articles apart, and the address of another headline: templates with one address for all pages are common.
    """
    found = canonical_url(final_url)
    try:
        resolved = canonical_url(urljoin(final_url, declared.strip())) if declared.strip() else found
    except ValueError:
        return found
    here, there = _split(found), _split(resolved)
    if here is None or there is None or len(resolved) > MAX_URL_LENGTH:
        return found
    if site(found) != site(resolved):
        return found
    here_path, there_path = here.path.strip("/"), there.path.strip("/")
    named = _naming(there.query)  # else what follows is a page of a list, or how it is sorted
    if not there_path and not named and (here_path or here.query):
        return found
    rest = here_path[len(there_path) :].strip("/") if here_path.startswith(there_path + "/") else ""
    if rest and not named and not all(_VARIANT.fullmatch(piece) for piece in rest.split("/")):
        return found
    if here_path == there_path and _naming(here.query) - named:
        return found
    if not named and _section(here_path, there_path):
        return found
    return found if _other_story(here_path, there_path) else resolved


def _section(here: str, there: str) -> bool:
    """Is one word all that a path says ("sport", "index.html"), where the other leads further and says nothing of it?"""
    if "/" in there or any(character.isdigit() for character in there) or len(_SLUG_WORD.findall(there.lower())) > 2:
        return False
    further = "/" in here or len(_SLUG_WORD.findall(here.lower())) > 2 or _SLUG_NUMBER.search(here) is not None
    return further and not set(_WORD.findall(here.lower())) & set(_WORD.findall(there.lower()))


def _other_story(here: str, there: str) -> bool:
    """Do two paths end in headlines without a word or a number in common? Templates with another article's address exist."""
    one, other = (path.lower().rpartition("/")[2] or path.lower() for path in (here, there))
    words, others = set(_SLUG_WORD.findall(one)), set(_SLUG_WORD.findall(other))
    if len(words) < 3 or len(others) < 3 or words & others:
        return False
    return not set(_SLUG_NUMBER.findall(here)) & set(_SLUG_NUMBER.findall(there))


@lru_cache(maxsize=4_096)
def site(url: str) -> str:
    """The registrable domain of an address ("bbc.co.uk"); its host's last two names where that is not known."""
    parts = _split(url)
    if parts is None:
        return ""
    host = parts.hostname or ""
    try:
        known = extract_domain(url)
    except Exception:  # a lookup table of suffixes, strangers' hosts: whatever it raises, it knows no suffix
        known = None
    if known:
        return str(known)
    return host if ":" in host or host.replace(".", "").isdigit() else ".".join(host.split(".")[-2:])


def _split(url: str) -> SplitResult | None:
    if "\\" in url or not url[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and not re.search(r"[\s<>\"^`{|}%]", parts.hostname) else None


def _normal(parts: SplitResult) -> str:
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host[:253], uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            host = host[:253]
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != (443 if scheme == "https" else 80):
        host = f"{host}:{parts.port}"
    path = _without_dots(_quoted(parts.path)) or "/"
    while (shorter := _AMP_PATH.sub("", path)) != path:
        path = shorter
    path = _PRINT_PATH.sub(r"\1", path)
    query = "&".join(piece for piece in _quoted(parts.query).split("&") if piece and not _tracks(piece))
    fragment = _quoted(parts.fragment) if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, host, path, query, fragment))


def _quoted(text: str) -> str:
    """Escapes in one form: capitals, none where none is needed, all where one is."""

    def tidy(match: re.Match[str]) -> str:
        byte = unquote_to_bytes(match[0])
        return byte.decode("ascii") if byte[0] in _UNRESERVED else match[0].upper()

    return quote(_ESCAPE.sub(tidy, text), safe=_SAFE, errors="replace")


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    pieces = path.split("/")
    for piece in pieces:
        if piece == "..":
            if len(kept) > 1:
                kept.pop()
        elif piece != ".":
            kept.append(piece)
    if pieces[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _tracks(piece: str) -> bool:
    name, _, value = piece.partition("=")
    name = name.lower()
    twin = (name == "outputtype" and value.lower() == "amp") or _PRINT_QUERY.fullmatch(piece) is not None
    return twin or name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _naming(query: str) -> set[str]:
    return {piece for piece in query.split("&") if piece.partition("=")[0].lower() in NAMING}
