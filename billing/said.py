"""What Stripe says, as values of our own: objects of its library stay inside the gateway.

Each `…_of` takes a plain dict in the form of API 2026-10-28.endive and is tolerant: whatever is
missing is None or "". Moments are UTC, amounts are in the currency's smallest unit.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

PLAN, PERIOD, WORKSPACE = "flowia_plan", "flowia_period", "flowia_workspace"
"""Names in the metadata of products and prices, and of whatever belongs to a workspace."""
GRANTING = frozenset({"trialing", "active", "past_due"})
"""What Stripe calls a subscription whose plan applies; the last while it still tries to be paid."""
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Customer:
    """A customer; a deleted one is known by its id alone."""

    id: str
    deleted: bool
    workspace: UUID | None


@dataclass(frozen=True)
class Price:
    """A price. `plan` is what its metadata say, "" when they say nothing."""

    id: str
    active: bool
    lookup_key: str
    plan: str
    product: str
    period: str
    amount: int | None
    currency: str


@dataclass(frozen=True)
class Invoice:
    """An invoice. `is_open` is one that waits for a payment; `url` is where to pay it.

    `changed_from` is the plan before, where it is for a change of plan; "" otherwise.
    """

    id: str
    status: str
    amount_due: int
    currency: str
    subscription: str
    opened_at: datetime | None
    next_try_at: datetime | None
    url: str
    changed_from: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to pay it."""
        return self.status == "open" and self.amount_due > 0


@dataclass(frozen=True)
class StripeSubscription:
    """A subscription. `plan` is "" when its price is none of ours.

    `cancel_at` is when it will end, however that was said; `at_period_end` tells whether by the
    older switch. `reason` is why it is paused, or over. `invoices` are those that are open.
    """

    id: str
    status: str
    created: datetime
    plan: str
    price: Price
    item: str
    period_ends_at: datetime | None
    cancel_at: datetime | None
    at_period_end: bool
    ended_at: datetime | None
    reason: str
    invoices: tuple[Invoice, ...] = ()


@dataclass(frozen=True)
class Session:
    """A visit to the payment page; `url` is None once it is paid or expired."""

    id: str
    status: str
    url: str
    subscription: str


@dataclass(frozen=True)
class Announcement:
    """What an event names; the rest of it is asked for when it is handled."""

    id: str
    type: str
    object_id: str
    customer: str
    workspace: UUID | None
    api_version: str
    happened_at: datetime
    livemode: bool


def customer_of(said: Json) -> Customer:
    """Return a customer."""
    return Customer(said["id"], bool(said.get("deleted")), _workspace(said.get("metadata")))


def price_of(said: Json) -> Price:
    """Return a price, its product expanded or not."""
    metadata = said.get("metadata") or {}
    recurring = said.get("recurring") or {}
    product = said.get("product")
    return Price(
        id=said["id"],
        active=bool(said.get("active")),
        lookup_key=said.get("lookup_key") or "",
        plan=str(metadata.get(PLAN, "")),
        product=id_of(product),
        # Every third month is no period of ours.
        period=str(recurring.get("interval") or "")
        if recurring.get("interval_count", 1) == 1
        else "",
        amount=said.get("unit_amount"),
        currency=said.get("currency") or "",
    )


def invoice_of(said: Json) -> Invoice:
    """Return an invoice, whether it is one of a subscription or not."""
    moments = said.get("status_transitions") or {}
    return Invoice(
        id=said["id"],
        status=said.get("status") or "",
        amount_due=int(said.get("amount_remaining") or 0),
        currency=said.get("currency") or "",
        subscription=subscription_id_of(said),
        opened_at=moment(moments.get("finalized_at") or said.get("created")),
        next_try_at=moment(said.get("next_payment_attempt")),
        url=said.get("hosted_invoice_url") or "",
    )


def credited_prices(invoice: Json) -> list[str]:
    """Return the prices that an invoice gives money back for: of what was left."""
    lines = (invoice.get("lines") or {}).get("data") or []
    less = [one for one in lines if (one.get("amount") or 0) < 0]
    details = [(one.get("pricing") or {}).get("price_details") or {} for one in less]
    return [found for found in (id_of(one.get("price")) for one in details) if found]


def subscription_id_of(invoice: Json) -> str:
    """Return the subscription an invoice is for; "" for a single one.

    It moved in 2025-03-31.basil; endpoints made before that tell it the old way.
    """
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription")) or id_of(invoice.get("subscription"))


def subscription_of(said: Json, plan: str, item: Json) -> StripeSubscription:
    """Return a subscription, whose `item` was found to be for `plan`."""
    ends = [one.get("current_period_end") for one in items_of(said)]
    period_ends_at = moment(max((end for end in ends if end), default=None))
    at_period_end = bool(said.get("cancel_at_period_end"))
    return StripeSubscription(
        id=said["id"],
        status=said.get("status") or "",
        created=moment(said.get("created")) or datetime.fromtimestamp(0, UTC),
        plan=plan,
        price=price_of(item["price"]),
        item=item["id"],
        period_ends_at=period_ends_at,
        cancel_at=moment(said.get("cancel_at")) or (period_ends_at if at_period_end else None),
        at_period_end=at_period_end,
        ended_at=moment(said.get("ended_at")),
        reason=_reason(said),
    )


def items_of(subscription: Json) -> list[Json]:
    """Return the items of a subscription."""
    return list((subscription.get("items") or {}).get("data") or [])


def session_of(said: Json) -> Session:
    """Return a visit to the payment page."""
    return Session(
        id=said["id"],
        status=said.get("status") or "",
        url=said.get("url") or "",
        subscription=id_of(said.get("subscription")),
    )


def announcement_of(said: object) -> Announcement | None:
    """Return what an event names; None for anything that is no event of API v1."""
    if not isinstance(said, dict) or said.get("object") != "event":
        return None
    about = (said.get("data") or {}).get("object") if isinstance(said.get("data"), dict) else None
    created = said.get("created")
    texts = (said.get("id"), said.get("type"))
    if not isinstance(about, dict) or not isinstance(created, int):
        return None
    if not all(_short(one) for one in texts):
        return None
    return Announcement(
        id=said["id"],
        type=said["type"][:100],
        object_id=_short(about.get("id")),
        customer=_short(_customer_in(about)),
        workspace=next(_workspaces_in(about), None),
        api_version=_short(said.get("api_version"))[:40],
        happened_at=moment(created) or datetime.fromtimestamp(0, UTC),
        livemode=said.get("livemode") is True,
    )


NAME = re.compile(r"[!-~]{1,255}")
LATEST = 253_402_300_799
"""The last second that a moment can hold (31 December 9999)."""


def moment(seconds: object) -> datetime | None:
    """Return Unix seconds as a moment in UTC; None for anything else."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def id_of(value: object) -> str:
    """Return the id of an object that is named, or told as a whole."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def _customer_in(about: Json) -> str:
    return id_of(about) if about.get("object") == "customer" else id_of(about.get("customer"))


def _workspaces_in(about: Json) -> Iterator[UUID]:
    """Yield the workspaces that an object names, the surest first."""
    parent = about.get("parent")
    details = parent.get("subscription_details") if isinstance(parent, Mapping) else None
    inner = details.get("metadata") if isinstance(details, Mapping) else None
    named = (about.get("metadata"), inner, {WORKSPACE: about.get("client_reference_id")})
    for one in named:
        found = _workspace(one)
        if found is not None:
            yield found


def _workspace(metadata: object) -> UUID | None:
    named = metadata.get(WORKSPACE) if isinstance(metadata, Mapping) else None
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None


def _reason(said: Json) -> str:
    """Return why a subscription is paused, or why it is over; "" while it is neither."""
    if said.get("status") == "paused":
        paused = (said.get("status_details") or {}).get("paused") or {}
        return str((paused.get("subscription") or {}).get("type") or "")[:40]
    if said.get("status") == "canceled":
        return str((said.get("cancellation_details") or {}).get("reason") or "")[:40]
    return ""


def _short(value: object) -> str:
    """Return a name as Stripe gives them; "" for anything else, which no database has to take."""
    return value if isinstance(value, str) and NAME.fullmatch(value) else ""
