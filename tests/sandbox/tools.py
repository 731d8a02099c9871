"""What the tests of the lead tools share: the real libraries, pointed at the stand-ins."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import gspread
import pytest
import requests
from google.oauth2 import service_account
from gspread.http_client import HTTPClient
from notion_client import Client
from pyairtable import Api

from sandbox import demo
from tests.sandbox.conftest import Sandbox

SPREADSHEETS = "https://www.googleapis.com/auth/spreadsheets"
READ_ONLY = f"{SPREADSHEETS}.readonly"
BASE, TABLE, FILE = demo.AIRTABLE_BASE_ID, demo.AIRTABLE_TABLE_ID, demo.SPREADSHEET_ID
LIMITLESS = (
    "airtable_per_base",
    "airtable_per_token",
    "sheets_reads",
    "sheets_writes",
    "sheets_project",
)


@dataclass
class Tools:
    """The stand-ins of the lead tools, without limits unless a test sets one."""

    sandbox: Sandbox

    def airtable(self, token: str = demo.AIRTABLE_TOKEN) -> Api:
        url = f"{self.sandbox.url}/airtable"
        return Api(token, endpoint_url=url, timeout=(2, 10), retry_strategy=None)

    def table(self, **more: Any) -> Any:
        return self.airtable(**more).table(BASE, TABLE)

    def key(self, email: str = demo.SERVICE_ACCOUNT_EMAIL) -> Any:
        return self.sandbox.post("/tools/service-account", email=email)

    def sheets(
        self, email: str = demo.SERVICE_ACCOUNT_EMAIL, scopes: tuple[str, ...] = (SPREADSHEETS,)
    ) -> gspread.Client:
        info = self.key(email)
        made: Any = service_account.Credentials
        credentials = made.from_service_account_info(info, scopes=scopes)
        # google-auth would ask the real Google, in a thread, where the account may be used from.
        credentials._is_regional_access_boundary_lookup_required = lambda: False
        return gspread.Client(auth=credentials, http_client=pointed_at(self.sandbox.url))

    def file(self, **more: Any) -> gspread.Spreadsheet:
        return self.sheets(**more).open_by_key(FILE)

    def notion(self, token: str = demo.NOTION_TOKEN) -> Any:
        quiet = logging.getLogger("notion_client")
        return Client(auth=token, base_url=f"{self.sandbox.url}/notion", retry=False, logger=quiet)

    def options(self, **wanted: Any) -> Any:
        return self.sandbox.post("/tools/options", **wanted)

    def do(self, tool: str, deed: str, **more: Any) -> Any:
        """Do what people do; the target as it is afterwards."""
        done = self.sandbox.post("/tools/do", tool=tool, deed=deed, **more)
        assert "error" not in done, done
        return done

    def seen(self, tool: str, target: str = "") -> Any:
        return self.sandbox.get("/tools/table", tool=tool, target=target)

    def fault(self, service: str, kind: str, **more: Any) -> None:
        self.sandbox.post("/faults", service=service, kind=kind, **more)

    def rates(self, *, times: bool = False) -> Any:
        return self.sandbox.get("/tools/rates", times=int(times))["rates"]


def pointed_at(url: str) -> type[HTTPClient]:
    """Return gspread's HTTP client with Google's host replaced, as the product does it."""

    class Pointed(HTTPClient):
        def request(self, method: str, endpoint: str, *rest: Any, **more: Any) -> Any:
            path = urlsplit(endpoint).path
            return super().request(method, f"{url}/sheets{path}", *rest, **more)

    return Pointed


def error_of(refused: pytest.ExceptionInfo[requests.HTTPError]) -> tuple[int, Any]:
    """Return the status and the body's `error` of one of Airtable's refusals."""
    response = refused.value.response
    return response.status_code, response.json().get("error")


@pytest.fixture
def tools(sandbox: Sandbox) -> Iterator[Tools]:
    sandbox.post("/tools/reset")
    made = Tools(sandbox)
    made.options(**dict.fromkeys(LIMITLESS))
    yield made
    sandbox.post("/tools/reset")
