"""Facebook Login: Pages for Messenger, and the Instagram accounts linked to them (meta.md 1).

There is no PKCE and no refresh token: `state` and the app's secret protect the way in, and a Page's
token, taken with a long-lived one, has no end.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Login, Tokens
from social.providers.meta.errors import RULES
from social.providers.meta.graph import (
    Door,
    Json,
    ask,
    door,
    facebook_door,
    part_of,
    reply,
    rows_of,
)
from social.providers.meta.scopes import FACEBOOK, names
from social.providers.meta.subscribing import fields_of, subscribe, unsubscribe
from social.providers.meta.threads import id_in
from social.providers.meta.values import BROKEN, NAME_LONGEST, moment, text_of
from social.refusals import error_for, rule_for

ACCOUNTS = "id,name,access_token,tasks,instagram_business_account{id,username,name}"
GRANTED = "granted"


def address(asked: Asked) -> str:
    """Return Facebook's consent page; `again` asks for what was declined before."""
    query = {
        "client_id": settings.META_APP_ID,
        "redirect_uri": asked.redirect_uri,
        "response_type": "code",
        "scope": ",".join(names(FACEBOOK)),
        "state": asked.state,
        **({"auth_type": "rerequest"} if asked.again else {}),
    }
    base = f"{settings.META_OAUTH_URL}/{settings.META_GRAPH_VERSION}/dialog/oauth"
    return f"{base}?{urlencode(query)}"


def exchange(code: str, _verifier: str, redirect_uri: str, _now: datetime) -> Grant:
    """Return who granted what, and their Pages with the Instagram accounts; raises ProviderError.

    Permissions that were declined are missing. No Page ticked: no choices.
    """
    short = _token(code=code, redirect_uri=redirect_uri)
    long = _token(grant_type="fb_exchange_token", fb_exchange_token=short)
    speaker = facebook_door(long)
    user_id = id_in(speaker.get("me", fields="id,name"))
    permissions = [row for rows in speaker.pages("me/permissions") for row in rows]
    scopes = tuple(
        str(row.get("permission")) for row in permissions if row.get("status") == GRANTED
    )
    pages = speaker.pages("me/accounts", fields=ACCOUNTS, limit="100")
    choices = tuple(one for rows in pages for row in rows for one in _choices(row, scopes))
    return Grant(user_id, scopes, choices)


def inspect(credentials: Credentials) -> Inspected:
    """Return whether the token lives and what it may do; raises ProviderError.

    A scope that was granted for other Pages only counts as missing.
    """
    about = _about(credentials.token)
    if not about["is_valid"]:
        raise _dead(part_of(about, "error"))
    scopes = tuple(name for name in _scopes(about) if _covers(about, name, credentials))
    fields = fields_of(credentials)
    shown = "name,username" if credentials.kind == "instagram" else "name"
    said = door(credentials).get(credentials.account_external_id, fields=shown)
    return Inspected(
        scopes=scopes,
        fields=fields,
        name=_text(said, "name") or _text(said, "username"),
        handle=_text(said, "username"),
        facts=_ends(about),
    )


def revoke(credentials: Credentials) -> None:
    """Take back all that the person granted our app; raises ProviderError.

    It ends the access to every Page of theirs: only for the last account that they gave us. The
    app's own token may do it (Graph API reference, "User permissions").
    """
    user_id = id_in(_about(credentials.token), "user_id")
    if user_id:
        _app_door().write("DELETE", f"{user_id}/permissions")


def _token(**query: str) -> str:
    ours = {"client_id": settings.META_APP_ID, "client_secret": settings.META_APP_SECRET}
    url = f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}/oauth/access_token"
    said = reply(ask("GET", url, params={**ours, **query}))
    token = said.get("access_token")
    if not isinstance(token, str) or not token:
        raise ProviderError("no_token_in_answer")
    return token


def _choices(row: Json, scopes: tuple[str, ...]) -> Iterator[Choice]:
    """Yield a Page, and the Instagram account that is linked to it."""
    page, token = id_in(row), row.get("access_token")
    if not page:
        return
    tasks = row.get("tasks")
    known = [str(task) for task in tasks] if isinstance(tasks, list) else []
    problem = "no_messaging_task" if known and "MESSAGING" not in known else ""
    if not isinstance(token, str) or not token:
        token, problem = "", "no_page_token"
    tokens, facts = Tokens(token, scopes=scopes), {"tasks": ",".join(known)} if known else {}
    name = _text(row, "name")
    yield Choice("messenger", page, name, tokens, problem=problem, facts=facts)
    linked = part_of(row, "instagram_business_account")
    account = id_in(linked)
    if account:
        handle = _text(linked, "username")
        yield Choice(
            kind="instagram",
            external_id=account,
            name=_text(linked, "name") or handle or name,
            tokens=tokens,
            handle=handle,
            linked_external_id=page,
            problem=problem,
            facts=facts,
        )


def _about(token: str) -> Json:
    try:
        said = _app_door().get("debug_token", input_token=token)
    except ProviderError as error:
        if not error.needs_login:
            raise
        # It is the app's own token that was refused: no account is to blame.
        raise ProviderError("app_refused") from error
    about = part_of(said, "data")
    if not isinstance(about.get("is_valid"), bool):
        raise ProviderError("odd_answer", retryable=True)
    return about


def _app_door() -> Door:
    # The app's own token is its id and its secret.
    return facebook_door(f"{settings.META_APP_ID}|{settings.META_APP_SECRET}")


def _dead(said: Json) -> ProviderError:
    code, subcode = said.get("code"), said.get("subcode")
    number = f"{code}/{subcode}" if code and subcode else str(code or 190)
    rule = rule_for(RULES, number, str(code or 190), "190")
    return error_for(rule, number) if rule else ProviderError(number, needs_login=True)


def _scopes(about: Json) -> tuple[str, ...]:
    found = about.get("scopes")
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def _covers(about: Json, scope: str, credentials: Credentials) -> bool:
    """Return whether a scope holds for this account; without a list of targets, it does."""
    found = about.get("granular_scopes")
    rows = rows_of({"data": found})
    targets: list[Any] = next(
        (row["target_ids"] for row in rows if row.get("scope") == scope and _listed(row)), []
    )
    ours = {credentials.account_external_id, credentials.linked_external_id}
    return not targets or bool(ours & {str(one) for one in targets})


def _listed(row: Json) -> bool:
    return isinstance(row.get("target_ids"), list)


def _ends(about: Json) -> dict[str, str]:
    """Return when the person must look at the app again, as Meta says (90 days)."""
    try:
        return {"data_access_expires_at": moment(about["data_access_expires_at"]).isoformat()}
    except BROKEN:
        return {}


def _text(row: Json, key: str) -> str:
    value = row.get(key)
    return text_of(value, longest=NAME_LONGEST) if isinstance(value, str) else ""


def _is_set_up() -> bool:
    return bool(settings.META_APP_ID and settings.META_APP_SECRET)


FACEBOOK_LOGIN = Login(
    name="facebook",
    label=_("Connect a Facebook Page"),
    kinds=("messenger", "instagram"),
    scopes=FACEBOOK,
    address=address,
    exchange=exchange,
    inspect=inspect,
    subscribe=subscribe,
    unsubscribe=unsubscribe,
    revoke=revoke,
    is_set_up=_is_set_up,
)
