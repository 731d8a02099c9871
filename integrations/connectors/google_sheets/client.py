"""gspread's HTTP client with its turn, a time limit and our errors, at the address we say.

Only its calls by range are used, and each says RAW itself: some of the library's own methods have
Google read a value as a person's typing, and a lead who is called "=IMPORTXML(…)" would run
(crm.md, 3). Values under RAW stay the text that they are.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import requests
from django.conf import settings
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from integrations.connectors.google_sheets.account import (
    ServiceAccount,
    access_token,
    service_account,
)
from integrations.contracts import Connection, ConnectorError, Rate
from integrations.refusals import AGAIN_SECONDS, refusal, unreachable

RAW = "RAW"
GOOGLE = "https://sheets.googleapis.com"
CONNECT_SECONDS = 3.05
QUOTA_SECONDS = 60.0
MINUTE = 60
UNFIT = 400
DEAD = 401
Answer = TypeVar("Answer")


class Paced(HTTPClient):
    """gspread's client that waits for its turn; a token that died meanwhile is renewed once."""

    def __init__(self, connection: Connection) -> None:
        self.account: ServiceAccount = service_account(connection.secrets)
        # The library wants credentials or a session, and its types know of the first alone.
        super().__init__(auth=None, session=requests.Session())  # type: ignore[arg-type]
        self.wait_turn = connection.wait_turn
        self.set_timeout((CONNECT_SECONDS, settings.TOOL_TIMEOUT_SECONDS))

    def request(self, method: str, endpoint: str, *rest: Any, **more: Any) -> requests.Response:
        """Make one call when its turn has come; what Google refuses raises APIError."""
        address = settings.GOOGLE_SHEETS_API_URL + endpoint.removeprefix(GOOGLE)
        try:
            return self._once(method, address, *rest, **more)
        except APIError as error:
            if error.response.status_code != DEAD:
                raise
        return self._once(method, address, *rest, fresh=True, **more)

    def _once(
        self, method: str, address: str, *rest: Any, fresh: bool = False, **more: Any
    ) -> requests.Response:
        token = access_token(self.account, fresh=fresh)
        kind = "read" if method.lower() == "get" else "write"
        limit = max(1, settings.GOOGLE_SHEETS_REQUESTS_PER_MINUTE)
        self.wait_turn([Rate(f"sheets:{kind}:{self.account.email}", limit, MINUTE)])
        self.session.headers["Authorization"] = f"Bearer {token}"
        return super().request(method, address, *rest, **more)


def ask(call: Callable[[], Answer]) -> Answer:
    """Return what Google answers to a call; raises ConnectorError."""
    try:
        return call()
    except APIError as error:
        raise _refused(error.response) from error
    except requests.Timeout as error:
        raise unreachable("timeout") from error
    except requests.JSONDecodeError as error:
        raise unreachable("not_json") from error
    except requests.RequestException as error:
        raise unreachable() from error
    except (KeyError, TypeError, ValueError) as error:
        # The library reads answers as it expects them, those that say what went wrong, too.
        raise unreachable("unexpected_answer") from error


def _refused(response: requests.Response) -> ConnectorError:
    status, code = response.status_code, _code(response)
    if code == "FAILED_PRECONDITION":
        # A workbook of Excel's that Drive only shows: the API neither reads nor writes it.
        return ConnectorError("office_file", needs="needs_attention")
    if status == UNFIT:
        # We name cells that were there a moment ago: somebody changes the sheet right now.
        return ConnectorError(code, retryable=True, retry_after=AGAIN_SECONDS)
    return refusal(status, code, response.headers, patience=QUOTA_SECONDS)


def _code(response: requests.Response) -> str:
    # The library says -1 for what is no JSON; the reason, where there is one, says more.
    try:
        body = response.json()
    except ValueError:
        return f"http_{response.status_code}"
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return f"http_{response.status_code}"
    details = error.get("details")
    reasons = [one.get("reason") for one in details or [] if isinstance(one, dict)]
    known = next((reason for reason in reasons if isinstance(reason, str)), None)
    return known or str(error.get("status") or f"http_{response.status_code}")
