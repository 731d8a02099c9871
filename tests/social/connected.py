"""Steps of connecting, as a browser and as a program."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from accounts.models import User, Workspace
from flowia.lib import clock
from social.models import SocialAccount
from tests.callers import browser
from tests.factories import make_account

BACK = "/social-accounts/glow/callback/"


def make_glow(workspace: Workspace, **fields: Any) -> SocialAccount:
    """A connected account of the invented network with tokens, as connecting leaves it."""
    now = clock.now()
    secrets = fields.pop("secrets", {"access_token": "a1", "refresh_token": "r1"})
    values: dict[str, Any] = {
        "provider": "glow",
        "kind": "glow",
        "login": "front",
        "scopes": ["read", "write"],
        "webhook_fields": ["comments", "messages"],
        "connected_at": now - timedelta(days=2),
        "token_issued_at": now - timedelta(minutes=55),
        "token_expires_at": now + timedelta(minutes=5),
        "granted_by": "u1",
    }
    account = make_account(workspace, **{**values, **fields})
    account.seal(secrets)
    account.save()
    return account


def asked_at(answer: Any) -> dict[str, str]:
    """The query of the consent page that an answer leads to."""
    address = answer["Refresh"].partition("url=")[2]
    return {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}


def begin(client: Client, **form: str) -> dict[str, str]:
    answer = client.post("/accounts/connect", {"provider": "glow", "login": "front", **form})
    assert answer.status_code == 200, answer.content.decode()
    return asked_at(answer)


def connect(user: User, **form: str) -> Any:
    """Begin in a browser and come back with a code; returns the page that is shown then."""
    client = browser(user, "en")
    asked = begin(client, **form)
    return client.get(BACK, {"code": "c1", "state": asked["state"]}, follow=True)
