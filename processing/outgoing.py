"""A message as its network must be told of it, and whom it turned out to reach."""

from datetime import datetime

from django.db.models import Q, QuerySet

from flowia.lib import clock
from processing.models import Contact, Conversation, Delivery, Message
from processing.outbox import REFERENCE, handle_of
from processing.threads import wishes_of
from social import sessions
from social.contracts import OutboundMessage, SendResult

KNOWN = 100
OF_ITSELF = (Message.Purpose.HANDOFF_NOTICE, Message.Purpose.OPT_OUT_NOTICE)


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
    browsed = sessions.has_session(message.social_account)
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
        contact_name=contact.name,
        last_external_id=_last_heard(delivery) if browsed else "",
        known=_known(delivery) if browsed else frozenset(),
    )


def written_since(delivery: Delivery) -> bool:
    """Return whether somebody wrote what the member who let the words go has not seen.

    The contact, or a human; of what a member wrote themselves only the contact, or whoever wrote on
    the network: several words of one's own may wait here at once. By the moments when it was said:
    what was only read late was there before.
    """
    message, let_go = delivery.message, delivery.created_at
    newest, seen = _heard(message).first(), _heard(message, by=let_go).first()
    if newest != seen:
        return True
    theirs = message.conversation.messages.filter(
        author=Message.Author.HUMAN, created_at__gt=let_go
    ).exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED])
    if seen is not None:
        theirs = theirs.filter(sent_at__gte=seen.sent_at)
    if message.author == Message.Author.HUMAN:
        theirs = theirs.filter(delivery=None)
    return theirs.exclude(pk=message.pk).exists()


def _let_go_at(delivery: Delivery) -> datetime | None:
    """Return when somebody, or the assistant, decided on the words: what they knew by then.

    None of what the product says of itself, which is true whatever was said since. A delivery is
    made with the decision, and made anew with the next one.
    """
    return None if delivery.message.purpose in OF_ITSELF else delivery.created_at


def _last_heard(delivery: Delivery) -> str:
    """Return the network's id of what the contact had said last, "" of nothing."""
    said = _heard(delivery.message, by=_let_go_at(delivery)).first()
    return said.external_id if said else ""


def _heard(message: Message, *, by: datetime | None = None) -> QuerySet[Message]:
    """Select what the contact said in the thread, the newest first; with `by`, as known then."""
    said = message.conversation.messages.filter(direction=Message.Direction.INBOUND)
    known = said if by is None else said.filter(created_at__lte=by)
    return known.exclude(external_id="").order_by("-sent_at", "-id")


def _known(delivery: Delivery) -> frozenset[str]:
    """Return the network's ids of the thread's latest messages: as known then, and ours since."""
    rows = delivery.message.conversation.messages.exclude(external_id="").order_by("-sent_at")
    let_go = _let_go_at(delivery)
    if let_go is not None:
        rows = rows.filter(Q(created_at__lte=let_go) | Q(delivery__isnull=False))
    return frozenset(rows.values_list("external_id", flat=True)[:KNOWN])


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
