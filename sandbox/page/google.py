"""Google's page in the demo: choose who you are there, or refuse."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sandbox import demo, settings
from sandbox.standins import google


@dataclass(frozen=True)
class Choice:
    """One person on the page, and the link that chooses them."""

    person: demo.GooglePerson
    address: str


@require_GET
@never_cache
def consent(request: HttpRequest) -> HttpResponse:
    """Show the people of the demo; `?person=` chooses one, `?person=nobody` refuses.

    Links and no form: a policy that keeps forms on their own site would stop the way back.
    """
    wrong = _wrong(request)
    if wrong:
        page = {"wrong": wrong, "return_to": "/"}
        return render(request, "sandbox/google.html", page, status=400)
    chosen = request.GET.get("person")
    if chosen == "nobody":
        return _back(request, {"error": "access_denied"})
    for person in demo.GOOGLE_PEOPLE:
        if person.sub == chosen:
            return _back(request, {"code": _code(request, person)})
    page = {
        "choices": [Choice(person, _with(request, person.sub)) for person in demo.GOOGLE_PEOPLE],
        "refuse": _with(request, "nobody"),
        "return_to": request.get_full_path(),
    }
    return render(request, "sandbox/google.html", page)


def _wrong(request: HttpRequest) -> Promise | None:
    """Return what the product asked for wrongly; Google shows it and sends nobody back."""
    asked = request.GET
    if asked.get("client_id") != settings.GOOGLE_CLIENT_ID:
        return _("invalid_client: this client id is not known.")
    if asked.get("redirect_uri") not in google.redirect_uris():
        return _("redirect_uri_mismatch: this address is not registered.")
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        return _("invalid_request: the response type is code, and the scope names openid.")
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return _("invalid_request: the challenge method is S256.")
    return None


def _code(request: HttpRequest, person: demo.GooglePerson) -> str:
    return google.allow(
        person,
        redirect_uri=request.GET["redirect_uri"],
        scope=request.GET["scope"],
        nonce=request.GET.get("nonce", ""),
        challenge=request.GET.get("code_challenge", ""),
    )


def _back(request: HttpRequest, answer: dict[str, str]) -> HttpResponseRedirect:
    answer["state"] = request.GET.get("state", "")
    return HttpResponseRedirect(f"{request.GET['redirect_uri']}?{urlencode(answer)}")


def _with(request: HttpRequest, person: str) -> str:
    asked = request.GET.copy()
    asked["person"] = person
    return f"{request.path}?{asked.urlencode()}"
