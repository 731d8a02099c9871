"""Google's token endpoint for service accounts: a signed claim in, an access token out.

Source: "Using OAuth 2.0 for Server to Server Applications". Access tokens stay in memory: after
a restart they are unknown, and clients ask for new ones.
"""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

import jwt

from sandbox import settings
from sandbox.standins.front import Answer, Asked, RefusedError, Service, endpoint
from sandbox.tools import options
from sandbox.tools.sheets import keys
from sandbox.tools.sheets.errors import GRANT_REFUSALS, grant_refused

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FULL = "https://www.googleapis.com/auth/spreadsheets"
READ_ONLY = "https://www.googleapis.com/auth/spreadsheets.readonly"
DRIVE = ("https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/drive.file")
KNOWN_SCOPES = frozenset({FULL, READ_ONLY, *DRIVE})
LONGEST_SECONDS = 3600
LEEWAY = 60


@dataclass(frozen=True)
class Access:
    """What an access token opens: whose it is, what it may do, until when."""

    email: str
    scopes: frozenset[str]
    expires_at: float

    @property
    def may_write(self) -> bool:
        """Whether one of the scopes lets it write."""
        return bool(self.scopes & {FULL, *DRIVE})


GRANTS = Service(
    "sheets", GRANT_REFUSALS, lambda: grant_refused("invalid_request", "The body is not a form.")
)
_lock = threading.Lock()
_tokens: dict[str, Access] = {}
_revoked: set[str] = set()
_public: dict[str, Any] = {}


@endpoint(GRANTS, "token", writes=True)
def token(asked: Asked) -> Answer:
    """Answer a JWT bearer grant: signature, audience, times and scopes have to be right."""
    if asked.body.get("grant_type") != GRANT_TYPE:
        return grant_refused("unsupported_grant_type", "Invalid grant_type.")
    claims = _claims(str(asked.body.get("assertion") or ""))
    scopes = frozenset(str(claims.get("scope") or "").split())
    if not scopes or not scopes <= KNOWN_SCOPES:
        words = f"{sorted(scopes)} is not a valid audience string or scope."
        return grant_refused("invalid_scope", words)
    seconds = float(options.value("sheets_token_seconds") or LONGEST_SECONDS)
    value = f"ya29.c.sandbox{secrets.token_urlsafe(24)}"
    with _lock:
        _tokens[value] = Access(str(claims["iss"]), scopes, time.time() + seconds)
    told = {"access_token": value, "expires_in": int(seconds), "token_type": "Bearer"}
    return Answer(told, recipient=str(claims["iss"]))


def find(value: str) -> Access | None:
    """Return what a living access token opens."""
    access = _tokens.get(value)
    lives = access and access.expires_at > time.time() and access.email not in _revoked
    return access if lives else None


def revoke(email: str) -> None:
    """Delete the key of an account at Google; what it was given ends with it."""
    with _lock:
        _revoked.add(email)


def expire() -> None:
    """Let every access token end now."""
    with _lock:
        _tokens.clear()


def restore() -> None:
    """Let every key live again."""
    with _lock:
        _revoked.clear()


def _claims(assertion: str) -> dict[str, Any]:
    try:
        unproven = jwt.decode(assertion, options={"verify_signature": False})
        email = str(unproven.get("iss"))
        key = _key(email)
        if key is None:
            raise RefusedError(grant_refused("invalid_grant", "Invalid grant: account not found"))
        claims: dict[str, Any] = jwt.decode(
            assertion,
            key,
            algorithms=["RS256"],
            audience=[keys.GOOGLE_TOKEN_URI, f"{settings.SANDBOX_URL}/sheets/token"],
            options={"require": ["iss", "aud", "exp", "iat"]},
            leeway=LEEWAY,
        )
    except jwt.InvalidSignatureError as error:
        raise RefusedError(grant_refused("invalid_grant", "Invalid JWT Signature.")) from error
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise RefusedError(grant_refused("invalid_grant", _TIMES)) from error
    except jwt.InvalidTokenError as error:
        words = f"Invalid JWT: {error}"
        raise RefusedError(grant_refused("invalid_grant", words)) from error
    if claims["exp"] - claims["iat"] > LONGEST_SECONDS:
        raise RefusedError(grant_refused("invalid_grant", _TIMES))
    if email in _revoked:
        raise RefusedError(grant_refused("invalid_grant", "Invalid JWT Signature."))
    return claims


_TIMES = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def _key(email: str) -> Any:
    if email not in _public:
        found = keys.public_key(settings.VAR_DIR, email)
        if found is None:
            return None
        _public[email] = found
    return _public[email]
