"""One call of an address outside: claimed, signed, made once, tried again over a day.

Each event is taken at least once as long as the address answers within that time; no order is
promised, not even for one lead: a call that failed comes after those that followed it. Receivers
tell repetitions by `webhook-id`, and older news by `timestamp`.
"""

import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from flowia.lib import clock, outward, ratelimit
from flowia.lib.crypto import CannotDecryptError
from flowia.lib.errors import TooManyRequestsError
from flowia.lib.outward import OutwardError
from integrations.hooks import disabling, signing
from integrations.hooks.queueing import TEST, body_of, working
from integrations.models import Hook, HookCall

log = structlog.get_logger("flowia.hooks")
Status = HookCall.Status
LEASE = timedelta(seconds=60)
PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 36_000)
"""Seconds before the second attempt, the third, and so on: eight attempts in 28 hours, the table
of Standard Webhooks (spec/standard-webhooks.md, "Retry schedule", read 2026-11-28)."""
MAX_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.2
LONGEST_PAUSE = 86_400
BEYOND_PLAN = timedelta(hours=1)
TAKEN, GONE, REDIRECTED, REFUSED = 200, 410, 300, 400
TROUBLED = timedelta(minutes=1)
PROBES, PROBE_SECONDS = 2, 60
CROWD_SECONDS = (60, 600)
"""An address that answers nothing for a minute gets two calls a minute, so that a dead one does
not keep the workers; the others come back after one to ten minutes."""
TESTS, HOUR = 30, 3600
AGENT = "FlowIA-Webhooks/1.0"


@dataclass(frozen=True)
class Outcome:
    """What one attempt met: the HTTP status or none, our code where it failed, how long it took.

    `pause` is how many seconds the other side asked us to wait.
    """

    code: str = ""
    http_status: int | None = None
    milliseconds: int = 0
    pause: int = 0


def call(call_id: int, *, limit: int | None) -> None:
    """Make one call that is due; `limit` is how many hooks the workspace's plan carries.

    Whoever does not get the claim goes home. Makes an HTTP call: never inside a transaction.
    """
    now = clock.now()
    row = HookCall.objects.filter(pk=call_id, status=Status.QUEUED, next_at__lte=now)
    found = row.select_related("hook", "workspace").first()
    if found is None or not _may_leave(found, limit=limit, now=now):
        return
    lease = now + LEASE
    if row.update(status=Status.RUNNING, next_at=lease, attempts=F("attempts") + 1):
        claimed = HookCall.objects.select_related("hook__workspace").get(pk=call_id)
        if claimed.attempts > MAX_ATTEMPTS:
            _close(claimed, Outcome("gave_up"), lease=lease)
            return
        _note(claimed, _attempt(claimed), lease=lease)


def test(hook: Hook) -> HookCall:
    """Call the address once, now, with `test.ping`; returns the call with what came of it.

    It is never tried again, works for hooks that are paused, and disables none. Raises
    TooManyRequestsError. Makes an HTTP call: never inside a transaction.
    """
    verdict = ratelimit.take(f"hook-test:{hook.uid}", limit=TESTS, seconds=HOUR)
    if verdict is not None and not verdict.passed:
        raise TooManyRequestsError(retry_after=verdict.retry_after)
    now = clock.now()
    lease = now + LEASE
    made = HookCall.objects.create(
        workspace=hook.workspace,
        hook=hook,
        event=TEST,
        payload=body_of(TEST, {"hook": {"id": str(hook.uid), "name": hook.name}}, at=now),
        status=Status.RUNNING,
        attempts=1,
        next_at=lease,
    )
    _note(made, _attempt(made), lease=lease)
    made.refresh_from_db()
    return made


def overdue(*, now: datetime) -> int:
    """Queue calls again whose worker vanished: a receiver knows a repetition by its id."""
    lost = HookCall.objects.filter(status=Status.RUNNING, next_at__lte=now)
    return lost.update(status=Status.QUEUED, next_at=now)


def _may_leave(found: HookCall, *, limit: int | None, now: datetime) -> bool:
    """Return whether the call may be made now; one that may not is put off."""
    waiting = HookCall.objects.filter(pk=found.pk, status=Status.QUEUED)
    if found.hook not in working(found.workspace, limit=limit):
        waiting.update(next_at=now + BEYOND_PLAN, error_code="plan")
        return False
    with transaction.atomic():
        # Held, so that nobody resumes the hook between the look and the waiting.
        held = Hook.objects.select_for_update(no_key=True).filter(pk=found.hook_id).first()
        if held is None:
            return False
        if held.status != Hook.Status.ACTIVE:
            waiting.update(next_at=None)
            return False
    if held.failing_since is None or now - held.failing_since < TROUBLED:
        return True
    verdict = ratelimit.take(f"hook:{held.uid}", limit=PROBES, seconds=PROBE_SECONDS)
    if verdict is None or verdict.passed:
        return True
    waiting.update(next_at=now + timedelta(seconds=_between(*CROWD_SECONDS)))
    return False


def _attempt(row: HookCall) -> Outcome:
    """Sign the call and make it once; the same body and id at each attempt, a new moment."""
    at = clock.now()
    try:
        known = signing.secrets_of(row.hook.credentials, now=at)
    except CannotDecryptError:
        known = []
    if not known:
        return Outcome("no_secret")
    body = written(row)
    signed = signing.headers_for(known, uid=str(row.uid), at=int(at.timestamp()), body=body)
    headers = {"Content-Type": "application/json", "User-Agent": AGENT, **signed}
    begun = time.monotonic()
    try:
        heard = outward.post(row.hook.url, body, headers)
    except OutwardError as error:
        return Outcome(error.code, milliseconds=_since(begun))
    pause = _asked_pause(heard.retry_after, now=clock.now())
    return Outcome(_judged(heard.status), heard.status, _since(begun), pause)


def written(row: HookCall) -> bytes:
    """Return the body of a call, byte for byte the same at each attempt."""
    # PostgreSQL keeps no order of names.
    ordered = {name: row.payload.get(name) for name in ("type", "timestamp", "data")}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _judged(status: int) -> str:
    if TAKEN <= status < REDIRECTED:
        return ""
    if status == GONE:
        return "gone"
    return "redirected" if REDIRECTED <= status < REFUSED else "refused"


def _note(row: HookCall, outcome: Outcome, *, lease: datetime) -> None:
    """Write down what an attempt met, and what follows from it for the hook."""
    log.info("called", call=row.pk, hook=row.hook_id, code=outcome.code or "taken")
    if not outcome.code:
        if _close(row, outcome, lease=lease):
            disabling.note_success(row.hook, now=clock.now())
        return
    # What a former address answers says nothing of the new one: the call goes there.
    gone = outcome.code == "gone" and disabling.at_its_address(row.hook).exists()
    final = gone or row.event == TEST or row.attempts >= MAX_ATTEMPTS
    mine = _close(row, outcome, lease=lease) if final else _postpone(row, outcome, lease=lease)
    if mine and row.event != TEST:
        disabling.note_failure(row.hook, gone=gone, now=clock.now())


def _postpone(row: HookCall, outcome: Outcome, *, lease: datetime) -> bool:
    pause = PAUSES[row.attempts - 1] * (1 + _between(0, 1000) / 1000 * JITTER)
    next_at = clock.now() + timedelta(seconds=min(max(pause, outcome.pause), LONGEST_PAUSE))
    return bool(_mine(row, lease).update(status=Status.QUEUED, next_at=next_at, **_traces(outcome)))


def _close(row: HookCall, outcome: Outcome, *, lease: datetime) -> bool:
    status = Status.FAILED if outcome.code else Status.DONE
    changes = {"status": status, "next_at": None, "finished_at": clock.now()}
    return bool(_mine(row, lease).update(**changes, **_traces(outcome)))


def _mine(row: HookCall, lease: datetime) -> QuerySet[HookCall]:
    """Select the call while this attempt still has it: who slept through it changes nothing."""
    return HookCall.objects.filter(pk=row.pk, status=Status.RUNNING, next_at=lease)


def _traces(outcome: Outcome) -> dict[str, object]:
    return {
        "error_code": outcome.code[:60],
        "http_status": outcome.http_status,
        "milliseconds": outcome.milliseconds,
    }


def _asked_pause(text: str, *, now: datetime) -> int:
    """Return the seconds of a Retry-After: a number or a date (RFC 9110, 10.2.3); 0 for none."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, min(int((at - now).total_seconds()), LONGEST_PAUSE))
    except (ValueError, OverflowError):
        return 0


def _between(low: int, high: int) -> int:
    return low + secrets.randbelow(high - low + 1)


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
