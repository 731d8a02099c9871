"""receive: a stored webhook call becomes messages, takeovers and statuses."""

from datetime import datetime, timedelta

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction

from flowia.lib import clock
from flowia.lib.logging import follow
from processing import (
    approving,
    consent,
    deadletters,
    handoffs,
    inbox,
    ledger,
    outbox,
    sequences,
    trust,
)
from processing.confirming import first_answer, note_left
from processing.decision import ON_ARRIVAL, Situation, decide
from processing.errors import EchoTooEarlyError, ErasedMeanwhileError
from processing.models import InteractionEvent
from processing.optout import is_opt_out
from processing.wakes import Wake
from social import events
from social.contracts import Echo, Event, Ignored, InboundMessage, StatusUpdate
from social.models import SocialAccount, WebhookEvent
from social.providers.registry import CAPABILITIES, PROVIDERS

Log = InteractionEvent.Kind
USED = {"received", "human_replied", "echo_of_ours", "delivered", "read", "duplicate"}
"""Outcomes of an entry that make its call *processed*; a call without one is *ignored*."""
ECHO_PAUSE = timedelta(seconds=3)
"""How long an echo waits while a message of ours to the same contact is on the wire."""


def receive(event_id: int) -> list[Wake]:
    """Handle one stored call; returns the messages that are due at once.

    One broken entry never costs the others: it leaves the call *failed* for replay, and a
    replay adds only what is missing.
    """
    event = events.claim(event_id, now=clock.now())
    if event is None:
        return []
    follow(event.request_id)
    if event.attempts > events.MAX_ATTEMPTS:
        return _give_up(event)
    reasons: list[str] = []
    wakes: list[Wake] = []
    broken: Exception | None = None
    early = False
    for entry in PROVIDERS[event.provider].parse(bytes(event.body)):
        try:
            with transaction.atomic():
                reason, found = _take_in(entry, event)
        except (EchoTooEarlyError, ErasedMeanwhileError):
            early = True
            continue
        except (SoftTimeLimitExceeded, OperationalError, InterfaceError):
            # Out of time, a deadlock, a database that went away: the call is due again by itself.
            raise
        except Exception as error:  # noqa: BLE001 - kept in the row for an operator to replay
            reason, found, broken = "failed", [], error
        reasons.append(reason)
        wakes += found
    if broken is not None:
        events.fail(event, reasons, broken)
        _bury(event, type(broken).__name__)
    elif early:
        events.later(event, until=clock.now() + ECHO_PAUSE)
    else:
        events.finish(event, reasons, used=bool(USED & set(reasons)), now=clock.now())
    return wakes


def _give_up(event: WebhookEvent) -> list[Wake]:
    events.fail(event, event.reasons, TimeoutError())
    _bury(event, "gave_up")
    return []


def _bury(event: WebhookEvent, reason: str) -> None:
    deadletters.bury("receive", event.pk, workspace=None, reason=reason, attempts=event.attempts)


def _take_in(entry: Event, event: WebhookEvent) -> tuple[str, list[Wake]]:
    if isinstance(entry, Ignored):
        return entry.reason, []
    account = inbox.account_for(entry.account_kind, entry.account_external_id)
    if account is None:
        return "unknown_account", []
    now = clock.now()
    if isinstance(entry, InboundMessage):
        return _take_in_message(account, entry, event, now)
    if isinstance(entry, Echo):
        return _take_in_echo(account, entry, event, now), []
    return _take_in_status(account, entry), []


def _take_in_message(
    account: SocialAccount, entry: InboundMessage, event: WebhookEvent, now: datetime
) -> tuple[str, list[Wake]]:
    message = inbox.record_message(account, entry, event=event, now=now)
    if message is None:
        ledger.record(
            Log.IGNORED,
            workspace=account.workspace,
            reason="duplicate",
            gates=list(decide(Situation(now=now, duplicate=True), ON_ARRIVAL).gates),
            request_id=event.request_id,
        )
        return "duplicate", []
    handoffs.release_if_over(message, now=now)
    ledger.tell(message, Log.RECEIVED, "received", data={"attachments": len(entry.attachments)})
    # First: it locks the person's other conversations, before anything else is changed.
    wakes = consent.heed(message, now=now)
    if is_opt_out(entry.text):
        trust.blame(message, "opt_out")
    sequences.cancel(message.conversation, "contact_wrote", now=now)
    due = message.next_at is not None and message.next_at <= now
    return "received", [*wakes, *([Wake("respond", message.pk)] if due else [])]


def _take_in_echo(account: SocialAccount, entry: Echo, event: WebhookEvent, now: datetime) -> str:
    confirmed = outbox.confirm_by_echo(account, entry, now=now)
    if confirmed is not None:
        if confirmed.news:
            left = note_left(confirmed.message, now=now)
            inbox.unflag(confirmed.message.conversation, "send_unconfirmed")
            ledger.tell(
                confirmed.message, Log.DELIVERY, "confirmed_by_echo", outcome="sent", data=left
            )
        return "echo_of_ours"
    if entry.ours:
        return "echo_of_ours"
    if not CAPABILITIES[account.kind].echo_has_reference and outbox.is_writing(account, entry):
        # The network may have changed our text; the answer to our call will name the message.
        raise EchoTooEarlyError
    message = inbox.record_human(account, entry, event=event, now=now)
    if message is None:
        return "duplicate"
    waited = first_answer(message, now=message.sent_at)
    ledger.tell(message, Log.TAKEOVER, "human_replied", data=waited)
    sequences.human_wrote(message.conversation, now=now)
    handoffs.take_notice_back(message.conversation, "human_replied", now=now)
    asked = message.sent_at
    approving.supersede(message.conversation, "human_replied", asked_until=asked)
    return "human_replied"


def _take_in_status(account: SocialAccount, entry: StatusUpdate) -> str:
    for message in outbox.apply_status(account, entry):
        ledger.tell(message, Log.STATUS, entry.status)
    return entry.status
