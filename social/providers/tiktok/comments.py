"""Comments → contracts, as webhooks tell them and as reading a video lists them (tiktok.md 6).

Pure. TikTok says by `unique_identifier` whose a comment is, and in lists by `owner` as well.
"""

from datetime import datetime
from typing import Any

from social.contracts import COMMENT, Echo, Event, Ignored, InboundMessage, Removal, Showing
from social.providers.tiktok.values import KIND, identifier, moment, text

HIDDEN = ("set_to_hidden", "set_to_friends_only")


def updated(account: str, content: dict[str, Any]) -> list[Event]:
    """Return what `comment.update` tells: a comment, or that it is gone, hidden or shown again."""
    action, comment = content["comment_action"], identifier(content["comment_id"])
    at = moment(content["timestamp"])
    if action == "insert":
        return [_written(account, content, at)]
    if action == "delete" or action in HIDDEN:
        return [Removal(KIND, account, comment, at, hidden=action in HIDDEN)]
    if action == "set_to_public":
        return [Showing(KIND, account, comment, at)]
    return [Ignored("unsupported_comment_action")]


def listed(account: str, item: dict[str, Any]) -> list[Event]:
    """Return the comment that a list of them holds."""
    return [_written(account, item, moment(item["create_time"]))]


def _written(account: str, content: dict[str, Any], at: datetime) -> Event:
    writer, post = identifier(content["unique_identifier"]), identifier(content["video_id"])
    comment, words = identifier(content["comment_id"]), text(content.get("text"))
    # 0 stands for none in production, a missing one in the documentation.
    above = content.get("parent_comment_id")
    parent = "" if above in (None, 0, "0", "") else identifier(above)
    if writer == account or content.get("owner") is True:
        return Echo(
            account_kind=KIND,
            account_external_id=account,
            contact_external_id="",
            external_id=comment,
            text=words,
            sent_at=at,
            kind=COMMENT,
            post_external_id=post,
            parent_external_id=parent,
        )
    return InboundMessage(
        account_kind=KIND,
        account_external_id=account,
        contact_external_id=writer,
        external_id=comment,
        text=words,
        sent_at=at,
        kind=COMMENT,
        contact_name=text(content.get("display_name"))[:200],
        contact_handle=text(content.get("username"))[:200],
        post_external_id=post,
        parent_external_id=parent,
    )
