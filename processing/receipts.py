"""Where a lead stands in each tool, as members read it, and what they may do about it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from billing.plans import PlanRequiredError, check_plan_limits, plan_in
from flowia.lib.errors import ConflictError, NotFoundError
from integrations import actions
from integrations.connectors.registry import CONNECTORS
from integrations.models import Integration, SyncedRow, SyncRun
from integrations.words import BEYOND, sentence_of
from processing import deadletters
from processing.models import Lead
from processing.pushing import is_open, record_of, tools_of
from processing.wakes import Wake

ROW_STATES = {"missing": "row_missing", "duplicated": "row_duplicated"}
STATES: dict[str, tuple[Promise, str]] = {
    "written": (_("written"), "good"),
    "waiting": (_("waiting"), "wait"),
    "missing": (_("was taken away there"), "call"),
    "duplicated": (_("stands there twice"), "call"),
    "failed": (_("not written"), "call"),
    "none": (_("not written yet"), ""),
}
"""The words of each state, and the colour of its tag."""
PAUSED = _("The tool is paused. What changes meanwhile is written when you resume.")


class NothingToRetryError(ConflictError):
    """The push did not fail, or a newer one of the same lead came after it."""

    code = "nothing_to_retry"
    detail = _("This push did not fail, or a newer one followed it.")


class ToolClosedError(ConflictError):
    """The tool is paused, or has to be mended first."""

    code = "tool_not_connected"
    detail = _("This tool is not connected, or has to be mended first. Look at your tools.")


@dataclass(frozen=True)
class Receipt:
    """One tool: where the lead stands there, since when, and what became of its newest push.

    `state` is one of STATES, `status` the newest push's, `code` what keeps it from being written.
    """

    tool: str
    name: str
    state: str
    url: str
    written_at: datetime | None
    status: str
    code: str
    sentence: str
    rewritable: bool

    @property
    def label(self) -> str:
        """The state in words."""
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        return STATES[self.state][1]


def receipts_of(lead: Lead) -> list[Receipt]:
    """Return one receipt per connected tool, the oldest connection first."""
    whose = {"workspace": lead.workspace_id, "lead_uid": lead.uid}
    rows = {row.integration_id: row for row in SyncedRow.objects.filter(**whose)}
    last = SyncRun.objects.filter(**whose).values("integration").annotate(last=Max("pk"))
    runs = SyncRun.objects.filter(pk__in=last.values("last"))
    newest = {run.integration_id: run for run in runs}
    tools = actions.opened(lead.workspace, None)
    limit = plan_in(lead.workspace).limit("tools")
    return [
        _receipt(
            tool,
            rows.get(tool.pk),
            newest.get(tool.pk),
            shut=limit is not None and place >= limit,
        )
        for place, tool in enumerate(tools)
        if tool.kind in CONNECTORS
        and (tool.status != Integration.Status.SETTING_UP or tool.pk in rows)
    ]


def rewrite(lead: Lead, kind: str, *, now: datetime, request_id: str = "") -> list[Wake]:
    """Write the lead into one tool anew, as a member wishes; returns what to wake.

    Raises NotFoundError for a tool that is not connected, ToolClosedError while nothing is written
    there, PlanRequiredError where the plan does not open it.
    """
    tool = Integration.objects.filter(workspace=lead.workspace_id, kind=kind).first()
    if tool is None or kind not in CONNECTORS:
        raise NotFoundError
    require_open(lead.workspace, tool)
    with transaction.atomic():
        held = _held(Lead.objects.filter(pk=lead.pk))
        if held is None:
            raise NotFoundError
        row, _made = SyncedRow.objects.get_or_create(
            integration=tool, lead_uid=lead.uid, defaults={"workspace": lead.workspace}
        )
        actions.rewrite(row, record_of(held), now=now, request_id=request_id)
    return [Wake("sync", tool.pk)]


def retry(run: SyncRun, *, now: datetime) -> list[Wake]:
    """Try a failed push again; returns what to wake. Raises NothingToRetryError."""
    require_open(run.workspace, run.integration)
    if not push_again(run.pk, now=now):
        raise NothingToRetryError
    deadletters.close("sync", run.pk, now=now)
    return [Wake("sync", run.integration_id)]


def push_again(run_id: int, *, now: datetime) -> bool:
    """Make a failed push due again with the lead as it is now.

    False when it is not failed, a newer one followed it, or the lead is gone.
    """
    with transaction.atomic():
        run = SyncRun.objects.filter(pk=run_id).first()
        if run is None:
            return False
        lead = _held(Lead.objects.filter(workspace=run.workspace_id, uid=run.lead_uid))
        return lead is not None and actions.reopen_push(run.pk, record_of(lead), now=now)


def require_open(workspace: Workspace, tool: Integration) -> None:
    """Raise ToolClosedError unless the tool is written into, PlanRequiredError for the plan."""
    if tool.status in {Integration.Status.SETTING_UP, Integration.Status.PAUSED}:
        raise ToolClosedError
    if not is_open(workspace, tool.pk):
        allowed = check_plan_limits(workspace, "tools", used=tools_of(workspace) or 0)
        raise PlanRequiredError(allowed.why_not)


def _held(rows: QuerySet[Lead]) -> Lead | None:
    """Return the lead, held until the transaction ends: an erasure comes before or after."""
    related = ("contact__social_account", "workspace")
    return rows.select_related(*related).select_for_update(of=("self",), no_key=True).first()


def _receipt(
    tool: Integration, row: SyncedRow | None, run: SyncRun | None, *, shut: bool
) -> Receipt:
    state = _state(row, run)
    code = _code(tool, run, state)
    name = CONNECTORS[tool.kind].name
    sentence = sentence_of(code, name) if code else ""
    if state == "waiting" and tool.status == Integration.Status.PAUSED:
        sentence = str(PAUSED)
    if shut and state != "written":
        sentence = f"{sentence} {BEYOND}".strip()
    return Receipt(
        tool=tool.kind,
        name=name,
        state=state,
        url=row.url if row else "",
        written_at=row.written_at if row else None,
        status=run.status if run else "",
        code=code,
        sentence=sentence,
        rewritable=state in {"missing", "duplicated", "failed", "none"},
    )


def _state(row: SyncedRow | None, run: SyncRun | None) -> str:
    if run is not None and run.status in {SyncRun.Status.QUEUED, SyncRun.Status.RUNNING}:
        return "waiting"
    if row is not None and row.state in ROW_STATES:
        return str(row.state)
    if run is not None and run.status == SyncRun.Status.FAILED:
        return "failed"
    return "written" if row is not None and row.written_at is not None else "none"


def _code(tool: Integration, run: SyncRun | None, state: str) -> str:
    if state == "waiting":
        return tool.status_reason or (run.error_code if run else "")
    if state in ROW_STATES:
        return ROW_STATES[state]
    return run.error_code if run is not None and state == "failed" else ""
