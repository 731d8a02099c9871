"""Meta's two consent pages in the demo: tick Pages and permissions, continue or cancel."""

from dataclasses import dataclass
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sandbox import demo, settings
from sandbox.page.meta_scopes import WORDS
from sandbox.world import grants
from sandbox.world.grants import Ticked

CALLBACKS = ("/social-accounts/meta/callback", "/social-accounts/meta/callback/")
ALSO_FACEBOOK = ("public_profile", "email", "ads_management", "ads_read")
ALWAYS = frozenset({"public_profile", "instagram_business_basic"})
DENIED = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "The user denied your request.",
}


@dataclass(frozen=True)
class Dialog:
    """One of the two logins: its app, its scopes, and how many accounts one may tick."""

    login: str
    client_id: str
    scopes: tuple[str, ...]
    # Instagram's address ends with this, which no server ever sees.
    fragment: str = ""


@dataclass(frozen=True)
class Tick:
    """One box or choice of the page."""

    value: str
    label: str | Promise
    note: str = ""
    fixed: bool = False
    checked: bool = True


FACEBOOK = Dialog(grants.FACEBOOK, settings.META_APP_ID, (*demo.FACEBOOK_SCOPES, *ALSO_FACEBOOK))
INSTAGRAM = Dialog(grants.INSTAGRAM, settings.META_INSTAGRAM_APP_ID, demo.INSTAGRAM_SCOPES, "#_")


class WrongRequestError(Exception):
    """The product asked wrongly; Meta shows it and sends nobody back."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words


@require_http_methods(["GET", "POST"])
@never_cache
# A form's policy holds for the redirect after it, too: the way back is allowed by name.
@csp_update({"form-action": [settings.PUBLIC_URL]})
def facebook(request: HttpRequest) -> HttpResponse:
    """Show Facebook Login's dialog; POST leads back to the product."""
    return _consent(request, FACEBOOK)


@require_http_methods(["GET", "POST"])
@never_cache
@csp_update({"form-action": [settings.PUBLIC_URL]})
def instagram(request: HttpRequest) -> HttpResponse:
    """Show Instagram Login's dialog; POST leads back to the product."""
    return _consent(request, INSTAGRAM)


def check(dialog: Dialog, asked: dict[str, str]) -> None:
    """Raise WrongRequestError for what Meta would not show a dialog for."""
    if asked.get("client_id") != dialog.client_id:
        raise WrongRequestError(_("Invalid App ID: this client_id is not known."))
    if asked.get("redirect_uri") not in callbacks():
        raise WrongRequestError(_("URL Blocked: this redirect_uri is not registered."))
    if asked.get("response_type", "") != "code":
        raise WrongRequestError(_("The response_type has to be code."))
    if not asked.get("state"):
        raise WrongRequestError(_("The state is missing."))
    wrong = [scope for scope in scopes_of(asked) if scope not in dialog.scopes]
    if wrong or not scopes_of(asked):
        raise WrongRequestError(_("Invalid Scopes: %(names)s") % {"names": ", ".join(wrong)})


def callbacks() -> list[str]:
    """Return the addresses registered for the product, to be met exactly."""
    return [settings.PUBLIC_URL + path for path in CALLBACKS]


def scopes_of(asked: dict[str, str]) -> list[str]:
    """Return the scopes asked for, which commas or spaces part."""
    return asked.get("scope", "").replace(",", " ").split()


def way_back(dialog: Dialog, asked: dict[str, str], answer: dict[str, str]) -> str:
    """Return the product's address with `answer` and the state."""
    query = urlencode({**answer, "state": asked["state"]})
    return f"{asked['redirect_uri']}?{query}" + (dialog.fragment if "code" in answer else "")


def agreed(dialog: Dialog, asked: dict[str, str], accounts: list[str], scopes: list[str]) -> str:
    """Keep what was ticked and return the address that leads back with its code."""
    wanted = scopes_of(asked)
    granted = tuple(scope for scope in wanted if scope in scopes or scope in ALWAYS)
    declined = tuple(scope for scope in wanted if scope not in granted)
    known = [tick.value for tick in accounts_of(dialog)]
    chosen = tuple(account for account in known if account in accounts)
    if dialog.login == grants.INSTAGRAM:
        chosen = (*chosen, known[0])[:1]
    ticked = Ticked(chosen, granted, declined)
    code = grants.allow(dialog.login, ticked, redirect_uri=asked["redirect_uri"])
    return way_back(dialog, asked, {"code": code})


def accounts_of(dialog: Dialog) -> list[Tick]:
    """Return what the person of the demo has at that network."""
    if dialog.login == grants.FACEBOOK:
        return [
            Tick(page.id, page.name, f"@{page.instagram.username}" if page.instagram else "")
            for page in demo.META_PAGES
        ]
    return [
        Tick(one.id, f"@{one.username}", one.name, checked=position == 0)
        for position, one in enumerate(demo.META_INSTAGRAMS)
    ]


def _consent(request: HttpRequest, dialog: Dialog) -> HttpResponse:
    asked = request.GET.dict()
    page = {"dialog": dialog, "return_to": request.get_full_path()}
    try:
        check(dialog, asked)
    except WrongRequestError as wrong:
        page |= {"wrong": wrong.words, "return_to": "/"}
        return render(request, "sandbox/meta_login.html", page, status=400)
    if request.method != "POST":
        scopes = [
            Tick(scope, WORDS.get(scope, scope), scope, fixed=scope in ALWAYS)
            for scope in scopes_of(asked)
        ]
        page |= {"accounts": accounts_of(dialog), "scopes": scopes, "person": demo.OWNER_NAME}
        return render(request, "sandbox/meta_login.html", page)
    if "cancel" in request.POST:
        return HttpResponseRedirect(way_back(dialog, asked, DENIED))
    ticked = request.POST.getlist("account"), request.POST.getlist("scope")
    return HttpResponseRedirect(agreed(dialog, asked, *ticked))
