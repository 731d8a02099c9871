"""What stands under `changes`, or as field and value on the entry: comments above all.

Page comments come in the field `feed` (meta.md 4.12), Instagram's in `comments` and
`live_comments` (5.7 to 5.9); some apps get edits and reactions of messages here too (5.5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from social.contracts import COMMENT, Echo, Edit, Event, Ignored, InboundMessage, Removal, Showing
from social.providers.meta import messaging
from social.providers.meta.values import (
    MID_LONGEST,
    NAME_LONGEST,
    ORIGIN_LONGEST,
    id_of,
    id_or_nothing,
    moment,
    object_in,
    text_in,
)

Value = dict[str, Any]
EDITED = {"edited", "edit"}
FEED_ITEMS = {
    "album",
    "event",
    "like",
    "link",
    "mention",
    "note",
    "photo",
    "post",
    "reaction",
    "share",
    "status",
    "story",
    "video",
}
"""Other things that happen on a Page, which the reason of an ignored entry names."""
COMMENTS = {"comments", "live_comments"}


@dataclass(frozen=True)
class Comment:
    """A comment as either network tells it, before it is known whose it is."""

    external_id: str
    text: str
    sent_at: datetime
    author: str
    own: bool
    post: str
    parent: str
    name: str = ""
    handle: str = ""
    origin: str = ""
    attachments: tuple[dict[str, Any], ...] = ()


def reader(time: Any) -> Callable[[str, str, Any], Event]:
    """Return the reader of a change in an entry of that `time`, as it stands in the entry."""

    def read(kind: str, account: str, item: Any) -> Event:
        field, value = item["field"], item["value"]
        if not isinstance(value, dict):
            raise TypeError("a change has a value")
        if "sender" in value:
            # The form of the dashboard's tests, which may name a real account (meta.md 5.6).
            return messaging.read(kind, account, value)
        if field == "feed" and kind == "messenger":
            return _feed(account, value, time)
        if kind == "instagram" and field in COMMENTS:
            return _comment_on_instagram(account, value, time)
        if kind == "instagram" and field in CARRIED:
            return CARRIED[field](kind, account, value, time)
        return Ignored("mention_without_text" if field == "mentions" else "unsupported_change")

    return read


def _feed(account: str, value: Value, time: Any) -> Event:
    item, verb = value.get("item"), value.get("verb")
    if item != "comment":
        return Ignored(f"feed_{item}" if item in FEED_ITEMS else "feed_other")
    external_id = id_of(value["comment_id"], longest=MID_LONGEST)
    if verb == "add":
        return _written("messenger", account, _comment_on_page(account, value, time))
    return _changed("messenger", account, external_id, value, time)


def _changed(kind: str, account: str, external_id: str, value: Value, time: Any) -> Event:
    """Return what became of a comment; the entry's time says when, `created_time` when it began."""
    verb, key = value.get("verb"), "message" if kind == "messenger" else "text"
    at = moment(time if time is not None else value["created_time"])
    if verb in EDITED:
        return Edit(kind, account, external_id, text_in(value, key), at)
    if verb in {"remove", "hide"}:
        return Removal(kind, account, external_id, at, hidden=verb == "hide")
    if verb == "unhide":
        return Showing(kind, account, external_id, at)
    return Ignored("unsupported_verb")


def _comment_on_page(account: str, value: Value, time: Any) -> Comment:
    writer = object_in(value, "from")
    author = id_or_nothing(writer.get("id"))
    post = id_of(value["post_id"])
    parent = id_or_nothing(value.get("parent_id"))
    # The parent of a comment on the post itself is the post, named with its Page or without.
    on_post = parent == post or post.endswith(f"_{parent}")
    pictures = [{"type": one} for one in ("photo", "video") if value.get(one)]
    return Comment(
        external_id=id_of(value["comment_id"], longest=MID_LONGEST),
        text=text_in(value, "message"),
        sent_at=moment(value.get("created_time", time)),
        author=author,
        own=author == account,
        post=post,
        parent="" if on_post else parent,
        name=text_in(writer, "name", longest=NAME_LONGEST),
        attachments=tuple(pictures),
    )


def _comment_on_instagram(account: str, value: Value, time: Any) -> Event:
    external_id = id_of(value["id"], longest=MID_LONGEST)
    if value.get("verb", "add") != "add":
        return _changed("instagram", account, external_id, value, time)
    writer, media = object_in(value, "from"), object_in(value, "media")
    author = id_or_nothing(writer.get("id"))
    # An account's own comment may name it by its scoped id (meta.md 5.7).
    scoped = id_or_nothing(writer.get("self_ig_scoped_id"))
    comment = Comment(
        external_id=external_id,
        text=text_in(value, "text"),
        sent_at=moment(time),
        author=author,
        own=bool(author) and author in {account, scoped},
        # A boosted post has a copy of its own: its comments belong to the original.
        post=id_of(media.get("original_media_id") or media["id"]),
        parent=id_or_nothing(value.get("parent_id")),
        handle=text_in(writer, "username", longest=NAME_LONGEST),
        origin=_shown_as(media),
    )
    return _written("instagram", account, comment)


def _shown_as(media: Value) -> str:
    """Return where an unusual comment was written: an advertisement with its title, or a live."""
    product = text_in(media, "media_product_type")
    if product not in {"AD", "LIVE"}:
        return ""
    title = text_in(media, "ad_title")
    return f"{product} · {title}"[:ORIGIN_LONGEST] if title else product


def _written(kind: str, account: str, comment: Comment) -> Event:
    if comment.own:
        return Echo(
            account_kind=kind,
            account_external_id=account,
            contact_external_id="",
            external_id=comment.external_id,
            text=comment.text,
            sent_at=comment.sent_at,
            kind=COMMENT,
            post_external_id=comment.post,
            parent_external_id=comment.parent,
        )
    return InboundMessage(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=comment.author,
        external_id=comment.external_id,
        text=comment.text,
        sent_at=comment.sent_at,
        kind=COMMENT,
        contact_name=comment.name,
        contact_handle=comment.handle,
        attachments=comment.attachments,
        post_external_id=comment.post,
        parent_external_id=comment.parent,
        origin=comment.origin,
    )


def _edit(kind: str, account: str, value: Value, time: Any) -> Event:
    return messaging.edit(kind, account, value, at=_when(value, time))


def _reaction(kind: str, account: str, value: Value, time: Any) -> Event:
    contact = id_of(object_in(value, "from")["id"])
    if contact == account:
        return Ignored("own_reaction")
    return messaging.reaction(kind, account, value, contact=contact, at=_when(value, time))


def _when(value: Value, time: Any) -> datetime:
    return moment(value.get("timestamp", time))


CARRIED: dict[str, Callable[[str, str, Value, Any], Event]] = {
    "message_edit": _edit,
    "message_reactions": _reaction,
}
