"""What happens in the conversations of the TikTok stand-in, and the events that tell of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sandbox import settings
from sandbox.tiktok import events, options, webhooks
from sandbox.tiktok.models import Conversation, Message, Writer
from sandbox.tiktok.people import BY_USERNAME, CLOSED_TO_MESSAGES, PEOPLE, Account, videos_of
from sandbox.world import courier
from sandbox.world.phone import CannotSayError

LONGEST_TEXT = 6000
WINDOW = timedelta(hours=48)
MOST_IN_WINDOW = 10
# What leaves no trace as a message of the person: it opens no window.
NOT_A_MESSAGE = "reaction"
WELCOME = "Bienvenue ! Nous vous répondons dès que possible."


class CannotDoError(CannotSayError):
    """What was asked cannot happen; the message tells why."""


@dataclass(frozen=True)
class Said:
    """What became of a message: the product's status, None when nothing was announced."""

    message: Message
    status: int | None


def account_named(name: str) -> Account:
    """Return the account with that username; raises CannotDoError."""
    if name not in BY_USERNAME:
        raise CannotDoError(f"account is one of {', '.join(BY_USERNAME)}")
    return BY_USERNAME[name]


def writer_of(uid: str, region: str = "") -> Writer:
    """Return the person with that id, a new one when nobody has it."""
    known = {person.uid: person for person in PEOPLE}.get(uid)
    name = known.username if known else f"personne.{uid[-12:]}"
    writer, _new = Writer.objects.get_or_create(
        uid=uid,
        defaults={
            "username": name,
            "display_name": known.display_name if known else name,
            "region": region or (known.region if known else "CA"),
            "follower": known.follower if known else False,
        },
    )
    return writer


def is_closed(writer: Writer) -> bool:
    """Tell whether nothing but a stripped event is told of what this person does."""
    return writer.region in CLOSED_TO_MESSAGES


def conversation_of(account: Account, writer: Writer) -> Conversation:
    """Return the person's thread with the account, a new one when they never wrote."""
    conversation, _new = Conversation.objects.get_or_create(
        account=account.open_id,
        writer=writer,
        defaults={
            "conversation_id": events.new_conversation_id(),
            "stranger": not options.value("everyone_can_message"),
            "updated_at": timezone.now(),
        },
    )
    return conversation


def content_of(kind: str, text: str, account: Account) -> dict[str, object]:
    """Return the content of a person's message of that kind; raises CannotDoError."""
    if kind == "text":
        if not text.strip():
            raise CannotDoError("text is empty")
        if len(text) > LONGEST_TEXT:
            raise CannotDoError(f"text is longer than {LONGEST_TEXT} characters")
        return {"body": text}
    video = videos_of(account.open_id)[0].item_id
    contents: dict[str, dict[str, object]] = {
        "image": {"media_id": "media_sandbox_1"},
        "video": {"media_id": "media_sandbox_2"},
        "sticker": {"url": "https://p16.tiktokcdn.example/sticker.webp"},
        "emoji": {"url": "https://p16.tiktokcdn.example/emoji.webp"},
        "share_post": {
            "embed_url": f"https://www.tiktok.com/player/v1/{video}",
            "video_id": video,
        },
        "other": {},
    }
    if kind not in contents:
        raise CannotDoError(f"kind is one of text, reaction, {', '.join(contents)}")
    return contents[kind]


def say(
    account: Account,
    writer: Writer,
    *,
    text: str = "",
    kind: str = "text",
    quoted: str = "",
    hours_ago: float = 0,
    retry: bool = True,
) -> Said:
    """Let a person write to the account; the event is posted at once. Raises CannotDoError.

    Without `retry`, a message that reached nobody is forgotten.
    """
    content = content_of(kind, text, account)
    conversation = conversation_of(account, writer)
    first = not said_in(conversation).exists()
    row = _keep(conversation, Message.Author.PERSON, kind, content, quoted=quoted, ago=hours_ago)
    if conversation.stranger:
        return Said(row, None)
    closed = is_closed(writer)
    event = "im_receive_msg_eu" if closed else "im_receive_msg"
    status = webhooks.announce_message(
        event,
        account.open_id,
        events.stripped(row) if closed else events.message(row),
        retry=retry,
        heard=lambda heard: _note(row, heard),
    )
    if status == courier.UNREACHABLE and not retry:
        row.delete()
    elif first and options.value("welcome"):
        welcome(conversation)
    return Said(row, status)


def react(conversation: Conversation, message_id: str, emoji: str, *, add: bool = True) -> Said:
    """Let the person react to a message: an event, and nothing to be answered."""
    if not said_in(conversation).filter(message_id=message_id).exists():
        raise CannotDoError("no message of this conversation has this message_id")
    reaction = {
        "operation": "add" if add else "remove",
        "type": "emoji",
        "emoji": emoji,
        "original_msg_id": message_id,
    }
    row = _keep(conversation, Message.Author.PERSON, NOT_A_MESSAGE, {"list": [reaction]})
    if conversation.stranger or is_closed(conversation.writer):
        return Said(row, None)
    return Said(row, _announce("im_receive_msg", row))


def answer_by_hand(account: Account, writer: Writer, text: str, *, source: str = "APP") -> Said:
    """Let the owner answer in TikTok's app: the product learns of it by `im_send_msg`.

    A stranger's conversation is accepted by it. Raises CannotDoError.
    """
    conversation = Conversation.objects.filter(account=account.open_id, writer=writer).first()
    if conversation is None:
        raise CannotDoError("this person never wrote: a business cannot begin")
    content = content_of("text", text, account)
    accept(conversation)
    row = _keep(conversation, Message.Author.OWNER, "text", content, source=source)
    return Said(row, _announce("im_send_msg", row))


def accept(conversation: Conversation) -> None:
    """Let the owner accept a stranger's conversation: from now on its events come."""
    conversation.stranger = False
    conversation.save(update_fields=["stranger"])


def welcome(conversation: Conversation) -> Said:
    """Let TikTok's own automatic message go out."""
    content: dict[str, object] = {"body": WELCOME}
    row = _keep(conversation, Message.Author.TIKTOK, "text", content, source="OTHERS")
    return Said(row, _announce("im_send_msg", row))


def receive(
    conversation: Conversation, kind: str, content: dict[str, object], quoted: str = ""
) -> Message:
    """Keep a message that the product sent, and let its echo follow."""
    row = _keep(conversation, Message.Author.PRODUCT, kind, content, quoted=quoted, source="API")
    if options.value("echo"):
        courier.later(settings.ECHO_SECONDS, lambda: _echo(row))
    return row


def echo(row: Message) -> int | None:
    """Post the echo of a message of the account now, also when it was posted before."""
    return _announce("im_send_msg", row)


def read(conversation: Conversation, at: datetime) -> int | None:
    """Let the person read the thread until `at`."""
    if is_closed(conversation.writer):
        return None
    content = events.read(conversation, at)
    return webhooks.announce_message("im_mark_read_msg", conversation.account, content)


def refer(conversation: Conversation, referral: dict[str, object]) -> int | None:
    """Let the person come from an ad or a link, before they write."""
    conversation.referral = referral
    conversation.save(update_fields=["referral"])
    if is_closed(conversation.writer):
        return None
    content = events.referral(conversation, timezone.now())
    return webhooks.announce_message("im_referral_msg", conversation.account, content)


def may_be_answered(conversation: Conversation) -> bool:
    """Tell whether TikTok's rule lets a message out: ten within 48 hours of the person's last."""
    if conversation.stranger:
        return False
    every = said_in(conversation).exclude(type=NOT_A_MESSAGE)
    last = every.filter(author=Message.Author.PERSON).order_by("-at", "-pk").first()
    if last is None or last.at <= timezone.now() - WINDOW:
        return False
    sent = every.filter(author__in=(Message.Author.PRODUCT, Message.Author.OWNER))
    return sent.filter(at__gte=last.at).count() < MOST_IN_WINDOW


def said_in(conversation: Conversation) -> QuerySet[Message]:
    """Return the messages of a thread."""
    return Message.objects.filter(conversation=conversation)


def thread(account: Account, uid: str) -> list[Message]:
    """Return everything said with a person, the oldest first."""
    found = Message.objects.filter(
        conversation__account=account.open_id, conversation__writer__uid=uid
    )
    return list(found.select_related("conversation__writer").order_by("at", "pk"))


def _keep(
    conversation: Conversation,
    author: str,
    kind: str,
    content: dict[str, object],
    *,
    quoted: str = "",
    source: str = "APP",
    ago: float = 0,
) -> Message:
    at = timezone.now() - timedelta(hours=ago)
    with transaction.atomic():
        conversation.updated_at = at
        conversation.save(update_fields=["updated_at"])
        return Message.objects.create(
            conversation=conversation,
            author=author,
            message_id=events.new_message_id(),
            type=kind,
            content=content,
            quoted=quoted,
            source=source,
            at=at,
        )


def _echo(row: Message) -> None:
    _announce("im_send_msg", row)


def _announce(event: str, row: Message) -> int | None:
    return webhooks.announce_message(
        event,
        row.conversation.account,
        events.message(row),
        heard=lambda heard: _note(row, heard),
    )


def _note(row: Message, status: int) -> None:
    Message.objects.filter(pk=row.pk).update(status=status)
    row.status = status
