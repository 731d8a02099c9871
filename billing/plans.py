"""The plans, as code: what each one allows and costs (the specification's three)."""

from dataclasses import dataclass

from accounts.models import Workspace
from billing.models import Subscription


@dataclass(frozen=True)
class Plan:
    """One plan; `direct_messages_per_day` is None where there is no limit."""

    code: str
    name: str
    price_cents_per_month: int
    direct_messages_per_day: int | None


FREEMIUM = Plan("freemium", "Freemium", 0, 10)
PREMIUM = Plan("premium", "Premium", 1499, 100)
ULTRA = Plan("ultra", "Ultra", 2999, None)
PLANS = {plan.code: plan for plan in (FREEMIUM, PREMIUM, ULTRA)}


def plan_of(workspace: Workspace) -> Plan:
    """Return the workspace's plan; Freemium when it never subscribed."""
    code = Subscription.objects.filter(workspace=workspace).values_list("plan", flat=True).first()
    return PLANS.get(code or "", FREEMIUM)


def is_suspended(workspace: Workspace) -> bool:
    """Return whether nothing is answered for the workspace at the moment."""
    rows = Subscription.objects.filter(workspace=workspace, suspended_at__isnull=False)
    return rows.exists()
