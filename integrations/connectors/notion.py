"""Notion: one page per lead in a data source (crm.md, section 1).

Notion has no idempotency key: before a page is created, the data source is asked for one that
carries our id, so that a time-out never makes a second row.
"""

import logging
from functools import lru_cache
from typing import Any, cast

import httpx
from django.conf import settings
from notion_client import Client
from notion_client.errors import HTTPResponseError, RequestTimeoutError

from integrations.contracts import Connection, Connector, ConnectorError, LeadRecord

VERSION = "2025-09-03"
TIMEOUT_MS = 10_000
CUT = 1900
"""Notion takes 2000 characters an element; some count double (crm.md, limits)."""
LEVELS = {"hot": "Chaud", "warm": "Tiède", "cold": "Froid"}
DEAD = {401, 403}
GONE = 404
LATER = {409, 429, 500, 502, 503, 504, 529}
LATER_SECONDS = 10.0


def push(connection: Connection, record: LeadRecord, external_id: str) -> str:
    """Create or update the lead's page; returns its id, raises ConnectorError."""
    client = _client(connection.token, settings.NOTION_API_URL)
    try:
        properties = _properties(connection.field_map, record)
        known = external_id or _find(client, connection, record.lead_uid)
        if known:
            try:
                client.pages.update(known, properties=properties)
            except HTTPResponseError as error:
                if error.status != GONE:
                    raise
            else:
                return known
        parent = {"type": "data_source_id", "data_source_id": _source(connection)}
        page = cast("dict[str, Any]", client.pages.create(parent=parent, properties=properties))
        return str(page["id"])
    except HTTPResponseError as error:
        raise _error(error) from error
    except (RequestTimeoutError, httpx.HTTPError) as error:
        raise ConnectorError("unreachable", retryable=True) from error


def erase(connection: Connection, lead_uid: str, external_id: str) -> None:
    """Put the lead's page into Notion's trash, if there is one; raises ConnectorError.

    The API cannot delete for good: Notion empties its trash itself after 30 days.
    """
    client = _client(connection.token, settings.NOTION_API_URL)
    try:
        known = external_id or _find(client, connection, lead_uid)
        if known and not _in_trash(client, known):
            client.pages.update(known, in_trash=True)
    except HTTPResponseError as error:
        # Not found is also what Notion says when the page is no longer shared with us, but then
        # nothing of ours can reach it any more.
        if error.status != GONE:
            raise _error(error) from error
    except (RequestTimeoutError, httpx.HTTPError) as error:
        raise ConnectorError("unreachable", retryable=True) from error


NOTION = Connector(kind="notion", name="Notion", push=push, erase=erase)


def _in_trash(client: Client, page_id: str) -> bool:
    # A page in the trash refuses every change, also the one that would put it there again.
    page = cast("dict[str, Any]", client.pages.retrieve(page_id))
    return bool(page.get("in_trash") or page.get("archived"))


def _find(client: Client, connection: Connection, lead_uid: str) -> str:
    column = connection.field_map.get("lead_id")
    if column is None:
        return ""
    found = cast(
        "dict[str, Any]",
        client.data_sources.query(
            _source(connection),
            filter={"property": column, "rich_text": {"equals": lead_uid}},
            page_size=1,
        ),
    )
    return str(found["results"][0]["id"]) if found["results"] else ""


def _source(connection: Connection) -> str:
    return str(connection.target.get("data_source_id", ""))


def _properties(field_map: dict[str, str], record: LeadRecord) -> dict[str, Any]:
    evidence = " · ".join(f"« {quote} »" for quote in record.evidence)
    values: dict[str, Any] = {
        "name": {"title": _text(record.name)},
        "lead_id": {"rich_text": _text(record.lead_uid)},
        "level": {"select": {"name": LEVELS[record.level]}},
        # An empty string is refused where null is taken.
        "phone": {"phone_number": record.phone or None},
        "network": {"select": {"name": record.network.capitalize()}},
        "evidence": {"rich_text": _text(evidence)},
        "intent": {"rich_text": _text(record.intent)},
        "updated": {"date": {"start": record.updated_at}},
    }
    return {column: values[field] for field, column in field_map.items() if field in values}


def _text(text: str) -> list[dict[str, Any]]:
    return [{"text": {"content": text[:CUT]}}] if text else []


def _error(error: HTTPResponseError) -> ConnectorError:
    # The library gives its own codes as an enumeration and unknown ones as text.
    given = getattr(error, "code", "")
    code = str(getattr(given, "value", given) or f"http_{error.status}")
    if error.status in DEAD or error.status == GONE:
        return ConnectorError(code, needs="needs_login")
    if error.status in LATER:
        wait = error.headers.get("retry-after", "")
        seconds = float(wait) if wait.isascii() and wait.isdigit() else LATER_SECONDS
        return ConnectorError(code, retryable=True, retry_after=seconds)
    return ConnectorError(code, needs="needs_mapping")


@lru_cache(maxsize=64)
def _client(token: str, address: str) -> Client:
    # Without a logger of ours, every client adds one more console handler (crm.md, section 1).
    return Client(
        auth=token,
        base_url=address,
        notion_version=VERSION,
        timeout_ms=TIMEOUT_MS,
        retry=False,
        logger=logging.getLogger("notion_client"),
    )
