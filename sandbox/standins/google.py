"""Google's stand-in: codes for the people of the demo, tokens, ID tokens, public keys.

What is for signing in stays in memory; what opens YouTube is kept by `sandbox/youtube/grants.py`.

Google, "OpenID Connect" and "OAuth 2.0 for Web Server Applications"; RFC 6749, section 5.2, for
the refusals. The RSA key is made at each start.
"""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox import demo, settings
from sandbox.standins.front import Answer, Asked, RefusedError, Service, bad_gateway, endpoint
from sandbox.world.models import Fault
from sandbox.youtube import grants
from sandbox.youtube.models import Code

ISSUER = "https://accounts.google.com"
CALLBACKS = ("/login/google/callback", "/settings/google/callback")
CODE_SECONDS, TOKEN_SECONDS, KEY_SECONDS = 600, 3600, 300
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STATUSES = {"invalid_client": 401, "internal_failure": 500, "temporarily_unavailable": 503}
KID = secrets.token_hex(20)


@dataclass(frozen=True)
class Grant:
    """What a person allowed: the code's owner, and what it was asked for with."""

    person: demo.GooglePerson
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    expires_at: float


_grants: dict[str, Grant] = {}
_lock = threading.Lock()


def refusal(error: str, description: str, status: int = 400) -> Answer:
    """Return an error in the form of RFC 6749, section 5.2."""
    return Answer({"error": error, "error_description": description}, status)


def _rate_limited(fault: Fault) -> Answer:
    answer = refusal("rate_limit_exceeded", "Rate Limit Exceeded", 429)
    return Answer(answer.body, answer.status, {"Retry-After": str(fault.retry_after)})


def _asked_for(fault: Fault) -> Answer:
    reason = str(fault.detail.get("reason") or "invalid_grant")
    status = fault.detail.get("status") or STATUSES.get(reason, 400)
    message = str(fault.detail.get("message") or "Refused on request.")
    made = refusal(reason, message, status)
    return Answer(made.body, made.status, fault.detail["headers"])


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": _rate_limited,
    "server_error": lambda _fault: refusal("internal_failure", "Backend Error", 500),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "error": _asked_for,
    "revoked_token": lambda _fault: refusal("invalid_grant", "Token has been revoked."),
}
GOOGLE = Service("google", REFUSALS, lambda: refusal("invalid_request", "The body is not JSON."))


def allow(
    person: demo.GooglePerson,
    *,
    redirect_uri: str,
    scope: str,
    nonce: str = "",
    challenge: str = "",
) -> str:
    """Return a fresh code for what the person allowed."""
    code = f"4/0Asandbox{secrets.token_urlsafe(24)}"
    expires_at = time.time() + CODE_SECONDS
    grant = Grant(
        person, settings.GOOGLE_CLIENT_ID, redirect_uri, scope, nonce, challenge, expires_at
    )
    with _lock:
        _grants[code] = grant
    return code


def redirect_uris() -> list[str]:
    """Return the addresses registered for the product, to be met exactly."""
    return [f"{settings.PUBLIC_URL}{path}" for path in (*CALLBACKS, *grants.CALLBACKS)]


@endpoint(GOOGLE, "token", writes=True)
def token(asked: Asked) -> Answer:
    """Answer the exchange of a code, or a refresh; client, address and verifier must fit."""
    if asked.method != "POST":
        return refusal("invalid_request", "Only POST is allowed.", 405)
    _check_client(asked)
    if asked.body.get("grant_type") == "refresh_token":
        return _refresh(str(asked.body.get("refresh_token", "")))
    if asked.body.get("grant_type") != "authorization_code":
        return refusal("unsupported_grant_type", "Invalid grant_type.")
    code = str(asked.body.get("code", ""))
    for_youtube = grants.take(code)
    if for_youtube:
        _check_exchange(asked, for_youtube.redirect_uri, for_youtube.challenge)
        return _youtube_tokens(for_youtube)
    with _lock:
        grant = _grants.pop(code, None)
    if grant is None or grant.expires_at <= time.time():
        return refusal("invalid_grant", "Malformed auth code.")
    _check_exchange(asked, grant.redirect_uri, grant.challenge)
    return Answer(
        {
            "access_token": f"ya29.sandbox{secrets.token_urlsafe(24)}",
            "expires_in": TOKEN_SECONDS - 1,
            "scope": grant.scope,
            "token_type": "Bearer",
            "id_token": _id_token(grant),
        }
    )


@endpoint(GOOGLE, "revoke", writes=True)
def revoke(asked: Asked) -> Answer:
    """End the grant of the `token` in the form, or answer 400 when that was over already."""
    if asked.method != "POST":
        return refusal("invalid_request", "Only POST is allowed.", 405)
    try:
        grants.revoke(str(asked.body.get("token") or asked.query.get("token", "")))
    except grants.DeadTokenError:
        return refusal("invalid_token", "Token expired or revoked")
    return Answer({})


@endpoint(GOOGLE, "keys")
def keys(_asked: Asked) -> Answer:
    """Answer the public keys, with how long they may be kept."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    key = {name: public[name] for name in ("kty", "n", "e")}
    headers = {"Cache-Control": f"public, max-age={KEY_SECONDS}, must-revalidate, no-transform"}
    return Answer({"keys": [{**key, "kid": KID, "alg": "RS256", "use": "sig"}]}, headers=headers)


@endpoint(GOOGLE, "unknown")
def unknown(_asked: Asked, *, rest: str) -> Answer:
    """Answer any other address."""
    return refusal("not_found", f"{rest} is not imitated.", 404)


def _refresh(value: str) -> Answer:
    try:
        return Answer(grants.refresh(value))
    except grants.DeadTokenError:
        return refusal("invalid_grant", "Token has been expired or revoked.")


def _youtube_tokens(code: Code) -> Answer:
    answer = grants.exchange(code)
    person = next(person for person in demo.GOOGLE_PEOPLE if person.sub == code.person)
    if "openid" not in code.scope.split():
        return Answer(answer)
    signed_in = Grant(
        person,
        settings.GOOGLE_CLIENT_ID,
        code.redirect_uri,
        code.scope,
        code.nonce,
        code.challenge,
        code.expires_at.timestamp(),
    )
    return Answer({**answer, "id_token": _id_token(signed_in)})


def _check_exchange(asked: Asked, redirect_uri: str, challenge: str) -> None:
    if asked.body.get("redirect_uri") != redirect_uri:
        raise RefusedError(refusal("redirect_uri_mismatch", "Bad Request"))
    if not _proves(str(asked.body.get("code_verifier", "")), challenge):
        raise RefusedError(refusal("invalid_grant", "Invalid code verifier."))


def _check_client(asked: Asked) -> None:
    known = asked.body.get("client_id") == settings.GOOGLE_CLIENT_ID
    secret = str(asked.body.get("client_secret", ""))
    if not known or not hmac.compare_digest(
        secret.encode(), settings.GOOGLE_CLIENT_SECRET.encode()
    ):
        raise RefusedError(refusal("invalid_client", "The OAuth client was not found.", 401))


def _proves(verifier: str, challenge: str) -> bool:
    if not challenge:
        return not verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


def _id_token(grant: Grant) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "azp": grant.client_id,
        "aud": grant.client_id,
        "sub": grant.person.sub,
        "email": grant.person.email,
        "email_verified": grant.person.verified,
        "name": grant.person.name,
        "nonce": grant.nonce,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
    }
    left_out = {"email", "email_verified"} if "email" not in grant.scope.split() else set()
    said = {name: value for name, value in claims.items() if value != "" and name not in left_out}
    return jwt.encode(said, KEY, algorithm="RS256", headers={"kid": KID})
