"""The inbox: whose conversations, which first, found how, and what an empty one says."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, Workspace
from billing.models import Quota
from billing.quotas import usage
from processing.models import Conversation, Message
from tests.callers import browser, queries_of
from tests.factories import (
    NOON,
    make_conversation,
    make_decision,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_scenario,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def make_threads(workspace: Workspace, number: int) -> list[Conversation]:
    return [
        make_conversation(workspace, name=f"Nom{i:02}", last_message_at=NOON + timedelta(minutes=i))
        for i in range(number)
    ]


def names(client: Client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r"<strong>([^<]+)</strong>", page)


@pytest.mark.parametrize("role", ["owner", "member"])
def test_owner_and_teammate_see_the_conversations(role: str, workspace: Workspace) -> None:
    make_conversation(workspace, name="Léa Martin")
    page = browser(make_member(workspace, role)).get("/inbox").content.decode()
    assert "Léa Martin" in page


def test_a_stranger_sees_nothing_of_them(workspace: Workspace) -> None:
    make_conversation(workspace, name="Léa Martin")
    page = browser(make_member(make_workspace("Ailleurs"))).get("/inbox").content.decode()
    assert "Léa Martin" not in page


def test_the_latest_comes_first_and_who_needs_a_human_before(
    workspace: Workspace, client: Client
) -> None:
    make_threads(workspace, 3)
    make_conversation(
        workspace,
        name="Urgente",
        handoff_reason="asked_for_human",
        last_message_at=NOON - timedelta(days=1),
    )
    assert names(client, "/inbox") == ["Urgente", "Nom02", "Nom01", "Nom00"]
    page = client.get("/inbox").content.decode()
    assert page.index("Needs you") < page.index("Urgente")
    assert "The contact should talk to a human." in page


def test_a_handoff_reason_carries_its_numbers(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace, handoff_reason="daily_cap")
    make_decision(make_message(conversation), reason="daily_cap", data={"cap": 20})
    assert "already had 20 automatic messages" in client.get("/inbox").content.decode()


def test_the_second_page_goes_on_and_keeps_the_filter(workspace: Workspace, client: Client) -> None:
    for conversation in make_threads(workspace, 23):
        make_lead(conversation.contact)
    first = client.get("/inbox?show=hot").content.decode()
    assert "show=hot&amp;search=&amp;page=2" in first
    assert names(client, "/inbox?show=hot&page=2") == ["Nom02", "Nom01", "Nom00"]


@pytest.mark.parametrize("page", ["0", "99", "x"])
def test_a_page_out_of_range_shows_a_near_one(
    page: str, workspace: Workspace, client: Client
) -> None:
    make_conversation(workspace)
    assert client.get(f"/inbox?page={page}").status_code == 200


def test_filters_and_search(workspace: Workspace, client: Client) -> None:
    make_lead(make_conversation(workspace, name="Chaude").contact)
    make_lead(make_conversation(workspace, name="Froide").contact, level="cold")
    make_conversation(workspace, name="Remise", handoff_reason="no_text")
    assert names(client, "/inbox?show=hot") == ["Chaude"]
    assert names(client, "/inbox?show=needs") == ["Remise"]
    assert names(client, "/inbox?search=roi") == ["Froide"]
    assert len(names(client, "/inbox?show=nonsense")) == 3


@pytest.mark.parametrize("search", ["06 12", "+33 6 12 34", "0033612", "+33 (0)6.12"])
def test_a_phone_number_is_found_as_people_write_it(
    search: str, workspace: Workspace, client: Client
) -> None:
    make_lead(make_conversation(workspace, name="Appelée").contact)
    make_lead(make_conversation(workspace, name="Autre").contact, phone="+33145000000")
    assert names(client, f"/inbox?search={quote(search)}") == ["Appelée"]
    leads = client.get(f"/inbox/leads?search={quote(search)}").content.decode()
    assert "Appelée" in leads
    assert "Autre" not in leads


UNHEARD = ["no_scenario", "assistant_off", "quota_spent", "plan_suspended"]


@pytest.mark.parametrize("reason", UNHEARD)
def test_who_wrote_while_nothing_could_answer_waits_for_a_human(
    reason: str, workspace: Workspace, client: Client
) -> None:
    waits = make_conversation(workspace, name="Attend")
    make_message(waits, outcome="silent", reason=reason)
    make_reply(make_message(waits), status="refused", reason="quota_spent")
    Message.objects.filter(author="contact").update(outcome="silent", reason=reason)
    answered = make_conversation(workspace, name="Servie")
    question = make_message(answered, outcome="silent", reason=reason)
    make_reply(question, author="human")
    again = make_conversation(workspace, name="Prise")
    make_message(again, outcome="silent", reason=reason)
    Conversation.objects.filter(pk=again.pk).update(handled_by="human")

    assert names(client, "/inbox?show=needs") == ["Attend"]
    assert "Needs you" in client.get("/inbox").content.decode()


@pytest.mark.parametrize(("scenario", "waits"), [({}, False), ({"autonomy": "off"}, True)])
def test_a_message_no_scenario_is_for_waits_where_none_is_on(
    workspace: Workspace, client: Client, scenario: dict[str, str], waits: bool
) -> None:
    make_scenario(workspace, **scenario)
    make_scenario(workspace, kind="follow_up")
    make_scenario(make_workspace("Ailleurs"))
    make_message(make_conversation(workspace, name="Léa"), outcome="silent", reason="no_scenario")
    assert names(client, "/inbox?show=needs") == (["Léa"] if waits else [])


def test_a_contact_without_a_name_is_called_by_the_end_of_their_id(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace, name="")
    end = conversation.contact.external_id[-4:]
    assert names(client, f"/inbox?search={end}") == [f"Contact …{end}"]


def test_the_empty_inbox_says_what_to_do(client: Client, settings: Settings) -> None:
    assert "No message has arrived yet" in client.get("/inbox").content.decode()
    settings.DEMO, settings.SANDBOX_URL = True, "http://127.0.0.1:9999"
    assert "Write a first message" in client.get("/inbox").content.decode()


@pytest.mark.parametrize("query", ["search=zzz", "show=needs", "show=hot"])
def test_a_search_without_a_result_leads_back(query: str, client: Client) -> None:
    assert "Show all conversations" in client.get(f"/inbox?{query}").content.decode()


def test_the_quota_of_the_day_is_told(workspace: Workspace, client: Client) -> None:
    Quota.objects.create(workspace=workspace, day=usage(workspace).day, used=7, reserved=1)
    page = client.get("/inbox").content.decode()
    assert "7 of 10 messages used today" in page
    assert "1 being written" in page


def test_a_spent_quota_says_what_happens(workspace: Workspace, client: Client) -> None:
    Quota.objects.create(workspace=workspace, day=usage(workspace).day, used=10)
    assert "The assistant sends again on" in client.get("/inbox").content.decode()


def test_what_people_wrote_is_shown_as_text(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace, name="<b>x</b>")
    make_message(conversation, "<script>alert(1)</script>")
    page = client.get("/inbox").content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_member_of_two_workspaces_chooses_and_the_choice_stays(workspace: Workspace) -> None:
    other = make_workspace("Seconde")
    make_conversation(other, name="Dans la seconde")
    user = make_member(workspace)
    Membership.objects.create(user=user, workspace=other)
    client = browser(user, "en")
    assert names(client, "/inbox") == []
    assert names(client, f"/inbox?workspace={other.uid}") == ["Dans la seconde"]
    assert names(client, "/inbox") == ["Dans la seconde"]


def test_another_workspace_cannot_be_chosen(workspace: Workspace, client: Client) -> None:
    other = make_workspace("Ailleurs")
    assert client.get(f"/inbox?workspace={other.uid}").status_code == 404


def test_the_inbox_costs_the_same_however_long(workspace: Workspace, client: Client) -> None:
    costs = []
    for number in (1, 12):
        for conversation in make_threads(workspace, number):
            make_reply(make_message(conversation))
            make_lead(conversation.contact)
        costs.append(queries_of(client, "/inbox"))
    assert costs[0] == costs[1] <= 11


def test_a_draft_does_not_look_like_an_answer(client: Client, workspace: Workspace) -> None:
    question = make_message(make_conversation(workspace), outcome="hold")
    draft = make_reply(question, "Elle coûte 49 €.", status="held")
    assert "Draft: Elle coûte" in client.get("/inbox").content.decode()
    type(draft).objects.filter(pk=draft.pk).update(status="sent")
    assert "Assistant: Elle coûte" in client.get("/inbox").content.decode()
