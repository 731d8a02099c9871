"""What a workspace's owner does about its plan. Every call speaks to Stripe.

None may be called inside a transaction: Stripe is asked in between. Each may be repeated without
harm. All raise BillingOffError, StripeUnreachableError and StripeRefusedError, beside what they
name.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import User, Workspace
from billing import checkouts, closing, gateway, subscribing
from billing.checkouts import ROUNDS, PaidError
from billing.differences import News
from billing.errors import (
    AlreadyOnPlanError,
    BillingOffError,
    CheckoutRunsError,
    EndsError,
    NoCustomerError,
    NotCancelledError,
    NothingDueError,
    NotSoldError,
    NotSubscribedError,
    PaymentDueError,
    StripeRefusedError,
    SuspendedError,
)
from billing.models import PastCustomer, Subscription
from billing.plans import PERIODS, plan_of
from billing.said import GRANTING, Price, StripeSubscription
from billing.standing import MENDABLE
from billing.states import PlanState, state_of
from flowia.lib.errors import NotFoundError

log = structlog.get_logger("flowia.billing")
Taken = ParamSpec("Taken")
Given = TypeVar("Given")
_CUSTOMER = Subscription.Suspension.CUSTOMER_DELETED
FLOWS = frozenset({"payment_method_update"})


def _waited_for(action: Callable[Taken, Given]) -> Callable[Taken, Given]:
    """Somebody waits for the answer: Stripe is tried once more only."""

    @wraps(action)
    def hurried(*args: Taken.args, **kwargs: Taken.kwargs) -> Given:
        if not settings.STRIPE_SECRET_KEY:
            raise BillingOffError
        with gateway.in_a_hurry():
            return action(*args, **kwargs)

    return hurried


@_waited_for
def upgrade_plan(workspace: Workspace, plan: str, period: str, *, by: audit.By) -> str:
    """Return the address at Stripe where `plan` is bought, or switched to, by "month" or "year".

    Who pays for nothing gets the payment page (a second click gets the same one); who pays already
    gets a page that confirms the change. Raises NotSoldError, AlreadyOnPlanError, PaymentDueError,
    EndsError, SuspendedError, CheckoutRunsError.
    """
    if (plan, period) not in PERIODS:
        raise NotSoldError
    price = gateway.price_of(plan, period)
    if price is None:
        log.error("a price is missing: run stripe_setup", plan=plan, period=period)
        raise NotSoldError
    for _ in range(ROUNDS):
        row = subscribing.refresh(subscribing.row_of(workspace))
        if row.suspended_at and row.suspended_for != _CUSTOMER:
            raise SuspendedError
        if row.status in GRANTING or _is_mendable(row):
            return _change(row, plan, period, price)
        customer_id = _customer_of(workspace, row)
        try:
            url = checkouts.open_page(workspace, price, customer_id, (plan, period), by)
        except PaidError:
            # What was paid there applies, or is over already.
            continue
        audit.record("plan.checkout_opened", by=by, workspace=workspace, data={"plan": plan})
        return url
    raise CheckoutRunsError(retry_after=3)


@_waited_for
def open_portal(workspace: Workspace, flow: str = "") -> str:
    """Return the address of the customer's own pages at Stripe; it works for minutes, for anybody.

    `flow` is "" or "payment_method_update". Raises NoCustomerError.
    """
    row = subscribing.row_of(workspace)
    if not row.customer_id:
        raise NoCustomerError
    asked = {"type": flow} if flow in FLOWS else None
    try:
        return gateway.portal(row.customer_id, return_url=_return_url(workspace), flow=asked)
    except StripeRefusedError:
        if subscribing.refresh(row).customer_id:
            raise
        # They were deleted at Stripe just now.
        raise NoCustomerError from None


@_waited_for
def cancel_subscription(workspace: Workspace, *, by: audit.By) -> PlanState:
    """End the plan when its paid period ends; one that ends anyway is left as it is.

    Raises NotSubscribedError.
    """
    row, subscription = _paid_for(workspace)
    if subscription.cancel_at is None:
        gateway.cancel_at_period_end(subscription.id)
        audit.record("plan.cancelled", by=by, workspace=workspace)
    subscribing.refresh(row)
    return state_of(workspace)


@_waited_for
def resume_subscription(workspace: Workspace, *, by: audit.By) -> PlanState:
    """Take a planned end back, or go on after a pause.

    Raises NotSubscribedError, NotCancelledError, PaymentDueError.
    """
    row, subscription = _paid_for(workspace)
    if subscription.status == "paused":
        if row.open_invoice_id:
            raise PaymentDueError
        gateway.resume(subscription.id)
    elif subscription.cancel_at is not None:
        gateway.keep(subscription)
    else:
        raise NotCancelledError
    audit.record("plan.resumed", by=by, workspace=workspace)
    subscribing.refresh(row)
    return state_of(workspace)


@_waited_for
def payment_url(workspace: Workspace) -> str:
    """Return the address at which the open invoice is paid. Raises NothingDueError."""
    row = subscribing.refresh(subscribing.row_of(workspace))
    invoice = gateway.invoice(row.open_invoice_id) if row.open_invoice_id else None
    if invoice is None or not invoice.is_open or not invoice.url:
        raise NothingDueError
    return invoice.url


def choose_freemium(workspace: Workspace, *, by: audit.By) -> PlanState:
    """Go on without paying after the customer was deleted at Stripe; lifts no other suspension."""
    mine = Subscription.objects.filter(workspace=workspace, suspended_for=_CUSTOMER)
    with transaction.atomic():
        if mine.update(suspended_at=None, suspended_for=""):
            audit.record("plan.freemium_chosen", by=by, workspace=workspace)
            plan = plan_of(workspace).code
            subscribing.tell(workspace.pk, News("freemium_chosen", plan, plan))
    return state_of(workspace)


@_waited_for
def refresh(workspace: Workspace) -> PlanState:
    """Ask Stripe anew, for whoever comes back from there, and return what it said."""
    subscribing.refresh(subscribing.row_of(workspace))
    return state_of(workspace)


def _change(row: Subscription, plan: str, period: str, price: Price) -> str:
    """Return the page that confirms another plan or period for who pays already."""
    if row.status in GRANTING and (row.paid_plan, row.period) == (plan, period):
        raise AlreadyOnPlanError
    if row.status not in {"active", "trialing"}:
        raise PaymentDueError
    if row.cancel_at is not None:
        # Stripe keeps the end: a year that is paid now would be over with the month.
        raise EndsError
    subscription = _subscription_of(row)
    items = [{"id": subscription.item, "price": price.id, "quantity": 1}]
    asked = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {"subscription": subscription.id, "items": items},
        "after_completion": {
            "type": "redirect",
            "redirect": {"return_url": _return_url(row.workspace)},
        },
    }
    return gateway.portal(row.customer_id, return_url=_return_url(row.workspace), flow=asked)


def _is_mendable(row: Subscription) -> bool:
    """Return whether paying an invoice, or a word, brings the last subscription back.

    A second one beside it would be paid twice as soon as the first is.
    """
    return row.status in MENDABLE and (row.status == "paused" or bool(row.open_invoice_id))


def _paid_for(workspace: Workspace) -> tuple[Subscription, StripeSubscription]:
    row = subscribing.refresh(subscribing.row_of(workspace))
    if row.status not in GRANTING and row.status != "paused":
        raise NotSubscribedError
    return row, _subscription_of(row)


def _subscription_of(row: Subscription) -> StripeSubscription:
    """Return the row's subscription as Stripe has it now; raises NotSubscribedError."""
    found = gateway.subscriptions(row.customer_id)
    mine = next((one for one in found if one.id == row.subscription_id), None)
    if mine is None:
        raise NotSubscribedError
    return mine


def _customer_of(workspace: Workspace, row: Subscription) -> str:
    """Return the workspace's customer, made at the first need."""
    if row.customer_id:
        return row.customer_id
    owner = User.objects.filter(memberships__workspace=workspace, memberships__role="owner")
    email = owner.order_by("memberships__pk").values_list("email", flat=True).first() or ""
    before = PastCustomer.objects.filter(workspace=workspace).count()
    made = gateway.create_customer(workspace.uid, before=before)
    # What Stripe does not take of this (an address without a dot) its page asks for.
    with suppress(StripeRefusedError):
        gateway.name_customer(
            made.id, name=workspace.name, email=email, language=workspace.language
        )
    if subscribing.take_customer(row, made.id):
        return made.id
    found = Subscription.objects.filter(workspace=workspace).first()
    if found is None:
        # The workspace was erased while Stripe answered.
        closing.close_later(made.id)
        raise NotFoundError
    return found.customer_id


def _return_url(workspace: Workspace) -> str:
    """Return where the portal leads back to: the page that asks Stripe what changed there."""
    return f"{settings.PUBLIC_URL}/plan/return?workspace={workspace.uid}"
