"""What members do by hand, each with its row in the ledger."""

from django.db import transaction

from flowia.lib import clock
from processing import inbox
from processing.ledger import record
from processing.models import Conversation, InteractionEvent


def step_in(conversation: Conversation, *, by: str) -> None:
    """Take the conversation over for the member `by` (their uid); twice prolongs their time."""
    known = conversation.handled_by == Conversation.Handler.HUMAN
    needed = conversation.handoff_reason
    with transaction.atomic():
        inbox.take_over(conversation, now=clock.now())
        if not known or needed:
            record(
                InteractionEvent.Kind.TAKEOVER,
                workspace=conversation.workspace,
                conversation=conversation,
                reason="taken_over",
                data={"by": by},
            )


def give_back(conversation: Conversation, *, by: str) -> None:
    """Give the conversation back to the assistant for the member `by`; twice is once."""
    if (
        conversation.handled_by == Conversation.Handler.ASSISTANT
        and not conversation.handoff_reason
    ):
        return
    with transaction.atomic():
        inbox.release(conversation)
        record(
            InteractionEvent.Kind.RELEASE,
            workspace=conversation.workspace,
            conversation=conversation,
            reason="released",
            data={"by": by},
        )
