"""What the lead's page says of a tool that was broken, is mended, or is beyond the plan."""

import pytest
from django.test import Client
from django.utils.translation import override

from flowia.lib import clock
from integrations.models import Hook, Integration, SyncRun
from integrations.queueing import resume
from processing.models import Lead
from processing.receipts import receipts_of
from tests.callers import browser
from tests.factories import make_member, make_workspace
from tests.integrations.hooking import lead_in

pytestmark = pytest.mark.django_db
BROKEN = {"status": "needs_mapping", "status_reason": "column_gone"}


@pytest.fixture
def lead() -> Lead:
    return lead_in(make_workspace())


def waiting(lead: Lead, kind: str) -> Integration:
    """A tool whose columns people changed, and a push that waits for it."""
    tool = Integration.objects.create(workspace=lead.workspace, kind=kind, **BROKEN)
    SyncRun.objects.create(
        workspace=lead.workspace,
        integration=tool,
        lead_uid=lead.uid,
        payload={"name": "Zoé"},
        next_at=clock.now(),
        error_code="column_gone",
    )
    return tool


def said(lead: Lead) -> list[str]:
    with override("en"):
        return [one.sentence for one in receipts_of(lead)]


def test_a_tool_that_was_mended_asks_for_its_columns_no_more(lead: Lead) -> None:
    tool = waiting(lead, "notion")
    assert "Choose the columns again" in said(lead)[0]

    resume(tool, now=clock.now())
    assert said(lead) == [""]


def test_a_tool_that_is_broken_and_beyond_the_plan_says_both(lead: Lead) -> None:
    waiting(lead, "notion")
    waiting(lead, "airtable")

    first, second = said(lead)
    assert "Your plan allows fewer tools" not in first
    assert "Choose the columns again" in second
    assert "Your plan allows fewer tools" in second


def test_webhooks_beyond_the_plan_are_told_so_among_the_tools(lead: Lead) -> None:
    workspace = lead.workspace
    client: Client = browser(make_member(workspace), "en")
    Hook.objects.create(workspace=workspace, name="n8n", url="https://exemple.fr/x")
    shown = client.get("/tools").content.decode()
    assert '<span class="tag wait">Beyond your plan</span>' in shown
    assert "1 address<" not in shown
