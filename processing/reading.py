"""What is read of the mind: rows of one workspace, with all that a list shows of them."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from accounts.models import Workspace
from processing.models import Conversation, InteractionEvent, Lead, Message


def conversations_of(workspace: Workspace) -> QuerySet[Conversation]:
    """Return the threads in which something was said, with their contact and account."""
    return Conversation.objects.filter(
        workspace=workspace, last_message_at__isnull=False
    ).select_related("contact", "social_account")


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
