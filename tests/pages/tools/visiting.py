"""What a member does at a tool's page, and what its forms offer."""

import re
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import Workspace
from flowia.lib import clock
from integrations.models import SyncRun
from processing.models import DeadLetter, Lead
from tests.integrations.setups import Setup, connected, work


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def do(client: Client, address: str, deed: str, **form: Any) -> str:
    answer = client.post(address, {"do": deed, **form}, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def table_key(shown: str, name: str) -> str:
    """Return the value of the choice beside which the table's name stands."""
    choices = re.findall(r'name="target" value="(\w+)".*?<strong>(.*?)</strong>', shown)
    return str(next(key for key, called in choices if called == name))


def proposed(shown: str) -> dict[str, str]:
    """Return the form of columns as a browser would send it, nothing touched."""
    fields = re.findall(r'<select [^>]*name="(column-\w+)".*?>(.*?)</select>', shown, re.DOTALL)
    chosen = {}
    for name, options in fields:
        found = re.findall(r'<option value="([^"]*)" selected', options)
        chosen[name] = found[0] if found else ""
    return chosen


def connect(client: Client, setup: Setup) -> str:
    return do(client, setup.page, "connect", **setup.secret)


def set_up(client: Client, setup: Setup) -> str:
    """Go the three steps, and let the first comparison run."""
    shown = connect(client, setup)
    shown = do(client, setup.page, "table", target=table_key(shown, setup.table))
    shown = do(client, setup.page, "columns", **proposed(shown))
    work()
    return shown


def failed(workspace: Workspace, lead: Lead, code: str = "gave_up") -> SyncRun:
    run = SyncRun.objects.create(
        workspace=workspace,
        integration=connected(workspace, "notion"),
        lead_uid=lead.uid,
        payload={"name": str(lead.contact)},
        status="failed",
        error_code=code,
        finished_at=clock.now(),
    )
    DeadLetter.objects.create(kind="sync", object_id=run.pk, workspace=workspace, attempts=4)
    return run
