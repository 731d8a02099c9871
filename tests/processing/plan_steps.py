"""Steps of a workspace's plan, and who is told of them."""

from typing import Any

from accounts.models import Workspace
from billing import subscribing
from billing.differences import News
from billing.models import PlanChange, Subscription
from integrations.models import Integration, SyncOrder
from processing import pipeline
from processing.models import InteractionEvent
from processing.wakes import Wake
from tests.integrations.tool import connected

KINDS = ("notion", "airtable", "google-sheets")


UNTIL = {"until": "2026-12-28T23:30:00+00:00"}


def on(workspace: Workspace, plan: str, **fields: Any) -> Subscription:
    """Put the workspace on a plan without telling anybody."""
    row, _made = Subscription.objects.update_or_create(
        workspace=workspace, defaults={"plan": plan, **fields}
    )
    return row


def step(
    workspace: Workspace, before: str, after: str, reason: str = "", **data: Any
) -> PlanChange:
    """Let the plan that applies be `after`, and note the step from `before`."""
    on(workspace, after)
    reason = reason or "plan_changed"
    subscribing.tell(workspace.pk, News(reason, before, after, data))
    return PlanChange.objects.filter(workspace=workspace).latest("pk")


def tell(*args: Any, **data: Any) -> list[Wake]:
    return pipeline.plan(step(*args, **data).pk)


def tools(workspace: Workspace, number: int = 3) -> list[Integration]:
    return [connected(workspace, kind) for kind in KINDS[:number]]


def ordered() -> set[str]:
    rows = SyncOrder.objects.filter(status="queued", kind="full")
    return set(rows.values_list("integration__kind", flat=True))


def told(workspace: Workspace) -> InteractionEvent:
    return InteractionEvent.objects.filter(workspace=workspace, kind="plan").latest("pk")
