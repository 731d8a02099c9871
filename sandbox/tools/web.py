"""What the tools' views share: one address, several methods."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def by_method(unknown: View, **views: View) -> View:
    """Return the view of an address that means something else with each method."""

    @csrf_exempt
    def view(request: HttpRequest, **path: str) -> HttpResponse:
        return views.get(request.method or "", unknown)(request, **path)

    return view


def bearer(request: HttpRequest) -> str:
    """Return the token of the Authorization header, or an empty string."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
