"""How do we reach strangers' servers without being led astray or led by the nose?

Address -> response, or a FetchError that says how it ended. This is the only way out to the network: http and https only;
the address that is dialled is the address that was checked, on every redirect; decoded bytes are counted while they
arrive; one deadline holds for the whole fetch; no proxy, no netrc and no cookie of another fetch takes part.
Not here: whose turn it is (gate.py), robots.txt (robots.py), what a failure means for a source or an entry (sources.py,
fetch.py).
"""

import asyncio
import base64
import ipaddress
import logging
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import httpcore
import httpx

from extractors.article.charset import decode_html
from extractors.article.urls import is_web_url
from flows.settings import FetchSettings
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome

__all__ = ["AGENT", "Client", "Response", "client_of", "decode_html", "redact", "refusal"]

#: The name that robots.txt files may address.
AGENT = "figurewatch"

#: Browsers stop at 20; honest sites need 3.
MAX_REDIRECTS = 10
#: Seconds for one attempt at one address. A host with several addresses is given the next one then.
CONNECT_SECONDS = 8.0
#: Compressed bytes are unpacked in pieces of this size, so that a bomb is noticed before it has gone off.
UNPACK_BYTES = 256 * 1024
#: Parts that a gzip body may consist of. Some archives have a few; a body of millions of empty ones never gets anywhere.
MAX_PARTS = 100
#: Names that are looked up at once. Look-ups that hang hold up no others, and nothing else that runs in threads.
RESOLVERS = 16
#: Headers that are kept: longer ones are of no use, and would be sent and stored again and again.
MAX_HEADER_LENGTH = 1_000
#: A Retry-After beyond this is a mistake or a way to say never; whoever waits caps it further.
MAX_RETRY_AFTER_SECONDS = 31 * 86_400.0

ACCEPT = "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_SECRET = re.compile(r"(?i)(pass|pwd|secret|token|key|auth|sig|credential|session|user|login|mail)")
#: What no person writes: a long row of letters and digits, or a UUID.
_SECRET_VALUE = re.compile(
    r"(?=\D*\d)(?=[^a-z]*[a-z])(?:[a-z0-9_]{24,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)

#: Not for us although Python calls them global: relays and translators that reach IPv4 behind an IPv6 address.
_TUNNELS = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0/96", "192.88.99.0/24")
)

#: Not public, though not every Python in use says so.
_RESERVED = tuple(ipaddress.ip_network(network) for network in ("192.0.0.0/24", "100::/64", "3fff::/20", "5f00::/16"))


# Their debug lines hold headers as sent and received: credentials, cookies, addresses with tokens.
for _library in ("httpcore", "hpack", "h2"):
    logging.getLogger(_library).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered, whatever its status. The body is decompressed, and empty unless the status is 2xx."""

    status: int
    final_url: str  #: after redirects, without credentials
    headers: dict[str, str]  #: names in lower case
    body: bytes = b""
    retry_after: float | None = None  #: seconds to wait before the next request, as the server asks
    moved_to: str = ""  #: where permanent redirects (301, 308) led before any other; empty when the first was none
    leads_to: str = ""  #: an address at another host that was not followed, with stay=True

    @property
    def content_type(self) -> str:
        """The header as sent, with its charset."""
        return self.headers.get("content-type", "")[:200]

    @property
    def etag(self) -> str:
        """To be sent back as it is, its quotation marks included; empty where it cannot be."""
        return _validator(self.headers.get("etag", ""))

    @property
    def last_modified(self) -> str:
        """To be sent back as it is; empty where it cannot be."""
        return _validator(self.headers.get("last-modified", ""))


class Client:
    """Fetches pages. Use it as a context manager; one serves many fetches at once and keeps connections open.

    Args:
        user_agent: names us and a contact.
        allow_hosts: names, as they stand in an address, that may resolve to loopback and private addresses.
        max_body_bytes: decoded bytes at which a transfer is ended, unless a fetch sets its own.
        timeout_seconds: for one fetch in all: names, redirects and body included.
        concurrency: fetches at once; the others wait, and their time does not run.
    """

    def __init__(
        self,
        *,
        user_agent: str = AGENT,
        allow_hosts: Iterable[str] = (),
        max_body_bytes: int = 10_000_000,
        timeout_seconds: float = 30.0,
        concurrency: int = 16,
    ) -> None:
        self._user_agent = user_agent
        self._max_body_bytes = max_body_bytes
        self._timeout_seconds = timeout_seconds
        self._slots = asyncio.Semaphore(concurrency)
        self._backend = _CheckedBackend(frozenset(host.lower() for host in allow_hosts))
        self._transport = _Transport(self._backend, concurrency)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()
        self._backend.close()

    async def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        max_bytes: int | None = None,
        cut: bool = False,
        stay: bool = False,
        accept: str = ACCEPT,
        span: tuple[int, int] | None = None,
    ) -> Response:
        """The server's answer, after redirects, whatever its status.

        Args:
            etag, last_modified: of the version at hand; the answer may then be a 304 without a body.
            cut: a body over the limit is read up to it, and is no failure.
            stay: a redirect to another host is not followed but told: it may have to wait for its turn there.
            span: first byte wanted, and the first not wanted, of a large file as it is stored; the answer may be a 206.
        Raises:
            FetchError: refused, unreachable, too large, or led in circles; its message holds no credentials.
        """
        headers = {"user-agent": self._user_agent, "accept": accept, "accept-encoding": "gzip, deflate"}
        if etag:
            headers["if-none-match"] = etag
        if last_modified:
            headers["if-modified-since"] = last_modified
        if span is not None:
            headers |= {"range": f"bytes={span[0]}-{span[1] - 1}", "accept-encoding": "identity"}
        async with self._slots:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    limit = self._max_body_bytes if max_bytes is None else max_bytes
                    return await self._follow(url, headers, limit, cut, stay)
            except TimeoutError:
                raise _failed(url, f"took longer than {self._timeout_seconds:g} seconds") from None
            except _AddressRefused as error:
                mend = f'if that host is yours: allow_hosts = ["{error.host}"] under [fetch]'
                raise _failed(url, f"is not fetched: {error}", FetchOutcome.REFUSED, mend) from error
            except _NameUnknown as error:
                raise _failed(url, f"could not be reached: {error}", FetchOutcome.NAME_UNKNOWN) from error
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
                raise _failed(url, _plainly(error)) from error
            except (httpcore.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
                raise _failed(url, "is not understood as an address", FetchOutcome.REFUSED) from error

    async def _follow(self, url: str, headers: dict[str, str], max_bytes: int, cut: bool, stay: bool) -> Response:
        cookies = httpx.Cookies()  # of this fetch only: some sites set one and redirect to themselves
        origin, address = "", url
        moved_to, for_good = "", True
        for _ in range(MAX_REDIRECTS + 1):
            if not is_web_url(address):
                raise _failed(address, "is no http or https address", FetchOutcome.REFUSED)
            parts = urlsplit(address)
            if not origin:
                origin = _origin(parts)
                headers |= _authorization(parts)
            elif _origin(parts) != origin:
                headers = {name: value for name, value in headers.items() if name != "authorization"}
            address = _without_credentials(parts)
            request = httpx.Request("GET", address, headers=headers, extensions={"timeout": {"connect": CONNECT_SECONDS}})
            cookies.set_cookie_header(request)
            answer = await self._transport.handle_async_request(request)
            try:
                answer.request = request
                cookies.extract_cookies(answer)
                location = answer.headers.get("location", "").strip()
                if answer.status_code not in _REDIRECTS or not location:
                    return await _read(answer, address, max_bytes, cut, moved_to)
            finally:
                await answer.aclose()
            try:
                following = urljoin(address, location)
                if "@" in following and is_web_url(following):  # nobody else's words go out as ours
                    following = _without_credentials(urlsplit(following))
                leaves = _host(urlsplit(following)).removeprefix("www.") != _host(parts).removeprefix("www.")
            except ValueError:
                raise _failed(url, "redirects to what is no address", FetchOutcome.HTTP_ERROR) from None
            for_good = for_good and answer.status_code in _FOR_GOOD
            moved_to = following if for_good else moved_to
            if stay and leaves:
                return Response(status=answer.status_code, final_url=address, headers={}, moved_to=moved_to, leads_to=following)
            address = following
        raise _failed(url, f"redirects more than {MAX_REDIRECTS} times", FetchOutcome.HTTP_ERROR)


def client_of(settings: FetchSettings) -> Client:
    """A client as the settings want it."""
    return Client(
        user_agent=user_agent(settings.contact),
        allow_hosts=settings.allow_hosts,
        max_body_bytes=settings.max_body_bytes,
        timeout_seconds=settings.timeout_seconds,
        concurrency=settings.concurrency,
    )


def user_agent(contact: str) -> str:
    """Who we are, and how a webmaster can reach whoever runs this."""
    try:
        name = f"{AGENT}/{version(AGENT)}"
    except PackageNotFoundError:
        name = AGENT
    contact = re.sub(r"[^\x21-\x7e]", "", contact)
    return f"{name} (+{contact})" if contact else name


def redact(url: str) -> str:
    """An address that may be shown: without credentials, and without the values of parameters that sound like secrets."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")
        netloc = f"***@{host[2]}" if host[1] else host[2]
        pieces = [piece.partition("=") for piece in parts.query.split("&")]
        query = "&".join(
            f"{name}=***" if equals and (_SECRET.search(name) or _SECRET_VALUE.search(value)) else name + equals + value
            for name, equals, value in pieces
        )
        return urlunsplit((parts.scheme, netloc, parts.path, query, ""))[:300]
    except ValueError:
        return "an address that cannot be read"


def without_credentials(url: str) -> str:
    """An address as others may have it."""
    try:
        return _without_credentials(urlsplit(url))
    except ValueError:
        return ""


def with_credentials_of(known: str, url: str) -> str:
    """An address with the credentials of another one, where it is the same host's and as safe; else as it is."""
    old, new = urlsplit(known), urlsplit(url)
    userinfo = old.netloc.rpartition("@")[0]
    if not userinfo or _host(old) != _host(new) or (old.scheme.lower(), new.scheme.lower()) == ("https", "http"):
        return url
    return urlunsplit(new._replace(netloc=f"{userinfo}@{_host(new)}"))


def refusal(address: str) -> str:
    """Why an IP address must not be dialled; empty where it may be."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    if any(ip in network for network in _TUNNELS if network.version == ip.version):
        return "reaches another network through a tunnel" if not ip.is_loopback and not ip.is_unspecified else "loopback"
    if any(ip in network for network in _RESERVED if network.version == ip.version):
        return "reserved"
    for name in ("loopback", "unspecified", "multicast", "link_local", "private", "reserved", "site_local"):
        if getattr(ip, f"is_{name}", False):
            return name.replace("_", "-")
    return "" if ip.is_global else "not a public address"


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date."""
    value = value.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value, re.ASCII):
        return min(float(value), MAX_RETRY_AFTER_SECONDS)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return min(max(0.0, seconds), MAX_RETRY_AFTER_SECONDS)


class _AddressRefused(httpcore.ConnectError):
    """The host's addresses are all of a kind that must not be dialled."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host} has no public address: {why}")
        self.host = host


class _NameUnknown(httpcore.ConnectError):
    """No name server knows an address for the host, or none answered."""


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, and dials only the addresses that passed: what is checked is what is dialled."""

    def __init__(self, allow_hosts: frozenset[str]) -> None:
        self._allow_hosts = allow_hosts
        self._dial = httpcore.AnyIOBackend()
        self._resolvers = ThreadPoolExecutor(RESOLVERS, "resolve")

    def close(self) -> None:
        """Nobody waits for look-ups that hang."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first checked address that answers."""
        try:
            looking = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            found = await asyncio.get_running_loop().run_in_executor(self._resolvers, looking)
        except (OSError, UnicodeError) as error:
            raise _NameUnknown(f"the name {host} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if host.lower().rstrip(".") not in self._allow_hosts:
            reasons = {address: refusal(address) for address in addresses}
            addresses = [address for address in addresses if not reasons[address]]
            if not addresses:
                why = "; ".join(f"{address} is {reason}" for address, reason in list(reasons.items())[:3])
                raise _AddressRefused(host, why)
        last: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses:
            try:
                return await self._dial.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def sleep(self, seconds: float) -> None:
        """Between attempts."""
        await asyncio.sleep(seconds)


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that servers are checked against. Reading them takes 50 ms, and a client is made for every batch."""
    return httpx.create_ssl_context(trust_env=False)


class _Transport(httpx.AsyncBaseTransport):
    """httpx requests over httpcore connections that our backend makes. TLS keeps the host's name, as does the Host header."""

    def __init__(self, backend: _CheckedBackend, concurrency: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trusted(),
            http1=True,
            http2=True,
            max_connections=2 * concurrency,
            max_keepalive_connections=concurrency,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


async def _read(answer: httpx.Response, url: str, max_bytes: int, cut: bool, moved_to: str) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    body = await _body(answer, url, max_bytes, cut) if answer.is_success else b""
    wait = retry_after(headers["retry-after"], datetime.now(UTC)) if "retry-after" in headers else None
    return Response(status=answer.status_code, final_url=url, headers=headers, body=body, retry_after=wait, moved_to=moved_to)


async def _body(answer: httpx.Response, url: str, max_bytes: int, cut: bool) -> bytes:
    too_large = _failed(url, f"is larger than {max_bytes:,} bytes", FetchOutcome.TOO_LARGE)
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    unpack = _Unpacker(encoding, url)
    pieces: list[bytes] = []
    size = packed = 0
    async for raw in answer.aiter_raw():
        packed += len(raw)
        if packed > max_bytes and not cut:
            raise too_large
        for piece in unpack.pieces(raw):
            size += len(piece)
            if size > max_bytes and not cut:
                raise too_large
            pieces.append(piece)
            if size >= max_bytes and cut:
                return b"".join(pieces)[:max_bytes]
    unpack.finish()
    return b"".join(pieces)


class _Unpacker:
    """Undoes a content encoding piece by piece."""

    def __init__(self, encoding: str, url: str) -> None:
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise _failed(url, f"is sent in the encoding {encoding[:40]!r}, which was not asked for")
        self._url = url
        self._plain = encoding in {"", "identity"}
        self._deflate = encoding == "deflate"
        self._inflate = zlib.decompressobj(wbits=47)  # gzip and zlib, told apart by their first bytes
        self._started = False
        self._parts = 1

    def pieces(self, raw: bytes) -> Iterable[bytes]:
        if self._plain:
            yield raw
            return
        if not self._started and raw and self._deflate and (raw[0] & 0x0F) != 8:
            self._inflate = zlib.decompressobj(wbits=-15)  # many servers mean bare deflate
        self._started = self._started or bool(raw)
        while raw:
            try:
                piece = self._inflate.decompress(raw, UNPACK_BYTES)
            except zlib.error:
                raise _failed(self._url, "is compressed in a way that cannot be undone") from None
            if piece:
                yield piece
            raw = self._inflate.unconsumed_tail
            if self._inflate.eof and self._inflate.unused_data.startswith(b"\x1f\x8b"):
                raw = self._inflate.unused_data  # gzip files may hold several parts
                self._inflate = zlib.decompressobj(wbits=47)
                self._parts += 1
                if self._parts > MAX_PARTS:
                    raise _failed(self._url, f"is compressed in more than {MAX_PARTS} parts", FetchOutcome.TOO_LARGE)

    def finish(self) -> None:
        if self._started and not self._inflate.eof:
            raise _failed(self._url, "ended before all of it had arrived")


def _validator(value: str) -> str:
    return value if len(value) <= MAX_HEADER_LENGTH and value.isascii() and value.isprintable() else ""


def _failed(url: str, what: str, outcome: FetchOutcome = FetchOutcome.UNREACHABLE, mend: str = "") -> FetchError:
    return FetchError(f"{redact(url)} {what}", outcome=outcome, mend=mend)


def _plainly(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return "did not answer in time"
    if isinstance(error, httpcore.RemoteProtocolError):
        return f"broke off or answered in no known way ({error})"
    return f"could not be reached: {error}" if str(error) else "could not be reached"


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].lower()


def _without_credentials(parts: SplitResult) -> str:
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


def _authorization(parts: SplitResult) -> dict[str, str]:
    """Credentials written into a source's address are sent to that origin, and to no other."""
    if "@" not in parts.netloc:
        return {}
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii")}
