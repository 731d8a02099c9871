"""act: what a member does with many leads, one lead after the other, by the deeds for one lead.

Each lead is a transaction of its own, under the lease of the slice: a worker that vanishes loses
nothing and does nothing twice. Who cancels stops it before the next lead. A lead that breaks off
is tried again after the others, and left for an operator after the third time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, QuerySet

from billing.plans import PlanRequiredError
from flowia.lib import clock, leases
from flowia.lib.errors import ConflictError, NotFoundError
from processing import deadletters, leading, receipts
from processing.models import Lead, LeadAct, LeadActRow
from processing.wakes import Wake

log = structlog.get_logger("flowia.acts")
LEASE = timedelta(seconds=60)
"""Longer than the task may take."""
SLICE_SECONDS = 4.0
BATCH = 50
MAX_ATTEMPTS = 3
PAUSE = timedelta(seconds=20)
"""Before the leads at which an act broke off are tried again."""
Status, State, Kind = LeadAct.Status, LeadActRow.State, LeadAct.Kind
OPEN = (Status.QUEUED, Status.RUNNING, Status.UNDOING)
Done = tuple[LeadActRow.State, list[Wake]]
Deed = Callable[[LeadAct, Lead, dict[str, Any], datetime], Done]


class _NotMineError(Exception):
    """The act was cancelled, or another worker has it."""


def act(act_id: int) -> list[Wake]:
    """Do one slice; returns what is to be woken: tools, and the act for its next slice."""
    found = _claim(act_id)
    if found is None:
        return []
    undoing = found.status == Status.UNDOING
    one = _take_back if undoing else _do
    rows = LeadActRow.objects.filter(act=found, state=State.CHANGED if undoing else State.WAITING)
    # Those that broke off wait until the others had their turn.
    turn = rows.filter(attempts=rows.aggregate(fewest=Min("attempts"))["fewest"] or 0)
    started, wakes = monotonic(), list[Wake]()
    try:
        while batch := list(turn.select_related("lead__contact").order_by("pk")[:BATCH]):
            for row in batch:
                if monotonic() - started > SLICE_SECONDS:
                    _mine(found).update(next_at=clock.now())
                    return [*dict.fromkeys(wakes), Wake("act", found.pk)]
                wakes += _tried(found, row, one)
    except _NotMineError:
        log.info("act is not ours any more", act=found.pk)
        return list(dict.fromkeys(wakes))
    if rows.exists():
        _mine(found).update(next_at=clock.now() + PAUSE)
        return list(dict.fromkeys(wakes))
    end = Status.UNDONE if undoing else Status.DONE
    _mine(found).update(status=end, next_at=None, finished_at=clock.now())
    return list(dict.fromkeys(wakes))


def _tried(found: LeadAct, row: LeadActRow, deed: Deed) -> list[Wake]:
    """Do one lead; one that breaks off is counted and holds up nobody else."""
    try:
        return _one(found, row, deed)
    except (_NotMineError, OperationalError, InterfaceError):
        # A deadlock, a database that went away: the act is due again by itself.
        raise
    except Exception as error:  # noqa: BLE001 - counted in the row, for an operator to replay
        _count(found, row, type(error).__name__)
        return []


def _count(found: LeadAct, row: LeadActRow, error: str) -> None:
    attempts = row.attempts + 1
    log.warning("lead of an act broke off", act=found.pk, lead=row.lead_id, error=error)
    state = row.state if attempts < MAX_ATTEMPTS else State.FAILED
    mine = LeadActRow.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts)
    with transaction.atomic():
        if mine.update(state=state, attempts=attempts) and state == State.FAILED:
            workspace = found.workspace
            deadletters.bury("act", found.pk, workspace=workspace, reason=error, attempts=attempts)


def _one(found: LeadAct, row: LeadActRow, deed: Deed) -> list[Wake]:
    now = clock.now()
    with transaction.atomic():
        lead = leading.hold(row.lead)
        if lead is None:
            # Erased meanwhile; its row went with it, or goes.
            LeadActRow.objects.filter(pk=row.pk).update(state=State.FAILED)
            return []
        # Held until the commit: who cancels now waits, and finds this lead done.
        if _mine(found).select_for_update(no_key=True).first() is None:
            raise _NotMineError
        before = row.before or leading.noted(lead)
        state, wakes = deed(found, lead, before, now)
        mine = LeadActRow.objects.filter(pk=row.pk, state=row.state)
        if not mine.update(state=state, before=before, attempts=0):
            raise _NotMineError
    return wakes


def _do(found: LeadAct, lead: Lead, before: dict[str, Any], now: datetime) -> Done:
    by = str(found.asked_by)
    if found.kind == Kind.REWRITE:
        try:
            return State.CHANGED, receipts.rewrite(lead, found.value, now=now)
        except (ConflictError, NotFoundError, PlanRequiredError) as error:
            log.info("lead not written anew", lead=lead.pk, code=error.code)
            return State.FAILED, []
    same = before[found.kind] == found.value
    if found.kind == Kind.LEVEL:
        same = same and before["level_by_member"]
    changes = {str(found.kind): found.value}
    wakes = leading.correct(lead, **changes, by=by, now=now, act=str(found.uid))
    return (State.SAME if same else State.CHANGED), wakes


def _take_back(found: LeadAct, lead: Lead, before: dict[str, Any], now: datetime) -> Done:
    by, number = str(found.asked_by), str(found.uid)
    done, wakes = leading.take_back(lead, found.kind, before, act=number, by=by, now=now)
    return (State.UNDONE if done else State.KEPT), wakes


def _claim(act_id: int) -> LeadAct | None:
    now = clock.now()
    due = LeadAct.objects.filter(pk=act_id, status__in=OPEN, next_at__lte=now)
    if not due.update(next_at=now + LEASE):
        return None
    mine = LeadAct.objects.filter(pk=act_id, status__in=OPEN, next_at=now + LEASE)
    leases.held(mine, next_at=now)
    found = LeadAct.objects.select_related("workspace").get(pk=act_id)
    LeadAct.objects.filter(pk=act_id, status=Status.QUEUED).update(status=Status.RUNNING)
    return found


def _mine(found: LeadAct) -> QuerySet[LeadAct]:
    rows = LeadAct.objects.filter(pk=found.pk, status__in=OPEN, next_at=found.next_at)
    undoing = found.status == Status.UNDOING
    return rows.filter(status=Status.UNDOING) if undoing else rows.exclude(status=Status.UNDOING)
