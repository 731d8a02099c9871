"""Google's page in the demo: choose who you are there, or refuse."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sandbox import demo, settings
from sandbox.standins import google
from sandbox.youtube import grants
from sandbox.youtube.consent import back, link, show


@dataclass(frozen=True)
class Choice:
    """One person on the page, and the link that chooses them."""

    person: demo.GooglePerson
    address: str


@require_GET
@never_cache
def consent(request: HttpRequest) -> HttpResponse:
    """Show the people of the demo; `?person=` chooses one, `?person=nobody` refuses.

    Whoever signs in goes straight back; whoever allows YouTube has two more questions to answer.

    Links and no form: a policy that keeps forms on their own site would stop the way back.
    """
    wrong = _wrong(request)
    if wrong:
        page = {"wrong": wrong, "return_to": "/"}
        return render(request, "sandbox/google.html", page, status=400)
    chosen = request.GET.get("person")
    if chosen == "nobody":
        return back(request, {"error": "access_denied"})
    youtube = grants.asks_for_youtube(request.GET["scope"])
    for person in demo.GOOGLE_PEOPLE:
        if person.sub == chosen and youtube:
            return show(request, person)
        if person.sub == chosen:
            return back(request, {"code": _code(request, person)})
    people = demo.GOOGLE_PEOPLE
    page = {
        "choices": [Choice(person, link(request, person=person.sub)) for person in people],
        "refuse": link(request, person="nobody"),
        "return_to": request.get_full_path(),
        "youtube": youtube,
    }
    return render(request, "sandbox/google.html", page)


def _wrong(request: HttpRequest) -> Promise | None:
    """Return what the product asked for wrongly; Google shows it and sends nobody back."""
    asked = request.GET
    if asked.get("client_id") != settings.GOOGLE_CLIENT_ID:
        return _("invalid_client: this client id is not known.")
    if asked.get("redirect_uri") not in google.redirect_uris():
        return _("redirect_uri_mismatch: this address is not registered.")
    scope = asked.get("scope", "")
    named = "openid" in scope.split() or grants.asks_for_youtube(scope)
    if asked.get("response_type") != "code" or not named:
        return _("invalid_request: the type is code, and the scope names openid or YouTube.")
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
