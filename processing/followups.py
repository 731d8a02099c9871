"""The rows of follow-ups: planned, taken by one worker at a time, ended once.

Every arrow is one UPDATE that must change a row, as in `inbox` and `outbox`.
"""

from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from billing import quotas
from flowia.lib import leases
from processing.models import Conversation, DmSequence, FollowUp, Message
from processing.planning import Plan

LEASE = timedelta(seconds=60)
"""How long a worker may keep a follow-up to itself before it is offered again."""
Status = FollowUp.Status
OPEN = (Status.PENDING, Status.TASK)


def add(
    conversation: Conversation, sequence: DmSequence, position: int, plan: Plan, *, request_id: str
) -> FollowUp | None:
    """Write what was planned: a follow-up, or the task it is; None when one is planned already."""
    task = plan.at is None
    planned = FollowUp(
        workspace=conversation.workspace,
        conversation=conversation,
        sequence=sequence,
        position=position,
        status=Status.TASK if task else Status.PENDING,
        reason=plan.reason,
        next_at=plan.task_until if task else plan.at,
        task_until=plan.task_until,
        request_id=request_id,
    )
    FollowUp.objects.bulk_create([planned], ignore_conflicts=True)
    return FollowUp.objects.filter(uid=planned.uid).first()


def claim(follow_up_id: int, *, now: datetime) -> FollowUp | None:
    """Take a follow-up that is due, for one lease, and count the attempt; None when not ours."""
    due = FollowUp.objects.filter(pk=follow_up_id, status__in=OPEN, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    mine = FollowUp.objects.filter(pk=follow_up_id, status__in=OPEN, next_at=now + LEASE)
    leases.held(mine, next_at=now, attempts=F("attempts") - 1)
    related = (
        "workspace",
        "conversation__contact",
        "conversation__workspace",
        "conversation__social_account",
        "sequence__scenario",
    )
    follow_up = FollowUp.objects.select_related(*related).get(pk=follow_up_id)
    return follow_up if follow_up.next_at == now + LEASE else None


def is_mine(follow_up: FollowUp) -> bool:
    """Return whether the follow-up still is as this worker left it."""
    return _mine(follow_up).exists()


def wait(follow_up: FollowUp, reason: str, until: datetime, *, forget_attempts: bool) -> bool:
    """Look at the follow-up again at `until`, holding nothing of the day's quota.

    Returns False when it is no longer this worker's: the caller changes nothing then.
    """
    attempts = 0 if forget_attempts else follow_up.attempts
    rows = _mine(follow_up)
    if not rows.update(reason=reason[:60], next_at=until, attempts=attempts):
        return False
    give_quota_back(follow_up)
    return True


def hold_quota(follow_up: FollowUp, day: date | None) -> bool:
    """Write of which day's quota it holds one; False when another worker has it."""
    if not _mine(follow_up).update(quota_day=day):
        return False
    follow_up.quota_day = day
    return True


def give_quota_back(follow_up: FollowUp) -> None:
    """Return the follow-up's held quota; idempotent."""
    day = FollowUp.objects.filter(pk=follow_up.pk).values_list("quota_day", flat=True).first()
    held = FollowUp.objects.filter(pk=follow_up.pk, quota_day__isnull=False)
    if day is not None and held.update(quota_day=None):
        quotas.release(follow_up.workspace, day)
    follow_up.quota_day = None


def written(follow_up: FollowUp, message: Message) -> bool:
    """Write that `message` is the follow-up, with the quota it held; False when not ours."""
    ended = {"status": Status.SENT, "reason": "", "next_at": None, "quota_day": None}
    return bool(_mine(follow_up).update(message=message, **ended))


def end(follow_up: FollowUp, status: str, reason: str) -> bool:
    """End an open follow-up as cancelled or done, whoever works on it; False when it is over."""
    rows = FollowUp.objects.filter(pk=follow_up.pk, status__in=OPEN)
    if not rows.update(status=status, reason=reason[:60], next_at=None):
        return False
    give_quota_back(follow_up)
    follow_up.status, follow_up.reason, follow_up.next_at = status, reason, None
    return True


def leave_to_human(follow_up: FollowUp, reason: str, until: datetime | None) -> bool:
    """Make the follow-up a task for a human, until the reply window ends; False when it is over."""
    waiting = (Status.PENDING, Status.SENT)
    rows = FollowUp.objects.filter(pk=follow_up.pk, status__in=waiting)
    task = {"reason": reason[:60], "task_until": until, "next_at": until, "attempts": 0}
    if not rows.update(status=Status.TASK, **task):
        return False
    give_quota_back(follow_up)
    follow_up.status, follow_up.reason = Status.TASK, reason
    return True


def _mine(follow_up: FollowUp) -> QuerySet[FollowUp]:
    """Select the follow-up while this worker's lease holds; later it is another's."""
    return FollowUp.objects.filter(
        pk=follow_up.pk, status=follow_up.status, next_at=follow_up.next_at
    )
