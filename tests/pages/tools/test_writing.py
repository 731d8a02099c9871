"""Leads that are written, that fail and that are tried again, as their owner sees it."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Workspace
from flowia.lib import clock
from integrations.models import SyncedRow
from processing.models import DeadLetter, Lead
from tests.integrations.setups import Setup, cells, leads_in, row_of, work
from tests.pages.tools.visiting import do, failed, page, set_up
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


def test_a_second_order_waits_for_the_first_and_can_be_cancelled(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    set_up(client, notion)
    leads_in(workspace, "Ana")
    shown = do(client, notion.page, "sync")
    assert "Comparing and writing" in shown
    assert 'value="cancel"' in shown
    assert "being written into this tool already" in do(client, notion.page, "sync")
    assert "Cancelled" in do(client, notion.page, "cancel")
    assert "nothing left to cancel" in do(client, notion.page, "cancel")
    work()
    assert cells(tools, notion) == []
    assert "Last comparison, cancelled" in page(client, notion.page)


def test_rows_that_people_took_away_or_doubled_are_written_again_when_asked(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    ana, bob = leads_in(workspace, "Ana", "Bob")
    set_up(client, setup)
    for lead, deed in ((ana, "delete_row"), (bob, "duplicate_row")):
        tools.do(setup.service, deed, row=row_of(tools, setup, lead))
    Lead.objects.update(intent="autre chose")
    SyncedRow.objects.update(written_at=clock.now() - timedelta(hours=1))
    do(client, setup.page, "sync")
    work()
    shown = page(client, setup.page)
    assert "row was taken away" in shown
    assert "stands in " in shown
    assert "more than once" in shown
    assert 'value="retry"' not in shown

    do(client, setup.page, "rewrite", lead=str(ana.uid))
    tools.do(setup.service, "delete_row", row=row_of(tools, setup, bob))
    do(client, setup.page, "rewrite", lead=str(bob.uid))
    work()
    assert "Not written" not in page(client, setup.page)
    assert sorted(one["Nom"] for one in cells(tools, setup)) == ["Ana", "Bob"]
    assert {one["Intention"] for one in cells(tools, setup)} == {"autre chose"}


def test_what_failed_is_tried_again_one_by_one_or_all(
    client: Client, workspace: Workspace, notion: Setup, tools: Tools
) -> None:
    set_up(client, notion)
    leads = leads_in(workspace, "Ana", "Bob", "Cléo")
    for lead in leads:
        failed(workspace, lead)
    shown = page(client, notion.page)
    assert shown.count("It failed several times in a row") >= 3
    do(client, notion.page, "rewrite", lead=str(leads[0].uid))
    work()
    assert [one["Nom"] for one in cells(tools, notion)] == ["Ana"]
    assert "being tried again" in do(client, notion.page, "retry")
    work()
    assert sorted(one["Nom"] for one in cells(tools, notion)) == ["Ana", "Bob", "Cléo"]
    assert "Not written" not in page(client, notion.page)
    assert not DeadLetter.objects.filter(replayed_at=None).exists()
    assert "did not fail" in do(client, notion.page, "retry")


def test_a_lead_that_was_written_once_and_fails_later_is_told(
    client: Client, workspace: Workspace, notion: Setup
) -> None:
    [lead] = leads_in(workspace, "Ana")
    set_up(client, notion)
    assert "Not written" not in page(client, notion.page)
    failed(workspace, lead)
    assert "Not written" in page(client, notion.page)


@pytest.mark.parametrize("uid", ["", "x", "0189abcd-0000-7000-8000-000000000000"])
def test_a_lead_that_is_not_there_is_not_written(client: Client, notion: Setup, uid: str) -> None:
    set_up(client, notion)
    assert "There is nothing at this address" in do(client, notion.page, "rewrite", lead=uid)


def test_the_lead_page_tells_where_the_lead_stands(
    client: Client, workspace: Workspace, setup: Setup, tools: Tools
) -> None:
    [lead] = leads_in(workspace, "Ana")
    address = f"/inbox/leads/{lead.uid}"
    assert "Written into your tools" not in page(client, address)
    set_up(client, setup)
    shown = page(client, address)
    assert "Written into your tools" in shown
    assert setup.name in shown
    assert "See the row" in shown
    tools.do(setup.service, "delete_row", row=row_of(tools, setup, lead))
    SyncedRow.objects.update(written_at=clock.now() - timedelta(hours=1))
    do(client, setup.page, "sync")
    work()
    shown = page(client, address)
    assert "Was taken away there" in shown
    client.post(address, {"do": "rewrite", "tool": setup.kind})
    work()
    assert [one["Nom"] for one in cells(tools, setup)] == ["Ana"]
