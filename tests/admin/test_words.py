"""People's words in the admin: covered everywhere until an operator asked for one conversation."""

import json
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEntry, User, Workspace
from flowia.lib import hidden
from integrations.models import Hook, HookCall, Integration, SyncRun
from processing.models import Conversation, Replay, ReplayAnswer, ReplayResult
from social.models import WebhookEvent
from tests.admin.pages import operator, page_of
from tests.callers import browser
from tests.factories import (
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_replay,
    make_reply,
    make_user,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
SECRETS = ("un grand secret", "+33612345678", "je la prends", "notre réponse", "brouillon caché")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    """One with the words of SECRETS in every table that has words."""
    found = make_conversation(workspace)
    body = {"entry": [{"id": "1", "messaging": [{"message": {"mid": "m1", "text": SECRETS[0]}}]}]}
    call = make_webhook(body=json.dumps(body).encode(), status="processed", reasons=["received"])
    question = make_message(found, SECRETS[0], webhook_event=call, outcome="reply")
    make_reply(question, SECRETS[3], drafted=SECRETS[4], marks=[{"kind": SECRETS[2]}])
    lead = make_lead(found.contact, summary=[SECRETS[0]])
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    whose = {"workspace": workspace, "lead_uid": lead.uid}
    SyncRun.objects.create(**whose, integration=tool, payload={"phone": SECRETS[1]}, status="done")
    hook = Hook.objects.create(workspace=workspace, name="n8n", url="https://exemple.fr/")
    HookCall.objects.create(**whose, hook=hook, event="lead", payload={"quotes": [SECRETS[2]]})
    replay: Replay = make_replay(question)
    ReplayResult.objects.filter(replay=replay).update(text=SECRETS[3])
    ReplayAnswer.objects.update(answer={"text": SECRETS[3]})
    return found


@pytest.fixture
def staff() -> tuple[Client, User]:
    return operator()


@pytest.fixture
def client(staff: tuple[Client, User]) -> Client:
    return staff[0]


def ask(client: Client, conversation: Conversation, **form: Any) -> Any:
    address = reverse("admin:conversation-words", args=[conversation.pk])
    return client.post(address, {"why": "complaint", "ticket": "T-7", **form})


def said(client: Client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return [one for one in SECRETS if one in page]


def trace(conversation: Conversation) -> str:
    return reverse("admin:conversation-trace", args=[conversation.pk])


def pages() -> list[str]:
    """Every list and every row's page of every table."""
    found = []
    for model in admin.site._registry:
        meta = model._meta
        found.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
        found += [page_of(row) for row in model._default_manager.all()[:3]]
    return found


def test_no_page_shows_a_word_before_somebody_asked(
    conversation: Conversation, client: Client
) -> None:
    leaks = {address: said(client, address) for address in [*pages(), trace(conversation)]}

    assert {address: words for address, words in leaks.items() if words} == {}


def test_covers_tell_how_much_there_is(conversation: Conversation, client: Client) -> None:
    assert "(15 characters)" in client.get(trace(conversation)).content.decode()


def test_asking_shows_one_conversation_on_all_its_pages(
    conversation: Conversation, client: Client
) -> None:
    other = make_message(make_conversation(conversation.workspace), SECRETS[0])

    assert ask(client, conversation)["Location"] == trace(conversation)

    assert set(said(client, trace(conversation))) == {SECRETS[0], SECRETS[1], SECRETS[3]}
    for message in conversation.messages.all():
        assert said(client, page_of(message))
    assert set(said(client, page_of(conversation.contact.lead))) == set(SECRETS[:3])
    assert said(client, page_of(SyncRun.objects.get())) == [SECRETS[1]]
    assert said(client, page_of(WebhookEvent.objects.get())) == [SECRETS[0]]
    assert said(client, page_of(ReplayResult.objects.get())) == [SECRETS[3]]
    assert said(client, page_of(other)) == []
    lists = [one for one in pages() if one.rstrip("/").split("/")[-1] != "change"]
    assert not any(said(client, one) for one in lists)


def test_a_call_that_holds_others_too_stays_covered(
    conversation: Conversation, client: Client
) -> None:
    call = WebhookEvent.objects.get()
    call.reasons = ["received", "unknown_account"]
    call.save()
    ask(client, conversation)

    assert said(client, page_of(call)) == []


def test_words_are_covered_again_after_a_quarter_of_an_hour(
    conversation: Conversation, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, conversation)
    monkeypatch.setattr(hidden, "is_shown", _after(hidden.is_shown, 899))
    assert said(client, trace(conversation))
    monkeypatch.undo()
    monkeypatch.setattr(hidden, "is_shown", _after(hidden.is_shown, 901))
    assert not said(client, trace(conversation))


def _after(real: Any, seconds: int) -> Any:
    return lambda session, pk, *, now: real(session, pk, now=now + seconds)


def test_what_one_operator_asked_for_another_does_not_see(conversation: Conversation) -> None:
    first, second = operator()[0], operator()[0]
    ask(first, conversation)

    assert said(first, trace(conversation))
    assert not said(second, trace(conversation))


def test_it_is_written_down_for_the_owner_and_for_the_operators(
    conversation: Conversation, staff: tuple[Client, User], workspace: Workspace
) -> None:
    client, user = staff
    ask(client, conversation)

    entries = AuditEntry.objects.filter(action="operator.words_shown")
    assert {one.chain for one in entries} == {str(workspace.uid), "operators"}
    assert {one.actor_uid for one in entries} == {user.uid}
    assert {one.target_uid for one in entries} == {conversation.uid}
    owner = browser(make_member(workspace), "en")
    page = owner.get(reverse("settings-activity")).content.decode()
    assert "An operator read the words of a conversation (a complaint T-7)" in page


@pytest.mark.parametrize(
    "form", [{"why": ""}, {"why": "curiosity"}, {"ticket": "Léa a dit : je la prends"}]
)
def test_without_a_reason_of_the_list_nothing_is_shown(
    form: dict[str, str], conversation: Conversation, client: Client
) -> None:
    assert ask(client, conversation, **form).status_code == 200
    assert not said(client, trace(conversation))
    assert not AuditEntry.objects.filter(action="operator.words_shown").exists()


def test_looking_at_the_question_shows_nothing(conversation: Conversation, client: Client) -> None:
    address = reverse("admin:conversation-words", args=[conversation.pk])
    assert client.get(address).status_code == 200
    assert not said(client, trace(conversation))


def test_one_is_led_back_but_never_to_another_host(
    conversation: Conversation, client: Client
) -> None:
    message = page_of(conversation.messages.earliest("pk"))
    assert ask(client, conversation, next=message)["Location"] == message
    for wrong in ("https://example.com/", "//example.com/"):
        assert ask(client, conversation, next=wrong)["Location"] == trace(conversation)


def test_members_strangers_and_operators_without_the_right_are_refused(
    conversation: Conversation, workspace: Workspace
) -> None:
    half = operator("view_conversation")[0]
    assert ask(half, conversation).status_code == 403
    for user in (None, make_member(workspace), make_user()):
        assert ask(browser(user), conversation).status_code in {302, 403}
    assert not AuditEntry.objects.filter(action="operator.words_shown").exists()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ""),
        (None, None),
        (7, 7),
        (33612345678, "•••• (11 characters)"),
        ({"phone": 612345678.0}, {"phone": "•••• (11 characters)"}),
        ({"timestamp": 1790000000123, "price": 89.5}, {"timestamp": 1790000000123, "price": 89.5}),
        ({"id": {"phone": 33612345678}}, {"id": {"phone": "•••• (11 characters)"}}),
        (["a", 1], ["•••• (1 character)", 1]),
        ({"mid": "m.1", "text": "oui"}, {"mid": "m.1", "text": "•••• (3 characters)"}),
        ({"id": "two words"}, {"id": "•••• (9 characters)"}),
        ({"type": {"text": "oui"}}, {"type": {"text": "•••• (3 characters)"}}),
    ],
)
def test_a_cover_keeps_ids_and_numbers_alone(value: Any, expected: Any) -> None:
    with translation.override("en"):
        assert hidden.covered(value) == expected


@pytest.mark.parametrize(
    ("table", "lookup"),
    [
        ("processing_message", "text__icontains=un grand secret"),
        ("processing_message", "text__isnull=0"),
        ("processing_lead", "phone__startswith=%2B33612"),
        ("processing_lead", "phone__gte=%2B33612"),
        ("processing_lead", "summary__icontains=un grand secret"),
        ("processing_lead", "contact__name__startswith=L"),
        ("integrations_syncrun", "payload__phone__startswith=%2B33612"),
        ("integrations_syncrun", "payload__phone=%2B33612345678"),
        ("social_webhookevent", "body__contains=un grand secret"),
        ("processing_message", "conversation__contact__lead__phone__startswith=%2B33612"),
    ],
)
def test_no_list_tells_by_its_address_what_somebody_wrote(
    table: str, lookup: str, conversation: Conversation, client: Client
) -> None:
    assert client.get(f"{reverse(f'admin:{table}_changelist')}?{lookup}").status_code == 400


@pytest.mark.parametrize(
    "lookup",
    ["status__exact=sent", "has_error=yes", "workspace__id__exact=1", "conversation=1", "id__in=1"],
)
def test_lists_select_by_their_filters_and_by_rows(lookup: str, client: Client) -> None:
    page = client.get(f"{reverse('admin:processing_message_changelist')}?{lookup}")
    assert page.status_code == 200
