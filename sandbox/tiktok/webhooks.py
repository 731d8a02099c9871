"""TikTok's webhooks: where the app wants them, and the posting of one, again when refused.

TikTok tries again for 72 hours; the sandbox a handful of times (`world/courier.py`). An app that
set no address has the one of the demo, as if it had been typed into TikTok's own pages.
"""

from collections.abc import Callable

import requests

from sandbox import settings
from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.tiktok import events, options
from sandbox.tiktok.models import Hook
from sandbox.tiktok.people import ACCOUNTS
from sandbox.tiktok.service import (
    BAD_PARAMETER,
    TIKTOK,
    ok,
    post_of,
    query_of,
    refuse,
    text_of,
)
from sandbox.tiktok.tokens import check_app_secret, live_grants
from sandbox.world import courier

EVENT_TYPES = ("DIRECT_MESSAGE", "COMMENT", "VIDEO", "BRAND_MENTION")
USUAL = ("DIRECT_MESSAGE", "COMMENT")
PATH = "/social-accounts/tiktok/webhook"
MESSAGES, COMMENTS = "message.list.read", "comment.list"

Heard = Callable[[int], None]


@endpoint(TIKTOK, "webhook_update", writes=True)
def update(asked: Asked) -> Answer:
    """Keep the address for one type of event; it lies on the product, as the demo allows."""
    body = post_of(asked)
    check_app_secret(body)
    event_type, address = _event_type(body.get("event_type")), text_of(body, "callback_url")
    if not address.startswith(f"{settings.PUBLIC_URL}/"):
        raise refuse(BAD_PARAMETER, "callback_url: Not a valid URL.")
    Hook.objects.update_or_create(event_type=event_type, defaults={"callback_url": address})
    return ok(_shown(event_type))


@endpoint(TIKTOK, "webhook_list")
def listing(asked: Asked) -> Answer:
    """Answer the address of one type of event."""
    query = query_of(asked)
    check_app_secret(query)
    return ok(_shown(_event_type(query.get("event_type"))))


@endpoint(TIKTOK, "webhook_delete", writes=True)
def delete(asked: Asked) -> Answer:
    """Forget the address of one type of event: nothing of it is posted any more."""
    body = post_of(asked)
    check_app_secret(body)
    event_type = _event_type(body.get("event_type"))
    Hook.objects.update_or_create(event_type=event_type, defaults={"callback_url": ""})
    return ok(_shown(event_type))


def address_of(event_type: str) -> str:
    """Return where events of this type are posted; empty when nowhere."""
    kept = Hook.objects.filter(event_type=event_type).first()
    if kept:
        return kept.callback_url
    return settings.PUBLIC_URL + PATH if event_type in USUAL else ""


def announce_message(
    event: str,
    open_id: str,
    content: events.Content,
    *,
    retry: bool = True,
    heard: Heard | None = None,
) -> int | None:
    """Post an event of a conversation; its account has messages and its owner allowed them.

    Returns the product's status, 0 when nobody answered, None when nothing was posted.
    """
    if not ACCOUNTS[open_id].has_messages or not _allowed(open_id, MESSAGES):
        return None
    body = events.body_of(event, open_id, content)
    return _announce(address_of("DIRECT_MESSAGE"), body, retry=retry, heard=heard)


def announce_comment(
    open_id: str, content: events.Content, *, retry: bool = True, heard: Heard | None = None
) -> int | None:
    """Post `comment.update`, as `announce_message` does."""
    if not ACCOUNTS[open_id].business or not _allowed(open_id, COMMENTS):
        return None
    body = events.body_of("comment.update", open_id, content)
    return _announce(address_of("COMMENT"), body, retry=retry, heard=heard)


def announce_removal(open_id: str, reason: int) -> int | None:
    """Post `authorization.removed`, the last that is heard of an account."""
    body = events.body_of("authorization.removed", open_id, {"reason": reason})
    return _announce(settings.PUBLIC_URL + PATH, body, retry=True, heard=None)


def _allowed(open_id: str, scope: str) -> bool:
    return any(scope in grant.scope.split(",") for grant in live_grants(open_id))


def _announce(address: str, body: bytes, *, retry: bool, heard: Heard | None) -> int | None:
    if not address or not options.value("webhooks"):
        return None
    headers = events.headers_for(body) if options.value("same_signature") else None
    status = _post(address, body, headers)
    if heard:
        heard(status)
    if options.value("twice"):
        courier.later(settings.ECHO_SECONDS, lambda: _again(address, body, headers, 0, None))
    if status != courier.OK and (retry or status != courier.UNREACHABLE):
        _later(address, body, headers, 0, heard)
    return status


def _again(
    address: str, body: bytes, headers: dict[str, str] | None, attempt: int, heard: Heard | None
) -> None:
    status = _post(address, body, headers)
    if heard:
        heard(status)
    if status != courier.OK and attempt < len(courier.RETRY_SECONDS):
        _later(address, body, headers, attempt, heard)


def _later(
    address: str, body: bytes, headers: dict[str, str] | None, attempt: int, heard: Heard | None
) -> None:
    courier.later(
        courier.RETRY_SECONDS[attempt],
        lambda: _again(address, body, headers, attempt + 1, heard),
    )


def _post(address: str, body: bytes, headers: dict[str, str] | None) -> int:
    try:
        answer = requests.post(
            address,
            data=body,
            headers=headers or events.headers_for(body),
            timeout=courier.TIMEOUT_SECONDS,
        )
    except requests.RequestException:
        return courier.UNREACHABLE
    return answer.status_code


def _event_type(value: object) -> str:
    if value not in EVENT_TYPES:
        raise refuse(BAD_PARAMETER, f"event_type: Must be one of {', '.join(EVENT_TYPES)}.")
    return str(value)


def _shown(event_type: str) -> dict[str, str]:
    address = address_of(event_type)
    app = {"app_id": settings.TIKTOK_APP_ID, "event_type": event_type}
    return {**app, "callback_url": address} if address else app
