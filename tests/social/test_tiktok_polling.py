"""Reading TikTok: what is new under videos and in threads, call by call, and after crashes."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from social.errors import ProviderError
from social.providers.tiktok import calling, poll_comments, poll_messages
from social.streams import Page
from tests.social import tiktok as samples
from tests.social.tiktok import (
    OURS,
    QUESTION,
    REPLY,
    SECOND,
    THREAD,
    VIDEO,
    WE,
    ZOE,
    answering,
    ok,
    path_of,
    query_of,
    refused,
)
from tests.standin import StandIn

Read = Callable[..., Page]
BEGUN = {"since": SECOND - 3600, "newest": SECOND - 3600}


def turn(read: Read, cursor: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Read until the stream rests; each cursor goes through JSON, as in its row."""
    items: list[dict[str, Any]] = []
    for _ in range(50):
        page = read(WE, cursor)
        items, cursor = [*items, *page.items], json.loads(json.dumps(page.cursor))
        if not page.more:
            return items, cursor
    raise AssertionError("the stream never rests")


def video(name: str = VIDEO, comments: int | None = 1) -> dict[str, Any]:
    return {"item_id": name, "create_time": str(SECOND), "comments": comments}


def comment(name: str, *, seconds: int = 0, replies: int = 0, **other: Any) -> dict[str, Any]:
    usual = {"comment_id": name, "create_time": str(SECOND + seconds), "text": "Dispo ?"}
    return {**usual, "unique_identifier": ZOE, "replies": replies, **other}


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["comment_id"] for item in items]


def minutes_ago(minutes: int) -> int:
    return int(time.time()) - 60 * minutes


def test_the_first_turn_brings_two_days_and_notes_the_rest(tiktok: StandIn) -> None:
    young, old = minutes_ago(60), minutes_ago(60 * 49)
    comments = [
        comment("young", create_time=str(young)),
        comment("old", create_time=str(old), replies=2),
    ]
    answering(tiktok, ok(videos=[video()]), ok(comments=comments))

    items, cursor = turn(poll_comments.read, {})

    assert names(items) == ["young"]
    assert set(cursor["videos"][VIDEO]["comments"]) == {"young", "old"}


def test_without_tiktoks_clock_the_first_turn_only_takes_note(
    tiktok: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "moment_of", lambda _answer: None)
    answering(tiktok, ok(videos=[video()]), ok(comments=[comment(QUESTION, replies=2)]))

    items, cursor = turn(poll_comments.read, {})

    assert items == []
    assert cursor["since"] == SECOND


def test_the_comments_of_many_old_videos_are_not_read_at_once(tiktok: StandIn) -> None:
    first = ok(videos=[video(str(n)) for n in range(20)], has_more=True, cursor=20)
    second = ok(videos=[video(str(n)) for n in range(20, 40)], has_more=True, cursor=40)
    moved = ok(videos=[video(str(n), 2 if n == 31 else 1) for n in range(20, 40)])
    nothing = ok(comments=[])
    answering(tiktok, first, *[nothing] * 20, second, first, *[nothing] * 3, moved, nothing)
    _, cursor = turn(poll_comments.read, BEGUN)
    assert len(tiktok.asked) == 22
    tiktok.asked.clear()

    turn(poll_comments.read, cursor)

    assert [query_of(one).get("video_id") for one in tiktok.asked] == [
        *(None, "0", "1", "2", None, "31")
    ]


def test_a_new_comment_is_found_once(tiktok: StandIn) -> None:
    found = ok(comments=[comment(QUESTION)])
    answering(tiktok, ok(videos=[video()]), found, ok(videos=[video()]), found)

    first, cursor = turn(poll_comments.read, BEGUN)
    second, _ = turn(poll_comments.read, cursor)

    assert (names(first), second) == ([QUESTION], [])
    assert first[0]["video_id"] == VIDEO


def test_each_read_is_one_call_with_everything_tiktok_wants(tiktok: StandIn) -> None:
    answering(tiktok, ok(videos=[video()]), ok(comments=[]))

    page = poll_comments.read(WE, BEGUN)

    assert (page.items, page.more, len(tiktok.asked)) == ((), True, 1)
    poll_comments.read(WE, page.cursor)
    assert [path_of(asked) for asked in tiktok.asked] == [
        "/business/video/list/",
        "/business/comment/list/",
    ]
    assert query_of(tiktok.asked[0])["fields"] == '["item_id","create_time","comments"]'
    assert query_of(tiktok.asked[1]) == {
        "business_id": OURS,
        "video_id": VIDEO,
        "status": "PUBLIC",
        "include_replies": "true",
        "sort_field": "create_time",
        "sort_order": "desc",
        "max_count": "30",
        "cursor": "0",
    }


def test_only_videos_that_moved_are_read_but_for_the_newest(tiktok: StandIn) -> None:
    every = [video(str(n), 1) for n in range(10)]
    moved = [video(str(n), 2 if n == 7 else 1) for n in range(10)]
    nothing = [ok(comments=[])]
    answering(tiktok, ok(videos=every), *nothing * 10, ok(videos=moved), *nothing * 4)
    _, cursor = turn(poll_comments.read, BEGUN)
    tiktok.asked.clear()

    turn(poll_comments.read, cursor)

    asked = [query_of(one).get("video_id") for one in tiktok.asked]
    assert asked == [None, "0", "1", "2", "7"]


def test_comments_go_on_to_the_next_page_while_they_are_new(tiktok: StandIn) -> None:
    one = ok(comments=[comment("3"), comment("2")], has_more=True, cursor=30)
    two = ok(comments=[comment("1", seconds=-60), comment("0", seconds=-7200)], has_more=False)
    answering(tiktok, ok(videos=[video()]), one, two)

    items, _ = turn(poll_comments.read, BEGUN)

    assert names(items) == ["3", "2", "1"]
    assert query_of(tiktok.asked[2])["cursor"] == "30"


def test_a_page_of_known_comments_ends_the_reading(tiktok: StandIn) -> None:
    known = ok(comments=[comment(QUESTION)], has_more=True, cursor=30)
    last = ok(comments=[])
    answering(tiktok, ok(videos=[video()]), known, last, ok(videos=[video()]), known)
    _, cursor = turn(poll_comments.read, BEGUN)
    tiktok.asked.clear()

    turn(poll_comments.read, cursor)

    assert len(tiktok.asked) == 2


def test_more_comments_than_are_kept_come_once(tiktok: StandIn) -> None:
    pages = [
        ok(
            comments=[comment(f"{n}", seconds=-n) for n in range(first, first + 30)],
            has_more=first < 60,
            cursor=first + 30,
        )
        for first in (0, 30, 60)
    ]
    answering(tiktok, ok(videos=[video()]), *pages, ok(videos=[video()]), *pages)

    first, cursor = turn(poll_comments.read, BEGUN)
    second, _ = turn(poll_comments.read, cursor)

    assert (len(first), second) == (90, [])
    assert len(cursor["videos"][VIDEO]["comments"]) == 30


def test_replies_are_read_where_they_moved(tiktok: StandIn) -> None:
    top, more = comment(QUESTION), comment(QUESTION, replies=1)
    reply = comment(REPLY, seconds=5)
    answering(
        tiktok,
        *(ok(videos=[video()]), ok(comments=[top])),
        *(ok(videos=[video(comments=2)]), ok(comments=[more]), ok(comments=[reply])),
        *(ok(videos=[video(comments=2)]), ok(comments=[more])),
    )

    _, cursor = turn(poll_comments.read, BEGUN)
    second, cursor = turn(poll_comments.read, cursor)
    third, _ = turn(poll_comments.read, cursor)

    assert names(second) == [REPLY]
    assert second[0]["parent_comment_id"] == QUESTION
    assert third == []


def test_a_new_comment_comes_with_what_was_answered_already(tiktok: StandIn) -> None:
    mine = comment(REPLY, seconds=5, owner=True)
    top = comment(QUESTION, replies=1, reply_list=[mine])
    answering(tiktok, ok(videos=[video()]), ok(comments=[top]))

    page = poll_comments.read(WE, poll_comments.read(WE, BEGUN).cursor)

    assert names(list(page.items)) == [QUESTION, REPLY]
    assert page.items[1]["parent_comment_id"] == QUESTION
    assert not page.more


def test_a_crash_reads_the_same_page_again(tiktok: StandIn) -> None:
    answering(tiktok, ok(videos=[video()]), ok(comments=[comment(QUESTION)]))
    cursor = poll_comments.read(WE, BEGUN).cursor

    # The answer of the first is lost before it is stored.
    assert poll_comments.read(WE, cursor) == poll_comments.read(WE, cursor)


def test_a_video_that_is_gone_stops_nothing(tiktok: StandIn) -> None:
    videos = ok(videos=[video("gone"), video()])
    answering(tiktok, videos, refused(40007), ok(comments=[comment(QUESTION)]))

    items, cursor = turn(poll_comments.read, BEGUN)

    assert names(items) == [QUESTION]
    assert cursor["todo"] == []


@pytest.mark.parametrize("code", [40100, 40105, 50000, 40118])
@pytest.mark.parametrize("read", [poll_comments.read, poll_messages.read])
def test_what_may_pass_is_raised_and_read_again_later(
    tiktok: StandIn, read: Read, code: int
) -> None:
    answering(tiktok, refused(code))

    with pytest.raises(ProviderError):
        read(WE, BEGUN)


def test_the_list_of_videos_takes_no_ability_away(tiktok: StandIn) -> None:
    answering(tiktok, refused(40001))

    with pytest.raises(ProviderError) as caught:
        poll_comments.read(WE, BEGUN)

    assert caught.value.lacks == ""


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"videos": None},
        {"videos": ["x", {}, {"item_id": None}]},
        {"videos": [video()], "has_more": "yes"},
    ],
)
def test_a_strange_answer_breaks_nothing(tiktok: StandIn, data: dict[str, Any]) -> None:
    answering(tiktok, ok(**data), ok(comments=["x", {}, comment(QUESTION, create_time="x")]))

    assert turn(poll_comments.read, BEGUN)[0] == []


def thread(at: int, name: str = THREAD) -> dict[str, Any]:
    return {"conversation_id": name, "update_time": at * 1000, "referral": {}}


MINUTE = {"since": (SECOND - 60) * 1000, "newest": (SECOND - 60) * 1000}
STRANGERS = ok(conversations=[], has_more=False)


def test_a_thread_that_moved_shows_its_new_messages(tiktok: StandIn) -> None:
    answering(tiktok, samples.THREADS, samples.CONTENTS, STRANGERS, samples.THREADS, STRANGERS)

    first, cursor = turn(poll_messages.read, MINUTE)
    second, _ = turn(poll_messages.read, cursor)

    assert [item["message_id"] for item in first] == ["Msg+fr/0001=="]
    assert second == []


def test_both_types_of_thread_are_asked_for(tiktok: StandIn) -> None:
    answering(tiktok, STRANGERS)

    turn(poll_messages.read, MINUTE)

    asked = [query_of(one)["conversation_type"] for one in tiktok.asked]
    assert asked == ["SINGLE", "STRANGER"]


def test_threads_from_before_are_noted_and_not_read(tiktok: StandIn) -> None:
    answering(tiktok, samples.THREADS, STRANGERS)

    items, cursor = turn(poll_messages.read, {})

    assert (items, len(tiktok.asked)) == ([], 2)
    assert cursor["seen"] == {THREAD: SECOND * 1000}


def test_who_wrote_while_the_account_was_connected_is_heard(tiktok: StandIn) -> None:
    (sample,) = samples.CONTENTS["data"]["messages"]
    said = [{**sample, "message_id": f"m{n}", "timestamp": minutes_ago(n) * 1000} for n in (2, 30)]
    threads = ok(conversations=[thread(minutes_ago(2))])
    answering(tiktok, threads, ok(messages=said), STRANGERS)

    items, _ = turn(poll_messages.read, {})

    assert [item["message_id"] for item in items] == ["m2"]


def test_only_what_came_since_is_taken_oldest_first(tiktok: StandIn) -> None:
    (sample,) = samples.CONTENTS["data"]["messages"]
    said = [
        {**sample, "message_id": f"m{n}", "timestamp": (SECOND + n) * 1000} for n in (2, 1, 0, -90)
    ]
    answering(tiktok, ok(conversations=[thread(SECOND + 2)]), ok(messages=said), STRANGERS)

    items, cursor = turn(poll_messages.read, MINUTE)

    assert [item["message_id"] for item in items] == ["m0", "m1", "m2"]
    assert cursor["seen"] == {THREAD: (SECOND + 2) * 1000}


def test_a_thread_that_is_gone_stops_nothing(tiktok: StandIn) -> None:
    threads = ok(conversations=[thread(SECOND, "gone"), thread(SECOND)])
    answering(tiktok, threads, refused(40002), samples.CONTENTS, STRANGERS)

    assert len(turn(poll_messages.read, MINUTE)[0]) == 1
