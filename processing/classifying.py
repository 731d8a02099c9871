"""What kind of conversation it is, where a network is sorted: rules first, the model where unsure.

A step of responding. The rules (`processing.classes`) cost nothing and are asked for every message;
the model once for each message, and only while nobody knows. What is a lead stays one: code never
takes a customer away from the business, and a member outranks both. Somebody of whom neither is
sure is treated as a lead whose drafts always wait for approval: an answer to a seller is a nuisance
that a human stops with one click, a customer without one is lost.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from processing import ledger, modelstate
from processing.ai import engine
from processing.ai.contracts import Brief
from processing.asking import spent_in_figures
from processing.classes import LEAD, LEFT_ALONE, Classed, class_of
from processing.models import Conversation, InteractionEvent, Message
from processing.situations import history_of, unanswered_texts, written_day

Category = Conversation.Category
RULES, MODEL, MEMBER = (one.value for one in Conversation.Sorter)
OPEN = ("", Category.UNSURE)
Log = InteractionEvent.Kind
A_WEEK = timedelta(days=7)
MOST_QUESTIONS, WORDS_ENOUGH = 3, 4


def sort_by_rules(message: Message, *, now: datetime) -> None:
    """Let the rules say what `message` and what else is unanswered make of its conversation.

    Where they are sure, that stands; where newer words make them doubt what was said before, the
    conversation is open again.
    """
    conversation = _fresh(message)
    if conversation.category_by == MEMBER or conversation.category == Category.LEAD:
        return
    found = class_of(
        unanswered_texts(message),
        headline=conversation.contact.headline,
        first_contact=not _written_to(conversation),
    )
    if found.sure and found.kind != conversation.category:
        _settle(message, found.kind, RULES, now=now, data={"signs": list(found.because)})
    elif conversation.category in LEFT_ALONE and _doubts(conversation, found, now):
        _settle(message, Category.UNSURE, RULES, now=None, data={})


def asks_model(message: Message) -> bool:
    """Return whether nobody knows what kind it is, and the model was not asked since it grew."""
    conversation = _fresh(message)
    if conversation.category_by == MEMBER or conversation.category not in OPEN:
        return False
    return _has_news(conversation)


def sort_by_model(message: Message, *, now: datetime) -> None:
    """Ask the model once, outside any transaction; raises AnswerUnavailable.

    What it cost stands in the ledger with what it said.
    """
    found, spent = modelstate.asked(lambda: engine.classify_conversation(_brief(message, now)))
    data = {"confidence": found.confidence, **spent_in_figures(spent)}
    _settle(message, found.kind, MODEL, now=now, data=data)


def sort_by_hand(conversation: Conversation, category: str, *, by: str, now: datetime) -> bool:
    """Write what the member `by` says; it stays. Returns whether that changes anything."""
    rows = Conversation.objects.filter(pk=conversation.pk)
    known = Q(category=category, category_by=MEMBER)
    said = {"category": category, "category_by": MEMBER, "category_at": now}
    if not rows.exclude(known).update(**said):
        return False
    ledger.record(
        Log.STATUS,
        workspace=conversation.workspace,
        conversation=conversation,
        reason="sorted_by_member",
        data={"category": category, "by": by},
    )
    return True


def give_back(conversation: Conversation, *, by: str) -> bool:
    """Let it be judged anew what the member `by` or another had said; False when nobody had."""
    rows = Conversation.objects.filter(pk=conversation.pk, category_by=MEMBER)
    if not rows.update(category=Category.UNSURE, category_by="", category_at=None):
        return False
    ledger.record(
        Log.STATUS,
        workspace=conversation.workspace,
        conversation=conversation,
        reason="sorting_given_back",
        data={"by": by},
    )
    return True


def _settle(
    message: Message, category: str, by: str, *, now: datetime | None, data: dict[str, Any]
) -> None:
    """Write the kind, unless a member said one meanwhile; without `now` it is to be asked again."""
    rows = Conversation.objects.filter(pk=message.conversation_id)
    said = {"category": category, "category_by": by, "category_at": now}
    if rows.exclude(category_by=MEMBER).update(**said) or "cost" in data:
        told = {"category": category, **data}
        ledger.tell(message, Log.STATUS, f"sorted_by_{by}", data=told)


def _doubts(conversation: Conversation, found: Classed, now: datetime) -> bool:
    """Return whether newer words take from what the rules said, or speak of a lead at all."""
    if found.sure or not _has_news(conversation):
        return False
    speaks_of_lead = any(sign.startswith(f"{LEAD}:") for sign in found.because)
    return speaks_of_lead or conversation.category_by == RULES or _says_more(conversation, now)


def _says_more(conversation: Conversation, now: datetime) -> bool:
    """Return whether there are words enough to ask the model again; a few times a week at most.

    One guess of its own must not silence somebody for good, nor a seller's reminders cost much.
    """
    told = InteractionEvent.objects.filter(conversation=conversation, reason=f"sorted_by_{MODEL}")
    if told.filter(created_at__gt=now - A_WEEK).count() >= MOST_QUESTIONS:
        return False
    said = conversation.messages.filter(direction=Message.Direction.INBOUND)
    if conversation.category_at is not None:
        at = conversation.category_at
        said = said.filter(Q(created_at__gt=at) | Q(edited_at__gt=at))
    texts = said.values_list("text", flat=True)
    return any(len(text.split()) >= WORDS_ENOUGH for text in texts)


def _has_news(conversation: Conversation) -> bool:
    """Return whether words of the contact arrived or changed since the kind was told.

    Also older ones: a thread may be read in whole later than its last message.
    """
    at = conversation.category_at
    if at is None:
        return True
    said = conversation.messages.filter(direction=Message.Direction.INBOUND)
    return said.filter(Q(created_at__gt=at) | Q(edited_at__gt=at)).exists()


def _written_to(conversation: Conversation) -> bool:
    ours = conversation.messages.filter(direction=Message.Direction.OUTBOUND)
    return ours.exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED]).exists()


def _fresh(message: Message) -> Conversation:
    rows = Conversation.objects.select_related("contact")
    return rows.get(pk=message.conversation_id)


def _brief(message: Message, now: datetime) -> Brief:
    workspace = message.workspace
    return Brief(
        business=workspace.name,
        profile=workspace.business_profile,
        facts=(),
        instruction="",
        language=workspace.language,
        history=history_of(message),
        text_limit=0,
        today=written_day(workspace, now),
        workspace_id=workspace.pk,
        headline=message.conversation.contact.headline,
    )
