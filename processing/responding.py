"""respond: one inbound message gets its decision and, if it deserves one, its answer.

Whatever happens is written down: a reply, a draft held for approval, a handoff, silence with its
reason, or a moment at which to look again.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from billing import quotas
from flowia.lib import clock
from flowia.lib.logging import follow
from integrations import actions as integrations
from integrations.contracts import LeadRecord
from processing import deadletters, inbox, leads, ledger, outbox
from processing.ai import engine
from processing.ai.contracts import Draft
from processing.decision import BEFORE_QUEUE, Decision, Kind, Proposal, Situation, decide, judge
from processing.errors import AnswerUnavailable
from processing.models import InteractionEvent, Lead, Message, Scenario
from processing.situations import brief_for, scenario_for, situation_of
from processing.wakes import Wake
from social.contracts import Capabilities
from social.providers.registry import CAPABILITIES

Log = InteractionEvent.Kind
MAX_ATTEMPTS = 4
MODEL_ATTEMPTS = 3
MODEL_RETRY_SECONDS = 2.0
MODEL_RETRY_LIMIT = 60.0


def respond(message_id: int) -> list[Wake]:
    """Decide on one inbound message; returns the delivery and the pushes to wake."""
    now = clock.now()
    message = inbox.claim(message_id, now=now)
    if message is None:
        return []
    follow(message.request_id)
    if message.attempts > MAX_ATTEMPTS:
        return _give_up(message)
    scenario = scenario_for(message.workspace)
    situation = _situation(message, scenario, now)
    decision = decide(situation)
    if decision.kind is Kind.REPLY and not _reserve(message, now):
        # Somebody else took the day's last one between the look and the grasp.
        decision = decide(replace(situation, quota_remaining=0))
    if decision.kind is not Kind.REPLY or scenario is None:
        return _conclude(message, decision)
    try:
        draft = engine.draft(brief_for(message, scenario, _capabilities(message)))
    except AnswerUnavailable as error:
        return _conclude(message, _without_answer(message, decision, error))
    return _with_draft(message, scenario, decision, draft)


def _give_up(message: Message) -> list[Wake]:
    deadletters.bury(
        "respond",
        message.pk,
        workspace=message.workspace,
        reason="gave_up",
        attempts=message.attempts,
    )
    return _conclude(message, Decision(Kind.HANDOFF, "gave_up"))


def _without_answer(message: Message, decision: Decision, error: AnswerUnavailable) -> Decision:
    data = {"code": error.reason, "attempt": message.attempts}
    failed = {"gate": "answer", "passed": False, "reason": error.reason, "data": {}}
    gates = (*decision.gates, failed)
    if error.retryable and message.attempts < MODEL_ATTEMPTS:
        pause = error.retry_after or MODEL_RETRY_SECONDS * 2 ** (message.attempts - 1)
        until = clock.now() + timedelta(seconds=min(pause, MODEL_RETRY_LIMIT))
        return Decision(Kind.WAIT, "model_retry", until, gates, data)
    return Decision(Kind.HANDOFF, error.reason, None, gates, data)


def _with_draft(
    message: Message, scenario: Scenario, decision: Decision, draft: Draft
) -> list[Wake]:
    """Ask the gates once more, since the model took its time, then judge the draft."""
    with transaction.atomic():
        if not outbox.lock(message.conversation):
            return []  # the person was erased while the model wrote
        again = decide(_situation(message, scenario, clock.now()), BEFORE_QUEUE)
        fits = again.kind is Kind.REPLY
        verdict = judge(_proposal(message, scenario, draft)) if fits else again
        final = Decision(
            verdict.kind,
            verdict.reason,
            verdict.until,
            (*decision.gates, *verdict.gates),
            {**verdict.data, **_cost(draft, scenario)},
        )
        wakes = _conclude(message, final, answer=(draft, scenario))
        return wakes + _note_lead(message, draft)


def _conclude(
    message: Message, decision: Decision, *, answer: tuple[Draft, Scenario] | None = None
) -> list[Wake]:
    """Write the decision on the message and in the ledger, and do what it says."""
    with transaction.atomic():
        if decision.kind is Kind.WAIT:
            return _wait(message, decision)
        outbox.lock(message.conversation)
        held_day = message.quota_day
        if not inbox.settle(message, decision.kind, decision.reason):
            return []
        if held_day is not None and decision.kind is not Kind.REPLY:
            quotas.release(message.workspace, held_day)
            message.quota_day = None
        _tell(message, decision)
        if decision.kind is Kind.HANDOFF:
            inbox.hand_off(message.conversation, decision.reason, now=clock.now())
        if answer is None or decision.kind not in {Kind.REPLY, Kind.HOLD}:
            return []
        return _queue(message, *answer, held=decision.kind is Kind.HOLD)


def _wait(message: Message, decision: Decision) -> list[Wake]:
    retry = decision.reason == "model_retry"
    until = decision.until or clock.now()
    if not inbox.wait(message, decision.reason, until, forget_attempts=not retry):
        return []
    if message.quota_day is not None:
        quotas.release(message.workspace, message.quota_day)
        message.quota_day = None
    if message.reason != decision.reason:
        _tell(message, decision)
        if decision.reason == "account_needs_login":
            inbox.flag(message.conversation, decision.reason)
    return []


def _queue(message: Message, draft: Draft, scenario: Scenario, *, held: bool) -> list[Wake]:
    reply, delivery = outbox.queue_reply(
        message, draft.reply.text, held=held, scenario=scenario, now=clock.now()
    )
    if delivery is None:
        inbox.flag(message.conversation, "needs_approval")
        return []
    ledger.tell(reply, Log.QUEUED, "queued", outcome="queued")
    return [Wake("send", delivery.pk)]


def _note_lead(message: Message, draft: Draft) -> list[Wake]:
    said = draft.reply.interest
    interest = leads.Interest(said.level, tuple(said.evidence), draft.reply.intent)
    noted = leads.note_interest(message, interest)
    level = noted.lead.level
    ledger.tell(message, Log.LEAD, noted.reason, outcome=level, data={"level": level})
    runs = integrations.queue_push(
        message.workspace,
        _lead_record(noted.lead),
        now=clock.now(),
        request_id=message.request_id,
    )
    return [Wake("sync", run) for run in runs]


def _lead_record(lead: Lead) -> LeadRecord:
    contact = lead.contact
    return LeadRecord(
        lead_uid=str(lead.uid),
        name=str(contact),
        level=lead.level,
        phone=lead.phone,
        network=contact.social_account.kind,
        evidence=tuple(one["quote"] for one in lead.evidence),
        intent=lead.intent,
        updated_at=lead.updated_at.isoformat(),
    )


def _reserve(message: Message, now: datetime) -> bool:
    """Hold one of the day's messages for this answer, before the model is paid."""
    if message.quota_day is None:
        with transaction.atomic():
            day = quotas.reserve(message.workspace, now=now)
            if day is not None and not inbox.hold_quota(message, day):
                transaction.set_rollback(True)
    return message.quota_day is not None


def _situation(message: Message, scenario: Scenario | None, now: datetime) -> Situation:
    return situation_of(
        message,
        now=now,
        scenario=scenario,
        usage=quotas.usage(message.workspace, now=now),
        newer_inbound=inbox.newer_inbound(message),
        answered=inbox.answered_since(message),
    )


def _proposal(message: Message, scenario: Scenario, draft: Draft) -> Proposal:
    capabilities = _capabilities(message)
    return Proposal(
        action=draft.reply.action,
        text=draft.reply.text,
        autonomy=scenario.autonomy,
        text_limit=capabilities.text_limit,
        text_limit_in_bytes=capabilities.text_limit_in_bytes,
    )


def _cost(draft: Draft, scenario: Scenario) -> dict[str, Any]:
    return {
        "scenario": scenario.name,
        "scenario_version": scenario.version,
        "prompt": draft.prompt_version,
        "model": draft.model,
        "tokens_in": draft.tokens_in,
        "tokens_out": draft.tokens_out,
        "milliseconds": draft.milliseconds,
        "confidence": draft.reply.confidence,
        "intent": draft.reply.intent[:60],
    }


def _tell(message: Message, decision: Decision) -> None:
    data = dict(decision.data)
    if decision.until is not None:
        data["until"] = decision.until.isoformat()
    ledger.tell(
        message,
        Log.DECIDED,
        decision.reason,
        outcome=decision.kind,
        gates=list(decision.gates),
        data=data,
    )


def _capabilities(message: Message) -> Capabilities:
    return CAPABILITIES[message.social_account.kind]
