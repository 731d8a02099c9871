"""The phone: what a person types, what the product sends, what the owner answers by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from sandbox import demo, settings
from sandbox.world import courier, faults, hooks, meta
from sandbox.world.hooks import Hook
from sandbox.world.models import PhoneMessage

Row = dict[str, Any]
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
    where = account_named(account)
    if not text.strip():
        raise CannotSayError("text is empty")
    if len(text) > LONGEST_TEXT:
        raise CannotSayError(f"text is longer than {LONGEST_TEXT} characters")
    at = timezone.now() - timedelta(hours=hours_ago)
    return arrive(where, contact=contact, text=text, name=name, at=at, retry=retry)


def arrive(
    where: meta.Account,
    *,
    contact: str,
    text: str,
    name: str = "",
    at: datetime | None = None,
    retry: bool = True,
) -> Said:
    """Keep what a person wrote and announce it."""
    message, event = keep(where, contact=contact, text=text, name=name, at=at)
    heard = hooks.wanted(where, "messages")
    hook = hooks.messaging(where, event) if heard else None
    return Said(message, _announce(hook, message, retry=retry))


def keep(
    where: meta.Account,
    *,
    contact: str,
    text: str = "",
    name: str = "",
    at: datetime | None = None,
    attachments: list[Row] | None = None,
    **more: Any,
) -> tuple[PhoneMessage, Row]:
    """Keep what a person sent; return it with its event, whose message has `more` in it, too."""
    moment = at or timezone.now()
    message = PhoneMessage.objects.create(
        account=where.kind,
        account_id=where.external_id,
        contact=contact or meta.new_contact(where),
        name=name,
        author=PhoneMessage.Author.CONTACT,
        mid=meta.new_mid(where),
        text=text,
        attachments=attachments or [],
        at=moment,
    )
    if attachments:
        more["attachments"] = attachments
    event = meta.message(
        where,
        contact=message.contact,
        mid=message.mid,
        text=message.text,
        at=int(moment.timestamp() * 1000),
        **more,
    )
    return message, event


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
    where = account_named(account)
    if not (contact and text.strip()):
        raise CannotSayError("contact and text are needed")
    message = _from_account(where, contact, text, PhoneMessage.Author.OWNER)
    echo = _echo_of(where, message, demo.PAGE_INBOX_APP_ID)
    heard = hooks.wanted(where, "message_echoes")
    _announce(hooks.messaging(where, echo) if heard else None, message, retry=retry)
    return message


def post_echo(message: PhoneMessage, *, app_id: str = "") -> None:
    """Post the echo of one of the product's messages, then Messenger's delivery and read."""
    account = meta.account_of(message.account_id)
    echo = _echo_of(account, message, int(app_id or settings.META_APP_ID))
    if hooks.wanted(account, "message_echoes"):
        courier.post_until_taken(hooks.messaging(account, echo))
    if account.kind != "messenger":
        return
    seen = {"contact": message.contact, "mid": message.mid}
    delivered = hooks.messaging(account, meta.delivery(account, **seen))
    if hooks.wanted(account, "message_deliveries"):
        courier.later(
            DELIVERED_AFTER * settings.ECHO_SECONDS, lambda: courier.post_until_taken(delivered)
        )
    if hooks.wanted(account, "message_reads"):
        courier.later(
            READ_AFTER * settings.ECHO_SECONDS,
            lambda: courier.post_until_taken(hooks.messaging(account, meta.read(account, **seen))),
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
        "attachments": message.attachments,
        "at": message.at.isoformat(),
        "status": message.status,
    }


def account_named(name: str) -> meta.Account:
    """Return the account of a network (*messenger*, *instagram*) or with a demo account's id.

    Raises CannotSayError.
    """
    if name in meta.ACCOUNTS:
        return meta.ACCOUNTS[name]
    for account in meta.EVERY:
        if account.external_id == name:
            return account
    known = [*meta.ACCOUNTS, *(account.external_id for account in meta.EVERY)]
    raise CannotSayError(f"account is one of {', '.join(known)}")


def _announce(hook: Hook | None, message: PhoneMessage, *, retry: bool) -> int:
    if hook is None:
        note(message, courier.HELD)
        return courier.HELD
    status = courier.post(hook)
    note(message, status)
    if status == courier.UNREACHABLE and not retry:
        message.delete()
    elif status != courier.OK:
        courier.retry_later(hook, on_status=lambda later: note(message, later))
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


def note(message: PhoneMessage, status: int) -> None:
    """Remember what the product answered to a message's webhook."""
    PhoneMessage.objects.filter(pk=message.pk).update(status=status)
    message.status = status
