"""What is stored of a network for its own addresses: messages, comments, what happened, readings.

A network is its name in the registry; nothing here knows one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from accounts.models import Workspace
from processing.attention import needing_a_human
from processing.models import Conversation, InteractionEvent, Message
from processing.reading import conversations_of, messages_of
from social import polling
from social.contracts import Activity
from social.models import Poll, SocialAccount, WebhookEvent
from social.providers.registry import PROVIDERS

SHORTEST_PAUSE = timedelta(seconds=30)
"""Who asks for a new reading sooner gets the last one: each reading costs of what all share."""
Log = InteractionEvent.Kind
BY_OTHERS = ("human_replied", "control_taken", "control_given_back")


@dataclass(frozen=True)
class Reading:
    """When a stream of an account was read last, when it is next, and what the last one met."""

    account: SocialAccount
    stream: str
    read_at: datetime | None
    next_at: datetime | None
    error: str


@dataclass(frozen=True)
class Done:
    """An activity and the account that did it."""

    account: SocialAccount
    what: Activity


def direct_messages(workspace: Workspace, provider: str) -> QuerySet[Message]:
    """Select the direct messages of a network, with their account, thread and contact."""
    return _messages(workspace, provider, Conversation.Kind.DIRECT)


def conversations(workspace: Workspace, provider: str) -> QuerySet[Conversation]:
    """Select a network's direct threads; `urgent` tells of those in which a human is needed."""
    rows = conversations_of(workspace).filter(
        social_account__provider=provider, kind=Conversation.Kind.DIRECT
    )
    return rows.annotate(urgent=Case(When(needing_a_human(), then=True), default=False))


def comments(workspace: Workspace, provider: str) -> QuerySet[Message]:
    """Select what people wrote under the posts of a network.

    With our newest answer: `answer_uid`, `answer_status`, `answer_private`.
    """
    # What a human wrote on the network itself names the comment by the network's id only.
    answers = Message.objects.filter(
        Q(in_reply_to=OuterRef("pk"))
        | Q(conversation=OuterRef("conversation"), parent_external_id=OuterRef("external_id")),
        direction=Message.Direction.OUTBOUND,
    ).order_by("-id")
    rows = _messages(workspace, provider, Conversation.Kind.COMMENT)
    return rows.filter(direction=Message.Direction.INBOUND).annotate(
        answer_uid=Subquery(answers.values("uid")[:1]),
        answer_status=Subquery(answers.values("status")[:1]),
        answer_private=Subquery(answers.values("private")[:1]),
    )


def happened(workspace: Workspace, provider: str) -> QuerySet[InteractionEvent]:
    """Select what the ledger tells of a network's direct threads: what was said and done there."""
    told = Q(kind__in=[Log.RECEIVED, Log.STATUS]) | Q(kind=Log.DELIVERY, outcome="sent")
    rows = InteractionEvent.objects.filter(
        told | Q(kind=Log.TAKEOVER, reason__in=BY_OTHERS),
        workspace=workspace,
        conversation__kind=Conversation.Kind.DIRECT,
        conversation__social_account__provider=provider,
    )
    return rows.select_related("message", "conversation__social_account", "conversation__contact")


def activity_pages(workspace: Workspace, provider: str, stream: str) -> QuerySet[WebhookEvent]:
    """Select the stored readings of what a network's accounts did; they are kept for 30 days."""
    rows = WebhookEvent.objects.filter(provider=provider, stream=stream)
    return rows.filter(social_account__workspace=workspace).select_related("social_account")


def activities_in(pages: Iterable[WebhookEvent]) -> Iterator[Done]:
    """Give what stands in stored readings, in their order."""
    for page in pages:
        read = PROVIDERS[page.provider].activities
        if read is not None and page.social_account is not None:
            for one in read(bytes(page.body)):
                yield Done(page.social_account, one)


def accounts_on(workspace: Workspace, provider: str) -> QuerySet[SocialAccount]:
    """Select the workspace's accounts on a network, but for the disconnected ones."""
    rows = SocialAccount.objects.filter(workspace=workspace, provider=provider)
    return rows.exclude(status=SocialAccount.Status.DISCONNECTED).order_by("pk")


def read_again(accounts: Iterable[SocialAccount], stream: str, *, now: datetime) -> None:
    """Let the stream of each account be read now, unless it was a moment ago.

    The network's budget still decides when (`social.meter`).
    """
    for account in accounts:
        lately = Poll.objects.filter(social_account=account, stream=stream)
        if not lately.filter(last_at__gt=now - SHORTEST_PAUSE).exists():
            polling.want(account, stream, now=now)


def readings_of(accounts: Iterable[SocialAccount], stream: str) -> list[Reading]:
    """Return how the reading of the stream stands for each account that has it."""
    known = {one.pk: one for one in accounts}
    polls = Poll.objects.filter(social_account__in=known, stream=stream).order_by("social_account")
    return [
        Reading(known[one.social_account_id], stream, one.last_at, one.next_at, one.error_code)
        for one in polls
    ]


def _messages(workspace: Workspace, provider: str, kind: str) -> QuerySet[Message]:
    rows = messages_of(workspace).filter(social_account__provider=provider, conversation__kind=kind)
    return rows.select_related("social_account", "conversation__contact")
