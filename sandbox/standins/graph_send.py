"""Graph's Send API: `POST /{page or Instagram account}/messages`, checked as Meta checks.

Source: Messenger Platform, "Send messages" (5 May 2026); Instagram, "Messaging API".
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox import demo, settings
from sandbox.standins import graph_errors, graph_tokens
from sandbox.standins.front import Answer, Asked, RefusedError
from sandbox.world import meta, phone
from sandbox.world.models import PhoneMessage

MESSENGER_CHARACTERS = 2000
INSTAGRAM_BYTES = 1000
WINDOW = timedelta(hours=24)
MESSAGING_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG")
SHORTEST_ID = 5


def send(asked: Asked, *, node: str) -> Answer:
    """Accept a text for a person, or refuse it with Meta's code; sender actions are noted only."""
    holder = graph_tokens.require(asked, "PAGE", "INSTAGRAM")
    if not holder.owns(node):
        raise graph_errors.refuse(f"Object '{node}' is not this token's.", 100, 33)
    contact = _recipient(asked.body)
    account = _account(holder.node, node, contact)
    if "sender_action" in asked.body:
        return Answer({"recipient_id": contact}, recipient=contact)
    text, metadata = _message(asked.body, instagram=account.kind == "instagram")
    _check_person(contact, instagram=account.kind == "instagram")
    sent = phone.receive(
        account=account,
        contact=contact,
        text=text,
        metadata=metadata,
        app_id=settings.META_APP_ID,
    )
    body = {"recipient_id": contact, "message_id": sent.mid}
    return Answer(body, recipient=contact, text=text, external_id=sent.mid)


def _account(owner: str, node: str, contact: str) -> meta.Account:
    """Return the account that writes: behind a Page's `me` stands the network of the person."""
    if node != "me":
        return meta.account_of(node)
    heard = PhoneMessage.objects.filter(contact=contact).first()
    instagram = meta.ACCOUNTS["instagram"]
    if owner == demo.PAGE_ID and heard:
        return meta.ACCOUNTS[heard.account]
    if owner == demo.PAGE_ID and len(contact) == instagram.id_length:
        return instagram
    return meta.account_of(owner)


def _recipient(body: dict[str, Any]) -> str:
    recipient = body.get("recipient")
    contact = recipient.get("id") if isinstance(recipient, dict) else None
    if not isinstance(contact, str) or not contact:
        raise graph_errors.refuse("(#100) The parameter recipient is required", 100)
    return contact


def _message(body: dict[str, Any], *, instagram: bool) -> tuple[str, str]:
    message = body.get("message")
    if not isinstance(message, dict):
        raise graph_errors.refuse("(#100) The parameter message is required", 100)
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise graph_errors.refuse("(#100) The message is empty", 100, 2018034)
    if instagram and len(text.encode()) > INSTAGRAM_BYTES:
        raise graph_errors.refuse("(#100) text is longer than 1000 bytes in UTF-8", 100)
    if not instagram and len(text) > MESSENGER_CHARACTERS:
        raise graph_errors.refuse("(#100) text is longer than 2000 characters", 100)
    if not instagram and body.get("messaging_type", "RESPONSE") not in MESSAGING_TYPES:
        raise graph_errors.refuse("(#100) messaging_type is not one of the known types", 100)
    return text, str(message.get("metadata", ""))


def _check_person(contact: str, *, instagram: bool) -> None:
    # Ids that no network gives out are strangers; people whom a test let write straight to the
    # product are unknown to the phone, and are taken to have written just now.
    if not contact.isdigit() or len(contact) < SHORTEST_ID:
        raise RefusedError(graph_errors.unknown_recipient())
    heard = PhoneMessage.objects.filter(contact=contact, author=PhoneMessage.Author.CONTACT)
    last = heard.order_by("-at").first()
    if last and timezone.now() - last.at > WINDOW:
        raise RefusedError(graph_errors.window_closed(instagram=instagram))
