"""Settings: how a program of one's own begins with the API, and where programs are signed in."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import api_examples, signins
from accounts.access import chosen_workspace, person
from accounts.authentication import RATE
from accounts.devices import device_in_words, short_address
from accounts.models import SignIn, User
from accounts.views.frame import framed
from flowia.lib.errors import NotFoundError
from flowia.lib.ratelimit import Verdict

MOST = 100


@login_required
@require_safe
def api_access(request: HttpRequest) -> HttpResponse:
    """Show the base address, an example for each language of programs, limits and sign-ins."""
    user = person(request.user)
    base = str(settings.PUBLIC_URL).rstrip("/")
    said = {
        "sign_in": _("Sign in: the answer holds access (10 minutes) and refresh (14 days)"),
        "ask": _("Ask: the hot leads of this workspace"),
        "refresh": _("Refresh: both tokens are replaced, the old ones are dead"),
    }
    examples = api_examples.examples(
        base,
        user.email,
        workspace=_workspace(request),
        language=get_language() or "fr",
        said=said,
    )
    verdict: Verdict | None = getattr(request, RATE, None)
    context = {
        "base": base,
        "examples": examples,
        "limit": settings.API_REQUESTS_PER_MINUTE,
        "left": verdict.remaining if verdict else None,
        "places": _programs(user),
    }
    return render(request, "accounts/settings/api.html", framed(request, context))


def _workspace(request: HttpRequest) -> str:
    try:
        return str(chosen_workspace(request).uid)
    except NotFoundError:
        return ""


def _programs(user: User) -> list[dict[str, object]]:
    rows = signins.living_of(user).filter(kind=SignIn.Kind.TOKENS)[:MOST]
    return [
        {"row": row, "device": device_in_words(row.device), "address": short_address(row.address)}
        for row in rows
    ]
