"""TLS and HTTP/2 on loopback, with a certificate made for the run."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import flows.http
from flows.http import Client
from schemas.errors import FetchError
from schemas.outcomes import FetchOutcome


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A PEM file with a key and a certificate for 127.0.0.1 that nobody but itself signed."""
    return _certificate(tmp_path_factory.mktemp("tls") / "both.pem", "127.0.0.1", timedelta(days=1))


def _certificate(path, address, ends):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@asynccontextmanager
async def server(certificate, asked):
    """An HTTP/2 server that answers everything with one line; its port."""

    async def talk(reader, writer):
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    asked.append(dict(event.headers))
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/plain")])
                    connection.send_data(event.stream_id, b"by HTTP/2", end_stream=True)
            writer.write(connection.data_to_send())
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])
    opened = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield opened.sockets[0].getsockname()[1]
    finally:
        opened.close()


async def test_a_certificate_that_nobody_signed_is_refused_and_nothing_is_sent(certificate):
    asked = []
    async with server(certificate, asked) as port, Client(allow_hosts=["127.0.0.1"], timeout_seconds=5) as client:
        with pytest.raises(FetchError) as raised:
            await client.fetch(f"https://127.0.0.1:{port}/")
    assert raised.value.outcome is FetchOutcome.UNREACHABLE
    assert "certificate" in raised.value.message.lower()
    assert asked == []


@pytest.mark.parametrize(
    ("case", "address", "ends"),
    [("of another host", "127.0.0.2", timedelta(days=1)), ("that has expired", "127.0.0.1", -timedelta(days=1))],
)
async def test_nor_is_a_certificate_accepted(case, address, ends, tmp_path, monkeypatch):
    path, asked = _certificate(tmp_path / "both.pem", address, ends), []
    trusting = ssl.create_default_context(cafile=str(path))
    monkeypatch.setattr(flows.http, "_trusted", lambda: trusting)
    async with server(path, asked) as port, Client(allow_hosts=["127.0.0.1"], timeout_seconds=5) as client:
        with pytest.raises(FetchError) as raised:
            await client.fetch(f"https://127.0.0.1:{port}/")
    assert "certificate" in raised.value.message.lower()
    assert asked == []


async def test_http_2_is_spoken_where_it_is_offered(certificate, monkeypatch):
    asked = []
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(flows.http, "_trusted", lambda: trusting)
    async with server(certificate, asked) as port, Client(allow_hosts=["127.0.0.1"], timeout_seconds=5) as client:
        answers = [await client.fetch(f"https://127.0.0.1:{port}/{n}") for n in range(2)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"by HTTP/2")] * 2
    assert [request[b":path"] for request in asked] == [b"/0", b"/1"]
