"""What the head of every page counts: rows that indexes of their own hold."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Workspace
from processing.models import Conversation, FollowUp


def handed_over(workspace: Workspace) -> QuerySet[Conversation]:
    """Return the threads that were handed over to a human, for another reason than a draft."""
    threads = Conversation.objects.filter(workspace=workspace).exclude(handoff_reason="")
    return threads.exclude(handoff_reason="needs_approval").filter(last_message_at__isnull=False)


def tasks_to_write(workspace: Workspace) -> QuerySet[FollowUp]:
    """Return the newest follow-up that only a human may write of each thread not handed over."""
    tasks = FollowUp.objects.filter(workspace=workspace, status=FollowUp.Status.TASK)
    newer = tasks.filter(conversation=OuterRef("conversation"), pk__gt=OuterRef("pk"))
    alone = tasks.filter(conversation__handoff_reason__in=["", "needs_approval"])
    return alone.filter(~Exists(newer), conversation__last_message_at__isnull=False)
