"""Pages, order, filters and the cost of the API's lists."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.models import Conversation
from tests.callers import Queries, caller
from tests.factories import (
    NOON,
    make_account,
    make_contact,
    make_conversation,
    make_decision,
    make_event,
    make_lead,
    make_member,
    make_message,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


def make_threads(workspace: Workspace, number: int) -> list[Conversation]:
    return [
        make_conversation(
            workspace, name=f"Contact {i}", last_message_at=NOON + timedelta(minutes=i)
        )
        for i in range(number)
    ]


def names(answer: Any) -> list[str]:
    return [row["contact"]["name"] for row in answer.json()["results"]]


def test_the_second_page_goes_on_and_leads_back(workspace: Workspace, client: Client) -> None:
    make_threads(workspace, 5)
    first = client.get("/conversations?limit=2")
    second = client.get(first.json()["next"])
    assert names(first) == ["Contact 4", "Contact 3"]
    assert names(second) == ["Contact 2", "Contact 1"]
    assert names(client.get(second.json()["previous"])) == names(first)


def test_equal_moments_are_neither_lost_nor_repeated(workspace: Workspace, client: Client) -> None:
    for i in range(7):
        make_conversation(workspace, name=f"Contact {i}", last_message_at=NOON)
    seen, address = [], "/conversations?limit=2"
    while address:
        answer = client.get(address)
        seen += names(answer)
        address = answer.json()["next"]
    assert sorted(seen) == [f"Contact {i}" for i in range(7)]


def test_a_page_holds_200_rows_at_most(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    for _ in range(203):
        make_event(conversation)
    answer = client.get(f"/interactions?conversation={conversation.uid}&limit=1000")
    assert len(answer.json()["results"]) == 200


def test_a_list_is_ordered_as_asked(workspace: Workspace, client: Client) -> None:
    make_threads(workspace, 3)
    answer = client.get("/conversations?ordering=last_message_at")
    assert names(answer) == ["Contact 0", "Contact 1", "Contact 2"]


@pytest.mark.parametrize(
    "query", ["ordering=contact__name", "ordering=workspace", "handled_by=dieu", "cursor=zzz"]
)
def test_what_a_list_does_not_know_is_refused_in_words(query: str, client: Client) -> None:
    answer = client.get(f"/conversations?{query}")
    assert answer.status_code in {400, 404}
    assert answer["Content-Type"] == "application/problem+json"


def test_messages_come_in_the_order_of_the_talk(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    make_message(conversation, "un", sent_at=NOON)
    make_message(conversation, "deux", sent_at=NOON + timedelta(seconds=1))
    answer = client.get(f"/conversations/{conversation.uid}/messages?ordering=sent_at")
    assert [row["text"] for row in answer.json()["results"]] == ["un", "deux"]


def test_a_conversation_is_found_by_the_networks_ids(workspace: Workspace, client: Client) -> None:
    account = make_account(workspace, external_id="104857600012345")
    contact = make_contact(account, external_id="7000")
    wanted = make_conversation(workspace, account=account, contact=contact)
    make_conversation(workspace)
    answer = client.get("/conversations?contact=7000&account=104857600012345")
    row = answer.json()["results"][0]
    assert [row["id"]] == [each["id"] for each in answer.json()["results"]]
    assert row["id"] == str(wanted.uid)
    assert row["account"]["external_id"] == "104857600012345"
    assert row["contact"]["external_id"] == "7000"


def test_what_needs_a_human_is_a_handoff_or_a_held_draft(
    workspace: Workspace, client: Client
) -> None:
    make_conversation(workspace, name="calme")
    make_conversation(workspace, name="remise", handoff_reason="asked_for_human")
    held = make_conversation(workspace, name="brouillon")
    make_message(held, direction="outbound", author="assistant", status="held")
    needed = client.get("/conversations?needs_human=true")
    assert sorted(names(needed)) == ["brouillon", "remise"]
    assert names(client.get("/conversations?needs_human=false")) == ["calme"]


def test_leads_are_filtered_by_level_and_contact(workspace: Workspace, client: Client) -> None:
    hot = make_conversation(workspace, name="Chaud").contact
    make_lead(hot)
    make_lead(make_conversation(workspace, name="Froid").contact, level="cold")
    assert names(client.get("/leads?level=hot")) == ["Chaud"]
    assert names(client.get(f"/leads?contact={hot.external_id}")) == ["Chaud"]
    assert names(client.get("/leads?search=fro")) == ["Froid"]


def test_interactions_are_filtered_by_message(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    message = make_message(conversation)
    make_decision(message)
    make_event(conversation)
    answer = client.get(f"/interactions?message={message.uid}")
    assert [row["message"] for row in answer.json()["results"]] == [str(message.uid)]
    assert client.get("/interactions?message=x").status_code == 400


@pytest.mark.parametrize("address", ["/conversations", "/interactions", "/leads"])
def test_a_list_costs_three_queries_however_long(
    address: str, workspace: Workspace, client: Client, django_assert_num_queries: Queries
) -> None:
    for conversation in make_threads(workspace, 8):
        make_decision(make_message(conversation))
        make_lead(conversation.contact)
    with django_assert_num_queries(3):
        client.get(address)


@pytest.mark.parametrize(
    "position", [b"p=garbage", b"p=2026-13-45", b"p=%00", b"o=9999999999999999"]
)
@pytest.mark.parametrize("address", ["/conversations", "/interactions", "/leads"])
def test_a_cursor_that_is_none_of_ours_breaks_nothing(
    address: str, position: bytes, workspace: Workspace, client: Client
) -> None:
    make_event(make_threads(workspace, 1)[0])
    answer = client.get(address, {"cursor": b64encode(position).decode()})

    assert answer.status_code in {200, 404}
