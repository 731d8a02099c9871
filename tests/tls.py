"""TLS in front of a service on loopback, under an authority of its own, as hosted ones have."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Papers:
    """The files of an authority's certificate, and of the certificate and key of `localhost`."""

    authority: Path
    certificate: Path
    key: Path


def papers(folder: Path) -> Papers:
    """Make an authority and have it sign a certificate for this machine."""
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("Authority of a test")
    root = _builder(issuer, issuer, ours.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = _builder(_name("localhost"), issuer, theirs.public_key())
    leaf = leaf.add_extension(x509.SubjectAlternativeName(names), critical=False)
    found = Papers(folder / "authority.crt", folder / "server.crt", folder / "server.key")
    pem = serialization.Encoding.PEM
    found.authority.write_bytes(root.sign(ours, hashes.SHA256()).public_bytes(pem))
    found.certificate.write_bytes(leaf.sign(ours, hashes.SHA256()).public_bytes(pem))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    found.key.write_bytes(theirs.private_bytes(pem, form, plain))
    found.key.chmod(0o600)
    return found


@contextmanager
def in_front_of(port: int, signed: Papers) -> Iterator[int]:
    """Answer over TLS for the service at `port`; give the port where."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed.certificate, signed.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, context, port), daemon=True).start()
        yield int(listening.getsockname()[1])


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(key).serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - A_DAY).not_valid_after(now + A_DAY)


def _accept(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with suppress(OSError):
        while True:
            raw, _address = listening.accept()
            threading.Thread(target=_serve, args=(raw, context, port), daemon=True).start()


def _serve(raw: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with (
        suppress(OSError),
        raw,
        socket.create_connection(("127.0.0.1", port)) as service,
        context.wrap_socket(raw, server_side=True) as caller,
    ):
        answers = threading.Thread(target=_copy, args=(service, caller), daemon=True)
        answers.start()
        _copy(caller, service)
        answers.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
