"""Taking a conversation over and giving it back, by API."""

from typing import Any

import pytest

from accounts.models import User
from processing.models import Conversation, InteractionEvent
from tests.callers import caller
from tests.factories import make_conversation, make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    return make_conversation(make_workspace(), handoff_reason="asked_for_human")


@pytest.fixture
def member(conversation: Conversation) -> User:
    return make_member(conversation.workspace, "member")


def kinds() -> list[Any]:
    return list(InteractionEvent.objects.order_by("pk").values_list("kind", "data"))


def test_taking_over_names_the_member_in_the_ledger(
    conversation: Conversation, member: User
) -> None:
    body = caller(member).post(f"/conversations/{conversation.uid}/takeover").json()
    assert body["handled_by"] == "human"
    assert body["human_until"] is not None
    assert body["handoff_reason"] == body["handoff_sentence"] == ""
    [(kind, data)] = kinds()
    assert (kind, data["by"]) == ("takeover", str(member.uid))


def test_taking_over_twice_is_written_once(conversation: Conversation, member: User) -> None:
    for _ in range(2):
        caller(member).post(f"/conversations/{conversation.uid}/takeover")
    assert len(kinds()) == 1


def test_giving_back_twice_is_written_once(conversation: Conversation, member: User) -> None:
    client = caller(member)
    client.post(f"/conversations/{conversation.uid}/takeover")
    for _ in range(2):
        body = client.post(f"/conversations/{conversation.uid}/release").json()
        assert (body["handled_by"], body["human_until"]) == ("assistant", None)
    assert [kind for kind, _ in kinds()] == ["takeover", "release"]
