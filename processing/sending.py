"""send: a delivery leaves, once; and what is done with those whose worker vanished."""

import time
from datetime import datetime

import structlog
from django.db import transaction

from billing import quotas
from flowia.lib import clock
from flowia.lib.logging import follow
from processing import deadletters, inbox, ledger, outbox
from processing.confirming import count_as_sent, give_quota_back
from processing.decision import BEFORE_SEND, Kind, decide
from processing.models import Delivery, InteractionEvent, Message
from processing.situations import LOGIN_CHECK, situation_of
from processing.wakes import Wake
from social.accounts import credentials_of, mark_needs_login
from social.contracts import OutboundMessage, SendResult
from social.errors import ProviderError
from social.providers.registry import PROVIDERS

Log = InteractionEvent.Kind
log = structlog.get_logger("flowia.sending")
TROUBLE = ("send_unconfirmed", "send_failed", "send_refused", "account_needs_login")
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
        if not there or _stopped(delivery, now) or _hindered(delivery, now):
            return []
    started = time.monotonic()
    try:
        result = _call(delivery)
    except ProviderError as error:
        _not_sent(delivery, error)
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
    decision = decide(
        situation_of(
            question,
            now=now,
            scenario=None,
            usage=None,
            newer_inbound=inbox.newer_inbound(question),
            answered=False,
        ),
        BEFORE_SEND,
    )
    if decision.kind is Kind.REPLY:
        return False
    if decision.kind is Kind.WAIT:
        outbox.postpone(delivery, decision.until or now + LOGIN_CHECK, count=False)
        return True
    with transaction.atomic():
        if outbox.close(
            delivery, Delivery.Status.REFUSED, decision.reason, code=decision.reason, now=now
        ):
            give_quota_back(message)
            if decision.kind is Kind.HANDOFF:
                inbox.flag(message.conversation, decision.reason)
            _tell(message, decision.reason, "refused", gates=list(decision.gates))
    return True


def _hindered(delivery: Delivery, now: datetime) -> bool:
    """Take the conversation's slot and today's quota and mark *sending*, all or nothing."""
    message = delivery.message
    with transaction.atomic():
        if not outbox.take_slot(message.conversation, now=now):
            free_at = outbox.slot_free_at(message.conversation) or now
            if outbox.postpone(delivery, max(free_at, now), count=False):
                _tell(message, "five_minutes", "wait", data={"until": free_at.isoformat()})
            return True
        if not _has_quota(message, now):
            outbox.give_slot_back(message.conversation)
            if outbox.close(
                delivery, Delivery.Status.REFUSED, "quota_spent", code="quota_spent", now=now
            ):
                _tell(message, "quota_spent", "refused", data=_limit(message, now))
            return True
        if not outbox.begin(delivery, now=now):
            transaction.set_rollback(True)
            return True
    return False


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
            count_as_sent(message)
            inbox.unflag(message.conversation, *TROUBLE)
            _tell(message, "sent", "sent", data={"milliseconds": milliseconds})


def _not_sent(delivery: Delivery, error: ProviderError) -> None:
    if error.outcome_unknown:
        _unconfirmed(delivery, error.code)
    elif error.needs_login:
        _needs_login(delivery, error)
    elif error.retryable:
        _retry(delivery, error)
    else:
        _refused(delivery, error)


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
            count_as_sent(message)
            inbox.flag(message.conversation, "send_unconfirmed")
            _tell(message, "send_unconfirmed", "unconfirmed", data={"code": code})


def _needs_login(delivery: Delivery, error: ProviderError) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        mark_needs_login(message.social_account, error.code)
        if outbox.postpone(delivery, clock.now() + LOGIN_CHECK, count=False):
            outbox.give_slot_back(message.conversation)
            inbox.flag(message.conversation, "account_needs_login")
            _tell(message, "account_needs_login", "wait", data={"code": error.code})


def _retry(delivery: Delivery, error: ProviderError) -> None:
    message = delivery.message
    until = outbox.retry_at(delivery, error, now=clock.now())
    with transaction.atomic():
        outbox.lock(message.conversation)
        if until is not None:
            if outbox.postpone(delivery, until, count=True):
                outbox.give_slot_back(message.conversation)
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


def _refused(delivery: Delivery, error: ProviderError) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        if outbox.close(
            delivery, Delivery.Status.REFUSED, "send_refused", code=error.code, now=clock.now()
        ):
            _give_up(message, "send_refused", "refused", error)


def _give_up(message: Message, reason: str, outcome: str, error: ProviderError) -> None:
    outbox.give_slot_back(message.conversation)
    give_quota_back(message)
    inbox.flag(message.conversation, reason)
    _tell(message, reason, outcome, data={"code": error.code})


def _tell(message: Message, reason: str, outcome: str, **more: object) -> None:
    ledger.tell(message, Log.DELIVERY, reason, outcome=outcome, **more)  # type: ignore[arg-type]
