"""Calls made once more, because somebody asks: under their own ids, so that receivers know them."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.errors import ConflictError, NotFoundError
from integrations.hooks.queueing import TEST
from integrations.models import Hook, HookCall

FINISHED = (HookCall.Status.DONE, HookCall.Status.FAILED)


class CannotReplayError(ConflictError):
    """The call still waits, or was a test."""

    code = "cannot_send_again"
    detail = _("This cannot be sent again: it still waits, or was a test.")


def calls_of(workspace: Workspace) -> QuerySet[HookCall]:
    """Select the workspace's calls, with their hooks."""
    return HookCall.objects.filter(workspace=workspace).select_related("hook", "workspace")


def find_call(workspace: Workspace, uid: UUID) -> HookCall:
    """Return the workspace's call; raises NotFoundError when it is not theirs."""
    found = calls_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def replay(call: HookCall, *, now: datetime) -> None:
    """Make a finished call due again, with fresh attempts; raises CannotReplayError."""
    if not reopen(call.pk, now=now):
        raise CannotReplayError


def reopen(call_id: int, *, now: datetime) -> bool:
    """Make a finished call due again; False when there is nothing to send."""
    return bool(_again(HookCall.objects.filter(pk=call_id), now=now))


def replay_since(hook: Hook, since: datetime, *, everything: bool, now: datetime) -> int:
    """Make due again what failed since then, or `everything`; returns how many calls."""
    rows = HookCall.objects.filter(hook=hook, created_at__gte=since)
    if not everything:
        rows = rows.filter(status=HookCall.Status.FAILED)
    return _again(rows, now=now)


def _again(rows: QuerySet[HookCall], *, now: datetime) -> int:
    finished = rows.filter(status__in=FINISHED).exclude(event=TEST)
    return finished.update(
        status=HookCall.Status.QUEUED,
        next_at=now,
        attempts=0,
        http_status=None,
        milliseconds=None,
        error_code="",
        finished_at=None,
    )
