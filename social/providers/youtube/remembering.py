"""What is known of a channel's threads, and what of a page is news.

Pure: the state is a stream's cursor, see `polling`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from social.providers.youtube.reading import REPLY, moment

KEPT_THREADS = 800
OVERLAP_SECONDS = 86_400
"""How far back a reply may surface late: one that was held before it was shown."""
Json = dict[str, Any]


def news(thread: Json, state: Json) -> Iterator[Json]:
    """Give what is new of a thread: itself, or replies of its sample; remember it."""
    top, snippet = top_comment(thread), _snippet(thread)
    changed, count = changed_at(top), _count(snippet.get("totalReplyCount"))
    before = state["threads"].get(thread["id"])
    sample = _sample(thread)
    if before is None or before[0] != changed:
        if changed >= state["since"]:
            yield thread
        elif before is None:
            # History; but somebody may have answered it just now.
            yield from recent(sample, state["since"], _video(snippet))
    elif before[1] != count:
        yield from recent(sample, before[2] - OVERLAP_SECONDS, before[3])
    newest = max([before[2] if before else state["since"], *map(changed_at, sample)])
    state["threads"][thread["id"]] = [changed, count, newest, _video(snippet)]
    more_there = count > len(sample)
    moved = before is not None and before[1] != count
    if more_there and (moved or (before is None and changed >= state["since"])):
        floor = (before[2] if before else state["since"]) - OVERLAP_SECONDS
        _queue(state, thread["id"], floor)


def _queue(state: Json, thread: str, floor: int) -> None:
    if all(waiting[0] != thread for waiting in state["replies"]):
        state["replies"].append([thread, "", floor, 0])


def forget_oldest(state: Json) -> None:
    """Keep the newest threads, and those whose replies are still to be read."""
    newest = sorted(state["threads"].items(), key=lambda one: one[1][0], reverse=True)
    waiting = {one[0] for one in state["replies"]}
    kept = newest[:KEPT_THREADS] + [one for one in newest[KEPT_THREADS:] if one[0] in waiting]
    state["threads"] = dict(kept)


def recent(replies: list[Json], floor: int, video: str) -> Iterator[Json]:
    """Give the replies since `floor`, each with its video, which YouTube may leave out."""
    for reply in replies:
        if changed_at(reply) >= floor:
            snippet = _snippet(reply)
            named = {"videoId": video, **snippet} if video else snippet
            yield {**reply, "kind": REPLY, "snippet": named}


def _snippet(thing: Mapping[str, Any]) -> Json:
    found = thing.get("snippet")
    return found if isinstance(found, dict) else {}


def top_comment(thread: Json) -> Json:
    """Return a thread's first comment; {} where it has none."""
    found = _snippet(thread).get("topLevelComment")
    return found if isinstance(found, dict) else {}


def _sample(thread: Json) -> list[Json]:
    replies = thread.get("replies")
    found = replies.get("comments") if isinstance(replies, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _video(snippet: Json) -> str:
    return text_in(snippet.get("videoId")) or text_in(snippet.get("postId"))


def changed_at(comment: Json) -> int:
    """Return when a comment was last changed, in seconds of Unix; 0 when it does not say."""
    snippet = _snippet(comment)
    try:
        return int(moment(snippet.get("updatedAt") or snippet["publishedAt"]).timestamp())
    except (TypeError, ValueError, KeyError, OverflowError):
        return 0


def _count(value: object) -> int:
    return value if type(value) is int else 0


def text_in(value: object) -> str:
    """Return a text; "" for what is none."""
    return value if isinstance(value, str) else ""
