"""What the channel did, from a stored page of its activities (youtube.md, section 2.5).

Pure: no database, no clock. One malformed object never costs the others.
"""

import json
from collections.abc import Iterator
from typing import Any

from social.contracts import Activity
from social.providers.youtube.reading import ACTIVITY, moment


def activities(body: bytes) -> tuple[Activity, ...]:
    """Return the activities of one stored page, in its order; none when it is no page of ours."""
    try:
        page = json.loads(body)
        account, items = page["account"]["external_id"], page["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    return tuple(_readable(items if isinstance(items, list) else [], account))


def _readable(items: list[Any], account: str) -> Iterator[Activity]:
    for item in items:
        try:
            snippet = item["snippet"]
            if item["kind"] == ACTIVITY and snippet.get("channelId", account) == account:
                yield Activity(
                    external_id=_text(item["id"]),
                    kind=_text(snippet["type"]),
                    title=_text(snippet.get("title") or ""),
                    post_external_id=_video_of(item),
                    at=moment(snippet["publishedAt"]),
                )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue


def _video_of(item: dict[str, Any]) -> str:
    """Return the video that an activity is about: of an upload its own, else what it names."""
    details = item.get("contentDetails") or {}
    for detail in details.values():
        if "videoId" in detail:
            return _text(detail["videoId"])
        resource = detail.get("resourceId") or {}
        if "videoId" in resource:
            return _text(resource["videoId"])
    return ""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is a string")
    return value
