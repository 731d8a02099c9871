"""What a scenario would do with a message: the live gates, model and checks, nothing sent or kept.

Used for trying a text out and for the time machine. Whoever calls brings the situation and says
how the model is asked; no sender is anywhere near (`.importlinter`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from billing.plans import is_suspended
from processing import notices, trust
from processing.ai.contracts import Brief, Draft, Line, Reply
from processing.checking import Findings, check_draft
from processing.decision import Decision, Kind, Proposal, Situation, decide, judge
from processing.hours import is_open, next_opening
from processing.models import Contact, Conversation, Message, Scenario
from processing.optout import is_opt_out
from processing.risks import risk_in
from processing.scenarios import Candidate, Incoming, candidates_of, choose, with_draft
from processing.situations import (
    UNSURE,
    answers_in_private,
    facts_for,
    is_public,
    written_day,
)
from social.capabilities import Capabilities

Ask = Callable[[Brief], Draft]
LONGEST_TRY = 2000
"""Characters of a text that is tried out; networks allow little more."""


@dataclass(frozen=True)
class Trial:
    """One message put to one scenario: what the gates see, and what the model may know.

    `capabilities` are those of its place; `agreed` as in `proposal_of`.
    """

    scenario: Scenario
    situation: Situation
    brief: Brief
    conversation: Conversation
    capabilities: Capabilities
    notice: str = ""
    agreed: bool = True


@dataclass(frozen=True)
class Room:
    """Where a text is tried: the account's rules, "direct" or "comment", and the owner's consent.

    `agreed` as in `proposal_of`.
    """

    capabilities: Capabilities
    place: str = Conversation.Kind.DIRECT.value
    agreed: bool = True


@dataclass(frozen=True)
class Tried:
    """What would become of the message; without a draft the model was not asked.

    `waits` is the gate that would let it wait first, for what comes after.
    """

    decision: Decision
    draft: Draft | None = None
    findings: Findings | None = None
    notice: str = ""
    waits: Decision | None = None


def try_message(trial: Trial, *, ask: Ask) -> Tried:
    """Ask the gates, then the model through `ask`, then judge its draft.

    Raises what `ask` raises: AnswerUnavailable.
    """
    decision = decide(trial.situation)
    if decision.kind is not Kind.REPLY:
        return Tried(decision)
    draft = ask(trial.brief)
    findings = check_draft(
        draft.reply.text,
        brief=trial.brief,
        conversation=trial.conversation,
        capabilities=trial.capabilities,
        now=trial.situation.now,
    )
    text = f"{trial.notice}\n\n{draft.reply.text}" if trial.notice else draft.reply.text
    verdict = judge(
        proposal_of(
            trial.scenario,
            draft.reply,
            text,
            findings,
            capabilities=trial.capabilities,
            agreed=trial.agreed,
            category=trial.situation.category,
        )
    )
    gates = (*decision.gates, *verdict.gates)
    return Tried(replace(verdict, gates=gates), draft, findings, trial.notice)


def proposal_of(
    scenario: Scenario,
    reply: Reply,
    text: str,
    findings: Findings,
    *,
    capabilities: Capabilities,
    agreed: bool = True,
    category: str = "",
) -> Proposal:
    """Return what the gates of a draft look at; `text` is the whole message, notice included.

    `agreed` tells whether the owner agreed to automatic answers where the network asks for that;
    `category` is the situation's.
    """
    return Proposal(
        action=reply.action,
        text=text if reply.text else "",
        autonomy=scenario.autonomy,
        text_limit=capabilities.text_limit,
        text_limit_in_bytes=capabilities.text_limit_in_bytes,
        unsafe=findings.unsafe,
        doubtful=findings.doubtful,
        unsupported=len(findings.marks),
        confidence=reply.confidence,
        trust=trust.standing(scenario, reply.intent),
        network_allows=agreed or not capabilities.automation_needs_consent,
        sorted_surely=category != UNSURE,
    )


def try_text(
    candidate: Candidate,
    text: str,
    *,
    ask: Ask,
    room: Room,
    now: datetime,
    language: str = "",
) -> Tried:
    """Return what the candidate would do with `text`, written now by somebody new.

    The assistant counts as switched on, the scenario as one that is on, and the day's messages as
    unused: what is tried is the wording. Outside the hours `waits` says so, and the answer is the
    one it would give when they begin. `language` ("fr" or "en") asks for the answer in it. Raises
    AnswerUnavailable.
    """
    scenario = _switched_on(candidate.scenario)
    other = _answering(Candidate(scenario, candidate.accounts), text, room.place)
    if other is not None and other.pk != scenario.pk:
        data = {"scenario": other.name}
        gate = {"gate": "scenario", "passed": False, "reason": "other_scenario", "data": data}
        return Tried(Decision(Kind.SILENT, "other_scenario", None, (gate,), data))
    trial = _trial(scenario, text, room, now, fits=other is not None, language=language)
    first = decide(trial.situation)
    if first.kind is not Kind.WAIT or first.until is None:
        return try_message(trial, ask=ask)
    later = replace(trial.situation, now=first.until, outside_hours=False, opens_at=None)
    return replace(try_message(replace(trial, situation=later), ask=ask), waits=first)


def _switched_on(scenario: Scenario) -> Scenario:
    if scenario.autonomy == Scenario.Autonomy.OFF:
        scenario.autonomy = Scenario.Autonomy.DRAFT
    return scenario


def _answering(candidate: Candidate, text: str, place: str) -> Scenario | None:
    scenario = candidate.scenario
    incoming = Incoming(
        text=text, account_id=min(candidate.accounts, default=0), channel=place, first=True
    )
    return choose(with_draft(candidates_of(scenario.workspace), candidate), incoming)


def _trial(
    scenario: Scenario,
    text: str,
    room: Room,
    now: datetime,
    *,
    fits: bool,
    language: str,
) -> Trial:
    workspace = scenario.workspace
    contact = Contact(workspace=workspace)
    conversation = Conversation(workspace=workspace, contact=contact, kind=room.place)
    question = Message(workspace=workspace, conversation=conversation, text=text, sent_at=now)
    capabilities = room.capabilities.within(room.place, private=answers_in_private(scenario))
    brief = Brief(
        business=workspace.name,
        profile=workspace.business_profile,
        facts=facts_for(workspace, scenario),
        instruction=scenario.instruction,
        language=workspace.language,
        history=(Line("contact", text),),
        text_limit=min(capabilities.text_limit, 600),
        answer_in=language or scenario.language,
        purpose=scenario.kind,
        today=written_day(workspace, now),
        workspace_id=workspace.pk,
        public=is_public(question, scenario),
    )
    notice = notices.sentence(question, language=language or workspace.language)
    situation = _situation(workspace, scenario, text, now, fits=fits)
    hours = capabilities.reply_window_hours
    closes = now + timedelta(hours=hours) if hours is not None else None
    situation = replace(situation, window_closes_at=closes)
    return Trial(scenario, situation, brief, conversation, capabilities, notice, room.agreed)


def _situation(
    workspace: Workspace, scenario: Scenario, text: str, now: datetime, *, fits: bool
) -> Situation:
    risk = risk_in(text)
    zone = ZoneInfo(workspace.timezone)
    outside = not is_open(scenario.hours, now, zone)
    return Situation(
        now=now,
        suspended=is_suspended(workspace),
        opted_out=is_opt_out(text),
        has_text=bool(text.strip()),
        risk=risk.category if risk else "",
        scenario=scenario.name if fits else None,
        outside_hours=outside,
        opens_at=next_opening(scenario.hours, now, zone) if outside else None,
        left_to_human=scenario.outside_hours == Scenario.Outside.HANDOFF,
    )
