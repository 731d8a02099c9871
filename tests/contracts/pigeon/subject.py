"""How the shared suite plays pigeons."""

import hmac
from typing import Any

from pytest_django import Settings

from social.contracts import Credentials, OutboundMessage
from tests.contracts.frame import Said, Subject
from tests.contracts.pigeon.provider import LOFT, PIGEON, SECRET


def settle(_settings: Settings, url: str) -> None:
    LOFT["url"] = url


def signed(body: bytes) -> dict[str, str]:
    return {"X-Seal": hmac.new(SECRET, body, "sha256").hexdigest()}


def accounts_in(document: Any) -> set[str]:
    return {str(document.get("loft"))} if isinstance(document, dict) else set()


SUBJECT = Subject(
    provider=PIGEON,
    settle=settle,
    accounts=(Credentials("loft1", "pigeon", "bague-9f31"),),
    messages=(OutboundMessage("roof7", "Bonjour.", "delivery:1"),),
    receipt=lambda _message: Said(200, {"ring": "r1"}),
    refuse=lambda code: Said(409, {"why": code}),
    signed=signed,
    accounts_in=accounts_in,
)
