"""What members do with outgoing webhooks: making, changing, pausing, new secrets, removing.

An address is looked up and judged when it is written, by whatever way; each call does so again.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Workspace
from flowia.lib import clock, outward
from flowia.lib.crypto import CannotDecryptError
from flowia.lib.errors import ConflictError, InvalidError, NotFoundError
from flowia.lib.outward import OutwardError
from integrations import limits
from integrations.hooks import signing
from integrations.hooks.queueing import EVENTS, release
from integrations.hooks.words import refusal
from integrations.models import Hook

HINT = 4
Status = Hook.Status


class HookDisabledError(ConflictError):
    """A hook that was switched off is resumed, not paused."""

    code = "webhook_disabled"
    detail = _("This webhook is switched off. Resume it first.")


def hooks_of(workspace: Workspace) -> QuerySet[Hook]:
    """Select the workspace's hooks, in the order in which the plan carries them."""
    rows = Hook.objects.filter(workspace=workspace).select_related("workspace")
    return rows.order_by("created_at", "pk")


def find_hook(workspace: Workspace, uid: UUID) -> Hook:
    """Return the workspace's hook; raises NotFoundError when it is not theirs."""
    found = hooks_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def make(
    workspace: Workspace, *, name: str, url: str, events: Sequence[str], by: audit.By
) -> tuple[Hook, str]:
    """Make a hook; returns it with its secret, which is never told again.

    Raises PlanRequiredError, and InvalidError for an address that may not be called or is there
    already.
    """
    limits.require(workspace, "webhooks", used=hooks_of(workspace).count())
    judge(url)
    secret = signing.make_secret()
    hook = Hook(workspace=workspace, name=name, url=url, events=_in_order(events))
    _seal(hook, {"secret": secret})
    with transaction.atomic():
        _save(hook)
        audit.record("webhook.made", by=by, workspace=workspace, target=hook)
    return hook, secret


def change(hook: Hook, changes: Mapping[str, Any], *, by: audit.By) -> list[str]:
    """Change name, address or events; returns what changed. Raises InvalidError as `make` does."""
    wanted = dict(changes)
    if "events" in wanted:
        wanted["events"] = _in_order(wanted["events"])
    fields = [name for name, value in wanted.items() if getattr(hook, name) != value]
    if "url" in fields:
        judge(wanted["url"])
        hook.failing_since = None
    for name in fields:
        setattr(hook, name, wanted[name])
    if fields:
        with transaction.atomic():
            _save(hook, [*fields, "failing_since"])
            data = {"fields": fields}
            audit.record("webhook.changed", by=by, workspace=hook.workspace, target=hook, data=data)
    return fields


def rotate(hook: Hook, *, by: audit.By) -> str:
    """Give the hook a new secret and return it; today's goes on signing beside it for a day."""
    with transaction.atomic():
        held = Hook.objects.select_for_update().filter(pk=hook.pk).first()
        if held is None:
            raise NotFoundError
        fresh = signing.replaced(_known(held), now=clock.now())
        _seal(held, fresh)
        held.save(update_fields=["sealed_credentials", "secret_hint"])
        audit.record("webhook.rotated", by=by, workspace=hook.workspace, target=hook)
    return str(fresh["secret"])


def set_paused(hook: Hook, *, paused: bool, by: audit.By) -> bool:
    """Pause or resume; False when it was so already. What happens meanwhile waits.

    Resuming brings a hook back that was switched off, too. Raises HookDisabledError.
    """
    if paused and hook.status == Status.DISABLED:
        raise HookDisabledError
    with transaction.atomic():
        rows = Hook.objects.filter(pk=hook.pk)
        if paused:
            done = rows.filter(status=Status.ACTIVE).update(status=Status.PAUSED)
        else:
            again = {"status": Status.ACTIVE, "status_reason": "", "failing_since": None}
            done = rows.exclude(status=Status.ACTIVE).update(**again)
            release([hook], now=clock.now())
        if done:
            name = "webhook.paused" if paused else "webhook.resumed"
            audit.record(name, by=by, workspace=hook.workspace, target=hook)
    return bool(done)


def remove(hook: Hook, *, by: audit.By) -> None:
    """Delete a hook with its calls, those that wait too."""
    with transaction.atomic():
        Hook.objects.filter(pk=hook.pk).delete()
        audit.record("webhook.removed", by=by, workspace=hook.workspace, target=hook)


def judge(url: str) -> None:
    """Raise InvalidError unless `url` may be called now."""
    try:
        outward.check(url)
    except OutwardError as error:
        raise InvalidError(errors={"url": [refusal(error.code)]}) from error


def _known(hook: Hook) -> dict[str, Any]:
    try:
        return hook.credentials
    except CannotDecryptError:
        # Sealed with a key that is lost: there is nothing to go on signing with.
        return {}


def _in_order(events: Sequence[str]) -> list[str]:
    return [name for name in EVENTS if name in events]


def _seal(hook: Hook, credentials: dict[str, Any]) -> None:
    hook.seal(credentials)
    hook.secret_hint = str(credentials["secret"])[-HINT:]


def _save(hook: Hook, fields: Sequence[str] | None = None) -> None:
    taken = Q(workspace=hook.workspace, url=hook.url) & ~Q(pk=hook.pk)
    try:
        with transaction.atomic():
            hook.save(update_fields=fields)
    except IntegrityError as error:
        if not Hook.objects.filter(taken).exists():
            raise
        sentence = _("Another webhook of this workspace has this address already.")
        raise InvalidError(errors={"url": [sentence]}) from error
