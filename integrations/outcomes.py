"""What becomes of a push: written, not written, put off; each in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction

from accounts.models import Workspace
from flowia.lib import clock
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, ConnectorError, LeadRecord, Outcome, Written
from integrations.digests import digest_of
from integrations.letters import tell_of_trouble
from integrations.models import Integration, SyncedRow, SyncRun
from integrations.queueing import ROW_STATES, close, requeue, unchanged

log = structlog.get_logger("flowia.integrations")
MAX_ATTEMPTS = 4
BACKOFF_SECONDS = (10.0, 60.0, 300.0)
LONGEST_PAUSE_SECONDS = 86_400.0
SHORTEST_PAUSE_SECONDS = 0.05
ALONE = 2
"""So many attempts are noted on what failed in company, so that each is tried alone."""
LONGEST_ROW_ID, LONGEST_URL = 128, 500
"""So many characters the columns of SyncedRow hold."""


@dataclass(frozen=True)
class Job:
    """A claimed push, the lead it writes, and the row where that lead stood last time."""

    run: SyncRun
    integration: Integration
    connection: Connection
    record: LeadRecord
    row: SyncedRow | None

    @property
    def digest(self) -> str:
        """The hash of what is written, and where."""
        return digest_of(self.integration.kind, self.connection, self.record)


@dataclass(frozen=True)
class Pushed:
    """What came of one push; `code` says what failed, and is empty otherwise.

    `buried`: it will not be tried again by itself, and no member can mend it in the tool.
    """

    run_id: int
    workspace: Workspace
    lead_uid: str
    tool: str
    ok: bool
    code: str
    attempts: int
    request_id: str
    buried: bool


Tell = Callable[[Pushed], None]


def tell_nobody(_pushed: Pushed) -> None:
    """Do nothing."""


def end_without_call(job: Job, tell: Tell) -> bool:
    """End what needs no call: given up, left alone until a member decides, or written already."""
    row = job.row
    if job.run.attempts > MAX_ATTEMPTS:
        _fail(job, "gave_up", tell, buried=True)
        return True
    if row is None:
        return False
    aside = next((code for code, state in ROW_STATES.items() if state == row.state), None)
    if aside is not None:
        _fail(job, aside, tell)
        return True
    if row.external_id and row.digest == job.digest:
        close(job.run, SyncRun.Status.UNCHANGED)
        return True
    return False


def keep(job: Job, outcome: Outcome, tell: Tell) -> None:
    """Keep what the tool said of one lead; nothing when the push is not ours any more."""
    if not isinstance(outcome, Written):
        state = ROW_STATES.get(outcome.code)
        _fail(job, outcome.code, tell, state=state, buried=state is None)
        return
    if len(outcome.row_id) > LONGEST_ROW_ID:
        _fail(job, "row_id_too_long", tell, buried=True)
        return
    with transaction.atomic():
        if not close(job.run, SyncRun.Status.DONE):
            return
        now = clock.now()
        _note(
            job,
            external_id=outcome.row_id,
            # An address that is cut leads nowhere.
            url=outcome.url if len(outcome.url) <= LONGEST_URL else "",
            state=SyncedRow.State.PRESENT,
            digest=job.digest,
            written_at=now,
        )
        Integration.objects.filter(pk=job.integration.pk).update(written_at=now)
        tell(_pushed(job))


def put_off(
    integration: Integration,
    left: Sequence[Job],
    error: ConnectorError,
    tell: Tell,
    *,
    tired: bool,
) -> bool:
    """Let what was not written wait, and return whether the turn goes on with other leads.

    The first one met the error; the others were not reached, and their attempt is given back.
    `tired`: the tool failed again and again, and is left alone for a while.
    """
    if not left:
        return not (error.throttled or error.needs)
    log.warning("push put off", integration=integration.pk, code=error.code, left=len(left))
    first, *others = left
    if error.throttled or error.needs:
        _give_back(left, error.code)
        if error.throttled:
            hold(integration, _pause(error, first.run.attempts))
        elif fall(integration, error):
            tell(_pushed(first, code=error.code))
        return False
    if not error.retryable:
        if others:
            _give_back(left, error.code, attempts=ALONE)
        else:
            _fail(first, error.code, tell, buried=True)
        return not tired or hold(integration, _pause(error, first.run.attempts))
    _give_back(others, error.code)
    pause = _pause(error, first.run.attempts)
    if first.run.attempts >= MAX_ATTEMPTS:
        _fail(first, error.code, tell, buried=True)
    else:
        requeue(first.run, next_at=clock.now() + timedelta(seconds=pause), code=error.code)
    return not tired or hold(integration, pause)


def hold(integration: Integration, seconds: float) -> bool:
    """Leave the tool alone for so long, or longer; returns False, for a turn that ends."""
    until = clock.now() + timedelta(seconds=seconds)
    rows = Integration.objects.filter(pk=integration.pk)
    # A short wait of ours ends none that the tool asked for.
    rows.exclude(held_until__gt=until).update(held_until=until)
    return False


def fall(integration: Integration, error: ConnectorError) -> bool:
    """Note what members have to mend before anything is written again; return whether they have to.

    The owners are written to. What the tool said of a key, a table or columns that were replaced
    meanwhile counts no more.
    """
    working = unchanged(integration).filter(status=Integration.Status.ACTIVE)
    with transaction.atomic():
        fell = bool(working.update(status=error.needs, status_reason=error.code[:100]))
        if fell:
            tell_of_trouble(integration)
    return fell


def _give_back(jobs: Sequence[Job], code: str, *, attempts: int | None = None) -> None:
    now = clock.now()
    for job in jobs:
        before = job.run.attempts - 1
        counted = before if attempts is None else max(before, attempts)
        requeue(job.run, next_at=now, code=code, attempts=counted)


def _pause(error: ConnectorError, attempts: int) -> float:
    own = BACKOFF_SECONDS[min(max(attempts, 1), len(BACKOFF_SECONDS)) - 1]
    asked = error.retry_after
    if asked is None or not error.throttled:
        # An ambiguous call is looked up later than the tool asks, when it goes on failing.
        asked = max(own, asked or 0.0)
    return min(max(asked, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)


def _fail(
    job: Job, code: str, tell: Tell, *, state: str | None = None, buried: bool = False
) -> None:
    with transaction.atomic():
        if not close(job.run, SyncRun.Status.FAILED, code):
            return
        if state is not None:
            _note(job, state=state)
        tell(_pushed(job, code=code, buried=buried))


def _note(job: Job, **columns: object) -> None:
    SyncedRow.objects.update_or_create(
        integration=job.integration,
        lead_uid=job.run.lead_uid,
        defaults={"workspace_id": job.run.workspace_id, **columns},
    )


def _pushed(job: Job, *, code: str = "", buried: bool = False) -> Pushed:
    run = job.run
    return Pushed(
        run_id=run.pk,
        workspace=job.integration.workspace,
        lead_uid=str(run.lead_uid),
        tool=CONNECTORS[job.integration.kind].name,
        ok=not code,
        code=code,
        attempts=run.attempts,
        request_id=run.request_id,
        buried=buried,
    )
