"""How each kind of row stands in a conversation's trace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from flowia.lib.hidden import covered
from integrations.models import HookCall, SyncedRow, SyncRun
from integrations.words import sentence_of as sentence_of_tool
from processing.intents import called
from processing.ledger import gates_of, sentence_of
from processing.models import (
    DeadLetter,
    Delivery,
    FollowUp,
    InteractionEvent,
    Lead,
    Message,
)
from social.models import WebhookEvent

MILLION = 1_000_000
MODEL = ("scenario", "prompt", "model", "tokens_in", "tokens_out", "milliseconds")


@dataclass(frozen=True)
class Entry:
    """One row of the trace; `text` is covered unless the operator asked for the words.

    `rank` orders what happened in the same instant, `row` is where a link leads to it.
    """

    at: datetime
    what: str
    words: str
    address: str
    request_id: str = ""
    text: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    gates: Sequence[dict[str, Any]] = ()
    wrong: bool = False
    rank: int = 5
    row: str = ""
    link: str = ""


def of_call(call: WebhookEvent) -> Entry:
    """Return how a network's call is told."""
    return Entry(
        call.created_at,
        _("Webhook"),
        f"{call.provider}: {call.get_status_display()}",
        _page(call),
        call.request_id,
        text=call.error,
        facts={_("entries"): ", ".join(map(str, call.reasons)), _("attempts"): call.attempts},
        wrong=call.status == WebhookEvent.Status.FAILED,
        rank=0,
    )


def of_message(message: Message, *, shown: bool) -> Entry:
    """Return how a message is told."""
    words = message.get_status_display()
    if message.direction == Message.Direction.INBOUND:
        words = message.get_outcome_display()
    version = f" v{message.scenario_version}" if message.scenario_version else ""
    scenario = f"{message.scenario}{version}" if message.scenario else ""
    return Entry(
        message.created_at,
        _("Message of %(author)s") % {"author": message.get_author_display()},
        str(words),
        _page(message),
        message.request_id,
        text=message.text if shown else covered(message.text),
        facts={
            _("external id"): message.external_id,
            _("network's clock"): message.sent_at,
            _("reason"): message.reason,
            _("next look"): message.next_at,
            _("scenario"): scenario,
        },
        wrong=message.status in {Message.Status.FAILED, Message.Status.UNCONFIRMED},
        rank=1,
        row=f"message-{message.pk}",
    )


def of_event(event: InteractionEvent) -> Iterator[Entry]:
    """Yield how a row of the ledger is told, and the model's call that it paid for."""
    facts = {_("reason"): event.reason, _("outcome"): event.outcome, **event.data}
    if "tokens_in" in event.data:
        yield _of_model(event)
        facts = {name: one for name, one in facts.items() if name not in {*MODEL, "cost"}}
    yield Entry(
        event.created_at,
        _("Ledger: %(kind)s") % {"kind": event.get_kind_display()},
        sentence_of(event),
        _page(event),
        event.request_id,
        facts=facts,
        gates=gates_of(event),
        wrong=event.outcome == "handoff",
        rank=3,
    )


def _of_model(event: InteractionEvent) -> Entry:
    data, message = event.data, event.message
    version = f" v{message.scenario_version}" if message and message.scenario_version else ""
    cost = int(data.get("cost") or 0) / MILLION
    facts = {
        _("scenario"): f"{data.get('scenario', '')}{version}",
        _("prompt"): data.get("prompt", ""),
        _("tokens in"): data["tokens_in"],
        _("tokens out"): data.get("tokens_out", 0),
        _("duration, ms"): data.get("milliseconds", ""),
        _("cost, US dollars"): f"{cost:.6f}",
    }
    words = str(data.get("model", ""))
    return Entry(
        event.created_at, _("Model call"), words, _page(event), event.request_id, facts=facts,
        rank=2,
    )  # fmt: skip


def of_delivery(delivery: Delivery) -> Entry:
    """Return how the handing over of a message is told."""
    return Entry(
        delivery.created_at,
        _("Delivery"),
        str(delivery.get_status_display()),
        _page(delivery),
        delivery.message.request_id,
        facts={
            _("attempts"): delivery.attempts,
            _("network's id"): delivery.message.external_id,
            _("begun"): delivery.begun_at,
            _("next attempt"): delivery.next_at,
            _("error code"): delivery.error_code,
            _("duration, ms"): delivery.duration_ms,
            _("finished"): delivery.finished_at,
        },
        wrong=bool(delivery.error_code),
        rank=4,
    )


def of_lead(lead: Lead, *, shown: bool) -> Entry:
    """Return how the lead is told as it is now."""
    facts = {
        _("phone"): lead.phone if shown else covered(lead.phone),
        _("intent"): called(lead.intent) if lead.intent else "",
        _("stage"): str(lead.get_stage_display()),
        _("level set by a member"): lead.level_by_member or "",
    }
    return Entry(
        lead.updated_at, _("Lead"), str(lead.get_level_display()), _page(lead), facts=facts, rank=6
    )


def of_run(run: SyncRun, rows: dict[int, SyncedRow]) -> Entry:
    """Return how a push is told, with the lead's row in that tool."""
    row = rows.get(run.integration_id)
    return Entry(
        run.created_at,
        _("Push into the tool"),
        str(run.get_status_display()),
        _page(run),
        run.request_id,
        facts={
            _("tool"): run.integration.kind,
            _("row there"): row.external_id if row else "",
            _("row's state"): str(row.get_state_display()) if row else "",
            _("attempts"): run.attempts,
            _("next attempt"): run.next_at,
            _("error code"): run.error_code,
            _("because"): sentence_of_tool(run.error_code, run.integration.kind)
            if run.error_code
            else "",
            _("finished"): run.finished_at,
        },
        wrong=bool(run.error_code),
        rank=7,
        link=row.url if row else "",
    )


def of_hook_call(call: HookCall) -> Entry:
    """Return how the telling of an outgoing webhook is told."""
    return Entry(
        call.created_at,
        _("Outgoing webhook"),
        f"{call.event}: {call.get_status_display()}",
        _page(call),
        call.request_id,
        facts={
            _("attempts"): call.attempts,
            _("answer"): call.http_status,
            _("next attempt"): call.next_at,
            _("error code"): call.error_code,
            _("finished"): call.finished_at,
        },
        wrong=bool(call.error_code),
        rank=8,
    )


def of_follow_up(planned: FollowUp) -> Entry:
    """Return how a planned follow-up is told."""
    return Entry(
        planned.created_at,
        _("Follow-up"),
        str(planned.get_status_display()),
        _page(planned),
        planned.request_id,
        facts={
            _("step"): planned.position,
            _("reason"): planned.reason,
            _("due"): planned.next_at,
            _("attempts"): planned.attempts,
        },
        rank=9,
    )


def of_letter(letter: DeadLetter) -> Entry:
    """Return how work that failed for good is told."""
    facts = {
        _("kind of work"): letter.kind,
        _("attempts"): letter.attempts,
        _("replayed"): letter.replayed_at,
    }
    return Entry(
        letter.created_at, _("Dead letter"), letter.reason, _page(letter), facts=facts,
        wrong=letter.replayed_at is None, rank=10,
    )  # fmt: skip


def _page(row: Model) -> str:
    options = row._meta  # noqa: SLF001 - Django's documented name
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
