"""What Stripe announces: recorded first, then handled one by one, in whatever order they came.

An event says that something changed, never what is true now: its customer's state is asked for
anew, and the rest is a mark on a row of ours. An event may be handled twice without harm.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from billing import checkouts, gateway, subscribing
from billing.differences import News
from billing.models import Checkout, PlanChange, StripeEvent, Subscription
from billing.said import Announcement
from flowia.lib import clock
from flowia.lib.errors import FlowError
from flowia.lib.logging import follow

log = structlog.get_logger("flowia.stripe")
LEASE = timedelta(seconds=120)
"""Longer than three calls with two retries each take at worst."""
BACKOFF_SECONDS = (5, 30, 120, 600, 1800, 3600, 7200, 14_400)
MAX_ATTEMPTS = len(BACKOFF_SECONDS) + 1
"""Nine attempts in about eight hours; the nightly look follows anyway."""
SESSIONS = {
    "checkout.session.completed": Checkout.Status.COMPLETE,
    "checkout.session.async_payment_succeeded": Checkout.Status.COMPLETE,
    "checkout.session.async_payment_failed": Checkout.Status.EXPIRED,
    "checkout.session.expired": Checkout.Status.EXPIRED,
}
"""What an event about a payment page says of our row of it."""
STATES = frozenset(
    {
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        # The notice of a trial's end comes from the state: three days before it, once.
        "customer.subscription.trial_will_end",
        "invoice.paid",
        "invoice.payment_failed",
        "invoice.payment_action_required",
        "customer.deleted",
    }
)
"""Events after which the customer's state is asked for, and nothing else."""
ALARMS = {
    "invoice.finalization_failed": "invoice_not_finalized",
    "charge.dispute.created": "disputed",
    "charge.refunded": "refunded",
}
"""Events about which an operator decides: the event keeps the code, the log tells of it."""
IGNORED = {
    "customer.updated": "Nothing of a customer is kept here but its id.",
}
"""Events of the fact sheet that we do not ask for, and why."""
WANTED = sorted({*SESSIONS, *STATES, *ALARMS})
"""The events our endpoint asks for."""
Status = StripeEvent.Status


def store(announced: Iterable[Announcement], *, request_id: str = "") -> list[int]:
    """Record events that are new; return the rows that are to be handled."""
    now = clock.now()
    rows = [_row(one, now, request_id) for one in announced]
    StripeEvent.objects.bulk_create(rows, ignore_conflicts=True)
    mine = StripeEvent.objects.filter(uid__in=[row.uid for row in rows], status=Status.RECEIVED)
    return list(mine.values_list("pk", flat=True))


def take(event_id: int) -> None:
    """Handle an event that is due; a second worker, or a second call, changes nothing."""
    event = _claim(event_id, now=clock.now())
    if event is None:
        return
    follow(event.request_id)
    if event.attempts > MAX_ATTEMPTS:
        _close(event, Status.FAILED, event.error_code or "gave_up")
        return
    try:
        status, code = _handle(event)
    except FlowError as error:
        _postpone(event, str(error.code), error.retry_after)
    else:
        _close(event, status, code)


def reopen(event_id: int, *, now: datetime) -> bool:
    """Make an event that is over due again with fresh attempts; False while it waits."""
    over = StripeEvent.objects.filter(pk=event_id).exclude(status=Status.RECEIVED)
    again = {"status": Status.RECEIVED, "next_at": now, "attempts": 0, "error_code": ""}
    return bool(over.update(**again, done_at=None))


def _handle(event: StripeEvent) -> tuple[Status, str]:
    """Do what an event asks for; return how it ended and a code that tells more."""
    if event.type not in WANTED:
        return Status.IGNORED, ""
    alarm = ALARMS.get(event.type, "")
    if alarm:
        log.error("an operator has to decide", event_id=event.event_id, code=alarm)
    if event.type in SESSIONS:
        checkouts.close(event.object_id, SESSIONS[event.type])
    row, why_not = _row_of(event)
    if row is None:
        # A second customer's money is an operator's to see: a code on what is done is an error.
        code = alarm or (why_not if why_not == "other_customer" else "")
        return (Status.DONE, code) if code else (Status.IGNORED, why_not)
    row = subscribing.refresh(row)
    checkouts.close_others(row)
    if event.type == "invoice.payment_action_required":
        _ask_to_confirm(row, event.object_id)
    return Status.DONE, alarm


def _row_of(event: StripeEvent) -> tuple[Subscription | None, str]:
    """Return whose event it is, or why it is nobody's.

    A customer that we do not know is believed to be the workspace's that their objects name, as
    long as that workspace has no other.
    """
    if not event.customer_id:
        return None, "no_customer"
    row = Subscription.objects.filter(customer_id=event.customer_id).first()
    if row is not None:
        return row, ""
    if subscribing.past(event.customer_id):
        return None, "past_customer"
    workspace = subscribing.workspace_named(event.workspace_uid)
    if workspace is None:
        return None, "unknown_customer"
    row = subscribing.link(workspace, event.customer_id)
    if row is None:
        log.error("a second customer for a workspace", event_id=event.event_id)
    return row, "other_customer"


def _ask_to_confirm(row: Subscription, invoice_id: str) -> None:
    """Tell once that the bank wants a payment confirmed, while it is still to be paid."""
    if not gateway.invoice(invoice_id).is_open:
        return
    news = News("payment_action", row.plan, row.paid_plan or row.plan, {"invoice": invoice_id})
    with transaction.atomic():
        Subscription.objects.select_for_update(no_key=True).filter(pk=row.pk).first()
        about = PlanChange.objects.filter(workspace=row.workspace_id, data__invoice=invoice_id)
        if about.filter(reason=news.reason).exists():
            return
        # A failure that nobody was told of yet is this one.
        if not about.filter(reason="payment_failed", told_at=None).update(reason=news.reason):
            subscribing.tell(row.workspace_id, news)


def _row(announced: Announcement, now: datetime, request_id: str) -> StripeEvent:
    wanted = announced.type in WANTED
    return StripeEvent(
        event_id=announced.id,
        type=announced.type,
        object_id=announced.object_id,
        customer_id=announced.customer,
        workspace_uid=announced.workspace,
        api_version=announced.api_version,
        happened_at=announced.happened_at,
        status=Status.RECEIVED if wanted else Status.IGNORED,
        next_at=now if wanted else None,
        request_id=request_id,
    )


def _claim(event_id: int, *, now: datetime) -> StripeEvent | None:
    """Take a due event for one lease, its attempt counted before the work."""
    due = StripeEvent.objects.filter(pk=event_id, status=Status.RECEIVED, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    event = StripeEvent.objects.get(pk=event_id)
    return event if event.next_at == now + LEASE else None


def _postpone(event: StripeEvent, code: str, retry_after: int | None) -> None:
    """Try again later, as long as there are attempts left."""
    if event.attempts >= MAX_ATTEMPTS:
        _close(event, Status.FAILED, code)
        return
    pause = max(BACKOFF_SECONDS[event.attempts - 1], retry_after or 0)
    next_at = clock.now() + timedelta(seconds=pause)
    _mine(event).update(next_at=next_at, error_code=code[:60])
    log.warning("event postponed", event_id=event.event_id, code=code)


def _close(event: StripeEvent, status: Status, code: str) -> None:
    over = {"status": status, "next_at": None, "error_code": code[:60], "done_at": clock.now()}
    _mine(event).update(**over)
    tell = log.error if status == Status.FAILED else log.info
    tell("event closed", event_id=event.event_id, type=event.type, status=status, code=code)


def _mine(event: StripeEvent) -> QuerySet[StripeEvent]:
    """Select the event while this worker's lease holds."""
    rows = StripeEvent.objects.filter(pk=event.pk, status=Status.RECEIVED)
    return rows.filter(next_at=event.next_at)
