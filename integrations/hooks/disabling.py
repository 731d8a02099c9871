"""When an address is called no more: it says that it is gone, or nothing went through for days."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit, mailbox
from accounts.models import Membership
from accounts.wording import Kind
from integrations.models import Hook, HookCall

log = structlog.get_logger("flowia.hooks")
PATIENCE = timedelta(days=5)
"""So long nothing may have gone through before the address is given up (as Svix has it)."""


def at_its_address(hook: Hook) -> QuerySet[Hook]:
    """Select the hook's row as long as its address is the one that `hook` was called at."""
    return Hook.objects.filter(pk=hook.pk, url=hook.url)


def note_success(hook: Hook, *, now: datetime) -> None:
    """Note that a call went through."""
    at_its_address(hook).update(failing_since=None, called_at=now)


def note_failure(hook: Hook, *, gone: bool, now: datetime) -> None:
    """Note that a call failed; switch the hook off when it says 410, or failed for five days.

    Failures between which something went through never count: the first success ends them. Nor
    do days on which hardly anything was tried: a call must have failed a whole day long. Nor does
    what a former address answered.
    """
    rows = at_its_address(hook)
    rows.filter(failing_since__isnull=True).update(failing_since=now)
    if gone:
        disable(hook, "gone")
        return
    patient = rows.filter(failing_since__lte=now - PATIENCE).values_list("failing_since", flat=True)
    since = patient.first()
    failed = HookCall.objects.filter(hook=hook, status=HookCall.Status.FAILED)
    if since is not None and failed.filter(finished_at__gte=since, attempts__gt=1).exists():
        disable(hook, "failing")


def disable(hook: Hook, reason: str) -> bool:
    """Switch the hook off and write to the owners, once; False when it was not on."""
    with transaction.atomic():
        rows = at_its_address(hook).filter(status=Hook.Status.ACTIVE)
        if not rows.update(status=Hook.Status.DISABLED, status_reason=reason):
            return False
        for owner in _owners(hook):
            mailbox.put(Kind.WEBHOOK_OFF, user=owner.user, about=hook, data={"reason": reason})
        data = {"reason": reason}
        audit.record(
            "webhook.disabled", by=audit.SYSTEM, workspace=hook.workspace, target=hook, data=data
        )
    log.warning("hook disabled", hook=hook.pk, reason=reason)
    return True


def _owners(hook: Hook) -> list[Membership]:
    members = Membership.objects.filter(
        workspace=hook.workspace_id,
        role=Membership.Role.OWNER,
        user__is_active=True,
        user__email_verified_at__isnull=False,
    )
    return list(members.select_related("user").order_by("pk"))
