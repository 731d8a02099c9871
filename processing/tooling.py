"""What a member does with tools that needs more than the tools: the plan, leads, erased people."""

import time
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import Workspace
from billing import plans
from flowia.lib import clock
from flowia.lib.errors import ConflictError
from integrations import leases, orders, removals, setting_up
from integrations.actions import opened
from integrations.connectors.registry import CONNECTORS
from integrations.models import Integration, Removal, SyncOrder, SyncRun
from processing import deadletters
from processing.models import Lead
from processing.pushing import tools_of
from processing.receipts import NothingToRetryError, require_open, rewrite
from processing.syncing import remove
from processing.tool_reading import failed_pushes
from processing.tools import order_anew
from processing.wakes import Wake

MOST = 1000
"""So many leads one order names."""
PATIENCE_SECONDS = 8.0
"""How long a member waits for rows of erased people to be taken away."""
LOOK_SECONDS = 0.5
"""How often to look whether a worker has left the tool meanwhile."""


class RemovalsWaitError(ConflictError):
    """Rows of erased people still stand in the table."""

    code = "removals_wait"

    def __init__(self, left: int, tool: str) -> None:
        """`left` rows still stand in `tool`, by its name."""
        self.left = left
        super().__init__(
            ngettext(
                "The row of %(number)s erased person still has to be taken away in %(tool)s.",
                "The rows of %(number)s erased people still have to be taken away in %(tool)s.",
                left,
            )
            % {"number": left, "tool": tool}
        )


def connect(
    workspace: Workspace, kind: str, given: Mapping[str, str], *, by: audit.By
) -> Integration:
    """Connect a tool as `setting_up.connect` does; raises PlanRequiredError for one too many."""
    if setting_up.tool_of(workspace, kind) is None:
        used = Integration.objects.filter(workspace=workspace).count()
        plans.require(workspace, "tools", used=used)
    return setting_up.connect(workspace, kind, given, by=by)


def choose_table(
    tool: Integration, key: str, search: str = "", *, anyway: bool = False, by: audit.By
) -> None:
    """Choose a table as `setting_up.choose_target` does.

    Erased people leave the present one first; raises RemovalsWaitError when they cannot, unless it
    is wished `anyway`: their rows are then the owner's to remove.
    """
    _take_away(tool, anyway=anyway)
    setting_up.choose_target(tool, key, search, by=by)


def set_columns(
    tool: Integration, chosen: Mapping[str, str], create: Sequence[str], *, by: audit.By
) -> list[Wake]:
    """Choose the columns as `setting_up.set_columns` does; every lead is compared with them."""
    setting_up.set_columns(tool, chosen, create, by=by)
    return _anew(tool, by) if tool.status == Integration.Status.ACTIVE else []


def set_paused(tool: Integration, *, paused: bool, by: audit.By) -> list[Wake]:
    """Pause or resume; what changed meanwhile is written then."""
    changed = setting_up.set_paused(tool, paused=paused, by=by)
    return _anew(tool, by) if changed and not paused else []


def order_all(tool: Integration, *, by: audit.By) -> list[Wake]:
    """Have every lead compared and written where it differs; one order at a time.

    Returns what to wake, as all of these do. Raises NotConnectedError, OrderOpenError while one
    runs, PlanRequiredError.
    """
    tool = setting_up.connected_tool(tool.workspace, tool.kind)
    require_open(tool.workspace, tool)
    order = orders.place(tool, SyncOrder.Kind.FULL, now=clock.now(), asked_by=by.uid)
    return [Wake("order", order.pk)]


def write_again(tool: Integration, lead: Lead) -> list[Wake]:
    """Write one lead again that failed, or whose row people took away or doubled.

    Raises what `receipts.rewrite` raises.
    """
    runs = SyncRun.objects.filter(integration=tool, lead_uid=lead.uid)
    newest = runs.order_by("-id").first()
    if newest is not None and newest.status == SyncRun.Status.FAILED:
        deadletters.close("sync", newest.pk, now=clock.now())
    return rewrite(lead, tool.kind, now=clock.now())


def retry_all(tool: Integration, *, by: audit.By) -> list[Wake]:
    """Order the leads anew whose last push failed; rows that people took away stay as they are.

    Raises NothingToRetryError when there are none, and what `order_all` raises.
    """
    tool = setting_up.connected_tool(tool.workspace, tool.kind)
    require_open(tool.workspace, tool)
    failed = dict(failed_pushes(tool).values_list("lead_uid", "pk")[:MOST])
    if not failed:
        raise NothingToRetryError
    leads = [str(uid) for uid in failed]
    order = orders.place(tool, SyncOrder.Kind.CHOSEN, now=clock.now(), leads=leads, asked_by=by.uid)
    for pk in failed.values():
        deadletters.close("sync", pk, now=clock.now())
    return [Wake("order", order.pk)]


def disconnect(tool: Integration, *, anyway: bool, by: audit.By) -> None:
    """Take erased people's rows away, then forget the tool's secrets and where leads stand.

    A tool that the plan opens in its place has every lead compared. Raises RemovalsWaitError when
    rows cannot be taken away now, unless it is wished `anyway`.
    """
    left = _take_away(tool, anyway=anyway)
    workspace, now = tool.workspace, clock.now()
    tools = tools_of(workspace)
    before = {one.pk for one in opened(workspace, tools)}
    with transaction.atomic():
        setting_up.disconnect(tool, left=left, by=by)
        for one in opened(workspace, tools):
            if one.pk not in before and one.status == Integration.Status.ACTIVE:
                order_anew(one, now=now, asked_by=by.uid)


def removals_left(tool: Integration) -> int:
    """Count the rows of erased people that are not taken away yet."""
    return removals.left(tool).count()


def _take_away(tool: Integration, *, anyway: bool = False) -> int:
    """Take erased people's rows away at once, and return how many are left.

    Raises RemovalsWaitError for those, unless it is wished to go on `anyway`.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    for pk in list(removals.left(tool).values_list("pk", flat=True)):
        removals.hasten(pk, now=clock.now())
        remove(pk)
        # Who writes leads leaves the tool to a removal after their batch.
        while _is_busy(tool) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            removals.hasten(pk, now=clock.now())
            remove(pk)
        failed = Removal.objects.filter(pk=pk).exclude(status=Removal.Status.DONE).exists()
        if failed or time.monotonic() > until:
            break
    left = removals_left(tool)
    if left and not anyway:
        raise RemovalsWaitError(left, CONNECTORS[tool.kind].name)
    return left


def _is_busy(tool: Integration) -> bool:
    held = Integration.objects.filter(pk=tool.pk).exclude(leases.idle(clock.now()))
    return held.exists()


def _anew(tool: Integration, by: audit.By) -> list[Wake]:
    order = order_anew(tool, now=clock.now(), asked_by=by.uid)
    return [] if order is None else [Wake("order", order.pk)]
