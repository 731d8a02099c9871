"""Notion's own client, one per token: with its turn, a time limit and our errors (crm.md, 1)."""

import hashlib
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import httpx
from django.conf import settings
from notion_client import Client
from notion_client.errors import (
    HTTPResponseError,
    InvalidPathParameterError,
    RequestTimeoutError,
)

from integrations.contracts import Connection, ConnectorError, Rate
from integrations.refusals import refusal, secret, unreachable

VERSION = "2025-09-03"
WINDOW_SECONDS = 2
PATIENCE_SECONDS = 10.0


def ask(connection: Connection, call: Callable[[Client], Any]) -> dict[str, Any]:
    """Make one call when its turn has come, and return Notion's answer; raises ConnectorError."""
    token = secret(connection.secrets, "token")
    client = _client(token, settings.NOTION_API_URL, settings.TOOL_TIMEOUT_SECONDS)
    connection.wait_turn([_rate(token)])
    try:
        answer = call(client)
    except HTTPResponseError as error:
        raise _refused(error) from error
    except InvalidPathParameterError as error:
        raise ConnectorError("invalid_id", needs="needs_attention") from error
    except RequestTimeoutError as error:
        raise unreachable("timeout") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable() from error
    except ValueError as error:
        # An answer of 200 that is no JSON.
        raise unreachable("not_json") from error
    if not isinstance(answer, dict):
        raise unreachable("unexpected_answer")
    return answer


def same_id(one: Any, other: Any) -> bool:
    """Tell whether two of Notion's ids are one; it takes and gives them with and without dashes."""
    return str(one).replace("-", "").lower() == str(other).replace("-", "").lower()


def _refused(error: HTTPResponseError) -> ConnectorError:
    # The library gives its own codes as an enumeration and unknown ones as text.
    given = getattr(error, "code", "")
    code = str(getattr(given, "value", given) or "")
    known = "" if code == "notionhq_client_response_error" else code
    return refusal(error.status, known, error.headers, patience=PATIENCE_SECONDS)


def _rate(token: str) -> Rate:
    name = hashlib.sha256(token.encode()).hexdigest()[:16]
    limit = max(1, int(settings.NOTION_REQUESTS_PER_SECOND * WINDOW_SECONDS))
    return Rate(f"notion:{name}", limit, WINDOW_SECONDS)


@lru_cache(maxsize=64)
def _client(token: str, address: str, seconds: float) -> Client:
    # Without a logger of ours, every client adds one more console handler (crm.md, section 1).
    return Client(
        auth=token,
        base_url=address,
        notion_version=VERSION,
        timeout_ms=round(seconds * 1000),
        retry=False,
        logger=logging.getLogger("notion_client"),
    )
