"""Tools connected by HTTP, step by step, and what is refused on the way."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from integrations import setting_up
from integrations.contracts import Target
from integrations.models import Integration
from sandbox import demo
from tests.integrations.setups import SHEET, Setup, cells, leads_in, setup_of, work
from tests.processing_api.tools.calling import NEW, key_of, put, told
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_a_tool_is_set_up_step_by_step(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana", "Bob")
    assert client.get(setup.api).json()["state"] == "none"

    first = told(client, setup, **setup.secret)
    assert (first["connected"], first["state"], first["target"]) == (True, "setting_up", None)
    second = told(client, setup, target=key_of(client, setup))
    assert second["target"]["name"] == "Leads"
    fit = client.get(f"{setup.api}/columns").json()
    assert (fit["ready"], fit["missing"]) == (True, NEW)
    third = told(client, setup, fields_to_columns=fit["proposed"], new_columns=NEW)
    assert third["state"] in {"active", "working"}
    assert set(third["fields_to_columns"]) == {*fit["proposed"], *NEW}
    work()

    [order] = client.get("/integrations/orders").json()["results"]
    counted = {name: order[name] for name in ("status", "total", "waiting", "written", "failed")}
    assert counted == {"status": "done", "total": 2, "waiting": 0, "written": 2, "failed": 0}
    assert {one["Nom"] for one in cells(tools, setup)} == {"Ana", "Bob"}
    last = client.get(setup.api).json()
    assert (last["state"], last["leads_there"], last["error"]) == ("active", 2, None)


def test_all_of_it_goes_in_one_call(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    told(client, setup, **setup.secret)
    key = key_of(client, setup)
    client.delete(setup.api)
    told(client, setup, **setup.secret, target=key, new_columns=NEW)
    work()
    assert [one["Nom"] for one in cells(tools, setup)] == ["Ana"]


WRONG = [
    ("notion", {"token": "ntn_wrong"}, (422, "tool_refused")),
    ("airtable", {"token": "patWrong.0123456789"}, (422, "tool_refused")),
    ("airtable", {"token": "two words"}, (422, "tool_refused")),
    ("google_sheets", {"service_account": "{}"}, (422, "tool_refused")),
    ("google_sheets", {"token": "patWrong"}, (400, "invalid")),
    ("notion", {"token": 1}, (400, "invalid")),
    ("notion", {"target": "0" * 16}, (409, "not_connected")),
    ("notion", {}, (409, "not_connected")),
]


@pytest.mark.parametrize(("kind", "body", "refused"), WRONG)
def test_what_cannot_be_connected_is_told(
    client: Client, tools: Tools, kind: str, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    answer = put(client, setup_of(kind, tools), **body)
    assert (answer.status_code, answer.json()["code"]) == refused
    assert not Integration.objects.exists()


def test_what_is_no_spreadsheet_is_named(client: Client, tools: Tools) -> None:
    sheets = setup_of("google_sheets", tools)
    answer = put(client, sheets, **{**sheets.secret, "spreadsheet": "Mes leads"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["spreadsheet"]


def test_a_spreadsheets_address_without_a_key_is_refused(client: Client, tools: Tools) -> None:
    sheets = setup_of("google_sheets", tools)
    put(client, sheets, **sheets.secret)
    answer = put(client, sheets, spreadsheet=SHEET)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["spreadsheet"])


def test_a_long_address_finds_its_table(
    client: Client, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    notion = setup_of("notion", tools)
    put(client, notion, **notion.secret)
    asked: list[str] = []

    def listed(_tool: Integration, search: str) -> list[Target]:
        asked.append(search)
        return []

    monkeypatch.setattr(setting_up, "targets_of", listed)
    address = f"https://www.notion.so/atelier/{'nos-clients-' * 8}{'0123456789abcdef' * 2}"
    answer = client.get("/integrations/notion/targets", {"search": address})
    assert (answer.status_code, asked) == (200, [address])


def test_a_spreadsheet_may_be_named_when_tables_are_asked_for(
    client: Client, workspace: Workspace, tools: Tools
) -> None:
    sheets = setup_of("google_sheets", tools)
    told(client, sheets, service_account=sheets.secret["service_account"])
    assert client.get(f"{sheets.api}/targets").json() == []
    key = key_of(client, sheets, search=SHEET)
    assert put(client, sheets, target=key).status_code == 400
    assert told(client, sheets, target=key, search=SHEET)["target"]["name"] == "Leads"


MISFITS = [
    ({"name": "", "lead_id": "Flow IA ID"}, [], "name"),
    ({"name": "Nom", "lead_id": "Flow IA ID", "level": "Nom"}, [], "level"),
    ({"name": "Nom", "lead_id": "gone"}, [], "lead_id"),
    ({"name": "Nom", "lead_id": "Flow IA ID", "nonsense": "Nom"}, [], "fields_to_columns"),
    ({"name": "Nom", "lead_id": "Flow IA ID"}, ["nonsense"], "new_columns"),
]


@pytest.mark.parametrize("case", MISFITS)
def test_columns_that_do_not_fit_are_named_and_nothing_is_made(
    client: Client,
    setup: Setup,
    tools: Tools,
    case: tuple[dict[str, str], list[str], str],
) -> None:
    told(client, setup, **setup.secret)
    told(client, setup, target=key_of(client, setup))
    chosen, new, named = case
    before = tools.seen(setup.service)["columns"]
    answer = put(client, setup, fields_to_columns=chosen, new_columns=[*new, "summary"])
    assert answer.status_code == 400
    assert any(one.startswith(named) for one in answer.json()["errors"])
    assert tools.seen(setup.service)["columns"] == before
    assert client.get(setup.api).json()["fields_to_columns"] == {}


def test_an_access_that_may_not_make_columns_says_so(
    client: Client, airtable: Setup, tools: Tools
) -> None:
    scopes = ["data.records:read", "data.records:write", "schema.bases:read"]
    token = tools.sandbox.post("/tools/airtable-token", scopes=scopes)["token"]
    told(client, airtable, token=token)
    told(client, airtable, target=key_of(client, airtable))
    answer = put(client, airtable, new_columns=NEW)
    assert answer.status_code == 422
    assert told(client, airtable, new_columns=[])["state"] in {"active", "working"}


def test_the_demo_tables_are_all_that_is_listed(client: Client, airtable: Setup) -> None:
    told(client, airtable, **airtable.secret)
    listed = client.get(f"{airtable.api}/targets").json()
    assert [(one["detail"], one["name"]) for one in listed] == [
        (demo.WORKSPACE_NAME, "Leads"),
        ("Les marchés", "Stands"),
    ]
