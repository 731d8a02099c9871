"""A workspace whose plan has webhooks, an address that answers as told, and a clock by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pytest_django import Settings

from accounts import audit
from accounts.models import Workspace
from billing.models import Subscription
from integrations.hooks import keeping, queueing
from integrations.models import Hook, HookCall
from processing import pipeline
from processing.models import Lead
from tests.factories import make_conversation, make_lead, make_workspace
from tests.processing.queueing import Clock
from tests.standin import Asked, StandIn, stand_in

LEAD = {"id": "019d3f5c-6f4e-7d5e-8a51-9c1a2b3c4d5e", "level": "hot", "updated_at": "2026"}


@dataclass
class Post:
    """A workspace with one hook, whose receiver is `there`."""

    workspace: Workspace
    hook: Hook
    secret: str
    there: StandIn

    def tell(self, event: str = queueing.CREATED, *, now: datetime, **lead: Any) -> HookCall | None:
        """Queue an event as the pipeline does; returns the newest call."""
        queueing.queue_event(
            self.workspace,
            event,
            {"lead": {**LEAD, **lead}},
            lead_uid=str(lead.get("id", LEAD["id"])),
            now=now,
            request_id="",
            limit=None,
        )
        return HookCall.objects.order_by("-pk").first()

    def bodies(self) -> list[Any]:
        """What arrived, in its order."""
        return [one.body for one in self.there.asked]

    def fresh(self) -> Hook:
        """The hook as it is now."""
        return Hook.objects.get(pk=self.hook.pk)


@contextmanager
def hooked(settings: Settings, plan: str = "ultra", **fields: Any) -> Iterator[Post]:
    """Give a workspace with a hook for every event, and its receiver on this machine."""
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    workspace = make_workspace()
    Subscription.objects.create(workspace=workspace, plan=plan)
    with stand_in() as there:
        there.answer(200, {})
        hook, secret = make_hook(workspace, there.url, **fields)
        yield Post(workspace, hook, secret, there)


def make_hook(workspace: Workspace, url: str, **fields: Any) -> tuple[Hook, str]:
    """Make a hook as an owner does."""
    values = {"name": "n8n", "url": url, "events": list(queueing.EVENTS), **fields}
    return keeping.make(workspace, **values, by=audit.SYSTEM)


def run_due(now: datetime) -> int:
    """Do what the workers would find due; returns how many were tried."""
    rows = HookCall.objects.filter(status="queued", next_at__lte=now).order_by("next_at", "pk")
    found = list(rows.values_list("pk", flat=True))
    for call in found:
        pipeline.hook(call)
    return len(found)


def raw_of(asked: Asked) -> bytes:
    """The bytes of a body whose order of names is kept."""
    return json.dumps(asked.body, ensure_ascii=False, separators=(",", ":")).encode()


def lead_in(workspace: Workspace, **fields: Any) -> Lead:
    """A lead with its conversation."""
    lead = make_lead(make_conversation(workspace).contact, **fields)
    return Lead.objects.select_related("workspace", "contact__social_account").get(pk=lead.pk)


def moment(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


__all__ = ["Clock", "Post", "hooked", "lead_in", "make_hook", "moment", "raw_of", "run_due"]
