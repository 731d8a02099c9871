"""The head of every page: where one is, how much waits, and which account needs somebody."""

import re

import pytest
from django.test import Client

from accounts.models import Workspace
from social.models import SocialAccount
from tests.callers import browser
from tests.factories import (
    make_account,
    make_conversation,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
DOT = "an account needs you"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Soixante " * 7)


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def head(client: Client, address: str = "/settings") -> str:
    return client.get(address, follow=True).content.decode().split("</header>")[0]


@pytest.mark.parametrize(
    ("address", "label", "current"),
    [
        ("/inbox", "Inbox", "page"),
        ("/inbox/drafts", "Drafts", "page"),
        ("/tasks", "Tasks", "page"),
        ("/inbox/leads", "Leads", "page"),
        ("/inbox/figures", "Figures", "page"),
        ("/accounts", "Accounts", "page"),
        ("/settings", "Settings", "page"),
        ("/settings/members", "Settings", "true"),
        ("/plan", "Settings", "true"),
        ("/tools/webhooks", "Tools", "true"),
    ],
)
def test_one_entry_of_the_menu_is_current(
    address: str, label: str, current: str, client: Client
) -> None:
    found = re.findall(r'aria-current="(\w+)"[^>]*>([^<]+?)\s*<', head(client, address))
    assert found == [(current, label)]


def test_the_whole_name_of_a_workspace_is_in_reach(workspace: Workspace, client: Client) -> None:
    page = head(client)
    assert f'<summary title="{workspace.name}">' in page
    assert f"<b>{workspace.name}</b>" in page


def test_what_waits_is_counted_on_every_page(workspace: Workspace, client: Client) -> None:
    assert 'class="number"' not in head(client)
    make_conversation(workspace, handoff_reason="asked_for_human")
    thread = make_conversation(workspace, handoff_reason="needs_approval")
    make_reply(make_message(thread, outcome="draft"), status="held")
    make_conversation(make_workspace("Ailleurs"), handoff_reason="no_text")
    for address in ("/settings", "/accounts", "/inbox/leads"):
        assert head(client, address).count('<b class="number">1</b>') == 2
        assert "1 draft, 1 task" in head(client, address)


@pytest.mark.parametrize(
    ("status", "shown"),
    [("active", False), ("paused", False), ("needs_login", True), ("disconnected", False)],
)
def test_a_dot_tells_that_an_account_needs_somebody(
    status: str, shown: bool, workspace: Workspace, client: Client
) -> None:
    make_account(workspace, status=status)
    make_account(make_workspace("Ailleurs"), status=SocialAccount.Status.NEEDS_LOGIN)
    assert (DOT in head(client)) == shown


def test_the_sheet_of_keys_is_one_and_tells_the_page_s_own(client: Client) -> None:
    page = client.get("/inbox/drafts").content.decode()
    assert page.count("<dialog") == 1
    assert "approve and send" in page
    assert "approve and send" not in client.get("/inbox").content.decode()
    assert "<dialog" not in browser().get("/login").content.decode()
