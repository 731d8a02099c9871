"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, Any]:
    """Return the demo flag (a label says so on every page) and the sandbox's address.

    `google_on` tells whether signing in with Google is set up.
    """
    return {
        "demo": settings.DEMO,
        "sandbox_url": settings.SANDBOX_URL,
        "product_version": settings.VERSION,
        "google_on": bool(settings.GOOGLE_CLIENT_ID),
    }
