"""What people and clients write below a video: say, edit, delete, and who may."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sandbox.world.phone import CannotSayError
from sandbox.youtube import cast, options
from sandbox.youtube.models import Comment, Video


def write(
    *,
    video: Video,
    author: cast.Author,
    text: str,
    parent_id: str = "",
    at: datetime | None = None,
    by_api: bool = False,
) -> Comment:
    """Keep a comment, or a reply to the top-level comment `parent_id`, and return it."""
    moment = at or options.now()
    held = by_api and options.value("hold_replies")
    return Comment.objects.create(
        comment_id=fresh_id(parent_id),
        channel_id=video.channel_id,
        video_id=video.video_id,
        parent_id=parent_id,
        author_channel_id=author.channel_id,
        author_name=author.name,
        text=text,
        status=Comment.Status.HELD if held else Comment.Status.PUBLISHED,
        by_api=by_api,
        published_at=moment,
        updated_at=moment,
    )


def say(asked: dict[str, Any]) -> Comment:
    """Let a person comment: `video` or `parent`, `author`, `text`, `published_at`, `status`.

    Raises CannotSayError, and UnknownOptionError for a date that is none.
    """
    text, parent_id = str(asked.get("text") or "").strip(), str(asked.get("parent") or "")
    parent = Comment.objects.filter(comment_id=parent_id).first() if parent_id else None
    video_id = parent.video_id if parent else str(asked.get("video") or cast.VIDEO_ID)
    video = Video.objects.filter(video_id=video_id).first()
    if not text or video is None or (parent_id and parent is None):
        raise CannotSayError("a text, and a video or a parent that exist, are needed")
    author = cast.author(str(asked.get("author", cast.COMMENTERS[0])))
    at = options.moment(asked["published_at"]) if asked.get("published_at") else None
    # Below a reply YouTube's own page answers the thread, too: there is one level only.
    top = parent.parent_id or parent.comment_id if parent else ""
    said = write(video=video, author=author, text=text, parent_id=top, at=at)
    return edit({**asked, "comment": said.comment_id, "text": None})


def edit(asked: dict[str, Any]) -> Comment:
    """Change the comment `comment`: its `text`, its `status`, whether it takes replies.

    Raises CannotSayError.
    """
    row = find(asked.get("comment"))
    if asked.get("text"):
        rewrite(row, str(asked["text"]))
    status = asked.get("status", row.status)
    if status not in Comment.Status.values:
        raise CannotSayError(f"status is one of {', '.join(Comment.Status.values)}")
    row.status = status
    row.can_reply = asked.get("can_reply", row.can_reply) is not False
    row.save()
    return row


def rewrite(row: Comment, text: str) -> None:
    """Let the author say something else; the comment is edited from then on."""
    # Dates are told in whole seconds: an edit must be later than what it changes.
    row.text, row.updated_at = text, max(options.now(), row.updated_at + timedelta(seconds=1))
    row.save()


def delete(row: Comment) -> None:
    """Take a comment away; with a top-level one its whole thread goes."""
    Comment.objects.filter(parent_id=row.comment_id).delete()
    row.delete()


def find(comment_id: Any) -> Comment:
    """Return the comment with that id; raises CannotSayError."""
    found = Comment.objects.filter(comment_id=str(comment_id or "")).first()
    if found is None:
        raise CannotSayError("no comment has this id")
    return found


def fresh_id(parent_id: str = "") -> str:
    """Return an id as YouTube makes them: a reply's begins with its thread's and a dot."""
    if parent_id:
        return f"{parent_id}.9{secrets.token_urlsafe(16)[:21]}"
    return f"Ugx{secrets.token_urlsafe(12)}4AaABAg"


def as_json(row: Comment) -> dict[str, Any]:
    """Return a comment as the controls show it."""
    names = ("parent_id", "channel_id", "video_id", "author_channel_id", "author_name", "text")
    more = {name: getattr(row, name) for name in (*names, "status", "can_reply", "by_api")}
    moments = {name: getattr(row, name).isoformat() for name in ("published_at", "updated_at")}
    return {"id": row.comment_id, **more, **moments}
