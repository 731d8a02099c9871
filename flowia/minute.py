"""One person's minute for whatever the API does not count itself: pages, and odd calls.

Pages and programs of one person share one count (`accounts.authentication`). Counted apart, each
under a key of its own: the live part of a conversation, which every open tab asks for 20 times a
minute, and the ways out, so that whoever stole a token cannot keep its owner from ending it.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.authentication import RATE, BearerAuthentication, count_request
from flowia.lib.errors import TooManyRequestsError
from flowia.pages import told

GetResponse = Callable[[HttpRequest], HttpResponseBase]
LIVE = {"inbox", "conversation", "accounts", "account"}
LIVE_TIMES = 5
WAYS_OUT = {
    "logout",
    "settings-password",
    "settings-session",
    "settings-sessions",
    "settings-sessions-others",
}
UNCOUNTED = ("/health", "/static/")
# Answers from before anybody asked who calls: unknown address, method, form; too large.
UNSEEN = {404, 405, 406, 413}


class PagesMinute:
    """Count what a signed-in browser asks for; beyond the limit answer 429."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request; without Redis nothing is counted."""
        if request.user.is_authenticated and not request.path.startswith(UNCOUNTED):
            try:
                count_page(request, str(request.user.uid))
            except TooManyRequestsError as error:
                return told(request, error)
        return self.get_response(request)


class OddCallsMinute:
    """Count a program's calls that were answered before its token was looked at."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request; a token that is none changes nothing."""
        response = self.get_response(request)
        asked = "Authorization" in request.headers and not hasattr(request, RATE)
        if asked and response.status_code in UNSEEN:
            try:
                BearerAuthentication().authenticate(Request(request))
            except TooManyRequestsError as error:
                return told(request, error)
            except APIException:
                return response
        return response


def count_page(request: HttpRequest, uid: str) -> None:
    """Count one page of the person `uid`; raises TooManyRequestsError."""
    page = _name_of(request)
    limit = settings.API_REQUESTS_PER_MINUTE
    if page in LIVE and request.method == "GET" and "X-Fragment" in request.headers:
        count_request(request, f"live:{uid}", limit=LIVE_TIMES * limit)
    elif page in WAYS_OUT:
        count_request(request, f"out:{uid}", limit=limit)
    else:
        count_request(request, f"user:{uid}", limit=limit)


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
