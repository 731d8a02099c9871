"""A subscription changed while it runs: other prices, an end, the end taken back."""

from dataclasses import dataclass
from typing import Any

from sandbox.stripe import (
    clock,
    collecting,
    errors,
    invoicing,
    lifecycle,
    proration,
    standing,
    store,
)
from sandbox.stripe.catalog import price_for_sale
from sandbox.stripe.dues import period_end
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json

PRORATIONS = ("create_prorations", "always_invoice", "none")
BEHAVIOURS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")


@dataclass(frozen=True)
class How:
    """How a change of items is charged."""

    prorations: str = PRORATIONS[0]
    behaviour: str = BEHAVIOURS[0]
    anchor_now: bool = False
    at: int | None = None


def cancel_at_period_end(sub: Thing, **details: Any) -> None:
    """Let it end with the period, as the API's `cancel_at_period_end` does."""
    _end_at(sub, period_end(sub.data), flag=True, **details)


def cancel_at(sub: Thing, moment: int, **details: Any) -> None:
    """Let it end at a moment; the portal does so too, with the period's end (flexible billing)."""
    _end_at(sub, moment, flag=False, **details)


def _end_at(sub: Thing, moment: int, *, flag: bool, **details: Any) -> None:
    old = sub.data["cancellation_details"]
    store.change(
        sub,
        cancel_at=moment,
        cancel_at_period_end=flag,
        canceled_at=sub.data["canceled_at"] or clock.now(),
        cancellation_details={**old, "reason": "cancellation_requested", **details},
    )


def keep_going(sub: Thing) -> None:
    """Take a cancellation back that has not come yet."""
    store.change(
        sub,
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=None,
        cancellation_details={"comment": None, "feedback": None, "reason": None},
    )


def change_items(sub: Thing, rows: list[Json], how: How) -> None:
    """Change the items as the API's `items` says, and charge the difference; refuses bad rows.

    A row without an id is one more item. Another interval begins a new period now.
    """
    at = how.at or clock.now()
    before = list(zip(sub.data["items"], standing.prices_of(sub), strict=True))
    items = _changed(sub, rows)
    prices = [store.find("price", item["price"], "items") for item in items]
    lifecycle.check(tuple((price, 1) for price in prices), "items")
    old, new = before[0][1].data["recurring"], prices[0].data["recurring"]
    resets = how.anchor_now or _rhythm(old) != _rhythm(new)
    if sub.status == "trialing":
        store.change(sub, items=items)
        return
    credits_, debits = _prorated(before, list(zip(items, prices, strict=True)), at)
    if resets:
        _begin_anew(sub, items, [] if how.prorations == "none" else credits_, at)
        invoice = lifecycle.invoice_now(sub, invoicing.UPDATE, lifecycle.lines(sub))
        _collect(sub, invoice, how)
    elif how.prorations == "none":
        store.change(sub, items=items)
    else:
        pending = [*sub.hidden.get("pending", []), *credits_, *debits]
        store.change(sub, hidden={"pending": pending}, items=items)
        if how.prorations == "always_invoice":
            _collect(sub, lifecycle.invoice_now(sub, invoicing.UPDATE, []), how)


def _begin_anew(sub: Thing, items: list[Json], credits_: list[Json], at: int) -> None:
    sub.data["items"], before = items, sub.data["items"]
    fresh = lifecycle.new_cycle(sub, at, at)
    sub.data["items"] = before
    pending = [*sub.hidden.get("pending", []), *credits_]
    store.change(sub, hidden={"pending": pending}, items=fresh, billing_cycle_anchor=at)


def _rhythm(recurring: Json) -> tuple[str, int]:
    return recurring["interval"], recurring["interval_count"]


def _changed(sub: Thing, rows: list[Json]) -> list[Json]:
    """Return the items after the change."""
    items = {item["id"]: dict(item) for item in sub.data["items"]}
    like = sub.data["items"][0]
    for index, row in enumerate(rows):
        name = f"items[{index}]"
        uid = row.get("id")
        if uid and uid not in items:
            raise errors.no_such("subscription_item", uid, f"{name}[id]")
        price = price_for_sale(row["price"], f"{name}[price]") if row.get("price") else None
        if row.get("deleted"):
            items.pop(uid or "", None)
            continue
        if not uid:
            if price is None:
                raise errors.missing(f"{name}[price]")
            if any(item["price"] == price.uid for item in items.values()):
                sentence = f"The price {price.uid} is already used by this subscription."
                raise errors.refuse(sentence, param=f"{name}[price]")
            fresh = lifecycle.new_item(sub.uid, price, row.get("quantity", 1))
            periods = {one: like[one] for one in ("current_period_start", "current_period_end")}
            items[fresh["id"]] = {**fresh, **periods}
            continue
        if price is not None:
            items[uid]["price"] = price.uid
        items[uid]["quantity"] = row.get("quantity", items[uid]["quantity"])
    if not items:
        raise errors.refuse("A subscription has at least one item.", param="items")
    return list(items.values())


def _prorated(
    before: list[tuple[Json, Thing]], after: list[tuple[Json, Thing]], at: int
) -> tuple[list[Json], list[Json]]:
    """Return what is given back of the old items and charged of the new ones, where they differ."""

    def pair(item: Json) -> tuple[str, str, int]:
        return item["id"], item["price"], item["quantity"]

    old, new = {pair(item) for item, _ in before}, {pair(item) for item, _ in after}
    given = [proration.credit(item, price, at) for item, price in before if pair(item) not in new]
    taken = [proration.debit(item, price, at) for item, price in after if pair(item) not in old]
    return given, taken


def _collect(sub: Thing, invoice: Thing, how: How) -> None:
    came = collecting.issue(invoice, collects=how.behaviour != "default_incomplete")
    sub.refresh_from_db()
    if came not in ("", collecting.PAID) and how.behaviour == "error_if_incomplete":
        code = "authentication_required" if came == collecting.ACTION else "generic_decline"
        raise errors.declined(code)
