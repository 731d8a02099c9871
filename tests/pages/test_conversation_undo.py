"""A takeover and a release are undone as they were, and nothing of what came since."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.models import Conversation
from tests.callers import browser
from tests.factories import (
    NOON,
    make_conversation,
    make_follow_up,
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
    return browser(make_member(workspace), "en")


def test_a_takeover_and_a_release_offer_the_way_back_once(
    client: Client, workspace: Workspace
) -> None:
    conversation = make_conversation(workspace)
    address = f"/inbox/{conversation.uid}"
    page = client.post(address, {"do": "takeover"}, follow=True).content.decode()
    toast = page.split('id="toasts"')[1].split("</form>")[0]
    assert f'action="{address}"' in toast
    assert 'value="release">Undo' in toast
    page = client.post(address, {"do": "release", "undo": "1"}, follow=True).content.decode()
    assert ">Undo<" not in page.split('id="toasts"')[1].split("</main>")[0]
    conversation.refresh_from_db()
    assert conversation.handled_by == "assistant"


STATE = ("handled_by", "human_until", "handoff_reason", "notice_sent_at", "handoff_told_at")


def state_of(conversation: Conversation) -> dict[str, object]:
    found: dict[str, object] = Conversation.objects.values(*STATE).get(pk=conversation.pk)
    return found


@pytest.mark.parametrize(
    ("deed", "undo", "state"),
    [
        ("takeover", "release", {"handled_by": "human", "handoff_reason": "asked_for_human"}),
        ("release", "takeover", {"handled_by": "human", "handoff_reason": "asked_for_human"}),
        ("takeover", "release", {"handled_by": "assistant", "handoff_reason": "call_back"}),
    ],
)
def test_an_undo_leaves_a_call_for_a_human_as_it_was(
    deed: str, undo: str, state: dict[str, str], workspace: Workspace, client: Client
) -> None:
    moments = {"notice_sent_at": NOON, "handoff_told_at": NOON, "human_until": NOON}
    fields: dict[str, Any] = {**state, **moments}
    conversation = make_conversation(workspace, **fields)
    before = state_of(conversation)
    address = f"/inbox/{conversation.uid}"
    page = client.post(address, {"do": deed}, follow=True).content.decode()
    assert f'value="{undo}">Undo' in page
    assert state_of(conversation) != before
    page = client.post(address, {"do": undo, "undo": "1"}, follow=True).content.decode()
    assert "Undone: who answers is as it was before." in page
    assert state_of(conversation) == before


def test_an_undo_takes_nothing_back_that_somebody_changed_since(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    address = f"/inbox/{conversation.uid}"
    client.post(address, {"do": "takeover"})
    browser(make_member(workspace), "en").post(address, {"do": "release"})
    page = client.post(address, {"do": "release", "undo": "1"}).content.decode()
    assert "Somebody changed it since: nothing was undone." in page
    assert state_of(conversation)["handled_by"] == "assistant"
    Conversation.objects.update(handled_by="human", human_until=NOON)
    page = client.post(address, {"do": "takeover", "undo": "1"}).content.decode()
    assert "Somebody changed it since: nothing was undone." in page


def test_a_takeover_that_only_prolongs_offers_no_undo(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace, handled_by="human", human_until=NOON)
    page = client.post(f"/inbox/{conversation.uid}", {"do": "takeover"}, follow=True)
    assert ">Undo<" not in page.content.decode()


STAYS_OFF = "The follow-up that was called off stays off."


def test_undoing_a_takeover_brings_planned_follow_ups_back(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    planned = make_follow_up(conversation)
    due = planned.next_at
    address = f"/inbox/{conversation.uid}"
    client.post(address, {"do": "takeover"})
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    page = client.post(address, {"do": "release", "undo": "1"}, follow=True).content.decode()
    planned.refresh_from_db()
    assert (planned.status, planned.reason, planned.next_at) == ("pending", "", due)
    assert STAYS_OFF not in page


def test_a_follow_up_stays_off_once_the_contact_has_written_and_the_page_says_so(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    planned = make_follow_up(conversation)
    address = f"/inbox/{conversation.uid}"
    client.post(address, {"do": "takeover"})
    make_message(conversation)
    page = client.post(address, {"do": "release", "undo": "1"}, follow=True).content.decode()
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    assert STAYS_OFF in page
