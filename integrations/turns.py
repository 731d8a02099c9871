"""One worker's turn at one tool: due pushes, batch by batch, until ten seconds or an erasure come.

What the tool said of a lead is kept as soon as it is known. A worker may vanish at any point: its
lease ends, its pushes are queued again, and the connector looks a lead up whose row nobody knows.
"""

import time
from dataclasses import dataclass

import structlog
from django.db.models import F, QuerySet

from flowia.lib import clock
from integrations import leases, orders, removals
from integrations.connecting import connection_of
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, Connector, ConnectorError, Item
from integrations.models import Integration, SyncedRow, SyncRun
from integrations.outcomes import Job, Tell, end_without_call, fall, keep, put_off, tell_nobody
from integrations.records import record_from

log = structlog.get_logger("flowia.integrations")
TURN_SECONDS = 10.0
STRIKES = 3
"""After so many failures with nothing written between them, the tool itself is left alone."""
UNSAID = ConnectorError("no_outcome", retryable=True)
TOGETHER = 2
"""What failed so often is taken alone: if it is what fails, it takes no others along."""


@dataclass
class _Turn:
    """A worker and the tool it holds; `strikes` are failures in a row."""

    lease: leases.Lease
    integration: Integration
    connector: Connector
    connection: Connection
    tell: Tell
    strikes: int = 0


def turn(integration_id: int, *, tell: Tell = tell_nobody) -> bool:
    """Write what is due into the tool, unless another worker does; return whether more waits.

    `tell` is called for each push that ended, in the transaction that keeps it.
    """
    lease = leases.take(integration_id)
    if lease is None:
        return False
    try:
        _begin(lease, tell)
    except leases.LostLeaseError:
        log.warning("a turn outlived its lease", integration=integration_id)
    finally:
        lease.give_back()
    orders.finish(integration_id)
    ready = Integration.objects.filter(leases.writable(clock.now()), pk=integration_id)
    # For an erasure the turn ended early: the dispatcher wakes the tool after it.
    wanted = not removals.is_due(integration_id) and _waiting(integration_id).exists()
    return wanted and ready.exists()


def _begin(lease: leases.Lease, tell: Tell) -> None:
    integration = Integration.objects.select_related("workspace").get(pk=lease.integration_id)
    connector = CONNECTORS.get(integration.kind)
    if connector is None or not _waiting(integration.pk).exists():
        return
    try:
        connection = connection_of(integration, before_call=lease.renew)
    except ConnectorError as error:
        fall(integration, error)
        return
    _work(_Turn(lease, integration, connector, connection, tell))


def _work(now: _Turn) -> None:
    until = time.monotonic() + TURN_SECONDS
    while time.monotonic() < until and now.lease.may_go_on():
        if removals.is_due(now.integration.pk):
            return
        jobs = _claim(now)
        if not jobs:
            return
        jobs = [job for job in jobs if not end_without_call(job, now.tell)]
        if jobs and not _push(now, jobs):
            return


def _waiting(integration_id: int) -> QuerySet[SyncRun]:
    """Select what is due, changes before a member's order; one push per lead runs at a time."""
    rows = SyncRun.objects.filter(integration=integration_id)
    running = rows.filter(status=SyncRun.Status.RUNNING)
    due = rows.filter(status=SyncRun.Status.QUEUED, next_at__lte=clock.now())
    due = due.exclude(lead_uid__in=running.values("lead_uid"))
    return due.order_by(F("order").asc(nulls_first=True), "pk")


def _claim(now: _Turn) -> list[Job]:
    """Take a batch of due pushes, each by its row, and count the attempt before the work."""
    found = _waiting(now.integration.pk).values_list("pk", "attempts")[: now.connector.batch]
    waiting = list(found)
    keys = [pk for pk, attempts in waiting if attempts < TOGETHER]
    if waiting and waiting[0][1] >= TOGETHER:
        keys = [waiting[0][0]]
    until = clock.now() + leases.LEASE
    SyncRun.objects.filter(pk__in=keys, status=SyncRun.Status.QUEUED).update(
        status=SyncRun.Status.RUNNING, next_at=until, attempts=F("attempts") + 1
    )
    mine = SyncRun.objects.filter(pk__in=keys, status=SyncRun.Status.RUNNING, next_at=until)
    runs = sorted(mine, key=lambda run: keys.index(run.pk))
    rows = SyncedRow.objects.filter(
        integration=now.integration, lead_uid__in=[run.lead_uid for run in runs]
    )
    known = {row.lead_uid: row for row in rows}
    return [
        Job(run, now.integration, now.connection, record_from(run.payload), known.get(run.lead_uid))
        for run in runs
    ]


def _push(now: _Turn, jobs: list[Job]) -> bool:
    """Push a batch; return whether the turn goes on."""
    left = {job.record.lead_uid: job for job in jobs}
    items = [Item(job.record, job.row.external_id if job.row else "") for job in jobs]
    try:
        for outcome in now.connector.push(now.connection, items):
            now.strikes = 0
            job = left.pop(outcome.lead_uid, None)
            if job is not None:
                keep(job, outcome, now.tell)
    except ConnectorError as error:
        return _fail(now, list(left.values()), error)
    return not left or _fail(now, list(left.values()), UNSAID)


def _fail(now: _Turn, left: list[Job], error: ConnectorError) -> bool:
    now.strikes += 1
    return put_off(now.integration, left, error, now.tell, tired=now.strikes >= STRIKES)
