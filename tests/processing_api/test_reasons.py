"""What the API says about why: sentences, gates, decisions."""

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.models import Scenario
from tests.callers import caller
from tests.factories import (
    NOON,
    make_conversation,
    make_decision,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def english(workspace: Workspace) -> Client:
    return caller(make_member(workspace), **{"accept-language": "en"})


@pytest.fixture
def french(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


def test_a_waiting_message_tells_its_rule_and_its_moment(
    workspace: Workspace, english: Client
) -> None:
    conversation = make_conversation(workspace)
    make_message(conversation, reason="five_minutes", next_at=NOON)
    row = english.get(f"/conversations/{conversation.uid}/messages").json()["results"][0]
    assert (row["outcome"], row["reason"]) == ("", "five_minutes")
    assert row["next_at"] == "2026-11-20T12:00:00Z"
    assert "waits its turn" in row["sentence"]


def test_a_sentence_carries_the_numbers_of_its_decision(
    workspace: Workspace, english: Client
) -> None:
    conversation = make_conversation(workspace)
    message = make_message(conversation, outcome="silent", reason="quota_spent")
    make_decision(message, outcome="silent", reason="quota_spent", data={"limit": 10})
    row = english.get(f"/conversations/{conversation.uid}/messages").json()["results"][0]
    assert "quota of 10 messages" in row["sentence"]


def test_a_handoff_is_told_in_words(workspace: Workspace, english: Client) -> None:
    make_conversation(workspace, handled_by="human", handoff_reason="asked_for_human")
    row = english.get("/conversations").json()["results"][0]
    assert row["handoff_sentence"] == "The contact should talk to a human."


def test_the_ledger_tells_each_gate_in_the_callers_language(
    workspace: Workspace, english: Client, french: Client
) -> None:
    make_decision(make_message(make_conversation(workspace)))
    gates = english.get("/interactions").json()["results"][0]["gates"]
    assert [gate["passed"] for gate in gates] == [True, True]
    assert gates[1]["sentence"] == "The scenario “Accueil” applies."
    french_gates = french.get("/interactions").json()["results"][0]["gates"]
    assert french_gates[0]["sentence"].endswith("assistant est activé.")


def test_a_decision_tells_gates_scenario_model_and_tokens(
    workspace: Workspace, english: Client
) -> None:
    scenario = Scenario.objects.create(workspace=workspace, name="Accueil", instruction="…")
    message = make_message(
        make_conversation(workspace),
        outcome="reply",
        reason="replied",
        scenario=scenario,
        scenario_version=3,
    )
    make_decision(message, data={"model": "gpt-6-luna", "input_tokens": 700})
    body = english.get(f"/messages/{message.uid}/decision").json()
    assert body["outcome"] == "reply"
    assert len(body["gates"]) == 2
    assert body["scenario"] == {"id": str(scenario.uid), "name": "Accueil", "version": 3}
    assert body["data"] == {"model": "gpt-6-luna", "input_tokens": 700}


def test_the_decision_on_a_reply_is_the_one_on_what_it_answers(
    workspace: Workspace, english: Client
) -> None:
    message = make_message(make_conversation(workspace), outcome="reply", reason="replied")
    make_decision(message)
    body = english.get(f"/messages/{make_reply(message).uid}/decision").json()
    assert body["message"] == str(message.uid)


def test_a_message_without_a_decision_says_so(workspace: Workspace, english: Client) -> None:
    message = make_message(make_conversation(workspace))
    body = english.get(f"/messages/{message.uid}/decision").json()
    assert (body["outcome"], body["gates"], body["decided_at"]) == ("", [], None)


def test_a_lead_shows_the_contacts_words(workspace: Workspace, english: Client) -> None:
    make_lead(make_conversation(workspace).contact)
    row = english.get("/leads").json()["results"][0]
    assert row["level"] == "hot"
    assert row["evidence"] == [{"quote": "je la prends", "message": None, "level": None}]
    assert row["phone"] == "+33612345678"


@pytest.mark.parametrize("method", ["put", "delete", "post"])
def test_a_method_nobody_offers_is_a_405_problem(method: str, english: Client) -> None:
    answer = getattr(english, method)("/conversations")
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
