"""What stops a connected tool and what sets it going again: keys, shares, columns, pauses."""

import pytest
from django.test import Client

from accounts.models import Workspace
from flowia.lib import clock
from integrations.models import Integration, SyncOrder
from processing.models import Lead
from sandbox import demo
from tests.integrations.setups import Setup, cells, connected, leads_in, work
from tests.pages.tools.visiting import do, page, proposed, set_up
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_a_key_that_dies_is_mended_with_another(
    client: Client, workspace: Workspace, airtable: Setup, tools: Tools
) -> None:
    set_up(client, airtable)
    tools.do("airtable", "revoke_token")
    leads_in(workspace, "Ana")
    do(client, airtable.page, "sync")
    work()
    shown = page(client, airtable.page)
    assert "no longer accepts our key" in shown
    assert "Give us a new key" not in shown
    assert "A new key for Airtable" in shown
    token = tools.sandbox.post("/tools/airtable-token")["token"]
    do(client, airtable.page, "connect", token=token)
    SyncOrder.objects.filter(status="queued").update(next_at=clock.now())
    work()
    assert [one["Nom"] for one in cells(tools, airtable)] == ["Ana"]
    assert connected(workspace, "airtable").status == "active"


def test_a_new_key_that_does_not_reach_the_table_is_said_at_once(
    client: Client, workspace: Workspace, airtable: Setup, tools: Tools
) -> None:
    set_up(client, airtable)
    other = tools.sandbox.post("/tools/airtable-token", bases=[demo.AIRTABLE_OTHER_BASE_ID])
    shown = do(client, airtable.page, "connect", token=other["token"])
    assert "does not let us reach the table" in shown
    assert connected(workspace, "airtable").status == "needs_attention"


def test_an_unshared_table_is_found_by_a_test_and_mended(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    set_up(client, setup)
    tools.do(setup.service, "unshare")
    shown = do(client, setup.page, "test")
    assert "Share it with us again" in shown
    assert connected(workspace, setup.kind).status == "needs_attention"
    tools.do(setup.service, "share")
    assert "It works" in do(client, setup.page, "test")
    assert connected(workspace, setup.kind).status == "active"


@pytest.mark.parametrize("deed", ["rename_column", "delete_column"])
def test_columns_that_people_change_are_chosen_anew(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools, deed: str
) -> None:
    set_up(client, setup)
    more = {"to": "Ce qu'il veut"} if deed == "rename_column" else {}
    tools.do(setup.service, deed, column="Intention", **more)
    shown = do(client, setup.page, "test")
    if deed == "rename_column" and setup.kind != "google_sheets":
        # Two tools know a column by more than its name.
        assert "It works" in shown
        return
    assert "The table changed: choose its columns again." in shown
    assert "This column is not there any more" in shown
    leads_in(workspace, "Ana")
    do(client, setup.page, "columns", **proposed(shown))
    work()
    assert connected(workspace, setup.kind).status == "active"
    assert [one["Nom"] for one in cells(tools, setup)] == ["Ana"]


def test_pausing_keeps_and_resuming_writes_what_changed_meanwhile(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    set_up(client, setup)
    assert "Paused" in do(client, setup.page, "pause")
    leads_in(workspace, "Ana")
    work()
    assert cells(tools, setup) == []
    assert "Resumed" in do(client, setup.page, "resume")
    work()
    assert [one["Nom"] for one in cells(tools, setup)] == ["Ana"]


def test_columns_chosen_while_paused_do_not_resume(
    client: Client, workspace: Workspace, notion: Setup
) -> None:
    set_up(client, notion)
    do(client, notion.page, "pause")
    form = proposed(page(client, f"{notion.page}?step=columns"))
    do(client, f"{notion.page}?step=columns", "columns", **form)
    assert connected(workspace, "notion").status == "paused"


@pytest.mark.parametrize("status", ["needs_login", "needs_attention", "needs_mapping"])
def test_resuming_mends_nothing(
    client: Client, workspace: Workspace, notion: Setup, status: str
) -> None:
    set_up(client, notion)
    Integration.objects.update(status=status)
    do(client, notion.page, "resume")
    assert connected(workspace, "notion").status == status


def test_an_order_that_ran_while_it_was_paused_begins_anew(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, notion)
    do(client, notion.page, "sync")
    SyncOrder.objects.filter(status="queued").update(cursor=2**62, status="running", total=1)
    do(client, notion.page, "pause")
    Lead.objects.update(intent="tout autre chose")
    do(client, notion.page, "resume")
    work()
    assert cells(tools, notion)[0]["Intention"] == "tout autre chose"
