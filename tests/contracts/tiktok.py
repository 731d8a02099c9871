"""How the shared suite plays TikTok."""

import hashlib
import hmac
import time
from typing import Any

from pytest_django import Settings

from social.contracts import COMMENT, OutboundMessage
from social.providers.tiktok.errors import DAY, MINUTE, SECOND
from social.providers.tiktok.provider import TIKTOK
from tests.contracts.frame import Said, Subject
from tests.social.tiktok import QUESTION, REPLIED, SENT, THREAD, VIDEO, WE, ZOE

SECRET = "secret-tiktok-de-test"


def settle(settings: Settings, url: str) -> None:
    settings.TIKTOK_APP_ID, settings.TIKTOK_APP_SECRET = "7400000000000000001", SECRET
    settings.TIKTOK_API_URL = url
    settings.TIKTOK_OAUTH_URL = f"{url}/authorize/"


def receipt(message: OutboundMessage) -> Said:
    return Said(200, REPLIED if message.kind == COMMENT else SENT)


def refuse(code: str) -> Said | None:
    number, _, unit = code.partition(" ")
    if unit == DAY:
        return None  # its wait is the time to midnight: tests/social/test_tiktok_sending.py
    if len(number) < 5:
        return Said(int(number), b"<html>no</html>", told=f"http_{number}")
    words = {SECOND: "QPS limit reached", MINUTE: "QPM limit reached"}.get(unit, "x")
    body = {"code": int(number), "message": words, "request_id": "2026INVENTE", "data": {}}
    told = {"20001": "no_id"}.get(number, number)
    return Said(200, body, told=told)


def signed(body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return {"TikTok-Signature": f"t={now},s={signature}"}


def accounts_in(document: Any) -> set[str]:
    several = document.get("events") if isinstance(document, dict) else None
    rows = several if isinstance(several, list) else [document]
    return {str(row.get("user_openid")) for row in rows if isinstance(row, dict)}


def comment(**more: Any) -> OutboundMessage:
    return OutboundMessage(
        ZOE,
        "Bonjour Zoé, oui, du 36 au 44.",
        "delivery:1",
        kind=COMMENT,
        comment_external_id=QUESTION,
        post_external_id=VIDEO,
        **more,
    )


SUBJECT = Subject(
    provider=TIKTOK,
    settle=settle,
    accounts=(WE,),
    messages=(
        OutboundMessage(
            ZOE, "Bonjour ! Oui, en stock.", "delivery:1", conversation_external_id=THREAD
        ),
        comment(),
        comment(parent_external_id="7510000000000000200", contact_handle="zoe.martin"),
    ),
    receipt=receipt,
    refuse=refuse,
    signed=signed,
    accounts_in=accounts_in,
)
