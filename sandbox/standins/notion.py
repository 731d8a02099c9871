"""The Notion stand-in: `/notion/v1/…`, one database with one data source, version 2025-09-03."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox import demo
from sandbox.standins import notion_values as values
from sandbox.standins.front import Answer, Asked, RefusedError, Service, bad_gateway, endpoint
from sandbox.world.models import Fault, NotionPage

VERSIONS = ("2025-09-03", "2026-03-11")
LARGEST_PAGE = 100
BOT = {"object": "user", "id": "7b1d2c3e-4f50-4a61-8b72-9c83ad94be05"}


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """Return Notion's error envelope."""
    request_id = str(uuid.uuid4())
    body = {"object": "error", "status": status, "code": code, "message": message}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        {**body, "request_id": request_id}, status, {"x-notion-request-id": request_id, **more}
    )


def _too_many(fault: Fault) -> Answer:
    sentence = "You have been rate limited. Please try again later."
    return error(429, "rate_limited", sentence, Retry_After=str(fault.retry_after))


def _unauthorized(_fault: Fault | None = None) -> Answer:
    return error(401, "unauthorized", "API token is invalid.")


def _broken(_fault: Fault) -> Answer:
    return error(500, "internal_server_error", "Unexpected error occurred.")


NOTION = Service(
    "notion",
    {
        "rate_limited": _too_many,
        "server_error": _broken,
        "bad_gateway": bad_gateway,
        "not_json": bad_gateway,
        "revoked_token": _unauthorized,
    },
    lambda: error(400, "invalid_json", "Error parsing JSON body."),
)


def _checked(answer_to: Callable[..., Answer]) -> Callable[..., Answer]:
    def with_headers(asked: Asked, **path: str) -> Answer:
        if asked.bearer != demo.NOTION_TOKEN:
            return _unauthorized()
        version = asked.headers.get("Notion-Version")
        if version not in VERSIONS:
            sentence = f"Notion-Version header should be one of {', '.join(VERSIONS)}."
            return error(400, "missing_version", f"{sentence} Instead was `{version}`.")
        try:
            return answer_to(asked, **path)
        except values.InvalidValueError as invalid:
            return error(400, "validation_error", str(invalid))

    return with_headers


@endpoint(NOTION, "me")
@_checked
def me(_asked: Asked) -> Answer:
    """Answer `users/me`: the integration's own bot."""
    owner = {"type": "workspace", "workspace": True}
    bot = {"owner": owner, "workspace_name": demo.WORKSPACE_NAME}
    return Answer({**BOT, "type": "bot", "name": "Flow IA", "avatar_url": None, "bot": bot})


@endpoint(NOTION, "database")
@_checked
def database(_asked: Asked, *, database_id: str) -> Answer:
    """Answer `databases/{id}` with its one data source."""
    _same(database_id, demo.NOTION_DATABASE_ID, "database")
    source = {"id": demo.NOTION_DATA_SOURCE_ID, "name": "Leads"}
    return Answer(
        {
            "object": "database",
            "id": demo.NOTION_DATABASE_ID,
            "title": [{"type": "text", "text": {"content": "Leads"}, "plain_text": "Leads"}],
            "data_sources": [source],
            "in_trash": False,
            "archived": False,
        }
    )


@endpoint(NOTION, "data_source")
@_checked
def data_source(_asked: Asked, *, data_source_id: str) -> Answer:
    """Answer `data_sources/{id}` with its columns."""
    _same(data_source_id, demo.NOTION_DATA_SOURCE_ID, "data source")
    parent = {"type": "database_id", "database_id": demo.NOTION_DATABASE_ID}
    return Answer(
        {
            "object": "data_source",
            "id": demo.NOTION_DATA_SOURCE_ID,
            "title": [{"type": "text", "text": {"content": "Leads"}, "plain_text": "Leads"}],
            "parent": parent,
            "properties": values.schema(),
            "in_trash": False,
            "archived": False,
        }
    )


@endpoint(NOTION, "query")
@_checked
def query(asked: Asked, *, data_source_id: str) -> Answer:
    """Answer a query: the filter `equals` on a text column, and pagination."""
    _same(data_source_id, demo.NOTION_DATA_SOURCE_ID, "data source")
    size = asked.body.get("page_size", LARGEST_PAGE)
    if not isinstance(size, int) or not 0 < size <= LARGEST_PAGE:
        raise values.InvalidValueError(f"body.page_size should be ≤ `{LARGEST_PAGE}`.")
    wanted = _filter(asked.body.get("filter"))
    rows = [page for page in NotionPage.objects.filter(in_trash=False) if wanted(page)]
    start = _start(rows, asked.body.get("start_cursor"))
    more = len(rows) > start + size
    return Answer(
        {
            "object": "list",
            "results": [_page(page) for page in rows[start : start + size]],
            "next_cursor": str(rows[start + size].uid) if more else None,
            "has_more": more,
            "type": "page_or_data_source",
            "page_or_data_source": {},
        }
    )


@endpoint(NOTION, "create_page", writes=True)
@_checked
def create_page(asked: Asked) -> Answer:
    """Answer `POST pages`: a new row, after its values were checked."""
    parent = asked.body.get("parent")
    if not isinstance(parent, dict):
        raise values.InvalidValueError("body.parent should be defined.")
    if parent.get("database_id"):
        _same(str(parent["database_id"]), demo.NOTION_DATABASE_ID, "database")
    else:
        _same(str(parent.get("data_source_id")), demo.NOTION_DATA_SOURCE_ID, "data source")
    written = values.checked(asked.body.get("properties"))
    page = NotionPage.objects.create(uid=uuid.uuid4(), values=written)
    return Answer(_page(page), external_id=str(page.uid))


@endpoint(NOTION, "page", writes=True)
@_checked
def page(asked: Asked, *, page_id: str) -> Answer:
    """Answer GET and PATCH of one row; only the columns sent are changed."""
    try:
        row = NotionPage.objects.filter(uid=uuid.UUID(page_id)).first()
    except ValueError as invalid:
        raise values.InvalidValueError("path.page_id should be a valid uuid.") from invalid
    if row is None:
        raise _missing("page", page_id)
    if asked.method == "PATCH":
        trash = asked.body.get("in_trash", asked.body.get("archived"))
        if row.in_trash and trash is not False:
            raise values.InvalidValueError("Can't edit a page that is in the trash.")
        row.values |= values.checked(asked.body.get("properties", {}))
        row.in_trash = row.in_trash if trash is None else bool(trash)
        row.save()
    return Answer(_page(row), external_id=str(row.uid))


@endpoint(NOTION, "unknown")
def unknown(_asked: Asked, *, rest: str) -> Answer:
    """Answer any other path as Notion does."""
    return error(400, "invalid_request_url", f"Invalid request URL: /v1/{rest}")


def _same(asked_id: str, known: str, what: str) -> None:
    if asked_id.replace("-", "").lower() != known.replace("-", ""):
        raise _missing(what, asked_id)


def _missing(what: str, asked_id: str) -> RefusedError:
    sentence = f"Could not find {what} with ID: {asked_id}. Is it shared with your integration?"
    return RefusedError(error(404, "object_not_found", sentence))


def _filter(asked: Any) -> Callable[[NotionPage], bool]:
    if asked is None:
        return lambda _page: True
    if not isinstance(asked, dict):
        raise values.InvalidValueError("body.filter should be an object.")
    name = values.column_named(str(asked.get("property", "")))
    if name is None:
        raise values.InvalidValueError(f"Could not find property {asked.get('property')}.")
    condition = asked.get(values.COLUMNS[name])
    if not isinstance(condition, dict) or "equals" not in condition:
        raise values.InvalidValueError("The sandbox understands the filter `equals` alone.")
    wanted = str(condition["equals"])
    return lambda page: values.plain(name, page.values.get(name)) == wanted


def _start(rows: list[NotionPage], cursor: Any) -> int:
    if cursor is None:
        return 0
    for position, page in enumerate(rows):
        if str(page.uid) == cursor:
            return position
    raise values.InvalidValueError("The start_cursor provided is invalid.")


def _page(page: NotionPage) -> dict[str, Any]:
    source = {"data_source_id": demo.NOTION_DATA_SOURCE_ID, "database_id": demo.NOTION_DATABASE_ID}
    return {
        "object": "page",
        "id": str(page.uid),
        "created_time": _moment(page.created_at),
        "last_edited_time": _moment(page.edited_at),
        "created_by": BOT,
        "last_edited_by": BOT,
        "parent": {"type": "data_source_id", **source},
        "in_trash": page.in_trash,
        "archived": page.in_trash,
        "properties": {n: values.shown(n, page.values.get(n)) for n in values.COLUMNS},
        "url": f"https://www.notion.so/{page.uid.hex}",
    }


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:00.000Z")
