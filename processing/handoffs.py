"""Handing a conversation to a human: the one way, whatever the reason."""

from datetime import datetime

from django.db import transaction

from billing import quotas
from processing import holding, inbox, ledger, notices, outbox, sequences
from processing.decision import DAILY_CAP
from processing.language import language_of
from processing.leads import Noted
from processing.models import Conversation, InteractionEvent, Lead, Message
from processing.notifying import Subject, tell_members
from processing.situations import automatic_today, last_inbound
from processing.wakes import Wake
from social.consents import may_speak_of_itself
from social.providers.registry import CAPABILITIES

Purpose = Message.Purpose


def hand_over(
    conversation: Conversation,
    reason: str,
    *,
    now: datetime,
    request_id: str = "",
) -> list[Wake]:
    """Stop the assistant for `reason`, call off what is planned, tell the contact and the members.

    Returns the letters and the delivery to wake. Call it in the transaction of the decision, with
    the decision in the ledger; the contact hears of a handoff once, until the conversation is
    given back, and not at all where two machines seem to talk or the quota is spent.
    """
    with transaction.atomic():
        outbox.lock(conversation)
        inbox.hand_off(conversation, reason, now=now)
        sequences.cancel(conversation, "handed_over", now=now, tasks=False)
        told = tell_members(conversation.workspace, Subject(conversation, reason), now=now)
        # To a machine a word is one more turn; and the day's messages go to those who wait.
        if reason in {"daily_cap", "quota_spent"}:
            return told
        return [*told, *_tell_contact(conversation, request_id, now)]


def ask_to_call(message: Message, noted: Noted, *, now: datetime) -> list[Wake]:
    """Ask the members to call the contact whose `message` was `noted`, if there is reason to.

    That is a hot lead that wishes to be called, or that left a phone number; the assistant goes
    on. Returns the letters to wake. Call it in the decision's transaction, under the lock.
    """
    lead = noted.lead
    warmed = noted.reason == "lead_new" or noted.before != lead.level
    left_phone = bool(lead.phone) and (warmed or lead.phone_message == message.uid)
    if lead.level != Lead.Level.HOT or not (lead.intent == "callback" or left_phone):
        return []
    conversation = Conversation.objects.select_related("workspace").get(pk=message.conversation_id)
    if conversation.handoff_reason == inbox.CALL_BACK:
        return []
    inbox.flag(conversation, inbox.CALL_BACK)
    level = {"level": lead.level, "from": lead.level}
    kind = InteractionEvent.Kind.LEAD
    ledger.tell(message, kind, inbox.CALL_BACK, outcome=lead.level, data=level)
    subject = Subject(conversation, inbox.CALL_BACK)
    return tell_members(conversation.workspace, subject, now=now)


def release_if_over(message: Message, *, now: datetime) -> None:
    """Give the message's conversation back once the human's time is over, and tell so.

    Call it inside a transaction, before anything is decided about the message.
    """
    if inbox.release_if_over(message.conversation, now=now):
        take_notice_back(message.conversation, "released_by_time", now=now)
        ledger.tell(message, InteractionEvent.Kind.RELEASE, "released_by_time")


def take_notice_back(conversation: Conversation, reason: str, *, now: datetime) -> None:
    """Do not tell the contact any more that a human takes over: one has, or the assistant is back.

    Call it inside a transaction.
    """
    outbox.lock(conversation)
    waiting = holding.waiting_to_leave(conversation, [Purpose.HANDOFF_NOTICE])
    for notice in holding.take_back(waiting, reason, now=now):
        ledger.tell(notice, InteractionEvent.Kind.DELIVERY, reason, outcome="refused")


def _tell_contact(conversation: Conversation, request_id: str, now: datetime) -> list[Wake]:
    """Queue the owner's words that a human takes over, at most once for each handoff."""
    found = Conversation.objects.select_related("workspace", "contact", "social_account")
    conversation = found.get(pk=conversation.pk)
    words = _words(conversation, now)
    whole = outbox.joined(words.notice, words.text)
    if not words.text or not _may_be_told(conversation, whole, now):
        return []
    untold = Conversation.objects.filter(pk=conversation.pk, handoff_told_at__isnull=True)
    if not untold.update(handoff_told_at=now):
        return []
    # What is kept is kept for answers: a notice may go untold.
    kept = quotas.usage(conversation.workspace, now=now).kept
    day = quotas.reserve(conversation.workspace, now=now, keep=kept)
    if day is None:
        Conversation.objects.filter(pk=conversation.pk).update(handoff_told_at=None)
        return []
    notice, delivery = outbox.queue_notice(
        conversation, Purpose.HANDOFF_NOTICE, words, day=day, request_id=request_id, now=now
    )
    ledger.tell(notice, InteractionEvent.Kind.NOTICE, "handoff_told", outcome="queued")
    return [Wake("send", delivery.pk)] if delivery else []


def _words(conversation: Conversation, now: datetime) -> outbox.Words:
    """Return the owner's words, after the AI notice where the contact has to be told of that."""
    text = conversation.workspace.handoff_text.strip()
    question = last_inbound(conversation)
    if not text or question is None:
        return outbox.Words(text)
    notice = notices.notice_again(question, language=language_of(text), now=now)
    return outbox.Words(text, notice=notice)


def _may_be_told(conversation: Conversation, text: str, now: datetime) -> bool:
    if conversation.kind == Conversation.Kind.COMMENT:
        return False  # everybody would read it
    capabilities = CAPABILITIES[conversation.social_account.kind]
    taken = len(text.encode() if capabilities.text_limit_in_bytes else text)
    closes = conversation.window_closes_at
    open_still = closes is None or now < closes
    silent = conversation.contact.opted_out_at is not None
    fits = taken <= capabilities.text_limit
    looped = automatic_today(conversation, now=now) >= DAILY_CAP
    agreed = may_speak_of_itself(conversation.social_account, capabilities)
    return open_still and not silent and fits and not looped and agreed
