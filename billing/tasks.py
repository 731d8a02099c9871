"""The relay for Stripe; `processing.dispatch` finds those that nobody was woken for."""

from celery import shared_task

from billing import closing, events, looking, reconciling
from flowia.lib import clock
from flowia.lib.wake import wake_after_commit

HALF_AN_HOUR = 1800


@shared_task
def take_event(event_id: int) -> None:
    """Handle one event of Stripe."""
    events.take(event_id)


@shared_task
def ask_stripe(subscription_id: int) -> None:
    """Ask Stripe anew about one workspace, whatever it announced."""
    looking.look(subscription_id)


@shared_task
def close_customer(closing_id: int) -> None:
    """End what an erased workspace paid for."""
    closing.close(closing_id)


@shared_task(soft_time_limit=HALF_AN_HOUR, time_limit=HALF_AN_HOUR + 30)
def reconcile() -> None:
    """Look for what Stripe has and we do not; beat calls this every night."""
    reconciling.reconcile()


def take_again(event_id: int) -> bool:
    """Handle an event that is over once more; False while it waits."""
    reopened = events.reopen(event_id, now=clock.now())
    if reopened:
        wake_after_commit(take_event, event_id)
    return reopened
