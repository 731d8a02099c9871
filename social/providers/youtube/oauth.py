"""Connecting a channel: Google's consent, its tokens, the channel they open (youtube.md 1)."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Login, Scope, Tokens
from social.providers.youtube.errors import ask

KIND = "youtube"
FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
LONGEST_ID, LONGEST_NAME = 128, 200
DEAD_ALREADY = {"400 invalid_token", "grant_refused"}
Found = dict[str, Any]


def address(asked: Asked) -> str:
    """Return where the browser asks for consent.

    `prompt=consent` each time: Google gives a refresh token at the first consent alone, otherwise.
    """
    query = {
        "client_id": settings.GOOGLE_CLIENT_ID,
        "redirect_uri": asked.redirect_uri,
        "response_type": "code",
        "scope": FORCE_SSL,
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "true",
        "state": asked.state,
        "code_challenge": asked.challenge,
        "code_challenge_method": "S256",
    }
    return f"{settings.GOOGLE_OAUTH_URL}?{urlencode(query)}"


def exchange(code: str, verifier: str, redirect_uri: str, now: datetime) -> Grant:
    """Return what the code grants: one choice per channel, none where the account has no channel.

    A person may untick the scope: then nothing is asked for, and the grant's scopes tell.
    Raises ProviderError.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    tokens = _tokens(form, now)
    scopes = tokens.scopes or ()
    if FORCE_SSL not in scopes:
        return Grant("", scopes, ())
    choices = tuple(_choice(channel, tokens) for channel in channels(tokens.access_token))
    # Google names nobody without the scope `openid`: the channel stands for the person.
    return Grant(choices[0].external_id if choices else "", scopes, choices)


def refresh(credentials: Credentials, now: datetime) -> Tokens:
    """Return a new access token; the refresh token stays as it is, unless Google gives another.

    Raises ProviderError, with `needs_login` when the grant is dead.
    """
    if not credentials.refresh_token:
        raise ProviderError("no_refresh_token", needs_login=True)
    form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
    return _tokens(form, now)


def revoke(credentials: Credentials) -> None:
    """Give the whole grant back; a token that is dead already is as good. Raises ProviderError."""
    form = {"token": credentials.refresh_token or credentials.token}
    try:
        ask("POST", settings.GOOGLE_REVOKE_URL, form=form)
    except ProviderError as error:
        if error.code not in DEAD_ALREADY:
            raise


def inspect(credentials: Credentials) -> Inspected:
    """Return the channel's name and handle as they are now; one unit. Raises ProviderError."""
    for channel in channels(credentials.token):
        if channel["id"] == credentials.account_external_id:
            return Inspected(name=_name(channel), handle=_handle(channel))
    raise ProviderError("no_channel", needs_login=True)


def channels(token: str) -> list[Found]:
    """Return the channels that a token opens, with their ids and snippets; raises ProviderError."""
    params = {"part": "snippet", "mine": "true"}
    answer = ask("GET", f"{settings.YOUTUBE_API_URL}/channels", token=token, params=params)
    items = answer.body.get("items", []) if isinstance(answer.body, dict) else None
    if not isinstance(items, list):
        raise ProviderError("not_channels", retryable=True)
    return [one for one in items if isinstance(one, dict) and _is_id(one.get("id"))]


def lacking(_kind: str, scopes: tuple[str, ...], _facts: object) -> dict[str, str]:
    """Return what a channel cannot do: without the scope, nothing with comments."""
    return {} if FORCE_SSL in scopes else {"comments": "missing_scope"}


def _tokens(form: dict[str, str], now: datetime) -> Tokens:
    ours = {
        "client_id": settings.GOOGLE_CLIENT_ID,
        "client_secret": settings.GOOGLE_CLIENT_SECRET,
    }
    said = ask("POST", settings.GOOGLE_TOKEN_URL, form={**form, **ours}).body
    access = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(access, str) or not access:
        raise ProviderError("not_a_token", retryable=True)
    return Tokens(
        access_token=access,
        refresh_token=_text(said.get("refresh_token")),
        expires_at=_after(now, said.get("expires_in")),
        refresh_expires_at=_after(now, said.get("refresh_token_expires_in")),
        scopes=tuple(_text(said.get("scope")).split()) if "scope" in said else None,
    )


def _choice(channel: Found, tokens: Tokens) -> Choice:
    return Choice(KIND, channel["id"], _name(channel), tokens, handle=_handle(channel))


def _name(channel: Found) -> str:
    return _text(_snippet(channel).get("title"))[:LONGEST_NAME]


def _handle(channel: Found) -> str:
    return _text(_snippet(channel).get("customUrl")).removeprefix("@")[:LONGEST_NAME]


def _snippet(channel: Found) -> Found:
    found = channel.get("snippet")
    return found if isinstance(found, dict) else {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isascii()


def _text(value: object) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _after(now: datetime, seconds: object) -> datetime | None:
    return now + timedelta(seconds=seconds) if type(seconds) is int and seconds > 0 else None


GOOGLE = Login(
    name="google",
    label=_("Connect a YouTube channel"),
    kinds=(KIND,),
    scopes=(
        Scope(
            FORCE_SSL,
            _("read the comments under your videos and answer them"),
            needed=True,
            unlocks=("comments",),
        ),
    ),
    address=address,
    exchange=exchange,
    inspect=inspect,
    revoke=revoke,
    refresh=refresh,
    refresh_ahead=timedelta(minutes=10),
    is_set_up=lambda: bool(settings.GOOGLE_CLIENT_ID and settings.GOOGLE_CLIENT_SECRET),
)
