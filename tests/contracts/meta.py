"""How the shared suite plays Meta."""

import hashlib
import hmac
from typing import Any

from pytest_django import Settings

from social.contracts import COMMENT, Credentials, OutboundMessage
from social.providers.meta.provider import META
from tests.contracts.frame import Said, Subject

PAGE, GRAM, PERSON = "104857600012345", "17841400112233445", "7012345678901234"
SECRET = "secret-de-test-flow-ia"
TOKEN = "EAAB-page-invente"


def settle(settings: Settings, url: str) -> None:
    settings.META_APP_ID, settings.META_APP_SECRET = "998877665544332", SECRET
    settings.META_INSTAGRAM_APP_ID = "112233445566"
    settings.META_INSTAGRAM_APP_SECRET = "un-autre-secret"
    settings.META_VERIFY_TOKEN = "jeton"
    settings.META_GRAPH_URL = settings.META_INSTAGRAM_GRAPH_URL = url
    settings.META_OAUTH_URL = settings.META_INSTAGRAM_OAUTH_URL = f"{url}/dialog"
    settings.META_INSTAGRAM_TOKEN_URL = f"{url}/token"


def receipt(message: OutboundMessage) -> Said:
    if message.kind == COMMENT and not message.private:
        return Said(200, {"id": "555_10"})
    return Said(200, {"recipient_id": PERSON, "message_id": "m_out_1"})


def refuse(code: str) -> Said:
    if code == "no envelope":
        return Said(502, b"<html>Bad gateway</html>", told="http_502")
    if code.startswith("oauth/"):
        status = int(code.removeprefix("oauth/"))
        body = {"error_type": "OAuthException", "code": status, "error_message": "x"}
        return Said(status, body, told=f"http_{status}")
    number, _, subcode = code.partition("/")
    error: dict[str, Any] = {"message": "x", "type": "OAuthException", "code": int(number)}
    if subcode:
        error["error_subcode"] = int(subcode)
    status = 500 if number in {"1", "2"} else 400
    return Said(status, {"error": {**error, "fbtrace_id": "AbCdInvente"}})


def signed(body: bytes) -> dict[str, str]:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}"}


def accounts_in(document: Any) -> set[str]:
    entries = document.get("entry") if isinstance(document, dict) else None
    rows = entries if isinstance(entries, list) else []
    return {str(row.get("id")) for row in rows if isinstance(row, dict)}


def comment(**more: Any) -> OutboundMessage:
    return OutboundMessage(
        PERSON,
        "Bonjour Zoé, 39 €.",
        "delivery:1",
        kind=COMMENT,
        comment_external_id="555_9",
        post_external_id="104857600012345_555",
        **more,
    )


SUBJECT = Subject(
    provider=META,
    settle=settle,
    accounts=(
        Credentials(PAGE, "messenger", TOKEN, login="facebook"),
        Credentials(GRAM, "instagram", TOKEN, login="facebook", linked_external_id=PAGE),
        Credentials(GRAM, "instagram", TOKEN, login="instagram"),
    ),
    messages=(
        OutboundMessage(PERSON, "Bonjour ! Oui, de 10 h à 18 h.", "delivery:1"),
        comment(),
        comment(private=True),
        comment(parent_external_id="555_1", contact_handle="zoe"),
    ),
    receipt=receipt,
    refuse=refuse,
    signed=signed,
    accounts_in=accounts_in,
)
