"""hook: one call of an outgoing webhook is made; what the plan carries is asked at that moment.

Telling that a lead changed or was erased writes the calls, in the transaction of what they tell.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Workspace
from billing.plans import plan_of
from flowia.lib import clock
from flowia.lib.logging import follow
from integrations.hooks import calling, queueing
from integrations.models import HookCall
from processing.wakes import Wake
from social import pauses


def hook(call_id: int) -> list[Wake]:
    """Make one call; failures are kept on it and tried again by the dispatcher."""
    found = HookCall.objects.filter(pk=call_id).select_related("workspace").first()
    if found is not None and not pauses.everything_rests(now=clock.now()):
        follow(found.request_id)
        calling.call(call_id, limit=plan_of(found.workspace).webhooks)
    return []


def listens(workspace: Workspace) -> bool:
    """Return whether anybody wants to be told of the workspace's leads."""
    return queueing.has_hooks(workspace)


def tell_change(
    workspace: Workspace,
    lead: dict[str, Any],
    *,
    new: bool,
    now: datetime,
    request_id: str,
) -> list[Wake]:
    """Write the calls about a new or changed `lead`; returns those to wake at once."""
    calls = queueing.queue_event(
        workspace,
        queueing.CREATED if new else queueing.UPDATED,
        {"lead": lead},
        lead_uid=str(lead["id"]),
        now=now,
        request_id=request_id,
        limit=plan_of(workspace).webhooks,
    )
    return [Wake("hook", call) for call in calls]


def stop(lead_uid: UUID) -> None:
    """Let no more calls about the lead begin."""
    queueing.calls_about(lead_uid).filter(status=HookCall.Status.QUEUED).delete()


def is_under_way(lead_uid: UUID) -> bool:
    """Return whether a call that tells something of the lead is on the wire."""
    return queueing.calls_about(lead_uid).filter(status=HookCall.Status.RUNNING).exists()


def tell_erasure(workspace: Workspace, lead_uid: UUID, *, now: datetime) -> None:
    """Delete every call about the lead, and write those that tell of its erasure: its id alone.

    They are found by themselves.
    """
    queueing.forget_lead(lead_uid)
    if listens(workspace):
        queueing.queue_event(
            workspace,
            queueing.ERASED,
            {"lead": {"id": str(lead_uid)}},
            lead_uid=str(lead_uid),
            now=now,
            request_id="",
            limit=plan_of(workspace).webhooks,
        )


def let_go(workspace: Workspace, *, now: datetime) -> int:
    """Make due what waited for a larger plan; returns how many calls, found by themselves."""
    carried = queueing.working(workspace, limit=plan_of(workspace).webhooks)
    active = [one for one in carried if one.status == one.Status.ACTIVE]
    return queueing.release(active, now=now)
