"""What is read of the mind: rows of one workspace, with all that a list shows of them."""

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import Combinable

from accounts.models import Workspace
from processing.models import Conversation, InteractionEvent, Lead, Message


def conversations_of(workspace: Workspace) -> QuerySet[Conversation]:
    """Return the threads in which something was said, with their contact and account.

    `handoff_data` holds the numbers of the reason for which a human is needed.
    """
    told = InteractionEvent.objects.filter(
        conversation=OuterRef("pk"), reason=OuterRef("handoff_reason")
    )
    return (
        Conversation.objects.filter(workspace=workspace, last_message_at__isnull=False)
        .select_related("contact", "social_account")
        .annotate(handoff_data=Subquery(told.order_by("-id").values("data")[:1]))
    )


def needing_a_human() -> Combinable:
    """Select the conversations that were handed to a human or have a draft to approve."""
    held = Message.objects.filter(conversation=OuterRef("pk"), status=Message.Status.HELD)
    return ~Q(handoff_reason="") | Exists(held)


def messages_of(workspace: Workspace) -> QuerySet[Message]:
    """Return every utterance of the workspace, with `reason_data`: the numbers of its reason."""
    told = InteractionEvent.objects.filter(message=OuterRef("pk"), reason=OuterRef("reason"))
    return Message.objects.filter(workspace=workspace).annotate(
        reason_data=Subquery(told.order_by("-id").values("data")[:1])
    )


def interactions_of(workspace: Workspace) -> QuerySet[InteractionEvent]:
    """Return the ledger of the workspace, each row with its message."""
    return InteractionEvent.objects.filter(workspace=workspace).select_related("message")


def leads_of(workspace: Workspace) -> QuerySet[Lead]:
    """Return the workspace's leads with their contacts."""
    return Lead.objects.filter(workspace=workspace).select_related("contact")


def decision_on(message: Message) -> InteractionEvent | None:
    """Return the newest decision on `message`, or None while nothing is decided."""
    decided = message.interactions.filter(kind=InteractionEvent.Kind.DECIDED)
    return decided.order_by("-id").first()


def inbox_of(workspace: Workspace, *, show: str = "", search: str = "") -> QuerySet[Conversation]:
    """Return the threads as the inbox lists them: those that need a human first, then by time.

    `show` is `needs`, `hot` or nothing; `search` looks into contacts'
    names and the ends of their ids. Each thread brings
    its contact's lead, its last words (`last_text`, `last_author`) and `waits_until`.
    """
    last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-sent_at", "-id")
    waiting = Message.objects.filter(conversation=OuterRef("pk"), outcome="", next_at__isnull=False)
    rows = (
        conversations_of(workspace)
        .select_related("contact__lead")
        .annotate(
            urgent=Case(When(needing_a_human(), then=True), default=False),
            last_text=Subquery(last.values("text")[:1]),
            last_author=Subquery(last.values("author")[:1]),
            waits_until=Subquery(waiting.order_by("-next_at").values("next_at")[:1]),
        )
    )
    if search:
        named = Q(contact__name__icontains=search) | Q(contact__external_id__endswith=search)
        rows = rows.filter(named)
    if show == "needs":
        rows = rows.filter(urgent=True)
    elif show == "hot":
        rows = rows.filter(contact__lead__level=Lead.Level.HOT)
    return rows.order_by("-urgent", "-last_message_at", "-id")


def inbox_counts(workspace: Workspace) -> dict[str, int]:
    """Return how many threads the inbox holds: all of them, needing a human, hot."""
    threads = Conversation.objects.filter(workspace=workspace, last_message_at__isnull=False)
    counts: dict[str, int] = threads.aggregate(
        all=Count("pk"),
        needs=Count("pk", filter=Q(needing_a_human())),
        hot=Count("pk", filter=Q(contact__lead__level=Lead.Level.HOT)),
    )
    return counts
