"""What is true about a connected tool now, in one state, one sentence and figures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from billing.models import Subscription
from billing.plans import FREEMIUM, PLANS
from flowia.lib import clock
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connector
from integrations.models import Integration, SyncedRow, SyncOrder, SyncRun
from integrations.orders import OPEN, UNDER_WAY, Progress, progress_of
from integrations.words import BEYOND, sentence_to_mend
from processing.models import Lead

Status = Integration.Status
RECENT = 20
ROW_STATES = {"missing": "row_missing", "duplicated": "row_duplicated"}
STATES: dict[str, tuple[Promise, str]] = {
    "none": (_("not connected"), ""),
    "setting_up": (_("being set up"), "wait"),
    "active": (_("connected"), "good"),
    "working": (_("writing"), "good"),
    "held": (_("waits for the tool"), "wait"),
    "paused": (_("paused"), "wait"),
    "needs_login": (_("key no longer works"), "call"),
    "needs_attention": (_("table out of reach"), "call"),
    "needs_mapping": (_("columns changed"), "call"),
    "beyond_plan": (_("beyond your plan"), "wait"),
}
"""The words of each state, and the colour of its tag."""
ABOUT: dict[str, Promise] = {
    "none": _("Leads are not written there."),
    "setting_up": _("One or two more steps, then your leads are written there."),
    "active": _("Each lead is written there a few seconds after it changes."),
    "working": _("Leads are being written at this moment."),
    "held": _("The tool asked us to slow down; what waits is written afterwards."),
    "paused": _("A member paused it. What changes meanwhile is written when you resume."),
    "needs_login": _("Give us a new key; what waits is written then."),
    "needs_attention": _("Share the table with us again, or choose another; nothing is lost."),
    "needs_mapping": _("Choose the columns again; what waits is written then."),
    "beyond_plan": BEYOND,
}


@dataclass(frozen=True)
class Told:
    """One tool; `row` is None while it is not connected. `rows` stand there, `waiting` follow.

    `shut`: the plan does not open it, whatever else is true.
    """

    connector: Connector
    row: Integration | None
    state: str
    rows: int = 0
    waiting: int = 0
    shut: bool = False

    @property
    def label(self) -> str:
        """Return the state in words."""
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        """Return the colour of the state's tag."""
        return STATES[self.state][1]

    @property
    def sentence(self) -> str:
        """Return what it means, or the tool's own reason where that says what to do."""
        said = str(ABOUT[self.state])
        if self.row is not None and self.row.status_reason and self.state.startswith("needs_"):
            said = sentence_to_mend(self.row.status_reason, self.connector.name) or said
        return f"{said} {BEYOND}" if self.shut and self.state != "beyond_plan" else said


@dataclass(frozen=True)
class Trouble:
    """A lead that is not written; `aside`: people took its row away or doubled it."""

    lead: Lead
    code: str
    aside: bool


@dataclass(frozen=True)
class Working:
    """What became of a tool's pushes: the order under way or the last one, and what failed.

    `pushes` is how many there were, `failed` how many leads' newest one is not written.
    """

    order: SyncOrder | None
    progress: Progress | None
    troubles: tuple[Trouble, ...]
    failed: int
    pushes: int

    @property
    def is_open(self) -> bool:
        """Whether an order is under way."""
        return self.order is not None and self.order.status in OPEN


def tools_of(workspace: Workspace) -> list[Told]:
    """Return every tool, connected or not, in the registry's order; one query."""
    whose = Integration.objects.filter(workspace=workspace)
    plan = Subscription.objects.filter(workspace=workspace).values("plan")
    counted = whose.annotate(
        number=_count(SyncedRow.objects.filter(state=SyncedRow.State.PRESENT)),
        left=_count(SyncRun.objects.filter(status__in=UNDER_WAY)),
        plan=Subquery(plan[:1]),
    )
    ordered = list(counted.order_by("created_at", "pk"))
    limit = PLANS.get(ordered[0].plan or "", FREEMIUM).tools if ordered else None
    places = {row.kind: place for place, row in enumerate(ordered)}
    rows = {row.kind: row for row in ordered}
    shut = {kind: limit is not None and place >= limit for kind, place in places.items()}
    now = clock.now()
    return [
        _told(connector, rows.get(kind), shut.get(kind, False), now=now)
        for kind, connector in CONNECTORS.items()
    ]


def told_of(workspace: Workspace, kind: str) -> Told:
    """Return one tool; its kind is in the registry."""
    return next(told for told in tools_of(workspace) if told.connector.kind == kind)


def working_of(tool: Integration) -> Working:
    """Return the order under way or the last one, and at most 20 leads that are not written."""
    order = SyncOrder.objects.filter(integration=tool).order_by("-id").first()
    progress = None if order is None else progress_of(order)
    found = _not_written(tool).select_related("contact").order_by("-pk")
    shown = tuple(_trouble(lead) for lead in found[:RECENT])
    numbers = {"all": _count(pushes_of(tool)), "failed": _count(failed_pushes(tool))}
    counted = Integration.objects.filter(pk=tool.pk).annotate(**numbers).values(*numbers).first()
    told = counted or {"all": 0, "failed": 0}
    return Working(order, progress, shown, failed=told["failed"], pushes=told["all"])


def pushes_of(tool: Integration) -> QuerySet[SyncRun]:
    """Return the tool's pushes, the latest first."""
    return SyncRun.objects.filter(integration=tool).order_by("-id")


def failed_pushes(tool: Integration) -> QuerySet[SyncRun]:
    """Select each lead's newest push if it failed, unless people have to decide about its row."""
    newer = SyncRun.objects.filter(
        integration=tool, lead_uid=OuterRef("lead_uid"), pk__gt=OuterRef("pk")
    )
    failed = pushes_of(tool).filter(~Exists(newer), status=SyncRun.Status.FAILED)
    return failed.exclude(lead_uid__in=_aside(tool).values("lead_uid"))


def _not_written(tool: Integration) -> QuerySet[Lead]:
    """Select the leads whose newest push failed or whose row is aside, and of which none waits."""
    last = pushes_of(tool).filter(lead_uid=OuterRef("uid"))
    row = _aside(tool).filter(lead_uid=OuterRef("uid"))
    failed = pushes_of(tool).filter(status=SyncRun.Status.FAILED)
    perhaps = Q(uid__in=failed.values("lead_uid")) | Q(uid__in=_aside(tool).values("lead_uid"))
    rows = Lead.objects.filter(perhaps, workspace=tool.workspace_id).annotate(
        push=Subquery(last.values("status")[:1]),
        why=Subquery(last.values("error_code")[:1]),
        aside=Subquery(row.values("state")[:1]),
    )
    still = Q(push__isnull=True) | ~Q(push__in=UNDER_WAY)
    return rows.filter(Q(push=SyncRun.Status.FAILED) | Q(aside__isnull=False) & still)


def _aside(tool: Integration) -> QuerySet[SyncedRow]:
    rows = SyncedRow.objects.filter(integration=tool)
    return rows.exclude(state=SyncedRow.State.PRESENT)


def _trouble(lead: Lead) -> Trouble:
    state = getattr(lead, "aside", None)
    code = ROW_STATES.get(str(state)) or str(getattr(lead, "why", "") or "")
    return Trouble(lead, code, aside=state is not None)


def _count(rows: QuerySet[Any]) -> Coalesce:
    of_tool = rows.filter(integration=OuterRef("pk")).order_by().values("integration")
    return Coalesce(Subquery(of_tool.annotate(number=Count("*")).values("number")), 0)


def _told(connector: Connector, row: Integration | None, shut: bool, *, now: datetime) -> Told:
    if row is None:
        return Told(connector, None, "none")
    waiting = int(getattr(row, "left", 0))
    state = _state(row, waiting=waiting, shut=shut, now=now)
    return Told(connector, row, state, int(getattr(row, "number", 0)), waiting, shut)


def _state(row: Integration, *, waiting: int, shut: bool, now: datetime) -> str:
    if row.status != Status.ACTIVE:
        return str(row.status)
    if shut:
        return "beyond_plan"
    if row.held_until is not None and row.held_until > now and waiting:
        return "held"
    return "working" if waiting else "active"
