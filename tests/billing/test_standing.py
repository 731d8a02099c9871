"""Where a customer stands, by every status and in every mixture."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.differences import news_between, trial_notice
from billing.said import Invoice, Price, StripeSubscription, subscription_id_of, subscription_of
from billing.standing import Standing, standing_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
PRICE = Price("price_1", True, "", "", "prod_1", "month", 1499, "eur")
OPEN = Invoice("in_1", "open", 1499, "eur", "sub_1", NOW, LATER, "https://pay")
USUAL = StripeSubscription(
    id="sub_1",
    status="active",
    created=NOW,
    plan="premium",
    price=PRICE,
    item="si_1",
    period_ends_at=LATER,
    cancel_at=None,
    at_period_end=False,
    ended_at=None,
    reason="",
    invoices=(),
)


def one(**changes: Any) -> StripeSubscription:
    return replace(USUAL, **changes)


@pytest.mark.parametrize(
    ("status", "reason", "plan"),
    [
        ("trialing", "", "premium"),
        ("active", "", "premium"),
        ("past_due", "", "premium"),
        ("unpaid", "", "freemium"),
        ("incomplete", "", "freemium"),
        ("incomplete_expired", "", "freemium"),
        ("canceled", "cancellation_requested", "freemium"),
        ("canceled", "payment_failed", "freemium"),
        ("canceled", "payment_disputed", "freemium"),
        ("canceled", "canceled_by_retention_policy", "freemium"),
        ("paused", "pause_requested", "freemium"),
        ("paused", "first_payment_failure", "freemium"),
        ("paused", "final_payment_failure", "freemium"),
        ("paused", "trial_end_without_payment_method", "freemium"),
        ("paused", "system", "freemium"),
        ("a_status_of_2028", "", "freemium"),
    ],
)
def test_a_status_has_its_plan_and_what_was_bought_is_remembered(
    status: str, reason: str, plan: str
) -> None:
    found = standing_of([one(status=status, reason=reason)])
    assert (found.plan, found.paid_plan, found.status, found.reason) == (
        plan,
        "premium",
        status,
        reason,
    )


def test_who_never_subscribed_is_on_freemium() -> None:
    assert standing_of([]) == Standing()


ACTIVE, ULTRA = one(), one(id="sub_2", plan="ultra")
GONE = one(id="sub_3", plan="ultra", status="canceled", created=LATER)
UNPAID = one(id="sub_4", plan="ultra", status="unpaid")
STRANGE = one(id="sub_5", plan="")
ENDING = one(id="sub_6", cancel_at=LATER)


@pytest.mark.parametrize(
    ("several", "best", "error_code"),
    [
        ([ACTIVE, GONE], ACTIVE, ""),
        ([ACTIVE, UNPAID], ACTIVE, ""),
        ([GONE, UNPAID], UNPAID, ""),
        ([ACTIVE, ULTRA], ULTRA, "double_subscription"),
        ([ACTIVE, ENDING], ACTIVE, "double_subscription"),
        ([ACTIVE, STRANGE], ACTIVE, ""),
        ([STRANGE], STRANGE, "unknown_price"),
        ([STRANGE, GONE], STRANGE, "unknown_price"),
        ([one(id="sub_7", status="canceled"), GONE], GONE, ""),
        ([ACTIVE, ULTRA, GONE, UNPAID, STRANGE], ULTRA, "double_subscription"),
    ],
)
def test_the_best_counts_in_whatever_order_they_come(
    several: list[StripeSubscription], best: StripeSubscription, error_code: str
) -> None:
    for order in itertools.permutations(several):
        found = standing_of(order)
        assert (found.subscription_id, found.error_code) == (best.id, error_code)


def test_a_price_of_somebody_else_keeps_the_plan() -> None:
    assert standing_of([STRANGE]).plan is None


def test_a_planned_end_is_one_however_it_was_said() -> None:
    item = {"id": "si_1", "current_period_end": 1_800_000_000, "price": {"id": "price_1"}}
    usual = {"id": "sub_1", "status": "active", "created": 1, "items": {"data": [item]}}
    by_date = {**usual, "cancel_at": 1_700_000_000, "cancel_at_period_end": False}
    by_switch = {**usual, "cancel_at": None, "cancel_at_period_end": True}
    ends = [
        standing_of([subscription_of(said, "premium", item)]).cancel_at
        for said in (usual, by_date, by_switch)
    ]
    assert ends == [
        None,
        datetime.fromtimestamp(1_700_000_000, UTC),
        datetime.fromtimestamp(1_800_000_000, UTC),
    ]


def test_the_latest_end_of_all_items_is_the_periods() -> None:
    items = [
        {"id": f"si_{end}", "current_period_end": end, "price": {"id": "p"}} for end in (3, 9, 5)
    ]
    said = {"id": "sub_1", "status": "active", "created": 1, "items": {"data": items}}
    assert subscription_of(said, "premium", items[0]).period_ends_at == datetime.fromtimestamp(
        9, UTC
    )


@pytest.mark.parametrize(
    ("status", "due"),
    [("past_due", "in_1"), ("unpaid", "in_1"), ("paused", "in_1"), ("canceled", "")],
)
def test_an_invoice_waits_while_paying_it_helps(status: str, due: str) -> None:
    assert standing_of([one(status=status, invoices=(OPEN,))]).open_invoice_id == due


@pytest.mark.parametrize("status", ["paid", "draft", "void", "uncollectible"])
def test_an_invoice_that_is_not_open_does_not_wait(status: str) -> None:
    assert not standing_of([one(invoices=(replace(OPEN, status=status),))]).open_invoice_id


def test_the_oldest_open_invoice_is_to_be_paid_first() -> None:
    later = replace(OPEN, id="in_0", opened_at=LATER)
    for due in itertools.permutations((OPEN, later)):
        found = standing_of([one(status="past_due", invoices=due)])
        assert (found.open_invoice_id, found.past_due_since) == ("in_1", NOW)


@pytest.mark.parametrize(
    ("plan", "changed_from", "status", "applies"),
    [
        ("ultra", "premium", "past_due", "premium"),
        ("ultra", "premium", "active", "premium"),
        ("ultra", "ultra", "past_due", "ultra"),
        ("premium", "ultra", "past_due", "premium"),
        ("ultra", "premium", "unpaid", "freemium"),
    ],
)
def test_a_larger_plan_applies_once_its_change_is_paid(
    plan: str, changed_from: str, status: str, applies: str
) -> None:
    due = (OPEN, replace(OPEN, id="in_2", changed_from=changed_from))
    assert standing_of([one(plan=plan, status=status, invoices=due)]).plan == applies
    paid = (replace(due[1], status="paid"),)
    in_full = standing_of([one(plan=plan, status=status, invoices=paid)])
    assert in_full.plan == ("freemium" if status == "unpaid" else plan)


@pytest.mark.parametrize(
    ("invoice", "subscription"),
    [
        ({"parent": {"subscription_details": {"subscription": "sub_1"}}}, "sub_1"),
        ({"parent": {"subscription_details": {"subscription": {"id": "sub_2"}}}}, "sub_2"),
        ({"parent": {"quote_details": {"quote": "qt_1"}}}, ""),
        ({"parent": None}, ""),
        ({}, ""),
        ({"subscription": "sub_3"}, "sub_3"),
    ],
)
def test_an_invoice_names_its_subscription_or_none(
    invoice: dict[str, Any], subscription: str
) -> None:
    assert subscription_id_of(invoice) == subscription


NOTHING = Standing()
PAID = standing_of([one()])
LATE = standing_of([one(status="past_due", invoices=(OPEN,))])
LOST = standing_of([one(status="unpaid", invoices=(OPEN,))])
PAUSED = standing_of([one(status="paused", reason="pause_requested")])
STOPPED = standing_of([one(status="paused", reason="final_payment_failure")])
OVER = standing_of([one(status="canceled", reason="cancellation_requested")])
FAILED = standing_of([one(status="canceled", reason="payment_failed")])
LARGER = standing_of([one(plan="ultra")])
YEARLY = standing_of([one(price=replace(PRICE, period="year"))])
LEAVING = standing_of([one(cancel_at=LATER)])
BEGUN = standing_of([one(status="incomplete", invoices=(OPEN,))])


@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        (NOTHING, PAID, ["plan_started"]),
        (BEGUN, PAID, ["plan_started"]),
        (OVER, PAID, ["plan_started"]),
        (NOTHING, LATE, ["plan_started", "payment_failed"]),
        (NOTHING, LEAVING, ["plan_started", "cancel_planned"]),
        (PAID, PAID, []),
        (PAID, LARGER, ["plan_changed"]),
        (PAID, YEARLY, ["period_changed"]),
        (PAID, LEAVING, ["cancel_planned"]),
        (LEAVING, PAID, ["cancel_undone"]),
        (LEAVING, OVER, ["plan_ended"]),
        (PAID, OVER, ["plan_ended"]),
        (PAID, NOTHING, ["plan_ended"]),
        (PAID, LATE, ["payment_failed"]),
        (LATE, LATE, []),
        (LATE, PAID, ["payment_repaired"]),
        (LATE, LARGER, ["payment_repaired", "plan_changed"]),
        (LATE, LOST, ["payment_given_up"]),
        (LATE, FAILED, ["payment_given_up"]),
        (LATE, STOPPED, ["payment_given_up"]),
        (LOST, PAID, ["payment_repaired"]),
        (STOPPED, PAID, ["payment_repaired"]),
        (LOST, FAILED, ["plan_ended"]),
        (PAID, PAUSED, ["plan_paused"]),
        (PAUSED, PAID, ["plan_resumed"]),
        (NOTHING, BEGUN, []),
        (NOTHING, OVER, []),
        (OVER, FAILED, []),
    ],
)
def test_every_change_is_told_once_by_its_name(
    old: Standing, new: Standing, reasons: list[str]
) -> None:
    found = news_between(old, new, before=old.plan or "", after=new.plan or "")
    assert [news.reason for news in found] == reasons


@pytest.mark.parametrize(
    ("status", "days", "told"),
    [("trialing", 2, True), ("trialing", 4, False), ("active", 2, False)],
)
def test_a_trials_end_is_told_three_days_before(status: str, days: int, told: bool) -> None:
    ends = NOW + timedelta(days=days)
    news = trial_notice(standing_of([one(status=status, period_ends_at=ends)]), NOW)
    assert (news is not None) == told


@pytest.mark.parametrize("status", ["active", "past_due"])
def test_the_end_of_a_price_that_was_none_of_ours_is_no_news(status: str) -> None:
    old = standing_of([one(status=status, plan="")])
    new = standing_of([one(status="canceled", plan="", ended_at=NOW)])

    assert old.grants
    assert list(news_between(old, new, before="freemium", after="freemium")) == []
