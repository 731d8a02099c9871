"""What waits for a human: the page of tasks, and follow-ups and consent on a conversation's."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User, Workspace
from processing.models import Conversation, DmSequence, FollowUp, Scenario
from tests.callers import browser, queries_of
from tests.factories import make_conversation, make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace, "member"), "en")


def read(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def closes_in(hours: float) -> Any:
    return timezone.now() + timedelta(hours=hours)


def follow_up(conversation: Conversation, **fields: Any) -> FollowUp:
    workspace = conversation.workspace
    scenario = Scenario.objects.create(
        workspace=workspace, name="Relance douce", instruction="x", kind="follow_up"
    )
    sequence = DmSequence.objects.create(workspace=workspace, scenario=scenario)
    values = {"position": 1, "next_at": closes_in(2), "reason": "planned"}
    return FollowUp.objects.create(
        workspace=workspace, conversation=conversation, sequence=sequence, **{**values, **fields}
    )


def test_the_soonest_end_of_a_window_stands_first(workspace: Workspace, client: Client) -> None:
    for name, hours in (("Paul", 5.0), ("Zoé", 1.0), ("Anna", -1.0)):
        make_conversation(
            workspace,
            name=name,
            handled_by="human",
            handoff_reason="asked_for_human",
            window_closes_at=closes_in(hours),
        )
    later = make_conversation(workspace, name="Léa", window_closes_at=closes_in(3))
    follow_up(later, status="task", reason="no_moment_left", task_until=closes_in(3))
    page = read(client, "/tasks")

    places = [page.index(f">{name}</a>") for name in ("Zoé", "Léa", "Paul", "Anna")]
    assert places == sorted(places)
    assert "Follow-up to write" in page
    assert "The contact should talk to a human." in page
    assert "Reply window closed" in page


def test_drafts_and_planned_follow_ups_are_no_tasks(workspace: Workspace, client: Client) -> None:
    make_conversation(workspace, name="Paul", handoff_reason="needs_approval")
    follow_up(make_conversation(workspace, name="Zoé"))
    make_conversation(workspace, name="Anna")

    assert "Nothing waits for you" in read(client, "/tasks")


def test_another_workspaces_tasks_are_not_among_them(client: Client) -> None:
    other = make_conversation(make_workspace("Ailleurs"), handoff_reason="no_text")
    follow_up(other, status="task")

    assert "Nothing waits for you" in read(client, "/tasks")


def test_a_task_is_done_from_the_page_and_leads_back_there(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    task = follow_up(conversation, status="task")
    body = {"do": "done", "follow_up": str(task.uid), "next": "tasks"}
    answer = client.post(f"/inbox/{conversation.uid}", body)

    assert answer["Location"] == "/tasks"
    task.refresh_from_db()
    assert (task.status, task.reason) == ("done", "done_by_member")
    again = client.post(f"/inbox/{conversation.uid}", body, follow=True).content.decode()
    assert "This follow-up is over already." in again


def test_the_tasks_cost_the_same_however_many(workspace: Workspace, client: Client) -> None:
    costs = []
    for number in (1, 10):
        for _ in range(number):
            follow_up(make_conversation(workspace, handoff_reason="no_text"), status="task")
        costs.append(queries_of(client, "/tasks"))
    assert costs[0] == costs[1] <= 10


def test_a_conversation_shows_what_is_planned_and_calls_it_off(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    planned = follow_up(conversation)
    page = read(client, f"/inbox/{conversation.uid}")
    assert "A follow-up is planned" in page
    assert "Relance douce" in page

    body = {"do": "cancel", "follow_up": str(planned.uid)}
    page = client.post(f"/inbox/{conversation.uid}", body, follow=True).content.decode()
    assert "The follow-up is called off." in page
    assert "A follow-up is planned" not in page
    planned.refresh_from_db()
    assert (planned.status, planned.reason) == ("cancelled", "cancelled_by_member")


def test_a_follow_up_of_another_conversation_is_not_called_off(
    workspace: Workspace, client: Client
) -> None:
    other = follow_up(make_conversation(make_workspace("Ailleurs")))
    conversation = make_conversation(workspace)
    for wanted in (str(other.uid), "rien", ""):
        body = {"do": "cancel", "follow_up": wanted}
        assert client.post(f"/inbox/{conversation.uid}", body).status_code == 302

    other.refresh_from_db()
    assert other.status == "pending"


def test_a_task_shows_until_when_a_human_may_write(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    follow_up(conversation, status="task", reason="no_moment_left", task_until=closes_in(2))
    page = read(client, f"/inbox/{conversation.uid}")

    assert "You may write until" in page
    assert "1\xa0hour, 59\xa0minutes left" in page


def test_a_member_opts_the_contact_out_and_in(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    address = f"/inbox/{conversation.uid}"
    page = client.post(address, {"do": "opt-out"}, follow=True).content.decode()
    assert "Does not want messages" in page
    assert 'value="opt-out"' not in page
    page = client.post(address, {"do": "opt-in"}, follow=True).content.decode()
    assert "Does not want messages" not in page
    conversation.contact.refresh_from_db()
    assert conversation.contact.opted_out_at is None


# --- settings


def test_members_choose_letters_for_each_workspace(workspace: Workspace) -> None:
    user: User = make_member(workspace)
    second = make_workspace("Deuxième")
    here = user.memberships.get()
    there = Membership.objects.create(workspace=second, user=user)
    client = browser(user, "en")
    me = read(client, "/settings")
    for one in (workspace, second):
        assert f'<a href="/settings/notifications?workspace={one.uid}">E-mails about' in me
    client.post("/settings/notifications", {"workspace": workspace.uid, "plan_news": "on"})

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.told_by_mail, there.told_by_mail) == (False, True)


def test_tasks_are_shown_by_kind_with_their_numbers(workspace: Workspace, client: Client) -> None:
    for name, reason in (("Paul", "call_back"), ("Zoé", "asked_for_human"), ("Léa", "")):
        made = make_conversation(workspace, name=name, handoff_reason=reason)
        if not reason:
            follow_up(made, status="task", reason="no_moment_left", task_until=closes_in(3))

    shown = {"calls": "Paul", "others": "Zoé", "follow_ups": "Léa"}
    for kind, name in shown.items():
        page = read(client, f"/tasks?show={kind}")
        assert [one for one in shown.values() if f">{one}</a>" in page] == [name], kind
        assert 'aria-current="true">' in page
    whole = read(client, "/tasks?show=nonsense")
    assert all(f">{one}</a>" in whole for one in shown.values())
    assert "All <b>3</b>" in whole


def test_a_kind_of_which_nothing_waits_says_so(workspace: Workspace, client: Client) -> None:
    make_conversation(workspace, name="Paul", handoff_reason="call_back")

    assert "Nothing of this kind waits" in read(client, "/tasks?show=follow_ups")
