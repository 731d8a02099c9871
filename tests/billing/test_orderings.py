"""Orderings of the events of a subscription's life end in Stripe's own state, every time."""

import json
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from billing import events, looking
from billing.gateway import library
from billing.models import Checkout, PastCustomer, PlanChange, StripeEvent, Subscription
from billing.plans import PERIODS
from billing.said import announcement_of, moment
from tests.billing.conftest import World
from tests.billing.lives import LIVES, Json, Life, Replayed, Step, play, replaying

ORDERINGS, IN_SHORT = 5000, 600
BEGUN = {"plan_started"}
STOPPED = {"plan_ended", "payment_given_up"}
GONE = ["customer_deleted"]
FRESH: dict[str, Any] = {
    "plan": "freemium",
    "paid_plan": "",
    "status": "",
    "status_reason": "",
    "period": "",
    "subscription_id": "",
    "open_invoice_id": "",
    "error_code": "",
    "currency": "",
    "suspended_for": "",
    "suspended_at": None,
    "amount_cents": None,
    "asked_at": None,
    "period_ends_at": None,
    "cancel_at": None,
    "past_due_since": None,
    "next_at": None,
}
Handler = Callable[[Json], None]


@dataclass(frozen=True)
class Delivery:
    """An event that arrives when Stripe is at `step` of the life, or later than it happened."""

    step: int
    event: Json


@pytest.fixture
def transport() -> Replayed:
    return Replayed()


@pytest.fixture
def lives(
    shop: World, db: None, transport: Replayed, monkeypatch: pytest.MonkeyPatch
) -> list[Life]:
    played = [play(shop, name, deeds) for name, deeds in LIVES.items()]
    Checkout.objects.update(status="complete")
    for name in ("flowia.billing", "flowia.stripe"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.ERROR)
    client = replaying(transport)
    monkeypatch.setattr(library, "client_of", lambda _key, _address: client)
    return played


def deliveries(life: Life, chance: random.Random) -> list[Delivery]:
    """Drop, double and shuffle a life's events: each comes at its own step or later."""
    last = len(life.steps) - 1
    kept = chance.choice([0.05, 0.15, 0.4])
    found = []
    for number, step in enumerate(life.steps):
        for event in step.events:
            if event["type"] in events.WANTED and chance.random() < kept:
                times = 2 if chance.random() < 0.2 else 1
                found += [Delivery(chance.randint(number, last), event) for _ in range(times)]
    chance.shuffle(found)
    return sorted(found, key=lambda one: one.step)


def begin_anew(life: Life) -> None:
    Subscription.objects.filter(workspace=life.workspace).update(
        customer_id=life.customer, attempts=0, **FRESH
    )
    for table in (PlanChange, PastCustomer):
        table.objects.filter(workspace=life.workspace).delete()
    StripeEvent.objects.all().delete()


def truth(step: Step, life: Life) -> Json:
    """Return what the row must say, read from Stripe's own answers by other means than ours."""
    customer = _read(step, f"customers/{life.customer}")
    if customer.get("deleted"):
        return {"customer_id": "", "plan": "freemium", "suspended_for": "customer_deleted"}
    found = _read(step, "subscriptions")["data"]
    if not found:
        return {"customer_id": life.customer, "plan": "freemium", "status": ""}
    live = [one for one in found if one["status"] in ("active", "past_due", "trialing")]
    assert len(live) <= 1
    best = live[0] if live else max(found, key=lambda one: one["created"])
    item = best["items"]["data"][0]
    plans = {key: plan for plan, key in PERIODS.items()}
    plan, period = plans[item["price"]["lookup_key"]]
    invoice = best["latest_invoice"]
    due = invoice["id"] if live and invoice["status"] == "open" else ""
    return {
        "customer_id": life.customer,
        "plan": plan if live else "freemium",
        "paid_plan": plan,
        "period": period,
        "status": best["status"],
        "subscription_id": best["id"],
        "amount_cents": item["price"]["unit_amount"],
        "period_ends_at": moment(item["current_period_end"]),
        "cancel_at": moment(best["cancel_at"]),
        "open_invoice_id": due,
        "suspended_for": "",
        "error_code": "",
    }


def _read(step: Step, path: str) -> Json:
    found: Json = json.loads(step.answers[path][0])
    return found


def row_says(life: Life, expected: Json) -> Json:
    row = Subscription.objects.get(workspace=life.workspace)
    return {name: getattr(row, name) for name in expected}


def ours(event: Json) -> None:
    announced = announcement_of(event)
    assert announced is not None
    for row_id in events.store([announced]):
        events.take(row_id)


def naive(event: Json) -> None:
    """Believe what an event says, in the order in which they come."""
    about = event["data"]["object"]
    rows = Subscription.objects.filter(customer_id=about.get("customer", about["id"]))
    if event["type"] == "customer.deleted":
        rows.update(customer_id="", plan="freemium", suspended_for="customer_deleted")
    elif about["object"] == "subscription":
        item = about["items"]["data"][0]
        plans = {key: plan for plan, key in PERIODS.items()}
        plan, period = plans[item["price"]["lookup_key"]]
        over = about["status"] in ("canceled", "incomplete")
        rows.update(
            plan="freemium" if over else plan,
            paid_plan=plan,
            period=period,
            status=about["status"],
            subscription_id=about["id"],
            amount_cents=item["price"]["unit_amount"],
            period_ends_at=moment(item["current_period_end"]),
            cancel_at=moment(about["cancel_at"]),
        )
    elif event["type"] == "invoice.payment_failed":
        rows.update(open_invoice_id=about["id"])
    elif event["type"] == "invoice.paid":
        rows.update(open_invoice_id="")


def played_through(
    lives: list[Life], transport: Replayed, handle: Handler, number: int
) -> Iterator[tuple[Life, int | None]]:
    """Handle one ordering after the other; yield each life, and the step of its last news."""
    for seed in range(number):
        chance = random.Random(seed)
        life = chance.choice(lives)
        begin_anew(life)
        last, known = None, set()
        for delivery in deliveries(life, chance):
            transport.step = life.steps[delivery.step]
            handle(delivery.event)
            # What comes a second time brings nothing new, however late.
            last = last if delivery.event["id"] in known else delivery.step
            known.add(delivery.event["id"])
        transport.step = life.steps[-1]
        yield life, last


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_whatever_the_order_it_ends_in_stripes_own_state(
    lives: list[Life], transport: Replayed, long: bool
) -> None:
    caught_up, number = 0, ORDERINGS if long else IN_SHORT
    for life, last in played_through(lives, transport, ours, number):
        expected = truth(life.steps[-1], life)
        if last == len(life.steps) - 1:
            # Whoever asks after the last change needs no reconciliation.
            assert row_says(life, expected) == expected, life.name
            caught_up += 1
        row = Subscription.objects.get(workspace=life.workspace)
        if looking.look_now(row):
            looking.look(row.pk)
        assert row_says(life, expected) == expected, life.name
        told = PlanChange.objects.filter(workspace=life.workspace)
        reasons = list(told.order_by("pk").values_list("reason", flat=True))
        # What begins may end; what nobody heard of begin does not end.
        begun = sum(one in BEGUN for one in reasons)
        ended = sum(one in STOPPED for one in reasons)
        assert begun - ended == (expected["plan"] != "freemium") or reasons[-1:] == GONE, reasons
    assert caught_up > number / 4
    assert transport.asked > number


@pytest.mark.django_db
def test_who_believes_the_order_of_events_is_caught(lives: list[Life], transport: Replayed) -> None:
    wrong = 0
    for life, last in played_through(lives, transport, naive, 300):
        if last == len(life.steps) - 1:
            expected = truth(life.steps[-1], life)
            wrong += row_says(life, expected) != expected
    assert wrong > 30
