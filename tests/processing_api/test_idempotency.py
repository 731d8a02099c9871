"""Idempotency-Key: once is once, however often and in parallel the call is made."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import IdempotentCall, User
from processing.models import Conversation, Message
from tests.callers import caller
from tests.factories import make_conversation, make_member, make_message, make_reply, make_workspace


@pytest.fixture
def conversation(db: None) -> Conversation:
    return make_conversation(make_workspace())


@pytest.fixture
def member(conversation: Conversation) -> User:
    return make_member(conversation.workspace, "member")


@pytest.fixture
def client(member: User) -> Client:
    return caller(member)


def reply(client: Client, one: Conversation, key: str, text: str = "Bonjour", **head: str) -> Any:
    headers = {"Idempotency-Key": key, **head}
    address = f"/conversations/{one.uid}/reply"
    return client.post(address, {"text": text}, content_type="application/json", headers=headers)


def said() -> int:
    return Message.objects.filter(author="human").count()


def test_the_same_call_gets_the_first_answer_again(
    conversation: Conversation, client: Client
) -> None:
    first, second = (reply(client, conversation, "k1") for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert "Idempotent-Replay" not in first
    assert second["Idempotent-Replay"] == "true"
    assert said() == 1


def test_another_key_is_another_call(conversation: Conversation, client: Client) -> None:
    for key in ("k1", "k2"):
        assert reply(client, conversation, key).status_code == 202
    assert said() == 2


def test_a_key_with_another_body_is_refused(conversation: Conversation, client: Client) -> None:
    reply(client, conversation, "k1")
    answer = reply(client, conversation, "k1", "Bonsoir")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert said() == 1


def test_a_key_with_another_address_is_refused(conversation: Conversation, client: Client) -> None:
    reply(client, conversation, "k1")
    other = make_conversation(conversation.workspace)
    assert reply(client, other, "k1").status_code == 422


def test_a_trailing_slash_is_the_same_call(conversation: Conversation, client: Client) -> None:
    reply(client, conversation, "k1")
    answer = client.post(
        f"/conversations/{conversation.uid}/reply/",
        {"text": "Bonjour"},
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert answer["Idempotent-Replay"] == "true"


def test_a_key_belongs_to_its_member(conversation: Conversation, client: Client) -> None:
    reply(client, conversation, "k1")
    mate = caller(make_member(conversation.workspace))
    assert reply(mate, conversation, "k1", "Bonsoir").status_code == 202
    assert said() == 2


@pytest.mark.parametrize("key", ["", "a" * 256, "a\tb"])
def test_an_unusable_key_is_refused(conversation: Conversation, client: Client, key: str) -> None:
    answer = reply(client, conversation, key)
    assert (answer.status_code, said()) == (400, 0)


def test_a_call_that_was_refused_frees_its_key(conversation: Conversation, client: Client) -> None:
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(hours=1))
    assert reply(client, conversation, "k1").status_code == 409
    Conversation.objects.update(window_closes_at=None)
    assert reply(client, conversation, "k1").status_code == 202


@pytest.mark.parametrize(("seconds", "status"), [(1, 409), (61, 202)])
def test_a_call_that_still_runs_is_waited_for_for_a_minute(
    conversation: Conversation, client: Client, seconds: int, status: int
) -> None:
    reply(client, conversation, "k1")
    Message.objects.filter(author="human").delete()
    begun = timezone.now() - timedelta(seconds=seconds)
    IdempotentCall.objects.update(status=None, answer=None, begun_at=begun)
    answer = reply(client, conversation, "k1")

    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "in_progress"
        assert answer["Retry-After"] == "1"


def test_an_approval_is_repeated_safely(conversation: Conversation, client: Client) -> None:
    draft = make_reply(make_message(conversation), status="held")
    address, headers = f"/drafts/{draft.uid}/approve", {"Idempotency-Key": "k1"}
    for replayed in (False, True):
        answer = client.post(address, {}, content_type="application/json", headers=headers)
        assert (answer.status_code, "Idempotent-Replay" in answer) == (202, replayed)
    plain = client.post(address, {}, content_type="application/json")
    assert plain.json()["code"] == "already_decided"


def test_nothing_of_the_words_is_kept(conversation: Conversation, client: Client) -> None:
    reply(client, conversation, "k1", "Zqmot")
    call = IdempotentCall.objects.get()
    assert "Zqmot" not in f"{call.key}{call.fingerprint}{call.answer}"


def at_once(number: int, deed: Any) -> list[Any]:
    """Call `deed` from so many threads at the same moment; returns what each got."""
    start, results = threading.Barrier(number), []

    def one() -> None:
        start.wait()
        try:
            results.append(deed())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_parallel_calls_with_one_key_send_one_message() -> None:
    conversation = make_conversation(make_workspace())
    member = make_member(conversation.workspace)
    clients = [caller(member) for _ in range(6)]
    answers = at_once(6, lambda: reply(clients.pop(), conversation, "k1"))

    assert {one.status_code for one in answers} <= {202, 409}
    assert len({one.json()["message"]["id"] for one in answers if one.status_code == 202}) == 1
    assert said() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deeds", [("approve", "approve"), ("approve", "reject")])
def test_of_two_members_who_decide_at_once_exactly_one_wins(deeds: tuple[str, str]) -> None:
    conversation = make_conversation(make_workspace())
    draft = make_reply(make_message(conversation), status="held")
    waiting = [(caller(make_member(conversation.workspace)), deed) for deed in deeds * 2]

    def decide() -> int:
        client, deed = waiting.pop()
        body = {"reason": "other"} if deed == "reject" else {}
        address = f"/drafts/{draft.uid}/{deed}"
        return client.post(address, body, content_type="application/json").status_code

    statuses = at_once(4, decide)
    assert sorted(one == 409 for one in statuses) == [False, True, True, True]
