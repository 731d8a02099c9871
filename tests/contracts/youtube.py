"""How the shared suite plays YouTube."""

from pytest_django import Settings

from social.contracts import COMMENT, OutboundMessage
from social.providers.youtube.errors import QUOTA_SPENT, RULES
from social.providers.youtube.provider import YOUTUBE
from social.refusals import rule_for
from tests.contracts.frame import Said, Subject
from tests.social.youtube import CREDENTIALS, sample

TOP = "UgxInvente0001AaABAg"
ZOE = "UCinventeZoe0000000000001"
TOKENS = ("invalid_grant", "invalid_client", "unauthorized_client")
"""Errors of the address of tokens: no send meets them."""


def settle(settings: Settings, url: str) -> None:
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = "client", "secret"
    settings.GOOGLE_OAUTH_URL = f"{url}/o/oauth2/v2/auth"
    settings.GOOGLE_TOKEN_URL = f"{url}/token"
    settings.GOOGLE_REVOKE_URL = f"{url}/revoke"
    settings.YOUTUBE_API_URL = f"{url}/youtube/v3"


def receipt(_message: OutboundMessage) -> Said:
    return Said(200, sample("3-writing", 2))


def refuse(code: str) -> Said | None:
    status, _, reason = code.partition(" ")
    rule = rule_for(RULES, code)
    if reason in TOKENS or (rule is not None and rule.name == QUOTA_SPENT):
        return None  # a day's end depends on the hour: tests/social/test_youtube_refusals.py
    errors = [{"message": "Texte inventé", "domain": "youtube.comment", "reason": reason}]
    return Said(int(status), {"error": {"code": int(status), "errors": errors}})


def answer(comment: str, parent: str = "") -> OutboundMessage:
    return OutboundMessage(
        ZOE,
        "Bonjour Zoé, un micro cravate. Bonne journée !",
        "delivery:1",
        kind=COMMENT,
        comment_external_id=comment,
        parent_external_id=parent,
        post_external_id="vidInvente1",
        contact_handle="zoe-martin",
    )


SUBJECT = Subject(
    provider=YOUTUBE,
    settle=settle,
    accounts=(CREDENTIALS,),
    messages=(answer(TOP), answer(f"{TOP}.9zInv01", TOP)),
    receipt=receipt,
    refuse=refuse,
)
