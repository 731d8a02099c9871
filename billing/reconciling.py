"""The nightly look for what Stripe has and we do not: events that never came, customers, pages.

What each subscription is like needs none of this: it is asked for every day (`looking`).
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from redis.exceptions import RedisError

from billing import checkouts, events, gateway, subscribing
from billing.errors import BillingOffError, StripeError
from billing.models import Subscription
from billing.said import GRANTING, Announcement, Customer
from billing.subscribing import Answer
from flowia.lib import clock
from flowia.lib.redis import redis_client

log = structlog.get_logger("flowia.billing")
LOOKED_BACK = timedelta(days=7)
"""Stripe gives an event up after three days, and keeps it for thirty."""


NOTE, NOTE_SECONDS = "flowia:stripe:found", 3 * 86_400


@dataclass(frozen=True)
class Drift:
    """What the look at `at` found: events that never came, and differences that are still open."""

    at: datetime
    missed: int
    open: int


@dataclass(frozen=True)
class Finding:
    """One difference: `what` it is, and at which customer; `mended` by us just now or not."""

    what: str
    customer_id: str
    mended: bool


def reconcile() -> list[Finding]:
    """Mend what can be mended, and return what was found: of Stripe's failures the log tells."""
    dropped = checkouts.drop_old()
    found: list[Finding] = []
    missed = 0
    try:
        missed = len(events.store(undelivered()))
        found.extend(strays(mend=True))
    except BillingOffError:
        return []
    except StripeError as error:
        log.warning("reconciling ended early", code=error.code)
    log.info("reconciled", missed=missed, strays=len(found), dropped=dropped)
    _remember(missed, found)
    return found


def last_found() -> Drift | None:
    """Return what the last look found; None when none was lately, or Redis does not answer."""
    kept = None
    with suppress(RedisError):
        kept = redis_client().get(NOTE)
    if kept is None:
        return None
    told = json.loads(str(kept))
    return Drift(datetime.fromisoformat(told["at"]), told["missed"], told["open"])


def _remember(missed: int, found: list[Finding]) -> None:
    left = sum(not one.mended for one in found)
    told = {"at": clock.now().isoformat(), "missed": missed, "open": left}
    with suppress(RedisError):
        redis_client().set(NOTE, json.dumps(told), ex=NOTE_SECONDS)


def undelivered() -> Iterator[Announcement]:
    """Yield the events of the last days that no endpoint took."""
    since = int((clock.now() - LOOKED_BACK).timestamp())
    return gateway.undelivered(events.WANTED, since=since)


def strays(*, mend: bool) -> Iterator[Finding]:
    """Yield customers that name a workspace and are not its customer here.

    One who pays is given to their workspace when that has no other; the rest is an operator's.
    One of whom Stripe cannot tell just now is left to the next night.
    Customers of another installation at the same account name workspaces that are not here.
    """
    known = set(Subscription.objects.values_list("customer_id", flat=True))
    for customer in gateway.customers():
        if customer.id not in known and not subscribing.past(customer.id):
            try:
                finding = _stray(customer, mend=mend)
            except StripeError as error:
                log.warning("a customer could not be looked at", code=error.code)
                continue
            if finding is not None:
                yield finding


def _stray(customer: Customer, *, mend: bool) -> Finding | None:
    workspace = subscribing.workspace_named(customer.workspace)
    paying = any(one.status in GRANTING for one in gateway.subscriptions(customer.id))
    if not paying:
        return None
    if workspace is None:
        log.warning("a customer of no workspace here pays")
        return Finding("unknown_workspace", customer.id, mended=False)
    row = Subscription.objects.filter(workspace=workspace).first()
    if row is not None and row.customer_id:
        log.error("a second customer pays for a workspace", workspace=workspace.pk)
        return Finding("second_customer", customer.id, mended=False)
    linked = subscribing.link(workspace, customer.id) if mend else None
    if linked is not None:
        subscribing.refresh(linked)
    return Finding("unknown_customer", customer.id, mended=linked is not None)


def differences() -> Iterator[tuple[Subscription, Answer, list[str]]]:
    """Yield every row with a customer, what Stripe says of it, and which columns differ."""
    rows = Subscription.objects.exclude(customer_id="").select_related("workspace")
    for row in rows.order_by("pk").iterator(chunk_size=200):
        answer = subscribing.ask(row.customer_id)
        yield row, answer, subscribing.differences(row, answer)
