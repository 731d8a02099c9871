"""What addresses outside are told: one call per event and address, written with what it tells."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.standing import Standing, given
from integrations.models import Hook, HookCall

CREATED, UPDATED, ERASED, TEST = "lead.created", "lead.updated", "lead.erased", "test.ping"
EVENTS: dict[str, Promise] = {
    CREATED: _("a lead is new"),
    UPDATED: _("a lead has changed"),
    ERASED: _("a lead was erased"),
}
"""What may be listened to. `test.ping` is sent when somebody asks for it."""
MOMENTS = {"updated_at", "warmed_at"}
"""What changes in a lead although nothing of it did."""
HOOKS = Standing(
    lambda: (
        Hook.objects.filter(workspace=given.key("workspace"))
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)


def has_hooks(workspace: Workspace) -> bool:
    """Return whether there is anybody to tell."""
    return bool(HOOKS(workspace=workspace.pk))


def working(workspace: Workspace, *, limit: int | None) -> list[Hook]:
    """Return the hooks that the plan carries: the first `limit`, by when they were made."""
    return list(Hook.objects.filter(workspace=workspace).order_by("created_at", "pk")[:limit])


def queue_event(
    workspace: Workspace,
    event: str,
    payload: dict[str, Any],
    *,
    lead_uid: str,
    now: datetime,
    request_id: str,
    limit: int | None,
) -> list[int]:
    """Write one call for each hook that listens to `event`; returns those that are due at once.

    `payload` is what the body's `data` will be. A change waits for SYNC_SETTLE_SECONDS: those that
    follow meanwhile replace what it says, and one that says what was said already is not told.
    Call it in the transaction of what it tells.
    """
    listening = [hook for hook in working(workspace, limit=limit) if event in hook.events]
    body = body_of(event, payload, at=now)
    found = []
    for hook in listening:
        if event == UPDATED and _is_told(hook, body, lead_uid=lead_uid, now=now):
            continue
        call = HookCall.objects.create(
            workspace=workspace,
            hook=hook,
            event=event,
            lead_uid=lead_uid,
            payload=body,
            next_at=now + _settling(event),
            request_id=request_id,
        )
        found.append(call)
    return [call.pk for call in found if call.next_at is not None and call.next_at <= now]


def body_of(event: str, payload: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return the body of a call: what happened, when (ISO 8601, UTC), and to what."""
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": event, "timestamp": stamp, "data": payload}


def forget_lead(lead_uid: UUID) -> None:
    """Delete the calls about an erased lead, those that wait too."""
    calls_about(lead_uid).delete()


def calls_about(lead_uid: UUID) -> QuerySet[HookCall]:
    """Select the calls that tell something of a lead; that it was erased is told of nobody."""
    return HookCall.objects.filter(lead_uid=lead_uid).exclude(event=ERASED)


def release(hooks: Iterable[Hook], *, now: datetime) -> int:
    """Make due what waited for these hooks to work again; returns how many calls."""
    waiting = HookCall.objects.filter(hook__in=list(hooks), status=HookCall.Status.QUEUED)
    held = Q(next_at__isnull=True) | Q(error_code="plan")
    return waiting.filter(held).update(next_at=now, error_code="")


def _settling(event: str) -> timedelta:
    return timedelta(seconds=settings.SYNC_SETTLE_SECONDS if event == UPDATED else 0)


def _is_told(hook: Hook, body: dict[str, Any], *, lead_uid: str, now: datetime) -> bool:
    """Let a call that nobody began say the newer values; True also when they were said last."""
    calls = HookCall.objects.filter(hook=hook, lead_uid=lead_uid)
    waiting = calls.filter(status="queued", attempts=0, event=UPDATED)
    # Without a moment it waits for its hook to work again.
    settling = waiting.filter(Q(next_at__gt=now) | Q(next_at__isnull=True))
    if settling.update(payload=body):
        return True
    last = calls.order_by("-id").values_list("payload", flat=True).first()
    return last is not None and _said(last) == _said(body)


def _said(body: dict[str, Any]) -> dict[str, Any]:
    lead = body.get("data", {}).get("lead", {})
    return {name: value for name, value in lead.items() if name not in MOMENTS}
