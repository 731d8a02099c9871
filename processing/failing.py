"""What becomes of a delivery that its network did not take, or may have taken."""

from datetime import datetime, timedelta

from django.db import transaction

from flowia.lib import clock
from processing import approving, deadletters, inbox, ledger, outbox, sequences
from processing.confirming import give_quota_back, note_left
from processing.models import Delivery, InteractionEvent, Message
from processing.reasons import SENTENCES
from processing.settling import first_look
from processing.situations import LOGIN_CHECK
from processing.wakes import Wake
from social import holds, sessions
from social.accounts import credentials_of, mark_needs_login, note_lack
from social.errors import OVERTAKEN, ProviderError
from social.models import SocialAccount
from social.tokens import fresh_credentials

Log = InteractionEvent.Kind
JUST_RENEWED = timedelta(minutes=5)
"""A token that is refused so soon after it was renewed was taken back."""
RENEWING = timedelta(minutes=1)
"""How long a delivery waits for a new token, unless the token comes sooner."""


def not_sent(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> list[Wake]:
    """Settle a call that failed, as the error tells; returns what is to be woken.

    `slot` is the conversation's turn, given back when the message certainly did not leave.
    """
    account, now = delivery.message.social_account, clock.now()
    wakes: list[Wake] = []
    if not error.outcome_unknown:
        sessions.uncount(account, delivery.begun_at)
    if error.lacks:
        note_lack(account, error.lacks, error.code)
    if error.outcome_unknown:
        unconfirmed(delivery, error.code)
    elif error.needs_refresh and not _just_renewed(account):
        wakes = _renewed(delivery, error, slot)
    elif error.needs_login or error.needs_refresh:
        _needs_login(delivery, error, slot)
    elif error.code == OVERTAKEN and is_members(delivery.message):
        _overtaken(delivery, slot, now=now)
    elif error.retryable:
        _retry(delivery, error, slot, now=now)
    else:
        _refused(delivery, error, slot)
    # The same moment as above: what is held comes back when the hold is over, not just before.
    holds.went_wrong(account, error, now=now)
    return wakes


def is_members(message: Message) -> bool:
    """Return whether a member decided that the message leaves: they wrote or approved it."""
    return message.author == Message.Author.HUMAN or message.approved_by is not None


def back_to_member(delivery: Delivery, *, now: datetime) -> None:
    """Leave it to a member again what becomes of words they let go before somebody else wrote.

    What was approved is a draft again; their own words are refused, and stand in the thread. Call
    it inside a transaction, of what certainly did not leave.
    """
    message = approving.locked(delivery.message)
    if message is None:
        return
    if message.author == Message.Author.HUMAN:
        if outbox.close(delivery, Delivery.Status.REFUSED, OVERTAKEN, code=OVERTAKEN, now=now):
            inbox.flag(message.conversation, OVERTAKEN)
            _tell(message, OVERTAKEN, "refused")
    elif outbox.withdraw(delivery) and approving.hold_again(message, OVERTAKEN, data={}):
        Message.objects.filter(pk=message.pk).update(reason=OVERTAKEN)


def _overtaken(delivery: Delivery, slot: outbox.Slot | None, *, now: datetime) -> None:
    with transaction.atomic():
        outbox.lock(delivery.message.conversation)
        outbox.give_slot_back(delivery.message.conversation, slot)
        back_to_member(delivery, now=now)


def _just_renewed(account: SocialAccount) -> bool:
    """Return whether the token that was refused is so new that it was taken back, not worn out."""
    row = SocialAccount.objects.filter(pk=account.pk).first()
    if row is None or row.token_issued_at is None:
        return False
    same = row.sealed_credentials == account.sealed_credentials
    return same and clock.now() - row.token_issued_at < JUST_RENEWED


def _renewed(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> list[Wake]:
    """Renew the token that was refused, and send again at once; it certainly was not sent.

    The delivery is put back first: renewing may take longer than its lease.
    """
    message = delivery.message
    account, until = message.social_account, clock.now() + RENEWING
    with transaction.atomic():
        outbox.lock(message.conversation)
        if not outbox.postpone(delivery, until, count=False):
            return []
        outbox.give_slot_back(message.conversation, slot)
        _tell(message, "token_refused", "wait", data={"code": error.code})
    try:
        fresh_credentials(account, refused=credentials_of(account).token)
    except ProviderError as why:
        if why.needs_login:
            inbox.flag(message.conversation, "account_needs_login")
        holds.went_wrong(account, why, now=clock.now())
        return []
    waiting = Delivery.objects.filter(pk=delivery.pk, status="queued", next_at=until)
    return [Wake("send", delivery.pk)] if waiting.update(next_at=clock.now()) else []


def unconfirmed(delivery: Delivery, code: str) -> None:
    """Note that nobody knows whether it left: it is looked up, and never sent again from here."""
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        if outbox.close(
            delivery,
            Delivery.Status.UNCONFIRMED,
            "send_unconfirmed",
            code=code,
            now=clock.now(),
            look_at=first_look(message.social_account, now=clock.now()),
        ):
            if message.author != Message.Author.HUMAN:
                outbox.stamp(message.conversation_id, now=clock.now())
            left = note_left(message, now=clock.now())
            inbox.flag(message.conversation, "send_unconfirmed")
            data = {"code": code, ledger.COUNTED: left.get(ledger.COUNTED)}
            _tell(message, "send_unconfirmed", "unconfirmed", data=data)


def _needs_login(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> None:
    message = delivery.message
    with transaction.atomic():
        # False where the account was connected anew while we called: then there is no wait.
        dead = mark_needs_login(message.social_account, error.code)
        outbox.lock(message.conversation)
        until = clock.now() + (LOGIN_CHECK if dead else RENEWING)
        if outbox.postpone(delivery, until, count=False):
            outbox.give_slot_back(message.conversation, slot)
            inbox.flag(message.conversation, "account_needs_login")
            # On the message too: the gates that find it so again have nothing new to tell.
            Message.objects.filter(pk=message.pk).update(reason="account_needs_login")
            _tell(message, "account_needs_login", "wait", data={"code": error.code})


def _retry(
    delivery: Delivery, error: ProviderError, slot: outbox.Slot | None, *, now: datetime
) -> None:
    message = delivery.message
    # What is held with its whole account or network did not fail by itself.
    alone = error.holds == "message"
    until = outbox.retry_at(delivery, error, now=now, counts=alone)
    with transaction.atomic():
        outbox.lock(message.conversation)
        if until is not None:
            if outbox.postpone(delivery, until, count=alone):
                outbox.give_slot_back(message.conversation, slot)
                _note_rest(message, error.code)
                data = {"code": error.code, "until": until.isoformat()}
                _tell(message, "send_retry", "wait", data=data)
        elif _failed(delivery, error.code):
            outbox.give_slot_back(message.conversation, slot)


def gave_up(delivery: Delivery) -> None:
    """End what no worker survived: each attempt was claimed, none came as far as the call."""
    _failed(delivery, "gave_up")


def _failed(delivery: Delivery, code: str) -> bool:
    message = delivery.message
    failed = Delivery.Status.FAILED
    if not outbox.close(delivery, failed, "send_failed", code=code, now=clock.now()):
        return False
    deadletters.bury(
        "send",
        delivery.pk,
        workspace=message.workspace,
        reason=code,
        attempts=delivery.attempts,
    )
    _give_up(message, "send_failed", "failed", code)
    return True


def _note_rest(message: Message, code: str) -> None:
    """Let the message that met a rest first wait as those do that find it: told, and woken."""
    reason = f"paced_{code}"
    if reason in SENTENCES and sessions.has_session(message.social_account):
        Message.objects.filter(pk=message.pk).update(reason=reason)


def _refused(delivery: Delivery, error: ProviderError, slot: outbox.Slot | None) -> None:
    message = delivery.message
    with transaction.atomic():
        outbox.lock(message.conversation)
        if outbox.close(
            delivery, Delivery.Status.REFUSED, "send_refused", code=error.code, now=clock.now()
        ):
            _give_up(message, "send_refused", "refused", error.code)
            outbox.give_slot_back(message.conversation, slot)


def _give_up(message: Message, reason: str, outcome: str, code: str) -> None:
    give_quota_back(message)
    inbox.flag(message.conversation, reason)
    if message.purpose == Message.Purpose.FOLLOW_UP:
        sequences.missed(message, reason)
    _tell(message, reason, outcome, data={"code": code})


def _tell(message: Message, reason: str, outcome: str, **more: object) -> None:
    ledger.tell(message, Log.DELIVERY, reason, outcome=outcome, **more)  # type: ignore[arg-type]
