"""Where a browser may be sent back to: an address that came with a request, or home."""

import re
import unicodedata
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse

LONGEST_ADDRESS = 500
LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path of this site, in visible ASCII without backslashes: browsers read those as slashes, and
drop tabs and line ends (WHATWG URL, "basic URL parser")."""
DOUBTFUL = re.compile(r"//|[\\\x00-\x20\x7f]|/\.{1,2}(/|$)")


def safe_return(request: HttpRequest, address: str, *, otherwise: str | None = None) -> str:
    """Return `address` if it is a path of this site that cannot be read otherwise.

    Anything else, the sign-in page too, gives `otherwise`: without it, the page where signed-in
    people begin.
    """
    instead = _default() if otherwise is None else otherwise
    path = address.partition("?")[0].partition("#")[0]
    if len(address) > LONGEST_ADDRESS or not LOCAL.fullmatch(address) or _is_doubtful(path):
        return instead
    door = reverse("login")
    at_door = path == door or path.startswith(f"{door}/")
    return instead if at_door or path == request.path else address


def _is_doubtful(path: str) -> bool:
    """Return whether a proxy that decodes the path could take it for another address."""
    for _time in range(LONGEST_ADDRESS):
        if DOUBTFUL.search(unicodedata.normalize("NFKC", path)):
            return True
        decoded = unquote(path)
        if decoded == path:
            return False
        path = decoded
    return True


def _default() -> str:
    return resolve_url(settings.LOGIN_REDIRECT_URL)
