"""Leads written into connected tools by HTTP: orders, receipts, rows written again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from flowia.lib import clock
from integrations.models import SyncedRow
from processing.models import Lead
from tests.integrations.setups import Setup, cells, leads_in, row_of, work
from tests.processing_api.tools.calling import set_up, sync
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_an_order_is_placed_once_however_often_it_is_asked_for(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    set_up(client, notion)
    leads_in(workspace, "Ana", "Bob")
    first, again = sync(client, notion, "k1"), sync(client, notion, "k1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    other = sync(client, notion, "k2")
    assert (other.status_code, other.json()["code"]) == (409, "sync_running")

    uid = first.json()["run"]["id"]
    assert client.get(f"/integrations/orders/{uid}").json()["status"] == "queued"
    work()
    done = client.get(f"/integrations/orders/{uid}").json()
    assert (done["status"], done["total"], done["written"]) == ("done", 2, 2)
    assert sync(client, notion, "k1").json() == first.json()
    sync(client, notion, "k3")
    work()
    last = client.get("/integrations/orders").json()["results"][0]
    assert (last["written"], last["unchanged"]) == (0, 2)


def test_an_order_that_is_cancelled_writes_no_more(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    set_up(client, notion)
    leads_in(workspace, "Ana")
    uid = sync(client, notion).json()["run"]["id"]
    for _twice in range(2):
        answer = client.post(f"/integrations/orders/{uid}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    work()
    assert cells(tools, notion) == []


def receipt(client: Client, lead: Lead) -> dict[str, Any]:
    [found] = client.get(f"/leads/{lead.uid}").json()["receipts"]
    return dict(found)


def test_a_lead_tells_where_it_stands_and_is_written_again(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    [lead] = leads_in(workspace, "Ana")
    assert client.get(f"/leads/{lead.uid}").json()["receipts"] == []
    set_up(client, setup)
    found = receipt(client, lead)
    assert (found["tool"], found["state"], found["status"]) == (setup.slug, "written", "done")
    assert found["url"]
    tools.do(setup.service, "delete_row", row=row_of(tools, setup, lead))
    SyncedRow.objects.update(written_at=clock.now() - timedelta(hours=1))
    sync(client, setup)
    work()
    found = receipt(client, lead)
    assert (found["state"], found["error"]["code"]) == ("missing", "row_missing")

    body = {"tool": setup.slug}
    answer = client.post(f"/leads/{lead.uid}/rewrite", body, content_type="application/json")
    assert answer.json()["receipts"][0]["state"] == "waiting"
    work()
    assert receipt(client, lead)["state"] == "written"
    assert [one["Nom"] for one in cells(tools, setup)] == ["Ana"]
