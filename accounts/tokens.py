"""API tokens: short access tokens, and refresh tokens that come in families.

A family is one SignIn. Its refresh tokens carry its id and a generation; the row knows the current
generation, so the table holds nothing that could be used as a token. Refreshing raises the
generation in one conditional UPDATE: of many at once, one does. The others, and a client whose
answer got lost, get the very same successor for ten seconds; later, an old token proves that two
parties hold the family, and the family ends (RFC 9700, section 4.14.2).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import audit, signins
from accounts.letters import Kind, write
from accounts.models import SignIn
from flowia.lib import clock
from flowia.lib.errors import FlowError

GRACE = timedelta(seconds=10)
SID, GENERATION = "sid", "gen"


class DeadTokenError(FlowError):
    """The token is none of ours, has ended, or belongs to a sign-in that has."""

    code = "token_not_valid"
    status = 401
    detail = _("This token is no longer valid. Sign in again.")


@dataclass(frozen=True)
class Pair:
    """What a client keeps; `expires_at` is the refresh token's end, in UTC."""

    sign_in: SignIn
    access: str
    refresh: str
    expires_at: datetime


def pair_of(sign_in: SignIn) -> Pair:
    """Return a fresh access token and the refresh token of the current generation."""
    refresh, expires_at = _refresh_token(sign_in)
    access = AccessToken.for_user(sign_in.user)
    access[SID] = str(sign_in.uid)
    return Pair(sign_in, str(access), refresh, expires_at)


def rotate(token: str, *, address: str = "", device: str = "") -> Pair:
    """Exchange a refresh token for its successor; raises DeadTokenError.

    The token of the generation before is taken for a second client's race within ten seconds of
    the change; any other old one ends the whole family, with an entry in the audit log.
    """
    sid, generation = _read(token)
    now = clock.now()
    sign_in = signins.living(sid, kind=SignIn.Kind.TOKENS)
    if sign_in is None:
        raise DeadTokenError
    mine = SignIn.objects.filter(pk=sign_in.pk, generation=generation, ended_at=None)
    changes: dict[str, Any] = {"seen_at": now, "rotated_at": now, "generation": generation + 1}
    if address:
        changes |= {"address": address, "device": device}
    mine.update(**changes)
    current = signins.living(sid, kind=SignIn.Kind.TOKENS)
    if current is None:
        raise DeadTokenError
    if current.generation == generation + 1 and now - current.rotated_at <= GRACE:
        return pair_of(current)
    _reused(current, generation, address)
    raise DeadTokenError


def sign_in_of(token: str) -> SignIn:
    """Return the living sign-in that a refresh token belongs to; raises DeadTokenError."""
    sid, _generation = _read(token)
    found = signins.living(sid, kind=SignIn.Kind.TOKENS)
    if found is None:
        raise DeadTokenError
    return found


def _reused(sign_in: SignIn, generation: int, address: str) -> None:
    by = audit.By(audit.Actor.NOBODY, None, address)
    data = {"generation": generation, "current": sign_in.generation}
    with transaction.atomic():
        if signins.end(sign_in, SignIn.End.REUSED):
            user = sign_in.user
            audit.record_for_person("sign_in.token_reused", user, by=by, target=sign_in, data=data)
            write(Kind.TOKEN_REUSED, user=user, about=sign_in)


def _read(token: str) -> tuple[str, int]:
    try:
        claims = RefreshToken(token).payload  # type: ignore[arg-type] # takes text, despite its types
        return str(claims[SID]), int(claims[GENERATION])
    except (TokenError, KeyError, TypeError, ValueError) as error:
        raise DeadTokenError from error


def _refresh_token(sign_in: SignIn) -> tuple[str, datetime]:
    """Make the token of the current generation; the same each time, to the last character."""
    born = sign_in.rotated_at
    token = RefreshToken()
    lifetime: timedelta = token.lifetime
    expires_at = min(born + lifetime, sign_in.expires_at)
    token.set_iat(at_time=born)
    token.payload["exp"] = int(expires_at.timestamp())
    token["user_id"] = str(sign_in.user.uid)
    token[SID], token[GENERATION] = str(sign_in.uid), sign_in.generation
    token["jti"] = _jti(sign_in)
    return str(token), expires_at


def _jti(sign_in: SignIn) -> str:
    # Two generations may be born within one second; their tokens must still differ.
    content = f"{sign_in.uid}:{sign_in.generation}:{sign_in.rotated_at.isoformat()}"
    key = settings.JWT_SIGNING_KEY.encode()
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()[:32]
