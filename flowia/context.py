"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
"""Keeps the choice for the pages of whoever is not signed in here: the door, the errors."""


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the demo flag (a label says so on every page) and the sandbox's address.

    `google_on` tells whether signing in with Google is set up, `theme` which colours were chosen
    ("" for those of the device).
    """
    return {
        "theme": theme_of(request),
        "demo": settings.DEMO,
        "sandbox_url": settings.SANDBOX_URL,
        "product_version": settings.VERSION,
        "google_on": bool(settings.GOOGLE_CLIENT_ID),
    }


def theme_of(request: HttpRequest) -> str:
    """Return "light", "dark" or, for the device's own, "": as the person or this browser chose.

    No table is asked: the page of a failure needs it too.
    """
    sign_in = getattr(request, "sign_in", None)
    chosen = sign_in.user.theme if sign_in else request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""
