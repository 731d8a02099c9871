"""What the outbox asks of deliveries and conversations with every message."""

from django.db.models import F, Q

from flowia.lib.standing import Standing, StandingChange, given
from processing.models import Conversation, Delivery, Message

TAKE = StandingChange(
    lambda: (
        Delivery.objects.filter(
            pk=given.key("id"), status="queued", next_at__lte=given.moment("now")
        ),
        {"next_at": given.moment("until"), "attempts": F("attempts") + 1},
    )
)
TAKEN = Standing(
    lambda: Delivery.objects.select_related(
        "workspace",
        "message__conversation__contact",
        "message__conversation__workspace",
        "message__in_reply_to",
        "message__social_account",
        "message__workspace",
    ).filter(pk=given.key("id"))
)
THROUGH = Standing(
    lambda: Delivery.objects.filter(pk=given.key("id")).values_list(
        "message__social_account__provider", flat=True
    )
)
LOCKED = Standing(
    lambda: (
        Conversation.objects.select_for_update(no_key=True)
        .filter(pk=given.key("id"))
        .values_list("pk", flat=True)
    )
)
SLOT = StandingChange(
    lambda: (
        Conversation.objects.filter(
            Q(next_automatic_at__isnull=True) | Q(next_automatic_at__lte=given.moment("by")),
            pk=given.key("id"),
        ),
        {"next_automatic_at": given.moment("until")},
    )
)
FREE_AT = Standing(
    lambda: Conversation.objects.filter(pk=given.key("id")).values_list(
        "next_automatic_at", flat=True
    )
)
BEGIN = StandingChange(
    lambda: (
        Delivery.objects.filter(
            pk=given.key("id"), status=given.word("status"), next_at=given.moment("held")
        ),
        {
            "status": Delivery.Status.SENDING,
            "next_at": given.moment("until"),
            "begun_at": given.moment("now"),
            "handle": given.word("handle"),
        },
    )
)
ARRIVED = StandingChange(
    lambda: (
        Delivery.objects.filter(pk=given.key("id"), status__in=["sending", "unconfirmed"]),
        {
            "status": Delivery.Status.SENT,
            "next_at": None,
            "finished_at": given.moment("now"),
            "duration_ms": given.number("milliseconds"),
            "error_code": "",
        },
    )
)
NAMED = StandingChange(
    lambda: (
        Message.objects.filter(
            pk=given.key("id"), status__in=["queued", "unconfirmed", "failed", "refused"]
        ),
        {
            "status": Message.Status.SENT,
            "external_id": given.word("external_id"),
            "sent_at": given.moment("now"),
            "reason": "",
        },
    )
)
