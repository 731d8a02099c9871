"""YouTube's resources as JSON: channels, videos, activities, comments and their threads.

Source: the discovery document of YouTube Data API v3, revision 20260729.
"""

import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sandbox.youtube.models import Channel, Comment, Video

Json = dict[str, Any]
SAMPLE_OF_REPLIES = 5


@dataclass(frozen=True)
class Reader:
    """Who reads, and how: the parts and the text format asked for; `salt` spoils every mark."""

    channel_id: str
    parts: frozenset[str]
    plain: bool = False
    status: str = Comment.Status.PUBLISHED
    salt: str = ""


def channel(row: Channel, reader: Reader) -> Json:
    """Return one channel."""
    videos = Video.objects.filter(channel_id=row.channel_id).count()
    told: Json = {
        "snippet": {
            "title": row.title,
            "description": "",
            "customUrl": row.handle,
            "publishedAt": _at(row.published_at),
        },
        "statistics": {
            "viewCount": "48210",
            "subscriberCount": "1200",
            "hiddenSubscriberCount": False,
            "videoCount": str(videos),
        },
        # Its uploads are a playlist whose id differs from the channel's in one letter.
        "contentDetails": {"relatedPlaylists": {"uploads": f"UU{row.channel_id[2:]}"}},
    }
    return _resource("channel", row.channel_id, told, reader)


def video(row: Video, reader: Reader) -> Json:
    """Return one video."""
    snippet = {"publishedAt": _at(row.published_at), "channelId": row.channel_id}
    statistics = {"viewCount": "3120", "likeCount": "140"}
    if not row.comments_disabled:
        shown = Comment.objects.filter(video_id=row.video_id, status=Comment.Status.PUBLISHED)
        statistics["commentCount"] = str(shown.count())
    told = {"snippet": {**snippet, "title": row.title}, "statistics": statistics}
    return _resource("video", row.video_id, told, reader)


def activity(row: Video, reader: Reader) -> Json:
    """Return the upload of one video as something that its channel did."""
    title = Channel.objects.filter(channel_id=row.channel_id).values_list("title", flat=True)
    told = {
        "snippet": {
            "publishedAt": _at(row.published_at),
            "channelId": row.channel_id,
            "title": row.title,
            "description": "",
            "channelTitle": title.first() or "",
            "type": "upload",
        },
        "contentDetails": {"upload": {"videoId": row.video_id}},
    }
    return _resource("activity", f"MTUx{row.video_id}", told, reader)


def comment(row: Comment, reader: Reader) -> Json:
    """Return one comment; what its author typed is for the author alone."""
    shown = row.text if reader.plain else html.escape(row.text).replace("\n", "<br>")
    snippet: Json = {
        "channelId": row.channel_id,
        "videoId": row.video_id,
        "textDisplay": shown,
        "authorDisplayName": row.author_name,
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": _at(row.published_at),
        "updatedAt": _at(row.updated_at),
    }
    if row.author_channel_id:
        snippet |= {
            "authorProfileImageUrl": "https://yt3.ggpht.com/sandbox",
            "authorChannelUrl": f"http://www.youtube.com/{row.author_name}",
            "authorChannelId": {"value": row.author_channel_id},
        }
    if row.parent_id:
        snippet["parentId"] = row.parent_id
    if row.author_channel_id and row.author_channel_id == reader.channel_id:
        snippet["textOriginal"] = row.text
    if reader.status != Comment.Status.PUBLISHED:
        snippet["moderationStatus"] = row.status
    return _resource("comment", row.comment_id, {"snippet": snippet}, reader)


def threads(rows: Sequence[Comment], reader: Reader) -> list[Json]:
    """Return the threads of top-level comments, each with a sample of its replies: the oldest."""
    replies: dict[str, list[Comment]] = {}
    for reply in Comment.objects.filter(parent_id__in=[row.comment_id for row in rows]):
        replies.setdefault(reply.parent_id, []).append(reply)
    return [_thread(row, replies.get(row.comment_id, []), reader) for row in rows]


def _thread(row: Comment, replies: list[Comment], reader: Reader) -> Json:
    inside = replace(reader, parts=frozenset({"snippet"}))
    shown = [reply for reply in replies if reply.status == Comment.Status.PUBLISHED]
    seen = [reply for reply in replies if reply.status == reader.status][:SAMPLE_OF_REPLIES]
    told: Json = {
        "snippet": {
            "channelId": row.channel_id,
            "videoId": row.video_id,
            "topLevelComment": comment(row, inside),
            "canReply": row.can_reply,
            "totalReplyCount": len(shown),
            "isPublic": row.status == Comment.Status.PUBLISHED,
        },
    }
    if seen:
        told["replies"] = {"comments": [comment(reply, inside) for reply in seen]}
    return _resource("commentThread", row.comment_id, told, reader)


def listing(
    kind: str, items: list[Json], reader: Reader, *, per_page: int, following: str = ""
) -> Json:
    """Return a page of resources; nobody should rely on its total, which is the page's own."""
    info = {"totalResults": len(items), "resultsPerPage": per_page}
    page: Json = {"pageInfo": info}
    if following:
        page["nextPageToken"] = following
    if items or kind != "channel":
        page["items"] = items
    # A page's own mark must not depend on its next page's token, which holds the time.
    return {"kind": f"youtube#{kind}ListResponse", "etag": etag(items, reader.salt), **page}


def etag(content: Any, salt: str = "") -> str:
    """Return the mark of some content, or another one when a `salt` is given."""
    digest = hashlib.sha256((json.dumps(content, sort_keys=True) + salt).encode())
    return digest.hexdigest()[:27]


def _resource(kind: str, identifier: str, told: Json, reader: Reader) -> Json:
    parts = {name: part for name, part in told.items() if name in reader.parts}
    return {"kind": f"youtube#{kind}", "etag": etag(told, reader.salt), "id": identifier, **parts}


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
