"""Tools set up by a member against the stand-ins: what is typed, and the work that follows."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Workspace
from billing.models import Subscription
from flowia.lib import clock
from integrations import pacing
from integrations.actions import tools_due
from integrations.connectors.airtable import client as airtable
from integrations.models import Integration, Removal, SyncOrder
from processing import ordering, syncing
from processing.models import Lead
from sandbox import demo
from tests.factories import make_conversation, make_lead
from tests.sandbox.tools import Tools

SHEET = f"https://docs.google.com/spreadsheets/d/{demo.SPREADSHEET_ID}/edit?usp=sharing#gid=0"
TURNS = 60


@dataclass(frozen=True)
class Setup:
    """One tool: its names, the secret that opens it, and how its table is called there."""

    kind: str
    service: str
    name: str
    secret: dict[str, str]
    account: str
    table: str = "Leads"

    @property
    def slug(self) -> str:
        return self.kind.replace("_", "-")

    @property
    def page(self) -> str:
        return f"/tools/{self.kind}"

    @property
    def api(self) -> str:
        return f"/integrations/{self.slug}"

    @property
    def secrets(self) -> list[str]:
        """Texts that nobody may ever be shown."""
        if "token" in self.secret:
            return [self.secret["token"]]
        key = json.loads(self.secret["service_account"])["private_key"]
        return [key, key.splitlines()[1], key.replace("\n", "\\n")]


def setup_of(kind: str, tools: Tools) -> Setup:
    """Return how a member sets the tool up with the demo's account."""
    if kind == "notion":
        token = {"token": demo.NOTION_TOKEN}
        return Setup(kind, kind, "Notion", token, demo.WORKSPACE_NAME)
    if kind == "airtable":
        return Setup(kind, kind, "Airtable", {"token": demo.AIRTABLE_TOKEN}, "usr")
    secret = {"service_account": json.dumps(tools.key()), "spreadsheet": SHEET}
    return Setup(kind, "sheets", "Google Sheets", secret, demo.SERVICE_ACCOUNT_EMAIL)


def unhurried(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests call as often as they like, and let a changed lead be written at once."""
    settings.NOTION_REQUESTS_PER_SECOND = 4000
    settings.AIRTABLE_REQUESTS_PER_SECOND = 4000
    settings.GOOGLE_SHEETS_REQUESTS_PER_MINUTE = 100_000
    settings.SYNC_SETTLE_SECONDS = 0
    monkeypatch.setattr(airtable, "PER_TOKEN", 4000)
    pacing.forget()


def work() -> None:
    """Do what waits in the tables, as the workers would, until nothing is due."""
    for _turn in range(TURNS):
        now = clock.now()
        orders = list(SyncOrder.objects.filter(next_at__lte=now).values_list("pk", flat=True))
        due = list(tools_due(now).values_list("pk", flat=True))
        removals = Removal.objects.filter(status="queued", next_at__lte=now)
        left = list(removals.values_list("pk", flat=True))
        if not orders + due + left:
            return
        for pk in orders:
            ordering.order(pk)
        for pk in due:
            syncing.sync(pk)
        for pk in left:
            syncing.remove(pk)
    pytest.fail("there is always something left to do")


def leads_in(workspace: Workspace, *names: str) -> list[Lead]:
    """Make leads, one conversation each."""
    return [make_lead(make_conversation(workspace, name=name).contact) for name in names]


def on_plan(workspace: Workspace, code: str) -> None:
    """Put the workspace on a plan."""
    Subscription.objects.update_or_create(workspace=workspace, defaults={"plan": code})


def cells(tools: Tools, setup: Setup, target: str = "") -> list[dict[str, Any]]:
    """Return the rows of the tool's table, without those in the trash."""
    rows = tools.seen(setup.service, target)["rows"]
    return [row["cells"] for row in rows if not row.get("trashed")]


def row_of(tools: Tools, setup: Setup, lead: Lead) -> str:
    """Return how people would name the lead's row."""
    rows = tools.seen(setup.service)["rows"]
    mine = (one["row"] for one in rows if one["cells"]["Flow IA ID"] == str(lead.uid))
    return str(next(mine))


def connected(workspace: Workspace, kind: str) -> Integration:
    """Return the workspace's tool."""
    return Integration.objects.get(workspace=workspace, kind=kind)
