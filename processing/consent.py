"""Consent: who asked for silence hears nothing more from the workspace, until they ask again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from billing import quotas
from flowia.lib import clock
from flowia.lib.standing import Standing, given
from processing import holding, inbox, ledger, notices, outbox, restored, sequences
from processing.language import language_of
from processing.models import Contact, Conversation, InteractionEvent, Message
from processing.optout import is_opt_in, is_opt_out
from processing.wakes import Wake
from social import forgotten
from social.consents import may_speak_of_itself
from social.providers.registry import CAPABILITIES

Log = InteractionEvent.Kind
SPOKEN = {"fr", "en"}
REMEMBERED = 20
"""Earlier messages in which the contact's language is looked for."""
CONTACT = Standing(lambda: Contact.objects.filter(pk=given.key("id")))


def heed(message: Message, *, now: datetime) -> list[Wake]:
    """Note the wish of a message that has just arrived, in its transaction.

    A wish for silence holds at once, on every account of the workspace through which the same
    person writes; it is confirmed once. Somebody who asks to be written to again is answered from
    this message on. Returns the confirmation's delivery.
    """
    (contact,) = CONTACT(id=message.conversation.contact_id)
    if is_opt_out(message.text):
        language = _language_of(message)
        if contact.opted_out_at is None:
            _silence(contact, "opted_out_by_contact", {"language": language}, now=now)
            _tell(message.conversation, "opted_out_by_contact", {"language": language}, message)
        if restored.may_be_done(message.sent_at, now=now):
            return []
        return _confirm(message, language, now=now)
    if contact.opted_out_at is not None and is_opt_in(message.text):
        _speak(contact)
        data = {"language": _language_of(message)}
        _tell(message.conversation, "opted_in_by_contact", data, message)
    return []


def opt_out(contact: Contact, *, by: audit.By) -> None:
    """Write to the contact no more, for the member `by`, who was told so elsewhere; idempotent."""
    with transaction.atomic():
        if _is_silent(contact):
            return
        data = {"by": str(by.uid or "")}
        _silence(contact, "opted_out_by_member", data, now=clock.now())
        _tell_all(contact, "opted_out_by_member", data)
        audit.record("contact.opted_out", by=by, workspace=contact.workspace, target=contact)


def opt_in(contact: Contact, *, by: audit.By) -> None:
    """Let the contact be answered again, for the member `by`; idempotent."""
    with transaction.atomic():
        if not _is_silent(contact):
            return
        _speak(contact)
        _tell_all(contact, "opted_in_by_member", {"by": str(by.uid or "")})
        audit.record("contact.opted_in", by=by, workspace=contact.workspace, target=contact)


def same_person(contact: Contact) -> QuerySet[Contact]:
    """Select the contact and who is the same person on another account of the workspace.

    The same id on another account of the same network, and the commenter whom a private answer
    reached. A phone number is no proof: anybody can write somebody else's (docs/decisions/0010).
    """
    same_id = Q(
        external_id=contact.external_id, social_account__provider=contact.social_account.provider
    )
    linked = Q(direct=contact.pk) | Q(pk=contact.direct_id)
    return Contact.objects.filter(same_id | linked, workspace=contact.workspace_id)


def _silence(contact: Contact, reason: str, data: dict[str, Any], *, now: datetime) -> None:
    everywhere = list(same_person(contact).values_list("pk", flat=True))
    keys = outbox.lock_all(Conversation.objects.filter(contact__in=everywhere))
    Contact.objects.filter(pk__in=everywhere, opted_out_at__isnull=True).update(opted_out_at=now)
    threads = Conversation.objects.filter(pk__in=keys).select_related("workspace")
    for conversation in threads.order_by("pk"):
        sequences.cancel(conversation, "opted_out", now=now)
        waiting = holding.waiting_to_leave(conversation, in_hand=True)
        for message in holding.take_back(waiting, "opted_out", now=now):
            ledger.tell(message, Log.DELIVERY, "opted_out", outcome="refused")
        inbox.unflag_if_nothing_waits(conversation)
        if conversation.contact_id != contact.pk:
            _tell(conversation, reason, {**data, "elsewhere": True})


def _speak(contact: Contact) -> None:
    everywhere = list(same_person(contact).select_related("social_account"))
    again = {"opted_out_at": None, "opt_out_confirmed_at": None}
    Contact.objects.filter(pk__in=[one.pk for one in everywhere]).update(**again)
    for one in everywhere:
        forgotten.drop_opt_out(one.social_account, one.external_id)


def _confirm(message: Message, language: str, *, now: datetime) -> list[Wake]:
    """Queue the one confirmation of a wish for silence; never under a comment, for everybody."""
    conversation = message.conversation
    account = conversation.social_account
    may = may_speak_of_itself(account, CAPABILITIES[account.kind])
    if conversation.kind == Conversation.Kind.COMMENT or not may:
        return []
    rows = Contact.objects.filter(pk=conversation.contact_id, opt_out_confirmed_at__isnull=True)
    day = quotas.reserve(conversation.workspace, now=now) if rows.exists() else None
    if day is None:
        return []
    everywhere = list(same_person(conversation.contact).values_list("pk", flat=True))
    if not rows.update(opt_out_confirmed_at=now):
        quotas.release(conversation.workspace, day)
        return []
    Contact.objects.filter(pk__in=everywhere).update(opt_out_confirmed_at=now)
    notice, delivery = outbox.queue_notice(
        conversation,
        Message.Purpose.OPT_OUT_NOTICE,
        _words(message, language, now),
        day=day,
        request_id=message.request_id,
        now=now,
    )
    ledger.tell(notice, Log.NOTICE, "opt_out_confirmed", outcome="queued")
    return [Wake("send", delivery.pk)] if delivery else []


def _words(message: Message, language: str, now: datetime) -> outbox.Words:
    """Return the confirmation, after the AI notice where that is due and leaves room for it."""
    text = confirmation(language)
    notice = notices.notice_again(message, language=language, now=now)
    limits = CAPABILITIES[message.social_account.kind]
    whole = outbox.joined(notice, text)
    taken = len(whole.encode() if limits.text_limit_in_bytes else whole)
    return outbox.Words(text, notice=notice if taken <= limits.text_limit else "")


def confirmation(language: str) -> str:
    """Return the words that confirm a wish for silence, in "fr" or "en"."""
    with translation.override(language):
        return _("Noted: we will not write to you again. Write START if you change your mind.")


def _language_of(message: Message) -> str:
    """Return the contact's language: of these words, of their earlier ones, or the workspace's."""
    earlier = Message.objects.filter(
        conversation_id=message.conversation_id, direction=Message.Direction.INBOUND
    )
    texts = earlier.order_by("-sent_at", "-id").values_list("text", flat=True)[:REMEMBERED]
    for text in (message.text, *texts):
        found = language_of(text)
        if found in SPOKEN:
            return found
    language = message.workspace.language
    return language if language in SPOKEN else "en"


def _is_silent(contact: Contact) -> bool:
    return Contact.objects.filter(pk=contact.pk, opted_out_at__isnull=False).exists()


def _tell(
    conversation: Conversation,
    reason: str,
    data: dict[str, Any],
    message: Message | None = None,
) -> None:
    ledger.record(
        Log.CONSENT,
        workspace=conversation.workspace,
        conversation=conversation,
        message=message,
        reason=reason,
        data=data,
        request_id=message.request_id if message else "",
    )


def _tell_all(contact: Contact, reason: str, data: dict[str, Any]) -> None:
    threads = Conversation.objects.filter(contact=contact).select_related("workspace")
    for conversation in threads.order_by("pk"):
        _tell(conversation, reason, data)
