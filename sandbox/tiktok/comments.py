"""TikTok's Accounts API: who the account is, its videos, their comments and the answers to them.

TikTok API for Business v1.3, business/get/, business/video/list/ and business/comment/…: ids are
texts here, numbers in webhooks; moments are texts of seconds.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.tiktok import commenting
from sandbox.tiktok.models import Comment, Writer
from sandbox.tiktok.people import ACCOUNTS, Account, Video, videos_of
from sandbox.tiktok.service import (
    BAD_PARAMETER,
    NO_PERMISSION,
    NOT_FOUND,
    TIKTOK,
    Caller,
    caller_of,
    listed,
    ok,
    post_of,
    query_of,
    refuse,
    text_of,
    whole,
)

READ, MANAGE = "comment.list", "comment.list.manage"
FIELDS = {
    "username": "user.info.username",
    "display_name": "user.info.basic",
    "profile_image": "user.info.basic",
    "is_business_account": "user.account.type",
    "followers_count": "user.info.stats",
}
VIDEO_FIELDS = ("item_id", "caption", "create_time", "comments", "share_url", "embed_url")
MOST_COMMENTS, MOST_VIDEOS, USUAL_PAGE, MOST_REPLIES = 30, 20, 20, 3
FURTHEST = 1_000_000
NINE = time(9)


@endpoint(TIKTOK, "business")
def business(asked: Asked) -> Answer:
    """Answer the fields asked for, each by its own scope; personal accounts answer as well."""
    query = query_of(asked)
    caller = caller_of(asked, name="business/get")
    wanted = listed(query, "fields") or ["display_name"]
    for name in wanted:
        if name not in FIELDS:
            raise refuse(BAD_PARAMETER, f"fields: {name} is not a valid field.")
        caller.needs(FIELDS[name])
    account = caller.account
    known = {
        "username": account.username,
        "display_name": account.display_name,
        "profile_image": f"https://p16.tiktokcdn.example/{account.username}.jpg",
        "is_business_account": account.business,
        "followers_count": 1240,
    }
    return ok({name: known[name] for name in wanted})


@endpoint(TIKTOK, "videos")
def videos(asked: Asked) -> Answer:
    """Answer the account's videos, the newest first; without `fields`, their ids alone."""
    query = query_of(asked)
    account = _caller(asked, "video.list", name="video/list").account
    wanted = listed(query, "fields") or ["item_id"]
    if not set(wanted) <= set(VIDEO_FIELDS):
        raise refuse(BAD_PARAMETER, f"fields: Only {', '.join(VIDEO_FIELDS)}.")
    number = whole(query, "max_count", 10, most=MOST_VIDEOS, least=1)
    begin = whole(query, "cursor", 0, most=FURTHEST)
    every = videos_of(account.open_id)
    shown = [_video(video, account, wanted) for video in every[begin : begin + number]]
    end = begin + len(shown)
    return ok({"videos": shown, "cursor": end, "has_more": end < len(every)})


@endpoint(TIKTOK, "comments")
def comments(asked: Asked) -> Answer:
    """Answer first-level comments of a video, or those of `comment_ids`, page by page.

    What is hidden or deleted is left out after the page was cut, so a page may be short.
    """
    query = query_of(asked)
    caller = _caller(asked, READ, name="comment/list")
    video_id = _own_video(caller.account, query.get("video_id", ""))
    chosen = listed(query, "comment_ids", most=MOST_COMMENTS)
    rows = Comment.objects.filter(video_id=video_id)
    rows = rows.filter(comment_id__in=chosen) if chosen else rows.filter(parent="")
    replies = query.get("include_replies", "false").lower() == "true"
    return _page(query, rows, with_replies=replies)


@endpoint(TIKTOK, "replies")
def replies(asked: Asked) -> Answer:
    """Answer the replies to one comment, page by page."""
    query = query_of(asked)
    caller = _caller(asked, READ, name="comment/reply/list")
    video_id = _own_video(caller.account, query.get("video_id", ""))
    parent = _comment(caller.account, query.get("comment_id", ""))
    rows = Comment.objects.filter(video_id=video_id, parent=parent.comment_id)
    return _page(query, rows, with_replies=False)


@endpoint(TIKTOK, "reply", writes=True)
def reply(asked: Asked) -> Answer:
    """Take an answer to a comment: at most 1200 characters."""
    body = post_of(asked)
    caller = _caller(asked, MANAGE, name="comment/reply/create")
    video_id = _own_video(caller.account, text_of(body, "video_id"))
    above = _comment(caller.account, text_of(body, "comment_id"), video_id)
    text = _text(body)
    row = commenting.receive(caller.account, video_id, text, above.comment_id)
    return _written(row, recipient=above.uid)


@endpoint(TIKTOK, "comment", writes=True)
def create(asked: Asked) -> Answer:
    """Take a comment of the account under its own video."""
    body = post_of(asked)
    caller = _caller(asked, MANAGE, name="comment/create")
    video_id = _own_video(caller.account, text_of(body, "video_id"))
    row = commenting.receive(caller.account, video_id, _text(body))
    return _written(row, recipient=video_id)


@endpoint(TIKTOK, "hide", writes=True)
def hide(asked: Asked) -> Answer:
    """Hide somebody's comment from everybody but its writer, or show it again."""
    body = post_of(asked)
    caller = _caller(asked, MANAGE, name="comment/hide")
    row = _comment(caller.account, text_of(body, "comment_id"), text_of(body, "video_id"))
    visibility = {"HIDE": commenting.HIDDEN, "UNHIDE": commenting.PUBLIC}.get(
        str(body.get("action"))
    )
    if visibility is None:
        raise refuse(BAD_PARAMETER, "action: Must be one of HIDE, UNHIDE.")
    commenting.show(row, visibility, later=True)
    return ok(external_id=row.comment_id)


@endpoint(TIKTOK, "delete", writes=True)
def delete(asked: Asked) -> Answer:
    """Delete a comment of the account's own."""
    body = post_of(asked)
    caller = _caller(asked, MANAGE, name="comment/delete")
    row = _comment(caller.account, text_of(body, "comment_id"))
    if row.uid != caller.account.open_id:
        raise refuse(NO_PERMISSION, "Only the account's own comments can be deleted.")
    commenting.delete(row, later=True)
    return ok(external_id=row.comment_id)


def _caller(asked: Asked, scope: str, *, name: str) -> Caller:
    caller = caller_of(asked, scope, name=name)
    if not caller.account.business:
        raise refuse(NO_PERMISSION, "The account is not a Business Account.")
    return caller


def _own_video(account: Account, video_id: str) -> str:
    if not video_id:
        raise refuse(BAD_PARAMETER, "video_id: Missing data for required field.")
    if video_id not in {video.item_id for video in videos_of(account.open_id)}:
        raise refuse(NOT_FOUND, "The video does not exist.")
    return video_id


def _comment(account: Account, comment_id: str, video_id: str = "") -> Comment:
    rows = Comment.objects.filter(account=account.open_id, comment_id=comment_id, deleted=False)
    row = (rows.filter(video_id=video_id) if video_id else rows).first()
    if row is None:
        raise refuse(NOT_FOUND, "The comment does not exist.")
    return row


def _text(body: dict[str, Any]) -> str:
    text = text_of(body, "text")
    if len(text) > commenting.LONGEST_TEXT:
        raise refuse(BAD_PARAMETER, f"text: Longer than {commenting.LONGEST_TEXT}.")
    return text


def _written(row: Comment, *, recipient: str) -> Answer:
    data = {
        "comment_id": row.comment_id,
        "parent_comment_id": row.parent,
        "video_id": row.video_id,
        "create_time": str(int(row.at.timestamp())),
        "text": row.text,
        "unique_identifier": row.uid,
    }
    return ok(data, recipient=recipient, text=row.text, external_id=row.comment_id)


def _page(query: dict[str, str], rows: QuerySet[Comment], *, with_replies: bool) -> Answer:
    number = whole(query, "max_count", USUAL_PAGE, most=MOST_COMMENTS, least=1)
    begin = whole(query, "cursor", 0, most=FURTHEST)
    first = "at" if query.get("sort_order", "desc").lower() == "asc" else "-at"
    ordered = rows.order_by(first, "pk")
    found = list(ordered[begin : begin + number])
    public = query.get("status", "ALL") == commenting.PUBLIC
    end = begin + len(found)
    return ok(
        {
            "comments": _listed(_shown(found, public=public), public, with_replies),
            "cursor": end,
            "has_more": end < rows.count(),
        }
    )


def _shown(rows: Iterable[Comment], *, public: bool) -> list[Comment]:
    return [row for row in rows if not row.deleted and not (public and row.visibility != "PUBLIC")]


def _listed(rows: list[Comment], public: bool, with_replies: bool) -> list[dict[str, Any]]:
    under: dict[str, list[Comment]] = {}
    uids = {row.uid for row in rows}
    above = [row.comment_id for row in rows if not row.parent]
    for row in _shown(Comment.objects.filter(parent__in=above).order_by("at"), public=public):
        under.setdefault(row.parent, []).append(row)
        uids.add(row.uid)
    writers = {writer.uid: writer for writer in Writer.objects.filter(Q(uid__in=uids))}
    shown = []
    for row in rows:
        answers = under.get(row.comment_id, [])
        one = _as_listed(row, writers, len(answers))
        if with_replies and not row.parent:
            one["reply_list"] = [_as_listed(a, writers, 0) for a in answers[:MOST_REPLIES]]
        shown.append(one)
    return shown


def _as_listed(row: Comment, writers: dict[str, Writer], answers: int) -> dict[str, Any]:
    who: Writer | Account = writers.get(row.uid) or ACCOUNTS[row.account]
    one = {
        "comment_id": row.comment_id,
        "video_id": row.video_id,
        "unique_identifier": row.uid,
        "create_time": str(int(row.at.timestamp())),
        "text": row.text,
        "likes": 0,
        "replies": answers,
        "owner": row.uid == row.account,
        "liked": False,
        "pinned": False,
        "status": row.visibility,
        "username": who.username,
        "display_name": who.display_name,
        "profile_image": f"https://p16.tiktokcdn.example/{who.username}.jpg",
    }
    return {**one, "parent_comment_id": row.parent} if row.parent else one


def _video(video: Video, account: Account, wanted: list[str]) -> dict[str, Any]:
    at = datetime.combine(video.published, NINE, UTC)
    rows = Comment.objects.filter(video_id=video.item_id, deleted=False)
    known = {
        "item_id": video.item_id,
        "caption": video.caption,
        "create_time": str(int(at.timestamp())),
        "comments": rows.count(),
        "share_url": f"https://www.tiktok.com/@{account.username}/video/{video.item_id}",
        "embed_url": f"https://www.tiktok.com/player/v1/{video.item_id}",
    }
    return {name: known[name] for name in wanted}
