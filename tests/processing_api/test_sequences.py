"""Sequences and follow-ups by HTTP: written by owners, called off by whoever works there."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User, Workspace
from processing.models import Contact, DmSequence, FollowUp, Scenario, ScenarioVersion
from tests.callers import caller
from tests.factories import (
    NOON,
    make_account,
    make_conversation,
    make_member,
    make_workspace,
)

pytestmark = pytest.mark.django_db
STEPS = [
    {"delay_minutes": 120, "instruction": "Demandez si la lampe plaît."},
    {"delay_minutes": 600, "instruction": "Proposez un appel."},
]
WRITTEN = {"name": "Relance", "instruction": "Restez bref.", "autonomy": "auto", "steps": STEPS}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


@pytest.fixture
def teammate(workspace: Workspace) -> Client:
    return caller(make_member(workspace, "member"))


@pytest.fixture
def stranger() -> Client:
    return caller(make_member(make_workspace("Ailleurs")))


def post(client: Client, address: str, body: Any = None) -> Any:
    return client.post(address, body or {}, content_type="application/json")


def patch(client: Client, address: str, body: Any) -> Any:
    return client.patch(address, body, content_type="application/json")


def make_follow_up(workspace: Workspace, **fields: Any) -> FollowUp:
    scenario = Scenario.objects.create(
        workspace=workspace, name="Relance", instruction="x", kind="follow_up", autonomy="auto"
    )
    sequence = DmSequence.objects.create(workspace=workspace, scenario=scenario)
    sequence.steps.create(workspace=workspace, position=1, delay_minutes=60, instruction="x")
    return FollowUp.objects.create(
        workspace=workspace,
        conversation=make_conversation(workspace),
        sequence=sequence,
        position=1,
        **{"next_at": NOON, "reason": "planned", **fields},
    )


def test_an_owner_writes_a_sequence(owner: Client, workspace: Workspace) -> None:
    account = make_account(workspace)
    answer = post(owner, "/sequences", {**WRITTEN, "accounts": [str(account.uid)]})

    body = answer.json()
    assert answer.status_code == 201
    assert (body["name"], body["version"], body["active"]) == ("Relance", 1, True)
    assert body["steps"] == STEPS
    assert body["accounts"] == [str(account.uid)]
    assert Scenario.objects.get().kind == "follow_up"
    assert owner.get("/sequences").json()["results"] == [body]
    assert owner.get(f"/sequences/{body['id']}").json() == body


def test_its_steps_are_part_of_the_version(owner: Client) -> None:
    made = post(owner, "/sequences", WRITTEN).json()
    fewer = patch(owner, f"/sequences/{made['id']}", {"steps": STEPS[:1]}).json()
    same = patch(owner, f"/sequences/{made['id']}", {"steps": STEPS[:1]}).json()

    assert (fewer["version"], same["version"]) == (2, 2)
    kept = [row.content["steps"] for row in ScenarioVersion.objects.order_by("number")]
    assert kept == [STEPS, STEPS[:1]]
    assert [row.action for row in AuditEntry.objects.order_by("number")] == [
        "scenario.made",
        "scenario.changed",
    ]
    assert AuditEntry.objects.latest("number").data["fields"] == ["steps"]


def test_an_old_version_is_not_written_over(owner: Client) -> None:
    made = post(owner, "/sequences", WRITTEN).json()
    patch(owner, f"/sequences/{made['id']}", {"name": "Autre"})
    late = patch(owner, f"/sequences/{made['id']}", {"name": "Tard", "seen": 1})

    assert late.status_code == 409
    assert late.json()["code"] == "changed_meanwhile"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"steps": []}, "steps"),
    ({"steps": STEPS * 6}, "steps"),
    ({"steps": [{"delay_minutes": 0, "instruction": "x"}]}, "steps"),
    ({"steps": [{"delay_minutes": 60, "instruction": " "}]}, "steps"),
    ({"steps": [{"delay_minutes": 43_201, "instruction": "x"}]}, "steps"),
    ({"name": " "}, "name"),
    ({"instruction": ""}, "instruction"),
    ({"accounts": ["0193a1f2-7c1e-7b3a-9d55-3f0e6b1c2d4e"]}, "accounts"),
    ({"fact_labels": ["Inconnu"]}, "fact_labels"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_what_cannot_be_is_refused_by_field(
    owner: Client, changes: dict[str, Any], field: str
) -> None:
    answer = post(owner, "/sequences", {**WRITTEN, **changes})

    assert answer.status_code == 400
    assert {name.partition(".")[0] for name in answer.json()["errors"]} == {field}
    assert not DmSequence.objects.exists()


def test_another_workspaces_account_does_not_exist(owner: Client) -> None:
    foreign = make_account(make_workspace("Ailleurs"))
    answer = post(owner, "/sequences", {**WRITTEN, "accounts": [str(foreign.uid)]})

    assert answer.status_code == 400


def test_a_teammate_reads_and_does_not_write(owner: Client, teammate: Client) -> None:
    made = post(owner, "/sequences", WRITTEN).json()
    address = f"/sequences/{made['id']}"

    assert teammate.get(address).status_code == 200
    assert post(teammate, "/sequences", WRITTEN).status_code == 403
    assert patch(teammate, address, {"name": "x"}).status_code == 403
    assert teammate.delete(address).status_code == 403


@pytest.mark.parametrize("change", [{"active": False}, {"autonomy": "off"}])
def test_switched_off_it_calls_off_what_it_planned(
    owner: Client, workspace: Workspace, change: dict[str, Any]
) -> None:
    planned = make_follow_up(workspace)
    patch(owner, f"/sequences/{planned.sequence.uid}", change)

    planned.refresh_from_db()
    assert (planned.status, planned.reason) == ("cancelled", "scenario_off")


def test_put_away_it_is_gone_and_so_is_what_it_planned(owner: Client, workspace: Workspace) -> None:
    planned = make_follow_up(workspace)
    address = f"/sequences/{planned.sequence.uid}"
    assert owner.delete(address).status_code == 204

    planned.refresh_from_db()
    assert planned.reason == "scenario_put_away"
    assert owner.get(address).status_code == 404


def test_follow_ups_are_listed_by_status(teammate: Client, workspace: Workspace) -> None:
    planned = make_follow_up(workspace)
    task = make_follow_up(
        workspace, status="task", reason="no_moment_left", task_until=NOON, next_at=NOON
    )
    found = teammate.get("/follow-ups").json()["results"]
    assert [one["id"] for one in found] == [str(task.uid), str(planned.uid)]
    assert found[0]["due_at"] is None
    assert found[1]["due_at"] == "2026-11-20T12:00:00Z"
    assert found[1]["sentence"]

    only = teammate.get("/follow-ups", {"status": "task"}).json()["results"]
    assert [one["id"] for one in only] == [str(task.uid)]
    assert teammate.get("/follow-ups", {"status": "burnt"}).status_code == 400


@pytest.mark.parametrize(("verb", "status"), [("cancel", "cancelled"), ("done", "done")])
def test_a_task_is_closed_once(
    teammate: Client, workspace: Workspace, verb: str, status: str
) -> None:
    task = make_follow_up(workspace, status="task")
    address = f"/follow-ups/{task.uid}/{verb}"

    assert post(teammate, address).json()["status"] == status
    assert post(teammate, address).status_code == 409


def test_what_is_planned_is_no_task_to_be_done(teammate: Client, workspace: Workspace) -> None:
    planned = make_follow_up(workspace)

    assert post(teammate, f"/follow-ups/{planned.uid}/done").status_code == 409
    assert post(teammate, f"/follow-ups/{planned.uid}/cancel").json()["status"] == "cancelled"


@pytest.mark.parametrize("verb", ["cancel", "done"])
def test_a_stranger_finds_no_follow_up(stranger: Client, workspace: Workspace, verb: str) -> None:
    task = make_follow_up(workspace, status="task")

    assert post(stranger, f"/follow-ups/{task.uid}/{verb}").status_code == 404
    assert stranger.get("/follow-ups").json()["results"] == []
    assert stranger.get(f"/sequences/{task.sequence.uid}").status_code == 404


@pytest.fixture
def contact(workspace: Workspace) -> Contact:
    return make_conversation(workspace).contact


def test_a_member_opts_a_contact_out_and_in(teammate: Client, contact: Contact) -> None:
    out = post(teammate, f"/contacts/{contact.uid}/opt-out")
    assert out.json()["opted_out_at"] is not None
    back = post(teammate, f"/contacts/{contact.uid}/opt-in")
    assert back.json()["opted_out_at"] is None
    assert [row.action for row in AuditEntry.objects.order_by("number")] == [
        "contact.opted_out",
        "contact.opted_in",
    ]


def test_a_stranger_opts_nobody_out(stranger: Client, contact: Contact) -> None:
    assert post(stranger, f"/contacts/{contact.uid}/opt-out").status_code == 404
    contact.refresh_from_db()
    assert contact.opted_out_at is None


# --- settings


def test_an_owner_changes_what_customers_are_told(owner: Client, workspace: Workspace) -> None:
    changes = {"ai_notice": "Assistant IA.", "handoff_text": "On arrive.", "trust_after": 3}
    body = patch(owner, "/workspace", changes).json()

    assert {name: body[name] for name in changes} == changes
    workspace.refresh_from_db()
    assert workspace.handoff_text == "On arrive."
    assert AuditEntry.objects.latest("number").data["fields"] == list(changes)


TOO_MUCH = [{"ai_notice": "x" * 301}, {"handoff_text": "x" * 501}, {"trust_after": 0}]


@pytest.mark.parametrize("change", TOO_MUCH)
def test_what_is_too_long_or_too_few_is_refused(owner: Client, change: dict[str, Any]) -> None:
    assert patch(owner, "/workspace", change).status_code == 400


def test_each_member_chooses_their_own_letters(workspace: Workspace) -> None:
    user: User = make_member(workspace)
    other = make_member(workspace)
    client = caller(user)
    body = patch(client, "/auth/me", {"told_by_mail": False}).json()

    assert body["memberships"][0]["told_by_mail"] is False
    assert not user.memberships.get().told_by_mail
    assert other.memberships.get().told_by_mail
