"""Another table is chosen, or a tool disconnected: erased people leave it first."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from accounts.models import AuditEntry, Workspace
from flowia.lib import clock
from integrations.models import Integration, Removal, SyncedRow, SyncOrder, SyncRun
from processing.models import Lead
from sandbox import demo
from tests.integrations.setups import Setup, cells, connected, leads_in, work
from tests.pages.tools.visiting import do, page, proposed, set_up, table_key
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_with_another_table_leads_are_written_there(
    client: Client, workspace: Workspace, airtable: Setup, tools: Tools
) -> None:
    [lead] = leads_in(workspace, "Ana")
    set_up(client, airtable)
    run = SyncRun.objects.get()
    SyncRun.objects.filter(pk=run.pk).update(status="running", attempts=3)
    SyncOrder.objects.create(
        workspace=workspace, integration=run.integration, kind="full", next_at=clock.now()
    )
    shown = page(client, f"{airtable.page}?step=table")
    assert "every lead is written anew there" in shown
    shown = do(client, airtable.page, "table", target=table_key(shown, "Stands"))
    assert "Step 3 of 3" in shown
    assert not SyncedRow.objects.exists()
    assert not SyncRun.objects.filter(status__in=["queued", "running"]).exists()
    assert not SyncOrder.objects.filter(status__in=["queued", "running"]).exists()
    do(client, airtable.page, "columns", **proposed(shown))
    work()
    [found] = cells(tools, airtable, demo.AIRTABLE_OTHER_TABLE_ID)
    assert found["Nom"] == "Ana"
    assert len(cells(tools, airtable)) == 1
    assert SyncedRow.objects.get().lead_uid == lead.uid


def test_the_same_table_chosen_again_is_not_written_anew(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, setup)
    if setup.kind != "notion":
        tools.do(setup.service, "rename_target", to="Clients")
    shown = page(client, f"{setup.page}?step=table")
    name = setup.table if setup.kind == "notion" else "Clients"
    do(client, f"{setup.page}?step=table", "table", target=table_key(shown, name))
    assert connected(workspace, setup.kind).target["name"] == name
    shown = do(client, setup.page, "sync")
    work()
    assert "0 written, 1 unchanged, 0 failed" in page(client, setup.page)


def removal(workspace: Workspace, kind: str = "notion") -> Removal:
    row = SyncedRow.objects.get()
    found = Removal.objects.create(
        workspace=workspace,
        integration=connected(workspace, kind),
        lead_uid=row.lead_uid,
        external_id=row.external_id,
        next_at=clock.now() + timedelta(hours=3),
        attempts=4,
    )
    row.delete()
    Lead.objects.all().delete()
    return found


def test_erased_people_leave_the_table_before_it_is_disconnected(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, notion)
    removal(workspace)
    assert "The row of 1 person who asked to be erased" in page(client, "/tools/notion/disconnect")
    answer = client.post("/tools/notion/disconnect", follow=True)
    assert "Notion is disconnected." in answer.content.decode()
    assert cells(tools, notion) == []
    assert not Integration.objects.exists()


def test_where_they_cannot_leave_the_owner_is_asked_once_more(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, notion)
    removal(workspace)
    tools.do("notion", "revoke_token")
    shown = unescape(client.post("/tools/notion/disconnect").content.decode())
    assert "erased person still has to be taken away in Notion" in shown
    assert Removal.objects.get().status == "queued"
    client.post("/tools/notion/disconnect", {"anyway": "1"})
    assert not Integration.objects.exists()
    assert AuditEntry.objects.get(action="tool.disconnected").data["left"] == 1


def test_erased_people_leave_the_table_before_another_is_chosen(
    client: Client, workspace: Workspace, airtable: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, airtable)
    removal(workspace, "airtable")
    key = table_key(page(client, f"{airtable.page}?step=table"), "Stands")
    tools.fault("airtable", "server_error", operation="list", times=1)
    tools.fault("airtable", "server_error", operation="delete", times=1)
    tools.fault("airtable", "server_error", operation="get", times=1)
    shown = do(client, f"{airtable.page}?step=table", "table", target=key)
    assert "erased person still has to be taken away in Airtable" in shown
    tools.sandbox.delete("/faults")
    do(client, airtable.page, "table", target=key)
    assert cells(tools, airtable) == []
    assert connected(workspace, "airtable").status == "setting_up"


def test_where_they_cannot_leave_another_table_is_chosen_all_the_same(
    client: Client, workspace: Workspace, airtable: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, airtable)
    removal(workspace, "airtable")
    step = f"{airtable.page}?step=table"
    key = table_key(page(client, step), "Stands")
    assert 'name="anyway"' not in page(client, step)
    for operation in ("list", "delete", "get"):
        tools.fault("airtable", "server_error", operation=operation, times=1)
    assert 'name="anyway"' in do(client, step, "table", target=key)
    do(client, step, "table", target=key, anyway="1")
    assert connected(workspace, "airtable").status == "setting_up"
    assert not Removal.objects.exists()
    told = AuditEntry.objects.filter(action="tool.table_chosen").latest("pk")
    assert told.data["left"] == 1
