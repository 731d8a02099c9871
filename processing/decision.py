"""Whether to answer, wait, hand over or stay silent: an ordered list of gates, pure.

Each gate looks at plain values and says pass or stop, with a reason code. The first stop decides.
No database, no clock, no model: whoever calls brings the values and the time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

DAILY_CAP = 20
"""Automatic messages in one conversation and day before we assume two machines talk."""


class Kind(StrEnum):
    """What a decision may be."""

    REPLY = "reply"
    HOLD = "hold"
    HANDOFF = "handoff"
    WAIT = "wait"
    SILENT = "silent"


@dataclass(frozen=True)
class Situation:
    """Everything the gates may know about a message, as plain values; moments are aware."""

    now: datetime
    assistant_on: bool = True
    opted_out: bool = False
    handled_by_human: bool = False
    human_until: datetime | None = None
    account_status: str = "active"
    account_retry_at: datetime | None = None
    newer_inbound: bool = False
    answered: bool = False
    has_text: bool = True
    window_closes_at: datetime | None = None
    scenario: str | None = None
    automatic_today: int = 0
    settles_at: datetime | None = None
    next_automatic_at: datetime | None = None
    quota_limit: int | None = None
    quota_remaining: int | None = None
    quota_held: bool = False


@dataclass(frozen=True)
class Verdict:
    """One gate's word: passed (`stop` is None) or stopped, with a reason and its numbers."""

    reason: str
    stop: Kind | None = None
    until: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The outcome, its reason, and the gates that led to it, in order."""

    kind: Kind
    reason: str
    until: datetime | None = None
    gates: tuple[dict[str, Any], ...] = ()
    data: dict[str, Any] = field(default_factory=dict)


Gate = Callable[[Situation], Verdict]


def assistant(situation: Situation) -> Verdict:
    """Stop when the owner switched the assistant off."""
    if situation.assistant_on:
        return Verdict("assistant_on")
    return Verdict("assistant_off", Kind.SILENT)


def opt_out(situation: Situation) -> Verdict:
    """Stop for a contact who asked not to be written to."""
    if situation.opted_out:
        return Verdict("opted_out", Kind.SILENT)
    return Verdict("not_opted_out")


def human(situation: Situation) -> Verdict:
    """Stop while a human is in charge; a human's time may have an end."""
    until = situation.human_until
    if situation.handled_by_human and (until is None or situation.now < until):
        return Verdict("human_in_charge", Kind.SILENT)
    return Verdict("assistant_in_charge")


def account(situation: Situation) -> Verdict:
    """Wait for an account that must be connected again; stop for a paused one."""
    if situation.account_status == "active":
        return Verdict("account_ready")
    if situation.account_status == "paused":
        return Verdict("account_paused", Kind.SILENT)
    return Verdict("account_needs_login", Kind.WAIT, until=situation.account_retry_at)


def newest(situation: Situation) -> Verdict:
    """Leave the answer to the newest message of a burst."""
    if situation.newer_inbound:
        return Verdict("superseded", Kind.SILENT)
    return Verdict("newest")


def unanswered(situation: Situation) -> Verdict:
    """Stop when somebody has answered since."""
    if situation.answered:
        return Verdict("already_answered", Kind.SILENT)
    return Verdict("not_answered_yet")


def readable(situation: Situation) -> Verdict:
    """Hand over what has no text: the assistant does not see pictures or hear voices."""
    if situation.has_text:
        return Verdict("readable")
    return Verdict("no_text", Kind.HANDOFF)


def window(situation: Situation) -> Verdict:
    """Hand over once the network forbids automatic answers (Meta: 24 hours, meta.md 6.3)."""
    closes = situation.window_closes_at
    if closes is not None and situation.now >= closes:
        return Verdict("window_closed", Kind.HANDOFF)
    return Verdict("window_open")


def scenario(situation: Situation) -> Verdict:
    """Stop where the owner wrote no scenario for this."""
    if situation.scenario is None:
        return Verdict("no_scenario", Kind.SILENT)
    return Verdict("scenario_found", data={"scenario": situation.scenario})


def loop(situation: Situation) -> Verdict:
    """Hand over a conversation in which two machines seem to talk."""
    if situation.automatic_today >= DAILY_CAP:
        return Verdict("daily_cap", Kind.HANDOFF, data={"cap": DAILY_CAP})
    return Verdict("under_daily_cap")


def settle(situation: Situation) -> Verdict:
    """Wait while the contact may still be writing."""
    until = situation.settles_at
    if until is not None and situation.now < until:
        return Verdict("settling", Kind.WAIT, until=until)
    return Verdict("settled")


def spacing(situation: Situation) -> Verdict:
    """Wait for the five-minute rule: at most one automatic message per conversation."""
    until = situation.next_automatic_at
    if until is not None and situation.now < until:
        return Verdict("five_minutes", Kind.WAIT, until=until)
    return Verdict("spaced")


def quota(situation: Situation) -> Verdict:
    """Stop before the model is paid when the plan's messages of the day are used up."""
    if situation.quota_held or situation.quota_remaining is None or situation.quota_remaining > 0:
        return Verdict("quota_left")
    return Verdict("quota_spent", Kind.SILENT, data={"limit": situation.quota_limit})


BEFORE_DRAFT: tuple[Gate, ...] = (
    assistant,
    opt_out,
    human,
    newest,
    unanswered,
    readable,
    scenario,
    window,
    account,
    loop,
    settle,
    spacing,
    quota,
)
BEFORE_QUEUE: tuple[Gate, ...] = (assistant, opt_out, human, newest, unanswered, window)
BEFORE_SEND: tuple[Gate, ...] = (assistant, opt_out, human, newest, window, account)


def decide(situation: Situation, gates: tuple[Gate, ...] = BEFORE_DRAFT) -> Decision:
    """Ask the gates in order; the first stop is the decision, none of them means reply."""
    asked: list[dict[str, Any]] = []
    for gate in gates:
        verdict = gate(situation)
        asked.append(
            {
                "gate": gate.__name__,
                "passed": verdict.stop is None,
                "reason": verdict.reason,
                "data": verdict.data,
            }
        )
        if verdict.stop is not None:
            return Decision(verdict.stop, verdict.reason, verdict.until, tuple(asked), verdict.data)
    return Decision(Kind.REPLY, "replied", None, tuple(asked))


@dataclass(frozen=True)
class Proposal:
    """What the model proposed, as plain values, with the limits it must keep."""

    action: str
    text: str
    autonomy: str
    text_limit: int
    text_limit_in_bytes: bool = False


def judge(proposal: Proposal) -> Decision:
    """Decide on a draft: send, hold for approval, hand over or stay silent."""
    length = len(proposal.text.encode() if proposal.text_limit_in_bytes else proposal.text)
    steps: tuple[tuple[str, bool, str, str, Kind], ...] = (
        (
            "handoff",
            proposal.action == "handoff",
            "no_human_needed",
            "asked_for_human",
            Kind.HANDOFF,
        ),
        ("silence", proposal.action == "silence", "wants_reply", "nothing_to_add", Kind.SILENT),
        ("text", not proposal.text.strip(), "draft_written", "draft_empty", Kind.HANDOFF),
        ("length", length > proposal.text_limit, "draft_fits", "draft_too_long", Kind.HANDOFF),
        ("autonomy", proposal.autonomy != "auto", "may_send_alone", "needs_approval", Kind.HOLD),
    )
    asked: list[dict[str, Any]] = []
    for gate, stopped, passed_reason, stop_reason, kind in steps:
        reason = stop_reason if stopped else passed_reason
        asked.append({"gate": gate, "passed": not stopped, "reason": reason, "data": {}})
        if stopped:
            return Decision(kind, stop_reason, None, tuple(asked))
    return Decision(Kind.REPLY, "replied", None, tuple(asked))
