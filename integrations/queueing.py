"""Which pushes wait: one per lead and tool, always with the newest values."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.standing import Standing, StandingChange, given
from integrations import leases
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import LeadRecord
from integrations.models import Integration, SyncedRow, SyncRun

Status = SyncRun.Status
SILENT = (Integration.Status.SETTING_UP, Integration.Status.PAUSED)
"""Nothing is queued for these; for those that have to be mended, pushes wait."""
ROW_MISSING, ROW_DUPLICATED = "row_missing", "row_duplicated"
ROW_STATES = {
    ROW_MISSING: SyncedRow.State.MISSING,
    ROW_DUPLICATED: SyncedRow.State.DUPLICATED,
}
"""What a connector says of a row that people changed, and how it is kept."""
TOOLS = Standing(
    lambda: Integration.objects.filter(workspace=given.key("workspace")).order_by(
        "created_at", "pk"
    )
)
RENEW = StandingChange(
    lambda: (
        SyncRun.objects.filter(
            integration=given.key("integration"), lead_uid=given.uid("lead"), status=Status.QUEUED
        ),
        {"payload": given.json("payload"), "request_id": given.word("request_id")},
    )
)
ASIDE = Standing(
    lambda: (
        SyncedRow.objects.filter(integration=given.key("integration"), lead_uid=given.uid("lead"))
        .exclude(state=SyncedRow.State.PRESENT)
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)


def opened(workspace: Workspace, tools: int | None) -> list[Integration]:
    """Return the tools that a plan of so many opens: the first ones; None opens all."""
    return TOOLS(workspace=workspace.pk)[:tools]


def queue_push(
    workspace: Workspace,
    record: LeadRecord,
    *,
    now: datetime,
    request_id: str,
    tools: int | None = None,
) -> list[int]:
    """Let the lead be written into every tool that is connected and opened by the plan.

    It waits for SYNC_SETTLE_SECONDS; one that waits already takes the newer values and keeps its
    place. A row that people took away or doubled there is left alone. Returns the tools' ids.
    """
    next_at = now + timedelta(seconds=settings.SYNC_SETTLE_SECONDS)
    return [
        integration.pk
        for integration in opened(workspace, tools)
        if integration.kind in CONNECTORS
        and integration.status not in SILENT
        and not _set_aside(integration, record.lead_uid)
        and put(integration, record, next_at=next_at, request_id=request_id)
    ]


def tools_due(now: datetime) -> QuerySet[Integration]:
    """Select the tools that a worker may take now, with `next_at`: since when something waits.

    Which of them a plan opens is asked when one is taken.
    """
    waiting = Q(runs__status=Status.QUEUED, runs__next_at__lte=now)
    rows = Integration.objects.filter(waiting, leases.idle(now), leases.writable(now))
    # Who was held is due from the end of that on, and woken anew.
    first = Min("runs__next_at")
    return rows.annotate(next_at=Greatest(first, Coalesce(F("held_until"), first)))


def put(
    integration: Integration, record: LeadRecord, *, next_at: datetime, request_id: str
) -> bool:
    """Queue one push, or give the one that waits the newer values.

    False when a worker took it in this very moment, twice in a row: it holds these values then.
    """
    newer = {"payload": asdict(record), "request_id": request_id}
    mine = {"integration": integration.pk, "lead": UUID(record.lead_uid)}
    if RENEW(**mine, **newer):
        return True
    run = SyncRun(
        workspace_id=integration.workspace_id,
        integration=integration,
        lead_uid=record.lead_uid,
        next_at=next_at,
        **newer,
    )
    SyncRun.objects.bulk_create([run], ignore_conflicts=True)
    return bool(RENEW(**mine, **newer))


def rewrite(row: SyncedRow, record: LeadRecord, *, now: datetime, request_id: str) -> int:
    """Write a lead again as a member wishes, whatever became of its row; returns the tool's id.

    The tool is asked where the lead stands: a row that was taken away is made anew, one that stood
    twice is found once people have taken the other away.
    """
    with transaction.atomic():
        SyncedRow.objects.filter(pk=row.pk).update(
            state=SyncedRow.State.PRESENT, external_id="", url="", digest=""
        )
        put(row.integration, record, next_at=now, request_id=request_id)
        _of(row.integration_id, row.lead_uid).filter(status=Status.QUEUED).update(
            next_at=now, attempts=0
        )
    return row.integration_id


def reopen_push(run_id: int, record: LeadRecord, *, now: datetime) -> bool:
    """Make a failed push due again; False when it is not failed, or a newer one was queued.

    It writes `record`, the lead as it is now: nobody heard of changes while its row was set aside.
    """
    failed = SyncRun.objects.filter(pk=run_id, status=Status.FAILED)
    run = failed.first()
    if run is None or _of(run.integration_id, run.lead_uid).filter(pk__gt=run.pk).exists():
        return False
    rows = SyncedRow.objects.filter(integration=run.integration_id, lead_uid=run.lead_uid)
    again = {"status": Status.QUEUED, "next_at": now, "attempts": 0, "error_code": ""}
    try:
        with transaction.atomic():
            # Whoever asks for it once more has seen what became of the row.
            rows.exclude(state=SyncedRow.State.PRESENT).update(
                state=SyncedRow.State.PRESENT, external_id="", url="", digest=""
            )
            return bool(failed.update(**again, payload=asdict(record), finished_at=None))
    except IntegrityError:
        return False


def resume(integration: Integration, *, now: datetime) -> None:
    """Write into a tool that a member connected, mended or let go on; what waits is due at once.

    Its status need not be set before. Where changes went unheard, an order writes what differs.
    """
    integration.status, integration.status_reason = Integration.Status.ACTIVE, ""
    integration.held_until = None
    # No `save`: it may have been disconnected in this very moment.
    Integration.objects.filter(pk=integration.pk).update(
        status=integration.status, status_reason="", held_until=None
    )
    waiting = SyncRun.objects.filter(integration=integration, status=Status.QUEUED)
    # What kept it from being written is mended.
    waiting.update(next_at=now, attempts=0, error_code="")


def shelve(integration_id: int, *, until: datetime) -> None:
    """Look at the tool's due pushes again at that moment only; `resume` and orders end it."""
    due = SyncRun.objects.filter(
        integration=integration_id, status=Status.QUEUED, next_at__lte=clock.now()
    )
    due.update(next_at=until)


def unchanged(integration: Integration) -> QuerySet[Integration]:
    """Select the tool if its key, table and columns are still those of this object."""
    return Integration.objects.filter(
        pk=integration.pk,
        sealed_credentials=integration.sealed_credentials,
        target=integration.target,
        field_map=integration.field_map,
    )


def overdue(*, now: datetime) -> int:
    """Queue pushes again whose worker vanished: a push may safely be repeated."""
    lost = SyncRun.objects.filter(
        leases.idle(now, "integration__"), status=Status.RUNNING, next_at__lte=now
    )
    return sum(requeue(run, next_at=now, code="vanished") for run in lost[:100])


def requeue(run: SyncRun, *, next_at: datetime, code: str, attempts: int | None = None) -> bool:
    """Let a push that a worker has wait again; False when a newer one of its lead waits already.

    The newer one will write the same row, and takes its place in its order.
    """
    counted = run.attempts if attempts is None else attempts
    back = {"status": Status.QUEUED, "next_at": next_at, "attempts": max(0, counted)}
    try:
        with transaction.atomic():
            return bool(taken(run).update(**back, error_code=code[:60]))
    except IntegrityError:
        pass
    with transaction.atomic():
        newer = _of(run.integration_id, run.lead_uid).filter(status=Status.QUEUED, order=None)
        if run.order_id and newer.update(order=run.order_id):
            SyncRun.objects.filter(pk=run.pk).update(order=None)
        close(run, Status.FAILED, "superseded")
    return False


def close(run: SyncRun, status: str, code: str = "") -> bool:
    """End a push that a worker has; False when it is not theirs any more."""
    ended: dict[str, Any] = {"status": status, "next_at": None, "error_code": code[:60]}
    return bool(taken(run).update(**ended, finished_at=clock.now()))


def taken(run: SyncRun) -> QuerySet[SyncRun]:
    """Select the run if it is still in the hands of the worker that claimed it thus."""
    return SyncRun.objects.filter(pk=run.pk, status=Status.RUNNING, attempts=run.attempts)


def _of(integration_id: int, lead_uid: UUID) -> QuerySet[SyncRun]:
    return SyncRun.objects.filter(integration=integration_id, lead_uid=lead_uid)


def _set_aside(integration: Integration, lead_uid: str) -> bool:
    return bool(ASIDE(integration=integration.pk, lead=UUID(lead_uid)))
