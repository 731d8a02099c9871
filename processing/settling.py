"""settle: a send of which nobody knows whether it left is looked up at the network.

Found, it is *sent*. Certainly not there, twice and after a while, it is *failed*: it may be sent
again, by a human's decision. Where the network cannot tell, it stays *unconfirmed* for the echo or
a human. Nothing is ever sent from here.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from billing import quotas
from flowia.lib import clock, leases
from flowia.lib.logging import follow
from processing import deadletters, inbox, ledger, notices, outbox, sequences
from processing.confirming import note_left
from processing.models import Delivery, InteractionEvent, Message
from processing.outgoing import outbound_of
from processing.proofs import NOT_AT_NETWORK
from processing.wakes import Wake
from social import holds, sessions
from social.contracts import Found, Sought
from social.errors import ProviderError
from social.models import SocialAccount
from social.providers.registry import PROVIDERS
from social.running import READ
from social.tokens import fresh_credentials
from social.wording import flat

Log = InteractionEvent.Kind
PAUSES = (1, 4, 20, 120, 720)
"""How many times the first pause to wait before each next look; after the last, nobody looks."""
LEASE = timedelta(minutes=5)
"""Longer than a browser may take for it (`tasks.BROWSER_SECONDS`)."""
CLOCKS_APART = timedelta(minutes=2)
MOST_BEFORE = 100
NOT_SEEN = "not_seen"
"""The error code of a delivery for which one complete look found nothing: the next one proves."""
LEFT = ("sent", "delivered", "read", "unconfirmed")


def first_look(account: SocialAccount, *, now: datetime) -> datetime | None:
    """Return when a send through `account` is looked up; None where the network has no way to."""
    if PROVIDERS[account.provider].look_up is None:
        return None
    return now + timedelta(seconds=_first_pause(account))


def settle(delivery_id: int) -> list[Wake]:
    """Look one unconfirmed delivery up, once."""
    now = clock.now()
    delivery = _claim(delivery_id, now=now)
    if delivery is None:
        return []
    follow(delivery.message.request_id)
    until = holds.admit_reading(delivery.message.social_account, "look_up", now=now)
    if until is not None:
        _mine(delivery).update(next_at=until, looks=F("looks") - 1)
        return []
    if delivery.looks > len(PAUSES):
        # Looks that broke off concluded nothing.
        _give_up(delivery)
        return []
    _hold(delivery, now=now)
    try:
        found = _looked_up(delivery)
    except ProviderError:
        found = Found("")
    with transaction.atomic():
        # Whoever is erased meanwhile takes the delivery along.
        if outbox.lock(delivery.message.conversation):
            _conclude(delivery, found, now=clock.now())
    return []


def _claim(delivery_id: int, *, now: datetime) -> Delivery | None:
    rows = Delivery.objects.filter(pk=delivery_id, status="unconfirmed", next_at__lte=now)
    if not rows.update(next_at=now + LEASE, looks=F("looks") + 1):
        return None
    related = ("message__conversation__contact", "message__social_account", "message__workspace")
    more = ("message__in_reply_to", "message__conversation__workspace", "workspace")
    found = Delivery.objects.select_related(*related, *more).filter(pk=delivery_id).first()
    if found is None or found.next_at != now + LEASE:
        return None
    leases.held(_mine(found), next_at=now, looks=F("looks") - 1)
    return found


def _hold(delivery: Delivery, *, now: datetime) -> None:
    """Keep the look as long as the next one waits at the least, lest one that breaks off returns.

    A browser is such a look; others end within the lease.
    """
    until = now + timedelta(
        seconds=PROVIDERS[delivery.message.social_account.provider].look_up_seconds
    )
    if until > now + LEASE and _mine(delivery).update(next_at=until):
        delivery.next_at = until


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """Select the delivery while nobody else settled it, nor looks for it."""
    unconfirmed = Delivery.Status.UNCONFIRMED
    return Delivery.objects.filter(pk=delivery.pk, status=unconfirmed, next_at=delivery.next_at)


def _looked_up(delivery: Delivery) -> Found:
    account = delivery.message.social_account
    look_up = PROVIDERS[account.provider].look_up
    if look_up is None:
        return Found("")
    called_at = delivery.begun_at or delivery.created_at
    sought = Sought(
        outbound_of(delivery),
        sent_after=called_at - CLOCKS_APART,
        known=_alike(delivery.message),
        called_at=called_at,
        before=_had_by(called_at, delivery.message),
    )
    with sessions.acting(account, READ, now=clock.now()) as credentials:
        try:
            return look_up(credentials, sought)
        except ProviderError as error:
            if not error.needs_refresh:
                raise
    return look_up(fresh_credentials(account, refused=credentials.token), sought)


def _alike(message: Message) -> frozenset[str]:
    """Return the network's ids of what else says the same: in its thread, whatever the spaces."""
    theirs = Q(conversation=message.conversation_id, direction=Message.Direction.OUTBOUND)
    others = _of_others(message).filter(theirs | Q(text=message.text)).exclude(external_id="")
    words = flat(message.text)
    said = others.values_list("external_id", "text")
    return frozenset(name for name, text in said if flat(text) == words)


def _conclude(delivery: Delivery, found: Found, *, now: datetime) -> None:
    message = delivery.message
    others = _of_others(message).filter(external_id=found.external_id)
    if found.external_id and not others.exists():
        _found(delivery, found.external_id, now=now)
        return
    missing = found.complete and not found.external_id
    if missing and delivery.error_code == NOT_SEEN:
        _not_there(delivery, now=now)
        return
    next_look = _next_look(delivery, now)
    code = NOT_SEEN if missing else delivery.error_code
    if next_look is None:
        _give_up(delivery, code=code)
    else:
        _mine(delivery).update(next_at=next_look, error_code=code)


def _give_up(delivery: Delivery, *, code: str = "") -> None:
    """Look no more: a human has to, or the network's copy tells it."""
    changes = {"next_at": None, "error_code": code or delivery.error_code}
    with transaction.atomic():
        there = outbox.lock(delivery.message.conversation)
        if there and _mine(delivery).update(**changes):
            inbox.flag(delivery.message.conversation, "send_unconfirmed")
            _tell(delivery, "cannot_be_told", "unconfirmed")


def _had_by(moment: datetime, message: Message) -> frozenset[str]:
    """Return the network's ids of the thread's latest messages that were stored by a moment."""
    said = Message.objects.filter(conversation=message.conversation_id, created_at__lt=moment)
    rows = said.exclude(external_id="").order_by("-sent_at")
    return frozenset(rows.values_list("external_id", flat=True)[:MOST_BEFORE])


def _of_others(message: Message) -> QuerySet[Message]:
    """Select what else was said through the account: what is found may be one of these."""
    said = Message.objects.filter(social_account=message.social_account)
    return said.exclude(pk=message.pk)


def _found(delivery: Delivery, external_id: str, *, now: datetime) -> None:
    message = delivery.message
    ended = {"next_at": None, "finished_at": now, "error_code": ""}
    if _mine(delivery).update(status=Delivery.Status.SENT, **ended):
        outbox.mark_sent(message.pk, external_id, now=now)
        inbox.unflag(message.conversation, "send_unconfirmed")
        _tell(delivery, "confirmed_by_reading", "sent", **note_left(message, now=now))


def _not_there(delivery: Delivery, *, now: datetime) -> None:
    message, code = delivery.message, NOT_AT_NETWORK
    ended = {"next_at": None, "finished_at": now, "error_code": code}
    if not _mine(delivery).update(status=Delivery.Status.FAILED, **ended):
        return
    Message.objects.filter(pk=message.pk, status="unconfirmed").update(status="failed", reason=code)
    deadletters.bury(
        "send",
        delivery.pk,
        workspace=message.workspace,
        reason=code,
        attempts=delivery.attempts,
    )
    _undo(delivery, now=now)
    inbox.flag(message.conversation, "send_failed")
    _tell(delivery, code, "failed")


def _undo(delivery: Delivery, *, now: datetime) -> None:
    """Take back what was noted when it may have left: quota, notice, what was to follow."""
    message, begun = delivery.message, delivery.begun_at or delivery.created_at
    if message.author == Message.Author.ASSISTANT:
        quotas.refund(message.workspace, ledger.counted_on(delivery))
    notices.take_back(message, since=begun)
    said = Message.objects.filter(conversation=message.conversation_id, sent_at__gt=message.sent_at)
    if not said.filter(direction=Message.Direction.OUTBOUND, status__in=LEFT).exists():
        sequences.cancel(message.conversation, NOT_AT_NETWORK, now=now, tasks=False)
    if message.purpose == Message.Purpose.FOLLOW_UP:
        sequences.missed(message, NOT_AT_NETWORK)


def _next_look(delivery: Delivery, now: datetime) -> datetime | None:
    if delivery.looks >= len(PAUSES):
        return None
    pause = _first_pause(delivery.message.social_account)
    return now + timedelta(seconds=pause * PAUSES[delivery.looks])


def _first_pause(account: SocialAccount) -> float:
    house: float = settings.LOOK_UP_SECONDS
    return max(house, PROVIDERS[account.provider].look_up_seconds)


def _tell(delivery: Delivery, reason: str, outcome: str, **more: object) -> None:
    data = {"looks": delivery.looks, **more}
    ledger.tell(delivery.message, Log.DELIVERY, reason, outcome=outcome, data=data)
