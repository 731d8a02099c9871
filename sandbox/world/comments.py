"""Public comments: what people write under a post or a photo, what the account answers.

Shapes: Page webhooks, field `feed`; Instagram webhooks, field `comments`. A comment's changes are
told for Pages only: Instagram documents none.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox import settings
from sandbox.world import courier, faults, hooks, meta, phone
from sandbox.world.hooks import Hook
from sandbox.world.models import Comment

VERBS = ("edited", "remove", "hide", "unhide")
# Instagram's media kinds whose comments come by the same field.
USUAL_MEDIA = "FEED"


@dataclass(frozen=True)
class Written:
    """What became of a comment: `status` is the product's answer, 0 for none, 202 untold."""

    comment: Comment
    status: int


def write(
    *,
    account: str,
    text: str,
    contact: str = "",
    name: str = "",
    post: str = "",
    parent: str = "",
    anonymous: bool = False,
    hours_ago: float = 0,
    retry: bool = True,
    media: dict[str, Any] | None = None,
) -> Written:
    """Let a person comment on a publication, or answer a comment; raises CannotSayError.

    `anonymous`: Meta leaves `from` out, as it does for people's privacy. `media` adds to
    Instagram's `media` (an ad, a reel).
    """
    where = phone.account_named(account)
    if not text.strip():
        raise phone.CannotSayError("text is empty")
    above = find(parent) if parent else None
    row = _new(
        where,
        text=text,
        post=above.post if above else post or where.post,
        above=above,
        author=Comment.Author.CONTACT,
        contact=contact or meta.new_contact(where),
        name=name,
        anonymous=anonymous,
    )
    if hours_ago:
        row.at = timezone.now() - timedelta(hours=hours_ago)
        row.save(update_fields=["at"])
    return Written(row, _announce(row, "add", retry=retry, media=media))


def change(comment_id: str, verb: str, *, text: str = "") -> Written:
    """Edit, remove, hide or show a comment, as its author or the owner would.

    Raises CannotSayError.
    """
    row = find(comment_id)
    if verb not in VERBS:
        raise phone.CannotSayError(f"verb is one of {', '.join(VERBS)}")
    if verb == "edited" and (row.account == "instagram" or not text.strip()):
        raise phone.CannotSayError("only a Page's comment can be edited, and into some text")
    _apply(row, verb, text)
    return Written(row, _announce(row, verb, retry=True))


def answer(
    account: meta.Account, above: Comment | None, text: str, *, post: str, author: str
) -> Comment:
    """Keep a comment of the account itself, and tell of it as Meta tells of every comment."""
    row = _new(account, text=text, post=post, above=above, author=author)
    if author == Comment.Author.OWNER:
        _announce(row, "add", retry=True)
    elif not faults.echoes_held():
        courier.later(settings.ECHO_SECONDS, lambda: tell(row, "add"))
    return row


def alter(row: Comment, verb: str, text: str = "") -> None:
    """Change a comment for the product, and tell of it as of every change."""
    _apply(row, verb, text)
    courier.later(settings.ECHO_SECONDS, lambda: tell(row, verb))


def tell(row: Comment, verb: str) -> None:
    """Post a comment's webhook until it is taken, if the account hears of comments."""
    hook = hook_of(row, verb)
    if hook:
        courier.post_until_taken(hook)


def find(comment_id: str) -> Comment:
    """Return the comment with that id, removed ones left out; raises CannotSayError."""
    row = Comment.objects.filter(comment_id=comment_id, removed=False).first()
    if row is None:
        raise phone.CannotSayError("no comment has this id")
    return row


def thread(contact: str, account_id: str) -> list[Comment]:
    """Return a person's comments under an account's publication with all answers, in order."""
    rows = Comment.objects.filter(account_id=account_id).select_related("parent")
    tops = {(row.parent or row).comment_id for row in rows if contact and row.contact == contact}
    shown = [row for row in rows if not row.removed]
    return [row for row in shown if (row.parent or row).comment_id in tops]


def hook_of(row: Comment, verb: str, *, media: dict[str, Any] | None = None) -> Hook | None:
    """Return the webhook of a comment, or None when nobody is told."""
    account = meta.account_of(row.account_id)
    if not hooks.wanted(account, "feed"):
        return None
    if account.instagram:
        value = _instagram_value(account, row, media or {})
        seconds = int(row.at.timestamp())
        return hooks.change(account, "comments", value, at=seconds) if verb == "add" else None
    return hooks.change(account, "feed", _feed_value(account, row, verb))


def as_json(row: Comment) -> dict[str, Any]:
    """Return a comment as `/say` shows it."""
    return {
        "comment": row.comment_id,
        "parent": row.parent.comment_id if row.parent else None,
        "post": row.post,
        "contact": row.contact,
        "author": row.author,
        "text": row.text,
        "hidden": row.hidden,
        "private_mid": row.private_mid,
        "at": row.at.isoformat(),
    }


def username(account: meta.Account, row: Comment) -> str:
    """Return the author's name: the account's own, else what the person calls themselves."""
    if row.author != Comment.Author.CONTACT:
        return account.name
    name = row.name or f"Contact {row.contact[-4:]}"
    return ".".join(name.lower().split()) if account.instagram else name


def _new(
    account: meta.Account, *, text: str, post: str, above: Comment | None, author: str, **more: Any
) -> Comment:
    # Instagram knows two levels only: an answer to an answer hangs under the first comment.
    top = above.parent if account.instagram and above and above.parent else above
    return Comment.objects.create(
        account=account.kind,
        account_id=account.external_id,
        comment_id=_new_id(account, post),
        post=post,
        parent=top,
        author=author,
        text=text,
        status=courier.OK,
        at=timezone.now(),
        **more,
    )


def _new_id(account: meta.Account, post: str) -> str:
    if account.instagram:
        return f"179{secrets.randbelow(10**14):014}"
    return f"{post.rpartition('_')[2]}_{secrets.randbelow(10**15):015}"


def _apply(row: Comment, verb: str, text: str) -> None:
    row.removed = verb == "remove"
    row.hidden = verb == "hide" or (row.hidden and verb != "unhide")
    row.text = text if verb == "edited" else row.text
    row.save(update_fields=["removed", "hidden", "text"])


def _announce(row: Comment, verb: str, *, retry: bool, media: dict[str, Any] | None = None) -> int:
    hook = hook_of(row, verb, media=media)
    status = courier.post(hook) if hook else courier.HELD
    Comment.objects.filter(pk=row.pk).update(status=status)
    row.status = status
    if hook and status == courier.UNREACHABLE and not retry:
        row.delete()
    elif hook and status != courier.OK:
        courier.retry_later(hook)
    return status


def _feed_value(account: meta.Account, row: Comment, verb: str) -> dict[str, Any]:
    value: dict[str, Any] = {
        "item": "comment",
        "verb": verb,
        "comment_id": row.comment_id,
        "parent_id": row.parent.comment_id if row.parent else row.post,
        "post_id": row.post,
        "created_time": int(row.at.timestamp()),
    }
    if verb != "remove":
        value["message"] = row.text
    if not row.anonymous:
        author = row.contact or account.external_id
        value["from"] = {"id": author, "name": username(account, row)}
    if verb == "add":
        value["post"] = {
            "id": row.post,
            "permalink_url": f"https://www.facebook.com/{row.post}",
            "type": "photo",
            "status_type": "added_photos",
            "is_published": True,
        }
    return value


def _instagram_value(account: meta.Account, row: Comment, media: dict[str, Any]) -> dict[str, Any]:
    author = row.contact or account.external_id
    value: dict[str, Any] = {
        "id": row.comment_id,
        "text": row.text,
        "from": {"id": author, "username": username(account, row)},
        "media": {"id": row.post, "media_product_type": USUAL_MEDIA, **media},
    }
    if row.parent:
        value["parent_id"] = row.parent.comment_id
    return value
