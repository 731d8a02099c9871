"""Google's grants for YouTube: codes, access and refresh tokens, their ends.

Source: "Using OAuth 2.0 for Web Server Applications". A refresh token comes with the first
consent for offline access, later only with `prompt=consent`; a refresh brings none; of more than
a hundred the oldest is dropped without a word; revoking one token ends the whole grant.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from sandbox.youtube import options
from sandbox.youtube.models import Code, Grant, Token

FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
READ_ONLY = "https://www.googleapis.com/auth/youtube.readonly"
FULL = "https://www.googleapis.com/auth/youtube"
YOUTUBE_SCOPES = (FORCE_SSL, FULL, READ_ONLY)
CALLBACKS = ("/social-accounts/youtube/callback", "/social-accounts/youtube/callback/")
CODE_SECONDS = 600


class DeadTokenError(ValueError):
    """The code or token is unknown, over, or its grant was revoked."""


@dataclass(frozen=True)
class Request:
    """What a person agreed to, as which channel, and how the product asked for it."""

    person: str
    channel_id: str
    redirect_uri: str
    scope: str
    nonce: str = ""
    challenge: str = ""
    offline: bool = False
    asks_again: bool = False
    keeps_granted: bool = False


def asks_for_youtube(scope: str) -> bool:
    """Tell whether one of YouTube's scopes is in a list separated by spaces."""
    return not set(YOUTUBE_SCOPES).isdisjoint(scope.split())


def allow(request: Request) -> str:
    """Return a fresh code for what the person agreed to."""
    expires_at = options.now() + timedelta(seconds=CODE_SECONDS)
    code = f"4/0Ayoutube{secrets.token_urlsafe(24)}"
    Code.objects.create(code=code, expires_at=expires_at, **vars(request))
    return code


def take(code: str) -> Code | None:
    """Return the unexpired code and forget it; None when it is not known."""
    with transaction.atomic():
        found = Code.objects.filter(code=code).first()
        Code.objects.filter(code=code).delete()
    return found if found and found.expires_at > options.now() else None


def exchange(code: Code) -> dict[str, Any]:
    """Return the answer of the token endpoint to a code, and keep its tokens."""
    with transaction.atomic():
        grant, first = _grant(code)
        scope = _union(grant.scope, code.scope) if code.keeps_granted else code.scope
        grant.scope = _union(grant.scope, scope)
        grant.save()
        answer = _access(grant, scope)
        if code.offline and (first or code.asks_again):
            answer |= _refresh_token(grant, scope)
    return answer


def refresh(value: str) -> dict[str, Any]:
    """Return a new access token for a refresh token, which stays; raises DeadTokenError."""
    token = living(value, Token.Kind.REFRESH)
    return _access(token.grant, token.scope)


def living(value: str, *kinds: str) -> Token:
    """Return the token if it may still be used; raises DeadTokenError."""
    found = Token.objects.select_related("grant").filter(value=value, kind__in=kinds).first()
    if not value or found is None or not _lives(found, options.now()):
        raise DeadTokenError
    return found


def revoke(value: str) -> None:
    """End the whole grant of an access or refresh token; raises DeadTokenError when it is over."""
    end(living(value, *Token.Kind.values).grant)


def end(grant: Grant) -> None:
    """End a grant and with it every token of it."""
    Grant.objects.filter(pk=grant.pk).update(revoked_at=options.now())


def living_grants(channel_id: str) -> list[Grant]:
    """Return the grants of one channel that were not revoked."""
    return list(Grant.objects.filter(channel_id=channel_id, revoked_at=None))


def expire_access_tokens(channel_id: str = "") -> int:
    """Let every access token end now, or those of one channel; return how many did."""
    now = options.now()
    tokens = Token.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    tokens = tokens.filter(kind=Token.Kind.ACCESS)
    if channel_id:
        tokens = tokens.filter(grant__in=living_grants(channel_id))
    return tokens.update(expires_at=now)


def _lives(token: Token, now: datetime) -> bool:
    return token.grant.revoked_at is None and (token.expires_at is None or token.expires_at > now)


def _grant(code: Code) -> tuple[Grant, bool]:
    known = Grant.objects.filter(person=code.person, channel_id=code.channel_id, revoked_at=None)
    grant = known.first()
    if grant:
        return grant, False
    made = {"person": code.person, "channel_id": code.channel_id, "created_at": options.now()}
    return Grant.objects.create(**made), True


def _access(grant: Grant, scope: str) -> dict[str, Any]:
    seconds = options.value("access_token_seconds")
    token = _token(Token.Kind.ACCESS, "ya29.sandbox", grant, scope, seconds)
    return {"access_token": token, "expires_in": seconds, "scope": scope, "token_type": "Bearer"}


def _refresh_token(grant: Grant, scope: str) -> dict[str, Any]:
    seconds = options.value("refresh_token_seconds")
    answer = {"refresh_token": _token(Token.Kind.REFRESH, "1//0sandbox", grant, scope, seconds)}
    kept = options.value("max_refresh_tokens")
    tokens = Token.objects.filter(grant=grant, kind=Token.Kind.REFRESH).order_by("-pk")
    tokens.filter(pk__in=[token.pk for token in tokens[kept:]]).delete()
    return answer if seconds is None else answer | {"refresh_token_expires_in": seconds}


def _token(kind: str, prefix: str, grant: Grant, scope: str, seconds: int | None) -> str:
    value, now = prefix + secrets.token_urlsafe(32), options.now()
    expires_at = None if seconds is None else now + timedelta(seconds=seconds)
    made = {"value": value, "kind": kind, "scope": scope, "created_at": now}
    Token.objects.create(**made, grant=grant, expires_at=expires_at)
    return value


def _union(*scopes: str) -> str:
    return " ".join(dict.fromkeys(word for scope in scopes for word in scope.split()))
