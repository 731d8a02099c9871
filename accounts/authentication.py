"""Who calls the API: a living sign-in behind the token, counted against the caller's minute."""

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import Token

from accounts import signins
from accounts.models import SignIn, User
from accounts.tokens import SID
from flowia.lib import ratelimit
from flowia.lib.address import client_address, limit_key, plain
from flowia.lib.errors import TooManyRequestsError

RATE = "flowia_rate"
"""Where the verdict waits on the request for the middleware that writes it into the headers."""


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>`.

    A token whose sign-in ended (signed out, password changed, switched off, deleted) is 401 at
    once. One person may make 100 requests in any minute, over all their sign-ins, pages included
    (`flowia.minute`), and over all processes; more answer 429.
    """

    def authenticate(self, request: Request) -> tuple[User, Token] | None:  # type: ignore[override]
        """Return the caller and their token; None without one.

        Raises InvalidToken (401) and TooManyRequestsError.
        """
        header = self.get_header(request)
        raw = None if header is None else self.get_raw_token(header)
        if raw is None:
            return None
        token = self.get_validated_token(raw)
        # Before the first query: whoever calls too often must cost next to nothing.
        caller = f"user:{token.get('user_id')}"
        count_request(plain(request), caller)
        sign_in = signins.living(str(token.get(SID)), kind=SignIn.Kind.TOKENS)
        if sign_in is None:
            count_elsewhere(plain(request), caller)
            raise InvalidToken
        signins.see(sign_in)
        plain(request).sign_in = sign_in  # type: ignore[attr-defined]
        return sign_in.user, token


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document tells it."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, _auto_schema: object) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def count_request(request: HttpRequest, caller: str, *, limit: int | None = None) -> None:
    """Count one request under the key `caller`; raises TooManyRequestsError.

    The limit is API_REQUESTS_PER_MINUTE, unless another is given. While Redis is away everything
    stays open, and the log says so.
    """
    limit = settings.API_REQUESTS_PER_MINUTE if limit is None else limit
    verdict = ratelimit.take(caller, limit=limit, seconds=60)
    setattr(request, RATE, verdict)
    if verdict is not None and not verdict.passed:
        raise TooManyRequestsError(retry_after=verdict.retry_after)


def count_elsewhere(request: HttpRequest, caller: str) -> None:
    """Count the request of a dead token by its network address instead of its person.

    Whoever holds such a token would else spend the minute of the person it was taken from. Raises
    TooManyRequestsError.
    """
    if getattr(request, RATE) is not None:
        ratelimit.give_back(caller)
    count_request(request, f"dead:{limit_key(client_address(request))}")


def sign_in_behind(request: Request) -> SignIn | None:
    """Return the sign-in an API call came with; None for other callers.

    A browser's session is none: its cookie alone does not prove who began the request.
    """
    found = getattr(plain(request), "sign_in", None)
    ours = isinstance(found, SignIn) and found.kind == SignIn.Kind.TOKENS
    return found if ours else None
