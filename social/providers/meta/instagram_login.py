"""Instagram Login: an account without a Page, with a token of its own (meta.md 2).

The token lives 60 days and renews itself while it lives, from its second day on.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Login, Tokens
from social.providers.meta.graph import Json, ask, instagram_door, reply, rows_of
from social.providers.meta.scopes import INSTAGRAM, names
from social.providers.meta.subscribing import fields_of, subscribe, unsubscribe
from social.providers.meta.threads import id_in
from social.providers.meta.values import NAME_LONGEST, text_of

ME = "id,user_id,username,name,account_type"
PROFESSIONAL = {"BUSINESS", "MEDIA_CREATOR"}
FRAGMENT = "#_"
"""What Instagram appends to the code (meta.md 2.1)."""
USUAL_LIFE = timedelta(days=60)
SHORTEST_LIFE = 60


def address(asked: Asked) -> str:
    """Return Instagram's consent page; `again` lets people choose another account."""
    query = {
        "client_id": settings.META_INSTAGRAM_APP_ID,
        "redirect_uri": asked.redirect_uri,
        "response_type": "code",
        "scope": ",".join(names(INSTAGRAM)),
        "state": asked.state,
        **({"force_reauth": "true"} if asked.again else {}),
    }
    return f"{settings.META_INSTAGRAM_OAUTH_URL}?{urlencode(query)}"


def exchange(code: str, _verifier: str, redirect_uri: str, now: datetime) -> Grant:
    """Return who granted what, and their one account; raises ProviderError.

    An answer that names no permissions is taken to mean all: the network does not say.
    """
    form = {
        "client_id": settings.META_INSTAGRAM_APP_ID,
        "client_secret": settings.META_INSTAGRAM_APP_SECRET,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "code": code.removesuffix(FRAGMENT),
    }
    said = _unwrapped(
        reply(ask("POST", settings.META_INSTAGRAM_TOKEN_URL, form=form, writes=True), writes=True)
    )
    scopes = _permissions(said.get("permissions"))
    url = f"{settings.META_INSTAGRAM_GRAPH_URL}/access_token"
    query = {
        "grant_type": "ig_exchange_token",
        "client_secret": settings.META_INSTAGRAM_APP_SECRET,
        "access_token": _token(said),
    }
    tokens = _tokens(reply(ask("GET", url, params=query)), now, scopes)
    me = instagram_door(tokens.access_token).get("me", fields=ME)
    return Grant(id_in(me) or id_in(said, "user_id"), scopes, (_choice(me, said, tokens),))


def inspect(credentials: Credentials) -> Inspected:
    """Return the account's name, kind and subscribed fields; raises ProviderError.

    Instagram does not tell which scopes are still granted.
    """
    me = instagram_door(credentials.token).get("me", fields=ME)
    return Inspected(
        fields=fields_of(credentials),
        name=_text(me, "name") or _text(me, "username"),
        handle=_text(me, "username"),
        facts=_facts(me),
    )


def refresh(credentials: Credentials, now: datetime) -> Tokens:
    """Return a token for 60 days more; raises ProviderError, `needs_login` for a dead one."""
    url = f"{settings.META_INSTAGRAM_GRAPH_URL}/refresh_access_token"
    query = {"grant_type": "ig_refresh_token", "access_token": credentials.token}
    return _tokens(reply(ask("GET", url, params=query)), now, None)


def _choice(me: Json, said: Json, tokens: Tokens) -> Choice:
    """Return the account; its id in webhooks is `user_id`, never `id` (meta.md 2.5)."""
    external_id = id_in(me, "user_id") or id_in(said, "user_id")
    if not external_id:
        raise ProviderError("no_account_in_answer")
    handle = _text(me, "username")
    facts = _facts(me)
    personal = bool(facts) and facts["account_type"] not in PROFESSIONAL
    return Choice(
        kind="instagram",
        external_id=external_id,
        name=_text(me, "name") or handle,
        tokens=tokens,
        handle=handle,
        problem="personal_account" if personal else "",
        facts=facts,
    )


def _facts(me: Json) -> dict[str, str]:
    kind = _text(me, "account_type")
    return {"account_type": kind} if kind else {}


def _unwrapped(said: Json) -> Json:
    # One version of the documentation puts the answer into a list (meta.md 2.2).
    rows = rows_of(said)
    return rows[0] if rows else said


def _permissions(said: Any) -> tuple[str, ...]:
    found = said.split(",") if isinstance(said, str) else said
    if not isinstance(found, list):
        return names(INSTAGRAM)
    return tuple(name.strip() for name in found if isinstance(name, str) and name.strip())


def _token(said: Json) -> str:
    token = said.get("access_token")
    if not isinstance(token, str) or not token:
        raise ProviderError("no_token_in_answer")
    return token


def _tokens(said: Json, now: datetime, scopes: tuple[str, ...] | None) -> Tokens:
    seconds = said.get("expires_in")
    known = isinstance(seconds, int) and not isinstance(seconds, bool)
    lives = USUAL_LIFE
    if known and isinstance(seconds, int) and seconds >= SHORTEST_LIFE:
        lives = min(timedelta(seconds=min(seconds, 10**9)), timedelta(days=3650))
    return Tokens(_token(said), expires_at=now + lives, scopes=scopes)


def _text(row: Json, key: str) -> str:
    value = row.get(key)
    return text_of(value, longest=NAME_LONGEST) if isinstance(value, str) else ""


def _is_set_up() -> bool:
    return bool(settings.META_INSTAGRAM_APP_ID and settings.META_INSTAGRAM_APP_SECRET)


INSTAGRAM_LOGIN = Login(
    name="instagram",
    label=_("Connect an Instagram account without a Page"),
    kinds=("instagram",),
    scopes=INSTAGRAM,
    address=address,
    exchange=exchange,
    inspect=inspect,
    subscribe=subscribe,
    unsubscribe=unsubscribe,
    refresh=refresh,
    refresh_ahead=timedelta(days=10),
    refresh_not_before=timedelta(hours=24),
    is_set_up=_is_set_up,
)
