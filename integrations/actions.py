"""Writing leads into the tools: queued as rows, pushed one at a time per lead, tried again."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.crypto import CannotDecryptError
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, ConnectorError, LeadRecord
from integrations.models import Integration, SyncedRow, SyncRun

log = structlog.get_logger("flowia.integrations")
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 4
BACKOFF_SECONDS = (10, 60, 300)
LONGEST_PAUSE_SECONDS = 86_400
BUSY_SECONDS = 2


@dataclass(frozen=True)
class Pushed:
    """What came of one push, for the ledger; `code` says what failed, and is empty otherwise."""

    workspace: Workspace
    lead_uid: str
    tool: str
    ok: bool
    code: str
    attempts: int
    request_id: str


def queue_push(
    workspace: Workspace, record: LeadRecord, *, now: datetime, request_id: str
) -> list[int]:
    """Queue one push per connected tool; a push that still waits takes the newer values.

    Returns the ids of the runs to wake.
    """
    runs = [
        _queue(integration, record, now=now, request_id=request_id)
        for integration in Integration.objects.filter(workspace=workspace)
        if integration.kind in CONNECTORS
    ]
    return [run for run in runs if run is not None]


def push(run_id: int) -> Pushed | None:
    """Push one lead; None when the run is not due, not ours, or will be tried again."""
    now = clock.now()
    run = _claim(run_id, now=now)
    if run is None:
        return None
    if run.attempts > MAX_ATTEMPTS:
        _close(run, SyncRun.Status.FAILED, "gave_up")
        return _pushed(run, ok=False, code="gave_up")
    integration = run.integration
    connector = CONNECTORS[integration.kind]
    known = SyncedRow.objects.filter(integration=integration, lead_uid=run.lead_uid).first()
    record = LeadRecord(**{**run.payload, "evidence": tuple(run.payload["evidence"])})
    try:
        external_id = connector.push(
            connection_of(integration), record, known.external_id if known else ""
        )
    except ConnectorError as error:
        return _failed(run, error)
    with transaction.atomic():
        SyncedRow.objects.update_or_create(
            integration=integration,
            lead_uid=run.lead_uid,
            defaults={"workspace": run.workspace, "external_id": external_id},
        )
        _close(run, SyncRun.Status.DONE)
        Integration.objects.filter(pk=integration.pk).exclude(status="active").update(
            status=Integration.Status.ACTIVE, status_reason=""
        )
    return _pushed(run, ok=True)


def reopen_push(run_id: int, *, now: datetime) -> bool:
    """Make a failed push due again; False when it is not failed or a newer one waits."""
    failed = SyncRun.objects.filter(pk=run_id, status=SyncRun.Status.FAILED)
    try:
        with transaction.atomic():
            return bool(failed.update(status="queued", next_at=now, attempts=0, error_code=""))
    except IntegrityError:
        return False


def overdue(*, now: datetime) -> int:
    """Queue runs again whose worker vanished: a push may safely be repeated."""
    lost = SyncRun.objects.filter(status=SyncRun.Status.RUNNING, next_at__lte=now)
    count = 0
    for run in lost[:100]:
        try:
            with transaction.atomic():
                count += SyncRun.objects.filter(pk=run.pk, status="running").update(
                    status="queued", next_at=now
                )
        except IntegrityError:
            # A newer push of the same lead waits already and will write the same row.
            _close(run, SyncRun.Status.FAILED, "superseded")
    return count


def _queue(
    integration: Integration, record: LeadRecord, *, now: datetime, request_id: str
) -> int | None:
    """Queue or refresh the push; None when a worker took it in this very moment."""
    payload = asdict(record)
    waiting = SyncRun.objects.filter(
        integration=integration, lead_uid=record.lead_uid, status=SyncRun.Status.QUEUED
    )
    if waiting.update(payload=payload, request_id=request_id):
        return waiting.values_list("pk", flat=True).first()
    run = SyncRun(
        workspace=integration.workspace,
        integration=integration,
        lead_uid=record.lead_uid,
        payload=payload,
        next_at=now,
        request_id=request_id,
    )
    SyncRun.objects.bulk_create([run], ignore_conflicts=True)
    waiting.update(payload=payload)
    return waiting.values_list("pk", flat=True).first()


def _claim(run_id: int, *, now: datetime) -> SyncRun | None:
    """Take a due run; while another push of the same lead runs, it waits for a moment."""
    due = SyncRun.objects.filter(pk=run_id, status="queued", next_at__lte=now)
    try:
        with transaction.atomic():
            taken = due.update(status="running", next_at=now + LEASE, attempts=F("attempts") + 1)
    except IntegrityError:
        due.update(next_at=now + timedelta(seconds=BUSY_SECONDS))
        return None
    if not taken:
        return None
    return SyncRun.objects.select_related("integration", "workspace").get(pk=run_id)


def connection_of(integration: Integration) -> Connection:
    """Return where and how to write; raises ConnectorError when the secret cannot be read."""
    try:
        token = str(integration.credentials.get("token", ""))
    except CannotDecryptError as error:
        raise ConnectorError("cannot_decrypt", needs="needs_login") from error
    return Connection(token, integration.target, integration.field_map)


def _failed(run: SyncRun, error: ConnectorError) -> Pushed | None:
    if error.needs:
        integration = run.integration
        integration.status, integration.status_reason = error.needs, error.code[:100]
        integration.save(update_fields=["status", "status_reason"])
    if error.retryable and run.attempts < MAX_ATTEMPTS and _requeue(run, error):
        log.warning("push postponed", run=run.pk, code=error.code)
        return None
    _close(run, SyncRun.Status.FAILED, error.code)
    return _pushed(run, ok=False, code=error.code)


def _requeue(run: SyncRun, error: ConnectorError) -> bool:
    pause = error.retry_after or BACKOFF_SECONDS[min(run.attempts, len(BACKOFF_SECONDS)) - 1]
    next_at = clock.now() + timedelta(seconds=min(pause, LONGEST_PAUSE_SECONDS))
    try:
        with transaction.atomic():
            SyncRun.objects.filter(pk=run.pk, status="running").update(
                status="queued", next_at=next_at, error_code=error.code[:60]
            )
    except IntegrityError:
        # A newer push of the same lead waits already and carries the newer values.
        return False
    return True


def _close(run: SyncRun, status: str, code: str = "") -> None:
    SyncRun.objects.filter(pk=run.pk, status="running").update(
        status=status, next_at=None, error_code=code[:60], finished_at=clock.now()
    )


def _pushed(run: SyncRun, *, ok: bool, code: str = "") -> Pushed:
    tool = CONNECTORS[run.integration.kind].name
    return Pushed(run.workspace, str(run.lead_uid), tool, ok, code, run.attempts, run.request_id)
