"""What is left of an old message: that it was, when, and what became of it; no word of it."""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet

from processing.models import Lead, Message, ReplayAnswer, ReplayResult
from social import forgotten
from social.models import SocialAccount


def fade_messages(messages: QuerySet[Any]) -> None:
    """Empty texts and attachments, quotes and points from them included; keep hashes of ids."""
    found = list(messages.only("pk", "uid", "external_id", "social_account_id", "conversation_id"))
    ids: dict[int, list[str]] = defaultdict(list)
    for message in found:
        ids[message.social_account_id].append(message.external_id)
    for account in SocialAccount.objects.filter(pk__in=ids):
        forgotten.remember_messages(account, ids[account.pk])
    _fade_leads(found)
    keys = [message.pk for message in found]
    # What a replay wrote to them repeats their words.
    ReplayResult.objects.filter(message__in=keys).delete()
    ReplayAnswer.objects.filter(message__in=keys).delete()
    Message.objects.filter(pk__in=keys).update(
        text="", drafted="", marks=[], attachments=[], external_id=""
    )


def _fade_leads(messages: list[Message]) -> None:
    faded = {str(message.uid) for message in messages}
    threads = {message.conversation_id for message in messages}
    leads = Lead.objects.select_for_update(of=("self",)).filter(contact__conversations__in=threads)
    for lead in leads.exclude(evidence=[], summary=[]):
        kept = [one for one in lead.evidence if one.get("message") not in faded]
        # Nobody knows which point came from which text: the next answer writes them anew.
        Lead.objects.filter(pk=lead.pk).update(evidence=kept, summary=[])
