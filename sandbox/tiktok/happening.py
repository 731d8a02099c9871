"""Everything else that may happen on TikTok, by name: what people and owners do, what TikTok does.

Each takes the JSON of `/tiktok/event` and returns the product's status, None when nothing was
announced.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox.tiktok import commenting, events, talk
from sandbox.tiktok.models import Comment, Conversation, Message
from sandbox.tiktok.people import CANADA, PEOPLE, Account
from sandbox.tiktok.talk import CannotDoError

Body = Mapping[str, Any]


def account_in(body: Body) -> Account:
    """Return the account named in `body`, Canada's unless it is."""
    return talk.account_named(str(body.get("account") or CANADA.username))


def uid_in(body: Body) -> str:
    """Return the person's id in `body`, the first person's unless it is given."""
    return str(body.get("person") or PEOPLE[0].uid)


def number_in(body: Body, name: str) -> float:
    """Return the number in `body`, 0 when it is not given; raises CannotDoError."""
    try:
        return float(body.get(name) or 0)
    except (TypeError, ValueError) as error:
        raise CannotDoError(f"{name} is a number") from error


def conversation_in(body: Body) -> Conversation:
    """Return the person's thread, new when they never wrote."""
    writer = talk.writer_of(uid_in(body), str(body.get("region") or ""))
    return talk.conversation_of(account_in(body), writer)


def happen(body: Body) -> int | None:
    """Let the event named in `body` happen; raises CannotDoError."""
    name = str(body.get("event") or "")
    if name not in EVENTS:
        raise CannotDoError(f"event is one of {', '.join(EVENTS)}")
    return EVENTS[name](body)


def _written(kind: str) -> Callable[[Body], int | None]:
    def write(body: Body) -> int | None:
        writer = talk.writer_of(uid_in(body), str(body.get("region") or ""))
        return talk.say(account_in(body), writer, kind=kind).status

    return write


def _react(body: Body) -> int | None:
    conversation = conversation_in(body)
    last = talk.said_in(conversation).exclude(author=Message.Author.PERSON).last()
    chosen = str(body.get("message_id") or (last.message_id if last else ""))
    emoji = str(body.get("emoji") or "👍")
    return talk.react(conversation, chosen, emoji, add=body.get("remove") is not True).status


def _read(body: Body) -> int | None:
    ago = timedelta(seconds=number_in(body, "seconds_ago"))
    return talk.read(conversation_in(body), timezone.now() - ago)


def _accept(body: Body) -> None:
    talk.accept(conversation_in(body))


def _echo(body: Body) -> int | None:
    row = Message.objects.filter(message_id=str(body.get("message_id") or "")).first()
    if row is None or row.author == Message.Author.PERSON:
        raise CannotDoError("no message of the account has this message_id")
    return talk.echo(row)


def _comment(body: Body) -> Comment:
    return commenting.comment(str(body.get("comment_id") or ""))


def _show(visibility: str) -> Callable[[Body], int | None]:
    return lambda body: commenting.show(_comment(body), visibility)


EVENTS: dict[str, Callable[[Body], int | None]] = {
    **{kind: _written(kind) for kind in ("image", "video", "sticker", "emoji", "share_post")},
    "other": _written("other"),
    "reaction": _react,
    "read": _read,
    "ad": lambda body: talk.refer(conversation_in(body), events.ad(account_in(body))),
    "link": lambda body: talk.refer(conversation_in(body), events.short_link()),
    "welcome": lambda body: talk.welcome(conversation_in(body)).status,
    "accept": _accept,
    "echo": _echo,
    "high_intent": lambda body: commenting.wants_to_buy(_comment(body)),
    "hide": _show(commenting.HIDDEN),
    "friends": _show(commenting.FRIENDS),
    "show": _show(commenting.PUBLIC),
    "delete": lambda body: commenting.delete(_comment(body)),
}
