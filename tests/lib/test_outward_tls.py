"""Customers' addresses over TLS: greeted and checked by their names, whatever they resolve to."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from flowia.lib import outward
from flowia.lib.outward import OutwardError

NAME = "hooks.example.fr"


@dataclass
class Secure:
    """A server with a certificate for NAME, and what callers said."""

    port: int = 0
    names: list[str | None] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Secure]:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    pem, key = certificate(tmp_path)
    found = Secure()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    context.sni_callback = lambda _sock, name, _context: found.names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))
    found.port = listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
                with context.wrap_socket(caller, server_side=True) as talk:
                    asked = talk.recv(65536)
                    # Closed with the body unread, the connection would be reset under the answer.
                    while not asked.endswith(b"{}"):
                        asked += talk.recv(65536)
                    found.requests.append(asked)
                    talk.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except ssl.SSLError:
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    monkeypatch.setattr(outward, "trusted", lambda: ssl.create_default_context(cafile=str(pem)))
    real = socket.getaddrinfo

    def here(_host: str, *given: Any, **options: Any) -> Any:
        return real("127.0.0.1", *given, **options)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    yield found
    listener.close()


def test_the_server_is_greeted_and_asked_by_its_name(secure: Secure) -> None:
    heard = outward.post(f"https://{NAME}:{secure.port}/a", b"{}", {})

    assert heard.status == 204
    assert secure.names == [NAME]
    assert f"\r\nHost: {NAME}:{secure.port}\r\n".encode() in secure.requests[0]


@pytest.mark.parametrize("name", ["other.example.fr", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(name: str, secure: Secure) -> None:
    with pytest.raises(OutwardError, match="bad_certificate"):
        outward.post(f"https://{name}:{secure.port}/", b"{}", {})
    assert secure.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    secure: Secure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "trusted", ssl.create_default_context)
    with pytest.raises(OutwardError, match="bad_certificate"):
        outward.post(f"https://{NAME}:{secure.port}/", b"{}", {})
    assert secure.requests == []
