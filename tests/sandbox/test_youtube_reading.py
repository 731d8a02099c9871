"""YouTube's stand-in, read: channels, activities, threads, replies, pages, marks."""

from typing import Any

import pytest

from tests.sandbox import youtube as shared
from tests.sandbox.conftest import Sandbox
from tests.sandbox.youtube import CHANNEL, OTHER_CHANNEL, SECOND_VIDEO, VIDEO, YouTube, reason

ALL = "allThreadsRelatedToChannelId"


@pytest.fixture
def youtube(sandbox: Sandbox) -> YouTube:
    sandbox.post("/youtube/reset")
    return YouTube(sandbox, shared.grant(sandbox)["access_token"])


def at(minute: int) -> str:
    return f"2026-11-16T09:{minute:02}:00Z"


def texts(page: Any) -> list[str]:
    return [item["snippet"]["topLevelComment"]["snippet"]["textDisplay"] for item in page["items"]]


def test_a_channel_tells_its_name_and_figures(youtube: YouTube) -> None:
    [item] = youtube.list("channels", part="snippet,statistics", mine="true")["items"]
    assert item["id"] == CHANNEL
    assert item["snippet"]["title"] == "Atelier Lumière"
    assert item["snippet"]["customUrl"] == "@atelier-lumiere"
    assert item["statistics"]["videoCount"] == "2"
    assert "contentDetails" not in item


def test_activities_are_the_uploads_newest_first(youtube: YouTube) -> None:
    page = youtube.list("activities", part="snippet,contentDetails", mine="true")
    found = [item["contentDetails"]["upload"]["videoId"] for item in page["items"]]
    assert found == [SECOND_VIDEO, VIDEO]
    assert {item["snippet"]["type"] for item in page["items"]} == {"upload"}
    later = youtube.list("activities", mine="true", publishedAfter="2026-10-01T00:00:00Z")
    assert len(later["items"]) == 1


def test_videos_are_found_by_id(youtube: YouTube) -> None:
    youtube.say()
    page = youtube.list("videos", part="snippet,statistics", id=f"{VIDEO},unknown")
    [item] = page["items"]
    assert (item["id"], item["statistics"]["commentCount"]) == (VIDEO, "1")


def test_a_thread_looks_like_the_documented_one(youtube: YouTube) -> None:
    said = youtube.say(author="Zoé Martin", text="Quel micro ?", published_at=at(0))
    [item] = youtube.list("commentThreads", **{ALL: CHANNEL})["items"]
    top = item["snippet"]["topLevelComment"]
    assert item["id"] == top["id"] == said["id"]
    assert item["id"].startswith("Ugx")
    assert item["id"].endswith("4AaABAg")
    thread = {name: item["snippet"][name] for name in ("canReply", "totalReplyCount", "isPublic")}
    assert thread == {"canReply": True, "totalReplyCount": 0, "isPublic": True}
    assert "replies" not in item
    assert top["snippet"]["authorDisplayName"] == "@zoe-martin"
    assert top["snippet"]["authorChannelId"]["value"] == said["author_channel_id"]
    assert top["snippet"]["publishedAt"] == top["snippet"]["updatedAt"] == at(0)
    assert "textOriginal" not in top["snippet"]


def test_only_the_parts_asked_for_come(youtube: YouTube) -> None:
    said = youtube.say()
    youtube.say(parent=said["id"])
    [item] = youtube.list("commentThreads", part="id", videoId=VIDEO)["items"]
    assert set(item) == {"kind", "etag", "id"}
    [item] = youtube.list("commentThreads", part="replies", videoId=VIDEO)["items"]
    assert set(item) == {"kind", "etag", "id", "replies"}


def test_somebody_whose_account_is_gone_has_no_channel(youtube: YouTube) -> None:
    youtube.say(author="")
    [item] = youtube.list("commentThreads", videoId=VIDEO)["items"]
    snippet = item["snippet"]["topLevelComment"]["snippet"]
    assert snippet["authorDisplayName"] == ""
    assert "authorChannelId" not in snippet


def test_text_is_html_unless_it_is_asked_for_plain(youtube: YouTube) -> None:
    youtube.say(text="L'heure & <le> jour\nsvp")
    html = youtube.list("commentThreads", videoId=VIDEO)
    assert texts(html) == ["L&#x27;heure &amp; &lt;le&gt; jour<br>svp"]
    plain = youtube.list("commentThreads", videoId=VIDEO, textFormat="plainText")
    assert texts(plain) == ["L'heure & <le> jour\nsvp"]


def test_an_edited_comment_has_a_later_update_and_another_mark(youtube: YouTube) -> None:
    said = youtube.say(text="Avant")
    [before] = youtube.list("commentThreads", videoId=VIDEO)["items"]
    youtube.sandbox.post("/youtube/edit", comment=said["id"], text="Après")
    [after] = youtube.list("commentThreads", videoId=VIDEO)["items"]
    snippet = after["snippet"]["topLevelComment"]["snippet"]
    assert snippet["textDisplay"] == "Après"
    assert snippet["updatedAt"] > snippet["publishedAt"]
    assert after["etag"] != before["etag"]


def test_a_new_reply_does_not_lift_an_old_thread(youtube: YouTube) -> None:
    old = youtube.say(text="ancien", published_at=at(0))
    youtube.say(text="récent", published_at=at(1))
    youtube.say(parent=old["id"], text="réponse", published_at=at(2))
    page = youtube.list("commentThreads", **{ALL: CHANNEL, "order": "time"})
    assert texts(page) == ["récent", "ancien"]
    assert page["items"][1]["snippet"]["totalReplyCount"] == 1


def test_five_replies_are_shown_and_the_others_are_listed(youtube: YouTube) -> None:
    top = youtube.say(published_at=at(0))["id"]
    replies = [youtube.say(parent=top, published_at=at(n + 1))["id"] for n in range(7)]
    assert all(one.startswith(f"{top}.") for one in replies)
    [item] = youtube.list("commentThreads", videoId=VIDEO)["items"]
    assert item["snippet"]["totalReplyCount"] == 7
    assert [one["id"] for one in item["replies"]["comments"]] == replies[:5]
    page = youtube.list("comments", parentId=top, maxResults=100)
    assert [one["id"] for one in page["items"]] == replies[::-1]
    assert {one["snippet"]["parentId"] for one in page["items"]} == {top}


def test_a_reply_to_a_reply_belongs_to_the_thread(youtube: YouTube) -> None:
    top = youtube.say()["id"]
    reply = youtube.say(parent=top)["id"]
    assert youtube.say(parent=reply)["parent_id"] == top


def test_pages_follow_each_other_while_people_write(youtube: YouTube) -> None:
    for minute in range(5):
        youtube.say(text=str(minute), published_at=at(minute))
    asked = {ALL: CHANNEL, "maxResults": 2}
    first = youtube.list("commentThreads", **asked)
    youtube.say(text="entre-temps", published_at=at(30))
    second = youtube.list("commentThreads", **asked, pageToken=first["nextPageToken"])
    third = youtube.list("commentThreads", **asked, pageToken=second["nextPageToken"])
    assert [*texts(first), *texts(second), *texts(third)] == ["4", "3", "2", "1", "0"]
    assert "nextPageToken" not in third
    assert first["pageInfo"]["resultsPerPage"] == 2


def test_page_tokens_end_and_belong_to_their_question(youtube: YouTube) -> None:
    for minute in range(2):
        youtube.say(published_at=at(minute))
    asked = {"part": "id", "videoId": VIDEO, "maxResults": 1}
    following = youtube.list("commentThreads", **asked)["nextPageToken"]
    for changes in ({"pageToken": "rubbish"}, {"textFormat": "plainText"}):
        query = {**asked, "pageToken": following, **changes}
        answer = youtube.call("GET", "commentThreads", params=query)
        assert reason(answer) == (400, "invalidPageToken")
    youtube.sandbox.post("/youtube/options", page_token_seconds=0)
    answer = youtube.call("GET", "commentThreads", params={**asked, "pageToken": following})
    assert reason(answer) == (400, "invalidPageToken")


def test_what_waits_for_review_is_for_the_owner_alone(youtube: YouTube) -> None:
    youtube.say(text="visible")
    youtube.say(text="retenu", status="heldForReview")
    assert texts(youtube.list("commentThreads", **{ALL: CHANNEL})) == ["visible"]
    held = youtube.list("commentThreads", **{ALL: CHANNEL, "moderationStatus": "heldForReview"})
    assert texts(held) == ["retenu"]
    [item] = held["items"]
    assert item["snippet"]["isPublic"] is False
    snippet = item["snippet"]["topLevelComment"]["snippet"]
    assert snippet["moderationStatus"] == "heldForReview"
    query = {"part": "id", ALL: OTHER_CHANNEL, "moderationStatus": "heldForReview"}
    assert reason(youtube.call("GET", "commentThreads", params=query)) == (403, "forbidden")


def test_ids_that_are_gone_are_left_out(youtube: YouTube) -> None:
    kept, gone = youtube.say()["id"], youtube.say()["id"]
    youtube.sandbox.post("/youtube/delete", comment=gone)
    for path in ("comments", "commentThreads"):
        page = youtube.list(path, id=f"{kept},{gone}")
        assert [item["id"] for item in page["items"]] == [kept]


def test_a_known_mark_saves_the_body_and_costs_the_same(youtube: YouTube) -> None:
    youtube.say()
    asked = {"part": "snippet", "videoId": VIDEO}
    mark = youtube.list("commentThreads", **asked)["etag"]
    before = youtube.units()
    headers = {"If-None-Match": f'"{mark}"'}
    answer = youtube.call("GET", "commentThreads", params=asked, headers=headers)
    assert (answer.status_code, answer.content) == (304, b"")
    assert youtube.units() == before + 1
    youtube.say(text="autre chose")
    again = youtube.call("GET", "commentThreads", params=asked, headers=headers)
    assert again.status_code == 200


def test_marks_change_without_reason_on_request(youtube: YouTube) -> None:
    youtube.sandbox.post("/youtube/options", unstable_etags=True)
    first, second = (youtube.list("commentThreads", videoId=VIDEO)["etag"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("channels", {"mine": "true", "part": ""}, (400, "missingRequiredParameter")),
        ("channels", {}, (400, "missingRequiredParameter")),
        ("commentThreads", {}, (400, "missingRequiredParameter")),
        ("commentThreads", {"channelId": CHANNEL}, (400, "missingRequiredParameter")),
        ("commentThreads", {ALL: CHANNEL, "videoId": VIDEO}, (400, "incompatibleParameters")),
        ("commentThreads", {ALL: CHANNEL, "maxResults": "101"}, (400, "invalidParameter")),
        ("commentThreads", {ALL: CHANNEL, "maxResults": "0"}, (400, "invalidParameter")),
        ("commentThreads", {ALL: CHANNEL, "order": "likes"}, (400, "invalidParameter")),
        ("commentThreads", {ALL: CHANNEL, "textFormat": "md"}, (400, "invalidParameter")),
        ("commentThreads", {ALL: CHANNEL, "moderationStatus": "x"}, (400, "invalidParameter")),
        ("commentThreads", {"id": "a", "moderationStatus": "rejected"}, (400, None)),
        ("commentThreads", {ALL: "UCunknown"}, (404, "channelNotFound")),
        ("commentThreads", {"videoId": "unknown"}, (404, "videoNotFound")),
        ("comments", {"parentId": "unknown"}, (404, "commentNotFound")),
        ("comments", {"id": ",".join("abcdefghij" * 6)}, (400, "invalidParameter")),
        ("activities", {"mine": "true", "maxResults": "51"}, (400, "invalidParameter")),
        ("activities", {"mine": "true", "publishedAfter": "hier"}, (400, "invalidParameter")),
        ("playlists", {"mine": "true"}, (404, "notFound")),
    ],
)
def test_wrong_questions_are_refused(
    youtube: YouTube, path: str, query: dict[str, str], expected: tuple[int, str | None]
) -> None:
    answer = youtube.call("GET", path, params={"part": "snippet", **query})
    status, why = expected
    assert reason(answer) == (status, why or "operationNotSupported")


def test_closed_comments_are_not_read_either(youtube: YouTube) -> None:
    youtube.say()
    youtube.sandbox.post("/youtube/video", video=VIDEO, comments_disabled=True)
    answer = youtube.call("GET", f"commentThreads?part=id&videoId={VIDEO}")
    assert reason(answer) == (403, "commentsDisabled")
    assert youtube.list("commentThreads", **{ALL: CHANNEL})["items"] == []


def test_without_a_token_nothing_opens_and_nothing_is_paid(youtube: YouTube) -> None:
    youtube.token = "ya29.unknown"
    assert reason(youtube.call("GET", "channels?part=id&mine=true")) == (401, "authError")
    assert youtube.units() == 0
