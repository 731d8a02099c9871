"""Sessions that are still wanted, what is told when one has ended, and the caller's limits."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.crypto import constant_time_compare

from accounts import signins
from accounts.access import FRAGMENT
from accounts.authentication import RATE
from accounts.doors import SIGN_IN
from accounts.models import SignIn, User
from accounts.returning import safe_return
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


class EndedSession:
    """Tell who is sent to the door from an open page that their session has ended.

    A form finds the door with `ended=1`, and the way back is the form's own page. A page that keeps
    itself fresh gets one sentence with a link, as a 200: browsers write a 401 and a redirect that
    is not followed into the console at each poll.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request; every other answer goes as it came."""
        response = self.get_response(request)
        if "Location" not in response or request.user.is_authenticated:
            return response
        door = redirect_to_login(request.get_full_path()).url
        if response["Location"] != door:
            return response
        if FRAGMENT in request.headers:
            return render(request, "accounts/_ended.html", {"door": door})
        if request.method == "POST":
            back = {"next": _page_of_the_form(request), "ended": "1"}
            response["Location"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode(back, safe='/')}"
        return response


def _page_of_the_form(request: HttpRequest) -> str:
    """Return the page that sent a form, as its browser names it; else the form's own address."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return request.get_full_path()
    if came_from.netloc != request.get_host():
        return request.get_full_path()
    page = came_from._replace(scheme="", netloc="").geturl()
    # Where both are one address, `safe_return` gives the way out, too.
    return safe_return(request, page, otherwise=request.get_full_path())


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
