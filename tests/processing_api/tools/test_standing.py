"""Connected tools by HTTP: dying keys, changed tables, pauses, leaving, and secrets kept."""

import logging
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEntry, Workspace
from flowia.lib import clock
from integrations.models import Integration, Removal, SyncedRow, SyncOrder
from tests.integrations.setups import Setup, cells, connected, leads_in, work
from tests.processing_api.tools.calling import put, set_up, sync, told
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_no_answer_holds_a_secret(
    client: Client, workspace: Workspace, setup: Setup, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    [lead] = leads_in(workspace, "Ana")
    set_up(client, setup)
    run = client.get("/integrations/runs").json()["results"][0]["id"]
    asked = ["", "/targets", "/columns"]
    answers = [client.get(f"{setup.api}{one}") for one in asked]
    answers += [client.get(f"/integrations/{one}") for one in ("config", "orders", "runs")]
    answers += [client.get(f"/leads/{lead.uid}"), client.post(f"{setup.api}/test")]
    answers += [client.post(f"/integrations/runs/{run}/retry"), put(client, setup, **setup.secret)]
    answers += [put(client, setup, **{**setup.secret, "target": "0" * 16})]
    answers += [put(client, setup, **{**setup.secret, "paused": "x"}), sync(client, setup)]
    notes = [str(one) for one in AuditEntry.objects.values_list("data", flat=True)]
    texts = [*(one.content.decode() for one in answers), *notes, caplog.text]
    for secret in setup.secrets:
        assert [text for text in texts if secret in text] == []


def test_a_key_that_dies_is_told_and_mended(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    set_up(client, setup)
    tools.do(setup.service, "revoke_token")
    assert client.post(f"{setup.api}/test").status_code == 422
    found = client.get(setup.api).json()
    assert found["state"] == "needs_login"
    assert setup.name in found["error"]["sentence"]
    leads_in(workspace, "Ana")
    tools.do(setup.service, "revive_token")
    tools.sandbox.post("/tools/expire-tokens")
    told(client, setup, **setup.secret)
    assert sync(client, setup).status_code == 202
    work()
    assert [one["Nom"] for one in cells(tools, setup)] == ["Ana"]


def test_a_test_tells_what_has_changed(client: Client, setup: Setup, tools: Tools) -> None:
    set_up(client, setup)
    assert client.post(f"{setup.api}/test").json()["state"] == "active"
    tools.do(setup.service, "delete_column", column="Intention")
    found = client.post(f"{setup.api}/test").json()
    assert (found["state"], found["error"]["code"]) == ("needs_mapping", "column_gone")
    fit = client.get(f"{setup.api}/columns").json()
    assert [(one["field"], one["code"]) for one in fit["misfits"]] == [("intent", "gone")]
    told(client, setup, fields_to_columns=fit["proposed"])
    tools.do(setup.service, "unshare")
    assert client.post(f"{setup.api}/test").status_code == 422
    assert client.get(setup.api).json()["state"] == "needs_attention"


def test_pausing_and_resuming(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    assert put(client, notion, paused=True).status_code == 409
    set_up(client, notion)
    assert told(client, notion, paused=True)["state"] == "paused"
    leads_in(workspace, "Ana")
    assert sync(client, notion).status_code == 409
    assert told(client, notion, paused=False)["state"] in {"active", "working"}
    work()
    assert [one["Nom"] for one in cells(tools, notion)] == ["Ana"]


def test_leaving_takes_erased_people_along_or_asks(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, notion)
    row = SyncedRow.objects.get()
    Removal.objects.create(
        workspace=workspace,
        integration=connected(workspace, "notion"),
        lead_uid=row.lead_uid,
        external_id=row.external_id,
        next_at=clock.now() + timedelta(hours=3),
    )
    tools.do("notion", "revoke_token")
    answer = client.delete(notion.api)
    assert (answer.status_code, answer.json()["code"]) == (409, "removals_wait")
    tools.do("notion", "revive_token")
    assert client.delete(notion.api).status_code == 204
    assert cells(tools, notion) == []
    assert client.get(notion.api).json()["state"] == "none"
    assert not SyncOrder.objects.exists()


def test_leaving_anyway_is_a_wish_that_is_said(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, notion)
    lead_uid = SyncedRow.objects.get().lead_uid
    tool = connected(workspace, "notion")
    Removal.objects.create(workspace=workspace, integration=tool, lead_uid=lead_uid)
    tools.do("notion", "revoke_token")
    assert client.delete(f"{notion.api}?anyway=maybe").status_code == 400
    assert client.delete(f"{notion.api}?anyway=true").status_code == 204
    assert not Integration.objects.exists()


def test_another_table_anyway_is_a_wish_that_is_said(
    client: Client, workspace: Workspace, airtable: Setup, tools: Tools
) -> None:
    leads_in(workspace, "Ana")
    set_up(client, airtable)
    lead_uid = SyncedRow.objects.get().lead_uid
    tool = connected(workspace, "airtable")
    Removal.objects.create(workspace=workspace, integration=tool, lead_uid=lead_uid)
    listed = client.get(f"{airtable.api}/targets").json()
    wish = {"target": next(one["key"] for one in listed if one["name"] == "Stands")}
    for operation in ("list", "delete", "get"):
        tools.fault("airtable", "server_error", operation=operation, times=9)
    kind = "application/json"
    refused = client.put(airtable.api, wish, content_type=kind)
    assert (refused.status_code, connected(workspace, "airtable").status) == (409, "active")
    done = client.put(airtable.api, {**wish, "anyway": True}, content_type=kind)
    assert (done.status_code, connected(workspace, "airtable").status) == (200, "setting_up")
