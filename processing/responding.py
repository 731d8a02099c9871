"""respond: one inbound message gets its decision and, if it deserves one, its answer.

Whatever happens is written down: a reply, a draft held for approval, a handoff, silence with its
reason, or a moment at which to look again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from billing import quotas
from flowia.lib import clock
from flowia.lib.logging import follow
from processing import (
    approving,
    classifying,
    deadletters,
    fairness,
    inbox,
    leads,
    ledger,
    letters,
    modelstate,
    notices,
    outbox,
    pushing,
    quota_line,
    since,
    threads,
    trust,
)
from processing.ai import engine
from processing.ai.contracts import Brief, Draft
from processing.asking import spent_in_figures, without_answer
from processing.checking import Findings, check_draft
from processing.decision import BEFORE_QUEUE, Decision, Kind, Proposal, Situation, decide, judge
from processing.errors import AnswerUnavailable
from processing.handoffs import ask_to_call, hand_over, release_if_over
from processing.models import InteractionEvent, Message, Scenario
from processing.scenarios import autonomy_now, named
from processing.situations import (
    UNSURE,
    answers_in_private,
    brief_for,
    scenario_of,
    situation_of,
    unanswered_texts,
)
from processing.trying import proposal_of
from processing.wakes import Wake
from social import consents
from social.capabilities import Capabilities
from social.providers.registry import capabilities_of

Log = InteractionEvent.Kind
MAX_ATTEMPTS = 4


@dataclass(frozen=True)
class Written:
    """A draft with what it was written from."""

    scenario: Scenario
    brief: Brief
    draft: Draft


@dataclass(frozen=True)
class Answer:
    """A draft as it may be queued: the text with its notice, and what our code found in it."""

    written: Written
    text: str
    notice: str
    findings: Findings


@dataclass(frozen=True)
class Look:
    """What the gates see and say at first; `failed` where the model was asked before, in vain."""

    situation: Situation
    decision: Decision
    failed: AnswerUnavailable | None = None


def respond(message_id: int) -> list[Wake]:
    """Decide on one inbound message; returns the delivery and the pushes to wake."""
    now = clock.now()
    message = inbox.claim(message_id, now=now)
    if message is None:
        return []
    follow(message.request_id)
    if message.attempts > MAX_ATTEMPTS:
        return _give_up(message)
    with transaction.atomic():
        release_if_over(message, now=now)
    said = unanswered_texts(message)
    scenario = scenario_of(message, said)
    look = _look(message, scenario, said, now)
    situation, decision = look.situation, look.decision
    if look.failed is not None and scenario is not None:
        return _without_model(message, decision, look.failed, scenario)
    if decision.kind is Kind.REPLY and not _reserve(message, situation):
        # Somebody else took the day's last one between the look and the grasp.
        decision = decide(replace(situation, quota_remaining=0, quota_held=False))
    if decision.kind is not Kind.REPLY or scenario is None:
        return _conclude(message, decision, scenario)
    brief = brief_for(message, scenario, _capabilities(message, scenario), now=clock.now())
    try:
        draft = modelstate.asked(lambda: engine.generate_reply(brief))
    except AnswerUnavailable as error:
        return _without_model(message, decision, error, scenario)
    return _with_draft(message, decision, Written(scenario, brief, draft))


def _look(message: Message, scenario: Scenario | None, said: Sequence[str], now: datetime) -> Look:
    """Ask the gates; where a network is sorted, tell first what kind of conversation it is.

    The rules are always asked, the model only where an answer would be written otherwise; and
    before a thread is opened to be read, which its writer sees.
    """
    if _capabilities(message, scenario).classified:
        classifying.sort_by_rules(message, now=now)
    look = _look_at(message, scenario, said, now)
    read = decide(replace(look.situation, unseen=False)).kind is Kind.REPLY
    if look.situation.category != UNSURE or not read or not classifying.asks_model(message):
        return look
    try:
        classifying.sort_by_model(message, now=now)
    except AnswerUnavailable as error:
        return replace(look, failed=error)
    return _look_at(message, scenario, said, clock.now())


def _look_at(
    message: Message, scenario: Scenario | None, said: Sequence[str], now: datetime
) -> Look:
    situation = _situation(message, scenario, now, said=said)
    return Look(situation, decide(situation))


def _give_up(message: Message) -> list[Wake]:
    deadletters.bury(
        "respond",
        message.pk,
        workspace=message.workspace,
        reason="gave_up",
        attempts=message.attempts,
    )
    return _conclude(message, Decision(Kind.HANDOFF, "gave_up"), None)


def _with_draft(message: Message, decision: Decision, written: Written) -> list[Wake]:
    """Ask the gates once more, since the model took its time, then judge the draft."""
    answer = _checked(message, written)
    with transaction.atomic():
        if not outbox.lock(message.conversation):
            return []  # the person was erased while the model wrote
        situation, again = _again(message, written.scenario)
        fits = again.kind is Kind.REPLY
        proposal = _proposal(message, answer, category=situation.category)
        verdict = judge(proposal) if fits else again
        final = Decision(
            verdict.kind,
            verdict.reason,
            verdict.until,
            (*decision.gates, *verdict.gates),
            {**verdict.data, **_cost(written)},
        )
        now = situation.now
        wakes = _conclude(message, final, written.scenario, answer=answer, now=now)
        return wakes + _note_lead(message, written.draft, final, now=now)


def _without_model(
    message: Message, decision: Decision, error: AnswerUnavailable, scenario: Scenario
) -> list[Wake]:
    """Ask the gates once more after a failure too: what came meanwhile goes before it."""
    failed = without_answer(decision, error, attempts=message.attempts, now=clock.now())
    with transaction.atomic():
        if not outbox.lock(message.conversation):
            return []
        _situation_now, again = _again(message, scenario)
        if again.kind is Kind.REPLY:
            return _conclude(message, failed, scenario)
        gates, data = (*failed.gates, *again.gates), {**failed.data, **again.data}
        return _conclude(message, replace(again, gates=gates, data=data), scenario)


def _again(message: Message, scenario: Scenario) -> tuple[Situation, Decision]:
    """Ask the gates once more under the lock; the scenario takes the autonomy it has by now."""
    scenario.autonomy = autonomy_now(scenario.pk)
    situation = _situation(message, scenario, clock.now())
    off = scenario.autonomy == Scenario.Autonomy.OFF
    situation = replace(situation, scenario_off=off)
    return situation, decide(situation, BEFORE_QUEUE)


def _checked(message: Message, written: Written) -> Answer:
    """Put the AI notice before the draft where it is due, and look for what must not leave."""
    reply = written.draft.reply
    notice = notices.notice_for(message, language=reply.language) if reply.text else ""
    findings = check_draft(
        reply.text,
        brief=written.brief,
        conversation=message.conversation,
        capabilities=_capabilities(message, written.scenario),
        now=clock.now(),
    )
    return Answer(written, reply.text, notice, findings)


def _conclude(
    message: Message,
    decision: Decision,
    scenario: Scenario | None,
    *,
    answer: Answer | None = None,
    now: datetime | None = None,
) -> list[Wake]:
    """Write the decision on the message and in the ledger, and do what it says.

    `now` is the moment of the decision where it was made under the conversation's lock.
    """
    now = now or clock.now()
    with transaction.atomic(savepoint=False):
        if decision.kind is Kind.WAIT:
            return _wait(message, decision, scenario)
        outbox.lock(message.conversation)
        held_day = message.quota_day
        if not inbox.settle(message, decision.kind, decision.reason):
            return []
        if held_day is not None and decision.kind is not Kind.REPLY:
            quotas.release(message.workspace, held_day)
            message.quota_day = None
        quota_line.step_out(message, now=now)
        _tell(message, decision, scenario)
        if _complains(decision, answer):
            trust.blame(message, "complaint")
        if decision.kind is Kind.HANDOFF:
            return hand_over(
                message.conversation,
                decision.reason,
                now=now,
                request_id=message.request_id,
            )
        if answer is None or decision.kind not in {Kind.REPLY, Kind.HOLD}:
            return []
        return _queue(message, answer, held=decision.kind is Kind.HOLD, now=now)


def _complains(decision: Decision, answer: Answer | None) -> bool:
    """Return whether the contact complains of us: by the model's word, or by our own list."""
    if decision.reason == "risk_words":
        return decision.data.get("risk") in trust.COMPLAINTS
    return answer is not None and answer.written.draft.reply.intent == "complaint"


def _wait(message: Message, decision: Decision, scenario: Scenario | None) -> list[Wake]:
    retry = decision.reason == "model_retry"
    until = decision.until or clock.now()
    if not inbox.wait(message, decision.reason, until, forget_attempts=not retry):
        return []
    if message.quota_day is not None:
        quotas.release(message.workspace, message.quota_day)
        message.quota_day = None
    if message.reason != decision.reason:
        _tell(message, decision, scenario)
        if decision.reason == "reading_thread":
            threads.want_reading(message, now=clock.now())
        if decision.reason == "account_needs_login":
            inbox.flag(message.conversation, decision.reason)
        if decision.reason == quota_line.WAITS:
            return letters.tell_of_waiting(message.workspace, now=clock.now())
    return []


def _queue(message: Message, answer: Answer, *, held: bool, now: datetime) -> list[Wake]:
    scenario = answer.written.scenario
    reply, delivery = outbox.queue_reply(
        message,
        outbox.Words(
            text=answer.text,
            notice=answer.notice,
            intent=answer.written.draft.reply.intent,
            marks=answer.findings.marks,
        ),
        held=held,
        scenario=scenario,
        now=now,
    )
    inbox.pursue(message.conversation, scenario)
    approving.supersede(message.conversation, "superseded", keep=reply)
    if delivery is None:
        inbox.flag(message.conversation, approving.WAITS)
        return letters.tell_of_draft(reply)
    ledger.tell(reply, Log.QUEUED, "queued", outcome="queued")
    return [Wake("send", delivery.pk)]


def _note_lead(message: Message, draft: Draft, decision: Decision, *, now: datetime) -> list[Wake]:
    said = draft.reply
    phones = tuple(one.words for one in said.learned if one.name == "phone")
    interest = leads.Interest(
        said.interest.level,
        tuple(said.interest.evidence),
        said.intent,
        phones=phones,
        summary=tuple(said.summary),
    )
    noted = leads.note_interest(message, interest)
    pushes = pushing.tell_lead(
        noted.lead, noted.reason, now=now, before=noted.before, message=message
    )
    goes_on = decision.kind in {Kind.REPLY, Kind.HOLD} or decision.reason == "nothing_to_add"
    return pushes + (ask_to_call(message, noted, now=now) if goes_on else [])


def _reserve(message: Message, situation: Situation) -> bool:
    """Hold one of the day's messages for this answer, before the model is paid.

    What a worker held that vanished is held on, if the plan and the day still have it.
    """
    workspace, held, now = message.workspace, message.quota_day, situation.now
    keep = 0 if situation.quota_priority else situation.quota_kept
    with transaction.atomic():
        outbox.lock(message.conversation)
        if held is None:
            day = quotas.reserve(workspace, now=now, keep=keep)
        else:
            day = quotas.renew(workspace, held, now=now)
        if day != held and not inbox.hold_quota(message, day):
            transaction.set_rollback(True)
            return False
    return day is not None


def _situation(
    message: Message, scenario: Scenario | None, now: datetime, *, said: Sequence[str] = ()
) -> Situation:
    """Return what the gates see; with what was `said`, also what those ask that are asked first."""
    usage = quotas.usage(message.workspace, now=now)
    situation = situation_of(
        message,
        now=now,
        scenario=scenario,
        usage=usage,
        newer_inbound=since.newer_inbound(message),
        answered=since.answered_since(message),
        capabilities=_capabilities(message, scenario),
        said=said,
    )
    return fairness.in_line(situation, message, usage) if said else situation


def _proposal(message: Message, answer: Answer, *, category: str) -> Proposal:
    return proposal_of(
        answer.written.scenario,
        answer.written.draft.reply,
        outbox.joined(answer.notice, answer.text),
        answer.findings,
        capabilities=_capabilities(message, answer.written.scenario),
        agreed=consents.automates(message.social_account),
        category=category,
    )


def _cost(written: Written) -> dict[str, Any]:
    draft = written.draft
    return {
        "confidence": draft.reply.confidence,
        "intent": draft.reply.intent,
        **spent_in_figures(draft.spent),
    }


def _tell(message: Message, decision: Decision, scenario: Scenario | None) -> None:
    """Write the decision in the ledger, with the scenario that was found, whatever became of it."""
    data = {**named(scenario), **decision.data}
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


def _capabilities(message: Message, scenario: Scenario | None) -> Capabilities:
    private = answers_in_private(scenario)
    return capabilities_of(message.social_account.kind, message.conversation.kind, private=private)
