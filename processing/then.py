"""What was true when a message came, and what a replay would have done with it until then.

Read from the rows that keep a time: messages, opt-outs, takeovers. What has no history (the
assistant's switch, the plan, the fact sheet, the trust ladder) is taken as it is now. Pauses, the
day's messages, handoffs and levels are the replay's own.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count

from billing.plans import plan_of
from processing import leads, modelstate, phones
from processing.ai.contracts import Brief, Draft, Reply, Spent
from processing.decision import Decision, Kind, Situation, decide
from processing.errors import AnswerUnavailable
from processing.hours import is_open, next_opening
from processing.models import InteractionEvent, Message, Replay, ReplayResult, Scenario
from processing.optout import is_opt_out
from processing.risks import risk_in
from processing.scenarios import Candidate, choose
from processing.situations import (
    answers_in_private,
    brief_for,
    category_of,
    incoming_for,
    unanswered_texts,
)
from processing.trust import ARRIVED
from processing.trying import Trial, Tried, try_message
from social.capabilities import Capabilities

FAILED = "failed"
MOST_WAITS = 8
"""So often a message may wait for something before we stop following it."""
Log = InteractionEvent.Kind


@dataclass(frozen=True)
class Known:
    """An answer of the model as it is kept, what this replay paid for it, and whether nothing."""

    answer: dict[str, Any]
    cost: int
    cached: bool


@dataclass(frozen=True)
class Before:
    """What the message got when it came."""

    outcome: str
    text: str
    level: str
    scenario_uid: str


def answer_kept(draft: Draft) -> dict[str, Any]:
    """Return a draft as a row keeps it."""
    return {"reply": draft.reply.model_dump(), "spent": asdict(draft.spent)}


def answer_in(kept: dict[str, Any]) -> Draft:
    """Return the draft that a row keeps; raises AnswerUnavailable where there was none."""
    if FAILED in kept:
        raise AnswerUnavailable(kept[FAILED])
    return Draft(reply=Reply.model_validate(kept["reply"]), spent=Spent(**kept["spent"]))


class Stage:
    """One replay's world: its scenarios, its clock by the messages, its own results so far."""

    def __init__(self, run: Replay, candidates: list[Candidate]) -> None:
        self.run = run
        self.candidates = candidates
        self.zone = ZoneInfo(run.workspace.timezone)
        self.limit = plan_of(run.workspace).direct_messages_per_day
        days = run.results.filter(outcome=Kind.REPLY).values_list("day")
        self.sent: Counter[date] = Counter(dict(days.annotate(number=Count("pk")).order_by()))

    def result_of(
        self, message: Message, capabilities: Capabilities, *, ask: Callable[[Brief], Draft]
    ) -> ReplayResult:
        """Return what would become of `message`; raises AnswerUnavailable when asking must wait.

        `capabilities` are its account's, for whatever place; here they become those of its own.
        A message that another scenario answered and would answer again keeps what it got.
        """
        before = before_of(message)
        scenario = self._scenario(message)
        ours = str(self.run.scenario.uid)
        if (
            scenario is not None
            and before.outcome
            and ours not in {str(scenario.uid), before.scenario_uid}
        ):
            return self._as_before(message, before)
        private = answers_in_private(scenario)
        room = capabilities.within(message.conversation.kind, private=private)
        situation, decision = self._settled(message, scenario, room)
        at = situation.now
        if decision.kind is not Kind.REPLY or scenario is None:
            return self._result(message, at, Tried(decision), before)
        trial = Trial(
            scenario=scenario,
            situation=situation,
            brief=brief_for(message, scenario, room, as_then=True),
            conversation=message.conversation,
            capabilities=room,
            agreed=message.social_account.automation_agreed_at is not None,
        )
        tried = _tried(trial, ask)
        return self._result(message, at, tried, before)

    def note(self, result: ReplayResult) -> None:
        """Count a kept result, so that the next message knows of it."""
        self.sent[result.day] += result.outcome == Kind.REPLY

    def situation(
        self,
        message: Message,
        scenario: Scenario | None,
        at: datetime,
        capabilities: Capabilities,
    ) -> Situation:
        """Return what would have been true about `message` at `at`, but for words of risk."""
        hours = scenario.hours if scenario else {}
        outside = not is_open(hours, at, self.zone)
        window = capabilities.reply_window_hours
        mine = self.run.results.filter(message__conversation=message.conversation_id)
        replies = mine.filter(outcome=Kind.REPLY, at__lte=at)
        last = replies.order_by("-at").values_list("at", flat=True).first()
        day = at.astimezone(self.zone).date()
        spacing = timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
        return Situation(
            now=at,
            opted_out=_opted_out(message, at),
            handled_by_human=self._human(message, at),
            newer_inbound=_newer(message, at),
            answered=_written_by_human(message, message.sent_at, at),
            category=category_of(message.conversation, capabilities),
            has_text=bool(message.text.strip()),
            hidden=message.hidden_at is not None and message.hidden_at <= at,
            window_closes_at=(
                None if window is None else message.sent_at + timedelta(hours=window)
            ),
            scenario=scenario.name if scenario else None,
            outside_hours=outside,
            opens_at=next_opening(hours, at, self.zone) if outside else None,
            left_to_human=bool(scenario and scenario.outside_hours == Scenario.Outside.HANDOFF),
            automatic_today=replies.filter(day=day).count(),
            next_automatic_at=last + spacing if last else None,
            quota_limit=self.limit,
            quota_remaining=None if self.limit is None else max(0, self.limit - self.sent[day]),
        )

    def _scenario(self, message: Message) -> Scenario | None:
        said = Message.objects.filter(
            conversation=message.conversation_id,
            author=Message.Author.ASSISTANT,
            sent_at__lt=message.sent_at,
            scenario__isnull=False,
        )
        current = said.order_by("-sent_at").values_list("scenario_id", flat=True).first()
        return choose(self.candidates, replace(incoming_for(message), current_id=current))

    def _settled(
        self, message: Message, scenario: Scenario | None, capabilities: Capabilities
    ) -> tuple[Situation, Decision]:
        """Return what would be true when the message is decided, and the gates' word on it."""
        risk = risk_in(" \n".join(unanswered_texts(message)))
        at = message.sent_at + timedelta(seconds=settings.SETTLE_SECONDS)
        for _again in range(MOST_WAITS):
            situation = self.situation(message, scenario, at, capabilities)
            situation = replace(situation, risk=risk.category if risk else "")
            decision = decide(situation)
            if decision.kind is not Kind.WAIT or decision.until is None:
                break
            at = decision.until
        return situation, decision

    def _human(self, message: Message, at: datetime) -> bool:
        """Return whether a human was in charge: by hand, by their words, or by our own handoff."""
        since = at - timedelta(minutes=message.workspace.release_after_minutes)
        hands = InteractionEvent.objects.filter(
            conversation=message.conversation_id, created_at__gt=since, created_at__lte=at
        ).filter(kind__in=[Log.TAKEOVER, Log.RELEASE])
        last = hands.order_by("-created_at", "-id").values_list("kind", "created_at").first()
        if last is not None and last[0] == Log.TAKEOVER:
            return True
        since = last[1] if last is not None else since
        ours = self.run.results.filter(
            message__conversation=message.conversation_id,
            outcome=Kind.HANDOFF,
            at__gt=since,
            at__lte=at,
        )
        return ours.exists() or _written_by_human(message, since, at)

    def _as_before(self, message: Message, before: Before) -> ReplayResult:
        at = message.sent_at + timedelta(seconds=settings.SETTLE_SECONDS)
        decision = Decision(Kind(before.outcome), message.reason or "other_scenario")
        result = self._result(message, at, Tried(decision), before)
        result.text, result.level, result.changed = before.text, before.level, False
        return result

    def _result(self, message: Message, at: datetime, tried: Tried, before: Before) -> ReplayResult:
        decision, draft = tried.decision, tried.draft
        shown = draft is not None and decision.kind in {Kind.REPLY, Kind.HOLD}
        text = draft.reply.text if draft is not None and shown else ""
        level = self._level(message, draft.reply) if draft is not None else ""
        return ReplayResult(
            workspace=self.run.workspace,
            replay=self.run,
            message=message,
            outcome=decision.kind,
            reason=decision.reason[:60],
            data=decision.data,
            text=text,
            level=level,
            level_before=before.level,
            changed=(decision.kind, _plain(text)) != (before.outcome, _plain(before.text))
            or bool(level and before.level and level != before.level),
            at=at,
            day=at.astimezone(self.zone).date(),
        )

    def _level(self, message: Message, reply: Reply) -> str:
        """Return the contact's level after the message: as warm as their own words prove."""
        earlier = self.run.results.filter(message__conversation=message.conversation_id)
        known = earlier.exclude(level="").order_by("-id").values_list("level", flat=True).first()
        proofs = [known or self._level_at_start(message)]
        if any(quote and quote in message.text for quote in reply.interest.evidence):
            proofs.append(reply.interest.level)
        if phones.phone_in(message.text) is not None:
            proofs.append("warm")
        return max(proofs, key=leads.WARMTH.index)

    def _level_at_start(self, message: Message) -> str:
        rows = InteractionEvent.objects.filter(
            conversation=message.conversation_id,
            kind=Log.LEAD,
            message__sent_at__lt=message.sent_at,
        )
        level = rows.order_by("-id").values_list("outcome", flat=True).first()
        return level if level in leads.WARMTH else "cold"


def before_of(message: Message) -> Before:
    """Return what `message` got when it came."""
    return befores_of([message])[message.pk]


def answers_to(messages: Sequence[Message]) -> dict[int, tuple[str, str]]:
    """Return by key the outcome each message got and the words written to it, with one query."""
    replies = Message.objects.filter(in_reply_to__in=messages, author=Message.Author.ASSISTANT)
    replies = replies.filter(purpose=Message.Purpose.REPLY)
    written = replies.exclude(status__in=["refused", "failed"]).order_by("id")
    texts = {reply.in_reply_to_id: _without_notice(reply) for reply in written}
    approved = {one.in_reply_to_id for one in written if one.approved_by and one.status in ARRIVED}
    # A draft that was approved and left is an answer.
    return {
        one.pk: (
            "reply" if one.outcome == "hold" and one.pk in approved else one.outcome,
            texts.get(one.pk, ""),
        )
        for one in messages
    }


def befores_of(messages: Sequence[Message]) -> dict[int, Before]:
    """Return by key what each message got when it came, with two queries for all of them."""
    answers = answers_to(messages)
    told = InteractionEvent.objects.filter(message__in=messages, kind__in=[Log.DECIDED, Log.LEAD])
    levels: dict[int | None, str] = {}
    named: dict[int | None, str] = {}
    for event in told.order_by("id").only("message_id", "kind", "outcome", "data"):
        if event.kind == Log.DECIDED:
            named[event.message_id] = str(event.data.get("scenario_id", ""))
        elif event.outcome in leads.WARMTH:
            levels[event.message_id] = event.outcome
    return {
        one.pk: Before(*answers[one.pk], levels.get(one.pk, ""), named.get(one.pk, ""))
        for one in messages
    }


def _without_notice(reply: Message) -> str:
    return (reply.drafted or reply.text).removeprefix(reply.notice).strip()


def _tried(trial: Trial, ask: Callable[[Brief], Draft]) -> Tried:
    try:
        return try_message(trial, ask=ask)
    except AnswerUnavailable as error:
        if error.its_turn or error.retryable or error.reason in modelstate.TROUBLES:
            raise
        return Tried(Decision(Kind.HANDOFF, error.reason))


def _opted_out(message: Message, at: datetime) -> bool:
    since = message.conversation.contact.opted_out_at
    return (since is not None and since <= at) or is_opt_out(message.text)


def _newer(message: Message, at: datetime) -> bool:
    said = Message.objects.filter(
        conversation=message.conversation_id, direction=Message.Direction.INBOUND
    ).exclude(pk=message.pk)
    later = said.filter(sent_at__gt=message.sent_at, sent_at__lte=at)
    return (later | said.filter(sent_at=message.sent_at, pk__gt=message.pk)).exists()


def _written_by_human(message: Message, since: datetime, at: datetime) -> bool:
    said = Message.objects.filter(
        conversation=message.conversation_id, author=Message.Author.HUMAN
    ).exclude(status__in=["refused", "failed"])
    return said.filter(sent_at__gt=since, sent_at__lte=at).exists()


def _plain(text: str) -> str:
    return " ".join(text.split())
