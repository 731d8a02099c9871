"""Who answers a conversation, and taking a member's last deed about it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import ConflictError
from processing import attention, outbox, sequences
from processing.ledger import record
from processing.models import Conversation, InteractionEvent, Message

Log = InteractionEvent.Kind
MOMENTS = ("human_until", "notice_sent_at", "handoff_told_at")
FIELDS = ("handled_by", "handoff_reason", *MOMENTS)
"""What a takeover or a release may change of a conversation."""


class ChangedSinceError(ConflictError):
    """The conversation is no longer as the deed left it, or there is no deed to take back."""

    code = "changed_since"
    detail = _("Somebody changed it since: nothing was undone.")


def state_of(conversation: Conversation) -> dict[str, Any]:
    """Return who answers, as it is stored, in the ledger's form; call it under the lock."""
    found = Conversation.objects.filter(pk=conversation.pk).values(*FIELDS).get()
    return {name: _plain(value) for name, value in found.items()}


def undo(conversation: Conversation, kind: str, *, by: str) -> bool:
    """Put back who answered before the last deed `kind` (takeover, release) of the member `by`.

    Follow-ups that the deed called off are planned again, unless the contact has written since;
    returns whether none stays off. Raises ChangedSinceError unless the conversation still is as
    that deed left it.
    """
    with transaction.atomic():
        outbox.lock(conversation)
        deed = _last_deed(conversation, kind, by)
        before, after = _moved(deed.data["before"]), _moved(deed.data["after"])
        rows = Conversation.objects.filter(pk=conversation.pk, **_as_it_is(after))
        if not rows.update(**before):
            raise ChangedSinceError
        attention.mark(conversation.pk)
        human = before["handled_by"] == Conversation.Handler.HUMAN
        record(
            Log.TAKEOVER if human else Log.RELEASE,
            workspace=conversation.workspace,
            conversation=conversation,
            reason="handling_undone",
            data={"by": by},
        )
        return _plan_again(conversation, deed)


def _plan_again(conversation: Conversation, deed: InteractionEvent) -> bool:
    called_off = deed.data.get("off", [])
    inbound = conversation.messages.filter(direction=Message.Direction.INBOUND)
    if inbound.filter(created_at__gte=deed.created_at).exists():
        return not called_off
    return sequences.plan_again(conversation, called_off, "taken_over", "handling_undone")


def _last_deed(conversation: Conversation, kind: str, by: str) -> InteractionEvent:
    rows = conversation.interactions.filter(kind__in=[Log.TAKEOVER, Log.RELEASE])
    last = rows.order_by("-id").first()
    if last is None or last.kind != kind or last.data.get("by") != by or "after" not in last.data:
        raise ChangedSinceError
    return last


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _moved(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept state as the columns hold it."""
    moments = {name: parse_datetime(kept[name]) if kept[name] else None for name in MOMENTS}
    return {**kept, **moments}


def _as_it_is(state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name if value is not None else f"{name}__isnull": value if value is not None else True
        for name, value in state.items()
    }
