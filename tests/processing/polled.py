"""Pages of polling as they are stored, and rows of Meta's conversations in them."""

import hashlib
import json
from typing import Any

from django.utils import timezone

from social.models import SocialAccount, WebhookEvent
from tests.processing.conftest import PERSON


def stored_page(
    account: SocialAccount, *items: dict[str, Any], stream: str = "conversations"
) -> WebhookEvent:
    whose = {"kind": account.kind, "external_id": account.external_id}
    body = json.dumps({"account": whose, "stream": stream, "items": list(items)}).encode()
    return WebhookEvent.objects.create(
        provider=account.provider,
        stream=stream,
        social_account=account,
        digest=hashlib.sha256(body).hexdigest(),
        body=body,
        next_at=timezone.now(),
    )


def row(account: SocialAccount, mid: str, text: str = "Bonjour") -> dict[str, Any]:
    return {
        "id": mid,
        "created_time": timezone.now().strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "from": {"id": PERSON},
        "to": {"data": [{"id": account.external_id}]},
        "message": text,
    }
