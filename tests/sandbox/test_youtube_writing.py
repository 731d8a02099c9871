"""YouTube's stand-in, written to: replies, edits, moderation, faults; and what it all costs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox import youtube as shared
from tests.sandbox.conftest import Sandbox
from tests.sandbox.youtube import CHANNEL, OTHER_CHANNEL, SECOND_VIDEO, VIDEO, YouTube, reason

EVERY_REASON = (
    (400, "commentTextRequired"),
    (400, "commentTextTooLong"),
    (400, "invalidCommentMetadata"),
    (400, "invalidCustomEmoji"),
    (400, "parentIdMissing"),
    (400, "operationNotSupported"),
    (400, "parentCommentIsPrivate"),
    (400, "processingFailure"),
    (400, "invalidPageToken"),
    (401, "authError"),
    (403, "quotaExceeded"),
    (403, "dailyLimitExceeded"),
    (403, "rateLimitExceeded"),
    (403, "userRateLimitExceeded"),
    (403, "commentsDisabled"),
    (403, "forbidden"),
    (403, "ineligibleAccount"),
    (403, "insufficientPermissions"),
    (403, "authenticatedUserNotChannel"),
    (403, "authenticatedUserAccountClosed"),
    (403, "authenticatedUserAccountSuspended"),
    (403, "accountClosed"),
    (403, "accessNotConfigured"),
    (404, "parentCommentNotFound"),
    (404, "commentNotFound"),
    (404, "commentThreadNotFound"),
    (404, "videoNotFound"),
    (404, "channelNotFound"),
    (409, "conflict"),
    (500, "backendError"),
)
"""Section 5 of the fact sheet, line by line."""


@pytest.fixture
def youtube(sandbox: Sandbox) -> YouTube:
    sandbox.post("/youtube/reset")
    return YouTube(sandbox, shared.grant(sandbox)["access_token"])


def stored(youtube: YouTube) -> list[Any]:
    found: list[Any] = youtube.sandbox.get("/youtube/comments")["comments"]
    return found


def test_a_reply_appears_in_its_thread_as_ours(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    answer = youtube.reply(top, "Bonjour, c'est 89 € !")
    assert answer.status_code == 200
    snippet = answer.json()["snippet"]
    assert answer.json()["id"].startswith(f"{top}.")
    assert (snippet["parentId"], snippet["textOriginal"]) == (top, "Bonjour, c'est 89 € !")
    assert snippet["authorChannelId"] == {"value": CHANNEL}
    assert snippet["authorDisplayName"] == "@atelier-lumiere"
    [listed] = youtube.list("comments", parentId=top)["items"]
    assert listed == answer.json()
    [call] = youtube.sandbox.get("/calls", operation="comments.insert")["calls"]
    assert (call["recipient"], call["external_id"]) == (top, answer.json()["id"])


@pytest.mark.parametrize(
    ("snippet", "expected"),
    [
        (None, (400, "invalidCommentMetadata")),
        ({"textOriginal": "Merci"}, (400, "parentIdMissing")),
        ({"parentId": "top"}, (400, "commentTextRequired")),
        ({"parentId": "top", "textOriginal": "  "}, (400, "commentTextRequired")),
        ({"parentId": "top", "textOriginal": "é" * 10_001}, (400, "commentTextTooLong")),
        ({"parentId": "gone", "textOriginal": "Merci"}, (404, "parentCommentNotFound")),
        ({"parentId": "reply", "textOriginal": "Merci"}, (400, "processingFailure")),
        ({"parentId": "closed", "textOriginal": "Merci"}, (400, "processingFailure")),
        ({"parentId": "held", "textOriginal": "Merci"}, (400, "parentCommentIsPrivate")),
        ({"parentId": "disabled", "textOriginal": "Merci"}, (403, "commentsDisabled")),
    ],
)
def test_a_wrong_reply_is_refused_leaves_nothing_and_is_paid(
    youtube: YouTube, snippet: dict[str, str] | None, expected: tuple[int, str]
) -> None:
    top = youtube.say()["id"]
    known = {
        "top": top,
        "reply": youtube.say(parent=top)["id"],
        "closed": youtube.say(can_reply=False)["id"],
        "held": youtube.say(status="heldForReview")["id"],
        "disabled": youtube.say(video=SECOND_VIDEO)["id"],
    }
    youtube.sandbox.post("/youtube/video", video=SECOND_VIDEO, comments_disabled=True)
    before = len(stored(youtube))
    told = dict(snippet or {})
    told |= {"parentId": known.get(told["parentId"], "gone")} if "parentId" in told else {}
    body = {"snippet": told} if snippet is not None else {"text": "Merci"}
    assert reason(youtube.call("POST", "comments?part=snippet", json=body)) == expected
    assert len(stored(youtube)) == before
    assert youtube.units() == 50


def test_whoever_has_no_channel_cannot_comment(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    youtube.token = shared.grant(youtube.sandbox, channel="")["access_token"]
    assert reason(youtube.reply(top)) == (403, "ineligibleAccount")


def test_a_body_that_is_no_json_is_refused(youtube: YouTube) -> None:
    headers = {"Content-Type": "application/json"}
    answer = youtube.call("POST", "comments?part=snippet", data="{", headers=headers)
    assert reason(answer) == (400, "parseError")


def test_a_new_comment_opens_a_thread(youtube: YouTube) -> None:
    top = {"snippet": {"textOriginal": "Lien dans la description !"}}
    body = {"snippet": {"channelId": CHANNEL, "videoId": VIDEO, "topLevelComment": top}}
    answer = youtube.call("POST", "commentThreads?part=snippet", json=body)
    assert answer.json()["snippet"]["topLevelComment"]["snippet"]["authorChannelId"]["value"]
    [item] = youtube.list("commentThreads", videoId=VIDEO)["items"]
    assert item["id"] == answer.json()["id"]


def test_one_edits_and_deletes_ones_own_comments_only(youtube: YouTube) -> None:
    theirs = youtube.say()["id"]
    mine = youtube.reply(theirs).json()["id"]
    for comment, status in ((mine, 200), (theirs, 403), ("gone", 404)):
        body = {"id": comment, "snippet": {"textOriginal": "Corrigé"}}
        assert youtube.call("PUT", "comments?part=snippet", json=body).status_code == status
    [listed] = youtube.list("comments", parentId=theirs)["items"]
    assert listed["snippet"]["textDisplay"] == "Corrigé"
    for comment, status in ((theirs, 403), (mine, 204), (mine, 404)):
        assert youtube.call("DELETE", f"comments?id={comment}").status_code == status
    assert [one["id"] for one in stored(youtube)] == [theirs]


def test_the_owner_moderates_below_its_own_videos(youtube: YouTube) -> None:
    held = youtube.say(status="heldForReview")["id"]
    path = f"comments/setModerationStatus?id={held}&moderationStatus="
    assert youtube.call("POST", f"{path}published").status_code == 204
    assert len(youtube.list("commentThreads", videoId=VIDEO)["items"]) == 1
    assert reason(youtube.call("POST", f"{path}likelySpam")) == (400, "invalidParameter")
    youtube.token = shared.grant(youtube.sandbox, channel=OTHER_CHANNEL)["access_token"]
    assert reason(youtube.call("POST", f"{path}rejected")) == (403, "forbidden")


def test_a_reply_can_be_held_without_a_word(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    youtube.sandbox.post("/youtube/options", hold_replies=True)
    answer = youtube.reply(top)
    assert answer.status_code == 200
    assert youtube.list("comments", parentId=top)["items"] == []
    assert youtube.list("comments", id=answer.json()["id"])["items"] == []
    [item] = youtube.list("commentThreads", videoId=VIDEO)["items"]
    assert item["snippet"]["totalReplyCount"] == 0
    youtube.sandbox.post("/youtube/edit", comment=answer.json()["id"], status="published")
    assert len(youtube.list("comments", parentId=top)["items"]) == 1


def test_an_answer_that_stalls_belongs_to_a_reply_that_was_written(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    fault = {"service": "youtube", "kind": "timeout_after_acceptance", "seconds": 0.1}
    youtube.sandbox.post("/faults", **fault)
    youtube.list("comments", parentId=top)
    assert youtube.reply(top).elapsed.total_seconds() > 0.1
    assert len(youtube.list("comments", parentId=top)["items"]) == 1


@pytest.mark.parametrize(("status", "why"), EVERY_REASON)
def test_every_documented_reason_comes_on_request(youtube: YouTube, status: int, why: str) -> None:
    youtube.sandbox.post("/faults", service="youtube", kind="error", reason=why)
    assert reason(youtube.call("GET", "channels?part=id&mine=true")) == (status, why)
    assert youtube.call("GET", "channels?part=id&mine=true").status_code == 200


def test_a_reason_comes_with_another_status_or_for_one_operation(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    fault = {"kind": "error", "reason": "rateLimitExceeded", "status": 429}
    youtube.sandbox.post("/faults", service="youtube", operation="comments.insert", **fault)
    assert youtube.list("comments", parentId=top)["items"] == []
    assert reason(youtube.reply(top)) == (429, "rateLimitExceeded")
    assert youtube.list("comments", parentId=top)["items"] == []


def test_an_error_can_follow_a_reply_that_was_written(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    fault = {"kind": "error", "reason": "backendError", "status": 503, "accepted": True}
    youtube.sandbox.post("/faults", service="youtube", operation="comments.insert", **fault)
    assert reason(youtube.reply(top)) == (503, "backendError")
    assert len(youtube.list("comments", parentId=top)["items"]) == 1


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limited", 403), ("server_error", 500), ("bad_gateway", 502), ("revoked_token", 401)],
)
def test_youtube_fails_on_request_and_that_is_paid(
    youtube: YouTube, kind: str, status: int
) -> None:
    youtube.sandbox.post("/faults", service="youtube", kind=kind)
    assert youtube.call("GET", "channels?part=id&mine=true").status_code == status
    assert youtube.units() == 1


def test_the_meter_tells_units_by_day_channel_and_operation(youtube: YouTube) -> None:
    youtube.sandbox.post("/youtube/options", now="2026-11-16T09:00:00Z")
    youtube.token = shared.grant(youtube.sandbox)["access_token"]
    top = youtube.say()["id"]
    youtube.reply(top)
    youtube.list("comments", parentId=top)
    youtube.token = shared.grant(youtube.sandbox, channel=OTHER_CHANNEL)["access_token"]
    youtube.list("channels", mine="true")
    report = youtube.sandbox.get("/youtube/meter")
    assert (report["day"], report["limit"], report["used"]) == ("2026-11-16", 10_000, 52)
    assert report["days"]["2026-11-16"] == {
        "units": 52,
        "calls": 3,
        "refused": 0,
        "channels": {CHANNEL: 51, OTHER_CHANNEL: 1},
        "operations": {"channels.list": 1, "comments.insert": 50, "comments.list": 1},
    }


def test_the_quota_ends_for_everybody_and_comes_back_at_midnight_in_california(
    youtube: YouTube,
) -> None:
    top = youtube.say()["id"]
    youtube.sandbox.post("/youtube/options", now="2026-11-17T07:59:00Z")
    other = YouTube(
        youtube.sandbox, shared.grant(youtube.sandbox, channel=OTHER_CHANNEL)["access_token"]
    )
    youtube.token = shared.grant(youtube.sandbox)["access_token"]
    youtube.sandbox.post("/youtube/meter", units=9_951)
    assert reason(youtube.reply(top)) == (403, "quotaExceeded")
    for _ in range(49):
        youtube.list("channels", mine="true")
    assert reason(other.call("GET", "channels?part=id&mine=true")) == (403, "quotaExceeded")
    assert [one["id"] for one in stored(youtube)] == [top]
    report = youtube.sandbox.get("/youtube/meter")
    assert (report["used"], report["days"]["2026-11-16"]["refused"]) == (10_000, 2)
    youtube.sandbox.post("/youtube/options", now="2026-11-17T08:00:00Z")
    assert youtube.reply(top).status_code == 200
    assert youtube.units() == 50


def test_many_callers_at_once_never_get_more_than_the_quota(youtube: YouTube) -> None:
    youtube.sandbox.post("/youtube/options", daily_units=10)

    def ask(_number: int) -> int:
        return youtube.call("GET", "channels?part=id&mine=true").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    assert answers.count(200) == 10
    assert youtube.units() == 10
