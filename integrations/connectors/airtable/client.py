"""Airtable's client with its turn, a time limit and our errors, tried once (crm.md, 2)."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from django.conf import settings
from pyairtable import Api

from integrations.contracts import Connection, ConnectorError, Rate
from integrations.refusals import refusal, secret, unreachable

CONNECT_SECONDS = 3.05
LOCKOUT_SECONDS = 30.0
"""After one call too many Airtable refuses everything for so long, and no header says so."""
PER_TOKEN = 40
"""Of the 50 calls a second that a token has over all its bases."""
Answer = TypeVar("Answer")


class Paced(Api):
    """Airtable's client that waits for its turn before each call, and has no retries of its own.

    The library would repeat a creation whose answer was late.
    """

    def __init__(self, connection: Connection) -> None:
        token = secret(connection.secrets, "token")
        super().__init__(
            token,
            endpoint_url=settings.AIRTABLE_API_URL,
            # The library's types say whole seconds; requests takes any.
            timeout=(CONNECT_SECONDS, settings.TOOL_TIMEOUT_SECONDS),  # type: ignore[arg-type]
            retry_strategy=None,
            use_field_ids=True,
        )
        self.wait_turn = connection.wait_turn
        self.name = hashlib.sha256(token.encode()).hexdigest()[:16]

    def request(self, method: str, url: str, *rest: Any, **more: Any) -> Any:
        """Make one call when its turn has come."""
        self.wait_turn(self._rates(str(url)))
        return super().request(method, url, *rest, **more)

    def _rates(self, url: str) -> list[Rate]:
        rates = [Rate(f"airtable:token:{self.name}", PER_TOKEN, 1)]
        base = next((part for part in url.split("/") if part.startswith("app")), "")
        if base:
            limit = max(1, int(settings.AIRTABLE_REQUESTS_PER_SECOND))
            rates.append(Rate(f"airtable:base:{base}", limit, 1))
        return rates


def ask(call: Callable[[], Answer]) -> Answer:
    """Return what Airtable answers to a call; raises ConnectorError."""
    try:
        return call()
    except requests.HTTPError as error:
        raise _refused(error) from error
    except requests.Timeout as error:
        raise unreachable("timeout") from error
    except requests.JSONDecodeError as error:
        raise unreachable("not_json") from error
    except requests.RequestException as error:
        raise unreachable() from error
    except (KeyError, TypeError, ValueError) as error:
        # The library reads answers as it expects them.
        raise unreachable("unexpected_answer") from error


def table_ids(connection: Connection) -> tuple[str, str]:
    """Return the ids of the base and the table; raises ConnectorError when none was chosen."""
    base, table = connection.target.get("base_id"), connection.target.get("table_id")
    if not base or not table:
        raise ConnectorError("no_target", needs="needs_attention")
    return str(base), str(table)


def _refused(error: requests.HTTPError) -> ConnectorError:
    response = error.response
    code = _code(response)
    refused = refusal(response.status_code, code, response.headers, patience=LOCKOUT_SECONDS)
    if refused.throttled:
        wait = max(refused.retry_after or 0, LOCKOUT_SECONDS)
        return ConnectorError(code, retryable=True, throttled=True, retry_after=wait)
    return refused


def _code(response: requests.Response) -> str:
    """Return Airtable's code, which stands in an object, as a bare word, or in a list."""
    try:
        body = response.json()
    except ValueError:
        return f"http_{response.status_code}"
    found = body.get("error") or body.get("errors") if isinstance(body, dict) else None
    if isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict):
        found = found.get("type") or found.get("error")
    return found if isinstance(found, str) and found else f"http_{response.status_code}"
