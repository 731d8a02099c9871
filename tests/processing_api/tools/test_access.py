"""Who may use connected tools by HTTP: the plan, teammates, strangers."""

import pytest
from django.test import Client

from accounts.models import Workspace
from tests.callers import caller
from tests.factories import make_member, make_workspace
from tests.integrations.setups import Setup, cells, leads_in, on_plan, work
from tests.processing_api.tools.calling import put, set_up, sync, told
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_the_smallest_plan_opens_one_tool(
    client: Client, workspace: Workspace, notion: Setup, airtable: Setup, tools: Tools
) -> None:
    told(client, notion, **notion.secret)
    answer = put(client, airtable, **airtable.secret)
    assert (answer.status_code, answer.json()["code"]) == (402, "plan_required")
    on_plan(workspace, "premium")
    set_up(client, airtable)
    on_plan(workspace, "freemium")
    assert client.get(airtable.api).json()["state"] == "beyond_plan"
    assert sync(client, airtable).status_code == 402
    leads_in(workspace, "Ana")
    work()
    assert cells(tools, airtable) == []


def test_a_teammate_reads_and_does_not_change(
    client: Client, workspace: Workspace, notion: Setup
) -> None:
    set_up(client, notion)
    teammate = caller(make_member(workspace, "member"))
    assert teammate.get(notion.api).json()["connected"] is True
    assert len(teammate.get("/integrations/config").json()) == 3
    refused = [
        put(teammate, notion, paused=True),
        teammate.delete(notion.api),
        sync(teammate, notion),
        teammate.post(f"{notion.api}/test"),
        teammate.get(f"{notion.api}/targets"),
        teammate.get(f"{notion.api}/columns"),
    ]
    assert {one.status_code for one in refused} == {403}


def test_a_stranger_finds_nothing(client: Client, workspace: Workspace, notion: Setup) -> None:
    set_up(client, notion)
    stranger = caller(
        make_member(make_workspace("Ailleurs")), **{"x-workspace": str(workspace.uid)}
    )
    answers = [stranger.get(notion.api), put(stranger, notion, paused=True), sync(stranger, notion)]
    answers += [stranger.delete(notion.api), stranger.get("/integrations/config")]
    assert {one.status_code for one in answers} == {404}
    alone = caller(make_member(make_workspace("Encore ailleurs")))
    assert alone.get(notion.api).json()["connected"] is False
