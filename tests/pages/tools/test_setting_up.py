"""The three steps that connect a tool: its key, its table, its columns."""

import logging

import pytest
from django.test import Client

from accounts.models import AuditEntry, Workspace
from integrations.models import Integration
from sandbox import demo
from tests.integrations.setups import Setup, cells, connected, leads_in, work
from tests.pages.tools.visiting import connect, do, page, proposed, set_up, table_key
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


WRONG = {
    "notion": {"token": "ntn_wrong_wrong_wrong_wrong"},
    "airtable": {"token": "patWrongWrongWrong.0123456789"},
    "google_sheets": {"service_account": '{"type": "authorized_user"}', "spreadsheet": "x"},
}


def test_a_tool_is_set_up_in_three_steps(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana", "Bob")
    assert f"Connect {setup.name}" in page(client, "/tools")
    assert "Step 1 of 3" in page(client, setup.page)

    shown = connect(client, setup)
    assert "The key works" in shown
    assert setup.account in shown
    assert "Step 2 of 3" in shown
    shown = do(client, setup.page, "table", target=table_key(shown, setup.table))
    assert "Step 3 of 3" in shown
    form = proposed(shown)
    new = {name for name, value in form.items() if value == "new"}
    assert new == {"column-summary", "column-stage", "column-link"}
    shown = do(client, setup.page, "columns", **form)
    assert "your leads are being written" in shown
    work()

    shown = page(client, setup.page)
    assert "Each lead is written there a few seconds after it changes" in shown
    assert "2 written, 0 unchanged, 0 failed" in shown
    found = cells(tools, setup)
    assert {one["Nom"] for one in found} == {"Ana", "Bob"}
    assert "2 leads there" in page(client, "/tools")


def test_a_secret_is_never_shown_nor_noted(
    client: Client,
    workspace: Workspace,
    setup: Setup,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    [lead] = leads_in(workspace, "Ana")
    shown = [connect(client, setup), set_up(client, setup)]
    addresses = ["", "?step=key", "?step=table", "?step=columns", "/disconnect"]
    shown += [page(client, f"{setup.page}{one}") for one in addresses]
    shown += [do(client, setup.page, deed) for deed in ("test", "pause", "resume", "sync")]
    shown += [page(client, "/tools"), page(client, f"/inbox/leads/{lead.uid}")]
    shown += [do(client, setup.page, "connect", **{**setup.secret, "spreadsheet": "nowhere"})]
    told = [str(one) for one in AuditEntry.objects.values_list("data", flat=True)]
    for secret in setup.secrets:
        assert all(secret not in one for one in [*shown, *told, caplog.text])
        row = connected(workspace, setup.kind)
        assert secret not in repr(Integration.objects.filter(pk=row.pk).values().get())


def test_a_wrong_key_is_said_beside_the_form(
    client: Client, workspace: Workspace, setup: Setup
) -> None:
    shown = do(client, setup.page, "connect", **WRONG[setup.kind])
    assert 'role="alert"' in shown
    assert WRONG[setup.kind].get("token", "authorized_user") not in shown
    assert not Integration.objects.exists()
    if setup.kind == "google_sheets":
        assert "This is not the JSON key of a service account" in shown
        assert 'value="x"' in shown
    else:
        assert "refuses this key. Check that it was copied whole" in shown
        assert "no longer accepts" not in shown


def test_what_is_missing_is_said_beside_its_field(client: Client, setup: Setup) -> None:
    shown = do(client, setup.page, "connect", spreadsheet="kept")
    assert "This field is needed." in shown
    assert 'aria-invalid="true"' in shown
    assert ('value="kept"' in shown) is (setup.kind == "google_sheets")


def test_a_table_is_found_by_its_address_and_chosen(
    client: Client, workspace: Workspace, notion: Setup
) -> None:
    connect(client, notion)
    source = demo.NOTION_DATABASE_ID.replace("-", "")
    address = f"https://www.notion.so/Leads-{source}?v=0123456789abcdef0123456789abcdef"
    shown = page(client, f"{notion.page}?step=table&search={address}")
    key = table_key(shown, "Leads")
    do(client, notion.page, "table", target=key, search=address)
    assert connected(workspace, "notion").target["data_source_id"] == demo.NOTION_DATA_SOURCE_ID


def test_a_database_with_two_sources_asks_which(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    [lead] = leads_in(workspace, "Ana")
    connect(client, notion)
    search = demo.NOTION_DOUBLE_DATABASE_ID
    shown = page(client, f"{notion.page}?step=table&search={search}")
    key = table_key(shown, "Marchés")
    assert table_key(shown, "Boutique") != key
    shown = do(client, notion.page, "table", target=key, search=search)
    do(client, notion.page, "columns", **proposed(shown))
    work()
    [found] = cells(tools, notion, demo.NOTION_DOUBLE_SOURCE_IDS[1])
    assert found["Nom"] == "Ana"
    assert str(lead.uid) in found.values()


def test_a_table_that_is_not_listed_is_not_chosen(client: Client, setup: Setup) -> None:
    connect(client, setup)
    assert "Choose one of the listed tables." in do(client, setup.page, "table", target="0" * 16)


def test_a_column_twice_is_said_beside_the_field_and_nothing_is_made(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    shown = connect(client, setup)
    form = proposed(do(client, setup.page, "table", target=table_key(shown, setup.table)))
    before = tools.seen(setup.service)["columns"]
    form |= {"column-intent": form["column-evidence"]}
    shown = do(client, setup.page, "columns", **form)
    assert "This column has another field already" in shown
    assert proposed(shown)["column-summary"] == "new"
    assert tools.seen(setup.service)["columns"] == before
    assert connected(workspace, setup.kind).field_map == {}


def test_a_server_that_is_silent_is_said_in_words(
    client: Client, airtable: Setup, tools: Tools
) -> None:
    tools.fault("airtable", "server_error", times=5)
    assert "The tool does not answer at the moment" in connect(client, airtable)
    tools.sandbox.delete("/faults")
    connect(client, airtable)
    tools.fault("airtable", "server_error", times=5)
    assert "The tool does not answer at the moment" in page(client, airtable.page)
    tools.sandbox.delete("/faults")
