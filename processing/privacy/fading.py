"""What is left of an old message: that it was, when, and what became of it; no word of it."""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet

from processing.models import Lead, Message
from social import forgotten
from social.models import SocialAccount


def fade_messages(messages: QuerySet[Any]) -> None:
    """Empty texts and attachments, quotes from them included; keep the ids as hashes alone."""
    found = list(messages.only("pk", "uid", "external_id", "social_account_id", "conversation_id"))
    ids: dict[int, list[str]] = defaultdict(list)
    for message in found:
        ids[message.social_account_id].append(message.external_id)
    for account in SocialAccount.objects.filter(pk__in=ids):
        forgotten.remember_messages(account, ids[account.pk])
    _fade_evidence(found)
    keys = [message.pk for message in found]
    Message.objects.filter(pk__in=keys).update(text="", attachments=[], external_id="")


def _fade_evidence(messages: list[Message]) -> None:
    faded = {str(message.uid) for message in messages}
    threads = {message.conversation_id for message in messages}
    leads = Lead.objects.select_for_update(of=("self",)).filter(contact__conversations__in=threads)
    for lead in leads.exclude(evidence=[]):
        kept = [one for one in lead.evidence if one.get("message") not in faded]
        Lead.objects.filter(pk=lead.pk).update(evidence=kept)
