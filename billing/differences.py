"""What changed between two standings, as news: pure. A reason and what its sentence names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from billing.standing import MENDABLE, Standing

TRIAL_NOTICE = timedelta(days=3)
BY_REQUEST = frozenset({"pause_requested", "trial_end_without_payment_method"})
"""Why Stripe pauses where no payment failed."""


@dataclass(frozen=True)
class News:
    """One thing that happened; `before` and `after` are plans. `data` holds what JSON can."""

    reason: str
    before: str
    after: str
    data: dict[str, Any] = field(default_factory=dict)


def news_between(old: Standing, new: Standing, *, before: str, after: str) -> Iterator[News]:
    """Yield what a workspace's people are told when `old` became `new`.

    `before` and `after` are the plans that applied, and apply now. The end of what was never a
    plan of ours is no news.
    """
    data = {"status": new.status, "reason": new.reason, "period": new.period}
    if new.grants and not old.grants:
        yield _begun(old, new, before, data)
        if new.status == "past_due":
            yield _failed(new, data)
    elif old.grants and not new.grants:
        if old.paid_plan:
            yield _stopped(old, new, after, data)
    elif new.grants:
        yield from _went_on(old, new, before, data)
    elif old.status in MENDABLE and new.status not in MENDABLE:
        yield News("plan_ended", old.paid_plan or before, after, data)
    if new.grants and new.cancel_at != (old.cancel_at if old.grants else None):
        yield _end_moved(new, data)


def trial_notice(new: Standing, now: datetime) -> News | None:
    """Return the news that a trial ends within days; None when none does."""
    ends = new.period_ends_at
    if new.status != "trialing" or ends is None or ends - now > TRIAL_NOTICE:
        return None
    plan = new.paid_plan
    return News("trial_ends", plan, plan, {"until": ends.isoformat(), "status": new.status})


def _begun(old: Standing, new: Standing, before: str, data: dict[str, Any]) -> News:
    same = old.subscription_id == new.subscription_id and old.status in MENDABLE
    if not same or old.status == "incomplete":
        return News("plan_started", before, new.paid_plan, data)
    mended = "plan_resumed" if old.reason in BY_REQUEST else "payment_repaired"
    return News(mended, before, new.paid_plan, data)


def _stopped(old: Standing, new: Standing, after: str, data: dict[str, Any]) -> News:
    if new.status == "paused" and new.reason in BY_REQUEST:
        return News("plan_paused", old.paid_plan, after, data)
    given_up = new.status in MENDABLE or new.reason == "payment_failed"
    return News("payment_given_up" if given_up else "plan_ended", old.paid_plan, after, data)


def _went_on(old: Standing, new: Standing, before: str, data: dict[str, Any]) -> Iterator[News]:
    if old.status == "past_due" and new.status != "past_due":
        yield News("payment_repaired", old.paid_plan, new.paid_plan, data)
    if not old.paid_plan:
        # Its price was none of ours until now.
        yield News("plan_started", before, new.paid_plan, data)
    elif old.paid_plan != new.paid_plan:
        yield News("plan_changed", old.paid_plan, new.paid_plan, data)
    elif old.period != new.period:
        yield News("period_changed", old.paid_plan, new.paid_plan, data)
    if new.status == "past_due" and old.status != "past_due":
        yield _failed(new, data)


def _failed(new: Standing, data: dict[str, Any]) -> News:
    until = new.next_try_at.isoformat() if new.next_try_at else ""
    more = {**data, "until": until, "invoice": new.open_invoice_id}
    return News("payment_failed", new.paid_plan, new.paid_plan, more)


def _end_moved(new: Standing, data: dict[str, Any]) -> News:
    if new.cancel_at is None:
        return News("cancel_undone", new.paid_plan, new.paid_plan, data)
    until = {**data, "until": new.cancel_at.isoformat()}
    return News("cancel_planned", new.paid_plan, new.paid_plan, until)
