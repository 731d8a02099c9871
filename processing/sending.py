"""send: a delivery leaves, once; and what is done with those whose worker vanished."""

import time
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.db import transaction

from billing import quotas
from flowia.lib import clock
from flowia.lib.leases import StopNowError
from flowia.lib.logging import follow
from flowia.lib.stale import once_more
from processing import approving, inbox, ledger, outbox, proofs, sequences, since
from processing.confirming import give_quota_back, note_left
from processing.decision import (
    APPROVED,
    BEFORE_SEND,
    BY_HAND,
    FOLLOW_UP_SENT,
    OF_ITSELF,
    Gate,
    Kind,
    Situation,
    decide,
)
from processing.failing import back_to_member, gave_up, is_members, not_sent, unconfirmed
from processing.handoffs import hand_over
from processing.models import Delivery, InteractionEvent, Message, Scenario
from processing.outgoing import link_person, operation_of, outbound_of, written_since
from processing.scenarios import autonomy_now
from processing.situations import LOGIN_CHECK, human_window, situation_of
from processing.wakes import Wake
from social import holds, sessions
from social.accounts import credentials_of
from social.consents import may_speak_of_itself
from social.contracts import SendResult
from social.errors import OVERTAKEN, ProviderError
from social.pacing import Later
from social.providers.registry import PROVIDERS, capabilities_of
from social.running import SEND

Log = InteractionEvent.Kind
log = structlog.get_logger("flowia.sending")
TROUBLE = (
    "send_unconfirmed",
    "send_failed",
    "send_refused",
    "account_needs_login",
    "quota_spent",
    OVERTAKEN,
)
"""Why a human is needed when a message does not leave; over as soon as one does."""


@dataclass(frozen=True)
class Begun:
    """What a message took to leave: its conversation's slot, and a browser's turn."""

    slot: outbox.Slot | None
    run: sessions.Run | None


def send(delivery_id: int) -> list[Wake]:
    """Hand one message over to the network, if the gates still allow it."""
    now = clock.now()
    delivery = outbox.claim(delivery_id, now=now)
    if delivery is None:
        return []
    follow(delivery.message.request_id)
    with transaction.atomic():
        there = outbox.lock(delivery.message.conversation)
        if not there or _stopped(delivery, now):
            return []
        begun = _begin(delivery, now)
        if begun is None:
            return []
    started = time.monotonic()
    try:
        result = _call(delivery, begun.run)
    except ProviderError as error:
        said = error
        return once_more(lambda: not_sent(delivery, said, begun.slot))
    except StopNowError:
        # It may have left: whoever is next looks it up, and need not wait for the lease's end.
        unconfirmed(delivery, "worker_lost")
        raise
    finally:
        if begun.run is not None:
            begun.run.end()
    # What the network said must not get lost to an upgrade: nobody asks it again.
    milliseconds = round((time.monotonic() - started) * 1000)
    once_more(lambda: _sent(delivery, result, milliseconds=milliseconds))
    return []


def sweep() -> None:
    """Settle sends whose lease is over: they may have left, so nobody sends them again."""
    now = clock.now()
    for delivery in outbox.overdue(now=now):
        try:
            unconfirmed(delivery, "worker_lost")
        except Exception:
            # One row that cannot be settled must not stop those behind it.
            log.exception("sweep failed", delivery=delivery.pk)


def _stopped(delivery: Delivery, now: datetime) -> bool:
    """Ask the gates one last time; a stop refuses the delivery, a wait postpones it.

    What was claimed too often is not looked at any more: none of its workers came to an end.
    """
    message = delivery.message
    if delivery.attempts > outbox.MAX_ATTEMPTS:
        gave_up(delivery)
        return True
    decision = decide(_situation(message, now), _gates(message))
    if decision.kind is Kind.REPLY:
        return False
    if decision.kind is Kind.WAIT:
        until = decision.until or now + LOGIN_CHECK
        if outbox.postpone(delivery, until, count=False):
            _wait_once(message, decision.reason, until)
        return True
    with transaction.atomic():
        if outbox.close(
            delivery, Delivery.Status.REFUSED, decision.reason, code=decision.reason, now=now
        ):
            give_quota_back(message)
            _tell(message, decision.reason, "refused", gates=list(decision.gates))
            if message.purpose == Message.Purpose.FOLLOW_UP:
                sequences.missed(message, decision.reason)
            elif decision.kind is Kind.HANDOFF:
                _to_human(message, decision.reason, now)
    return True


def _still(delivery: Delivery) -> bool:
    """Return whether it may still leave, while a browser types it: the last gates, asked anew."""
    rows = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.SENDING)
    if not rows.filter(begun_at=delivery.begun_at).exists():
        return False
    message = delivery.message
    return decide(_situation(message, clock.now()), _gates(message)).kind is Kind.REPLY


def _held_back(delivery: Delivery, now: datetime) -> bool:
    """Keep the delivery for later while the network's limits, or a storm, ask for it.

    Asked last: what was admitted is called. Of rows that many want it locks the breakers' after the
    day's quota, here as everywhere.
    """
    message = delivery.message
    until = holds.admit(message.social_account, operation_of(message), now=now)
    if until is None:
        return False
    if outbox.postpone(delivery, until, count=False):
        _wait_once(message, "held_back", until)
    return True


def _wait_once(message: Message, reason: str, until: datetime) -> None:
    """Tell why a message waits, once for each reason."""
    rows = Message.objects.filter(pk=message.pk).exclude(reason=reason)
    if rows.update(reason=reason):
        _tell(message, reason, "wait", data={"until": until.isoformat()})


def _situation(message: Message, now: datetime) -> Situation:
    question = message.in_reply_to or message
    conversation = message.conversation
    room = capabilities_of(message.social_account.kind, conversation.kind, private=message.private)
    situation = situation_of(
        question,
        now=now,
        scenario=None,
        usage=None,
        newer_inbound=since.newer_inbound(question),
        answered=False,
        capabilities=room,
    )
    if message.author == Message.Author.HUMAN:
        # The network's count of messages is its own to keep here: what a human wants is tried.
        closes = human_window(conversation, room)
        situation = replace(situation, window_closes_at=closes, window_left=None)
    unagreed = not may_speak_of_itself(message.social_account, room)
    return replace(situation, scenario_off=_scenario_off(message), unagreed=unagreed)


def _scenario_off(message: Message) -> bool:
    """Return whether the scenario that wrote the message was switched off or put away since."""
    wrote = message.scenario_id
    return wrote is not None and autonomy_now(wrote) == Scenario.Autonomy.OFF


def _to_human(message: Message, reason: str, now: datetime) -> None:
    """Hand over what can no longer be answered; that a notice came too late changes nothing."""
    if message.author == Message.Author.HUMAN:
        inbox.flag(message.conversation, reason)
    elif message.purpose == Message.Purpose.REPLY:
        # What this queues is found by the dispatcher.
        hand_over(message.conversation, reason, now=now, request_id=message.request_id)


def _gates(message: Message) -> tuple[Gate, ...]:
    """Return the last gates of a message: what a human wants to say has fewer."""
    if message.author == Message.Author.HUMAN:
        return BY_HAND
    if message.approved_by is not None:
        return APPROVED
    if message.purpose == Message.Purpose.FOLLOW_UP:
        return FOLLOW_UP_SENT
    notices = {Message.Purpose.HANDOFF_NOTICE, Message.Purpose.OPT_OUT_NOTICE}
    return OF_ITSELF if message.purpose in notices else BEFORE_SEND


def _begin(delivery: Delivery, now: datetime) -> Begun | None:
    """Take the conversation's slot, today's quota and a browser's turn, and mark *sending*.

    All or nothing; None when it may not leave now. A member's own words take neither slot nor
    quota.
    """
    message = delivery.message
    slot: outbox.Slot | None = None
    browsed = sessions.has_session(message.social_account)
    lease = outbox.BROWSER_LEASE if browsed else outbox.LEASE
    with transaction.atomic():
        if _overtaken(delivery, now):
            return None
        if message.author != Message.Author.HUMAN:
            # A member who approves has decided on the moment as well; the pause counts from there.
            at_once = message.approved_by is not None
            slot = outbox.take_slot(message.conversation, now=now, at_once=at_once, lease=lease)
            if slot is None:
                _wait_for_slot(delivery, now)
                return None
            if not _has_quota(message, now):
                outbox.give_slot_back(message.conversation, slot)
                _without_quota(delivery, now)
                return None
        # Asked first, since it takes nothing; the turn is taken last of all, since it counts.
        held = _paced(delivery, now) or _held_back(delivery, now)
        run = _turn(delivery, now) if browsed and not held else None
        if held or (browsed and run is None):
            outbox.give_slot_back(message.conversation, slot)
            return None
        if not outbox.begin(delivery, now=now, lease=lease):
            transaction.set_rollback(True)
            return None
    return Begun(slot, run)


def _overtaken(delivery: Delivery, now: datetime) -> bool:
    """Ask a member once more about words that somebody wrote after, where a browser types them.

    They may have waited for hours, and there the last message must be the one that was answered.
    """
    browsed = sessions.has_session(delivery.message.social_account)
    if not browsed or not is_members(delivery.message) or not written_since(delivery):
        return False
    back_to_member(delivery, now=now)
    return True


def _wait_for_slot(delivery: Delivery, now: datetime) -> None:
    free_at = outbox.slot_free_at(delivery.message.conversation) or now
    if outbox.postpone(delivery, max(free_at, now), count=False):
        _tell(delivery.message, "five_minutes", "wait", data={"until": free_at.isoformat()})


def _paced(delivery: Delivery, now: datetime) -> bool:
    """Keep the delivery for later while the account's session rests or was used too lately."""
    later = sessions.resting(delivery.message.social_account, SEND, now=now)
    if later is not None:
        _wait_for_turn(delivery, later)
    return later is not None


def _turn(delivery: Delivery, now: datetime) -> sessions.Run | None:
    """Take the browser's turn with the account's session; None when somebody was quicker."""
    turn = sessions.begin(delivery.message.social_account, SEND, now=now)
    if isinstance(turn, sessions.Run):
        return turn
    _wait_for_turn(delivery, turn)
    return None


def _wait_for_turn(delivery: Delivery, later: Later) -> None:
    """Put the delivery off, and tell the reason once."""
    if outbox.postpone(delivery, later.until, count=False):
        _wait_once(delivery.message, f"paced_{later.why}", later.until)


def _without_quota(delivery: Delivery, now: datetime) -> None:
    """Show what the day's quota keeps from leaving: as a draft again if a member approved it."""
    message = delivery.message
    if message.approved_by is not None:
        if outbox.withdraw(delivery):
            approving.hold_again(message, "quota_gone", data=_limit(message, now))
        return
    refused = Delivery.Status.REFUSED
    if not outbox.close(delivery, refused, "quota_spent", code="quota_spent", now=now):
        return
    _tell(message, "quota_spent", "refused", data=_limit(message, now))
    if message.purpose == Message.Purpose.FOLLOW_UP:
        sequences.missed(message, "quota_spent")
    elif message.purpose == Message.Purpose.REPLY:
        inbox.flag(message.conversation, "quota_spent")


def _has_quota(message: Message, now: datetime) -> bool:
    """Keep the message's reservation on the day on which it really leaves; a replay takes one."""
    day = message.quota_day
    today = quotas.renew(message.workspace, day, now=now)
    if today != day:
        message.quota_day = today
        Message.objects.filter(pk=message.pk).update(quota_day=today)
    return today is not None


def _limit(message: Message, now: datetime) -> dict[str, int | None]:
    return {"limit": quotas.usage(message.workspace, now=now).limit}


def _call(delivery: Delivery, run: sessions.Run | None) -> SendResult:
    message = delivery.message
    if run is not None:
        run = replace(run, still=lambda: _still(delivery))
    credentials = replace(credentials_of(message.social_account), run=run)
    return PROVIDERS[message.social_account.provider].send(credentials, outbound_of(delivery))


def _sent(delivery: Delivery, result: SendResult, *, milliseconds: int) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        name, now = result.external_id, clock.now()
        won = outbox.succeed(delivery, name, now=now, milliseconds=milliseconds)
        # A call may take so long that it was called lost, looked for, and given up.
        if won or proofs.note_sent(message, name, now=now):
            link_person(message, result)
            left = note_left(message, now=clock.now())
            inbox.unflag(message.conversation, *TROUBLE)
            _tell(message, "sent", "sent", data={"milliseconds": milliseconds, **left})
    # Only then: what the network is like may get lost, that it took the message may not.
    holds.went_well(message.social_account, result.usage, now=clock.now())


def _tell(message: Message, reason: str, outcome: str, **more: object) -> None:
    ledger.tell(message, Log.DELIVERY, reason, outcome=outcome, **more)  # type: ignore[arg-type]
