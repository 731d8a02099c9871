"""`/analytics`: every figure from the ledger, exact before and after it is digested."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing import figures
from processing.models import InteractionEvent
from tests.callers import caller, queries_of
from tests.factories import make_conversation, make_event, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
LEFT = {"purpose": "reply", "author": "assistant"}
PAID = {"tokens_in": 400, "tokens_out": 100, "cost": 300}
STORY: list[tuple[str, str, str, dict[str, Any]]] = [
    ("received", "", "received", {}),
    ("received", "", "received", {}),
    ("decided", "wait", "five_minutes", {}),
    ("decided", "reply", "replied", PAID),
    ("decided", "silent", "quota_spent", {"limit": 10}),
    ("decided", "silent", "nothing_to_add", PAID),
    ("decided", "silent", "nothing_to_add", {}),
    ("decided", "handoff", "risk_words", {"risk": "legal"}),
    ("decided", "hold", "needs_approval", {}),
    ("delivery", "sent", "sent", {**LEFT, "first_answer": 8}),
    ("delivery", "sent", "sent", {**LEFT, "author": "human", "first_answer": 20}),
    ("takeover", "", "human_replied", {"first_answer": 32}),
    ("draft", "queued", "approved", {}),
    ("draft", "queued", "approved", {}),
    ("draft", "held", "approval_undone", {"was": "approved"}),
    ("draft", "queued", "approved_edited", {}),
    ("draft", "refused", "rejected", {}),
    ("draft", "refused", "rejected", {}),
    ("draft", "held", "rejection_undone", {}),
    ("lead", "hot", "lead_new", {"level": "hot"}),
    ("lead", "cold", "lead_new", {"level": "cold"}),
    ("lead", "warm", "lead_changed", {"level": "warm", "from": "cold"}),
]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace, "member"))


def tell(workspace: Workspace, story: Any = STORY, days_ago: int = 0) -> None:
    thread = make_conversation(workspace)
    for kind, outcome, reason, data in story:
        make_event(thread, kind=kind, outcome=outcome, reason=reason, data=data)
    events = InteractionEvent.objects.filter(conversation=thread)
    here = timezone.localtime(timezone=ZoneInfo(workspace.timezone))
    events.update(created_at=here - timedelta(days=days_ago))


@pytest.mark.parametrize("digested", [False, True])
def test_the_figures_tell_what_happened(
    digested: bool, workspace: Workspace, client: Client
) -> None:
    tell(workspace)
    tell(make_workspace("Ailleurs"))
    make_lead(make_conversation(workspace).contact, level="warm")
    if digested:
        figures.digest()
    report = client.get("/analytics").json()

    assert report["complete"]
    assert report["received"] == 2
    assert report["answered"] == {"total": 3, "assistant": 1, "human": 2}
    assert [(one["reason"], one["count"]) for one in report["silent"]["reasons"]] == [
        ("nothing_to_add", 2), ("quota_spent", 1),
    ]  # fmt: skip
    assert (report["waited"]["total"], report["held"]["total"]) == (1, 1)
    assert report["handed_over"]["reasons"][0]["reason"] == "risk_words"
    assert report["first_answer"]["count"] == 3
    assert report["first_answer"]["mean_seconds"] == 20.0
    assert report["first_answer"]["median_band"] == "lt30"
    assert 10 <= report["first_answer"]["median_seconds"] <= 30
    assert report["drafts"] == {
        "approved_unedited": 1, "approved_edited": 1, "rejected": 1, "share_unedited": 0.3333,
    }  # fmt: skip
    assert report["leads"]["now"] == {"hot": 0, "warm": 1, "cold": 0}
    assert report["leads"]["new"] == {"hot": 1, "warm": 0, "cold": 1}
    assert report["leads"]["reached"] == {"hot": 1, "warm": 1, "cold": 1}
    assert report["model"] == {
        "calls": 2, "tokens": 1000, "cost": 600, "cost_per_lead": 300, "cost_per_hot_lead": 600,
    }  # fmt: skip
    today = report["days"][-1]
    assert (len(report["days"]), today["received"], today["cost"]) == (30, 2, 600)


def test_a_sentence_leaves_the_numbers_of_many_rows_open(
    workspace: Workspace, client: Client
) -> None:
    tell(workspace)
    reasons = client.get("/analytics").json()["silent"]["reasons"]

    assert "…" in next(one["sentence"] for one in reasons if one["reason"] == "quota_spent")


def test_an_empty_workspace_has_no_figures_and_no_division(client: Client) -> None:
    report = client.get("/analytics").json()

    assert report["drafts"]["share_unedited"] is None
    assert report["first_answer"]["median_seconds"] is None
    assert report["model"]["cost_per_lead"] is None
    assert report["silent"] == {"total": 0, "reasons": []}


def test_only_the_days_of_the_period_count(workspace: Workspace, client: Client) -> None:
    for days_ago in (0, 3, 40):
        tell(workspace, STORY[:1], days_ago=days_ago)
        if days_ago:
            figures.digest()
    today = timezone.now().astimezone(ZoneInfo(workspace.timezone)).date()
    start = today - timedelta(days=40)

    assert client.get("/analytics").json()["received"] == 2
    assert client.get(f"/analytics?from={start}").json()["received"] == 3
    assert client.get(f"/analytics?from={start}&to={start}").json()["received"] == 1
    assert client.get(f"/analytics?to={today - timedelta(days=1)}").json()["received"] == 1


WRONG = [
    ("from=hier", "from"),
    ("to=2026-02-30", "to"),
    ("from=2026-11-20&to=2026-11-19", "from"),
    ("from=2024-01-01&to=2026-01-01", "from"),
    ("to=9999-12-31", "to"),
    ("to=0001-01-01", "to"),
    ("from=9999-12-31", "to"),
]


@pytest.mark.parametrize(("query", "field"), WRONG)
def test_a_wrong_period_is_named(query: str, field: str, client: Client) -> None:
    answer = client.get(f"/analytics?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_a_year_is_366_days_at_most(client: Client) -> None:
    assert client.get("/analytics?from=2025-01-01&to=2026-01-01").status_code == 200
    assert client.get("/analytics?from=2024-12-31&to=2026-01-01").status_code == 400


def test_the_number_of_queries_does_not_grow(workspace: Workspace, client: Client) -> None:
    few = queries_of(client, "/analytics")
    for days_ago in range(5):
        tell(workspace, days_ago=days_ago)
    figures.digest()
    tell(workspace)

    assert queries_of(client, "/analytics") <= few + 1  # whether rows changed sides
