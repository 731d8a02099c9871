"""Scenarios by HTTP: reading, writing, versions, who may."""

from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, Workspace
from processing import publishing, scenarios
from processing.models import Scenario, ScenarioVersion
from tests.callers import caller
from tests.factories import make_account, make_member, make_workspace

pytestmark = pytest.mark.django_db
WORDS = {"name": "Accueil", "instruction": "Répondez en deux phrases."}


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace()
    found.facts.create(label="Tasse", value="49 €")
    return found


@pytest.fixture
def owner(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


@pytest.fixture
def member(workspace: Workspace) -> Client:
    return caller(make_member(workspace, "member"))


def post(client: Client, address: str = "/scenarios", **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def patch(client: Client, made: dict[str, Any], **body: Any) -> Any:
    return client.patch(f"/scenarios/{made['id']}", body, content_type="application/json")


def write(owner: Client, **more: Any) -> dict[str, Any]:
    answer = post(owner, **{**WORDS, **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_scenario_is_written_with_careful_defaults(owner: Client) -> None:
    made = write(owner)

    assert (made["version"], made["autonomy"], made["trigger"]) == (1, "draft", "any")
    assert owner.get(f"/scenarios/{made['id']}").json() == made
    assert owner.get("/scenarios").json()["results"] == [made]


def test_everything_it_is_made_of_comes_back(owner: Client, workspace: Workspace) -> None:
    account = make_account(workspace)
    given = {
        "kind": "qualify",
        "trigger": "keywords",
        "keywords": ["prix", "tarif"],
        "channel": "direct",
        "accounts": [str(account.uid)],
        "fact_labels": ["Tasse"],
        "hours": {"mon": [["09:00", "12:30"]], "closed": ["2026-12-25"]},
        "outside_hours": "handoff",
        "language": "fr",
        "autonomy": "auto",
        "priority": 7,
    }
    made = write(owner, **given)

    assert {name: made[name] for name in given} == given


def test_every_change_is_a_version_and_the_same_words_are_none(owner: Client) -> None:
    made = write(owner)
    changed = patch(owner, made, instruction="Répondez en une phrase.").json()
    same = patch(owner, made, instruction="Répondez en une phrase.").json()

    assert (changed["version"], same["version"]) == (2, 2)
    rows = owner.get(f"/scenarios/{made['id']}/versions").json()["results"]
    assert [row["number"] for row in rows] == [2, 1]
    assert ScenarioVersion.objects.count() == 2


def test_accounts_alone_make_a_version_too(owner: Client, workspace: Workspace) -> None:
    made, account = write(owner), make_account(workspace)
    changed = patch(owner, made, accounts=[str(account.uid)]).json()

    assert (changed["version"], changed["accounts"]) == (2, [str(account.uid)])
    assert ScenarioVersion.objects.get(number=2).content["accounts"] == [str(account.uid)]


def test_a_change_on_an_old_version_is_refused(owner: Client) -> None:
    made = write(owner)
    patch(owner, made, name="Autre", seen=1)
    answer = patch(owner, made, name="Encore", seen=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    assert Scenario.objects.get().name == "Autre"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"instruction": "x" * 4001}, "instruction"),
        ({"kind": "chat"}, "kind"),
        ({"trigger": "keywords"}, "keywords"),
        ({"keywords": ["x" * 61]}, "keywords"),
        ({"keywords": [f"mot {n}" for n in range(51)]}, "keywords"),
        ({"hours": {"mon": [["18:00", "09:00"]]}}, "hours"),
        ({"hours": {"lundi": []}}, "hours"),
        ({"priority": 10_001}, "priority"),
        ({"fact_labels": ["Assiette"]}, "fact_labels"),
        ({"accounts": ["0198f000-0000-7000-8000-000000000000"]}, "accounts"),
        ({"accounts": ["x"]}, "accounts.0"),
    ],
)
def test_what_cannot_be_is_named_by_field_for_both_methods(
    body: dict[str, Any], field: str, owner: Client
) -> None:
    made = write(owner)
    for answer in (post(owner, **{**WORDS, **body}), patch(owner, made, **body)):
        assert answer.status_code == 400
        assert field in answer.json()["errors"]
    assert Scenario.objects.get().version == 1


def test_a_keyword_trigger_keeps_its_keywords(owner: Client) -> None:
    made = write(owner, trigger="keywords", keywords=["prix"])

    assert patch(owner, made, keywords=[]).status_code == 400
    assert patch(owner, made, keywords=[" prix ", "prix"]).json()["keywords"] == ["prix"]


def test_another_workspaces_account_does_not_exist(owner: Client) -> None:
    foreign = make_account(make_workspace("Ailleurs"))

    assert post(owner, **WORDS, accounts=[str(foreign.uid)]).status_code == 400


def test_put_away_it_answers_nothing_and_stays_to_be_read(
    owner: Client, workspace: Workspace
) -> None:
    made = write(owner, autonomy="auto")
    address = f"/scenarios/{made['id']}"
    assert len(scenarios.candidates_of(workspace)) == 1
    assert owner.delete(address).status_code == 204
    assert owner.delete(address).status_code == 204

    assert scenarios.candidates_of(workspace) == []
    assert owner.get("/scenarios").json()["results"] == []
    listed = owner.get("/scenarios?archived=true").json()["results"]
    assert [row["id"] for row in listed] == [made["id"]]
    assert owner.get(address).json()["archived_at"]
    assert patch(owner, made, name="Autre").status_code == 404


def test_versions_are_compared_word_by_word(owner: Client) -> None:
    made = write(owner, instruction="La tasse coûte 49 €.")
    patch(owner, made, instruction="La tasse coûte 59 €.", keywords=["prix"])
    address = f"/scenarios/{made['id']}/versions/2"
    found = owner.get(f"{address}?against=1").json()

    assert [one["field"] for one in found["differences"]] == ["instruction", "keywords"]
    pieces = [(one["op"], one["text"]) for one in found["differences"][0]["pieces"]]
    assert pieces[1:3] == [("removed", "49"), ("added", "59")]
    assert found["content"]["instruction"] == "La tasse coûte 59 €."
    assert owner.get(address).json()["differences"] == []
    assert owner.get(f"{address}?against=3").status_code == 404
    assert owner.get(f"{address}?against=x").status_code == 400


def test_an_old_version_comes_back_as_a_new_one(owner: Client, workspace: Workspace) -> None:
    gone, kept = make_account(workspace), make_account(workspace)
    made = write(owner, accounts=[str(gone.uid), str(kept.uid)])
    patch(owner, made, instruction="Autre chose.", accounts=[])
    gone.delete()
    answer = post(owner, f"/scenarios/{made['id']}/versions/1/restore")

    found = answer.json()
    assert (found["version"], found["instruction"]) == (3, WORDS["instruction"])
    assert found["accounts"] == [str(kept.uid)]
    assert post(owner, f"/scenarios/{made['id']}/versions/9/restore").status_code == 404
    late = post(owner, f"/scenarios/{made['id']}/versions/1/restore", seen=1)
    assert late.status_code == 409


def test_members_read_and_do_not_write(owner: Client, member: Client) -> None:
    made = write(owner)
    address = f"/scenarios/{made['id']}"

    for path in ("/scenarios", address, f"{address}/versions", f"{address}/versions/1"):
        assert member.get(path).status_code == 200
    refused = [
        post(member, **WORDS),
        patch(member, made, name="x"),
        member.delete(address),
        post(member, f"{address}/versions/1/restore"),
    ]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(403, "role_too_small")}
    assert Scenario.objects.get().version == 1


def test_strangers_find_nothing(owner: Client) -> None:
    made = write(owner)
    stranger = caller(make_member(make_workspace("Ailleurs")))

    assert stranger.get("/scenarios").json()["results"] == []
    assert stranger.get(f"/scenarios/{made['id']}").status_code == 404
    assert patch(stranger, made, name="x").status_code == 404


def test_the_audit_log_names_what_changed(owner: Client) -> None:
    made = write(owner)
    patch(owner, made, name="Autre", priority=3)
    owner.delete(f"/scenarios/{made['id']}")

    rows = AuditEntry.objects.filter(target="scenario").order_by("number")
    assert [row.action for row in rows] == [
        "scenario.made",
        "scenario.changed",
        "scenario.put_away",
    ]
    assert rows[1].data == {"version": 2, "fields": ["name", "priority"]}
    assert all(str(row.target_uid) == made["id"] for row in rows)


@pytest.mark.parametrize(
    ("priorities", "moved", "up", "order"),
    [
        ([0, 0, 0], 2, True, [0, 2, 1]),
        ([0, 0, 0], 0, False, [1, 0, 2]),
        ([9, 5, 1], 2, True, [0, 2, 1]),
        ([6, 5, 5], 2, True, [0, 2, 1]),
        ([1, 0], 0, True, [0, 1]),
        ([1, 0], 1, False, [0, 1]),
    ],
)
def test_moving_changes_places_with_the_neighbour(
    priorities: list[int],
    moved: int,
    up: bool,
    order: list[int],
    workspace: Workspace,
) -> None:
    rows = [
        Scenario.objects.create(
            workspace=workspace, name=str(n), instruction="x", priority=one, autonomy="auto"
        )
        for n, one in enumerate(priorities)
    ]
    publishing.move(rows[moved], up=up, by=audit.SYSTEM)

    found = [one.scenario.name for one in scenarios.candidates_of(workspace)]
    assert found == [str(n) for n in order]
