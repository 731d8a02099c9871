"""Pages that were asked for, stored like the calls of a webhook."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from social.models import SocialAccount, WebhookEvent


def page_of(
    account: SocialAccount, stream: str, items: Sequence[dict[str, Any]], *, now: datetime
) -> WebhookEvent | None:
    """Return the row of what a page brought; None when it is what the last one brought.

    What was there before that is news: a comment may be held, shown, and held again. The caller
    saves it.
    """
    whose = {"kind": account.kind, "external_id": account.external_id}
    document = {"account": whose, "stream": stream, "items": items}
    body = json.dumps(document, sort_keys=True).encode()
    stored = WebhookEvent.objects.filter(social_account=account, stream=stream)
    last = stored.order_by("-pk").only("uid", "body").first()
    if last is not None and bytes(last.body) == body:
        return None
    after = f"{account.uid} {last.uid if last else ''} ".encode()
    return WebhookEvent(
        provider=account.provider,
        stream=stream,
        social_account=account,
        digest=hashlib.sha256(after + body).hexdigest(),
        body=body,
        next_at=now,
    )
