"""Service accounts: an address and an RSA key each, as the JSON file that Google gives out.

The files are made when they are first asked for, in a folder of the sandbox's `var`, so that no
private key is ever committed; whoever comes first, the sandbox or the seed command, makes them.
"""

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
FOLDER = "service-accounts"


def service_account(folder: Path, email: str, *, token_uri: str = "") -> dict[str, Any]:
    """Return the JSON key of `email`, made at the first call; `folder` is the sandbox's `var`."""
    path = path_of(folder, email)
    if not path.is_file():
        _make(path, email)
    info: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {**info, "token_uri": token_uri or info["token_uri"]}


def path_of(folder: Path, email: str) -> Path:
    """Return where the JSON key of `email` is kept."""
    return folder / FOLDER / f"{email}.json"


def known(folder: Path) -> list[str]:
    """Return the addresses that have a key."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.json"))


def public_key(folder: Path, email: str) -> Any:
    """Return the public half of the key of `email`; None for an address without a key."""
    if email not in known(folder):
        return None
    pem = service_account(folder, email)["private_key"].encode()
    return serialization.load_pem_private_key(pem, None).public_key()


def _make(path: Path, email: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    info = {
        "type": "service_account",
        "project_id": "flow-ia-sandbox",
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": email,
        "client_id": "104857600098765432100",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": GOOGLE_TOKEN_URI,
        "universe_domain": "googleapis.com",
    }
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump(info, file, indent=2)
    try:
        # Of two processes that make it at once, the first one's key is kept.
        os.link(file.name, path)
    except FileExistsError:
        pass
    finally:
        Path(file.name).unlink()
