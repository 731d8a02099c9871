"""send: a delivery leaves, once; and what is done with those whose worker vanished."""

import time
from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from billing import quotas
from flowia.lib import clock
from flowia.lib.logging import follow
from processing import approving, deadletters, inbox, ledger, outbox, sequences
from processing.confirming import give_quota_back, note_left
from processing.decision import (
    APPROVED,
    BEFORE_SEND,
    BY_HAND,
    FOLLOW_UP_LEAVES,
    OF_ITSELF,
    Gate,
    Kind,
    decide,
)
from processing.handoffs import hand_over
from processing.models import Delivery, InteractionEvent, Message, Scenario
from processing.scenarios import autonomy_now
from processing.situations import LOGIN_CHECK, situation_of
from processing.wakes import Wake
from social.accounts import credentials_of, mark_needs_login
from social.contracts import OutboundMessage, SendResult
from social.errors import ProviderError
from social.providers.registry import PROVIDERS

Log = InteractionEvent.Kind
log = structlog.get_logger("flowia.sending")
TROUBLE = (
    "send_unconfirmed",
    "send_failed",
    "send_refused",
    "account_needs_login",
    "quota_spent",
)
"""Why a human is needed when a message does not leave; over as soon as one does."""


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
        ready, slot = _begin(delivery, now)
        if not ready:
            return []
    started = time.monotonic()
    try:
        result = _call(delivery)
    except ProviderError as error:
        _not_sent(delivery, error, slot)
    else:
        _sent(delivery, result, milliseconds=round((time.monotonic() - started) * 1000))
    return []


def sweep() -> None:
    """Settle sends whose lease is over: they may have left, so nobody sends them again."""
    now = clock.now()
    for delivery in outbox.overdue(now=now):
        try:
            _unconfirmed(delivery, "worker_lost")
        except Exception:
            # One row that cannot be settled must not stop those behind it.
            log.exception("sweep failed", delivery=delivery.pk)


def _stopped(delivery: Delivery, now: datetime) -> bool:
    """Ask the gates one last time; a stop refuses the delivery, a wait postpones it."""
    message = delivery.message
    question = message.in_reply_to or message
    situation = situation_of(
        question,
        now=now,
        scenario=None,
        usage=None,
        newer_inbound=inbox.newer_inbound(question),
        answered=False,
    )
    decision = decide(replace(situation, scenario_off=_scenario_off(message)), _gates(message))
    if decision.kind is Kind.REPLY:
        return False
    if decision.kind is Kind.WAIT:
        until = decision.until or now + LOGIN_CHECK
        if outbox.postpone(delivery, until, count=False) and decision.reason == "night":
            _tell(message, "night", "wait", data={"until": until.isoformat()})
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
        return FOLLOW_UP_LEAVES
    notices = {Message.Purpose.HANDOFF_NOTICE, Message.Purpose.OPT_OUT_NOTICE}
    return OF_ITSELF if message.purpose in notices else BEFORE_SEND


def _begin(delivery: Delivery, now: datetime) -> tuple[bool, outbox.Slot | None]:
    """Take the conversation's slot and today's quota and mark *sending*, all or nothing.

    Returns whether it may leave, and the slot it took; a member's own words take none.
    """
    message = delivery.message
    with transaction.atomic():
        if message.author == Message.Author.HUMAN:
            return outbox.begin(delivery, now=now), None
        # A member who approves has decided on the moment as well; the pause counts from there.
        at_once = message.approved_by is not None
        slot = outbox.take_slot(message.conversation, now=now, at_once=at_once)
        if slot is None:
            free_at = outbox.slot_free_at(message.conversation) or now
            if outbox.postpone(delivery, max(free_at, now), count=False):
                _tell(message, "five_minutes", "wait", data={"until": free_at.isoformat()})
            return False, None
        if not _has_quota(message, now):
            outbox.give_slot_back(message.conversation, slot)
            _without_quota(delivery, now)
            return False, None
        if not outbox.begin(delivery, now=now):
            transaction.set_rollback(True)
            return False, None
    return True, slot


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
    if day is None:
        today = quotas.reserve(message.workspace, now=now)
    else:
        today = quotas.renew(message.workspace, day, now=now)
    if today != day:
        message.quota_day = today
        Message.objects.filter(pk=message.pk).update(quota_day=today)
    return today is not None


def _limit(message: Message, now: datetime) -> dict[str, int | None]:
    return {"limit": quotas.usage(message.workspace, now=now).limit}


def _call(delivery: Delivery) -> SendResult:
    message = delivery.message
    outbound = OutboundMessage(
        contact_external_id=message.conversation.contact.external_id,
        text=message.text,
        reference=f"{outbox.REFERENCE}{delivery.uid}",
    )
    credentials = credentials_of(message.social_account)
    return PROVIDERS[message.social_account.provider].send(credentials, outbound)


def _sent(delivery: Delivery, result: SendResult, *, milliseconds: int) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        won = outbox.succeed(
            delivery, result.external_id, now=clock.now(), milliseconds=milliseconds
        )
        if won:
            left = note_left(message, now=clock.now())
            inbox.unflag(message.conversation, *TROUBLE)
            _tell(message, "sent", "sent", data={"milliseconds": milliseconds, **left})


def _not_sent(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> None:
    if error.outcome_unknown:
        _unconfirmed(delivery, error.code)
    elif error.needs_login:
        _needs_login(delivery, error, slot)
    elif error.retryable:
        _retry(delivery, error, slot)
    else:
        _refused(delivery, error, slot)


def _unconfirmed(delivery: Delivery, code: str) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        if outbox.close(
            delivery,
            Delivery.Status.UNCONFIRMED,
            "send_unconfirmed",
            code=code,
            now=clock.now(),
        ):
            note_left(message, now=clock.now())
            inbox.flag(message.conversation, "send_unconfirmed")
            _tell(message, "send_unconfirmed", "unconfirmed", data={"code": code})


def _needs_login(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        mark_needs_login(message.social_account, error.code)
        if outbox.postpone(delivery, clock.now() + LOGIN_CHECK, count=False):
            outbox.give_slot_back(message.conversation, slot)
            inbox.flag(message.conversation, "account_needs_login")
            _tell(message, "account_needs_login", "wait", data={"code": error.code})


def _retry(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> None:
    message = delivery.message
    until = outbox.retry_at(delivery, error, now=clock.now())
    with transaction.atomic():
        outbox.lock(message.conversation)
        if until is not None:
            if outbox.postpone(delivery, until, count=True):
                outbox.give_slot_back(message.conversation, slot)
                data = {"code": error.code, "until": until.isoformat()}
                _tell(message, "send_retry", "wait", data=data)
        elif outbox.close(
            delivery, Delivery.Status.FAILED, "send_failed", code=error.code, now=clock.now()
        ):
            deadletters.bury(
                "send",
                delivery.pk,
                workspace=message.workspace,
                reason=error.code,
                attempts=delivery.attempts,
            )
            _give_up(message, "send_failed", "failed", error)
            outbox.give_slot_back(message.conversation, slot)


def _refused(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        if outbox.close(
            delivery, Delivery.Status.REFUSED, "send_refused", code=error.code, now=clock.now()
        ):
            _give_up(message, "send_refused", "refused", error)
            outbox.give_slot_back(message.conversation, slot)


def _give_up(message: Message, reason: str, outcome: str, error: ProviderError) -> None:
    give_quota_back(message)
    inbox.flag(message.conversation, reason)
    if message.purpose == Message.Purpose.FOLLOW_UP:
        sequences.missed(message, reason)
    _tell(message, reason, outcome, data={"code": error.code})


def _tell(message: Message, reason: str, outcome: str, **more: object) -> None:
    ledger.tell(message, Log.DELIVERY, reason, outcome=outcome, **more)  # type: ignore[arg-type]
