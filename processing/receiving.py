"""receive: a stored webhook call becomes messages, takeovers and statuses."""

from collections.abc import Callable
from datetime import datetime, timedelta

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from flowia.lib import clock
from flowia.lib.logging import follow
from flowia.lib.standing import StandingChange, given
from processing import (
    approving,
    by_hand,
    changes,
    consent,
    deadletters,
    handed,
    handoffs,
    inbox,
    ledger,
    proofs,
    restored,
    sequences,
    trust,
)
from processing.confirming import first_answer, note_left
from processing.decision import ON_ARRIVAL, Situation, decide
from processing.errors import EchoTooEarlyError, ErasedMeanwhileError
from processing.models import InteractionEvent, Message
from processing.optout import is_opt_out
from processing.wakes import Wake
from social import events, scrubbing, sessions
from social.contracts import (
    COMMENT,
    ControlChange,
    Echo,
    Edit,
    Event,
    Heard,
    Ignored,
    InboundMessage,
    PollWanted,
    Reaction,
    Referral,
    Removal,
    Revocation,
    Showing,
    StatusUpdate,
    ThreadRead,
)
from social.models import SocialAccount, WebhookEvent
from social.providers.registry import capabilities_of
from social.reading import parsed

Log = InteractionEvent.Kind
Change = (
    Edit
    | Removal
    | Showing
    | Reaction
    | Referral
    | ControlChange
    | Revocation
    | PollWanted
    | ThreadRead
)
USED = {
    *("received", "human_replied", "echo_of_ours", "delivered", "read", "duplicate"),
    *("edited", "removed", "hidden", "shown", "reacted", "referred", "revoked", "poll_wanted"),
    *("control_taken", "control_given_back", "thread_read", "history"),
}
"""Outcomes of an entry that make its call *processed*; a call without one is *ignored*."""
USED_WORDS = {"received", "human_replied", "echo_of_ours", "edited", "history"}
"""Outcomes of entries whose words are kept: nobody took them back."""
NOT_SENT = ("send_unconfirmed", "send_failed", "send_refused", by_hand.UNSEEN)
"""Why a human was needed until an echo proved that the message left."""
ECHO_PAUSE = timedelta(seconds=3)
"""How long an echo waits while a message of ours to the same contact is on the wire."""
CHANGES_WAIT = timedelta(minutes=1)
"""How long a change waits for the message that it is about: the networks keep no order."""
HISTORY_BEFORE = timedelta(days=1)
TO_COME = "message_to_come"
HEARD = StandingChange(
    lambda: (
        SocialAccount.objects.filter(pk=given.key("id")),
        {"last_webhook_at": given.moment("now")},
    )
)


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
    for entry in parsed(event):
        try:
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
    elif early or TO_COME in reasons:
        events.later(event, until=_later(event, reasons))
    else:
        events.finish(event, reasons, used=bool(USED & set(reasons)), now=clock.now())
    return wakes


def _later(event: WebhookEvent, reasons: list[str]) -> datetime:
    """Return when a call is looked at again: what waits for a message, less and less often."""
    now = clock.now()
    waited = now - event.created_at if TO_COME in reasons else ECHO_PAUSE
    return now + max(ECHO_PAUSE, waited)


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
    if account is None or not events.is_for(event, account):
        return "unknown_account", []
    now = clock.now()
    with transaction.atomic():
        taken = _take_in_of(account, entry, event, now)
        if isinstance(entry, InboundMessage | Echo | Edit) and taken[0] not in USED_WORDS:
            _drop_words(account, entry, event)
    _note_on_account(account, entry, event, taken[0], now)
    return taken


def _drop_words(
    account: SocialAccount, entry: InboundMessage | Echo | Edit, event: WebhookEvent
) -> None:
    """Take words out of the call that were taken back or erased before it came."""
    if inbox.is_gone(account, entry):
        rows = WebhookEvent.objects.filter(pk=event.pk)
        scrubbing.take_message_out(rows, entry.external_id, account=account.external_id)


def _note_on_account(
    account: SocialAccount, entry: Heard, event: WebhookEvent, reason: str, now: datetime
) -> None:
    """Note in the account's row what was heard, in a transaction of its own.

    Who connects or resumes an account locks its row before messages, who sends locks a
    conversation before it: here nothing else is held.
    """
    rows = SocialAccount.objects.filter(pk=account.pk)
    if not event.stream:
        HEARD(id=account.pk, now=now)
        # What is new was not read before its webhook came.
        if (
            reason != "received"
            and isinstance(entry, InboundMessage)
            and inbox.note_announced(account, entry.external_id)
        ):
            rows.filter(unannounced__gt=0).update(unannounced=F("unannounced") - 1)
    elif reason == "received" and inbox.is_announced(account, event.stream):
        rows.update(unannounced=F("unannounced") + 1, unannounced_at=now)


def _take_in_of(
    account: SocialAccount, entry: Heard, event: WebhookEvent, now: datetime
) -> tuple[str, list[Wake]]:
    if isinstance(entry, InboundMessage):
        return _take_in_message(account, entry, event, now)
    if isinstance(entry, Echo):
        return _take_in_echo(account, entry, event, now), []
    if isinstance(entry, StatusUpdate):
        return _take_in_status(account, entry), []
    reason = _take_in_change(account, entry, now)
    if reason == changes.UNKNOWN_MESSAGE and _may_come(entry, event, now):
        return TO_COME, []
    return reason, []


def _may_come(entry: Change, event: WebhookEvent, now: datetime) -> bool:
    """Return whether the message that a change is about may still arrive; pages are in order."""
    waits = isinstance(entry, Edit | Removal | Showing) and not event.stream
    return waits and now - event.created_at < CHANGES_WAIT


def _take_in_message(
    account: SocialAccount, entry: InboundMessage, event: WebhookEvent, now: datetime
) -> tuple[str, list[Wake]]:
    message = inbox.record_message(account, entry, event=event, now=now)
    if message is None and event.stream:
        # What is read again and again is news only where it had been hidden.
        return changes.shown_again(account, entry.external_id, at=None, now=now), []
    if message is None:
        ledger.record(
            Log.IGNORED,
            workspace=account.workspace,
            reason="duplicate",
            gates=list(decide(Situation(now=now, duplicate=True), ON_ARRIVAL).gates),
            request_id=event.request_id,
        )
        return "duplicate", []
    if _is_history(account, entry, event):
        inbox.keep_as_history(message)
        return "history", []
    handoffs.release_if_over(message, now=now)
    handed.expect_reading(message)
    ledger.tell(message, Log.RECEIVED, "received", data={"attachments": len(entry.attachments)})
    # First: it locks the person's other conversations, before anything else is changed.
    wakes = consent.heed(message, now=now)
    if is_opt_out(entry.text):
        trust.blame(message, "opt_out")
    sequences.cancel(message.conversation, "contact_wrote", now=now)
    if restored.may_be_done(message.sent_at, now=now):
        restored.leave_to_human(message)
        return "received", wakes
    due = message.next_at is not None and message.next_at <= now
    return "received", [*wakes, *([Wake("respond", message.pk)] if due else [])]


def _is_history(account: SocialAccount, entry: InboundMessage | Echo, event: WebhookEvent) -> bool:
    """Return whether it was said long before we knew the account: a thread is read as a whole.

    It is kept for who reads the thread: no wish, no takeover and no figure of today.
    """
    read_whole = bool(event.stream) and sessions.has_session(account)
    return read_whole and entry.sent_at < account.created_at - HISTORY_BEFORE


def _is_overtaken(account: SocialAccount, echo: Echo, event: WebhookEvent) -> bool:
    """Return whether what came after the member's own words was decided on before they were read.

    A thread is opened to send in it: what stood there before takes nothing over any more.
    """
    if not event.stream or not sessions.has_session(account):
        return False
    later = Message.objects.filter(
        social_account=account,
        conversation__external_id=echo.thread_external_id,
        direction=Message.Direction.INBOUND,
        sent_at__gt=echo.sent_at,
    )
    return later.exclude(outcome="").exists()


def _take_in_echo(account: SocialAccount, entry: Echo, event: WebhookEvent, now: datetime) -> str:
    confirmed = proofs.confirm_by_echo(account, entry, now=now)
    if confirmed is not None:
        if confirmed.news:
            _note_sent(confirmed, now)
        return "echo_of_ours"
    if entry.ours:
        return "echo_of_ours"
    if entry.automatic:
        return "written_by_network"
    if not capabilities_of(account.kind, entry.kind).echo_has_reference and proofs.is_writing(
        account, entry
    ):
        # The network may have changed our text; the answer to our call will name the message.
        raise EchoTooEarlyError
    history = _is_history(account, entry, event) or _is_overtaken(account, entry, event)
    message = inbox.record_human(account, entry, event=event, now=now, history=history)
    if message is None:
        return "own_comment" if entry.kind == COMMENT else "duplicate"
    if history:
        return "history"
    waited = first_answer(message, now=message.sent_at)
    ledger.tell(message, Log.TAKEOVER, "human_replied", data=waited)
    sequences.human_wrote(message.conversation, now=now)
    handoffs.take_notice_back(message.conversation, "human_replied", now=now)
    asked = message.sent_at
    approving.supersede(message.conversation, "human_replied", asked_until=asked)
    return "human_replied"


def _note_sent(confirmed: proofs.Confirmed, now: datetime) -> None:
    message, reason = confirmed.message, "confirmed_by_echo"
    if confirmed.by_hand:
        # They may have sent it long before it is read.
        now, reason = message.sent_at, "confirmed_by_hand"
        by_hand.note_seen(message, before=confirmed.before)
    left = note_left(message, now=now)
    inbox.unflag(message.conversation, *NOT_SENT)
    ledger.tell(message, Log.DELIVERY, reason, outcome="sent", data=left)


def _take_in_change(account: SocialAccount, entry: Change, now: datetime) -> str:
    taken_in: dict[type[Change], Callable[..., str]] = {
        Edit: changes.edited,
        Removal: changes.removed,
        Showing: changes.shown,
        Reaction: changes.reacted,
        Referral: changes.referred,
        ControlChange: changes.control_changed,
        Revocation: changes.revoked,
        PollWanted: changes.wanted,
        ThreadRead: changes.thread_read,
    }
    return taken_in[type(entry)](account, entry, now=now)


def _take_in_status(account: SocialAccount, entry: StatusUpdate) -> str:
    for message in proofs.apply_status(account, entry):
        ledger.tell(message, Log.STATUS, entry.status)
    return entry.status
