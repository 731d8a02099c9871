"""The trace of a conversation: every row about it, of every table, in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from integrations.models import HookCall, SyncedRow, SyncRun
from processing.admin import entries
from processing.admin.entries import Entry
from processing.models import (
    Conversation,
    DeadLetter,
    Delivery,
    FollowUp,
    InteractionEvent,
    Lead,
    Message,
)
from social.models import WebhookEvent

PAGE, MOST = 25, 500
"""Messages of one page, and the most rows of each other kind."""


@dataclass(frozen=True)
class Trace:
    """One page of a conversation's story, the newest page being 0; whether older ones exist.

    `messages` are the page's, the newest first, and `events` what the ledger tells of them.
    """

    entries: list[Entry]
    messages: list[Message]
    events: list[InteractionEvent]
    page: int
    older: bool


@dataclass(frozen=True)
class Span:
    """The time that a page covers: from `start` on, before `end`; None where nothing bounds it."""

    start: datetime | None
    end: datetime | None

    def of(self, rows: "QuerySet[Any]", column: str = "created_at") -> "QuerySet[Any]":
        """Select the rows of this time."""
        if self.start is not None:
            rows = rows.filter(**{f"{column}__gte": self.start})
        if self.end is not None:
            rows = rows.filter(**{f"{column}__lt": self.end})
        return rows


def page_of(conversation: Conversation, message: Message | None, page: int) -> int:
    """Return the page on which `message` stands, or `page` itself without one."""
    if message is None:
        return page
    return conversation.messages.filter(pk__gt=message.pk).count() // PAGE


def trace_of(conversation: Conversation, *, page: int = 0, shown: bool = False) -> Trace:
    """Return one page of the story; each kind of row costs one query. `shown` shows the words."""
    rows = conversation.messages.select_related("scenario", "delivery").order_by("-pk")
    first = max(page * PAGE - 1, 0)
    found = list(rows[first : (page + 1) * PAGE + 1])
    newer = found.pop(0) if page and found else None
    messages, older = found[:PAGE], len(found) > PAGE
    span = Span(
        messages[-1].created_at if older else None, newer.created_at if newer is not None else None
    )
    events = _events(conversation, messages, span)
    calls = list(_calls(messages, events))
    story = [
        *map(entries.of_call, calls),
        *(entries.of_message(one, shown=shown) for one in messages),
        *(entry for event in events for entry in entries.of_event(event)),
        *_after(conversation, messages, calls, span=span, shown=shown),
    ]
    story.sort(key=lambda entry: (entry.at, entry.rank))
    return Trace(story, messages, events, page, older)


def _events(
    conversation: Conversation, messages: list[Message], span: Span
) -> list[InteractionEvent]:
    """Return the ledger about the page's messages, and about none in the page's time."""
    about = Q(message__in=messages)
    rows = conversation.interactions.select_related("message")
    alone = span.of(conversation.interactions.filter(message=None)).values("pk")
    return list(rows.filter(about | Q(pk__in=alone)).order_by("-pk")[:MOST])


def _calls(
    messages: list[Message], events: list[InteractionEvent]
) -> QuerySet[WebhookEvent, WebhookEvent]:
    """Return the calls that brought what is told; they came before it, however long before."""
    direct = {message.webhook_event_id for message in messages if message.webhook_event_id}
    told = [event.request_id for event in events if event.kind in {"received", "ignored", "status"}]
    requests = {one for one in told if one}
    wanted = Q(pk__in=direct) | Q(request_id__in=requests)
    return WebhookEvent.objects.filter(wanted).order_by("-pk").defer("body")[:MOST]


def _after(
    conversation: Conversation,
    messages: list[Message],
    calls: list[WebhookEvent],
    *,
    span: Span,
    shown: bool,
) -> Iterator[Entry]:
    """Yield what followed from the messages: deliveries, the lead, pushes, follow-ups, letters."""
    deliveries = [one.delivery for one in messages if hasattr(one, "delivery")]
    yield from map(entries.of_delivery, deliveries)
    lead = getattr(conversation.contact, "lead", None)
    runs = list(_runs(lead, span)) if lead else []
    if lead:
        if span.end is None:
            yield entries.of_lead(lead, shown=shown)
        rows = {row.integration_id: row for row in SyncedRow.objects.filter(lead_uid=lead.uid)}
        yield from (entries.of_run(run, rows) for run in runs)
        told = span.of(HookCall.objects.filter(lead_uid=lead.uid)).order_by("-pk")[:MOST]
        yield from map(entries.of_hook_call, told)
    planned = span.of(FollowUp.objects.filter(conversation=conversation)).order_by("-pk")
    yield from map(entries.of_follow_up, planned[:MOST])
    yield from map(entries.of_letter, _letters(calls, messages, deliveries, runs))


def _runs(lead: Lead, span: Span) -> QuerySet[SyncRun]:
    rows = SyncRun.objects.filter(workspace=lead.workspace_id, lead_uid=lead.uid)
    found: QuerySet[SyncRun] = span.of(rows).select_related("integration").order_by("-pk")
    return found[:MOST]


def _letters(
    calls: list[WebhookEvent],
    messages: list[Message],
    deliveries: list[Delivery],
    runs: list[SyncRun],
) -> Iterator[DeadLetter]:
    wanted = Q()
    for kind, rows in (
        ("receive", calls),
        ("respond", messages),
        ("send", deliveries),
        ("sync", runs),
    ):
        wanted |= Q(kind=kind, object_id__in=[row.pk for row in rows])
    yield from DeadLetter.objects.filter(wanted)
