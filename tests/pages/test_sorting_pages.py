"""What people want, on the pages and in the API: shown, filtered, and said by a member."""

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.models import Conversation, Message
from social.providers import registry
from tests.callers import browser, caller
from tests.factories import (
    NOON,
    make_account,
    make_conversation,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
LISTED = "/social-accounts/linkedin/conversations"


@pytest.fixture(autouse=True)
def sorted_network(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = registry.CAPABILITIES["instagram"]
    monkeypatch.setitem(registry.CAPABILITIES, "instagram", replace(usual, classified=True))


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def thread(workspace: Workspace) -> Conversation:
    account = make_account(workspace, kind="instagram", name="Claire")
    found = make_conversation(
        workspace, account=account, name="Léa Vend", category="sales_pitch", category_by="rules"
    )
    make_message(found, outcome="silent", reason="sorted_as_sales_pitch")
    return found


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace, "member"), "en")


@pytest.fixture
def api(workspace: Workspace) -> Client:
    return caller(make_member(workspace, "member"), **{"accept-language": "en"})


def read(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def sort(api: Client, thread: Conversation, category: str) -> Any:
    address = f"/conversations/{thread.uid}/category"
    return api.post(address, {"category": category}, content_type="application/json")


def names(client: Client, address: str) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong>", read(client, address))


def test_the_inbox_shows_and_filters_what_people_want(
    client: Client, workspace: Workspace, thread: Conversation
) -> None:
    make_conversation(workspace, account=thread.social_account, name="Max Achète", category="lead")

    assert names(client, "/inbox?category=lead") == ["Max Achète"]
    assert names(client, "/inbox?category=sales_pitch") == ["Léa Vend"]
    assert len(names(client, "/inbox?category=nonsense")) == 2
    assert '<span class="tag">Sales pitch</span>' in read(client, "/inbox")


def test_what_the_assistant_leaves_alone_is_not_called_settled(
    client: Client, thread: Conversation
) -> None:
    inbox, page = read(client, "/inbox"), read(client, f"/inbox/{thread.uid}")

    assert "With the assistant, settled, or left aside" in inbox
    assert "The assistant stays out of this" in page
    assert "Their words say so." in page


def test_where_no_network_is_sorted_nothing_speaks_of_it(
    client: Client, workspace: Workspace
) -> None:
    found = make_conversation(workspace)

    assert "What they want" not in read(client, "/inbox")
    assert "What they want" not in read(client, f"/inbox/{found.uid}")


def test_a_member_sorts_the_thread_on_its_page(client: Client, thread: Conversation) -> None:
    page = read(client, f"/inbox/{thread.uid}")
    assert "The contact wants to sell something; the assistant stays out." in page
    assert '<option value="sales_pitch" selected>Sales pitch</option>' in page

    client.post(f"/inbox/{thread.uid}", {"do": "sort", "category": "lead"})

    thread.refresh_from_db()
    assert (thread.category, thread.category_by) == ("lead", "member")
    message = Message.objects.get()
    assert (message.outcome, message.reason) == ("", "settling")
    assert '<option value="lead" selected>Lead</option>' in read(client, f"/inbox/{thread.uid}")


@pytest.mark.parametrize("category", ["", "rich"])
def test_only_a_kind_that_is_one_is_taken(
    client: Client, api: Client, thread: Conversation, category: str
) -> None:
    answer = client.post(f"/inbox/{thread.uid}", {"do": "sort", "category": category}, follow=True)
    refused = sort(api, thread, category)

    assert "Choose what the contact wants." in answer.content.decode()
    assert refused.status_code == 400
    thread.refresh_from_db()
    assert thread.category == "sales_pitch"


def test_a_member_who_was_wrong_gives_the_sorting_back(
    client: Client, api: Client, thread: Conversation
) -> None:
    assert "Not sure: judge it anew" not in read(client, f"/inbox/{thread.uid}")
    sort(api, thread, "recruiting")
    Message.objects.update(outcome="silent", reason="sorted_as_recruiting")
    assert "Not sure: judge it anew" in read(client, f"/inbox/{thread.uid}")

    assert sort(api, thread, "unsure").json()["category_by"] == ""

    thread.refresh_from_db()
    assert (thread.category, thread.category_at) == ("unsure", None)
    message = Message.objects.get()
    assert (message.outcome, message.reason) == ("", "settling")


def test_a_program_sorts_the_thread(api: Client, thread: Conversation) -> None:
    answer = sort(api, thread, "recruiting")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["category"], found["category_by"]) == ("recruiting", "member")
    assert api.get("/conversations?category=recruiting").json()["results"][0]["id"] == found["id"]
    assert api.get("/conversations?category=lead").json()["results"] == []


def test_other_networks_refuse_to_be_sorted(
    client: Client, api: Client, workspace: Workspace
) -> None:
    found = make_conversation(workspace)
    answer = sort(api, found, "lead")
    page = client.post(f"/inbox/{found.uid}", {"do": "sort", "category": "lead"})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_sorted")
    assert "are not sorted by what people want" in page.content.decode()


# --- the network's own list ------------------------------------------------------------------
def test_a_network_lists_its_threads_with_what_people_want(
    api: Client, workspace: Workspace
) -> None:
    account = make_account(workspace, provider="linkedin", kind="linkedin")
    first = make_conversation(
        workspace, account=account, name="Max", category="lead", category_by="model"
    )
    make_reply(make_message(first), status="held")
    make_conversation(workspace, name="Ailleurs")
    make_conversation(workspace, account=account, last_message_at=None)
    make_conversation(
        make_workspace("Autre"),
        account=make_account(make_workspace("Autre"), provider="linkedin", kind="linkedin"),
    )

    [found] = api.get(LISTED).json()["results"]

    assert found["id"] == str(first.uid)
    assert (found["category"], found["category_by"]) == ("lead", "model")
    assert found["contact"]["name"] == "Max"
    assert found["needs_human"] is True
    assert found["link"].endswith(f"/inbox/{first.uid}")
    assert found["last_message_at"].startswith(NOON.isoformat()[:19])


def test_the_list_is_filtered_by_account_and_kind(api: Client, workspace: Workspace) -> None:
    accounts = [
        make_account(workspace, provider="linkedin", kind="linkedin") for _number in range(2)
    ]
    for account, category in zip(accounts, ("lead", "personal"), strict=True):
        make_conversation(workspace, account=account, category=category)

    def kinds(**asked: str) -> list[str]:
        return [one["category"] for one in api.get(LISTED, asked).json()["results"]]

    assert kinds(account=str(accounts[0].uid)) == ["lead"]
    assert kinds(category="personal") == ["personal"]
    assert sorted(kinds()) == ["lead", "personal"]
    assert api.get(LISTED, {"account": "x"}).status_code == 400
