"""What is stored of a network, at its own addresses."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing.models import Conversation
from social.models import Poll, SocialAccount
from tests.callers import Queries, caller
from tests.factories import (
    NOON,
    make_account,
    make_conversation,
    make_event,
    make_member,
    make_message,
    make_reply,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
MESSAGES = "/social-accounts/meta/messages"
INTERACTIONS = "/social-accounts/tiktok/interactions"
ACTIVITIES = "/social-accounts/youtube/activities"
COMMENTS = ["/social-accounts/tiktok/comments", "/social-accounts/youtube/comments"]
READ = [INTERACTIONS, ACTIVITIES, *COMMENTS]
STREAMS = {INTERACTIONS: "conversations", ACTIVITIES: "activities"}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace, "member"), **{"accept-language": "en"})


def account_of(workspace: Workspace, address: str, **fields: Any) -> SocialAccount:
    provider = address.split("/")[2]
    kind = "messenger" if provider == "meta" else provider
    return make_account(workspace, provider=provider, kind=kind, **fields)


def thread_at(workspace: Workspace, address: str, **fields: Any) -> Conversation:
    return make_conversation(workspace, account=account_of(workspace, address), **fields)


def comments_at(workspace: Workspace, address: str) -> Conversation:
    return thread_at(workspace, address, kind="comment", external_id="video-1")


def rows(client: Client, address: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def poll_of(account: SocialAccount, address: str, **fields: Any) -> Poll:
    stream = STREAMS.get(address, "comments")
    values = {"next_at": timezone.now() + timedelta(hours=1), **fields}
    return Poll.objects.create(
        workspace=account.workspace, social_account=account, stream=stream, **values
    )


# --- messages --------------------------------------------------------------------------------
def test_messages_come_newest_first_with_their_person(workspace: Workspace, client: Client) -> None:
    thread = thread_at(workspace, MESSAGES)
    make_message(thread, "Un", sent_at=NOON)
    make_reply(make_message(thread, "Deux", sent_at=NOON + timedelta(minutes=1)), "Trois")
    found = rows(client, MESSAGES)
    assert {one["text"] for one in found} == {"Un", "Deux", "Trois"}
    assert [one["sent_at"] for one in found] == sorted((o["sent_at"] for o in found), reverse=True)
    assert found[-1]["contact"]["name"] == "Léa Martin"
    assert found[-1]["conversation"] == str(thread.uid)
    assert found[-1]["account"]["kind"] == "messenger"


def test_messages_are_found_by_account_and_thread(workspace: Workspace, client: Client) -> None:
    first, second = (thread_at(workspace, MESSAGES) for _ in range(2))
    make_message(first, "Ici")
    make_message(second, "Ailleurs")
    assert [one["text"] for one in rows(client, MESSAGES, conversation=str(first.uid))] == ["Ici"]
    named = str(second.social_account.uid)
    assert [one["text"] for one in rows(client, MESSAGES, account=named)] == ["Ailleurs"]


def test_of_other_networks_comments_and_workspaces_there_is_nothing(
    workspace: Workspace, client: Client
) -> None:
    make_message(thread_at(workspace, INTERACTIONS))
    make_message(comments_at(workspace, MESSAGES))
    make_message(thread_at(make_workspace("Ailleurs"), MESSAGES))
    assert rows(client, MESSAGES) == []


# --- comments --------------------------------------------------------------------------------
@pytest.mark.parametrize("address", COMMENTS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_comment_tells_its_place_its_state_and_our_answer(
    address: str, slash: str, workspace: Workspace, client: Client
) -> None:
    comment = make_message(
        comments_at(workspace, address),
        "Combien ?",
        post_external_id="video-1",
        parent_external_id="comment-0",
        hidden_at=NOON,
        reactions={"p1": {"emoji": "❤", "at": ""}, "p2": {"emoji": "", "at": ""}},
    )
    answer = make_reply(comment, status="held")
    found = rows(client, address + slash)[0]
    assert (found["post_external_id"], found["parent_external_id"]) == ("video-1", "comment-0")
    assert (found["hidden_at"], found["removed_at"]) == ("2026-11-20T12:00:00Z", None)
    assert found["reactions"] == ["❤"]
    assert found["answer"] == {"id": str(answer.uid), "status": "held", "private": False}


def test_an_answer_written_on_the_network_counts(workspace: Workspace, client: Client) -> None:
    comment = make_message(comments_at(workspace, COMMENTS[1]))
    human = {"author": "human", "direction": "outbound", "status": "sent"}
    theirs = make_message(comment.conversation, parent_external_id=comment.external_id, **human)
    found = rows(client, COMMENTS[1])
    assert [one["answer"]["id"] for one in found] == [str(theirs.uid)]


def test_a_comment_without_an_answer_says_so(workspace: Workspace, client: Client) -> None:
    make_message(comments_at(workspace, COMMENTS[0]))
    assert rows(client, COMMENTS[0])[0]["answer"] is None


def test_comments_cost_the_same_however_many(
    workspace: Workspace, client: Client, django_assert_max_num_queries: Queries
) -> None:
    thread = comments_at(workspace, COMMENTS[0])
    for _ in range(10):
        make_reply(make_message(thread))
    with django_assert_max_num_queries(9):
        assert len(rows(client, COMMENTS[0])) == 10


# --- interactions ----------------------------------------------------------------------------
def test_interactions_tell_messages_and_arrivals_by_a_link(
    workspace: Workspace, client: Client
) -> None:
    thread = thread_at(workspace, INTERACTIONS, origin="ad:42")
    message = make_message(thread, "Bonjour")
    make_event(thread, kind="received", reason="received", message=message)
    make_event(thread, kind="decided", reason="replied", message=message)
    make_event(thread, kind="status", reason="referred")
    found = rows(client, INTERACTIONS)
    assert [one["reason"] for one in found] == ["referred", "received"]
    assert found[0]["origin"] == "ad:42"
    assert "advertisement or a link" in found[0]["sentence"]
    assert (found[0]["message"], found[1]["message"]["text"]) == (None, "Bonjour")


# --- activities ------------------------------------------------------------------------------
def reading(account: SocialAccount, *items: dict[str, Any]) -> None:
    whose = {"kind": account.kind, "external_id": account.external_id}
    body = json.dumps({"account": whose, "stream": "activities", "items": items}).encode()
    make_webhook(provider="youtube", stream="activities", social_account=account, body=body)


def upload(number: int) -> dict[str, Any]:
    return {
        "kind": "youtube#activity",
        "id": f"a{number}",
        "snippet": {
            "type": "upload",
            "title": "Une tasse",
            "publishedAt": "2026-11-20T12:00:00Z",
        },
        "contentDetails": {"upload": {"videoId": f"v{number}"}},
    }


def test_activities_are_read_out_of_the_stored_pages(workspace: Workspace, client: Client) -> None:
    account = account_of(workspace, ACTIVITIES)
    reading(account, upload(1), {"kind": "youtube#activity"}, upload(2))
    reading(account_of(make_workspace("Ailleurs"), ACTIVITIES), upload(3))
    found = rows(client, ACTIVITIES)
    assert [(one["id"], one["post_external_id"]) for one in found] == [("a1", "v1"), ("a2", "v2")]
    assert found[0]["kind"] == "upload"
    assert found[0]["at"] == "2026-11-20T12:00:00Z"
    assert found[0]["account"]["id"] == str(account.uid)


def test_a_broken_page_shows_nothing(workspace: Workspace, client: Client) -> None:
    account = account_of(workspace, ACTIVITIES)
    for body in (b"", b"[]", b'{"account": {"external_id": "x"}, "items": 3}'):
        make_webhook(provider="youtube", stream="activities", social_account=account, body=body)
    assert rows(client, ACTIVITIES) == []


# --- asking for more -------------------------------------------------------------------------
@pytest.mark.parametrize("address", READ)
def test_who_asks_has_the_network_read_now(
    address: str, workspace: Workspace, client: Client
) -> None:
    account = account_of(workspace, address)
    poll = poll_of(account, address, last_at=NOON)
    rows(client, address)
    poll.refresh_from_db()
    assert poll.next_at is not None
    assert poll.next_at > timezone.now()
    answer = client.get(address, {"refresh": "1"}).json()
    poll.refresh_from_db()
    assert poll.next_at <= timezone.now()
    assert answer["readings"][0]["account"] == str(account.uid)
    assert answer["readings"][0]["read_at"].startswith("2026-11-20T12:00:00")


@pytest.mark.parametrize("address", READ)
def test_what_was_read_a_moment_ago_is_not_read_again(
    address: str, workspace: Workspace, client: Client
) -> None:
    poll = poll_of(account_of(workspace, address), address, last_at=timezone.now())
    rows(client, address, refresh="1")
    poll.refresh_from_db()
    assert poll.next_at is not None
    assert poll.next_at > timezone.now()


@pytest.mark.parametrize("address", READ)
def test_only_the_named_account_is_read(address: str, workspace: Workspace, client: Client) -> None:
    named, other = (account_of(workspace, address) for _ in range(2))
    polls = [poll_of(one, address) for one in (named, other)]
    rows(client, address, refresh="1", account=str(named.uid))
    for poll in polls:
        poll.refresh_from_db()
    assert [poll.next_at > timezone.now() for poll in polls if poll.next_at] == [False, True]


@pytest.mark.parametrize("address", READ)
@pytest.mark.parametrize("whose", ["workspace", "network"])
def test_an_account_of_others_is_not_found(
    address: str, whose: str, workspace: Workspace, client: Client
) -> None:
    elsewhere = make_workspace("Ailleurs") if whose == "workspace" else workspace
    other = account_of(elsewhere, address if whose == "workspace" else MESSAGES)
    poll = poll_of(other, address)
    answer = client.get(address, {"account": str(other.uid), "refresh": "1"})
    assert answer.status_code == 404
    poll.refresh_from_db()
    assert poll.next_at is not None
    assert poll.next_at > timezone.now()


@pytest.mark.parametrize("address", COMMENTS)
def test_the_next_page_is_no_new_wish(address: str, workspace: Workspace, client: Client) -> None:
    thread = comments_at(workspace, address)
    for _ in range(3):
        make_message(thread)
    poll = poll_of(thread.social_account, address)
    first = client.get(address, {"refresh": "1", "limit": "2"}).json()
    later = timezone.now() + timedelta(hours=1)
    Poll.objects.update(next_at=later)
    assert len(client.get(first["next"]).json()["results"]) == 1
    poll.refresh_from_db()
    assert poll.next_at == later


@pytest.mark.parametrize("address", COMMENTS)
def test_since_leaves_out_what_is_older(address: str, workspace: Workspace, client: Client) -> None:
    thread = comments_at(workspace, address)
    make_message(thread, "Vieux", sent_at=NOON - timedelta(days=1))
    make_message(thread, "Neuf", sent_at=NOON)
    found = rows(client, address, since="2026-11-20T00:00:00Z")
    assert [one["text"] for one in found] == ["Neuf"]


@pytest.mark.parametrize("query", [{"account": "x"}, {"since": "x"}, {"refresh": "x"}])
@pytest.mark.parametrize("address", READ)
def test_a_filter_that_is_none_is_refused(
    address: str, query: dict[str, str], client: Client
) -> None:
    assert client.get(address, query).status_code == 400
