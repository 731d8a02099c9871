"""Graph's Send API: `POST /{page or Instagram account}/messages`, checked as Meta checks.

Source: Messenger Platform, "Send messages" (5 May 2026); Instagram, "Messaging API".
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox import settings
from sandbox.standins import graph_errors, graph_tokens
from sandbox.standins.front import Answer, Asked, RefusedError
from sandbox.world import grants, meta, options, phone
from sandbox.world.models import Comment, PhoneMessage

MESSENGER_CHARACTERS = 2000
INSTAGRAM_BYTES = 1000
WINDOW, HUMAN_WINDOW = timedelta(hours=24), timedelta(days=7)
PRIVATE_REPLY_WITHIN = timedelta(days=7)
MESSAGING_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG")
SHORTEST_ID = 5


def send(asked: Asked, *, node: str) -> Answer:
    """Accept a text for a person, or refuse it with Meta's code; sender actions are noted only.

    A recipient named by `comment_id` is a private reply: one per comment, within seven days.
    """
    holder = graph_tokens.require(asked, grants.PAGE, grants.INSTAGRAM_ACCOUNT)
    if not holder.owns(node):
        raise graph_errors.refuse(f"Object '{node}' is not this token's.", 100, 33)
    comment = _comment(asked.body, holder)
    contact = comment.contact if comment else _recipient(asked.body)
    account = meta.account_of(comment.account_id) if comment else _account(holder, node, contact)
    manage = "instagram_business_manage_messages"
    holder.need("pages_messaging", manage, linked=account.instagram)
    if "sender_action" in asked.body:
        return Answer({"recipient_id": contact}, recipient=contact)
    text, metadata = _message(asked.body, instagram=account.instagram)
    if comment is None:
        _check_person(contact, asked.body, instagram=account.instagram)
    sent = phone.receive(
        account=account,
        contact=contact,
        text=text,
        metadata=metadata,
        app_id=settings.META_APP_ID,
    )
    if comment:
        Comment.objects.filter(pk=comment.pk).update(private_mid=sent.mid)
    body = {"recipient_id": contact, "message_id": sent.mid}
    return Answer(body, recipient=contact, text=text, external_id=sent.mid)


def _account(holder: graph_tokens.Holder, node: str, contact: str) -> meta.Account:
    """Return the account that writes: behind a Page's `me` stands the network of the person."""
    if node != "me":
        return meta.account_of(node)
    mine = (holder.node, holder.linked)
    heard = PhoneMessage.objects.filter(contact=contact, account_id__in=mine).first()
    if heard:
        return meta.account_of(heard.account_id)
    if holder.linked and len(contact) == meta.ACCOUNTS["instagram"].id_length:
        return meta.account_of(holder.linked)
    return meta.account_of(holder.node)


def _recipient(body: dict[str, Any]) -> str:
    recipient = body.get("recipient")
    contact = recipient.get("id") if isinstance(recipient, dict) else None
    if not isinstance(contact, str) or not contact:
        raise graph_errors.refuse("(#100) The parameter recipient is required", 100)
    return contact


def _comment(body: dict[str, Any], holder: graph_tokens.Holder) -> Comment | None:
    """Return the comment that a private reply is for; raises what Meta refuses it with."""
    recipient = body.get("recipient")
    comment_id = recipient.get("comment_id") if isinstance(recipient, dict) else None
    if not comment_id:
        return None
    row = Comment.objects.filter(comment_id=str(comment_id), removed=False).first()
    if row is None or not holder.owns(row.account_id):
        raise graph_errors.missing(str(comment_id))
    if row.account == "messenger" and row.private_mid:
        raise graph_errors.refuse("(#10900) Activity already replied to", 10900)
    late = timezone.now() - row.at > PRIVATE_REPLY_WITHIN
    if late or row.hidden or row.private_mid or not row.contact:
        subcode = 2534025 if row.account == "instagram" else None
        raise graph_errors.refuse("(#100) No private reply to this comment", 100, subcode)
    return row


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
    if body.get("messaging_type") == "MESSAGE_TAG" and body.get("tag") != "HUMAN_AGENT":
        raise graph_errors.refuse("(#100) Invalid parameter: tag", 100)
    return text, str(message.get("metadata", ""))


def _check_person(contact: str, body: dict[str, Any], *, instagram: bool) -> None:
    # Ids that no network gives out are strangers; people whom a test let write straight to the
    # product are unknown to the phone, and are taken to have written just now.
    if not contact.isdigit() or len(contact) < SHORTEST_ID:
        raise RefusedError(graph_errors.unknown_recipient())
    if contact in options.get("controlled"):
        raise graph_errors.refuse("Another app is controlling this thread now.", 10, 2018300)
    heard = PhoneMessage.objects.filter(contact=contact, author=PhoneMessage.Author.CONTACT)
    last = heard.order_by("-at").first()
    human = body.get("messaging_type") == "MESSAGE_TAG" and body.get("tag") == "HUMAN_AGENT"
    window = HUMAN_WINDOW if human else WINDOW
    # Whoever only commented has opened no window: that takes a message of theirs.
    commented = last is None and Comment.objects.filter(contact=contact).exists()
    if commented or (last and timezone.now() - last.at > window):
        raise RefusedError(graph_errors.window_closed(instagram=instagram))
