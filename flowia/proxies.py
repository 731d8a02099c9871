"""Only our own proxies may say how a request came to them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from flowia.lib.address import is_trusted_proxy

GetResponse = Callable[[HttpRequest], HttpResponseBase]
FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_PROTOCOL",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_REAL_IP",
)


class ForwardedHeaders:
    """Drop what a caller who is none of TRUSTED_PROXIES says about addresses and https."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        if not is_trusted_proxy(str(request.META.get("REMOTE_ADDR") or "")):
            forget_forwarded(request)
        return self.get_response(request)


def forget_forwarded(request: HttpRequest) -> None:
    """Take the headers of proxies off the request.

    gunicorn believes X-Forwarded-Proto from loopback by itself and has put its word into the
    scheme; we serve plain HTTP behind proxies, so that word is taken back too.
    """
    named = settings.CLIENT_ADDRESS_HEADER
    names = (*FORWARDED, f"HTTP_{named.upper().replace('-', '_')}") if named else FORWARDED
    dropped = [name for name in names if request.META.pop(name, None) is not None]
    if dropped:
        request.META["wsgi.url_scheme"] = "http"
