"""Why a message was answered or not, in one sentence, from the ledger."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from processing.admin.trace import PAGE, Trace
from processing.ledger import sentence_of
from processing.models import Conversation, InteractionEvent, Message
from processing.reasons import sentence

LEFT = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ)
ANSWERS = {
    Message.Status.HELD: "draft",
    Message.Status.QUEUED: "leaving",
    Message.Status.REFUSED: "withheld",
    Message.Status.UNCONFIRMED: "unknown",
    Message.Status.FAILED: "lost",
}
"""What is said of an answer that is not known to have left."""
TOLD: dict[str, Promise] = {
    "answered": _("Answered."),
    "human": _("A human wrote after it."),
    "draft": _("Not answered yet: a draft waits for approval. %(why)s"),
    "leaving": _("Not answered yet: the answer is about to leave. %(why)s"),
    "withheld": _("Not answered: the answer was not sent. %(why)s"),
    "unknown": _("Whether the answer arrived is not known. %(why)s"),
    "lost": _("Not answered, because the answer did not arrive. %(why)s"),
    "pending": _("Not decided yet. %(why)s"),
    "silent": _("Not answered, because: %(why)s"),
}


@dataclass(frozen=True)
class Verdict:
    """The sentence, the message it is about, and whether somebody should look closer."""

    words: str
    message: Message
    wrong: bool


def verdict_on(trace: Trace, conversation: Conversation, asked: Message | None) -> Verdict | None:
    """Return the verdict on `asked`, which is of the trace's page, or on the latest message.

    None where the contact wrote nothing. The newest page needs no look into the database.
    """
    message = asked or _latest(trace, conversation)
    if message is None:
        return None
    written = _written(trace, conversation)
    after = [one for one in written if one.sent_at >= message.sent_at]
    answer = next((one for one in after if one.in_reply_to_id == message.pk), None)
    code = _code(message, answer, after)
    about = answer if answer is not None and code in {*ANSWERS.values()} - {"draft"} else message
    why = "" if code in {"answered", "human"} else _why(trace, about)
    words = str(TOLD[code]) % {"why": why}
    return Verdict(words.strip(), message, code in {"silent", "lost", "unknown"})


def _latest(trace: Trace, conversation: Conversation) -> Message | None:
    here = [one for one in trace.messages if one.direction == Message.Direction.INBOUND]
    if here and not trace.page:
        return max(here, key=lambda one: (one.sent_at, one.pk))
    rows = conversation.messages.filter(direction=Message.Direction.INBOUND)
    return rows.order_by("-sent_at", "-pk").first() if trace.page or trace.older else None


def _written(trace: Trace, conversation: Conversation) -> list[Message]:
    """Return what was written to the contact on this page, and after it; the newest first."""
    outbound = Message.Direction.OUTBOUND
    here = [one for one in trace.messages if one.direction == outbound]
    if not trace.page or not trace.messages:
        return here
    rows = conversation.messages.filter(direction=outbound, pk__gt=trace.messages[0].pk)
    return [*reversed(rows.order_by("pk")[:PAGE]), *here]


def _code(message: Message, answer: Message | None, after: list[Message]) -> str:
    if answer is not None and answer.status in LEFT:
        return "answered"
    if any(one.author == Message.Author.HUMAN and one.status in LEFT for one in after):
        return "human"
    if answer is not None:
        return ANSWERS[Message.Status(answer.status)]
    return "silent" if message.outcome else "pending"


def _why(trace: Trace, message: Message) -> str:
    """Return the newest sentence of the ledger about a message, or that of its own reason."""
    told_of = InteractionEvent.Kind
    kinds = {told_of.DECIDED, told_of.DELIVERY}
    if message.status == Message.Status.REFUSED:
        kinds.add(told_of.DRAFT)
    about = [one for one in trace.events if one.message_id == message.pk and one.kind in kinds]
    told = max((one for one in about if one.reason), key=lambda one: one.pk, default=None)
    if told is not None:
        return sentence_of(told)
    return sentence(message.reason) if message.reason else ""
