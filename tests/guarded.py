"""A mail server for tests that wants TLS and a password, as those on the internet do."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from flows.receivers import HOST, MailReceiver


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's certificate that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class GuardedMailReceiver(MailReceiver):
    """A mail server that wants TLS and a password, as those on the internet do."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self.context = context

    def protocol(self) -> SMTP:
        def login(server, session, envelope, mechanism, data):
            return AuthResult(success=data.password == b"hunter2", handled=False)

        return SMTP(
            self, tls_context=self.context, require_starttls=True, authenticator=login, auth_required=True, loop=self._loop
        )

    def url(self, recipient: str = "desk@newsroom.example", password: str = "hunter2") -> str:
        return f"mailtos://user:{password}@{HOST}:{self.port}?from=figurewatch@newsroom.example&to={recipient}&mode=starttls"
