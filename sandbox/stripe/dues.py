"""When something happens to an object by itself: pure, told from the object alone."""

from typing import Any

from sandbox.stripe.clock import DAY, HOUR

Json = dict[str, Any]
HOURS_TO_PAY = 23
ENDED = frozenset({"canceled", "incomplete_expired"})


def due_of(kind: str, data: Json, hidden: Json) -> int | None:
    """Return the next such moment; None when nothing is to come."""
    if kind == "subscription":
        return _subscription(data, hidden)
    if kind == "invoice":
        return _invoice(data)
    if kind == "checkout.session" and data["status"] == "open":
        return int(data["expires_at"])
    return None


def period_end(data: Json) -> int:
    """Return the end of the period that a subscription's items are in."""
    return int(max(item["current_period_end"] for item in data["items"]))


def _subscription(data: Json, hidden: Json) -> int | None:
    status = data["status"]
    if status in ENDED:
        return None
    if status == "incomplete":
        return int(data["created"]) + HOURS_TO_PAY * HOUR
    moments = [data["cancel_at"]]
    if status != "paused":
        moments.append(period_end(data))
    if status == "trialing" and not hidden.get("warned"):
        moments.append(max(data["trial_end"] - 3 * DAY, data["created"]))
    return min((int(one) for one in moments if one is not None), default=None)


def _invoice(data: Json) -> int | None:
    if data["status"] == "draft":
        finalizes: int | None = data["automatically_finalizes_at"]
        return finalizes
    if data["status"] == "open":
        attempt: int | None = data["next_payment_attempt"]
        return attempt
    return None
