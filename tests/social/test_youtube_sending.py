"""Answers under comments: what is written where, and finding one again (youtube.md 3)."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from social.contracts import Found, OutboundMessage, Sought
from social.errors import ProviderError
from social.providers.youtube.sending import look_up, send
from tests.social.youtube import CREDENTIALS, sample
from tests.standin import StandIn, stand_in

TOP = "UgxInvente0001AaABAg"
TEXT = "Bonjour Zoé, un micro cravate. Bonne journée !"
WRITTEN = datetime(2026, 11, 16, 9, 15, tzinfo=UTC)
ANSWER = OutboundMessage(
    contact_external_id="UCinventeZoe0000000000001",
    text=TEXT,
    reference="r1",
    kind="comment",
    comment_external_id=TOP,
    post_external_id="vidInvente1",
    contact_handle="zoe-martin",
)


@pytest.fixture
def api(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as service:
        settings.YOUTUBE_API_URL = f"{service.url}/youtube/v3"
        yield service


def test_an_answer_is_the_sheets_request_and_its_response_is_understood(api: StandIn) -> None:
    api.answer(200, sample("3-writing", 2))

    result = send(CREDENTIALS, ANSWER)

    assert result.external_id == f"{TOP}.9zInv04"
    (asked,) = api.asked
    assert (asked.method, asked.path) == ("POST", "/youtube/v3/comments?part=snippet")
    assert asked.body == sample("3-writing", 1)
    assert asked.headers["Authorization"] == "Bearer ya29.invente"


@pytest.mark.parametrize(
    ("changes", "parent", "text"),
    [
        ({}, TOP, TEXT),
        (
            {"comment_external_id": f"{TOP}.9z", "parent_external_id": TOP},
            TOP,
            f"@zoe-martin {TEXT}",
        ),
        ({"comment_external_id": f"{TOP}.9z"}, TOP, f"@zoe-martin {TEXT}"),
        ({"comment_external_id": f"{TOP}.9z", "contact_handle": "@zoe"}, TOP, f"@zoe {TEXT}"),
        ({"comment_external_id": f"{TOP}.9z", "contact_handle": ""}, TOP, TEXT),
    ],
)
def test_an_answer_stands_under_the_first_comment_of_its_thread(
    api: StandIn, changes: dict[str, str], parent: str, text: str
) -> None:
    api.answer(200, sample("3-writing", 2))

    send(CREDENTIALS, replace(ANSWER, **changes))  # type: ignore[arg-type] # texts alone

    assert api.asked[0].body == {"snippet": {"parentId": parent, "textOriginal": text}}


@pytest.mark.parametrize("changes", [{"private": True}, {"comment_external_id": ""}])
def test_there_is_no_direct_message_to_send(api: StandIn, changes: dict[str, Any]) -> None:
    with pytest.raises(ProviderError) as caught:
        send(CREDENTIALS, replace(ANSWER, **changes))

    assert caught.value.code == "no_direct_messages"
    assert api.asked == []


@pytest.mark.parametrize("body", [None, {}, [], {"id": ""}, {"id": 7}])
def test_a_receipt_that_names_nothing_leaves_the_outcome_unknown(api: StandIn, body: Any) -> None:
    api.answer(200, body)

    with pytest.raises(ProviderError) as caught:
        send(CREDENTIALS, ANSWER)

    assert caught.value.outcome_unknown


def replies(**changes: Any) -> dict[str, Any]:
    written = sample("3-writing", 2)
    written["snippet"].update(changes)
    return {"items": [*sample("2.2-replies", 1)["items"], written]}


def sought(**changes: Any) -> Sought:
    return Sought(replace(ANSWER, **changes), sent_after=WRITTEN - timedelta(seconds=5))


def test_an_answer_that_stands_there_is_found(api: StandIn) -> None:
    api.answer(200, replies())

    assert look_up(CREDENTIALS, sought()) == Found(f"{TOP}.9zInv04", complete=True)
    asked = parse_qs(urlsplit(api.asked[0].path).query)
    assert (asked["parentId"], asked["maxResults"]) == ([TOP], ["100"])
    assert asked["textFormat"] == ["plainText"]


@pytest.mark.parametrize("seconds", [-60, 60])
def test_of_several_that_say_the_same_ours_is_the_one_nearest_to_our_call(
    api: StandIn, seconds: int
) -> None:
    shown = replies()
    other = deepcopy(shown["items"][-1])
    other["id"] = f"{TOP}.other"
    other["snippet"]["publishedAt"] = (WRITTEN + timedelta(seconds=seconds)).isoformat()
    shown["items"].insert(0, other)
    api.answer(200, shown)
    lately = replace(sought(), sent_after=WRITTEN - timedelta(minutes=2), called_at=WRITTEN)

    assert look_up(CREDENTIALS, lately).external_id == f"{TOP}.9zInv04"


@pytest.mark.parametrize(
    "changes",
    [
        {"authorChannelId": {"value": "UCautre"}},
        {"textOriginal": "Autre chose", "textDisplay": "Autre chose"},
        {"publishedAt": "2026-11-16T09:10:00Z"},
        {"publishedAt": "hier"},
        {"authorChannelId": None},
    ],
)
def test_what_is_not_ours_not_those_words_or_older_is_not_it(
    api: StandIn, changes: dict[str, Any]
) -> None:
    api.answer(200, replies(**changes))

    assert look_up(CREDENTIALS, sought()) == Found("", complete=True)


def test_a_text_is_recognised_with_other_spaces(api: StandIn) -> None:
    api.answer(200, replies(textOriginal=f" {TEXT} ".replace(" ", "\n ")))

    assert look_up(CREDENTIALS, sought()).external_id == f"{TOP}.9zInv04"


def test_an_answer_to_a_reply_is_looked_for_with_its_handle(api: StandIn) -> None:
    api.answer(200, replies(textOriginal=f"@zoe-martin {TEXT}"))

    found = look_up(CREDENTIALS, sought(comment_external_id=f"{TOP}.9z"))

    assert found.external_id == f"{TOP}.9zInv04"


@pytest.mark.parametrize(
    "body", [{"items": [], "nextPageToken": "QURT"}, {"items": [None]}, {"items": [{"id": "a"}]}]
)
def test_more_than_a_page_or_what_cannot_be_read_proves_nothing(
    api: StandIn, body: dict[str, Any]
) -> None:
    api.answer(200, body)

    assert look_up(CREDENTIALS, sought()) == Found("", complete=False)
