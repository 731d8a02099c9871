"""The operators' pages: who may, what lists show and hide, replay, and the trace."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from integrations.models import Integration, SyncRun
from processing.models import (
    Conversation,
    DeadLetter,
    Delivery,
    InteractionEvent,
    LeadAct,
    LeadActRow,
)
from tests.callers import Queries, browser
from tests.factories import (
    make_account,
    make_conversation,
    make_decision,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_user,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db

OURS = ("accounts", "billing", "integrations", "processing", "social")
MODELS = [
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label in OURS
]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier")


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    conversation = make_conversation(workspace)
    call = make_webhook(request_id="req-0001", status="processed", reasons=["received"])
    question = make_message(
        conversation, "un secret", webhook_event=call, request_id="req-0001", outcome="reply"
    )
    make_decision(question, request_id="req-0001")
    reply = make_reply(question, "notre réponse")
    Delivery.objects.create(
        workspace=workspace, message=reply, status="failed", error_code="rate_limited", attempts=3
    )
    lead = make_lead(conversation.contact)
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    SyncRun.objects.create(
        workspace=workspace, integration=tool, lead_uid=lead.uid, status="done", request_id="req-9"
    )
    DeadLetter.objects.create(
        workspace=workspace, kind="send", object_id=reply.delivery.pk, reason="rate_limited"
    )
    act = LeadAct.objects.create(workspace=workspace, kind="stage", value="won", status="done")
    LeadActRow.objects.create(workspace=workspace, act=act, lead=lead, state="changed")
    return conversation


@pytest.fixture
def operator() -> User:
    return make_user("op@flowia.fr", is_staff=True, is_superuser=True)


@pytest.fixture
def client(operator: User) -> Client:
    return browser(operator, "en")


def test_all_tables_have_a_page() -> None:
    tables = {
        model._meta.db_table for app in OURS for model in apps.get_app_config(app).get_models()
    }
    on_their_workspaces_page = {
        "accounts_fact",
        "accounts_membership",
        "accounts_workspace_members",
    }
    of_a_while = {"accounts_oauthstate", "accounts_usedtoken", "accounts_idempotentcall"}
    assert tables - of_a_while - on_their_workspaces_page == set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_and_searches_by_a_public_id(
    model: str, conversation: Conversation, client: Client
) -> None:
    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    query = {"q": str(conversation.uid)}
    assert client.get(reverse(f"admin:{model}_changelist"), query).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_every_row_has_a_page(model: str, conversation: Conversation, client: Client) -> None:
    found = next(each for each in admin.site._registry if each._meta.db_table == model)
    row = found._default_manager.first()
    if row is not None:
        assert client.get(reverse(f"admin:{model}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_a_member_may_not_come_in(model: str, workspace: Workspace) -> None:
    answer = browser(make_member(workspace)).get(reverse(f"admin:{model}_changelist"))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


@pytest.mark.parametrize("model", ["processing_interactionevent", "social_webhookevent"])
def test_the_ledger_and_the_calls_are_only_read(
    model: str, conversation: Conversation, client: Client
) -> None:
    assert client.get(reverse(f"admin:{model}_add")).status_code == 403
    pk = (InteractionEvent.objects.first() or conversation).pk
    assert client.post(reverse(f"admin:{model}_delete", args=[pk])).status_code in {302, 403}
    assert InteractionEvent.objects.exists()


def test_texts_of_people_stand_in_no_list(conversation: Conversation, client: Client) -> None:
    for model in MODELS:
        page = client.get(reverse(f"admin:{model}_changelist")).content.decode()
        assert "un secret" not in page


def test_credentials_are_shown_nowhere(workspace: Workspace, client: Client) -> None:
    account = make_account(workspace)
    account.seal({"token": "EAAB-very-secret"})
    account.save()
    address = reverse("admin:social_socialaccount_change", args=[account.pk])
    page = client.get(address).content.decode()
    assert "EAAB-very-secret" not in page
    assert account.sealed_credentials not in page


def test_has_error_finds_what_failed(conversation: Conversation, client: Client) -> None:
    address = reverse("admin:processing_delivery_changelist")
    assert "rate_limited" in client.get(address, {"has_error": "yes"}).content.decode()
    assert "rate_limited" not in client.get(address, {"has_error": "no"}).content.decode()


@pytest.mark.parametrize("query", ["Léa", "lé", "", "Atelier"])
def test_a_conversation_is_found_by_name_id_and_workspace(
    query: str, conversation: Conversation, client: Client
) -> None:
    address = reverse("admin:processing_conversation_changelist")
    make_conversation(make_workspace("Ailleurs"), name="Bob")
    asked = {"q": query or conversation.contact.external_id}
    page = client.get(address, asked).content.decode()
    assert "1 conversation" in page
    assert "Bob" not in page


def trace(client: Client, conversation: Conversation) -> str:
    address = reverse("admin:conversation-trace", args=[conversation.pk])
    return client.get(address).content.decode()


def ask_for_words(client: Client, conversation: Conversation) -> None:
    address = reverse("admin:conversation-words", args=[conversation.pk])
    assert client.post(address, {"why": "complaint", "ticket": "T-7"}).status_code == 302


def test_the_trace_tells_all_of_it_in_order(conversation: Conversation, client: Client) -> None:
    ask_for_words(client, conversation)
    page = trace(client, conversation)
    for words in ("Webhook", "un secret", "Ledger: decision", "notre réponse", "Dead letter"):
        assert words in page
    for words in ("rate_limited", "req-0001", "req-9", "The assistant is switched on.", "Lead"):
        assert words in page
    assert page.index(">Webhook<") < page.index("Ledger: decision") < page.index(">Delivery<")


def test_a_row_links_to_its_trace_and_back(conversation: Conversation, client: Client) -> None:
    address = reverse("admin:conversation-trace", args=[conversation.pk])
    for model in ("conversation", "message", "delivery", "interactionevent"):
        page = client.get(reverse(f"admin:processing_{model}_changelist")).content.decode()
        assert address in page
    change = reverse("admin:processing_conversation_change", args=[conversation.pk])
    assert address in client.get(change).content.decode()
    assert change in trace(client, conversation)


def test_a_trace_costs_the_same_however_long(
    conversation: Conversation, client: Client, django_assert_num_queries: Queries
) -> None:
    for _ in range(10):
        make_decision(make_message(conversation))
    with django_assert_num_queries(12):
        trace(client, conversation)


def test_a_trace_of_nothing_is_a_404_and_members_may_not_read_it(
    conversation: Conversation, client: Client, workspace: Workspace
) -> None:
    assert client.get("/admin/processing/conversation/999999/trace/").status_code == 404
    address = reverse("admin:conversation-trace", args=[conversation.pk])
    assert browser(make_member(workspace)).get(address).status_code == 302
    staff = browser(make_user(is_staff=True))
    assert staff.get(address).status_code == 403


def replay(client: Client, model: str, pks: list[int]) -> Any:
    form = {"action": "replay", "_selected_action": pks}
    return client.post(reverse(f"admin:{model}_changelist"), form, follow=True)


def test_a_failed_call_is_replayed_and_a_good_one_left_alone(client: Client) -> None:
    failed, good = make_webhook(status="failed"), make_webhook(status="processed")
    page = replay(client, "social_webhookevent", [failed.pk, good.pk]).content.decode()
    assert "1 row is being handled again." in page
    assert "1 row was left alone" in page
    failed.refresh_from_db()
    assert failed.status == "received"


def test_a_dead_letter_is_replayed_once(conversation: Conversation, client: Client) -> None:
    letter = DeadLetter.objects.get()
    conversation.messages.filter(direction="outbound").update(status="failed")
    page = replay(client, "processing_deadletter", [letter.pk]).content.decode()
    assert "1 row is being handled again." in page
    letter.refresh_from_db()
    assert letter.replayed_at is not None
    again = replay(client, "processing_deadletter", [letter.pk]).content.decode()
    assert "1 row was left alone" in again


def test_an_operator_without_the_right_cannot_replay() -> None:
    failed = make_webhook(status="failed")
    replay(browser(make_user(is_staff=True)), "social_webhookevent", [failed.pk])
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_a_person_made_in_the_admin_signs_in_by_a_lower_case_address(client: Client) -> None:
    form = {
        "email": "Nouvelle@Exemple.FR",
        "usable_password": "true",
        "password1": "un-mot-de-passe-long",
        "password2": "un-mot-de-passe-long",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    answer = client.post(reverse("admin:accounts_user_add"), form)
    assert answer.status_code == 302
    assert User.objects.filter(email="nouvelle@exemple.fr").exists()


def test_an_address_changed_in_the_admin_is_kept_in_lower_case(client: Client) -> None:
    person = make_user("camille@exemple.fr")
    form = {
        "email": "Camille.Martin@Exemple.FR",
        "language": "fr",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    client.post(reverse("admin:accounts_user_change", args=[person.pk]), form)

    person.refresh_from_db()
    assert person.email == "camille.martin@exemple.fr"


@pytest.mark.parametrize("zone", ["Europe/Pari", "../etc", "UTC+1"])
def test_a_workspace_lives_in_a_time_zone_that_exists(
    zone: str, workspace: Workspace, client: Client
) -> None:
    form = {
        "name": "Atelier",
        "timezone": zone,
        "language": "fr",
        "release_after_minutes": "720",
        "trust_after": "5",
        **{f"{lines}-{total}_FORMS": "0" for lines in ("memberships", "facts")
           for total in ("TOTAL", "INITIAL")},
    }  # fmt: skip
    address = reverse("admin:accounts_workspace_change", args=[workspace.pk])

    assert client.post(address, form).status_code == 200
    assert client.post(address, {**form, "timezone": "Indian/Reunion"}).status_code == 302


def test_the_admin_has_an_icon() -> None:
    answer = browser(make_user(is_staff=True, is_superuser=True)).get("/admin/")

    assert 'rel="icon"' in answer.content.decode()
