"""What a change in the middle of a period costs, by the second (Stripe, "Prorations").

The rest of the old is given back, the rest of the new is charged.
"""

from typing import Any

from sandbox.stripe import invoicing
from sandbox.stripe.models import Thing

Json = dict[str, Any]


def rest(amount: int, start: int, end: int, at: int) -> int:
    """Return the part of an amount that belongs to the time after `at`, rounded to a cent."""
    if end <= start:
        return 0
    left = min(max(end - at, 0), end - start)
    return (2 * amount * left + (end - start)) // (2 * (end - start))


def credit(item: Json, price: Thing, at: int) -> Json:
    """Return the line that gives back what was paid for the time after `at`."""
    start, end = item["current_period_start"], item["current_period_end"]
    amount = rest(price.data["unit_amount"] * item["quantity"], start, end, at)
    words = f"Unused time on {item['quantity']} × {price.uid}"
    return invoicing.line(item, price, -amount, at, end, proration=True, description=words)


def debit(item: Json, price: Thing, at: int) -> Json:
    """Return the line that charges the time after `at`."""
    start, end = item["current_period_start"], item["current_period_end"]
    amount = rest(price.data["unit_amount"] * item["quantity"], start, end, at)
    words = f"Remaining time on {item['quantity']} × {price.uid}"
    return invoicing.line(item, price, amount, at, end, proration=True, description=words)
