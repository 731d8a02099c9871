"""order: a member's order to write many leads becomes pushes, slice by slice.

A full order first asks the tool which leads stand there: a row that people took away is not made
anew behind their back. Every slice is one transaction; who vanishes is followed by one that goes on
after the last lead that was queued.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet

from flowia.lib import clock, leases
from integrations import orders, presence
from integrations.contracts import ConnectorError
from integrations.models import Integration, SyncOrder
from processing.models import Lead
from processing.pushing import is_open, record_of
from processing.wakes import Wake

log = structlog.get_logger("flowia.orders")
SLICE = 500
LEASE = timedelta(minutes=10)
LATER = timedelta(seconds=60)
"""When to look again at a tool that cannot be read, and at an order whose pushes run."""
Status = SyncOrder.Status


def order(order_id: int) -> list[Wake]:
    """Queue one slice; returns what is to be woken: the tool, and the order for its next slice."""
    found = _claim(order_id)
    if found is None:
        return []
    integration = found.integration
    if integration.status != Integration.Status.ACTIVE or not is_open(
        found.workspace, integration.pk
    ):
        _again(found, clock.now() + LATER)
        return []
    if integration.held_until is not None and integration.held_until > clock.now():
        _again(found, integration.held_until)
        return []
    if found.status == Status.QUEUED and not _begin(found):
        return []
    if found.cursor == orders.END:
        _again(found, clock.now() + LATER)
        orders.finish(integration.pk)
        return []
    tool = Wake("sync", integration.pk)
    return [tool, Wake("order", found.pk)] if _slice(found) else [tool]


def leads_of_order(order: SyncOrder) -> QuerySet[Lead]:
    """Select the leads that an order means, as they are now."""
    rows = Lead.objects.filter(workspace=order.workspace_id)
    if order.kind == SyncOrder.Kind.SINCE:
        return rows.filter(updated_at__gte=order.since)
    if order.kind == SyncOrder.Kind.CHOSEN:
        return rows.filter(uid__in=[UUID(uid) for uid in order.leads])
    return rows


def _claim(order_id: int) -> SyncOrder | None:
    now = clock.now()
    due = SyncOrder.objects.filter(pk=order_id, status__in=orders.OPEN, next_at__lte=now)
    if not due.update(next_at=now + LEASE):
        return None
    mine = SyncOrder.objects.filter(pk=order_id, status__in=orders.OPEN, next_at=now + LEASE)
    leases.held(mine, next_at=now)
    related = ("integration__workspace", "workspace")
    return SyncOrder.objects.select_related(*related).get(pk=order_id)


def _begin(found: SyncOrder) -> bool:
    """Look what stands in the tool, and count the leads; False when that has to wait."""
    if found.kind == SyncOrder.Kind.FULL:
        try:
            presence.look(found.integration)
        except ConnectorError as error:
            log.warning("order put off", order=found.pk, code=error.code)
            pause = timedelta(seconds=error.retry_after or LATER.total_seconds())
            _again(found, clock.now() + pause)
            return False
    found.status, found.total = Status.RUNNING, leads_of_order(found).count()
    return bool(_mine(found).update(status=found.status, total=found.total))


def _slice(found: SyncOrder) -> bool:
    """Queue the next leads in one transaction; return whether more may follow."""
    rows = leads_of_order(found).filter(pk__gt=found.cursor).order_by("pk")
    # Held until they are queued: an erasure finds their pushes, or comes before.
    rows = rows.select_related("contact__social_account", "workspace").select_for_update(
        of=("self",), no_key=True
    )
    now = clock.now()
    with transaction.atomic():
        leads = list(rows[:SLICE])
        last = len(leads) < SLICE
        cursor = orders.END if last else leads[-1].pk
        # Whoever was replaced or cancelled meanwhile queues nothing.
        if not _mine(found).update(cursor=cursor, next_at=now + LATER if last else now):
            return False
        orders.queue(found, [record_of(lead) for lead in leads], now=now)
    if last:
        orders.finish(found.integration_id)
    return not last


def _again(found: SyncOrder, at: datetime) -> None:
    _mine(found).update(next_at=at)


def _mine(found: SyncOrder) -> QuerySet[SyncOrder]:
    return SyncOrder.objects.filter(pk=found.pk, status__in=orders.OPEN, next_at=found.next_at)
