"""What is about people without saying so: raw calls, dead letters, the admin's history."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast

from processing.models import DeadLetter, Delivery, FollowUp, Message
from processing.threads import hidden_comment
from social import forgotten, scrubbing
from social.models import SocialAccount, WebhookEvent

KINDS: dict[type[Model], str] = {Message: "respond", Delivery: "send", FollowUp: "follow"}
"""The kinds of dead letters that are about a table's rows."""


def take_person_out(
    account: SocialAccount, person: str, *, statuses: Iterable[str] | None = None
) -> None:
    """Take a person out of the stored calls to `account`; what others said there stays.

    Their messages in these calls are remembered as hashes. `statuses` narrows the search. Of
    somebody whom the network hides, there is one comment, by whose id it is found.
    """
    events = scrubbing.calls_to(account)
    if statuses is not None:
        events = events.filter(status__in=list(statuses))
    if comment := hidden_comment(person):
        scrubbing.take_message_out(events, comment, account=account.external_id)
        return
    events = scrubbing.holding(events, person)
    for event in events.order_by("pk").iterator(chunk_size=100):
        forgotten.remember_messages(account, scrubbing.message_ids(event, account, person))
        _take_out(event, person, account.external_id)


def take_account_out(account: SocialAccount) -> None:
    """Take everything out of the stored calls that was told to `account`."""
    events = scrubbing.holding(scrubbing.calls_to(account), account.external_id)
    for event in events.order_by("pk").iterator(chunk_size=100):
        _take_out(event, account.external_id, account.external_id)


def drop_letters(model: type[Model], keys: list[int]) -> None:
    """Delete the dead letters about rows of `model`."""
    if model in KINDS:
        DeadLetter.objects.filter(kind=KINDS[model], object_id__in=keys).delete()


def drop_history(rows: QuerySet[Any]) -> None:
    """Delete what the admin remembers of `rows`: it keeps their names."""
    kind = ContentType.objects.get_for_model(rows.model)
    keys = rows.order_by().annotate(name_in_history=Cast("pk", TextField()))
    LogEntry.objects.filter(
        content_type=kind, object_id__in=keys.values("name_in_history")
    ).delete()


def drop_mentions(email: str) -> None:
    """Delete what the admin remembers of changes to other rows that name this person."""
    LogEntry.objects.filter(change_message__icontains=email).delete()


def _take_out(event: WebhookEvent, name: str, account: str) -> None:
    scrubbing.take_out(event.pk, partial(scrubbing.split, person=name, account=account))
