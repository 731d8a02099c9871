"""The inbox's parts: by account, with drafts, filters that are taken away, a list kept fresh."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Workspace
from flowia.lib import clock
from processing import inbox_reading
from processing.models import Contact, Conversation
from tests.callers import browser, queries_of
from tests.factories import (
    NOON,
    make_account,
    make_conversation,
    make_event,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
STAMP = re.compile(r'data-version="(\w+)"')


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def read(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def names(client: Client, address: str) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong>", read(client, address))


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends meanwhile."""
    now = timezone.now()
    monkeypatch.setattr(clock, "now", lambda: now)


def stamp(client: Client, address: str = "/inbox") -> str:
    found = STAMP.search(read(client, address))
    assert found is not None
    return found[1]


def part(client: Client, given: str, address: str = "/inbox") -> tuple[int, str]:
    answer = client.get(address, headers={"x-fragment": given})
    return answer.status_code, answer.content.decode()


def two_workspaces() -> tuple[Client, Workspace, Workspace]:
    one, other = make_workspace("Un"), make_workspace("Deux")
    user = make_member(one)
    Membership.objects.create(workspace=other, user=user, role="owner")
    make_conversation(one, name="Alice de Un")
    make_conversation(other, name="Bob de Deux")
    return browser(user, "en"), one, other


def make_draft(workspace: Workspace, name: str) -> Conversation:
    thread = make_conversation(workspace, name=name)
    make_reply(make_message(thread, outcome="draft"), status="held")
    return thread


def test_one_account_s_threads_are_shown_alone(workspace: Workspace, client: Client) -> None:
    account = make_account(workspace, name="Boutique")
    make_conversation(workspace, name="Par la boutique", account=account)
    make_conversation(workspace, name="Ailleurs")
    assert names(client, f"/inbox?account={account.uid}") == ["Par la boutique"]
    assert '<option value="">All accounts</option>' in read(client, "/inbox")


@pytest.mark.parametrize("wrong", ["x", "00000000-0000-0000-0000-000000000000", ""])
def test_an_unknown_account_asks_for_nothing(
    wrong: str, workspace: Workspace, client: Client
) -> None:
    make_conversation(workspace, name="Léa")
    assert names(client, f"/inbox?account={wrong}") == ["Léa"]


def test_a_stranger_s_account_asks_for_nothing(workspace: Workspace, client: Client) -> None:
    other = make_account(make_workspace("Ailleurs"), name="Secrète")
    make_conversation(workspace, name="Léa")
    page = read(client, f"/inbox?account={other.uid}")
    assert "Secrète" not in page
    assert "Léa" in page


def test_the_tab_of_drafts_lists_the_threads_that_hold_one(
    workspace: Workspace, client: Client
) -> None:
    make_draft(workspace, "Avec brouillon")
    make_conversation(workspace, name="Sans")
    assert names(client, "/inbox?show=drafts") == ["Avec brouillon"]
    assert re.search(r"Drafts <b>1</b>", read(client, "/inbox"))


def test_each_filter_in_force_can_be_taken_away_alone(workspace: Workspace, client: Client) -> None:
    make_conversation(workspace, name="Léa")
    page = read(client, "/inbox?show=needs&search=L&place=direct")
    pills = dict(re.findall(r'<a class="pill" href="\?([^"]*)">([^<]+) <span', page))
    assert list(pills) == ["show=needs&place=direct", "show=needs&search=L"]
    assert pills["show=needs&place=direct"] == "« L »"
    assert 'href="?show=needs">Reset' in page
    assert "Reset" not in read(client, "/inbox?show=needs")


def test_the_list_comes_alone_and_only_when_it_has_changed(
    workspace: Workspace, client: Client
) -> None:
    thread = make_conversation(workspace, name="Léa")
    known = stamp(client)
    assert part(client, known) == (204, "")
    make_event(thread, message=make_message(thread, "Nouveau"))
    status, fresh = part(client, known)
    assert status == 200
    assert "Nouveau" in fresh
    assert "<html" not in fresh
    assert stamp(client) != known


@pytest.mark.parametrize(
    "change", [{"handled_by": "human"}, {"handoff_reason": "no_text"}, {"category": "unsure"}]
)
def test_whatever_a_row_shows_changes_the_stamp(
    change: dict[str, str], workspace: Workspace, client: Client
) -> None:
    thread = make_conversation(workspace)
    known = stamp(client)
    Conversation.objects.filter(pk=thread.pk).update(**change)
    assert stamp(client) != known


def test_a_tab_that_is_up_to_date_asks_who_it_is_and_for_the_stamp_alone(
    workspace: Workspace, client: Client, still: None
) -> None:
    make_event(make_conversation(workspace))
    known = stamp(client)
    with CaptureQueriesContext(connection) as asked:
        assert part(client, known) == (204, "")
    assert len(asked) <= 4


def test_a_stamp_that_moved_without_a_change_is_told_with_the_new_one(
    workspace: Workspace, client: Client, still: None
) -> None:
    thread = make_conversation(workspace, name="Léa")
    known = stamp(client)
    make_event(thread)
    answer = client.get("/inbox", headers={"x-fragment": known})
    assert answer.status_code == 204
    assert part(client, answer["X-Version"]) == (204, "")
    assert answer["X-Version"] == stamp(client) != known


def test_what_the_ledger_does_not_tell_is_seen_a_minute_later(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, known = make_conversation(workspace), stamp(client)
    Conversation.objects.filter(pk=thread.pk).update(category="unsure")
    later = timezone.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert part(client, known)[0] == 200


@pytest.mark.parametrize("change", [{"handle": "lea.m"}, {"name": "Léa"}])
def test_what_is_learned_of_a_person_is_seen_a_minute_later(
    change: dict[str, str], client: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_conversation(workspace, name="")
    known = stamp(client)
    Contact.objects.update(**change)
    later = timezone.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/inbox", headers={"x-fragment": known}).status_code == 200


def test_past_the_bound_the_foot_says_so_and_no_thread_comes_twice(
    client: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_reading, "CAP", 45)
    account = make_account(workspace)
    for number in range(60):
        make_conversation(
            workspace, account=account, name=f"N{number}",
            handoff_reason="asked_for_human" if number % 2 else "",
            last_message_at=NOON + timedelta(minutes=number),
        )  # fmt: skip
    pages = [read(client, f"/inbox?page={page}") for page in (1, 2, 3)]
    seen = [name for page in pages for name in re.findall(r"<strong>(N\d+)</strong>", page)]
    assert len(seen) == len(set(seen)) == 46
    assert "45+ conversations" in pages[0]


def test_the_page_costs_the_same_with_many_accounts(workspace: Workspace, client: Client) -> None:
    make_draft(workspace, "Une")
    make_conversation(workspace)
    few = queries_of(client, "/inbox")
    for number in range(5):
        account = make_account(workspace, name=f"Compte {number}")
        make_conversation(workspace, name=f"N{number}", account=account)
    assert queries_of(client, "/inbox") == few <= 12


def test_a_tab_that_keeps_itself_fresh_does_not_choose_the_workspace() -> None:
    client, one, other = two_workspaces()
    read(client, f"/inbox?workspace={one.uid}")
    read(client, f"/inbox?workspace={other.uid}")  # the person goes on in another tab
    part(client, "x", f"/inbox?workspace={one.uid}")  # the first one asks for its list
    assert "Bob de Deux" in read(client, "/inbox")


def test_the_list_of_an_open_inbox_never_becomes_another_workspace_s() -> None:
    client, one, other = two_workspaces()
    page = read(client, "/inbox")
    stood, shown = STAMP.search(page), re.search(r'<body data-workspace="([^"]+)"', page)
    assert stood is not None
    assert shown is not None
    asked = {"x-fragment": stood[1], "x-workspace": shown[1]}
    read(client, f"/inbox?workspace={other.uid}")  # another tab
    assert client.get("/inbox", headers=asked).status_code == 204
    make_event(make_conversation(one, name="Zoé de Un"))
    fresh = client.get("/inbox", headers=asked).content.decode()
    assert "Zoé de Un" in fresh
    assert "Bob de Deux" not in fresh


@pytest.mark.parametrize("script", ["inbox.js", "thread.js", "progress.js"])
def test_what_keeps_a_page_fresh_names_the_workspace_of_the_page(script: str) -> None:
    words = Path(settings.BASE_DIR, "static", "flowia", script).read_text()
    assert '"X-Workspace": document.body.dataset.workspace' in words


def test_a_fragment_of_a_stranger_s_workspace_is_not_found(client: Client) -> None:
    asked = {"x-fragment": "x", "x-workspace": str(make_workspace("Autre").uid)}
    assert client.get("/inbox", headers=asked).status_code == 404


def test_two_accounts_of_one_name_are_told_apart_by_their_network(
    client: Client, workspace: Workspace
) -> None:
    for kind in ("messenger", "instagram"):
        make_account(workspace, name="Atelier", kind=kind)
    make_account(workspace, name="Boutique")
    options = re.findall(r"<option[^>]*>([^<]+)</option>", read(client, "/inbox"))
    assert [one for one in options if one.startswith(("Atelier", "Boutique"))] == [
        "Atelier (Instagram)",
        "Atelier (Messenger)",
        "Boutique (Messenger)",
    ]


def test_every_filter_shows_what_it_is_about(client: Client, workspace: Workspace) -> None:
    for kind in ("messenger", "instagram"):
        make_account(workspace, name="Atelier", kind=kind)
    form = read(client, "/inbox").partition('role="search"')[2].partition("</form>")[0]
    shown = re.findall(r'<div class="field">\s*<label for="(\w+)">([^<]+)</label>', form)
    assert shown == [
        ("network", "Network"),
        ("account", "Account"),
        ("place", "Messages or comments"),
    ]
