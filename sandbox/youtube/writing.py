"""What YouTube's API writes: comments, replies, edits, deletions, moderation. 50 units each.

Source: the reference pages of comments and commentThreads. The longest text is unpublished; 10,000
characters are commonly quoted.
"""

from typing import Any

from sandbox.standins.front import Answer, Asked
from sandbox.youtube import cast, errors, resources, talk
from sandbox.youtube.front import Caller, ids, operation
from sandbox.youtube.front import reader as reader_of
from sandbox.youtube.models import Comment, Video

LONGEST = 10_000
MOST_IDS = 50
MODERATED = (Comment.Status.PUBLISHED, Comment.Status.HELD, Comment.Status.REJECTED)


@operation("comments.insert")
def insert(asked: Asked, caller: Caller) -> Answer:
    """Answer a top-level comment; the answer may be held, and then nobody sees it."""
    reader = reader_of(asked, caller)
    snippet = _snippet(asked.body)
    parent_id = snippet.get("parentId")
    if not isinstance(parent_id, str) or not parent_id:
        raise errors.refuse("parentIdMissing")
    text = _text(snippet)
    author = _author(caller)
    parent = Comment.objects.filter(comment_id=parent_id).first()
    if parent is None:
        raise errors.refuse("parentCommentNotFound")
    if parent.status != Comment.Status.PUBLISHED:
        raise errors.refuse("parentCommentIsPrivate")
    video = Video.objects.get(video_id=parent.video_id)
    if video.comments_disabled:
        raise errors.refuse("commentsDisabled")
    if parent.parent_id or not parent.can_reply:
        raise errors.refuse("processingFailure")
    row = talk.write(video=video, author=author, text=text, parent_id=parent_id, by_api=True)
    return _written(row, reader, recipient=parent_id)


@operation("commentThreads.insert")
def insert_thread(asked: Asked, caller: Caller) -> Answer:
    """Write a new top-level comment below a video."""
    reader = reader_of(asked, caller)
    snippet = _snippet(asked.body)
    text = _text(_snippet(snippet.get("topLevelComment")))
    author = _author(caller)
    video = Video.objects.filter(video_id=str(snippet.get("videoId", ""))).first()
    if video is None:
        raise errors.refuse("videoNotFound", location="snippet.videoId")
    if video.comments_disabled:
        raise errors.refuse("commentsDisabled", location="snippet.videoId")
    row = talk.write(video=video, author=author, text=text, by_api=True)
    told = resources.threads([row], reader)[0]
    return Answer(told, recipient=video.video_id, text=text, external_id=row.comment_id)


@operation("comments.update")
def update(asked: Asked, caller: Caller) -> Answer:
    """Change the text of a comment of one's own."""
    reader = reader_of(asked, caller)
    row = _own(str(asked.body.get("id", "")), caller)
    talk.rewrite(row, _text(_snippet(asked.body)))
    return _written(row, reader, recipient=row.parent_id)


@operation("comments.delete")
def delete(asked: Asked, caller: Caller) -> Answer:
    """Take a comment of one's own away."""
    row = _own(asked.query.get("id", ""), caller)
    talk.delete(row)
    return Answer("", 204, external_id=row.comment_id)


@operation("comments.setModerationStatus")
def moderate(asked: Asked, caller: Caller) -> Answer:
    """Publish, hold or reject comments below one's own videos."""
    status = asked.query.get("moderationStatus", "")
    if status not in MODERATED:
        raise errors.refuse("invalidParameter", location="moderationStatus")
    chosen = ids(asked, "id", MOST_IDS) if asked.query.get("id") else []
    rows = list(Comment.objects.filter(comment_id__in=chosen))
    if not rows or len(rows) < len(set(chosen)):
        raise errors.refuse("commentNotFound")
    if any(row.channel_id != caller.channel_id for row in rows):
        raise errors.refuse("forbidden")
    Comment.objects.filter(pk__in=[row.pk for row in rows]).update(status=status)
    return Answer("", 204)


def _written(row: Comment, reader: resources.Reader, *, recipient: str) -> Answer:
    told = resources.comment(row, reader)
    return Answer(told, recipient=recipient, text=row.text, external_id=row.comment_id)


def _snippet(body: Any) -> dict[str, Any]:
    found = body.get("snippet") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise errors.refuse("invalidCommentMetadata")
    return found


def _text(snippet: dict[str, Any]) -> str:
    text = snippet.get("textOriginal")
    if not isinstance(text, str) or not text.strip():
        raise errors.refuse("commentTextRequired")
    if len(text) > LONGEST:
        raise errors.refuse("commentTextTooLong")
    return text


def _author(caller: Caller) -> cast.Author:
    if not caller.channel_id:
        raise errors.refuse("ineligibleAccount")
    return cast.Author(caller.channel_id, caller.handle)


def _own(comment_id: str, caller: Caller) -> Comment:
    row = Comment.objects.filter(comment_id=comment_id).first()
    if row is None:
        raise errors.refuse("commentNotFound")
    if not caller.channel_id or row.author_channel_id != caller.channel_id:
        raise errors.refuse("forbidden")
    return row
