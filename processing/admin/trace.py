"""The trace of a conversation: every row about it, of every table, in the order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.models import SyncRun
from processing.ledger import gates_of, sentence_of
from processing.models import (
    Conversation,
    DeadLetter,
    Delivery,
    InteractionEvent,
    Lead,
    Message,
)
from social.models import WebhookEvent


@dataclass(frozen=True)
class Entry:
    """One row of the trace."""

    at: datetime
    what: str
    words: str
    address: str
    request_id: str = ""
    text: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    gates: Sequence[dict[str, Any]] = ()
    wrong: bool = False


def trace_of(conversation: Conversation) -> list[Entry]:
    """Return the conversation's story; each kind of row costs one query."""
    messages = list(conversation.messages.select_related("scenario", "delivery"))
    events = list(conversation.interactions.all())
    calls = list(_calls(messages, events))
    lead = getattr(conversation.contact, "lead", None)
    runs = list(_runs(lead)) if lead else []
    deliveries = [message.delivery for message in messages if hasattr(message, "delivery")]
    story = [
        *map(_call, calls),
        *map(_message, messages),
        *map(_event, events),
        *map(_delivery, deliveries),
        *map(_run, runs),
        *map(_letter, _letters(calls, messages, deliveries, runs)),
    ]
    if lead:
        facts = {_("phone"): lead.phone, _("intent"): lead.intent}
        words = str(lead.get_level_display())
        story.append(Entry(lead.updated_at, _("Lead"), words, _page(lead), facts=facts))
    return sorted(story, key=lambda entry: entry.at)


def _calls(
    messages: list[Message], events: list[InteractionEvent]
) -> QuerySet[WebhookEvent, WebhookEvent]:
    direct = {message.webhook_event_id for message in messages if message.webhook_event_id}
    requests = {event.request_id for event in events if event.request_id}
    return WebhookEvent.objects.filter(Q(pk__in=direct) | Q(request_id__in=requests))


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


def _runs(lead: Lead) -> QuerySet[SyncRun]:
    rows = SyncRun.objects.filter(workspace=lead.workspace_id, lead_uid=lead.uid)
    return rows.select_related("integration")


def _call(call: WebhookEvent) -> Entry:
    return Entry(
        call.created_at,
        _("Webhook"),
        f"{call.provider}: {call.get_status_display()}",
        _page(call),
        call.request_id,
        text=call.error,
        facts={_("entries"): ", ".join(map(str, call.reasons)), _("attempts"): call.attempts},
        wrong=call.status == WebhookEvent.Status.FAILED,
    )


def _message(message: Message) -> Entry:
    words = message.get_status_display()
    if message.direction == Message.Direction.INBOUND:
        words = message.get_outcome_display()
    scenario = f"{message.scenario} v{message.scenario_version}" if message.scenario else ""
    return Entry(
        message.created_at,
        _("Message of %(author)s") % {"author": message.get_author_display()},
        str(words),
        _page(message),
        message.request_id,
        text=message.text,
        facts={
            _("external id"): message.external_id,
            _("network's clock"): message.sent_at,
            _("reason"): message.reason,
            _("next look"): message.next_at,
            _("scenario"): scenario,
        },
        wrong=message.status in {Message.Status.FAILED, Message.Status.UNCONFIRMED},
    )


def _event(event: InteractionEvent) -> Entry:
    return Entry(
        event.created_at,
        _("Ledger: %(kind)s") % {"kind": event.get_kind_display()},
        sentence_of(event),
        _page(event),
        event.request_id,
        facts={_("reason"): event.reason, _("outcome"): event.outcome, **event.data},
        gates=gates_of(event),
        wrong=event.outcome == "handoff",
    )


def _delivery(delivery: Delivery) -> Entry:
    return Entry(
        delivery.created_at,
        _("Delivery"),
        str(delivery.get_status_display()),
        _page(delivery),
        delivery.message.request_id,
        facts={
            _("attempts"): delivery.attempts,
            _("next attempt"): delivery.next_at,
            _("error code"): delivery.error_code,
            _("duration, ms"): delivery.duration_ms,
            _("finished"): delivery.finished_at,
        },
        wrong=bool(delivery.error_code),
    )


def _run(run: SyncRun) -> Entry:
    return Entry(
        run.created_at,
        _("Push into the tool"),
        str(run.get_status_display()),
        _page(run),
        run.request_id,
        facts={
            _("tool"): run.integration.kind,
            _("attempts"): run.attempts,
            _("next attempt"): run.next_at,
            _("error code"): run.error_code,
            _("finished"): run.finished_at,
        },
        wrong=bool(run.error_code),
    )


def _letter(letter: DeadLetter) -> Entry:
    facts = {
        _("kind of work"): letter.kind,
        _("attempts"): letter.attempts,
        _("replayed"): letter.replayed_at,
    }
    return Entry(
        letter.created_at, _("Dead letter"), letter.reason, _page(letter), facts=facts, wrong=True
    )


def _page(row: Model) -> str:
    options = row._meta  # noqa: SLF001 - Django's documented name
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
