"""What YouTube's API lists: channels, videos, activities, threads and comments.

Source: the reference pages of each `list`, and the revision history (`channelId` alone no longer
filters threads since 30 Apr 2024).
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_datetime

from sandbox.standins.front import Answer, Asked
from sandbox.youtube import errors, paging, resources
from sandbox.youtube.front import ANY_SCOPE, Caller, ids, listed, one_of, only_filter, operation
from sandbox.youtube.front import reader as reader_of
from sandbox.youtube.models import Channel, Comment, Video

MOST_IDS, MOST_COMMENTS, MOST_OTHERS = 50, 100, 50
THREAD_FILTERS = ("allThreadsRelatedToChannelId", "videoId", "postId", "id")
NOT_WITH_IDS = ("pageToken", "searchTerms", "moderationStatus", "order")


@operation("channels.list", scopes=ANY_SCOPE)
def channels(asked: Asked, caller: Caller) -> Answer:
    """List the token's own channel (`mine`), or those of `id`; an account may have none."""
    reader = reader_of(asked, caller)
    if only_filter(asked, "mine", "id") == "mine":
        chosen = [caller.channel_id] if asked.query["mine"] == "true" else []
    else:
        chosen = ids(asked, "id", MOST_IDS)
    rows = Channel.objects.filter(channel_id__in=[one for one in chosen if one])
    per_page = paging.size(asked, default=5, most=MOST_OTHERS)
    items = [resources.channel(row, reader) for row in rows]
    return listed(asked, resources.listing("channel", items, reader, per_page=per_page))


@operation("videos.list", scopes=ANY_SCOPE)
def videos(asked: Asked, caller: Caller) -> Answer:
    """List the videos of `id`; unknown ones are left out."""
    reader = reader_of(asked, caller)
    only_filter(asked, "id")
    rows = Video.objects.filter(video_id__in=ids(asked, "id", MOST_IDS))
    items = [resources.video(row, reader) for row in rows]
    return listed(asked, resources.listing("video", items, reader, per_page=len(items)))


@operation("activities.list", scopes=ANY_SCOPE)
def activities(asked: Asked, caller: Caller) -> Answer:
    """List what a channel did, newest first: its uploads."""
    reader = reader_of(asked, caller)
    mine = only_filter(asked, "mine", "channelId") == "mine"
    channel_id = caller.channel_id if mine else asked.query["channelId"]
    if not mine and not Channel.objects.filter(channel_id=channel_id).exists():
        raise errors.refuse("channelNotFound", location="channelId")
    rows = Video.objects.filter(channel_id=channel_id)
    for name, lookup in (("publishedAfter", "gte"), ("publishedBefore", "lt")):
        if asked.query.get(name):
            rows = rows.filter(**{f"published_at__{lookup}": _moment(asked, name)})
    page = paging.cut(asked, rows, default=5, most=MOST_OTHERS)
    items = [resources.activity(row, reader) for row in page.rows]
    return _paged(asked, "activity", items, reader, page)


@operation("commentThreads.list")
def threads(asked: Asked, caller: Caller) -> Answer:
    """List threads by the date of their top-level comment; other than published for the owner."""
    reader = reader_of(asked, caller)
    by = only_filter(asked, *THREAD_FILTERS)
    order = one_of(asked, "order", ("time", "relevance"))
    if by == "id":
        return _threads_by_id(asked, reader)
    if by == "postId":
        raise errors.refuse("operationNotSupported", location=by)
    rows, owner = _scope_of_threads(asked, by)
    if reader.status != Comment.Status.PUBLISHED and owner != caller.channel_id:
        raise errors.refuse("forbidden", location="moderationStatus")
    rows = _with_status(rows, reader.status)
    if asked.query.get("searchTerms"):
        rows = rows.filter(text__icontains=asked.query["searchTerms"])
    page = paging.cut(asked, rows, default=20, most=MOST_COMMENTS)
    items = resources.threads(page.rows, reader)
    if order == "relevance":
        items.sort(key=lambda item: -item["snippet"]["totalReplyCount"])
    return _paged(asked, "commentThread", items, reader, page)


@operation("comments.list")
def comments(asked: Asked, caller: Caller) -> Answer:
    """List the replies of `parentId`, newest first, or the comments of `id`."""
    reader = reader_of(asked, caller)
    published = Comment.objects.filter(status=Comment.Status.PUBLISHED)
    if only_filter(asked, "parentId", "id") == "id":
        _nothing_besides_ids(asked)
        rows = published.filter(comment_id__in=ids(asked, "id", MOST_IDS))
        items = [resources.comment(row, reader) for row in rows]
        return listed(asked, resources.listing("comment", items, reader, per_page=len(items)))
    parent = published.filter(comment_id=asked.query["parentId"], parent_id="").first()
    if parent is None:
        raise errors.refuse("commentNotFound", location="parentId")
    replies = published.filter(parent_id=parent.comment_id)
    page = paging.cut(asked, replies, default=20, most=MOST_COMMENTS)
    items = [resources.comment(row, reader) for row in page.rows]
    return _paged(asked, "comment", items, reader, page)


def _paged(
    asked: Asked,
    kind: str,
    items: list[resources.Json],
    reader: resources.Reader,
    page: paging.Page,
) -> Answer:
    more = page.following
    told = resources.listing(kind, items, reader, per_page=page.per_page, following=more)
    return listed(asked, told)


def _threads_by_id(asked: Asked, reader: resources.Reader) -> Answer:
    _nothing_besides_ids(asked)
    published = Comment.objects.filter(parent_id="", status=Comment.Status.PUBLISHED)
    rows = list(published.filter(comment_id__in=ids(asked, "id", MOST_IDS)))
    items = resources.threads(rows, reader)
    return listed(asked, resources.listing("commentThread", items, reader, per_page=len(items)))


def _nothing_besides_ids(asked: Asked) -> None:
    more = [name for name in NOT_WITH_IDS if asked.query.get(name)]
    if more:
        raise errors.refuse("operationNotSupported", location=more[0])


def _scope_of_threads(asked: Asked, by: str) -> tuple[QuerySet[Comment], str]:
    top = Comment.objects.filter(parent_id="")
    if by == "videoId":
        video = Video.objects.filter(video_id=asked.query[by]).first()
        if video is None:
            raise errors.refuse("videoNotFound")
        if video.comments_disabled:
            raise errors.refuse("commentsDisabled")
        return top.filter(video_id=video.video_id), video.channel_id
    channel_id = asked.query[by]
    if not Channel.objects.filter(channel_id=channel_id).exists():
        raise errors.refuse("channelNotFound")
    closed = Video.objects.filter(comments_disabled=True).values("video_id")
    return top.filter(channel_id=channel_id).exclude(video_id__in=closed), channel_id


def _with_status(rows: QuerySet[Comment], status: str) -> QuerySet[Comment]:
    """Keep threads of one status; besides published, those with such a reply as well."""
    if status == Comment.Status.PUBLISHED:
        return rows.filter(status=status)
    replies = Comment.objects.filter(parent_id=OuterRef("comment_id"), status=status)
    return rows.filter(Q(status=status) | Exists(replies))


def _moment(asked: Asked, name: str) -> Any:
    try:
        found = parse_datetime(asked.query[name])
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"Invalid value '{asked.query[name]}'. It is no RFC 3339 date and time."
        raise errors.refuse("invalidParameter", message=message, location=name)
    return found
