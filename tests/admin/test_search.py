"""One search over what a complaint names: what it finds, hides, costs, and who may ask."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import SignInAttempt, User, Workspace
from billing.models import StripeEvent, Subscription
from integrations.models import Integration, SyncedRow, SyncRun
from processing.admin.finding import FINDERS, read
from processing.models import Conversation
from social.forgotten import remember_messages, remember_opt_out
from tests.admin.pages import operator
from tests.callers import browser, caller, queries_of
from tests.factories import (
    NOON,
    make_account,
    make_contact,
    make_conversation,
    make_event,
    make_lead,
    make_member,
    make_message,
    make_user,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
PAGE_AT_NOTION = "2f1c0c1e-8f66-4b7e-9a56-0d3f6c1b2a3d"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier Lumière")


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    account = make_account(workspace, handle="atelier.lumiere", external_id="page-778899")
    contact = make_contact(account, "Léa Martin", handle="lea.m", external_id="psid-445566")
    return make_conversation(workspace, account=account, contact=contact, external_id="t_998877")


@pytest.fixture
def everything(conversation: Conversation) -> Conversation:
    """A conversation with one row of every kind about it."""
    workspace = conversation.workspace
    call = make_webhook(request_id="req-call-1")
    make_message(
        conversation, "un secret", external_id="m_abc123", webhook_event=call,
        request_id="req-message-1",
    )  # fmt: skip
    make_event(conversation, request_id="req-message-1")
    lead = make_lead(conversation.contact)
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    own = {"workspace": workspace, "integration": tool, "lead_uid": lead.uid}
    SyncRun.objects.create(**own, status="done", request_id="req-push-1")
    SyncedRow.objects.create(**own, external_id=PAGE_AT_NOTION)
    Subscription.objects.create(
        workspace=workspace, customer_id="cus_ABCDEF", subscription_id="sub_ABCDEF"
    )
    StripeEvent.objects.create(
        event_id="evt_1", type="invoice.paid", object_id="in_ABCDEF", customer_id="cus_ABCDEF",
        happened_at=NOON,
    )  # fmt: skip
    return conversation


@pytest.fixture
def client() -> Client:
    return operator()[0]


def find(client: Client, text: str, **more: Any) -> str:
    answer = client.get(reverse("admin:search"), {"q": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def groups(page: str) -> list[str]:
    return re.findall(r'<section class="found">\s*<h2>([^<]+)</h2>', page)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Léa", ["Contacts"]),
        ("léa mar", ["Contacts"]),
        ("lea.m", ["Contacts"]),
        ("@lea.m", ["Contacts"]),
        ("psid-445566", ["Contacts"]),
        ("06 12 34 56 78", ["Leads"]),
        ("+33 6.12.34.56.78", ["Leads"]),
        ("0033612345678", ["Leads"]),
        ("t_998877", ["Conversations"]),
        ("m_abc123", ["Messages"]),
        ("req-call-1", ["Webhook events"]),
        ("req-message-1", ["Messages", "Ledger"]),
        ("req-push-1", ["Pushes into tools"]),
        (PAGE_AT_NOTION, ["Rows in the tools"]),
        (PAGE_AT_NOTION.replace("-", ""), ["Rows in the tools"]),
    ],
)
def test_what_a_complaint_names_leads_to_the_trace(
    text: str, expected: list[str], everything: Conversation, client: Client
) -> None:
    page = find(client, text)

    assert groups(page) == expected
    assert reverse("admin:conversation-trace", args=[everything.pk]) in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("atelier lum", ["Workspaces"]),
        ("@atelier.lumiere", ["Social accounts"]),
        ("page-778899", ["Social accounts"]),
        ("cus_ABCDEF", ["Subscriptions", "Events of Stripe"]),
        ("sub_ABCDEF", ["Subscriptions"]),
        ("in_ABCDEF", ["Events of Stripe"]),
        ("nobody at all", []),
        ("", []),
        ("\x00", []),
        ("%", []),
    ],
)
def test_what_has_no_conversation_is_found_too(
    text: str, expected: list[str], everything: Conversation, client: Client
) -> None:
    assert groups(find(client, text)) == expected


def test_an_address_finds_the_person_their_workspaces_and_who_tried_it(client: Client) -> None:
    workspace = make_workspace("Fournil")
    make_member(workspace, email="camille@exemple.fr")
    wrong = {"email": "camille@exemple.fr", "password": "faux"}
    caller().post("/auth/login", wrong, content_type="application/json")
    assert SignInAttempt.objects.count() == 1

    page = find(client, "Camille@Exemple.fr")

    assert groups(page) == ["People", "Workspaces", "Attempts to sign in"]
    assert groups(find(client, "camille@ex")) == ["People"]


def test_an_id_of_ours_finds_its_row(everything: Conversation, client: Client) -> None:
    for row, title in (
        (everything, "Conversations"),
        (everything.workspace, "Workspaces"),
        (everything.contact, "Contacts"),
        (everything.contact.lead, "Leads"),
    ):
        assert title in groups(find(client, str(row.uid)))


def test_what_was_erased_is_found_by_its_hash_alone(
    everything: Conversation, client: Client
) -> None:
    account = everything.social_account
    remember_messages(account, ["m_gone_long_ago"])
    remember_opt_out(account, "psid-gone")

    for text in ("m_gone_long_ago", "psid-gone"):
        assert groups(find(client, text)) == ["Erased or purged"]


def test_no_result_shows_what_somebody_wrote(everything: Conversation, client: Client) -> None:
    for text in ("Léa", "m_abc123", "0612345678", "req-message-1", str(everything.uid)):
        page = find(client, text)
        assert "un secret" not in page
        assert "+33612345678" not in page
        assert "je la prends" not in page


def test_ten_are_shown_and_the_rest_page_by_page(
    conversation: Conversation, client: Client
) -> None:
    account = conversation.social_account
    for number in range(60):
        make_contact(account, f"Zoé {number:02}")

    page = find(client, "Zoé")
    assert page.count(">Zoé ") == 10
    assert "in=contacts" in page
    first = find(client, "Zoé", **{"in": "contacts"})
    second = find(client, "Zoé", **{"in": "contacts", "page": "1"})
    names = {*re.findall(r">(Zoé \d\d)<", first), *re.findall(r">(Zoé \d\d)<", second)}
    assert len(names) == 60


def test_every_page_of_the_admin_has_the_box(client: Client) -> None:
    for address in ("/admin/", reverse("admin:processing_message_changelist")):
        assert f'action="{reverse("admin:search")}"' in client.get(address).content.decode()


def test_members_and_strangers_may_not_search(workspace: Workspace) -> None:
    address = reverse("admin:search")
    for user in (None, make_member(workspace), make_user()):
        assert browser(user).get(address, {"q": "Léa"}).status_code in {302, 403}


def test_an_operator_finds_only_what_they_may_see(everything: Conversation) -> None:
    client, _user = operator("view_contact")
    assert groups(find(client, "Léa")) == ["Contacts"]
    assert groups(find(client, "req-message-1")) == []


def test_a_search_costs_few_questions(everything: Conversation, client: Client) -> None:
    for text in ("Léa", "req-message-1", str(everything.uid), "0612345678", "a@b.fr"):
        assert queries_of(client, f"{reverse('admin:search')}?q={text}") <= 20


ASKED = ("Léa", "@lea", "psid-445566", "0612345678", "camille@exemple.fr", PAGE_AT_NOTION,
         "cus_ABCDEF", "a" * 64)  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("finder", FINDERS, ids=lambda one: one.code)
def test_every_look_goes_by_an_index(finder: Any, text: str, conversation: Conversation) -> None:
    remember_messages(conversation.social_account, ["m_gone"])
    rows = finder.rows(read(text))
    if rows is None:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "Seq Scan" not in rows[:11].explain()
    else:
        table = finder.model._meta.db_table
        assert f"SCAN {table}" not in rows[:11].explain()


def test_who_is_nobody_finds_nobody() -> None:
    assert all(finder.rows(read("  ")) is None for finder in FINDERS)
    assert User.objects.count() == 0
