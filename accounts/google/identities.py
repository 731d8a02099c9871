"""Google's word on who somebody is: asking for it, and believing it or not.

OpenID Connect Core 1.0, section 3.1.3.7; Google, "OpenID Connect", "Obtain user information from
the ID token".
"""

import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation

from accounts.google import keys
from accounts.google.errors import GoogleOffError, GoogleRefusedError, GoogleUnreachableError
from accounts.oauth import Begun
from flowia.lib import http

log = structlog.get_logger("flowia.google")
ISSUERS = ("accounts.google.com", "https://accounts.google.com")
ALGORITHM = "RS256"
LEEWAY_SECONDS = 30
SCOPE = "openid email profile"
REQUIRED = ("iss", "aud", "sub", "iat", "exp")
LONGEST_SUB, LONGEST_EMAIL, LONGEST_NAME = 64, 254, 150
OK, INVALID = 200, 400


@dataclass(frozen=True)
class Identity:
    """A Google account: `sub` never changes hands; `email` is "" when Google named none."""

    sub: str
    email: str
    email_verified: bool
    name: str
    language: str


def address_of(begun: Begun, *, back_to: str) -> str:
    """Return where a browser asks Google for a code; raises GoogleOffError."""
    query = {
        "client_id": client_id(),
        "redirect_uri": back_to,
        "response_type": "code",
        "scope": SCOPE,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
        "prompt": "select_account",
    }
    return f"{settings.GOOGLE_OAUTH_URL}?{urlencode(query)}"


def exchange(code: str, verifier: str, *, back_to: str) -> str:
    """Exchange a code for an ID token; the address comes from the settings alone.

    Raises GoogleRefusedError for a code that is used, too old or not ours, and
    GoogleUnreachableError for everything that is not the person's doing.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client_id(),
        "client_secret": settings.GOOGLE_CLIENT_SECRET,
        "redirect_uri": back_to,
        "code_verifier": verifier,
    }
    try:
        answer = http.call("POST", settings.GOOGLE_TOKEN_URL, whom="google", form=form)
    except http.UnreachableError as error:
        log.warning("google unreachable", what="token")
        raise GoogleUnreachableError from error
    said = answer.body if isinstance(answer.body, dict) else {}
    token = said.get("id_token")
    if answer.status == OK and isinstance(token, str):
        return token
    if answer.status == INVALID and said.get("error") == "invalid_grant":
        raise GoogleRefusedError
    log.warning("google unreachable", what="token", status=answer.status)
    raise GoogleUnreachableError


def identity_in(id_token: str, *, nonce: str | None = None) -> Identity:
    """Return whom an ID token of Google's names.

    It must be signed with RS256 by one of Google's keys, be made for our client and live; with
    `nonce`, it must answer that very attempt. Raises GoogleRefusedError, and
    GoogleUnreachableError when the keys cannot be had.
    """
    key = _key_of(id_token)
    try:
        claims = jwt.decode(
            id_token,
            key,
            algorithms=[ALGORITHM],
            audience=client_id(),
            issuer=ISSUERS,
            leeway=LEEWAY_SECONDS,
            options={"require": list(REQUIRED), "strict_aud": True},
        )
    except jwt.PyJWTError as error:
        raise _refused(type(error).__name__) from error
    if nonce is not None and not _same(claims.get("nonce"), nonce):
        raise _refused("nonce")
    return _identity(claims)


def client_id() -> str:
    """Return our name at Google; raises GoogleOffError where there is none."""
    found: str = settings.GOOGLE_CLIENT_ID
    if not found:
        raise GoogleOffError
    return found


def _key_of(id_token: str) -> Any:
    try:
        header = jwt.get_unverified_header(id_token)
    except jwt.PyJWTError as error:
        raise _refused(type(error).__name__) from error
    # Of the header, only the key's name is used; `jku`, `jwk` and `x5u` could name any key.
    if header.get("alg") != ALGORITHM:
        raise _refused("alg")
    key = keys.key_named(str(header.get("kid", "")))
    if key is None:
        raise _refused("kid")
    return key


def _refused(why: str) -> GoogleRefusedError:
    log.warning("google token refused", why=why)
    return GoogleRefusedError()


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def _identity(claims: dict[str, Any]) -> Identity:
    sub = claims["sub"]
    if not 0 < len(sub) <= LONGEST_SUB or not sub.isascii():
        raise _refused("sub")
    name = "".join(letter for letter in str(claims.get("name") or "") if letter.isprintable())
    return Identity(
        sub=sub,
        email=_email(claims.get("email")),
        email_verified=claims.get("email_verified") is True,
        name=name[:LONGEST_NAME],
        language=_language(claims.get("locale")),
    )


def _email(given: object) -> str:
    email = given.strip().lower() if isinstance(given, str) else ""
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email if len(email) <= LONGEST_EMAIL else ""


def _language(locale: object) -> str:
    """Return ours for Google's "fr-CA"; without one, the language of the request."""
    known = [code for code, _name in settings.LANGUAGES]
    for spoken in (locale, translation.get_language()):
        if isinstance(spoken, str) and spoken[:2].lower() in known:
            return spoken[:2].lower()
    return str(settings.LANGUAGE_CODE)
