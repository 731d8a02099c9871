"""What is read of the mind: rows of one workspace, with all that a list shows of them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Now

from accounts.models import Workspace
from processing.classes import KINDS
from processing.models import (
    Conversation,
    DmSequence,
    FollowUp,
    InteractionEvent,
    Message,
    Trust,
)
from social.errors import OVERTAKEN
from social.models import SocialAccount
from social.providers.registry import capabilities_of

HELD_UP = (
    *("account_needs_login", "account_held", "account_paused_by_us", "held_back"),
    *("provider_paused", "everything_paused"),
)
"""Why something waits for its account or network, whoever wrote it."""


def conversations_of(workspace: Workspace) -> QuerySet[Conversation]:
    """Return the threads in which something was said, with their contact and account.

    `handoff_data` holds the numbers of the reason for which a human is needed.
    """
    return with_reason(
        Conversation.objects.filter(workspace=workspace, last_message_at__isnull=False)
    )


def with_reason(threads: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Return `threads` with contact, account, and the numbers of why a human is needed."""
    told = InteractionEvent.objects.filter(
        conversation=OuterRef("pk"), reason=OuterRef("handoff_reason")
    )
    return threads.select_related("contact", "social_account").annotate(
        handoff_data=Subquery(told.order_by("-id").values("data")[:1])
    )


def messages_of(workspace: Workspace) -> QuerySet[Message]:
    """Return every utterance of the workspace, with `reason_data`: the numbers of its reason."""
    told = InteractionEvent.objects.filter(message=OuterRef("pk"), reason=OuterRef("reason"))
    return Message.objects.filter(workspace=workspace).annotate(
        reason_data=Subquery(told.order_by("-id").values("data")[:1])
    )


def interactions_of(workspace: Workspace) -> QuerySet[InteractionEvent]:
    """Return the ledger of the workspace, each row with its message."""
    return InteractionEvent.objects.filter(workspace=workspace).select_related("message")


def decision_on(message: Message) -> InteractionEvent | None:
    """Return the newest decision on `message`, or None while nothing is decided."""
    decided = message.interactions.filter(kind=InteractionEvent.Kind.DECIDED)
    return decided.order_by("-id").first()


def held_up(*, paced: bool = False) -> QuerySet[Message]:
    """Select what waits because its account is held or must be connected again; newest first.

    `paced` also selects what waits for its turn, as each message of a browser does for a while.
    """
    undecided = Q(direction=Message.Direction.INBOUND, outcome="", next_at__isnull=False)
    waits = undecided | Q(status=Message.Status.QUEUED)
    why = Q(reason__in=HELD_UP)
    if paced:
        why |= Q(reason__startswith="paced_")
    return Message.objects.filter(waits, why).order_by("-id")


def accounts_held_up(workspace: Workspace) -> list[tuple[SocialAccount, str, int]]:
    """Return for each account through which something waits why, and in how many threads."""
    rows = held_up().filter(workspace=workspace).order_by("social_account", "reason")
    counted = rows.values_list("social_account", "reason").annotate(
        threads=Count("conversation", distinct=True)
    )
    accounts = SocialAccount.objects.in_bulk({pk for pk, _reason, _threads in counted})
    return [(accounts[pk], reason, threads) for pk, reason, threads in counted]


def accounts_to_choose(workspace: Workspace) -> list[SocialAccount]:
    """Return the workspace's accounts for a choice, by network and name."""
    rows = SocialAccount.objects.filter(workspace=workspace).order_by("kind", "name", "pk")
    return list(rows.only("uid", "kind", "name", "handle", "external_id"))


def are_sorted(kinds: Iterable[str]) -> bool:
    """Return whether one of these kinds of accounts is on a network that is sorted."""
    return any(capabilities_of(kind, Conversation.Kind.DIRECT).classified for kind in kinds)


def sorts_of(conversation: Conversation) -> list[tuple[str, str]]:
    """Return what a member may say of a conversation, codes and words; nothing where unsorted."""
    if not capabilities_of(conversation.social_account.kind, conversation.kind).classified:
        return []
    return [(code, str(words)) for code, words in Conversation.Category.choices if code in KINDS]


def with_elsewhere(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Ask along with threads whether the same person has others (`elsewhere`)."""
    person = Coalesce(OuterRef("contact__direct"), OuterRef("contact"))
    others = Conversation.objects.filter(
        Q(contact=person) | Q(contact__direct=person), workspace=OuterRef("workspace")
    )
    return rows.annotate(is_elsewhere=Exists(others.exclude(pk=OuterRef("pk"))))


def elsewhere(conversation: Conversation) -> QuerySet[Conversation]:
    """Return the other threads with the same person: their comments, their direct messages.

    A thread of `with_elsewhere` that has none costs no question.
    """
    threads = conversations_of(conversation.workspace)
    if not getattr(conversation, "is_elsewhere", True):
        return threads.none()
    person = conversation.contact.direct_id or conversation.contact_id
    same = threads.filter(Q(contact=person) | Q(contact__direct=person))
    return same.exclude(pk=conversation.pk).order_by("kind", "-last_message_at")


def drafts_of(workspace: Workspace) -> QuerySet[Message]:
    """Return the workspace's held drafts with all that a list shows of them.

    Each has its question and conversation, and `why_data`: the numbers of the reason for which it
    was held (`in_reply_to.reason`).
    """
    held = Message.objects.filter(workspace=workspace, status=Message.Status.HELD)
    return with_question(held)


def with_question(drafts: QuerySet[Message]) -> QuerySet[Message]:
    """Return `drafts` with what they answer, to whom, and why they were held.

    `said_before` is when somebody wrote last before what they answer.
    """
    told = InteractionEvent.objects.filter(
        message=OuterRef("in_reply_to"), reason=OuterRef("in_reply_to__reason")
    )
    asked = Coalesce(OuterRef("in_reply_to__sent_at"), OuterRef("sent_at"))
    said = Message.objects.filter(conversation=OuterRef("conversation"), sent_at__lt=asked)
    return drafts.select_related(
        "workspace",
        "scenario",
        "in_reply_to",
        "social_account",
        "conversation__contact",
        "conversation__social_account",
        "conversation__workspace",
    ).annotate(
        why_data=Subquery(told.order_by("-id").values("data")[:1]),
        said_before=Subquery(said.order_by("-sent_at").values("sent_at")[:1]),
    )


def said_since(draft: Message) -> QuerySet[Message]:
    """Return what the contact wrote after the message that `draft` answers, the oldest first."""
    said = Message.objects.filter(
        conversation_id=draft.conversation_id, direction=Message.Direction.INBOUND
    ).order_by("sent_at", "id")
    asked = draft.in_reply_to
    if asked is None:
        return said.filter(created_at__gt=draft.created_at)
    newer = Q(sent_at__gt=asked.sent_at) | Q(sent_at=asked.sent_at, pk__gt=asked.pk)
    return said.filter(newer).exclude(pk=asked.pk)


def why_held(draft: Message) -> str:
    """Return the code of the reason for which `draft` waits: also of why it waits again."""
    if draft.reason == OVERTAKEN:
        return OVERTAKEN
    asked = draft.in_reply_to
    held = asked is not None and asked.outcome == Message.Outcome.HOLD
    return asked.reason if asked is not None and held else "needs_approval"


def written_in(workspace: Workspace) -> QuerySet[Message]:
    """Return all that the assistant wrote, decided upon or not."""
    rows = Message.objects.filter(workspace=workspace, author=Message.Author.ASSISTANT)
    return rows.select_related("conversation", "social_account", "workspace")


def set_aside(drafts: QuerySet[Message], *, snoozed: bool) -> QuerySet[Message]:
    """Return those of `drafts` that are set aside at the moment, or those that are not."""
    later = Q(snoozed_until__gt=Now())
    return drafts.filter(later) if snoozed else drafts.exclude(later)


def waiting_drafts(workspace: Workspace) -> QuerySet[Message]:
    """Return the drafts that wait for a decision now."""
    held = Message.objects.filter(workspace=workspace, status=Message.Status.HELD)
    return set_aside(held, snoozed=False)


def draft_counts(workspace: Workspace) -> dict[str, int]:
    """Return how many drafts are `waiting` for a decision now, and how many are set `aside`."""
    held = Message.objects.filter(workspace=workspace, status=Message.Status.HELD)
    later = Q(snoozed_until__gt=Now())
    counts: dict[str, int] = held.aggregate(aside=Count("pk", filter=later), whole=Count("pk"))
    return {"aside": counts["aside"], "waiting": counts["whole"] - counts["aside"]}


def trusts_of(workspace: Workspace) -> QuerySet[Trust]:
    """Return what the workspace's intents have earned, with their scenarios."""
    mine = Trust.objects.filter(workspace=workspace, scenario__archived_at=None)
    return mine.select_related("scenario", "workspace")


def sequences_of(workspace: Workspace) -> QuerySet[DmSequence]:
    """Return the workspace's sequences with their scenarios, accounts and steps."""
    rows = DmSequence.objects.filter(workspace=workspace, scenario__archived_at=None)
    return rows.select_related("scenario").prefetch_related("steps", "scenario__accounts")


def follow_ups_of(workspace: Workspace) -> QuerySet[FollowUp]:
    """Return what was planned for the workspace's contacts, whatever became of it."""
    related = ("sequence__scenario", "conversation__contact", "conversation__workspace", "message")
    return FollowUp.objects.filter(workspace=workspace).select_related(*related, "workspace")


def with_follow_ups(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Ask along with threads whether they have follow-ups to come (`open_follow_ups`)."""
    planned = FollowUp.objects.filter(conversation=OuterRef("pk"), status__in=["pending", "task"])
    return rows.annotate(is_followed=Exists(planned))


def open_follow_ups(conversation: Conversation) -> QuerySet[FollowUp]:
    """Return what is planned in the conversation, and what a human is to write there.

    A thread of `with_follow_ups` that has none costs no question.
    """
    if not getattr(conversation, "is_followed", True):
        return FollowUp.objects.none()
    rows = FollowUp.objects.filter(conversation=conversation, status__in=["pending", "task"])
    return rows.select_related("sequence__scenario").order_by("pk")


def waiting_for_a_human(workspace: Workspace, *, now: datetime) -> QuerySet[Conversation]:
    """Return the threads in which only a human can go on, the soonest end of a window first.

    Those handed over, and those with a follow-up to write: `task` is its id, `task_reason` why.
    Drafts have a page of their own. Threads whose window has closed come last.
    """
    tasks = FollowUp.objects.filter(conversation=OuterRef("pk"), status=FollowUp.Status.TASK)
    newest = tasks.order_by("-id")
    rows = conversations_of(workspace).annotate(
        task=Subquery(newest.values("uid")[:1]),
        task_reason=Subquery(newest.values("reason")[:1]),
        closed=Case(When(window_closes_at__lte=now, then=True), default=False),
    )
    handed_over = ~Q(handoff_reason__in=["", "needs_approval"])
    planned = FollowUp.objects.filter(workspace=workspace, status=FollowUp.Status.TASK)
    to_write = Q(pk__in=planned.values("conversation"))
    deadline = F("window_closes_at").asc(nulls_last=True)
    return rows.filter(handed_over | to_write).order_by("closed", deadline, "pk")
