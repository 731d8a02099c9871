"""Connecting a TikTok Business account: its holder's token (tiktok.md 2).

The API for Business, not Login Kit, which knows neither comments nor messages. There is no PKCE.
`open_id` is the account's id in every call and webhook.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Login, Scope, Tokens
from social.providers.tiktok import hooks
from social.providers.tiktok.calling import Data, ask, id_in, tell
from social.providers.tiktok.errors import REGION
from social.providers.tiktok.values import KIND, MALFORMED, number, text

READ, SEND = "message.list.read", "message.list.send"
COMMENTS, ANSWERS = "comment.list", "comment.list.manage"
SCOPES = (
    Scope("user.info.basic", _("know which account you connect, and its name"), needed=True),
    Scope("user.info.username", _("show the account's @name")),
    Scope("user.account.type", _("tell a Business account from a personal one")),
    Scope("video.list", _("look under which videos people commented, should an alert be lost")),
    Scope(COMMENTS, _("read the comments under your videos"), unlocks=("comments",)),
    Scope(ANSWERS, _("answer comments under your videos"), unlocks=("comments",)),
    Scope(READ, _("read the messages people send you"), unlocks=("direct",)),
    Scope(SEND, _("answer the messages people send you"), unlocks=("direct",)),
)
FIELDS = {
    "display_name": "user.info.basic",
    "username": "user.info.username",
    "is_business_account": "user.account.type",
}
NO_MESSAGES = frozenset(
    # The EEA, Switzerland and the United Kingdom.
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE"),
        *("SI", "SK", "CH", "GB", "UK"),
    )
)
"""Where an account must be registered to have no messages by API (tiktok.md 0)."""


def address(asked: Asked) -> str:
    """Return TikTok's consent page, which must show itself to somebody who agreed before, too.

    The address to come back to is compared to the character with the portal's, and must end with a
    slash (tiktok.md 2.1).
    """
    query = {
        "client_key": settings.TIKTOK_APP_ID,
        "scope": ",".join(scope.name for scope in SCOPES),
        "response_type": "code",
        "redirect_uri": asked.redirect_uri,
        "state": asked.state,
        "disable_auto_auth": "1",
    }
    return f"{settings.TIKTOK_OAUTH_URL}?{urlencode(query)}"


def exchange(code: str, _verifier: str, redirect_uri: str, now: datetime) -> Grant:
    """Return what was granted: one account, with its tokens; raises ProviderError."""
    body = {
        **_app(),
        "grant_type": "authorization_code",
        "auth_code": unquote(code),
        "redirect_uri": redirect_uri,
    }
    data = tell("tt_user/oauth2/token", body)
    tokens, open_id = _tokens(data, now), id_in(data, "open_id")
    if not open_id:
        raise ProviderError("no_account")
    scopes = tokens.scopes or ()
    seen = _seen_at_first(Credentials(open_id, KIND, tokens.access_token), scopes)
    personal = seen.facts.get("account_type") == "personal"
    choice = Choice(
        kind=KIND,
        external_id=open_id,
        name=seen.name or seen.handle or open_id,
        tokens=tokens,
        handle=seen.handle,
        problem="personal_account" if personal else "",
        facts=seen.facts,
    )
    return Grant(user_id=open_id, scopes=scopes, choices=(choice,))


def inspect(credentials: Credentials) -> Inspected:
    """Return whether the token still works, what it allows and how the account is called.

    Whether messages are open to it is found by asking for one: TikTok tells an account's region
    nowhere. Webhooks are the app's: `fields` are the types it has registered. Raises ProviderError.
    """
    body = {"app_id": settings.TIKTOK_APP_ID, "access_token": credentials.token}
    info = tell("tt_user/token_info/get", body, reads=True)
    scopes = _scopes(info.get("scope"))
    return replace(_look(credentials, scopes or ()), scopes=scopes, fields=hooks.shown())


def refresh(credentials: Credentials, now: datetime) -> Tokens:
    """Return the next pair of tokens; the refresh token that was used is dead then.

    Raises ProviderError, with `needs_login` when it is refused for good; after a lost answer its
    outcome is unknown: the next attempt shows whether the old pair still lives.
    """
    if not credentials.refresh_token:
        raise ProviderError("no_refresh_token", needs_login=True)
    body = {
        **_app(),
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token,
    }
    try:
        return _tokens(tell("tt_user/oauth2/refresh_token", body), now)
    except ProviderError as error:
        if error.needs_refresh:
            raise ProviderError(error.code, needs_login=True) from error
        raise


def revoke(credentials: Credentials) -> None:
    """Give the access back; raises ProviderError."""
    tell("tt_user/oauth2/revoke", {**_app(), "access_token": credentials.token})


def lacking(_kind: str, scopes: tuple[str, ...], facts: Mapping[str, str]) -> Mapping[str, str]:
    """Return which abilities an account lacks: "scope" was not granted, "region" has none.

    A personal account ("account_type") has neither messages nor comments by API.
    """
    if facts.get("account_type") == "personal":
        return {"direct": "account_type", "comments": "account_type"}
    closed = facts.get("region", "").upper() in NO_MESSAGES
    refused = REGION if closed else facts.get("direct", "")
    lacks = {}
    if refused or not {READ, SEND} <= set(scopes):
        lacks["direct"] = refused or "scope"
    if not {COMMENTS, ANSWERS} <= set(scopes):
        lacks["comments"] = "scope"
    return lacks


def _look(credentials: Credentials, scopes: tuple[str, ...]) -> Inspected:
    wanted = [field for field, scope in FIELDS.items() if scope in scopes]
    found: Data = {}
    if wanted:
        fields = "[" + ",".join(f'"{field}"' for field in wanted) + "]"
        where = {"business_id": credentials.account_external_id, "fields": fields}
        found = ask("business/get", credentials.token, where)
    facts = {}
    business = found.get("is_business_account")
    if isinstance(business, bool):
        facts["account_type"] = "business" if business else "personal"
    if READ in scopes:
        facts.update(_messages_closed(credentials))
    name, handle = _name(found, "display_name"), _name(found, "username")
    return Inspected(scopes=scopes, name=name, handle=handle, facts=facts)


def _seen_at_first(credentials: Credentials, scopes: tuple[str, ...]) -> Inspected:
    # The code is used up: a name that cannot be asked for now is asked for by the next check.
    try:
        return _look(credentials, scopes)
    except ProviderError:
        return Inspected()


def _messages_closed(credentials: Credentials) -> Mapping[str, str]:
    where = {
        "business_id": credentials.account_external_id,
        "conversation_type": "SINGLE",
        "limit": "1",
    }
    path = "business/message/conversation/list"
    try:
        ask(path, credentials.token, where, ability="direct")
    except ProviderError as error:
        if not error.lacks:
            raise
        return {"direct": REGION if error.code == REGION else "refused"}
    # Said as well: what was known before may have changed.
    return {"direct": ""}


def _tokens(data: Data, now: datetime) -> Tokens:
    access_token = id_in(data, "access_token")
    if not access_token:
        raise ProviderError("no_token", outcome_unknown=True)
    return Tokens(
        access_token=access_token,
        refresh_token=id_in(data, "refresh_token"),
        expires_at=_end(data, "expires_in", now),
        refresh_expires_at=_end(data, "refresh_token_expires_in", now),
        scopes=_scopes(data.get("scope")),
    )


def _end(data: Data, key: str, now: datetime) -> datetime | None:
    try:
        return now + timedelta(seconds=number(data[key]))
    except MALFORMED:
        return None


def _scopes(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, str):
        return None
    return tuple(name.strip() for name in value.split(",") if name.strip())


def _name(found: Data, key: str) -> str:
    try:
        return text(found.get(key))[:200]
    except MALFORMED:
        return ""


def _app() -> dict[str, str]:
    return {"client_id": settings.TIKTOK_APP_ID, "client_secret": settings.TIKTOK_APP_SECRET}


LOGIN = Login(
    name=KIND,
    label=_("Connect a TikTok account"),
    kinds=(KIND,),
    scopes=SCOPES,
    address=address,
    exchange=exchange,
    inspect=inspect,
    revoke=revoke,
    refresh=refresh,
    refresh_ahead=timedelta(hours=2),
    is_set_up=lambda: bool(settings.TIKTOK_APP_ID and settings.TIKTOK_APP_SECRET),
)
