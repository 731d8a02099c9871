"""The stream of comments: videos, then comments under those that moved, then new replies.

Webhooks bring comments first; this finds those they did not. Of each of the forty newest videos,
the thirty newest comments are known by id, older ones by their age (tiktok.md 6.2).
"""

from datetime import timedelta

from social.contracts import Credentials
from social.providers.tiktok.calling import Data, ask, ask_when, id_in, objects
from social.providers.tiktok.sending import replies
from social.providers.tiktok.turns import Found, Step, begin_history, copy_of, next_of, take, whole
from social.streams import Cursor, Page

HISTORY = timedelta(days=2)
VIDEOS_A_PAGE, PAGES_OF_VIDEOS = 20, 2
NEWEST_VIDEOS = 3
"""These are read each turn: a count that did not move may hide one gone and one new."""
COMMENTS_A_PAGE, PAGES_OF_COMMENTS, PAGES_OF_REPLIES = 30, 17, 5
COMMENTS_KEPT = 30


def read(credentials: Credentials, cursor: Cursor) -> Page:
    """Make the next call of the turn, or begin one; raises ProviderError."""
    return take(
        credentials,
        copy_of(cursor, videos={}),
        begin=[{"read": "videos", "cursor": 0, "page": 1}],
        readers={"videos": _videos, "comments": _comments, "replies": _replies},
        lists="videos",
    )


def _videos(credentials: Credentials, state: Data, step: Step) -> Found:
    where = {
        "business_id": credentials.account_external_id,
        "fields": '["item_id","create_time","comments"]',
        "max_count": str(VIDEOS_A_PAGE),
        "cursor": str(step["cursor"]),
    }
    # For no ability: who did not grant the list of videos still gets webhooks of comments.
    data, now = ask_when("business/video/list", credentials.token, where)
    begin_history(state, now, HISTORY, unit=1)
    known, steps = state["videos"], []
    for place, video in enumerate(objects(data, "videos")):
        name, count = id_in(video, "item_id"), whole(video, "comments")
        if not name:
            continue
        # Put at the end again, so that the first ones are those that went.
        known[name] = kept = known.pop(name, None) or _unknown()
        # Of the older ones, what was there before is not read: it would be too many at once.
        young = step["page"] == 1
        moved = count != kept["count"] and (young or kept["count"] is not None)
        if (young and place < NEWEST_VIDEOS) or count is None or moved:
            floor = max(kept["floor"], state.get("since", 0))
            steps.append(
                {"read": "comments", "video": name, "cursor": 0, "page": 1, "floor": floor}
            )
        kept["count"] = count
    for name in list(known)[: -VIDEOS_A_PAGE * PAGES_OF_VIDEOS]:
        del known[name]
    if data.get("has_more") is True and step["page"] < PAGES_OF_VIDEOS:
        steps.append({**step, "cursor": next_of(data), "page": step["page"] + 1})
    return [], steps


def _comments(credentials: Credentials, state: Data, step: Step) -> Found:
    video = step["video"]
    kept = state["videos"].setdefault(video, _unknown())
    data = _page_of_comments(credentials, step)
    new, steps = [], []
    for one in objects(data, "comments"):
        name, at = id_in(one, "comment_id"), whole(one, "create_time")
        if not name or at is None:
            continue
        before = kept["comments"].get(name)
        state["newest"] = max(state["newest"], at)
        is_new = before is None and at >= step["floor"] and "since" in state
        if is_new:
            # With what was answered already, so that nobody answers it again.
            new.extend(_with_replies(video, one))
        answers = whole(one, "replies") or 0
        moved = before is not None and answers > before["replies"] and "since" in state
        if moved or (is_new and answers > len(objects(one, "reply_list"))):
            since = (before or {}).get("replied") or state["since"]
            steps.append(_asking_for_replies(video, name, since))
        kept["comments"][name] = {**(before or {}), "at": at, "replies": answers}
    if new and data.get("has_more") is True and step["page"] < PAGES_OF_COMMENTS:
        return new, [*steps, {**step, "cursor": next_of(data), "page": step["page"] + 1}]
    _trim(kept)
    return new, steps


def _page_of_comments(credentials: Credentials, step: Step) -> Data:
    where = {
        "business_id": credentials.account_external_id,
        "video_id": step["video"],
        "status": "PUBLIC",
        "include_replies": "true",
        "sort_field": "create_time",
        "sort_order": "desc",
        "max_count": str(COMMENTS_A_PAGE),
        "cursor": str(step["cursor"]),
    }
    return ask("business/comment/list", credentials.token, where, ability="comments")


def _with_replies(video: str, comment: Data) -> list[Data]:
    above = id_in(comment, "comment_id")
    bare = {key: value for key, value in comment.items() if key != "reply_list"}
    answers = objects(comment, "reply_list")
    return [{"video_id": video, **bare}, *(_under(video, above, one) for one in answers)]


def _under(video: str, comment: str, reply: Data) -> Data:
    return {
        "video_id": video,
        **reply,
        "parent_comment_id": id_in(reply, "parent_comment_id") or comment,
    }


def _asking_for_replies(video: str, comment: str, since: int) -> Step:
    asking = {"read": "replies", "video": video, "comment": comment}
    return {**asking, "cursor": 0, "page": 1, "since": since}


def _replies(credentials: Credentials, state: Data, step: Step) -> Found:
    video, comment = step["video"], step["comment"]
    data = replies(credentials, video, comment, step["cursor"])
    known = state["videos"].get(video, _unknown())["comments"].get(comment, {})
    listed, new = objects(data, "comments"), []
    for one in listed:
        at = whole(one, "create_time")
        if at is None or at < step["since"]:
            continue
        # The last one of the turn before comes again: two may have been written in one second.
        new.append(_under(video, comment, one))
        known["replied"] = max(known.get("replied", 0), at)
    further = data.get("has_more") is True and step["page"] < PAGES_OF_REPLIES
    if further and len(new) == len(listed):
        return new, [{**step, "cursor": next_of(data), "page": step["page"] + 1}]
    return new, []


def _unknown() -> Data:
    return {"count": None, "floor": 0, "comments": {}}


def _trim(kept: Data) -> None:
    """Keep the newest comments by id; nothing older than they is new any more."""
    newest = sorted(kept["comments"].items(), key=lambda one: one[1]["at"], reverse=True)
    if len(newest) > COMMENTS_KEPT:
        kept["comments"] = dict(newest[:COMMENTS_KEPT])
        kept["floor"] = max(kept["floor"], newest[COMMENTS_KEPT - 1][1]["at"])
