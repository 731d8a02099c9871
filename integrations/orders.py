"""A member's orders to write many leads: one at a time per tool, counted by their pushes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from flowia.lib import clock
from flowia.lib.errors import ConflictError
from flowia.lib.ids import uuid7
from integrations.contracts import LeadRecord
from integrations.models import Integration, SyncedRow, SyncOrder, SyncRun
from integrations.queueing import ROW_STATES

OPEN = (SyncOrder.Status.QUEUED, SyncOrder.Status.RUNNING)
END = 2**63 - 1
"""The cursor of an order whose last lead is queued: behind every lead there can be."""
UNDER_WAY = (SyncRun.Status.QUEUED, SyncRun.Status.RUNNING)


class NotConnectedError(ConflictError):
    """The tool is not connected, or waits for a member."""

    code = "tool_not_connected"
    detail = _("This tool is not connected, or has to be mended first. Look at your tools.")


class OrderOpenError(ConflictError):
    """An order for the tool is under way."""

    code = "sync_running"
    detail = _("Your leads are being written into this tool already. Wait for it, or cancel it.")


@dataclass(frozen=True)
class Progress:
    """How many leads of an order wait, were written, were the same already, or failed."""

    total: int
    waiting: int
    written: int
    unchanged: int
    failed: int

    @property
    def ended(self) -> int:
        """How many are through, one way or the other."""
        return self.written + self.unchanged + self.failed


def place(
    integration: Integration,
    kind: str,
    *,
    now: datetime,
    leads: Sequence[str] = (),
    since: datetime | None = None,
    asked_by: UUID | None = None,
    request_id: str = "",
) -> SyncOrder:
    """Open an order; the dispatcher finds it. `leads` are public ids of CHOSEN ones.

    Raises NotConnectedError unless the tool is written into, OrderOpenError while one is open.
    """
    if integration.status != Integration.Status.ACTIVE:
        raise NotConnectedError
    order = SyncOrder(
        workspace_id=integration.workspace_id,
        integration=integration,
        kind=kind,
        leads=list(leads),
        since=since,
        asked_by=asked_by,
        next_at=now,
        # By it the order's own pushes are told from those that it found waiting.
        request_id=request_id or str(uuid7()),
    )
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError:
        raise OrderOpenError from None
    return order


def cancel(order: SyncOrder) -> SyncOrder:
    """End an order: what is on its way arrives, what only the order asked for does not begin.

    A lead that changed meanwhile is written all the same. Twice is once.
    """
    with transaction.atomic():
        ended = SyncOrder.objects.filter(pk=order.pk, status__in=OPEN)
        now = clock.now()
        if ended.update(status=SyncOrder.Status.CANCELLED, next_at=None, finished_at=now):
            own = SyncRun.objects.filter(order=order, status=SyncRun.Status.QUEUED, attempts=0)
            own.filter(request_id=order.request_id).delete()
    order.refresh_from_db()
    return order


def queue(order: SyncOrder, records: Sequence[LeadRecord], *, now: datetime) -> None:
    """Queue the order's next pushes, in a transaction that holds the leads of `records`.

    Those that wait already become the order's, due, and take these values: nobody queued what
    changed while the tool was paused. A lead whose row people took away or doubled is noted as
    failed: that is theirs to decide.
    """
    aside = _set_aside(order, [record.lead_uid for record in records])
    runs = [_run(order, record, aside.get(record.lead_uid, ""), now=now) for record in records]
    SyncRun.objects.bulk_create(runs, ignore_conflicts=True)
    waiting = SyncRun.objects.filter(
        integration=order.integration_id,
        lead_uid__in=[record.lead_uid for record in records],
        status=SyncRun.Status.QUEUED,
    )
    payloads = {record.lead_uid: asdict(record) for record in records}
    held = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    for run in held:
        run.payload = payloads[str(run.lead_uid)]
    SyncRun.objects.bulk_update(held, ["payload"])
    waiting.filter(order=None).update(order=order.pk)
    waiting.filter(next_at__gt=now).update(next_at=now)


def _run(order: SyncOrder, record: LeadRecord, code: str, *, now: datetime) -> SyncRun:
    return SyncRun(
        workspace_id=order.workspace_id,
        integration_id=order.integration_id,
        order=order,
        lead_uid=record.lead_uid,
        payload=asdict(record),
        status=SyncRun.Status.FAILED if code else SyncRun.Status.QUEUED,
        error_code=code,
        next_at=None if code else now,
        finished_at=now if code else None,
        request_id=order.request_id,
    )


def _set_aside(order: SyncOrder, leads: Sequence[str]) -> dict[str, str]:
    rows = SyncedRow.objects.filter(integration=order.integration_id, lead_uid__in=leads)
    states = rows.exclude(state=SyncedRow.State.PRESENT).values_list("lead_uid", "state")
    codes = {str(state): code for code, state in ROW_STATES.items()}
    return {str(lead_uid): codes[state] for lead_uid, state in states}


def finish(integration_id: int) -> None:
    """Close the tool's orders that are queued to the last lead, and whose pushes all ended."""
    left = SyncRun.objects.filter(order=OuterRef("pk"), status__in=UNDER_WAY)
    done = SyncOrder.objects.filter(
        ~Exists(left), integration=integration_id, status=SyncOrder.Status.RUNNING, cursor=END
    )
    done.update(status=SyncOrder.Status.DONE, next_at=None, finished_at=clock.now())


def progress_of(order: SyncOrder) -> Progress:
    """Count the order's pushes; while it runs, leads that are not queued yet wait too."""
    return progress_of_each([order])[order.pk]


def progress_of_each(some: Sequence[SyncOrder]) -> dict[int, Progress]:
    """Count the pushes of several orders at once; returns each one's progress by its key."""
    counted = SyncRun.objects.filter(order__in=some).values_list("order", "status")
    numbers: dict[tuple[int, str], int] = {
        (key, status): number
        for key, status, number in counted.annotate(number=Count("*")).order_by()
    }
    return {order.pk: _progress(order, numbers) for order in some}


def _progress(order: SyncOrder, numbers: dict[tuple[int, str], int]) -> Progress:
    written, unchanged, failed = (
        numbers.get((order.pk, status), 0) for status in ("done", "unchanged", "failed")
    )
    waiting = order.total - written - unchanged - failed if order.status in OPEN else 0
    return Progress(order.total, max(0, waiting), written, unchanged, failed)
