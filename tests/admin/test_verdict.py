"""Why it did not reply to X: one sentence above the trace, and how an operator gets there."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Workspace
from integrations.models import Integration, SyncedRow, SyncRun
from processing.admin.trace import trace_of
from processing.models import Conversation, Delivery
from tests.admin.pages import operator, page_of
from tests.factories import (
    make_conversation,
    make_decision,
    make_event,
    make_follow_up,
    make_lead,
    make_message,
    make_reply,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="([^"]+)"[^>]*>Why\? The trace')


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier", timezone="Indian/Reunion")


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    return make_conversation(workspace)


@pytest.fixture
def client() -> Client:
    return operator()[0]


def page(client: Client, conversation: Conversation, query: str = "") -> str:
    address = reverse("admin:conversation-trace", args=[conversation.pk])
    answer = client.get(f"{address}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def verdict(client: Client, conversation: Conversation, query: str = "") -> str:
    found = re.search(r'id="verdict"><strong>([^<]*)', page(client, conversation, query))
    return found[1].replace("&#x27;", "'") if found else ""


def test_silence_is_explained_by_the_ledger(conversation: Conversation, client: Client) -> None:
    question = make_message(conversation, outcome="silent", reason="opted_out")
    make_decision(question, outcome="silent", reason="opted_out")

    assert verdict(client, conversation) == (
        "Not answered, because: The contact asked not to be written to; nothing is sent."
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("sent", "Answered."),
        ("read", "Answered."),
        ("held", "Not answered yet: a draft waits for approval."),
        ("queued", "Not answered yet: the answer is about to leave."),
        ("failed", "Not answered, because the answer did not arrive."),
        ("refused", "Not answered: the answer was not sent."),
        ("unconfirmed", "Whether the answer arrived is not known."),
    ],
)
def test_what_became_of_the_answer_counts(
    status: str, expected: str, conversation: Conversation, client: Client
) -> None:
    make_reply(make_message(conversation, outcome="reply"), status=status)

    assert verdict(client, conversation) == expected


@pytest.mark.parametrize(
    ("reason", "expected"), [("draft_rejected", "rejected"), ("superseded", "A newer message")]
)
def test_a_draft_that_never_left_tells_why(
    reason: str, expected: str, conversation: Conversation, client: Client
) -> None:
    question = make_message(conversation, outcome="hold", reason="draft")
    reply = make_reply(question, status="refused", reason="rejected")
    make_event(conversation, message=reply, kind="draft", reason=reason)

    told = verdict(client, conversation)

    assert told.startswith("Not answered: the answer was not sent.")
    assert expected in told


def test_the_call_of_each_message_stands_in_the_trace(conversation: Conversation) -> None:
    calls = [make_webhook(status="processed") for _ in range(30)]
    for call in calls:
        make_message(conversation, webhook_event=call)

    shown = {
        entry.address
        for page in (0, 1)
        for entry in trace_of(conversation, page=page).entries
        if "webhookevent" in entry.address
    }

    assert shown == {page_of(call) for call in calls}


def test_a_lost_answer_tells_what_stopped_it(conversation: Conversation, client: Client) -> None:
    reply = make_reply(make_message(conversation, outcome="reply"), status="refused")
    make_event(conversation, message=reply, kind="delivery", reason="window_closed")

    assert "The network's reply window has closed" in verdict(client, conversation)


def test_a_human_who_wrote_after_it_answered(conversation: Conversation, client: Client) -> None:
    question = make_message(conversation, outcome="silent", reason="human_in_charge")
    make_message(question.conversation, direction="outbound", author="human", status="sent")

    assert verdict(client, conversation) == "A human wrote after it."


def test_what_nobody_decided_yet_is_said_so(conversation: Conversation, client: Client) -> None:
    question = make_message(conversation)
    make_decision(question, outcome="wait", reason="account_held")

    assert verdict(client, conversation).startswith("Not decided yet. The network asked")


def test_a_conversation_without_a_question_has_no_verdict(
    conversation: Conversation, client: Client
) -> None:
    assert verdict(client, conversation) == ""


def test_from_the_home_to_the_sentence_in_three_clicks(
    conversation: Conversation, client: Client
) -> None:
    question = make_message(conversation, outcome="silent", reason="assistant_off")
    make_decision(question, outcome="silent", reason="assistant_off")

    home = client.get(reverse("admin:index")).content.decode()
    form = re.search(r'role="search" method="get" action="([^"]+)"', home)
    assert form is not None
    found = client.get(form[1], {"q": "léa"}).content.decode()
    link = LINK.search(found)
    assert link is not None
    assert "switched off for this workspace" in client.get(link[1]).content.decode()


def test_one_message_of_a_long_conversation_is_asked_about(
    conversation: Conversation, client: Client
) -> None:
    first = make_message(conversation, outcome="silent", reason="opted_out")
    make_decision(first, outcome="silent", reason="opted_out")
    answer = make_reply(make_message(conversation, outcome="reply"))
    for _ in range(40):
        make_message(conversation, outcome="silent", reason="superseded")

    newest = page(client, conversation)
    assert f'id="message-{first.pk}"' not in newest
    assert "Earlier messages" in newest
    query = f"?message={first.pk}"
    assert f'id="message-{first.pk}"' in page(client, conversation, query)
    assert "asked not to be written to" in verdict(client, conversation, query)
    asked = answer.in_reply_to
    assert asked is not None
    assert verdict(client, conversation, f"?message={asked.pk}") == "Answered."


def test_an_answer_on_a_later_page_is_still_the_answer(
    conversation: Conversation, client: Client
) -> None:
    question = make_message(conversation, outcome="reply")
    for _ in range(24):
        make_message(conversation)
    make_reply(question)
    for _ in range(24):
        make_message(conversation)

    assert verdict(client, conversation, f"?message={question.pk}") == "Answered."


def test_pages_share_no_message_and_lose_none(conversation: Conversation, client: Client) -> None:
    every = {make_message(conversation).pk for _ in range(60)}
    seen = [
        int(pk)
        for number in range(4)
        for pk in re.findall(r'id="message-(\d+)"', page(client, conversation, f"?page={number}"))
    ]
    assert sorted(seen) == sorted(every)


def test_the_model_s_call_the_push_and_the_follow_up_are_told(
    conversation: Conversation, client: Client
) -> None:
    workspace = conversation.workspace
    question = make_message(conversation, outcome="reply")
    data = {"model": "gpt-test", "tokens_in": 912, "tokens_out": 61, "cost": 420,
            "scenario": "Accueil", "prompt": "p3", "milliseconds": 800}  # fmt: skip
    make_decision(question, data=data)
    reply = make_reply(question, external_id="m_ours_1")
    Delivery.objects.create(workspace=workspace, message=reply, status="sent", attempts=2)
    lead = make_lead(conversation.contact)
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    whose = {"workspace": workspace, "integration": tool, "lead_uid": lead.uid}
    SyncRun.objects.create(**whose, status="done")
    SyncedRow.objects.create(**whose, external_id="page-77", url="https://notion.example/page-77")
    make_follow_up(conversation)

    shown = page(client, conversation)

    for words in ("Model call", "gpt-test", "912", "0.000420", "p3", "m_ours_1", "page-77"):
        assert words in shown
    for words in ('href="https://notion.example/page-77"', ">Follow-up<", ">Push into the tool<"):
        assert words in shown


def test_times_stand_in_the_workspace_s_zone_and_in_utc(
    conversation: Conversation, client: Client
) -> None:
    message = make_message(conversation)
    shown = page(client, conversation)
    assert "Times in Indian/Reunion, then in UTC." in shown
    hour = (message.created_at.hour + 4) % 24
    assert f"{hour:02}:{message.created_at:%M:%S}" in shown
    assert f"{message.created_at:%H:%M:%S}" in shown
