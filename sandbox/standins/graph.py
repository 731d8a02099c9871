"""The Graph stand-in: `/graph/<version>/…` and `/graph-instagram/<version>/…`.

Paths and answers: Graph API v26.0, Facebook Login "manual flow", Pages "subscribed_apps",
"debug_token"; Instagram Login's `me`.
"""

import time
from typing import Any

from sandbox import demo, settings
from sandbox.standins import graph_errors, graph_send, graph_tokens
from sandbox.standins.front import Answer, Asked, RefusedError, Service, endpoint
from sandbox.world.models import PhoneMessage

LONG_TOKEN_SECONDS = 5_183_944
SHORT_TOKEN_SECONDS = 5_400
TASKS = ["MODERATE", "MESSAGING", "CREATE_CONTENT", "MANAGE"]
PAGES = ((demo.PAGE_ID, demo.PAGE_NAME), (demo.SECOND_PAGE_ID, demo.SECOND_PAGE_NAME))

GRAPH = Service(
    "graph", graph_errors.REFUSALS, lambda: graph_errors.envelope("Invalid JSON in the body", 100)
)

# Which webhook fields each account is subscribed to; a fresh process knows the demo's own.
_subscribed: dict[str, list[str]] = {
    demo.PAGE_ID: ["messages", "message_echoes", "message_deliveries", "message_reads"],
    demo.INSTAGRAM_ID: ["messages"],
}


@endpoint(GRAPH, "send", writes=True)
def messages(asked: Asked, *, node: str) -> Answer:
    """Answer `POST {node}/messages`."""
    if asked.method != "POST":
        raise graph_errors.refuse("Unsupported get request.", 100, 33)
    return graph_send.send(asked, node=node)


@endpoint(GRAPH, "token")
def access_token(asked: Asked) -> Answer:
    """Answer the exchange of a code, or of a short token for a long one."""
    asked_for = {**asked.body, **asked.query}
    pairs = {
        settings.META_APP_ID: settings.META_APP_SECRET,
        settings.META_INSTAGRAM_APP_ID: settings.META_INSTAGRAM_APP_SECRET,
    }
    known = pairs.get(str(asked_for.get("client_id", "")))
    if not known or known != asked_for.get("client_secret"):
        raise graph_errors.refuse("Error validating client secret.", 1)
    if asked_for.get("grant_type") == "fb_exchange_token":
        return _long_token(str(asked_for.get("fb_exchange_token", "")))
    if not str(asked_for.get("code", "")).startswith(demo.AUTH_CODE):
        raise graph_errors.refuse(
            "This authorization code has been used or is invalid.", 100, 36009
        )
    if not asked_for.get("redirect_uri"):
        raise graph_errors.refuse("Missing redirect_uri parameter.", 191)
    return _token(demo.SHORT_USER_TOKEN, SHORT_TOKEN_SECONDS)


@endpoint(GRAPH, "accounts")
def accounts(asked: Asked) -> Answer:
    """Answer `me/accounts`: the person's Pages with their tokens, page by page."""
    graph_tokens.require(asked, "USER")
    limit = _positive(asked.query.get("limit"), default=25)
    start = _position(asked.query.get("after"))
    rows = PAGES[start : start + limit]
    if not rows:
        return Answer({"data": []})
    end = start + len(rows)
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
    if end < len(PAGES):
        token = graph_tokens.token_in(asked)
        paging["next"] = (
            f"{settings.SANDBOX_URL}{asked.path}"
            f"?limit={limit}&after={_cursor(end)}&access_token={token}"
        )
    return Answer({"data": [_page(*row) for row in rows], "paging": paging})


@endpoint(GRAPH, "permissions")
def permissions(asked: Asked) -> Answer:
    """Answer `me/permissions`: every scope granted."""
    graph_tokens.require(asked, "USER")
    scopes = [{"permission": scope, "status": "granted"} for scope in graph_tokens.SCOPES]
    return Answer({"data": scopes})


@endpoint(GRAPH, "subscribed_apps")
def subscribed_apps(asked: Asked, *, node: str) -> Answer:
    """Answer GET, POST and DELETE of a Page's webhook fields."""
    holder = graph_tokens.require(asked, "PAGE", "INSTAGRAM")
    if not holder.owns(node):
        raise graph_errors.refuse("This token is another Page's.", 190, 2069032)
    key = holder.node if node == "me" else node
    if asked.method == "GET":
        app = {"id": settings.META_APP_ID, "name": "Flow IA", "link": settings.PUBLIC_URL}
        rows = [{**app, "subscribed_fields": _subscribed[key]}] if key in _subscribed else []
        return Answer({"data": rows})
    if asked.method == "DELETE":
        _subscribed.pop(key, None)
        return Answer({"success": True})
    fields = asked.query.get("subscribed_fields") or asked.body.get("subscribed_fields") or ""
    names = fields if isinstance(fields, list) else [part for part in fields.split(",") if part]
    if not names:
        raise graph_errors.refuse("(#100) The parameter subscribed_fields is required", 100)
    _subscribed[key] = names
    return Answer({"success": True})


@endpoint(GRAPH, "debug_token")
def debug_token(asked: Asked) -> Answer:
    """Answer what a token is; the caller shows the app's own token, `id|secret`."""
    own = f"{settings.META_APP_ID}|{settings.META_APP_SECRET}"
    if graph_tokens.token_in(asked) != own:
        graph_tokens.require(asked)
    holder = graph_tokens.holder_of(asked.query.get("input_token", ""))
    data: dict[str, Any] = {"app_id": settings.META_APP_ID, "is_valid": holder is not None}
    if holder is None:
        data["error"] = {"code": 190, "subcode": 463, "message": "The access token is invalid."}
        data["scopes"] = []
    else:
        expires = 0 if holder.kind == "PAGE" else int(time.time()) + LONG_TOKEN_SECONDS
        data |= {"type": holder.kind, "expires_at": expires, "user_id": demo.USER_ID}
        data |= {"data_access_expires_at": int(time.time()) + 7_776_000}
        data |= {"scopes": list(graph_tokens.SCOPES)}
    return Answer({"data": data})


@endpoint(GRAPH, "node")
def node(asked: Asked, *, node: str) -> Answer:
    """Answer `me`, one of the demo's accounts, or the profile of a person who wrote."""
    holder = graph_tokens.require(asked)
    wanted = holder.node if node == "me" else node
    known: dict[str, dict[str, Any]] = {
        demo.USER_ID: {"id": demo.USER_ID, "name": demo.OWNER_NAME},
        demo.INSTAGRAM_ID: {
            "id": "26011223344556677" if holder.kind == "INSTAGRAM" else demo.INSTAGRAM_ID,
            "user_id": demo.INSTAGRAM_ID,
            "username": demo.INSTAGRAM_USERNAME,
            "name": demo.PAGE_NAME,
            "account_type": "BUSINESS",
        },
        **{page: {"id": page, "name": name} for page, name in PAGES},
    }
    person = PhoneMessage.objects.filter(contact=wanted).first()
    if person:
        name = person.name or f"Contact {wanted[-4:]}"
        known[wanted] = {"id": wanted, "name": name, "first_name": name, "last_name": ""}
    if wanted not in known:
        raise graph_errors.refuse(f"Object with ID '{wanted}' does not exist.", 100, 33)
    return Answer(known[wanted])


@endpoint(GRAPH, "unknown")
def unknown(asked: Asked, *, rest: str) -> Answer:
    """Answer any other path as Graph does."""
    raise graph_errors.refuse(f"Unknown path components: /{rest} ({asked.method})", 2500)


def _long_token(short: str) -> Answer:
    if short not in (demo.SHORT_USER_TOKEN, demo.USER_TOKEN):
        raise RefusedError(graph_errors.dead_token())
    return _token(demo.USER_TOKEN, LONG_TOKEN_SECONDS)


def _token(token: str, seconds: int) -> Answer:
    return Answer({"access_token": token, "token_type": "bearer", "expires_in": seconds})


def _page(page_id: str, name: str) -> dict[str, Any]:
    page: dict[str, Any] = {
        "id": page_id,
        "name": name,
        "access_token": demo.page_token(page_id),
        "tasks": TASKS,
    }
    if page_id == demo.PAGE_ID:
        account = {"id": demo.INSTAGRAM_ID, "username": demo.INSTAGRAM_USERNAME}
        page["instagram_business_account"] = account
    return page


def _cursor(position: int) -> str:
    return f"QVFI{position}"


def _position(cursor: str | None) -> int:
    digits = (cursor or "").removeprefix("QVFI")
    return int(digits) if digits.isdigit() else 0


def _positive(value: str | None, *, default: int) -> int:
    return int(value) if value and value.isdigit() and int(value) > 0 else default
