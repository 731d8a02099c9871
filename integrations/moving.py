"""A tool gets another table: what is known of the present one is forgotten, in one transaction."""

from typing import Any

from django.db import transaction

from flowia.lib import clock
from integrations.models import Integration, Removal, SyncedRow, SyncOrder, SyncRun
from integrations.orders import OPEN, UNDER_WAY

Status = Integration.Status


def moved(integration: Integration, target: dict[str, Any]) -> int:
    """Give the tool another table, in which nothing stands yet; its columns are to be chosen.

    Whoever writes at this moment loses the tool: what they hear of the table before is not kept.
    Pushes that wait are dropped, since the first order for the new table writes every lead.
    Returns how many rows of erased people still stood in the present one: nobody looks there again.
    """
    with transaction.atomic():
        # Orders, pushes, rows, the tool: whoever writes locks them in this order, too.
        open_orders = SyncOrder.objects.filter(integration=integration, status__in=OPEN)
        open_orders.update(status=SyncOrder.Status.CANCELLED, next_at=None, finished_at=clock.now())
        SyncRun.objects.filter(integration=integration, status__in=UNDER_WAY).delete()
        SyncedRow.objects.filter(integration=integration).delete()
        left = Removal.objects.filter(integration=integration)
        number, _each = left.exclude(status=Removal.Status.DONE).delete()
        integration.target, integration.field_map = target, {}
        integration.status, integration.status_reason = Status.SETTING_UP, ""
        integration.held_until = integration.busy_until = integration.written_at = None
        integration.save(
            update_fields=[
                *("target", "field_map", "status", "status_reason"),
                *("held_until", "busy_until", "written_at"),
            ]
        )
    return number
