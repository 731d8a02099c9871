"""A workspace's row, made to say what Stripe says: from its state now, never from an event's order.

`ask` fetches all that a customer has, outside any transaction; `apply` writes it under the row's
lock, unless what was asked for later is there already. So whatever was announced before an answer
was asked for is in the row, or in a newer answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from accounts import backups
from accounts.models import Workspace
from billing import gateway
from billing.differences import News, news_between, trial_notice
from billing.models import Checkout, PastCustomer, PlanChange, StripeEvent, Subscription
from billing.plans import FREEMIUM
from billing.said import GRANTING, StripeSubscription
from billing.standing import MENDABLE, SIZES, Standing, standing_of
from flowia.lib import clock
from flowia.lib.errors import NotFoundError

log = structlog.get_logger("flowia.billing")
A_DAY, SPREAD_SECONDS = timedelta(days=1), 7200
A_LITTLE_LATER = timedelta(minutes=2)
"""After a moment at which Stripe will have changed something by itself."""
BANK_ASKS = "invoice.payment_action_required"
COPIED = (
    "status",
    "subscription_id",
    "period",
    "amount_cents",
    "currency",
    "paid_plan",
    "period_ends_at",
    "cancel_at",
    "past_due_since",
    "open_invoice_id",
    "error_code",
)
"""Columns that have the same name in a standing."""


@dataclass(frozen=True)
class Answer:
    """All that Stripe says of a customer, asked for at `asked_at` (the database's clock).

    `found` is False where this account never had such a customer: another key, or the other mode.
    """

    customer_id: str
    asked_at: datetime
    found: bool
    deleted: bool
    subscriptions: tuple[StripeSubscription, ...] = ()
    maybe_told: bool = False
    """Whether what changes by it may have been told in rows that a restored backup lost."""


def row_of(workspace: Workspace) -> Subscription:
    """Return the workspace's row, made at the first need; raises nothing else than the database."""
    row, _made = Subscription.objects.get_or_create(workspace=workspace)
    return row


def ask(customer_id: str) -> Answer:
    """Ask Stripe for a customer and everything they ever subscribed to. Not in a transaction."""
    asked_at = clock.now()
    customer = gateway.customer(customer_id)
    if customer is None or customer.deleted:
        return Answer(customer_id, asked_at, found=customer is not None, deleted=bool(customer))
    subscriptions = tuple(_with_invoices(customer_id))
    return Answer(customer_id, asked_at, found=True, deleted=False, subscriptions=subscriptions)


def _with_invoices(customer_id: str) -> Iterator[StripeSubscription]:
    """Yield a customer's subscriptions, each with what is still to be paid of it."""
    found = gateway.subscriptions(customer_id)
    alive = any(one.status in GRANTING | MENDABLE for one in found)
    due = gateway.open_invoices(customer_id) if alive else []
    for one in found:
        yield replace(one, invoices=tuple(bill for bill in due if bill.subscription == one.id))


def refresh(row: Subscription) -> Subscription:
    """Ask Stripe anew and return the row as it is then; one without a customer stays as it is.

    Raises NotFoundError when the workspace was erased meanwhile.
    """
    if row.customer_id:
        apply(row.pk, ask(row.customer_id))
        try:
            row.refresh_from_db()
        except Subscription.DoesNotExist:
            raise NotFoundError from None
    return row


def apply(subscription_pk: int, answer: Answer) -> bool:
    """Write what Stripe said, and what changed by it; False when a later answer was there first.

    A customer that another row has by now, or that was deleted meanwhile, changes nothing.
    """
    with transaction.atomic():
        row = Subscription.objects.select_for_update(no_key=True).filter(pk=subscription_pk).first()
        if row is None or row.customer_id != answer.customer_id:
            return False
        if row.asked_at is not None and row.asked_at > answer.asked_at:
            return False
        answer = replace(answer, maybe_told=_maybe_told(row, answer))
        row.asked_at, row.attempts = answer.asked_at, 0
        if not answer.found:
            row.error_code, row.next_at = "customer_missing", _tomorrow(answer.asked_at)
            log.error("customer unknown to stripe", subscription=row.pk)
        elif answer.deleted:
            _archive(row, answer)
        else:
            _copy(row, standing_of(answer.subscriptions), answer)
        row.save()
    return True


def standing_in(row: Subscription) -> Standing:
    """Return the standing that a row was written from."""
    copied = {name: getattr(row, name) for name in COPIED}
    plan = row.paid_plan if Standing(status=row.status).grants else FREEMIUM.code
    return Standing(plan=plan or None, reason=row.status_reason, **copied)


def differences(row: Subscription, answer: Answer) -> list[str]:
    """Return which columns of a row are not what Stripe says, for an operator's eyes."""
    if not answer.found:
        return ["customer_missing"]
    if answer.deleted:
        return ["customer_deleted"]
    old = standing_in(row)
    new = _believed(old, standing_of(answer.subscriptions))
    names = [*COPIED, "reason"] if answer.subscriptions or row.subscription_id else []
    found = [name for name in names if getattr(old, name) != getattr(new, name)]
    return [*found, *(["plan"] if plan_of(row, new) != row.plan else [])]


def link(workspace: Workspace, customer_id: str) -> Subscription | None:
    """Give a workspace without a customer this one; None when it has another, or it is gone."""
    customer = gateway.customer(customer_id)
    if customer is None or customer.deleted:
        return None
    row = row_of(workspace)
    return row if take_customer(row, customer_id) else None


def take_customer(row: Subscription, customer_id: str) -> bool:
    """Note the row's customer; False when it has another by now, or another row has this one."""
    free = Subscription.objects.filter(pk=row.pk, customer_id__in=["", customer_id])
    try:
        with transaction.atomic():
            taken = free.update(customer_id=customer_id, next_at=_tomorrow(clock.now()))
    except IntegrityError:
        return False
    if taken:
        row.customer_id = customer_id
    return bool(taken)


def tell(workspace_id: int, news: News) -> None:
    """Write one change of a plan down, to be told at once."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    PlanChange.objects.create(
        workspace_id=workspace_id,
        reason=news.reason,
        before=news.before,
        after=news.after,
        data=news.data,
        next_at=clock.now(),
        request_id=str(request_id),
    )
    log.info("plan", workspace=workspace_id, reason=news.reason, after=news.after)


def _maybe_told(row: Subscription, answer: Answer) -> bool:
    """Return whether the answer is the first one after a backup was put back.

    Of a customer who was not known then, their subscription tells: it began before, or after.
    """
    until = backups.went_on_until()
    if until is None:
        return False
    if row.asked_at is not None:
        return row.asked_at < until
    return any(one.created < until for one in answer.subscriptions)


def _tell(row: Subscription, news: News, answer: Answer) -> None:
    """Write down what an answer changed; marked, where its letter may have left before."""
    marked = {**news.data, backups.RESTORED: True} if answer.maybe_told else news.data
    tell(row.workspace_id, replace(news, data=marked))


def _copy(row: Subscription, new: Standing, answer: Answer) -> None:
    """Write a standing into a locked row, and tell what changed."""
    row.next_at = _next_look(new, answer.asked_at)
    if not answer.subscriptions and not row.subscription_id:
        # Nothing was ever bought: what an operator gave stays as it is.
        row.error_code = ""
        return
    old, before = standing_in(row), row.plan
    known, new = new.plan is not None, _believed(old, new)
    row.plan = plan_of(row, new)
    for name in COPIED:
        setattr(row, name, getattr(new, name))
    row.status_reason = new.reason
    if new.error_code and new.error_code != old.error_code:
        log.error("subscription needs an operator", subscription=row.pk, code=new.error_code)
    if new.grants and row.suspended_for == Subscription.Suspension.CUSTOMER_DELETED:
        row.suspended_at, row.suspended_for = None, ""
    if not known:
        if row.plan != before:
            _tell(row, News("plan_ended", before, row.plan), answer)
        return
    for news in news_between(old, new, before=before, after=row.plan):
        _tell(row, _to_confirm(news), answer)
    _tell_of_trial(row, new, answer)


def _to_confirm(news: News) -> News:
    """Return a failed payment as one to confirm, where Stripe announced that the bank asks."""
    if news.reason != "payment_failed" or not news.data["invoice"]:
        return news
    asked = StripeEvent.objects.filter(type=BANK_ASKS, object_id=news.data["invoice"])
    return replace(news, reason="payment_action") if asked.exists() else news


def _believed(old: Standing, new: Standing) -> Standing:
    """Return a standing whose price is none of ours with what the same subscription was for."""
    if new.plan is not None or old.subscription_id != new.subscription_id:
        return new
    return replace(new, plan=old.paid_plan or None, paid_plan=old.paid_plan)


def plan_of(row: Subscription, new: Standing) -> str:
    """Return what applies: the larger of what is paid for and what was given.

    A price that nobody knows pays for nothing.
    """
    paid = new.plan or FREEMIUM.code
    return max(paid, row.given_plan or FREEMIUM.code, key=lambda code: SIZES.get(code, 0))


def _tell_of_trial(row: Subscription, new: Standing, answer: Answer) -> None:
    news = trial_notice(new, answer.asked_at)
    if news is not None:
        told = PlanChange.objects.filter(workspace=row.workspace_id, reason=news.reason)
        if not told.filter(data__until=news.data["until"]).exists():
            _tell(row, news, answer)


def _archive(row: Subscription, answer: Answer) -> None:
    """Put a deleted customer away: nothing is answered until a plan is chosen again."""
    PastCustomer.objects.get_or_create(
        customer_id=answer.customer_id,
        defaults={
            "workspace_id": row.workspace_id,
            "subscription_id": row.subscription_id,
            "plan": row.paid_plan or row.plan,
            "deleted_at": answer.asked_at,
        },
    )
    Checkout.objects.filter(workspace=row.workspace_id, status=Checkout.Status.OPEN).update(
        status=Checkout.Status.EXPIRED
    )
    before = row.plan
    empty = replace(Standing(), paid_plan=row.paid_plan)
    row.plan = plan_of(row, empty)
    for name in COPIED:
        setattr(row, name, getattr(empty, name))
    row.customer_id, row.status_reason, row.next_at = "", "", None
    if row.suspended_at is None:
        row.suspended_at = answer.asked_at
        row.suspended_for = Subscription.Suspension.CUSTOMER_DELETED
    _tell(row, News("customer_deleted", before, row.plan), answer)


def _next_look(new: Standing, now: datetime) -> datetime:
    """Return when Stripe is asked again without having said anything: tomorrow, or sooner."""
    moments = [new.cancel_at, new.period_ends_at, new.next_try_at] if new.grants else []
    soon = [one + A_LITTLE_LATER for one in moments if one is not None and one > now]
    return min([*soon, _tomorrow(now)])


def _tomorrow(now: datetime) -> datetime:
    """Return a moment in about a day; spread, so that not all workspaces are asked for at once."""
    return now + A_DAY + timedelta(seconds=SystemRandom().uniform(-1, 1) * SPREAD_SECONDS)


def past(customer_id: str) -> bool:
    """Return whether this customer was one of ours and is deleted."""
    return PastCustomer.objects.filter(customer_id=customer_id).exists()


def workspace_named(uid: UUID | None) -> Workspace | None:
    """Return the workspace of this public id."""
    return Workspace.objects.filter(uid=uid).first() if uid else None
