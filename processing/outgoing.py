"""A message as its network must be told of it, and whom it turned out to reach."""

from flowia.lib import clock
from processing.models import Contact, Conversation, Delivery, Message
from processing.outbox import REFERENCE, handle_of
from processing.threads import wishes_of
from social.contracts import OutboundMessage, SendResult


def outbound_of(delivery: Delivery) -> OutboundMessage:
    """Return what the provider is asked to send.

    In a thread of comments it answers its own question, or else the contact's newest comment. The
    reply window is judged by when the call is made, however long the message waited for it; whoever
    looks the message up later looks for the handle of that moment.
    """
    message = delivery.message
    conversation = message.conversation
    comment = conversation.kind == Conversation.Kind.COMMENT
    question = _question(message) if comment else None
    contact = conversation.contact
    window, called_at = conversation.window_closes_at, delivery.begun_at or clock.now()
    return OutboundMessage(
        contact_external_id=contact.external_id,
        text=message.text,
        reference=f"{REFERENCE}{delivery.uid}",
        kind=conversation.kind,
        private=message.private,
        comment_external_id=question.external_id if question else "",
        parent_external_id=question.parent_external_id if question else "",
        post_external_id=question.post_external_id if question else "",
        contact_handle=delivery.handle if delivery.begun_at else handle_of(contact),
        conversation_external_id="" if comment else conversation.external_id,
        by_human=message.author == Message.Author.HUMAN,
        window_open=window is None or called_at < window,
    )


def _question(message: Message) -> Message | None:
    if message.in_reply_to is not None:
        return message.in_reply_to
    said = message.conversation.messages.filter(direction=Message.Direction.INBOUND)
    return said.order_by("-sent_at", "-id").first()


def link_person(message: Message, result: SendResult) -> None:
    """Keep whom a private answer reached: the commenter as direct messages know them.

    Whoever of the two wants no messages, the other wants none either: it is one person.
    """
    reached = result.contact_external_id
    commenter = message.conversation.contact
    if not message.private or not reached or commenter.direct_id is not None:
        return
    if reached == commenter.external_id:
        return
    silent = commenter.opted_out_at
    direct, _ = Contact.objects.get_or_create(
        social_account=message.social_account,
        external_id=reached,
        defaults={
            "workspace": message.workspace,
            "name": commenter.name,
            "handle": commenter.handle,
            **wishes_of(message.social_account, reached),
            **({"opted_out_at": silent} if silent else {}),
        },
    )
    rows = Contact.objects.filter(pk=commenter.pk)
    rows.update(direct=direct)
    if direct.opted_out_at is not None:
        rows.filter(opted_out_at__isnull=True).update(opted_out_at=direct.opted_out_at)


def operation_of(message: Message) -> str:
    """Return which of the network's limits the message counts against (`streams.Limit`)."""
    if message.conversation.kind == Conversation.Kind.DIRECT:
        return "send"
    return "private_reply" if message.private else "comment"
