"""Writing through a network's own address: to a person, and under a comment."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing.api import network_sending
from processing.models import Conversation, Delivery, Message
from social.models import SocialAccount
from tests.callers import caller
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
ADDRESSES = {"meta": "/social-accounts/meta/send-dm",
             "tiktok": "/social-accounts/tiktok/send-message"}  # fmt: skip
KINDS = {"meta": "messenger", "tiktok": "tiktok", "youtube": "youtube"}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace, "member"), **{"accept-language": "en"})


def account_on(workspace: Workspace, provider: str, **fields: Any) -> SocialAccount:
    return make_account(workspace, provider=provider, kind=KINDS[provider], **fields)


def thread_on(workspace: Workspace, provider: str = "meta", **fields: Any) -> Conversation:
    return make_conversation(workspace, account=account_on(workspace, provider), **fields)


def comment_on(workspace: Workspace, provider: str = "meta", **fields: Any) -> Message:
    talk = thread_on(workspace, provider, kind="comment", external_id="post-1")
    fields.setdefault("sent_at", timezone.now() - timedelta(hours=1))
    return make_message(talk, post_external_id="post-1", **fields)


def post(client: Client, address: str, key: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(address, body, content_type="application/json", headers=headers)


def send(client: Client, thread: Conversation, text: str = "Bonjour", **more: Any) -> Any:
    account = thread.social_account
    body = {"account": str(account.uid), "conversation": str(thread.uid), "text": text, **more}
    return post(client, ADDRESSES[account.provider], **body)


def answer(client: Client, said: Message, text: str = "Oui", **more: Any) -> Any:
    account = said.social_account
    body = {"account": str(account.uid), "comment": str(said.uid), "text": text, **more}
    return post(client, f"/social-accounts/{account.provider}/reply-comment", **body)


def told(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.json().get("code", "")


# --- to a person -----------------------------------------------------------------------------
@pytest.mark.parametrize("provider", ADDRESSES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_words_are_accepted_and_wait_to_leave(
    provider: str, slash: str, workspace: Workspace, client: Client
) -> None:
    thread = thread_on(workspace, provider)
    body = {"account": str(thread.social_account.uid), "text": "Bonjour"}
    sent = post(client, ADDRESSES[provider] + slash, conversation=str(thread.uid), **body)

    message = Message.objects.get(author="human")
    assert sent.status_code == 202
    assert sent.json() == {"message": {"id": str(message.uid), "status": "queued"}}
    assert Delivery.objects.get().message == message
    thread.refresh_from_db()
    assert thread.handled_by == "human"


@pytest.mark.parametrize("by", ["external_id", "uid"])
def test_a_person_may_be_named_instead_of_the_thread(
    by: str, workspace: Workspace, client: Client
) -> None:
    thread = thread_on(workspace)
    body = {"account": str(thread.social_account.uid), "text": "Bonjour"}
    named = str(getattr(thread.contact, by))
    assert post(client, ADDRESSES["meta"], recipient=named, **body).status_code == 202
    assert thread.messages.count() == 1


@pytest.mark.parametrize("names", [{}, {"conversation": "x", "recipient": "y"}])
def test_exactly_one_of_the_two_is_named(
    names: dict[str, str], workspace: Workspace, client: Client
) -> None:
    thread = thread_on(workspace)
    given = {**names, "conversation": str(thread.uid)} if names else {}
    body = {"account": str(thread.social_account.uid), "text": "Bonjour", **given}
    assert post(client, ADDRESSES["meta"], **body).status_code == 400


@pytest.mark.parametrize("whose", ["workspace", "network", "account", "nobody", "commenter"])
def test_what_is_not_the_callers_does_not_exist(
    whose: str, workspace: Workspace, client: Client
) -> None:
    thread = thread_on(workspace)
    other = {
        "workspace": lambda: thread_on(make_workspace("Ailleurs")),
        "network": lambda: thread_on(workspace, "tiktok"),
    }.get(whose, lambda: thread)()
    names: dict[str, str] = {"conversation": str(other.uid)}
    if whose == "account":
        names = {"conversation": str(thread_on(workspace).uid)}
    elif whose == "nobody":
        names = {"recipient": "who-never-wrote"}
    elif whose == "commenter":
        contact = make_contact(thread.social_account)
        make_conversation(workspace, account=thread.social_account, contact=contact, kind="comment")
        names = {"recipient": contact.external_id}
    body = {"account": str(other.social_account.uid), "text": "Bonjour", **names}
    assert post(client, ADDRESSES["meta"], **body).status_code == 404
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "needs_login"}, "account_needs_login"),
        ({"status": "paused"}, "account_paused"),
        ({"status": "disconnected"}, "account_disconnected"),
        ({"lacks": {"direct": "scope:pages_messaging"}}, "account_lacks"),
    ],
)
def test_an_account_that_cannot_send_says_what_to_do(
    changes: dict[str, Any], code: str, workspace: Workspace, client: Client
) -> None:
    thread = thread_on(workspace)
    SocialAccount.objects.update(**changes)
    sent = send(client, thread)
    assert told(sent) == (409, code)
    assert sent.json()["detail"]
    assert not Message.objects.exists()


def test_outside_the_window_nothing_is_sent(workspace: Workspace, client: Client) -> None:
    closed = thread_on(workspace, window_closes_at=timezone.now() - timedelta(minutes=1))
    assert told(send(client, closed)) == (409, "window_closed")


@pytest.mark.parametrize("text", ["", "  ", "a" * 2001])
def test_words_that_do_not_fit_are_refused(text: str, workspace: Workspace, client: Client) -> None:
    refused = send(client, thread_on(workspace), text)
    assert refused.status_code == 400
    assert "text" in refused.json()["errors"]


def test_the_same_key_sends_once(workspace: Workspace, client: Client) -> None:
    thread = thread_on(workspace)
    first, second = (send(client, thread, key="k1") for _ in range(2))
    assert first.json() == second.json()
    assert Message.objects.count() == 1


# --- waiting ---------------------------------------------------------------------------------
def settles_as(monkeypatch: pytest.MonkeyPatch, status: str, **more: str) -> list[float]:
    """Let the message end so while the caller waits for the second time."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            code = more.get("code", "")
            Delivery.objects.update(status=status, error_code=code)
            Message.objects.update(status=status, reason=more.get("reason", ""))

    monkeypatch.setattr(network_sending, "pause", sleep)
    return slept


def wait_for(client: Client, thread: Conversation, key: str = "") -> Any:
    account = thread.social_account
    body = {"account": str(account.uid), "conversation": str(thread.uid), "text": "Bonjour"}
    return post(client, f"{ADDRESSES[account.provider]}?wait=1", key, **body)


@pytest.mark.parametrize("status", ["sent", "delivered", "unconfirmed"])
def test_who_waits_is_told_the_result(
    status: str, workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = settles_as(monkeypatch, status)
    answered = wait_for(client, thread_on(workspace))
    assert (answered.status_code, answered.json()["message"]["status"]) == (202, status)
    assert len(slept) == 2


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("refused", (422, "send_refused")),
        ("refused", (409, "window_closed")),
        ("failed", (502, "send_failed")),
    ],
)
def test_who_waits_is_told_why_it_did_not_leave(
    status: str,
    expected: tuple[int, str],
    workspace: Workspace,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settles_as(monkeypatch, status, reason=expected[1], code="551")
    answered = wait_for(client, thread_on(workspace))
    assert told(answered) == expected
    if expected[0] != 409:
        assert answered.json()["errors"] == {"network": ["551"]}


def test_after_the_longest_wait_it_still_waits(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_sending, "LONGEST_WAIT", 0.1)
    answered = wait_for(client, thread_on(workspace))
    assert (answered.status_code, answered.json()["message"]["status"]) == (202, "queued")


def test_a_repeated_call_waits_for_the_first_ones_message(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = thread_on(workspace)
    monkeypatch.setattr(network_sending, "LONGEST_WAIT", 0.0)
    first = wait_for(client, thread, "k1")
    Message.objects.update(status="sent")
    second = wait_for(client, thread, "k1")
    assert first.json()["message"]["id"] == second.json()["message"]["id"]
    assert second.json()["message"]["status"] == "sent"
    assert second["Idempotent-Replay"] == "true"


def test_a_wish_that_is_none_sends_nothing(workspace: Workspace, client: Client) -> None:
    thread = thread_on(workspace)
    body = {"account": str(thread.social_account.uid), "conversation": str(thread.uid)}
    assert post(client, f"{ADDRESSES['meta']}?wait=perhaps", text="x", **body).status_code == 400
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_inside_a_transaction(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []

    def sleep(_seconds: float) -> None:
        inside.append(connection.in_atomic_block)
        Message.objects.update(status="sent")

    monkeypatch.setattr(network_sending, "pause", sleep)
    wait_for(client, thread_on(workspace), "k1")
    assert inside == [False]


# --- under a comment -------------------------------------------------------------------------
@pytest.mark.parametrize("provider", KINDS)
def test_a_comment_is_answered_under_it(
    provider: str, workspace: Workspace, client: Client
) -> None:
    comment = comment_on(workspace, provider)
    assert answer(client, comment).status_code == 202
    written = Message.objects.get(author="human")
    assert (written.in_reply_to, written.private) == (comment, False)
    assert (written.post_external_id, written.parent_external_id) == (
        "post-1",
        comment.external_id,
    )


def test_a_comment_may_be_named_by_the_networks_id(workspace: Workspace, client: Client) -> None:
    comment = comment_on(workspace)
    assert answer(client, comment, comment=comment.external_id).status_code == 202


def test_a_private_answer_goes_to_direct_messages_once(
    workspace: Workspace, client: Client
) -> None:
    comment = comment_on(workspace)
    assert answer(client, comment, private=True).status_code == 202
    assert Message.objects.get(author="human").private
    again = answer(client, comment, "Autre chose", private=True)
    assert told(again) == (409, "already_answered")
    assert answer(client, comment, "En public aussi").status_code == 202


def test_an_answer_that_was_refused_may_be_written_again(
    workspace: Workspace, client: Client
) -> None:
    comment = comment_on(workspace)
    answer(client, comment, private=True)
    Message.objects.filter(author="human").update(status="refused")
    assert answer(client, comment, private=True).status_code == 202


def test_the_same_words_are_not_written_twice(workspace: Workspace, client: Client) -> None:
    comment = comment_on(workspace)
    answer(client, comment)
    assert told(answer(client, comment)) == (409, "already_sent")
    assert answer(client, comment, "Autrement").status_code == 202


@pytest.mark.parametrize(
    ("changes", "private", "code"),
    [
        ({"removed_at": timezone.now()}, False, "comment_gone"),
        ({"hidden_at": timezone.now()}, False, "comment_hidden"),
        ({"sent_at": timezone.now() - timedelta(days=8)}, True, "comment_too_old"),
        ({"sent_at": timezone.now() - timedelta(days=8)}, False, ""),
    ],
)
def test_what_cannot_be_answered_any_more_is_told(
    changes: dict[str, Any], private: bool, code: str, workspace: Workspace, client: Client
) -> None:
    comment = comment_on(workspace, **changes)
    answered = answer(client, comment, private=private)
    assert told(answered) == ((422, code) if code else (202, ""))


def test_a_network_without_private_answers_says_so(workspace: Workspace, client: Client) -> None:
    refused = answer(client, comment_on(workspace, "youtube"), private=True)
    assert told(refused) == (409, "account_lacks")
    assert "private" in refused.json()["detail"]


def test_the_length_of_a_comment_is_the_limit(workspace: Workspace, client: Client) -> None:
    comment = comment_on(workspace, "youtube")
    assert answer(client, comment, "a" * 1001).status_code == 400


@pytest.mark.parametrize("whose", ["workspace", "message", "ours", "network"])
def test_only_a_comment_of_the_account_can_be_answered(
    whose: str, workspace: Workspace, client: Client
) -> None:
    comment = comment_on(workspace)
    named: dict[str, Any] = {
        "workspace": lambda: comment_on(make_workspace("Ailleurs")),
        "message": lambda: make_message(thread_on(workspace)),
        "ours": lambda: make_reply(comment),
        "network": lambda: comment_on(workspace, "tiktok"),
    }
    body = {"comment": str(named[whose]().uid)}
    assert answer(client, comment, **body).status_code == 404
    assert not Message.objects.filter(author="human").exists()


def test_a_reply_in_a_thread_of_comments_stands_under_the_newest_that_is_left(
    workspace: Workspace, client: Client
) -> None:
    first = comment_on(workspace)
    make_message(first.conversation, "", removed_at=timezone.now(), sent_at=timezone.now())
    address = f"/conversations/{first.conversation.uid}/reply"
    assert post(client, address, text="Oui").status_code == 202
    assert Message.objects.get(author="human").in_reply_to == first
    first.delete()
    assert told(post(client, address, text="Encore")) == (422, "comment_gone")


@pytest.mark.parametrize("provider", ["linkedin", "nowhere"])
def test_a_network_that_is_none_has_no_comments(
    provider: str, workspace: Workspace, client: Client
) -> None:
    comment = comment_on(workspace)
    body = {"account": str(comment.social_account.uid), "comment": "x", "text": "y"}
    found = post(client, f"/social-accounts/{provider}/reply-comment", **body)
    assert found.status_code == 404
