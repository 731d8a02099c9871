"""Gathering the plain values that the gates and the model look at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import translation
from django.utils.formats import date_format

from accounts.blanks import is_complete
from accounts.models import Fact, Workspace
from billing.plans import is_suspended
from billing.quotas import Usage
from flowia.lib.standing import Standing, given
from processing import modelstate
from processing.ai.contracts import Brief, Line
from processing.ai.prompt import BYTES_PER_TOKEN, EARLIER_TOKENS
from processing.ai.summary import earlier_words
from processing.decision import Situation
from processing.hours import daytime, is_open, next_daytime, next_opening
from processing.models import Conversation, Delivery, Message, Scenario
from processing.risks import risk_in
from processing.scenarios import Incoming, incoming_of, scenario_for
from social import pauses
from social.capabilities import Capabilities
from social.models import SocialAccount

HISTORY = 30
LEFT = ("sent", "delivered", "read", "unconfirmed")
NOT_SAID = (Delivery.Status.QUEUED, Delivery.Status.BY_HAND)
"""What waits to be sent, by us or by a member themselves: nobody has said it yet."""
OLDER = 170
"""So many of the contact's own lines before those are looked through for what they told."""
UNSURE = Conversation.Category.UNSURE.value
LOGIN_CHECK = timedelta(minutes=15)
"""How often a reply is looked at again while its account must be connected again."""

IN_VAIN = [Message.Status.REFUSED, Message.Status.FAILED]
EARLIER = Standing(
    lambda: (
        Message.objects.filter(
            conversation_id=given.key("conversation"),
            direction=Message.Direction.INBOUND,
            sent_at__lt=given.moment("sent_at"),
        )
        .exclude(pk=given.key("id"))
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)
AS_IT_STANDS = Standing(
    lambda: Conversation.objects.select_related("workspace", "contact", "social_account").filter(
        pk=given.key("id")
    )
)
LAST_WORDS = Standing(
    lambda: (
        Message.objects.filter(
            conversation_id=given.key("conversation"),
            direction=Message.Direction.OUTBOUND,
            sent_at__lt=given.moment("sent_at"),
        )
        .exclude(status__in=[*IN_VAIN, Message.Status.HELD])
        .exclude(delivery__status=Delivery.Status.BY_HAND)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)[:1]
    )
)
WORDS_SINCE = Standing(
    lambda: (
        Message.objects.filter(
            conversation_id=given.key("conversation"),
            direction=Message.Direction.INBOUND,
            sent_at__gt=given.moment("since"),
            sent_at__lte=given.moment("sent_at"),
        )
        .exclude(pk=given.key("id"))
        .order_by("-sent_at", "-id")
        .values_list("text", flat=True)[:HISTORY]
    )
)
EVER = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
AUTOMATIC = Standing(
    lambda: (
        Message.objects.filter(
            conversation=given.key("conversation"),
            author=Message.Author.ASSISTANT,
            direction=Message.Direction.OUTBOUND,
            created_at__gte=given.moment("since"),
        )
        .exclude(status__in=IN_VAIN)
        .order_by()
        .values("conversation")
        .annotate(number=Count("pk"))
        .values_list("number", flat=True)
    )
)


def _said(until: Q) -> QuerySet[Message, tuple[str, str]]:
    """Select who said what in a thread, the newest first, with the places of a message."""
    return (
        Message.objects.filter(until, conversation_id=given.key("conversation"))
        .exclude(status__in=[*IN_VAIN, Message.Status.HELD])
        .exclude(text="")
        # An answer that still waits to be sent gives way to this one: it was never said.
        .exclude(delivery__status__in=NOT_SAID)
        .exclude(pk=given.key("id"))
        .order_by("-sent_at", "-id")
        .values_list("author", "text")[:HISTORY]
    )


SAID_BEFORE = Standing(lambda: _said(Q(sent_at__lte=given.moment("sent_at"))))
SAID = Standing(
    lambda: _said(Q(sent_at__lte=given.moment("sent_at")) | Q(direction=Message.Direction.OUTBOUND))
)
FACTS = Standing(
    lambda: Fact.objects.filter(workspace=given.key("workspace")).values_list("label", "value")
)

UNSEEN_FOR, UNSEEN_CHECK = timedelta(hours=6), timedelta(minutes=15)
"""How long a message waits for its thread to be read at most, and how often that is looked at."""


def scenario_of(message: Message, said: Sequence[str]) -> Scenario | None:
    """Return the scenario that answers `message`; `said` are its `unanswered_texts`."""
    return scenario_for(message.workspace, incoming_for(message, said))


def incoming_for(message: Message, said: Sequence[str] | None = None) -> Incoming:
    """Return what choosing a scenario for `message` looks at; `said` where it is known."""
    conversation = message.conversation
    first = not EARLIER(conversation=conversation.pk, sent_at=message.sent_at, id=message.pk)
    text = " \n".join(unanswered_texts(message) if said is None else said)
    return incoming_of(conversation, text=text, first=first)


def situation_of(
    message: Message,
    *,
    now: datetime,
    scenario: Scenario | None,
    usage: Usage | None,
    newer_inbound: bool,
    answered: bool,
    capabilities: Capabilities,
    said: Sequence[str] = (),
) -> Situation:
    """Return what is true about `message` now; its conversation is read afresh.

    `capabilities` are those that hold in its thread, for the answer that is meant. `said`
    is searched for risks, whatever scenario fits: for who asks that gate.
    """
    (conversation,) = AS_IT_STANDS(id=message.conversation_id)
    workspace, account = conversation.workspace, conversation.social_account
    met = pauses.met_by(account, now=now)
    paused = met.everything or met.network
    risk = risk_in(" \n".join(said)) if said else None
    hours = scenario.hours if scenario else {}
    zone = ZoneInfo(workspace.timezone)
    outside = not is_open(hours, now, zone)
    return Situation(
        now=now,
        suspended=usage.suspended if usage else is_suspended(workspace),
        assistant_on=workspace.assistant_on,
        opted_out=conversation.contact.opted_out_at is not None,
        handled_by_human=conversation.handled_by == Conversation.Handler.HUMAN,
        human_until=conversation.human_until,
        everything_paused=met.everything is not None,
        provider_paused=paused is not None,
        provider_until=paused.look_again(now) if paused else None,
        account_status=account.status,
        account_retry_at=now + LOGIN_CHECK,
        account_held_until=account.held_until,
        account_stopped_until=met.account.look_again(now) if met.account else None,
        lacking=_lacking(account, conversation, scenario),
        removed=message.removed_at is not None,
        hidden=message.hidden_at is not None,
        other_app=conversation.other_app_since is not None,
        category=category_of(conversation, capabilities),
        newer_inbound=newer_inbound,
        answered=answered,
        has_text=bool(message.text.strip()),
        risk=risk.category if risk else "",
        window_closes_at=_window_closes_at(message, conversation, capabilities),
        window_left=_window_left(conversation, capabilities),
        scenario=scenario.name if scenario else None,
        outside_hours=outside,
        opens_at=next_opening(hours, now, zone) if outside else None,
        left_to_human=bool(scenario and scenario.outside_hours == Scenario.Outside.HANDOFF),
        automatic_today=automatic_today(conversation, now=now),
        settles_at=message.created_at + timedelta(seconds=settings.SETTLE_SECONDS),
        next_automatic_at=conversation.next_automatic_at,
        quota_limit=usage.limit if usage else None,
        quota_remaining=usage.remaining if usage else None,
        quota_held=message.quota_day is not None,
        unseen=message.unseen_before > 0 and now - message.created_at < UNSEEN_FOR,
        unseen_at=now + UNSEEN_CHECK,
        model_trouble=modelstate.trouble(now=now),
        model_paused_until=met.model.look_again(now) if met.model else None,
        night_until=None if daytime(now, zone) else next_daytime(now, zone),
    )


def category_of(conversation: Conversation, capabilities: Capabilities) -> str:
    """Return what kind of conversation it is, where its network is sorted; "" elsewhere."""
    if not capabilities.classified or conversation.kind != Conversation.Kind.DIRECT:
        return ""
    return conversation.category or UNSURE


def answers_in_private(scenario: Scenario | None) -> bool:
    """Return whether the scenario answers comments in the person's direct messages."""
    return scenario is not None and scenario.comment_answer == Scenario.CommentAnswer.PRIVATE


def is_public(message: Message, scenario: Scenario | None) -> bool:
    """Return whether everybody would read an answer to `message`."""
    comment = message.conversation.kind == Conversation.Kind.COMMENT
    return comment and not answers_in_private(scenario)


def _lacking(account: SocialAccount, conversation: Conversation, scenario: Scenario | None) -> str:
    """Return the ability that an answer here would need and the account lacks; "" without."""
    needed = "direct" if conversation.kind == Conversation.Kind.DIRECT else "comments"
    if needed == "comments" and answers_in_private(scenario):
        needed = "private_replies"
    return needed if needed in account.lacks else ""


def _window_closes_at(
    message: Message, conversation: Conversation, room: Capabilities
) -> datetime | None:
    """Return until when an answer may leave: of a comment, counted from the comment itself."""
    if conversation.kind == Conversation.Kind.DIRECT:
        return conversation.window_closes_at
    hours = room.reply_window_hours
    return None if hours is None else message.sent_at + timedelta(hours=hours)


def human_window(conversation: Conversation, capabilities: Capabilities) -> datetime | None:
    """Return until when a member may write by hand: some networks give a human longer."""
    if conversation.kind == Conversation.Kind.COMMENT:
        return None
    hours = capabilities.human_window_hours
    counts = hours is not None and conversation.window_closes_at is not None
    said = last_inbound(conversation) if counts else None
    if hours is None or said is None:
        return conversation.window_closes_at
    return said.sent_at + timedelta(hours=hours)


def _window_left(conversation: Conversation, room: Capabilities) -> int | None:
    """Return how many messages the network still takes before the contact writes again."""
    if room.messages_per_window is None:
        return None
    said = Message.objects.filter(conversation=conversation)
    last = said.filter(direction=Message.Direction.INBOUND).order_by("-sent_at").first()
    ours = said.filter(direction=Message.Direction.OUTBOUND, status__in=LEFT)
    if last is not None:
        ours = ours.filter(sent_at__gt=last.sent_at)
    return room.messages_per_window - ours.count()


def brief_for(
    message: Message,
    scenario: Scenario,
    capabilities: Capabilities,
    *,
    now: datetime | None = None,
    as_then: bool = False,
) -> Brief:
    """Return everything the model may know to answer `message`: this conversation alone.

    It is told the day of `now`, or else the message's own. With `as_then`, nothing of what was
    said after the message.
    """
    workspace = message.workspace
    facts = facts_for(workspace, scenario)
    history = history_of(message, before_only=as_then)
    return Brief(
        business=workspace.name,
        profile=workspace.business_profile,
        facts=facts,
        instruction=scenario.instruction,
        language=workspace.language,
        history=history,
        text_limit=min(capabilities.text_limit, 600),
        answer_in=scenario.language,
        purpose=scenario.kind,
        earlier=_earlier(message, history, labels=[label for label, _value in facts]),
        today=written_day(workspace, now or message.sent_at),
        workspace_id=workspace.pk,
        public=is_public(message, scenario),
    )


def follow_up_brief(
    question: Message, scenario: Scenario, capabilities: Capabilities, *, now: datetime
) -> Brief:
    """Return everything the model may know to write again at `now`.

    `question` holds the last words of the contact, which somebody has answered.
    """
    brief = brief_for(question, scenario, capabilities, now=now)
    return replace(
        brief,
        history=_thread(question.conversation_id),
        purpose=Scenario.Kind.FOLLOW_UP.value,
    )


def last_inbound(conversation: Conversation) -> Message | None:
    """Return what the contact said last; None when they never wrote."""
    said = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    related = ("workspace", "conversation__workspace", "social_account")
    return said.select_related(*related).order_by("-sent_at", "-id").first()


def facts_for(workspace: Workspace, scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Return the fact sheet's lines that the scenario may use: those it names, or all.

    A line with a blank is no fact.
    """
    wanted = set(scenario.fact_labels)
    lines = FACTS(workspace=workspace.pk)
    return tuple(line for line in lines if is_complete(*line) and (not wanted or line[0] in wanted))


def written_day(workspace: Workspace, moment: datetime) -> str:
    """Return the workspace's local day of `moment`, written out in its language."""
    with translation.override(workspace.language):
        local = moment.astimezone(ZoneInfo(workspace.timezone))
        return date_format(local, "l j F Y")


def unanswered_texts(message: Message) -> list[str]:
    """Return what the contact wrote since somebody last wrote to them, `message` included."""
    asked = {"conversation": message.conversation_id, "sent_at": message.sent_at}
    last = LAST_WORDS.first(**asked) or EVER
    texts = WORDS_SINCE(id=message.pk, since=last, **asked)
    return [*reversed(texts), message.text]


def history_of(message: Message, *, before_only: bool = False) -> tuple[Line, ...]:
    """Return the thread as the model sees it, the oldest first, `message` last.

    With `before_only`, nothing that was written after the message: what a replay may know.
    """
    asked = SAID_BEFORE if before_only else SAID
    rows = asked(id=message.pk, conversation=message.conversation_id, sent_at=message.sent_at)
    earlier = [Line(author, text) for author, text in reversed(rows)]
    return (*earlier, Line("contact", message.text))


def _earlier(message: Message, shown: tuple[Line, ...], *, labels: list[str]) -> tuple[str, ...]:
    """Return the telling words of the contact's own lines before those in `shown`."""
    if len(shown) < HISTORY:
        return ()
    # The contact's lines in `shown` are their newest: those before them come after so many.
    known = sum(line.author == "contact" for line in shown)
    texts = (
        Message.objects.filter(conversation_id=message.conversation_id, author="contact")
        .filter(~Q(text="") | Q(pk=message.pk), sent_at__lte=message.sent_at)
        .order_by("-sent_at", "-id")
        .values_list("text", flat=True)[known : known + OLDER]
    )
    lines = [Line("contact", text) for text in reversed(texts)]
    return earlier_words(lines, limit=EARLIER_TOKENS * BYTES_PER_TOKEN, names=labels)


def _thread(conversation_id: int) -> tuple[Line, ...]:
    """Return the last lines that were really said, the oldest first."""
    rows = (
        Message.objects.filter(conversation_id=conversation_id)
        .exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED, Message.Status.HELD])
        .exclude(text="")
        .exclude(delivery__status__in=NOT_SAID)
        .order_by("-sent_at", "-id")
        .values_list("author", "text")[:HISTORY]
    )
    return tuple(Line(author, text) for author, text in reversed(rows))


def automatic_today(conversation: Conversation, *, now: datetime) -> int:
    """Return how many automatic messages the conversation has had since the local midnight."""
    zone = ZoneInfo(conversation.workspace.timezone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return AUTOMATIC.first(conversation=conversation.pk, since=midnight) or 0
