"""Reading a channel's comments and uploads, page by page (youtube.md, sections 2.1 to 2.5).

One call each, one unit each. Where a channel was read to is kept in its cursor:

- `since`: what was written before is history: remembered, never brought as news.
- `threads`: the newest threads by id, each with when it was last changed, how many replies it had,
  the newest of them, and its video; a thread that stands there unchanged brings nothing.
- `replies`: the threads whose replies are to be read, with the token of their next page.
- `token`, `pages`, `wide`, `deep`, `now`: the page to go on at, how many were read, whether it is a
  turn with a page more, or a scan that looks far back, and when the turn began.
- `held`: the comments that wait for the owner's review and were brought already.
- `round`, `scan_at`, `etag`: how many turns there were, when the next scan is, the tag of page 1.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any

from django.conf import settings

from flowia.lib.http import Answer
from social.contracts import Credentials
from social.errors import ProviderError
from social.providers.youtube.errors import NOT_MODIFIED, ask, moment_of
from social.providers.youtube.reading import KIND
from social.providers.youtube.remembering import (
    changed_at,
    forget_oldest,
    news,
    recent,
    text_in,
    top_comment,
)
from social.streams import Cursor, Page, Stream

PAGE = 100
MARGIN = 50
"""So many threads that were known and unchanged end a turn…"""
WIDE_EVERY = 6
"""…but one turn in so many reads a page more: comments may surface late. (A page more each time
would double what a quiet channel costs.)"""
SCAN_LEAST, SCAN_MOST = 3, 8
"""How many pages a scan reads: on while it finds something. An answer to an old thread does not
bring it up again (youtube.md 2.4)."""
SCAN_SECONDS, SCAN_AGAIN_SECONDS = 86_400, 4 * 3600
"""When the next scan is: a day later, or sooner where one found something."""
MOST_PAGES = 20
KEPT_HELD = 200
MOST_REPLY_PAGES = 5
HELD_EVERY = WIDE_EVERY
"""Every so many turns, what is held for the owner's review is asked for."""
HISTORY_SECONDS = 2 * 86_400
MOST_ACTIVITIES = 50
Json = dict[str, Any]


def read_comments(credentials: Credentials, cursor: Cursor) -> Page:
    """Read one page: of a thread's replies, of what is held, or of the channel's threads.

    Raises ProviderError. A token that got too old begins the list anew at the next turn.
    """
    state = _opened(cursor)
    steps: tuple[tuple[bool, Callable[[Credentials, Json], list[Json]]], ...] = (
        (bool(state["replies"]), _read_replies),
        (bool(state["ask_held"]), _read_held),
        (True, _read_threads),
    )
    step = next(step for due, step in steps if due)
    try:
        items = step(credentials, state)
    except ProviderError as error:
        if error.code != "page_token_too_old":
            raise
        # What stood on the pages that were not reached is looked for by a scan.
        return Page((), {**state, "token": "", "etag": "", "scan_at": 1})
    more = bool(state["replies"] or state["ask_held"] or state["token"])
    return Page(tuple(items), state, more=more)


def read_activities(credentials: Credentials, cursor: Cursor) -> Page:
    """Read what the channel did since the last look; the first look only remembers."""
    params = {"part": "id,snippet,contentDetails", "mine": "true"}
    params["maxResults"] = str(MOST_ACTIVITIES)
    known = cursor.get("known")
    found = _items(_list("activities", credentials, params))
    new = [one for one in found if known is not None and one.get("id") not in known]
    return Page(tuple(new), {"known": [one.get("id") for one in found]})


def _opened(cursor: Cursor) -> Json:
    empty: Json = {"since": 0, "threads": {}, "replies": [], "token": "", "pages": 0, "deep": False}
    rest: Json = {
        "wide": False,
        "held": [],
        "ask_held": False,
        "round": 0,
        "etag": "",
        "scan_at": 0,
        "now": 0,
    }
    state = {**empty, **rest, **cursor}
    return {**state, "threads": dict(state["threads"]), "replies": list(state["replies"])}


# --- the channel's threads -----------------------------------------------------------------------
def _read_threads(credentials: Credentials, state: Json) -> list[Json]:
    first = not state["token"]
    if first:
        state["wide"] = (state["round"] + 1) % WIDE_EVERY == WIDE_EVERY // 2
    params = _of_channel(credentials) | {"order": "time"}
    if not first:
        params["pageToken"] = state["token"]
    narrow = first and state["etag"] and not state["wide"]
    tag = {"If-None-Match": state["etag"]} if narrow else {}
    answer = _list("commentThreads", credentials, params, headers=tag)
    if first:
        _begin(state, answer)
    if answer.status == NOT_MODIFIED:
        if state["deep"]:
            # Without its body there is no way on to the next page: the scan begins next turn.
            state["etag"] = ""
        return []
    threads = [one for one in _items(answer) if _id_of(one)]
    if first:
        state["etag"] = text_in(answer.body.get("etag"))
    brought = [list(news(one, state)) for one in threads]
    forget_oldest(state)
    _go_on(state, answer, known=sum(not one for one in brought))
    return list(chain.from_iterable(brought))


def _begin(state: Json, answer: Answer) -> None:
    """Begin a turn: count it, and tell whether it is one that looks far back."""
    there = moment_of(answer.headers)
    now = int(there.timestamp()) if there else 0
    state["since"] = state["since"] or max(0, now - HISTORY_SECONDS)
    state["scan_at"] = state["scan_at"] or now + SCAN_AGAIN_SECONDS
    state["deep"], state["now"] = now >= state["scan_at"] > 0, now
    state["token"], state["pages"] = "", 0
    state["round"] += 1
    state["ask_held"] = state["round"] % HELD_EVERY == 0


def _go_on(state: Json, answer: Answer, *, known: int) -> None:
    """Note which page is next; none when enough of this one was known."""
    state["pages"] += 1
    all_known = known == PAGE
    enough = known >= MARGIN or state["round"] == 1
    if state["deep"]:
        enough = all_known and state["pages"] >= SCAN_LEAST
        if state["pages"] == 1 or not all_known:
            again = SCAN_SECONDS if state["pages"] == 1 else SCAN_AGAIN_SECONDS
            state["scan_at"] = state["now"] + again
    elif state["wide"]:
        enough = enough and state["pages"] > 1
    over = enough or state["pages"] >= (SCAN_MOST if state["deep"] else MOST_PAGES)
    state["token"] = "" if over else text_in(answer.body.get("nextPageToken"))


# --- the replies of one thread -------------------------------------------------------------------
def _read_replies(credentials: Credentials, state: Json) -> list[Json]:
    thread, token, floor, pages = state["replies"].pop(0)
    params = {"part": "id,snippet", "parentId": thread, "maxResults": str(PAGE)}
    params |= {"textFormat": "plainText"} | ({"pageToken": token} if token else {})
    try:
        answer = _list("comments", credentials, params)
    except ProviderError as error:
        # Gone, or closed since: the others wait.
        if error.retryable or error.needs_login or error.needs_refresh:
            raise
        return []
    following = text_in(answer.body.get("nextPageToken"))
    # Their order is not documented: what is new may stand on any page.
    if following and pages + 1 < MOST_REPLY_PAGES:
        state["replies"].append([thread, following, floor, pages + 1])
    replies = _items(answer)
    entry = state["threads"].get(thread)
    if entry:
        changed, count, newest, video = entry
        newest = max([newest, *map(changed_at, replies)])
        state["threads"][thread] = [changed, count, newest, video]
    return list(recent(replies, max(floor, state["since"]), entry[3] if entry else ""))


# --- what is held for the owner's review ---------------------------------------------------------
def _read_held(credentials: Credentials, state: Json) -> list[Json]:
    state["ask_held"] = False
    params = _of_channel(credentials) | {"moderationStatus": "heldForReview"}
    held = [one for one in _items(_list("commentThreads", credentials, params)) if _id_of(one)]
    new = [one for one in held if one["id"] not in state["held"]]
    state["held"] = [one["id"] for one in held][:KEPT_HELD]
    # One that was known is hidden now, and news again when it is shown.
    for one in held:
        state["threads"].pop(one["id"], None)
    return [one for one in new if changed_at(top_comment(one)) >= state["since"]]


# --- the calls and what they bring ---------------------------------------------------------------
def _of_channel(credentials: Credentials) -> dict[str, str]:
    return {
        "part": "id,snippet,replies",
        "allThreadsRelatedToChannelId": credentials.account_external_id,
        "maxResults": str(PAGE),
        "textFormat": "plainText",
    }


def _list(
    what: str,
    credentials: Credentials,
    params: dict[str, str],
    headers: dict[str, str] | None = None,
) -> Answer:
    url = f"{settings.YOUTUBE_API_URL}/{what}"
    answer = ask("GET", url, token=credentials.token, params=params, headers=headers)
    if answer.status != NOT_MODIFIED and not isinstance(answer.body, dict):
        raise ProviderError("not_a_list", retryable=True)
    return answer


def _items(answer: Answer) -> list[Json]:
    items = answer.body.get("items") if isinstance(answer.body, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _id_of(thread: Json) -> bool:
    return isinstance(thread.get("id"), str) and bool(thread["id"])


COMMENTS = Stream(
    name="comments",
    kinds=(KIND,),
    read=read_comments,
    ability="comments",
    shortest=60,
    longest=900,
)
ACTIVITIES = Stream(
    name="activities",
    kinds=(KIND,),
    read=read_activities,
    ability="comments",
    shortest=4 * 3600,
    longest=12 * 3600,
)
