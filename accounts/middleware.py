"""Sessions that are still wanted, and the caller's limits in the answer's headers."""

from collections.abc import Callable

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from accounts import signins
from accounts.authentication import RATE
from accounts.doors import SIGN_IN
from accounts.models import SignIn, User
from flowia.lib.ratelimit import Verdict

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class LivingSignIn:
    """Sign a browser out whose sign-in was ended from somewhere else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        if SESSION_KEY in request.session:
            uid = str(request.session.get(SIGN_IN, ""))
            found = signins.living(uid, kind=SignIn.Kind.BROWSER)
            if found is None or not _is_of(found.user, request):
                logout(request)
            else:
                request.sign_in = found  # type: ignore[attr-defined]
                # The person came with the sign-in; Django would ask for them once more.
                request.user = found.user
                signins.see(found)
        return self.get_response(request)


def _is_of(user: User, request: HttpRequest) -> bool:
    """Return whether the session is this person's, made with the password they have now."""
    made_with = str(request.session.get(HASH_SESSION_KEY, ""))
    same = constant_time_compare(made_with, user.get_session_auth_hash())
    return same and request.session[SESSION_KEY] == str(user.pk)


class RateHeaders:
    """Tell a caller of the API how much of their minute is left."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request; without Redis there is no figure to give."""
        response = self.get_response(request)
        verdict = getattr(request, RATE, None)
        if isinstance(verdict, Verdict):
            response["X-RateLimit-Limit"] = str(verdict.limit)
            response["X-RateLimit-Remaining"] = str(verdict.remaining)
            response["X-RateLimit-Reset"] = str(verdict.reset_at)
        return response
