"""Graph's side of a login: codes and tokens exchanged, and what a token is and may do.

Facebook Login "manual flow" and "long-lived tokens", `debug_token`, permissions; Instagram's
"Business Login" (13 Mar 2026) and `refresh_access_token` (17 Jul 2025).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from sandbox import demo, settings
from sandbox.standins import graph_errors, graph_fields, graph_tokens
from sandbox.standins.front import Answer, Asked, RefusedError, Service, bad_gateway, endpoint
from sandbox.standins.graph_errors import GRAPH
from sandbox.world import grants, meta, options
from sandbox.world.models import Fault, MetaGrant, MetaToken

TASKS = ["MODERATE", "MESSAGING", "CREATE_CONTENT", "MANAGE"]
DATA_ACCESS_SECONDS = 7_776_000
# Subcodes of 100 for a code that opens nothing.
CODES = {"unknown": 36009, "expired": 36007, "redirect": 36008}


def instagram_error(message: str, status: int = 400, kind: str = "OAuthException") -> Answer:
    """Return an error as Instagram's own token address words it."""
    return Answer({"error_type": kind, "code": status, "error_message": message}, status)


def _instagram_limit(fault: Fault) -> Answer:
    answer = instagram_error("Application request limit reached.", 429, "OAuthRateLimitException")
    return Answer(answer.body, answer.status, {"Retry-After": str(fault.retry_after)})


def _instagram_chosen(fault: Fault) -> Answer:
    words = str(fault.detail.get("message", "An error that was asked for."))
    answer = instagram_error(words, int(fault.detail.get("status", 400)))
    return Answer(answer.body, answer.status, fault.detail.get("headers", {}))


INSTAGRAM_REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": _instagram_limit,
    "server_error": lambda _fault: instagram_error("Please retry later.", 500),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": lambda _fault: instagram_error("Invalid authorization code"),
    "error": _instagram_chosen,
}
INSTAGRAM = Service("graph", INSTAGRAM_REFUSALS, lambda: instagram_error("The body is no form."))


@endpoint(GRAPH, "token", spends=True)
def access_token(asked: Asked) -> Answer:
    """Answer the exchange of a code, or of a short token for a long one."""
    asked_for = {**asked.body, **asked.query}
    if asked_for.get("grant_type") == "ig_exchange_token":
        return _long_instagram(asked, asked_for)
    _check_app(asked_for)
    if asked_for.get("grant_type") == "fb_exchange_token":
        return _long_user(str(asked_for.get("fb_exchange_token", "")))
    if not asked_for.get("redirect_uri"):
        raise graph_errors.refuse("Missing redirect_uri parameter.", 191)
    code = str(asked_for.get("code", ""))
    if code.startswith(demo.AUTH_CODE):
        return _answer(demo.SHORT_USER_TOKEN, grants.SHORT_SECONDS[grants.FACEBOOK])
    try:
        found = grants.redeem(code, grants.FACEBOOK, redirect_uri=str(asked_for["redirect_uri"]))
    except grants.BadCodeError as bad:
        words = "This authorization code is of no use."
        raise graph_errors.refuse(words, 100, CODES[bad.why]) from bad
    seconds = grants.SHORT_SECONDS[grants.FACEBOOK]
    until = grants.after(seconds)
    given = grants.give(found, grants.USER, demo.USER_ID, long=False, until=until)
    return _answer(given.value, seconds)


@endpoint(INSTAGRAM, "instagram_code", writes=True)
def instagram_code(asked: Asked) -> Answer:
    """Answer Instagram's exchange of a code, whose `user_id` is a number."""
    form = asked.body
    app = (settings.META_INSTAGRAM_APP_ID, settings.META_INSTAGRAM_APP_SECRET)
    if asked.method != "POST" or form.get("grant_type") != "authorization_code":
        return instagram_error("Invalid grant_type")
    if (form.get("client_id"), form.get("client_secret")) != app:
        return instagram_error("Invalid platform app")
    try:
        found = grants.redeem(
            str(form.get("code", "")),
            grants.INSTAGRAM,
            redirect_uri=str(form.get("redirect_uri", "")),
        )
    except grants.BadCodeError as bad:
        if bad.why == "redirect":
            return instagram_error("The redirect_uri differs from the one of the dialog")
        return instagram_error("Invalid authorization code")
    [account] = found.accounts
    until = grants.after(grants.SHORT_SECONDS[grants.INSTAGRAM])
    given = grants.give(found, grants.INSTAGRAM_ACCOUNT, account, long=False, until=until)
    said = {"access_token": given.value, "user_id": int(account), "permissions": found.granted}
    return Answer({"data": [said]} if options.get("instagram_wrapped") else said)


@endpoint(GRAPH, "refresh", spends=True)
def refresh_access_token(asked: Asked) -> Answer:
    """Answer the renewal of an Instagram token: at least a day old, long, not yet ended."""
    if asked.query.get("grant_type") != "ig_refresh_token":
        raise graph_errors.refuse("Invalid grant_type", 100)
    holder = graph_tokens.require(asked, grants.INSTAGRAM_ACCOUNT)
    holder.need("", "instagram_business_basic")
    token = holder.token
    old_enough = timedelta(hours=options.get("instagram_refresh_hours"))
    if not token.long or timezone.now() - token.issued_at < old_enough:
        raise graph_errors.refuse("The token cannot be refreshed yet.", 100)
    return _renewed(token)


@endpoint(GRAPH, "accounts")
def accounts(asked: Asked) -> Answer:
    """Answer `me/accounts`: the Pages that were ticked, with their tokens, page by page."""
    user = graph_tokens.require(asked, grants.USER).token
    ticked = user.grant.accounts if user.grant else [page.id for page in demo.META_PAGES]
    if user.grant and "pages_show_list" not in user.grant.granted:
        ticked = []
    fields = graph_fields.asked_fields(asked)
    pages = [_page(page, user) for page in demo.META_PAGES if page.id in ticked]
    return graph_fields.page(asked, [graph_fields.only(page, fields) for page in pages])


@endpoint(GRAPH, {"GET": "permissions", "DELETE": "revoke"}, writes=True)
def permissions(asked: Asked, *, node: str, permission: str = "") -> Answer:
    """Answer what was granted and declined; DELETE takes one permission back, or the app away.

    The app's own token may do that, too, for the person whose id the path names.
    """
    by_app = graph_tokens.is_app(graph_tokens.token_in(asked)) and node != "me"
    holder = None if by_app else graph_tokens.require(asked, grants.USER)
    person = holder.node if holder else node
    if node not in ("me", person):
        raise graph_errors.missing(node)
    if asked.method == "DELETE":
        if permission:
            grants.kill_scope(person, permission)
        else:
            grants.remove_app(person)
        return Answer({"success": True})
    if holder is None:
        raise graph_errors.refuse("A user access token is required.", 102)
    grant = holder.token.grant
    rows = [{"permission": scope, "status": "granted"} for scope in holder.scopes]
    declined = grant.declined if grant else []
    rows += [{"permission": scope, "status": "declined"} for scope in declined]
    return Answer({"data": rows})


@endpoint(GRAPH, "debug_token")
def debug_token(asked: Asked) -> Answer:
    """Answer what a token is; the caller shows the app's own token, `id|secret`."""
    if not graph_tokens.is_app(graph_tokens.token_in(asked)):
        graph_tokens.require(asked)
    try:
        holder = graph_tokens.living(asked.query.get("input_token", ""))
    except RefusedError as refused:
        error = refused.answer.body["error"]
        why = {"code": 190, "subcode": error["error_subcode"], "message": error["message"]}
        dead = {"app_id": settings.META_APP_ID, "is_valid": False, "error": why, "scopes": []}
        return Answer({"data": dead})
    return Answer({"data": _described(holder)})


def _described(holder: graph_tokens.Holder) -> dict[str, Any]:
    token, instagram = holder.token, holder.kind == grants.INSTAGRAM_ACCOUNT
    return {
        "app_id": settings.META_INSTAGRAM_APP_ID if instagram else settings.META_APP_ID,
        "application": "Flow IA",
        "type": holder.kind,
        "is_valid": True,
        "issued_at": _seconds(token.issued_at),
        "expires_at": _seconds(token.expires_at) if token.expires_at else 0,
        "data_access_expires_at": _seconds(token.issued_at) + DATA_ACCESS_SECONDS,
        "user_id": grants.scoped_id(holder.node) if instagram else demo.USER_ID,
        "scopes": list(holder.scopes),
        "granular_scopes": [_granular(name, holder) for name in holder.scopes],
        **({"profile_id": holder.node} if holder.kind == grants.PAGE else {}),
    }


def _granular(scope: str, holder: graph_tokens.Holder) -> dict[str, Any]:
    """Return for which accounts a scope holds; those without accounts hold for everything."""
    pages = [holder.node] if holder.kind == grants.PAGE else _ticked(holder.token.grant)
    if holder.kind == grants.INSTAGRAM_ACCOUNT:
        targets = [holder.node]
    elif scope.startswith("instagram_"):
        targets = [account.external_id for account in meta.EVERY if account.linked in pages]
    else:
        targets = pages if scope.startswith("pages_") else []
    return {"scope": scope, **({"target_ids": targets} if targets else {})}


def _ticked(grant: MetaGrant | None) -> list[str]:
    return list(grant.accounts) if grant else [page.id for page in demo.META_PAGES]


def _long_user(short: str) -> Answer:
    token = graph_tokens.living(short).token
    if token.kind != grants.USER:
        raise RefusedError(graph_errors.dead_token())
    if token.grant is None:
        return _answer(demo.USER_TOKEN, grants.LONG_SECONDS)
    until = grants.after(grants.LONG_SECONDS)
    given = grants.give(token.grant, grants.USER, token.node, long=True, until=until)
    return _answer(given.value, grants.LONG_SECONDS)


def _long_instagram(asked: Asked, asked_for: dict[str, Any]) -> Answer:
    holder = graph_tokens.require(asked, grants.INSTAGRAM_ACCOUNT)
    if asked_for.get("client_secret") != settings.META_INSTAGRAM_APP_SECRET:
        raise graph_errors.refuse("Error validating client secret.", 1)
    if holder.token.grant is None:
        return _answer(demo.INSTAGRAM_TOKEN, grants.LONG_SECONDS)
    if holder.token.long:
        raise graph_errors.refuse("Session key invalid: a short token is expected.", 452)
    return _renewed(holder.token)


def _renewed(token: MetaToken) -> Answer:
    if token.grant is None:
        return _answer(token.value, grants.LONG_SECONDS)
    until = grants.after(grants.LONG_SECONDS)
    given = grants.give(token.grant, token.kind, token.node, long=True, until=until)
    return _answer(given.value, grants.LONG_SECONDS)


def _check_app(asked_for: dict[str, Any]) -> None:
    pairs = {
        settings.META_APP_ID: settings.META_APP_SECRET,
        settings.META_INSTAGRAM_APP_ID: settings.META_INSTAGRAM_APP_SECRET,
    }
    known = pairs.get(str(asked_for.get("client_id", "")))
    if not known or known != asked_for.get("client_secret"):
        raise graph_errors.refuse("Error validating client secret.", 1)


def _answer(token: str, seconds: int) -> Answer:
    return Answer({"access_token": token, "token_type": "bearer", "expires_in": seconds})


def _page(page: demo.MetaPage, user: MetaToken) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": page.id,
        "name": page.name,
        "access_token": grants.page_token(user, page.id),
        "tasks": options.get("tasks").get(page.id, TASKS),
    }
    if page.instagram and (user.grant is None or "instagram_basic" in user.grant.granted):
        linked = page.instagram
        account = {"id": linked.id, "username": linked.username, "name": linked.name}
        row["instagram_business_account"] = account
    return row


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
