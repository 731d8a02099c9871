"""The plans, as code: what each one costs and opens (the specification's three).

`check_plan_limits` is the one place that says what a workspace may do, and why not.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from billing.models import Subscription
from flowia.lib.errors import FlowError
from flowia.lib.standing import Standing, given

Feature = Literal["direct_messages", "tools", "webhooks"]


@dataclass(frozen=True)
class Plan:
    """One plan; a limit of None is no limit.

    Prices are cents of a euro; a yearly price of None is not sold. `tools` are connected CRM
    tools, `webhooks` outgoing ones.
    """

    code: str
    name: str
    month_cents: int
    year_cents: int | None
    direct_messages_per_day: int | None
    tools: int | None
    webhooks: int | None

    def limit(self, feature: Feature) -> int | None:
        """Return how many the plan allows; None without a limit."""
        limits = {
            "direct_messages": self.direct_messages_per_day,
            "tools": self.tools,
            "webhooks": self.webhooks,
        }
        return limits[feature]


FREEMIUM = Plan("freemium", "Freemium", 0, None, 10, 1, 0)
PREMIUM = Plan("premium", "Premium", 1499, None, 100, 3, 3)
ULTRA = Plan("ultra", "Ultra", 2999, 29_900, None, None, 20)
PLANS = {plan.code: plan for plan in (FREEMIUM, PREMIUM, ULTRA)}
"""From the smallest to the largest."""
PERIODS: dict[tuple[str, str], str] = {
    ("premium", "month"): "flowia_premium_month",
    ("ultra", "month"): "flowia_ultra_month",
    ("ultra", "year"): "flowia_ultra_year",
}
"""What is sold, with the lookup key of its price at Stripe."""
LOCKED = Standing(
    lambda: (
        Subscription.objects.select_for_update(no_key=True)
        .filter(workspace=given.key("workspace"))
        .values_list("plan", flat=True)
    )
)
SUBSCRIBED = Standing(
    lambda: Subscription.objects.filter(workspace=given.key("workspace")).values_list(
        "plan", "suspended_at"
    )
)


@dataclass(frozen=True)
class Allowance:
    """What a plan allows of a feature; `plan` is the next one that allows more, if one does."""

    allowed: bool
    limit: int | None
    used: int
    why_not: str = ""
    plan: str = ""


class PlanRequiredError(FlowError):
    """The plan does not open this; the sentence says what it allows."""

    code = "plan_required"
    status = 402
    detail = _("Your plan does not include this.")


def plan_of(workspace: Workspace) -> Plan:
    """Return the workspace's plan; Freemium when it never subscribed."""
    code, _suspended_at = SUBSCRIBED.first(workspace=workspace.pk) or ("", None)
    return PLANS.get(code, FREEMIUM)


def plan_in(workspace: Workspace) -> Plan:
    """Return the plan as it was read with the workspace; read now where it was not."""
    found = getattr(workspace, "subscription", None)
    return PLANS.get(found.plan if found else "", FREEMIUM)


def plan_locked(workspace: Workspace) -> Plan:
    """Return the plan as `plan_of`, and let nobody change it until the transaction ends."""
    return PLANS.get(LOCKED.first(workspace=workspace.pk) or "", FREEMIUM)


def is_suspended(workspace: Workspace) -> bool:
    """Return whether nothing is answered for the workspace at the moment."""
    _code, suspended_at = SUBSCRIBED.first(workspace=workspace.pk) or ("", None)
    return suspended_at is not None


def check_plan_limits(
    workspace: Workspace, feature: Feature, *, used: int, plan: Plan | None = None
) -> Allowance:
    """Say whether the workspace may have one more of `feature` beside the `used` it has.

    `plan` is the workspace's, where it is known already.
    """
    plan = plan or plan_of(workspace)
    limit = plan.limit(feature)
    if limit is None or used < limit:
        return Allowance(allowed=True, limit=limit, used=used)
    return Allowance(False, limit, used, _why_not(plan, feature, limit), _next_plan(limit, feature))


def require(workspace: Workspace, feature: Feature, *, used: int) -> None:
    """Raise PlanRequiredError unless the workspace may have one more of `feature`."""
    allowance = check_plan_limits(workspace, feature, used=used)
    if not allowance.allowed:
        raise PlanRequiredError(allowance.why_not)


def _why_not(plan: Plan, feature: Feature, limit: int) -> str:
    said: dict[Feature, str] = {
        "direct_messages": ngettext(
            "Your plan (%(plan)s) allows %(limit)s direct message a day.",
            "Your plan (%(plan)s) allows %(limit)s direct messages a day.",
            limit,
        ),
        "tools": ngettext(
            "Your plan (%(plan)s) allows %(limit)s connected tool.",
            "Your plan (%(plan)s) allows %(limit)s connected tools.",
            limit,
        ),
        "webhooks": ngettext(
            "Your plan (%(plan)s) allows %(limit)s outgoing webhook.",
            "Your plan (%(plan)s) allows %(limit)s outgoing webhooks.",
            limit,
        ),
    }
    return said[feature] % {"plan": plan.name, "limit": limit}


def _next_plan(limit: int, feature: Feature) -> str:
    for plan in PLANS.values():
        more = plan.limit(feature)
        if more is None or more > limit:
            return plan.code
    return ""
