"""Planning follow-ups and calling them off: for people who wrote, one at a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from flowia.lib.standing import Standing, given
from processing import followups, holding, inbox, ledger, outbox, restored, since
from processing.models import (
    Conversation,
    DmSequence,
    FollowUp,
    InteractionEvent,
    Message,
    Scenario,
    SequenceStep,
)
from processing.planning import plan_follow_up
from processing.steps import steps_of

Log = InteractionEvent.Kind
Purpose = Message.Purpose
WAITING = (Message.Status.HELD, Message.Status.QUEUED)
LEFT = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ)
RUNNING = Standing(
    lambda: (
        DmSequence.objects.filter(
            workspace=given.key("workspace"),
            active=True,
            scenario__kind=Scenario.Kind.FOLLOW_UP,
            scenario__archived_at=None,
        )
        .exclude(scenario__autonomy=Scenario.Autonomy.OFF)
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)


def plan_after(message: Message, *, now: datetime) -> FollowUp | None:
    """Plan the follow-up that comes after `message`, an answer or a follow-up that left.

    None where none is wanted: no sequence, its steps are over, a human is in charge or is to call,
    the contact asked for silence or has written since; nor after what a backup brought back.
    Call it in the transaction that tells that it left.
    """
    if not RUNNING(workspace=message.workspace_id):
        return None
    if not Message.objects.filter(pk=message.pk, status__in=LEFT).exists():
        return None
    if not outbox.lock(message.conversation):
        return None
    conversation = _fresh(message.conversation)
    step = _step_after(message, conversation) if _is_wanted(message, conversation, now) else None
    if step is None or restored.may_be_done(message.created_at, now=now):
        return None
    _call_off(conversation, "newer_answer", (FollowUp.Status.PENDING,))
    plan = plan_follow_up(
        now=now,
        wanted_at=now + timedelta(minutes=step.delay_minutes),
        window_closes_at=conversation.window_closes_at,
        zone=ZoneInfo(conversation.workspace.timezone),
    )
    planned = followups.add(
        conversation, step.sequence, step.position, plan, request_id=message.request_id
    )
    if planned is not None:
        outcome = "task" if planned.status == FollowUp.Status.TASK else "planned"
        until = plan.at or plan.task_until
        note(planned, plan.reason, outcome, {"until": until.isoformat()} if until else {})
    return planned


def step_of(follow_up: FollowUp) -> SequenceStep | None:
    """Return the step a follow-up stands for; None once its scenario or step is no longer there."""
    found = [one for one in _running(follow_up.conversation) if one.pk == follow_up.sequence_id]
    return found[0].steps.filter(position=follow_up.position).first() if found else None


def cancel(conversation: Conversation, reason: str, *, now: datetime, tasks: bool = True) -> None:
    """Call off what is planned in the conversation, and what was written and has not left.

    With `tasks` also what a human was to write. Call it inside a transaction.
    """
    outbox.lock(conversation)
    statuses = (FollowUp.Status.PENDING, FollowUp.Status.TASK) if tasks else ("pending",)
    _call_off(conversation, reason, statuses)
    waiting = holding.waiting_to_leave(conversation, [Purpose.FOLLOW_UP])
    for message in holding.take_back(waiting, reason, now=now):
        inbox.unflag_if_nothing_waits(conversation)
        for follow_up in FollowUp.objects.filter(message=message):
            ended = {"status": FollowUp.Status.CANCELLED, "reason": reason}
            if FollowUp.objects.filter(pk=follow_up.pk, status="sent").update(**ended):
                note(follow_up, reason, "cancelled")


def planned_in(conversation: Conversation) -> list[dict[str, str]]:
    """Return what `cancel` without tasks would call off, by its `uid`, with when it was due.

    `at` is "" of what was written already. Call it under the lock.
    """
    waits = Q(status=FollowUp.Status.PENDING) | Q(status="sent", message__status__in=WAITING)
    rows = FollowUp.objects.filter(waits, conversation=conversation)
    return [
        {"uid": str(one.uid), "at": one.next_at.isoformat() if one.next_at else ""} for one in rows
    ]


def plan_again(
    conversation: Conversation, called_off: Iterable[dict[str, str]], reason: str, why: str
) -> bool:
    """Plan again what was called off for `reason`, told as `why`; return whether all is back.

    What was written stays off, and so does everything once another is planned. Call it under the
    lock, for `called_off` of `planned_in`.
    """
    whole = True
    for one in called_off:
        rows = FollowUp.objects.filter(uid=one["uid"], conversation=conversation)
        off = rows.filter(status=FollowUp.Status.CANCELLED, reason=reason, message=None).first()
        others = FollowUp.objects.filter(conversation=conversation, status="pending")
        if not one["at"] or off is None or others.exists():
            whole = False
            continue
        again = {"status": FollowUp.Status.PENDING, "reason": "", "next_at": one["at"]}
        rows.update(**again)
        note(off, why, "planned", {"until": one["at"]})
    return whole


def human_wrote(conversation: Conversation, *, now: datetime) -> None:
    """A human wrote: what they were to write is done, what was planned is called off."""
    for follow_up in FollowUp.objects.filter(conversation=conversation, status="task"):
        finish(follow_up, FollowUp.Status.DONE, "human_replied")
    cancel(conversation, "human_replied", now=now)


def cancel_one(follow_up: FollowUp, reason: str, *, by: str = "", now: datetime) -> bool:
    """Call one follow-up off, for the member `by`; False when there is nothing left to call off."""
    with transaction.atomic():
        if not outbox.lock(follow_up.conversation):
            return False
        if finish(follow_up, FollowUp.Status.CANCELLED, reason, {"by": by}):
            return True
        waiting = holding.waiting_to_leave(follow_up.conversation, [Purpose.FOLLOW_UP])
        if not holding.take_back(waiting.filter(follow_up=follow_up), reason, now=now):
            return False
        inbox.unflag_if_nothing_waits(follow_up.conversation)
        FollowUp.objects.filter(pk=follow_up.pk).update(status="cancelled", reason=reason)
        note(follow_up, reason, "cancelled", {"by": by})
    return True


def finish(
    follow_up: FollowUp, status: str, reason: str, data: dict[str, Any] | None = None
) -> bool:
    """End an open follow-up as cancelled or done, with its ledger row; False when it is over."""
    with transaction.atomic():
        if not followups.end(follow_up, status, reason):
            return False
        note(follow_up, reason, status, data)
    return True


def cancel_all_of(scenario: Scenario, reason: str, *, now: datetime) -> None:
    """Call off everything a scenario planned, once it is off, put away or no longer a follow-up."""
    rows = FollowUp.objects.filter(sequence__scenario=scenario).exclude(status="cancelled")
    waits = rows.filter(status__in=followups.OPEN) | rows.filter(
        status="sent", message__status__in=["held", "queued"]
    )
    keys = outbox.lock_all(Conversation.objects.filter(pk__in=waits.values("conversation")))
    threads = Conversation.objects.filter(pk__in=keys).select_related("workspace")
    for conversation in threads.order_by("pk"):
        cancel(conversation, reason, now=now)


def missed(message: Message, reason: str) -> None:
    """A follow-up was written and refused before it left: a human may while the window is open."""
    follow_up = FollowUp.objects.filter(message=message).select_related("conversation").first()
    if follow_up is None:
        return
    if reason in FOR_A_HUMAN:
        until = follow_up.conversation.window_closes_at
        if followups.leave_to_human(follow_up, reason, until):
            note(follow_up, reason, "task")
        return
    written = FollowUp.objects.filter(pk=follow_up.pk, status=FollowUp.Status.SENT)
    if written.update(status=FollowUp.Status.CANCELLED, reason=reason):
        note(follow_up, reason, "cancelled")


FOR_A_HUMAN = {"no_moment_left", "quota_spent"}
"""Why a follow-up does not leave by itself though nothing speaks against it."""


def note(
    follow_up: FollowUp, reason: str, outcome: str, data: dict[str, Any] | None = None
) -> None:
    """Append a follow-up's row to the ledger."""
    ledger.record(
        Log.FOLLOW_UP,
        workspace=follow_up.workspace,
        conversation=follow_up.conversation,
        message=follow_up.message,
        outcome=outcome,
        reason=reason,
        data={"follow_up": str(follow_up.uid), "step": follow_up.position, **(data or {})},
        request_id=follow_up.request_id,
    )


def keep_steps(scenario: Scenario, steps: list[dict[str, Any]] | None, active: bool | None) -> None:
    """Give a follow-up scenario its sequence: `steps` in their order, or those it has."""
    sequence, _made = DmSequence.objects.get_or_create(
        scenario=scenario, defaults={"workspace": scenario.workspace}
    )
    if active is not None and sequence.active != active:
        sequence.active = active
        sequence.save(update_fields=["active"])
    if steps is None or steps == steps_of(scenario):
        return
    sequence.steps.all().delete()
    SequenceStep.objects.bulk_create(
        SequenceStep(
            workspace=scenario.workspace, sequence=sequence, position=position, **_values(step)
        )
        for position, step in enumerate(steps, start=1)
    )


def _values(step: dict[str, Any]) -> dict[str, Any]:
    return {"delay_minutes": step["delay_minutes"], "instruction": step["instruction"]}


def _is_wanted(message: Message, conversation: Conversation, now: datetime) -> bool:
    until = conversation.human_until
    human = conversation.handled_by == Conversation.Handler.HUMAN
    if conversation.kind == Conversation.Kind.COMMENT or conversation.contact.opted_out_at:
        return False
    if conversation.handoff_reason == inbox.CALL_BACK:
        return False
    if human and (until is None or now < until):
        return False
    return not since.newer_inbound(message.in_reply_to or message)


def _step_after(message: Message, conversation: Conversation) -> SequenceStep | None:
    """Return the first step after an answer to somebody's message, the next after a follow-up."""
    running = _running(conversation)
    if message.purpose == Purpose.REPLY:
        if message.in_reply_to_id is None or not running:
            return None
        return running[0].steps.first()
    done = FollowUp.objects.filter(message=message).first()
    if done is None:
        return None
    same = [one for one in running if one.pk == done.sequence_id]
    return same[0].steps.filter(position__gt=done.position).first() if same else None


def _running(conversation: Conversation) -> list[DmSequence]:
    """Return the sequences in force for the conversation, the most important first."""
    rows = DmSequence.objects.filter(
        workspace=conversation.workspace_id,
        active=True,
        scenario__kind=Scenario.Kind.FOLLOW_UP,
        scenario__archived_at=None,
    )
    rows = rows.exclude(scenario__autonomy=Scenario.Autonomy.OFF).select_related("scenario")
    ordered = rows.prefetch_related("scenario__accounts").order_by("-scenario__priority", "pk")
    return [one for one in ordered if _is_for(one.scenario, conversation)]


def _is_for(scenario: Scenario, conversation: Conversation) -> bool:
    accounts = {account.pk for account in scenario.accounts.all()}
    here = scenario.channel in {Scenario.Channel.ANY, conversation.kind}
    return here and (not accounts or conversation.social_account_id in accounts)


def _call_off(conversation: Conversation, reason: str, statuses: Iterable[str]) -> None:
    rows = FollowUp.objects.filter(conversation=conversation, status__in=list(statuses))
    if not rows.exists():
        return
    for follow_up in rows.select_related("workspace", "conversation", "message"):
        finish(follow_up, FollowUp.Status.CANCELLED, reason)


def _fresh(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_related("workspace", "contact", "social_account")
    return rows.get(pk=conversation.pk)
