"""The phone: what a person types, what the product sends, what the owner answers by hand."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox import demo, settings
from sandbox.world import courier, faults, meta
from sandbox.world.models import PhoneMessage

LONGEST_TEXT = 2000
# The person's phone shows the message, then they read it: so many times the echo's own delay.
DELIVERED_AFTER = 2
READ_AFTER = 4


class CannotSayError(ValueError):
    """What was asked cannot be said; the message tells why, for people."""


@dataclass(frozen=True)
class Said:
    """What became of a person's message: `status` is the product's answer, 0 when none came."""

    message: PhoneMessage
    status: int


def say(
    *,
    account: str,
    contact: str,
    text: str,
    name: str = "",
    hours_ago: float = 0,
    retry: bool = True,
) -> Said:
    """Let a person write to the account; an empty `contact` makes a new one.

    The webhook is posted at once. Without `retry`, a message that reached nobody is forgotten.
    Raises CannotSayError.
    """
    where = _account(account)
    if not text.strip():
        raise CannotSayError("text is empty")
    if len(text) > LONGEST_TEXT:
        raise CannotSayError(f"text is longer than {LONGEST_TEXT} characters")
    at = timezone.now() - timedelta(hours=hours_ago)
    message = PhoneMessage.objects.create(
        account=where.kind,
        account_id=where.external_id,
        contact=contact or meta.new_contact(where),
        name=name,
        author=PhoneMessage.Author.CONTACT,
        mid=meta.new_mid(where),
        text=text,
        at=at,
    )
    moment = int(at.timestamp() * 1000)
    event = meta.message(
        where, contact=message.contact, mid=message.mid, text=message.text, at=moment
    )
    return Said(message, _announce(meta.body_of(where, event), message, retry=retry))


def receive(
    *, account: meta.Account, contact: str, text: str, metadata: str, app_id: str
) -> PhoneMessage:
    """Show a message that the product sent, and post its echo, delivery and read events."""
    message = _from_account(account, contact, text, PhoneMessage.Author.PRODUCT, metadata)
    if not faults.echoes_held():
        courier.later(settings.ECHO_SECONDS, lambda: post_echo(message, app_id=app_id))
    return message


def answer_by_hand(*, account: str, contact: str, text: str, retry: bool = True) -> PhoneMessage:
    """Let the owner write from Meta Business Suite: the product learns of it by an echo.

    Raises CannotSayError; `retry` as in `say`.
    """
    where = _account(account)
    if not (contact and text.strip()):
        raise CannotSayError("contact and text are needed")
    message = _from_account(where, contact, text, PhoneMessage.Author.OWNER)
    echo = _echo_of(where, message, demo.PAGE_INBOX_APP_ID)
    _announce(meta.body_of(where, echo), message, retry=retry)
    return message


def post_echo(message: PhoneMessage, *, app_id: str = "") -> None:
    """Post the echo of one of the product's messages, then Messenger's delivery and read."""
    account = meta.account_of(message.account_id)
    echo = _echo_of(account, message, int(app_id or settings.META_APP_ID))
    courier.post_until_taken(meta.body_of(account, echo))
    if account.kind != "messenger":
        return
    seen = {"contact": message.contact, "mid": message.mid}
    delivered = meta.body_of(account, meta.delivery(account, **seen))
    courier.later(
        DELIVERED_AFTER * settings.ECHO_SECONDS, lambda: courier.post_until_taken(delivered)
    )
    courier.later(
        READ_AFTER * settings.ECHO_SECONDS,
        lambda: courier.post_until_taken(meta.body_of(account, meta.read(account, **seen))),
    )


def thread(contact: str) -> list[PhoneMessage]:
    """Return everything said with `contact`, the oldest first."""
    return list(PhoneMessage.objects.filter(contact=contact)) if contact else []


def as_json(message: PhoneMessage) -> dict[str, Any]:
    """Return a message as `/say` and `/thread` show it."""
    return {
        "id": message.pk,
        "author": message.author,
        "mid": message.mid,
        "text": message.text,
        "at": message.at.isoformat(),
        "status": message.status,
    }


def _announce(body: bytes, message: PhoneMessage, *, retry: bool) -> int:
    status = courier.post(body)
    _note(message, status)
    if status == courier.UNREACHABLE and not retry:
        message.delete()
    elif status != courier.OK:
        courier.retry_later(body, on_status=lambda later: _note(message, later))
    return status


def _from_account(
    account: meta.Account, contact: str, text: str, author: str, metadata: str = ""
) -> PhoneMessage:
    return PhoneMessage.objects.create(
        account=account.kind,
        account_id=account.external_id,
        contact=contact,
        author=author,
        mid=meta.new_mid(account),
        text=text,
        metadata=metadata,
        status=courier.OK,
        at=timezone.now(),
    )


def _echo_of(account: meta.Account, message: PhoneMessage, app_id: int) -> dict[str, Any]:
    return meta.echo(
        account,
        contact=message.contact,
        mid=message.mid,
        text=message.text,
        app_id=app_id,
        metadata=message.metadata,
    )


def _note(message: PhoneMessage, status: int) -> None:
    PhoneMessage.objects.filter(pk=message.pk).update(status=status)
    message.status = status


def _account(kind: str) -> meta.Account:
    if kind not in meta.ACCOUNTS:
        raise CannotSayError(f"account is one of {', '.join(meta.ACCOUNTS)}")
    return meta.ACCOUNTS[kind]
