"""Who may use the pages of tools: the plan, teammates, strangers."""

import pytest
from django.test import Client

from accounts.models import Workspace
from integrations.models import Integration
from tests.callers import browser
from tests.factories import make_member, make_workspace
from tests.integrations.setups import Setup, cells, leads_in, on_plan, work
from tests.pages.tools.visiting import connect, do, page, set_up
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_a_second_tool_needs_a_larger_plan(
    client: Client, workspace: Workspace, notion: Setup, airtable: Setup
) -> None:
    connect(client, notion)
    for shown in (page(client, "/tools"), page(client, airtable.page), connect(client, airtable)):
        assert "Your plan (Freemium) allows 1 connected tool" in shown
        assert 'href="/plan"' in shown
    assert Integration.objects.count() == 1
    on_plan(workspace, "premium")
    assert "The key works" in connect(client, airtable)


def test_a_tool_beyond_the_plan_waits_and_says_why(
    client: Client, workspace: Workspace, notion: Setup, airtable: Setup, tools: Tools
) -> None:
    on_plan(workspace, "premium")
    set_up(client, notion)
    set_up(client, airtable)
    on_plan(workspace, "freemium")
    leads_in(workspace, "Ana")
    shown = page(client, airtable.page)
    assert "Your plan allows fewer tools" in shown
    assert 'href="/plan"' in shown
    assert 'value="sync"' not in shown
    assert "Your plan (Freemium) allows" in do(client, airtable.page, "sync")
    assert "beyond your plan" in page(client, "/tools").lower()
    mend = {"status": "needs_login", "status_reason": "AUTHENTICATION_REQUIRED"}
    Integration.objects.filter(kind="airtable").update(**mend)
    for address in (airtable.page, "/tools"):
        broken = page(client, address)
        assert "no longer accepts our key" in broken
        assert "Your plan allows fewer tools" in broken
    do(client, notion.page, "sync")
    work()
    assert len(cells(tools, notion)) == 1
    assert cells(tools, airtable) == []


def test_a_teammate_sees_and_cannot_act(
    client: Client, workspace: Workspace, notion: Setup
) -> None:
    teammate = browser(make_member(workspace, "member"), "en")
    assert "Only an owner of this workspace can do that." in page(teammate, notion.page)
    leads_in(workspace, "Ana")
    set_up(client, notion)
    shown = page(teammate, notion.page)
    assert "Each lead is written there" in shown
    assert 'name="do"' not in shown[shown.index("<main") : shown.index("</main>")]
    assert "?step=" not in shown
    assert 'name="token"' not in page(teammate, f"{notion.page}?step=key")
    for deed in ("sync", "pause", "test", "cancel", "retry", "rewrite", "connect"):
        assert teammate.post(notion.page, {"do": deed}).status_code == 403
    assert teammate.post(f"{notion.page}/disconnect").status_code == 403


def test_a_stranger_finds_nothing(client: Client, workspace: Workspace, notion: Setup) -> None:
    leads_in(workspace, "Ana")
    set_up(client, notion)
    stranger = browser(make_member(make_workspace("Ailleurs")), "en")
    named = f"?workspace={workspace.uid}"
    for address in ("/tools", notion.page, f"{notion.page}/disconnect"):
        assert stranger.get(f"{address}{named}").status_code == 404
    form = {"do": "pause", "workspace": str(workspace.uid)}
    assert stranger.post(notion.page, form).status_code == 404
    assert "Ana" not in page(stranger, notion.page)


def test_an_unknown_tool_is_not_there(client: Client) -> None:
    assert client.get("/tools/excel").status_code == 404
    assert client.post("/tools/excel", {"do": "connect"}).status_code == 404
