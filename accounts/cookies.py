"""The refresh token in a cookie, for browsers: read only where a second proof stands beside it.

A cookie goes along with every request, also those that another site begins. So the caller must
repeat in `X-CSRF-Token` what stands in a second, readable cookie, and in the answer that set it:
only pages of our own origin can read the one, only those of allowed origins the other. The value is
bound to the sign-in and keyed, so that a planted cookie does not help (OWASP, Cross-Site Request
Forgery Prevention, "signed double-submit cookie").
"""

import hashlib
import hmac
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.models import SignIn
from flowia.lib.errors import FlowError

HEADER = "X-CSRF-Token"
PATH = "/auth"


class CsrfError(FlowError):
    """A request with the refresh cookie that does not prove where it comes from."""

    code = "csrf_failed"
    status = 403
    detail = _(
        "Repeat the value of csrf, which came with the tokens, in the header X-CSRF-Token, from a"
        " page of an allowed origin."
    )


def token_from(request: HttpRequest) -> str:
    """Return the refresh token of the cookie, "" when there is none; raises CsrfError."""
    token = request.COOKIES.get(settings.REFRESH_COOKIE_NAME, "")
    if not token:
        return ""
    sign_in = tokens.sign_in_of(token)
    given = request.headers.get(HEADER, "")
    if not _is_ours(request) or not hmac.compare_digest(given.encode(), proof(sign_in).encode()):
        raise CsrfError
    return token


def give(response: HttpResponseBase, pair: tokens.Pair) -> None:
    """Put the refresh token and its proof into the answer's cookies."""
    values = {
        settings.REFRESH_COOKIE_NAME: (pair.refresh, True),
        settings.REFRESH_CSRF_COOKIE_NAME: (proof(pair.sign_in), False),
    }
    for name, (value, hidden) in values.items():
        response.set_cookie(
            name,
            value,
            expires=pair.expires_at,
            path=PATH if hidden else "/",
            httponly=hidden,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite=_samesite(),
        )


def take_away(response: HttpResponseBase) -> None:
    """Remove both cookies."""
    response.delete_cookie(settings.REFRESH_COOKIE_NAME, path=PATH, samesite=_samesite())
    response.delete_cookie(settings.REFRESH_CSRF_COOKIE_NAME, path="/", samesite=_samesite())


def _samesite() -> Literal["None", "Lax"]:
    # Front ends on another site get no cookie but a "None" one.
    return "None" if settings.CORS_ALLOWED_ORIGINS and settings.PRODUCTION else "Lax"


def proof(sign_in: SignIn) -> str:
    """Return what a page must repeat beside the cookie of this sign-in."""
    key = settings.JWT_SIGNING_KEY.encode()
    return hmac.new(key, f"csrf:{sign_in.uid}".encode(), hashlib.sha256).hexdigest()


def _is_ours(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    own = urlsplit(request.build_absolute_uri())
    return origin in {f"{own.scheme}://{own.netloc}", *settings.CORS_ALLOWED_ORIGINS}
