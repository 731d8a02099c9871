"""Orders for every lead, in place of one that is under way."""

from datetime import datetime
from uuid import UUID

from accounts.models import Workspace
from integrations import orders
from integrations.models import Integration, SyncOrder


def order_anew(
    tool: Integration, *, now: datetime, asked_by: UUID | None = None
) -> SyncOrder | None:
    """Have every lead compared from the first one on; returns the order.

    One that has begun gives way: of what changed since it passed a lead nobody heard. None when
    another one came between.
    """
    unbegun = {"status": SyncOrder.Status.QUEUED, "kind": SyncOrder.Kind.FULL, "cursor": 0}
    waiting = SyncOrder.objects.filter(integration=tool, **unbegun).first()
    if waiting is not None:
        return waiting
    cancel_open(tool)
    try:
        return orders.place(tool, SyncOrder.Kind.FULL, now=now, asked_by=asked_by)
    except orders.OrderOpenError:
        return None


def cancel_open(tool: Integration) -> bool:
    """Cancel the tool's order; False when none is under way."""
    found = SyncOrder.objects.filter(integration=tool, status__in=orders.OPEN).first()
    if found is not None:
        orders.cancel(found)
    return found is not None


def catch_up(workspace: Workspace, *, beyond: int, tools: int | None, now: datetime) -> list[int]:
    """Order every lead for the tools that the plan opens again; returns the orders to wake.

    `beyond` is how many the plan before allowed, `tools` how many this one does (None: all).
    """
    rows = Integration.objects.filter(workspace=workspace).order_by("created_at", "pk")
    opened = [one for one in rows[beyond:tools] if one.status == Integration.Status.ACTIVE]
    placed = [order_anew(tool, now=now) for tool in opened]
    return [order.pk for order in placed if order is not None]
