"""What is left to do at Stripe for an erased workspace: nothing may be charged any more.

The row is written in the erasing transaction and outlives the workspace. Deleting a customer ends
their subscriptions at once and closes their payment pages; their invoices stay with Stripe, which
the law asks for. A Stripe that is down is asked again, for ever.
"""

from datetime import datetime, timedelta

import structlog
from django.db.models import F

from accounts.models import Workspace
from billing import gateway
from billing.errors import BillingOffError, StripeError
from billing.models import Closing, Subscription
from flowia.lib import clock

log = structlog.get_logger("flowia.billing")
LEASE = timedelta(seconds=120)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 6 * 3600
ALARMING = 10
"""Attempts after which an operator is told, and again after each day or so."""


def close_workspace(workspace: Workspace) -> None:
    """Note, in the erasing transaction, whose subscriptions end with the workspace."""
    # Locked, so that nobody notes a customer between this look and the row's end.
    rows = Subscription.objects.select_for_update(no_key=True).filter(workspace=workspace)
    for customer_id in rows.values_list("customer_id", flat=True):
        if customer_id:
            close_later(customer_id)


def close_later(customer_id: str) -> None:
    """Note that a customer must not be charged any more; twice is once."""
    row = Closing(customer_id=customer_id, next_at=clock.now())
    Closing.objects.bulk_create([row], ignore_conflicts=True)


def close(closing_id: int) -> None:
    """End everything a customer pays for, and forget them at Stripe; may be called again."""
    now = clock.now()
    due = Closing.objects.filter(pk=closing_id, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return
    row = Closing.objects.get(pk=closing_id)
    try:
        gateway.delete_customer(row.customer_id)
    except (StripeError, BillingOffError) as error:
        _postpone(row, str(error.code), now)
    else:
        row.next_at, row.error_code, row.closed_at = None, "", clock.now()
        row.save(update_fields=["next_at", "error_code", "closed_at"])
        log.info("customer closed", closing=row.pk)


def _postpone(row: Closing, code: str, now: datetime) -> None:
    doubled = FIRST_PAUSE_SECONDS * 2 ** min(row.attempts - 1, 12)
    row.next_at = now + timedelta(seconds=min(doubled, LONGEST_PAUSE_SECONDS))
    row.error_code = code[:60]
    row.save(update_fields=["next_at", "error_code"])
    tell = log.error if row.attempts % ALARMING == 0 else log.warning
    tell("customer is not closed yet", closing=row.pk, code=code, attempts=row.attempts)
