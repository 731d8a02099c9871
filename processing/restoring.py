"""After a backup was put back: whatever waits to leave may have left since the backup was made.

Nothing of it leaves by itself. Messages are looked up at their networks; what cannot be looked up
is shown to a human. What is called by an id that the other side knows (outgoing webhooks, tools,
Stripe) goes on as it is: a second call changes nothing there. Everything may be run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.backups import ACTION, RESTORED, UNTIL, went_on_until
from accounts.models import Letter, SignIn, Workspace
from accounts.posting import UNCONFIRMED
from billing.models import Subscription
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from processing import approving, failing, inbox, outbox, receiving, sequences
from processing.models import Conversation, DeadLetter, Delivery, FollowUp, Message
from processing.privacy import erasing
from processing.restored import leave_to_human
from social.models import WebhookEvent


@dataclass(frozen=True)
class Held:
    """How much was kept from leaving, and how much was done again."""

    sends: int
    drafts: int
    messages: int
    follow_ups: int
    letters: int
    erased: int
    sign_ins: int


def hold_everything(*, until: datetime, erased: Iterable[tuple[UUID, UUID]] = ()) -> Held:
    """Let nothing leave that may have left until `until`, when the lost product stopped.

    `erased` names workspace and contact of the erasures to repeat. Nothing else may run meanwhile.
    """
    audit.record(ACTION, by=audit.SYSTEM, data={UNTIL: until.isoformat()})
    went_on_until.cache_clear()
    _take_in_calls()
    _mark_dead_letters()
    _ask_stripe_at_once()
    return Held(
        sends=_hold_sends(),
        drafts=_close_drafts(),
        messages=_leave_to_humans(),
        follow_ups=_call_off_follow_ups(),
        letters=_hold_letters(until),
        erased=sum(_erase_again(workspace, contact) for workspace, contact in erased),
        sign_ins=_end_sign_ins(),
    )


def _take_in_calls() -> None:
    """Take in the calls that were stored: their messages are then judged as all the others."""
    waiting = WebhookEvent.objects.filter(status=WebhookEvent.Status.RECEIVED)
    waiting.update(next_at=clock.now())
    for event in list(waiting.values_list("pk", flat=True)):
        receiving.receive(event)


def _ask_stripe_at_once() -> None:
    """Let every customer be asked for first of all: that answer alone writes no letters."""
    Subscription.objects.exclude(customer_id="").update(next_at=clock.now())


def _hold_sends() -> int:
    """Take what waits to leave for sent without an answer: its network is asked for it."""
    waiting = [Delivery.Status.QUEUED, Delivery.Status.SENDING]
    rows = Delivery.objects.filter(status__in=waiting)
    related = ("workspace", "message__conversation__workspace", "message__social_account")
    found = list(rows.select_related(*related, "message__workspace").order_by("pk"))
    for delivery in found:
        failing.unconfirmed(delivery, RESTORED)
    return len(found)


def _close_drafts() -> int:
    """Close drafts that wait: they may have been approved, and sent."""
    held = Message.objects.filter(status=Message.Status.HELD).values("conversation")
    closed = 0
    for conversation in _threads(held):
        with transaction.atomic():
            if outbox.lock(conversation):
                closed += approving.supersede(conversation, RESTORED)
                inbox.flag(conversation, RESTORED)
    return closed


def _leave_to_humans() -> int:
    waiting = Message.objects.filter(direction=Message.Direction.INBOUND, outcome="")
    left = 0
    for message in waiting.select_related("workspace", "conversation__workspace").order_by("pk"):
        with transaction.atomic():
            if outbox.lock(message.conversation):
                left += leave_to_human(message)
    return left


def _call_off_follow_ups() -> int:
    pending = FollowUp.objects.filter(status=FollowUp.Status.PENDING)
    found = list(pending.select_related("workspace", "conversation", "message").order_by("pk"))
    for follow_up in found:
        sequences.finish(follow_up, FollowUp.Status.CANCELLED, RESTORED)
    return len(found)


def _hold_letters(until: datetime) -> int:
    """Take letters for posted that were due: they stand in the admin, to be sent again by hand."""
    due = Letter.objects.filter(status=Letter.Status.QUEUED, next_at__lte=until)
    held = {"status": Letter.Status.FAILED, "error_code": UNCONFIRMED, "next_at": None}
    return due.update(**held)


def _mark_dead_letters() -> None:
    """Tell operators of what failed for good that somebody may have let it be done again since."""
    spoken = DeadLetter.objects.filter(kind__in=("send", "respond", "follow"), replayed_at=None)
    spoken.update(reason=RESTORED)


def _erase_again(workspace_uid: UUID, contact_uid: UUID) -> bool:
    """Repeat an erasure; False where the backup knows nothing of the person."""
    workspace = Workspace.objects.filter(uid=workspace_uid).first()
    if workspace is None:
        return False
    try:
        erasing.ask_one(workspace, contact_uid, by=audit.SYSTEM)
    except NotFoundError:
        return False
    return True


def _end_sign_ins() -> int:
    """Sign everybody out: places that were ended, and passwords changed, since are alive again."""
    rows = SignIn.objects.filter(ended_at=None)
    return rows.update(ended_at=clock.now(), end_reason=SignIn.End.SIGNED_OUT_ELSEWHERE)


def _threads(keys: object) -> Iterable[Conversation]:
    rows = Conversation.objects.filter(Q(pk__in=keys)).select_related("workspace")
    return rows.order_by("pk")
