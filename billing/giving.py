"""What an operator does by hand: a plan given, a workspace suspended, each told to its people."""

from django.db import transaction

from billing import subscribing
from billing.differences import News
from billing.models import Subscription
from billing.plans import PLANS
from flowia.lib import clock


def give(subscription_pk: int, plan: str) -> None:
    """Give a plan, whatever is paid for; "" takes a given one back. The larger one applies."""
    with transaction.atomic():
        row = _locked(subscription_pk)
        before = row.plan
        row.given_plan = plan if plan in PLANS else ""
        row.plan = subscribing.plan_of(row, subscribing.standing_in(row))
        row.save(update_fields=["given_plan", "plan"])
        if row.plan != before:
            data = {"given": row.given_plan}
            subscribing.tell(row.workspace_id, News("operator_changed", before, row.plan, data))


def suspend(subscription_pk: int) -> bool:
    """Let nothing be answered until an operator says otherwise; False when it is so already."""
    with transaction.atomic():
        row = _locked(subscription_pk)
        if row.suspended_at is not None and row.suspended_for != _CUSTOMER:
            return False
        row.suspended_at = clock.now()
        row.suspended_for = Subscription.Suspension.OPERATOR
        row.save(update_fields=["suspended_at", "suspended_for"])
        subscribing.tell(row.workspace_id, News("operator_suspended", row.plan, row.plan))
    return True


def restore(subscription_pk: int) -> bool:
    """Lift a suspension, whoever it is by; False when there is none."""
    with transaction.atomic():
        row = _locked(subscription_pk)
        if row.suspended_at is None:
            return False
        row.suspended_at, row.suspended_for = None, ""
        row.save(update_fields=["suspended_at", "suspended_for"])
        subscribing.tell(row.workspace_id, News("operator_restored", row.plan, row.plan))
    return True


_CUSTOMER = Subscription.Suspension.CUSTOMER_DELETED


def _locked(subscription_pk: int) -> Subscription:
    return Subscription.objects.select_for_update(no_key=True).get(pk=subscription_pk)
