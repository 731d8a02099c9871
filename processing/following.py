"""follow: a planned follow-up that is due is written, once, or becomes a task for a human.

The gates are asked before the model is paid, again when it has written, and again by `sending`
before the message leaves: never at night, never after the reply window, never to somebody who has
answered, asked for silence or is in a human's hands.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from billing import quotas
from flowia.lib import clock
from flowia.lib.logging import follow as follow_request
from processing import (
    deadletters,
    fairness,
    followups,
    inbox,
    letters,
    modelstate,
    notices,
    outbox,
    sequences,
    since,
    trust,
)
from processing.ai import engine
from processing.ai.contracts import Brief, FollowUpReply, Spent
from processing.asking import spent_in_figures, without_answer
from processing.checking import Findings, check_draft
from processing.decision import (
    BEFORE_FOLLOW_UP,
    FOLLOW_UP_LEAVES,
    Decision,
    Kind,
    Proposal,
    Situation,
    decide,
    judge,
)
from processing.errors import AnswerUnavailable
from processing.handoffs import release_if_over
from processing.models import FollowUp, Message, SequenceStep
from processing.scenarios import named
from processing.situations import UNSURE, category_of, follow_up_brief, last_inbound, situation_of
from processing.wakes import Wake
from social import consents
from social.capabilities import Capabilities
from social.providers.registry import capabilities_of

MAX_ATTEMPTS = 4
LAST_CALL = timedelta(minutes=2)
"""Kept free of the reply window where a follow-up has to wait: the call itself takes a moment."""
FOR_A_HUMAN = {"quota_spent", "no_moment_left"}
"""Silences of the gates that leave the follow-up to a human; the others call it off."""


@dataclass(frozen=True)
class Due:
    """A follow-up that is due, with the last words of the contact and the step in force."""

    follow_up: FollowUp
    question: Message
    step: SequenceStep | None


@dataclass(frozen=True)
class Answer:
    """What the model wrote, from what, and what our code found in it."""

    reply: FollowUpReply
    spent: Spent
    notice: str
    findings: Findings


def follow(follow_up_id: int) -> list[Wake]:
    """Write one follow-up that is due; returns the delivery to wake."""
    now = clock.now()
    follow_up = followups.claim(follow_up_id, now=now)
    if follow_up is None:
        return []
    follow_request(follow_up.request_id)
    question = last_inbound(follow_up.conversation)
    if follow_up.status == FollowUp.Status.TASK or question is None:
        sequences.finish(follow_up, FollowUp.Status.CANCELLED, "task_over")
        return []
    with transaction.atomic():
        release_if_over(question, now=now)
    due = Due(follow_up, question, sequences.step_of(follow_up))
    if follow_up.attempts > MAX_ATTEMPTS:
        return _give_up(due)
    situation = _situation(due, now)
    decision = decide(situation, BEFORE_FOLLOW_UP)
    if decision.kind is Kind.REPLY and not _reserve(follow_up, situation):
        none_left = replace(situation, quota_remaining=0, quota_held=False)
        decision = decide(none_left, BEFORE_FOLLOW_UP)
    if decision.kind is not Kind.REPLY or due.step is None:
        return _conclude(due, decision)
    return _written(due, due.step, decision)


def _written(due: Due, step: SequenceStep, decision: Decision) -> list[Wake]:
    scenario = step.sequence.scenario
    capabilities = _capabilities(due.question)
    brief = follow_up_brief(due.question, scenario, capabilities, now=clock.now())
    # One text: the prompt of a follow-up has room for one instruction.
    brief = replace(brief, instruction=f"{scenario.instruction}\n\n{step.instruction}")
    try:
        reply, spent = modelstate.asked(
            lambda: engine.generate_follow_up(brief, instruction=brief.instruction)
        )
    except AnswerUnavailable as error:
        attempts = due.follow_up.attempts
        failed = without_answer(decision, error, attempts=attempts, now=clock.now())
        return _conclude(due, failed)
    answer = _checked(due, brief, reply, spent)
    with transaction.atomic():
        if not outbox.lock(due.follow_up.conversation):
            return []  # the person was erased while the model wrote
        again = decide(_situation(due, clock.now()), FOLLOW_UP_LEAVES)
        # A wait is left to `sending`, which asks the same gates: what is paid for is kept.
        fits = again.kind in {Kind.REPLY, Kind.WAIT}
        verdict = judge(_proposal(due, step, answer)) if fits else again
        final = Decision(
            verdict.kind,
            verdict.reason,
            verdict.until,
            (*decision.gates, *verdict.gates),
            {
                **verdict.data,
                "confidence": reply.confidence,
                **spent_in_figures(spent),
            },
        )
        return _conclude(due, final, answer=answer)


def _checked(due: Due, brief: Brief, reply: FollowUpReply, spent: Spent) -> Answer:
    conversation, now = due.follow_up.conversation, clock.now()
    notice = notices.notice_again(due.question, language=reply.language, now=now)
    findings = check_draft(
        reply.text,
        brief=brief,
        conversation=conversation,
        capabilities=_capabilities(due.question),
        now=now,
        absolute_dates=True,
    )
    return Answer(reply, spent, notice if reply.text else "", findings)


def _conclude(due: Due, decision: Decision, *, answer: Answer | None = None) -> list[Wake]:
    """Write what was decided on the follow-up and in the ledger, and do what it says."""
    follow_up = due.follow_up
    scenario = due.step.sequence.scenario if due.step else None
    decision = replace(decision, data={**named(scenario), **decision.data})
    with transaction.atomic():
        outbox.lock(follow_up.conversation)
        if not followups.is_mine(follow_up):
            return []
        if decision.kind is Kind.WAIT:
            return _wait(follow_up, decision)
        if decision.kind is Kind.HANDOFF and not _is_over(decision):
            return _to_human(follow_up, decision)
        if decision.kind is Kind.SILENT and decision.reason in FOR_A_HUMAN:
            return _to_human(follow_up, decision)
        if answer is None or due.step is None or decision.kind in {Kind.SILENT, Kind.HANDOFF}:
            sequences.finish(follow_up, FollowUp.Status.CANCELLED, decision.reason, _told(decision))
            return []
        return _queue(due, due.step, answer, decision)


def _queue(due: Due, step: SequenceStep, answer: Answer, decision: Decision) -> list[Wake]:
    follow_up, held = due.follow_up, decision.kind is Kind.HOLD
    if held:
        followups.give_quota_back(follow_up)
    message, delivery = outbox.queue_follow_up(
        follow_up,
        outbox.Words(answer.reply.text, notice=answer.notice, marks=answer.findings.marks),
        held=held,
        scenario=step.sequence.scenario,
        now=clock.now(),
    )
    if not followups.written(follow_up, message):
        transaction.set_rollback(True)
        return []
    follow_up.message = message
    reason = "follow_up_written" if delivery else decision.reason
    sequences.note(follow_up, reason, "held" if held else "queued", _told(decision))
    if delivery is None:
        inbox.flag(follow_up.conversation, "needs_approval")
        return letters.tell_of_draft(message)
    return [Wake("send", delivery.pk)]


def _wait(follow_up: FollowUp, decision: Decision) -> list[Wake]:
    """Look again at the moment the gate names, while that is within the reply window."""
    until = decision.until or clock.now()
    closes = follow_up.conversation.window_closes_at
    if closes is not None and until > closes - LAST_CALL:
        return _to_human(follow_up, replace(decision, reason="no_moment_left"))
    retry = decision.reason == "model_retry"
    news = follow_up.reason != decision.reason
    waits = followups.wait(follow_up, decision.reason, until, forget_attempts=not retry)
    if waits and news:
        sequences.note(follow_up, decision.reason, "wait", _told(decision))
    return []


def _to_human(follow_up: FollowUp, decision: Decision) -> list[Wake]:
    until = follow_up.conversation.window_closes_at
    if followups.leave_to_human(follow_up, decision.reason, until):
        sequences.note(follow_up, decision.reason, "task", _told(decision))
    return []


def _is_over(decision: Decision) -> bool:
    """Return whether not even a human should write again: too late, or two machines talk."""
    return decision.reason in {"window_closed", "daily_cap"}


def _give_up(due: Due) -> list[Wake]:
    follow_up = due.follow_up
    deadletters.bury(
        "follow",
        follow_up.pk,
        workspace=follow_up.workspace,
        reason="gave_up",
        attempts=follow_up.attempts,
    )
    return _conclude(due, Decision(Kind.HANDOFF, "gave_up"))


def _reserve(follow_up: FollowUp, situation: Situation) -> bool:
    """Hold one of the day's messages before the model is paid; a crash leaves it on the row."""
    workspace, held, now = follow_up.workspace, follow_up.quota_day, situation.now
    with transaction.atomic():
        outbox.lock(follow_up.conversation)
        if held is None:
            day = quotas.reserve(workspace, now=now, keep=situation.quota_kept)
        else:
            day = quotas.renew(workspace, held, now=now)
        if day != held and not followups.hold_quota(follow_up, day):
            transaction.set_rollback(True)
            return False
    return day is not None


def _situation(due: Due, now: datetime) -> Situation:
    follow_up, step = due.follow_up, sequences.step_of(due.follow_up)
    usage = quotas.usage(follow_up.workspace, now=now)
    found = situation_of(
        due.question,
        now=now,
        scenario=step.sequence.scenario if step else None,
        usage=usage,
        newer_inbound=since.newer_inbound(due.question),
        answered=False,
        capabilities=_capabilities(due.question),
    )
    held = follow_up.quota_day is not None
    return fairness.behind(replace(found, quota_held=held), due.question, usage)


def _proposal(due: Due, step: SequenceStep, answer: Answer) -> Proposal:
    capabilities, scenario = _capabilities(due.question), step.sequence.scenario
    reply, findings = answer.reply, answer.findings
    agreed = consents.automates(due.question.social_account)
    return Proposal(
        network_allows=agreed or not capabilities.automation_needs_consent,
        sorted_surely=category_of(due.question.conversation, capabilities) != UNSURE,
        action="reply" if reply.action == "write" else "silence",
        text=outbox.joined(answer.notice, reply.text),
        autonomy=scenario.autonomy,
        text_limit=capabilities.text_limit,
        text_limit_in_bytes=capabilities.text_limit_in_bytes,
        unsafe=findings.unsafe,
        doubtful=findings.doubtful,
        unsupported=len(findings.marks),
        confidence=reply.confidence,
        trust=trust.standing(scenario, ""),
    )


def _told(decision: Decision) -> dict[str, Any]:
    until = {"until": decision.until.isoformat()} if decision.until else {}
    return {**decision.data, **until}


def _capabilities(message: Message) -> Capabilities:
    return capabilities_of(message.social_account.kind, message.conversation.kind)
