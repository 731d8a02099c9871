"""Looking at Stripe without having been told: every day, and after a failure."""

from datetime import datetime, timedelta

import structlog
from django.db.models import F

from billing import checkouts, subscribing
from billing.errors import BillingOffError, StripeError
from billing.models import Subscription
from flowia.lib import clock
from flowia.lib.errors import NotFoundError

log = structlog.get_logger("flowia.billing")
LEASE = timedelta(seconds=120)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60, 6 * 3600


def look(subscription_pk: int) -> None:
    """Ask Stripe about a row that is due, and write what it said; may be called again."""
    now = clock.now()
    due = Subscription.objects.filter(pk=subscription_pk, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return
    row = Subscription.objects.get(pk=subscription_pk)
    if not row.customer_id:
        Subscription.objects.filter(pk=row.pk, customer_id="").update(next_at=None, attempts=0)
        return
    try:
        row = subscribing.refresh(row)
    except NotFoundError:
        log.info("erased while stripe answered", subscription=row.pk)
        return
    except (StripeError, BillingOffError) as error:
        _postpone(row, str(error.code), now)
        return
    try:
        checkouts.close_others(row)
    except (StripeError, BillingOffError) as error:
        # What Stripe says is written, and asked for again tomorrow; so is this.
        log.warning("a payment page could not be closed", subscription=row.pk, code=error.code)


def look_now(row: Subscription) -> bool:
    """Make a row due at once; False when it has no customer to ask about."""
    rows = Subscription.objects.filter(pk=row.pk).exclude(customer_id="")
    return bool(rows.update(next_at=clock.now(), attempts=0))


def _postpone(row: Subscription, code: str, now: datetime) -> None:
    """Ask again after twice the pause of last time; what is known stays as it is."""
    doubled = FIRST_PAUSE_SECONDS * 2 ** min(row.attempts - 1, 12)
    next_at = now + timedelta(seconds=min(doubled, LONGEST_PAUSE_SECONDS))
    mine = Subscription.objects.filter(pk=row.pk, asked_at=row.asked_at)
    mine.update(next_at=next_at)
    log.warning("stripe could not be asked", subscription=row.pk, code=code, attempts=row.attempts)
