"""Writing leads into tools by HTTP: what is ordered, seen, tried again, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from integrations import actions
from integrations.contracts import NotWritten
from integrations.models import Integration, SyncedRow, SyncOrder, SyncRun
from processing import pipeline
from processing.models import DeadLetter, Lead
from tests.callers import caller, queries_of
from tests.factories import NOON, make_account, make_contact, make_lead, make_member, make_workspace
from tests.integrations.tool import Tool, connected

pytestmark = pytest.mark.django_db
SYNC = "/integrations/notion/sync"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace), accept_language="en")


@pytest.fixture
def there(workspace: Workspace) -> Integration:
    return connected(workspace)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch)


@pytest.fixture
def leads(workspace: Workspace) -> list[Lead]:
    account = make_account(workspace)
    return [make_lead(make_contact(account, f"Personne {number}")) for number in range(5)]


def post(client: Client, address: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def work() -> None:
    for order in SyncOrder.objects.filter(next_at__isnull=False):
        pipeline.order(order.pk)
    for tool in actions.tools_due(SyncRun.objects.latest("pk").created_at + timedelta(days=1)):
        SyncRun.objects.filter(status="queued").update(next_at=NOON)
        pipeline.sync(tool.pk)


def test_every_lead_is_ordered_and_its_progress_told(
    tool: Tool, there: Integration, leads: list[Lead], client: Client
) -> None:
    answer = post(client, SYNC)
    assert answer.status_code == 202
    begun = answer.json()["run"]
    assert (begun["tool"], begun["kind"], begun["status"]) == ("notion", "full", "queued")

    work()
    told = client.get(f"/integrations/orders/{begun['id']}").json()
    assert {name: told[name] for name in ("status", "total", "waiting", "written", "failed")} == {
        "status": "done", "total": 5, "waiting": 0, "written": 5, "failed": 0,
    }  # fmt: skip
    assert client.get("/integrations/orders?kind=notion").json()["results"] == [told]
    assert client.get("/integrations/orders?status=cancelled").json()["results"] == []


def test_chosen_leads_and_those_changed_since(
    tool: Tool, there: Integration, leads: list[Lead], client: Client
) -> None:
    uids = [str(lead.uid) for lead in leads[:2]]
    chosen = post(client, SYNC, {"leads": [*uids, uids[0]]}).json()["run"]
    work()
    runs = client.get(f"/integrations/runs?order={chosen['id']}&status=done").json()["results"]
    assert {run["lead"] for run in runs} == set(uids)

    Lead.objects.filter(pk=leads[4].pk).update(updated_at=NOON + timedelta(days=3650))
    post(client, SYNC, {"since": (NOON + timedelta(days=3649)).isoformat()})
    work()
    (run,) = client.get(f"/integrations/runs?lead={leads[4].uid}").json()["results"]
    assert (run["tool"], run["status"], run["error"]) == ("notion", "done", None)


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("airtable", {}, 409, "tool_not_connected"),
    ("google-sheets", {}, 409, "tool_not_connected"),
    ("notion", {"leads": []}, 400, "invalid"),
    ("notion", {"leads": ["018f0000-0000-7000-8000-000000000001"]}, 404, "not_found"),
    ("notion", {"since": "gestern"}, 400, "invalid"),
]


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_ordered_is_refused_in_words(
    there: Integration, client: Client, case: tuple[str, dict[str, Any], int, str]
) -> None:
    tool, body, status, code = case
    answer = post(client, f"/integrations/{tool}/sync", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not SyncOrder.objects.exists()


def test_leads_and_a_moment_are_not_both_named(
    there: Integration, leads: list[Lead], client: Client
) -> None:
    body = {"leads": [str(leads[0].uid)], "since": NOON.isoformat()}
    assert post(client, SYNC, body).json()["errors"].keys() == {"since"}


def test_another_workspaces_lead_is_not_found(there: Integration, client: Client) -> None:
    foreign = make_lead(make_contact(make_account(make_workspace("Ailleurs")), "Zoé"))
    assert post(client, SYNC, {"leads": [str(foreign.uid)]}).status_code == 404


def test_one_order_at_a_time_which_can_be_cancelled(
    tool: Tool, there: Integration, leads: list[Lead], client: Client
) -> None:
    first = post(client, SYNC).json()["run"]
    second = post(client, SYNC)
    assert (second.status_code, second.json()["code"]) == (409, "sync_running")
    for _ in range(2):
        ended = post(client, f"/integrations/orders/{first['id']}/cancel").json()
        assert (ended["status"], ended["waiting"]) == ("cancelled", 0)
    assert post(client, SYNC).status_code == 202


def test_a_call_that_is_repeated_with_its_key_orders_once(
    there: Integration, leads: list[Lead], client: Client
) -> None:
    answers = [post(client, SYNC, key="k1") for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert SyncOrder.objects.count() == 1


def test_a_tool_beyond_the_plan_asks_for_a_larger_one(
    there: Integration, workspace: Workspace, leads: list[Lead], client: Client
) -> None:
    connected(workspace, "airtable")
    answer = post(client, "/integrations/airtable/sync")
    assert (answer.status_code, answer.json()["code"]) == (402, "plan_required")
    assert "Freemium" in answer.json()["detail"]


def test_teammates_see_and_owners_order(
    workspace: Workspace, there: Integration, client: Client
) -> None:
    order = post(client, SYNC).json()["run"]
    mate = caller(make_member(workspace, "member"), accept_language="en")
    assert mate.get(f"/integrations/orders/{order['id']}").status_code == 200
    assert post(mate, SYNC).status_code == 403
    assert post(mate, f"/integrations/orders/{order['id']}/cancel").status_code == 403


def test_a_failed_push_is_explained_and_tried_again_by_a_member(
    tool: Tool, workspace: Workspace, there: Integration, leads: list[Lead], client: Client
) -> None:
    tool.meets = lambda lead_uid: NotWritten(lead_uid, "INVALID_VALUE_FOR_COLUMN")
    post(client, SYNC, {"leads": [str(leads[0].uid)]})
    work()
    (run,) = client.get("/integrations/runs?status=failed").json()["results"]
    assert run["error"]["code"] == "INVALID_VALUE_FOR_COLUMN"
    assert run["error"]["sentence"].startswith("Notion refused a value of this lead.")
    assert DeadLetter.objects.filter(replayed_at=None).count() == 1

    tool.meets = lambda _lead: None
    mate = caller(make_member(workspace, "member"), accept_language="en")
    again = post(mate, f"/integrations/runs/{run['id']}/retry")
    assert (again.status_code, again.json()["status"], again.json()["error"]) == (
        202,
        "queued",
        None,
    )
    work()
    assert not DeadLetter.objects.filter(replayed_at=None).exists()
    answer = post(mate, f"/integrations/runs/{run['id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_retry")


def test_a_lead_tells_where_it_stands_and_is_written_again_where_it_was_taken_away(
    tool: Tool, there: Integration, leads: list[Lead], client: Client
) -> None:
    address = f"/leads/{leads[0].uid}"
    assert client.get(address).json()["receipts"] == [
        {"tool": "notion", "state": "none", "url": "", "written_at": None, "status": "",
         "error": None}
    ]  # fmt: skip
    post(client, SYNC, {"leads": [str(leads[0].uid)]})
    work()
    (receipt,) = client.get(address).json()["receipts"]
    assert (receipt["state"], receipt["status"]) == ("written", "done")
    assert receipt["url"] == "https://tool.example/row-1"

    tool.rows.clear()
    SyncedRow.objects.update(digest="")
    post(client, SYNC, {"leads": [str(leads[0].uid)]})
    work()
    (receipt,) = client.get(address).json()["receipts"]
    assert (receipt["state"], receipt["error"]["code"]) == ("missing", "row_missing")

    (receipt,) = post(client, f"{address}/rewrite", {"tool": "notion"}).json()["receipts"]
    assert receipt["state"] == "waiting"
    work()
    (receipt,) = client.get(address).json()["receipts"]
    assert (receipt["state"], receipt["url"]) == ("written", "https://tool.example/row-2")


@pytest.mark.parametrize(
    "case", [("active", "airtable", 404), ("paused", "notion", 409), ("active", "excel", 400)]
)
def test_a_lead_is_written_again_only_into_a_tool_that_is_there(
    there: Integration, leads: list[Lead], client: Client, case: tuple[str, str, int]
) -> None:
    status, tool, expected = case
    Integration.objects.update(status=status)
    assert post(client, f"/leads/{leads[0].uid}/rewrite", {"tool": tool}).status_code == expected


def test_a_page_of_orders_costs_as_much_as_one(
    there: Integration, workspace: Workspace, client: Client
) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            SyncOrder.objects.create(
                workspace=workspace, integration=there, kind="full", status="done"
            )

    fill(1)
    one = queries_of(client, "/integrations/orders")
    fill(9)
    assert queries_of(client, "/integrations/orders") == one
