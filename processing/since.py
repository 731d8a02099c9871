"""What was said in a conversation since a message."""

from django.db.models import Q

from flowia.lib.standing import Standing, given
from processing.models import Message

NEWER = Standing(
    lambda: (
        Message.objects.filter(
            Q(sent_at__gt=given.moment("sent_at"))
            | Q(sent_at=given.moment("sent_at"), pk__gt=given.key("id")),
            conversation_id=given.key("conversation"),
        )
        .filter(direction=Message.Direction.INBOUND)
        .exclude(pk=given.key("id"))
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)
ANSWERED = Standing(
    lambda: (
        Message.objects.filter(
            Q(author=Message.Author.HUMAN, sent_at__gt=given.moment("sent_at"))
            | Q(
                author=Message.Author.ASSISTANT,
                in_reply_to__sent_at__gte=given.moment("sent_at"),
            ),
            conversation_id=given.key("conversation"),
        )
        .filter(direction=Message.Direction.OUTBOUND)
        .exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED])
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)


def newer_inbound(message: Message) -> bool:
    """Return whether the contact wrote something newer, by the network's clock."""
    asked = {"conversation": message.conversation_id, "sent_at": message.sent_at}
    return bool(NEWER(id=message.pk, **asked))


def answered_since(message: Message) -> bool:
    """Return whether a human wrote after this message, or an answer to it or a newer one exists.

    An answer to an older message says nothing of this one, even when it left later.
    """
    return bool(ANSWERED(conversation=message.conversation_id, sent_at=message.sent_at))
