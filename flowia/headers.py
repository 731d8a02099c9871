"""The security headers that Django does not send by itself, on every answer without exception."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
"""Everything a page could ask a browser for; ours ask for nothing.

Chromium complains of names that it does not know in the console, so only known ones stand here.
"""
ALWAYS = {
    # Foreign pages may not embed anything of ours. Requests that CORS allows are not touched by
    # it (Fetch standard, "cross-origin resource policy check": only for mode no-cors).
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in OFF),
}

KEPT_NOWHERE = "private, no-store"


class Headers:
    """Add the headers that are the same everywhere; only static files may stay in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response[name] = value
        if "public" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = KEPT_NOWHERE
        return response
