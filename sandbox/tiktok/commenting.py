"""What happens under the videos of the TikTok stand-in, and the events that tell of it."""

import functools
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from sandbox import settings
from sandbox.tiktok import events, options, webhooks
from sandbox.tiktok.models import Comment, Message, Writer
from sandbox.tiktok.people import ACCOUNTS, Account, video
from sandbox.tiktok.talk import CannotDoError
from sandbox.world import courier

LONGEST_TEXT = 1200
PUBLIC, HIDDEN, FRIENDS = "PUBLIC", "HIDDEN", "FRIENDS"
ACTIONS = {HIDDEN: "set_to_hidden", PUBLIC: "set_to_public", FRIENDS: "set_to_friends_only"}


@dataclass(frozen=True)
class Said:
    """What became of a comment: the product's status, None when nothing was announced."""

    comment: Comment
    status: int | None


def write(
    writer: Writer,
    video_id: str,
    text: str,
    *,
    parent: str = "",
    hours_ago: float = 0,
    retry: bool = True,
) -> Said:
    """Let a person comment on a video or answer the comment `parent`. Raises CannotDoError.

    Without `retry`, a comment that reached nobody is forgotten.
    """
    row = _keep(Message.Author.PERSON, writer.uid, video_id, text, parent, ago=hours_ago)
    status = _announce(row, "insert", retry=retry)
    if status == courier.UNREACHABLE and not retry:
        row.delete()
    return Said(row, status)


def answer_by_hand(comment_id: str, text: str) -> Said:
    """Let the owner answer a comment in TikTok's app. Raises CannotDoError."""
    asked = comment(comment_id)
    row = _keep(Message.Author.OWNER, asked.account, asked.video_id, text, comment_id)
    return Said(row, _announce(row, "insert"))


def receive(account: Account, video_id: str, text: str, parent: str = "") -> Comment:
    """Keep a comment that the product sent, and let it be announced; a repetition may be spam."""
    repeated = Comment.objects.filter(account=account.open_id, uid=account.open_id, text=text)
    spam = options.value("repeats_are_hidden") and repeated.exists()
    row = _keep(Message.Author.PRODUCT, account.open_id, video_id, text, parent)
    if spam:
        # TikTok hides it without a word: no event, and the call had answered with success.
        row.visibility = HIDDEN
        row.save(update_fields=["visibility"])
    elif options.value("echo"):
        _told(row, "insert", later=True)
    return row


def show(row: Comment, visibility: str, *, later: bool = False) -> int | None:
    """Hide a comment, show it again, or show it to friends only; `later`: told in a moment."""
    row.visibility = visibility
    row.save(update_fields=["visibility"])
    return _told(row, ACTIONS[visibility], later=later)


def delete(row: Comment, *, later: bool = False) -> int | None:
    """Take a comment away; `later` as in `show`."""
    row.deleted = True
    row.save(update_fields=["deleted"])
    return _told(row, "delete", later=later)


def wants_to_buy(row: Comment) -> int | None:
    """Post TikTok's own guess that a comment's writer wants to buy."""
    content = events.high_intent(row)
    event = "im_receive_high_intent_comment"
    return webhooks.announce_message(event, row.account, content)


def comment(comment_id: str) -> Comment:
    """Return the comment with that id; raises CannotDoError."""
    row = Comment.objects.filter(comment_id=comment_id, deleted=False).first()
    if row is None:
        raise CannotDoError("no comment has this comment_id")
    return row


def under(video_id: str) -> list[Comment]:
    """Return a video's comments, each followed by its replies, the oldest first."""
    rows = list(Comment.objects.filter(video_id=video_id, deleted=False).order_by("at", "pk"))
    replies: dict[str, list[Comment]] = {}
    for row in rows:
        replies.setdefault(row.parent, []).append(row)
    return [row for top in replies.get("", []) for row in (top, *replies.get(top.comment_id, []))]


def _keep(
    author: str, uid: str, video_id: str, text: str, parent: str = "", *, ago: float = 0
) -> Comment:
    found = video(video_id)
    if found is None:
        raise CannotDoError("no video has this id")
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise CannotDoError(f"text is empty, or longer than {LONGEST_TEXT} characters")
    above = comment(parent) if parent else None
    if above and above.video_id != video_id:
        raise CannotDoError("this comment is under another video")
    return Comment.objects.create(
        account=ACCOUNTS[found.owner].open_id,
        video_id=video_id,
        comment_id=events.new_comment_id(),
        # An answer to a reply lies under the same first-level comment.
        parent=(above.parent or above.comment_id) if above else "",
        author=author,
        uid=uid,
        text=text,
        at=timezone.now() - timedelta(hours=ago),
    )


def _told(row: Comment, action: str, *, later: bool) -> int | None:
    if not later:
        return _announce(row, action)
    # What the product did is told after its call was answered.
    courier.later(settings.ECHO_SECONDS, functools.partial(_announce_late, row, action))
    return None


def _announce_late(row: Comment, action: str) -> None:
    _announce(row, action)


def _announce(row: Comment, action: str, *, retry: bool = True) -> int | None:
    at = row.at if action == "insert" else timezone.now()
    content = events.comment(row, action, at=at, with_text=options.value("comment_text"))
    return webhooks.announce_comment(
        row.account, content, retry=retry, heard=lambda status: _note(row, status)
    )


def _note(row: Comment, status: int) -> None:
    Comment.objects.filter(pk=row.pk).update(status=status)
    row.status = status
