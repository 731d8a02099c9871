"""Whose words they are: the contact and the thread of what was heard, found or made once."""

from datetime import datetime
from functools import partial
from typing import Any

from flowia.lib.standing import Standing, given
from processing.errors import ErasedMeanwhileError
from processing.models import Contact, Conversation, Message
from social import forgotten, polling
from social.contracts import COMMENT, Echo, InboundMessage
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES

NAMELESS = "comment:"
"""What stands before a comment's id where the network hides who wrote it."""
STORED = Standing(
    lambda: (
        Message.objects.filter(
            social_account_id=given.key("account"), external_id=given.word("external_id")
        )
        .order_by()
        .values_list("pk", flat=True)[:1]
    )
)
UNDER_LOCK = ("other_app_since", "control_told_at", "window_closes_at")
LOCKED = Standing(
    lambda: (
        Conversation.objects.select_for_update(no_key=True)
        .filter(pk=given.key("id"))
        .values_list(*UNDER_LOCK)
    )
)
WISHES = Standing(
    lambda: (
        Contact.objects.filter(
            workspace=given.key("workspace"),
            social_account__provider=given.word("provider"),
            external_id=given.word("external_id"),
            opted_out_at__isnull=False,
        )
        .order_by("opted_out_at")
        .values_list("opted_out_at", "opt_out_confirmed_at")[:1]
    )
)


def known(account: SocialAccount, external_id: str) -> bool:
    """Return whether a message of `account` is stored, or was and is forgotten."""
    stored = STORED(account=account.pk, external_id=external_id)
    return bool(stored) or forgotten.knows_message(account, external_id)


def erased(account: SocialAccount, event: InboundMessage | Echo) -> bool:
    """Return whether it was written before its contact was erased, and comes with their thread.

    A thread that is read as a whole brings what was never stored as well.
    """
    if not polling.reads_threads(account):
        return False
    since = forgotten.erased_at(account, writer_of(event))
    return since is not None and event.sent_at <= since


def writer_of(event: InboundMessage | Echo) -> str:
    """Return the contact's id; each comment without a writer has one of its own."""
    return event.contact_external_id or f"{NAMELESS}{event.external_id}"[:128]


def hidden_comment(contact_external_id: str) -> str:
    """Return the id of the comment whose writer the network hides; "" of somebody it names."""
    if not contact_external_id.startswith(NAMELESS):
        return ""
    return contact_external_id.removeprefix(NAMELESS)


def thread_of(
    account: SocialAccount, event: InboundMessage | Echo, *, now: datetime
) -> Conversation:
    """Return the thread of a message, locked; it and its contact are made when they are new.

    Direct messages with somebody are one thread; their comments are one for each post. Raises
    ErasedMeanwhileError when the person is being erased.
    """
    person = writer_of(event)
    contact, made = Contact.objects.get_or_create(
        social_account=account,
        external_id=person,
        defaults={"workspace": account.workspace, **wishes_of(account, person)},
    )
    place = _place(account, contact, event)
    new: dict[str, Any] = {"workspace": account.workspace, "last_message_at": now}
    if event.kind != COMMENT:
        new["external_id"] = event.thread_external_id
    if made:
        if known(account, event.external_id) or erased(account, event):
            raise ErasedMeanwhileError
        # Nobody else sees the contact yet: no thread of theirs is there, nor can be locked.
        return Conversation.objects.create(**{**place, **new})
    rows = Conversation.objects.select_related("contact", "workspace")
    conversation, _ = rows.get_or_create(**place, defaults=new)
    if not _still_there(conversation):
        raise ErasedMeanwhileError
    return conversation


def commented(account: SocialAccount, echo: Echo) -> Conversation | None:
    """Return the thread, locked, in which the account's own comment answers somebody.

    None when it answers nobody's comment that we have.
    """
    answered = Message.objects.filter(
        social_account=account,
        external_id=echo.parent_external_id,
        conversation__kind=Conversation.Kind.COMMENT,
    ).exclude(external_id="")
    found = answered.select_related("conversation__workspace", "conversation__contact").first()
    if found is None or not _still_there(found.conversation):
        return None
    return found.conversation


def want_reading(message: Message, *, now: datetime) -> bool:
    """Let the thread be opened and read as a whole: somebody there is to be answered."""
    conversation = message.conversation
    wanted = [conversation.external_id, conversation.contact.external_id]
    return polling.want_thread(message.social_account, wanted, now=now)


def _place(
    account: SocialAccount, contact: Contact, event: InboundMessage | Echo
) -> dict[str, Any]:
    place: dict[str, Any] = {"social_account": account, "contact": contact, "kind": event.kind}
    if event.kind == COMMENT:
        place["external_id"] = event.post_external_id[:255]
    elif CAPABILITIES[account.kind].threads_by_id:
        place["thread_key"] = event.thread_external_id[:255]
    return place


def wishes_of(account: SocialAccount, person: str) -> dict[str, Any]:
    """Return what is known of the wishes of somebody new on `account`, for `get_or_create`.

    They are looked up only when the row is made.
    """
    return {
        "opted_out_at": partial(_silent_since, account, person),
        "opt_out_confirmed_at": partial(_wish, account, person, confirmed=True),
    }


def _silent_since(account: SocialAccount, person: str) -> datetime | None:
    """Return since when somebody who is new on `account` wants no messages of its workspace.

    They said so on another of its accounts, or here before they were erased.
    """
    said = _wish(account, person)
    return said or forgotten.opted_out_at(account, person)


def _wish(account: SocialAccount, person: str, *, confirmed: bool = False) -> datetime | None:
    """Return a moment of the oldest wish for silence of the same id on the same network."""
    asked = {"workspace": account.workspace_id, "provider": account.provider}
    found = WISHES.first(external_id=person, **asked)
    if found is None:
        return None
    opted_out_at, confirmed_at = found
    return confirmed_at if confirmed else opted_out_at


def _still_there(conversation: Conversation) -> bool:
    """Lock the conversation, so that an erasure comes before this message or after it.

    What changes with each message is read as it stands under the lock.
    """
    found = LOCKED.first(id=conversation.pk)
    for name, value in zip(UNDER_LOCK, found or (), strict=False):
        setattr(conversation, name, value)
    return found is not None
