"""The page of a tool while it is looked at: its live part, its list, what it costs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Workspace
from integrations.models import Integration
from processing.models import Lead
from tests.callers import queries_of
from tests.integrations.setups import Setup, leads_in, on_plan, work
from tests.pages.tools.visiting import do, failed, page, set_up
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_the_latest_pushes_have_pages(client: Client, workspace: Workspace, notion: Setup) -> None:
    leads_in(workspace, *(f"Nom {number}" for number in range(45)))
    set_up(client, notion)
    first, last = page(client, notion.page), page(client, f"{notion.page}?page=3")
    assert "Page 1 of 3 · 45 pushes" in first
    assert "Page 3 of 3" in last
    assert 'id="pushes" open>' in last
    assert len(re.findall(r'<th scope="row">', first)) == 20
    assert len(re.findall(r'<th scope="row">', last)) == 5


def live(client: Client, address: str) -> tuple[str, str]:
    answer = client.get(address, headers={"x-fragment": "1"}).content.decode()
    [version] = re.findall(r'data-version="(\w+)"', answer)
    return version, answer


def test_the_live_part_has_a_version_that_changes_with_what_is_told(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    set_up(client, notion)
    calls = len(tools.sandbox.get("/calls", service="notion")["calls"])
    first, shown = live(client, notion.page)
    assert "<html" not in shown
    assert live(client, notion.page)[0] == first
    [lead] = leads_in(workspace, "Ana")
    versions = {first}
    steps: list[Callable[[], Any]] = [
        lambda: do(client, notion.page, "sync"),
        work,
        lambda: failed(workspace, lead),
        lambda: Integration.objects.update(status="needs_mapping"),
    ]
    for step in steps:
        step()
        versions.add(live(client, notion.page)[0])
    assert len(versions) == len(steps) + 1
    tools.sandbox.delete("/calls")
    live(client, notion.page)
    assert tools.sandbox.get("/calls", service="notion")["calls"] == []
    assert calls > 0


def test_the_page_still_says_which_version_of_the_product_it_is(
    client: Client, notion: Setup, settings: Settings
) -> None:
    settings.VERSION = "7.7.7"
    set_up(client, notion)
    assert "Flow IA 7.7.7" in page(client, notion.page)


def test_the_live_part_of_a_tool_that_is_gone_is_gone(client: Client) -> None:
    assert client.get("/tools/notion", headers={"x-fragment": "1"}).status_code == 404


def test_pages_cost_the_same_however_much_there_is(
    client: Client, workspace: Workspace, notion: Setup
) -> None:
    on_plan(workspace, "ultra")
    leads_in(workspace, "Ana", "Bob")
    set_up(client, notion)
    failed(workspace, Lead.objects.order_by("pk")[0])
    before = [queries_of(client, one) for one in ("/tools", notion.page)]
    for lead in leads_in(workspace, *(f"Nom {number}" for number in range(12))):
        failed(workspace, lead)
    whole = {"workspace": workspace, "status": "active", "field_map": {"name": "Nom"}}
    for kind in ("airtable", "google_sheets"):
        Integration.objects.create(kind=kind, **whole)
    assert [queries_of(client, one) for one in ("/tools", notion.page)] == before
