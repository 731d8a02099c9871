"""Where a customer stands, from all their subscriptions at Stripe: pure.

Whatever Stripe announced, and in whatever order, the same subscriptions give the same standing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billing.plans import PLANS
from billing.said import GRANTING, Invoice, StripeSubscription

MENDABLE = frozenset({"unpaid", "paused", "incomplete"})
"""A payment, or a word, brings these back."""
SIZES = {code: size for size, code in enumerate(PLANS)}


@dataclass(frozen=True)
class Standing:
    """What the best of a customer's subscriptions says.

    `plan` is what is paid for and applies: "freemium" when nothing does, None when a price that is
    none of ours is paid, so that nobody but an operator can say (`error_code` tells them).
    `paid_plan` is what the subscription is for, whether it applies or not; the smaller one while
    a change to a larger one is not paid. The open invoice is the oldest. `next_try_at` is when
    Stripe tries to take its money again.
    """

    plan: str | None = "freemium"
    paid_plan: str = ""
    status: str = ""
    reason: str = ""
    subscription_id: str = ""
    period: str = ""
    amount_cents: int | None = None
    currency: str = ""
    period_ends_at: datetime | None = None
    cancel_at: datetime | None = None
    past_due_since: datetime | None = None
    open_invoice_id: str = ""
    next_try_at: datetime | None = None
    error_code: str = ""

    @property
    def grants(self) -> bool:
        """Whether something is paid for now, or still being tried."""
        return self.status in GRANTING


def standing_of(subscriptions: Iterable[StripeSubscription]) -> Standing:
    """Return where a customer with these subscriptions, in any order, stands.

    The best one counts: one that applies before one that could come back before one that is over,
    then the larger plan, then one that goes on, then the newest. Two that apply are charged twice:
    `double_subscription` tells the operator.
    """
    ranked = sorted(subscriptions, key=_rank, reverse=True)
    if not ranked:
        return Standing()
    best = ranked[0]
    granting = [one for one in ranked if one.status in GRANTING]
    known = [one for one in granting if one.plan]
    error_code = "double_subscription" if len(known) > 1 else ""
    if granting and not known:
        error_code = "unknown_price"
    return _standing(best, error_code)


def _rank(one: StripeSubscription) -> tuple[int, int, bool, datetime, str]:
    granting = 3 if one.plan else 2
    level = granting if one.status in GRANTING else int(one.status in MENDABLE)
    # Among those that do not apply, the newest tells what happened last, whatever its plan is.
    size = SIZES.get(one.plan, -1) if level > 1 else 0
    return level, size, level > 1 and one.cancel_at is None, one.created, one.id


def _paid(plan: str, due: list[Invoice]) -> str:
    """Return the plan that is paid for: a larger one only once its change is."""
    before = [one.changed_from for one in due if one.changed_from]
    return min([plan, *before], key=SIZES.__getitem__) if plan in SIZES else plan


def _standing(best: StripeSubscription, error_code: str) -> Standing:
    grants = best.status in GRANTING
    # An invoice of a subscription that is over may be paid, but nothing comes of it.
    due = [one for one in best.invoices if one.is_open] if grants or best.status in MENDABLE else []
    invoice = min(due, key=lambda one: (one.opened_at or best.created, one.id), default=None)
    late = invoice if best.status == "past_due" else None
    paid = _paid(best.plan, due) if grants else best.plan
    plan: str | None = paid if grants else "freemium"
    return Standing(
        plan=plan or None,
        paid_plan=paid,
        status=best.status,
        reason=best.reason,
        subscription_id=best.id,
        period=best.price.period if best.price.period in {"month", "year"} else "",
        amount_cents=best.price.amount,
        currency=best.price.currency,
        period_ends_at=best.period_ends_at,
        cancel_at=best.cancel_at,
        past_due_since=late.opened_at if late else None,
        open_invoice_id=invoice.id if invoice else "",
        next_try_at=late.next_try_at if late else None,
        error_code=error_code,
    )
