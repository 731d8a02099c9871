"""Taking erased people out of the tools: queued as rows, tried for days, shown when in vain."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F, QuerySet

from flowia.lib import clock
from integrations import leases
from integrations.connecting import connection_of
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import ConnectorError
from integrations.models import Integration, Removal, SyncedRow, SyncRun
from integrations.outcomes import LONGEST_PAUSE_SECONDS, hold

log = structlog.get_logger("flowia.removals")
MAX_ATTEMPTS = 20
BUSY_SECONDS = 3
"""Only one worker at a time changes a tool's rows; a removal waits for its turn."""
FIRST_PAUSE_SECONDS, LONGEST_WAIT_SECONDS = 30, 6 * 3600
"""Twenty attempts, each after twice the pause of the one before: three days in all."""


def queue_removals(integrations: Iterable[Integration], lead_uid: UUID) -> list[int]:
    """Queue one removal per tool into which the lead was or may have been written.

    Its pushes and its known row are forgotten here. Returns the ids of the removals to wake.
    """
    queued = [_queue(integration, lead_uid) for integration in integrations]
    return [removal for removal in queued if removal is not None]


def remove(removal_id: int) -> Removal | None:
    """Take one row away; returns the removal when it is given up, None otherwise."""
    found = Removal.objects.filter(pk=removal_id).first()
    lease = leases.take(found.integration_id, to_write=False) if found else None
    if lease is None:
        Removal.objects.filter(pk=removal_id, status="queued").update(
            next_at=clock.now() + timedelta(seconds=BUSY_SECONDS)
        )
        return None
    try:
        return _remove(removal_id, lease)
    except leases.LostLeaseError:
        return None
    finally:
        lease.give_back()


def _remove(removal_id: int, lease: leases.Lease) -> Removal | None:
    removal = _claim(removal_id, now=clock.now())
    if removal is None:
        return None
    if removal.attempts > MAX_ATTEMPTS:
        return _give_up(removal, "gave_up")
    try:
        connector = CONNECTORS[removal.integration.kind]
        connection = connection_of(removal.integration, before_call=lease.renew)
        connector.erase(connection, str(removal.lead_uid), removal.external_id)
    except ConnectorError as error:
        return _failed(removal, error)
    _close(removal, Removal.Status.DONE, "")
    Removal.objects.filter(pk=removal.pk).update(external_id="")
    return None


def reopen(removal_id: int, *, now: datetime) -> bool:
    """Make a failed removal due again; False when it is not failed."""
    failed = Removal.objects.filter(pk=removal_id, status=Removal.Status.FAILED)
    return bool(failed.update(status="queued", next_at=now, attempts=0, error_code=""))


def is_due(integration_id: int) -> bool:
    """Tell whether a removal comes within moments: who writes leads leaves the tool to it."""
    soon = clock.now() + timedelta(seconds=BUSY_SECONDS)
    waiting = Removal.objects.filter(integration=integration_id, status=Removal.Status.QUEUED)
    return waiting.filter(next_at__lte=soon).exists()


def left(integration: Integration) -> QuerySet[Removal]:
    """Select the tool's removals that are not done, those given up among them, oldest first."""
    rows = Removal.objects.filter(integration=integration)
    return rows.exclude(status=Removal.Status.DONE).order_by("pk")


def hasten(removal_id: int, *, now: datetime) -> None:
    """Make a removal due now that waits or was given up."""
    reopen(removal_id, now=now)
    waiting = Removal.objects.filter(pk=removal_id, status=Removal.Status.QUEUED)
    waiting.update(next_at=now)


def overdue(*, now: datetime) -> int:
    """Queue removals again whose worker vanished: removing twice is removing once."""
    lost = Removal.objects.filter(status=Removal.Status.RUNNING, next_at__lte=now)
    return lost.update(status=Removal.Status.QUEUED, next_at=now)


def _queue(integration: Integration, lead_uid: UUID) -> int | None:
    pushes = SyncRun.objects.filter(integration=integration, lead_uid=lead_uid)
    rows = SyncedRow.objects.filter(integration=integration, lead_uid=lead_uid)
    known = rows.values_list("external_id", flat=True).first()
    # A push that was begun may have written the row even though its answer never came.
    begun = known is not None or pushes.filter(attempts__gt=0).exists()
    pushes.delete()
    rows.delete()
    if not begun or integration.kind not in CONNECTORS:
        return None
    removal, _ = Removal.objects.get_or_create(
        integration=integration,
        lead_uid=lead_uid,
        defaults={
            "workspace_id": integration.workspace_id,
            "external_id": known or "",
            "next_at": clock.now(),
        },
    )
    return removal.pk


def _claim(removal_id: int, *, now: datetime) -> Removal | None:
    due = Removal.objects.filter(pk=removal_id, status="queued", next_at__lte=now)
    if not due.update(status="running", next_at=now + leases.LEASE, attempts=F("attempts") + 1):
        return None
    related = ("integration__workspace", "workspace")
    return Removal.objects.select_related(*related).get(pk=removal_id)


def _failed(removal: Removal, error: ConnectorError) -> Removal | None:
    """Try again later: a dead token too may be replaced, and the row must not stay.

    Where the tool asks for patience, that was no attempt, and nobody else calls it either.
    """
    if error.throttled:
        Removal.objects.filter(pk=removal.pk).update(attempts=F("attempts") - 1)
        asked = error.retry_after or FIRST_PAUSE_SECONDS
        hold(removal.integration, min(asked, LONGEST_PAUSE_SECONDS))
    elif removal.attempts >= MAX_ATTEMPTS:
        return _give_up(removal, error.code)
    doubled = FIRST_PAUSE_SECONDS * 2 ** (removal.attempts - 1)
    doubled = min(doubled, LONGEST_WAIT_SECONDS)
    pause = min(max(error.retry_after or 0, doubled), LONGEST_PAUSE_SECONDS)
    Removal.objects.filter(pk=removal.pk, status="running").update(
        status="queued", next_at=clock.now() + timedelta(seconds=pause), error_code=error.code[:60]
    )
    log.warning("removal postponed", removal=removal.pk, code=error.code)
    return None


def _give_up(removal: Removal, code: str) -> Removal:
    _close(removal, Removal.Status.FAILED, code)
    removal.error_code = code[:60]
    return removal


def _close(removal: Removal, status: str, code: str) -> None:
    Removal.objects.filter(pk=removal.pk, status="running").update(
        status=status, next_at=None, error_code=code[:60], finished_at=clock.now()
    )
