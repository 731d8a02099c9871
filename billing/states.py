"""The plan as its people see it: one value for the pages, the API and the letters, from rows."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Workspace
from billing.models import Subscription
from billing.plans import FREEMIUM, PLANS
from billing.said import GRANTING
from billing.standing import MENDABLE

LIVE_KEYS = ("sk_live_", "rk_live_")


@dataclass(frozen=True)
class PlanState:
    """What a workspace pays for and may use. Moments are UTC; amounts are cents, before any tax.

    `plan` applies now. `paid_plan` is what is bought: while `subscribed` it is paid for, or still
    being tried (`past_due_since`), else withheld; "" when nothing is bought, or it is over.
    `status` is Stripe's word, `status_reason` why it is paused or over. `renews_at` and `ends_at`
    exclude each other.
    """

    plan: str
    given_plan: str
    paid_plan: str
    status: str
    status_reason: str
    subscribed: bool
    period: str
    amount_cents: int | None
    currency: str
    renews_at: datetime | None
    ends_at: datetime | None
    trial_ends_at: datetime | None
    past_due_since: datetime | None
    payment_due: bool
    suspended_for: str
    has_customer: bool
    on_sale: bool
    test_mode: bool
    asked_at: datetime | None

    @property
    def suspended(self) -> bool:
        """Whether nothing is answered."""
        return bool(self.suspended_for)


def state_of(workspace: Workspace) -> PlanState:
    """Return what the workspace pays for and may use, as Stripe said when it was last asked."""
    row = Subscription.objects.filter(workspace=workspace).first()
    row = row or Subscription(workspace=workspace, plan=FREEMIUM.code)
    subscribed = row.status in GRANTING
    ends_at = row.cancel_at if subscribed else None
    trial_ends_at = row.period_ends_at if row.status == "trialing" else None
    renews = subscribed and ends_at is None
    return PlanState(
        plan=row.plan if row.plan in PLANS else FREEMIUM.code,
        given_plan=row.given_plan,
        paid_plan=paid_plan_of(row),
        status=row.status,
        status_reason=row.status_reason,
        subscribed=subscribed,
        period=row.period,
        amount_cents=row.amount_cents,
        currency=row.currency,
        renews_at=row.period_ends_at if renews else None,
        ends_at=ends_at,
        trial_ends_at=trial_ends_at,
        past_due_since=row.past_due_since,
        payment_due=bool(row.open_invoice_id),
        suspended_for=(row.suspended_for or "operator") if row.suspended_at else "",
        has_customer=bool(row.customer_id),
        on_sale=bool(settings.STRIPE_SECRET_KEY),
        test_mode=is_test_mode(),
        asked_at=row.asked_at,
    )


def paid_plan_of(row: Subscription) -> str:
    """Return the plan that is paid for, or withheld until it is; "" without one.

    The row keeps what was bought last.
    """
    return row.paid_plan if row.status in GRANTING | MENDABLE else ""


def is_test_mode() -> bool:
    """Return whether nothing that is paid is real money."""
    key = settings.STRIPE_SECRET_KEY
    return bool(key) and not key.startswith(LIVE_KEYS)
