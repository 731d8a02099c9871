"""Which text a form showed, and in which language: what a consent is proved by."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from flowia.lib.address import client_address
from social.consents import Agreed


def read_under(request: HttpRequest) -> Agreed:
    """Return the version and language that the posted form showed, and from where it came."""
    shown = request.POST.get("language", "")
    known = {code for code, _name in settings.LANGUAGES}
    return Agreed(
        version=request.POST.get("version", "")[:20],
        language=shown if shown in known else get_language() or settings.LANGUAGE_CODE,
        address=client_address(request),
    )
