"""What only Google Sheets asks for: a key in a file, an address, a share."""

import io
import json
import socket
from typing import Any

import pytest
import requests
from django.test import Client
from gspread.exceptions import APIError

from accounts.models import Workspace
from integrations.connectors.google_sheets.client import Paced
from sandbox import demo
from tests.integrations.setups import Setup, leads_in
from tests.pages.tools.visiting import connect, do, page, set_up
from tests.sandbox.tools import Tools

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "key", ["{", "[]", '"text"', "null", "[" * 15_000, '{"type": "service_account"}', "\ud800"]
)
def test_what_is_no_key_of_a_service_account_is_said(client: Client, key: str) -> None:
    shown = do(
        client,
        "/tools/google_sheets",
        "connect",
        service_account=key.encode("utf-8", "replace").decode(),
        spreadsheet="",
    )
    assert "This is not the JSON key of a service account" in shown


def test_a_workbook_of_excel_is_said(
    client: Client, sheets: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def workbook(*_args: Any, **_more: Any) -> Any:
        response = requests.Response()
        response.status_code, response.encoding = 400, "utf-8"
        said = "This operation is not supported for this document"
        error = {"code": 400, "message": said, "status": "FAILED_PRECONDITION"}
        response.raw = io.BytesIO(json.dumps({"error": error}).encode())
        raise APIError(response)

    connect(client, sheets)
    monkeypatch.setattr(Paced, "request", workbook)
    assert "This file is an Excel workbook" in page(client, sheets.page)


ADDRESSES = [
    (f"https://docs.google.com/spreadsheets/d/{demo.SPREADSHEET_ID}/edit#gid=0", True),
    (f"https://docs.google.com/spreadsheets/u/1/d/{demo.SPREADSHEET_ID}/", True),
    (f"https://docs.google.com/a/lumiere.example/spreadsheets/d/{demo.SPREADSHEET_ID}", True),
    (f"https://drive.google.com/open?usp=x&id={demo.SPREADSHEET_ID}", True),
    (f"  {demo.SPREADSHEET_ID} ", True),
    ("https://docs.google.com/spreadsheets/d/e/2PACX-1vQabcdefghijklmnopqrst/pubhtml", False),
    ("https://docs.google.com/document/d/1sandboxAtelierLumiereLeads0000000000000000A", False),
    ("Mes leads", False),
]


@pytest.mark.parametrize(("address", "good"), ADDRESSES)
def test_a_spreadsheet_is_named_by_its_address(
    client: Client, sheets: Setup, address: str, good: bool
) -> None:
    shown = do(client, sheets.page, "connect", **{**sheets.secret, "spreadsheet": address})
    assert ("Step 2 of 3" in shown) is good
    assert ("This is not the address of a spreadsheet" in shown) is not good
    if not good:
        assert f'value="{address}"' in shown


def test_a_spreadsheet_that_is_not_shared_says_with_whom_to_share(
    client: Client, sheets: Setup, tools: Tools
) -> None:
    tools.do("sheets", "unshare")
    shown = connect(client, sheets)
    assert "Share it with us again" in shown
    assert demo.SERVICE_ACCOUNT_EMAIL in shown
    tools.do("sheets", "share")
    assert "Leads" in page(client, sheets.page)


def test_google_is_asked_nothing_but_what_we_ask(
    client: Client, workspace: Workspace, sheets: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    # google-auth asks a host of Google's, in a thread of its own, where an account may be used.
    asked: list[str] = []
    known = socket.getaddrinfo

    def noting(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(str(host))
        return known(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    begun: list[str] = []
    start = "google.auth._regional_access_boundary_utils._RegionalAccessBoundaryManager"
    monkeypatch.setattr(
        f"{start}.maybe_start_refresh", lambda *_args, **_more: begun.append("asked")
    )
    leads_in(workspace, "Ana")
    set_up(client, sheets)
    do(client, sheets.page, "test")
    assert begun == []
    assert set(asked) <= {"127.0.0.1", "localhost"}
