"""The life of a stored webhook call: claimed, then processed, ignored or failed."""

import traceback
from datetime import datetime, timedelta

from django.db.models import DateTimeField, F
from django.db.models.functions import Coalesce

from flowia.lib import leases
from flowia.lib.standing import Standing, StandingChange, given
from social.models import SocialAccount, WebhookEvent

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 4
TAKE = StandingChange(
    lambda: (
        WebhookEvent.objects.filter(
            pk=given.key("id"), status="received", next_at__lte=given.moment("now")
        ),
        {"next_at": given.moment("until"), "attempts": F("attempts") + 1},
    )
)
FINISH = StandingChange(
    lambda: (
        WebhookEvent.objects.filter(pk=given.key("id")),
        {
            "status": given.word("status"),
            "reasons": given.json("reasons"),
            "next_at": None,
            "processed_at": given.moment("now"),
            "error": "",
        },
    )
)
CALL = Standing(lambda: WebhookEvent.objects.filter(pk=given.key("id")))


def claim(event_id: int, *, now: datetime) -> WebhookEvent | None:
    """Take a call that is due, for one lease; the attempt counts before the work."""
    if not TAKE(id=event_id, now=now, until=now + LEASE):
        return None
    mine = WebhookEvent.objects.filter(pk=event_id, status="received", next_at=now + LEASE)
    leases.held(mine, next_at=now, attempts=F("attempts") - 1)
    return CALL.first(id=event_id)


def is_for(event: WebhookEvent, account: SocialAccount) -> bool:
    """Return whether `account`'s workspace may hear the call.

    Not a page that was read through another row, nor a call from the time when another workspace
    had the same account.
    """
    if event.stream:
        return event.social_account_id == account.pk
    if account.connected_at is None or event.created_at >= account.connected_at:
        return True
    same = SocialAccount.objects.filter(kind=account.kind, external_id=account.external_id)
    since = Coalesce("connected_at", "created_at", output_field=DateTimeField())
    had = same.exclude(pk=account.pk).alias(since=since)
    had = had.filter(since__lte=event.created_at)
    if event.created_at >= account.created_at:
        # It was here already: another one had it then only if it came later.
        had = had.filter(since__gt=account.created_at)
    return not had.exists()


def finish(event: WebhookEvent, reasons: list[str], *, used: bool, now: datetime) -> None:
    """Write what came of each entry; a call of which nothing was used is *ignored*."""
    event.status = WebhookEvent.Status.PROCESSED if used else WebhookEvent.Status.IGNORED
    event.reasons, event.next_at, event.processed_at, event.error = reasons, None, now, ""
    FINISH(id=event.pk, status=event.status, reasons=reasons, now=now)


def later(event: WebhookEvent, *, until: datetime) -> None:
    """Handle the call again at `until`; the attempt does not count, since nothing failed."""
    rows = WebhookEvent.objects.filter(pk=event.pk, status="received", next_at=event.next_at)
    rows.update(next_at=until, attempts=F("attempts") - 1)


def fail(event: WebhookEvent, reasons: list[str], error: BaseException) -> None:
    """Keep the call with its traceback (code lines only, no values) for an operator to replay."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    event.status = WebhookEvent.Status.FAILED
    event.reasons, event.next_at = reasons, None
    event.error = f"{frames}{type(error).__name__}"
    event.save(update_fields=["status", "reasons", "next_at", "error"])


def reopen(event_id: int, *, now: datetime) -> bool:
    """Make a failed call due again; False when it is not failed."""
    failed = WebhookEvent.objects.filter(pk=event_id, status="failed")
    return bool(failed.update(status="received", next_at=now, attempts=0))
