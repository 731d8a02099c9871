"""What waited for an account is looked at again the moment the account works again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from processing import outbox
from processing.models import Conversation, Delivery, FollowUp, Message
from processing.situations import LOGIN_CHECK
from social.models import SocialAccount

WAITED_FOR_IT = ("account_needs_login", "account_paused")
PACED = "paced_"
"""How reasons begin that say that a member's session rests, or is used sparingly."""
JUST_WRITTEN = timedelta(minutes=1)


@transaction.atomic
def wake_waiting(account: SocialAccount, now: datetime) -> None:
    """Make due at once what waits for `account`; dispatch finds it, the gates judge it anew.

    A message whose reply window closed meanwhile is so told, not answered. In a transaction of
    somebody else's nothing but accounts may be locked before.
    """
    inbound = Message.objects.filter(
        outcome="",
        reason__in=WAITED_FOR_IT,
        conversation__social_account=account,
        next_at__gt=now,
    )
    # What was tried waits for its own turn, what was just approved can still be taken back; but
    # what says that it waits for the account has waited for nothing else.
    named = Q(message__reason__in=WAITED_FOR_IT) | Q(message__reason__startswith=PACED)
    untried = Q(attempts=0, created_at__lt=now - JUST_WRITTEN, next_at__lte=now + LOGIN_CHECK)
    queued = Delivery.objects.filter(
        named | untried,
        message__conversation__social_account=account,
        status=Delivery.Status.QUEUED,
        next_at__gt=now,
    )
    planned = FollowUp.objects.filter(
        status=FollowUp.Status.PENDING,
        reason__in=WAITED_FOR_IT,
        conversation__social_account=account,
        next_at__gt=now,
    )
    waits = Q(pk__in=inbound.values("conversation"))
    waits |= Q(pk__in=queued.values("message__conversation"))
    waits |= Q(pk__in=planned.values("conversation"))
    outbox.lock_all(Conversation.objects.filter(waits, social_account=account))
    inbound.update(next_at=now)
    queued.update(next_at=now)
    planned.update(next_at=now)
