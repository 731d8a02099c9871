"""Many leads into the three stand-ins at once, in bad weather: for the test and the benchmark."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.db import connections

from accounts.models import Workspace
from billing.models import Subscription
from flowia.embedded import BASE_DIR
from flowia.lib import clock
from integrations import actions
from integrations.connecting import connection_of
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import FIELDS
from integrations.fitting import default_map
from integrations.models import Integration, SyncedRow, SyncOrder, SyncRun
from processing import pipeline
from processing.models import Contact, DeadLetter, Lead
from processing.tasks import replay_dead_letter
from sandbox import demo
from tests.factories import make_account, make_workspace
from tests.sandbox.conftest import Receiver, Sandbox
from tests.stack import clean_environment, free_port, wait_until

SERVICES = {"notion": "notion", "airtable": "airtable", "google_sheets": "sheets"}
"""Each tool, and what the sandbox calls its stand-in."""
OFTENER = {"airtable": 6, "sheets": 6}
REAL = {"notion_per_second": 3, "airtable_per_base": 5, "airtable_per_token": 50,
        "sheets_reads": 60, "sheets_writes": 60, "sheets_project": 300}  # fmt: skip
"""The tools' own limits (crm.md)."""
WRITING = {"create_page", "update_page", "create", "update", "append", "batch_update", "clear"}
NUMBER = 500


@contextmanager
def started_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Run a sandbox of our own, for callers without pytest."""
    port, mail_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    told = {
        "FLOWIA_VAR": str(folder),
        "SANDBOX_URL": url,
        "SANDBOX_PORT": str(port),
        "SANDBOX_MAIL_PORT": str(mail_port),
    }
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    process = subprocess.Popen(
        [gunicorn, "sandbox.wsgi", "--threads", "16", "--no-control-socket", "--bind",
         f"127.0.0.1:{port}"],
        cwd=BASE_DIR, env=clean_environment(told), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert wait_until(lambda: _answers(url), 60)
        yield Sandbox(url, Receiver(), mail_port)
    finally:
        process.terminate()
        process.wait(40)


def _answers(url: str) -> bool:
    try:
        return bool(requests.get(f"{url}/health", timeout=1).ok)
    except requests.RequestException:
        return False


def point_at(sandbox: Sandbox, scale: float) -> None:
    """Use the stand-ins, their limits and ours the same number of times larger than real."""
    sandbox.post("/tools/reset")
    sandbox.post("/tools/options", **{name: most * scale for name, most in REAL.items()})
    settings.NOTION_API_URL = f"{sandbox.url}/notion"
    settings.AIRTABLE_API_URL = f"{sandbox.url}/airtable"
    settings.GOOGLE_SHEETS_API_URL = f"{sandbox.url}/sheets"
    settings.GOOGLE_SHEETS_TOKEN_URL = f"{sandbox.url}/sheets/token"
    settings.NOTION_REQUESTS_PER_SECOND = 2.5 * scale
    settings.AIRTABLE_REQUESTS_PER_SECOND = 4.0 * scale
    settings.GOOGLE_SHEETS_REQUESTS_PER_MINUTE = round(55 * scale)


def make_shop(number: int = NUMBER) -> Workspace:
    """Return a workspace with so many leads, and a plan for three tools."""
    workspace = make_workspace()
    Subscription.objects.create(workspace=workspace, plan="premium")
    account = make_account(workspace)
    whose: dict[str, Any] = {"workspace": workspace, "social_account": account}
    contacts = Contact.objects.bulk_create(
        Contact(**whose, external_id=f"7{place:015}", name=f"Personne {place}")
        for place in range(number)
    )
    Lead.objects.bulk_create(
        Lead(workspace=workspace, contact=contact, level="warm", phone=f"+336{place:08}")
        for place, contact in enumerate(contacts)
    )
    return workspace


def connect_all(sandbox: Sandbox, workspace: Workspace) -> list[Integration]:
    """Connect the demo's tables as a member would: every field has its column."""
    key = sandbox.post("/tools/service-account")
    sheet = {"spreadsheet_id": demo.SPREADSHEET_ID, "sheet_id": demo.SPREADSHEET_GID}
    return [
        _connect(workspace, "notion", {"token": demo.NOTION_TOKEN},
                 {"data_source_id": demo.NOTION_DATA_SOURCE_ID}),
        _connect(workspace, "airtable", {"token": demo.AIRTABLE_TOKEN},
                 {"base_id": demo.AIRTABLE_BASE_ID, "table_id": demo.AIRTABLE_TABLE_ID}),
        _connect(workspace, "google_sheets", {"service_account": json.dumps(key)}, sheet),
    ]  # fmt: skip


def _connect(
    workspace: Workspace, kind: str, secrets: dict[str, Any], target: dict[str, Any]
) -> Integration:
    tool = Integration(workspace=workspace, kind=kind, target=target, field_map={})
    tool.seal(secrets)
    tool.save()
    fit = default_map(CONNECTORS[kind].columns(connection_of(tool)), FIELDS)
    made = CONNECTORS[kind].create_columns(connection_of(tool), fit.missing)
    names = [one.name for one in fit.missing]
    tool.field_map = fit.field_map | dict(zip(names, (column.id for column in made), strict=True))
    tool.save()
    return tool


def standing(tool: Integration) -> Counter[str]:
    """Return how often each lead stands in the tool."""
    found = CONNECTORS[tool.kind].present(connection_of(tool))
    return Counter(lead_uid for lead_uid, _row in found)


@dataclass
class Weather:
    """Each call of each tool meets each kind of fault with a `chance`, the same for one `seed`.

    By calls and not by seconds: on a slow machine the same number of batches comes through. Tools
    that take many rows in a call meet faults six times as often.
    """

    sandbox: Sandbox
    chance: float
    slow_seconds: float
    seed: int = 1
    met: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def blowing(self) -> Iterator[None]:
        kinds: dict[str, dict[str, Any]] = {
            "rate_limited": {"retry_after": 1},
            "server_error": {},
            "bad_gateway": {},
            "timeout_after_acceptance": {"seconds": self.slow_seconds},
            "lost_after_acceptance": {},
        }
        since = last_call(self.sandbox)
        for service in SERVICES.values():
            chance = self.chance * OFTENER.get(service, 1)
            for kind, told in kinds.items():
                luck = {"chance": chance, "seed": f"{self.seed} {service}", "times": None}
                self.sandbox.post("/faults", service=service, kind=kind, **told, **luck)
        try:
            yield
        finally:
            self.sandbox.delete("/faults")
        for call in calls_of_tools(self.sandbox, since):
            if call["fault"]:
                self.met[f"{call['service']} {call['fault']}"] += 1


def run_workers(done: Callable[[], bool], *, workers: int = 2, seconds: float = 120) -> float:
    """Let so many workers do what the dispatcher finds, until `done`; returns the seconds."""
    begun, over = time.monotonic(), threading.Event()
    threads = [threading.Thread(target=_work, args=(over,)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        while not done():
            assert time.monotonic() - begun < seconds, "it takes too long"
            time.sleep(0.1)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return time.monotonic() - begun


def _work(over: threading.Event) -> None:
    try:
        while not over.is_set():
            now = clock.now()
            actions.overdue(now=now)
            for order in SyncOrder.objects.filter(next_at__lte=now):
                pipeline.order(order.pk)
            tools = [tool.pk for tool in actions.tools_due(now)]
            for tool in tools:
                pipeline.sync(tool)
            for letter in DeadLetter.objects.filter(kind="sync", replayed_at=None):
                replay_dead_letter(letter.pk)
            time.sleep(0 if tools else 0.02)
    finally:
        connections.close_all()


def order_everything(tools: list[Integration]) -> list[SyncOrder]:
    now = clock.now()
    return [actions.place(tool, SyncOrder.Kind.FULL, now=now) for tool in tools]


def all_written(orders: list[SyncOrder]) -> Callable[[], bool]:
    """Return a question: is every push of these orders through, none of them failed?"""
    keys = [order.pk for order in orders]

    def done() -> bool:
        if SyncOrder.objects.filter(pk__in=keys, status__in=["queued", "running"]).exists():
            # An order looks every minute whether its last push has ended; nobody waits for that.
            SyncOrder.objects.filter(pk__in=keys, cursor=2**63 - 1).update(next_at=clock.now())
            return False
        ended = SyncRun.objects.filter(order__in=keys, status__in=["done", "unchanged"]).count()
        return ended == SyncRun.objects.filter(order__in=keys).count()

    return done


def receipts(tool: Integration) -> int:
    """Return how many leads the tool has a full receipt for."""
    rows = SyncedRow.objects.filter(integration=tool, state="present", written_at__isnull=False)
    return rows.exclude(external_id="").exclude(digest="").exclude(url="").count()


def calls_of_tools(sandbox: Sandbox, since: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the calls that the tools took after one of their log."""
    while calls := sandbox.get("/calls", since_id=since)["calls"]:
        yield from (call for call in calls if call["service"] in SERVICES.values())
        since = calls[-1]["id"]


def written_calls(sandbox: Sandbox, since: int = 0) -> Counter[str]:
    """Return how many calls of each operation the tools took after one of their log."""
    calls = calls_of_tools(sandbox, since)
    return Counter(f"{call['service']} {call['operation']}" for call in calls)


def last_call(sandbox: Sandbox) -> int:
    """Return the id of the newest call in the sandbox's log."""
    since = 0
    while calls := sandbox.get("/calls", since_id=since)["calls"]:
        since = calls[-1]["id"]
    return since
