"""Gathering the plain values that the gates and the model look at."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from accounts.models import Fact, Workspace
from billing.quotas import Usage
from processing.ai.contracts import Brief, Line
from processing.decision import Situation
from processing.models import Conversation, Delivery, Message, Scenario
from social.contracts import Capabilities

HISTORY = 30
LOGIN_CHECK = timedelta(minutes=15)
"""How often a reply is looked at again while its account must be connected again."""


def scenario_for(workspace: Workspace) -> Scenario | None:
    """Return the scenario that answers: the active one with the highest priority."""
    active = Scenario.objects.filter(workspace=workspace)
    return active.exclude(autonomy=Scenario.Autonomy.OFF).order_by("-priority", "id").first()


def situation_of(
    message: Message,
    *,
    now: datetime,
    scenario: Scenario | None,
    usage: Usage | None,
    newer_inbound: bool,
    answered: bool,
) -> Situation:
    """Return what is true about `message` now; its conversation is read afresh."""
    conversation = Conversation.objects.select_related(
        "workspace", "contact", "social_account"
    ).get(pk=message.conversation_id)
    return Situation(
        now=now,
        assistant_on=conversation.workspace.assistant_on,
        opted_out=conversation.contact.opted_out_at is not None,
        handled_by_human=conversation.handled_by == Conversation.Handler.HUMAN,
        human_until=conversation.human_until,
        account_status=conversation.social_account.status,
        account_retry_at=now + LOGIN_CHECK,
        newer_inbound=newer_inbound,
        answered=answered,
        has_text=bool(message.text.strip()),
        window_closes_at=conversation.window_closes_at,
        scenario=scenario.name if scenario else None,
        automatic_today=_automatic_today(conversation, now),
        settles_at=message.created_at + timedelta(seconds=settings.SETTLE_SECONDS),
        next_automatic_at=conversation.next_automatic_at,
        quota_limit=usage.limit if usage else None,
        quota_remaining=usage.remaining if usage else None,
        quota_held=message.quota_day is not None,
    )


def brief_for(message: Message, scenario: Scenario, capabilities: Capabilities) -> Brief:
    """Return everything the model may know to answer `message`: this conversation alone."""
    workspace = message.workspace
    facts = Fact.objects.filter(workspace=workspace).values_list("label", "value")
    return Brief(
        business=workspace.name,
        profile=workspace.business_profile,
        facts=tuple(facts),
        instruction=scenario.instruction,
        language=workspace.language,
        history=_history(message),
        text_limit=min(capabilities.text_limit, 600),
    )


def _history(message: Message) -> tuple[Line, ...]:
    rows = (
        Message.objects.filter(conversation_id=message.conversation_id)
        .filter(Q(sent_at__lte=message.sent_at) | Q(direction=Message.Direction.OUTBOUND))
        .exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED, Message.Status.HELD])
        .exclude(text="")
        # An answer that still waits to be sent gives way to this one: it was never said.
        .exclude(delivery__status=Delivery.Status.QUEUED)
        .exclude(pk=message.pk)
        .order_by("-sent_at", "-id")
        .values_list("author", "text")[:HISTORY]
    )
    earlier = [Line(author, text) for author, text in reversed(rows)]
    return (*earlier, Line("contact", message.text))


def _automatic_today(conversation: Conversation, now: datetime) -> int:
    zone = ZoneInfo(conversation.workspace.timezone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        Message.objects.filter(conversation=conversation, author=Message.Author.ASSISTANT)
        .filter(direction=Message.Direction.OUTBOUND, created_at__gte=midnight)
        .exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED])
        .count()
    )
